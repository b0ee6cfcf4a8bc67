/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A signature made elsewhere. Step one prepares and keeps the answer, so that
 * a reload shows the same; step two takes the value, pasted or as a file.
 */
#include <ctype.h>

#include "api/office/answers.h"
#include "api/web/sheet.h"
#include "base/base64.h"
#include "base/cbor.h"

#define VERSION      2
#define HEX_AT_LEAST 128 /* digits: base64 of so many is not all hex */

/* What was prepared, as it is kept. */
struct prepared {
	vt_id id;
	vt_time expires;
	struct vt_span attrs; /* in the request's arena */
	vt_hash digest, document;
	char algorithm[32], number[96], act[16];
	uint64_t rev;
};

/* The act of the desk that is signed in two steps; "sign" for a form that
 * names none of them. */
static const struct vt_desk_act *
act_of(const struct vt_webform *f)
{
	const struct vt_desk_act *a = vt_desk_act(vt_webform_get(f, "act"));

	return a != NULL && (a->flags & VT_ACT_ELSEWHERE) != 0
		   ? a
		   : vt_desk_act("sign");
}

static enum vt_signing_act
signing_of(const struct vt_desk_act *a)
{
	return a->duty == VT_DUTY_SEAL      ? VT_SIGNING_SEAL
	       : a->duty == VT_DUTY_INITIAL ? VT_SIGNING_INITIALS
					    : VT_SIGNING_COMPETENT;
}

static vt_hash
request_of(const char *paper)
{
	VT_BUF_AUTO(b);

	/* markup: none, what is hashed */
	vt_buf_printf(&b, "desk two-step %s", paper);
	return vt_sha256(vt_buf_view(&b));
}

static void
encode(const struct vt_office_prepared *p, const struct vt_desk_act *a,
    struct vt_buf *b)
{
	vt_cbor_array(b, 10);
	vt_cbor_uint(b, VERSION);
	vt_cbor_id(b, &p->id);
	vt_cbor_int(b, p->expires);
	vt_cbor_bytes(b, vt_buf_view(&p->attrs));
	vt_cbor_hash(b, &p->attrs_digest);
	vt_cbor_hash(b, &p->document_digest);
	vt_cbor_str(b, p->algorithm);
	vt_cbor_str(b, p->number_text);
	vt_cbor_uint(b, p->paper_rev);
	vt_cbor_str(b, a->name);
}

static int
decode(struct vt_span s, struct vt_arena *a, struct prepared *ret,
    struct vt_err *reterr)
{
	struct vt_cbor c;
	bool ok = true;
	size_t n;

	memset(ret, 0, sizeof(*ret));
	vt_cbor_open(&c, s);
	/* the first version did not say what was signed */
	n = vt_cbor_get_array(&c);
	if (vt_cbor_get_uint(&c) != (n == 9 ? 1 : VERSION) ||
	    (n != 9 && n != 10))
		vt_cbor_fail(&c, "not of this version");
	ret->id = vt_cbor_get_id(&c);
	ret->expires = vt_cbor_get_int(&c);
	ret->attrs = vt_arena_copy(a, vt_cbor_get_bytes(&c), &ok);
	ret->digest = vt_cbor_get_hash(&c);
	ret->document = vt_cbor_get_hash(&c);
	vt_cbor_get_str(&c, ret->algorithm, sizeof(ret->algorithm));
	vt_cbor_get_str(&c, ret->number, sizeof(ret->number));
	ret->rev = vt_cbor_get_uint(&c);
	if (n == 10)
		vt_cbor_get_str(&c, ret->act, sizeof(ret->act));
	if (vt_desk_act(ret->act) == NULL)
		(void)snprintf(ret->act, sizeof(ret->act), "sign");
	if (!ok)
		return vt_arena_err(a, reterr);
	return vt_cbor_finish(&c, "kept prepared signature", reterr);
}

static int
load(const struct vt_desk *d, const char *paper, const char *key,
    struct prepared *ret, struct vt_err *reterr)
{
	vt_hash request = request_of(paper);
	bool found = false;
	VT_BUF_AUTO(b);
	int rc = VT_OK;

	/* the key stands in the path: what our forms never made was never kept
	 */
	if (strlen(key) <= VT_L(IDEMPOTENCY_KEY_MAX))
		rc = vt_office_answer_get(
		    d->office, d->me, key, &request, &b, &found, reterr);
	if (rc != VT_OK)
		return rc;
	if (!found)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "nothing was prepared here");
	return decode(vt_buf_view(&b), d->req->arena, ret, reterr);
}

