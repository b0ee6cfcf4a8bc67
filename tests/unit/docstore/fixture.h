/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store in a temporary directory, a clock and randomness that tests set,
 * and short ways to do the acts most tests begin with. */
#ifndef VT_TESTS_DOCSTORE_FIXTURE_H
#define VT_TESTS_DOCSTORE_FIXTURE_H

#include <dirent.h>
#include <ftw.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "docstore/store.h"
#include "tests/tap.h"

#define UNUSED __attribute__((unused))

/* ---- a world that is the same every time ---- */

struct world {
	struct vt_context ctx;
	_Atomic vt_time now; /* set by the test while other threads ask */
	_Atomic int64_t mono;
	uint64_t drawn; /* blocks of randomness so far */
	pthread_mutex_t lock;
};

static vt_time
world_now(void *arg)
{
	return ((struct world *)arg)->now;
}

static int64_t
world_mono(void *arg)
{
	return ((struct world *)arg)->mono;
}

/* SHA-256 of a counter: different everywhere, equal in every run. */
static void
world_random(void *arg, void *p, size_t n)
{
	struct world *w = arg;
	uint8_t *out = p;

	(void)pthread_mutex_lock(&w->lock);
	while (n > 0) {
		vt_hash h = vt_sha256(VT_SPAN(&w->drawn, sizeof(w->drawn)));
		size_t take = n < sizeof(h.b) ? n : sizeof(h.b);

		w->drawn++;
		memcpy(out, h.b, take);
		out += take;
		n -= take;
	}
	(void)pthread_mutex_unlock(&w->lock);
}

static UNUSED void
world_init(struct world *w)
{
	*w = (struct world){ .now = VT_TIME_S(1772413965) }; /* 2026-03-02 */
	w->ctx = (struct vt_context){ .now = world_now,
		.monotonic_us = world_mono,
		.random = world_random,
		.arg = w };
	(void)pthread_mutex_init(&w->lock, NULL);
}

/* ---- directories ---- */

static UNUSED char *
dir_new(void)
{
	const char *base = getenv("TMPDIR");
	char *p = NULL;

	if (asprintf(&p, "%s/vt-store-XXXXXX", base ? base : "/tmp") < 0 ||
	    mkdtemp(p) == NULL) {
		printf("Bail out! no temporary directory\n");
		exit(1);
	}
	return p;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st;
	(void)flag;
	(void)f;
	return remove(path);
}

static UNUSED void
dir_free(char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(path);
}

static const struct vt_store_options options = { .domain = "vanthu.test",
	.map_size = (uint64_t)1 << 30 };

static UNUSED struct vt_store *
store_open(const char *dir, const struct vt_context *ctx)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;

	if (vt_store_open(dir, &options, ctx, &s, &err) != VT_OK) {
		printf("Bail out! store: %s\n", err.msg);
		exit(1);
	}
	return s;
}

static UNUSED struct vt_store *
store_new(const char *dir, const struct vt_context *ctx)
{
	struct vt_err err = VT_ERR_INIT;

	if (vt_store_init(dir, &options, ctx, &err) != VT_OK) {
		printf("Bail out! store: %s\n", err.msg);
		exit(1);
	}
	return store_open(dir, ctx);
}

static UNUSED struct vt_store *
model_new(const struct vt_context *ctx)
{
	struct vt_store_options o = options;
	struct vt_err err = VT_ERR_INIT;
	struct vt_store *s = NULL;

	o.in_memory = true;
	if (vt_store_open(NULL, &o, ctx, &s, &err) != VT_OK) {
		printf("Bail out! model: %s\n", err.msg);
		exit(1);
	}
	return s;
}

/* ---- acts in a line ---- */

struct doer {
	struct vt_store *s;
	/* How an act is done; NULL: by vt_store_do. */
	int (*act)(struct doer *d, const struct vt_act *a);
	uint32_t agency;
	vt_id paper;  /* of the last act */
	vt_hash main; /* main file after it */
	struct vt_err err;
	struct vt_act_result r; /* of the last act; freed by the next */
};

