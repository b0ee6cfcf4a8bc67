#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A paper that is isolated shows no word of itself on any face: every address
of the contract and of the desk that reads, asked by those who are not the head
or the clerk. Three papers: of ours, that was sent; one that came as a packet;
a citizen's result."""
import hashlib
import re
import time
import urllib.parse

import harness as t
import sdk
from contract import operations

WORD = 'Zqxvkw'  # in each of their names, subjects and files
OTHER = 'Wplmrt'  # beside it; asked for, and so echoed
province = t.Province()
secret = province.secret('axis.secret', sdk.SECRET)
province.route('H98.01', 'hosted', *sdk.ROUTE)
server = t.Server(province)
people = t.People(server)
pdf = t.letter_pdf('--no-fields')


def done(answer, name):
    t.need(200 <= answer.status < 300, name, answer)
    return answer


# --- the three ---

people.system.need(people.system.post(
    '/v1/webhooks', {'url': 'https://hooks.example/x'}))
ours = people.officer.need(people.officer.register(
    [(WORD + '.pdf', t.PDF, pdf),
     (WORD + '.txt', 'text/plain', (WORD + ' trong phụ lục').encode())],
    t.letter_meta(subject='V/v %s %s' % (WORD, OTHER)))).json['paper']
people.agree(ours)
people.leader.need(people.sign(ours))
people.clerk.need(people.seal(ours))
people.clerk.need(people.clerk.act(ours, 'issue'))
people.clerk.need(people.clerk.act(ours, 'dispatch', to=[
    {'code': 'H99.31', 'name': WORD}, {'code': '', 'name': WORD}]))
delivery = people.deliveries(ours)[0]['id']
beside = people.draft([('khac.pdf', t.PDF, pdf)])
done(people.officer.post('/v1/papers/%s/acts' % beside, {
    'act': 'link', 'kind': 'relates', 'paper': ours},
    rev=people.officer.paper(beside)['rev']),
    'another paper has to do with it')
t.until(lambda: [d for d in people.deliveries(ours)
                 if d['status'] and d['id'] == delivery],
        'the other tenant has it')

notice = {**t.load('notice.json'), 'notation': 'TB-SKHCN',
          'holder_fact': '0123'}
made = done(people.officer.post('/v1/results', notice), 'a result').json
people.agree(made['paper'])
people.leader.need(people.sign(made['paper'], False))
people.clerk.need(people.clerk.act(made['paper'], 'number'))
people.clerk.need(people.seal(made['paper']))
people.clerk.need(people.clerk.act(made['paper'], 'issue'))
result = people.clerk.paper(made['paper'])
public = '/v1/results/' + urllib.parse.quote(made['code'])
t.equal(people.public.get(public).json['status'], 'valid',
        'anybody checks the result')

script = province.path('one.peer')
with open(script, 'w', encoding='utf-8') as f:
    f.write('role agency\ncase "a packet"\n'
            'packet p1 edoc H98.01 H99.07 sample\n'
            'do sendEdoc packet p1\nexpect code 0\n')
r = t.vanthu('edoc', 'peer', script, '--system-id', sdk.SYSTEM,
             '--secret-file', secret, '--json', '--url',
             'http://127.0.0.1:%d/axis' % server.port)
t.need(r.returncode == 0, 'the kit sends a packet',
       (r.stdout + r.stderr).decode())


def consignments():
    return people.clerk.get('/v1/consignments').json['consignments']


packet = t.until(lambda: [c for c in consignments()
                          if c['state'] == 'arrived'], 'it is read')[0]
raw = done(people.clerk.get('/v1/consignments/%s/content' % packet['id']),
           'the packet as it came').body
# the same letter again, in other bytes
again = raw.replace(b'<?xml version="1.0"', b'<?xml  version="1.0"', 1)
came = people.clerk.paper(packet['paper'])

# What nobody else may be shown, of each.
WORDS = [w.encode() for w in (
    WORD, came['meta']['subject'], came['parts'][0]['name'],
    result['meta']['subject'], result['parts'][0]['sha256'],
    people.clerk.paper(ours)['parts'][0]['sha256'],
    came['parts'][0]['sha256'], packet['sha256'], packet['subject'])
    if w] + [raw[:64], pdf[:64] + b'never']
TOLD = {  # how often each was shown before, by address: the test can fail
    'v1': 0, 'desk': 0}
ids = {'paper': (ours, made['paper'], packet['paper'])}
acts = {p: [a['index'] for a in people.clerk.get(
    '/v1/papers/%s/history' % p).json['acts']] for p in ids['paper']}
books = people.clerk.get('/v1/books').json['books']


# --- every address that reads ---

