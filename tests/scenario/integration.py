#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/integration.sh as a workflow system of two agencies: a letter sent,
killed on the way and begun again, received and finished by the other one."""
import os
import signal
import subprocess
import threading

import harness as t

SCRIPT = os.path.join(t.SOURCE, 'docs', 'integration.sh')

province = t.Province()
server = t.Server(province)
people = t.People(server)
state = t.scratch()
letter = os.path.join(t.scratch(), 'công văn.pdf')
with open(letter, 'wb') as f:
    f.write(t.letter_pdf('--no-fields'))


def system(name, *args, **more):
    env = dict(os.environ, VANTHU_URL='http://127.0.0.1:%d' % server.port,
               VANTHU_TOKEN=province.token(name), VANTHU_PATIENCE='100',
               VANTHU_STATE=os.path.join(state, name), **more)
    return t.start([SCRIPT, *args], env=env, stdout=subprocess.PIPE,
                   stderr=subprocess.PIPE, start_new_session=True)


def papers(client, **filters):
    query = '&'.join('%s=%s' % x for x in filters.items())
    return client.need(client.get('/v1/papers?' + query)).json['papers']


def people_work():
    """What the leader and the clerk do when they see the paper."""
    paper = t.until(lambda: papers(people.leader, state='submitted'),
                    'a paper comes to the leader')[0]['id']
    main = people.leader.paper(paper)['parts'][0]['sha256']
    people.leader.need(people.leader.act(paper, 'approve', main=main))
    people.leader.need(people.sign(paper))
    people.clerk.need(people.seal(paper))
    people.clerk.need(people.clerk.act(paper, 'issue'))


args = ('skhcn-system', 'send', letter, 'V/v phối hợp thử nghiệm', 'H99.31')
first = system(*args)
t.until(lambda: papers(people.officer, state='submitted'), 'it is submitted')
os.killpg(first.pid, signal.SIGKILL)
first.communicate()
t.ok(len(papers(people.officer)) == 1, 'killed while people work')

work = threading.Thread(target=people_work)
work.start()
second = system(*args)


def received():
    """The other agency's system, once there is something for it."""
    t.until(lambda: papers(people.their_clerk, state='waiting'),
            'it waits at the other agency')
    there = system('anmau-system', 'receive')
    out, err = there.communicate(timeout=100)
    t.need(there.returncode == 0, 'the other agency receives it',
           err.decode())
    return out.decode().split()


came = received()
out, err = second.communicate(timeout=100)
work.join()
t.need(second.returncode == 0, 'begun again, it sends the letter',
       err.decode())
lines = out.decode().splitlines()
paper = lines[-1]
t.equal(lines[0].split('\t')[:2], ['H99.31', 'registered'],
        'and sees it taken')
mine = papers(people.officer)
t.equal([p['id'] for p in mine], [paper], 'one paper, whatever was repeated')
t.equal(mine[0]['number']['value'], 1, 'with one number')
with open(os.path.join(state, 'skhcn-system', paper + '.pdf'), 'rb') as f:
    sent = f.read()
t.equal(sent, people.officer.content(paper), 'the file is there, signed')
t.all_passed(sent, province, 2, 'every signature TOTAL-PASSED')
theirs = people.their_clerk.paper(came[0])
t.equal((len(came), theirs['state'], theirs['arrival']['value']),
        (1, 'finished', 1), 'the other agency has it, numbered and finished')
t.until(lambda: people.officer.get('/v1/papers/%s/deliveries' % paper).json[
    'deliveries'][0]['status']['code'] == '06', 'the sender is told 06')
receipts = os.path.join(state, 'skhcn-system', 'receipts')
for name in sorted(os.listdir(receipts)):
    with open(os.path.join(receipts, name), 'rb') as f:
        t.receipt_holds(f.read(), 'receipt %s verifies' % name)
again = system('anmau-system', 'receive')
t.equal((again.communicate(timeout=60)[0], again.returncode), (b'', 0),
        'asked again, nothing waits')

