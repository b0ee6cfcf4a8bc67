/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/destruction.h"

#include "api/office/incoming.h"
#include "api/office/work.h"
#include "base/cbor.h"
#include "base/limits.h"

#define KEY_SIZE (1 + VT_ID_SIZE) /* "D", the paper */

enum { N_VERSION = 1, N_REASON, N_NOTE, N_DECISION, N_WIPE, N_WHO, N_AT };

static const char *const reasons[] = { "", "secret", "disposal", "court" };

enum vt_destroy_reason
vt_destroy_reason_parse(const char *name)
{
	for (size_t i = 1; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(reasons[i], name) == 0)
			return (enum vt_destroy_reason)i;
	return (enum vt_destroy_reason)0;
}

const char *
vt_destroy_reason_name(enum vt_destroy_reason r)
{
	return r > 0 && r <= VT_DESTROY_REASON_MAX ? reasons[r] : "";
}

static void
key_of(const vt_id *paper, uint8_t ret[static KEY_SIZE])
{
	ret[0] = 'D';
	memcpy(ret + 1, paper->b, VT_ID_SIZE);
}

/* ---- asking ---- */

static int
note_write(const struct vt_office *o, const struct vt_request *rq,
    const struct vt_destruction *d, struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_cbor_key(&w, N_VERSION);
	vt_cbor_uint(ret, 1);
	vt_cbor_key(&w, N_REASON);
	vt_cbor_uint(ret, d->reason);
	vt_cbor_key(&w, N_NOTE);
	vt_cbor_str(ret, d->note);
	vt_cbor_key(&w, N_DECISION);
	vt_cbor_id(ret, &d->decided);
	vt_cbor_key(&w, N_WIPE);
	vt_cbor_bool(ret, d->wipe);
	vt_cbor_key(&w, N_WHO);
	vt_cbor_id(ret, &rq->actor->person);
	vt_cbor_key(&w, N_AT);
	vt_cbor_int(ret, vt_now(o->o.ctx));
	vt_cbor_map_end(&w);
	return vt_buf_status(ret, reterr);
}

/* The paper is ours and still has its bytes. */
static int
check_paper(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_incoming in;
	struct vt_paper p;
	int rc;

	if ((rc = vt_incoming_load(o, paper, rq->actor->agency_no, rq->if_match,
		 &in, reterr)) != VT_OK ||
	    (rc = vt_office_view_all(o, &v, reterr)) != VT_OK ||
	    (rc = vt_paper_get(v, paper, &p, reterr)) != VT_OK)
		return rc;
	if (p.destroyed_at != VT_TIME_NONE)
		return vt_err_set(reterr, VT_E_DESTROYED,
		    "destroy: the paper was destroyed already");
	return VT_OK;
}

int
vt_office_ask_destroy(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_destruction *d,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step = { .kind = VT_STEP_ENTRY };
	struct vt_entry_change change = { .kind = VT_ENTRY_NOTE,
		.expect = VT_ENTRY_ANY };
	struct vt_destruction x = *d;
	uint8_t key[KEY_SIZE];
	struct vt_act act;
	VT_BUF_AUTO(value);
	VT_BUF_AUTO(note);
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_ASK_DESTROY, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done || (rc = check_paper(o, rq, paper, reterr)) != VT_OK)
		return rc;
	if (d->reason < VT_DESTROY_SECRET || d->reason > VT_DESTROY_REASON_MAX)
		return vt_err_set(reterr, VT_E_INVALID,
		    "destroy: the reason is secret, disposal or court");
	/* Either says what was decided; the text is needed without a paper. */
	if (d->decision != NULL)
		x.decided = *d->decision;
	if ((d->decision == NULL || *d->note != '\0') &&
	    (rc = vt_incoming_reason(d->note, "destroy", &note, reterr)) !=
		VT_OK)
		return rc;
	x.note = vt_buf_str(&note);
	if ((rc = note_write(o, rq, &x, &value, reterr)) != VT_OK)
		return rc;
	key_of(paper, key);
	change.key = VT_SPAN(key, sizeof(key));
	change.value = vt_buf_view(&value);
	step.u.entry.changes = &change;
	step.u.entry.n = 1;
	vt_office_act(rq, paper, &step, 1, &act);
	return vt_office_do(o, rq, &act, ret, reterr);
}

