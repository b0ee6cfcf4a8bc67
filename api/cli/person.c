/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vanthu person, vanthu agency: people who come, change and go, and what an
 * agency is called, by the operator at the machine, on a store that no server
 * has open. Administrators keep their people by /v1/people.
 */
#include <inttypes.h>

#include "api/cli/cli.h"
#include "api/office/people.h"
#include "base/arena.h"
#include "base/limits.h"

enum {
	O_AGENCY = 256,
	O_NAME,
	O_SHORT,
	O_PLACE,
	O_CODE,
	O_POSITION,
	O_UNIT,
	O_ROLES,
	O_FROM,
	O_UNTIL,
	O_CERT,
	O_SHA256,
	O_KEY,
	O_EMAIL,
	O_PHONE,
	O_POST,
	O__END
};

static const struct option options[] = {
	{ "agency", required_argument, NULL, O_AGENCY },
	{ "name", required_argument, NULL, O_NAME },
	{ "short", required_argument, NULL, O_SHORT },
	{ "place", required_argument, NULL, O_PLACE },
	{ "code", required_argument, NULL, O_CODE },
	{ "position", required_argument, NULL, O_POSITION },
	{ "unit", required_argument, NULL, O_UNIT },
	{ "roles", required_argument, NULL, O_ROLES },
	{ "from", required_argument, NULL, O_FROM },
	{ "until", required_argument, NULL, O_UNTIL },
	{ "cert", required_argument, NULL, O_CERT },
	{ "sha256", required_argument, NULL, O_SHA256 },
	{ "key", required_argument, NULL, O_KEY },
	{ "email", required_argument, NULL, O_EMAIL },
	{ "phone", required_argument, NULL, O_PHONE },
	{ "post", required_argument, NULL, O_POST },
	{ NULL, 0, NULL, 0 },
};

struct ask {
	struct vt_cli *cli;
	struct vt_store *store;
	struct vt_arena *arena;
	const char *verb, *dir, *what; /* what: an id or a code, or NULL */
	const char *o[O__END - O_AGENCY];
};

static const char *
option(const struct ask *k, int which)
{
	return k->o[which - O_AGENCY];
}

static int
need(struct ask *k, int which, const char *name)
{
	return option(k, which) != NULL ? VT_OK
					: vt_err_set(&k->cli->err, VT_E_USAGE,
					      "%s is missing", name);
}

/* ---- what options say ---- */

static int
roles(struct ask *k, uint32_t *ret)
{
	const char *s = option(k, O_ROLES);
	char name[32];
	uint32_t bit;
	size_t n;

	*ret = 0;
	while (s != NULL && *s != '\0') {
		n = strcspn(s, ",");
		(void)snprintf(name, sizeof(name), "%.*s",
		    n < sizeof(name) ? (int)n : 0, s);
		if ((bit = vt_role_parse(name)) == 0)
			return vt_err_set(&k->cli->err, VT_E_USAGE,
			    "--roles: leader, officer, clerk, administrator, "
			    "auditor, archivist, with commas between them");
		*ret |= bit;
		s += n + (s[n] == ',');
	}
	return need(k, O_ROLES, "--roles");
}

/* A day of Vietnam; plus: as many days later. `none` without the option. */
static int
day(struct ask *k, int which, int plus, vt_time none, vt_time *ret)
{
	const char *s = option(k, which);

	*ret = none;
	if (s == NULL)
		return VT_OK;
	if ((*ret = vt_time_parse_day(s)) == VT_TIME_NONE)
		return vt_err_set(&k->cli->err, VT_E_USAGE,
		    "--%s: a day as YYYY-MM-DD wanted",
		    which == O_FROM ? "from" : "until");
	*ret += VT_TIME_S(86400) * plus;
	return VT_OK;
}

/* From the first moment of --from to the last of --until. */
static int
post(struct ask *k, struct vt_post *ret)
{
	int rc;

	*ret = (struct vt_post){ .position = option(k, O_POSITION),
		.unit = option(k, O_UNIT) };
	if ((rc = need(k, O_POSITION, "--position")) != VT_OK ||
	    (rc = roles(k, &ret->roles)) != VT_OK ||
	    (rc = day(k, O_FROM, 0, 0, &ret->from)) != VT_OK)
		return rc;
	return day(k, O_UNTIL, 1, VT_TIME_NONE, &ret->until);
}

