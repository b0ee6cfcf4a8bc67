/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/web/form.h"

#include <stdio.h>
#include <string.h>

#include <stdlib.h>

#include "api/http/multipart.h"
#include "base/limits.h"
#include "base/text.h"

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
vt_webform_clean(char *value)
{
	size_t n = strlen(value), out = 0;

	if (!vt_utf8_is_valid(VT_SPAN(value, n)))
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c == '\r' && value[i + 1] == '\n')
			continue;
		if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7f)
			return false;
		value[out++] = value[i];
	}
	value[out] = '\0';
	return true;
}

/* %XX and '+', into the arena; NULL: not so, or no memory. */
static char *
decode(struct vt_arena *a, struct vt_span s)
{
	char *v = vt_arena_alloc(a, s.n + 1);
	size_t n = 0;

	if (v == NULL)
		return NULL;
	for (size_t i = 0; i < s.n; i++) {
		char c = (char)s.p[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int h = i + 2 < s.n ? hex((char)s.p[i + 1]) : -1;
			int l = i + 2 < s.n ? hex((char)s.p[i + 2]) : -1;

			if (h < 0 || l < 0)
				return NULL;
			c = (char)(h * 16 + l);
			i += 2;
		}
		if (c == '\0')
			return NULL;
		v[n++] = c;
	}
	v[n] = '\0';
	return vt_webform_clean(v) ? v : NULL;
}

