/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kit as an axis: serves, misbehaves by the script, watches. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "api/exchange/axis/body.h"
#include "api/exchange/axis/peer_priv.h"
#include "base/arena.h"
#include "base/json_out.h"
#include "base/limits.h"

#define CALLS   16
#define SENT    256
#define SLICE   20    /* ms; waiting is done in slices */
#define CLOCK_S 86400 /* the kit does not judge clocks */

struct seen_packet {
	char ack[16];   /* last updateStatus, "" none */
	unsigned whole; /* answers with the whole packet */
	unsigned asked; /* getEdoc, downloadEdoc */
	unsigned acks;
};

struct vt_peer {
	const struct vt_peer_script *script;
	struct vt_peer_options o;
	int fd;
	uint16_t port;
	pthread_t thread;
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t idle;
	bool stop;
	unsigned connections;
	size_t now; /* case that is played */
	bool playing;
	unsigned epoch; /* answers of an earlier case do not count */
	struct {
		char name[32];
		unsigned n;
	} calls[CALLS];
	size_t n_calls;
	unsigned all_calls;
	struct seen_packet seen[VT_PEER_PACKETS];
	vt_hash sent[SENT];
	unsigned n_sent;
	char violation[VT_PEER_REASON];
};

struct connection {
	struct vt_peer *p;
	int fd;
};

/* One call being answered. */
struct call {
	struct vt_peer *p;
	const struct vt_peer_case *c;
	struct vt_peer_message *m;
	struct vt_axis_claims claims;
	char name[32];
	unsigned epoch;
	size_t packet;              /* index, or VT_PEER_PACKETS */
	bool has[VT_PEER_KEEP + 1]; /* actions that apply */
	unsigned n[VT_PEER_KEEP + 1];
	struct vt_buf body;
	bool raw;   /* the body is a packet itself */
	bool whole; /* it holds the whole packet */
	long status;
};

static void
violate(struct vt_peer *p, const char *what, const char *of)
{
	if (p->violation[0] == '\0')
		snprintf(
		    p->violation, sizeof(p->violation), "%s: %s", of, what);
}

static const char *
param(const struct call *k, const char *name)
{
	const char *v = vt_axis_claim(&k->claims, name);

	return v == NULL ? "" : v;
}

/* ---- which rules apply ---- */

static unsigned
count_call(struct vt_peer *p, const char *name)
{
	for (size_t i = 0; i < p->n_calls; i++)
		if (strcmp(p->calls[i].name, name) == 0)
			return ++p->calls[i].n;
	if (p->n_calls == CALLS)
		return 0;
	memcpy(p->calls[p->n_calls].name, name, strlen(name) + 1);
	p->calls[p->n_calls].n = 1;
	p->n_calls++;
	return 1;
}

static void
find_rules(struct call *k, unsigned nth, unsigned nth_of_packet)
{
	for (size_t i = 0; i < k->c->n_rules; i++) {
		const struct vt_peer_rule *r = &k->c->rules[i];
		unsigned count = r->id[0] == '\0' ? nth : nth_of_packet;

		if (strcmp(r->call, "*") != 0 && strcmp(r->call, k->name) != 0)
			continue;
		if (r->id[0] != '\0' &&
		    (k->packet == VT_PEER_PACKETS ||
			strcmp(k->c->packets[k->packet].id, r->id) != 0))
			continue;
		if (r->nth != 0 && r->nth != count)
			continue;
		k->has[r->action] = true;
		k->n[r->action] = r->n;
	}
}

/* ---- answers ---- */

static void
open_answer(struct call *k, struct vt_json *j, const char *code)
{
	bool ok = strcmp(code, "0") == 0;

	vt_json_open(j, &k->body, false);
	vt_json_object(j);
	vt_json_kstr(j, "status", ok ? "OK" : "FAIL");
	vt_json_kstr(j, "ErrorCode", code);
	vt_json_kstr(j, "ErrorDesc", ok ? "Thành công" : "Kịch bản kiểm thử");
}

static void
say(struct call *k, const char *code)
{
	struct vt_json j;

	vt_buf_reset(&k->body);
	open_answer(k, &j, code);
	vt_json_end(&j);
}

