/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What came by the exchange, packet by packet: what could not be taken, why,
 * and what a clerk does about it. The papers made of packets are elsewhere.
 */
#include "api/office/consign.h"

#include "api/content/content.h"
#include "api/office/quarantine.h"
#include "api/web/list.h"
#include "api/web/sheet.h"
#include "api/web/words.h"

#define SHOWN 50

static const struct tab {
	const char *name, *vi, *en;
	enum vt_consign_state state; /* 0: any */
} tabs[] = {
	{ "quarantined", "Chờ người xem", "Wants a look",
	    VT_CONSIGN_QUARANTINED },
	{ "refused", "Không nhận", "Refused", VT_CONSIGN_REFUSED },
	{ "stored", "Đang đọc", "Being read", VT_CONSIGN_STORED },
	{ "all", "Tất cả", "All", 0 },
};

#define N_TABS (sizeof(tabs) / sizeof(tabs[0]))

static const char *
state_word(const struct vt_desk *d, const struct vt_consignment *c)
{
	switch (c->state) {
	case VT_CONSIGN_STORED:
		return T(d, "Đang đọc", "Being read");
	case VT_CONSIGN_ARRIVED:
		return T(d, "Thành văn bản đến", "Became a paper");
	case VT_CONSIGN_REFUSED:
		return T(d, "Không nhận", "Refused");
	case VT_CONSIGN_QUARANTINED:
		return T(d, "Chờ người xem", "Wants a look");
	case VT_CONSIGN_APPLIED:
		return T(d, "Đã thực hiện", "Carried out");
	case VT_CONSIGN_DUPLICATE:
		return T(d, "Trùng văn bản đã có", "A duplicate");
	default:
		return T(d, "không rõ", "unknown");
	}
}

static const char *
state_class(enum vt_consign_state st)
{
	return st == VT_CONSIGN_QUARANTINED || st == VT_CONSIGN_REFUSED ? "stop"
	       : st == VT_CONSIGN_STORED                                ? "wait"
					 : "done";
}

static const char *
kind_word(const struct vt_desk *d, const struct vt_consignment *c)
{
	if (c->kind == VT_CONSIGN_STATUS)
		return T(d, "Gói trạng thái", "Status message");
	switch (c->type) {
	case VT_EDOC_REVOKE:
		return T(d, "Thu hồi văn bản", "Recall");
	case VT_EDOC_UPDATE:
		return T(d, "Cập nhật văn bản", "Update");
	case VT_EDOC_REPLACE:
		return T(d, "Thay thế văn bản", "Replacement");
	default:
		return T(d, "Gói văn bản", "Paper");
	}
}

/* What it is about, as far as it is known. */
static const char *
title(const struct vt_desk *d, const struct vt_consignment *c)
{
	if (*c->subject == '\0' && *c->code == '\0')
		return T(d, "(chưa rõ nội dung)", "(not known)");
	return *c->subject != '\0' ? c->subject : c->code;
}

static const char *
sender(const struct vt_consignment *c)
{
	return *c->from_name != '\0'   ? c->from_name
	       : *c->from_code != '\0' ? c->from_code
				       : c->peer;
}

/* Why it was not taken: in words, and behind them, in brackets, what a reader
 * of packets says to those who mend them. */
static void
reason(struct vt_desk *d, const struct vt_consignment *c, const char *class)
{
	const char *more =
	    c->state == VT_CONSIGN_QUARANTINED ? strstr(c->note, " (") : NULL;
	size_t n = more == NULL ? strlen(c->note) : (size_t)(more - c->note);
	char *words = vt_arena_strndup(d->req->arena, c->note, n);
	const char *vi = words == NULL ? c->note : words, *said;
	VT_BUF_AUTO(english);

	said = vt_word_note(d, vi, &english);
	vt_html(d->page.b, "<p class=\"%s\" lang=\"%s\">%s", class,
	    said == vi ? "vi" : "en", said);
	if (more != NULL)
		vt_html(d->page.b,
		    " <span class=\"quiet\" lang=\"en\">%s</span>", more + 1);
	vt_html(d->page.b, "</p>\n");
}

