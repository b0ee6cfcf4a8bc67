/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/cli/peers.h"

#include <stdlib.h>

#include "api/cli/cli.h"
#include "api/exchange/direct/direct.h"
#include "api/office/deliver.h"

#define PEM_MAX ((size_t)1 << 20)

struct vt_cli_peers {
	struct vt_buf ca, cert, key;
	struct vt_direct *direct;
};

static int
read_pem(const char *path, struct vt_buf *ret, struct vt_err *reterr)
{
	return path == NULL ? VT_OK : vt_cli_read(path, PEM_MAX, ret, reterr);
}

static int
open_direct(struct vt_cli_peers *p, const struct vt_cli_peers_options *o,
    struct vt_err *reterr)
{
	struct vt_direct_options d = { .office = o->office,
		.ctx = o->ctx,
		.allow_private = o->allow_private,
		.ca = vt_buf_view(&p->ca),
		.cert = vt_buf_view(&p->cert),
		.key = vt_buf_view(&p->key) };
	struct vt_transport t;
	int rc;

	if ((rc = vt_direct_new(&d, &p->direct, reterr)) != VT_OK)
		return rc;
	t = vt_direct_transport(p->direct);
	return vt_office_transport_add(o->office, &t, reterr);
}

int
vt_cli_peers_open(const struct vt_cli_peers_options *o,
    struct vt_cli_peers **ret, struct vt_err *reterr)
{
	struct vt_cli_peers *p = calloc(1, sizeof(*p));
	int rc;

	if (p == NULL)
		return vt_err_set(reterr, VT_E_NOMEM, "peers: no memory");
	p->key.secret = true;
	/* handed out at once: a transport that is half open is still freed
	 * only after the office that may hold it */
	*ret = p;
	if ((rc = read_pem(o->ca, &p->ca, reterr)) != VT_OK ||
	    (rc = read_pem(o->cert, &p->cert, reterr)) != VT_OK ||
	    (rc = read_pem(o->key, &p->key, reterr)) != VT_OK)
		return rc;
	return open_direct(p, o, reterr);
}

void
vt_cli_peers_free(struct vt_cli_peers *p)
{
	if (p == NULL)
		return;
	vt_direct_free(p->direct);
	vt_buf_free(&p->ca);
	vt_buf_free(&p->cert);
	vt_buf_free(&p->key);
	free(p);
}

size_t
vt_cli_peers_faces(struct vt_cli_peers *p, struct vt_http_face *ret, size_t max)
{
	if (max == 0)
		return 0;
	ret[0] = vt_direct_face(p->direct);
	return 1;
}
