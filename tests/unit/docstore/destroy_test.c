/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes destroyed by a named act: what it refuses, what goes and what stays, on
 * both engines. Then, on the files: not one byte of it is in any of them, not
 * in the clear, not under any key that is left; wherever it was cut off; and
 * not in an older copy of the store that is restored.
 */
#include <fcntl.h>
#include <gcrypt.h>

#include "docstore/files.h"
#include "docstore/store_priv.h"
#include "tests/unit/docstore/fixture.h"

#define SUBJECT  "V/v CHUYEN-KHONG-AI-DUOC-BIET"
#define FILENAME "BAN-DO-MAT.pdf"
#define OPINION  "Y-KIEN-KHONG-DE-LAI"
#define PACKET   "<edXML>GOI-TIN-CO-NOI-DUNG-MAT</edXML>"
#define ANSWER   "{\"subject\":\"TRA-LOI-CO-TRICH-YEU\"}"
#define LATER    "DELAY-KHONG-PHAI-MAT"

static struct vt_step
order(enum vt_destroy_reason why, bool wipe)
{
	struct vt_step st = { .kind = VT_STEP_DESTROY };

	st.u.destroy.reason = why;
	st.u.destroy.asked_by = (vt_id){ { 7 } };
	st.u.destroy.note = "Quyết định 12/QĐ-UBND";
	st.u.destroy.wipe = wipe;
	return st;
}

static uint64_t
finish(struct doer *d)
{
	uint64_t n = 99;

	tap_call(vt_destroy_finish(d->s, &n, &d->err), &d->err, "finish");
	return n;
}

struct made {
	vt_id secret, like, consignment;
	vt_hash content, shared, packet;
	uint8_t *bytes;
};

#define SIZE ((size_t)3 * VT_CHUNK_SIZE + 1000)

/* A paper that came by packet, its bytes, and another one that shares its
 * first two pieces. */
