/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vanthu-proof: does this act stand in that ledger, and who besides its keeper
 * says so? One file, one library (libcrypto), no network, nothing of the
 * server that made the proof. Meant to be read; README.md says how it is used.
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
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX        ((size_t)256 << 10) /* of a bundle, receipt, token */
#define PATH_MAX_HASHES 64
#define COSIGNERS       16

struct span {
	const uint8_t *p;
	size_t n;
};
struct key {
	char name[128];
	uint8_t id[4], pub[32];
	const char *whose; /* who runs it, as the reader believes */
	bool seen;
};
struct path {
	uint8_t h[PATH_MAX_HASHES][32];
	size_t n;
};
struct checkpoint {
	struct span text, lines; /* what is signed; the signature lines */
	char origin[128];
	uint64_t size;
	uint8_t root[32];
};
struct anchor {
	struct span token;
	uint64_t index, count; /* its place among the checkpoints stamped */
	struct path path;
};
struct question {
	struct span bundle, receipt, anchor, file_hash;
	struct key log, cosigner[COSIGNERS];
	size_t n_cosigners;
	X509_STORE *tsa; /* NULL: the token's signature is not looked at */
};
struct answer {
	bool bad; /* and why: */
	char vi[160], en[160];
	struct checkpoint cp;
	uint64_t index;
	struct span origin, number; /* of the facts */
	uint8_t file[32];
	bool has_file, stamp_shown, stamped;
	int64_t time; /* of the act, µs */
	char stamp[64];
	unsigned int outsiders;
};

static bool
fail(struct answer *a, const char *vi, const char *en)
{
	if (!a->bad) {
		(void)snprintf(a->vi, sizeof(a->vi), "%s", vi);
		(void)snprintf(a->en, sizeof(a->en), "%s", en);
	}
	a->bad = true;
	return false;
}

/* ---- text ---- */

static bool
take_line(struct span *s, struct span *ret)
{
	const uint8_t *nl = s->n == 0 ? NULL : memchr(s->p, '\n', s->n);

	if (nl == NULL)
		return false;
	*ret = (struct span){ s->p, (size_t)(nl - s->p) };
	*s = (struct span){ nl + 1, s->n - ret->n - 1 };
	return true;
}

static bool
starts(struct span s, const char *with)
{
	return s.n >= strlen(with) && memcmp(s.p, with, strlen(with)) == 0;
}

static struct span
after(struct span s, size_t n)
{
	return (struct span){ s.p + n, s.n - n };
}

static bool
decimal(struct span s, uint64_t *ret)
{
	uint64_t v = 0;

	if (s.n == 0 || s.n > 18 || (s.p[0] == '0' && s.n > 1))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	*ret = v;
	return true;
}

/* RFC 4648 §4, padded; canonical: the value gives the very text again. */
static bool
base64(struct span s, uint8_t *ret, size_t max, size_t *ret_n)
{
	uint8_t *raw = malloc(s.n + 4), *text = malloc(s.n + 5);
	int n = -1;

	if (raw == NULL || text == NULL)
		abort();
	if (s.n > 0 && s.n % 4 == 0 && s.n <= FILE_MAX)
		n = EVP_DecodeBlock(raw, s.p, (int)s.n);
	if (n > 0)
		n -= (s.p[s.n - 1] == '=') + (s.p[s.n - 2] == '=');
	if (n > 0 && (size_t)n <= max &&
	    EVP_EncodeBlock(text, raw, n) == (int)s.n &&
	    memcmp(text, s.p, s.n) == 0)
		memcpy(ret, raw, *ret_n = (size_t)n);
	else
		n = -1;
	free(raw);
	free(text);
	return n > 0;
}

static bool
hash_line(struct span s, uint8_t ret[32])
{
	size_t n;

	return s.n == 44 && base64(s, ret, 32, &n) && n == 32;
}

/* ---- hashes: RFC 6962 §2.1 ---- */

