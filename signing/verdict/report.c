/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A verdict for programs (JSON) and for people (text). */
#include "base/arena.h"
#include "signing/verdict/verdict.h"

static const char *const overall_names[] = {
	[VT_OVERALL_PASSED] = "TOTAL-PASSED",
	[VT_OVERALL_INDETERMINATE] = "INDETERMINATE",
	[VT_OVERALL_FAILED] = "TOTAL-FAILED",
	[VT_OVERALL_NO_SIGNATURE] = "NO-SIGNATURE",
	[VT_OVERALL_NOT_READABLE] = "NOT-READABLE",
};

static const char *const indication_names[] = {
	[VT_TOTAL_PASSED] = "TOTAL-PASSED",
	[VT_INDETERMINATE] = "INDETERMINATE",
	[VT_TOTAL_FAILED] = "TOTAL-FAILED",
};

static const char *const coverage_names[] = {
	[VT_COVERAGE_WHOLE_FILE] = "whole-file",
	[VT_COVERAGE_REVISION] = "revision",
	[VT_COVERAGE_PARTIAL] = "partial",
	[VT_COVERAGE_UNCLEAR] = "unclear",
};

/* ---- JSON ---- */

static void
json_reasons(const struct vt_signature_verdict *s, struct vt_json *j)
{
	size_t i;

	vt_json_key(j, "reasons");
	vt_json_array(j);
	for (i = 0; i < s->n_reasons; i++) {
		const struct vt_reason *r = &s->reasons[i];

		vt_json_object(j);
		vt_json_kstr(j, "code", r->code);
		vt_json_kstr(j, "clause", r->clause);
		vt_json_kstr(j, "vi", r->vi);
		vt_json_kstr(j, "en", r->en);
		vt_json_kstr(j, "detail", r->detail);
		vt_json_end(j);
	}
	vt_json_end(j);
}

static void
json_changes(const struct vt_signature_verdict *s, struct vt_json *j)
{
	size_t i;

	vt_json_key(j, "changes");
	vt_json_array(j);
	for (i = 0; i < s->n_changes; i++) {
		const struct vt_change *c = &s->changes[i];

		vt_json_object(j);
		vt_json_kuint(j, "revision", c->revision);
		vt_json_kuint(j, "object", c->object);
		vt_json_kstr(j, "path", c->path);
		vt_json_kstr(j, "rule", c->rule);
		vt_json_kstr(j, "meaning", c->meaning);
		vt_json_end(j);
	}
	vt_json_end(j);
}

/* NULL: the certificate does not say. */
static const char *const signer_kinds[] = { [VT_SIGNER_UNKNOWN] = NULL,
	[VT_SIGNER_PERSON] = "person",
	[VT_SIGNER_ORGANISATION] = "organization" };

static const char *
signer_kind_text(enum vt_signer_kind h, bool vi)
{
	switch (h) {
	case VT_SIGNER_PERSON:
		return vi ? "cá nhân" : "a person";
	case VT_SIGNER_ORGANISATION:
		return vi ? "cơ quan, tổ chức" : "an organization";
	case VT_SIGNER_UNKNOWN:
		break;
	}
	return vi ? "không rõ (chứng thư không nói)"
		  : "not known (the certificate does not say)";
}

static void
json_certificate(const struct vt_signature_verdict *s, struct vt_json *j)
{
	vt_hash hash;

	vt_json_key(j, "certificate");
	if (s->certificate.n == 0) {
		vt_json_null(j);
		return;
	}
	hash = vt_sha256(s->certificate);
	vt_json_object(j);
	vt_json_kstr(j, "subject", s->signer);
	vt_json_kstr(j, "organization", s->signer_org);
	vt_json_kstr(j, "issuer", s->issuer);
	vt_json_kstr(j, "serial", s->serial);
	vt_json_khash(j, "sha256", &hash);
	vt_json_end(j);
}

