/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an edoc acts on (vietnam.md §2.5): the documents it revokes, updates or
 * replaces, which may be here or not here yet; by what it is known when it
 * comes again.
 */
#include "api/office/arrive.h"

/* ---- which documents ---- */

static int
add(struct vt_arrival *a, struct vt_effect *x, const char *document_id,
    struct vt_err *reterr)
{
	bool ok = true;
	const char *s = vt_arrival_text(a, document_id, 200, &ok);

	if (!ok)
		return vt_arena_err(a->arena, reterr);
	for (size_t i = 0; i < x->n; i++)
		if (strcmp(x->document[i], s) == 0)
			return VT_OK;
	if (s[0] == '\0')
		return VT_OK;
	if (x->n == VT_L(ASK_DOCUMENTS_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "edoc: it acts on more than %zu documents "
		    "(ASK_DOCUMENTS_MAX)",
		    VT_L(ASK_DOCUMENTS_MAX));
	x->document[x->n++] = s;
	return VT_OK;
}

static void
hash_of(const char *const *document, size_t n, vt_hash *ret)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();

	for (size_t i = 0; i < n; i++)
		vt_sha256_put(h, document[i], strlen(document[i]) + 1);
	*ret = vt_sha256_end(h);
}

/*
 * Nothing is named in Bussiness: the SDK's samples then carry the DocumentId of
 * the very document that is meant, and perhaps ResponseFor. Those that are here
 * are meant; if none is, the one of this id.
 */
