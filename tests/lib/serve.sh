# SPDX-License-Identifier: ISC
# For tests of commands that talk to a node: one made by hand (tests/conclaved/serve).
# Sourced by tests that work in a folder of their own.

charter=${top_srcdir:?}/tests/charter/council.json
node=
# serve_node SOCKET [MORE]: begins one with so many more decisions. Its process is node, its
# store is store, and the ids of its three proposals are in the file ids.
serve_node()
{
    : >ids
    TMPDIR=$PWD "${top_builddir:?}/tests/conclaved/serve" "$1" "$charter" "${2:-0}" >ids &
    node=$!
    tries=0
    while [ "$(wc -l <ids)" -ne 3 ] && [ $((tries += 1)) -lt 150 ]; do sleep 0.2; done
    # shellcheck disable=SC2034 # of the tests
    store=$(echo "$PWD"/conclave-node-*/store)
}

# end_node: where one was begun, it is gone; for the trap of a test.
end_node()
{
    test -z "$node" || { kill "$node" && wait "$node"; }
}