static void
json_signature(const struct vt_signature_verdict *s, struct vt_json *j)
{
	vt_json_object(j);
	vt_json_kstr(j, "field", s->field);
	vt_json_kstr(j, "indication", indication_names[s->indication]);
	vt_json_kstr(j, "sub_indication", s->sub_indication);
	vt_json_kstr(j, "format", s->format);
	vt_json_kstr(j, "level", s->level);
	vt_json_kstr(j, "signer", s->signer);
	vt_json_kstr(j, "organization", s->signer_org);
	vt_json_kstr(j, "signer_kind", signer_kinds[s->signer_kind]);
	json_certificate(s, j);
	vt_json_key(j, "claimed_time");
	if (s->claimed_time == VT_TIME_NONE)
		vt_json_null(j);
	else
		vt_json_time(j, s->claimed_time);
	vt_json_kuint(j, "revision", s->revision);
	vt_json_kstr(j, "coverage", coverage_names[s->coverage]);
	vt_json_kstr(j, "revocation", s->revocation);
	json_reasons(s, j);
	json_changes(s, j);
	vt_json_end(j);
}

static void
json_error(const struct vt_verdict *v, struct vt_json *j)
{
	const struct vt_err_info *info;

	vt_json_key(j, "error");
	if (v->overall != VT_OVERALL_NOT_READABLE) {
		vt_json_null(j);
		return;
	}
	info = vt_err_info(v->unreadable.code);
	vt_json_object(j);
	vt_json_kstr(j, "code", info->slug);
	vt_json_kstr(j, "vi", info->vi);
	vt_json_kstr(j, "en", info->en);
	vt_json_key(j, "detail");
	vt_json_text(j, vt_span_str(v->unreadable.msg));
	vt_json_end(j);
}

void
vt_verdict_json(const struct vt_verdict *v, struct vt_json *j)
{
	size_t i;

	vt_json_object(j);
	vt_json_kstr(j, "overall", overall_names[v->overall]);
	vt_json_ktime(j, "judged_at", v->judged_at);
	json_error(v, j);
	vt_json_kuint(j, "revisions", v->revisions);
	vt_json_key(j, "signatures");
	vt_json_array(j);
	for (i = 0; i < v->n_signatures; i++)
		json_signature(&v->signatures[i], j);
	vt_json_end(j);
	vt_json_key(j, "needs");
	vt_json_array(j);
	for (i = 0; i < v->n_needs; i++) {
		vt_json_object(j);
		vt_json_kstr(j, "kind", v->needs[i].kind);
		vt_json_kstr(j, "url", v->needs[i].url);
		vt_json_end(j);
	}
	vt_json_end(j);
	vt_json_end(j);
}

/* ---- text ---- */

static const char *
overall_text(enum vt_overall o, bool vi)
{
	switch (o) {
	case VT_OVERALL_PASSED:
		return vi ? "Mọi chữ ký đều hợp lệ"
			  : "Every signature is valid";
	case VT_OVERALL_INDETERMINATE:
		return vi ? "Chưa đủ căn cứ để kết luận"
			  : "Not enough is known to decide";
	case VT_OVERALL_FAILED:
		return vi ? "Có chữ ký không hợp lệ"
			  : "A signature is not valid";
	case VT_OVERALL_NO_SIGNATURE:
		return vi ? "Tệp không có chữ ký số"
			  : "The file has no digital signature";
	case VT_OVERALL_NOT_READABLE:
		break;
	}
	return vi ? "Không đọc được tệp" : "The file cannot be read";
}

static const char *
indication_text(enum vt_indication i, bool vi)
{
	switch (i) {
	case VT_TOTAL_PASSED:
		return vi ? "HỢP LỆ" : "VALID";
	case VT_INDETERMINATE:
		return vi ? "CHƯA KẾT LUẬN ĐƯỢC" : "NOT DECIDED";
	case VT_TOTAL_FAILED:
		break;
	}
	return vi ? "KHÔNG HỢP LỆ" : "NOT VALID";
}

static const char *
coverage_text(enum vt_coverage c, bool vi)
{
	switch (c) {
	case VT_COVERAGE_WHOLE_FILE:
		return vi ? "toàn bộ tệp" : "the whole file";
	case VT_COVERAGE_REVISION:
		return vi ? "trọn phiên bản được ký; sau đó tệp có thêm phần"
			  : "its whole version; the file grew afterwards";
	case VT_COVERAGE_PARTIAL:
		return vi ? "chỉ một phần tệp" : "only a part of the file";
	case VT_COVERAGE_UNCLEAR:
		break;
	}
	return vi ? "không rõ" : "unclear";
}

