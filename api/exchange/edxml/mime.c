/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The oldest form: a multipart message (RFC 2046 §5.1), its first part the
 * SOAP envelope, the others the attachments. Read as it streams by; what is
 * held is one chunk and the longest delimiter. Line ends may be bare LF.
 */
#include <stdlib.h>
#include <strings.h>

#include "api/exchange/edxml/reader.h"
#include "base/limits.h"
#include "base/text.h"

#define BOUNDARY_MAX 70 /* RFC 2046 §5.1.1 */

enum stage {
	TOP,       /* header fields of the message */
	PREAMBLE,  /* up to the first delimiter */
	DELIMITER, /* the rest of its line */
	HEAD,      /* header fields of a part */
	BODY,
	EPILOGUE
};

struct vt_mime {
	struct vt_reader *r;
	vt_edxml_sink *xml;
	void *arg;
	enum stage stage;
	char delimiter[BOUNDARY_MAX + 4]; /* "\n--boundary" */
	size_t n_delimiter;
	struct vt_buf held;
	bool skip_lf; /* held begins with the line end before a body */
	size_t parts;
	bool encoded; /* the part's body is base64 */
};

static int
bad(const char *why, struct vt_err *reterr)
{
	return vt_err_set(
	    reterr, VT_E_SYNTAX, "edXML packet: RFC 2046 §5.1: %s", why);
}

int
vt_mime_new(struct vt_reader *r, vt_edxml_sink *xml, void *arg,
    struct vt_mime **ret, struct vt_err *reterr)
{
	struct vt_mime *m;

	if (r->how->no_old_dialects)
		return vt_err_set(reterr, VT_E_UNSUPPORTED,
		    "edXML packet: an older form, a MIME message; "
		    "{" VT_EDXML_NS "}edXML wanted");
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "edXML packet: memory");
	m->r = r;
	m->xml = xml;
	m->arg = arg;
	*ret = m;
	return VT_OK;
}

void
vt_mime_free(struct vt_mime *m)
{
	if (m == NULL)
		return;
	vt_buf_free(&m->held);
	free(m);
}

/* Drops the first n bytes of what is held. */
static void
drop(struct vt_mime *m, size_t n)
{
	memmove(m->held.p, m->held.p + n, m->held.n - n);
	vt_buf_truncate(&m->held, m->held.n - n);
}

/* ---- header fields ---- */

/* The end of the header fields: behind the empty line; 0 = not there yet. */
static size_t
head_length(struct vt_span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\n')
			continue;
		if (i + 1 < s.n && s.p[i + 1] == '\n')
			return i + 2;
		if (i + 2 < s.n && s.p[i + 1] == '\r' && s.p[i + 2] == '\n')
			return i + 3;
	}
	return 0;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Value of a field, with its folded lines. */
static struct vt_span
field(struct vt_span head, const char *name)
{
	size_t n = strlen(name);

	for (size_t at = 0; at < head.n;) {
		const uint8_t *p = head.p + at;
		size_t left = head.n - at, end = 0;

		do { /* a line, and those that go on with a blank */
			const uint8_t *lf = memchr(p + end, '\n', left - end);

			end = lf == NULL ? left : (size_t)(lf - p) + 1;
		} while (end < left && (p[end] == ' ' || p[end] == '\t'));
		if (end > n && p[n] == ':' &&
		    strncasecmp((const char *)p, name, n) == 0) {
			struct vt_span v = VT_SPAN(p + n + 1, end - n - 1);

			while (v.n > 0 && is_blank(v.p[0]))
				v = VT_SPAN(v.p + 1, v.n - 1);
			while (v.n > 0 && is_blank(v.p[v.n - 1]))
				v.n--;
			return v;
		}
		at += end;
	}
	return VT_SPAN(NULL, 0);
}

/* name="value" or name=value of a field. */
static struct vt_span
parameter(struct vt_span v, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i + n + 1 < v.n; i++) {
		struct vt_span s;
		size_t len = 0;

		if ((i > 0 && v.p[i - 1] != ';' && !is_blank(v.p[i - 1])) ||
		    v.p[i + n] != '=' ||
		    strncasecmp((const char *)v.p + i, name, n) != 0)
			continue;
		s = VT_SPAN(v.p + i + n + 1, v.n - i - n - 1);
		if (s.p[0] == '"') {
			const uint8_t *q = memchr(s.p + 1, '"', s.n - 1);

			return q == NULL
				   ? VT_SPAN(NULL, 0)
				   : VT_SPAN(s.p + 1, (size_t)(q - s.p) - 1);
		}
		while (len < s.n && s.p[len] != ';' && !is_blank(s.p[len]))
			len++;
		return VT_SPAN(s.p, len);
	}
	return VT_SPAN(NULL, 0);
}

