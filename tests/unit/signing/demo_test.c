/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The authority for trying out: its keys open, sign, and say what they are. */
#include <unistd.h>

#include "base/arena.h"
#include "base/context.h"
#include "signing/demo/demo.h"
#include "signing/key/key.h"
#include "signing/signing.h"
#include "tests/tap.h"
#include "tests/unit/signing/pki.h"

#define DAY VT_TIME_S(86400)

int
main(void)
{
	static const struct vt_demo_holder holder = { "Nguyễn Văn Thử",
		"Sở Mẫu", "Giám đốc" };
	struct vt_certificate_info info;
	struct vt_err err = VT_ERR_INIT;
	struct vt_demo_authority *a = NULL;
	struct vt_secret *pin, *wrong;
	struct vt_key *k = NULL;
	VT_BUF_AUTO(p12);
	VT_BUF_AUTO(der);
	VT_BUF_AUTO(pem);
	VT_BUF_AUTO(value);
	vt_time now;
	char *path;

	tap_need(vt_base_init(&err) == VT_OK, "libgcrypt starts");
	now = vt_now(vt_context_system());
	pin = vt_secret_new("12345678", 8);
	wrong = vt_secret_new("87654321", 8);
	tap_call(vt_demo_authority_new("Cơ quan chứng thực", now, &a, &err),
	    &err, "an authority");
	tap_call(vt_demo_authority_pem(a, &pem, &err), &err, "its certificate");
	tap_ok(
	    strncmp(vt_buf_str(&pem), "-----BEGIN CERTIFICATE-----", 27) == 0,
	    "is PEM");
	tap_call(vt_demo_issue(a, &holder, pin, &p12, &der, &err), &err,
	    "a key for somebody");
	path = pki_file(&p12, ".p12");
	tap_code(vt_key_open(path, wrong, &k, &err), VT_E_PIN_WRONG, &err,
	    "not with another PIN");
	tap_call(vt_key_open(path, pin, &k, &err), &err, "it opens");
	tap_eq_int(vt_key_chain_length(k), 2, "with its issuer");
	tap_ok(vt_span_eq(vt_key_chain(k, 0), vt_buf_view(&der)),
	    "the certificate is the one given");
	tap_call(
	    vt_key_sign(k, VT_SPAN_LIT("x"), &value, &err), &err, "it signs");
	tap_call(vt_certificate_check(vt_buf_view(&der), now, &err), &err,
	    "it may sign documents now");
	tap_code(vt_certificate_check(
		     vt_buf_view(&der), now + (VT_DEMO_DAYS + 1) * DAY, &err),
	    VT_E_CERT_EXPIRED, &err, "not in a year");
	tap_call(vt_certificate_describe(vt_buf_view(&der), &info, &err), &err,
	    "it is described");
	tap_eq_str(info.subject_cn, holder.name, "whose it is");
	tap_eq_str(info.subject_o, VT_DEMO_MARK " – Sở Mẫu",
	    "that it is a trial stands in the name");
	tap_eq_str(info.issuer_cn, "Cơ quan chứng thực", "whose word it is");
	vt_key_free(k);
	unlink(path);
	free(path);
	vt_secret_free(pin);
	vt_secret_free(wrong);
	vt_demo_authority_free(a);
	return tap_done();
}
