#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""api/v1/contract.py refuses a contract that promises what nobody checks, and
makes the same tables from the same file."""
import os
import re
import subprocess
import sys
import tempfile

SOURCE = os.environ['VANTHU_SOURCE']
with open(os.path.join(SOURCE, 'api', 'openapi.yaml'),
          encoding='utf-8') as f:
    CONTRACT = f.read()
GENERATOR = os.path.join(SOURCE, 'api', 'v1', 'contract.py')
checks = 0
failed = 0


def ok(good, name, detail=''):
    global checks, failed
    checks += 1
    failed += not good
    print('%sok %d - %s' % ('' if good else 'not ', checks, name))
    for line in ('' if good else detail).splitlines():
        print('# ' + line)


def make(folder, text):
    """(exit status, what it said, the tables)"""
    source = os.path.join(folder, 'openapi.yaml')
    out = [os.path.join(folder, x) for x in ('handlers.h', 'table.c')]
    with open(source, 'w', encoding='utf-8') as f:
        f.write(text)
    done = subprocess.run([sys.executable, GENERATOR, source, *out],
                          capture_output=True, check=False)
    made = b''
    for path in out if done.returncode == 0 else ():
        with open(path, 'rb') as f:
            made += f.read()
    return done.returncode, done.stderr.decode(), made


def refused(folder, old, new, says, name):
    if old not in CONTRACT:
        ok(False, name, 'the contract has no %r to be broken' % old)
        return
    status, said, _ = make(folder, CONTRACT.replace(old, new, 1))
    ok(status != 0 and says in said, name, '%d %s' % (status, said))


ok(CONTRACT.count('\n      operationId: ') == CONTRACT.count('\n      x-vi: '),
   'every operation has its line in Vietnamese (x-vi)')

# --- which act wants which scope: as the table of rights says ---

with open(os.path.join(SOURCE, 'api', 'office', 'who.def'),
          encoding='utf-8') as f:
    DUTY = {name: scope for name, scope in re.findall(
        r'VT_DUTY\((\w+), "[^"]*", [^,]*, (\w+),', f.read())}
with open(os.path.join(SOURCE, 'api', 'office', 'who.c'),
          encoding='utf-8') as f:
    SCOPE = {name: bit for bit, name in re.findall(
        r'\{ VT_SCOPE_(\w+), "([^"]*)" \}', f.read())}
text = CONTRACT[CONTRACT.index('operationId: act\n'):]
text = text[:text.index('      parameters:')].replace('\n          ', ' ')
told = {act: SCOPE.get(scope) for scope, acts in re.findall(
    r'^        - `([^`]*)`: (.*)$', text, re.MULTILINE)
        for act in re.findall(r'\w+', acts)}
# What the contract calls otherwise than the table.
TWIN = {'AMEND': 'REPLACE', 'ORIGINAL': 'JOIN', 'CHECK': 'CHECK_CONTENT',
        'RELEASE': 'FREEZE'}
ok(len(told) > 20 and all(
    DUTY.get(TWIN.get(a.upper(), a.upper())) == s for a, s in told.items()),
   'the scopes of acts are those of the table of rights', repr(told))


def schema(name):
    """Its lines, without the first."""
    return re.search(r'^    %s:\n((?:      .*\n)*)' % name, CONTRACT,
                     re.MULTILINE).group(1)


acts = set(re.findall(r'\w+', ' '.join(
    ''.join(re.findall(r'^        act: \{ (?:const:|enum:) ([^}]*)\}',
                       schema(one), re.MULTILINE))
    for one in re.findall(r"schemas/(\w+)'", schema('Act')))))
ok(set(told) == acts, 'of each act, and of nothing else',
   repr(set(told) ^ acts))

with tempfile.TemporaryDirectory() as d:
    first, again = make(d, CONTRACT), make(d, CONTRACT)
    ok(first[0] == 0 and first == again, 'the same file, the same tables',
       first[1])
    ok(b'int vt_v1_read_paper(' in first[2], 'operations name their handlers')
    refused(d, 'subject: { type: string, maxLength: 1000 }',
            'subject: { type: string }', 'without maxLength',
            'a string of any length')
    refused(d, 'urgency: { type: integer, minimum: 0, maximum: 4 }',
            'urgency: { type: integer, multipleOf: 2 }', 'nobody checks',
            'a keyword that is not checked')
    refused(d, "pattern: '^[0-9a-f]{32}$'", "pattern: '^([0-9a-f]{2})+$'",
            'not simple', 'a pattern with groups')
    refused(d, "pattern: '^[0-9a-f]{32}$'", "pattern: '^[0-9a-f]*[0-9]$'",
            'ambiguous', 'a pattern that would need to go back')
    refused(d, "pattern: '^[0-9a-f]{32}$'", "pattern: '[0-9a-f]{32}'",
            'not anchored', 'a pattern that fits anywhere')
    refused(d, 'required: [direction, files]',
            'required: [direction, files, stamp]', 'no property',
            'a required field that is not there')
    refused(d, 'operationId: register', 'operationId: listPapers',
            'operationId twice', 'two operations of one name')
    refused(d, "parameters/PaperId' }\n    get:", "parameters/Part' }\n    get:",
            'parameters of the path', 'a parameter of the path left out')
    refused(d, 'x-limit: UPLOAD_MAX', 'x-size: 5', 'without x-limit',
            'a body of any size')
    refused(d, "{ bearer: ['papers:read'] }, { oauth: ['papers:read'] }",
            "{ bearer: ['papers:burn'] }, { oauth: ['papers:burn'] }",
            "papers:burn", 'a scope that nobody gives')
    refused(d, "$ref: '#/components/schemas/Direction'",
            "$ref: '#/components/schemas/Nowhere'", 'nothing at',
            'a reference to nothing')
    refused(d, "        '428': { $ref: '#/components/responses/Problem' }\n",
            '', 'answers are not told', 'an answer that is not told')
    refused(d, '      discriminator: { propertyName: act }\n', '',
            'without a discriminator', 'variants nobody can choose among')

print('1..%d' % checks)
sys.exit(failed != 0)
