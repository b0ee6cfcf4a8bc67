/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A province file: agencies and people, all at once, at `vanthu init` or, what
 * is not there yet, into a store (`vanthu province`):
 *
 *	{ "agencies": [ { "code": "H99.07", "name": "...", "short": "SKHCN",
 *	    "place": "...", "certificates": ["seal.pem"], "key":
 *"file:seal.p12", "people": [ { "name": "...", "position": "...", "unit":
 *"...", "roles": ["leader"], "token": "...", "certificates": ["leader.pem"],
 *"key": "file:leader.p12", "login": "skhcn-leader", "password": "..." } ] } ] }
 *
 * docs/operating.md says what each field is.
 */
#include <jansson.h>

#include "api/cli/cli.h"
#include "api/cli/province.h"
#include "api/office/accounts.h"
#include "api/office/identity.h"
#include "base/limits.h"
#include "base/text.h"

struct province {
	struct vt_cli *cli;
	struct vt_store *store;
	struct vt_arena *arena;
	char dir[4096];    /* of the file */
	struct vt_buf met; /* ids of those that an entry of the file has */
	struct vt_province_count n;
};

static int
bad(struct province *p, const char *where, const char *what)
{
	return vt_err_set(
	    &p->cli->err, VT_E_SYNTAX, "province file, %s: %s", where, what);
}

static const char *
str(json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s == NULL ? "" : s;
}

/* PEM or DER files named in a list, into certs. */
static int
read_certs(struct province *p, json_t *list, const char *where,
    struct vt_span certs[VT_L(CERTS_MAX)], size_t *ret_n)
{
	size_t n = 0, k, got;
	struct vt_span *read;
	json_t *item;
	int rc;

	json_array_foreach(list, k, item)
	{
		char path[8192];
		VT_BUF_AUTO(b);

		if (!json_is_string(item))
			return bad(p, where, "certificates: paths wanted");
		if (json_string_value(item)[0] == '/')
			snprintf(
			    path, sizeof(path), "%s", json_string_value(item));
		else
			snprintf(path, sizeof(path), "%s/%s", p->dir,
			    json_string_value(item));
		rc = vt_cli_read(path, VT_L(KEY_FILE_MAX), &b, &p->cli->err);
		if (rc != VT_OK ||
		    (rc = vt_trust_read(vt_buf_view(&b), p->arena, &read, &got,
			 &p->cli->err)) != VT_OK)
			return rc;
		for (size_t i = 0; i < got; i++) {
			if (n == VT_L(CERTS_MAX))
				return bad(p, where, "too many certificates");
			certs[n++] = read[i];
		}
	}
	*ret_n = n;
	return VT_OK;
}

static int
read_roles(struct province *p, json_t *list, const char *where, uint32_t *ret)
{
	uint32_t roles = 0, bit;
	json_t *item;
	size_t k;

	json_array_foreach(list, k, item)
	{
		const char *s = json_string_value(item);

		bit = s == NULL ? 0 : vt_role_parse(s);
		if (bit == 0)
			return bad(p, where, "roles: one is not known");
		roles |= bit;
	}
	if (roles == 0)
		return bad(p, where, "roles: none given");
	if ((roles & VT_ROLE_SYSTEM) != 0 && roles != VT_ROLE_SYSTEM)
		return bad(p, where,
		    "roles: a system has no other role (it may not act as a "
		    "person)");
	*ret = roles;
	return VT_OK;
}

/* One row is met by one entry. */
static bool
is_met(const struct province *p, const vt_id *id)
{
	for (size_t i = 0; i < p->met.n; i += sizeof(id->b))
		if (memcmp(p->met.p + i, id->b, sizeof(id->b)) == 0)
			return true;
	return false;
}

static int
meet(struct province *p, const vt_id *id)
{
	vt_buf_put(&p->met, id->b, sizeof(id->b));
	return vt_buf_status(&p->met, &p->cli->err);
}

/* What is wrong, with the person's name. */
static int
about(struct province *p, json_t *o, int rc)
{
	struct vt_err was = p->cli->err;

	return rc == VT_OK
		   ? rc
		   : vt_err_set(&p->cli->err, rc, "province file, %s: %s",
			 str(o, "name"), was.msg);
}

/* A name and a password to sign in with, if the file gives them. */
static int
add_account(struct province *p, const vt_id *person, json_t *o)
{
	const char *login = str(o, "login"), *password = str(o, "password");
	VT_CLEANUP(vt_secret_free) struct vt_secret *s = NULL;

	if (login[0] == '\0')
		return VT_OK;
	if ((s = vt_secret_new(password, strlen(password))) == NULL)
		return vt_err_set(
		    &p->cli->err, VT_E_NOMEM, "province: no memory");
	return about(p, o,
	    vt_account_add(p->store, vt_context_system(), login, person, s,
		json_is_true(json_object_get(o, "must_change")), &p->cli->err));
}

