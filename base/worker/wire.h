/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes and descriptors over Unix sockets with a deadline. All return 0 (or
 * a count) or a negative errno: -ETIMEDOUT past the deadline, -EPIPE when the
 * other end is gone. deadline_us: of vt_wire_now(), or VT_WIRE_FOREVER.
 * Descriptors received are close-on-exec and owned by the caller.
 */
#ifndef VT_BASE_WORKER_WIRE_H
#define VT_BASE_WORKER_WIRE_H

#include "base/err.h"
#include "base/span.h"

#define VT_WIRE_FOREVER INT64_MAX
#define VT_WIRE_FDS     4   /* most descriptors in one message */
#define VT_WIRE_PACKET  128 /* longest packet of a control socket */

int64_t vt_wire_now(void); /* monotonic, microseconds */

/* Stream sockets: sends head then body; fds ride on the first byte. */
VT_NODISCARD int vt_wire_send(int fd, int64_t deadline_us, struct vt_span head,
    struct vt_span body, const int *fds, size_t n_fds);

/* Exactly n bytes; descriptors sent along are dropped by the kernel. */
VT_NODISCARD int vt_wire_recv(int fd, int64_t deadline_us, void *p, size_t n);

/*
 * Exactly n bytes and the descriptors with them. Waits forever, in the call
 * itself. -EPROTO when descriptors were lost.
 */
VT_NODISCARD int vt_wire_recv_fds(
    int fd, void *p, size_t n, int ret_fds[static VT_WIRE_FDS], size_t *ret_n);

/* Packet sockets: one message, never blocking on send. */
VT_NODISCARD int vt_wire_packet_send(
    int fd, struct vt_span packet, const int *fds, size_t n_fds);
VT_NODISCARD int vt_wire_packet_recv(int fd, int64_t deadline_us,
    uint8_t ret[static VT_WIRE_PACKET], int ret_fds[static VT_WIRE_FDS],
    size_t *ret_n);

/* Closes each and sets it to -1. */
void vt_wire_close_all(int *fds, size_t n);

#endif
