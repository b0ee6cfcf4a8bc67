# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium by the WebDriver protocol, with the standard library.

Everything that is started here is ended here: the test adopts what its
children leave behind (a browser is many processes) and ends it by its number.
"""
import base64
import ctypes
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

PR_SET_CHILD_SUBREAPER = 36
ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
         '--no-first-run', '--disable-background-networking',
         '--disable-component-update', '--disable-sync',
         '--disable-dev-shm-usage', '--force-color-profile=srgb',
         '--hide-scrollbars', '--window-size=1366,900',
         '--host-resolver-rules=MAP vanthu.test 127.0.0.1']
KEYS = {'tab': '\ue004', 'enter': '\ue007', 'shift': '\ue008',
        'space': ' '}
PATIENCE_S = 30

# The browser is on this machine, whatever proxy the environment names.
_http = urllib.request.build_opener(urllib.request.ProxyHandler({}))


_homes = []


def adopt_orphans():
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _children():
    with open('/proc/self/task/%d/children' % os.getpid(),
              encoding='ascii') as f:
        return [int(pid) for pid in f.read().split()]


def end_children():
    """Ends every process that is still ours; removes what browsers wrote."""
    for _ in range(100):  # whose children become ours in turn
        pids = _children()
        if not pids:
            break
        for pid in pids:
            try:
                if os.waitpid(pid, os.WNOHANG)[0] == 0:
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
            except (ChildProcessError, ProcessLookupError):
                pass
    for home in _homes:
        shutil.rmtree(home, True)


def _new_home():
    home = tempfile.mkdtemp(prefix='vanthu-browser-')
    _homes.append(home)
    return home


class WebDriverError(Exception):
    pass


class Driver:
    """chromedriver on a port of its own choice."""

    def __init__(self):
        self.process = subprocess.Popen(
            ['chromedriver', '--port=0'], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, 'TMPDIR': _new_home()})
        self.port = None
        for line in self.process.stdout:
            if 'started successfully on port' in line:
                self.port = int(line.rstrip().rstrip('.').rsplit(' ', 1)[1])
                break
        if self.port is None:
            raise WebDriverError('chromedriver does not start')

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            'http://127.0.0.1:%d%s' % (self.port, path), method=method,
            data=None if method != 'POST' else json.dumps(body or {}).encode(),
            headers={'Content-Type': 'application/json'})
        try:
            with _http.open(request, timeout=PATIENCE_S) as r:
                return json.loads(r.read())['value']
        except urllib.error.HTTPError as e:
            why = json.loads(e.read())['value']
            raise WebDriverError('%s %s: %s: %s' % (
                method, path, why['error'],
                why['message'].splitlines()[0])) from None

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_S)
        self.process.stdout.close()


class Browser:
    """One window with a profile of its own."""

    def __init__(self, driver, javascript=True):
        self.driver = driver
        self.home = _new_home()
        self.downloads = os.path.join(self.home, 'downloads')
        os.mkdir(self.downloads)
        prefs = {'download.default_directory': self.downloads,
                 'download.prompt_for_download': False}
        if not javascript:
            prefs['profile.managed_default_content_settings.javascript'] = 2
        options = {'binary': shutil.which('chromium'), 'prefs': prefs,
                   'args': FLAGS + ['--user-data-dir=' +
                                    os.path.join(self.home, 'profile')]}
        s = driver.ask('POST', '/session', {'capabilities': {'alwaysMatch': {
            'browserName': 'chrome', 'goog:chromeOptions': options,
            'goog:loggingPrefs': {'browser': 'ALL'},
            'timeouts': {'pageLoad': PATIENCE_S * 1000}}}})
        self.base = '/session/' + s['sessionId']
        self.version = s['capabilities']['browserVersion']

    def ask(self, method, path, body=None):
        return self.driver.ask(method, self.base + path, body)

    def cdp(self, command, **params):
        return self.ask('POST', '/goog/cdp/execute',
                        {'cmd': command, 'params': params})

    def open(self, url):
        self.ask('POST', '/url', {'url': url})

    def back(self):
        self.ask('POST', '/back')

    @property
    def url(self):
        return self.ask('GET', '/url')

    @property
    def source(self):
        return self.ask('GET', '/source')

    def js(self, script, *args):
        return self.ask('POST', '/execute/sync',
                        {'script': script, 'args': list(args)})

    def find(self, css):
        return self.ask('POST', '/element', {'using': 'css selector',
                                             'value': css})[ELEMENT]

    def text(self, css='body'):
        return self.ask('GET', '/element/%s/text' % self.find(css))

    def click(self, css):
        self.ask('POST', '/element/%s/click' % self.find(css))

    def type(self, css, text):
        self.ask('POST', '/element/%s/value' % self.find(css),
                 {'text': text})

    def keys(self, *names):
        """Key strokes to whatever has the focus."""
        actions = []
        for name in names:
            held = name.split('+')
            values = [KEYS.get(k, k) for k in held]
            actions += [{'type': 'keyDown', 'value': v} for v in values]
            actions += [{'type': 'keyUp', 'value': v}
                        for v in reversed(values)]
        self.ask('POST', '/actions', {'actions': [
            {'type': 'key', 'id': 'keyboard', 'actions': actions}]})

    def wait(self, condition, what):
        """Until condition() is true; its value."""
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                value = condition()
            except WebDriverError:  # between two pages
                value = None
            if value:
                return value
            if time.monotonic() > end:
                raise WebDriverError('waited in vain for ' + what)
            time.sleep(0.05)

    def arrive(self, part):
        """Waits for a page whose address contains part, whole."""
        self.wait(lambda: part in self.url and self.js(
            'return document.readyState') == 'complete', 'the page ' + part)

    def drop(self, css, *paths):
        """Files dragged from outside and dropped on an element."""
        r = self.js('var r = document.querySelector(arguments[0])'
                    '.getBoundingClientRect();'
                    'return [r.left + r.width / 2, r.top + r.height / 2]',
                    css)
        for kind in ('dragEnter', 'dragOver', 'drop'):
            self.cdp('Input.dispatchDragEvent', type=kind, x=r[0], y=r[1],
                     data={'items': [], 'files': list(paths),
                           'dragOperationsMask': 1})

    def downloaded(self, name):
        path = os.path.join(self.downloads, name)
        self.wait(lambda: os.path.exists(path) and not [
            n for n in os.listdir(self.downloads)
            if n.endswith('.crdownload')], 'the download ' + name)
        with open(path, 'rb') as f:
            return f.read()

    def console(self):
        """What the console said since the last call, as lines."""
        return ['%s %s %s' % (e['level'], e['source'], e['message'])
                for e in self.ask('POST', '/se/log', {'type': 'browser'})]

    def width(self, px, height=900):
        self.cdp('Emulation.setDeviceMetricsOverride', width=px,
                 height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, path):
        shot = self.cdp('Page.captureScreenshot', captureBeyondViewport=True)
        with open(path, 'wb') as f:
            f.write(base64.b64decode(shot['data']))

    def close(self):
        self.ask('DELETE', '')
