/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/web/book.h"

#include <stdlib.h>

#include "base/text.h"

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *
key_of(struct vt_arena *a, const char *code, const char *name)
{
	size_t n = strlen(name) + 2;
	char *s;

	if (*code != '\0')
		return vt_arena_strdup(a, code);
	if ((s = vt_arena_alloc(a, n)) != NULL)
		(void)snprintf(s, n, " %s", name);
	return s;
}

/* First how many, then which. */
static int
read_sent(struct vt_book *k, const vt_id *paper, struct vt_err *reterr)
{
	struct vt_arena *a = k->d->req->arena;
	struct vt_delivery *l = vt_arena_array(a, VT_BOOK_BATCH, sizeof(*l));
	size_t n, all = 0;
	int rc;

	if (paper == NULL)
		return VT_OK;
	if (l == NULL)
		return vt_arena_err(a, reterr);
	for (int pass = 0; pass < 2; pass++) {
		uint64_t after = 0;

		if (pass == 1 && (k->sent = vt_arena_array(
				      a, all + 1, sizeof(*k->sent))) == NULL)
			return vt_arena_err(a, reterr);
		do {
			rc = vt_delivery_list_after(
			    k->v, paper, after, l, VT_BOOK_BATCH, &n, reterr);
			if (rc != VT_OK)
				return rc;
			for (size_t i = 0; i < n; i++) {
				after = l[i].seq;
				all += pass == 0 ? 1 : 0;
				if (pass == 1 && k->n_sent < all &&
				    (k->sent[k->n_sent++] = key_of(a,
					 l[i].to.code, l[i].to.name)) == NULL)
					return vt_arena_err(a, reterr);
			}
		} while (n == VT_BOOK_BATCH);
	}
	qsort(k->sent, k->n_sent, sizeof(*k->sent), compare);
	return VT_OK;
}

int
vt_book_open(struct vt_book *k, struct vt_desk *d, struct vt_view *v,
    const vt_id *paper, const char *words, struct vt_err *reterr)
{
	int rc;

	memset(k, 0, sizeof(*k));
	k->d = d;
	k->v = v;
	k->words = (struct vt_buf)VT_BUF_INIT;
	vt_office_words(vt_span_str(words), &k->words);
	k->a = vt_arena_array(d->req->arena, VT_BOOK_BATCH, sizeof(*k->a));
	if (k->a == NULL)
		return vt_arena_err(d->req->arena, reterr);
	if ((rc = vt_buf_status(&k->words, reterr)) != VT_OK)
		return rc;
	return read_sent(k, paper, reterr);
}

void
vt_book_close(struct vt_book *k)
{
	vt_buf_free(&k->words);
}

bool
vt_book_has_it(const struct vt_book *k, const char *code, const char *name)
{
	VT_BUF_AUTO(b);
	const char *key = code;

	if (*code == '\0') {
		/* markup: none */
		vt_buf_printf(&b, " %s", name);
		key = vt_buf_str(&b);
	}
	return k->n_sent > 0 && bsearch(&key, k->sent, k->n_sent,
				    sizeof(*k->sent), compare) != NULL;
}

/* Each word that was asked for is in the name or code. */
static bool
fits(const struct vt_book *k, const char *code, const char *name)
{
	const char *w = vt_buf_str(&k->words);
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(folded);

	if (*w == '\0')
		return true;
	/* markup: none */
	vt_buf_printf(&text, "%s %s", code, name);
	vt_office_words(vt_buf_view(&text), &folded);
	while (*w != '\0') {
		char one[128];
		size_t n = strcspn(w, " ");

		(void)snprintf(one, sizeof(one), "%.*s", (int)n, w);
		if (strstr(vt_buf_str(&folded), one) == NULL)
			return false;
		w += n;
		w += strspn(w, " ");
	}
	return true;
}

static int
fetch(struct vt_book *k, struct vt_err *reterr)
{
	int rc;

	k->i = k->n = 0;
	if (k->last && !k->addresses) {
		k->addresses = true;
		k->last = false;
	}
	if (k->last)
		return VT_OK;
	rc = k->addresses ? vt_office_address_list(k->d->office, k->v, k->after,
				k->a, VT_BOOK_BATCH, &k->n, reterr)
			  : vt_agency_list(k->v, k->after_no, k->g,
				VT_BOOK_BATCH, &k->n, reterr);
	k->last = k->n < VT_BOOK_BATCH;
	return rc;
}

/* A code that has ended is no place to send to; who looks for it by its words
 * is shown who has its tasks, unless that one is found by itself. */
static bool
followed(struct vt_book *k, const struct vt_address *a, const char **ret_code,
    const char **ret_name)
{
	if (k->words.n == 0 || !fits(k, a->code, a->name) ||
	    vt_office_code_now(k->d->office, k->v, a->code, &k->now, NULL) !=
		VT_OK ||
	    k->now.code[0] == '\0' || fits(k, k->now.code, k->now.name) ||
	    strcmp(k->now.code, k->d->me->agency_code) == 0 ||
	    strcmp(k->now.code, k->shown) == 0 ||
	    vt_book_has_it(k, k->now.code, k->now.name))
		return false;
	vt_text_fit(k->shown, sizeof(k->shown), k->now.code);
	*ret_code = k->now.code;
	*ret_name = k->now.name;
	return true;
}

/* Of the batch, the one at i: is it a place to send to? */
static bool
at(struct vt_book *k, size_t i, const char **ret_code, const char **ret_name)
{
	bool there;

	if (k->addresses) {
		const struct vt_address *a = &k->a[i];

		*ret_code = a->code;
		*ret_name = a->name;
		there = !a->deleted;
		(void)snprintf(k->after, sizeof(k->after), "%s", a->code);
		if (there && vt_office_address_ended(k->d->office, a))
			return followed(k, a, ret_code, ret_name);
	} else {
		const struct vt_agency *g = &k->g[i];

		*ret_code = g->now.code;
		*ret_name = g->now.name;
		there = g->no != k->d->me->agency_no && g->successor == 0;
		k->after_no = g->no;
	}
	return there && fits(k, *ret_code, *ret_name) &&
	       !vt_book_has_it(k, *ret_code, *ret_name);
}

int
vt_book_next(struct vt_book *k, const char **ret_code, const char **ret_name,
    struct vt_err *reterr)
{
	int rc;

	for (;;) {
		while (k->i < k->n)
			if (at(k, k->i++, ret_code, ret_name))
				return VT_OK;
		*ret_code = NULL;
		if (k->last && k->addresses)
			return VT_OK;
		if ((rc = fetch(k, reterr)) != VT_OK)
			return rc;
	}
}