static int
read_pairs(
    struct vt_http_req *req, struct vt_webform *ret, struct vt_err *reterr)
{
	struct vt_webform_field *f;
	struct vt_span s = req->body;
	size_t n = 1;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '&' ? 1 : 0;
	if (n > VT_L(FORM_FIELDS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "form: at most %zu fields", VT_L(FORM_FIELDS_MAX));
	f = vt_arena_array(req->arena, n, sizeof(*f));
	if (f == NULL)
		return vt_arena_err(req->arena, reterr);
	n = 0;
	for (size_t at = 0; at < s.n;) {
		const uint8_t *amp = memchr(s.p + at, '&', s.n - at);
		size_t end = amp == NULL ? s.n : (size_t)(amp - s.p);
		const uint8_t *eq = memchr(s.p + at, '=', end - at);

		if (eq != NULL) {
			f[n].name = decode(req->arena,
			    VT_SPAN(s.p + at, (size_t)(eq - s.p) - at));
			f[n].value = decode(req->arena,
			    VT_SPAN(eq + 1, end - (size_t)(eq - s.p) - 1));
			if (f[n].name == NULL || f[n].value == NULL)
				return vt_err_set(reterr, VT_E_SYNTAX,
				    "form: URL Living Standard §5.1: a field "
				    "is not text");
			n++;
		}
		at = end + 1;
	}
	ret->fields = f;
	ret->n = n;
	return VT_OK;
}

/* --- multipart --- */

struct reader {
	struct vt_arena *arena;
	struct vt_webform_field *f;
	size_t n;
	bool in_file, had_file;
	struct vt_buf value, file;
};

/* Ends the field that was being read. */
static int
end_field(struct reader *r, struct vt_err *reterr)
{
	char *v;

	if (r->n == 0 || r->f[r->n - 1].value != NULL)
		return VT_OK;
	if (r->value.n != strlen(vt_buf_str(&r->value)) ||
	    (v = vt_arena_strdup(r->arena, vt_buf_str(&r->value))) == NULL ||
	    !vt_webform_clean(v))
		return vt_err_set(
		    reterr, VT_E_SYNTAX, "form: a field is not text");
	r->f[r->n - 1].value = v;
	return VT_OK;
}

static int
part_begin(void *arg, const char *name, bool is_file, struct vt_err *reterr)
{
	struct reader *r = arg;
	int rc = end_field(r, reterr);

	if (rc != VT_OK)
		return rc;
	r->in_file = is_file;
	if (is_file) {
		if (r->had_file)
			return vt_err_set(
			    reterr, VT_E_LIMIT, "form: one file wanted");
		r->had_file = true;
		return VT_OK;
	}
	if (r->n == VT_L(FORM_FIELDS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "form: at most %zu fields", VT_L(FORM_FIELDS_MAX));
	vt_buf_reset(&r->value);
	r->f[r->n].name = vt_arena_strdup(r->arena, name);
	r->f[r->n].value = NULL;
	if (r->f[r->n].name == NULL)
		return vt_arena_err(r->arena, reterr);
	r->n++;
	return VT_OK;
}

static int
part_bytes(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct reader *r = arg;
	struct vt_buf *to = r->in_file ? &r->file : &r->value;

	vt_buf_span(to, s);
	return vt_buf_status(to, reterr);
}

static int
read_parts(
    struct vt_http_req *req, struct vt_webform *ret, struct vt_err *reterr)
{
	static const struct vt_multipart_ops ops = { part_begin, part_bytes };
	struct reader r = { .arena = req->arena };
	struct vt_multipart *m = NULL;
	bool ok = true;
	int rc;

	vt_buf_init(&r.value, VT_L(FORM_MAX));
	vt_buf_init(&r.file, VT_L(FORM_FILE_MAX));
	r.f = vt_arena_array(req->arena, VT_L(FORM_FIELDS_MAX), sizeof(*r.f));
	if (r.f == NULL)
		return vt_arena_err(req->arena, reterr);
	rc = vt_multipart_new(
	    vt_http_header(req, "Content-Type"), &ops, &r, &m, reterr);
	if (rc == VT_OK &&
	    (rc = vt_multipart_put(m, req->body, reterr)) == VT_OK &&
	    (rc = vt_multipart_end(m, reterr)) == VT_OK)
		rc = end_field(&r, reterr);
	if (rc == VT_OK && r.file.n > 0)
		ret->file =
		    vt_arena_copy(req->arena, vt_buf_view(&r.file), &ok);
	if (!ok)
		rc = vt_arena_err(req->arena, reterr);
	ret->fields = r.f;
	ret->n = r.n;
	vt_multipart_free(m);
	vt_buf_free(&r.value);
	vt_buf_free(&r.file);
	return rc;
}

int
vt_webform_read(
    struct vt_http_req *req, struct vt_webform *ret, struct vt_err *reterr)
{
	memset(ret, 0, sizeof(*ret));
	if (vt_http_type_is(req, "application/x-www-form-urlencoded"))
		return read_pairs(req, ret, reterr);
	if (vt_http_type_is(req, "multipart/form-data"))
		return read_parts(req, ret, reterr);
	return vt_err_set(reterr, VT_E_HTTP_MEDIA_TYPE,
	    "Content-Type: a form of this page wanted");
}

static const struct vt_webform_field *
find(const struct vt_webform *form, const char *name)
{
	for (size_t i = 0; form != NULL && i < form->n; i++)
		if (strcmp(form->fields[i].name, name) == 0)
			return &form->fields[i];
	return NULL;
}

const char *
vt_webform_get(const struct vt_webform *form, const char *name)
{
	const struct vt_webform_field *f = find(form, name);

	return f == NULL ? "" : f->value;
}

bool
vt_webform_has(const struct vt_webform *form, const char *name)
{
	return find(form, name) != NULL;
}

int
vt_webform_secret(const struct vt_webform *form, const char *name,
    struct vt_secret **ret, struct vt_err *reterr)
{
	const char *typed = vt_webform_get(form, name);
	struct vt_secret *s = vt_secret_new(typed, strlen(typed));

	if (s == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "form: no memory");
	*ret = s;
	return VT_OK;
}

vt_hash
vt_webform_hash(const struct vt_webform *form, const char *what)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();

	vt_sha256_put(h, what, strlen(what) + 1);
	for (size_t i = 0; i < form->n; i++) {
		const struct vt_webform_field *f = &form->fields[i];

		if (strcmp(f->name, "csrf") == 0 || strcmp(f->name, "pin") == 0)
			continue;
		vt_sha256_put(h, f->name, strlen(f->name) + 1);
		vt_sha256_put(h, f->value, strlen(f->value) + 1);
	}
	vt_sha256_put(h,
	    form->file.p == NULL ? (const uint8_t *)"" : form->file.p,
	    form->file.n);
	return vt_sha256_end(h);
}

uint64_t
vt_webform_number(const struct vt_webform *form, const char *name)
{
	const char *s = vt_webform_get(form, name);
	uint64_t n = 0;

	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9' || n > UINT64_MAX / 10 - 1)
			return 0;
		n = n * 10 + (uint64_t)(*s - '0');
	}
	return n;
}

static int
two_digits(const char *s, int most)
{
	int n;

	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return -1;
	n = 10 * (s[0] - '0') + s[1] - '0';
	return n <= most ? n : -1;
}

vt_time
vt_webform_moment(const char *value)
{
	int hour, minute;
	char day[11];
	vt_time t;

	(void)snprintf(day, sizeof(day), "%.10s", value);
	t = vt_time_parse_day(day);
	if (t == VT_TIME_NONE || strlen(value) == 10)
		return t;
	if (value[10] != 'T' || (hour = two_digits(value + 11, 23)) < 0 ||
	    value[13] != ':' || (minute = two_digits(value + 14, 59)) < 0 ||
	    (value[16] != '\0' && value[16] != ':'))
		return VT_TIME_NONE;
	return t + VT_TIME_S((int64_t)hour * 3600 + (int64_t)minute * 60);
}
