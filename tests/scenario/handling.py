#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Papers between two agencies of a store: taken in, assigned, worked on,
answered; taken back, recalled, replaced; printed; looked up. Only the API."""
import time

import harness as t

province = t.Province()
server = t.Server(province)
people = t.People(server)
admin = server.client('skhcn-admin')
pdf = t.letter_pdf('--no-fields')
files = [('cong-van.pdf', t.PDF, pdf)]


def done(answer, name):
    t.need(200 <= answer.status < 300, name, answer)
    return answer


def act(who, paper, name, **fields):
    """Statuses that come in move a paper on: on 412 it is read again."""
    for _ in range(20):
        a = who.act(paper, name, **fields)
        if a.status != 412:
            break
        time.sleep(0.1)
    return a


def issued():
    paper = people.walk(files)
    done(act(people.clerk, paper, 'issue'), 'issued')
    return paper


def sent():
    paper = issued()
    done(act(people.clerk, paper, 'dispatch', to=[{'code': 'H99.31'}]),
         'dispatched')
    return paper


def waiting():
    """The newest paper that waits at the other agency."""
    def look():
        got = people.their_clerk.get(
            '/v1/papers?direction=in&state=waiting').json['papers']
        return got[0]['id'] if got else None
    return t.until(look, 'it waits at the other agency')


def delivery(paper):
    return people.clerk.get(
        '/v1/papers/%s/deliveries' % paper).json['deliveries'][0]


def tagged(who, path, name):
    """What has no revision has a tag of what is said of it."""
    tag = who.get(path).headers['etag']
    a = who.get(path, **{'If-None-Match': tag})
    t.equal((len(tag), a.status, a.body, a.headers['etag']),
            (66, 304, b'', tag), name)
    return tag


def shown(paper, code, name):
    t.until(lambda: (delivery(paper)['status'] or {}).get('code') == code,
            name)


# --- the tag to go on with, after the number of order B ---

paper = people.draft(files)
people.agree(paper)
done(people.sign(paper, False), 'signed without a number')
a = done(act(people.clerk, paper, 'number'), 'numbered after the signature')
tag = a.headers['etag']
t.equal(tag, '"%d"' % people.clerk.paper(paper)['rev'],
        'the tag of the answer is that of the paper, its fill included')
a = people.clerk.ask('POST', '/v1/papers/%s/acts' % paper, {
    'act': 'seal', 'pin': people.pin('seal')}, {
        'Idempotency-Key': t.new_key(), 'If-Match': tag})
done(a, 'so the next act goes on with it')

# --- answered: a reply that is issued finishes what it answers ---

paper = sent()
here = waiting()
a = done(act(people.their_clerk, here, 'accept'), 'accepted')
t.equal(a.json['arrival'], 1, 'with the first arrival number')
them = people.their_leader
reply = people.their_clerk.need(people.their_clerk.register(
    files, t.letter_meta(reply_to=here))).json['paper']
done(act(people.their_clerk, reply, 'submit', initials=0), 'reply submitted')
main = people.their_clerk.paper(reply)['parts'][0]['sha256']
done(act(them, reply, 'approve', main=main), 'approved')
done(act(them, reply, 'sign', number_first=True,
         pin=province.pin('anmau-leader')), 'signed')
done(act(people.their_clerk, reply, 'seal', pin=province.pin('anmau-seal')),
     'sealed')
t.equal(people.their_clerk.paper(here)['state'], 'arrived',
        'nobody has pressed a button')
done(act(people.their_clerk, reply, 'issue'), 'issued')
t.until(lambda: people.their_clerk.paper(here)['state'] == 'finished',
        'the paper that it answers is finished')
t.equal(people.their_clerk.paper(here)['answered_by'], reply, 'by the reply')
shown(paper, '06', 'and its sender is told 06')

# --- taken in and finished ---

paper = sent()
here = waiting()
me = people.their_clerk.get('/v1/me').json['person']
lead = server.client('anmau-leader')
them = people.their_clerk.get('/v1/people').json['people']
boss = [p for p in them if p['roles'] == ['leader']][0]['id']
t.equal(people.their_clerk.get('/v1/people/' + boss).json['name'],
        'Phạm Văn Giả', 'people are found by their id')
tagged(people.their_clerk, '/v1/people/' + boss, 'a person has a tag')
t.equal(people.clerk.get('/v1/people/' + boss).status, 404,
        "another agency's are not")
a = done(act(people.their_clerk, here, 'accept'), 'accepted')
t.equal(a.json['arrival'], 2, 'with the next arrival number')
nobody = '0' * 32
for field, fields in (
        ('/lead', {'lead': nobody}),
        ('/with/1', {'lead': boss, 'with': [me, nobody]}),
        ('/lead', {'lead': nobody, 'with': [nobody]})):
    a = act(people.their_clerk, here, 'assign', **fields)
    t.equal((a.status, a.json['code'], a.json.get('pointer')),
            (422, 'person-unknown', field), 'assign: nobody at %s' % field)
a = act(people.their_clerk, here, 'forward', person=nobody)
t.equal((a.json['code'], a.json.get('pointer')),
        ('person-unknown', '/person'), 'forward: nobody')
for day in ('2099-02-30', '31/12/2099', '2099-12-31T00:00:00Z'):
    a = act(people.their_clerk, here, 'assign', lead=boss, due_on=day)
    t.equal((a.status, a.json['code'], a.json.get('pointer')),
            (422, 'field-value', '/due_on'), 'assign until ' + day)
done(act(people.their_clerk, here, 'assign', lead=boss, due_on='2099-12-31',
                            opinion='Xử lý', **{'with': [me]}), 'assigned')
p = people.their_clerk.paper(here)
t.equal((p['state'], p['assigned_to'], p['assigned_with'],
         p['assigned_due']), ('assigned', boss, [me], '2099-12-31'),
        'to whom, with whom, until when')
done(act(lead, here, 'forward', person=me, note='Chuyển'), 'forwarded')
done(act(people.their_clerk, here, 'process'), 'worked on')
a = done(act(people.their_clerk, here, 'print', what='copy', copies=2,
    version=people.their_clerk.paper(here)['parts'][0]['sha256']), 'printed')
t.equal(people.their_clerk.paper(here)['printed'], 2, 'two copies')
t.refused(people.their_clerk.act(here, 'print', what='copy', copies=1,
                                 version='f' * 64), 404, 'not-found',
          'printing what it never was')
for answer, status, code in (('f' * 32, 404, 'not-found'),
                             (here, 422, 'invalid')):
    a = act(people.their_clerk, here, 'finish', answer=answer)
    t.equal((a.status, a.json['code'], a.json.get('pointer')),
            (status, code, '/answer'), 'finished by %s' % answer)
t.equal(people.their_clerk.paper(here)['state'], 'processing',
        'which changes nothing')
done(act(people.their_clerk, here, 'finish', note='Xong'), 'finished')
shown(paper, '06', 'the sender is told 06')
d = delivery(paper)
one = people.clerk.get('/v1/deliveries/' + d['id']).json
t.ok(one['evidence']['accepted'] and one['evidence']['answered'] and
     [x['status']['code'] for x in one['log']][-1:] == ['06'],
     'with times, and every status in its log', one)
t.equal(people.their_clerk.get('/v1/deliveries/' + d['id']).status, 404,
        "the sender's view is the sender's")

# --- refused, with a reason that reaches the sender ---

paper = sent()
here = waiting()
t.refused(people.their_clerk.act(here, 'refuse'), 422, 'field-required',
          'refused without a reason')
done(act(people.their_clerk, here, 'refuse', reason='Không đúng thẩm quyền'),
     'refused')
shown(paper, '02', 'the sender is told 02')
t.equal(delivery(paper)['reason'], 'Không đúng thẩm quyền', 'and why')

# --- taken back, recalled, replaced ---

paper = sent()
here = waiting()
done(act(people.their_clerk, here, 'accept'), 'accepted')
done(act(people.clerk, paper, 'take_back', reason='Gửi nhầm'), 'asked back')
t.until(lambda: people.their_clerk.paper(here)['asked_at'],
        'the receiver is asked')
done(act(people.their_clerk, here, 'answer_recall', agree=False,
                            reason='Đã xử lý'), 'and declines')
t.until(lambda: any((x['status'] or {}).get('code') == '16' for x in
                      people.clerk.get('/v1/deliveries/' + delivery(
                          paper)['id']).json['log']), 'the sender is told 16')
notice = issued()
done(act(people.clerk, paper, 'recall', notice=notice, reason='Thu hồi'),
     'recalled by a notice')
t.equal(people.clerk.paper(paper)['state'], 'recalled', 'it is recalled')
paper, by = issued(), issued()
done(act(people.clerk, paper, 'replace', by=by, reason='Thay thế'), 'replaced')
t.equal(people.clerk.paper(paper)['replaced_by'], by, 'by that one')

# --- destroyed by two persons ---

paper = issued()
content = '/v1/papers/%s/parts/1/content' % paper
t.equal(people.clerk.get(content).status, 200, 'its file is there')
t.refused(people.leader.act(paper, 'destroy'), 409, 'out-of-order',
          'nobody asked for it')
t.refused(people.clerk.act(paper, 'ask_destroy', because='court'), 422,
          'invalid', 'neither decision nor note')
done(act(people.leader, paper, 'ask_destroy', because='court', reason='x'),
     'the head asks')
t.refused(people.leader.act(paper, 'destroy'), 403, 'forbidden',
          'and does not order it himself')
done(act(people.clerk, paper, 'ask_destroy', because='court', words=True,
         reason='Quyết định 5/2026/QĐ-TA'), 'the clerk asks')
t.equal(people.clerk.get('/v1/papers/%s/destruction' % paper).status, 404,
        'no certificate yet')
done(act(people.leader, paper, 'destroy'), 'the head orders it')
t.refused(people.clerk.get(content), 410, 'destroyed', 'its file is gone')
t.until(lambda: people.clerk.paper(paper)['erased_at'], 'and erased')
t.equal(people.clerk.paper(paper)['meta'].get('subject') or '', '',
        'its subject, too')
a = people.clerk.get('/v1/papers/%s/destruction' % paper)
t.equal((a.status, 'TIÊU HỦY' in a.body.decode()), (200, True),
        'the certificate says so')
t.refused(people.clerk.act(paper, 'dispatch', to=[{'code': 'H99.31'}]), 410,
          'destroyed', 'nothing more is done to it')

# --- an addressee without a system, and one that is unknown ---

paper = issued()
done(act(people.clerk, paper, 'dispatch', to=[{'name': 'Ông Nguyễn Văn A'}]),
     'sent to somebody without a system')
d = t.until(lambda: [d for d in people.clerk.get(
    '/v1/deliveries?list=print').json['deliveries']
                   if d['paper'] == paper],
            'it is on the list to be printed')[0]
handed = '/v1/deliveries/%s/acts' % d['id']
tag = tagged(people.clerk, '/v1/deliveries/' + d['id'], 'it has a tag')
for day in ('2020-01-02', '2099-01-02'):
    a = people.clerk.post(handed, {'act': 'hand_over', 'on': day})
    t.refused(a, 422, 'invalid', 'handed over on ' + day)
    t.equal(a.json['pointer'], '/on', 'which is where')
t.refused(people.clerk.post(handed, {'act': 'resend'}), 409, 'out-of-order',
          'what is on paper is not sent again')
done(people.clerk.post(handed, {'act': 'hand_over',
                                'note': 'Ông A ký nhận'}), 'handed over')
a = people.clerk.get('/v1/deliveries/' + d['id'], **{'If-None-Match': tag})
t.equal((a.status, a.json['state'], bool(a.json['evidence']['delivered']),
         [(x['status']['code'], x['from'], x['note']) for x in a.json['log']]),
        (200, 'arrived', True, [('01', 'H99.07', 'Ông A ký nhận')]),
        'it arrived, and who says so')
t.refused(people.clerk.post(handed, {'act': 'hand_over'}), 409,
          'out-of-order', 'once')
done(people.clerk.get('/v1/deliveries?list=dead'), 'dead letters are listed')
done(people.clerk.get('/v1/deliveries'), 'what waits is listed')

# --- looking up ---

found = people.clerk.get('/v1/papers?q=ra%20soat%20cap%20xa&limit=2').json
t.ok(found['papers'], 'found by words without marks', found)
number = people.clerk.paper(paper)['number']['text']
found = people.clerk.ask('GET', '/v1/papers?number=%s' % number.split(
    '/')[0]).json['papers']
t.ok(paper in [p['id'] for p in found], 'found by its number')
file = people.clerk.get('/v1/export?q=ra%20soat%20cap%20xa&columns=number,subject')
t.ok(file.status == 200 and '"Số, ký hiệu","Trích yếu"' in file.body.decode() and
     'Kết xuất từ Hệ thống bởi' in file.body.decode(),
     'hits as a file, marked', file.body)
saved = people.clerk.post('/v1/queries', {
    'name': 'Rà soát', 'shared': True, 'query': {'q': 'rà soát'}})
t.equal(saved.status, 201, 'a search is saved')
listed = people.leader.get('/v1/queries').json['queries']
t.equal([(q['name'], q['query']) for q in listed],
        [('Rà soát', {'q': 'rà soát'})], 'and shared')
t.equal(people.clerk.ask(
    'DELETE', '/v1/queries/' + saved.json['id']).status, 204, 'removed')
page = people.clerk.get('/v1/papers?limit=2').json
rest = people.clerk.get('/v1/papers?limit=2&cursor=' + page['next']).json
t.ok(not {p['id'] for p in page['papers']} & {p['id'] for p in
                                              rest['papers']},
     'pages do not overlap')
t.refused(people.their_clerk.get('/v1/papers?cursor=' + page['next']), 422,
          'cursor-foreign', "another agency's cursor")
book = [b for b in people.clerk.get('/v1/books').json['books']
        if b['key'] == 'di'][0]
t.equal(book['last'], people.clerk.paper(paper)['number']['value'],
        'the book says the last number')
agency = people.clerk.get('/v1/agencies/H99.31').json
t.equal(agency['name'], 'Ủy ban nhân dân xã An Mẫu', 'an agency by its code')
tagged(people.clerk, '/v1/agencies/H99.31', 'it has a tag')
t.equal(len(people.clerk.get('/v1/agencies').json['agencies']), 2,
        'two agencies are here')
province_next = {'name': 'Ủy ban nhân dân tỉnh Bên',
                 'old_code': '000.00.01.H01'}
key = t.new_key()
first = done(admin.post('/v1/addresses/H01.02', province_next, key),
             'an address is written')
book = '/v1/addresses/'
a = done(people.clerk.get(book + 'H01.02'), 'and read')
tag = a.headers['etag']
t.equal((tag, people.clerk.get(book + 'H01.02',
                               **{'If-None-Match': tag}).status),
        ('"%d"' % a.json['rev'], 304), 'with its tag')
t.refused(admin.post(book + 'H01.02', {'name': 'Bên'}), 428,
          'precondition-required', 'changing it unseen')
t.refused(admin.post(book + 'H01.02', {'name': 'Bên'}, rev=999999), 412,
          'precondition-failed', 'or as it never was')
t.refused(admin.post(book + 'H01.77', {'name': 'Bên'}, rev=1), 412,
          'precondition-failed', 'or one that is not there')
done(admin.post(book + 'H01.02', {**province_next, 'mail': 'vt@ben.example'},
                rev=a.json['rev']), 'as it was read, it is changed')
t.refused(admin.post(book + 'H01.02', {'name': 'Bên'}, rev=a.json['rev']),
          412, 'precondition-failed', 'once')
t.equal(admin.post(book + 'H01.02', province_next, key).body, first.body,
        'the first request again has its first answer')
t.equal(people.clerk.get(book + '000.00.01.H01').json['successor'],
        'H01.02', 'its old code leads to the new one')
t.ok(people.clerk.get('/v1/addresses').json['addresses'], 'and listed')
for code, match, status in (('H01.02', '*', 200), ('H01.77', '*', 412),
                            ('H01.77', '"1", "2"', 412),
                            ('H01.02', 'W/"%d"', 412),
                            ('H01.02', '"999999", "%d"', 200)):
    rev = people.clerk.get(book + 'H01.02').json['rev']
    b = admin.ask('POST', book + code, province_next, {
        'Idempotency-Key': t.new_key(),
        'If-Match': match.replace('%d', str(rev))})
    t.equal(b.status, status, '%s, If-Match: %s' % (code, match))

# --- one reply, several papers, cited as people write ---


def from_province(number, day, code):
    return people.clerk.need(people.clerk.register(
        files, {'subject': 'Đề nghị báo cáo', 'number': number,
                'notation': 'UBND-VP', 'agency_code': code,
                'issued_on': day}, direction='in')).json['paper']


by_old_code = from_province('7', '2026-01-05', '000.00.01.H01')
by_new_code = from_province('08', '2026-01-06', 'H01.02')
another_day = from_province('7', '2026-01-07', 'H01.02')
another = from_province('8', '2026-01-06', 'H01.09')
cited = [{'agency_code': 'H01.02', 'code': '07/ubnd-vp',
          'issued_on': '2026-01-05'},
         {'agency_code': '000.00.01.H01', 'code': '8/UBND-VP',
          'issued_on': '2026-01-06'},
         {'agency_code': 'H01.02', 'code': '99/KHONG-CO',
          'issued_on': '2026-01-06'}]
reply = people.draft(files, answers=cited)
people.agree(reply, 0)
people.leader.need(people.sign(reply, True))
people.clerk.need(people.seal(reply))
done(act(people.clerk, reply, 'issue'), 'a reply to three papers')
for of in (by_old_code, by_new_code):
    t.until(lambda: people.clerk.paper(of)['state'] == 'finished',
            'is finished under any code of its agency')
    t.equal(people.clerk.paper(of)['answered_by'], reply, 'by the reply')
t.equal([people.clerk.paper(of)['state'] for of in (another_day, another)],
        ['arrived'] * 2, 'another day or agency is not')
t.equal([x['code'] for x in people.clerk.paper(reply)['meta']['answers']],
        [x['code'] for x in cited], 'what is not here is cited all the same')

# --- a code that ends ---

done(act(people.clerk, paper, 'dispatch', to=[{'code': 'H01.02'}]),
     'sent to a code of the book')


def to_province():
    return [d for d in people.clerk.get('/v1/papers/%s/deliveries' % paper)
            .json['deliveries'] if d['to']['code'] == 'H01.02'][0]


t.ok('now' not in to_province(), 'which has not ended', to_province())
done(admin.post(book + 'H01.40', {'name': 'Tỉnh Mới', 'from': '2025-07-01'}),
     'another agency')
rev = people.clerk.get(book + 'H01.02').json['rev']
t.refused(admin.post(book + 'H01.02', {**province_next, 'until': '2025-02-30'},
                     rev=rev), 422, 'field-value', 'a day that is none')
done(admin.post(book + 'H01.02', {**province_next, 'until': '2025-06-30',
                                  'successor': 'H01.40'}, rev=rev),
     'the code has ended')
a = people.clerk.get(book + 'H01.02').json
t.equal((a['until'], a['successor']), ('2025-06-30', 'H01.40'), 'it says so')
t.equal(to_province().get('now'), {'code': 'H01.40', 'name': 'Tỉnh Mới',
                                   'until': '2025-06-30'},
        'and each delivery says who has its tasks')
rev = people.clerk.get(book + 'H01.02').json['rev']
done(admin.post(book + 'H01.02', {**province_next, 'until': '2025-06-30'},
                rev=rev), 'nobody has')
t.equal(to_province()['now']['code'], None, 'as the delivery says')
other = issued()
a = act(people.clerk, other, 'dispatch', to=[{'code': 'H01.02'}])
t.refused(a, 422, 'agency-unknown', 'then nothing is sent there')
t.ok('2025-06-30' in a.json['detail'], 'with the reason', a)
index = people.clerk.paper(paper)['last_act']
a = done(people.clerk.get('/v1/receipts/%d/proof' % index), 'a proof')
t.ok(a.body.startswith(b'c2sp.org/tlog-proof'), 'in the form of C2SP', a)
a = done(people.clerk.get('/v1/checkpoint'), 'a checkpoint')
t.ok('— '.encode() in a.body, 'signed', a)

# --- the ledger, for anyone ---

log = '/v1/agencies/%s/log' % people.clerk.get('/v1/me').json['agency']['code']
now = done(people.public.get(log + '/checkpoint'), 'its newest checkpoint')
t.ok('— '.encode() in now.body, 'signed', now)
size = int(now.body.split(b'\n')[1])
a = done(people.public.get(log + '/line'), 'the same as one line for paper')
line = a.body.decode().split(' ')
t.ok(a.body.endswith(b'\n') and a.body.count(b'\n') == 1 and
     line[0] == 'SC1' and line[3] == str(size) and
     line[2].encode() == now.body.split(b'\n')[0], 'of that checkpoint', a)
a = done(people.public.get(log + '/consistency?old=1'), 'what leads to it')
t.ok(a.body.startswith(b'old 1\n') and a.body.endswith(now.body),
     'from the first leaf', a)
width = min(size, 255)
a = done(people.public.get('%s/tile/0/000.p/%d' % (log, width)),
         'a part of a tile')
t.equal(len(a.body), 32 * width, 'a hash for each leaf')
t.equal(people.public.get('%s/tile/0/x001/000.p/1' % log).status, 404,
        'one that is not there yet')
t.equal(people.clerk.get('/v1/consignments').json['consignments'], [],
        'no packets: both agencies are of this store')

# --- page by page ---

for _ in range(3):
    sent()


def waiting():
    got = people.their_clerk.get('/v1/deliveries').json['deliveries']
    return [d['id'] for d in got] if len(got) >= 3 and all(
        d['state'] == 'arrived' for d in got) else None


whole = t.until(waiting, 'three wait')
paged, cursor = [], ''
while cursor is not None and len(paged) <= len(whole):
    page = done(people.their_clerk.get(
        '/v1/deliveries?limit=1' + cursor), 'a page').json
    paged += [d['id'] for d in page['deliveries']]
    cursor = page['next'] and '&cursor=' + page['next']
t.equal(paged, whole, 'page by page it is the same list')

server.stop()
t.check_clean(province)
t.done()
