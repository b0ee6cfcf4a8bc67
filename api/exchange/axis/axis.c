/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/exchange/axis/axis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/exchange/axis/axis_priv.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"

int
vt_axis_secret(const char *key_dir, const char *ref, struct vt_secret **ret,
    struct vt_err *reterr)
{
	const char *path = strncmp(ref, "file:", 5) == 0 ? ref + 5 : ref;
	VT_BUF_AUTO(b);
	int rc;

	if (path[0] == '\0' || (path == ref && strchr(ref, ':') != NULL))
		return vt_err_set(reterr, VT_E_INVALID,
		    "secret of a route: \"file:PATH\" wanted");
	if (path[0] != '/' && key_dir != NULL)
		vt_buf_printf(&b, "%s/", key_dir);
	vt_buf_puts(&b, path);
	if ((rc = vt_buf_status(&b, reterr)) != VT_OK)
		return rc;
	return vt_secret_read_file(vt_buf_str(&b), ret, reterr);
}

int
vt_axis_new(const struct vt_axis_options *o, struct vt_axis **ret,
    struct vt_err *reterr)
{
	struct vt_axis *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "axis");
	a->magic = VT_AXIS_MAGIC;
	a->o = *o;
	pthread_mutex_init(&a->lock, NULL);
	*ret = a;
	return VT_OK;
}

