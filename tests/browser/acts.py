# SPDX-License-Identifier: GPL-3.0-or-later
"""Every act of the desk pressed by who may, on a phone and on an old screen;
then the pages beside the papers."""
import base64
import hashlib
import hmac
import http.server
import json
import struct
import subprocess
import threading
import time

import officer as o
import sdk
from officer import (PHONE, PROVINCE, SCREEN, act, file, fit, has, press,
                     quiet, sign_in, t, unfold, webdriver)

HOSTED = 'H98.01'
FAR = 'H98.02'


class At:
    """One person at the desk, on a screen of this size."""

    def __init__(self, who, screen):
        self.b = sign_in(who, screen=screen)
        self.name = '%s, %d px' % (who, screen[0])

    def open(self, paper):
        self.b.open(o.URL + '/desk/papers/' + paper)

    def do(self, name, *texts, **fields):
        """Presses an act with these fields; texts are then on the page."""
        unfold(self.b, name)
        for field, value in fields.items():
            css = '#%s-%s' % (name, field)
            if self.b.js('return document.querySelector(arguments[0])'
                         '.tagName', css) == 'SELECT':
                self.choose(css, value)
            else:
                self.b.type(css, value)
        css = act(name) if name != 'version' else \
            'form[action$="/version"] button'
        try:
            press(self.b, css, 'done=' + name)
        except webdriver.WebDriverError as e:
            t.need(False, '%s: %s' % (self.name, name),
                   '%s\n%s' % (e, self.b.text()))
        has(self.b, '%s: %s' % (self.name, name), *texts)
        t.ok(self.b.js('return document.querySelectorAll("[role=status]")'
                       '.length') == 1, '%s: says so once' % name)

    def choose(self, css, start):
        """The choice of a list that begins so."""
        got = self.b.js('''var s = document.querySelector(arguments[0]),
            want = arguments[1];
            s.value = Array.from(s.options).filter(function (o) {
                return o.textContent.trim().indexOf(want) === 0 })[0].value;
            return s.value''', css, start)
        t.need(got, 'a choice ' + start)

    def end(self):
        quiet(self.b, self.name)
        self.b.close()


# --- the walk of our own papers ---

def number(paper):
    return PEOPLE.clerk.paper(paper)['number']['text']


def issued():
    paper = PEOPLE.walk([('cong-van.pdf', t.PDF, t.letter_pdf())])
    PEOPLE.clerk.need(PEOPLE.clerk.act(paper, 'issue'))
    return paper


def drafts(screen):
    """Officer and leader: submit, new version, initials, approve, return."""
    paper = PEOPLE.draft([('cong-van.pdf', t.PDF, t.letter_pdf())],
                         subject='Ký nháy %d' % screen[0])
    officer = At('skhcn-officer', screen)
    officer.open(paper)
    officer.do('submit', 'Đã trình lãnh đạo', note='Trình ký',
               initials='1')
    officer.do('version', 'Đã nhận phiên bản mới', 'Dự thảo', 'sua.pdf',
               file=LETTER)
    officer.do('submit', 'Chờ duyệt', initials='1')
    officer.do('initial', 'Đã ký nháy', pin=PEOPLE.pin('officer'))
    t.ok(not officer.b.js('return document.querySelector(arguments[0]) !== '
                          'null', act('initial')),
         'one place, one act: it is offered no longer')
    leader = At('skhcn-leader', screen)
    leader.open(paper)
    leader.do('return', 'Đã trả lại', 'Sửa căn cứ', note='Sửa căn cứ')
    officer.open(paper)
    officer.do('version', 'Đã nhận phiên bản mới', file=LETTER)
    officer.do('submit', 'Chờ duyệt')
    leader.open(paper)
    leader.do('approve', 'Đã duyệt', note='Đồng ý')
    leader.b.click('#sign-number')
    leader.do('sign', 'Đã ký', 'Chờ cấp số', pin=PEOPLE.pin('leader'))
    leader.end()
    officer.end()
    return paper


