/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing of the axis's calls: the known vectors, and what is refused. */
#include "api/exchange/axis/sign.h"
#include "base/limits.h"
#include "tests/tap.h"

#define SECRET VT_SPAN_LIT("demo-secret-not-real")

static const struct vt_axis_param composed[] = {
	{ "systemid", "demo.system.01" },
	{ "timestamp", "02032026T081530+0123" },
	{ "Content-Type", "application/octet-stream" },
	{ "from", "H99.07" },
	{ "servicetype", "eDoc" },
	{ "messagetype", "edoc" },
	{ "hash-file", "bed19133a77e926b0c3890154d2fe53e6a7f5b6c54fb9b93fbd9707"
		       "3e47f" },
};
static const char composed_json[] =
    "{\"XroadVnpt-systemid\":\"demo.system.01\",\"XroadVnpt-timestamp\":"
    "\"02032026T081530+0123\",\"XroadVnpt-Content-Type\":\"application/"
    "octet-stream\",\"XroadVnpt-from\":\"H99.07\",\"XroadVnpt-servicetype\":"
    "\"eDoc\",\"XroadVnpt-messagetype\":\"edoc\",\"XroadVnpt-hash-file\":"
    "\"bed19133a77e926b0c3890154d2fe53e6a7f5b6c54fb9b93fbd97073e47f\"}";
static const char composed_hash[] =
    "e72254c9ff7d014b2301f33cf4e3f7914825de2972289b4243c15c83bbb0a31c";

/* As the SDK 2.0.1 sent it. */
static const char seen_json[] =
    "{\"XroadVnpt-systemid\":\"demo.system.01\",\"XroadVnpt-timestamp\":"
    "\"21112026T195608+0114\",\"XroadVnpt-Content-Type\":\"application/"
    "json\"}";
static const char seen_hash[] =
    "e61f574bab37d4bde4fa65eb1e4d610b834910bdd5d4b237ea1153273262efd6";

static void
test_vectors(void)
{
	struct vt_axis_signature s = VT_AXIS_SIGNATURE_INIT;
	struct vt_axis_param seen[] = { composed[0],
		{ "timestamp", "21112026T195608+0114" },
		{ "Content-Type", "application/json" } };
	struct vt_err err = VT_ERR_INIT;

	tap_call(vt_axis_sign(composed, 7, SECRET, &s, &err), &err,
	    "seven parameters are signed");
	tap_eq_str(
	    vt_buf_str(&s.json), composed_json, "the JSON, byte by byte");
	tap_eq_str(vt_buf_str(&s.names),
	    "systemid;timestamp;Content-Type;from;servicetype;messagetype;"
	    "hash-file",
	    "names, without a semicolon at the end");
	tap_eq_str(s.hash, composed_hash, "HMAC of the composed vector");
	vt_axis_signature_free(&s);

	s = (struct vt_axis_signature)VT_AXIS_SIGNATURE_INIT;
	tap_call(vt_axis_sign(seen, 3, SECRET, &s, &err), &err,
	    "the vector of the SDK");
	tap_eq_str(vt_buf_str(&s.json), seen_json, "its JSON");
	tap_eq_str(s.hash, seen_hash, "HMAC as the SDK sent it");
	vt_axis_signature_free(&s);
}

static void
test_odd_values(void)
{
	struct vt_axis_signature s = VT_AXIS_SIGNATURE_INIT;
	struct vt_axis_param to = { "to", "[\"H99.07\",\"a\\b\"]" };
	struct vt_axis_param bad[] = { { "to", "a\r\nb" }, { "to", "Hà" },
		{ "t\to", "x" } };
	struct vt_err err = VT_ERR_INIT;

	tap_call(
	    vt_axis_sign(&to, 1, SECRET, &s, &err), &err, "quotes in a value");
	tap_eq_str(vt_buf_str(&s.json),
	    "{\"XroadVnpt-to\":\"[\\\"H99.07\\\",\\\"a\\\\b\\\"]\"}",
	    "are escaped");
	vt_axis_signature_free(&s);
	for (size_t i = 0; i < 3; i++) {
		s = (struct vt_axis_signature)VT_AXIS_SIGNATURE_INIT;
		tap_code(vt_axis_sign(&bad[i], 1, SECRET, &s, &err),
		    VT_E_INVALID, &err, "what no header can carry, %zu", i);
		vt_axis_signature_free(&s);
	}
}

static void
test_times(void)
{
	static const char *const bad[] = { "", "02032026T081530+012",
		"02032026T081530+01234", "02032026 081530+0123",
		"31022026T081530+0123", "02132026T081530+0123",
		"02032026T241530+0123", "02032026T081530-0123",
		"0203202xT081530+0123", "02032026T081530+1000",
		"00032026T081530+0123", "02031969T081530+0123" };
	char text[VT_AXIS_TIME_TEXT + 1];
	vt_time t = 0;

	tap_ok(vt_axis_time_parse("02032026T081530+0123", &t), "a timestamp");
	tap_eq_int(t, 1772414130123000, "is local time, with milliseconds");
	vt_axis_time_text(t, text);
	tap_eq_str(text, "02032026T081530+0123", "and is written again");
	tap_ok(vt_axis_time_parse("29022028T000000+0000", &t), "a leap day");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		tap_ok(!vt_axis_time_parse(bad[i], &t), "no timestamp: \"%s\"",
		    bad[i]);
}