static const struct tab *
tab_of(const struct vt_http_req *req)
{
	const char *name = vt_http_query(req, "show");

	for (size_t i = 0; name != NULL && i < N_TABS; i++)
		if (strcmp(tabs[i].name, name) == 0)
			return &tabs[i];
	return &tabs[0];
}

static void
show_tabs(struct vt_desk *d, const struct tab *here)
{
	vt_html(d->page.b, "<ul class=\"counts\" aria-label=\"%s\">\n",
	    T(d, "Lọc theo trạng thái", "By state"));
	for (size_t i = 0; i < N_TABS; i++) {
		const struct tab *t = &tabs[i];

		if (t == here)
			vt_html(d->page.b,
			    "<li><a href=\"/desk/packets?show=%s\" "
			    "aria-current=\"page\">%s</a></li>\n",
			    t->name, T(d, t->vi, t->en));
		else
			vt_html(d->page.b,
			    "<li><a href=\"/desk/packets?show=%s\">%s</a>"
			    "</li>\n",
			    t->name, T(d, t->vi, t->en));
	}
	vt_html(d->page.b, "</ul>\n");
}

static void
row(struct vt_desk *d, const struct vt_consignment *c)
{
	struct vt_buf *b = d->page.b;
	char id[VT_ID_TEXT + 1];
	VT_BUF_AUTO(at);

	vt_id_text(&c->id, id);
	vt_page_moment(c->received_at, &at);
	vt_html(b,
	    "<tr><td class=\"date\">%s</td><td class=\"subject\">"
	    "<a href=\"/desk/packets/%s\">%s</a>",
	    vt_buf_str(&at), id, title(d, c));
	if (*c->note != '\0' && c->state != VT_CONSIGN_ARRIVED)
		reason(d, c, "said");
	vt_html(b,
	    "</td><td class=\"other\">%s · %s</td><td class=\"state\">"
	    "<span class=\"tag %s\">%s</span></td></tr>\n",
	    kind_word(d, c), sender(c), state_class(c->state),
	    state_word(d, c));
}

static void
table(struct vt_desk *d, const struct vt_consignment *c, size_t n)
{
	vt_html(d->page.b,
	    "<table class=\"papers\" aria-labelledby=\"title\">\n<thead><tr>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead>\n"
	    "<tbody>\n",
	    T(d, "Lúc đến", "Arrived"), T(d, "Nội dung", "What it is"),
	    T(d, "Loại, nơi gửi", "Kind, sender"), T(d, "Trạng thái", "State"));
	for (size_t i = 0; i < n; i++)
		row(d, &c[i]);
	vt_html(d->page.b, "</tbody></table>\n");
}

int
vt_web_packets(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const struct tab *t = tab_of(req);
	struct vt_consign_filter f = { .state = t->state,
		.before = vt_list_before(req) };
	struct vt_consignment *c =
	    vt_arena_array(req->arena, SHOWN, sizeof(*c));
	uint64_t next = 0;
	struct vt_desk d;
	size_t n = 0;
	int rc;

	if (c == NULL)
		return vt_arena_err(req->arena, reterr);
	vt_desk_begin(&d, req, res);
	if ((rc = vt_who_may(d.me, VT_DUTY_INBOX, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(d.office), &v, reterr)) !=
		VT_OK ||
	    (rc = vt_consign_list(
		 v, d.me->agency_no, &f, c, SHOWN, &n, &next, reterr)) != VT_OK)
		return rc;
	n = vt_office_consignments_own(v, d.me, c, n);
	vt_desk_open(&d, T(&d, "Gói tin đến", "Packets"), "/desk/packets");
	vt_html(d.page.b, "<h1 id=\"title\">%s</h1>\n",
	    T(&d, "Gói tin đến qua liên thông", "Packets that came"));
	show_tabs(&d, t);
	if (n > 0)
		table(&d, c, n);
	else
		vt_html(d.page.b, "<p class=\"empty\">%s</p>\n",
		    T(&d, "Không có gói tin nào ở mục này.", "None here."));
	if (next != 0)
		vt_html(d.page.b,
		    "<p><a class=\"button second\" href=\"/desk/packets?show=%s"
		    "&amp;before=%" PRIu64 "\">%s</a></p>\n",
		    t->name, next, T(&d, "Cũ hơn", "Older"));
	vt_desk_close(&d);
	return VT_OK;
}

