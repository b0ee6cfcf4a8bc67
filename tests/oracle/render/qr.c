/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The QR code as it is printed: module by module what libqrencode says, with
 * its quiet zone white. Found on the picture of the page, not by our figures.
 */
#include "tests/tap.h"

#include <png.h>
#include <qrencode.h>
#include <unistd.h>

#include "base/context.h"
#include "tests/unit/render/samples.h"

#define DPI    300
#define PX(mm) ((int)((mm) / 25.4 * DPI))

struct page {
	uint8_t *grey; /* owned */
	int w, h;
};

static struct vt_err err;

static struct page
draw(struct vt_spawner *spawner, const struct vt_buf *pdf)
{
	struct page p = { NULL, 0, 0 };
	VT_BUF_AUTO(png);
	png_image im;
	int fd = -1;

	tap_need(vt_job_memfd(vt_buf_view(pdf), &fd, &err) == VT_OK &&
		     vt_pages_png(spawner, fd, 0, DPI, &png, &err) == VT_OK,
	    "page drawn");
	(void)close(fd);
	memset(&im, 0, sizeof(im));
	im.version = PNG_IMAGE_VERSION;
	tap_need(png_image_begin_read_from_memory(&im, png.p, png.n) != 0,
	    "PNG opened");
	im.format = PNG_FORMAT_GRAY;
	p.w = (int)im.width;
	p.h = (int)im.height;
	p.grey = malloc((size_t)p.w * (size_t)p.h);
	tap_need(p.grey != NULL &&
		     png_image_finish_read(&im, NULL, p.grey, 0, NULL) != 0,
	    "PNG read");
	return p;
}

static bool
dark(const struct page *p, int x, int y)
{
	return p->grey[y * p->w + x] < 128;
}

/* Bounding box of ink in the lower left corner of the page, under the rule of
 * the band and left of its text. */
static void
find(const struct page *p, int box[4])
{
	int x0 = PX(20), x1 = PX(55), y0 = p->h - PX(46), y1 = p->h - PX(10);

	box[0] = x1;
	box[1] = y1;
	box[2] = box[3] = 0;
	for (int y = y0; y < y1; y++)
		for (int x = x0; x < x1; x++) {
			if (!dark(p, x, y))
				continue;
			box[0] = x < box[0] ? x : box[0];
			box[1] = y < box[1] ? y : box[1];
			box[2] = x + 1 > box[2] ? x + 1 : box[2];
			box[3] = y + 1 > box[3] ? y + 1 : box[3];
		}
}

static void
compare(const struct page *p, const QRcode *q, const int box[4])
{
	double module = (double)(box[2] - box[0]) / q->width;
	size_t wrong = 0, soiled = 0;

	tap_ok(abs((box[2] - box[0]) - (box[3] - box[1])) <= 2,
	    "the code is a square of %.1f mm", (box[2] - box[0]) * 25.4 / DPI);
	tap_ok(module * 25.4 / DPI >= 0.5,
	    "a module is %.2f mm, wide enough for a phone",
	    module * 25.4 / DPI);
	for (int y = -4; y < q->width + 4; y++)
		for (int x = -4; x < q->width + 4; x++) {
			int px = (int)(box[0] + (x + 0.5) * module);
			int py = (int)(box[1] + (y + 0.5) * module);

			if (x < 0 || y < 0 || x >= q->width || y >= q->width)
				soiled += dark(p, px, py);
			else
				wrong += dark(p, px, py) !=
					 ((q->data[y * q->width + x] & 1) != 0);
		}
	tap_eq_int(
	    wrong, 0, "every one of %d modules is right", q->width * q->width);
	tap_eq_int(soiled, 0, "the quiet zone is white");
}

int
main(void)
{
	struct vt_notice n = sample_notice();
	struct vt_spawner *spawner = NULL;
	struct vt_places places;
	struct page p;
	QRcode *q;
	VT_BUF_AUTO(pdf);
	int box[4];

	tap_need(
	    vt_base_init(&err) == VT_OK &&
		vt_spawner_start(&vt_pages_worker, 1, &spawner, &err) == VT_OK,
	    "spawner");
	tap_need(vt_render_notice(&n, &pdf, &places, &err) == VT_OK, "notice");
	p = draw(spawner, &pdf);
	q = QRcode_encodeData(
	    (int)strlen(n.url), (const unsigned char *)n.url, 0, QR_ECLEVEL_M);
	tap_need(q != NULL, "the code wanted");
	find(&p, box);
	compare(&p, q, box);
	QRcode_free(q);
	free(p.grey);
	vt_spawner_free(spawner);
	return tap_done();
}
