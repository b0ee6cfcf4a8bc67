/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/bare.h"
#include "api/office/office_priv.h"

#define FETCH_ROUNDS 4
#define FACTS_MAX    64

/* ---- signing ---- */

struct bare {
	struct vt_arena *a;
	struct vt_inspection i;
	struct vt_field_spec create;
	struct vt_signature_spec spec;
	struct vt_pades_change change;
	char name[32];
	double w, h;
};

/* The only empty signature field, or NULL when there is none; *ret_many when
 * there are several, which nobody but the caller can choose from. */
static const struct vt_field_info *
only_empty(
    const struct vt_inspection *i, bool *ret_many, struct vt_buf *ret_names)
{
	const struct vt_field_info *found = NULL;

	for (size_t k = 0; k < i->n_fields; k++) {
		const struct vt_field_info *f = &i->fields[k];

		if (f->kind != VT_FIELD_SIGNATURE || f->filled)
			continue;
		*ret_many = found != NULL;
		vt_buf_printf(
		    ret_names, "%s%s", found == NULL ? "" : ", ", f->name);
		found = f;
	}
	return found;
}

static void
free_name(const struct vt_inspection *i, char ret[32])
{
	for (unsigned k = 1;; k++) {
		snprintf(ret, 32, "Signature%u", k);
		if (vt_office_field(i, ret) == NULL)
			return;
	}
}

static int
choose_field(const struct vt_bare_signing *in, struct bare *b,
    struct vt_bare_signed *ret, struct vt_err *reterr)
{
	const struct vt_field_info *f;
	VT_BUF_AUTO(names);
	bool many = false;

	if (in->field != NULL) {
		f = vt_office_field(&b->i, in->field);
		if (f == NULL || f->kind != VT_FIELD_SIGNATURE)
			return vt_err_set(reterr, VT_E_PDF_NO_FIELD,
			    "the file has no signature field \"%s\"",
			    in->field);
	} else {
		f = in->has_place ? NULL : only_empty(&b->i, &many, &names);
	}
	if (many)
		return vt_err_set(reterr, VT_E_USAGE,
		    "the file has several empty signature fields (%s): name "
		    "one with --field",
		    vt_buf_str(&names));
	if (f != NULL) {
		b->spec.field = f->name;
		b->w = f->w;
		b->h = f->h;
		snprintf(ret->field, sizeof(ret->field), "%s", f->name);
		return VT_OK;
	}
	free_name(&b->i, b->name);
	b->create.kind = VT_FIELD_SIGNATURE;
	b->create.name = b->name;
	if (in->has_place) {
		b->create.page = in->place.page;
		b->create.x = in->place.x;
		b->create.y = in->place.y;
		b->create.w = b->w = in->place.w;
		b->create.h = b->h = in->place.h;
	}
	b->spec.create = &b->create;
	ret->created = true;
	snprintf(ret->field, sizeof(ret->field), "%s", b->name);
	return VT_OK;
}

static int
appearance(const struct vt_bare_signing *in, struct bare *b, const char *signer,
    struct vt_err *reterr)
{
	struct vt_stamp stamp = { .png = in->image };
	const char *lines[2];
	struct vt_pdf_graft *g;
	VT_BUF_AUTO(when);

	if (b->w <= 0 || b->h <= 0)
		return VT_OK;
	if ((g = vt_arena_alloc(b->a, sizeof(*g))) == NULL)
		return vt_arena_err(b->a, reterr);
	if (in->image.n == 0) {
		vt_time_rfc3339(
		    in->now - in->now % 1000000, VT_TIME_VN_S, &when);
		lines[0] = signer;
		lines[1] = vt_buf_str(&when);
		stamp.lines = lines;
		stamp.n_lines = 2;
	}
	b->spec.appearance = g;
	return vt_render_stamp(&stamp, b->w, b->h, b->a, g, reterr);
}

