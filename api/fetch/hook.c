/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "api/fetch/address.h"
#include "api/fetch/hook.h"
#include "base/limits.h"

/* Ports below this belong to other services than somebody's own receiver. */
#define PORT_LEAST 1024

/* What the rules look at; each owned, by curl_free. */
struct parts {
	char *scheme, *host, *port;
	bool user, zone, fragment;
};

static bool
has(CURLU *u, CURLUPart part)
{
	char *s = NULL;
	bool got = curl_url_get(u, part, &s, 0) == CURLUE_OK;

	curl_free(s);
	return got;
}

/* libcurl also takes "https:/x" and "https:///x", as browsers do. */
static bool
is_absolute(const char *url)
{
	const char *at = strchr(url, ':');

	return at != NULL && strncmp(at, "://", 3) == 0 && at[3] != '/';
}

static bool
take_apart(const char *url, struct parts *ret)
{
	CURLU *u = curl_url();
	bool good;

	good =
	    u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_SCHEME, &ret->scheme, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &ret->host, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_PORT, &ret->port, CURLU_DEFAULT_PORT) ==
		CURLUE_OK;
	if (good) {
		ret->user =
		    has(u, CURLUPART_USER) || has(u, CURLUPART_PASSWORD);
		ret->zone = has(u, CURLUPART_ZONEID);
		ret->fragment = has(u, CURLUPART_FRAGMENT);
	}
	curl_url_cleanup(u);
	return good;
}

static bool
is_named(const struct vt_fetch_hook_options *o, const char *host)
{
	for (size_t i = 0; i < o->n_hosts; i++)
		if (strcasecmp(o->hosts[i], host) == 0)
			return true;
	return false;
}

static bool
is_visible_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s >= 0x7f)
			return false;
	return true;
}

/* NULL, or why this address is not called. */
static const char *
objection(const struct parts *p, bool named)
{
	char host[64] = "";
	size_t n = strlen(p->host);
	long port = strtol(p->port, NULL, 10);

	if (p->user)
		return "user names and passwords have no place in it";
	if (p->fragment)
		return "a fragment is never sent";
	if (p->zone)
		return "a zone leads to a link, not to a public address";
	if (strcmp(p->scheme, "https") != 0 &&
	    !(named && strcmp(p->scheme, "http") == 0))
		return named ? "http or https wanted" : "https wanted";
	if (port < 1 || port > 65535)
		return "no such port";
	if (named)
		return NULL;
	if (port != 443 && port < PORT_LEAST)
		return "port 443 wanted, or one from 1024";
	if (n >= 2 && n - 2 < sizeof(host) && p->host[0] == '[')
		memcpy(host, p->host + 1, n - 2);
	else if (n < sizeof(host))
		memcpy(host, p->host, n);
	if (vt_fetch_text_is_private(host))
		return "its address is not a public one";
	return NULL;
}

/* *ret_named: the operator named its host. */
static int
check(const struct vt_fetch_hook_options *o, const char *url, bool *ret_named,
    struct vt_err *reterr)
{
	struct parts p = { 0 };
	const char *why;

	if (strlen(url) > VT_L(URL_MAX))
		return vt_err_set(reterr, VT_E_LIMIT,
		    "webhook address: at most %zu bytes", VT_L(URL_MAX));
	if (!is_visible_ascii(url) || !is_absolute(url) ||
	    !take_apart(url, &p)) {
		why = "not an absolute URL (RFC 3986 section 4.3) in ASCII";
	} else {
		*ret_named = is_named(o, p.host);
		why = objection(&p, *ret_named);
	}
	curl_free(p.scheme);
	curl_free(p.host);
	curl_free(p.port);
	return why == NULL ? VT_OK
			   : vt_err_set(reterr, VT_E_INVALID,
				 "webhook address: %s", why);
}

int
vt_fetch_hook_check(const struct vt_fetch_hook_options *o, const char *url,
    struct vt_err *reterr)
{
	bool named;

	return check(o, url, &named, reterr);
}

int
vt_fetch_hook_post(const struct vt_fetch_hook_options *o,
    const struct vt_fetch_hook *hook, struct vt_call_answer *ret,
    struct vt_err *reterr)
{
	struct vt_call c = VT_CALL_INIT;
	int rc;

	if ((rc = check(o, hook->url, &c.allow_private, reterr)) != VT_OK)
		return rc;
	c.method = "POST";
	c.url = hook->url;
	c.fields = hook->fields;
	c.n_fields = hook->n_fields;
	c.head = hook->body;
	c.limit = VT_L(WEBHOOK_ANSWER_MAX);
	c.timeout_ms = (long)VT_L(WEBHOOK_MS);
	c.connect_ms = (long)VT_L(WEBHOOK_CONNECT_MS);
	c.ca = o->ca;
	c.stop = hook->stop;
	c.stop_arg = hook->stop_arg;
	c.resolve = o->resolve;
	rc = vt_call(&c, ret, reterr);
	/* The status is what counts; what else it said nobody asked for. */
	return rc == VT_E_LIMIT && ret->status > 0 ? VT_OK : rc;
}
