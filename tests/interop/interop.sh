#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The four files of orders A and B with 0 and 2 initials, judged by pyHanko
# (difference analysis, revocation required) and by EU DSS (default policy),
# with no warning but those named in expected-warnings.txt.
# interop.sh BUILD
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
cd "$here/../.."
tests/interop/fetch.sh build-interop
peers=$(cd build-interop && pwd)

work=$(mktemp -d)
ocsp=
trap '[ -z "$ocsp" ] || kill "$ocsp" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
mkdir keys out

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
ca() { openssl req -x509 -new -newkey rsa:3072 -nodes -sha256 -days 3650 \
    -subj '/C=VN/O=vanthu tests/CN=vanthu test CA' -keyout ca.key -out ca.pem \
    -addext 'basicConstraints=critical,CA:TRUE' \
    -addext 'keyUsage=critical,keyCertSign,cRLSign'; }
ca 2>/dev/null
serial=16
: >index.txt
issue() { # name, subject, key type, extensions...
	local name=$1 subject=$2 type=$3
	shift 3
	# shellcheck disable=SC2086
	openssl req -new -newkey $type -nodes -utf8 -subj "$subject" \
	    -keyout "$name.key" -out "$name.csr" 2>/dev/null
	serial=$((serial + 1))
	printf '%s\n' "subjectKeyIdentifier=hash" "authorityKeyIdentifier=keyid" \
	    "basicConstraints=critical,CA:FALSE" \
	    "authorityInfoAccess=OCSP;URI:http://127.0.0.1:$port" "$@" >ext
	openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -sha256 \
	    -set_serial "$serial" -days 730 -extfile ext -out "$name.pem" 2>/dev/null
	printf 'V\t301231235959Z\t\t%02X\tunknown\t%s\n' "$serial" "$subject" >>index.txt
}
sign='keyUsage=critical,digitalSignature,nonRepudiation'
issue ocsp '/C=VN/O=vanthu tests/CN=vanthu test OCSP' rsa:2048 \
    keyUsage=critical,digitalSignature extendedKeyUsage=OCSPSigning noCheck=ignored
issue leader '/C=VN/O=Sở KH&CN mẫu/CN=Trần Mẫu An' rsa:3072 "$sign"
issue seal '/C=VN/O=Sở KH&CN mẫu/CN=SỞ KHOA HỌC VÀ CÔNG NGHỆ MẪU' rsa:2048 "$sign"
issue first '/C=VN/O=Sở KH&CN mẫu/CN=Lê Thị Thử' "ec -pkeyopt ec_paramgen_curve:P-256" "$sign"
issue second '/C=VN/O=Sở KH&CN mẫu/CN=Phạm Văn Ví' "ec -pkeyopt ec_paramgen_curve:P-256" "$sign"
for k in leader seal first second; do
	openssl pkcs12 -export -inkey $k.key -in $k.pem -certfile ca.pem \
	    -passout pass:1234 -out keys/$k.p12
done
openssl ocsp -index index.txt -port "$port" -rsigner ocsp.pem -rkey ocsp.key \
    -CA ca.pem -ndays 1 -ignore_err >ocsp.log 2>&1 &
ocsp=$!
for _ in $(seq 50); do
	(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
	sleep 0.1
done

"$build/tests/interop/walk_files" out keys
rc=0
echo "# pyHanko"
"$peers/venv/bin/python" "$here/pyhanko_check.py" ca.pem out/*.pdf || rc=1
echo "# EU DSS"
java -cp "$peers/dss/target/dss-check-1.jar:$peers/dss/target/dependency/*" \
    DssCheck ca.pem out/*.pdf >dss.tsv || rc=1
cat dss.tsv
want=$(awk -F'\t' '$3=="indication"' dss.tsv | wc -l)
good=$(awk -F'\t' '$3=="indication" && $4 ~ /^TOTAL_PASSED/' dss.tsv | wc -l)
[ "$want" = 12 ] && [ "$good" = 12 ] || {
	echo "DSS: $good of $want signatures TOTAL_PASSED, 12 wanted"
	rc=1
}
# Every error, and every warning not named beforehand, fails.
if awk -F'\t' '$3=="error" || $3=="warning" {print $3"\t"$4}' dss.tsv |
    grep -vxFf <(grep -v '^#' "$here/expected-warnings.txt"); then
	echo "DSS: the findings above were not named beforehand"
	rc=1
fi
echo "# vanthu"
for f in out/*.pdf; do
	"$build/api/vanthu" verify --anchors ca.pem "$f" >verdict.txt || {
		echo "$f: our own verdict is not TOTAL-PASSED"
		cat verdict.txt
		rc=1
	}
done
[ -z "${VANTHU_KEEP:-}" ] || cp -r out ca.pem dss.tsv "$VANTHU_KEEP"
exit $rc
