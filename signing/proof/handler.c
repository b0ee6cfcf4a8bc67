/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What runs inside the `proof` worker: reads a foreign PDF, never a key. */
#include <openssl/crypto.h>

#include "base/limits.h"
#include "signing/proof/codec.h"
#include "signing/signing.h"
#include "signing/stamp/judge.h"

#define ARENA_LIMIT ((size_t)256 << 20)

static int
open_pdf(struct vt_source *src, struct vt_arena **ret_arena,
    struct vt_pdf **ret, struct vt_err *reterr)
{
	*ret_arena = vt_arena_new(ARENA_LIMIT);
	if (*ret_arena == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "PDF");
	return vt_pdf_open(src, *ret_arena, ret, reterr);
}

static int
do_inspect(struct vt_cbor *c, struct vt_source *src, struct vt_buf *reply,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *arena = NULL;
	VT_CLEANUP(vt_pdf_free) struct vt_pdf *pdf = NULL;
	struct vt_inspection i;
	int rc;

	if (!vt_cbor_get_null(c))
		vt_cbor_fail(c, "an inspection has no body");
	if ((rc = vt_cbor_finish(c, "proof request", reterr)) != VT_OK ||
	    (rc = open_pdf(src, &arena, &pdf, reterr)) != VT_OK ||
	    (rc = vt_pades_inspect(pdf, &i, reterr)) != VT_OK)
		return rc;
	vt_proof_put_inspection(reply, &i);
	vt_inspection_free(&i);
	return VT_OK;
}

static int
do_update(struct vt_cbor *c, struct vt_source *src, struct vt_buf *reply,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *arena = NULL;
	VT_CLEANUP(vt_pdf_free) struct vt_pdf *pdf = NULL;
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	struct vt_arena *request_arena;
	struct vt_pades_change change;
	vt_hash digest = { 0 };
	int rc;

	request_arena = vt_arena_new(ARENA_LIMIT);
	if (request_arena == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "request");
	rc = vt_proof_get_update(c, request_arena, &change, reterr);
	if (rc == VT_OK)
		rc = vt_cbor_finish(c, "proof request", reterr);
	if (rc == VT_OK)
		rc = open_pdf(src, &arena, &pdf, reterr);
	if (rc == VT_OK)
		rc = vt_pades_update(pdf, src, &change, &tail, &digest, reterr);
	if (rc == VT_OK)
		vt_proof_put_tail(reply, &tail, &digest);
	vt_pdf_tail_free(&tail);
	vt_arena_free(request_arena);
	return rc;
}

static int
do_validate(struct vt_cbor *c, struct vt_source *src, struct vt_buf *reply,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *arena = NULL;
	VT_CLEANUP(vt_verdict_free) struct vt_verdict *verdict = NULL;
	struct vt_verify_input in;
	int rc;

	arena = vt_arena_new(ARENA_LIMIT);
	if (arena == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "request");
	if ((rc = vt_proof_get_validate(c, arena, &in, reterr)) != VT_OK ||
	    (rc = vt_cbor_finish(c, "proof request", reterr)) != VT_OK ||
	    (rc = vt_verify_pdf(src, &in, &verdict, reterr)) != VT_OK)
		return rc;
	vt_verdict_encode(verdict, reply);
	return VT_OK;
}

static int
handle(struct vt_job *job, struct vt_err *reterr)
{
	struct vt_source src = { 0 };
	enum vt_proof_op op;
	struct vt_cbor c;
	int rc;

	vt_cbor_open(&c, job->request);
	op = vt_proof_get_op(&c);
	if (c.failed != VT_OK)
		return vt_cbor_finish(&c, "proof request", reterr);
	if (job->n_fds != 1)
		return vt_err_set(reterr, VT_E_INVALID,
		    "proof request: %zu files, want one", job->n_fds);
	rc = vt_source_map_fd(&src, job->fds[0], reterr);
	if (rc == VT_E_FILE_EMPTY && op == VT_PROOF_VALIDATE)
		vt_source_memory(&src, VT_SPAN(NULL, 0)); /* a verdict, too */
	else if (rc != VT_OK)
		return rc;
	switch (op) {
	case VT_PROOF_INSPECT:
		rc = do_inspect(&c, &src, job->reply, reterr);
		break;
	case VT_PROOF_UPDATE:
		rc = do_update(&c, &src, job->reply, reterr);
		break;
	case VT_PROOF_VALIDATE:
		rc = do_validate(&c, &src, job->reply, reterr);
		break;
	case VT_PROOF_STAMP:
		rc = vt_stamp_handle(&c, &src, job->reply, reterr);
		break;
	}
	vt_source_close(&src);
	return rc;
}

/* OpenSSL reads no configuration file: the sandbox would not let it, and a
 * verdict must not depend on one. */
static int
warm(struct vt_err *reterr)
{
	if (OPENSSL_init_crypto(
		OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_ADD_ALL_DIGESTS,
		NULL) != 1)
		return vt_err_set(
		    reterr, VT_E_ENVIRONMENT, "OpenSSL cannot be set up");
	return VT_OK;
}

/* One job a process: a paper that takes its worker over finds no other paper
 * in it, and can lie about none. The spawner keeps a spare ready. */
const struct vt_worker_kind vt_proof_worker = {
	.name = "proof",
	.handle = handle,
	.warm = warm,
	.jobs_max = 1,
	.wall_ms = VT_LIMIT_VALUE_WORKER_WALL_MS,
	.cpu_s = VT_LIMIT_VALUE_WORKER_CPU_S,
	.memory = VT_LIMIT_VALUE_WORKER_MEMORY,
	.output_max = VT_LIMIT_VALUE_WORKER_MESSAGE_MAX,
};
