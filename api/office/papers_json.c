/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <unistd.h>

#include <jansson.h>

#include "api/office/office_priv.h"
#include "api/office/papers_json.h"

#define LINES_MAX   256
#define ARENA_LIMIT ((size_t)4 << 20)

struct reader {
	struct vt_arena *a;
	json_t *root;
	const char *what;
	struct vt_err *err;
	int rc;
};

static void
fail(struct reader *r, const char *key, const char *why)
{
	if (r->rc == VT_OK)
		r->rc = vt_err_set(r->err, VT_E_INVALID, "%s, \"%s\": %s",
		    r->what, key, why);
}

static char *
keep(struct reader *r, json_t *s)
{
	char *c = vt_arena_strndup(r->a, json_string_value(s),
	    json_string_length(s));

	if (c == NULL && r->rc == VT_OK)
		r->rc = vt_arena_err(r->a, r->err);
	return c;
}

static const char *
text(struct reader *r, const char *key)
{
	json_t *o = json_object_get(r->root, key);

	if (o == NULL || json_is_null(o))
		return NULL;
	if (!json_is_string(o)) {
		fail(r, key, "a string is wanted");
		return NULL;
	}
	return keep(r, o);
}

static const char *const *
lines(struct reader *r, const char *key, size_t *ret_n)
{
	json_t *o = json_object_get(r->root, key), *item;
	const char **list;
	size_t n, k;

	*ret_n = 0;
	if (o == NULL || json_is_null(o))
		return NULL;
	n = json_array_size(o);
	if (!json_is_array(o) || n > LINES_MAX) {
		fail(r, key, "a list of at most 256 strings is wanted");
		return NULL;
	}
	list = vt_arena_array(r->a, n + 1, sizeof(*list));
	if (list == NULL) {
		if (r->rc == VT_OK)
			r->rc = vt_arena_err(r->a, r->err);
		return NULL;
	}
	json_array_foreach(o, k, item)
	{
		if (!json_is_string(item)) {
			fail(r, key, "every item must be a string");
			return NULL;
		}
		list[k] = keep(r, item);
	}
	*ret_n = n;
	return list;
}

static const struct vt_notice_fact *
facts(struct reader *r, size_t *ret_n)
{
	json_t *o = json_object_get(r->root, "facts"), *item;
	struct vt_notice_fact *list;
	size_t n, k;

	*ret_n = 0;
	if (o == NULL || json_is_null(o))
		return NULL;
	n = json_array_size(o);
	if (!json_is_array(o) || n > 16) {
		fail(r, "facts", "a list of at most 16 is wanted");
		return NULL;
	}
	list = vt_arena_array(r->a, n + 1, sizeof(*list));
	if (list == NULL) {
		if (r->rc == VT_OK)
			r->rc = vt_arena_err(r->a, r->err);
		return NULL;
	}
	json_array_foreach(o, k, item)
	{
		json_t *l = json_object_get(item, "label");
		json_t *v = json_object_get(item, "value");

		if (!json_is_string(l) || !json_is_string(v)) {
			fail(r, "facts", "label and value must be strings");
			return NULL;
		}
		list[k].label = keep(r, l);
		list[k].value = keep(r, v);
	}
	*ret_n = n;
	return list;
}

static int
begin(struct reader *r, struct vt_span json, const char *const *known)
{
	json_error_t je;
	const char *key;
	json_t *value;

	r->root = json_loadb((const char *)json.p, json.n,
	    JSON_REJECT_DUPLICATES, &je);
	if (r->root == NULL)
		return vt_err_set(r->err, VT_E_SYNTAX, "%s, line %d: %s",
		    r->what, je.line, je.text);
	if (!json_is_object(r->root)) {
		json_decref(r->root);
		return vt_err_set(r->err, VT_E_SYNTAX,
		    "%s: a JSON object is wanted", r->what);
	}
	json_object_foreach(r->root, key, value)
	{
		size_t k = 0;

		while (known[k] != NULL && strcmp(known[k], key) != 0)
			k++;
		if (known[k] == NULL)
			fail(r, key, "no such field");
	}
	return VT_OK;
}

