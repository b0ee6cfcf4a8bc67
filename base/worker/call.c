/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One job, from the caller's side: the worker is not trusted with anything. */
#include <errno.h>

#include "base/limits.h"
#include "base/worker/frame.h"
#include "base/worker/pool.h"
#include "base/worker/verdict.h"
#include "base/worker/wire.h"

#define REPLY_CHUNK ((size_t)1 << 20)

static size_t
jobs_max(const struct vt_worker_kind *k)
{
	return k->jobs_max == 0 ? 1 : k->jobs_max;
}

static uint64_t
wall_ms(const struct vt_worker_kind *k)
{
	return k->wall_ms == 0 ? VT_L(WORKER_WALL_MS) : k->wall_ms;
}

/* What the worker's end says, once its socket is closed or it was killed. */
static int
verdict(struct vt_spawner *s, struct vt_worker *w, struct vt_err *reterr)
{
	const struct vt_worker_kind *k = &s->kinds[w->kind];
	uint8_t packet[VT_WIRE_PACKET];
	uint64_t numbers[VT_FRAME_NUMBERS];
	int fds[VT_WIRE_FDS];
	enum vt_frame_kind kind;
	size_t n = 0, n_fds = 0;
	int rc;

	/* It is ending: the kernel closed its socket before it became a
	 * zombie. One that closed its socket itself stays alive. */
	rc = vt_wire_packet_recv(w->life,
	    vt_wire_now() + (int64_t)VT_WORKER_GRACE_MS * 1000, packet, fds,
	    &n_fds);
	if (rc == -ETIMEDOUT)
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "worker %s closed its socket and lived on; it was ended",
		    k->name);
	if (rc < 0)
		return vt_pool_spawner_gone(reterr);
	vt_wire_close_all(fds, n_fds);
	if (vt_frame_numbers_get(VT_SPAN(packet, (size_t)rc), &kind, numbers,
		&n, reterr) != VT_OK ||
	    kind != VT_FRAME_EXIT || n != 2)
		return vt_pool_spawner_gone(reterr);
	return vt_worker_verdict(k, (int)numbers[0], numbers[1], reterr);
}

/* rc: a negative errno of the wire. */
static int
broken(struct vt_spawner *s, struct vt_worker *w, int rc, struct vt_err *reterr)
{
	const struct vt_worker_kind *k = &s->kinds[w->kind];

	if (rc == -EPIPE)
		return verdict(s, w, reterr);
	if (rc == -ETIMEDOUT)
		return vt_err_set(reterr, VT_E_WORKER_TIMEOUT,
		    "worker %s: answer within %llu ms wanted, none found; it "
		    "was ended",
		    k->name, (unsigned long long)wall_ms(k));
	return vt_err_errno(reterr, VT_E_IO, -rc, "worker %s", k->name);
}

/* Appends length bytes from the worker. 0, a negative errno of the wire, or
 * -ENOBUFS when reply cannot take them; then it is as long as before. */
static int
receive_reply(
    struct vt_worker *w, int64_t deadline, size_t length, struct vt_buf *reply)
{
	size_t before = reply->n;
	int rc = 0;

	while (length > 0 && rc == 0) {
		size_t n = length < REPLY_CHUNK ? length : REPLY_CHUNK;
		uint8_t *p = vt_buf_extend(reply, n);

		rc = p == NULL ? -ENOBUFS
			       : vt_wire_recv(w->data, deadline, p, n);
		length -= n;
	}
	if (rc != 0)
		vt_buf_truncate(reply, before);
	return rc;
}

/* Receives the answer. *ret_last: the worker is not to be used again. */
static int
receive_answer(struct vt_spawner *s, struct vt_worker *w, int64_t deadline,
    struct vt_buf *reply, bool *ret_last, struct vt_err *reterr)
{
	const struct vt_worker_kind *k = &s->kinds[w->kind];
	size_t max =
	    k->output_max == 0 ? VT_L(WORKER_MESSAGE_MAX) : k->output_max;
	uint8_t head[VT_FRAME_HEAD], text[VT_FRAME_ERROR_MAX];
	struct vt_err answered = VT_ERR_INIT;
	struct vt_frame f;
	int rc, wire;

