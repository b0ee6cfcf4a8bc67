/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Setting up agencies and people: acts like any other, in the ledger. */
#include "api/office/office_priv.h"
#include "base/arena.h"
#include "signing/key/key.h"

int
vt_office_open_book(struct vt_store *s, uint32_t agency_no, const char *key,
    const char *title, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_SERIES };
	struct vt_act act = { 0 };
	int rc;

	step.u.series.key = key;
	step.u.series.title = title;
	step.u.series.reset = VT_RESET_YEAR;
	step.u.series.authority = VT_SERIES_OURS;
	act.agency_no = agency_no;
	act.steps = &step;
	act.n_steps = 1;
	rc = vt_store_do(s, &act, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

/* Those of an agency that are not open yet. */
int
vt_office_open_books(struct vt_store *s, uint32_t agency_no,
    uint32_t *ret_opened, struct vt_err *reterr)
{
	static const struct {
		const char *key, *title;
	} books[] = {
		{ VT_BOOK_OUT, "Sổ đăng ký văn bản đi" },
		{ VT_BOOK_IN, "Sổ đăng ký văn bản đến" },
	};
	bool there[2] = { false, false };
	struct vt_series list[128];
	struct vt_view *v = NULL;
	size_t n = 0;
	int rc;

	*ret_opened = 0;
	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_series_list(v, agency_no, list, 128, &n, reterr);
	for (size_t i = 0; rc == VT_OK && i < n; i++)
		for (size_t j = 0; j < 2; j++)
			if (strcmp(list[i].key, books[j].key) == 0)
				there[j] = true;
	vt_view_end(v);
	for (size_t j = 0; j < 2 && rc == VT_OK; j++) {
		if (there[j])
			continue;
		rc = vt_office_open_book(
		    s, agency_no, books[j].key, books[j].title, reterr);
		*ret_opened += rc == VT_OK;
	}
	return rc;
}

/* An agency that is there, without its books: it was cut off. */
static int
complete(struct vt_store *s, const char *code, uint32_t *ret_no, bool *ret_done,
    struct vt_err *reterr)
{
	struct vt_view *v = NULL;
	struct vt_agency a;
	uint32_t opened;
	int rc;

	*ret_done = false;
	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_agency_by_code(v, code, &a, reterr);
	if (rc == VT_OK)
		*ret_no = a.no;
	vt_view_end(v);
	if (rc != VT_OK)
		return rc == VT_E_AGENCY_UNKNOWN ? VT_OK : rc;
	rc = vt_office_open_books(s, *ret_no, &opened, reterr);
	*ret_done = rc == VT_OK && opened > 0;
	return rc;
}

int
vt_office_add_agency(struct vt_store *s, const struct vt_agency_name *name,
    const struct vt_span *certs, size_t n_certs, const char *key_ref,
    uint32_t *ret_no, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_AGENCY };
	struct vt_act act = { 0 };
	uint32_t no, opened;
	bool done;
	int rc;

	/* the store has a new agency alone in its act, and each book too */
	rc = complete(s, name->code, ret_no, &done, reterr);
	if (rc != VT_OK || done)
		return rc;
	step.u.agency.name = *name;
	step.u.agency.certs = certs;
	step.u.agency.n_certs = n_certs;
	step.u.agency.key_ref = key_ref;
	act.steps = &step;
	act.n_steps = 1;
	rc = vt_store_do(s, &act, &res, reterr);
	no = res.agency_no;
	vt_act_result_free(&res);
	if (rc != VT_OK ||
	    (rc = vt_office_open_books(s, no, &opened, reterr)) != VT_OK)
		return rc;
	*ret_no = no;
	return VT_OK;
}

int
vt_office_add_person(struct vt_store *s, uint32_t agency_no,
    const struct vt_new_person *p, vt_id *ret, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_PERSON };
	struct vt_act act = { 0 };
	vt_hash token;
	int rc;

	if (p->token.n > 0 && p->token.n < 16)
		return vt_err_set(reterr, VT_E_INVALID,
		    "token of %s: at least 16 bytes wanted, %zu given", p->name,
		    p->token.n);
	token = vt_sha256(p->token);
	step.u.person.name = p->name;
	step.u.person.position = p->position;
	step.u.person.unit = p->unit;
	step.u.person.roles = p->roles;
	step.u.person.active = true;
	step.u.person.tokens = &token;
	step.u.person.n_tokens = p->token.n > 0;
	step.u.person.certs = p->certs;
	step.u.person.n_certs = p->n_certs;
	step.u.person.key_ref = p->key_ref;
	act.agency_no = agency_no;
	act.steps = &step;
	act.n_steps = 1;
	rc = vt_store_do(s, &act, &res, reterr);
	if (rc == VT_OK)
		*ret = res.person;
	vt_act_result_free(&res);
	return rc;
}