void
vt_axis_free(struct vt_axis *a)
{
	if (a == NULL)
		return;
	VT_CHECK(a, VT_AXIS_MAGIC);
	vt_wrapper_tokens_free(a);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

void
vt_axis_stop(void *arg)
{
	struct vt_axis *a = arg;

	VT_CHECK(a, VT_AXIS_MAGIC);
	a->stopping = true;
}

bool
vt_axis_is_stopping(void *arg)
{
	const struct vt_axis *a = arg;

	return a->stopping;
}

/* ---- the axis as a transport ---- */

/* A client for this route; *ret_secret holds what it points to. */
static int
client_of(struct vt_axis *a, const struct vt_route *r,
    struct vt_axis_client *ret, struct vt_secret **ret_secret,
    struct vt_err *reterr)
{
	int rc =
	    vt_axis_secret(a->o.key_dir, r->secret_ref, ret_secret, reterr);

	if (rc != VT_OK)
		return rc;
	*ret = (struct vt_axis_client){ .url = r->url,
		.system_id = r->system_id,
		.secret = vt_secret_view(*ret_secret),
		.ctx = a->o.ctx,
		.padded_hash = !r->quirk_hash,
		.allow_private = a->o.allow_private,
		.timeout_ms = a->o.timeout_ms,
		.ca = a->o.ca,
		.cert = a->o.cert,
		.key = a->o.key,
		.stop = vt_axis_is_stopping,
		.stop_arg = a };
	return VT_OK;
}

static int
axis_send(void *arg, const struct vt_route *route, const struct vt_packet *p,
    struct vt_packet_answer *ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *secret = NULL;
	struct vt_axis *a = arg;
	struct vt_axis_client c;
	struct vt_axis_sending s = { p->kind, p->from, &p->to, 1, p->body,
		&p->hash };
	int rc;

	VT_CHECK(a, VT_AXIS_MAGIC);
	if ((rc = client_of(a, route, &c, &secret, reterr)) != VT_OK)
		return rc;
	rc = vt_axis_send(&c, &s, ret->external, reterr);
	if (rc == VT_OK)
		ret->by_addressee = false;
	return rc;
}

static int
list(void *arg, enum vt_packet_kind kind, vt_axis_on_row *row, void *row_arg,
    struct vt_err *reterr)
{
	return vt_axis_received(arg, kind, row, row_arg, reterr);
}

/* A packet that came damaged in base64 is asked for as it is. */
static int
fetch(void *arg, const char *doc_id, const char *file_path, unsigned attempt,
    vt_axis_on_bytes *put, void *put_arg, struct vt_err *reterr)
{
	return (attempt % 2 == 0 ? vt_axis_fetch : vt_axis_download)(
	    arg, doc_id, file_path, put, put_arg, reterr);
}

static int
fetch_raw(void *arg, const char *doc_id, vt_axis_on_bytes *put, void *put_arg,
    struct vt_err *reterr)
{
	return vt_axis_fetch_raw(arg, doc_id, put, put_arg, reterr);
}

static int
acknowledge(
    void *arg, const char *doc_id, const char *status, struct vt_err *reterr)
{
	return vt_axis_acknowledge(arg, doc_id, status, reterr);
}

static int
axis_pull(void *arg, struct vt_office *o, const struct vt_route *route,
    size_t *ret_taken, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *secret = NULL;
	struct vt_axis *a = arg;
	struct vt_axis_client c;
	struct vt_pull_gateway g = { &c, VT_TRANSPORT_AXIS, false, list, fetch,
		fetch_raw, acknowledge, vt_axis_is_stopping, a };
	int rc;

	VT_CHECK(a, VT_AXIS_MAGIC);
	*ret_taken = 0;
	if ((rc = client_of(a, route, &c, &secret, reterr)) != VT_OK)
		return rc;
	return vt_gateway_pull(&g, o, a->o.ctx, route, ret_taken, reterr);
}

/* ---- the address book ---- */

#define BATCH 128

struct vt_book {
	struct vt_office *o;
	const char *gateway;
	struct vt_address *rows;
	size_t n, skipped;
	bool only_deleted;
};

static int
flush_book(struct vt_book *b, struct vt_err *reterr)
{
	size_t changed = 0;
	int rc = VT_OK;

	if (b->n > 0)
		rc = vt_office_addresses_sync(
		    b->o, b->gateway, b->rows, b->n, &changed, reterr);
	b->n = 0;
	return rc;
}

static bool
is_true(const char *s)
{
	return strcmp(s, "true") == 0 || strcmp(s, "1") == 0;
}

static struct vt_address *
new_row(struct vt_book *b, const struct vt_axis_row *row)
{
	struct vt_address *a = &b->rows[b->n++];

	memset(a, 0, sizeof(*a));
	vt_text_fit(a->name, sizeof(a->name), vt_axis_row_get(row, "name"));
	vt_text_fit(
	    a->parent, sizeof(a->parent), vt_axis_row_get(row, "pcode"));
	vt_text_fit(a->mail, sizeof(a->mail), vt_axis_row_get(row, "mail"));
	vt_text_fit(
	    a->remote_id, sizeof(a->remote_id), vt_axis_row_get(row, "id"));
	a->verified = true;
	a->deleted = is_true(vt_axis_row_get(row, "deleted"));
	return a;
}

/* "000.00.15.H51": a code that no agency of today has (QCVN 102:2016). */
static bool
is_old_form(const char *code)
{
	return strlen(code) == 13 && code[3] == '.' && code[6] == '.' &&
	       code[9] == '.';
}

/* A row of the book for the code, and one for its old code, which leads to
 * the new one. */
static int
on_agency(void *arg, const struct vt_axis_row *row, struct vt_err *reterr)
{
	const char *code = vt_axis_row_get(row, "code");
	const char *old = vt_axis_row_get(row, "oldCode");
	struct vt_book *b = arg;
	struct vt_address *a;

	if (old[0] == '\0')
		old = vt_axis_row_get(row, "code102");
	if (strcmp(old, code) == 0)
		old = "";
	if (b->only_deleted && !is_true(vt_axis_row_get(row, "deleted")))
		return VT_OK;
	if (code[0] == '\0' || strlen(code) >= sizeof(a->code) ||
	    strlen(old) >= sizeof(a->old_code)) {
		b->skipped++;
		return VT_OK;
	}
	a = new_row(b, row);
	vt_text_fit(a->code, sizeof(a->code), code);
	vt_text_fit(a->old_code, sizeof(a->old_code), old);
	if (is_old_form(old)) {
		a = new_row(b, row);
		vt_text_fit(a->code, sizeof(a->code), old);
		vt_text_fit(a->successor, sizeof(a->successor), code);
	}
	return b->n + 1 >= BATCH ? flush_book(b, reterr) : VT_OK;
}

/* Rows come by the hundred thousand: BATCH of them are held. */
int
vt_axis_book(struct vt_office *o, const struct vt_route *route,
    vt_axis_book_list *get, void *arg, bool only_deleted, struct vt_err *reterr)
{
	struct vt_book b = {
		.o = o, .gateway = route->key, .only_deleted = only_deleted
	};
	int rc;

	b.rows = calloc(BATCH, sizeof(*b.rows));
	if (b.rows == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "address book");
	rc = get(arg, on_agency, &b, reterr);
	if (rc == VT_OK)
		rc = flush_book(&b, reterr);
	if (b.skipped > 0)
		vt_log(VT_LEVEL_WARN, "gateway.agencies",
		    "route=%s without_usable_code=%zu", route->key, b.skipped);
	free(b.rows);
	return rc;
}

static int
get_agencies(
    void *arg, vt_axis_on_row *row, void *row_arg, struct vt_err *reterr)
{
	return vt_axis_agencies(
	    arg, VT_AXIS_AGENCIES, NULL, row, row_arg, reterr);
}

static int
get_changes(
    void *arg, vt_axis_on_row *row, void *row_arg, struct vt_err *reterr)
{
	return vt_axis_agencies(
	    arg, VT_AXIS_CHANGES, NULL, row, row_arg, reterr);
}

static int
axis_sync(void *arg, struct vt_office *o, const struct vt_route *route,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *secret = NULL;
	struct vt_err err = VT_ERR_INIT;
	struct vt_axis *a = arg;
	struct vt_axis_client c;
	int rc;

	VT_CHECK(a, VT_AXIS_MAGIC);
	if ((rc = client_of(a, route, &c, &secret, reterr)) != VT_OK)
		return rc;
	rc = vt_axis_book(o, route, get_agencies, &c, false, reterr);
	if (rc != VT_OK)
		return rc;
	/* not every axis has this list */
	rc = vt_axis_book(o, route, get_changes, &c, true, &err);
	if (rc == VT_E_PEER_REFUSED) {
		vt_log_err("gateway.changes", &err);
		return VT_OK;
	}
	if (rc != VT_OK && reterr != NULL)
		*reterr = err;
	return rc;
}

struct vt_transport
vt_axis_transport(struct vt_axis *a)
{
	return (struct vt_transport){ .name = "axis",
		.arg = a,
		.send = axis_send,
		.pull = axis_pull,
		.sync = axis_sync,
		.stop = vt_axis_stop };
}
