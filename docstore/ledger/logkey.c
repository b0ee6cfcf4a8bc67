/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log keys: one Ed25519 key an agency, a service key, in
 * <data>/log-keys/<agency id>.key (mode 0600, 64 hex digits). It signs
 * checkpoints and nothing else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/ed25519.h"
#include "docstore/files.h"
#include "docstore/store_priv.h"

static int
key_path(struct vt_store *s, const vt_id *agency, char *ret, size_t size,
    struct vt_err *reterr)
{
	char id[VT_ID_TEXT + 1];

	vt_id_text(agency, id);
	if ((size_t)snprintf(ret, size, "%s/log-keys/%s.key", s->path, id) >=
	    size)
		return vt_err_set(reterr, VT_E_INVALID,
		    "the path of the data directory is too long");
	return VT_OK;
}

static int
remember(struct vt_store *s, const vt_id *agency, const uint8_t *seed,
    const struct vt_log_key **ret, struct vt_err *reterr)
{
	struct vt_log_key *k = calloc(1, sizeof(*k));
	int rc;

	if (k == NULL)
		return vt_nomem(reterr);
	k->agency = *agency;
	k->seed = vt_secret_new(seed, VT_LOG_KEY_SIZE);
	rc = k->seed == NULL
		 ? vt_err_set(reterr, VT_E_NOMEM, "secure memory is exhausted")
		 : vt_ed25519_public(vt_secret_view(k->seed), k->pub, reterr);
	if (rc != VT_OK) {
		vt_secret_free(k->seed);
		free(k);
		return rc;
	}
	(void)pthread_mutex_lock(&s->log_lock);
	k->next = s->log_keys;
	s->log_keys = k;
	(void)pthread_mutex_unlock(&s->log_lock);
	*ret = k;
	return VT_OK;
}

int
vt_origin_new(struct vt_store *s, struct vt_buf *ret, struct vt_err *reterr)
{
	uint8_t r[8];

	vt_random(s->ctx, r, sizeof(r));
	vt_buf_printf(ret, "%s/log/", s->super.domain);
	vt_buf_hex(ret, VT_SPAN(r, sizeof(r)));
	return vt_buf_status(ret, reterr);
}

int
vt_log_key_create(
    struct vt_store *s, const vt_id *agency, struct vt_err *reterr)
{
	const struct vt_log_key *k;
	uint8_t seed[VT_LOG_KEY_SIZE];
	char path[4096], dir[4096];
	VT_BUF_AUTO(text);
	int rc = VT_OK;

	text.secret = true;
	vt_random(s->ctx, seed, sizeof(seed));
	if (s->path != NULL) {
		(void)snprintf(dir, sizeof(dir), "%s/log-keys", s->path);
		vt_buf_hex(&text, VT_SPAN(seed, sizeof(seed)));
		vt_buf_putc(&text, '\n');
		rc = vt_buf_status(&text, reterr);
		if (rc == VT_OK)
			rc = key_path(s, agency, path, sizeof(path), reterr);
		if (rc == VT_OK)
			rc = vt_dir_make(dir, NULL, reterr);
		if (rc == VT_OK)
			rc = vt_dir_sync(s->path, reterr);
		if (rc == VT_OK)
			rc = vt_file_create(path, vt_buf_view(&text), reterr);
	}
	if (rc == VT_OK)
		rc = remember(s, agency, seed, &k, reterr);
	vt_wipe(seed, sizeof(seed));
	return rc;
}

void
vt_log_key_drop(struct vt_store *s, const vt_id *agency)
{
	struct vt_log_key **p, *k = NULL;
	char path[4096];

	(void)pthread_mutex_lock(&s->log_lock);
	for (p = &s->log_keys; *p != NULL; p = &(*p)->next)
		if (vt_id_eq(&(*p)->agency, agency)) {
			k = *p;
			*p = k->next;
			break;
		}
	(void)pthread_mutex_unlock(&s->log_lock);
	if (k == NULL)
		return;
	vt_secret_free(k->seed);
	free(k);
	/* A key of an agency that never was: no harm if it stays. */
	if (s->path != NULL &&
	    key_path(s, agency, path, sizeof(path), NULL) == VT_OK)
		(void)unlink(path);
}

int
vt_log_key_get(struct vt_store *s, const vt_id *agency,
    const struct vt_log_key **ret, struct vt_err *reterr)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *text = NULL;
	struct vt_log_key *k;
	char path[4096];
	vt_hash seed;
	int rc;

	(void)pthread_mutex_lock(&s->log_lock);
	for (k = s->log_keys; k != NULL; k = k->next)
		if (vt_id_eq(&k->agency, agency))
			break;
	(void)pthread_mutex_unlock(&s->log_lock);
	if (k != NULL) {
		*ret = k;
		return VT_OK;
	}
	if (s->path == NULL)
		return vt_err_set(reterr, VT_E_NO_INPUT,
		    "the log key of an agency is missing");
	if ((rc = key_path(s, agency, path, sizeof(path), reterr)) != VT_OK ||
	    (rc = vt_secret_read_file(path, &text, reterr)) != VT_OK)
		return rc;
	if (!vt_hash_parse(vt_secret_view(text), &seed))
		return vt_err_set(reterr, VT_E_STORE_CORRUPT,
		    "the file of a log key is damaged");
	rc = remember(s, agency, seed.b, ret, reterr);
	vt_wipe(&seed, sizeof(seed));
	return rc;
}
