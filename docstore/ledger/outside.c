/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An array of signed checkpoints (CBOR texts). */
#include "docstore/outside.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "docstore/files.h"
#include "docstore/restored.h"
#include "docstore/resume.h"
#include "docstore/store_priv.h"

/* DATA.ledgers. False: a store in memory. */
static bool
where(const struct vt_store *s, struct vt_buf *ret)
{
	size_t n = s->path == NULL ? 0 : strlen(s->path);

	while (n > 1 && s->path[n - 1] == '/')
		n--;
	vt_buf_put(ret, s->path, n);
	vt_buf_puts(ret, ".ledgers");
	return n > 0;
}

/* ---- saving ---- */

static int
newest_of_all(struct vt_view *v, struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_counters count;
	struct vt_restored mark;
	VT_BUF_AUTO(notes);
	uint64_t n = 0;
	int rc;

	if ((rc = vt_restored_get(v->txn, &mark, reterr)) != VT_OK ||
	    (rc = vt_row_counters(v->txn, &count, reterr)) != VT_OK || mark.is)
		return rc;
	for (uint32_t no = 1; no <= count.agencies; no++) {
		VT_BUF_AUTO(note);

		rc = vt_checkpoint_get(v, no, &note, reterr);
		if (rc != VT_OK)
			return rc;
		vt_cbor_text(&notes, vt_buf_view(&note));
		n++;
	}
	vt_cbor_array(ret, n);
	vt_buf_span(ret, vt_buf_view(&notes));
	return vt_buf_status(ret, reterr);
}

int
vt_outside_save(struct vt_store *s, struct vt_err *reterr)
{
	struct vt_view *v;
	VT_BUF_AUTO(path);
	VT_BUF_AUTO(b);
	int rc;

	VT_CHECK(s, VT_STORE_MAGIC);
	if (!where(s, &path))
		return VT_OK;
	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	rc = newest_of_all(v, &b, reterr);
	vt_view_end(v);
	return rc == VT_OK && b.n > 0
		   ? vt_file_replace(
			 vt_buf_str(&path), vt_buf_view(&b), reterr)
		   : rc;
}

/* ---- comparing ---- */

int
vt_outside_each(struct vt_view *v, uint32_t agency_no,
    int (*f)(void *arg, struct vt_span note, struct vt_err *reterr), void *arg,
    struct vt_err *reterr)
{
	struct vt_shown_says says;
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(path);
	VT_BUF_AUTO(file);
	struct vt_cbor c;
	int rc;

	if (!where(v->store, &path))
		return VT_OK;
	rc = vt_file_read(vt_buf_str(&path), VT_OUTSIDE_MAX, &file, &err);
	if (rc == VT_E_NO_INPUT)
		return VT_OK;
	if (rc != VT_OK) {
		*reterr = err;
		return rc;
	}
	vt_cbor_open(&c, vt_buf_view(&file));
	for (size_t n = vt_cbor_get_array(&c); n > 0 && c.failed == VT_OK;
	     n--) {
		struct vt_span note = vt_cbor_get_text(&c);

		if (c.failed != VT_OK)
			break;
		if ((rc = vt_shown_judge(v, note, &says, reterr)) != VT_OK)
			return rc;
		if ((says.is == VT_SHOWN_BEYOND ||
			says.is == VT_SHOWN_FORKED) &&
		    (agency_no == 0 || says.agency_no == agency_no) &&
		    (rc = f(arg, note, reterr)) != VT_OK)
			return rc;
	}
	return vt_cbor_finish(&c, "what others hold of the ledgers", reterr);
}

struct found {
	struct vt_view *v;
	char why[VT_RESTORED_WHY];
};

static int
first_found(void *arg, struct vt_span note, struct vt_err *reterr)
{
	struct found *x = arg;
	struct vt_shown_says says;
	int rc = vt_shown_judge(x->v, note, &says, reterr);

	if (rc != VT_OK || x->why[0] != '\0')
		return rc;
	(void)snprintf(x->why, sizeof(x->why),
	    says.is == VT_SHOWN_BEYOND
		? "beside the data directory stands a checkpoint of agency "
		  "%" PRIu32 " of %" PRIu64 " leaves, here are %" PRIu64
		: "beside the data directory stands a checkpoint of agency "
		  "%" PRIu32 " of %" PRIu64 " leaves and another history; "
		  "here are %" PRIu64,
	    says.agency_no, says.size, says.ours);
	return VT_OK;
}

int
vt_outside_look(struct vt_store *s, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct found x = { .why = "" };
	int rc = vt_view_begin(s, &x.v, reterr);

	if (rc != VT_OK)
		return rc;
	rc = vt_outside_each(x.v, 0, first_found, &x, &err);
	vt_view_end(x.v);
	/* A file that cannot be read takes no store away from its people. */
	if (rc != VT_OK)
		vt_log_err("store.outside", &err);
	return x.why[0] == '\0' ? VT_OK
				: vt_store_roll_back(s, x.why, reterr);
}
