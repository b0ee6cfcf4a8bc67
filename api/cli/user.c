/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vanthu user, vanthu client: accounts and programs, by the operator at the
 * machine, on a store that no server has open. This is how the first
 * administrator gets in.
 */
#include <getopt.h>
#include <string.h>

#include "api/cli/cli.h"
#include "api/office/accounts.h"
#include "api/office/clients.h"
#include "api/office/identity.h"
#include "base/text.h"

enum {
	O_PERSON = 256,
	O_PASSWORD,
	O_AGENCY,
	O_NAME,
	O_SCOPES,
	O_ISSUER,
	O_SUBJECT,
	O_KEEP
};

static const struct option options[] = {
	{ "person", required_argument, NULL, O_PERSON },
	{ "password-file", required_argument, NULL, O_PASSWORD },
	{ "agency", required_argument, NULL, O_AGENCY },
	{ "name", required_argument, NULL, O_NAME },
	{ "scopes", required_argument, NULL, O_SCOPES },
	{ "issuer", required_argument, NULL, O_ISSUER },
	{ "subject", required_argument, NULL, O_SUBJECT },
	{ "own", no_argument, NULL, O_KEEP },
	{ NULL, 0, NULL, 0 },
};

struct ask {
	struct vt_cli *cli;
	struct vt_store *store;
	const char *verb, *dir, *name; /* name: login or client id, or NULL */
	const char *person, *password_file, *agency, *title, *scopes;
	const char *issuer, *subject;
	bool own; /* the person chose the password himself */
};

static int
parse(struct ask *k)
{
	char **operands;
	int c, n, rc;

	while ((c = vt_cli_option(k->cli, options)) != -1) {
		switch (c) {
		case O_PERSON:
			k->person = optarg;
			break;
		case O_PASSWORD:
			k->password_file = optarg;
			break;
		case O_AGENCY:
			k->agency = optarg;
			break;
		case O_NAME:
			k->title = optarg;
			break;
		case O_SCOPES:
			k->scopes = optarg;
			break;
		case O_ISSUER:
			k->issuer = optarg;
			break;
		case O_SUBJECT:
			k->subject = optarg;
			break;
		case O_KEEP:
			k->own = true;
			break;
		default:
			return c;
		}
	}
	if ((rc = vt_cli_operands(k->cli, 2, 3, &operands, &n)) != VT_OK)
		return rc;
	k->verb = operands[0];
	k->dir = operands[1];
	k->name = n == 3 ? operands[2] : NULL;
	return VT_OK;
}

static int
missing(struct ask *k, const char *what)
{
	return vt_err_set(&k->cli->err, VT_E_USAGE, "%s is missing", what);
}

static int
get_person(struct ask *k, vt_id *ret)
{
	if (k->person == NULL)
		return missing(k, "--person");
	if (!vt_id_parse(vt_span_str(k->person), ret))
		return vt_err_set(&k->cli->err, VT_E_USAGE,
		    "--person: 32 hexadecimal digits wanted (vanthu user "
		    "list DIR)");
	return VT_OK;
}

static int
get_password(struct ask *k, struct vt_secret **ret)
{
	if (k->password_file != NULL)
		return vt_secret_read_file(k->password_file, ret, &k->cli->err);
	return vt_cli_ask_pin(
	    k->cli->vi ? "Mật khẩu: " : "Password: ", ret, &k->cli->err);
}

/* ---- people ---- */

static int
list_agency(struct ask *k, struct vt_view *v, const struct vt_agency *a,
    struct vt_buf *b)
{
	struct vt_person p[32];
	uint64_t after = 0;
	char login[65], id[VT_ID_TEXT + 1];
	size_t n;
	int rc;

	do {
		rc = vt_person_list(v, a->no, after, p, 32, &n, &k->cli->err);
		for (size_t i = 0; rc == VT_OK && i < n; i++) {
			after = p[i].seq;
			rc = vt_identity_name(v, VT_IDENTITY_LOGIN, &p[i].id,
			    login, &k->cli->err);
			vt_id_text(&p[i].id, id);
			vt_buf_printf(b, "%s  %-12s  %-16s  %s%s\n", id,
			    a->now.code, login[0] == '\0' ? "-" : login,
			    p[i].name, p[i].active ? "" : " (-)");
		}
	} while (rc == VT_OK && n == 32);
	return rc;
}

