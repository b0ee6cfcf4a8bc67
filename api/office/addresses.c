/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The address book: agencies that are not of this store. */
#include <stdlib.h>

#include "api/office/routes_priv.h"
#include "base/text.h"
#include "docstore/search.h"

/* Of one act: what fits in a step, and leaves room for other acts. */
#define SYNC_BATCH 256
#define SYNC_TRIES 20 /* of one batch, each lost to another writer */

int
vt_address_read(struct vt_view *v, const char *code, struct vt_address *ret,
    struct vt_err *reterr)
{
	struct vt_entry e;
	int rc;

	rc =
	    vt_entry_get(v, VT_ENTRY_ADDRESS, 0, vt_span_str(code), &e, reterr);
	if (rc == VT_OK)
		rc = vt_address_decode(e.key, e.value, ret, reterr);
	if (rc == VT_OK)
		ret->rev = e.rev;
	return rc;
}

/* An old code has a row of its own, which names the new one as successor. */
int
vt_office_address_get(struct vt_office *o, struct vt_view *v, const char *code,
    struct vt_address *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	rc = vt_address_read(v, code, ret, &err);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_AGENCY_UNKNOWN,
		    "agency code \"%s\" is not in the address book", code);
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

bool
vt_address_codes_have(const struct vt_buf *codes, const char *code)
{
	const char *s = vt_buf_str(codes);
	size_t n = strlen(code), len;

	for (; *s != '\0'; s += len + (s[len] == ' ')) {
		len = strcspn(s, " ");
		if (len == n && memcmp(s, code, n) == 0)
			return true;
	}
	return false;
}

/* false: it is there already. */
static bool
add_code(struct vt_buf *b, const char *code)
{
	if (*code == '\0' || strchr(code, ' ') != NULL ||
	    vt_address_codes_have(b, code))
		return false;
	if (b->n > 0)
		vt_buf_putc(b, ' ');
	vt_buf_puts(b, code);
	return true;
}

/* The codes before this one, or (onward) those that follow it. */
static int
add_chain(struct vt_view *v, const char *code, bool onward, struct vt_buf *ret,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	char at[sizeof(((struct vt_address *)NULL)->code)];
	struct vt_address a;
	int rc = VT_OK;

	vt_text_fit(at, sizeof(at), code);
	for (int i = 0; rc == VT_OK && i < VT_SUCCESSORS_MAX; i++) {
		if ((rc = vt_address_read(v, at, &a, &err)) != VT_OK)
			break;
		vt_text_fit(at, sizeof(at), onward ? a.successor : a.old_code);
		if (!add_code(ret, at))
			break;
		/* what was merged into it had a code before, too */
		if (onward && vt_address_read(v, at, &a, NULL) == VT_OK)
			(void)add_code(ret, a.old_code);
	}
	if (rc == VT_OK || rc == VT_E_NOT_FOUND)
		return vt_buf_status(ret, reterr);
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_address_codes(struct vt_view *v, const char *code, struct vt_buf *ret,
    struct vt_err *reterr)
{
	struct vt_agency g;
	int rc;

	if (!add_code(ret, code)) { /* no code at all: it finds nothing */
		vt_buf_puts(ret, "?");
		return vt_buf_status(ret, reterr);
	}
	if (vt_agency_by_code(v, code, &g, NULL) == VT_OK)
		for (size_t i = 0; i < g.n_names; i++)
			(void)add_code(ret, g.names[i].code);
	rc = add_chain(v, code, true, ret, reterr);
	return rc != VT_OK ? rc : add_chain(v, code, false, ret, reterr);
}

int
vt_office_address_list(struct vt_office *o, struct vt_view *v,
    const char *after, struct vt_address *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr)
{
	struct vt_entry_range range = { .kind = VT_ENTRY_ADDRESS };
	struct vt_entry e[16];
	size_t n, want, found = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	range.after = vt_span_str(after);
	do {
		want = max - found < 16 ? max - found : 16;
		if ((rc = vt_entry_list(v, &range, e, want, &n, reterr)) !=
		    VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++) {
			rc = vt_address_decode(
			    e[i].key, e[i].value, &ret[found], reterr);
			if (rc != VT_OK)
				return rc;
			ret[found++].rev = e[i].rev;
			range.after = e[i].key;
		}
	} while (n == want && found < max);
	*ret_n = found;
	return VT_OK;
}

static int
check_code(const char *code, const char *field, struct vt_err *reterr)
{
	size_t n = strlen(code);

	if (n == 0 || n > VT_L(AGENCY_CODE_MAX))
		return vt_err_set(reterr, VT_E_INVALID,
		    "address: %s: an agency code of 1 to %zu characters wanted "
		    "(Decision 20/2020, Article 4)",
		    field, VT_L(AGENCY_CODE_MAX));
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)code[i] <= 0x20 ||
		    (unsigned char)code[i] >= 0x7f)
			return vt_err_set(reterr, VT_E_INVALID,
			    "address: %s: character %zu is not printable ASCII",
			    field, i + 1);
	return VT_OK;
}

