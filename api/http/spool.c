/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/spool.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "api/http/address.h"
#include "api/http/multipart.h"
#include "base/limits.h"

struct vt_http_spool {
	int fd;
	uint64_t n, limit;
	struct vt_multipart *form; /* NULL: raw */
	bool in_file, had_file;
	/* guarded by lock */
	struct vt_http_spool *prev, *next;
	enum vt_http_share share;
	char network[VT_HTTP_ADDRESS_MAX];
	uint64_t held; /* bytes of the share's memory */
	bool listed, has_place;
};

/* All there are; the one thing here that is the process's. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct vt_http_spool *spools;
static struct {
	uint64_t bytes;
	size_t places;
} shares[VT_HTTP_SHARE__MAX];

static int
enlist(struct vt_http_spool *s, struct vt_err *reterr)
{
	size_t same = 0;
	int rc = VT_OK;

	pthread_mutex_lock(&lock);
	for (const struct vt_http_spool *i = spools; i != NULL; i = i->next)
		if (i->share == s->share && strcmp(i->network, s->network) == 0)
			same++;
	if (s->share == VT_HTTP_SHARE_PUBLIC && same >= VT_L(SPOOLS_PER_IP)) {
		rc = vt_err_set(reterr, VT_E_HTTP_TOO_MANY,
		    "%zu files of this address are under way", same);
	} else {
		s->next = spools;
		if (spools != NULL)
			spools->prev = s;
		spools = s;
		s->listed = true;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static void
delist(struct vt_http_spool *s)
{
	pthread_mutex_lock(&lock);
	if (s->listed) {
		if (s->prev != NULL)
			s->prev->next = s->next;
		else
			spools = s->next;
		if (s->next != NULL)
			s->next->prev = s->prev;
	}
	shares[s->share].bytes -= s->held;
	if (s->has_place)
		shares[s->share].places--;
	pthread_mutex_unlock(&lock);
}

static int
take_memory(struct vt_http_spool *s, uint64_t n, struct vt_err *reterr)
{
	int rc = VT_OK;

	pthread_mutex_lock(&lock);
	if (n > VT_L(SPOOL_BYTES_MAX) - shares[s->share].bytes) {
		rc = vt_err_set(reterr, VT_E_BUSY,
		    "files under way hold %" PRIu64 " bytes already",
		    shares[s->share].bytes);
	} else {
		shares[s->share].bytes += n;
		s->held += n;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static int
take_place(struct vt_http_spool *s, struct vt_err *reterr)
{
	size_t most = s->share == VT_HTTP_SHARE_PUBLIC ? VT_L(CHECKS_MAX)
						       : VT_L(VALIDATIONS_MAX);
	int rc = VT_OK;

	pthread_mutex_lock(&lock);
	if (!s->has_place && shares[s->share].places >= most)
		rc = vt_err_set(reterr, VT_E_BUSY,
		    "%zu files are being checked already", most);
	else if (!s->has_place)
		shares[s->share].places++;
	if (rc == VT_OK)
		s->has_place = true;
	pthread_mutex_unlock(&lock);
	return rc;
}

static int
write_all(struct vt_http_spool *s, struct vt_span b, struct vt_err *reterr)
{
	int rc;

	if (b.n > s->limit - s->n)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "file: at most %" PRIu64 " bytes", s->limit);
	if ((rc = take_memory(s, b.n, reterr)) != VT_OK)
		return rc;
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

	(void)name;
	(void)reterr;
	s->in_file = is_file && !s->had_file;
	s->had_file = s->had_file || is_file;
	return VT_OK;
}

static int
part_bytes(void *arg, struct vt_span b, struct vt_err *reterr)
{
	struct vt_http_spool *s = arg;

	return s->in_file ? write_all(s, b, reterr) : VT_OK;
}

int
vt_http_spool_new(enum vt_http_share share, const char *peer,
    struct vt_span multipart, uint64_t limit, struct vt_http_spool **ret,
    struct vt_err *reterr)
{
	static const struct vt_multipart_ops ops = { part_begin, part_bytes };
	VT_CLEANUP(vt_http_spool_free)
	struct vt_http_spool *s = calloc(1, sizeof(*s));
	int rc;

	if (s == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "spool");
	s->fd = -1;
	s->limit = limit;
	s->share = share;
	vt_http_network(peer, s->network);
	if ((rc = enlist(s, reterr)) != VT_OK)
		return rc;
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
	int rc = VT_OK;

	if (s->form != NULL)
		rc = vt_multipart_end(s->form, reterr);
	if (rc != VT_OK)
		return rc;
	if (s->n == 0)
		return vt_err_set(
		    reterr, VT_E_FILE_EMPTY, "no file, or one without a byte");
	if ((rc = take_place(s, reterr)) == VT_OK)
		*ret_fd = s->fd;
	return rc;
}

void
vt_http_spool_free(struct vt_http_spool *s)
{
	if (s == NULL)
		return;
	if (s->fd >= 0)
		close(s->fd);
	vt_multipart_free(s->form);
	delist(s); /* now that its memory is given back */
	free(s);
}
