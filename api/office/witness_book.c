/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whom we know: entries of kind WITNESS, store-wide. Keys: "we"; "by NAME", a
 * witness; "of ORIGIN", a ledger. Value {0: 1, 1: who runs it, 2: vkey, 3:
 * URL}.
 */
#include <stdio.h>

#include "api/office/cosign_priv.h"
#include "api/office/routes_priv.h"
#include "docstore/state.h"

#define WE    "we"
#define ASKED "cosign "
#define PAGE  16

int
vt_witness_err(int rc, const struct vt_err *err, struct vt_err *reterr)
{
	if (reterr != NULL)
		*reterr = *err;
	return rc;
}

int
vt_agency_count(struct vt_view *v, uint32_t *ret, struct vt_err *reterr)
{
	struct vt_agency a[PAGE];
	size_t n = PAGE;
	int rc = VT_OK;

	*ret = 0;
	while (rc == VT_OK && n == PAGE) {
		rc = vt_agency_list(v, *ret, a, PAGE, &n, reterr);
		if (rc == VT_OK && n > 0)
			*ret = a[n - 1].no;
	}
	return rc;
}

/* ---- values ---- */

static void
value_put(const struct vt_witness *w, struct vt_buf *ret)
{
	VT_BUF_AUTO(vkey);
	bool we = w->key.name[0] == '\0';

	vt_cbor_map(ret, we ? 2 : w->url[0] == '\0' ? 3 : 4);
	vt_cbor_uint(ret, 0);
	vt_cbor_uint(ret, 1);
	vt_cbor_uint(ret, 1);
	vt_cbor_str(ret, w->whose);
	if (we)
		return;
	vt_vkey_put(&w->key, &vkey);
	vt_cbor_uint(ret, 2);
	vt_cbor_text(ret, vt_buf_view(&vkey));
	if (w->url[0] == '\0')
		return;
	vt_cbor_uint(ret, 3);
	vt_cbor_str(ret, w->url);
}

static int
value_get(struct vt_span key, struct vt_span value, struct vt_witness *ret,
    struct vt_err *reterr)
{
	struct vt_witness w = { .key.type = VT_VKEY_LOG };
	struct vt_span vkey = { NULL, 0 };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t k;
	int rc;

	if (key.n > 3 && memcmp(key.p, "by ", 3) == 0)
		w.key.type = VT_VKEY_COSIGNER;
	vt_cbor_open(&c, value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &k)) {
		if (k == 0 && vt_cbor_get_uint(&c) != 1)
			vt_cbor_fail(&c, "not of version 1");
		else if (k == 1)
			vt_cbor_get_str(&c, w.whose, sizeof(w.whose));
		else if (k == 2)
			vkey = vt_cbor_get_text(&c);
		else if (k == 3)
			vt_cbor_get_str(&c, w.url, sizeof(w.url));
		else if (k != 0)
			vt_cbor_fail(&c, "unknown field");
	}
	rc = vt_cbor_finish(&c, "witness", reterr);
	if (rc == VT_OK && vkey.n > 0)
		rc = vt_vkey_parse(vkey, w.key.type, &w.key, reterr);
	if (rc == VT_OK)
		*ret = w;
	return rc;
}

static void
key_put(enum vt_vkey_type type, const char *name, struct vt_buf *ret)
{
	vt_buf_printf(
	    ret, "%s %s", type == VT_VKEY_COSIGNER ? "by" : "of", name);
}

/* ---- reading ---- */

static int
entry_of(struct vt_view *v, struct vt_span key, struct vt_witness *ret,
    struct vt_err *reterr)
{
	struct vt_entry e;
	int rc = vt_entry_get(v, VT_ENTRY_WITNESS, 0, key, &e, reterr);

	return rc == VT_OK ? value_get(key, e.value, ret, reterr) : rc;
}

int
vt_witness_find(struct vt_view *v, enum vt_vkey_type type, const char *name,
    struct vt_witness *ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(key);

	key_put(type, name, &key);
	return entry_of(v, vt_buf_view(&key), ret, reterr);
}

