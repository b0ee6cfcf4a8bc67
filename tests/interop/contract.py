#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""schemathesis over the whole contract: contract.py ST SECONDS

Examples, boundaries, random and mutated requests, and chains of them, as each
of four people; no answer may be a 5xx or one that the contract does not tell.
Afterwards the store is checked: nothing that was asked has harmed it."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'scenario'))
import harness as t  # noqa: E402

ST, SECONDS = sys.argv[1], int(sys.argv[2])
WHO = ('skhcn-clerk', 'skhcn-officer', 'skhcn-leader', 'skhcn-system')
# Not asked of us: positive_data_acceptance, because whether a well-formed
# request is done depends on the papers there are; use_after_free,
# ensure_resource_availability, object_level_authorization, because nothing is
# ever deleted and ids are not guessed.
CHECKS = ('not_a_server_error,status_code_conformance,'
          'content_type_conformance,response_headers_conformance,'
          'response_schema_conformance,negative_data_rejection,'
          'missing_required_header,unsupported_method,'
          'allow_header_conformance,ignored_auth')

province = t.Province()
server = t.Server(province)
people = t.People(server)
# Something to be found, read and acted upon.
files = [('a.pdf', t.PDF, t.letter_pdf('--no-fields'))]
for _ in range(2):
    people.draft(files)
paper = people.walk(files)
people.clerk.need(people.clerk.act(paper, 'issue'))
people.clerk.need(people.clerk.act(paper, 'dispatch'))

work = t.scratch()
for who in WHO:
    done = subprocess.run(
        [ST, '--config-file', os.path.join(HERE, 'schemathesis.toml'),
         'run', os.path.join(t.SOURCE, 'api', 'openapi.yaml'),
         '--url', 'http://127.0.0.1:%d' % server.port,
         '--header', 'Authorization: Bearer ' + province.token(who),
         '--checks', CHECKS, '--max-time', str(max(5, SECONDS // len(WHO))),
         '--continue-on-failure', '--warnings', 'off', '--workers', '1',
         '--request-timeout', '60'],
        cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        check=False, env=dict(os.environ, SCHEMATHESIS_HOOKS='schemathesis_hooks',
                                PYTHONPATH=HERE))
    said = done.stdout.decode('utf-8', 'replace')
    t.ok(done.returncode == 0, 'as %s: no 5xx, no contract violation' % who,
         said[-20000:])
    print('# ' + '\n# '.join(said.splitlines()[-14:]))
server.stop()
t.check_clean(province)
t.done()