static UNUSED int
do_steps(struct doer *d, const vt_id *paper, const struct vt_step *st, size_t n,
    const char *key)
{
	struct vt_act a = { .agency_no = d->agency,
		.steps = st,
		.n_steps = n,
		.key = key,
		.caller = { { 1 } },
		.person = { { 2 } } };
	int rc;

	if (paper != NULL)
		a.paper = *paper;
	if (key != NULL)
		a.request = vt_sha256(vt_span_str(key));
	vt_act_result_free(&d->r);
	d->err = (struct vt_err)VT_ERR_INIT;
	rc = d->act != NULL ? d->act(d, &a)
			    : vt_store_do(d->s, &a, &d->r, &d->err);
	if (rc == VT_OK && !vt_id_is_zero(&d->r.paper)) {
		d->paper = d->r.paper;
		d->main = d->r.current;
	}
	return rc;
}

static UNUSED int
do_step(struct doer *d, const vt_id *paper, struct vt_step st)
{
	return do_steps(d, paper, &st, 1, NULL);
}

static UNUSED int
make_agency(struct doer *d, const char *code, const char *name)
{
	struct vt_step st = { .kind = VT_STEP_AGENCY };
	int rc;

	st.u.agency.name = (struct vt_agency_name){ .code = code,
		.name = name,
		.short_name = "SKHCN",
		.place = "An Mẫu" };
	d->agency = 0;
	rc = do_step(d, NULL, st);
	if (rc == VT_OK)
		d->agency = d->r.agency_no;
	return rc;
}

static UNUSED int
make_series(struct doer *d, const char *key, enum vt_series_reset reset,
    enum vt_series_authority authority)
{
	struct vt_step st = { .kind = VT_STEP_SERIES };

	st.u.series = (struct vt_series){
		.key = key, .title = key, .reset = reset, .authority = authority
	};
	return do_step(d, NULL, st);
}

static UNUSED int
make_person(struct doer *d, const char *name, vt_id *ret)
{
	struct vt_step st = { .kind = VT_STEP_PERSON };
	int rc;

	st.u.person = (struct vt_person){ .name = name, .active = true };
	if ((rc = do_step(d, NULL, st)) == VT_OK)
		*ret = d->r.person;
	return rc;
}

/* Bytes that differ by seed: no two chunks are equal. */
static UNUSED uint8_t *
make_bytes(size_t n, uint64_t seed)
{
	uint8_t *p = malloc(n == 0 ? 1 : n);
	uint64_t x = seed * 0x9e3779b97f4a7c15ULL + 1;

	for (size_t i = 0; p != NULL && i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		p[i] = (uint8_t)(x >> 24);
	}
	return p;
}

static UNUSED int
make_file(
    struct doer *d, struct vt_span bytes, const char *name, struct vt_file *ret)
{
	struct vt_blob b;
	int rc;

	*ret =
	    (struct vt_file){ .name = name, .media_type = "application/pdf" };
	rc =
	    vt_upload_memory(d->s, d->agency, bytes, &ret->upload, &b, &d->err);
	if (rc == VT_OK)
		ret->hash = b.hash;
	return rc;
}

/* A paper of one file of n bytes; m: its other fields are filled in. */
static UNUSED int
make_paper_of(struct doer *d, enum vt_direction dir, struct vt_meta m, size_t n,
    uint64_t seed)
{
	static const struct vt_recipient to[] = { { "H99.31",
	    "UBND xã An Mẫu" } };
	struct vt_step st = { .kind = VT_STEP_REGISTER };
	uint8_t *bytes = make_bytes(n, seed);
	struct vt_file f;
	int rc;

	m.type_code = "CV";
	m.subject = "V/v thử nghiệm";
	m.notation = "SKHCN-VP";
	m.recipients = to;
	m.n_recipients = 1;
	rc = make_file(d, VT_SPAN(bytes, n), "cong-van.pdf", &f);
	free(bytes);
	if (rc != VT_OK)
		return rc;
	st.u.reg.direction = dir;
	st.u.reg.meta = &m;
	st.u.reg.files = &f;
	st.u.reg.n_files = 1;
	st.u.reg.arrival_series = dir == VT_DIR_IN ? "den" : NULL;
	return do_step(d, NULL, st);
}

static UNUSED int
make_paper(struct doer *d, enum vt_direction dir, size_t n, uint64_t seed)
{
	return make_paper_of(d, dir, (struct vt_meta){ 0 }, n, seed);
}

