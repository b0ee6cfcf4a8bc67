/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory runs out: a day of verbs on both engines, in which each verb is tried
 * again and again, and the first, the second, the third, ... allocation of the
 * house fails until the verb needs no more. Each time the verb answers
 * VT_E_NOMEM and nothing has happened, or VT_E_UNKNOWN_OUTCOME and its key
 * leads to the answer, or it is done; and check is clean in the end.
 *
 * Linked with --wrap, so what fails are the allocations of base and docstore,
 * not those of the libraries.
 */
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

/* The linker's names. NOLINTBEGIN(bugprone-reserved-identifier) */
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

/* Allocations until one fails; 0: none does. The writer's count, too. */
static _Atomic long left;
static _Atomic unsigned long failed;

static bool
fails(void)
{
	if (left == 0 || --left != 0)
		return false;
	failed++;
	return true;
}

void *
__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	/* A running hash, for which base ends the program (base/id.c). */
	if (n == 1 && size == sizeof(void *))
		return __real_calloc(n, size);
	return fails() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

/* NOLINTEND(bugprone-reserved-identifier) */

/* ---- verbs that are tried until they need no more ---- */

struct day {
	struct doer d;
	unsigned int acts; /* that were done */
	unsigned long wrong, tried;
};

/* Was the n-th one reached? Then the verb failed by it, or did without. */
static bool
again(struct day *x, unsigned long before, int rc, const char *what)
{
	bool reached = failed != before;

	left = 0;
	x->tried++;
	if (rc != VT_OK && (rc != VT_E_NOMEM || !reached)) {
		x->wrong++;
		printf("# %s: code %d: %s\n", what, rc, x->d.err.msg);
		return false;
	}
	return rc != VT_OK;
}

/* An act under a key. Refused, it has not happened; when nobody knows, it may
 * have, and the key leads to its answer. */
static void
act(struct day *x, const char *what, const vt_id *paper, struct vt_step *st,
    size_t n)
{
	bool unsure = false;
	char key[24];

	(void)snprintf(key, sizeof(key), "key %u", x->acts);
	for (long i = 1;; i++) {
		unsigned long before = failed;
		int rc;

		vt_act_result_free(&x->d.r);
		left = i;
		rc = do_steps(&x->d, paper, st, n, key);
		if (rc == VT_E_UNKNOWN_OUTCOME && failed != before) {
			unsure = true;
			continue;
		}
		if (again(x, before, rc, what))
			continue;
		if (rc == VT_OK && x->d.r.repeated != unsure) {
			x->wrong++;
			printf("# %s: %s\n", what,
			    unsure ? "done, and not under its key"
				   : "refused, and it had happened");
		}
		x->acts++;
		return;
	}
}

static void
file(struct day *x, size_t size, uint64_t seed, struct vt_file *ret)
{
	uint8_t *bytes = make_bytes(size, seed);

	for (long i = 1;; i++) {
		unsigned long before = failed;
		int rc;

		left = i;
		rc = make_file(&x->d, VT_SPAN(bytes, size), "a.pdf", ret);
		if (!again(x, before, rc, "upload"))
			break;
	}
	free(bytes);
}

static void
version(struct day *x, enum vt_version_reason reason, uint64_t seed,
    struct vt_step *ret)
{
	for (long i = 1;; i++) {
		unsigned long before = failed;
		int rc;

		/* The bytes of the tail are the test's own. */
		left = i + 1;
		rc = append_step(&x->d, reason, 70000, seed, ret);
		if (!again(x, before, rc, "append"))
			return;
	}
}

static void
reads(struct day *x, const vt_id *paper)
{
	static uint8_t room[3 * VT_CHUNK_SIZE];
	struct vt_paper page[4];
	vt_hash main = x->d.main;

	for (long i = 1;; i++) {
		unsigned long before = failed;
		struct vt_paper_query q = { .words = "thu nghiem" };
		struct vt_view *v = NULL;
		struct vt_paper p;
		uint64_t next;
		size_t n;
		int rc;
		VT_BUF_AUTO(receipt);

		left = i;
		if ((rc = vt_view_begin(x->d.s, &v, &x->d.err)) == VT_OK &&
		    (rc = vt_paper_get(v, paper, &p, &x->d.err)) == VT_OK &&
		    (rc = vt_receipt_get(
			 v, x->d.agency, 0, &receipt, &x->d.err)) == VT_OK &&
		    (rc = vt_paper_search(v, x->d.agency, &q, page, 4, &n,
			 &next, &x->d.err)) == VT_OK)
			rc = vt_bytes_read(x->d.s, &main, 1000, room,
			    sizeof(room), &n, &x->d.err);
		vt_view_end(v);
		if (!again(x, before, rc, "reading"))
			return;
	}
}

