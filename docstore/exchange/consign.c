/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Consignments: made by an act, read by a later one, known when they or their
 * document come again. */
#include "base/text.h"
#include "docstore/store_priv.h"

const char *
vt_transport_kind_name(enum vt_transport_kind k)
{
	static const char *const names[] = { "", "axis", "direct", "wrapper",
		"file", "tenant", "hosted" };
	size_t i = (size_t)k;

	return i < sizeof(names) / sizeof(names[0]) ? names[i] : "";
}

const char *
vt_consign_state_name(enum vt_consign_state s)
{
	static const char *const names[] = { "", "stored", "arrived", "refused",
		"quarantined", "applied", "duplicate" };
	size_t i = (size_t)s;

	return i < sizeof(names) / sizeof(names[0]) ? names[i] : "";
}

/* ---- keys ---- */

/* The texts may be longer than a key: their SHA-256, with a NUL between. */
static struct vt_key
key_of_two(uint32_t agency_no, const char *x, const char *y)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();
	struct vt_key k = { .n = 0 };
	vt_hash d;

	vt_sha256_put(h, x, strlen(x) + 1);
	vt_sha256_put(h, y, strlen(y));
	d = vt_sha256_end(h);
	vt_key_u32(&k, agency_no);
	vt_key_bytes(&k, d.b, sizeof(d.b));
	return k;
}

struct vt_key
vt_key_external(
    uint32_t agency_no, enum vt_transport_kind transport, const char *external)
{
	return key_of_two(
	    agency_no, vt_transport_kind_name(transport), external);
}

struct vt_key
vt_key_document(uint32_t agency_no, const char *from, const char *document)
{
	return key_of_two(agency_no, from, document);
}

/* ---- deciding ---- */

int
vt_consign_ours(struct vt_apply *x, const vt_id *id, struct vt_err *reterr)
{
	struct vt_ref ref;
	int rc;

	if (vt_id_is_zero(id))
		return VT_OK;
	rc = vt_row_ref(x->b->txn, id, VT_OBJECT_CONSIGNMENT, &ref, reterr);
	if (rc == VT_OK && ref.agency_no != x->st.agency_no)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no consignment of this agency has this id");
	return rc;
}

/* The row as the step leaves it, recorded whole. */
static int
record(struct vt_apply *x, struct vt_srec *r, struct vt_consignment *c,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(row);
	bool ok = true;
	int rc;

	c->changed_at = x->rec.time;
	c->last_act = x->st.acts;
	vt_consign_encode(c, &row);
	if ((rc = vt_buf_status(&row, reterr)) != VT_OK)
		return rc;
	r->seq = c->seq;
	r->blob = vt_arena_copy(x->arena, vt_buf_view(&row), &ok);
	return ok ? VT_OK : vt_nomem(reterr);
}

/* VT_OK with x->repeat when this packet has come before. */
static int
came_before(
    struct vt_apply *x, const struct vt_consignment *c, struct vt_err *reterr)
{
	struct vt_key k =
	    vt_key_external(x->st.agency_no, c->transport, c->external);
	struct vt_consignment old;
	struct vt_span v;
	struct vt_cbor cb;
	uint64_t seq;
	int rc;

	rc = vt_tx_get(x->b->txn, VT_T_CONSIGN_EXTERNAL, &k, &v, reterr);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK)
		return rc;
	vt_cbor_open(&cb, v);
	seq = vt_cbor_get_uint(&cb);
	if ((rc = vt_take_end(&cb, "consignment's id", reterr)) != VT_OK ||
	    (rc = vt_row_consign(x->b->txn, x->st.agency_no, seq, x->arena,
		 &old, reterr)) != VT_OK)
		return rc;
	if (!vt_hash_eq(&old.packet, &c->packet))
		return vt_err_set(reterr, VT_E_CONFLICT,
		    "consignment: another packet came under this id before");
	x->repeat = true;
	x->repeat_index = old.act;
	x->repeat_consign = seq;
	x->op->agency_no = x->st.agency_no;
	return VT_OK;
}

