#!/bin/sh
# SPDX-License-Identifier: ISC
# conclave export of 10,000 decisions takes no more memory than of a few, and gives each of
# them once, whether a node or its store is asked.

conclave=${top_builddir:?}/conclave
serve=$top_builddir/tests/conclaved/serve
charter=${top_srcdir:?}/tests/charter/council.json
folder=$(mktemp -d) || exit 1
node=
trap 'test -n "$node" && kill "$node" && wait "$node"; rm -rf "$folder"' EXIT
unset CONCLAVE_SOCKET XDG_RUNTIME_DIR
cd "$folder" || exit 1
more=9998 limit=8192 # KiB of memory of the program's own

# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

# Of the memory only what is the program's own is limited: no pages of a store.
exports()
{
    # shellcheck disable=SC3045 # every sh that has -d
    (ulimit -d "$limit" && exec "$conclave" export "$@" >out 2>err)
}

: >ids
TMPDIR=$folder "$serve" "$folder/conclave.sock" "$charter" "$more" >ids &
node=$!
tries=0
while [ "$(wc -l <ids)" -ne 3 ] && [ "$tries" -lt 150 ]; do
    sleep 0.2
    tries=$((tries + 1))
done
store=$(echo "$folder"/conclave-node-*/store)

for list in ballots records; do
    ok "$list of a node, in $limit KiB" exports "$list" --csv -o "node-$list"
    ok '  and of its store' exports "$list" --csv --data "$store" --charter "$charter" -o "store-$list"
    ok '  are the same' cmp -s "node-$list" "store-$list"
done
cut -d , -f 1 node-records | grep '^[0-9]' >numbers # a line for each
ok 'each is there once' test "$(wc -l <numbers)" = $((more + 2))
ok '  in order' sort -n -u -c numbers
ok 'more than the limit was written' test "$(wc -c <node-records)" -gt $((1024 * limit))
echo "1..$count"