def elsewhere(at, name, key, title, *texts):
    """A key on another device, here openssl: value of an act in two steps."""
    at.b.js('document.querySelector("form[action$=two-step]")'
            '.closest("details").open = true')
    if at.b.js('return document.querySelector("details.act:not([open]) '
               'form[action$=two-step]") !== null'):
        unfold(at.b, name)
    press(at.b, 'form[action$="two-step"] button', '/two-step/')
    has(at.b, '%s: what is signed in two steps' % at.name,
        title + ' bằng thiết bị khác')
    at.b.click('a[href$="attrs.der"]')
    attrs = at.b.downloaded('attrs.der')
    pem = subprocess.run(
        ['openssl', 'pkcs12', '-in',
         PROVINCE.path('keys', 'skhcn-%s.p12' % key), '-nocerts', '-nodes',
         '-passin', 'pass:' + PEOPLE.pin(key)],
        capture_output=True, check=True).stdout
    value = subprocess.run(
        ['openssl', 'dgst', '-sha256', '-sign', file(key + '.pem', pem)],
        input=attrs, capture_output=True, check=True).stdout
    at.b.type('#value', base64.b64encode(value).decode())
    press(at.b, 'main form button', 'done=' + name)
    has(at.b, '%s: %s in two steps, said as what it is' % (at.name, name),
        *texts)


def initials_elsewhere(screen):
    paper = PEOPLE.draft([('cong-van.pdf', t.PDF, t.letter_pdf())],
                         subject='Ký nháy hai bước %d' % screen[0])
    PEOPLE.officer.need(PEOPLE.officer.act(paper, 'submit', initials=1))
    officer = At('skhcn-officer', screen)
    officer.open(paper)
    elsewhere(officer, 'initial', 'officer', 'Ký nháy', 'Đã ký nháy.',
              'Chờ duyệt')
    officer.end()
    t.equal(PEOPLE.officer.paper(paper)['initials'], 1,
            'one more is on the paper, and it is not signed')


def fails(sent):
    """The far end says that it cannot read it."""
    def failed():
        axis('updateStatus', docid=sent['id'], status='fail')
        now = PEOPLE.clerk.get('/v1/deliveries/' + sent['id']).json
        return now['state'] == 'failed'
    t.until(failed, 'the far end cannot read it')


def sending(paper, screen, first):
    """The clerk: from the number to what went on paper."""
    clerk = At('skhcn-clerk', screen)
    clerk.open(paper)
    clerk.do('number', 'Đã cấp số và ngày', 'Chờ ký số cơ quan')
    if first:
        elsewhere(clerk, 'seal', 'seal', 'Ký số của cơ quan',
                  'Đã ký số của cơ quan.', 'Chờ phát hành')
    else:
        clerk.do('seal', 'Đã ký số của cơ quan', pin=PEOPLE.pin('seal'))
    clerk.do('issue', 'Đã phát hành')
    clerk.do('print', 'Đã ghi sổ bản in', 'Số bản đã in', copies='3')
    clerk.do('send', 'Đã đưa vào hàng đợi gửi', 'Hội Khuyến học',
             more='H99.31\n%s\nHội Khuyến học' % HOSTED)
    clerk.do('handed', 'nơi nhận có bản giấy', 'Đã đến nơi',
             delivery='Hội Khuyến học', note='Bà Lan ký nhận')
    sent = PEOPLE.clerk.get('/v1/papers/%s/deliveries' % paper).json
    sent = [d for d in sent['deliveries'] if d['to']['code'] == HOSTED][0]
    fails(sent)
    clerk.b.open(o.URL + '/desk')
    has(clerk.b, 'what could not be sent is said', 'Không gửi được', HOSTED,
        'Bên nhận không đọc được gói tin')
    if first:
        fit(clerk.b, 'inbox-failed')
        clerk.b.width(*screen)
    press(clerk.b, 'form.again[action$="/resend"] button', 'done=resend')
    has(clerk.b, 'and sent again from there', 'Đang gửi lại')
    fails(sent)
    clerk.open(paper)
    if first:
        fit(clerk.b, 'paper-failed')
        clerk.b.width(*screen)
    clerk.do('resend', 'Đang gửi lại', delivery=HOSTED)
    clerk.do('take-back', 'Đã đề nghị', note='Gửi nhầm')
    old, by, notice = issued(), issued(), issued()
    clerk.open(old)
    clerk.do('replace', 'Đã ghi nhận thay thế', 'Được thay thế bởi',
             number(by), paper=number(by), note='Sai thể thức')
    amended, letter = issued(), issued()
    clerk.open(amended)
    clerk.do('amend', 'Đã ghi nhận sửa đổi, đính chính',
             'Được sửa đổi, bổ sung bởi', number(letter),
             paper=number(letter), note='Sai ngày ban hành')
    if first:
        fit(clerk.b, 'paper-amended')
        clerk.b.width(*screen)
    clerk.open(letter)
    has(clerk.b, 'the letter says what it corrects',
        'Sửa đổi, bổ sung văn bản', number(amended))
    clerk.open(by)
    clerk.do('recall', 'Đã thu hồi', 'Bị thu hồi theo', number(notice),
             paper=number(notice), note='Ban hành nhầm')
    clerk.open(notice)
    has(clerk.b, 'and the notice says what it recalls', 'Thu hồi văn bản',
        number(by))
    clerk.end()