static int
decide_consign(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	struct vt_consignment c = x->op->prep[i].consign;
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_key k;
	struct vt_span v;
	int rc;

	if (i != 0 || x->paper != NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "act: a consignment is made by the first step of an act "
		    "that is on no paper");
	if ((rc = came_before(x, &c, reterr)) != VT_OK || x->repeat)
		return rc;
	k = vt_key_id(&c.id);
	rc = vt_tx_get(x->b->txn, VT_T_ID, &k, &v, reterr);
	if (rc == VT_OK)
		return vt_err_set(
		    reterr, VT_E_EXISTS, "consignment: this id is taken");
	if (rc != VT_E_NOT_FOUND)
		return rc;
	rc = vt_find_upload(x, &x->op->prep[i].files[0], &c.size, reterr);
	if (rc != VT_OK)
		return rc;
	c.seq = ++x->st.consignments;
	c.work = r->work = ++x->work;
	c.created_at = x->rec.time;
	if (c.received_at == 0)
		c.received_at = x->rec.time;
	c.act = x->st.acts;
	x->rec.main = c.packet; /* what the receipt is about */
	return record(x, r, &c, reterr);
}

/* What was found takes the place of what stood there. */
static void
take_reading(struct vt_consignment *c, const struct vt_consignment *n)
{
	if (n->kind != 0)
		c->kind = n->kind;
	c->type = n->type;
	c->about = n->about;
	c->itself = n->itself;
	c->from_code = n->from_code;
	c->from_name = n->from_name;
	c->document_id = n->document_id;
	c->code = n->code;
	c->promulgated = n->promulgated;
	c->subject = n->subject;
	c->findings = n->findings;
	c->work = 0;
}

static int
paper_fits(struct vt_apply *x, const vt_id *paper, struct vt_err *reterr)
{
	struct vt_ref ref;
	int rc;

	if (vt_id_is_zero(paper) || vt_id_eq(paper, &x->rec.paper))
		return VT_OK;
	rc = vt_row_ref(x->b->txn, paper, VT_OBJECT_PAPER, &ref, reterr);
	if (rc == VT_OK && ref.agency_no != x->st.agency_no)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no paper of this agency has this id");
	return rc;
}

/* How many of one document are looked at, the newest first: while a paper
 * stands, no other is made of it unless a person says so. */
#define STANDING_MAX 64

bool
vt_consign_may_stand(const struct vt_consignment *c)
{
	return !vt_id_is_zero(&c->paper) && c->kind == VT_CONSIGN_EDOC &&
	       (c->state == VT_CONSIGN_ARRIVED ||
		   c->state == VT_CONSIGN_APPLIED ||
		   /* what it asked was declined; its paper is here */
		   (c->state == VT_CONSIGN_REFUSED && c->type != VT_EDOC_NEW));
}

/* Was the paper that was made of it refused, or taken back? */
static int
paper_is_gone(struct vt_apply *x, struct vt_arena *a,
    const struct vt_consignment *c, bool *ret, struct vt_err *reterr)
{
	struct vt_paper p;
	struct vt_ref ref;
	int rc;

	*ret = false;
	if (vt_id_is_zero(&c->paper))
		return VT_OK;
	if ((rc = vt_row_ref(x->b->txn, &c->paper, VT_OBJECT_PAPER, &ref,
		 reterr)) != VT_OK ||
	    (rc = vt_row_paper(
		 x->b->txn, ref.agency_no, ref.seq, a, &p, reterr)) != VT_OK)
		return rc;
	*ret = p.state == VT_PAPER_REFUSED || p.state == VT_PAPER_TAKEN_BACK;
	return VT_OK;
}

/* Does this consignment's paper still stand for its document? */
static int
stands(struct vt_apply *x, struct vt_arena *a, const struct vt_consignment *c,
    bool *ret, struct vt_err *reterr)
{
	bool gone = true;
	int rc = VT_OK;

	if (vt_consign_may_stand(c))
		rc = paper_is_gone(x, a, c, &gone, reterr);
	*ret = !gone;
	return rc;
}

