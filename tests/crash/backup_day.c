/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One thing done, to be disturbed by backup_break: backup_day ROOT VERB.
 *
 *	backup	one more increment of ROOT/data into ROOT/place
 *	restore	the first increment into ROOT/out
 *	follow	ROOT/standby goes on to the newest increment
 *	promote	ROOT/standby is promoted
 *	repair	damaged chunks of ROOT/data come back from ROOT/place
 *
 * Exit status 0 done, 1 failed and said why, 2 failed without a word.
 */
#include "docstore/backup.h"
#include "tests/unit/docstore/fixture.h"

static struct world w;
static char at[5][600]; /* data, place, keys, out, standby */

static void
tell(void *arg, const char *line)
{
	(void)arg;
	(void)line;
}

static int
with_store(const char *verb, struct vt_err *err)
{
	struct vt_backup_options bo = { .place = at[1], .keys = at[2] };
	struct vt_repair_options ro = {
		.place = at[1], .keys = at[2], .told = tell
	};
	struct vt_store_options o = options;
	struct vt_store *s = NULL;
	struct vt_backup_report b;
	struct vt_repair_report r;
	int rc;

	o.read_only = strcmp(verb, "backup") == 0;
	if ((rc = vt_store_open(at[0], &o, &w.ctx, &s, err)) != VT_OK)
		return rc;
	rc = o.read_only ? vt_backup_take(s, &bo, &b, err)
			 : vt_store_repair(s, &ro, &r, err);
	vt_store_close(s);
	return rc;
}

static int
out_of_place(const char *verb, const char *key, struct vt_err *err)
{
	struct vt_restore_options o = { .place = at[1],
		.keys = at[2],
		.key_file = key,
		.map_size = options.map_size };
	struct vt_restore_report r;
	bool changed;

	if (strcmp(verb, "restore") == 0) {
		o.number = 1;
		return vt_backup_restore(at[3], &o, &w.ctx, &r, err);
	}
	return strcmp(verb, "follow") == 0
		   ? vt_backup_follow(at[4], &o, &w.ctx, &changed, &r, err)
		   : vt_backup_promote(at[4], &o, &w.ctx, &r, err);
}

int
main(int argc, char **argv)
{
	static const char *const names[] = { "data", "place", "keys", "out",
		"standby" };
	struct vt_err err = VT_ERR_INIT;
	char key[700];
	int rc;

	if (argc != 3 || vt_base_init(&err) != VT_OK)
		return 64;
	world_init(&w);
	w.now += VT_TIME_S(86400);
	w.drawn = 1000000; /* not what was drawn when it was made */
	for (size_t i = 0; i < 5; i++)
		(void)snprintf(
		    at[i], sizeof(at[i]), "%s/%s", argv[1], names[i]);
	(void)snprintf(key, sizeof(key), "%s/store.key", argv[1]);
	rc = strcmp(argv[2], "backup") == 0 || strcmp(argv[2], "repair") == 0
		 ? with_store(argv[2], &err)
		 : out_of_place(argv[2], key, &err);
	if (rc == VT_OK)
		return 0;
	(void)fprintf(stderr, "%s: %d %s\n", argv[2], rc, err.msg);
	return err.msg[0] != '\0' && err.code == rc ? 1 : 2;
}
