/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "docstore/line.h"

#include <inttypes.h>
#include <stdio.h>

#include "docstore/epoch.h"
#include "docstore/store_priv.h"

static const char abc[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford */

/* Everything but the check digits. */
static void
body_put(const struct vt_line *l, struct vt_buf *ret)
{
	vt_buf_printf(
	    ret, "SC1 %s %s %" PRIu64 " ", l->day, l->origin, l->size);
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int bit = i * 5, at = bit / 8;
		unsigned int two = (unsigned int)l->root[at] << 8;

		if (at + 1 < VT_LINE_ROOT)
			two |= l->root[at + 1];
		if (i > 0 && i % 4 == 0)
			vt_buf_putc(ret, '-');
		vt_buf_putc(ret, (uint8_t)abc[two >> (11 - bit % 8) & 31]);
	}
	vt_buf_putc(ret, ' ');
	vt_buf_hex(ret, VT_SPAN(l->key_id, sizeof(l->key_id)));
}

/* 98 minus the rest of the bytes, as a number of base 256 with two zero digits
 * behind it, by 97: every single wrong character and nearly every swap shows.
 */
static unsigned int
check_digits(struct vt_span s)
{
	unsigned int r = 0;

	for (size_t i = 0; i < s.n; i++)
		r = (r * 256 + s.p[i]) % 97;
	return 98 - r * 100 % 97;
}

void
vt_line_put(const struct vt_line *l, struct vt_buf *ret)
{
	VT_BUF_AUTO(body);

	body_put(l, &body);
	vt_buf_span(ret, vt_buf_view(&body));
	vt_buf_printf(ret, " %02u", check_digits(vt_buf_view(&body)));
}

/* ---- typed ---- */

static int
bad(struct vt_err *reterr, const char *what)
{
	return vt_err_set(reterr, VT_E_SYNTAX, "line of a ledger: %s", what);
}

static struct vt_span
word(struct vt_span *s)
{
	struct vt_span w;
	size_t n = 0;

	while (s->n > 0 && (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' ||
			       *s->p == '\r'))
		*s = VT_SPAN(s->p + 1, s->n - 1);
	while (n < s->n && s->p[n] > ' ')
		n++;
	w = VT_SPAN(s->p, n);
	*s = VT_SPAN(s->p + n, s->n - n);
	return w;
}

