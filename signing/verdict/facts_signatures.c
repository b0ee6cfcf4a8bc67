/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The signatures of a PDF, revision by revision. A signature that an earlier
 * revision had and a later one lost is kept, with that finding: taking one
 * away must not make the file look better.
 */
#include "base/limits.h"
#include "signing/verdict/facts.h"

static bool
slot_same(const struct vt_pdf_slot *a, const struct vt_pdf_slot *b)
{
	return a->state == b->state && a->gen == b->gen &&
	       a->offset == b->offset && a->stream == b->stream &&
	       a->index == b->index;
}

static void
read_subfilter(struct vt_facts *f, struct vt_signature_facts *s,
    const struct vt_pdf_object *o)
{
	static const char *const names[] = {
		[VT_SUBFILTER_CADES] = "ETSI.CAdES.detached",
		[VT_SUBFILTER_PKCS7] = "adbe.pkcs7.detached",
		[VT_SUBFILTER_RFC3161] = "ETSI.RFC3161",
		[VT_SUBFILTER_SHA1] = "adbe.pkcs7.sha1",
		[VT_SUBFILTER_X509] = "adbe.x509.rsa_sha1",
	};
	int i;

	s->subfilter = VT_SUBFILTER_OTHER;
	s->subfilter_name = NULL;
	if (o == NULL || o->type != VT_PDF_NAME)
		return;
	s->subfilter_name = vt_facts_text(f, o->u.name);
	for (i = 0; i < VT_SUBFILTER_OTHER; i++)
		if (vt_span_is(o->u.name, names[i]))
			s->subfilter = (enum vt_subfilter)i;
}

/* /Action and /Fields of a lock dictionary or of FieldMDP parameters. */
static int
read_lock(struct vt_facts *f, size_t rev, const struct vt_pdf_object *d,
    struct vt_lock *lock, struct vt_err *reterr)
{
	struct vt_pdf_object *action, *names, *o;
	size_t i;
	int rc;

	rc = vt_pdf_lookup(f->pdf, rev, d, "Action", &action, reterr);
	if (rc == VT_OK)
		rc = vt_pdf_lookup(f->pdf, rev, d, "Fields", &names, reterr);
	if (rc != VT_OK)
		return rc;
	/* What cannot be read locks everything. */
	lock->action = VT_LOCK_ALL;
	if (names == NULL || names->type != VT_PDF_ARRAY)
		return VT_OK;
	if (vt_pdf_is_name(action, "Include"))
		lock->action = VT_LOCK_INCLUDE;
	else if (vt_pdf_is_name(action, "Exclude"))
		lock->action = VT_LOCK_EXCLUDE;
	else
		return VT_OK;
	if (names->u.array.n == 0)
		return VT_OK;
	lock->names =
	    vt_arena_array(f->out, names->u.array.n, sizeof(*lock->names));
	if (lock->names == NULL) {
		f->nomem = true;
		return VT_OK;
	}
	for (i = 0; i < names->u.array.n; i++) {
		rc = vt_pdf_resolve(
		    f->pdf, rev, names->u.array.items[i], &o, reterr);
		if (rc != VT_OK)
			return rc;
		if (o->type == VT_PDF_STRING)
			lock->names[lock->n_names++] =
			    vt_facts_text(f, vt_pdf_text(o, f->work));
		else
			lock->action = VT_LOCK_ALL;
	}
	return VT_OK;
}

static void
read_p(
    struct vt_signature_facts *s, const struct vt_pdf_object *p, int fallback)
{
	int64_t v = fallback;

	if (p != NULL && (!vt_pdf_int(p, &v) || v < 1 || v > 3))
		v = 1; /* unreadable: the strictest */
	if (v != 0 && (s->docmdp == 0 || v < s->docmdp))
		s->docmdp = (int)v;
}

/* /Reference: DocMDP and FieldMDP (ISO 32000-1 §12.8.2). */
static int
read_reference(struct vt_facts *f, struct vt_signature_facts *s, size_t rev,
    struct vt_pdf_object *ref, struct vt_err *reterr)
{
	struct vt_pdf_object *method, *params, *p;
	int rc;

	rc = vt_pdf_resolve(f->pdf, rev, ref, &ref, reterr);
	if (rc != VT_OK || ref->type != VT_PDF_DICT)
		return rc;
	rc =
	    vt_pdf_lookup(f->pdf, rev, ref, "TransformMethod", &method, reterr);
	if (rc == VT_OK)
		rc = vt_pdf_lookup(
		    f->pdf, rev, ref, "TransformParams", &params, reterr);
	if (rc != VT_OK || method == NULL)
		return rc;
	if (vt_pdf_is_name(method, "DocMDP")) {
		rc = vt_pdf_lookup(f->pdf, rev, params, "P", &p, reterr);
		if (rc == VT_OK)
			read_p(s, p, 2);
	} else if (vt_pdf_is_name(method, "FieldMDP")) {
		rc = read_lock(f, rev, params, &s->locks[0], reterr);
	}
	return rc;
}

