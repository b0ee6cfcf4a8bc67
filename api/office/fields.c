/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fields of a paper (design §2.4): laid in one update before the first
 * signature, filled after it without touching anything else.
 */
#include <unistd.h>

#include "api/office/office_priv.h"

#define ARENA_LIMIT ((size_t)8 << 20)
#define FIELDS_MAX  6
#define WIDE_NUMBER 88888

void
vt_office_date_text(const char *place, vt_time t, struct vt_buf *ret)
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);

	if (place != NULL && place[0] != '\0')
		vt_buf_printf(ret, "%s, ", place);
	/* a zero before days under 10 and months 1 and 2 (Appendix I, 4) */
	vt_buf_printf(ret,
	    d.month <= 2 ? "ngày %02d tháng %02d năm %d"
			 : "ngày %02d tháng %d năm %d",
	    d.day, d.month, d.year);
}

/* Boxes 3, 4, 7c and 8 of Decree 30's page, scaled to narrower pages. */
void
vt_office_default_places(const struct vt_inspection *i, struct vt_places *ret)
{
	double w = i->page_w, h = i->page_h, k = w < 595 ? w / 595 : 1;
	size_t last = i->pages == 0 ? 0 : i->pages - 1;

	memset(ret, 0, sizeof(*ret));
	ret->number =
	    (struct vt_place){ 0, 90 * k, h - 118 * k, 165 * k, 18 * k };
	ret->date =
	    (struct vt_place){ 0, 280 * k, h - 118 * k, 270 * k, 18 * k };
	ret->leader =
	    (struct vt_place){ last, 350 * k, 90 * k, 150 * k, 70 * k };
	/* 36 mm across, over a third of the hand signature, on its left */
	ret->seal =
	    (struct vt_place){ last, 298 * k, 74 * k, 102 * k, 102 * k };
	ret->initials[0] =
	    (struct vt_place){ last, 90 * k, 52 * k, 40 * k, 20 * k };
	ret->initials[1] =
	    (struct vt_place){ last, 140 * k, 52 * k, 40 * k, 20 * k };
}

static void
spec(struct vt_field_spec *s, enum vt_field_kind kind, const char *name,
    const char *label, const struct vt_place *p)
{
	memset(s, 0, sizeof(*s));
	s->kind = kind;
	s->name = name;
	s->label = label;
	s->page = p->page;
	s->x = p->x;
	s->y = p->y;
	s->w = p->w;
	s->h = p->h;
}

static void
text_spec(struct vt_field_spec *s, const char *name, const char *label,
    const struct vt_place *p, const char *font)
{
	spec(s, VT_FIELD_TEXT, name, label, p);
	s->font = font;
	s->font_size = p->h >= 16 ? 13 : p->h * 0.75;
}

/* The fields of the walk that the file lacks. Returns how many. */
static size_t
missing(const struct vt_inspection *i, const struct vt_places *p,
    unsigned initials, struct vt_field_spec f[FIELDS_MAX], bool *ret_text)
{
	static const char *const names[2] = { VT_FIELD_INITIALS "1",
		VT_FIELD_INITIALS "2" };
	static const char *const labels[2] = { "Ký nháy 1", "Ký nháy 2" };
	size_t n = 0;

	*ret_text = false;
	if (vt_office_field(i, VT_FIELD_NUMBER) == NULL) {
		text_spec(&f[n++], VT_FIELD_NUMBER, "Số, ký hiệu", &p->number,
		    VT_RENDER_FONT_KEY);
		*ret_text = true;
	}
	if (vt_office_field(i, VT_FIELD_DATE) == NULL) {
		text_spec(&f[n++], VT_FIELD_DATE, "Địa danh, ngày tháng năm",
		    &p->date, VT_RENDER_FONT_ITALIC_KEY);
		*ret_text = true;
	}
	for (unsigned k = 0; k < initials && k < 2; k++)
		if (vt_office_field(i, names[k]) == NULL)
			spec(&f[n++], VT_FIELD_SIGNATURE, names[k], labels[k],
			    &p->initials[k]);
	if (vt_office_field(i, VT_FIELD_LEADER) == NULL)
		spec(&f[n++], VT_FIELD_SIGNATURE, VT_FIELD_LEADER,
		    "Chữ ký của người có thẩm quyền", &p->leader);
	if (vt_office_field(i, VT_FIELD_SEAL) == NULL) {
		spec(&f[n], VT_FIELD_SIGNATURE, VT_FIELD_SEAL,
		    "Chữ ký số của cơ quan", &p->seal);
		f[n++].may_overlap = true;
	}
	return n;
}