static int
make(const struct vt_desk *d, const struct vt_webform *f, const vt_id *paper,
    const struct vt_request *rq, struct vt_err *reterr)
{
	struct vt_office_prepared p = { .attrs = VT_BUF_INIT };
	struct vt_signing_order order = { .act = signing_of(act_of(f)),
		.number_first = vt_webform_has(f, "number") };
	static const struct vt_answer_life life = { NULL, VT_L(KEPT_ANSWER_S) };
	bool found = false;
	VT_BUF_AUTO(kept);
	VT_BUF_AUTO(other);
	int rc;

	rc = vt_office_answer_get(
	    d->office, d->me, rq->key, &rq->hash, &kept, &found, reterr);
	if (rc != VT_OK || found)
		return rc;
	rc = vt_office_prepare(
	    d->office, rq, paper, &order, NULL, 0, &p, reterr);
	if (rc != VT_OK)
		return rc;
	vt_buf_reset(&kept);
	encode(&p, act_of(f), &kept);
	vt_office_prepared_free(&p);
	if ((rc = vt_buf_status(&kept, reterr)) != VT_OK)
		return rc;
	return vt_office_answer_keep(
	    d->office, rq, vt_buf_view(&kept), &life, &other, reterr);
}

int
vt_web_prepare(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_refusal r = { .err = VT_ERR_INIT };
	char to[192], id[VT_ID_TEXT + 1];
	struct vt_request rq;
	struct vt_webform f;
	struct vt_desk d;
	vt_id paper;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK ||
	    (rc = vt_webform_read(req, &f, reterr)) != VT_OK)
		return rc;
	vt_id_text(&paper, id);
	r.form = &f;
	r.act = act_of(&f);
	rc = vt_sheet_request(&d, &f, req->path, &rq, &r.err);
	rq.hash = request_of(id);
	if (rc == VT_OK)
		rc = make(&d, &f, &paper, &rq, &r.err);
	if (rc != VT_OK) {
		if ((rc = vt_sheet_show(&d, &paper, &r, reterr)) == VT_OK)
			res->status = vt_err_info(r.err.code)->http_status;
		return rc;
	}
	(void)snprintf(
	    to, sizeof(to), "/desk/papers/%s/two-step/%s", id, rq.key);
	vt_http_res_see_other(res, to);
	return VT_OK;
}

/* --- step two --- */

/* What the signer's program is to do, in the order in which he does it. */
static void
download(struct vt_desk *d, const struct prepared *p)
{
	const char *path = d->req->path;
	char hash[VT_HASH_TEXT + 1];
	struct vt_buf *b = d->page.b;

	vt_html(b, "<section class=\"box\"><h2>1. %s</h2>\n<p>%s</p>\n",
	    T(d, "Lấy dữ liệu cần ký", "Take what is to be signed"),
	    T(d,
		"Chọn MỘT trong hai cách, tùy phần mềm của thiết bị ký. "
		"Không ký tệp PDF của văn bản.",
		"Choose ONE of the two, as the program of your device wants. "
		"Do not sign the PDF of the paper."));
	vt_html(b,
	    "<h3>%s</h3>\n<p>%s</p>\n<p><a class=\"button second\" "
	    "href=\"%s/attrs.der\">%s</a></p>\n",
	    T(d, "Phần mềm cho chọn tệp để ký",
		"The program lets you choose a file"),
	    T(d, "Chọn tệp này. Phần mềm tự tính mã băm SHA-256 của nó.",
		"Choose this one. The program makes its SHA-256 itself."),
	    path, T(d, "Tải tệp cần ký (attrs.der)", "File (attrs.der)"));
	vt_hash_text(&p->digest, hash);
	vt_html(b,
	    "<h3>%s</h3>\n<p>%s</p>\n<p><code>%s</code></p>\n<p><a "
	    "class=\"button second\" href=\"%s/digest.bin\">%s</a></p>\n"
	    "</section>\n",
	    T(d, "Phần mềm hỏi mã băm (hash)", "The program asks for a hash"),
	    T(d,
		"Dán mã SHA-256 này, hoặc dùng tệp 32 byte. Đừng để phần mềm "
		"băm thêm lần nữa.",
		"Paste this SHA-256, or use the file of 32 bytes. Do not let "
		"the program hash it once more."),
	    hash, path, T(d, "Tải mã băm (digest.bin)", "Hash (digest.bin)"));
}