/* The dictionary's own entries, and /Lock of its field, as the revision that
 * the signature belongs to has them. */
static int
read_dictionary(struct vt_facts *f, struct vt_signature_facts *s,
    const struct vt_pdf_object *field, struct vt_err *reterr)
{
	struct vt_pdf_object *o, *p;
	size_t i, rev = s->revision;
	int rc;

	rc = vt_pdf_lookup(f->pdf, rev, s->dict, "SubFilter", &o, reterr);
	if (rc != VT_OK)
		return rc;
	read_subfilter(f, s, o);
	rc = vt_pdf_lookup(f->pdf, rev, s->dict, "M", &o, reterr);
	if (rc != VT_OK)
		return rc;
	if (o != NULL && o->type == VT_PDF_STRING)
		s->m = vt_pdf_date(o->u.string);
	s->has_cert_entry = vt_pdf_dict_get(s->dict, "Cert") != NULL;
	rc = vt_pdf_lookup(f->pdf, rev, s->dict, "Type", &o, reterr);
	if (rc != VT_OK)
		return rc;
	if (o != NULL && !vt_pdf_is_name(o, "Sig") &&
	    !vt_pdf_is_name(o, "DocTimeStamp"))
		vt_finding(f, s, VT_R_SIGNATURE_DICTIONARY,
		    "/Type is neither /Sig nor /DocTimeStamp");
	/* Others would take it for a time, not for a person's signature. */
	if (vt_pdf_is_name(o, "DocTimeStamp") &&
	    s->subfilter != VT_SUBFILTER_RFC3161)
		vt_finding(f, s, VT_R_SIGNATURE_DICTIONARY,
		    "/Type /DocTimeStamp, but /SubFilter is none of one");
	rc = vt_pdf_lookup(f->pdf, rev, s->dict, "Filter", &o, reterr);
	if (rc != VT_OK)
		return rc;
	if (o == NULL || o->type != VT_PDF_NAME)
		vt_finding(
		    f, s, VT_R_SIGNATURE_DICTIONARY, "/Filter is no name");
	rc = vt_pdf_lookup(f->pdf, rev, s->dict, "Reference", &o, reterr);
	if (rc != VT_OK)
		return rc;
	if (o != NULL && o->type == VT_PDF_ARRAY)
		for (i = 0; i < o->u.array.n && rc == VT_OK; i++)
			rc = read_reference(
			    f, s, rev, o->u.array.items[i], reterr);
	if (rc != VT_OK || field == NULL)
		return rc;
	rc = vt_pdf_lookup(f->pdf, rev, field, "Lock", &o, reterr);
	if (rc != VT_OK || o == NULL || o->type != VT_PDF_DICT)
		return rc;
	rc = read_lock(f, rev, o, &s->locks[1], reterr);
	if (rc == VT_OK)
		rc = vt_pdf_lookup(f->pdf, rev, o, "P", &p, reterr);
	if (rc == VT_OK && p != NULL)
		read_p(s, p, 0);
	return rc;
}

static int
signature_add(struct vt_facts *f, size_t rev, const char *name,
    const struct vt_field *field, struct vt_pdf_object *value,
    struct vt_err *reterr)
{
	struct vt_signature_facts *s;
	struct vt_pdf_object *v;
	int rc;

	if (f->n_signatures >= VT_L(PDF_SIGNATURES_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "PDF: more than %zu signatures", VT_L(PDF_SIGNATURES_MAX));
	s = vt_arena_alloc(f->out, sizeof(*s));
	/* NOLINTBEGIN(bugprone-sizeof-expression): a list of pointers */
	if (s == NULL || !vt_facts_grow(f, f->out, &f->signatures,
			     f->n_signatures, &f->cap_signatures, sizeof(s))) {
		/* NOLINTEND(bugprone-sizeof-expression) */
		f->nomem = true;
		return vt_err_set(reterr, VT_E_NOMEM, "PDF signatures");
	}
	f->signatures[f->n_signatures++] = s;
	s->field = name;
	s->field_num = field == NULL ? 0 : field->num;
	s->m = s->signing_time = VT_TIME_NONE;
	s->coverage = VT_COVERAGE_UNCLEAR;
	s->revision = s->last_seen = rev;
	if (value->type == VT_PDF_REF) {
		s->num = value->u.ref.num;
		s->slot = vt_pdf_slot(f->pdf, rev, s->num);
		s->revision = s->slot.revision;
	} else if (s->field_num != 0) {
		s->revision = vt_pdf_slot(f->pdf, rev, s->field_num).revision;
	}
	rc = vt_pdf_resolve(f->pdf, rev, value, &v, reterr);
	if (rc != VT_OK)
		return rc;
	if (v->type != VT_PDF_DICT) {
		vt_finding(
		    f, s, VT_R_SIGNATURE_DICTIONARY, "/V is not a dictionary");
		return VT_OK;
	}
	s->dict = v;
	return read_dictionary(
	    f, s, field == NULL ? NULL : field->dict, reterr);
}

/* The same signature as one that is known: same object at the same place. */
static struct vt_signature_facts *
known(struct vt_facts *f, size_t rev, const struct vt_pdf_object *value,
    const struct vt_pdf_object *dict)
{
	struct vt_pdf_slot slot;
	size_t i;

	for (i = 0; i < f->n_signatures; i++) {
		struct vt_signature_facts *s = f->signatures[i];

		if (value->type != VT_PDF_REF) {
			if (s->num == 0 && s->dict != NULL &&
			    s->dict->offset == dict->offset &&
			    s->dict->objstm == dict->objstm)
				return s;
			continue;
		}
		slot = vt_pdf_slot(f->pdf, rev, value->u.ref.num);
		if (s->num == value->u.ref.num && slot_same(&s->slot, &slot))
			return s;
	}
	return NULL;
}

static int
look_at(struct vt_facts *f, size_t rev, const struct vt_field *field,
    struct vt_err *reterr)
{
	struct vt_signature_facts *s;
	struct vt_pdf_object *v;
	int rc;

