/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/exchange/edxml/fields.h"

#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* clang-format off */
/* Rows of tables, of literals and members. NOLINTBEGIN(bugprone-macro-*) */
#define AT(m)        (uint16_t)offsetof(struct S, m)
#define TEXT(k, el, js, m, chars) \
	{ .name = el, .json = js, .kind = VT_F_TEXT, .key = k, \
	  .max = chars, .at = AT(m) }
#define WTEXT(k, el, js, m, chars) \
	{ .name = el, .json = js, .kind = VT_F_TEXT, .key = k, \
	  .wanted = true, .max = chars, .at = AT(m) }
#define CODE(k, el, js, m, chars) \
	{ .name = el, .json = js, .kind = VT_F_CODE, .key = k, \
	  .max = chars, .at = AT(m) }
#define WCODE(k, el, js, m, chars) \
	{ .name = el, .json = js, .kind = VT_F_CODE, .key = k, \
	  .wanted = true, .max = chars, .at = AT(m) }
#define NUMBER(k, el, js, m, most) \
	{ .name = el, .json = js, .kind = VT_F_NUMBER, .key = k, \
	  .max = most, .at = AT(m) }
#define WNUMBER(k, el, js, m, most, width) \
	{ .name = el, .json = js, .kind = VT_F_NUMBER, .key = k, \
	  .digits = width, .wanted = true, .max = most, .at = AT(m) }
#define DAY(k, el, js, m) \
	{ .name = el, .json = js, .kind = VT_F_DAY, .key = k, .at = AT(m) }
#define WDAY(k, el, js, m) \
	{ .name = el, .json = js, .kind = VT_F_DAY, .key = k, \
	  .wanted = true, .at = AT(m) }
#define WSTAMP(k, el, js, m) \
	{ .name = el, .json = js, .kind = VT_F_STAMP, .key = k, \
	  .wanted = true, .at = AT(m) }
#define GROUP(k, el, js, m, g) \
	{ .name = el, .json = js, .kind = VT_F_GROUP, .key = k, \
	  .at = AT(m), .group = &(g) }
#define WGROUP(k, el, js, m, g) \
	{ .name = el, .json = js, .kind = VT_F_GROUP, .key = k, \
	  .wanted = true, .at = AT(m), .group = &(g) }
#define FLAT(k, el, js, g) \
	{ .name = el, .json = js, .kind = VT_F_FLAT, .key = k, .group = &(g) }
#define GROUPS(k, el, js, m, n_m, g) \
	{ .name = el, .json = js, .kind = VT_F_GROUPS, .key = k, \
	  .at = AT(m), .at_n = AT(n_m), .group = &(g) }
#define WGROUPS(k, el, js, m, n_m, g) \
	{ .name = el, .json = js, .kind = VT_F_GROUPS, .key = k, \
	  .wanted = true, .at = AT(m), .at_n = AT(n_m), .group = &(g) }
#define TEXTS(k, el, js, m, n_m, chars) \
	{ .name = el, .json = js, .kind = VT_F_TEXTS, .key = k, \
	  .max = chars, .at = AT(m), .at_n = AT(n_m) }
#define G(var, f, bytes) \
	const struct vt_edxml_group var = { f, COUNT(f), bytes }

/* NOLINTEND(bugprone-macro-*) */

/* ---- parts ---- */

#define S vt_edxml_organ
static const struct vt_edxml_field organ[] = {
	WCODE(1, "OrganId", "code", id, 35),
	TEXT(2, "OrganizationInCharge", "in_charge", in_charge, 200),
	TEXT(3, "OrganName", "name", name, 200),
	TEXT(4, "OrganAdd", "address", address, 250),
	TEXT(5, "Email", "email", email, 100),
	TEXT(6, "Telephone", "telephone", telephone, 50),
	TEXT(7, "Fax", "fax", fax, 50),
	TEXT(8, "Website", "website", website, 100),
};
static G(g_organ, organ, sizeof(struct S));
#undef S

#define S vt_edxml_reference
static const struct vt_edxml_field reference[] = {
	WCODE(1, "OrganId", "agency", organ, 35),
	CODE(2, "Code", "code", code, 100),
	CODE(3, "DocumentId", "document_id", document_id, 200),
	DAY(4, "PromulgationDate", "date", promulgated),
};
static G(g_reference, reference, sizeof(struct S));
#undef S

#define S vt_edxml_staff
static const struct vt_edxml_field staff[] = {
	TEXT(1, "Department", "department", department, 250),
	TEXT(2, "Staff", "name", staff, 100),
	TEXT(3, "Email", "email", email, 100),
	TEXT(4, "Mobile", "mobile", mobile, 100),
	CODE(5, "DepartmentId", "department_id", department_id, 100),
	CODE(6, "StaffId", "id", staff_id, 100),
};
static G(g_staff, staff, sizeof(struct S));
#undef S

