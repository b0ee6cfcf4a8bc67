/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rendering from several threads at once, and on a machine without fonts: a
 * worker that may read nothing stands in for that machine. */
#include "tests/tap.h"

#include <pthread.h>

#include "base/context.h"
#include "tests/unit/render/samples.h"

#define THREADS 4
#define ROUNDS  6

struct turn {
	pthread_t thread;
	struct vt_span want; /* borrowed */
	size_t same, other;
};

static void *
render_many(void *arg)
{
	struct turn *t = arg;
	struct vt_notice n = sample_notice();

	for (int i = 0; i < ROUNDS; i++) {
		struct vt_places p;
		VT_BUF_AUTO(b);

		if (vt_render_notice(&n, &b, &p, NULL) == VT_OK &&
		    vt_span_eq(vt_buf_view(&b), t->want))
			t->same++;
		else
			t->other++;
	}
	return NULL;
}

static void
test_threads(void)
{
	struct vt_notice n = sample_notice();
	struct turn turns[THREADS];
	struct vt_places p;
	struct vt_err err;
	VT_BUF_AUTO(b);
	size_t same = 0;

	tap_call(vt_render_notice(&n, &b, &p, &err), &err, "notice");
	for (int i = 0; i < THREADS; i++) {
		turns[i] = (struct turn){ .want = vt_buf_view(&b) };
		tap_need(pthread_create(&turns[i].thread, NULL, render_many,
			     &turns[i]) == 0,
		    "thread %d", i);
	}
	for (int i = 0; i < THREADS; i++) {
		(void)pthread_join(turns[i].thread, NULL);
		same += turns[i].same;
	}
	tap_eq_int(same, THREADS * ROUNDS, "threads render the same bytes");
}

/* Runs where no file can be opened. */
static int
render_blind(struct vt_job *job, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = vt_arena_new(1 << 24);
	struct vt_notice n = sample_notice();
	struct vt_places p;
	struct vt_pdf_graft g;
	size_t r, i;

	if (a == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "arena");
	if (job->request.n == 0)
		return vt_render_notice(&n, job->reply, &p, reterr);
	if (job->request.p[0] == 'f')
		return vt_render_field_fonts(a, &g, &r, &i, reterr);
	return vt_render_field_text(
	    "1/CV", VT_RENDER_FONT_KEY, 13, 99, 18, a, &g, reterr);
}

static const struct vt_worker_kind blind = { .name = "blind",
	.handle = render_blind,
	.jobs_max = 1,
	.wall_ms = 20000,
	.cpu_s = 20,
	.memory = (uint64_t)1 << 29,
	.output_max = 1 << 20 };

static void
test_blind(struct vt_spawner *s)
{
	static const char *const asks[] = { "", "f", "t" };

	for (int i = 0; i < 3; i++) {
		struct vt_job_call call = { .kind = "blind",
			.request = vt_span_str(asks[i]) };
		struct vt_err err = VT_ERR_INIT;
		VT_BUF_AUTO(reply);

		tap_code(vt_spawner_call(s, &call, &reply, &err),
		    VT_E_ENVIRONMENT, &err, "no fonts: %s", err.msg);
		tap_ok(strstr(err.msg, "fonts-liberation2") != NULL,
		    "the package is named");
	}
}

int
main(void)
{
	struct vt_spawner *s = NULL;
	struct vt_err err;

	tap_need(vt_base_init(&err) == VT_OK &&
		     vt_spawner_start(&blind, 1, &s, &err) == VT_OK,
	    "spawner");
	test_blind(s);
	vt_spawner_free(s);
	test_threads();
	return tap_done();
}
