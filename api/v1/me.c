/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who asks: the bearer token, and what it stands for. */
#include "api/office/identity.h"
#include "api/v1/v1_priv.h"

int
vt_v1_admit(struct vt_http_req *req, struct vt_err *reterr)
{
	struct vt_actor *a = vt_arena_alloc(req->arena, sizeof(*a));

	if (a == NULL)
		return vt_arena_err(req->arena, reterr);
	req->user = a;
	/* A certificate of the TLS connection stands for a caller that sends
	 * no token; one that does is asked for that alone. */
	if (req->peer_cert.trusted &&
	    vt_http_header(req, "Authorization").p == NULL)
		return vt_office_authenticate_certificate(
		    vt_v1_office(req), req->peer_cert.der, a, reterr);
	return vt_office_authenticate(
	    vt_v1_office(req), vt_http_bearer(req), a, reterr);
}

void
vt_v1_roles_out(struct vt_json *j, uint32_t roles)
{
	vt_json_key(j, "roles");
	vt_json_array(j);
	for (uint32_t bit = 1; bit <= VT_ROLE_ARCHIVIST; bit <<= 1)
		if ((roles & bit) != 0)
			vt_json_str(j, vt_role_name(bit));
	vt_json_end(j);
}

int
vt_v1_me(
    struct vt_http_req *req, struct vt_http_res *res, struct vt_err *reterr)
{
	const struct vt_actor *a = vt_v1_actor(req);
	struct vt_json j;

	(void)reterr;
	vt_v1_json(res, &j);
	vt_json_kid(&j, "person", &a->person);
	vt_json_kstr(&j, "name", a->name);
	vt_v1_kstr(&j, "position", a->position);
	vt_json_key(&j, "agency");
	vt_json_object(&j);
	vt_json_kstr(&j, "code", a->agency_code);
	vt_json_kstr(&j, "name", a->agency_name);
	vt_json_end(&j);
	vt_v1_roles_out(&j, a->roles);
	vt_json_end(&j);
	return VT_OK;
}
