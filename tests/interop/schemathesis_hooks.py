# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies that are bytes, as schemathesis does not know these types."""
import schemathesis


@schemathesis.serializer('application/offset+octet-stream', '*/*')
def octets(ctx, value):
    if isinstance(value, bytes):
        return value
    return str(value).encode()


# A header that nobody knows is ignored by every HTTP server (RFC 9110 §5.1), so
# a request is not wrong for having one.
UNKNOWN = 'x-schemathesis-unknown-property'


@schemathesis.hook
def filter_case(ctx, case):
    return UNKNOWN not in {str(k).lower() for k in case.headers or {}}
