#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The axis over real sockets and processes: `vanthu serve` against the kit,
once as the axis server, once as a client that fetches. The published cases;
a large packet in little memory; the store checks clean afterwards."""
import base64
import json
import os
import subprocess
import threading
import time

import sdk
from harness import (PDF, SOURCE, VANTHU, People, Province, Server, done,
                     equal, free_port, letter_pdf, need, ok, start, until,
                     vanthu)
from sdk import SYSTEM

CASES = os.path.join(SOURCE, 'docs', 'exchange-cases')


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
secret = p.secret('axis.secret', sdk.SECRET)
port = free_port()
axis_url = 'http://127.0.0.1:%d' % port
for args in (('H98.01', 'hosted'),
             ('H98.02', 'axis', '--url', axis_url, '--quirk-hash'),
             ('@axis', 'axis', '--url', axis_url, '--pull', '1', '--of',
              'H99.07', '--quirk-hash')):
    p.route(*args, *sdk.ROUTE)

s = Server(p)
url = 'http://127.0.0.1:%d/axis' % s.port
call = sdk.caller(s.port)

report(kit(os.path.join(CASES, 'agency.peer'), '--url', url), 15)

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
with open(VANTHU, 'rb') as f:
    freed_late = b'__asan_init' in f.read()
ok(freed_late or grown < 48 << 20, 'a packet of 64 MB is not held in memory'
   + (' (not measured: a sanitizer keeps what was freed)' if freed_late
      else ''), '%d bytes more' % grown)

# The same server fetches from the kit. Cases that need no long back-off.
for case in ('A1', 'A2', 'A5', 'A14'):
    report(kit(os.path.join(CASES, 'axis.peer'), '--port', str(port),
               '--only', case), 1)

# A paper of ours to the agency that fetches: listed, fetched, acknowledged;
# then its status comes back by the same way.
people = People(s)
paper = people.walk([('cong-van.pdf', PDF, letter_pdf('--no-fields'))])
people.send(paper, 'H98.01')


def listed():
    return call('getReceivedEdocList', servicetype='eDoc',
                messagetype='edoc')['data']


row = until(listed, 'it is listed')[0]
equal((row['from'], row['to'], row['status']), ('H99.07', 'H98.01', 'initial'),
      'from us, to them')
first = call('getEdoc', b'{}', docId=row['docId'], filePath='')['data']
again = call('getEdoc', b'{}', docId=row['docId'], filePath='')['data']
packet = base64.b64decode(first, validate=True)
ok(first == again and packet.startswith(b'<?xml'),
   'the packet, the same bytes each time')
leader = people.leader.get('/v1/me').json['name']
ok(('FullName>%s<' % leader).encode() in packet,
   'it names who signed: %s' % leader)
with open(p.path('in.edxml'), 'wb') as f:
    f.write(packet)
r = vanthu('edoc', 'check', p.path('in.edxml'), '--to', 'H98.01')
equal(r.returncode, 0, 'the packet is acceptable: ' + r.stderr.decode())
for _ in range(2):
    equal(call('updateStatus', b'{}', docId=row['docId'],
               status='done')['ErrorCode'], '0', 'it is acknowledged')
equal(listed(), [], 'nothing more is listed')
r = vanthu('edoc', 'status', p.path('in.edxml'), '--code', '03', '--from',
           'H98.01', '-o', p.path('status.edxml'))
need(r.returncode == 0, 'a status 03', r.stderr)
with open(p.path('status.edxml'), 'rb') as f:
    packet = f.read()
answer = call('sendEdoc', packet + b'\r\n', servicetype='eDoc',
              messagetype='status', hash_file=sdk.hash_file(packet),
              **{'from': 'H98.01'})
equal(answer['ErrorCode'], '0', 'is taken: %s' % answer['ErrorDesc'])
until(lambda: (people.deliveries(paper)[0]['status'] or {}).get('code')
      == '03', 'the sender sees that it was accepted')

# And to one that the axis serves.
sending = p.path('sending.peer')
with open(sending, 'w', encoding='utf-8') as f:
    f.write('role axis\ncase "our paper arrives at the axis"\n'
            'expect sent = 1\nwithin 40s\n')
k = start([VANTHU, 'edoc', 'peer', sending, '--system-id', SYSTEM,
           '--secret-file', secret, '--json', '--port', str(port)],
          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
k.stderr.readline() # it listens
people.clerk.need(people.clerk.act(paper, 'dispatch',
                                   to=[{'code': 'H98.02'}]))
report(json.loads(k.communicate()[0]), 1)

s.stop()
status, text = p.check()
equal(status, 0, 'the store checks clean')
done()
