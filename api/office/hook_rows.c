/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Webhooks as they are stored: the entry, how far it got, its log. */
#include "api/office/hooks_priv.h"
#include "base/cbor.h"

#define FORMAT 1

/* ---- the subscription ---- */

/* Times are not negative here; 0 stands for none. */
static void
put_time(struct vt_buf *b, vt_time t)
{
	vt_cbor_uint(b, t == VT_TIME_NONE ? 0 : (uint64_t)t);
}

static vt_time
get_time(struct vt_cbor *c)
{
	uint64_t t = vt_cbor_get_uint(c);

	return t == 0 || t > INT64_MAX ? VT_TIME_NONE : (vt_time)t;
}

void
vt_hook_encode(const struct vt_hook *h, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_cbor_key(&w, 1);
	vt_cbor_uint(ret, FORMAT);
	vt_cbor_key(&w, 2);
	vt_cbor_str(ret, h->url);
	vt_cbor_key(&w, 3);
	vt_cbor_str(ret, h->description);
	vt_cbor_key(&w, 4);
	vt_cbor_array(ret, h->n_types);
	for (size_t i = 0; i < h->n_types; i++)
		vt_cbor_uint(ret, h->types[i]);
	vt_cbor_key(&w, 5);
	vt_cbor_bool(ret, h->symmetric);
	vt_cbor_key(&w, 6);
	vt_cbor_uint(ret, h->off);
	vt_cbor_key(&w, 7);
	put_time(ret, h->off_at);
	vt_cbor_key(&w, 8);
	vt_cbor_uint(ret, h->generation);
	vt_cbor_key(&w, 9);
	vt_cbor_uint(ret, h->secret_no);
	vt_cbor_key(&w, 10);
	put_time(ret, h->secret_at);
	vt_cbor_key(&w, 11);
	vt_cbor_uint(ret, h->from);
	vt_cbor_key(&w, 12);
	put_time(ret, h->created_at);
	vt_cbor_key(&w, 13);
	vt_cbor_id(ret, &h->created_by);
	vt_cbor_map_end(&w);
}

static uint32_t
get_u32(struct vt_cbor *c)
{
	uint64_t v = vt_cbor_get_uint(c);

	if (v > UINT32_MAX)
		vt_cbor_fail(c, "a number is too large");
	return (uint32_t)v;
}

static void
get_types(struct vt_cbor *c, struct vt_hook *ret)
{
	size_t n = vt_cbor_get_array(c);

	if (n > VT_HOOK_TYPES_MAX) {
		vt_cbor_fail(c, "too many types");
		return;
	}
	for (size_t i = 0; i < n; i++)
		ret->types[i] = get_u32(c);
	ret->n_types = n;
}

static void
get_field(struct vt_cbor *c, uint64_t key, struct vt_hook *ret)
{
	switch (key) {
	case 1:
		if (vt_cbor_get_uint(c) != FORMAT)
			vt_cbor_fail(c, "another format");
		return;
	case 2:
		vt_cbor_get_str(c, ret->url, sizeof(ret->url));
		return;
	case 3:
		vt_cbor_get_str(c, ret->description, sizeof(ret->description));
		return;
	case 4:
		get_types(c, ret);
		return;
	case 5:
		ret->symmetric = vt_cbor_get_bool(c);
		return;
	case 6:
		ret->off = (enum vt_hook_off)get_u32(c);
		return;
	case 7:
		ret->off_at = get_time(c);
		return;
	case 8:
		ret->generation = get_u32(c);
		return;
	case 9:
		ret->secret_no = get_u32(c);
		return;
	case 10:
		ret->secret_at = get_time(c);
		return;
	case 11:
		ret->from = vt_cbor_get_uint(c);
		return;
	case 12:
		ret->created_at = get_time(c);
		return;
	case 13:
		ret->created_by = vt_cbor_get_id(c);
		return;
	default:
		vt_cbor_fail(c, "an unknown field");
	}
}