int
vt_witness_who_we_are(struct vt_view *v, char ret[static VT_OPERATOR_MAX + 1],
    struct vt_err *reterr)
{
	struct vt_witness w = { .whose = "" };
	struct vt_err err = VT_ERR_INIT;
	int rc = entry_of(v, vt_span_str(WE), &w, &err);

	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return vt_witness_err(rc, &err, reterr);
	memcpy(ret, w.whose, VT_OPERATOR_MAX + 1);
	return VT_OK;
}

int
vt_witness_each(struct vt_view *v,
    int (*f)(void *arg, const struct vt_witness *w, struct vt_err *reterr),
    void *arg, struct vt_err *reterr)
{
	struct vt_entry_range range = { .kind = VT_ENTRY_WITNESS };
	struct vt_entry e[PAGE];
	struct vt_witness w;
	size_t n = PAGE;
	int rc;

	while (n == PAGE) {
		rc = vt_entry_list(v, &range, e, PAGE, &n, reterr);
		for (size_t i = 0; rc == VT_OK && i < n; i++) {
			range.after = e[i].key;
			rc = value_get(e[i].key, e[i].value, &w, reterr);
			if (rc == VT_OK && w.key.name[0] != '\0')
				rc = f(arg, &w, reterr);
		}
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

/* ---- writing ---- */

/* One change, and with it the work of asking. */
static int
change(struct vt_store *s, struct vt_span key, struct vt_span value,
    const char *asked, struct vt_err *reterr)
{
	struct vt_entry_change c = { .kind = VT_ENTRY_WITNESS,
		.store_wide = true,
		.key = key,
		.value = value };
	struct vt_step st[2] = { { .kind = VT_STEP_ENTRY },
		{ .kind = VT_STEP_WORK } };
	struct vt_act act = { .steps = st, .n_steps = asked == NULL ? 1 : 2 };
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_view *v;
	VT_BUF_AUTO(payload);
	vt_hash h = vt_sha256(key);
	int rc;

	st[0].u.entry.changes = &c;
	st[0].u.entry.n = 1;
	if (asked != NULL) {
		vt_cbor_map(&payload, 1);
		vt_cbor_uint(&payload, 1);
		vt_cbor_str(&payload, asked);
		st[1].u.work.kind = VT_WORK_COSIGN;
		memcpy(st[1].u.work.subject.b, h.b,
		    sizeof(st[1].u.work.subject.b));
		st[1].u.work.payload = vt_buf_view(&payload);
	}
	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_house_agency(v, &act.agency_no, reterr);
	vt_view_end(v);
	if (rc == VT_OK)
		rc = vt_store_do(s, &act, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

static bool
is_operator(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= VT_OPERATOR_MAX && strpbrk(s, "\r\n\t") == NULL;
}

static int
wrong(struct vt_err *reterr, const char *want)
{
	return vt_err_set(reterr, VT_E_INVALID, "witness: %s", want);
}

int
vt_witness_we(struct vt_store *s, const char *whose, struct vt_err *reterr)
{
	struct vt_witness w = { .url = "" };
	VT_BUF_AUTO(value);

	if (!is_operator(whose))
		return wrong(reterr, "who runs it: 1 to 120 bytes, one line");
	memcpy(w.whose, whose, strlen(whose) + 1);
	value_put(&w, &value);
	return change(s, vt_span_str(WE), vt_buf_view(&value), NULL, reterr);
}

static int
judge(struct vt_store *s, const struct vt_witness *w, struct vt_err *reterr)
{
	bool http = strncmp(w->url, "https://", 8) == 0 ||
		    strncmp(w->url, "http://", 7) == 0;
	char we[VT_OPERATOR_MAX + 1];
	struct vt_view *v;
	size_t n = strlen(w->url);
	int rc;

	if (!is_operator(w->whose))
		return wrong(reterr, "who runs it: 1 to 120 bytes, one line");
	if (w->key.type == VT_VKEY_COSIGNER &&
	    (!http || w->url[n - 1] == '/' ||
		strlen(w->key.name) > VT_COSIGNER_MAX))
		return wrong(reterr, "a witness's node is http(s)://HOST "
				     "without a slash at the end, its name "
				     "at most 40 characters");
	if (w->key.type == VT_VKEY_LOG && n > 0)
		return wrong(reterr, "a ledger that is cosigned comes to us: "
				     "no URL");
	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_witness_who_we_are(v, we, reterr);
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	if (we[0] == '\0')
		return wrong(reterr, "say first who runs this node (vanthu "
				     "witness we)");
	if (strcmp(we, w->whose) == 0)
		return wrong(reterr, "the same operator runs it: it is no "
				     "outsider and would not count");
	return VT_OK;
}

int
vt_witness_put(
    struct vt_store *s, const struct vt_witness *w, struct vt_err *reterr)
{
	VT_BUF_AUTO(key);
	VT_BUF_AUTO(value);
	int rc = judge(s, w, reterr);

	if (rc != VT_OK)
		return rc;
	key_put(w->key.type, w->key.name, &key);
	value_put(w, &value);
	if ((rc = vt_buf_status(&key, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&value, reterr)) != VT_OK)
		return rc;
	return change(s, vt_buf_view(&key), vt_buf_view(&value),
	    w->key.type == VT_VKEY_COSIGNER ? w->key.name : NULL, reterr);
}

int
vt_witness_remove(struct vt_store *s, const char *name, struct vt_err *reterr)
{
	static const enum vt_vkey_type types[] = { VT_VKEY_COSIGNER,
		VT_VKEY_LOG };
	struct vt_witness w;
	int rc = VT_E_NOT_FOUND;

	for (size_t i = 0; i < 2 && rc == VT_E_NOT_FOUND; i++) {
		struct vt_err err = VT_ERR_INIT;
		struct vt_view *v;
		VT_BUF_AUTO(key);

		if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
			return rc;
		rc = vt_witness_find(v, types[i], name, &w, &err);
		vt_view_end(v);
		key_put(types[i], name, &key);
		if (rc == VT_OK)
			return change(s, vt_buf_view(&key), VT_SPAN(NULL, 0),
			    NULL, reterr);
		(void)vt_witness_err(rc, &err, reterr);
	}
	return rc;
}

/* ---- a new epoch ---- */

/* What was seen of the old ledger is not denied. */
static int
seen_agrees(struct vt_view *v, const struct vt_receipt *r,
    struct vt_err *reterr)
{
	uint64_t had =
	    r->prior_lost > r->prior_size ? r->prior_lost : r->prior_size;
	struct vt_err err = VT_ERR_INIT;
	struct vt_witnessed seen;
	int rc = vt_witnessed_get(v, r->prior, &seen, &err);

	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK)
		return vt_witness_err(rc, &err, reterr);
	if (seen.size > had)
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "witness: the new epoch says that %s had %llu leaves, "
		    "%llu were seen here: it denies the rest",
		    r->prior, (unsigned long long)had,
		    (unsigned long long)seen.size);
	if (seen.size == r->prior_size &&
	    !vt_hash_eq(&seen.root, &r->prior_root))
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "witness: the new epoch follows another tree of %s than "
		    "the one that was seen here",
		    r->prior);
	return VT_OK;
}

/* Facts of a bundle that opens an epoch, by the key of the ledger before. */
static int
opens(struct vt_view *v, const struct vt_bundle *b, struct vt_witness *ret,
    struct vt_err *reterr)
{
	struct vt_bundle_trust t = { .log = &ret->key };
	struct vt_bundle_says says;
	struct vt_receipt r = { .epoch = 0 };
	int rc = vt_facts_of(b->facts, &r, reterr);

	if (rc != VT_OK)
		return rc;
	if (r.prior[0] == '\0' || b->index != 0)
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "witness: the proof is not of the act that opens an "
		    "epoch");
	rc = vt_witness_find(v, VT_VKEY_LOG, r.prior, ret, reterr);
	if (rc != VT_OK)
		return rc;
	(void)snprintf(
	    ret->key.name, sizeof(ret->key.name), "%s", b->cp.origin);
	vt_vkey_id(&ret->key);
	if ((rc = vt_bundle_verify(b, &t, &says, reterr)) != VT_OK)
		return rc;
	return seen_agrees(v, &says.facts, reterr);
}

