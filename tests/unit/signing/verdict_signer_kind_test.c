/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose a certificate is, by what it says; a name alone says nothing. */
#include "signing/verdict/signer_kind.h"
#include "tests/unit/signing/verdict_help.h"

/* QCStatements in DER: QcCompliance, and QcType with one or both types. */
#define QC(n, m, types)                                                        \
	"DER:30:" n ":30:08:06:06:04:00:8e:46:01:01:30:" m                     \
	":06:06:04:00:8e:46:01:06:30:" types
#define ESIGN "06:07:04:00:8e:46:01:06:01"
#define ESEAL "06:07:04:00:8e:46:01:06:02"

/* CertificatePolicies in DER: QCP by its last arc, and 1.2.3.4. */
#define QCP(arc) "30:09:06:07:04:00:8b:ec:40:01:" arc
#define ANOTHER  "30:05:06:03:2a:03:04"

static enum vt_signer_kind
of(const struct pki_options *o)
{
	struct pki *p = pki_issue(o, NULL);
	enum vt_signer_kind h = vt_signer_kind_of(p->cert);

	pki_free(p);
	return h;
}

static const struct {
	struct pki_options o;
	enum vt_signer_kind want;
	const char *what;
} cases[] = {
	{ { .cn = "Ủy ban nhân dân xã Mẫu" }, VT_SIGNER_UNKNOWN,
	    "a name of an agency alone" },
	{ { .cn = "Nguyễn Văn A", .o = "Sở Mẫu" }, VT_SIGNER_UNKNOWN,
	    "a name and where" },
	{ { .cn = "Sở Mẫu", .o = "Sở Mẫu" }, VT_SIGNER_ORGANISATION,
	    "the organisation itself" },
	{ { .cn = "Sở Mẫu",
	      .o = "UBND tỉnh",
	      .more = { { "organizationIdentifier", "H99.07" } } },
	    VT_SIGNER_ORGANISATION, "its identifier" },
	{ { .cn = "Sở Y tế",
	      .o = "UBND thành phố",
	      .more = { { "UID", "MNS:1047665" },
		  { "UID", "MST:0400260612" } } },
	    VT_SIGNER_ORGANISATION, "numbers of an agency" },
	{ { .cn = "Nguyễn Thị B", .more = { { "UID", "CCCD:001" } } },
	    VT_SIGNER_PERSON, "a person's paper" },
	{ { .cn = "Nguyễn Thị B",
	      .o = "Nguyễn Thị B",
	      .more = { { "UID", "MST:0100686209" }, { "UID", "CMND:079" } } },
	    VT_SIGNER_PERSON, "a person of an organisation" },
	{ { .cn = "Nguyễn Thị B", .more = { { "UID", "MST:" } } },
	    VT_SIGNER_UNKNOWN, "a number that is none" },
	{ { .cn = "Lê C", .o = "Sở Mẫu", .more = { { "title", "Giám đốc" } } },
	    VT_SIGNER_PERSON, "a title" },
	{ { .cn = "Lê C", .more = { { "SN", "Lê" }, { "GN", "C" } } },
	    VT_SIGNER_PERSON, "names of a person" },
	{ { .cn = "X", .o = "X", .policies = "DER:30:0b:" QCP("02") },
	    VT_SIGNER_PERSON, "a policy for persons" },
	{ { .cn = "X", .policies = "DER:30:12:" ANOTHER ":" QCP("01") },
	    VT_SIGNER_ORGANISATION, "a policy for organisations" },
	{ { .cn = "X", .policies = "DER:30:07:" ANOTHER }, VT_SIGNER_UNKNOWN,
	    "another policy" },
	{ { .cn = "X", .o = "X", .qc = QC("1f", "13", "09:" ESIGN) },
	    VT_SIGNER_PERSON, "for signatures" },
	{ { .cn = "X",
	      .more = { { "title", "?" } },
	      .policies = "DER:30:0b:" QCP("00"),
	      .qc = QC("1f", "13", "09:" ESEAL) },
	    VT_SIGNER_ORGANISATION, "for seals, which is asked first" },
	{ { .cn = "X", .qc = QC("28", "1c", "12:" ESIGN ":" ESEAL) },
	    VT_SIGNER_UNKNOWN, "for both" },
	{ { .cn = "X", .qc = "DER:30:05:06:01" }, VT_SIGNER_UNKNOWN,
	    "statements that break off" },
	{ { .cn = "X", .qc = "DER:04:00" }, VT_SIGNER_UNKNOWN,
	    "statements that are none" },
};

/* Through file, worker's answer and report. */
static void
in_a_verdict(void)
{
	struct pki_options o = { .alg = VT_KEY_ECDSA_P256_SHA256,
		.cn = "Sở Mẫu",
		.o = "Sở Mẫu",
		.serial = 4098 };
	struct pki *ca = pki_ca(VT_KEY_ECDSA_P256_SHA256);
	struct pki *p = pki_issue(&o, ca);
	struct walk_pdf kind = { .xref = WALK_TABLE };
	struct vt_err err = VT_ERR_INIT;
	struct vt_key *key = pki_key(p);
	struct vt_span der = pki_der(ca);
	struct vt_verify_input in = { .anchors = &der,
		.n_anchors = 1,
		.now = vt_now(vt_context_system()) };
	struct vt_verdict *v;
	VT_BUF_AUTO(bare);
	VT_BUF_AUTO(laid);
	VT_BUF_AUTO(file);
	VT_BUF_AUTO(text);

	walk_pdf(&kind, &bare);
	tap_need(walk_lay(&bare, 0, &laid, &err) == VT_OK &&
		     walk_sign(&laid, "vt_leader", 120, 60, key, &file, &err) ==
			 VT_OK,
	    "a signed paper %s", err.msg);
	v = judge(&file, &in);
	tap_ok(v->n_signatures == 1 &&
		   v->signatures[0].signer_kind == VT_SIGNER_ORGANISATION,
	    "an organisation's");
	vt_verdict_print(v, false, &text);
	tap_ok(strstr(vt_buf_str(&text), "Certificate of: an organization") !=
		   NULL,
	    "and it is said");
	vt_verdict_free(v);
	vt_key_free(key);
	pki_free(p);
	pki_free(ca);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki_options o = cases[i].o;

		o.alg = VT_KEY_ECDSA_P256_SHA256;
		tap_eq_int(of(&o), cases[i].want, "%s", cases[i].what);
	}
	in_a_verdict();
	return tap_done();
}
