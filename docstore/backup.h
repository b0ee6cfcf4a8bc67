/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Backups: a place with one increment after the other, each a signed manifest
 * over objects named by their SHA-256 (docs/format.md §12). What did not
 * change is not written again; any increment can be restored by itself.
 *
 *	PLACE/manifests/0000000007	one an increment
 *	PLACE/objects/<64 hex>		records (encrypted), chunks (encrypted)
 *	KEYS/objects/<64 hex>		wrapped data keys; log keys (encrypted)
 *
 * Nothing in a place opens without the store key, and a chunk not without its
 * wrapped key: what is destroyed in the store can be read from no backup, by
 * whatever means, once its time is over (keys_days; at once with forget): its
 * keys are gone then, and with them, when its words were destroyed, the
 * increments that have those in their rows.
 *
 * Taking one reads the store beside the process that serves it, at one moment
 * of records, keys and bytes. Each object is synced, read back and compared
 * before the manifest names it; the manifest comes last. Whatever goes wrong
 * before that, the increments before stay as they were.
 */
#ifndef VT_DOCSTORE_BACKUP_H
#define VT_DOCSTORE_BACKUP_H

#include "docstore/store.h"

struct vt_backup_options {
	const char *place; /* made when it is not there */
	/* > 0: one whole increment as a ustar stream to this descriptor, and
	 * place is not used; keys still go to their folder. */
	int stream;
	/* The store, opened for writing, hands over with this increment: it
	 * writes no more from now on (docstore/restored.h), and the standby
	 * that holds the increment may be promoted. Failed: ask again. */
	bool hand_over;
	const char *keys; /* another directory, for keys, and for the list
			   * of what was destroyed (docstore/destroy.h) */
	/* Objects of the increment before that this one takes over are read,
	 * too; those that are damaged are written again. */
	bool verify;
	uint32_t keep;      /* increments that stay; 0: all */
	uint32_t keys_days; /* keys that the store has no more stay so long, and
			     * increments with words that were destroyed; 0:
			     * BACKUP_KEYS_DAYS */
	bool forget; /* they go now, all of them */
	/* Called now and then; false stops. May be NULL. */
	bool (*progress)(
	    void *arg, const char *stage, uint64_t done, uint64_t total);
	void *arg;
};

struct vt_backup_report {
	uint64_t number;
	vt_time time;                /* of the state that it holds */
	vt_hash manifest;            /* SHA-256 of the manifest's body */
	uint64_t objects, bytes;     /* of the whole increment */
	uint64_t fresh, fresh_bytes; /* of them, written now */
	uint64_t acts;               /* leaves, over all ledgers */
	uint32_t agencies;
	uint64_t removed; /* objects that no increment names any more */
	/* The increment before could not be read, so this one is whole. */
	bool whole;
	uint64_t mended; /* verify: objects that were damaged */
};

/*
 * One more increment. s may be open for reading only, beside its server.
 * Errors: VT_E_INVALID (place and keys are one; no agency yet, so nobody to
 * sign), VT_E_CONFLICT (the place holds backups of another store),
 * VT_E_STORE_LOCKED (another backup to this place runs), VT_E_NO_INPUT (a log
 * key is missing), VT_E_STORE_CORRUPT (what was written reads back otherwise;
 * or the store's own pages), VT_E_STORE_FULL, VT_E_IO, VT_E_TIMEOUT (stopped),
 * VT_E_BUSY (commits came too fast to see all three parts at one moment).
 * Memory: < 40 MiB. Cost: reads records/ and keys/ whole, new chunks only.
 */
VT_NODISCARD int vt_backup_take(struct vt_store *s,
    const struct vt_backup_options *o, struct vt_backup_report *ret,
    struct vt_err *reterr);

struct vt_restore_options {
	const char *place, *keys;
	const char *key_file; /* the store key, from its safe: that of the time
			       * of the increment */
	/* The store key of the newest increment, where that is a later one
	 * and keys of the increment asked for have expired; NULL. */
	const char *newer_key_file;
	uint64_t number;   /* of the increment; 0: the newest */
	uint64_t map_size; /* as in vt_store_options */
	bool only_check;   /* verify everything, write nothing */
	/* A list of what was destroyed; it must be there. NULL: the one beside
	 * the target, <target>.destroyed, if there is one. */
	const char *destroyed;
	bool (*progress)(
	    void *arg, const char *stage, uint64_t done, uint64_t total);
	void *arg;
};

struct vt_restore_report {
	uint64_t number, newest; /* restored; newest in the place */
	vt_time backup;
	vt_hash manifest;
	vt_id store;
	uint64_t objects, bytes, rows, chunks;
	uint64_t keys_gone; /* chunks whose key has expired or was destroyed
			     * since: they are not restored */
	uint64_t acts;
	uint32_t agencies;
	uint64_t destroyed; /* papers that the lists destroyed once more */
	bool final;         /* the store was handed over with this increment */
};

