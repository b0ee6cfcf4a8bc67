#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""At most six parameters a function. Not counted is what stands last in every
function that can fail: its outputs (ret, ret_x) and reterr. clang-tidy can't
tell them apart, its threshold of eight only bounds the sum.
parameters.py FILE.c...; prints what is over and exits 1."""
import re
import sys

LIMIT = 6
# KNF: the name of a function that is defined starts its line.
DEFINITION = re.compile(r'^(\w+)\(\s*([^;{}]*?)\)\n\{', re.M)
NESTED = re.compile(r'\([^()]*\)|\[[^\]]*\]')


def name_of(parameter):
    names = re.findall(r'\w+', parameter)
    return names[-1] if names else ''


def inputs(text):
    shorter = NESTED.sub('', text)
    while shorter != text:
        text, shorter = shorter, NESTED.sub('', shorter)
    return [p for p in text.split(',')
            if not re.fullmatch(r'ret|ret_\w+|reterr', name_of(p))]


over = 0
for path in sys.argv[1:]:
    with open(path, encoding='utf-8') as f:
        source = f.read()
    for m in DEFINITION.finditer(source):
        n = len(inputs(m[2]))
        # the signature of a library's callback
        before = source[:m.start()]
        if before.rfind('NOLINTBEGIN(readability-function-size)') > \
                before.rfind('NOLINTEND(readability-function-size)'):
            continue
        if n > LIMIT:
            over += 1
            print('%s:%d: error: %s has %d parameters, wanted at most %d' % (
                path, source.count('\n', 0, m.start()) + 1, m[1], n, LIMIT))
sys.exit(over > 0)
