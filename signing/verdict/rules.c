/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reject by default: what these rules do not name stays unexplained. They
 * cover the steps of a paper after its first signature: filling a text field
 * that was laid before, and signing a signature field that was laid before.
 *
 * A rule looks at three things: the dictionary itself (nothing else in it may
 * differ), every place from which the older revision reaches it (all must be
 * places where a field belongs; an object that is a field and something else,
 * too, cannot be explained), and what it newly refers to (new objects only, or
 * fonts that were there and did not change).
 */
#include "signing/verdict/rules.h"

#include <inttypes.h>
#include <stdlib.h>

#include "signing/verdict/compare.h"

#define CLAIMS_MAX 4096

/* Annotation flags (ISO 32000-1 Table 165) that a signing may change: Locked,
 * LockedContents. None of them hides or shows anything, on screen or paper. */
#define FLAGS_FREE (128 | 512)

static const char *const fill_keys[] = { "V", "AP", NULL };
static const char *const sign_keys[] = { "V", "AP", "F", NULL };

struct vt_changed *
vt_diff_find(const struct vt_diff *d, uint32_t num)
{
	size_t lo = 0, hi = d->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (d->items[mid].num == num)
			return &d->items[mid];
		if (d->items[mid].num < num)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* ---- places from which a field may be reached ---- */

/* The entry itself, or one element of its array: "Annots", "Annots[3]". */
static bool
path_is(const char *path, const char *key)
{
	size_t n = strlen(key);

	if (strncmp(path, key, n) != 0)
		return false;
	path += n;
	if (*path == '[')
		path += 1 + strspn(path + 1, "0123456789");
	return *path == '\0' || (*path == ']' && path[1] == '\0');
}

static struct vt_pdf_object *
before(const struct vt_diff *d, uint32_t num)
{
	struct vt_pdf_object *o;
	struct vt_err err;

	if (num == 0 ||
	    vt_pdf_get(d->f->pdf, d->rev - 1, num, &o, &err) != VT_OK)
		return NULL;
	return o;
}

static bool
is_field_node(const struct vt_pdf_object *o)
{
	return o != NULL && o->type == VT_PDF_DICT &&
	       !vt_pdf_is_name(vt_pdf_dict_get(o, "Type"), "Pages") &&
	       !vt_pdf_is_name(vt_pdf_dict_get(o, "Type"), "Page") &&
	       (vt_pdf_dict_get(o, "T") != NULL ||
		   vt_pdf_dict_get(o, "FT") != NULL ||
		   vt_pdf_is_name(vt_pdf_dict_get(o, "Subtype"), "Widget"));
}

static bool place_allowed(
    const struct vt_diff *d, const struct vt_edge *e, bool through_array);

/* An array object: every place that refers to it must be one, too. One level
 * only (through_array). NOLINTBEGIN(misc-no-recursion) */
static bool
array_allowed(const struct vt_diff *d, uint32_t array)
{
	const struct vt_edge *e;
	size_t i, n;

	if (array == d->fields->fields_array)
		return true;
	e = vt_refs_edges(d->refs, array, &n);
	for (i = 0; i < n; i++)
		if (!place_allowed(d, &e[i], true))
			return false;
	return true;
}

static bool
place_allowed(
    const struct vt_diff *d, const struct vt_edge *e, bool through_array)
{
	const struct vt_fields *fields = d->fields;
	struct vt_pdf_object *source = before(d, e->source);

	if (source == NULL)
		return false;
	if (source->type == VT_PDF_ARRAY)
		return !through_array && array_allowed(d, e->source);
	if (source->type != VT_PDF_DICT)
		return false;
	if (fields->form.num != 0 && e->source == fields->form.num)
		return path_is(e->path, "Fields");
	if (fields->form.num == 0 && e->source == fields->root.num)
		return path_is(e->path, "AcroForm/Fields");
	if (path_is(e->path, "Annots"))
		return vt_pdf_is_name(vt_pdf_dict_get(source, "Type"), "Page");
	if (path_is(e->path, "Kids") || path_is(e->path, "Parent"))
		return is_field_node(source);
	/* Structure tree: an object reference to the widget (§14.7.4.3). */
	return e->holder != NULL &&
	       vt_pdf_is_name(vt_pdf_dict_get(e->holder, "Type"), "OBJR");
}

/* NOLINTEND(misc-no-recursion) */

static bool
places_allowed(const struct vt_diff *d, uint32_t num, const char **ret_why)
{
	size_t i, n;
	const struct vt_edge *e = vt_refs_edges(d->refs, num, &n);

	for (i = 0; i < n; i++, e++) {
		if (place_allowed(d, e, false))
			continue;
		*ret_why = vt_facts_printf(d->f,
		    "the field is also used by object %" PRIu32 " as %s",
		    e->source, e->path);
		return false;
	}
	if (n == 0)
		*ret_why = "the field was not part of the document";
	return n > 0;
}

/* ---- what a change may bring along ---- */

struct claim {
	struct vt_diff *d;
	uint32_t *queue;
	size_t n;
	const char *prefix;
	bool in_signature; /* references below /Reference are allowed */
	const char **why;
	struct vt_step *step;
};

static bool
below_reference(const struct vt_ref_step *at)
{
	for (; at != NULL; at = at->up)
		if (vt_span_is(at->key, "Reference"))
			return true;
	return false;
}

static int
on_claimed_ref(void *arg, struct vt_pdf_ref ref, const struct vt_ref_step *at,
    const struct vt_pdf_object *holder)
{
	struct claim *c = arg;
	struct vt_diff *d = c->d;
	struct vt_changed *item = vt_diff_find(d, ref.num);
	struct vt_pdf_slot old = vt_pdf_slot(d->f->pdf, d->rev - 1, ref.num);
	struct vt_pdf_object *o;
	struct vt_step *step;

	(void)holder;
	if (item == NULL || item->state == VT_OBJECT_SAME) {
		if (c->in_signature && below_reference(at))
			return VT_OK;
		/* Dangling references are null now and are watched later. */
		if (old.state == VT_PDF_SLOT_NONE)
			return VT_OK;
		o = before(d, ref.num);
		if (o != NULL &&
		    vt_pdf_is_name(vt_pdf_dict_get(o, "Type"), "Font"))
			return VT_OK;
		*c->why = vt_facts_printf(d->f,
		    "%s refers to object %" PRIu32
		    " of the signed file, which is not a font",
		    vt_ref_path(d->f, c->prefix, at), ref.num);
		return VT_E_INVALID;
	}
	if (item->state != VT_OBJECT_NEW) {
		*c->why = vt_facts_printf(d->f,
		    "%s refers to object %" PRIu32 ", which is not new",
		    vt_ref_path(d->f, c->prefix, at), ref.num);
		return VT_E_INVALID;
	}
	if (item->step != NULL)
		return VT_OK;
	if (c->n >= CLAIMS_MAX) {
		*c->why = "the change brings too many objects";
		return VT_E_INVALID;
	}
	step = vt_arena_alloc(d->f->out, sizeof(*step));
	if (step == NULL)
		return vt_arena_err(d->f->out, d->err);
	*step = *c->step;
	step->object = ref.num;
	step->path = vt_ref_path(d->f, c->prefix, at);
	item->step = step;
	c->queue[c->n++] = ref.num;
	return VT_OK;
}

/* Everything new that the value reaches belongs to the step. VT_E_INVALID
 * (and a reason) when it reaches what it may not. */
static int
claim(struct vt_diff *d, const struct vt_pdf_object *value, const char *prefix,
    struct vt_step *step, bool in_signature, const char **why)
{
	struct claim c = { .d = d,
		.prefix = prefix,
		.why = why,
		.step = step,
		.in_signature = in_signature };
	size_t at = 0;
	int rc;

	c.queue = malloc(CLAIMS_MAX * sizeof(*c.queue));
	if (c.queue == NULL)
		return vt_err_set(d->err, VT_E_NOMEM, "PDF changes");
	rc = vt_refs_each(value, on_claimed_ref, &c);
	while (rc == VT_OK && at < c.n) {
		struct vt_changed *item = vt_diff_find(d, c.queue[at++]);

		VT_ASSERT(item != NULL && item->step != NULL);
		c.prefix = item->step->path;
		rc = vt_refs_each(item->after, on_claimed_ref, &c);
	}
	free(c.queue);
	return rc;
}

/* A failed rule gives back what it claimed. */
static void
unclaim(struct vt_diff *d, uint32_t field)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->items[i].step != NULL &&
		    d->items[i].step->field_num == field)
			d->items[i].step = NULL;
}