/* SHA-256 over parts, which end with one that is NULL. */
static void
sha256(uint8_t ret[32], const void *p, size_t n, ...)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	va_list more;

	if (c == NULL || EVP_DigestInit_ex(c, EVP_sha256(), NULL) != 1)
		abort();
	va_start(more, n);
	while (p != NULL) {
		if (EVP_DigestUpdate(c, p, n) != 1)
			abort();
		p = va_arg(more, const void *);
		n = va_arg(more, size_t);
	}
	va_end(more);
	if (EVP_DigestFinal_ex(c, ret, NULL) != 1)
		abort();
	EVP_MD_CTX_free(c);
}
#define SHA256(ret, ...) sha256(ret, __VA_ARGS__, (void *)NULL, (size_t)0)

static void
leaf_hash(uint8_t ret[32], struct span leaf)
{
	SHA256(ret, "\x00", (size_t)1, leaf.p, leaf.n);
}

static void
node_hash(uint8_t ret[32], const uint8_t *left, const uint8_t *right)
{
	uint8_t both[64];

	memcpy(both, left, 32);
	memcpy(both + 32, right, 32);
	SHA256(ret, "\x01", (size_t)1, (const void *)both, sizeof(both));
}

/* RFC 9162 §2.1.3.2: from a leaf up to the root. */
static bool
root_of(const uint8_t leaf[32], uint64_t index, uint64_t size,
    const struct path *path, uint8_t ret[32])
{
	uint64_t fn = index, sn = size - 1;

	if (index >= size)
		return false;
	memcpy(ret, leaf, 32);
	for (size_t i = 0; i < path->n; i++, fn >>= 1, sn >>= 1) {
		if (sn == 0)
			return false;
		if ((fn & 1) == 0 && fn != sn) {
			node_hash(ret, ret, path->h[i]);
			continue;
		}
		node_hash(ret, path->h[i], ret);
		for (; (fn & 1) == 0 && fn != 0; fn >>= 1)
			sn >>= 1;
	}
	return sn == 0;
}

/* RFC 9162 §2.1.4.2: the tree of `old` is the beginning of that of `now`. */
static bool
extends(const struct checkpoint *old, const struct checkpoint *now,
    const struct path *path)
{
	uint64_t fn = old->size - 1, sn = now->size - 1;
	uint8_t fr[32], sr[32];
	size_t i = 0;

	if (old->size == now->size)
		return path->n == 0 && memcmp(old->root, now->root, 32) == 0;
	if (old->size == 0 || old->size > now->size || path->n == 0)
		return false;
	memcpy(fr,
	    (old->size & (old->size - 1)) == 0 ? old->root : path->h[i++], 32);
	memcpy(sr, fr, 32);
	for (; (fn & 1) == 1; fn >>= 1)
		sn >>= 1;
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
	return sn == 0 && memcmp(fr, old->root, 32) == 0 &&
	       memcmp(sr, now->root, 32) == 0;
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

/* NAME+KEYID+BASE64(type, key)[=OPERATOR]; type 1: a ledger, 4: a cosigner. */
static bool
read_key(const char *text, uint8_t type, struct key *ret)
{
	size_t n = strcspn(text, "+"), len;
	const char *b64 = text + n + 10;
	uint8_t raw[33], sum[32];
	char hex[16];

	if (n == 0 || n >= sizeof(ret->name) || strlen(text) < n + 54 ||
	    b64[-1] != '+' || (b64[44] != '\0' && b64[44] != '=') ||
	    !base64((struct span){ (const uint8_t *)b64, 44 }, raw, 33, &len) ||
	    len != 33 || raw[0] != type)
		return false;
	*ret = (struct key){ .whose = b64[44] == '=' ? b64 + 45 : NULL };
	memcpy(ret->name, text, n);
	memcpy(ret->pub, raw + 1, 32);
	SHA256(sum, text, n, "\n", (size_t)1, (const void *)raw, (size_t)33);
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

	if (!take_line(&rest, &l) || l.n == 0 || l.n >= sizeof(ret->origin) ||
	    memchr(l.p, 0, l.n) != NULL)
		return false;
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->origin, l.p, l.n);
	if (!take_line(&rest, &l) || !decimal(l, &ret->size) ||
	    !take_line(&rest, &l) || !hash_line(l, ret->root) ||
	    !take_line(&rest, &l) || l.n != 0)
		return false;
	ret->text = (struct span){ s.p, s.n - rest.n - 1 };
	ret->lines = rest;
	while (take_line(&rest, &l))
		if (!starts(l, "\xe2\x80\x94 "))
			return false;
	return rest.n == 0;
}

