/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/http/address.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "api/http/guard.h"

bool
vt_http_address(struct vt_span s, char ret[VT_HTTP_ADDRESS_MAX])
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
		0xff };
	char text[VT_HTTP_ADDRESS_MAX];
	struct in6_addr v6;
	struct in_addr v4;

	if (s.n == 0 || s.n >= sizeof(text) || memchr(s.p, 0, s.n) != NULL)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (inet_pton(AF_INET, text, &v4) == 1)
		return inet_ntop(AF_INET, &v4, ret, VT_HTTP_ADDRESS_MAX) !=
		       NULL;
	if (inet_pton(AF_INET6, text, &v6) != 1)
		return false;
	if (memcmp(v6.s6_addr, mapped, sizeof(mapped)) != 0)
		return inet_ntop(AF_INET6, &v6, ret, VT_HTTP_ADDRESS_MAX) !=
		       NULL;
	memcpy(&v4, v6.s6_addr + sizeof(mapped), sizeof(v4));
	return inet_ntop(AF_INET, &v4, ret, VT_HTTP_ADDRESS_MAX) != NULL;
}

void
vt_http_network(const char *peer, char ret[VT_HTTP_ADDRESS_MAX])
{
	struct in6_addr v6;

	snprintf(ret, VT_HTTP_ADDRESS_MAX, "%s", peer);
	if (inet_pton(AF_INET6, peer, &v6) != 1)
		return;
	memset(v6.s6_addr + 8, 0, 8);
	inet_ntop(AF_INET6, &v6, ret, VT_HTTP_ADDRESS_MAX);
}

static struct vt_span
trim(struct vt_span s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* What stands after the last sep, blanks off. No sep: all of it. */
static struct vt_span
after_last(struct vt_span s, uint8_t sep)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == sep)
			return trim(VT_SPAN(s.p + i, s.n - i));
	return trim(s);
}

/* An address with or without a port: "A", "A:1", "[A]", "[A]:1". */
static bool
node(struct vt_span s, char ret[VT_HTTP_ADDRESS_MAX])
{
	const uint8_t *end;

	if (s.n > 0 && s.p[0] == '[') {
		end = memchr(s.p, ']', s.n);
		if (end == NULL)
			return false;
		return vt_http_address(
		    VT_SPAN(s.p + 1, (size_t)(end - s.p) - 1), ret);
	}
	if (vt_http_address(s, ret))
		return true;
	end = s.n == 0 ? NULL : memchr(s.p, ':', s.n);
	return end != NULL &&
	       vt_http_address(VT_SPAN(s.p, (size_t)(end - s.p)), ret);
}

/* The for= of the last element, e.g. for="[2001:db8::1]:4711";proto=https. A
 * quoted comma or semicolon has no place in an address. */
static bool
forwarded_for(struct vt_span s, char ret[VT_HTTP_ADDRESS_MAX])
{
	struct vt_span element = after_last(s, ','), pair, value;
	const uint8_t *semicolon;

	while (element.n > 0) {
		semicolon = memchr(element.p, ';', element.n);
		pair = element;
		if (semicolon != NULL)
			pair.n = (size_t)(semicolon - element.p);
		element.p += pair.n;
		element.n -= pair.n;
		if (semicolon != NULL) {
			element.p++;
			element.n--;
		}
		pair = trim(pair);
		if (pair.n < 4 || !vt_http_span_is(VT_SPAN(pair.p, 4), "for="))
			continue;
		value = VT_SPAN(pair.p + 4, pair.n - 4);
		if (value.n >= 2 && value.p[0] == '"' &&
		    value.p[value.n - 1] == '"')
			value = VT_SPAN(value.p + 1, value.n - 2);
		return node(value, ret);
	}
	return false;
}

/* The last field of that name: a proxy adds its own at the end. */
static struct vt_span
last(const struct vt_http_req *req, const char *name)
{
	for (size_t i = req->nfields; i > 0; i--)
		if (vt_http_span_is(req->fields[i - 1].name, name))
			return req->fields[i - 1].value;
	return VT_SPAN(NULL, 0);
}

bool
vt_http_forwarded(const struct vt_http_req *req, char ret[VT_HTTP_ADDRESS_MAX])
{
	struct vt_span x = last(req, "X-Forwarded-For");
	struct vt_span f = last(req, "Forwarded");
	char by_x[VT_HTTP_ADDRESS_MAX], by_f[VT_HTTP_ADDRESS_MAX];

	if (x.p != NULL && !node(after_last(x, ','), by_x))
		return false;
	if (f.p != NULL && !forwarded_for(f, by_f))
		return false;
	if (x.p == NULL && f.p == NULL)
		return false;
	if (x.p != NULL && f.p != NULL && strcmp(by_x, by_f) != 0)
		return false;
	memcpy(ret, x.p != NULL ? by_x : by_f, VT_HTTP_ADDRESS_MAX);
	return true;
}