static void
make_papers(struct doer *d, struct made *m)
{
	struct vt_meta meta = {
		.subject = SUBJECT, .agency_code = "H01", .type_code = "CV"
	};
	struct vt_step st[2] = { { .kind = VT_STEP_REGISTER } };
	struct vt_act a = { .steps = st,
		.n_steps = 2,
		.caller = { { 1 } },
		.key = "once",
		.keep = VT_SPAN_LIT(ANSWER) };
	struct vt_act_result r;
	uint8_t *half = make_bytes(SIZE, 5);
	struct vt_file f;

	m->bytes = make_bytes(SIZE, 4);
	memcpy(half, m->bytes, 2 * VT_CHUNK_SIZE);
	tap_call(make_agency(d, "H99.01", "Sở"), &d->err, "agency");
	tap_call(make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	tap_call(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	tap_call(make_consign(d, "doc-1", PACKET, &m->consignment), &d->err,
	    "its packet");
	m->packet = consign_row(d, &m->consignment)->packet;
	tap_call(make_file(d, VT_SPAN(m->bytes, SIZE), FILENAME, &f), &d->err,
	    "its file");
	m->content = f.hash;
	st[0].u.reg.direction = VT_DIR_IN;
	st[0].u.reg.meta = &meta;
	st[0].u.reg.files = &f;
	st[0].u.reg.n_files = 1;
	st[0].u.reg.arrival_series = "den";
	st[0].u.reg.consignment = m->consignment;
	st[1] = read_step(&m->consignment, VT_CONSIGN_ARRIVED, "D1");
	st[1].u.consign_read.subject = SUBJECT;
	st[1].u.consign_read.findings = VT_SPAN_LIT("\x78\x1d" SUBJECT);
	a.agency_no = d->agency;
	a.request = vt_sha256(vt_span_str("once"));
	tap_call(vt_store_do(d->s, &a, &r, &d->err), &d->err, "the paper");
	m->secret = r.paper;
	vt_act_result_free(&r);
	st[0] = (struct vt_step){ .kind = VT_STEP_ASSIGN };
	st[0].u.assign.note = OPINION;
	tap_call(
	    make_person(d, "Người", &st[0].u.assign.person), &d->err, "person");
	tap_call(do_step(d, &m->secret, st[0]), &d->err, "assigned");

	tap_call(make_file(d, VT_SPAN(half, SIZE), LATER, &f), &d->err,
	    "another file");
	m->shared = f.hash;
	meta.subject = LATER;
	st[0] = (struct vt_step){ .kind = VT_STEP_REGISTER };
	st[0].u.reg.direction = VT_DIR_OUT;
	st[0].u.reg.meta = &meta;
	st[0].u.reg.files = &f;
	st[0].u.reg.n_files = 1;
	tap_call(do_step(d, NULL, st[0]), &d->err, "another paper");
	m->like = d->paper;
	free(half);
}

/* ---- the verb ---- */

static void
refusals(struct doer *d, const struct made *m)
{
	struct vt_step st = order(VT_DESTROY_SECRET, true);

	tap_code(do_step(d, NULL, st), VT_E_INVALID, &d->err, "on no paper");
	st.u.destroy.reason = 4;
	tap_code(do_step(d, &m->secret, st), VT_E_INVALID, &d->err,
	    "an unknown reason");
	st.u.destroy.reason = 0;
	tap_code(
	    do_step(d, &m->secret, st), VT_E_INVALID, &d->err, "no reason");
	st = order(VT_DESTROY_SECRET, true);
	st.u.destroy.note = "";
	tap_code(do_step(d, &m->secret, st), VT_E_INVALID, &d->err,
	    "neither paper nor note");
	st.u.destroy.decision = (vt_id){ { 9 } };
	tap_code(do_step(d, &m->secret, st), VT_E_NOT_FOUND, &d->err,
	    "a decision that is not there");
	st.u.destroy.decision = m->secret;
	tap_code(do_step(d, &m->secret, st), VT_E_NOT_FOUND, &d->err,
	    "the paper decides about itself");
	tap_code(do_step(d, &m->like, order(VT_DESTROY_DISPOSAL, false)),
	    VT_E_OUT_OF_ORDER, &d->err, "a draft is not disposed of");
	st = (struct vt_step){ .kind = VT_STEP_ERASED };
	tap_code(do_step(d, &m->secret, st), VT_E_INVALID, &d->err,
	    "erased, said by somebody");
	tap_eq_int((int)finish(d), 0, "nothing to finish");
}

static void
after_order(struct doer *d, const struct made *m, bool done)
{
	uint8_t p[16];
	struct vt_destroyed x = { .n_files = 0 };
	struct vt_paper paper = { .n_parts = 0 };
	struct vt_view *v;
	size_t n;

	tap_code(vt_bytes_read(d->s, &m->content, 0, p, sizeof(p), &n, &d->err),
	    VT_E_NOT_FOUND, &d->err, "no byte of it is handed out");
	tap_code(vt_bytes_read(d->s, &m->packet, 0, p, sizeof(p), &n, &d->err),
	    VT_E_NOT_FOUND, &d->err, "nor of its packet");
	tap_call(vt_bytes_read(d->s, &m->shared, 0, p, sizeof(p), &n, &d->err),
	    &d->err, "the other paper is read");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(
	    vt_destroyed_get(v, &m->secret, &x, &d->err), &d->err, "its row");
	tap_eq_int((int)x.n_files, 2, "file and packet");
	if (x.n_files == 2) {
		tap_ok(vt_hash_eq(&x.files[0].hash, &m->content), "the file");
		tap_eq_int((int)x.files[0].size, (int)SIZE, "its size");
		tap_eq_int((int)x.files[0].pieces, 4, "four pieces");
		tap_eq_int((int)x.files[0].held, 2, "two are another's");
		tap_eq_int((int)x.files[0].others, 0, "nobody has it whole");
		tap_ok(vt_hash_eq(&x.files[1].hash, &m->packet), "the packet");
	}
	tap_eq_int(x.done != VT_TIME_NONE, done, "done or not");
	tap_call(
	    vt_paper_get(v, &m->secret, &paper, &d->err), &d->err, "paper");
	tap_ok(paper.destroyed_at != VT_TIME_NONE, "the paper says so");
	tap_eq_str(paper.meta.subject, "", "without its subject");
	tap_eq_str(paper.meta.type_code, "CV", "its kind stays");
	tap_eq_int((int)paper.arrival.value, 1, "its number stays");
	vt_view_end(v);
}

static void
play(struct doer *d, struct world *w)
{
	struct vt_step st = order(VT_DESTROY_SECRET, true);
	struct vt_act_result r;
	struct vt_view *v;
	struct made m;

	(void)w;
	make_papers(d, &m);
	refusals(d, &m);
	tap_call(do_steps(d, &m.secret, &st, 1, "order"), &d->err, "the order");
	tap_call(do_steps(d, &m.secret, &st, 1, "order"), &d->err, "again");
	tap_ok(d->r.repeated, "the same answer");
	after_order(d, &m, false);
	tap_eq_int((int)findings(d->s, true), 0, "clean between");
	tap_code(do_step(d, &m.secret, st), VT_E_DESTROYED, &d->err, "twice");
	st = (struct vt_step){ .kind = VT_STEP_PROCESS };
	tap_code(do_step(d, &m.secret, st), VT_E_DESTROYED, &d->err,
	    "nothing more is done to it");
	tap_eq_int((int)finish(d), 1, "one is erased");
	tap_eq_int((int)finish(d), 0, "once");
	after_order(d, &m, true);
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_act_by_key(v, &(vt_id){ { 1 } }, "once", NULL, &r, &d->err),
	    &d->err, "the first answer is asked for");
	vt_view_end(v);
	tap_eq_int((int)r.keep.n, 0, "its words are gone");
	tap_ok(r.receipt.n > 0, "its receipt is there");
	vt_act_result_free(&r);
	free(m.bytes);
}

/* Only the bytes: subject and names stay. And what somebody else has stays. */
static void
play_bytes_only(struct doer *d, struct world *w)
{
	struct vt_destroyed x = { .n_files = 0 };
	struct vt_paper p = { .n_parts = 0 };
	static const struct vt_recipient to[] = { { "H99.02", "Phòng" } };
	struct vt_step st = { .kind = VT_STEP_TAKE_BACK };
	vt_id paper, del;
	struct vt_view *v;
	struct vt_blob b;
	vt_hash main;

	(void)w;
	tap_call(make_agency(d, "H99.01", "Sở"), &d->err, "agency");
	tap_call(make_series(d, "di", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	tap_call(make_series(d, "den", VT_RESET_YEAR, VT_SERIES_OURS), &d->err,
	    "series");
	tap_call(make_paper(d, VT_DIR_OUT, 200000, 4), &d->err, "paper");
	paper = d->paper;
	tap_call(walk_to_issue(d, 8), &d->err, "issued");
	tap_call(dispatch(d, to, 1), &d->err, "sent");
	main = d->main;
	del = delivery_id(d, &paper, 0);
	tap_code(do_step(d, &paper, order(VT_DESTROY_COURT, false)),
	    VT_E_OUT_OF_ORDER, &d->err, "while a delivery waits");
	st.u.take_back.delivery = del;
	st.u.take_back.note = "x";
	tap_call(do_step(d, &paper, st), &d->err, "taken back");
	/* the first version is also another paper's, as a whole */
	tap_call(make_paper(d, VT_DIR_IN, 200000, 4), &d->err, "the same file");
	tap_call(do_step(d, &paper, order(VT_DESTROY_COURT, false)), &d->err,
	    "destroyed");
	tap_eq_int((int)finish(d), 1, "erased");
	tap_need(vt_view_begin(d->s, &v, &d->err) == VT_OK, "view");
	tap_call(vt_paper_get(v, &paper, &p, &d->err), &d->err, "paper");
	tap_eq_str(p.meta.subject, "V/v thử nghiệm", "its subject stays");
	tap_eq_int((int)p.wiped, 0, "words stay");
	tap_call(vt_destroyed_get(v, &paper, &x, &d->err), &d->err, "row");
	tap_eq_int((int)x.n_files, 3, "three versions");
	if (x.n_files == 3) {
		tap_eq_int((int)x.files[0].others, 1, "one has the first");
		tap_eq_int((int)x.files[0].held, 4, "all its pieces stay");
		tap_eq_int((int)x.files[2].others, 0, "nobody the last");
		tap_eq_int((int)x.files[2].held, 3, "three whole pieces stay");
	}
	vt_view_end(v);
	tap_code(vt_bytes_stat(d->s, &main, &b, &d->err), VT_E_NOT_FOUND,
	    &d->err, "the last version is gone");
}

/* ---- the files ---- */

struct needle {
	uint8_t b[64];
	size_t n;
	const char *what;
};

struct haystack {
	struct needle needle[64];
	size_t n;
	uint64_t found, files, keys;
	gcry_cipher_hd_t unwrap;
	/* envelopes as they were, with their ids */
	struct {
		uint8_t b[VT_CHUNK_SIZE + VT_ENVELOPE_SIZE];
		size_t n;
		vt_hash id;
	} envelope[8];
	size_t n_envelopes, opened;
};
static struct haystack hay;

static void
add_needle(const void *p, size_t n, const char *what)
{
	struct needle *x = &hay.needle[hay.n++];

	tap_need(hay.n <= 64 && n <= sizeof(x->b), "room for needles");
	memcpy(x->b, p, n);
	x->n = n;
	x->what = what;
}

/* Does this data key open an envelope of what was destroyed? */
static void
try_key(const uint8_t *key)
{
	static uint8_t plain[VT_CHUNK_SIZE];

	hay.keys++;
	for (size_t i = 0; i < hay.n_envelopes; i++) {
		const uint8_t *e = hay.envelope[i].b;
		size_t n = hay.envelope[i].n - VT_ENVELOPE_SIZE;
		gcry_cipher_hd_t c;

		(void)gcry_cipher_open(
		    &c, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_GCM, 0);
		(void)gcry_cipher_setkey(c, key, 32);
		(void)gcry_cipher_setiv(c, e + 20, 12);
		(void)gcry_cipher_authenticate(c, e, 20);
		(void)gcry_cipher_authenticate(
		    c, hay.envelope[i].id.b, VT_HASH_SIZE);
		(void)gcry_cipher_final(c);
		if (gcry_cipher_decrypt(c, plain, n, e + VT_ENVELOPE_SIZE, n) ==
			0 &&
		    gcry_cipher_checktag(c, e + 32, 16) == 0)
			hay.opened++;
		gcry_cipher_close(c);
	}
}

/* Every 40 bytes of a file that unwrap under the store's key are a data key,
 * wherever they lie. */
static void
try_all_keys(const uint8_t *p, size_t n)
{
	uint8_t key[32];

	for (size_t i = 0; i + VT_WRAPPED_SIZE <= n; i++) {
		if (p[i] == 0 && p[i + 1] == 0 && p[i + 2] == 0)
			continue; /* an empty page; a key has none such */
		if (gcry_cipher_decrypt(hay.unwrap, key, sizeof(key), p + i,
			VT_WRAPPED_SIZE) == 0)
			try_key(key);
	}
}

static int
search_file(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	size_t n = (size_t)st->st_size;
	uint8_t *p = NULL;
	int fd;

	(void)f;
	if (flag != FTW_F || n == 0)
		return 0;
	hay.files++;
	tap_need((fd = open(path, O_RDONLY)) >= 0 && (p = malloc(n)) != NULL &&
		     read(fd, p, n) == (ssize_t)n,
	    "%s is read", strrchr(path, '/'));
	(void)close(fd);
	for (size_t i = 0; i < hay.n; i++)
		if (memmem(p, n, hay.needle[i].b, hay.needle[i].n) != NULL) {
			printf("# %s holds %s\n", path, hay.needle[i].what);
			hay.found++;
		}
	if (strstr(path, "/keys") != NULL || strstr(path, "/records") != NULL)
		try_all_keys(p, n);
	free(p);
	return 0;
}

/* What is found in all files below a directory, and beside it. */
static void
search(const char *dir)
{
	VT_BUF_AUTO(beside);
	struct stat st;

	hay.found = hay.files = hay.keys = hay.opened = 0;
	(void)nftw(dir, search_file, 16, FTW_PHYS);
	vt_buf_printf(&beside, "%s.destroyed", dir);
	if (stat(vt_buf_str(&beside), &st) == 0)
		(void)search_file(vt_buf_str(&beside), &st, FTW_F, NULL);
}

/* Notes the envelopes and wrapped keys of a file's chunks. */
static void
remember(struct vt_store *s, const vt_hash *blob)
{
	struct vt_err err;
	struct vt_reading r;
	struct vt_blob_row row;
	struct vt_chunk_row chunk;
	struct vt_span ids, v;
	struct vt_cbor c;
	struct vt_key k;

	tap_need(vt_reading_begin(s, &r, &err) == VT_OK, "reading");
	tap_need(vt_blob_get(r.records, blob, &row, &err) == VT_OK &&
		     vt_manifest_segment(
			 r.records, row.manifest, 0, &ids, &err) == VT_OK,
	    "its manifest");
	for (size_t i = 0; i < ids.n; i += VT_HASH_SIZE) {
		vt_hash id;

		memcpy(id.b, ids.p + i, VT_HASH_SIZE);
		k = vt_key_hash(&id);
		tap_need(
		    vt_tx_get(r.records, VT_T_CHUNK, &k, &v, &err) == VT_OK &&
			vt_chunk_row_decode(v, &chunk, &err) == VT_OK,
		    "chunk");
		if (chunk.refs > 1)
			continue; /* another paper's, too */
		k = vt_key_wrap(chunk.env, chunk.seq);
		tap_need(vt_tx_get(r.keys, VT_T_WRAP, &k, &v, &err) == VT_OK,
		    "its key");
		vt_cbor_open(&c, v);
		(void)vt_cbor_get_array(&c);
		v = vt_cbor_get_bytes(&c);
		add_needle(v.p, v.n, "a wrapped key");
		k = vt_key_wrap(chunk.env, chunk.seq);
		tap_need(vt_tx_get(r.bytes, VT_T_BYTES, &k, &v, &err) == VT_OK,
		    "its bytes");
		memcpy(hay.envelope[hay.n_envelopes].b, v.p, v.n);
		hay.envelope[hay.n_envelopes].n = v.n;
		hay.envelope[hay.n_envelopes++].id = id;
	}
	vt_reading_end(&r);
}

static void
haystack_begin(struct doer *d, const struct made *m)
{
	struct vt_span kek = vt_secret_view(d->s->keys.wrap);

	memset(&hay, 0, sizeof(hay));
	tap_need(gcry_cipher_open(&hay.unwrap, GCRY_CIPHER_AES256,
		     GCRY_CIPHER_MODE_AESWRAP, 0) == 0 &&
		     gcry_cipher_setkey(hay.unwrap, kek.p, kek.n) == 0,
	    "key wrap");
	remember(d->s, &m->content);
	remember(d->s, &m->packet);
	tap_eq_int((int)hay.n_envelopes, 3, "two pieces and the packet");
	/* what only this paper has, in the clear */
	for (size_t at = 2 * VT_CHUNK_SIZE; at + 32 <= SIZE; at += 16000)
		add_needle(m->bytes + at, 32, "its content");
	add_needle(&SUBJECT[4], 20, "its subject");
	add_needle(FILENAME, sizeof(FILENAME) - 1, "its name");
	add_needle(OPINION, sizeof(OPINION) - 1, "an opinion");
	add_needle(&PACKET[7], 20, "its packet");
	add_needle(&ANSWER[12], 18, "an answer");
}

static void
nothing_in(const char *dir, const char *what)
{
	search(dir);
	tap_ok(hay.files >= 8, "%s: its files are read", what);
	tap_ok(hay.keys >= 4, "%s: the keys that stay are seen (%llu)", what,
	    (unsigned long long)hay.keys);
	tap_eq_int((int)hay.found, 0, "%s: not one byte of it", what);
	tap_eq_int((int)hay.opened, 0, "%s: no key opens it", what);
}

#define run(...)                                                               \
	do {                                                                   \
		char cmd_[600];                                                \
		(void)snprintf(cmd_, sizeof(cmd_), __VA_ARGS__);               \
		tap_need(system(cmd_) == 0, "%s", cmd_);                       \
	} while (0)

/* An older copy, restored: the list is replayed first. */
static void
restore(const char *old, const char *dir, struct world *w)
{
	struct vt_store *s = store_open(old, &w->ctx);
	struct doer d = { .s = s, .r = VT_ACT_RESULT_INIT };
	VT_BUF_AUTO(list);
	VT_BUF_AUTO(path);
	uint64_t n = 0;

	vt_buf_printf(&path, "%s.destroyed", dir);
	tap_need(
	    vt_file_read(vt_buf_str(&path), 1 << 20, &list, &d.err) == VT_OK,
	    "the list lies beside the data directory");
	search(old);
	tap_ok(hay.found > 0 && hay.opened > 0, "the old copy has it all");
	list.p[list.n - 5] ^= 1;
	tap_code(vt_destroy_replay(s, vt_buf_view(&list), &n, &d.err),
	    VT_E_STORE_FORMAT, &d.err, "a forged line is refused");
	list.p[list.n - 5] ^= 1;
	tap_code(vt_destroy_replay(s, VT_SPAN(list.p, list.n - 1), &n, &d.err),
	    VT_E_STORE_FORMAT, &d.err, "a list that is cut off, too");
	list.p[30] = list.p[30] == 'a' ? 'b' : 'a';
	tap_code(vt_destroy_replay(s, vt_buf_view(&list), &n, &d.err),
	    VT_E_STORE_FORMAT, &d.err, "the list of another store, too");
	vt_buf_reset(&list);
	tap_call(vt_file_read(vt_buf_str(&path), 1 << 20, &list, &d.err),
	    &d.err, "read again");
	tap_call(vt_destroy_replay(s, vt_buf_view(&list), &n, &d.err), &d.err,
	    "replayed");
	tap_eq_int((int)n, 1, "one paper");
	tap_call(vt_destroy_replay(s, vt_buf_view(&list), &n, &d.err), &d.err,
	    "once more");
	tap_eq_int((int)n, 0, "nothing is left to do");
	tap_eq_int((int)findings(s, true), 0, "the restored store is clean");
	vt_store_close(s);
	nothing_in(old, "restored");
}

static void
on_files(void)
{
	VT_BUF_AUTO(old);
	VT_BUF_AUTO(beside);
	char *dir = dir_new();
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct world w;
	struct made m;

	world_init(&w);
	d.s = store_new(dir, &w.ctx);
	make_papers(&d, &m);
	haystack_begin(&d, &m);
	vt_store_close(d.s);
	search(dir);
	tap_ok(hay.found >= 7, "before: its words and keys are in the files");
	tap_ok(hay.opened >= 3, "before: its pieces are opened");
	vt_buf_printf(&old, "%s.old", dir);
	run("cp -a %s %s", dir, vt_buf_str(&old));
	d.s = store_open(dir, &w.ctx);
	tap_call(do_step(&d, &m.secret, order(VT_DESTROY_SECRET, true)), &d.err,
	    "the order");
	/* a crash here: the order stands */
	vt_store_close(d.s);
	d.s = store_open(dir, &w.ctx);
	tap_eq_int((int)finish(&d), 1, "it goes on");
	after_order(&d, &m, true);
	tap_eq_int((int)findings(d.s, true), 0, "clean");
	nothing_in(dir, "open");
	tap_call(make_paper(&d, VT_DIR_OUT, 1000, 99), &d.err, "it goes on");
	vt_store_close(d.s);
	nothing_in(dir, "closed");
	d.s = store_open(dir, &w.ctx);
	tap_eq_int((int)findings(d.s, true), 0, "opened again: clean");
	vt_store_close(d.s);
	restore(vt_buf_str(&old), dir, &w);
	vt_act_result_free(&d.r);
	gcry_cipher_close(hay.unwrap);
	vt_buf_printf(&beside, "%s.destroyed", dir);
	(void)remove(vt_buf_str(&beside));
	vt_buf_puts(&old, ".destroyed");
	(void)remove(vt_buf_str(&old));
	vt_buf_truncate(&old, old.n - 10);
	dir_free(strdup(vt_buf_str(&old)));
	dir_free(dir);
	free(m.bytes);
}

/* ---- rewriting that was cut off ---- */

static void
settled(const char *dir, struct world *w, const vt_hash *want, const char *what)
{
	struct vt_store *s = store_open(dir, &w->ctx);
	struct vt_err err = VT_ERR_INIT;
	char path[300];
	vt_hash rows;

	tap_call(vt_store_digest(s, &rows, &err), &err, "rows");
	tap_ok(vt_hash_eq(&rows, want), "%s: the rows are there", what);
	vt_store_close(s);
	(void)snprintf(path, sizeof(path), "%s/records.new", dir);
	tap_ok(access(path, F_OK) != 0, "%s: no .new is left", what);
	(void)snprintf(path, sizeof(path), "%s/records.old", dir);
	tap_ok(access(path, F_OK) != 0, "%s: no .old is left", what);
}

static void
cut_off(void)
{
	char *dir = dir_new();
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_store_options ro = options;
	struct vt_store *s = NULL;
	struct world w;
	vt_hash rows;

	world_init(&w);
	d.s = store_new(dir, &w.ctx);
	tap_call(make_agency(&d, "H99.01", "Sở"), &d.err, "agency");
	vt_store_close(d.s);
	d.s = store_open(dir, &w.ctx);
	tap_call(vt_store_digest(d.s, &rows, &d.err), &d.err, "rows");
	vt_store_close(d.s);
	/* half of a new one */
	run("mkdir %s/records.new && test -d %s", dir, dir);
	run("head -c 9000 %s/records/data.mdb > %s/records.new/data.mdb", dir,
	    dir);
	settled(dir, &w, &rows, "half of a new one");
	run("cp -a %s/records %s/records.new", dir, dir);
	run("mv %s/records %s/records.old", dir, dir);
	ro.read_only = true;
	tap_code(vt_store_open(dir, &ro, &w.ctx, &s, &d.err),
	    VT_E_STORE_READ_ONLY, &d.err, "for reading: said, not repaired");
	settled(dir, &w, &rows, "moved away, the new one whole");
	run("mv %s/records %s/records.old", dir, dir);
	settled(dir, &w, &rows, "moved away, none in its place");
	run("cp -a %s/records %s/records.old", dir, dir);
	settled(dir, &w, &rows, "the old one not yet removed");
	vt_act_result_free(&d.r);
	dir_free(dir);
}

/* ---- readers and writers while it is written anew ---- */

static void
readers(void)
{
	char *dir = dir_new();
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_view *before, *after;
	struct vt_agency a;
	struct world w;

	world_init(&w);
	d.s = store_new(dir, &w.ctx);
	tap_call(make_agency(&d, "H99.01", "Sở"), &d.err, "agency");
	tap_need(vt_view_begin(d.s, &before, &d.err) == VT_OK, "a view");
	tap_call(
	    d.s->engine->ops->rewrite(d.s->engine, VT_SPACE_RECORDS, &d.err),
	    &d.err, "records are written anew");
	tap_call(make_agency(&d, "H99.02", "Phòng"), &d.err, "and written to");
	tap_need(vt_view_begin(d.s, &after, &d.err) == VT_OK, "a view");
	tap_call(vt_agency_get(before, 1, &a, &d.err), &d.err, "old view");
	tap_code(vt_agency_get(before, 2, &a, &d.err), VT_E_AGENCY_UNKNOWN,
	    &d.err, "it stays as it was");
	tap_call(vt_agency_get(after, 2, &a, &d.err), &d.err, "new view");
	vt_view_end(before);
	vt_view_end(after);
	tap_call(d.s->engine->ops->rewrite(d.s->engine, VT_SPACE_KEYS, &d.err),
	    &d.err, "keys, too");
	tap_call(make_paper(&d, VT_DIR_OUT, 1000, 1), &d.err, "a paper");
	tap_eq_int((int)findings(d.s, true), 0, "clean");
	vt_store_close(d.s);
	vt_act_result_free(&d.r);
	dir_free(dir);
}

/* ---- a check that cannot fail is none ---- */

static void
put_row(struct vt_store *s, enum vt_table t, const struct vt_key *k,
    struct vt_span v)
{
	struct vt_txn *txn;
	struct vt_err err;

	tap_need(s->engine->ops->begin(
		     s->engine, VT_SPACE_RECORDS, true, &txn, &err) == VT_OK &&
		     vt_tx_put(txn, t, k, v, &err) == VT_OK &&
		     txn->ops->commit(txn, &err) == VT_OK,
	    "a row is put");
}

static void
checked(void)
{
	struct doer d = { .r = VT_ACT_RESULT_INIT };
	struct vt_txn *t;
	struct vt_key k;
	struct vt_span v;
	struct world w;
	struct made m;
	VT_BUF_AUTO(act);
	VT_BUF_AUTO(gone);

	world_init(&w);
	d.s = model_new(&w.ctx);
	make_papers(&d, &m);
	k = vt_key_row(d.agency, 4); /* the act that made the paper */
	tap_need(d.s->engine->ops->begin(d.s->engine, VT_SPACE_RECORDS, false,
		     &t, &d.err) == VT_OK &&
		     vt_tx_get(t, VT_T_ACT, &k, &v, &d.err) == VT_OK,
	    "its act");
	vt_buf_span(&act, v);
	t->ops->abort(t);
	tap_ok(memmem(act.p, act.n, FILENAME, sizeof(FILENAME) - 1) != NULL,
	    "with its words");
	tap_call(do_step(&d, &m.secret, order(VT_DESTROY_SECRET, true)), &d.err,
	    "the order");
	tap_eq_int((int)finish(&d), 1, "erased");
	tap_eq_int((int)findings(d.s, true), 0, "clean");
	tap_need(d.s->engine->ops->begin(d.s->engine, VT_SPACE_RECORDS, false,
		     &t, &d.err) == VT_OK &&
		     vt_tx_get(t, VT_T_ACT, &k, &v, &d.err) == VT_OK,
	    "the act as it is");
	vt_buf_span(&gone, v);
	t->ops->abort(t);
	put_row(d.s, VT_T_ACT, &k, vt_buf_view(&act));
	tap_ok(findings(d.s, false) > 0, "words that came back are found");
	put_row(d.s, VT_T_ACT, &k, vt_buf_view(&gone));
	tap_eq_int((int)findings(d.s, true), 0, "as it was");
	/* the same emptied act in a store that has no such order */
	vt_store_close(d.s);
	free(m.bytes);
	world_init(&w);
	d.s = model_new(&w.ctx);
	make_papers(&d, &m);
	put_row(d.s, VT_T_ACT, &k, vt_buf_view(&gone));
	tap_ok(findings(d.s, false) > 0,
	    "words taken away without an order are found");
	vt_store_close(d.s);
	vt_act_result_free(&d.r);
	free(m.bytes);
}

int
main(void)
{
	(void)on_both(play, "a paper with its words");
	(void)on_both(play_bytes_only, "bytes only");
	readers();
	cut_off();
	checked();
	on_files();
	return tap_done();
}