/* The next signature line of this key, of 4 + n bytes; `from` moves on. */
static bool
next_signature(struct span *from, const struct key *k, size_t n, uint8_t *ret)
{
	uint8_t raw[4 + 72];
	size_t skip = strlen("\xe2\x80\x94 ") + strlen(k->name) + 1, got;
	struct span l;

	while (take_line(from, &l)) {
		if (!starts(l, "\xe2\x80\x94 ") || l.n <= skip ||
		    memcmp(l.p + 4, k->name, strlen(k->name)) != 0 ||
		    l.p[skip - 1] != ' ' ||
		    !base64(after(l, skip), raw, sizeof(raw), &got) ||
		    got != 4 + n || memcmp(raw, k->id, 4) != 0)
			continue;
		memcpy(ret, raw + 4, n);
		return true;
	}
	return false;
}

static bool
check_log(struct answer *a, const struct checkpoint *c, const struct key *log)
{
	struct span lines = c->lines;
	uint8_t sig[64];

	if (strcmp(c->origin, log->name) != 0)
		return fail(a, "điểm kiểm tra là của sổ cái khác",
		    "the checkpoint is of another ledger");
	if (!next_signature(&lines, log, 64, sig) ||
	    !signed_by(log->pub, c->text, sig))
		return fail(a, "điểm kiểm tra không có chữ ký của khóa đã biết",
		    "the checkpoint is not signed by the key that is known");
	return true;
}

/* How many who are not its keeper have seen the tree: operators, not keys. */
static bool
check_cosigners(struct answer *a, struct question *q)
{
	uint8_t raw[72], text[512];
	char head[64];

	for (size_t i = 0; i < q->n_cosigners; i++) {
		struct key *k = &q->cosigner[i];
		struct span lines = a->cp.lines;
		uint64_t time = 0;
		bool own;
		int n;

		if (!next_signature(&lines, k, 72, raw))
			continue;
		for (size_t b = 0; b < 8; b++)
			time = time << 8 | raw[b];
		n = snprintf(head, sizeof(head), "cosignature/v1\ntime %llu\n",
		    (unsigned long long)time);
		if (a->cp.text.n > sizeof(text) - (size_t)n)
			return fail(a, "điểm kiểm tra quá dài",
			    "the checkpoint is too long");
		memcpy(text, head, (size_t)n);
		memcpy(text + n, a->cp.text.p, a->cp.text.n);
		if (!signed_by(k->pub,
			(struct span){ text, (size_t)n + a->cp.text.n },
			raw + 8))
			return fail(a, "một chữ ký chứng kiến không đúng",
			    "a cosignature is not valid");
		k->seen = true;
		/* Not the keeper's own, and no operator twice. */
		own = memcmp(k->pub, q->log.pub, 32) == 0 || k->whose == NULL ||
		      (q->log.whose != NULL &&
			  strcmp(k->whose, q->log.whose) == 0);
		for (size_t j = 0; j < i && !own; j++)
			own = q->cosigner[j].seen &&
			      q->cosigner[j].whose != NULL &&
			      strcmp(q->cosigner[j].whose, k->whose) == 0;
		a->outsiders += !own;
	}
	return true;
}

