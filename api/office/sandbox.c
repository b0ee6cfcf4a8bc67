/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "api/office/office_priv.h"
#include "api/office/sandbox.h"
#include "signing/demo/demo.h"

#define NAME VT_DEMO_MARK " – Cơ quan dùng thử"

static const struct vt_sandbox_person people[VT_SANDBOX_PEOPLE] = {
	{ "leader", "Nguyễn Văn Thử (thử nghiệm)", "Giám đốc", VT_ROLE_LEADER,
	    "", { { 0 } } },
	{ "officer", "Trần Thị Thử (thử nghiệm)", "Chuyên viên",
	    VT_ROLE_OFFICER, "", { { 0 } } },
	{ "clerk", "Lê Văn Thử (thử nghiệm)", "Văn thư", VT_ROLE_CLERK, "",
	    { { 0 } } },
	{ "administrator", "Phạm Thị Thử (thử nghiệm)", "Quản trị",
	    VT_ROLE_ADMIN, "", { { 0 } } },
	{ "system", "Hệ thống dùng thử (thử nghiệm)", "", VT_ROLE_SYSTEM, "",
	    { { 0 } } },
};

bool
vt_sandbox_is(const char *agency_name)
{
	return strncmp(agency_name, VT_DEMO_MARK, strlen(VT_DEMO_MARK)) == 0;
}

/* ---- making ---- */

static void
make_token(const struct vt_context *ctx, char ret[VT_SANDBOX_TOKEN + 1])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t r[VT_SANDBOX_TOKEN / 2];

	vt_random(ctx, r, sizeof(r));
	for (size_t i = 0; i < sizeof(r); i++) {
		ret[2 * i] = digits[r[i] >> 4];
		ret[2 * i + 1] = digits[r[i] & 15];
	}
	ret[VT_SANDBOX_TOKEN] = '\0';
	vt_wipe(r, sizeof(r));
}

static void
make_pin(const struct vt_context *ctx, char ret[VT_SANDBOX_PIN + 1])
{
	uint64_t r;

	vt_random(ctx, &r, sizeof(r));
	snprintf(ret, VT_SANDBOX_PIN + 1, "%08u", (unsigned)(r % 100000000U));
}

static int
make_key(struct vt_demo_authority *a, const struct vt_demo_holder *holder,
    const char *pin, struct vt_buf *p12, struct vt_buf *der,
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free)
	struct vt_secret *secret = vt_secret_new(pin, strlen(pin));

	if (secret == NULL)
		return vt_err_set(
		    reterr, VT_E_NOMEM, "sandbox: no secure memory");
	p12->secret = true;
	return vt_demo_issue(a, holder, secret, p12, der, reterr);
}

static int
make_keys(struct vt_sandbox *s, vt_time now, struct vt_err *reterr)
{
	static const char org[] = "Cơ quan dùng thử";
	struct vt_demo_holder leader = { people[0].name, org,
		people[0].position };
	struct vt_demo_holder seal = { NAME, org, "" };
	VT_CLEANUP(vt_demo_authority_free) struct vt_demo_authority *a = NULL;
	int rc;

	if ((rc = vt_demo_authority_new(
		 "Chứng thực dùng thử", now, &a, reterr)) != VT_OK ||
	    (rc = vt_demo_authority_pem(a, &s->anchors, reterr)) != VT_OK ||
	    (rc = make_key(a, &leader, s->leader_pin, &s->leader_p12,
		 &s->leader_der, reterr)) != VT_OK)
		return rc;
	return make_key(
	    a, &seal, s->seal_pin, &s->seal_p12, &s->seal_der, reterr);
}

/* It names a folder, too. */
static bool
code_is_plain(const char *code)
{
	size_t n = strspn(code, "0123456789-."
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"abcdefghijklmnopqrstuvwxyz");

	return n > 0 && n < 36 && code[n] == '\0' && code[0] != '.';
}

static int
choose_code(struct vt_store *store, const char *code, char ret[64],
    struct vt_err *reterr)
{
	VT_CLEANUP(vt_view_end) struct vt_view *v = NULL;
	struct vt_agency a;
	int rc;

