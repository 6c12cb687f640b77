#!/bin/sh
# SPDX-License-Identifier: ISC
# reach.sh DIR: says whether it could list, read and write there, and where it works.
listed=no read=no written=no
ls "$1" >/dev/null 2>&1 && listed=yes
cat "$1/log" >/dev/null 2>&1 && read=yes
(echo x >"$1/more") 2>/dev/null && written=yes
printf '{"choice":"abstain","confidence":1,"rationale":"listed %s, read %s, written %s, in %s files"}\n' \
    "$listed" "$read" "$written" "$(ls -A | wc -l)"
