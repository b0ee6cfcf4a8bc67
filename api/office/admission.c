/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/admission.h"

#include <stdlib.h>

#include "api/office/office_priv.h"
#include "api/office/routes.h"

#define DAY_US VT_TIME_S((int64_t)86400)
#define PAGE   64

void
vt_admission_init(struct vt_admission *a)
{
	memset(a, 0, sizeof(*a));
	VT_ASSERT(pthread_mutex_init(&a->lock, NULL) == 0);
}

void
vt_admission_fini(struct vt_admission *a)
{
	VT_ASSERT(pthread_mutex_destroy(&a->lock) == 0);
	free(a->peers);
}

bool
vt_admission_counts(enum vt_transport_kind via)
{
	return via == VT_TRANSPORT_DIRECT || via == VT_TRANSPORT_HOSTED;
}

/* How long they count: all of a bound, for a day. */
static int64_t
weight_of_packets(unsigned n)
{
	return (int64_t)n * (DAY_US / (int64_t)VT_L(PEER_PACKETS_DAY));
}

static int64_t
weight_of_bytes(uint64_t n)
{
	static_assert(VT_L(PACKET_MAX) < (uint64_t)INT64_MAX / (uint64_t)DAY_US,
	    "a packet's weight is no overflow");
	return (int64_t)n * DAY_US / (int64_t)VT_L(PEER_BYTES_DAY);
}

/* With the lock held. NULL: no memory. */
static struct vt_admitted *
row_of(struct vt_admission *a, const char *peer)
{
	struct vt_admitted *big;
	size_t cap;

	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->peers[i].peer, peer) == 0)
			return &a->peers[i];
	if (a->n == a->cap) {
		cap = a->cap == 0 ? 64 : 2 * a->cap;
		big = reallocarray(a->peers, cap, sizeof(*big));
		if (big == NULL)
			return NULL;
		a->peers = big;
		a->cap = cap;
	}
	a->peers[a->n] = (struct vt_admitted){ .packets = VT_TIME_NONE,
		.bytes = VT_TIME_NONE };
	vt_text_fit(a->peers[a->n].peer, sizeof(a->peers->peer), peer);
	return &a->peers[a->n++];
}

/* Until when it counts, from now on; a clock that was set back is no reason to
 * wait for longer than a day. */
static vt_time
until(vt_time t, vt_time now)
{
	if (t == VT_TIME_NONE || t < now)
		return now;
	return t > now + DAY_US ? now + DAY_US : t;
}

void
vt_admission_peer(struct vt_office *o, struct vt_view *v, const char *code,
    struct vt_route *r, char ret[64])
{
	enum vt_route_kind kind = VT_ROUTE_PRINT;
	int rc;

	rc = vt_office_route_find(o, v, code, &kind, r, NULL, NULL, NULL);
	vt_text_fit(ret, 64,
	    rc == VT_OK && kind != VT_ROUTE_PRINT && kind != VT_ROUTE_TENANT
		? r->key
		: code);
}

int
vt_admission_take(struct vt_office *o, const char *peer, uint64_t bytes,
    unsigned *ret_wait_s, struct vt_err *reterr)
{
	struct vt_admission *a = &o->admission;
	vt_time now = vt_now(o->o.ctx), packets, most;
	struct vt_admitted *r;
	int rc = VT_OK;

	VT_ASSERT(pthread_mutex_lock(&a->lock) == 0);
	if ((r = row_of(a, peer)) == NULL) {
		rc = vt_err_set(reterr, VT_E_NOMEM, "admission: no memory");
		goto out;
	}
	/* from now on, also when it is refused: then it waits for as long as it
	 * is told */
	r->packets = until(r->packets, now);
	r->bytes = until(r->bytes, now);
	packets = r->packets + weight_of_packets(1);
	most = r->bytes + weight_of_bytes(bytes);
	if (packets <= now + DAY_US && most <= now + DAY_US) {
		r->packets = packets;
		r->bytes = most;
		goto out;
	}
	most = packets > most ? packets : most;
	*ret_wait_s = (unsigned)((most - now - DAY_US) / VT_TIME_S(1)) + 1;
	rc = vt_err_set(reterr, VT_E_PEER_QUOTA,
	    "%s has brought %zu packets or %zu bytes in a day "
	    "(PEER_PACKETS_DAY, PEER_BYTES_DAY); again in %u s",
	    peer, VT_L(PEER_PACKETS_DAY), VT_L(PEER_BYTES_DAY), *ret_wait_s);
out:
	VT_ASSERT(pthread_mutex_unlock(&a->lock) == 0);
	return rc;
}

