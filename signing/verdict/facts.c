/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of reasons, and what all gatherers of facts need. */
#include "signing/verdict/facts.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

const struct vt_reason_row vt_reason_rows[VT_R__MAX] = {
#define VT_REASON(name, code, clause, indication, sub, vi, en)                 \
	[VT_R_##name] = { code, clause, indication, sub, vi, en },
#include "signing/verdict/reason.def"
#undef VT_REASON
};

const char *
vt_facts_text(struct vt_facts *f, struct vt_span s)
{
	struct vt_span copy;
	size_t at = 0, from;
	int32_t c;
	char *text;

	text = vt_arena_alloc(f->out, s.n + 1);
	if (text == NULL) {
		f->nomem = true;
		return "";
	}
	copy = VT_SPAN(text, s.n);
	if (s.n > 0)
		memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	while (at < s.n) {
		from = at;
		c = vt_utf8_next(copy, &at);
		if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			memset(text + from, '?', at - from);
	}
	return text;
}

static const char *vprint(struct vt_facts *f, const char *fmt, va_list ap)
    VT_PRINTF(2, 0);

static const char *
vprint(struct vt_facts *f, const char *fmt, va_list ap)
{
	char text[600];
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	size_t used = n < 0 ? 0 : (size_t)n;

	if (used >= sizeof(text))
		used = sizeof(text) - 1; /* a cut character becomes '?' */
	return vt_facts_text(f, VT_SPAN(text, used));
}

const char *
vt_facts_printf(struct vt_facts *f, const char *fmt, ...)
{
	const char *s;
	va_list ap;

	va_start(ap, fmt);
	s = vprint(f, fmt, ap);
	va_end(ap);
	return s;
}

bool
vt_facts_grow(struct vt_facts *f, struct vt_arena *arena, void *array, size_t n,
    size_t *cap, size_t size)
{
	void *old, *grown;
	size_t want;

	if (n < *cap)
		return true;
	want = *cap == 0 ? 4 : *cap * 2;
	grown = vt_arena_array(arena, want, size);
	if (grown == NULL) {
		f->nomem = true;
		return false;
	}
	memcpy(&old, array, sizeof(old));
	if (n > 0)
		memcpy(grown, old, n * size);
	memcpy(array, &grown, sizeof(grown));
	*cap = want;
	return true;
}

void
vt_finding(struct vt_facts *f, struct vt_signature_facts *s,
    enum vt_reason_id id, const char *fmt, ...)
{
	const char *detail = NULL;
	va_list ap;
	size_t i;

	if (fmt != NULL) {
		va_start(ap, fmt);
		detail = vprint(f, fmt, ap);
		va_end(ap);
	}
	/* The same thing said twice helps nobody. */
	for (i = 0; i < s->n_findings; i++)
		if (s->findings[i].id == id &&
		    (detail == NULL || s->findings[i].detail == NULL ||
			strcmp(detail, s->findings[i].detail) == 0))
			return;
	if (!vt_facts_grow(f, f->out, &s->findings, s->n_findings,
		&s->cap_findings, sizeof(*s->findings)))
		return;
	s->findings[s->n_findings++] = (struct vt_finding){ id, detail };
}

bool
vt_has_finding(const struct vt_signature_facts *s, enum vt_reason_id id)
{
	size_t i;

	for (i = 0; i < s->n_findings; i++)
		if (s->findings[i].id == id)
			return true;
	return false;
}

/* n digits at *at; -1 when they are not there. */
static int
digits(struct vt_span s, size_t *at, size_t n)
{
	int v = 0;
	size_t i;

	if (s.n - *at < n)
		return -1;
	for (i = 0; i < n; i++) {
		uint8_t c = s.p[*at + i];

		if (c < '0' || c > '9')
			return -1;
		v = v * 10 + (c - '0');
	}
	*at += n;
	return v;
}

/*
 * D:YYYYMMDDHHmmSSOHH'mm' where everything after the year may be absent.
 * Without an offset the time is in no known zone: then UTC+7 is taken, the
 * zone of every office this program serves. It is a claim either way.
 */
vt_time
vt_pdf_date(struct vt_span s)
{
	struct vt_date d = { .month = 1, .day = 1 };
	int *parts[] = { &d.month, &d.day, &d.hour, &d.minute, &d.second };
	static const int low[] = { 1, 1, 0, 0, 0 };
	static const int high[] = { 12, 31, 23, 59, 60 };
	size_t at = 0, i;
	int offset = VT_TIME_VN_S, h, m = 0;
	char sign;

	if (s.n >= 2 && s.p[0] == 'D' && s.p[1] == ':')
		at = 2;
	if ((d.year = digits(s, &at, 4)) < 1900)
		return VT_TIME_NONE;
	for (i = 0; i < 5; i++) {
		int v = digits(s, &at, 2);

		if (v < 0)
			break;
		if (v < low[i] || v > high[i])
			return VT_TIME_NONE;
		*parts[i] = v;
	}
	if (at == s.n)
		return vt_time_from_date(&d, offset);
	sign = (char)s.p[at++];
	if (sign == 'Z')
		return vt_time_from_date(&d, 0);
	if (sign != '+' && sign != '-')
		return VT_TIME_NONE;
	h = digits(s, &at, 2);
	if (h < 0 || h > 23)
		return VT_TIME_NONE;
	if (at < s.n && s.p[at] == '\'') {
		at++;
		if (at < s.n && (m = digits(s, &at, 2)) < 0)
			return VT_TIME_NONE;
	}
	offset = (h * 60 + m) * 60;
	return vt_time_from_date(&d, sign == '-' ? -offset : offset);
}