static void
live(struct day *x)
{
	struct vt_meta m = { .subject = "V/v thử nghiệm", .notation = "VP" };
	struct vt_step st[3] = { { .kind = VT_STEP_AGENCY } };
	static const struct vt_recipient to[] = { { "", "Hội" } };
	uint8_t one = 1;
	struct vt_entry_change c = { .kind = VT_ENTRY_ADDRESS,
		.store_wide = true,
		.key = VT_SPAN_LIT("H01"),
		.value = VT_SPAN(&one, 1),
		.expect = VT_ENTRY_ANY };
	struct vt_file f;
	vt_id p;

	st[0].u.agency.name = (struct vt_agency_name){ .code = "H99.07",
		.name = "Sở",
		.short_name = "S",
		.place = "An Mẫu" };
	act(x, "agency", NULL, st, 1);
	x->d.agency = x->d.r.agency_no;
	st[0] = (struct vt_step){ .kind = VT_STEP_SERIES };
	st[0].u.series = (struct vt_series){ .key = "di",
		.title = "Đi",
		.reset = VT_RESET_YEAR,
		.authority = VT_SERIES_OURS };
	act(x, "series", NULL, st, 1);
	st[0] = (struct vt_step){ .kind = VT_STEP_ENTRY };
	st[0].u.entry.changes = &c;
	st[0].u.entry.n = 1;
	act(x, "entry", NULL, st, 1);
	file(x, 140000, 1, &f);
	st[0] = (struct vt_step){ .kind = VT_STEP_REGISTER };
	st[0].u.reg.direction = VT_DIR_OUT;
	st[0].u.reg.meta = &m;
	st[0].u.reg.files = &f;
	st[0].u.reg.n_files = 1;
	act(x, "register", NULL, st, 1);
	p = x->d.paper;
	st[0] = agree(VT_STEP_SUBMIT, &x->d.main);
	st[1] = agree(VT_STEP_APPROVE, &x->d.main);
	st[2] = number_step("di");
	act(x, "number", &p, st, 3);
	version(x, VT_VERSION_SIGNED, 2, &st[0]);
	st[1] = sign_step(VT_SIGN_COMPETENT, &st[0].u.version.file.hash);
	act(x, "sign", &p, st, 2);
	version(x, VT_VERSION_SEALED, 3, &st[0]);
	st[1] = seal_step(&st[0].u.version.file.hash);
	st[2] = (struct vt_step){ .kind = VT_STEP_ISSUE };
	act(x, "issue", &p, st, 3);
	st[0] = (struct vt_step){ .kind = VT_STEP_DISPATCH };
	st[0].u.dispatch.to = to;
	st[0].u.dispatch.n_to = 1;
	act(x, "dispatch", &p, st, 1);
	reads(x, &p);
}

static void
day(bool lmdb)
{
	struct day x = { .d = { .r = VT_ACT_RESULT_INIT } };
	const char *engine = lmdb ? "lmdb" : "model";
	struct vt_err err = VT_ERR_INIT;
	char *dir = dir_new();
	struct vt_store *s;
	struct world w;
	vt_hash h;

	world_init(&w);
	failed = 0;
	x.d.s = s = lmdb ? store_new(dir, &w.ctx) : model_new(&w.ctx);
	live(&x);
	vt_act_result_free(&x.d.r);
	tap_eq_int(x.wrong, 0,
	    "%s: %u acts in %lu tries, %lu failed allocations", engine, x.acts,
	    x.tried, (unsigned long)failed);
	tap_ok(
	    x.tried > 10UL * x.acts, "%s: the sweep found allocations", engine);
	tap_eq_int(findings(s, true), 0, "%s: check is clean", engine);
	tap_call(vt_store_digest(s, &h, &err), &err, "digest");
	vt_store_close(s);
	if (lmdb) {
		s = store_open(dir, &w.ctx);
		tap_eq_int(findings(s, true), 0, "opened again: clean");
		vt_store_close(s);
	}
	dir_free(dir);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	day(false);
	day(true);
	return tap_done();
}
