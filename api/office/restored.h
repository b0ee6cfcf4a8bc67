/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A restored store writes again (design law 14), on a store that no server has
 * open. Two people, leaders or administrators of agencies of this store, answer
 * for each of these acts, which stand in the ledger for ever.
 *
 * Errors: those of the step (docstore/act.h), VT_E_FORBIDDEN (no such role),
 * VT_E_SYNTAX (a file is none of the three).
 */
#ifndef VT_API_OFFICE_RESTORED_H
#define VT_API_OFFICE_RESTORED_H

#include "api/office/office.h"
#include "docstore/bundle.h"
#include "docstore/resume.h"

struct vt_transport;

struct vt_two {
	const char *code; /* of the agency in whose ledger it stands */
	vt_id first, second;
	const char *asked; /* who was asked; how the numbers are known */
	/* Checkpoints, receipts and proof bundles that others hold, as they
	 * were shown, at most VT_RESUME_SHOWN. */
	const struct vt_span *files;
	size_t n_files;
	/* Carries checkpoints to our witnesses, who are asked what they have
	 * seen; what each answered, or that it did not, is appended to told
	 * and stands in the act. NULL: nobody is asked. */
	const struct vt_transport *ask;
	struct vt_buf *told;
};

/* It writes again. VT_E_STORE_RESTORED, VT_E_LEDGER_PROOF also when a witness
 * says that it has seen more, or another history. */
VT_NODISCARD int vt_office_resume(
    struct vt_store *s, const struct vt_two *two, struct vt_err *reterr);

/* The agency's ledger goes on in a new epoch (docstore/epoch.h); what a witness
 * has seen beyond it is lost, too. ret: the proof of its first leaf, for whoever
 * witnessed the one before. */
VT_NODISCARD int vt_office_epoch(struct vt_store *s, const struct vt_two *two,
    uint64_t lost, struct vt_buf *ret, struct vt_err *reterr);

/* Which numbers may have been given in what is lost; files: none. */
struct vt_lost_numbers {
	const char *series;
	uint32_t period; /* 0: of now */
	uint64_t last;
};
VT_NODISCARD int vt_office_lost(struct vt_store *s, const struct vt_two *two,
    const struct vt_lost_numbers *x, size_t n, struct vt_err *reterr);

/* The checkpoint in a checkpoint, receipt or bundle; borrowed. VT_E_SYNTAX. */
VT_NODISCARD int vt_office_checkpoint_in(
    struct vt_span file, struct vt_span *ret, struct vt_err *reterr);

#endif