static void
test_hash_file(void)
{
	static const struct {
		const char *sha256, *file;
	} v[] = {
		{ "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f200"
		  "15ad",
		    "ba7816bf8f1cfea414140de5dae2223b0361a396177a9cb410ff61f201"
		    "5ad" },
		{ "bed191033a77e926b00c3890154d2fe503e6a7f5b6c54fb90b93fbd97073"
		  "e47f",
		    "bed19133a77e926b0c3890154d2fe53e6a7f5b6c54fb9b93fbd97073e4"
		    "7f" },
	};
	char text[VT_HASH_TEXT + 1];
	vt_hash h, abc = vt_sha256(VT_SPAN_LIT("abc"));

	for (size_t i = 0; i < 2; i++) {
		tap_need(vt_hash_parse(vt_span_str(v[i].sha256), &h), "hash");
		vt_axis_hash_file(&h, false, text);
		tap_eq_str(text, v[i].file, "hash-file vector %zu", i + 1);
		vt_axis_hash_file(&h, true, text);
		tap_eq_str(text, v[i].sha256, "padded %zu", i + 1);
		tap_ok(vt_axis_hash_file_is(&h, v[i].file) &&
			   vt_axis_hash_file_is(&h, v[i].sha256),
		    "both forms are taken");
		tap_ok(!vt_axis_hash_file_is(&h, v[1 - i].file) &&
			   !vt_axis_hash_file_is(&h, "") &&
			   !vt_axis_hash_file_is(&h, v[i].file + 1),
		    "no other is");
	}
	vt_hash_parse(vt_span_str(v[0].sha256), &h);
	tap_ok(vt_hash_eq(&h, &abc), "the first is that of \"abc\"");
	tap_ok(vt_axis_hash_file_is(&h,
		   "BA7816BF8F1CFEA414140DE5DAE2223B0361A396177A9CB410FF61F2015"
		   "AD"),
	    "upper case too");
}

/* ---- checking ---- */

struct headers {
	const char *name[64], *value[64];
	size_t n;
};

static struct vt_span
find(void *arg, const char *name)
{
	const struct headers *h = arg;

	for (size_t i = 0; i < h->n; i++)
		if (strcasecmp(h->name[i], name) == 0)
			return VT_SPAN(h->value[i], strlen(h->value[i]));
	return VT_SPAN(NULL, 0);
}

static void
put(struct headers *h, const char *name, const char *value)
{
	for (size_t i = 0; i < h->n; i++)
		if (strcasecmp(h->name[i], name) == 0) {
			h->value[i] = value;
			return;
		}
	h->name[h->n] = name;
	h->value[h->n++] = value;
}

static struct headers
seen_call(void)
{
	struct headers h = { .n = 0 };

	put(&h, "XroadVnpt-sign-header", seen_json);
	put(&h, "XroadVnpt-hash-header", seen_hash);
	put(&h, "XroadVnpt-systemid", "demo.system.01");
	put(&h, "XroadVnpt-timestamp", "21112026T195608+0114");
	put(&h, "XroadVnpt-Content-Type", "application/json");
	/* not signed: a parameter left over from an earlier call */
	put(&h, "XroadVnpt-docId", "left-over");
	return h;
}

static int
judge(struct headers *h, const char *secret, vt_time now, struct vt_err *err)
{
	struct vt_arena *a = vt_arena_new(65536);
	struct vt_axis_claims c;
	int rc;

	*err = (struct vt_err)VT_ERR_INIT;
	rc = vt_axis_read_claims(find, h, a, &c, err);
	if (rc == VT_OK)
		rc = vt_axis_check_claims(&c, find, h, vt_span_str(secret), now,
		    VT_TIME_S(VT_L(AXIS_CLOCK_S)), err);
	vt_arena_free(a);
	return rc;
}

