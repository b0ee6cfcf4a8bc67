/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/time.h"

#include <stdio.h>

#define DAY_S          86400
#define DAYS_400_YEARS 146097 /* the Gregorian calendar repeats after it */
#define DAYS_TO_1970   719468 /* from 0000-03-01 */

static int64_t
floor_div(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return a % b < 0 ? q - 1 : q;
}

/*
 * Years are counted from 1 March, so that the leap day is the last of its
 * year and month lengths follow 153 days a five months.
 */
static void
date_of_days(int64_t days, struct vt_date *d)
{
	int64_t z = days + DAYS_TO_1970;
	int64_t era = floor_div(z, DAYS_400_YEARS);
	int64_t day = z - era * DAYS_400_YEARS; /* 0..146096 */
	int64_t year =
	    (day - day / 1460 + day / 36524 - day / 146096) / 365; /* 0..399 */
	int64_t doy = day - (365 * year + year / 4 - year / 100);
	int64_t m = (5 * doy + 2) / 153; /* 0 is March */

	d->day = (int)(doy - (153 * m + 2) / 5 + 1);
	d->month = (int)(m < 10 ? m + 3 : m - 9);
	d->year = (int)(era * 400 + year + (d->month <= 2 ? 1 : 0));
}

static int64_t
days_of_date(const struct vt_date *d)
{
	int64_t y = (int64_t)d->year - (d->month <= 2 ? 1 : 0);
	int64_t era = floor_div(y, 400), year = y - era * 400;
	int64_t m = d->month > 2 ? d->month - 3 : d->month + 9;
	int64_t doy = (153 * m + 2) / 5 + d->day - 1;

	return era * DAYS_400_YEARS + year * 365 + year / 4 - year / 100 + doy -
	       DAYS_TO_1970;
}