/* The same edoc, whatever brought it; or, when its paper would be made, one
 * whose paper is that document already. */
static bool
is_again(
    const struct vt_consignment *old, const struct vt_consignment *c, bool made)
{
	if (old->type == c->type && vt_hash_eq(&old->about, &c->about))
		return true;
	return made && !old->itself && !c->itself;
}

/* An edoc that came before, or a second paper of a document that is here
 * (made: the act makes one). */
static int
document_new(struct vt_apply *x, const struct vt_consignment *c, bool made,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	struct vt_key prefix =
	    vt_key_document(x->st.agency_no, c->from_code, c->document_id);
	struct vt_key at = prefix;
	struct vt_consignment old;
	struct vt_scan s;
	bool found;
	int rc;

	vt_key_u64(&at, UINT64_MAX);
	s = vt_scan_down(x->b->txn, VT_T_CONSIGN_DOCUMENT, &prefix, &at);
	for (size_t n = 0; n < STANDING_MAX && vt_scan_next(&s, reterr); n++) {
		if ((rc = vt_scratch(&scratch, reterr)) != VT_OK ||
		    (rc = vt_row_consign(x->b->txn, x->st.agency_no,
			 vt_be64(s.k.p + 36), scratch, &old, reterr)) !=
			VT_OK ||
		    (rc = stands(x, scratch, &old, &found, reterr)) != VT_OK)
			return rc;
		if (!found || old.seq == c->seq || !is_again(&old, c, made))
			continue;
		x->op->hint.paper = old.paper;
		x->op->hint.consignment = old.id;
		return vt_err_set(reterr, VT_E_EXISTS,
		    "consignment: a paper was made of the document \"%s\" "
		    "already",
		    c->document_id);
	}
	return s.rc;
}

/* stuck: it is to be read, and nothing is going to. gone: its paper was
 * refused or taken back. */
static bool
may_follow(const struct vt_consignment *c, enum vt_consign_state st, bool stuck,
    bool gone)
{
	bool anew =
	    st == VT_CONSIGN_STORED && gone && c->kind == VT_CONSIGN_EDOC;

	switch (c->state) {
	case VT_CONSIGN_STORED:
		return st != VT_CONSIGN_STORED || stuck;
	case VT_CONSIGN_QUARANTINED:
		return true;
	case VT_CONSIGN_ARRIVED:
		return st == VT_CONSIGN_APPLIED || st == VT_CONSIGN_REFUSED ||
		       anew;
	case VT_CONSIGN_REFUSED: /* a paper would be made once more */
		return st == VT_CONSIGN_STORED &&
		       (vt_id_is_zero(&c->paper) || anew);
	case VT_CONSIGN_DUPLICATE:
		return anew;
	default:
		return false;
	}
}

