# SPDX-License-Identifier: GPL-3.0-or-later
"""The officer's desk as its people use it: from a draft to the other agency's
book, by mouse, by keyboard alone, without JavaScript, on a phone."""
import base64
import os
import subprocess

import officer as o
from officer import (PROVINCE, SCREEN, act, drawn, file, fit, has,
                     open_subject, paper_of, press, quiet, sign_in, t, unfold,
                     webdriver)

# --- the journeys ---

def at_the_door(b):
    b.open(URL + '/desk')
    t.ok(b.url.endswith('/desk/sign-in'), 'nobody sees the desk unknown')
    fit(b, 'sign-in')
    b.type('#login', 'skhcn-clerk')
    b.type('#password', 'khong phai mat khau')
    b.click('main button')
    b.wait(lambda: 'Sai tên đăng nhập' in b.text('body'), 'the refusal')
    t.equal(b.js('return [document.getElementById("login").value,'
                 'document.getElementById("password").value]'),
            ['skhcn-clerk', ''], 'a wrong password: the name is kept')
    t.equal(b.js('return document.cookie'), '',
            'and no script sees a cookie')
    fit(b, 'wrong-password')
    quiet(b, 'a wrong password', 'status of 401')
    # under a name, without TLS, the browser says only Origin of a form
    b.open(URL.replace('127.0.0.1', 'vanthu.test') + '/desk/sign-in')
    b.type('#login', 'skhcn-clerk')
    b.type('#password', 'khong phai mat khau')
    b.click('main button')
    b.wait(lambda: 'Sai tên đăng nhập' in b.text('body'),
           'over plain HTTP the form is known to be ours')
    quiet(b, 'a wrong password by plain HTTP', 'status of 401',
          'Cross-Origin-Opener-Policy')
    b.open(URL + '/desk/papers/' + '0' * 32)
    t.ok('next=/desk/papers/' in b.url.replace('%2F', '/'),
         'a paper asked for unknown is shown after signing in')
    press(b, 'a.lang', '/desk/sign-in')
    t.equal(b.text('h1'), 'Sign in to the desk', 'the desk in English')
    fit(b, 'sign-in-en', 'en')
    press(b, 'a.lang', '/desk/sign-in')


def draft(b, letter, annex):
    b.open(URL + '/desk/draft')
    fit(b, 'draft')
    b.type('#subject', SUBJECT)
    b.type('#notation', 'SKHCN-CĐS')
    b.type('#to', 'H99.31\nCác phòng thuộc Sở')
    b.type('#main-file', letter)
    b.type('#annex', annex)
    press(b, 'main form button', 'done=drafted')
    has(b, 'a draft with an annex', 'Đã lập dự thảo', 'phu-luc.xlsx',
        'Ủy ban nhân dân xã An Mẫu', 'Các phòng thuộc Sở')
    drawn(b)
    fit(b, 'paper-draft')
    press(b, act('submit'), 'done=submit')
    has(b, 'submitted', 'Đã trình lãnh đạo', 'Chờ duyệt')
    quiet(b, 'a draft')
    return paper_of(b)


