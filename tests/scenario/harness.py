# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scenario tests share: TAP, a demo province, a server, its API.

A test is a program: it calls ok() and friends, and ends with done(). Python's
standard library only. VANTHU_BUILD names the build, VANTHU_SOURCE the tree.
"""
import atexit
import base64
import hashlib
import http.client
import http.cookies
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get('VANTHU_SOURCE',
                        os.path.dirname(os.path.dirname(HERE)))
BUILD = os.environ.get('VANTHU_BUILD', os.path.join(SOURCE, 'build'))
VANTHU = os.path.join(BUILD, 'api', 'vanthu')
DEMO = os.path.join(SOURCE, 'api', 'demo')
# Sanitizers make everything several times slower.
START_S = 60
PATIENCE_S = 60

# --- TAP ---

_checks = 0
_failures = 0


def ok(good, name, detail=None):
    """One check; `detail` is printed when it fails."""
    global _checks, _failures
    _checks += 1
    print('%sok %d - %s' % ('' if good else 'not ', _checks,
                            name.replace('#', 'No.')))
    if not good:
        _failures += 1
        for line in str(detail if detail is not None else '').splitlines():
            print('# ' + line)
    sys.stdout.flush()
    return bool(good)


def equal(got, want, name):
    return ok(got == want, name, 'got  %r\nwant %r' % (got, want))


def need(good, name, detail=None):
    """A check that everything after it depends on."""
    if not ok(good, name, detail):
        print('Bail out! needed to go on')
        sys.exit(1)


def until(what, name, tell=None):
    """What `what` gives as soon as it gives something: the work queue takes
    its own time. Never: tell() says more."""
    end = time.monotonic() + PATIENCE_S
    while not (got := what()) and time.monotonic() < end:
        time.sleep(0.1)
    need(got, name, None if got or tell is None else tell())
    return got


def failures():
    return _failures


def done():
    print('1..%d' % _checks)
    sys.exit(1 if _failures else 0)


# --- processes ---

_started = []


def _stop_all():
    for p in _started:
        if p.poll() is None:
            p.kill()
            p.wait()


atexit.register(_stop_all)
# So that atexit runs when a test is stopped from outside.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def start(args, **more):
    p = subprocess.Popen(args, **more)
    _started.append(p)
    return p


def run(*args, **more):
    """A program to its end; .returncode, .stdout and .stderr as bytes."""
    return subprocess.run(args, capture_output=True, check=False,
                          timeout=START_S * 2, **more)


def vanthu(*args, **more):
    return run(VANTHU, *args, **more)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def put(path, data):
    """Writes a file; its path."""
    with open(path, 'wb') as f:
        f.write(data.encode() if isinstance(data, str) else data)
    return path


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def scratch():
    """A folder that goes when the test does."""
    d = tempfile.mkdtemp(prefix='vanthu-scenario-')
    atexit.register(shutil.rmtree, d, True)
    return d


# --- the province ---

class Province:
    """A demo province of this test's own, with its OCSP responder."""

    def __init__(self, where=None):
        self.dir = os.path.join(where or scratch(), 'province')
        for _ in range(5):
            made = run(os.path.join(DEMO, 'province.sh'), '--keys=ec',
                       self.dir, VANTHU)
            if made.returncode != 0:
                raise SystemExit(made.stderr.decode())
            if self._start_ocsp():
                return
            # another test took the port between choosing and using it
            shutil.rmtree(self.dir)
        raise SystemExit('no OCSP responder could be started')

    def _start_ocsp(self):
        port = int(self.read('ocsp.port'))
        self.ocsp = start([os.path.join(DEMO, 'ocsp.py'), self.dir],
                          stderr=subprocess.DEVNULL)
        for _ in range(100):
            if self.ocsp.poll() is not None:
                return False
            try:
                c = http.client.HTTPConnection('127.0.0.1', port, timeout=5)
                c.request('GET', '/')
                return c.getresponse().status == 200
            except OSError:
                time.sleep(0.05)
        return False

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def read(self, *names):
        with open(self.path(*names), encoding='utf-8') as f:
            return f.read().strip()

    @property
    def store(self):
        return self.path('store')

    def store_of(self, login, path):
        """A store of its own at `path` with one agency of the province."""
        agency = next(a for a in load('province.json')['agencies']
                      if a['login'] == login)
        people = []
        for p in agency['people']:
            who = login + '-' + p['login']
            row = {k: p[k] for k in ('name', 'position', 'unit', 'roles')}
            row['token'] = self.token(who)
            if p['key']:
                row['certificates'] = [who + '.pem']
                row['key'] = 'file:' + who + '.p12'
            people.append(row)
        name = os.path.basename(path)
        made = self.path('keys', name + '.json')
        with open(made, 'w', encoding='utf-8') as f:
            json.dump({'agencies': [{
                'code': agency['code'], 'name': agency['name'],
                'short': agency['short'], 'place': agency['place'],
                'certificates': [login + '-seal.pem'],
                'key': 'file:' + login + '-seal.p12', 'people': people}]}, f)
        r = vanthu('init', path, '--domain', name + '.example', '--province',
                   made)
        need(r.returncode == 0, 'store ' + name, r.stderr.decode())
        return path

    def route(self, *args, store=None):
        r = vanthu('route', store or self.store, *args)
        need(r.returncode == 0, 'route ' + args[0], r.stderr.decode())

    def secret(self, name, text):
        """A file beside the keys; its path."""
        return put(self.path('keys', name), text + '\n')

    @property
    def anchors(self):
        return self.path('anchors.pem')

    def token(self, name):
        return self.read('tokens', name)

    def pin(self, name):
        return self.read('pins', name)

    def issue(self, name, subject, *more):
        """Another key of the demo authority, keys/NAME.p12."""
        made = run(os.path.join(DEMO, 'issue.sh'), self.dir, name, subject,
                   'ec', *more)
        if made.returncode != 0:
            raise SystemExit(made.stderr.decode())

    def check(self):
        """`vanthu check` of the store; (exit status, report)."""
        c = vanthu('check', self.store, '--json')
        return c.returncode, c.stdout.decode()


