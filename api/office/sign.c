/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signing and sealing with a key activated by its holder for this act
 * (design law 10), after the order of Decree 30/2020, Articles 11-14 and 32.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/office/delegation_priv.h"
#include "api/office/sign.h"

#define ARENA_LIMIT ((size_t)32 << 20)

void
vt_holder_free(struct vt_holder *h)
{
	vt_buf_free(&h->chain);
}

void
vt_signing_free(struct vt_signing *s)
{
	if (s->fd >= 0)
		close(s->fd);
	vt_holder_free(&s->holder);
	vt_arena_free(s->arena);
	s->fd = -1;
	s->arena = NULL;
}

int
vt_signing_check(const struct vt_facts *f, enum vt_signing_act act,
    bool number_first, struct vt_err *reterr)
{
	bool approved = !vt_hash_eq(&f->approved, &(vt_hash){ { 0 } });
	bool is_signed = !vt_id_is_zero(&f->signed_by);

	if (f->direction == VT_DIR_IN)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "an incoming paper is not signed again");
	if (f->copy != NULL && act != VT_SIGNING_SEAL)
		return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
		    "a copy bears the agency's signature alone (Decree "
		    "30/2020, Article 25)");
	switch (act) {
	case VT_SIGNING_INITIALS:
		if (is_signed)
			return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
			    "initials come before the competent person's "
			    "signature (Decree 30/2020, Article 12)");
		return VT_OK;
	case VT_SIGNING_COMPETENT:
		if (is_signed)
			return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
			    "the competent person has signed this paper");
		if (!approved)
			return vt_err_set(reterr, VT_E_NOT_APPROVED,
			    "the current version has no approval "
			    "(Decree 30/2020, Article 11)");
		return VT_OK;
	case VT_SIGNING_SEAL:
		if (f->copy != NULL && !approved)
			return vt_err_set(reterr, VT_E_NOT_APPROVED,
			    "the making of this copy is not approved (Decree "
			    "30/2020, Article 27)");
		if (f->copy == NULL && !is_signed)
			return vt_err_set(reterr, VT_E_NOT_SIGNED_BY_LEADER,
			    "the competent person has not signed yet "
			    "(Decree 30/2020, Article 32 (2) (d))");
		if (f->sealed)
			return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
			    "the agency has signed this paper");
		if (f->number == 0)
			return vt_err_set(reterr, VT_E_OUT_OF_ORDER,
			    "number and date come before the agency's "
			    "signature (Decree 30/2020, Articles 14, 15)");
		return VT_OK;
	default:
		return vt_err_set(reterr, VT_E_INVALID,
		    "unknown signing act %d (number first: %d)", (int)act,
		    number_first);
	}
}

static void
hash_certs(const struct vt_span *certs, size_t n, struct vt_holder *ret)
{
	/* the newest 16; the last one is what new signatures use */
	for (size_t i = n > 16 ? n - 16 : 0; i < n; i++)
		ret->certs[ret->n_certs++] = vt_sha256(certs[i]);
	if (n > 0)
		vt_buf_span(&ret->chain, certs[n - 1]);
}

static bool
is_holder(const struct vt_person *p, const vt_hash *cert)
{
	for (size_t k = 0; k < p->n_certs; k++) {
		vt_hash h = vt_sha256(p->certs[k]);

		if (vt_hash_eq(&h, cert))
			return p->active;
	}
	return false;
}

static int
find_holder(struct vt_view *v, uint32_t agency_no, const vt_hash *cert,
    struct vt_person *ret, struct vt_err *reterr)
{
	struct vt_person p[16];
	uint64_t after = 0;
	size_t n;
	int rc;

	do {
		rc = vt_person_list(v, agency_no, after, p, 16, &n, reterr);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++) {
			after = p[i].seq;
			if (is_holder(&p[i], cert)) {
				*ret = p[i];
				return VT_OK;
			}
		}
	} while (n == 16);
	return vt_err_set(reterr, VT_E_PERSON_UNKNOWN,
	    "the certificate is not registered for anybody of this agency");
}

