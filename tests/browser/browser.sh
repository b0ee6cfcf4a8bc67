#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The public pages in a headless Chromium, as citizens use them:
# browser.sh BUILD. VANTHU_KEEP=DIR keeps screenshots there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# = 1 ] || { echo "usage: browser.sh BUILD" >&2 && exit 64; }
for program in chromium chromedriver python3 jq openssl curl; do
	command -v "$program" >/dev/null || {
		echo "browser.sh: no $program: .ci/install browser" >&2
		exit 69
	}
done
VANTHU_BUILD=$(cd "$1" && pwd)
VANTHU_SOURCE=$(cd "$here/../.." && pwd)
export VANTHU_BUILD VANTHU_SOURCE PYTHONDONTWRITEBYTECODE=1
exec timeout -k 10 150 python3 "$here/pages.py"
