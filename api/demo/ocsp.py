#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OCSP responder of the demo authority, on the loopback only.

    ocsp.py DIR          answers on 127.0.0.1, port DIR/ocsp.port
    ocsp.py --free-port  prints a port that nobody uses now

`openssl ocsp` gives the answers, one process a request; its own -port would
listen on every address and let one idle client block all others.
"""
import http.server
import os
import random
import socket
import subprocess
import sys

REQUEST_MAX = 16384
PORTS = range(18800, 19800)  # below those the kernel hands out by itself


def free_port():
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as s:
            try:
                s.bind(('127.0.0.1', port))
            except OSError:
                continue
            return port
    raise SystemExit('ocsp.py: no port from %d to %d is free'
                     % (PORTS[0], PORTS[-1]))


class Responder(http.server.BaseHTTPRequestHandler):
    timeout = 10
    authority = None

    def do_GET(self):
        """Only to see whether it is there."""
        self.answer(200, b'vanthu demo OCSP responder\n', 'text/plain')

    def do_POST(self):
        try:
            n = int(self.headers.get('Content-Length', ''))
        except ValueError:
            return self.answer(411)
        if not 0 < n <= REQUEST_MAX:
            return self.answer(413)
        done = subprocess.run(
            ['openssl', 'ocsp', '-index', 'index.txt', '-CA', 'ca.pem',
             '-rsigner', 'ocsp.pem', '-rkey', 'ocsp.key', '-ndays', '1',
             '-reqin', '/dev/stdin', '-respout', '/dev/stdout'],
            input=self.rfile.read(n), capture_output=True, timeout=10,
            cwd=self.authority, check=False)
        if done.returncode != 0 or not done.stdout:
            sys.stderr.buffer.write(done.stderr)
            return self.answer(500)
        return self.answer(200, done.stdout, 'application/ocsp-response')

    def answer(self, status, body=b'', kind='text/plain'):
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Silent: what failed is on standard error already."""


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


def main():
    if sys.argv[1:] == ['--free-port']:
        print(free_port())
        return 0
    if len(sys.argv) != 2:
        sys.stderr.write(__doc__)
        return 64
    with open(os.path.join(sys.argv[1], 'ocsp.port'), encoding='ascii') as f:
        port = int(f.read())
    Responder.authority = os.path.join(sys.argv[1], 'ca')
    try:
        server = Server(('127.0.0.1', port), Responder)
    except OSError as e:
        sys.stderr.write('ocsp.py: 127.0.0.1:%d: %s\n' % (port, e.strerror))
        return 69
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == '__main__':
    sys.exit(main())
