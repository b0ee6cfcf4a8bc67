/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file is, from how it begins: what a packet states is not trusted. */
#include <strings.h>

#include "api/exchange/edxml/reader.h"
#include "base/text.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const char unknown[] = "application/octet-stream";
static const char zip[] = "application/zip";
static const char pdf[] = "application/pdf";
static const char text[] = "text/plain";
static const char ole[] = "application/x-ole-storage";
static const char xml[] = "application/xml";

static const struct magic {
	const char *bytes;
	size_t n;
	const char *type;
} magics[] = {
	{ "PK\3\4", 4, zip },
	{ "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, ole },
	{ "\x89PNG\r\n\x1A\n", 8, "image/png" },
	{ "\xFF\xD8\xFF", 3, "image/jpeg" },
	{ "II*\0", 4, "image/tiff" },
	{ "MM\0*", 4, "image/tiff" },
	{ "GIF8", 4, "image/gif" },
	{ "{\\rtf", 5, "application/rtf" },
	{ "Rar!\x1A\7", 6, "application/vnd.rar" },
	{ "7z\xBC\xAF\x27\x1C", 6, "application/x-7z-compressed" },
	{ "<?xml", 5, xml },
	{ "\xEF\xBB\xBF<?xml", 8, xml },
	{ "MZ", 2, "application/vnd.microsoft.portable-executable" },
	{ "\x7F"
	  "ELF",
	    4, "application/x-elf" },
};

/* Names of archives that are documents of their own, or archives; and of files
 * of which the content is known to be something: what it has to be, NULL =
 * not looked at. */
static const struct ext {
	const char *ext;
	const char *is;   /* found by magic */
	const char *type; /* then it is called */
	bool container;
} exts[] = {
#define OFFICE "application/vnd.openxmlformats-officedocument."
#define ODF    "application/vnd.oasis.opendocument."
	{ "pdf", pdf, pdf, false },
	{ "zip", zip, zip, true },
	{ "docx", zip, OFFICE "wordprocessingml.document", true },
	{ "xlsx", zip, OFFICE "spreadsheetml.sheet", true },
	{ "pptx", zip, OFFICE "presentationml.presentation", true },
	{ "docm", zip, "application/vnd.ms-word.document.macroEnabled.12",
	    true },
	{ "xlsm", zip, "application/vnd.ms-excel.sheet.macroEnabled.12", true },
	{ "pptm", zip,
	    "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
	    true },
	{ "odt", zip, ODF "text", true },
	{ "ods", zip, ODF "spreadsheet", true },
	{ "odp", zip, ODF "presentation", true },
	{ "odg", zip, ODF "graphics", true },
	{ "asice", zip, "application/vnd.etsi.asic-e+zip", true },
	{ "asics", zip, "application/vnd.etsi.asic-s+zip", true },
	{ "sce", zip, "application/vnd.etsi.asic-e+zip", true },
	{ "bdoc", zip, "application/vnd.etsi.asic-e+zip", true },
	{ "jar", zip, "application/java-archive", true },
	{ "war", zip, "application/java-archive", true },
	{ "epub", zip, "application/epub+zip", true },
	{ "ofd", zip, "application/ofd", true },
	{ "kmz", zip, "application/vnd.google-earth.kmz", true },
	{ "doc", ole, "application/msword", false },
	{ "xls", ole, "application/vnd.ms-excel", false },
	{ "ppt", ole, "application/vnd.ms-powerpoint", false },
	{ "png", "image/png", "image/png", false },
	{ "jpg", "image/jpeg", "image/jpeg", false },
	{ "jpeg", "image/jpeg", "image/jpeg", false },
	{ "tif", "image/tiff", "image/tiff", false },
	{ "tiff", "image/tiff", "image/tiff", false },
	{ "rtf", "application/rtf", "application/rtf", false },
	{ "rar", "application/vnd.rar", "application/vnd.rar", false },
};

static const struct ext *
find(const char *name)
{
	char ext[11];

	vt_wire_extension(vt_span_str(name), ext);
	for (size_t i = 0; i < COUNT(exts); i++)
		if (strcmp(ext, exts[i].ext) == 0)
			return &exts[i];
	return NULL;
}

/* The entry's name as far as it came. */
static struct vt_span
entry_name(struct vt_span h)
{
	size_t n;

	if (h.n < VT_WIRE_LOCAL)
		return VT_SPAN(NULL, 0);
	n = (size_t)h.p[26] | (size_t)h.p[27] << 8;
	return VT_SPAN(h.p + VT_WIRE_LOCAL, n <= h.n - VT_WIRE_LOCAL ? n : 0);
}

static bool
says_zip(const char *type)
{
	return type == NULL || strcasecmp(type, zip) == 0 ||
	       strcasecmp(type, "application/x-zip-compressed") == 0;
}

/*
 * The wrapper is told by what the attachment is called, when that is known to
 * be no archive: the name of the entry does not count (vietnam.md §2.7). Else
 * by what is in it, since senders mislabel: an entry with the attachment's
 * extension (the SDK wraps xlsx too), or named by a UUID; or by the stated
 * type, unless the name is that of an archive. A docx called doc is none.
 */
bool
vt_sniff_is_wrapper(struct vt_span head, const char *name, const char *type)
{
	struct vt_span entry = entry_name(head);
	const struct ext *e;
	char ext[11], inner[11];
	bool uuid;

	if (head.n < 4 || memcmp(head.p, "PK\3\4", 4) != 0)
		return false;
	vt_wire_extension(entry, inner);
	uuid = *inner != '\0' && entry.n > VT_EDXML_UUID &&
	       entry.p[VT_EDXML_UUID] == '.';
	if (name == NULL)
		return uuid;
	vt_wire_extension(vt_span_str(name), ext);
	if (strcmp(ext, "zip") == 0)
		return false;
	e = find(name);
	if ((e != NULL && !e->container && e->is != ole) ||
	    (*ext != '\0' && strcmp(ext, inner) == 0))
		return true;
	return (e == NULL || !e->container) && (uuid || says_zip(type));
}

/* The last character may be cut by the end of the head. */
static bool
is_utf8(struct vt_span s)
{
	size_t cut = 0;

	while (cut < 3 && cut < s.n && (s.p[s.n - 1 - cut] & 0xC0) == 0x80)
		cut++;
	if (cut < s.n && s.p[s.n - 1 - cut] >= 0xC0)
		cut++;
	else
		cut = 0;
	return vt_utf8_is_valid(s) ||
	       (cut > 0 && cut < s.n &&
		   vt_utf8_is_valid(VT_SPAN(s.p, s.n - cut)));
}

static bool
is_text(struct vt_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' && s.p[i] != '\t' && s.p[i] != '\n' &&
		    s.p[i] != '\r' && s.p[i] != '\f')
			return false;
	return is_utf8(s);
}

