/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of a paper that was destroyed, taken out of everything that said
 * them. Pure: the act, a replay and `vanthu check` run the same functions. What
 * the ledger commits to is kept beside (was); the salt of the record goes, so
 * that nobody can try words against it.
 */
#include "docstore/store_priv.h"

/* By which a paper is known in a register; nothing of what it is about. */
static void
redact_meta(struct vt_meta *m)
{
	struct vt_meta bare = { .type_code = m->type_code,
		.number = m->number,
		.notation = m->notation,
		.issued_on = m->issued_on,
		.agency_code = m->agency_code,
		.agency_name = m->agency_name,
		.urgency = m->urgency,
		.secrecy = m->secrecy };

	vt_meta_defaults(&bare);
	*m = bare;
}

void
vt_consign_redact(struct vt_consignment *c)
{
	c->headers = c->name = c->subject = c->note = "";
	c->findings = VT_SPAN(NULL, 0);
}

int
vt_destroy_evolve(struct vt_paper *p, const struct vt_srec *r,
    const struct vt_evolve *e, struct vt_err *reterr)
{
	struct vt_part *parts;

	p->destroyed_at = e->time;
	p->destroyed_why = r->sub;
	p->wiped = r->wipe;
	if (r->wipe == 0)
		return VT_OK;
	redact_meta(&p->meta);
	p->asked_note = p->closed_note = p->isolated_note = "";
	parts = vt_arena_array(e->arena, p->n_parts, sizeof(*parts));
	if (parts == NULL)
		return vt_nomem(reterr);
	for (size_t i = 0; i < p->n_parts; i++) {
		parts[i] = p->parts[i];
		parts[i].name = parts[i].problem = "";
	}
	p->parts = parts;
	return VT_OK;
}

static bool
has(const uint64_t *list, size_t n, uint64_t v)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == v)
			return true;
	return false;
}

/* The consignment's row as the step left it. */
static int
redact_row(struct vt_srec *r, struct vt_arena *a, struct vt_err *reterr)
{
	struct vt_consignment c;
	VT_BUF_AUTO(v);
	bool ok = true;
	int rc;

	if ((rc = vt_consign_decode(r->blob, a, &c, reterr)) != VT_OK)
		return rc;
	vt_consign_redact(&c);
	vt_consign_encode(&c, &v);
	if ((rc = vt_buf_status(&v, reterr)) != VT_OK)
		return rc;
	r->blob = vt_arena_copy(a, vt_buf_view(&v), &ok);
	return ok ? VT_OK : vt_nomem(reterr);
}

/* Words of other agencies about a delivery stand in its log, and stay there;
 * so do the reasons that were told them. */
static bool
keeps_note(enum vt_step_kind k)
{
	switch (k) {
	case VT_STEP_DELIVERED:
	case VT_STEP_STATUS:
	case VT_STEP_RESEND:
	case VT_STEP_TAKE_BACK:
	case VT_STEP_RECALL:
	case VT_STEP_HANDED:
		return true;
	case VT_STEP_TEXT: /* what was met in the file */
		return false;
	default: /* of the house, work: no words of a paper */
		return !vt_step_is_of_paper(k);
	}
}

static int
redact_step(struct vt_srec *r, const uint64_t *consigns, size_t n,
    struct vt_arena *a, struct vt_err *reterr)
{
	if (r->kind == VT_STEP_CONSIGN || r->kind == VT_STEP_CONSIGN_READ)
		return has(consigns, n, r->seq) ? redact_row(r, a, reterr)
						: VT_OK;
	if (!keeps_note(r->kind))
		r->note = r->name = "";
	if (r->has_meta)
		redact_meta(&r->meta);
	for (size_t i = 0; i < r->n_files; i++)
		r->files[i].name = "";
	return VT_OK;
}

int
vt_arec_redact(struct vt_arec *rec, struct vt_span row,
    const uint64_t *consigns, size_t n_consigns, struct vt_arena *a,
    struct vt_err *reterr)
{
	int rc = VT_OK;

	if (vt_hash_is_zero(&rec->was))
		rec->was = vt_sha256(row);
	memset(rec->salt, 0, sizeof(rec->salt));
	rec->keep = VT_SPAN(NULL, 0);
	for (size_t i = 0; i < rec->n_steps && rc == VT_OK; i++)
		rc = redact_step(
		    &rec->steps[i], consigns, n_consigns, a, reterr);
	return rc;
}
