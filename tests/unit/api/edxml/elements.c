/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every element of QCVN 102:2016 with its 2022 amendment that has a value, from
 * a table of its own (what the standard limits has its length; the rest has
 * ours): it is written where it belongs, a value of the longest
 * length (in characters) is read without a remark and comes back whole, one
 * more is remarked and comes back whole, too; and the codec's tables know these
 * elements and no others.
 */
#include "api/exchange/edxml/fields.h"
#include "base/json_out.h"
#include "tests/unit/api/edxml/paper.h"

enum form { TEXT, NUMBER, DAY, MOMENT };

static const struct element {
	const char *in, *name;
	enum form form;
	unsigned max; /* characters, or the largest number */
} elements[] = {
	{ "From", "OrganId", TEXT, 35 },
	{ "From", "OrganizationInCharge", TEXT, 200 },
	{ "From", "OrganName", TEXT, 200 },
	{ "From", "OrganAdd", TEXT, 250 },
	{ "From", "Email", TEXT, 100 },
	{ "From", "Telephone", TEXT, 50 },
	{ "From", "Fax", TEXT, 50 },
	{ "From", "Website", TEXT, 100 },
	{ "To", "OrganId", TEXT, 35 },
	{ "To", "OrganizationInCharge", TEXT, 200 },
	{ "To", "OrganName", TEXT, 200 },
	{ "To", "OrganAdd", TEXT, 250 },
	{ "To", "Email", TEXT, 100 },
	{ "To", "Telephone", TEXT, 50 },
	{ "To", "Fax", TEXT, 50 },
	{ "To", "Website", TEXT, 100 },
	{ "Code", "CodeNumber", TEXT, 11 },
	{ "Code", "CodeNotation", TEXT, 50 },
	{ "PromulgationInfo", "Place", TEXT, 50 },
	{ "PromulgationInfo", "PromulgationDate", DAY, 0 },
	{ "DocumentType", "Type", NUMBER, 65535 },
	{ "DocumentType", "TypeDetail", NUMBER, 65535 },
	{ "DocumentType", "TypeName", TEXT, 100 },
	{ "MessageHeader", "DocumentId", TEXT, 200 },
	{ "MessageHeader", "Subject", TEXT, 500 },
	{ "MessageHeader", "Content", TEXT, 500 },
	{ "SignerInfo", "Competence", TEXT, 100 },
	{ "SignerInfo", "Position", TEXT, 100 },
	{ "SignerInfo", "FullName", TEXT, 50 },
	{ "MessageHeader", "DueDate", DAY, 0 },
	{ "ToPlaces", "Place", TEXT, 150 },
	{ "OtherInfo", "Priority", NUMBER, 65535 },
	{ "OtherInfo", "SphereOfPromulgation", TEXT, 100 },
	{ "OtherInfo", "TyperNotation", TEXT, 10 },
	{ "OtherInfo", "PromulgationAmount", NUMBER, 65535 },
	{ "OtherInfo", "PageAmount", NUMBER, 65535 },
	{ "OtherInfo", "Direction", TEXT, 10 },
	{ "OtherInfo", "ReplyFors", TEXT, 500 },
	{ "OtherInfo", "ReferenceCodes", TEXT, 500 },
	{ "Appendixes", "Appendix", TEXT, 250 },
	{ "ResponseFor", "OrganId", TEXT, 35 },
	{ "ResponseFor", "Code", TEXT, 100 },
	{ "ResponseFor", "PromulgationDate", DAY, 0 },
	{ "ResponseFor", "DocumentId", TEXT, 200 },
	{ "MessageHeader", "SteeringType", NUMBER, 65535 },
	{ "ResponseForTask", "TaskCode", TEXT, 200 },
	{ "MessageHeader", "ApplicationType", TEXT, 100 },
	{ "TraceHeader", "OrganId", TEXT, 35 },
	{ "TraceHeader", "Timestamp", MOMENT, 0 },
	{ "Bussiness", "BussinessDocType", NUMBER, 65535 },
	{ "Bussiness", "BussinessDocReason", TEXT, 500 },
	{ "BussinessDocumentInfo", "DocumentInfo", NUMBER, 65535 },
	{ "BussinessDocumentInfo", "DocumentReceiver", NUMBER, 65535 },
	{ "Receiver", "OrganId", TEXT, 35 },
	{ "Receiver", "ReceiverType", NUMBER, 65535 },
	{ "Bussiness", "DocumentId", TEXT, 200 },
	{ "Bussiness", "Paper", NUMBER, 65535 },
	{ "StaffInfo", "Department", TEXT, 250 },
	{ "StaffInfo", "Staff", TEXT, 100 },
	{ "StaffInfo", "Email", TEXT, 100 },
	{ "StaffInfo", "Mobile", TEXT, 100 },
	{ "StaffInfo", "DepartmentId", TEXT, 100 },
	{ "StaffInfo", "StaffId", TEXT, 100 },
	{ "ReplacementInfo", "DocumentId", TEXT, 200 },
	{ "OrganIdList", "OrganId", TEXT, 35 },
	{ "Attachment", "AttachmentName", TEXT, 200 },
	{ "Attachment", "Description", TEXT, 500 },
	{ "Attachment", "FieldName", TEXT, 200 },
	{ "Attachment", "MimeType", TEXT, 200 },
	{ "Attachment", "Format", TEXT, 200 },
};