static int
decide_read(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_consignment *n = &x->op->prep[i].consign;
	struct vt_srec *r = &x->rec.steps[i];
	struct vt_consignment c;
	enum vt_consign_state was;
	struct vt_ref ref;
	bool waits = false, gone = false;
	int rc;

	rc = vt_row_ref(x->b->txn, &n->id, VT_OBJECT_CONSIGNMENT, &ref, reterr);
	if (rc == VT_OK && ref.agency_no != x->st.agency_no)
		rc = vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no consignment of this agency has this id");
	if (rc != VT_OK || (rc = vt_row_consign(x->b->txn, ref.agency_no,
				ref.seq, x->arena, &c, reterr)) != VT_OK)
		return rc;
	was = c.state;
	if (n->state == VT_CONSIGN_STORED &&
	    ((rc = vt_work_exists(x->b->txn, c.work, &waits, reterr)) !=
		    VT_OK ||
		(rc = paper_is_gone(x, x->arena, &c, &gone, reterr)) != VT_OK))
		return rc;
	if (!may_follow(&c, n->state, !waits, gone))
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "consignment: it is \"%s\"%s and cannot become \"%s\"",
		    vt_consign_state_name(was),
		    vt_id_is_zero(&c.paper) ? "" : ", has a paper",
		    vt_consign_state_name(n->state));
	r->sub = c.state = n->state;
	c.note = n->note;
	if (n->state == VT_CONSIGN_STORED) { /* to be read again */
		c.work = r->work = ++x->work;
		if (gone) /* it keeps its own history */
			memset(&c.paper, 0, sizeof(c.paper));
		return record(x, r, &c, reterr);
	}
	r->work = c.work;
	if (was != VT_CONSIGN_ARRIVED)
		take_reading(&c, n);
	if (!vt_id_is_zero(&n->paper))
		c.paper = n->paper;
	else if (!vt_id_is_zero(&x->rec.paper))
		c.paper = x->rec.paper;
	if ((rc = paper_fits(x, &c.paper, reterr)) != VT_OK)
		return rc;
	if (c.state == VT_CONSIGN_ARRIVED && c.type != 0 &&
	    *c.document_id != '\0' && !vt_id_is_zero(&c.paper) &&
	    !x->op->prep[i].again &&
	    (rc = document_new(x, &c, vt_id_is_zero(&n->paper), reterr)) !=
		VT_OK)
		return rc;
	return record(x, r, &c, reterr);
}

int
vt_consign_decide(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	return x->rec.steps[i].kind == VT_STEP_CONSIGN
		   ? decide_consign(x, i, reterr)
		   : decide_read(x, i, reterr);
}

/* ---- rows ---- */

static int
put_arrival(struct vt_apply *x, uint64_t seq, uint32_t no,
    const struct vt_consignment *c, struct vt_err *reterr)
{
	struct vt_consign_arrival a = { .received_at = c->received_at,
		.packet = c->packet,
		.headers = c->headers };
	struct vt_key k = vt_key_log(x->st.agency_no, seq, no);
	VT_BUF_AUTO(v);

	if (a.received_at == 0)
		a.received_at = x->b->time;
	vt_arrival_encode(&a, &v);
	return vt_batch_put(x->b, VT_T_CONSIGN_LOG, &k, &v, reterr);
}

int
vt_consign_repeat(struct vt_apply *x, struct vt_err *reterr)
{
	struct vt_key prefix = vt_key_row(x->st.agency_no, x->repeat_consign);
	struct vt_key at =
	    vt_key_log(x->st.agency_no, x->repeat_consign, UINT32_MAX);
	struct vt_span k, row;
	uint32_t no = 0;
	int rc;

	rc = vt_tx_last(
	    x->b->txn, VT_T_CONSIGN_LOG, &prefix, &at, &k, &row, reterr);
	if (rc != VT_OK && rc != VT_E_NOT_FOUND)
		return rc;
	if (rc == VT_OK)
		no = vt_be32(k.p + 12);
	if (no >= VT_L(CONSIGN_LOG_MAX))
		return VT_OK;
	return put_arrival(
	    x, x->repeat_consign, no + 1, &x->op->prep[0].consign, reterr);
}

/* Known by its document are those whose paper may stand for it. (Older
 * releases wrote a row for each.) */
static int
put_document(struct vt_apply *x, const struct vt_consignment *old,
    const struct vt_consignment *c, struct vt_err *reterr)
{
	bool same = strcmp(old->document_id, c->document_id) == 0 &&
		    strcmp(old->from_code, c->from_code) == 0;
	bool may = *c->document_id != '\0' && vt_consign_may_stand(c);
	struct vt_key k;
	VT_BUF_AUTO(null);
	int rc;

	if (*old->document_id != '\0' && !(same && may)) {
		k = vt_key_document(
		    x->st.agency_no, old->from_code, old->document_id);
		vt_key_u64(&k, c->seq);
		rc = vt_batch_del(x->b, VT_T_CONSIGN_DOCUMENT, &k, reterr);
		if (rc != VT_OK && rc != VT_E_NOT_FOUND)
			return rc;
	}
	if (!may)
		return VT_OK;
	k = vt_key_document(x->st.agency_no, c->from_code, c->document_id);
	vt_key_u64(&k, c->seq);
	vt_cbor_null(&null);
	return vt_batch_put(x->b, VT_T_CONSIGN_DOCUMENT, &k, &null, reterr);
}