static bool
is_pdf(struct vt_span s)
{
	size_t n = s.n < 1024 ? s.n : 1024;

	return n >= 5 && memmem(s.p, n, "%PDF-", 5) != NULL;
}

const char *
vt_sniff_type(struct vt_span head, const char *name)
{
	const struct ext *e = find(name);
	const char *type = unknown;

	for (size_t i = 0; i < COUNT(magics); i++)
		if (head.n >= magics[i].n &&
		    memcmp(head.p, magics[i].bytes, magics[i].n) == 0) {
			type = magics[i].type;
			break;
		}
	if (type == unknown && is_pdf(head))
		type = pdf;
	if (type == unknown && head.n > 0 && is_text(head))
		type = text;
	return e != NULL && e->is == type ? e->type : type;
}

bool
vt_sniff_mismatch(const char *media_type, const char *name)
{
	const struct ext *e = find(name);

	/* rtf and HTML are often called doc */
	return e != NULL && e->type != media_type &&
	       !(e->is == ole && (strcmp(media_type, "application/rtf") == 0 ||
				     media_type == text || media_type == xml));
}

/*
 * A sound PDF has compressed streams, which are not UTF-8. One that was
 * decoded and encoded again is UTF-8 throughout, with U+FFFD wherever there
 * was none.
 */
bool
vt_sniff_ruined_pdf(struct vt_span head)
{
	size_t seen = 0;
	const uint8_t *p = head.p;

	if (!is_pdf(head) || !is_utf8(head))
		return false;
	for (size_t left = head.n; left >= 3 && seen < 3;) {
		const uint8_t *q = memmem(p, left, "\xEF\xBF\xBD", 3);

		if (q == NULL)
			break;
		seen++;
		left -= (size_t)(q - p) + 3;
		p = q + 3;
	}
	return seen >= 3;
}