/* ---- CBOR (RFC 8949), as much as a leaf's opening has ---- */

static bool
head(struct span *s, unsigned int major, uint64_t *ret)
{
	unsigned int low;
	uint64_t v;
	size_t n;

	if (s->n == 0 || s->p[0] >> 5 != major)
		return false;
	low = s->p[0] & 31U;
	n = low < 24 ? 0 : (size_t)1 << (low - 24);
	if (low > 27 || s->n < 1 + n)
		return false;
	v = n == 0 ? low : 0;
	for (size_t i = 1; i <= n; i++)
		v = v << 8 | s->p[i];
	if (n > 0 && v < (n == 1 ? 24 : (uint64_t)1 << (4 * n)))
		return false; /* there is a shorter way to write it */
	*s = after(*s, 1 + n);
	*ret = v;
	return true;
}

static bool
is_uint(struct span *s, uint64_t want)
{
	uint64_t v;

	return head(s, 0, &v) && v == want;
}

/* Major type 2: bytes, 3: text. */
static bool
string(struct span *s, unsigned int major, struct span *ret)
{
	uint64_t n;

	if (!head(s, major, &n) || n > s->n)
		return false;
	*ret = (struct span){ s->p, (size_t)n };
	*s = after(*s, (size_t)n);
	return true;
}

static bool
read_anchor(struct span *s, struct anchor *ret)
{
	uint64_t n, v;
	struct span h;

	if (!head(s, 5, &n) || n != 4 || !is_uint(s, 1) ||
	    !string(s, 2, &ret->token) || !is_uint(s, 2) ||
	    !head(s, 0, &ret->index) || !is_uint(s, 3) ||
	    !head(s, 0, &ret->count) || !is_uint(s, 4) || !head(s, 4, &v) ||
	    v > PATH_MAX_HASHES)
		return false;
	for (ret->path.n = 0; ret->path.n < v; ret->path.n++) {
		if (!string(s, 2, &h) || h.n != 32)
			return false;
		memcpy(ret->path.h[ret->path.n], h.p, 32);
	}
	return true;
}

/* One field of the facts that is not looked at: a number, a string, a list of
 * numbers. */
static bool
skip(struct span *s)
{
	struct span str;
	uint64_t n, v;

	if (head(s, 0, &v) || head(s, 1, &v) || string(s, 2, &str) ||
	    string(s, 3, &str))
		return true;
	if (!head(s, 4, &n))
		return false;
	for (; n > 0; n--)
		if (!head(s, 0, &v))
			return false;
	return true;
}

static bool
read_facts(struct span s, struct answer *a)
{
	uint64_t n, field, v;
	struct span h;
	bool ok = head(&s, 5, &n);

	for (; ok && n > 0; n--) {
		ok = head(&s, 0, &field);
		if (ok && field == 4 && s.n > 0 && s.p[0] >> 5 == 0) {
			ok = head(&s, 0, &v);
			a->time = (int64_t)v;
		} else if (ok && field == 6) {
			ok = string(&s, 2, &h) && h.n == 32;
			if (ok)
				memcpy(a->file, h.p, 32);
			a->has_file = ok;
		} else if (ok && field == 8) {
			ok = string(&s, 3, &a->number);
		} else if (ok && field == 12) {
			ok = string(&s, 3, &a->origin);
		} else if (ok) {
			ok = skip(&s);
		}
	}
	return ok && s.n == 0;
}

/* {1: salt, 2: facts, ...}: the extra of a bundle, or the body of a receipt. */
static bool
read_opening(
    struct span *s, uint64_t *ret_fields, struct span *salt, struct span *facts)
{
	return head(s, 5, ret_fields) && is_uint(s, 1) && string(s, 2, salt) &&
	       salt->n == 16 && is_uint(s, 2) && string(s, 2, facts);
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
	bool ok = false;

