/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The language of the conformance kit: one statement a line. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/exchange/axis/peer_priv.h"
#include "api/exchange/edxml/edxml.h"
#include "base/limits.h"

#define WORDS 24

struct reader {
	struct vt_peer_script *s;
	const char *dir;
	unsigned line;
	char *words[WORDS];
	size_t n;
	struct vt_err *err;
};

static int
wrong(struct reader *r, const char *what)
{
	return vt_err_set(
	    r->err, VT_E_SYNTAX, "script, line %u: %s", r->line, what);
}

/* Words between blanks; "…" is one word; '#' begins a comment. */
static int
split(struct reader *r, char *p)
{
	r->n = 0;
	for (;;) {
		while (isspace((unsigned char)*p))
			p++;
		if (*p == '\0' || *p == '#')
			return VT_OK;
		if (r->n == WORDS)
			return wrong(r, "too many words");
		if (*p == '"') {
			r->words[r->n++] = ++p;
			p = strchr(p, '"');
			if (p == NULL)
				return wrong(r, "a quote that does not end");
		} else {
			r->words[r->n++] = p;
			while (*p != '\0' && !isspace((unsigned char)*p))
				p++;
			if (*p == '\0')
				return VT_OK;
		}
		*p++ = '\0';
	}
}

static const char *
word(const struct reader *r, size_t i)
{
	return i < r->n ? r->words[i] : "";
}

static int
copy(struct reader *r, size_t i, char *dst, size_t size)
{
	const char *w = word(r, i);

	if (w[0] == '\0')
		return wrong(r, "a word is missing");
	if (strlen(w) >= size)
		return wrong(r, "a word is too long");
	memcpy(dst, w, strlen(w) + 1);
	return VT_OK;
}

/* "12", "500ms", "3s", "16m", "50%". */
static bool
number(const char *w, unsigned *ret)
{
	char *end;
	unsigned long v = strtoul(w, &end, 10);

	if (end == w || v > 100000000)
		return false;
	if (strcmp(end, "s") == 0)
		v *= 1000;
	else if (strcmp(end, "m") == 0)
		v *= 60000;
	else if (*end != '\0' && strcmp(end, "ms") != 0 &&
		 strcmp(end, "%") != 0)
		return false;
	if (v > 100000000)
		return false;
	*ret = (unsigned)v;
	return true;
}

static struct vt_peer_case *
now(const struct reader *r)
{
	return r->s->n == 0 ? NULL : &r->s->cases[r->s->n - 1];
}

/* ---- statements ---- */

static int
read_role(struct reader *r)
{
	if (strcmp(word(r, 1), "axis") == 0)
		r->s->role = VT_PEER_AXIS;
	else if (strcmp(word(r, 1), "agency") == 0)
		r->s->role = VT_PEER_AGENCY;
	else
		return wrong(r, "role axis or role agency");
	return VT_OK;
}

static int
read_case(struct reader *r)
{
	struct vt_peer_case *c;

	if (r->s->role == 0)
		return wrong(r, "a role comes before the first case");
	if (r->s->n == VT_PEER_CASES)
		return wrong(r, "too many cases");
	c = &r->s->cases[r->s->n++];
	c->within_ms = 30000;
	return copy(r, 1, c->name, sizeof(c->name));
}

static int
read_file(struct reader *r, const char *name, struct vt_buf *ret)
{
	uint8_t piece[65536];
	VT_BUF_AUTO(path);
	size_t n;
	FILE *f;

	if (strchr(name, '/') != NULL)
		return wrong(r, "a file of the packet directory, no path");
	vt_buf_printf(&path, "%s/%s", r->dir == NULL ? "." : r->dir, name);
	if ((f = fopen(vt_buf_str(&path), "re")) == NULL)
		return wrong(r, "the file of this packet cannot be opened");
	vt_buf_init(ret, VT_L(PACKET_MAX));
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		vt_buf_put(ret, piece, n);
	(void)fclose(f);
	return vt_buf_status(ret, r->err);
}