# --- the server ---

def _record_operations(log):
    """What this test did successfully, for scenario/operations to add up."""
    name = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    folder = os.path.join(BUILD, 'scenario-operations')
    done = set()
    for line in log.splitlines():
        if b'http.request ' not in line:
            continue
        fields = dict(x.split('=', 1) for x in line.decode().split()
                      if '=' in x)
        if fields.get('status', '').startswith(('2', '3')):
            done.add('%s %s' % (fields['method'].replace('HEAD', 'GET'),
                                fields['route']))
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name)
    if os.path.exists(path) and name in _recorded:
        with open(path, encoding='utf-8') as f:
            done |= set(f.read().splitlines())
    _recorded.add(name)
    with open(path, 'w', encoding='utf-8') as f:
        f.write('\n'.join(sorted(done)) + '\n')


_recorded = set()


def said(province):
    """The end of its servers' log, without the requests."""
    with open(province.path('log', 'serve'), encoding='utf-8') as f:
        return ''.join([x for x in f if 'http.request ' not in x][-20:])


class Server:
    """`vanthu serve` of a province on a port of its own."""

    def __init__(self, province, store=None, port=0, options=(), **more):
        self.province = province
        self.log = open(province.path('log', 'serve'), 'ab')
        self.process = start(
            [VANTHU, 'serve', store or province.store, '--json',
             '--listen', '127.0.0.1:%d' % port,
             '--public-url', 'http://127.0.0.1:8480',
             '--anchors', province.anchors, '--keys', province.path('keys'),
             '--allow-private-fetch', *options],
            stdout=subprocess.PIPE, stderr=self.log, **more)
        line = self.process.stdout.readline()
        self.port = json.loads(line or b'{}').get('port')
        if self.port is None:
            need(False, 'the server starts', '%s\n%s' % (
                line.decode(), said(province)))

    def client(self, name=None):
        return Client(self.port,
                      None if name is None else self.province.token(name))

    def stop(self):
        """Asked to stop it does, in order; no sanitizer found anything."""
        _repeated_at_the_end(self.port)
        self.process.terminate()
        self.process.wait(timeout=START_S)
        self.process.stdout.close()
        self.log.close()
        with open(self.province.path('log', 'serve'), 'rb') as f:
            log = f.read()
        _record_operations(log)
        found = [x.decode('utf-8', 'replace') for x in log.splitlines()
                 if b'Sanitizer' in x or b'runtime error:' in x
                 or b'worker-crashed' in x]
        ok(self.process.returncode == 0 and not found,
           'the server stops in order, nothing was found in its log',
           'exit %d\n%s' % (self.process.returncode, '\n'.join(found[:40])))


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {k.lower(): v for k, v in headers}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __str__(self):
        return '%d %s' % (self.status, self.body[:600].decode('utf-8',
                                                              'replace'))

    @property
    def receipt(self):
        return base64.b64decode(self.json['receipt']['cbor'])


