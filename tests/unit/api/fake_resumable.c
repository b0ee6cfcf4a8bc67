/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One upload that is resumed; its bytes are counted, not kept. */
#include <stdio.h>

#include "api/office/resumable.h"
#include "tests/unit/api/fake_office.h"

/* A fake passes most of what it is given over. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

static struct vt_resumable one;
static uint64_t under_way;

int
vt_office_resumable_wait(struct vt_office *o, const struct vt_actor *actor,
    unsigned *ret_s, struct vt_err *reterr)
{
	*ret_s = 0;
	return VT_OK;
}

int
vt_office_resumable_new(struct vt_office *o, const struct vt_actor *actor,
    uint64_t length, const char *name, struct vt_resumable *ret,
    struct vt_err *reterr)
{
	if (length == 0)
		return vt_err_set(reterr, VT_E_FILE_EMPTY, "upload: empty");
	memset(&one, 0, sizeof(one));
	memset(one.id.b, 4, sizeof(one.id.b));
	one.length = length;
	one.expires = 1763700000000000;
	snprintf(one.name, sizeof(one.name), "%s", name);
	*ret = one;
	return VT_OK;
}

int
vt_office_resumable_get(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *id, struct vt_resumable *ret, struct vt_err *reterr)
{
	if (one.length == 0 || !vt_id_eq(id, &one.id))
		return vt_err_set(reterr, VT_E_NOT_FOUND, "upload: none");
	*ret = one;
	return VT_OK;
}

int
vt_office_resumable_drop(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *id, struct vt_err *reterr)
{
	struct vt_resumable r;
	int rc = vt_office_resumable_get(o, actor, id, &r, reterr);

	if (rc == VT_OK)
		one.length = 0;
	return rc;
}

int
vt_office_resume_begin(struct vt_office *o, const struct vt_actor *actor,
    const vt_id *id, uint64_t offset, struct vt_resuming **ret,
    struct vt_err *reterr)
{
	struct vt_resumable r;
	int rc = vt_office_resumable_get(o, actor, id, &r, reterr);

	if (rc == VT_OK && offset != one.offset)
		rc = vt_err_set(reterr, VT_E_CONFLICT, "upload: offset");
	if (rc != VT_OK)
		return rc;
	under_way = 0;
	fake.uploads_open++;
	*ret = (struct vt_resuming *)(void *)&one;
	return VT_OK;
}

int
vt_office_resume_put(
    struct vt_resuming *r, const void *p, size_t n, struct vt_err *reterr)
{
	if (n > one.length - one.offset - under_way)
		return vt_err_set(reterr, VT_E_LIMIT, "upload: too long");
	under_way += n;
	return VT_OK;
}

int
vt_office_resume_end(struct vt_resuming *r, const vt_hash *expect,
    const vt_hash *whole, struct vt_resumable *ret, struct vt_err *reterr)
{
	(void)whole;
	/* The fake knows one checksum that is right: all zeros. */
	if (expect != NULL && expect->b[0] != 0)
		return vt_err_set(reterr, VT_E_CHECKSUM_MISMATCH, "upload");
	one.offset += under_way;
	if (one.offset == one.length)
		memset(one.upload.b, 3, sizeof(one.upload.b));
	*ret = one;
	return VT_OK;
}

void
vt_office_resume_free(struct vt_resuming *r)
{
	if (r != NULL)
		fake.uploads_open--;
}
