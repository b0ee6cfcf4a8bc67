/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "docstore/witness.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/base64.h"
#include "base/ed25519.h"
#include "base/log.h"
#include "docstore/check.h"
#include "docstore/restored.h"

#define DASH    "\xe2\x80\x94 "
#define COUNTED "witness" /* row of super: {1: cosignatures, 2: ledgers} */

/* ---- how many rows there are ---- */

static int
counted_get(struct vt_txn *t, uint64_t ret[2], struct vt_err *reterr)
{
	struct vt_key k = vt_key_text(COUNTED);
	struct vt_cbor c;
	struct vt_span v;
	int rc = vt_tx_get(t, VT_T_SUPER, &k, &v, reterr);

	ret[0] = ret[1] = 0;
	if (rc != VT_OK)
		return rc == VT_E_NOT_FOUND ? VT_OK : rc;
	vt_cbor_open(&c, v);
	if (vt_cbor_get_array(&c) != 2)
		vt_cbor_fail(&c, "not two items");
	ret[0] = vt_cbor_get_uint(&c);
	ret[1] = vt_cbor_get_uint(&c);
	return vt_take_end(&c, "row witness", reterr);
}

static int
count_one(struct vt_batch *b, size_t which, struct vt_err *reterr)
{
	struct vt_key k = vt_key_text(COUNTED);
	uint64_t n[2];
	VT_BUF_AUTO(v);
	int rc = counted_get(b->txn, n, reterr);

	if (rc != VT_OK)
		return rc;
	n[which]++;
	vt_cbor_array(&v, 2);
	vt_cbor_uint(&v, n[0]);
	vt_cbor_uint(&v, n[1]);
	return vt_batch_put(b, VT_T_SUPER, &k, &v, reterr);
}

/* A row, and whether it is a new one. */
static int
put_counted(struct vt_batch *b, enum vt_table t, const struct vt_key *k,
    const struct vt_buf *value, struct vt_err *reterr)
{
	struct vt_span old;
	int rc = vt_tx_get(b->txn, t, k, &old, reterr);

	if (rc == VT_E_NOT_FOUND)
		rc = count_one(b, t == VT_T_COSIGNATURE ? 0 : 1, reterr);
	return rc == VT_OK ? vt_batch_put(b, t, k, value, reterr) : rc;
}

/* The last field of both rows: SHA-256 of what stands before it. */
static bool
sum_holds(struct vt_span row)
{
	vt_hash is;

	if (row.n < 35)
		return false;
	is = vt_sha256(VT_SPAN(row.p, row.n - 35));
	return memcmp(is.b, row.p + row.n - VT_HASH_SIZE, VT_HASH_SIZE) == 0;
}

static void
put_sum(struct vt_buf *row, uint64_t field)
{
	vt_hash is = vt_sha256(vt_buf_view(row));

	VT_ASSERT(field < 24);
	vt_cbor_uint(row, field);
	vt_cbor_hash(row, &is);
}

/* ---- cosignatures: rows ---- */

static struct vt_key
cosigned_key(uint32_t agency_no, uint64_t size, const uint8_t *pub)
{
	struct vt_key k = vt_key_row(agency_no, size);

	vt_key_bytes(&k, pub, VT_LOG_KEY_SIZE);
	return k;
}

static void
cosigned_encode(const struct vt_cosigned *x, struct vt_buf *ret)
{
	vt_cbor_map(ret, 5);
	vt_cbor_uint(ret, 1);
	vt_cbor_str(ret, x->by.name);
	vt_cbor_uint(ret, 2);
	vt_cbor_str(ret, x->whose);
	vt_cbor_uint(ret, 3);
	vt_cbor_bytes(ret, VT_SPAN(x->raw, sizeof(x->raw)));
	vt_cbor_uint(ret, 4);
	vt_cbor_uint(ret, (uint64_t)x->kept);
	put_sum(ret, 5);
}