int
vt_hook_decode(struct vt_span value, struct vt_hook *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;

	memset(ret, 0, sizeof(*ret));
	vt_cbor_open(&c, value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key))
		get_field(&c, key, ret);
	return vt_cbor_finish(&c, "webhook", reterr);
}

int
vt_hook_load(struct vt_view *v, uint32_t agency_no, const vt_id *id,
    struct vt_hook *ret, struct vt_err *reterr)
{
	struct vt_hook_progress p;
	struct vt_entry e;
	int rc;

	rc = vt_entry_get(
	    v, VT_ENTRY_HOOK, agency_no, VT_SPAN(id->b, 16), &e, reterr);
	if (rc != VT_OK)
		return rc;
	if ((rc = vt_hook_decode(e.value, ret, reterr)) != VT_OK)
		return rc;
	ret->id = *id;
	ret->agency_no = agency_no;
	ret->rev = e.rev;
	if ((rc = vt_hook_progress_load(v, ret, &p, reterr)) != VT_OK)
		return rc;
	ret->after = p.after;
	ret->failures = p.failures;
	ret->failing_since = p.since;
	ret->delivered_at = p.delivered_at;
	ret->replay_next = p.replay_next;
	ret->replay_last = p.replay_last;
	return VT_OK;
}

/* ---- the agency's key ---- */

void
vt_hook_key_encode(const struct vt_hook_key *k, struct vt_buf *ret)
{
	vt_cbor_array(ret, 3);
	vt_cbor_uint(ret, FORMAT);
	vt_cbor_uint(ret, k->no);
	put_time(ret, k->at);
}

int
vt_hook_key_decode(
    struct vt_span value, struct vt_hook_key *ret, struct vt_err *reterr)
{
	struct vt_hook_key k = { 0 };
	struct vt_cbor c;
	int rc;

	vt_cbor_open(&c, value);
	if (vt_cbor_get_array(&c) != 3 || vt_cbor_get_uint(&c) != FORMAT)
		vt_cbor_fail(&c, "another format");
	k.no = get_u32(&c);
	k.at = get_time(&c);
	if ((rc = vt_cbor_finish(&c, "webhook's key", reterr)) == VT_OK)
		*ret = k;
	return rc;
}

int
vt_hook_key_load(struct vt_view *v, uint32_t agency_no, struct vt_hook_key *ret,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_entry e;
	int rc;

	rc = vt_entry_get(
	    v, VT_ENTRY_HOOK, agency_no, VT_HOOK_KEY_ENTRY, &e, &err);
	if (rc == VT_E_NOT_FOUND) {
		*ret = (struct vt_hook_key){ 1, VT_TIME_NONE, VT_ENTRY_NEW };
		return VT_OK;
	}
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	if ((rc = vt_hook_key_decode(e.value, ret, reterr)) == VT_OK)
		ret->rev = e.rev;
	return rc;
}

/* ---- how far it got ---- */

struct row_key {
	uint8_t b[25];
	size_t n;
};

/*
 * 'p' and the hook; or 'l', the hook, and the number of the attempt turned
 * around, so that the newest comes first.
 */
static struct row_key
key_of(char what, const vt_id *id, uint64_t no)
{
	struct row_key k = { .n = 17 };

	k.b[0] = (uint8_t)what;
	memcpy(k.b + 1, id->b, 16);
	if (what == 'l') {
		for (int i = 0; i < 8; i++)
			k.b[17 + i] = (uint8_t)(~no >> (56 - 8 * i));
		k.n = 25;
	}
	return k;
}

static uint64_t
number_of(struct vt_span key)
{
	uint64_t no = 0;

	for (size_t i = 17; i < key.n; i++)
		no = no << 8 | key.p[i];
	return ~no;
}

int
vt_hook_progress_load(struct vt_view *v, const struct vt_hook *h,
    struct vt_hook_progress *ret, struct vt_err *reterr)
{
	struct row_key k = key_of('p', &h->id, 0);
	struct vt_err err = VT_ERR_INIT;
	struct vt_hook_progress p = { 0 };
	struct vt_state s;
	struct vt_cbor c;
	int rc;

