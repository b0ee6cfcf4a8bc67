# SPDX-License-Identifier: GPL-3.0-or-later
"""The public pages as citizens use them: by mouse, by keyboard, without
JavaScript, on a phone; with a hostile result and a hostile certificate."""
import atexit
import hashlib
import json
import os
import re
import sys
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'scenario'))
import harness as t  # noqa: E402
import webdriver  # noqa: E402

KEEP = os.environ.get('VANTHU_KEEP')
FACT = '0123'  # walk.sh gives it
WIDTHS = (320, 768, 1366)
CONTRAST = 4.5
VIETNAMESE = re.compile('[À-ỹĐđ]')

webdriver.adopt_orphans()
atexit.register(webdriver.end_children)

with open(os.path.join(HERE, 'measure.js'), encoding='utf-8') as source:
    MEASURE = source.read()


# --- the province and its files ---

class Site:
    """A walked province behind a server, and files to check."""

    def __init__(self):
        self.province = t.Province()
        self.server = t.Server(self.province)
        self.url = 'http://127.0.0.1:%d' % self.server.port
        walk = t.run(os.path.join(t.DEMO, 'walk.sh'), self.province.dir,
                     t.VANTHU, self.url)
        t.need(walk.returncode == 0, 'both papers are walked',
               (walk.stdout + walk.stderr).decode())
        last = dict(line.split('=', 1)
                    for line in self.province.read('last').splitlines())
        self.code = last['code']
        self.letter = last['letter']
        self.notice = t.load('notice.json')
        self.result = json.loads(self.ask('/v1/results/' + self.code).body)

    def ask(self, path):
        return self.server.client().get(path)

    def fresh(self):
        """The server again: what it counted of our address is forgotten."""
        port = self.server.port
        self.server.stop()
        self.server = t.Server(self.province, port=port)
        t.need(self.server.port == port, 'the server starts again')

    def file(self, name, data):
        return t.put(self.province.path('out', name), data)


def tampered(site):
    """One bit of the first stream turned, which every signature covers."""
    with open(site.letter, 'rb') as f:
        data = bytearray(f.read())
    at = re.search(rb'stream\r?\n', bytes(data)).end() + 20
    data[at] ^= 1
    path = site.file('da-sua.pdf', data)
    t.need(t.verdict(path, '--anchors', site.province.anchors)[1]
           ['overall'] == 'TOTAL-FAILED', 'the tampered file is a bad one')
    return path


HOSTILE_NAME = '<img src=x onerror=hit()>"&lt;\''


def signed_by_markup(site):
    """A file whose signer's name, in a trusted certificate, is markup."""
    p = site.province
    p.issue('hostile', '/C=VN/O=Sở mẫu/CN=' + HOSTILE_NAME)
    plain = site.file('thu.pdf', t.letter_pdf())
    out = p.path('out', 'ten-la.pdf')
    made = t.vanthu('sign', plain, '-o', out, '--field', 'vt_leader',
                    '--key', 'file:' + p.path('keys', 'hostile.p12'),
                    '--pin-file', p.path('pins', 'hostile'))
    t.need(made.returncode == 0, 'a file signed by a hostile name',
           made.stderr.decode())
    return out


# Bounded by 200 characters a text, so several of them.
HOSTILE = ['<script>hit()</script>', '"><img src=x onerror=hit()>',
           '\'"&amp;<b>&#60;</dd></dl><svg/onload=hit()>',
           '</title><script src=/assets/citizen.js?hit></script>']


def hostile_result(site):
    """A result whose every text is markup, issued; its code."""
    people = t.People(site.server)
    body = t.load('notice.json')
    body.update(notation='TB-SKHCN', holder_fact=FACT, subject=HOSTILE[3],
                citizen='Nguyễn <script>hit()</script> Thử',
                facts=[{'label': 'Nhãn ' + h, 'value': h} for h in HOSTILE])
    made = people.officer.need(people.officer.post('/v1/results', body)).json
    paper = made['paper']
    people.agree(paper)
    people.leader.need(people.sign(paper, False))
    people.clerk.need(people.clerk.act(paper, 'number'))
    people.clerk.need(people.seal(paper))
    people.clerk.need(people.clerk.act(paper, 'issue'))
    return made['code'], body


# --- what every page must be ---

def picture(browser, name):
    if KEEP:
        os.makedirs(KEEP, exist_ok=True)
        browser.picture(os.path.join(KEEP, name + '.png'))


