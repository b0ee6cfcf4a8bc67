/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A forger's tools: updates of a signed file that no honest step would write,
 * and signatures over whatever range one likes. All abort on failure.
 */
#ifndef VT_TESTS_FORGE_H
#define VT_TESTS_FORGE_H

#include "base/pdf/append.h"
#include "tests/unit/signing/walk.h"

struct forge {
	const struct vt_buf *file;
	struct vt_source src;
	struct vt_arena *arena;
	struct vt_pdf *pdf;
	struct vt_pdf_append *append;
	struct vt_pdf_tail tail;
};

/* Begins an update of file (borrowed until forge_close). */
void forge_open(struct forge *f, const struct vt_buf *file);
void forge_close(struct forge *f);

/* The laid fields in the order of walk_lay(). */
enum { FORGE_NUMBER, FORGE_DATE, FORGE_LEADER, FORGE_AGENCY };
uint32_t forge_field(struct forge *f, size_t i);
/* The object that an entry of object num refers to; 0 when it is none. */
uint32_t forge_entry(struct forge *f, uint32_t num, const char *key);
uint32_t forge_page(struct forge *f);
uint32_t forge_catalog(struct forge *f);

uint32_t forge_new(struct forge *f);
void forge_put(struct forge *f, uint32_t num, const char *fmt, ...)
    VT_PRINTF(3, 4);
void forge_stream(
    struct forge *f, uint32_t num, const char *dict, const char *data);
/*
 * Object num again without the entries of a NULL-ended list, and with more.
 */
void forge_edit(struct forge *f, uint32_t num, const char *const *drop,
    const char *fmt, ...) VT_PRINTF(4, 5);

/* file + update -> ret. */
void forge_done(struct forge *f, struct vt_buf *ret);

/* What a colluding signer may want otherwise. */
struct forge_signature {
	const char *entries; /* of the dictionary; NULL: an honest B-B */
	/* Changes the true byte range into the one written and hashed. */
	void (*range)(uint64_t r[4]);
	const char *range_text; /* written instead of its numbers */
	/* Makes the CMS over the bytes of the range; NULL: an honest one. */
	void (*cms)(void *arg, struct vt_span content, struct vt_buf *ret);
	void *arg;
};

/* Puts object num as a signature by key, then writes the file. */
void forge_sign(struct forge *f, uint32_t num, const struct forge_signature *s,
    struct vt_key *key, struct vt_buf *ret);

/* Replaces the first `from` in file by `to` of the same length. */
void forge_patch(struct vt_buf *file, const char *from, const char *to);

#endif
