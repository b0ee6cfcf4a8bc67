/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ids, hashes, the context, secrets, sources, limits. */
#include <errno.h>
#include <fcntl.h>
#include <gcrypt.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/id.h"
#include "base/limits.h"
#include "base/secret.h"
#include "base/source.h"
#include "tests/guard.h"
#include "tests/tap.h"

static void
expect_hash(vt_hash h, const char *hex, const char *what)
{
	char text[VT_HASH_TEXT + 1];

	vt_hash_text(&h, text);
	tap_eq_str(text, hex, "%s", what);
}

static void
test_hashes(void)
{
	static const char abc[] = "ba7816bf8f01cfea414140de5dae2223"
				  "b00361a396177a9cb410ff61f20015ad";
	struct vt_sha256 *h = vt_sha256_new(), *prefix;
	uint8_t key[131];
	vt_hash a, b;

	/* FIPS 180-4 and RFC 4231, test case 2. */
	expect_hash(vt_sha256(VT_SPAN(NULL, 0)),
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	    "SHA-256 of nothing");
	expect_hash(vt_sha256(VT_SPAN_LIT("abc")), abc, "SHA-256 of abc");
	expect_hash(vt_hmac_sha256(VT_SPAN_LIT("Jefe"),
			VT_SPAN_LIT("what do ya want for nothing?")),
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
	    "HMAC-SHA-256");
	/* Test cases 1, 6 and 7: a short key, and keys beyond one block. */
	memset(key, 0x0b, sizeof(key));
	expect_hash(vt_hmac_sha256(VT_SPAN(key, 20), VT_SPAN_LIT("Hi There")),
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
	    "a key of 20 bytes");
	memset(key, 0xaa, sizeof(key));
	expect_hash(vt_hmac_sha256(VT_SPAN(key, 131),
			VT_SPAN_LIT("Test Using Larger Than Block-Size Key - "
				    "Hash Key First")),
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
	    "a key of 131 bytes");
	for (size_t n = 62; n <= 66; n++) {
		uint8_t want[32];

		gcry_buffer_t iov[2] = { { .len = n, .data = key },
			{ .len = 5, .data = key } };
		VT_ASSERT(gcry_md_hash_buffers(GCRY_MD_SHA256,
			      GCRY_MD_FLAG_HMAC, want, iov, 2) == 0);
		a = vt_hmac_sha256(VT_SPAN(key, n), VT_SPAN(key, 5));
		tap_ok(memcmp(a.b, want, 32) == 0,
		    "a key of %zu bytes, as libgcrypt says", n);
	}
	vt_sha256_put(h, "a", 1);
	prefix = vt_sha256_copy(h);
	vt_sha256_put(h, "bc", 2);
	expect_hash(vt_sha256_end(h), abc, "running");
	vt_sha256_put(prefix, "bc", 2);
	expect_hash(vt_sha256_end(prefix), abc, "from a saved prefix");
	vt_sha256_free(h);
	vt_sha256_free(prefix);
	vt_sha256_free(NULL);

	tap_ok(vt_hash_parse(VT_SPAN_LIT("ba7816bf8f01cfea414140de5dae2223"
					 "b00361a396177a9cb410ff61f20015ad"),
		   &a),
	    "hash from hex");
	b = vt_sha256(VT_SPAN_LIT("abc"));
	tap_ok(vt_hash_eq(&a, &b), "equal");
	b.b[31] ^= 1;
	tap_ok(!vt_hash_eq(&a, &b), "one bit off");
}

static void
test_ids(void)
{
	static const char *const bad[] = { "", "0",
		"0123456789abcdef0123456789abcde",
		"0123456789abcdef0123456789abcdef0",
		"0123456789ABCDEF0123456789abcdef",
		"0123456789abcdef0123456789abcdeg" };
	char text[VT_ID_TEXT + 1];
	vt_id a = vt_id_new(vt_context_system()), zero = { { 0 } };
	vt_id b = vt_id_new(vt_context_system());

	tap_ok(!vt_id_eq(&a, &b), "two ids differ");
	tap_ok(vt_id_is_zero(&zero) && !vt_id_is_zero(&a), "zero");
	vt_id_text(&a, text);
	tap_ok(strlen(text) == 32 && vt_id_parse(vt_span_str(text), &b) &&
		   vt_id_eq(&a, &b),
	    "text and back");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct guard g;

		tap_ok(!vt_id_parse(guard_put(&g, vt_span_str(bad[i])), &b),
		    "refused: \"%s\"", bad[i]);
		guard_drop(&g);
	}
	tap_ok(vt_id_eq(&a, &b), "the output is untouched");
}