static int
cosigned_decode(struct vt_span key, struct vt_span row, struct vt_cosigned *ret,
    struct vt_err *reterr)
{
	struct vt_cosigned x = { .by.type = VT_VKEY_COSIGNER };
	struct vt_cbor_map_reader m;
	struct vt_span raw = { NULL, 0 };
	struct vt_cbor c;
	uint64_t k;
	int rc;

	vt_cbor_open(&c, row);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &k)) {
		if (k == 1)
			vt_cbor_get_str(&c, x.by.name, VT_COSIGNER_MAX + 1);
		else if (k == 2)
			vt_cbor_get_str(&c, x.whose, sizeof(x.whose));
		else if (k == 3)
			raw = vt_cbor_get_bytes(&c);
		else if (k == 4)
			x.kept = vt_cbor_get_int(&c);
		else if (k == 5)
			(void)vt_cbor_get_hash(&c);
		else
			vt_cbor_fail(&c, "unknown field");
	}
	if (c.failed == VT_OK && (raw.n != sizeof(x.raw) || !sum_holds(row) ||
				     key.n != 12 + sizeof(x.by.pub)))
		vt_cbor_fail(&c, "not as it was written");
	if ((rc = vt_take_end(&c, "cosignature", reterr)) != VT_OK)
		return rc;
	VT_ASSERT(raw.p != NULL);
	memcpy(x.raw, raw.p, sizeof(x.raw));
	memcpy(x.by.pub, key.p + 12, sizeof(x.by.pub));
	vt_vkey_id(&x.by);
	*ret = x;
	return VT_OK;
}

static void
put_line(const struct vt_cosigned *x, struct vt_buf *ret)
{
	uint8_t raw[4 + VT_COSIGNATURE];

	memcpy(raw, x->by.id, 4);
	memcpy(raw + 4, x->raw, sizeof(x->raw));
	vt_buf_printf(ret, DASH "%s ", x->by.name);
	vt_base64_put(ret, VT_SPAN(raw, sizeof(raw)));
	vt_buf_putc(ret, '\n');
}

/* ---- cosignatures: keeping ---- */

struct cosigned_op {
	struct vt_op op;
	uint32_t agency_no;
	uint64_t size;
	struct vt_span line;
	struct vt_cosigned row;
};

/* The text of an agency's checkpoint of that size, into note. */
static int
text_of(struct vt_store *s, struct vt_txn *t, uint32_t agency_no, uint64_t size,
    struct vt_buf *note, struct vt_span *ret, struct vt_err *reterr)
{
	struct vt_checkpoint cp;
	struct vt_span lines;
	uint64_t have;
	int rc = vt_ledger_size(t, agency_no, &have, reterr);

	if (rc != VT_OK)
		return rc;
	if (size == 0 || size > have)
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "cosignature: the ledger of agency %u has %" PRIu64
		    " leaves, not %" PRIu64,
		    agency_no, have, size);
	rc = vt_checkpoint_at(s, t, agency_no, size, note, reterr);
	return rc == VT_OK ? vt_checkpoint_split(
				 vt_buf_view(note), &cp, ret, &lines, reterr)
			   : rc;
}

static int
cosigned_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct cosigned_op *o = (struct cosigned_op *)(void *)op;
	struct vt_key k = cosigned_key(o->agency_no, o->size, o->row.by.pub);
	VT_BUF_AUTO(note);
	VT_BUF_AUTO(v);
	struct vt_span text;
	vt_time time;
	int rc;

	if ((rc = vt_restored_gate(b->txn, reterr)) != VT_OK ||
	    (rc = text_of(b->store, b->txn, o->agency_no, o->size, &note, &text,
		 reterr)) != VT_OK ||
	    (rc = vt_cosignature_find(text, o->line, &o->row.by, o->row.raw,
		 &time, reterr)) != VT_OK)
		return rc;
	o->row.kept = b->time;
	cosigned_encode(&o->row, &v);
	return put_counted(b, VT_T_COSIGNATURE, &k, &v, reterr);
}