def leader_signs(paper):
    """By keyboard alone, from the door to the signature."""
    b = webdriver.Browser(DRIVER)
    b.width(*SCREEN)
    b.open(URL + '/desk')
    focus = 'return document.activeElement.id'
    while b.js(focus) != 'login':
        b.keys('tab')
    b.keys(*'skhcn-leader', 'tab',
           *PROVINCE.read('passwords', 'skhcn-leader'), 'enter')
    b.wait(lambda: b.url.rstrip('/') == URL + '/desk', 'the inbox')
    has(b, 'keyboard: signed in', 'Chờ duyệt', SUBJECT)
    fit(b, 'inbox-leader')
    while b.js('var e = document.activeElement; return e.tagName === "A" ?'
               ' e.textContent : ""') != SUBJECT:
        b.keys('tab')
    b.keys('enter')
    b.arrive('/desk/papers/')
    t.equal(paper_of(b), paper, 'keyboard: the paper')
    drawn(b)
    has(b, 'an officer sees what he may do', 'Duyệt', 'Trả lại người soạn')
    t.ok('Phát hành' not in b.text('#acts') and
         'Ký số' not in b.text('#acts'),
         'and not what others do, or comes later', b.text('#acts'))
    while b.js(focus) != 'approve-note':
        b.keys('tab')
    b.keys(*'Dong y', 'tab', 'enter')
    b.arrive('done=approve')
    has(b, 'keyboard: approved', 'Đã duyệt', 'Dong y')
    while b.js(focus) != 'sign-pin':
        b.keys('tab')
    b.keys(*'0000', 'enter')
    b.wait(lambda: b.js('return document.readyState') == 'complete' and
           'Sai mã PIN' in b.text('#acts'), 'the refusal')
    t.equal(b.js(focus), 'sign-pin',
            'a wrong PIN is told at its field, and the keyboard is there')
    t.equal(b.js('return document.activeElement.value'), '',
            'and is not written back')
    fit(b, 'wrong-pin')
    quiet(b, 'a wrong PIN', 'status of 403')
    b.keys(*PROVINCE.pin('skhcn-leader'), 'enter')
    b.arrive('done=sign')
    has(b, 'keyboard: signed, with its number', 'Đã ký', '/SKHCN-CĐS')
    b.wait(lambda: 'Hợp lệ' in b.text('#verdict'), 'the verdict')
    has(b, 'the verdict in plain words', 'Chữ ký hợp lệ',
        'Nguyễn Thị Minh Mẫu')
    fit(b, 'paper-signed')
    b.open(URL + '/desk/papers/%s/check' % paper)
    fit(b, 'check')
    quiet(b, 'signing')
    b.close()


def clerk_sends(b):
    b.open(URL + '/desk')
    fit(b, 'inbox-clerk')
    open_subject(b, SUBJECT)
    b.type('#seal-pin', PROVINCE.pin('skhcn-seal'))
    press(b, act('seal'), 'done=seal')
    has(b, 'sealed', 'Đã ký số của cơ quan')
    press(b, act('issue'), 'done=issue')
    has(b, 'issued', 'Đã phát hành')
    fit(b, 'send')
    b.type('#send-more', 'H99.00.KHONG')
    b.js('document.getElementById("send-book").closest("details").open = true')
    b.type('#send-book', 'an mau')
    b.click('button[name=find]')
    b.wait(lambda: b.url.endswith('/acts/send'), 'the book was searched')
    t.equal(b.js('return document.getElementById("send-more").value'),
            'H99.00.KHONG', 'a search in the book keeps what was typed')
    b.click(act('send'))
    b.wait(lambda: 'Không có cơ quan' in b.text('#acts'), 'the refusal')
    t.equal(b.js('return document.getElementById("send-more").value'),
            'H99.00.KHONG', 'an unknown code: told, and still there')
    b.js('document.getElementById("send-more").value = "Hội Khuyến học"')
    press(b, act('send'), 'done=send')
    has(b, 'sent', 'Đã đưa vào hàng đợi gửi', 'Hội Khuyến học',
        'In và gửi giấy')
    fit(b, 'paper-sent')
    quiet(b, 'sending', 'status of 422')


