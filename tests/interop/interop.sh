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
mkdir "$work/out"
api/demo/province.sh "$work/demo" "$build/api/vanthu" >/dev/null
api/demo/ocsp.py "$work/demo" >"$work/ocsp.log" 2>&1 &
ocsp=$!
port=$(cat "$work/demo/ocsp.port")
for _ in $(seq 100); do
	curl -fs -o /dev/null "http://127.0.0.1:$port/" && break
	sleep 0.1
done
cd "$work"
cp demo/anchors.pem ca.pem

"$build/tests/interop/walk_files" out demo
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
echo "# the contract, by schemathesis"
VANTHU_BUILD=$build "$here/contract.py" "$peers/venv/bin/st" \
    "$([ -n "${CI:-}" ] && echo 60 || echo 300)" >contract.tap 2>&1 || rc=1
grep -v '^# ' contract.tap
[ $rc = 0 ] || grep '^# ' contract.tap | tail -200
echo "# signing in by npm's oidc-provider"
VANTHU_BUILD=$build python3 "$here/oidc/oidc.py" "$peers/oidc" >oidc.tap 2>&1 ||
    rc=1
cat oidc.tap
[ -z "${VANTHU_KEEP:-}" ] || cp -r out ca.pem dss.tsv "$VANTHU_KEEP"
exit $rc
