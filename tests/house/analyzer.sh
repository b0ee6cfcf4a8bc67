#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# gcc -fanalyzer over the named files; over all shipped code when none is
# named. Leaks are left to LeakSanitizer: gcc 12 forgets a pointer that is kept
# in an array at an index it does not know, and says that it leaks.
#   analyzer.sh [FILE.c...]
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=build-analyzer
grep -qs no-analyzer-malloc-leak $dir/compile_commands.json || rm -rf $dir
quiet() { # command...: says something only when it fails
	local said
	said=$("$@" 2>&1) || { printf '%s\n' "$said" | tail -5 && exit 1; }
}
[ -f $dir/build.ninja ] ||
    quiet meson setup $dir -Dwerror=true \
	-Dc_args='-fanalyzer -Wno-analyzer-malloc-leak -DVT_ANALYZER'
quiet ninja -C $dir build.ninja
if [ $# -eq 0 ]; then
	mapfile -t files < <(git ls-files base docstore signing render api |
	    grep '\.c$')
	set -- "${files[@]}"
fi
# Only what goes into the program: an object for each file.
wanted='[$ARGS.positional[] | {"../\(.)": 1}] | add as $want | input |
    [.[] | select($want[.file])] | unique_by(.file)[].output'
mapfile -t objects < <(jq -nr "$wanted" --args "$@" \
    <$dir/compile_commands.json)
[ ${#objects[@]} -gt 0 ] || {
	echo "none of these is built: $*"
	exit 1
}
ninja -C $dir -k 0 -j 2 "${objects[@]}" 2>&1 |
    grep -E '(warning|error):|FAILED' || true
ninja -C $dir -n "${objects[@]}" | grep -q 'no work to do'