/* packet ID edoc|status FROM TO sample [SIZE] | FILE */
static int
read_packet(struct reader *r, struct vt_peer_case *c)
{
	struct vt_peer_packet *p;
	unsigned size = 0;
	int rc;

	if (c->n_packets == VT_PEER_PACKETS)
		return wrong(r, "too many packets");
	p = &c->packets[c->n_packets++];
	if ((rc = copy(r, 1, p->id, sizeof(p->id))) != VT_OK ||
	    (rc = copy(r, 3, p->from, sizeof(p->from))) != VT_OK ||
	    (rc = copy(r, 4, p->to, sizeof(p->to))) != VT_OK)
		return rc;
	if (strcmp(word(r, 2), "edoc") == 0)
		p->kind = VT_PACKET_EDOC;
	else if (strcmp(word(r, 2), "status") == 0)
		p->kind = VT_PACKET_STATUS;
	else
		return wrong(r, "packet ID edoc|status FROM TO sample|FILE");
	snprintf(p->doc_id, sizeof(p->doc_id), "%u-%zu-%s", r->s->run, r->s->n,
	    word(r, 1));
	if (strcmp(word(r, 5), "sample") != 0)
		return read_file(r, word(r, 5), &p->bytes);
	if (r->n > 6 && !number(word(r, 6), &size))
		return wrong(r, "the size of a sample is a number");
	return vt_peer_sample(
	    p, r->s->run * 1000 + ++r->s->samples, size, r->err);
}

static const struct {
	const char *word;
	enum vt_peer_action action;
	bool number;
} actions[] = {
	{ "delay", VT_PEER_DELAY, true },
	{ "cut", VT_PEER_CUT, true },
	{ "drop", VT_PEER_DROP, false },
	{ "lose", VT_PEER_LOSE, false },
	{ "status", VT_PEER_STATUS, true },
	{ "code", VT_PEER_CODE, true },
	{ "garble", VT_PEER_GARBLE, false },
	{ "short", VT_PEER_SHORT, false },
	{ "html", VT_PEER_NOJSON, false },
	{ "repeat", VT_PEER_REPEAT, false },
	{ "reverse", VT_PEER_REVERSE, false },
	{ "hostile", VT_PEER_HOSTILE, false },
	{ "keep", VT_PEER_KEEP, false },
};

/* on CALL [of ID] every|N ACTION [N] */
static int
read_rule(struct reader *r, struct vt_peer_case *c)
{
	struct vt_peer_rule *u;
	size_t at = 2;
	int rc;

	if (c->n_rules == VT_PEER_RULES)
		return wrong(r, "too many rules");
	u = &c->rules[c->n_rules++];
	if ((rc = copy(r, 1, u->call, sizeof(u->call))) != VT_OK)
		return rc;
	if (strcmp(word(r, at), "of") == 0) {
		if ((rc = copy(r, at + 1, u->id, sizeof(u->id))) != VT_OK)
			return rc;
		at += 2;
	}
	if (strcmp(word(r, at), "every") != 0 &&
	    (!number(word(r, at), &u->nth) || u->nth == 0))
		return wrong(r, "on CALL [of ID] every|N ACTION");
	at++;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(word(r, at), actions[i].word) != 0)
			continue;
		u->action = actions[i].action;
		if (actions[i].number && !number(word(r, at + 1), &u->n))
			return wrong(r, "this action wants a number");
		return VT_OK;
	}
	return wrong(r, "an action that is none");
}

static bool
is_op(const char *w)
{
	return strcmp(w, "=") == 0 || strcmp(w, ">=") == 0 ||
	       strcmp(w, "<=") == 0;
}

static const struct {
	const char *word;
	enum vt_peer_what what;
	bool id, text, number;
	enum vt_peer_role role;
} expects[] = {
	{ "acknowledged", VT_PEER_ACK, true, true, false, VT_PEER_AXIS },
	{ "fetched", VT_PEER_FETCHED, true, false, true, VT_PEER_AXIS },
	{ "calls", VT_PEER_CALLS, false, true, true, VT_PEER_AXIS },
	{ "sent", VT_PEER_SENT, false, false, true, VT_PEER_AXIS },
	{ "distinct", VT_PEER_DISTINCT, false, false, true, VT_PEER_AXIS },
	{ "code", VT_PEER_SAYS, false, false, true, VT_PEER_AGENCY },
	{ "http", VT_PEER_HTTP, false, false, true, VT_PEER_AGENCY },
	{ "same-docid", VT_PEER_SAME, false, false, false, VT_PEER_AGENCY },
	{ "rows", VT_PEER_ROWS, false, false, true, VT_PEER_AGENCY },
	{ "more", VT_PEER_MORE, false, false, true, VT_PEER_AGENCY },
	{ "count", VT_PEER_COUNT, false, false, true, VT_PEER_AGENCY },
	{ "bytes", VT_PEER_BYTES, false, false, true, VT_PEER_AGENCY },
};

