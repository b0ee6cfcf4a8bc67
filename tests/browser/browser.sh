#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Public pages and desk in a headless Chromium, as people use them:
# browser.sh BUILD [pages|desk|acts]. VANTHU_KEEP=DIR keeps screenshots there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
case "$#:${2:-pages}" in
1:* | 2:pages | 2:desk | 2:acts) ;;
*) echo "usage: browser.sh BUILD [pages|desk|acts]" >&2 && exit 64 ;;
esac
for program in chromium chromedriver python3 jq openssl curl; do
	command -v "$program" >/dev/null || {
		echo "browser.sh: no $program: .ci/install browser" >&2
		exit 69
	}
done
VANTHU_BUILD=$(cd "$1" && pwd)
VANTHU_SOURCE=$(cd "$here/../.." && pwd)
export VANTHU_BUILD VANTHU_SOURCE PYTHONDONTWRITEBYTECODE=1
failed=0
for journey in ${2:-pages desk acts}; do
	timeout -k 10 420 python3 "$here/$journey.py" || failed=1
done
exit $failed
