#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A bare Debian 12 (debootstrap, minbase) with a clone of this tree: ./run
# --once from nothing, ./run again with its suggestions tried out, ./test. Root
# and debootstrap wanted; mirror and keys are those of this machine.
# VANTHU_BARE_KEEP=1 leaves the root for a look; VANTHU_BARE_TESTS names what
# runs in it ("quick", "default quick", ...; default: default).
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
corpora=$(cd "${VANTHU_CORPORA:-$here/../shared/corpora}" && pwd)
[ "$(id -u)" = 0 ] || { echo 'bare.sh: root is needed' >&2 && exit 69; }
if ! command -v debootstrap >/dev/null; then
	apt-get -qq install -y --no-install-recommends debootstrap >/dev/null ||
	    { echo 'bare.sh: debootstrap is needed' >&2 && exit 69; }
fi
# A mount namespace of its own: no mount is left behind, whatever happens.
if [ -z "${VANTHU_BARE_INSIDE:-}" ]; then
	VANTHU_BARE_INSIDE=1 exec unshare --mount --pid --fork "$0"
fi

root=$(mktemp -d /var/tmp/vanthu-bare.XXXXXX)
finish() {
	local status=$?
	cd /
	umount -R "$root" 2>/dev/null || true
	if grep -q " $root" /proc/self/mountinfo; then
		echo "bare.sh: $root is left: something is mounted there" >&2
	elif [ -n "${VANTHU_BARE_KEEP:-}" ]; then
		echo "bare.sh: $root is left" >&2
	else
		rm -rf --one-file-system "$root"
	fi
	exit $status
}
trap finish EXIT

# The first Debian mirror of this machine, in either of apt's two formats.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
    'Created-By: Packages' | awk '$2 == "bookworm" && $3 == "main" {
	print $1; exit }')
[ -n "$mirror" ] ||
    { echo 'bare.sh: apt knows no mirror with bookworm' >&2 && exit 69; }
echo '== debootstrap'
debootstrap --variant=minbase bookworm "$root" "$mirror" >"$root.log" 2>&1 || {
	tail -20 "$root.log" >&2
	rm -f "$root.log"
	exit 69
}
rm -f "$root.log"

# The same sources and way out as here.
for f in sources.list sources.list.d apt.conf apt.conf.d auth.conf \
    auth.conf.d preferences preferences.d trusted.gpg.d; do
	[ ! -e "/etc/apt/$f" ] || cp -r "/etc/apt/$f" "$root/etc/apt/"
done
for f in /etc/resolv.conf /etc/hosts; do
	[ ! -f "$f" ] || cp -L "$f" "$root$f"
done
mkdir -p "$root/usr/share/keyrings" "$root/usr/local/share/ca-certificates"
cp -n /usr/share/keyrings/* "$root/usr/share/keyrings/" 2>/dev/null || true
if [ -d /etc/ssl/certs ]; then
	mkdir -p "$root/etc/ssl"
	cp -rL /etc/ssl/certs "$root/etc/ssl/" 2>/dev/null || true
fi

git clone -q "$here" "$root/vanthu"
# A root that is a mount point: what runs in it may make namespaces.
mount --bind "$root" "$root"
mkdir -p "$root/shared/corpora"
mount --bind "$corpora" "$root/shared/corpora"
mount -o remount,ro,bind "$root/shared/corpora"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"

inside() {
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
	    http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" \
	    chroot "$root" /bin/bash -c "cd /vanthu && $1"
}

echo '== ./run --once'
inside './run --once'
echo '== ./run again: its data, its suggestions, its end'
# A bash in the background ignores SIGINT, so python sends it Ctrl-C.
inside 'cat >/tmp/again.sh <<"END"
set -euo pipefail
python3 -c "
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(\"./run\", [\"./run\"])" >/tmp/run.log 2>&1 &
run=$!
for i in $(seq 600); do
	grep -q "Ctrl-C stops" /tmp/run.log && break
	kill -0 $run
	sleep 0.2
done
grep -q "the data of last time" /tmp/run.log
sed -n "/try next/,/^A PDF/p" /tmp/run.log | grep "^  " >/tmp/next.sh
test "$(wc -l </tmp/next.sh)" -ge 8
bash -e -o pipefail /tmp/next.sh >/tmp/next.log 2>&1 || {
	cat /tmp/next.log
	exit 1
}
kill -INT $run
wait $run
! cat /proc/[0-9]*/cmdline | tr "\0" " " | grep -E "[v]anthu serve|[o]csp.py"
END
bash /tmp/again.sh || { tail -20 /tmp/run.log; exit 1; }'
for what in ${VANTHU_BARE_TESTS-default}; do
	echo "== ./test $what"
	inside "./test $what"
done