	if (info == NULL) {
		(void)fail(a, "dấu thời gian không đọc được",
		    "the timestamp token cannot be read");
	} else {
		TS_MSG_IMPRINT *im = TS_TST_INFO_get_msg_imprint(info);
		const ASN1_OBJECT *alg;
		ASN1_OCTET_STRING *h = TS_MSG_IMPRINT_get_msg(im);

		X509_ALGOR_get0(&alg, NULL, NULL, TS_MSG_IMPRINT_get_algo(im));
		ok = OBJ_obj2nid(alg) == NID_sha256 &&
		     ASN1_STRING_length(h) == 32 &&
		     memcmp(ASN1_STRING_get0_data(h), want, 32) == 0;
		if (!ok)
			(void)fail(a, "dấu thời gian là của điểm kiểm tra khác",
			    "the timestamp is over another checkpoint");
	}
	if (ok && store != NULL && !token_signed(token, info, store))
		ok = fail(a, "chữ ký trên dấu thời gian không đúng",
		    "the signature on the timestamp is not valid");
	if (ok) {
		const ASN1_GENERALIZEDTIME *t = TS_TST_INFO_get_time(info);

		(void)snprintf(a->stamp, sizeof(a->stamp), "%.*s",
		    ASN1_STRING_length(t),
		    (const char *)ASN1_STRING_get0_data(t));
		a->stamp_shown = true;
		a->stamped = store != NULL;
	}
	TS_TST_INFO_free(info);
	PKCS7_free(token);
	return ok;
}

/* A bare token is over this checkpoint alone. */
static bool
check_anchor(struct answer *a, struct span bytes, X509_STORE *store)
{
	struct anchor an = { .token = bytes, .index = 0, .count = 1 };
	uint8_t leaf[32], root[32];

	if (bytes.n > 0 && bytes.p[0] != 0x30 &&
	    (!read_anchor(&bytes, &an) || bytes.n != 0))
		return fail(a, "neo thời gian không đúng dạng",
		    "the anchor is not in its form");
	leaf_hash(leaf, a->cp.text);
	if (!root_of(leaf, an.index, an.count, &an.path, root))
		return fail(a, "đường dẫn tới dấu thời gian không đúng",
		    "the path to the timestamp does not fit");
	return check_token(a, an.token, root, store);
}

/* ---- the whole ---- */

static uint8_t extra_bytes[FILE_MAX]; /* one question at a time */

/* The bundle's lines; its opening and anchor are borrowed from extra_bytes. */
static bool
read_bundle(
    struct span s, struct answer *a, struct path *path, struct span *extra)
{
	struct span l;

	*extra = (struct span){ extra_bytes, 0 };
	if (!take_line(&s, &l) || l.n != 22 ||
	    !starts(l, "c2sp.org/tlog-proof@v1") || !take_line(&s, &l))
		return false;
	if (starts(l, "extra ") &&
	    (!base64(after(l, 6), extra_bytes, FILE_MAX, &extra->n) ||
		!take_line(&s, &l)))
		return false;
	if (!starts(l, "index ") || !decimal(after(l, 6), &a->index))
		return false;
	for (path->n = 0;; path->n++) {
		if (!take_line(&s, &l))
			return false;
		if (l.n == 0)
			return read_checkpoint(s, &a->cp);
		if (path->n == PATH_MAX_HASHES ||
		    !hash_line(l, path->h[path->n]))
			return false;
	}
}

static bool
check_leaf(struct answer *a, struct span salt, struct span facts,
    const struct path *path)
{
	uint8_t leaf[38] = { 0xa2, 1, 1, 2, 0x58, 32 }, h[32], root[32];

	SHA256(leaf + 6, "vanthu act 1", (size_t)13, (const void *)salt.p,
	    salt.n, (const void *)facts.p, facts.n);
	leaf_hash(h, (struct span){ leaf, sizeof(leaf) });
	if (!root_of(h, a->index, a->cp.size, path, root) ||
	    memcmp(root, a->cp.root, 32) != 0)
		return fail(a, "việc này không có ở chỗ đó trong sổ cái",
		    "the act does not stand at that place of the ledger");
	if (!read_facts(facts, a) || a->origin.n != strlen(a->cp.origin) ||
	    memcmp(a->origin.p, a->cp.origin, a->origin.n) != 0)
		return fail(a, "nội dung việc này là của sổ cái khác",
		    "the facts are of another ledger");
	return true;
}