	*ret_last = true;
	wire = vt_wire_recv(w->data, deadline, head, sizeof(head));
	if (wire != 0)
		return broken(s, w, wire, reterr);
	rc = vt_frame_get(head, &f, reterr);
	if (rc != VT_OK)
		return rc;

	switch (f.kind) {
	case VT_FRAME_REPLY:
	case VT_FRAME_REPLY_LAST:
		if (f.length > max)
			return vt_err_set(reterr, VT_E_WORKER_LIMIT,
			    "worker %s: reply of at most %zu bytes wanted, "
			    "%llu announced",
			    k->name, max, (unsigned long long)f.length);
		wire = receive_reply(w, deadline, (size_t)f.length, reply);
		if (wire == -ENOBUFS)
			return vt_buf_status(reply, reterr);
		if (wire != 0)
			return broken(s, w, wire, reterr);
		*ret_last = f.kind == VT_FRAME_REPLY_LAST;
		return VT_OK;
	case VT_FRAME_ERROR:
	case VT_FRAME_ERROR_LAST:
		wire = vt_wire_recv(w->data, deadline, text, (size_t)f.length);
		if (wire != 0)
			return broken(s, w, wire, reterr);
		rc = vt_frame_error_get(
		    VT_SPAN(text, f.length), &answered, reterr);
		if (rc != VT_OK)
			return rc;
		*ret_last = f.kind == VT_FRAME_ERROR_LAST;
		if (reterr != NULL)
			*reterr = answered;
		return answered.code;
	default:
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "worker %s: reply or error wanted, frame of kind %d found",
		    k->name, (int)f.kind);
	}
}

static int
run_job(struct vt_spawner *s, struct vt_worker *w,
    const struct vt_job_call *call, struct vt_buf *reply, bool *ret_last,
    struct vt_err *reterr)
{
	const struct vt_worker_kind *k = &s->kinds[w->kind];
	int64_t deadline = vt_wire_now() + (int64_t)wall_ms(k) * 1000;
	uint8_t head[VT_FRAME_HEAD];
	bool final = ++w->jobs >= jobs_max(k);
	int rc, wire;

	vt_frame_put(head, VT_FRAME_JOB, call->request.n);
	wire = vt_wire_send(w->data, deadline, VT_SPAN(head, sizeof(head)),
	    call->request, call->fds, call->n_fds);
	/* One that ended early may have said why before. */
	if (wire == 0 || wire == -EPIPE) {
		rc = receive_answer(s, w, deadline, reply, ret_last, reterr);
	} else {
		*ret_last = true;
		rc = broken(s, w, wire, reterr);
	}
	*ret_last = *ret_last || final;
	return rc;
}

static size_t
find_kind(const struct vt_spawner *s, const char *name)
{
	size_t i = 0;

	while (i < s->n_kinds && strcmp(s->kinds[i].name, name) != 0)
		i++;
	VT_ASSERT(i < s->n_kinds);
	return i;
}

int
vt_spawner_call(struct vt_spawner *s, const struct vt_job_call *call,
    struct vt_buf *reply, struct vt_err *reterr)
{
	struct vt_worker *w = NULL;
	bool last = true;
	size_t kind;
	int rc;

	VT_CHECK(s, VT_SPAWNER_MAGIC);
	VT_ASSERT(call->n_fds <= VT_JOB_FDS);
	kind = find_kind(s, call->kind);
	if (call->request.n > VT_L(WORKER_MESSAGE_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "request to worker %s: at most %zu bytes wanted "
		    "(WORKER_MESSAGE_MAX), %zu found",
		    call->kind, VT_L(WORKER_MESSAGE_MAX), call->request.n);

	vt_pool_count_call(s, true);
	rc = vt_pool_take(s, kind, &w, reterr);
	if (rc == VT_OK) {
		rc = run_job(s, w, call, reply, &last, reterr);
		vt_pool_give_back(s, w, !last);
	}
	vt_pool_count_call(s, false);
	return rc;
}
