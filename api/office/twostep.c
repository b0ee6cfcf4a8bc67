/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signing in two steps: everything is frozen at prepare and kept in the store
 * under an id (an upload of its own, so it survives a restart and expires);
 * the value comes from the holder's token and is checked against the
 * certificate before anything is embedded.
 */
#include <stdlib.h>

#include "api/office/sign.h"
#include "base/cbor.h"

/*
 * What is kept: a tag of the store over the rest, then a CBOR map. An upload is
 * anybody's to make; the tag says that this one was made here. docs/format.md
 * has the fields.
 */
#define TAG_PURPOSE "prepared signature"
enum {
	K_VERSION = 1,
	K_PAPER,
	K_ACT,
	K_SIGNER,
	K_FIELD,
	K_BEFORE,
	K_SIZE,
	K_NAME,
	K_MEDIA,
	K_CERT,
	K_EXPIRES,
	K_PREPARED
};

struct kept {
	vt_id paper, signer;
	enum vt_signing_act act;
	char field[32], name[1024], media_type[128];
	struct vt_blob before;
	vt_hash cert;
	vt_time expires;
	struct vt_span prepared; /* borrowed from the bytes decoded */
};

void
vt_office_prepared_free(struct vt_office_prepared *p)
{
	if (p != NULL)
		vt_buf_free(&p->attrs);
}

static enum vt_duty
duty_of(enum vt_signing_act act)
{
	switch (act) {
	case VT_SIGNING_INITIALS:
		return VT_DUTY_PREPARE_INITIAL;
	case VT_SIGNING_COMPETENT:
		return VT_DUTY_PREPARE_SIGN;
	case VT_SIGNING_SEAL:
	default:
		return VT_DUTY_PREPARE_SEAL;
	}
}

static void
encode(const struct kept *k, struct vt_buf *ret)
{
	struct vt_cbor_map_writer m;

	vt_cbor_map_begin(&m, ret);
	vt_cbor_key(&m, K_VERSION);
	vt_cbor_uint(ret, 1);
	vt_cbor_key(&m, K_PAPER);
	vt_cbor_id(ret, &k->paper);
	vt_cbor_key(&m, K_ACT);
	vt_cbor_uint(ret, (uint64_t)k->act);
	vt_cbor_key(&m, K_SIGNER);
	vt_cbor_id(ret, &k->signer);
	vt_cbor_key(&m, K_FIELD);
	vt_cbor_str(ret, k->field);
	vt_cbor_key(&m, K_BEFORE);
	vt_cbor_hash(ret, &k->before.hash);
	vt_cbor_key(&m, K_SIZE);
	vt_cbor_uint(ret, k->before.size);
	vt_cbor_key(&m, K_NAME);
	vt_cbor_str(ret, k->name);
	vt_cbor_key(&m, K_MEDIA);
	vt_cbor_str(ret, k->media_type);
	vt_cbor_key(&m, K_CERT);
	vt_cbor_hash(ret, &k->cert);
	vt_cbor_key(&m, K_EXPIRES);
	vt_cbor_int(ret, k->expires);
	vt_cbor_key(&m, K_PREPARED);
	vt_cbor_bytes(ret, k->prepared);
	vt_cbor_map_end(&m);
}