/* Names come out of certificates and files: one line, no control bytes. */
static void
put_text(struct vt_buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		vt_buf_putc(
		    b, (uint8_t)*s < ' ' || *s == 0x7f ? '?' : (uint8_t)*s);
}

static void
put_line(struct vt_buf *b, const char *label, const char *value)
{
	vt_buf_printf(b, "   %s: ", label);
	put_text(b, value);
	vt_buf_putc(b, '\n');
}

static void
print_changes(const struct vt_signature_verdict *s, bool vi, struct vt_buf *b)
{
	size_t i;

	for (i = 0; i < s->n_changes; i++) {
		const struct vt_change *c = &s->changes[i];

		vt_buf_printf(b, "   %s %s %zu, obj %u ",
		    c->rule == NULL ? "!" : "+",
		    vi ? "thay đổi ở phiên bản" : "change in revision",
		    c->revision, c->object);
		put_text(b, c->path);
		vt_buf_puts(b, ": ");
		put_text(b, c->meaning);
		if (c->rule != NULL)
			vt_buf_printf(b, " [%s]", c->rule);
		vt_buf_putc(b, '\n');
	}
}

static void
print_signature(
    const struct vt_signature_verdict *s, size_t i, bool vi, struct vt_buf *b)
{
	size_t k;

	vt_buf_printf(b, "%zu. %s (%s%s%s) - %s ", i + 1,
	    indication_text(s->indication, vi), indication_names[s->indication],
	    s->sub_indication == NULL ? "" : "/",
	    s->sub_indication == NULL ? "" : s->sub_indication,
	    vi ? "trường" : "field");
	put_text(b, s->field);
	vt_buf_putc(b, '\n');
	put_line(b, vi ? "Người ký" : "Signer",
	    s->signer == NULL ? (vi ? "không rõ" : "unknown") : s->signer);
	if (s->certificate.n > 0)
		put_line(b, vi ? "Chứng thư của" : "Certificate of",
		    signer_kind_text(s->signer_kind, vi));
	if (s->signer_org != NULL)
		put_line(b, vi ? "Cơ quan" : "Organization", s->signer_org);
	if (s->issuer != NULL)
		put_line(b, vi ? "Nơi cấp chứng thư" : "Certificate issued by",
		    s->issuer);
	if (s->claimed_time != VT_TIME_NONE) {
		vt_buf_printf(b, "   %s: ",
		    vi ? "Thời điểm ký (người ký khai)"
		       : "Time of signing (claimed)");
		vt_time_rfc3339(s->claimed_time, VT_TIME_VN_S, b);
		vt_buf_putc(b, '\n');
	}
	put_line(b, vi ? "Bảo vệ" : "Protects", coverage_text(s->coverage, vi));
	vt_buf_printf(b, "   %s: %s%s%s\n", vi ? "Loại" : "Format", s->format,
	    s->level == NULL ? "" : " ", s->level == NULL ? "" : s->level);
	for (k = 0; k < s->n_reasons; k++) {
		const struct vt_reason *r = &s->reasons[k];

		vt_buf_printf(b, "   - %s [%s]\n", vi ? r->vi : r->en, r->code);
		if (r->detail != NULL) {
			vt_buf_puts(b, "     ");
			put_text(b, r->detail);
			vt_buf_putc(b, '\n');
		}
	}
	print_changes(s, vi, b);
}

void
vt_verdict_print(const struct vt_verdict *v, bool vi, struct vt_buf *ret)
{
	const struct vt_err_info *info;
	size_t i;

	vt_buf_printf(ret, "%s (%s)\n", overall_text(v->overall, vi),
	    overall_names[v->overall]);
	if (v->overall == VT_OVERALL_NOT_READABLE) {
		info = vt_err_info(v->unreadable.code);
		vt_buf_printf(ret, "   %s [%s]\n   ", vi ? info->vi : info->en,
		    info->slug);
		put_text(ret, v->unreadable.msg);
		vt_buf_putc(ret, '\n');
	}
	for (i = 0; i < v->n_signatures; i++)
		print_signature(&v->signatures[i], i, vi, ret);
}