static bool
check_bundle(struct question *q, struct answer *a)
{
	struct span extra, salt = { NULL, 0 }, facts = { NULL, 0 }, body, s;
	struct path path;
	uint64_t fields = 0;

	if (!read_bundle(q->bundle, a, &path, &extra))
		return fail(a, "không phải tệp bằng chứng (tlog-proof)",
		    "not a proof bundle (tlog-proof)");
	s = extra;
	if (extra.n > 0 && (!read_opening(&s, &fields, &salt, &facts) ||
			       (fields != 2 && fields != 3) ||
			       (fields == 2 ? s.n != 0 : !is_uint(&s, 3))))
		return fail(a, "phần mở của bằng chứng không đúng dạng",
		    "the opening in the bundle is not in its form");
	if (q->anchor.n == 0)
		q->anchor = s;
	s = q->receipt;
	if (s.n > 0 &&
	    (!head(&s, 5, &fields) || !is_uint(&s, 1) || !is_uint(&s, 1) ||
		!is_uint(&s, 2) || !string(&s, 2, &body) ||
		!read_opening(&body, &fields, &salt, &facts)))
		return fail(a, "biên nhận không đúng dạng",
		    "the receipt is not in its form");
	if (salt.p == NULL)
		return fail(a, "thiếu phần mở: cần biên nhận (--receipt)",
		    "nothing opens the leaf: the receipt is wanted "
		    "(--receipt)");
	if (!check_log(a, &a->cp, &q->log) ||
	    !check_leaf(a, salt, facts, &path) || !check_cosigners(a, q))
		return false;
	if (q->anchor.n > 0 && !check_anchor(a, q->anchor, q->tsa))
		return false;
	if (q->file_hash.n == 0)
		return true;
	if (!a->has_file || memcmp(a->file, q->file_hash.p, 32) != 0)
		return fail(a, "tệp không phải là tệp của việc này",
		    "the file is not the one of this act");
	return true;
}

/* old: a checkpoint or a bundle; now: "old N", hashes, "", checkpoint. */
static bool
check_extends(
    struct span old, struct span now, const struct key *log, struct answer *a)
{
	struct checkpoint before;
	struct span extra, l;
	struct path path;
	uint64_t size;
	bool ok;

	if (starts(old, "c2sp.org/tlog-proof@v1\n")) {
		ok = read_bundle(old, a, &path, &extra);
		before = a->cp;
	} else {
		ok = read_checkpoint(old, &before);
	}
	ok = ok && take_line(&now, &l) && starts(l, "old ") &&
	     decimal(after(l, 4), &size);
	for (path.n = 0; ok; path.n++) {
		ok = take_line(&now, &l) && path.n < PATH_MAX_HASHES;
		if (!ok || l.n == 0)
			break;
		ok = hash_line(l, path.h[path.n]);
	}
	if (!ok || !read_checkpoint(now, &a->cp))
		return fail(
		    a, "tệp không đúng dạng", "a file is not in its form");
	if (!check_log(a, &before, log) || !check_log(a, &a->cp, log))
		return false;
	if (before.size == a->cp.size &&
	    memcmp(before.root, a->cp.root, 32) != 0)
		return fail(a, "SỔ BỊ VIẾT LẠI: cùng độ dài, khác nội dung",
		    "REWRITTEN: one length, two contents, both signed");
	if (size != before.size || !extends(&before, &a->cp, &path))
		return fail(a, "SỔ BỊ VIẾT LẠI, hoặc thiếu bằng chứng nối tiếp",
		    "REWRITTEN, or not the proof: the new does not go on from "
		    "the old");
	return true;
}

