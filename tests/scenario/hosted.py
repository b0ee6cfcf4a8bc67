#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two agencies that have only the national SDK, and our server between them:
a letter of the one is fetched by the other as it came, and the answer goes
back. One of them is curl, which knows nothing of us."""
import base64
import json

import sdk
from harness import (PDF, People, Province, Server, done, equal, letter_pdf,
                     need, ok, put, read, run, until, vanthu)

p = Province()
p.secret('axis.secret', sdk.SECRET)
p.route('H98.01', 'hosted', *sdk.ROUTE)
p.route('H98.02', 'hosted', '--system-id', 'demo.system.02', '--secret',
        'file:axis.secret')
p.route('H97.01', 'axis', '--url', 'http://127.0.0.1:9', *sdk.ROUTE)
s = Server(p)
one, two = sdk.caller(s.port), sdk.caller(s.port, 'demo.system.02')


def curl(method, path, *body, age_s=0, **params):
    """The same with curl: (status, body)."""
    h = sdk.signed(age_s, **params)
    kind = h.pop('Content-Type')
    if not any(b.startswith('file_doc=') for b in body):
        h['Content-Type'] = kind # else it makes its own, with a boundary
    r = run('curl', '-sS', '-X', method, '-o', p.path('answer'), '-w',
            '%{http_code}', *[a for k, v in h.items()
                              # curl's way to say that there is nothing
                              for a in ('-H', '%s: %s' % (k, v) if v
                                        else k + ';')], *body,
            'http://127.0.0.1:%d/axis/%s' % (s.port, path))
    need(r.returncode == 0, 'curl %s' % path, r.stderr.decode())
    return int(r.stdout), read(p.path('answer'))


def code(answer):
    status, body = answer
    equal(status, 200, 'HTTP says nothing of it')
    return json.loads(body)['ErrorCode']


def waiting(call, kind):
    return call('getReceivedEdocList', servicetype='eDoc',
                messagetype=kind)['data']


put(p.path('a.pdf'), letter_pdf('--no-fields'))
put(p.path('letter.json'), json.dumps({
    'from': {'code': 'H98.01', 'name': 'Sở Mẫu'},
    'to': [{'code': 'H98.02', 'name': 'UBND xã An Mẫu'}],
    'number': '128', 'notation': 'SM-VP', 'date': '2026-03-02',
    'place': 'Mẫu', 'type_name': 'Công văn', 'subject': 'V/v gửi nhau',
    'attachments': [{'file': 'a.pdf'}]}).encode())
r = vanthu('edoc', 'pack', p.path('letter.json'), '-o', p.path('p.edxml'))
need(r.returncode == 0, 'a packet', r.stderr.decode())
packet = read(p.path('p.edxml'))
put(p.path('raw'), packet + b'\r\n')
send = {'servicetype': 'eDoc', 'messagetype': 'edoc', 'from': 'H98.01',
        'hash-file': sdk.hash_file(packet)}

# As SDK 2.0.1: raw, CR LF behind it, its hash without that; as a form; with
# the receivers in a header; a signature of 14 minutes ago, and of 16.
first = curl('POST', 'sendEdoc', '--data-binary', '@' + p.path('raw'), **send)
equal(code(first), '0', 'a raw packet is taken: %s' % first[1].decode())
doc_id = json.loads(first[1])['DocId']
for name, body, more in (
        ('as a form', ('-F', 'file_doc=@' + p.path('p.edxml')), {}),
        ('with the header `to`', ('--data-binary', '@' + p.path('raw')),
         {'to': '["H98.02"]'}),
        ('signed 14 minutes ago', ('--data-binary', '@' + p.path('raw')),
         {'age_s': 840})):
    a = curl('POST', 'sendEdoc', *body, **{**send, **more})
    equal(json.loads(a[1]).get('DocId'), doc_id, name + ': the same DocId')
equal(code(curl('POST', 'sendEdoc', '--data-binary', '@' + p.path('raw'),
                age_s=960, **send)), '15', 'signed 16 minutes ago: refused')

row = until(lambda: waiting(two, 'edoc'), 'the other one sees it')
equal([(x['from'], x['to'], x['title'], x['notation'], x['status'])
       for x in row],
      [('H98.01', 'H98.02', 'V/v gửi nhau', '128/SM-VP', 'initial')], 'once')
their_id = row[0]['docId']
sent = one('getSentEdocList', servicetype='eDoc', messagetype='edoc',
           docId=doc_id)['data']
equal([(x['toCode'], x['receiveStatus']) for x in sent],
      [('H98.02', 'initial')], 'the sender sees that it waits')
equal(code(curl('POST', 'getEdoc', '-d', '{}', docId=their_id)), '10',
      'which is not its own to fetch')

# Parameters of earlier calls come again: what a call does not need is nothing.
stale = {**send, 'systemid': 'demo.system.02', 'docId': their_id,
         'filePath': '', 'status': 'done', 'age_s': 600}
status, body = curl('POST', 'getEdoc', '-d', '{}', '-H',
                    'Expect: 100-continue', **stale)
equal(base64.b64decode(json.loads(body)['data'], validate=True), packet,
      'getEdoc: the bytes as they came')
equal(curl('GET', 'downloadEdoc', **stale), (200, packet),
      'downloadEdoc: the same')
equal(waiting(two, 'edoc')[0]['status'], 'processing', 'fetched, not taken')
for _ in range(2):
    equal(code(curl('POST', 'updateStatus', '-d', '{}', **stale)), '0',
          'acknowledged')
equal(json.loads(curl('GET', 'countReceiveEdoc', **stale)[1])['count'], 0,
      'nothing waits')

# The answer: 03, as the SDK sends a status.
r = vanthu('edoc', 'status', p.path('p.edxml'), '--code', '03', '--from',
           'H98.02', '-o', p.path('s.edxml'))
need(r.returncode == 0, 'a status 03', r.stderr.decode())
answer = read(p.path('s.edxml'))
a = two('sendEdoc', answer + b'\r\n', servicetype='eDoc',
        messagetype='status', **{'from': 'H98.02',
                                 'hash-file': sdk.hash_file(answer)})
equal(a['ErrorCode'], '0', 'is taken: %s' % a['ErrorDesc'])
row = until(lambda: waiting(one, 'status'), 'the sender sees it')[0]
equal(base64.b64decode(one('getEdoc', b'{}', docId=row['docId'],
                           filePath='')['data']), answer, 'as it was written')
one('updateStatus', b'{}', docId=row['docId'], status='done')

# One that cannot be read there comes back as 02 of the agency that runs this
# server; sent again it waits once more.
other = packet.replace(b'128', b'129')
send['hash-file'] = sdk.hash_file(other)
a = one('sendEdoc', other + b'\r\n', **send)
row = until(lambda: waiting(two, 'edoc'), 'another one')[0]
two('updateStatus', b'{}', docId=row['docId'], status='fail')
row = until(lambda: waiting(one, 'status'), 'its sender is told')[0]
told = base64.b64decode(one('getEdoc', b'{}', docId=row['docId'],
                            filePath='')['data']).decode()
ok('StatusCode>02<' in told and 'H98.02: ' in told and '129/SM-VP' in told,
   '02, who, why, about what', told)
equal(one('sendEdoc', other + b'\r\n', **send)['DocId'], a['DocId'],
      'sent again it is the same')
until(lambda: waiting(two, 'edoc'), 'and waits again')

# What is carried on is not the business of those who work at this server.
clerk = People(s).clerk
equal(clerk.get('/v1/consignments').json['consignments'], [],
      'no list of theirs has it')
equal(clerk.get('/v1/consignments/' + their_id).status, 404, 'nor can be read')

# To whom we have a way of our own: said at once, with the reason.
a = one('sendEdoc', packet + b'\r\n',
        **{**send, 'hash-file': sdk.hash_file(packet), 'to': '["H97.01"]'})
ok(a['ErrorCode'] == '18' and 'H97.01' in a['ErrorDesc'] and
   a['ErrorDesc'].startswith('Không có cơ quan'), 'refused', str(a))

s.stop()
status, text = p.check()
equal(status, 0, 'the store checks clean: %s' % text)
done()