int
vt_office_merge_agency(struct vt_store *s, const char *code, const char *into,
    struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_AGENCY_MERGE };
	struct vt_agency a, to = { .no = 0 };
	struct vt_act act = { 0 };
	struct vt_view *v = NULL;
	int rc;

	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_agency_by_code(v, code, &a, reterr);
	if (rc == VT_OK && into[0] != '\0')
		rc = vt_agency_by_code(v, into, &to, reterr);
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	step.u.agency_merge.successor = to.no;
	act.agency_no = a.no;
	act.steps = &step;
	act.n_steps = 1;
	rc = vt_store_do(s, &act, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

/* ---- what an agency is called, and seals with ---- */

/* One step on the agency of a code. */
static int
do_on(struct vt_store *s, uint32_t no, const struct vt_step *step,
    struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_act act = { .agency_no = no, .steps = step, .n_steps = 1 };
	int rc = vt_store_do(s, &act, &res, reterr);

	vt_act_result_free(&res);
	return rc;
}

static const char *
or_as_it_is(struct vt_arena *a, const char *new, const char *old)
{
	return vt_arena_strdup(a, new != NULL ? new : old);
}

int
vt_office_name_agency(struct vt_store *s, const struct vt_context *ctx,
    const char *code, const struct vt_agency_name *n, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_step step = { .kind = VT_STEP_AGENCY_NAME };
	struct vt_agency_name *to = &step.u.agency_name.name;
	const struct vt_agency_name *was;
	vt_time now = vt_now(ctx);
	struct vt_view *v = NULL;
	struct vt_agency old;
	int rc;

	if (n->from != 0 && n->from < now - VT_TIME_S(86400))
		return vt_err_set(reterr, VT_E_INVALID,
		    "agency: a name or code begins today or later");
	if ((a = vt_arena_new((size_t)64 << 10)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "agency: no memory");
	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_agency_by_code(v, code, &old, reterr)) == VT_OK) {
		was = vt_agency_name_at(&old, n->from > now ? n->from : now);
		to->from = n->from;
		to->code = or_as_it_is(a, n->code, was->code);
		to->name = or_as_it_is(a, n->name, was->name);
		to->short_name = or_as_it_is(a, n->short_name, was->short_name);
		to->place = or_as_it_is(a, n->place, was->place);
	}
	vt_view_end(v);
	if (rc == VT_OK && to->place == NULL)
		rc = vt_arena_err(a, reterr);
	return rc == VT_OK ? do_on(s, old.no, &step, reterr) : rc;
}

/* What it seals with, changed: one certificate more, or one less, or the key.
 * The list is copied: no view lasts as long as an act. */
struct keys {
	struct vt_span add;
	const vt_hash *end;
	const char *key_ref;
};

static int
change_certs(const struct keys *k, struct vt_span *list, size_t *n,
    struct vt_err *reterr)
{
	vt_hash add = vt_sha256(k->add);
	size_t kept = 0;
	bool there = false;

	for (size_t i = 0; i < *n; i++) {
		vt_hash h = vt_sha256(list[i]);

		if (k->end != NULL && vt_hash_eq(&h, k->end))
			continue;
		there = there || (k->add.n > 0 && vt_hash_eq(&h, &add));
		list[kept++] = list[i];
	}
	if (there)
		return vt_err_set(
		    reterr, VT_E_EXISTS, "agency: it has this certificate");
	if (k->end != NULL && kept == *n)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "agency: no certificate of it has this SHA-256");
	if (k->add.n > 0)
		list[kept++] = k->add;
	*n = kept;
	return VT_OK;
}

static int
change_keys(struct vt_store *s, const char *code, const struct keys *k,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct vt_step step = { .kind = VT_STEP_AGENCY_KEYS };
	struct vt_span list[VT_L(CERTS_MAX) + 1];
	struct vt_view *v = NULL;
	struct vt_agency old;
	const char *ref = NULL;
	bool ok = true;
	size_t n = 0;
	int rc;

	a = vt_arena_new((size_t)1 << 20);
	if (a == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "agency: no memory");
	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_agency_by_code(v, code, &old, reterr)) == VT_OK) {
		for (; n < old.n_certs && n < VT_L(CERTS_MAX); n++)
			list[n] = vt_arena_copy(a, old.certs[n], &ok);
		ref = or_as_it_is(a, k->key_ref, old.key_ref);
	}
	vt_view_end(v);
	if (rc == VT_OK && (!ok || ref == NULL))
		rc = vt_arena_err(a, reterr);
	if (rc != VT_OK || (rc = change_certs(k, list, &n, reterr)) != VT_OK)
		return rc;
	step.u.agency_keys.certs = list;
	step.u.agency_keys.n_certs = n;
	step.u.agency_keys.key_ref = ref;
	return do_on(s, old.no, &step, reterr);
}

int
vt_office_bind_agency(struct vt_store *s, const char *code, struct vt_span der,
    struct vt_err *reterr)
{
	struct keys k = { .add = der };
	struct vt_certificate_info info;
	int rc = vt_certificate_describe(der, &info, reterr);

	return rc == VT_OK ? change_keys(s, code, &k, reterr) : rc;
}

int
vt_office_unbind_agency(struct vt_store *s, const char *code,
    const vt_hash *cert, struct vt_err *reterr)
{
	struct keys k = { .end = cert };

	return change_keys(s, code, &k, reterr);
}

int
vt_office_key_agency(struct vt_store *s, const char *code, const char *key_ref,
    struct vt_err *reterr)
{
	struct keys k = { .key_ref = key_ref };

	return change_keys(s, code, &k, reterr);
}
