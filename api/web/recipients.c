/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/web/recipients.h"

#include <stdlib.h>

#include "api/web/book.h"
#include "base/text.h"

/* Looked at in one view; it lives no longer. */
#define VIEW_NAMES 4096

/* "H99.31": letters, digits and dots, a digit among them. */
bool
vt_recipient_is_code(const char *s)
{
	bool digit = false;

	for (; *s != '\0'; s++) {
		if (*s >= '0' && *s <= '9')
			digit = true;
		else if (*s != '.' && *s != '-' && !(*s >= 'A' && *s <= 'Z') &&
			 !(*s >= 'a' && *s <= 'z'))
			return false;
	}
	return digit;
}

/* The name that an agency of this store or of the address book has. */
static const char *
name_of(struct vt_desk *d, const char *code)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_address b;
	struct vt_agency g;
	char *s = NULL;

	if (vt_view_begin(vt_office_store(d->office), &v, NULL) != VT_OK)
		return "";
	if (vt_agency_by_code(v, code, &g, NULL) == VT_OK)
		s = vt_arena_strdup(d->req->arena, g.now.name);
	else if (vt_office_address_get(d->office, v, code, &b, NULL) == VT_OK)
		s = vt_arena_strdup(d->req->arena, b.name);
	return s == NULL ? "" : s;
}

/* Case and blanks are no difference between names; accents are. */
static int
fold_name(const char *name, struct vt_buf *ret, struct vt_err *reterr)
{
	size_t at = 0;
	VT_BUF_AUTO(nfc);
	int rc = vt_text_nfc(vt_span_str(name), &nfc, reterr);

	while (rc == VT_OK && at < nfc.n) {
		int32_t c = vt_utf8_next(vt_buf_view(&nfc), &at);
		bool blank = c == ' ' || c == '\t' || c == 0xa0;

		if (blank && (ret->n == 0 || ret->p[ret->n - 1] == ' '))
			continue;
		vt_utf8_put(
		    ret, blank ? (uint32_t)' ' : (uint32_t)vt_utf8_lower(c));
	}
	if (ret->n > 0 && ret->p[ret->n - 1] == ' ')
		ret->n--;
	return rc != VT_OK ? rc : vt_buf_status(ret, reterr);
}

/* A name that was typed, and whom the book has under it. */
struct wanted {
	const char *folded;
	struct vt_recipient *to;
};

static int
compare(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	return strcmp(x->folded, y->folded);
}

/* The names among them, folded, in order. */
static int
names_of(struct vt_desk *d, struct vt_recipient *to, size_t n,
    struct wanted *ret, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_arena *a = d->req->arena;
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		VT_BUF_AUTO(folded);
		int rc;

		if (*to[i].code != '\0')
			continue;
		if ((rc = fold_name(to[i].name, &folded, reterr)) != VT_OK)
			return rc;
		ret[found].to = &to[i];
		ret[found].folded = vt_arena_strdup(a, vt_buf_str(&folded));
		if (ret[found++].folded == NULL)
			return vt_arena_err(a, reterr);
	}
	qsort(ret, found, sizeof(*ret), compare);
	*ret_n = found;
	return VT_OK;
}

/* The book has this name: of those who were typed so, all get the code. */
static int
give(struct vt_desk *d, struct wanted *w, size_t n, const char *code,
    const char *name, struct vt_err *reterr)
{
	struct vt_arena *a = d->req->arena;
	VT_BUF_AUTO(folded);
	struct wanted key = { .to = NULL }, *at;
	struct vt_recipient r;
	int rc = fold_name(name, &folded, reterr);

	key.folded = vt_buf_str(&folded);
	if (rc != VT_OK ||
	    (at = bsearch(&key, w, n, sizeof(*w), compare)) == NULL)
		return rc;
	if (*at->to->code != '\0')
		return strcmp(at->to->code, code) == 0
			   ? VT_OK
			   : vt_err_set(reterr, VT_E_AGENCY_UNKNOWN,
				 "several are named so: %s, %s", at->to->code,
				 code);
	r.code = vt_arena_strdup(a, code);
	r.name = vt_arena_strdup(a, name);
	if (r.code == NULL || r.name == NULL)
		return vt_arena_err(a, reterr);
	while (at > w && compare(at - 1, &key) == 0)
		at--;
	for (; at < w + n && compare(at, &key) == 0; at++)
		*at->to = r;
	return VT_OK;
}

/* Once through the book, whatever the number of names. */
static int
walk(struct vt_desk *d, struct wanted *w, size_t n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const char *code = "", *name;
	struct vt_book book;
	size_t seen = 0;
	int rc;

	if ((rc = vt_view_begin(vt_office_store(d->office), &v, reterr)) !=
	    VT_OK)
		return rc;
	rc = vt_book_open(&book, d, v, NULL, "", reterr);
	while (rc == VT_OK) {
		if ((rc = vt_book_next(&book, &code, &name, reterr)) != VT_OK ||
		    code == NULL)
			break;
		rc = give(d, w, n, code, name, reterr);
		if (rc == VT_OK && ++seen >= VIEW_NAMES && book.i == book.n) {
			vt_view_end(v);
			v = NULL;
			rc = vt_view_begin(
			    vt_office_store(d->office), &v, reterr);
			book.v = v;
			seen = 0;
		}
	}
	vt_book_close(&book);
	return rc;
}

bool
vt_recipient_eq(const struct vt_recipient *a, const struct vt_recipient *b)
{
	return strcmp(a->code, b->code) == 0 &&
	       (*a->code != '\0' || strcmp(a->name, b->name) == 0);
}

struct vt_recipient
vt_recipient_typed(struct vt_desk *d, const char *text)
{
	if (vt_recipient_is_code(text))
		return (struct vt_recipient){ .code = text,
			.name = name_of(d, text) };
	return (struct vt_recipient){ .code = "", .name = text };
}

int
vt_recipients_named(struct vt_desk *d, struct vt_recipient *to, size_t *n,
    struct vt_err *reterr)
{
	struct wanted *w = vt_arena_array(d->req->arena, *n + 1, sizeof(*w));
	size_t names = 0, kept = 0;
	int rc;

	if (w == NULL)
		return vt_arena_err(d->req->arena, reterr);
	if ((rc = names_of(d, to, *n, w, &names, reterr)) != VT_OK ||
	    (names > 0 && (rc = walk(d, w, names, reterr)) != VT_OK))
		return rc;
	for (size_t i = 0; i < *n; i++) {
		size_t k = 0;

		while (k < kept && !vt_recipient_eq(&to[k], &to[i]))
			k++;
		if (k == kept)
			to[kept++] = to[i];
	}
	*n = kept;
	return VT_OK;
}
