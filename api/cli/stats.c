/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu stats: figures for people, programs and a monitoring system. */
#include <inttypes.h>

#include "api/cli/cli.h"
#include "docstore/scrub.h"
#include "docstore/stats.h"

enum form { TEXT, JSON, METRICS };

struct told {
	enum form form;
	struct vt_buf *b;
	struct vt_json j;
};

static const char *const directions[4] = { "", "out", "in", "result" };

static void
agency_json(struct told *t, const struct vt_stats_agency *a)
{
	struct vt_json *j = &t->j;

	vt_json_object(j);
	vt_json_kstr(j, "agency", a->code);
	vt_json_kuint(j, "acts", a->acts);
	vt_json_kuint(j, "events", a->events);
	vt_json_kuint(j, "deliveries", a->deliveries);
	vt_json_kuint(j, "consignments", a->consignments);
	vt_json_kuint(j, "people", a->people);
	vt_json_kuint(j, "pages", a->pages);
	vt_json_kuint(j, "copies_printed", a->printed);
	vt_json_key(j, "papers");
	vt_json_object(j);
	for (int d = 1; d < 4; d++) {
		vt_json_key(j, directions[d]);
		vt_json_object(j);
		for (int s = 1; s <= VT_PAPER_STATE_MAX; s++)
			if (a->papers[d][s] != 0)
				vt_json_kuint(j,
				    vt_paper_state_name((enum vt_paper_state)s),
				    a->papers[d][s]);
		vt_json_end(j);
	}
	vt_json_end(j);
	vt_json_key(j, "registered_by_month");
	vt_json_array(j);
	for (int m = 0; m < VT_STATS_MONTHS; m++) {
		vt_json_object(j);
		vt_json_kuint(j, "months_ago", (uint64_t)m);
		for (int d = 1; d < 4; d++)
			vt_json_kuint(j, directions[d], a->month[m][d]);
		vt_json_end(j);
	}
	vt_json_end(j);
	vt_json_end(j);
}

static void
agency_lines(struct told *t, const struct vt_stats_agency *a)
{
	const struct {
		const char *name;
		uint64_t n;
	} figures[] = { { "acts", a->acts }, { "events", a->events },
		{ "deliveries", a->deliveries },
		{ "consignments", a->consignments }, { "people", a->people },
		{ "pages", a->pages }, { "copies_printed", a->printed } };

	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		if (t->form == METRICS)
			vt_buf_printf(t->b,
			    "vanthu_%s{agency=\"%s\"} %" PRIu64 "\n",
			    figures[i].name, a->code, figures[i].n);
		else
			vt_buf_printf(t->b, "%s: %s %" PRIu64 "\n", a->code,
			    figures[i].name, figures[i].n);
	for (int d = 1; d < 4; d++)
		for (int s = 1; s <= VT_PAPER_STATE_MAX; s++) {
			const char *state =
			    vt_paper_state_name((enum vt_paper_state)s);

			if (a->papers[d][s] == 0)
				continue;
			if (t->form == METRICS)
				vt_buf_printf(t->b,
				    "vanthu_papers{agency=\"%s\",direction="
				    "\"%s\",state=\"%s\"} %" PRIu64 "\n",
				    a->code, directions[d], state,
				    a->papers[d][s]);
			else
				vt_buf_printf(t->b,
				    "%s: papers %s %s %" PRIu64 "\n", a->code,
				    directions[d], state, a->papers[d][s]);
		}
	if (t->form == TEXT)
		vt_buf_printf(t->b,
		    "%s: registered this month: out %" PRIu64 ", in %" PRIu64
		    ", results %" PRIu64 "; last month: out %" PRIu64
		    ", in %" PRIu64 ", results %" PRIu64 "\n",
		    a->code, a->month[0][1], a->month[0][2], a->month[0][3],
		    a->month[1][1], a->month[1][2], a->month[1][3]);
}

static void
agency(void *arg, const struct vt_stats_agency *a)
{
	struct told *t = arg;

	if (t->form == JSON)
		agency_json(t, a);
	else
		agency_lines(t, a);
}

