/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who refers to whom in one revision: every place from which the objects of
 * interest are reached, starting at the trailer. Internal to signing/verdict.
 */
#ifndef VT_VERDICT_REFS_H
#define VT_VERDICT_REFS_H

#include "signing/verdict/facts.h"

/* One place that holds a reference to `target`. */
struct vt_edge {
	uint32_t target;
	uint32_t source;  /* object that holds it; 0: the trailer */
	const char *path; /* inside the source: "AcroForm/Fields[2]", "[0]" */
	/* Innermost dictionary around the reference; NULL: none. */
	const struct vt_pdf_object *holder;
	size_t order; /* in which they were found */
};

struct vt_refs {
	uint32_t n;        /* object numbers are below */
	uint8_t *interest; /* one bit a number */
	uint8_t *seen;
	uint32_t *parent; /* first object from which each was reached */
	struct vt_edge *edges; /* by target, then in order */
	size_t n_edges, cap_edges;
};

/* n: one more than the highest number of interest. */
VT_NODISCARD int vt_refs_new(
    struct vt_facts *f, uint32_t n, struct vt_refs *ret, struct vt_err *reterr);
void vt_refs_want(struct vt_refs *r, uint32_t num);
bool vt_refs_wanted(const struct vt_refs *r, uint32_t num);

/*
 * Walks everything reachable in revision rev and collects the edges to what is
 * wanted; arrays that hold such a reference are wanted, too.
 * Errors: those of reading an object; VT_E_PDF_SYNTAX for one that runs past
 * the end of its revision; VT_E_LIMIT; VT_E_NOMEM.
 * Cost: O(objects of the revision), and sorting the edges.
 */
VT_NODISCARD int vt_refs_build(
    struct vt_facts *f, size_t rev, struct vt_refs *r, struct vt_err *reterr);

/* The edges to num, in the order found; NULL and 0: none. */
const struct vt_edge *vt_refs_edges(
    const struct vt_refs *r, uint32_t num, size_t *ret_n);

/* "Root/AcroForm/Fields[2]": how num was first reached; "" when it was not.
 * In f->out. */
const char *vt_refs_path(
    struct vt_facts *f, const struct vt_refs *r, size_t rev, uint32_t num);

/* Calls fn for each reference inside a value, with its path from there. Stops
 * at the first that returns other than VT_OK, and returns that. */
struct vt_ref_step {
	const struct vt_ref_step *up;
	struct vt_span key; /* of a dictionary, p NULL for an array */
	size_t index;
};
typedef int (*vt_ref_fn)(void *arg, struct vt_pdf_ref ref,
    const struct vt_ref_step *at, const struct vt_pdf_object *holder);
VT_NODISCARD int vt_refs_each(
    const struct vt_pdf_object *value, vt_ref_fn fn, void *arg);
/* Text of such a path, in f->out. */
const char *vt_ref_path(
    struct vt_facts *f, const char *prefix, const struct vt_ref_step *at);

#endif
