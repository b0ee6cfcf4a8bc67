/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages as pictures. The newest are kept in memory, by content, page and
 * resolution, so that a paper passed round a desk is drawn once; the bytes of
 * a version never change, so that browsers keep them, too.
 */
#include <pthread.h>
#include <stdlib.h>

#include "api/content/content.h"
#include "api/office/pictures.h"
#include "api/web/sheet.h"

#define KEPT 256

struct kept {
	vt_hash hash;
	size_t page; /* 0: how many there are, in n */
	int dpi;
	uint8_t *png; /* owned */
	size_t n;
	uint64_t used; /* larger: later */
};

struct vt_pictures {
	pthread_mutex_t lock; /* guards all below */
	struct kept kept[KEPT];
	size_t bytes;
	uint64_t clock;
};

struct vt_pictures *
vt_pictures_new(void)
{
	struct vt_pictures *p = calloc(1, sizeof(*p));

	if (p != NULL && pthread_mutex_init(&p->lock, NULL) != 0) {
		free(p);
		p = NULL;
	}
	return p;
}

void
vt_pictures_free(struct vt_pictures *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < KEPT; i++)
		free(p->kept[i].png);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* Under the lock. NULL: not kept. */
static struct kept *
find(struct vt_pictures *p, const vt_hash *hash, size_t page, int dpi)
{
	for (size_t i = 0; i < KEPT; i++) {
		struct kept *k = &p->kept[i];

		if (k->used != 0 && k->page == page && k->dpi == dpi &&
		    vt_hash_eq(&k->hash, hash)) {
			k->used = ++p->clock;
			return k;
		}
	}
	return NULL;
}

static void
drop(struct vt_pictures *p, struct kept *k)
{
	if (k->png != NULL)
		p->bytes -= k->n;
	free(k->png);
	memset(k, 0, sizeof(*k));
}

/* The place that is free or was not asked for longest; with bytes: the one
 * of those that hold a picture, which is there when p->bytes is not 0. */
static struct kept *
oldest(struct vt_pictures *p, bool with_bytes)
{
	struct kept *old = NULL;

	for (size_t i = 0; i < KEPT; i++)
		if ((!with_bytes || p->kept[i].png != NULL) &&
		    (old == NULL || p->kept[i].used < old->used))
			old = &p->kept[i];
	VT_ASSERT(old != NULL);
	return old;
}

/* png NULL: a count. What cannot be kept is made again. */
static void
keep(struct vt_pictures *p, const vt_hash *hash, size_t page, int dpi,
    struct vt_span png)
{
	uint8_t *copy = png.p == NULL ? NULL : malloc(png.n);
	struct kept *k;

	if ((png.p != NULL && copy == NULL) || png.n > VT_L(PICTURES_MAX)) {
		free(copy);
		return;
	}
	if (copy != NULL)
		memcpy(copy, png.p, png.n);
	pthread_mutex_lock(&p->lock);
	if (find(p, hash, page, dpi) != NULL) {
		free(copy);
	} else {
		while (copy != NULL && p->bytes + png.n > VT_L(PICTURES_MAX))
			drop(p, oldest(p, true));
		k = oldest(p, false);
		drop(p, k);
		*k = (struct kept){ *hash, page, dpi, copy, png.n, ++p->clock };
		p->bytes += copy != NULL ? png.n : 0;
	}
	pthread_mutex_unlock(&p->lock);
}

/* Appends it when it is kept; for a count: *ret_n. */
static bool
recall(struct vt_pictures *p, const vt_hash *hash, size_t page, int dpi,
    struct vt_buf *ret, size_t *ret_n)
{
	struct kept *k;

	pthread_mutex_lock(&p->lock);
	k = find(p, hash, page, dpi);
	if (k != NULL && k->png != NULL)
		/* markup: none, a PNG */
		vt_buf_put(ret, k->png, k->n);
	if (k != NULL)
		*ret_n = k->n;
	pthread_mutex_unlock(&p->lock);
	return k != NULL;
}

size_t
vt_pictures_count(struct vt_desk *d, const struct vt_content *c)
{
	struct vt_pictures *p = d->web->pictures;
	size_t n = 0;

	if (recall(p, &c->blob.hash, 0, 0, NULL, &n))
		return n;
	if (vt_office_page_count(d->office, c, &n, NULL) != VT_OK)
		return 0;
	keep(p, &c->blob.hash, 0, 0, VT_SPAN(NULL, n));
	return n;
}

static uint64_t
number(const char *s)
{
	uint64_t n = 0;

	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9' || n > 100000000)
			return 0;
		n = n * 10 + (uint64_t)(*s - '0');
	}
	return n;
}

int
vt_web_picture(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	uint64_t version = number(vt_http_param(req, "version"));
	uint64_t page = number(vt_http_param(req, "page"));
	int dpi = vt_http_query(req, "large") != NULL ? VT_PICTURE_LARGE
						      : VT_PICTURE_READ;
	struct vt_content c;
	struct vt_desk d;
	size_t n = 0;
	vt_id paper;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK)
		return rc;
	if (page == 0 || version == 0 || version > UINT32_MAX)
		return vt_err_set(reterr, VT_E_NOT_FOUND, "no such page");
	rc = vt_office_content(
	    d.office, d.me, &paper, 1, (uint32_t)version, &c, reterr);
	if (rc != VT_OK)
		return rc;
	vt_http_res_type(res, "image/png");
	vt_http_res_header(
	    res, "Cache-Control", "private, max-age=86400, immutable");
	if (recall(d.web->pictures, &c.blob.hash, (size_t)page, dpi, &res->body,
		&n))
		return vt_buf_status(&res->body, reterr);
	rc = vt_office_picture(
	    d.office, &c, (size_t)page - 1, dpi, &res->body, reterr);
	if (rc == VT_OK)
		keep(d.web->pictures, &c.blob.hash, (size_t)page, dpi,
		    vt_buf_view(&res->body));
	return rc;
}

int
vt_web_part(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	uint64_t part = number(vt_http_param(req, "part"));
	struct vt_content c;
	struct vt_desk d;
	vt_id paper;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK)
		return rc;
	if (part == 0 || part > VT_L(PAPER_PARTS_MAX))
		return vt_err_set(reterr, VT_E_NOT_FOUND, "no such part");
	rc = vt_office_content(
	    d.office, d.me, &paper, (uint16_t)part, 0, &c, reterr);
	return rc != VT_OK ? rc
			   : vt_content_answer(d.office, req, res, &c, reterr);
}
