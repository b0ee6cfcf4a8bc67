#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The axis over real sockets and processes: `vanthu serve` against the kit,
once as the axis server, once as a client that fetches. The published cases;
a large packet in little memory; the store checks clean afterwards."""
import json
import os
import socket
import threading
import time

from harness import (SOURCE, Province, Server, done, equal, need, ok,
                     vanthu)

SYSTEM = 'demo.system.01'
CASES = os.path.join(SOURCE, 'docs', 'exchange-cases')


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def kit(script, *more):
    """Runs the kit; its table."""
    r = vanthu('edoc', 'peer', script, '--system-id', SYSTEM,
               '--secret-file', secret, '--json', *more)
    try:
        return json.loads(r.stdout)
    except ValueError:
        need(False, 'the kit ran', r.stdout + r.stderr)


def report(table, count):
    for c in table['cases']:
        ok(c['passed'], c['case'], c.get('reason'))
    equal(len(table['cases']), count, 'so many cases')


def memory(pid):
    """RssAnon and RssShmem, in bytes."""
    with open('/proc/%d/status' % pid, encoding='ascii') as f:
        rows = dict(x.split(':', 1) for x in f)
    return sum(int(rows[k].split()[0]) * 1024
               for k in ('RssAnon', 'RssShmem'))


class Peak(threading.Thread):
    """The most memory a process has while something goes on."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most, self.over = pid, memory(pid), False
        self.start()

    def run(self):
        while not self.over:
            self.most = max(self.most, memory(self.pid))
            time.sleep(0.01)

    def end(self):
        self.over = True
        self.join()
        return self.most


p = Province()
secret = p.path('keys', 'axis.secret')
with open(secret, 'w', encoding='ascii') as f:
    f.write('demo-secret-not-real\n')
port = free_port()
for args in (('H98.01', 'hosted'),
             ('@axis', 'axis', '--url', 'http://127.0.0.1:%d' % port,
              '--pull', '1', '--of', 'H99.07', '--quirk-hash')):
    r = vanthu('route', p.store, *args, '--system-id', SYSTEM,
               '--secret', 'file:axis.secret')
    need(r.returncode == 0, 'route %s' % args[0], r.stdout + r.stderr)

s = Server(p)
need(s.port is not None, 'the server starts', getattr(s, 'said', ''))
url = 'http://127.0.0.1:%d/axis' % s.port

report(kit(os.path.join(CASES, 'agency.peer'), '--url', url), 13)

# A packet of 64 MB: what the server holds of it does not grow with it.
large = p.path('large.peer')
with open(large, 'w', encoding='utf-8') as f:
    f.write('role agency\ncase "a large packet"\n'
            'packet p1 edoc H98.01 H99.07 sample 48000000\n'
            'do sendEdoc packet p1\nexpect code 0\n')
before = memory(s.process.pid)
peak = Peak(s.process.pid)
report(kit(large, '--url', url), 1)
grown = peak.end() - before
print('# grew by %d bytes' % grown)
ok(grown < 48 << 20, 'a packet of 64 MB is not held in memory',
   '%d bytes more' % grown)

# The same server fetches from the kit. Cases that need no long back-off.
for case in ('A1', 'A2', 'A5'):
    report(kit(os.path.join(CASES, 'axis.peer'), '--port', str(port),
               '--only', case), 1)

s.stop()
status, text = p.check()
equal(status, 0, 'the store checks clean')
done()
