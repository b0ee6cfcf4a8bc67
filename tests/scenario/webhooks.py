#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhooks over the wire: a receiver that fails, delays, hangs up and goes
away, a server that is killed; nothing is lost, everything comes in order, and
nothing goes where it must not."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import re
import ssl
import threading
import time

import harness as t

# --- a receiver ---


class Receiver:
    """Answers as the script of a path says, one word a message, then 204."""

    def __init__(self, tls=None):
        self.script = {}
        self.got = []  # (path, headers, body)
        self.lock = threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_POST(self):  # noqa: N802 - the library's name
                body = self.rfile.read(int(self.headers['Content-Length']))
                with receiver.lock:
                    words = receiver.script.get(self.path)
                    word = words.pop(0) if words else 204
                    receiver.got.append((self.path, dict(self.headers.items()),
                                         body, word))
                if word == 'hang up':
                    self.close_connection = True
                    return
                if isinstance(word, float):
                    time.sleep(word)
                    word = 204
                extra = {}
                if isinstance(word, tuple):
                    word, extra = word
                self.send_response(word)
                for k, v in extra.items():
                    self.send_header(k, v)
                self.send_header('Content-Length', '0')
                self.end_headers()

            def log_message(self, *_):
                pass

        self.httpd = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.scheme = 'http'
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.scheme = 'https'
            self.httpd.socket = context.wrap_socket(self.httpd.socket,
                                                    server_side=True)
        self.port = self.httpd.server_address[1]
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()

    def url(self, path='/in'):
        return '%s://127.0.0.1:%d%s' % (self.scheme, self.port, path)

    def of(self, path):
        with self.lock:
            return [g for g in self.got if g[0] == path]


def seq(message):
    return json.loads(message[2])['data'].get('seq')


def taken(messages):
    """Numbers of the events that were answered with success, in order."""
    return [seq(m) for m in messages if m[3] == 204 or isinstance(m[3], float)]


def firsts(numbers):
    seen, out = set(), []
    for n in numbers:
        if n not in seen:
            out.append(n)
        seen.add(n)
    return out


def certificate(name):
    """A certificate that is its own authority; its file and its key's."""
    d = t.scratch()
    cert, key = os.path.join(d, 'cert.pem'), os.path.join(d, 'key.pem')
    made = t.run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
                 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj',
                 '/CN=' + name, '-addext', 'subjectAltName=IP:127.0.0.1',
                 '-keyout', key, '-out', cert)
    t.need(made.returncode == 0, 'a certificate for ' + name, made.stderr)
    return cert, key


ours, strange = certificate('receiver'), certificate('stranger')
OPTIONS = ('--allow-private-webhooks', '127.0.0.1', '--webhook-ca', ours[0])
province = t.Province()
server = t.Server(province, options=OPTIONS)
people = t.People(server)
receiver = Receiver()
KINDS_INSIDE = ('work', 'work-done')


def feed():
    out, after = [], 0
    while True:
        page = people.system.need(people.system.get(
            '/v1/events?after=%d' % after)).json
        if not page['events']:
            return out
        out += page['events']
        after = page['after']


def post_nothing(path, key_=None, who=None):
    return (who or people.system).ask('POST', path, None,
                             {'Idempotency-Key': key_ or t.new_key()})


def ping(webhook):
    return post_nothing('/v1/webhooks/%s/pings' % webhook['id'])


def hook(id_):
    return people.system.get('/v1/webhooks/' + id_)


def change(id_, body, etag=None):
    etag = etag or hook(id_).headers['etag']
    return people.system.ask('PATCH', '/v1/webhooks/' + id_, body,
                             {'If-Match': etag})


def log(id_):
    out, cursor = [], None
    while True:
        page = people.system.need(people.system.get(
            '/v1/webhooks/%s/deliveries?limit=7%s' % (
                id_, '&cursor=' + cursor if cursor else ''))).json
        out += page['deliveries']
        cursor = page['next']
        if not cursor:
            return out, page['progress']


# --- what may be subscribed to, and by whom ---

t.refused(people.officer.post('/v1/webhooks', {'url': receiver.url()}), 403,
          'forbidden', 'an officer subscribes')
