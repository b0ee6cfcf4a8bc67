/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People who come, change and go: who may, what waits for a second person, what
 * ends with somebody, and the last administrator. */
#include "api/office/people.h"

#include "api/office/accounts.h"
#include "api/office/delegation.h"
#include "api/office/house.h"
#include "api/office/identity.h"
#include "base/text.h"
#include "tests/unit/api/office/house.h"
#include "tests/unit/signing/pki.h"

#define DAY VT_TIME_S(86400)

static struct house h;
static struct vt_err err;

static const struct vt_post leader_post = { .position = "Giám đốc",
	.unit = "Ban Giám đốc",
	.roles = VT_ROLE_LEADER,
	.until = VT_TIME_NONE };
static const struct vt_post admin_post = {
	.position = "Chuyên viên", .roles = VT_ROLE_ADMIN, .until = VT_TIME_NONE
};

static int
does(const char *who, const vt_id *id, const struct vt_person_change *c)
{
	struct vt_actor a = house_actor(&h, who, h.here);
	struct vt_request rq = house_request(&h, &a);

	return vt_office_person_act(h.office, &rq, id, c, &err);
}

static int
operator(const vt_id *id, const struct vt_person_change *c)
{
	return vt_people_act(h.store, &h.w.ctx, id, c, &err);
}

static struct vt_person
person(const vt_id *id, struct vt_arena *a)
{
	struct vt_person p, kept = { .n_posts = 0 };
	struct vt_view *v;

	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_need(vt_person_get(v, id, &p, &err) == VT_OK &&
		     vt_person_keep(&p, a, &kept, &err) == VT_OK,
	    "a person %s", err.msg);
	kept.roles = p.roles; /* of today */
	vt_view_end(v);
	return kept;
}

static void
come(struct vt_arena *a)
{
	struct vt_actor admin = house_actor(&h, "admin", h.here);
	struct vt_actor officer = house_actor(&h, "officer", h.here);
	struct vt_person_new n = { .name = "Trần Thị Mới",
		.email = "moi@example",
		.post = leader_post };
	struct vt_person_change yes = { .act = VT_PERSON_CONFIRM, .no = 1 };
	struct vt_request rq = house_request(&h, &officer);
	struct vt_person p;
	vt_id id, again;

	tap_code(vt_office_person_add(h.office, &rq, &n, &id, &err),
	    VT_E_FORBIDDEN, &err, "an officer lets nobody in");
	rq = house_request(&h, &admin);
	n.post.roles = VT_ROLE_SYSTEM;
	tap_code(vt_office_person_add(h.office, &rq, &n, &id, &err),
	    VT_E_INVALID, &err, "a program is no person");
	n.post.roles = 0;
	tap_code(vt_office_person_add(h.office, &rq, &n, &id, &err),
	    VT_E_INVALID, &err, "nor is one without a role");
	n.post.roles = VT_ROLE_LEADER;
	n.post.until = h.w.now - 1;
	n.post.from = h.w.now;
	tap_code(vt_office_person_add(h.office, &rq, &n, &id, &err),
	    VT_E_INVALID, &err, "it ends after it began");
	n.post = leader_post;
	tap_call(vt_office_person_add(h.office, &rq, &n, &id, &err), &err,
	    "somebody comes");
	tap_call(vt_office_person_add(h.office, &rq, &n, &again, &err), &err,
	    "asked again");
	tap_ok(vt_id_eq(&id, &again), "the same person");
	tap_eq_int(person(&id, a).roles, 0, "without a right");
	tap_code(does("admin", &id, &yes), VT_E_FORBIDDEN, &err,
	    "who asked does not confirm");
	tap_code(does("officer", &id, &yes), VT_E_FORBIDDEN, &err,
	    "an officer neither");
	tap_call(does("leader", &id, &yes), &err, "the leader does");
	tap_eq_int(person(&id, a).roles, VT_ROLE_LEADER, "now it counts");
	p = person(&id, a);
	tap_ok(vt_id_is_zero(&p.asked_by), "nothing waits");
	tap_code(does("leader", &id, &yes), VT_E_OUT_OF_ORDER, &err,
	    "it waits no more");
	tap_eq_str(person(&id, a).email, "moi@example", "how to reach her");
}