def numbers(b, people):
    """Order B: signed first, the number by the clerk."""
    paper = people.draft([('cong-van.pdf', t.PDF, t.letter_pdf())],
                         subject='Ký trước, số sau')
    people.agree(paper)
    people.leader.need(people.sign(paper, False))
    open_subject(b, 'Ký trước, số sau')
    # the same form sent once before, as a double click does
    sent = b.js('''var f = document.querySelector("form[action$='/number']");
        var r = new XMLHttpRequest();
        r.open("POST", f.action, false);
        r.setRequestHeader("Content-Type",
                           "application/x-www-form-urlencoded");
        r.send(new URLSearchParams(new FormData(f)).toString());
        return r.responseURL;''')
    t.ok('done=number' in sent, 'the number form, sent once', sent)
    press(b, act('number'), 'done=number')
    has(b, 'and again', 'Đã cấp số và ngày', 'Ký số của cơ quan')
    t.equal(people.clerk.paper(paper)['number']['text'].split('/')[0], '02',
            'the same form sent twice gave one number')


def conflict(b, people):
    paper = people.draft([('cong-van.pdf', t.PDF, t.letter_pdf())],
                         subject='Hai người cùng lúc')
    people.officer.need(people.officer.act(paper, 'submit', initials=0))
    b.open(URL + '/desk/papers/' + paper)
    main = people.officer.paper(paper)['parts'][0]['sha256']
    people.leader.need(people.leader.act(paper, 'return', main=main,
                                         note='Sửa căn cứ'))
    b.type('#approve-note', 'Tôi đồng ý')
    b.click(act('approve'))
    b.wait(lambda: 'Đã đổi trong lúc bạn đọc' in b.text('body'),
           'the conflict')
    has(b, 'a conflict says what changed, and keeps what was typed',
        'Sửa căn cứ', 'Trả lại', 'Tôi đồng ý')
    fit(b, 'conflict')
    quiet(b, 'a conflict', 'status of 412', 'status of 409')


def two_steps(b, people):
    """With the holder's key elsewhere: here, openssl."""
    paper = people.draft([('cong-van.pdf', t.PDF, t.letter_pdf())],
                         subject='Ký bằng thiết bị khác')
    people.agree(paper)
    b.open(URL + '/desk/papers/' + paper)
    b.js('document.querySelector("form[action$=two-step]")'
         '.closest("details").open = true')
    press(b, 'form[action$="two-step"] button', '/two-step/')
    fit(b, 'two-step')
    has(b, 'what to do with the device is said', 'Ký bằng thiết bị khác',
        'Không ký tệp PDF của văn bản', 'Đừng để phần mềm băm thêm',
        'giá trị chữ ký thuần', 'Làm xong trước', 'Về văn bản')
    b.click('a[href$="attrs.der"]')
    attrs = b.downloaded('attrs.der')
    b.type('#value', base64.b64encode(b'x' * 70).decode())
    press(b, 'main form button', '/two-step/')
    b.wait(lambda: 'không khớp' in b.text('body'), 'the refusal')
    key = subprocess.run(
        ['openssl', 'pkcs12', '-in',
         PROVINCE.path('keys', 'skhcn-leader.p12'), '-nocerts', '-nodes',
         '-passin', 'pass:' + PROVINCE.pin('skhcn-leader')],
        capture_output=True, check=True).stdout
    path = PROVINCE.path('out', 'key.pem')
    with open(path, 'wb') as f:
        f.write(key)
    value = subprocess.run(['openssl', 'dgst', '-sha256', '-sign', path],
                           input=attrs, capture_output=True,
                           check=True).stdout
    b.js('document.getElementById("value").value = arguments[0]',
         base64.encodebytes(value).decode())
    press(b, 'main form button', 'done=sign')
    has(b, 'signed in two steps', 'Đã ký.', 'Chờ ký số cơ quan')
    quiet(b, 'two steps', 'status of 422')


