/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signing/cms/parse.h"

#include "base/limits.h"
#include "signing/cms/der.h"

#define CMS_ITEMS_MAX 256 /* certificates, attributes, digest algorithms */

static int
bad(struct vt_err *reterr, const char *what, const char *clause,
    const char *why)
{
	return vt_err_set(reterr, VT_E_SYNTAX, "CMS %s: RFC 5652 %s: %s", what,
	    clause, why == NULL ? "not as the standard says" : why);
}

static bool
oid_read(struct vt_tlv_reader *r, char ret[static VT_OID_TEXT])
{
	struct vt_tlv t;

	if (!vt_tlv_expect(r, VT_TLV_OID, &t))
		return false;
	if (!vt_tlv_oid_text(t.body, ret, VT_OID_TEXT)) {
		r->why = "malformed object identifier";
		return false;
	}
	return true;
}

bool
vt_cms_algorithm(struct vt_tlv_reader *r, struct vt_cms_algorithm *ret)
{
	struct vt_tlv seq, params;
	struct vt_tlv_reader in;

	if (!vt_tlv_expect(r, VT_TLV_SEQUENCE, &seq))
		return false;
	vt_tlv_open(&in, seq.body);
	ret->raw = seq.raw;
	ret->params = VT_SPAN(NULL, 0);
	if (oid_read(&in, ret->oid) && in.at < in.in.n &&
	    vt_tlv_next(&in, &params))
		ret->params = params.raw;
	if (!vt_tlv_end(&in)) {
		r->why = in.why;
		return false;
	}
	return true;
}

/* How many elements a constructed element holds; SIZE_MAX when malformed. */
static size_t
count(struct vt_span body)
{
	struct vt_tlv_reader r;
	struct vt_tlv t;
	size_t n = 0;

	vt_tlv_open(&r, body);
	while (vt_tlv_next(&r, &t))
		n++;
	return r.why == NULL ? n : SIZE_MAX;
}

static int
array(struct vt_arena *arena, struct vt_span body, size_t size, void *ret,
    size_t *ret_n, struct vt_err *reterr)
{
	size_t n = count(body);
	void *p = NULL;

	if (n == SIZE_MAX)
		return bad(reterr, "SignedData", "5.1", "element cut off");
	if (n > CMS_ITEMS_MAX)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "CMS SignedData: at most %d items in one list, found %zu",
		    CMS_ITEMS_MAX, n);
	if (n > 0 && (p = vt_arena_array(arena, n, size)) == NULL)
		return vt_arena_err(arena, reterr);
	memcpy(ret, &p, sizeof(p));
	*ret_n = n;
	return VT_OK;
}

static bool
attribute_read(struct vt_tlv_reader *r, struct vt_cms_attribute *a)
{
	struct vt_tlv seq, set, value;
	struct vt_tlv_reader in, values;

	if (!vt_tlv_expect(r, VT_TLV_SEQUENCE, &seq))
		return false;
	vt_tlv_open(&in, seq.body);
	if (!oid_read(&in, a->oid) || !vt_tlv_expect(&in, VT_TLV_SET, &set) ||
	    !vt_tlv_end(&in)) {
		r->why = in.why;
		return false;
	}
	a->raw = seq.raw;
	a->values = set.body;
	a->value = VT_SPAN(NULL, 0);
	a->n_values = 0;
	vt_tlv_open(&values, set.body);
	while (vt_tlv_next(&values, &value)) {
		if (a->n_values++ == 0)
			a->value = value.raw;
	}
	if (values.why != NULL)
		r->why = values.why;
	return r->why == NULL;
}

static int
attributes_read(struct vt_span body, struct vt_arena *arena,
    struct vt_cms_attributes *ret, struct vt_err *reterr)
{
	struct vt_tlv_reader r;
	size_t i;
	int rc;

	rc = array(
	    arena, body, sizeof(*ret->items), &ret->items, &ret->n, reterr);
	if (rc != VT_OK)
		return rc;
	ret->present = true;
	vt_tlv_open(&r, body);
	for (i = 0; i < ret->n; i++)
		if (!attribute_read(&r, &ret->items[i]))
			return bad(reterr, "attributes", "5.3", r.why);
	return VT_OK;
}