/* The text of part 1 of a paper, whose main file is `of`. */
static UNUSED int
put_text(struct doer *d, const vt_id *paper, const vt_hash *of, const char *s)
{
	struct vt_step st = { .kind = VT_STEP_TEXT };
	int rc;

	rc = make_file(d, vt_span_str(s), "", &st.u.text.file);
	if (rc != VT_OK)
		return rc;
	st.u.text.file.media_type = "";
	st.u.text.of = *of;
	st.u.text.state = VT_PAGETEXT_READ;
	st.u.text.pages = 1;
	return do_step(d, paper, st);
}

static UNUSED struct vt_step
agree(enum vt_step_kind kind, const vt_hash *main)
{
	struct vt_step st = { .kind = kind };

	st.u.submit.main = *main; /* the three have one shape */
	return st;
}

static UNUSED struct vt_step
number_step(const char *series)
{
	struct vt_step st = { .kind = VT_STEP_NUMBER };

	st.u.number.series = series;
	return st;
}

/* A file that appends n bytes to the current main file. */
static UNUSED int
append_step(struct doer *d, enum vt_version_reason reason, size_t n,
    uint64_t seed, struct vt_step *ret)
{
	uint8_t *tail = make_bytes(n, seed);
	struct vt_blob was, now = { .size = 0 };
	vt_id up = { { 0 } };
	int rc;

	rc = vt_bytes_stat(d->s, &d->main, &was, &d->err);
	if (rc == VT_OK)
		rc = vt_upload_append(d->s, d->agency, &was, VT_SPAN(tail, n),
		    &up, &now, &d->err);
	free(tail);
	*ret = (struct vt_step){ .kind = VT_STEP_VERSION };
	ret->u.version.expect = d->main;
	ret->u.version.reason = reason;
	ret->u.version.file =
	    (struct vt_file){ .upload = up, .hash = now.hash };
	return rc;
}

static UNUSED struct vt_step
sign_step(enum vt_sign_kind kind, const vt_hash *main)
{
	struct vt_step st = { .kind = VT_STEP_SIGN };

	st.u.sign.kind = kind;
	st.u.sign.main = *main;
	st.u.sign.signer = (vt_id){ { 7 } };
	st.u.sign.field = "ky1";
	st.u.sign.level = "B-B";
	st.u.sign.signing_time = VT_TIME_S(1772413000);
	return st;
}

static UNUSED struct vt_step
seal_step(const vt_hash *main)
{
	struct vt_step st = { .kind = VT_STEP_SEAL };

	st.u.seal.main = *main;
	st.u.seal.field = "dau";
	st.u.seal.level = "B-B";
	st.u.seal.signing_time = VT_TIME_S(1772413000);
	return st;
}

/* Order A in two acts: number; then signed revision. Then seal and issue. */
static UNUSED int
walk_to_issue(struct doer *d, uint64_t seed)
{
	struct vt_step st[3];
	vt_id p = d->paper;
	int rc;

	st[0] = agree(VT_STEP_SUBMIT, &d->main);
	st[1] = agree(VT_STEP_APPROVE, &d->main);
	if ((rc = do_steps(d, &p, st, 2, NULL)) != VT_OK ||
	    (rc = do_step(d, &p, number_step("di"))) != VT_OK ||
	    (rc = append_step(d, VT_VERSION_SIGNED, 20000, seed, &st[0])) !=
		VT_OK)
		return rc;
	st[1] = sign_step(VT_SIGN_COMPETENT, &st[0].u.version.file.hash);
	if ((rc = do_steps(d, &p, st, 2, NULL)) != VT_OK ||
	    (rc = append_step(d, VT_VERSION_SEALED, 20000, seed + 1, &st[0])) !=
		VT_OK)
		return rc;
	st[1] = seal_step(&st[0].u.version.file.hash);
	st[2] = (struct vt_step){ .kind = VT_STEP_ISSUE };
	return do_steps(d, &p, st, 3, NULL);
}

static UNUSED int
dispatch(struct doer *d, const struct vt_recipient *to, size_t n)
{
	struct vt_step st = { .kind = VT_STEP_DISPATCH };
	vt_id p = d->paper;

	st.u.dispatch.to = to;
	st.u.dispatch.n_to = n;
	return do_step(d, &p, st);
}

/* ---- exchange in a line ---- */

/* Rows by their ids; plain members only: their text went with the view. */
static UNUSED const struct vt_delivery *
delivery_row(struct doer *d, const vt_id *id)
{
	static struct vt_delivery ret;
	struct vt_view *v;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(vt_delivery_get(v, id, &ret, &d->err) == VT_OK, "delivery");
	vt_view_end(v);
	return &ret;
}