# --- the other agency ---

def waits():
    got = PEOPLE.their_clerk.get(
        '/v1/papers?direction=in&state=waiting').json['papers']
    return got[0]['id'] if got else None


def arrives():
    paper = issued()
    PEOPLE.clerk.need(PEOPLE.clerk.act(paper, 'dispatch',
                                       to=[{'code': 'H99.31'}]))
    return paper, t.until(waits, 'it waits at the other agency')


def handling(screen, first):
    here = arrives()[1]
    clerk = At('anmau-clerk', screen)
    clerk.open(here)
    clerk.do('refuse', 'Đã từ chối', 'Sai thẩm quyền', note='Sai thẩm quyền')
    paper, here = arrives()
    clerk.open(here)
    clerk.do('accept', 'Đã tiếp nhận và vào sổ')
    clerk.do('assign', 'Đã phân công', 'Phạm Văn Giả', person='Phạm Văn Giả',
             note='Xử lý trong tuần')
    leader = At('anmau-leader', screen)
    leader.b.open(o.URL + '/desk')
    t.ok(leader.b.js('return document.getElementById("q-mine") !== null'),
         'who leads has it in his list')
    leader.open(here)
    opened = PEOPLE.their_clerk.paper(here)['opened_at']
    leader.open(here)
    t.ok(opened and PEOPLE.their_clerk.paper(here)['opened_at'] == opened and
         leader.b.text('body').count('Mở đọc lần đầu') == 2,
         'who looks at the pages has opened it, once')
    leader.do('process', 'Đã ghi nhận bắt đầu xử lý', 'Đang xử lý')
    leader.do('forward', 'Đã chuyển', person=CLERK_THERE, note='Giúp tôi')
    leader.end()
    PEOPLE.clerk.need(PEOPLE.clerk.act(paper, 'take_back',
                                       reason='Gửi nhầm nơi nhận'))
    t.until(lambda: PEOPLE.their_clerk.paper(here)['asked_at'], 'asked back')
    clerk.b.open(o.URL + '/desk')
    has(clerk.b, 'the clerk is told', 'Nơi gửi đề nghị lấy lại, thu hồi')
    clerk.open(here)
    has(clerk.b, 'with the reason', 'Gửi nhầm nơi nhận')
    if first:
        fit(clerk.b, 'paper-asked')
        clerk.b.width(*screen)
    clerk.b.click('#answer-no')
    clerk.do('answer', 'Đã trả lời nơi gửi', note='Đã xử lý xong')
    clerk.do('print', 'Đã ghi sổ bản in', copies='1')
    answer(clerk, here, first)
    clerk.open(here)
    clerk.do('finish', 'Đã ghi nhận hoàn thành', note='Xong')
    clerk.end()


def answer(clerk, here, first):
    """A draft that answers what came: from its page, with its sender."""
    press(clerk.b, 'a[href*="reply_to="]', '/desk/draft?reply_to=')
    subject = PEOPLE.their_clerk.paper(here)['meta']['subject']
    has(clerk.b, 'what is answered is named', 'Trả lời văn bản', subject)
    if first:
        fit(clerk.b, 'reply')
        clerk.b.width(*PHONE)
    t.equal(clerk.b.js('return document.getElementById("to").value'),
            'H99.07', 'its sender gets the answer')
    clerk.b.type('#subject', 'Phúc đáp')
    clerk.b.type('#main-file', LETTER)
    press(clerk.b, '#arrive button.main', 'done=drafted')
    has(clerk.b, 'the draft says what it answers', 'Trả lời văn bản', subject)
    draft = o.paper_of(clerk.b)
    t.equal(PEOPLE.their_clerk.paper(draft)['meta']['reply_to'], here,
            'and so does its record')


