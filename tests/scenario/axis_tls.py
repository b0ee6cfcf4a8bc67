#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The axis over TLS, with a throw-away CA: one server keeps packets for the
agency of another, which sends and fetches. A certificate of a CA that was not
named, or for another name, is refused with a reason; nothing is lost by it."""
import os

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


class Axis(t.Server):
    """The server over TLS; its people are asked over TLS, too."""

    def __init__(self, cert):
        super().__init__(province, axis_store, axis_port, (
            '--tls-cert', file(cert + '.pem'), '--tls-key',
            file(cert + '.key')))

    def waiting(self):
        clerk = t.Client(self.port, province.token('anmau-clerk'),
                         tls=t.trusting(file('ca.pem')))
        return clerk.get('/v1/papers?direction=in&state=waiting').json[
            'papers']


class Sender(t.Server):
    def __init__(self, ca):
        super().__init__(province, store, 0,
                         ('--peer-ca', file(ca + '.pem')))


def refused(cert, ca, words):
    """A try from `ca`'s point of view fails, for a reason in words."""
    global s, people
    axis = Axis(cert)
    s = Sender(ca)
    people = t.People(s)
    people.hurry(people.deliveries(paper)[0])
    t.until(lambda: words in province.read('log', 'serve'),
            'the reason is told: ' + words)
    t.equal(people.deliveries(paper)[0]['state'], 'waiting',
            'the paper still waits')
    s.stop()
    axis.stop()


for ca in ('ca', 'other-ca'):
    make_ca(ca)
make_cert('good', 'ca', 'IP:127.0.0.1')
make_cert('elsewhere', 'ca', 'DNS:axis.example,IP:127.0.0.2')
province.secret('axis.secret', 'demo-secret-not-real')
SECRET = ('--system-id', SYSTEM, '--secret', 'file:axis.secret')
axis_port = t.free_port()
axis_url = 'https://127.0.0.1:%d/axis' % axis_port
axis_store = province.store_of('anmau', file('axis'))
store = province.store_of('skhcn', file('sender'))
province.route('H99.07', 'hosted', *SECRET, store=axis_store)
AXIS = ('axis', '--url', axis_url, '--quirk-hash', *SECRET)
province.route('H99.31', *AXIS, store=store)
province.route('@axis', *AXIS, '--pull', '1', '--of', 'H99.07', store=store)

s = Sender('other-ca')
people = t.People(s)
paper = people.walk([('cong-van.pdf', t.PDF, t.letter_pdf('--no-fields'))])
people.send(paper)
s.stop()

refused('good', 'other-ca', 'SSL certificate problem: unable to get local '
        'issuer certificate')
refused('elsewhere', 'ca', 'no alternative certificate subject name matches')

axis = Axis('good')
t.equal(axis.waiting(), [], 'nothing came through before')
s = Sender('ca')
people = t.People(s)
people.hurry(people.deliveries(paper)[0])
t.until(lambda: (people.deliveries(paper)[0]['status'] or {}).get('code')
        == '01', 'it arrives over TLS, and its status is fetched over TLS')
t.equal(len(axis.waiting()), 1, 'one paper waits there')
d = people.deliveries(paper)[0]
t.equal((d['state'], d['transport']), ('arrived', 'axis'), 'by the axis')
s.stop()
axis.stop()
for path in (store, axis_store):
    r = t.vanthu('check', path)
    t.equal(r.returncode, 0, 'the store checks clean')
t.done()