static void
change(struct vt_arena *a)
{
	struct vt_person_change c = { .act = VT_PERSON_RENAME,
		.name = "Tên khác" };
	struct vt_person p;

	tap_call(does("admin", &h.officer, &c), &err, "another name");
	c = (struct vt_person_change){ .act = VT_PERSON_CONTACT,
		.phone = "+84 24" };
	tap_call(does("admin", &h.officer, &c), &err, "a telephone");
	p = person(&h.officer, a);
	tap_eq_str(p.name, "Tên khác", "the name");
	tap_eq_str(p.phone, "+84 24", "the number");
	tap_eq_int(p.n_tokens, 1, "everything else stays");
	tap_code(does("admin", &h.other_leader, &c), VT_E_PERSON_UNKNOWN, &err,
	    "another agency's are as absent");
	tap_code(does("admin", &h.system, &c), VT_E_INVALID, &err,
	    "a program is changed as a client");
	c = (struct vt_person_change){ .act = VT_PERSON_KEY, .key_ref = "x" };
	tap_code(does("admin", &h.leader, &c), VT_E_FORBIDDEN, &err,
	    "where a key lies says the operator");
	tap_call(operator(&h.leader, &c), &err, "who does");
	tap_eq_str(person(&h.leader, a).key_ref, "x", "there");
}

static void
posts(struct vt_arena *a)
{
	struct vt_person_change c = { .act = VT_PERSON_POST,
		.post = leader_post };
	struct vt_person_change end = { .act = VT_PERSON_POST_END, .no = 1 };
	struct vt_person p;
	vt_time before = h.w.now;
	struct vt_post own;

	h.w.now += DAY;
	c.post.roles = VT_ROLE_CLERK;
	c.post.from = h.w.now + DAY;
	c.post.until = h.w.now + 2 * DAY;
	tap_call(operator(&h.deputy, &c), &err, "clerk for a day, to come");
	tap_eq_int(person(&h.deputy, a).roles, VT_ROLE_OFFICER, "not yet");
	h.w.now += DAY;
	tap_eq_int(person(&h.deputy, a).roles, VT_ROLE_OFFICER | VT_ROLE_CLERK,
	    "then it counts");
	h.w.now += DAY;
	tap_eq_int(person(&h.deputy, a).roles, VT_ROLE_OFFICER, "and ends");
	tap_call(does("admin", &h.deputy, &end), &err, "the first one ends");
	tap_eq_int(person(&h.deputy, a).roles, 0, "nothing is left");
	tap_code(does("admin", &h.deputy, &end), VT_E_OUT_OF_ORDER, &err,
	    "an end is an end");
	end.no = 9;
	tap_code(does("admin", &h.deputy, &end), VT_E_NOT_FOUND, &err,
	    "no such post");
	c.post = leader_post;
	tap_call(
	    does("admin", &h.deputy, &c), &err, "another one is asked for");
	c = (struct vt_person_change){ .act = VT_PERSON_CONFIRM, .no = 3 };
	tap_call(does("leader", &h.deputy, &c), &err, "and confirmed");
	p = person(&h.deputy, a);
	tap_eq_int(p.roles, VT_ROLE_LEADER, "it counts");
	tap_eq_str(vt_person_post_at(&p, before, &own)->position, "",
	    "what was done before was done under the post before");
	tap_eq_str(vt_person_post_at(&p, h.w.now, &own)->position, "Giám đốc",
	    "and this one is this one's");
}

/* What was looked at for a time is not made longer by one person alone. */
static void
no_longer(void)
{
	struct vt_person_change more = { .act = VT_PERSON_POST,
		.post = leader_post };
	struct vt_person_change yes = { .act = VT_PERSON_CONFIRM, .no = 5 };
	struct vt_person_change end = { .act = VT_PERSON_POST_END, .no = 5 };

	more.post.until = h.w.now + 2 * DAY;
	tap_call(does("admin", &h.admin, &more), &err, "for two days");
	end.post.until = h.w.now + 7300 * DAY;
	tap_code(does("admin", &h.admin, &end), VT_E_INVALID, &err,
	    "longer is another post, while it waits");
	tap_call(does("leader", &h.admin, &yes), &err, "two are confirmed");
	tap_code(does("admin", &h.admin, &end), VT_E_INVALID, &err,
	    "and after that");
	end.post.until = more.post.until;
	tap_call(does("admin", &h.admin, &end), &err, "as it is: no change");
	end.post.until = h.w.now + DAY;
	tap_call(does("admin", &h.admin, &end), &err, "earlier counts at once");
	end.post.until = more.post.until;
	tap_call(operator(&h.admin, &end), &err, "the operator needs nobody");
	end.post.until = 0;
	tap_call(does("admin", &h.admin, &end), &err, "it ends");
}

