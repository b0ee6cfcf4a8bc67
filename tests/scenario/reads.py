#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who looked at a paper and how often papers are used: recorded once a reader,
use and hour before the first byte goes out; citizens are counted alone."""
import csv
import io
import time
import urllib.parse

import harness as t

province = t.Province()
server = t.Server(province)
people = t.People(server)
auditor = server.client('skhcn-auditor') if t.os.path.exists(
    province.path('tokens', 'skhcn-auditor')) else None
pdf = t.letter_pdf('--no-fields')


def good(answer, name):
    t.need(200 <= answer.status < 300, name, answer)
    return answer


def reads(paper, who=people.leader, query=''):
    return good(who.get('/v1/papers/%s/reads%s' % (paper, query)),
                'who looked at it').json['reads']


def uses():
    month = time.strftime('%Y-%m', time.gmtime(time.time() + 7 * 3600))
    return good(people.officer.get('/v1/uses?month=' + month), 'uses').json


paper = people.draft([('cong-van.pdf', t.PDF, pdf)])
before = reads(paper)
t.equal(before, [], 'who made it has not looked at it')
events = people.officer.get('/v1/events').json
acts = len(people.officer.get('/v1/papers/%s/history' % paper).json['acts'])
content = '/v1/papers/%s/parts/1/content' % paper
got = good(people.officer.get(content), 'an officer downloads it')
t.equal(got.body, pdf, 'whole')
for _ in range(3):
    good(people.officer.get(content, Range='bytes=0-99'), 'pieces of it')
good(people.system.get(content), 'a program does, too')
now = reads(paper)
t.ok(1 <= len([r for r in now if r['name'] == now[-1]['name']]) <= 2 and
     {r['use'] for r in now} == {'download'},
     'once a reader and hour, however many requests', now)
t.equal(len({r['person'] for r in now}), 2, 'the person and the program')
t.ok(all(r['sha256'] == people.officer.paper(paper)['parts'][0]['sha256']
         for r in now), 'and which version')
receipt = people.leader.get('/v1/receipts/%d' % now[0]['index'])
t.ok(receipt.status == 200 and len(receipt.body) > 100,
     'each has its leaf and receipt', receipt)
t.equal(len(people.officer.get('/v1/papers/%s/history' % paper).json['acts']),
        acts, 'the history says what was done alone')
t.refused(people.officer.get('/v1/papers/%s/reads' % paper), 403, 'forbidden',
          'an officer is not told who looked')
t.refused(server.client('ubnd-leader' if t.os.path.exists(
    province.path('tokens', 'ubnd-leader')) else 'skhcn-admin').get(
        '/v1/papers/%s/reads' % paper),
    403, 'forbidden', 'nor who reads no papers')
t.refused(people.officer.get(
    '/v1/papers/%s/parts/9/content' % paper), 404, 'not-found',
    'what is refused')
t.equal(len(reads(paper)), len(now), 'was not read')

# --- a citizen's result: counted, nobody is named ---

notice = {**t.load('notice.json'), 'notation': 'TB-SKHCN',
          'holder_fact': '0123'}
made = good(people.officer.post('/v1/results', notice), 'a result').json
people.agree(made['paper'])
people.leader.need(people.sign(made['paper'], False))
people.clerk.need(people.clerk.act(made['paper'], 'number'))
people.clerk.need(people.seal(made['paper']))
people.clerk.need(people.clerk.act(made['paper'], 'issue'))
public = '/v1/results/' + urllib.parse.quote(made['code'])
size = len(reads(made['paper']))
for _ in range(4):
    t.equal(people.public.get(public).json['status'], 'valid',
            'anybody checks it')
t.equal(len(reads(made['paper'])), size, 'no leaf says who')
good(people.clerk.act(made['paper'], 'print', what='copy', copies=3),
     'printed')
rows = {r['paper']: r for r in uses()['rows']}
t.equal(rows[made['paper']]['check'], 4, 'but how often: checked')
t.equal(rows[made['paper']]['print'], 3, 'printed, in copies')
t.equal(rows[paper]['download'], len(now), 'downloaded')
total = uses()['total']
t.equal(total['download'], sum(r['download'] for r in rows.values()) +
        uses()['rest']['download'], 'the total is that of the rows')
month = time.strftime('%Y-%m', time.gmtime(time.time() + 7 * 3600))
table = list(csv.reader(io.StringIO(good(people.officer.get(
    '/v1/uses/export?month=' + month), 'as CSV').body.decode('utf-8-sig'))))
t.ok(table[0][0] == 'Số' and table[-1][1] == 'Cộng' and
     any(row[-1] == paper and row[3] == str(len(now)) for row in table[1:]),
     'a row a paper, and the total', table)
t.refused(people.officer.get('/v1/uses?month=2026-13'), 422, 'invalid',
          'a month that is none')

server.stop()
t.check_clean(province)
t.done()
