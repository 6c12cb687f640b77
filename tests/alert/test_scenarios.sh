#!/bin/sh
# SPDX-License-Identifier: ISC
# conclave-alert between a node that is made up and receivers that check all they get.

if [ ! -x "${top_builddir:?}/conclave-alert" ]; then
    echo '1..0 # SKIP conclave-alert was not built: libcurl is missing'
    exit 0
fi
if ! python3 -c 'import http.server, ctypes' 2>/dev/null; then
    echo '1..0 # SKIP python3 is not installed'
    exit 0
fi
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
TMPDIR=$folder PYTHONDONTWRITEBYTECODE=1 timeout 280 python3 \
    "${top_srcdir:?}/tests/alert/scenario.py" "$top_builddir/conclave-alert" "$@"
