/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The steps of a paper, judged: laid, initialled, numbered before or after
 * the leader, sealed. Every signature passes, every later change has its rule.
 */
#include "base/context.h"
#include "tests/unit/signing/verdict_help.h"

static const char *const kinds[] = { "table", "stream", "objstm", "hybrid",
	"linearized" };

static void
step(struct vt_buf *file, struct vt_buf *next)
{
	vt_buf_reset(file);
	vt_buf_span(file, vt_buf_view(next));
}

static bool
sign(struct vt_buf *file, const char *field, const struct trust *t)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(next);

	if (walk_sign(file, field, 120, 60, t->key, &next, &err) != VT_OK) {
		printf("# %s: %s\n", field, err.msg);
		return false;
	}
	step(file, &next);
	return true;
}

static bool
fill(struct vt_buf *file)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(next);

	if (walk_fill(file, &next, &err) != VT_OK) {
		printf("# fill: %s\n", err.msg);
		return false;
	}
	step(file, &next);
	return true;
}

/* The whole paper. after: the number is filled after the leader signed. */
static bool
make(enum walk_xref xref, size_t initials, bool after, const struct trust *t,
    struct vt_buf *file)
{
	struct walk_pdf kind = { .xref = xref };
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(bare);

	walk_pdf(&kind, &bare);
	if (walk_lay(&bare, initials, file, &err) != VT_OK) {
		printf("# lay: %s\n", err.msg);
		return false;
	}
	return (initials < 1 || sign(file, "vt_initials_1", t)) &&
	       (initials < 2 || sign(file, "vt_initials_2", t)) &&
	       (after || fill(file)) && sign(file, "vt_leader", t) &&
	       (!after || fill(file)) && sign(file, "vt_agency", t);
}

static bool
all_explained(const struct vt_verdict *v)
{
	size_t i, k;

	for (i = 0; i < v->n_signatures; i++)
		for (k = 0; k < v->signatures[i].n_changes; k++)
			if (v->signatures[i].changes[k].rule == NULL)
				return false;
	return true;
}

static void
check(const struct vt_verdict *v, size_t initials, const char *name)
{
	size_t n = 2 + initials, i, good = 0;

	for (i = 0; i < v->n_signatures; i++) {
		const struct vt_signature_verdict *s = &v->signatures[i];

		good += s->indication == VT_TOTAL_PASSED &&
			s->sub_indication == NULL && s->level != NULL &&
			strcmp(s->level, "B-B") == 0 &&
			strcmp(s->format, "PAdES") == 0 &&
			strcmp(s->revocation, "good") == 0 &&
			s->claimed_time == WALK_TIME &&
			s->coverage == (i + 1 == n ? VT_COVERAGE_WHOLE_FILE
						   : VT_COVERAGE_REVISION) &&
			(s->n_changes > 0) == (i + 1 < n);
	}
	if (!tap_ok(v->overall == VT_OVERALL_PASSED && v->n_signatures == n &&
			good == n && all_explained(v) &&
			vt_verdict_exit(v) == 0,
		"%s", name))
		show(v);
}

static void
test_orders(const struct trust *t)
{
	struct vt_verdict *v;
	char name[80];
	int xref, variant;

	for (xref = 0; xref < WALK_XREF_MAX; xref++) {
		for (variant = 0; variant < 4; variant++) {
			size_t initials = variant < 2 ? 0 : 2;
			bool after = variant % 2 == 1;
			VT_BUF_AUTO(file);

			snprintf(name, sizeof(name),
			    "%s, %zu initials, order %s", kinds[xref], initials,
			    after ? "B" : "A");
			if (!make((enum walk_xref)xref, initials, after, t,
				&file)) {
				tap_ok(false, "%s: made", name);
				continue;
			}
			v = judge_trusted(&file, t);
			check(v, initials, name);
			vt_verdict_free(v);
		}
	}
}

/* Ends of the five revisions: bare, laid, leader, number, agency. */
static void
revisions(const struct vt_buf *file, size_t end[5])
{
	const uint8_t *p = file->p;
	size_t n = 0;

	while (n < 5 && (p = memmem(p, (size_t)(file->p + file->n - p), "%%EOF",
			     5)) != NULL)
		end[n++] = (size_t)((p += 5) - file->p);
	tap_need(n == 5 && end[4] + 2 >= file->n, "five revisions");
}

