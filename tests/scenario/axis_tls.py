#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The axis over TLS, with a throw-away CA: one server keeps packets for the
agency of another, which sends and fetches. A certificate of a CA that was not
named, or for another name, is refused with a reason; nothing is lost by it."""
import http.client
import json
import os
import socket
import ssl
import time

import harness as t

SYSTEM = 'demo.system.07'
province = t.Province()
work = t.scratch()


def file(name):
    return os.path.join(work, name)


def openssl(*args):
    r = t.run('openssl', *args, cwd=work)
    t.need(r.returncode == 0, 'openssl ' + ' '.join(args[:2]),
           r.stderr.decode())


def make_ca(name):
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt',
            'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-keyout',
            name + '.key', '-out', name + '.pem', '-subj', '/CN=' + name)


def make_cert(name, ca, alternative):
    with open(file('ext'), 'w', encoding='ascii') as f:
        f.write('subjectAltName=%s\nextendedKeyUsage=serverAuth\n'
                'basicConstraints=CA:FALSE\n' % alternative)
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
            '-nodes', '-keyout', name + '.key', '-out', name + '.csr',
            '-subj', '/CN=axis')
    openssl('x509', '-req', '-in', name + '.csr', '-CA', ca + '.pem', '-CAkey',
            ca + '.key', '-CAcreateserial', '-days', '30', '-extfile', 'ext',
            '-out', name + '.pem')


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def route(store, *args):
    r = t.vanthu('route', store, *args, '--system-id', SYSTEM, '--secret',
                 'file:axis.secret')
    t.need(r.returncode == 0, 'route ' + args[0], r.stderr.decode())


def until(what, name):
    for _ in range(300):
        got = what()
        if got:
            return got
        time.sleep(0.1)
    return t.need(False, name, deliveries())


class Axis(t.Server):
    """The server over TLS; its people are asked over TLS, too."""

    def __init__(self, cert):
        super().__init__(province, axis_store, axis_port, (
            '--tls-cert', file(cert + '.pem'), '--tls-key',
            file(cert + '.key')))
        t.need(self.port is not None, 'the axis starts',
               getattr(self, 'said', ''))


def waiting():
    """Papers that wait at the agency of the axis."""
    c = http.client.HTTPSConnection(
        '127.0.0.1', axis_port, timeout=t.START_S,
        context=ssl.create_default_context(cafile=file('ca.pem')))
    c.request('GET', '/v1/papers?direction=in&state=waiting', headers={
        'Authorization': 'Bearer ' + province.token('anmau-clerk')})
    return json.loads(c.getresponse().read())['papers']


def sender(ca):
    s = t.Server(province, store, 0, ('--peer-ca', file(ca + '.pem')))
    t.need(s.port is not None, 'the sender starts', getattr(s, 'said', ''))
    return s


def deliveries():
    return people.clerk.get('/v1/papers/%s/deliveries' % paper).json[
        'deliveries']


def hurry():
    people.clerk.need(people.clerk.ask(
        'POST', '/v1/deliveries/%s/hurry' % deliveries()[0]['id'],
        headers={'Idempotency-Key': t.new_key()}))


def refused(cert, ca, words):
    """A try from `ca`'s point of view fails, for a reason in words."""
    global s, people
    axis = Axis(cert)
    s = sender(ca)
    people = t.People(s)
    hurry()
    until(lambda: words in province.read('log', 'serve'),
          'the reason is told: ' + words)
    t.ok(True, 'the reason is told: ' + words)
    t.equal(deliveries()[0]['state'], 'waiting', 'the paper still waits')
    s.stop()
    axis.stop()


for ca in ('ca', 'other-ca'):
    make_ca(ca)
make_cert('good', 'ca', 'IP:127.0.0.1')
make_cert('elsewhere', 'ca', 'DNS:axis.example,IP:127.0.0.2')
with open(province.path('keys', 'axis.secret'), 'w', encoding='ascii') as f:
    f.write('demo-secret-not-real\n')
axis_port = free_port()
axis_url = 'https://127.0.0.1:%d/axis' % axis_port
axis_store = province.store_of('anmau', file('axis'))
store = province.store_of('skhcn', file('sender'))
route(axis_store, 'H99.07', 'hosted')
route(store, 'H99.31', 'axis', '--url', axis_url, '--quirk-hash')
route(store, '@axis', 'axis', '--url', axis_url, '--quirk-hash', '--pull',
      '1', '--of', 'H99.07')

s = sender('other-ca')
people = t.People(s)
paper = people.walk([('cong-van.pdf', t.PDF, t.letter_pdf('--no-fields'))])
people.clerk.need(people.clerk.act(paper, 'issue'))
people.clerk.need(people.clerk.act(paper, 'dispatch'))
s.stop()

refused('good', 'other-ca', 'SSL certificate problem: unable to get local '
        'issuer certificate')
refused('elsewhere', 'ca', 'no alternative certificate subject name matches')

axis = Axis('good')
t.equal(waiting(), [], 'nothing came through before')
s = sender('ca')
people = t.People(s)
hurry()
until(lambda: (deliveries()[0]['status'] or {}).get('code') == '01',
      'it arrives over TLS, and its status is fetched over TLS')
t.equal(len(waiting()), 1, 'one paper waits there')
d = deliveries()[0]
t.equal((d['state'], d['transport']), ('arrived', 'axis'), 'by the axis')
s.stop()
axis.stop()
for path in (store, axis_store):
    r = t.vanthu('check', path)
    t.equal(r.returncode, 0, 'the store checks clean')
t.done()