def receives(b):
    """The other agency: what came is taken, given to somebody, finished."""
    b.wait(lambda: b.open(URL + '/desk') or SUBJECT in b.text('body'),
           'the paper that was sent')
    fit(b, 'inbox-commune')
    open_subject(b, SUBJECT)
    drawn(b)
    b.wait(lambda: 'Hợp lệ' in b.text('#verdict'), 'the verdict')
    has(b, 'whose each signature is', 'chữ ký số cá nhân',
        'chữ ký số của cơ quan, tổ chức (con dấu)')
    fit(b, 'paper-waiting')
    press(b, act('accept'), 'done=accept')
    has(b, 'accepted', 'Đã tiếp nhận và vào sổ', 'Số đến 01')
    b.js('''var s = document.getElementById("assign-person");
        s.value = Array.from(s.options).filter(function (o) {
            return o.textContent.indexOf("Phạm Văn Giả") === 0 })[0].value''')
    b.type('#assign-note', 'Xử lý trong tuần')
    press(b, act('assign'), 'done=assign')
    has(b, 'assigned', 'Đã phân công', 'Phạm Văn Giả', 'Xử lý trong tuần')
    t.ok('→ Phạm Văn Giả' in b.text('#acts-done'), 'history names to whom')
    fit(b, 'paper-assigned')
    unfold(b, 'finish')
    press(b, act('finish'), 'done=finish')
    has(b, 'finished', 'Đã ghi nhận hoàn thành')
    quiet(b, 'receiving')


def told(paper):
    """The sender's side: which recipient a status is of, and all of them."""
    b = sign_in('skhcn-clerk')
    b.wait(lambda: b.open(URL + '/desk/papers/' + paper) or
           'Ủy ban nhân dân xã An Mẫu: Đã xử lý xong' in b.text('#acts-done'),
           'the last status, with its recipient')
    t.ok('→ Ủy ban nhân dân xã An Mẫu' in b.text('#acts-done'),
         'and to whom it was sent')
    press(b, '#to a[href*="/deliveries/"]', '/deliveries/')
    has(b, 'all that one recipient said', 'Các trạng thái đã nhận',
        'Đã tiếp nhận', 'Đã phân công', 'Đã xử lý xong')
    fit(b, 'delivery')
    b.open(b.url + '?lang=en')
    has(b, 'in English', 'Statuses that came', 'Finished')
    fit(b, 'delivery-en', 'en')
    quiet(b, 'told')
    b.close()


def heavy(people):
    """A subject over many lines, 30 files, 600 recipients."""
    subject = ('Rà soát, thống kê trang thiết bị tiếp nhận và trả kết quả '
               * 15)[:900].strip()
    paper = people.draft(
        [('cong-van.pdf', t.PDF, t.letter_pdf())] +
        [('phu-luc-%02d-bang-ke-chi-tiet-cac-don-vi-truc-thuoc.xlsx' % i,
          'application/octet-stream', t.annex_xlsx()) for i in range(29)],
        subject=subject)
    people.agree(paper)
    people.leader.need(people.sign(paper))
    people.clerk.need(people.seal(paper))
    people.clerk.need(people.clerk.act(paper, 'issue'))
    people.clerk.need(people.clerk.act(
        paper, 'dispatch', to=[{'name': 'Xã số %d' % i}
                               for i in range(600)]))
    b = sign_in('skhcn-clerk')
    b.open(URL + '/desk/papers/' + paper)
    drawn(b)
    has(b, 'many of everything', 'Các tệp còn lại: 22', 'Xem tiếp',
        'và 597 nơi khác')
    fit(b, 'paper-heavy')
    b.open(URL + '/desk/papers/' + paper + '?lang=en')
    fit(b, 'paper-heavy-en', 'en')
    b.open(URL + '/desk/search?q=th%E1%BB%91ng+k%C3%AA')
    has(b, 'it is found', 'Rà soát, thống kê')
    fit(b, 'search-heavy')
    quiet(b, 'many of everything')
    b.close()


