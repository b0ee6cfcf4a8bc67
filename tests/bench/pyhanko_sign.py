# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast pyHanko signs: PAdES B-B of one file, key in memory, no estimate of
the container's size (given), one thread.

Usage: pyhanko_sign.py FILE.pdf KEY.p12 PIN SECONDS. Signatures per second.
"""
import io
import sys
import time

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, signers
from pyhanko.sign.fields import SigSeedSubFilter


def main():
    path, key, pin, seconds = sys.argv[1:5]
    signer = signers.SimpleSigner.load_pkcs12(key, passphrase=pin.encode())
    data = open(path, "rb").read()
    meta = PdfSignatureMetadata(
        field_name="bench", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    n, start = 0, time.perf_counter()
    while True:
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        PdfSigner(meta, signer).sign_pdf(writer, bytes_reserved=8192)
        n += 1
        passed = time.perf_counter() - start
        if passed >= float(seconds):
            print(f"{n / passed:.1f}")
            return


if __name__ == "__main__":
    main()