#define S vt_edxml_hop
static const struct vt_edxml_field hop[] = {
	WCODE(1, "OrganId", "agency", organ, 35),
	WSTAMP(2, "Timestamp", "time", at),
};
static G(g_hop, hop, sizeof(struct S));
#undef S

#define S vt_edxml_receiver
static const struct vt_edxml_field receiver[] = {
	WCODE(1, "OrganId", "agency", organ, 35),
	NUMBER(2, "ReceiverType", "type", type, 65535),
};
static G(g_receiver, receiver, sizeof(struct S));
#undef S

#define S vt_edxml_replacement
static const struct vt_edxml_field organ_ids[] = {
	TEXTS(1, "OrganId", "agencies", organs, n_organs, 35),
};
static G(g_organ_ids, organ_ids, 0);
static const struct vt_edxml_field replacement[] = {
	WCODE(1, "DocumentId", "document_id", document_id, 200),
	FLAT(2, "OrganIdList", NULL, g_organ_ids),
};
static G(g_replacement, replacement, sizeof(struct S));
#undef S

/* ---- MessageHeader of a document ---- */

#define S vt_edxml_document
static const struct vt_edxml_field code[] = {
	WCODE(1, "CodeNumber", "number", code_number, 11),
	WCODE(2, "CodeNotation", "notation", code_notation, 50),
};
static G(g_code, code, 0);

static const struct vt_edxml_field promulgation[] = {
	TEXT(1, "Place", "place", place, 50),
	WDAY(2, "PromulgationDate", "date", promulgated),
};
static G(g_promulgation, promulgation, 0);

static const struct vt_edxml_field type[] = {
	NUMBER(1, "Type", "type", type, 65535),
	NUMBER(2, "TypeDetail", "type_detail", type_detail, 65535),
	WTEXT(3, "TypeName", "type_name", type_name, 100),
};
static G(g_type, type, 0);

static const struct vt_edxml_field signer[] = {
	TEXT(1, "Competence", "signer_competence", signer_competence, 100),
	TEXT(2, "Position", "signer_position", signer_position, 100),
	TEXT(3, "FullName", "signer_name", signer_name, 50),
};
static G(g_signer, signer, 0);

static const struct vt_edxml_field appendixes[] = {
	TEXTS(1, "Appendix", "appendixes", appendixes, n_appendixes, 250),
};
static G(g_appendixes, appendixes, 0);

static const struct vt_edxml_field other[] = {
	NUMBER(1, "Priority", "priority", priority, 65535),
	TEXT(2, "SphereOfPromulgation", "sphere", sphere, 100),
	TEXT(3, "TyperNotation", "typist", typist, 10),
	NUMBER(4, "PromulgationAmount", "copies", copies, 65535),
	NUMBER(5, "PageAmount", "pages", pages, 65535),
	CODE(6, "Direction", "direction", direction, 10),
	FLAT(7, "Appendixes", NULL, g_appendixes),
	TEXT(8, "ReplyFors", "reply_fors", reply_fors, 500),
	TEXT(9, "ReferenceCodes", "reference_codes", reference_codes, 500),
};
static G(g_other, other, 0);

static const struct vt_edxml_field to_places[] = {
	TEXTS(1, "Place", "to_places", to_places, n_to_places, 150),
};
static G(g_to_places, to_places, 0);

static const struct vt_edxml_field tasks[] = {
	TEXTS(1, "TaskCode", "tasks", tasks, n_tasks, 200),
};
static G(g_tasks, tasks, 0);

static const struct vt_edxml_field header[] = {
	WGROUP(1, "From", "from", from, g_organ),
	WGROUPS(2, "To", "to", to, n_to, g_organ),
	WCODE(3, "DocumentId", "document_id", document_id, 200),
	FLAT(4, "Code", NULL, g_code),
	FLAT(5, "PromulgationInfo", NULL, g_promulgation),
	FLAT(6, "DocumentType", NULL, g_type),
	WTEXT(7, "Subject", "subject", subject, 500),
	TEXT(8, "Content", "content", content, 500),
	FLAT(9, "SignerInfo", NULL, g_signer),
	DAY(10, "DueDate", "due", due),
	FLAT(11, "OtherInfo", NULL, g_other),
	GROUPS(12, "ResponseFor", "answers", answers, n_answers,
	    g_reference),
	NUMBER(13, "SteeringType", "steering", steering, 65535),
	FLAT(14, "ToPlaces", NULL, g_to_places),
	FLAT(15, "ResponseForTask", NULL, g_tasks),
	CODE(16, "ApplicationType", "application", application, 100),
};
G(vt_edxml_g_header, header, 0);