static void
test_check(void)
{
	static const char *const broken[] = { "", "{", "[]", "{}",
		"{\"XroadVnpt-systemid\":1}", "{\"systemid\":\"x\"}",
		"{\"XroadVnpt-systemid\":\"x\",\"XroadVnpt-systemid\":\"y\"}",
		"{\"XroadVnpt-systemid\":\"x\",\"XroadVnpt-SystemId\":\"y\"}",
		"{\"XroadVnpt-systemid\":\"\\u00e0\"}",
		"{\"XroadVnpt-timestamp\":\"21112026T195608+0114\"}" };
	struct headers h = seen_call();
	struct vt_err err;
	vt_time at;

	tap_need(vt_axis_time_parse("21112026T195608+0114", &at), "its time");
	tap_call(judge(&h, "demo-secret-not-real", at, &err), &err,
	    "the SDK's call is taken");
	tap_call(judge(&h, "demo-secret-not-real", at + VT_TIME_S(900), &err),
	    &err, "a timestamp of an earlier call, 15 minutes old");
	tap_code(judge(&h, "demo-secret-not-real", at + VT_TIME_S(901), &err),
	    VT_E_UNAUTHENTICATED, &err, "not an older one");
	tap_code(judge(&h, "demo-secret-not-real", at - VT_TIME_S(901), &err),
	    VT_E_UNAUTHENTICATED, &err, "nor one from the future");
	tap_code(judge(&h, "demo-secret-not-reaL", at, &err),
	    VT_E_UNAUTHENTICATED, &err, "another secret");
	put(&h, "XroadVnpt-systemid", "demo.system.02");
	tap_code(judge(&h, "demo-secret-not-real", at, &err),
	    VT_E_UNAUTHENTICATED, &err, "a header that was not signed so");
	h = seen_call();
	h.name[2] = "X-Other";
	tap_code(judge(&h, "demo-secret-not-real", at, &err),
	    VT_E_UNAUTHENTICATED, &err, "a signed header that is missing");
	h = seen_call();
	put(&h, "XroadVnpt-hash-header",
	    "E61F574BAB37D4BDE4FA65EB1E4D610B834910BDD5D4B237EA1153273262EFD6");
	tap_call(judge(&h, "demo-secret-not-real", at, &err), &err,
	    "the HMAC in upper case");
	put(&h, "XroadVnpt-hash-header", "e61f");
	tap_code(judge(&h, "demo-secret-not-real", at, &err),
	    VT_E_UNAUTHENTICATED, &err, "a short HMAC");
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		h = seen_call();
		put(&h, "XroadVnpt-sign-header", broken[i]);
		tap_code(judge(&h, "demo-secret-not-real", at, &err),
		    VT_E_UNAUTHENTICATED, &err, "sign-header %s", broken[i]);
	}
}

/* The order of the names is the client's, and so is its way to escape. */
static void
test_order_and_escapes(void)
{
	static const char json[] =
	    "{\"XroadVnpt-messagetype\":\"edoc\",\"XroadVnpt-timestamp\":"
	    "\"21112026T195608+0114\",\"XroadVnpt-Content-Type\":"
	    "\"multipart\\/form-data; boundary\\u003dx\","
	    "\"XroadVnpt-systemid\":\"s\"}";
	struct headers h = { .n = 0 };
	char hash[VT_HASH_TEXT + 1];
	struct vt_err err;
	vt_hash mac;
	vt_time at;

	mac = vt_hmac_sha256(VT_SPAN_LIT("k"), vt_span_str(json));
	vt_hash_text(&mac, hash);
	put(&h, "XroadVnpt-sign-header", json);
	put(&h, "XroadVnpt-hash-header", hash);
	put(&h, "xroadvnpt-SYSTEMID", "s");
	put(&h, "XroadVnpt-timestamp", "21112026T195608+0114");
	put(&h, "XroadVnpt-messagetype", "edoc");
	put(&h, "XroadVnpt-Content-Type", "multipart/form-data; boundary=x");
	tap_need(vt_axis_time_parse("21112026T195608+0114", &at), "a time");
	tap_call(judge(&h, "k", at, &err), &err,
	    "another order, other escapes, other case of header names");
}

/* So many parameters are taken, and no more. */
static void
test_most(void)
{
	static char names[VT_L(AXIS_PARAMS_MAX) + 1][32];

	for (size_t more = 0; more < 2; more++) {
		struct headers h = { .n = 0 };
		char hash[VT_HASH_TEXT + 1];
		struct vt_err err;
		VT_BUF_AUTO(json);
		vt_hash mac;
		vt_time at;

		vt_buf_puts(&json,
		    "{\"XroadVnpt-systemid\":\"s\",\"XroadVnpt-timestamp\":"
		    "\"21112026T195608+0114\"");
		put(&h, "XroadVnpt-systemid", "s");
		put(&h, "XroadVnpt-timestamp", "21112026T195608+0114");
		for (size_t i = 2; i < VT_L(AXIS_PARAMS_MAX) + more; i++) {
			snprintf(
			    names[i], sizeof(names[i]), "XroadVnpt-p%zu", i);
			vt_buf_printf(&json, ",\"%s\":\"v\"", names[i]);
			put(&h, names[i], "v");
		}
		vt_buf_putc(&json, '}');
		mac = vt_hmac_sha256(VT_SPAN_LIT("k"), vt_buf_view(&json));
		vt_hash_text(&mac, hash);
		put(&h, "XroadVnpt-sign-header", vt_buf_str(&json));
		put(&h, "XroadVnpt-hash-header", hash);
		tap_need(
		    vt_axis_time_parse("21112026T195608+0114", &at), "a time");
		tap_eq_int(judge(&h, "k", at, &err),
		    more ? VT_E_UNAUTHENTICATED : VT_OK,
		    "AXIS_PARAMS_MAX + %zu parameters", more);
		tap_ok(
		    (strstr(err.msg, "too many names") != NULL) == (more > 0),
		    "%s", more ? "too many" : "not too many");
	}
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	test_vectors();
	test_odd_values();
	test_times();
	test_hash_file();
	test_check();
	test_order_and_escapes();
	test_most();
	return tap_done();
}