int
vt_cosigned_keep(struct vt_store *s, uint32_t agency_no, uint64_t size,
    const struct vt_vkey *by, const char *whose, struct vt_span line,
    struct vt_err *reterr)
{
	struct cosigned_op o = { .op = { .apply = cosigned_apply,
				     .weight = 4096 },
		.agency_no = agency_no,
		.size = size,
		.line = line,
		.row = { .by = *by } };
	size_t n = strlen(whose);

	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->read_only)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "cosignature: the store was opened for reading");
	if (by->type != VT_VKEY_COSIGNER || n == 0 || n > VT_OPERATOR_MAX ||
	    strlen(by->name) > VT_COSIGNER_MAX)
		return vt_err_set(reterr, VT_E_INVALID,
		    "cosignature: a cosigner's name of at most %d characters "
		    "and who runs it, at most %d bytes, are wanted",
		    VT_COSIGNER_MAX, VT_OPERATOR_MAX);
	memcpy(o.row.whose, whose, n);
	return vt_queue_run(&s->writer.queue, &o.op, reterr);
}

/* ---- cosignatures: reading ---- */

int
vt_cosigned_list(struct vt_view *v, uint32_t agency_no, uint64_t size,
    struct vt_cosigned *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_key prefix = vt_key_row(agency_no, size), at = prefix;
	struct vt_span rk, rv;
	int rc = vt_view_check(v, reterr);

	*ret_n = 0;
	while (rc == VT_OK && *ret_n < max) {
		rc = vt_tx_ge(v->txn, VT_T_COSIGNATURE, &at, &rk, &rv, reterr);
		if (rc == VT_E_NOT_FOUND ||
		    (rc == VT_OK && !vt_key_is_prefix(&prefix, rk)))
			return VT_OK;
		if (rc != VT_OK || (rc = cosigned_decode(
					rk, rv, &ret[*ret_n], reterr)) != VT_OK)
			return rc;
		++*ret_n;
		at.n = 0;
		vt_key_bytes(&at, rk.p, rk.n);
		vt_key_u8(&at, 0);
	}
	return rc;
}

int
vt_cosigned_covering(struct vt_view *v, uint32_t agency_no, uint64_t from,
    uint64_t *ret_size, struct vt_err *reterr)
{
	struct vt_key at = vt_key_row(agency_no, from), prefix = { .n = 0 };
	struct vt_span rk, rv;
	int rc = vt_view_check(v, reterr);

	if (rc != VT_OK)
		return rc;
	vt_key_u32(&prefix, agency_no);
	rc = vt_tx_ge(v->txn, VT_T_COSIGNATURE, &at, &rk, &rv, reterr);
	if (rc == VT_OK && !vt_key_is_prefix(&prefix, rk))
		rc = VT_E_NOT_FOUND;
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "agency %u: no checkpoint of %" PRIu64
		    " leaves or more is cosigned",
		    agency_no, from);
	if (rc == VT_OK)
		*ret_size = vt_be64(rk.p + 4);
	return rc;
}

int
vt_cosigned_lines(struct vt_view *v, uint32_t agency_no, uint64_t size,
    struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_cosigned x[16];
	size_t n, put = 0;
	int rc = vt_cosigned_list(v, agency_no, size, x, 16, &n, reterr);

	if (rc != VT_OK)
		return rc;
	for (size_t i = 0; i < n && put < VT_COSIGNERS; i++) {
		bool again = false;

		for (size_t j = 0; j < i; j++)
			again |= strcmp(x[i].whose, x[j].whose) == 0;
		if (again)
			continue;
		put_line(&x[i], ret);
		put++;
	}
	return vt_buf_status(ret, reterr);
}

/* ---- as a witness: rows ---- */

static struct vt_key
witnessed_key(const char *origin)
{
	vt_hash h = vt_sha256(vt_span_str(origin));
	struct vt_key k = { .n = 0 };

	vt_key_bytes(&k, h.b, sizeof(h.b));
	return k;
}

