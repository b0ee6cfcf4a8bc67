#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provincial REST wrapper of the axis, with `vanthu serve` as its client.
The gateway is written here from the provincial guide's calls: logging in with
a token that ends, three headers on every call, a list of days that also holds
what is done, packets as XML and in base64, refusals that are final and others.
"""
import base64
import datetime
import email
import email.policy
import http.server
import json
import os
import re
import threading
import time
import urllib.parse

import harness as t

SYSTEM, SECRET, USER, PASSWORD = 'ls.demo', 'bi-mat', 'van-thu', 'mat-khau'
DAY = re.compile(r'^\d{4}/\d{2}/\d{2}$')


class Gateway:
    """What the wrapper knows, and what was done wrongly to it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.logins, self.tokens, self.faults = 0, set(), []
        self.rows, self.packets, self.fetched = [], {}, []
        self.acks, self.sent, self.answers = [], [], []
        self.days = None

    def add(self, doc, kind, packet, status='initial'):
        with self.lock:
            self.packets[doc] = packet
            self.rows.append({
                'docId': doc, 'from': 'H98.01', 'to': 'H99.07',
                'status': status, 'statusDesc': '', 'messageType': kind,
                'createdTime': '2026/03/02 08:15:30', 'serviceType': 'eDoc',
                'updatedTime': '2026/03/02 08:15:30'})


gate = Gateway()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        pass

    def answer(self, body, status=200):
        data = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def admitted(self):
        good = (self.headers['Authorization'] in gate.tokens and
                self.headers['X-SystemId'] == SYSTEM and
                self.headers['X-SecretKey'] == SECRET)
        if not good:
            self.answer({'success': False, 'message': 'token'}, 401)
        return good

    def body(self):
        if self.headers['Content-Length'] is None:
            gate.faults.append('no Content-Length: ' + self.path)
            return b''
        return self.rfile.read(int(self.headers['Content-Length']))

    def do_POST(self): # pylint: disable=invalid-name
        where = urllib.parse.urlsplit(self.path)
        data = self.body()
        with gate.lock:
            if where.path == '/v1/auth/login':
                self.login(where.query, json.loads(data))
            elif not self.admitted():
                return
            elif where.path == '/v1/sendEdoc':
                self.take(data)
            elif where.path == '/v1/updateStatus':
                self.acknowledge(json.loads(data))
            else:
                gate.faults.append(self.path)
                self.answer({'success': False}, 404)

    def login(self, query, who):
        want = {'username': USER, 'password': PASSWORD,
                'applicationCode': SYSTEM, 'otp': None,
                'twoFactorProvider': None, 'typeObjs': [0, 1]}
        if who != want or query != 'allow_anonymous=true':
            gate.faults.append('login: %s %s' % (query, who))
        gate.logins += 1
        token = 'token-%d' % gate.logins
        gate.tokens.add('Bearer ' + token)
        self.answer({'data': {'token': token}})

    def take(self, data):
        m = email.message_from_bytes(
            b'Content-Type: ' + self.headers['Content-Type'].encode() +
            b'\r\n\r\n' + data, policy=email.policy.HTTP)
        parts = {p.get_param('name', header='content-disposition'): p
                 for p in m.iter_parts()}
        f = parts.get('edocFile')
        if f is None or not (f.get_filename() or '').endswith('.edxml') or \
                f.get_content_type() != 'application/xml':
            gate.faults.append('sendEdoc: %s' % list(parts))
        code = gate.answers.pop(0) if gate.answers else 0
        if code:
            self.answer({'success': False, 'data': {
                'status': 'FAIL', 'errorCode': str(code),
                'errorDesc': 'kịch bản'}})
            return
        gate.sent.append((parts['messageType'].get_content().strip(),
                          f.get_payload(decode=True)))
        self.answer({'success': True, 'message': '',
                     'docId': 'out-%d' % len(gate.sent)})

    def acknowledge(self, what):
        gate.acks.append((what['docId'], what['status']))
        if what['docId'] not in gate.fetched:
            gate.faults.append('acknowledged before it was fetched')
        for row in gate.rows:
            if row['docId'] == what['docId']:
                row['status'] = what['status']
        self.answer({'success': True})

    def do_GET(self): # pylint: disable=invalid-name
        where = urllib.parse.urlsplit(self.path)
        q = dict(urllib.parse.parse_qsl(where.query))
        with gate.lock:
            if not self.admitted():
                return
            if where.path == '/v1/syncReceivedEdocList':
                gate.days = (q['fromDate'], q['toDate'])
                rows = [r for r in gate.rows
                        if r['messageType'] == q['messageType']]
                self.answer({'success': True, 'count': len(rows),
                             'data': rows})
            elif where.path == '/v1/getEdoc':
                self.give(q['docId'])
            elif where.path == '/v1/getAgenciesList':
                self.answer({'success': True, 'data': [
                    {'id': '1', 'code': 'H98.77', 'name': 'Sở Xa'}]})
            else:
                gate.faults.append(self.path)
                self.answer({'success': False}, 404)

    def give(self, doc):
        gate.fetched.append(doc)
        p = gate.packets[doc]
        self.answer({'success': True, 'data': {
            'docId': doc, 'from': 'H98.01', 'fromName': 'Cơ quan mẫu',
            'edocCode': '128/ĐO', 'edocAbstract': 'V/v',
            'edxml': p.decode() if doc.endswith('xml')
                     else base64.b64encode(p).decode(),
            'attachments': [{'fileName': 'a.pdf', 'fileContent': 'QUJD'}]}})