/* ---- the parts of a field ---- */

/* The object a reference names, when it is new in this revision. */
static struct vt_changed *
new_object(const struct vt_diff *d, const struct vt_pdf_object *o)
{
	struct vt_changed *c;

	if (o == NULL || o->type != VT_PDF_REF)
		return NULL;
	c = vt_diff_find(d, o->u.ref.num);
	return c != NULL && c->state == VT_OBJECT_NEW ? c : NULL;
}

static bool
flags_allowed(const struct vt_pdf_object *a, const struct vt_pdf_object *b)
{
	int64_t x = 0, y = 0;

	if ((a != NULL && !vt_pdf_int(a, &x)) ||
	    (b != NULL && !vt_pdf_int(b, &y)))
		return false;
	return (x & ~(int64_t)FLAGS_FREE) == (y & ~(int64_t)FLAGS_FREE);
}

/*
 * /AP as it was, or << /N ref >> to a form that is new. A laid field has its
 * /AP direct or none: as an object of its own it could be something else, too.
 */
static bool
appearance_allowed(const struct vt_diff *d, const struct vt_pdf_object *a,
    const struct vt_pdf_object *b)
{
	const struct vt_changed *n;

	if (vt_pdf_entry_same(d->f->src, a, b))
		return true;
	if ((a != NULL && a->type != VT_PDF_DICT) || b == NULL ||
	    b->type != VT_PDF_DICT || b->u.dict.n != 1)
		return false;
	n = new_object(d, vt_pdf_dict_get(b, "N"));
	return n != NULL && n->after->type == VT_PDF_STREAM &&
	       vt_pdf_is_name(vt_pdf_dict_get(n->after, "Subtype"), "Form");
}

