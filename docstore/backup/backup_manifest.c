/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Manifests of backups (docs/format.md §12). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "docstore/backup/backup_priv.h"

#define MAGIC       "vanthu backup"
#define MAC_PURPOSE "backup manifest 1"
#define ARENA       ((size_t)256 << 20)

int
vt_manifest_new(struct vt_manifest *m, struct vt_err *reterr)
{
	*m = (struct vt_manifest){ .time = VT_TIME_NONE, .epoch = 1 };
	if ((m->arena = vt_arena_new(ARENA)) == NULL)
		return vt_nomem(reterr);
	return VT_OK;
}

void
vt_manifest_free(struct vt_manifest *m)
{
	vt_arena_free(m->arena);
	free(m->part);
	*m = (struct vt_manifest){ .time = VT_TIME_NONE };
}

int
vt_manifest_add(
    struct vt_manifest *m, const struct vt_bpart *part, struct vt_err *reterr)
{
	if (m->n_part == m->cap) {
		size_t cap = m->cap == 0 ? 256 : 2 * m->cap;
		struct vt_bpart *p = realloc(m->part, cap * sizeof(*p));

		if (p == NULL)
			return vt_nomem(reterr);
		m->part = p;
		m->cap = cap;
	}
	m->part[m->n_part++] = *part;
	return VT_OK;
}

enum vt_side
vt_bpart_side(const struct vt_bpart *part)
{
	return part->kind == VT_PART_KEYS || part->kind == VT_PART_LOG_KEYS
		   ? VT_SIDE_KEYS
		   : VT_SIDE_MAIN;
}

/* ---- writing ---- */

static void
put_part(const struct vt_bpart *x, struct vt_buf *b)
{
	vt_cbor_array(b, 8);
	vt_cbor_uint(b, x->kind);
	vt_cbor_text(b, x->table);
	vt_cbor_uint(b, x->env);
	vt_cbor_uint(b, x->index);
	vt_cbor_uint(b, x->rows);
	vt_cbor_hash(b, &x->id);
	vt_cbor_hash(b, &x->name);
	vt_cbor_uint(b, x->size);
}

static void
put_body(const struct vt_manifest *m, struct vt_buf *b)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, b);
	vt_put_text(&w, 1, MAGIC);
	vt_put_uint(&w, 2, VT_BACKUP_VERSION);
	vt_put_id(&w, 3, &m->store);
	vt_put_uint(&w, 4, m->number);
	vt_put_time(&w, 5, m->time);
	vt_put_time(&w, 6, m->made);
	vt_put_hash(&w, 7, &m->before);
	vt_put_uint(&w, 8, m->signer);
	vt_put_hash(&w, 9, &m->log_key);
	vt_cbor_key(&w, 10);
	vt_cbor_array(b, m->n_agency);
	for (size_t i = 0; i < m->n_agency; i++) {
		const struct vt_manifest_agency *a = &m->agency[i];

		vt_cbor_array(b, 5);
		vt_cbor_uint(b, a->agency_no);
		vt_cbor_id(b, &a->id);
		vt_cbor_text(b, a->origin);
		vt_cbor_uint(b, a->size);
		vt_cbor_hash(b, &a->root);
	}
	vt_cbor_key(&w, 11);
	vt_cbor_array(b, m->n_part);
	for (size_t i = 0; i < m->n_part; i++)
		put_part(&m->part[i], b);
	vt_put_uint(&w, 12, m->final);
	vt_put_uint(&w, 13, m->epoch > 1 ? m->epoch : 0);
	vt_cbor_map_end(&w);
}

int
vt_manifest_seal(struct vt_manifest *m, const struct vt_keys *keys,
    const struct vt_log_key *log_key, const char *domain, struct vt_buf *ret,
    struct vt_err *reterr)
{
	struct vt_checkpoint c = { .size = m->number };
	struct vt_cbor_map_writer w;
	VT_BUF_AUTO(body);
	VT_BUF_AUTO(note);
	vt_hash mac;
	int rc;