void
vt_day_of(vt_time t, char ret[static 11])
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);
	char day[40];

	(void)snprintf(
	    day, sizeof(day), "%04d-%02d-%02d", d.year, d.month, d.day);
	vt_text_fit(ret, 11, day);
}

bool
vt_address_is_over(const struct vt_address *a, const char *today)
{
	return a->until[0] != '\0' ? strcmp(a->until, today) < 0
				   : a->successor[0] != '\0';
}

bool
vt_office_address_ended(struct vt_office *o, const struct vt_address *a)
{
	char today[11];

	VT_CHECK(o, VT_OFFICE_MAGIC);
	vt_day_of(vt_now(o->o.ctx), today);
	return vt_address_is_over(a, today);
}

static int
check_days(const struct vt_address *a, struct vt_err *reterr)
{
	const char *bad = NULL;

	if (a->from[0] != '\0' && vt_time_parse_day(a->from) == VT_TIME_NONE)
		bad = "from";
	else if (a->until[0] != '\0' &&
		 vt_time_parse_day(a->until) == VT_TIME_NONE)
		bad = "until";
	if (bad != NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "address: %s: a day (YYYY-MM-DD) wanted", bad);
	if (a->from[0] != '\0' && a->until[0] != '\0' &&
	    strcmp(a->until, a->from) < 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "address: until: the code ends before it begins (%s)",
		    a->from);
	return VT_OK;
}

int
vt_address_check(const struct vt_address *a, struct vt_err *reterr)
{
	int rc;

	if ((rc = check_days(a, reterr)) != VT_OK)
		return rc;
	if ((rc = check_code(a->code, "code", reterr)) != VT_OK ||
	    (a->successor[0] != '\0' && (rc = check_code(a->successor,
					     "successor", reterr)) != VT_OK) ||
	    (a->old_code[0] != '\0' &&
		(rc = check_code(a->old_code, "old_code", reterr)) != VT_OK))
		return rc;
	if (strcmp(a->successor, a->code) == 0)
		return vt_err_set(reterr, VT_E_INVALID,
		    "address: successor: not the agency itself");
	if (a->old_code[0] != '\0' &&
	    (strcmp(a->old_code, a->code) == 0 ||
		strcmp(a->old_code, a->successor) == 0))
		return vt_err_set(reterr, VT_E_INVALID,
		    "address: old_code: neither the code nor the successor");
	return VT_OK;
}

/* *ret as it is; all zero when there is none. */
static int
read_or_none(struct vt_view *v, const char *code, struct vt_address *ret,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc = vt_address_read(v, code, ret, &err);

	if (rc == VT_OK)
		return VT_OK;
	memset(ret, 0, sizeof(*ret));
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

static int
match(const struct vt_request *rq, const struct vt_address *old,
    struct vt_err *reterr)
{
	if (rq->if_match == old->rev)
		return VT_OK;
	if (rq->if_match == 0)
		return vt_err_set(reterr, VT_E_PRECONDITION_REQUIRED,
		    "address: there is one of this code: wanted the revision "
		    "that was read");
	return vt_err_set(reterr, VT_E_PRECONDITION_FAILED,
	    "address: its revision is %llu", (unsigned long long)old->rev);
}

bool
vt_address_old_row(const struct vt_address *a, const struct vt_address *old,
    struct vt_address *ret)
{
	if (old->successor[0] != '\0')
		return false;
	*ret = *old;
	vt_text_fit(ret->code, sizeof(ret->code), a->old_code);
	if (old->rev == 0)
		vt_text_fit(ret->name, sizeof(ret->name), a->name);
	vt_text_fit(ret->successor, sizeof(ret->successor), a->code);
	/* the one ends as the other begins */
	if (a->from[0] != '\0' && ret->until[0] == '\0')
		vt_day_of(vt_time_parse_day(a->from) - 1, ret->until);
	ret->verified = true;
	return true;
}

/* The rows of one change: the agency, and the code that it had before. */
struct rows {
	struct vt_address row[2], old[2];
	struct vt_buf value[2];
	struct vt_entry_change change[2];
	size_t n;
};

static void
rows_free(struct rows *w)
{
	vt_buf_free(&w->value[0]);
	vt_buf_free(&w->value[1]);
}

static int
rows_read(struct vt_office *o, const struct vt_request *rq,
    const struct vt_address *a, struct rows *w, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_address *old = &w->old[1], *row = &w->row[1];
	int rc;

	w->row[0] = *a;
	w->n = 1;
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = read_or_none(v, a->code, &w->old[0], reterr)) != VT_OK ||
	    (rc = match(rq, &w->old[0], reterr)) != VT_OK ||
	    a->old_code[0] == '\0' ||
	    (rc = read_or_none(v, a->old_code, old, reterr)) != VT_OK)
		return rc;
	if (vt_address_old_row(a, old, row))
		w->n = 2;
	return VT_OK;
}

