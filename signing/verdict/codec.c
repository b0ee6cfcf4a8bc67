/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A verdict as CBOR: what the worker answers, and what the store keeps. Field
 * numbers stand in docs/format.md's manner: never reused.
 */
#include "base/arena.h"
#include "base/cbor.h"
#include "base/limits.h"
#include "signing/verdict/verdict.h"

#define ITEMS_MAX 65536 /* of one list, when decoding */

enum {
	V_OVERALL = 1,
	V_ERROR,
	V_MESSAGE,
	V_JUDGED_AT,
	V_REVISIONS,
	V_SIGNATURES,
	V_NEEDS
};
enum {
	S_FIELD = 1,
	S_INDICATION,
	S_SUB,
	S_FORMAT,
	S_LEVEL,
	S_SIGNER,
	S_ORG,
	S_ISSUER,
	S_SERIAL,
	S_CERTIFICATE,
	S_CLAIMED,
	S_REVISION,
	S_COVERAGE,
	S_REVOCATION,
	S_REASONS,
	S_CHANGES,
	S_SIGNER_KIND
};
enum { R_CODE = 1, R_CLAUSE, R_VI, R_EN, R_DETAIL };
enum { C_REVISION = 1, C_OBJECT, C_PATH, C_RULE, C_MEANING };
enum { N_KIND = 1, N_URL, N_REQUEST, N_LIMIT };

/* ---- writing ---- */

static void
put_str(struct vt_cbor_map_writer *w, uint64_t key, const char *s)
{
	if (s == NULL)
		return;
	vt_cbor_key(w, key);
	vt_cbor_str(w->b, s);
}

static void
put_uint(struct vt_cbor_map_writer *w, uint64_t key, uint64_t v)
{
	vt_cbor_key(w, key);
	vt_cbor_uint(w->b, v);
}

static void
put_reason(const struct vt_reason *r, struct vt_buf *b)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, b);
	put_str(&w, R_CODE, r->code);
	put_str(&w, R_CLAUSE, r->clause);
	put_str(&w, R_VI, r->vi);
	put_str(&w, R_EN, r->en);
	put_str(&w, R_DETAIL, r->detail);
	vt_cbor_map_end(&w);
}

static void
put_change(const struct vt_change *c, struct vt_buf *b)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, b);
	put_uint(&w, C_REVISION, c->revision);
	put_uint(&w, C_OBJECT, c->object);
	put_str(&w, C_PATH, c->path);
	put_str(&w, C_RULE, c->rule);
	put_str(&w, C_MEANING, c->meaning);
	vt_cbor_map_end(&w);
}

static void
put_signature(const struct vt_signature_verdict *s, struct vt_buf *b)
{
	struct vt_cbor_map_writer w;
	size_t i;

	vt_cbor_map_begin(&w, b);
	put_str(&w, S_FIELD, s->field);
	put_uint(&w, S_INDICATION, (uint64_t)s->indication);
	put_str(&w, S_SUB, s->sub_indication);
	put_str(&w, S_FORMAT, s->format);
	put_str(&w, S_LEVEL, s->level);
	put_str(&w, S_SIGNER, s->signer);
	put_str(&w, S_ORG, s->signer_org);
	put_str(&w, S_ISSUER, s->issuer);
	put_str(&w, S_SERIAL, s->serial);
	if (s->certificate.n > 0) {
		vt_cbor_key(&w, S_CERTIFICATE);
		vt_cbor_bytes(b, s->certificate);
	}
	if (s->claimed_time != VT_TIME_NONE) {
		vt_cbor_key(&w, S_CLAIMED);
		vt_cbor_int(b, s->claimed_time);
	}
	put_uint(&w, S_REVISION, s->revision);
	put_uint(&w, S_COVERAGE, (uint64_t)s->coverage);
	put_str(&w, S_REVOCATION, s->revocation);
	vt_cbor_key(&w, S_REASONS);
	vt_cbor_array(b, s->n_reasons);
	for (i = 0; i < s->n_reasons; i++)
		put_reason(&s->reasons[i], b);
	vt_cbor_key(&w, S_CHANGES);
	vt_cbor_array(b, s->n_changes);
	for (i = 0; i < s->n_changes; i++)
		put_change(&s->changes[i], b);
	if (s->signer_kind != VT_SIGNER_UNKNOWN)
		put_uint(&w, S_SIGNER_KIND, (uint64_t)s->signer_kind);
	vt_cbor_map_end(&w);
}

static void
put_need(const struct vt_need *n, struct vt_buf *b)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, b);
	put_str(&w, N_KIND, n->kind);
	put_str(&w, N_URL, n->url);
	vt_cbor_key(&w, N_REQUEST);
	vt_cbor_bytes(b, n->request);
	put_uint(&w, N_LIMIT, n->limit);
	vt_cbor_map_end(&w);
}

