#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# gcc -fanalyzer over the shipped code.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -f build-analyzer/build.ninja ] ||
    meson setup build-analyzer -Dc_args=-fanalyzer -Dwerror=true >/dev/null
targets=$(ninja -C build-analyzer -t targets all | sed -n 's/^\(\(base\|docstore\|signing\|render\|api\)\/[^:]*\.a\): .*/\1/p')
# shellcheck disable=SC2086
ninja -C build-analyzer $targets | tail -20
exit "${PIPESTATUS[0]}"