/* ---- TraceHeaderList ---- */

static const struct vt_edxml_field receivers[] = {
	GROUPS(1, "Receiver", "receivers", receivers, n_receivers,
	    g_receiver),
};
static G(g_receivers, receivers, 0);

static const struct vt_edxml_field info[] = {
	NUMBER(1, "DocumentInfo", "info_document", info_document, 65535),
	NUMBER(2, "DocumentReceiver", "info_receiver", info_receiver, 65535),
	FLAT(3, "ReceiverList", NULL, g_receivers),
};
static G(g_info, info, 0);

static const struct vt_edxml_field replaces[] = {
	GROUPS(1, "ReplacementInfo", "replaces", replaces, n_replaces,
	    g_replacement),
};
static G(g_replaces, replaces, 0);

static const struct vt_edxml_field business[] = {
	WNUMBER(1, "BussinessDocType", "business", business, 65535, 1),
	TEXT(2, "BussinessDocReason", "reason", reason, 500),
	FLAT(3, "BussinessDocumentInfo", NULL, g_info),
	CODE(4, "DocumentId", "acts_on", acts_on, 200),
	NUMBER(5, "Paper", "paper", paper, 65535),
	GROUP(6, "StaffInfo", "staff", staff, g_staff),
	FLAT(7, "ReplacementInfoList", NULL, g_replaces),
};
static G(g_business, business, 0);

static const struct vt_edxml_field trace[] = {
	WGROUPS(1, "TraceHeader", "trace", hops, n_hops, g_hop),
	FLAT(2, "Bussiness", NULL, g_business),
};
G(vt_edxml_g_trace, trace, 0);
#undef S

/* ---- MessageHeader of a status ---- */

#define S vt_edxml_status
static const struct vt_edxml_field status[] = {
	WGROUP(1, "From", "from", from, g_organ),
	WGROUP(2, "ResponseFor", "of", of, g_reference),
	GROUP(3, "StaffInfo", "staff", staff, g_staff),
	WNUMBER(4, "StatusCode", "code", code, 99, 2),
	TEXT(5, "Description", "description", description, 1000),
	WSTAMP(6, "Timestamp", "time", at),
};
G(vt_edxml_g_status, status, sizeof(struct S));
#undef S

/* ---- attachments ---- */

#define S vt_edxml_attachment
static const struct vt_edxml_field attachment[] = {
	WCODE(1, "ContentId", "id", id, 200),
	WTEXT(2, "AttachmentName", "name", name, 200),
	TEXT(3, "Description", "description", description, 500),
	CODE(4, "ContentType", "content_type", content_type, 200),
	TEXT(5, "FieldName", "field_name", field_name, 200),
	CODE(6, "MimeType", "mime_type", mime_type, 200),
	CODE(7, "Format", "format", format, 200),
	{ .name = "ContentTransferEncoded", .kind = VT_F_BYTES },
};
G(vt_edxml_g_attachment, attachment, sizeof(struct S));
#undef S
/* clang-format on */

/* Names of older forms, and what they are called now. */
static const char *const old_names[][2] = {
	{ "Function", "Position" },
	{ "TimeStamp", "Timestamp" },
};

const struct vt_edxml_field *
vt_edxml_field(const struct vt_edxml_group *g, const char *name)
{
	static const char right[] = "Business", theirs[] = "Bussiness";
	size_t skip = 0, skip_field = 0;

	for (size_t i = 0; i < COUNT(old_names); i++)
		if (strcmp(name, old_names[i][0]) == 0)
			name = old_names[i][1];
	if (strncmp(name, right, sizeof(right) - 1) == 0) {
		skip = sizeof(right) - 1;
		skip_field = sizeof(theirs) - 1;
	}
	for (size_t i = 0; i < g->n; i++) {
		const char *f = g->fields[i].name;

		if (skip != 0 && strncmp(f, theirs, skip_field) != 0)
			continue;
		if (strcmp(f + skip_field, name + skip) == 0)
			return &g->fields[i];
	}
	return NULL;
}

/* ---- days and moments ---- */

void
vt_edxml_day_text(const struct vt_edxml_day *d, char ret[static 11])
{
	int n = snprintf(ret, 11, "%04u/%02u/%02u", (unsigned)d->year % 10000,
	    (unsigned)d->month % 100, (unsigned)d->day % 100);

	VT_ASSERT(n == 10);
}

