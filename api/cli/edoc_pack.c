/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu edoc pack, vanthu edoc status: packets of our own making */
#include <inttypes.h>
#include <unistd.h>

#include "api/cli/edoc.h"
#include "base/arena.h"
#include "base/limits.h"

/* The files of a packet under way: all open, none in memory. */
struct files {
	struct vt_source sources[VT_L(EDXML_ATTACHMENTS_MAX)];
	int fds[VT_L(EDXML_ATTACHMENTS_MAX)];
	size_t n;
};

static void
close_files(struct files *f)
{
	for (size_t i = 0; i < f->n; i++) {
		vt_source_close(&f->sources[i]);
		(void)close(f->fds[i]);
	}
	f->n = 0;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* file: as the JSON names it, from the folder where the JSON lies. */
static int
open_file(
    struct vt_cli *cli, const char *json, const char *file, struct files *f)
{
	VT_BUF_AUTO(path);
	int rc;

	if (*file != '/')
		vt_buf_put(&path, json, (size_t)(base_name(json) - json));
	vt_buf_puts(&path, file);
	if ((rc = vt_buf_status(&path, &cli->err)) != VT_OK ||
	    (rc = vt_cli_open(vt_buf_str(&path), &f->fds[f->n], &cli->err)) !=
		VT_OK)
		return rc;
	rc = vt_source_pread_fd(&f->sources[f->n], f->fds[f->n], &cli->err);
	if (rc != VT_OK) {
		(void)close(f->fds[f->n]);
		return rc;
	}
	f->n++;
	return VT_OK;
}

/* An id that is the same whenever the same is packed. */
static const char *
make_id(struct vt_edxml *x, size_t i, const char *name)
{
	char uuid[VT_EDXML_UUID + 1];
	VT_BUF_AUTO(b);
	vt_hash h;
	vt_id id;

	vt_buf_printf(&b, "%s\n%zu\n%s", x->document.document_id, i, name);
	h = vt_sha256(vt_buf_view(&b));
	memcpy(id.b, h.b, sizeof(id.b));
	vt_edxml_uuid(&id, uuid);
	return vt_arena_strdup(x->arena, uuid);
}

static int
open_files(
    struct vt_cli *cli, const char *json, struct vt_edxml *x, struct files *f)
{
	struct vt_edxml_document *d = &x->document;
	int rc;

	for (size_t i = 0; i < d->n_attachments; i++) {
		struct vt_edxml_attachment *a = &d->attachments[i];

		if (a->file == NULL)
			return vt_err_set(&cli->err, VT_E_INVALID,
			    "%s: attachment %zu: \"file\" is missing", json,
			    i + 1);
		if ((rc = open_file(cli, json, a->file, f)) != VT_OK)
			return rc;
		a->source = &f->sources[i];
		if (a->name == NULL)
			a->name = base_name(a->file);
		if (a->id == NULL)
			a->id = make_id(x, i, a->name);
		if (a->id == NULL)
			return vt_arena_err(x->arena, &cli->err);
	}
	return VT_OK;
}

/* ---- what a person need not write ---- */

static int
default_document_id(struct vt_edxml *x, struct vt_err *err)
{
	struct vt_edxml_document *d = &x->document;
	VT_BUF_AUTO(b);

	if (d->document_id != NULL || d->from.id == NULL ||
	    d->promulgated.year == 0 || d->code_number == NULL ||
	    d->code_notation == NULL)
		return VT_OK; /* the writer names what is missing */
	vt_edxml_document_id(
	    d->from.id, &d->promulgated, d->code_number, d->code_notation, &b);
	d->document_id = vt_arena_strdup(x->arena, vt_buf_str(&b));
	return d->document_id == NULL ? vt_arena_err(x->arena, err) : VT_OK;
}

static int
default_hop(struct vt_edxml *x, vt_time now, struct vt_err *err)
{
	struct vt_edxml_document *d = &x->document;

	if (d->n_hops > 0 || d->from.id == NULL)
		return VT_OK;
	d->hops = vt_arena_alloc(x->arena, sizeof(*d->hops));
	if (d->hops == NULL)
		return vt_arena_err(x->arena, err);
	d->hops[0].organ = d->from.id;
	d->hops[0].at.at = now;
	d->n_hops = 1;
	return VT_OK;
}

static int
defaults(struct vt_edxml *x, vt_time now, struct vt_err *err)
{
	/* words: they stand in the packet, in Vietnamese */
	static const char *const reasons[] = { "Văn bản điện tử mới",
		"Thu hồi văn bản điện tử", "Cập nhật văn bản điện tử",
		"Thay thế văn bản điện tử" };
	struct vt_edxml_document *d = &x->document;
	int64_t *const zero[] = { &d->priority, &d->steering, &d->paper };
	int rc;

	if (d->business == VT_EDXML_NONE)
		d->business = VT_EDXML_NEW;
	if (d->reason == NULL && d->business <= VT_EDXML_REPLACE)
		d->reason = reasons[d->business];
	if (d->content == NULL)
		d->content = d->subject;
	if (d->type == VT_EDXML_NONE)
		d->type = 2; /* administrative */
	for (size_t i = 0; i < sizeof(zero) / sizeof(zero[0]); i++)
		if (*zero[i] == VT_EDXML_NONE)
			*zero[i] = 0;
	if ((rc = default_document_id(x, err)) != VT_OK)
		return rc;
	return default_hop(x, now, err);
}

/* ---- pack ---- */

struct sink {
	int fd;
	uint64_t n;
	struct vt_sha256 *hash;
};

/* vt_edxml_sink */
static int
take(void *arg, struct vt_span s, struct vt_err *reterr)
{
	struct sink *k = arg;

	k->n += s.n;
	vt_sha256_put(k->hash, s.p, s.n);
	return vt_fd_put(k->fd, s, reterr);
}

static int
report(struct vt_cli *cli, const char *out, uint64_t n, const vt_hash *h)
{
	char hex[VT_HASH_TEXT + 1];
	VT_BUF_AUTO(b);
	struct vt_json j;

	if (strcmp(out, "-") == 0)
		return VT_OK;
	vt_hash_text(h, hex);
	if (cli->json) {
		vt_json_open(&j, &b, true);
		vt_json_object(&j);
		vt_json_kstr(&j, "output", out);
		vt_json_kuint(&j, "size", n);
		vt_json_kstr(&j, "sha256", hex);
		vt_json_end(&j);
		vt_buf_putc(&b, '\n');
	} else {
		vt_buf_printf(&b,
		    cli->vi ? "%s: %" PRIu64 " byte, SHA-256 %s\n"
			    : "%s: %" PRIu64 " bytes, SHA-256 %s\n",
		    out, n, hex);
	}
	return vt_cli_print(cli, &b);
}

/* Written beside first, so that the output is whole or not there. */
static int
write_packet(struct vt_cli *cli, const struct vt_edxml *x, const char *out)
{
	VT_CLEANUP(vt_sha256_free) struct vt_sha256 *h = vt_sha256_new();
	struct sink k = { .fd = -1, .hash = h };
	vt_hash digest;
	int rc;

	if ((rc = vt_edoc_scratch(&k.fd, &cli->err)) != VT_OK)
		return rc;
	rc = vt_edxml_write(&x->document, take, &k, &cli->err);
	if (rc == VT_OK)
		rc = vt_cli_write(out, k.fd, VT_SPAN(NULL, 0), &cli->err);
	(void)close(k.fd);
	if (rc != VT_OK)
		return rc;
	digest = vt_sha256_end(h);
	return report(cli, out, k.n, &digest);
}

static const struct option out_only[] = {
	{ "output", required_argument, NULL, 'o' },
	{ NULL, 0, NULL, 0 },
};

int
vt_cli_edoc_pack(struct vt_cli *cli)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	static struct files files;
	const char *out = NULL;
	char **operands;
	VT_BUF_AUTO(json);
	int c, n, rc;

	while ((c = vt_cli_option(cli, out_only)) != -1) {
		if (c != 'o')
			return c == 'h' ? 0 : c;
		out = optarg;
	}
	if ((rc = vt_cli_operands(cli, 1, 1, &operands, &n)) != VT_OK)
		return rc;
	if (out == NULL)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "edoc pack: -o OUT.edxml is missing");
	rc = vt_cli_read(operands[0], VT_L(EDXML_MEMORY_MAX), &json, &cli->err);
	if (rc != VT_OK ||
	    (rc = vt_edxml_from_json(vt_buf_view(&json), &x, &cli->err)) !=
		VT_OK ||
	    (rc = defaults(x, vt_now(vt_context_system()), &cli->err)) != VT_OK)
		return rc;
	rc = open_files(cli, operands[0], x, &files);
	if (rc == VT_OK)
		rc = write_packet(cli, x, out);
	close_files(&files);
	return rc;
}

