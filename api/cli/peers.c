/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/cli/peers.h"

#include <stdlib.h>

#include "api/cli/cli.h"
#include "api/exchange/axis/axis.h"
#include "api/exchange/axis/server.h"
#include "api/exchange/direct/direct.h"
#include "api/office/deliver.h"

#define PEM_MAX ((size_t)1 << 20)

struct vt_cli_peers {
	struct vt_buf ca, cert, key;
	struct vt_direct *direct;
	struct vt_axis *axis;
	struct vt_axis_server *axis_server;
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

/* The national axis: fetched from and sent to; and served in its place. */
static int
open_axis(struct vt_cli_peers *p, const struct vt_cli_peers_options *o,
    struct vt_err *reterr)
{
	struct vt_axis_options a = { .ctx = o->ctx,
		.key_dir = o->key_dir,
		.allow_private = o->allow_private,
		.ca = vt_buf_view(&p->ca),
		.cert = vt_buf_view(&p->cert),
		.key = vt_buf_view(&p->key) };
	struct vt_axis_server_options s = { .office = o->office,
		.spawner = o->spawner,
		.ctx = o->ctx,
		.key_dir = o->key_dir,
		.spool_dir = o->spool_dir,
		.clock_s = o->axis_clock_s,
		.tls_outside = o->tls_outside };
	struct vt_transport t;
	int rc;

	if ((rc = vt_axis_new(&a, &p->axis, reterr)) != VT_OK)
		return rc;
	t = vt_axis_transport(p->axis);
	if ((rc = vt_office_transport_add(o->office, &t, reterr)) != VT_OK)
		return rc;
	t = vt_wrapper_transport(p->axis);
	if ((rc = vt_office_transport_add(o->office, &t, reterr)) != VT_OK)
		return rc;
	return vt_axis_server_new(&s, &p->axis_server, reterr);
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
	rc = open_direct(p, o, reterr);
	return rc != VT_OK ? rc : open_axis(p, o, reterr);
}

void
vt_cli_peers_free(struct vt_cli_peers *p)
{
	if (p == NULL)
		return;
	vt_direct_free(p->direct);
	vt_axis_server_free(p->axis_server);
	vt_axis_free(p->axis);
	vt_buf_free(&p->ca);
	vt_buf_free(&p->cert);
	vt_buf_free(&p->key);
	free(p);
}

size_t
vt_cli_peers_faces(struct vt_cli_peers *p, struct vt_http_face *ret, size_t max)
{
	if (max < 2)
		return 0;
	ret[0] = vt_direct_face(p->direct);
	ret[1] = vt_axis_server_face(p->axis_server);
	return 2;
}
