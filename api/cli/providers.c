/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/cli/providers.h"

#include <jansson.h>
#include <stdlib.h>

#include "api/cli/cli.h"
#include "api/fetch/call.h"
#include "base/limits.h"

struct vt_cli_providers {
	json_t *root; /* owns the strings */
	struct vt_oidc_provider list[VT_L(PROVIDERS_MAX)];
	struct vt_secret *secrets[VT_L(PROVIDERS_MAX)];
	size_t n;
	struct vt_buf redirect;
	struct vt_oidc *oidc;
	struct vt_oidc_face *face;
};

static int
put(void *arg, struct vt_span bytes, struct vt_err *reterr)
{
	vt_buf_span(arg, bytes);
	return vt_buf_status(arg, reterr);
}

/*
 * The operator names providers: one inside the own network is as good. What it
 * says no to is about this person, not about the provider.
 */
static int
fetch(void *arg, const char *url, const char *authorization,
    const char *content_type, struct vt_span body, size_t limit,
    struct vt_buf *ret, struct vt_err *reterr)
{
	struct vt_call_field f[3] = { { "Accept", "application/json" } };
	struct vt_call_answer a = { 0 };
	struct vt_call c = VT_CALL_INIT;
	int rc;

	(void)arg;
	c.url = url;
	c.fields = f;
	c.n_fields = 1;
	if (authorization != NULL)
		f[c.n_fields++] =
		    (struct vt_call_field){ "Authorization", authorization };
	if (body.p != NULL) {
		c.method = "POST";
		c.head = body;
		f[c.n_fields++] =
		    (struct vt_call_field){ "Content-Type", content_type };
	}
	c.put = put;
	c.put_arg = ret;
	c.limit = limit;
	c.timeout_ms = (long)VT_L(FETCH_MS);
	c.allow_private = true;
	if ((rc = vt_call(&c, &a, reterr)) != VT_OK)
		return rc;
	if (a.status == 200)
		return VT_OK;
	return vt_err_set(reterr,
	    a.status >= 400 && a.status < 500 ? VT_E_ID_TOKEN
					      : VT_E_ENVIRONMENT,
	    "%s: status %ld, 200 wanted", url, a.status);
}

static const char *
str(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s == NULL ? "" : s;
}

static int
read_list(struct vt_cli_providers *p, const char *file, struct vt_err *reterr)
{
	const json_t *one;
	json_error_t je;
	VT_BUF_AUTO(text);
	size_t i;
	int rc;

	rc = vt_cli_read(file, VT_L(KEY_FILE_MAX), &text, reterr);
	if (rc != VT_OK)
		return rc;
	p->root = json_loadb(
	    (const char *)text.p, text.n, JSON_REJECT_DUPLICATES, &je);
	if (p->root == NULL)
		return vt_err_set(reterr, VT_E_SYNTAX, "%s, line %d: %s", file,
		    je.line, je.text);
	json_array_foreach(json_object_get(p->root, "providers"), i, one)
	{
		const char *path = str(one, "client_secret_file");
		const char *scope = str(one, "scope");
		struct vt_oidc_provider *q;

		if (i == VT_L(PROVIDERS_MAX))
			return vt_err_set(reterr, VT_E_LIMIT,
			    "%s: at most %zu providers", file,
			    VT_L(PROVIDERS_MAX));
		q = &p->list[p->n];
		q->id = str(one, "id");
		q->title = str(one, "title");
		q->issuer = str(one, "issuer");
		q->client_id = str(one, "client_id");
		q->scope = *scope == '\0' ? NULL : scope;
		q->client_secret = "";
		if (*path != '\0') {
			rc = vt_secret_read_file(
			    path, &p->secrets[p->n], reterr);
			if (rc != VT_OK)
				return rc;
			q->client_secret =
			    (const char *)vt_secret_view(p->secrets[p->n]).p;
		}
		p->n++;
	}
	if (p->n == 0)
		return vt_err_set(
		    reterr, VT_E_USAGE, "%s: no provider is named", file);
	return VT_OK;
}

int
vt_cli_providers_open(struct vt_office *office, const char *file,
    const char *public_url, struct vt_cli_providers **ret,
    struct vt_err *reterr)
{
	struct vt_cli_providers *p = calloc(1, sizeof(*p));
	struct vt_oidc_options o = { .office = office, .fetch = fetch };
	int rc;

	if (p == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "identity providers");
	vt_buf_init(&p->redirect, 0);
	vt_buf_printf(&p->redirect, "%s/desk/oidc", public_url);
	rc = vt_buf_status(&p->redirect, reterr);
	if (rc == VT_OK)
		rc = read_list(p, file, reterr);
	o.providers = p->list;
	o.n_providers = p->n;
	o.redirect_base = vt_buf_str(&p->redirect);
	if (rc == VT_OK)
		rc = vt_oidc_new(&o, &p->oidc, reterr);
	if (rc == VT_OK)
		rc = vt_oidc_face_new(p->oidc, vt_context_system(),
		    strncmp(public_url, "https://", 8) == 0, &p->face, reterr);
	if (rc != VT_OK) {
		vt_cli_providers_free(p);
		return rc;
	}
	*ret = p;
	return VT_OK;
}

void
vt_cli_providers_free(struct vt_cli_providers *p)
{
	if (p == NULL)
		return;
	vt_oidc_face_free(p->face);
	vt_oidc_free(p->oidc);
	for (size_t i = 0; i < VT_L(PROVIDERS_MAX); i++)
		vt_secret_free(p->secrets[i]);
	json_decref(p->root);
	vt_buf_free(&p->redirect);
	free(p);
}

struct vt_http_face
vt_cli_providers_face(struct vt_cli_providers *p)
{
	return vt_oidc_face(p->face);
}

struct vt_oidc *
vt_cli_providers_oidc(struct vt_cli_providers *p)
{
	return p == NULL ? NULL : p->oidc;
}
