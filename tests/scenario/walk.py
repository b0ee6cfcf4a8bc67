#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk of both papers over HTTP: orders A and B with 0 and 2 initials,
in two steps, between two agencies, to a citizen; every request repeated."""
import base64
import hashlib
import os
import subprocess
import time
import urllib.parse

import harness as t

province = t.Province()
server = t.Server(province)
people = t.People(server)
plain = t.letter_pdf('--no-fields')
laid = t.letter_pdf()
annex = t.annex_xlsx()
files = [('cong-van.pdf', t.PDF, plain), ('bang-ke.xlsx', t.XLSX, annex)]
numbers = []


def number_of(paper):
    n = people.clerk.paper(paper)['number']
    numbers.append(n['value'])
    return n


# --- the four files of orders A and B ---

for order, initials in (('A', 0), ('A', 2), ('B', 0), ('B', 2)):
    name = 'order %s, %d initials' % (order, initials)
    paper = people.walk(files, order, initials)
    n = number_of(paper)
    t.equal(n['text'], '%02d/SKHCN-CĐS' % n['value'], name + ': its number')
    p = people.clerk.paper(paper)
    t.equal((p['state'], p['initials']), ('sealed', initials),
            name + ': sealed, initials counted')
    data = people.clerk.content(paper)
    t.ok(data.startswith(plain), name + ': begins with the bytes that came')
    t.all_passed(data, province, initials + 2,
                 name + ': every signature TOTAL-PASSED')
    v = people.clerk.need(people.clerk.get(
        '/v1/papers/%s/parts/1/validation' % paper)).json
    t.equal(v['overall'], 'TOTAL-PASSED', name + ': so says the route')
    t.equal(people.clerk.content(paper, 2), annex,
            name + ': the annex is untouched')

t.equal(numbers, list(range(1, 5)), 'numbers follow one another')

# A file that brings its fields is not given others.
paper = people.walk([('co-truong.pdf', t.PDF, laid)])
number_of(paper)
data = people.clerk.content(paper)
t.ok(data.startswith(laid), 'fields of the file are honoured')
versions = people.clerk.get('/v1/papers/%s/parts/1/versions' % paper).json
t.equal([v['reason'] for v in versions['versions']],
        ['received', 'signed', 'sealed'], 'its versions: nothing was laid')
t.all_passed(data, province, 2, 'a file with fields: TOTAL-PASSED')


# --- two steps, the token somewhere else ---

def sign_elsewhere(key_name, attributes):
    """What a token would do, by openssl over the attributes in DER."""
    done = subprocess.run(
        ['sh', '-c', 'openssl pkcs12 -in "$1" -passin "file:$2" -nodes '
         '-nocerts 2>/dev/null | openssl dgst -sha256 -sign /dev/stdin '
         '"$3"', 'sh', province.path('keys', key_name + '.p12'),
         province.path('pins', key_name), attributes],
        capture_output=True, check=True)
    return done.stdout


def two_steps(who, paper, act, key_name, name, **more):
    rev = who.paper(paper)['rev']
    a = who.post('/v1/papers/%s/signatures' % paper, {'act': act, **more},
                 rev=rev)
    t.need(a.status == 201, name + ': prepared', a)
    attributes = base64.b64decode(a.json['signed_attributes'])
    t.equal(hashlib.sha256(attributes).hexdigest(),
            a.json['signed_attributes_sha256'],
            name + ': the digest is that of the attributes')
    path = os.path.join(t.scratch(), 'attributes')
    with open(path, 'wb') as f:
        f.write(attributes)
    value = bytearray(sign_elsewhere(key_name, path))
    wrong = bytearray(value)
    wrong[-1] ^= 1
    t.refused(who.post(a.json['value'],
                       {'value': base64.b64encode(wrong).decode()}),
              422, 'signature-mismatch', name + ': a wrong value')
    body = {'value': base64.b64encode(value).decode()}
    key = t.new_key()
    b = who.post(a.json['value'], body, key)
    t.need(b.status == 200, name + ': completed', b)
    again = who.post(a.json['value'], body, key)
    t.equal(again.body, b.body, name + ': asked again, the same bytes')
    return b


paper = people.draft(files)
people.agree(paper)
two_steps(people.leader, paper, 'sign', 'skhcn-leader', 'leader, two steps',
          number_first=True)
number_of(paper)
two_steps(people.clerk, paper, 'seal', 'skhcn-seal', 'seal, two steps')
t.all_passed(people.clerk.content(paper), province, 2,
             'two steps: TOTAL-PASSED')

# A system may carry the papers of a two-step signature; the value can only
# come from the holder's key.
paper = people.draft(files)
people.agree(paper)
der = subprocess.run(['openssl', 'x509', '-in',
                      province.path('keys', 'skhcn-leader.pem'), '-outform',
                      'DER'], capture_output=True, check=True).stdout
a = people.system.post('/v1/papers/%s/signatures' % paper,
                       {'act': 'sign', 'number_first': True},
                       rev=people.system.paper(paper)['rev'])
t.refused(a, 422, 'field-required', 'carried for nobody')
t.ok(a.json['pointer'] == '/chain' and 'certificate' in a.json['detail'],
     'the answer says what is to be added', a)
two_steps(people.system, paper, 'sign', 'skhcn-leader',
          'two steps carried by the system', number_first=True,
          chain=[base64.b64encode(der).decode()])
number_of(paper)
people.clerk.need(people.seal(paper))
t.all_passed(people.clerk.content(paper), province, 2,
             'carried by the system: TOTAL-PASSED')

# --- every request of a walk, and each of them again ---

receipts = []


def twice(who, method, path, body, headers, name):
    """The act, then the same request: same bytes, and told so."""
    a = who.ask(method, path, body, headers)
    t.need(200 <= a.status < 300, name, a)
    b = who.ask(method, path, body, headers)
    t.ok((b.status, b.body) == (a.status, a.body)
         and b.headers.get('idempotent-replayed') == 'true',
         name + ', asked again: the same bytes', b)
    receipts.append((who, a.json['receipt']['href'], a.receipt))
    t.receipt_holds(a.receipt, name + ': its receipt verifies')
    return a


def act_twice(who, paper, act, **fields):
    rev = who.paper(paper)['rev']
    return twice(who, 'POST', '/v1/papers/%s/acts' % paper,
                 {'act': act, **fields},
                 {'Idempotency-Key': t.new_key(), 'If-Match': '"%d"' % rev},
                 act)


body = {'direction': 'out', 'meta': t.letter_meta(), 'files': []}
for name, media_type, data in files:
    u = people.officer.need(people.officer.upload(data)).json
    t.equal(u['sha256'], hashlib.sha256(data).hexdigest(),
            'upload of %s: its hash' % name)
    body['files'].append({'upload': u['upload'], 'name': name,
                          'media_type': media_type})
a = twice(people.officer, 'POST', '/v1/papers', body,
          {'Idempotency-Key': t.new_key()}, 'register')
paper = a.json['paper']
act_twice(people.officer, paper, 'submit', initials=1)
main = people.leader.paper(paper)['parts'][0]['sha256']
act_twice(people.leader, paper, 'return', main=main,
          note='Đề nghị bổ sung phụ lục.')
act_twice(people.officer, paper, 'submit', initials=1,
          note='Đã rà soát lại.')
act_twice(people.leader, paper, 'approve', main=main)
act_twice(people.officer, paper, 'initial', pin=people.pin('officer'))
act_twice(people.leader, paper, 'sign', number_first=False,
          pin=people.pin('leader'))
a = act_twice(people.clerk, paper, 'number')
numbers.append(a.json['number']['value'])
act_twice(people.clerk, paper, 'seal', pin=people.pin('seal'))
act_twice(people.clerk, paper, 'issue')
act_twice(people.clerk, paper, 'dispatch')

inbox = people.their_clerk.get('/v1/deliveries').json['deliveries']
t.need(len(inbox) == 1, 'one delivery waits for the commune', inbox)
t.equal(inbox[0]['to']['code'], 'H99.31', 'and it is addressed to it')
t.equal(people.clerk.get('/v1/deliveries').json['deliveries'], [],
        'none waits for the sender')
a = twice(people.their_clerk, 'POST',
          '/v1/deliveries/%s/acts' % inbox[0]['id'], {'act': 'receive'},
          {'Idempotency-Key': t.new_key()}, 'receive')
b = people.their_clerk.post('/v1/deliveries/%s/acts' % inbox[0]['id'],
                            {'act': 'receive'})
t.equal(b.json.get('receipt'), a.json['receipt'],
        'received under another key: still the same receipt')
theirs = people.their_clerk.paper(a.json['paper'])
t.equal((theirs['direction'], theirs['arrival']['value']), ('in', 1),
        'registered there with its arrival number')
t.equal(people.their_clerk.content(a.json['paper']),
        people.clerk.content(paper), 'the same bytes arrive')
t.equal(people.their_clerk.content(a.json['paper'], 2), annex,
        'and the annex')
t.equal(people.clerk.get('/v1/papers/' + a.json['paper']).status, 404,
        "the receiver's paper is not the sender's to see")
sent = []
for _ in range(100):
    sent = people.clerk.get('/v1/papers/%s/deliveries' % paper).json
    if sent['deliveries'][0]['state'] == 'registered':
        break
    time.sleep(0.1)
t.equal(sent['deliveries'][0]['state'], 'registered',
        'the sender is told that it was registered')
t.equal(base64.b64decode(sent['deliveries'][0]['receipt'] or ''), a.receipt,
        "and holds the receiver's receipt")
t.all_passed(people.their_clerk.content(theirs['id']), province, 3,
             'at the receiver: TOTAL-PASSED')

# A receipt names its key itself; who gave it is known from another place.
logs = {}
for code in ('H99.07', 'H99.31'):
    b = people.public.get('/v1/agencies/%s/log' % code)
    t.need(b.status == 200, code + ': the key of its ledger, no account', b)
    logs[code] = b.json['log_key']
t.ok(logs['H99.07'] != logs['H99.31'], 'each agency has its own')
for who, href, receipt in (receipts[0], receipts[-1]):
    code = who.get('/v1/me').json['agency']['code']
    t.receipt_holds(receipt, href + ': by the key known for ' + code,
                    '--log-key', logs[code])
for who, href, receipt in receipts:
    b = who.get(href)
    if b.body != receipt:
        t.ok(False, href + ' has the bytes first given', b)
t.ok(True, '%d receipts compared with what their addresses give'
     % len(receipts))

# --- a result for a citizen ---

notice = {**t.load('notice.json'), 'notation': 'TB-SKHCN',
          'holder_fact': '0123'}
headers = {'Idempotency-Key': t.new_key()}
a = people.officer.ask('POST', '/v1/results', notice, headers)
t.need(a.status == 201, 'a result is made', a)
t.equal(people.officer.ask('POST', '/v1/results', notice, headers).body,
        a.body, 'asked again: the same bytes, the same code')
paper, code = a.json['paper'], a.json['code']
where = '/v1/results/' + urllib.parse.quote(code)
t.equal(people.public.get(where).json['status'], 'not-issued',
        'its code exists and it is not issued')
t.ok('holder' not in people.public.get(where).json,
     'and nothing of it is told yet')
people.agree(paper)
people.leader.need(people.sign(paper, False))
people.clerk.need(people.clerk.act(paper, 'number'))
people.clerk.need(people.seal(paper))
people.clerk.need(people.clerk.act(paper, 'issue'))
numbers.append(people.clerk.paper(paper)['number']['value'])
told = people.public.get(where).json
data = people.clerk.content(paper)
t.equal((told['status'], told['sha256']),
        ('valid', hashlib.sha256(data).hexdigest()),
        'issued: valid, and the hash of the file')
t.equal(told['facts'], notice['facts'], 'its facts, to compare with a print')
t.ok(notice['citizen'] not in told['holder'],
     'the name of the holder is masked', told['holder'])
t.equal(people.public.get(where.lower()).json, told,
        'the code in lower case is the same code')
t.all_passed(data, province, 2, 'the result: TOTAL-PASSED')


def download(fact):
    return people.public.ask(
        'POST', '/r/%s/download' % urllib.parse.quote(code),
        urllib.parse.urlencode({'fact': fact}).encode(),
        {'Content-Type': 'application/x-www-form-urlencoded'})


t.equal(download('0123').body, data,
        'its holder downloads it with what only she knows')
a = download('3210')
t.ok(a.status == 403 and data not in a.body and b'%PDF' not in a.body,
     'another fact gives nothing', a)
t.ok(told['number'] in people.public.get(
    '/r/' + urllib.parse.quote(code)).body.decode(),
     'the public page shows its number')

t.equal(sorted(numbers), list(range(1, len(numbers) + 1)),
        'one book: every number given once, none left out')

# --- stop, start, look again ---

server.stop()
t.check_clean(province)
server = t.Server(province)
people = t.People(server)
for who, href, receipt in receipts:
    who.port = server.port
    b = who.get(href)
    if b.body != receipt:
        t.ok(False, href + ' after a restart', b)
t.ok(True, '%d receipts compared after a restart' % len(receipts))
server.stop()
t.done()
