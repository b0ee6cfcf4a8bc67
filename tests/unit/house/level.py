#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/operating.md, "The level that is required": each measure is the
operator's, and says what he shows, or ours, and names tests that make the
point. Speaks TAP."""
import re

import appendix

ROW = re.compile(r'^\| ([^|]+) \| (vanthu|operator) \| ([^|]+) \|$')


def wrong_in(page):
    section = re.search(r'^## The level that is required\n(.*?)^## ', page,
                        re.M | re.S)
    if section is None:
        return ['there is no such section'], 0, 0
    wrong, ours, theirs = [], 0, 0
    for line in section.group(1).split('\n'):
        if not line.startswith('| ') or line.startswith('| measure'):
            continue
        m = ROW.match(line)
        if m is None:
            wrong.append('whose is it: %s' % line)
        elif m.group(2) == 'vanthu':
            ours += 1
            why = appendix.proof_wrong(m.group(3))
            if why is not None:
                wrong.append('%s: %s' % (m.group(1), why))
        else:
            theirs += 1
    return wrong, ours, theirs


def main():
    page = appendix.read('docs/operating.md')
    wrong, ours, theirs = wrong_in(page)
    for line in wrong:
        print('# ' + line)
    good = [
        (not wrong and ours > 0,
         'every measure of ours names a test that makes its point'),
        (theirs > 0 and '85/2016' in page, 'the others are the operator\'s'),
        (wrong_in(page.replace('"not by TLS 1.1"', '"not by TLS 9"'))[0] != []
         and wrong_in(page.replace('| operator |', '| somebody |'))[0] != [],
         'a point that no test makes is found, and a measure of nobody'),
    ]
    for i, (is_good, what) in enumerate(good):
        print('%sok %d - %s' % ('' if is_good else 'not ', i + 1, what))
    print('1..%d' % len(good))


main()