def arrival(b, files):
    b.open(URL + '/desk/arrive')
    fit(b, 'arrive')
    b.drop('#drop', *files)
    b.wait(lambda: b.js('return [document.getElementById("main-file").files'
                        '.length, document.getElementById("annex").files'
                        '.length]') == [1, len(files) - 1], 'the files')
    b.js('document.getElementById("subject").required = false')
    b.type('#agency', 'Sở Nội vụ tỉnh Mẫu')
    b.type('#number', '77')
    b.type('#notation', 'SNV-VP')
    b.click('main form button')
    b.wait(lambda: 'Hãy ghi trích yếu' in b.text('body'), 'the refusal')
    has(b, 'without a subject: told at the field, the files are kept',
        'đã nhận', os.path.basename(files[0]), os.path.basename(files[1]))
    t.equal(b.js('return document.getElementById("agency").value'),
            'Sở Nội vụ tỉnh Mẫu', 'and so is what was typed')
    fit(b, 'arrive-again')
    b.type('#subject', 'Hướng dẫn bình xét thi đua <b>2026</b>')
    press(b, 'main form button', 'done=arrived')
    has(b, 'an arrival by drop', 'Đã vào sổ văn bản đến', '77/SNV-VP',
        'Hướng dẫn bình xét thi đua <b>2026</b>',
        os.path.basename(files[1]))
    quiet(b, 'an arrival', 'status of 422')


def search(b):
    for typed, what in (('huong dan binh xet', 'without marks'),
                        ('Hướng dẫn bình xét', 'with marks'),
                        ('77', 'by number')):
        b.open(URL + '/desk')
        b.type('#find', typed)
        press(b, '.find button', '/desk/search')
        has(b, 'search ' + what, '77/SNV-VP')
    fit(b, 'search')
    b.open(URL + '/desk/search?q=kh%C3%B4ng+c%C3%B3+g%C3%AC')
    has(b, 'a search in vain says so', 'Không có văn bản nào khớp')
    quiet(b, 'search')


def without_javascript(people):
    paper = people.draft([('cong-van.pdf', t.PDF, t.letter_pdf())],
                         subject='Không cần JavaScript')
    people.agree(paper)
    b = sign_in('skhcn-leader', javascript=False)
    b.open(URL + '/desk/papers/' + paper)
    b.type('#sign-pin', PROVINCE.pin('skhcn-leader'))
    b.click(act('sign'))
    b.wait(lambda: 'done=sign' in b.url, 'signed')
    has(b, 'without JavaScript: signed', 'Đã ký', 'Kiểm tra chữ ký')
    b.click('#verdict a')
    b.wait(lambda: '/check' in b.url, 'the check')
    has(b, 'without JavaScript: the verdict', 'Chữ ký hợp lệ')
    b.click('.me button')
    b.wait(lambda: 'sign-in' in b.url, 'out')
    b.open(URL + '/desk')
    b.wait(lambda: 'sign-in' in b.url, 'out')
    t.ok(True, 'signed out: the desk is shut')
    b.close()


SUBJECT = 'Rà soát trang thiết bị cấp xã'
SERVER = o.serve()
URL, DRIVER = o.URL, o.DRIVER
PEOPLE = t.People(SERVER)
LETTER = file('cong-van.pdf', t.letter_pdf())
ANNEX = file('phu-luc.xlsx', t.annex_xlsx())

door = webdriver.Browser(DRIVER)
at_the_door(door)
door.close()
officer = sign_in('skhcn-officer')
PAPER = draft(officer, LETTER, ANNEX)
officer.close()
leader_signs(PAPER)
clerk = sign_in('skhcn-clerk')
clerk_sends(clerk)
numbers(clerk, PEOPLE)
arrival(clerk, [LETTER, ANNEX])
search(clerk)
clerk.close()
leader = sign_in('skhcn-leader')
conflict(leader, PEOPLE)
two_steps(leader, PEOPLE)
leader.close()
commune = sign_in('anmau-clerk')
receives(commune)
commune.close()
told(PAPER)
heavy(PEOPLE)
without_javascript(PEOPLE)
DRIVER.stop()
SERVER.stop()
t.check_clean(PROVINCE)
t.done()
