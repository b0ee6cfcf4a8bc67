#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids of another agency, in addresses and in bodies: whoever asks with one is
told, word for word, what he is told of an id that never was. And what he asked
has changed nothing."""
import re
import time

import harness as t
from contract import deref, operations

province = t.Province()
server = t.Server(province)
people = t.People(server)
admin = server.client('skhcn-admin')
their_system = server.client('anmau-system')
ORDER = {'duties': ['approve'], 'text': 'đi công tác',
         'since': time.strftime('%Y-%m-%dT%H:%M:%SZ',
                                time.gmtime(time.time() + 600)),
         'until': time.strftime('%Y-%m-%dT%H:%M:%SZ',
                                time.gmtime(time.time() + 3600))}
files = [('cong-van.pdf', t.PDF, t.letter_pdf('--no-fields'))]


def done(answer, name):
    t.need(200 <= answer.status < 300, name, answer)
    return answer


# --- what the one agency has ---

walked = people.walk(files)
people.clerk.need(people.clerk.act(walked, 'issue'))
commune = {'code': 'H99.31', 'name': 'UBND xã An Mẫu'}
people.clerk.need(people.clerk.act(walked, 'dispatch', to=[commune]))
draft = people.draft(files)
upload = people.officer.need(people.officer.upload(files[0][2])).json['upload']
TUS = {'Tus-Resumable': '1.0.0'}
tus = done(people.officer.ask('POST', '/v1/tus', None, {
    **TUS, 'Upload-Length': '5'}), 'an upload in pieces').headers[
        'location'].split('/')[-1]
delivery = done(people.clerk.get('/v1/papers/%s/deliveries' % walked),
                'its deliveries').json['deliveries'][0]['id']
people.clerk.need(people.clerk.act(walked, 'dispatch', to=[
    {'code': '', 'name': 'Ông Nguyễn Văn A'}]))
printed = next(x['id'] for x in done(
    people.clerk.get('/v1/papers/%s/deliveries' % walked),
    'one on paper').json['deliveries'] if x['id'] != delivery)
staff = done(people.clerk.get('/v1/people'), 'its people').json['people']
leader_id = next(p['id'] for p in staff if 'leader' in p['roles'])
clerk_id = next(p['id'] for p in staff if 'clerk' in p['roles'])
agreed = people.draft(files)
people.agree(agreed)
prepared = None
with open(province.path('keys', 'skhcn-leader.pem'), encoding='ascii') as f:
    pem = f.read()
der = ''.join(pem.split('-----BEGIN CERTIFICATE-----')[1].split(
    '-----END CERTIFICATE-----')[0].split())
prepared = done(people.leader.post(
    '/v1/papers/%s/signatures' % agreed,
    {'act': 'sign', 'number_first': True, 'chain': [der]},
    rev=people.leader.paper(agreed)['rev']),
    'a prepared signature').json['signature']
hook = done(people.system.post('/v1/webhooks', {
    'url': 'https://hooks.example/x'}), 'a webhook').json['id']
query = done(people.leader.post('/v1/queries', {
    'name': 'Quá hạn', 'shared': True,
    'query': {'overdue': 'true'}}), 'a saved query').json['id']
delegation = done(people.leader.post('/v1/delegations', {
    'to': clerk_id, **ORDER}),
    'a delegation').json['id']

# --- what the other one works on ---

inbox = done(people.their_clerk.get('/v1/deliveries'), 'its inbox')
done(people.their_clerk.post(
    '/v1/deliveries/%s/acts' % inbox.json['deliveries'][0]['id'],
    {'act': 'receive'}), 'it receives')
arrived = people.their_clerk.get('/v1/papers?direction=in').json[
    'papers'][0]['id']

THEIRS = {'leader': people.their_leader, 'clerk': people.their_clerk,
          'system': their_system, 'administrator': admin}
never = iter('%032x' % (0xdead << 100 | i) for i in range(1, 10000))
asked = set()  # (method, template of the contract, act)
STABLE = re.compile(rb'"(instance|request_id)":"[^"]*"')


def told(client, method, path, body, rev, id_):
    headers = dict(TUS)
    if method in ('POST',):
        headers['Idempotency-Key'] = t.new_key()
    if rev is not None:
        headers['If-Match'] = '"%d"' % rev
    if method == 'PATCH' and '/tus/' in path:
        headers.update({'Upload-Offset': '0',
                        'Content-Type': 'application/offset+octet-stream'})

    def fill(x):
        if isinstance(x, dict):
            return {k: fill(v) for k, v in x.items()}
        if isinstance(x, list):
            return [fill(v) for v in x]
        return id_ if x == '{}' else x

    a = client.ask(method, path.replace('{}', id_), fill(body), headers)
    names = {k: v for k, v in a.headers.items()
             if k not in ('date', 'x-request-id', 'content-length')}
    return a.status, names, STABLE.sub(
        b'', a.body.replace(id_.encode(), b'ID'))


def same(name, method, path, id_, body=None, rev=None, status=404,
         who=('leader', 'clerk', 'system')):
    if '{}' in path:
        asked.add((method, path, (body if isinstance(body, dict) else {}).get('act', '')))
    for role in who:
        real = told(THEIRS[role], method, path, body, rev, id_)
        none = told(THEIRS[role], method, path, body, rev, next(never))
        t.ok(real == none and real[0] in (status, 403),
             '%s: %s, as of one that never was' % (name, role),
             'real %d %s\nnone %d %s%s' % (
                 real[0], real[2].decode(), none[0], none[2].decode(),
                 '' if real[1] == none[1] else '\n%r\n%r' % (
                     real[1], none[1])))
    if status == 404:
        t.ok(any(told(THEIRS[r], method, path, body, rev, id_)[0] == 404
                 for r in who), name + ': somebody is past the door')


# --- in addresses ---

for what, id_ in (('a draft', draft), ('a paper that was sent', walked)):
    for part in ('', '/history', '/reads', '/destruction', '/deliveries', '/links',
                 '/alike', '/renditions', '/texts', '/parts/1/versions',
                 '/parts/1/renditions/pdf',
                 '/parts/1/content', '/parts/1/validation'):
        same(what + ' GET ' + part, 'GET', '/v1/papers/{}' + part, id_)
for act, more in (
        ('submit', {}), ('approve', {'main': '0' * 64}),
        ('return', {'main': '0' * 64, 'note': 'x'}), ('number', {}),
        ('issue', {}), ('initial', {'pin': '123456'}),
        ('sign', {'pin': '123456'}), ('seal', {'pin': '123456'}),
        ('dispatch', {'to': [commune]}), ('accept', {}),
        ('refuse', {'reason': 'x'}), ('assign', {'lead': leader_id}),
        ('forward', {'person': leader_id}), ('process', {}), ('finish', {}),
        ('link', {'kind': 'relates', 'cited': {'code': '1/A'}}),
        ('rendition', {'of': '0' * 64, 'kind': 'pdf', 'upload': upload,
                       'made_by': 'x'}),
        ('original', {}), ('join', {'other': '0' * 32}),
        ('take_back', {'reason': 'x'}), ('recall', {'notice': walked, 'reason': 'x'}),
        ('replace', {'by': walked, 'reason': 'x'}),
        ('amend', {'by': walked, 'reason': 'x'}), ('answer_recall', {'agree': True}),
        ('print', {'what': 'paper', 'copies': 1}),
        ('ask_destroy', {'because': 'court', 'reason': 'x'}), ('destroy', {}),
        ('check', {'what': 'content', 'main': '0' * 64}),
        ('withdraw', {'main': '0' * 64}), ('opinion', {'opinion': 'x'}),
        ('extend', {'how': 'order', 'due_on': '2026-12-31', 'reason': 'x'}),
        ('cancel', {'order': '1/A'}), ('freeze', {'order': '1/A'}),
        ('release', {'reason': 'x'}), ('isolate', {'reason': 'x'}),
        ('clear', {'reason': 'x'}),
        ('edit', {'upload': upload, 'name': 'a.pdf', 'expect': '0' * 64})):
    same('act ' + act, 'POST', '/v1/papers/{}/acts', draft,
         {'act': act, **more}, rev=people.officer.paper(draft)['rev'])
same('act on another revision', 'POST', '/v1/papers/{}/acts', draft,
     {'act': 'submit'}, rev=999999, who=('clerk', 'system'))
for act in ('initial', 'sign', 'seal'):
    same('prepare to ' + act, 'POST', '/v1/papers/{}/signatures', agreed,
         {'act': act, 'chain': [der]},
         rev=people.officer.paper(agreed)['rev'])
same('complete', 'POST', '/v1/signatures/{}/value', prepared,
     {'value': 'MAAA'})
same('a delivery', 'GET', '/v1/deliveries/{}', delivery)
same('sending again', 'POST', '/v1/deliveries/{}/acts', delivery,
     {'act': 'resend'}, who=('clerk',))
same('receiving', 'POST', '/v1/deliveries/{}/acts', printed,
     {'act': 'receive'}, who=('clerk', 'system'))
same('hurrying', 'POST', '/v1/deliveries/{}/hurry', delivery,
     who=('clerk',))
same('handing over', 'POST', '/v1/deliveries/{}/acts', delivery,
     {'act': 'hand_over', 'note': 'x'}, who=('clerk', 'system'))
same('a person', 'GET', '/v1/people/{}', leader_id)
# an administrator's: here the first agency asks for somebody of the other
their_leader = done(people.their_leader.get('/v1/me'), 'who he is').json['person']
for act, more in (
        ('rename', {'name': 'x'}), ('contact', {'phone': '1'}),
        ('add_post', {'position': 'x', 'roles': ['officer']}),
        ('end_post', {'post': 1}), ('add_certificate', {'certificate': der}),
        ('end_certificate', {'sha256': '0' * 64}), ('confirm', {'post': 1}),
        ('end', {})):
    same(act + ' a person', 'POST', '/v1/people/{}/acts', their_leader,
         {'act': act, **more}, who=('administrator',))
for method in ('GET', 'DELETE'):
    same('pieces ' + method, method, '/v1/tus/{}', tus)
same('a piece', 'PATCH', '/v1/tus/{}', tus, b'x')
same('a webhook', 'GET', '/v1/webhooks/{}', hook, who=('system',))
same('a webhook PATCH', 'PATCH', '/v1/webhooks/{}', hook,
     {'url': 'https://hooks.example/y'}, rev=1, who=('system',))
same('a webhook DELETE', 'DELETE', '/v1/webhooks/{}', hook, rev=1,
     who=('system',))
same('its messages', 'GET', '/v1/webhooks/{}/deliveries', hook,
     who=('system',))
same('a replay', 'POST', '/v1/webhooks/{}/replays', hook, {'first': 1},
     who=('system',))
same('a ping', 'POST', '/v1/webhooks/{}/pings', hook, who=('system',))
same('a delegation', 'GET', '/v1/delegations/{}', delegation,
     who=('leader', 'clerk'))
same('its end', 'DELETE', '/v1/delegations/{}', delegation,
     who=('leader', 'clerk'))

same('a saved query', 'DELETE', '/v1/queries/{}', query,
     who=('leader', 'clerk'))

# --- in bodies ---

rev = people.their_clerk.paper(arrived)['rev']
acts = '/v1/papers/%s/acts' % arrived
for act, body in (('assign', {'lead': '{}'}), ('forward', {'person': '{}'})):
    same('a person to %s to' % act, 'POST', acts, leader_id,
         {'act': act, **body}, rev, 422, ('leader', 'clerk'))
same('a person to assign with', 'POST', acts, clerk_id,
     {'act': 'assign', 'lead': leader_id, 'with': ['{}']}, rev, 422,
     ('leader', 'clerk'))
same('a person to delegate to', 'POST', '/v1/delegations', clerk_id, {
    'to': '{}', **ORDER}, None, 422, ('leader',))
same('an answer', 'POST', acts, walked, {'act': 'finish', 'answer': '{}'},
     rev, who=('clerk', 'leader', 'system'))
same('a paper to link to', 'POST', acts, walked,
     {'act': 'link', 'kind': 'relates', 'paper': '{}'}, rev,
     who=('clerk', 'system'))
same('a paper to join to', 'POST', acts, walked,
     {'act': 'join', 'other': '{}'}, rev, status=409, who=('clerk',))
same('a file', 'POST', '/v1/papers', upload, {
    'direction': 'out', 'meta': t.letter_meta(),
    'files': [{'upload': '{}', 'name': 'a.pdf'}]}, status=410,
     who=('clerk', 'system'))

# Their own paper, issued, for what wants one.
clerk, leader = people.their_clerk, people.their_leader
mine = clerk.need(clerk.register(files, t.letter_meta())).json['paper']
clerk.need(clerk.act(mine, 'submit'))
main = clerk.paper(mine)['parts'][0]['sha256']
leader.need(leader.act(mine, 'approve', main=main))
leader.need(leader.act(mine, 'sign', number_first=True,
                       pin=province.pin('anmau-leader')))
clerk.need(clerk.act(mine, 'seal', pin=province.pin('anmau-seal')))
clerk.need(clerk.act(mine, 'issue'))
rev = people.their_clerk.paper(mine)['rev']
acts = '/v1/papers/%s/acts' % mine
same('a notice of recall', 'POST', acts, walked,
     {'act': 'recall', 'notice': '{}', 'reason': 'x'}, rev, 404, ('clerk',))
same('what replaces it', 'POST', acts, walked,
     {'act': 'replace', 'by': '{}', 'reason': 'x'}, rev, 404, ('clerk',))
same('a delivery to take back', 'POST', acts, delivery,
     {'act': 'take_back', 'delivery': '{}', 'reason': 'x'}, rev,
     who=('clerk', 'system'))

# --- every operation of the contract that takes an id has a row ---

ELSEWHERE = {
    # another agency's are asked for there
    'readConsignment': 'consignments.py', 'consignmentAct': 'consignments.py',
    'consignmentContent': 'consignments.py', 'hurryStatus': 'direct.py',
    # of the agency in the token, whatever the address says; who may is of it
    'getAccount': 'rights.py', 'removeAccount': 'rights.py',
    'actOnAccount': 'rights.py', 'unlinkIdentity': 'rights.py',
    'actOnClient': 'rights.py',
}


def acts_of(op):
    body = deref(op.get('requestBody', {})).get('content', {}).get(
        'application/json')
    if body is None:
        return ['']
    schema = deref(body['schema'])
    names = []
    for one in schema.get('oneOf', [schema]):
        by = deref(one).get('properties', {}).get('act', {})
        names += by.get('enum', [by['const']] if 'const' in by else [''])
    return names


def check_rows():
    for path, method, op in operations():
        if not re.search(r'\{(id|login)\}', path) or \
                op['operationId'] in ELSEWHERE:
            continue
        as_told = re.compile(re.escape(path).replace(
            r'\{id\}', r'\{\}').replace(r'\{n\}', r'\d+').replace(
                r'\{kind\}', '[a-z]+') + '$')
        for act in acts_of(op):
            t.ok(any(m == method.upper() and as_told.match(p) and act == a
                     for m, p, a in asked),
                 '%s %s has a row' % (op['operationId'], act),
                 'add it to this file')


check_rows()
OURS = {'draft': draft, 'agreed': agreed, 'walked': walked,
        'leader': leader_id, 'clerk': clerk_id, 'prepared': prepared,
        'hook': hook, 'delegation': delegation, 'upload': upload}

# --- lists and the feed have only one's own ---

for path in ('/v1/papers', '/v1/people', '/v1/events', '/v1/deliveries',
             '/v1/deliveries?list=dead', '/v1/consignments', '/v1/books'):
    a = done(people.their_clerk.get(path), path)
    found = [name for name, x in OURS.items() if x.encode() in a.body]
    t.equal(found, [], path + ': nothing of the other agency')

# --- and nothing has changed ---

t.equal(people.officer.paper(draft)['state'], 'draft', 'the draft is one')
t.equal(people.officer.get('/v1/tus/' + tus, **TUS).json['offset'], 0,
        'the upload waits')
t.equal(people.system.get('/v1/webhooks/' + hook).status, 200,
        'the webhook is there')
t.equal(people.leader.get('/v1/delegations/' + delegation).status, 200,
        'and the delegation')
server.stop()
t.check_clean(province)
t.done()