#ifndef VANTHU_PROOF_INSIDE /* tests and the fuzzer bring a main of their own  \
			     */

static int
usage(void)
{
	(void)fputs(
	    "vanthu-proof check BUNDLE --log VKEY[=OPERATOR] [--file FILE]\n"
	    "    [--receipt FILE] [--cosigner VKEY=OPERATOR]...\n"
	    "    [--anchor FILE] [--tsa-cert PEM] [--need stamp|K]\n"
	    "vanthu-proof extends OLD PROOF --log VKEY\n"
	    "Exit: 0 proved / đúng; 1 not proved / không đúng; 2 proved, but "
	    "weaker than\n--need / đúng nhưng yếu hơn yêu cầu; 64 usage; 66 "
	    "unreadable file.\n",
	    stderr);
	return 64;
}

static void
bad_file(const char *path)
{
	(void)fprintf(
	    stderr, "không đọc được tệp / cannot be read: %s\n", path);
	exit(66);
}

static struct span
slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = malloc(FILE_MAX);
	struct span s;

	if (f == NULL || p == NULL)
		bad_file(path);
	s = (struct span){ p, fread(p, 1, FILE_MAX, f) };
	if (ferror(f) || !feof(f))
		bad_file(path);
	(void)fclose(f);
	return s;
}

static struct span
file_hash(const char *path)
{
	static uint8_t hash[32], buf[65536];
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL || c == NULL ||
	    EVP_DigestInit_ex(c, EVP_sha256(), NULL) != 1)
		bad_file(path);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		if (EVP_DigestUpdate(c, buf, n) != 1)
			abort();
	if (ferror(f) || EVP_DigestFinal_ex(c, hash, NULL) != 1)
		bad_file(path);
	(void)fclose(f);
	EVP_MD_CTX_free(c);
	return (struct span){ hash, 32 };
}

static X509_STORE *
read_tsa(const char *path)
{
	X509_STORE *s = X509_STORE_new();
	FILE *f = fopen(path, "r");
	X509 *x;
	int n = 0;

	if (s == NULL || f == NULL)
		bad_file(path);
	/* Whom the reader trusts, he trusts: also when it is no root. */
	(void)X509_STORE_set_flags(s, X509_V_FLAG_PARTIAL_CHAIN);
	for (; (x = PEM_read_X509(f, NULL, NULL, NULL)) != NULL; n++) {
		(void)X509_STORE_add_cert(s, x);
		X509_free(x);
	}
	(void)fclose(f);
	if (n == 0)
		bad_file(path);
	return s;
}

/* Text of the facts, without what a terminal would take for an order. */
static void
show(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		(void)putchar(
		    s.p[i] < 0x20 || s.p[i] == 0x7f ||
			    (s.p[i] == 0xc2 && i + 1 < s.n && s.p[i + 1] < 0xa0)
			? '?'
			: s.p[i]);
}

