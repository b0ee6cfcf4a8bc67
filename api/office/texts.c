/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of pages, for search: a worker reads it out of each file that came,
 * an act writes it. Nobody waits for that, and what cannot be read says why.
 */
#include <stdlib.h>
#include <unistd.h>

#include "api/office/look.h"
#include "api/office/work.h"
#include "docstore/pagetext.h"

/* A reader that fails for its own reasons is asked so often. */
#define TRIES 8

/* A part whose text is not known, copied out of the view. */
struct unread {
	uint16_t no; /* 0: none is left */
	vt_hash hash;
	bool readable;
};

static bool
is_known(const struct vt_pagetext *x, size_t n, uint16_t part)
{
	for (size_t i = 0; i < n; i++)
		if (x[i].part == part)
			return true;
	return false;
}

static int
next_part(struct vt_office *o, const vt_id *paper, struct unread *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_pagetext *x;
	struct vt_paper p;
	size_t n = 0;
	int rc;

	*ret = (struct unread){ .no = 0 };
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	vt_view_isolated(v, true); /* shown to nobody here */
	if ((rc = vt_paper_get(v, paper, &p, reterr)) != VT_OK ||
	    p.destroyed_at != VT_TIME_NONE)
		return rc;
	x = calloc(p.n_parts, sizeof(*x));
	if (x == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "texts: no memory");
	rc = vt_pagetext_list(v, paper, x, p.n_parts, &n, reterr);
	for (size_t i = 0; rc == VT_OK && i < p.n_parts; i++) {
		const struct vt_part *part = &p.parts[i];

		if (is_known(x, n, part->no))
			continue;
		*ret = (struct unread){ .no = part->no,
			.hash = part->hash,
			.readable = i == 0 || vt_look_is_pdf(part->name,
						  part->media_type) };
		break;
	}
	free(x);
	return rc;
}

/* Is there any letter in it? */
static bool
says_something(struct vt_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] > ' ' && s.p[i] != 0x7f)
			return true;
	return false;
}

/* At most PAGETEXT_MAX, at the end of a page if one ends there. */
static bool
shorten(struct vt_buf *text)
{
	size_t n = VT_L(PAGETEXT_MAX);

	if (text->n <= n)
		return false;
	for (size_t i = n; i > n / 2; i--)
		if (text->p[i] == '\f') {
			vt_buf_truncate(text, i);
			return true;
		}
	while ((text->p[n] & 0xc0) == 0x80)
		n--;
	vt_buf_truncate(text, n);
	return true;
}

/* What a part holds: fills the step; why and text keep what it borrows. */
static int
read_part(struct vt_office *o, const struct vt_work *w, const struct unread *u,
    struct vt_step *st, struct vt_buf *text, struct vt_buf *why,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	size_t pages = 0;
	int fd, rc = VT_E_NOT_PDF;

	st->kind = VT_STEP_TEXT;
	st->u.text.part = u->no;
	st->u.text.of = u->hash;
	st->u.text.state = VT_PAGETEXT_FAILED;
	if (u->readable) {
		if ((rc = vt_office_fd(o, &u->hash, &fd, reterr)) != VT_OK)
			return rc;
		rc = vt_pages_text(o->o.spawner, fd, text, &pages, &err);
		(void)close(fd);
	}
	if (rc != VT_OK && !vt_look_blames_file(rc) && w->attempt < TRIES) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	if (rc != VT_OK) {
		vt_buf_printf(
		    why, "%s (%s)", vt_err_info(rc)->vi, vt_err_info(rc)->slug);
	} else if (says_something(vt_buf_view(text))) {
		st->u.text.state = VT_PAGETEXT_READ;
		if (shorten(text))
			vt_buf_printf(why,
			    "Chỉ tìm được trong %zu byte đầu của phần chữ",
			    text->n);
	} else {
		st->u.text.state = VT_PAGETEXT_NONE;
	}
	st->u.text.pages = (uint32_t)pages;
	return vt_buf_status(why, reterr);
}

static int
keep_part(struct vt_office *o, const struct vt_work *w, const struct unread *u,
    struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step st = { .kind = VT_STEP_TEXT };
	struct vt_act act = { .agency_no = w->agency_no,
		.paper = w->subject,
		.steps = &st,
		.n_steps = 1 };
	struct vt_blob blob;
	VT_BUF_AUTO(text);
	VT_BUF_AUTO(why);
	int rc;

	rc = read_part(o, w, u, &st, &text, &why, reterr);
	if (rc == VT_OK && st.u.text.state == VT_PAGETEXT_READ) {
		rc = vt_upload_memory(o->o.store, w->agency_no,
		    vt_buf_view(&text), &st.u.text.file.upload, &blob, reterr);
		if (rc == VT_OK)
			st.u.text.file.hash = blob.hash;
	}
	if (rc != VT_OK)
		return rc;
	st.u.text.note = vt_buf_str(&why);
	rc = vt_store_do(o->o.store, &act, &res, reterr);
	vt_act_result_free(&res);
	/* Another version came, or somebody else was first: look again. */
	return rc == VT_E_CONFLICT || rc == VT_E_EXISTS ? VT_OK : rc;
}

int
vt_text_work(struct vt_office *o, const struct vt_work *w, vt_time *ret_due,
    struct vt_err *reterr)
{
	int64_t until =
	    vt_monotonic_us(o->o.ctx) + (int64_t)VT_L(LOOK_MS) * 1000;
	struct unread u;
	int rc;

	do {
		if ((rc = next_part(o, &w->subject, &u, reterr)) != VT_OK ||
		    u.no == 0)
			break;
		rc = keep_part(o, w, &u, reterr);
	} while (rc == VT_OK && vt_monotonic_us(o->o.ctx) < until);
	/* destroyed meanwhile: nothing is left to be read */
	if (rc == VT_E_NOT_FOUND || rc == VT_E_DESTROYED)
		return VT_OK;
	if (rc == VT_OK && u.no != 0)
		*ret_due = vt_now(o->o.ctx);
	return rc;
}