# --- with tokens where the system runs ---

signer = os.path.join(t.scratch(), 'signer')
with open(signer, 'w', encoding='ascii') as f:
    f.write('''#!/bin/sh
set -e
key() { [ "$1" = sign ] && echo skhcn-leader || echo skhcn-seal; }
cd '%s'
if [ "$1" = cert ]; then
	openssl x509 -in keys/$(key $2).pem -outform DER
	exit
fi
t=$(mktemp)
cat >"$t"
k=$(key $1)
openssl pkcs12 -in keys/$k.p12 -passin file:pins/$k -nodes -nocerts 2>/dev/null |
    openssl dgst -sha256 -sign /dev/stdin "$t"
rm "$t"
''' % province.dir)
os.chmod(signer, 0o755)
third = system('skhcn-system', 'send', letter, 'V/v ký hai bước', 'H99.31',
               VANTHU_SIGNER=signer)
mine = t.until(lambda: papers(people.leader, state='submitted'),
               'another paper comes to the leader')[0]['id']
main = people.leader.paper(mine)['parts'][0]['sha256']
people.leader.need(people.leader.act(mine, 'approve', main=main))
t.until(lambda: people.clerk.paper(mine)['state'] == 'sealed',
        'signed and sealed in two steps')
os.killpg(third.pid, signal.SIGKILL)
third.communicate()
people.clerk.need(people.clerk.act(mine, 'issue'))
fourth = system('skhcn-system', 'send', letter, 'V/v ký hai bước', 'H99.31',
                VANTHU_SIGNER=signer)
received()
out, err = fourth.communicate(timeout=100)
t.need(fourth.returncode == 0, 'begun again, it is sent', err.decode())
t.equal(out.decode().splitlines()[-1], mine, 'the same paper')
t.all_passed(people.officer.content(mine), province, 2,
             'both signatures TOTAL-PASSED')
t.equal([p['number']['value'] for p in papers(people.officer)], [2, 1],
        'two papers, two numbers')

# --- killed while it waits for the answer, and while it receives ---


def issued_letter(subject):
    """The script has sent it and follows what becomes of it."""
    run = system('skhcn-system', 'send', letter, subject, 'H99.31')
    people_work()
    return run


fifth = issued_letter('V/v thư thứ ba')
t.until(lambda: len(papers(people.their_clerk, state='waiting')) == 1 and
        len([f for f in os.listdir(os.path.join(state, 'skhcn-system'))
             if f.endswith('.pdf')]) == 3, 'it has its file and follows')
os.killpg(fifth.pid, signal.SIGKILL)
fifth.communicate()
sixth = system('skhcn-system', 'send', letter, 'V/v thư thứ ba', 'H99.31')
seventh = issued_letter('V/v thư thứ tư')
waiting = t.until(lambda: len(papers(people.their_clerk, state='waiting')) ==
                  2 and papers(people.their_clerk, state='waiting'),
                  'two wait at the other agency')
killed = system('anmau-system', 'receive', VANTHU_PAGE='1')
t.until(lambda: len(papers(people.their_clerk, state='waiting')) < 2,
        'it is at the first of them')
os.killpg(killed.pid, signal.SIGKILL)
killed.communicate()
again = system('anmau-system', 'receive', VANTHU_PAGE='1')
out, err = again.communicate(timeout=100)
t.need(again.returncode == 0, 'begun again', err.decode())
t.equal([people.their_clerk.paper(p['id'])['state'] for p in waiting],
        ['finished'] * 2, 'both are finished')
for run, what in ((sixth, 'killed while it followed'), (seventh, 'not killed')):
    out, err = run.communicate(timeout=100)
    t.need(run.returncode == 0, 'sent, ' + what, err.decode())
t.equal([p['number']['value'] for p in papers(people.officer)], [4, 3, 2, 1],
        'four papers, four numbers')
server.stop()
t.check_clean(province)
t.done()
