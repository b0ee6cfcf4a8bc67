/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole of signing.h, with the `proof` worker in its sandbox. */
#include <unistd.h>

#include "base/context.h"
#include "signing/signing.h"
#include "tests/tap.h"
#include "tests/unit/signing/walk.h"

static struct vt_spawner *spawner;
static struct pki *ca, *signer;
static struct vt_key *key;

static int
fd_of(const struct vt_buf *b)
{
	struct vt_err err = VT_ERR_INIT;
	int fd = -1;

	tap_need(vt_job_memfd(vt_buf_view(b), &fd, &err) == VT_OK, "a memfd");
	return fd;
}

static void
append(struct vt_buf *file, struct vt_pdf_tail *tail)
{
	vt_buf_span(file, vt_buf_view(&tail->bytes));
	vt_pdf_tail_free(tail);
}

static void
test_walk(void)
{
	struct vt_field_spec lay = { .kind = VT_FIELD_SIGNATURE,
		.name = "vt_leader",
		.x = 50,
		.y = 50,
		.w = 120,
		.h = 60 };
	struct vt_signature_spec sign = { .field = "vt_leader",
		.appearance = &walk_box_graft,
		.time = WALK_TIME };
	struct vt_pades_change laying = { .lay = &lay, .n_lay = 1 };
	struct vt_pades_change signing = { .sign = &sign };
	struct walk_pdf kind = { .xref = WALK_TABLE };
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	struct vt_err err = VT_ERR_INIT;
	struct vt_inspection i;
	VT_BUF_AUTO(file);
	int fd;

	walk_pdf(&kind, &file);
	fd = fd_of(&file);
	tap_code(vt_sign_update(spawner, fd, &signing, &tail, &err),
	    VT_E_INVALID, &err, "a signature is no plain update");
	tap_code(vt_sign_with_key(spawner, fd, &signing, key, &tail, &err),
	    VT_E_PDF_NO_FIELD, &err, "the worker's refusal comes through");
	tap_ok(strstr(err.msg, "vt_leader") != NULL, "with its message: %s",
	    err.msg);
	tap_call(
	    vt_sign_update(spawner, fd, &laying, &tail, &err), &err, "lays");
	close(fd);
	append(&file, &tail);
	fd = fd_of(&file);
	tap_call(vt_sign_with_key(spawner, fd, &signing, key, &tail, &err),
	    &err, "signs");
	close(fd);
	append(&file, &tail);
	fd = fd_of(&file);
	tap_call(vt_sign_inspect(spawner, fd, &i, &err), &err, "inspects");
	tap_ok(i.signatures == 1 && i.revisions == 3 && i.n_fields == 1 &&
		   i.fields[0].filled && i.size == file.n,
	    "one signature in three revisions");
	vt_inspection_free(&i);
	close(fd);
}

/* A certificate that may not sign is refused before the file is touched. */
static void
test_certificate(void)
{
	struct vt_signature_spec sign = { .field = "vt_leader",
		.time = VT_TIME_S(1700000000) };
	struct vt_pades_change c = { .sign = &sign };
	struct vt_span chain = pki_der(signer);
	struct vt_err err = VT_ERR_INIT;
	struct vt_prepared p;

	tap_code(vt_sign_prepare(spawner, -1, &c, &chain, 1, &p, &err),
	    VT_E_CERT_NOT_YET_VALID, &err, "a certificate of tomorrow");
	sign.time = WALK_TIME;
	chain = pki_der(ca);
	tap_code(vt_sign_prepare(spawner, -1, &c, &chain, 1, &p, &err),
	    VT_E_CERT_USAGE, &err, "an authority's certificate");
	tap_code(vt_sign_prepare(spawner, -1, &c, &chain, 0, &p, &err),
	    VT_E_INVALID, &err, "no certificate");
}

static void
test_bad_files(void)
{
	static const struct {
		const char *bytes;
		enum vt_code want;
	} bad[] = {
		{ "hello", VT_E_NOT_PDF },
		{ "%PDF-1.7\n1 0 obj", VT_E_PDF_TRUNCATED },
	};
	struct vt_err err = VT_ERR_INIT;
	struct vt_inspection i;
	VT_BUF_AUTO(b);
	size_t n;
	int fd;

	fd = fd_of(&b);
	tap_code(vt_sign_inspect(spawner, fd, &i, &err), VT_E_FILE_EMPTY, &err,
	    "an empty file");
	close(fd);
	for (n = 0; n < 2; n++) {
		vt_buf_reset(&b);
		vt_buf_puts(&b, bad[n].bytes);
		fd = fd_of(&b);
		tap_code(vt_sign_inspect(spawner, fd, &i, &err), bad[n].want,
		    &err, "%s", vt_err_info(bad[n].want)->slug);
		close(fd);
	}
}