/* Leader signs, number added, agency signs: both validate; then one byte is
 * another (vietnam.md 12.4, point 8). */
static void
test_one_byte(const struct trust *t, struct vt_buf *file)
{
	struct vt_verdict *v = judge_trusted(file, t);
	size_t end[5], at[5], i;
	static const struct {
		const char *what;
		bool leader_fails;
	} rows[5] = { { "of the page", true }, { "of a laid field", true },
		{ "of the leader's signature", true },
		{ "of the number filled in after it", false },
		{ "of the agency's signature", false } };

	check(v, 0, "both validate");
	vt_verdict_free(v);
	revisions(file, end);
	at[0] = end[0] / 2;
	at[1] = (end[0] + end[1]) / 2;
	at[3] = (end[2] + end[3]) / 2;
	for (i = 2; i < 5; i += 2) {
		const uint8_t *hole = memmem(file->p + end[i - 1],
		    end[i] - end[i - 1], "/Contents <", 11);

		tap_need(hole != NULL, "a signature");
		/* its value stands last: certificates that it brings along
		 * are signed by nobody here */
		hole = memchr(hole, '>', end[i] - end[i - 1]);
		at[i] = (size_t)(hole - file->p) - 100;
	}
	for (i = 0; i < 5; i++) {
		uint8_t was = file->p[at[i]];

		/* a hexadecimal digit stays one */
		file->p[at[i]] = was == '7' ? '6' : '7';
		v = judge_trusted(file, t);
		if (!tap_ok(
			v->overall == VT_OVERALL_FAILED &&
			    v->n_signatures == 2 &&
			    v->signatures[1].indication == VT_TOTAL_FAILED &&
			    v->signatures[0].indication ==
				(rows[i].leader_fails ? VT_TOTAL_FAILED
						      : VT_INDETERMINATE),
			"a byte %s", rows[i].what))
			show(v);
		vt_verdict_free(v);
		file->p[at[i]] = was;
	}
}

/* Without the facts: what is needed, and no suspicion. */
static void
test_needs(const struct trust *t, const struct vt_buf *file)
{
	struct vt_verify_input in = {
		.anchors = &t->anchor, .n_anchors = 1, .now = WALK_TIME
	};
	struct vt_verdict *v = judge(file, &in), *w;
	struct vt_fact fact = { .kind = "ocsp", .failure = "timed out" };

	tap_need(v->overall == VT_OVERALL_INDETERMINATE && v->n_needs == 1 &&
		     strcmp(v->needs[0].kind, "ocsp") == 0 &&
		     strcmp(v->needs[0].url, OCSP_URL) == 0 &&
		     v->needs[0].request.n > 60 && v->needs[0].limit > 0,
	    "one question for two signatures of one signer");
	tap_ok(reason(v, 0, "revocation-missing") != NULL &&
		   strcmp(v->signatures[0].sub_indication, "TRY_LATER") == 0 &&
		   strcmp(v->signatures[0].revocation, "missing") == 0 &&
		   vt_verdict_exit(v) == 2,
	    "meanwhile INDETERMINATE/TRY_LATER");
	fact.url = v->needs[0].url;
	fact.request = v->needs[0].request;
	in.facts = &fact;
	in.n_facts = 1;
	w = judge(file, &in);
	tap_ok(w->n_needs == 0 &&
		   reason(w, 0, "revocation-not-fetched") != NULL &&
		   strstr(reason(w, 0, "revocation-not-fetched")->detail,
		       "timed out") != NULL,
	    "a failed fetch is told and not asked for again");
	vt_verdict_free(w);
	in.n_facts = 0;
	in.offline = true;
	w = judge(file, &in);
	tap_ok(w->n_needs == 0 && w->overall == VT_OVERALL_INDETERMINATE,
	    "offline nothing is asked");
	vt_verdict_free(w);
	vt_verdict_free(v);
}

static int
reads_back(const struct vt_verdict *v)
{
	struct vt_verdict *w = NULL;
	VT_BUF_AUTO(b);
	int rc;

	vt_verdict_encode(v, &b);
	rc = vt_verdict_decode(vt_buf_view(&b), &w, NULL);
	vt_verdict_free(w);
	return rc;
}