static int
user_list(struct ask *k)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a[32];
	uint32_t after = 0;
	VT_BUF_AUTO(b);
	size_t n;
	int rc;

	if ((rc = vt_view_begin(k->store, &v, &k->cli->err)) != VT_OK)
		return rc;
	do {
		rc = vt_agency_list(v, after, a, 32, &n, &k->cli->err);
		for (size_t i = 0; rc == VT_OK && i < n; i++) {
			after = a[i].no;
			rc = list_agency(k, v, &a[i], &b);
		}
	} while (rc == VT_OK && n == 32);
	return rc != VT_OK ? rc : vt_cli_print(k->cli, &b);
}

static int
user_add(struct ask *k)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *password = NULL;
	vt_id person;
	int rc;

	if ((rc = get_person(k, &person)) != VT_OK ||
	    (rc = get_password(k, &password)) != VT_OK)
		return rc;
	return vt_account_add(k->store, vt_context_system(), k->name, &person,
	    password, !k->own, &k->cli->err);
}

static int
user_act(struct ask *k, enum vt_account_act act)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *password = NULL;
	int rc = VT_OK;

	if (act == VT_ACCOUNT_PASSWORD)
		rc = get_password(k, &password);
	return rc != VT_OK ? rc
			   : vt_account_act(k->store, vt_context_system(),
				 k->name, act, password, &k->cli->err);
}

static int
user_totp(struct ask *k)
{
	char codes[VT_L(RECOVERY_CODES)][VT_RECOVERY_CODE + 1];
	struct vt_totp_offer offer;
	struct vt_json j;
	VT_BUF_AUTO(b);
	int rc;

	b.secret = true;
	rc = vt_account_totp(k->store, vt_context_system(), k->name, &offer,
	    codes, &k->cli->err);
	if (rc != VT_OK)
		return rc;
	if (k->cli->json) {
		vt_json_open(&j, &b, true);
		vt_json_object(&j);
		vt_json_kstr(&j, "secret", offer.secret);
		vt_json_kstr(&j, "uri", offer.uri);
		vt_json_key(&j, "recovery_codes");
		vt_json_array(&j);
		for (size_t i = 0; i < VT_L(RECOVERY_CODES); i++)
			vt_json_str(&j, codes[i]);
		vt_json_end(&j);
		vt_json_end(&j);
		vt_buf_putc(&b, '\n');
	} else {
		vt_buf_printf(&b, "%s\n%s\n", offer.secret, offer.uri);
		for (size_t i = 0; i < VT_L(RECOVERY_CODES); i++)
			vt_buf_printf(&b, "%s\n", codes[i]);
	}
	rc = vt_cli_print(k->cli, &b);
	vt_wipe(codes, sizeof(codes));
	vt_wipe(&offer, sizeof(offer));
	return rc;
}

static int
user_link(struct ask *k)
{
	struct vt_identity id = { .kind = VT_IDENTITY_OIDC };
	vt_id person;
	int rc;

	if (k->issuer == NULL || k->subject == NULL)
		return missing(k, "--issuer or --subject");
	if (strlen(k->issuer) >= sizeof(id.issuer) ||
	    strlen(k->subject) >= sizeof(id.subject))
		return vt_err_set(
		    &k->cli->err, VT_E_USAGE, "--issuer, --subject: too long");
	if ((rc = get_person(k, &person)) != VT_OK)
		return rc;
	vt_text_fit(id.issuer, sizeof(id.issuer), k->issuer);
	vt_text_fit(id.subject, sizeof(id.subject), k->subject);
	return vt_identity_link(k->store, &person, &id, NULL, &k->cli->err);
}

