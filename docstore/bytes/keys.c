/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store key: three secrets of 32 bytes.
 *
 *	wrap	wraps the data keys of chunks; another one each epoch
 *	id	makes chunk ids, tags of lists and of repeats; never changes
 *	mac	what vt_store_mac and the manifests of backups hang on; never
 *		changes
 *
 * A key file of the first release has no mac: its wrap key was that as well,
 * so it stays that when the store gets another wrap key.
 */
#include <stdlib.h>

#include "docstore/files.h"
#include "docstore/store_priv.h"

#define KEY_SIZE 32

void
vt_keys_clear(struct vt_keys *k)
{
	vt_secret_free(k->wrap);
	vt_secret_free(k->id);
	vt_secret_free(k->mac);
	*k = (struct vt_keys){ .epoch = 0 };
}

static int
keys_from(
    const struct vt_store_key *x, struct vt_keys *ret, struct vt_err *reterr)
{
	struct vt_keys k = { .epoch = x->epoch };

	k.wrap = vt_secret_new(x->wrap, KEY_SIZE);
	k.id = vt_secret_new(x->id, KEY_SIZE);
	k.mac = vt_secret_new(x->mac, KEY_SIZE);
	if (k.wrap == NULL || k.id == NULL || k.mac == NULL) {
		vt_keys_clear(&k);
		return vt_err_set(reterr, VT_E_NOMEM,
		    "store key: secure memory is exhausted");
	}
	*ret = k;
	return VT_OK;
}

static bool
is_zero(const uint8_t *p, size_t n)
{
	uint8_t any = 0;

	for (size_t i = 0; i < n; i++)
		any |= p[i];
	return any == 0;
}

int
vt_keys_given(
    const struct vt_store_key *k, struct vt_keys *ret, struct vt_err *reterr)
{
	struct vt_store_key x = *k;
	int rc;

	if (x.epoch == 1 && is_zero(x.mac, KEY_SIZE))
		memcpy(x.mac, x.wrap, KEY_SIZE);
	if (x.epoch == 0 || is_zero(x.wrap, KEY_SIZE) ||
	    is_zero(x.id, KEY_SIZE) || is_zero(x.mac, KEY_SIZE) ||
	    memcmp(x.wrap, x.id, KEY_SIZE) == 0 ||
	    memcmp(x.mac, x.id, KEY_SIZE) == 0)
		rc = vt_err_set(reterr, VT_E_INVALID,
		    "store key: what was unwrapped is no key: an epoch and two "
		    "different parts of 32 bytes are wanted, a third from the "
		    "second epoch on");
	else
		rc = keys_from(&x, ret, reterr);
	vt_wipe(&x, sizeof(x));
	return rc;
}

int
vt_keys_random(
    const struct vt_context *ctx, struct vt_keys *ret, struct vt_err *reterr)
{
	struct vt_store_key x = { .epoch = 1 };
	uint8_t raw[2 * KEY_SIZE];
	vt_hash mac;
	int rc;

	vt_random(ctx, raw, sizeof(raw));
	memcpy(x.wrap, raw, KEY_SIZE);
	memcpy(x.id, raw + KEY_SIZE, KEY_SIZE);
	/* Nothing of it follows from the wrap key, which may go one day. */
	mac = vt_hmac_sha256(
	    VT_SPAN(x.id, KEY_SIZE), vt_span_str("vanthu store mac root 1"));
	memcpy(x.mac, mac.b, KEY_SIZE);
	rc = keys_from(&x, ret, reterr);
	vt_wipe(raw, sizeof(raw));
	vt_wipe(&x, sizeof(x));
	vt_wipe(&mac, sizeof(mac));
	return rc;
}

int
vt_keys_next(const struct vt_keys *k, const struct vt_context *ctx,
    struct vt_keys *ret, struct vt_err *reterr)
{
	struct vt_store_key x = { .epoch = k->epoch + 1 };
	int rc;

	vt_random(ctx, x.wrap, KEY_SIZE);
	memcpy(x.id, vt_secret_view(k->id).p, KEY_SIZE);
	memcpy(x.mac, vt_secret_view(k->mac).p, KEY_SIZE);
	rc = keys_from(&x, ret, reterr);
	vt_wipe(&x, sizeof(x));
	return rc;
}

bool
vt_keys_follow(const struct vt_keys *k, const struct vt_keys *next)
{
	return next->epoch == k->epoch + 1 &&
	       vt_span_eq(vt_secret_view(k->id), vt_secret_view(next->id)) &&
	       vt_span_eq(vt_secret_view(k->mac), vt_secret_view(next->mac)) &&
	       !vt_span_eq(vt_secret_view(k->wrap), vt_secret_view(next->wrap));
}

/* ---- the file: text, so that it can be printed and kept in a safe ---- */

#define SUM "sum "

int
vt_keys_save(const char *file, const struct vt_keys *k, struct vt_err *reterr)
{
	VT_BUF_AUTO(text);
	vt_hash sum;
	int rc;

	text.secret = true;
	vt_buf_printf(&text, "vanthu store key 2\nepoch %u\nwrap ", k->epoch);
	vt_buf_hex(&text, vt_secret_view(k->wrap));
	vt_buf_puts(&text, "\nid ");
	vt_buf_hex(&text, vt_secret_view(k->id));
	vt_buf_puts(&text, "\nmac ");
	vt_buf_hex(&text, vt_secret_view(k->mac));
	vt_buf_putc(&text, '\n');
	if ((rc = vt_buf_status(&text, reterr)) != VT_OK)
		return rc;
	sum = vt_sha256(vt_buf_view(&text));
	vt_buf_puts(&text, SUM);
	vt_buf_hex(&text, VT_SPAN(sum.b, 4));
	vt_buf_putc(&text, '\n');
	if ((rc = vt_buf_status(&text, reterr)) != VT_OK)
		return rc;
	return vt_file_create(file, vt_buf_view(&text), reterr);
}

