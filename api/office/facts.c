/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A paper's state copied out of its view, so that no view is held while a
 * worker or the writer is waited for; and its bytes for a worker. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "api/office/office_priv.h"

static void
copy_paper(const struct vt_paper *p, struct vt_facts *ret)
{
	const struct vt_part *main = &p->parts[0];

	ret->agency_no = p->agency_no;
	ret->rev = p->rev;
	ret->direction = p->direction;
	ret->state = p->state;
	ret->main.hash = main->hash;
	ret->main.size = main->size;
	vt_text_fit(ret->name, sizeof(ret->name), main->name);
	vt_text_fit(ret->media_type, sizeof(ret->media_type), main->media_type);
	vt_text_fit(ret->notation, sizeof(ret->notation), p->meta.notation);
	vt_text_fit(ret->type, sizeof(ret->type), p->meta.type_code);
	ret->number = p->number.value;
	vt_text_fit(ret->number_text, sizeof(ret->number_text), p->number.text);
	ret->number_time = p->number.time;
	ret->approved = p->approved_hash;
	ret->signed_by = p->signed_by;
	ret->sealed = p->sealed_at != VT_TIME_NONE;
	ret->issued = p->issued_at != VT_TIME_NONE;
	ret->copy = vt_copy_form(&p->meta);
	ret->ready = vt_paper_is_ready(p);
}

static void
copy_agency(const struct vt_agency *a, struct vt_facts *ret)
{
	vt_text_fit(ret->place, sizeof(ret->place), a->now.place);
	vt_text_fit(ret->agency_name, sizeof(ret->agency_name), a->now.name);
	vt_text_fit(ret->agency_key, sizeof(ret->agency_key), a->key_ref);
	if (ret->notation[0] == '\0')
		vt_text_fit(
		    ret->notation, sizeof(ret->notation), a->now.short_name);
	for (size_t i = 0;
	     i < a->n_certs && ret->n_agency_certs < VT_L(CERTS_MAX); i++)
		ret->agency_certs[ret->n_agency_certs++] =
		    vt_sha256(a->certs[i]);
}

/* Which book numbers papers of this type, as the agency has set it. */
static int
find_series(struct vt_view *v, struct vt_facts *f, struct vt_err *reterr)
{
	const char *key = VT_BOOK_COPIES;
	struct vt_err err = VT_ERR_INIT;
	struct vt_series s;
	int rc = VT_OK;

	if (f->direction == VT_DIR_IN)
		return VT_OK;
	if (f->copy == NULL)
		rc = vt_series_of_type(
		    v, f->agency_no, f->type, VT_BOOK_OUT, &key, reterr);
	if (rc != VT_OK)
		return rc;
	vt_text_fit(f->series, sizeof(f->series), key);
	rc = vt_series_get(v, f->agency_no, key, &s, &err);
	if (rc == VT_OK)
		f->family = s.family;
	else if (rc != VT_E_NOT_FOUND && reterr != NULL)
		*reterr = err;
	return rc == VT_E_NOT_FOUND ? VT_OK : rc; /* numbering says so */
}

int
vt_facts_load(struct vt_office *o, const vt_id *paper, uint32_t agency_no,
    uint64_t if_match, struct vt_facts *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper p;
	struct vt_agency a;
	char text[VT_ID_TEXT + 1];
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_paper_get(v, paper, &p, reterr)) != VT_OK)
		return rc;
	if (p.agency_no != agency_no) {
		vt_id_text(paper, text);
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "paper %s: not found", text);
	}
	if (if_match != 0 && if_match != p.rev)
		return vt_err_set(reterr, VT_E_PRECONDITION_FAILED,
		    "paper is at revision %llu, the request was made for %llu",
		    (unsigned long long)p.rev, (unsigned long long)if_match);
	if ((rc = vt_agency_get(v, p.agency_no, &a, reterr)) != VT_OK)
		return rc;
	memset(ret, 0, sizeof(*ret));
	copy_paper(&p, ret);
	copy_agency(&a, ret);
	return find_series(v, ret, reterr);
}

int
vt_office_fd(struct vt_office *o, const vt_hash *blob, int *ret_fd,
    struct vt_err *reterr)
{
	struct vt_blob b;
	int fd, rc;

	if ((rc = vt_bytes_stat(o->o.store, blob, &b, reterr)) != VT_OK)
		return rc;
	fd = memfd_create("paper", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return vt_err_errno(
		    reterr, VT_E_IO, errno, "no memory file for a worker");
	if ((rc = vt_held_admit(&o->held, fd, b.size, reterr)) != VT_OK ||
	    (rc = vt_bytes_to_fd(o->o.store, blob, fd, reterr)) != VT_OK) {
		close(fd);
		return rc;
	}
	/* The worker must see what was hashed: nobody writes any more. */
	if (fcntl(fd, F_ADD_SEALS,
		F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0) {
		rc = vt_err_errno(
		    reterr, VT_E_IO, errno, "sealing a memory file");
		close(fd);
		return rc;
	}
	*ret_fd = fd;
	return VT_OK;
}

int
vt_office_inspect(struct vt_office *o, const vt_hash *blob,
    struct vt_inspection *ret, struct vt_err *reterr)
{
	int fd = -1, rc;

	if ((rc = vt_office_fd(o, blob, &fd, reterr)) != VT_OK)
		return rc;
	rc = vt_sign_inspect(o->o.spawner, fd, ret, reterr);
	close(fd);
	return rc;
}

const struct vt_field_info *
vt_office_field(const struct vt_inspection *i, const char *name)
{
	for (size_t k = 0; k < i->n_fields; k++)
		if (strcmp(i->fields[k].name, name) == 0)
			return &i->fields[k];
	return NULL;
}
