/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu edoc unpack, vanthu edoc check: packets of others */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/cli/edoc.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/text.h"

#define NAME_MAX_BYTES 180
#define HEADER         "packet.json"

/* ---- names of files ---- */

/*
 * A name that is nothing but a name: no folder, no control character, no dot
 * in front, short. The packet's own stays in packet.json.
 */
static void
safe_name(const char *name, size_t i, struct vt_buf *ret)
{
	struct vt_span s = vt_span_str(name);
	size_t from = ret->n;

	for (size_t at = 0; at < s.n;) {
		int32_t c = vt_utf8_next(s, &at);

		if (ret->n - from > NAME_MAX_BYTES)
			break;
		if (c == '/' || c == '\\') { /* what stands before is a path */
			vt_buf_truncate(ret, from);
			continue;
		}
		if (c < ' ' || c == 0x7F || (c >= 0x80 && c < 0xA0) ||
		    c == ':' || (c >= 0x202A && c <= 0x202E) ||
		    (c >= 0x2066 && c <= 0x2069))
			c = '_';
		if (c == '.' && ret->n == from)
			continue;
		vt_utf8_put(ret, (uint32_t)c);
	}
	if (ret->n == from)
		vt_buf_printf(ret, "attachment-%zu", i + 1);
}

/* The same name twice, or that of the header: the number goes in front. */
static bool
is_taken(const struct vt_edxml_document *d, size_t i, const char *name)
{
	if (strcasecmp(name, HEADER) == 0)
		return true;
	for (size_t k = 0; k < i; k++)
		if (d->attachments[k].file != NULL &&
		    strcasecmp(d->attachments[k].file, name) == 0)
			return true;
	return false;
}

static int
name_files(struct vt_edxml *x, struct vt_err *err)
{
	struct vt_edxml_document *d = &x->document;

	for (size_t i = 0; i < d->n_attachments; i++) {
		struct vt_edxml_attachment *a = &d->attachments[i];
		VT_BUF_AUTO(name);
		VT_BUF_AUTO(other);

		if (!a->present)
			continue;
		safe_name(a->name, i, &name);
		vt_buf_puts(&other, vt_buf_str(&name));
		for (size_t k = i + 1; is_taken(d, i, vt_buf_str(&other));
		     k++) {
			vt_buf_reset(&other);
			vt_buf_printf(&other, "%zu-%s", k, vt_buf_str(&name));
		}
		a->file = vt_arena_strdup(x->arena, vt_buf_str(&other));
		if (a->file == NULL)
			return vt_arena_err(x->arena, err);
	}
	return VT_OK;
}

/* ---- the folder ---- */

