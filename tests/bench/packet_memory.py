#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""packet_memory.py BUILD: what the server and its workers hold at most while
a packet of 1, 10 and 100 MB goes through: received by sendEdoc, raw and as a
form, fetched from an axis, sent to one. Anonymous and shared memory of the
process tree, and what lies in its memory files besides. A row each, and the
growth from 1 MB to 100 MB beside its limit; exit 1 when one is passed."""
import json
import os
import subprocess
import sys
import threading
import time
import zipfile

os.environ['VANTHU_BUILD'] = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..', 'scenario'))
import harness as t # pylint: disable=wrong-import-position
import sdk # pylint: disable=wrong-import-position

MB = 1 << 20
LIMIT = 32 * MB # how much more 100 MB may take than 1 MB
SIZES = (1, 10, 100)


def tree(root):
    """The process and all below it."""
    below = {}
    for name in os.listdir('/proc'):
        if name.isdigit():
            try:
                with open('/proc/%s/stat' % name, encoding='utf-8') as f:
                    parent = f.read().rsplit(')', 1)[1].split()[1]
            except OSError:
                continue
            below.setdefault(int(parent), []).append(int(name))
    found, todo = [], [root]
    while todo:
        found.append(todo.pop())
        todo += below.get(found[-1], [])
    return found


def memory_files(pid, seen):
    """Bytes in memory files that are not counted yet."""
    total, base = 0, '/proc/%d/fd' % pid
    for fd in os.listdir(base):
        try:
            if os.readlink(os.path.join(base, fd)).startswith('/memfd:'):
                s = os.stat(os.path.join(base, fd))
                if s.st_ino not in seen:
                    seen.add(s.st_ino)
                    total += s.st_blocks * 512
        except OSError:
            continue
    return total


def held(root):
    """(anonymous and shared pages, bytes in memory files)."""
    resident, files, seen = 0, 0, set()
    for pid in tree(root):
        try:
            with open('/proc/%d/status' % pid, encoding='utf-8') as f:
                resident += sum(int(x.split()[1]) * 1024 for x in f if
                                x.startswith(('RssAnon', 'RssShmem')))
            files += memory_files(pid, seen)
        except OSError:
            continue # it has ended
    return resident, files


class Peak(threading.Thread):
    def __init__(self, root):
        super().__init__(daemon=True)
        self.root, self.over = root, False
        self.first = self.most = held(root)
        self.start()

    def run(self):
        while not self.over:
            now = held(self.root)
            self.most = tuple(map(max, self.most, now))
            time.sleep(0.005)

    def end(self):
        self.over = True
        self.join()
        return [most - first for most, first in zip(self.most, self.first)]


def make_packet(megabytes):
    """A packet of that size, each another one: a letter, and ZIPs of what packs
    no further. Base64 adds a third."""
    left = megabytes * MB * 3 // 4 - len(letter) - 8192
    doc = {'from': {'code': 'H98.01', 'name': 'Cơ quan mẫu'},
           'to': [{'code': 'H99.07', 'name': 'Sở Mẫu'}],
           'number': str(came), 'notation': 'ĐO', 'date': '2026-03-02',
           'place': 'Mẫu', 'type_name': 'Công văn', 'subject': 'V/v đo bộ nhớ',
           'trace': [{'agency': 'H98.01',
                      'time': '2026-03-02T08:15:30+07:00'}],
           'attachments': [{'file': 'a.pdf'}]}
    for i, name in enumerate(annexes(left)):
        doc['attachments'].append({'file': os.path.basename(name),
                                   'name': 'phu-luc-%d.zip' % i})
    with open(os.path.join(work, 'doc.json'), 'w', encoding='utf-8') as f:
        json.dump(doc, f)
    out = os.path.join(work, 'p.edxml')
    r = t.vanthu('edoc', 'pack', os.path.join(work, 'doc.json'), '-o', out)
    t.need(r.returncode == 0, 'a packet is made', r.stderr.decode())


def annexes(size):
    """Files of `size` bytes together, 37 MiB each at most."""
    names = []
    while size > 0:
        n = min(size, 37 * MB)
        names.append(os.path.join(work, 'x%d.zip' % len(names)))
        with zipfile.ZipFile(names[-1], 'w') as z:
            z.writestr('du-lieu.bin', os.urandom(max(n - 200, 1)))
        size -= n
    return names


def kit(script, *more):
    path = os.path.join(work, 'script.peer')
    with open(path, 'w', encoding='utf-8') as f:
        f.write(script)
    r = t.vanthu('edoc', 'peer', path, '--packets', work, '--system-id',
                 sdk.SYSTEM, '--secret-file', secret, '--json', *more)
    t.need(r.returncode == 0, 'the kit is content',
           (r.stdout + r.stderr).decode())


def settled(n):
    """All of n consignments have been read."""
    for _ in range(600):
        c = people.clerk.get('/v1/consignments').json['consignments']
        if len(c) >= n and all(x['state'] != 'stored' for x in c):
            return
        time.sleep(0.1)
    t.need(False, 'what came is read', c)


def received(name, megabytes, how):
    global came
    came += 1
    make_packet(megabytes)
    peak = Peak(server.process.pid)
    if how == 'pull':
        kit('role axis\ncase "fetch"\npacket d%d edoc H98.01 H99.07 '
            'p.edxml\nexpect acknowledged d%d done\nwithin 120s\n'
            % (came, came), '--port', str(axis_port))
    else:
        kit('role agency\ncase "send"\npacket p edoc H98.01 H99.07 '
            'p.edxml\ndo sendEdoc packet p %s\nexpect code 0\n' % how,
            '--url', 'http://127.0.0.1:%d/axis' % server.port)
    settled(came)
    row(name, megabytes, peak.end())


def sent(megabytes):
    files = [('cong-van.pdf', t.PDF, letter)]
    for i, name in enumerate(annexes(megabytes * MB * 3 // 4 - MB // 2)):
        with open(name, 'rb') as f:
            files.append(('phu-luc-%d.zip' % i, 'application/zip', f.read()))
    paper = people.walk(files)
    people.clerk.need(people.clerk.act(paper, 'issue'))
    time.sleep(1)
    peak = Peak(server.process.pid)
    script = os.path.join(work, 'sent.peer')
    with open(script, 'w', encoding='utf-8') as f:
        f.write('role axis\ncase "send"\nexpect sent = 1\nwithin 120s\n')
    k = t.start([t.VANTHU, 'edoc', 'peer', script, '--system-id', sdk.SYSTEM,
                 '--secret-file', secret, '--json', '--port', str(axis_port)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    k.stderr.readline() # it listens
    people.clerk.need(people.clerk.act(paper, 'dispatch',
                                       to=[{'code': 'H98.02'}]))
    out = k.communicate()[0]
    t.need(k.returncode == 0, 'it is sent', out.decode())
    row('sent', megabytes, peak.end())


def row(name, megabytes, more):
    rows.setdefault(name, {})[megabytes] = more
    print('%-16s %8d MB %12.1f MB %12.1f MB' % (
        name, megabytes, more[0] / MB, more[1] / MB), flush=True)


rows, came = {}, 0
work = t.scratch()
province = t.Province()
secret = province.secret('axis.secret', sdk.SECRET)
letter = t.letter_pdf('--no-fields')
with open(os.path.join(work, 'a.pdf'), 'wb') as f:
    f.write(letter)
axis_port = t.free_port()
for args in (('H98.01', 'hosted'),
             ('H98.02', 'axis', '--quirk-hash', '--url',
              'http://127.0.0.1:%d' % axis_port),
             ('@axis', 'axis', '--quirk-hash', '--url',
              'http://127.0.0.1:%d' % axis_port, '--pull', '1', '--of',
              'H99.07')):
    province.route(*args, *sdk.ROUTE)
server = t.Server(province)
people = t.People(server)
print('%-16s %11s %15s %15s' % ('packet', 'size', 'held more',
                                'memory files'))
# Once each before: what a first packet allocates for good is no growth.
for how in ('', 'form', 'pull'):
    received('(first)', 1, how)
for size in SIZES:
    received('received raw', size, '')
    received('received form', size, 'form no-tail')
    received('received pull', size, 'pull')
    sent(size)
server.stop()
failed = False
for name, of in rows.items():
    if 100 not in of:
        continue
    growth = sum(of[100]) - sum(of[1])
    failed = failed or growth > LIMIT
    print('%-16s grows by %.1f MB from 1 MB to 100 MB (limit %d)'
          % (name, growth / MB, LIMIT // MB))
sys.exit(failed)
