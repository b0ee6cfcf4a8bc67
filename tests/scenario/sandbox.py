#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`vanthu sandbox`: an agency to try the API with. What it prints can be
pasted; its people walk a paper with its keys; and everything of it says that
it is a trial."""
import json
import os
import stat

import harness as t

MARK = 'THỬ NGHIỆM'


class Box:
    """A data directory with nothing but a sandbox, as Server wants it."""

    def __init__(self):
        self.dir = t.scratch()
        os.mkdir(self.path('log'))
        made = t.vanthu('init', self.store, '--domain', 'vanthu.test')
        t.need(made.returncode == 0, 'a data directory', made.stderr)

    def path(self, *names):
        return os.path.join(self.dir, *names)

    @property
    def store(self):
        return self.path('store')

    @property
    def anchors(self):
        return self.path('store', 'sandbox', 'anchors.pem')

    def token(self, role):
        return next(p['token'] for p in self.made['people']
                    if p['role'] == role)

    def check(self):
        c = t.vanthu('check', self.store, '--json')
        return c.returncode, c.stdout.decode()


box = Box()
r = t.vanthu('sandbox', box.path('nowhere'))
t.equal(r.returncode, 66, 'a directory that is not there: no such input')
os.mkdir(box.path('empty'))
r = t.vanthu('sandbox', box.path('empty'))
t.ok(r.returncode == 66 and not os.listdir(box.path('empty')),
     'one that is no store is left alone', r.stderr)
r = t.vanthu('sandbox', box.store)
t.need(r.returncode == 0, 'a sandbox is added', r.stderr.decode())
words = r.stdout.decode()
with open(box.path('store', 'sandbox', 'sandbox.json'), encoding='utf-8') as f:
    box.made = json.load(f)
t.ok(box.made['sandbox'] is True and box.made['agency']['code'] == 'H99.99'
     and box.made['agency']['name'].startswith(MARK), 'it says what it is',
     box.made)
t.ok(all(p['token'] in words for p in box.made['people'])
     and box.made['client']['secret'] in words, 'tokens and client are printed')
folder = box.path('store', 'sandbox')
t.ok(stat.S_IMODE(os.stat(folder).st_mode) == 0o700
     and all(stat.S_IMODE(os.stat(os.path.join(folder, f)).st_mode) == 0o600
             for f in os.listdir(folder)), 'nobody else reads it')
r = t.vanthu('sandbox', box.store, '--json')
t.need(r.returncode == 0, 'another one in the same store', r.stderr)
other = json.loads(r.stdout)
folder2 = os.path.join(folder, other['agency']['code'])
t.equal((other['agency']['code'], os.path.realpath(other['directory'])),
        ('H99.98', os.path.realpath(folder2)),
        'is another agency in a folder of its own')
with open(box.anchors, encoding='utf-8') as f:
    t.equal(f.read().count('BEGIN CERTIFICATE'), 2,
            'and its authority is trusted with the first')
for code, status in (('H99.99', 65), ('../x', 65), ('', 65)):
    before = sorted(os.listdir(folder))
    r = t.vanthu('sandbox', box.store, '--code', code)
    t.ok(r.returncode == status and sorted(os.listdir(folder)) == before,
         '--code "%s": refused, nothing is made' % code, r.stderr.decode())
t.ok(b'H99.99' in t.vanthu('sandbox', box.store, '--code', 'H99.99').stderr,
     'and it is said why')

# --- what was printed, pasted ---

server = t.Server(box)
pdf = box.path('FILE.pdf')
with open(pdf, 'wb') as f:
    f.write(t.letter_pdf())
script = words.split('\n')
commands = [line.replace('http://127.0.0.1:8480',
                         'http://127.0.0.1:%d' % server.port)
            .replace('wait=20', 'wait=1')
            for line in script
            if line and not line.startswith(('#', 'vanthu serve'))]
by_token = [c for c in commands if not c.startswith('TOKEN=$(')]
r = t.run('bash', '-ec', '\n'.join(by_token), cwd=box.dir)
t.ok(r.returncode == 0 and b'"roles":["system"]' in r.stdout
     and b'"upload":' in r.stdout and b'"events":[{' in r.stdout,
     'the commands do what they say, with the token',
     (r.stdout + r.stderr).decode())
r = t.run('bash', '-ec', '\n'.join(commands), cwd=box.dir)
t.ok(r.returncode == 0 and b'"roles":["system"]' in r.stdout,
     'and with a token of OAuth2', (r.stdout + r.stderr).decode())

a = t.Client(server.port, other['people'][0]['token']).get('/v1/me')
t.ok(a.status == 200 and a.json['agency']['code'] == 'H99.98',
     'the other agency is served, too', a)

# --- a paper ---


def who(role):
    return t.Client(server.port, box.token(role))


leader, officer, clerk = who('leader'), who('officer'), who('clerk')
me = officer.need(officer.get('/v1/me')).json
t.ok(me['agency']['name'].startswith(MARK) and 'thử nghiệm' in me['name'],
     'people and agency are marked', me)
a = officer.need(officer.register(
    [('cong-van.pdf', t.PDF, t.letter_pdf())], t.letter_meta()))
paper = a.json['paper']
officer.need(officer.act(paper, 'submit'))
main = officer.paper(paper)['parts'][0]['sha256']
leader.need(leader.act(paper, 'approve', main=main))
leader.need(leader.act(paper, 'sign', number_first=True,
                       pin=box.made['pins']['leader']))
clerk.need(clerk.act(paper, 'seal', pin=box.made['pins']['seal']))
signed = box.path('signed.pdf')
with open(signed, 'wb') as f:
    f.write(officer.content(paper))
_, v = t.verdict(signed, '--offline', '--anchors', box.anchors)
text = json.dumps(v, ensure_ascii=False)
t.ok(len(v['signatures']) == 2 and text.count(MARK) >= 2,
     'its signatures name the trial', text[:2000])
_, v = t.verdict(signed, '--offline')
t.ok(all(s['indication'] != 'TOTAL-PASSED' for s in v['signatures']),
     'and nobody who does not say so trusts them')
t.ok('"number"' in json.dumps(officer.paper(paper)), 'it has its number')
server.stop()

# --- one of them ends ---

for args, status, name in ((('H99.98', 'H99.99'), 0, 'one goes on in another'),
                           (('H99.99', 'H99.98'), 65, 'not in a circle'),
                           (('H99.98', 'H99.1'), 65, 'nor in nobody known'),
                           (('H99.98',), 0, 'a mistake is undone')):
    r = t.vanthu('merge', box.store, *args)
    t.ok(r.returncode == status, name, r.stderr.decode())
t.check_clean(box)
t.done()
