/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/content/content.h"

#include <stdlib.h>
#include <unistd.h>

#include "api/http/guard.h"
#include "base/source.h"

struct content {
	struct vt_source source;
	struct vt_office *office;
	vt_hash hash;
};

static int
read_some(
    struct vt_source *s, uint64_t off, void *p, size_t n, struct vt_err *reterr)
{
	struct content *c = s->arg;
	uint8_t *to = p;

	while (n > 0) {
		size_t got = 0;
		int rc = vt_office_read(
		    c->office, &c->hash, off, to, n, &got, reterr);

		if (rc != VT_OK)
			return rc;
		if (got == 0)
			return vt_err_set(reterr, VT_E_STORE_CORRUPT,
			    "stored file ends before its size");
		to += got;
		off += got;
		n -= got;
	}
	return VT_OK;
}

static void
content_free(struct vt_source *s)
{
	free(s->arg);
}

/* RFC 9110 §8.3.1 without parameters; else bytes of no known kind. */
static const char *
safe_type(const char *type)
{
	struct vt_span t = vt_span_str(type);
	const uint8_t *slash = t.n == 0 ? NULL : memchr(t.p, '/', t.n);
	size_t n = slash == NULL ? 0 : (size_t)(slash - t.p);

	if (slash == NULL || !vt_http_is_token(VT_SPAN(t.p, n)) ||
	    !vt_http_is_token(VT_SPAN(slash + 1, t.n - n - 1)))
		return "application/octet-stream";
	return type;
}

int
vt_content_answer(struct vt_office *office, struct vt_http_req *req,
    struct vt_http_res *res, const struct vt_content *c, struct vt_err *reterr)
{
	struct content *own = calloc(1, sizeof(*own));
	struct vt_http_file f;

	if (own == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "content");
	own->office = office;
	own->hash = c->blob.hash;
	own->source = (struct vt_source){
		.size = c->blob.size, .read = read_some, .arg = own
	};
	f = (struct vt_http_file){
		.source = &own->source,
		.source_free = content_free,
		.hash = c->blob.hash,
		.type = safe_type(c->media_type),
		.name = c->name,
		.attachment = true,
		.piece = VT_CHUNK_SIZE,
	};
	return vt_http_res_file(req, res, &f, reterr);
}

struct made {
	struct vt_source source;
	int fd;
};

static void
made_free(struct vt_source *s)
{
	struct made *m = (struct made *)(void *)s;

	vt_source_close(&m->source);
	(void)close(m->fd);
	free(m);
}

int
vt_content_made(struct vt_http_req *req, struct vt_http_res *res, int fd,
    const vt_hash *hash, const char *type, const char *name,
    struct vt_err *reterr)
{
	struct vt_http_file f = { .source_free = made_free,
		.hash = *hash,
		.type = type,
		.name = name,
		.attachment = name != NULL };
	struct made *m = calloc(1, sizeof(*m));
	int rc;

	if (m == NULL) {
		(void)close(fd);
		return vt_err_set(reterr, VT_E_NOMEM, "content: no memory");
	}
	m->fd = fd;
	if ((rc = vt_source_pread_fd(&m->source, fd, reterr)) != VT_OK) {
		(void)close(fd);
		free(m);
		return rc;
	}
	f.source = &m->source;
	return vt_http_res_file(req, res, &f, reterr);
}