static void
witnessed_encode(const struct vt_witnessed *x, struct vt_buf *ret)
{
	VT_BUF_AUTO(vkey);

	vt_vkey_put(&x->log, &vkey);
	vt_cbor_map(ret, x->other.n > 0 ? 7 : 4);
	vt_cbor_uint(ret, 1);
	vt_cbor_text(ret, vt_buf_view(&vkey));
	vt_cbor_uint(ret, 2);
	vt_cbor_uint(ret, (uint64_t)x->seen);
	vt_cbor_uint(ret, 3);
	vt_cbor_text(ret, x->note);
	if (x->other.n > 0) {
		vt_cbor_uint(ret, 4);
		vt_cbor_text(ret, x->other);
		vt_cbor_uint(ret, 5);
		vt_cbor_uint(ret, (uint64_t)x->refused);
		vt_cbor_uint(ret, 6);
		vt_cbor_uint(ret, x->forked);
	}
	put_sum(ret, 7);
}

/* Borrowed from the row. */
static int
witnessed_decode(
    struct vt_span row, struct vt_witnessed *ret, struct vt_err *reterr)
{
	struct vt_witnessed x = { .refused = VT_TIME_NONE };
	struct vt_span vkey = { NULL, 0 };
	struct vt_checkpoint cp;
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t k;
	int rc;

	vt_cbor_open(&c, row);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &k)) {
		if (k == 1)
			vkey = vt_cbor_get_text(&c);
		else if (k == 2)
			x.seen = vt_cbor_get_int(&c);
		else if (k == 3)
			x.note = vt_cbor_get_text(&c);
		else if (k == 4)
			x.other = vt_cbor_get_text(&c);
		else if (k == 5)
			x.refused = vt_cbor_get_int(&c);
		else if (k == 6)
			x.forked = vt_cbor_get_uint(&c) == 1;
		else if (k == 7)
			(void)vt_cbor_get_hash(&c);
		else
			vt_cbor_fail(&c, "unknown field");
	}
	if (c.failed == VT_OK && !sum_holds(row))
		vt_cbor_fail(&c, "not as it was written");
	if ((rc = vt_take_end(&c, "ledger that was seen", reterr)) != VT_OK ||
	    (rc = vt_vkey_parse(vkey, VT_VKEY_LOG, &x.log, reterr)) != VT_OK ||
	    (rc = vt_checkpoint_parse(x.note, &cp, reterr)) != VT_OK)
		return rc;
	x.size = cp.size;
	x.root = cp.root;
	*ret = x;
	return VT_OK;
}

static int
witnessed_row(struct vt_txn *t, const char *origin, struct vt_witnessed *ret,
    struct vt_err *reterr)
{
	struct vt_key k = witnessed_key(origin);
	struct vt_span row;
	int rc = vt_tx_get(t, VT_T_WITNESSED, &k, &row, reterr);

	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no checkpoint of \"%s\" was seen here", origin);
	return rc == VT_OK ? witnessed_decode(row, ret, reterr) : rc;
}

int
vt_witnessed_get(struct vt_view *v, const char *origin,
    struct vt_witnessed *ret, struct vt_err *reterr)
{
	int rc = vt_view_check(v, reterr);

	return rc == VT_OK ? witnessed_row(v->txn, origin, ret, reterr) : rc;
}

int
vt_witness_alarm(struct vt_view *v, bool *ret, struct vt_err *reterr)
{
	struct vt_key at = { .n = 0 };
	struct vt_witnessed x;
	struct vt_span rk, rv;
	int rc = vt_view_check(v, reterr);

	*ret = false;
	while (rc == VT_OK && !*ret) {
		rc = vt_tx_ge(v->txn, VT_T_WITNESSED, &at, &rk, &rv, reterr);
		if (rc == VT_E_NOT_FOUND)
			return VT_OK;
		if (rc != VT_OK ||
		    (rc = witnessed_decode(rv, &x, reterr)) != VT_OK)
			return rc;
		*ret = x.other.n > 0;
		at.n = 0;
		vt_key_bytes(&at, rk.p, rk.n);
		vt_key_u8(&at, 0);
	}
	return rc;
}

/* ---- as a witness: taking ---- */

struct witness_op {
	struct vt_op op;
	const struct vt_vkey *log;
	struct vt_consistency c;
	struct vt_checkpoint cp;
	struct vt_witness_answer *ret;
};

