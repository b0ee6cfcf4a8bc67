/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What anyone may ask, without an account: by code, and with the holder's
 * fact the file itself. */
#include "api/office/public.h"
#include "api/office/code.h"
#include "api/office/office_priv.h"

size_t
vt_holder_fact_length(const char *fact)
{
	size_t n = 0;

	for (const char *p = fact; p != NULL && *p != '\0'; p++)
		n += *p != ' ' && *p != '-';
	return n;
}

void
vt_holder_check(
    const uint8_t salt[VT_HOLDER_SALT_SIZE], const char *fact, uint8_t ret[32])
{
	VT_BUF_AUTO(b);
	vt_hash h;

	for (const char *p = fact; *p != '\0'; p++) {
		if (*p == ' ' || *p == '-')
			continue;
		vt_buf_putc(&b, *p >= 'a' && *p <= 'z'
				    ? (uint8_t)(*p - 'a' + 'A')
				    : (uint8_t)*p);
	}
	h = vt_hmac_sha256(VT_SPAN(salt, VT_HOLDER_SALT_SIZE), vt_buf_view(&b));
	memcpy(ret, h.b, 32);
}

/* By a code as typed; unknown and mistyped are told apart in the message. */
static int
by_code(struct vt_view *v, const char *typed, struct vt_paper *ret,
    struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	char code[VT_CODE_LETTERS + 1];
	int rc;

	if (!vt_code_parse(typed, code))
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "this is not a code of ours: 17 letters and digits, the "
		    "last one checks the others");
	rc = vt_paper_by_code(v, code, ret, &err);
	if (rc == VT_E_ISOLATED) /* nobody outside is told that there is one */
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "no paper has this public code");
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_office_public(struct vt_office *o, const char *typed,
    struct vt_public_result *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	VT_BUF_AUTO(masked);
	struct vt_paper p;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = by_code(v, typed, &p, reterr)) != VT_OK)
		return rc;
	memset(ret, 0, sizeof(*ret));
	vt_code_show(p.code, ret->code);
	ret->status = p.issued_at != VT_TIME_NONE ? VT_PUBLIC_VALID
						  : VT_PUBLIC_NOT_ISSUED;
	vt_text_fit(ret->issuer, sizeof(ret->issuer), p.meta.agency_name);
	vt_text_fit(
	    ret->issuer_code, sizeof(ret->issuer_code), p.meta.agency_code);
	vt_text_fit(ret->type, sizeof(ret->type), p.meta.type_name);
	if (ret->status == VT_PUBLIC_NOT_ISSUED)
		return VT_OK; /* a draft shows no more than that it exists */
	vt_text_fit(ret->subject, sizeof(ret->subject), p.meta.subject);
	vt_text_fit(ret->number, sizeof(ret->number), p.number.text);
	ret->date = p.number.time;
	vt_text_mask_name(vt_span_str(p.meta.holder_name), &masked);
	vt_text_fit(ret->masked_holder, sizeof(ret->masked_holder),
	    vt_buf_str(&masked));
	for (size_t i = 0; i < p.meta.n_facts && i < 16; i++) {
		vt_text_fit(ret->facts[i].label, sizeof(ret->facts[i].label),
		    p.meta.facts[i].label);
		vt_text_fit(ret->facts[i].value, sizeof(ret->facts[i].value),
		    p.meta.facts[i].value);
		ret->n_facts++;
	}
	ret->pages = p.meta.pages;
	ret->hash = p.parts[0].hash;
	ret->size = p.parts[0].size;
	return vt_buf_status(&masked, reterr);
}

int
vt_office_public_content(struct vt_office *o, const char *typed,
    const char *holder_fact, struct vt_content *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	uint8_t check[32];
	struct vt_span want;
	struct vt_paper p;
	unsigned diff = 0;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = by_code(v, typed, &p, reterr)) != VT_OK)
		return rc;
	want = p.meta.holder_check;
	if (p.issued_at == VT_TIME_NONE || want.n != VT_HOLDER_CHECK_SIZE)
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "this result is not issued yet");
	if (vt_holder_fact_length(holder_fact) < VT_HOLDER_FACT_MIN)
		holder_fact = ""; /* is no fact, whatever is stored */
	vt_holder_check(want.p, holder_fact, check);
	for (size_t i = 0; i < sizeof(check); i++)
		diff |= (unsigned)(check[i] ^ want.p[VT_HOLDER_SALT_SIZE + i]);
	if (diff != 0)
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "the fact given is not the holder's");
	memset(ret, 0, sizeof(*ret));
	ret->blob.hash = p.parts[0].hash;
	ret->blob.size = p.parts[0].size;
	ret->version = p.parts[0].version;
	vt_text_fit(ret->name, sizeof(ret->name), p.parts[0].name);
	vt_text_fit(
	    ret->media_type, sizeof(ret->media_type), p.parts[0].media_type);
	return VT_OK;
}
