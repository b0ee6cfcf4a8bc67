#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that must not sign: wrong PIN, expired, not yet valid, for another
purpose, somebody else's, not matching, not readable, gone. The paper stays as
it is, keeps a number it was given, and is signed with the right key after.
Then that key's certificate is revoked, and what is said of its signatures."""
import datetime
import os
import shutil
import subprocess

import harness as t

province = t.Province()
server = t.Server(province)
people = t.People(server)
files = [('cong-van.pdf', t.PDF, t.letter_pdf('--no-fields'))]
paper = people.draft(files)
people.agree(paper)
SUBJECT = '/C=VN/O=Sở Khoa học và Công nghệ tỉnh Mẫu/CN=Nguyễn Thị Minh Mẫu'
GOOD = province.path('keys', 'skhcn-leader.p12')
KEPT = GOOD + '.kept'
shutil.copy(GOOD, KEPT)


def state():
    p = people.leader.paper(paper)
    return p['state'], p['parts'][0]['sha256']


def must_not_sign(status, code, name, pin=None):
    before = state()
    a = people.leader.act(paper, 'sign', number_first=True,
                          pin=people.pin('leader') if pin is None else pin)
    t.refused(a, status, code, name)
    t.ok((pin or people.pin('leader')) not in a.body.decode(),
         name + ': the PIN is not in the answer')
    t.equal(state(), before, name + ': the paper is as it was')


def put_key(name):
    """Key and PIN of NAME in the place of the leader's."""
    shutil.copy(province.path('keys', name + '.p12'), GOOD)
    return province.pin(name)


def stamp(days):
    at = (datetime.datetime.now(datetime.timezone.utc)
          + datetime.timedelta(days=days))
    return at.strftime('%Y%m%d%H%M%SZ')


must_not_sign(403, 'pin-wrong', 'a wrong PIN', '00000000x')
must_not_sign(403, 'pin-wrong', 'an empty PIN', '')
a = people.leader.act(paper, 'sign', number_first=True)
t.refused(a, 403, 'pin-wrong', 'no PIN at all')

province.issue('expired', SUBJECT, 'signer', stamp(-400), stamp(-1))
must_not_sign(422, 'certificate-expired', 'an expired certificate',
              put_key('expired'))
province.issue('early', SUBJECT, 'signer', stamp(2), stamp(400))
must_not_sign(422, 'certificate-not-yet-valid', 'a certificate of tomorrow',
              put_key('early'))
province.issue('usage', SUBJECT, 'encipherment')
must_not_sign(422, 'certificate-usage', 'a certificate for encipherment',
              put_key('usage'))
province.issue('stranger', SUBJECT)
must_not_sign(422, 'key-mismatch', 'a certificate that is not registered',
              put_key('stranger'))

# The registered certificate beside another private key.
other = os.path.join(t.scratch(), 'other.key')
subprocess.run(['openssl', 'genpkey', '-algorithm', 'EC', '-pkeyopt',
                'ec_paramgen_curve:P-256', '-out', other], check=True,
               capture_output=True)
pem = os.path.join(t.scratch(), 'mixed.pem')
with open(pem, 'wb') as out:
    for name in (province.path('keys', 'skhcn-leader.pem'), other):
        with open(name, 'rb') as f:
            out.write(f.read())
pdf = os.path.join(t.scratch(), 'in.pdf')
with open(pdf, 'wb') as f:
    f.write(files[0][2])
done = t.vanthu('sign', pdf, '-o', pdf + '.out', '--key', 'file:' + pem,
                '--page', '1', '--rect', '300,100,150,60', '--json')
t.ok(done.returncode == 65 and b'key-mismatch' in done.stdout
     and not os.path.exists(pdf + '.out'),
     'a private key that is not the certificate\'s: key-mismatch, no file',
     done.stdout + done.stderr)

with open(GOOD, 'wb') as f:
    f.write(b'not a key')
must_not_sign(422, 'key-format', 'a key file that is none')
os.unlink(GOOD)
before = state()
a = people.leader.act(paper, 'sign', pin=people.pin('leader'))
t.ok(a.status >= 400 and 'code' in a.json and state() == before,
     'a key file that is gone: said, nothing moved', a)

shutil.copy(KEPT, GOOD)
people.leader.need(people.sign(paper))
t.equal(people.leader.paper(paper)['number']['value'], 1,
        'then the right key signs, number 1')
people.clerk.need(people.seal(paper))
t.all_passed(people.clerk.content(paper), province, 2, 'TOTAL-PASSED')

# --- revoked after and before it signed; a responder that is down; no
# timestamp (vietnam.md 12.4, point 9) ---


def judged(one):
    """Of the leader's signature: indication, sub-indication, codes."""
    v = people.clerk.get('/v1/papers/%s/parts/1/validation' % one).json
    s = v['signatures'][0]
    t.equal(s['field'], 'vt_leader', "it is the leader's")
    return (s['indication'], s['sub_indication'],
            [r['code'] for r in s['reasons']
             if r['code'] != 'permitted-changes']), v


def passed(v):
    return [s['indication'] == 'TOTAL-PASSED' for s in v['signatures']]


first, v = judged(paper)
t.equal((first, passed(v)), (('TOTAL-PASSED', None, []), [True, True]),
        'while the certificate stands and without a timestamp: passed')
claimed = datetime.datetime.fromisoformat(v['signatures'][0]['claimed_time'])
t.until(lambda: datetime.datetime.now(datetime.timezone.utc) - claimed >
        datetime.timedelta(seconds=2), 'a while after it signed')
subprocess.run(['openssl', 'ca', '-config',
                os.path.join(t.DEMO, 'authority.cnf'), '-revoke',
                '../keys/skhcn-leader.pem'], check=True, capture_output=True,
               cwd=province.path('ca'),
               env={**os.environ, 'OCSP_URL': 'http://127.0.0.1/'})
got, v = judged(paper)
t.equal((got, passed(v)),
        (('INDETERMINATE', 'REVOKED_NO_POE', ['certificate-revoked-later']),
         [False, True]),
        'revoked after it signed, which nothing proves: not passed, and the '
        'other signature is')
after = people.draft(files)
people.agree(after)
people.leader.need(people.sign(after))
got, v = judged(after)
t.equal(got, ('INDETERMINATE', 'REVOKED_NO_POE', ['certificate-revoked']),
        'revoked before it signed: the same value, another reason')

# The responder is down: it cannot be determined, and says so.
province.ocsp.terminate()
province.ocsp.wait()
for one in (paper, after):
    got, v = judged(one)
    t.equal((v['overall'], got), ('INDETERMINATE', (
        'INDETERMINATE', 'TRY_LATER', ['revocation-not-fetched'])),
            'without a responder: to be tried later, whatever it said before')

t.nothing_lost(people, [paper, after], 'nothing is lost')
server.stop()
t.check_clean(province)
t.done()