int
vt_keys_create(const char *file, const struct vt_context *ctx,
    struct vt_keys *ret, struct vt_err *reterr)
{
	struct vt_keys k;
	int rc;

	if ((rc = vt_keys_random(ctx, &k, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_keys_save(file, &k, reterr)) != VT_OK)
		vt_keys_clear(&k);
	else
		*ret = k;
	return rc;
}

static bool
take(struct vt_span *s, const char *literal)
{
	size_t n = strlen(literal);

	if (s->n < n || memcmp(s->p, literal, n) != 0)
		return false;
	*s = VT_SPAN(s->p + n, s->n - n);
	return true;
}

/* Takes a literal and 64 hex digits off the front of s. */
static bool
take_hex(struct vt_span *s, const char *literal, uint8_t out[static KEY_SIZE])
{
	vt_hash h;

	if (!take(s, literal) || s->n < VT_HASH_TEXT ||
	    !vt_hash_parse(VT_SPAN(s->p, VT_HASH_TEXT), &h))
		return false;
	memcpy(out, h.b, KEY_SIZE);
	vt_wipe(&h, sizeof(h));
	*s = VT_SPAN(s->p + VT_HASH_TEXT, s->n - VT_HASH_TEXT);
	return true;
}

/* A number from 1, without zeros in front. */
static bool
take_epoch(struct vt_span *s, uint32_t *ret)
{
	uint64_t v = 0;
	size_t n = 0;

	while (n < s->n && n < 10 && s->p[n] >= '0' && s->p[n] <= '9')
		v = 10 * v + (uint64_t)(s->p[n++] - '0');
	if (n == 0 || s->p[0] == '0' || v > UINT32_MAX)
		return false;
	*s = VT_SPAN(s->p + n, s->n - n);
	*ret = (uint32_t)v;
	return true;
}

/* The last line, without its newline, against all before it. */
static bool
sum_holds(struct vt_span whole, struct vt_span rest)
{
	size_t n = whole.n - rest.n;
	VT_BUF_AUTO(b);
	vt_hash sum;

	b.secret = true;
	sum = vt_sha256(VT_SPAN(whole.p, n));
	vt_buf_puts(&b, SUM);
	vt_buf_hex(&b, VT_SPAN(sum.b, 4));
	return vt_buf_status(&b, NULL) == VT_OK &&
	       vt_span_eq(vt_buf_view(&b), rest);
}

static int
parse(struct vt_span s, struct vt_store_key *ret, struct vt_err *reterr)
{
	const struct vt_span whole = s;
	bool second = take(&s, "vanthu store key 2\nepoch ");

	if ((!second && !take(&s, "vanthu store key 1\nepoch ")) ||
	    !take_epoch(&s, &ret->epoch) || (!second && ret->epoch != 1) ||
	    !take(&s, "\n"))
		return vt_err_set(reterr, VT_E_STORE_FORMAT,
		    "store key file: not a key of format 1, epoch 1, or of "
		    "format 2");
	if (!take_hex(&s, "wrap ", ret->wrap) ||
	    !take_hex(&s, "\nid ", ret->id) ||
	    (second && (!take_hex(&s, "\nmac ", ret->mac) || !take(&s, "\n") ||
			   !sum_holds(whole, s))) ||
	    (!second && s.n != 0))
		return vt_err_set(reterr, VT_E_STORE_FORMAT,
		    "store key file: cut off or damaged");
	return VT_OK;
}

int
vt_keys_load(const char *file, struct vt_keys *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *text = NULL;
	struct vt_store_key x = { .epoch = 0 };
	int rc;

	if ((rc = vt_secret_read_file(file, &text, reterr)) != VT_OK)
		return rc;
	rc = parse(vt_secret_view(text), &x, reterr);
	if (rc == VT_OK)
		rc = vt_keys_given(&x, ret, reterr);
	vt_wipe(&x, sizeof(x));
	return rc;
}

vt_hash
vt_keys_check(const struct vt_keys *k, const vt_id *store)
{
	VT_BUF_AUTO(b);
	vt_hash first, second;

	vt_buf_puts(&b, "vanthu store key check 1");
	vt_buf_put(&b, store->b, sizeof(store->b));
	VT_ASSERT(vt_buf_status(&b, NULL) == VT_OK);
	first = vt_hmac_sha256(vt_secret_view(k->id), vt_buf_view(&b));
	vt_buf_put(&b, first.b, sizeof(first.b));
	VT_ASSERT(vt_buf_status(&b, NULL) == VT_OK);
	second = vt_hmac_sha256(vt_secret_view(k->wrap), vt_buf_view(&b));
	return second;
}

vt_hash
vt_keys_mac(const struct vt_keys *k, const char *purpose, struct vt_span bytes)
{
	VT_BUF_AUTO(b);
	vt_hash key;

	vt_buf_puts(&b, "vanthu store mac 1 ");
	vt_buf_puts(&b, purpose);
	VT_ASSERT(vt_buf_status(&b, NULL) == VT_OK);
	key = vt_hmac_sha256(vt_secret_view(k->mac), vt_buf_view(&b));
	return vt_hmac_sha256(VT_SPAN(key.b, sizeof(key.b)), bytes);
}
