/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vanthu holiday: days on which no work is done, on a store at rest. */
#include "api/cli/cli.h"
#include "api/office/books.h"
#include "base/text.h"

enum { O_WORK = 256, O_REMOVE };

static const struct option options[] = {
	{ "work", no_argument, NULL, O_WORK },
	{ "remove", no_argument, NULL, O_REMOVE },
	{ NULL, 0, NULL, 0 },
};

static int
list(struct vt_cli *cli, struct vt_store *s)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_holiday h[32];
	char after[11] = "";
	size_t n;
	int rc;

	if ((rc = vt_view_begin(s, &v, &cli->err)) != VT_OK)
		return rc;
	do {
		rc = vt_office_holiday_list(v, after, h, 32, &n, &cli->err);
		if (rc != VT_OK)
			return rc;
		for (size_t i = 0; i < n; i++) {
			printf("%s %s %s\n", h[i].day,
			    h[i].work ? "work" : "free", h[i].name);
			memcpy(after, h[i].day, sizeof(after));
		}
	} while (n == 32);
	return VT_OK;
}

int
vt_cli_holiday(struct vt_cli *cli)
{
	VT_CLEANUP(vt_store_close) struct vt_store *store = NULL;
	struct vt_store_options so = VT_STORE_OPTIONS_INIT;
	struct vt_holiday h = { .work = false };
	bool remove = false;
	char **operands;
	int c, n, rc;

	while ((c = vt_cli_option(cli, options)) != -1) {
		if (c == O_WORK)
			h.work = true;
		else if (c == O_REMOVE)
			remove = true;
		else
			return c == 'h' ? 0 : c;
	}
	if ((rc = vt_cli_operands(cli, 1, 3, &operands, &n)) != VT_OK)
		return rc;
	if ((n == 2) != remove)
		return vt_err_set(&cli->err, VT_E_USAGE,
		    "holiday: DAY NAME to set one, DAY --remove to take it "
		    "away, neither to list");
	if ((rc = vt_store_open(operands[0], &so, vt_context_system(), &store,
		 &cli->err)) != VT_OK)
		return rc;
	if (n == 1)
		return list(cli, store);
	if (remove)
		return vt_office_holiday_remove(store, operands[1], &cli->err);
	vt_text_fit(h.day, sizeof(h.day), operands[1]);
	if (strlen(operands[1]) >= sizeof(h.day))
		h.day[0] = '\0'; /* refused as no day */
	vt_text_fit(h.name, sizeof(h.name), operands[2]);
	return vt_office_holiday_set(store, &h, &cli->err);
}
