/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/http_priv.h"
#include "api/http/target.h"

static void
add_method(char *allow, size_t size, const char *method)
{
	size_t n = strlen(allow), m = strlen(method);

	/* Methods are few and short; the list cannot overrun (route tables
	 * are constants). */
	VT_ASSERT(n + m + 3 <= size);
	if (strstr(allow, method) != NULL)
		return;
	if (n > 0) {
		memcpy(allow + n, ", ", 3);
		n += 2;
	}
	memcpy(allow + n, method, m + 1);
}

static bool
prefix_fits(const char *prefix, struct vt_span path)
{
	size_t n = strlen(prefix);

	if (n > 0 && prefix[n - 1] == '/')
		n--;
	return path.n >= n && (n == 0 || memcmp(path.p, prefix, n) == 0) &&
	       (path.n == n || path.p[n] == '/');
}

static bool
find_route(struct vt_arena *a, const struct vt_http_face *face,
    const char *method, struct vt_span path, struct vt_http_found *ret)
{
	for (size_t k = 0; k < face->nroutes; k++) {
		const struct vt_http_route *r = &face->routes[k];

		if (strcmp(r->method, method) != 0 ||
		    !vt_http_match(
			a, r->pattern, path, &ret->params, &ret->nparams))
			continue;
		ret->path_known = true;
		ret->face = face;
		ret->route = r;
		return true;
	}
	return false;
}

/* What else the path takes. */
static void
find_allowed(struct vt_arena *a, const struct vt_http_face *face,
    struct vt_span path, struct vt_http_found *ret)
{
	const struct vt_http_param *params;
	size_t n;

	for (size_t k = 0; k < face->nroutes; k++) {
		const struct vt_http_route *r = &face->routes[k];

		if (!vt_http_match(a, r->pattern, path, &params, &n))
			continue;
		ret->path_known = true;
		add_method(ret->allow, sizeof(ret->allow), r->method);
		if (strcmp(r->method, "GET") == 0)
			add_method(ret->allow, sizeof(ret->allow), "HEAD");
	}
}

void
vt_http_find(struct vt_arena *a, const struct vt_http_face *faces,
    size_t nfaces, const char *method, struct vt_span path,
    struct vt_http_found *ret)
{
	const char *want = strcmp(method, "HEAD") == 0 ? "GET" : method;
	size_t best = 0;

	memset(ret, 0, sizeof(*ret));
	ret->face = &faces[0];
	for (size_t i = 0; i < nfaces; i++) {
		size_t n = strlen(faces[i].prefix);

		if (prefix_fits(faces[i].prefix, path) && n >= best) {
			best = n;
			ret->face = &faces[i];
		}
	}
	if (find_route(a, ret->face, want, path, ret))
		return; /* where it is, nearly always */
	for (size_t i = 0; i < nfaces; i++)
		if (find_route(a, &faces[i], want, path, ret))
			return;
	for (size_t i = 0; i < nfaces; i++)
		find_allowed(a, &faces[i], path, ret);
	if (ret->path_known)
		add_method(ret->allow, sizeof(ret->allow), "OPTIONS");
}