t.refused(people.public.post('/v1/webhooks', {'url': receiver.url()}), 401,
          'unauthenticated', 'nobody subscribes')
for url in ('http://localhost:%d/in' % receiver.port,
            'https://127.0.0.2/', 'https://10.0.0.1/', 'https://[::1]/',
            'https://169.254.169.254/', 'https://[::ffff:127.0.0.1]/',
            'https://example.org:25/', 'ftp://127.0.0.1/', 'not an address',
            'https://user:word@example.org/'):
    t.refused(people.system.post('/v1/webhooks', {'url': url}), 422,
              'invalid', 'the address ' + url)
t.refused(people.system.post('/v1/webhooks', {'url': receiver.url(),
                                              'types': ['weather']}), 422,
          'invalid', 'a type that nothing has')

# Answers are waited for 15 s; how this ends is looked at later.
slow = people.system.need(people.system.post('/v1/webhooks', {
    'url': receiver.url('/slow'), 'types': ['agency']})).json
receiver.script['/slow'] = [18.0]
slow_log = []


def ping_slow():
    slow_log.append(ping(slow).json)


slow_thread = threading.Thread(target=ping_slow, daemon=True)
slow_thread.start()

key = t.new_key()
body = {'url': receiver.url('/all'), 'symmetric': True,
        'description': 'Hệ thống quản lý văn bản'}
receiver.script['/all'] = [500, 0.7, 'hang up', 204,
                           (503, {'Retry-After': '3'}), 204, 12.0]
a = people.system.post('/v1/webhooks', body, key)
t.equal(a.status, 201, 'a subscription')
every = a.json
t.equal(people.system.post('/v1/webhooks', body, key).json, every,
        'the same request again gives the same, secret and all')
t.refused(people.system.post('/v1/webhooks', {'url': receiver.url('/x')},
                             key), 422, 'idempotency-key-reused',
          'another request under its key')
some = people.system.need(people.system.post('/v1/webhooks', {
    'url': receiver.url('/some'), 'types': ['register', 'sign']})).json
t.ok('secret' not in hook(every['id']).json and 'secret' not in some,
     'the secret is not shown again, nor where there is none')

# A secret is told to whoever had it made, and at that moment only.
told = people.system.need(people.system.post('/v1/webhooks', {
    'url': receiver.url('/told'), 'types': ['agency']})).json
secrets = [change(told['id'], b).json.get('secret') for b in (
    {'description': 'một'}, {'symmetric': True}, {'description': 'hai'},
    {'enabled': True}, {'new_secret': True}, {'types': ['agency']},
    {'symmetric': False}, {'new_secret': True})]
t.equal([s is not None for s in secrets],
        [False, True, False, False, True, False, False, False],
        'a change shows a secret only when it makes one')
t.ok(secrets[1] != secrets[4], 'the second is another one')
t.ok('secret' not in hook(told['id']).json, 'looking shows none')
t.equal(people.system.ask('DELETE', '/v1/webhooks/' + told['id'], None, {
    'If-Match': hook(told['id']).headers['etag']}).status, 204, 'away with it')
t.refused(people.their_clerk.get('/v1/webhooks/' + every['id']), 403,
          'forbidden', 'a clerk of another agency looks at it')
t.refused(people.system.ask('PATCH', '/v1/webhooks/' + every['id'],
                            {'enabled': True}), 428, 'precondition-required',
          'a change without If-Match')
t.refused(change(every['id'], {'enabled': True}, '"999"'), 412,
          'precondition-failed', 'a change of another revision')

# --- a walk, while the receiver stumbles and the server is killed ---

first = people.walk([('cong-van.pdf', t.PDF, t.letter_pdf())])
slow_thread.join(30)
t.ok(slow_log and slow_log[0]['status'] is None
     and 'no answer in time' in slow_log[0]['reason']
     and 14500 < slow_log[0]['took_ms'] < 17500,
     'a receiver has 15 seconds', slow_log)
t.until(lambda: len(receiver.of('/all')) >= 7,
        'messages come; one is on its way', lambda: receiver.got)
