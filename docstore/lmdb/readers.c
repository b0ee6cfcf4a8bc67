/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Readers keep the pages of the state that they look at; as long as one does,
 * what writers free since is not used again, and the file grows. A view ends
 * after a second (VIEW_US); a backup, a check or a count of another process
 * may take long, and a process that was killed leaves its slot behind.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "docstore/lmdb/lmdb_priv.h"

struct old {
	uint64_t last; /* transaction of the environment */
	uint64_t behind;
	long pid;
};

/* A line a slot: process, thread in hex, transaction or "-". */
static int
line(const char *text, void *arg)
{
	struct old *o = arg;
	uint64_t at;
	long pid;

	if (sscanf(text, "%ld %*x %" SCNu64, &pid, &at) == 2 && /* NOLINT */
	    o->last > at && o->last - at > o->behind) {
		o->behind = o->last - at;
		o->pid = pid;
	}
	return 0;
}

void
vt_lmdb_readers(MDB_env *env, const char *name)
{
	struct old o = { .behind = 0 };
	MDB_envinfo info;
	int dead = 0;

	if (mdb_reader_check(env, &dead) == 0 && dead > 0)
		vt_log(VT_LEVEL_INFO, "store.readers", "cleared=%d space=%s",
		    dead, name);
	if (mdb_env_info(env, &info) != 0)
		return;
	o.last = info.me_last_txnid;
	if (mdb_reader_list(env, line, &o) >= 0 &&
	    o.behind >= VT_LMDB_READER_OLD)
		vt_log(VT_LEVEL_WARN, "store.reader",
		    "pid=%ld%s behind=%" PRIu64 " space=%s", o.pid,
		    o.pid == (long)getpid() ? " (this one)" : "", o.behind,
		    name);
}
