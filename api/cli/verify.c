/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu verify */
#include <unistd.h>

#include "api/cli/cli.h"
#include "api/fetch/fetch.h"
#include "api/office/bare.h"
#include "base/limits.h"

enum { O_ANCHORS = 256, O_AT, O_OFFLINE };

static const struct option options[] = {
	{ "anchors", required_argument, NULL, O_ANCHORS },
	{ "at", required_argument, NULL, O_AT },
	{ "offline", no_argument, NULL, O_OFFLINE },
	{ NULL, 0, NULL, 0 },
};

static int
read_anchors(struct vt_cli *cli, const char *path, struct vt_arena *a,
    struct vt_verify_input *in)
{
	struct vt_span *certs;
	VT_BUF_AUTO(pem);
	size_t n;
	int rc;

	if ((rc = vt_cli_read(path, VT_L(KEY_FILE_MAX), &pem, &cli->err)) !=
		VT_OK ||
	    (rc = vt_trust_read(vt_buf_view(&pem), a, &certs, &n, &cli->err)) !=
		VT_OK)
		return rc;
	in->anchors = certs;
	in->n_anchors = n;
	return VT_OK;
}

static int
parse(struct vt_cli *cli, struct vt_arena *a, struct vt_verify_input *in,
    const char **ret_path)
{
	char **operands;
	int c, n, rc = VT_OK;

	while ((c = vt_cli_option(cli, options)) != -1) {
		switch (c) {
		case O_ANCHORS:
			rc = read_anchors(cli, optarg, a, in);
			break;
		case O_AT:
			rc = vt_time_parse_rfc3339(optarg, &in->now, &cli->err);
			if (rc != VT_OK)
				rc = vt_err_set(&cli->err, VT_E_USAGE,
				    "--at: a time like "
				    "2026-03-02T08:12:45+07:00 wanted, "
				    "\"%s\" given",
				    optarg);
			break;
		case O_OFFLINE:
			in->offline = true;
			break;
		default:
			return c;
		}
		if (rc != VT_OK)
			return rc;
	}
	if ((rc = vt_cli_operands(cli, 1, 1, &operands, &n)) == VT_OK)
		*ret_path = operands[0];
	return rc;
}

static int
print(struct vt_cli *cli, const struct vt_verdict *v)
{
	VT_BUF_AUTO(b);
	struct vt_json j;

	if (cli->json) {
		vt_json_open(&j, &b, true);
		vt_verdict_json(v, &j);
		vt_buf_putc(&b, '\n');
	} else {
		vt_verdict_print(v, cli->vi, &b);
	}
	return vt_cli_print(cli, &b);
}

struct asking {
	/* One's own command line may ask one's own responder. */
	struct vt_fetch_options options;
	struct vt_progress *progress;
	bool vi;
};

static const char *
judging(bool vi)
{
	return vi ? "Đang kiểm tra" : "Judging";
}

/* vt_office_fetch. The address is the file's word and is not shown. */
static int
ask(void *arg, const char *url, const char *content_type,
    struct vt_span request, size_t limit, struct vt_buf *ret,
    struct vt_err *reterr)
{
	struct asking *a = arg;
	int rc;

	vt_progress_stage(
	    a->progress, a->vi ? "Đang hỏi OCSP" : "Asking OCSP", 0, 0);
	rc = vt_fetch_post(
	    &a->options, url, content_type, request, limit, ret, reterr);
	vt_progress_stage(a->progress, judging(a->vi), 0, 0);
	return rc;
}

int
vt_cli_verify(struct vt_cli *cli)
{
	struct asking asking = { .options.allow_private = true };
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	VT_CLEANUP(vt_spawner_free) struct vt_spawner *w = NULL;
	VT_CLEANUP(vt_verdict_free) struct vt_verdict *v = NULL;
	struct vt_verify_input in = { 0 };
	const char *path = NULL;
	int fd, rc;

	if ((a = vt_arena_new((size_t)16 << 20)) == NULL)
		return vt_err_set(&cli->err, VT_E_NOMEM, "verify: no memory");
	in.now = vt_now(vt_context_system());
	if ((rc = parse(cli, a, &in, &path)) != VT_OK)
		return rc == 'h' ? 0 : rc;
	if ((rc = vt_cli_open(path, &fd, &cli->err)) != VT_OK)
		return rc;
	if ((rc = vt_cli_spawner(&w, &cli->err)) == VT_OK) {
		asking.vi = cli->vi;
		asking.progress = vt_progress_new(cli, judging(cli->vi));
		rc = vt_bare_validate(w, fd, &in, ask, &asking, &v, &cli->err);
		vt_progress_free(asking.progress);
	}
	close(fd);
	if (rc != VT_OK || (rc = print(cli, v)) != VT_OK)
		return rc;
	return vt_verdict_exit(v);
}
