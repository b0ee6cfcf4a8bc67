# SPDX-License-Identifier: GPL-3.0-or-later
"""pyHanko as a second opinion: every signature of every file must be intact,
valid, trusted, with nothing but allowed changes after it.

Usage: pyhanko_check.py ANCHORS.pem FILE.pdf...
One line a signature; exit status 1 when one is not accepted.
"""
import logging
import sys
import warnings

from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


def main() -> int:
    warnings.simplefilter("ignore")
    # What pyHanko warns of is part of its opinion: it goes to the output.
    heard = []

    class Listen(logging.Handler):
        def emit(self, record):
            if record.levelno >= logging.WARNING:
                heard.append(record.getMessage())

    logging.getLogger("pyhanko").addHandler(Listen())
    roots = list(load_certs_from_pemder([sys.argv[1]]))
    bad = 0
    for path in sys.argv[2:]:
        with open(path, "rb") as f:
            reader = PdfFileReader(f, strict=True)
            signatures = reader.embedded_signatures
            if not signatures:
                print(f"{path}: no signature")
                bad += 1
            for s in signatures:
                heard.clear()
                context = ValidationContext(
                    trust_roots=roots,
                    allow_fetching=True,
                    revocation_mode="hard-fail",
                )
                status = validate_pdf_signature(s, context)
                level = getattr(status, "modification_level", None)
                print(
                    f"{path}\t{s.field_name}\tbottom_line={status.bottom_line}"
                    f"\tcoverage={status.coverage.name}"
                    f"\tmodification={level.name if level is not None else None}"
                    f"\twarnings={heard}"
                )
                if not status.bottom_line or heard:
                    bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