	rc = vt_state_get(v, VT_STATE_HOOK_LOG, VT_SPAN(k.b, k.n), &s, &err);
	if (rc == VT_E_NOT_FOUND) {
		*ret = (struct vt_hook_progress){ .after = h->from,
			.since = VT_TIME_NONE,
			.delivered_at = VT_TIME_NONE,
			.rev = VT_STATE_NEW };
		return VT_OK;
	}
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	vt_cbor_open(&c, s.value);
	if (vt_cbor_get_array(&c) != 8 || vt_cbor_get_uint(&c) != FORMAT)
		vt_cbor_fail(&c, "another format");
	p.after = vt_cbor_get_uint(&c);
	p.failures = get_u32(&c);
	p.since = get_time(&c);
	p.log = vt_cbor_get_uint(&c);
	p.replay_next = vt_cbor_get_uint(&c);
	p.replay_last = vt_cbor_get_uint(&c);
	p.delivered_at = get_time(&c);
	p.rev = s.rev;
	if ((rc = vt_cbor_finish(&c, "webhook's progress", reterr)) == VT_OK)
		*ret = p;
	return rc;
}

int
vt_hook_progress_save(struct vt_store *s, const vt_id *id,
    struct vt_hook_progress *p, struct vt_err *reterr)
{
	struct row_key k = key_of('p', id, 0);
	struct vt_state_new n = { .kind = VT_STATE_HOOK_LOG,
		.key = VT_SPAN(k.b, k.n),
		.expires = VT_TIME_NONE,
		.expect = p->rev };
	VT_BUF_AUTO(b);
	int rc;

	vt_cbor_array(&b, 8);
	vt_cbor_uint(&b, FORMAT);
	vt_cbor_uint(&b, p->after);
	vt_cbor_uint(&b, p->failures);
	put_time(&b, p->since);
	vt_cbor_uint(&b, p->log);
	vt_cbor_uint(&b, p->replay_next);
	vt_cbor_uint(&b, p->replay_last);
	put_time(&b, p->delivered_at);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	n.value = vt_buf_view(&b);
	return vt_state_put(s, &n, &p->rev, reterr);
}

/* ---- the log ---- */

int
vt_hook_log_save(struct vt_store *s, const vt_id *id,
    const struct vt_hook_attempt *a, struct vt_err *reterr)
{
	struct row_key k = key_of('l', id, a->no);
	struct vt_state_new n = { .kind = VT_STATE_HOOK_LOG,
		.key = VT_SPAN(k.b, k.n),
		.expires = a->at + VT_TIME_S(VT_L(WEBHOOK_LOG_S)),
		.expect = VT_STATE_ANY };
	VT_BUF_AUTO(b);
	int rc;

	vt_cbor_array(&b, 12);
	vt_cbor_uint(&b, FORMAT);
	vt_cbor_uint(&b, a->lane);
	vt_cbor_uint(&b, a->event);
	vt_cbor_str(&b, a->type);
	vt_cbor_uint(&b, a->attempt);
	put_time(&b, a->at);
	vt_cbor_uint(&b, (uint64_t)a->took_ms);
	vt_cbor_uint(&b, (uint64_t)a->status);
	vt_cbor_uint(&b, a->outcome);
	vt_cbor_str(&b, a->reason);
	put_time(&b, a->next);
	vt_cbor_str(&b, a->message);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	n.value = vt_buf_view(&b);
	return vt_state_put(s, &n, NULL, reterr);
}

/* The static name of a type that was written down. */
static const char *
type_name(const char *text)
{
	uint32_t kind;

	return vt_hook_type_parse(text, &kind)
		   ? vt_step_kind_name((enum vt_step_kind)kind)
		   : "ping";
}

static int
log_decode(const struct vt_state *s, struct vt_hook_attempt *ret,
    struct vt_err *reterr)
{
	struct vt_hook_attempt a = { .no = number_of(s->key) };
	struct vt_cbor c;
	char type[64];
	int rc;

