# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain PDF of about 100 KB with a classic cross-reference table, the same
bytes every time. Usage: paper.py OUT.pdf"""
import hashlib
import sys

noise = b"".join(
    hashlib.sha256(b"%d" % i).hexdigest().encode() for i in range(1530)
)
content = b"q Q\n% " + noise
objects = [
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    b" /Resources << >> >>",
    b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
]
out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
offsets = []
for i, body in enumerate(objects):
    offsets.append(len(out))
    out += b"%d 0 obj\n%s\nendobj\n" % (i + 1, body)
table = len(out)
out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
out += b"".join(b"%010d 00000 n \n" % o for o in offsets)
out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
    len(objects) + 1,
    table,
)
open(sys.argv[1], "wb").write(out)