int
vt_witness_follow(struct vt_store *s, struct vt_span bundle,
    struct vt_witness *ret, struct vt_err *reterr)
{
	struct vt_bundle b = VT_BUNDLE_INIT;
	struct vt_witness w;
	struct vt_view *v;
	int rc = vt_bundle_parse(bundle, &b, reterr);

	if (rc != VT_OK)
		return rc;
	if ((rc = vt_view_begin(s, &v, reterr)) == VT_OK) {
		rc = opens(v, &b, &w, reterr);
		vt_view_end(v);
	}
	vt_bundle_free(&b);
	if (rc != VT_OK || (rc = vt_witness_put(s, &w, reterr)) != VT_OK)
		return rc;
	*ret = w;
	return VT_OK;
}

/* ---- how asking went: a row beside the ledger ---- */

void
vt_witness_asked_key(const char *name, uint32_t agency_no, struct vt_buf *ret)
{
	vt_buf_printf(ret, ASKED "%u %s", (unsigned)agency_no, name);
}

void
vt_witness_asked_encode(const struct vt_witness_asked *a, struct vt_buf *ret)
{
	vt_cbor_array(ret, 4);
	vt_cbor_uint(ret, a->seen);
	vt_cbor_uint(ret, a->kept == VT_TIME_NONE ? 0 : (uint64_t)a->kept);
	vt_cbor_uint(ret, a->refused);
	vt_cbor_str(ret, a->note);
}

