/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People of the caller's agency: who they are, and, by administrators, who
 * comes, changes and goes. */
#include "api/office/people.h"
#include "api/v1/v1_priv.h"

#define PEOPLE_MAX 200

static void
certificates_out(
    struct vt_json *j, const char *key, const struct vt_span *list, size_t n)
{
	char text[VT_HASH_TEXT + 1];

	vt_json_key(j, key);
	vt_json_array(j);
	for (size_t i = 0; i < n; i++) {
		vt_hash h = vt_sha256(list[i]);

		vt_hash_text(&h, text);
		vt_json_str(j, text);
	}
	vt_json_end(j);
}

static void
posts_out(struct vt_json *j, const struct vt_person *p)
{
	struct vt_post own;
	const struct vt_post *list = p->posts;
	size_t n = p->n_posts;

	if (n == 0 && (list = vt_person_post_at(p, p->since, &own)) != NULL)
		n = 1;
	vt_json_key(j, "posts");
	vt_json_array(j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(j);
		vt_json_kuint(j, "post", i + 1);
		vt_v1_kstr(j, "position", list[i].position);
		vt_v1_kstr(j, "unit", list[i].unit);
		vt_v1_roles_out(j, list[i].roles);
		vt_v1_ktime(j, "from", list[i].from);
		vt_v1_ktime(j, "until", list[i].until);
		vt_json_kbool(j, "waits", list[i].waits);
		vt_json_end(j);
	}
	vt_json_end(j);
}

/* No keys or tokens: who somebody is, and what signs as his. */
static void
person_out(struct vt_json *j, const struct vt_person *p)
{
	vt_json_kid(j, "id", &p->id);
	vt_json_kstr(j, "name", p->name);
	vt_v1_kstr(j, "position", p->position);
	vt_v1_kstr(j, "unit", p->unit);
	vt_v1_roles_out(j, p->roles);
	vt_json_kbool(j, "active", p->active);
	vt_v1_ktime(j, "since", p->since);
	vt_v1_kstr(j, "email", p->email);
	vt_v1_kstr(j, "phone", p->phone);
	posts_out(j, p);
	certificates_out(j, "certificates", p->certs, p->n_certs);
	certificates_out(j, "waiting", p->waiting, p->n_waiting);
	vt_v1_kid(j, "asked_by", &p->asked_by);
}

int
vt_v1_list_people(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_person *p;
	struct vt_json j;
	uint64_t after;
	size_t n = 0;
	int rc;

	p = vt_arena_array(req->arena, PEOPLE_MAX, sizeof(*p));
	if (p == NULL)
		return vt_arena_err(req->arena, reterr);
	if ((rc = vt_who_may(vt_v1_actor(req), VT_DUTY_SEE_PEOPLE, reterr)) !=
		VT_OK ||
	    (rc = vt_v1_query_cursor(req, &after, reterr)) != VT_OK ||
	    (rc = vt_view_begin(
		 vt_office_store(vt_v1_office(req)), &v, reterr)) != VT_OK ||
	    (rc = vt_person_list(v, vt_v1_actor(req)->agency_no, after, p,
		 PEOPLE_MAX, &n, reterr)) != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	vt_json_key(&j, "people");
	vt_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		vt_json_object(&j);
		person_out(&j, &p[i]);
		vt_json_end(&j);
	}
	vt_json_end(&j);
	vt_json_kstr(&j, "next",
	    n < PEOPLE_MAX ? NULL : vt_v1_cursor(req, p[n - 1].seq));
	vt_json_end(&j);
	return VT_OK;
}

int
vt_v1_read_person(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_person p;
	struct vt_json j;
	vt_id id;
	int rc;

	if ((rc = vt_who_may(vt_v1_actor(req), VT_DUTY_SEE_PEOPLE, reterr)) !=
		VT_OK ||
	    (rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_view_begin(
		 vt_office_store(vt_v1_office(req)), &v, reterr)) != VT_OK)
		return rc;
	rc = vt_person_get(v, &id, &p, reterr);
	/* Another agency's people are not told from ones that are not. */
	if (rc == VT_E_PERSON_UNKNOWN ||
	    (rc == VT_OK && p.agency_no != vt_v1_actor(req)->agency_no))
		return vt_err_set(
		    reterr, VT_E_NOT_FOUND, "there is no such person here");
	if (rc != VT_OK)
		return rc;
	vt_v1_json(res, &j);
	person_out(&j, &p);
	vt_json_end(&j);
	return vt_v1_tagged(req, res, reterr);
}

/* --- changing --- */

/* Of that moment; absent: `none`. */
static vt_time
time_in(const struct vt_in_obj *root, const char *name, vt_time none)
{
	vt_time t = none;

	if (vt_in_has(root, name) &&
	    vt_time_parse_rfc3339(vt_in_need_str(root, name), &t, NULL) !=
		VT_OK)
		(void)vt_in_fail(
		    root, name, VT_E_INVALID, "a time after RFC 3339 wanted");
	return t;
}

