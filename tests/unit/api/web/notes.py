# SPDX-License-Identifier: GPL-3.0-or-later
"""The notes that the desk knows by their words are still written so."""
import glob
import os
import re

SOURCE = os.environ['VANTHU_SOURCE']
count = failed = 0


def ok(good, name):
    global count, failed
    count += 1
    failed += not good
    print('%sok %d - %s' % ('' if good else 'not ', count, name))


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def strings(text):
    """The texts of a source; literals that stand one after the other are
    one."""
    joined = re.sub(r'"\s*"', '', text)
    return re.findall(r'"((?:[^"\\\n]|\\.)*)"', joined)


written = set()
for path in (glob.glob(os.path.join(SOURCE, 'api', 'office', '*.c')) +
             [os.path.join(SOURCE, 'api', 'exchange', 'edxml', 'rules.def')]):
    written.update(strings(read(path)))

texts = strings(read(os.path.join(SOURCE, 'api', 'web', 'notes.def')))
ok(len(texts) > 0 and len(texts) % 2 == 0, 'notes, each in two languages')
for vi, en in zip(texts[::2], texts[1::2]):
    ok(vi.count('*') == en.count('*') <= 4, 'what varies in: ' + en)
    for piece in vi.split('*'):
        piece = piece.strip(' ')
        ok(len(piece) < 3 or any(piece in w for w in written),
           'the office writes: ' + piece)
print('1..%d' % count)
raise SystemExit(failed != 0)
