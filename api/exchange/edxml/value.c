/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/exchange/edxml/reader.h"
#include "base/text.h"

/* As deep as the tables. NOLINTBEGIN(misc-no-recursion) */
void
vt_value_init(const struct vt_edxml_group *g, void *base)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct vt_edxml_field *f = &g->fields[i];
		void *p = vt_edxml_at(base, f->at);

		if (f->kind == VT_F_NUMBER)
			*(int64_t *)p = VT_EDXML_NONE;
		else if (f->kind == VT_F_STAMP)
			((struct vt_edxml_stamp *)p)->at = VT_TIME_NONE;
		else if (f->kind == VT_F_GROUP)
			vt_value_init(f->group, p);
		else if (f->kind == VT_F_FLAT)
			vt_value_init(f->group, base);
	}
}
/* NOLINTEND(misc-no-recursion) */

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct vt_span
trim(struct vt_span s)
{
	while (s.n > 0 && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

static const char *
keep(struct vt_reader *r, struct vt_span s)
{
	char *p = vt_reader_alloc(r, s.n + 1);

	if (p == NULL)
		return NULL;
	memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

static void
repeated(struct vt_reader *r, struct vt_span s)
{
	vt_reader_finding(r, VT_EDXML_R_REPEATED, s);
}

static void
text(struct vt_reader *r, const struct vt_edxml_field *f, const char **at,
    struct vt_span s)
{
	if (f->kind == VT_F_CODE && vt_span_is(s, "null"))
		return;
	if (*at != NULL) {
		/* the .NET SDK says a Reference's id twice */
		if (!vt_span_is(s, *at))
			repeated(r, s);
		return;
	}
	if (s.n > f->max && vt_utf8_length(s) > f->max)
		vt_reader_finding(r, VT_EDXML_R_TOO_LONG, s);
	*at = keep(r, s);
}

static void
number(struct vt_reader *r, const struct vt_edxml_field *f, int64_t *at,
    struct vt_span s)
{
	int64_t v = 0;

	if (*at != VT_EDXML_NONE) {
		repeated(r, s);
		return;
	}
	for (size_t i = 0; i < s.n && v <= f->max; i++) {
		if (s.p[i] < '0' || s.p[i] > '9') {
			vt_reader_finding(r, VT_EDXML_R_NOT_A_NUMBER, s);
			return;
		}
		v = v * 10 + (s.p[i] - '0');
	}
	if (v > f->max)
		vt_reader_finding(r, VT_EDXML_R_NOT_A_NUMBER, s);
	else
		*at = v;
}

static void
day(struct vt_reader *r, struct vt_edxml_day *at, struct vt_span s)
{
	vt_time t;

	if (at->text != NULL) {
		repeated(r, s);
		return;
	}
	at->text = keep(r, s);
	if (at->text == NULL || vt_edxml_day_parse(at->text, at))
		return;
	/* some write the time too */
	if (vt_edxml_stamp_parse(at->text, &t)) {
		char first[11] = "";

		memcpy(
		    first, at->text, strcspn(at->text, " T") % sizeof(first));
		if (vt_edxml_day_parse(first, at))
			return;
	}
	vt_reader_finding(r, VT_EDXML_R_NOT_A_DATE, s);
}

static void
stamp(struct vt_reader *r, struct vt_edxml_stamp *at, struct vt_span s)
{
	struct vt_edxml_day d = { 0, 0, 0, NULL };

	if (at->text != NULL) {
		repeated(r, s);
		return;
	}
	at->text = keep(r, s);
	if (at->text == NULL || vt_edxml_stamp_parse(at->text, &at->at))
		return;
	/* some write the day only */
	if (vt_edxml_day_parse(at->text, &d))
		at->at = vt_time_from_date(
		    &(struct vt_date){
			.year = d.year, .month = d.month, .day = d.day },
		    VT_TIME_VN_S);
	else
		vt_reader_finding(r, VT_EDXML_R_NOT_A_DATE, s);
}

static void
texts(struct vt_reader *r, const struct vt_frame_xml *leaf, struct vt_span s)
{
	const struct vt_edxml_field *f = leaf->f;
	const char *one = NULL, **place;

	text(r, f, &one, s);
	if (one == NULL)
		return;
	place = vt_reader_append(r, vt_edxml_at(leaf->base, f->at),
	    vt_edxml_at(leaf->base, f->at_n), sizeof(*place));
	if (place != NULL)
		*place = one;
}

void
vt_value_store(struct vt_reader *r, const struct vt_frame_xml *leaf)
{
	const struct vt_edxml_field *f = leaf->f;
	struct vt_span s = vt_buf_view(&r->text), t = trim(s);
	void *at = vt_edxml_at(leaf->base, f->at);

	if (t.n == 0)
		return;
	for (size_t i = 0; i <= r->depth; i++)
		r->stack[i].touched = true;
	switch (f->kind) {
	case VT_F_TEXT:
		text(r, f, at, s);
		break;
	case VT_F_CODE:
		text(r, f, at, t);
		break;
	case VT_F_NUMBER:
		number(r, f, at, t);
		break;
	case VT_F_DAY:
		day(r, at, t);
		break;
	case VT_F_STAMP:
		stamp(r, at, t);
		break;
	case VT_F_TEXTS:
		texts(r, leaf, s);
		break;
	default:
		break;
	}
}