server.process.kill()
server.process.wait()
server.process.stdout.close()
server.log.close()
server = t.Server(province, options=OPTIONS)
people = t.People(server)
second = people.walk([('cong-van.pdf', t.PDF, t.letter_pdf())], order='B')
events = feed()
begin = next(e['seq'] for e in events if e['subject'] == every['id'])
wanted = [e['seq'] for e in events
          if e['seq'] >= begin and e['type'] not in KINDS_INSIDE]
t.ok(len(wanted) >= 15, 'there is much to tell', wanted)
# the lease of the killed server's sender ends after half a minute
t.until(lambda: set(wanted) <= set(taken(receiver.of('/all'))),
        'every event arrives, though the receiver failed, hung up and was '
        'slow and the server was killed', lambda: 'missing %s' % sorted(
            set(wanted) - set(taken(receiver.of('/all')))))
t.equal(firsts(taken(receiver.of('/all'))), wanted, 'in the order of the feed')
t.equal(firsts(taken(receiver.of('/some'))),
        [e['seq'] for e in events if e['seq'] >= begin
         and e['type'] in ('register', 'sign')],
        'the other one got what it asked for, and only that')

by_seq = {}
for _, headers, sent, _ in receiver.of('/all'):
    by_seq.setdefault(seq((0, 0, sent)), set()).add((headers['webhook-id'],
                                                     sent))
t.ok(all(len(v) == 1 for v in by_seq.values()),
     'a message that is sent again has the same id and words', by_seq)
data = json.loads(receiver.of('/all')[0][2])
e = next(x for x in events if x['seq'] == data['data']['seq'])
t.ok(data['type'] == e['type'] and data['timestamp'] == e['time']
     and data['data']['paper'] == e['paper'] and len(
         receiver.of('/all')[0][2]) < 1000,
     'it is thin, and says what the feed says', data)

# --- signatures, by other hands than ours ---


def signed_text(message):
    h = message[1]
    return b'%s.%s.%s' % (h['webhook-id'].encode(),
                          h['webhook-timestamp'].encode(), message[2])


def check_v1(message, secret):
    mac = hmac.new(base64.b64decode(secret.removeprefix('whsec_')),
                   signed_text(message), hashlib.sha256).digest()
    return 'v1,' + base64.b64encode(mac).decode() in \
        message[1]['webhook-signature'].split(' ')


DER = bytes.fromhex('302a300506032b6570032100')  # RFC 8410, Ed25519


def check_v1a(message, public):
    d = t.scratch()
    raw = base64.b64decode(public.removeprefix('whpk_'))
    files = {'key': DER + raw, 'text': signed_text(message)}
    for word in message[1]['webhook-signature'].split(' '):
        if not word.startswith('v1a,'):
            continue
        files['sig'] = base64.b64decode(word[4:])
        for name, content in files.items():
            with open(os.path.join(d, name), 'wb') as f:
                f.write(content)
        if t.run('openssl', 'pkeyutl', '-verify', '-pubin', '-keyform', 'DER',
                 '-inkey', os.path.join(d, 'key'), '-rawin',
                 '-in', os.path.join(d, 'text'),
                 '-sigfile', os.path.join(d, 'sig')).returncode == 0:
            return True
    return False


public = people.public.get('/v1/agencies/H99.07/webhook-key').json[
    'public_key']
t.equal(public, every['public_key'], 'anybody may read the public key')
messages = receiver.of('/all')
t.ok(all(check_v1(m, every['secret']) for m in messages),
     'every HMAC holds')
t.ok(all(check_v1a(m, public) for m in messages[:8]),
     'openssl verifies Ed25519')
t.ok(not check_v1a((0, messages[0][1], messages[0][2] + b' '), public),
     'and not a byte more')
t.ok(all('v1,' not in m[1]['webhook-signature'] for m in receiver.of('/some')),
     'who did not ask for a secret gets none of its signatures')
t.ok(all(abs(int(m[1]['webhook-timestamp']) - time.time()) < 120
         for m in messages), 'the time is that of the attempt')

# --- another key ---

key = t.new_key()
t.refused(post_nothing('/v1/webhook-keys'), 403, 'forbidden',
          'a program does not change the agency\'s key')
a = post_nothing('/v1/webhook-keys', key, server.client('skhcn-admin'))
t.ok(a.status == 201 and a.json['previous']['public_key'] == public
     and a.json['public_key'] != public, 'the agency changes its key', a)
