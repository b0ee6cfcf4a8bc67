/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/exchange/axis/sign.h"

#include <jansson.h>
#include <stdio.h>
#include <strings.h>

#include "base/limits.h"

#define PREFIX_N (sizeof(VT_AXIS_PREFIX) - 1)

/* ---- signing ---- */

void
vt_axis_signature_free(struct vt_axis_signature *s)
{
	if (s == NULL)
		return;
	vt_buf_free(&s->json);
	vt_buf_free(&s->names);
}

/* Visible ASCII and blanks: what a header value may be. */
static bool
is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || (unsigned char)*s > 0x7e)
			return false;
	return true;
}

/* The SDK escapes as little as JSON allows; '/' stays as it is. */
static void
put_json(struct vt_buf *b, const char *s)
{
	vt_buf_putc(b, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			vt_buf_putc(b, '\\');
		vt_buf_putc(b, (uint8_t)*s);
	}
	vt_buf_putc(b, '"');
}

int
vt_axis_sign(const struct vt_axis_param *params, size_t n,
    struct vt_span secret, struct vt_axis_signature *ret, struct vt_err *reterr)
{
	VT_BUF_AUTO(name);
	vt_hash h;
	int rc;

	for (size_t i = 0; i < n; i++)
		if (!is_plain(params[i].name) || !is_plain(params[i].value))
			return vt_err_set(reterr, VT_E_INVALID,
			    "axis parameter %zu: visible ASCII wanted, it "
			    "travels as a header",
			    i + 1);
	vt_buf_putc(&ret->json, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0) {
			vt_buf_putc(&ret->json, ',');
			vt_buf_putc(&ret->names, ';');
		}
		vt_buf_reset(&name);
		vt_buf_printf(&name, VT_AXIS_PREFIX "%s", params[i].name);
		put_json(&ret->json, vt_buf_str(&name));
		vt_buf_putc(&ret->json, ':');
		put_json(&ret->json, params[i].value);
		vt_buf_puts(&ret->names, params[i].name);
	}
	vt_buf_putc(&ret->json, '}');
	if ((rc = vt_buf_status(&name, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&ret->json, reterr)) != VT_OK ||
	    (rc = vt_buf_status(&ret->names, reterr)) != VT_OK)
		return rc;
	h = vt_hmac_sha256(secret, vt_buf_view(&ret->json));
	vt_hash_text(&h, ret->hash);
	return VT_OK;
}

void
vt_axis_time_text(vt_time t, char ret[static VT_AXIS_TIME_TEXT + 1])
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);

	snprintf(ret, VT_AXIS_TIME_TEXT + 1, "%02u%02u%04uT%02u%02u%02u+%04u",
	    (unsigned)d.day % 100, (unsigned)d.month % 100,
	    (unsigned)d.year % 10000, (unsigned)d.hour % 100,
	    (unsigned)d.minute % 100, (unsigned)d.second % 100,
	    (unsigned)d.micro / 1000 % 10000);
}

static bool
digits(const char *s, size_t n, int *ret)
{
	*ret = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		*ret = *ret * 10 + (s[i] - '0');
	}
	return true;
}

static int
days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool
vt_axis_time_parse(const char *s, vt_time *ret)
{
	struct vt_date d;
	int ms;

	if (strlen(s) != VT_AXIS_TIME_TEXT || s[8] != 'T' || s[15] != '+' ||
	    !digits(s, 2, &d.day) || !digits(s + 2, 2, &d.month) ||
	    !digits(s + 4, 4, &d.year) || !digits(s + 9, 2, &d.hour) ||
	    !digits(s + 11, 2, &d.minute) || !digits(s + 13, 2, &d.second) ||
	    !digits(s + 16, 4, &ms))
		return false;
	if (d.year < 1970 || d.month < 1 || d.month > 12 || d.day < 1 ||
	    d.day > days_in(d.year, d.month) || d.hour > 23 || d.minute > 59 ||
	    d.second > 59 || ms > 999)
		return false;
	d.micro = ms * 1000;
	*ret = vt_time_from_date(&d, VT_TIME_VN_S);
	return true;
}

/* ---- the hash of a packet ---- */

void
vt_axis_hash_file(
    const vt_hash *sha256, bool padded, char ret[static VT_HASH_TEXT + 1])
{
	static const char hex[] = "0123456789abcdef";
	size_t at = 0;

	for (size_t i = 0; i < VT_HASH_SIZE; i++) {
		if (padded || sha256->b[i] >= 16)
			ret[at++] = hex[sha256->b[i] >> 4];
		ret[at++] = hex[sha256->b[i] & 15];
	}
	ret[at] = '\0';
}

bool
vt_axis_hash_file_is(const vt_hash *sha256, const char *given)
{
	char want[VT_HASH_TEXT + 1];

	vt_axis_hash_file(sha256, false, want);
	if (strcasecmp(given, want) == 0)
		return true;
	vt_axis_hash_file(sha256, true, want);
	return strcasecmp(given, want) == 0;
}

