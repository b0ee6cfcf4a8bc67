#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""vanthu-proof takes no option for another: a typing error must not make a
weak proof look strong enough. Speaks TAP.

    options.py VANTHU-PROOF
"""
import base64
import hashlib
import subprocess
import sys

n = 0


def key(name, kind):
    raw = bytes([kind]) + bytes(range(32))
    sum4 = hashlib.sha256(name.encode() + b'\n' + raw).digest()[:4]
    return '%s+%s+%s' % (name, sum4.hex(), base64.b64encode(raw).decode())


def case(want, args, what):
    global n
    n += 1
    got = subprocess.run([sys.argv[1]] + args, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL).returncode
    print('%sok %d - %s' % ('' if got == want else 'not ', n, what))
    if got != want:
        print('# exit status %d, wanted %d' % (got, want))


LOG = ['--log', key('a.test/log', 1)]
CHECK = ['check', '/nonexistent/bundle'] + LOG
case(66, CHECK, 'all is well but the file')
case(66, CHECK + ['--need', '1', '--need', 'stamp'], 'both may be wanted')
for bad in ('stamps', '', '-1', '1x', '100', ' 1'):
    case(64, CHECK + ['--need', bad], '--need "%s" is refused' % bad)
case(64, CHECK + ['--cosigner', key('w.test', 1)], 'a ledger is no cosigner')
case(64, CHECK + ['--cosigner', 'w.test+00000000+AAAA'], 'a key cut off')
case(64, CHECK + ['--wish', '1'], 'an unknown option')
case(64, ['check', 'x'], 'no key')
case(64, ['check', 'x', 'y'] + LOG, 'one file too many')
case(64, CHECK + ['--need'], 'an option without its value')
print('1..%d' % n)
