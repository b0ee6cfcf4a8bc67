/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory files are counted as long as they are open, and only so long. */
#include <sys/mman.h>
#include <unistd.h>

#include "api/office/held.h"
#include "base/limits.h"
#include "tests/tap.h"

static int
file(void)
{
	int fd = memfd_create("paper", MFD_CLOEXEC);

	tap_need(fd >= 0, "a memory file");
	return fd;
}

int
main(void)
{
	const uint64_t quarter = VT_L(PAPER_MEMORY_MAX) / 4;
	struct vt_err err = VT_ERR_INIT;
	static struct vt_held h;
	int fd[5], again;

	vt_held_init(&h);
	for (int i = 0; i < 4; i++) {
		fd[i] = file();
		tap_call(vt_held_admit(&h, fd[i], quarter, &err), &err,
		    "quarter %d", i + 1);
	}
	fd[4] = file();
	tap_code(vt_held_admit(&h, fd[4], 1, &err), VT_E_BUSY, &err,
	    "one byte more");
	(void)close(fd[1]);
	/* the lowest free number: that of the file just closed */
	again = file();
	tap_eq_int(again, fd[1], "another file has its descriptor now");
	tap_call(vt_held_admit(&h, fd[4], quarter, &err), &err,
	    "a closed file is not counted, though its number is open");
	tap_code(
	    vt_held_admit(&h, again, 1, &err), VT_E_BUSY, &err, "full again");
	for (int i = 0; i < 5; i++)
		if (i != 1)
			(void)close(fd[i]);
	tap_call(vt_held_admit(&h, again, 8 * quarter, &err), &err,
	    "a larger one goes alone");
	fd[0] = file();
	tap_code(vt_held_admit(&h, fd[0], 1, &err), VT_E_BUSY, &err,
	    "with nothing beside it");
	(void)close(again);
	tap_call(vt_held_admit(&h, fd[0], 1, &err), &err, "until it is closed");
	again = file();
	tap_code(vt_held_admit(&h, again, UINT64_MAX, &err), VT_E_BUSY, &err,
	    "no size overflows the sum");
	(void)close(again);
	(void)close(fd[0]);
	vt_held_fini(&h);
	return tap_done();
}
