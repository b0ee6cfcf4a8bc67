#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two nodes exchange papers through a wire that delays, repeats, reorders and
cuts, and both are killed at random: exchange.py [N]

N consignments (default 100). In the end each of them was effective exactly
once: one consignment, one paper with one number there, one delivery here that
knows it is finished; the receipts are the same bytes on both sides; the
registers have no gap; both stores are clean. With VANTHU_NETNS=1 each node
lives in a network namespace of its own; with VANTHU_CALM=1 nobody makes trouble.
VANTHU_SEED repeats the random choices.
"""
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..', 'scenario'))
import harness as t  # noqa: E402

WANTED = int(sys.argv[1]) if len(sys.argv) > 1 else 100
TENANTS = min(20, WANTED)
PAPERS = (WANTED + TENANTS - 1) // TENANTS
TOTAL = TENANTS * PAPERS
SEED = int(os.environ.get('VANTHU_SEED', random.SystemRandom()
                          .getrandbits(32)))
NETNS = os.environ.get('VANTHU_NETNS') == '1'
SPEED = 240          # a minute of back-off takes a quarter of a second
CALM = os.environ.get('VANTHU_CALM') == '1'  # no trouble: how fast is it?
KILLS = 0 if CALM else max(4, WANTED // 50)
PATIENCE_S = 60 + WANTED / 2
NODE = os.path.join(t.BUILD, 'tests', 'crash', 'exchange_node')
rng = random.Random(SEED)
work = t.scratch()
print('# seed %d, %d consignments, %d kills%s' % (
    SEED, TOTAL, KILLS, ', network namespaces' if NETNS else ''))


def sh(*args):
    r = t.run(*args, cwd=work)
    t.need(r.returncode == 0, ' '.join(args[:3]), r.stderr.decode())


class Wire(threading.Thread):
    """Between a node and its peer: one request a connection, and trouble."""

    def __init__(self, listen, to, seed):
        super().__init__(daemon=True)
        self.to, self.rng = to, random.Random(seed)
        self.lock = threading.Lock()
        self.calm = False
        self.seen = []    # whole requests, to be sent again some time
        self.did = {'cut before': 0, 'cut within': 0, 'answer lost': 0,
                    'repeated': 0, 'delayed': 0, 'late': 0}
        self.server = socket.create_server(listen)
        self.address = self.server.getsockname()

    def run(self):
        while True:
            c, _ = self.server.accept()
            threading.Thread(target=self.serve, args=(c,),
                             daemon=True).start()

    def choose(self):
        with self.lock:
            return (1.0 if self.calm else self.rng.random(),
                    self.rng.random())

    def count(self, what):
        with self.lock:
            self.did[what] += 1

    @staticmethod
    def read_request(c):
        data = b''
        while b'\r\n\r\n' not in data:
            more = c.recv(65536)
            if not more:
                return None
            data += more
        head, body = data.split(b'\r\n\r\n', 1)
        length = 0
        for line in head.split(b'\r\n')[1:]:
            name, value = line.split(b':', 1)
            if name.lower() == b'content-length':
                length = int(value)
            if name.lower() == b'expect':
                c.sendall(b'HTTP/1.1 100 Continue\r\n\r\n')
        while len(body) < length:
            more = c.recv(65536)
            if not more:
                return None
            body += more
        head = b'\r\n'.join(x for x in head.split(b'\r\n')
                            if not x.lower().startswith(
                                (b'connection:', b'expect:')))
        return head + b'\r\nConnection: close\r\n\r\n' + body

    def forward(self, request, upto=None):
        """The whole answer; b'' when the other side is not there."""
        try:
            with socket.create_connection(self.to, 5) as s:
                s.settimeout(20)
                s.sendall(request if upto is None else request[:upto])
                if upto is not None:
                    return b''
                answer = b''
                while True:
                    more = s.recv(65536)
                    if not more:
                        return answer
                    answer += more
        except OSError:
            return b''

    def serve(self, c):
        with c:
            try:
                c.settimeout(20)
                request = self.read_request(c)
                if request is None:
                    return
                what, how = self.choose()
                if what < 0.06:
                    self.count('cut before')
                    return
                if what < 0.12:
                    self.count('cut within')
                    self.forward(request, int(len(request) * how))
                    return
                if what < 0.3:
                    self.count('delayed')
                    time.sleep(how * 0.5)
                answer = self.forward(request)
                with self.lock:
                    if len(self.seen) < 50:
                        self.seen.append(request)
                    elif how < 0.2:
                        self.seen[int(how * 5 * 50)] = request
                if what > 0.85 and not self.calm:
                    self.count('repeated')
                    answer = self.forward(request)
                if 0.3 < what < 0.4:
                    self.count('answer lost')
                    return
                if 0.4 < what < 0.5:
                    self.late(how)
                c.sendall(answer)
            except OSError:
                return

    def late(self, how):
        """Something that went through long ago comes once more."""
        with self.lock:
            if not self.seen:
                return
            old = self.seen[int(how * len(self.seen))]
        self.count('late')
        self.forward(old)


class Node:
    def __init__(self, name, config, prefix):
        self.name, self.prefix = name, prefix
        self.store = os.path.join(work, name)
        self.config = os.path.join(work, name + '.conf')
        with open(self.config, 'w', encoding='ascii') as f:
            for k, v in config.items():
                f.write('%s %s\n' % (k, v))
        self.log = open(os.path.join(work, name + '.log'), 'ab')
        self.complete = 0
        self.process = None
        sh(NODE, 'init', self.store, self.config)

    def start(self):
        self.process = t.start(self.prefix + [NODE, 'run', self.store,
                                              self.config],
                               stdout=subprocess.PIPE, stderr=self.log,
                               start_new_session=True)
        line = self.process.stdout.readline()
        t.need(line == b'ready\n', 'node %s starts' % self.name,
               line + self.said())
        threading.Thread(target=self.listen, args=(self.process,),
                         daemon=True).start()

    def listen(self, process):
        for line in process.stdout:
            word, _, value = line.partition(b' ')
            if word == b'complete':
                self.complete = int(value)

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)
        return self.process.returncode

    def said(self):
        with open(self.log.name, 'rb') as f:
            return b''.join(f.readlines()[-15:])

    def report(self):
        r = t.run(NODE, 'report', self.store, self.config)
        t.need(r.returncode == 0, 'report of ' + self.name,
               r.stderr.decode())
        return [json.loads(x) for x in r.stdout.splitlines()]


def make_keys():
    for n in ('a', 'b'):
        sh('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
           'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-keyout',
           n + '.key', '-out', n + '.crt', '-subj', '/CN=service ' + n,
           '-addext', 'basicConstraints=critical,CA:FALSE', '-addext',
           'keyUsage=critical,digitalSignature')
        with open(os.path.join(work, n + '.pem'), 'wb') as out:
            for part in (n + '.key', n + '.crt'):
                with open(os.path.join(work, part), 'rb') as f:
                    out.write(f.read())


def make_network():
    """Addresses of the nodes and of the wire on their side."""
    if not NETNS:
        return {n: ('127.0.0.1', '127.0.0.1', []) for n in 'ab'}
    net = {}
    for i, n in enumerate('ab'):
        ns, here, there = 'vt' + n, '10.77.%d.1' % i, '10.77.%d.2' % i
        sh('ip', 'netns', 'add', ns)
        sh('ip', 'link', 'add', 'w' + n, 'type', 'veth', 'peer', 'name',
           'n' + n, 'netns', ns)
        sh('ip', 'addr', 'add', here + '/24', 'dev', 'w' + n)
        sh('ip', 'link', 'set', 'w' + n, 'up')
        sh('ip', 'netns', 'exec', ns, 'ip', 'addr', 'add', there + '/24',
           'dev', 'n' + n)
        sh('ip', 'netns', 'exec', ns, 'ip', 'link', 'set', 'n' + n, 'up')
        net[n] = (there, here, ['ip', 'netns', 'exec', ns])
    return net


make_keys()
network = make_network()
ports = {n: t.free_port() for n in 'ab'}
# the wire that node n talks into, on n's side of the network
wires = {'a': Wire((network['a'][1], 0), (network['b'][0], ports['b']),
                   SEED + 1),
         'b': Wire((network['b'][1], 0), (network['a'][0], ports['a']),
                   SEED + 2)}
base = int(time.time() * 1000000)
nodes = {}
for n, peer in (('a', 'b'), ('b', 'a')):
    wires[n].start()
    nodes[n] = Node(n, {
        'sender': 1 if n == 'a' else 0, 'papers': PAPERS, 'tenants': TENANTS,
        'address': network[n][0], 'port': ports[n], 'speed': SPEED,
        'base': base, 'peer': 'http://%s:%d' % wires[n].address[:2],
        'own_key': os.path.join(work, n + '.pem'),
        'peer_cert': os.path.join(work, peer + '.crt')}, network[n][2])
for n in nodes.values():
    n.start()

begun = time.monotonic()
for w in wires.values():
    w.calm = CALM
kills = 0
while kills < KILLS and time.monotonic() - begun < PATIENCE_S:
    time.sleep(rng.uniform(0.2, 2.0))
    victim = nodes[rng.choice('ab')]
    victim.kill()
    time.sleep(rng.uniform(0, 0.5))
    victim.start()
    kills += 1
for w in wires.values():
    w.calm = True
while nodes['a'].complete < TOTAL and \
        time.monotonic() - begun < PATIENCE_S:
    time.sleep(0.2)
took = time.monotonic() - begun
t.ok(nodes['a'].complete == TOTAL, 'all %d came all the way' % TOTAL,
     'only %d after %.0f s\n%s\n%s' % (
         nodes['a'].complete, took, nodes['a'].said().decode(),
         nodes['b'].said().decode()))
for n in nodes.values():
    t.equal(n.stop(), 0, 'node %s stops in order' % n.name)
trouble = {k: wires['a'].did[k] + wires['b'].did[k] for k in wires['a'].did}
print('# %.0f s, %d kills, trouble: %s' % (took, kills, ', '.join(
    '%s %d' % (k, v) for k, v in trouble.items())))
t.ok(CALM or all(trouble.values()), 'the wire made trouble of every kind', trouble)

sent = nodes['a'].report()
came = nodes['b'].report()
t.equal(len(sent), TOTAL, 'as many deliveries as were ordered')
t.equal(len(came), TOTAL, 'as many consignments came')
by_id = {c['consignment']: c for c in came}
t.equal(len(by_id), TOTAL, 'each once')
t.equal(sorted(by_id), sorted(d['delivery'] for d in sent),
        'the same ones on both sides')
t.equal([d for d in sent if by_id[d['delivery']]['receipt'] !=
         d['receipt']], [], 'receipts are the same bytes on both sides')
t.equal([d for d in sent if by_id[d['delivery']]['to'] != d['to']], [],
        'each at its addressee')
t.equal([c for c in came if c['state'] != 'finished'], [],
        'every paper was accepted, worked on and finished')
t.equal([d for d in sent if d['shown'] != 6], [],
        'the sender knows it of every one')
for code in sorted({c['to'] for c in came}):
    numbers = sorted(c['arrival'] for c in came if c['to'] == code)
    if numbers != list(range(1, PAPERS + 1)):
        t.ok(False, 'register of ' + code, numbers)
t.ok(True, 'the registers have no gap and no number twice')
for n in nodes.values():
    r = t.vanthu('check', n.store, '--json')
    t.ok(r.returncode == 0, 'vanthu check of %s is clean' % n.name,
         r.stdout.decode()[-2000:])
t.done()
