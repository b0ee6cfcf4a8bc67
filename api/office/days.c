/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Working days: weekends, and the operator's list of holidays. */
#include "api/office/books.h"
#include "api/office/house.h"
#include "api/office/office_priv.h"
#include "base/cbor.h"
#include "base/text.h"

#define DAY VT_TIME_S(86400)

static void
day_text(vt_time t, char ret[11])
{
	struct vt_date d = vt_time_date(t, VT_TIME_VN_S);

	(void)snprintf(ret, 11, "%04u-%02u-%02u", (unsigned)d.year % 10000,
	    (unsigned)d.month % 100, (unsigned)d.day % 100);
}

static int
check_day(const char *day, struct vt_err *reterr)
{
	char back[11];
	vt_time t = vt_time_parse_day(day);

	if (t != VT_TIME_NONE) {
		day_text(t, back);
		if (strcmp(back, day) == 0)
			return VT_OK;
	}
	return vt_err_set(reterr, VT_E_INVALID,
	    "holiday \"%.20s\": a day as YYYY-MM-DD wanted", day);
}

/* Version 1: 2 name, 3 worked. */
static void
holiday_encode(const struct vt_holiday *h, struct vt_buf *ret)
{
	struct vt_cbor_map_writer w;

	vt_cbor_map_begin(&w, ret);
	vt_cbor_key(&w, 1);
	vt_cbor_uint(ret, 1);
	vt_cbor_key(&w, 2);
	vt_cbor_str(ret, h->name);
	if (h->work) {
		vt_cbor_key(&w, 3);
		vt_cbor_bool(ret, true);
	}
	vt_cbor_map_end(&w);
}

static int
holiday_decode(
    const struct vt_entry *e, struct vt_holiday *ret, struct vt_err *reterr)
{
	struct vt_holiday h = { .work = false };
	struct vt_cbor_map_reader m;
	struct vt_cbor c;
	uint64_t key;
	int rc;

	vt_cbor_open(&c, e->value);
	vt_cbor_map_open(&m, &c);
	while (vt_cbor_next(&m, &key)) {
		switch (key) {
		case 1:
			if (vt_cbor_get_uint(&c) != 1)
				vt_cbor_fail(&c, "a newer version");
			break;
		case 2:
			vt_cbor_get_str(&c, h.name, sizeof(h.name));
			break;
		case 3:
			h.work = vt_cbor_get_bool(&c);
			break;
		default:
			vt_cbor_fail(&c, "unknown field");
		}
	}
	if ((rc = vt_cbor_finish(&c, "holiday", reterr)) != VT_OK)
		return rc;
	if (e->key.n >= sizeof(h.day))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "holiday: a key of %zu bytes", e->key.n);
	memcpy(h.day, e->key.p, e->key.n);
	*ret = h;
	return VT_OK;
}

static int
change(struct vt_store *s, const char *day, struct vt_span value,
    struct vt_err *reterr)
{
	struct vt_entry_change c = { .kind = VT_ENTRY_HOLIDAY,
		.store_wide = true,
		.key = vt_span_str(day),
		.value = value };
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_ENTRY };
	struct vt_act act = { .agency_no = 1, .steps = &step, .n_steps = 1 };
	int rc;

	step.u.entry.changes = &c;
	step.u.entry.n = 1;
	rc = vt_store_do(s, &act, &res, reterr);
	vt_act_result_free(&res);
	return rc;
}

int
vt_office_holiday_set(
    struct vt_store *s, const struct vt_holiday *h, struct vt_err *reterr)
{
	VT_BUF_AUTO(value);
	int rc;

	if ((rc = check_day(h->day, reterr)) != VT_OK)
		return rc;
	if (h->name[0] == '\0')
		return vt_err_set(reterr, VT_E_INVALID,
		    "holiday %s: its name wanted", h->day);
	holiday_encode(h, &value);
	if ((rc = vt_buf_status(&value, reterr)) != VT_OK)
		return rc;
	return change(s, h->day, vt_buf_view(&value), reterr);
}

int
vt_office_holiday_remove(
    struct vt_store *s, const char *day, struct vt_err *reterr)
{
	int rc = check_day(day, reterr);

	return rc == VT_OK ? change(s, day, VT_SPAN(NULL, 0), reterr) : rc;
}

int
vt_office_holiday_list(struct vt_view *v, const char *after,
    struct vt_holiday *ret, size_t max, size_t *ret_n, struct vt_err *reterr)
{
	struct vt_entry_range range = { .kind = VT_ENTRY_HOLIDAY,
		.after = vt_span_str(after) };
	struct vt_entry e;
	size_t found = 0, n;
	int rc;

	while (found < max) {
		rc = vt_entry_list(v, &range, &e, 1, &n, reterr);
		if (rc != VT_OK)
			return rc;
		if (n == 0)
			break;
		if ((rc = holiday_decode(&e, &ret[found++], reterr)) != VT_OK)
			return rc;
		range.after = e.key;
	}
	*ret_n = found;
	return VT_OK;
}

/* 0 Sunday to 6 Saturday; 1970-01-01 was a Thursday. */
static int
weekday(vt_time t)
{
	int64_t days = (t + VT_TIME_S(VT_TIME_VN_S)) / DAY;

	return (int)((days + 4) % 7);
}

static int
is_worked(struct vt_view *v, vt_time t, bool *ret, struct vt_err *reterr)
{
	struct vt_err err = VT_ERR_INIT;
	struct vt_holiday h;
	struct vt_entry e;
	char day[11];
	int wd = weekday(t), rc;

	*ret = wd != 0 && wd != 6;
	day_text(t, day);
	rc = vt_entry_get(v, VT_ENTRY_HOLIDAY, 0, vt_span_str(day), &e, &err);
	if (rc == VT_E_NOT_FOUND)
		return VT_OK;
	if (rc == VT_OK)
		rc = holiday_decode(&e, &h, &err);
	if (rc == VT_OK)
		*ret = h.work;
	else if (reterr != NULL)
		*reterr = err;
	return rc;
}

int
vt_office_next_working_day(
    struct vt_view *v, vt_time t, vt_time *ret, struct vt_err *reterr)
{
	char day[11];
	vt_time at;
	bool worked;
	int rc;

	day_text(t, day);
	at = vt_time_parse_day(day);
	for (size_t i = 0; i < VT_L(HOLIDAYS_RUN_MAX); i++) {
		at += DAY;
		if ((rc = is_worked(v, at, &worked, reterr)) != VT_OK)
			return rc;
		if (worked) {
			*ret = at + DAY;
			return VT_OK;
		}
	}
	return vt_err_set(reterr, VT_E_LIMIT,
	    "no working day in the %zu days after %s (HOLIDAYS_RUN_MAX): the "
	    "list of holidays is wrong",
	    VT_L(HOLIDAYS_RUN_MAX), day);
}