/* Who of this agency has the entry's login name; zero: nobody yet. */
static int
by_login(struct province *p, uint32_t agency, json_t *o, vt_id *ret)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const char *login = str(o, "login");
	struct vt_person has;
	int rc;

	*ret = (vt_id){ { 0 } };
	if (login[0] == '\0')
		return VT_OK;
	if ((rc = vt_view_begin(p->store, &v, &p->cli->err)) != VT_OK ||
	    (rc = vt_account_whose(v, login, ret, &p->cli->err)) != VT_OK ||
	    vt_id_is_zero(ret) ||
	    (rc = vt_person_get(v, ret, &has, &p->cli->err)) != VT_OK)
		return about(p, o, rc);
	if (has.agency_no != agency)
		rc = vt_err_set(&p->cli->err, VT_E_EXISTS,
		    "the login name is somebody's of another agency");
	else if (is_met(p, ret))
		rc = vt_err_set(
		    &p->cli->err, VT_E_EXISTS, "the login name is given twice");
	return about(p, o, rc == VT_OK ? meet(p, ret) : rc);
}

/*
 * Somebody active who has the entry's name and no login name: the entry's may
 * be added then. An entry without one also means somebody who got his since.
 */
static int
by_name(struct province *p, uint32_t agency, json_t *o, vt_id *ret)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	bool wants = str(o, "login")[0] != '\0', done = false;
	struct vt_person list[32];
	uint64_t after = 0;
	char has[65];
	VT_BUF_AUTO(name);
	size_t n = 0;
	int rc;

	if ((rc = vt_text_clean(vt_span_str(str(o, "name")), VT_L(NAME_MAX),
		 "name", &name, &p->cli->err)) != VT_OK ||
	    (rc = vt_view_begin(p->store, &v, &p->cli->err)) != VT_OK)
		return rc;
	do {
		rc = vt_person_list(
		    v, agency, after, list, 32, &n, &p->cli->err);
		for (size_t i = 0; rc == VT_OK && i < n && !done; i++) {
			after = list[i].seq;
			if (!list[i].active || is_met(p, &list[i].id) ||
			    strcmp(list[i].name, vt_buf_str(&name)) != 0)
				continue;
			rc = vt_identity_name(v, VT_IDENTITY_LOGIN, &list[i].id,
			    has, &p->cli->err);
			done = has[0] == '\0';
			if (done || (!wants && vt_id_is_zero(ret)))
				*ret = list[i].id;
		}
	} while (rc == VT_OK && n == 32 && !done);
	return rc;
}

static int
make_person(struct province *p, uint32_t agency, json_t *o)
{
	struct vt_new_person np = { 0 };
	struct vt_span certs[VT_L(CERTS_MAX)];
	const char *where = str(o, "name");
	vt_id id;
	int rc;

	rc = read_roles(p, json_object_get(o, "roles"), where, &np.roles);
	if (rc != VT_OK ||
	    (rc = read_certs(p, json_object_get(o, "certificates"), where,
		 certs, &np.n_certs)) != VT_OK)
		return rc;
	np.name = where;
	np.position = str(o, "position");
	np.unit = str(o, "unit");
	np.token = vt_span_str(str(o, "token"));
	np.certs = certs;
	np.key_ref = str(o, "key");
	p->n.people++;
	rc = vt_office_add_person(p->store, agency, &np, &id, &p->cli->err);
	if (rc != VT_OK || (rc = meet(p, &id)) != VT_OK)
		return rc;
	return add_account(p, &id, o);
}

/* *id: who has the entry's login name. */
static int
add_person(
    struct province *p, uint32_t agency, bool is_new, json_t *o, vt_id *id)
{
	int rc;

	if (str(o, "name")[0] == '\0')
		return bad(p, "a person", "name is missing");
	if (!vt_id_is_zero(id)) {
		p->n.there++;
		return VT_OK;
	}
	if (!is_new && (rc = by_name(p, agency, o, id)) != VT_OK)
		return rc;
	if (vt_id_is_zero(id))
		return make_person(p, agency, o);
	p->n.there++;
	rc = meet(p, id);
	return rc == VT_OK ? add_account(p, id, o) : rc;
}

/* Login names first: a name alone does not take whom an entry after it means
 * by his. */
static int
add_people(struct province *p, uint32_t agency, bool is_new, json_t *people)
{
	size_t n = json_array_size(people), k;
	json_t *o;
	vt_id *ids;
	int rc;

	if (n == 0)
		return VT_OK;
	if ((ids = vt_arena_array(p->arena, n, sizeof(*ids))) == NULL)
		return vt_err_set(
		    &p->cli->err, VT_E_NOMEM, "province: no memory");
	json_array_foreach(people, k, o)
	{
		if ((rc = by_login(p, agency, o, &ids[k])) != VT_OK)
			return rc;
	}
	json_array_foreach(people, k, o)
	{
		rc = add_person(p, agency, is_new, o, &ids[k]);
		if (rc != VT_OK)
			return rc;
	}
	return VT_OK;
}

