/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu render */
#include <unistd.h>

#include <jansson.h>

#include "api/cli/cli.h"
#include "api/office/papers_json.h"
#include "base/limits.h"

struct args {
	const char *what, *operand, *out;
	bool no_fields;
	long page, dpi;
};

enum { O_NOFIELDS = 256, O_PAGE, O_DPI };

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "no-fields", no_argument, NULL, O_NOFIELDS },
	{ "page", required_argument, NULL, O_PAGE },
	{ "dpi", required_argument, NULL, O_DPI },
	{ NULL, 0, NULL, 0 },
};

static int
parse(struct vt_cli *cli, struct args *a)
{
	char **operands;
	int c, n, rc = VT_OK;

	a->page = 1;
	a->dpi = 150;
	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c == 'o')
			a->out = optarg;
		else if (c == O_NOFIELDS)
			a->no_fields = true;
		else if (c == O_PAGE)
			rc = vt_cli_number(cli, "--page", optarg, 1,
			    (long)VT_L(PDF_PAGES_MAX), &a->page);
		else if (c == O_DPI)
			rc = vt_cli_number(cli, "--dpi", optarg, 36, 300,
			    &a->dpi);
		else
			return c;
		if (rc != VT_OK)
			return rc;
	}
	if ((rc = vt_cli_operands(cli, 2, 2, &operands, &n)) != VT_OK)
		return rc;
	a->what = operands[0];
	a->operand = operands[1];
	if (a->out == NULL && strcmp(a->what, "text") != 0)
		return vt_err_set(&cli->err, VT_E_USAGE, "-o OUT is missing");
	return VT_OK;
}

/* Typesets from JSON; unless told otherwise the fields are laid at once. */
static int
typeset(struct vt_cli *cli, const struct args *a, struct vt_spawner *w)
{
	VT_BUF_AUTO(json);
	VT_BUF_AUTO(pdf);
	struct vt_places places;
	int rc;

	rc = vt_cli_read(a->operand, VT_L(JSON_BODY_MAX), &json, &cli->err);
	if (rc != VT_OK)
		return rc;
	if (strcmp(a->what, "letter") == 0)
		rc = vt_paper_letter_json(vt_buf_view(&json), &pdf, &places,
		    &cli->err);
	else
		rc = vt_paper_notice_json(vt_buf_view(&json), &pdf, &places,
		    &cli->err);
	if (rc == VT_OK && !a->no_fields)
		rc = vt_paper_lay(w, &pdf, &places, &cli->err);
	if (rc != VT_OK)
		return rc;
	return vt_cli_write(a->out, -1, vt_buf_view(&pdf), &cli->err);
}

static int
take_out(struct vt_cli *cli, const struct args *a, struct vt_spawner *w)
{
	VT_BUF_AUTO(b);
	size_t pages;
	int fd, rc;

	if ((rc = vt_cli_open(a->operand, &fd, &cli->err)) != VT_OK)
		return rc;
	if (strcmp(a->what, "text") == 0)
		rc = vt_pages_text(w, fd, &b, &pages, &cli->err);
	else
		rc = vt_pages_png(w, fd, (size_t)a->page - 1, (int)a->dpi, &b,
		    &cli->err);
	close(fd);
	if (rc != VT_OK)
		return rc;
	return a->out == NULL ?
	    vt_cli_print(cli, &b) :
	    vt_cli_write(a->out, -1, vt_buf_view(&b), &cli->err);
}

static int
draw(struct vt_cli *cli, const struct args *a)
{
	VT_BUF_AUTO(png);
	int rc;

	if (strcmp(a->what, "seal") == 0)
		rc = vt_render_demo_seal(a->operand, &png, &cli->err);
	else
		rc = vt_render_demo_signature(a->operand, &png, &cli->err);
	if (rc != VT_OK)
		return rc;
	return vt_cli_write(a->out, -1, vt_buf_view(&png), &cli->err);
}

int
vt_cli_render(struct vt_cli *cli)
{
	VT_CLEANUP(vt_spawner_free) struct vt_spawner *w = NULL;
	struct args a = { .what = "" };
	int rc;

	if ((rc = parse(cli, &a)) != VT_OK)
		return rc == 'h' ? 0 : rc;
	if (strcmp(a.what, "signature") == 0 || strcmp(a.what, "seal") == 0)
		return draw(cli, &a);
	if (strcmp(a.what, "letter") != 0 && strcmp(a.what, "notice") != 0 &&
	    strcmp(a.what, "text") != 0 && strcmp(a.what, "page") != 0)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "render: letter, notice, text, page, signature or seal "
		    "wanted, \"%s\" given",
		    a.what);
	if ((rc = vt_cli_spawner(&w, &cli->err)) != VT_OK)
		return rc;
	if (a.what[0] == 'l' || a.what[0] == 'n')
		return typeset(cli, &a, w);
	return take_out(cli, &a, w);
}