static void
put_row(struct call *k, struct vt_json *j, const struct vt_peer_packet *p)
{
	vt_json_object(j);
	vt_json_kstr(j, "docId", p->doc_id);
	vt_json_kstr(j, "serviceType", "eDoc");
	vt_json_kstr(
	    j, "messageType", p->kind == VT_PACKET_EDOC ? "edoc" : "status");
	vt_json_kstr(j, "created_time", "2026/03/02 08:15:30");
	vt_json_kstr(j, "updated_time", "2026/03/02 08:15:30");
	vt_json_kstr(j, "from",
	    k->has[VT_PEER_HOSTILE] ? "\x01\x7f\ndamaged: yes" : p->from);
	vt_json_kstr(j, "to", p->to);
	vt_json_kstr(j, "status", "initial");
	vt_json_kstr(j, "status_desc", "");
	vt_json_end(j);
}

/* Rows that name no packet, as a gateway passes on what others wrote. The last
 * one does, one that is not there. */
static void
put_hostile_rows(struct vt_buf *b)
{
	static const char *const rows[] = { "{\"from\":\"H98.01\"}",
		"{\"docId\":\"\",\"to\":\"H99.07\"}",
		"{\"docId\":\"two words\"}",
		"{\"docId\":\"a\\r\\nXroadVnpt-status: done\"}",
		"{\"docId\":\"số-văn-bản\"}", "{\"docId\":\"a\xff\xfe\"}",
		"{\"docId\":\"\\u0000\\ud800\",\"deep\":[[[{\"a\":[]}]]]}" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		vt_buf_printf(b, "%s,", rows[i]);
	vt_buf_puts(b, "{\"docId\":\"");
	for (size_t i = 0; i < 300; i++)
		vt_buf_putc(b, 'x');
	vt_buf_puts(
	    b, "\"},{\"docId\":\"gone\",\"from\":\"\\u0001\",\"to\":\"");
	for (size_t i = 0; i < 100000; i++)
		vt_buf_putc(b, 'x');
	vt_buf_puts(b, "\"}");
}

/* A packet that was acknowledged is not listed again. */
static bool
waits(const struct call *k, size_t i)
{
	return k->p->seen[i].ack[0] == '\0' ||
	       strcmp(k->p->seen[i].ack, "processing") == 0 ||
	       k->has[VT_PEER_KEEP];
}

static void
answer_list(struct call *k)
{
	bool status = strcmp(param(k, "messagetype"), "status") == 0;
	struct vt_json j;
	size_t n = k->c->n_packets;

	open_answer(k, &j, "0");
	vt_json_key(&j, "data");
	vt_json_array(&j);
	if (k->has[VT_PEER_HOSTILE]) {
		put_hostile_rows(&k->body);
		j.first[j.depth] = false; /* a comma comes next */
	}
	for (size_t t = 0; t < n; t++) {
		size_t i = k->has[VT_PEER_REVERSE] ? n - 1 - t : t;
		const struct vt_peer_packet *p = &k->c->packets[i];

		if ((p->kind == VT_PACKET_STATUS) != status || !waits(k, i))
			continue;
		put_row(k, &j, p);
		if (k->has[VT_PEER_REPEAT])
			put_row(k, &j, p);
	}
	vt_json_end(&j);
	vt_json_end(&j);
}

static void
answer_fetch(struct call *k)
{
	const struct vt_peer_packet *p;
	struct vt_json j;
	size_t at;

	if (k->packet == VT_PEER_PACKETS) {
		say(k, "10");
		return;
	}
	p = &k->c->packets[k->packet];
	k->p->seen[k->packet].asked++;
	k->whole = !k->has[VT_PEER_GARBLE] && !k->has[VT_PEER_SHORT] &&
		   !k->has[VT_PEER_NOJSON];
	k->raw = strcmp(k->name, "downloadEdoc") == 0;
	if (k->raw) {
		vt_buf_span(&k->body, vt_buf_view(&p->bytes));
		if (k->has[VT_PEER_SHORT])
			vt_buf_truncate(&k->body, k->body.n / 2);
		return;
	}
	open_answer(k, &j, "0");
	vt_json_key(&j, "data");
	at = k->body.n;
	vt_json_base64(&j, vt_buf_view(&p->bytes));
	if (k->has[VT_PEER_GARBLE] && k->body.n > at + 8)
		memcpy(k->body.p + at + (k->body.n - at) / 2, "!!", 2);
	if (k->has[VT_PEER_SHORT] && k->body.n > at + 8) {
		vt_buf_truncate(&k->body, at + (k->body.n - at) / 8 * 4 + 2);
		vt_buf_putc(&k->body, '"');
	}
	vt_json_end(&j);
}

static void
answer_update(struct call *k)
{
	struct seen_packet *s = &k->p->seen[k->packet];
	const char *status = param(k, "status");

	if (k->packet == VT_PEER_PACKETS || strlen(status) >= sizeof(s->ack)) {
		violate(k->p, "updateStatus for a packet that is none",
		    param(k, "docId"));
		say(k, "10");
		return;
	}
	if (strcmp(status, "done") == 0 && s->whole == 0)
		violate(k->p, "acknowledged before it was given away whole",
		    k->c->packets[k->packet].id);
	memcpy(s->ack, status, strlen(status) + 1);
	s->acks++;
	say(k, "0");
}

static int
keep_packet(void *arg, struct vt_span s, struct vt_err *reterr)
{
	(void)arg;
	(void)s;
	(void)reterr;
	return VT_OK;
}

static void
answer_send(struct call *k)
{
	VT_CLEANUP(vt_axis_body_free) struct vt_axis_body *b = NULL;
	struct vt_axis_body_found found;
	struct vt_err err = VT_ERR_INIT;
	struct vt_peer *p = k->p;
	struct vt_json j;
	char id[VT_HASH_TEXT + 1];
	uint64_t size;
	vt_hash h;

	if (vt_axis_body_new(vt_peer_header(k->m, "Content-Type"),
		VT_L(PACKET_MAX), keep_packet, NULL, &b, &err) != VT_OK ||
	    vt_axis_body_put(b, vt_buf_view(&k->m->body), &err) != VT_OK ||
	    vt_axis_body_end(b, &found, &err) != VT_OK ||
	    vt_axis_body_match(
		&found, param(k, "hash-file"), &size, &h, &err) != VT_OK) {
		violate(p, err.msg, "sendEdoc");
		say(k, "10");
		return;
	}
	if (p->n_sent < SENT)
		p->sent[p->n_sent++] = h;
	vt_hash_text(&h, id);
	id[32] = '\0';
	open_answer(k, &j, "0");
	vt_json_kstr(&j, "DocId", id);
	vt_json_end(&j);
}

static void
put_agency(struct vt_json *j, unsigned id, const char *code, const char *old)
{
	vt_json_object(j);
	vt_json_kuint(j, "id", id);
	vt_json_kuint(j, "pid", id / 100);
	vt_json_kstr(j, "code", code);
	vt_json_kstr(j, "name", "Ủy ban nhân dân kiểm thử");
	vt_json_kstr(j, "mail", "van-thu@example.vn");
	vt_json_kstr(j, "oldCode", old);
	vt_json_end(j);
}

static void
answer_agencies(struct call *k)
{
	struct vt_json j;
	char code[32], old[32];

	open_answer(k, &j, "0");
	vt_json_key(&j, "data");
	vt_json_array(&j);
	for (size_t i = 0; i < k->c->n_packets; i++) {
		put_agency(&j, (unsigned)i + 1, k->c->packets[i].from, "");
		put_agency(&j, (unsigned)i + 1, k->c->packets[i].to, "");
	}
	for (unsigned i = 0; i < k->c->agencies; i++) {
		snprintf(
		    code, sizeof(code), "H90.%03u.%03u", i / 1000, i % 1000);
		snprintf(old, sizeof(old), "%03u.%02u.00.H90", i % 1000,
		    i / 1000 % 100);
		put_agency(&j, 1000 + i, code, old);
	}
	vt_json_end(&j);
	vt_json_end(&j);
}

static void
answer_count(struct call *k, enum vt_packet_kind kind)
{
	struct vt_json j;
	unsigned n = 0;

	for (size_t i = 0; i < k->c->n_packets; i++)
		n += k->c->packets[i].kind == kind && waits(k, i);
	open_answer(k, &j, "0");
	vt_json_kuint(&j, "count", n);
	vt_json_end(&j);
}

static void
answer_any(struct call *k)
{
	if (strcmp(k->name, "getReceivedEdocList") == 0)
		answer_list(k);
	else if (strcmp(k->name, "getEdoc") == 0 ||
		 strcmp(k->name, "downloadEdoc") == 0)
		answer_fetch(k);
	else if (strcmp(k->name, "updateStatus") == 0)
		answer_update(k);
	else if (strcmp(k->name, "sendEdoc") == 0)
		answer_send(k);
	else if (strncmp(k->name, "getAgenciesList", 15) == 0 ||
		 strcmp(k->name, "getSynchronizeUnit") == 0)
		answer_agencies(k);
	else if (strcmp(k->name, "countReceiveEdoc") == 0)
		answer_count(k, VT_PACKET_EDOC);
	else if (strcmp(k->name, "countReceiveStatus") == 0)
		answer_count(k, VT_PACKET_STATUS);
	else
		say(k, "0");
}

/* ---- one call ---- */

static bool
is_signed(struct call *k, struct vt_arena *a)
{
	struct vt_err err = VT_ERR_INIT;

	if (vt_axis_read_claims(vt_peer_header, k->m, a, &k->claims, &err) ==
		VT_OK &&
	    vt_axis_check_claims(&k->claims, vt_peer_header, k->m,
		k->p->o.secret, vt_now(k->p->o.ctx), VT_TIME_S(CLOCK_S),
		&err) == VT_OK)
		return true;
	violate(k->p, err.msg, k->name);
	return false;
}

static void
find_packet(struct call *k)
{
	k->packet = VT_PEER_PACKETS;
	for (size_t i = 0; i < k->c->n_packets; i++)
		if (strcmp(k->c->packets[i].doc_id, param(k, "docId")) == 0)
			k->packet = i;
}

static void
wait_ms(struct vt_peer *p, unsigned ms)
{
	struct timespec t = { 0, SLICE * 1000000L };
	bool stop = false;

	for (unsigned done = 0; done < ms && !stop; done += SLICE) {
		nanosleep(&t, NULL);
		pthread_mutex_lock(&p->lock);
		stop = p->stop;
		pthread_mutex_unlock(&p->lock);
	}
}

/* Under the lock: counts the call and makes its answer. False: none. */
static bool
decide(struct call *k, struct vt_arena *a)
{
	struct vt_peer *p = k->p;
	unsigned nth, of_packet = 0;
	bool good;

	if (!p->playing)
		return false;
	k->c = &p->script->cases[p->now];
	k->epoch = p->epoch;
	k->status = 200;
	p->all_calls++;
	nth = count_call(p, k->name);
	good = is_signed(k, a);
	find_packet(k);
	if (k->packet < VT_PEER_PACKETS)
		of_packet = strcmp(k->name, "updateStatus") == 0
				? p->seen[k->packet].acks + 1
				: p->seen[k->packet].asked + 1;
	find_rules(k, nth, of_packet);
	if (k->has[VT_PEER_DROP])
		return false;
	if (!good) {
		say(k, "15");
	} else if (k->has[VT_PEER_STATUS]) {
		k->status = (long)k->n[VT_PEER_STATUS];
	} else if (k->has[VT_PEER_CODE]) {
		char code[16];

		snprintf(code, sizeof(code), "%u", k->n[VT_PEER_CODE]);
		say(k, code);
	} else {
		answer_any(k);
		if (k->has[VT_PEER_NOJSON]) {
			vt_buf_reset(&k->body);
			vt_buf_puts(&k->body, "<html>it works</html>");
		}
	}
	return !k->has[VT_PEER_LOSE];
}

static void
send_answer(struct call *k, int fd)
{
	VT_BUF_AUTO(head);
	size_t n = k->body.n;
	bool ok;

	vt_buf_printf(&head,
	    "HTTP/1.1 %ld Test\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
	    "Connection: close\r\n\r\n",
	    k->status,
	    k->raw ? "application/octet-stream"
		   : "application/json;charset=UTF-8",
	    n);
	if (k->has[VT_PEER_CUT])
		n = n * k->n[VT_PEER_CUT] / 100;
	ok = vt_peer_write(fd, vt_buf_view(&head)) &&
	     vt_peer_write(fd, VT_SPAN(k->body.p, n)) && n == k->body.n;
	pthread_mutex_lock(&k->p->lock);
	if (ok && k->whole && k->epoch == k->p->epoch)
		k->p->seen[k->packet].whole++;
	pthread_mutex_unlock(&k->p->lock);
}

static void
serve(struct vt_peer *p, int fd)
{
	struct vt_peer_message m = { .head = VT_BUF_INIT, .body = VT_BUF_INIT };
	struct call k = { .p = p, .m = &m, .body = VT_BUF_INIT };
	VT_CLEANUP(vt_arena_free)
	struct vt_arena *a = vt_arena_new((size_t)1 << 20);
	const char *slash;
	bool answer;

	if (a == NULL || !vt_peer_read(fd, false, &m)) {
		vt_peer_message_free(&m);
		return;
	}
	slash = strrchr(m.start[1], '/');
	snprintf(k.name, sizeof(k.name), "%.31s",
	    slash == NULL ? m.start[1] : slash + 1);
	vt_buf_init(&k.body, VT_L(PACKET_MAX) * 2);
	pthread_mutex_lock(&p->lock);
	answer = decide(&k, a);
	/* what a packet is counted by, before the answer has gone */
	pthread_mutex_unlock(&p->lock);
	if (k.has[VT_PEER_DELAY])
		wait_ms(p, k.n[VT_PEER_DELAY]);
	if (answer)
		send_answer(&k, fd);
	vt_buf_free(&k.body);
	vt_peer_message_free(&m);
}

/* ---- threads ---- */

static void *
connection_main(void *arg)
{
	struct connection *c = arg;
	struct vt_peer *p = c->p;
	char rest[4096];

	serve(p, c->fd);
	/* the client may still be sending: closing at once would reset */
	shutdown(c->fd, SHUT_WR);
	while (recv(c->fd, rest, sizeof(rest), MSG_DONTWAIT) > 0)
		continue;
	close(c->fd);
	free(c);
	pthread_mutex_lock(&p->lock);
	p->connections--;
	pthread_cond_signal(&p->idle);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void
start_connection(struct vt_peer *p, int fd)
{
	struct connection *c = malloc(sizeof(*c));
	pthread_attr_t attr;
	pthread_t t;
	bool ok = false;

	pthread_mutex_lock(&p->lock);
	p->connections++;
	pthread_mutex_unlock(&p->lock);
	if (c != NULL) {
		*c = (struct connection){ p, fd };
		pthread_attr_init(&attr);
		pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
		ok = pthread_create(&t, &attr, connection_main, c) == 0;
		pthread_attr_destroy(&attr);
	}
	if (ok)
		return;
	close(fd);
	free(c);
	pthread_mutex_lock(&p->lock);
	p->connections--;
	pthread_mutex_unlock(&p->lock);
}

static void *
listen_main(void *arg)
{
	struct vt_peer *p = arg;

	for (;;) {
		int fd = accept4(p->fd, NULL, NULL, SOCK_CLOEXEC);
		bool stop;

		pthread_mutex_lock(&p->lock);
		stop = p->stop;
		pthread_mutex_unlock(&p->lock);
		if (fd >= 0 && !stop)
			start_connection(p, fd);
		else if (fd >= 0)
			close(fd);
		if (stop || (fd < 0 && errno != EINTR && errno != ECONNABORTED))
			return NULL;
	}
}

int
vt_peer_start(const struct vt_peer_script *script,
    const struct vt_peer_options *o, struct vt_peer **ret,
    struct vt_err *reterr)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(o->port) };
	socklen_t n = sizeof(a);
	struct vt_peer *p = calloc(1, sizeof(*p));
	int one = 1, e;

	if (p == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "peer");
	p->script = script;
	p->o = *o;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p->fd < 0 ||
	    setsockopt(p->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) !=
		0 ||
	    bind(p->fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(p->fd, 64) != 0 ||
	    getsockname(p->fd, (struct sockaddr *)&a, &n) != 0) {
		e = errno;
		if (p->fd >= 0)
			close(p->fd);
		free(p);
		return vt_err_errno(reterr,
		    e == EADDRINUSE ? VT_E_PORT_IN_USE : VT_E_IO, e, "peer");
	}
	p->port = ntohs(a.sin_port);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->idle, NULL);
	if (pthread_create(&p->thread, NULL, listen_main, p) != 0) {
		close(p->fd);
		free(p);
		return vt_err_set(reterr, VT_E_NOMEM, "peer: thread");
	}
	*ret = p;
	return VT_OK;
}