static const struct element of_status[] = {
	{ "From", "OrganId", TEXT, 35 },
	{ "From", "OrganName", TEXT, 200 },
	{ "ResponseFor", "OrganId", TEXT, 35 },
	{ "ResponseFor", "Code", TEXT, 100 },
	{ "ResponseFor", "DocumentId", TEXT, 200 },
	{ "ResponseFor", "PromulgationDate", DAY, 0 },
	{ "StaffInfo", "Department", TEXT, 250 },
	{ "StaffInfo", "Staff", TEXT, 100 },
	{ "MessageHeader", "StatusCode", NUMBER, 99 },
	{ "MessageHeader", "Description", TEXT, 1000 },
	{ "MessageHeader", "Timestamp", MOMENT, 0 },
};

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* ---- a packet with everything ---- */

static void
put_document(struct vt_buf *ret)
{
	static const char *const organs[] = { "H99.31" };
	static struct vt_edxml_replacement replaces = { "H99.07,a,1/b", NULL,
		1 };
	static struct vt_edxml_receiver receiver = { "H99.31", 0 };
	static const char *tasks[] = { "T1" };
	struct paper p;

	paper_make(&p);
	p.to[0] = p.d.from;
	p.to[0].id = "H99.31";
	replaces.organs = (const char **)(uintptr_t)organs;
	p.d.replaces = &replaces;
	p.d.n_replaces = 1;
	p.d.receivers = &receiver;
	p.d.n_receivers = 1;
	p.d.info_document = 1;
	p.d.info_receiver = 1;
	p.d.acts_on = "H99.07,2026/03/01,1/A";
	p.d.reply_fors = "r";
	p.d.reference_codes = "c";
	p.d.tasks = tasks;
	p.d.n_tasks = 1;
	p.d.application = "1";
	p.d.staff.department_id = "D1";
	p.d.staff.staff_id = "S1";
	paper_write(&p.d, ret);
	/* of the newer SDK; met, not written */
	paper_edit(ret, "<edXML:ContentTransferEncoded ",
	    "<FieldName>f</FieldName><MimeType>application/pdf</MimeType>"
	    "<Format>pdf</Format><edXML:ContentTransferEncoded ");
}

static void
put_status(struct vt_buf *ret)
{
	struct vt_edxml_status s = paper_status();
	struct vt_err err = VT_ERR_INIT;

	tap_need(vt_edxml_write_status(&s, ret, &err) == VT_OK, "%s", err.msg);
}

/* ---- one element ---- */

/* Where a tag of this name ends, from *at on, with or without prefix. */
static const char *
behind_tag(const char *at, const char *slash, const char *name)
{
	char a[64], b[64];
	const char *x, *y;

	snprintf(a, sizeof(a), "<%sedXML:%s", slash, name);
	snprintf(b, sizeof(b), "<%s%s", slash, name);
	while (at != NULL) {
		x = strstr(at, a);
		y = strstr(at, b);
		at = x == NULL || (y != NULL && y < x) ? y : x;
		if (at == NULL)
			return NULL;
		at += strlen(at == x ? a : b);
		if (*at == '>' || *at == ' ')
			return strchr(at, '>') + 1;
	}
	return NULL;
}

