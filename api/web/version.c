/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another file in place of one of a draft's: streamed like an arrival's. */
#include "api/web/arrival.h"

/* What a refused form brings back, so that the file is not sent again. */
static void
remember(struct vt_arrival *a)
{
	static const char *const names[] = { "kept0", "kepthash0",
		"keptname0" };
	const struct vt_arrived_file *f;
	char id[VT_ID_TEXT + 1], hash[VT_HASH_TEXT + 1];
	const char *values[] = { id, hash, "" };

	if (a->n_files == 0)
		return;
	f = &a->files[a->n_files - 1];
	vt_id_text(&f->upload, id);
	vt_hash_text(&f->hash, hash);
	values[2] = f->name;
	for (size_t i = 0; i < 3; i++) {
		struct vt_webform_field *to = NULL;
		char *value = vt_arena_strdup(a->arena, values[i]);

		for (size_t k = 0; k < a->form.n; k++)
			if (strcmp(a->fields[k].name, names[i]) == 0)
				to = &a->fields[k];
		if (to == NULL && a->form.n < VT_L(ARRIVAL_FIELDS_MAX))
			to = &a->fields[a->form.n++];
		if (to != NULL)
			*to = (struct vt_webform_field){ names[i],
				value == NULL ? "" : value };
	}
}

static int
bring(struct vt_desk *d, const struct vt_arrival *a, const vt_id *paper,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	uint64_t part = vt_webform_number(&a->form, "part");
	const struct vt_arrived_file *f;
	struct vt_office_file file;
	struct vt_request rq;
	char was[24];
	vt_hash expect;
	int rc;

	rc = vt_sheet_request(d, &a->form, d->req->path, &rq, reterr);
	if (rc != VT_OK)
		return rc;
	rq.hash = vt_arrival_hash(a, d->req->path);
	if (a->n_files == 0)
		return vt_err_set(reterr, VT_E_FILE_EMPTY, "no file");
	(void)snprintf(was, sizeof(was), "was%" PRIu64, part);
	if (part == 0 || part > VT_L(PAPER_PARTS_MAX) ||
	    !vt_hash_parse(vt_span_str(vt_webform_get(&a->form, was)), &expect))
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "form: the file that is replaced is missing");
	f = &a->files[a->n_files - 1];
	file.upload = f->upload;
	file.name =
	    *f->name == '\0' ? T(d, "tệp không tên", "no name") : f->name;
	file.media_type = vt_arrival_type(f->name);
	return vt_office_edit(
	    d->office, &rq, paper, (uint16_t)part, &file, &expect, ret, reterr);
}

int
vt_web_version_post(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arrival_free) struct vt_arrival *a = req->stream;
	struct vt_refusal r = { .act = vt_desk_act("version"),
		.form = &a->form,
		.err = VT_ERR_INIT };
	struct vt_act_result result = VT_ACT_RESULT_INIT;
	struct vt_desk d;
	vt_id paper;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK ||
	    (rc = vt_arrival_end(a, reterr)) != VT_OK)
		return rc;
	rc = bring(&d, a, &paper, &result, &r.err);
	vt_act_result_free(&result);
	if (rc != VT_OK)
		remember(a);
	return vt_sheet_done(&d, &paper, &r, rc, reterr);
}