static void
sign_it(struct vt_desk *d, const struct prepared *p)
{
	bool rsa = strstr(p->algorithm, "RSA") != NULL ||
		   strstr(p->algorithm, "rsa") != NULL;
	char hash[VT_HASH_TEXT + 1];
	struct vt_buf *b = d->page.b;

	vt_html(b,
	    "<section class=\"box\"><h2>2. %s</h2>\n<ul>\n<li>%s</li>\n"
	    "<li>%s</li>\n<li>%s</li>\n</ul>\n",
	    T(d, "Ký trong phần mềm của thiết bị",
		"Sign in the program of your device"),
	    T(d,
		"Cắm thiết bị, chọn chứng thư đã đăng ký ở cơ quan, nhập mã "
		"PIN của thiết bị. Mã PIN không gửi về đây.",
		"Plug it in, choose the certificate that your agency has "
		"registered, type its PIN. The PIN never comes here."),
	    rsa ? T(d, "Thuật toán: RSA (PKCS#1 v1.5) với SHA-256.",
		      "Algorithm: RSA (PKCS#1 v1.5) with SHA-256.")
		: T(d, "Thuật toán: ECDSA với SHA-256.",
		      "Algorithm: ECDSA with SHA-256."),
	    T(d,
		"Kết quả cần là giá trị chữ ký thuần (raw signature), không "
		"phải tệp .p7s, CMS hay PDF đã ký.",
		"What is wanted is the bare value (raw signature), not a "
		".p7s, a CMS or a signed PDF."));
	vt_hash_text(&p->document, hash);
	vt_html(b, "<details><summary>%s</summary><dl class=\"facts\">\n",
	    T(d, "Để đối chiếu", "To compare"));
	vt_page_row(&d->page, T(d, "Thuật toán", "Algorithm"), p->algorithm);
	vt_html(b, "<div><dt>%s</dt><dd><code>%s</code></dd></div>\n",
	    T(d, "Mã băm của văn bản (không ký mã này)",
		"Digest of the paper (do not sign this one)"),
	    hash);
	vt_html(b, "</dl></details>\n</section>\n");
}

static void
bring_back(struct vt_desk *d, const struct prepared *p,
    const struct vt_webform *typed, const struct vt_err *at_value)
{
	struct vt_buf *b = d->page.b;

	vt_html(b,
	    "<form class=\"sheet box\" action=\"%s\" method=\"post\" "
	    "enctype=\"multipart/form-data\" data-once=\"1\">\n"
	    "<h2>3. %s</h2>\n",
	    d->req->path,
	    T(d, "Đưa giá trị chữ ký về đây", "Bring the value here"));
	vt_desk_csrf(d);
	vt_desk_key(d, NULL);
	vt_desk_post(d, VT_DUTY_COMPLETE);
	vt_html(b,
	    "<input type=\"hidden\" name=\"rev\" value=\"%" PRIu64 "\">\n"
	    "<label for=\"value\">%s</label>\n"
	    "<textarea id=\"value\" name=\"value\" rows=\"5\" "
	    "spellcheck=\"false\" class=\"mono\"%s>%s</textarea>\n",
	    p->rev,
	    T(d, "Giá trị chữ ký (base64 hoặc hex)",
		"Signature value (base64 or hex)"),
	    /* no quotes: it is escaped */
	    at_value != NULL ? " aria-invalid=true aria-describedby=value-why"
			     : "",
	    vt_webform_get(typed, "value"));
	if (at_value != NULL)
		vt_html(b,
		    "<p class=\"error\" role=\"alert\" id=\"value-why\">%s"
		    "</p>\n",
		    at_value->code == VT_E_SYNTAX
			? T(d,
			      "Đây không phải base64 hay hex: hãy dán lại "
			      "nguyên "
			      "giá trị mà phần mềm ký đưa ra.",
			      "This is neither base64 nor hex: paste the whole "
			      "value that the software gave.")
			: vt_desk_error(d, at_value->code));
	vt_html(b,
	    "<label for=\"file\">%s</label>\n"
	    "<input id=\"file\" name=\"file\" type=\"file\">\n"
	    "<p class=\"go\"><button type=\"submit\" class=\"main\">%s"
	    "</button></p>\n</form>\n",
	    T(d, "hoặc tệp chữ ký", "or a file of it"),
	    T(d, "Hoàn tất việc ký", "Complete the signature"));
}

