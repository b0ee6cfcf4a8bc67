#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event feed: without gaps, in order, and a request that waits for the
next event; many that wait cost little and are woken when the server stops."""
import threading
import time

import harness as t

province = t.Province()
server = t.Server(province)
people = t.People(server)


def rss_kib():
    with open('/proc/%d/status' % server.process.pid, encoding='ascii') as f:
        rows = dict(line.split(':', 1) for line in f if ':' in line)
    return int(rows['VmRSS'].split()[0])


class Ask(threading.Thread):
    """One request in the background."""

    def __init__(self, client, path):
        super().__init__(daemon=True)
        self.client, self.path = client, path
        self.answer = self.took = self.error = None
        self.start()

    def run(self):
        began = time.monotonic()
        try:
            self.answer = self.client.get(self.path)
        except OSError as e:
            self.error = e
        self.took = time.monotonic() - began


def draft():
    """Until its text was read, too: nothing follows of itself after that."""
    paper = people.draft([('cong-van.pdf', t.PDF, plain)])
    texts = t.until(lambda: people.officer.need(people.officer.get(
        '/v1/papers/%s/texts' % paper)).json['texts'], 'its text was read')
    t.need(texts[0]['state'] == 'read' and texts[0]['pages'] == 1
           and people.officer.get('/v1/papers?q=text:cong').json['papers'],
           'and is found by it', texts)
    return paper


plain = t.letter_pdf()
draft()

# --- without gaps, in pages of any size ---

whole = people.officer.get('/v1/events').json
numbers = [e['seq'] for e in whole['events']]
t.equal(numbers, list(range(1, len(numbers) + 1)), 'from 1, without a gap')
t.equal(whole['after'], numbers[-1], 'it says where to go on')
paged, after = [], 0
while True:
    page = people.officer.get('/v1/events?after=%d&limit=3' % after).json
    if not page['events']:
        break
    paged += page['events']
    after = page['after']
t.equal(paged, whole['events'], 'pages give the same')
t.ok(all(e['paper'] != paged[-1]['paper'] for e in
         people.their_clerk.get('/v1/events').json['events']),
     'another agency has its own')
t.refused(people.public.get('/v1/events'), 401, 'unauthenticated',
          'nobody reads it')
for bad in ('wait=-1', 'wait=26', 'wait=x', 'after=-1', 'limit=501',
            'wait=1&wait=2', 'waits=1'):
    a = people.officer.get('/v1/events?' + bad)
    t.ok(a.status == 422, '%s is refused' % bad, a)

# --- waiting ---

end = whole['after']
began = time.monotonic()
a = people.officer.get('/v1/events?after=%d&wait=20' % (end - 1))
t.ok(time.monotonic() - began < 5 and len(a.json['events']) == 1,
     'what is there is told at once')
began = time.monotonic()
a = people.officer.get('/v1/events?after=%d&wait=2' % end)
took = time.monotonic() - began
t.ok(a.json == {'events': [], 'after': end} and 1.9 < took < 6,
     'nothing in the time asked for: an empty answer', (a, took))
waiter = Ask(people.officer, '/v1/events?after=%d&wait=20' % end)
time.sleep(1)
t.ok(waiter.is_alive(), 'it waits')
theirs = Ask(people.their_clerk, '/v1/events?after=%d&wait=4' %
             people.their_clerk.get('/v1/events').json['after'])
paper = draft()
told = time.monotonic()
waiter.join(10)
t.ok(waiter.answer is not None and waiter.answer.json['events'][0]['seq']
     == end + 1 and time.monotonic() - told < 2,
     'the next event wakes it', waiter.answer)
theirs.join(10)
t.equal(theirs.answer.json['events'], [], 'and nobody of another agency')

# --- longer than a connection may be silent ---

end = people.officer.get('/v1/events').json['after']
long = Ask(people.officer, '/v1/events?after=%d&wait=25' % end)
long.join(40)
t.ok(long.answer is not None and long.answer.status == 200
     and long.took > 24, 'the longest wait is answered', long.error)

# --- many ---

before = rss_kib()
many = [Ask(people.officer if i % 2 else people.clerk,
            '/v1/events?after=%d&wait=25' % end) for i in range(60)]
time.sleep(2)
grown = rss_kib() - before
t.ok(all(m.is_alive() for m in many), 'sixty wait')
t.ok(people.officer.get('/v1/me').status == 200, 'others are served')
# A thread's stack, an arena, two buffers; sanitizers keep more.
t.ok(grown < 60 * 1024, 'each costs little', '%d KiB' % grown)
draft()
told = time.monotonic()
for m in many:
    m.join(10)
t.ok(all(m.answer is not None and m.answer.json['events'][0]['seq'] == end + 1
         for m in many) and time.monotonic() - told < 5,
     'one event wakes them all', [str(m.answer) for m in many][:3])

# --- the end ---

end = people.officer.get('/v1/events').json['after']
def newest():
    return people.officer.get('/v1/events').json['after']


for wait in ('', '&wait=20'):
    began = time.monotonic()
    t.refused(people.officer.get('/v1/events?after=%d%s' % (newest() + 1,
                                                           wait)),
              422, 'invalid', 'a number that the feed does not reach')
    t.ok(time.monotonic() - began < 10, 'is refused at once')

last = [Ask(people.officer, '/v1/events?after=%d&wait=25' % newest())
        for _ in range(8)]
time.sleep(1)
began = time.monotonic()
server.stop()
t.ok(time.monotonic() - began < 5, 'the server does not wait for those who do',
     time.monotonic() - began)
for m in last:
    m.join(5)
t.ok(all(m.answer is not None and m.answer.status == 200
         and m.answer.json['events'] == [] for m in last),
     'they are told that there is nothing', [str(m.answer) for m in last])
t.check_clean(province)
t.done()
