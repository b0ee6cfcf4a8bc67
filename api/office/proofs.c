/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/proofs.h"

#include "api/office/office_priv.h"

int
vt_office_bundle(struct vt_office *o, const struct vt_actor *actor,
    uint64_t index, const struct vt_bundle_wish *wish, struct vt_buf *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_may_read(actor, reterr)) != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_office_may_see_act(o, v, actor, index, reterr)) != VT_OK)
		return rc;
	return vt_bundle_get(v, actor->agency_no, index, wish, ret, reterr);
}

/* A view, and the agency whose ledger it is. */
static int
enter(struct vt_office *o, const char *code, struct vt_view **ret,
    struct vt_agency *ret_agency, struct vt_err *reterr)
{
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_view_begin(o->o.store, ret, reterr)) != VT_OK)
		return rc;
	return vt_agency_by_code(*ret, code, ret_agency, reterr);
}

int
vt_office_log_checkpoint(struct vt_office *o, const char *code,
    struct vt_buf *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	int rc;

	if ((rc = enter(o, code, &v, &a, reterr)) != VT_OK)
		return rc;
	return vt_checkpoint_get(v, a.no, ret, reterr);
}

int
vt_office_log_line(struct vt_office *o, const char *code, struct vt_buf *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	struct vt_line l;
	int rc;

	if ((rc = enter(o, code, &v, &a, reterr)) != VT_OK ||
	    (rc = vt_line_get(v, a.no, &l, reterr)) != VT_OK)
		return rc;
	vt_line_put(&l, ret);
	vt_buf_putc(ret, '\n');
	return vt_buf_status(ret, reterr);
}

int
vt_office_log_consistency(struct vt_office *o, const char *code,
    uint64_t old_size, struct vt_buf *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	int rc;

	if ((rc = enter(o, code, &v, &a, reterr)) != VT_OK)
		return rc;
	return vt_consistency_put(v, a.no, old_size, ret, reterr);
}

int
vt_office_log_vkey(struct vt_office *o, const char *code, struct vt_vkey *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	int rc;

	if ((rc = enter(o, code, &v, &a, reterr)) != VT_OK)
		return rc;
	return vt_log_vkey(v, a.no, ret, reterr);
}

/* Up to three digits. */
static bool
digits(const char **p, size_t most, unsigned int *ret)
{
	unsigned int v = 0;
	size_t n = 0;

	for (; n < most && (*p)[n] >= '0' && (*p)[n] <= '9'; n++)
		v = v * 10 + (unsigned int)((*p)[n] - '0');
	*p += n;
	*ret = v;
	return n > 0;
}

/* LEVEL "/" ("x" NNN "/")* NNN [".p/" WIDTH]. */
static bool
tile_path(
    const char *p, unsigned int *level, uint64_t *ret_n, unsigned int *width)
{
	const char *start = p;
	unsigned int group;
	bool more;

	*ret_n = 0;
	*width = 256;
	if (!digits(&p, 2, level) || (start[0] == '0' && p != start + 1) ||
	    *p++ != '/')
		return false;
	for (int groups = 0;; groups++) {
		more = *p == 'x';
		p += more;
		start = p;
		if (groups == 5 || !digits(&p, 3, &group) || p != start + 3)
			return false;
		if (more && groups == 0 && group == 0)
			return false;
		*ret_n = *ret_n * 1000 + group;
		if (!more)
			break;
		if (*p++ != '/')
			return false;
	}
	if (strncmp(p, ".p/", 3) == 0) {
		p += 3;
		start = p;
		if (*start == '0' || !digits(&p, 3, width) || *width > 255)
			return false;
	}
	return *p == '\0';
}

int
vt_office_log_tile(struct vt_office *o, const char *code, const char *path,
    struct vt_buf *ret, bool *ret_whole, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	unsigned int level, width;
	struct vt_agency a;
	uint64_t n;
	int rc;

	if (!tile_path(path, &level, &n, &width))
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "C2SP tlog-tiles: a tile's path is LEVEL/NNN, "
		    "LEVEL/xNNN/NNN, with .p/WIDTH behind it for a part");
	if ((rc = enter(o, code, &v, &a, reterr)) != VT_OK)
		return rc;
	*ret_whole = width == 256;
	return vt_tile_get(v, a.no, level, n, width, ret, reterr);
}
