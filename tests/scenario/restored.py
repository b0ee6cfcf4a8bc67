#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine is lost with what was done since the backup. Two people open a
new epoch of the ledger, say which numbers may have been given, and the store
writes again; what citizens hold of the lost days is still proved."""
import datetime
import os
import shutil

import harness as t

PROOF = os.path.join(t.BUILD, 'docstore', 'verifier', 'vanthu-proof')
CODE = 'H99.07'
province = t.Province()
work = t.scratch()
files = [('cong-van.pdf', t.PDF, t.letter_pdf('--no-fields'))]
place, keys = os.path.join(work, 'place'), os.path.join(work, 'keys')


def ledger(verb, store, *more):
    return t.vanthu('ledger', verb, store, CODE, *more)


def good(r, name):
    t.need(r.returncode == 0, name, (r.stdout + r.stderr).decode())
    return r.stdout


def kept(name, data):
    return t.put(os.path.join(work, name), data)


def proof_of(people, index):
    a = people.leader.get('/v1/receipts/%d/proof' % index)
    t.need(a.status == 200, 'the proof of act %d' % index, a)
    return a.body


def proved(path, key, name, *words):
    r = t.run(PROOF, 'check', path, '--log', key)
    out = (r.stdout + r.stderr).decode()
    t.ok(r.returncode == 0 and all(w in out for w in words), name, out)


# --- up to the backup, and the days after it ---

server = t.Server(province)
people = t.People(server)
people.walk(files)
two = [c.get('/v1/me').json['person']
       for c in (people.leader, people.their_leader)]
ours = [b['key'] for b in people.clerk.get('/v1/books').json['books']
        if b['authority'] == 'vanthu']
old_key = people.public.get('/v1/agencies/%s/log' % CODE).json['vkey']
good(t.vanthu('backup', province.store, place, '--keys', keys), 'a backup')
before = int(people.public.get(
    '/v1/agencies/%s/log/checkpoint' % CODE).body.split(b'\n')[1])
late = people.walk(files)
stated = datetime.datetime.now(datetime.timezone.utc)
t.equal(people.clerk.paper(late)['number']['value'], 2, 'number 2 was given')
checkpoint = people.public.get('/v1/agencies/%s/log/checkpoint' % CODE).body
size = int(checkpoint.split(b'\n')[1])
t.ok(size > before, 'the ledger grew since')
theirs = kept('citizen.tlog-proof', proof_of(people, size - 1))
shown = kept('checkpoint', checkpoint)
server.stop()

# --- the machine is lost ---

key_file = shutil.copy(os.path.join(province.store, 'store.key'), work)
shutil.rmtree(province.store)
good(t.vanthu('restore', province.store, place, '--keys', keys,
              '--store-key', key_file), 'restored')
persons = ['--person', two[0], '--second', two[1], '--asked', 'Sở Mẫu']
r = ledger('resume', province.store, *persons, shown)
t.ok(r.returncode != 0 and b'leaves %d to %d are missing' % (
    before, size - 1) in r.stdout + r.stderr,
    'what a citizen holds is missing: no writing',
    (r.stdout + r.stderr).decode())
r = ledger('epoch', province.store, '--person', two[0], '--second', two[0],
           '--asked', 'x', shown)
t.ok(r.returncode != 0, 'one person is not two')
opened = kept('epoch.tlog-proof', good(
    ledger('epoch', province.store, *persons, shown), 'two open an epoch'))
r = ledger('resume', province.store, *persons, shown)
t.ok(r.returncode != 0 and b'ledger numbers' in r.stdout + r.stderr,
     'not before the numbers are stated', (r.stdout + r.stderr).decode())
r = ledger('numbers', province.store, *persons, 'di')
t.equal(r.returncode, 64, 'a series without a number is no statement')
good(ledger('numbers', province.store, *persons,
            *['%s=%d' % (k, 2 if k == 'di' else 0) for k in ours]),
     'the numbers')
good(ledger('resume', province.store, *persons, shown), 'it writes again')

# --- and goes on ---

new_key = good(ledger('key', province.store), 'its key').decode().strip()
t.ok(new_key != old_key, 'the ledger has a new name')
t.equal(good(ledger('key', province.store, '--epoch', '1'),
             'the first').decode().strip(), old_key,
        'the old one is still told')
server = t.Server(province)
people = t.People(server)
t.equal(people.public.get('/healthz').status, 200, 'it is well')
third = people.walk(files)
t.equal(people.clerk.paper(third)['number']['value'], 3,
        'number 2 is not given again')
year = people.clerk.paper(third)['number']['period']
rows = people.clerk.need(people.clerk.get(
    '/v1/books/di/%d/register' % year)).json['rows']
t.equal([r['state'] for r in rows], ['paper', 'lost', 'paper'],
        'the register says that it is lost')
held = people.clerk.get('/v1/books/di').json['held']
t.equal([(h['value'], h['kind']) for h in held], [(2, 'lost')],
        'and until when: its paper turns up')
again = people.draft(files)
people.agree(again)
people.clerk.need(people.clerk.act(
    again, 'number', number='2', held='outage',
    stated_at=stated.isoformat(timespec='milliseconds')))
t.equal(people.clerk.paper(again)['number']['value'], 2, 'it turned up')
place_now = people.public.get('/v1/agencies/%s/log/checkpoint' % CODE).body
t.ok(place_now.startswith(new_key.split('+')[0].encode()),
     'the checkpoint is of the new ledger')
after = kept('after.tlog-proof', proof_of(people, before + 3))
server.stop()

# --- who witnessed the old ledger is told of the new one ---

witness = os.path.join(work, 'witness')
good(t.vanthu('init', witness, '--domain', 'kho.example'), 'their node')
good(t.vanthu('sandbox', witness), 'with an agency')
good(t.vanthu('witness', 'we', witness, 'Kho lưu trữ'), 'run by an archive')
r = t.vanthu('witness', 'epoch', witness, opened)
t.ok(r.returncode != 0, 'a ledger that it does not cosign is none of its')
good(t.vanthu('witness', 'add', witness, old_key, '--operator', 'Sở Mẫu'),
     'it cosigns the old one')
r = t.vanthu('witness', 'epoch', witness, after)
t.ok(r.returncode != 0 and b'opens an epoch' in r.stdout + r.stderr,
     'another act opens nothing', (r.stdout + r.stderr).decode())
t.equal(good(t.vanthu('witness', 'epoch', witness, opened),
             'the first leaf does').decode().strip(), new_key + '=Sở Mẫu',
        'run by whom the old one was')
proved(theirs, old_key, 'a citizen still proves what the store has lost')
proved(opened, new_key, 'the first leaf says what was before',
       old_key.split('+')[0], '%d – %d' % (before, size - 1), 'epoch')
proved(after, new_key, 'what is done now is proved in the new ledger')
t.check_clean(province)
t.done()
