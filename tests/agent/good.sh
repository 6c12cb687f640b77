#!/bin/sh
# SPDX-License-Identifier: ISC
# Answers what it was asked, and shows what it was given.
files=
for i in 3 4 5 6 7 8 9; do
    [ ! -e /proc/$$/fd/$i ] || files="$files $i"
done
input=$(cat)
id=$(printf '%s' "$input" | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')
printf '{"choice":"approve","confidence":90,"rationale":"read %s, %s words, secret %s, other files %s"}\n' \
    "$id" "$#" "${CONCLAVE_TEST_SECRET-none}" "${files:-none}"
