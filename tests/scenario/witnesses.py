#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two servers of two operators cosign each other's ledgers over HTTP. A proof
says that it is witnessed by an outsider; a data directory that was put back is
noticed, by what stands beside it and by the witness alone; a history that was
written anew is refused."""
import os
import shutil

import harness as t

PROOF = os.path.join(t.BUILD, 'docstore', 'verifier', 'vanthu-proof')
OURS, THEIRS = 'Sở Mẫu', 'UBND xã An Mẫu'
province = t.Province()
work = t.scratch()
files = [('cong-van.pdf', t.PDF, t.letter_pdf('--no-fields'))]
store_a = province.store_of('skhcn', os.path.join(work, 'a'))
store_b = province.store_of('anmau', os.path.join(work, 'b'))
port_a, port_b = t.free_port(), t.free_port()
beside = store_a + '.ledgers'


def good(*args):
    r = t.vanthu(*args)
    t.need(r.returncode == 0, ' '.join(args[:2]),
           (r.stdout + r.stderr).decode())
    return r.stdout.decode().strip()


def ask_now():
    """Told again who the witness is, the server asks it as it starts."""
    good('witness', 'add', store_a, cosigner_b, '--operator', THEIRS, '--url',
         'http://127.0.0.1:%d' % port_b)


def serve_a():
    return t.Server(province, store_a, port_a)


def draft(server):
    c = server.client('skhcn-officer')
    return c.need(c.register(files, t.letter_meta())).json['paper']


def health(server):
    return server.client().get('/healthz').json


def size(server, code='H99.07'):
    return int(server.client().get('/v1/agencies/%s/log/checkpoint' % code)
               .body.split(b'\n')[1])


def proof(path, *more):
    r = t.run(PROOF, 'check', path, *more)
    return r.returncode, (r.stdout + r.stderr).decode()


def kept():
    """How far the file beside the store has our ledger."""
    origin = log_a.split('+')[0].encode() + b'\n'
    return int(t.read(beside).split(origin, 1)[1].split(b'\n', 1)[0])


def no_writing(server, word, name):
    h = t.until(lambda: health(server).get('status') == 'store-restored' and
                health(server), name)
    t.ok(word in h.get('reason', ''), name + ': and by what it is known', h)
    c = server.client('skhcn-officer')
    t.refused(c.upload(files[0][2]), 503, 'store-restored',
              name + ': nothing is taken')


# --- who knows whom ---

log_a = good('ledger', 'key', store_a, 'H99.07')
log_b = good('ledger', 'key', store_b, 'H99.31')
good('witness', 'we', store_a, OURS)
good('witness', 'we', store_b, THEIRS)
cosigner_a = good('witness', 'key', store_a).split('=')[0]
cosigner_b = good('witness', 'key', store_b).split('=')[0]
good('witness', 'add', store_b, log_a, '--operator', OURS)
good('witness', 'add', store_a, log_b, '--operator', THEIRS)
good('witness', 'add', store_b, cosigner_a, '--operator', OURS, '--url',
     'http://127.0.0.1:%d' % port_a)
a = serve_a()
draft(a)
index = size(a) - 1
a.stop()
ask_now()
b = t.Server(province, store_b, port_b)
a = serve_a()

# --- each the other's witness ---

t.until(lambda: health(a)['cosigned_at'], 'their server cosigns our ledger')
t.ok(not health(a)['ledger_refused'], 'and refuses nothing')
bundle = a.client('skhcn-leader').get('/v1/receipts/%d/proof' % index)
t.need(bundle.status == 200, 'the proof of an act', bundle)
path = t.put(os.path.join(work, 'act.tlog-proof'), bundle.body)
who = ['--log', '%s=%s' % (log_a, OURS), '--cosigner',
       '%s=%s' % (cosigner_b, THEIRS)]
status, said = proof(path, *who, '--need', '1')
t.ok(status == 0 and 'witnessed by 1 outsider' in said,
     'the proof is witnessed by an outsider', said)
status, said = proof(path, '--log', '%s=%s' % (log_a, THEIRS), *who[2:],
                     '--need', '1')
t.equal(status, 2, 'who runs both is no outsider')
spoilt = bytearray(bundle.body)
at = bundle.body.index(b'index ')
spoilt[at + 8] ^= 1
status, said = proof(t.put(os.path.join(work, 'spoilt'), bytes(spoilt)), *who)
t.equal(status, 1, 'a proof that was changed is none')
b.stop()
good('witness', 'add', store_b, cosigner_a, '--operator', OURS, '--url',
     'http://127.0.0.1:%d' % port_a)
b = t.Server(province, store_b, port_b)
t.until(lambda: health(b)['cosigned_at'], 'we cosign theirs')
before = size(a)
a.stop()

# --- a snapshot of the machine is put back ---

snapshot = shutil.copytree(store_a, os.path.join(work, 'snapshot'))
t.ok(os.path.exists(beside), 'what was cosigned stands beside the store')
a = serve_a()
for _ in range(3):
    draft(a)
a.stop()
ask_now()
a = serve_a()
t.until(lambda: kept() > before, 'they have seen it grow')
seen = kept()
a.stop()


def put_back():
    shutil.rmtree(store_a)
    shutil.copytree(snapshot, store_a)


put_back()
a = serve_a()
no_writing(a, 'beside the data directory', 'a snapshot, at once')
a.stop()
put_back()
os.unlink(beside)
ask_now()
a = serve_a()
no_writing(a, 'witness', 'without that the witness tells')
t.ok(size(a) < seen, 'it is shorter than what was seen')
two = [a.client('skhcn-' + x).get('/v1/me').json['person']
       for x in ('leader', 'admin')]
a.stop()
r = t.vanthu('ledger', 'resume', store_a, 'H99.07', '--person', two[0],
             '--second', two[1], '--asked', 'không ai', '--allow-private-fetch')
t.ok(r.returncode != 0 and b'has seen %d leaves' % seen in
     r.stdout + r.stderr and cosigner_b.split('+')[0].encode() in r.stderr,
     'two people ask the witness, and hear it', (r.stdout + r.stderr).decode())
b.stop()
r = t.vanthu('ledger', 'resume', store_a, 'H99.07', '--person', two[0],
             '--second', two[1], '--asked', 'không ai', '--allow-private-fetch')
t.ok(r.returncode == 0 and 'không trả lời' in r.stderr.decode(),
     'one that does not answer is named', (r.stdout + r.stderr).decode())

# --- and written on where nobody looks: another history ---

put_back()
a = serve_a()
while size(a) <= seen:
    draft(a)
a.stop()
ask_now()
b = t.Server(province, store_b, port_b)
a = serve_a()
t.until(lambda: health(a)['ledger_refused'], 'the witness refuses it')
t.until(lambda: health(b)['refuses_ledger'], 'and says so itself')
a.stop()
b.stop()
t.done()