# --- beside the papers ---

def code_of(secret):
    step = int(time.time()) // 30
    mac = hmac.new(base64.b32decode(secret), struct.pack('>Q', step),
                   hashlib.sha1).digest()
    at = mac[-1] & 15
    return '%06d' % ((struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff)
                     % 1000000)


def second_factor():
    b = sign_in('skhcn-officer')
    press(b, '.me a', '/desk/me')
    fit(b, 'me')
    press(b, 'a[href$="/factor"]', '/factor')
    fit(b, 'factor')
    b.type('#password', 'khong phai mat khau')
    b.click('main form button')
    b.wait(lambda: 'không đúng' in b.text('body'), 'the refusal')
    b.type('#password', PROVINCE.read('passwords', 'skhcn-officer'))
    b.click('main form button')
    b.wait(lambda: b.js('return document.querySelector("svg.qr") !== null'),
           'the key')
    fit(b, 'factor-key')
    secret = b.text('#secret')
    b.type('#code', code_of(secret))
    b.click('main form button')
    b.wait(lambda: 'Đã bật xác thực hai lớp' in b.text('body'), 'it is on')
    fit(b, 'factor-on')
    codes = b.js('return Array.from(document.querySelectorAll(".codes li"))'
                 '.map(function (l) { return l.textContent })')
    recovery = codes[0]
    quiet(b, 'a second factor', 'status of 401')
    b.close()
    b = webdriver.Browser(o.DRIVER)
    b.open(o.URL + '/desk')
    for code in ('', recovery):
        b.js('document.getElementById("login").value = ""')
        b.type('#login', 'skhcn-officer')
        b.type('#password', PROVINCE.read('passwords', 'skhcn-officer'))
        b.type('#code', code)
        b.click('main button')
        if code == '':
            b.wait(lambda: 'có xác thực hai lớp' in b.text('body'),
                   'the question')
            fit(b, 'wants-code')
    b.wait(lambda: b.url.rstrip('/') == o.URL + '/desk', 'the inbox')
    t.ok(True, 'from now on a code is asked for; a recovery code is one')
    b.open(o.URL + '/desk/me')
    has(b, 'one recovery code is used up', 'đang bật',
        'còn lại: %d' % (len(codes) - 1))
    b.open(o.URL + '/desk/me/factor')
    fit(b, 'factor-off')
    b.type('#off-password', PROVINCE.read('passwords', 'skhcn-officer'))
    b.type('#off-code', recovery)
    b.click('form[action$="/off"] button')
    b.wait(lambda: 'không đúng' in b.text('body'), 'the refusal')
    b.type('#off-password', PROVINCE.read('passwords', 'skhcn-officer'))
    b.type('#off-code', codes[1])
    press(b, 'form[action$="/off"] button', 'done=off')
    has(b, 'off again, by a code that was not used', 'Đã tắt xác thực hai lớp',
        'chưa bật')
    press(b, 'form[action$="sign-out-all"] button', 'sign-in')
    t.ok(True, 'signed out everywhere')
    quiet(b, 'signing in with a code', 'status of 401')
    b.close()