/* ---- status ---- */

struct args {
	const char *packet, *out, *from, *name, *text, *staff;
	long code;
};

enum { O_CODE = 256, O_FROM, O_NAME, O_TEXT, O_STAFF };

static const struct option status_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "code", required_argument, NULL, O_CODE },
	{ "from", required_argument, NULL, O_FROM },
	{ "name", required_argument, NULL, O_NAME },
	{ "text", required_argument, NULL, O_TEXT },
	{ "staff", required_argument, NULL, O_STAFF },
	{ NULL, 0, NULL, 0 },
};

static int
one(struct vt_cli *cli, int c, struct args *a)
{
	switch (c) {
	case 'o':
		a->out = optarg;
		return VT_OK;
	case O_FROM:
		a->from = optarg;
		return VT_OK;
	case O_NAME:
		a->name = optarg;
		return VT_OK;
	case O_TEXT:
		a->text = optarg;
		return VT_OK;
	case O_STAFF:
		a->staff = optarg;
		return VT_OK;
	default:
		return vt_cli_number(cli, "--code", optarg, 1, 99, &a->code);
	}
}

static int
parse(struct vt_cli *cli, struct args *a)
{
	char **operands;
	int c, n, rc;

	while ((c = vt_cli_option(cli, status_options)) != -1) {
		if (c == 'h' || c < 0)
			return c;
		if ((rc = one(cli, c, a)) != VT_OK)
			return rc;
	}
	if ((rc = vt_cli_operands(cli, 1, 1, &operands, &n)) != VT_OK)
		return rc;
	a->packet = operands[0];
	if (a->out == NULL || a->code == 0 || a->from == NULL)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "edoc status: --code NN, --from CODE and -o OUT are "
		    "wanted");
	if ((a->code == VT_EDXML_REJECTED || a->code == VT_EDXML_TAKE_BACK) &&
	    a->text == NULL)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "edoc status: status %02ld wants its reason: --text",
		    a->code);
	return VT_OK;
}