/* Rights that one's own administrator asks for, and a second request beside. */
static void
two_persons(struct vt_arena *a)
{
	struct vt_person_change more = { .act = VT_PERSON_POST,
		.post = leader_post };
	struct vt_person_change yes = { .act = VT_PERSON_CONFIRM, .no = 2 };
	struct vt_person_change end = { .act = VT_PERSON_POST_END, .no = 2 };
	vt_id second;

	second = house_person(&h, h.here, "admin2", VT_ROLE_ADMIN);
	more.post.until = h.w.now + DAY;
	tap_call(does("admin", &h.admin, &more), &err, "for a day");
	tap_code(does("admin", &h.admin, &yes), VT_E_FORBIDDEN, &err,
	    "what is for a time waits, too");
	tap_code(does("admin2", &h.admin, &more), VT_E_OUT_OF_ORDER, &err,
	    "and nothing is asked beside it");
	tap_call(does("admin", &h.admin, &end), &err, "it is withdrawn");
	end.no = yes.no = 3;
	more.post.until = VT_TIME_NONE;
	tap_call(does("admin", &h.admin, &more), &err, "for himself");
	tap_code(does("admin", &h.admin, &yes), VT_E_FORBIDDEN, &err,
	    "not confirmed by himself");
	tap_code(does("admin2", &h.admin, &more), VT_E_OUT_OF_ORDER, &err,
	    "nothing is asked beside it");
	tap_call(does("admin2", &h.admin, &end), &err, "it is declined");
	tap_call(does("admin2", &h.admin, &more), &err, "asked by the other");
	yes.no = 4;
	tap_code(does("admin", &h.admin, &yes), VT_E_FORBIDDEN, &err,
	    "one does not confirm one's own post");
	tap_call(does("leader", &h.admin, &yes), &err, "the leader does");
	end.no = 4;
	tap_call(does("admin", &h.admin, &end), &err, "and it ends");
	no_longer();
	end.act = VT_PERSON_END;
	tap_call(does("admin", &second, &end), &err, "the second one leaves");
	tap_ok(!person(&second, a).active, "is gone");
}

static void
certificates(struct vt_arena *a)
{
	struct pki *ca = pki_ca(VT_KEY_ECDSA_P256_SHA256), *own, *other;
	struct vt_person_change c = { .act = VT_PERSON_CERT };
	struct vt_person_change yes = { .act = VT_PERSON_CONFIRM };
	struct vt_person p;

	own = pki_signer(VT_KEY_ECDSA_P256_SHA256, "Một", ca);
	other = pki_signer(VT_KEY_ECDSA_P256_SHA256, "Hai", ca);
	c.cert = pki_der(own);
	yes.hash = vt_sha256(c.cert);
	tap_call(operator(&h.leader, &c), &err, "the operator binds one");
	tap_eq_int(person(&h.leader, a).n_certs, 1, "bound at once");
	tap_code(operator(&h.leader, &c), VT_E_EXISTS, &err, "twice is not");
	tap_code(does("admin", &h.deputy, &c), VT_E_EXISTS, &err,
	    "nor to somebody else");
	c.cert = vt_span_str("no certificate");
	tap_ok(does("admin", &h.leader, &c) != VT_OK, "not just any bytes");
	c.cert = pki_der(other);
	tap_call(does("admin", &h.leader, &c), &err, "renewed");
	tap_eq_int(person(&h.leader, a).n_certs, 1, "it waits");
	tap_code(does("leader", &h.leader, &yes), VT_E_NOT_FOUND, &err,
	    "the one that does not");
	yes.hash = vt_sha256(c.cert);
	tap_code(does("admin", &h.leader, &yes), VT_E_FORBIDDEN, &err,
	    "who asked does not confirm");
	tap_call(does("leader", &h.leader, &yes), &err, "its holder does");
	p = person(&h.leader, a);
	tap_ok(p.n_certs == 2 && vt_span_eq(p.certs[1], pki_der(other)) &&
		   p.n_waiting == 0,
	    "the newest, beside the old one");
	yes.act = VT_PERSON_CERT_END;
	yes.hash = vt_sha256(pki_der(own));
	tap_call(does("admin", &h.leader, &yes), &err, "the old one ends");
	tap_eq_int(person(&h.leader, a).n_certs, 1, "one is left");
	tap_code(does("admin", &h.leader, &yes), VT_E_NOT_FOUND, &err,
	    "and ends once");
	pki_free(own);
	pki_free(other);
	pki_free(ca);
}

