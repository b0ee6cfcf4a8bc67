/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happened after a signature. Each later revision is compared with the
 * one before it, and only by what its cross-reference mentions: the cost is
 * that of the updates and one walk of the file, not of the signatures. Every
 * object mentioned must be the same as before or be explained by a rule
 * (rules.c). The steps of a revision are found once and then weighed for
 * every signature that it follows: what it locks and what it permits.
 */
#include <inttypes.h>

#include "base/limits.h"
#include "signing/verdict/compare.h"
#include "signing/verdict/layout.h"
#include "signing/verdict/rules.h"

/* Trailer entries that describe the cross-reference itself. */
static const char *const trailer_structure[] = { "Size", "Prev", "XRefStm", "W",
	"Index", "Type", "Filter", "DecodeParms", "Length", "ID", NULL };

static struct vt_step *
step_add(struct vt_facts *f, struct vt_revision_steps *steps)
{
	struct vt_step *step;

	if (steps->n >= VT_L(VERDICT_CHANGES_MAX)) {
		steps->failure = "more changes than can be listed";
		return NULL;
	}
	if (!vt_facts_grow(f, f->out, &steps->items, steps->n, &steps->cap,
		sizeof(*steps->items)))
		return NULL;
	step = &steps->items[steps->n++];
	memset(step, 0, sizeof(*step));
	step->path = "";
	return step;
}

static void
unexplained(struct vt_facts *f, struct vt_revision_steps *steps,
    uint32_t object, const char *path, const char *meaning)
{
	struct vt_step *step = step_add(f, steps);

	if (step == NULL)
		return;
	step->kind = VT_CHANGE_UNEXPLAINED;
	step->object = object;
	step->path = path;
	step->meaning = meaning;
}

/* ---- the trailer ---- */

static void
compare_id(struct vt_facts *f, struct vt_revision_steps *steps,
    const struct vt_pdf_object *a, const struct vt_pdf_object *b)
{
	/* The first string names the file for good, the second its state
	 * (§14.4). */
	if (a == NULL || a->type != VT_PDF_ARRAY || a->u.array.n == 0)
		return;
	if (b == NULL || b->type != VT_PDF_ARRAY || b->u.array.n == 0 ||
	    !vt_pdf_value_same(
		f->src, a->u.array.items[0], b->u.array.items[0]))
		unexplained(f, steps, 0, "Trailer/ID",
		    "the identifier of the file differs");
}

static void
compare_trailers(
    struct vt_facts *f, size_t rev, struct vt_revision_steps *steps)
{
	const struct vt_pdf_revision *r = vt_pdf_revision(f->pdf, rev);
	const struct vt_pdf_object *a =
	    vt_pdf_revision(f->pdf, rev - 1)->trailer;
	const struct vt_pdf_object *b = r->trailer;

	if (!vt_pdf_dict_same(f->src, a, b, trailer_structure))
		unexplained(f, steps, 0, "Trailer",
		    "an entry of the trailer was added, changed or dropped");
	compare_id(
	    f, steps, vt_pdf_dict_get(a, "ID"), vt_pdf_dict_get(b, "ID"));
	/* What has a number from /Size on is missing (§7.5.5, Table 15). */
	if (r->size < vt_pdf_revision(f->pdf, rev - 1)->size)
		unexplained(f, steps, 0, "Trailer/Size",
		    "a smaller /Size hides objects");
	if (r->kind == VT_PDF_XREF_HYBRID)
		unexplained(f, steps, 0, "Trailer/XRefStm",
		    "a hybrid update shows readers different objects");
}

/* ---- objects ---- */

static bool
used(enum vt_pdf_slot_state state)
{
	return state == VT_PDF_SLOT_FILE || state == VT_PDF_SLOT_OBJSTM;
}

