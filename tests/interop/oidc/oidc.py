#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desk against npm's oidc-provider: oidc.py FOLDER, where its node_modules
are. A browser's walk: leave, sign in there, agree, come back, be somebody."""
import html.parser
import http.cookiejar
import json
import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'scenario'))
import harness as t  # noqa: E402


class Form(html.parser.HTMLParser):
    """Address and fields of the first form of a page."""

    def __init__(self, text):
        super().__init__()
        self.action, self.fields, self.inside = None, {}, False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == 'form' and self.action is None:
            self.action, self.inside = a['action'], True
        elif tag == 'input' and self.inside and 'name' in a:
            self.fields[a['name']] = a.get('value', '')

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != 'form'


class Browser:
    def __init__(self):
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.jar))
        self.went = []

    def ask(self, url, fields=None):
        """(status, address at the end of the redirects, text)"""
        data = None
        if fields is not None:
            data = urllib.parse.urlencode(fields).encode()
        try:
            r = self.opener.open(url, data, timeout=t.START_S)
        except urllib.error.HTTPError as e:
            r = e
        self.went.append(r.geturl())
        return r.status, r.geturl(), r.read().decode('utf-8', 'replace')

    def sign_in(self, start, login):
        status, at, text = self.ask(start)
        for _ in range(4):
            if '/interaction/' not in at:
                break
            form = Form(text)
            form.fields.update({k: login for k in ('login',)
                                if k in form.fields})
            form.fields.update({k: 'x' for k in ('password',)
                                if k in form.fields})
            status, at, text = self.ask(
                urllib.parse.urljoin(at, form.action), form.fields)
        return status, at, text


folder = sys.argv[1]
port, theirs = t.free_port(), t.free_port()
issuer = 'http://127.0.0.1:%d' % theirs
base = 'http://127.0.0.1:%d' % port
province = t.Province()
secret = os.path.join(t.scratch(), 'secret')
with open(secret, 'w', encoding='utf-8') as f:
    f.write('a secret of the tests, long enough')
config = os.path.join(t.scratch(), 'oidc.json')
with open(config, 'w', encoding='utf-8') as f:
    json.dump({'providers': [
        {'id': i, 'title': 'npm ' + i, 'issuer': issuer, 'client_id': i,
         'client_secret_file': secret} for i in ('rs', 'es')]}, f)
people = t.vanthu('user', 'list', province.store).stdout.decode()
clerk = [x.split()[0] for x in people.splitlines() if 'Lê Thị Dụ' in x][0]
t.equal(t.vanthu('user', 'link', province.store, '--person', clerk,
                 '--issuer', issuer, '--subject', 'du.lt').returncode, 0,
        'linked to the clerk')
for way, who in (('link', ('--person', clerk)), ('unlink', ())):
    t.equal(t.vanthu('user', way, province.store, *who, '--issuer', issuer,
                     '--subject', 'wrong').returncode, 0, way + ' another')

server = t.Server(province, port=port, options=(
    '--oidc', config, '--public-url', base))
# ours, before theirs is there
status, at, text = Browser().ask(base + '/desk/oidc/rs/go')
t.equal(status, 503, 'a provider that does not answer')
provider = t.start(['node', 'provider.mjs', base + '/desk/oidc',
                    open(secret, encoding='utf-8').read(), str(theirs)],
                   cwd=folder, stdout=subprocess.PIPE,
                   stderr=subprocess.DEVNULL)
t.need(provider.stdout.readline().strip() == b'ready',
       'oidc-provider is there')

for which, alg in (('rs', 'RS256'), ('es', 'ES256')):
    b = Browser()
    status, at, text = b.ask(base + '/desk/sign-in')
    t.ok('/desk/oidc/%s/go' % which in text, which + ': on the page')
    status, at, text = b.sign_in(
        base + '/desk/oidc/%s/go?next=/desk/search' % which, 'du.lt')
    t.ok(status == 200 and at.startswith(base + '/desk/oidc/' + which) and
         '/desk/search' in text, alg + ': there and back', '%s %s\n%s' % (
             status, at, text[:600]))
    t.ok(any(c.name == 'vt' and c.has_nonstandard_attr('HttpOnly')
             for c in b.jar), alg + ': with a session')
    t.ok(not any(c.name == 'vt-oidc' for c in b.jar),
         alg + ': what the way needed is taken away')
    status, at2, text = b.ask(base + '/desk')
    t.ok(status == 200 and 'Lê Thị Dụ' in text, alg + ': as the clerk',
         '%s %s' % (status, at2))
    status, _, text = b.ask(at)
    t.equal(status, 401, alg + ': the address of the return is used up')

b = Browser()
status, at, text = b.sign_in(base + '/desk/oidc/rs/go', 'somebody.else')
t.equal(status, 403, 'a subject that nobody linked')
t.ok(not any(c.name == 'vt' for c in b.jar), 'has no session')
one, other = Browser(), Browser()
status, at, text = one.sign_in(base + '/desk/oidc/rs/go', 'du.lt')
status, at, text = other.ask(at)
t.equal(status, 401, 'another browser cannot use the return')

provider.kill()
server.stop()
t.check_clean(province)
t.done()
