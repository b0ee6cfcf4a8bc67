/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times: microseconds since 1970-01-01T00:00:00Z, leap seconds ignored.
 * Vietnam is UTC+7 without daylight saving, all year, since 1975. */
#ifndef VT_BASE_TIME_H
#define VT_BASE_TIME_H

#include <stdint.h>

#include "base/buf.h"

typedef int64_t vt_time;

#define VT_TIME_NONE  INT64_MIN
#define VT_TIME_S(s)  ((vt_time)(s) * 1000000)
#define VT_TIME_VN_S  (7 * 3600) /* offset of Vietnam, seconds */

struct vt_date {
	int year, month, day;     /* 1..12, 1..31 */
	int hour, minute, second; /* of the day, in the offset asked for */
	int micro;
};

/* Calendar fields of t at an offset east of UTC in seconds. */
struct vt_date vt_time_date(vt_time t, int offset_s);

/* Inverse; fields must be in range. */
vt_time vt_time_from_date(const struct vt_date *d, int offset_s);

/* RFC 3339, whole seconds unless micro is not 0:
 * 2026-03-02T08:12:45+07:00 or ...Z for offset 0. */
void vt_time_rfc3339(vt_time t, int offset_s, struct vt_buf *ret);
VT_NODISCARD int vt_time_parse_rfc3339(const char *s, vt_time *ret,
    struct vt_err *reterr);

/* "2026-03-02": its first moment in Vietnam; VT_TIME_NONE: not a day. */
vt_time vt_time_parse_day(const char *s);

/* PDF date (ISO 32000-1 §7.9.4), e.g. D:20260302081245+07'00' */
void vt_time_pdf(vt_time t, int offset_s, struct vt_buf *ret);

#endif
