/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vanthu-proof: does this act stand in that ledger, and who besides its keeper
 * says so? One library (libcrypto), no network, nothing of the server that
 * made the proof. Meant to be read; README.md says how it is used.
 *
 * What is proved, from the inside out:
 *  1 FILE has the SHA-256 that the facts of the act state (--file);
 *  2 the facts with their salt give the commitment, the commitment the leaf
 *    (docs/format.md §7), the leaf with the path the root (RFC 9162 §2.1.3.2);
 *  3 that root, with origin and size, is signed by the ledger's key, which the
 *    reader knows from elsewhere (C2SP tlog-checkpoint, signed-note);
 *  4 others have seen the same tree: cosignatures (C2SP tlog-cosignature), and
 *    a timestamp token over it (RFC 3161).
 * Every byte that is read may have been written by an enemy.
 */
#include "docstore/verifier/proof.h"

#include <openssl/evp.h>
#include <openssl/ts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DASH       "\xe2\x80\x94 " /* before each signature (signed-note) */
#define SPAN(p, n) ((struct span){ (const uint8_t *)(p), (n) })

struct path {
	uint8_t h[PROOF_HASHES][32];
	size_t n;
};

/* ---- text ---- */

static bool
take_line(struct span *s, struct span *ret)
{
	const uint8_t *nl = s->n == 0 ? NULL : memchr(s->p, '\n', s->n);

	if (nl == NULL)
		return false;
	*ret = SPAN(s->p, (size_t)(nl - s->p));
	*s = SPAN(nl + 1, s->n - ret->n - 1);
	return true;
}

/* Begins s so? Then s goes on behind it. */
static bool
cut(struct span *s, const char *head)
{
	size_t n = strlen(head);

	if (s->n < n || memcmp(s->p, head, n) != 0)
		return false;
	*s = SPAN(s->p + n, s->n - n);
	return true;
}

static bool
decimal(struct span s, uint64_t *ret)
{
	if (s.n == 0 || s.n > 18 || (s.p[0] == '0' && s.n > 1))
		return false;
	*ret = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*ret = *ret * 10 + (uint64_t)(s.p[i] - '0');
	}
	return true;
}

/* RFC 4648 §4, padded; canonical: the value gives the very text again. */
static bool
base64(struct span s, uint8_t *ret, size_t max, size_t *ret_n)
{
	static uint8_t raw[PROOF_FILE_MAX], back[PROOF_FILE_MAX + 1];
	int n;

	if (s.n == 0 || s.n % 4 != 0 || s.n > PROOF_FILE_MAX ||
	    (n = EVP_DecodeBlock(raw, s.p, (int)s.n)) < 3)
		return false;
	n -= (s.p[s.n - 1] == '=') + (s.p[s.n - 2] == '=');
	if ((size_t)n > max || EVP_EncodeBlock(back, raw, n) != (int)s.n ||
	    memcmp(back, s.p, s.n) != 0)
		return false;
	memcpy(ret, raw, *ret_n = (size_t)n);
	return true;
}

static bool
hash_line(struct span s, uint8_t ret[32])
{
	size_t n;

	return base64(s, ret, 32, &n) && n == 32;
}

/* Hashes up to an empty line. */
static bool
hash_lines(struct span *s, struct path *ret)
{
	struct span l;

	for (ret->n = 0; take_line(s, &l); ret->n++) {
		if (l.n == 0)
			return true;
		if (ret->n == PROOF_HASHES || !hash_line(l, ret->h[ret->n]))
			return false;
	}
	return false;
}

/* ---- hashes: RFC 6962 §2.1 ---- */

void
proof_sha256(uint8_t ret[32], const struct span *part, size_t n)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok = c != NULL && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1;

	for (size_t i = 0; ok && i < n; i++)
		ok = EVP_DigestUpdate(c, part[i].p, part[i].n) == 1;
	if (!ok || EVP_DigestFinal_ex(c, ret, NULL) != 1)
		abort();
	EVP_MD_CTX_free(c);
}

static void
leaf_hash(uint8_t ret[32], struct span leaf)
{
	proof_sha256(ret, (struct span[]){ SPAN("\x00", 1), leaf }, 2);
}