static bool
sid_read(struct vt_tlv_reader *r, struct vt_cms_signer *s)
{
	struct vt_tlv seq, name, serial, ski;
	struct vt_tlv_reader in;

	if (vt_tlv_at(r, VT_TLV_CONTEXT_PRIMITIVE)) {
		if (!vt_tlv_next(r, &ski))
			return false;
		s->ski = ski.body;
		if (s->ski.n == 0)
			r->why = "empty subjectKeyIdentifier";
		return s->ski.n > 0;
	}
	if (!vt_tlv_expect(r, VT_TLV_SEQUENCE, &seq))
		return false;
	vt_tlv_open(&in, seq.body);
	if (!vt_tlv_expect(&in, VT_TLV_SEQUENCE, &name) ||
	    !vt_tlv_expect(&in, VT_TLV_INTEGER, &serial) || !vt_tlv_end(&in)) {
		r->why = in.why;
		return false;
	}
	s->issuer = name.raw;
	s->serial = serial.body;
	if (s->serial.n == 0)
		r->why = "empty serialNumber";
	return s->serial.n > 0;
}

static int
signer_read(struct vt_span body, struct vt_arena *arena,
    struct vt_cms_signer *s, struct vt_err *reterr)
{
	struct vt_tlv_reader r;
	struct vt_tlv t;
	int rc;

	memset(s, 0, sizeof(*s));
	vt_tlv_open(&r, body);
	if (!vt_tlv_expect(&r, VT_TLV_INTEGER, &t) || t.body.n != 1)
		return bad(reterr, "SignerInfo version", "5.3", r.why);
	s->version = t.body.p[0];
	if (!sid_read(&r, s) || !vt_cms_algorithm(&r, &s->digest))
		return bad(reterr, "SignerInfo", "5.3", r.why);
	if (vt_tlv_at(&r, VT_TLV_CONTEXT)) {
		if (!vt_tlv_next(&r, &t))
			return bad(reterr, "signedAttrs", "5.3", r.why);
		s->attrs_raw = t.body;
		rc = attributes_read(t.body, arena, &s->attrs, reterr);
		if (rc != VT_OK)
			return rc;
	}
	if (!vt_cms_algorithm(&r, &s->signature) ||
	    !vt_tlv_expect(&r, VT_TLV_OCTETS, &t))
		return bad(reterr, "SignerInfo signature", "5.3", r.why);
	s->value = t.body;
	if (vt_tlv_at(&r, VT_TLV_CONTEXT + 1)) {
		if (!vt_tlv_next(&r, &t))
			return bad(reterr, "unsignedAttrs", "5.3", r.why);
		rc = attributes_read(t.body, arena, &s->unsigned_attrs, reterr);
		if (rc != VT_OK)
			return rc;
	}
	if (!vt_tlv_end(&r))
		return bad(reterr, "SignerInfo", "5.3", r.why);
	return VT_OK;
}

static int
certificates_read(struct vt_span body, struct vt_arena *arena,
    struct vt_cms *ret, struct vt_err *reterr)
{
	struct vt_tlv_reader r;
	struct vt_tlv t;
	size_t n;
	int rc;

	rc = array(arena, body, sizeof(*ret->certificates), &ret->certificates,
	    &n, reterr);
	if (rc != VT_OK)
		return rc;
	vt_tlv_open(&r, body);
	while (vt_tlv_next(&r, &t)) {
		if (t.tag == VT_TLV_SEQUENCE)
			ret->certificates[ret->n_certificates++] = t.raw;
		else
			ret->n_other_certificates++;
	}
	return VT_OK;
}

static int
digests_read(struct vt_span body, struct vt_arena *arena, struct vt_cms *ret,
    struct vt_err *reterr)
{
	struct vt_tlv_reader r;
	size_t i;
	int rc;

	rc = array(arena, body, sizeof(*ret->digests), &ret->digests,
	    &ret->n_digests, reterr);
	if (rc != VT_OK)
		return rc;
	vt_tlv_open(&r, body);
	for (i = 0; i < ret->n_digests; i++)
		if (!vt_cms_algorithm(&r, &ret->digests[i]))
			return bad(reterr, "digestAlgorithms", "5.1", r.why);
	return VT_OK;
}

static int
signed_data_read(struct vt_span body, struct vt_arena *arena,
    struct vt_cms *ret, struct vt_err *reterr)
{
	struct vt_tlv_reader r, in;
	struct vt_tlv t;
	int rc;

