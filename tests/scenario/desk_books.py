#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desk's page of number books: what is refused says why, in Vietnamese,
beside the field that it is about, and keeps what was typed."""
import datetime
import html
import re

import harness as t

province = t.Province()
server = t.Server(province)
people = t.People(server)
clerk = t.Desk(server, 'skhcn-clerk')
leader = t.Desk(server, 'skhcn-leader')
now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7)))


def moment(hours):
    return (now + datetime.timedelta(hours=hours)).strftime('%Y-%m-%dT%H:%M')


def form_of(page, act, book):
    """The form of an act on a book, as it stands on a page."""
    for f in re.findall(r'<form class="act".*?</form>', page, re.S):
        if 'name="act" value="%s"' % act in f and (
                act == 'open' or 'name="book" value="%s"' % book in f):
            return f
    return ''


def refused(who, status, field, why, name, **fields):
    """Tried at the desk: refused at this field, with what was typed."""
    a = who.post('/desk/books', **fields)
    page = html.unescape(a.body.decode())
    f = form_of(page, fields['act'], fields['book'])
    t.equal(a.status, status, name)
    if field is None:
        t.ok(re.search(r'role="alert" id="[^"]*-why">[^<]*' + why, f),
             name + ': said above its fields', f)
    else:
        t.ok(re.search(r'<(?:input|select) id="[^"]*-%s"[^>]*aria-invalid="true" '
                       r'aria-describedby="([^"]*)".*?role="alert" '
                       r'id="\1">[^<]*%s' % (field, why), f, re.S),
             name + ': said beside the field', f)
    t.ok(re.search(r'<details[^>]* open><summary>[^<]*</summary>\s*' +
                   re.escape(f), page) or fields['act'] == 'close',
         name + ': its form is open', page)
    for k in ('note', 'title', 'count', 'from', 'until', 'types', 'terms_of'):
        if fields.get(k):
            t.ok('name="%s"' % k in f and 'value="%s"' % fields[k] in f,
                 '%s: %s is as it was typed' % (name, k), f)


def done(who, name, **fields):
    a = who.post('/desk/books', **fields)
    t.need(a.status == 303, name, a)


# a book that is opened
refused(clerk, 422, 'title', 'Hãy nhập ô này', 'a book without a title',
        act='open', book='nq', title=' ', reset='3', family='1', types='NQ')
refused(clerk, 422, 'types', 'chỉ ghi một lần', 'a type twice', act='open',
        book='nq', title='Sổ nghị quyết', reset='3', family='1',
        types='NQ, NQ')
done(clerk, 'a book by term is opened', act='open', book='nq',
     title='Sổ nghị quyết', reset='3', family='1', types='NQ')
refused(clerk, 409, 'reset', 'chỉ đặt một lần', 'its rule is given once',
        act='open', book='nq', title='Sổ khác', reset='1', family='0')
a = clerk.post('/desk/books', act='open', book='nq', title='Sổ khác',
               reset='4', family='2')
t.ok(re.search(r'value="4" selected', form_of(a.body.decode(), 'open', 'nq'))
     and re.search(r'value="2" selected',
                   form_of(a.body.decode(), 'open', 'nq')),
     'what was chosen is chosen again', a)

# a term
refused(clerk, 422, 'from', 'ngày, giờ có thật', 'a day that is none',
        act='term', book='nq', title='Nhiệm kỳ 2025-2030',
        **{'from': '2026-02-30', 'until': '2031-01-01'})
refused(clerk, 422, 'until', 'sau ngày đầu', 'a term that is over', act='term',
        book='nq', title='Nhiệm kỳ 2015-2020',
        **{'from': '2015-01-01', 'until': '2020-01-01'})
refused(clerk, 409, None, 'chưa có nhiệm kỳ', 'no term is in force',
        act='reserve', book='nq', note='Nghị quyết "<b>hè</b>"')

# reserved, approved, cancelled, closed
refused(clerk, 422, 'note', 'Hãy nhập ô này', 'for no paper', act='reserve',
        book='di', note='')
done(clerk, 'a number is reserved', act='reserve', book='di', note='khen')
refused(clerk, 422, 'note', 'Hãy nhập ô này', 'given up for no reason',
        act='cancel', book='di', period=now.year, number=1, note=' ')
done(clerk, 'it is given up', act='cancel', book='di', period=now.year,
     number=1, note='Ghi trùng')
refused(leader, 422, 'count', 'ít nhất là 1', 'a block of no number',
        act='outage', book='di', count='', until=moment(3), note='Mất điện',
        **{'from': moment(1)})
refused(leader, 422, 'until', 'phải sau', 'a block that ends first',
        act='outage', book='di', count='3', until=moment(1), note='Mất điện',
        **{'from': moment(3)})
refused(leader, 413, 'count', 'Quá nhiều số', 'a block of too many',
        act='outage', book='di', count='100000', until=moment(3),
        note='Mất điện', **{'from': moment(1)})
done(leader, 'a block', act='outage', book='di', count='3', until=moment(3),
     note='Mất điện', **{'from': moment(1)})
done(clerk, 'a book by event', act='open', book='dh', title='Sổ đại hội',
     reset='4', family='1')
done(clerk, 'it begins', act='term', book='dh', title='Đại hội',
     **{'from': now.strftime('%Y-%m-%d')})
done(clerk, 'a number of it', act='reserve', book='dh', note='nghị quyết')
refused(clerk, 409, None, 'còn số đang giữ', 'closed while one is held',
        act='close', book='dh', period=1)
done(clerk, 'which is given up', act='cancel', book='dh', period=1, number=1,
     note='Không dùng')
done(clerk, 'then it is closed', act='close', book='dh', period=1)
refused(clerk, 409, None, 'đã đóng', 'nothing is numbered in it',
        act='reserve', book='dh', note='muộn')

# who may not sees no form, and is told
a = leader.post('/desk/books', act='reserve', book='di', note='x')
t.equal(a.status, 403, 'a leader reserves nothing')
t.ok('vượt quá quyền' in html.unescape(a.body.decode()) or
     'không có quyền' in html.unescape(a.body.decode()).lower() or
     'role="alert"' in a.body.decode(), 'and is told', a)
server.stop()
t.check_clean(province)
t.done()