b = post_nothing('/v1/webhook-keys', key, server.client('skhcn-admin'))
t.ok(b.status == 201 and b.body == a.body, 'once, however often it is asked')
t.equal(people.public.get('/v1/agencies/H99.07/webhook-key').body, a.body,
        'anybody may read both')
t.until(lambda: seq(receiver.of('/all')[-1]) > wanted[-1],
        'that is an event, too')
last = receiver.of('/all')[-1]
t.ok(check_v1a(last, public) and check_v1a(last, a.json['public_key']),
     'signed with both')
messages = receiver.of('/all')

# --- what the documentation tells receivers to do ---

with open(os.path.join(t.SOURCE, 'docs', 'webhooks.md'),
          encoding='utf-8') as f:
    page = f.read()


def block(language):
    return page.split('```' + language + '\n')[1].split('```')[0]


def by_bash(message):
    d = t.scratch()
    with open(os.path.join(d, 'body'), 'wb') as f:
        f.write(message[2])
    h = message[1]
    return t.run('bash', '-c', block('bash'), cwd=d, env={
        **os.environ, 'KEY': public, 'ID': h['webhook-id'],
        'TIME': h['webhook-timestamp'],
        'SIGNATURE': h['webhook-signature']}).returncode == 0


types = re.findall('`([a-z-]+)`',
                   page.split('**Types.**')[1].split('\n\n')[0])
a = people.system.post('/v1/webhooks', {'url': receiver.url('/types'),
                                        'types': types})
t.ok(a.status == 201 and a.json['types'] == types and len(types) > 35,
     'every type that is documented is known', a)
people.system.need(people.system.ask(
    'DELETE', '/v1/webhooks/' + a.json['id'], None,
    {'If-Match': a.headers['etag']}))
t.ok({e['type'] for e in events} <= set(types),
     'and what happened is documented', {e['type'] for e in events})
documented = {}
exec(block('python'), documented)  # pylint: disable=exec-used
changed = (0, messages[-1][1], messages[-1][2] + b' ')
t.ok(by_bash(messages[-1]) and not by_bash(changed),
     'the documented commands verify it')
try:
    import cryptography  # noqa: F401 - what the function below needs
    keys = (every['secret'], public)
except ImportError:
    keys = (every['secret'],)
t.ok(all(documented['verify'](k, messages[-1][1], messages[-1][2])
         and not documented['verify'](k, changed[1], changed[2])
         for k in keys), 'the documented function verifies it')

# --- the log ---

rows, _ = log(every['id'])
end = feed()[-1]['seq']
t.until(lambda: log(every['id'])[1]['after'] >= end, 'it gets to the end')
t.equal(sorted(r['seq'] for r in rows if r['outcome'] == 'delivered'
               and r['seq'] <= wanted[-1]), wanted,
        'the log has each delivery')
t.ok(sum(r['outcome'] == 'failed' for r in rows) >= 3,
     'and what was not', rows)
bad = [r for r in rows if r['outcome'] == 'failed']
t.ok({r['status'] for r in bad} >= {500, 503, None}
     and all(r['next_attempt_at'] for r in bad)
     and any(r['reason'] for r in bad if r['status'] is None),
     'with statuses, reasons and the next attempt', bad)

# --- again ---

receiver.got.clear()
a = people.system.post('/v1/webhooks/%s/replays' % every['id'],
                       {'first': wanted[3]})
t.equal(a.status, 202, 'one message again')
t.until(lambda: receiver.of('/all'), 'it comes')
t.equal([seq(m) for m in receiver.of('/all')], [wanted[3]], 'only it')
t.equal(receiver.of('/all')[0][1]['webhook-id'],
        next(m[1]['webhook-id'] for m in messages if seq(m) == wanted[3]),
        'with the id of the first time')