def fit_to_read(browser, name, lang='vi'):
    """Language, names, contrast, and the width of three screens."""
    for px in WIDTHS:
        browser.width(px)
        m = browser.js(MEASURE)
        picture(browser, '%s-%d' % (name, px))
        t.ok(not m['scrolls'] and not m['outside'] and not m['clipped'],
             '%s: fits into %d px' % (name, px),
             '%r %r %r' % (m['scrolls'], m['outside'], m['clipped']))
        t.equal(m['small'], [], '%s: can be hit at %d px' % (name, px))
    t.equal(m['lang'], lang, name + ': says its language')
    t.ok(len(m['title']) > 3, name + ': has a title', m['title'])
    t.ok(m['contrast']['ratio'] >= CONTRAST and m['contrast']['n'] > 5,
         '%s: the lowest contrast is %.1f, wanted %.1f' % (
             name, m['contrast']['ratio'], CONTRAST), str(m['contrast']))
    t.equal(m['unnamed'], [], name + ': every control has a name')
    t.ok(m['h1'] == 1 and not m['skips'],
         name + ': one main heading, no level left out')
    t.equal((m['ids'], m['dangling'], m['positive']), ([], [], []),
            name + ': ids are unique and there, tab order is reading order')
    t.equal((m['scripts'], m['inline']),
            ([URL + '/assets/citizen.js'], []),
            name + ': one script, nothing inline')


def quiet(browser, name, *allowed):
    """The console said nothing but what is allowed (parts of lines)."""
    said = [line for line in browser.console()
            if not any(a in line for a in allowed)]
    t.equal(said, [], name + ': the console is quiet')


def around_by_keyboard(browser, name):
    """Tab reaches every control once, in order, with a visible focus."""
    browser.js('document.activeElement.blur(); window.scrollTo(0, 0);'
               'getSelection().removeAllRanges();')
    want = browser.js(MEASURE)['controls']
    seen, hidden = [], []
    for _ in range(want):
        browser.keys('tab')
        e = browser.js('''
            var e = document.activeElement, s = getComputedStyle(e),
                r = e.getBoundingClientRect(),
                all = Array.from(document.querySelectorAll('*'));
            return {at: all.indexOf(e), tag: e.tagName, id: e.id,
                text: e.textContent.slice(0, 30),
                ring: s.outlineStyle !== 'none' &&
                    parseFloat(s.outlineWidth) >= 2,
                inside: r.width > 0 && r.top >= 0 && r.left >= 0 &&
                    r.bottom <= innerHeight && r.right <= innerWidth}''')
        seen.append(e['at'])
        if not e['ring'] or not e['inside'] or e['tag'] == 'BODY':
            hidden.append(e)
    t.ok(len(set(seen)) == want and seen == sorted(seen),
         '%s: Tab reaches all %d controls in order' % (name, want), str(seen))
    t.equal(hidden, [], name + ': the focus is seen on each')
    browser.keys('shift+tab')
    back = browser.js('return Array.from(document.querySelectorAll("*"))'
                      '.indexOf(document.activeElement)')
    t.equal(back, seen[-2], name + ': and goes back')


def contains(browser, texts, name):
    shown = ' '.join(browser.text().split())
    t.equal([x for x in texts if ' '.join(x.split()) not in shown], [], name)


# --- the journeys ---

def home(b):
    b.open(URL + '/')
    t.equal(b.text('h1'), 'Văn bản này có thật không?', 'the home page loads')
    fit_to_read(b, 'home')
    b.width(WIDTHS[0])
    b.type('#code', SITE.code)
    t.ok(b.js('var c = document.getElementById("code");'
              'return c.scrollWidth <= c.clientWidth'),
         'the whole code is seen in its field at %d px' % WIDTHS[0])
    b.open(URL + '/')
    b.width(WIDTHS[-1])
    around_by_keyboard(b, 'home')
    quiet(b, 'home')
    b.click('a.lang')
    b.arrive('lang=en')
    t.equal(b.text('h1'), 'Is this document genuine?', 'the English switch')
    fit_to_read(b, 'home-en', 'en')
    left = b.text().replace('Tiếng Việt', '')
    t.ok(not VIETNAMESE.search(left), 'nothing Vietnamese is left', left)
    quiet(b, 'home in English')
    b.type('#code', SITE.code)
    b.click('form[action="/r"] button')
    b.arrive('/r/')
    t.equal(b.js('return document.querySelector("dd").lang'), 'vi',
            "the paper's own words are marked as Vietnamese")
    t.ok(b.url.endswith('?lang=en') and b.text('h1') == 'Issued',
         'English stays after a look-up', b.url + b.text('h1'))
    b.click('a.lang')
    b.wait(lambda: b.text('h1') == 'Đã phát hành', 'Vietnamese')
    t.ok('lang=' not in b.url, 'and back to Vietnamese, same result', b.url)


def shown_of_result():
    r = SITE.result
    y, m, d = r['date'][:10].split('-')
    texts = ['Đã phát hành', r['issuer']['name'], r['issuer']['code'],
             r['type'], r['number'], '%s/%s/%s' % (d, m, y), r['holder'],
             SITE.code]
    for fact in SITE.notice['facts']:
        texts += [fact['label'], fact['value']]
    return texts