/* ---- checking ---- */

const char *
vt_axis_claim(const struct vt_axis_claims *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcasecmp(c->params[i].name, name) == 0)
			return c->params[i].value;
	return NULL;
}

static int
refuse(struct vt_err *reterr, const char *what)
{
	return vt_err_set(reterr, VT_E_UNAUTHENTICATED, "axis call: %s", what);
}

static int
copy_params(json_t *o, struct vt_arena *a, struct vt_axis_claims *ret,
    struct vt_err *reterr)
{
	const char *name;
	json_t *v;

	json_object_foreach(o, name, v)
	{
		struct vt_axis_param *p = &ret->params[ret->n];

		if (ret->n == VT_AXIS_PARAMS_MAX)
			return refuse(reterr, "sign-header: too many names");
		if (strncasecmp(name, VT_AXIS_PREFIX, PREFIX_N) != 0 ||
		    name[PREFIX_N] == '\0' || !is_plain(name))
			return refuse(reterr,
			    "sign-header: a name without " VT_AXIS_PREFIX);
		if (!json_is_string(v) || !is_plain(json_string_value(v)))
			return refuse(reterr,
			    "sign-header: a value that is not plain text");
		/* "A" and "a" would be one header with two values */
		if (vt_axis_claim(ret, name + PREFIX_N) != NULL)
			return refuse(reterr, "sign-header: a name twice");
		p->name = vt_arena_strdup(a, name + PREFIX_N);
		p->value = vt_arena_strdup(a, json_string_value(v));
		if (p->name == NULL || p->value == NULL)
			return vt_arena_err(a, reterr);
		ret->n++;
	}
	return VT_OK;
}

static bool
read_hash(struct vt_span s, vt_hash *ret)
{
	char lower[VT_HASH_TEXT];

	if (s.n != VT_HASH_TEXT)
		return false;
	for (size_t i = 0; i < s.n; i++)
		lower[i] =
		    (char)(s.p[i] >= 'A' && s.p[i] <= 'F' ? s.p[i] + ('a' - 'A')
							  : s.p[i]);
	return vt_hash_parse(VT_SPAN(lower, s.n), ret);
}

int
vt_axis_read_claims(vt_axis_field *field, void *arg, struct vt_arena *a,
    struct vt_axis_claims *ret, struct vt_err *reterr)
{
	struct vt_axis_claims c = { .n = 0 };
	json_t *o;
	int rc;

	c.json = field(arg, VT_AXIS_PREFIX "sign-header");
	if (c.json.n == 0)
		return refuse(reterr, VT_AXIS_PREFIX "sign-header is missing");
	if (c.json.n > VT_L(AXIS_SIGN_HEADER_MAX))
		return refuse(reterr, "sign-header: too long");
	if (!read_hash(field(arg, VT_AXIS_PREFIX "hash-header"), &c.hash))
		return refuse(
		    reterr, VT_AXIS_PREFIX "hash-header: 64 hex digits wanted");
	o = json_loadb(
	    (const char *)c.json.p, c.json.n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(o))
		rc = refuse(reterr, "sign-header: one JSON object wanted");
	else
		rc = copy_params(o, a, &c, reterr);
	json_decref(o);
	if (rc == VT_OK && vt_axis_claim(&c, "systemid") == NULL)
		rc = refuse(reterr, "sign-header: systemid is not in it");
	if (rc == VT_OK)
		*ret = c;
	return rc;
}

int
vt_axis_check_claims(const struct vt_axis_claims *c, vt_axis_field *field,
    void *arg, struct vt_span secret, vt_time now, int64_t bound_us,
    struct vt_err *reterr)
{
	vt_hash h = vt_hmac_sha256(secret, c->json);
	const char *stamp = vt_axis_claim(c, "timestamp");
	char name[sizeof(VT_AXIS_PREFIX) + 64];
	vt_time t;

	if (!vt_hash_eq(&h, &c->hash))
		return refuse(reterr, "hash-header: RFC 2104 HMAC of the "
				      "sign-header differs");
	for (size_t i = 0; i < c->n; i++) {
		struct vt_span v;
		int n = snprintf(
		    name, sizeof(name), VT_AXIS_PREFIX "%s", c->params[i].name);

		if (n < 0 || (size_t)n >= sizeof(name))
			return refuse(reterr, "sign-header: a name too long");
		v = field(arg, name);
		if (v.p == NULL || !vt_span_is(v, c->params[i].value))
			return vt_err_set(reterr, VT_E_UNAUTHENTICATED,
			    "axis call: header %s differs from what was signed",
			    name);
	}
	if (stamp == NULL || !vt_axis_time_parse(stamp, &t))
		return refuse(
		    reterr, "timestamp: ddMMyyyyTHHmmss+SSSS wanted, signed");
	if (t > now + bound_us || t < now - bound_us)
		return refuse(reterr,
		    "timestamp: further from the clock here than allowed");
	return VT_OK;
}