/* --- one --- */

static int
packet_id(const struct vt_http_req *req, vt_id *ret, struct vt_err *reterr)
{
	if (vt_id_parse(vt_span_str(vt_http_param(req, "id")), ret))
		return VT_OK;
	return vt_err_set(reterr, VT_E_NOT_FOUND, "packet: not an id");
}

static void
facts(struct vt_desk *d, const struct vt_consignment *c)
{
	char paper[VT_ID_TEXT + 1];
	VT_BUF_AUTO(at);
	VT_BUF_AUTO(day);
	char hash[VT_HASH_TEXT + 1];
	struct vt_page *p = &d->page;

	vt_page_moment(c->received_at, &at);
	vt_word_day(c->promulgated, &day);
	vt_html(p->b,
	    "<section class=\"box\"><h2>%s</h2><dl class=\"facts\">\n",
	    T(d, "Thông tin", "Details"));
	vt_page_row(p, T(d, "Trạng thái", "State"), state_word(d, c));
	vt_page_row(p, T(d, "Loại", "Kind"), kind_word(d, c));
	vt_page_row(p, T(d, "Lúc đến", "Arrived"), vt_buf_str(&at));
	vt_page_row(p, T(d, "Đường đến", "By"),
	    vt_word_transport(d, (uint32_t)c->transport));
	vt_page_row(p, T(d, "Nơi chuyển", "Handed over by"), c->peer);
	vt_page_row(p, T(d, "Nơi gửi", "Sender"), c->from_name);
	vt_page_row(p, T(d, "Mã nơi gửi", "Its code"), c->from_code);
	vt_page_row(p, T(d, "Số, ký hiệu", "Number"), c->code);
	vt_page_row(p, T(d, "Ngày văn bản", "Date on it"), vt_buf_str(&day));
	vt_page_row(p, T(d, "Mã gói tin", "Packet"), c->external);
	vt_page_row(p, T(d, "Mã văn bản", "Document"), c->document_id);
	vt_hash_text(&c->packet, hash);
	vt_html(p->b, "<div><dt>SHA-256</dt><dd><code>%s</code></dd></div>\n",
	    hash);
	if (!vt_id_is_zero(&c->paper)) {
		vt_id_text(&c->paper, paper);
		vt_html(p->b,
		    "<div><dt>%s</dt><dd><a href=\"/desk/papers/%s\">%s</a>"
		    "</dd></div>\n",
		    T(d, "Văn bản", "Paper"), paper,
		    T(d, "Mở văn bản", "Open it"));
	}
	vt_html(p->b, "</dl></section>\n");
}

static int
findings(
    struct vt_desk *d, const struct vt_consignment *c, struct vt_err *reterr)
{
	struct vt_found *f = NULL;
	struct vt_buf *b = d->page.b;
	size_t n = 0;
	int rc = vt_office_findings(c, d->req->arena, &f, &n, reterr);