/* Does it go on from what was seen? */
static bool
goes_on(const struct witness_op *o, const struct vt_witnessed *seen)
{
	struct vt_err err = VT_ERR_INIT;

	if (seen->size == 0)
		return o->c.proof.n == 0;
	return vt_ledger_verify_consistency(seen->size, o->cp.size, &o->c.proof,
		   &seen->root, &o->cp.root, &err) == VT_OK;
}

static int
witness_apply(struct vt_batch *b, struct vt_op *op, struct vt_err *reterr)
{
	struct witness_op *o = (struct witness_op *)(void *)op;
	struct vt_key k = witnessed_key(o->log->name);
	struct vt_witnessed x = { .refused = VT_TIME_NONE };
	VT_BUF_AUTO(v);
	int rc;

	if ((rc = vt_restored_gate(b->txn, reterr)) != VT_OK)
		return rc;
	rc = witnessed_row(b->txn, o->log->name, &x, reterr);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	*o->ret =
	    (struct vt_witness_answer){ .size = x.size, .forked = x.forked };
	if (x.size == o->cp.size && x.size > 0 &&
	    !vt_hash_eq(&x.root, &o->cp.root))
		o->ret->forked = true;
	else if (o->c.old_size != x.size) {
		o->ret->is = VT_WITNESS_STALE;
		return VT_OK;
	}
	if (!o->ret->forked && goes_on(o, &x)) {
		x.note = o->c.note;
		x.seen = b->time;
		x.other = VT_SPAN(NULL, 0);
		o->ret->size = o->cp.size;
	} else {
		o->ret->is = VT_WITNESS_REFUSED;
		/* The same again changes nothing; the first evidence of two
		 * histories stays. */
		if (x.forked || x.size == 0 || vt_span_eq(x.other, o->c.note))
			return VT_OK;
		x.other = o->c.note;
		x.refused = b->time;
		x.forked = o->ret->forked;
	}
	x.log = *o->log;
	witnessed_encode(&x, &v);
	return put_counted(b, VT_T_WITNESSED, &k, &v, reterr);
}

int
vt_witness_take(struct vt_store *s, const struct vt_vkey *log,
    struct vt_span request, struct vt_witness_answer *ret, struct vt_buf *line,
    struct vt_err *reterr)
{
	struct witness_op o = {
		.op = { .apply = witness_apply }, .log = log, .ret = ret
	};
	const struct vt_log_key *key;
	struct vt_vkey self;
	struct vt_span text, lines;
	vt_id node = { { 0 } };
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	if (s->read_only)
		return vt_err_set(reterr, VT_E_STORE_READ_ONLY,
		    "witness: the store was opened for reading");
	if ((rc = vt_consistency_parse(request, &o.c, reterr)) != VT_OK ||
	    (rc = vt_checkpoint_split(
		 o.c.note, &o.cp, &text, &lines, reterr)) != VT_OK)
		return rc;
	if (o.c.old_size > o.cp.size || o.cp.size == 0)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "witness: C2SP tlog-witness: the old size is beyond the "
		    "checkpoint's, or it is empty");
	if (strcmp(o.cp.origin, log->name) != 0)
		return vt_err_set(reterr, VT_E_LEDGER_PROOF,
		    "witness: the checkpoint is of \"%s\"", o.cp.origin);
	if ((rc = vt_checkpoint_verify(o.c.note, log->pub, &o.cp, reterr)) !=
		VT_OK ||
	    (rc = vt_witness_vkey(s, &self, reterr)) != VT_OK)
		return rc;
	o.op.weight = 4096 + request.n;
	if ((rc = vt_queue_run(&s->writer.queue, &o.op, reterr)) != VT_OK ||
	    ret->is != VT_WITNESS_SIGNED)
		return rc;
	if ((rc = vt_log_key_get(s, &node, &key, reterr)) != VT_OK)
		return rc;
	return vt_cosign(text, &self, vt_secret_view(key->seed), vt_now(s->ctx),
	    line, reterr);
}

