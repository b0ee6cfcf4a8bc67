#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# clang-tidy by the rules of .clang-tidy, and the number of parameters, over
# the named files; over all shipped code (ten minutes on two cores) when none
# is named.
#   tidy.sh [FILE.c...]
set -euo pipefail
cd "$(dirname "$0")/../.."
quiet() { # command...: says something only when it fails
	local said
	said=$("$@" 2>&1) || { printf '%s\n' "$said" | tail -5 && exit 1; }
}
[ -f build-clang/build.ninja ] ||
    quiet env CC=clang-14 meson setup build-clang
# Headers that the build makes.
quiet ninja -C build-clang build.ninja
mapfile -t made < <(ninja -C build-clang -t targets all |
    sed -n 's/^\(.*\.h\): CUSTOM_COMMAND.*/\1/p')
[ ${#made[@]} = 0 ] || quiet ninja -C build-clang "${made[@]}"
if [ $# -eq 0 ]; then
	mapfile -t files < <(git ls-files base docstore signing render api |
	    grep '\.c$')
	set -- "${files[@]}"
fi
out=$(mktemp)
trap 'rm -f "$out" "$out.err"' EXIT
rc=0
tests/house/parameters.py "$@" || rc=1
printf '%s\0' "$@" | xargs -0 -P 2 -n 2 \
    clang-tidy-14 --quiet -p build-clang >"$out" 2>"$out.err" || rc=1
grep -E '(warning|error):' "$out" && rc=1
[ $rc = 0 ] || grep -vE '^[0-9]+ warnings? |^Suppressed|^Use |^Error while' "$out.err" || true
exit $rc