/* The window has passed: what to do, and what is not lost. */
static void
too_late(struct vt_desk *d, const char *paper, const struct prepared *p)
{
	struct vt_buf *b = d->page.b;
	VT_BUF_AUTO(until);

	vt_page_moment(p->expires, &until);
	vt_html(b,
	    "<div class=\"notice unsure\" role=\"alert\"><p><b>%s %s.</b> "
	    "%s</p>\n<p><a class=\"button\" href=\"/desk/papers/%s#acts\">"
	    "%s</a></p></div>\n",
	    T(d, "Dữ liệu này chỉ dùng được đến",
		"What was prepared was good until"),
	    vt_buf_str(&until),
	    *p->number == '\0'
		? T(d,
		      "Chưa có gì được ký. Hãy về văn bản và bắt đầu ký lại; "
		      "dữ liệu đã tải xuống không dùng được nữa.",
		      "Nothing was signed. Go back to the paper and begin "
		      "again; what was downloaded is of no use any more.")
		: T(d,
		      "Chưa có gì được ký, số đã cấp vẫn giữ cho văn bản này. "
		      "Hãy về văn bản và bắt đầu ký lại; dữ liệu đã tải xuống "
		      "không dùng được nữa.",
		      "Nothing was signed, and the number stays with this "
		      "paper. Go back to the paper and begin again; what was "
		      "downloaded is of no use any more."),
	    paper, T(d, "Về văn bản để ký lại", "Back, to begin again"));
}

/* Of which paper: several may be signed one after the other. */
static void
subject(struct vt_desk *d, const char *paper)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_paper p;
	vt_id id;

	if (vt_id_parse(vt_span_str(paper), &id) &&
	    vt_view_begin(vt_office_store(d->office), &v, NULL) == VT_OK &&
	    vt_office_paper(d->office, v, d->me, &id, &p, NULL) == VT_OK)
		vt_page_row(&d->page, T(d, "Văn bản", "Paper"), p.meta.subject);
}

static void
page(struct vt_desk *d, const char *paper, const struct prepared *p,
    const struct vt_webform *typed, const struct vt_err *err)
{
	const struct vt_desk_act *a = vt_desk_act(p->act);
	bool late = vt_now(d->web->ctx) > p->expires;
	bool at_value =
	    err != NULL &&
	    (err->code == VT_E_SYNTAX || err->code == VT_E_SIGNATURE_MISMATCH);
	struct vt_buf *b = d->page.b;
	VT_BUF_AUTO(until);

	vt_desk_open(d, T(d, "Ký hai bước", "Signing in two steps"), NULL);
	vt_html(b,
	    "<p class=\"up\"><a href=\"/desk/papers/%s\">← %s</a></p>\n"
	    "<h1>%s %s</h1>\n",
	    paper, T(d, "Về văn bản", "Back to the paper"), T(d, a->vi, a->en),
	    T(d, "bằng thiết bị khác", "with another device"));
	if (late) {
		too_late(d, paper, p);
		vt_desk_close(d);
		return;
	}
	if (err != NULL && !at_value)
		vt_desk_notice(d, VT_TONE_BAD, vt_desk_error(d, err->code));
	vt_page_moment(p->expires, &until);
	vt_html(b, "<dl class=\"facts box\">\n");
	subject(d, paper);
	vt_page_row(&d->page, T(d, "Số được cấp", "Number given"), p->number);
	vt_page_row(&d->page, T(d, "Làm xong trước", "To be done by"),
	    vt_buf_str(&until));
	vt_html(b, "</dl>\n");
	download(d, p);
	sign_it(d, p);
	bring_back(d, p, typed, at_value ? err : NULL);
	vt_desk_close(d);
}

int
vt_web_prepared(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	char id[VT_ID_TEXT + 1];
	struct prepared p;
	struct vt_desk d;
	vt_id paper;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK)
		return rc;
	vt_id_text(&paper, id);
	rc = load(&d, id, vt_http_param(req, "key"), &p, reterr);
	if (rc == VT_OK)
		page(&d, id, &p, NULL, NULL);
	return rc;
}