static bool
number(struct vt_span w, uint64_t *ret)
{
	uint64_t v = 0;

	if (w.n == 0 || w.n > 18)
		return false;
	for (size_t i = 0; i < w.n; i++) {
		if (w.p[i] < '0' || w.p[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(w.p[i] - '0');
	}
	*ret = v;
	return true;
}

static int
digit_of(uint8_t c)
{
	const char *at;

	if (c >= 'a' && c <= 'z')
		c = (uint8_t)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	at = c == '\0' ? NULL : strchr(abc, c);
	return at == NULL ? -1 : (int)(at - abc);
}

static bool
root_of(struct vt_span w, uint8_t ret[static VT_LINE_ROOT])
{
	unsigned int bits = 0, have = 0, digits = 0;
	size_t n = 0;

	for (size_t i = 0; i < w.n; i++) {
		int d = digit_of(w.p[i]);

		if (w.p[i] == '-')
			continue;
		if (d < 0 || ++digits > 16)
			return false;
		bits = bits << 5 | (unsigned int)d;
		have += 5;
		if (have >= 8) {
			have -= 8;
			ret[n++] = (uint8_t)(bits >> have);
			bits &= (1U << have) - 1;
		}
	}
	return digits == 16;
}

static bool
key_id_of(struct vt_span w, uint8_t ret[static 4])
{
	uint32_t v = 0;

	if (w.n != 8)
		return false;
	for (size_t i = 0; i < 8; i++) {
		uint8_t c = w.p[i] | 0x20;

		if (w.p[i] >= '0' && w.p[i] <= '9')
			v = v << 4 | (uint32_t)(w.p[i] - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	for (unsigned int i = 0; i < 4; i++)
		ret[i] = (uint8_t)(v >> (24 - 8 * i));
	return true;
}

int
vt_line_parse(struct vt_span typed, struct vt_line *ret, struct vt_err *reterr)
{
	struct vt_line l = { .size = 0 };
	struct vt_span s = typed, w;
	uint64_t digits;
	VT_BUF_AUTO(body);
	int rc;

	if (!vt_span_eq(word(&s), vt_span_str("SC1")))
		return bad(reterr, "it begins with SC1");
	w = word(&s);
	if (w.n != 10 || w.p[4] != '-' || w.p[7] != '-')
		return bad(reterr, "its second part is a day, YYYY-MM-DD");
	memcpy(l.day, w.p, w.n);
	w = word(&s);
	if (w.n == 0 || w.n > VT_ORIGIN_MAX || memchr(w.p, 0, w.n) != NULL)
		return bad(reterr, "its third part is a ledger's name");
	memcpy(l.origin, w.p, w.n);
	if (!number(word(&s), &l.size))
		return bad(reterr, "its fourth part is a number of leaves");
	if (!root_of(word(&s), l.root))
		return bad(reterr, "its fifth part is 16 letters and digits");
	if (!key_id_of(word(&s), l.key_id))
		return bad(reterr, "its sixth part is 8 hexadecimal digits");
	if (!number(word(&s), &digits) || word(&s).n != 0)
		return bad(reterr, "two check digits end it");
	body_put(&l, &body);
	if ((rc = vt_buf_status(&body, reterr)) != VT_OK)
		return rc;
	if (digits != check_digits(vt_buf_view(&body)))
		return bad(reterr,
		    "the check digits are not those of the rest: it is "
		    "mistyped");
	*ret = l;
	return VT_OK;
}

/* ---- the store ---- */

static int
line_at(struct vt_view *v, uint32_t agency_no, uint64_t acts,
    struct vt_line *ret, struct vt_err *reterr)
{
	struct vt_line l = { .size = 0 };
	struct vt_agency a;
	struct vt_epoch e;
	vt_hash root;
	int rc;

	if ((rc = vt_agency_get(v, agency_no, &a, reterr)) != VT_OK ||
	    (rc = vt_epoch_root(
		 v->txn, agency_no, acts, &e, &root, reterr)) != VT_OK)
		return rc;
	l.size = acts - e.begin;
	memcpy(l.origin, e.origin, sizeof(l.origin));
	memcpy(l.root, root.b, sizeof(l.root));
	vt_note_key_id(l.origin, a.log_key, l.key_id);
	*ret = l;
	return VT_OK;
}

int
vt_line_get(struct vt_view *v, uint32_t agency_no, struct vt_line *ret,
    struct vt_err *reterr)
{
	struct vt_line l;
	VT_BUF_AUTO(day);
	uint64_t size;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = vt_ledger_size(v->txn, agency_no, &size, reterr)) != VT_OK)
		return rc;
	if (size == 0)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "the ledger of agency %u is empty", agency_no);
	if ((rc = line_at(v, agency_no, size, &l, reterr)) != VT_OK)
		return rc;
	vt_time_rfc3339(vt_now(v->store->ctx), VT_TIME_VN_S, &day);
	if ((rc = vt_buf_status(&day, reterr)) != VT_OK)
		return rc;
	VT_ASSERT(day.n >= 10);
	memcpy(l.day, day.p, 10);
	*ret = l;
	return VT_OK;
}

/* Where the ledger begins that was printed, and its leaves; one that is not
 * ours: the one of now. */
static int
printed_of(struct vt_view *v, uint32_t agency_no, const struct vt_line *l,
    uint64_t *ret_begin, uint64_t *ret_size, struct vt_err *reterr)
{
	struct vt_agency a;
	struct vt_epoch e;
	uint64_t acts, at;
	int rc;

	if ((rc = vt_agency_get(v, agency_no, &a, reterr)) != VT_OK ||
	    (rc = vt_ledger_size(v->txn, agency_no, &acts, reterr)) != VT_OK)
		return rc;
	e = vt_epoch_of(&a, acts);
	for (size_t i = 0; i < a.n_ended; i++)
		if (strcmp(a.ended[i].origin, l->origin) == 0) {
			at = a.ended[i].end;
			e = vt_epoch_of(&a, at);
			acts = at;
			break;
		}
	*ret_begin = e.begin;
	*ret_size = acts - e.begin;
	return VT_OK;
}

int
vt_line_holds(struct vt_view *v, uint32_t agency_no, const struct vt_line *l,
    struct vt_err *reterr)
{
	struct vt_line now;
	uint64_t size, begin;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK ||
	    (rc = printed_of(v, agency_no, l, &begin, &size, reterr)) != VT_OK)
		return rc;
	if (l->size == 0 || l->size > size)
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "line of %s: the ledger had %" PRIu64
		    " leaves then, and has %" PRIu64 " now: it was cut",
		    l->day, l->size, size);
	rc = line_at(v, agency_no, begin + l->size, &now, reterr);
	if (rc != VT_OK)
		return rc;
	if (strcmp(now.origin, l->origin) != 0 ||
	    memcmp(now.key_id, l->key_id, sizeof(now.key_id)) != 0)
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "line of %s: it is of another ledger, or of another key",
		    l->day);
	if (memcmp(now.root, l->root, sizeof(now.root)) != 0)
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "line of %s: at %" PRIu64
		    " leaves the ledger has another root: it was rewritten",
		    l->day, l->size);
	return VT_OK;
}
