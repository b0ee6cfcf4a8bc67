/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The `packet` worker: what runs in it, and how it is asked. */
#include <errno.h>
#include <libxml/parser.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/exchange/edxml/edxml.h"
#include "base/cbor.h"
#include "base/limits.h"

#define KIND "packet"

enum request { Q_NO_OLD = 1 };

/* ---- in the worker ---- */

static int
read_request(struct vt_span s, bool *ret_no_old, struct vt_err *reterr)
{
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;

	vt_cbor_open(&c, s);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		if (key == Q_NO_OLD)
			*ret_no_old = vt_cbor_get_bool(&c);
		else
			vt_cbor_fail(&c, "unknown field");
	}
	return vt_cbor_finish(&c, "request to the packet worker", reterr);
}

/* vt_edxml_sink */
static int
write_out(void *arg, struct vt_span s, struct vt_err *reterr)
{
	int fd = *(const int *)arg;

	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return vt_err_errno(reterr,
			    errno == ENOSPC || errno == EDQUOT ? VT_E_STORE_FULL
							       : VT_E_IO,
			    errno, "attachments of a packet");
		s = VT_SPAN(s.p + n, s.n - (size_t)n);
	}
	return VT_OK;
}

static int
packet_handle(struct vt_job *job, struct vt_err *reterr)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct vt_edxml_reading how = { .out = NULL };
	struct vt_source packet;
	int rc = read_request(job->request, &how.no_old_dialects, reterr);

	if (rc != VT_OK)
		return rc;
	if (job->n_fds < 1 || job->n_fds > 2)
		return vt_err_set(reterr, VT_E_INVALID,
		    "request to the packet worker: one or two descriptors "
		    "wanted, %zu found",
		    job->n_fds);
	if (job->n_fds == 2) {
		how.out = write_out;
		how.arg = &job->fds[1];
	}
	if ((rc = vt_source_pread_fd(&packet, job->fds[0], reterr)) != VT_OK)
		return rc;
	rc = vt_edxml_read(&packet, &how, &x, reterr);
	vt_source_close(&packet);
	if (rc == VT_OK)
		vt_edxml_put(x, job->reply);
	return rc;
}

/* What libxml2 sets up at its first use. */
static int
packet_warm(struct vt_err *reterr)
{
	static const char tiny[] = "<edXML xmlns=\"" VT_EDXML_NS "\"/>";
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct vt_edxml_reading how = { .out = NULL };
	struct vt_source s;

	xmlInitParser();
	vt_source_memory(&s, VT_SPAN_LIT(tiny));
	return vt_edxml_read(&s, &how, &x, reterr);
}

const struct vt_worker_kind vt_packet_worker = {
	.name = KIND,
	.handle = packet_handle,
	.warm = packet_warm,
	.jobs_max = 1, /* nothing of one packet is left for the next */
	.wall_ms = VT_L(WORKER_WALL_MS),
	.cpu_s = VT_L(WORKER_CPU_S),
	.memory = 6 * VT_L(EDXML_MEMORY_MAX), /* taken apart, and the reply */
	.output_max = VT_L(EDXML_MEMORY_MAX),
	.file_max = VT_L(PACKET_OUTPUT_MAX),
};

/* ---- in the program ---- */

/* What it says of the file it wrote must be so. */
static int
check_ranges(const struct vt_edxml *x, int out, struct vt_err *reterr)
{
	const struct vt_edxml_document *d = &x->document;
	struct stat st = { .st_size = 0 };

	if (out < 0)
		return VT_OK;
	if (fstat(out, &st) != 0)
		return vt_err_errno(reterr, VT_E_IO, errno, "fstat");
	for (size_t i = 0; i < d->n_attachments; i++) {
		const struct vt_edxml_attachment *a = &d->attachments[i];

		if (a->present && (a->at > (uint64_t)st.st_size ||
				      a->size > (uint64_t)st.st_size - a->at))
			return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
			    "packet worker: attachment %zu lies outside what "
			    "was written",
			    i + 1);
	}
	return VT_OK;
}

int
vt_edxml_ask(struct vt_spawner *s, int packet, int out, bool no_old_dialects,
    struct vt_edxml **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	VT_BUF_AUTO(request);
	VT_BUF_AUTO(reply);
	struct vt_cbor_map_writer w;
	struct vt_err why = VT_ERR_INIT;
	const int fds[2] = { packet, out };
	struct vt_job_call call = {
		.kind = KIND, .fds = fds, .n_fds = out < 0 ? 1 : 2
	};
	int rc;

	vt_cbor_map_begin(&w, &request);
	vt_cbor_key(&w, Q_NO_OLD);
	vt_cbor_bool(&request, no_old_dialects);
	vt_cbor_map_end(&w);
	if ((rc = vt_buf_status(&request, reterr)) != VT_OK)
		return rc;
	call.request = vt_buf_view(&request);
	if ((rc = vt_spawner_call(s, &call, &reply, reterr)) != VT_OK)
		return rc;
	rc = vt_edxml_get(vt_buf_view(&reply), &x, &why);
	if (rc == VT_E_NOMEM)
		return vt_err_set(reterr, rc, "%s", why.msg);
	if (rc != VT_OK)
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "packet worker: %.300s", why.msg);
	rc = check_ranges(x, out, reterr);
	if (rc == VT_OK)
		*ret = VT_TAKE(x);
	return rc;
}