static void
node_hash(uint8_t ret[32], const uint8_t *left, const uint8_t *right)
{
	proof_sha256(ret,
	    (struct span[]){ SPAN("\x01", 1), SPAN(left, 32), SPAN(right, 32) },
	    3);
}

/* RFC 9162 §2.1.3.2 and §2.1.4.2, which climb alike: from path->h[i] on, to
 * the root of the tree (sr), and of the older one that ended at fn (fr). */
static bool
climb(uint64_t fn, uint64_t sn, const struct path *path, size_t i,
    uint8_t fr[32], uint8_t sr[32])
{
	for (; i < path->n; i++, fn >>= 1, sn >>= 1) {
		if (sn == 0)
			return false;
		if ((fn & 1) == 0 && fn != sn) {
			node_hash(sr, sr, path->h[i]);
			continue;
		}
		node_hash(fr, path->h[i], fr);
		node_hash(sr, path->h[i], sr);
		for (; (fn & 1) == 0 && fn != 0; fn >>= 1)
			sn >>= 1;
	}
	return sn == 0;
}

static bool
root_of(struct span leaf, uint64_t index, uint64_t size,
    const struct path *path, uint8_t ret[32])
{
	uint8_t older[32];

	leaf_hash(ret, leaf);
	memcpy(older, ret, 32);
	return index < size && climb(index, size - 1, path, 0, older, ret);
}

/* The tree of `old` is the beginning of that of `now`. */
static bool
extends(const struct checkpoint *old, const struct checkpoint *now,
    const struct path *path)
{
	uint64_t fn = old->size - 1, sn = now->size - 1;
	bool whole = (old->size & (old->size - 1)) == 0;
	uint8_t fr[32], sr[32];

	if (old->size == now->size)
		return path->n == 0 && memcmp(old->root, now->root, 32) == 0;
	if (old->size == 0 || old->size > now->size || path->n == 0)
		return false;
	memcpy(fr, whole ? old->root : path->h[0], 32);
	memcpy(sr, fr, 32);
	for (; (fn & 1) == 1; fn >>= 1)
		sn >>= 1;
	return climb(fn, sn, path, whole ? 0 : 1, fr, sr) &&
	       memcmp(fr, old->root, 32) == 0 && memcmp(sr, now->root, 32) == 0;
}

/* ---- keys and signed notes ---- */

static bool
signed_by(const uint8_t pub[32], struct span text, const uint8_t sig[64])
{
	EVP_PKEY *k =
	    EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, pub, 32);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok = k != NULL && c != NULL &&
		  EVP_DigestVerifyInit(c, NULL, NULL, NULL, k) == 1 &&
		  EVP_DigestVerify(c, sig, 64, text.p, text.n) == 1;

	EVP_MD_CTX_free(c);
	EVP_PKEY_free(k);
	return ok;
}

bool
proof_key(const char *text, uint8_t type, struct key *ret)
{
	size_t n = strcspn(text, "+"), len;
	const char *b64 = text + n + 10;
	uint8_t raw[33], sum[32];
	char hex[9];

	if (n == 0 || n >= sizeof(ret->name) || strlen(text) < n + 54 ||
	    b64[-1] != '+' || (b64[44] != '\0' && b64[44] != '=') ||
	    !base64(SPAN(b64, 44), raw, 33, &len) || len != 33 ||
	    raw[0] != type)
		return false;
	*ret = (struct key){ .name = "" };
	if (b64[44] == '=' && b64[45] != '\0')
		ret->whose = b64 + 45;
	memcpy(ret->name, text, n);
	memcpy(ret->pub, raw + 1, 32);
	proof_sha256(sum,
	    (struct span[]){ SPAN(text, n), SPAN("\n", 1), SPAN(raw, 33) }, 3);
	memcpy(ret->id, sum, 4);
	(void)snprintf(hex, sizeof(hex), "%02x%02x%02x%02x", sum[0], sum[1],
	    sum[2], sum[3]);
	return memcmp(hex, text + n + 1, 8) == 0;
}

