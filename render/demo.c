/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures for demos and tests. The seal says in its lower half that it is a
 * specimen, and shows no state emblem. */
#include <math.h>

#include "base/limits.h"
#include "base/text.h"
#include "render/canvas.h"
#include "render/face.h"
#include "render/render.h"

static const uint8_t ink_blue[3] = { 22, 48, 148 };
static const uint8_t seal_red[3] = { 206, 20, 32 };

/* ---- the hand signature: 55 x 25 mm at 300 dpi ---- */

#define HAND_W 650
#define HAND_H 295

static uint64_t
name_hash(struct vt_span s)
{
	uint64_t h = 14695981039346656037U;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 1099511628211U;
	return h;
}

/* A number in [lo, hi] from the hash; each call turns it further. */
static double
draw_lot(uint64_t *h, double lo, double hi)
{
	*h = *h * 6364136223846793005U + 1442695040888963407U;
	return lo + (hi - lo) * (double)(*h >> 40) / (double)(1 << 24);
}

/* A pen drawn through a curve: thicker going down, thin going up. */
struct pen {
	struct vt_canvas *c;
	struct vt_point at;
	double r;
	bool down;
};

static void
pen_to(struct pen *pen, struct vt_point p)
{
	double d = hypot(p.x - pen->at.x, p.y - pen->at.y);
	double fall = d > 0 ? (p.y - pen->at.y) / d : 0;
	double r = 2.1 + 1.3 * (fall > 0 ? fall : 0);
	int n = (int)ceil(d * 2) + 1;

	for (int i = 1; pen->down && i <= n; i++) {
		double t = (double)i / n;

		pen->r += (r - pen->r) * 0.02;
		vt_canvas_dot(pen->c,
		    (struct vt_point){ pen->at.x + (p.x - pen->at.x) * t,
			pen->at.y + (p.y - pen->at.y) * t },
		    pen->r);
	}
	pen->at = p;
	pen->down = true;
}

/* A cubic curve from where the pen is: two controls and the end. */
static void
flourish(struct pen *pen, const struct vt_point to[3])
{
	struct vt_point p = pen->at;

	for (int i = 1; i <= 300; i++) {
		double t = i / 300.0, u = 1 - t;
		double k[4] = { u * u * u, 3 * u * u * t, 3 * u * t * t,
			t * t * t };

		pen_to(
		    pen, (struct vt_point){ k[0] * p.x + k[1] * to[0].x +
						k[2] * to[1].x + k[3] * to[2].x,
			     k[0] * p.y + k[1] * to[0].y + k[2] * to[1].y +
				 k[3] * to[2].y });
	}
}

/* A capital's loop, running loops that calm down, and a stroke back under. */
static void
write_name(struct vt_canvas *c, uint64_t h, size_t letters)
{
	double loops = 3 + (double)(letters % 3);
	double tall = draw_lot(&h, 82, 100), lean = draw_lot(&h, 0.25, 0.55);
	double wide = draw_lot(&h, 26, 40), phase = draw_lot(&h, -0.6, 0.6);
	double sag = draw_lot(&h, 16, 40), mid = 138;
	struct pen pen = { .c = c, .r = 2.2 };

	for (int i = 0; i <= 900; i++) {
		double t = i / 900.0,
		       a = phase * (1 - t) + 2 * M_PI * loops * t;
		double high =
		    tall * pow(1 - t, 1.4) + 20 + 8 * sin(a * 0.37 + phase * 5);
		double y = -high * cos(a);
		double x =
		    78 + 410 * t + wide * (1.25 - t) * sin(a) - lean * y * 0.6;

		pen_to(&pen, (struct vt_point){ x, mid + y - 12 * t });
	}
	flourish(&pen, (struct vt_point[3]){ { pen.at.x + 140, pen.at.y + 20 },
			   { 330, 236 + sag }, { 104, 226 } });
	flourish(&pen, (struct vt_point[3]){ { 20, 222 - sag * 0.3 },
			   { 250, 262 }, { 575, 226 - sag } });
}

int
vt_render_demo_signature(
    const char *name, struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_canvas c;
	VT_BUF_AUTO(clean);
	int rc = vt_text_clean(
	    vt_span_str(name), VT_L(NAME_MAX), "name", &clean, reterr);

	if (rc == VT_OK)
		rc = vt_buf_status(&clean, reterr);
	if (rc == VT_OK)
		rc = vt_canvas_init(&c, HAND_W, HAND_H, reterr);
	if (rc != VT_OK)
		return rc;
	write_name(&c, name_hash(vt_buf_view(&clean)), clean.n);
	rc = vt_canvas_png(&c, ink_blue, 0.95, ret, reterr);
	vt_canvas_free(&c);
	return rc;
}

/* ---- the seal: 36 mm at 300 dpi ---- */

#define SEAL_SIDE 425
#define OUTER     208.0
#define INNER     122.0
#define SPECIMEN  "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ"

/* Where a glyph is drawn: its origin, turn and size. */
struct brush {
	struct vt_canvas *c;
	struct vt_point at;
	double cos, sin, scale;
};

static struct vt_point
turned(const struct brush *b, float x, float y)
{
	double px = x * b->scale, py = -y * b->scale;

	return (struct vt_point){ b->at.x + px * b->cos - py * b->sin,
		b->at.y + px * b->sin + py * b->cos };
}

static void
on_move(hb_draw_funcs_t *f, void *data, hb_draw_state_t *st, float x, float y,
    void *user)
{
	struct brush *b = data;

	(void)f, (void)st, (void)user;
	vt_canvas_move(b->c, turned(b, x, y));
}

static void
on_line(hb_draw_funcs_t *f, void *data, hb_draw_state_t *st, float x, float y,
    void *user)
{
	struct brush *b = data;

	(void)f, (void)st, (void)user;
	vt_canvas_line(b->c, turned(b, x, y));
}

