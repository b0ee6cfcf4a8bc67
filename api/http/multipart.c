/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/multipart.h"

#include <stdlib.h>

#include "api/http/guard.h"
#include "base/limits.h"

#define BOUNDARY_MAX 70 /* RFC 2046 §5.1.1 */

enum state {
	AFTER_BOUNDARY, /* what follows a boundary: CR LF or "--" */
	HEADERS,
	BODY,
	CLOSED, /* the rest is an epilogue and ignored */
};

struct vt_multipart {
	const struct vt_multipart_ops *ops;
	void *arg;
	enum state state;
	uint8_t mark[BOUNDARY_MAX + 4]; /* CR LF -- boundary */
	size_t nmark;
	size_t matched;     /* bytes of mark at the end of what came */
	bool preamble;      /* before the first boundary: bytes are dropped */
	struct vt_buf line; /* AFTER_BOUNDARY, HEADERS: collected */
	struct vt_buf file; /* name of the part's file, as sent */
	size_t parts;
};

/* Value of a parameter in `name=value` or `name="value"` form. */
static bool
parameter(struct vt_span v, const char *name, struct vt_buf *ret)
{
	size_t at = 0, n = strlen(name);

	while (at < v.n) {
		const uint8_t *semi = memchr(v.p + at, ';', v.n - at);

		if (semi == NULL)
			return false;
		at = (size_t)(semi - v.p) + 1;
		while (at < v.n && (v.p[at] == ' ' || v.p[at] == '\t'))
			at++;
		if (v.n - at <= n ||
		    !vt_http_span_is(VT_SPAN(v.p + at, n), name) ||
		    v.p[at + n] != '=')
			continue;
		at += n + 1;
		if (at < v.n && v.p[at] == '"') {
			for (at++; at < v.n && v.p[at] != '"'; at++) {
				if (v.p[at] == '\\' && at + 1 < v.n)
					at++;
				vt_buf_putc(ret, v.p[at]);
			}
			return at < v.n;
		}
		while (at < v.n && v.p[at] != ';' && v.p[at] != ' ')
			vt_buf_putc(ret, v.p[at++]);
		return true;
	}
	return false;
}

int
vt_multipart_new(struct vt_span type, const struct vt_multipart_ops *ops,
    void *arg, struct vt_multipart **ret, struct vt_err *reterr)
{
	struct vt_multipart *m;
	VT_BUF_AUTO(b);

	if (!parameter(type, "boundary", &b) || b.n == 0 ||
	    b.n > BOUNDARY_MAX || memchr(b.p, '\r', b.n) != NULL ||
	    memchr(b.p, '\n', b.n) != NULL)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "form: RFC 2046 §5.1.1: wanted a boundary of 1 to 70 "
		    "characters");
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "form");
	m->ops = ops;
	m->arg = arg;
	memcpy(m->mark, "\r\n--", 4);
	memcpy(m->mark + 4, b.p, b.n);
	m->nmark = b.n + 4;
	/* The first boundary has no line before it. */
	m->matched = 2;
	m->preamble = true;
	m->state = BODY;
	vt_buf_init(&m->line, VT_L(MULTIPART_HEADER_MAX));
	*ret = m;
	return VT_OK;
}

void
vt_multipart_free(struct vt_multipart *m)
{
	if (m == NULL)
		return;
	vt_buf_free(&m->line);
	vt_buf_free(&m->file);
	free(m);
}

static int
emit(struct vt_multipart *m, struct vt_span s, struct vt_err *reterr)
{
	if (m->preamble || s.n == 0)
		return VT_OK;
	return m->ops->bytes(m->arg, s, reterr);
}

/*
 * After a mismatch: how much of mark[0..matched) followed by c is again a
 * beginning of the mark. CR stands only at its start, so nothing but a new
 * beginning can overlap.
 */
static size_t
restart(uint8_t c)
{
	return c == '\r' ? 1 : 0;
}