/* Origin, size, root, a blank line, then signature lines to the end. */
static bool
read_checkpoint(struct span s, struct checkpoint *ret)
{
	struct span rest = s, l;

	memset(ret, 0, sizeof(*ret));
	if (!take_line(&rest, &l) || l.n == 0 || l.n >= sizeof(ret->origin) ||
	    memchr(l.p, 0, l.n) != NULL)
		return false;
	memcpy(ret->origin, l.p, l.n);
	if (!take_line(&rest, &l) || !decimal(l, &ret->size) ||
	    !take_line(&rest, &l) || !hash_line(l, ret->root) ||
	    !take_line(&rest, &l) || l.n != 0)
		return false;
	ret->text = SPAN(s.p, s.n - rest.n - 1);
	ret->lines = rest;
	while (take_line(&rest, &l))
		if (!cut(&l, DASH))
			return false;
	return rest.n == 0;
}

/* The first signature line of this key, of 4 + n bytes. */
static bool
signature_of(struct span lines, const struct key *k, size_t n, uint8_t *ret)
{
	uint8_t raw[4 + 72];
	struct span l;
	size_t got;

	while (take_line(&lines, &l)) {
		if (!cut(&l, DASH) || !cut(&l, k->name) || !cut(&l, " ") ||
		    !base64(l, raw, sizeof(raw), &got) || got != 4 + n ||
		    memcmp(raw, k->id, 4) != 0)
			continue;
		memcpy(ret, raw + 4, n);
		return true;
	}
	return false;
}

static enum why
check_log(const struct checkpoint *c, const struct key *log)
{
	uint8_t sig[64];

	if (strcmp(c->origin, log->name) != 0)
		return PROOF_OTHER_LEDGER;
	if (!signature_of(c->lines, log, 64, sig) ||
	    !signed_by(log->pub, c->text, sig))
		return PROOF_NOT_SIGNED;
	return PROOF_HOLDS;
}

/* Not the keeper's own, nor his whom nobody named, nor one that was counted.
 * Who does not know the keeper cannot tell who is an outsider. */
static bool
is_outsider(const struct question *q, size_t i)
{
	const struct key *k = &q->cosigner[i];

	if (k->whose == NULL || q->log.whose == NULL ||
	    strcmp(k->whose, q->log.whose) == 0 ||
	    memcmp(k->pub, q->log.pub, 32) == 0)
		return false;
	for (const struct key *j = q->cosigner; j < k; j++)
		if (j->seen &&
		    (memcmp(j->pub, k->pub, 32) == 0 ||
			(j->whose != NULL && strcmp(j->whose, k->whose) == 0)))
			return false;
	return true;
}

/* How many who are not its keeper have seen the tree: operators, not keys. */
static enum why
check_cosigners(struct answer *a, struct question *q)
{
	uint8_t raw[72], text[512];

	for (size_t i = 0; i < q->n_cosigners; i++) {
		uint64_t time = 0;
		size_t n;

		if (!signature_of(a->cp.lines, &q->cosigner[i], 72, raw))
			continue;
		for (size_t b = 0; b < 8; b++)
			time = time << 8 | raw[b];
		n = (size_t)snprintf((char *)text, sizeof(text),
		    "cosignature/v1\ntime %llu\n", (unsigned long long)time);
		if (a->cp.text.n > sizeof(text) - n)
			return PROOF_BAD_COSIGNATURE;
		memcpy(text + n, a->cp.text.p, a->cp.text.n);
		if (!signed_by(q->cosigner[i].pub, SPAN(text, n + a->cp.text.n),
			raw + 8))
			return PROOF_BAD_COSIGNATURE;
		q->cosigner[i].seen = true;
		a->outsiders += is_outsider(q, i);
	}
	return PROOF_HOLDS;
}

/* ---- CBOR (RFC 8949 §4.2.1), as much as a leaf's opening has ---- */

enum { UINT, NEGATIVE, BYTES, TEXT, ARRAY, MAP };

