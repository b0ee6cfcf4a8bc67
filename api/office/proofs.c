/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/proofs.h"

#include "api/office/office_priv.h"

int
vt_office_bundle(struct vt_office *o, const struct vt_actor *actor,
    uint64_t index, const struct vt_bundle_wish *wish, struct vt_buf *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_office_may_read(actor, reterr)) != VT_OK ||
	    (rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_office_may_see_act(o, v, actor, index, reterr)) != VT_OK)
		return rc;
	return vt_bundle_get(v, actor->agency_no, index, wish, ret, reterr);
}

/* A view, and the agency whose ledger it is. */
static int
enter(struct vt_office *o, const char *code, struct vt_view **ret,
    struct vt_agency *ret_agency, struct vt_err *reterr)
{
	int rc;

	VT_CHECK(o, VT_OFFICE_MAGIC);
	if ((rc = vt_view_begin(o->o.store, ret, reterr)) != VT_OK)
		return rc;
	return vt_agency_by_code(*ret, code, ret_agency, reterr);
}

int
vt_office_log_checkpoint(struct vt_office *o, const char *code,
    struct vt_buf *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	int rc;

	if ((rc = enter(o, code, &v, &a, reterr)) != VT_OK)
		return rc;
	return vt_checkpoint_get(v, a.no, ret, reterr);
}

int
vt_office_log_line(struct vt_office *o, const char *code, struct vt_buf *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	struct vt_line l;
	int rc;

	if ((rc = enter(o, code, &v, &a, reterr)) != VT_OK ||
	    (rc = vt_line_get(v, a.no, &l, reterr)) != VT_OK)
		return rc;
	vt_line_put(&l, ret);
	vt_buf_putc(ret, '\n');
	return vt_buf_status(ret, reterr);
}

int
vt_office_log_consistency(struct vt_office *o, const char *code,
    uint64_t old_size, struct vt_buf *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	int rc;

	if ((rc = enter(o, code, &v, &a, reterr)) != VT_OK)
		return rc;
	return vt_consistency_put(v, a.no, old_size, ret, reterr);
}

int
vt_office_log_vkey(struct vt_office *o, const char *code, struct vt_vkey *ret,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	int rc;

	if ((rc = enter(o, code, &v, &a, reterr)) != VT_OK)
		return rc;
	return vt_log_vkey(v, a.no, ret, reterr);
}

/* Up to three digits. */
static bool
digits(const char **p, size_t most, unsigned int *ret)
{
	unsigned int v = 0;
	size_t n = 0;

	for (; n < most && (*p)[n] >= '0' && (*p)[n] <= '9'; n++)
		v = v * 10 + (unsigned int)((*p)[n] - '0');
	*p += n;
	*ret = v;
	return n > 0;
}

/* LEVEL "/" ("x" NNN "/")* NNN [".p/" WIDTH]. */
static bool
tile_path(
    const char *p, unsigned int *level, uint64_t *ret_n, unsigned int *width)
{
	const char *start = p;
	unsigned int group;
	bool more;

	*ret_n = 0;
	*width = 256;
	if (!digits(&p, 2, level) || (start[0] == '0' && p != start + 1) ||
	    *p++ != '/')
		return false;
	for (int groups = 0;; groups++) {
		more = *p == 'x';
		p += more;
		start = p;
		if (groups == 5 || !digits(&p, 3, &group) || p != start + 3)
			return false;
		if (more && groups == 0 && group == 0)
			return false;
		*ret_n = *ret_n * 1000 + group;
		if (!more)
			break;
		if (*p++ != '/')
			return false;
	}
	if (strncmp(p, ".p/", 3) == 0) {
		p += 3;
		start = p;
		if (*start == '0' || !digits(&p, 3, width) || *width > 255)
			return false;
	}
	return *p == '\0';
}

int
vt_office_log_tile(struct vt_office *o, const char *code, const char *path,
    struct vt_buf *ret, bool *ret_whole, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	unsigned int level, width;
	struct vt_agency a;
	uint64_t n;
	int rc;

	if (!tile_path(path, &level, &n, &width))
		return vt_err_set(reterr, VT_E_NOT_FOUND,
		    "C2SP tlog-tiles: a tile's path is LEVEL/NNN, "
		    "LEVEL/xNNN/NNN, with .p/WIDTH behind it for a part");
	if ((rc = enter(o, code, &v, &a, reterr)) != VT_OK)
		return rc;
	*ret_whole = width == 256;
	return vt_tile_get(v, a.no, level, n, width, ret, reterr);
}

/* ---- after a restore ---- */

int
vt_office_checkpoint_in(
    struct vt_span file, struct vt_span *ret, struct vt_err *reterr)
{
	static const char bundle[] = "c2sp.org/tlog-proof@v1\n";
	struct vt_bundle b = VT_BUNDLE_INIT;
	int rc;

	if (file.n > 0 && file.p[0] == 0xa3)
		return vt_receipt_note(file, ret, reterr);
	*ret = file;
	if (file.n < strlen(bundle) ||
	    memcmp(file.p, bundle, strlen(bundle)) != 0)
		return VT_OK;
	if ((rc = vt_bundle_parse(file, &b, reterr)) != VT_OK)
		return rc;
	/* from its text to the end of its signatures */
	*ret = VT_SPAN(b.text.p, (size_t)(file.p + file.n - b.text.p));
	vt_bundle_free(&b);
	return VT_OK;
}

static int
may_resume(struct vt_view *v, const vt_id *id, struct vt_err *reterr)
{
	struct vt_person p;
	int rc = vt_person_get(v, id, &p, reterr);

	if (rc == VT_OK && (p.roles & (VT_ROLE_LEADER | VT_ROLE_ADMIN)) == 0)
		rc = vt_err_set(reterr, VT_E_FORBIDDEN,
		    "resume: %s is neither leader nor administrator", p.name);
	return rc;
}

int
vt_office_resume(
    struct vt_store *s, const struct vt_office_resume *r, struct vt_err *reterr)
{
	struct vt_act_result done = VT_ACT_RESULT_INIT;
	struct vt_span shown[VT_RESUME_SHOWN];
	struct vt_step st = { .kind = VT_STEP_RESUME };
	struct vt_act act = { .steps = &st, .n_steps = 1, .person = r->first };
	struct vt_agency a;
	struct vt_view *v;
	int rc;

	if (r->n_files > VT_RESUME_SHOWN)
		return vt_err_set(reterr, VT_E_INVALID,
		    "resume: at most %d files", VT_RESUME_SHOWN);
	for (size_t i = 0; i < r->n_files; i++)
		if ((rc = vt_office_checkpoint_in(
			 r->files[i], &shown[i], reterr)) != VT_OK)
			return rc;
	if ((rc = vt_view_begin(s, &v, reterr)) != VT_OK)
		return rc;
	if ((rc = vt_agency_by_code(v, r->code, &a, reterr)) == VT_OK &&
	    (rc = may_resume(v, &r->first, reterr)) == VT_OK)
		rc = may_resume(v, &r->second, reterr);
	act.agency_no = rc == VT_OK ? a.no : 0;
	vt_view_end(v);
	if (rc != VT_OK)
		return rc;
	st.u.resume.second = r->second;
	st.u.resume.asked = r->asked;
	st.u.resume.shown = shown;
	st.u.resume.n_shown = r->n_files;
	rc = vt_store_do(s, &act, &done, reterr);
	vt_act_result_free(&done);
	return rc;
}