uint16_t
vt_peer_port(const struct vt_peer *p)
{
	return p->port;
}

void
vt_peer_free(struct vt_peer *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_mutex_unlock(&p->lock);
	/* wakes accept */
	shutdown(p->fd, SHUT_RDWR);
	pthread_join(p->thread, NULL);
	pthread_mutex_lock(&p->lock);
	while (p->connections > 0)
		pthread_cond_wait(&p->idle, &p->lock);
	pthread_mutex_unlock(&p->lock);
	close(p->fd);
	pthread_cond_destroy(&p->idle);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* ---- judging ---- */

void
vt_peer_begin(struct vt_peer *p, size_t i)
{
	pthread_mutex_lock(&p->lock);
	VT_ASSERT(i < p->script->n);
	p->now = i;
	p->playing = true;
	p->epoch++;
	p->n_calls = 0;
	p->all_calls = 0;
	p->n_sent = 0;
	p->violation[0] = '\0';
	memset(p->seen, 0, sizeof(p->seen));
	pthread_mutex_unlock(&p->lock);
}

static unsigned
distinct(const struct vt_peer *p)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->n_sent; i++) {
		bool seen = false;

		for (unsigned k = 0; k < i; k++)
			seen = seen || vt_hash_eq(&p->sent[i], &p->sent[k]);
		n += !seen;
	}
	return n;
}

