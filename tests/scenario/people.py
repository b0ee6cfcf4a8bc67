#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""People come, change and go, and an agency gets a code: by the operator at the
machine, and by administrators over HTTP, where rights wait for a second
person. What was done under a post stays so."""
import base64
import datetime
import json
import os
import subprocess

import harness as t

PASSWORD = 'một mật khẩu rất dài'
province = t.Province()
folder = t.scratch()


def at(name):
    return os.path.join(folder, name)


def operator(*args, status=0, name=None):
    r = t.vanthu(*args)
    t.ok(r.returncode == status, name or " ".join(args[:2]), r.stderr.decode())
    return r


def refused(code, name, *args):
    r = t.vanthu(*args, '--json')
    t.equal(json.loads(r.stdout or b'{"error":{"code":"none"}}')['error']
            ['code'], code, name)


def shown(who):
    return json.loads(t.vanthu('person', 'show', province.store, who).stdout)


def certificate(name):
    subprocess.run(
        ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
         'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj',
         '/CN=' + name, '-keyout', at(name + '.key'), '-out',
         at(name + '.pem')], check=True, capture_output=True)
    der = subprocess.run(['openssl', 'x509', '-in', at(name + '.pem'),
                          '-outform', 'DER'], check=True, capture_output=True)
    return base64.b64encode(der.stdout).decode()


def day(plus):
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7)))
    return (now + datetime.timedelta(days=plus)).strftime('%Y-%m-%d')


# --- the operator, before the server has the store ---

new = operator('person', 'add', province.store, '--agency', 'H99.07',
               '--name', 'Ngô Thị Mới', '--position', 'Chuyên viên',
               '--roles', 'officer,clerk', '--email', 'moi@example',
               name='person add').stdout.decode().strip()
certificate('old')
operator('person', 'cert', province.store, new, '--cert', at('old.pem'))
refused('exists', 'the same certificate twice', 'person', 'cert',
        province.store, new, '--cert', at('old.pem'))
refused('key-format', 'what is no certificate', 'person', 'cert',
        province.store, new, '--cert', at('old.key'))
operator('person', 'rename', province.store, new, '--name', 'Ngô Thị Mai')
operator('person', 'contact', province.store, new, '--phone', '+84 24 1')
operator('person', 'key', province.store, new, '--key', 'file:mai.p12')
operator('person', 'post', province.store, new, '--position', 'Phó phòng',
         '--roles', 'officer', '--from', day(3), '--until', day(9))
operator('person', 'end-post', province.store, new, '--post', '2', '--until',
         day(5))
refused('invalid', 'a post in the past', 'person', 'post', province.store, new,
        '--position', 'x', '--roles', 'officer', '--from', '2020-01-01')
refused('usage', 'a role that is none', 'person', 'post', province.store, new,
        '--position', 'x', '--roles', 'officer,king')
refused('invalid', 'programs are clients', 'person', 'post', province.store,
        new, '--position', 'x', '--roles', 'system')
refused('not-found', 'a post that is none', 'person', 'end-post',
        province.store, new, '--post', '7')
mai = shown(new)
t.equal((mai['name'], mai['phone'], mai['email'], mai['key']),
        ('Ngô Thị Mai', '+84 24 1', 'moi@example', 'file:mai.p12'), 'as said')
t.equal([p['position'] for p in mai['posts']], ['Chuyên viên', 'Phó phòng'],
        'both posts')
t.equal(mai['posts'][1]['until'], day(6) + 'T00:00:00+07:00',
        'the last day counts')
operator('person', 'end-cert', province.store, new, '--cert', at('old.pem'))

operator('agency', 'add', province.store, 'H99.55', '--name', 'UBND xã Mới',
         '--short', 'UBND', '--place', 'Xã Mới')
refused('exists', 'a code once', 'agency', 'add', province.store, 'H99.55',
        '--name', 'x')
operator('agency', 'name', province.store, 'H99.55', '--code', 'H99.56',
         '--from', day(2))
operator('agency', 'name', province.store, 'H99.07', '--code', 'H99.77',
         '--name', 'Sở Khoa học, Công nghệ và Chuyển đổi số')
refused('exists', 'another agency\'s code', 'agency', 'name', province.store,
        'H99.77', '--code', 'H99.31')
refused('invalid', 'a code in the past', 'agency', 'name', province.store,
        'H99.77', '--code', 'H99.78', '--from', '2020-01-01')
operator('agency', 'cert', province.store, 'H99.55', '--cert', at('old.pem'))
operator('agency', 'key', province.store, 'H99.55', '--key', 'file:moi.p12')
one = json.loads(operator('agency', 'show', province.store,
                          'H99.56').stdout)
t.equal((one['code'], len(one['names']), len(one['certificates']), one['key']),
        ('H99.55', 2, 1, 'file:moi.p12'), 'the code to come leads to it')
operator('agency', 'end-cert', province.store, 'H99.55', '--cert',
         at('old.pem'))
t.put(at('more.json'), json.dumps({'agencies': [
    {'code': 'H99.55', 'name': 'UBND xã Mới', 'people': [
        {'name': 'Vũ Thị Quản', 'position': 'Chuyên viên',
         'roles': ['administrator'], 'login': 'moi.quan',
         'password': PASSWORD}]},
    {'code': 'H99.57', 'name': 'UBND xã Khác', 'people': []}]}))
for wanted in ({'agencies': 1, 'people': 1, 'there': 0},
               {'agencies': 0, 'people': 0, 'there': 1}):
    got = json.loads(operator('province', province.store, at('more.json'),
                              '--json', name='province').stdout)
    got.pop('directory')
    t.equal(got, wanted, 'what is not there yet is added')
quan = next(line.split()[0] for line in t.vanthu(
    'user', 'list', province.store).stdout.decode().splitlines()
            if 'Vũ Thị Quản' in line)
refused('last-administrator', 'the last administrator stays', 'person', 'end',
        province.store, quan)

# --- administrators ---

server = t.Server(province)
people = t.People(server)
admin, leader, officer = (server.client('skhcn-' + x)
                          for x in ('admin', 'leader', 'officer'))
public = server.client()
here = admin.get('/v1/me').json
t.equal(here['agency']['code'], 'H99.77', 'the agency is called anew')
t.equal(leader.get('/v1/agencies/H99.07').json['code'], 'H99.77',
        'and found by its old code')

paper = people.walk([("l.pdf", "application/pdf", t.letter_pdf())])
signer = leader.get('/v1/me').json

key = t.new_key()
body = {'name': 'Đỗ Thị Ký', 'position': 'Phó Giám đốc', 'roles': ['leader']}
first = admin.post('/v1/people', body, key)
t.equal(first.status, 201, 'somebody comes')
t.equal(admin.post('/v1/people', body, key).json, first.json, 'once')
who = '/v1/people/' + first.json['id']
t.refused(officer.post('/v1/people', body), 403, 'forbidden',
          'an officer lets nobody in')
t.refused(admin.post('/v1/people', dict(body, roles=['system'])), 422,
          'field-value', 'a program is a client')
got = admin.get(who).json
t.need('roles' in got, 'read', got)
t.ok(got['roles'] == [] and got['posts'][0]['waits'], 'the post waits', got)


def act(client, path=None, **body):
    return client.post((path or who) + '/acts', body)


t.refused(act(admin, act='confirm', post=1), 403, 'forbidden',
          'who asked does not confirm')
t.equal(act(leader, act='confirm', post=1).status, 204, 'the leader does')
t.equal(admin.get(who).json['roles'], ['leader'], 'it counts')
t.equal(act(admin, act='contact', email='ky@example').status, 204, 'contact')
t.equal(act(admin, act='rename', name='Đỗ Thị Ký Tên').status, 204, 'rename')
t.equal(act(admin, act='add_certificate',
            certificate=certificate('new')).status, 204, 'a certificate')
got = admin.get(who).json
t.ok(got['certificates'] == [] and len(got['waiting']) == 1, 'waits', got)
sha = got['waiting'][0]
t.equal(act(leader, act='confirm', sha256=sha).status, 204, 'is confirmed')
t.equal(admin.get(who).json['certificates'], [sha], 'and bound')
t.equal(act(admin, act='end_certificate', sha256=sha).status, 204, 'ends')
t.refused(act(admin, act='end_certificate', sha256=sha), 404, 'not-found',
          'once')
t.refused(act(leader, act='rename', name='x'), 403, 'forbidden',
          'a leader confirms, and changes nothing')
t.refused(act(server.client('anmau-leader'), act='confirm', post=1), 404,
          'not-found', 'another agency\'s are as absent')

# --- posts: what was done under one stays so ---

me = '/v1/people/' + signer['person']
t.equal(act(admin, me, act='add_post', position='Phó Chủ tịch', unit='UBND',
            roles=['leader']).status, 204, 'the signer gets another post')
t.refused(act(leader, me, act='confirm', post=2), 403, 'forbidden',
          'and does not confirm it himself')
account = admin.post('/v1/accounts', {'login': 'ky.ten', 'person':
                                      first.json['id'], 'password': PASSWORD})
t.equal(account.status, 201, 'the new leader gets an account')
session = public.ask('POST', '/v1/sessions', {'login': 'ky.ten', 'password': PASSWORD})
own = t.Client(server.port, session.json['token'])
again = own.post('/v1/me/password', {'old': PASSWORD,
                                     'new': PASSWORD + '!'})
t.ok(again.status in (200, 204), 'changes the password', again)
t.equal(act(own, me, act='confirm', post=2).status, 204,
        'the new leader confirms')
t.equal(act(admin, me, act='end_post', post=1).status, 204, 'the old one ends')
t.equal(leader.get('/v1/me').json['position'], 'Phó Chủ tịch', 'he is that now')
t.refused(act(admin, me, act='end_post', post=1), 409, 'out-of-order',
          'an end is an end')
server.stop()

# --- somebody leaves ---

server = t.Server(province)
admin, leader = (server.client('skhcn-' + x) for x in ('admin', 'leader'))
public = server.client()
own = t.Client(server.port, public.ask('POST', '/v1/sessions', {
    'login': 'ky.ten', 'password': PASSWORD + '!'}).json['token'])
t.equal(own.get('/v1/me').status, 200, 'signed in')
key = t.new_key()
for name in ('leaves', 'asked again'):
    t.equal(admin.post(who + '/acts', {'act': 'end'}, key).status, 204, name)
t.equal(own.get('/v1/me').status, 401, 'the session is over')
t.refused(public.ask('POST', '/v1/sessions', {
    'login': 'ky.ten', 'password': PASSWORD + '!'}), 403, 'account-locked',
          'and no other begins')
t.ok(admin.get('/v1/accounts/ky.ten').json['locked'], 'the account is locked')
t.ok(not admin.get(who).json['active'], 'who it was stays to be read')
t.refused(act(admin, act='rename', name='x'), 404, 'not-found',
          'and stays as it was')
t.refused(act(admin, '/v1/people/' + here['person'], act='end'), 409,
          'last-administrator', 'the last administrator stays')
t.equal(leader.get('/v1/papers/' + paper).status, 200, 'papers are there')
server.stop()
t.check_clean(province)
t.done()
