/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is sent between the two agencies and comes from elsewhere. */
#include "tests/property/walk.h"

static const char *const needed[] = { "receive", "sent", "failed", "arrived",
	"refused", "registered", "status", "resend", "take-back",
	"take-back-one", "recall", "replace", "consign", "repeat", "arrival",
	"consign-read", "accept", "refuse", "assign", "process", "finish",
	"opened", "asked", "take-back-answer", "forward", "print", "recalled" };

static int
received(struct doer *d, const vt_id *paper)
{
	struct vt_step st = { .kind = VT_STEP_RECEIVE };
	struct vt_delivery del = { .seq = 0 };
	struct vt_view *v;
	struct vt_err err;
	size_t n = 0;

	if (vt_view_begin(d->s, &v, &err) != VT_OK)
		return VT_E_INTERNAL;
	if (vt_delivery_list(v, paper, &del, 1, &n, &err) == VT_OK && n == 1)
		st.u.receive.delivery = del.id;
	vt_view_end(v);
	st.u.receive.series = "den";
	return do_step(d, NULL, st);
}

static int
status(struct side *s, const struct move *m, const vt_id *paper)
{
	static const uint32_t codes[] = { 1, 2, 3, 4, 5, 6, 13, 15, 16, 7, 91 };
	vt_id del = delivery_id(&s->d[0], paper, m->seed % 2);
	struct vt_step st = { .kind = VT_STEP_DELIVERED };

	st.u.delivered.delivery = del;
	st.u.delivered.state = VT_DELIVERY_ARRIVED + (unsigned)m->size % 7;
	st.u.delivered.note = "note";
	s->did = st.u.delivered.state == VT_DELIVERY_SENT         ? "sent"
		 : st.u.delivered.state == VT_DELIVERY_FAILED     ? "failed"
		 : st.u.delivered.state == VT_DELIVERY_ARRIVED    ? "arrived"
		 : st.u.delivered.state == VT_DELIVERY_REFUSED    ? "refused"
		 : st.u.delivered.state == VT_DELIVERY_REGISTERED ? "registered"
								  : "";
	if (m->seed % 3 == 0) {
		st.u.delivered.transport = VT_TRANSPORT_AXIS;
		st.u.delivered.attempts = 1 + (uint32_t)(m->seed % 4);
		st.u.delivered.sent_at = s->w.now;
	}
	if (m->reason % 2 == 0) {
		s->did = "status";
		st = status_step(&del, codes[m->size % 11],
		    s->w.now - (vt_time)(m->seed % 1000), "");
	}
	if (m->reason == 7) {
		s->did = "resend";
		st = (struct vt_step){ .kind = VT_STEP_RESEND };
		st.u.resend.delivery = del;
	}
	return do_step(&s->d[0], paper, st);
}

static int
recall(struct side *s, const struct move *m, const vt_id *paper)
{
	struct vt_step st = { .kind = VT_STEP_TAKE_BACK };
	const vt_id *other;

	st.u.take_back.note = "nhầm";
	s->did = "take-back";
	if (m->reason == 4) {
		s->did = "take-back-one";
		st.u.take_back.delivery =
		    delivery_id(&s->d[0], paper, m->seed % 2);
	}
	if (m->reason == 6) {
		s->did = "recall";
		other = &s->sent[m->seed % SENT];
		st = (struct vt_step){ .kind = VT_STEP_RECALL };
		st.u.recall.notice = *other;
	} else if (m->reason == 7) {
		s->did = "replace";
		other = &s->sent[m->seed % SENT];
		st = (struct vt_step){ .kind = VT_STEP_REPLACE };
		st.u.replace.by = *other;
	}
	return do_step(&s->d[0], paper, st);
}

