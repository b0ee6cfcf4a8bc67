/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys, cosignatures and proof bundles as text: read, judged. */
#include "docstore/bundle.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/base64.h"
#include "base/ed25519.h"
#include "docstore/store_priv.h"

#define DASH       "\xe2\x80\x94 "
#define FIRST_LINE "c2sp.org/tlog-proof@v1"

static int
bad(struct vt_err *reterr, const char *what, const char *why)
{
	return vt_err_set(reterr, VT_E_SYNTAX, "%s: %s", what, why);
}

/* ---- keys ---- */

void
vt_vkey_id(struct vt_vkey *k)
{
	uint8_t type[] = { '\n', (uint8_t)k->type };
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();
	vt_hash d;

	vt_sha256_put(h, k->name, strlen(k->name));
	vt_sha256_put(h, type, sizeof(type));
	vt_sha256_put(h, k->pub, sizeof(k->pub));
	d = vt_sha256_end(h);
	memcpy(k->id, d.b, sizeof(k->id));
}

void
vt_vkey_put(const struct vt_vkey *k, struct vt_buf *ret)
{
	uint8_t raw[1 + VT_LOG_KEY_SIZE];

	raw[0] = (uint8_t)k->type;
	memcpy(raw + 1, k->pub, sizeof(k->pub));
	vt_buf_printf(ret, "%s+", k->name);
	vt_buf_hex(ret, VT_SPAN(k->id, sizeof(k->id)));
	vt_buf_putc(ret, '+');
	vt_base64_put(ret, VT_SPAN(raw, sizeof(raw)));
}

int
vt_vkey_parse(struct vt_span text, enum vt_vkey_type type, struct vt_vkey *ret,
    struct vt_err *reterr)
{
	static const char what[] = "key (C2SP signed-note vkey)";
	const uint8_t *plus = text.n == 0 ? NULL : memchr(text.p, '+', text.n);
	size_t n = plus == NULL ? 0 : (size_t)(plus - text.p);
	struct vt_vkey k = { .type = type };
	VT_BUF_AUTO(raw);
	VT_BUF_AUTO(hex);

	if (n == 0 || n >= sizeof(k.name) || text.n != n + 10 + 44 ||
	    text.p[n + 9] != '+' || memchr(text.p, ' ', n) != NULL ||
	    memchr(text.p, '\n', n) != NULL || memchr(text.p, 0, n) != NULL)
		return bad(reterr, what, "NAME+KEYID+BASE64 is wanted");
	memcpy(k.name, text.p, n);
	if (vt_base64_get(VT_SPAN(text.p + n + 10, 44), &raw, NULL) != VT_OK ||
	    raw.n != 1 + VT_LOG_KEY_SIZE)
		return bad(reterr, what, "its last part is not 33 bytes");
	if (raw.p[0] != (uint8_t)type)
		return bad(reterr, what,
		    type == VT_VKEY_LOG ? "it is not the key of a ledger"
					: "it is not the key of a cosigner");
	memcpy(k.pub, raw.p + 1, sizeof(k.pub));
	vt_vkey_id(&k);
	vt_buf_hex(&hex, VT_SPAN(k.id, sizeof(k.id)));
	if (hex.n != 8 || memcmp(hex.p, text.p + n + 1, 8) != 0)
		return bad(reterr, what, "its id is not that of its key");
	*ret = k;
	return VT_OK;
}

/* ---- lines ---- */

static bool
after(struct vt_span s, const char *head, struct vt_span *ret)
{
	size_t n = strlen(head);

	if (s.n < n || memcmp(s.p, head, n) != 0)
		return false;
	*ret = VT_SPAN(s.p + n, s.n - n);
	return true;
}

static bool
hash_line(struct vt_span s, vt_hash *ret)
{
	VT_BUF_AUTO(raw);

	if (s.n != 44 || vt_base64_get(s, &raw, NULL) != VT_OK ||
	    raw.n != VT_HASH_SIZE)
		return false;
	memcpy(ret->b, raw.p, VT_HASH_SIZE);
	return true;
}