static int
decode(struct vt_span s, struct kept *k, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key, act, seen = 0;

	memset(k, 0, sizeof(*k));
	vt_cbor_open(&c, s);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		if (key <= K_PREPARED)
			seen |= 1ULL << key;
		switch (key) {
		case K_VERSION:
			if (vt_cbor_get_uint(&c) != 1)
				vt_cbor_fail(&c, "unknown version");
			break;
		case K_PAPER:
			k->paper = vt_cbor_get_id(&c);
			break;
		case K_ACT:
			act = vt_cbor_get_uint(&c);
			if (act > VT_SIGNING_SEAL)
				vt_cbor_fail(&c, "unknown act");
			else
				k->act = (enum vt_signing_act)act;
			break;
		case K_SIGNER:
			k->signer = vt_cbor_get_id(&c);
			break;
		case K_FIELD:
			vt_cbor_get_str(&c, k->field, sizeof(k->field));
			break;
		case K_BEFORE:
			k->before.hash = vt_cbor_get_hash(&c);
			break;
		case K_SIZE:
			k->before.size = vt_cbor_get_uint(&c);
			break;
		case K_NAME:
			vt_cbor_get_str(&c, k->name, sizeof(k->name));
			break;
		case K_MEDIA:
			vt_cbor_get_str(
			    &c, k->media_type, sizeof(k->media_type));
			break;
		case K_CERT:
			k->cert = vt_cbor_get_hash(&c);
			break;
		case K_EXPIRES:
			k->expires = vt_cbor_get_int(&c);
			break;
		case K_PREPARED:
			k->prepared = vt_cbor_get_bytes(&c);
			break;
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	if (seen != (((1ULL << (K_PREPARED + 1)) - 1) & ~1ULL))
		vt_cbor_fail(&c, "a field is missing");
	return vt_cbor_finish(&c, "prepared signature", reterr);
}

static void
describe(const struct vt_prepared *p, const struct vt_signing *s,
    struct vt_office_prepared *ret)
{
	vt_buf_span(&ret->attrs, vt_buf_view(&p->attrs));
	ret->attrs_digest = p->attrs_digest;
	ret->document_digest = p->digest;
	snprintf(ret->algorithm, sizeof(ret->algorithm), "%s",
	    p->alg == VT_KEY_RSA_PKCS1_SHA256 ? "RSA-PKCS1-SHA256"
					      : "ECDSA-SHA256");
	ret->paper_rev = s->facts.rev;
	snprintf(ret->number_text, sizeof(ret->number_text), "%s",
	    s->facts.number_text);
}

/* Keeps what was prepared; its upload's id is the id given out. */
static int
keep(struct vt_office *o, uint32_t agency_no, struct kept *k,
    const struct vt_signing *s, const struct vt_prepared *p,
    struct vt_office_prepared *ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(inner);
	VT_BUF_AUTO(outer);
	VT_BUF_AUTO(body);
	vt_hash tag;
	struct vt_blob blob;
	int rc;

	k->signer = s->holder.person;
	snprintf(k->field, sizeof(k->field), "%s", s->field);
	snprintf(k->name, sizeof(k->name), "%s", s->facts.name);
	snprintf(k->media_type, sizeof(k->media_type), "%s", s->facts.media_type);
	k->before = s->facts.main;
	k->expires = vt_now(o->o.ctx) + VT_TIME_S(VT_L(PREPARED_EXPIRY_S));
	vt_prepared_encode(p, &inner);
	k->prepared = vt_buf_view(&inner);
	encode(k, &body);
	tag = vt_store_mac(o->o.store, TAG_PURPOSE, vt_buf_view(&body));
	vt_buf_put(&outer, tag.b, sizeof(tag.b));
	vt_buf_span(&outer, vt_buf_view(&body));
	if ((rc = vt_buf_status(&body, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&inner, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&outer, reterr)) != VT_OK ||
	    (rc = vt_upload_memory(o->o.store, agency_no,
		 vt_buf_view(&outer), &ret->id, &blob, reterr)) != VT_OK)
		return rc;
	ret->expires = k->expires;
	describe(p, s, ret);
	return vt_buf_status(&ret->attrs, reterr);
}

/* Whatever goes into the CMS must be certificates, and nothing else. */
static int
check_chain(const struct vt_span *chain, size_t n, struct vt_err *reterr)
{
	struct vt_certificate_info info;
	int rc;

	if (n > VT_L(CHAIN_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "chain: at most %zu certificates, %zu given",
		    VT_L(CHAIN_MAX), n);
	for (size_t i = 0; i < n; i++)
		if ((rc = vt_certificate_describe(chain[i], &info, reterr)) !=
		    VT_OK)
			return rc;
	return VT_OK;
}

int
vt_office_prepare(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_signing_order *order,
    const struct vt_span *chain, size_t n_chain, struct vt_office_prepared *ret,
    struct vt_err *reterr)
{
	struct vt_prepared p = { .tail = VT_PDF_TAIL_INIT };
	struct vt_signing s = { .fd = -1 };
	struct vt_span registered;
	struct kept k = { 0 };
	vt_hash cert;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, duty_of(order->act), reterr)) != VT_OK)
		return rc;
	/* a number cannot be given back: a program needs the right to it */
	if (order->act == VT_SIGNING_COMPETENT && order->number_first &&
	    (rq->actor->roles & VT_ROLE_SYSTEM) != 0 &&
	    (rc = vt_who_may(rq->actor, VT_DUTY_NUMBER, reterr)) != VT_OK)
		return rc;
	memset(ret, 0, sizeof(*ret));
	if (n_chain > 0)
		cert = vt_sha256(chain[0]);
	if ((rc = vt_signing_load(o, rq, paper, order, &s.facts, reterr)) !=
		VT_OK ||
	    (rc = vt_signing_check(
		 &s.facts, order->act, order->number_first, reterr)) != VT_OK ||
	    (rc = vt_holder_load(o, rq->actor, order->act, &s.facts,
		 n_chain > 0 ? &cert : NULL, &s.holder, reterr)) != VT_OK)
		goto out;
	if (n_chain == 0) {
		registered = vt_buf_view(&s.holder.chain);
		chain = &registered;
		n_chain = registered.n > 0 ? 1 : 0;
		cert = vt_sha256(registered);
	}
	if (n_chain == 0 || !vt_holder_has(&s.holder, &cert)) {
		rc = vt_err_set(reterr, VT_E_KEY_MISMATCH,
		    "no registered certificate of %s to prepare for",
		    s.holder.name);
		goto out;
	}
	if ((rc = vt_certificate_check(chain[0], vt_now(o->o.ctx), reterr)) !=
		VT_OK ||
	    (rc = check_chain(chain, n_chain, reterr)) != VT_OK ||
	    (rc = vt_signing_build(o, rq, paper, order, &s, reterr)) != VT_OK ||
	    (rc = vt_sign_prepare(o->o.spawner, s.fd, &s.change, chain, n_chain,
		 &p, reterr)) != VT_OK)
		goto out;
	k.paper = *paper;
	k.act = order->act;
	k.cert = cert;
	rc = keep(o, rq->actor->agency_no, &k, &s, &p, ret, reterr);
