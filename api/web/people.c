/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/web/people.h"

#define MANY 100
#define MARK 8 /* digits of the id that tell namesakes apart */

const struct vt_person *
vt_people_next(struct vt_people *p)
{
	for (;;) {
		for (; p->i < p->n; p->i++) {
			const struct vt_person *x = &p->p[p->i];

			p->after = x->seq;
			if (x->active && (x->roles & VT_ROLE_SYSTEM) == 0 &&
			    vt_who_role_may(x->roles, VT_DUTY_PROCESS)) {
				p->i++;
				return x;
			}
		}
		if (p->rc != VT_OK || (p->n != 0 && p->n < VT_PEOPLE_BATCH))
			return NULL;
		p->rc = vt_person_list(p->v, p->agency_no, p->after, p->p,
		    VT_PEOPLE_BATCH, &p->n, NULL);
		p->i = 0;
		if (p->rc != VT_OK || p->n == 0)
			return NULL;
	}
}

bool
vt_people_are_many(struct vt_desk *d, struct vt_view *v)
{
	struct vt_people p = { .v = v, .agency_no = d->me->agency_no };
	size_t n = 0;

	while (n <= MANY && vt_people_next(&p) != NULL)
		n++;
	return n > MANY;
}

void
vt_people_label(const struct vt_person *p, struct vt_buf *ret)
{
	char id[VT_ID_TEXT + 1];

	vt_id_text(&p->id, id);
	/* markup: none, callers escape it */
	vt_buf_printf(ret, "%s%s%s #%.*s", p->name,
	    *p->position == '\0' ? "" : " · ", p->position, MARK, id);
}

static void
choose(struct vt_desk *d, struct vt_people *p, const struct vt_people_field *f)
{
	struct vt_buf *b = d->page.b;
	const struct vt_person *x;

	vt_html(b, ">\n<option value=\"\">%s</option>\n",
	    T(d, "— chọn người —", "— choose —"));
	while ((x = vt_people_next(p)) != NULL) {
		char id[VT_ID_TEXT + 1];

		if (f->except != NULL && vt_id_eq(&x->id, f->except))
			continue;
		vt_id_text(&x->id, id);
		vt_html(b, "<option value=\"%s\"%s>%s%s%s</option>\n", id,
		    strcmp(f->typed, id) == 0 ? " selected" : "", x->name,
		    *x->position == '\0' ? "" : " · ", x->position);
	}
	vt_html(b, "</select>\n");
}

static void
propose(struct vt_desk *d, struct vt_people *p, const struct vt_people_field *f)
{
	struct vt_buf *b = d->page.b;
	const struct vt_person *x;

	vt_html(b,
	    " list=\"%s-list\" type=\"text\" maxlength=\"300\" value=\"%s\" "
	    "placeholder=\"%s\">\n<datalist id=\"%s-list\">\n",
	    f->id, f->typed, T(d, "gõ họ tên", "type the name"), f->id);
	while ((x = vt_people_next(p)) != NULL) {
		VT_BUF_AUTO(label);

		if (f->except != NULL && vt_id_eq(&x->id, f->except))
			continue;
		vt_people_label(x, &label);
		vt_html(
		    b, "<option value=\"%s\"></option>\n", vt_buf_str(&label));
	}
	vt_html(b, "</datalist>\n");
}

void
vt_people_field(
    struct vt_desk *d, struct vt_view *v, const struct vt_people_field *f)
{
	struct vt_people p = { .v = v, .agency_no = d->me->agency_no };
	bool many = vt_people_are_many(d, v);

	vt_html(d->page.b, "<%s id=\"%s\" name=\"%s\" required",
	    many ? "input" : "select", f->id, f->name);
	if (f->wrong != NULL)
		vt_html(d->page.b,
		    " aria-invalid=\"true\" aria-describedby=\"%s\"", f->wrong);
	if (many)
		propose(d, &p, f);
	else
		choose(d, &p, f);
}

static bool
is_meant(const struct vt_person *p, const char *text)
{
	const char *mark = strrchr(text, '#');
	char id[VT_ID_TEXT + 1];

	vt_id_text(&p->id, id);
	return mark != NULL && strlen(mark + 1) == MARK
		   ? strncmp(id, mark + 1, MARK) == 0
		   : strcmp(p->name, text) == 0;
}

int
vt_people_find(
    struct vt_desk *d, const char *text, vt_id *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_people p = { .agency_no = d->me->agency_no };
	const struct vt_person *x;
	size_t n = 0;
	int rc;

	if (vt_id_parse(vt_span_str(text), ret))
		return VT_OK;
	rc = vt_view_begin(vt_office_store(d->office), &v, reterr);
	if (rc != VT_OK)
		return rc;
	p.v = v;
	while ((x = vt_people_next(&p)) != NULL)
		if (is_meant(x, text)) {
			*ret = x->id;
			n++;
		}
	if (p.rc == VT_OK && n == 1)
		return VT_OK;
	return vt_err_set(reterr, p.rc != VT_OK ? p.rc : VT_E_PERSON_UNKNOWN,
	    n == 0 ? "form: nobody was chosen"
		   : "form: several have this name");
}