static void
show_act(const struct answer *a, bool with_file)
{
	time_t t = (time_t)(a->time / 1000000) + 7 * 3600;
	char when[32] = "";
	struct tm tm;

	if (gmtime_r(&t, &tm) != NULL)
		(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S+07", &tm);
	(void)printf("Việc / act        : %llu trong / in %llu, %s\n",
	    (unsigned long long)a->index, (unsigned long long)a->cp.size, when);
	if (a->number.n > 0) {
		(void)printf("Số / number       : ");
		show(a->number);
		(void)putchar('\n');
	}
	if (!a->has_file)
		return;
	(void)printf("Tệp / file        : SHA-256 ");
	for (size_t i = 0; i < 32; i++)
		(void)printf("%02x", a->file[i]);
	(void)printf("%s\n", with_file ? ", khớp / matches"
				       : ", không đối chiếu / not compared");
}

static void
show_strength(const struct answer *a, const struct question *q)
{
	for (size_t i = 0; i < q->n_cosigners; i++)
		if (q->cosigner[i].seen)
			(void)printf("Chứng kiến / saw  : %s (%s)\n",
			    q->cosigner[i].name,
			    q->cosigner[i].whose == NULL
				? "không rõ ai / operator not named"
				: q->cosigner[i].whose);
	if (a->stamp_shown && !a->stamped)
		(void)printf("Dấu thời gian     : %s, CHƯA xét chữ ký / "
			     "signature NOT looked at (--tsa-cert)\n",
		    a->stamp);
	(void)printf("Độ mạnh / strength: ");
	if (a->outsiders > 0)
		(void)printf("%u bên ngoài chứng kiến / witnessed by %u "
			     "outsider%s\n",
		    a->outsiders, a->outsiders, a->outsiders == 1 ? "" : "s");
	if (a->stamped)
		(void)printf("%scó dấu thời gian / timestamped %s\n",
		    a->outsiders > 0 ? "                    " : "", a->stamp);
	if (a->outsiders == 0 && !a->stamped)
		(void)printf("chỉ có lời của chính sổ cái / none: the "
			     "ledger's own word only\n");
}

/* Takes one option with its value. */
static bool
take_option(
    struct question *q, const char *name, char *value, const char **ret_need)
{
	if (strcmp(name, "--log") == 0)
		return read_key(value, 1, &q->log);
	if (strcmp(name, "--file") == 0)
		q->file_hash = file_hash(value);
	else if (strcmp(name, "--receipt") == 0)
		q->receipt = slurp(value);
	else if (strcmp(name, "--anchor") == 0)
		q->anchor = slurp(value);
	else if (strcmp(name, "--tsa-cert") == 0)
		q->tsa = read_tsa(value);
	else if (strcmp(name, "--need") == 0)
		*ret_need = value;
	else
		return strcmp(name, "--cosigner") == 0 &&
		       q->n_cosigners < COSIGNERS &&
		       read_key(value, 4, &q->cosigner[q->n_cosigners++]);
	return true;
}

int
main(int argc, char **argv)
{
	struct question q = { .n_cosigners = 0 };
	struct answer a = { .bad = false };
	const char *operands[3] = { NULL }, *need = NULL;
	int n = 0;
	bool check, weak = false;

	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) != 0) {
			if (n == 3)
				return usage();
			operands[n++] = argv[i];
			continue;
		}
		if (i + 1 == argc ||
		    !take_option(&q, argv[i], argv[i + 1], &need))
			return usage();
		i++;
	}
	check = n == 2 && strcmp(operands[0], "check") == 0;
	if ((!check && (n != 3 || strcmp(operands[0], "extends") != 0)) ||
	    q.log.name[0] == '\0')
		return usage();
	if (check) {
		q.bundle = slurp(operands[1]);
		(void)check_bundle(&q, &a);
	} else {
		(void)check_extends(
		    slurp(operands[1]), slurp(operands[2]), &q.log, &a);
	}
	if (a.bad) {
		(void)printf("KHÔNG ĐÚNG: %s\nNOT PROVED: %s\n", a.vi, a.en);
		return 1;
	}
	(void)printf("ĐÚNG / PROVED\nSổ cái / ledger   : %s\n", q.log.name);
	if (!check) {
		(void)printf("Nối tiếp / goes on: tới / to %llu\n",
		    (unsigned long long)a.cp.size);
		return 0;
	}
	show_act(&a, q.file_hash.n > 0);
	show_strength(&a, &q);
	if (need != NULL)
		weak =
		    strcmp(need, "stamp") == 0
			? !a.stamped
			: a.outsiders < (unsigned int)strtoul(need, NULL, 10);
	return weak ? 2 : 0;
}

#endif