static int
copy(int from, const struct vt_edxml_attachment *a, int to, struct vt_err *err)
{
	uint8_t b[65536];
	uint64_t at = a->at, end = a->at + a->size;
	int rc = VT_OK;

	while (at < end && rc == VT_OK) {
		size_t want =
		    end - at < sizeof(b) ? (size_t)(end - at) : sizeof(b);
		ssize_t n = pread(from, b, want, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return vt_err_errno(err, VT_E_IO, n < 0 ? errno : EIO,
			    "reading the attachments");
		rc = vt_fd_put(to, VT_SPAN(b, (size_t)n), err);
		at += (uint64_t)n;
	}
	return rc;
}

/* a: NULL = bytes. */
static int
write_file(int folder, const char *name, int files,
    const struct vt_edxml_attachment *a, struct vt_span bytes,
    struct vt_err *err)
{
	int fd = openat(folder, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	int rc;

	if (fd < 0)
		return vt_err_errno(err, VT_E_IO, errno, "%s", name);
	rc = a != NULL ? copy(files, a, fd, err) : vt_fd_put(fd, bytes, err);
	if (rc == VT_OK && fsync(fd) != 0)
		rc = vt_err_errno(err, VT_E_IO, errno, "%s", name);
	(void)close(fd);
	return rc;
}

static void
remove_folder(int folder, const char *path, const struct vt_edxml_document *d)
{
	for (size_t i = 0; i < d->n_attachments; i++)
		if (d->attachments[i].file != NULL)
			(void)unlinkat(folder, d->attachments[i].file, 0);
	(void)unlinkat(folder, HEADER, 0);
	(void)rmdir(path);
}

static int
fill_folder(int folder, const struct vt_edxml *x, int files, struct vt_err *err)
{
	const struct vt_edxml_document *d = &x->document;
	VT_BUF_AUTO(b);
	struct vt_json j;
	int rc;

	for (size_t i = 0; i < d->n_attachments; i++) {
		const struct vt_edxml_attachment *a = &d->attachments[i];

		if (a->file == NULL)
			continue;
		rc = write_file(
		    folder, a->file, files, a, VT_SPAN(NULL, 0), err);
		if (rc != VT_OK)
			return rc;
	}
	vt_json_open(&j, &b, true);
	vt_edxml_json(x, &j);
	vt_buf_putc(&b, '\n');
	if ((rc = vt_buf_status(&b, err)) != VT_OK)
		return rc;
	rc = write_file(folder, HEADER, -1, NULL, vt_buf_view(&b), err);
	if (rc == VT_OK && fsync(folder) != 0)
		rc = vt_err_errno(err, VT_E_IO, errno, "folder");
	return rc;
}

/* Filled beside, then renamed: the folder is whole or not there. */
static int
make_folder(
    struct vt_cli *cli, const struct vt_edxml *x, int files, const char *path)
{
	VT_BUF_AUTO(temp);
	int folder = -1, rc;

	vt_buf_printf(&temp, "%s.%ld.part", path, (long)getpid());
	if ((rc = vt_buf_status(&temp, &cli->err)) != VT_OK)
		return rc;
	if (access(path, F_OK) == 0)
		return vt_err_set(&cli->err, VT_E_EXISTS,
		    "%s: a folder that is not there yet is wanted", path);
	if (mkdir(vt_buf_str(&temp), 0755) != 0)
		return vt_err_errno(&cli->err, VT_E_IO, errno, "%s", path);
	folder = open(vt_buf_str(&temp), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		rc = vt_err_errno(&cli->err, VT_E_IO, errno, "%s", path);
	else
		rc = fill_folder(folder, x, files, &cli->err);
	/* an empty folder made meanwhile would be replaced, others refuse */
	if (rc == VT_OK && rename(vt_buf_str(&temp), path) != 0)
		rc = vt_err_errno(&cli->err, VT_E_IO, errno, "%s", path);
	if (rc != VT_OK)
		remove_folder(folder, vt_buf_str(&temp), &x->document);
	if (folder >= 0)
		(void)close(folder);
	return rc;
}

/* ---- printing ---- */

static const char *
or_none(const char *s)
{
	return s == NULL ? "-" : s;
}

static void
describe_document(const struct vt_cli *cli, const struct vt_edxml_document *d,
    struct vt_buf *b)
{
	vt_buf_printf(b, cli->vi ? "Từ: %s (%s)\n" : "From: %s (%s)\n",
	    or_none(d->from.name), or_none(d->from.id));
	vt_buf_printf(b,
	    cli->vi ? "Số, ký hiệu: %s/%s, ngày %s\n"
		    : "Number: %s/%s, of %s\n",
	    or_none(d->code_number), or_none(d->code_notation),
	    or_none(d->promulgated.text));
	vt_buf_printf(b, cli->vi ? "Trích yếu: %s\n" : "Subject: %s\n",
	    or_none(d->subject));
	for (size_t i = 0; i < d->n_attachments; i++) {
		const struct vt_edxml_attachment *a = &d->attachments[i];

		vt_buf_printf(
		    b, cli->vi ? "Tệp: %s, " : "File: %s, ", or_none(a->name));
		if (a->present)
			vt_buf_printf(b, "%" PRIu64 " byte%s, %s\n", a->size,
			    cli->vi || a->size == 1 ? "" : "s", a->media_type);
		else
			vt_buf_puts(
			    b, cli->vi ? "không dùng được\n" : "not usable\n");
	}
}

static void
describe_status(
    const struct vt_cli *cli, const struct vt_edxml_status *s, struct vt_buf *b)
{
	vt_buf_printf(b,
	    cli->vi ? "Trạng thái %02" PRId64 " từ %s (%s)\n"
		    : "Status %02" PRId64 " from %s (%s)\n",
	    s->code < 0 ? 0 : s->code, or_none(s->from.name),
	    or_none(s->from.id));
	vt_buf_printf(b, cli->vi ? "Về văn bản: %s (%s)\n" : "Of: %s (%s)\n",
	    or_none(s->of.code), or_none(s->of.document_id));
	vt_buf_printf(b, cli->vi ? "Nội dung: %s\n" : "Text: %s\n",
	    or_none(s->description));
}

/* What a packet holds comes from elsewhere: a terminal gets no control
 * characters. */
static void
tame(struct vt_buf *b)
{
	for (size_t i = 0; i < b->n; i++)
		if ((b->p[i] < ' ' && b->p[i] != '\n') || b->p[i] == 0x7F)
			b->p[i] = ' ';
}

static void
conclude(const struct vt_cli *cli, const struct vt_edxml *x, struct vt_buf *b)
{
	if (vt_edxml_refusal(x) == NULL) {
		vt_buf_puts(b, cli->vi ? "Nhận được.\n" : "Acceptable.\n");
		return;
	}
	vt_buf_puts(b, cli->vi ? "Cần từ chối (trạng thái 02): "
			       : "To be refused (status 02): ");
	vt_edxml_reason(x, cli->vi, b);
	vt_buf_putc(b, '\n');
}

static int
print(struct vt_cli *cli, const struct vt_edxml *x)
{
	VT_BUF_AUTO(b);
	struct vt_json j;

	if (cli->json) {
		vt_json_open(&j, &b, true);
		vt_edxml_json(x, &j);
		vt_buf_putc(&b, '\n');
		return vt_cli_print(cli, &b);
	}
	if (x->kind == VT_EDXML_STATUS)
		describe_status(cli, &x->status, &b);
	else
		describe_document(cli, &x->document, &b);
	vt_edoc_findings(cli, x, &b);
	conclude(cli, x, &b);
	tame(&b);
	return vt_cli_print(cli, &b);
}

/* 0 acceptable, 1 to be refused. */
static int
verdict(const struct vt_edxml *x)
{
	return vt_edxml_refusal(x) == NULL ? 0 : 1;
}

/* ---- the commands ---- */

static const struct option unpack_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ NULL, 0, NULL, 0 },
};

int
vt_cli_edoc_unpack(struct vt_cli *cli)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	const char *out = NULL;
	char **operands;
	int c, n, rc, files = -1;

	while ((c = vt_cli_option(cli, unpack_options)) != -1) {
		if (c != 'o')
			return c == 'h' ? 0 : c;
		out = optarg;
	}
	if ((rc = vt_cli_operands(cli, 1, 1, &operands, &n)) != VT_OK)
		return rc;
	if (out == NULL)
		return vt_err_set(
		    &cli->err, VT_E_USAGE, "edoc unpack: -o FOLDER is missing");
	if ((rc = vt_edoc_read(cli, operands[0], &x, &files)) != VT_OK)
		return rc;
	if ((rc = name_files(x, &cli->err)) == VT_OK)
		rc = make_folder(cli, x, files, out);
	(void)close(files);
	if (rc != VT_OK || (rc = print(cli, x)) != VT_OK)
		return rc;
	return verdict(x);
}