	if (rc != VT_OK || n == 0)
		return rc;
	vt_html(b, "<section class=\"box\"><h2>%s</h2>\n<ul class=\"files\">\n",
	    T(d, "Kết quả đọc gói tin", "What was found in it"));
	for (size_t i = 0; i < n; i++)
		vt_html(b,
		    "<li><span class=\"tag %s\">%s</span> %s "
		    "<span class=\"quiet\">%s%s%s · <code>%s</code></span>"
		    "</li>\n",
		    f[i].class == 'E'   ? "stop"
		    : f[i].class == 'W' ? "wait"
					: "done",
		    f[i].class == 'E'   ? T(d, "Lỗi", "Error")
		    : f[i].class == 'W' ? T(d, "Cảnh báo", "Warning")
					: T(d, "Ghi chú", "Note"),
		    T(d, f[i].vi, f[i].en), f[i].at,
		    *f[i].detail == '\0' ? "" : ": ", f[i].detail, f[i].slug);
	vt_html(b, "</ul></section>\n");
	return VT_OK;
}

static void
form(struct vt_desk *d, const char *id, const char *act, const char *label,
    const char *note)
{
	struct vt_buf *b = d->page.b;

	vt_html(b,
	    "<form class=\"act\" action=\"/desk/packets/%s/%s\" "
	    "method=\"post\" data-once=\"1\">\n",
	    id, act);
	vt_desk_csrf(d);
	vt_desk_key(d, NULL);
	vt_desk_post(d, VT_DUTY_REREAD);
	if (note != NULL)
		vt_html(b,
		    "<label for=\"note\">%s</label>\n"
		    "<textarea id=\"note\" name=\"note\" rows=\"2\" required "
		    "maxlength=\"1000\">%s</textarea>\n",
		    T(d, "Lý do không nhận", "Why it is not taken"), note);
	vt_html(b,
	    "<p class=\"go\"><button type=\"submit\" class=\"%s\">%s</button>"
	    "</p>\n</form>\n",
	    note != NULL ? "strong" : "main", label);
}

static void
decide(struct vt_desk *d, const struct vt_consignment *c, const char *id,
    const struct vt_err *err, const char *note)
{
	bool waits = c->state == VT_CONSIGN_QUARANTINED;

	vt_html(d->page.b,
	    "<section id=\"acts\" class=\"box acts\"><h2>%s</h2>\n",
	    T(d, "Việc có thể làm", "What can be done"));
	if (err != NULL)
		vt_desk_notice(d, VT_TONE_BAD, vt_desk_error(d, err->code));
	if ((waits || c->state == VT_CONSIGN_REFUSED) &&
	    vt_who_may(d->me, VT_DUTY_REREAD, NULL) == VT_OK)
		form(d, id, "reread", T(d, "Đọc lại gói tin", "Read it again"),
		    NULL);
	if (waits && vt_who_may(d->me, VT_DUTY_REFUSE, NULL) == VT_OK)
		form(d, id, "set-aside",
		    T(d, "Không nhận gói tin này", "Do not take it"), note);
	vt_html(d->page.b,
	    "<p><a href=\"/desk/packets/%s/content\">%s</a></p>\n</section>\n",
	    id, T(d, "Tải gói tin gốc", "Download it as it came"));
}

static void
said(struct vt_desk *d)
{
	const char *done = vt_http_query(d->req, "done");

	if (done == NULL)
		return;
	if (strcmp(done, "reread") == 0)
		vt_desk_notice(d, VT_TONE_GOOD,
		    T(d, "Gói tin đang được đọc lại.",
			"It is being read again."));
	else if (strcmp(done, "set-aside") == 0)
		vt_desk_notice(d, VT_TONE_GOOD,
		    T(d,
			"Đã ghi nhận không nhận gói tin; nội dung vẫn được "
			"lưu.",
			"It is not taken; its bytes are kept."));
}

