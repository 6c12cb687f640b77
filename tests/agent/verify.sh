#!/bin/sh
# SPDX-License-Identifier: ISC
# verify.sh CODE DETAIL FILE: a check that says so, and leaves a mark for its start and end.
echo + >>"$3"
grep -q '"id":"' || exit 9
sleep 0.4
echo - >>"$3"
printf '{"detail":"%s","facts":{"code":%s}}\n' "$2" "$1"
exit "$1"