int
vt_bare_sign(struct vt_spawner *s, int fd, const struct vt_bare_signing *in,
    struct vt_pdf_tail *ret_tail, struct vt_bare_signed *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_key_free) struct vt_key *key = NULL;
	struct vt_certificate_info info;
	struct vt_bare_signed done;
	struct bare b;
	int rc;

	memset(&b, 0, sizeof(b));
	memset(&done, 0, sizeof(done));
	/* the key first: a wrong PIN must not wait for a big file */
	if ((rc = vt_key_open(in->key, in->pin, &key, reterr)) != VT_OK ||
	    (rc = vt_certificate_check(
		 vt_key_chain(key, 0), in->now, reterr)) != VT_OK ||
	    (rc = vt_certificate_describe(
		 vt_key_chain(key, 0), &info, reterr)) != VT_OK ||
	    (rc = vt_sign_inspect(s, fd, &b.i, reterr)) != VT_OK)
		return rc;
	if ((b.a = vt_arena_new((size_t)32 << 20)) == NULL)
		rc = vt_err_set(reterr, VT_E_NOMEM, "signing: no memory");
	else
		rc = choose_field(in, &b, &done, reterr);
	if (rc != VT_OK ||
	    (rc = appearance(in, &b, info.subject_cn, reterr)) != VT_OK)
		goto out;
	b.spec.name = info.subject_cn;
	b.spec.reason = in->reason;
	b.spec.location = in->location;
	b.spec.time = in->now;
	b.change.sign = &b.spec;
	rc = vt_sign_with_key(s, fd, &b.change, key, ret_tail, reterr);
	if (rc == VT_OK) {
		done.alg = vt_key_algorithm(key);
		snprintf(
		    done.signer, sizeof(done.signer), "%s", info.subject_cn);
		*ret = done;
	}
out:
	vt_inspection_free(&b.i);
	vt_arena_free(b.a);
	return rc;
}

/* ---- validation: the worker asks, we fetch, it judges again ---- */

/* Was this asked before? Then asking again would not help. */
static bool
have_fact(const struct vt_fact *f, size_t n, const struct vt_need *need)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(f[i].url, need->url) == 0 &&
		    vt_span_eq(f[i].request, need->request))
			return true;
	return false;
}

static int
fetch_one(vt_office_fetch *fetch, void *fetch_arg, const struct vt_need *need,
    struct vt_arena *a, struct vt_fact *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	VT_BUF_AUTO(answer);
	/* the worker read a hostile file: it proposes, it does not decide */
	size_t limit =
	    need->limit < VT_L(FETCH_MAX) ? need->limit : VT_L(FETCH_MAX);
	bool ok = true;

	if (strcmp(need->kind, "ocsp") != 0 ||
	    strlen(need->url) > VT_L(URL_MAX))
		return vt_err_set(reterr, VT_E_WORKER_PROTOCOL,
		    "proof worker: it asks for something other than OCSP");
	ret->kind = vt_arena_strdup(a, need->kind);
	ret->url = vt_arena_strdup(a, need->url);
	ret->request = vt_arena_copy(a, need->request, &ok);
	if (ret->kind == NULL || ret->url == NULL || !ok)
		return vt_arena_err(a, reterr);
	if (fetch(fetch_arg, need->url, "application/ocsp-request",
		need->request, limit, &answer, &err) != VT_OK) {
		ret->failure = vt_arena_strdup(a, err.msg);
		return ret->failure == NULL ? vt_arena_err(a, reterr) : VT_OK;
	}
	ret->answer = vt_arena_copy(a, vt_buf_view(&answer), &ok);
	return ok ? VT_OK : vt_arena_err(a, reterr);
}

int
vt_bare_validate(struct vt_spawner *s, int fd,
    const struct vt_verify_input *given, vt_office_fetch *fetch,
    void *fetch_arg, struct vt_verdict **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	VT_CLEANUP(vt_verdict_free) struct vt_verdict *v = NULL;
	struct vt_verify_input in = *given;
	struct vt_fact facts[FACTS_MAX];
	bool asked = true;
	int rc;

	if ((a = vt_arena_new((size_t)FACTS_MAX * VT_L(FETCH_MAX))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "validation: no memory");
	memset(facts, 0, sizeof(facts));
	in.facts = facts;
	in.n_facts = 0;
	in.offline = in.offline || fetch == NULL;
	for (int round = 0; asked && round < FETCH_ROUNDS; round++) {
		vt_verdict_free(v);
		v = NULL;
		rc = vt_sign_validate(s, fd, &in, &v, reterr);
		if (rc != VT_OK)
			return rc;
		asked = false;
		for (size_t i = 0; !in.offline && i < v->n_needs; i++) {
			if (in.n_facts == FACTS_MAX ||
			    have_fact(facts, in.n_facts, &v->needs[i]))
				continue;
			rc = fetch_one(fetch, fetch_arg, &v->needs[i], a,
			    &facts[in.n_facts], reterr);
			if (rc != VT_OK)
				return rc;
			in.n_facts++;
			asked = true;
		}
	}
	*ret = VT_TAKE(v);
	return VT_OK;
}