static int
show(struct vt_desk *d, const vt_id *packet, const struct vt_err *err,
    const char *note, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_buf *b = d->page.b;
	struct vt_consignment c;
	char id[VT_ID_TEXT + 1];
	int rc;

	vt_id_text(packet, id);
	if ((rc = vt_view_begin(vt_office_store(d->office), &v, reterr)) !=
		VT_OK ||
	    (rc = vt_office_consignment(
		 d->office, v, d->me, packet, &c, reterr)) != VT_OK)
		return rc;
	vt_desk_open(d, T(d, "Gói tin", "Packet"), NULL);
	vt_html(b,
	    "<p class=\"up\"><a href=\"/desk/packets\">← %s</a></p>\n"
	    "<h1>%s</h1>\n",
	    T(d, "Gói tin đến", "Packets"), title(d, &c));
	if (err == NULL)
		said(d);
	if (*c.note != '\0' && c.state != VT_CONSIGN_ARRIVED)
		reason(d, &c, "notice unsure");
	decide(d, &c, id, err, note);
	if ((rc = findings(d, &c, reterr)) != VT_OK)
		return rc;
	facts(d, &c);
	if (*c.headers != '\0')
		vt_html(b,
		    "<details class=\"box\"><summary>%s</summary>"
		    "<pre>%s</pre></details>\n",
		    T(d, "Tiêu đề truyền nhận", "Transport headers"),
		    c.headers);
	vt_desk_close(d);
	return VT_OK;
}

int
vt_web_packet(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_desk d;
	vt_id id;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = packet_id(req, &id, reterr)) != VT_OK)
		return rc;
	return show(&d, &id, NULL, "", reterr);
}

int
vt_web_packet_act(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_act_result result = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	const char *act = vt_http_param(req, "act"), *note;
	char to[128], id[VT_ID_TEXT + 1];
	struct vt_request rq;
	struct vt_webform f;
	struct vt_desk d;
	vt_id packet;
	int rc;

	vt_desk_begin(&d, req, res);
	if ((rc = packet_id(req, &packet, reterr)) != VT_OK ||
	    (rc = vt_webform_read(req, &f, reterr)) != VT_OK)
		return rc;
	note = vt_webform_get(&f, "note");
	rc = vt_sheet_request(&d, &f, req->path, &rq, &err);
	if (rc == VT_OK && strcmp(act, "reread") == 0)
		rc = vt_office_consignment_reread(
		    d.office, &rq, &packet, &result, &err);
	else if (rc == VT_OK && strcmp(act, "set-aside") == 0)
		rc = vt_office_set_aside(
		    d.office, &rq, &packet, note, &result, &err);
	else if (rc == VT_OK)
		return vt_err_set(reterr, VT_E_NOT_FOUND, "desk: no such act");
	vt_act_result_free(&result);
	if (rc != VT_OK) {
		if ((rc = show(&d, &packet, &err, note, reterr)) == VT_OK)
			res->status = vt_err_info(err.code)->http_status;
		return rc;
	}
	vt_id_text(&packet, id);
	(void)snprintf(to, sizeof(to), "/desk/packets/%s?done=%s", id, act);
	vt_http_res_see_other(res, to);
	return VT_OK;
}

int
vt_web_packet_content(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_view *v = NULL;
	struct vt_consignment c;
	struct vt_content w;
	struct vt_desk d;
	vt_id id;
	int rc;

	memset(&w, 0, sizeof(w));
	vt_desk_begin(&d, req, res);
	if ((rc = packet_id(req, &id, reterr)) != VT_OK ||
	    (rc = vt_view_begin(vt_office_store(d.office), &v, reterr)) !=
		VT_OK)
		return rc;
	rc = vt_office_consignment(d.office, v, d.me, &id, &c, reterr);
	if (rc == VT_OK) {
		w.blob.hash = c.packet;
		w.blob.size = c.size;
		(void)snprintf(w.name, sizeof(w.name), "goi-tin-%s.edxml",
		    vt_http_param(req, "id"));
		(void)snprintf(w.media_type, sizeof(w.media_type),
		    "application/octet-stream");
	}
	vt_view_end(v);
	return rc == VT_OK ? vt_content_answer(d.office, req, res, &w, reterr)
			   : rc;
}