/* The one certificate of a file; *ret empty without the option. */
static int
cert(struct ask *k, struct vt_span *ret)
{
	struct vt_span *list;
	VT_BUF_AUTO(b);
	size_t n;
	int rc;

	*ret = VT_SPAN(NULL, 0);
	if (option(k, O_CERT) == NULL)
		return VT_OK;
	if ((rc = vt_cli_read(option(k, O_CERT), VT_L(KEY_FILE_MAX), &b,
		 &k->cli->err)) != VT_OK ||
	    (rc = vt_trust_read(
		 vt_buf_view(&b), k->arena, &list, &n, &k->cli->err)) != VT_OK)
		return rc;
	if (n != 1)
		return vt_err_set(&k->cli->err, VT_E_INVALID,
		    "%s: one certificate wanted, %zu found", option(k, O_CERT),
		    n);
	*ret = list[0];
	return VT_OK;
}

/* --sha256, or that of --cert. */
static int
fingerprint(struct ask *k, vt_hash *ret)
{
	struct vt_span der;
	int rc;

	if (option(k, O_SHA256) != NULL)
		return vt_hash_parse(vt_span_str(option(k, O_SHA256)), ret)
			   ? VT_OK
			   : vt_err_set(&k->cli->err, VT_E_USAGE,
				 "--sha256: 64 hexadecimal digits wanted");
	if ((rc = need(k, O_CERT, "--cert or --sha256")) != VT_OK ||
	    (rc = cert(k, &der)) != VT_OK)
		return rc;
	*ret = vt_sha256(der);
	return VT_OK;
}

static int
agency_of(struct ask *k, const char *code, struct vt_agency *ret)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	int rc = vt_view_begin(k->store, &v, &k->cli->err);

	/* of it only what is a value is used */
	return rc == VT_OK ? vt_agency_by_code(v, code, ret, &k->cli->err) : rc;
}

/* ---- people ---- */

static int
person_id(struct ask *k, vt_id *ret)
{
	if (k->what != NULL && vt_id_parse(vt_span_str(k->what), ret))
		return VT_OK;
	return vt_err_set(&k->cli->err, VT_E_USAGE,
	    "the person's id, 32 hexadecimal digits, is missing (vanthu user "
	    "list DIR)");
}

static int
person_add(struct ask *k)
{
	struct vt_person_new n = { .name = option(k, O_NAME),
		.email = option(k, O_EMAIL),
		.phone = option(k, O_PHONE) };
	char text[VT_ID_TEXT + 1];
	struct vt_agency a;
	VT_BUF_AUTO(b);
	vt_id id;
	int rc;

	if ((rc = need(k, O_NAME, "--name")) != VT_OK ||
	    (rc = need(k, O_AGENCY, "--agency")) != VT_OK ||
	    (rc = post(k, &n.post)) != VT_OK ||
	    (rc = cert(k, &n.cert)) != VT_OK ||
	    (rc = agency_of(k, option(k, O_AGENCY), &a)) != VT_OK ||
	    (rc = vt_people_add(k->store, vt_context_system(), a.no, &n, &id,
		 &k->cli->err)) != VT_OK)
		return rc;
	vt_id_text(&id, text);
	vt_buf_printf(&b, k->cli->json ? "{\"id\":\"%s\"}\n" : "%s\n", text);
	return vt_cli_print(k->cli, &b);
}

static int
post_no(struct ask *k, uint32_t *ret)
{
	long n = 0;
	int rc;

	if ((rc = need(k, O_POST, "--post")) != VT_OK ||
	    (rc = vt_cli_number(k->cli, "--post", option(k, O_POST), 1,
		 (long)VT_L(POSTS_MAX), &n)) != VT_OK)
		return rc;
	*ret = (uint32_t)n;
	return VT_OK;
}

static int
fill(struct ask *k, enum vt_person_act act, struct vt_person_change *c)
{
	int rc;

	*c = (struct vt_person_change){ .act = act,
		.name = option(k, O_NAME),
		.email = option(k, O_EMAIL),
		.phone = option(k, O_PHONE),
		.key_ref = option(k, O_KEY) };
	switch (act) {
	case VT_PERSON_RENAME:
		return need(k, O_NAME, "--name");
	case VT_PERSON_POST:
		return post(k, &c->post);
	case VT_PERSON_POST_END:
		rc = post_no(k, &c->no);
		return rc != VT_OK ? rc : day(k, O_UNTIL, 1, 0, &c->post.until);
	case VT_PERSON_CERT:
		rc = need(k, O_CERT, "--cert");
		return rc != VT_OK ? rc : cert(k, &c->cert);
	case VT_PERSON_CERT_END:
		return fingerprint(k, &c->hash);
	case VT_PERSON_CONFIRM:
		return option(k, O_POST) != NULL ? post_no(k, &c->no)
						 : fingerprint(k, &c->hash);
	case VT_PERSON_KEY:
		return need(k, O_KEY, "--key");
	case VT_PERSON_CONTACT:
	case VT_PERSON_END:
	default:
		return VT_OK;
	}
}