static int
classify(struct vt_diff *d, uint32_t num, struct vt_changed *c)
{
	struct vt_facts *f = d->f;
	struct vt_pdf_slot old = vt_pdf_slot(f->pdf, d->rev - 1, num);
	struct vt_pdf_slot now = vt_pdf_slot(f->pdf, d->rev, num);
	int rc = VT_OK;

	c->num = num;
	if (used(old.state))
		rc = vt_pdf_get(f->pdf, d->rev - 1, num, &c->before, d->err);
	if (rc == VT_OK && used(now.state))
		rc = vt_pdf_get(f->pdf, d->rev, num, &c->after, d->err);
	if (rc != VT_OK)
		return rc;
	if (!used(now.state))
		c->state = used(old.state) ? VT_OBJECT_FREED : VT_OBJECT_SAME;
	else if (old.state == VT_PDF_SLOT_NONE)
		c->state = VT_OBJECT_NEW;
	else if (old.state == VT_PDF_SLOT_FREE || old.gen != now.gen)
		c->state = VT_OBJECT_REUSED;
	else if (vt_pdf_value_same(f->src, c->before, c->after))
		c->state = VT_OBJECT_SAME;
	else
		c->state = VT_OBJECT_CHANGED;
	return VT_OK;
}

/* A new number must not have been referred to before it existed: the older
 * revision would change its meaning without changing a byte. */
static const struct vt_edge *
waited_for(const struct vt_diff *d, uint32_t num)
{
	size_t n;

	return vt_refs_edges(d->refs, num, &n);
}

static int
explain(struct vt_diff *d, struct vt_changed *c, const char **ret_why)
{
	static const struct vt_step structure = {
		.kind = VT_CHANGE_STRUCTURE,
		.path = "",
		.rule = "file-structure",
		.meaning = "cross-reference or object stream of the update",
	};
	const struct vt_edge *e;
	struct vt_step *step;

	*ret_why = "no rule permits it";
	switch (c->state) {
	case VT_OBJECT_SAME:
		return VT_OK;
	case VT_OBJECT_FREED:
		*ret_why = "the object was deleted";
		return VT_OK;
	case VT_OBJECT_REUSED:
		*ret_why = "the object number was given to another object";
		return VT_OK;
	case VT_OBJECT_CHANGED:
		return vt_rules_apply(d, c, ret_why, d->err);
	case VT_OBJECT_NEW:
		break;
	}
	e = waited_for(d, c->num);
	if (e != NULL) {
		c->step = NULL;
		*ret_why = vt_facts_printf(d->f,
		    "object %" PRIu32 " referred to it (%s) before it existed",
		    e->source, e->path);
		return VT_OK;
	}
	if (c->step == NULL && vt_rule_structure(d, c)) {
		step = vt_arena_alloc(d->f->out, sizeof(*step));
		if (step == NULL)
			return vt_arena_err(d->f->out, d->err);
		*step = structure;
		step->object = c->num;
		c->step = step;
	}
	if (c->step == NULL)
		*ret_why = "a new object that no permitted change uses";
	return VT_OK;
}

/* Changed objects first: they claim the new ones. */
static int
explain_all(struct vt_diff *d, struct vt_revision_steps *steps)
{
	const char *why;
	size_t i;
	int pass, rc;

	for (pass = 0; pass < 2; pass++) {
		/* Once failed, more steps tell nothing. */
		for (i = 0; i < d->n && steps->failure == NULL; i++) {
			struct vt_changed *c = &d->items[i];

			if ((c->state == VT_OBJECT_NEW) != (pass == 1) ||
			    c->state == VT_OBJECT_SAME)
				continue;
			rc = explain(d, c, &why);
			if (rc != VT_OK)
				return rc;
			if (c->step == NULL) {
				unexplained(d->f, steps, c->num,
				    vt_refs_path(
					d->f, d->refs, d->rev - 1, c->num),
				    why);
			} else {
				struct vt_step *step = step_add(d->f, steps);

				if (step != NULL)
					*step = *c->step;
			}
		}
	}
	return VT_OK;
}

