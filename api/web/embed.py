# SPDX-License-Identifier: GPL-3.0-or-later
"""Files as C arrays: embed.py OUT.c NAME=FILE..."""
import sys

with open(sys.argv[1], 'w', encoding='ascii') as out:
    out.write('/* Made by embed.py. */\n#include "api/web/embedded.h"\n')
    for arg in sys.argv[2:]:
        name, path = arg.split('=', 1)
        with open(path, 'rb') as f:
            data = f.read()
        out.write('\nstatic const uint8_t %s_bytes[] = {\n' % name)
        for i in range(0, len(data), 16):
            out.write('\t%s,\n' % ', '.join(str(b) for b in data[i:i + 16]))
        out.write('};\nconst struct vt_span vt_embedded_%s = '
                  '{ %s_bytes, sizeof(%s_bytes) };\n' % (name, name, name))