static void
day_out(struct vt_json *j, const char *key, vt_time t)
{
	vt_json_key(j, key);
	if (t == VT_TIME_NONE)
		vt_json_null(j);
	else
		vt_json_time(j, t);
}

static void
certs_out(
    struct vt_json *j, const char *key, const struct vt_span *list, size_t n)
{
	char text[VT_HASH_TEXT + 1];

	vt_json_key(j, key);
	vt_json_array(j);
	for (size_t i = 0; i < n; i++) {
		vt_hash h = vt_sha256(list[i]);

		vt_hash_text(&h, text);
		vt_json_str(j, text);
	}
	vt_json_end(j);
}

static void
roles_out(struct vt_json *j, uint32_t bits)
{
	vt_json_key(j, "roles");
	vt_json_array(j);
	for (uint32_t bit = 1; bit != 0 && bit <= bits; bit <<= 1)
		if ((bits & bit) != 0)
			vt_json_str(j, vt_role_name(bit));
	vt_json_end(j);
}

static void
post_out(struct vt_json *j, uint32_t no, const struct vt_post *p)
{
	vt_json_object(j);
	vt_json_kuint(j, "post", no);
	vt_json_kstr(j, "position", p->position);
	vt_json_kstr(j, "unit", p->unit);
	roles_out(j, p->roles);
	day_out(j, "from", p->from);
	day_out(j, "until", p->until);
	vt_json_kbool(j, "waits", p->waits);
	vt_json_end(j);
}

static int
person_show(struct ask *k)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	const struct vt_post *one;
	struct vt_person p;
	struct vt_post own;
	struct vt_json j;
	VT_BUF_AUTO(b);
	vt_id id;
	int rc;

	if ((rc = person_id(k, &id)) != VT_OK ||
	    (rc = vt_view_begin(k->store, &v, &k->cli->err)) != VT_OK ||
	    (rc = vt_person_get(v, &id, &p, &k->cli->err)) != VT_OK)
		return rc;
	vt_json_open(&j, &b, true);
	vt_json_object(&j);
	vt_json_kid(&j, "id", &p.id);
	vt_json_kstr(&j, "name", p.name);
	vt_json_kstr(&j, "email", p.email);
	vt_json_kstr(&j, "phone", p.phone);
	vt_json_kbool(&j, "active", p.active);
	vt_json_kstr(&j, "key", p.key_ref);
	vt_json_key(&j, "posts");
	vt_json_array(&j);
	for (uint32_t i = 0; i < p.n_posts; i++)
		post_out(&j, i + 1, &p.posts[i]);
	if (p.n_posts == 0) {
		one = vt_person_post_at(&p, p.since, &own);
		post_out(&j, 1, one);
	}
	vt_json_end(&j);
	certs_out(&j, "certificates", p.certs, p.n_certs);
	certs_out(&j, "waiting", p.waiting, p.n_waiting);
	vt_json_end(&j);
	vt_buf_putc(&b, '\n');
	return vt_cli_print(k->cli, &b);
}

static int
person_run(struct ask *k)
{
	static const struct {
		const char *verb;
		enum vt_person_act act;
	} acts[] = {
		{ "rename", VT_PERSON_RENAME },
		{ "contact", VT_PERSON_CONTACT },
		{ "post", VT_PERSON_POST },
		{ "end-post", VT_PERSON_POST_END },
		{ "cert", VT_PERSON_CERT },
		{ "end-cert", VT_PERSON_CERT_END },
		{ "confirm", VT_PERSON_CONFIRM },
		{ "key", VT_PERSON_KEY },
		{ "end", VT_PERSON_END },
	};
	struct vt_person_change c;
	vt_id id;
	int rc;

	if (strcmp(k->verb, "add") == 0)
		return person_add(k);
	if (strcmp(k->verb, "show") == 0)
		return person_show(k);
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
		if (strcmp(k->verb, acts[i].verb) != 0)
			continue;
		if ((rc = person_id(k, &id)) != VT_OK ||
		    (rc = fill(k, acts[i].act, &c)) != VT_OK)
			return rc;
		return vt_people_act(
		    k->store, vt_context_system(), &id, &c, &k->cli->err);
	}
	return vt_err_set(
	    &k->cli->err, VT_E_USAGE, "there is no \"person %s\"", k->verb);
}

/* ---- agencies ---- */

static int
agency_add(struct ask *k)
{
	struct vt_agency_name n = { .code = k->what,
		.name = option(k, O_NAME),
		.short_name = option(k, O_SHORT),
		.place = option(k, O_PLACE) };
	const char *key = option(k, O_KEY);
	struct vt_span der;
	uint32_t no;
	int rc;

	if ((rc = need(k, O_NAME, "--name")) != VT_OK ||
	    (rc = cert(k, &der)) != VT_OK)
		return rc;
	return vt_office_add_agency(k->store, &n, &der, der.n > 0,
	    key == NULL ? "" : key, &no, &k->cli->err);
}

