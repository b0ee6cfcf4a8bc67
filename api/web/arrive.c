/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Papers registered by hand: what arrived outside the exchange, and drafts.
 * Files stream into the store as they come; the fields stand before them in
 * the form. What is wrong is told at its field, and neither what was typed nor
 * a file that was sent is asked for again.
 */
#include <stdlib.h>

#include "api/http/multipart.h"
#include "api/office/joins.h"
#include "api/web/arrival.h"
#include "base/text.h"

void
vt_arrival_free(struct vt_arrival *a)
{
	if (a == NULL)
		return;
	vt_office_upload_free(a->open);
	vt_multipart_free(a->m);
	vt_buf_free(&a->value);
	free(a);
}

static int
end_field(struct vt_arrival *a, struct vt_err *reterr)
{
	struct vt_webform_field *f;
	char *v;

	if (!a->in_field)
		return VT_OK;
	a->in_field = false;
	f = &a->fields[a->form.n - 1];
	if (a->value.n != strlen(vt_buf_str(&a->value)) ||
	    (v = vt_arena_strdup(a->arena, vt_buf_str(&a->value))) == NULL ||
	    !vt_webform_clean(v))
		return vt_err_set(
		    reterr, VT_E_SYNTAX, "form: a field is not text");
	f->value = v;
	return VT_OK;
}

static int
end_file(struct vt_arrival *a, struct vt_err *reterr)
{
	struct vt_arrived_file *f;
	struct vt_blob blob;
	int rc;

	if (a->open == NULL)
		return VT_OK;
	f = &a->files[a->n_files];
	rc = vt_office_upload_end(a->open, NULL, &f->upload, &blob, reterr);
	vt_office_upload_free(a->open);
	a->open = NULL;
	if (rc == VT_OK) {
		f->hash = blob.hash;
		a->n_files++;
	}
	return rc;
}

/* The last part of a path, as people see a file's name; "" when it is none. */
static const char *
clean_name(struct vt_arena *arena, struct vt_span s)
{
	char *name;

	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == '/' || s.p[i - 1] == '\\') {
			s = VT_SPAN(s.p + i, s.n - i);
			break;
		}
	if (s.n == 0 || s.n > 800 || memchr(s.p, 0, s.n) != NULL ||
	    memchr(s.p, '\n', s.n) != NULL || memchr(s.p, '\r', s.n) != NULL)
		return "";
	name = vt_arena_strndup(arena, s.p, s.n);
	return name == NULL || !vt_webform_clean(name) ? "" : name;
}

