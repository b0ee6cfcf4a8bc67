/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/address_import.h"

#include <stdlib.h>

#include "api/office/csv.h"
#include "api/office/routes_priv.h"
#include "base/text.h"

#define BATCH   256 /* rows of one act */
#define COLUMNS 9

/* The members that a column may fill. */
static const struct column {
	const char *name;
	size_t at, size;
} columns[COLUMNS] = {
#define COLUMN(m)                                                              \
	{                                                                      \
		#m, offsetof(struct vt_address, m),                            \
		    sizeof(((struct vt_address *)NULL)->m)                     \
	}
	COLUMN(code), COLUMN(name), COLUMN(parent), COLUMN(mail),
	COLUMN(gateway), COLUMN(old_code), COLUMN(successor), COLUMN(from),
	COLUMN(until)
#undef COLUMN
};

struct row {
	size_t line;
	enum vt_import_what what;
	struct vt_address old, now;
	struct vt_buf detail;
};

struct import {
	struct vt_store *store;
	struct vt_import *im;
	const struct column *of[COLUMNS]; /* of the file's columns */
	size_t n_columns;
	struct row *row; /* as they stand; rows of old codes behind them */
	size_t n, size, lines;
	const struct row **by_code; /* the lines, sorted */
	vt_time now;
};

static void
import_free(struct import *x)
{
	for (size_t i = 0; i < x->n; i++)
		vt_buf_free(&x->row[i].detail);
	free(x->row);
	free(x->by_code);
}

static char *
member(struct vt_address *a, const struct column *c)
{
	return (char *)a + c->at;
}

static struct row *
add_row(struct import *x, struct vt_err *reterr)
{
	struct row *more;

	if (x->n == x->size) {
		x->size = x->size == 0 ? 64 : x->size * 2;
		more = realloc(x->row, x->size * sizeof(*more));
		if (more == NULL) {
			(void)vt_err_set(
			    reterr, VT_E_NOMEM, "address book: no memory");
			return NULL;
		}
		x->row = more;
	}
	memset(&x->row[x->n], 0, sizeof(x->row[x->n]));
	x->row[x->n].detail = (struct vt_buf)VT_BUF_INIT;
	return &x->row[x->n++];
}

static void
wrong(struct row *r, const char *why)
{
	if (r->what == VT_IMPORT_WRONG)
		return; /* the first says enough */
	r->what = VT_IMPORT_WRONG;
	vt_buf_reset(&r->detail);
	vt_buf_puts(&r->detail, why);
}

/* ---- reading the table ---- */

static int
read_head(struct import *x, struct vt_csv *csv, struct vt_err *reterr)
{
	VT_BUF_AUTO(cell);
	bool more = true, code = false;
	int rc;

	while (more) {
		const struct column *c = NULL;

		if ((rc = vt_csv_next(csv, &cell, &more, reterr)) != VT_OK)
			return rc;
		for (size_t i = 0; i < COLUMNS; i++)
			if (strcmp(columns[i].name, vt_buf_str(&cell)) == 0)
				c = &columns[i];
		for (size_t i = 0; i < x->n_columns; i++)
			if (x->of[i] == c)
				c = NULL; /* it was there */
		if (c == NULL)
			return vt_err_set(reterr, VT_E_SYNTAX,
			    "address table, line 1: column \"%s\": code, name, "
			    "parent, mail, gateway, old_code, successor, from, "
			    "until wanted, each once",
			    vt_buf_str(&cell));
		code = code || c == &columns[0];
		x->of[x->n_columns++] = c;
	}
	if (!code)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "address table, line 1: no column \"code\"");
	return VT_OK;
}

static int
read_line(struct import *x, struct vt_csv *csv, struct vt_err *reterr)
{
	struct row *r = add_row(x, reterr);
	VT_BUF_AUTO(cell);
	bool more = true;
	size_t i = 0;
	int rc;

	if (r == NULL)
		return VT_E_NOMEM;
	r->line = csv->line;
	for (; more; i++) {
		if ((rc = vt_csv_next(csv, &cell, &more, reterr)) != VT_OK)
			return rc;
		if (i >= x->n_columns)
			continue;
		if (cell.n >= x->of[i]->size)
			wrong(r, x->of[i]->name);
		vt_text_fit(member(&r->now, x->of[i]), x->of[i]->size,
		    vt_buf_str(&cell));
	}
	if (r->what == VT_IMPORT_WRONG)
		vt_buf_puts(&r->detail, ": too long");
	else if (i != x->n_columns)
		wrong(r, "not as many cells as line 1 has");
	return VT_OK;
}

static int
by_code(const void *a, const void *b)
{
	const struct row *const *x = a, *const *y = b;
	int c = strcmp((*x)->now.code, (*y)->now.code);

	return c != 0 ? c : ((*x)->line > (*y)->line) - ((*x)->line < (*y)->line);
}

