/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calendar, RFC 3339 and PDF dates, at their edges. */
#include <time.h>

#include "base/time.h"
#include "tests/tap.h"

static void
test_against_libc(void)
{
	int bad = 0;

	/* Every 12.3 hours of the years 1600 to 2500, beside gmtime_r. */
	for (int64_t s = -11676096000; s < 16725225600; s += 44321) {
		struct vt_date d = vt_time_date(VT_TIME_S(s) + 123456, 0);
		time_t t = (time_t)s;
		struct tm tm;

		gmtime_r(&t, &tm);
		if (d.year != tm.tm_year + 1900 || d.month != tm.tm_mon + 1 ||
		    d.day != tm.tm_mday || d.hour != tm.tm_hour ||
		    d.minute != tm.tm_min || d.second != tm.tm_sec ||
		    d.micro != 123456 ||
		    vt_time_from_date(&d, 0) != VT_TIME_S(s) + 123456)
			bad++;
	}
	tap_eq_int(bad, 0, "the calendar of libc, there and back");
}

static void
test_edges(void)
{
	static const vt_time edge[] = { INT64_MIN, INT64_MIN + 1, -1, 0, 1,
		INT64_MAX };
	struct vt_date d;
	vt_time t = 0;
	VT_BUF_AUTO(b);
	struct vt_err e = VT_ERR_INIT;

	for (size_t i = 0; i < sizeof(edge) / sizeof(edge[0]); i++) {
		d = vt_time_date(edge[i], VT_TIME_VN_S);
		tap_ok(d.month >= 1 && d.month <= 12 && d.day >= 1 &&
			   d.day <= 31 && d.hour >= 0 && d.hour <= 23 &&
			   d.micro >= 0 && d.micro <= 999999,
		    "%" PRId64 " has a date: year %d", edge[i], d.year);
	}
	d = vt_time_date(-1, 0);
	tap_ok(d.year == 1969 && d.month == 12 && d.day == 31 &&
		   d.second == 59 && d.micro == 999999,
	    "one microsecond before 1970");

	/* The year in Vietnam begins at 17:00 UTC of the day before. */
	tap_call(vt_time_parse_rfc3339("2025-12-31T17:00:00Z", &t, &e), &e,
	    "new year's eve");
	tap_eq_int(vt_time_date(t, VT_TIME_VN_S).year, 2026, "2026 in UTC+7");
	tap_eq_int(vt_time_date(t - 1, VT_TIME_VN_S).year, 2025,
	    "one microsecond earlier still 2025");
	vt_time_rfc3339(t, VT_TIME_VN_S, &b);
	tap_eq_str(vt_buf_str(&b), "2026-01-01T00:00:00+07:00", "written");
}

static void
test_write(void)
{
	vt_time t = VT_TIME_S(1772413965); /* 2026-03-02T01:12:45Z */
	VT_BUF_AUTO(b);

	vt_time_rfc3339(t, VT_TIME_VN_S, &b);
	tap_eq_str(vt_buf_str(&b), "2026-03-02T08:12:45+07:00", "UTC+7");
	vt_buf_reset(&b);
	vt_time_rfc3339(t + 1, 0, &b);
	tap_eq_str(vt_buf_str(&b), "2026-03-02T01:12:45.000001Z", "a fraction");
	vt_buf_reset(&b);
	vt_time_rfc3339(t, -(3 * 3600 + 1800), &b);
	tap_eq_str(vt_buf_str(&b), "2026-03-01T21:42:45-03:30", "west");
	vt_buf_reset(&b);
	vt_time_pdf(t, VT_TIME_VN_S, &b);
	tap_eq_str(vt_buf_str(&b), "D:20260302081245+07'00'", "PDF");
	vt_buf_reset(&b);
	vt_time_pdf(t, -(3 * 3600 + 1800), &b);
	tap_eq_str(vt_buf_str(&b), "D:20260301214245-03'30'", "PDF, west");
}

static void
test_parse(void)
{
	static const struct {
		const char *s;
		vt_time t;
	} good[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01t07:00:00+07:00", 0 },
		{ "1969-12-31T23:59:59.999999z", -1 },
		{ "2024-02-29T00:00:00Z", 1709164800000000 },
		{ "2000-02-29T00:00:00Z", 951782400000000 },
		{ "1970-01-01T00:00:00.5Z", 500000 },
		{ "1970-01-01T00:00:00.123456789Z", 123456 },
		{ "9999-12-31T23:59:59Z", 253402300799000000 },
		{ "0000-01-01T00:00:00Z", -62167219200000000 },
	};
	static const char *const bad[] = { "", "2026", "2026-03-02",
		"2026-03-02T08:12:45", "2026-03-02 08:12:45Z",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
		"2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
		"2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
		"2026-01-01T00:00:60Z", "2026-01-01T00:00:00+24:00",
		"2026-01-01T00:00:00+0700", "2026-01-01T00:00:00.Z",
		"2026-01-01T00:00:00.1234567890Z", "2026-01-01T00:00:00Zx",
		" 2026-01-01T00:00:00Z", "-026-01-01T00:00:00Z",
		"2026-1-01T00:00:00Z", "2026-01-01T00:00:00+07:00:00" };
	struct vt_err e = VT_ERR_INIT;
	vt_time t = 42;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		tap_call(vt_time_parse_rfc3339(good[i].s, &t, &e), &e, "%s",
		    good[i].s);
		tap_eq_int(t, good[i].t, "its value");
	}
	t = 42;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		tap_code(vt_time_parse_rfc3339(bad[i], &t, &e), VT_E_SYNTAX, &e,
		    "refused: \"%s\"", bad[i]);
	tap_eq_int(t, 42, "the output is untouched");
}

static void
test_days(void)
{
	static const char *const bad[] = { "", "2026-3-02", "2026-02-29",
		"2026-03-02T", "2026-03-02 ", "02-03-2026", "2026-03-0x" };
	struct vt_err e = VT_ERR_INIT;
	vt_time t = 0;

	tap_call(vt_time_parse_rfc3339("2026-03-01T17:00:00Z", &t, &e), &e,
	    "midnight in Vietnam");
	tap_eq_int(vt_time_parse_day("2026-03-02"), t, "begins its day");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		tap_eq_int(vt_time_parse_day(bad[i]), VT_TIME_NONE,
		    "no day: \"%s\"", bad[i]);
}

int
main(void)
{
	test_against_libc();
	test_edges();
	test_write();
	test_parse();
	test_days();
	return tap_done();
}