def _same(first, again):
    return (again.status, again.body) == (first.status, first.body) and \
        again.headers.get('idempotent-replayed') == 'true'


def _repeated(path, first, again):
    """Every POST that was done is asked again: the same bytes."""
    if not _same(first, again):
        ok(False, 'POST %s again: the same answer' % path,
           'first %s\nagain %s\n%r' % (first, again, again.headers))


_keys = []  # (client, path, body, headers, answer) of every POST that was done


def _repeated_at_the_end(port):
    """And once more when everything has changed since, by whoever still gets
    in as he did then, and still may: a right is asked first."""
    wrong, asked = [], 0
    mine = [x for x in _keys if x[0].port == port]
    _keys[:] = [x for x in _keys if x[0].port != port]
    for client, path, body, headers, first in mine:
        again = client._once('POST', path, body, headers)
        if again.status == 401 and client._once(
                'GET', '/v1/me', None, {
                    k: v for k, v in headers.items()
                    if k == 'Authorization'}).status == 401:
            continue
        if again.status == 403 and again.json['code'] == 'forbidden':
            continue
        asked += 1
        if not _same(first, again):
            wrong.append('POST %s\nfirst %s\nagain %s' % (path, first, again))
    if mine:
        ok(asked and not wrong, '%d requests asked again at the end: the same '
           'answers' % asked, '\n'.join(wrong))


class Refused(Exception):
    """An answer that is not 2xx where the test needs one."""


def new_key():
    return uuid.uuid4().hex


def trusting(ca, cert=None, key=None):
    """What a caller over TLS trusts, and the certificate it shows."""
    context = ssl.create_default_context(cafile=ca)
    if cert is not None:
        context.load_cert_chain(cert, key)
    return context


class Client:
    """The API as one person sees it; tls: of trusting(), or plain."""

    def __init__(self, port, token, timeout=START_S, tls=None):
        self.port, self.token, self.timeout = port, token, timeout
        self.tls = tls

    def ask(self, method, path, body=None, headers=None):
        h = dict(headers or {})
        if self.token is not None:
            h['Authorization'] = 'Bearer ' + self.token
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            h.setdefault('Content-Type', 'application/json')
        answer = self._once(method, path, body, h)
        if method == 'POST' and 'Idempotency-Key' in h and \
                200 <= answer.status < 300 and isinstance(body, bytes | None):
            _repeated(path, answer, self._once(method, path, body, h))
            _keys.append((self, path, body, h, answer))
        return answer

    def _once(self, method, path, body, headers):
        where = {'host': '127.0.0.1', 'port': self.port,
                 'timeout': self.timeout}
        c = http.client.HTTPConnection(**where) if self.tls is None else \
            http.client.HTTPSConnection(**where, context=self.tls)
        try:
            c.request(method, path, body, headers)
            r = c.getresponse()
            return Answer(r.status, r.getheaders(), r.read())
        finally:
            c.close()

    def get(self, path, **headers):
        return self.ask('GET', path, headers=headers)

    def need(self, answer):
        if not 200 <= answer.status < 300:
            raise Refused(str(answer))
        return answer

    def upload(self, data, key=None):
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        return self.ask('POST', '/v1/uploads', data, {
            'Idempotency-Key': key or new_key(),
            'Content-Type': 'application/octet-stream',
            'Repr-Digest': 'sha-256=:%s:' % digest})

    def post(self, path, body, key=None, rev=None):
        h = {'Idempotency-Key': key or new_key()}
        if rev is not None:
            h['If-Match'] = '"%d"' % rev
        return self.ask('POST', path, body, h)

    def paper(self, paper):
        return self.need(self.get('/v1/papers/' + paper)).json

    def act(self, paper, act, key=None, rev=None, **fields):
        """An act on the paper as it is now (rev: as it was)."""
        if rev is None:
            rev = self.paper(paper)['rev']
        return self.post('/v1/papers/%s/acts' % paper,
                         {'act': act, **fields}, key, rev)

    def register(self, files, meta, direction='out', key=None):
        """files: (name, media type, bytes), the main one first."""
        body = {'direction': direction, 'meta': meta, 'files': []}
        staged = set()
        for name, media_type, data in files:
            u = self.need(self.upload(data)).json
            staged.add(u['sha256'])
            body['files'].append({'upload': u['upload'], 'name': name,
                                  'media_type': media_type})
        a = self.post('/v1/papers', body, key)
        if a.status == 422 and a.json['code'] == 'secrecy-refused':
            # what was staged is destroyed, whenever the same bytes came:
            # asked again it is another upload
            _keys[:] = [k for k in _keys if k[1] != '/v1/uploads' or
                        k[4].json['sha256'] not in staged]
        return a

    def content(self, paper, part=1):
        return self.need(
            self.get('/v1/papers/%s/parts/%d/content' % (paper, part))).body


