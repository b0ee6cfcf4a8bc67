/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A data directory that was put back to an earlier state, by nobody's restore:
 * what stands beside it tells, and it does not write. */
#include "docstore/outside.h"

#include <stdlib.h>

#include "docstore/restored.h"
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

static void
copy(const char *from, const char *to)
{
	char line[1024];

	(void)snprintf(
	    line, sizeof(line), "rm -rf '%s' && cp -a '%s' '%s'", to, from, to);
	tap_need(system(line) == 0, "copied");
}

static struct vt_restored
mark(struct doer *d)
{
	struct vt_restored x = { .is = false };

	tap_call(vt_store_restored(d->s, &x, &d->err), &d->err, "its mark");
	return x;
}

static int
one_more(void *arg, struct vt_span note, struct vt_err *reterr)
{
	int *n = arg;

	(void)note;
	(void)reterr;
	++*n;
	return VT_OK;
}

static void
count_one(int *n, struct vt_view *v, uint32_t agency_no)
{
	struct vt_err err = VT_ERR_INIT;

	*n = 0;
	tap_call(vt_outside_each(v, agency_no, one_more, n, &err), &err,
	    "what is beside it");
}

int
main(void)
{
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	char *dir = dir_new(), data[600], old[600], beside[600];
	struct vt_restored x;
	struct vt_view *v;
	struct world w;
	FILE *f;
	int n;

	tap_need(vt_base_init(&d.err) == VT_OK, "base");
	(void)snprintf(data, sizeof(data), "%s/store", dir);
	(void)snprintf(old, sizeof(old), "%s/snapshot", dir);
	(void)snprintf(beside, sizeof(beside), "%s/store.ledgers", dir);
	world_init(&w);
	d.s = store_new(data, &w.ctx);
	tap_need(make_agency(&d, "H99.01", "Sở Mẫu") == VT_OK, "agency");
	tap_call(vt_outside_save(d.s, &d.err), &d.err, "cosigned, at one leaf");
	vt_store_close(d.s);
	copy(data, old);

	d.s = store_open(data, &w.ctx);
	tap_ok(!mark(&d).is, "nothing was put back");
	for (uint64_t i = 0; i < 3; i++)
		tap_need(make_paper(&d, VT_DIR_OUT, 9, i) == VT_OK, "paper");
	tap_call(vt_outside_save(d.s, &d.err), &d.err, "cosigned, at four");
	vt_store_close(d.s);
	copy(old, data);

	d.s = store_open(data, &w.ctx);
	x = mark(&d);
	tap_ok(x.is && x.rolled_back && !x.handed_over,
	    "the snapshot is known for one");
	tap_ok(strstr(x.why, "4 leaves, here are 1") != NULL, "%s", x.why);
	tap_code(make_paper(&d, VT_DIR_OUT, 9, 9), VT_E_STORE_RESTORED, &d.err,
	    "it does not write");
	tap_ok(strstr(d.err.msg, "put back") != NULL, "and says why");
	tap_call(vt_outside_save(d.s, &d.err), &d.err, "nothing is written");
	tap_need(vt_view_begin(d.s, &v, &d.err) == VT_OK, "view");
	count_one(&n, v, 0);
	tap_eq_int(n, 1, "over what others hold");
	count_one(&n, v, 2);
	tap_eq_int(n, 0, "another agency's is not asked for");
	vt_view_end(v);
	tap_call(vt_store_roll_back(d.s, "again", &d.err), &d.err, "once more");
	tap_eq_str(mark(&d).why, x.why, "the first reason stays");
	vt_store_close(d.s);

	/* without what is beside it nothing tells; what is no list stops
	 * nobody */
	copy(old, data);
	tap_need(unlink(beside) == 0, "gone");
	d.s = store_open(data, &w.ctx);
	tap_ok(!mark(&d).is, "nobody can tell");
	vt_store_close(d.s);
	f = fopen(beside, "w");
	tap_need(f != NULL && fputs("?", f) >= 0 && fclose(f) == 0, "no list");
	d.s = store_open(data, &w.ctx);
	tap_ok(!mark(&d).is, "a file of something else takes no store away");
	tap_call(make_paper(&d, VT_DIR_OUT, 9, 9), &d.err, "it writes");
	vt_store_close(d.s);
	vt_act_result_free(&d.r);
	dir_free(dir);
	return tap_done();
}