static void
count_up(void *arg, void *p, size_t n)
{
	uint8_t *next = arg;

	for (size_t i = 0; i < n; i++)
		((uint8_t *)p)[i] = (*next)++;
}

static void
test_context(void)
{
	const struct vt_context *c = vt_context_system();
	struct vt_err e = VT_ERR_INIT;
	struct vt_context mine = *c;
	uint8_t next = 0;
	char text[VT_ID_TEXT + 1];
	struct sigaction sa;
	struct rlimit core;
	int64_t m = vt_monotonic_us(c);
	vt_id id;
	pid_t pid;
	int status = -1;

	tap_ok(vt_now(c) > VT_TIME_S(1700000000), "a wall clock");
	tap_ok(vt_monotonic_us(c) >= m, "a clock that does not step back");
	mine.random = count_up;
	mine.arg = &next;
	id = vt_id_new(&mine);
	vt_id_text(&id, text);
	tap_eq_str(text, "000102030405060708090a0b0c0d0e0f",
	    "randomness is what the context says");
	tap_call(vt_base_init(&e), &e, "a second vt_base_init");
	tap_ok(sigaction(SIGPIPE, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN,
	    "SIGPIPE is ignored");
#ifndef VT_SANITIZED
	tap_ok(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0,
	    "no core files");
#else
	(void)core;
#endif
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(vt_base_init(NULL) == VT_OK &&
			      !vt_id_is_zero(&(vt_id){ { vt_id_new(c).b[0],
				  vt_id_new(c).b[1], vt_id_new(c).b[2], 1 } })
			  ? 7
			  : 1);
	tap_ok(pid > 0 && waitpid(pid, &status, 0) == pid &&
		   WIFEXITED(status) && WEXITSTATUS(status) == 7,
	    "in a forked child it works again");
}

/* A file in the current folder with this content; removed by the caller. */
static const char *
make_file(const void *p, size_t n)
{
	static char path[64];
	int fd;

	snprintf(path, sizeof(path), "base-test-%d", (int)getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	VT_ASSERT(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	close(fd);
	return path;
}

static void
test_secret_file(const void *p, size_t n, const char *want, const char *what)
{
	VT_CLEANUP(vt_secret_free) struct vt_secret *s = NULL;
	struct vt_err e = VT_ERR_INIT;
	const char *path = make_file(p, n);

	if (want == NULL) {
		tap_code(vt_secret_read_file(path, &s, &e), VT_E_LIMIT, &e,
		    "%s", what);
		tap_ok(s == NULL, "the output is untouched");
	} else {
		tap_call(vt_secret_read_file(path, &s, &e), &e, "%s", what);
		tap_ok(s != NULL && vt_span_is(vt_secret_view(s), want),
		    "its content");
	}
	unlink(path);
}

static void
test_secrets(void)
{
	VT_CLEANUP(vt_secret_free)
	struct vt_secret *s = vt_secret_new("123", 3);
	VT_CLEANUP(vt_secret_free)
	struct vt_secret *none = vt_secret_new("", 0);
	struct vt_secret *x = NULL;
	struct vt_err e = VT_ERR_INIT;
	char big[4098], want[4097];

	tap_need(s != NULL && none != NULL, "secrets");
	tap_ok(
	    vt_span_is(vt_secret_view(s), "123") && vt_secret_view(s).p[3] == 0,
	    "content and a NUL");
	tap_eq_int(vt_secret_view(none).n, 0, "an empty one");
	tap_ok(vt_secret_eq(s, VT_SPAN_LIT("123")) &&
		   !vt_secret_eq(s, VT_SPAN_LIT("124")) &&
		   !vt_secret_eq(s, VT_SPAN_LIT("1234")) &&
		   !vt_secret_eq(s, VT_SPAN_LIT("12")),
	    "comparison");
	test_secret_file("1234\n", 5, "1234", "one newline is dropped");
	test_secret_file("1234\n\n", 6, "1234\n", "only one");
	test_secret_file("", 0, "", "an empty file");
	memset(big, 'x', sizeof(big));
	memset(want, 'x', sizeof(want));
	want[4096] = '\0';
	test_secret_file(big, 4096, want, "4096 bytes");
	test_secret_file(big, 4097, NULL, "4097 bytes are too many");
	tap_code(vt_secret_read_file("/no/such/file", &x, &e), VT_E_NO_INPUT,
	    &e, "no such file");
	tap_code(vt_secret_read_file("/", &x, &e), VT_E_IO, &e, "a folder");
	memcpy(big, "abc", 3);
	vt_wipe(big, sizeof(big));
	tap_ok(big[0] == 0 && big[4097] == 0, "wiped");
}

static void
test_sources(void)
{
	struct vt_err e = VT_ERR_INIT;
	struct vt_source s;
	const char *path;
	char p[8] = "";
	int fd, dir;

	vt_source_memory(&s, VT_SPAN_LIT("0123456789"));
	tap_call(vt_source_read(&s, 7, p, 3, &e), &e, "the last three");
	tap_ok(memcmp(p, "789", 3) == 0, "as they are");
	tap_call(vt_source_read(&s, 10, p, 0, &e), &e, "nothing at the end");
	tap_code(vt_source_read(&s, 8, p, 3, &e), VT_E_INVALID, &e,
	    "beyond the end");
	tap_code(vt_source_read(&s, 11, p, 0, &e), VT_E_INVALID, &e,
	    "from beyond the end");
	tap_code(vt_source_read(&s, UINT64_MAX, p, 2, &e), VT_E_INVALID, &e,
	    "where the sum overflows");
	vt_source_close(&s);

	path = make_file("%PDF", 4);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	tap_call(vt_source_map_fd(&s, fd, &e), &e, "map a file");
	close(fd);
	unlink(path);
	tap_ok(s.size == 4 && s.map != NULL && memcmp(s.map, "%PDF", 4) == 0,
	    "its bytes, after the descriptor is closed");
	vt_source_close(&s);
	path = make_file("", 0);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	tap_code(vt_source_map_fd(&s, fd, &e), VT_E_FILE_EMPTY, &e, "empty");
	close(fd);
	unlink(path);
	dir = open("/", O_RDONLY | O_CLOEXEC);
	tap_code(vt_source_map_fd(&s, dir, &e), VT_E_IO, &e, "a folder");
	close(dir);
	tap_code(vt_source_map_fd(&s, -1, &e), VT_E_IO, &e, "no descriptor");
	tap_eq_int(e.os_errno, EBADF, "and why");
}

static void
test_limits(void)
{
	static_assert(VT_L(UPLOAD_MAX) > INT32_MAX, "limits beyond an int");
	static uint8_t constant[VT_L(AGENCY_CODE_MAX)];

	tap_eq_int(sizeof(constant), 35, "a limit is a constant expression");
	tap_eq_int(VT_L(UPLOAD_MAX), 2147483648, "2 GiB");
	for (unsigned l = 0; l < VT_LIMIT__MAX; l++) {
		const struct vt_limit_row *r = vt_limit_row((enum vt_limit)l);

		tap_ok(r->value > 0 && strlen(r->reason) > 3 &&
			   strlen(r->unit) > 2,
		    "%s: value, unit, reason", r->name);
		for (unsigned k = 0; k < l; k++) {
			const char *other =
			    vt_limit_row((enum vt_limit)k)->name;

			if (strcmp(r->name, other) == 0)
				tap_ok(false, "%s stands twice", other);
		}
	}
	tap_eq_str(vt_limit_row(VT_LIMIT_NAME_MAX)->name, "NAME_MAX", "name");
	tap_eq_int(vt_limit_row(VT_LIMIT_NAME_MAX)->value, VT_L(NAME_MAX),
	    "the table and the constant agree");
}

/* A file that nobody sees: the folder stays empty, and goes. */
static void
test_unnamed(void)
{
	char folder[] = "/tmp/vt-unnamed-XXXXXX", text[8] = "";
	struct vt_err err = VT_ERR_INIT;
	int fd = -1;

	tap_need(mkdtemp(folder) != NULL, "folder");
	tap_call(vt_unnamed_open(folder, &fd, &err), &err, "a file");
	tap_call(vt_fd_put(fd, VT_SPAN_LIT("abc"), &err), &err, "written");
	tap_call(vt_fd_put(fd, VT_SPAN_LIT("de"), &err), &err, "and more");
	tap_ok(pread(fd, text, sizeof(text), 0) == 5 &&
		   memcmp(text, "abcde", 5) == 0,
	    "read back");
	tap_ok((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "not for others");
	tap_ok(rmdir(folder) == 0, "it has no name");
	close(fd);
	fd = -1;
	tap_code(vt_unnamed_open(folder, &fd, &err), VT_E_IO, &err,
	    "no such folder");
	tap_eq_int(fd, -1, "nothing was opened");
	fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	tap_code(vt_fd_put(fd, VT_SPAN_LIT("abc"), &err), VT_E_STORE_FULL,
	    &err, "no space");
	close(fd);
}

int
main(void)
{
	struct vt_err e = VT_ERR_INIT;

	tap_need(vt_base_init(&e) == VT_OK, "vt_base_init");
	test_hashes();
	test_ids();
	test_context();
	test_secrets();
	test_sources();
	test_limits();
	test_unnamed();
	return tap_done();
}
