#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads in pieces (tus 1.0), answers that are kept, digests and ranges, over
the real store; through a restart and a connection that breaks."""
import base64
import hashlib
import os
import re
import socket
import threading
import time

import harness as t

TUS = {'Tus-Resumable': '1.0.0'}
OCTETS = 'application/offset+octet-stream'

province = t.Province()
server = t.Server(province)
people = t.People(server)
officer = people.officer


def begin(data, who=None):
    a = (who or officer).ask('POST', '/v1/tus', None, {
        **TUS, 'Upload-Length': str(len(data)),
        'Upload-Metadata': 'filename ' + base64.b64encode(
            'công văn.pdf'.encode()).decode()})
    t.need(a.status == 201, 'an upload is begun', a)
    return a.headers['location']


def piece(where, data, offset, **more):
    return officer.ask('PATCH', where, data, {
        **TUS, 'Content-Type': OCTETS, 'Upload-Offset': str(offset), **more})


def offset_of(where):
    a = officer.ask('HEAD', where, None, TUS)
    return int(a.headers['upload-offset']) if a.status == 200 else a.status


def comes_to(want, where):
    """The server notices the end of a connection in its own time."""
    for _ in range(100):
        if offset_of(where) == want:
            return True
        time.sleep(0.1)
    return False


# --- pieces of odd sizes, in order ---

data = os.urandom(300_001)
where = begin(data)
t.equal(offset_of(where), 0, 'nothing is there yet')
for start, end in ((0, 100_001), (100_001, 100_002), (100_002, 300_000)):
    a = piece(where, data[start:end], start)
    t.equal((a.status, a.headers.get('upload-offset')), (204, str(end)),
            'a piece of %d bytes' % (end - start))
t.refused(piece(where, b'x', 5), 409, 'conflict', 'a piece from elsewhere')
t.refused(piece(where, b'xy', 300_000), 413, 'limit-exceeded',
          'more than was announced')
t.equal(offset_of(where), 300_000, 'which counted for nothing')
wrong = base64.b64encode(hashlib.sha256(b'?').digest()).decode()
t.refused(piece(where, data[-1:], 300_000,
                **{'Upload-Checksum': 'sha256 ' + wrong}), 460,
          'checksum-mismatch', 'a piece that is not what it says')
right = base64.b64encode(hashlib.sha256(data[-1:]).digest()).decode()
a = piece(where, data[-1:], 300_000, **{'Upload-Checksum': 'sha256 ' + right})
t.need(a.status == 204, 'the last piece, with its checksum', a)
upload = a.headers.get('vanthu-upload')
told = officer.ask('GET', where, None, TUS).json
t.equal((told['upload'], told['sha256'], told['name']),
        (upload, hashlib.sha256(data).hexdigest(), 'công văn.pdf'),
        'the pieces are one upload')
for who, name in ((people.clerk, 'a colleague'), (people.public, 'nobody')):
    a = who.ask('HEAD', where, None, TUS)
    t.ok(a.status in (401, 404), '%s does not find it' % name, a)

# --- a connection that breaks, and a restart ---

pdf = t.letter_pdf()
where = begin(pdf)
half = len(pdf) // 2
s = socket.create_connection(('127.0.0.1', server.port))
s.sendall(('PATCH %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n'
           'Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n'
           'Content-Type: %s\r\nContent-Length: %d\r\n\r\n' % (
               where, officer.token, OCTETS, len(pdf))).encode() + pdf[:half])
s.shutdown(socket.SHUT_WR)
while s.recv(4096):
    pass
s.close()
t.ok(comes_to(half, where),
     'what came before the connection broke is there')
server.stop()
server = t.Server(province)
people = t.People(server)
officer = people.officer
t.equal(offset_of(where), half, 'and is there after a restart')
a = piece(where, pdf[half:], half)
t.need(a.status == 204, 'the rest', a)
a = officer.post('/v1/papers', {
    'direction': 'out', 'meta': t.letter_meta(), 'files': [
        {'upload': a.headers['vanthu-upload'], 'name': 'công văn.pdf',
         'media_type': t.PDF}]})
t.need(a.status == 201, 'an act names it', a)
paper = a.json['paper']
t.equal(officer.content(paper), pdf, 'byte for byte')

def instead(method, where, data, **more):
    return officer.ask('POST', where, data, {
        **TUS, 'X-HTTP-Method-Override': method, **more})


where = begin(b'12345678')
a = instead('PATCH', where, b'1234',
            **{'Content-Type': OCTETS, 'Upload-Offset': '0'})
t.equal((a.status, a.headers.get('upload-offset'), offset_of(where)),
        (204, '4', 4), 'a POST that says it is a PATCH is one')
t.refused(instead('PUT', where, b'5678'), 405, 'method-not-allowed',
          'another method')
a = instead('DELETE', where, None)
t.equal((a.status, offset_of(where)), (204, 404), 'and a DELETE')
t.refused(officer.ask('POST', '/v1/papers/' + paper, None, {
    'X-HTTP-Method-Override': 'DELETE'}), 405, 'method-not-allowed',
          'nowhere else')
for method in ('PATCH', 'DELETE'):
    t.refused(officer.ask('POST', '/v1/webhooks/' + '0' * 32, b'{}', {
        'Content-Type': 'application/json', 'If-Match': '*',
        'X-HTTP-Method-Override': method}), 405, 'method-not-allowed',
              'nor where there is a ' + method)

# --- the digest of the whole, with the piece that completes it ---

data2 = os.urandom(200_000)


def repr_digest(b):
    return {'Repr-Digest': 'sha-256=:%s:' % base64.b64encode(
        hashlib.sha256(b).digest()).decode()}


where = begin(data2)
t.equal(piece(where, data2[:150_000], 0, **repr_digest(b'other')).status, 204,
        'it is looked at when all is there')
t.refused(piece(where, data2[150_000:], 150_000, **repr_digest(b'other')), 422,
          'digest-mismatch', 'the whole is not what it should be')
t.equal(offset_of(where), 150_000, 'the last piece does not count')
t.refused(piece(where, b'x', 150_000, **{'Repr-Digest': 'sha-256=?'}), 400,
          'syntax', 'a digest that is none')
a = piece(where, data2[150_000:], 150_000, **repr_digest(data2))
t.need(a.status == 204 and 'vanthu-upload' in a.headers,
       'sent again with the right one', a)
one = begin(b'12345')
t.refused(piece(one, b'12345', 0, **repr_digest(b'1234')), 422,
          'digest-mismatch', 'of one piece, too')
a = piece(one, b'12345', 0, **repr_digest(b'12345'))
t.need(a.status == 204, 'and again', a)

# --- the newest request has the upload ---


def hanging(where, data, sent):
    """A piece of which some bytes are sent and the rest not yet."""
    s = socket.create_connection(('127.0.0.1', server.port))
    s.sendall(('PATCH %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n'
               'Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n'
               'Content-Type: %s\r\nContent-Length: %d\r\n\r\n' % (
                   where, officer.token, OCTETS,
                   len(data))).encode() + data[:sent])
    return s


def answer(s):
    got = b''
    while b'\r\n\r\n' not in got:
        b = s.recv(4096)
        if not b:
            break
        got += b
    return int(got.split(b' ')[1]) if got else 0


where = begin(data2)
old = hanging(where, data2, 100_000)
for _ in range(200):  # the server may take up the older one later
    a = piece(where, data2[:120_000], 0)
    if a.status != 409:
        break
t.equal((a.status, a.headers.get('upload-offset')), (204, '120000'),
        'a newer request goes on at the same place')
old.sendall(data2[100_000:])
t.equal(answer(old), 409, 'the one before it counts for nothing')
old.close()
t.equal(offset_of(where), 120_000, 'what the newer one sent is there')
old = hanging(where, data2, 10)
t.equal(answer(old), 409, 'and an old offset is refused at once')
old.close()
a = piece(where, data2[120_000:], 120_000, **repr_digest(data2))
t.need(a.status == 204, 'completed', a)
where = begin(data2)
old = hanging(where, data2, 100_000)
t.equal(officer.ask('DELETE', where, None, TUS).status, 204,
        'given up while a piece comes')
old.sendall(data2[100_000:])
t.equal(answer(old), 404, 'which finds nothing any more')
old.close()

where = begin(b'1234')
a = officer.ask('DELETE', where, None, TUS)
t.equal((a.status, offset_of(where)), (204, 404), 'given up, it is gone')

# --- answers that are kept ---

key = t.new_key()
first = officer.upload(data, key)
again = officer.upload(data, key)
t.equal((again.status, again.body), (first.status, first.body),
        'an upload repeated under its key: the same answer')
t.equal(again.headers.get('idempotent-replayed'), 'true', 'and told so')
t.refused(officer.upload(data + b'!', key), 422, 'idempotency-key-reused',
          'another file under that key')
t.refused(officer.post('/v1/papers', {
    'direction': 'out', 'meta': t.letter_meta(), 'files': [
        {'upload': first.json['upload'], 'name': 'a.pdf'}]}, key), 422,
          'idempotency-key-reused', 'an act under that key')
key = t.new_key()
judged = [officer.ask('POST', '/v1/validations', pdf, {
    'Idempotency-Key': key, 'Content-Type': t.PDF}) for _ in range(2)]
t.equal(judged[0].body, judged[1].body, 'a verdict repeated: the same')
t.equal((judged[0].status, judged[1].headers.get('idempotent-replayed')),
        (200, 'true'), 'and told so')
server.stop()
server = t.Server(province)
people = t.People(server)
officer = people.officer
t.equal(officer.ask('POST', '/v1/validations', pdf, {
    'Idempotency-Key': key, 'Content-Type': t.PDF}).body, judged[0].body,
    'and after a restart')

named = {**TUS, 'Upload-Length': '5', 'Idempotency-Key': t.new_key()}
first, again = (officer.ask('POST', '/v1/tus', None, named)
                for _ in range(2))
t.equal((first.status, again.status, again.headers['location'],
         again.headers.get('idempotent-replayed')),
        (201, 201, first.headers['location'], 'true'),
        'an upload begun again under its key is the same')
t.refused(officer.ask('POST', '/v1/tus', None,
                      {**named, 'Upload-Length': '6'}), 422,
          'idempotency-key-reused', 'another one under that key')


def stated(value, data=b'abc'):
    return officer.ask('POST', '/v1/uploads', data, {
        'Idempotency-Key': t.new_key(), 'Repr-Digest': value,
        'Content-Type': 'application/octet-stream'})


abc = base64.b64encode(hashlib.sha256(b'abc').digest()).decode()
for value in ('sha-512=:%s:, sha-256=:%s:' % (abc, abc),
              'sha-256=:%s:;a=1,md5=:AA==:' % abc):
    t.equal(stated(value).status, 201, 'a digest among others')
t.refused(stated('sha-512=:AA==:, sha-256=:%s:' % abc, b'abd'), 422,
          'digest-mismatch', 'which counts')
for value in ('sha-512=:%s:' % abc, 'sha-256=' + abc, 'sha-256=:AA==:', ','):
    t.refused(stated(value), 400, 'syntax', 'no digest: ' + value)

# --- the same request on many connections at once ---


def at_once(n, what, name):
    """One answer, however many ask for it."""
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(what()))
               for _ in range(n)]
    for x in threads:
        x.start()
    for x in threads:
        x.join()
    got = {(a.status, a.body) for a in answers}
    t.ok(len(answers) == n and len(got) == 1 and answers[0].status < 300,
         name + ': %d times at once, one answer' % n,
         '\n'.join('%d %r' % (s, b[:400]) for s, b in got))


pressed = people.draft([('cong-van.pdf', t.PDF, t.letter_pdf('--no-fields'))])
for who, act, more in (
        (officer, 'submit', {}), (people.leader, 'approve', {}),
        (people.leader, 'sign', {'number_first': True,
                                 'pin': people.pin('leader')}),
        (people.clerk, 'seal', {'pin': people.pin('seal')}),
        (people.clerk, 'issue', {})):
    now = officer.paper(pressed)
    if act == 'approve':
        more = {'main': now['parts'][0]['sha256']}
    key = t.new_key()
    at_once(8, lambda: who.act(pressed, act, key, now['rev'], **more), act)
t.equal(len([1 for x in officer.get('/v1/papers/%s/history' % pressed).json[
    'acts'] if 'seal' in x['steps']]), 1, 'it was sealed once')

# --- digests, ranges, tags ---

content = '/v1/papers/%s/parts/1/content' % paper
whole = officer.get(content)
digest = 'sha-256=:%s:' % base64.b64encode(
    hashlib.sha256(pdf).digest()).decode()
t.equal(whole.headers['repr-digest'], digest, 'a download has its digest')
tag = whole.headers['etag']
a = officer.get(content, Range='bytes=10-19', **{'If-Range': tag})
t.equal((a.status, a.body, a.headers['content-range'],
         a.headers['repr-digest']),
        (206, pdf[10:20], 'bytes 10-19/%d' % len(pdf), digest),
        'a range, if it is still this file')
a = officer.get(content, Range='bytes=10-19', **{'If-Range': '"other"'})
t.equal((a.status, a.body), (200, pdf), 'else the whole')
t.refused(officer.get(content, Range='bytes=%d-' % len(pdf)), 416,
          'range-not-satisfiable', 'behind its end')
size = len(pdf)
for wanted, first, last in (('bytes=0-0', 0, 0), ('bytes=-5', size - 5, size - 1),
                            ('bytes=-%d' % (size * 2), 0, size - 1),
                            ('bytes=%d-' % (size - 1), size - 1, size - 1),
                            ('bytes=7-%d' % (size * 9), 7, size - 1),
                            ('Bytes=1-2', 1, 2)):
    a = officer.get(content, Range=wanted)
    t.equal((a.status, a.body, a.headers.get('content-range')),
            (206, pdf[first:last + 1],
             'bytes %d-%d/%d' % (first, last, size)), 'Range: ' + wanted)
for wanted in ('bytes=0-1,5-6', 'bytes=5-4', 'bytes=-', 'bytes=a-b', 'lines=1-2',
               'bytes=1-2x', 'bytes= 1-2'):
    a = officer.get(content, Range=wanted)
    t.equal((a.status, a.body), (200, pdf), 'Range: %s: the whole' % wanted)
for wanted in ('bytes=%d-' % size, 'bytes=-0', 'bytes=%s-' % ('9' * 30)):
    a = officer.get(content, Range=wanted)
    t.refused(a, 416, 'range-not-satisfiable', 'Range: ' + wanted)
    t.equal(a.headers['content-range'], 'bytes */%d' % size,
            'which says how long it is')
for condition in ('W/' + tag, 'Sun, 22 Nov 2026 03:00:00 GMT', '*'):
    a = officer.get(content, Range='bytes=0-1', **{'If-Range': condition})
    t.equal(a.status, 200, 'If-Range: %s: not strong' % condition)
a = officer.ask('HEAD', content, None, {'Range': 'bytes=0-1'})
t.equal((a.status, a.headers['content-length'], a.headers['repr-digest']),
        (200, str(size), digest), 'HEAD knows no ranges')
t.refused(officer.get(content, **{'If-Match': '"other"'}), 412,
          'precondition-failed', 'If-Match of another file')
t.equal(officer.get(content, **{'If-Match': '"other", ' + tag}).status, 200,
        'If-Match of this one')
t.equal(officer.get(content, **{'If-None-Match': tag}).status, 304,
        'unchanged')
a = officer.ask('HEAD', content)
t.equal((a.status, a.headers['content-length'], a.body),
        (200, str(len(pdf)), b''), 'HEAD says as much, without the body')

# --- the reference ---

operations = people.public.get('/docs/openapi.yaml').body.count(
    b'\n      operationId: ')
for path, word in (('/docs', b'One paper; its'), ('/docs/vi', 'Một văn bản; '.encode())):
    a = people.public.get(path)
    shown = re.findall(rb'<article id="(?!schema-).*?</article>', a.body, re.S)
    t.ok(a.status == 200 and operations > 70 and len(shown) == operations and
         word in a.body, path + ' is one page with every operation', a)
    t.equal([x[:60] for x in shown if b'<code>curl -f' not in x], [],
            'each with a command')
    t.ok(not re.search(rb'<script|<img|src=|style=|\son\w+="|href="(?![#/])',
                       a.body), 'from local files, without a script')
    t.ok("default-src 'none'; style-src 'self'" in
         a.headers['content-security-policy'], 'with a strict policy')
for path, kind in (('/docs/style.css', 'text/css; charset=utf-8'),
                   ('/docs/openapi.yaml', 'application/yaml')):
    b = people.public.get(path)
    t.equal((b.status, b.headers['content-type']), (200, kind),
            path + ' is here')

server.stop()
t.check_clean(province)
t.done()
