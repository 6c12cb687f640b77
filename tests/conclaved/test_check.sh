#!/bin/sh
# SPDX-License-Identifier: ISC
# conclaved's command line and --check, which finds what is wrong before a node is started.

conclave=${top_builddir:?}/conclave
conclaved=$top_builddir/conclaved
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

exits()
{
    expected=$1
    shift
    exits_with "$expected" timeout 60 "$conclaved" "$@"
}

complained()
{
    grep -q -F -e "$1" err
}

# refuses PLACE SETTING: --check names place and setting when the line is added.
refuses()
{
    echo "$2" | cat node/conclaved.conf - >node/changed.conf
    exits 1 --config node/changed.conf --check && complained "node/changed.conf:$1"
}

"$conclave" charter new --seats 4 --keys keys -o charter.json >out 2>err
"$conclave" keygen -o stranger.key >out 2>err
"$conclave" init --charter charter.json --key keys/seat-02.key --dir node >out 2>err
line=$(($(wc -l <node/conclaved.conf) + 1))

ok 'no configuration' exits 2
ok 'an argument too many' exits 2 --config node/conclaved.conf now
ok '  is named' complained '"now"'
ok 'an option that there is not' exits 2 --config node/conclaved.conf --chek-it
ok 'a file that is not there' exits 1 --config none --check
ok 'a folder' exits 1 --config node --check
ok '  is named' complained 'node: Is a directory'
ok 'what init made is good' exits 0 --config node/conclaved.conf --check
ok '  and is of seat 2' grep -q 'seat 2' out
ok 'a setting that there is not' refuses "$line: no such option" 'lsten = "127.0.0.1:1"'
ok 'an address without a port' refuses "$line: listen: address \"foo\" has no port" \
    'listen = "foo"'
ok 'a port that there is not' refuses "$line: listen:" 'listen = "127.0.0.1:99999"'
ok 'a user that there is not' refuses "$line: agents: there is no user" 'agents = {"no one"}'
ok 'a group that there is not' refuses "$line: operators: there is no group" 'operators = {"%no one"}'
ok 'no group at all' refuses "$line: operators: there is no group" 'operators = {"%"}'
ok 'a filter that there is not' refuses "$line: seccomp must be on, off or log" 'seccomp = some'
ok 'a phi that there is not' refuses "$line: phi-down must be between" 'phi-down = 0'
ok 'phi the wrong way round' refuses ' phi-down (2) must be at least phi-suspect (3)' 'phi-down = 2'
ok 'a pause before it began' refuses "$line: phi-pause-ms must be between" 'phi-pause-ms = -1'
ok 'eleven seconds of ten' refuses "$line: flood-seconds must be between 0 and 10" 'flood-seconds = 11'
ok 'fewer than none' refuses "$line: reconnects must be between" 'reconnects = -1'
ok 'a primary no slower than others' refuses "$line: slow-primary must be 0, or" 'slow-primary = 100'
echo 'key = "../stranger.key"' | cat node/conclaved.conf - >node/changed.conf
ok "a key that is no seat's" exits 1 --config node/changed.conf --check
ok '  is named' complained 'stranger.key belongs to no seat of the charter'

# Files of a later version: what to do is to upgrade.
ok "a later version's setting" refuses "$line: no such option" 'colour = "red"'
ok '  upgrade is said' complained "or upgrade if it is a later version's"
sed 's/^{/{"colour":"red",/' charter.json >later.json
sed 's/^charter = .*/charter = "..\/later.json"/' node/conclaved.conf >node/changed.conf
ok "a later version's charter" exits 1 --config node/changed.conf --check
ok '  upgrade is said' complained "colour: no such field; conclave-charter(5) lists them"
ok '  of the version' complained "or upgrade if a later version's charter has it"
for kind in 2 17; do
    sed "s/^conclave-key-1/conclave-key-$kind/" keys/seat-02.key >later.key
    chmod 600 later.key
    sed 's/^key = .*/key = "..\/later.key"/' node/conclaved.conf >node/changed.conf
    ok "a later version's key, $kind" exits 1 --config node/changed.conf --check
    ok '  upgrade is said' complained 'later.key: is a key file of a later version'
done
for kind in 0 01 '' x; do
    sed "s/^conclave-key-1/conclave-key-$kind/" keys/seat-02.key >later.key
    ok "no key of any version, $kind" exits 1 --config node/changed.conf --check
    ok '  is none' complained 'is not a key file'
done
echo "1..$count"
