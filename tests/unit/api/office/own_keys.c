/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Service keys that stay open: one thread's at a time, as long as the file is
 * the same, the youngest of them; and what an office signs with meanwhile. */
#include <stdatomic.h>
#include <unistd.h>

#include "api/office/envelope.h"
#include "api/office/own_keys.h"
#include "tests/unit/api/office/house.h"
#include "tests/unit/signing/pki.h"

#define MAX VT_L(OWN_KEYS_MAX)

static struct pki *
signer(const char *cn)
{
	return pki_signer(VT_KEY_ECDSA_P256_SHA256, cn, NULL);
}

static void
put_file(const char *path, const struct pki *p)
{
	FILE *f = fopen(path, "wb");
	VT_BUF_AUTO(pem);

	pki_pem(p, NULL, &pem);
	tap_need(
	    f != NULL && fwrite(pem.p, 1, pem.n, f) == pem.n && fclose(f) == 0,
	    "a key file");
}

/* ---- which file it was ---- */

static bool
is_same(const struct vt_own_file *a, const struct vt_own_file *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void
files(const struct pki *p)
{
	struct vt_own_file a, b = { .size = 7 };
	char *dir = dir_new(), *path = NULL, *other = NULL;

	tap_need(asprintf(&path, "%s/a.pem", dir) > 0 &&
		     asprintf(&other, "%s/b.pem", dir) > 0,
	    "two names");
	tap_ok(!vt_own_file_look(path, &b) && b.size == 7,
	    "no such file: nothing is said of it");
	put_file(path, p);
	tap_ok(vt_own_file_look(path, &a) && vt_own_file_look(path, &b) &&
		   is_same(&a, &b) && a.size > 0,
	    "a file is the same as long as nobody changes it");
	tap_need(symlink(path, other) == 0, "a link");
	tap_ok(vt_own_file_look(other, &b) && is_same(&a, &b),
	    "by another name, too");
	/* the clock of a file system has steps */
	for (int i = 0; i < 2000 && is_same(&a, &b); i++) {
		(void)usleep(10000);
		put_file(path, p);
		tap_need(vt_own_file_look(path, &b), "written");
	}
	tap_ok(!is_same(&a, &b) && a.size == b.size && a.inode == b.inode,
	    "the same bytes written again: another file");
	(void)unlink(other);
	put_file(other, p);
	tap_need(rename(other, path) == 0 && vt_own_file_look(path, &a),
	    "put in its place");
	tap_ok(a.inode != b.inode, "and so is one that took its place");
	(void)unlink(path);
	tap_ok(!vt_own_file_look(path, &b), "removed, it is none");
	free(path);
	free(other);
	dir_free(dir);
}

/* ---- what is kept ---- */

static struct vt_own_file
file_of(uint64_t inode)
{
	return (struct vt_own_file){ 1, inode, 3, 4 };
}

static void
one_at_a_time(const struct pki *p)
{
	const struct vt_own_file f = file_of(2), others[] = { { 9, 2, 3, 4 },
		{ 1, 9, 3, 4 }, { 1, 2, 9, 4 }, { 1, 2, 3, 9 } };
	struct vt_key *a = pki_key(p), *b = pki_key(p), *x, *y;
	struct vt_own_keys k;

	vt_own_keys_init(&k);
	tap_ok(vt_own_keys_take(&k, &f) == NULL, "none is open at first");
	vt_own_keys_give(&k, &f, a);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		tap_ok(vt_own_keys_take(&k, &others[i]) == NULL,
		    "none of a file that is another by its member %zu", i);
	tap_ok(vt_own_keys_take(&k, &f) == a, "the key that was given");
	tap_ok(vt_own_keys_take(&k, &f) == NULL, "is one taker's");
	vt_own_keys_give(&k, &f, a);
	vt_own_keys_give(&k, &f, b);
	x = vt_own_keys_take(&k, &f);
	y = vt_own_keys_take(&k, &f);
	tap_ok(((x == a && y == b) || (x == b && y == a)) &&
		   vt_own_keys_take(&k, &f) == NULL,
	    "two of one file: each is one taker's");
	vt_own_keys_give(&k, &f, x);
	vt_own_keys_give(&k, &f, y);
	vt_own_keys_fini(&k); /* frees both */
}

static void
full(const struct pki *p)
{
	struct vt_own_file f;
	struct vt_own_keys k;
	struct vt_key *key;
	size_t left = 0;

	vt_own_keys_init(&k);
	for (uint64_t i = 0; i < MAX; i++) {
		f = file_of(i);
		vt_own_keys_give(&k, &f, pki_key(p));
	}
	/* who is used is the youngest again */
	f = file_of(0);
	tap_need((key = vt_own_keys_take(&k, &f)) != NULL, "the oldest");
	vt_own_keys_give(&k, &f, key);
	f = file_of(MAX);
	vt_own_keys_give(&k, &f, pki_key(p));
	tap_eq_int(k.n, MAX, "no more than OWN_KEYS_MAX stay open");
	f = file_of(1);
	tap_ok(vt_own_keys_take(&k, &f) == NULL,
	    "the one that was there longest made room");
	for (uint64_t i = 0; i <= MAX; i++) {
		f = file_of(i);
		key = vt_own_keys_take(&k, &f);
		left += key != NULL;
		vt_key_free(key);
	}
	tap_eq_int(left, MAX, "all others are there");
	vt_own_keys_fini(&k);
}

/* ---- threads ---- */

static struct {
	struct vt_own_keys k;
	struct vt_key *key[2];
	_Atomic bool busy[2];
	_Atomic unsigned clashes;
} shared;

static void *
sign_often(void *arg)
{
	const struct vt_own_file f = file_of(2);
	struct vt_err err = VT_ERR_INIT;

	for (unsigned done = 0; done < 50;) {
		struct vt_key *key = vt_own_keys_take(&shared.k, &f);
		size_t i = key == shared.key[1];
		VT_BUF_AUTO(value);

		if (key == NULL) {
			(void)usleep(100);
			continue;
		}
		shared.clashes += atomic_exchange(&shared.busy[i], true);
		shared.clashes +=
		    vt_key_sign(key, vt_span_str("x"), &value, &err) != VT_OK;
		atomic_store(&shared.busy[i], false);
		vt_own_keys_give(&shared.k, &f, key);
		done++;
	}
	return arg;
}

static void
threads(const struct pki *p)
{
	const struct vt_own_file f = file_of(2);
	pthread_t t[4];

	vt_own_keys_init(&shared.k);
	for (size_t i = 0; i < 2; i++) {
		shared.key[i] = pki_key(p);
		vt_own_keys_give(&shared.k, &f, shared.key[i]);
	}
	for (size_t i = 0; i < 4; i++)
		tap_need(pthread_create(&t[i], NULL, sign_often, NULL) == 0,
		    "a thread");
	for (size_t i = 0; i < 4; i++)
		(void)pthread_join(t[i], NULL);
	tap_eq_int(shared.clashes, 0,
	    "four threads, two keys, 200 signatures: no key in two hands");
	vt_own_keys_fini(&shared.k);
}

/* ---- what an office signs with ---- */

static void
own_route(struct house *h, const char *name, const char *path, bool active)
{
	struct vt_route *r = calloc(1, sizeof(*r));
	struct vt_err err = VT_ERR_INIT;

	tap_need(r != NULL, "memory");
	(void)snprintf(r->key, sizeof(r->key), "%s", name);
	(void)snprintf(r->secret_ref, sizeof(r->secret_ref), "file:%s", path);
	r->kind = VT_ROUTE_OWN;
	r->active = active;
	tap_need(vt_route_put(h->store, r, &err) == VT_OK, "route %s %s", name,
	    err.msg);
	free(r);
}

/* An envelope of that agency; with: whose certificate stands in it. */
static int
sign(struct house *h, const char *from, const struct pki *with, bool *ret_is)
{
	struct vt_envelope e = {
		.from = from, .to = "H77.01", .kind = VT_PACKET_EDOC
	};
	struct vt_err err = VT_ERR_INIT;
	struct vt_span der = pki_der(with);
	VT_BUF_AUTO(cms);
	int rc = vt_envelope_sign(h->office, &e, &cms, &err);

	*ret_is = rc == VT_OK && memmem(cms.p, cms.n, der.p, der.n) != NULL;
	return rc;
}

static void
office(const struct pki *first)
{
	struct pki *second = signer("Khóa mới"), *theirs = signer("Xã");
	char *path = NULL, *far = NULL, *next = NULL;
	struct house h;
	bool is;

	house_begin(&h);
	h.w.now = VT_TIME_S(1790000000);
	tap_need(asprintf(&path, "%s/own.pem", h.dir) > 0 &&
		     asprintf(&far, "%s/far.pem", h.dir) > 0 &&
		     asprintf(&next, "%s/next.pem", h.dir) > 0,
	    "names");
	put_file(path, first);
	put_file(far, theirs);
	put_file(next, second);
	tap_ok(sign(&h, "H99.07", first, &is) == VT_E_KEY_FORMAT,
	    "without a key nothing is signed");
	own_route(&h, "@own", path, true);
	own_route(&h, "@own:H99.31", far, true);
	for (int i = 0; i < 2; i++) { /* opened, and open already */
		tap_ok(sign(&h, "H99.07", first, &is) == VT_OK && is,
		    "the agency's key");
		tap_ok(sign(&h, "H99.31", theirs, &is) == VT_OK && is,
		    "another agency's is its own, whichever is open");
	}
	tap_need(rename(next, path) == 0, "the key is changed");
	tap_ok(sign(&h, "H99.07", second, &is) == VT_OK && is,
	    "another key in the same place: it signs from now on");
	(void)unlink(path);
	tap_ok(sign(&h, "H99.07", second, &is) == VT_E_NO_INPUT,
	    "a key that was removed signs no more, though it was open");
	h.w.now = VT_TIME_S(2240000000); /* 2040 */
	tap_ok(sign(&h, "H99.31", theirs, &is) == VT_E_CERT_EXPIRED,
	    "nor does one that expired meanwhile");
	h.w.now = VT_TIME_S(1790000000);
	own_route(&h, "@own:H99.31", far, false);
	tap_ok(sign(&h, "H99.31", theirs, &is) == VT_E_KEY_FORMAT,
	    "nor one whose route was turned off");
	free(path);
	free(far);
	free(next);
	house_end(&h);
	pki_free(second);
	pki_free(theirs);
}

int
main(void)
{
	struct vt_err err = VT_ERR_INIT;
	struct pki *p;

	tap_need(vt_base_init(&err) == VT_OK, "base");
	p = signer("Cơ quan mẫu");
	files(p);
	one_at_a_time(p);
	full(p);
	threads(p);
	office(p);
	pki_free(p);
	return tap_done();
}