def addresses():
    """Of the contract, with what belongs to the three in its places."""
    for path, method, _ in operations():
        if method != 'get' or '/tus/' in path or '/log' in path:
            continue
        if path.startswith('/v1/papers/{id}'):
            for p in (*ids['paper'], beside):
                yield path.replace('{id}', p).replace('{n}', '1')
        elif path.startswith('/v1/deliveries/{id}'):
            yield path.replace('{id}', delivery)
        elif path.startswith('/v1/consignments/{id}'):
            yield path.replace('{id}', packet['id'])
        elif path.startswith('/v1/receipts/{index}'):
            for index in sum(acts.values(), []):
                yield path.replace('{index}', str(index))
        elif path.startswith('/v1/books/{key}/{period}'):
            for b in books:
                yield path.replace('{key}', urllib.parse.quote(
                    b['key'])).replace('{period}', str(b['period']))
        elif '{' not in path:
            yield path
    word = urllib.parse.quote(OTHER)
    for query in ('q=' + word, 'subject=' + word, 'state=issued',
                  'direction=in', 'direction=result', 'state=waiting'):
        yield '/v1/papers?' + query
    yield '/v1/export?columns=number,subject,recipients&q=' + word
    yield '/v1/export?columns=number,subject,recipients'
    month = time.strftime('%Y-%m', time.gmtime(time.time() + 7 * 3600))
    yield '/v1/uses?month=' + month
    yield '/v1/uses/export?month=' + month
    for which in ('incoming', 'print', 'dead'):
        yield '/v1/deliveries?list=' + which


def pages():
    yield from ('/desk', '/desk/search', '/desk/uses', '/desk/uses/csv', '/desk/packets',
                '/desk/packets?show=all', '/desk/prints', '/desk/books',
                '/desk/delegations', '/desk/packets/' + packet['id'],
                '/desk/packets/%s/content' % packet['id'])
    for name in re.findall(r'/desk/queues/[a-z-]+',
                           clerk.get('/desk').body.decode()):
        yield name
    yield '/desk/search?q=' + OTHER
    yield '/desk/search/export?q=' + OTHER
    for b in books:
        for page in ('register', 'register.pdf'):
            yield '/desk/%s?book=%s&period=%d' % (
                page, urllib.parse.quote(b['key']), b['period'])
    yield '/desk/papers/' + beside
    for p in ids['paper']:
        yield '/desk/papers/' + p
        for rest in ('/parts/1', '/parts/2', '/pages/1/1', '/check', '/reads',
                     '/deliveries/' + delivery):
            yield '/desk/papers/' + p + rest


def shown(who, path):
    a = who.get(path)
    return a.status, [w for w in WORDS if w in a.body]


officer = t.Desk(server, 'skhcn-officer')
clerk = t.Desk(server, 'skhcn-clerk')
for path in addresses():
    TOLD['v1'] += bool(shown(people.officer, path)[1])
for path in pages():
    TOLD['desk'] += bool(shown(officer, path)[1])
t.ok(TOLD['v1'] > 20 and TOLD['desk'] > 10,
     'before, many addresses show them: %r' % TOLD)

for p in ids['paper']:
    done(people.officer.act(p, 'isolate', reason='nghi có bí mật'),
         'a reader marks it')

wrong = []
asked = 0
for name, who in (('officer', people.officer), ('system', people.system)):
    for path in addresses():
        status, words = shown(who, path)
        asked += 1
        if words or status >= 500:
            wrong.append('%s GET %s: %d %r' % (name, path, status, words))
t.ok(not wrong, '%d answers of /v1 say no word of them' % asked,
     '\n'.join(wrong))
wrong = []
asked = 0
for path in pages():
    status, words = shown(officer, path)
    asked += 1
    if words or status >= 500:
        wrong.append('desk GET %s: %d %r' % (path, status, words))
t.ok(not wrong, '%d pages of the desk neither' % asked, '\n'.join(wrong))
a = people.public.get(public)
t.equal((a.status, [w for w in WORDS if w in a.body]), (404, []),
        'to anybody with its code there is no such result')
a = people.public.ask('POST', public + '/content', {'holder_fact': '0123'})
t.equal((a.status // 100, [w for w in WORDS if w in a.body]), (4, []),
        'nor to who holds it')

# --- it comes again, and is answered ---

call = sdk.caller(server.port)
t.need(again != raw, 'the packet in other bytes')
a = call('sendEdoc', again + b'\r\n', servicetype='eDoc', messagetype='edoc',
         hash_file=sdk.hash_file(again),
         **{'from': 'H98.01', 'to': 'H99.07'})
t.equal(a['ErrorCode'], '0', 'it is sent once more: %s' % a)
digest = hashlib.sha256(again).hexdigest()
second = t.until(lambda: [c for c in consignments() if c['sha256'] == digest
                          and c['state'] != 'stored'],
                 'the clerk sees that it came again')[0]
for path in ('', '/content'):
    a = people.officer.get('/v1/consignments/' + second['id'] + path)
    t.ok(a.status == 403 and not [w for w in WORDS if w in a.body],
         'nobody else reads the second one' + path, a)
t.ok(digest.encode() not in people.officer.get('/v1/consignments').body,
     'it is in no list')

# --- the head and the clerk ---

for who in (people.leader, people.clerk):
    t.equal([who.get(x).status for x in (
        '/v1/papers/' + ours, '/v1/papers/%s/parts/1/content' % ours,
        '/v1/consignments/%s/content' % packet['id'])], [200] * 3,
            'they read it')
t.ok(WORD.encode() in clerk.get('/desk/papers/' + ours).body and
     clerk.get('/desk/packets/' + packet['id']).status == 200,
     'on the desk, too')
for p in ids['paper']:
    done(people.leader.act(p, 'clear', reason='không phải bí mật'), 'cleared')
t.equal(people.public.get(public).json['status'], 'valid',
        'the result is there again')
t.equal(people.officer.get('/v1/consignments/%s/content' %
                           packet['id']).body, raw, 'and the packet')

server.stop()
t.check_clean(province)
t.done()