static void
last_admin(void)
{
	struct vt_person_change end = { .act = VT_PERSON_END };
	struct vt_person_change post = { .act = VT_PERSON_POST_END, .no = 1 };
	struct vt_person_change more = { .act = VT_PERSON_POST,
		.post = admin_post };

	tap_code(does("admin", &h.admin, &end), VT_E_LAST_ADMINISTRATOR, &err,
	    "the last administrator stays");
	tap_code(operator(&h.admin, &end), VT_E_LAST_ADMINISTRATOR, &err,
	    "the operator does not end him either");
	tap_code(does("admin", &h.admin, &post), VT_E_LAST_ADMINISTRATOR, &err,
	    "nor his post");
	more.post.from = h.w.now + DAY;
	tap_call(operator(&h.clerk, &more), &err, "one is to come");
	tap_code(does("admin", &h.admin, &end), VT_E_LAST_ADMINISTRATOR, &err,
	    "who is not there yet");
	post.post.until = h.w.now + 2 * DAY;
	tap_call(
	    does("admin", &h.admin, &post), &err, "but an end after that is");
	post.no = 2;
	post.post.until = h.w.now + 3 * DAY;
	tap_code(does("admin", &h.clerk, &post), VT_E_LAST_ADMINISTRATOR, &err,
	    "then the other one is the last");
}

/* Everything that would still let somebody in. */
static void
leave(struct vt_arena *a)
{
	struct vt_actor leader = house_actor(&h, "leader", h.here), x;
	struct vt_actor admin = house_actor(&h, "admin", h.here);
	VT_CLEANUP(vt_secret_free)
	struct vt_secret *pw = house_secret("mật khẩu dài và lạ");
	struct vt_delegation d = { .to = h.officer,
		.since = h.w.now,
		.until = h.w.now + DAY },
			     got;
	struct vt_person_change end = { .act = VT_PERSON_END };
	struct vt_identity_key key = vt_identity_oidc("https://id", "7");
	struct vt_account_info info;
	struct vt_identity who;
	struct vt_request rq;
	struct vt_view *v;
	vt_id id, gone = h.officer;

	tap_call(vt_account_add(
		     h.store, &h.w.ctx, "officer", &gone, pw, false, &err),
	    &err, "an account");
	rq = house_request(&h, &admin);
	tap_call(
	    vt_office_link_oidc(h.office, &rq, &gone, "https://id", "7", &err),
	    &err, "known elsewhere");
	vt_duties_add(&d.duties, VT_DUTY_SIGN);
	vt_text_fit(d.text, sizeof(d.text), "Giao ký thay");
	rq = house_request(&h, &leader);
	tap_call(vt_office_delegate(h.office, &rq, &d, &id, &err), &err,
	    "acts for the leader");
	rq = house_request(&h, &admin);
	tap_call(vt_office_person_act(h.office, &rq, &gone, &end, &err), &err,
	    "leaves");
	tap_call(vt_office_person_act(h.office, &rq, &gone, &end, &err), &err,
	    "the same request again");
	tap_call(does("admin", &gone, &end), &err, "another one too");
	tap_ok(vt_office_authenticate(h.office,
		   vt_span_str("token-of-officer-1"), &x, &err) != VT_OK,
	    "the token opens nothing");
	tap_call(vt_office_account(h.office, &admin, "officer", &info, &err),
	    &err, "the account stays");
	tap_ok(info.locked, "and is locked");
	tap_call(vt_office_delegation(h.office, &leader, &id, &got, &err), &err,
	    "the delegation stays to be read");
	tap_ok(got.revoked_at != VT_TIME_NONE &&
		   vt_id_eq(&got.revoked_by, &h.admin),
	    "and is revoked, by whom");
	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_code(vt_identity_find(v, &key, &who, &err), VT_E_IDENTITY_UNKNOWN,
	    &err, "the identity can be linked anew");
	vt_view_end(v);
	tap_ok(!person(&gone, a).active, "the person stays to be read");
	end.act = VT_PERSON_CONTACT;
	tap_code(does("admin", &gone, &end), VT_E_PERSON_UNKNOWN, &err,
	    "and is not changed any more");
	end.act = VT_PERSON_END;
	tap_call(
	    does("admin", &h.system, &end), &err, "a program of init may go");
}