def result(b):
    t.ok(SITE.notice['citizen'] != SITE.result['holder'] and
         '*' in SITE.result['holder'], "the holder's name is masked",
         SITE.result['holder'])
    spoken = SITE.code.lower().replace('-', ' ')
    for typed in (SITE.code, spoken):
        b.open(URL + '/')
        b.type('#code', typed)
        b.click('form[action="/r"] button')
        b.arrive('/r/')
        contains(b, shown_of_result(), 'the code typed "%s" shows status, '
                 'issuer, type, number, date, name, facts' % typed)
        t.ok(SITE.notice['citizen'] not in b.source,
             'and not the whole name')
    b.open(URL + '/r/' + SITE.code)
    contains(b, shown_of_result(), 'the address in the QR code shows the same')
    fit_to_read(b, 'result')
    around_by_keyboard(b, 'result')
    b.keys('enter')  # on the one before the last: into the field
    quiet(b, 'result')


def by_keyboard_alone(b):
    b.open(URL + '/')
    b.keys('tab', 'enter')
    t.ok(b.url.endswith('#main'), 'keyboard: the first Tab skips the header')
    while b.js('return document.activeElement.id') != 'code':
        b.keys('tab')
    b.keys(*SITE.code, 'enter')
    b.arrive('/r/')
    t.equal(b.text('h1'), 'Đã phát hành', 'keyboard: code and Enter')
    while b.js('return document.activeElement.tagName') != 'SUMMARY':
        b.keys('tab')
    t.ok(not b.js('return document.querySelector("details").open'),
         'the fingerprint is folded')
    b.keys('enter')
    t.equal(b.text('#hash'), SITE.result['sha256'],
            'keyboard: Enter unfolds the SHA-256')
    fit_to_read(b, 'result-unfolded')


def wrong_code(b):
    last = '0' if SITE.code[-1] != '0' else '1'
    for code, what in ((SITE.code[:-1] + last, 'a letter mistyped'),
                       ('0' * 17, 'an unknown one')):
        b.open(URL + '/')
        b.type('#code', code)
        b.click('form[action="/r"] button')
        b.arrive('/r/')
        contains(b, ['so lại từng ký tự', 'Về trang tra cứu'],
                 'wrong code, %s: says so, and what to do' % what)
        t.ok(SITE.result['number'] not in b.text(), 'and shows nothing')
    fit_to_read(b, 'wrong-code')
    around_by_keyboard(b, 'wrong code')
    quiet(b, 'wrong code', 'status of 404')
    b.click('a.lang')
    b.arrive('lang=en')
    contains(b, ['letter by letter'], 'wrong code: and in English')
    b.click('main a.button')
    b.arrive('/?lang=en')
    b.open(URL + '/')
    b.type('#code', '<script>hit()</script>')
    b.click('form[action="/r"] button')
    b.arrive('/r/')
    t.ok('<script>hit' not in b.source, 'a code of markup comes to nothing')
    b.open(URL + '/r/' + urllib.parse.quote('<script>hit()</script>'))
    t.ok('<script>hit' not in b.source, 'nor in the address')
    quiet(b, 'markup as code', 'status of 404')


def download(b, name):
    b.open(URL + '/r/' + SITE.code)
    b.type('#fact', '9999')
    b.click('form[action^="/r/"] button')
    b.arrive('/download')
    contains(b, ['không khớp'], name + ': a wrong fact is refused, clearly')
    t.equal(os.listdir(b.downloads), [], name + ': and nothing downloaded')
    if name == 'download':
        fit_to_read(b, 'wrong-fact')
        quiet(b, 'wrong fact', 'status of 403')
    b.click('main a.button')
    b.wait(lambda: b.text('h1') == 'Đã phát hành', 'the result again')
    b.click('summary')
    shown = b.text('#hash')
    b.type('#fact', FACT)
    b.click('form[action^="/r/"] button')
    data = b.downloaded(SITE.code + '.pdf')
    t.ok(data.startswith(b'%PDF-') and
         hashlib.sha256(data).hexdigest() == shown,
         name + ': the right fact gives the PDF with the SHA-256 shown')
    t.all_passed(data, SITE.province, 2, name + ': with its two signatures')


VERDICTS = (  # file, banner, what the lines say
    ('good', 'Chữ ký hợp lệ', ['Chữ ký 3 · ✓ Hợp lệ', 'Người ký',
                              'Nguyễn Thị Minh Mẫu']),
    ('tampered', 'Không hợp lệ', ['✕ Không hợp lệ', 'Tên tự khai',
                                  'Chi tiết kỹ thuật']),
    ('unsigned', 'Không có chữ ký số', ['không phải là chữ ký số']),
    ('no PDF', 'Không đọc được tệp này', []),
)