static int
guess(struct vt_arrival *a, struct vt_effect *x, struct vt_err *reterr)
{
	const struct vt_edxml_document *d = &a->x->document;
	const char *named[VT_L(ASK_DOCUMENTS_MAX)];
	struct vt_view *v = NULL;
	size_t n, found = 0;
	int rc;

	rc = add(a, x, d->document_id, reterr);
	for (size_t i = 0; i < d->n_answers && rc == VT_OK; i++)
		rc = add(a, x, d->answers[i].document_id, reterr);
	if (rc != VT_OK)
		return rc;
	n = x->n;
	memcpy(named, x->document, sizeof(named));
	hash_of(named, n, &x->hash);
	if ((rc = vt_office_view_all(a->o, &v, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < n && rc == VT_OK; i++) {
		bool is = false;
		vt_id id;

		rc = vt_ask_find(
		    v, a->agency_no, x->from, named[i], &id, &is, reterr);
		if (is)
			x->document[found++] = named[i];
	}
	vt_view_end(v);
	x->n = found == 0 && n > 0 ? 1 : found;
	return rc;
}

static int
list(struct vt_arrival *a, struct vt_effect *x, struct vt_err *reterr)
{
	const struct vt_edxml_document *d = &a->x->document;
	int rc = VT_OK;

	switch (d->business) {
	case VT_EDXML_REVOKE:
	case VT_EDXML_UPDATE:
		x->ask = d->business == VT_EDXML_REVOKE ? VT_ASK_RECALL
							: VT_ASK_UPDATE;
		if (d->acts_on == NULL || d->acts_on[0] == '\0')
			return guess(a, x, reterr);
		rc = add(a, x, d->acts_on, reterr);
		break;
	case VT_EDXML_REPLACE:
		x->ask = VT_ASK_REPLACE;
		for (size_t i = 0; i < d->n_replaces && rc == VT_OK; i++)
			rc = add(a, x, d->replaces[i].document_id, reterr);
		break;
	default:
		return VT_OK;
	}
	hash_of(x->document, x->n, &x->hash);
	return rc;
}

/* Is one of them not here? Then that is to be seen; and when too many wait
 * already, it is not asked. */
static int
look_for(struct vt_arrival *a, struct vt_effect *x, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	bool is = true, room = true;
	size_t n = 0;
	vt_id id;
	int rc;

	if ((rc = vt_office_view_all(a->o, &v, reterr)) != VT_OK ||
	    (rc = vt_ask_room(v, a->agency_no, x->from, &room, reterr)) !=
		VT_OK)
		return rc;
	for (size_t i = 0; i < x->n && rc == VT_OK; i++) {
		rc = vt_ask_find(
		    v, a->agency_no, x->from, x->document[i], &id, &is, reterr);
		if (rc == VT_OK && !is && x->note.n == 0)
			vt_buf_printf(&x->note,
			    room ? "khi đến, văn bản %s chưa có ở đây: yêu cầu "
				   "được giữ cho đến khi văn bản ấy đến"
				 : "khi đến, văn bản %s chưa có ở đây, và đã "
				   "có quá nhiều yêu cầu của nơi gửi này đang "
				   "chờ: yêu cầu không được giữ",
			    x->document[i]);
		if (is || room)
			x->document[n++] = x->document[i];
	}
	x->n = n;
	return rc == VT_OK ? vt_buf_status(&x->note, reterr) : rc;
}

int
vt_effect_read(struct vt_arrival *a, struct vt_effect *x, struct vt_err *reterr)
{
	const char *own;
	bool ok = true;
	int rc;

	memset(x, 0, sizeof(*x));
	x->from = vt_arrival_text(a, a->x->document.from.id, 35, &ok);
	own = vt_arrival_text(a, a->x->document.document_id, 200, &ok);
	x->reason = vt_arrival_text(a, a->x->document.reason, 500, &ok);
	if (!ok)
		return vt_arena_err(a->arena, reterr);
	if ((rc = list(a, x, reterr)) != VT_OK || x->n == 0)
		return rc;
	for (size_t i = 0; i < x->n; i++)
		x->itself |= strcmp(x->document[i], own) == 0;
	return look_for(a, x, reterr);
}

void
vt_effect_free(struct vt_effect *x)
{
	for (size_t i = 0; i < x->n_notes; i++)
		vt_buf_free(&x->notes[i].value);
	vt_buf_free(&x->payload);
	vt_buf_free(&x->note);
}

/* ---- asking ---- */

/* The ask's own id: of what asks, and of what it is about. */
static vt_id
once_of(const vt_id *consignment, const char *document)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();
	vt_hash d;
	vt_id id;

	vt_sha256_put(h, consignment->b, sizeof(consignment->b));
	vt_sha256_put(h, document, strlen(document));
	d = vt_sha256_end(h);
	memcpy(id.b, d.b, sizeof(id.b));
	return id;
}

int
vt_effect_steps(struct vt_arrival *a, struct vt_effect *x,
    struct vt_step *steps, size_t *n, struct vt_err *reterr)
{
	struct vt_ask_about about[VT_L(ASK_DOCUMENTS_MAX)];
	int rc;

	if (x->n == 0)
		return VT_OK;
	for (size_t i = x->n_notes; i < x->n; i++) {
		struct vt_asking k = { .agency_no = a->agency_no,
			.about = { .from = x->from,
			    .document = x->document[i] },
			.ask = x->ask,
			.reason = x->reason,
			.consignment = a->id,
			.at = a->received_at,
			.once = once_of(&a->id, x->document[i]) };

		x->notes[i].value = (struct vt_buf)VT_BUF_INIT;
		x->n_notes++;
		rc = vt_ask_note(&k, &x->notes[i], &x->changes[i], reterr);
		if (rc != VT_OK)
			return rc;
	}
	for (size_t i = 0; i < x->n; i++)
		about[i] = (struct vt_ask_about){ .from = x->from,
			.document = x->document[i] };
	memset(&steps[*n], 0, sizeof(*steps));
	steps[*n].kind = VT_STEP_ENTRY;
	steps[*n].u.entry.changes = x->changes;
	steps[(*n)++].u.entry.n = x->n;
	vt_buf_reset(&x->payload);
	vt_ask_later(&a->id, about, x->n, &x->payload, &steps[(*n)++]);
	return vt_buf_status(&x->payload, reterr);
}
