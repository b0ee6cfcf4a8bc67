/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scrub reads every stored chunk again, a little at a time: what nobody asks
 * for rots unseen. It goes on where it ended, through restarts, and begins
 * again when it is through. What does not decipher to its id is counted, named
 * and said in the log; it stays where it is (nothing of it is handed out, all
 * else is) until vt_store_repair (docstore/backup.h) brings it back.
 *
 * Where it stands is row `scrub` of table super (docs/format.md §1). It says
 * nothing of records: vt_store_check derives those.
 */
#ifndef VT_DOCSTORE_SCRUB_H
#define VT_DOCSTORE_SCRUB_H

#include "docstore/store.h"

struct vt_scrub {
	uint64_t next; /* sequence of the chunk to go on with; 0: from the
			* first */
	vt_time began; /* this round; VT_TIME_NONE: none was begun */
	vt_time at;    /* last heard of */
	/* Of this round: read, their plaintext bytes, damaged. */
	uint64_t chunks, bytes, damaged;
	char names[200];      /* sequences of those, as many as fit */
	uint64_t rounds;      /* brought to their end */
	vt_time done;         /* when the last of them ended */
	uint64_t was_damaged; /* what that one counted */
};

/*
 * Reads chunks of at most `budget` bytes, one at least, and notes where it
 * ended; a round that ends begins anew with the next call. told (may be NULL):
 * a line a damaged chunk. One at a time. Any thread but the writer's.
 * Errors: VT_E_STORE_READ_ONLY, those of committing; reading errors of the
 * disk (VT_E_IO) end the call, and what was read is noted.
 * Cost: deciphers the bytes; no read transaction lives longer than some 16 MiB.
 */
VT_NODISCARD int vt_store_scrub(struct vt_store *s, uint64_t budget,
    void (*told)(void *arg, const char *line), void *arg, struct vt_scrub *ret,
    struct vt_err *reterr);

/* Where it stands; never begun: began is VT_TIME_NONE. Any thread. */
VT_NODISCARD int vt_store_scrubbed(
    struct vt_store *s, struct vt_scrub *ret, struct vt_err *reterr);

/* Inside the room: what was damaged is mended. */
VT_NODISCARD int vt_scrub_mended(struct vt_store *s, struct vt_err *reterr);

#endif
