/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * render SHOWS papers: letters and results as PDF (libharu, Liberation Serif),
 * the fields' font, appearances and pictures as grafts for signing, and - in
 * the `pages` worker, by Poppler - text and pictures of any PDF.
 * Layout: Decree 30/2020, Appendix I. Same data, same bytes.
 * All strings are UTF-8, normalised to NFC here; lengths in points.
 */
#ifndef VT_RENDER_RENDER_H
#define VT_RENDER_RENDER_H

#include "base/arena.h"
#include "base/pdf/append.h"
#include "base/time.h"
#include "base/worker/worker.h"

/* Where something stands on a page; as in signing: displayed coordinates,
 * origin lower left, page from 0. */
struct vt_place {
	size_t page;
	double x, y, w, h;
};

/* Places that the layout keeps free for the fields laid later. */
struct vt_places {
	struct vt_place number; /* "128/SKHCN-CĐS", after "Số:" */
	struct vt_place date;   /* "An Mẫu, ngày 21 tháng 11 năm 2026" */
	struct vt_place leader; /* hand signature of the competent person */
	struct vt_place seal;   /* over a third of it, on its left */
	struct vt_place initials[2];
};

struct vt_letter {
	const char *parent;    /* parent agency, NULL: none */
	const char *agency;    /* issuing agency */
	const char *type_name; /* "QUYẾT ĐỊNH"; NULL: công văn */
	const char *subject;   /* trích yếu */
	const char *const *to; /* "Kính gửi" lines */
	size_t n_to;
	const char *const *bases; /* legal bases, italic */
	size_t n_bases;
	const char *const *body; /* paragraphs, at least one */
	size_t n_body;
	/* "KT. GIÁM ĐỐC", "TM. ỦY BAN NHÂN DÂN"; NULL: none */
	const char *authority;
	const char *title;         /* "GIÁM ĐỐC" */
	const char *signer;        /* full name */
	const char *const *copies; /* "Nơi nhận", last "Lưu: VT, ..." */
	size_t n_copies;
};

/*
 * Typesets a letter of as many pages as it needs. The number, date, signature
 * and seal stay empty; ret_places says where they go.
 * Errors: VT_E_INVALID (a required text is missing, a letter that the face
 * lacks - named), VT_E_LIMIT, VT_E_ENVIRONMENT (the fonts are not installed).
 * *Threads:* safe.
 */
VT_NODISCARD int vt_render_letter(const struct vt_letter *l,
    struct vt_buf *ret_pdf, struct vt_places *ret_places,
    struct vt_err *reterr);

struct vt_notice_fact { /* "Nội dung", "..." */
	const char *label, *value;
};

/*
 * Result of an administrative procedure: holder, case and facts in a table,
 * QR code and public code at the foot of the last page. A first paragraph
 * that ends in a colon stands before the table, the others after it.
 */
struct vt_notice {
	const char *parent, *agency;
	const char *type_name; /* "THÔNG BÁO", "GIẤY XÁC NHẬN" */
	const char *subject;
	const char *citizen;   /* the holder's full name */
	const char *case_code; /* mã hồ sơ */
	const struct vt_notice_fact *facts;
	size_t n_facts;
	const char *const *body;
	size_t n_body;
	const char *authority, *title, *signer;
	const char *const *copies;
	size_t n_copies;
	const char *code; /* public code, printed in groups of four */
	const char *url;  /* what the QR code holds */
};

VT_NODISCARD int vt_render_notice(const struct vt_notice *n,
    struct vt_buf *ret_pdf, struct vt_places *ret_places,
    struct vt_err *reterr);

/* ---- registers ---- */

#define VT_BOOK_COLUMNS_MAX 12
#define VT_BOOK_FACTS_MAX   6

struct vt_book_column {
	const char *name;
	double share; /* of the width, beside those of the others */
	bool centre;
};

/*
 * A register (sổ): A4 lying down, a cover, then one row a line in a table whose
 * head stands on each page; a row that is higher than what is left of its page
 * begins the next one, and goes on there if it is higher than a page. A letter
 * that the face lacks is printed as its code, "[U+4E2D]": nothing is left out,
 * and one foreign letter does not make a book unprintable.
 */
struct vt_book_print {
	const char *agency, *title;
	const struct vt_book_column *columns;
	size_t n_columns; /* <= VT_BOOK_COLUMNS_MAX */
	/*
	 * The cells of the next line, n_columns of them, borrowed until the
	 * next call; *ret_more false: there is none.
	 */
	int (*line)(void *arg, const char **cells, bool *ret_more,
	    struct vt_err *reterr);
	/* After the last line: what stands on the cover under the title, and
	 * below the table. Borrowed until the answer; NULL at the end. */
	void (*end)(void *arg, const char *cover[VT_BOOK_FACTS_MAX + 1],
	    const char *below[VT_BOOK_FACTS_MAX + 1]);
	void *arg;
};

