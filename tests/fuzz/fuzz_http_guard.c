/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The header guard. The input is a header block as it came from the wire; the
 * target cuts it as leniently as the HTTP library does (bare LF and bare CR
 * end lines, folded lines are joined into fresh memory, NULs end strings),
 * overwrites the separators as it does, and asks the guard. A strict reading
 * of the untouched bytes, written line by line from RFC 9112, must agree.
 */
#include "api/http/guard.h"
#include "base/limits.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"

#define LINES_MAX 80

/* --- the lenient library --- */

struct lenient {
	uint8_t *b; /* copy, overwritten */
	size_t n, at;
	struct vt_http_field fields[LINES_MAX];
	char *joined[LINES_MAX];
	size_t nfields, njoined;
};

/* One line, its end overwritten; false when no end is left. */
static bool
next_line(struct lenient *l, uint8_t **ret)
{
	size_t i = l->at;

	while (i < l->n && l->b[i] != '\r' && l->b[i] != '\n')
		i++;
	if (i >= l->n)
		return false;
	*ret = l->b + l->at;
	if (l->b[i] == '\r') {
		l->b[i++] = 0;
		if (i >= l->n)
			return false;
		if (l->b[i] == '\n')
			l->b[i++] = 0;
	} else {
		l->b[i++] = 0;
	}
	l->at = i;
	return true;
}

static void
join(struct lenient *l, const char *more)
{
	struct vt_http_field *f = &l->fields[l->nfields - 1];
	size_t n = f->name.n + strlen(more);
	char *p = malloc(n + 1);

	VT_FUZZ_HOLDS(p != NULL);
	memcpy(p, f->name.p, f->name.n);
	memcpy(p + f->name.n, more, n - f->name.n + 1);
	if (l->njoined == LINES_MAX) {
		free(p);
		return;
	}
	l->joined[l->njoined++] = p;
	f->name = VT_SPAN(p, n);
}

static bool
lenient_field(struct lenient *l, uint8_t *line)
{
	char *s = (char *)line, *colon;

	if ((*s == ' ' || *s == '\t') && l->nfields > 0) {
		join(l, s + strspn(s, " \t"));
		return true;
	}
	colon = strchr(s, ':');
	if (colon == NULL || l->nfields == LINES_MAX)
		return false;
	*colon = '\0';
	l->fields[l->nfields].name = vt_span_str(s);
	colon += 1 + strspn(colon + 1, " \t");
	l->fields[l->nfields++].value = vt_span_str(colon);
	return true;
}

/* The library cuts blanks off the end of a value, or not: both must do. */
static void
trim_values(struct lenient *l)
{
	for (size_t i = 0; i < l->nfields; i++) {
		struct vt_span *v = &l->fields[i].value;

		while (v->n > 0 &&
		       (v->p[v->n - 1] == ' ' || v->p[v->n - 1] == '\t'))
			v->n--;
	}
}

struct parsed {
	struct lenient l;
	struct vt_http_head head;
	char *target;
};

static bool
lenient_parse(struct parsed *q, const uint8_t *p, size_t n, bool trim)
{
	char *line, *target, *version;
	uint8_t *u;

	q->l.b = malloc(n + 1);
	VT_FUZZ_HOLDS(q->l.b != NULL);
	memcpy(q->l.b, p, n);
	q->l.b[n] = 0;
	q->l.n = n;
	if (!next_line(&q->l, &u))
		return false;
	line = (char *)u;
	target = strchr(line, ' ');
	if (target == NULL)
		return false;
	while (*target == ' ')
		*target++ = '\0';
	version = strrchr(target, ' ');
	if (version == NULL)
		return false;
	*version++ = '\0';
	for (char *end = version - 2; end > target && *end == ' '; end--)
		*end = '\0';
	q->target = strdup(target);
	VT_FUZZ_HOLDS(q->target != NULL);
	for (char *c = target; *c != '\0'; c++)
		if (strchr("?&=", *c) != NULL)
			*c = '\0';
	for (;;) {
		if (!next_line(&q->l, &u))
			return false;
		if (*u == '\0' && q->l.b + q->l.at - u <= 2)
			break;
		if (!lenient_field(&q->l, u))
			return false;
	}
	if (trim)
		trim_values(&q->l);
	q->head = (struct vt_http_head){
		.block = VT_SPAN(q->l.b, q->l.at),
		.method = vt_span_str(line),
		.target = vt_span_str(q->target),
		.version = vt_span_str(version),
		.target_at = (size_t)(target - line),
		.fields = q->l.fields,
		.nfields = q->l.nfields,
	};
	return true;
}

static void
lenient_free(struct parsed *q)
{
	for (size_t i = 0; i < q->l.njoined; i++)
		free(q->l.joined[i]);
	free(q->l.b);
	free(q->target);
}

/* --- the strict reading --- */

static bool
is_end(uint8_t c)
{
	return c == '\r' || c == '\n' || c == 0;
}

/* Does the run of line-end bytes around i hold a NUL that was sent? */
static bool
run_has_nul(struct vt_span s, size_t i)
{
	while (i > 0 && is_end(s.p[i - 1]))
		i--;
	for (; i < s.n && is_end(s.p[i]); i++)
		if (s.p[i] == 0)
			return true;
	return false;
}

/*
 * A line ends in CR LF. The library writes NUL over both, so NULs that were
 * sent right beside a line's end cannot be told from it (guard.h says so): of
 * such a run only the length is known. All other NULs are seen.
 */
