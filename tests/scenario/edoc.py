#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""vanthu edoc: packs, unpacks, judges and answers packets without a store;
what it writes is whole or not there, what packets name goes nowhere else."""
import base64
import io
import json
import os
import re
import zipfile

import harness as t

d = t.scratch()


def path(*names):
    return os.path.join(d, *names)


def write(name, data):
    return t.put(path(name), data)


def read(name):
    return t.read(path(name))


def runs(name, status, *args):
    r = t.vanthu('edoc', *args)
    t.ok(r.returncode == status, '%s: exit %d' % (name, status),
         'exit %d\n%s%s' % (r.returncode, r.stdout.decode(),
                            r.stderr.decode()))
    return r


def fails(name, status, code, *args):
    r = t.vanthu('edoc', *args, '--json')
    try:
        e = json.loads(r.stdout)['error']
    except (ValueError, KeyError):
        e = {}
    t.ok(r.returncode == status and e.get('code') == code,
         '%s: exit %d, %s' % (name, status, code),
         'exit %d\n%s%s' % (r.returncode, r.stdout.decode(),
                            r.stderr.decode()))


LETTER = {
    'from': {'code': 'H99.07', 'name': 'Sở Mẫu'},
    'to': [{'code': 'H99.31', 'name': 'UBND xã An Mẫu'}],
    'number': '128', 'notation': 'SKHCN-CĐS', 'date': '2026-03-02',
    'place': 'Mẫu', 'type_name': 'Công văn', 'subject': 'V/v ký số',
    'trace': [{'agency': 'H99.07', 'time': '2026-03-02T08:15:30+07:00'}],
    'attachments': [
        {'file': 'a.pdf', 'description': 'Văn bản chính'},
        {'file': 'bảng.xlsx', 'name': 'Bảng số liệu.xlsx'}],
}

pdf = t.letter_pdf('--no-fields')
table = io.BytesIO()
with zipfile.ZipFile(table, 'w') as z:
    z.writestr('[Content_Types].xml', '<Types/>')
    z.writestr('xl/workbook.xml', '<workbook/>')
write('a.pdf', pdf)
write('bảng.xlsx', table.getvalue())
doc = write('doc.json', json.dumps(LETTER))

# ---- there and back
runs('pack', 0, 'pack', doc, '-o', path('a.edxml'))
runs('pack again', 0, 'pack', doc, '-o', path('b.edxml'))
t.equal(read('a.edxml'), read('b.edxml'), 'the same bytes both times')
packet = read('a.edxml').decode()
t.ok('<edXML:DocumentId>H99.07,2026/03/02,128/SKHCN-CĐS<' in packet,
     'DocumentId by the formula')
t.ok(base64.b64encode(pdf).decode() in packet, 'the PDF as it is')
runs('unpack', 0, 'unpack', path('a.edxml'), '-o', path('out'))
t.equal(sorted(os.listdir(path('out'))),
        ['Bảng số liệu.xlsx', 'a.pdf', 'packet.json'],
        'a folder with the files and packet.json')
t.equal(read('out/a.pdf'), pdf, 'the PDF came back')
t.equal(read('out/Bảng số liệu.xlsx'), table.getvalue(),
        'so did the table, out of its wrapper')
runs('pack what was unpacked', 0, 'pack', path('out', 'packet.json'), '-o',
     path('c.edxml'))
t.equal(read('c.edxml'), read('a.edxml'), 'it is the same packet')
fails('a folder that is there', 65, 'exists', 'unpack', path('a.edxml'), '-o',
      path('out'))

# ---- judged
r = runs('check', 0, 'check', path('a.edxml'), '--to', 'H99.31', '--json')
v = json.loads(r.stdout)
t.ok(v['acceptable'] and v['kind'] == 'document'
     and v['attachments'][0]['media_type'] == 'application/pdf', 'as JSON')
r = runs('for another agency', 1, 'check', path('a.edxml'), '--to', 'H99.32',
         '--lang', 'en')
t.ok('not-addressed-to-us' in r.stdout.decode(), 'it says why')
ruined = b'%PDF-1.7\n%' + b'\xef\xbf\xbd' * 4 + b'\n'
write('a.pdf', ruined)
runs('pack a ruined PDF', 0, 'pack', doc, '-o', path('ruined.edxml'))
r = runs('check it', 1, 'check', path('ruined.edxml'), '--json')
t.ok(any(f['code'] == 'pdf-corrupted' and f['class'] == 'E'
         for f in json.loads(r.stdout)['findings']),
     'EF BF BD is found')
write('a.pdf', pdf)

# ---- answered
runs('status', 0, 'status', path('a.edxml'), '--code', '02', '--from',
     'H99.31', '--text', 'Sai nơi nhận', '-o', path('s.edxml'))
r = runs('check the status', 0, 'check', path('s.edxml'), '--json')
v = json.loads(r.stdout)
t.ok(v['kind'] == 'status' and v['code'] == 2
     and v['of']['document_id'] == 'H99.07,2026/03/02,128/SKHCN-CĐS'
     and v['from']['name'] == 'UBND xã An Mẫu'
     and v['description'] == 'Sai nơi nhận',
     'it answers the packet')
fails('02 without a reason', 64, 'usage', 'status', path('a.edxml'), '--code',
      '02', '--from', 'H99.31', '-o', path('x.edxml'))

# ---- names that would lead elsewhere
evil = packet
for old, new in (('>a.pdf<', '>../../evil.pdf<'),
                 ('>Bảng số liệu.xlsx<', '>packet.json<')):
    t.ok(old in evil, 'a name to change')
    evil = evil.replace(old, new)
write('evil.edxml', evil)
runs('unpack names that stray', 0, 'unpack', path('evil.edxml'), '-o',
     path('evil'))
t.equal(sorted(os.listdir(path('evil'))),
        ['2-packet.json', 'evil.pdf', 'packet.json'],
        'the files stay in the folder, each its own')
t.ok(not os.path.exists(path('..', 'evil.pdf')), 'nothing outside')

# ---- nothing half done
fails('no such file', 66, 'no-input', 'check', path('none.edxml'))
fails('not XML', 65, 'syntax', 'check', path('a.pdf'))
fails('a DTD', 65, 'syntax', 'check',
      write('dtd.edxml', '<!DOCTYPE a><a/>'))
fails('no sender', 65, 'invalid', 'pack',
      write('none.json', json.dumps({k: v for k, v in LETTER.items()
                                     if k != 'from'})),
      '-o', path('x.edxml'))
fails('a member nobody knows', 65, 'invalid', 'pack',
      write('odd.json', json.dumps(dict(LETTER, colour='red'))), '-o',
      path('x.edxml'))
fails('not JSON', 65, 'syntax', 'pack', write('bad.json', '{'), '-o',
      path('x.edxml'))
fails('an attachment that is not there', 66, 'no-input', 'pack',
      write('gone.json', json.dumps(dict(
          LETTER, attachments=[{'file': 'gone.pdf'}]))),
      '-o', path('x.edxml'))
fails('no command', 64, 'usage')
fails('another command', 64, 'usage', 'fold')
t.ok(not os.path.exists(path('x.edxml')), 'none of them left an output')
cut = read('a.edxml')[:-3000]
write('cut.edxml', cut)
r = runs('a packet that is cut', 1, 'check', path('cut.edxml'), '--json')
t.ok(json.loads(r.stdout)['broken'], 'the sender can still be told')
t.ok(not [n for n in os.listdir(d) if n.endswith('.part')],
     'no half file is left')
r = t.vanthu('edoc', '--help')
t.ok(r.returncode == 0 and re.search(b'unpack', r.stdout), '--help')
t.done()