def delegation():
    """The leader is away: the clerk signs in his place."""
    b = sign_in('skhcn-leader')
    b.open(o.URL + '/desk/delegations')
    fit(b, 'delegations')
    b.js('''var s = document.getElementById("to");
        s.value = Array.from(s.options).filter(function (o) {
            return o.textContent.indexOf("Lê Thị Dụ") === 0 })[0].value''')
    b.click(b.js('return "#" + Array.from(document.querySelectorAll('
                 '"fieldset label")).filter(function (l) { return '
                 'l.textContent === "ký văn bản" })[0].htmlFor'))
    b.js('document.getElementById("until").value = arguments[0]',
         time.strftime('%Y-%m-%d', time.gmtime(time.time() + 2 * 86400)))
    b.js('document.getElementById("text").required = false')
    press(b, 'main form[action$="delegations"] button', '/delegations')
    b.wait(lambda: 'Hãy ghi căn cứ' in b.text('body'), 'the refusal')
    fit(b, 'delegations-wrong')
    b.type('#text', 'Giám đốc đi công tác, theo quy chế làm việc')
    press(b, 'main form[action$="delegations"] button', 'done=given')
    has(b, 'a delegation', 'Đã lập ủy quyền', 'Lê Thị Dụ', 'ký văn bản',
        'Đang có hiệu lực')
    fit(b, 'delegations-given')
    paper = PEOPLE.draft([('cong-van.pdf', t.PDF, t.letter_pdf())],
                         subject='Ký theo ủy quyền')
    PEOPLE.agree(paper)
    clerk = At('skhcn-clerk', SCREEN)
    clerk.open(paper)
    clerk.do('sign', 'Đã ký', 'theo ủy quyền của Nguyễn Thị Minh Mẫu',
             pin=PEOPLE.pin('clerk'))
    clerk.end()
    press(b, 'form[action$="/end"] button', 'done=ended')
    has(b, 'ended', 'Đã chấm dứt ủy quyền', 'Đã chấm dứt')
    quiet(b, 'delegations', 'status of 422')
    b.close()


def packets():
    """What came and cannot be read: read again, then set aside."""
    junk = b'\x89junk, no packet at all\n' * 40
    a = axis('sendEdoc', junk + b'\r\n', servicetype='eDoc',
             messagetype='edoc', hash_file=sdk.hash_file(junk),
             **{'from': HOSTED, 'to': 'H99.07'})
    t.equal(a['ErrorCode'], '0', 'what is no packet is taken and kept')
    b = sign_in('skhcn-clerk')
    b.wait(lambda: b.open(o.URL + '/desk') or
           'gói tin đến chưa đọc được' in b.text('body'), 'the notice')
    fit(b, 'inbox-quarantine')
    press(b, '.notice a', '/desk/packets')
    fit(b, 'packets')
    press(b, 'td.subject a', '/desk/packets/')
    fit(b, 'packet')
    one = b.url
    press(b, 'form[action$="/reread"] button', 'done=reread')
    has(b, 'it is read again', 'đang được đọc lại')
    b.wait(lambda: b.open(one) or 'Không nhận gói tin này' in b.text('body'),
           'and found out again')
    b.type('#note', 'Thư rác')
    press(b, 'form[action$="/set-aside"] button', 'done=set-aside')
    has(b, 'set aside', 'Đã ghi nhận không nhận gói tin', 'Thư rác')
    b.open(o.URL + '/desk/packets?show=refused')
    has(b, 'and listed so', 'Thư rác')
    b.open(o.URL + '/desk/packets')
    has(b, 'and waits no longer', 'Không có gói tin nào')
    fit(b, 'packets-none')
    quiet(b, 'packets')
    b.close()


class Gateway(http.server.BaseHTTPRequestHandler):
    """An axis that takes papers, and statuses once it is asked to."""
    takes = False

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        words = str(self.headers) + self.path
        good = Gateway.takes or 'status' not in words or not body
        said = {'status': 'OK' if good else 'FAIL', 'ErrorCode': '0' if good
                else '15', 'ErrorDesc': '', 'DocId': 'demo-1'}
        out = json.dumps(said).encode()
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    def log_message(self, *_):
        pass


