/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu sign */
#include <sys/stat.h>
#include <unistd.h>

#include "api/cli/cli.h"
#include "api/office/bare.h"
#include "base/limits.h"

struct args {
	const char *in, *out, *pin_file, *image;
	struct vt_bare_signing s;
	bool has_page, has_rect;
};

enum { O_KEY = 256, O_PIN, O_FIELD, O_PAGE, O_RECT, O_IMAGE, O_REASON, O_LOC };

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "key", required_argument, NULL, O_KEY },
	{ "pin-file", required_argument, NULL, O_PIN },
	{ "field", required_argument, NULL, O_FIELD },
	{ "page", required_argument, NULL, O_PAGE },
	{ "rect", required_argument, NULL, O_RECT },
	{ "image", required_argument, NULL, O_IMAGE },
	{ "reason", required_argument, NULL, O_REASON },
	{ "location", required_argument, NULL, O_LOC },
	{ NULL, 0, NULL, 0 },
};

static int
one(struct vt_cli *cli, int c, struct args *a)
{
	double r[4];
	long page;
	int rc;

	switch (c) {
	case 'o':
		a->out = optarg;
		return VT_OK;
	case O_KEY:
		a->s.key = optarg;
		return VT_OK;
	case O_PIN:
		a->pin_file = optarg;
		return VT_OK;
	case O_FIELD:
		a->s.field = optarg;
		return VT_OK;
	case O_IMAGE:
		a->image = optarg;
		return VT_OK;
	case O_REASON:
		a->s.reason = optarg;
		return VT_OK;
	case O_LOC:
		a->s.location = optarg;
		return VT_OK;
	case O_PAGE:
		rc = vt_cli_number(
		    cli, "--page", optarg, 1, (long)VT_L(PDF_PAGES_MAX), &page);
		if (rc == VT_OK)
			a->s.place.page = (size_t)page - 1;
		a->has_page = true;
		return rc;
	case O_RECT:
		if ((rc = vt_cli_rect(cli, optarg, r)) != VT_OK)
			return rc;
		a->s.place.x = r[0];
		a->s.place.y = r[1];
		a->s.place.w = r[2];
		a->s.place.h = r[3];
		a->has_rect = true;
		return VT_OK;
	default:
		return vt_err_set(&cli->err, VT_E_USAGE, "option %d", c);
	}
}

/* 0 go on, 'h' help was printed, or an error */
static int
parse(struct vt_cli *cli, struct args *a)
{
	char **operands;
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c == 'h' || c < 0)
			return c;
		if ((rc = one(cli, c, a)) != VT_OK)
			return rc;
	}
	if ((rc = vt_cli_operands(cli, 1, 1, &operands, &n)) != VT_OK)
		return rc;
	a->in = operands[0];
	if (a->out == NULL || a->s.key == NULL)
		return vt_err_set(&cli->err, VT_E_USAGE, "%s is missing",
		    a->out == NULL ? "-o OUT.pdf" : "--key");
	if (a->has_page != a->has_rect)
		return vt_err_set(
		    &cli->err, VT_E_USAGE, "--page and --rect belong together");
	if (a->has_page && a->s.field != NULL)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "--field names a field that has its place: leave --page "
		    "and --rect out");
	a->s.has_place = a->has_page;
	return VT_OK;
}

static bool
same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

static int
report(struct vt_cli *cli, const struct args *a, const struct vt_bare_signed *d,
    const struct vt_pdf_tail *t)
{
	VT_BUF_AUTO(b);
	struct vt_json j;

	if (strcmp(a->out, "-") == 0)
		return VT_OK;
	if (cli->json) {
		vt_json_open(&j, &b, true);
		vt_json_object(&j);
		vt_json_kstr(&j, "output", a->out);
		vt_json_kstr(&j, "field", d->field);
		vt_json_kbool(&j, "field_created", d->created);
		vt_json_kstr(&j, "signer", d->signer);
		vt_json_kstr(&j, "level", "B-B");
		vt_json_ktime(&j, "time", a->s.now);
		vt_json_kuint(&j, "size", t->base + t->bytes.n);
		vt_json_end(&j);
		vt_buf_putc(&b, '\n');
	} else {
		vt_buf_printf(&b,
		    cli->vi ? "%s: đã ký (PAdES B-B) bởi %s, trường %s\n"
			    : "%s: signed (PAdES B-B) by %s in field %s\n",
		    a->out, d->signer, d->field);
	}
	return vt_cli_print(cli, &b);
}

static int
sign(struct vt_cli *cli, struct vt_spawner *w, int fd, const struct args *a,
    struct vt_pdf_tail *tail, struct vt_bare_signed *done)
{
	struct vt_progress *p;
	int rc;

	p = vt_progress_new(cli, cli->vi ? "Đang ký" : "Signing");
	rc = vt_bare_sign(w, fd, &a->s, tail, done, &cli->err);
	vt_progress_free(p);
	return rc;
}

/* A key without a PIN opens without asking; else the PIN is asked for once. */
static int
sign_asking(struct vt_cli *cli, struct vt_spawner *w, int fd, struct args *a,
    struct vt_pdf_tail *tail, struct vt_bare_signed *done)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *pin = NULL;
	int rc;

	if (a->pin_file != NULL) {
		rc = vt_secret_read_file(a->pin_file, &pin, &cli->err);
		if (rc != VT_OK)
			return rc;
		a->s.pin = pin;
	}
	rc = sign(cli, w, fd, a, tail, done);
	if (rc != VT_E_PIN_WRONG || a->pin_file != NULL)
		return rc;
	rc = vt_cli_ask_pin(cli->vi ? "Mã PIN" : "PIN", &pin, &cli->err);
	if (rc != VT_OK)
		return rc;
	a->s.pin = pin;
	return sign(cli, w, fd, a, tail, done);
}

int
vt_cli_sign(struct vt_cli *cli)
{
	VT_CLEANUP(vt_spawner_free) struct vt_spawner *w = NULL;
	struct vt_pdf_tail tail = VT_PDF_TAIL_INIT;
	struct vt_bare_signed done;
	struct args a = { 0 };
	VT_BUF_AUTO(image);
	int fd = -1, rc;

	if ((rc = parse(cli, &a)) != VT_OK)
		return rc == 'h' ? 0 : rc;
	if (same_file(a.in, a.out))
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "%s: the signed file must be another one than the input",
		    a.out);
	if ((rc = vt_cli_open(a.in, &fd, &cli->err)) != VT_OK)
		return rc;
	if (a.image != NULL) {
		rc = vt_cli_read(a.image, VT_L(IMAGE_MAX), &image, &cli->err);
		if (rc != VT_OK)
			goto out;
		a.s.image = vt_buf_view(&image);
	}
	a.s.now = vt_now(vt_context_system());
	if ((rc = vt_cli_spawner(&w, &cli->err)) != VT_OK ||
	    (rc = sign_asking(cli, w, fd, &a, &tail, &done)) != VT_OK ||
	    (rc = vt_cli_write(
		 a.out, fd, vt_buf_view(&tail.bytes), &cli->err)) != VT_OK)
		goto out;
	rc = report(cli, &a, &done, &tail);
out:
	close(fd);
	vt_pdf_tail_free(&tail);
	return rc;
}
