#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""People of the house who try to sign without the key, to spoil a signature,
or to burn a number: each is refused, and the paper can still be finished."""
import base64
import subprocess

import harness as t

province = t.Province()
server = t.Server(province)
people = t.People(server)
files = [('cong-van.pdf', t.PDF, t.letter_pdf('--no-fields'))]


def prepare(who, paper, **more):
    return who.post('/v1/papers/%s/signatures' % paper,
                    {'act': 'sign', 'number_first': True, **more},
                    rev=who.paper(paper)['rev'])


# --- a prepared state of one's own making ---

paper = people.draft(files)
people.agree(paper)
a = prepare(people.leader, paper)
t.need(a.status == 201, 'the leader prepares', a)
kept = a.json['value'].split('/')[-2]

# Upload ids are the agency's: any officer may name one as a paper's file and
# read what is in it. It must not help.
b = people.officer.post('/v1/papers', {
    'direction': 'out', 'meta': {'subject': 'xem trộm'},
    'files': [{'upload': kept, 'name': 'x.bin'}]})
state = people.officer.content(b.json['paper']) if b.status == 201 else b'\0'
t.ok(len(state) > 1, 'the officer reads the prepared state')
value = {'value': base64.b64encode(b'\0' * 384).decode()}
for name, forged in (
        ('a changed state', state[:-1] + bytes([state[-1] ^ 1])),
        ('a state without its tag', state[32:]),
        ('a state under another tag', b'\0' * 32 + state[32:]),
        ('nothing at all', b'x')):
    up = people.officer.upload(forged).json['upload']
    t.refused(people.officer.post('/v1/signatures/%s/value' % up, value),
              404, 'not-found', name)

# The state itself, copied: genuine, but the value is not the leader's, and an
# officer may not complete a leader's act at all.
up = people.officer.upload(state).json['upload']
t.refused(people.officer.post('/v1/signatures/%s/value' % up, value),
          403, 'forbidden', 'an officer completes for the leader')
t.refused(people.leader.post('/v1/signatures/%s/value' % up, value),
          422, 'signature-mismatch', 'a value out of thin air')
t.equal(people.clerk.paper(paper)['state'], 'approved', 'nothing was signed')

# --- a chain that would spoil the signature ---

der = subprocess.run(['openssl', 'x509', '-in',
                      province.path('keys', 'skhcn-leader.pem'), '-outform',
                      'DER'], capture_output=True, check=True).stdout
junk = [base64.b64encode(der).decode(), base64.b64encode(b'junk' * 10).decode()]
t.refused(prepare(people.leader, paper, chain=junk), 422, 'key-format',
          'a chain with something else in it')
people.leader.need(people.sign(paper))
people.clerk.need(people.seal(paper))
t.all_passed(people.clerk.content(paper), province, 2, 'then signed as it is')

# --- numbers that would be burnt ---

last = people.clerk.paper(paper)['number']['value']
for name, notation in (('letters that the font lacks', '漢字'),
                       ('longer than its field', 'X' * 60)):
    lost = people.draft(files, notation=notation)
    people.agree(lost)
    s = people.sign(lost)
    t.ok(s.status in (413, 422), name + ': refused', s)
    t.ok(people.clerk.paper(lost).get('number') is None,
         name + ': no number was given')
early = people.draft(files)
people.agree(early)
t.refused(people.clerk.act(early, 'number'), 409, 'out-of-order',
          'a number before the signature (order B)')
people.leader.need(people.sign(early))
t.equal(people.clerk.paper(early)['number']['value'], last + 1,
        'the next number is the next')

# --- a fact that is none ---

notice = t.load('notice.json')
notice.update(notation='TB-SKHCN', holder_fact='  -  ')
t.refused(people.officer.post('/v1/results', notice), 422, 'invalid',
          'a holder fact of blanks')

server.stop()
t.check_clean(province)
t.done()
