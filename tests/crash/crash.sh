#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Faults and kills, N of them: crash.sh BUILD [N]. A third each:
#   - kill -9 of a process that writes with three threads; of each twenty, one
#     of the whole server in the middle of the walk
#   - a call of a scripted day fails, or finds no room for a while, or no map
#   - the power is cut at some moment of that day
# VANTHU_SEED repeats a run (its random choices; not the scheduling of the
# machine).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] || { echo "usage: crash.sh BUILD [N]" >&2 && exit 64; }
VANTHU_BUILD=$(cd "$1" && pwd)
VANTHU_SOURCE=$(cd "$here/../.." && pwd)
export VANTHU_BUILD VANTHU_SOURCE
[ -z "${VANTHU_SEED:-}" ] || export VT_SEED=$VANTHU_SEED
n=${2:-300}
kills=$((n / 3)) calls=$((n / 3))
power=$((n - kills - calls))
server=$(((kills + 19) / 20))
log=$(mktemp)
trap 'rm -f "$log"' EXIT
bad=0

# A part says what it did in a line of its own (SUM), what it found, and how
# far it is; the many lines about what is well are not shown.
part() { # name, command...
	local name=$1 start=$SECONDS rc
	shift
	set +e
	"$@" 2>&1 | tee -a "$log" |
	    grep --line-buffered -vE '^(ok |<[0-9]>|1\.\.)'
	rc=${PIPESTATUS[0]}
	set -e
	[ "$rc" = 0 ] || bad=1
	echo "# $name: $((SECONDS - start)) s"
}

# What a killed process wrote, the kernel still has: memory is enough.
disk=${TMPDIR:-/tmp}
[ ! -w /dev/shm ] || disk=/dev/shm
bin=$VANTHU_BUILD/tests/crash
part "a disk that lies" "$bin/store_break" lie
part power env TMPDIR="$disk" "$bin/store_break" power "$power"
part calls env TMPDIR="$disk" "$bin/store_break" calls "$calls"
part kill env TMPDIR="$disk" "$bin/store_kill" $((kills - server))
part server python3 "$here/crash.py" "$server"

awk -v n="$n" -v bad=$bad '
$1 == "#" && $2 == "SUM" {
	did += $4; lost += $5; differ += $6; numbers += $7; other += $8
	what = what sprintf("%s%d %s", what == "" ? "" : ", ", $4, $3)
}
END {
	printf "%d kills and faults (%s): ", did, what
	printf "%d acknowledged acts lost, %d receipts differ, ", lost, differ
	printf "%d numbers duplicate or missing, %d other problems\n",
	    numbers, other
	exit did != n || lost + differ + numbers + other > 0 || bad
}' "$log"
