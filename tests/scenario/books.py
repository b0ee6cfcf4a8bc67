#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Number books: opened as data, chosen by the type of a paper, numbers held,
cancelled and given by hand, a book closed, its register read and exported."""
import csv
import datetime
import time
import io
import subprocess

import harness as t

province = t.Province()
r = t.vanthu('holiday', province.store, '2030-01-01', 'Tết')
t.need(r.returncode == 0, 'a holiday is set', r.stderr.decode())
server = t.Server(province)
people = t.People(server)
admin = server.client('skhcn-admin')
files = [('cong-van.pdf', t.PDF, t.letter_pdf('--no-fields'))]
now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7)))


def moment(hours):
    return (now + datetime.timedelta(hours=hours)).isoformat(
        timespec='seconds')


def act(who, book, name, **fields):
    return who.post('/v1/books/%s/acts' % book, {'act': name, **fields})


def good(answer, name):
    t.need(200 <= answer.status < 300, name, answer)
    return answer.json


def rows(book, period, **query):
    path = '/v1/books/%s/%d/register' % (book, period)
    if query:
        path += '?' + '&'.join('%s=%s' % q for q in query.items())
    return good(people.clerk.get(path), 'the register')['rows']


# a series by event, for one type of paper
good(act(admin, 'dh', 'open', title='Sổ đại hội', reset='event',
         family='party', types=['CV']), 'a book is opened')
t.refused(act(people.officer, 'dh', 'reserve', note='x'), 403, 'forbidden',
          'an officer holds no number')
t.refused(act(people.clerk, 'dh', 'reserve', note='x'), 409, 'out-of-order',
          'no event has begun')
good(act(admin, 'dh', 'term', title='Đại hội', **{'from': moment(-1)}),
     'it begins')
one = good(act(people.clerk, 'dh', 'reserve', note='nghị quyết'),
           'a number is held')
t.equal((one['number'] or {}).get('value'), 1, 'the first')
t.refused(act(people.clerk, 'dh', 'outage', count=2, until=moment(2),
              note='mất điện'), 403, 'forbidden', 'a clerk approves no block')
good(act(people.leader, 'dh', 'outage', count=2, until=moment(2),
         note='mất điện'), 'a leader does')

# a paper of that type takes the reserved one
paper = people.draft(files, type_code='CV')
people.agree(paper)
t.refused(people.clerk.act(paper, 'number', number='1a', held='reserved'),
          422, 'number-suffix', 'a suffix is refused, with the rule')
t.refused(people.clerk.act(paper, 'number', number='2', held='reserved'),
          409, 'out-of-order', '02 was not reserved')
good(people.clerk.act(paper, 'number', number='1', held='reserved'),
     'the reserved number is given')
number = people.clerk.paper(paper)['number']
t.ok(number['series'] == 'dh' and number['text'].startswith('01-'),
     'in the book of its type, written as it is there', number)
people.leader.need(people.sign(paper))
people.clerk.need(people.seal(paper))
t.equal(people.clerk.paper(paper)['number']['value'], 1, 'it keeps it')

# one that was numbered by hand
by_hand = people.draft(files, type_code='CV')
stated = datetime.datetime.now(now.tzinfo).isoformat(timespec='milliseconds')
t.refused(people.clerk.act(by_hand, 'number', number='9', held='outage',
                           stated_at=stated), 409, 'out-of-order',
          '09 is in no block')
t.refused(people.clerk.act(by_hand, 'number', number='2', held='outage',
                           stated_at=moment(-1)), 409, 'out-of-order',
          'nor was 02 to be given then')
good(people.clerk.act(by_hand, 'number', number='2', held='outage',
                      stated_at=stated), 'what was given by hand is entered')
number = people.clerk.paper(by_hand)['number']
t.ok(number['value'] == 2 and number.get('entered_at'),
     'with the date on it and the time of entry', number)

t.refused(act(people.clerk, 'dh', 'close', period=1), 409, 'out-of-order',
          'a book with open numbers is not closed')
t.refused(act(people.clerk, 'dh', 'cancel', period=1, number='3bis',
              note='x'), 422, 'number-suffix', 'nor has 3bis ever been')
good(act(people.clerk, 'dh', 'cancel', period=1, number='3',
         note='không dùng'), 'the last one is given up')
book = good(people.clerk.get('/v1/books/dh'), 'the book')
t.equal((book['held'], [p['closed'] for p in book['periods']]),
        ([], [False]), 'nothing is held, one period is open')
good(act(people.clerk, 'dh', 'close', period=1, note='hết đại hội'),
     'it is closed')
t.refused(act(people.clerk, 'dh', 'reserve', note='x'), 409, 'out-of-order',
          'and nothing is numbered in it')
book = good(people.clerk.get('/v1/books/dh'), 'the book')
t.ok(book['periods'][0]['closed'] and
     len(book['periods'][0]['sha256']) == 64, 'closed, with its hash', book)

got = rows('dh', 1)
t.equal([(r['value'], r['state']) for r in got],
        [(1, 'paper'), (2, 'paper'), (3, 'cancelled')], 'three lines')
t.ok('không dùng' in got[2]['note'], 'the reason stands there', got[2])
t.equal([r['value'] for r in rows('dh', 1, **{'from': 2, 'to': 2})], [2],
        'from and to')
day = now.strftime('%Y-%m-%d')
later = (now + datetime.timedelta(days=2)).strftime('%Y-%m-%d')
t.equal(len(rows('dh', 1, since=day, until=later)), 3, 'from day to day')
t.equal(rows('dh', 1, since=later), [], 'of a day to come: none')
t.equal(rows('dh', 1, until='2020-01-01'), [], 'of a day before: none')
t.refused(people.clerk.get('/v1/books/dh/1/register?since=2026-13-01'), 422,
          'parameter-value', 'of no day')


def printed(book, period, query=''):
    """The text of the printed register, page by page."""
    a = people.clerk.get('/v1/books/%s/%d/register.pdf%s' % (
        book, period, query))
    t.need(a.status == 200 and a.body[:5] == b'%PDF-', 'printed', a)
    r = subprocess.run(['pdftotext', '-layout', '-', '-'], input=a.body,
                       capture_output=True, check=True)
    return r.stdout.decode().split('\f')


pages = printed('dh', 1)
t.ok('SỔ ĐẠI HỘI' in pages[0] and 'Từ số 01 đến số 03' in pages[0] and
     'Quyển số: 1' in pages[0], 'a cover', pages[0])
t.ok(all(word in pages[1] for word in ('Ghi chú', '(10)', '01-', 'ĐÃ HỦY')),
     'lines under their head', pages[1])
t.ok('người đóng' in ''.join(pages) and
     book['periods'][0]['sha256'] in ''.join(pages).replace('\n', ''),
     'how it was closed', pages)
pages = printed('dh', 1, '?form=handover&from=2&to=2')
t.ok('SỔ CHUYỂN GIAO VĂN BẢN ĐI' in pages[0] and '02-' in pages[1] and
     '01-' not in pages[1] and '(5)' in pages[1] and '(6)' not in pages[1],
     'the book that is signed on handing over', pages)
t.refused(people.clerk.get('/v1/books/dh/1/register.pdf?form=x'), 422,
          'parameter-value', 'no such form')
a = people.clerk.get('/v1/books/dh/1/register.csv')
lines = list(csv.reader(io.StringIO(a.body.decode('utf-8-sig'))))
t.ok(a.status == 200 and len(lines) == 4 and
     all(len(x) == 10 for x in lines), 'as CSV: ten columns', lines)
t.equal(people.clerk.get('/v1/books/khong/1/register').status, 404,
        'no such book')
good(people.clerk.get('/v1/books'), 'all books')

# --- a book of another system: it says the numbers, gaps are reported ---

good(act(admin, 'ngoai', 'open', title='Sổ của phần mềm điều hành',
         reset='year', authority='external', types=['TB']), 'its book')
t.refused(act(people.clerk, 'ngoai', 'reserve', note='x'), 422, 'invalid',
          'nothing is held in it here')


def ready():
    made = people.draft(files, type_code='TB')
    people.agree(made)
    people.leader.need(people.sign(made, False))
    return made


first, second = ready(), ready()
t.refused(people.clerk.act(first, 'number'), 422, 'invalid',
          'nor is a next one given')
good(people.clerk.act(first, 'number', number='4'), 'it says 4')
t.equal(people.clerk.paper(first)['number']['series'], 'ngoai', 'in its book')
t.refused(people.clerk.act(second, 'number', number='4'), 409, 'exists',
          'not twice')
t.refused(people.clerk.act(second, 'number', number='5a'), 422,
          'number-suffix', 'nor with a suffix')
good(people.clerk.act(second, 'number', number='7'), 'then 7')
year = people.clerk.paper(first)['number']['period']
t.equal([(r['state'], r['value'], r['to']) for r in rows('ngoai', year)],
        [('gap', 1, 3), ('paper', 4, 4), ('gap', 5, 6), ('paper', 7, 7)],
        'what it did not tell is a gap in the register')

# --- an arrival number that was given by hand ---

good(act(people.leader, 'den', 'outage', count=2, until=moment(2),
         note='mất mạng'), 'a block of arrival numbers')
held = good(people.clerk.get('/v1/books/den'), 'the book')['held']
upload = good(people.clerk.upload(files[0][2]), 'a file')['upload']
body = {'direction': 'in', 'meta': t.letter_meta(), 'files': [
    {'upload': upload, 'name': 'den.pdf', 'media_type': t.PDF}],
    'arrival': {'number': str(held[0]['value']), 'stated_at': moment(-1)}}
t.refused(people.clerk.post('/v1/papers', body), 409, 'out-of-order',
          'not before the block began')
body['arrival'] = {'number': '%dbis' % held[0]['value'], 'stated_at': stated}
t.refused(people.clerk.post('/v1/papers', body), 422, 'number-suffix',
          'not with a suffix')
stated = datetime.datetime.now(now.tzinfo).isoformat(timespec='milliseconds')
body['arrival'] = {'number': str(held[0]['value']), 'stated_at': stated}
came = good(people.clerk.post('/v1/papers', body), 'it is entered')['paper']
number = people.clerk.paper(came)['arrival']
t.ok(number['value'] == held[0]['value'] and number.get('entered_at'),
     'with what stands on it and when it was entered', number)

a = people.clerk.get('/v1/books/den/%d/register.csv' % number['period'])
lines = list(csv.reader(io.StringIO(a.body.decode('utf-8-sig'))))
t.ok(a.status == 200 and len(lines) >= 2 and lines[0][0] == 'Ngày đến' and
     all(len(x) == 10 for x in lines), 'the register of arrivals: ten columns',
     lines)

# --- reports: how many of which type stand where (Appendix VI) ---

today = now.strftime('%Y-%m-%d')


def report(**more):
    query = {'from': today, 'to': time.strftime('%Y-%m-%d', time.gmtime(
        time.time() + 7 * 3600)), **more}
    return good(people.officer.get('/v1/reports?' + '&'.join(
        '%s=%s' % x for x in query.items())), 'a report')


out = report(direction='out')
got = {r['key']: (r['all'], r['unissued'], r['issued'], r['void'])
       for r in out['rows']}
t.equal(got, {'CV': (2, 2, 0, 0), 'TB': (2, 2, 0, 0)},
        'papers of ours that have a number, by type')
good(people.clerk.act(paper, 'issue'), 'one is issued')
t.equal([(r['key'], r['issued']) for r in report(direction='out')['rows']],
        [('CV', 1), ('TB', 0)], 'it moves on')
t.equal(report(direction='out')['total']['all'], 4, 'the total')
arrived = report(direction='in')['total']
t.equal((arrived['all'], arrived['open'], arrived['overdue']), (1, 1, 0),
        'what came, by what became of it')
rev = people.clerk.paper(came)['rev']
good(people.leader.act(came, 'finish', note='để biết'), 'it is finished')
t.equal(report(direction='in')['total']['finished'], 1, 'in time')
t.equal([r['key'] for r in report(direction='in', by='month')['rows']],
        [report(direction='in')['to'][:7]], 'by month')
t.equal(report(direction='in', **{'from': '2001-01-01', 'to': '2001-12-31'})
        ['rows'], [], 'of another year: nothing')
t.refused(people.officer.get('/v1/reports?direction=in&from=2026-02-02&'
                             'to=2026-01-01'), 422, 'invalid',
          'the wrong way round')
server.stop()
t.check_clean(province)
t.done()