def check(b, files):
    for how in ('chosen', 'dropped'):
        for kind, banner, lines in VERDICTS:
            b.open(URL + '/')
            if how == 'chosen':
                b.type('#file', files[kind])
                b.click('#go')
            else:
                b.drop('#drop', files[kind])
            b.arrive('/check')
            name = 'check, %s, %s' % (how, kind)
            t.equal(b.text('h1'), banner, name + ': the verdict')
            contains(b, lines, name + ': and its lines')
            if kind == 'tampered':
                t.ok('các thay đổi được phép' not in b.text(),
                     name + ': and nothing that takes it back')
            if how == 'chosen':
                fit_to_read(b, 'check-' + kind.replace(' ', '-'))
    quiet(b, 'checks')
    b.open(URL + '/')
    b.drop('#drop', files['good'])
    b.arrive('/check')
    around_by_keyboard(b, 'check')
    b.back()
    b.wait(lambda: b.url == URL + '/', 'home')
    t.equal(b.js('var g = document.getElementById("go");'
                 'return [g.disabled, g.textContent]'), [False, 'Kiểm tra'],
            'back from a check: the form can be used again')
    b.open(URL + '/?lang=en')
    b.type('#file', files['tampered'])
    b.click('#go')
    b.arrive('/check')
    t.equal(b.text('h1'), 'Not valid', 'a check in English')
    fit_to_read(b, 'check-en', 'en')
    quiet(b, 'check in English')


HIT = 'return [window.hit, document.images.length]'


def hostile(b, code, body, signed):
    b.open(URL + '/r/' + code)
    t.equal(b.js('return Array.from(document.querySelectorAll(".facts dd"))'
                 '.map(function(e) { return e.textContent })')[-6:-2],
            HOSTILE, 'markup in facts is text, letter by letter')
    t.equal(b.js('return Array.from(document.querySelectorAll(".facts dt"))'
                 '.map(function(e) { return e.textContent })')[-6:-2],
            ['Nhãn ' + h for h in HOSTILE], 'and in their labels')
    contains(b, [body['subject']], 'and in the subject')
    t.equal(b.js(HIT), [None, 0], 'and nothing of it ran')
    fit_to_read(b, 'hostile')
    b.open(URL + '/')
    b.type('#file', signed)
    b.click('#go')
    b.arrive('/check')
    contains(b, [HOSTILE_NAME], 'markup as the name of a signer is text')
    t.equal(b.js(HIT), [None, 0], 'and did not run')
    fit_to_read(b, 'hostile-signer')
    quiet(b, 'markup')


def without_javascript(b, files):
    b.open('data:text/html,<p id=p>off</p><script>'
           'document.getElementById("p").textContent = "on"</script>')
    t.need('>off<' in b.source, 'this browser runs no JavaScript')
    b.open(URL + '/')
    t.ok('hidden' in re.search('<p[^>]*id="hint"[^>]*>', b.source).group(),
         'without JavaScript: dropping is not offered')
    b.type('#code', SITE.code)
    b.click('form[action="/r"] button')
    b.wait(lambda: '/r/' in b.url, 'the result')
    contains(b, shown_of_result(), 'without JavaScript: the result')
    download(b, 'without JavaScript')
    for kind, banner, lines in VERDICTS[:2]:
        b.open(URL + '/')
        b.type('#file', files[kind])
        b.click('#go')
        b.wait(lambda: '/check' in b.url, 'the verdict')
        t.equal(b.text('h1'), banner, 'without JavaScript: %s file' % kind)
        contains(b, lines, 'and its lines')
    quiet(b, 'without JavaScript', 'status of 403')


SITE = Site()
URL = SITE.url
FILES = {'good': SITE.letter, 'tampered': tampered(SITE),
         'unsigned': SITE.file('chua-ky.pdf', t.letter_pdf('--no-fields')),
         'no PDF': SITE.file('khong-phai.pdf', b'Kh\xc3\xb4ng ph\xe1i PDF\n')}
SIGNED = signed_by_markup(SITE)
RESULT = hostile_result(SITE)

driver = webdriver.Driver()
browser = webdriver.Browser(driver)
print('# Chromium ' + browser.version)
home(browser)
result(browser)
by_keyboard_alone(browser)
wrong_code(browser)
SITE.fresh()
download(browser, 'download')
check(browser, FILES)
SITE.fresh()
hostile(browser, *RESULT, SIGNED)
browser.close()
plain = webdriver.Browser(driver, javascript=False)
without_javascript(plain, FILES)
plain.close()
driver.stop()
SITE.server.stop()
t.check_clean(SITE.province)
t.done()