void
vt_edxml_stamp_text(vt_time t, char ret[static 20])
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);
	struct vt_edxml_day day = { d.year, d.month, d.day, NULL };
	int n;

	vt_edxml_day_text(&day, ret);
	n = snprintf(ret + 10, 10, " %02u:%02u:%02u", (unsigned)d.hour % 100,
	    (unsigned)d.minute % 100, (unsigned)d.second % 100);
	VT_ASSERT(n == 9);
}

struct vt_edxml_day
vt_edxml_day_of(vt_time t)
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);

	return (struct vt_edxml_day){ d.year, d.month, d.day, NULL };
}

static const char *
skip_space(const char *s)
{
	while (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r')
		s++;
	return s;
}

/* Up to `most` digits; NULL when there is none. */
static const char *
digits(const char *s, int most, int *ret_n, int *ret)
{
	*ret = 0;
	for (*ret_n = 0; *ret_n < most && *s >= '0' && *s <= '9'; ++*ret_n)
		*ret = *ret * 10 + (*s++ - '0');
	return *ret_n == 0 ? NULL : s;
}

static bool
is_day(const struct vt_edxml_day *d)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap =
	    d->year % 4 == 0 && (d->year % 100 != 0 || d->year % 400 == 0);

	if (d->year < 1900 || d->year > 2200 || d->month < 1 || d->month > 12 ||
	    d->day < 1)
		return false;
	return d->day <= days[d->month - 1] + (d->month == 2 && leap ? 1 : 0);
}

/* yyyy/M/d, d/M/yyyy, yyyy-M-d; what follows, or NULL. */
static const char *
take_day(const char *s, struct vt_edxml_day *ret)
{
	struct vt_edxml_day d = { 0, 0, 0, NULL };
	int a, b, c, na, nb, nc;
	char between;

	s = digits(skip_space(s), 4, &na, &a);
	if (s == NULL || (*s != '/' && *s != '-'))
		return NULL;
	between = *s;
	s = digits(s + 1, 2, &nb, &b);
	if (s == NULL || *s != between)
		return NULL;
	s = digits(s + 1, 4, &nc, &c);
	if (s == NULL)
		return NULL;
	if (na == 4 && nc <= 2)
		d = (struct vt_edxml_day){ a, b, c, NULL };
	else if (na <= 2 && nc == 4 && between == '/')
		d = (struct vt_edxml_day){ c, b, a, NULL };
	if (!is_day(&d))
		return NULL;
	ret->year = d.year;
	ret->month = d.month;
	ret->day = d.day;
	return s;
}

bool
vt_edxml_day_parse(const char *s, struct vt_edxml_day *ret)
{
	struct vt_edxml_day d;

	s = take_day(s, &d);
	if (s == NULL || *skip_space(s) != '\0')
		return false;
	ret->year = d.year;
	ret->month = d.month;
	ret->day = d.day;
	return true;
}

/* Z, +07:00, +0700 or nothing (which is UTC+7). */
static const char *
take_zone(const char *s, int *ret_s)
{
	int sign, n, v;

	*ret_s = VT_TIME_VN_S;
	if (*s == 'Z') {
		*ret_s = 0;
		return s + 1;
	}
	if (*s != '+' && *s != '-')
		return s;
	sign = *s == '-' ? -1 : 1;
	s = digits(s + 1, 2, &n, &v);
	if (s == NULL || n != 2 || v > 14)
		return NULL;
	*ret_s = sign * v * 3600;
	if (*s == ':')
		s++;
	s = digits(s, 2, &n, &v);
	if (s == NULL || n != 2 || v > 59)
		return NULL;
	*ret_s += sign * v * 60;
	return s;
}

bool
vt_edxml_stamp_parse(const char *s, vt_time *ret)
{
	struct vt_edxml_day day;
	struct vt_date d = { .year = 0 };
	int *const parts[] = { &d.hour, &d.minute, &d.second };
	int n, zone = VT_TIME_VN_S;

	s = take_day(s, &day);
	if (s == NULL || (*s != ' ' && *s != 'T'))
		return false;
	s++;
	for (size_t i = 0; i < COUNT(parts); i++) {
		if (i > 0 && *s++ != ':')
			return false;
		s = digits(s, 2, &n, parts[i]);
		if (s == NULL)
			return false;
	}
	if (*s == '.') {
		s = digits(s + 1, 9, &n, &d.micro);
		if (s == NULL)
			return false;
		d.micro = 0;
	}
	s = take_zone(s, &zone);
	if (s == NULL || *skip_space(s) != '\0' || d.hour > 23 ||
	    d.minute > 59 || d.second > 59)
		return false;
	d.year = day.year;
	d.month = day.month;
	d.day = day.day;
	*ret = vt_time_from_date(&d, zone);
	return true;
}