/* By issuer and subject, or by its id as the API gave it (a certificate's). */
static int
user_unlink(struct ask *k)
{
	struct vt_identity_key key;
	vt_hash h;

	if (k->name != NULL) {
		if (strlen(k->name) != 2 + VT_HASH_TEXT ||
		    strncmp(k->name, "02", 2) != 0 ||
		    !vt_hash_parse(vt_span_str(k->name + 2), &h))
			return vt_err_set(&k->cli->err, VT_E_USAGE,
			    "02 and the SHA-256 of the certificate wanted");
		key = vt_identity_certificate(&h);
	} else if (k->issuer == NULL || k->subject == NULL) {
		return missing(k, "--issuer or --subject");
	} else {
		key = vt_identity_oidc(k->issuer, k->subject);
	}
	return vt_identity_unlink(k->store, &key, &k->cli->err);
}

static int
user_run(struct ask *k)
{
	static const struct {
		const char *verb;
		enum vt_account_act act;
	} acts[] = {
		{ "passwd", VT_ACCOUNT_PASSWORD },
		{ "lock", VT_ACCOUNT_LOCK },
		{ "unlock", VT_ACCOUNT_UNLOCK },
		{ "no-totp", VT_ACCOUNT_TOTP_OFF },
		{ "remove", VT_ACCOUNT_REMOVE },
	};

	if (strcmp(k->verb, "list") == 0)
		return user_list(k);
	if (strcmp(k->verb, "link") == 0)
		return user_link(k);
	if (strcmp(k->verb, "unlink") == 0)
		return user_unlink(k);
	if (k->name == NULL)
		return missing(k, "the login name");
	if (strcmp(k->verb, "add") == 0)
		return user_add(k);
	if (strcmp(k->verb, "totp") == 0)
		return user_totp(k);
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		if (strcmp(k->verb, acts[i].verb) == 0)
			return user_act(k, acts[i].act);
	return vt_err_set(
	    &k->cli->err, VT_E_USAGE, "there is no \"user %s\"", k->verb);
}

/* ---- programs ---- */

static int
client_run(struct ask *k)
{
	char secret[VT_CLIENT_SECRET + 1];
	struct vt_new_client n = {
		.id = k->name, .name = k->title, .secret = true
	};
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	struct vt_client c;
	struct vt_json j;
	VT_BUF_AUTO(b);
	int rc;

	b.secret = true;
	if (strcmp(k->verb, "add") != 0)
		return vt_err_set(&k->cli->err, VT_E_USAGE,
		    "there is no \"client %s\"", k->verb);
	if (k->agency == NULL || k->title == NULL || k->scopes == NULL)
		return missing(k, "--agency, --name or --scopes");
	if (!vt_scope_parse(k->scopes, &n.scopes))
		return vt_err_set(&k->cli->err, VT_E_USAGE,
		    "--scopes: names with one space between them wanted");
	if ((rc = vt_view_begin(k->store, &v, &k->cli->err)) != VT_OK ||
	    (rc = vt_agency_by_code(v, k->agency, &a, &k->cli->err)) != VT_OK)
		return rc;
	vt_view_end(VT_TAKE(v));
	rc = vt_client_add(
	    k->store, vt_context_system(), a.no, &n, &c, secret, &k->cli->err);
	if (rc != VT_OK)
		return rc;
	vt_json_open(&j, &b, true);
	vt_json_object(&j);
	vt_json_kstr(&j, "client_id", c.id);
	vt_json_kid(&j, "person", &c.person);
	vt_json_kstr(&j, "client_secret", secret);
	vt_json_end(&j);
	vt_buf_putc(&b, '\n');
	vt_wipe(secret, sizeof(secret));
	return vt_cli_print(k->cli, &b);
}

static int
with_store(struct vt_cli *cli, int (*run)(struct ask *k))
{
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct ask k = { .cli = cli };
	int rc;

	if ((rc = parse(&k)) != VT_OK)
		return rc == 'h' ? 0 : rc;
	rc =
	    vt_store_open(k.dir, &so, vt_context_system(), &k.store, &cli->err);
	if (rc == VT_OK)
		rc = run(&k);
	vt_store_close(k.store);
	return rc;
}

int
vt_cli_user(struct vt_cli *cli)
{
	return with_store(cli, user_run);
}

int
vt_cli_client(struct vt_cli *cli)
{
	return with_store(cli, client_run);
}