static int
part_begin(void *arg, const char *name, bool is_file, struct vt_err *reterr)
{
	struct vt_arrival *a = arg;
	struct vt_arrived_file *f;
	int rc;

	if ((rc = end_field(a, reterr)) != VT_OK ||
	    (rc = end_file(a, reterr)) != VT_OK)
		return rc;
	a->in_file = is_file;
	if (is_file) {
		if (a->n_files == VT_L(ARRIVAL_FILES_MAX))
			return vt_err_set(reterr, VT_E_LIMIT,
			    "form: at most %zu files", VT_L(ARRIVAL_FILES_MAX));
		f = &a->files[a->n_files];
		f->main = strcmp(name, "main") == 0;
		f->name = clean_name(a->arena, vt_multipart_file(a->m));
		return VT_OK;
	}
	if (a->form.n == VT_L(ARRIVAL_FIELDS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "form: at most %zu fields", VT_L(ARRIVAL_FIELDS_MAX));
	vt_buf_reset(&a->value);
	a->fields[a->form.n].name = vt_arena_strdup(a->arena, name);
	a->fields[a->form.n].value = "";
	if (a->fields[a->form.n].name == NULL)
		return vt_arena_err(a->arena, reterr);
	a->form.n++;
	a->in_field = true;
	return VT_OK;
}

/* The first byte of a file: nobody's but a form of ours brings one in. */
static int
begin_file(struct vt_arrival *a, struct vt_err *reterr)
{
	int rc;

	rc = vt_session_csrf_check(a->web->office, vt_span_str(a->user->token),
	    vt_webform_get(&a->form, "csrf"), reterr);
	return rc != VT_OK ? rc
			   : vt_office_upload_begin(a->web->office,
				 &a->user->session.actor, &a->open, reterr);
}

static int
part_bytes(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct vt_arrival *a = arg;
	int rc = VT_OK;

	if (!a->in_file) {
		vt_buf_span(&a->value, s);
		return vt_buf_status(&a->value, reterr);
	}
	if (a->open == NULL)
		rc = begin_file(a, reterr);
	return rc != VT_OK ? rc
			   : vt_office_upload_put(a->open, s.p, s.n, reterr);
}

static int
arrive_begin(
    struct vt_http_req *req, uint64_t length, void **ret, struct vt_err *reterr)
{
	static const struct vt_multipart_ops ops = { part_begin, part_bytes };
	VT_CLEANUP(vt_arrival_free)
	struct vt_arrival *a = calloc(1, sizeof(*a));
	int rc;

	(void)length;
	if (a == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "form: no memory");
	a->web = req->app;
	a->user = req->user;
	a->arena = req->arena;
	a->form.fields = a->fields;
	vt_buf_init(&a->value, VT_L(ARRIVAL_VALUE_MAX));
	if (!vt_http_type_is(req, "multipart/form-data"))
		return vt_err_set(reterr, VT_E_HTTP_MEDIA_TYPE,
		    "Content-Type: multipart/form-data wanted");
	if ((rc = vt_web_same_origin(req, reterr)) != VT_OK ||
	    (rc = vt_multipart_new(vt_http_header(req, "Content-Type"), &ops, a,
		 &a->m, reterr)) != VT_OK)
		return rc;
	*ret = VT_TAKE(a);
	return VT_OK;
}

static int
arrive_put(void *stream, struct vt_span b, struct vt_err *reterr)
{
	struct vt_arrival *a = stream;

	return vt_multipart_put(a->m, b, reterr);
}

static void
arrive_abort(void *stream)
{
	vt_arrival_free(stream);
}

const struct vt_http_sink vt_web_arrive_sink = { arrive_begin, arrive_put,
	arrive_abort };

/* --- files that came with an earlier try of the same form --- */

static void
kept_files(struct vt_arrival *a)
{
	struct vt_arrived_file kept[VT_L(ARRIVAL_FILES_MAX)];
	size_t n = 0;

	for (size_t i = 0; i < VT_L(ARRIVAL_FILES_MAX); i++) {
		struct vt_arrived_file f = { .main = false };
		char name[24];

		(void)snprintf(name, sizeof(name), "kept%zu", i);
		if (!vt_id_parse(
			vt_span_str(vt_webform_get(&a->form, name)), &f.upload))
			break;
		(void)snprintf(name, sizeof(name), "kepthash%zu", i);
		if (!vt_hash_parse(
			vt_span_str(vt_webform_get(&a->form, name)), &f.hash))
			break;
		(void)snprintf(name, sizeof(name), "keptname%zu", i);
		f.name = vt_webform_get(&a->form, name);
		(void)snprintf(name, sizeof(name), "keptmain%zu", i);
		f.main = vt_webform_has(&a->form, name);
		kept[n++] = f;
	}
	for (size_t i = 0; i < a->n_files && n < VT_L(ARRIVAL_FILES_MAX); i++)
		kept[n++] = a->files[i];
	memcpy(a->files, kept, n * sizeof(kept[0]));
	a->n_files = n;
}

int
vt_arrival_end(struct vt_arrival *a, struct vt_err *reterr)
{
	int rc;

	if ((rc = vt_multipart_end(a->m, reterr)) != VT_OK ||
	    (rc = end_field(a, reterr)) != VT_OK ||
	    (rc = end_file(a, reterr)) != VT_OK)
		return rc;
	kept_files(a);
	return VT_OK;
}

/* The main file first, a later one in place of an earlier one. */
static bool
main_first(struct vt_arrival *a)
{
	size_t at = a->n_files;

	for (size_t i = 0; i < a->n_files; i++)
		if (a->files[i].main)
			at = i;
	if (at == a->n_files)
		return false;
	for (size_t i = 0; i < a->n_files; i++)
		if (i != at && a->files[i].main)
			a->files[i].name = NULL; /* replaced */
	for (; at > 0; at--) {
		struct vt_arrived_file f = a->files[at - 1];

		a->files[at - 1] = a->files[at];
		a->files[at] = f;
	}
	at = 0;
	for (size_t i = 0; i < a->n_files; i++)
		if (a->files[i].name != NULL)
			a->files[at++] = a->files[i];
	a->n_files = at;
	return true;
}

const char *
vt_arrival_type(const char *name)
{
	static const struct {
		const char *ending, *type;
	} types[] = {
		{ ".pdf", "application/pdf" },
		{ ".docx", "application/vnd.openxmlformats-officedocument."
			   "wordprocessingml.document" },
		{ ".xlsx", "application/vnd.openxmlformats-officedocument."
			   "spreadsheetml.sheet" },
		{ ".doc", "application/msword" },
		{ ".xls", "application/vnd.ms-excel" },
		{ ".zip", "application/zip" },
		{ ".png", "image/png" },
		{ ".jpg", "image/jpeg" },
		{ ".jpeg", "image/jpeg" },
		{ ".xml", "application/xml" },
	};
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t e = strlen(types[i].ending);

		if (n > e && strcasecmp(name + n - e, types[i].ending) == 0)
			return types[i].type;
	}
	return "application/octet-stream";
}

/* --- registering --- */

vt_hash
vt_arrival_hash(const struct vt_arrival *a, const char *what)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();

	vt_sha256_put(h, what, strlen(what) + 1);
	for (size_t i = 0; i < a->form.n; i++) {
		const struct vt_webform_field *f = &a->fields[i];

		if (strcmp(f->name, "csrf") == 0 ||
		    strncmp(f->name, "kept", 4) == 0)
			continue;
		vt_sha256_put(h, f->name, strlen(f->name) + 1);
		vt_sha256_put(h, f->value, strlen(f->value) + 1);
	}
	for (size_t i = 0; i < a->n_files; i++)
		vt_sha256_put(h, a->files[i].hash.b, VT_HASH_SIZE);
	return vt_sha256_end(h);
}

