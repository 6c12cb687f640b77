#!/bin/sh
# SPDX-License-Identifier: ISC
# What conclave-protocol(7) says is enough to check a decision: a second verifier, in another
# language and written from the page alone, agrees with the program on good bundles and on
# those that were tampered with, by the check that fails, and on notes and proofs of the
# public log.

for python in python3 /usr/bin/python3; do
    if "$python" -c 'import cbor2, nacl.bindings' 2>/dev/null; then
        found=$python
        break
    fi
done
if [ -z "${found-}" ]; then
    echo '1..0 # SKIP python3 has no nacl and cbor2 (Debian: python3-nacl, python3-cbor2)'
    exit 0
fi
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
"${top_builddir:?}/tests/verify/write_bundles" "$folder" || exit 1
"$found" -B "${top_srcdir:?}/tests/verify/agree.py" "$folder" "$top_builddir" \
    "$top_srcdir/man/conclave-protocol.7"