struct vt_date
vt_time_date(vt_time t, int offset_s)
{
	/* Split before the offset is added: no overflow at either end. */
	int64_t s = floor_div(t, 1000000), days, rest;
	int micro = (int)(t % 1000000);
	struct vt_date d = { .micro = micro < 0 ? micro + 1000000 : micro };

	s += offset_s;
	days = floor_div(s, DAY_S);
	rest = s - days * DAY_S;
	date_of_days(days, &d);
	d.hour = (int)(rest / 3600);
	d.minute = (int)(rest / 60 % 60);
	d.second = (int)(rest % 60);
	return d;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static bool
in_range(const struct vt_date *d)
{
	return d->year >= -290000 && d->year <= 290000 && d->month >= 1 &&
	       d->month <= 12 && d->day >= 1 &&
	       d->day <= days_in_month(d->year, d->month) && d->hour >= 0 &&
	       d->hour <= 23 && d->minute >= 0 && d->minute <= 59 &&
	       d->second >= 0 && d->second <= 59 && d->micro >= 0 &&
	       d->micro <= 999999;
}

vt_time
vt_time_from_date(const struct vt_date *d, int offset_s)
{
	int64_t s;

	VT_ASSERT(in_range(d));
	s = days_of_date(d) * DAY_S + (int64_t)d->hour * 3600 +
	    (int64_t)d->minute * 60 + d->second - offset_s;
	return VT_TIME_S(s) + d->micro;
}

static char *
put_digits(char *p, int v, int n)
{
	for (int i = n - 1; i >= 0; i--, v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + n;
}

/* Two digits behind a mark. */
static char *
put_field(char *p, char mark, int v)
{
	*p = mark;
	return put_digits(p + 1, v, 2);
}

#define RFC3339_MAX 40

/* Years beyond 0..9999 have no RFC 3339 form; they are printed as they are,
 * and vt_time_parse_rfc3339 refuses them. */
void
vt_time_rfc3339(vt_time t, int offset_s, struct vt_buf *ret)
{
	struct vt_date d = vt_time_date(t, offset_s);
	int off = offset_s < 0 ? -offset_s : offset_s;
	char text[RFC3339_MAX], *p = text;

	if (d.year < 0 || d.year > 9999)
		vt_buf_printf(ret, "%04d", d.year);
	else
		p = put_digits(p, d.year, 4);
	p = put_field(p, '-', d.month);
	p = put_field(p, '-', d.day);
	p = put_field(p, 'T', d.hour);
	p = put_field(p, ':', d.minute);
	p = put_field(p, ':', d.second);
	if (d.micro != 0) {
		*p++ = '.';
		p = put_digits(p, d.micro, 6);
	}
	if (offset_s == 0) {
		*p++ = 'Z';
	} else {
		p = put_field(p, offset_s < 0 ? '-' : '+', off / 3600);
		p = put_field(p, ':', off / 60 % 60);
	}
	vt_buf_put(ret, text, (size_t)(p - text));
}

void
vt_time_pdf(vt_time t, int offset_s, struct vt_buf *ret)
{
	struct vt_date d = vt_time_date(t, offset_s);
	int off = offset_s < 0 ? -offset_s : offset_s;

	vt_buf_printf(ret, "D:%04d%02d%02d%02d%02d%02d%c%02d'%02d'", d.year,
	    d.month, d.day, d.hour, d.minute, d.second,
	    offset_s < 0 ? '-' : '+', off / 3600, off / 60 % 60);
}

/* Reads exactly n digits at *s. */
static bool
number(const char **s, int n, int *ret)
{
	int v = 0;

	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		v = v * 10 + (**s - '0');
	}
	*ret = v;
	return true;
}

static bool
literal(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* time-secfrac: one to nine digits, of which six count. */
static bool
fraction(const char **s, int *ret_micro)
{
	int scale = 100000, n = 0;

	*ret_micro = 0;
	if (!literal(s, '.'))
		return true;
	for (; **s >= '0' && **s <= '9'; (*s)++, n++) {
		*ret_micro += (**s - '0') * scale;
		scale /= 10;
	}
	return n >= 1 && n <= 9;
}

static bool
offset(const char **s, int *ret_offset)
{
	int sign = 1, h, m;

	*ret_offset = 0;
	if (literal(s, 'Z') || literal(s, 'z'))
		return true;
	if (literal(s, '-'))
		sign = -1;
	else if (!literal(s, '+'))
		return false;
	if (!number(s, 2, &h) || !literal(s, ':') || !number(s, 2, &m) ||
	    h > 23 || m > 59)
		return false;
	*ret_offset = sign * (h * 3600 + m * 60);
	return true;
}

int
vt_time_parse_rfc3339(const char *s, vt_time *ret, struct vt_err *reterr)
{
	const char *p = s;
	struct vt_date d = { 0 };
	int off;

	if (!number(&p, 4, &d.year) || !literal(&p, '-') ||
	    !number(&p, 2, &d.month) || !literal(&p, '-') ||
	    !number(&p, 2, &d.day) || !(literal(&p, 'T') || literal(&p, 't')) ||
	    !number(&p, 2, &d.hour) || !literal(&p, ':') ||
	    !number(&p, 2, &d.minute) || !literal(&p, ':') ||
	    !number(&p, 2, &d.second) || !fraction(&p, &d.micro) ||
	    !offset(&p, &off) || *p != '\0')
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "time: RFC 3339 §5.6: wanted 2026-03-02T08:12:45+07:00, "
		    "found \"%.40s\"",
		    s);
	if (!in_range(&d))
		return vt_err_set(reterr, VT_E_SYNTAX,
		    "time: RFC 3339 §5.7: a field of \"%.40s\" is out of range",
		    s);
	*ret = vt_time_from_date(&d, off);
	return VT_OK;
}

vt_time
vt_time_parse_day(const char *s)
{
	char text[sizeof("2026-03-02T00:00:00+07:00")];
	vt_time t;

	if (strlen(s) != 10)
		return VT_TIME_NONE;
	(void)snprintf(text, sizeof(text), "%sT00:00:00+07:00", s);
	return vt_time_parse_rfc3339(text, &t, NULL) == VT_OK ? t
							      : VT_TIME_NONE;
}
