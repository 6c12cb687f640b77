#!/bin/sh
# SPDX-License-Identifier: ISC
# conclave export of 10,000 decisions takes no more memory than of a few, and gives each of
# them once, whether a node or its store is asked.

conclave=${top_builddir:?}/conclave
folder=$(mktemp -d) || exit 1
trap 'end_node; rm -rf "$folder"' EXIT
unset CONCLAVE_SOCKET XDG_RUNTIME_DIR
cd "$folder" || exit 1
more=9998 limit=8192 # KiB of memory of the program's own

# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/serve.sh
. "$top_srcdir/tests/lib/serve.sh"

# Of the memory only what is the program's own is limited: no pages of a store.
exports()
{
    # shellcheck disable=SC3045 # every sh that has -d
    (ulimit -d "$limit" && exec "$conclave" export "$@" >out 2>err)
}

serve_node conclave.sock "$more"

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