enum { O_TO = 256 };

static const struct option check_options[] = {
	{ "to", required_argument, NULL, O_TO },
	{ NULL, 0, NULL, 0 },
};

int
vt_cli_edoc_check(struct vt_cli *cli)
{
	VT_CLEANUP(vt_edxml_free) struct vt_edxml *x = NULL;
	const char *codes[VT_L(UNPACK_CODES_MAX)];
	struct vt_edxml_receiving r = { .codes = codes, .signed_pdfs = -1 };
	char **operands;
	int c, n, rc;

	while ((c = vt_cli_option(cli, check_options)) != -1) {
		if (c != O_TO)
			return c == 'h' ? 0 : c;
		if (r.n_codes == VT_L(UNPACK_CODES_MAX))
			return vt_err_set(&cli->err, VT_E_USAGE,
			    "--to: at most %zu codes",
			    VT_L(UNPACK_CODES_MAX));
		codes[r.n_codes++] = optarg;
	}
	if ((rc = vt_cli_operands(cli, 1, 1, &operands, &n)) != VT_OK ||
	    (rc = vt_edoc_read(cli, operands[0], &x, NULL)) != VT_OK)
		return rc;
	r.now = vt_now(vt_context_system());
	if ((rc = vt_edxml_judge(x, &r, &cli->err)) != VT_OK ||
	    (rc = print(cli, x)) != VT_OK)
		return rc;
	return verdict(x);
}