/* The value's place in the packet; false: it is not there. */
static bool
find(const struct vt_buf *b, const struct element *e, size_t *ret, size_t *end)
{
	const char *whole = (const char *)b->p;
	const char *in = behind_tag(whole, "", e->in);
	const char *stop = in == NULL ? NULL : behind_tag(in, "/", e->in);
	const char *at = in;

	while (at != NULL && (at = behind_tag(at, "", e->name)) < stop &&
	       at != NULL) {
		/* groups have the names of values (Code, ResponseFor/Code) */
		if (*at == '\n' || *at == '<')
			continue;
		*ret = (size_t)(at - whole);
		*end = (size_t)(strchr(at, '<') - whole);
		return true;
	}
	return false;
}

static void
read_with(const struct vt_buf *b, const struct element *e, const char *value,
    const char *rule, bool expected)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct vt_json j;
	VT_BUF_AUTO(changed);
	VT_BUF_AUTO(shown);
	size_t at = 0, end = 0;
	bool whole;

	tap_need(find(b, e, &at, &end), "%s/%s is written", e->in, e->name);
	vt_buf_put(&changed, b->p, at);
	vt_buf_puts(&changed, value);
	vt_buf_put(&changed, b->p + end, b->n - end);
	x = paper_must(&changed, NULL);
	tap_ok(!x->broken && paper_found(x, rule) == expected,
	    "%s/%s of %zu bytes: %s%s", e->in, e->name, strlen(value),
	    expected ? "" : "no ", rule);
	vt_json_open(&j, &shown, false);
	vt_edxml_json(x, &j);
	whole = strstr(vt_buf_str(&shown), value) != NULL;
	if (e->form == TEXT)
		tap_ok(whole, "and it comes back whole");
}

/* n characters of two bytes each. */
static const char *
long_text(size_t n, char ret[static 2048])
{
	for (size_t i = 0; i < n; i++)
		memcpy(ret + 2 * i, "đ", 2);
	ret[2 * n] = '\0';
	return ret;
}

static void
check_element(const struct vt_buf *b, const struct element *e)
{
	char text[2048];

	switch (e->form) {
	case TEXT:
		read_with(
		    b, e, long_text(e->max, text), "value-too-long", false);
		read_with(
		    b, e, long_text(e->max + 1, text), "value-too-long", true);
		break;
	case NUMBER:
		snprintf(text, sizeof(text), "%u", e->max);
		read_with(b, e, text, "value-not-number", false);
		snprintf(text, sizeof(text), "%u", e->max + 1);
		read_with(b, e, text, "value-not-number", true);
		read_with(b, e, "1x", "value-not-number", true);
		break;
	case DAY:
		read_with(b, e, "2024/02/29", "value-not-date", false);
		read_with(b, e, "29/02/2024", "value-not-date", false);
		read_with(b, e, "2024-02-29", "value-not-date", false);
		read_with(b, e, "2023/02/29", "value-not-date", true);
		break;
	case MOMENT:
		read_with(b, e, "2024/02/29 23:59:59", "value-not-date", false);
		read_with(b, e, "29/02/2024 23:59:59", "value-not-date", false);
		read_with(b, e, "2024/02/29 24:00:60", "value-not-date", true);
		break;
	}
}

/* ---- the tables ---- */

/* How many values a group has, with all below it; each is in our table. */
static size_t
count_values(const char *in, const struct vt_edxml_group *g,
    const struct element *table, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < g->n; i++) {
		const struct vt_edxml_field *f = &g->fields[i];
		bool known = false;

		if (f->group != NULL) {
			sum += count_values(f->name, f->group, table, n);
			continue;
		}
		for (size_t k = 0; k < n; k++)
			known =
			    known || (strcmp(table[k].in, in) == 0 &&
					 strcmp(table[k].name, f->name) == 0);
		if (f->kind == VT_F_BYTES ||
		    strcmp(f->name, "ContentId") == 0 ||
		    strcmp(f->name, "ContentType") == 0)
			continue; /* attachments.c */
		tap_ok(known, "%s/%s is looked at here", in, f->name);
		sum++;
	}
	return sum;
}

/* ---- kinds of papers ---- */

