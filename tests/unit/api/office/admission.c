/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much a peer may bring in a day: the edges, what is known already, what
 * did not come after all, a restart. */
#include "api/office/consign.h"
#include "api/office/office_priv.h"
#include "tests/unit/api/office/house.h"

#define DAY VT_TIME_S(86400)

static struct house h;

static int
bring(const char *peer, const char *external, const vt_hash *expect,
    enum vt_transport_kind via, unsigned *wait_s)
{
	const struct vt_consign_new n = { .agency_no = h.here,
		.via = via,
		.kind = VT_PACKET_EDOC,
		.external = external,
		.peer = peer,
		.expect = expect,
		.retry_after_s = wait_s };
	struct vt_act_result r = VT_ACT_RESULT_INIT;
	struct vt_err err = VT_ERR_INIT;
	int rc;

	rc = vt_office_consign_bytes(
	    h.office, &n, vt_span_str("a packet"), NULL, &r, &err);
	if (rc == VT_OK && r.receipt.n == 0)
		rc = VT_E_INVALID;
	vt_act_result_free(&r);
	return rc;
}

static int
direct(const char *peer, const char *external)
{
	unsigned wait_s = 0;

	return bring(peer, external, NULL, VT_TRANSPORT_DIRECT, &wait_s);
}

/* As if so much had come. */
static void
count(const char *peer, unsigned packets, uint64_t bytes)
{
	struct vt_err err = VT_ERR_INIT;
	unsigned wait_s;
	int rc = VT_OK;

	for (unsigned i = 0; i < packets && rc == VT_OK; i++)
		rc = vt_admission_take(h.office, peer, bytes, &wait_s, &err);
	tap_call(rc, &err, "%u packets of %llu bytes come from %s", packets,
	    (unsigned long long)bytes, peer);
}

static void
packets(void)
{
	const unsigned most = VT_L(PEER_PACKETS_DAY);
	vt_hash wrong = { { 1 } };
	unsigned wait_s = 0;

	tap_eq_int(direct("K.1", "one"), VT_OK, "a packet");
	count("K.1", most - 2, 0);
	tap_eq_int(bring("K.1", "two", &wrong, VT_TRANSPORT_DIRECT, NULL),
	    VT_E_DIGEST_MISMATCH, "one that breaks");
	tap_eq_int(direct("K.1", "two"), VT_OK, "did not count: the last one");
	tap_eq_int(bring("K.1", "three", NULL, VT_TRANSPORT_DIRECT, &wait_s),
	    VT_E_PEER_QUOTA, "one more is refused");
	tap_ok(wait_s > 0 && wait_s <= 3, "for %u s", wait_s);
	tap_eq_int(direct("K.1", "one"), VT_OK, "what is known is answered");
	tap_eq_int(bring("K.1", "four", NULL, VT_TRANSPORT_HOSTED, NULL),
	    VT_E_PEER_QUOTA, "by our axis server it is refused, too");
	tap_eq_int(bring("K.1", "five", NULL, VT_TRANSPORT_AXIS, NULL), VT_OK,
	    "what a gateway gives us is not counted");
	tap_eq_int(
	    direct("K.2", "one of another"), VT_OK, "nobody else is refused");
	h.w.now += VT_TIME_S(wait_s);
	tap_eq_int(direct("K.1", "three"), VT_OK, "then it is taken");
	tap_eq_int(direct("K.1", "six"), VT_E_PEER_QUOTA, "it alone");
	h.w.now += DAY;
	count("K.1", most, 0);
	tap_eq_int(
	    direct("K.1", "six"), VT_E_PEER_QUOTA, "after a day as many again");
}

static void
bytes(void)
{
	const uint64_t most = VT_L(PEER_BYTES_DAY), packet = VT_L(PACKET_MAX);
	struct vt_err err = VT_ERR_INIT;
	unsigned wait_s = 0;

	count("K.3", (unsigned)(most / packet), packet);
	tap_code(vt_admission_take(h.office, "K.3", packet, &wait_s, &err),
	    VT_E_PEER_QUOTA, &err, "a large one more");
	tap_ok(wait_s > 60 && wait_s < 600, "for %u s", wait_s);
	count("K.3", 1, 1);
	vt_admission_give_back(h.office, "K.3", 1, packet);
	count("K.3", 1, packet);
}

/* What was given back does not count, neither its packets nor its size. */
static void
given_back(void)
{
	const uint64_t most = VT_L(PEER_BYTES_DAY), packet = VT_L(PACKET_MAX);
	struct vt_err err = VT_ERR_INIT;
	unsigned wait_s = 0;

	count("K.5", (unsigned)(most / packet), packet);
	vt_admission_give_back(h.office, "K.5", 0, packet);
	count("K.5", 1, packet);
	tap_code(vt_admission_take(h.office, "K.5", packet, &wait_s, &err),
	    VT_E_PEER_QUOTA, &err, "what was given back, and no more");
}

/* A clock that was set back keeps nobody out for longer than it is said. */
static void
set_back(void)
{
	unsigned wait_s = 0;

	h.w.now += 10 * DAY;
	tap_eq_int(direct("K.6", "set-1"), VT_OK, "a packet, by a wrong clock");
	h.w.now -= 3 * DAY;
	tap_eq_int(bring("K.6", "set-2", NULL, VT_TRANSPORT_DIRECT, &wait_s),
	    VT_E_PEER_QUOTA, "when it is set right, the peer waits");
	h.w.now += VT_TIME_S(wait_s);
	tap_eq_int(direct("K.6", "set-2"), VT_OK, "for %u s", wait_s);
	h.w.now += DAY;
	tap_eq_int(direct("K.6", "set-3"), VT_OK, "and not after a day");
}

/* Counted from what came in the last day, weighted by its age. */
static void
restarted(void)
{
	struct vt_office_options o = { .store = h.store,
		.ctx = &h.w.ctx,
		.public_url = "http://127.0.0.1:8480" };
	struct vt_err err = VT_ERR_INIT;
	struct vt_admission *a;
	int64_t one = DAY / (int64_t)VT_L(PEER_PACKETS_DAY), counts = 0;
	char external[16];

	h.w.now += 2 * DAY;
	for (unsigned i = 0; i < 100; i++) {
		(void)snprintf(external, sizeof(external), "old %u", i);
		if (direct("K.4", external) != VT_OK)
			tap_ok(false, "%s", external);
	}
	h.w.now += DAY / 2;
	for (unsigned i = 0; i < 10; i++) {
		(void)snprintf(external, sizeof(external), "new %u", i);
		if (direct("K.4", external) != VT_OK)
			tap_ok(false, "%s", external);
	}
	vt_office_close(h.office);
	tap_need(
	    vt_office_open(&o, &h.office, &err) == VT_OK, "office %s", err.msg);
	a = &h.office->admission;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->peers[i].peer, "K.4") == 0)
			counts = a->peers[i].packets - h.w.now;
	tap_eq_int((counts + one / 2) / one, 60,
	    "after a restart: ten, and half of a hundred of half a day ago");
	tap_eq_int((long long)a->n, 1, "and nothing older than a day");
}

int
main(void)
{
	house_begin(&h);
	packets();
	bytes();
	given_back();
	restarted();
	set_back();
	house_end(&h);
	return tap_done();
}
