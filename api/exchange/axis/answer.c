/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/exchange/axis/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "api/exchange/axis/json_in.h"
#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"

#define MAGIC 0x61786973U

/* How the string that holds a packet is written. */
enum form { UNKNOWN, BASE64, PLAIN };

struct vt_axis_answer {
	uint32_t magic;
	struct vt_axis_answer_ops ops;
	struct vt_json_in *json;
	struct vt_axis_said said;
	char top[VT_L(AXIS_NAME_MAX) + 1];  /* name at the first level */
	char name[VT_L(AXIS_NAME_MAX) + 1]; /* name in a row */
	size_t depth;
	size_t row_depth; /* members of a row stand at this depth; 0: none */
	bool in_data;     /* inside "data" */
	bool packet;      /* the string under way is a packet */
	enum form form;
	bool padded;        /* base64: '=' was seen */
	struct vt_buf quad; /* base64: digits that wait for their group */
	struct vt_buf out;
	struct vt_buf value; /* of the string under way */
	struct vt_buf row;   /* "name\0value\0" ... */
	size_t row_fields;
};

const char *
vt_axis_row_get(const struct vt_axis_row *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcasecmp(r->name[i], name) == 0)
			return r->value[i];
	return "";
}

/* ---- a packet ---- */

static int
give(struct vt_axis_answer *a, struct vt_span s, struct vt_err *reterr)
{
	a->said.bytes += s.n;
	if (s.n == 0 || a->ops.bytes == NULL)
		return VT_OK;
	return a->ops.bytes(a->ops.arg, s, reterr);
}

static int
decode(struct vt_axis_answer *a, bool last, struct vt_err *reterr)
{
	size_t n = a->quad.n - a->quad.n % 4;
	struct vt_span s;
	int rc;

	if ((rc = vt_buf_status(&a->quad, reterr)) != VT_OK)
		return rc;
	if (last && n != a->quad.n)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "data: RFC 4648 §4: base64 is cut off");
	if (n == 0)
		return VT_OK;
	if (a->padded)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "data: RFC 4648 §4: base64 goes on after its end");
	s = VT_SPAN(a->quad.p, n);
	a->padded = s.p[n - 1] == '=';
	vt_buf_reset(&a->out);
	if ((rc = vt_base64_get(s, &a->out, reterr)) != VT_OK ||
	    (rc = give(a, vt_buf_view(&a->out), reterr)) != VT_OK)
		return rc;
	memmove(a->quad.p, a->quad.p + n, a->quad.n - n);
	vt_buf_truncate(&a->quad, a->quad.n - n);
	return VT_OK;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The axis gives base64; a wrapper may give the XML itself. */
static int
packet_piece(struct vt_axis_answer *a, struct vt_span s, bool last,
    struct vt_err *reterr)
{
	size_t i = 0;

	if (a->form == UNKNOWN) {
		while (i < s.n && is_blank(s.p[i]))
			i++;
		if (i < s.n)
			a->form =
			    s.p[i] == '<' || s.p[i] == 0xef ? PLAIN : BASE64;
	}
	if (a->form == PLAIN)
		return give(a, VT_SPAN(s.p + i, s.n - i), reterr);
	for (; i < s.n; i++)
		if (!is_blank(s.p[i]))
			vt_buf_putc(&a->quad, s.p[i]);
	return decode(a, last, reterr);
}

/* ---- rows ---- */