int
vt_web_prepared_file(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const char *file = vt_http_param(req, "file");
	char id[VT_ID_TEXT + 1];
	struct prepared p;
	struct vt_desk d;
	vt_id paper;
	bool attrs;
	int rc;

	vt_desk_begin(&d, req, res);
	attrs = strcmp(file, "attrs.der") == 0;
	if (!attrs && strcmp(file, "digest.bin") != 0)
		return vt_err_set(reterr, VT_E_NOT_FOUND, "no such file");
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK)
		return rc;
	vt_id_text(&paper, id);
	rc = load(&d, id, vt_http_param(req, "key"), &p, reterr);
	if (rc != VT_OK)
		return rc;
	vt_http_res_type(res, "application/octet-stream");
	vt_http_res_header(res, "Content-Disposition",
	    attrs ? "attachment; filename=\"attrs.der\""
		  : "attachment; filename=\"digest.bin\"");
	/* markup: none, bytes to be signed */
	vt_buf_span(
	    &res->body, attrs ? p.attrs : VT_SPAN(p.digest.b, VT_HASH_SIZE));
	return vt_buf_status(&res->body, reterr);
}

static int
hex_digit(uint8_t c)
{
	return isdigit(c)             ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* Text as programs print it: base64 or hex, lines and blanks anywhere. */
static int
from_text(struct vt_span s, struct vt_buf *ret, struct vt_err *reterr)
{
	bool hex = true;
	VT_BUF_AUTO(b);

	for (size_t i = 0; i < s.n; i++) {
		if (isspace(s.p[i]) || s.p[i] == ':')
			continue;
		vt_buf_putc(&b, s.p[i]);
		hex = hex && hex_digit(s.p[i]) >= 0;
	}
	if (!hex || b.n < HEX_AT_LEAST || b.n % 2 != 0)
		return vt_base64_get(vt_buf_view(&b), ret, reterr);
	for (size_t i = 0; i < b.n; i += 2)
		vt_buf_putc(ret,
		    (uint8_t)(hex_digit(b.p[i]) * 16 + hex_digit(b.p[i + 1])));
	return vt_buf_status(ret, reterr);
}

static int
value_of(const struct vt_webform *f, struct vt_buf *ret, struct vt_err *reterr)
{
	const char *typed = vt_webform_get(f, "value");
	struct vt_span s = f->file;

	if (s.n == 0 && *typed == '\0')
		return vt_err_set(reterr, VT_E_SIGNATURE_MISMATCH,
		    "two-step: no value was given");
	if (s.n == 0)
		return from_text(vt_span_str(typed), ret, reterr);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] > 0x7e || (s.p[i] < 0x20 && !isspace(s.p[i]))) {
			/* markup: none, a signature's bytes */
			vt_buf_span(ret, s);
			return vt_buf_status(ret, reterr);
		}
	return from_text(s, ret, reterr);
}

static int
complete(struct vt_desk *d, const struct vt_webform *f,
    const struct prepared *p, struct vt_act_result *ret, struct vt_err *reterr)
{
	struct vt_request rq;
	VT_BUF_AUTO(value);
	int rc;

	if ((rc = vt_sheet_request(d, f, d->req->path, &rq, reterr)) != VT_OK ||
	    (rc = value_of(f, &value, reterr)) != VT_OK)
		return rc;
	return vt_office_complete(
	    d->office, &rq, &p->id, vt_buf_view(&value), ret, reterr);
}

int
vt_web_complete(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_act_result result = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	char to[128], id[VT_ID_TEXT + 1];
	struct prepared p;
	struct vt_webform f;
	struct vt_desk d;
	vt_id paper;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = vt_sheet_id(req, &paper, reterr)) != VT_OK ||
	    (rc = vt_webform_read(req, &f, reterr)) != VT_OK)
		return rc;
	vt_id_text(&paper, id);
	rc = load(&d, id, vt_http_param(req, "key"), &p, reterr);
	if (rc != VT_OK)
		return rc;
	rc = complete(&d, &f, &p, &result, &err);
	vt_act_result_free(&result);
	if (rc != VT_OK) {
		res->status = vt_err_info(rc)->http_status;
		page(&d, id, &p, &f, &err);
		return VT_OK;
	}
	(void)snprintf(to, sizeof(to), "/desk/papers/%s?done=%s", id, p.act);
	vt_http_res_see_other(res, to);
	return VT_OK;
}
