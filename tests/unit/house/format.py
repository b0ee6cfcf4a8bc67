#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/format.md and the fields of stored rows (docstore/fields/NAME.def) say
the same numbers: a field that one has and the other lacks is found here.

A row that is an array has no numbers; its .def says ": an array" on top."""
import os
import re
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '../../..'))
FIELDS = 'docstore/fields'

# Where the page tells the fields of a row, if not in the line of the table of
# its name: from behind the first text to the second. What stands in brackets
# there is not read.
LINE, PARAGRAPH = '\n', '\n\n'
WHERE = {
    'act': [('Table `act`: agency, index →', '. The index is')],
    'anchor': [('| `anchor` | number 8, from 1 | {', '}')],
    'book': [('a closed book:', LINE)],
    'counters': [('Row `counters`:', LINE + 'Row')],
    'delivery': [('| `delivery` | agency, seq |', '; from 11'),
                 ('*How a delivery went*:', 'A time that cannot be')],
    'epoch': [('9 epochs that ended, oldest first {', '}')],
    'event': [('| `event` | agency, seq |', '; from 1')],
    'facts': [('*Facts*:', '*Body*')],
    'former': [('13 former names [{', '}')],
    'held': [('a number given without a paper:', LINE)],
    'meta': [('*Metadata* (Decree 30, Appendix VI):', PARAGRAPH)],
    'migrating': [('Row `migrating`,', '. Nobody opens')],
    'name': [('3 names [{', '}')],
    'number': [('*Number*:', '*Paper states*')],
    'pagetext': [('| `text` | agency,', LINE)],
    'paper': [('| `paper` | agency, seq |', '; from 25'),
              ('*A paper\'s handling*:', PARAGRAPH)],
    'open_env': [('Row `bytes`, the byte environment that is written',
                  LINE)],
    'part': [('*Part*:', '*Number*')],
    'post': [('14 posts [{', '}')],
    'restored': [('design law 14):', '. Who finds it')],
    'scrub': [('Row `scrub`,', '. Rows of')],
    'state': [('counters:', LINE)],
    'status': [('| `delivery_log` |', LINE)],
    'step': [('*Step*:', '*Kinds*'), (LINE + 'fields ', LINE)],
    'super': [('**Superblock**: table `super`, row `store`:', 'A format above')],
    'term': [('8 own terms [{', '}')],
}


def read(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as f:
        return f.read()


def bare(text):
    """Without what stands in brackets, from the inside out."""
    while True:
        less = re.sub(r'\([^(){}\[\]]*\)|\{[^(){}\[\]]*\}|\[[^(){}\[\]]*\]', '',
                      text)
        if less == text:
            return text
        text = less


def told(page, name):
    """Numbers that the page gives the fields of a row, and what is wrong."""
    numbers = set()
    for start, end in WHERE.get(name, [('| `%s` |' % name, LINE)]):
        at = page.find(start)
        if at < 0:
            return numbers, '"%s" is not on the page' % start.strip()
        stop = page.find(end, at + len(start))
        if stop < 0:
            return numbers, '"%s" does not follow "%s"' % (end, start)
        last = 0
        for m in re.finditer(r'(?:^|[,;:.|]\s+)(\d+):? ',
                             bare(page[at + len(start):stop]).strip()):
            if int(m.group(1)) > last:
                last = int(m.group(1))
                numbers.add(last)
    return numbers, None


def fields(path, macro=r'VT_[A-Z_]+'):
    """Numbers of a .def in its order; those of what it includes, too."""
    numbers = []
    text = re.sub(r'/\*.*?\*/', '', read(path), flags=re.S)
    for line in text.splitlines():
        m = re.match(r'#include "(.*)"', line)
        if m:
            numbers += fields(m.group(1))
        m = re.match(macro + r'\((\d+),', line)
        if m:
            numbers.append(int(m.group(1)))
    return numbers


def judge(page, name, numbers):
    """None, or what is wrong."""
    if numbers != sorted(set(numbers)):
        return 'its numbers do not ascend'
    there, wrong = told(page, name)
    if wrong:
        return wrong
    lacks = sorted(set(numbers) - there)
    more = sorted(there - set(numbers))
    if lacks:
        return 'docs/format.md lacks %s' % lacks
    return 'docs/format.md has %s, which nobody writes' % more if more else None


def self_test(page):
    """Each fault must be found: one number less, one more, a lost heading."""
    numbers = fields(FIELDS + '/version.def')
    cases = [
        ('a row and its page agree', page, numbers, None),
        ('a field that the page lacks', page, numbers + [10], 'lacks [10]'),
        ('a field that the row lacks', page, numbers[:-1], 'has [9]'),
        ('numbers out of order', page, numbers[::-1], 'ascend'),
        ('a row that the page forgot',
         page.replace('| `version` |', '| `edition` |'), numbers, 'is not on'),
    ]
    return [(what, (judge(p, 'version', n) or 'None').find(str(want)) >= 0)
            for what, p, n, want in cases]


def main():
    page = read('docs/format.md')
    results = self_test(page)
    names = sorted(n[:-4] for n in os.listdir(os.path.join(ROOT, FIELDS))
                   if n.endswith('.def'))
    for name in names:
        path = '%s/%s.def' % (FIELDS, name)
        if ': an array' in read(path):
            continue
        wrong = judge(page, name, fields(path))
        results.append(('%s%s' % (path, ': ' + wrong if wrong else ''),
                        wrong is None))
    for name in sorted(set(WHERE) - set(names)):
        results.append(('%s of WHERE has a .def' % name, False))
    print('1..%d' % len(results))
    for i, (what, ok) in enumerate(results):
        print('%s %d - %s' % ('ok' if ok else 'not ok', i + 1, what))
    return 0 if all(ok for _, ok in results) else 1


if __name__ == '__main__':
    sys.exit(main())