/* Ends that are to come: one after another they leave nobody. */
static void
last_in_time(struct vt_arena *a)
{
	struct vt_person_change end = { .act = VT_PERSON_END };
	struct vt_person_change post = { .act = VT_PERSON_POST_END, .no = 1 };
	struct vt_person_change more = { .act = VT_PERSON_POST,
		.post = admin_post };
	vt_id one = house_person(&h, h.here, "admin3", VT_ROLE_ADMIN);
	vt_id two = house_person(&h, h.here, "admin4", VT_ROLE_ADMIN);

	h.w.now += DAY;
	post.post.until = h.w.now + 5 * DAY;
	tap_call(operator(&one, &post), &err, "one until the fifth day");
	tap_call(operator(&h.admin, &end), &err, "one and two are left");
	end.act = VT_PERSON_POST_END;
	end.no = 2;
	tap_call(operator(&h.clerk, &end), &err, "and the clerk is not");
	end = (struct vt_person_change){ .act = VT_PERSON_END };
	tap_code(operator(&two, &end), VT_E_LAST_ADMINISTRATOR, &err,
	    "the one who stays does not leave before one whose end is known");
	post.post.until = h.w.now + 9 * DAY;
	tap_code(operator(&two, &post), VT_E_LAST_ADMINISTRATOR, &err,
	    "nor is he the first whose end is after his");
	more.post.from = h.w.now + 3 * DAY;
	more.post.until = h.w.now + 7 * DAY;
	tap_call(operator(&h.clerk, &more), &err, "third to seventh");
	more.post.from = h.w.now + 8 * DAY;
	more.post.until = VT_TIME_NONE;
	tap_call(operator(&h.leader, &more), &err, "from the eighth on");
	tap_code(operator(&two, &end), VT_E_LAST_ADMINISTRATOR, &err,
	    "on the eighth there would be none");
	more.post.from = h.w.now + 7 * DAY;
	tap_call(operator(&h.leader, &more), &err, "from the seventh on");
	tap_call(operator(&two, &end), &err, "one takes over from the other");
	tap_ok(!person(&two, a).active, "and two is gone");
	end.act = VT_PERSON_POST_END;
	end.no = 3;
	tap_code(operator(&h.leader, &end), VT_E_LAST_ADMINISTRATOR, &err,
	    "nor is one ended who is to come and be the last");
}

static size_t
books(uint32_t agency)
{
	struct vt_series list[8];
	struct vt_view *v;
	size_t n = 0;

	tap_need(vt_view_begin(h.store, &v, &err) == VT_OK, "view");
	tap_call(vt_series_list(v, agency, list, 8, &n, &err), &err, "books");
	vt_view_end(v);
	return n;
}

/* An agency whose making was cut off before its books were open. */
static void
half_agency(void)
{
	struct vt_act_result res = VT_ACT_RESULT_INIT;
	struct vt_step step = { .kind = VT_STEP_AGENCY };
	struct vt_act act = { .steps = &step, .n_steps = 1 };
	struct vt_agency_name n = { .code = "H99.88", .name = "Sở Nửa" };
	struct vt_agency_name *m = &step.u.agency.name;
	uint32_t no = 0, half;

	n.short_name = "SN";
	n.place = "An Mẫu";
	*m = n;
	step.u.agency.key_ref = "";
	tap_call(vt_store_do(h.store, &act, &res, &err), &err, "half of one");
	half = res.agency_no;
	vt_act_result_free(&res);
	tap_eq_int(books(half), 0, "it has no books");
	tap_call(vt_office_add_agency(h.store, &n, NULL, 0, "", &no, &err),
	    &err, "asked again, it is completed");
	tap_eq_int(no, half, "the same one");
	tap_eq_int(books(half), 2, "with both books");
	tap_code(vt_office_add_agency(h.store, &n, NULL, 0, "", &no, &err),
	    VT_E_EXISTS, &err, "once complete it is there");

	m->code = "H99.89";
	tap_call(vt_store_do(h.store, &act, &res, &err), &err, "another half");
	half = res.agency_no;
	vt_act_result_free(&res);
	tap_call(vt_office_open_books(h.store, half, &no, &err), &err, "books");
	tap_eq_int(no, 2, "two were opened");
	tap_call(vt_office_open_books(h.store, half, &no, &err), &err, "again");
	tap_eq_int(no, 0, "nothing is to be done");
	tap_eq_int(books(half), 2, "both, once");
}

int
main(void)
{
	struct vt_arena *a;

	house_begin(&h);
	a = vt_arena_new((size_t)8 << 20);
	tap_need(a != NULL, "memory");
	come(a);
	change(a);
	posts(a);
	two_persons(a);
	certificates(a);
	leave(a);
	last_admin();
	last_in_time(a);
	half_agency();
	tap_eq_int(findings(h.store, true), 0, "check is clean");
	vt_arena_free(a);
	house_end(&h);
	return tap_done();
}