static bool
strict_line(struct vt_span s, size_t *at, struct vt_span *ret)
{
	for (size_t i = *at; i + 1 < s.n; i++) {
		if (!is_end(s.p[i]))
			continue;
		if (!is_end(s.p[i + 1]) ||
		    (!run_has_nul(s, i) &&
			(s.p[i] != '\r' || s.p[i + 1] != '\n')))
			return false;
		*ret = VT_SPAN(s.p + *at, i - *at);
		*at = i + 2;
		return true;
	}
	return false;
}

struct strict {
	size_t hosts, lengths, codings, fields;
	bool chunked;
};

static bool
strict_field(struct strict *st, struct vt_span line)
{
	const uint8_t *colon = memchr(line.p, ':', line.n);
	struct vt_span name, value;

	if (colon == NULL)
		return false;
	name = VT_SPAN(line.p, (size_t)(colon - line.p));
	value = VT_SPAN(colon + 1, line.n - name.n - 1);
	while (value.n > 0 && (value.p[0] == ' ' || value.p[0] == '\t'))
		value.p++, value.n--;
	while (value.n > 0 &&
	       (value.p[value.n - 1] == ' ' || value.p[value.n - 1] == '\t'))
		value.n--;
	if (!vt_http_is_token(name) || !vt_utf8_is_valid(value))
		return false;
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] != '\t' &&
		    (value.p[i] < 0x20 || value.p[i] == 0x7f))
			return false;
	st->fields++;
	st->hosts += vt_http_span_is(name, "host");
	st->lengths += vt_http_span_is(name, "content-length");
	if (vt_http_span_is(name, "transfer-encoding")) {
		st->codings++;
		st->chunked = vt_http_span_is(value, "chunked");
	}
	return true;
}

/* What must hold of a block that the guard let through. */
static bool
strict_accepts(struct vt_span s)
{
	struct strict st = { 0, 0, 0, 0, false };
	struct vt_span line;
	size_t at = 0, spaces = 0;

	if (s.n > VT_L(HTTP_HEADER_MAX) || !strict_line(s, &at, &line))
		return false;
	for (size_t i = 0; i < line.n; i++) {
		spaces += line.p[i] == ' ';
		if (line.p[i] < 0x20 || line.p[i] >= 0x7f)
			return false;
	}
	if (spaces != 2)
		return false;
	for (;;) {
		if (!strict_line(s, &at, &line))
			return false;
		if (line.n == 0)
			break;
		if (!strict_field(&st, line))
			return false;
	}
	return at == s.n && st.hosts == 1 && st.lengths <= 1 &&
	       st.codings <= 1 && st.lengths + st.codings <= 1 &&
	       (st.codings == 0 || st.chunked) &&
	       st.fields <= VT_L(HTTP_FIELDS_MAX);
}

static void
check_target(struct vt_span t)
{
	bool star = vt_span_is(t, "*");

	VT_FUZZ_HOLDS(star || (t.n > 0 && t.p[0] == '/'));
	for (size_t i = 0; i + 1 < t.n && t.p[i] != '?'; i++) {
		VT_FUZZ_HOLDS(t.p[i] != '/' || t.p[i + 1] != '/');
		VT_FUZZ_HOLDS(t.p[i] > 0x20 && t.p[i] < 0x7f);
	}
	VT_FUZZ_HOLDS(t.n < 3 || memcmp(t.p, "/..", 3) != 0 ||
		      (t.n > 3 && t.p[3] != '/' && t.p[3] != '?'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	for (int trim = 0; trim < 2; trim++) {
		struct parsed q = { 0 };
		struct vt_http_length len = { false, false, 0 };
		struct vt_err err = VT_ERR_INIT;

		if (n > 0 && lenient_parse(&q, p, n, trim != 0)) {
			int rc = vt_http_guard(&q.head, &len, &err);

			VT_FUZZ_HOLDS((rc == VT_OK) == (err.code == VT_OK));
			if (rc == VT_OK) {
				VT_FUZZ_HOLDS(
				    strict_accepts(VT_SPAN(p, q.head.block.n)));
				VT_FUZZ_HOLDS(!len.chunked || !len.declared);
				check_target(q.head.target);
			}
		}
		lenient_free(&q);
	}
	return 0;
}

const void *
vt_fuzz_seed(size_t i, size_t *ret_n)
{
	static const char *const seeds[] = {
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /v1/papers?x=%C3%A1&y=1 HTTP/1.1\r\nHost: a:80\r\n"
		"Content-Length: 12\r\nContent-Type: application/json\r\n\r\n",
		"POST /u HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
		"Authorization: Bearer x\r\nIdempotency-Key: k\r\n\r\n",
		"GET /a/b HTTP/1.1\r\nHost: a\r\nX-A: y\r\n z\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: [::1]\r\nX:\r\nY: \t b \r\n\r\n",
	};

	if (i >= sizeof(seeds) / sizeof(seeds[0]))
		return NULL;
	*ret_n = strlen(seeds[i]);
	return seeds[i];
}

const char *
vt_fuzz_word(size_t i)
{
	static const char *const words[] = { "\r\n", "\n", "\r", ": ", " :",
		"Host: b\r\n", "Content-Length: 3\r\n", "\r\n ", "\r\n\t",
		"Transfer-Encoding: chunked\r\n", "%2f", "%00", "%2e", "..",
		"//", "/../", "\r\n\r\n", "HTTP/1.1", "?", "%c3%28",
		"Expect: 100-continue\r\n", " HTTP/1.0\r\n" };

	return i < sizeof(words) / sizeof(words[0]) ? words[i] : NULL;
}
