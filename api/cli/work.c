/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu work: the queue of a store; what was given up is tried again, or
 * dropped, on a store that no server has open. */
#include "api/cli/cli.h"
#include "api/office/letters.h"
#include "base/text.h"

#define PAGE 32

enum { O_AGENCY = 256, O_KIND, O_ERROR, O_ALL };

static const struct option options[] = {
	{ "agency", required_argument, NULL, O_AGENCY },
	{ "kind", required_argument, NULL, O_KIND },
	{ "error", required_argument, NULL, O_ERROR },
	{ "all", no_argument, NULL, O_ALL },
	{ NULL, 0, NULL, 0 },
};

struct ask {
	struct vt_cli *cli;
	struct vt_store *store;
	const char *verb, *dir, *agency;
	struct vt_letter_query q;
	size_t done;
	struct vt_json j;
};

static int
parse(struct ask *k)
{
	char **operands;
	int c, n, rc;

	k->q.dead = true;
	while ((c = vt_cli_option(k->cli, options)) != -1) {
		switch (c) {
		case O_AGENCY:
			k->agency = optarg;
			break;
		case O_KIND:
			k->q.kind = vt_work_kind_parse(optarg);
			if (k->q.kind == 0)
				return vt_err_set(&k->cli->err, VT_E_USAGE,
				    "work: there is no kind \"%s\"", optarg);
			break;
		case O_ERROR:
			k->q.error = optarg;
			break;
		case O_ALL:
			k->q.dead = false;
			break;
		default:
			return c == 'h' ? 0 : c;
		}
	}
	if ((rc = vt_cli_operands(k->cli, 2, 2, &operands, &n)) != VT_OK)
		return rc;
	k->verb = operands[0];
	k->dir = operands[1];
	return VT_OK;
}

static void
print(struct ask *k, const char *code, const struct vt_work_shown *s)
{
	char subject[VT_ID_TEXT + 1];
	VT_BUF_AUTO(line);

	vt_id_text(&s->w.subject, subject);
	if (k->cli->json) {
		vt_json_open(&k->j, &line, false);
		vt_json_object(&k->j);
		vt_json_kstr(&k->j, "agency", code);
		vt_json_kstr(&k->j, "kind", vt_work_kind_name(s->w.kind));
		vt_json_kstr(&k->j, "subject", subject);
		vt_json_kstr(&k->j, "state", vt_work_state_name(s->state));
		vt_json_kuint(&k->j, "attempts", s->w.attempt);
		vt_json_kstr(&k->j, "error", s->w.note);
		vt_json_end(&k->j);
	} else {
		vt_buf_printf(&line, "%s %s %s %s tries %u: %s", code,
		    vt_work_kind_name(s->w.kind), subject,
		    vt_work_state_name(s->state), (unsigned)s->w.attempt,
		    s->w.note);
	}
	printf("%s\n", vt_buf_str(&line));
}

static int
list(struct ask *k, const struct vt_agency *a, struct vt_err *err)
{
	struct vt_work_shown s[PAGE];
	uint64_t after = 0;
	size_t n;
	int rc;

	do {
		struct vt_view *v = NULL;

		if ((rc = vt_view_begin(k->store, &v, err)) != VT_OK)
			return rc;
		rc = vt_letters_page(k->store, v, a->no, &k->q, after, s, PAGE,
		    &n, &after, err);
		vt_view_end(v);
		for (size_t i = 0; rc == VT_OK && i < n; i++)
			print(k, a->now.code, &s[i]);
	} while (rc == VT_OK && after != 0);
	return rc;
}

static int
act(struct ask *k, const struct vt_agency *a, enum vt_letter_act what,
    struct vt_err *err)
{
	const struct vt_act who = { .agency_no = a->no };
	bool more = true;
	size_t n;
	int rc = VT_OK;

	while (rc == VT_OK && more) {
		rc = vt_letters_do(
		    k->store, &who, what, &k->q, &n, &more, err);
		if (rc == VT_OK)
			k->done += n;
	}
	return rc == VT_E_NOT_FOUND ? VT_OK : rc;
}

/* One agency, copied out of its view; VT_E_AGENCY_UNKNOWN: no more. */
static int
agency_of(struct ask *k, uint32_t no, char code[64], struct vt_agency *ret)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	int rc = vt_view_begin(k->store, &v, &k->cli->err);

	if (rc == VT_OK)
		rc = vt_agency_get(v, no, ret, &k->cli->err);
	if (rc != VT_OK)
		return rc;
	vt_text_fit(code, 64, ret->now.code);
	ret->now.code = code;
	return VT_OK;
}

int
vt_cli_work(struct vt_cli *cli)
{
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct ask k = { .cli = cli };
	enum vt_letter_act what = VT_LETTER_AGAIN;
	struct vt_store_info info;
	struct vt_agency a;
	char code[64];
	bool lists, met = false;
	int rc;

	if ((rc = parse(&k)) != VT_OK || k.verb == NULL)
		return rc;
	lists = strcmp(k.verb, "list") == 0;
	if (strcmp(k.verb, "drop") == 0)
		what = VT_LETTER_DROP;
	else if (!lists && strcmp(k.verb, "replay") != 0)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "work: list, replay or drop");
	if (!lists && k.q.kind == 0)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "work %s: which kind (--kind)?", k.verb);
	so.read_only = lists;
	if ((rc = vt_store_open(k.dir, &so, vt_context_system(), &store,
		 &cli->err)) != VT_OK ||
	    (rc = vt_store_info(store, &info, &cli->err)) != VT_OK)
		return rc;
	k.store = store;
	for (uint32_t no = 1; rc == VT_OK && no <= info.agencies; no++) {
		if ((rc = agency_of(&k, no, code, &a)) != VT_OK)
			return rc;
		if (k.agency != NULL && strcmp(k.agency, code) != 0)
			continue;
		met = true;
		rc = lists ? list(&k, &a, &cli->err)
			   : act(&k, &a, what, &cli->err);
	}
	if (rc == VT_OK && k.agency != NULL && !met)
		return vt_err_set(&cli->err, VT_E_AGENCY_UNKNOWN,
		    "work: no agency has the code %s", k.agency);
	if (rc == VT_OK && !lists)
		printf("%s: %zu\n", k.verb, k.done);
	return rc;
}