void
vt_verdict_encode(const struct vt_verdict *v, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;
	size_t i;

	vt_cbor_map_begin(&w, ret);
	put_uint(&w, V_OVERALL, (uint64_t)v->overall);
	if (v->unreadable.code != VT_OK) {
		put_str(&w, V_ERROR, vt_err_info(v->unreadable.code)->slug);
		put_str(&w, V_MESSAGE, v->unreadable.msg);
	}
	vt_cbor_key(&w, V_JUDGED_AT);
	vt_cbor_int(ret, v->judged_at);
	put_uint(&w, V_REVISIONS, v->revisions);
	vt_cbor_key(&w, V_SIGNATURES);
	vt_cbor_array(ret, v->n_signatures);
	for (i = 0; i < v->n_signatures; i++)
		put_signature(&v->signatures[i], ret);
	vt_cbor_key(&w, V_NEEDS);
	vt_cbor_array(ret, v->n_needs);
	for (i = 0; i < v->n_needs; i++)
		put_need(&v->needs[i], ret);
	vt_cbor_map_end(&w);
}

/* ---- reading ---- */

struct reader {
	struct vt_cbor c;
	struct vt_arena *arena;
};

static const char *
get_str(struct reader *r)
{
	struct vt_span s = vt_cbor_get_text(&r->c);
	const char *ret;

	if (s.n > 0 && memchr(s.p, 0, s.n) != NULL)
		vt_cbor_fail(&r->c, "text with a zero byte");
	if (r->c.failed != VT_OK)
		return NULL;
	if (s.n == 0)
		return "";
	ret = vt_arena_strndup(r->arena, s.p, s.n);
	if (ret == NULL)
		vt_cbor_fail(&r->c, "more than one verdict may hold");
	return ret;
}

static struct vt_span
get_bytes(struct reader *r)
{
	bool ok = true;
	struct vt_span s = vt_cbor_get_bytes(&r->c);

	if (r->c.failed != VT_OK || s.n == 0)
		return VT_SPAN(NULL, 0);
	s = vt_arena_copy(r->arena, s, &ok);
	if (!ok)
		vt_cbor_fail(&r->c, "more than one verdict may hold");
	return s;
}

static unsigned
get_enum(struct reader *r, unsigned last)
{
	uint64_t v = vt_cbor_get_uint(&r->c);

	if (v > last) {
		vt_cbor_fail(&r->c, "value out of range");
		return 0;
	}
	return (unsigned)v;
}

static void *
get_array(struct reader *r, size_t size, size_t *ret_n)
{
	size_t n = vt_cbor_get_array(&r->c);
	void *p = NULL;

	if (n > ITEMS_MAX)
		vt_cbor_fail(&r->c, "list too long");
	else if (n > 0 && (p = vt_arena_array(r->arena, n, size)) == NULL)
		vt_cbor_fail(&r->c, "more than one verdict may hold");
	*ret_n = p != NULL && r->c.failed == VT_OK ? n : 0;
	return p;
}

static void
get_reason(struct reader *r, struct vt_reason *ret)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	vt_cbor_map_open(&m, &r->c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case R_CODE:
			ret->code = get_str(r);
			break;
		case R_CLAUSE:
			ret->clause = get_str(r);
			break;
		case R_VI:
			ret->vi = get_str(r);
			break;
		case R_EN:
			ret->en = get_str(r);
			break;
		case R_DETAIL:
			ret->detail = get_str(r);
			break;
		default:
			vt_cbor_fail(&r->c, "unknown field of a reason");
		}
	}
	if (ret->code == NULL || ret->clause == NULL || ret->vi == NULL ||
	    ret->en == NULL)
		vt_cbor_fail(&r->c, "reason incomplete");
}

static void
get_change(struct reader *r, struct vt_change *ret)
{
	struct vt_cbor_map_reader m;
	uint64_t key, v;

	vt_cbor_map_open(&m, &r->c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case C_REVISION:
			ret->revision = vt_cbor_get_uint(&r->c);
			break;
		case C_OBJECT:
			v = vt_cbor_get_uint(&r->c);
			ret->object = (uint32_t)v;
			if (v > UINT32_MAX)
				vt_cbor_fail(&r->c, "object out of range");
			break;
		case C_PATH:
			ret->path = get_str(r);
			break;
		case C_RULE:
			ret->rule = get_str(r);
			break;
		case C_MEANING:
			ret->meaning = get_str(r);
			break;
		default:
			vt_cbor_fail(&r->c, "unknown field of a change");
		}
	}
	if (ret->path == NULL || ret->meaning == NULL)
		vt_cbor_fail(&r->c, "change incomplete");
}

static void
get_lists(struct reader *r, uint64_t key, struct vt_signature_verdict *ret)
{
	size_t i;

	if (key == S_REASONS) {
		ret->reasons =
		    get_array(r, sizeof(*ret->reasons), &ret->n_reasons);
		for (i = 0; i < ret->n_reasons; i++)
			get_reason(r, &ret->reasons[i]);
	} else if (key == S_CHANGES) {
		ret->changes =
		    get_array(r, sizeof(*ret->changes), &ret->n_changes);
		for (i = 0; i < ret->n_changes; i++)
			get_change(r, &ret->changes[i]);
	} else {
		vt_cbor_fail(&r->c, "unknown field of a signature");
	}
}

