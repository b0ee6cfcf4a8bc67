/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A place as one stream: POSIX ustar (IEEE 1003.1-1988 §10.1.1), so that `tar`
 * reads it, too. Objects first, the manifest last; each is in memory once.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "docstore/backup/backup_priv.h"
#include "docstore/files.h"

#define BLOCK 512

static int
send_all(int fd, const uint8_t *p, size_t n, struct vt_err *reterr)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return vt_file_err(
			    reterr, errno, "writing the stream of a backup");
		p += w;
		n -= (size_t)w;
	}
	return VT_OK;
}

static unsigned
sum_of(const uint8_t *h)
{
	unsigned sum = 0;

	/* The sum itself counts as eight spaces. */
	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : h[i];
	return sum;
}

/* A field of a tar head, ended with a zero. */
static void
field(uint8_t *h, size_t at, const char *s)
{
	memcpy(h + at, s, strlen(s) + 1);
}

int
vt_stream_put(
    int fd, const char *name, struct vt_span content, struct vt_err *reterr)
{
	uint8_t h[BLOCK] = { 0 }, zero[BLOCK] = { 0 };
	size_t over;
	int rc;

	VT_ASSERT(strlen(name) < 100);
	field(h, 0, name);
	field(h, 100, "0000600");
	field(h, 108, "0000000");
	field(h, 116, "0000000");
	(void)snprintf(
	    (char *)h + 124, 12, "%011llo", (unsigned long long)content.n);
	field(h, 136, "00000000000");
	h[156] = '0';
	field(h, 257, "ustar");
	h[263] = h[264] = '0';
	(void)snprintf((char *)h + 148, 8, "%06o", sum_of(h));
	h[155] = ' ';
	rc = send_all(fd, h, BLOCK, reterr);
	if (rc == VT_OK)
		rc = send_all(fd, content.p, content.n, reterr);
	over = content.n % BLOCK;
	return rc == VT_OK && over != 0
		   ? send_all(fd, zero, BLOCK - over, reterr)
		   : rc;
}

int
vt_stream_end(int fd, struct vt_err *reterr)
{
	static const uint8_t zero[2 * BLOCK];

	return send_all(fd, zero, sizeof(zero), reterr);
}

/* ---- reading ---- */

static int
bad(const char *why, struct vt_err *reterr)
{
	return vt_err_set(reterr, VT_E_STORE_CORRUPT,
	    "stream of a backup: IEEE 1003.1 ustar: %s", why);
}

static int
get_all(int fd, uint8_t *p, size_t n, struct vt_err *reterr)
{
	while (n > 0) {
		ssize_t r = read(fd, p, n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return vt_file_err(
			    reterr, errno, "reading the stream of a backup");
		if (r == 0)
			return bad("it ends too early", reterr);
		p += r;
		n -= (size_t)r;
	}
	return VT_OK;
}

/* Our own names only: nothing of a stream is written elsewhere. */
static bool
is_ours(const char *name)
{
	vt_hash h;

	if (strncmp(name, "objects/", 8) == 0)
		return vt_hash_parse(vt_span_str(name + 8), &h);
	return strncmp(name, "manifests/", 10) == 0 &&
	       strlen(name + 10) == 10 && strspn(name + 10, "0123456789") == 10;
}

static int
head_read(const uint8_t *h, char name[static 101], uint64_t *ret_size,
    struct vt_err *reterr)
{
	char number[13] = "", sum[8] = "", *end;

	memcpy(name, h, 100);
	name[100] = '\0';
	memcpy(number, h + 124, 12);
	memcpy(sum, h + 148, 7);
	if (memcmp(h + 257, "ustar", 5) != 0 ||
	    strtoul(sum, NULL, 8) != sum_of(h))
		return bad("the head of an entry is damaged", reterr);
	if (!is_ours(name) || (h[156] != '0' && h[156] != '\0'))
		return bad("an entry that no backup has", reterr);
	*ret_size = strtoull(number, &end, 8);
	if (*end != '\0' && *end != ' ')
		return bad("the size of an entry", reterr);
	return *ret_size > VT_OBJECT_MAX
		   ? bad("an entry larger than any object", reterr)
		   : VT_OK;
}

static int
one_entry(int fd, const struct vt_place *to, const char *name, size_t size,
    struct vt_err *reterr)
{
	VT_BUF_AUTO(b);
	uint8_t pad[BLOCK], *p;
	vt_hash want, is;
	bool fresh;
	int rc;

	vt_buf_init(&b, VT_OBJECT_MAX);
	if ((p = vt_buf_extend(&b, size)) == NULL)
		return vt_buf_status(&b, reterr);
	if ((rc = get_all(fd, p, size, reterr)) != VT_OK ||
	    (rc = get_all(fd, pad, (BLOCK - size % BLOCK) % BLOCK, reterr)) !=
		VT_OK)
		return rc;
	if (name[0] == 'm')
		return vt_place_manifest_put(
		    to, strtoull(name + 10, NULL, 10), vt_buf_view(&b), reterr);
	rc = vt_place_put(
	    to, VT_SIDE_MAIN, vt_buf_view(&b), &is, &fresh, reterr);
	if (rc == VT_OK && (!vt_hash_parse(vt_span_str(name + 8), &want) ||
			       !vt_hash_eq(&want, &is)))
		rc = bad("an object is not what its name says", reterr);
	return rc;
}

int
vt_backup_unpack(
    int fd, const char *place, const char *keys, struct vt_err *reterr)
{
	uint8_t h[BLOCK];
	char name[101];
	struct vt_place p;
	uint64_t size = 0;
	int rc;

	if ((rc = vt_place_open(&p, place, keys, true, reterr)) != VT_OK)
		return rc;
	while ((rc = get_all(fd, h, BLOCK, reterr)) == VT_OK && h[0] != 0)
		if ((rc = head_read(h, name, &size, reterr)) != VT_OK ||
		    (rc = one_entry(fd, &p, name, (size_t)size, reterr)) !=
			VT_OK)
			break;
	vt_place_close(&p);
	return rc;
}