	if (code != NULL && !code_is_plain(code))
		return vt_err_set(reterr, VT_E_INVALID,
		    "sandbox: code: wanted at most 35 letters, digits, dots "
		    "and hyphens");
	if ((rc = vt_view_begin(store, &v, reterr)) != VT_OK)
		return rc;
	vt_text_fit(ret, 64, code == NULL ? VT_SANDBOX_CODE : code);
	while ((rc = vt_agency_by_code(v, ret, &a, NULL)) == VT_OK &&
	       code == NULL && ret[strlen(ret) - 1] != '0')
		ret[strlen(ret) - 1]--;
	if (rc != VT_OK)
		return VT_OK;
	return vt_err_set(reterr, VT_E_EXISTS,
	    "sandbox: %s is the code of \"%s\" here; another one gets its code "
	    "by --code",
	    ret, a.now.name);
}

int
vt_sandbox_prepare(struct vt_store *store, const struct vt_context *ctx,
    const char *code, struct vt_sandbox **ret, struct vt_err *reterr)
{
	struct vt_sandbox *s = calloc(1, sizeof(*s));
	int rc;

	if (s == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "sandbox: no memory");
	if ((rc = choose_code(store, code, s->code, reterr)) != VT_OK) {
		free(s);
		return rc;
	}
	s->name = NAME;
	memcpy(s->people, people, sizeof(people));
	for (size_t i = 0; i < VT_SANDBOX_PEOPLE; i++)
		make_token(ctx, s->people[i].token);
	make_pin(ctx, s->leader_pin);
	make_pin(ctx, s->seal_pin);
	if ((rc = make_keys(s, vt_now(ctx), reterr)) != VT_OK) {
		vt_sandbox_free(s);
		return rc;
	}
	*ret = s;
	return VT_OK;
}

void
vt_sandbox_free(struct vt_sandbox *s)
{
	if (s == NULL)
		return;
	vt_buf_free(&s->leader_p12);
	vt_buf_free(&s->leader_der);
	vt_buf_free(&s->seal_p12);
	vt_buf_free(&s->seal_der);
	vt_buf_free(&s->anchors);
	vt_wipe(s, sizeof(*s));
	free(s);
}

/* ---- adding ---- */

static int
key_ref(const char *dir, const char *file, struct vt_buf *ret,
    struct vt_err *reterr)
{
	vt_buf_printf(ret, "file:%s/%s", dir, file);
	return vt_buf_status(ret, reterr);
}

static int
add_person(struct vt_store *store, const char *key_dir, struct vt_sandbox *s,
    size_t i, struct vt_err *reterr)
{
	struct vt_sandbox_person *p = &s->people[i];
	struct vt_span cert = vt_buf_view(&s->leader_der);
	struct vt_new_person n = { .name = p->name,
		.position = p->position,
		.unit = "",
		.roles = p->roles,
		.token = vt_span_str(p->token),
		.key_ref = "" };
	VT_BUF_AUTO(ref);
	int rc;

	if (p->roles == VT_ROLE_LEADER) {
		rc = key_ref(key_dir, "leader.p12", &ref, reterr);
		if (rc != VT_OK)
			return rc;
		n.key_ref = vt_buf_str(&ref);
		n.certs = &cert;
		n.n_certs = 1;
	}
	return vt_office_add_person(store, s->agency_no, &n, &p->id, reterr);
}

int
vt_sandbox_add(struct vt_store *store, const struct vt_context *ctx,
    const char *key_dir, struct vt_sandbox *s, struct vt_err *reterr)
{
	struct vt_agency_name name = { .code = s->code,
		.name = s->name,
		.short_name = "TN",
		.place = "Thử nghiệm" };
	struct vt_span cert = vt_buf_view(&s->seal_der);
	struct vt_new_client client = { .name = "Chương trình dùng thử",
		.scopes = VT_SCOPE__ALL & ~(uint32_t)VT_SCOPE_HOUSE,
		.secret = true };
	struct vt_client made;
	VT_BUF_AUTO(ref);
	int rc;

	if ((rc = key_ref(key_dir, "seal.p12", &ref, reterr)) != VT_OK ||
	    (rc = vt_office_add_agency(store, &name, &cert, 1, vt_buf_str(&ref),
		 &s->agency_no, reterr)) != VT_OK)
		return rc;
	for (size_t i = 0; i < VT_SANDBOX_PEOPLE; i++)
		if ((rc = add_person(store, key_dir, s, i, reterr)) != VT_OK)
			return rc;
	rc = vt_client_add(
	    store, ctx, s->agency_no, &client, &made, s->client_secret, reterr);
	if (rc == VT_OK)
		memcpy(s->client_id, made.id, sizeof(s->client_id));
	return rc;
}
