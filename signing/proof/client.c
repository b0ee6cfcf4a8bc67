/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the program asks the `proof` worker, and how it takes the answers. */
#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"
#include "signing/proof/codec.h"
#include "signing/signing.h"

/* "/ByteRange " and the 60 characters that its value is padded to. */
#define RANGE_WIDTH (sizeof("/ByteRange ") - 1 + 60)

static int
call(struct vt_spawner *s, int fd, const struct vt_buf *request,
    struct vt_buf *reply, struct vt_err *reterr)
{
	struct vt_job_call job = {
		.kind = vt_proof_worker.name,
		.request = vt_buf_view(request),
		.fds = &fd,
		.n_fds = 1,
	};
	int rc = vt_buf_status(request, reterr);

	return rc != VT_OK ? rc : vt_spawner_call(s, &job, reply, reterr);
}

/* A worker that read a hostile file may be its author's: what it says is
 * checked like any input, and an answer out of form is its crash. */
static int
bad_answer(const struct vt_err *why, struct vt_err *reterr)
{
	return vt_err_set(
	    reterr, VT_E_WORKER_PROTOCOL, "proof worker: %.300s", why->msg);
}

int
vt_sign_inspect(struct vt_spawner *s, int fd, struct vt_inspection *ret,
    struct vt_err *reterr)
{
	struct vt_err why = VT_ERR_INIT;
	VT_BUF_AUTO(request);
	VT_BUF_AUTO(reply);
	int rc;

	vt_proof_put_inspect(&request);
	rc = call(s, fd, &request, &reply, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_proof_get_inspection(vt_buf_view(&reply), ret, &why);
	return rc == VT_OK ? VT_OK : bad_answer(&why, reterr);
}

/* Does the tail say the byte range that it comes with, where a reader looks:
 * before /Contents, padded as base/pdf/append writes it? */
static bool
says_range(const struct vt_pdf_tail *t)
{
	const size_t before = sizeof("\n/Contents <") - 1;
	char want[128];
	size_t at;
	int n;

	n = snprintf(want, sizeof(want),
	    "/ByteRange [0 %" PRIu64 " %" PRIu64 " %" PRIu64 "]",
	    t->byte_range[1], t->byte_range[2], t->byte_range[3]);
	if (n < 0 || (size_t)n > RANGE_WIDTH || t->hole < before + RANGE_WIDTH)
		return false;
	at = t->hole - before - RANGE_WIDTH;
	if (memcmp(t->bytes.p + at, want, (size_t)n) != 0)
		return false;
	for (at += (size_t)n; at < t->hole - before; at++)
		if (t->bytes.p[at] != ' ')
			return false;
	return memcmp(t->bytes.p + at, "\n/Contents <", before) == 0;
}

/*
 * What is going to be signed is hashed here, over the very file: a worker that
 * its PDF has taken over must not be able to have another document signed.
 */
static int
own_digest(int fd, const struct vt_pdf_tail *t, const vt_hash *said,
    struct vt_err *reterr)
{
	struct vt_source src;
	vt_hash digest;
	int rc;

	if (!says_range(t))
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "proof worker: /ByteRange is not where or what it says");
	if ((rc = vt_source_pread_fd(&src, fd, reterr)) != VT_OK)
		return rc;
	rc = vt_pdf_tail_digest(t, &src, &digest, reterr);
	vt_source_close(&src);
	if (rc == VT_OK && !vt_hash_eq(&digest, said))
		rc = vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "proof worker: its digest is not that of the file");
	return rc;
}

/* An update belongs to the file as it is, to the byte. */
static int
fits_file(int fd, const struct vt_pdf_tail *t, struct vt_err *reterr)
{
	struct vt_source src;
	int rc;

	if ((rc = vt_source_pread_fd(&src, fd, reterr)) != VT_OK)
		return rc;
	if (src.size != t->base)
		rc = vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "proof worker: an update of %" PRIu64
		    " bytes' file for one of %" PRIu64,
		    t->base, src.size);
	vt_source_close(&src);
	return rc;
}

static int
update(struct vt_spawner *s, int fd, const struct vt_pades_change *change,
    struct vt_pdf_tail *ret_tail, vt_hash *ret_digest, struct vt_err *reterr)
{
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	struct vt_err why = VT_ERR_INIT;
	vt_hash digest = { 0 };
	VT_BUF_AUTO(request);
	VT_BUF_AUTO(reply);
	struct vt_cbor c;
	int rc;

	vt_proof_put_update(&request, change);
	rc = call(s, fd, &request, &reply, reterr);
	if (rc != VT_OK)
		return rc;
	vt_cbor_open(&c, vt_buf_view(&reply));
	rc = vt_proof_get_tail(&c, &tail, &digest, &why);
	if (rc == VT_OK && tail.has_signature != (change->sign != NULL))
		vt_cbor_fail(&c, "not the kind of update that was asked for");
	if (rc == VT_OK)
		rc = vt_cbor_finish(&c, "update", &why);
	if (rc != VT_OK) {
		vt_pdf_tail_free(&tail);
		return bad_answer(&why, reterr);
	}
	if (tail.has_signature)
		rc = own_digest(fd, &tail, &digest, reterr);
	else
		rc = fits_file(fd, &tail, reterr);
	if (rc != VT_OK) {
		vt_pdf_tail_free(&tail);
		return rc;
	}
	*ret_tail = tail;
	*ret_digest = digest;
	return VT_OK;
}

