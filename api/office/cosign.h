/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cosigning (C2SP tlog-witness): nodes of other agencies see our ledgers grow
 * and sign that, and we do the same for theirs. Whom we ask, whose ledgers we
 * cosign and who runs each stands in entries of kind WITNESS; asking is work of
 * the queue, one item a witness, so that nobody waits for one that is down.
 *
 * Two nodes of one operator are no witnesses of each other: neither is taken.
 */
#ifndef VT_API_OFFICE_COSIGN_H
#define VT_API_OFFICE_COSIGN_H

#include "api/office/office.h"
#include "docstore/restored.h"
#include "docstore/witness.h"

#define VT_WITNESS_URL_MAX 200 /* bytes */

/* Somebody whom we know: who we are, a witness, or a ledger. */
struct vt_witness {
	struct vt_vkey key; /* its name is the key of the entry */
	char whose[VT_OPERATOR_MAX + 1];
	char url[VT_WITNESS_URL_MAX + 1]; /* of a witness's node */
};

/* ---- set on a store, at rest or open ---- */

/* Who runs this node; before anything else. VT_E_INVALID. */
VT_NODISCARD int vt_witness_we(
    struct vt_store *s, const char *whose, struct vt_err *reterr);
/*
 * A cosigner's key with a URL (http(s)://HOST, the node's as in a route): a
 * witness that we ask. A ledger's key without: one that we cosign.
 * VT_E_INVALID: another form; it is not said yet who runs this node; the same
 * operator does.
 */
VT_NODISCARD int vt_witness_put(
    struct vt_store *s, const struct vt_witness *w, struct vt_err *reterr);
/*
 * A ledger that we cosign goes on in a new epoch: bundle proves the first leaf
 * of it, signed by the key that we know, and follows a ledger that we know; the
 * new one is cosigned from now on, run by whom the old one was. VT_E_SYNTAX,
 * VT_E_LEDGER_PROOF (it does not hold, or opens no epoch, or we have seen more
 * of the old one than it says is lost, or another root), VT_E_NOT_FOUND (of no
 * ledger that we cosign).
 */
VT_NODISCARD int vt_witness_follow(struct vt_store *s, struct vt_span bundle,
    struct vt_witness *ret, struct vt_err *reterr);
/* By its name. VT_E_NOT_FOUND. */
VT_NODISCARD int vt_witness_remove(
    struct vt_store *s, const char *name, struct vt_err *reterr);

/* How asking one about one of our ledgers went. */
struct vt_witness_asked {
	uint64_t seen;  /* as it said last, in acts (docstore/epoch.h) */
	vt_time kept;   /* its last cosignature; VT_TIME_NONE: none yet */
	bool refused;   /* it holds another history, or a longer one */
	char note[200]; /* why */
};
VT_NODISCARD int vt_witness_asked_get(struct vt_view *v, const char *name,
    uint32_t agency_no, struct vt_witness_asked *ret, struct vt_err *reterr);

/* Calls f for each, witnesses and ledgers; f returns VT_OK to go on. */
VT_NODISCARD int vt_witness_each(struct vt_view *v,
    int (*f)(void *arg, const struct vt_witness *w, struct vt_err *reterr),
    void *arg, struct vt_err *reterr);
/* Who runs this node, "" when it was not said. */
VT_NODISCARD int vt_witness_who_we_are(struct vt_view *v,
    char ret[static VT_OPERATOR_MAX + 1], struct vt_err *reterr);

/* ---- the server's ---- */

/* Every witness is asked now, whenever its turn would be: the server starts, and
 * who knows from which state (a snapshot that was put back). */
void vt_cosign_soon(struct vt_office *o);

/*
 * A request of add-checkpoint, by whomever: that its ledger is known and its
 * checkpoint signed is all that is asked. Errors: VT_E_NOT_FOUND (no ledger
 * that we cosign), VT_E_PEER_UNTRUSTED (not signed by its key), those of
 * vt_witness_take.
 */
VT_NODISCARD int vt_office_add_checkpoint(struct vt_office *o,
    struct vt_span request, struct vt_witness_answer *ret, struct vt_buf *line,
    struct vt_err *reterr);

/* For health. */
struct vt_witness_state {
	bool on;          /* a witness is asked */
	vt_time cosigned; /* the newest cosignature; VT_TIME_NONE: none */
	bool refused;     /* a witness refuses a ledger of ours */
	bool refuses;     /* we refuse one of others */
	/* by what it was noticed that the store was put back; "" */
	char put_back[VT_RESTORED_WHY];
};
VT_NODISCARD int vt_office_witness_state(
    struct vt_office *o, struct vt_witness_state *ret, struct vt_err *reterr);

#endif