# --- a paper ---

PDF = 'application/pdf'
XLSX = ('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')


class Desk:
    """The pages, as a browser of this person has them."""

    def __init__(self, server, login):
        self.port = server.port
        self.jar = http.cookies.SimpleCookie()
        page = self.ask('GET', '/desk/sign-in')
        form = dict(re.findall(
            r'<input type="hidden" name="([a-z]+)" value="([^"]*)"',
            page.body.decode()))
        form.update(login=login, user=login, password=server.province.read(
            'passwords', login))
        a = self.ask('POST', '/desk/sign-in', urllib.parse.urlencode(form))
        need(a.status == 303, login + ' signs in', a)

    def ask(self, method, path, body=None):
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        try:
            c.request(method, path, body, {
                'Cookie': '; '.join('%s=%s' % (m.key, m.value)
                                    for m in self.jar.values()),
                'Content-Type': 'application/x-www-form-urlencoded',
                'Origin': 'http://127.0.0.1:%d' % self.port})
            r = c.getresponse()
            for k, v in r.getheaders():
                if k.lower() == 'set-cookie':
                    self.jar.load(v)
            return Answer(r.status, r.getheaders(), r.read())
        finally:
            c.close()

    def get(self, path):
        return self.ask('GET', path)

    def post(self, path, **fields):
        """A form of the page at that path, filled in and sent."""
        page = self.get(path).body.decode()
        csrf = re.search(r'name="csrf" value="([^"]*)"', page)
        need(csrf is not None, path + ' has a form', page)
        return self.ask('POST', path, urllib.parse.urlencode(
            {'csrf': csrf.group(1), 'key': new_key(), **fields}))


def load(name):
    with open(os.path.join(DEMO, name), encoding='utf-8') as f:
        return json.load(f)


def letter_pdf(*more):
    d = scratch()
    out = os.path.join(d, 'letter.pdf')
    made = vanthu('render', 'letter', os.path.join(DEMO, 'letter.json'),
                  '-o', out, *more)
    if made.returncode != 0:
        raise SystemExit(made.stderr.decode())
    return read(out)


def annex_xlsx():
    out = os.path.join(scratch(), 'annex.xlsx')
    made = run(os.path.join(DEMO, 'xlsx.py'), out)
    if made.returncode != 0:
        raise SystemExit(made.stderr.decode())
    return read(out)


def letter_meta(**more):
    return {**load('letter-meta.json'), **more}


