/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vanthu sandbox: an agency for trying the API out, in a data directory that
 * nobody serves at the moment. What it needs lies in DIR/sandbox afterwards:
 * keys, the authority's certificate, and everything that is printed; of each
 * further one in DIR/sandbox/CODE, but all authorities in one file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/cli/cli.h"
#include "api/office/sandbox.h"

struct job {
	struct vt_cli *cli;
	const char *data;
	char top[4096]; /* DIR/sandbox, absolute */
	char dir[4200]; /* it, or a folder in it */
	struct vt_sandbox *s;
};

static int
make_dir(struct job *j)
{
	char *real = realpath(j->data, NULL);
	int n;

	if (real == NULL)
		return vt_err_errno(&j->cli->err, VT_E_NO_INPUT, errno,
		    "data directory %s", j->data);
	n = snprintf(j->top, sizeof(j->top), "%s/sandbox", real);
	free(real);
	if (n < 0 || (size_t)n >= sizeof(j->top))
		return vt_err_set(
		    &j->cli->err, VT_E_LIMIT, "sandbox: the path is too long");
	memcpy(j->dir, j->top, (size_t)n + 1);
	if (mkdir(j->dir, 0700) == 0)
		return VT_OK;
	if (errno == EEXIST) {
		snprintf(j->dir, sizeof(j->dir), "%s/%s", j->top, j->s->code);
		if (mkdir(j->dir, 0700) == 0)
			return VT_OK;
	}
	return vt_err_errno(&j->cli->err,
	    errno == EEXIST ? VT_E_EXISTS : VT_E_IO, errno, "%s", j->dir);
}

static int
write_file(struct job *j, const char *name, struct vt_span bytes)
{
	char path[4300];

	snprintf(path, sizeof(path), "%s/%s", j->dir, name);
	return vt_cli_write(path, -1, bytes, &j->cli->err);
}

/* A server trusts one file: those of all sandboxes, this one's last. */
static int
add_anchors(struct job *j)
{
	char path[4200];
	int fd, rc;

	snprintf(path, sizeof(path), "%s/anchors.pem", j->top);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT)
		return vt_err_errno(&j->cli->err, VT_E_IO, errno, "%s", path);
	rc = vt_cli_write(path, fd, vt_buf_view(&j->s->anchors), &j->cli->err);
	if (fd >= 0)
		close(fd);
	return rc;
}

static void
write_json(struct job *j, struct vt_buf *ret)
{
	const struct vt_sandbox *s = j->s;
	struct vt_json o;

	vt_json_open(&o, ret, true);
	vt_json_object(&o);
	vt_json_kbool(&o, "sandbox", true);
	vt_json_key(&o, "agency");
	vt_json_object(&o);
	vt_json_kstr(&o, "code", s->code);
	vt_json_kstr(&o, "name", s->name);
	vt_json_end(&o);
	vt_json_key(&o, "people");
	vt_json_array(&o);
	for (size_t i = 0; i < VT_SANDBOX_PEOPLE; i++) {
		vt_json_object(&o);
		vt_json_kstr(&o, "role", s->people[i].login);
		vt_json_kstr(&o, "name", s->people[i].name);
		vt_json_kid(&o, "person", &s->people[i].id);
		vt_json_kstr(&o, "token", s->people[i].token);
		vt_json_end(&o);
	}
	vt_json_end(&o);
	vt_json_key(&o, "client");
	vt_json_object(&o);
	vt_json_kstr(&o, "id", s->client_id);
	vt_json_kstr(&o, "secret", s->client_secret);
	vt_json_end(&o);
	vt_json_key(&o, "pins");
	vt_json_object(&o);
	vt_json_kstr(&o, "leader", s->leader_pin);
	vt_json_kstr(&o, "seal", s->seal_pin);
	vt_json_end(&o);
	vt_json_kstr(&o, "directory", j->dir);
	vt_json_end(&o);
	vt_buf_putc(ret, '\n');
}

static const char *
token_of(const struct vt_sandbox *s, uint32_t role)
{
	for (size_t i = 0; i < VT_SANDBOX_PEOPLE; i++)
		if (s->people[i].roles == role)
			return s->people[i].token;
	return "";
}

