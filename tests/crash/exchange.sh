#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Two nodes, a bad wire, kill -9: exchange.sh BUILD [N]. Each node in a network
# namespace of its own where that can be had (root), else on loopback.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] || { echo "usage: exchange.sh BUILD [N]" >&2 && exit 64; }
VANTHU_BUILD=$(cd "$1" && pwd)
VANTHU_SOURCE=$(cd "$here/../.." && pwd)
export VANTHU_BUILD VANTHU_SOURCE
if unshare -nm ip link set lo up 2>/dev/null; then
	export VANTHU_NETNS=1
	# shellcheck disable=SC2016 # expanded inside
	exec unshare -nm sh -c 'ip link set lo up && mkdir -p /run/netns &&
	    mount -t tmpfs tmpfs /run/netns && exec python3 "$@"' sh \
	    "$here/exchange.py" "${2:-2000}"
fi
exec python3 "$here/exchange.py" "${2:-2000}"
