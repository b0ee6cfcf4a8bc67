/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of tables, and keys. */
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