static int
consign(struct side *s, const struct move *m)
{
	static const char *const documents[] = { "d1", "d2", "d3", "", "d5",
		"d6", "d7", "d8" };
	struct doer *d = &s->d[1];
	const char *document = documents[m->size % 8];
	vt_id *c = &s->consign[m->seed % CONSIGNS], made;
	char external[24];
	int rc;

	if (m->reason % 3 == 0) {
		(void)snprintf(external, sizeof(external), "%llu",
		    (unsigned long long)(m->seed %
					 (m->size % 2 == 0 ? 1000000 : 9)));
		rc = make_consign(d, external,
		    m->size % 9 == 0 ? "<other/>" : "<edXML/>", &made);
		s->did = rc == VT_OK && d->r.repeated ? "repeat" : "consign";
		if (rc == VT_OK && !d->r.repeated)
			s->consign[s->n_consign++ % CONSIGNS] = made;
		return rc;
	}
	if (m->reason % 3 == 1) {
		s->did = "arrival";
		rc = make_arrival(d, c, document, m->seed);
		if (rc == VT_OK)
			s->in[s->n_in++ % CONSIGNS] = d->paper;
		return rc;
	}
	s->did = "consign-read";
	return do_step(d, NULL,
	    read_step(c, 1 + (enum vt_consign_state)(m->size % 6), document));
}

static int
handle(struct side *s, const struct move *m)
{
	/* What ends a paper is drawn less often than what goes on with it. */
	static const enum vt_step_kind kinds[] = { VT_STEP_ACCEPT,
		VT_STEP_REFUSE, VT_STEP_ASSIGN, VT_STEP_PROCESS, VT_STEP_FINISH,
		VT_STEP_OPENED, VT_STEP_TAKE_BACK, VT_STEP_TAKE_BACK_ANSWER,
		VT_STEP_FORWARD, VT_STEP_PRINT, VT_STEP_RECALL, VT_STEP_ACCEPT,
		VT_STEP_ACCEPT, VT_STEP_ASSIGN, VT_STEP_ASSIGN, VT_STEP_ASSIGN,
		VT_STEP_ASSIGN, VT_STEP_PROCESS, VT_STEP_PROCESS,
		VT_STEP_PROCESS };
	struct vt_step st = {
		.kind = kinds[m->size % (sizeof(kinds) / sizeof(kinds[0]))]
	};
	vt_id *p = &s->in[m->seed % CONSIGNS];

	s->did = st.kind == VT_STEP_TAKE_BACK ? "asked"
		 : st.kind == VT_STEP_RECALL  ? "recalled"
					      : vt_step_kind_name(st.kind);
	switch (st.kind) {
	case VT_STEP_ACCEPT:
		st.u.accept.series = "den";
		break;
	case VT_STEP_REFUSE:
		st.u.refuse.note = "sai";
		break;
	case VT_STEP_ASSIGN:
		st.u.assign.person = s->clerk;
		st.u.assign.unit = "Phòng";
		break;
	case VT_STEP_TAKE_BACK_ANSWER:
		st.u.take_back_answer.agree = m->seed % 3 == 0;
		break;
	case VT_STEP_FORWARD:
		st.u.forward.unit = "Phòng";
		break;
	case VT_STEP_PRINT:
		st.u.print.what = VT_PRINT_COPY;
		st.u.print.copies = 2;
		break;
	case VT_STEP_RECALL:
		st.u.recall.notice = s->in[m->paper % CONSIGNS];
		break;
	default:
		break;
	}
	return do_step(&s->d[1], p, st);
}

static int
receive(struct side *s, const struct move *m)
{
	s->did = "receive";
	return received(&s->d[1], &s->sent[m->paper % SENT]);
}

static int
status_of_sent(struct side *s, const struct move *m)
{
	return status(s, m, &s->sent[m->paper % SENT]);
}

static int
recall_one(struct side *s, const struct move *m)
{
	return recall(s, m,
	    m->seed % 5 == 0 ? &s->paper[m->paper % PAPERS]
			     : &s->sent[m->paper % SENT]);
}

static const struct walk_verb verbs[] = { { 4, receive }, { 8, status_of_sent },
	{ 4, recall_one }, { 8, consign }, { 20, handle } };

static int
begin(struct side *s)
{
	return make_person(&s->d[1], "Văn thư", &s->clerk);
}

WALK_NOUN_OF(exchange, begin, NULL);