static UNUSED const struct vt_paper *
paper_row(struct doer *d, const vt_id *id)
{
	static struct vt_paper ret;
	struct vt_view *v;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(vt_paper_get(v, id, &ret, &d->err) == VT_OK, "paper");
	vt_view_end(v);
	return &ret;
}

static UNUSED const struct vt_consignment *
consign_row(struct doer *d, const vt_id *id)
{
	static struct vt_consignment ret;
	struct vt_view *v;

	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_need(vt_consign_get(v, id, &ret, &d->err) == VT_OK, "consignment");
	vt_view_end(v);
	return &ret;
}

/* Its handler died after saying that it was done, and before the act. */
static UNUSED int
lose_work(struct doer *d, uint64_t no)
{
	static const vt_id owner = { { 9 } };
	struct vt_work w;
	int rc;

	rc = vt_work_claim_item(d->s, no, &owner, 1000000, &w, &d->err);
	if (rc != VT_OK)
		return rc;
	vt_work_free(&w);
	return vt_work_done(d->s, w.no, w.lease, &d->err);
}

/* The id of the n-th delivery of a paper, from 0; zero if there is none. */
static UNUSED vt_id
delivery_id(struct doer *d, const vt_id *paper, size_t n)
{
	static struct vt_delivery del[2000];
	vt_id id = { { 0 } };
	struct vt_view *v;
	size_t got = 0;

	if (vt_view_begin(d->s, &v, &d->err) != VT_OK)
		return id;
	if (vt_delivery_list(v, paper, del, n + 1, &got, &d->err) == VT_OK &&
	    got == n + 1)
		id = del[n].id;
	vt_view_end(v);
	return id;
}

static UNUSED struct vt_step
status_step(const vt_id *delivery, uint32_t code, vt_time at, const char *note)
{
	struct vt_step st = { .kind = VT_STEP_STATUS };

	st.u.status.delivery = *delivery;
	st.u.status.code = code;
	st.u.status.at = at;
	st.u.status.from = "H99.31";
	st.u.status.note = note;
	return st;
}

/* A packet of its text, under an external id. */
static UNUSED int
make_consign(
    struct doer *d, const char *external, const char *packet, vt_id *ret)
{
	struct vt_step st = { .kind = VT_STEP_CONSIGN };
	int rc;

	rc = make_file(
	    d, vt_span_str(packet), "packet.edxml", &st.u.consign.packet);
	if (rc != VT_OK)
		return rc;
	st.u.consign.transport = VT_TRANSPORT_AXIS;
	st.u.consign.kind = VT_CONSIGN_EDOC;
	st.u.consign.external = external;
	st.u.consign.peer = "@axis";
	st.u.consign.headers = "hash-file: x\n";
	rc = do_step(d, NULL, st);
	if (rc == VT_OK)
		*ret = d->r.consignment;
	return rc;
}

static UNUSED struct vt_step
read_step(
    const vt_id *consignment, enum vt_consign_state state, const char *document)
{
	struct vt_step st = { .kind = VT_STEP_CONSIGN_READ };

	st.u.consign_read.consignment = *consignment;
	st.u.consign_read.state = state;
	st.u.consign_read.type = VT_EDOC_NEW;
	st.u.consign_read.from_code = "H01";
	st.u.consign_read.from_name = "Bộ";
	st.u.consign_read.document_id = document;
	st.u.consign_read.code = "12/BTP-VP";
	st.u.consign_read.promulgated = "2026-03-01";
	st.u.consign_read.subject = "V/v thử";
	return st;
}

/* One act: the waiting paper of a consignment, and what was read. */
static UNUSED int
make_arrival(struct doer *d, const vt_id *consignment, const char *document,
    uint64_t seed)
{
	struct vt_meta m = { .subject = "V/v đến", .agency_code = "H01" };
	struct vt_step st[2] = { { .kind = VT_STEP_REGISTER } };
	uint8_t *bytes = make_bytes(3000, seed);
	struct vt_file f;
	int rc;

	rc = make_file(d, VT_SPAN(bytes, 3000), "den.pdf", &f);
	free(bytes);
	if (rc != VT_OK)
		return rc;
	st[0].u.reg.direction = VT_DIR_IN;
	st[0].u.reg.meta = &m;
	st[0].u.reg.files = &f;
	st[0].u.reg.n_files = 1;
	st[0].u.reg.consignment = *consignment;
	st[1] = read_step(consignment, VT_CONSIGN_ARRIVED, document);
	return do_steps(d, NULL, st, 2, NULL);
}