void
vt_admission_give_back(
    struct vt_office *o, const char *peer, unsigned packets, uint64_t bytes)
{
	struct vt_admission *a = &o->admission;
	struct vt_admitted *r;

	VT_ASSERT(pthread_mutex_lock(&a->lock) == 0);
	if ((r = row_of(a, peer)) != NULL && r->packets != VT_TIME_NONE) {
		r->packets -= weight_of_packets(packets);
		r->bytes -= weight_of_bytes(bytes);
	}
	VT_ASSERT(pthread_mutex_unlock(&a->lock) == 0);
}

/* ---- after a restart ---- */

/* Of what is so old, so much has stopped to count. */
static int64_t
left(int64_t weight, int64_t age)
{
	if (age <= 0)
		return weight;
	return age >= DAY_US ? 0
			     : weight / 1000 * ((DAY_US - age) / 1000) /
				   (DAY_US / 1000000);
}

static int
load_page(struct vt_office *o, uint32_t agency_no, struct vt_route *r,
    uint64_t *before, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_consign_filter f = { .before = *before };
	vt_time now = vt_now(o->o.ctx);
	struct vt_consignment c[PAGE];
	struct vt_admitted *row;
	const char *code = NULL;
	char peer[64];
	size_t n;
	int rc;

	if ((rc = vt_view_begin(o->o.store, &v, reterr)) != VT_OK ||
	    (rc = vt_consign_list(
		 v, agency_no, &f, c, PAGE, &n, before, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < n; i++) {
		int64_t age = now - c[i].created_at;

		if (age >= DAY_US) {
			*before = 0;
			break;
		}
		if (!vt_admission_counts(c[i].transport))
			continue;
		if (code == NULL || strcmp(c[i].peer, code) != 0)
			vt_admission_peer(o, v, c[i].peer, r, peer);
		code = c[i].peer;
		if ((row = row_of(&o->admission, peer)) == NULL)
			return vt_err_set(
			    reterr, VT_E_NOMEM, "admission: no memory");
		row->packets =
		    until(row->packets, now) + left(weight_of_packets(1), age);
		row->bytes = until(row->bytes, now) +
			     left(weight_of_bytes(c[i].size), age);
	}
	return VT_OK;
}

static int
load_agency(struct vt_office *o, uint32_t agency_no, struct vt_route *r,
    struct vt_err *reterr)
{
	uint64_t before = 0;
	int rc;

	do
		rc = load_page(o, agency_no, r, &before, reterr);
	while (rc == VT_OK && before != 0);
	return rc;
}

int
vt_admission_load(struct vt_office *o, struct vt_err *reterr)
{
	struct vt_route *r = malloc(sizeof(*r));
	struct vt_agency a[PAGE];
	uint32_t after = 0, no[PAGE];
	size_t n = PAGE;
	int rc = VT_OK;

	if (r == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "admission: no memory");
	while (rc == VT_OK && n == PAGE) {
		struct vt_view *v = NULL;

		if ((rc = vt_view_begin(o->o.store, &v, reterr)) == VT_OK)
			rc = vt_agency_list(v, after, a, PAGE, &n, reterr);
		for (size_t i = 0; rc == VT_OK && i < n; i++)
			after = no[i] = a[i].no;
		vt_view_end(v);
		for (size_t i = 0; rc == VT_OK && i < n; i++)
			rc = load_agency(o, no[i], r, reterr);
	}
	free(r);
	return rc;
}
