# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract, api/openapi.yaml, for tests that walk it."""
import os

import yaml

import harness

with open(os.path.join(harness.SOURCE, 'api', 'openapi.yaml'),
          encoding='utf-8') as f:
    DOC = yaml.safe_load(f)


def deref(node):
    while '$ref' in node:
        path, node = node['$ref'][2:].split('/'), DOC
        for part in path:
            node = node[part]
    return node


def operations():
    """(path, method, operation) of each."""
    return [(path, method, op) for path, item in DOC['paths'].items()
            for method, op in item.items() if method != 'parameters']