static void
get_signature(struct reader *r, struct vt_signature_verdict *ret)
{
	const char **strings[] = {
		[S_FIELD] = &ret->field,
		[S_SUB] = &ret->sub_indication,
		[S_FORMAT] = &ret->format,
		[S_LEVEL] = &ret->level,
		[S_SIGNER] = &ret->signer,
		[S_ORG] = &ret->signer_org,
		[S_ISSUER] = &ret->issuer,
		[S_SERIAL] = &ret->serial,
		[S_REVOCATION] = &ret->revocation,
	};
	struct vt_cbor_map_reader m;
	uint64_t key;
	bool indication = false, coverage = false;

	ret->claimed_time = VT_TIME_NONE;
	vt_cbor_map_open(&m, &r->c);
	while (vt_cbor_next(&m, &key)) {
		if (key < sizeof(strings) / sizeof(*strings) &&
		    strings[key] != NULL) {
			*strings[key] = get_str(r);
			continue;
		}
		switch (key) {
		case S_INDICATION:
			ret->indication = get_enum(r, VT_TOTAL_FAILED);
			indication = true;
			break;
		case S_CERTIFICATE:
			ret->certificate = get_bytes(r);
			break;
		case S_CLAIMED:
			ret->claimed_time = vt_cbor_get_int(&r->c);
			break;
		case S_REVISION:
			ret->revision = vt_cbor_get_uint(&r->c);
			break;
		case S_SIGNER_KIND:
			ret->signer_kind = get_enum(r, VT_SIGNER_ORGANISATION);
			break;
		case S_COVERAGE:
			ret->coverage = get_enum(r, VT_COVERAGE_UNCLEAR);
			coverage = true;
			break;
		default:
			get_lists(r, key, ret);
			break;
		}
	}
	/* What is missing must not read as "passed, the whole file". */
	if (ret->field == NULL || ret->format == NULL || !indication ||
	    !coverage)
		vt_cbor_fail(&r->c, "signature incomplete");
}

static void
get_need(struct reader *r, struct vt_need *ret)
{
	struct vt_cbor_map_reader m;
	uint64_t key;

	vt_cbor_map_open(&m, &r->c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case N_KIND:
			ret->kind = get_str(r);
			break;
		case N_URL:
			ret->url = get_str(r);
			break;
		case N_REQUEST:
			ret->request = get_bytes(r);
			break;
		case N_LIMIT:
			ret->limit = vt_cbor_get_uint(&r->c);
			break;
		default:
			vt_cbor_fail(&r->c, "unknown field of a need");
		}
	}
	if (ret->kind == NULL || ret->url == NULL)
		vt_cbor_fail(&r->c, "need incomplete");
}

static void
get_verdict(struct reader *r, struct vt_verdict *ret)
{
	struct vt_cbor_map_reader m;
	const char *s;
	uint64_t key;
	size_t i;

	vt_cbor_map_open(&m, &r->c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case V_OVERALL:
			ret->overall = get_enum(r, VT_OVERALL_NOT_READABLE);
			break;
		case V_ERROR:
			s = get_str(r);
			if (s != NULL)
				ret->unreadable.code =
				    (enum vt_code)vt_err_from_slug(s);
			break;
		case V_MESSAGE:
			vt_cbor_get_str(&r->c, ret->unreadable.msg,
			    sizeof(ret->unreadable.msg));
			break;
		case V_JUDGED_AT:
			ret->judged_at = vt_cbor_get_int(&r->c);
			break;
		case V_REVISIONS:
			ret->revisions = vt_cbor_get_uint(&r->c);
			break;
		case V_SIGNATURES:
			ret->signatures = get_array(
			    r, sizeof(*ret->signatures), &ret->n_signatures);
			for (i = 0; i < ret->n_signatures; i++)
				get_signature(r, &ret->signatures[i]);
			break;
		case V_NEEDS:
			ret->needs =
			    get_array(r, sizeof(*ret->needs), &ret->n_needs);
			for (i = 0; i < ret->n_needs; i++)
				get_need(r, &ret->needs[i]);
			break;
		default:
			vt_cbor_fail(&r->c, "unknown field of a verdict");
		}
	}
}

int
vt_verdict_decode(
    struct vt_span s, struct vt_verdict **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_verdict_free) struct vt_verdict *v = NULL;
	struct reader r = { .arena = vt_arena_new(VT_L(VERDICT_MEMORY)) };
	int rc;

	if (r.arena == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "verdict");
	v = vt_arena_alloc(r.arena, sizeof(*v));
	if (v == NULL) {
		vt_arena_free(r.arena);
		return vt_err_set(reterr, VT_E_NOMEM, "verdict");
	}
	v->arena = r.arena;
	v->overall = VT_OVERALL_NOT_READABLE;
	vt_cbor_open(&r.c, s);
	get_verdict(&r, v);
	if (v->overall == VT_OVERALL_NOT_READABLE
		? v->n_signatures > 0
		: v->overall != vt_verdict_overall(v))
		vt_cbor_fail(&r.c, "overall is not that of the signatures");
	rc = vt_cbor_finish(&r.c, "verdict", reterr);
	if (rc == VT_OK)
		*ret = VT_TAKE(v);
	return rc;
}
