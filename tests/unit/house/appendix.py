#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/phu-luc-vi.md, the requirements of Appendix VI of Decree 30/2020 and
what proves each, read as a test: every requirement is there once, each proof
is a point that its test really makes, what comes later has a later subject's
name, and the page's own count is right.

    appendix.py            the page
    appendix.py --self     a page with each kind of mistake is refused

Speaks TAP.
"""
import os
import re
import sys

ROOT = os.environ['VANTHU_SOURCE']

# The clauses of the appendix, in its order: (group, how many).
GROUPS = [
    ('principle', 5), ('design', 9), ('follow', 17), ('connect', 4),
    ('security', 4), ('file', 8), ('keep', 17), ('use', 13), ('metadata', 5),
    ('recall', 3), ('administer', 9), ('output', 6),
]
COMMON = ['FileCode.OrganId', 'FileCode.FileCatalog', 'FileCode.FileNotation',
          'DocOrdinal', 'TypeName', 'CodeNumber', 'CodeNotation', 'IssuedDate',
          'OrganName', 'Subject', 'Language', 'PageAmount', 'Description']
OUT = ['SignerInfo.Position', 'SignerInfo.FullName', 'To.OrganId',
       'To.OrganName', 'Priority', 'IssuedAmount', 'DueDate']
OUT_FILLED = ['OrganId', 'FileCatalog', 'DocOrdinal', 'CodeNumber',
              'IssuedDate', 'PageAmount', 'To.OrganId']
IN = ['ArrivalDate', 'ArrivalNumber', 'SignerInfo', 'Priority', 'ToPlaces',
      'TraceHeaderList', 'DueDate']
IN_FILLED = ['OrganId', 'FileCatalog', 'DocOrdinal', 'PageAmount',
             'ArrivalDate', 'ArrivalNumber']
FILE = ['FileCode', 'Title', 'Maintenance', 'Rights', 'Creator', 'Language',
        'StartDate', 'EndDate', 'DocTotal', 'PageTotal', 'Description']
FILE_FILLED = ['OrganId', 'FileCatalog', 'DocTotal', 'PageTotal']

REQUIREMENTS = (
    ['%s-%d' % (g, i + 1) for g, n in GROUPS for i in range(n)] +
    ['common.' + f for f in COMMON] +
    ['out.' + f for f in OUT] + ['out.filled.' + f for f in OUT_FILLED] +
    ['in.' + f for f in IN] + ['in.filled.' + f for f in IN_FILLED] +
    ['filedata.' + f for f in FILE] +
    ['filedata.filled.' + f for f in FILE_FILLED] + ['length'])

# What is built after this: as the plan calls it.
LATER = ('work files and archives', 'signing', 'validation', 'render')

ROW = re.compile(r'^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$')
PROOF = re.compile(r'`(tests/[\w/.-]+)` "([^"]+)"')
COUNT = re.compile(
    r'^Of (\d+) requirements (\d+) are proved, (\d+) are open, '
    r'(\d+) come later\.$', re.M)


def read(path, root=ROOT):
    with open(os.path.join(root, path), encoding='utf-8') as f:
        return f.read()


def points(source):
    """The text with adjacent literals joined, as a compiler reads them."""
    return re.sub(r'["\']\s*\n\s*["\']', '', source)


def proof_wrong(cell):
    """Why a cell that claims to prove proves nothing; None: it does."""
    rest = PROOF.sub('', cell)
    if rest.strip(' ;') != '':
        return 'neither a proof, nor open, nor later: %r' % cell
    for path, point in PROOF.findall(cell):
        if not os.path.isfile(os.path.join(ROOT, path)):
            return 'there is no %s' % path
        text = points(read(path))
        if '"' + point + '"' not in text and "'" + point + "'" not in text:
            return '%s makes no point "%s"' % (path, point)
    return None


def judge(page):
    """What is wrong with the page, a line each."""
    wrong, seen = [], {}
    kinds = {'proved': 0, 'open': 0, 'later': 0}
    for line in page.split('\n'):
        m = ROW.match(line)
        if m is None:
            if line.startswith('| `'):
                wrong.append('a row of another shape: %s' % line)
            continue
        name, _, cell = m.groups()
        seen[name] = seen.get(name, 0) + 1
        if name not in REQUIREMENTS:
            wrong.append('%s: the appendix has no such requirement' % name)
        if cell.startswith('open: '):
            kinds['open'] += 1
        elif cell.startswith('later: '):
            kinds['later'] += 1
            if cell[len('later: '):] not in LATER:
                wrong.append('%s: nothing later is called %r' % (name, cell))
        else:
            kinds['proved'] += 1
            why = proof_wrong(cell)
            if why is not None:
                wrong.append('%s: %s' % (name, why))
    for name in REQUIREMENTS:
        if seen.get(name, 0) != 1:
            wrong.append('%s: %d rows' % (name, seen.get(name, 0)))
    m = COUNT.search(page)
    counts = (len(REQUIREMENTS), kinds['proved'], kinds['open'],
              kinds['later'])
    if m is None or tuple(int(x) for x in m.groups()) != counts:
        wrong.append('the page counts otherwise than: %d requirements, %d '
                     'proved, %d open, %d later' % counts)
    return wrong


def self_test(page):
    row = next(x for x in page.split('\n') if ROW.match(x) and PROOF.search(x))
    path, point = PROOF.search(row).groups()
    broken = {
        'a row that is gone': page.replace(row + '\n', '', 1),
        'a row that stands twice': page.replace(row, row + '\n' + row, 1),
        'a test that is not there':
            page.replace(path, 'tests/unit/house/none.c', 1),
        'a point that is not made':
            page.replace('"%s"' % point, '"%s, or so"' % point, 1),
        'a requirement that is none':
            page.replace('| `principle-1` |', '| `principle-0` |', 1),
        'a later subject that is none':
            page.replace('| later: work', '| later: other work', 1),
        'a claim without a proof':
            page.replace(row, re.sub(r'\| [^|]+ \|$', '| done |', row), 1),
        'a row of another shape': page.replace('| `principle-1` |',
                                               '| `principle-1` | x |', 1),
        'a count that is wrong': COUNT.sub('', page),
    }
    for i, (what, text) in enumerate(sorted(broken.items())):
        good = text != page and judge(text) != []
        print('%sok %d - refused: %s' % ('' if good else 'not ', i + 1, what))
    print('1..%d' % len(broken))


def main():
    page = read('docs/phu-luc-vi.md')
    if '--self' in sys.argv:
        return self_test(page)
    wrong = judge(page)
    for line in wrong:
        print('# ' + line)
    print('%sok 1 - every requirement of Appendix VI has its proof' %
          ('' if wrong == [] else 'not '))
    print('1..1')
    return None


if __name__ == '__main__':
    main()
