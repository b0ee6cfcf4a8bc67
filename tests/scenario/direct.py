#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two servers exchange papers directly, by mutual TLS: the packet with its
CMS goes out, the receipt comes back and stands on both sides, statuses follow
the acts of the receiver; whoever is not the peer that was agreed on gets
nothing in."""
import base64
import hashlib
import http.server
import json
import os
import ssl
import threading

import harness as t

province = t.Province()
work = t.scratch()


def openssl(*args):
    r = t.run('openssl', *args, cwd=work)
    t.need(r.returncode == 0, 'openssl ' + ' '.join(args[:2]),
           r.stderr.decode())


def make_keys():
    """A CA for TLS, a certificate of it for each node, service keys."""
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt',
            'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-keyout',
            'ca.key', '-out', 'ca.pem', '-subj', '/CN=direct test CA')
    for n in ('a', 'b', 'x'):
        with open(os.path.join(work, n + '.ext'), 'w', encoding='ascii') as f:
            f.write('subjectAltName=IP:127.0.0.1\n'
                    'extendedKeyUsage=serverAuth,clientAuth\n'
                    'basicConstraints=CA:FALSE\n')
        openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
                '-nodes', '-keyout', n + '.key', '-out', n + '.csr', '-subj',
                '/CN=node ' + n)
        openssl('x509', '-req', '-in', n + '.csr', '-CA', 'ca.pem', '-CAkey',
                'ca.key', '-CAcreateserial', '-days', '30', '-extfile',
                n + '.ext', '-out', n + '.pem')
        openssl('req', '-x509', '-newkey', 'rsa:2048' if n == 'b' else 'ec',
                *(() if n == 'b' else
                  ('-pkeyopt', 'ec_paramgen_curve:P-256')),
                '-nodes', '-days', '30', '-keyout', 'svc-%s.key' % n, '-out',
                'svc-%s.crt' % n, '-subj', '/CN=service ' + n, '-addext',
                'basicConstraints=critical,CA:FALSE', '-addext',
                'keyUsage=critical,digitalSignature')
        with open(os.path.join(work, 'svc-%s.pem' % n), 'wb') as out:
            for part in ('svc-%s.key' % n, 'svc-%s.crt' % n):
                with open(os.path.join(work, part), 'rb') as f:
                    out.write(f.read())


def tls_pin(name):
    with open(os.path.join(work, name + '.pem'), encoding='ascii') as f:
        der = ssl.PEM_cert_to_DER_cert(f.read())
    return hashlib.sha256(der).hexdigest()


def client(port, token=None, cert=None):
    """The API over TLS; cert: who we are, or nobody."""
    return t.Client(port, token, tls=t.trusting(
        os.path.join(work, 'ca.pem'),
        *(os.path.join(work, cert + x) for x in ('.pem', '.key') if cert)))


class Node(t.Server):
    def __init__(self, name, store, port):
        super().__init__(province, store, port, (
            '--tls-cert', os.path.join(work, name + '.pem'),
            '--tls-key', os.path.join(work, name + '.key'),
            '--client-ca', os.path.join(work, 'ca.pem')))

    def client(self, name=None):
        return client(self.port,
                      None if name is None else province.token(name))


make_keys()
for n in ('a', 'b'):
    os.link(os.path.join(work, 'svc-%s.pem' % n),
            province.path('keys', 'svc-%s.pem' % n))
store_a = province.store_of('skhcn', os.path.join(work, 'a'))
store_b = province.store_of('anmau', os.path.join(work, 'b'))
port_a, port_b = t.free_port(), t.free_port()
province.route('@own', 'own', '--secret', 'file:svc-b.pem', store=store_b)
province.route('H99.07', 'direct', '--url', 'https://127.0.0.1:%d' % port_a,
               '--cert', os.path.join(work, 'svc-a.crt'), '--tls-sha256',
               tls_pin('a'), store=store_b)
b = Node('b', store_b, port_b)
log_key = b.client().get('/v1/agencies/H99.31/log').json['log_key']
province.route('@own:H99.07', 'own', '--secret', 'file:svc-a.pem',
               store=store_a)
province.route('H99.31', 'direct', '--url', 'https://127.0.0.1:%d' % port_b,
               '--cert', os.path.join(work, 'svc-b.crt'), '--tls-sha256',
               tls_pin('b'), '--log-key', log_key, store=store_a)
a = Node('a', store_a, port_a)
people = t.People(a)
their_clerk = b.client('anmau-clerk')
their_leader = b.client('anmau-leader')


def shown(paper):
    return (people.deliveries(paper)[0]['status'] or {}).get('code')


# --- one paper, all the way ---

files = [('cong-van.pdf', t.PDF, t.letter_pdf('--no-fields')),
         ('bang-ke.xlsx', t.XLSX, t.annex_xlsx())]
paper = people.walk(files)
people.send(paper)

t.until(lambda: shown(paper) == '01', 'it arrives there: 01')
waiting = their_clerk.get('/v1/papers?direction=in&state=waiting').json[
    'papers']
t.equal(len(waiting), 1, 'one paper waits for their clerk')
theirs = waiting[0]['id']
t.equal(their_clerk.content(theirs), people.clerk.content(paper),
        'their main file is ours, byte for byte')
t.equal(their_clerk.content(theirs, 2), files[1][2], 'the annex, too')
t.all_passed(their_clerk.content(theirs), province, 2,
             'its signatures are TOTAL-PASSED there')
p = their_clerk.paper(theirs)
t.equal((p['meta']['subject'], p['meta']['agency_code']),
        (t.letter_meta()['subject'], 'H99.07'), 'its metadata came along')

accepted = their_clerk.need(their_clerk.act(theirs, 'accept'))
t.equal(accepted.json['arrival'], 1, 'it gets số đến 1')
t.until(lambda: shown(paper) == '03', '03 comes back')
their_leader.need(their_leader.act(
    theirs, 'assign', lead=their_leader.get('/v1/me').json['person'],
    opinion='Giao xử lý'))
t.until(lambda: shown(paper) == '04', '04')
their_clerk.need(their_clerk.act(theirs, 'finish', note='Xong'))
t.until(lambda: shown(paper) == '06', '06')

# --- the receipt ---

d = t.until(lambda: [x for x in people.deliveries(paper) if x['receipt']],
            'the receipt is there')[0]
receipt = base64.b64decode(d['receipt'])
t.receipt_holds(receipt, 'the receipt verifies')
c = [x for x in their_clerk.get('/v1/consignments').json['consignments']
     if x['kind'] == 'edoc']
t.equal(len(c), 1, 'one consignment there')
held = their_clerk.get('/v1/receipts/%d' % c[0]['act'])
t.equal(held.body, receipt, 'the receipt is the same on both sides')
t.equal(d['receipt_verified'], True, 'by the key that we know as theirs')
t.equal(c[0]['external'], d['id'], 'its id is our delivery\'s')
t.ok(d['evidence']['sent'] and d['evidence']['stored'] and
     d['evidence']['delivered'] and d['evidence']['accepted'] and
     d['evidence']['answered'], 'evidence of every stage, with times', d)

# --- refused, with a reason ---

second = people.walk(files[:1])
people.send(second)
t.until(lambda: shown(second) == '01', 'a second paper arrives')
theirs2 = their_clerk.get('/v1/papers?direction=in&state=waiting').json[
    'papers'][0]['id']
their_clerk.need(their_clerk.act(theirs2, 'refuse',
                                 reason='Không thuộc thẩm quyền'))
t.until(lambda: shown(second) == '02', '02 comes back')
t.equal(people.deliveries(second)[0]['reason'], 'Không thuộc thẩm quyền',
        'with the reason')

# --- who is not the peer ---

row = their_clerk.get('/v1/consignments/' + c[0]['id']).json
headers = dict(line.split(': ', 1)
               for line in row['headers'].splitlines() if ': ' in line)
packet = their_clerk.get('/v1/consignments/%s/content' % row['id']).body
t.equal(hashlib.sha256(packet).hexdigest(), row['sha256'],
        'the packet is kept as it came')


def direct(ident, body, cert='a', **change):
    digest = base64.b64encode(hashlib.sha256(packet).digest()).decode()
    h = {'Content-Type': 'application/xml',
         'Content-Digest': 'sha-256=:%s:' % digest,
         'X-Vanthu-From': headers['X-Vanthu-From'],
         'X-Vanthu-To': headers['X-Vanthu-To'],
         'X-Vanthu-Kind': headers['X-Vanthu-Kind'],
         'X-Vanthu-Signature': headers['X-Vanthu-Signature']}
    h.update({k.replace('_', '-'): v for k, v in change.items()})
    h = {k: v for k, v in h.items() if v is not None}
    return client(port_b, None, cert).ask(
        'POST', '/exchange/direct/' + ident, body, h)


again = direct(d['id'], packet)
t.equal((again.status, again.body), (200, receipt),
        'sent again: the same receipt, byte for byte')
again = direct(d['id'], packet)
t.equal(again.body, receipt, 'and again')
t.equal(len(their_clerk.get('/v1/papers?direction=in').json['papers']), 2,
        'no other paper was made')
new = '0' * 31 + '1'
t.refused(direct(new, packet, None), 403, 'peer-untrusted',
          'without a client certificate')
t.refused(direct(new, packet, 'x'), 403, 'peer-untrusted',
          'with a certificate that is not pinned')
t.refused(direct(new, packet, X_Vanthu_From='H99.99'), 403, 'peer-untrusted',
          'in a name that is nobody\'s')
t.refused(direct(new, packet), 403, 'peer-untrusted',
          'with the signature of another consignment')
t.refused(direct(d['id'], packet, X_Vanthu_Kind='status'), 403,
          'peer-untrusted', 'as something else than was signed')
wrong = bytearray(base64.b64decode(headers['X-Vanthu-Signature']))
wrong[-1] ^= 1
t.refused(direct(new, packet,
                 X_Vanthu_Signature=base64.b64encode(wrong).decode()), 403,
          'peer-untrusted', 'with a signature that does not hold')
t.refused(direct(new, packet, X_Vanthu_Signature=None), 400, 'bad-request',
          'without a signature')
t.refused(direct(d['id'], packet + b' '), 422, 'digest-mismatch',
          'with other bytes than were signed')
other = base64.b64encode(hashlib.sha256(b'x').digest()).decode()
t.refused(direct(new, b'x', Content_Digest='sha-256=:%s:' % other), 403,
          'peer-untrusted', 'with another packet than was signed')
a404 = direct(new, packet, X_Vanthu_To='H99.98')
t.ok(a404.status in (404, 422), 'for an agency that is not here', a404)
t.equal(len([x for x in their_clerk.get('/v1/consignments').json[
    'consignments'] if x['kind'] == 'edoc']), 2, 'nothing of it got in')

# --- a peer that is down, or says no ---


class No(http.server.BaseHTTPRequestHandler):
    """In the place of node a, by its certificate: it knows nobody."""

    def do_POST(self):
        self.rfile.read(int(self.headers['Content-Length']))
        self.send_response(404)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


def hurry(who, path):
    return who.ask('POST', path + '/hurry', None,
                   {'Idempotency-Key': t.new_key()})


def untold():
    return their_clerk.get('/v1/statuses').json['statuses']


b.stop()
third = people.walk(files[:1])
people.send(third)
d = t.until(lambda: [x for x in people.deliveries(third) if x['attempts'] > 0],
            'a try shows before its outcome')[0]
t.equal((d['state'], d['dead'], d['status']), ('waiting', False, None),
        'and another follows')
answer = hurry(people.clerk, '/v1/deliveries/' + d['id'])
t.equal((answer.status, answer.json['id'], answer.json['state']),
        (200, d['id'], 'waiting'), 'now')
t.until(lambda: people.deliveries(third)[0]['attempts'] > d['attempts'],
        'it is tried, in vain')
b = Node('b', store_b, port_b)
t.equal(hurry(people.clerk, '/v1/deliveries/' + d['id']).status, 200,
        'and when the peer is back')
t.until(lambda: shown(third) == '01', 'it arrives at once')
t.refused(hurry(people.clerk, '/v1/deliveries/' + d['id']), 409,
          'out-of-order', 'what arrived does not wait')

t.equal(untold(), [], 'nothing is untold')
theirs3 = their_clerk.get('/v1/papers?direction=in&state=waiting').json[
    'papers'][0]['id']
a.stop()
no = http.server.HTTPServer(('127.0.0.1', port_a), No)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(os.path.join(work, 'a.pem'),
                        os.path.join(work, 'a.key'))
no.socket = context.wrap_socket(no.socket, server_side=True)
thread = threading.Thread(target=no.serve_forever, daemon=True)
thread.start()
their_clerk.need(their_clerk.act(theirs3, 'accept'))
u = t.until(untold, 'what the sender does not take is listed')
t.equal([(x['status']['code'], x['to'], x['paper'], x['next_try_at'])
         for x in u], [('03', 'H99.07', theirs3, None)],
        'what, to whom, about which paper; it waits for a person')
t.ok(u[0]['attempts'] > 0 and u[0]['note'], 'with the reason', u)
t.refused(hurry(their_clerk, '/v1/statuses/' + '0' * 31 + '1'), 404,
          'not-found', 'a status that there is not')


def letters(who, act, body, key=None):
    return who.ask('POST', '/v1/work/' + act, json.dumps(body).encode(),
                   {'Content-Type': 'application/json',
                    'Idempotency-Key': key or t.new_key()})


def dead():
    return their_clerk.get('/v1/work?list=dead').json['work']


t.equal([(x['kind'], x['state'], bool(x['error']), x['next_try_at'])
         for x in dead()], [('status', 'dead', True, None)],
        'it is the dead letter of that agency')
t.equal(len([x for x in their_clerk.get('/v1/work').json['work']
             if x['state'] == 'dead']), 1, 'the whole queue shows it, too')
tried = dead()[0]['attempts']
t.refused(letters(their_leader, 'replay', {'kind': 'status'}), 403,
          'forbidden', 'a leader does not have it tried again')
t.refused(letters(their_clerk, 'replay', {'kind': 'statu'}), 422, 'invalid',
          'a kind that there is not')
t.refused(letters(their_clerk, 'replay', {'kind': 'text'}), 404, 'not-found',
          'none of this kind is dead')
t.refused(letters(their_clerk, 'replay', {'kind': 'status', 'error': 'zzz'}),
          404, 'not-found', 'nor with this reason')
key = t.new_key()
answer = letters(their_clerk, 'replay', {'kind': 'status'}, key)
t.equal((answer.status, answer.json), (200, {'count': 1, 'more': False}),
        'its clerk has it tried again')
again = letters(their_clerk, 'replay', {'kind': 'status'}, key)
t.equal((again.status, again.body), (200, answer.body),
        'asked twice: the same answer')
t.until(lambda: [x for x in dead() if x['attempts'] > tried],
        'it was, and is dead again')
events = [x['type'] for x in
          their_clerk.get('/v1/events?after=0').json['events']]
t.equal(events.count('dead-letter'), 3,
        'the feed tells: given up, tried again, given up')
answer = letters(their_clerk, 'drop',
                 {'kind': 'status', 'subject': dead()[0]['subject']})
t.equal((answer.status, answer.json['count']), (200, 1), 'dropped')
t.equal((dead(), untold()), ([], []), 'gone')
their_leader.need(their_leader.act(
    theirs3, 'assign', lead=their_leader.get('/v1/me').json['person'],
    opinion='Giao xử lý'))
u = t.until(untold, 'the next one is not taken either')
no.shutdown()
thread.join()
no.server_close()
a = Node('a', store_a, port_a)
t.equal(people.clerk.get('/v1/statuses').json['statuses'], [],
        'the other agency has none')
t.equal(people.clerk.get('/v1/work?list=dead').json['work'], [],
        'nor a dead letter')
answer = hurry(their_clerk, '/v1/statuses/' + u[0]['id'])
t.equal((answer.status, answer.json['id'],
         bool(answer.json['next_try_at'])), (200, u[0]['id'], True),
        'told now, to who is back')
t.until(lambda: shown(third) == '04', 'it is told')
t.until(lambda: not untold(), 'and no longer listed')

a.stop()
b.stop()
for name, store in (('a', store_a), ('b', store_b)):
    r = t.vanthu('check', store, '--json')
    t.equal(r.returncode, 0, 'vanthu check of %s is clean' % name)

r = t.vanthu('work', 'list', store_b, '--all', '--json')
rows = [json.loads(line) for line in r.stdout.splitlines()]
t.ok(r.returncode == 0 and all(x['state'] != 'dead' for x in rows),
     'vanthu work lists the queue; no letter is dead any more', r)
r = t.vanthu('work', 'replay', store_b, '--kind', 'status')
t.equal((r.returncode, r.stdout), (0, b'replay: 0\n'), 'so none is replayed')
t.equal(t.vanthu('work', 'replay', store_b).returncode, 64,
        'which kind must be said')
t.equal(t.vanthu('work', 'list', store_b, '--kind', 'tea').returncode, 64,
        'and be one that there is')
t.ok(t.vanthu('work', 'list', store_b, '--agency', 'H99.00').returncode != 0,
     'as must the agency')
t.done()