/* NULL when the dictionary may change so, else why not. */
static const char *
fill_fault(const struct vt_diff *d, const struct vt_field *field,
    const struct vt_pdf_object *a, const struct vt_pdf_object *b)
{
	if (!vt_span_is(field->type, "Tx") || !field->merged)
		return "not a text field in one dictionary with its widget";
	if (!vt_pdf_dict_same(d->f->src, a, b, fill_keys))
		return "a text field changed in more than its value and "
		       "appearance";
	if (vt_pdf_dict_get(b, "V") == NULL ||
	    vt_pdf_dict_get(b, "V")->type != VT_PDF_STRING)
		return "/V is not a direct string";
	/* Once: a number that stands there is not for others to change. */
	if (field->value != NULL && field->value->type != VT_PDF_NULL &&
	    (field->value->type != VT_PDF_STRING ||
		field->value->u.string.n > 0))
		return "the field was filled already";
	if (vt_pdf_entry_same(d->f->src, vt_pdf_dict_get(a, "AP"),
		vt_pdf_dict_get(b, "AP")) ||
	    !appearance_allowed(
		d, vt_pdf_dict_get(a, "AP"), vt_pdf_dict_get(b, "AP")))
		return "/AP is not << /N reference to a new form >>";
	return NULL;
}

static bool
is_known_signature(const struct vt_diff *d, uint32_t num)
{
	size_t i;

	for (i = 0; i < d->f->n_signatures; i++)
		if (d->f->signatures[i]->num == num &&
		    d->f->signatures[i]->revision == d->rev)
			return true;
	return false;
}

static const char *
sign_fault(const struct vt_diff *d, const struct vt_field *field,
    const struct vt_pdf_object *a, const struct vt_pdf_object *b)
{
	const struct vt_pdf_object *v = vt_pdf_dict_get(b, "V");
	const struct vt_changed *n = new_object(d, v);

	if (!vt_span_is(field->type, "Sig"))
		return "not a signature field";
	if (field->value != NULL && field->value->type != VT_PDF_NULL)
		return "the field was signed already";
	if (!vt_pdf_dict_same(d->f->src, a, b, sign_keys))
		return "a signature field changed in more than its value and "
		       "appearance";
	if (n == NULL || n->after->type != VT_PDF_DICT ||
	    !is_known_signature(d, n->num))
		return "/V is not a new signature of this revision";
	if (vt_pdf_is_name(vt_pdf_dict_get(n->after, "Type"), "DocTimeStamp"))
		return "document timestamps are not judged yet";
	if (!appearance_allowed(
		d, vt_pdf_dict_get(a, "AP"), vt_pdf_dict_get(b, "AP")))
		return "/AP is not << /N reference to a new form >>";
	if (!flags_allowed(vt_pdf_dict_get(a, "F"), vt_pdf_dict_get(b, "F")))
		return "/F hides or shows the field";
	return NULL;
}

static const struct vt_field *
field_of(const struct vt_diff *d, uint32_t num)
{
	size_t i;

	for (i = 0; i < d->fields->n; i++)
		if (d->fields->items[i].num == num)
			return &d->fields->items[i];
	return NULL;
}

