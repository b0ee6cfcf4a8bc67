#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a paper is: all its files under one hash, and what it is to other
papers. Only the API."""
import csv
import datetime
import hashlib
import io

import harness as t

province = t.Province()
server = t.Server(province)
people = t.People(server)
pdf = t.letter_pdf('--no-fields')
annex = b'PK\x03\x04 bang ke 1'
files = [('cong-van.pdf', t.PDF, pdf),
         ('bang-ke.xlsx', 'application/octet-stream', annex)]


def day_here(moment):
    """The day in Vietnam."""
    at = datetime.datetime.fromisoformat(moment.replace('Z', '+00:00'))
    there = datetime.timezone(datetime.timedelta(hours=7))
    return at.astimezone(there).date().isoformat()


def done(answer, name):
    t.need(200 <= answer.status < 300, name, answer)
    return answer


# --- one hash for all files ---

def head(major, n):
    return bytes([major << 5 | n]) if n < 24 else bytes([major << 5 | 24, n])


def text(s):
    b = s.encode()
    return head(3, len(b)) + b


def manifest(paper):
    """As docs/format.md says it, from what the API shows."""
    rows = b''
    for p in paper['parts']:
        rows += head(4, 4) + head(0, 1 if p['role'] == 'main' else 2) + \
            text(p['name']) + text(p['media_type']) + head(2, 32) + \
            bytes.fromhex(p['sha256'])
    return hashlib.sha256(head(4, 2) + text('vanthu manifest 1') +
                          head(4, len(paper['parts'])) + rows).hexdigest()


paper = people.draft(files)
p = people.officer.paper(paper)
t.equal(p['manifest'], manifest(p), 'anybody can make the manifest hash again')
done(people.officer.act(paper, 'submit'), 'submitted')
read = people.leader.paper(paper)
other = people.officer.upload(annex + b'!').json['upload']
done(people.officer.act(paper, 'edit', part=2, upload=other,
                        name='bang-ke.xlsx',
                        expect=hashlib.sha256(annex).hexdigest()),
     'the annex becomes another')
main = read['parts'][0]['sha256']
t.refused(people.leader.act(paper, 'approve', main=main,
                            manifest=read['manifest']), 409, 'conflict',
          'what was read is not approved any more')
now = people.leader.paper(paper)
t.equal((now['manifest'] != read['manifest'], now['manifest']),
        (True, manifest(now)), 'it is another whole')
done(people.leader.act(paper, 'approve', main=main, manifest=now['manifest']),
     'what is there is approved')
t.equal(people.leader.paper(paper)['approval']['manifest'], now['manifest'],
        'the approval names all files')
third = people.officer.upload(annex + b'?').json['upload']
done(people.officer.act(paper, 'edit', part=2, upload=third,
                        name='bang-ke.xlsx',
                        expect=hashlib.sha256(annex + b'!').hexdigest()),
     'the annex changes once more')
t.equal(people.leader.paper(paper)['approval'], None,
        'an annex that changes after the approval voids it')

long = people.draft(files, subject='đ' * 501)
t.equal(people.officer.paper(long)['long'], ['subject'],
        'what is longer than Appendix VI is kept, and told')
t.equal(people.officer.paper(long)['meta']['pages'], 1,
        'pages are counted by the System')

# --- what is derived from a version stands beside it ---

was = people.officer.paper(paper)
main = was['parts'][0]['sha256']


def rendition(who, content, **fields):
    up = who.upload(content).json['upload']
    return who.act(paper, 'rendition', upload=up, **{
        'of': main, 'kind': 'text', 'made_by': 'pdftotext 22', **fields})


def derived(who):
    return who.get('/v1/papers/%s/renditions' % paper).json['renditions']


done(rendition(people.officer, b'Cong van'), 'its words are brought')
done(rendition(people.officer, b'C\xc3\xb4ng v\xc4\x83n'), 'better ones')
t.equal([(r['part'], r['version'], r['kind'], r['of'], r['made_by'], r['size'])
         for r in derived(people.leader)],
        [(1, was['parts'][0]['version'], 'text', main, 'pdftotext 22', 10)],
        'the newer stands for the one before')
got = people.leader.get('/v1/papers/%s/parts/1/renditions/text' % paper)
t.equal((got.status, got.body), (200, b'C\xc3\xb4ng v\xc4\x83n'),
        'and is read in place of the file')
t.equal({k: v for k, v in people.officer.paper(paper).items()},
        was, 'the paper is as it was, its revision and manifest, too')
a = rendition(people.officer, b'x', of='0' * 64)
t.equal((a.status, a.json.get('pointer')), (404, '/of'), 'of no version')
t.equal(people.leader.get('/v1/papers/%s/parts/1/renditions/pdf' %
                          paper).status, 404, 'none of another kind')

# --- what it is to other papers ---


def links(who, of):
    return who.get('/v1/papers/%s/links' % of).json['links']


def link(who, of, **fields):
    return who.post('/v1/papers/%s/acts' % of, {'act': 'link', **fields},
                    rev=who.paper(of)['rev'])


ours, related = people.draft(files), people.draft(files)
done(link(people.officer, ours, kind='relates', paper=related),
     'has to do with another')
t.equal(links(people.officer, ours),
        [{'kind': 'relates', 'back': False, 'paper': related}],
        'the paper says so')
t.equal(links(people.officer, related),
        [{'kind': 'relates', 'back': True, 'paper': ours}],
        'and the other one from its end')
done(link(people.officer, 
    ours, kind='replaces', note='Bãi bỏ',
    cited={'agency_code': 'H99', 'code': '12/2019/QĐ-UBND',
           'issued_on': '2019-05-20'}), 'replaces one that is elsewhere')
t.equal(links(people.officer, ours)[1],
        {'kind': 'replaces', 'back': False, 'paper': None,
         'cited': {'agency_code': 'H99', 'code': '12/2019/QĐ-UBND',
                   'issued_on': '2019-05-20', 'document_id': None}},
        'known by how it is cited')
a = link(people.officer, ours, kind='relates', paper=related)
t.equal((a.status, a.json['code'], a.json.get('pointer')),
        (409, 'exists', '/paper'), 'said once')
a = link(people.officer, ours, kind='replaces', paper=related)
t.equal((a.status, a.json.get('pointer')), (422, '/kind'),
        'replacing what is kept here is another act')
a = link(people.officer, ours, kind='relates', paper='f' * 32)
t.equal((a.status, a.json.get('pointer')), (404, '/paper'),
        'to a paper that is not there')
a = link(people.officer, ours, kind='relates')
t.equal((a.status, a.json.get('pointer')), (422, '/paper'), 'to none')
t.refused(link(people.leader, ours, kind='relates', paper=paper), 403,
          'forbidden', 'a leader does not link')
old, new = people.walk(files), people.walk(files)
for x in (old, new):
    done(people.clerk.act(x, 'issue'), 'issued')
done(people.clerk.act(old, 'amend', by=new, reason='Sai số liệu'), 'amended')
t.equal((links(people.clerk, old), links(people.clerk, new)),
        ([{'kind': 'amends', 'back': True, 'paper': new}],
         [{'kind': 'amends', 'back': False, 'paper': old}]),
        'what was amended is told among them')

# --- a paper and its e-version: one arrival ---

def sent():
    paper = people.walk(files)
    done(people.clerk.act(paper, 'issue'), 'issued')
    done(people.clerk.act(paper, 'dispatch', to=[{'code': 'H99.31'}]), 'sent')
    return paper


def waiting():
    def look():
        got = people.their_clerk.get(
            '/v1/papers?direction=in&state=waiting').json['papers']
        return got[0]['id'] if got else None
    return t.until(look, 'it waits at the other agency')


def status(paper):
    got = people.clerk.get('/v1/papers/%s/deliveries' % paper)
    return (got.json['deliveries'][0]['status'] or {}).get('code')


def theirs(of, act, **fields):
    """Statuses move a paper on: on 412 it is read again."""
    for _ in range(20):
        a = people.their_clerk.post(
            '/v1/papers/%s/acts' % of, {'act': act, **fields},
            rev=people.their_clerk.paper(of)['rev'])
        if a.status != 412:
            return a
    return a


out = sent()
here = waiting()
meta = people.their_clerk.paper(here)['meta']
scan = people.their_clerk.register(
    [('scan.pdf', t.PDF, pdf)],
    {'subject': 'Bản giấy đến trước', 'type_code': 'CV',
     'number': meta['number'], 'notation': meta['notation'],
     'agency_code': meta['agency_code']}, direction='in')
paper = done(scan, 'the paper comes first').json['paper']
number = people.their_clerk.paper(paper)['arrival']['text']
alike = people.their_clerk.get('/v1/papers/%s/alike' % here).json['papers']
t.equal([(x['id'], x['arrival']) for x in alike], [(paper, number)],
        'same number, symbol and agency: warned of')
a = theirs(here, 'join', other='f' * 32)
t.equal((a.status, a.json.get('pointer')), (404, '/other'),
        'joined to a paper that is not there')
done(theirs(here, 'join', other=paper), 'the e-version is that paper')
t.equal((people.their_clerk.paper(here)['arrival']['text'],
         people.their_clerk.paper(here)['joined_to']), (number, paper),
        'under one arrival number')
t.until(lambda: status(out) == '03', 'the sender is told that it was taken in')
done(theirs(paper, 'process'), 'work begins, on the paper')
t.until(lambda: status(out) == '05', 'and the sender hears of that')
t.equal(people.their_clerk.get(
    '/v1/papers/%s/alike' % paper).json['papers'], [],
        'what is joined is no other one')

done(people.clerk.act(out, 'take_back', reason='gửi nhầm'),
     'the sender wants it back')
t.until(lambda: people.their_clerk.paper(paper)['asked_at'] is not None,
        'the paper in the book is asked for, not its e-version')
t.equal(people.their_clerk.paper(here)['asked_at'], None, 'once')
done(theirs(paper, 'answer_recall', agree=True), 'and given back')
t.equal(people.their_clerk.paper(paper)['state'], 'taken-back',
        'a recall of the e-version reaches the joined paper')
t.until(lambda: status(out) == '15', 'the sender hears of it')

got = people.their_clerk.paper(here)['meta']
sent_as = people.clerk.paper(out)
t.equal((got['number'], got['notation'], got['issued_on'], got['pages'],
         got['agency_code'] != ''),
        ('%02d' % sent_as['number']['value'], sent_as['number']['notation'],
         day_here(sent_as['number']['time']), 1, True),
        'number, day, pages and agency are filled in by the System')
a = people.their_clerk.paper(paper)['arrival']
t.ok(a['time'] is not None and a['value'] > 0,
     'day and number of arrival are filled in by the System')

out = sent()
here = waiting()
done(theirs(here, 'accept'), 'the e-version comes first')
number = people.their_clerk.paper(here)['arrival']['text']
done(theirs(here, 'original', pages=2, **{'from': 'Bưu điện'}),
     'then its paper')
p = people.their_clerk.paper(here)
t.equal((p['arrival']['text'], p['original_pages'], p['original_from'],
         p['original_at'] is not None), (number, 2, 'Bưu điện', True),
        'the same number, and who brought it')
a = theirs(here, 'original')
t.equal((a.status, a.json['code']), (409, 'exists'), 'it comes once')
a = theirs(here, 'original', on='2099-01-01')
t.equal((a.status, a.json.get('pointer')), (422, '/on'), 'not on a day to come')

periods = people.their_clerk.get('/v1/books/den').json['periods']
a = people.their_clerk.get('/v1/books/den/%d/register.csv' %
                           periods[0]['period'])
lines = list(csv.reader(io.StringIO(a.body.decode('utf-8-sig'))))
t.ok(a.status == 200 and len(lines) == 3 and
     all(len(x) == 10 for x in lines), 'the register of what came, ten columns',
     lines)

# --- addressees of every kind, by every way ---

out = people.walk(files)
done(people.clerk.act(out, 'issue'), 'issued')
a = people.clerk.act(out, 'dispatch', to=[
    {'name': 'Tổ dân phố 4', 'channel': 'electronic'}])
t.equal(a.status, 422, 'nothing electronic to who has no code')
done(people.clerk.act(out, 'dispatch', to=[
    {'code': 'H99.31', 'kind': 'axis', 'channel': 'parallel'},
    {'name': 'Tổ dân phố 4', 'kind': 'village', 'channel': 'paper'},
    {'name': 'Ông Nguyễn Văn A', 'kind': 'person', 'channel': 'post'}]),
    'to an agency, a village, a person')
got = people.clerk.get('/v1/papers/%s/deliveries' % out).json['deliveries']
t.equal([(d['kind'], d['channel']) for d in got],
        [('axis', 'parallel'), ('village', 'paper'), ('person', 'post')],
        'each by its way')


def note(d, **fields):
    return people.clerk.post('/v1/deliveries/%s/acts' % d['id'],
                             {'act': 'hand_over', **fields})


done(note(got[2], waybill='EA123456789VN'), 'the waybill, once it is known')
done(note(got[1], name='Trưởng thôn'), 'handed over in the village')
done(note(got[0], name='Văn thư xã'), 'the paper beside the e-version')
got = people.clerk.get('/v1/papers/%s/deliveries' % out).json['deliveries']
t.equal([(d['handed_to'], d['waybill']) for d in got],
        [('Văn thư xã', None), ('Trưởng thôn', None), (None, 'EA123456789VN')],
        'who has the paper, and where it is')
t.equal(got[1]['state'], 'arrived', 'what went on paper has arrived')
a = note(got[0], name='Văn thư xã')
t.equal(a.status, 409, 'noted once')

server.stop()
t.check_clean(province)
t.done()