static const struct {
	const char *name;
	bool legal;
	int64_t type, detail;
} types[] = {
	{ "Hiến pháp", false, 1, 1 }, /* in one table only */
	{ "Thông tư liên tịch", false, 1, 10 },
	{ "Bộ luật", true, 1, 12 },
	{ "Công văn", false, 2, 18 },
	{ "Công văn", true, 2, 18 }, /* the Java SDK's Type 1 */
	{ "Thư công", false, 2, 32 },
	{ "Quyết định", false, 2, 2 }, /* in both */
	{ "Quyết định", true, 1, 8 },
	{ "Nghị quyết", true, 1, 5 },
	{ "Nghị quyết (cá biệt)", false, 2, 1 },
	{ "Chỉ thị (của UBND)", true, 1, 11 },
	{ "  CÔNG\tVĂN ", false, 2, 18 },
	{ "Co\xcc\x82ng va\xcc\x86n", false, 2, 18 }, /* NFD */
	{ "Bản thoả thuận", false, 2, 22 },
	{ "Giấy uỷ quyền", false, 2, 24 },
	{ "Bản tin", false, 2, VT_EDXML_NONE }, /* in none */
	{ "Quy ước", true, 1, VT_EDXML_NONE },
	{ "Phiếu báo", false, 2, VT_EDXML_NONE }, /* in Decree 30 alone */
	{ "Sao y", false, 2, VT_EDXML_NONE },     /* a copy */
	{ "", false, 2, VT_EDXML_NONE },
};

/* Decree 30/2020, Article 7 and Appendix III, in their order. */
static const struct {
	const char *name, *code;
} decree[] = { { "Nghị quyết (cá biệt)", "NQ" },
	{ "Quyết định (cá biệt)", "QĐ" }, { "Chỉ thị", "CT" },
	{ "Quy chế", "QC" }, { "Quy định", "QyĐ" }, { "Thông cáo", "TC" },
	{ "Thông báo", "TB" }, { "Hướng dẫn", "HD" }, { "Chương trình", "CTr" },
	{ "Kế hoạch", "KH" }, { "Phương án", "PA" }, { "Đề án", "ĐA" },
	{ "Dự án", "DA" }, { "Báo cáo", "BC" }, { "Biên bản", "BB" },
	{ "Tờ trình", "TTr" }, { "Hợp đồng", "HĐ" }, { "Công văn", "CV" },
	{ "Công điện", "CĐ" }, { "Bản ghi nhớ", "BGN" },
	{ "Bản thỏa thuận", "BTT" }, { "Giấy ủy quyền", "GUQ" },
	{ "Giấy mời", "GM" }, { "Giấy giới thiệu", "GGT" },
	{ "Giấy nghỉ phép", "GNP" }, { "Phiếu gửi", "PG" },
	{ "Phiếu chuyển", "PC" }, { "Phiếu báo", "PB" },
	{ "Thư công", NULL } };

/* Amendment 1:2022 of QCVN 102:2016, tables A and B, in their order. */
static const char *const table_a[] = { "Hiến pháp", "Luật", "Pháp lệnh",
	"Lệnh", "Nghị quyết", "Nghị quyết liên tịch", "Nghị định",
	"Quyết định", "Thông tư", "Thông tư liên tịch", "Chỉ thị (của UBND)",
	"Bộ luật",
	("Văn bản quy phạm pháp luật của đơn vị hành chính - kinh tế đặc "
	 "biệt") };
static const char *const table_b[] = { "Nghị quyết (cá biệt)",
	"Quyết định (cá biệt)", "Chỉ thị", "Quy chế", "Quy định", "Thông cáo",
	"Thông báo", "Hướng dẫn", "Chương trình", "Kế hoạch", "Phương án",
	"Đề án", "Dự án", "Báo cáo", "Biên bản", "Tờ trình", "Hợp đồng",
	"Công văn", "Công điện", "Bản ghi nhớ", "Bản cam kết",
	"Bản thỏa thuận", "Giấy chứng nhận", "Giấy ủy quyền", "Giấy mời",
	"Giấy giới thiệu", "Giấy nghỉ phép", "Giấy đi đường",
	"Giấy biên nhận hồ sơ", "Phiếu gửi", "Phiếu chuyển", "Thư công" };

static void
test_table(const char *const *names, size_t n, int64_t type)
{
	int64_t t, row;

	for (size_t i = 0; i < n; i++) {
		vt_edxml_type_of(names[i], type == 1, &t, &row);
		tap_ok(t == type && row == (int64_t)i + 1,
		    "table %s, row %zu: %s", type == 1 ? "A" : "B", i + 1,
		    names[i]);
	}
}