static void
note_field(
    struct vt_cbor *c, uint64_t key, struct vt_destruction *d, char *text)
{
	switch (key) {
	case N_VERSION:
		if (vt_cbor_get_uint(c) != 1)
			vt_cbor_fail(c, "unknown version");
		break;
	case N_REASON:
		d->reason = (enum vt_destroy_reason)vt_cbor_get_uint(c);
		break;
	case N_NOTE:
		vt_cbor_get_str(c, text, VT_L(NOTE_MAX) * 4 + 1);
		break;
	case N_DECISION:
		d->decided = vt_cbor_get_id(c);
		break;
	case N_WIPE:
		d->wipe = vt_cbor_get_bool(c);
		break;
	case N_WHO:
		d->asked_by = vt_cbor_get_id(c);
		break;
	case N_AT:
		d->asked_at = vt_cbor_get_int(c);
		break;
	default:
		vt_cbor_fail(c, "unknown field");
	}
}

int
vt_office_destruction_asked(struct vt_view *v, uint32_t agency_no,
    const vt_id *paper, struct vt_destruction *ret, struct vt_buf *room,
    struct vt_err *reterr)
{
	struct vt_destruction d = { .asked_at = VT_TIME_NONE };
	char text[VT_L(NOTE_MAX) * 4 + 1] = "";
	struct vt_cbor_map_reader m;
	uint8_t key[KEY_SIZE];
	struct vt_entry e;
	struct vt_cbor c;
	uint64_t field;
	int rc;

	key_of(paper, key);
	rc = vt_entry_get(
	    v, VT_ENTRY_NOTE, agency_no, VT_SPAN(key, sizeof(key)), &e, reterr);
	if (rc != VT_OK)
		return rc;
	vt_cbor_open(&c, e.value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &field))
		note_field(&c, field, &d, text);
	if (c.failed != VT_OK)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "the note of an ask to destroy a paper: %s", c.why);
	vt_buf_reset(room);
	vt_buf_puts(room, text);
	if ((rc = vt_buf_status(room, reterr)) != VT_OK)
		return rc;
	d.note = vt_buf_str(room);
	*ret = d;
	return VT_OK;
}

/* ---- ordering ---- */

static int
load_ask(struct vt_office *o, const struct vt_request *rq, const vt_id *paper,
    struct vt_destruction *ret, struct vt_buf *room, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	int rc;

	if ((rc = vt_office_view_all(o, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_office_destruction_asked(
	    v, rq->actor->agency_no, paper, ret, room, &err);
	if (rc == VT_E_NOT_FOUND)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "destroy: nobody asked for it yet; one asks, another one "
		    "orders it");
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	if (rc == VT_OK && vt_id_eq(&ret->asked_by, &rq->actor->person))
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "destroy: two persons are needed, and you asked for it");
	return rc;
}

int
vt_office_destroy(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_step step[2] = { { .kind = VT_STEP_DESTROY },
		{ .kind = VT_STEP_ENTRY } };
	struct vt_entry_change change = { .kind = VT_ENTRY_NOTE,
		.expect = VT_ENTRY_ANY };
	struct vt_destruction d;
	uint8_t key[KEY_SIZE];
	struct vt_act act;
	VT_BUF_AUTO(room);
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, VT_DUTY_DESTROY, reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK ||
	    done || (rc = check_paper(o, rq, paper, reterr)) != VT_OK ||
	    (rc = load_ask(o, rq, paper, &d, &room, reterr)) != VT_OK)
		return rc;
	step[0].u.destroy.reason = d.reason;
	step[0].u.destroy.asked_by = d.asked_by;
	step[0].u.destroy.decision = d.decided;
	step[0].u.destroy.note = d.note;
	step[0].u.destroy.wipe = d.wipe;
	key_of(paper, key);
	change.key = VT_SPAN(key, sizeof(key));
	step[1].u.entry.changes = &change; /* the ask is over */
	step[1].u.entry.n = 1;
	vt_office_act(rq, paper, step, 2, &act);
	rc = vt_office_do(o, rq, &act, ret, reterr);
	if (rc == VT_OK)
		vt_office_wake(o); /* erasing goes on behind */
	return rc;
}