/* The next item: its value or count, and a string's bytes. */
static bool
item(struct span *s, unsigned int major, uint64_t *ret, struct span *str)
{
	unsigned int low;
	size_t n;

	if (s->n == 0 || s->p[0] >> 5 != major)
		return false;
	low = s->p[0] & 31U;
	n = low < 24 ? 0 : (size_t)1 << (low - 24);
	if (low > 27 || s->n < 1 + n)
		return false;
	*ret = n == 0 ? low : 0;
	for (size_t i = 1; i <= n; i++)
		*ret = *ret << 8 | s->p[i];
	if (n > 0 && *ret < (n == 1 ? 24 : (uint64_t)1 << (4 * n)))
		return false; /* there is a shorter way to write it */
	*s = SPAN(s->p + 1 + n, s->n - 1 - n);
	if (major != BYTES && major != TEXT)
		return true;
	if (*ret > s->n)
		return false;
	*str = SPAN(s->p, (size_t)*ret);
	*s = SPAN(s->p + *ret, s->n - (size_t)*ret);
	return true;
}

static bool
is_uint(struct span *s, uint64_t want)
{
	uint64_t v;

	return item(s, UINT, &v, NULL) && v == want;
}

/* 14 which epoch, 15 the ledger before, 16 its size, 17 its root, 18 leaves. */
static void
read_epoch(uint64_t field, uint64_t v, struct span str, struct answer *a)
{
	if (field == 14)
		a->epoch = v;
	else if (field == 15)
		a->prior = str;
	else if (field == 16)
		a->prior_size = v;
	else if (field == 17)
		memcpy(a->prior_root, str.p, 32);
	else if (field == 18)
		a->prior_lost = v;
}

/* Field 4 time, 6 file, 8 number, 12 origin, 14 to 18 epochs; the rest are
 * numbers, strings and lists of numbers. Each once, in their order. */
static bool
read_facts(struct span s, struct answer *a)
{
	uint64_t n, v, more, field, last = 0;
	struct span str = { NULL, 0 };

	if (!item(&s, MAP, &n, NULL))
		return false;
	for (; n > 0; n--, last = field) {
		if (!item(&s, UINT, &field, NULL) || field <= last ||
		    s.n == 0 || s.p[0] >> 5 > ARRAY ||
		    ((field == 6 || field == 17) && s.p[0] >> 5 != BYTES) ||
		    ((field == 8 || field == 12 || field == 15) &&
			s.p[0] >> 5 != TEXT) ||
		    ((field == 14 || field == 16 || field == 18) &&
			s.p[0] >> 5 != UINT) ||
		    (field == 4 && s.p[0] >> 5 > NEGATIVE))
			return false;
		more = s.p[0] >> 5 == ARRAY;
		if (!item(&s, s.p[0] >> 5, &v, &str) ||
		    ((field == 6 || field == 17) && str.n != 32))
			return false;
		for (more *= v; more > 0; more--)
			if (!item(&s, UINT, &v, NULL))
				return false;
		if (field == 4)
			a->time = v > INT64_MAX ? 0 : (int64_t)v;
		else if (field == 6)
			a->has_file = memcpy(a->file, str.p, 32) != NULL;
		else if (field == 8)
			a->number = str;
		else if (field == 12)
			a->origin = str;
		else if (field > 13)
			read_epoch(field, v, str, a);
	}
	return s.n == 0;
}

/* {1: salt, 2: facts, ...}: the extra of a bundle, or the body of a receipt. */
static bool
read_opening(
    struct span *s, uint64_t *ret_fields, struct span *salt, struct span *facts)
{
	uint64_t n;

	return item(s, MAP, ret_fields, NULL) && is_uint(s, 1) &&
	       item(s, BYTES, &n, salt) && n == 16 && is_uint(s, 2) &&
	       item(s, BYTES, &n, facts);
}

/* ---- the token of RFC 3161 ---- */

static bool
token_signed(PKCS7 *token, TS_TST_INFO *info, X509_STORE *store)
{
	TS_VERIFY_CTX *c = TS_VERIFY_CTX_new();
	struct tm tm;
	bool ok =
	    c != NULL && ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &tm) == 1;

	if (ok) {
		/* Its certificate had to hold then, not today. */
		X509_VERIFY_PARAM_set_time(
		    X509_STORE_get0_param(store), timegm(&tm));
		(void)X509_STORE_up_ref(store); /* the context takes one */
		(void)TS_VERIFY_CTX_set_store(c, store);
		(void)TS_VERIFY_CTX_add_flags(c, TS_VFY_SIGNATURE);
		ok = TS_RESP_verify_token(c, token) == 1;
	}
	TS_VERIFY_CTX_free(c);
	return ok;
}