/* NOLINTBEGIN(readability-function-size): the parameters are HarfBuzz's */
static void
on_quad(hb_draw_funcs_t *f, void *data, hb_draw_state_t *st, float cx, float cy,
    float x, float y, void *user)
{
	struct brush *b = data;

	(void)f, (void)st, (void)user;
	vt_canvas_quad(b->c, turned(b, cx, cy), turned(b, x, y));
}
/* NOLINTEND(readability-function-size) */

static hb_draw_funcs_t *
outline_funcs(void)
{
	hb_draw_funcs_t *f = hb_draw_funcs_create();

	hb_draw_funcs_set_move_to_func(f, on_move, NULL, NULL);
	hb_draw_funcs_set_line_to_func(f, on_line, NULL, NULL);
	hb_draw_funcs_set_quadratic_to_func(f, on_quad, NULL, NULL);
	hb_draw_funcs_make_immutable(f);
	return f;
}

/* Text along a circle. */
struct arc {
	double r;    /* of the baseline */
	double size; /* pixels an em */
	bool below;  /* at the bottom, read from left to right, else on top */
	double gap;  /* extra space between letters, pixels */
};

static void
draw_arc(struct vt_canvas *c, const struct vt_face *f, const char *text,
    const struct arc *arc)
{
	struct vt_span t = vt_span_str(text);
	hb_draw_funcs_t *funcs = outline_funcs();
	struct brush b = { .c = c, .scale = arc->size / f->upem };
	double total = 0, done = 0, w = 0;
	double m = SEAL_SIDE / 2.0;

	for (size_t at = 0; at < t.n;) {
		(void)vt_face_advance(f, (uint32_t)vt_utf8_next(t, &at), &w);
		total += w * arc->size / 1000 + arc->gap;
	}
	for (size_t at = 0; at < t.n;) {
		uint32_t scalar = (uint32_t)vt_utf8_next(t, &at);
		hb_codepoint_t gid = 0;
		double mid, angle, turn;

		(void)vt_face_advance(f, scalar, &w);
		w *= arc->size / 1000;
		mid = (done + w / 2 - total / 2) / arc->r;
		done += w + arc->gap;
		angle = arc->below ? M_PI / 2 - mid : mid - M_PI / 2;
		turn = arc->below ? angle - M_PI / 2 : angle + M_PI / 2;
		b.cos = cos(turn);
		b.sin = sin(turn);
		b.at.x = m + arc->r * cos(angle) - w / 2 * b.cos;
		b.at.y = m + arc->r * sin(angle) - w / 2 * b.sin;
		if (hb_font_get_nominal_glyph(f->font, scalar, &gid))
			hb_font_get_glyph_shape(f->font, gid, funcs, &b);
		vt_canvas_fill(c);
	}
	hb_draw_funcs_destroy(funcs);
}

static void
draw_ring(struct vt_canvas *c, double r, double thick)
{
	struct vt_point m = { SEAL_SIDE / 2.0, SEAL_SIDE / 2.0 };

	vt_canvas_circle(c, m, r, 1);
	vt_canvas_circle(c, m, r - thick, -1);
	vt_canvas_fill(c);
}

static void
draw_star(struct vt_canvas *c, double r)
{
	double m = SEAL_SIDE / 2.0;

	for (int i = 0; i <= 10; i++) {
		double a = i * M_PI / 5 - M_PI / 2;
		double d = i % 2 == 0 ? r : r * 0.382;
		struct vt_point p = { m + d * cos(a), m + d * sin(a) };

		if (i == 0)
			vt_canvas_move(c, p);
		else
			vt_canvas_line(c, p);
	}
	vt_canvas_fill(c);
}

/* The agency's name over the upper three fifths of the ring. */
static int
draw_seal(struct vt_canvas *c, const char *agency, struct vt_err *reterr)
{
	struct arc top = { .r = 150, .size = 37 };
	struct arc bottom = { .r = 190, .size = 25, .below = true };
	struct vt_faces faces;
	const struct vt_face *f = &faces.f[VT_BOLD];
	double em = 0, room = top.r * M_PI * 1.25;
	int rc = vt_faces_open_one(&faces, VT_BOLD, reterr);

	if (rc != VT_OK)
		return rc;
	rc = vt_face_width(f, agency, 1, &em, reterr);
	if (rc == VT_OK) {
		if (em * top.size > room)
			top.size = room / em;
		draw_ring(c, OUTER, 6);
		draw_ring(c, OUTER - 10, 2);
		draw_ring(c, INNER, 3);
		draw_star(c, 78);
		draw_arc(c, f, agency, &top);
		draw_arc(c, f, SPECIMEN, &bottom);
	}
	vt_faces_close(&faces);
	return rc;
}

int
vt_render_demo_seal(
    const char *agency, struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_canvas c;
	VT_BUF_AUTO(clean);
	VT_BUF_AUTO(upper);
	int rc = vt_text_clean(
	    vt_span_str(agency), VT_L(NAME_MAX), "agency", &clean, reterr);

	if (rc == VT_OK)
		rc = vt_buf_status(&clean, reterr);
	if (rc == VT_OK) {
		vt_text_upper(vt_buf_view(&clean), &upper);
		rc = vt_buf_status(&upper, reterr);
	}
	if (rc == VT_OK)
		rc = vt_canvas_init(&c, SEAL_SIDE, SEAL_SIDE, reterr);
	if (rc != VT_OK)
		return rc;
	rc = draw_seal(&c, vt_buf_str(&upper), reterr);
	if (rc == VT_OK)
		rc = vt_canvas_png(&c, seal_red, 0.92, ret, reterr);
	vt_canvas_free(&c);
	return rc;
}