/*
 * Makes the data directory `target` (absent, empty, or left by a restore that
 * was cut off) out of an increment. Every object is read and its hash compared
 * first. What was destroyed since, by the lists beside the keys and beside the
 * target, is destroyed before anybody can open the store: until that is done
 * vt_store_open answers VT_E_STORE_FORMAT. The store that results is marked
 * (docstore/restored.h): it does not write until that is lifted.
 * Errors: VT_E_NO_INPUT (no backup there, or an object is missing: named),
 * VT_E_STORE_CORRUPT (manifest or object damaged: named; nothing is restored),
 * VT_E_EXISTS (target not empty), VT_E_STORE_LOCKED (another restore into it
 * runs), VT_E_CONFLICT (the store key is another store's, or of another epoch:
 * it says which is needed), VT_E_STORE_FORMAT (newer; a list that is none, or
 * was changed), VT_E_STORE_FULL, VT_E_IO. After any of them: ask again.
 */
VT_NODISCARD int vt_backup_restore(const char *target,
    const struct vt_restore_options *o, const struct vt_context *ctx,
    struct vt_restore_report *ret, struct vt_err *reterr);

/*
 * A stream (of vt_backup_take) into a place. Errors: VT_E_STORE_CORRUPT (not
 * such a stream, cut off, or damaged), those of writing. Memory: one object.
 */
VT_NODISCARD int vt_backup_unpack(
    int fd, const char *place, const char *keys, struct vt_err *reterr);

/* ---- a warm standby ---- */

/*
 * Brings the data directory `target` to the newest increment of the place;
 * makes it when it is not there. Each call takes what is new; killed at any
 * moment it holds the rows of the increment before or of this one, and the
 * next call completes it. It may be read meanwhile (read_only), and is marked.
 * o->number is not used. After a rotation key_file is the new key; the standby
 * has the one of before itself, and gives it up then. *ret_changed: there was
 * something new. What was destroyed goes from its files, too, as in
 * vt_destroy_finish.
 * Errors: those of vt_backup_restore; VT_E_CONFLICT (the increment that it
 * holds, or was on its way to, is not in the place any more; it was promoted),
 * VT_E_LEDGER_PROOF (the newest increment does not go on where this one
 * stands: another history; nothing was changed), VT_E_STORE_LOCKED (somebody
 * has it open for writing).
 */
VT_NODISCARD int vt_backup_follow(const char *target,
    const struct vt_restore_options *o, const struct vt_context *ctx,
    bool *ret_changed, struct vt_restore_report *ret, struct vt_err *reterr);

/*
 * The standby writes from now on. Only with the increment with which the store
 * before handed over, and once: the place remembers. Cut off: ask again, with
 * the same standby.
 * Errors: VT_E_STORE_RESTORED (it was not handed over: design law 14 holds),
 * VT_E_CONFLICT (another one was promoted; not at the newest increment, or
 * still on its way to it).
 */
VT_NODISCARD int vt_backup_promote(const char *target,
    const struct vt_restore_options *o, const struct vt_context *ctx,
    struct vt_restore_report *ret, struct vt_err *reterr);

/* ---- repairing ---- */

struct vt_repair_options {
	const char *place, *keys;
	/* Instead of these: a file that has the damaged content at the same
	 * place, a copy from a peer, a citizen, another disk. Each of its
	 * pieces is taken by its hash (chunk id) alone, so an earlier or later
	 * version does as well, as far as they are equal. */
	const char *file;
	/* One line a damaged chunk, and what became of it. */
	void (*told)(void *arg, const char *line);
	void *arg;
};
struct vt_repair_report {
	uint64_t chunks, damaged, repaired;
};

/*
 * Reads every chunk of a store that is open for writing (and not served); one
 * that does not decipher, or is missing, comes back from the newest increment,
 * if that has it whole: it must decipher and have its id. Or from a file, with
 * a data key of its own. What was damaged is
 * kept as it lay, in DATA/damaged/<sequence>. The file's SHA-256 then holds
 * again, which `check` sees. The same file added again does not mend: equal
 * content is kept once.
 * Errors: VT_E_STORE_READ_ONLY, VT_E_NO_INPUT (no backup, no file),
 * VT_E_CONFLICT (of another store), VT_E_IO, VT_E_STORE_FULL. Cost: decrypts
 * all chunks.
 */
VT_NODISCARD int vt_store_repair(struct vt_store *s,
    const struct vt_repair_options *o, struct vt_repair_report *ret,
    struct vt_err *reterr);

#endif
