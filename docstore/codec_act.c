/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stored act and its steps. */
#include "docstore/fields.h"

#define VT_ROW_T struct vt_srec_file
static const struct vt_row_field file_fields[] = {
#include "docstore/fields/file.def"
};
#undef VT_ROW_T
static const struct vt_row file_row =
    VT_ROW_ARRAY("file of a step", file_fields);

#define VT_ROW_T struct vt_srec_to
static const struct vt_row_field to_fields[] = {
#include "docstore/fields/to.def"
};
#undef VT_ROW_T
static const struct vt_row to_row =
    VT_ROW_ARRAY_OR("addressee of a step", to_fields, 5);

/* What an entry was changed to: its value; of a secret [SHA-256]; or null. */
static bool
value_is_empty(const void *of)
{
	(void)of;
	return false;
}

static void
value_put(struct vt_buf *b, const void *of)
{
	const struct vt_srec_entry *e = of;

	if (e->value.n > 0 && !e->secret) {
		vt_cbor_bytes(b, e->value);
	} else if (!vt_hash_is_zero(&e->hash)) {
		vt_cbor_array(b, 1);
		vt_cbor_hash(b, &e->hash);
	} else {
		vt_cbor_null(b);
	}
}

static void
value_take(struct vt_cbor *c, struct vt_arena *a, void *of)
{
	struct vt_srec_entry *e = of;

	if (vt_cbor_get_null(c))
		return;
	if (vt_cbor_peek(c) == VT_CBOR_BYTES) {
		e->value = vt_take_bytes(c, a);
		return;
	}
	e->secret = true;
	if (vt_cbor_get_array(c) != 1)
		vt_cbor_fail(c, "not the hash of a value");
	e->hash = vt_cbor_get_hash(c);
}

static const struct vt_row_hooks value_hooks = { value_is_empty, value_put,
	value_take };

#define VT_ROW_T struct vt_srec_entry
static const struct vt_row_field change_fields[] = {
#include "docstore/fields/change.def"
};
#undef VT_ROW_T
static const struct vt_row change_row =
    VT_ROW_ARRAY("change of an entry", change_fields);

#define VT_ROW_T struct vt_srec
static const struct vt_row_field step_fields[] = {
#include "docstore/fields/step.def"
};
#undef VT_ROW_T
static const struct vt_row step_row = VT_ROW_MAP("step", step_fields);

void
vt_srec_clear(struct vt_srec *r)
{
	vt_row_clear(&step_row, r);
}

#define VT_ROW_T struct vt_arec
static const struct vt_row_field arec_fields[] = {
#include "docstore/fields/act.def"
};
#undef VT_ROW_T
static const struct vt_row arec_row = VT_ROW_MAP("act", arec_fields);

VT_ROW_CODEC(arec, struct vt_arec)