/* The row of the table that the decree's number i leads to; NULL unless it is
 * one name. */
static const struct vt_edxml_type *
of_decree(uint32_t i)
{
	const struct vt_edxml_type *found = NULL, *all;
	size_t n;

	all = vt_edxml_types(&n);
	for (size_t k = 0; k < n; k++)
		if (all[k].decree == i && found != NULL)
			return NULL;
		else if (all[k].decree == i)
			found = &all[k];
	return found;
}

static void
test_decree(void)
{
	const struct vt_edxml_type *r;
	char bare[64];
	size_t n;

	for (uint32_t i = 0; i < N(decree); i++) {
		r = of_decree(i + 1);
		(void)snprintf(bare, sizeof(bare), "%s", decree[i].name);
		n = strcspn(bare, "(");
		bare[n > 0 && bare[n] == '(' ? n - 1 : n] = '\0';
		tap_ok(r != NULL && strcmp(r->name, bare) == 0,
		    "Decree 30, type %u: %s", i + 1, bare);
		if (decree[i].code == NULL) {
			tap_ok(vt_edxml_type_code(bare) == NULL,
			    "it has no abbreviation");
			continue;
		}
		tap_eq_str(vt_edxml_type_code(decree[i].name), decree[i].code,
		    "its abbreviation");
		tap_eq_str(vt_edxml_type_name(decree[i].code), bare,
		    "which is nobody else's");
	}
	tap_ok(of_decree(N(decree) + 1) == NULL, "there is no thirtieth");
}

static void
test_types(void)
{
	int64_t type, detail;

	for (size_t i = 0; i < N(types); i++) {
		vt_edxml_type_of(types[i].name, types[i].legal, &type, &detail);
		tap_ok(type == types[i].type && detail == types[i].detail,
		    "%s%s is %d, row %d", types[i].name,
		    types[i].legal ? ", legal," : "", (int)types[i].type,
		    (int)types[i].detail);
	}
	tap_ok(vt_edxml_type_is_legal("Quyết định", 1) &&
		   !vt_edxml_type_is_legal("Quyết định", 2),
	    "in both tables: the number says which");
	tap_ok(!vt_edxml_type_is_legal("Công văn", 1) &&
		   vt_edxml_type_is_legal("Luật", 18),
	    "in one: the name does");
	tap_ok(!vt_edxml_type_is_legal("Phiếu báo", 1),
	    "in Decree 30 alone: it is no legal document");
	tap_ok(vt_edxml_type_is_legal("Quy ước", 1) &&
		   !vt_edxml_type_is_legal("Quy ước", VT_EDXML_NONE),
	    "in none: the number, if there is one");
	tap_eq_str(vt_edxml_type_name("QĐ"), "Quyết định", "QĐ");
	tap_eq_str(vt_edxml_type_name("BTT"), "Bản thỏa thuận", "BTT");
	tap_eq_str(vt_edxml_type_name("NĐ"), "Nghị định", "NĐ");
	tap_ok(vt_edxml_type_name("X") == NULL &&
		   vt_edxml_type_name("") == NULL &&
		   vt_edxml_type_name(NULL) == NULL,
	    "no such abbreviation");
	tap_eq_str(vt_edxml_type_code("tờ trình"), "TTr", "and back");
	tap_ok(vt_edxml_type_code("Thư công") == NULL, "it has none");
}

int
main(void)
{
	size_t n;
	VT_BUF_AUTO(document);
	VT_BUF_AUTO(status);

	tap_need(vt_base_init(NULL) == VT_OK, "base");
	put_document(&document);
	put_status(&status);
	vt_buf_str(&document);
	vt_buf_str(&status);
	for (size_t i = 0; i < N(elements); i++)
		check_element(&document, &elements[i]);
	for (size_t i = 0; i < N(of_status); i++)
		check_element(&status, &of_status[i]);
	n = count_values(
		"MessageHeader", &vt_edxml_g_header, elements, N(elements)) +
	    count_values(
		"TraceHeaderList", &vt_edxml_g_trace, elements, N(elements)) +
	    count_values(
		"Attachment", &vt_edxml_g_attachment, elements, N(elements));
	tap_eq_int(n, N(elements), "and nothing here is not in the tables");
	test_table(table_a, N(table_a), 1);
	test_table(table_b, N(table_b), 2);
	test_decree();
	test_types();
	return tap_done();
}