	memcpy(m->log_key.b, log_key->pub, sizeof(m->log_key.b));
	m->epoch = keys->epoch;
	put_body(m, &body);
	if ((rc = vt_buf_status(&body, reterr)) != VT_OK)
		return rc;
	c.root = m->body = vt_sha256(vt_buf_view(&body));
	/* A name that no ledger has: never taken for a checkpoint of one. */
	(void)snprintf(c.origin, sizeof(c.origin), "%s/backup", domain);
	rc = vt_checkpoint_sign(
	    &c, vt_secret_view(log_key->seed), log_key->pub, &note, reterr);
	if (rc != VT_OK)
		return rc;
	mac = vt_keys_mac(keys, MAC_PURPOSE, vt_buf_view(&body));
	vt_cbor_map_begin(&w, ret);
	vt_put_bytes(&w, 1, vt_buf_view(&body));
	vt_cbor_key(&w, 2);
	vt_cbor_text(ret, vt_buf_view(&note));
	vt_put_hash(&w, 3, &mac);
	vt_cbor_map_end(&w);
	return vt_buf_status(ret, reterr);
}

/* ---- reading ---- */

static void
take_agencies(struct vt_cbor *c, struct vt_manifest *m)
{
	size_t n = 0;

	m->agency = vt_take_array(c, m->arena, sizeof(*m->agency), &n);
	for (size_t i = 0; i < n && c->failed == VT_OK; i++) {
		struct vt_manifest_agency *a = &m->agency[i];

		if (vt_cbor_get_array(c) != 5)
			vt_cbor_fail(c, "an agency has five fields");
		a->agency_no = vt_take_u32(c);
		a->id = vt_cbor_get_id(c);
		a->origin = vt_span_str(vt_take_text(c, m->arena));
		a->size = vt_cbor_get_uint(c);
		a->root = vt_cbor_get_hash(c);
	}
	m->n_agency = c->failed == VT_OK ? n : 0;
}

static int
take_parts(struct vt_cbor *c, struct vt_manifest *m, struct vt_err *reterr)
{
	size_t n = vt_cbor_get_array(c);
	int rc = VT_OK;

	for (size_t i = 0; i < n && c->failed == VT_OK && rc == VT_OK; i++) {
		struct vt_bpart x = { .rows = 0 };
		uint32_t kind;

		if (vt_cbor_get_array(c) != 8)
			vt_cbor_fail(c, "a part has eight fields");
		kind = vt_take_u32(c);
		if (kind < VT_PART_ROWS || kind > VT_PART_LOG_KEYS)
			vt_cbor_fail(c, "unknown kind of part");
		x.kind = (enum vt_bpart_kind)kind;
		x.table = vt_span_str(vt_take_text(c, m->arena));
		x.env = vt_take_u32(c);
		x.index = vt_cbor_get_uint(c);
		x.rows = vt_cbor_get_uint(c);
		x.id = vt_cbor_get_hash(c);
		x.name = vt_cbor_get_hash(c);
		x.size = vt_cbor_get_uint(c);
		if (c->failed == VT_OK)
			rc = vt_manifest_add(m, &x, reterr);
	}
	return rc;
}