static int
read_table(struct import *x, struct vt_span table, struct vt_err *reterr)
{
	struct vt_csv csv = vt_csv_open(table);
	int rc;

	if (!vt_utf8_is_valid(table))
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "address table: not UTF-8: save it as \"CSV UTF-8\"");
	rc = read_head(x, &csv, reterr);
	while (rc == VT_OK && vt_csv_line(&csv))
		rc = read_line(x, &csv, reterr);
	if (rc != VT_OK)
		return rc;
	x->lines = x->n;
	x->by_code = calloc(x->lines + 1, sizeof(void *));
	if (x->by_code == NULL)
		return vt_err_set(
		    reterr, VT_E_NOMEM, "address book: no memory");
	for (size_t i = 0; i < x->lines; i++)
		x->by_code[i] = &x->row[i];
	qsort(x->by_code, x->lines, sizeof(void *), by_code);
	for (size_t i = 1; i < x->lines; i++)
		if (strcmp(x->by_code[i]->now.code,
			x->by_code[i - 1]->now.code) == 0)
			wrong(&x->row[x->by_code[i] - x->row],
			    "code: it stands in a line before");
	return VT_OK;
}

/* The line of a code, NULL: none. */
static const struct row *
line_of(const struct import *x, const char *code)
{
	size_t lo = 0, hi = x->lines;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(x->by_code[mid]->now.code, code);

		if (c == 0)
			return x->by_code[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* ---- what it means for the book ---- */

static int
book_row(struct vt_view *v, const char *code, struct vt_address *ret,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc = vt_address_read(v, code, ret, &err);

	if (rc == VT_E_NOT_FOUND) {
		memset(ret, 0, sizeof(*ret));
		return VT_OK;
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* Of each line the row that is to be: what is there, and over it the cells. */
static int
lay_over(struct vt_view *v, struct row *r, struct vt_err *reterr)
{
	struct vt_address cells = r->now;
	int rc;

	if (r->what == VT_IMPORT_WRONG)
		return VT_OK;
	if ((rc = book_row(v, cells.code, &r->old, reterr)) != VT_OK)
		return rc;
	r->now = r->old;
	r->now.verified = true;
	for (size_t i = 0; i < COLUMNS; i++) {
		const char *said = member(&cells, &columns[i]);
		char *to = member(&r->now, &columns[i]);

		if (*said == '\0' ||
		    (i != 0 && strcmp(said, "-") == 0 && *to == '\0'))
			continue;
		if (i != 0 && strcmp(said, "-") == 0)
			said = "";
		if (strcmp(to, said) == 0)
			continue;
		vt_text_fit(to, columns[i].size, said);
		if (i == 0)
			continue;
		vt_buf_printf(&r->detail, "%s%s: %s", r->detail.n == 0 ? "" : "; ",
		    columns[i].name, *said == '\0' ? "-" : said);
	}
	r->what = r->old.rev == 0      ? VT_IMPORT_ADDED
		  : r->detail.n > 0    ? VT_IMPORT_CHANGED
		  : !r->old.verified   ? VT_IMPORT_CHANGED
				       : VT_IMPORT_SAME;
	return VT_OK;
}

/* Follows a successor through the file and the book. */
static int
check_chain(struct import *x, struct vt_view *v, struct row *r,
    struct vt_err *reterr)
{
	struct vt_address at = r->now;
	struct vt_agency g;
	int rc;

	for (int n = 1; at.successor[0] != '\0'; n++) {
		const struct row *next = line_of(x, at.successor);
		char code[sizeof(at.successor)];

		memcpy(code, at.successor, sizeof(code));
		if (strcmp(code, r->now.code) == 0) {
			wrong(r, "successor: it leads back here");
			return VT_OK;
		}
		if (n >= VT_SUCCESSORS_MAX) {
			wrong(r, "successor: too many, one after the other");
			return VT_OK;
		}
		if (next == NULL && vt_agency_by_code(v, code, &g, NULL) == VT_OK)
			return VT_OK;
		if (next != NULL)
			at = next->now;
		else if ((rc = book_row(v, code, &at, reterr)) != VT_OK)
			return rc;
		if (at.code[0] == '\0') {
			wrong(r, "successor: not in the address book, not in "
				 "this file");
			return VT_OK;
		}
	}
	return VT_OK;
}

static int
check_line(struct import *x, struct vt_view *v, struct row *r,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_agency g;

	if (r->what == VT_IMPORT_WRONG)
		return VT_OK;
	if (vt_address_check(&r->now, &err) != VT_OK) {
		wrong(r, err.msg);
		return VT_OK;
	}
	if (r->now.name[0] == '\0') {
		wrong(r, "name: an agency that is new in the book has one");
		return VT_OK;
	}
	if (vt_agency_by_code(v, r->now.code, &g, NULL) == VT_OK) {
		wrong(r, "code: of an agency of this store (vanthu agency, "
			 "vanthu merge)");
		return VT_OK;
	}
	return check_chain(x, v, r, reterr);
}

/* The row of the code that a line had before, when there is none that says
 * otherwise. */
static int
old_codes(struct import *x, struct vt_view *v, struct vt_err *reterr)
{
	struct vt_address old, row;
	struct row *r;
	int rc;

	for (size_t i = 0; i < x->lines; i++) {
		const struct vt_address *a = &x->row[i].now;

		if (x->row[i].what == VT_IMPORT_WRONG ||
		    a->old_code[0] == '\0' || line_of(x, a->old_code) != NULL)
			continue;
		if ((rc = book_row(v, a->old_code, &old, reterr)) != VT_OK)
			return rc;
		if (!vt_address_old_row(a, &old, &row))
			continue;
		if ((r = add_row(x, reterr)) == NULL)
			return VT_E_NOMEM;
		r->old = old;
		r->now = row;
		r->what = old.rev == 0 ? VT_IMPORT_ADDED : VT_IMPORT_CHANGED;
	}
	return VT_OK;
}

static int
understand(struct import *x, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	int rc;

	if ((rc = vt_view_begin(x->store, &v, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; rc == VT_OK && i < x->lines; i++)
		rc = lay_over(v, &x->row[i], reterr);
	for (size_t i = 0; rc == VT_OK && i < x->lines; i++)
		rc = check_line(x, v, &x->row[i], reterr);
	return rc == VT_OK ? old_codes(x, v, reterr) : rc;
}

static int
tell(struct import *x, struct vt_err *reterr)
{
	struct vt_import *im = x->im;
	int rc;

	for (size_t i = 0; i < x->lines; i++) {
		struct row *r = &x->row[i];
		struct vt_import_line l = { .line = r->line,
			.what = r->what,
			.code = r->now.code,
			.detail = vt_buf_str(&r->detail) };

		if ((rc = vt_buf_status(&r->detail, reterr)) != VT_OK)
			return rc;
		im->count[r->what]++;
		if (im->tell != NULL)
			im->tell(im->arg, &l);
	}
	if (im->count[VT_IMPORT_WRONG] > 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "address table: %zu of %zu lines are wrong: nothing was "
		    "written",
		    im->count[VT_IMPORT_WRONG], x->lines);
	return VT_OK;
}

/* ---- writing ---- */

struct batch {
	struct vt_entry_change change[BATCH];
	struct vt_buf value[BATCH];
	size_t n;
};

static int
write_batch(struct import *x, struct batch *b, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_ENTRY };
	struct vt_act act = { .steps = &step, .n_steps = 1 };
	struct vt_view *v = NULL;
	int rc = VT_OK;

	if (b->n == 0)
		return VT_OK;
	for (size_t i = 0; rc == VT_OK && i < b->n; i++) {
		rc = vt_buf_status(&b->value[i], reterr);
		b->change[i].value = vt_buf_view(&b->value[i]);
	}
	if (rc == VT_OK && (rc = vt_view_begin(x->store, &v, reterr)) == VT_OK) {
		rc = vt_house_agency(v, &act.agency_no, reterr);
		vt_view_end(v);
	}
	step.u.entry.changes = b->change;
	step.u.entry.n = b->n;
	if (rc == VT_OK)
		rc = vt_store_do(x->store, &act, &res, reterr);
	vt_act_result_free(&res);
	for (size_t i = 0; i < b->n; i++)
		vt_buf_free(&b->value[i]);
	b->n = 0;
	return rc;
}

static int
write_all(struct import *x, struct vt_err *reterr)
{
	struct batch *b = calloc(1, sizeof(*b));
	int rc = VT_OK;

	if (b == NULL)
		return vt_err_set(
		    reterr, VT_E_NOMEM, "address book: no memory");
	for (size_t i = 0; rc == VT_OK && i < x->n; i++) {
		struct row *r = &x->row[i];

		if (r->what == VT_IMPORT_SAME)
			continue;
		r->now.changed_at = x->now;
		b->value[b->n] = (struct vt_buf)VT_BUF_INIT;
		vt_address_encode(&r->now, &b->value[b->n]);
		b->change[b->n++] =
		    (struct vt_entry_change){ .kind = VT_ENTRY_ADDRESS,
			    .store_wide = true,
			    .key = vt_span_str(r->now.code),
			    .expect = r->old.rev == 0 ? VT_ENTRY_NEW
						      : r->old.rev };
		if (b->n == BATCH)
			rc = write_batch(x, b, reterr);
	}
	if (rc == VT_OK)
		rc = write_batch(x, b, reterr);
	free(b);
	return rc;
}

int
vt_addresses_import(struct vt_store *s, const struct vt_context *ctx,
    struct vt_span table, struct vt_import *im, struct vt_err *reterr)
{
	struct import x = { .store = s, .im = im, .now = vt_now(ctx) };
	int rc;

	memset(im->count, 0, sizeof(im->count));
	if ((rc = read_table(&x, table, reterr)) == VT_OK &&
	    (rc = understand(&x, reterr)) == VT_OK &&
	    (rc = tell(&x, reterr)) == VT_OK && !im->dry)
		rc = write_all(&x, reterr);
	import_free(&x);
	return rc;
}