/* expect WHAT [ID] [TEXT] [=|>=|<= N] */
static int
read_expect(struct reader *r, struct vt_peer_case *c)
{
	struct vt_peer_expect *e;
	size_t at = 2, i = 0;
	int rc = VT_OK;

	if (c->n_expects == VT_PEER_EXPECTS)
		return wrong(r, "too many expectations");
	e = &c->expects[c->n_expects++];
	e->line = r->line;
	e->step = c->n_steps;
	while (i < sizeof(expects) / sizeof(expects[0]) &&
	       strcmp(word(r, 1), expects[i].word) != 0)
		i++;
	if (i == sizeof(expects) / sizeof(expects[0]) ||
	    expects[i].role != r->s->role)
		return wrong(r, "an expectation that is none of this role");
	e->what = expects[i].what;
	if (expects[i].id)
		rc = copy(r, at++, e->id, sizeof(e->id));
	if (rc == VT_OK && expects[i].text)
		rc = copy(r, at++, e->text, sizeof(e->text));
	if (rc != VT_OK || !expects[i].number)
		return rc;
	e->op = '=';
	if (is_op(word(r, at)))
		e->op = word(r, at++)[0];
	if (!number(word(r, at), &e->n))
		return wrong(r, "a number was wanted");
	return VT_OK;
}

static const struct {
	const char *word;
	size_t at; /* of the bool in struct vt_peer_step */
} flags[] = {
#define FLAG(w, m)                                                             \
	{                                                                      \
		w, offsetof(struct vt_peer_step, m)                            \
	}
	FLAG("form", form),
	FLAG("no-tail", no_tail),
	FLAG("padded", padded),
	FLAG("no-hash", no_hash),
	FLAG("wrong-hash", wrong_hash),
	FLAG("wrong-secret", wrong_secret),
	FLAG("tamper", tamper),
	FLAG("stale", stale),
	FLAG("expect-100", expect100),
	FLAG("no-to", no_to),
	FLAG("last", last_id),
	FLAG("unsigned", unsigned_call),
#undef FLAG
};

/* Options with a word, and with a number. */
static const struct {
	const char *word;
	size_t at, size;
} texts[] = {
#define TEXT(w, m)                                                             \
	{                                                                      \
		w, offsetof(struct vt_peer_step, m),                           \
		    sizeof(((struct vt_peer_step *)NULL)->m)                   \
	}
	TEXT("packet", packet),
	TEXT("docid", doc_id),
	TEXT("status", status),
	TEXT("kind", kind),
	TEXT("as", as),
	TEXT("from-date", from_date),
	TEXT("to-date", to_date),
	TEXT("code", code),
	TEXT("parent", parent),
#undef TEXT
};

static const struct {
	const char *word;
	size_t at;
} numbers[] = {
	{ "cut", offsetof(struct vt_peer_step, cut) },
	{ "wait", offsetof(struct vt_peer_step, wait_ms) },
	{ "age", offsetof(struct vt_peer_step, age_ms) },
};

#define N(table) (sizeof(table) / sizeof((table)[0]))

/* One option at word *i; *i is then its last word. */
static int
read_option(struct reader *r, struct vt_peer_step *s, size_t *i)
{
	const char *w = word(r, *i);
	char *base = (char *)s;

	for (size_t k = 0; k < N(flags); k++)
		if (strcmp(w, flags[k].word) == 0) {
			*(bool *)(void *)(base + flags[k].at) = true;
			return VT_OK;
		}
	for (size_t k = 0; k < N(texts); k++)
		if (strcmp(w, texts[k].word) == 0)
			return copy(r, ++*i, base + texts[k].at, texts[k].size);
	for (size_t k = 0; k < N(numbers); k++)
		if (strcmp(w, numbers[k].word) == 0 &&
		    number(word(r, ++*i),
			(unsigned *)(void *)(base + numbers[k].at)))
			return VT_OK;
	return wrong(r, "an option that is none");
}

