#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of papers (Decree 30/2020, Articles 25-27; Appendix I, part II): a scan
is registered, submitted, approved, numbered from the book of copies and sealed.
The page then shows form of copy, agency and time of signing with +07:00 at its
upper right, upright, Times New Roman's measures, black, size 10, no picture.
Read back by Poppler; pages that are turned, narrow, or of an agency with a long
name; who may not, and when."""
import datetime
import os
import re
import subprocess
import xml.etree.ElementTree as ET
import zlib

import harness as t

province = t.Province()
server = t.Server(province)
people = t.People(server)
AGENCY = next(a['name'] for a in t.load('province.json')['agencies']
              if a['login'] == 'skhcn')


def scan(w=595, h=842, rotate=0):
    """What a scanner gives: a page that is one picture, no text."""
    px, py = 124, 175
    rows = bytearray()
    for y in range(py):
        ink = 40 < y < 160 and y % 6 == 0
        rows += bytes(b if ink and 16 < x < 108 else 250
                      for x in range(px) for b in (60, 60, 70))
    data = zlib.compress(bytes(rows))
    draw = b'q %d 0 0 %d 0 0 cm /Im0 Do Q' % (w, h)
    objects = [
        b'<< /Type /Catalog /Pages 2 0 R >>',
        b'<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 >>',
        b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Rotate %d '
        b'/Resources << /XObject << /Im0 5 0 R >> >> /Contents 4 0 R >>'
        % (w, h, rotate),
        b'<< /Length %d >>\nstream\n%s\nendstream' % (len(draw), draw),
        b'<< /Type /XObject /Subtype /Image /Width %d /Height %d '
        b'/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode '
        b'/Length %d >>\nstream\n%s\nendstream' % (px, py, len(data), data),
        b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] >>' % (w, h)]
    out, at = bytearray(b'%PDF-1.4\n%\xe2\xe3\xcf\xd3\n'), []
    for i, o in enumerate(objects):
        at.append(len(out))
        out += b'%d 0 obj\n%s\nendobj\n' % (i + 1, o)
    start = len(out)
    out += b'xref\n0 %d\n0000000000 65535 f \n' % (len(objects) + 1)
    out += b''.join(b'%010d 00000 n \n' % x for x in at)
    out += b'trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' % (
        len(objects) + 1, start)
    return bytes(out)


def meta(form, name):
    return t.letter_meta(type_code=form, type_name=name,
                         notation=form + '-SKHCN',
                         subject='Bản sao Quyết định về việc mẫu')


def registered(form, name, data):
    a = people.officer.need(people.officer.register(
        [('ban-quet.pdf', t.PDF, data)], meta(form, name)))
    return a.json['paper']


def words(path):
    """Page size and the words of page 1 with their boxes, by pdftotext."""
    out = subprocess.run(['pdftotext', '-bbox', '-l', '1', path, '-'],
                         capture_output=True, check=True).stdout
    page = next(e for e in ET.fromstring(out).iter() if e.tag.endswith('page'))
    return (float(page.get('width')), float(page.get('height')),
            [(e.text, *(float(e.get(k)) for k in
                        ('xMin', 'yMin', 'xMax', 'yMax')))
             for e in page.iter() if e.tag.endswith('word')])


def sizes(path):
    """Sizes and colours of all text, by pdftohtml."""
    out = subprocess.run(['pdftohtml', '-xml', '-i', '-stdout', '-l', '1',
                          path], capture_output=True, check=True).stdout
    return {(e.get('size'), e.get('color'))
            for e in ET.fromstring(out).iter('fontspec')}


def check_block(paper, form, name, turned=False):
    data = people.clerk.content(paper)
    path = os.path.join(t.scratch(), 'copy.pdf')
    with open(path, 'wb') as f:
        f.write(data)
    w, h, found = words(path)
    if turned:  # it gives the size before /Rotate, and words after it
        w, h = h, w
    text = ' '.join(x[0] for x in found)
    stamp = re.fullmatch(re.escape(form + ' ' + AGENCY) + r' (\d{4}-\d\d-\d\dT'
                         r'\d\d:\d\d:\d\d\+07:00)', text)
    t.need(stamp, name + ': form, agency, time are all that stands there',
           text)
    at = datetime.datetime.fromisoformat(stamp.group(1))
    t.ok(abs((datetime.datetime.now(datetime.timezone.utc)
              - at).total_seconds()) < 600, name + ': the time is now',
         stamp.group(1))
    status, v = t.verdict(path, '--anchors', province.anchors)
    t.equal([s['claimed_time'][:19] for s in v['signatures']],
            [stamp.group(1)[:19]], name + ': and the one that was signed')
    right = max(x[3] for x in found)
    low = max(x[4] for x in found)
    t.ok(right > w - 60 and right < w - 20 and low < 80
         and min(x[1] for x in found) > w * 0.35,
         name + ': at the upper right', (w, h, found))
    heights = {round(x[4] - x[2], 1) for x in found}
    t.ok(heights == {11.1}, name + ': upright, one size: 10 pt of a face of '
         '1.107 em', heights)
    got = sizes(path)
    t.ok(all(c == '#000000' for _, c in got) and len(got) == 1,
         name + ': black', got)
    fonts = subprocess.run(['pdffonts', path], capture_output=True,
                           check=True).stdout.decode()
    t.ok('LiberationSerif' in fonts and 'Italic' not in fonts
         and 'Bold' not in fonts and ' no ' not in
         fonts.splitlines()[2].split('Identity-H')[1][:5],
         name + ': upright Roman, embedded', fonts)
    pictures = subprocess.run(['pdfimages', '-list', path],
                              capture_output=True, check=True).stdout
    t.equal(len(pictures.splitlines()) - 2, 1, name + ': no picture of a seal')
    return data


# --- one copy, step by step ---

paper = registered('SY', 'Sao y', scan())
t.refused(people.officer.act(paper, 'submit', initials=1), 422, 'invalid',
          'a copy has no initials')
people.officer.need(people.officer.act(paper, 'submit'))
t.refused(people.seal(paper), 409, 'not-approved', 'sealed before approval')
t.refused(people.clerk.act(paper, 'number'), 409, 'out-of-order',
          'numbered before approval')
main = people.leader.paper(paper)['parts'][0]['sha256']
people.leader.need(people.leader.act(paper, 'approve', main=main))
t.refused(people.sign(paper), 409, 'out-of-order', 'signed by a person')
t.refused(people.leader.act(paper, 'initial', pin=people.pin('leader')), 409,
          'out-of-order', 'initialled')
t.refused(people.seal(paper), 409, 'out-of-order', 'sealed before its number')
people.clerk.need(people.clerk.act(paper, 'number'))
n = people.clerk.paper(paper)['number']
t.equal((n['series'], n['text']), ('sao', '01/SY-SKHCN'),
        'its number is of the book of copies')
t.equal(people.clerk.paper(paper)['parts'][0]['sha256'], main,
        'and not written into the page')
t.refused(people.officer.act(paper, 'seal', pin=people.pin('seal')), 403,
          'forbidden', 'sealed by an officer')
people.clerk.need(people.seal(paper))
data = check_block(paper, 'Sao y', 'sao y')
t.ok(data.startswith(scan()), 'it begins with the scan')
t.all_passed(data, province, 1, 'the command line: TOTAL-PASSED')
v = people.clerk.get('/v1/papers/%s/parts/1/validation' % paper).json
t.equal((v['overall'], [s['field'] for s in v['signatures']]),
        ('TOTAL-PASSED', ['vt_seal']), 'the route: TOTAL-PASSED')
for what in ('issue', 'dispatch'):
    people.clerk.need(people.clerk.act(paper, what))
theirs = people.their_clerk.get('/v1/deliveries').json['deliveries']
a = people.their_clerk.need(people.their_clerk.post(
    '/v1/deliveries/%s/acts' % theirs[0]['id'], {'act': 'receive'}))
t.equal(people.their_clerk.content(a.json['paper']), data,
        'and is sent as other papers are')

# --- other forms, other pages ---

for form, name, page in (('SL', 'Sao lục', scan(rotate=90)),
                         ('TrS', 'Trích sao', scan(420, 595, 270)),
                         ('SY', 'Sao y', scan(rotate=180)),
                         ('SY', 'Sao y', scan(300, 420))):
    paper = registered(form, name, page)
    people.agree(paper)
    people.clerk.need(people.clerk.act(paper, 'number'))
    people.clerk.need(people.seal(paper))
    data = check_block(paper, name, '%s, %s' % (form, page[:400].split(
        b'/MediaBox')[1][:30].decode()), b'/Rotate 90' in page or
        b'/Rotate 270' in page)
    t.all_passed(data, province, 1, form + ': TOTAL-PASSED')
t.equal(people.clerk.paper(paper)['number']['value'], 5,
        'one book for all forms of copy')

# --- what is not a copy goes its own way ---

plain = [('cong-van.pdf', t.PDF, t.letter_pdf('--no-fields'))]
paper = people.draft(plain)
people.agree(paper)
t.refused(people.seal(paper), 409, 'not-signed-by-competent-person',
          'another paper is not sealed unsigned')
people.leader.need(people.sign(paper))
t.equal(people.clerk.paper(paper)['number']['value'], 1,
        'and its book is another')
people.clerk.need(people.seal(paper))
sealed = people.clerk.content(paper)
paper = registered('SY', 'Sao y', sealed)
t.refused(people.officer.act(paper, 'submit'), 422,
          'pdf-signed-without-fields', 'a signed file is not the scan of '
          'a paper')
paper = registered('SY', 'Sao y', t.letter_pdf())
t.refused(people.officer.act(paper, 'submit'), 422, 'invalid',
          'a file that brings the field elsewhere')
# Returned and submitted again, the field that was laid stays.
paper = registered('SY', 'Sao y', scan())
people.officer.need(people.officer.act(paper, 'submit'))
main = people.leader.paper(paper)['parts'][0]['sha256']
people.leader.need(people.leader.act(paper, 'return', main=main,
                                     note='Quét lại cho rõ'))
people.agree(paper)
t.equal(people.clerk.paper(paper)['parts'][0]['sha256'], main,
        'submitted again: nothing is laid twice')
server.stop()
t.check_clean(province)
t.done()
