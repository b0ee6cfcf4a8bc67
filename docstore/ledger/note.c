/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "base/base64.h"
#include "base/ed25519.h"
#include "docstore/note.h"

/* The signature line starts with U+2014 and a space. */
#define DASH "\xe2\x80\x94 "

void
vt_note_key_id(const char *name, const uint8_t pub[static VT_LOG_KEY_SIZE],
    uint8_t ret[static 4])
{
	static const uint8_t type[] = { '\n', 0x01 };
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();
	vt_hash d;

	vt_sha256_put(h, name, strlen(name));
	vt_sha256_put(h, type, sizeof(type));
	vt_sha256_put(h, pub, VT_LOG_KEY_SIZE);
	d = vt_sha256_end(h);
	memcpy(ret, d.b, 4);
}

void
vt_checkpoint_text(const struct vt_checkpoint *c, struct vt_buf *ret)
{
	vt_buf_printf(ret, "%s\n%" PRIu64 "\n", c->origin, c->size);
	vt_base64_put(ret, VT_SPAN(c->root.b, VT_HASH_SIZE));
	vt_buf_putc(ret, '\n');
}

int
vt_checkpoint_sign(const struct vt_checkpoint *c, struct vt_span seed,
    const uint8_t pub[static VT_LOG_KEY_SIZE], struct vt_buf *ret,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(text);
	uint8_t sig[4 + 64];
	int rc;

	vt_checkpoint_text(c, &text);
	if ((rc = vt_buf_status(&text, reterr)) != VT_OK)
		return rc;
	vt_note_key_id(c->origin, pub, sig);
	rc = vt_ed25519_sign(seed, vt_buf_view(&text), sig + 4, reterr);
	if (rc != VT_OK)
		return rc;
	vt_buf_span(ret, vt_buf_view(&text));
	vt_buf_printf(ret, "\n" DASH "%s ", c->origin);
	vt_base64_put(ret, VT_SPAN(sig, sizeof(sig)));
	vt_buf_putc(ret, '\n');
	return vt_buf_status(ret, reterr);
}

bool
vt_note_line(struct vt_span *s, struct vt_span *ret)
{
	const uint8_t *nl = s->n == 0 ? NULL : memchr(s->p, '\n', s->n);

	if (nl == NULL)
		return false;
	*ret = VT_SPAN(s->p, (size_t)(nl - s->p));
	*s = VT_SPAN(nl + 1, s->n - ret->n - 1);
	return true;
}

bool
vt_note_decimal(struct vt_span s, uint64_t *ret)
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

static int
bad(struct vt_err *reterr, const char *why)
{
	return vt_err_set(
	    reterr, VT_E_SYNTAX, "checkpoint: C2SP tlog-checkpoint: %s", why);
}

static int
parse(struct vt_span *rest, struct vt_checkpoint *ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(root);
	struct vt_checkpoint c = { .size = 0 };
	struct vt_span l;

	if (!vt_note_line(rest, &l) || l.n == 0 || l.n > VT_ORIGIN_MAX)
		return bad(reterr, "the origin line is missing or too long");
	memcpy(c.origin, l.p, l.n);
	if (!vt_note_line(rest, &l) || !vt_note_decimal(l, &c.size))
		return bad(reterr, "the tree size is not a decimal number");
	if (!vt_note_line(rest, &l) || vt_base64_get(l, &root, NULL) != VT_OK ||
	    root.n != VT_HASH_SIZE)
		return bad(reterr, "the root hash is not 32 bytes of base64");
	memcpy(c.root.b, root.p, VT_HASH_SIZE);
	if (!vt_note_line(rest, &l) || l.n != 0)
		return bad(reterr, "extension lines are not used here");
	*ret = c;
	return VT_OK;
}

int
vt_checkpoint_parse(
    struct vt_span note, struct vt_checkpoint *ret, struct vt_err *reterr)
{
	struct vt_span rest = note;

	if (note.n > (size_t)VT_CHECKPOINT_MAX * 8)
		return bad(reterr, "too long");
	return parse(&rest, ret, reterr);
}

int
vt_checkpoint_verify(struct vt_span note,
    const uint8_t pub[static VT_LOG_KEY_SIZE], struct vt_checkpoint *ret,
    struct vt_err *reterr)
{
	struct vt_checkpoint c;
	struct vt_span rest = note, text, l;
	uint8_t id[4];
	size_t skip;
	int rc;

	if (note.n > (size_t)VT_CHECKPOINT_MAX * 8)
		return bad(reterr, "too long");
	if ((rc = parse(&rest, &c, reterr)) != VT_OK)
		return rc;
	text = VT_SPAN(note.p, note.n - rest.n - 1);
	vt_note_key_id(c.origin, pub, id);
	skip = strlen(DASH) + strlen(c.origin) + 1;
	while (vt_note_line(&rest, &l)) {
		VT_BUF_AUTO(sig);

		if (l.n <= skip || memcmp(l.p, DASH, strlen(DASH)) != 0 ||
		    memcmp(l.p + strlen(DASH), c.origin, strlen(c.origin)) !=
			0 ||
		    l.p[skip - 1] != ' ' ||
		    vt_base64_get(
			VT_SPAN(l.p + skip, l.n - skip), &sig, NULL) != VT_OK ||
		    sig.n != 4 + 64 || memcmp(sig.p, id, 4) != 0)
			continue;
		if (!vt_ed25519_verify(pub, text, sig.p + 4))
			return vt_err_set(reterr, VT_E_LEDGER_PROOF,
			    "checkpoint: C2SP signed-note: the signature of "
			    "%s is not valid",
			    c.origin);
		*ret = c;
		return VT_OK;
	}
	return vt_err_set(reterr, VT_E_LEDGER_PROOF,
	    "checkpoint: C2SP signed-note: no signature of the key of %s",
	    c.origin);
}
