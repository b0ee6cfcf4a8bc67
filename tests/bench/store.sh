#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The store by itself: store.sh BUILD [quick|small|large|million|ledger]...
# Each part makes its stores below VANTHU_BENCH_DIR (default: TMPDIR or /tmp) and
# removes them; 10 GB are left free, and what does not fit is made smaller, and
# said so. The peer (bare LMDB) is measured in turn with ours, on 10,000 papers.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- small large million ledger
ninja -C "$build" tests/bench/bench_store | tail -1
work=$(mktemp -d "${VANTHU_BENCH_DIR:-${TMPDIR:-/tmp}}/vt-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT

echo "machine: $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), $(df --output=source,fstype "$work" | tail -1)"
missed=0
one() { # part, papers, bytes a paper takes on the disk
	local part=$1 n=$2 each=$3 room
	room=$(($(df --output=avail -B1 "$work" | tail -1) - 10000000000))
	[ "$room" -lt 40000000000 ] || room=40000000000
	if [ $((n * each)) -gt "$room" ]; then
		n=$((room / each / 1000 * 1000))
		echo "scaled down to $n: more would not fit on the disk"
	fi
	echo
	echo "== $part: $n (load $(cut -d' ' -f1-3 /proc/loadavg))"
	"$build/tests/bench/bench_store" "$part" "$work" "$n" >"$work/tsv"
	awk -F'\t' '
	/^#/ { print; next }
	{
		bar = $4
		verdict = ""
		split(bar, b, " ")
		if (b[1] == ">=") verdict = $2 + 0 >= b[2] + 0 ? "ok" : "MISSED"
		if (b[1] == "<=") verdict = $2 + 0 <= b[2] + 0 ? "ok" : "MISSED"
		if (b[1] == "<") verdict = $2 + 0 < b[2] + 0 ? "ok" : "MISSED"
		bad += verdict == "MISSED"
		printf "%-52s %12s %-6s %-8s %-7s %s\n", $1, $2, $3, bar, verdict, $5
	}
	END { exit bad > 0 }' "$work/tsv" || missed=1
}
for part in "$@"; do
	case $part in
	quick)
		one small 2000 450000
		one ledger 100000 1500
		;;
	small) one small 10000 450000 ;;
	large) one large 100000 210000 ;;
	million) one million 1000000 12000 ;;
	ledger) one ledger 1500000 1500 ;;
	*)
		echo "store.sh: no part $part" >&2
		exit 64
		;;
	esac
done
echo
echo "Rates: medians of 20 rounds, then least..most. Register: upload and act," \
    "16 threads; bare LMDB: the same chunks, one paper a synced transaction." \
    "Check: not in memory before; its limit is the smaller of reading the" \
    "largest file once and SHA-256 on the cores that it used."
exit "$missed"