/* What the walk will fill must be empty: a field that came filled would stand
 * in the paper as if it had been filled here. */
static int
check_empty(const struct vt_inspection *i, struct vt_err *reterr)
{
	static const char *const names[] = { VT_FIELD_NUMBER, VT_FIELD_DATE,
		VT_FIELD_LEADER, VT_FIELD_SEAL };
	const struct vt_field_info *f;

	for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
		f = vt_office_field(i, names[k]);
		if (f != NULL && f->filled)
			return vt_err_set(reterr, VT_E_PDF_FIELD_USED,
			    "field %s of the file is filled already, but not "
			    "here",
			    names[k]);
	}
	return VT_OK;
}

int
vt_office_can_number(struct vt_office *o, const struct vt_facts *f,
    const struct vt_inspection *i, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	const struct vt_field_info *number, *date;
	struct vt_field_fill fills[2];
	struct vt_facts wide = *f;
	VT_BUF_AUTO(text);
	size_t n;

	number = vt_office_field(i, VT_FIELD_NUMBER);
	date = vt_office_field(i, VT_FIELD_DATE);
	if (number == NULL || date == NULL)
		return vt_err_set(reterr,
		    i->signatures > 0 ? VT_E_PDF_SIGNED_NO_FIELDS
				      : VT_E_PDF_NO_FIELD,
		    "the file has no field %s%s",
		    number == NULL ? VT_FIELD_NUMBER : VT_FIELD_DATE,
		    i->signatures > 0 ? " and is signed already" : "");
	if (number->filled || date->filled)
		return vt_err_set(reterr, VT_E_PDF_FIELD_USED,
		    "field %s is filled already, but not with a number given "
		    "here",
		    number->filled ? VT_FIELD_NUMBER : VT_FIELD_DATE);
	/* Try on a wide number: a notation with a letter that the font lacks,
	 * or one too long for its field, must not cost a number. */
	wide.number = WIDE_NUMBER;
	wide.number_time = vt_now(o->o.ctx);
	vt_number_format(
	    f->family, wide.number, f->notation, wide.number_time, &text);
	snprintf(wide.number_text, sizeof(wide.number_text), "%s",
	    vt_buf_str(&text));
	if ((a = vt_arena_new(ARENA_LIMIT)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "fields: no memory");
	return vt_office_fills(&wide, i, a, fills, &n, reterr);
}

int
vt_office_lay(struct vt_spawner *w, int fd, const struct vt_inspection *i,
    const struct vt_places *places, unsigned initials, struct vt_pdf_tail *ret,
    bool *ret_laid, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_field_spec fields[FIELDS_MAX];
	struct vt_pades_change change = { 0 };
	struct vt_pdf_graft fonts = { 0 };
	struct vt_field_font keys[2];
	struct vt_places def;
	bool text;
	int rc;

	*ret_laid = false;
	if ((rc = check_empty(i, reterr)) != VT_OK)
		return rc;
	if (places == NULL) {
		vt_office_default_places(i, &def);
		places = &def;
	}
	change.lay = fields;
	change.n_lay = missing(i, places, initials, fields, &text);
	if (change.n_lay == 0)
		return VT_OK;
	if (i->signatures > 0 && text)
		return vt_err_set(reterr, VT_E_PDF_SIGNED_NO_FIELDS,
		    "the file carries %zu signature(s) and no fields %s, %s: "
		    "laying them now would break what was signed "
		    "(ISO 32000-1 12.8.2.2)",
		    i->signatures, VT_FIELD_NUMBER, VT_FIELD_DATE);
	if ((a = vt_arena_new(ARENA_LIMIT)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "fields: no memory");
	if (text) {
		keys[0].key = VT_RENDER_FONT_KEY;
		keys[1].key = VT_RENDER_FONT_ITALIC_KEY;
		rc = vt_render_field_fonts(
		    a, &fonts, &keys[0].object, &keys[1].object, reterr);
		if (rc != VT_OK)
			return rc;
		change.fonts = &fonts;
		change.font_keys = keys;
		change.n_fonts = 2;
	}
	rc = vt_sign_update(w, fd, &change, ret, reterr);
	if (rc == VT_OK)
		*ret_laid = true;
	return rc;
}

static int
fill(const struct vt_field_info *info, const char *font, const char *value,
    struct vt_arena *a, struct vt_field_fill *ret, struct vt_err *reterr)
{
	struct vt_pdf_graft *g = vt_arena_alloc(a, sizeof(*g));
	double size = info->h >= 16 ? 13 : info->h * 0.75;

	ret->value = vt_arena_strdup(a, value);
	ret->name = vt_arena_strdup(a, info->name);
	if (g == NULL || ret->value == NULL || ret->name == NULL)
		return vt_arena_err(a, reterr);
	ret->appearance = g;
	return vt_render_field_text(
	    ret->value, font, size, info->w, info->h, a, g, reterr);
}

int
vt_office_fills(const struct vt_facts *f, const struct vt_inspection *i,
    struct vt_arena *a, struct vt_field_fill ret[2], size_t *ret_n,
    struct vt_err *reterr)
{
	const struct vt_field_info *number, *date;
	VT_BUF_AUTO(text);
	size_t n = 0;
	int rc;

	*ret_n = 0;
	if (f->number == 0)
		return VT_OK;
	number = vt_office_field(i, VT_FIELD_NUMBER);
	date = vt_office_field(i, VT_FIELD_DATE);
	if (number == NULL || date == NULL)
		return vt_err_set(reterr,
		    i->signatures > 0 ? VT_E_PDF_SIGNED_NO_FIELDS
				      : VT_E_PDF_NO_FIELD,
		    "the file has no field %s",
		    number == NULL ? VT_FIELD_NUMBER : VT_FIELD_DATE);
	if (!number->filled) {
		rc = fill(number, VT_RENDER_FONT_KEY, f->number_text, a,
		    &ret[n++], reterr);
		if (rc != VT_OK)
			return rc;
	}
	if (!date->filled) {
		vt_office_date_text(f->place, f->number_time, &text);
		rc = fill(date, VT_RENDER_FONT_ITALIC_KEY, vt_buf_str(&text), a,
		    &ret[n++], reterr);
		if (rc != VT_OK)
			return rc;
	}
	*ret_n = n;
	return VT_OK;
}

int
vt_office_fill_number(struct vt_office *o, uint32_t agency_no,
    const vt_id *paper, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_inspection i = { 0 };
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_pades_change change = { 0 };
	struct vt_field_fill fills[2];
	struct vt_step step = { .kind = VT_STEP_VERSION };
	struct vt_act act = { 0 };
	struct vt_blob blob;
	struct vt_facts f;
	int fd = -1, rc;

	/* What stands on a copy's page is the paper's number, not its own. */
	if ((rc = vt_facts_load(o, paper, agency_no, 0, &f, reterr)) != VT_OK ||
	    f.copy != NULL)
		return rc;
	if ((a = vt_arena_new(ARENA_LIMIT)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "fill: no memory");
	if ((rc = vt_office_fd(o, &f.main.hash, &fd, reterr)) != VT_OK ||
	    (rc = vt_sign_inspect(o->o.spawner, fd, &i, reterr)) != VT_OK ||
	    (rc = vt_office_fills(&f, &i, a, fills, &change.n_fills, reterr)) !=
		VT_OK ||
	    change.n_fills == 0)
		goto out;
	change.fills = fills;
	if ((rc = vt_sign_update(o->o.spawner, fd, &change, &tail, reterr)) !=
		VT_OK ||
	    (rc = vt_upload_append(o->o.store, agency_no, &f.main,
		 vt_buf_view(&tail.bytes), &step.u.version.file.upload, &blob,
		 reterr)) != VT_OK)
		goto out;
	step.u.version.part = 1;
	step.u.version.file.hash = blob.hash;
	step.u.version.file.name = f.name;
	step.u.version.file.media_type = f.media_type;
	step.u.version.expect = f.main.hash;
	step.u.version.reason = VT_VERSION_FILLED;
	act.agency_no = agency_no;
	act.paper = *paper;
	act.steps = &step;
	act.n_steps = 1;
	rc = vt_store_do(o->o.store, &act, &res, reterr);
out:
	if (fd >= 0)
		close(fd);
	vt_inspection_free(&i);
	vt_pdf_tail_free(&tail);
	vt_act_result_free(&res);
	return rc;
}
