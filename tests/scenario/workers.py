#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workers fail, not the paper: nothing is noted that is not so, health is
red, and what could not be looked into is, later. Wrong PINs slow down."""
import os
import re
import signal
import time

import harness as t

province = t.Province()
server = t.Server(province)
people = t.People(server)
plain = t.letter_pdf('--no-fields')
good = ('cong-van.pdf', t.PDF, plain)
broken = ('hong.pdf', t.PDF, b'%PDF-1.7\nhello\n')
papers = []


def problems(paper):
    return [p.get('problem') or '' for p in
            people.officer.paper(paper)['parts']]


def children(pid):
    found = []
    for task in os.listdir('/proc/%d/task' % pid):
        try:
            with open('/proc/%d/task/%s/children' % (pid, task),
                      encoding='ascii') as f:
                found += [int(x) for x in f.read().split()]
        except FileNotFoundError:
            continue  # the thread of a connection that has ended
    return found


# --- more broken files than one act has steps ---

a = people.officer.need(people.officer.register(
    [good] + [broken] * 30, t.letter_meta()))
papers.append(a.json['paper'])
t.until(lambda: sum(map(bool, problems(papers[-1]))) == 30,
        'each of 30 broken annexes is noted')
t.equal(problems(papers[-1])[0], '', 'and the sound main file is not')

# --- another annex that is no PDF ---

a = people.officer.need(people.officer.register(
    [good, ('bang.xlsx', t.XLSX, t.annex_xlsx())], t.letter_meta()))
papers.append(a.json['paper'])
u = people.officer.need(people.officer.upload(t.annex_xlsx() + b'x')).json
part = people.officer.paper(papers[-1])['parts'][1]
people.officer.need(people.officer.act(
    papers[-1], 'edit', part=2, upload=u['upload'], name='bang.xlsx',
    media_type=t.XLSX, expect=part['sha256']))
t.equal(problems(papers[-1]), ['', ''],
        'a table in place of a table is not blamed for not being a PDF')

# --- the spawner ends ---

spawners = children(server.process.pid)
t.need(len(spawners) == 1, 'the server has one spawner', spawners)
os.kill(spawners[0], signal.SIGKILL)
for _ in range(100):
    health = people.public.get('/healthz')
    if health.status != 200:
        break
    time.sleep(0.05)
t.equal((health.status, health.json['status']), (503, 'workers-gone'),
        'without its spawner the server is not well')
a = people.officer.register([good, broken], t.letter_meta())
t.equal(a.status, 201, 'what arrives is taken all the same')
papers.append(a.json['paper'])
time.sleep(1)
t.equal(problems(papers[-1]), ['', ''], 'and not blamed for it')
server.stop()

server = t.Server(province)
people = t.People(server)
t.until(lambda: sum(map(bool, problems(papers[-1]))) == 1,
        'now the broken file has its note')
t.equal(problems(papers[-1])[0], '', 'and the sound one has none')
t.equal(people.public.get('/healthz').status, 200, 'health is green again')

# --- guessing a PIN ---

paper = people.draft([good])
papers.append(paper)
people.agree(paper)
slowed = None
for n in range(12):
    a = people.leader.act(paper, 'sign', number_first=False, pin='%04d' % n)
    if a.status != 403:
        slowed = a
        break
t.ok(n >= 5, 'five wrong PINs are answered at once', n)
t.refused(slowed, 429, 'too-many-requests', 'then guesses are slowed down')
a = people.sign(paper, False)
t.refused(a, 429, 'too-many-requests', 'the right PIN waits, too')
wait = re.search('try again in ([0-9]+) s', str(a))
t.need(wait, 'the refusal says how long', a)
time.sleep(int(wait[1]) + 0.1)
people.leader.need(people.sign(paper, False))
t.ok(True, 'after the wait it signs')

t.nothing_lost(people, papers, 'every paper is as it came')
server.stop()
t.check_clean(province)
t.done()
