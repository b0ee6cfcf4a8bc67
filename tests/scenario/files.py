#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are not what they should be. Bytes first: whatever arrives whole
is kept exactly and registered with the reason beside it; what cannot be signed
says why. What does not arrive whole gets no id."""
import hashlib
import os
import re
import socket

import harness as t

province = t.Province()
server = t.Server(province)
people = t.People(server)
plain = t.letter_pdf('--no-fields')
d = t.scratch()
papers = []


def write(name, data):
    return t.put(os.path.join(d, name), data)


def qpdf(*args):
    src, out = write('in.pdf', plain), os.path.join(d, 'out.pdf')
    made = t.run('qpdf', *args, src, out)
    t.need(made.returncode == 0, 'qpdf makes the file', made.stderr.decode())
    with open(out, 'rb') as f:
        return f.read()


def lying_xref(data):
    """Every offset of the table points 7 bytes further."""
    at = data.rindex(b'\nxref')
    table = re.sub(rb'(\d{10}) (\d{5} n)',
                   lambda m: b'%010d %s' % (int(m[1]) + 7, m[2]), data[at:])
    t.need(table != data[at:], 'the letter has a table of offsets')
    return data[:at] + table


def lying_startxref(data):
    at = data.rindex(b'startxref')
    return data[:at] + re.sub(rb'\d+', b'17', data[at:], count=1)


def signed_without_fields():
    src, out = write('in.pdf', plain), os.path.join(d, 'signed.pdf')
    made = t.vanthu('sign', src, '-o', out, '--key',
                    'file:' + province.path('keys', 'skhcn-officer.p12'),
                    '--pin-file', province.path('pins', 'skhcn-officer'),
                    '--page', '1', '--rect', '300,100,150,60')
    t.need(made.returncode == 0, 'a file is signed elsewhere',
           made.stderr.decode())
    with open(out, 'rb') as f:
        return f.read()


# name, bytes, code of the refusal when it is submitted, registered with a
# problem beside it
BROKEN = [
    ('not a PDF', b'GIF89a' + b'\0' * 500, ('not-pdf',), True),
    ('text that says it is one', b'%PDF-1.7\nhello\n', ('pdf-truncated',
                                                        'pdf-syntax',
                                                        'pdf-xref'), True),
    ('a truncated PDF', plain[:len(plain) // 2],
     ('pdf-truncated', 'pdf-xref', 'pdf-syntax'), True),
    ('a PDF that lost its last bytes', plain[:-40],
     ('pdf-truncated', 'pdf-xref', 'pdf-syntax'), True),
    ('a password-protected PDF',
     qpdf('--encrypt', 'mo', 'chu', '256', '--'), ('pdf-encrypted',), True),
    ('a PDF encrypted without a password to open it',
     qpdf('--encrypt', '', 'chu', '256', '--'), ('pdf-encrypted',), True),
    ('a PDF whose xref lies', lying_xref(plain), ('pdf-xref',), True),
    ('a PDF whose startxref lies', lying_startxref(plain),
     ('pdf-xref', 'pdf-syntax', 'pdf-truncated'), True),
    ('a signed PDF without fields', signed_without_fields(),
     ('pdf-signed-without-fields',), False),
]
for name, data, codes, noted in BROKEN:
    a = people.officer.register([('tep.pdf', t.PDF, data)], t.letter_meta())
    t.need(a.status == 201, name + ': is registered all the same', a)
    paper = a.json['paper']
    papers.append(paper)
    t.receipt_holds(a.receipt, name + ': with a receipt that verifies')
    part = people.officer.paper(paper)['parts'][0]
    t.ok(bool(part['problem']) == noted
         and (not noted or any(c in part['problem'] for c in codes)),
         name + ': the reason stands beside it' if noted else
         name + ': nothing is wrong with the file itself', part)
    t.equal(people.officer.content(paper), data, name + ': kept exactly')
    b = people.officer.act(paper, 'submit', initials=0)
    code = b.json.get('code')
    t.ok(code in codes, name + ': refused as one of ' + ', '.join(codes), b)
    if code in codes:
        t.refused(b, 422, code, name + ': submitting it')
    t.equal(people.officer.paper(paper)['state'], 'draft',
            name + ': stays a draft')

# A paper that was finished elsewhere brings its fields, but not empty.
paper = people.draft([('tep.pdf', t.PDF, plain)])
people.agree(paper)
people.leader.need(people.sign(paper))
finished = people.clerk.content(paper)
papers.append(people.draft([('xong.pdf', t.PDF, finished)]))
t.refused(people.officer.act(papers[-1], 'submit', initials=0), 409,
          'pdf-field-used', 'a file whose fields are filled already')

# An incoming paper that came on a stick, broken: it gets its arrival number.
a = people.clerk.register([('den.pdf', t.PDF, plain[:100])],
                          t.letter_meta(number='15', agency_code='H99.31'),
                          direction='in')
t.ok(a.status == 201 and a.json['arrival'] == 1,
     'a broken incoming paper has its arrival number', a)
papers.append(a.json['paper'])

# A sound file in place of the broken one clears the note and goes its way.
u = people.officer.need(people.officer.upload(plain)).json
part = people.officer.paper(papers[2])['parts'][0]
people.officer.need(people.officer.act(
    papers[2], 'edit', part=1, upload=u['upload'], name='tot.pdf',
    media_type=t.PDF, expect=part['sha256']))
t.equal(people.officer.paper(papers[2])['parts'][0]['problem'], None,
        'a sound file in its place clears the note')
people.agree(papers[2])
people.leader.need(people.sign(papers[2]))

# Sound ones of other kinds: object streams, linearized.
for name, args in (('object streams', ('--object-streams=generate',)),
                   ('linearized', ('--linearize',))):
    paper = people.walk([('tep.pdf', t.PDF, qpdf(*args))], 'B', 1)
    papers.append(paper)
    t.all_passed(people.clerk.content(paper), province, 3,
                 name + ': walked, TOTAL-PASSED')

# --- uploads ---

t.refused(people.officer.upload(b''), 422, 'file-empty', 'an empty file')
a = people.officer.ask('POST', '/v1/uploads', b'abc', {
    'Idempotency-Key': t.new_key(),
    'Repr-Digest': 'sha-256=:' + 'A' * 43 + '=:'})
t.refused(a, 422, 'digest-mismatch', 'another digest than stated')


def raw(head, body, close):
    """A request by hand; what comes back until the other side closes."""
    s = socket.create_connection(('127.0.0.1', server.port), timeout=30)
    try:
        s.sendall(head + body)
        if close:
            s.shutdown(socket.SHUT_WR)
        got = b''
        while True:
            more = s.recv(65536)
            if not more:
                return got
            got += more
    except OSError as e:
        return b'cut: ' + str(e).encode()
    finally:
        s.close()


def upload_head(length):
    return (b'POST /v1/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\n'
            b'Authorization: Bearer %s\r\nIdempotency-Key: %s\r\n'
            b'Connection: close\r\nContent-Length: %d\r\n\r\n'
            % (people.officer.token.encode(), t.new_key().encode(), length))


over = raw(upload_head((2 << 30) + 1), b'x' * 1000, False)
t.ok(b' 413 ' in over.split(b'\r\n')[0] + b' ' and b'limit-exceeded' in over
     and b'"vi"' in over and b'"en"' in over,
     'an upload over the limit is refused before it travels', over)
cut = raw(upload_head(len(plain)), plain[:len(plain) // 3], True)
t.ok(b' 201 ' not in cut and b'"upload"' not in cut,
     'an upload that is cut off gets no id', cut)
chunked = (b'POST /v1/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\n'
           b'Authorization: Bearer %s\r\nIdempotency-Key: %s\r\n'
           b'Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n'
           % (people.officer.token.encode(), t.new_key().encode()))
cut = raw(chunked, b'400\r\n' + b'y' * 1024 + b'\r\n400\r\nzz', True)
t.ok(b' 201 ' not in cut and b'"upload"' not in cut,
     'a chunked upload that is cut off gets no id', cut)
whole = raw(chunked, b'5\r\nhello\r\n0\r\n\r\n', False)
t.ok(b' 201 ' in whole
     and hashlib.sha256(b'hello').hexdigest().encode() in whole,
     'a chunked upload that ends is taken', whole)
t.equal(people.public.get('/healthz').status, 200, 'the server is well')

# The JSON of an act has its limit, too.
a = people.officer.post('/v1/papers', {'direction': 'out', 'files': [],
                                       'meta': {'subject': 'x' * 1100000}})
t.refused(a, 413, 'limit-exceeded', 'a JSON body of more than 1 MiB')

t.nothing_lost(people, papers, 'every paper is as it came')
server.stop()
t.check_clean(province)
t.done()