static void
work_of(struct told *t, const char *kind, const struct vt_stats_work *w)
{
	const struct {
		const char *name;
		uint64_t n;
	} figures[] = { { "depth", w->depth }, { "due", w->due },
		{ "held", w->held }, { "dead", w->parked },
		{ "failed", w->failed }, { "attempts", w->attempts },
		{ "oldest_seconds", (uint64_t)(w->oldest_us / 1000000) } };

	if (t->form == JSON) {
		vt_json_object(&t->j);
		vt_json_kstr(&t->j, "kind", kind);
	} else if (t->form == TEXT) {
		vt_buf_printf(t->b, "work %s:", kind);
	}
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		if (t->form == JSON)
			vt_json_kuint(&t->j, figures[i].name, figures[i].n);
		else if (t->form == METRICS)
			vt_buf_printf(t->b,
			    "vanthu_work_%s{kind=\"%s\"} %" PRIu64 "\n",
			    figures[i].name, kind, figures[i].n);
		else
			vt_buf_printf(t->b, " %s %" PRIu64, figures[i].name,
			    figures[i].n);
	if (t->form == JSON)
		vt_json_end(&t->j);
	else if (t->form == TEXT)
		vt_buf_putc(t->b, '\n');
}

static void
store_figures(
    struct told *t, const struct vt_store_info *i, const struct vt_scrub *s)
{
	const struct {
		const char *name;
		uint64_t n;
	} figures[] = { { "blobs", i->blobs }, { "chunks", i->chunks },
		{ "disk_free_bytes", i->room.free },
		{ "records_bytes", i->room.used[VT_SPACE_RECORDS] },
		{ "keys_bytes", i->room.used[VT_SPACE_KEYS] },
		{ "bytes_bytes", i->room.used[VT_SPACE_BYTES] },
		{ "bytes_environments", i->bytes_envs },
		{ "map_bytes", i->room.map }, { "read_only", i->restored },
		{ "scrub_rounds", s->rounds }, { "scrub_chunks", s->chunks },
		{ "scrub_bytes", s->bytes },
		{ "scrub_damaged",
		    s->damaged > s->was_damaged ? s->damaged : s->was_damaged },
		{ "scrub_round_seconds",
		    s->began == VT_TIME_NONE
			? 0
			: (uint64_t)((s->at - s->began) / 1000000) } };

	if (t->form == TEXT && s->names[0] != '\0')
		vt_buf_printf(
		    t->b, "damaged chunks, by number: %s\n", s->names);
	for (size_t k = 0; k < sizeof(figures) / sizeof(figures[0]); k++)
		if (t->form == JSON)
			vt_json_kuint(&t->j, figures[k].name, figures[k].n);
		else
			vt_buf_printf(t->b, "%s%s %" PRIu64 "\n",
			    t->form == METRICS ? "vanthu_" : "",
			    figures[k].name, figures[k].n);
}

static int
tell(struct vt_cli *cli, struct vt_store *store, struct told *t)
{
	struct vt_stats_work work[VT_STATS_KINDS];
	struct vt_store_info info;
	struct vt_scrub scrub;
	int rc;

	if ((rc = vt_store_info(store, &info, &cli->err)) != VT_OK ||
	    (rc = vt_store_scrubbed(store, &scrub, &cli->err)) != VT_OK)
		return rc;
	if (t->form == JSON) {
		vt_json_open(&t->j, t->b, true);
		vt_json_object(&t->j);
	}
	store_figures(t, &info, &scrub);
	if (t->form == JSON) {
		vt_json_key(&t->j, "agencies");
		vt_json_array(&t->j);
	}
	rc = vt_store_stats(store, agency, t, work, &cli->err);
	if (rc != VT_OK)
		return rc;
	if (t->form == JSON) {
		vt_json_end(&t->j);
		vt_json_key(&t->j, "work");
		vt_json_array(&t->j);
	}
	for (int k = 1; k < VT_STATS_KINDS; k++) {
		if (work[k].depth == 0)
			continue;
		work_of(t, vt_work_kind_name((enum vt_work_kind)k), &work[k]);
	}
	if (t->form == JSON) {
		vt_json_end(&t->j);
		vt_json_end(&t->j);
		vt_buf_putc(t->b, '\n');
	}
	return vt_cli_print(cli, t->b);
}

int
vt_cli_stats(struct vt_cli *cli)
{
	static const struct option options[] = {
		{ "metrics", no_argument, NULL, 256 },
		{ NULL, 0, NULL, 0 },
	};
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	VT_BUF_AUTO(out);
	struct told t = { .b = &out };
	char **operands;
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c != 256)
			return c == 'h' ? 0 : c;
		t.form = METRICS;
	}
	if ((rc = vt_cli_operands(cli, 1, 1, &operands, &n)) != VT_OK)
		return rc;
	if (cli->json)
		t.form = JSON;
	so.read_only = true;
	rc = vt_store_open(
	    operands[0], &so, vt_context_system(), &store, &cli->err);
	return rc != VT_OK ? rc : tell(cli, store, &t);
}