static int
compare_objects(struct vt_diff *d, struct vt_revision_steps *steps)
{
	const struct vt_pdf_revision *r = vt_pdf_revision(d->f->pdf, d->rev);
	struct vt_refs refs;
	bool any = false;
	size_t i;
	int rc;

	if (r->n_objects == 0)
		return VT_OK;
	d->n = r->n_objects;
	d->items = vt_arena_array(d->f->work, d->n, sizeof(*d->items));
	if (d->items == NULL)
		return vt_arena_err(d->f->work, d->err);
	for (i = 0; i < d->n; i++) {
		if (++d->f->visits > VT_L(VERDICT_VISITS_MAX))
			return vt_err_set(d->err, VT_E_LIMIT,
			    "PDF: more than %zu objects to look at",
			    VT_L(VERDICT_VISITS_MAX));
		rc = classify(d, r->objects[i], &d->items[i]);
		if (rc != VT_OK)
			return rc;
		any = any || d->items[i].state != VT_OBJECT_SAME;
	}
	if (!any)
		return VT_OK;
	rc = vt_refs_new(d->f, r->objects[r->n_objects - 1] + 1, &refs, d->err);
	if (rc != VT_OK)
		return rc;
	for (i = 0; i < d->n; i++)
		if (d->items[i].state != VT_OBJECT_SAME)
			vt_refs_want(&refs, d->items[i].num);
	rc = vt_refs_build(d->f, d->rev - 1, &refs, d->err);
	if (rc != VT_OK)
		return rc;
	d->refs = &refs;
	rc = explain_all(d, steps);
	d->refs = NULL;
	return rc;
}

static struct vt_revision_steps *
revision_steps(struct vt_facts *f, size_t rev)
{
	struct vt_revision_steps *steps = &f->steps[rev];
	struct vt_err err = VT_ERR_INIT;
	struct vt_diff d = { .f = f, .rev = rev, .err = &err };
	const char *stray = NULL;
	int rc;

	if (steps->done)
		return steps;
	steps->done = true;
	rc = vt_facts_fields(f, rev - 1, &d.fields, &err);
	if (rc == VT_OK) {
		compare_trailers(f, rev, steps);
		rc = compare_objects(&d, steps);
	}
	if (rc == VT_OK)
		stray = vt_layout_fault(f, rev, &rc, &err);
	if (stray != NULL)
		unexplained(f, steps, 0, "", stray);
	if (rc == VT_E_NOMEM)
		f->nomem = true;
	if (rc != VT_OK)
		steps->failure = vt_facts_printf(f, "%s", err.msg);
	return steps;
}

/* ---- one signature ---- */

static bool
locked_by(const struct vt_lock *lock, const char *field)
{
	bool named = false;
	size_t i;

	for (i = 0; i < lock->n_names; i++) {
		size_t n = strlen(lock->names[i]);

		/* A name locks the fields below it, too (§12.7.4.5). */
		named = named || (strncmp(lock->names[i], field, n) == 0 &&
				     (field[n] == '\0' || field[n] == '.'));
	}
	switch (lock->action) {
	case VT_LOCK_ALL:
		return true;
	case VT_LOCK_INCLUDE:
		return named;
	case VT_LOCK_EXCLUDE:
		return !named;
	case VT_LOCK_NONE:
		break;
	}
	return false;
}

/* Was the field there, with that name and type, when this one signed? */
static bool
laid_before(struct vt_facts *f, const struct vt_signature_facts *s,
    const struct vt_step *step)
{
	struct vt_fields *fields;
	struct vt_err err;
	size_t i;

	if (vt_facts_fields(f, s->revision, &fields, &err) != VT_OK)
		return false;
	for (i = 0; i < fields->n; i++) {
		const struct vt_field *field = &fields->items[i];

		if (field->num == step->field_num &&
		    strcmp(field->name, step->field) == 0)
			return vt_span_is(field->type,
			    step->kind == VT_CHANGE_SIGN ? "Sig" : "Tx");
	}
	return false;
}

struct tally {
	size_t unexplained, permitted;
	const char *first;
};

