#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A key and a certificate of the demo authority: issue.sh DIR NAME SUBJECT
# rsa|ec [PROFILE [START END]]. Writes keys/NAME.p12, keys/NAME.pem and
# pins/NAME under DIR. PROFILE: a section of authority.cnf (default signer);
# START, END: YYYYMMDDHHMMSSZ.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=$(cd "$1" && pwd) name=$2 subject=$3 kind=$4 profile=${5:-signer}
dates=()
[ $# -lt 7 ] || dates=(-startdate "$6" -enddate "$7")
umask 077
OCSP_URL="http://127.0.0.1:$(cat "$dir/ocsp.port")/ocsp"
export OCSP_URL

case "$kind" in
rsa) new=(-newkey rsa:3072) ;;
ec) new=(-newkey ec -pkeyopt ec_paramgen_curve:P-256) ;;
*) echo "issue.sh: rsa or ec wanted, \"$kind\" given" >&2 && exit 64 ;;
esac

work=$(mktemp -d "$dir/issue.XXXXXX")
trap 'rm -rf "$work"' EXIT
pin=$(od -An -N4 -tu4 /dev/urandom)
printf '%08d\n' $((pin % 100000000)) >"$dir/pins/$name"
cd "$dir/ca"
{
	openssl req -new "${new[@]}" -nodes -utf8 -subj "$subject" \
	    -config "$here/authority.cnf" -keyout "$work/key" -out "$work/csr"
	openssl ca -batch -notext -config "$here/authority.cnf" -extensions \
	    "$profile" "${dates[@]}" -in "$work/csr" -out "$work/pem"
	openssl pkcs12 -export -inkey "$work/key" -in "$work/pem" \
	    -certfile ca.pem -name "$name" -passout "file:$dir/pins/$name" \
	    -out "$work/p12"
} 2>"$work/log" || {
	cat "$work/log" >&2
	exit 1
}
mv "$work/pem" "$dir/keys/$name.pem"
mv "$work/p12" "$dir/keys/$name.p12"