static void
post_in(const struct vt_in_obj *root, struct vt_post *ret)
{
	size_t n = vt_in_array(root, "roles", 8);

	memset(ret, 0, sizeof(*ret));
	ret->position = vt_in_need_str(root, "position");
	ret->unit = vt_in_str(root, "unit");
	ret->from = time_in(root, "from", 0);
	ret->until = time_in(root, "until", VT_TIME_NONE);
	for (size_t i = 0; i < n; i++) {
		const char *s = vt_in_item_str(root, "roles", i);
		uint32_t bit = s == NULL ? 0 : vt_role_parse(s);

		if (bit == 0)
			(void)vt_in_fail(root, "roles", VT_E_INVALID,
			    "there is no such role");
		ret->roles |= bit;
	}
}

int
vt_v1_add_person(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_person_new n = { 0 };
	struct vt_request rq;
	struct vt_in_obj root;
	bool done = false;
	VT_IN_AUTO(in);
	vt_id id;
	int rc;

	if ((rc = vt_who_may(vt_v1_actor(req), VT_DUTY_PEOPLE, reterr)) !=
		VT_OK ||
	    (rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	n.name = vt_in_need_str(&root, "name");
	n.email = vt_in_str(&root, "email");
	n.phone = vt_in_str(&root, "phone");
	n.cert = vt_in_bytes(&root, "certificate");
	post_in(&root, &n.post);
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK ||
	    (rc = vt_v1_mark_replayed(req, res, &rq, &done, reterr)) != VT_OK ||
	    (rc = vt_office_person_add(
		 vt_v1_office(req), &rq, &n, &id, reterr)) != VT_OK)
		return rc;
	vt_v1_created(res, &id);
	return VT_OK;
}

static enum vt_person_act
act_of(const struct vt_in_obj *root)
{
	static const struct {
		const char *name;
		enum vt_person_act act;
	} acts[] = {
		{ "rename", VT_PERSON_RENAME },
		{ "contact", VT_PERSON_CONTACT },
		{ "add_post", VT_PERSON_POST },
		{ "end_post", VT_PERSON_POST_END },
		{ "add_certificate", VT_PERSON_CERT },
		{ "end_certificate", VT_PERSON_CERT_END },
		{ "confirm", VT_PERSON_CONFIRM },
		{ "end", VT_PERSON_END },
	};
	const char *name = vt_in_need_str(root, "act");

	for (size_t i = 0; name != NULL && i < 8; i++)
		if (strcmp(acts[i].name, name) == 0)
			return acts[i].act;
	(void)vt_in_fail(root, "act", VT_E_INVALID, "there is no such act");
	return 0;
}

static void
change_in(const struct vt_in_obj *root, struct vt_person_change *c)
{
	switch (c->act) {
	case VT_PERSON_RENAME:
		c->name = vt_in_need_str(root, "name");
		break;
	case VT_PERSON_CONTACT:
		c->email = vt_in_str(root, "email");
		c->phone = vt_in_str(root, "phone");
		break;
	case VT_PERSON_POST:
		post_in(root, &c->post);
		break;
	case VT_PERSON_POST_END:
		c->post.until = time_in(root, "until", 0);
		c->no = (uint32_t)vt_in_uint(root, "post", UINT32_MAX);
		break;
	case VT_PERSON_CERT:
		c->cert = vt_in_need_bytes(root, "certificate");
		break;
	case VT_PERSON_CONFIRM:
		c->no = (uint32_t)vt_in_uint(root, "post", UINT32_MAX);
		if (c->no == 0)
			c->hash = vt_in_need_hash(root, "sha256");
		break;
	case VT_PERSON_CERT_END:
		c->hash = vt_in_need_hash(root, "sha256");
		break;
	case VT_PERSON_KEY:
	case VT_PERSON_END:
	default:
		break;
	}
}

int
vt_v1_act_on_person(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	struct vt_person_change c = { 0 };
	struct vt_request rq;
	struct vt_in_obj root;
	bool done = false;
	VT_IN_AUTO(in);
	vt_id id;
	int rc;

	if ((rc = vt_who_may(vt_v1_actor(req), VT_DUTY_CONFIRM, reterr)) !=
		VT_OK ||
	    (rc = vt_v1_param_id(req, "id", &id, reterr)) != VT_OK ||
	    (rc = vt_in_open(&in, req, reterr)) != VT_OK)
		return rc;
	root = vt_in_root(&in);
	c.act = act_of(&root);
	if (c.act != VT_PERSON_CONFIRM &&
	    (rc = vt_who_may(vt_v1_actor(req), VT_DUTY_PEOPLE, reterr)) !=
		VT_OK)
		return rc;
	change_in(&root, &c);
	if ((rc = vt_in_ok(&in)) != VT_OK ||
	    (rc = vt_v1_request(&in, NULL, &rq, reterr)) != VT_OK ||
	    (rc = vt_v1_mark_replayed(req, res, &rq, &done, reterr)) != VT_OK)
		return rc;
	res->status = 204;
	rc = vt_office_person_act(vt_v1_office(req), &rq, &id, &c, reterr);
	return rc != VT_E_PERSON_UNKNOWN ? rc
					 : vt_err_set(reterr, VT_E_NOT_FOUND,
					       "there is no such person here");
}