static void
test_forms(const struct trust *t, const struct vt_buf *file)
{
	struct vt_verdict *v = judge_trusted(file, t), *w = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_json j;
	size_t cut;
	bool all = true;
	VT_BUF_AUTO(a);
	VT_BUF_AUTO(b);
	VT_BUF_AUTO(text);

	vt_verdict_encode(v, &a);
	tap_call(vt_verdict_decode(vt_buf_view(&a), &w, &err), &err,
	    "CBOR is read back");
	vt_verdict_encode(w, &b);
	tap_ok(vt_span_eq(vt_buf_view(&a), vt_buf_view(&b)), "... the same");
	for (cut = 0; cut < a.n; cut += 7) {
		struct vt_verdict *x = NULL;

		all = all &&
		      vt_verdict_decode(VT_SPAN(a.p, cut), &x, NULL) ==
			  VT_E_SYNTAX &&
		      x == NULL;
	}
	tap_ok(all, "a cut one is refused");
	w->signatures[0].indication = VT_INDETERMINATE;
	tap_ok(reads_back(w) == VT_E_SYNTAX, "passed, but for a signature");
	w->signatures[0].indication = VT_TOTAL_PASSED;
	w->overall = VT_OVERALL_NO_SIGNATURE;
	tap_ok(reads_back(w) == VT_E_SYNTAX, "unsigned, with signatures");
	w->overall = VT_OVERALL_NOT_READABLE;
	tap_ok(reads_back(w) == VT_E_SYNTAX, "unreadable, with signatures");
	w->overall = VT_OVERALL_PASSED;
	tap_ok(reads_back(w) == VT_OK, "as it was");
	vt_json_open(&j, &text, false);
	vt_verdict_json(w, &j);
	tap_ok(
	    strstr(vt_buf_str(&text), "\"overall\":\"TOTAL-PASSED\"") != NULL &&
		strstr(vt_buf_str(&text), "\"coverage\":\"revision\"") !=
		    NULL &&
		strstr(vt_buf_str(&text), "\"rule\":\"sign-laid-field\"") !=
		    NULL &&
		strstr(vt_buf_str(&text), "\"sub_indication\":null") != NULL,
	    "JSON says what the CLI must say");
	vt_buf_reset(&text);
	vt_verdict_print(w, true, &text);
	tap_ok(strstr(vt_buf_str(&text), "HỢP LỆ (TOTAL-PASSED)") != NULL &&
		   strstr(vt_buf_str(&text), "Nguyễn Văn Mẫu") != NULL,
	    "and a person can read it");
	vt_verdict_free(w);
	vt_verdict_free(v);
}

static void
test_none(const struct trust *t)
{
	struct walk_pdf kind = { .xref = WALK_TABLE };
	struct vt_verdict *v;
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(junk);

	walk_pdf(&kind, &file);
	v = judge_trusted(&file, t);
	tap_ok(v->overall == VT_OVERALL_NO_SIGNATURE && vt_verdict_exit(v) == 3,
	    "no signature");
	vt_verdict_free(v);
	vt_buf_puts(&junk, "this is a letter, but not a PDF");
	v = judge_trusted(&junk, t);
	tap_ok(v->overall == VT_OVERALL_NOT_READABLE &&
		   v->unreadable.code == VT_E_NOT_PDF &&
		   vt_verdict_exit(v) == 4,
	    "not readable, with the reason");
	vt_verdict_free(v);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct trust rsa, ec;
	VT_BUF_AUTO(file);

	tap_call(vt_base_init(&err), &err, "base");
	trust_open(&rsa, VT_KEY_RSA_PKCS1_SHA256);
	trust_open(&ec, VT_KEY_ECDSA_P256_SHA256);
	test_orders(&ec);
	tap_need(make(WALK_TABLE, 0, true, &rsa, &file), "a paper in RSA");
	test_one_byte(&rsa, &file);
	test_needs(&rsa, &file);
	test_forms(&rsa, &file);
	test_none(&rsa);
	trust_close(&rsa);
	trust_close(&ec);
	return tap_done();
}