/* By any code it has or had; *ret_new: there is none. */
static int
find_agency(
    struct province *p, const char *code, uint32_t *ret_no, bool *ret_new)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	int rc;

	if ((rc = vt_view_begin(p->store, &v, &p->cli->err)) != VT_OK)
		return rc;
	rc = vt_agency_by_code(v, code, &a, &p->cli->err);
	*ret_new = rc == VT_E_AGENCY_UNKNOWN;
	if (rc == VT_OK && a.successor != 0)
		return bad(p, code, "this agency was merged into another one");
	if (rc == VT_OK)
		*ret_no = a.no;
	return *ret_new ? VT_OK : rc;
}

static int
add_agency(struct province *p, json_t *o)
{
	struct vt_agency_name name = { 0 };
	struct vt_span certs[VT_L(CERTS_MAX)];
	bool is_new = true;
	uint32_t no = 0, opened;
	size_t n_certs = 0;
	int rc;

	name.code = str(o, "code");
	name.name = str(o, "name");
	name.short_name = str(o, "short");
	name.place = str(o, "place");
	if (name.code[0] == '\0' || name.name[0] == '\0')
		return bad(p, "an agency", "code or name is missing");
	rc = read_certs(
	    p, json_object_get(o, "certificates"), name.code, certs, &n_certs);
	if (rc != VT_OK ||
	    (rc = find_agency(p, name.code, &no, &is_new)) != VT_OK)
		return rc;
	if (is_new) {
		rc = vt_office_add_agency(p->store, &name, certs, n_certs,
		    str(o, "key"), &no, &p->cli->err);
		if (rc != VT_OK)
			return rc;
		p->n.agencies++;
	} else if ((rc = vt_office_open_books(
			p->store, no, &opened, &p->cli->err)) != VT_OK) {
		return rc; /* it was cut off before they were open */
	}
	return add_people(p, no, is_new, json_object_get(o, "people"));
}

static void
directory_of(const char *path, char *ret, size_t size)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		snprintf(ret, size, ".");
	else
		snprintf(ret, size, "%.*s", (int)(slash - path) + 1, path);
}

static int
read_province(struct province *p, const char *path)
{
	json_error_t je;
	VT_BUF_AUTO(b);
	json_t *root, *agency;
	size_t k;
	int rc;

	if ((rc = vt_cli_read(path, VT_L(JSON_BODY_MAX), &b, &p->cli->err)) !=
	    VT_OK)
		return rc;
	directory_of(path, p->dir, sizeof(p->dir));
	root = json_loadb(vt_buf_str(&b), b.n, JSON_REJECT_DUPLICATES, &je);
	if (root == NULL)
		return vt_err_set(&p->cli->err, VT_E_SYNTAX, "%s, line %d: %s",
		    path, je.line, je.text);
	if (json_array_size(json_object_get(root, "agencies")) == 0)
		rc = bad(p, "agencies", "none are given");
	json_array_foreach(json_object_get(root, "agencies"), k, agency)
	{
		if (rc == VT_OK)
			rc = add_agency(p, agency);
	}
	json_decref(root);
	return rc;
}

int
vt_cli_province_add(struct vt_cli *cli, struct vt_store *store,
    const char *path, struct vt_province_count *ret)
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	struct province p = { .cli = cli, .store = store, .met = VT_BUF_INIT };
	int rc;

	if ((a = vt_arena_new((size_t)16 << 20)) == NULL)
		return vt_err_set(&cli->err, VT_E_NOMEM, "province: no memory");
	p.arena = a;
	rc = read_province(&p, path);
	vt_buf_free(&p.met);
	*ret = p.n;
	return rc;
}

int
vt_cli_province_report(
    struct vt_cli *cli, const char *dir, const struct vt_province_count *n)
{
	VT_BUF_AUTO(b);
	struct vt_json j;

	if (cli->json) {
		vt_json_open(&j, &b, true);
		vt_json_object(&j);
		vt_json_kstr(&j, "directory", dir);
		vt_json_kuint(&j, "agencies", n->agencies);
		vt_json_kuint(&j, "people", n->people);
		vt_json_kuint(&j, "there", n->there);
		vt_json_end(&j);
		vt_buf_putc(&b, '\n');
	} else {
		vt_buf_printf(&b,
		    cli->vi ? "%s: %zu cơ quan, %zu người\n"
			    : "%s: %zu agencies, %zu people\n",
		    dir, n->agencies, n->people);
		if (n->there > 0)
			vt_buf_printf(&b,
			    cli->vi ? "%zu người đã có\n"
				    : "%zu people were there\n",
			    n->there);
	}
	return vt_cli_print(cli, &b);
}

int
vt_cli_province(struct vt_cli *cli)
{
	static const struct option options[] = {
		{ NULL, 0, NULL, 0 },
	};
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct vt_province_count count = { 0 };
	char **operands;
	int c, n, rc;

	if ((c = vt_cli_option(cli, options)) != -1)
		return c == 'h' ? 0 : c;
	if ((rc = vt_cli_operands(cli, 2, 2, &operands, &n)) != VT_OK ||
	    (rc = vt_store_open(operands[0], &so, vt_context_system(), &store,
		 &cli->err)) != VT_OK ||
	    (rc = vt_cli_province_add(cli, store, operands[1], &count)) !=
		VT_OK)
		return rc;
	return vt_cli_province_report(cli, operands[0], &count);
}
