#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9 in the middle of the walk, N times at random moments:
# crash.sh BUILD [N]. VANTHU_SEED repeats a run (its random choices; not the
# scheduling of the machine).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] || { echo "usage: crash.sh BUILD [N]" >&2 && exit 64; }
VANTHU_BUILD=$(cd "$1" && pwd)
VANTHU_SOURCE=$(cd "$here/../.." && pwd)
export VANTHU_BUILD VANTHU_SOURCE
exec python3 "$here/crash.py" "${2:-200}"