def packet(number):
    """A packet to H99.07, and the status 03 that would answer it."""
    doc = {'from': {'code': 'H98.01', 'name': 'Cơ quan mẫu'},
           'to': [{'code': 'H99.07', 'name': 'Sở Mẫu'}],
           'number': str(number), 'notation': 'ĐO', 'date': '2026-03-02',
           'place': 'Mẫu', 'type_name': 'Công văn', 'subject': 'V/v',
           'trace': [{'agency': 'H98.01',
                      'time': '2026-03-02T08:15:30+07:00'}],
           'attachments': [{'file': 'a.pdf'}]}
    with open(os.path.join(work, 'd.json'), 'w', encoding='utf-8') as f:
        json.dump(doc, f)
    out = os.path.join(work, 'p.edxml')
    r = t.vanthu('edoc', 'pack', os.path.join(work, 'd.json'), '-o', out)
    t.need(r.returncode == 0, 'a packet', r.stderr.decode())
    with open(out, 'rb') as f:
        return f.read()


httpd = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=httpd.serve_forever, daemon=True).start()
province = t.Province()
work = t.scratch()
letter = t.letter_pdf('--no-fields')
with open(os.path.join(work, 'a.pdf'), 'wb') as f:
    f.write(letter)
province.secret('gate.secret', SECRET)
province.secret('gate.password', PASSWORD)
url = 'http://127.0.0.1:%d' % httpd.server_address[1]
for args in (('H98.01',), ('@tinh', '--pull', '1', '--of', 'H99.07')):
    province.route(args[0], 'wrapper', '--url', url, '--system-id', SYSTEM,
                   '--user', USER, '--secret', 'file:gate.secret',
                   '--password', 'file:gate.password', *args[1:])
gate.add('d1-xml', 'edoc', packet(1))
gate.add('d2', 'edoc', packet(2))
gate.add('d3', 'edoc', packet(3), 'done')
s = t.Server(province)
people = t.People(s)
files = [('cong-van.pdf', t.PDF, letter)]

t.until(lambda: sorted(gate.acks) == [('d1-xml', 'done'), ('d2', 'done')],
        'what is new is fetched, as XML and in base64, and acknowledged')
t.ok('d3' not in gate.fetched, 'what is done already is left')
t.ok(all(DAY.match(d) for d in gate.days), 'days of the list', gate.days)
first, last = (datetime.date(*map(int, d.split('/'))) for d in gate.days)
t.equal((last - first).days, 7, 'seven days back')
c = people.clerk.get('/v1/consignments').json['consignments']
t.equal(sorted(x['external'] for x in c), ['d1-xml', 'd2'], 'both are kept')
t.equal({x['transport'] for x in c}, {'wrapper'}, 'by the wrapper')
t.until(lambda: people.clerk.get('/v1/addresses/H98.77').status == 200,
        'its agencies are in the address book')
# The sender is told over the same way.
t.until(lambda: [k for k, _ in gate.sent] == ['status', 'status'],
        'a status goes back for each')
t.ok(all(b'StatusCode>01<' in p for _, p in gate.sent), 'it arrived')

# A token that ended, and a refusal that may pass.
with gate.lock:
    logins = gate.logins
    gate.tokens.clear()
    gate.sent.clear()
paper = people.walk(files)
people.send(paper, 'H98.01')
t.until(lambda: [k for k, _ in gate.sent] == ['edoc'], 'a paper is sent')
t.ok(gate.logins > logins, 'with a new token')
t.ok(b'<edXML:OrganId>H98.01<' in gate.sent[0][1], 'it is for them')
t.until(lambda: people.deliveries(paper)[0]['state'] == 'sent', 'it is sent')
t.equal(people.deliveries(paper)[0]['transport'], 'wrapper', 'by the wrapper')
gate.answers.append(20)
paper = people.walk(files)
people.send(paper, 'H98.01')
t.until(lambda: not gate.answers, 'code 20')
time.sleep(1)
d = people.deliveries(paper)[0]
t.equal((d['state'], d['dead']), ('waiting', False), 'it is tried later')
people.hurry(d)
t.until(lambda: len(gate.sent) == 2, 'and taken then')
gate.answers.append(18)
paper = people.walk(files)
people.send(paper, 'H98.01')
t.until(lambda: people.deliveries(paper)[0]['dead'], 'code 18 is final')
t.ok('18' in (people.deliveries(paper)[0]['note'] or ''), 'the code is told',
     people.deliveries(paper)[0]['note'])

t.equal(gate.faults, [], 'nothing was done wrongly to the gateway')
s.stop()
httpd.shutdown()
status, text = province.check()
t.equal(status, 0, 'the store checks clean')
t.done()