static unsigned
calls_of(const struct vt_peer *p, const char *name)
{
	for (size_t i = 0; i < p->n_calls; i++)
		if (strcmp(p->calls[i].name, name) == 0)
			return p->calls[i].n;
	return 0;
}

static bool
holds(const struct vt_peer *p, const struct vt_peer_expect *e,
    char reason[VT_PEER_REASON])
{
	const struct vt_peer_case *c = &p->script->cases[p->now];
	const struct seen_packet *s = NULL;
	unsigned found = 0;

	for (size_t i = 0; i < c->n_packets; i++)
		if (strcmp(c->packets[i].id, e->id) == 0)
			s = &p->seen[i];
	switch (e->what) {
	case VT_PEER_ACK:
		if (s != NULL &&
		    strcmp(s->ack[0] == '\0' ? "none" : s->ack, e->text) == 0)
			return true;
		snprintf(reason, VT_PEER_REASON,
		    "line %u: packet %s: \"%s\" wanted, found \"%s\"", e->line,
		    e->id, e->text,
		    s == NULL || s->ack[0] == '\0' ? "none" : s->ack);
		return false;
	case VT_PEER_FETCHED:
		found = s == NULL ? 0 : s->whole;
		break;
	case VT_PEER_CALLS:
		found = calls_of(p, e->text);
		break;
	case VT_PEER_SENT:
		found = p->n_sent;
		break;
	case VT_PEER_DISTINCT:
		found = distinct(p);
		break;
	default:
		break;
	}
	if (vt_peer_compare(found, e->op, e->n))
		return true;
	snprintf(reason, VT_PEER_REASON,
	    "line %u: %s%s %c%s %u wanted, found %u", e->line, e->id, e->text,
	    e->op, e->op == '=' ? "" : "=", e->n, found);
	return false;
}

