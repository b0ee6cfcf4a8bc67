/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pages of the desk share. Private to api/web. */
#ifndef VT_API_WEB_PRIV_H
#define VT_API_WEB_PRIV_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/html/page.h"
#include "api/http/rate.h"
#include "api/office/sessions.h"
#include "api/web/form.h"
#include "api/web/web.h"
#include "base/limits.h"

struct vt_shelf;

struct vt_web {
	struct vt_office *office;
	const struct vt_context *ctx;
	bool secure;
	struct vt_http_rate *trying; /* sign-ins, per place */
	struct vt_shelf *shelf;      /* pictures, verdicts */
	const struct vt_oidc_provider *providers;
	size_t n_providers;
};

/* Who is signed in, of this request. Left by admit, wiped after the answer. */
struct vt_web_user {
	struct vt_session session;
	char token[VT_SESSION_TOKEN + 1];
	char csrf[VT_HASH_TEXT + 1];
};

/* One request at the desk, and the page that answers it. */
struct vt_desk {
	struct vt_web *web;
	struct vt_office *office;
	struct vt_http_req *req;
	struct vt_http_res *res;
	const struct vt_web_user *user; /* NULL: not signed in */
	const struct vt_actor *me;      /* user's, or NULL */
	struct vt_page page;
};

/* The text in the reader's language. */
#define T(d, vi, en) vt_page_t(&(d)->page, (vi), (en))

/* ---- frame.c ---- */

void vt_desk_begin(
    struct vt_desk *d, struct vt_http_req *req, struct vt_http_res *res);
/* Head, top bar, menu, and the start of main. here: the menu's item that this
 * page is, or NULL. */
void vt_desk_open(struct vt_desk *d, const char *title, const char *here);
void vt_desk_close(struct vt_desk *d);
/* The hidden fields that every form of somebody signed in carries. */
void vt_desk_csrf(struct vt_desk *d);
/* A fresh key, or the one of the form that is shown again. */
/* A choice between his posts that give the duty, when there are several; the
 * field "post", which vt_sheet_request reads. */
void vt_desk_post(struct vt_desk *d, enum vt_duty duty);
void vt_desk_key(struct vt_desk *d, const char *again);
/* A sentence about what was done or refused. */
void vt_desk_notice(struct vt_desk *d, enum vt_tone tone, const char *text);
/* What an error means, in the reader's language. Static. */
const char *vt_desk_error(const struct vt_desk *d, int code);

/* ---- sign_in.c ---- */

/* Before everything that needs somebody: VT_E_UNAUTHENTICATED. */
int vt_web_admit(struct vt_http_req *req, struct vt_err *reterr);
/* Begins the page that answers a form of ours, and reads the form. */
VT_NODISCARD int vt_web_open_form(struct vt_http_req *req,
    struct vt_http_res *res, struct vt_desk *d, struct vt_webform *ret,
    struct vt_err *reterr);
/* A form of ours, sent from a page of ours. VT_E_CSRF. */
VT_NODISCARD int vt_web_own_form(
    const struct vt_desk *d, const char *csrf, struct vt_err *reterr);
/* The part of that which needs no form: where the browser says it comes
 * from. */
VT_NODISCARD int vt_web_same_origin(
    const struct vt_http_req *req, struct vt_err *reterr);

/* ---- handlers ---- */

#define VT_WEB_HANDLER(name)                                                   \
	int name(struct vt_http_req *req, struct vt_http_res *res,             \
	    struct vt_err *reterr)
VT_WEB_HANDLER(vt_web_sign_in);
VT_WEB_HANDLER(vt_web_sign_in_post);
VT_WEB_HANDLER(vt_web_sign_out);
VT_WEB_HANDLER(vt_web_language);
VT_WEB_HANDLER(vt_web_password);
VT_WEB_HANDLER(vt_web_password_post);
VT_WEB_HANDLER(vt_web_me);
VT_WEB_HANDLER(vt_web_sign_out_all);
VT_WEB_HANDLER(vt_web_factor);
VT_WEB_HANDLER(vt_web_factor_post);
VT_WEB_HANDLER(vt_web_factor_confirm);
VT_WEB_HANDLER(vt_web_factor_off);
VT_WEB_HANDLER(vt_web_delegations);
VT_WEB_HANDLER(vt_web_delegate);
VT_WEB_HANDLER(vt_web_delegation_end);
VT_WEB_HANDLER(vt_web_packets);
VT_WEB_HANDLER(vt_web_packet);
VT_WEB_HANDLER(vt_web_packet_content);
VT_WEB_HANDLER(vt_web_packet_act);
VT_WEB_HANDLER(vt_web_prints);
VT_WEB_HANDLER(vt_web_books);
VT_WEB_HANDLER(vt_web_book_act);
VT_WEB_HANDLER(vt_web_register);
VT_WEB_HANDLER(vt_web_register_pdf);
VT_WEB_HANDLER(vt_web_report);
VT_WEB_HANDLER(vt_web_reads);
VT_WEB_HANDLER(vt_web_uses);
VT_WEB_HANDLER(vt_web_uses_csv);
VT_WEB_HANDLER(vt_web_tell_again);
VT_WEB_HANDLER(vt_web_work);
VT_WEB_HANDLER(vt_web_work_act);
VT_WEB_HANDLER(vt_web_inbox);
VT_WEB_HANDLER(vt_web_queue);
VT_WEB_HANDLER(vt_web_search);
VT_WEB_HANDLER(vt_web_export_search);
VT_WEB_HANDLER(vt_web_save_search);
VT_WEB_HANDLER(vt_web_remove_search);
VT_WEB_HANDLER(vt_web_paper);
VT_WEB_HANDLER(vt_web_act);
VT_WEB_HANDLER(vt_web_delivery);
VT_WEB_HANDLER(vt_web_part);
VT_WEB_HANDLER(vt_web_rendition);
VT_WEB_HANDLER(vt_web_sending);
VT_WEB_HANDLER(vt_web_picture);
VT_WEB_HANDLER(vt_web_check);
VT_WEB_HANDLER(vt_web_prepare);
VT_WEB_HANDLER(vt_web_prepared);
VT_WEB_HANDLER(vt_web_prepared_file);
VT_WEB_HANDLER(vt_web_complete);
VT_WEB_HANDLER(vt_web_arrive);
VT_WEB_HANDLER(vt_web_arrive_post);
VT_WEB_HANDLER(vt_web_version_post);
VT_WEB_HANDLER(vt_web_style);
VT_WEB_HANDLER(vt_web_script);
VT_WEB_HANDLER(vt_web_icon);
extern const struct vt_http_sink vt_web_arrive_sink;

void vt_web_fail(
    struct vt_http_req *req, const struct vt_err *err, struct vt_http_res *res);

/* ---- pictures.c ---- */

/* Pages of a content, remembered; 0 when it cannot be shown. */
size_t vt_pictures_count(struct vt_desk *d, const struct vt_content *c);

#endif