/* The one who reports, as the packet knows it. */
static void
fill_from(const struct vt_edxml_document *d, const struct args *a,
    struct vt_edxml_organ *ret)
{
	ret->id = a->from;
	for (size_t i = 0; i < d->n_to; i++)
		if (d->to[i].id != NULL && strcmp(d->to[i].id, a->from) == 0)
			*ret = d->to[i];
	if (d->from.id != NULL && strcmp(d->from.id, a->from) == 0)
		*ret = d->from; /* 13: the sender asks for it back */
	if (a->name != NULL)
		ret->name = a->name;
}

static int
write_status(struct vt_cli *cli, const struct vt_edxml *x, const struct args *a)
{
	const struct vt_edxml_document *d = &x->document;
	struct vt_edxml_status s = VT_EDXML_STATUS_INIT;
	VT_BUF_AUTO(code);
	VT_BUF_AUTO(b);
	vt_hash h;
	int rc;

	if (x->kind != VT_EDXML_DOCUMENT)
		return vt_err_set(&cli->err, VT_E_INVALID,
		    "%s: a document wanted, a status found", a->packet);
	fill_from(d, a, &s.from);
	vt_buf_printf(&code, "%s/%s",
	    d->code_number == NULL ? "" : d->code_number,
	    d->code_notation == NULL ? "" : d->code_notation);
	s.of = (struct vt_edxml_reference){ d->from.id, vt_buf_str(&code),
		d->document_id, d->promulgated };
	if (d->from.id != NULL && strcmp(d->from.id, a->from) == 0 &&
	    d->n_to > 0)
		s.of.organ = d->to[0].id;
	s.staff.staff = a->staff;
	s.code = a->code;
	s.description = a->text;
	s.at.at = vt_now(vt_context_system());
	rc = vt_edxml_write_status(&s, &b, &cli->err);
	if (rc == VT_OK)
		rc = vt_cli_write(a->out, -1, vt_buf_view(&b), &cli->err);
	if (rc != VT_OK)
		return rc;
	h = vt_sha256(vt_buf_view(&b));
	return report(cli, a->out, b.n, &h);
}

int
vt_cli_edoc_status(struct vt_cli *cli)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	struct args a = { 0 };
	int rc;

	if ((rc = parse(cli, &a)) != VT_OK)
		return rc == 'h' ? 0 : rc;
	if ((rc = vt_edoc_read(cli, a.packet, &x, NULL)) != VT_OK)
		return rc;
	return write_status(cli, x, &a);
}