/* Hashes up to an empty line. */
static bool
hash_lines(struct vt_span *s, struct vt_ledger_proof *ret)
{
	struct vt_span l;

	for (ret->n = 0; vt_note_line(s, &l); ret->n++) {
		if (l.n == 0)
			return true;
		if (ret->n == VT_LEDGER_PROOF_MAX ||
		    !hash_line(l, &ret->h[ret->n]))
			return false;
	}
	return false;
}

int
vt_checkpoint_split(struct vt_span note, struct vt_checkpoint *ret,
    struct vt_span *ret_text, struct vt_span *ret_lines, struct vt_err *reterr)
{
	static const char what[] = "checkpoint: C2SP tlog-checkpoint";
	struct vt_checkpoint c = { .size = 0 };
	struct vt_span s = note, l;

	if (!vt_note_line(&s, &l) || l.n == 0 || l.n > VT_ORIGIN_MAX ||
	    memchr(l.p, 0, l.n) != NULL)
		return bad(reterr, what, "no origin, or a long one");
	memcpy(c.origin, l.p, l.n);
	if (!vt_note_line(&s, &l) || !vt_note_decimal(l, &c.size))
		return bad(reterr, what, "the size is not a decimal number");
	if (!vt_note_line(&s, &l) || !hash_line(l, &c.root))
		return bad(reterr, what, "the root is not 32 bytes of base64");
	if (!vt_note_line(&s, &l) || l.n != 0)
		return bad(reterr, what, "extension lines are not used here");
	*ret_text = VT_SPAN(note.p, note.n - s.n - 1);
	*ret_lines = s;
	while (vt_note_line(&s, &l))
		if (l.n < 4 || memcmp(l.p, DASH, 4) != 0)
			return bad(reterr, what, "a line is no signature");
	if (s.n != 0)
		return bad(reterr, what, "its last line does not end");
	*ret = c;
	return VT_OK;
}

/* ---- cosignatures ---- */

static int
cosigned_text(struct vt_span text, vt_time time, struct vt_buf *ret,
    struct vt_err *reterr)
{
	vt_buf_printf(ret, "cosignature/v1\ntime %" PRIu64 "\n",
	    (uint64_t)(time / 1000000));
	vt_buf_span(ret, text);
	return vt_buf_status(ret, reterr);
}

int
vt_cosign(struct vt_span text, const struct vt_vkey *k, struct vt_span seed,
    vt_time time, struct vt_buf *ret, struct vt_err *reterr)
{
	uint64_t seconds = (uint64_t)(time / 1000000);
	uint8_t raw[4 + VT_COSIGNATURE];
	VT_BUF_AUTO(message);
	int rc;

	VT_ASSERT(k->type == VT_VKEY_COSIGNER && time >= 0);
	memcpy(raw, k->id, 4);
	for (unsigned int i = 0; i < 8; i++)
		raw[4 + i] = (uint8_t)(seconds >> (56 - 8 * i));
	if ((rc = cosigned_text(text, time, &message, reterr)) != VT_OK ||
	    (rc = vt_ed25519_sign(
		 seed, vt_buf_view(&message), raw + 12, reterr)) != VT_OK)
		return rc;
	vt_buf_printf(ret, DASH "%s ", k->name);
	vt_base64_put(ret, VT_SPAN(raw, sizeof(raw)));
	vt_buf_putc(ret, '\n');
	return vt_buf_status(ret, reterr);
}

/* The bytes behind the key id of the first line of name and id. */
static bool
signature_of(
    struct vt_span lines, const struct vt_vkey *k, size_t n, uint8_t *ret)
{
	size_t skip = strlen(DASH) + strlen(k->name) + 1;
	struct vt_span l;

	while (vt_note_line(&lines, &l)) {
		VT_BUF_AUTO(raw);

		if (l.n <= skip || memcmp(l.p, DASH, strlen(DASH)) != 0 ||
		    memcmp(l.p + strlen(DASH), k->name, strlen(k->name)) != 0 ||
		    l.p[skip - 1] != ' ' ||
		    vt_base64_get(
			VT_SPAN(l.p + skip, l.n - skip), &raw, NULL) != VT_OK ||
		    raw.n != 4 + n || memcmp(raw.p, k->id, 4) != 0)
			continue;
		memcpy(ret, raw.p + 4, n);
		return true;
	}
	return false;
}