/* All handlers have one type. */
int
vt_erase_work(struct vt_office *o, const struct vt_work *w,
    vt_time *ret_due, /* NOLINT(readability-non-const-parameter) */
    struct vt_err *reterr)
{
	uint64_t n;

	(void)w; /* whatever stands is erased together */
	(void)ret_due;
	return vt_destroy_finish(o->o.store, &n, reterr);
}

/* ---- the certificate ---- */

static void
when(struct vt_buf *b, const char *vi, const char *en, vt_time t)
{
	vt_buf_printf(b, "%s (%s): ", vi, en);
	vt_time_rfc3339(t, VT_TIME_VN_S, b);
	vt_buf_putc(b, '\n');
}

static void
file_line(struct vt_buf *b, const struct vt_destroyed_file *f)
{
	vt_buf_puts(b, "- SHA-256 ");
	vt_buf_hex(b, VT_SPAN(f->hash.b, VT_HASH_SIZE));
	vt_buf_printf(b, ", %llu byte: ", (unsigned long long)f->size);
	if (f->others > 0)
		vt_buf_printf(b,
		    "giữ lại, %llu hồ sơ khác có cùng tệp này (kept: %llu "
		    "other "
		    "records have the same file)\n",
		    (unsigned long long)f->others,
		    (unsigned long long)f->others);
	else if (f->held > 0)
		vt_buf_printf(b,
		    "đã hủy; %llu trong %llu mảnh là của cả tệp khác nên còn "
		    "(destroyed; %llu of %llu pieces are other files', too, "
		    "and stay)\n",
		    (unsigned long long)f->held, (unsigned long long)f->pieces,
		    (unsigned long long)f->held, (unsigned long long)f->pieces);
	else
		vt_buf_puts(b, "đã hủy toàn bộ (destroyed entirely)\n");
}

static void
certificate(const struct vt_destroyed *d, struct vt_buf *b)
{
	vt_buf_puts(b, "BIÊN BẢN TIÊU HỦY (CERTIFICATE OF DESTRUCTION)\n\n"
		       "Văn bản (paper): ");
	vt_buf_hex(b, VT_SPAN(d->paper.b, VT_ID_SIZE));
	vt_buf_printf(
	    b, "\nLý do (reason): %s\n", vt_destroy_reason_name(d->reason));
	when(b, "Có lệnh hủy lúc", "ordered", d->at);
	vt_buf_puts(b, "Việc (act): ");
	vt_buf_hex(b, VT_SPAN(d->act.b, VT_ID_SIZE));
	vt_buf_printf(b, ", lá sổ cái (ledger leaf) %llu\n",
	    (unsigned long long)d->index);
	if (d->done == VT_TIME_NONE) {
		vt_buf_puts(b, "Chưa xóa xong (not erased yet)\n");
	} else {
		when(b, "Đã xóa hết lúc", "erased", d->done);
		if (!d->replayed)
			vt_buf_printf(b, "Lá sổ cái (ledger leaf): %llu\n",
			    (unsigned long long)d->done_index);
	}
	vt_buf_printf(b,
	    "Trích yếu, tên, ý kiến (subject, names, opinions): "
	    "%s\n\nTệp (files):\n",
	    d->wipe ? "đã hủy (destroyed)" : "giữ lại (kept)");
	for (size_t i = 0; i < d->n_files; i++)
		file_line(b, &d->files[i]);
}

int
vt_office_certificate(struct vt_office *o, const struct vt_actor *who,
    const vt_id *paper, struct vt_buf *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_destroyed d;
	int rc;

	if ((rc = vt_office_may_read(who, reterr)) != VT_OK ||
	    (rc = vt_office_view_all(o, &v, reterr)) != VT_OK ||
	    (rc = vt_destroyed_get(v, paper, &d, reterr)) != VT_OK)
		return rc;
	if (d.agency_no != who->agency_no)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "no such paper of this agency");
	certificate(&d, ret);
	return vt_buf_status(ret, reterr);
}