/* A số đến that stands on the paper already. */
static int
by_hand(struct vt_arrival *a, struct vt_new_paper *ret, struct vt_err *reterr)
{
	const char *no = vt_webform_get(&a->form, "by_hand");
	int rc;

	if (a->draft || *no == '\0')
		return VT_OK;
	if ((rc = vt_number_parse(no, &ret->by_hand, reterr)) != VT_OK)
		return rc;
	ret->stated = vt_webform_moment(vt_webform_get(&a->form, "by_hand_at"));
	if (ret->stated != VT_TIME_NONE)
		return VT_OK;
	a->wrong = "by_hand_at";
	return vt_err_set(
	    reterr, VT_E_INVALID, "form: day and hour on the paper wanted");
}

static int
do_register(struct vt_desk *d, struct vt_arrival *a, struct vt_act_result *r,
    struct vt_err *reterr)
{
	struct vt_office_file files[VT_L(ARRIVAL_FILES_MAX)];
	struct vt_new_paper n = { .direction = VT_DIR_IN };
	struct vt_request rq;
	struct vt_meta m;
	int rc;

	if ((rc = by_hand(a, &n, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_sheet_request(d, &a->form, d->req->path, &rq, reterr)) !=
	    VT_OK)
		return rc;
	rq.if_match = 0;
	rq.hash = vt_arrival_hash(a, d->req->path);
	if ((rc = vt_arrival_meta(d, a, &m, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < a->n_files; i++) {
		files[i].upload = a->files[i].upload;
		files[i].name = *a->files[i].name == '\0'
				    ? T(d, "tệp không tên", "no name")
				    : a->files[i].name;
		files[i].media_type = vt_arrival_type(a->files[i].name);
	}
	n.direction = a->draft ? VT_DIR_OUT : VT_DIR_IN;
	n.meta = &m;
	n.files = files;
	n.n_files = a->n_files;
	return vt_office_register(d->office, &rq, &n, r, reterr);
}

/* Is one of the same agency and number in the book? Said once: who says that
 * it is another one registers it. */
static int
find_known(struct vt_desk *d, struct vt_arrival *a, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper p;
	struct vt_meta m;
	size_t n = 0;
	int rc;

	if (a->draft || vt_webform_has(&a->form, "another"))
		return VT_OK;
	if ((rc = vt_arrival_meta(d, a, &m, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(d->office), &v, reterr)) !=
		VT_OK ||
	    (rc = vt_office_alike(v, d->me, &m, NULL, &p, 1, &n, reterr)) !=
		VT_OK ||
	    n == 0)
		return rc;
	vt_id_text(&p.id, a->known);
	return vt_err_set(reterr, VT_E_EXISTS, "registered already");
}

int
vt_web_arrive_post(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arrival_free) struct vt_arrival *a = req->stream;
	struct vt_act_result result = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	char to[128], id[VT_ID_TEXT + 1];
	struct vt_desk d;
	int rc;

	vt_desk_begin(&d, req, res);
	a->draft = strcmp(req->path, "/desk/draft") == 0;
	if ((rc = vt_arrival_end(a, reterr)) != VT_OK)
		return rc;
	if (!main_first(a)) {
		a->wrong = "main";
		rc = vt_err_set(&err, VT_E_FILE_EMPTY, "no main file");
	} else if (*vt_webform_get(&a->form, "subject") == '\0') {
		a->wrong = "subject";
		rc = vt_err_set(&err, VT_E_INVALID, "no subject");
	} else {
		rc = find_known(&d, a, &err);
		if (rc == VT_OK)
			rc = do_register(&d, a, &result, &err);
		if (rc != VT_OK && vt_sheet_several(&d, &err) != NULL)
			a->wrong = "to";
		if (rc == VT_E_SECRECY_REFUSED) {
			a->wrong = "secrecy";
			a->n_files = 0; /* destroyed */
		}
	}
	vt_id_text(&result.paper, id);
	vt_act_result_free(&result);
	if (rc != VT_OK) {
		res->status = vt_err_info(rc)->http_status;
		vt_arrival_page(&d, a, &err);
		return VT_OK;
	}
	(void)snprintf(to, sizeof(to), "/desk/papers/%s?done=%s", id,
	    a->draft ? "drafted" : "arrived");
	vt_http_res_see_other(res, to);
	return VT_OK;
}

int
vt_web_arrive(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arrival_free)
	struct vt_arrival *a = calloc(1, sizeof(*a));
	struct vt_desk d;
	int rc;

	if (a == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "form: no memory");
	vt_desk_begin(&d, req, res);
	a->draft = strcmp(req->path, "/desk/draft") == 0;
	a->arena = req->arena;
	a->form.fields = a->fields;
	if ((rc = vt_who_may(d.me, VT_DUTY_REGISTER, reterr)) != VT_OK ||
	    (rc = vt_arrival_reply(&d, a, reterr)) != VT_OK)
		return rc;
	vt_arrival_page(&d, a, NULL);
	return VT_OK;
}