static int
take_body(struct vt_span body, struct vt_manifest *m, struct vt_err *reterr)
{
	struct vt_cbor_map_reader r;
	char magic[32] = "";
	uint32_t version = 0;
	struct vt_cbor c;
	uint64_t key;
	int rc = VT_OK;

	vt_cbor_open(&c, body);
	vt_cbor_map_open(&r, &c);
	if (vt_cbor_next(&r, &key) && key == 1)
		vt_cbor_get_str(&c, magic, sizeof(magic));
	if (vt_cbor_next(&r, &key) && key == 2)
		version = vt_take_u32(&c);
	if (c.failed != VT_OK || strcmp(magic, MAGIC) != 0 || version == 0)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "manifest: docs/format.md §12: not that of a backup");
	if (version > VT_BACKUP_VERSION)
		return vt_err_set(reterr, VT_E_STORE_FORMAT,
		    "manifest: version %u; this release reads up to %u",
		    version, VT_BACKUP_VERSION);
	while (rc == VT_OK && vt_cbor_next(&r, &key)) {
		switch (key) {
		case 3:
			m->store = vt_cbor_get_id(&c);
			break;
		case 4:
			m->number = vt_cbor_get_uint(&c);
			break;
		case 5:
			m->time = vt_cbor_get_int(&c);
			break;
		case 6:
			m->made = vt_cbor_get_int(&c);
			break;
		case 7:
			m->before = vt_cbor_get_hash(&c);
			break;
		case 8:
			m->signer = vt_take_u32(&c);
			break;
		case 9:
			m->log_key = vt_cbor_get_hash(&c);
			break;
		case 10:
			take_agencies(&c, m);
			break;
		case 11:
			rc = take_parts(&c, m, reterr);
			break;
		case 12:
			m->final = vt_cbor_get_uint(&c) == 1;
			break;
		case 13:
			m->epoch = vt_take_u32(&c);
			break;
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	return rc != VT_OK ? rc : vt_take_end(&c, "manifest", reterr);
}

static int
verify(struct vt_span body, struct vt_span note, const vt_hash *mac,
    const struct vt_keys *keys, struct vt_manifest *m, struct vt_err *reterr)
{
	vt_hash want = vt_keys_mac(keys, MAC_PURPOSE, body);
	struct vt_err err = VT_ERR_INIT;
	struct vt_checkpoint c;
	size_t n;

	/* First whether it is what was written; the signature says so, though
	 * its key stands in the manifest itself. */
	if (vt_checkpoint_verify(note, m->log_key.b, &c, &err) != VT_OK)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "manifest: it was changed since it was written: %s",
		    err.msg);
	n = strlen(c.origin);
	if (n < 7 || strcmp(c.origin + n - 7, "/backup") != 0 ||
	    c.size != m->number || !vt_hash_eq(&c.root, &m->body))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "manifest: its signature is over another one");
	/* Then whose it is: who has the store key made it. */
	if (!vt_hash_eq(&want, mac))
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "manifest: it was not made with this store key, or "
		    "changed since");
	return VT_OK;
}

int
vt_manifest_open(struct vt_span file, const struct vt_keys *keys,
    struct vt_manifest *ret, struct vt_err *reterr)
{
	struct vt_span body = VT_SPAN(NULL, 0), note = VT_SPAN(NULL, 0);
	struct vt_cbor_map_reader r;
	struct vt_manifest m;
	vt_hash mac = { { 0 } };
	struct vt_cbor c;
	uint64_t key;
	int rc;

	vt_cbor_open(&c, file);
	vt_cbor_map_open(&r, &c);
	while (vt_cbor_next(&r, &key)) {
		if (key == 1)
			body = vt_cbor_get_bytes(&c);
		else if (key == 2)
			note = vt_cbor_get_text(&c);
		else if (key == 3)
			mac = vt_cbor_get_hash(&c);
		else
			vt_cbor_fail(&c, "unknown field");
	}
	if ((rc = vt_take_end(&c, "manifest", reterr)) != VT_OK ||
	    (rc = vt_manifest_new(&m, reterr)) != VT_OK)
		return rc;
	if ((rc = take_body(body, &m, reterr)) == VT_OK) {
		m.body = vt_sha256(body);
		rc = verify(body, note, &mac, keys, &m, reterr);
	}
	if (rc != VT_OK)
		vt_manifest_free(&m);
	else
		*ret = m;
	return rc;
}

int
vt_manifest_epoch(const struct vt_manifest *m, const struct vt_keys *keys,
    struct vt_err *reterr)
{
	if (m->epoch == keys->epoch)
		return VT_OK;
	return vt_err_set(reterr, VT_E_CONFLICT,
	    "backup: increment %" PRIu64
	    " opens with the store key of epoch %u; the one that was given is "
	    "of epoch %u",
	    m->number, m->epoch, keys->epoch);
}

int
vt_manifest_load(const struct vt_place *p, uint64_t number,
    const struct vt_keys *keys, struct vt_manifest *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(file);
	int rc;

	if ((rc = vt_place_manifest_get(p, number, &file, reterr)) != VT_OK)
		return rc;
	rc = vt_manifest_open(vt_buf_view(&file), keys, ret, &err);
	if (rc == VT_OK && ret->number == number)
		return VT_OK;
	if (rc == VT_OK) {
		vt_manifest_free(ret);
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "backup: manifests/%010" PRIu64 ": it bears another number",
		    number);
	}
	return vt_err_set(reterr, err.code,
	    "backup: manifests/%010" PRIu64 ": %s", number, err.msg);
}