/*
 * Errors: as vt_render_letter, and those of line. VT_E_LIMIT: more than
 * RENDER_PAGES_MAX pages or RENDER_ARENA_MAX bytes; a book is printed in
 * volumes. Memory: some 5 KB a line until it is done. *Threads:* safe.
 */
VT_NODISCARD int vt_render_book(const struct vt_book_print *b,
    struct vt_buf *ret_pdf, struct vt_err *reterr);

/* ---- fields and appearances: grafts in an arena ---- */

#define VT_RENDER_FONT_KEY        "VtSerif"
#define VT_RENDER_FONT_ITALIC_KEY "VtSerifItalic"
/* Font sizes that the places of number and date are made for. */
#define VT_RENDER_NUMBER_SIZE 13.0
#define VT_RENDER_DATE_SIZE   13.0

/*
 * The fonts of the laid text fields: Liberation Serif regular and italic, cut
 * by hb-subset to every letter a number, symbol, date or name of a place can
 * need (ASCII, all Vietnamese letters), Identity-H with CID = Unicode scalar
 * (CIDToGIDMap), so that a later fill needs no font file. *ret_regular and
 * *ret_italic are indexes of the Type0 fonts in the graft.
 */
VT_NODISCARD int vt_render_field_fonts(struct vt_arena *a,
    struct vt_pdf_graft *ret, size_t *ret_regular, size_t *ret_italic,
    struct vt_err *reterr);

/*
 * Appearance of a filled text field of w x h: object 0 is the form XObject,
 * its font the import "DR/Font/<font_key>". Text in VtSerif (number) stands at
 * the left, /Q 0; in VtSerifItalic (place and date) in the middle, /Q 1.
 * VT_E_INVALID names a letter that the field's font lacks. Fits by shrinking
 * down to 8 pt, else VT_E_LIMIT.
 */
VT_NODISCARD int vt_render_field_text(const char *text, const char *font_key,
    double font_size, double w, double h, struct vt_arena *a,
    struct vt_pdf_graft *ret, struct vt_err *reterr);

/*
 * Appearance of a signature field: picture (PNG with alpha, may be empty) and
 * lines of text (may be none), in w x h. Text is drawn with an own subset of
 * Liberation Serif that the graft brings along. Object 0 is the form XObject.
 * Errors: VT_E_INVALID (not a PNG, letters missing), VT_E_LIMIT (a picture
 * past IMAGE_MAX or IMAGE_PIXELS_MAX, text that does not fit at 5 pt).
 */
struct vt_stamp {
	struct vt_span png;
	const char *const *lines;
	size_t n_lines;
	double font_size; /* 0: 8 pt */
	bool text_below;  /* picture above, else text over picture */
	bool wrap;        /* a long line is broken at spaces, not set smaller */
};
VT_NODISCARD int vt_render_stamp(const struct vt_stamp *s, double w, double h,
    struct vt_arena *a, struct vt_pdf_graft *ret, struct vt_err *reterr);

/* The least box, at most max_w wide, in which the lines of a stamp without a
 * picture stand at their size; whole points. Errors as above. */
VT_NODISCARD int vt_render_stamp_room(const struct vt_stamp *s, double max_w,
    struct vt_arena *a, double *ret_w, double *ret_h, struct vt_err *reterr);

/* Pictures for demos and tests, drawn by code: a hand-like signature stroke in
 * blue, and a round red seal with the agency's name; PNG with alpha. */
VT_NODISCARD int vt_render_demo_signature(
    const char *name, struct vt_buf *ret, struct vt_err *reterr);
VT_NODISCARD int vt_render_demo_seal(
    const char *agency, struct vt_buf *ret, struct vt_err *reterr);

/* ---- the `pages` worker ---- */

extern const struct vt_worker_kind vt_pages_worker;

/* Text of a PDF in reading order, pages separated by form feeds (U+000C), NFC,
 * at most TEXT_MAX bytes: longer text is cut at the end of a page, *ret_pages
 * counts all. fd: the PDF, borrowed. Errors: VT_E_FILE_EMPTY, VT_E_NOT_PDF,
 * VT_E_PDF_SYNTAX, VT_E_PDF_ENCRYPTED, those of vt_spawner_call. */
VT_NODISCARD int vt_pages_text(struct vt_spawner *s, int fd, struct vt_buf *ret,
    size_t *ret_pages, struct vt_err *reterr);

/* Page i (from 0) as PNG at dpi 36..300. Also VT_E_NOT_FOUND (no such page),
 * VT_E_LIMIT (PAGE_PIXELS_MAX). */
VT_NODISCARD int vt_pages_png(struct vt_spawner *s, int fd, size_t page,
    int dpi, struct vt_buf *ret, struct vt_err *reterr);

/*
 * A QR code (ISO/IEC 18004, error correction level M) as the path of an SVG:
 * one unit a module, in a square of *ret_side units, quiet zone included;
 * appended. Errors: VT_E_LIMIT (QR_TEXT_MAX), VT_E_NOMEM.
 */
VT_NODISCARD int vt_qr_path(const char *text, struct vt_buf *ret,
    unsigned *ret_side, struct vt_err *reterr);

#endif