int
vt_cosignature_find(struct vt_span text, struct vt_span lines,
    const struct vt_vkey *k, uint8_t ret[static VT_COSIGNATURE],
    vt_time *ret_time, struct vt_err *reterr)
{
	uint8_t raw[VT_COSIGNATURE];
	VT_BUF_AUTO(message);
	uint64_t seconds;
	int rc;

	if (!signature_of(lines, k, sizeof(raw), raw))
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "checkpoint: %s has not cosigned it", k->name);
	seconds = vt_be64(raw);
	if (seconds > INT64_MAX / 1000000)
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "checkpoint: C2SP tlog-cosignature: the time of %s "
		    "cannot be",
		    k->name);
	rc = cosigned_text(text, (vt_time)seconds * 1000000, &message, reterr);
	if (rc != VT_OK)
		return rc;
	if (!vt_ed25519_verify(k->pub, vt_buf_view(&message), raw + 8))
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "checkpoint: C2SP tlog-cosignature: the signature of %s "
		    "is not valid",
		    k->name);
	memcpy(ret, raw, sizeof(raw));
	*ret_time = (vt_time)seconds * 1000000;
	return VT_OK;
}

/* ---- bundles: reading ---- */

/* {1: salt, 2: facts, 3: anchor}; 3 may be absent. */
static int
opening_parse(struct vt_bundle *b, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;

	vt_cbor_open(&c, vt_buf_view(&b->extra));
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		if (key == 1)
			b->salt = vt_cbor_get_bytes(&c);
		else if (key == 2)
			b->facts = vt_cbor_get_bytes(&c);
		else if (key == 3)
			b->anchor = vt_cbor_skip(&c);
		else
			vt_cbor_fail(&c, "unknown field");
	}
	if (c.failed == VT_OK && (b->salt.n != 16 || b->facts.n == 0))
		vt_cbor_fail(&c, "salt or facts are missing");
	return vt_cbor_finish(&c, "opening of a leaf", reterr);
}

static int
bundle_lines(struct vt_span s, struct vt_bundle *b, struct vt_err *reterr)
{
	static const char what[] = "proof bundle: C2SP tlog-proof";
	struct vt_span l, v;
	int rc;

	if (!vt_note_line(&s, &l) || !after(l, FIRST_LINE, &v) || v.n != 0 ||
	    !vt_note_line(&s, &l))
		return bad(reterr, what, "it does not begin like one");
	if (after(l, "extra ", &v)) {
		if (vt_base64_get(v, &b->extra, NULL) != VT_OK ||
		    b->extra.n == 0)
			return bad(reterr, what, "its extra is not base64");
		if ((rc = opening_parse(b, reterr)) != VT_OK)
			return rc;
		if (!vt_note_line(&s, &l))
			return bad(reterr, what, "it is cut off");
	}
	if (!after(l, "index ", &v) || !vt_note_decimal(v, &b->index))
		return bad(reterr, what, "its index is not a decimal number");
	if (!hash_lines(&s, &b->proof))
		return bad(reterr, what, "a line of the path is not a hash");
	return vt_checkpoint_split(s, &b->cp, &b->text, &b->lines, reterr);
}

int
vt_bundle_parse(
    struct vt_span bytes, struct vt_bundle *ret, struct vt_err *reterr)
{
	struct vt_bundle b = VT_BUNDLE_INIT;
	int rc;

	if (bytes.n > VT_BUNDLE_MAX)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "proof bundle: more than %zu bytes", VT_BUNDLE_MAX);
	if ((rc = bundle_lines(bytes, &b, reterr)) == VT_OK)
		*ret = b;
	else
		vt_bundle_free(&b);
	return rc;
}

void
vt_bundle_free(struct vt_bundle *b)
{
	vt_buf_free(&b->extra);
}

/* ---- bundles: judging ---- */

static int
no(struct vt_err *reterr, const char *why)
{
	return vt_err_set(reterr, VT_E_LEDGER_PROOF, "proof bundle: %s", why);
}