int
vt_holder_load(struct vt_office *o, const struct vt_actor *actor,
    enum vt_signing_act act, const struct vt_facts *f, const vt_hash *cert,
    struct vt_holder *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	struct vt_person p;
	bool may = false;
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK)
		return rc;
	if (act == VT_SIGNING_SEAL) {
		if ((rc = vt_agency_get(v, f->agency_no, &a, reterr)) != VT_OK)
			return rc;
		ret->person = actor->person;
		vt_text_fit(ret->name, sizeof(ret->name), a.now.name);
		vt_text_fit(ret->key_ref, sizeof(ret->key_ref), a.key_ref);
		hash_certs(a.certs, a.n_certs, ret);
		return vt_buf_status(&ret->chain, reterr);
	}
	if ((actor->roles & VT_ROLE_SYSTEM) != 0) {
		if (cert == NULL)
			return vt_err_set(reterr, VT_E_FIELD_REQUIRED,
			    "chain: a program prepares for a person: add the "
			    "signer's certificate as its first member, DER in "
			    "base64");
		rc = find_holder(v, actor->agency_no, cert, &p, reterr);
	} else {
		rc = vt_person_get(v, &actor->person, &p, reterr);
	}
	if (rc != VT_OK)
		return rc;
	rc = vt_delegation_person_may(v, &p.id,
	    act == VT_SIGNING_COMPETENT ? VT_DUTY_SIGN : VT_DUTY_INITIAL,
	    vt_now(o->o.ctx), &may, reterr);
	if (rc != VT_OK)
		return rc;
	if (!may)
		return vt_err_set(reterr, VT_E_FORBIDDEN,
		    "the certificate's holder is not a competent person of "
		    "this agency");
	ret->person = p.id;
	vt_text_fit(ret->name, sizeof(ret->name), p.name);
	vt_text_fit(ret->position, sizeof(ret->position), p.position);
	vt_text_fit(ret->key_ref, sizeof(ret->key_ref), p.key_ref);
	hash_certs(p.certs, p.n_certs, ret);
	return vt_buf_status(&ret->chain, reterr);
}

bool
vt_holder_has(const struct vt_holder *h, const vt_hash *cert)
{
	for (size_t i = 0; i < h->n_certs; i++)
		if (vt_hash_eq(&h->certs[i], cert))
			return true;
	return false;
}

/* ---- building the change ---- */

/* Order A's number is an act of its own, under a key of its own. */
static void
number_key(const struct vt_request *rq, char ret[VT_OFFICE_KEY_MAX + 8])
{
	snprintf(ret, VT_OFFICE_KEY_MAX + 8, "%s#number", rq->key);
}

int
vt_signing_load(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_signing_order *order,
    struct vt_facts *ret, struct vt_err *reterr)
{
	struct vt_act_result given = VT_ACT_RESULT_INIT;
	struct vt_request own = *rq;
	struct vt_err err = VT_ERR_INIT;
	char key[VT_OFFICE_KEY_MAX + 8];
	bool done;
	int rc;

	rc = vt_facts_load(
	    o, paper, rq->actor->agency_no, rq->if_match, ret, &err);
	if (rc == VT_E_PRECONDITION_FAILED &&
	    order->act == VT_SIGNING_COMPETENT && order->number_first) {
		number_key(rq, key);
		own.key = key;
		if (vt_office_replay(o, &own, &given, &done, NULL) == VT_OK &&
		    done)
			rc = vt_facts_load(o, paper, rq->actor->agency_no,
			    given.paper_rev, ret, &err);
		vt_act_result_free(&given);
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

/* Order A: the number is the paper's from here on, whatever happens next. */
static int
give_number(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, struct vt_signing *s, struct vt_err *reterr)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_NUMBER };
	vt_hash main = s->facts.main.hash;
	struct vt_act act;
	char key[VT_OFFICE_KEY_MAX + 8];
	int rc;

	step.u.number.series = s->facts.series;
	step.u.number.notation = s->facts.notation;
	vt_office_act(rq, paper, &step, 1, &act);
	number_key(rq, key);
	act.key = key;
	rc = vt_office_do(o, rq, &act, &res, reterr);
	vt_act_result_free(&res);
	if (rc != VT_OK && rc != VT_E_ALREADY_NUMBERED)
		return rc;
	/* read again: number, its time, and the revision to go on from */
	rc =
	    vt_facts_load(o, paper, rq->actor->agency_no, 0, &s->facts, reterr);
	if (rc == VT_OK && !vt_hash_eq(&main, &s->facts.main.hash))
		rc = vt_err_set(reterr, VT_E_CONFLICT,
		    "the file was changed while its number was given");
	s->number = s->facts.number;
	s->rev = s->facts.rev;
	return rc;
}

