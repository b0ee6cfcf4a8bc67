#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Long work says on a terminal what it is at, and nowhere else: a verify that
waits for its OCSP responder, a sign whose key takes long to open."""
import os
import signal
import time

import harness as t

province = t.Province()
d = t.scratch()
plain = os.path.join(d, 'plain.pdf')
signed = os.path.join(d, 'signed.pdf')
with open(plain, 'wb') as f:
    f.write(t.letter_pdf('--no-fields'))
PIN = province.path('pins', 'skhcn-leader')
P12 = province.path('keys', 'skhcn-leader.p12')
PLACE = ('--page', '1', '--rect', '340,90,150,70')
CLEARED = b'\r\x1b[K'


def made(*args):
    r = t.run(*args)
    if r.returncode != 0:
        raise SystemExit(r.stderr.decode())


# The same key, with a key derivation that takes a second or more.
slow = os.path.join(d, 'slow.p12')
pem = os.path.join(d, 'key.pem')
made('openssl', 'pkcs12', '-in', P12, '-passin', 'file:' + PIN, '-nodes',
     '-out', pem)
made('openssl', 'pkcs12', '-export', '-in', pem, '-passout', 'file:' + PIN,
     '-iter', '1500000', '-out', slow)


def on_terminal(*args):
    """`script` gives it a terminal; (exit status, all that it said)."""
    said = os.path.join(d, 'said')
    r = t.run('script', '-qefc', ' '.join([t.VANTHU, *args]), said,
              stdin=t.subprocess.DEVNULL)
    with open(said, 'rb') as f:
        return r.returncode, b''.join(f.read().splitlines(True)[1:-1])


def on_pipe(*args):
    r = t.vanthu(*args)
    return r.returncode, r.stdout + r.stderr


def waiting(how, *args):
    """With a responder that answers only after 1.4 s."""
    province.ocsp.send_signal(signal.SIGSTOP)
    wake = t.start(['sh', '-c', 'sleep 1.4; kill -CONT %d'
                    % province.ocsp.pid])
    began = time.monotonic()
    status, said = how(*args)
    took = time.monotonic() - began
    wake.wait()
    return status, said, took


def shown(name, status, said, words):
    t.ok(status == 0 and words.encode() in said
         and said.rfind(CLEARED) > said.rfind(words.encode())
         and words.encode() not in said[said.rfind(CLEARED):],
         name + ': progress on a terminal, cleared at the end',
         'exit %d: %r' % (status, said))


def silent(name, status, said):
    t.ok(status == 0 and b'\x1b' not in said and b'\r\x1b' not in said,
         name + ': nothing of it', 'exit %d: %r' % (status, said))


sign = ('sign', plain, '-o', signed, '--pin-file', PIN, *PLACE, '--lang',
        'en')
shown('sign', *on_terminal(*sign, '--key', 'file:' + slow), 'Signing')
silent('sign --json', *on_terminal(*sign, '--key', 'file:' + slow, '--json'))
silent('sign to a pipe', *on_pipe(*sign, '--key', 'file:' + slow))

verify = ('verify', signed, '--anchors', province.anchors, '--lang', 'en')
status, said, took = waiting(on_terminal, *verify)
shown('verify', status, said, 'Asking OCSP')
t.ok(took >= 1, 'it did take long', '%.1f s' % took)
silent('verify --json', *waiting(on_terminal, *verify, '--json')[:2])
silent('verify to a pipe', *waiting(on_pipe, *verify)[:2])
status, said = on_terminal('verify', signed, '--offline', '--lang', 'en')
t.ok(b'\x1b' not in said, 'what is quick says nothing on the way', repr(said))
status, said = on_terminal('check', province.store, '--json')
silent('check --json', status, said)
t.done()
