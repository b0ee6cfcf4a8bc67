#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation of the contract was done, with success, by a scenario.

Runs last: the others leave what they did in BUILD/scenario-operations."""
import os

import contract
import harness as t

# They need a ledger of 256 or 256,000 acts. A part of a tile is asked for by
# handling, whole ones are read by unit/verifier/proof.
LARGE = ('logTile', 'logTileThree')

done = {}
folder = os.path.join(t.BUILD, 'scenario-operations')
for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
    with open(os.path.join(folder, name), encoding='utf-8') as f:
        for line in f.read().splitlines():
            done.setdefault(line, []).append(name)
t.need(done, 'the other scenarios have run', folder)
for path, method, op in contract.operations():
    key = '%s %s' % (method.upper(), path)
    if op['operationId'] in LARGE:
        continue
    t.ok(key in done, '%s (%s): %s' % (
        op['operationId'], key, ' '.join(done.get(key, []))),
         'no scenario does it with success')
t.done()
