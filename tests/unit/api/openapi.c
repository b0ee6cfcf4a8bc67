/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The routes of the server and of api/openapi.yaml are the same set. */
#include <ctype.h>

#include "api/v1/v1.h"
#include "tests/tap.h"

#define MAX 256

struct set {
	char v[MAX][160]; /* "GET /v1/papers/{id}" */
	size_t n;
};

static bool
has(const struct set *s, const char *what)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i], what) == 0)
			return true;
	return false;
}

static void
add(struct set *s, const char *method, const char *path)
{
	char *to;

	tap_need(s->n < MAX, "room");
	to = s->v[s->n++];
	snprintf(to, sizeof(s->v[0]), "%s %s", method, path);
	for (; *to != ' '; to++)
		*to = (char)toupper((unsigned char)*to);
}

/*
 * Enough of YAML for this file: under "paths:" a path stands after two blanks,
 * a method after four. That it is YAML at all is not judged here.
 */
static void
read_file(struct set *s)
{
	static const char *const methods[] = { "get", "put", "post", "delete",
		"options", "head", "patch", "trace" };
	const char *root = getenv("VANTHU_SOURCE");
	char line[512], path[140] = "", name[4200];
	bool in_paths = false;
	FILE *f;

	tap_need(root != NULL, "VANTHU_SOURCE is set");
	snprintf(name, sizeof(name), "%s/api/openapi.yaml", root);
	f = fopen(name, "re");
	tap_need(f != NULL, "api/openapi.yaml opens");
	while (fgets(line, sizeof(line), f) != NULL) {
		size_t n = strcspn(line, ":\n");

		if (isalpha((unsigned char)line[0]))
			in_paths = strncmp(line, "paths:", 6) == 0;
		if (!in_paths || line[n] != ':')
			continue;
		line[n] = '\0';
		if (strncmp(line, "  /", 3) == 0)
			snprintf(path, sizeof(path), "%.139s", line + 2);
		for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]);
		     i++)
			if (strncmp(line, "    ", 4) == 0 &&
			    strcmp(line + 4, methods[i]) == 0)
				add(s, methods[i], path);
	}
	fclose(f);
}

int
main(void)
{
	static struct set server, file;
	struct vt_err err = VT_ERR_INIT;
	struct vt_http_face face;
	struct vt_v1 *v1 = NULL;

	tap_need(vt_base_init(&err) == VT_OK &&
		     vt_v1_new(NULL, vt_context_system(), &v1, &err) == VT_OK,
	    "the face opens %s", err.msg);
	face = vt_v1_face(v1);
	for (size_t i = 0; i < face.nroutes; i++)
		add(&server, face.routes[i].method, face.routes[i].pattern);
	read_file(&file);
	for (size_t i = 0; i < server.n; i++)
		tap_ok(
		    has(&file, server.v[i]), "%s is in the file", server.v[i]);
	for (size_t i = 0; i < file.n; i++)
		tap_ok(has(&server, file.v[i]), "%s is served", file.v[i]);
	tap_eq_int(server.n, file.n, "as many here as there");
	vt_v1_free(v1);
	return tap_done();
}