static int
row_ended(struct vt_axis_answer *a, struct vt_err *reterr)
{
	struct vt_axis_row row = { .n = a->row_fields };
	const char *p = vt_buf_str(&a->row);
	int rc;

	if ((rc = vt_buf_status(&a->row, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < row.n; i++) {
		row.name[i] = p;
		p += strlen(p) + 1;
		row.value[i] = p;
		p += strlen(p) + 1;
	}
	a->said.rows++;
	a->row_fields = 0;
	if (a->ops.row != NULL)
		rc = a->ops.row(a->ops.arg, &row, reterr);
	vt_buf_reset(&a->row);
	return rc;
}

/* A row is one agency's or one sender's doing: what is wrong in it is no
 * reason to lose the rows of all the others. */
static int
row_value(struct vt_axis_answer *a, struct vt_span v, struct vt_err *reterr)
{
	size_t was = a->row.n, at = 0;

	if (a->row_fields == VT_AXIS_ROW_FIELDS)
		return VT_OK; /* more than anybody's rows have */
	vt_buf_put(&a->row, a->name, strlen(a->name) + 1);
	while (at < v.n) {
		int32_t c = vt_utf8_next(v, &at);

		vt_utf8_put(&a->row, c <= 0 ? 0xfffd : (uint32_t)c);
	}
	vt_buf_putc(&a->row, 0);
	if (a->row.n > VT_L(AXIS_ROW_MAX))
		vt_buf_truncate(&a->row, was);
	else
		a->row_fields++;
	return vt_buf_status(&a->row, reterr);
}

/* ---- what is said of the call ---- */

static void
keep(char *dst, size_t size, struct vt_span v)
{
	char text[1024];
	size_t n = v.n < sizeof(text) - 1 ? v.n : sizeof(text) - 1;

	for (size_t i = 0; i < n; i++)
		text[i] =
		    (char)(v.p[i] < 0x20 || v.p[i] == 0x7f ? ' ' : v.p[i]);
	text[n] = '\0';
	while (n > 0 && !vt_utf8_is_valid(VT_SPAN(text, n)))
		text[--n] = '\0';
	vt_text_fit(dst, size, text);
}

static void
top_value(struct vt_axis_answer *a, struct vt_span v)
{
	struct vt_axis_said *s = &a->said;

	if (strcasecmp(a->top, "status") == 0) {
		s->ok = vt_span_is(v, "OK");
		s->stated = true;
	} else if (strcasecmp(a->top, "success") == 0) {
		s->ok = vt_span_is(v, "true");
		s->stated = true;
	} else if (strcasecmp(a->top, "ErrorCode") == 0) {
		keep(s->code, sizeof(s->code), v);
	} else if (strcasecmp(a->top, "ErrorDesc") == 0 ||
		   strcasecmp(a->top, "message") == 0) {
		keep(s->desc, sizeof(s->desc), v);
	} else if (strcasecmp(a->top, "DocId") == 0) {
		keep(s->doc_id, sizeof(s->doc_id), v);
	} else if (strcasecmp(a->top, "more") == 0) {
		s->more = vt_span_is(v, "true");
	} else if (strcasecmp(a->top, "count") == 0) {
		for (size_t i = 0; i < v.n && v.p[i] >= '0' && v.p[i] <= '9' &&
				   s->count < 1000000000;
		     i++)
			s->count = s->count * 10 + (uint64_t)(v.p[i] - '0');
	}
}

/* ---- tokens ---- */

static int
on_begin(void *arg, bool array, struct vt_err *reterr)
{
	struct vt_axis_answer *a = arg;

	(void)reterr;
	a->depth++;
	if (a->depth == 2)
		a->in_data = strcasecmp(a->top, "data") == 0;
	/* {"data":{…}} and {"data":[{…}]}; deeper ones belong to their row */
	if (a->in_data && !array && a->row_depth == 0 && a->depth <= 3)
		a->row_depth = a->depth;
	return VT_OK;
}

static int
on_end(void *arg, struct vt_err *reterr)
{
	struct vt_axis_answer *a = arg;
	int rc = VT_OK;

	if (a->row_depth != 0 && a->depth == a->row_depth) {
		a->row_depth = 0;
		rc = row_ended(a, reterr);
	}
	if (--a->depth == 1)
		a->in_data = false;
	return rc;
}

static int
on_name(void *arg, struct vt_span name, struct vt_err *reterr)
{
	struct vt_axis_answer *a = arg;
	char *dst = a->depth == 1 ? a->top : a->name;

	(void)reterr;
	keep(dst, sizeof(a->top), name);
	return VT_OK;
}

static bool
is_packet(const struct vt_axis_answer *a)
{
	if (a->depth == 1)
		return strcasecmp(a->top, "data") == 0;
	return a->row_depth == 2 && a->depth == 2 &&
	       strcasecmp(a->name, "edxml") == 0;
}

static int
on_text(void *arg, struct vt_span s, bool last, struct vt_err *reterr)
{
	struct vt_axis_answer *a = arg;
	int rc = VT_OK;

	if (!a->packet && is_packet(a)) {
		if (a->form != UNKNOWN)
			return vt_err_set(
			    reterr, VT_E_SYNTAX, "data: a second packet");
		a->packet = true;
	}
	if (a->packet) {
		a->packet = !last;
		return packet_piece(a, s, last, reterr);
	}
	if (a->depth != 1 && (a->row_depth == 0 || a->depth != a->row_depth))
		return VT_OK;
	if (s.n > VT_L(AXIS_FIELD_MAX) - a->value.n)
		s.n = VT_L(AXIS_FIELD_MAX) - a->value.n;
	vt_buf_span(&a->value, s);
	if ((rc = vt_buf_status(&a->value, reterr)) != VT_OK || !last)
		return rc;
	if (a->depth == 1)
		top_value(a, vt_buf_view(&a->value));
	else
		rc = row_value(a, vt_buf_view(&a->value), reterr);
	vt_buf_reset(&a->value);
	return rc;
}

static int
on_literal(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct vt_axis_answer *a = arg;

	if (a->depth == 1)
		top_value(a, s);
	else if (a->row_depth != 0 && a->depth == a->row_depth)
		return row_value(
		    a, vt_span_is(s, "null") ? VT_SPAN("", 0) : s, reterr);
	return VT_OK;
}

static const struct vt_json_in_ops tokens = { on_begin, on_end, on_name,
	on_text, on_literal };

struct vt_axis_answer *
vt_axis_answer_new(const struct vt_axis_answer_ops *ops)
{
	struct vt_axis_answer *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->magic = MAGIC;
	a->ops = *ops;
	a->json = vt_json_in_new(&tokens, a);
	vt_buf_init(&a->quad, 16384);
	vt_buf_init(&a->out, 16384);
	vt_buf_init(&a->value, VT_L(AXIS_FIELD_MAX));
	/* one value too many, each byte of it no UTF-8 */
	vt_buf_init(
	    &a->row, VT_L(AXIS_ROW_MAX) + 3 * VT_L(AXIS_FIELD_MAX) + 256);
	if (a->json == NULL) {
		vt_axis_answer_free(a);
		return NULL;
	}
	return a;
}

void
vt_axis_answer_free(struct vt_axis_answer *a)
{
	if (a == NULL)
		return;
	vt_json_in_free(a->json);
	vt_buf_free(&a->quad);
	vt_buf_free(&a->out);
	vt_buf_free(&a->value);
	vt_buf_free(&a->row);
	free(a);
}

int
vt_axis_answer_put(void *arg, struct vt_span bytes, struct vt_err *reterr)
{
	struct vt_axis_answer *a = arg;

	VT_CHECK(a, MAGIC);
	return vt_json_in_put(a->json, bytes, reterr);
}

int
vt_axis_answer_end(
    struct vt_axis_answer *a, struct vt_axis_said *ret, struct vt_err *reterr)
{
	int rc;

	VT_CHECK(a, MAGIC);
	if ((rc = vt_json_in_end(a->json, reterr)) == VT_OK)
		*ret = a->said;
	return rc;
}
