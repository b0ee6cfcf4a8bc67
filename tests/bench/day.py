#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A day of a small province: 5,500 exchanges in under 10 minutes.

day.py [N]      VANTHU_BUILD names the build

Two nodes (tests/crash/exchange_node), mutual TLS between them. One agency
writes letters (sizes and fan-out: tests/crash/day.h) to 60 tenants of the other
node, whose clerks accept, work on and finish each; every status goes back. What
is between the two stores is the program's own: packets, CMS, work queue,
workers, registers, receipts; letters carry the room of two signatures instead
of signatures. In the end each delivery was effective once, receipts are the
same bytes on both sides, registers have no gap, both stores are clean.
"""
import json
import os
import resource
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..', 'scenario'))
import harness as t  # noqa: E402

TOTAL = int(sys.argv[1]) if len(sys.argv) > 1 else 5500
TENANTS = 60
DAY, BAR_S = 5500, 600.0
NODE = os.path.join(t.BUILD, 'tests', 'crash', 'exchange_node')
TICK = os.sysconf('SC_CLK_TCK')
work = t.scratch()


def sh(*args):
    r = t.run(*args, cwd=work)
    t.need(r.returncode == 0, ' '.join(args[:3]), r.stderr.decode())


def make_keys():
    """A CA and, for each node, one certificate: of its TLS and packets."""
    sh('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
       'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-keyout',
       'ca.key', '-out', 'ca.pem', '-subj', '/CN=day CA')
    for n in 'ab':
        with open(os.path.join(work, n + '.ext'), 'w', encoding='ascii') as f:
            f.write('subjectAltName=IP:127.0.0.1\n'
                    'basicConstraints=critical,CA:FALSE\n'
                    'keyUsage=critical,digitalSignature\n')
        sh('openssl', 'req', '-newkey', 'ec', '-pkeyopt',
           'ec_paramgen_curve:P-256', '-nodes', '-keyout', n + '.key', '-out',
           n + '.csr', '-subj', '/CN=node ' + n)
        sh('openssl', 'x509', '-req', '-in', n + '.csr', '-CA', 'ca.pem',
           '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-extfile',
           n + '.ext', '-out', n + '.crt')
        with open(os.path.join(work, n + '.pem'), 'wb') as out:
            for part in (n + '.key', n + '.crt'):
                with open(os.path.join(work, part), 'rb') as f:
                    out.write(f.read())


def cpu_of(pid):
    """CPU seconds of a process, and of its children that have ended."""
    with open('/proc/%d/stat' % pid, encoding='ascii') as f:
        v = f.read().rsplit(')', 1)[1].split()
    return ((int(v[11]) + int(v[12])) / TICK, (int(v[13]) + int(v[14])) / TICK)


class Node:
    def __init__(self, name, config):
        self.name = name
        self.store = os.path.join(work, name)
        self.config = os.path.join(work, name + '.conf')
        with open(self.config, 'w', encoding='ascii') as f:
            for k, v in config.items():
                f.write('%s %s\n' % (k, v))
        self.log = open(os.path.join(work, name + '.log'), 'ab')
        self.complete = self.letters = 0
        sh(NODE, 'init', self.store, self.config)
        self.process = t.start([NODE, 'run', self.store, self.config],
                               stdout=subprocess.PIPE, stderr=self.log)
        line = self.process.stdout.readline()
        t.need(line == b'ready\n', 'node %s starts' % name, self.said())
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            word, _, value = line.partition(b' ')
            if word == b'complete':
                self.complete = int(value)
            elif word == b'letters':
                self.letters = int(value)

    def cpu(self):
        """CPU seconds: the program itself, and the workers it has made."""
        pid = self.process.pid
        children = t.run('pgrep', '-P', str(pid)).stdout.split()
        return (cpu_of(pid)[0],
                sum(sum(cpu_of(int(c))) for c in children))

    def stop(self):
        self.process.terminate()
        t.equal(self.process.wait(timeout=60), 0,
                'node %s stops in order' % self.name)

    def said(self):
        with open(self.log.name, 'rb') as f:
            return b''.join(f.readlines()[-15:]).decode('utf-8', 'replace')

    def report(self):
        r = t.run(NODE, 'report', self.store, self.config)
        t.need(r.returncode == 0, 'report of ' + self.name,
               r.stderr.decode())
        return [json.loads(x) for x in r.stdout.splitlines()]


def size_mb(path):
    return sum(os.stat(os.path.join(d, f)).st_blocks * 512
               for d, _, files in os.walk(path) for f in files) / 1e6


make_keys()
ports = {n: t.free_port() for n in 'ab'}
base = int(time.time() * 1000000)
nodes = {}
# the receiver first: who begins to send finds it
for name, other in (('b', 'a'), ('a', 'b')):
    nodes[name] = Node(name, {
        'sender': 1 if name == 'a' else 0, 'day': TOTAL, 'tenants': TENANTS,
        'address': '127.0.0.1', 'port': ports[name], 'speed': 1,
        'base': base, 'peer': 'https://127.0.0.1:%d' % ports[other],
        'own_key': os.path.join(work, name + '.pem'),
        'peer_cert': os.path.join(work, other + '.crt'),
        'tls_cert': os.path.join(work, name + '.crt'),
        'tls_key': os.path.join(work, name + '.key'),
        'tls_ca': os.path.join(work, 'ca.pem')})
begun = time.monotonic()
limit = 60 + 3 * BAR_S * TOTAL / DAY
shown = 0
while nodes['a'].complete < TOTAL and time.monotonic() - begun < limit:
    time.sleep(0.2)
    if nodes['a'].complete >= shown + 1000:
        shown = nodes['a'].complete
        print('# %5.0f s: %d' % (time.monotonic() - begun, shown), flush=True)
took = time.monotonic() - begun
cpu = {n: nodes[n].cpu() for n in 'ab'}
t.ok(nodes['a'].complete == TOTAL, 'all %d came all the way' % TOTAL,
     'only %d after %.0f s\n%s\n%s' % (nodes['a'].complete, took,
                                      nodes['a'].said(), nodes['b'].said()))
for n in nodes.values():
    n.stop()

sent, came = nodes['a'].report(), nodes['b'].report()
by_id = {c['consignment']: c for c in came}
t.equal((len(sent), len(came), len(by_id)), (TOTAL, TOTAL, TOTAL),
        'each was effective once')
t.equal([d for d in sent if d['delivery'] not in by_id or
         by_id[d['delivery']]['receipt'] != d['receipt'] or
         by_id[d['delivery']]['to'] != d['to']], [],
        'at its addressee, and the receipts are the same bytes')
t.equal([c for c in came if c['state'] != 'finished'], [],
        'every paper was accepted, worked on and finished')
t.equal([d for d in sent if d['shown'] != 6], [],
        'the sender knows it of every one')
gaps = []
for code in sorted({c['to'] for c in came}):
    numbers = sorted(c['arrival'] for c in came if c['to'] == code)
    if numbers != list(range(1, len(numbers) + 1)):
        gaps.append(code)
t.equal(gaps, [], 'the registers have no gap and no number twice')
for n in nodes.values():
    r = t.vanthu('check', n.store, '--json')
    t.ok(r.returncode == 0, 'vanthu check of %s is clean' % n.name,
         r.stdout.decode()[-2000:])

print('# %d exchanges of %d letters in %.0f s, %.1f ms each; %d cores, load '
      '%.1f' % (TOTAL, nodes['a'].letters, took, took / TOTAL * 1000,
                os.cpu_count(), os.getloadavg()[0]))
print('# CPU ms an exchange:    program  workers')
for n, what in (('a', 'sends'), ('b', 'receives')):
    print('#   node %s (%-8s)  %8.1f %8.1f   store %.0f MB' % (
        n, what, cpu[n][0] / TOTAL * 1000, cpu[n][1] / TOTAL * 1000,
        size_mb(nodes[n].store)))
whole = sum(sum(c) for c in cpu.values())
print('#   together %.1f ms, %.0f s; this test itself %.0f s' % (
    whole / TOTAL * 1000, whole,
    sum(resource.getrusage(resource.RUSAGE_SELF)[:2])))
day = took * DAY / TOTAL
print('# a day of %d: %.0f s%s, bar %.0f s' % (
    DAY, day, '' if TOTAL == DAY else ' by this measure', BAR_S))
t.ok(TOTAL != DAY or took < BAR_S, 'a day in less than %.0f s' % BAR_S)
t.done()