static int
pick_field(const struct vt_inspection *i, enum vt_signing_act act, char ret[32],
    double *ret_w, double *ret_h, struct vt_err *reterr)
{
	const struct vt_field_info *f = NULL;

	if (act == VT_SIGNING_INITIALS) {
		for (int k = 1; k <= 2; k++) {
			snprintf(ret, 32, "%s%d", VT_FIELD_INITIALS, k);
			f = vt_office_field(i, ret);
			if (f != NULL && !f->filled)
				break;
			f = NULL;
		}
	} else {
		snprintf(ret, 32, "%s",
		    act == VT_SIGNING_SEAL ? VT_FIELD_SEAL : VT_FIELD_LEADER);
		f = vt_office_field(i, ret);
	}
	if (f == NULL || f->kind != VT_FIELD_SIGNATURE)
		return vt_err_set(reterr, VT_E_PDF_NO_FIELD,
		    "the file has no empty signature field for this act (%s)",
		    ret);
	if (f->filled)
		return vt_err_set(reterr, VT_E_PDF_FIELD_USED,
		    "field %s is signed already", ret);
	*ret_w = f->w;
	*ret_h = f->h;
	return VT_OK;
}

/* The picture kept beside the key file: KEY.p12 -> KEY.png. */
static int
key_picture(struct vt_office *o, const char *key_ref, struct vt_arena *a,
    struct vt_span *ret, struct vt_err *reterr)
{
	const char *path, *dot;
	VT_BUF_AUTO(png);
	struct stat st;
	uint8_t *p;
	ssize_t n;
	int fd, rc = VT_OK;

	if (strncmp(key_ref, "file:", 5) != 0)
		return VT_OK;
	path = key_ref + 5;
	if (path[0] != '/' && o->o.key_dir != NULL)
		vt_buf_printf(&png, "%s/", o->o.key_dir);
	dot = strrchr(path, '.');
	vt_buf_put(
	    &png, path, dot == NULL ? strlen(path) : (size_t)(dot - path));
	vt_buf_puts(&png, ".png");
	if ((fd = open(vt_buf_str(&png), O_RDONLY | O_CLOEXEC)) < 0)
		return errno == ENOENT ? VT_OK
				       : vt_err_errno(reterr, VT_E_IO, errno,
					     "picture beside the key");
	if (fstat(fd, &st) < 0 || (uint64_t)st.st_size > VT_L(IMAGE_MAX)) {
		rc = vt_err_set(reterr, VT_E_LIMIT,
		    "picture beside the key: over %zu bytes", VT_L(IMAGE_MAX));
	} else if ((p = vt_arena_alloc(a, (size_t)st.st_size + 1)) == NULL) {
		rc = vt_arena_err(a, reterr);
	} else if ((n = read(fd, p, (size_t)st.st_size)) != st.st_size) {
		rc = vt_err_errno(
		    reterr, VT_E_IO, errno, "picture beside the key");
	} else {
		*ret = VT_SPAN(p, (size_t)n);
	}
	close(fd);
	return rc;
}

static int
appearance(struct vt_office *o, const struct vt_signing_order *order,
    struct vt_signing *s, double w, double h, struct vt_err *reterr)
{
	struct vt_pdf_graft *g = vt_arena_alloc(s->arena, sizeof(*g));
	struct vt_stamp stamp = { .png = order->picture };
	const char *lines[2];
	VT_BUF_AUTO(when);
	int rc;

	if (g == NULL)
		return vt_arena_err(s->arena, reterr);
	if (w <= 0 || h <= 0)
		return VT_OK; /* an invisible field shows nothing */
	if (s->facts.copy != NULL)
		rc = vt_copy_block(
		    &s->facts, s->spec.time, s->arena, &stamp, reterr);
	else
		rc = stamp.png.n > 0 ? VT_OK
				     : key_picture(o, s->holder.key_ref,
					   s->arena, &stamp.png, reterr);
	if (rc != VT_OK)
		return rc;
	if (stamp.png.n == 0 && stamp.n_lines == 0) {
		/* Without a picture: who and when, in the official form. */
		vt_time_rfc3339(s->spec.time, VT_TIME_VN_S, &when);
		lines[0] = s->holder.name;
		lines[1] = vt_buf_str(&when);
		stamp.lines = lines;
		stamp.n_lines = 2;
	}
	s->spec.appearance = g;
	return vt_render_stamp(&stamp, w, h, s->arena, g, reterr);
}