def untold(screen, first):
    """What the far end would not be told: said with a reason, told again."""
    Gateway.takes = False
    paper = issued()
    PEOPLE.clerk.need(PEOPLE.clerk.act(paper, 'dispatch', to=[
        {'code': FAR, 'name': 'Sở Mẫu tỉnh khác'}]))
    t.until(lambda: PEOPLE.clerk.get('/v1/papers/%s/deliveries' % paper).json[
        'deliveries'][0]['state'] != 'waiting', 'it is sent')
    clerk = At('skhcn-clerk', screen)
    clerk.open(paper)
    clerk.do('take-back', 'Đã đề nghị', note='Gửi nhầm tỉnh')
    clerk.b.wait(lambda: clerk.b.open(o.URL + '/desk') or
                 'Chưa báo được' in clerk.b.text('body'), 'the list')
    has(clerk.b, 'what was not told, to whom, why', 'Yêu cầu lấy lại', FAR,
        'Gửi nhầm tỉnh', 'không tự gửi lại nữa', 'ErrorCode 15')
    if first:
        fit(clerk.b, 'inbox-untold')
    clerk.open(paper)
    has(clerk.b, 'the paper says so, too', 'Chưa báo được', 'Yêu cầu lấy lại')
    if first:
        fit(clerk.b, 'paper-untold')
        clerk.b.width(*screen)
    Gateway.takes = True
    press(clerk.b, '#untold form.again button', 'done=told-again')
    has(clerk.b, 'it is told again', 'Trạng thái đang được gửi lại.')
    clerk.b.wait(lambda: clerk.b.open(o.URL + '/desk') or
                 'Chưa báo được' not in clerk.b.text('body'), 'it is told')
    t.ok(True, '%s: then it is listed no longer' % clerk.name)
    clerk.end()


def on_paper():
    paper = issued()
    PEOPLE.clerk.need(PEOPLE.clerk.act(paper, 'dispatch', to=[
        {'name': 'Thôn Thượng, xã An Mẫu'}]))
    b = sign_in('skhcn-clerk')
    b.wait(lambda: b.open(o.URL + '/desk/prints') or
           'Thôn Thượng' in b.text('body'), 'the list')
    fit(b, 'prints')
    b.click('.mark summary')
    fit(b, 'prints-mark')
    b.width(*SCREEN)
    b.type('.mark input[name=note]', 'Trưởng thôn')
    b.js('document.querySelector(".mark input[name=on]").value = "2099-01-01"')
    b.click('.mark button')
    b.wait(lambda: b.js('return document.getElementById("handed-why") !== '
                        'null'), 'the refusal')
    t.equal(b.js('return ["handed-on", "handed-note"].map(function (i) {'
                 'return document.getElementById(i).value })'),
            ['2099-01-01', 'Trưởng thôn'],
            'a day to come is told at its field, what was typed is there')
    b.js('document.getElementById("handed-on").value = ""')
    press(b, act('handed'), 'done=handed')
    b.open(o.URL + '/desk/prints')
    t.ok('Thôn Thượng' not in b.text('body'), 'marked off, it is listed no '
         'longer')
    quiet(b, 'on paper', 'status of 422')
    b.close()


def errors():
    """What is not there, in the words of the desk."""
    b = sign_in('skhcn-clerk')
    b.open(o.URL + '/desk/papers/' + '0' * 32)
    has(b, 'no such paper', 'không thuộc cơ quan của bạn', 'Về việc cần làm')
    fit(b, 'not-found')
    b.open(o.URL + '/desk/language?to=en&back=/desk')
    fit(b, 'inbox-en', 'en')
    for page in ('search', 'arrive', 'draft', 'packets', 'prints', 'me',
                 'delegations', 'me/factor'):
        b.open(o.URL + '/desk/' + page)
        fit(b, 'en-' + page.replace('/', '-'), 'en', (SCREEN,))
    quiet(b, 'errors', 'status of 404')
    b.close()


PROVINCE.secret('axis.secret', sdk.SECRET)
GATEWAY = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Gateway)
threading.Thread(target=GATEWAY.serve_forever, daemon=True).start()
PROVINCE.route(HOSTED, 'hosted', *sdk.ROUTE)
PROVINCE.route(FAR, 'axis', '--url', 'http://127.0.0.1:%d'
               % GATEWAY.server_port, *sdk.ROUTE)
SERVER = o.serve()
axis = sdk.caller(SERVER.port)
PEOPLE = t.People(SERVER)
LETTER = file('sua.pdf', t.letter_pdf('--no-fields'))
CLERK_THERE = [p['name'] for p in PEOPLE.their_clerk.get('/v1/people').json[
    'people'] if p['roles'] == ['clerk']][0]

for size in (PHONE, SCREEN):
    walked = drafts(size)
    initials_elsewhere(size)
    sending(walked, size, size == PHONE)
    handling(size, size == PHONE)
    untold(size, size == PHONE)
delegation()
packets()
on_paper()
errors()
second_factor()
o.DRIVER.stop()
SERVER.stop()
GATEWAY.shutdown()
t.check_clean(PROVINCE)
t.done()
