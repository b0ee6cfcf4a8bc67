/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/stamp/stamp.h"

#include <unistd.h>

#include "signing/proof/codec.h"
#include "signing/signing.h"

void
vt_stamp_request(const vt_hash *imprint,
    const uint8_t nonce[static VT_STAMP_NONCE], struct vt_buf *ret)
{
	/* SEQUENCE { version 1, SEQUENCE { SEQUENCE { sha-256, NULL }, OCTET
	 * STRING 32 }, nonce INTEGER, certReq TRUE }; all lengths are fixed. */
	static const uint8_t head[] = { 0x30, 0x44, 0x02, 0x01, 0x01, 0x30,
		0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
		0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20 };
	static const uint8_t tail[] = { 0x01, 0x01, 0xff };
	/* nine bytes, the first 01: positive, and never shorter */
	static const uint8_t number[] = { 0x02, 0x09, 0x01 };

	vt_buf_put(ret, head, sizeof(head));
	vt_buf_put(ret, imprint->b, VT_HASH_SIZE);
	vt_buf_put(ret, number, sizeof(number));
	vt_buf_put(ret, nonce, VT_STAMP_NONCE);
	vt_buf_put(ret, tail, sizeof(tail));
}

static int
answer_parse(struct vt_span bytes, struct vt_buf *ret_token, vt_time *ret_time,
    struct vt_err *reterr)
{
	struct vt_span token;
	struct vt_cbor c;
	vt_time time;
	int rc;

	vt_cbor_open(&c, bytes);
	if (vt_cbor_get_array(&c) != 2)
		vt_cbor_fail(&c, "an answer is [token, time]");
	token = vt_cbor_get_bytes(&c);
	time = vt_cbor_get_int(&c);
	if (c.failed == VT_OK && (token.n == 0 || token.n > VT_STAMP_REPLY_MAX))
		vt_cbor_fail(&c, "a token of no length that can be");
	if ((rc = vt_cbor_finish(&c, "proof worker: stamp", reterr)) != VT_OK)
		return rc;
	vt_buf_span(ret_token, token);
	*ret_time = time;
	return vt_buf_status(ret_token, reterr);
}

int
vt_stamp_judge(struct vt_spawner *s, struct vt_span reply,
    const struct vt_stamp_want *want, struct vt_buf *ret_token,
    vt_time *ret_time, struct vt_err *reterr)
{
	struct vt_job_call job = { .kind = vt_proof_worker.name, .n_fds = 1 };
	VT_BUF_AUTO(request);
	VT_BUF_AUTO(answer);
	int fd, rc;

	if (reply.n == 0 || reply.n > VT_STAMP_REPLY_MAX)
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "timestamp: RFC 3161 §2.4.2: a reply of %zu bytes",
		    reply.n);
	vt_cbor_map(&request, 2);
	vt_cbor_uint(&request, 1);
	vt_cbor_uint(&request, VT_PROOF_STAMP);
	vt_cbor_uint(&request, 2);
	vt_cbor_map(&request, 3);
	vt_cbor_uint(&request, 1);
	vt_cbor_hash(&request, &want->imprint);
	vt_cbor_uint(&request, 2);
	vt_cbor_bytes(&request, VT_SPAN(want->nonce, VT_STAMP_NONCE));
	vt_cbor_uint(&request, 3);
	vt_cbor_array(&request, want->n_anchors);
	for (size_t i = 0; i < want->n_anchors; i++)
		vt_cbor_bytes(&request, want->anchors[i]);
	if ((rc = vt_buf_status(&request, reterr)) != VT_OK ||
	    (rc = vt_job_memfd(reply, &fd, reterr)) != VT_OK)
		return rc;
	job.request = vt_buf_view(&request);
	job.fds = &fd;
	rc = vt_spawner_call(s, &job, &answer, reterr);
	(void)close(fd);
	return rc == VT_OK ? answer_parse(vt_buf_view(&answer), ret_token,
				 ret_time, reterr)
			   : rc;
}