static int
set_boundary(struct vt_mime *m, struct vt_span b, struct vt_err *reterr)
{
	if (b.n == 0 || b.n > BOUNDARY_MAX)
		return bad("a boundary of 1 to 70 characters wanted", reterr);
	memcpy(m->delimiter, "\n--", 3);
	memcpy(m->delimiter + 3, b.p, b.n);
	m->n_delimiter = b.n + 3;
	return VT_OK;
}

/* ---- parts ---- */

static const char *
keep(struct vt_reader *r, struct vt_span s)
{
	char *p;

	if (s.n == 0 || !vt_utf8_is_valid(s) || memchr(s.p, 0, s.n) != NULL)
		return NULL;
	p = vt_reader_alloc(r, s.n + 1);
	if (p == NULL)
		return NULL;
	memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

static int
begin_attachment(struct vt_mime *m, struct vt_span head, struct vt_err *reterr)
{
	struct vt_edxml_document *d = &m->r->x->document;
	struct vt_span type = field(head, "Content-Type");
	struct vt_span name =
	    parameter(field(head, "Content-Disposition"), "filename");
	struct vt_span coding = field(head, "Content-Transfer-Encoding");
	const uint8_t *semi = type.n == 0 ? NULL : memchr(type.p, ';', type.n);
	struct vt_edxml_attachment *a;

	if (d->n_attachments >= VT_L(EDXML_ATTACHMENTS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "edXML packet: EDXML_ATTACHMENTS_MAX: at most %zu wanted",
		    VT_L(EDXML_ATTACHMENTS_MAX));
	a = vt_reader_append(
	    m->r, &d->attachments, &d->n_attachments, sizeof(*a));
	if (a == NULL) {
		if (reterr != NULL)
			*reterr = m->r->err;
		return m->r->rc;
	}
	a->id = keep(m->r, field(head, "Content-ID"));
	a->name = keep(m->r, name.n > 0 ? name : parameter(type, "name"));
	a->content_type = keep(m->r,
	    VT_SPAN(type.p, semi == NULL ? type.n : (size_t)(semi - type.p)));
	m->encoded = coding.n == 6 &&
		     strncasecmp((const char *)coding.p, "base64", 6) == 0;
	vt_part_begin(m->r, d->n_attachments - 1);
	return VT_OK;
}

static int
body(struct vt_mime *m, struct vt_span s, struct vt_err *reterr)
{
	if (m->skip_lf && s.n > 0) {
		s = VT_SPAN(s.p + 1, s.n - 1);
		m->skip_lf = false;
	}
	if (s.n == 0)
		return VT_OK;
	if (m->parts == 1)
		return m->xml(m->arg, s, reterr);
	if (m->encoded)
		vt_part_text(m->r, s);
	else
		vt_part_bytes(m->r, s);
	if (m->r->rc != VT_OK && reterr != NULL)
		*reterr = m->r->err;
	return m->r->rc;
}

static int
end_body(struct vt_mime *m, struct vt_err *reterr)
{
	if (m->parts == 1) /* over, before the attachments come */
		return m->xml(m->arg, VT_SPAN(NULL, 0), reterr);
	vt_part_end(m->r, m->encoded);
	if (m->r->rc != VT_OK && reterr != NULL)
		*reterr = m->r->err;
	return m->r->rc;
}

/* ---- the stream: each takes from held, *ret_more = it may go on ---- */

static int
top(struct vt_mime *m, bool *ret_more, struct vt_err *reterr)
{
	struct vt_span s = vt_buf_view(&m->held);
	const uint8_t *lf = memchr(s.p, '\n', s.n);
	size_t n = head_length(s);
	int rc;

	if (s.n >= 2 && memcmp(s.p, "--", 2) == 0 && lf != NULL) {
		n = (size_t)(lf - s.p);
		while (n > 2 && is_blank(s.p[n - 1]))
			n--;
		rc = set_boundary(m, VT_SPAN(s.p + 2, n - 2), reterr);
		drop(m, (size_t)(lf - s.p));
		m->stage = DELIMITER;
		*ret_more = true;
		return rc;
	}
	if (n > VT_L(MULTIPART_HEADER_MAX) ||
	    (n == 0 && s.n > VT_L(MULTIPART_HEADER_MAX)))
		return bad("header fields are too long", reterr);
	if (n == 0)
		return VT_OK;
	rc = set_boundary(m,
	    parameter(field(VT_SPAN(s.p, n), "Content-Type"), "boundary"),
	    reterr);
	drop(m, n - 1); /* a delimiter may follow at once */
	m->stage = PREAMBLE;
	*ret_more = true;
	return rc;
}

/* Up to the next delimiter, which is dropped. */
static int
content(struct vt_mime *m, bool *ret_more, struct vt_err *reterr)
{
	struct vt_span s = vt_buf_view(&m->held);
	const uint8_t *d = memmem(s.p, s.n, m->delimiter, m->n_delimiter);
	size_t n, keep_n = m->n_delimiter + 1;
	int rc = VT_OK;

	*ret_more = d != NULL;
	if (d == NULL && s.n <= keep_n)
		return VT_OK;
	n = d == NULL ? s.n - keep_n : (size_t)(d - s.p);
	if (m->stage == BODY) {
		size_t end = n;

		if (d != NULL && end > 0 && s.p[end - 1] == '\r')
			end--;
		rc = body(m, VT_SPAN(s.p, end), reterr);
		if (rc == VT_OK && d != NULL)
			rc = end_body(m, reterr);
	}
	if (d != NULL) {
		n += m->n_delimiter;
		m->stage = DELIMITER;
	}
	drop(m, n);
	return rc;
}

static int
delimiter(struct vt_mime *m, bool *ret_more, struct vt_err *reterr)
{
	struct vt_span s = vt_buf_view(&m->held);
	const uint8_t *lf = memchr(s.p, '\n', s.n);

	if (s.n >= 2 && memcmp(s.p, "--", 2) == 0) {
		m->stage = EPILOGUE;
		return VT_OK;
	}
	if (lf == NULL)
		return s.n > VT_L(MULTIPART_HEADER_MAX)
			   ? bad("a delimiter's line does not end", reterr)
			   : VT_OK;
	drop(m, (size_t)(lf - s.p));
	m->stage = HEAD;
	*ret_more = true;
	return VT_OK;
}

/* held begins with the line end of the delimiter. */
static int
head(struct vt_mime *m, bool *ret_more, struct vt_err *reterr)
{
	struct vt_span s = vt_buf_view(&m->held);
	size_t n = head_length(s);
	int rc = VT_OK;

	if (n > VT_L(MULTIPART_HEADER_MAX) ||
	    (n == 0 && s.n > VT_L(MULTIPART_HEADER_MAX)))
		return bad("header fields are too long", reterr);
	if (n == 0)
		return VT_OK;
	if (++m->parts > 1)
		rc = begin_attachment(m, VT_SPAN(s.p + 1, n - 1), reterr);
	drop(m, n - 1);
	m->skip_lf = true;
	m->stage = BODY;
	*ret_more = true;
	return rc;
}

int
vt_mime_put(struct vt_mime *m, struct vt_span s, struct vt_err *reterr)
{
	bool more = true;
	int rc = VT_OK;

	if (m->stage == EPILOGUE)
		return VT_OK;
	vt_buf_span(&m->held, s);
	if ((rc = vt_buf_status(&m->held, reterr)) != VT_OK)
		return rc;
	while (rc == VT_OK && more && m->held.n > 0) {
		more = false;
		if (m->stage == TOP)
			rc = top(m, &more, reterr);
		else if (m->stage == DELIMITER)
			rc = delimiter(m, &more, reterr);
		else if (m->stage == HEAD)
			rc = head(m, &more, reterr);
		else if (m->stage != EPILOGUE)
			rc = content(m, &more, reterr);
	}
	return rc;
}

int
vt_mime_end(struct vt_mime *m, struct vt_err *reterr)
{
	return m->stage == EPILOGUE
		   ? VT_OK
		   : bad("the last delimiter is missing", reterr);
}