static int
put_row(struct vt_apply *x, const struct vt_srec *r, struct vt_err *reterr)
{
	struct vt_key k = vt_key_row(x->st.agency_no, r->seq);
	VT_BUF_AUTO(v);

	vt_buf_span(&v, r->blob);
	return vt_batch_put(x->b, VT_T_CONSIGN, &k, &v, reterr);
}

static int
keep_consign(struct vt_apply *x, size_t i, struct vt_consignment *c,
    struct vt_err *reterr)
{
	struct vt_key k =
	    vt_key_external(x->st.agency_no, c->transport, c->external);
	VT_BUF_AUTO(seq);
	int rc;

	vt_cbor_uint(&seq, c->seq);
	if ((rc = vt_consume(x, &x->op->prep[i].files[0], reterr)) != VT_OK ||
	    (rc = vt_put_object(
		 x, &c->id, VT_OBJECT_CONSIGNMENT, c->seq, reterr)) != VT_OK ||
	    (rc = vt_batch_put(
		 x->b, VT_T_CONSIGN_EXTERNAL, &k, &seq, reterr)) != VT_OK)
		return rc;
	return put_arrival(x, c->seq, 1, c, reterr);
}

int
vt_consign_keep(struct vt_apply *x, size_t i, struct vt_err *reterr)
{
	const struct vt_srec *r = &x->rec.steps[i];
	struct vt_work_new w = {
		.kind = VT_WORK_PACKET, .subject = r->object, .due = x->rec.time
	};
	struct vt_consignment c, old;
	bool enqueue = r->kind == VT_STEP_CONSIGN;
	int rc;

	if ((rc = vt_consign_decode(r->blob, x->arena, &c, reterr)) != VT_OK)
		return rc;
	c.seq = r->seq;
	if (enqueue) {
		rc = keep_consign(x, i, &c, reterr);
	} else {
		enqueue = r->sub == VT_CONSIGN_STORED;
		rc = vt_row_consign(
		    x->b->txn, x->st.agency_no, c.seq, x->arena, &old, reterr);
		if (rc == VT_OK)
			rc = put_document(x, &old, &c, reterr);
	}
	if (rc != VT_OK || (rc = put_row(x, r, reterr)) != VT_OK ||
	    r->work == 0)
		return rc;
	return enqueue
		   ? vt_work_put_new(x, r->work, &w, reterr)
		   : vt_work_remove(x->b, r->work, reterr);
}

/* ---- reading ---- */

/* An id as prepare left it in the row: NFC, without spaces at its ends. What
 * cannot be cleaned is in no row. */
static bool
clean(const char *text, struct vt_buf *ret)
{
	return *text == '\0' ||
	       vt_text_clean(vt_span_str(text), VT_CONSIGN_ID_MAX, "id", ret,
		   NULL) == VT_OK;
}

int
vt_consign_get(struct vt_view *v, const vt_id *id, struct vt_consignment *ret,
    struct vt_err *reterr)
{
	struct vt_ref ref;
	int rc;

	if ((rc = vt_view_ref(v, id, VT_OBJECT_CONSIGNMENT, &ref, reterr)) !=
		VT_OK)
		return rc;
	return vt_row_consign(
	    v->txn, ref.agency_no, ref.seq, v->arena, ret, reterr);
}