t.until(lambda: log(every['id'])[1]['replay'] is None, 'and is over')
receiver.got.clear()
key = t.new_key()
ask = {'first': wanted[0], 'last': wanted[9]}
a = people.system.post('/v1/webhooks/%s/replays' % every['id'], ask, key)
t.equal(a.status, 202, 'a range again')
t.until(lambda: len(receiver.of('/all')) >= 10, 'they come')
b = people.system.post('/v1/webhooks/%s/replays' % every['id'], ask, key)
t.ok(b.status == 202 and b.body == a.body, 'asked twice under one key')
time.sleep(1)
t.equal([n for n in map(seq, receiver.of('/all')) if n <= wanted[9]],
        wanted[:10], 'it comes once, in order')  # beside what happens now
t.refused(people.system.post('/v1/webhooks/%s/replays' % every['id'],
                             {'first': 1, 'last': 10 ** 9}), 422, 'invalid',
          'a replay beyond the feed')

# --- a test message ---



receiver.got.clear()
receiver.script['/all'] = [418]
a = ping(every)
t.ok(a.status == 200 and a.json['status'] == 418
     and a.json['outcome'] == 'failed', 'a ping says what came back', a)
t.ok(json.loads(receiver.of('/all')[0][2])['type'] == 'ping'
     and check_v1(receiver.of('/all')[0], every['secret']),
     'it is signed like the others')
away = people.system.need(people.system.post('/v1/webhooks', {
    'url': 'https://localhost:%d/' % receiver.port,
    'types': ['agency'], 'description': 'nowhere'})).json
a = ping(away)
t.ok(a.status == 200 and a.json['status'] is None
     and 'not a public one' in (a.json['reason'] or ''),
     'a name that leads to our own machine is not called', a)

for tls, status in ((ours, 204), (strange, None)):
    https = people.system.need(people.system.post('/v1/webhooks', {
        'url': Receiver(tls).url(), 'types': ['agency']})).json
    a = ping(https)
    t.ok(a.json['status'] == status
         and (status or 'certificate' in a.json['reason']),
         'https with %s authority' % ('the named' if status else 'another'), a)
    people.system.need(people.system.ask(
        'DELETE', '/v1/webhooks/' + https['id'], None,
        {'If-Match': hook(https['id']).headers['etag']}))

# --- gone ---

receiver.got.clear()
receiver.script['/gone'] = [410]
gone = people.system.need(people.system.post('/v1/webhooks', {
    'url': receiver.url('/gone'), 'types': ['entry', 'register']})).json
t.until(lambda: not hook(gone['id']).json['enabled'], '410 switches it off')
t.equal(hook(gone['id']).json['disabled_reason'], 'gone', 'it says why')
t.ok(any(e['type'] == 'entry' and e['subject'] == gone['id']
         for e in feed()[-3:]), 'the feed says it, too', feed()[-3:])
people.draft([('cong-van.pdf', t.PDF, t.letter_pdf())])
time.sleep(1)
t.equal(len(receiver.of('/gone')), 1, 'nothing more is sent')
a = change(gone['id'], {'enabled': True})
t.ok(a.status == 200 and a.json['enabled'], 'switched on again', a)
t.until(lambda: len(receiver.of('/gone')) >= 4, 'more comes')
t.ok(seq(receiver.of('/gone')[1]) == seq(receiver.of('/gone')[0]),
     'it goes on where it was', [seq(m) for m in receiver.of('/gone')])
etag = hook(gone['id']).headers['etag']
a = people.system.ask('DELETE', '/v1/webhooks/' + gone['id'], None,
                      {'If-Match': etag})
t.equal(a.status, 204, 'removed')
t.refused(hook(gone['id']), 404, 'not-found', 'it is gone')

# --- the end ---

listed = people.system.get('/v1/webhooks').json['webhooks']
t.equal(sorted(w['id'] for w in listed),
        sorted([every['id'], some['id'], away['id'], slow['id']]), 'the list')
receiver.script['/all'] = [9.0, 9.0]
pinging = threading.Thread(target=ping, args=(every,), daemon=True)
pinging.start()
people.system.post('/v1/webhooks/%s/replays' % every['id'],
                   {'first': wanted[0]})
time.sleep(0.5)
began = time.monotonic()
server.stop()
t.ok(time.monotonic() - began < 8,
     'a receiver that takes its time does not hold up the end',
     time.monotonic() - began)
pinging.join(5)
t.ok(not pinging.is_alive(), 'nor does who waits for a ping')
t.check_clean(province)
t.done()
