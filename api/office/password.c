/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/office/password.h"

#include "base/id.h"
#include "base/limits.h"
#include "base/text.h"

void
vt_password_gate_init(struct vt_password_gate *g)
{
	VT_ASSERT(pthread_mutex_init(&g->lock, NULL) == 0);
	VT_ASSERT(pthread_cond_init(&g->open, NULL) == 0);
	g->in = g->strangers = g->known_waiting = 0;
	memset(g->waiting, 0, sizeof(g->waiting));
}

void
vt_password_gate_fini(struct vt_password_gate *g)
{
	VT_ASSERT(pthread_cond_destroy(&g->open) == 0);
	VT_ASSERT(pthread_mutex_destroy(&g->lock) == 0);
}

/* ---- the gate; its lock is held ---- */

static bool
has_room(const struct vt_password_gate *g, const char *place)
{
	return g->in < VT_L(PASSWORDS_AT_ONCE) + VT_L(PASSWORDS_RESERVED) &&
	       (place == NULL || g->strangers < VT_L(PASSWORDS_AT_ONCE));
}

/* The strangers' queue: a free position in it, if this place may have one. */
static const char **
position(struct vt_password_gate *g, const char *place)
{
	const char **ret = NULL;
	size_t same = 0;

	for (size_t i = 0; i < VT_L(PASSWORDS_WAITING); i++)
		if (g->waiting[i] == NULL)
			ret = &g->waiting[i];
		else
			same += strcmp(g->waiting[i], place) == 0;
	return same < VT_L(PASSWORDS_WAITING_PLACE) ? ret : NULL;
}

/* False: too many do. */
static bool
wait_for_room(struct vt_password_gate *g, const char *place)
{
	const char **at = NULL;

	if (place == NULL && g->known_waiting >= VT_L(PASSWORDS_WAITING))
		return false;
	if (place != NULL && (at = position(g, place)) == NULL)
		return false;
	if (at != NULL)
		*at = place;
	else
		g->known_waiting++;
	while (!has_room(g, place))
		VT_ASSERT(pthread_cond_wait(&g->open, &g->lock) == 0);
	if (at != NULL)
		*at = NULL;
	else
		g->known_waiting--;
	return true;
}

static int
enter(struct vt_password_gate *g, const char *place, struct vt_err *reterr)
{
	bool ok;

	if (g == NULL)
		return VT_OK;
	VT_ASSERT(pthread_mutex_lock(&g->lock) == 0);
	ok = has_room(g, place) || wait_for_room(g, place);
	if (ok) {
		g->in++;
		g->strangers += place != NULL;
	}
	VT_ASSERT(pthread_mutex_unlock(&g->lock) == 0);
	return ok ? VT_OK
		  : vt_err_set(reterr, VT_E_BUSY,
			"password: too many wait to be looked at");
}

static void
leave(struct vt_password_gate *g, const char *place)
{
	if (g == NULL)
		return;
	VT_ASSERT(pthread_mutex_lock(&g->lock) == 0);
	g->in--;
	g->strangers -= place != NULL;
	/* all: a stranger may not go where one who is known may */
	VT_ASSERT(pthread_cond_broadcast(&g->open) == 0);
	VT_ASSERT(pthread_mutex_unlock(&g->lock) == 0);
}

static int
derive(struct vt_password_gate *g, const char *place,
    const struct vt_password *p, struct vt_span password,
    uint8_t ret[static VT_ARGON2_SIZE], struct vt_err *reterr)
{
	struct vt_argon2 a = { p->memory_kib, p->passes, p->lanes,
		VT_SPAN(p->salt, sizeof(p->salt)), VT_SPAN(NULL, 0),
		VT_SPAN(NULL, 0) };
	int rc;

	if ((rc = enter(g, place, reterr)) != VT_OK)
		return rc;
	rc = vt_argon2id(&a, password, ret, reterr);
	leave(g, place);
	return rc;
}

int
vt_password_check(
    const struct vt_secret *password, const char *login, struct vt_err *reterr)
{
	struct vt_span s = vt_secret_view(password);

	if (s.n > VT_L(PASSWORD_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "password: at most %zu bytes", VT_L(PASSWORD_MAX));
	if (!vt_utf8_is_valid(s))
		return vt_err_set(
		    reterr, VT_E_SYNTAX, "password: UTF-8 wanted");
	if (vt_utf8_length(s) < VT_L(PASSWORD_MIN))
		return vt_err_set(reterr, VT_E_PASSWORD_WEAK,
		    "password: at least %zu characters wanted",
		    VT_L(PASSWORD_MIN));
	if (vt_span_is(s, login))
		return vt_err_set(reterr, VT_E_PASSWORD_WEAK,
		    "password: it is the login name");
	return VT_OK;
}

static void
parameters(struct vt_password *ret)
{
	ret->memory_kib = (uint32_t)VT_L(PASSWORD_MEMORY_KIB);
	ret->passes = (uint32_t)VT_L(PASSWORD_PASSES);
	ret->lanes = (uint32_t)VT_L(PASSWORD_LANES);
}

int
vt_password_make(struct vt_password_gate *gate, const struct vt_context *ctx,
    const struct vt_secret *password, struct vt_password *ret,
    struct vt_err *reterr)
{
	struct vt_password p;
	int rc;

	memset(&p, 0, sizeof(p));
	parameters(&p);
	vt_random(ctx, p.salt, sizeof(p.salt));
	rc = derive(gate, NULL, &p, vt_secret_view(password), p.hash, reterr);
	if (rc == VT_OK)
		*ret = p;
	vt_wipe(&p, sizeof(p));
	return rc;
}

int
vt_password_try(struct vt_password_gate *gate, const char *place,
    const struct vt_password *kept, const struct vt_secret *password,
    bool *ret_right, struct vt_err *reterr)
{
	struct vt_span s = vt_secret_view(password);
	struct vt_password nobody = { .memory_kib = 0 };
	uint8_t got[VT_ARGON2_SIZE];
	vt_hash a, b;
	int rc;

	if (s.n > VT_L(PASSWORD_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "password: at most %zu bytes", VT_L(PASSWORD_MAX));
	if (kept == NULL)
		parameters(&nobody);
	/* An empty one is never right, and Argon2id takes none. */
	rc = derive(gate, place, kept == NULL ? &nobody : kept,
	    s.n == 0 ? VT_SPAN("", 1) : s, got, reterr);
	if (rc != VT_OK)
		return rc;
	memcpy(a.b, got, sizeof(a.b));
	memcpy(b.b, kept == NULL ? nobody.hash : kept->hash, sizeof(b.b));
	*ret_right = vt_hash_eq(&a, &b) && kept != NULL && s.n != 0;
	vt_wipe(got, sizeof(got));
	vt_wipe(&a, sizeof(a));
	return VT_OK;
}
