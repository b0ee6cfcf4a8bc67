#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""State secrets do not belong here. One that is suspected is isolated from all
but the head and the clerk, on every face, until it is cleared; one that says so
is refused at the door, and nothing but the fact is kept. Only the API."""
import os
import urllib.parse

import harness as t

province = t.Province()
server = t.Server(province)
people = t.People(server)
pdf = t.letter_pdf('--no-fields')
files = [('cong-van.pdf', t.PDF, pdf)]
program = server.client('skhcn-system')


def done(answer, name):
    t.need(200 <= answer.status < 300, name, answer)
    return answer


def ids(who, query=''):
    return [p['id'] for p in who.get('/v1/papers?limit=100' + query)
            .json['papers']]


def refused_all(who, paper, path, name):
    a = who.get('/v1/papers/%s%s' % (paper, path))
    t.equal((a.status, a.json['code']), (403, 'paper-isolated'),
            '%s: %s' % (name, path or 'the paper'))


# --- suspected ---

paper = people.walk(files)
done(people.clerk.act(paper, 'issue'), 'issued')
done(people.clerk.act(paper, 'print', what='copy', copies=1), 'printed')
last = people.clerk.paper(paper)['last_act']
other = people.draft(files)
shown = people.clerk.paper(paper)
subject = shown['meta']['subject']
book = next(b for b in people.clerk.get('/v1/books').json['books']
            if b['last'] == shown['number']['value'])
register = '/v1/books/%s/%d/register' % (book['key'], book['period'])
EXPORT = '/v1/export?columns=number,subject'
t.ok(paper in ids(people.officer), 'the officer sees it in the list')
a = people.officer.act(paper, 'clear', reason='không')
t.equal(a.status, 403, 'he clears nothing')
done(people.officer.act(paper, 'isolate', reason='có dấu Mật'),
     'a reader marks it')
for who, name in ((people.officer, 'officer'), (program, 'system')):
    for path in ('', '/history', '/parts/1/content', '/parts/1/versions',
                 '/deliveries'):
        refused_all(who, paper, path, name)
    t.ok(paper not in ids(who), name + ': not in the list')
    t.ok(other in ids(who), name + ': other papers are')
    for query in ('&q=' + 'cong', '&direction=out', '&state=issued'):
        t.ok(paper not in ids(who, query), name + ': not found, ' + query)
    a = who.get('/v1/receipts/%d' % last)
    t.equal((a.status, a.json['code']), (403, 'paper-isolated'),
            name + ': no receipt of its acts')
    a = who.get('/v1/receipts/%d/proof' % last)
    t.equal((a.status, a.json['code']), (403, 'paper-isolated'),
            name + ': no proof of its acts')
    lines = who.get(register).json['rows']
    t.equal([(x['paper'], x['number']) for x in lines],
            [(paper, shown['number']['text'])],
            name + ': its number is in the register')
    for path in (register, register + '.csv'):
        a = who.get(path)
        t.equal((a.status, subject.encode() in a.body), (200, False),
                name + ': no word of it, ' + path)
    a = who.get(EXPORT)
    t.equal((a.status, shown['number']['text'].encode() in a.body),
            (200, False), name + ': not in what is exported')
    events = who.get('/v1/events?limit=500')
    t.equal((events.status, subject.encode() in events.body), (200, False),
            name + ': events go on, and say nothing of it')
a = people.officer.act(paper, 'print', rev=1, what='copy', copies=1)
t.equal((a.status, a.json['code']), (403, 'paper-isolated'), 'no print')
a = people.clerk.act(paper, 'dispatch', to=[{'code': 'H99.31'}])
t.equal((a.status, a.json['code']), (403, 'paper-isolated'),
        'nor is it sent, by anybody')
for who, name in ((people.leader, 'leader'), (people.clerk, 'clerk')):
    p = who.get('/v1/papers/' + paper)
    t.equal((p.status, p.json['isolated_note']), (200, 'có dấu Mật'),
            name + ' sees it, and why')
    t.ok(paper in ids(who), name + ': in the list')
    t.equal(who.get('/v1/papers/%s/parts/1/content' % paper).status, 200,
            name + ': its content')
    t.equal(who.get('/v1/receipts/%d' % last).status, 200,
            name + ': its receipts')
    t.ok(subject.encode() in who.get(register).body,
         name + ': its line in the register')
    t.ok(shown['number']['text'].encode() in who.get(EXPORT).body,
         name + ': exported')
a = people.clerk.act(paper, 'clear', reason='không')
t.equal(a.status, 403, 'the head decides, not the clerk')
done(people.leader.act(paper, 'clear', reason='không phải bí mật'), 'cleared')
t.ok(paper in ids(people.officer), 'the officer sees it again')
t.equal(people.officer.get('/v1/papers/%s/history' % paper).json['acts'][-1]
        ['steps'], ['clear'], 'with what was decided')

# --- what waits to be sent ---

done(people.clerk.act(paper, 'freeze', order='Công văn 9/UBND-VP'), 'frozen')
a = people.clerk.act(paper, 'dispatch', to=[{'code': 'H99.31'}])
t.equal((a.status, a.json['code']), (409, 'paper-frozen'), 'not sent')
done(people.clerk.act(paper, 'release', reason='lệnh được rút'), 'released')
done(people.clerk.act(paper, 'dispatch', to=[{'code': 'H99.31'}]), 'sent')

# --- declared ---

# not to be asked again at the end: it goes
upload = people.clerk._once('POST', '/v1/uploads', pdf, {
    'Authorization': 'Bearer ' + people.clerk.token,
    'Idempotency-Key': t.new_key(),
    'Content-Type': 'application/octet-stream'}).json['upload']
before = people.clerk.get('/v1/events?limit=500').json['after']
meta = t.letter_meta(secrecy=2)
meta['subject'] = 'Chuyện không ai được biết'
body = {'direction': 'in', 'meta': meta, 'files': [
    {'upload': upload, 'name': 'mat.pdf', 'media_type': t.PDF}]}
key = t.new_key()
for n in range(2):
    a = people.clerk.post('/v1/papers', body, key=key)
    t.equal((a.status, a.json['code'], a.json.get('pointer')),
            (422, 'secrecy-refused', '/meta/secrecy'),
            'refused at the door' if n == 0 else 'asked again: the same')
    t.ok(a.json['vi'] and a.json['en'], 'in two languages')
events = people.clerk.get('/v1/events?after=%d' % before).json['events']
secret = [e for e in events if e['type'] == 'secret']
t.equal(len(secret), 1, 'one act stays, however often it was asked')
t.equal((secret[0]['paper'], secret[0]['subject']), (None, None),
        'of no paper, about nothing')
body['meta'] = t.letter_meta()
a = people.clerk.post('/v1/papers', body)
t.equal((a.status, a.json['code']), (410, 'upload-gone'),
        'what was staged is gone')

# sent in pieces: nothing leads to them any more, nor to the same bytes again
TUS = {'Tus-Resumable': '1.0.0'}
OCTETS = 'application/offset+octet-stream'


def pieces(data):
    a = people.clerk.ask('POST', '/v1/tus', None, {
        **TUS, 'Upload-Length': str(len(data))})
    where = a.headers['location']
    half = len(data) // 2
    for at, part in ((0, data[:half]), (half, data[half:])):
        a = people.clerk.ask('PATCH', where, part, {
            **TUS, 'Content-Type': OCTETS, 'Upload-Offset': str(at)})
        t.need(a.status == 204, 'a piece', a)
    return where, a.headers['vanthu-upload']


other = os.urandom(70000)
where, upload = pieces(other)
again, same = pieces(other)
body = {'direction': 'in', 'meta': meta, 'files': [
    {'upload': upload, 'name': 'mat.pdf', 'media_type': t.PDF}]}
a = people.clerk.post('/v1/papers', body)
t.equal(a.json['code'], 'secrecy-refused', 'refused')
t.equal(people.clerk.ask('HEAD', where, None, TUS).status, 404,
        'what led to its pieces is gone')
body['meta'] = t.letter_meta()
body['files'][0]['upload'] = same
a = people.clerk.post('/v1/papers', body)
t.equal((a.status, a.json['code']), (410, 'upload-gone'),
        'so are the same bytes, sent a second time')

# --- suspected, then destroyed by decision ---


def stored(word):
    """Files of the store, or beside it, that have a word."""
    return [p for p in (os.path.join(root, name)
                        for root, _, names in os.walk(province.store)
                        for name in names) if word.encode() in t.read(p)]


WORDS = ('Chuyện đã lộ', 'lo-ra.pdf', 'thấy có bí mật', 'xin ý kiến ngay')
paper = people.clerk.need(people.clerk.post('/v1/papers', {
    'direction': 'in', 'meta': t.letter_meta(subject=WORDS[0]), 'files': [
        {'upload': people.clerk.need(people.clerk.upload(pdf)).json['upload'],
         'name': WORDS[1], 'media_type': t.PDF}]})).json['paper']
done(people.leader.act(paper, 'assign', opinion=WORDS[3],
                       lead=people.officer.get('/v1/me').json['person']),
     'assigned')
QUERY = '&q=' + urllib.parse.quote('"%s"' % WORDS[0])
t.until(lambda: paper in ids(people.officer, QUERY), 'found by its words')
done(people.officer.act(paper, 'isolate', reason=WORDS[2]), 'suspected')
for word in WORDS:
    t.ok(stored(word), 'it is stored in the clear: ' + word)
done(people.clerk.act(paper, 'ask_destroy', because='secret', words=True,
                      reason='Quyết định 7/2026'), 'asked for')
done(people.leader.act(paper, 'destroy'), 'and ordered by another one')
t.until(lambda: people.clerk.paper(paper)['erased_at'], 'and erased')
t.ok(paper not in ids(people.clerk, QUERY), 'no search finds it')

server.stop()
for secret in ('Chuyện không ai được biết', 'mat.pdf') + WORDS:
    t.equal(stored(secret), [], 'no word of it is stored: ' + secret)
t.check_clean(province)
t.done()
