/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bounded queue with one taker, and waiting for one operation. */
#include <time.h>

#include "docstore/store_priv.h"

/* How long an upload waits for room in a queue: 400 times 5 ms. */
#define PATIENCE_STEPS   400
#define PATIENCE_STEP_NS 5000000L

int
vt_queue_init(struct vt_queue *q, size_t limit, struct vt_err *reterr)
{
	*q = (struct vt_queue){ .limit = limit };
	q->tail = &q->head;
	if (pthread_mutex_init(&q->lock, NULL) != 0 ||
	    pthread_cond_init(&q->more, NULL) != 0)
		return vt_err_set(
		    reterr, VT_E_NOMEM, "store: no memory for a queue");
	return VT_OK;
}

void
vt_queue_fini(struct vt_queue *q)
{
	VT_ASSERT(q->head == NULL);
	(void)pthread_cond_destroy(&q->more);
	(void)pthread_mutex_destroy(&q->lock);
}

int
vt_queue_push(struct vt_queue *q, struct vt_op *op, struct vt_err *reterr)
{
	bool full;

	op->next = NULL;
	op->rc = VT_OK;
	op->err = (struct vt_err)VT_ERR_INIT;
	op->settled = false;
	(void)pthread_mutex_lock(&q->lock);
	full = q->closed || q->n >= q->limit;
	op->taken = !full;
	if (!full) {
		*q->tail = op;
		q->tail = &op->next;
		q->n++;
		(void)pthread_cond_signal(&q->more);
	}
	(void)pthread_mutex_unlock(&q->lock);
	if (full)
		return vt_err_set(reterr, VT_E_BUSY,
		    "store: %zu operations are waiting for the writer already",
		    q->limit);
	return VT_OK;
}

struct vt_op *
vt_queue_take(struct vt_queue *q, size_t max_weight, size_t max_n)
{
	struct vt_op *head, **end;
	size_t weight = 0, n = 0;

	(void)pthread_mutex_lock(&q->lock);
	while (q->head == NULL && !q->closed)
		(void)pthread_cond_wait(&q->more, &q->lock);
	head = q->head;
	end = &head;
	/* One operation always goes, however heavy. */
	while (*end != NULL && n < max_n &&
	       (n == 0 || weight + (*end)->weight <= max_weight)) {
		weight += (*end)->weight;
		n++;
		end = &(*end)->next;
	}
	q->head = *end;
	*end = NULL;
	q->n -= n;
	if (q->head == NULL)
		q->tail = &q->head;
	(void)pthread_mutex_unlock(&q->lock);
	return head;
}

void
vt_queue_close(struct vt_queue *q)
{
	(void)pthread_mutex_lock(&q->lock);
	q->closed = true;
	(void)pthread_cond_broadcast(&q->more);
	(void)pthread_mutex_unlock(&q->lock);
}

static void
wake(struct vt_op *op)
{
	struct vt_op_wait *w = op->wait;

	(void)pthread_mutex_lock(&w->lock);
	w->done = true;
	(void)pthread_cond_signal(&w->cond);
	(void)pthread_mutex_unlock(&w->lock);
}

int
vt_queue_run_patient(
    struct vt_queue *q, struct vt_op *op, struct vt_err *reterr)
{
	static const struct timespec pause = { .tv_nsec = PATIENCE_STEP_NS };
	int rc;

	for (int i = 0; i < PATIENCE_STEPS; i++) {
		rc = vt_queue_run(q, op, reterr);
		if (rc != VT_E_BUSY || op->taken)
			return rc;
		(void)nanosleep(&pause, NULL);
	}
	return vt_queue_run(q, op, reterr);
}

int
vt_queue_run(struct vt_queue *q, struct vt_op *op, struct vt_err *reterr)
{
	struct vt_op_wait w = { .done = false };
	int rc;

	if (pthread_mutex_init(&w.lock, NULL) != 0 ||
	    pthread_cond_init(&w.cond, NULL) != 0)
		return vt_err_set(
		    reterr, VT_E_NOMEM, "store: no memory to wait with");
	op->wait = &w;
	op->done = wake;
	if ((rc = vt_queue_push(q, op, reterr)) == VT_OK) {
		(void)pthread_mutex_lock(&w.lock);
		while (!w.done)
			(void)pthread_cond_wait(&w.cond, &w.lock);
		(void)pthread_mutex_unlock(&w.lock);
		rc = op->rc;
		if (rc != VT_OK && reterr != NULL)
			*reterr = op->err;
	}
	op->wait = NULL;
	(void)pthread_cond_destroy(&w.cond);
	(void)pthread_mutex_destroy(&w.lock);
	return rc;
}