bool
vt_peer_holds(struct vt_peer *p, char ret_reason[VT_PEER_REASON])
{
	const struct vt_peer_case *c;
	bool ok = true;

	ret_reason[0] = '\0';
	pthread_mutex_lock(&p->lock);
	c = &p->script->cases[p->now];
	if (p->violation[0] != '\0') {
		memcpy(ret_reason, p->violation, sizeof(p->violation));
		ok = false;
	}
	for (size_t i = 0; i < c->n_expects && ok; i++)
		ok = holds(p, &c->expects[i], ret_reason);
	pthread_mutex_unlock(&p->lock);
	return ok;
}

void
vt_peer_run(struct vt_peer *p, size_t i, struct vt_peer_result *ret)
{
	int64_t began = vt_monotonic_us(p->o.ctx), ms = 0;
	const struct vt_peer_case *c = &p->script->cases[i];

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->name, c->name, sizeof(ret->name));
	vt_peer_begin(p, i);
	do {
		wait_ms(p, 2 * SLICE);
		ms = (vt_monotonic_us(p->o.ctx) - began) / 1000;
		ret->passed = vt_peer_holds(p, ret->reason);
	} while (ms < (int64_t)c->for_ms ||
		 (!ret->passed && ms < (int64_t)c->within_ms));
	ret->ms = ms;
	pthread_mutex_lock(&p->lock);
	ret->calls = p->all_calls;
	p->playing = false;
	pthread_mutex_unlock(&p->lock);
}