static int
check_log(
    const struct vt_bundle *b, const struct vt_vkey *log, struct vt_err *reterr)
{
	uint8_t sig[64];

	if (strcmp(b->cp.origin, log->name) != 0)
		return no(reterr, "its checkpoint is of another ledger");
	if (!signature_of(b->lines, log, sizeof(sig), sig) ||
	    !vt_ed25519_verify(log->pub, b->text, sig))
		return no(reterr,
		    "its checkpoint is not signed by the key that is known");
	return VT_OK;
}

static int
check_leaf(const struct vt_bundle *b, const struct vt_bundle_trust *trust,
    struct vt_receipt *ret, struct vt_err *reterr)
{
	struct vt_span salt = b->salt, facts = b->facts;
	struct vt_receipt r = { .time = VT_TIME_NONE };
	VT_BUF_AUTO(leaf);
	vt_hash h;
	int rc;

	if (trust->receipt.n > 0 && (rc = vt_receipt_opening(trust->receipt,
					 &salt, &facts, reterr)) != VT_OK)
		return rc;
	if (salt.n != 16)
		return no(reterr, "nothing opens its leaf");
	vt_leaf_encode(salt.p, facts, &leaf);
	if ((rc = vt_buf_status(&leaf, reterr)) != VT_OK)
		return rc;
	h = vt_ledger_leaf(vt_buf_view(&leaf));
	if ((rc = vt_ledger_verify_inclusion(&h, b->index, b->cp.size,
		 &b->proof, &b->cp.root, reterr)) != VT_OK ||
	    (rc = vt_facts_decode(facts, &r, reterr)) != VT_OK)
		return rc;
	if (strcmp(r.origin, b->cp.origin) != 0)
		return no(reterr, "its facts are of another ledger");
	*ret = r;
	return VT_OK;
}

static bool
is_outsider(const struct vt_bundle_trust *t, size_t i, const bool *seen)
{
	const char *whose = t->cosigner[i].whose;

	if (whose == NULL || t->whose == NULL || strcmp(whose, t->whose) == 0 ||
	    memcmp(t->cosigner[i].key->pub, t->log->pub, VT_LOG_KEY_SIZE) == 0)
		return false;
	for (size_t j = 0; j < i; j++) {
		const uint8_t *pub = t->cosigner[i].key->pub;

		if (!seen[j])
			continue;
		if (memcmp(t->cosigner[j].key->pub, pub, VT_LOG_KEY_SIZE) ==
			0 ||
		    (t->cosigner[j].whose != NULL &&
			strcmp(t->cosigner[j].whose, whose) == 0))
			return false;
	}
	return true;
}

static int
check_cosigners(const struct vt_bundle *b, const struct vt_bundle_trust *t,
    unsigned int *ret, struct vt_err *reterr)
{
	uint8_t raw[VT_COSIGNATURE];
	unsigned int n = 0;
	bool seen[16] = { false };
	vt_time time;
	int rc;

	VT_ASSERT(t->n_cosigners <= 16);
	for (size_t i = 0; i < t->n_cosigners; i++) {
		rc = vt_cosignature_find(
		    b->text, b->lines, t->cosigner[i].key, raw, &time, reterr);
		if (rc == VT_E_NOT_FOUND)
			continue;
		if (rc != VT_OK)
			return rc;
		seen[i] = true;
		n += is_outsider(t, i, seen);
	}
	*ret = n;
	return VT_OK;
}

static int
check_anchor(const struct vt_bundle *b, struct vt_bundle_says *says,
    struct vt_err *reterr)
{
	struct vt_ledger_proof path = { .n = 0 };
	uint64_t index, count;
	vt_hash leaf = vt_ledger_leaf(b->text);
	int rc;

	if (b->anchor.n == 0)
		return VT_OK;
	rc = vt_anchor_parse(
	    b->anchor, &says->token, &index, &count, &path, reterr);
	if (rc != VT_OK)
		return rc;
	return vt_ledger_climb(
	    &leaf, index, count, &path, &says->imprint, reterr);
}

int
vt_bundle_verify(const struct vt_bundle *b, const struct vt_bundle_trust *trust,
    struct vt_bundle_says *ret, struct vt_err *reterr)
{
	struct vt_bundle_says says = { .outsiders = 0 };
	int rc;

