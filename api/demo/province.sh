#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the demo province in DIR, whole or not at all:
# province.sh [--keys=ec] DIR VANTHU (every key P-256: quicker, for tests)
#
#	store/      the data directory, `vanthu serve DIR/store`
#	keys/       NAME.p12 and its picture NAME.png, `serve --keys DIR/keys`
#	pins/       their PINs           tokens/     bearer tokens, one a person
#	passwords/  one a person, to sign in at /desk with the file's name
#	ca/         the authority        anchors.pem its certificate
#	ocsp.port   where its responder listens (it stands in the certificates)
#
# Agencies and people are invented and the keys are for trying out: they
# identify nobody, and everything that opens them lies beside them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
quick=
[ "${1:-}" != --keys=ec ] || { quick=ec && shift; }
[ $# = 2 ] || { echo "usage: province.sh [--keys=ec] DIR VANTHU" >&2 && exit 64; }
final=$1 vanthu=$2
[ ! -e "$final" ] || { echo "$final exists already" >&2 && exit 73; }
umask 077
rm -rf "$final.part"
mkdir -p "$final.part"
dir=$(cd "$final.part" && pwd)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/ca" "$dir/ca/issued" "$dir/keys" "$dir/pins" "$dir/tokens" \
    "$dir/passwords" \
    "$dir/out" "$dir/log"
province=$here/province.json

"$here/ocsp.py" --free-port >"$dir/ocsp.port"
OCSP_URL="http://127.0.0.1:$(cat "$dir/ocsp.port")/ocsp"
export OCSP_URL

authority() {
	local conf=$here/authority.cnf
	cd "$dir/ca"
	local new=(-newkey rsa:3072)
	[ -z "$quick" ] ||
	    new=(-newkey ec -pkeyopt ec_paramgen_curve:P-256)
	: >index.txt
	openssl req -x509 "${new[@]}" -nodes -utf8 -days 3650 \
	    -config "$conf" -extensions root -keyout ca.key -out ca.pem \
	    -subj '/C=VN/O=vanthu demo - not for use/CN=vanthu demo CA - not for use'
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -utf8 -config "$conf" -keyout ocsp.key -out ocsp.csr \
	    -subj '/C=VN/O=vanthu demo - not for use/CN=vanthu demo OCSP responder - not for use'
	openssl ca -batch -notext -config "$conf" -extensions ocsp \
	    -days 3650 -in ocsp.csr -out ocsp.pem
	rm ocsp.csr
	cp ca.pem ../anchors.pem
}
(authority) 2>"$dir/log/authority" || {
	cat "$dir/log/authority" >&2
	exit 1
}

query() { jq -r "$1" "$province"; }

# Subjects as authorities of Vietnam write them: organisation, title, name.
# Tabs would be folded by read; U+001F is not white space.
query '.agencies[] | . as $a | .people[] | select(.key != "") |
    [.key, $a.login + "-" + .login, "/C=VN/O=" + $a.name +
    (if .unit != $a.name then "/OU=" + .unit else "" end) +
    "/title=" + .position + "/CN=" + .name] | join("\u001f")' |
    while IFS=$'\x1f' read -r kind name subject; do
	"$here/issue.sh" "$dir" "$name" "$subject" "${quick:-$kind}" </dev/null
    done
query '.agencies[] | [.login, .name, .code, .seal_text] | join("\u001f")' |
    while IFS=$'\x1f' read -r login name code text; do
	"$here/issue.sh" "$dir" "$login-seal" \
	    "/C=VN/O=$name/organizationIdentifier=$code/CN=$name" "${quick:-rsa}" \
	    </dev/null
	"$vanthu" render seal "$text" -o "$dir/keys/$login-seal.png"
    done
query '.agencies[] | .login as $a | .people[] |
    [$a + "-" + .login, .name, .key] | join("\u001f")' |
    while IFS=$'\x1f' read -r login name kind; do
	openssl rand -hex 24 >"$dir/tokens/$login"
	[ -z "$kind" ] || openssl rand -hex 8 >"$dir/passwords/$login"
	[ -z "$kind" ] || "$vanthu" render signature "$name" \
	    -o "$dir/keys/$login.png" </dev/null
    done

# Tokens and passwords stand in the file that init reads, and nowhere else but
# in their folders. Programs (without a key) have no password.
secrets() {
	cd "$dir/$1" && for t in *; do
		jq -n --arg k "$t" --arg v "$(cat "$t")" '{($k): $v}'
	done | jq -s add
}
{ (secrets tokens) && (secrets passwords); } |
    jq -s --slurpfile p "$province" '.[0] as $t | .[1] as $w | {
    agencies: [$p[0].agencies[] | . as $a | {code, name, short, place,
	certificates: [$a.login + "-seal.pem"],
	key: ("file:" + $a.login + "-seal.p12"),
	people: [.people[] | ($a.login + "-" + .login) as $l | {name, position,
	    unit, roles, token: $t[$l]} + (if $w[$l] == null then {} else {
	    login: $l, password: $w[$l]} end) + (if .key == "" then {} else {
	    certificates: [$l + ".pem"], key: ("file:" + $l + ".p12")} end)]}]
    }' >"$dir/keys/province.json"
"$vanthu" init "$dir/store" --domain "$(query .domain)" \
    --province "$dir/keys/province.json" >"$dir/log/init"
rm "$dir/keys/province.json"

trap - EXIT
mv -T "$dir" "$final"
