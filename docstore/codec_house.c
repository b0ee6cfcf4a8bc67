/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of agencies, people, events, work, entries, counters. */
#include "docstore/epoch.h"
#include "docstore/fields.h"

/* ---- agencies ---- */

#define VT_ROW_T struct vt_agency_name
static const struct vt_row_field name_fields[] = {
#include "docstore/fields/name.def"
};
#undef VT_ROW_T
static const struct vt_row name_row =
    VT_ROW_MAP("name of an agency", name_fields);

#define VT_ROW_T struct vt_epoch_end
static const struct vt_row_field epoch_fields[] = {
#include "docstore/fields/epoch.def"
};
#undef VT_ROW_T
static const struct vt_row epoch_row =
    VT_ROW_MAP("epoch of a ledger", epoch_fields);

#define VT_ROW_T struct vt_agency
static const struct vt_row_field agency_fields[] = {
#include "docstore/fields/agency.def"
};
#undef VT_ROW_T
static const struct vt_row agency_row = VT_ROW_MAP("agency", agency_fields);

VT_ROW_ENCODE(agency, struct vt_agency)

int
vt_agency_decode(struct vt_span v, struct vt_arena *a, struct vt_agency *ret,
    struct vt_err *reterr)
{
	struct vt_agency x = { .no = 0 };
	int rc;

	if ((rc = vt_row_read(&agency_row, v, a, &x, reterr)) != VT_OK)
		return rc;
	if (x.n_names == 0)
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "row of agency: it has no name");
	x.now = x.names[x.n_names - 1];
	*ret = x;
	return VT_OK;
}

/* ---- people ---- */

#define VT_ROW_T struct vt_former_name
static const struct vt_row_field former_fields[] = {
#include "docstore/fields/former.def"
};
#undef VT_ROW_T
static const struct vt_row former_row =
    VT_ROW_MAP("name that a person had", former_fields);

#define VT_ROW_T struct vt_post
static const struct vt_row_field post_fields[] = {
#include "docstore/fields/post.def"
};
#undef VT_ROW_T
static const struct vt_row post_row = VT_ROW_MAP("post", post_fields);

#define VT_ROW_T struct vt_person
static const struct vt_row_field person_fields[] = {
#include "docstore/fields/person.def"
};
#undef VT_ROW_T
static const struct vt_row person_row = VT_ROW_MAP("person", person_fields);

void
vt_person_encode(const struct vt_person *x, struct vt_buf *ret)
{
	struct vt_person p = *x;

	if (p.n_posts > 0) { /* they say it */
		p.position = p.unit = NULL;
		p.roles = 0;
	}
	vt_row_put(&person_row, &p, ret);
}

int
vt_person_decode(struct vt_span v, struct vt_arena *a, struct vt_person *ret,
    struct vt_err *reterr)
{
	struct vt_person x = { .seq = 0 };
	int rc = vt_row_read(&person_row, v, a, &x, reterr);

	if (rc == VT_OK)
		*ret = x;
	return rc;
}

/* ---- series, held numbers, closed books ---- */

#define VT_ROW_T struct vt_term
static const struct vt_row_field term_fields[] = {
#include "docstore/fields/term.def"
};
#undef VT_ROW_T
static const struct vt_row term_row = VT_ROW_MAP("term", term_fields);

#define VT_ROW_T struct vt_series
static const struct vt_row_field series_fields[] = {
#include "docstore/fields/series.def"
};
#undef VT_ROW_T
static const struct vt_row series_row = VT_ROW_MAP("series", series_fields);

VT_ROW_CODEC(series, struct vt_series)

#define VT_ROW_T struct vt_hold
static const struct vt_row_field hold_fields[] = {
#include "docstore/fields/held.def"
};
#undef VT_ROW_T
static const struct vt_row hold_row = VT_ROW_MAP("held number", hold_fields);

VT_ROW_CODEC(hold, struct vt_hold)

