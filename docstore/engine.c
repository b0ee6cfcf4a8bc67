/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of tables, keys, scans. */
#include "docstore/engine.h"

static const struct {
	enum vt_space space;
	const char *name;
} tables[] = {
#define VT_TABLE(name, space, disk, key) { VT_SPACE_##space, disk },
#include "docstore/table.def"
#undef VT_TABLE
};

enum vt_space
vt_table_space(enum vt_table t)
{
	VT_ASSERT(t < VT_T__MAX);
	return tables[t].space;
}

const char *
vt_table_name(enum vt_table t)
{
	VT_ASSERT(t < VT_T__MAX);
	return tables[t].name;
}

void
vt_key_bytes(struct vt_key *k, const void *p, size_t n)
{
	VT_ASSERT(n <= sizeof(k->b) - k->n);
	if (n > 0)
		memcpy(k->b + k->n, p, n);
	k->n += n;
}

void
vt_key_u8(struct vt_key *k, uint8_t v)
{
	vt_key_bytes(k, &v, 1);
}

void
vt_key_u16(struct vt_key *k, uint16_t v)
{
	vt_key_u8(k, (uint8_t)(v >> 8));
	vt_key_u8(k, (uint8_t)v);
}

void
vt_key_u32(struct vt_key *k, uint32_t v)
{
	vt_key_u16(k, (uint16_t)(v >> 16));
	vt_key_u16(k, (uint16_t)v);
}

void
vt_key_u64(struct vt_key *k, uint64_t v)
{
	vt_key_u32(k, (uint32_t)(v >> 32));
	vt_key_u32(k, (uint32_t)v);
}

struct vt_key
vt_key_row(uint32_t agency_no, uint64_t seq)
{
	struct vt_key k = { .n = 0 };

	vt_key_u32(&k, agency_no);
	vt_key_u64(&k, seq);
	return k;
}

struct vt_span
vt_key_view(const struct vt_key *k)
{
	return VT_SPAN(k->b, k->n);
}

uint32_t
vt_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

uint64_t
vt_be64(const uint8_t *p)
{
	return (uint64_t)vt_be32(p) << 32 | vt_be32(p + 4);
}

int
vt_tx_last(struct vt_txn *t, enum vt_table table, const struct vt_key *prefix,
    const struct vt_key *before, struct vt_span *ret_key,
    struct vt_span *ret_value, struct vt_err *reterr)
{
	int rc = vt_tx_lt(t, table, before, ret_key, ret_value, reterr);

	return rc == VT_OK && !vt_key_is_prefix(prefix, *ret_key)
		   ? VT_E_NOT_FOUND
		   : rc;
}

struct vt_scan
vt_scan_up(struct vt_txn *t, enum vt_table table, const struct vt_key *prefix,
    const struct vt_key *from)
{
	return (struct vt_scan){ .txn = t,
		.table = table,
		.prefix = *prefix,
		.at = from == NULL ? *prefix : *from };
}

struct vt_scan
vt_scan_down(struct vt_txn *t, enum vt_table table, const struct vt_key *prefix,
    const struct vt_key *before)
{
	return (struct vt_scan){ .txn = t,
		.table = table,
		.down = true,
		.prefix = *prefix,
		.at = *before };
}

struct vt_scan
vt_scan_agency(
    struct vt_txn *t, enum vt_table table, uint32_t agency_no, uint64_t after)
{
	struct vt_key prefix = { .n = 0 }, at = vt_key_row(agency_no, after);

	vt_key_u32(&prefix, agency_no);
	vt_key_u8(&at, 0); /* the next key */
	return vt_scan_up(t, table, &prefix, &at);
}

struct vt_scan
vt_scan_newest(
    struct vt_txn *t, enum vt_table table, uint32_t agency_no, uint64_t before)
{
	struct vt_key prefix = { .n = 0 }, at;

	vt_key_u32(&prefix, agency_no);
	at = vt_key_row(agency_no, before == 0 ? UINT64_MAX : before);
	return vt_scan_down(t, table, &prefix, &at);
}

bool
vt_scan_next(struct vt_scan *s, struct vt_err *reterr)
{
	s->rc =
	    s->down
		? vt_tx_lt(s->txn, s->table, &s->at, &s->k, &s->row, reterr)
		: vt_tx_ge(s->txn, s->table, &s->at, &s->k, &s->row, reterr);
	if (s->rc == VT_E_NOT_FOUND ||
	    (s->rc == VT_OK && !vt_key_is_prefix(&s->prefix, s->k))) {
		s->rc = VT_OK;
		return false;
	}
	if (s->rc != VT_OK)
		return false;
	s->at.n = 0;
	vt_key_bytes(&s->at, s->k.p, s->k.n);
	if (!s->down)
		vt_key_u8(&s->at, 0); /* the next key */
	return true;
}
