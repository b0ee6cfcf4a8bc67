#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the office refuses: wrong order, wrong person, wrong request. Each
refusal has its code, is said in two languages, and changes nothing."""
import harness as t

province = t.Province()
server = t.Server(province)
t.need(server.port, 'the server starts', getattr(server, 'said', ''))
people = t.People(server)
plain = t.letter_pdf('--no-fields')
files = [('cong-van.pdf', t.PDF, plain)]
papers = []


def draft(**meta):
    papers.append(people.draft(files, **meta))
    return papers[-1]


def unmoved(paper, rev, name):
    t.equal(people.officer.paper(paper)['rev'], rev, name + ': nothing moved')


# --- who ---

t.refused(server.client().get('/v1/me'), 401, 'unauthenticated', 'no token')
t.refused(t.Client(server.port, 'x' * 48).get('/v1/me'), 401,
          'unauthenticated', 'an unknown token')
for asked, language in ((None, 'en'), ('vi-VN,vi;q=0.9,en;q=0.8', 'vi'),
                        ('fr', 'en'), ('en;q=0.5, vi;q=0.4', 'en')):
    a = server.client().get('/v1/me', **({} if asked is None else {
        'Accept-Language': asked}))
    t.equal((a.json['title'], a.headers['content-language']),
            (a.json[language], language),
            'the title is in the language asked for: %s' % asked)
paper = draft()
rev = people.officer.paper(paper)['rev']
t.refused(people.their_clerk.get('/v1/papers/' + paper), 404, 'not-found',
          "another agency's paper")
t.refused(people.their_clerk.post('/v1/papers/%s/acts' % paper,
                                  {'act': 'number'}, rev=rev),
          404, 'not-found', "numbering another agency's paper")
main = people.officer.paper(paper)['parts'][0]['sha256']
t.refused(people.officer.act(paper, 'approve', main=main), 403, 'forbidden',
          'an officer approving')
t.refused(people.leader.register(files, t.letter_meta()), 403, 'forbidden',
          'a leader registering')
unmoved(paper, rev, 'by the wrong people')

# --- sole control ---

for act, pin in (('sign', 'leader'), ('seal', 'seal'),
                 ('initial', 'officer')):
    t.refused(people.system.act(paper, act, pin=people.pin(pin)), 403,
              'sole-control', 'a system asking to %s' % act)
unmoved(paper, rev, 'by a system')

# --- order ---

t.refused(people.sign(paper), 409, 'not-approved',
          'signing before an approval')
t.refused(people.seal(paper), 409, 'not-signed-by-competent-person',
          "the agency's key first")
t.refused(people.clerk.act(paper, 'issue'), 409, 'out-of-order',
          'issuing a draft')
t.refused(people.leader.act(paper, 'approve', main=main), 409,
          'out-of-order', 'approving a draft that was not submitted')
t.refused(people.leader.act(paper, 'return', main=main, note=''), 422,
          'field-length', 'returning without a reason')
unmoved(paper, rev, 'out of order')

people.officer.need(people.officer.act(paper, 'submit', initials=1))
t.refused(people.leader.act(paper, 'approve', main=main), 409, 'conflict',
          'approving another version than the one submitted')
main = people.officer.paper(paper)['parts'][0]['sha256']
people.leader.need(people.leader.act(paper, 'approve', main=main))
t.refused(people.seal(paper), 409, 'not-signed-by-competent-person',
          "the agency's key before the competent person's")
people.leader.need(people.sign(paper, False))
t.refused(people.sign(paper, False), 409, 'out-of-order',
          'signing a second time')
t.refused(people.seal(paper), 409, 'out-of-order',
          'sealing before the number')
t.refused(people.officer.act(paper, 'initial', pin=people.pin('officer')),
          409, 'out-of-order', 'initials after the signature')
a = people.clerk.need(people.clerk.act(paper, 'number'))
given = a.json['number']
again = people.clerk.act(paper, 'number')
t.refused(again, 409, 'already-numbered', 'a second number')
t.ok(given['text'] in again.body.decode() and again.status == 409,
     'the refusal names the number it has', again)
t.equal(people.clerk.paper(paper)['number']['text'], given['text'],
        'and it keeps it')
people.clerk.need(people.seal(paper))
t.refused(people.seal(paper), 409, 'out-of-order', 'sealing a second time')
t.refused(people.clerk.act(paper, 'dispatch',
                           to=[{'code': 'H99.99', 'name': 'Không có'}]),
          422, 'agency-unknown', 'sending to an unknown agency')
people.clerk.need(people.clerk.act(paper, 'issue'))
t.refused(people.clerk.act(paper, 'dispatch',
                           to=[{'code': 'H99.99', 'name': 'Không có'}]),
          422, 'agency-unknown', 'sending it, issued, to an unknown agency')
commune = {'code': 'H99.31', 'name': 'UBND xã An Mẫu'}
t.refused(people.clerk.act(paper, 'dispatch', to=[commune, commune]), 422,
          'invalid', 'sending it to one agency twice at once')
people.clerk.need(people.clerk.act(paper, 'dispatch', to=[commune]))
again = people.clerk.act(paper, 'dispatch', to=[commune])
t.refused(again, 409, 'exists', 'sending it there a second time')
t.ok('H99.31' in str(again), 'and the refusal names the agency', again)
t.equal(len(people.clerk.get('/v1/papers/%s/deliveries' % paper)
            .json['deliveries']), 1, 'one delivery was made')

# A new version voids what was agreed.
paper = draft()
people.agree(paper)
u = people.officer.need(people.officer.upload(plain)).json
before = people.officer.paper(paper)['parts'][0]['sha256']
people.officer.need(people.officer.act(
    paper, 'edit', part=1, upload=u['upload'], name='ban-moi.pdf',
    media_type=t.PDF, expect=before))
t.refused(people.sign(paper), 409, 'not-approved',
          'signing what was changed after the approval')
# Its fields are gone with the file before: no approval in vain.
main = people.leader.paper(paper)['parts'][0]['sha256']
t.refused(people.leader.act(paper, 'approve', main=main), 409,
          'out-of-order', 'approving what was not submitted again')
t.refused(people.sign(paper), 409, 'not-approved',
          'and nothing is left to sign')
t.equal(people.leader.paper(paper)['number'], None,
        'no number is spent on a file that cannot bear it')
people.agree(paper)
people.leader.need(people.sign(paper))
t.ok(True, 'submitted again, it is approved and signed')

# --- requests ---

paper = draft()
rev = people.officer.paper(paper)['rev']
acts = '/v1/papers/%s/acts' % paper
t.refused(people.officer.ask('POST', acts, {'act': 'submit'},
                             {'If-Match': '"%d"' % rev}),
          400, 'idempotency-key-missing', 'no Idempotency-Key')
t.refused(people.officer.post(acts, {'act': 'submit'}), 428,
          'precondition-required', 'no If-Match')
t.refused(people.officer.post(acts, {'act': 'submit'}, rev=rev + 7), 412,
          'precondition-failed', 'If-Match of another version')
t.refused(people.officer.post(acts, {'act': 'dance'}, rev=rev), 422,
          'field-value', 'an act that does not exist')
t.refused(people.officer.post(acts, {'act': 'submit', 'colour': 'red'},
                              rev=rev), 422, 'field-unknown',
          'an unknown field')
t.refused(people.officer.ask('POST', acts, b'{"act": "submit", ', {
    'Idempotency-Key': t.new_key(), 'If-Match': '"%d"' % rev,
    'Content-Type': 'application/json'}), 400, 'syntax', 'half a JSON')
key = t.new_key()
people.officer.need(people.officer.act(paper, 'submit', key=key, initials=0))
t.refused(people.officer.post(acts, {'act': 'submit', 'note': 'khác'}, key,
                              rev), 422, 'idempotency-key-reused',
          'one key for two requests')
t.refused(people.officer.register(files, t.letter_meta(subject='')), 422,
          'invalid', 'a paper without a subject')
t.refused(people.officer.register(files, t.letter_meta(secrecy=2)), 422,
          'secrecy-refused', 'a secret paper')
t.refused(people.officer.post('/v1/papers', {
    'direction': 'out', 'meta': t.letter_meta(),
    'files': [{'upload': '0' * 32, 'name': 'a.pdf', 'media_type': t.PDF}]}),
          404, 'not-found', 'an upload that is not there')
t.refused(people.public.get('/v1/results/ABCD-EFGH-JKLM-NPQR'), 404,
          'not-found', 'a code that was never given')
t.refused(people.officer.get('/v1/nothing'), 404, 'not-found',
          'an address that is not there')
t.refused(people.officer.ask('DELETE', '/v1/papers/' + paper), 405,
          'method-not-allowed', 'deleting a paper')
notice = t.load('notice.json')
t.refused(people.officer.post('/v1/results', {
    **notice, 'notation': 'TB-SKHCN', 'holder_fact': '1'}), 422, 'field-length',
          'a result without a fact that its holder knows')

t.nothing_lost(people, papers, 'every paper is as it was')
server.stop()
t.check_clean(province)
t.done()