int
vt_sign_update(struct vt_spawner *s, int fd,
    const struct vt_pades_change *change, struct vt_pdf_tail *ret_tail,
    struct vt_err *reterr)
{
	vt_hash digest;

	if (change->sign != NULL)
		return vt_err_set(reterr, VT_E_INVALID,
		    "update: a signature is prepared, not updated");
	return update(s, fd, change, ret_tail, &digest, reterr);
}

int
vt_sign_validate(struct vt_spawner *s, int fd, const struct vt_verify_input *in,
    struct vt_verdict **ret, struct vt_err *reterr)
{
	struct vt_err why = VT_ERR_INIT;
	VT_BUF_AUTO(request);
	VT_BUF_AUTO(reply);
	int rc;

	vt_proof_put_validate(&request, in);
	rc = call(s, fd, &request, &reply, reterr);
	if (rc != VT_OK)
		return rc;
	rc = vt_verdict_decode(vt_buf_view(&reply), ret, &why);
	return rc == VT_OK ? VT_OK : bad_answer(&why, reterr);
}

static int
put_chain(const struct vt_span *chain, size_t n, struct vt_buf *ret,
    struct vt_err *reterr)
{
	size_t i;

	vt_cbor_array(ret, n);
	for (i = 0; i < n; i++)
		vt_cbor_bytes(ret, chain[i]);
	return vt_buf_status(ret, reterr);
}

static int
freeze(struct vt_prepared *p, const struct vt_span *chain, size_t n_chain,
    struct vt_err *reterr)
{
	int rc;

	rc = vt_cms_attributes(&p->digest, chain[0], p->alg, &p->attrs, reterr);
	if (rc != VT_OK)
		return rc;
	p->attrs_digest = vt_sha256(vt_buf_view(&p->attrs));
	return put_chain(chain, n_chain, &p->chain, reterr);
}

/* Seven parameters, of which two are one list.
 * NOLINTBEGIN(readability-function-size) */
int
vt_sign_prepare(struct vt_spawner *s, int fd,
    const struct vt_pades_change *change, const struct vt_span *chain,
    size_t n_chain, struct vt_prepared *ret, struct vt_err *reterr)
{
	struct vt_prepared p = VT_PREPARED_INIT;
	struct vt_pades_change sized = *change;
	struct vt_certificate_info info;
	struct vt_signature_spec sign;
	int rc;

	if (change->sign == NULL || n_chain == 0 || n_chain > VT_L(CHAIN_MAX))
		return vt_err_set(reterr, VT_E_INVALID,
		    "signature: want a signature to prepare and 1 to %zu "
		    "certificates",
		    VT_L(CHAIN_MAX));
	sign = *change->sign;
	sized.sign = &sign;
	if ((rc = vt_certificate_check(chain[0], sign.time, reterr)) != VT_OK ||
	    (rc = vt_certificate_describe(chain[0], &info, reterr)) != VT_OK)
		return rc;
	p.alg = info.alg;
	p.time = sign.time;
	if (sign.contents_size == 0)
		sign.contents_size = vt_cms_size(chain, n_chain, p.alg);
	if (sign.contents_size == 0)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "signature: the chain of %s does not make a CMS",
		    info.subject_cn);
	rc = update(s, fd, &sized, &p.tail, &p.digest, reterr);
	if (rc == VT_OK)
		rc = freeze(&p, chain, n_chain, reterr);
	if (rc != VT_OK) {
		vt_prepared_free(&p);
		return rc;
	}
	*ret = p;
	return VT_OK;
}
/* NOLINTEND(readability-function-size) */

int
vt_sign_with_key(struct vt_spawner *s, int fd,
    const struct vt_pades_change *change, struct vt_key *key,
    struct vt_pdf_tail *ret_tail, struct vt_err *reterr)
{
	struct vt_span chain[VT_LIMIT_VALUE_CHAIN_MAX];
	struct vt_prepared p = VT_PREPARED_INIT;
	size_t i, n = vt_key_chain_length(key);
	VT_BUF_AUTO(value);
	int rc;

	VT_ASSERT(n <= VT_L(CHAIN_MAX));
	for (i = 0; i < n; i++)
		chain[i] = vt_key_chain(key, i);
	rc = vt_sign_prepare(s, fd, change, chain, n, &p, reterr);
	if (rc == VT_OK)
		rc = vt_key_sign(key, vt_buf_view(&p.attrs), &value, reterr);
	if (rc == VT_OK)
		rc =
		    vt_sign_complete(&p, vt_buf_view(&value), ret_tail, reterr);
	vt_prepared_free(&p);
	return rc;
}