int
vt_consign_by_external(struct vt_view *v, uint32_t agency_no,
    enum vt_transport_kind transport, const char *external,
    struct vt_consignment *ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(id);
	struct vt_span row;
	struct vt_cbor c;
	struct vt_key k;
	uint64_t seq;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	rc = VT_E_NOT_FOUND;
	if (clean(external, &id)) {
		k = vt_key_external(agency_no, transport, vt_buf_str(&id));
		rc = vt_tx_get(v->txn, VT_T_CONSIGN_EXTERNAL, &k, &row, reterr);
	}
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "no consignment of this agency has this external id");
	if (rc != VT_OK)
		return rc;
	vt_cbor_open(&c, row);
	seq = vt_cbor_get_uint(&c);
	if ((rc = vt_take_end(&c, "consignment's id", reterr)) != VT_OK)
		return rc;
	return vt_row_consign(v->txn, agency_no, seq, v->arena, ret, reterr);
}

int
vt_consign_by_document(struct vt_view *v, uint32_t agency_no,
    const struct vt_document_of *doc, struct vt_consignment *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr)
{
	struct vt_key prefix, at;
	VT_BUF_AUTO(from);
	VT_BUF_AUTO(id);
	struct vt_scan s;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	*ret_n = 0;
	if (!clean(doc->from_code, &from) || !clean(doc->document_id, &id))
		return VT_OK;
	prefix = at =
	    vt_key_document(agency_no, vt_buf_str(&from), vt_buf_str(&id));
	vt_key_u64(&at, doc->before == 0 ? UINT64_MAX : doc->before);
	s = vt_scan_down(v->txn, VT_T_CONSIGN_DOCUMENT, &prefix, &at);
	while (n < max && vt_scan_next(&s, reterr)) {
		if ((rc = vt_row_consign(v->txn, agency_no, vt_be64(s.k.p + 36),
			 v->arena, &ret[n], reterr)) != VT_OK)
			return rc;
		n++;
	}
	*ret_n = n;
	return s.rc;
}

int
vt_consign_list(struct vt_view *v, uint32_t agency_no,
    const struct vt_consign_filter *f, struct vt_consignment *ret, size_t max,
    size_t *ret_n, uint64_t *ret_next, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *scratch = NULL;
	struct vt_consignment c;
	unsigned int seen = 0;
	uint64_t seq, next = 0;
	struct vt_scan s;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_check(v, reterr)) != VT_OK)
		return rc;
	s = vt_scan_newest(v->txn, VT_T_CONSIGN, agency_no, f->before);
	while (n < max && vt_scan_next(&s, reterr)) {
		seq = vt_be64(s.k.p + 4);
		if ((rc = vt_scratch(&scratch, reterr)) != VT_OK ||
		    (rc = vt_row_consign(
			 v->txn, agency_no, seq, scratch, &c, reterr)) != VT_OK)
			return rc;
		if ((f->state == 0 || f->state == c.state) &&
		    (f->kind == 0 || f->kind == c.kind) &&
		    (rc = vt_row_consign(v->txn, agency_no, seq, v->arena,
			 &ret[n++], reterr)) != VT_OK)
			return rc;
		if (n == max || ++seen == VT_L(SEARCH_SCAN_MAX)) {
			next = seq;
			break;
		}
	}
	*ret_n = n;
	*ret_next = next > 1 ? next : 0; /* 1 is the oldest */
	return s.rc;
}

int
vt_consign_log(struct vt_view *v, const vt_id *id, uint32_t after,
    struct vt_consign_arrival *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr)
{
	struct vt_scan s;
	struct vt_ref ref;
	size_t n = 0;
	int rc;

	if ((rc = vt_view_ref(v, id, VT_OBJECT_CONSIGNMENT, &ref, reterr)) !=
		VT_OK)
		return rc;
	s = vt_scan_log(v->txn, VT_T_CONSIGN_LOG, &ref, after);
	while (n < max && vt_scan_next(&s, reterr)) {
		if ((rc = vt_arrival_decode(
			 s.row, v->arena, &ret[n], reterr)) != VT_OK)
			return rc;
		ret[n++].no = vt_be32(s.k.p + 12);
	}
	*ret_n = n;
	return s.rc;
}
