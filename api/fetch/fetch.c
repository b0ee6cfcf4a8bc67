/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "api/fetch/address.h"
#include "api/fetch/fetch.h"
#include "base/limits.h"

struct transfer {
	struct vt_buf *out;
	size_t limit, got;
	bool over, refused, allow_private;
};

int
vt_fetch_init(struct vt_err *reterr)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return vt_err_set(
		    reterr, VT_E_ENVIRONMENT, "libcurl could not be set up");
	return VT_OK;
}

static size_t
on_data(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	n *= size;
	if (n > t->limit - t->got) {
		t->over = true;
		return 0;
	}
	vt_buf_put(t->out, p, n);
	t->got += n;
	return n;
}

/* The address is judged where the socket is made: after the name was looked
 * up, so that no name can change its mind in between. */
static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *t = arg;

	(void)purpose;
	if (!t->allow_private && vt_fetch_is_private(&address->addr)) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

static int
judge(CURL *h, CURLcode rc, const struct transfer *t, const char *url,
    struct vt_err *reterr)
{
	long status = 0;

	if (t->refused)
		return vt_err_set(reterr, VT_E_INVALID,
		    "%s: its address is not a public one", url);
	if (t->over)
		return vt_err_set(reterr, VT_E_LIMIT,
		    "%s: the answer is larger than %zu bytes", url, t->limit);
	if (rc == CURLE_OPERATION_TIMEDOUT)
		return vt_err_set(
		    reterr, VT_E_TIMEOUT, "%s: no answer in time", url);
	if (rc != CURLE_OK)
		return vt_err_set(reterr, VT_E_ENVIRONMENT, "%s: %s", url,
		    curl_easy_strerror(rc));
	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return vt_err_set(reterr, VT_E_ENVIRONMENT,
		    "%s: status %ld, 200 wanted", url, status);
	return vt_buf_status(t->out, reterr);
}

static bool
set_up(CURL *h, struct transfer *t, const char *url,
    const struct vt_fetch_options *o, struct curl_slist *headers,
    struct vt_span request)
{
	long ms = o->timeout_ms > 0 ? o->timeout_ms : (long)VT_L(FETCH_MS);

	return curl_easy_setopt(h, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https") ==
		   CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, ms) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_data) ==
		   CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_WRITEDATA, t) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, on_socket) ==
		   CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, t) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE,
		   (curl_off_t)request.n) == CURLE_OK &&
	       curl_easy_setopt(h, CURLOPT_POSTFIELDS, request.p) == CURLE_OK;
}

int
vt_fetch_post(void *arg, const char *url, const char *content_type,
    struct vt_span request, size_t limit, struct vt_buf *ret,
    struct vt_err *reterr)
{
	const struct vt_fetch_options *o = arg;
	struct transfer t = { ret, limit, 0, false, false, o->allow_private };
	struct curl_slist *headers = NULL;
	VT_BUF_AUTO(type);
	CURL *h = NULL;
	int rc = VT_E_NOMEM;

	vt_buf_printf(&type, "Content-Type: %s", content_type);
	if ((rc = vt_buf_status(&type, reterr)) != VT_OK)
		return rc;
	headers = curl_slist_append(NULL, vt_buf_str(&type));
	h = curl_easy_init();
	if (headers == NULL || h == NULL ||
	    !set_up(h, &t, url, o, headers, request))
		rc = vt_err_set(reterr, VT_E_ENVIRONMENT,
		    "%s: libcurl could not be set up", url);
	else
		rc = judge(h, curl_easy_perform(h), &t, url, reterr);
	curl_easy_cleanup(h);
	curl_slist_free_all(headers);
	return rc;
}