static void
weigh(struct vt_facts *f, struct vt_signature_facts *s, size_t rev,
    const struct vt_step *step, struct tally *tally)
{
	struct vt_change *change = &s->changes[s->n_changes++];
	bool field =
	    step->kind == VT_CHANGE_FILL || step->kind == VT_CHANGE_SIGN;

	change->revision = rev;
	change->object = step->object;
	change->path = step->path;
	change->rule = step->rule;
	change->meaning = step->meaning;
	if (field && !laid_before(f, s, step)) {
		change->rule = NULL;
		change->meaning = vt_facts_printf(
		    f, "field %s was laid after this signature", step->field);
	}
	if (change->rule == NULL) {
		if (tally->unexplained++ == 0)
			tally->first = vt_facts_printf(f,
			    "revision %zu, object %" PRIu32 "%s%s: %s", rev,
			    change->object, *change->path == '\0' ? "" : ", ",
			    change->path, change->meaning);
		return;
	}
	tally->permitted++;
	if (!field)
		return;
	if (s->docmdp == 1)
		vt_finding(f, s, VT_R_CHANGE_FORBIDDEN,
		    "revision %zu: %s; the signature permits no change (P=1)",
		    rev, step->meaning);
	if (locked_by(&s->locks[0], step->field) ||
	    locked_by(&s->locks[1], step->field))
		vt_finding(f, s, VT_R_CHANGE_LOCKED, "revision %zu: %s", rev,
		    step->meaning);
}

void
vt_facts_changes(struct vt_facts *f, struct vt_signature_facts *s)
{
	size_t n = vt_pdf_revisions(f->pdf), rev, i, total = 0;
	struct tally tally = { 0, 0, NULL };

	for (rev = s->revision + 1; rev < n; rev++) {
		struct vt_revision_steps *steps = revision_steps(f, rev);

		if (steps->failure != NULL)
			vt_finding(f, s, VT_R_CHANGE_NOT_ANALYSED,
			    "revision %zu: %s", rev, steps->failure);
		total += steps->n;
	}
	if (total == 0)
		return;
	s->changes = vt_arena_array(f->out, total, sizeof(*s->changes));
	if (s->changes == NULL) {
		f->nomem = true;
		return;
	}
	for (rev = s->revision + 1; rev < n; rev++)
		for (i = 0; i < f->steps[rev].n; i++)
			weigh(f, s, rev, &f->steps[rev].items[i], &tally);
	if (tally.unexplained > 0)
		vt_finding(f, s, VT_R_CHANGE_UNEXPLAINED, "%zu of %zu: %s",
		    tally.unexplained, total, tally.first);
	else
		vt_finding(f, s, VT_R_PERMITTED_CHANGES, "%zu in %zu revisions",
		    tally.permitted, n - 1 - s->revision);
}

/* Does a person's or seal's proven signature protect revision rev? A time
 * stamp says when, not that what stands there is right. */
static bool
vouched(const struct vt_facts *f, size_t rev)
{
	size_t i;

	for (i = 0; i < f->n_signatures; i++) {
		const struct vt_signature_facts *s = f->signatures[i];

		if (s->subfilter != VT_SUBFILTER_RFC3161 &&
		    s->revision >= rev && s->range_ok && s->verified &&
		    s->coverage <= VT_COVERAGE_REVISION && s->n_links > 0 &&
		    s->links[s->n_links - 1].anchor)
			return true;
	}
	return false;
}

/* What was filled after s must be in what somebody signed later. Asked when
 * all signatures are verified. */
void
vt_facts_vouched(struct vt_facts *f, struct vt_signature_facts *s)
{
	size_t rev, i;

	for (rev = s->revision + 1; rev < vt_pdf_revisions(f->pdf); rev++)
		for (i = 0; i < f->steps[rev].n; i++)
			if (f->steps[rev].items[i].kind == VT_CHANGE_FILL &&
			    !vouched(f, rev)) {
				vt_finding(f, s, VT_R_FILL_UNSIGNED,
				    "revision %zu: %s", rev,
				    f->steps[rev].items[i].meaning);
				return;
			}
}