static bool
is_over(TS_TST_INFO *info, const uint8_t want[32])
{
	TS_MSG_IMPRINT *im = TS_TST_INFO_get_msg_imprint(info);
	ASN1_OCTET_STRING *h = TS_MSG_IMPRINT_get_msg(im);
	const ASN1_OBJECT *alg;

	X509_ALGOR_get0(&alg, NULL, NULL, TS_MSG_IMPRINT_get_algo(im));
	return OBJ_obj2nid(alg) == NID_sha256 && ASN1_STRING_length(h) == 32 &&
	       memcmp(ASN1_STRING_get0_data(h), want, 32) == 0;
}

static enum why
check_token(struct answer *a, struct span der, const uint8_t want[32],
    X509_STORE *store)
{
	const uint8_t *p = der.p;
	PKCS7 *token = d2i_PKCS7(NULL, &p, (long)der.n);
	TS_TST_INFO *info = token != NULL && p == der.p + der.n &&
				    PKCS7_type_is_signed(token) &&
				    !PKCS7_is_detached(token)
				? PKCS7_to_TS_TST_INFO(token)
				: NULL;
	enum why why = info == NULL ? PROOF_NO_TOKEN : PROOF_HOLDS;

	if (why == PROOF_HOLDS && !is_over(info, want))
		why = PROOF_OTHER_TOKEN;
	if (why == PROOF_HOLDS && store != NULL &&
	    !token_signed(token, info, store))
		why = PROOF_TOKEN_SIGNATURE;
	if (why == PROOF_HOLDS) {
		const ASN1_GENERALIZEDTIME *t = TS_TST_INFO_get_time(info);

		(void)snprintf(a->stamp, sizeof(a->stamp), "%.*s",
		    ASN1_STRING_length(t),
		    (const char *)ASN1_STRING_get0_data(t));
		a->stamp_shown = true;
		a->stamped = store != NULL;
	}
	TS_TST_INFO_free(info);
	PKCS7_free(token);
	return why;
}

/* {1: token, 2: its index, 3: of how many checkpoints, 4: the path to the root
 * that is stamped}. A bare token is over this checkpoint alone. */
static enum why
check_anchor(struct answer *a, struct span s, X509_STORE *store)
{
	uint64_t index = 0, count = 1, hashes = 0, n;
	struct span token = s, h;
	struct path path = { .n = 0 };
	uint8_t root[32];

	if (s.p[0] != 0x30) {
		if (!item(&s, MAP, &n, NULL) || n != 4 || !is_uint(&s, 1) ||
		    !item(&s, BYTES, &n, &token) || !is_uint(&s, 2) ||
		    !item(&s, UINT, &index, NULL) || !is_uint(&s, 3) ||
		    !item(&s, UINT, &count, NULL) || !is_uint(&s, 4) ||
		    !item(&s, ARRAY, &hashes, NULL) || hashes > PROOF_HASHES)
			return PROOF_NO_ANCHOR;
		for (; path.n < hashes; path.n++) {
			if (!item(&s, BYTES, &n, &h) || n != 32)
				return PROOF_NO_ANCHOR;
			memcpy(path.h[path.n], h.p, 32);
		}
		if (s.n != 0)
			return PROOF_NO_ANCHOR;
	}
	if (!root_of(a->cp.text, index, count, &path, root))
		return PROOF_ANCHOR_PATH;
	return check_token(a, token, root, store);
}

/* ---- the whole ---- */

/* The bundle's lines; what extra holds stays until the next bundle. */
static bool
read_bundle(
    struct span s, struct answer *a, struct path *path, struct span *extra)
{
	static uint8_t bytes[PROOF_FILE_MAX];
	struct span l;

	*extra = SPAN(bytes, 0);
	if (!take_line(&s, &l) || !cut(&l, "c2sp.org/tlog-proof@v1") ||
	    l.n != 0 || !take_line(&s, &l))
		return false;
	if (cut(&l, "extra ") &&
	    (!base64(l, bytes, sizeof(bytes), &extra->n) || !take_line(&s, &l)))
		return false;
	return cut(&l, "index ") && decimal(l, &a->index) &&
	       hash_lines(&s, path) && read_checkpoint(s, &a->cp);
}

