#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every role and every operation of the contract: who gets past the door.

The table is written out, so that neither the rights nor the contract change
unnoticed: an operation without a row fails. What is asked is as small as the
contract allows, of ids that do not exist; whoever may do it gets any answer
but 401 and 403, everybody else gets 403 (or 404 where existence is not his to
know), and without a token it is 401. A right is asked before existence."""
import json
import sys

import harness as t
from contract import DOC, deref, operations

ROLES = {'L': 'leader', 'O': 'officer', 'C': 'clerk', 'S': 'system',
         'M': 'admin', 'A': 'auditor', 'K': 'archivist'}
READ = 'LOCSAK'
EVERYONE = 'LOCSMAK'
OPEN = 'open'

# Operation, or operation and act, to the roles that may.
MAY = {
    'health': OPEN, 'agencyLog': OPEN, 'logCheckpoint': OPEN,
    'logLine': OPEN, 'texts': READ,
    'logConsistency': OPEN, 'logTile': OPEN, 'logTileTwo': OPEN,
    'logTileThree': OPEN, 'lookUpResult': OPEN,
    'tusOptions': OPEN,
    'me': EVERYONE,
    'upload': 'LOCS', 'tusCreate': 'LOCS', 'tusState': 'LOCS',
    'tusPiece': 'LOCS', 'tusDrop': 'LOCS',
    'listPapers': READ, 'readPaper': READ, 'history': READ, 'listReads': 'LCA', 'links': READ, 'sent': READ,
    'versions': READ, 'content': READ, 'validatePart': READ,
    'exportPapers': READ, 'listQueries': READ,
    'saveQuery': 'LOCAK', 'removeQuery': 'LOCAK',
    'register': 'OCS',
    'act submit': 'OCS', 'act edit': 'OCS',
    'act approve': 'L', 'act return': 'L',
    'act number': 'CS',
    'act initial': 'LOC', 'act sign': 'L', 'act seal': 'C',
    'act issue': 'C', 'act dispatch': 'CS',
    'act accept': 'CS', 'act refuse': 'C', 'act assign': 'LC',
    'act forward': 'LOC', 'act process': 'LOCS', 'act finish': 'LOCS',
    'act take_back': 'CS', 'act recall': 'C', 'act replace': 'C',
    'act amend': 'C',
    'act answer_recall': 'C', 'act print': 'LOC',
    'act ask_destroy': 'LCK', 'act destroy': 'L', 'certificate': READ, 'act link': 'OCS', 'act rendition': 'OCS', 'renditions': READ,
    'rendition': READ,
    'act original': 'C', 'act join': 'C', 'alike': READ,
    'act check': 'LO', 'act withdraw': 'OCS', 'act opinion': 'LOC',
    'act extend': 'LOC', 'act cancel': 'C', 'act freeze': 'LC',
    'act release': 'LC', 'act isolate': 'LOCK', 'act clear': 'L',
    'prepareSignature initial': 'LOCS', 'prepareSignature sign': 'LS',
    'prepareSignature seal': 'CS',
    'completeSignature': 'LOCS',
    'inbox': 'LOCSA', 'readDelivery': READ,
    'receive receive': 'CS', 'receive resend': 'CM',
    'receive hand_over': 'CS',
    'hurryDelivery': 'CM', 'listUntold': 'LOCSA', 'hurryStatus': 'CM',
    'listWork': 'CSAM', 'replayWork': 'CM', 'dropWork': 'CM',
    'listConsignments': 'LOCSA', 'readConsignment': 'LOCSA',
    'consignmentContent': 'LOCSA', 'consignmentAct reread': 'C',
    'consignmentAct set_aside': 'C',
    'listAgencies': READ, 'readAgency': READ,
    'listAddresses': READ, 'readAddress': READ, 'putAddress': 'M',
    'addPerson': 'M',
    'actOnPerson rename': 'M', 'actOnPerson contact': 'M',
    'actOnPerson add_post': 'M', 'actOnPerson end_post': 'M',
    'actOnPerson add_certificate': 'M',
    'actOnPerson end_certificate': 'M', 'actOnPerson confirm': 'LM',
    'actOnPerson end': 'M',
    'listPeople': EVERYONE, 'readPerson': EVERYONE, 'listBooks': READ,
    'readBook': READ, 'readRegister': READ, 'readReport': READ, 'listUses': READ, 'exportUses': READ, 'exportRegister': READ,
    'printRegister': READ,
    'actOnBook open': 'CM', 'actOnBook term': 'CM',
    'actOnBook reserve': 'C', 'actOnBook outage': 'L',
    'actOnBook cancel': 'C', 'actOnBook close': 'C',
    'makeResult': 'OCS', 'validate': READ,
    'receipt': READ, 'proof': READ, 'checkpoint': READ,
    'events': READ,
    'listWebhooks': 'MS', 'addWebhook': 'MS', 'getWebhook': 'MS',
    'changeWebhook': 'MS', 'removeWebhook': 'MS', 'webhookDeliveries': 'MS',
    'replayWebhook': 'MS', 'pingWebhook': 'MS', 'webhookKey': OPEN,
    'changeWebhookKey': 'M',
    'token': OPEN, 'signIn': OPEN,
    'signOut': EVERYONE, 'signOutEverywhere': EVERYONE,
    'changePassword': EVERYONE, 'offerTotp': EVERYONE,
    'confirmTotp': EVERYONE,
    'listAccounts': 'M', 'addAccount': 'M', 'getAccount': 'M',
    'removeAccount': 'M', 'actOnAccount lock': 'M',
    'actOnAccount unlock': 'M', 'actOnAccount set_password': 'M',
    'actOnAccount drop_second_factor': 'M',
    'linkIdentity': 'M', 'unlinkIdentity': 'M',
    'listClients': 'M', 'addClient': 'M', 'actOnClient disable': 'M',
    'actOnClient enable': 'M', 'actOnClient new_secret': 'M',
    'listDelegations': 'LOCMA', 'delegate': 'LC', 'getDelegation': 'LOCMA',
    'revokeDelegation': 'LOCMA',
}



def smallest(node):
    """The least that a schema takes."""
    node = deref(node)
    if 'const' in node:
        return node['const']
    if 'enum' in node:
        return node['enum'][0]
    kind = node.get('type', 'object')
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == 'object':
        return {k: smallest(node['properties'][k])
                for k in node.get('required', [])}
    if kind == 'array':
        return [smallest(node['items'])] * node.get('minItems', 0)
    if kind == 'integer' or kind == 'number':
        return max(0, node.get('minimum', 0))
    if kind == 'boolean':
        return False
    if node.get('pattern', '').startswith('^[0-9a-f]{'):
        return '0' * int(node['pattern'].split('{')[1].split('}')[0])
    if node.get('format') == 'byte':
        return 'MA=='
    if node.get('format') == 'date-time':
        return '2026-03-02T08:00:00+07:00'
    return 'x' * max(1, node.get('minLength', 1))


def bodies(op):
    """(name of the act or '', body) for every way to ask."""
    body = op.get('requestBody')
    if body is None:
        return [('', None)]
    content = deref(body)['content']
    if 'application/json' not in content:
        return [('', b'%PDF-1.7')]
    schema = deref(content['application/json']['schema'])
    ways = []
    for one in schema.get('oneOf', [schema]):
        one = deref(one)
        by = one.get('properties', {}).get('act', {})
        names = by.get('enum', [by['const']] if 'const' in by else [''])
        for name in names:
            asked = smallest(one)
            if name:
                asked['act'] = name
            ways.append((name if len(names) > 1 or 'oneOf' in schema
                         else '', asked))
    return ways


def ask(client, path, method, op, shared, body):
    params = [deref(p) for p in shared + op.get('parameters', [])]
    headers = {'Content-Type': 'application/offset+octet-stream'
               if op['operationId'] == 'tusPiece'
               else 'application/octet-stream'}
    for p in params:
        if p['in'] == 'path':
            value = {'index': '999999999', 'n': '1', 'code': 'X99'}.get(
                p['name'], 'f' * 32)
            path = path.replace('{%s}' % p['name'], value)
        elif p['in'] == 'header' and p.get('required'):
            headers[p['name']] = {
                'Idempotency-Key': t.new_key(), 'If-Match': '"1"',
                'Tus-Resumable': '1.0.0', 'Upload-Length': '5',
                'Upload-Offset': '0'}[p['name']]
        elif p['in'] == 'query' and p.get('required'):
            value = p['schema'].get('enum', ['2026-01-02'])[0][
                :p['schema'].get('maxLength')]
            path += '%s%s=%s' % ('&' if '?' in path else '?', p['name'], value)
    if isinstance(body, dict):
        headers['Content-Type'] = 'application/json'
        body = json.dumps(body).encode()
    if body is None:
        headers.pop('Content-Type')
    return client.ask(method.upper(), path, body, headers)


def check(path, method, op, shared):
    for name, body in bodies(op):
        row = (op['operationId'] + ' ' + name).strip()
        if not t.ok(row in MAY, '%s has a row' % row,
                    'add it to MAY in tests/scenario/rights.py'):
            continue
        stranger = ask(public, path, method, op, shared, body)
        if MAY[row] == OPEN:
            # signing in is open, and says no to who does not get in
            t.ok(stranger.status not in (401, 403) or
                 stranger.json['code'] == 'sign-in-failed', row + ': open', stranger)
            continue
        t.equal(stranger.status, 401, row + ': not without a token')
        wrong = []
        for letter, client in clients.items():
            a = ask(client, path, method, op, shared, body)
            may = letter in MAY[row]
            # a wrong password or code is not a right that is missing
            no = a.status in (401, 403) and \
                a.json['code'] != 'sign-in-failed'
            if no == may or a.status >= 500:
                wrong.append('%s %s: %s' % (
                    ROLES[letter], 'may' if may else 'may not', a))
        t.ok(not wrong, '%s: %s' % (row, MAY[row]), '\n'.join(wrong))


province = t.Province()
server = t.Server(province)
clients = {k: server.client('skhcn-' + v) for k, v in ROLES.items()}
public = server.client()
for p, m, o in operations():
    check(p, m, o, DOC['paths'][p].get('parameters', []))
server.stop()
t.check_clean(province)
sys.stdout.flush()
t.done()
