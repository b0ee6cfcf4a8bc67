#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the office refuses: wrong order, wrong person, wrong request. Each
refusal has its code, is said in two languages, and changes nothing."""
import harness as t

province = t.Province()
server = t.Server(province)
t.need(server.port, 'the server starts', getattr(server, 'said', ''))
people = t.People(server)
plain = t.letter_pdf('--no-fields')
files = [('cong-van.pdf', t.PDF, plain)]
papers = []


def draft(**meta):
    papers.append(people.draft(files, **meta))
    return papers[-1]


def unmoved(paper, rev, name):
    t.equal(people.officer.paper(paper)['rev'], rev, name + ': nothing moved')


# --- who ---

t.refused(server.client().get('/v1/me'), 401, 'unauthenticated', 'no token')
t.refused(t.Client(server.port, 'x' * 48).get('/v1/me'), 401,
          'unauthenticated', 'an unknown token')
for asked, language in ((None, 'en'), ('vi-VN,vi;q=0.9,en;q=0.8', 'vi'),
                        ('fr', 'en'), ('en;q=0.5, vi;q=0.4', 'en')):
    a = server.client().get('/v1/me', **({} if asked is None else {
        'Accept-Language': asked}))
    t.equal((a.json['title'], a.headers['content-language']),
            (a.json[language], language),
            'the title is in the language asked for: %s' % asked)
paper = draft()
rev = people.officer.paper(paper)['rev']
t.refused(people.their_clerk.get('/v1/papers/' + paper), 404, 'not-found',
          "another agency's paper")
t.refused(people.their_clerk.post('/v1/papers/%s/acts' % paper,
                                  {'act': 'number'}, rev=rev),
          404, 'not-found', "numbering another agency's paper")
main = people.officer.paper(paper)['parts'][0]['sha256']
t.refused(people.officer.act(paper, 'approve', main=main), 403, 'forbidden',
          'an officer approving')
t.refused(people.leader.register(files, t.letter_meta()), 403, 'forbidden',
          'a leader registering')
unmoved(paper, rev, 'by the wrong people')

# --- sole control ---

for act, pin in (('sign', 'leader'), ('seal', 'seal'),
                 ('initial', 'officer')):
    t.refused(people.system.act(paper, act, pin=people.pin(pin)), 403,
              'sole-control', 'a system asking to %s' % act)
unmoved(paper, rev, 'by a system')

# --- order ---

t.refused(people.sign(paper), 409, 'not-approved',
          'signing before an approval')
t.refused(people.seal(paper), 409, 'not-signed-by-competent-person',
          "the agency's key first")
t.refused(people.clerk.act(paper, 'issue'), 409, 'out-of-order',
          'issuing a draft')
t.refused(people.leader.act(paper, 'approve', main=main), 409,
          'out-of-order', 'approving a draft that was not submitted')
t.refused(people.leader.act(paper, 'return', main=main, note=''), 422,
          'field-length', 'returning without a reason')
unmoved(paper, rev, 'out of order')

people.officer.need(people.officer.act(paper, 'submit', initials=1))
t.refused(people.leader.act(paper, 'approve', main=main), 409, 'conflict',
          'approving another version than the one submitted')
main = people.officer.paper(paper)['parts'][0]['sha256']
people.leader.need(people.leader.act(paper, 'approve', main=main))
t.refused(people.seal(paper), 409, 'not-signed-by-competent-person',
          "the agency's key before the competent person's")
people.leader.need(people.sign(paper, False))
t.refused(people.sign(paper, False), 409, 'out-of-order',
          'signing a second time')
t.refused(people.seal(paper), 409, 'out-of-order',
          'sealing before the number')
t.refused(people.officer.act(paper, 'initial', pin=people.pin('officer')),
          409, 'out-of-order', 'initials after the signature')
a = people.clerk.need(people.clerk.act(paper, 'number'))
given = a.json['number']
again = people.clerk.act(paper, 'number')
t.refused(again, 409, 'already-numbered', 'a second number')
t.ok(given['text'] in again.body.decode() and again.status == 409,
     'the refusal names the number it has', again)
t.equal(people.clerk.paper(paper)['number']['text'], given['text'],
        'and it keeps it')
people.clerk.need(people.seal(paper))
t.refused(people.seal(paper), 409, 'out-of-order', 'sealing a second time')
t.refused(people.clerk.act(paper, 'dispatch',
                           to=[{'code': 'H99.99', 'name': 'Không có'}]),
          422, 'agency-unknown', 'sending to an unknown agency')
people.clerk.need(people.clerk.act(paper, 'issue'))
t.refused(people.clerk.act(paper, 'dispatch',
                           to=[{'code': 'H99.99', 'name': 'Không có'}]),
          422, 'agency-unknown', 'sending it, issued, to an unknown agency')
commune = {'code': 'H99.31', 'name': 'UBND xã An Mẫu'}
t.refused(people.clerk.act(paper, 'dispatch', to=[commune, commune]), 422,
          'invalid', 'sending it to one agency twice at once')
people.clerk.need(people.clerk.act(paper, 'dispatch', to=[commune]))
again = people.clerk.act(paper, 'dispatch', to=[commune])
t.refused(again, 409, 'exists', 'sending it there a second time')
t.ok('H99.31' in str(again), 'and the refusal names the agency', again)
t.equal(len(people.clerk.get('/v1/papers/%s/deliveries' % paper)
            .json['deliveries']), 1, 'one delivery was made')

# A new version voids what was agreed.
paper = draft()
people.agree(paper)
u = people.officer.need(people.officer.upload(plain)).json
before = people.officer.paper(paper)['parts'][0]['sha256']
people.officer.need(people.officer.act(
    paper, 'edit', part=1, upload=u['upload'], name='ban-moi.pdf',
    media_type=t.PDF, expect=before))
t.refused(people.sign(paper), 409, 'not-approved',
          'signing what was changed after the approval')
# Its fields are gone with the file before: no approval in vain.
main = people.leader.paper(paper)['parts'][0]['sha256']
t.refused(people.leader.act(paper, 'approve', main=main), 409,
          'out-of-order', 'approving what was not submitted again')
t.refused(people.sign(paper), 409, 'not-approved',
          'and nothing is left to sign')
t.equal(people.leader.paper(paper)['number'], None,
        'no number is spent on a file that cannot bear it')
people.agree(paper)
people.leader.need(people.sign(paper))
t.ok(True, 'submitted again, it is approved and signed')

# --- requests ---

paper = draft()
rev = people.officer.paper(paper)['rev']
acts = '/v1/papers/%s/acts' % paper
t.refused(people.officer.ask('POST', acts, {'act': 'submit'},
                             {'If-Match': '"%d"' % rev}),
          400, 'idempotency-key-missing', 'no Idempotency-Key')
t.refused(people.officer.post(acts, {'act': 'submit'}), 428,
          'precondition-required', 'no If-Match')
t.refused(people.officer.post(acts, {'act': 'submit'}, rev=rev + 7), 412,
          'precondition-failed', 'If-Match of another version')
t.refused(people.officer.post(acts, {'act': 'dance'}, rev=rev), 422,
          'field-value', 'an act that does not exist')
t.refused(people.officer.post(acts, {'act': 'submit', 'colour': 'red'},
                              rev=rev), 422, 'field-unknown',
          'an unknown field')
t.refused(people.officer.ask('POST', acts, b'{"act": "submit", ', {
    'Idempotency-Key': t.new_key(), 'If-Match': '"%d"' % rev,
    'Content-Type': 'application/json'}), 400, 'syntax', 'half a JSON')
def body(data, kind='application/json', **more):
    return people.officer.ask('POST', acts, data, {
        'Idempotency-Key': t.new_key(), 'If-Match': '"%d"' % rev,
        'Content-Type': kind, **more})


def pointed(answer, status, code, pointer, name):
    t.refused(answer, status, code, name)
    t.equal((answer.json.get('pointer'), answer.json['retryable']),
            (pointer, False), '%s: where' % name)


pointed(body(b'{"act":"submit","note":"a\xff"}'), 400, 'json-not-utf8', '/note',
        'bytes that are no UTF-8')
pointed(body(b'{"act":"submit","note":"\xed\xa0\x80"}'), 400, 'json-not-utf8',
        '/note', 'a surrogate in UTF-8')
pointed(body(b'{"act":"submit","act":"seal"}'), 400, 'json-duplicate-key', '/act',
        'a name twice')
pointed(body(b'{"act":"submit","places":' + b'[' * 40 + b']' * 40 + b'}'), 400,
        'json-too-deep', '/places' + '/0' * 15, 'deep JSON')
pointed(body(b'{"act":"submit","note":"' + b'a' * 3000 + b'"}'), 422,
        'field-length', '/note', 'a field that is too long')
pointed(body(b'{"act":"submit","initials":"1"}'), 422, 'field-type', '/initials',
        'text for a number')
pointed(body(b'{"act":"submit","initials":3}'), 422, 'field-value', '/initials',
        'a number too large')
pointed(body(b'{"act":"return","main":"x","note":"a"}'), 422, 'field-value',
        '/main', 'what is no hash')
pointed(body(b'{"note":"a"}'), 422, 'field-required', '/act', 'no act')
pointed(body(b'{"act":"submit","places":{"number":{"page":1,"colour":1}}}'), 422,
        'field-unknown', '/places/number/colour', 'an unknown field deep inside')
t.refused(body(b'[]'), 422, 'field-type', 'an array for an object')
for text in (b'nul', b'{} {}', b"{'act':1}", b'{"act":01}', b'{"act":NaN}',
             b'{"act":"\\ud800"}', b'{"act":"a\tb"}', b'\xef\xbb\xbf{}',
             b'{"act":"\\u0000"}'):
    a = body(text)
    t.ok(a.status in (400, 422) and a.json['code'] in (
        'syntax', 'field-value', 'json-not-utf8'), 'no JSON: %r' % text, a)
t.refused(body(b'{}', 'text/plain'), 415, 'unsupported-media-type',
          'another media type')
t.refused(body(b'{}', **{'Content-Encoding': 'gzip'}), 415,
          'unsupported-media-type', 'a body that is packed')
t.refused(body(b'{"act":"submit","note":"' + b'a' * 2_000_000 + b'"}'), 413,
          'limit-exceeded', 'a body that is too large')
t.refused(body(b'{"act":"submit"}', Accept='text/html'), 406,
          'not-acceptable', 'an answer in HTML')
for tag in ('"x"', 'W/"%d"' % rev, '%d' % rev, '"8", "9"', '"9", W/"%d"' % rev):
    t.refused(body(b'{"act":"submit"}', **{'If-Match': tag}), 412,
              'precondition-failed', 'If-Match: ' + tag)
for tag in ('*', '"9", "%d"', '"%d","9"'):
    other = draft()
    seen = people.officer.paper(other)['rev']
    a = people.officer.ask('POST', '/v1/papers/%s/acts' % other,
                           {'act': 'submit'}, {
                               'Idempotency-Key': t.new_key(),
                               'If-Match': tag.replace('%d', str(seen))})
    t.equal(a.status, 200, 'If-Match: ' + tag)
for key in ('a b', 'é'.encode().decode('latin-1'), 'k' * 121):
    t.refused(body(b'{"act":"submit"}', **{'Idempotency-Key': key}), 400,
              'syntax', 'Idempotency-Key: ' + key[:5])
a = people.officer.ask('PUT', acts, b'{}')
t.refused(a, 405, 'method-not-allowed', 'another method')
t.equal(a.headers['allow'], 'POST, OPTIONS', 'which are named')
for path, allow in ((acts, 'POST, OPTIONS'), ('/v1/papers',
                    'GET, HEAD, POST, OPTIONS'),
                    ('/v1/papers/' + paper, 'GET, HEAD, OPTIONS')):
    a = people.officer.ask('OPTIONS', path)
    t.equal((a.status, a.headers['allow'], a.body), (204, allow, b''),
            'OPTIONS ' + path.split('/')[-1])
get = people.officer.get('/v1/papers/' + paper)
head = people.officer.ask('HEAD', '/v1/papers/' + paper)
t.equal([(head.headers[k]) for k in ('content-type', 'etag', 'content-length')],
        [get.headers[k] for k in ('content-type', 'etag', 'content-length')],
        'HEAD says what GET says')
t.equal((head.status, head.body), (200, b''), 'without a body')
for query, code in (('colour=red', 'parameter-unknown'),
                    ('limit=0', 'parameter-value'),
                    ('limit=2&limit=3', 'parameter-value'),
                    ('state=none', 'parameter-value'),
                    ('cursor=AAAA', 'cursor-foreign')):
    a = people.officer.get('/v1/papers?' + query)
    t.refused(a, 422, code, '?' + query)
    t.equal(a.json['parameter'], query.split('=')[0], 'which parameter')
for _ in range(2):
    draft()
cursor = people.officer.get('/v1/papers?limit=1').json['next']
t.equal(people.officer.get('/v1/papers?limit=1&cursor=' + cursor).status, 200,
        'a cursor of the list')
for wrong in ([cursor[:i] + ('A' if cursor[i] != 'A' else 'B') + cursor[i + 1:]
               for i in range(0, len(cursor), 5)] + [cursor[:-1], cursor + 'A',
                                                     '']):
    a = people.officer.get('/v1/papers?limit=1&cursor=' + wrong)
    t.ok(a.status == 422 and a.json['code'] in (
        'cursor-foreign', 'parameter-value'), 'a cursor that was changed', a)
for where in ('/v1/papers?limit=1&state=draft&cursor=',
              '/v1/people?cursor=', '/v1/papers?q=a&cursor='):
    t.refused(people.officer.get(where + cursor), 422, 'cursor-foreign',
              'the cursor of another list: ' + where)
unmoved(paper, rev, 'by bad requests')
key = t.new_key()
people.officer.need(people.officer.act(paper, 'submit', key=key, initials=0))
t.refused(people.officer.post(acts, {'act': 'submit', 'note': 'khác'}, key,
                              rev), 422, 'idempotency-key-reused',
          'one key for two requests')
t.refused(people.officer.register(files, t.letter_meta(subject='')), 422,
          'invalid', 'a paper without a subject')
t.refused(people.officer.register(files, t.letter_meta(secrecy=2)), 422,
          'secrecy-refused', 'a secret paper')
t.refused(people.officer.post('/v1/papers', {
    'direction': 'out', 'meta': t.letter_meta(),
    'files': [{'upload': '0' * 32, 'name': 'a.pdf', 'media_type': t.PDF}]}),
          410, 'upload-gone', 'an upload that is not there')

# --- where in the body it is ---


def pointed(answer, status, code, pointer):
    t.refused(answer, status, code, pointer)
    t.equal(answer.json.get('pointer'), pointer, '%s: said where' % pointer)
    t.ok(answer.json.get('detail'), '%s: and what' % pointer, answer)


def sent():
    return people.officer.need(people.officer.upload(plain)).json['upload']


def with_files(*named):
    return people.officer.post('/v1/papers', {
        'direction': 'out', 'meta': t.letter_meta(), 'files': [
            {'upload': u, 'name': n, 'media_type': m} for u, n, m in named]})


theirs = people.their_clerk.need(
    people.their_clerk.upload(plain)).json['upload']
kept = sent()
for missing in ('0' * 32, theirs):
    pointed(with_files((kept, 'a.pdf', t.PDF), (missing, 'b.pdf', t.PDF)),
            410, 'upload-gone', '/files/1/upload')
pointed(with_files((kept, 'a.pdf', t.PDF), (kept, 'b.pdf', t.PDF)), 422,
        'invalid', '/files/1/upload')
pointed(with_files((kept, 'a\u0001.pdf', t.PDF)), 422, 'invalid',
        '/files/0/name')
people.officer.need(with_files((kept, 'a.pdf', t.PDF)))
pointed(with_files((kept, 'a.pdf', t.PDF)), 410, 'upload-gone',
        '/files/0/upload')
for field, code, value in (
        ('/meta/subject', 'invalid', ''), ('/meta/subject', 'invalid', ' \t '),
        ('/meta/subject', 'invalid', 'a\u0001b'),
        ('/meta/secrecy', 'secrecy-refused', 1),
        ('/meta/recipients/1/name', 'invalid',
         [{'code': 'H99.31'}, {'name': 'a\u0001b'}])):
    pointed(people.officer.register(files, t.letter_meta(
        **{field.split('/')[2]: value})), 422, code, field)
for missing in ('0' * 32, paper):
    a = people.officer.register(files, t.letter_meta(reply_to=missing))
    pointed(a, *((404, 'not-found') if missing != paper else
                 (422, 'invalid')), '/meta/reply_to')
one = draft()
pointed(people.officer.act(one, 'edit', upload='0' * 32, name='b.pdf',
                           expect='0' * 64), 410, 'upload-gone', '/upload')
u = people.officer.need(people.officer.upload(plain)).json
pointed(people.officer.act(one, 'edit', part=9, upload=u['upload'],
                           name='b.pdf', expect='0' * 64), 404, 'not-found',
        '/part')
box = {'page': 9, 'x': 1, 'y': 1, 'w': 50, 'h': 10}
pointed(people.officer.act(one, 'submit', initials=0, places={
    k: box for k in ('number', 'date', 'leader', 'seal')}), 422, 'invalid',
        '/places')
pointed(people.clerk.act(one, 'print', what='paper', copies=1,
                         version='f' * 64), 404, 'not-found', '/version')
a = people.clerk.act(one, 'print', what='paper', copies=1)
t.ok(a.status == 200, 'printed without saying which version', a)
gone = people.officer.post('/v1/papers/%s/acts' % ('0' * 32), {
    'act': 'print', 'what': 'paper', 'copies': 1, 'version': 'f' * 64},
                           rev=1)
t.equal(gone.json.get('pointer'), None,
        'of a paper that is not there, nothing more is said')
admin = server.client('skhcn-admin')
pointed(admin.post('/v1/webhooks', {'url': 'https://127.0.0.1/'}), 422,
        'invalid', '/url')
pointed(admin.post('/v1/webhooks', {
    'url': 'https://1.1.1.1/', 'types': ['nonsense']}), 422, 'invalid',
        '/types')
t.refused(people.public.get('/v1/results/ABCD-EFGH-JKLM-NPQR'), 404,
          'not-found', 'a code that was never given')
t.refused(people.officer.get('/v1/nothing'), 404, 'not-found',
          'an address that is not there')
t.refused(people.officer.ask('DELETE', '/v1/papers/' + paper), 405,
          'method-not-allowed', 'deleting a paper')
notice = t.load('notice.json')
t.refused(people.officer.post('/v1/results', {
    **notice, 'notation': 'TB-SKHCN', 'holder_fact': '1'}), 422, 'field-length',
          'a result without a fact that its holder knows')

t.nothing_lost(people, papers, 'every paper is as it was')
server.stop()
t.check_clean(province)
t.done()