/* Commands that can be pasted, one after the other. */
static void
write_words(struct job *j, struct vt_buf *ret)
{
	const struct vt_sandbox *s = j->s;
	bool vi = j->cli->vi;

	vt_buf_printf(ret, "# %s: %s (%s)\n",
	    vi ? "cơ quan dùng thử" : "sandbox agency", s->name, s->code);
	for (size_t i = 0; i < VT_SANDBOX_PEOPLE; i++)
		vt_buf_printf(ret, "# %-14s %s\n", s->people[i].login,
		    s->people[i].token);
	vt_buf_printf(
	    ret, "# PIN: leader %s, seal %s\n\n", s->leader_pin, s->seal_pin);
	vt_buf_printf(ret, "# %s\n",
	    vi ? "chạy, ở một cửa sổ khác" : "serve it, in another window");
	vt_buf_printf(ret, "vanthu serve '%s' --anchors '%s/anchors.pem'\n\n",
	    j->data, j->top);
	vt_buf_puts(ret, "API=http://127.0.0.1:8480\n");
	vt_buf_printf(ret, "TOKEN=%s\n", token_of(s, VT_ROLE_SYSTEM));
	vt_buf_printf(ret, "# %s\n",
	    vi ? "hoặc một mã truy cập OAuth2 ngắn hạn"
	       : "or a short-lived OAuth2 token");
	vt_buf_printf(ret,
	    "TOKEN=$(curl -sf -u '%s:%s' -d grant_type=client_credentials "
	    "\"$API/v1/token\" | jq -r .access_token)\n\n",
	    s->client_id, s->client_secret);
	vt_buf_puts(ret,
	    "curl -sf -H \"Authorization: Bearer $TOKEN\" \"$API/v1/me\"\n"
	    "curl -sf -H \"Authorization: Bearer $TOKEN\" "
	    "-H 'Idempotency-Key: first-upload' "
	    "-H 'Content-Type: application/octet-stream' "
	    "--data-binary @FILE.pdf \"$API/v1/uploads\"\n"
	    "curl -sf -H \"Authorization: Bearer $TOKEN\" "
	    "\"$API/v1/events?after=0&wait=20\"\n");
}

static int
report(struct job *j)
{
	VT_BUF_AUTO(json);
	VT_BUF_AUTO(words);
	int rc;

	json.secret = words.secret = true;
	write_json(j, &json);
	write_words(j, &words);
	if ((rc = vt_buf_status(&json, &j->cli->err)) != VT_OK ||
	    (rc = write_file(j, "sandbox.json", vt_buf_view(&json))) != VT_OK)
		return rc;
	return vt_cli_print(j->cli, j->cli->json ? &json : &words);
}

static int
make(struct job *j, const char *code)
{
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	const struct vt_context *ctx = vt_context_system();
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	int rc;

	/* The store first: a directory that is no store stays as it is. */
	if ((rc = vt_store_open(j->data, &so, ctx, &store, &j->cli->err)) !=
		VT_OK ||
	    (rc = vt_sandbox_prepare(store, ctx, code, &j->s, &j->cli->err)) !=
		VT_OK ||
	    (rc = make_dir(j)) != VT_OK ||
	    (rc = write_file(
		 j, "leader.p12", vt_buf_view(&j->s->leader_p12))) != VT_OK ||
	    (rc = write_file(j, "seal.p12", vt_buf_view(&j->s->seal_p12))) !=
		VT_OK ||
	    (rc = add_anchors(j)) != VT_OK ||
	    (rc = vt_sandbox_add(store, ctx, j->dir, j->s, &j->cli->err)) !=
		VT_OK)
		return rc;
	return report(j);
}

int
vt_cli_sandbox(struct vt_cli *cli)
{
	static const struct option options[] = {
		{ "code", required_argument, NULL, 256 },
		{ NULL, 0, NULL, 0 },
	};
	struct job j = { .cli = cli };
	const char *code = NULL;
	char **operands;
	mode_t mask;
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c != 256)
			return c == 'h' ? 0 : c;
		code = optarg;
	}
	if ((rc = vt_cli_operands(cli, 1, 1, &operands, &n)) != VT_OK)
		return rc;
	j.data = operands[0];
	mask = umask(077);
	rc = make(&j, code);
	(void)umask(mask);
	vt_sandbox_free(j.s);
	return rc;
}