int
vt_signing_build(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_signing_order *order,
    struct vt_signing *s, struct vt_err *reterr)
{
	struct vt_inspection i = { 0 };
	double w = 0, h = 0;
	int rc;

	s->rev = rq->if_match == 0 ? 0 : s->facts.rev;
	if (order->act == VT_SIGNING_SEAL) {
		/* order B cut off between number and file: finish it first */
		rc =
		    vt_office_fill_number(o, s->facts.agency_no, paper, reterr);
		if (rc != VT_OK ||
		    (rc = vt_facts_load(o, paper, rq->actor->agency_no, 0,
			 &s->facts, reterr)) != VT_OK)
			return rc;
		if (s->facts.rev != rq->if_match)
			s->rev = 0;
	}
	if ((s->arena = vt_arena_new(ARENA_LIMIT)) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "signing: no memory");
	if ((rc = vt_office_fd(o, &s->facts.main.hash, &s->fd, reterr)) !=
		VT_OK ||
	    (rc = vt_sign_inspect(o->o.spawner, s->fd, &i, reterr)) != VT_OK)
		return rc;
	if ((rc = pick_field(&i, order->act, s->field, &w, &h, reterr)) !=
	    VT_OK)
		goto out;
	s->spec.field = s->field;
	s->spec.name = s->holder.name;
	s->spec.reason = order->reason;
	s->spec.location = s->facts.place[0] == '\0' ? NULL : s->facts.place;
	/* in whole seconds, as /M has it (ISO 32000-1 7.9.4) */
	s->spec.time = vt_now(o->o.ctx) / VT_TIME_S(1) * VT_TIME_S(1);
	if ((rc = appearance(o, order, s, w, h, reterr)) != VT_OK)
		goto out;
	/* A number is given only to a file that can bear it and be signed:
	 * all that could fail over it has been tried by now. */
	if (order->act == VT_SIGNING_COMPETENT && order->number_first &&
	    s->facts.number == 0 &&
	    ((rc = vt_office_can_number(o, &s->facts, &i, reterr)) != VT_OK ||
		(rc = give_number(o, rq, paper, s, reterr)) != VT_OK))
		goto out;
	if (order->act == VT_SIGNING_COMPETENT &&
	    (rc = vt_office_fills(&s->facts, &i, s->arena, s->fills,
		 &s->change.n_fills, reterr)) != VT_OK)
		goto out;
	s->change.fills = s->fills;
	s->change.sign = &s->spec;
out:
	vt_inspection_free(&i);
	return rc;
}

