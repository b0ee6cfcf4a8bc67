#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The surroundings fail: port taken, data directory in use, read-only, gone,
or its disk full. Each is said plainly, and nothing is lost.

Runs itself in a mount namespace of its own: for the read-only and the small
disk, and so that no mount outlives the test."""
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys

import harness as t

if os.environ.get('VANTHU_IN_NAMESPACE') is None:
    how = ['unshare', '--mount']
    if os.geteuid() != 0:
        how += ['--user', '--map-root-user']
    os.environ['VANTHU_IN_NAMESPACE'] = \
        'yes' if subprocess.run(how + ['true'], capture_output=True,
                                check=False).returncode == 0 else 'no'
    if os.environ['VANTHU_IN_NAMESPACE'] == 'yes':
        os.execvp('unshare', how + [sys.executable] + sys.argv)
MOUNTS = os.environ['VANTHU_IN_NAMESPACE'] == 'yes'


def mount(*args):
    subprocess.run(['mount', *args], check=True)


def said(result, code, status, name):
    """A command that failed says so, as JSON in both languages."""
    try:
        e = json.loads(result.stdout)['error']
        good = (e['code'] == code and e['exit_status'] == status
                and e['vi'] and e['en'] and e['vi'] != e['en'])
    except (ValueError, KeyError):
        good = False
    return t.ok(good and result.returncode == status,
                '%s: exit %d, %s' % (name, status, code),
                'exit %d\n%s%s' % (result.returncode, result.stdout.decode(),
                                   result.stderr.decode()))


def serve(store, port=0, *more):
    return t.vanthu('serve', store, '--json', '--listen',
                    '127.0.0.1:%d' % port, *more)


province = t.Province()
server = t.Server(province)
people = t.People(server)
plain = t.letter_pdf('--no-fields')
files = [('cong-van.pdf', t.PDF, plain)]
papers = [people.walk(files)]

# --- the port, the directory ---

spare = os.path.join(t.scratch(), 'spare')
made = t.vanthu('init', spare, '--domain', 'thu.mau.example')
t.need(made.returncode == 0, 'another data directory', made.stderr.decode())
said(serve(spare, server.port), 'port-in-use', 69, 'a port that is taken')
r = t.vanthu('serve', spare, '--listen', '127.0.0.1:%d' % server.port,
             '--lang', 'vi')
t.ok(r.returncode == 69 and 'Cổng' in r.stderr.decode()
     and str(server.port) in r.stderr.decode(),
     'said to a person in Vietnamese, with the port', r.stderr.decode())
said(serve(province.store), 'store-in-use', 69,
     'a data directory that is in use')
said(t.vanthu('init', province.store, '--domain', 'x.example', '--json'),
     'store-in-use', 69, 'making one where one is in use')
said(t.vanthu('init', spare, '--domain', 'x.example', '--json'), 'exists',
     65, 'making one where there is one')
r = serve(os.path.join(t.scratch(), 'none'))
t.ok(r.returncode in (66, 69) and b'"vi"' in r.stdout,
     'a data directory that is not there', r.stdout.decode())
r = serve(t.scratch())
t.ok(r.returncode in (66, 69) and b'"vi"' in r.stdout,
     'a directory that is none of ours', r.stdout.decode())
t.equal(people.public.get('/healthz').status, 200,
        'the first server does not mind')
t.nothing_lost(people, papers, 'its papers are there')
server.stop()

# --- read-only ---

if MOUNTS:
    mount('--bind', province.store, province.store)
    mount('-o', 'remount,ro,bind', province.store)
    said(serve(province.store), 'store-read-only', 69,
         'a data directory that is read-only')
    subprocess.run(['umount', province.store], check=True)
elif os.geteuid() != 0:
    for at, dirs, names in os.walk(province.store):
        for n in names:
            os.chmod(os.path.join(at, n), 0o400)
        os.chmod(at, 0o500)
    said(serve(province.store), 'store-read-only', 69,
         'a data directory that is read-only')
    for at, dirs, names in os.walk(province.store):
        os.chmod(at, 0o700)
        for n in names:
            os.chmod(os.path.join(at, n), 0o600)
else:
    t.ok(False, 'a data directory that is read-only',
         'neither a mount namespace nor an ordinary user: cannot be tried')

# --- full disk ---

small = os.path.join(t.scratch(), 'small')
limits = {}
if MOUNTS:
    os.mkdir(small)
    # 128 MB are kept free (ROOM_FREE_MIN): what fills up is the rest
    mount('-t', 'tmpfs', '-o', 'size=140m', 'tmpfs', small)
    store = os.path.join(small, 'store')
    shutil.copytree(province.store, store)
else:
    # No small disk to be had: files that may not grow past 6 MB.
    store = small
    shutil.copytree(province.store, store)

    def no_larger():
        import resource
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (6 << 20, 6 << 20))
    limits['preexec_fn'] = no_larger

server = t.Server(province, store=store, **limits)
people = t.People(server)
kept, full = list(papers), None
for i in range(200):
    # bytes that neither repeat nor shrink
    noise = b''.join(hashlib.sha256(b'%d.%d' % (i, k)).digest()
                     for k in range(16384))
    u = people.officer.upload(noise)
    if u.status != 201:
        full = u
        break
    a = people.officer.post('/v1/papers', {
        'direction': 'out', 'meta': t.letter_meta(),
        'files': [{'upload': u.json['upload'], 'name': 'nhieu.bin',
                   'media_type': 'application/octet-stream'}]})
    if a.status != 201:
        full = a
        break
    kept.append(a.json['paper'])
t.need(full is not None, 'the disk fills up', 'took %d papers' % len(kept))
if MOUNTS:
    t.refused(full, 507, 'store-full', 'a full disk')
else:  # a write that comes out short where the disk has room is another fault
    t.refused(full, full.status, full.json['code']
              if full.json['code'] in ('store-full', 'io') else 'store-full',
              'a file that cannot grow')
t.ok(len(kept) > len(papers), '%d papers were taken before'
     % (len(kept) - len(papers)))
t.nothing_lost(people, kept, 'all that was acknowledged is there')
a = people.public.get('/healthz')
t.ok((a.status, a.json['status']) == ((503, 'store-full') if MOUNTS
                                      else (200, 'ok')),
     'health says so', a)
server.stop()
larger = os.path.join(t.scratch(), 'larger')
shutil.copytree(store, larger)
server = t.Server(province, store=larger)
people = t.People(server)
t.nothing_lost(people, kept, 'all is still there')
kept.append(people.walk(files))
t.equal(people.clerk.paper(kept[-1])['number']['value'], 2,
        'and goes on with the next number')
server.stop()
r = t.vanthu('check', larger, '--json')
t.ok(r.returncode == 0, 'vanthu check is clean after all that',
     r.stdout.decode() + r.stderr.decode())
if MOUNTS:
    subprocess.run(['umount', small], check=True)
t.check_clean(province, 'and so is the other')
t.done()
