#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`./run FILE.pdf`: the walk takes a reader's own file from draft to sealed,
or ends with exit status 65 and says in both languages what is wrong with it;
nothing is lost."""
import os

import harness as t

province = t.Province()
server = t.Server(province)
d = t.scratch()


def write(name, data):
    return t.put(os.path.join(d, name), data)


def walk(path):
    r = t.run(os.path.join(t.DEMO, 'walk.sh'), province.dir, t.VANTHU,
              'http://127.0.0.1:%d' % server.port, path)
    return r.returncode, (r.stdout + r.stderr).decode()


def refused(name, path, code, vi, en):
    status, said = walk(path)
    t.ok(status == 65 and '[%s]' % code in said and vi in said and en in said,
         '%s: exit 65, %s' % (name, code), 'exit %d\n%s' % (status, said))


letter = t.letter_pdf('--no-fields')
good = write('good.pdf', letter)
locked = os.path.join(d, 'locked.pdf')
if t.run('qpdf', '--encrypt', 'user', 'owner', '256', '--', good,
         locked).returncode != 0:
    raise SystemExit('qpdf')

refused('an empty file', write('empty.pdf', b''), 'file-empty', 'Tệp rỗng',
        'The file is empty')
refused('a text', write('text.pdf', 'Xin chào\n'.encode()), 'not-pdf',
        'không phải PDF', 'not a PDF')
refused('a file with a password', locked, 'pdf-encrypted', 'có mật khẩu',
        'password-protected')
refused('a file cut off', write('cut.pdf', letter[:3000]), 'pdf-truncated',
        'bị cụt', 'cut off')
status, said = walk(good)
t.ok(status == 0, 'a good file is walked to its end',
     'exit %d\n%s' % (status, said))
t.ok(not [n for n in os.listdir(province.dir) if n.startswith('walk.')],
     'no working folder is left')
server.stop()
t.check_clean(province)
t.done()
