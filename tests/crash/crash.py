#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 in the middle of the walk: crash.py N

Three walks go on at once; the server, with all its workers, is killed at a
random moment and started again; a request whose answer did not come is sent
again as it was. In the end every answer ever received is asked for again and
compared byte for byte, every receipt is verified without the server, numbers
are counted, unfinished work must have been finished, and the store is checked.
"""
import concurrent.futures
import hashlib
import http.client
import os
import random
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..', 'scenario'))
import harness as t  # noqa: E402

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 200
SEED = int(os.environ.get('VANTHU_SEED', random.SystemRandom()
                          .getrandbits(32)))
WALKERS = 3
LATEST_S = 0.9   # a kill comes at most this long after the server is up
PATIENCE_S = 60  # for one answer, and for the work queue at the end


# What the whole run found; the last line says it.
found = {'lost': 0, 'differing': 0, 'numbers': 0, 'other': 0}


class Killed(Exception):
    """The server went away; the outcome is not known."""


class Store:
    """What the walkers were told: the answers, in the order of the acts."""

    def __init__(self):
        self.lock = threading.Lock()
        self.answers = []   # (who, method, path, body, headers, Answer)
        self.sent = []      # papers that were received at the other side
        self.filled = []    # papers that got their number after the signature
        self.unknown = 0    # requests that had to be sent again
        self.moved = 0      # of these, answered 412: the paper had moved on

    def add(self, who, method, path, body, headers, answer):
        with self.lock:
            self.answers.append((who, method, path, body, headers, answer))


class Walker(threading.Thread):
    """Walks one paper after the other, whatever happens to the server."""

    def __init__(self, no, world, seed):
        super().__init__(daemon=True)
        self.no, self.world, self.rng = no, world, random.Random(seed)
        self.failure = None

    def run(self):
        try:
            while not self.world.finish.is_set():
                kind = self.rng.choice(('A', 'B', 'result', 'B'))
                if kind == 'result':
                    self.walk_result()
                else:
                    self.walk_letter(kind)
        except Exception as e:  # reported by the main thread
            self.failure = '%s: %s' % (type(e).__name__, e)
            self.world.finish.set()

    # --- one request, again and again until it is answered ---

    def ask(self, who, method, path, body=None, headers=None):
        again = False
        calm = 0
        while True:
            port = self.world.wait_up()
            client = t.Client(port, self.world.province.token(who),
                              PATIENCE_S)
            try:
                a = client.ask(method, path, body, headers)
            except (OSError, http.client.HTTPException):
                again = True
                calm += not self.world.killing
                if calm > 2:  # nobody kills, and still no answer
                    raise Killed('%s %s is not answered' % (method, path))
                self.world.went_away(port)
                continue
            if a.status == 503 and a.json.get('retryable'):
                time.sleep(0.02)
                continue
            if again and method == 'POST':
                with self.world.store.lock:
                    self.world.store.unknown += 1
                    self.world.store.moved += a.status == 412
            return a

    def get(self, who, path):
        a = self.ask(who, 'GET', path)
        if a.status != 200:
            raise t.Refused('%s %s' % (path, a))
        return a.json

    def post(self, who, path, body, rev=None):
        headers = {'Idempotency-Key': t.new_key()}
        if rev is not None:
            headers['If-Match'] = '"%d"' % rev
        a = self.ask(who, 'POST', path, body, headers)
        if 200 <= a.status < 300:
            self.world.store.add(who, 'POST', path, body, headers, a)
        return a

    def act(self, who, paper, act, **fields):
        """An act on the paper as it is; read anew when it moved on by itself
        (a number filled by the work queue)."""
        for _ in range(20):
            rev = self.get(who, '/v1/papers/' + paper)['rev']
            a = self.post(who, '/v1/papers/%s/acts' % paper,
                          {'act': act, **fields}, rev)
            if a.status != 412:
                break
        if a.status != 200:
            raise t.Refused('%s: %s' % (act, a))
        return a.json

    def upload(self, data):
        a = self.ask('skhcn-officer', 'POST', '/v1/uploads', data,
                     {'Idempotency-Key': t.new_key()})
        if a.status != 201 or a.json['sha256'] != hashlib.sha256(
                data).hexdigest():
            raise t.Refused('upload: %s' % a)
        return a.json['upload']

    # --- walks ---

    def pin(self, name):
        return self.world.province.pin('skhcn-' + name)

    def finish_paper(self, paper, order):
        self.act('skhcn-officer', paper, 'submit', initials=0)
        main = self.get('skhcn-leader', '/v1/papers/' + paper)
        self.act('skhcn-leader', paper, 'approve',
                 main=main['parts'][0]['sha256'])
        self.act('skhcn-leader', paper, 'sign', number_first=order == 'A',
                 pin=self.pin('leader'))
        if order == 'B':
            self.act('skhcn-clerk', paper, 'number')
            with self.world.store.lock:
                self.world.store.filled.append(paper)
            if self.rng.random() < 0.3:
                return False  # left to the work queue
        self.act('skhcn-clerk', paper, 'seal', pin=self.pin('seal'))
        self.act('skhcn-clerk', paper, 'issue')
        return True

    def walk_letter(self, order):
        noise = self.rng.randbytes(self.rng.choice((1000, 200000, 3000000)))
        body = {'direction': 'out', 'meta': t.letter_meta(), 'files': [
            {'upload': self.upload(self.world.letter), 'name': 'thu.pdf',
             'media_type': t.PDF},
            {'upload': self.upload(noise), 'name': 'kem.bin',
             'media_type': 'application/octet-stream'}]}
        a = self.post('skhcn-officer', '/v1/papers', body)
        if a.status != 201:
            raise t.Refused('register: %s' % a)
        paper = a.json['paper']
        if not self.finish_paper(paper, order):
            return
        self.act('skhcn-clerk', paper, 'dispatch')
        d = self.get('skhcn-clerk', '/v1/papers/%s/deliveries' % paper)
        delivery = d['deliveries'][0]['id']
        a = self.post('anmau-clerk', '/v1/deliveries/%s/acts' % delivery,
                      {'act': 'receive'})
        if a.status != 200:
            raise t.Refused('receive: %s' % a)
        with self.world.store.lock:
            self.world.store.sent.append((paper, a.receipt))

    def walk_result(self):
        a = self.post('skhcn-officer', '/v1/results', {
            **t.load('notice.json'), 'notation': 'TB-SKHCN',
            'holder_fact': '0123'})
        if a.status != 201:
            raise t.Refused('result: %s' % a)
        self.finish_paper(a.json['paper'], 'B')


class World:
    """Province, server and walkers; kills and starts."""

    def __init__(self):
        self.rng = random.Random(SEED)
        self.province = t.Province()
        self.letter = t.letter_pdf('--no-fields')
        self.store = Store()
        self.finish = threading.Event()
        self.killing = True
        self.up = threading.Condition()
        self.port = None
        self.server = None
        self.walkers = [Walker(i, self, self.rng.getrandbits(64))
                        for i in range(WALKERS)]

    def wait_up(self):
        with self.up:
            while self.port is None:
                self.up.wait()
            return self.port

    def went_away(self, port):
        """Somebody saw the server of this port gone: wait for the next."""
        with self.up:
            if self.port == port and self.killing:
                self.up.wait(0.05)

    def set_port(self, port):
        with self.up:
            self.port = port
            self.up.notify_all()

    def start(self):
        self.server = t.Server(self.province, start_new_session=True)
        self.set_port(self.server.port)

    def kill(self):
        """The server and all it started, at once."""
        self.set_port(None)
        os.killpg(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait()
        self.server.process.stdout.close()
        self.server.log.close()

    def kill_while_starting(self):
        p = t.start([t.VANTHU, 'serve', self.province.store, '--listen',
                     '127.0.0.1:0', '--keys', self.province.path('keys')],
                    stdout=t.subprocess.DEVNULL,
                    stderr=t.subprocess.DEVNULL, start_new_session=True)
        time.sleep(self.rng.random() * 0.06)
        os.killpg(p.pid, signal.SIGKILL)
        p.wait()

    def some_again(self, name):
        """A few answers of before, asked for again right after a restart."""
        with self.store.lock:
            known = list(self.store.answers)
        for one in self.rng.sample(known, min(3, len(known))):
            self.compare(one, name)

    def compare(self, one, name):
        who, method, path, body, headers, was = one
        client = t.Client(self.port, self.province.token(who))
        a = client.ask(method, path, body, headers)
        good = a.body == was.body and a.status == was.status
        if not good:
            found['differing' if a.status == was.status else 'lost'] += 1
            t.ok(False, '%s: %s again' % (name, path),
                 'was %s\nnow %s' % (was, a))
        return good


def rounds(w):
    for i in range(ROUNDS):
        if w.rng.random() < 0.1:
            w.kill_while_starting()
        w.start()
        if i > 0:
            w.some_again('round %d' % i)
        w.finish.wait(w.rng.random() * LATEST_S)
        if w.finish.is_set():
            break
        w.kill()
        if i % 20 == 19:
            print('# %d kills, %d answers, %d requests sent again'
                  % (i + 1, len(w.store.answers), w.store.unknown))
            sys.stdout.flush()
        if i % 50 == 49:
            t.check_clean(w.province, 'clean after %d kills' % (i + 1))
    failures = [x.failure for x in w.walkers if x.failure]
    t.ok(not failures, 'no request was refused that should not be',
         '\n'.join(failures))


def book(client, direction, field):
    """Numbers of a book, from the list of papers."""
    got, cursor = [], ''
    while True:
        page = client.get('/v1/papers?limit=200%s%s' % (
            '&direction=' + direction if direction else '', cursor)).json
        got += [p[field]['value'] for p in page['papers'] if p[field]]
        if page['next'] is None:
            return sorted(got)
        cursor = '&cursor=' + page['next']


def work_resumed(w, clerk):
    """Deliveries are registered at the sender, numbers are in the files."""
    late, deadline = [], time.monotonic() + PATIENCE_S
    for paper, receipt in w.store.sent:
        while True:
            d = clerk.get('/v1/papers/%s/deliveries' % paper).json
            d = d['deliveries'][0]
            if d['state'] == 'registered':
                break
            if time.monotonic() > deadline:
                late.append('%s is %s' % (paper, d['state']))
                break
            time.sleep(0.1)
        if d['state'] == 'registered' and \
                t.base64.b64decode(d['receipt']) != receipt:
            late.append('%s: the receipt is another' % paper)
    t.ok(not late, 'all %d deliveries became registered'
         % len(w.store.sent), '\n'.join(late))
    late = []
    for paper in w.store.filled:
        while True:
            v = clerk.get('/v1/papers/%s/parts/1/versions' % paper).json
            if 'filled' in [x['reason'] for x in v['versions']]:
                break
            if time.monotonic() > deadline:
                late.append(paper)
                break
            time.sleep(0.1)
    t.ok(not late, 'all %d numbers of order B are in their files'
         % len(w.store.filled), '\n'.join(late))


def the_end(w):
    # The walks under way are finished; nobody kills any more.
    w.killing = False
    if w.finish.is_set():
        w.kill()
    w.finish.set()
    w.start()
    for x in w.walkers:
        x.join(PATIENCE_S * 2)
    t.ok(not any(x.is_alive() for x in w.walkers),
         'the walks that were under way come to their end')
    failures = [x.failure for x in w.walkers if x.failure]
    t.ok(not failures, 'and none is refused', '\n'.join(failures))
    answers = w.store.answers
    bad = sum(not w.compare(one, 'at the end') for one in answers)
    t.ok(bad == 0, 'all %d answers are given again byte for byte'
         % len(answers))
    clerk = w.server.client('skhcn-clerk')
    their = w.server.client('anmau-clerk')
    for name, got in (("the sender's book", book(clerk, '', 'number')),
                      ("the receiver's book", book(their, 'in', 'arrival'))):
        found['numbers'] += got != list(range(1, len(got) + 1))
        t.ok(got == list(range(1, len(got) + 1)),
             '%s: %d numbers, unique and without a gap' % (name, len(got)),
             str(got))
    work_resumed(w, clerk)
    receipts(w)
    w.server.stop()
    t.check_clean(w.province)


def receipts(w):
    d = t.scratch()
    paths, wrong = [], 0
    for i, one in enumerate(w.store.answers):
        answer = one[5]
        client = t.Client(w.port, w.province.token(one[0]))
        if client.get(answer.json['receipt']['href']).body != answer.receipt:
            wrong += 1
        paths.append(os.path.join(d, str(i)))
        with open(paths[-1], 'wb') as f:
            f.write(answer.receipt)
    found['differing'] += wrong
    t.ok(wrong == 0, 'every receipt has the bytes first given', wrong)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        bad = [r for r in pool.map(lambda p: t.vanthu('receipt', p), paths)
               if r.returncode != 0]
    found['differing'] += len(bad)
    t.ok(not bad, 'all %d receipts verify without the server' % len(paths),
         '\n'.join(r.stderr.decode() for r in bad[:5]))


def main():
    print('# seed %d (VANTHU_SEED=%d repeats its choices)' % (SEED, SEED))
    sys.stdout.flush()
    w = World()
    for x in w.walkers:
        x.start()
    rounds(w)
    the_end(w)
    print('# %d kills; %d answers; %d requests sent again, %d of them to a '
          'paper that had moved on' % (ROUNDS, len(w.store.answers),
                                       w.store.unknown, w.store.moved))
    known = sum(v for v in found.values())
    if t.failures() > 0 and known == 0:
        found['other'] = t.failures()
    print('# SUM server %d %d %d %d %d' % (
        ROUNDS, found['lost'], found['differing'], found['numbers'],
        found['other']))
    t.done()


main()
