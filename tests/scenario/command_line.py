#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: exit statuses 0-4, 64, 65, 66, 69, 77, with JSON; the
same verdict as the validation route; what is signed keeps its bytes."""
import json
import os
import tarfile

import harness as t

province = t.Province()
d = t.scratch()
plain_data = t.letter_pdf('--no-fields')


def write(name, data):
    return t.put(os.path.join(d, name), data)


def fails(name, status, code, *args, says=''):
    """A command fails with a status and code; JSON on request, else words,
    `says` among them."""
    r = t.vanthu(*args, '--json')
    try:
        e = json.loads(r.stdout)['error']
        good = (r.returncode == status and e['code'] == code
                and e['exit_status'] == status and e['vi'] and e['en']
                and e['vi'] != e['en'])
    except (ValueError, KeyError):
        good = False
    t.ok(good, '%s: exit %d, %s' % (name, status, code), 'exit %d\n%s%s' % (
        r.returncode, r.stdout.decode(), r.stderr.decode()))
    for lang in ('vi', 'en'):
        r = t.vanthu(*args, '--lang', lang)
        t.ok(r.returncode == status and r.stderr and not r.stdout
             and says in r.stderr.decode()
             and (not good or e[lang] in r.stderr.decode()),
             '%s: said in %s on standard error' % (name, lang),
             r.stdout.decode() + r.stderr.decode())


def verdict(name, status, overall, path, *more):
    got, v = t.verdict(path, *more)
    t.ok(got == status and v.get('overall') == overall,
         '%s: exit %d, %s' % (name, status, overall),
         'exit %d: %s' % (got, json.dumps(v, ensure_ascii=False)))
    return v


plain = write('plain.pdf', plain_data)
signed = os.path.join(d, 'signed.pdf')
twice = os.path.join(d, 'twice.pdf')
KEY = ['--key', 'file:' + province.path('keys', 'skhcn-leader.p12'),
       '--pin-file', province.path('pins', 'skhcn-leader')]
PLACE = ['--page', '1', '--rect', '330,120,150,70']
ANCHORS = ['--anchors', province.anchors]

# --- sign ---

r = t.vanthu('sign', plain, '-o', signed, *KEY, *PLACE, '--image',
             province.path('keys', 'skhcn-leader.png'), '--reason',
             'Phê duyệt', '--json')
t.need(r.returncode == 0 and json.loads(r.stdout)['level'] == 'B-B',
       'sign', r.stdout.decode() + r.stderr.decode())
t.ok(t.read(signed).startswith(plain_data), 'the original is its prefix')
r = t.vanthu('sign', signed, '-o', twice, '--key',
             'file:' + province.path('keys', 'skhcn-seal.p12'), '--pin-file',
             province.path('pins', 'skhcn-seal'), '--page', '1', '--rect',
             '60,120,100,100')
t.ok(r.returncode == 0 and t.read(twice).startswith(t.read(signed)),
     'sign again: the first signed file is the prefix', r.stderr.decode())

# --- verify: 0 to 4 ---

v = verdict('one signature', 0, 'TOTAL-PASSED', signed, *ANCHORS)
s = v['signatures'][0]
t.ok(s['indication'] == 'TOTAL-PASSED' and s['coverage'] == 'whole-file'
     and 'Nguyễn Thị Minh Mẫu' in json.dumps(s, ensure_ascii=False),
     'it covers the file, and names the signer', s)
for member in ('indication', 'sub_indication', 'format', 'level', 'signer',
               'coverage', 'reasons'):
    t.ok(member in s, 'a signature has "%s"' % member, s)
tampered = bytearray(t.read(signed))
at = tampered.index(b'stream') + 20
tampered[at] ^= 1
verdict('a changed byte', 1, 'TOTAL-FAILED',
        write('tampered.pdf', bytes(tampered)), *ANCHORS)
verdict('no anchors', 2, 'INDETERMINATE', signed)
verdict('offline', 2, 'INDETERMINATE', signed, '--offline', *ANCHORS)
verdict('before the certificate was valid', 2, 'INDETERMINATE', signed,
        '--at', '2020-01-01T00:00:00Z', *ANCHORS)
verdict('no signature', 3, 'NO-SIGNATURE', plain, *ANCHORS)
verdict('not a PDF', 4, 'NOT-READABLE', write('text.pdf', b'hello\n'),
        *ANCHORS)
verdict('an empty file', 4, 'NOT-READABLE', write('empty.pdf', b''),
        *ANCHORS)
# A signature added without a laid field: another change after the first, of
# a kind that is not judged yet. It must not pass as if nothing were.
got, v = t.verdict(twice, *ANCHORS)
t.ok(got in (0, 2) and len(v['signatures']) == 2
     and v['signatures'][1]['indication'] == 'TOTAL-PASSED',
     'a field of its own after the first signature: the last one passes', v)

# --- the route answers the same ---

server = t.Server(province)
clerk = server.client('skhcn-clerk')


def without_times(v):
    return {k: x for k, x in v.items() if k not in ('at', 'time', 'judged_at')}


a = clerk.ask('POST', '/v1/validations', t.read(signed),
              {'Idempotency-Key': t.new_key(), 'Content-Type': t.PDF})
t.equal(without_times(a.json),
        without_times(t.verdict(signed, *ANCHORS)[1]),
        'the validation route says what the command says')

# --- 64, 65, 66, 69, 77 ---

fails('no such option', 64, 'usage', 'verify', plain, '--colour')
fails('no operand', 64, 'usage', 'verify')
fails('too many operands', 64, 'usage', 'check', 'a', 'b')
fails('sign without a key', 64, 'usage', 'sign', plain, '-o', signed)
fails('half a place', 64, 'usage', 'sign', plain, '-o', signed, '--page',
      '1', *KEY)
fails('the output is the input', 64, 'usage', 'sign', plain, '-o', plain,
      *KEY)
fails('no such file', 66, 'no-input', 'verify', os.path.join(d, 'none.pdf'))
for command in (('check',), ('serve',), ('sandbox',)):
    fails('no such data directory', 66, 'no-input', *command,
          os.path.join(d, 'none'), says=os.path.join(d, 'none') + ': ')
fails('a directory without a store', 66, 'no-input', 'check', d,
      says=d + ': no data directory; `vanthu init` makes one')
fails('four empty fields', 64, 'usage', 'sign',
      write('laid.pdf', t.letter_pdf()), '-o', os.path.join(d, 'x.pdf'), *KEY,
      says='vt_leader, vt_seal): name one with --field')
fails('a directory', 66, 'no-input', 'verify', d)
fails('no such key', 66, 'no-input', 'sign', plain, '-o',
      os.path.join(d, 'x.pdf'), '--key', 'file:' + os.path.join(d, 'none'),
      '--pin-file', KEY[3], *PLACE)
fails('a key that is none', 65, 'key-format', 'sign', plain, '-o',
      os.path.join(d, 'x.pdf'), '--key', 'file:' + plain, '--pin-file',
      KEY[3], *PLACE)
fails('a wrong PIN', 77, 'pin-wrong', 'sign', plain, '-o',
      os.path.join(d, 'x.pdf'), *KEY[:2], '--pin-file',
      province.path('pins', 'skhcn-clerk'), *PLACE)
fails('signing what is no PDF', 65, 'not-pdf', 'sign',
      os.path.join(d, 'text.pdf'), '-o', os.path.join(d, 'x.pdf'), *KEY,
      *PLACE)
fails('no such field', 65, 'pdf-no-field', 'sign', plain, '-o',
      os.path.join(d, 'x.pdf'), *KEY, '--field', 'Khong.Co')
fails('a letter without its text', 65, 'invalid', 'render', 'letter',
      write('empty.json', b'{}'), '-o', os.path.join(d, 'x.pdf'))
fails('a receipt that is none', 65, 'syntax', 'receipt', plain)
fails('a data directory in use', 69, 'store-in-use', 'serve', province.store,
      '--listen', '127.0.0.1:0')
fails('a proxy by its name', 64, 'usage', 'serve', province.store,
      '--trusted-proxy', 'localhost')
# --- init takes a province whole or not at all ---


def person(name, **more):
    return {'name': name, 'roles': ['clerk'], **more}


def made_of(name, last):
    """Its file: one agency that is right, and one whose last person may not
    be."""
    return write(name + '.json', json.dumps({'agencies': [
        {'code': 'H99.1', 'name': 'A', 'people': [
            person('One', login='one', password='a long pass phrase 1')]},
        {'code': 'H99.2', 'name': 'B', 'people': [person('Two'), last]},
    ]}).encode())


INIT = ['init', os.path.join(d, 'new'), '--domain', 'init.test', '--province']
for name, status, code, last in (
        ('a role', 65, 'syntax', person('X', roles=['king'])),
        ('no name', 65, 'syntax', person('')),
        ('a certificate', 66, 'no-input', person('X', certificates=['none'])),
        ('a token', 65, 'invalid', person('X', token='short')),
        ('a password', 65, 'password-weak',
         person('X', login='two', password='x')),
        ('a login name', 65, 'exists',
         person('X', login='one', password='a long pass phrase 2'))):
    fails('init: ' + name, status, code, *INIT, made_of('bad', last))
    t.ok(not os.path.exists(INIT[1]), 'init: ' + name + ': nothing is there')
r = t.vanthu(*INIT, made_of('good', person('Three')), '--json')
t.equal((r.returncode, json.loads(r.stdout or b'{}').get('people')), (0, 3),
        'the mended file is taken')

# --- what is not there yet is added later ---


def province_of(name, *people):
    return write(name + '.json', json.dumps({'agencies': [
        {'code': 'H99.2', 'name': 'B', 'people': list(people)}]}).encode())


def adds(name, people, there, *entries):
    r = t.vanthu('province', INIT[1], province_of('later', *entries), '--json')
    said = json.loads(r.stdout or b'{}')
    t.ok((r.returncode, said.get('people'), said.get('there'))
         == (0, people, there), 'province: ' + name,
         r.stdout.decode() + r.stderr.decode())


def logins():
    r = t.vanthu('user', 'list', INIT[1])
    return sorted(line.split()[2] for line in r.stdout.decode().splitlines()
                  if ' H99.2 ' in line)


PASS = 'a long pass phrase 3'
ann = person('Ann', login='Ann.Lee', password=PASS)
adds('a login name with capitals', 1, 0, ann)
adds('and again', 0, 1, ann)
t.equal(logins(), ['-', '-', 'ann.lee'], 'one account')
namesake = person('Bob')
weak = province_of('weak', person('Bob', login='bob', password='x'), namesake)
fails('province: cut off before the account', 65, 'password-weak', 'province',
      INIT[1], weak, says='Bob')
t.equal(logins(), ['-', '-', '-', 'ann.lee'], 'there without one')
both = [person('Bob', login='bob', password=PASS), namesake]
adds('the account is added, and his namesake', 1, 1, *both)
t.equal(logins(), ['-', '-', '-', 'ann.lee', 'bob'], 'both')
adds('both are there', 0, 2, *both)
adds('in whatever order', 0, 2, *reversed(both))
adds('the one with a login name is his', 1, 2, namesake, *reversed(both))
fails('province: somebody of another agency', 65, 'exists', 'province',
      INIT[1], province_of('one', person('Eve', login='one', password=PASS)),
      says='Eve')
t.equal(logins(), ['-', '-', '-', '-', 'ann.lee', 'bob'], 'nobody came')

t.ok(not os.path.exists(os.path.join(d, 'x.pdf'))
     and t.read(plain) == plain_data
     and not [n for n in os.listdir(d) if n.endswith('.part')],
     'what failed left no file behind', '\n'.join(os.listdir(d)))
server.stop()

# --- migrate: a store of the first release ---

old = os.path.join(d, 'format-1')
with tarfile.open(os.path.join(t.SOURCE, 'tests/golden/format-1.tar.gz')) as f:
    f.extractall(d)
BACKUP = ['--backup', os.path.join(d, 'place'), '--keys',
          os.path.join(d, 'place-keys')]
plan = json.loads(t.vanthu('migrate', old, '--check', '--json').stdout)
t.ok(plan['from'] == plan['to'] == 1 and plan['items'][0]['name'] == 'texts'
     and plan['items'][0]['rows'] > 0 and not plan['under_way'],
     'migrate --check says what is missing', plan)
fails('migrate: no backup', 64, 'usage', 'migrate', old, says='--no-backup')
fails('migrate: half a backup', 64, 'usage', 'migrate', old, *BACKUP[:2])
r = t.vanthu('migrate', old, *BACKUP, '--by', 'Nguyễn Văn Vận', '--json')
t.ok(r.returncode == 0 and json.loads(r.stdout) == {
    'rows': plan['items'][0]['rows'], 'agencies': 2, 'backup': 1,
    'findings': 0}, 'migrated, behind an increment',
     r.stdout.decode() + r.stderr.decode())
r = t.vanthu('migrate', old, *BACKUP, '--lang', 'vi')
t.ok(r.returncode == 0 and 'Không có gì' in r.stdout.decode()
     and os.listdir(os.path.join(d, 'place', 'manifests')) == ['0000000001'],
     'again: nothing to do, and no increment', r.stdout + r.stderr)
r = t.vanthu('check', old)
t.ok(r.returncode == 0 and b'clean' in r.stdout, 'check is clean', r.stdout)

# --- codes of others ---

def addresses(text, *more):
    global table
    table = write('reform.csv', text.encode())
    r = t.vanthu('addresses', INIT[1], table, '--json', *more)
    return r.returncode, json.loads(r.stdout)


REFORM = ('code,name,from,until,successor\n'
          'H98.55,Xã Mới,2025-07-01,,\nH98.31,Xã Cũ,,2025-06-30,H98.55\n')
status, a = addresses(REFORM, '--dry-run')
t.equal((status, a['added'], a['written']), (0, 2, False), 'a dry run')
t.equal(a['lines'][1], {
    'line': 3, 'what': 'added', 'code': 'H98.31',
    'detail': 'name: Xã Cũ; successor: H98.55; until: 2025-06-30'},
    'says what each line would do')
status, a = addresses(REFORM)
t.equal((status, a['added'], a['written']), (0, 2, True), 'written')
status, a = addresses(REFORM + 'H98.32,Xã Xưa,,,H98.99\n')
t.equal((status, a['same'], a['wrong'], a['written']), (1, 2, 1, False),
        'a line that is wrong: nothing is written, exit 1')
r = t.vanthu('addresses', INIT[1], table, '--lang', 'vi')
t.ok(r.returncode == 1 and 'dòng 4: H98.32: sai: successor' in
     r.stdout.decode() and 'chưa ghi gì' in r.stdout.decode(),
     'in words, which line', r.stdout + r.stderr)
fails('addresses: no table', 65, 'syntax', 'addresses', INIT[1], plain,
      says='address table')

# --- help ---

r = t.vanthu('--help')
t.ok(r.returncode == 0 and all(
    w in r.stdout.decode() for w in ('init', 'serve', 'sign', 'verify',
                                     'render', 'check')), '--help', r.stdout)
for command in ('init', 'serve', 'sign', 'verify', 'render', 'check',
                'receipt', 'merge', 'addresses'):
    r = t.vanthu(command, '--help')
    t.ok(r.returncode == 0 and command.encode() in r.stdout,
         command + ' --help', r.stdout + r.stderr)
t.equal(t.vanthu().returncode, 64, 'no command: exit 64')
fails('no such command', 64, 'usage', 'dance', says='vanthu: ')

# --- check finds what is wrong ---

t.check_clean(province)
t.done()