int
vt_witness_vkey(struct vt_store *s, struct vt_vkey *ret, struct vt_err *reterr)
{
	struct vt_vkey k = { .type = VT_VKEY_COSIGNER };
	const struct vt_log_key *key;
	struct vt_err err = VT_ERR_INIT;
	vt_id node = { { 0 } };
	int rc = vt_log_key_get(s, &node, &key, &err);

	if (rc == VT_E_NO_INPUT && !s->read_only) {
		/* who came second finds the first one's */
		if (vt_log_key_create(s, &node, &err) != VT_OK)
			vt_log_err("witness.key", &err);
		rc = vt_log_key_get(s, &node, &key, &err);
	}
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	(void)snprintf(k.name, sizeof(k.name), "%.38s/w", s->super.domain);
	memcpy(k.pub, key->pub, sizeof(k.pub));
	vt_vkey_id(&k);
	*ret = k;
	return VT_OK;
}

/* ---- check ---- */

static int
cosigned_check(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	uint64_t size = vt_be64(key.p + 4), *n = arg;
	uint32_t agency_no = vt_be32(key.p);
	uint8_t raw[VT_COSIGNATURE];
	struct vt_cosigned x;
	VT_BUF_AUTO(note);
	VT_BUF_AUTO(line);
	struct vt_span text;
	struct vt_err err;
	vt_time time;
	int rc;

	++*n;
	if ((rc = cosigned_decode(key, value, &x, reterr)) != VT_OK)
		return rc;
	rc = text_of(
	    c->store, c->r.records, agency_no, size, &note, &text, &err);
	if (rc == VT_OK) {
		put_line(&x, &line);
		rc = vt_cosignature_find(
		    text, vt_buf_view(&line), &x.by, raw, &time, &err);
	}
	if (rc == VT_E_CONFLICT || rc == VT_E_LEDGER_PROOF) {
		vt_check_finding(c,
		    "cosignature of %s over %u/%" PRIu64
		    ": it is over another ledger, or that was cut",
		    x.by.name, agency_no, size);
		return VT_OK;
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

static int
witnessed_check(struct vt_check *c, void *arg, struct vt_span key,
    struct vt_span value, struct vt_err *reterr)
{
	struct vt_checkpoint cp;
	struct vt_witnessed x;
	struct vt_err err;
	uint64_t *n = arg;
	struct vt_key k;
	int rc;

	++*n;
	if ((rc = witnessed_decode(value, &x, reterr)) != VT_OK)
		return rc;
	k = witnessed_key(x.log.name);
	if (!vt_span_eq(key, VT_SPAN(k.b, k.n)) ||
	    vt_checkpoint_verify(x.note, x.log.pub, &cp, &err) != VT_OK ||
	    strcmp(cp.origin, x.log.name) != 0 ||
	    (x.other.n > 0 &&
		vt_checkpoint_verify(x.other, x.log.pub, &cp, &err) != VT_OK))
		vt_check_finding(c,
		    "ledger %s that was seen: not signed by its key",
		    x.log.name);
	return VT_OK;
}

int
vt_check_witness(struct vt_check *c, struct vt_err *reterr)
{
	struct vt_key all = { .n = 0 };
	uint64_t is[2] = { 0, 0 }, want[2];
	int rc = counted_get(c->r.records, want, reterr);

	if (rc == VT_OK)
		rc = vt_check_rows(
		    c, VT_T_COSIGNATURE, &all, cosigned_check, &is[0], reterr);
	if (rc == VT_OK && !c->stopped)
		rc = vt_check_rows(
		    c, VT_T_WITNESSED, &all, witnessed_check, &is[1], reterr);
	if (rc == VT_OK && !c->stopped &&
	    (is[0] != want[0] || is[1] != want[1]))
		vt_check_finding(c,
		    "witnesses: %" PRIu64 " cosignatures and %" PRIu64
		    " ledgers seen, %" PRIu64 " and %" PRIu64 " were written",
		    is[0], is[1], want[0], want[1]);
	return rc;
}