out:
	vt_prepared_free(&p);
	vt_signing_free(&s);
	if (rc != VT_OK)
		vt_office_prepared_free(ret);
	return rc;
}

/* The kept bytes of an id that belongs to the actor's agency. */
static int
kept_bytes(struct vt_office *o, const struct vt_actor *actor, const vt_id *id,
    struct vt_buf *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_blob blob;
	uint32_t agency;
	uint8_t *p;
	size_t n;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_upload_find(v, id, &agency, &blob, reterr);
	if (rc == VT_E_NOT_FOUND || (rc == VT_OK && agency != actor->agency_no))
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "prepared signature: not found, or it expired");
	if (rc != VT_OK)
		return rc;
	if (blob.size > VT_L(WORKER_MESSAGE_MAX))
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "this upload is not a prepared signature");
	if ((p = vt_buf_extend(ret, (size_t)blob.size)) == NULL)
		return vt_buf_status(ret, reterr);
	rc = vt_bytes_read(
	    o->o.store, &blob.hash, 0, p, (size_t)blob.size, &n, reterr);
	if (rc == VT_OK && n != blob.size)
		rc = vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "prepared signature: %zu of %llu bytes", n,
		    (unsigned long long)blob.size);
	return rc;
}

/* Takes the kept state apart, if this store made it and it is still good. */
static int
open_kept(struct vt_office *o, const struct vt_buf *bytes, struct kept *ret,
    struct vt_err *reterr)
{
	struct vt_span all = vt_buf_view(bytes), body;
	vt_hash tag, want;

	if (all.n <= sizeof(tag.b))
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "this upload is not a prepared signature");
	memcpy(tag.b, all.p, sizeof(tag.b));
	body = VT_SPAN(all.p + sizeof(tag.b), all.n - sizeof(tag.b));
	want = vt_store_mac(o->o.store, TAG_PURPOSE, body);
	if (!vt_hash_eq(&tag, &want) || decode(body, ret, NULL) != VT_OK)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "this upload is not a prepared signature");
	if (vt_now(o->o.ctx) > ret->expires)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "prepared signature: it expired, prepare again");
	return VT_OK;
}

/* What held at prepare must hold still: the act's turn, the holder's rights,
 * the certificate's registration. */
static int
check_again(struct vt_office *o, const struct vt_request *rq,
    const struct kept *k, struct vt_err *reterr)
{
	struct vt_holder holder = { .chain = VT_BUF_INIT };
	struct vt_facts f;
	int rc;

	if ((rc = vt_who_may(rq->actor, duty_of(k->act), reterr)) != VT_OK ||
	    (rc = vt_facts_load(o, &k->paper, rq->actor->agency_no,
		 rq->if_match, &f, reterr)) != VT_OK ||
	    (rc = vt_signing_check(&f, k->act, false, reterr)) != VT_OK)
		return rc;
	if (!vt_hash_eq(&f.main.hash, &k->before.hash))
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "the paper has a newer version than the one prepared");
	rc = vt_holder_load(
	    o, rq->actor, k->act, &f, &k->cert, &holder, reterr);
	if (rc == VT_OK && (!vt_holder_has(&holder, &k->cert) ||
			       (k->act != VT_SIGNING_SEAL &&
				   !vt_id_eq(&holder.person, &k->signer))))
		rc = vt_err_set(reterr, VT_E_KEY_MISMATCH,
		    "the certificate is no longer registered for who signs");
	vt_holder_free(&holder);
	return rc;
}

int
vt_office_complete(struct vt_office *o, const struct vt_request *rq,
    const vt_id *prepared, struct vt_span value, struct vt_act_result *ret,
    struct vt_err *reterr)
{
	struct vt_prepared p = { .tail = VT_PDF_TAIL_INIT };
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	VT_BUF_AUTO(bytes);
	struct vt_signed w;
	struct kept k;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_COMPLETE, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done ||
	    (rc = kept_bytes(o, rq->actor, prepared, &bytes, reterr)) !=
		VT_OK ||
	    (rc = open_kept(o, &bytes, &k, reterr)) != VT_OK ||
	    (rc = check_again(o, rq, &k, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_prepared_decode(k.prepared, &p, reterr)) != VT_OK ||
	    (rc = vt_sign_complete(&p, value, &tail, reterr)) != VT_OK)
		goto out;
	w.act = k.act;
	w.before = k.before;
	w.name = k.name;
	w.media_type = k.media_type;
	w.field = k.field;
	w.signer = k.signer;
	w.cert = k.cert;
	w.time = p.time;
	w.rev = rq->if_match;
	rc = vt_signing_store(
	    o, rq, &k.paper, &w, vt_buf_view(&tail.bytes), ret, reterr);
out:
	vt_prepared_free(&p);
	vt_pdf_tail_free(&tail);
	return rc;
}