/* Takes bytes of a body up to and including the next boundary. */
static int
take_body(
    struct vt_multipart *m, struct vt_span s, size_t *at, struct vt_err *reterr)
{
	while (*at < s.n) {
		size_t held = m->matched, start = *at;
		int rc;

		/* Plain bytes go on in one piece. */
		if (held == 0) {
			const uint8_t *cr =
			    memchr(s.p + start, '\r', s.n - start);
			size_t end = cr == NULL ? s.n : (size_t)(cr - s.p);

			rc = emit(m, VT_SPAN(s.p + start, end - start), reterr);
			if (rc != VT_OK)
				return rc;
			*at = end;
			if (cr == NULL)
				return VT_OK;
			++*at;
			m->matched = 1;
			continue;
		}
		if (s.p[*at] == m->mark[held]) {
			++*at;
			if (++m->matched == m->nmark) {
				m->matched = 0;
				m->state = AFTER_BOUNDARY;
				m->preamble = false;
				vt_buf_reset(&m->line);
				return VT_OK;
			}
			continue;
		}
		/* What was held back was content after all. */
		m->matched = 0;
		rc = emit(m, VT_SPAN(m->mark, held), reterr);
		if (rc != VT_OK)
			return rc;
		m->matched = restart(s.p[*at]);
		*at += m->matched;
	}
	return VT_OK;
}

static int
begin_part(struct vt_multipart *m, struct vt_err *reterr)
{
	VT_BUF_AUTO(name);
	struct vt_span all = vt_buf_view(&m->line);
	bool found = false, is_file = false;
	size_t at = 0;

	vt_buf_reset(&m->file);
	if (++m->parts > VT_L(FORM_FIELDS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "form: at most %zu fields", VT_L(FORM_FIELDS_MAX));
	while (at < all.n) {
		const uint8_t *end = memchr(all.p + at, '\r', all.n - at);
		struct vt_span l = VT_SPAN(all.p + at,
		    end == NULL ? all.n - at : (size_t)(end - all.p) - at);

		at += l.n + 2;
		if (l.n < 20 ||
		    !vt_http_span_is(VT_SPAN(l.p, 20), "Content-Disposition:"))
			continue;
		found = parameter(l, "name", &name);
		is_file = parameter(l, "filename", &m->file);
	}
	if (!found || vt_buf_status(&name, NULL) != VT_OK ||
	    (name.n > 0 && memchr(name.p, 0, name.n) != NULL))
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "form: RFC 7578 §4.2: a part without a name");
	m->state = BODY;
	/* An empty part: its boundary follows the empty line at once. */
	m->matched = 0;
	return m->ops->begin(m->arg, vt_buf_str(&name), is_file, reterr);
}

static int
take_line_byte(struct vt_multipart *m, uint8_t c, struct vt_err *reterr)
{
	vt_buf_putc(&m->line, c);
	if (m->line.failed != VT_OK)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "form: headers of a part: at most %zu bytes",
		    VT_L(MULTIPART_HEADER_MAX));
	if (m->state == AFTER_BOUNDARY) {
		if (m->line.n < 2)
			return VT_OK;
		if (memcmp(m->line.p, "--", 2) == 0)
			m->state = CLOSED;
		else if (memcmp(m->line.p, "\r\n", 2) == 0)
			m->state = HEADERS;
		else
			return vt_err_set(reterr, VT_E_SYNTAX,
			    "form: RFC 2046 §5.1.1: bytes after a boundary");
		vt_buf_reset(&m->line);
		return VT_OK;
	}
	if (m->line.n >= 4 &&
	    memcmp(m->line.p + m->line.n - 4, "\r\n\r\n", 4) == 0)
		return begin_part(m, reterr);
	if (m->line.n == 2 && memcmp(m->line.p, "\r\n", 2) == 0)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "form: RFC 7578 §4.2: a part without headers");
	return VT_OK;
}

int
vt_multipart_put(
    struct vt_multipart *m, struct vt_span s, struct vt_err *reterr)
{
	size_t at = 0;
	int rc = VT_OK;

	while (at < s.n && rc == VT_OK && m->state != CLOSED) {
		if (m->state == BODY)
			rc = take_body(m, s, &at, reterr);
		else
			rc = take_line_byte(m, s.p[at++], reterr);
	}
	return rc;
}

struct vt_span
vt_multipart_file(const struct vt_multipart *m)
{
	return vt_buf_view(&m->file);
}

int
vt_multipart_end(const struct vt_multipart *m, struct vt_err *reterr)
{
	if (m->state != CLOSED)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "form: RFC 2046 §5.1.1: the closing boundary is missing");
	return VT_OK;
}
