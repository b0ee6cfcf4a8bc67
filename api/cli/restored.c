/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/cli/restored.h"

#include <stdlib.h>

#include "api/exchange/direct/direct.h"
#include "api/office/restored.h"

#define ASKED_MAX ((size_t)1 << 20)

static_assert(VT_CLI_RESTORED_MAX == VT_RESUME_SHOWN, "as the act takes");

struct call {
	struct vt_cli *cli;
	const struct vt_cli_restored *c;
	struct vt_store *store;
	struct vt_two two;
	struct vt_buf told;
	char **operands; /* behind VERB DIR CODE */
	size_t n;
};

static int
resume(struct call *k)
{
	return vt_office_resume(k->store, &k->two, &k->cli->err);
}

static int
epoch(struct call *k)
{
	VT_BUF_AUTO(proof);
	long lost = 0;
	int rc = VT_OK;

	if (k->c->lost != NULL)
		rc = vt_cli_number(
		    k->cli, "--lost", k->c->lost, 1, 999999999999999, &lost);
	if (rc != VT_OK ||
	    (rc = vt_office_epoch(k->store, &k->two, (uint64_t)lost, &proof,
		 &k->cli->err)) != VT_OK)
		return rc;
	return vt_cli_write(k->c->output == NULL ? "-" : k->c->output, -1,
	    vt_buf_view(&proof), &k->cli->err);
}

/* SERIES=LAST, SERIES/PERIOD=LAST; cut up in place. */
static bool
one_series(char *s, struct vt_lost_numbers *ret)
{
	char *is = strrchr(s, '='), *period, *end;

	if (is == NULL || is == s || is[1] < '0' || is[1] > '9')
		return false;
	*is = '\0';
	ret->last = strtoull(is + 1, &end, 10);
	if (*end != '\0')
		return false;
	ret->period = 0;
	period = strrchr(s, '/');
	if (period != NULL && period[1] >= '0' && period[1] <= '9') {
		ret->period = (uint32_t)strtoul(period + 1, &end, 10);
		if (*end != '\0' || period == s)
			return false;
		*period = '\0';
	}
	ret->series = s;
	return true;
}

static int
numbers(struct call *k)
{
	struct vt_lost_numbers x[VT_ACT_STEPS_MAX];

	for (size_t i = 0; i < k->n && i < VT_ACT_STEPS_MAX; i++)
		if (!one_series(k->operands[i], &x[i]))
			return vt_err_set(&k->cli->err, VT_E_USAGE,
			    "ledger numbers: SERIES=LAST or "
			    "SERIES/PERIOD=LAST, not \"%s\"",
			    k->operands[i]);
	return vt_office_lost(
	    k->store, &k->two, x, k->n, &k->cli->err);
}

static const struct {
	const char *name;
	bool files;
	int (*run)(struct call *k);
} verbs[] = {
	{ "resume", true, resume },
	{ "epoch", true, epoch },
	{ "numbers", false, numbers },
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static size_t
verb_of(const char *name)
{
	size_t i = 0;

	while (i < VERBS && strcmp(verbs[i].name, name) != 0)
		i++;
	return i;
}

bool
vt_cli_restored_verb(const char *verb)
{
	return verb_of(verb) < VERBS;
}

/* The files as they are named, then the act. */
static int
with_files(struct call *k, bool files, int (*run)(struct call *k))
{
	struct vt_buf file[VT_RESUME_SHOWN];
	struct vt_span span[VT_RESUME_SHOWN];
	size_t n = 0;
	int rc = VT_OK;

	for (; files && rc == VT_OK && n < k->n; n++) {
		vt_buf_init(&file[n], VT_BUNDLE_MAX);
		rc = vt_cli_read(
		    k->operands[n], VT_BUNDLE_MAX, &file[n], &k->cli->err);
		span[n] = vt_buf_view(&file[n]);
	}
	k->two.files = span;
	k->two.n_files = n;
	if (rc == VT_OK)
		rc = run(k);
	k->two.files = NULL;
	k->two.n_files = 0;
	for (size_t i = 0; i < n; i++)
		vt_buf_free(&file[i]);
	return rc;
}

/* The witnesses are asked over direct exchange, as a server would. */
static int
with_witnesses(struct call *k, bool files, int (*run)(struct call *k))
{
	struct vt_direct_options o = { .ctx = vt_context_system(),
		.allow_private = k->c->allow_private };
	struct vt_direct *direct = NULL;
	struct vt_transport t;
	VT_BUF_AUTO(ca);
	int rc;

	if (k->c->peer_ca != NULL &&
	    (rc = vt_cli_read(
		 k->c->peer_ca, ASKED_MAX, &ca, &k->cli->err)) != VT_OK)
		return rc;
	o.ca = vt_buf_view(&ca);
	if ((rc = vt_direct_new(&o, &direct, &k->cli->err)) != VT_OK)
		return rc;
	t = vt_direct_transport(direct);
	k->two.ask = &t;
	k->two.told = &k->told;
	rc = with_files(k, files, run);
	k->two.ask = NULL;
	vt_direct_free(direct);
	return rc;
}

int
vt_cli_restored(struct vt_cli *cli, const struct vt_cli_restored *c,
    char **operands, int n)
{
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	size_t verb = verb_of(operands[0]);
	struct call k = { .cli = cli,
		.c = c,
		.two = { .code = operands[2], .asked = c->asked },
		.operands = operands + 3,
		.n = (size_t)(n - 3) };
	int rc;

	vt_buf_init(&k.told, ASKED_MAX);
	VT_ASSERT(verb < VERBS);
	if (c->first == NULL || c->second == NULL || c->asked == NULL ||
	    !vt_id_parse(vt_span_str(c->first), &k.two.first) ||
	    !vt_id_parse(vt_span_str(c->second), &k.two.second) ||
	    k.n > VT_RESUME_SHOWN)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "ledger %s: --person ID --second ID --asked TEXT, and at "
		    "most %d operands",
		    operands[0], VT_RESUME_SHOWN);
	rc = vt_store_open(
	    operands[1], &so, vt_context_system(), &store, &cli->err);
	if (rc != VT_OK)
		return rc;
	k.store = store;
	rc = with_witnesses(&k, verbs[verb].files, verbs[verb].run);
	/* beside what is printed, and also when it is refused */
	if (k.told.n > 0)
		(void)fwrite(k.told.p, 1, k.told.n, stderr);
	vt_buf_free(&k.told);
	return rc;
}
