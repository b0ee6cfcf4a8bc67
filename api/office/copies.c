/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Copies that the agency makes of papers (Decree 30/2020, Articles 25-27 and
 * Appendix I, part II). A scan becomes a copy by the agency's signature at the
 * upper right of its first page, shown as text: the form of copy, the agency,
 * the time of signing. Nothing else is put on the page: what stands there is
 * the paper's, its number and signatures included. The copy's own number is
 * data, of one book for all forms.
 */
#include "api/office/office_priv.h"

#define ARENA_LIMIT ((size_t)8 << 20)
#define SIZE        10.0 /* of the text, as the Decree wants it */
/* Inside the paper's own margins (15-20 mm right, 20-25 mm above), pt. */
#define RIGHT 42.5
#define ABOVE 14.0
#define WIDE  0.6 /* of the page, before a long name is broken */

int
vt_copy_block(const struct vt_facts *f, vt_time signed_at, struct vt_arena *a,
    struct vt_stamp *ret, struct vt_err *reterr)
{
	const char **lines = vt_arena_array(a, VT_COPY_LINES, sizeof(*lines));
	VT_BUF_AUTO(when);
	int rc;

	vt_time_rfc3339(signed_at, VT_TIME_VN_S, &when);
	if ((rc = vt_buf_status(&when, reterr)) != VT_OK)
		return rc;
	if (lines == NULL ||
	    (lines[1] = vt_arena_strdup(a, f->agency_name)) == NULL ||
	    (lines[2] = vt_arena_strdup(a, vt_buf_str(&when))) == NULL)
		return vt_arena_err(a, reterr);
	lines[0] = f->copy;
	*ret = (struct vt_stamp){ .lines = lines,
		.n_lines = VT_COPY_LINES,
		.font_size = SIZE,
		.wrap = true };
	return VT_OK;
}

/* The field is there: laid before the paper was returned and came back. */
static int
check_place(const struct vt_field_info *f, const struct vt_inspection *i,
    struct vt_err *reterr)
{
	if (f->filled)
		return vt_err_set(reterr, VT_E_PDF_FIELD_USED,
		    "field %s of the file is signed already", f->name);
	if (f->page == 0 && f->x + f->w > i->page_w * 0.8 &&
	    f->y + f->h > i->page_h * 0.9)
		return VT_OK;
	return vt_err_set(reterr, VT_E_INVALID,
	    "field %s of the file is not at the upper right of page 1, where "
	    "a copy bears the agency's signature (Decree 30/2020, Appendix I)",
	    f->name);
}

int
vt_copy_lay(struct vt_spawner *w, int fd, const struct vt_inspection *i,
    const struct vt_facts *f, struct vt_pdf_tail *ret, bool *ret_laid,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_field_spec field = { .kind = VT_FIELD_SIGNATURE,
		.name = VT_FIELD_SEAL,
		.label = "Chữ ký số của cơ quan, tổ chức sao" };
	struct vt_pades_change change = { .lay = &field, .n_lay = 1 };
	const struct vt_field_info *old = vt_office_field(i, VT_FIELD_SEAL);
	struct vt_stamp block;
	int rc;

	*ret_laid = false;
	if (i->signatures > 0)
		return vt_err_set(reterr, VT_E_PDF_SIGNED_NO_FIELDS,
		    "a copy is made of the scan of a paper; this file carries "
		    "%zu digital signature(s) (Decree 30/2020, Article 25)",
		    i->signatures);
	if (old != NULL)
		return check_place(old, i, reterr);
	if ((a = vt_arena_new(ARENA_LIMIT)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "copy: no memory");
	/* any time takes the room of any other */
	if ((rc = vt_copy_block(f, 0, a, &block, reterr)) != VT_OK ||
	    (rc = vt_render_stamp_room(&block, i->page_w * WIDE, a, &field.w,
		 &field.h, reterr)) != VT_OK)
		return rc;
	field.x = i->page_w - field.w - RIGHT;
	field.y = i->page_h - field.h - ABOVE;
	if ((rc = vt_sign_update(w, fd, &change, ret, reterr)) == VT_OK)
		*ret_laid = true;
	return rc;
}

int
vt_copy_book(struct vt_office *o, uint32_t agency_no, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_series s[8];
	size_t n;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_series_list(v, agency_no, s, 8, &n, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (strcmp(s[i].key, VT_BOOK_COPIES) == 0)
			return VT_OK;
	vt_view_end(VT_TAKE(v)); /* none is held while the writer works */
	return vt_office_open_book(o->o.store, agency_no, VT_BOOK_COPIES,
	    "Sổ đăng ký bản sao", reterr);
}
