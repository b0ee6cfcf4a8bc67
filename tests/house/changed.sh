#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The shipped .c files that changed since COMMIT (default: in the last 20
# commits), those changed last first, at most 40: what clang-tidy and gcc
# -fanalyzer get through in the four minutes of a submission (some 5 s a file
# and core for both). Files left out are named on stderr; ./test tidy looks at
# everything.
#   changed.sh [COMMIT]
set -euo pipefail
cd "$(dirname "$0")/../.."
most=40
if [ $# -gt 0 ] && [ -n "$1" ]; then
	range=$1..HEAD
elif git rev-parse -q --verify HEAD~20 >/dev/null; then
	range=HEAD~20..HEAD
else
	range=HEAD
fi
n=0
git log --format= --name-only --diff-filter=d "$range" -- \
    base docstore signing render api | awk '/\.c$/ && !seen[$0]++' |
    while read -r f; do
	[ -f "$f" ] || continue
	n=$((n + 1))
	if [ $n -le $most ]; then echo "$f"; else echo "left out: $f" >&2; fi
    done
