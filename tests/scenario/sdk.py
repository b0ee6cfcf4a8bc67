# SPDX-License-Identifier: GPL-3.0-or-later
"""The axis as an agency's SDK calls it, written here once more."""
import datetime
import hashlib
import hmac
import http.client
import json

SYSTEM, SECRET = 'demo.system.01', 'demo-secret-not-real'
# of `vanthu route`, where SECRET lies in axis.secret
ROUTE = ('--system-id', SYSTEM, '--secret', 'file:axis.secret')


def hash_file(data):
    """SHA-256 as the SDK prints it: no leading zero of a byte."""
    return ''.join('%x' % b for b in hashlib.sha256(data).digest())


def signed(age_s=0, **params):
    """The headers of a call that is signed age_s seconds ago."""
    stamp = datetime.datetime.now(
        datetime.timezone(datetime.timedelta(hours=7))) \
        - datetime.timedelta(seconds=age_s)
    params = {'systemid': SYSTEM, 'Content-Type': 'application/octet-stream',
              **params,
              'timestamp': stamp.strftime('%d%m%YT%H%M%S+0')
              + '%03d' % (stamp.microsecond // 1000)}
    headers = {'XroadVnpt-' + k.replace('_', '-'): v
               for k, v in params.items()}
    text = json.dumps(headers, separators=(',', ':'))
    headers['XroadVnpt-sign-header-key'] = ';'.join(
        k.removeprefix('XroadVnpt-') for k in headers)
    headers['XroadVnpt-sign-header'] = text
    headers['XroadVnpt-hash-header'] = hmac.new(
        SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    headers['Content-Type'] = params['Content-Type']
    return headers


def caller(port, system=SYSTEM):
    """call(path, body, name=value...): the answer of the server, as JSON."""
    def call(path, body=b'', **params):
        c = http.client.HTTPConnection('127.0.0.1', port, timeout=60)
        try:
            c.request('POST', '/axis/' + path, body,
                      signed(systemid=system, **params))
            return json.loads(c.getresponse().read())
        finally:
            c.close()
    return call
