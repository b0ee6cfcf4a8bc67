/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <strings.h>

#include "api/exchange/edxml/reader.h"
#include "base/text.h"

#define DETAIL_MAX 200 /* bytes of what was found */
#define REASON_MAX 500 /* characters of a status' description */

static const struct vt_edxml_rule_info rules[VT_EDXML_R__MAX] = {
#define VT_EDXML_RULE(name, slug, class, vi, en)                               \
	[VT_EDXML_R_##name] = { slug, (enum vt_edxml_class)(class), vi, en },
#include "api/exchange/edxml/rules.def"
#undef VT_EDXML_RULE
};

const struct vt_edxml_rule_info *
vt_edxml_rule_info(enum vt_edxml_rule rule)
{
	VT_ASSERT(rule < VT_EDXML_R__MAX);
	return &rules[rule];
}

enum vt_edxml_rule
vt_edxml_rule_from_slug(const char *slug)
{
	unsigned i = 0;

	while (i < VT_EDXML_R__MAX && strcmp(rules[i].slug, slug) != 0)
		i++;
	return (enum vt_edxml_rule)i;
}

/* One line of well-formed text, cut. */
static char *
line(struct vt_arena *a, struct vt_span s)
{
	VT_BUF_AUTO(b);

	for (size_t at = 0; at < s.n && b.n < DETAIL_MAX;) {
		int32_t c = vt_utf8_next(s, &at);

		if (c < 0)
			c = 0xFFFD;
		vt_utf8_put(&b, c < ' ' || c == 0x7F ? ' ' : (uint32_t)c);
	}
	return vt_arena_strndup(a, vt_buf_str(&b), b.n);
}

int
vt_edxml_add_finding(struct vt_edxml *x, enum vt_edxml_rule rule,
    const char *at, struct vt_span detail, struct vt_err *reterr)
{
	struct vt_edxml_finding *f = x->findings;
	size_t n = x->n_findings, room = n == 0 ? 8 : n * 2;

	if (n >= VT_L(EDXML_FINDINGS_MAX)) {
		/* the last places are for what refuses the packet */
		if (rules[rule].class != VT_EDXML_E ||
		    n >= 2 * VT_L(EDXML_FINDINGS_MAX))
			return VT_OK;
	}
	if (n == 0 || (n >= 8 && (n & (n - 1)) == 0)) {
		f = vt_arena_array(x->arena, room, sizeof(*f));
		if (f == NULL)
			return vt_arena_err(x->arena, reterr);
		if (n > 0)
			memcpy(f, x->findings, n * sizeof(*f));
		x->findings = f;
	}
	f[n].rule = rule;
	f[n].at = line(x->arena, vt_span_str(at));
	f[n].detail = line(x->arena, detail);
	if (f[n].at == NULL || f[n].detail == NULL)
		return vt_arena_err(x->arena, reterr);
	x->n_findings++;
	return VT_OK;
}

static int
rank(const struct vt_edxml_finding *f)
{
	switch (rules[f->rule].class) {
	case VT_EDXML_E:
		return 0;
	case VT_EDXML_W:
		return 1;
	default:
		return 2;
	}
}

/* By insertion: short, nearly sorted, stable. */
void
vt_edxml_sort_findings(struct vt_edxml *x)
{
	for (size_t i = 1; i < x->n_findings; i++) {
		struct vt_edxml_finding f = x->findings[i];
		size_t k = i;

		for (; k > 0 && rank(&x->findings[k - 1]) > rank(&f); k--)
			x->findings[k] = x->findings[k - 1];
		x->findings[k] = f;
	}
}

void
vt_reader_finding_at(struct vt_reader *r, enum vt_edxml_rule rule,
    const char *at, struct vt_span detail)
{
	struct vt_err err = VT_ERR_INIT;

	if (r->rc == VT_OK &&
	    vt_edxml_add_finding(r->x, rule, at, detail, &err) != VT_OK)
		vt_reader_fail(r, &err);
}

void
vt_reader_finding(
    struct vt_reader *r, enum vt_edxml_rule rule, struct vt_span detail)
{
	VT_BUF_AUTO(at);

	for (size_t i = 0; i <= r->depth; i++) {
		const struct vt_frame_xml *f = &r->stack[i];

		if (f->place < VT_P_REFERENCE || f->place == VT_P_ATTACHMENTS ||
		    f->name == NULL || *f->name == '\0')
			continue;
		vt_buf_printf(&at, "%s%s", at.n > 0 ? "/" : "", f->name);
		if (f->index > 0)
			vt_buf_printf(&at, "[%zu]", f->index);
	}
	vt_reader_finding_at(r, rule, vt_buf_str(&at), detail);
}

/* ---- judging ---- */

static bool
is_ours(const struct vt_edxml_receiving *r, const char *code)
{
	for (size_t i = 0; code != NULL && i < r->n_codes; i++)
		if (strcasecmp(code, r->codes[i]) == 0)
			return true;
	return false;
}

static bool
addressed(const struct vt_edxml *x, const struct vt_edxml_receiving *r)
{
	if (r->n_codes == 0 || r->forwarded)
		return true;
	if (x->kind == VT_EDXML_STATUS)
		return is_ours(r, x->status.of.organ);
	for (size_t i = 0; i < x->document.n_to; i++)
		if (is_ours(r, x->document.to[i].id))
			return true;
	return false;
}

static bool
later(const struct vt_edxml_day *d, vt_time now)
{
	struct vt_edxml_day t = vt_edxml_day_of(now);

	if (d->year != t.year)
		return d->year > t.year;
	return d->month != t.month ? d->month > t.month : d->day > t.day;
}

int
vt_edxml_judge(struct vt_edxml *x, const struct vt_edxml_receiving *r,
    struct vt_err *reterr)
{
	const struct vt_edxml_document *d = &x->document;
	struct vt_span none = VT_SPAN(NULL, 0);
	int rc = VT_OK;

	/* Who a status is meant for is found by its document, not by codes
	 * that gateways fill in as they like. */
	if (x->kind == VT_EDXML_DOCUMENT && !addressed(x, r))
		rc = vt_edxml_add_finding(
		    x, VT_EDXML_R_NOT_ADDRESSED, "To", none, reterr);
	if (rc == VT_OK && x->kind == VT_EDXML_DOCUMENT &&
	    d->promulgated.year != 0 && later(&d->promulgated, r->now))
		rc = vt_edxml_add_finding(x, VT_EDXML_R_FUTURE_DATE,
		    "PromulgationInfo/PromulgationDate",
		    vt_span_str(d->promulgated.text), reterr);
	if (rc == VT_OK && x->kind == VT_EDXML_DOCUMENT &&
	    r->signed_pdfs == 0 && d->n_attachments > 0)
		rc = vt_edxml_add_finding(
		    x, VT_EDXML_R_NO_VALID_SIGNATURE, "", none, reterr);
	vt_edxml_sort_findings(x);
	return rc;
}

const struct vt_edxml_finding *
vt_edxml_refusal(const struct vt_edxml *x)
{
	for (size_t i = 0; i < x->n_findings; i++)
		if (rules[x->findings[i].rule].class == VT_EDXML_E)
			return &x->findings[i];
	return NULL;
}

/* What a finding is about, for people: the file's name, else the place. */
static const char *
about(const struct vt_edxml *x, const struct vt_edxml_finding *f)
{
	static const char file[] = "Attachment[";
	const struct vt_edxml_document *d = &x->document;
	unsigned long i;

	if (strncmp(f->at, file, sizeof(file) - 1) != 0)
		return f->at;
	i = strtoul(f->at + sizeof(file) - 1, NULL, 10);
	if (i == 0 || i > d->n_attachments ||
	    d->attachments[i - 1].name == NULL)
		return f->at;
	return d->attachments[i - 1].name;
}

void
vt_edxml_reason(const struct vt_edxml *x, bool vi, struct vt_buf *ret)
{
	size_t left = REASON_MAX;
	VT_BUF_AUTO(b);

	for (size_t i = 0; i < x->n_findings; i++) {
		const struct vt_edxml_finding *f = &x->findings[i];
		const struct vt_edxml_rule_info *r = &rules[f->rule];
		const char *what = about(x, f);

		if (r->class != VT_EDXML_E)
			continue;
		vt_buf_printf(
		    &b, "%s%s", b.n > 0 ? "; " : "", vi ? r->vi : r->en);
		if (*what != '\0')
			vt_buf_printf(&b, " (%s)", what);
	}
	for (size_t at = 0; at < b.n && left > 0; left--) {
		size_t from = at;

		(void)vt_utf8_next(vt_buf_view(&b), &at);
		vt_buf_put(ret, b.p + from, at - from);
	}
}

/* NFC, runs of white space as one space, none at the ends. */
static bool
plain(const char *s, struct vt_buf *ret)
{
	VT_BUF_AUTO(nfc);
	bool gap = false;

	if (vt_text_nfc(vt_span_str(s), &nfc, NULL) != VT_OK)
		return false;
	for (size_t i = 0; i < nfc.n; i++) {
		uint8_t c = nfc.p[i];

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			gap = true;
			continue;
		}
		if (gap && ret->n > 0)
			vt_buf_putc(ret, ' ');
		gap = false;
		vt_buf_putc(ret, c);
	}
	return ret->failed == VT_OK;
}

bool
vt_edxml_same_text(const char *a, const char *b)
{
	VT_BUF_AUTO(x);
	VT_BUF_AUTO(y);

	if (a == NULL || b == NULL)
		return a == b;
	return plain(a, &x) && plain(b, &y) &&
	       vt_span_eq(vt_buf_view(&x), vt_buf_view(&y));
}
