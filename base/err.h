/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one error type. Passed explicitly, never thread-local.
 *
 * A function that can fail returns int: VT_OK (0) or a negative enum vt_code,
 * takes `struct vt_err *reterr` last (may be NULL), fills it once, where the
 * failure is known, and leaves its outputs untouched. A caller hands the
 * error on and never rewrites its message.
 *
 * The message is for people: object, standard and clause, wanted, found.
 * It holds nothing secret. It is a C string of valid UTF-8, cut at a
 * character border when too long.
 */
#ifndef VT_BASE_ERR_H
#define VT_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

#define VT_NODISCARD      __attribute__((warn_unused_result))
#define VT_PRINTF(fmt, a) __attribute__((format(printf, fmt, a)))

/* Codes: -1, -2, ... in the order of err.def; the table is append-only. */
enum vt_code {
	VT_E__TOP = 1,
#define VT_ERR(name, slug, http, exit, level, retry, vi, en) VT_E__N_##name,
#include "base/err.def"
#undef VT_ERR
	VT_E__END,
	VT_OK = 0,
#define VT_ERR(name, slug, http, exit, level, retry, vi, en) \
	VT_E_##name = -(VT_E__N_##name - VT_E__TOP),
#include "base/err.def"
#undef VT_ERR
};

struct vt_err {
	enum vt_code code; /* VT_OK when unset */
	int os_errno;      /* errno of the failing call, or 0 */
	char msg[400];     /* UTF-8, NUL-terminated, "" when unset */
};

#define VT_ERR_INIT { VT_OK, 0, "" }

/* How loud a code is in the log. */
enum vt_err_level { VT_LEVEL_DEBUG, VT_LEVEL_INFO, VT_LEVEL_WARN, VT_LEVEL_ERROR };

/* What the table says of a code; all strings are static. */
struct vt_err_info {
	const char *slug;        /* stable public code, e.g. "pin-wrong" */
	int http_status;         /* RFC 9110 status */
	int exit_status;         /* of the command line (sysexits where named) */
	enum vt_err_level level; /* log level */
	bool retryable;          /* the same call may succeed later, unchanged */
	const char *vi, *en;     /* public text, Vietnamese and English */
};

/*
 * Sets *reterr (if not NULL) and returns code, so that a failing path reads
 * `return vt_err_set(reterr, VT_E_X, "...")`. os_errno becomes 0.
 */
int vt_err_set(struct vt_err *reterr, enum vt_code code, const char *fmt, ...)
    VT_PRINTF(3, 4);

/* The same, keeping os_errno and appending ": strerror(os_errno)". */
int vt_err_errno(struct vt_err *reterr, enum vt_code code, int os_errno,
    const char *fmt, ...) VT_PRINTF(4, 5);

/*
 * Neither is ever given VT_OK. An analyser sees one file at a time and cannot
 * know that: it would follow a failure as if it were a success, and report
 * every output which the failure leaves untouched.
 */
#if defined(__clang_analyzer__) || defined(VT_ANALYZER)
static inline int
vt_err_sure(int code)
{
	if (code == VT_OK)
		__builtin_unreachable();
	return code;
}
#define vt_err_set(...)   vt_err_sure((vt_err_set)(__VA_ARGS__))
#define vt_err_errno(...) vt_err_sure((vt_err_errno)(__VA_ARGS__))
#endif

/* Row of the table. An unknown code gives the row of VT_E_INTERNAL. */
const struct vt_err_info *vt_err_info(int code);

/* Code of a slug ("pin-wrong" -> VT_E_PIN_WRONG), VT_E_INTERNAL if none. */
int vt_err_from_slug(const char *slug);

/*
 * Moves a pointer out of a variable: hands ownership over and NULLs the
 * variable, for use with VT_CLEANUP.
 */
#define VT_TAKE(p)                     \
	__extension__({                \
		__typeof__(p) vt_p_ = (p); \
		(p) = NULL;            \
		vt_p_;                 \
	})

/*
 * VT_CLEANUP(vt_x_free) struct vt_x *x = NULL;  calls vt_x_free(x) on leaving
 * the scope. The header of vt_x declares it with VT_CLEANUP_DEFINE.
 */
#define VT_CLEANUP(fn) __attribute__((cleanup(fn##_p)))
#define VT_CLEANUP_DEFINE(type, fn)                                  \
	static inline __attribute__((unused)) void fn##_p(type **pp) \
	{                                                            \
		fn(*pp);                                             \
	}

/* Always-on assertion of a programmer's promise; prints and aborts. */
#define VT_ASSERT(cond) \
	((cond) ? (void)0 : vt_assert_failed(#cond, __FILE__, __LINE__))
_Noreturn void vt_assert_failed(const char *cond, const char *file, int line);

/* Long-lived objects start with `uint32_t magic`; checked on entry. */
#define VT_CHECK(obj, want) VT_ASSERT((obj) != NULL && (obj)->magic == (want))

#endif