/* Claims what /V and a changed /AP reach. */
static int
claim_parts(struct vt_diff *d, const struct vt_changed *c, struct vt_step *step,
    const char **why)
{
	const struct vt_pdf_object *v = vt_pdf_dict_get(c->after, "V");
	const struct vt_pdf_object *ap = vt_pdf_dict_get(c->after, "AP");
	int rc = VT_OK;

	if (step->kind == VT_CHANGE_SIGN)
		rc = claim(d, v, vt_facts_printf(d->f, "%s/V", step->path),
		    step, true, why);
	if (rc == VT_OK && ap != NULL &&
	    !vt_pdf_entry_same(d->f->src, vt_pdf_dict_get(c->before, "AP"), ap))
		rc = claim(d, ap, vt_facts_printf(d->f, "%s/AP", step->path),
		    step, false, why);
	return rc;
}

int
vt_rules_apply(struct vt_diff *d, struct vt_changed *c, const char **ret_why,
    struct vt_err *reterr)
{
	const struct vt_field *field = field_of(d, c->num);
	struct vt_step *step;
	bool sign;
	int rc;

	*ret_why = "no rule permits it";
	if (field == NULL || c->before == NULL || c->after == NULL ||
	    c->before->type != VT_PDF_DICT || c->after->type != VT_PDF_DICT)
		return VT_OK;
	sign = vt_span_is(field->type, "Sig");
	*ret_why = sign ? sign_fault(d, field, c->before, c->after)
			: fill_fault(d, field, c->before, c->after);
	if (!sign && *ret_why == NULL) {
		const struct vt_changed *n = new_object(
		    d, vt_pdf_dict_get(vt_pdf_dict_get(c->after, "AP"), "N"));

		VT_ASSERT(n != NULL); /* fill_fault has seen it */
		rc = vt_shown_fault(d, n->after, c->after, ret_why);
		if (rc != VT_OK)
			return rc;
	}
	if (*ret_why != NULL || !places_allowed(d, c->num, ret_why))
		return VT_OK;
	step = vt_arena_alloc(d->f->out, sizeof(*step));
	if (step == NULL)
		return vt_arena_err(d->f->out, reterr);
	step->kind = sign ? VT_CHANGE_SIGN : VT_CHANGE_FILL;
	step->object = c->num;
	step->path = vt_refs_path(d->f, d->refs, d->rev - 1, c->num);
	step->rule = sign ? "sign-laid-field" : "fill-laid-text-field";
	step->meaning = vt_facts_printf(d->f, "%s %s",
	    sign ? "signs the laid field" : "fills the laid text field",
	    field->name);
	step->field = field->name;
	step->field_num = c->num;
	rc = claim_parts(d, c, step, ret_why);
	if (rc == VT_E_INVALID) {
		unclaim(d, c->num);
		return VT_OK;
	}
	if (rc == VT_OK)
		c->step = step;
	return rc;
}

/* Are all objects of an object stream listed? One that is not listed waits to
 * be found by a reader that repairs files. */
static bool
all_listed(const struct vt_diff *d, const struct vt_changed *c)
{
	const struct vt_pdf_object *n = vt_pdf_dict_get(c->after, "N");
	int64_t want = -1, found = 0;
	size_t i;

	for (i = 0; i < d->n; i++) {
		struct vt_pdf_slot slot =
		    vt_pdf_slot(d->f->pdf, d->rev, d->items[i].num);

		found +=
		    slot.state == VT_PDF_SLOT_OBJSTM && slot.stream == c->num;
	}
	return n != NULL && vt_pdf_int(n, &want) && want > 0 && want == found;
}

bool
vt_rule_structure(const struct vt_diff *d, const struct vt_changed *c)
{
	const struct vt_pdf_revision *r = vt_pdf_revision(d->f->pdf, d->rev);
	struct vt_pdf_slot slot = vt_pdf_slot(d->f->pdf, d->rev, c->num);
	const struct vt_pdf_object *type;

	if (c->state != VT_OBJECT_NEW || c->after->type != VT_PDF_STREAM ||
	    slot.state != VT_PDF_SLOT_FILE)
		return false;
	type = vt_pdf_dict_get(c->after, "Type");
	if (vt_pdf_is_name(type, "XRef"))
		return r->kind == VT_PDF_XREF_STREAM &&
		       slot.offset == r->xref_offset;
	return vt_pdf_is_name(type, "ObjStm") && all_listed(d, c);
}