	if ((rc = check_log(b, trust->log, reterr)) != VT_OK ||
	    (rc = check_leaf(b, trust, &says.facts, reterr)) != VT_OK ||
	    (rc = check_cosigners(b, trust, &says.outsiders, reterr)) !=
		VT_OK ||
	    (rc = check_anchor(b, &says, reterr)) != VT_OK)
		return rc;
	says.facts.index = b->index;
	says.facts.size = b->cp.size;
	says.facts.root = b->cp.root;
	memcpy(says.facts.log_key, trust->log->pub, VT_LOG_KEY_SIZE);
	memcpy(says.facts.key_id, trust->log->id, 4);
	*ret = says;
	return VT_OK;
}

int
vt_consistency_parse(
    struct vt_span bytes, struct vt_consistency *ret, struct vt_err *reterr)
{
	static const char what[] =
	    "consistency: C2SP tlog-witness add-checkpoint";
	struct vt_consistency c = { .old_size = 0 };
	struct vt_span s = bytes, l, v;
	struct vt_checkpoint cp;

	if (bytes.n > VT_BUNDLE_MAX)
		return bad(reterr, what, "too long");
	if (!vt_note_line(&s, &l) || !after(l, "old ", &v) ||
	    !vt_note_decimal(v, &c.old_size))
		return bad(reterr, what, "it does not begin with \"old SIZE\"");
	if (!hash_lines(&s, &c.proof) || c.proof.n > 63)
		return bad(reterr, what, "a line is not a hash, or too many");
	c.note = s;
	*ret = c;
	return vt_checkpoint_split(s, &cp, &l, &v, reterr);
}

/* ---- anchors ---- */

void
vt_anchor_put(struct vt_span token, uint64_t index, uint64_t count,
    const struct vt_ledger_proof *path, struct vt_buf *ret)
{
	vt_cbor_map(ret, 4);
	vt_cbor_uint(ret, 1);
	vt_cbor_bytes(ret, token);
	vt_cbor_uint(ret, 2);
	vt_cbor_uint(ret, index);
	vt_cbor_uint(ret, 3);
	vt_cbor_uint(ret, count);
	vt_cbor_uint(ret, 4);
	vt_cbor_array(ret, path->n);
	for (size_t i = 0; i < path->n; i++)
		vt_cbor_hash(ret, &path->h[i]);
}

int
vt_anchor_parse(struct vt_span bytes, struct vt_span *ret_token,
    uint64_t *ret_index, uint64_t *ret_count, struct vt_ledger_proof *ret_path,
    struct vt_err *reterr)
{
	struct vt_ledger_proof path = { .n = 0 };
	struct vt_cbor_map_reader m;
	uint64_t key, index, count;
	struct vt_span token;
	struct vt_cbor c;
	size_t n;
	int rc;

	vt_cbor_open(&c, bytes);
	vt_cbor_map_open(&m, &c);
	if (!vt_cbor_next(&m, &key) || key != 1)
		vt_cbor_fail(&c, "no token");
	token = vt_cbor_get_bytes(&c);
	if (!vt_cbor_next(&m, &key) || key != 2)
		vt_cbor_fail(&c, "no index");
	index = vt_cbor_get_uint(&c);
	if (!vt_cbor_next(&m, &key) || key != 3)
		vt_cbor_fail(&c, "no count");
	count = vt_cbor_get_uint(&c);
	if (!vt_cbor_next(&m, &key) || key != 4)
		vt_cbor_fail(&c, "no path");
	n = vt_cbor_get_array(&c);
	if (n > VT_LEDGER_PROOF_MAX)
		vt_cbor_fail(&c, "a path of more than 64 hashes");
	for (; path.n < n && c.failed == VT_OK; path.n++)
		path.h[path.n] = vt_cbor_get_hash(&c);
	if (vt_cbor_next(&m, &key))
		vt_cbor_fail(&c, "an unknown field");
	if ((rc = vt_cbor_finish(&c, "anchor", reterr)) != VT_OK)
		return rc;
	*ret_token = token;
	*ret_index = index;
	*ret_count = count;
	*ret_path = path;
	return VT_OK;
}