class People:
    """The five of the province and the system, on one server."""

    def __init__(self, server):
        self.province = server.province
        for name in ('leader', 'officer', 'clerk', 'system'):
            setattr(self, name, server.client('skhcn-' + name))
        self.their_leader = server.client('anmau-leader')
        self.their_clerk = server.client('anmau-clerk')
        self.public = server.client()

    def pin(self, name):
        return self.province.pin('skhcn-' + name)

    def draft(self, files, **meta):
        a = self.officer.need(self.officer.register(files,
                                                    letter_meta(**meta)))
        return a.json['paper']

    def send(self, paper, *to):
        """Issued, and sent to these codes; to none: to its recipients."""
        self.clerk.need(self.clerk.act(paper, 'issue'))
        self.clerk.need(self.clerk.act(paper, 'dispatch', **(
            {'to': [{'code': x} for x in to]} if to else {})))

    def deliveries(self, paper):
        return self.clerk.need(self.clerk.get(
            '/v1/papers/%s/deliveries' % paper)).json['deliveries']

    def hurry(self, delivery):
        self.clerk.need(self.clerk.ask(
            'POST', '/v1/deliveries/%s/hurry' % delivery['id'],
            headers={'Idempotency-Key': new_key()}))

    def agree(self, paper, initials=0):
        """Submitted and approved, with that many digital initials."""
        self.officer.need(self.officer.act(paper, 'submit',
                                           initials=initials))
        main = self.officer.paper(paper)['parts'][0]['sha256']
        self.leader.need(self.leader.act(paper, 'approve', main=main))
        for who in ('officer', 'clerk')[:initials]:
            c = getattr(self, who)
            c.need(c.act(paper, 'initial', pin=self.pin(who)))

    def sign(self, paper, number_first=True, **more):
        return self.leader.act(paper, 'sign', number_first=number_first,
                               pin=self.pin('leader'), **more)

    def seal(self, paper, **more):
        return self.clerk.act(paper, 'seal', pin=self.pin('seal'), **more)

    def walk(self, files, order='A', initials=0):
        """Draft to sealed; the paper's id."""
        paper = self.draft(files)
        self.agree(paper, initials)
        self.leader.need(self.sign(paper, order == 'A'))
        if order == 'B':
            self.clerk.need(self.clerk.act(paper, 'number'))
        self.clerk.need(self.seal(paper))
        return paper


# --- checks that several tests make ---

def refused(answer, status, code, name):
    """A problem with this status and code, that says it in two languages."""
    got = None
    try:
        got = answer.json
        good = (answer.status == status and got['status'] == status
                and got['code'] == code and len(got['vi']) > 3
                and len(got['en']) > 3 and got['vi'] != got['en']
                and answer.headers['content-type'].startswith(
                    'application/problem+json'))
    except (ValueError, KeyError, TypeError):
        good = False
    return ok(good, '%s: %d %s' % (name, status, code),
              'got ' + str(answer))


def receipt_holds(receipt, name, *more):
    path = put(os.path.join(scratch(), 'receipt'), receipt)
    r = vanthu('receipt', path, *more)
    return ok(r.returncode == 0, name, (r.stdout + r.stderr).decode())


def verdict(path, *more):
    """`vanthu verify --json`: (exit status, the object)."""
    v = vanthu('verify', '--json', path, *more)
    try:
        return v.returncode, json.loads(v.stdout)
    except ValueError:
        return v.returncode, {'unreadable': (v.stdout + v.stderr).decode()}


def all_passed(data, province, signatures, name):
    path = put(os.path.join(scratch(), 'file.pdf'), data)
    status, v = verdict(path, '--anchors', province.anchors)
    got = [s.get('indication') for s in v.get('signatures', [])]
    return ok(status == 0 and v.get('overall') == 'TOTAL-PASSED'
              and got == ['TOTAL-PASSED'] * signatures, name,
              'exit %d: %s' % (status, json.dumps(v, ensure_ascii=False,
                                                  indent=1)))


def nothing_lost(people, papers, name):
    """Every paper is still there, its bytes what its record says."""
    bad = []
    for paper in papers:
        for part in people.officer.paper(paper)['parts']:
            data = people.officer.content(paper, part['no'])
            if hashlib.sha256(data).hexdigest() != part['sha256']:
                bad.append('%s part %d' % (paper, part['no']))
    return ok(not bad, name, '\n'.join(bad))


def check_clean(province, name='vanthu check is clean'):
    status, report = province.check()
    return ok(status == 0, name, report)
