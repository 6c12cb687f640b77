#!/bin/sh
# SPDX-License-Identifier: ISC
# Each fuzz target for FUZZ_SECONDS (1), in TAP. Where there is no libFuzzer, the corpora
# are at least replayed by the replay_* programs.
found=$(mktemp -d) || exit 1
trap 'rm -rf "$found"' EXIT
trap 'exit 1' HUP INT TERM
count=0
for corpus in "$top_srcdir"/tests/fuzz/corpus/*/; do
    name=$(basename "$corpus")
    count=$((count + 1))
    if [ ! -x "$top_builddir/tests/fuzz/fuzz_$name" ]; then
        echo "ok $count - $name # SKIP no libFuzzer"
    elif sh "$top_srcdir/tests/fuzz/run" "$name" "${FUZZ_SECONDS:-1}" "$found" \
        >"$found/log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$found/log")
        echo "ok $count - $name, $runs inputs"
    else
        sed 's/^/# /' "$found/log"
        for input in "$found/$name"-*; do
            [ -f "$input" ] && od -An -v -tx1 "$input" | sed "s/^/# input:/"
        done
        echo "not ok $count - $name"
    fi
done
echo "1..$count"
