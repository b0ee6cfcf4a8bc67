#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Brings the second opinions: pyHanko from PyPI, EU DSS from Maven Central, an
# OpenID provider from npm. fetch.sh DIR: DIR/venv, DIR/dss and DIR/oidc.
set -euo pipefail
dir=$1
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
if ! "$dir/venv/bin/python" -c 'import pyhanko, schemathesis' 2>/dev/null; then
	rm -rf "$dir/venv"
	python3 -m venv "$dir/venv"
	"$dir/venv/bin/pip" -q install --disable-pip-version-check \
	    -r "$here/requirements.txt"
fi
if [ ! -f "$dir/dss/target/dss-check-1.jar" ] ||
    ! diff -rq "$here/dss/src" "$dir/dss/src" >/dev/null ||
    ! cmp -s "$here/dss/pom.xml" "$dir/dss/pom.xml"; then
	rm -rf "$dir/dss"
	cp -r "$here/dss" "$dir/dss"
	(cd "$dir/dss" && mvn -q -B package dependency:copy-dependencies)
fi
if [ ! -d "$dir/oidc/node_modules/oidc-provider" ] ||
    ! cmp -s "$here/oidc/package.json" "$dir/oidc/package.json"; then
	rm -rf "$dir/oidc"
	mkdir "$dir/oidc"
	cp "$here/oidc/package.json" "$dir/oidc/"
	(cd "$dir/oidc" && npm install --silent --no-audit --no-fund \
	    --no-package-lock)
fi
cp "$here/oidc/provider.mjs" "$dir/oidc/"