static enum why
check_leaf(struct answer *a, struct span salt, struct span facts,
    const struct path *path)
{
	uint8_t leaf[38] = { 0xa2, 1, 1, 2, 0x58, 32 }, root[32];

	proof_sha256(leaf + 6,
	    (struct span[]){ SPAN("vanthu act 1", 13), salt, facts }, 3);
	if (!root_of(
		SPAN(leaf, sizeof(leaf)), a->index, a->cp.size, path, root) ||
	    memcmp(root, a->cp.root, 32) != 0)
		return PROOF_NOT_THERE;
	if (!read_facts(facts, a) || a->origin.n != strlen(a->cp.origin) ||
	    memcmp(a->origin.p, a->cp.origin, a->origin.n) != 0)
		return PROOF_OTHER_FACTS;
	return PROOF_HOLDS;
}

/* Salt and facts, of the bundle or of the receipt; and the bundle's anchor. */
static enum why
open_leaf(struct question *q, struct span extra, struct span *salt,
    struct span *facts)
{
	struct span r = q->receipt, body;
	uint64_t fields = 0;

	if (extra.n > 0 &&
	    (!read_opening(&extra, &fields, salt, facts) ||
		(fields != 2 && fields != 3) ||
		(fields == 2 ? extra.n != 0 : !is_uint(&extra, 3))))
		return PROOF_NO_OPENING;
	if (q->anchor.n == 0)
		q->anchor = extra;
	if (r.n > 0 && (!item(&r, MAP, &fields, NULL) || !is_uint(&r, 1) ||
			   !is_uint(&r, 1) || !is_uint(&r, 2) ||
			   !item(&r, BYTES, &fields, &body) ||
			   !read_opening(&body, &fields, salt, facts)))
		return PROOF_NO_RECEIPT;
	return salt->p == NULL ? PROOF_NOT_OPENED : PROOF_HOLDS;
}

enum why
proof_check(struct question *q, struct answer *a)
{
	struct span extra, salt = { NULL, 0 }, facts = { NULL, 0 };
	struct path path;
	enum why why;

	if (!read_bundle(q->bundle, a, &path, &extra))
		return PROOF_NO_BUNDLE;
	if ((why = open_leaf(q, extra, &salt, &facts)) != PROOF_HOLDS ||
	    (why = check_log(&a->cp, &q->log)) != PROOF_HOLDS ||
	    (why = check_leaf(a, salt, facts, &path)) != PROOF_HOLDS ||
	    (why = check_cosigners(a, q)) != PROOF_HOLDS ||
	    (q->anchor.n > 0 &&
		(why = check_anchor(a, q->anchor, q->tsa)) != PROOF_HOLDS))
		return why;
	if (q->file_hash.n != 0 &&
	    (!a->has_file || memcmp(a->file, q->file_hash.p, 32) != 0))
		return PROOF_OTHER_FILE;
	return PROOF_HOLDS;
}

enum why
proof_extends(
    struct span old, struct span now, const struct key *log, struct answer *a)
{
	struct span s = old, extra, l;
	struct checkpoint before;
	struct path path;
	uint64_t size;
	enum why why;

	if (cut(&s, "c2sp.org/tlog-proof@v1\n")
		? !read_bundle(old, a, &path, &extra)
		: !read_checkpoint(old, &a->cp))
		return PROOF_NO_FILES;
	before = a->cp;
	if (!take_line(&now, &l) || !cut(&l, "old ") || !decimal(l, &size) ||
	    !hash_lines(&now, &path) || !read_checkpoint(now, &a->cp))
		return PROOF_NO_FILES;
	if ((why = check_log(&before, log)) != PROOF_HOLDS ||
	    (why = check_log(&a->cp, log)) != PROOF_HOLDS)
		return why;
	if (before.size == a->cp.size &&
	    memcmp(before.root, a->cp.root, 32) != 0)
		return PROOF_TWO_TREES;
	if (size != before.size || !extends(&before, &a->cp, &path))
		return PROOF_NOT_EXTENDED;
	return PROOF_HOLDS;
}
