/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who looked at a paper, and how often it was used. An identified reader makes
 * one act a (reader, paper, use, hour) by VT_STEP_READ, under a key of its own
 * (vt_read_key), so that a second one in the hour is a repeat; people whom
 * nobody knows are counted by VT_STEP_COUNTED. Both leave paper, history and
 * events alone: they stand in tables read and use, which follow from the acts.
 */
#ifndef VT_DOCSTORE_USE_H
#define VT_DOCSTORE_USE_H

#include "docstore/record.h"

/* Stored; numbers are never reused. */
enum vt_use {
	VT_USE_OPEN = 1,     /* on a screen; by a known reader */
	VT_USE_DOWNLOAD = 2, /* the file; by a known reader */
	VT_USE_PRINT = 3,    /* copies, counted with its VT_STEP_PRINT */
	VT_USE_CHECK = 4,    /* its public page was asked for, by anybody */
	VT_USE_FETCH = 5,    /* downloaded from there */
	VT_USE__MAX
};
const char *vt_use_name(enum vt_use u); /* "open", "download", …; "" */

/* Room for vt_read_key. */
#define VT_READ_KEY_MAX 64
/* The idempotency key of a reading in the hour of `at`; its caller is the
 * paper, which nobody can speak for. */
void vt_read_key(const vt_id *person, enum vt_use use, vt_time at,
    char ret[VT_READ_KEY_MAX]);
/* Is that reading recorded? One lookup. */
VT_NODISCARD int vt_read_known(struct vt_view *v, const vt_id *paper,
    const char *key, bool *ret, struct vt_err *reterr);

struct vt_read {
	uint64_t index; /* of its leaf */
	vt_time at;     /* when it was read; */
	vt_time time;   /* of the act, later when it was held back */
	vt_id person;
	uint32_t post;
	enum vt_use use;
	uint16_t part;
	vt_hash main; /* the version that was read */
};
/* Newest first, those with index < before (0: all). Isolated papers as
 * vt_paper_get. */
VT_NODISCARD int vt_read_list(struct vt_view *v, const vt_id *paper,
    uint64_t before, struct vt_read *ret, size_t max, size_t *ret_n,
    struct vt_err *reterr);

/* Months of UTC+7 as YYYYMM. */
uint32_t vt_use_month(vt_time t);

struct vt_use_counts {
	uint64_t paper; /* seq */
	uint64_t n[VT_USE__MAX];
};
/*
 * Papers of an agency that were used in a month, by seq, those with seq >
 * after. Cost: O(rows given). Of isolated papers too: counts alone.
 */
VT_NODISCARD int vt_use_list(struct vt_view *v, uint32_t agency_no,
    uint32_t month, uint64_t after, struct vt_use_counts *ret, size_t max,
    size_t *ret_n, struct vt_err *reterr);
/* The id of a paper by its seq in its agency; as vt_paper_get. */
VT_NODISCARD int vt_paper_by_seq(struct vt_view *v, uint32_t agency_no,
    uint64_t seq, struct vt_paper *ret, struct vt_err *reterr);

#endif