/* do CALL [packet ID] [docid ID] [status S] [kind K] [as CODE] [cut N%]
 * [age T] [wait T] [flags] */
static int
read_step(struct reader *r, struct vt_peer_case *c)
{
	struct vt_peer_step *s;
	int rc;

	if (c->n_steps == VT_PEER_STEPS)
		return wrong(r, "too many steps");
	s = &c->steps[c->n_steps++];
	rc = copy(r, 1, s->call, sizeof(s->call));
	for (size_t i = 2; i < r->n && rc == VT_OK; i++)
		rc = read_option(r, s, &i);
	return rc;
}

static int
read_line(struct reader *r)
{
	struct vt_peer_case *c = now(r);
	const char *w = word(r, 0);

	if (r->n == 0)
		return VT_OK;
	if (strcmp(w, "role") == 0)
		return read_role(r);
	if (strcmp(w, "case") == 0)
		return read_case(r);
	if (c == NULL)
		return wrong(r, "a case was wanted first");
	if (strcmp(w, "packet") == 0)
		return read_packet(r, c);
	if (strcmp(w, "expect") == 0)
		return read_expect(r, c);
	if (strcmp(w, "on") == 0 && r->s->role == VT_PEER_AXIS)
		return read_rule(r, c);
	if (strcmp(w, "do") == 0 && r->s->role == VT_PEER_AGENCY)
		return read_step(r, c);
	if (strcmp(w, "for") == 0 && number(word(r, 1), &c->for_ms))
		return VT_OK;
	if (strcmp(w, "agencies") == 0 && r->s->role == VT_PEER_AXIS &&
	    number(word(r, 1), &c->agencies))
		return VT_OK;
	if (strcmp(w, "within") == 0 && number(word(r, 1), &c->within_ms))
		return VT_OK;
	return wrong(r, "a statement that is none of this role");
}

int
vt_peer_script_read(struct vt_span text, const char *packet_dir, unsigned run,
    struct vt_peer_script **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_peer_script_free)
	struct vt_peer_script *s = calloc(1, sizeof(*s));
	struct vt_err err = VT_ERR_INIT;
	struct reader r = { .s = s, .dir = packet_dir, .err = &err };
	char line[1024];
	int rc = VT_OK;

	if (s == NULL ||
	    (s->cases = calloc(VT_PEER_CASES, sizeof(*s->cases))) == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "script");
	s->run = run;
	for (size_t at = 0; at < text.n && rc == VT_OK;) {
		const uint8_t *nl = memchr(text.p + at, '\n', text.n - at);
		size_t n = (nl == NULL ? text.n : (size_t)(nl - text.p)) - at;

		r.line++;
		if (n >= sizeof(line) || memchr(text.p + at, 0, n) != NULL) {
			rc = wrong(&r, "a line that is too long, or no text");
			break;
		}
		memcpy(line, text.p + at, n);
		line[n] = '\0';
		at += n + 1;
		if ((rc = split(&r, line)) == VT_OK)
			rc = read_line(&r);
	}
	if (rc == VT_OK && s->n == 0)
		rc = wrong(&r, "no case");
	if (rc != VT_OK) {
		if (reterr != NULL)
			*reterr = err;
		return rc;
	}
	*ret = VT_TAKE(s);
	return VT_OK;
}

void
vt_peer_script_free(struct vt_peer_script *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; s->cases != NULL && i < s->n; i++)
		for (size_t k = 0; k < s->cases[i].n_packets; k++)
			vt_buf_free(&s->cases[i].packets[k].bytes);
	free(s->cases);
	free(s);
}

size_t
vt_peer_script_cases(const struct vt_peer_script *s)
{
	return s->n;
}

const char *
vt_peer_script_case(const struct vt_peer_script *s, size_t i)
{
	VT_ASSERT(i < s->n);
	return s->cases[i].name;
}

enum vt_peer_role
vt_peer_script_role(const struct vt_peer_script *s)
{
	return s->role;
}

bool
vt_peer_compare(unsigned found, char op, unsigned n)
{
	return op == '>' ? found >= n : op == '<' ? found <= n : found == n;
}

/* ---- samples ---- */