static UNUSED int
put_entry(struct doer *d, enum vt_entry_kind kind, const char *key,
    struct vt_span value, uint64_t expect)
{
	struct vt_entry_change c = { .kind = kind,
		.store_wide = kind != VT_ENTRY_HOOK,
		.key = vt_span_str(key),
		.value = value,
		.expect = expect,
		.secret = kind == VT_ENTRY_ACCOUNT };
	struct vt_step st = { .kind = VT_STEP_ENTRY };

	st.u.entry.changes = &c;
	st.u.entry.n = 1;
	return do_step(d, NULL, st);
}

static UNUSED int
put_state(struct vt_store *s, enum vt_state_kind kind, const char *key,
    const char *value, vt_time expires)
{
	struct vt_state_new n = { .kind = kind,
		.key = vt_span_str(key),
		.value = vt_span_str(value),
		.expires = expires };
	struct vt_err err;

	return vt_state_put(s, &n, NULL, &err);
}

/* ---- golden ---- */

/* A digest of rows against the one in tests/golden. */
static UNUSED void
golden(const char *file, const vt_hash *h, const char *what)
{
	char text[VT_HASH_TEXT + 2] = "", want[VT_HASH_TEXT + 2] = "";
	const char *root = getenv("VANTHU_SOURCE");
	char path[1024];
	FILE *f;

	(void)snprintf(
	    path, sizeof(path), "%s/tests/golden/%s", root ? root : ".", file);
	vt_hash_text(h, text);
	if ((f = fopen(path, "r")) != NULL) {
		if (fgets(want, sizeof(want), f) == NULL)
			want[0] = '\0';
		(void)fclose(f);
	}
	want[strcspn(want, "\n")] = '\0';
	tap_eq_str(text, want, "%s", what);
}

/* ---- check ---- */

static UNUSED void
print_finding(void *arg, const char *line)
{
	(void)arg;
	printf("# finding: %s\n", line);
}

static UNUSED void
hush_finding(void *arg, const char *line)
{
	(void)arg;
	(void)line;
}

static UNUSED uint64_t
findings(struct vt_store *s, bool show)
{
	struct vt_check_options o = { .finding =
					  show ? print_finding : hush_finding };
	struct vt_err err = VT_ERR_INIT;
	uint64_t n = 0;

	if (vt_store_check(s, &o, &n, &err) != VT_OK) {
		printf("# check: %s\n", err.msg);
		return UINT64_MAX;
	}
	return n;
}

/* ---- both engines ---- */

/*
 * One play on the model and on LMDB, from the same beginning: the same rows,
 * and nothing to be found, also once it is opened again. Its digest.
 */
static UNUSED vt_hash
on_both(void (*play)(struct doer *d, struct world *w), const char *name)
{
	static const char *const engines[] = { "model", "lmdb" };
	struct vt_err err = VT_ERR_INIT;
	char *dir = dir_new();
	vt_hash rows[2], later;
	struct vt_store *s;
	struct world w;

	for (size_t i = 0; i < 2; i++) {
		struct doer d = { .r = VT_ACT_RESULT_INIT };

		printf("# %s, %s\n", name, engines[i]);
		/* the model draws its keys as it opens, LMDB at init */
		world_init(&w);
		d.s = i == 0 ? model_new(&w.ctx) : store_new(dir, &w.ctx);
		play(&d, &w);
		vt_act_result_free(&d.r);
		tap_eq_int(findings(d.s, true), 0, "%s, %s: check is clean",
		    name, engines[i]);
		tap_call(vt_store_digest(d.s, &rows[i], &err), &err, "digest");
		vt_store_close(d.s);
	}
	tap_ok(
	    vt_hash_eq(&rows[0], &rows[1]), "%s: the same rows on both", name);
	s = store_open(dir, &w.ctx);
	tap_eq_int(findings(s, true), 0, "%s: opened again: clean", name);
	tap_call(vt_store_digest(s, &later, &err), &err, "digest");
	tap_ok(!vt_hash_eq(&rows[1], &later),
	    "%s: closing has stored the last checkpoints besides", name);
	vt_store_close(s);
	dir_free(dir);
	return rows[1];
}

#endif
