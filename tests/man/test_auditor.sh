#!/bin/sh
# SPDX-License-Identifier: ISC
# What conclave-protocol(7) says is enough: an auditor written from it alone, in another
# language, recomputes its examples.

if ! python3 -c 'import hashlib; hashlib.blake2b' 2>/dev/null; then
    echo '1..0 # SKIP python3 is not installed'
    exit 0
fi
exec python3 "${top_srcdir:?}/tests/man/auditor.py" page "$top_srcdir/man/conclave-protocol.7"