static int
asked_decode(
    struct vt_span value, struct vt_witness_asked *ret, struct vt_err *reterr)
{
	struct vt_witness_asked a = { .seen = 0 };
	struct vt_cbor c;
	int rc;

	vt_cbor_open(&c, value);
	if (vt_cbor_get_array(&c) != 4)
		vt_cbor_fail(&c, "not four items");
	a.seen = vt_cbor_get_uint(&c);
	a.kept = (vt_time)vt_cbor_get_uint(&c);
	a.refused = vt_cbor_get_uint(&c) == 1;
	vt_cbor_get_str(&c, a.note, sizeof(a.note));
	if (a.kept == 0)
		a.kept = VT_TIME_NONE;
	if ((rc = vt_cbor_finish(&c, "how a witness answered", reterr)) ==
	    VT_OK)
		*ret = a;
	return rc;
}

int
vt_witness_asked_get(struct vt_view *v, const char *name, uint32_t agency_no,
    struct vt_witness_asked *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_state st;
	VT_BUF_AUTO(key);
	int rc;

	*ret = (struct vt_witness_asked){ .kept = VT_TIME_NONE };
	vt_witness_asked_key(name, agency_no, &key);
	rc = vt_state_get(v, VT_STATE_CURSOR, vt_buf_view(&key), &st, &err);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	return rc == VT_OK ? asked_decode(st.value, ret, reterr)
			   : vt_witness_err(rc, &err, reterr);
}

struct sum {
	struct vt_view *v;
	uint32_t agencies;
	struct vt_witness_state *ret;
};

static int
sum_one(void *arg, const struct vt_witness *w, struct vt_err *reterr)
{
	struct sum *s = arg;
	struct vt_witness_asked a;
	int rc = VT_OK;

	if (w->key.type != VT_VKEY_COSIGNER)
		return VT_OK;
	s->ret->on = true;
	for (uint32_t no = 1; rc == VT_OK && no <= s->agencies; no++) {
		rc = vt_witness_asked_get(s->v, w->key.name, no, &a, reterr);
		if (rc != VT_OK)
			break;
		s->ret->refused |= a.refused;
		if (a.kept != VT_TIME_NONE &&
		    (s->ret->cosigned == VT_TIME_NONE ||
			a.kept > s->ret->cosigned))
			s->ret->cosigned = a.kept;
	}
	return rc;
}

int
vt_witness_sum(
    struct vt_view *v, struct vt_witness_state *ret, struct vt_err *reterr)
{
	struct sum s = { .v = v, .ret = ret };
	int rc;

	*ret = (struct vt_witness_state){ .cosigned = VT_TIME_NONE };
	if ((rc = vt_agency_count(v, &s.agencies, reterr)) != VT_OK)
		return rc;
	return vt_witness_each(v, sum_one, &s, reterr);
}