#define VT_ROW_T struct vt_book_row
static const struct vt_row_field book_fields[] = {
#include "docstore/fields/book.def"
};
#undef VT_ROW_T
static const struct vt_row book_row = VT_ROW_MAP("closed book", book_fields);

VT_ROW_ENCODE(book, struct vt_book_row)

int
vt_book_decode(struct vt_span v, struct vt_arena *a, struct vt_book_row *ret,
    struct vt_err *reterr)
{
	struct vt_book_row x = {
		.closed = true, .from = VT_TIME_NONE, .until = VT_TIME_NONE
	};
	int rc = vt_row_read(&book_row, v, a, &x, reterr);

	if (rc == VT_OK)
		*ret = x;
	return rc;
}

/* ---- events ---- */

#define VT_ROW_T struct vt_event
static const struct vt_row_field event_fields[] = {
#include "docstore/fields/event.def"
};
#undef VT_ROW_T
static const struct vt_row event_row = VT_ROW_MAP("event", event_fields);

VT_ROW_ENCODE(event, struct vt_event)

int
vt_event_decode(struct vt_span v, struct vt_event *ret, struct vt_err *reterr)
{
	struct vt_event x = { .seq = 0 };
	int rc;

	if ((rc = vt_row_read(&event_row, v, NULL, &x, reterr)) != VT_OK)
		return rc;
	x.name = vt_step_kind_name((enum vt_step_kind)x.kind);
	*ret = x;
	return VT_OK;
}

/* ---- work ---- */

struct work {
	struct vt_work x;
	struct vt_span payload;
};

#define VT_ROW_T struct work
static const struct vt_row_field work_fields[] = {
#include "docstore/fields/work.def"
};
#undef VT_ROW_T
static const struct vt_row work_row = VT_ROW_MAP("work", work_fields);

void
vt_work_encode(const struct vt_work *x, struct vt_buf *ret)
{
	struct work w = { *x, VT_SPAN(x->payload, x->n_payload) };

	vt_row_put(&work_row, &w, ret);
}

int
vt_work_decode(struct vt_span v, struct vt_work *ret, struct vt_err *reterr)
{
	struct work w = { .x = { .no = 0 } };
	union {
		const uint8_t *in;
		uint8_t *out;
	} payload; /* borrowed; the caller copies before handing it on */
	int rc;

	if ((rc = vt_row_read(&work_row, v, NULL, &w, reterr)) != VT_OK)
		return rc;
	payload.in = w.payload.p;
	w.x.payload = payload.out;
	w.x.n_payload = w.payload.n;
	*ret = w.x;
	return VT_OK;
}

/* ---- entries and states ---- */

#define VT_ROW_T struct vt_entry
static const struct vt_row_field entry_fields[] = {
#include "docstore/fields/entry.def"
};
#undef VT_ROW_T
static const struct vt_row entry_row = VT_ROW_ARRAY("entry", entry_fields);

VT_ROW_CODEC_FLAT(entry, struct vt_entry)

#define VT_ROW_T struct vt_state
static const struct vt_row_field fleeting_fields[] = {
#include "docstore/fields/fleeting.def"
};
#undef VT_ROW_T
static const struct vt_row fleeting_row =
    VT_ROW_ARRAY("state", fleeting_fields);

VT_ROW_CODEC_FLAT(fleeting, struct vt_state)

/* ---- counters ---- */

#define VT_ROW_T struct vt_agency_state
static const struct vt_row_field state_fields[] = {
#include "docstore/fields/state.def"
};
#undef VT_ROW_T
static const struct vt_row state_row = VT_ROW_MAP("counters", state_fields);

VT_ROW_ENCODE(state, struct vt_agency_state)

int
vt_state_decode(
    struct vt_span v, struct vt_agency_state *ret, struct vt_err *reterr)
{
	struct vt_agency_state x = { .agency_no = ret->agency_no };
	int rc = vt_row_read(&state_row, v, NULL, &x, reterr);

	if (rc == VT_OK)
		*ret = x;
	return rc;
}
