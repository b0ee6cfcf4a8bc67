/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/spool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "api/http/multipart.h"
#include "base/limits.h"

#define FIELDS_MAX 8
#define FIELD_MAX  1024 /* bytes of one value */

struct field {
	char *name;
	struct vt_buf value;
};

struct vt_http_spool {
	int fd;
	uint64_t n, limit;
	struct vt_multipart *form; /* NULL: raw */
	bool in_file, had_file;
	struct field fields[FIELDS_MAX];
	size_t nfields;
	struct field *field; /* being read, or NULL */
};

/* How many there are; the one thing here that is the process's. */
static atomic_int spools;

static int
write_all(struct vt_http_spool *s, struct vt_span b, struct vt_err *reterr)
{
	if (b.n > s->limit - s->n)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "file: at most %" PRIu64 " bytes", s->limit);
	while (b.n > 0) {
		ssize_t w = write(s->fd, b.p, b.n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return vt_err_errno(reterr,
			    errno == ENOSPC ? VT_E_NOMEM : VT_E_IO, errno,
			    "memory file");
		s->n += (uint64_t)w;
		b.p += w;
		b.n -= (size_t)w;
	}
	return VT_OK;
}

static int
part_begin(void *arg, const char *name, bool is_file, struct vt_err *reterr)
{
	struct vt_http_spool *s = arg;

	s->field = NULL;
	s->in_file = is_file && !s->had_file;
	s->had_file = s->had_file || is_file;
	if (is_file || s->nfields == FIELDS_MAX)
		return VT_OK;
	s->field = &s->fields[s->nfields];
	s->field->name = strdup(name);
	if (s->field->name == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "form");
	vt_buf_init(&s->field->value, FIELD_MAX);
	s->nfields++;
	return VT_OK;
}

static int
part_bytes(void *arg, struct vt_span b, struct vt_err *reterr)
{
	struct vt_http_spool *s = arg;

	if (s->in_file)
		return write_all(s, b, reterr);
	if (s->field == NULL)
		return VT_OK;
	vt_buf_span(&s->field->value, b);
	return vt_buf_status(&s->field->value, reterr);
}

int
vt_http_spool_new(struct vt_span multipart, uint64_t limit,
    struct vt_http_spool **ret, struct vt_err *reterr)
{
	static const struct vt_multipart_ops ops = { part_begin, part_bytes };
	VT_CLEANUP(vt_http_spool_free)
	struct vt_http_spool *s = calloc(1, sizeof(*s));
	int rc;

	if (s == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "spool");
	s->fd = -1;
	s->limit = limit;
	if (atomic_fetch_add(&spools, 1) >= (int)VT_L(CHECKS_MAX))
		return vt_err_set(reterr, VT_E_BUSY,
		    "%zu files are being checked already", VT_L(CHECKS_MAX));
	if (multipart.p != NULL) {
		rc = vt_multipart_new(multipart, &ops, s, &s->form, reterr);
		if (rc != VT_OK)
			return rc;
	}
	s->fd = memfd_create("check", MFD_CLOEXEC);
	if (s->fd < 0)
		return vt_err_errno(reterr, VT_E_IO, errno, "memory file");
	*ret = VT_TAKE(s);
	return VT_OK;
}

int
vt_http_spool_put(
    struct vt_http_spool *s, struct vt_span b, struct vt_err *reterr)
{
	return s->form != NULL ? vt_multipart_put(s->form, b, reterr)
			       : write_all(s, b, reterr);
}

int
vt_http_spool_end(struct vt_http_spool *s, int *ret_fd, struct vt_err *reterr)
{
	if (s->form != NULL) {
		int rc = vt_multipart_end(s->form, reterr);

		if (rc != VT_OK)
			return rc;
	}
	if (s->n == 0)
		return vt_err_set(
		    reterr, VT_E_FILE_EMPTY, "no file, or one without a byte");
	*ret_fd = s->fd;
	return VT_OK;
}

const char *
vt_http_spool_field(const struct vt_http_spool *s, const char *name)
{
	for (size_t i = 0; i < s->nfields; i++)
		if (strcmp(s->fields[i].name, name) == 0)
			return vt_buf_str(&s->fields[i].value);
	return "";
}

void
vt_http_spool_free(struct vt_http_spool *s)
{
	if (s == NULL)
		return;
	atomic_fetch_sub(&spools, 1);
	if (s->fd >= 0)
		close(s->fd);
	vt_multipart_free(s->form);
	for (size_t i = 0; i < s->nfields; i++) {
		free(s->fields[i].name);
		vt_buf_free(&s->fields[i].value);
	}
	free(s);
}