static int
agency_name(struct ask *k)
{
	struct vt_agency_name n = { .code = option(k, O_CODE),
		.name = option(k, O_NAME),
		.short_name = option(k, O_SHORT),
		.place = option(k, O_PLACE) };
	int rc = day(k, O_FROM, 0, 0, &n.from);

	return rc != VT_OK
		   ? rc
		   : vt_office_name_agency(k->store, vt_context_system(),
			 k->what, &n, &k->cli->err);
}

static void
names_out(struct vt_json *j, const struct vt_agency *a)
{
	vt_json_key(j, "names");
	vt_json_array(j);
	for (size_t i = 0; i < a->n_names; i++) {
		vt_json_object(j);
		day_out(j, "from", a->names[i].from);
		vt_json_kstr(j, "code", a->names[i].code);
		vt_json_kstr(j, "name", a->names[i].name);
		vt_json_kstr(j, "short", a->names[i].short_name);
		vt_json_kstr(j, "place", a->names[i].place);
		vt_json_end(j);
	}
	vt_json_end(j);
}

static int
agency_show(struct ask *k)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	struct vt_json j;
	VT_BUF_AUTO(b);
	int rc;

	if ((rc = vt_view_begin(k->store, &v, &k->cli->err)) != VT_OK ||
	    (rc = vt_agency_by_code(v, k->what, &a, &k->cli->err)) != VT_OK)
		return rc;
	vt_json_open(&j, &b, true);
	vt_json_object(&j);
	vt_json_kstr(&j, "code", a.now.code);
	vt_json_kstr(&j, "name", a.now.name);
	names_out(&j, &a);
	certs_out(&j, "certificates", a.certs, a.n_certs);
	vt_json_kstr(&j, "key", a.key_ref);
	vt_json_end(&j);
	vt_buf_putc(&b, '\n');
	return vt_cli_print(k->cli, &b);
}

static int
agency_run(struct ask *k)
{
	struct vt_span der;
	vt_hash h;
	int rc;

	if (k->what == NULL)
		return vt_err_set(
		    &k->cli->err, VT_E_USAGE, "the agency's code is missing");
	if (strcmp(k->verb, "add") == 0)
		return agency_add(k);
	if (strcmp(k->verb, "show") == 0)
		return agency_show(k);
	if (strcmp(k->verb, "name") == 0)
		return agency_name(k);
	if (strcmp(k->verb, "cert") == 0) {
		if ((rc = need(k, O_CERT, "--cert")) != VT_OK ||
		    (rc = cert(k, &der)) != VT_OK)
			return rc;
		return vt_office_bind_agency(
		    k->store, k->what, der, &k->cli->err);
	}
	if (strcmp(k->verb, "end-cert") == 0) {
		if ((rc = fingerprint(k, &h)) != VT_OK)
			return rc;
		return vt_office_unbind_agency(
		    k->store, k->what, &h, &k->cli->err);
	}
	if (strcmp(k->verb, "key") == 0) {
		if ((rc = need(k, O_KEY, "--key")) != VT_OK)
			return rc;
		return vt_office_key_agency(
		    k->store, k->what, option(k, O_KEY), &k->cli->err);
	}
	return vt_err_set(
	    &k->cli->err, VT_E_USAGE, "there is no \"agency %s\"", k->verb);
}

static int
with_store(struct vt_cli *cli, int (*run)(struct ask *k))
{
	VT_CLEANUP(vt_arena_free) struct vt_arena *a = NULL;
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct ask k = { .cli = cli };
	char **operands;
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c < O_AGENCY || c >= O__END)
			return c == 'h' ? 0 : c;
		k.o[c - O_AGENCY] = optarg;
	}
	if ((rc = vt_cli_operands(cli, 2, 3, &operands, &n)) != VT_OK)
		return rc;
	k.verb = operands[0];
	k.dir = operands[1];
	k.what = n == 3 ? operands[2] : NULL;
	if ((a = vt_arena_new((size_t)4 << 20)) == NULL)
		return vt_err_set(&cli->err, VT_E_NOMEM, "no memory");
	k.arena = a;
	rc = vt_store_open(k.dir, &so, vt_context_system(), &store, &cli->err);
	k.store = store;
	return rc == VT_OK ? run(&k) : rc;
}

int
vt_cli_person(struct vt_cli *cli)
{
	return with_store(cli, person_run);
}

int
vt_cli_agency(struct vt_cli *cli)
{
	return with_store(cli, agency_run);
}
