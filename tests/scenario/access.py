#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may, over HTTPS: accounts and sessions, programs by secret, assertion
and certificate, delegations used in a walk; each refusal by its code."""
import base64
import hashlib
import hmac
import http.client
import json
import os
import ssl
import struct
import subprocess
import time
import urllib.parse
import warnings

import harness as t

ISSUER = 'http://127.0.0.1:8480'
PASSWORD = 'một mật khẩu rất dài'


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def openssl(*args, data=None):
    return subprocess.run(['openssl', *args], input=data, capture_output=True,
                          check=True).stdout


# --- keys of the connection ---

folder = t.scratch()


def inside(name):
    return os.path.join(folder, name)


def write(name, text):
    return t.put(inside(name), text)


def certificate(name, use, ca=None, extra=''):
    """A key and a certificate: NAME.key, NAME.pem."""
    usage = '' if ca is None else 'extendedKeyUsage=%s\n' % use
    write(name + '.cnf', '[req]\ndistinguished_name=dn\nprompt=no\n[dn]\n'
          'CN=%s\n[ext]\nbasicConstraints=CA:%s\n%s%s\n' % (
              name, 'TRUE' if ca is None else 'FALSE', usage, extra))
    sign = [] if ca is None else ['-CA', inside(ca + '.pem'), '-CAkey',
                                  inside(ca + '.key')]
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt',
            'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-keyout',
            inside(name + '.key'), '-out', inside(name + '.pem'), '-config',
            inside(name + '.cnf'), '-extensions', 'ext', *sign)


certificate('ca', '')
certificate('stranger-ca', '')
certificate('server', 'serverAuth', 'ca',
            'subjectAltName=IP:127.0.0.1')
certificate('program', 'clientAuth', 'ca')
certificate('unknown', 'clientAuth', 'ca')
certificate('stranger', 'clientAuth', 'stranger-ca')


def patiently(ask):
    """What is open to anybody takes so many requests an hour of an address."""
    while True:
        a = ask()
        if a.status != 429 or b'from this address' not in a.body:
            return a
        time.sleep(1)


class Tls(t.Client):
    """The API over HTTPS; who: a certificate to show, or None."""

    def __init__(self, port, token=None, who=None):
        super().__init__(port, token, tls=t.trusting(inside('ca.pem'), *(
            inside(who + x) for x in ('.pem', '.key') if who)))

    def form(self, fields, headers=None):
        h = {'Content-Type': 'application/x-www-form-urlencoded'}
        h.update(headers or {})
        return patiently(lambda: self.ask(
            'POST', '/v1/token', urllib.parse.urlencode(fields).encode(), h))


province = t.Province()

# --- the operator, before the server has the store ---

listed = t.vanthu('user', 'list', province.store).stdout.decode()
ids, removed = {}, 0
for line in listed.splitlines():
    at, code, login, name = line.split(None, 3)
    ids[code, name] = at
    if login != '-':
        removed += t.vanthu('user', 'remove', province.store,
                            login).returncode
t.equal(removed, 0, 'user remove: the accounts of the demo')
officer_id = ids['H99.07', 'Trần Văn Thí']
clerk_id = ids['H99.07', 'Lê Thị Dụ']
t.ok(len(ids) > 8, 'user list: people and their ids', listed)
secret_file = write('password', PASSWORD + '\n')
made = t.vanthu('user', 'add', province.store, 'Clerk', '--person', clerk_id,
                '--own', '--password-file', secret_file)
t.equal(made.returncode, 0, 'user add')
made = t.vanthu('user', 'add', province.store, 'clerk', '--person',
                officer_id, '--password-file', secret_file, '--json')
t.equal(json.loads(made.stdout)['error']['code'], 'exists',
        'user add: the login name is taken')
made = t.vanthu('client', 'add', province.store, 'by-operator', '--agency',
                'H99.07', '--name', 'Một cửa', '--scopes', 'papers:read')
t.equal(made.returncode, 0, 'client add')
by_operator = json.loads(made.stdout)

server = t.Server(province, options=(
    '--tls-cert', inside('server.pem'), '--tls-key', inside('server.key'),
    '--client-ca', inside('ca.pem')))


def person(name):
    return Tls(server.port, province.token(name))


admin, leader = person('skhcn-admin'), person('skhcn-leader')
officer, system = person('skhcn-officer'), person('skhcn-system')
there, public = person('anmau-leader'), Tls(server.port)

# --- the connection itself ---

t.equal(public.get('/healthz').status, 200, 'HTTPS')
try:
    t.Client(server.port, None).get('/healthz')
    t.ok(False, 'plain HTTP is not answered')
except (http.client.HTTPException, OSError):
    t.ok(True, 'plain HTTP is not answered')
warnings.simplefilter('ignore', DeprecationWarning)  # it is asked for
old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
old.load_verify_locations(inside('ca.pem'))
old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
public_old = Tls(server.port)
public_old.tls = old
try:
    public_old.get('/healthz')
    t.ok(False, 'not by TLS 1.1')
except (ssl.SSLError, OSError):
    t.ok(True, 'not by TLS 1.1')

# --- accounts and sessions ---


def sign_in(login, password=PASSWORD, code=None, **more):
    body = {'login': login, 'password': password, **more}
    if code is not None:
        body['code'] = code
    return patiently(lambda: public.ask('POST', '/v1/sessions', body))


key = t.new_key()
body = {'login': 'officer', 'person': officer_id, 'password': PASSWORD}
first = admin.post('/v1/accounts', body, key)
t.equal(first.status, 201, 'an account')
again = admin.post('/v1/accounts', body, key)
t.ok(again.body == first.body and
     again.headers.get('idempotent-replayed') == 'true',
     'asked again, the same bytes', again)
t.refused(admin.post('/v1/accounts', dict(body, password=PASSWORD + '!'), key),
          422, 'idempotency-key-reused', 'another password is another request')
t.refused(admin.post('/v1/accounts', body), 409, 'exists', 'a second one')
t.refused(leader.post('/v1/accounts', body), 403, 'forbidden',
          'by a leader')
t.refused(admin.post('/v1/accounts', dict(body, login='x1y', password='abc')),
          422, 'password-weak', 'a short password')
t.refused(sign_in('officer', 'sai'), 401, 'sign-in-failed', 'wrong password')
t.refused(sign_in('nobody'), 401, 'sign-in-failed', 'no such name')
a = sign_in('officer')
t.equal(a.status, 201, 'signed in')
t.ok(a.json['must_change_password'] and a.json['person'] == officer_id,
     'as the officer, who is to change the password', a)
session = Tls(server.port, a.json['token'])
t.equal(session.get('/v1/me').json['name'], 'Trần Văn Thí',
        'the session is a bearer token')
second = Tls(server.port, sign_in('officer').json['token'])
t.refused(session.post('/v1/me/password', {'old': 'sai', 'new': PASSWORD}),
          401, 'sign-in-failed', 'a new password needs the old one')
new = 'mật khẩu của riêng tôi'
t.equal(session.post('/v1/me/password', {'old': PASSWORD, 'new': new}).status,
        204, 'a new password')
t.equal(session.get('/v1/me').status, 200, 'this session goes on')
t.refused(second.get('/v1/me'), 401, 'unauthenticated', 'the other ended')
t.refused(sign_in('officer'), 401, 'sign-in-failed', 'the old password')

# --- the second factor ---


def code_of(secret, at=None):
    raw = base64.b32decode(secret)
    step = int((time.time() if at is None else at) / 30)
    mac = hmac.new(raw, struct.pack('>Q', step), hashlib.sha1).digest()
    at = mac[19] & 15
    return '%06d' % ((struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff)
                     % 1000000)


def offered(password, code=''):
    # no key: a lost answer is asked for anew, and the offer before it is void
    return session.ask('POST', '/v1/me/second-factor',
                       {'password': password, 'code': code})


t.refused(session.ask('POST', '/v1/me/second-factor', {}), 422,
          'field-required', 'an open session alone')
t.refused(offered('sai'), 401, 'sign-in-failed', 'a wrong password')
offer = offered(new).json
t.refused(session.post('/v1/me/second-factor/confirmation',
                       {'code': '000000x'}),
          401, 'sign-in-failed', 'not a code of the new secret')
codes = session.post('/v1/me/second-factor/confirmation',
                     {'code': code_of(offer['secret'])})
t.equal(codes.status, 200, 'turned on')
t.refused(sign_in('officer', new), 401, 'second-factor-required',
          'the password alone')
t.refused(sign_in('officer', new, code_of(offer['secret'])), 401,
          'sign-in-failed', 'the code that turned it on')
code = code_of(offer['secret'], time.time() + 30)
t.equal(sign_in('officer', new, code).status, 201, 'with the code')
t.refused(sign_in('officer', new, code), 401, 'sign-in-failed',
          'a code counts once')
recovery = codes.json['recovery_codes'][0]
a = sign_in('officer', new, recovery)
t.equal(a.status, 201, 'a recovery code')
device = a.json['device']
t.refused(sign_in('officer', new, recovery), 401, 'sign-in-failed',
          'counts once')
t.refused(offered(new), 401, 'second-factor-required',
          'it is not replaced by the password alone')
t.equal(offered(new, codes.json['recovery_codes'][1]).status, 201,
        'but with a code of it')
about = admin.get('/v1/accounts/officer').json
t.ok(about['second_factor'] and about['recovery_codes_left'] == 8,
     'the administrator sees it', about)

# --- lockout ---

t.equal(admin.post('/v1/accounts/officer/acts', {'act': 'unlock'}).status,
        204, 'unlock forgets wrong attempts')
for _ in range(5):
    sign_in('officer', 'sai')
a = sign_in('officer', new, 'x')
t.refused(a, 429, 'too-many-requests', 'the sixth waits')
t.equal(a.headers.get('retry-after'), '1', 'and is told how long')
t.refused(sign_in('officer', new, device=device), 401,
          'second-factor-required', 'a device that is known does not wait')
t.equal(admin.post('/v1/accounts/officer/acts', {'act': 'unlock'}).status,
        204, 'unlocked')
t.equal(admin.post('/v1/accounts/officer/acts',
                   {'act': 'drop_second_factor'}).status, 204,
        'the second factor dropped')
session = Tls(server.port, sign_in('officer', new).json['token'])
t.equal(admin.post('/v1/accounts/officer/acts', {'act': 'lock'}).status, 204,
        'locked')
t.refused(session.get('/v1/me'), 401, 'unauthenticated', 'his session ended')
t.refused(sign_in('officer', new), 403, 'account-locked', 'and he is told')
t.equal(admin.post('/v1/accounts/officer/acts',
                   {'act': 'set_password', 'password': PASSWORD}).status, 204,
        'a password set')
t.equal(admin.post('/v1/accounts/officer/acts', {'act': 'unlock'}).status,
        204, 'unlocked')
session = Tls(server.port, sign_in('officer').json['token'])
t.equal(session.ask('DELETE', '/v1/sessions/current').status, 204,
        'signed out')
t.refused(session.get('/v1/me'), 401, 'unauthenticated', 'it has ended')
session = Tls(server.port, sign_in('officer').json['token'])
t.equal(session.ask('DELETE', '/v1/sessions').status, 204,
        'signed out everywhere')
logins = [x['login'] for x in admin.get('/v1/accounts').json['accounts']]
t.equal(logins, ['clerk', 'officer'], 'the accounts of the agency')
t.equal(admin.ask('DELETE', '/v1/accounts/officer').status, 204, 'removed')
t.refused(admin.get('/v1/accounts/officer'), 404, 'not-found', 'gone')
clerk_session = Tls(server.port, sign_in('clerk').json['token'])
t.equal(clerk_session.get('/v1/me').json['roles'], ['clerk'],
        'the operator\'s account works')

# --- programs ---


def oauth(answer, status, error, name):
    good = answer.status == status and answer.json.get('error') == error
    return t.ok(good, '%s: %d %s' % (name, status, error), answer)


key = t.new_key()
body = {'client_id': 'qlvb', 'name': 'Quản lý văn bản', 'secret': True,
        'scopes': ['papers:read', 'papers:write']}
first = admin.post('/v1/clients', body, key)
t.equal(first.status, 201, 'a client')
again = admin.post('/v1/clients', body, key)
t.equal(again.body, first.body, 'asked again, the same secret')
secret = first.json['client_secret']
t.refused(leader.post('/v1/clients', body), 403, 'forbidden', 'by a leader')
t.refused(admin.post('/v1/clients', dict(body, scopes=['house:manage'])),
          422, 'invalid', 'a client for the house')
grant = {'grant_type': 'client_credentials'}
basic = {'Authorization': 'Basic ' + base64.b64encode(
    ('qlvb:' + secret).encode()).decode()}
a = public.form(grant, basic)
t.equal(a.status, 200, 'client_secret_basic')
t.ok(a.json['token_type'] == 'Bearer' and a.json['expires_in'] == 900 and
     a.json['scope'] == 'papers:read papers:write' and
     'no-store' in a.headers['cache-control'], 'the answer of RFC 6749', a)
program = Tls(server.port, a.json['access_token'])
t.equal(program.get('/v1/me').json['roles'], ['system'], 'a program')
t.equal(public.form(dict(grant, client_id='qlvb',
                         client_secret=secret)).status, 200,
        'client_secret_post')
oauth(public.form(dict(grant, client_id='qlvb', client_secret='sai')), 401,
      'invalid_client', 'a wrong secret')
oauth(public.form(dict(grant, client_id='ai', client_secret=secret)), 401,
      'invalid_client', 'another name')
oauth(public.form(grant), 401, 'invalid_client', 'no proof')
oauth(public.form({'grant_type': 'password'}, basic), 400,
      'unsupported_grant_type', 'another grant')
oauth(public.form({}, basic), 400, 'invalid_request', 'no grant')
oauth(public.form([('grant_type', 'client_credentials')] * 2, basic), 400,
      'invalid_request', 'a parameter that stands twice')
oauth(public.form(dict(grant, client_secret=secret), basic), 400,
      'invalid_request', 'two proofs')
oauth(public.form(dict(grant, scope='numbers:give'), basic), 400,
      'invalid_scope', 'a scope it does not have')
oauth(public.form(grant, {'Authorization': 'Basic !!!'}), 401,
      'invalid_client', 'credentials that cannot be read')
t.refused(patiently(lambda: public.ask('POST', '/v1/token',
                                       {'grant_type': 'x'})), 415,
          'unsupported-media-type', 'JSON')
reader = Tls(server.port, public.form(dict(grant, scope='papers:read'),
                                      basic).json['access_token'])
t.equal(reader.get('/v1/papers').status, 200, 'a reader reads')
t.refused(reader.upload(b'x'), 403, 'insufficient-scope', 'and brings nothing')
t.refused(program.get('/v1/events'), 403, 'insufficient-scope',
          'nor reads what its scopes do not name')
oauth(public.form(dict(grant, client_id='by-operator',
                       client_secret=by_operator['client_secret'],
                       scope='papers:write')),
      400, 'invalid_scope', 'the operator\'s client has its scopes')

# private_key_jwt, by a key of openssl's
pub = openssl('ec', '-in', inside('program.key'), '-pubout', '-outform',
              'DER')[-64:]
t.equal(admin.post('/v1/clients', {
    'client_id': 'dvc', 'name': 'Dịch vụ công', 'scopes': ['papers:read'],
    'keys': [{'kty': 'EC', 'crv': 'P-256', 'kid': 'k1',
              'x': b64url(pub[:32]), 'y': b64url(pub[32:])}]}).status, 201,
        'a client with a key')


def raw_signature(der):
    """r and s of an ECDSA signature in DER, 32 bytes each."""
    n = der[3]
    r, rest = der[4:4 + n], der[4 + n:]
    s = rest[2:2 + rest[1]]
    return b''.join(x.lstrip(b'\0').rjust(32, b'\0') for x in (r, s))


def assertion(key_name='program', **claims):
    said = {'iss': 'dvc', 'sub': 'dvc', 'aud': ISSUER + '/v1/token',
            'exp': int(time.time()) + 60, 'jti': t.new_key(), **claims}
    text = (b64url(b'{"alg":"ES256","kid":"k1"}') + '.' +
            b64url(json.dumps(said).encode()))
    der = openssl('dgst', '-sha256', '-sign', inside(key_name + '.key'),
                  data=text.encode())
    return {**grant, 'client_assertion': text + '.' +
            b64url(raw_signature(der)), 'client_assertion_type':
            'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'}


one = assertion()
t.equal(public.form(one).status, 200, 'private_key_jwt')
oauth(public.form(one), 401, 'invalid_client', 'the same assertion again')
oauth(public.form(assertion('unknown')), 401, 'invalid_client',
      'by another key')
oauth(public.form(assertion(exp=int(time.time()) - 120)), 401,
      'invalid_client', 'expired')
oauth(public.form(assertion(aud='https://other.example')), 401,
      'invalid_client', 'for somebody else')

# --- a certificate ---

der = openssl('x509', '-in', inside('program.pem'), '-outform', 'DER')
with_cert = Tls(server.port, who='program')
t.refused(with_cert.get('/v1/me'), 401, 'unauthenticated',
          'a certificate that is linked to nobody')
t.refused(admin.post('/v1/identities', {
    'person': first.json['person'], 'certificate': base64.b64encode(
        b'not one').decode()}), 422, 'key-format', 'no certificate')
linked = admin.post('/v1/identities', {
    'person': first.json['person'],
    'certificate': base64.b64encode(der).decode()})
t.equal(linked.status, 201, 'linked to the program')
me = with_cert.get('/v1/me')
t.ok(me.status == 200 and me.json['person'] == first.json['person'],
     'the certificate stands for it', me)
t.refused(with_cert.get('/v1/events'), 403, 'insufficient-scope',
          'with its scopes')
t.equal(with_cert.form(dict(grant, client_id='qlvb')).status, 200,
        'and for a token')
oauth(with_cert.form(dict(grant, client_id='dvc')), 401, 'invalid_client',
      'not for another client')
for who in ('unknown', 'stranger', None):
    t.refused(Tls(server.port, who=who).get('/v1/me'), 401,
              'unauthenticated', 'certificate: %s' % who)
t.refused(Tls(server.port, 'wrong', 'program').get('/v1/me'), 401,
          'unauthenticated', 'a wrong token is not mended by it')
t.equal(admin.ask('DELETE', '/v1/identities/' + linked.json['id']).status,
        204, 'unlinked')
t.refused(with_cert.get('/v1/me'), 401, 'unauthenticated', 'and nobody again')

# --- clients end ---

t.equal([c['client_id'] for c in admin.get('/v1/clients').json['clients']],
        ['by-operator', 'dvc', 'qlvb'], 'the agency\'s clients')
fresh = admin.post('/v1/clients/qlvb/acts', {'act': 'new_secret'}).json
t.refused(program.get('/v1/me'), 401, 'unauthenticated', 'its tokens ended')
oauth(public.form(grant, basic), 401, 'invalid_client', 'the old secret')
t.equal(public.form(dict(grant, client_id='qlvb',
                         client_secret=fresh['client_secret'])).status, 200,
        'the new one')
t.equal(admin.post('/v1/clients/qlvb/acts', {'act': 'disable'}).status, 200,
        'disabled')
oauth(public.form(dict(grant, client_id='qlvb',
                       client_secret=fresh['client_secret'])), 401,
      'invalid_client', 'a disabled client')
t.refused(admin.post('/v1/clients/nobody/acts', {'act': 'enable'}), 404,
          'not-found', 'no such client')

# --- a delegation, in a walk ---


def when(seconds):
    return time.strftime('%Y-%m-%dT%H:%M:%SZ',
                         time.gmtime(time.time() + seconds))


plain = t.letter_pdf('--no-fields')
draft = officer.need(officer.register(
    [('cong-van.pdf', t.PDF, plain)], t.letter_meta())).json['paper']
officer.need(officer.act(draft, 'submit'))
main = officer.paper(draft)['parts'][0]['sha256']
t.refused(officer.act(draft, 'approve', main=main), 403, 'forbidden',
          'an officer approves nothing')
order = {'to': officer_id, 'duties': ['approve', 'sign'],
         'since': when(-10), 'until': when(3600),
         'text': 'Ủy quyền ký khi tôi đi công tác'}
t.refused(officer.post('/v1/delegations', order), 403, 'forbidden',
          'nobody hands himself duties')
system_id = system.get('/v1/me').json['person']
t.refused(leader.post('/v1/delegations', dict(order, to=system_id)), 403,
          'sole-control', 'a program receives no key')
t.refused(leader.post('/v1/delegations', {
    k: v for k, v in order.items() if k != 'text'}), 422, 'invalid',
          'not in writing')
key = t.new_key()
given = leader.post('/v1/delegations', order, key)
t.equal(given.status, 201, 'handed on')
t.equal(leader.post('/v1/delegations', order, key).body, given.body,
        'asked again, the same')
t.equal(officer.act(draft, 'approve', main=main).status, 200,
        'now the officer approves')
signed = officer.act(draft, 'sign', number_first=True,
                     pin=province.pin('skhcn-officer'))
t.equal(signed.status, 200, 'and signs, with his own key')
t.ok(officer.paper(draft)['state'] == 'signed', 'as the competent person',
     officer.paper(draft))
acts = officer.get('/v1/papers/%s/history' % draft).json['acts']
by = [(x['delegation']['duty'], x['delegation']['id'])
      for x in acts if 'delegation' in x]
t.equal(by, [('approve', given.json['id']), ('sign', given.json['id'])],
        'history says by whose delegation')
here = '/v1/delegations/' + given.json['id']
t.equal(officer.get(here).json['duties'], ['approve', 'sign'], 'it is there')
t.refused(there.get(here), 404, 'not-found', 'not in another agency')
t.refused(there.ask('DELETE', here), 404, 'not-found', 'nor revoked there')
t.refused(officer.ask('DELETE', here), 403, 'forbidden',
          'nor by its receiver')
t.equal(leader.ask('DELETE', here).status, 204, 'revoked')
t.ok(leader.get(here).json['revoked_at'] is not None, 'and stays to be read')
other = officer.need(officer.register(
    [('cong-van.pdf', t.PDF, plain)], t.letter_meta())).json['paper']
officer.need(officer.act(other, 'submit'))
main = officer.paper(other)['parts'][0]['sha256']
t.refused(officer.act(other, 'approve', main=main), 403, 'forbidden',
          'no longer in force')
t.equal(len(leader.get('/v1/delegations').json['delegations']), 1, 'listed')

server.stop()
t.check_clean(province)
t.done()
