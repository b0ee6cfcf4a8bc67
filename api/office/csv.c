/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/csv.h"

void
vt_csv_cell(struct vt_buf *out, const char *s, bool first)
{
	if (!first)
		vt_buf_putc(out, ',');
	vt_buf_putc(out, '"');
	if (*s == '=' || *s == '+' || *s == '-' || *s == '@' || *s == '\t' ||
	    *s == '\r')
		vt_buf_putc(out, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			vt_buf_putc(out, '"');
		vt_buf_putc(out, (uint8_t)*s);
	}
	vt_buf_putc(out, '"');
}

struct vt_csv
vt_csv_open(struct vt_span table)
{
	struct vt_csv c = { .rest = table, .line = 1 };

	if (table.n >= 3 && memcmp(table.p, VT_CSV_BOM, 3) == 0)
		c.rest = VT_SPAN(table.p + 3, table.n - 3);
	return c;
}

static void
pass(struct vt_csv *c, size_t n)
{
	c->rest = VT_SPAN(c->rest.p + n, c->rest.n - n);
}

/* A line's end, whatever system wrote it. */
static bool
pass_end(struct vt_csv *c)
{
	size_t n = c->rest.n > 0 && c->rest.p[0] == '\r' ? 1 : 0;

	if (c->rest.n > n && c->rest.p[n] == '\n')
		n++;
	if (n == 0)
		return false;
	pass(c, n);
	c->line++;
	return true;
}

bool
vt_csv_line(struct vt_csv *c)
{
	while (pass_end(c))
		;
	return c->rest.n > 0;
}

/* Behind the first quote; over the last one. */
static int
quoted(struct vt_csv *c, struct vt_buf *ret, struct vt_err *reterr)
{
	size_t begun = c->line;

	while (c->rest.n > 0) {
		uint8_t x = c->rest.p[0];

		pass(c, 1);
		if (x == '"' && (c->rest.n == 0 || c->rest.p[0] != '"'))
			return VT_OK;
		if (x == '"')
			pass(c, 1);
		c->line += x == '\n' ? 1 : 0;
		vt_buf_putc(ret, x);
	}
	return vt_err_set(reterr, VT_E_SYNTAX,
	    "table, line %zu: a quote has no end (RFC 4180)", begun);
}

static bool
is_blank(uint8_t x)
{
	return x == ' ' || x == '\t';
}

static bool
is_end(const struct vt_csv *c)
{
	return c->rest.n == 0 || c->rest.p[0] == ',' || c->rest.p[0] == '\r' ||
	       c->rest.p[0] == '\n';
}

int
vt_csv_next(struct vt_csv *c, struct vt_buf *ret, bool *ret_more,
    struct vt_err *reterr)
{
	int rc;

	vt_buf_reset(ret);
	while (c->rest.n > 0 && is_blank(c->rest.p[0]))
		pass(c, 1);
	if (c->rest.n > 0 && c->rest.p[0] == '"') {
		pass(c, 1);
		if ((rc = quoted(c, ret, reterr)) != VT_OK)
			return rc;
		while (c->rest.n > 0 && is_blank(c->rest.p[0]))
			pass(c, 1);
		if (!is_end(c))
			return vt_err_set(reterr, VT_E_SYNTAX,
			    "table, line %zu: text behind a quote (RFC 4180)",
			    c->line);
	}
	for (; !is_end(c); pass(c, 1))
		vt_buf_putc(ret, c->rest.p[0]);
	while (ret->n > 0 && is_blank(ret->p[ret->n - 1]))
		ret->p[--ret->n] = '\0';
	*ret_more = c->rest.n > 0 && c->rest.p[0] == ',';
	if (*ret_more)
		pass(c, 1);
	else
		(void)pass_end(c);
	if (ret->n > 0 && memchr(ret->p, '\0', ret->n) != NULL)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "table, line %zu: a byte that is no text", c->line);
	return vt_buf_status(ret, reterr);
}