	if (field->value == NULL)
		return VT_OK;
	rc = vt_pdf_resolve(f->pdf, rev, field->value, &v, reterr);
	if (rc != VT_OK || v->type == VT_PDF_NULL)
		return rc;
	/* A signature that hides behind another field type is one, too. */
	if (!vt_span_is(field->type, "Sig") &&
	    vt_pdf_dict_get(v, "ByteRange") == NULL)
		return VT_OK;
	s = known(f, rev, field->value, v);
	if (s != NULL) {
		s->last_seen = rev;
		/* Readers would show it as that of two persons. */
		if (strcmp(s->field, field->name) != 0)
			vt_finding(f, s, VT_R_SIGNATURE_DICTIONARY,
			    "one signature in two fields, \"%s\" and \"%s\"",
			    s->field, field->name);
		return VT_OK;
	}
	return signature_add(f, rev, field->name, field, field->value, reterr);
}

/* Those that the revision before still had and this one has not. */
static void
look_for_lost(struct vt_facts *f, size_t rev)
{
	size_t i, j;

	for (i = 0; i < f->n_signatures; i++) {
		struct vt_signature_facts *s = f->signatures[i];
		struct vt_pdf_slot slot = vt_pdf_slot(f->pdf, rev, s->num);
		bool replaced = s->num != 0 && !slot_same(&slot, &s->slot) &&
				slot.state != VT_PDF_SLOT_FREE;

		if (rev == 0 || s->last_seen != rev - 1)
			continue;
		for (j = 0; j < f->n_signatures; j++)
			if (j != i && f->signatures[j]->last_seen == rev &&
			    strcmp(f->signatures[j]->field, s->field) == 0)
				replaced = true;
		vt_finding(f, s,
		    replaced ? VT_R_SIGNATURE_REPLACED : VT_R_SIGNATURE_REMOVED,
		    "field \"%s\": signature of revision %zu gone in "
		    "revision %zu",
		    s->field, s->revision, rev);
	}
}

/* A certification that no field of the form holds (§12.8.4). */
static int
look_at_perms(struct vt_facts *f, struct vt_err *reterr)
{
	size_t rev = vt_pdf_revisions(f->pdf) - 1;
	struct vt_pdf_object *catalog, *perms, *o, *v;
	struct vt_signature_facts *s;
	struct vt_pdf_ref root;
	int rc;

	rc = vt_pdf_catalog(f->pdf, rev, &catalog, &root, reterr);
	if (rc == VT_OK)
		rc = vt_pdf_lookup(
		    f->pdf, rev, catalog, "Perms", &perms, reterr);
	if (rc != VT_OK || perms == NULL)
		return rc;
	o = vt_pdf_dict_get(perms, "DocMDP");
	if (o == NULL)
		return VT_OK;
	rc = vt_pdf_resolve(f->pdf, rev, o, &v, reterr);
	if (rc != VT_OK || v->type == VT_PDF_NULL)
		return rc;
	if (known(f, rev, o, v) != NULL)
		return VT_OK;
	rc = signature_add(f, rev, "Perms/DocMDP", NULL, o, reterr);
	if (rc == VT_OK) {
		s = f->signatures[f->n_signatures - 1];
		vt_finding(f, s, VT_R_SIGNATURE_DICTIONARY,
		    "certification of the catalog's /Perms is in no field");
	}
	return rc;
}

int
vt_facts_signatures(struct vt_facts *f, struct vt_err *reterr)
{
	size_t n = vt_pdf_revisions(f->pdf), rev, i;
	struct vt_fields *fields;
	int rc;

	for (rev = 0; rev < n; rev++) {
		rc = vt_facts_fields(f, rev, &fields, reterr);
		if (rc != VT_OK)
			return rc;
		for (i = 0; i < fields->n; i++) {
			rc = look_at(f, rev, &fields->items[i], reterr);
			if (rc != VT_OK)
				return rc;
		}
		look_for_lost(f, rev);
	}
	return look_at_perms(f, reterr);
}
