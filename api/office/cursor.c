/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/cursor.h"
#include "api/office/office_priv.h"
#include "docstore/state.h"

int
vt_office_cursor_get(struct vt_office *o, const char *key, struct vt_buf *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_state st;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	rc = vt_state_get(v, VT_STATE_CURSOR, vt_span_str(key), &st, &err);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	vt_buf_span(ret, st.value);
	return vt_buf_status(ret, reterr);
}

int
vt_office_cursor_put(struct vt_office *o, const char *key, struct vt_span value,
    vt_time expires, struct vt_err *reterr)
{
	struct vt_state_new n = { .kind = VT_STATE_CURSOR,
		.key = vt_span_str(key),
		.value = value,
		.expires = expires,
		.expect = VT_STATE_ANY };

	VT_CHECK(o, VT_OFFICE_MAGIC);
	return vt_state_put(o->o.store, &n, NULL, reterr);
}

int
vt_office_cursor_drop(
    struct vt_office *o, const char *key, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	rc = vt_state_delete(
	    o->o.store, VT_STATE_CURSOR, vt_span_str(key), VT_STATE_ANY, &err);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}