	vt_cbor_open(&c, s->value);
	if (vt_cbor_get_array(&c) != 12 || vt_cbor_get_uint(&c) != FORMAT)
		vt_cbor_fail(&c, "another format");
	a.lane = (enum vt_hook_lane)get_u32(&c);
	a.event = vt_cbor_get_uint(&c);
	vt_cbor_get_str(&c, type, sizeof(type));
	a.attempt = get_u32(&c);
	a.at = get_time(&c);
	a.took_ms = (int64_t)get_u32(&c);
	a.status = (long)get_u32(&c);
	a.outcome = (enum vt_hook_outcome)get_u32(&c);
	vt_cbor_get_str(&c, a.reason, sizeof(a.reason));
	a.next = get_time(&c);
	vt_cbor_get_str(&c, a.message, sizeof(a.message));
	if ((rc = vt_cbor_finish(&c, "webhook's log", reterr)) != VT_OK)
		return rc;
	a.type = type_name(type);
	*ret = a;
	return VT_OK;
}

int
vt_hook_log_list(struct vt_view *v, const vt_id *id, uint64_t before,
    struct vt_hook_attempt *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr)
{
	struct row_key k = key_of('l', id, before);
	struct vt_span prefix = VT_SPAN(k.b, 17);
	struct vt_span after = VT_SPAN(k.b, before == 0 ? 0 : k.n);
	struct vt_state s[16];
	size_t n = 0, got, want;
	int rc;

	do {
		want = max - n < 16 ? max - n : 16;
		rc = vt_state_list(
		    v, VT_STATE_HOOK_LOG, prefix, after, s, want, &got, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < got; i++)
			if ((rc = log_decode(&s[i], &ret[n++], reterr)) !=
			    VT_OK)
				return rc;
		if (got > 0)
			after = s[got - 1].key;
	} while (got == want && n < max);
	*ret_n = n;
	return VT_OK;
}

/* ---- types ---- */

#define KIND_END 256 /* above every kind of step */

bool
vt_hook_type_parse(const char *name, uint32_t *ret)
{
	const char *unknown = vt_step_kind_name((enum vt_step_kind)0);

	if (strcmp(name, unknown) == 0)
		return false;
	for (uint32_t k = 1; k < KIND_END; k++)
		if (strcmp(vt_step_kind_name((enum vt_step_kind)k), name) ==
		    0) {
			*ret = k;
			return true;
		}
	return false;
}

bool
vt_hook_wants(const struct vt_hook *h, uint32_t kind)
{
	for (size_t i = 0; i < h->n_types; i++)
		if (h->types[i] == kind)
			return true;
	return h->n_types == 0 && kind != VT_STEP_WORK &&
	       kind != VT_STEP_WORK_DONE;
}

/* ---- the act ---- */

void
vt_hook_act_init(struct vt_hook_act *a, const struct vt_hook *h, bool remove)
{
	memset(a, 0, sizeof(*a));
	vt_buf_init(&a->value, 0);
	vt_buf_init(&a->payload, 0);
	if (!remove)
		vt_hook_encode(h, &a->value);
	a->change.kind = VT_ENTRY_HOOK;
	a->change.key = VT_SPAN(h->id.b, sizeof(h->id.b));
	a->change.value = vt_buf_view(&a->value);
	a->change.expect = h->rev == 0 ? VT_ENTRY_NEW : h->rev;
	a->steps[0].kind = VT_STEP_ENTRY;
	a->steps[0].u.entry.changes = &a->change;
	a->steps[0].u.entry.n = 1;
	a->n = 1;
}

void
vt_hook_act_work(struct vt_hook_act *a, const struct vt_hook *h)
{
	struct vt_step *s = &a->steps[a->n++];

	vt_cbor_uint(&a->payload, h->generation);
	s->kind = VT_STEP_WORK;
	s->u.work.kind = VT_WORK_WEBHOOK;
	s->u.work.subject = h->id;
	s->u.work.payload = vt_buf_view(&a->payload);
}

void
vt_hook_act_free(struct vt_hook_act *a)
{
	vt_buf_free(&a->value);
	vt_buf_free(&a->payload);
}
