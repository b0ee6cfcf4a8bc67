/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/exchange/edxml/edxml.h"
#include "base/text.h"

static const struct vt_edxml_type rows[] = {
#define VT_PAPER_TYPE(type, detail, decree, code, name) \
	{ type, detail, decree, code, name },
#include "api/exchange/edxml/types.def"
#undef VT_PAPER_TYPE
};
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

const struct vt_edxml_type *
vt_edxml_types(size_t *ret_n)
{
	*ret_n = N_ROWS;
	return rows;
}

/* NFC, small letters, one blank between words, none around; what stands in
 * brackets behind the name says which of two it is ("(cá biệt)"). */
static bool
fold(const char *s, struct vt_buf *ret)
{
	VT_BUF_AUTO(nfc);
	struct vt_span in;
	bool blank = false;

	if (s == NULL || vt_text_nfc(vt_span_str(s), &nfc, NULL) != VT_OK)
		return false;
	in = vt_buf_view(&nfc);
	for (size_t at = 0; at < in.n;) {
		int32_t c = vt_utf8_next(in, &at);

		if (c == '(')
			break;
		if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			blank = ret->n > 0;
			continue;
		}
		if (blank)
			vt_buf_puts(ret, " ");
		blank = false;
		vt_utf8_put(ret, (uint32_t)vt_utf8_lower(c));
	}
	return ret->n > 0 && vt_buf_status(ret, NULL) == VT_OK;
}

/* The row of a name in a table; 0 = any, the second one before the first: most
 * papers are of it. */
static const struct vt_edxml_type *
row_of(const char *name, int64_t type)
{
	const struct vt_edxml_type *found = NULL;
	VT_BUF_AUTO(want);
	VT_BUF_AUTO(is);

	if (!fold(name, &want))
		return NULL;
	for (size_t i = 0; i < N_ROWS; i++) {
		vt_buf_reset(&is);
		if ((type != 0 && rows[i].type != type) ||
		    !fold(rows[i].name, &is))
			continue;
		if (vt_span_eq(vt_buf_view(&is), vt_buf_view(&want)) &&
		    (found == NULL || found->type != rows[i].type))
			found = &rows[i];
	}
	return found;
}

void
vt_edxml_type_of(
    const char *name, bool legal, int64_t *ret_type, int64_t *ret_detail)
{
	const struct vt_edxml_type *r = row_of(name, legal ? 1 : 2);

	if (r == NULL)
		r = row_of(name, 0);
	if (r != NULL && r->type == 0)
		r = NULL; /* the standard has no row for it */
	*ret_type = r != NULL ? r->type : legal ? 1 : 2;
	*ret_detail = r == NULL ? VT_EDXML_NONE : r->detail;
}

bool
vt_edxml_type_is_legal(const char *name, int64_t type)
{
	const struct vt_edxml_type *any = row_of(name, 0);
	bool legal = row_of(name, 1) != NULL;
	bool other = any != NULL && any->type != 1;

	return legal == other ? type == 1 : legal;
}

const char *
vt_edxml_type_name(const char *code)
{
	const struct vt_edxml_type *found = NULL;

	for (size_t i = 0; i < N_ROWS && code != NULL && code[0] != '\0'; i++)
		if (strcmp(rows[i].code, code) == 0 &&
		    (found == NULL || found->type != rows[i].type))
			found = &rows[i];
	return found == NULL ? NULL : found->name;
}

const char *
vt_edxml_type_code(const char *name)
{
	const struct vt_edxml_type *r = row_of(name, 0);

	return r == NULL || r->code[0] == '\0' ? NULL : r->code;
}
