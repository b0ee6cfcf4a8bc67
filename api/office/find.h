/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finding papers: what is asked for as faces take it, by names and values; the
 * papers; queries that are saved; hits as a file. Appendix VI of Decree
 * 30/2020: search all fields, choose columns, save queries, order results,
 * export hits, mark what came from the System.
 */
#ifndef VT_API_OFFICE_FIND_H
#define VT_API_OFFICE_FIND_H

#include "api/office/docx.h"
#include "api/office/office.h"

/* ---- what is asked for ---- */

enum vt_find_field {
	VT_FIND_Q,           /* words, docstore/search.h */
	VT_FIND_NUMBER,      /* "05/QĐ-UBND" */
	VT_FIND_DIRECTION,   /* out, in, result */
	VT_FIND_STATE,       /* a name, or "open": not finished */
	VT_FIND_AGENCY,      /* code of the sender or of a recipient */
	VT_FIND_TYPE,        /* "QĐ" */
	VT_FIND_UNIT,        /* whose turn it is */
	VT_FIND_ASSIGNED_TO, /* person's id, or "me" */
	VT_FIND_DUE_BEFORE,  /* YYYY-MM-DD */
	VT_FIND_OVERDUE,     /* "true": open, and due before today */
	VT_FIND_ISSUED_FROM, /* YYYY-MM-DD, first and last day */
	VT_FIND_ISSUED_UNTIL,
	VT_FIND_NUMBER_MIN, /* our number or that of the arrival */
	VT_FIND_NUMBER_MAX,
	VT_FIND_ORDER, /* newest, oldest, relevance; number, date, due; -number,
			* -date, -due: the highest first */
	VT_FIND__MAX
};
/* "q", "number", ...: parameters of queries, fields of saved ones. */
const char *vt_find_name(enum vt_find_field f);

/* Values by field; NULL or "": not asked. */
struct vt_find {
	const char *f[VT_FIND__MAX];
};

/*
 * The actor's agency's papers, vt_paper_search's way: before and *ret_next are
 * places in the order. Who may read the agency's papers may.
 * Errors: VT_E_INVALID (a value that the field cannot have, named),
 * VT_E_SYNTAX (words that are not UTF-8). Borrowed until vt_view_end.
 */
struct vt_find_page {
	uint64_t before;
	struct vt_paper *ret;
	size_t max, n;
	uint64_t next; /* 0: the end */
};
VT_NODISCARD int vt_office_find(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, const struct vt_find *f,
    struct vt_find_page *page, struct vt_err *reterr);

/*
 * The words that a search asked for, to show where in the pages of its hits
 * they stand. Looking takes SNIPPETS_MS over all of them: what is left then is
 * shown without. asked is NULL when nothing was asked in words; it lies in a.
 */
struct vt_found_words {
	struct vt_asked *asked;
	int64_t until; /* monotonic us */
};
VT_NODISCARD int vt_office_found_words(struct vt_office *o, struct vt_arena *a,
    const struct vt_find *f, struct vt_found_words *ret, struct vt_err *reterr);
/* Of a hit of this view; see vt_search_snippet. */
VT_NODISCARD int vt_office_snippet(struct vt_office *o, struct vt_view *v,
    const struct vt_found_words *w, const struct vt_paper *p,
    struct vt_snippet *ret, bool *ret_found, struct vt_err *reterr);

/* Days past its due day (of the order, else of the paper); 0: it is not, has
 * none, or is finished. */
uint32_t vt_office_overdue_days(
    const struct vt_office *o, const struct vt_paper *p);

/* ---- saved queries (entries of kind 9) ---- */

#define VT_SAVED_NAME_MAX 100 /* characters */

struct vt_saved {
	vt_id id, owner;
	bool shared; /* with the agency */
	char name[4 * VT_SAVED_NAME_MAX + 1];
	struct vt_find find;
	const char *columns; /* "number,subject,due": of exports; "" = all */
	vt_time made_at;
};

/* One's own, and those that are shared in the agency, by name. Texts lie in
 * a. */
VT_NODISCARD int vt_office_saved(struct vt_office *o, struct vt_view *v,
    const struct vt_actor *actor, struct vt_arena *a, struct vt_saved *ret,
    size_t max, size_t *ret_n, struct vt_err *reterr);

/*
 * id and owner are made here. Sharing is for clerks, leaders and
 * administrators; programs save none.
 * Errors: VT_E_INVALID (name, a value), VT_E_LIMIT (QUERIES_MAX),
 * VT_E_FORBIDDEN.
 */
VT_NODISCARD int vt_office_save(struct vt_office *o,
    const struct vt_request *rq, const struct vt_saved *s, vt_id *ret_id,
    struct vt_err *reterr);

/* One's own; a shared one also by a clerk or administrator. Errors:
 * VT_E_NOT_FOUND (none that the actor sees), VT_E_FORBIDDEN. */
VT_NODISCARD int vt_office_unsave(struct vt_office *o,
    const struct vt_request *rq, const vt_id *id, struct vt_err *reterr);

/* ---- hits as a file ---- */

enum vt_export_format {
	VT_EXPORT_CSV = 1,
	VT_EXPORT_DOCX = 2,
	VT_EXPORT_JSON = 3
};

/* "docx", "json"; NULL or another: CSV. */
static inline enum vt_export_format
vt_export_format(const char *name)
{
	if (name != NULL && strcmp(name, "docx") == 0)
		return VT_EXPORT_DOCX;
	return name != NULL && strcmp(name, "json") == 0 ? VT_EXPORT_JSON
							 : VT_EXPORT_CSV;
}

static inline const char *
vt_export_type(enum vt_export_format format)
{
	return format == VT_EXPORT_DOCX	  ? VT_DOCX_TYPE
	       : format == VT_EXPORT_JSON ? "application/json"
					  : "text/csv; charset=utf-8; "
					    "header=present";
}

/* Content-Disposition of the file. */
static inline const char *
vt_export_disposition(enum vt_export_format format)
{
	return format == VT_EXPORT_DOCX
		   ? "attachment; filename=\"van-ban.docx\""
	       : format == VT_EXPORT_JSON
		   ? "attachment; filename=\"van-ban.json\""
		   : "attachment; filename=\"van-ban.csv\"";
}

/*
 * Hits, EXPORT_HITS_MAX at most, as a table: CSV (RFC 4180, UTF-8 with a byte
 * order mark), a Word document (ECMA-376) or JSON ({"papers": [{column:
 * text…}…], "exported": …}). columns: names, commas between; NULL or "": all.
 * Its last line, or "exported", says that it was exported from the System, by
 * whom and when, and whether hits were left out. Appends to ret.
 * Errors: those of vt_office_find; VT_E_INVALID (an unknown column).
 */
struct vt_export {
	const struct vt_find *find;
	const char *columns;
	enum vt_export_format format;
	bool en; /* headings in English */
};
VT_NODISCARD int vt_office_export(struct vt_office *o,
    const struct vt_actor *actor, const struct vt_export *x, struct vt_buf *ret,
    struct vt_err *reterr);

/* "number", ...; NULL after the last. And its heading. */
const char *vt_export_column(size_t i);
const char *vt_export_heading(size_t i, bool en);
/* Names into rows of that list; ret NULL: only looks. VT_E_INVALID. */
#define VT_EXPORT_COLUMNS 16
VT_NODISCARD int vt_export_columns(const char *names,
    size_t ret[VT_EXPORT_COLUMNS], size_t *ret_n, struct vt_err *reterr);

#endif