/* Where the successor leads in the end: not back, and not out of sight of
 * routing. */
static int
check_successor(
    struct vt_office *o, const struct vt_address *a, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_address at = *a;
	struct vt_err err = VT_ERR_INIT;
	size_t n = 1;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	while (rc == VT_OK && at.successor[0] != '\0') {
		char next[sizeof(at.successor)];

		memcpy(next, at.successor, sizeof(next));
		if (strcmp(next, a->code) == 0)
			return vt_err_set(reterr, VT_E_INVALID,
			    "address: successor: %s leads back to %s", at.code,
			    a->code);
		if (++n > VT_SUCCESSORS_MAX)
			return vt_err_set(reterr, VT_E_INVALID,
			    "address: successor: %s is the %zuth agency one "
			    "after the other; at most %d are followed",
			    next, n, VT_SUCCESSORS_MAX);
		rc = vt_address_read(v, next, &at, &err);
	}
	if (rc == VT_OK || rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_office_address_put(struct vt_office *o, const struct vt_request *rq,
    const struct vt_address *a, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	__attribute__((cleanup(rows_free))) struct rows w = {
		.value = { VT_BUF_INIT, VT_BUF_INIT }
	};
	struct vt_step step = { .kind = VT_STEP_ENTRY };
	struct vt_act act;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_ADDRESSES, reterr)) != VT_OK ||
	    (rc = vt_house_only(o, rq->actor, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done || (rc = vt_address_check(a, reterr)) != VT_OK ||
	    (rc = check_successor(o, a, reterr)) != VT_OK ||
	    (rc = rows_read(o, rq, a, &w, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < w.n; i++) {
		w.row[i].changed_at = vt_now(o->o.ctx);
		vt_address_encode(&w.row[i], &w.value[i]);
		if ((rc = vt_buf_status(&w.value[i], reterr)) != VT_OK)
			return rc;
		w.change[i] =
		    (struct vt_entry_change){ .kind = VT_ENTRY_ADDRESS,
			    .store_wide = true,
			    .key = vt_span_str(w.row[i].code),
			    .value = vt_buf_view(&w.value[i]),
			    .expect = w.old[i].rev == 0 ? VT_ENTRY_NEW
							: w.old[i].rev };
	}
	step.u.entry.changes = w.change;
	step.u.entry.n = w.n;
	vt_office_act(rq, NULL, &step, 1, &act);
	act.expect_rev = 0;
	return vt_store_do(o->o.store, &act, ret, reterr);
}

/* ---- a gateway's list ---- */

struct sync {
	struct vt_office *o;
	const char *gateway;
	struct vt_entry_change changes[SYNC_BATCH];
	struct vt_buf values[SYNC_BATCH];
	size_t n, changed;
	vt_time now;
};

static int
flush(struct sync *s, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_ENTRY };
	struct vt_view *v = NULL;
	struct vt_act act = { 0 };
	int rc;

	if (s->n == 0)
		return VT_OK;
	if ((rc = vt_view_begin(s->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_house_agency(v, &act.agency_no, reterr);
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	step.u.entry.changes = s->changes;
	step.u.entry.n = s->n;
	act.steps = &step;
	act.n_steps = 1;
	rc = vt_store_do(s->o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	if (rc == VT_OK)
		s->changed += s->n;
	for (size_t i = 0; i < s->n; i++)
		vt_buf_free(&s->values[i]);
	s->n = 0;
	return rc;
}

/* What people set stays; what the list says is taken. False: nothing new. */
static bool
merge(const struct sync *s, const struct vt_address *list,
    const struct vt_address *old, struct vt_address *ret)
{
	*ret = *old;
	(void)snprintf(ret->code, sizeof(ret->code), "%s", list->code);
	vt_text_fit(ret->name, sizeof(ret->name), list->name);
	vt_text_fit(ret->parent, sizeof(ret->parent), list->parent);
	vt_text_fit(ret->mail, sizeof(ret->mail), list->mail);
	vt_text_fit(ret->old_code, sizeof(ret->old_code), list->old_code);
	vt_text_fit(ret->remote_id, sizeof(ret->remote_id), list->remote_id);
	ret->deleted = list->deleted;
	ret->verified = true;
	if (ret->gateway[0] == '\0')
		(void)snprintf(
		    ret->gateway, sizeof(ret->gateway), "%s", s->gateway);
	if (old->code[0] == '\0' || (old->deleted && old->successor[0] == '\0'))
		vt_text_fit(
		    ret->successor, sizeof(ret->successor), list->successor);
	return strcmp(ret->code, old->code) != 0 ||
	       strcmp(ret->name, old->name) != 0 ||
	       strcmp(ret->parent, old->parent) != 0 ||
	       strcmp(ret->mail, old->mail) != 0 ||
	       strcmp(ret->old_code, old->old_code) != 0 ||
	       strcmp(ret->remote_id, old->remote_id) != 0 ||
	       strcmp(ret->gateway, old->gateway) != 0 ||
	       strcmp(ret->successor, old->successor) != 0 ||
	       ret->deleted != old->deleted || !old->verified;
}

static int
one(struct sync *s, const struct vt_address *a, struct vt_err *reterr)
{
	struct vt_address old = { 0 }, row;
	struct vt_err err = VT_ERR_INIT;
	struct vt_view *v = NULL;
	struct vt_entry e = { 0 };
	int rc;

	if (check_code(a->code, "code", &err) != VT_OK) {
		vt_log_err("office.address", &err); /* one row, not the list */
		return VT_OK;
	}
	if ((rc = vt_view_begin(s->o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_entry_get(
	    v, VT_ENTRY_ADDRESS, 0, vt_span_str(a->code), &e, &err);
	if (rc == VT_OK)
		rc = vt_address_decode(e.key, e.value, &old, &err);
	vt_view_end(v);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	if (!merge(s, a, &old, &row))
		return VT_OK;
	for (size_t i = 0; i < s->n; i++)
		if (vt_span_eq(s->changes[i].key, vt_span_str(a->code)))
			return VT_OK; /* twice in the list: the first */
	row.changed_at = s->now;
	s->values[s->n] = (struct vt_buf)VT_BUF_INIT;
	vt_address_encode(&row, &s->values[s->n]);
	if ((rc = vt_buf_status(&s->values[s->n], reterr)) != VT_OK) {
		vt_buf_free(&s->values[s->n]);
		return rc;
	}
	s->changes[s->n] = (struct vt_entry_change){ .kind = VT_ENTRY_ADDRESS,
		.store_wide = true,
		.key = vt_span_str(a->code),
		.value = vt_buf_view(&s->values[s->n]),
		.expect = e.rev == 0 ? VT_ENTRY_NEW : e.rev };
	s->n++;
	return VT_OK;
}

/* Rows from *from on until a batch is full, and writes it. *from: what is next;
 * it stays where it was when somebody else wrote one of the rows meanwhile. */
static int
batch(struct sync *s, const struct vt_address *a, size_t n, size_t *from,
    struct vt_err *reterr)
{
	size_t at = *from;
	int rc = VT_OK;

	while (rc == VT_OK && at < n && s->n < SYNC_BATCH)
		rc = one(s, &a[at++], reterr);
	if (rc == VT_OK)
		rc = flush(s, reterr);
	if (rc == VT_OK)
		*from = at;
	return rc;
}

int
vt_office_addresses_sync(struct vt_office *o, const char *gateway,
    const struct vt_address *a, size_t n, size_t *ret_changed,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	size_t from = 0, tries = 0;
	struct sync *s;
	int rc = VT_OK;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return vt_err_set(
		    reterr, VT_E_NOMEM, "address book: no memory");
	s->o = o;
	s->gateway = gateway;
	s->now = vt_now(o->o.ctx);
	while (rc == VT_OK && from < n) {
		rc = batch(s, a, n, &from, &err);
		if (rc == VT_OK)
			tries = 0;
		else if (rc == VT_E_CONFLICT && tries++ < SYNC_TRIES)
			rc = VT_OK; /* as the book is now, then */
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	for (size_t i = 0; i < s->n; i++)
		vt_buf_free(&s->values[i]);
	if (ret_changed != NULL)
		*ret_changed = s->changed;
	free(s);
	return rc;
}

void
vt_office_words(struct vt_span text, struct vt_buf *ret)
{
	vt_search_fold(text, false, ret);
}
