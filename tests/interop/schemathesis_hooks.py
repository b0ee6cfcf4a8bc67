# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies that are bytes, as schemathesis does not know these types."""
import schemathesis


@schemathesis.serializer('application/offset+octet-stream', '*/*')
def octets(ctx, value):
    if isinstance(value, bytes):
        return value
    return str(value).encode()
