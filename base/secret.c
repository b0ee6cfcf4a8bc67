/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <gcrypt.h>
#include <unistd.h>

#define SECRET_MAGIC 0x53435254u
#define FILE_MAX     4096

struct vt_secret {
	uint32_t magic;
	size_t n;
	uint8_t p[]; /* n bytes and a NUL */
};

void
vt_wipe(void *p, size_t n)
{
	if (n != 0)
		explicit_bzero(p, n);
}

/* n zero bytes, to be filled by the caller. */
static struct vt_secret *
make(size_t n)
{
	struct vt_secret *s;
	size_t size;

	if (__builtin_add_overflow(sizeof(*s) + 1, n, &size))
		return NULL;
	s = gcry_calloc_secure(1, size);
	if (s == NULL)
		return NULL;
	s->magic = SECRET_MAGIC;
	s->n = n;
	return s;
}

struct vt_secret *
vt_secret_new(const void *p, size_t n)
{
	struct vt_secret *s = make(n);

	if (s != NULL && n != 0)
		memcpy(s->p, p, n);
	return s;
}

void
vt_secret_free(struct vt_secret *s)
{
	if (s == NULL)
		return;
	VT_CHECK(s, SECRET_MAGIC);
	vt_wipe(s, sizeof(*s) + s->n);
	gcry_free(s);
}

struct vt_span
vt_secret_view(const struct vt_secret *s)
{
	VT_CHECK(s, SECRET_MAGIC);
	return VT_SPAN(s->p, s->n);
}

bool
vt_secret_eq(const struct vt_secret *a, struct vt_span b)
{
	uint8_t diff = 0;

	VT_CHECK(a, SECRET_MAGIC);
	if (a->n != b.n)
		return false;
	for (size_t i = 0; i < b.n; i++)
		diff |= (uint8_t)(a->p[i] ^ b.p[i]);
	return diff == 0;
}

/* Reads until the end of the file, or until p is full. */
static int
read_all(int fd, uint8_t *p, size_t size, size_t *ret_n, const char *path,
    struct vt_err *reterr)
{
	size_t n = 0;

	while (n < size) {
		ssize_t got = read(fd, p + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return vt_err_errno(
			    reterr, VT_E_IO, errno, "secret file %s", path);
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*ret_n = n;
	return VT_OK;
}

static int
read_secret(
    int fd, const char *path, struct vt_secret **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *s = NULL;
	size_t n = 0;
	int rc;

	s = make(FILE_MAX + 1);
	if (s == NULL)
		return vt_err_set(reterr, VT_E_NOMEM,
		    "secret file %s: secure memory is exhausted", path);
	if ((rc = read_all(fd, s->p, FILE_MAX + 1, &n, path, reterr)) != VT_OK)
		return rc;
	if (n > FILE_MAX)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "secret file %s: wanted at most %d bytes", path, FILE_MAX);
	if (n > 0 && s->p[n - 1] == '\n')
		n--;
	*ret = vt_secret_new(s->p, n);
	if (*ret == NULL)
		return vt_err_set(reterr, VT_E_NOMEM,
		    "secret file %s: secure memory is exhausted", path);
	return VT_OK;
}

int
vt_secret_read_file(
    const char *path, struct vt_secret **ret, struct vt_err *reterr)
{
	struct vt_secret *s = NULL;
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return vt_err_errno(reterr,
		    errno == ENOENT || errno == ENOTDIR ? VT_E_NO_INPUT
							: VT_E_IO,
		    errno, "secret file %s", path);
	rc = read_secret(fd, path, &s, reterr);
	close(fd);
	if (rc == VT_OK)
		*ret = s;
	return rc;
}