int
vt_paper_letter_read(struct vt_span json, struct vt_arena *a,
    struct vt_letter *ret, struct vt_err *reterr)
{
	static const char *const known[] = { "parent", "agency", "type_name",
		"subject", "to", "bases", "body", "authority", "title",
		"signer", "copies", NULL };
	struct reader r = { a, NULL, "letter", reterr, VT_OK };
	struct vt_letter l = { 0 };
	int rc;

	if ((rc = begin(&r, json, known)) != VT_OK)
		return rc;
	l.parent = text(&r, "parent");
	l.agency = text(&r, "agency");
	l.type_name = text(&r, "type_name");
	l.subject = text(&r, "subject");
	l.to = lines(&r, "to", &l.n_to);
	l.bases = lines(&r, "bases", &l.n_bases);
	l.body = lines(&r, "body", &l.n_body);
	l.authority = text(&r, "authority");
	l.title = text(&r, "title");
	l.signer = text(&r, "signer");
	l.copies = lines(&r, "copies", &l.n_copies);
	json_decref(r.root);
	if (r.rc == VT_OK)
		*ret = l;
	return r.rc;
}

int
vt_paper_notice_read(struct vt_span json, struct vt_arena *a,
    struct vt_notice *ret, struct vt_err *reterr)
{
	static const char *const known[] = { "parent", "agency", "type_name",
		"subject", "citizen", "case_code", "facts", "body",
		"authority", "title", "signer", "copies", "code", "url",
		NULL };
	struct reader r = { a, NULL, "notice", reterr, VT_OK };
	struct vt_notice n = { 0 };
	int rc;

	if ((rc = begin(&r, json, known)) != VT_OK)
		return rc;
	n.parent = text(&r, "parent");
	n.agency = text(&r, "agency");
	n.type_name = text(&r, "type_name");
	n.subject = text(&r, "subject");
	n.citizen = text(&r, "citizen");
	n.case_code = text(&r, "case_code");
	n.facts = facts(&r, &n.n_facts);
	n.body = lines(&r, "body", &n.n_body);
	n.authority = text(&r, "authority");
	n.title = text(&r, "title");
	n.signer = text(&r, "signer");
	n.copies = lines(&r, "copies", &n.n_copies);
	n.code = text(&r, "code");
	n.url = text(&r, "url");
	json_decref(r.root);
	if (r.rc == VT_OK)
		*ret = n;
	return r.rc;
}

int
vt_paper_letter_json(struct vt_span json, struct vt_buf *ret_pdf,
    struct vt_places *ret_places, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *a = vt_arena_new(ARENA_LIMIT);
	struct vt_letter l;
	int rc;

	if (a == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "letter: no memory");
	if ((rc = vt_paper_letter_read(json, a, &l, reterr)) != VT_OK)
		return rc;
	return vt_render_letter(&l, ret_pdf, ret_places, reterr);
}

int
vt_paper_notice_json(struct vt_span json, struct vt_buf *ret_pdf,
    struct vt_places *ret_places, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *a = vt_arena_new(ARENA_LIMIT);
	struct vt_notice n;
	int rc;

	if (a == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "notice: no memory");
	if ((rc = vt_paper_notice_read(json, a, &n, reterr)) != VT_OK)
		return rc;
	return vt_render_notice(&n, ret_pdf, ret_places, reterr);
}

int
vt_paper_lay(struct vt_spawner *s, struct vt_buf *pdf,
    const struct vt_places *places, struct vt_err *reterr)
{
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	struct vt_inspection i = { 0 };
	bool laid;
	int fd, rc;

	if ((rc = vt_job_memfd(vt_buf_view(pdf), &fd, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_sign_inspect(s, fd, &i, reterr)) == VT_OK)
		rc = vt_office_lay(s, fd, &i, places, 2, &tail, &laid, reterr);
	if (rc == VT_OK)
		vt_buf_span(pdf, vt_buf_view(&tail.bytes));
	close(fd);
	vt_inspection_free(&i);
	vt_pdf_tail_free(&tail);
	return rc != VT_OK ? rc : vt_buf_status(pdf, reterr);
}
