#!/bin/sh
# SPDX-License-Identifier: ISC
# Each attack of the Byzantine seats, f of them at once and nobody attacking otherwise.
# CONCLAVE_LONG=1: every two of them, 10 seats of 33.

sim=${top_builddir:?}/tests/sim/conclave-sim
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

if [ "$CONCLAVE_LONG" = 1 ]; then
    "$sim" --mixes --seats 33 --seeds 1-1 --summary >"$folder/log"
else
    "$sim" --alone --seats 7 --seeds 1-2 --summary >"$folder/log"
fi
ended=$?
sed 's/^\(ok\|not ok\|[0-9]\)/# &/' "$folder/log"

all_carried_out()
{
    sed -n 's/^# attacks carried out://p' "$folder/log" >"$folder/attacks"
    [ -s "$folder/attacks" ] && ! grep -q ' 0\(,\|$\)' "$folder/attacks"
}
ok "the council survives f seats that do the same" [ $ended -eq 0 ]
ok "each attack was carried out" all_carried_out
echo "1..$count"