static void
test_validate(void)
{
	struct vt_span anchor = pki_der(ca);
	struct vt_verify_input in = { .anchors = &anchor,
		.n_anchors = 1,
		.now = WALK_TIME,
		.offline = true };
	struct walk_pdf kind = { .xref = WALK_TABLE };
	struct vt_err err = VT_ERR_INIT;
	struct vt_verdict *v = NULL;
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(laid);
	VT_BUF_AUTO(done);
	int fd;

	walk_pdf(&kind, &file);
	fd = fd_of(&file);
	tap_call(
	    vt_sign_validate(spawner, fd, &in, &v, &err), &err, "validates");
	tap_ok(
	    v != NULL && v->overall == VT_OVERALL_NO_SIGNATURE, "no signature");
	vt_verdict_free(v);
	close(fd);
	tap_call(walk_lay(&file, 0, &laid, &err), &err, "lays");
	tap_call(walk_sign(&laid, "vt_leader", 120, 60, key, &done, &err), &err,
	    "signs");
	fd = fd_of(&done);
	v = NULL;
	tap_call(
	    vt_sign_validate(spawner, fd, &in, &v, &err), &err, "validates");
	tap_ok(v != NULL && v->n_signatures == 1 &&
		   v->overall != VT_OVERALL_FAILED &&
		   strcmp(v->signatures[0].field, "vt_leader") == 0,
	    "one signature, not failed");
	vt_verdict_free(v);
	close(fd);
	vt_buf_reset(&file);
	fd = fd_of(&file);
	v = NULL;
	tap_call(vt_sign_validate(spawner, fd, &in, &v, &err), &err,
	    "validates nothing");
	tap_ok(v != NULL && v->overall == VT_OVERALL_NOT_READABLE,
	    "an empty file is not readable");
	vt_verdict_free(v);
	close(fd);
}

/* A worker that its PDF has taken over: it does the job, then lies. */
static int
lie(struct vt_job *job, struct vt_err *reterr)
{
	struct vt_span said;
	const uint8_t *range;
	int rc = vt_proof_worker.handle(job, reterr);

	if (rc != VT_OK)
		return rc;
	said = vt_buf_view(job->reply);
	range = memmem(said.p, said.n, "/ByteRange [0 ", 14);
	if (range == NULL) /* no update, or one without a signature */
		return VT_OK;
	if (said.n % 2 == 0) /* the digest ends the answer */
		job->reply->p[said.n - 1] ^= 1;
	else /* the range as a reader will find it */
		job->reply->p[(size_t)(range - said.p) + 14] ^= 1;
	return VT_OK;
}

/* Whatever the worker says, only the bytes of this file are ever signed. */
static void
test_liar(void)
{
	struct vt_worker_kind liar = vt_proof_worker;
	struct vt_field_spec field = { .kind = VT_FIELD_SIGNATURE,
		.name = "x" };
	struct vt_signature_spec sign = { .create = &field,
		.time = WALK_TIME };
	struct vt_pades_change change = { .sign = &sign };
	struct walk_pdf kind = { .xref = WALK_TABLE };
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	struct vt_spawner *own = NULL;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(file);

	liar.handle = lie;
	tap_need(vt_spawner_start(&liar, 1, &own, &err) == VT_OK,
	    "a lying worker");
	walk_pdf(&kind, &file);
	/* names of both parities of length, so that both lies are told */
	for (int i = 0; i < 2; i++) {
		int fd = fd_of(&file);

		field.name = i == 0 ? "x" : "xy";
		tap_code(vt_sign_with_key(own, fd, &change, key, &tail, &err),
		    VT_E_WORKER_PROTOCOL, &err, "lie %d is not signed", i);
		close(fd);
	}
	vt_spawner_free(own);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_call(vt_base_init(&err), &err, "base");
	tap_need(vt_spawner_start(&vt_proof_worker, 1, &spawner, &err) == VT_OK,
	    "the spawner starts");
	ca = pki_ca(VT_KEY_RSA_PKCS1_SHA256);
	signer = pki_signer(VT_KEY_RSA_PKCS1_SHA256, "Trần Văn Mẫu", ca);
	key = pki_key(signer);
	test_walk();
	test_certificate();
	test_bad_files();
	test_validate();
	test_liar();
	vt_key_free(key);
	pki_free(signer);
	pki_free(ca);
	vt_spawner_free(spawner);
	return tap_done();
}