/* The file as it would be: the version before, then the tail. */
static int
finished_fd(struct vt_office *o, const struct vt_blob *before,
    struct vt_span tail, int *ret, struct vt_err *reterr)
{
	int fd = memfd_create("signed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int rc = VT_OK;
	ssize_t n;

	if (fd < 0)
		return vt_err_errno(
		    reterr, VT_E_IO, errno, "no memory file for a worker");
	rc = vt_bytes_to_fd(o->o.store, &before->hash, fd, reterr);
	for (size_t at = 0; rc == VT_OK && at < tail.n; at += (size_t)n) {
		n = pwrite(
		    fd, tail.p + at, tail.n - at, (off_t)(before->size + at));
		if (n <= 0)
			rc = vt_err_errno(
			    reterr, VT_E_IO, errno, "writing a memory file");
	}
	if (rc == VT_OK &&
	    fcntl(fd, F_ADD_SEALS,
		F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		rc = vt_err_errno(
		    reterr, VT_E_IO, errno, "sealing a memory file");
	if (rc == VT_OK)
		*ret = fd;
	else
		close(fd);
	return rc;
}

static int
spoiled(const struct vt_signature_verdict *s, const char *what,
    struct vt_err *reterr)
{
	const struct vt_reason *r = s->n_reasons > 0 ? &s->reasons[0] : NULL;

	return vt_err_set(reterr, VT_E_SIGNATURE_MISMATCH,
	    "the finished file would not hold: field %s, %s (%s%s%s)", s->field,
	    what, r == NULL ? "" : r->code,
	    r == NULL || r->detail == NULL ? "" : ": ",
	    r == NULL || r->detail == NULL ? "" : r->detail);
}

/* What the new signature and those before it say of the finished file. */
static int
judge(const struct vt_verdict *v, const struct vt_signed *w,
    struct vt_err *reterr)
{
	const struct vt_signature_verdict *s;
	bool found = false;
	vt_hash cert;

	if (v->overall == VT_OVERALL_NOT_READABLE)
		return vt_err_set(reterr, VT_E_SIGNATURE_MISMATCH,
		    "the finished file would not be readable: %s",
		    v->unreadable.msg);
	for (size_t i = 0; i < v->n_signatures; i++) {
		s = &v->signatures[i];
		if (s->indication == VT_TOTAL_FAILED)
			return spoiled(s, "judged TOTAL-FAILED", reterr);
		for (size_t k = 0; k < s->n_changes; k++)
			if (s->changes[k].rule == NULL &&
			    s->changes[k].revision + 1 == v->revisions)
				return spoiled(
				    s, "a change without a rule", reterr);
		if (strcmp(s->field, w->field) != 0)
			continue;
		cert = vt_sha256(s->certificate);
		found = s->coverage == VT_COVERAGE_WHOLE_FILE &&
			vt_hash_eq(&cert, &w->cert);
	}
	if (!found)
		return vt_err_set(reterr, VT_E_SIGNATURE_MISMATCH,
		    "the finished file has no signature in field %s by the "
		    "expected certificate over the whole file",
		    w->field);
	return VT_OK;
}

/*
 * Before anything is stored as signed or sealed it is judged as a stranger
 * would: a signed paper can only be appended to, so a bad signature could
 * never be taken back. Nothing is fetched; what only a responder or an anchor
 * could say is left open.
 */
static int
verify_before_store(struct vt_office *o, const struct vt_signed *w,
    struct vt_span tail, struct vt_err *reterr)
{
	VT_CLEANUP(vt_verdict_free) struct vt_verdict *v = NULL;
	struct vt_verify_input in = { 0 };
	int fd = -1, rc;

	in.anchors = o->o.anchors;
	in.n_anchors = o->o.n_anchors;
	in.now = vt_now(o->o.ctx);
	in.offline = true;
	if ((rc = finished_fd(o, &w->before, tail, &fd, reterr)) != VT_OK)
		return rc;
	rc = vt_sign_validate(o->o.spawner, fd, &in, &v, reterr);
	close(fd);
	return rc != VT_OK ? rc : judge(v, w, reterr);
}

int
vt_signing_store(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_signed *w, struct vt_span tail,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	static const enum vt_version_reason reasons[] = {
		[VT_SIGNING_INITIALS] = VT_VERSION_INITIALLED,
		[VT_SIGNING_COMPETENT] = VT_VERSION_SIGNED,
		[VT_SIGNING_SEAL] = VT_VERSION_SEALED,
	};
	struct vt_step steps[2];
	struct vt_blob blob;
	struct vt_act act;
	int rc;

	memset(steps, 0, sizeof(steps));
	if ((rc = verify_before_store(o, w, tail, reterr)) != VT_OK)
		return rc;
	rc = vt_upload_append(o->o.store, rq->actor->agency_no, &w->before,
	    tail, &steps[0].u.version.file.upload, &blob, reterr);
	if (rc != VT_OK)
		return rc;
	steps[0].kind = VT_STEP_VERSION;
	steps[0].u.version.part = 1;
	steps[0].u.version.file.hash = blob.hash;
	steps[0].u.version.file.name = w->name;
	steps[0].u.version.file.media_type = w->media_type;
	steps[0].u.version.expect = w->before.hash;
	steps[0].u.version.reason = reasons[w->act];
	if (w->act == VT_SIGNING_SEAL) {
		steps[1].kind = VT_STEP_SEAL;
		steps[1].u.seal.main = blob.hash;
		steps[1].u.seal.field = w->field;
		steps[1].u.seal.cert = w->cert;
		steps[1].u.seal.signing_time = w->time;
		steps[1].u.seal.level = "B-B";
		steps[1].u.seal.whole = true;
	} else {
		steps[1].kind = VT_STEP_SIGN;
		steps[1].u.sign.kind = w->act == VT_SIGNING_INITIALS
					   ? VT_SIGN_INITIALS
					   : VT_SIGN_COMPETENT;
		steps[1].u.sign.main = blob.hash;
		steps[1].u.sign.signer = w->signer;
		steps[1].u.sign.field = w->field;
		steps[1].u.sign.cert = w->cert;
		steps[1].u.sign.signing_time = w->time;
		steps[1].u.sign.level = "B-B";
		steps[1].u.sign.whole = true;
	}
	vt_office_act(rq, paper, steps, 2, &act);
	act.expect_rev = w->rev;
	return vt_office_do(o, rq, &act, ret, reterr);
}

/* ---- with a key at hand ---- */

static enum vt_duty
duty_of(enum vt_signing_act act)
{
	switch (act) {
	case VT_SIGNING_INITIALS:
		return VT_DUTY_INITIAL;
	case VT_SIGNING_COMPETENT:
		return VT_DUTY_SIGN;
	case VT_SIGNING_SEAL:
	default:
		return VT_DUTY_SEAL;
	}
}

static int
open_key(struct vt_office *o, const struct vt_holder *h,
    const struct vt_secret *pin, struct vt_key **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_key_free) struct vt_key *key = NULL;
	struct vt_tries_on on = { .name = h->key_ref };
	VT_BUF_AUTO(uri);
	const char *path;
	vt_hash cert;
	int rc;

	if (strncmp(h->key_ref, "file:", 5) != 0)
		return vt_err_set(reterr, VT_E_KEY_FORMAT,
		    "no key file is registered for %s: sign in two steps",
		    h->name);
	path = h->key_ref + 5;
	vt_buf_puts(&uri, "file:");
	if (path[0] != '/' && o->o.key_dir != NULL)
		vt_buf_printf(&uri, "%s/", o->o.key_dir);
	vt_buf_puts(&uri, path);
	if ((rc = vt_buf_status(&uri, reterr)) != VT_OK ||
	    (rc = vt_tries_admit(o->pins, &on, NULL, reterr)) != VT_OK)
		return rc;
	rc = vt_key_open(vt_buf_str(&uri), pin, &key, reterr);
	vt_tries_result(o->pins, &on, &h->person,
	    rc == VT_OK            ? VT_TRIED_RIGHT
	    : rc == VT_E_PIN_WRONG ? VT_TRIED_WRONG
				   : VT_TRIED_NEITHER);
	if (rc != VT_OK || (rc = vt_certificate_check(vt_key_chain(key, 0),
				vt_now(o->o.ctx), reterr)) != VT_OK)
		return rc;
	cert = vt_sha256(vt_key_chain(key, 0));
	if (!vt_holder_has(h, &cert))
		return vt_err_set(reterr, VT_E_KEY_MISMATCH,
		    "the key's certificate is not one registered for %s",
		    h->name);
	*ret = VT_TAKE(key);
	return VT_OK;
}

int
vt_office_sign(struct vt_office *o, const struct vt_request *rq,
    const vt_id *paper, const struct vt_signing_order *order,
    struct vt_act_result *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_key_free) struct vt_key *key = NULL;
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	struct vt_signing s = { .fd = -1 };
	struct vt_signed w;
	bool done;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_enter(rq, duty_of(order->act), reterr)) != VT_OK ||
	    (rc = vt_office_replay(o, rq, ret, &done, reterr)) != VT_OK || done)
		return rc;
	if ((rc = vt_signing_load(o, rq, paper, order, &s.facts, reterr)) !=
		VT_OK ||
	    (rc = vt_signing_check(
		 &s.facts, order->act, order->number_first, reterr)) != VT_OK ||
	    (rc = vt_holder_load(o, rq->actor, order->act, &s.facts, NULL,
		 &s.holder, reterr)) != VT_OK ||
	    (rc = open_key(o, &s.holder, order->pin, &key, reterr)) != VT_OK ||
	    (rc = vt_signing_build(o, rq, paper, order, &s, reterr)) != VT_OK ||
	    (rc = vt_sign_with_key(
		 o->o.spawner, s.fd, &s.change, key, &tail, reterr)) != VT_OK)
		goto out;
	w.act = order->act;
	w.before = s.facts.main;
	w.name = s.facts.name;
	w.media_type = s.facts.media_type;
	w.field = s.field;
	w.signer = s.holder.person;
	w.cert = vt_sha256(vt_key_chain(key, 0));
	w.time = s.spec.time;
	w.rev = s.rev;
	rc = vt_signing_store(
	    o, rq, paper, &w, vt_buf_view(&tail.bytes), ret, reterr);
out:
	vt_pdf_tail_free(&tail);
	vt_signing_free(&s);
	return rc;
}