	vt_tlv_open(&r, body);
	if (!vt_tlv_expect(&r, VT_TLV_INTEGER, &t) ||
	    !vt_tlv_expect(&r, VT_TLV_SET, &t))
		return bad(reterr, "SignedData", "5.1", r.why);
	if ((rc = digests_read(t.body, arena, ret, reterr)) != VT_OK)
		return rc;
	if (!vt_tlv_expect(&r, VT_TLV_SEQUENCE, &t))
		return bad(reterr, "encapContentInfo", "5.2", r.why);
	vt_tlv_open(&in, t.body);
	if (!oid_read(&in, ret->content_type))
		return bad(reterr, "encapContentInfo", "5.2", in.why);
	if (vt_tlv_at(&in, VT_TLV_CONTEXT) && vt_tlv_next(&in, &t))
		ret->has_content = true;
	if (!vt_tlv_end(&in))
		return bad(reterr, "encapContentInfo", "5.2", in.why);
	if (vt_tlv_at(&r, VT_TLV_CONTEXT)) {
		if (!vt_tlv_next(&r, &t))
			return bad(reterr, "certificates", "5.1", r.why);
		rc = certificates_read(t.body, arena, ret, reterr);
		if (rc != VT_OK)
			return rc;
	}
	if (vt_tlv_at(&r, VT_TLV_CONTEXT + 1)) {
		if (!vt_tlv_next(&r, &t))
			return bad(reterr, "crls", "5.1", r.why);
		ret->has_crls = true;
	}
	if (!vt_tlv_expect(&r, VT_TLV_SET, &t) || !vt_tlv_end(&r))
		return bad(reterr, "signerInfos", "5.1", r.why);
	vt_tlv_open(&in, t.body);
	while (vt_tlv_expect(&in, VT_TLV_SEQUENCE, &t)) {
		if (ret->n_signers++ == 0) {
			rc = signer_read(t.body, arena, &ret->signer, reterr);
			if (rc != VT_OK)
				return rc;
		}
		if (in.at == in.in.n)
			break;
	}
	if (ret->n_signers > 0 && in.why != NULL)
		return bad(reterr, "signerInfos", "5.1", in.why);
	return VT_OK;
}

int
vt_cms_parse(struct vt_span s, struct vt_arena *arena, struct vt_cms *ret,
    struct vt_err *reterr)
{
	struct vt_tlv_reader r, in, wrap;
	struct vt_tlv info, content, data;
	struct vt_cms cms;
	char oid[VT_OID_TEXT];
	int rc;

	memset(&cms, 0, sizeof(cms));
	if (s.n > VT_L(CMS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "CMS: at most %zu bytes, found %zu", VT_L(CMS_MAX), s.n);
	vt_tlv_open(&r, s);
	if (!vt_tlv_expect(&r, VT_TLV_SEQUENCE, &info))
		return bad(reterr, "ContentInfo", "3", r.why);
	cms.size = info.raw.n;
	vt_tlv_open(&in, info.body);
	if (!oid_read(&in, oid))
		return bad(reterr, "ContentInfo", "3", in.why);
	if (strcmp(oid, VT_OID_SIGNED_DATA) != 0)
		return vt_err_set(reterr, VT_E_UNSUPPORTED,
		    "CMS ContentInfo: RFC 5652 5.1: wanted signedData, "
		    "found %s",
		    oid);
	if (!vt_tlv_expect(&in, VT_TLV_CONTEXT, &content) || !vt_tlv_end(&in))
		return bad(reterr, "ContentInfo", "3", in.why);
	vt_tlv_open(&wrap, content.body);
	if (!vt_tlv_expect(&wrap, VT_TLV_SEQUENCE, &data) || !vt_tlv_end(&wrap))
		return bad(reterr, "SignedData", "5.1", wrap.why);
	if ((rc = signed_data_read(data.body, arena, &cms, reterr)) != VT_OK)
		return rc;
	*ret = cms;
	return VT_OK;
}

const struct vt_cms_attribute *
vt_cms_attribute(
    const struct vt_cms_attributes *a, const char *oid, size_t *ret_count)
{
	const struct vt_cms_attribute *first = NULL;
	size_t i, n = 0;

	for (i = 0; i < a->n; i++) {
		if (strcmp(a->items[i].oid, oid) != 0)
			continue;
		if (n++ == 0)
			first = &a->items[i];
	}
	if (ret_count != NULL)
		*ret_count = n;
	return first;
}

bool
vt_cms_signed_bytes(const struct vt_cms_signer *s, bool stored,
    struct vt_arena *arena, struct vt_buf *ret)
{
	struct vt_span *items;
	size_t i, mark;

	if (!s->attrs.present || s->attrs.n == 0 ||
	    !vt_tlv_is_der(s->attrs_raw))
		return false;
	if (stored) {
		vt_der_put(ret, VT_DER_SET, s->attrs_raw);
		return true;
	}
	items = vt_arena_array(arena, s->attrs.n, sizeof(*items));
	if (items == NULL)
		return false;
	for (i = 0; i < s->attrs.n; i++)
		items[i] = s->attrs.items[i].raw;
	mark = vt_der_open(ret, VT_DER_SET);
	vt_der_sorted(ret, items, s->attrs.n);
	vt_der_close(ret, mark);
	return true;
}
