#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came from elsewhere, through the API: listed, read, fetched byte for
byte, and out of quarantine once more. The kit sends it (docs/exchange-cases)."""
import hashlib
import re

import harness as t
import sdk

province = t.Province()
secret = province.secret('axis.secret', sdk.SECRET)
province.route('H98.01', 'hosted', *sdk.ROUTE)
server = t.Server(province)
people = t.People(server)
clerk = people.clerk
junk = b'\x89junk, no packet at all\n' * 40
script = province.path('two.peer')
with open(script, 'w', encoding='utf-8') as f:
    f.write('role agency\ncase "a packet, and something else"\n'
            'packet p1 edoc H98.01 H99.07 sample\n'
            'do sendEdoc packet p1\nexpect code 0\n'
            'do sendEdoc packet p1\nexpect code 0\n')
r = t.vanthu('edoc', 'peer', script, '--system-id', sdk.SYSTEM, '--secret-file',
             secret, '--json', '--url',
             'http://127.0.0.1:%d/axis' % server.port)
t.need(r.returncode == 0, 'the kit sends a packet, twice',
       (r.stdout + r.stderr).decode())


def listed(**want):
    got = clerk.get('/v1/consignments').json['consignments']
    return [c for c in got if all(c[k] == v for k, v in want.items())]


one = t.until(lambda: listed(kind='edoc', state='arrived'), 'it is listed')[0]
t.equal((one['transport'], one['from']['code']), ('hosted', 'H98.01'),
        'by which way, and from whom')
full = clerk.get('/v1/consignments/' + one['id']).json
t.ok(len(full['arrivals']) >= 1 and full['sha256'] == one['sha256'],
     'with its arrivals', full)
tag = clerk.get('/v1/consignments/' + one['id']).headers['etag']
a = clerk.get('/v1/consignments/' + one['id'], **{'If-None-Match': tag})
t.equal((a.status, a.body), (304, b''), 'not twice to who has it')
packet = clerk.get('/v1/consignments/%s/content' % one['id'])
t.equal(hashlib.sha256(packet.body).hexdigest(), one['sha256'],
        'the packet, byte for byte')
paper = t.until(lambda: [p for p in [clerk.paper(one['paper'])] if
                         'no-valid-signature' in (p['parts'][0]['problem'] or '')],
                'that nobody signed it stands at its main file')[0]
t.equal((paper['state'], paper['source_consignment']),
        ('waiting', one['id']), 'the paper that was made of it waits')
for what in ('', '/content'):
    t.equal(people.their_clerk.get('/v1/consignments/' + one['id'] +
                                   what).status, 404,
            'another agency does not find it' + what)
t.refused(clerk.post('/v1/consignments/%s/acts' % one['id'],
                     {'act': 'reread'}), 409, 'out-of-order',
          'one that was read is not read again')

# --- what is found in one: refused, warned, noted (vietnam.md 12.2) ---

call = sdk.caller(server.port)


def changed(*edits):
    """The packet with these edits, sent; its consignment when it was read."""
    text = packet.body.decode()
    for pattern, new in edits:
        text, n = re.subn(pattern, new, text, flags=re.DOTALL)
        t.need(n == 1, 'the packet has ' + pattern, text[:3000])
    data = text.encode()
    a = call('sendEdoc', data + b'\r\n', servicetype='eDoc',
             messagetype='edoc', hash_file=sdk.hash_file(data),
             **{'from': 'H98.01', 'to': 'H99.07'})
    t.equal(a['ErrorCode'], '0', 'it is sent: %s' % a)
    found = t.until(lambda: [
        c for c in listed(sha256=hashlib.sha256(data).hexdigest())
        if c['state'] in ('arrived', 'refused')], 'it is read')[0]
    return clerk.get('/v1/consignments/' + found['id']).json


SUBJECT = (r'(<edXML:Subject>)[^<]*', r'\1')
OTHER_ID = (r'(<edXML:DocumentId>)[^<]*', r'\g<1>5e515fca-3627')
NO_FILE = (r'<AttachmentEncoded>.*</AttachmentEncoded>', '')
c = changed(SUBJECT, OTHER_ID)
t.equal((c['state'], {(f['class'], f['code'], f['at'])
                      for f in c['findings']} - {
         ('W', 'no-valid-signature', '')}),
        ('arrived', {('W', 'subject-missing', 'Subject'),
                     ('I', 'document-id-form', 'DocumentId')}),
        'taken, with a warning and a note')
t.ok(all(len(f['vi']) > 3 and len(f['en']) > 3 and f['vi'] != f['en']
         for f in c['findings']), 'in both languages', c['findings'])
c = changed(SUBJECT, (OTHER_ID[0], r'\g<1>5e515fca-3628'), NO_FILE)
t.equal((c['state'], c['findings'][0]['class'], c['findings'][0]['code'],
         {f['class'] for f in c['findings']}),
        ('refused', 'E', 'attachment-missing', {'E', 'W', 'I'}),
        'refused for what is worst, which stands first')
t.ok(c['findings'][0]['vi'] in c['note'], 'and is the reason that is told',
     c)
t.ok(people.their_clerk.get('/v1/consignments/' + c['id']).status == 404,
     'to nobody else')

# --- what cannot be read ---

a = call(
    'sendEdoc', junk + b'\r\n', servicetype='eDoc', messagetype='edoc',
    hash_file=sdk.hash_file(junk), **{'from': 'H98.01', 'to': 'H99.07'})
t.equal(a['ErrorCode'], '0', 'what is no packet is taken and kept: %s' % a)
bad = t.until(lambda: [c for c in listed(size=len(junk))
                       if c['state'] in ('quarantined', 'refused')],
              'and found out')[0]
t.ok(bad['note'], 'with the reason', bad)
a = clerk.post('/v1/consignments/%s/acts' % bad['id'], {'act': 'reread'})
t.equal(a.status, 200, 'it is read again')
t.until(lambda: clerk.get('/v1/consignments/' + bad['id']).json['last_act'] >
        a.json['index'], 'and found out again')

# --- and is set aside ---

acts = '/v1/consignments/%s/acts'
aside = {'act': 'set_aside', 'reason': 'Không phải gói tin'}
bad = clerk.get('/v1/consignments/' + bad['id']).json
t.equal(bad['state'], 'quarantined', 'it waits for a decision')
real = people.their_clerk.post(acts % bad['id'], aside)
none = people.their_clerk.post(acts % ('0' * 31 + '1'), aside)
told = [{k: v for k, v in x.json.items() if k not in (
    'instance', 'request_id')} for x in (real, none)]
t.ok(real.status == 404 and told[0] == told[1],
     'by another agency: as one that never was', '%s\n%s' % (real, none))
t.refused(clerk.post(acts % bad['id'], {'act': 'set_aside'}), 422,
          'field-required', 'without a reason')
t.refused(clerk.post(acts % one['id'], aside), 409, 'out-of-order',
          'one that was taken')
a = clerk.post(acts % bad['id'], aside)
t.equal(a.status, 200, 'it is set aside')
got = clerk.get('/v1/consignments/' + bad['id']).json
t.equal((got['state'], got['note'], got['last_act']),
        ('refused', aside['reason'], a.json['index']), 'with its reason')
t.equal(clerk.get('/v1/consignments/%s/content' % bad['id']).body, junk,
        'its bytes stay')
t.refused(clerk.post(acts % bad['id'], aside), 409, 'out-of-order', 'once')
server.stop()
t.check_clean(province)
t.done()