static int
put_bytes(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct vt_buf *b = arg;

	vt_buf_span(b, s);
	return vt_buf_status(b, reterr);
}

/* Enough of a PDF to be told from other files, and as long as is wanted. */
static void
sample_pdf(unsigned number, size_t size, struct vt_buf *ret)
{
	size_t obj[4], xref;

	vt_buf_puts(ret, "%PDF-1.4\n");
	while (ret->n < size)
		vt_buf_printf(ret, "%% %08zu %u\n", ret->n, number);
	obj[1] = ret->n;
	vt_buf_puts(ret, "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n");
	obj[2] = ret->n;
	vt_buf_puts(ret, "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n");
	obj[3] = ret->n;
	vt_buf_puts(ret, "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 "
			 "842]/Resources<<>>>>endobj\n");
	xref = ret->n;
	vt_buf_puts(ret, "xref\n0 4\n0000000000 65535 f \n");
	for (size_t i = 1; i < 4; i++)
		vt_buf_printf(ret, "%010zu 00000 n \n", obj[i]);
	vt_buf_printf(ret,
	    "trailer<</Size 4/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", xref);
}

static int
sample_status(struct vt_peer_packet *p, unsigned number, struct vt_err *reterr)
{
	struct vt_edxml_status s = VT_EDXML_STATUS_INIT;
	char code[32];

	snprintf(code, sizeof(code), "%u/KT-CA", number);
	s.from.id = p->from;
	s.from.name = "Cơ quan kiểm thử";
	s.of.organ = p->to;
	s.of.code = code;
	s.of.document_id = code;
	s.of.promulgated = (struct vt_edxml_day){ 2026, 3, 2, NULL };
	s.code = VT_EDXML_INBOX;
	s.description = "Đã đến";
	s.at.at = VT_TIME_S(1772414130);
	return vt_edxml_write_status(&s, &p->bytes, reterr);
}

int
vt_peer_sample(struct vt_peer_packet *p, unsigned number, size_t size,
    struct vt_err *reterr)
{
	struct vt_edxml_document d = VT_EDXML_DOCUMENT_INIT;
	struct vt_edxml_attachment a = { .name = "van-ban.pdf",
		.description = "Văn bản chính" };
	struct vt_edxml_organ to = { .id = p->to, .name = "Nơi nhận" };
	struct vt_edxml_hop hop = { .organ = p->from,
		.at = { .at = VT_TIME_S(1772414130) } };
	struct vt_source src;
	char no[16], subject[96], cid[VT_EDXML_UUID + 1];
	VT_BUF_AUTO(pdf);
	VT_BUF_AUTO(id);
	vt_id content = { { 0 } };
	int rc;

	vt_buf_init(&p->bytes, VT_L(PACKET_MAX));
	if (p->kind == VT_PACKET_STATUS)
		return sample_status(p, number, reterr);
	snprintf(no, sizeof(no), "%u", number);
	snprintf(subject, sizeof(subject), "Văn bản kiểm thử liên thông số %u",
	    number);
	sample_pdf(number, size, &pdf);
	if ((rc = vt_buf_status(&pdf, reterr)) != VT_OK)
		return rc;
	vt_source_memory(&src, vt_buf_view(&pdf));
	memcpy(content.b, &number, sizeof(number));
	vt_edxml_uuid(&content, cid);
	a.id = cid;
	a.source = &src;
	d.from.id = p->from;
	d.from.name = "Cơ quan kiểm thử";
	d.to = &to;
	d.n_to = 1;
	d.code_number = no;
	d.code_notation = "KT-CA";
	d.place = "An Mẫu";
	d.promulgated = (struct vt_edxml_day){ 2026, 3, 2, NULL };
	vt_edxml_document_id(p->from, &d.promulgated, no, d.code_notation, &id);
	d.document_id = vt_buf_str(&id);
	d.type = 2;
	d.type_detail = 18;
	d.type_name = "Công văn";
	d.subject = subject;
	d.hops = &hop;
	d.n_hops = 1;
	d.business = VT_EDXML_NEW;
	d.reason = "Văn bản điện tử mới";
	d.paper = 0;
	d.attachments = &a;
	d.n_attachments = 1;
	return vt_edxml_write(&d, put_bytes, &p->bytes, reterr);
}
