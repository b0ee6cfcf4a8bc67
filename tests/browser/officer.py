# SPDX-License-Identifier: GPL-3.0-or-later
"""What the journeys over the desk share: a province with its server, people
who sign in, and what every page must be."""
import atexit
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'scenario'))
import harness as t  # noqa: E402
import webdriver  # noqa: E402

KEEP = os.environ.get('VANTHU_KEEP')
PHONE, SCREEN = SCREENS = ((390, 844), (1366, 768))
CONTRAST = 4.5

webdriver.adopt_orphans()
atexit.register(webdriver.end_children)

with open(os.path.join(HERE, 'measure.js'), encoding='utf-8') as source:
    MEASURE = source.read()

PROVINCE = t.Province()


def serve():
    server = t.Server(PROVINCE)
    global URL, DRIVER
    URL = 'http://127.0.0.1:%d' % server.port
    DRIVER = webdriver.Driver()
    return server


URL = DRIVER = None


# --- what every page must be ---

def fit(b, name, lang='vi', screens=SCREENS):
    """Names, contrast, width and targets on a phone and on an old screen."""
    for width, height in screens:
        b.width(width, height)
        m = b.js(MEASURE)
        if KEEP:
            os.makedirs(KEEP, exist_ok=True)
            b.picture(os.path.join(KEEP, 'desk-%s-%d.png' % (name, width)))
        t.ok(not m['scrolls'] and not m['outside'] and not m['clipped'],
             '%s: fits into %d px' % (name, width),
             '%r %r %r' % (m['scrolls'], m['outside'], m['clipped']))
        t.equal(m['small'], [], '%s: can be hit at %d px' % (name, width))
    t.equal((m['lang'], m['unnamed'], m['ids'], m['dangling'], m['positive']),
            (lang, [], [], [], []),
            name + ': language, names of controls, ids, tab order')
    t.ok(m['contrast']['ratio'] >= CONTRAST and m['contrast']['n'] > 5,
         '%s: the lowest contrast is %.1f' % (name, m['contrast']['ratio']),
         str(m['contrast']))
    t.ok(m['h1'] == 1 and not m['skips'], name + ': headings in order')
    t.equal((m['scripts'], m['inline']), ([URL + '/desk/desk.js'], []),
            name + ': one script, nothing inline')


def quiet(b, name, *allowed):
    said = [line for line in b.console()
            if not any(a in line for a in allowed)]
    t.equal(said, [], name + ': the console is quiet, no policy was broken')


def has(b, name, *texts):
    shown = ' '.join(b.text('body').split())
    t.equal([x for x in texts if x not in shown], [], name)


def press(b, css, part):
    """A button that leads to another page."""
    b.click(css)
    b.arrive(part)


# --- people ---

def sign_in(who, javascript=True, screen=SCREEN):
    b = webdriver.Browser(DRIVER, javascript=javascript)
    b.width(*screen)
    b.open(URL + '/desk')
    b.type('#login', who)
    b.type('#password', PROVINCE.read('passwords', who))
    b.click('main button')
    b.wait(lambda: b.url.rstrip('/') == URL + '/desk', 'the inbox')
    return b


def act(name):
    # not the one that searches, among its fields
    return 'form[action$="/acts/%s"] button:not([name])' % name


def unfold(b, name):
    """Opens the form of an act as people do, unless it is open."""
    folded = 'details.act:not([open]):has(form[action$="/%s"])' % name
    if b.js('return document.querySelector(arguments[0]) !== null', folded):
        b.click(folded + ' > summary')


def paper_of(b):
    return b.url.split('/papers/')[1][:32]


def open_subject(b, subject):
    b.open(URL + '/desk')
    href = b.js('''var want = arguments[0];
        return Array.from(document.querySelectorAll("td.subject a")).filter(
        function (a) { return a.textContent === want; })[0].href''', subject)
    b.open(href)


def drawn(b):
    """The first page is there as a picture."""
    return b.wait(lambda: b.js(
        'var i = document.querySelector(".pages img");'
        'return i !== null && i.complete && i.naturalWidth > 300'),
        'the picture of page 1')


def file(name, data):
    return t.put(PROVINCE.path('out', name), data)
