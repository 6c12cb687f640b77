#!/bin/sh
# SPDX-License-Identifier: ISC
# A node that was broken in one place, as a sysadmin would: it ends with 1, and the last line
# that it says names the place and leads to the cure. Then what clients of a node say that is
# not there, or not for them.

conclave=$(cd "${top_builddir:?}" && pwd)/conclave
conclaved=${conclave}d
PATH=${conclave%/*}:$PATH
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
unset CONCLAVE_SOCKET XDG_RUNTIME_DIR

# Root is refused nothing: what is about rights is done as nobody, where that is possible.
as=
few=
if [ "$(id -u)" -eq 0 ]; then
    chmod 755 .
    as='setpriv --reuid=65534 --regid=65534 --clear-groups'
    $as "$conclaved" --version >out 2>err || as=none
fi

# says CURE...: the last line has each of these.
says()
{
    tail -n 1 err >line
    for part in "$@"; do
        grep -q -F -e "$part" line || return 1
    done
}

# Of a node without listener the first thing that is wrong ends it; one that starts is stopped.
starts()
{
    [ "$as" = none ] && as=
    exits_with 1 $as $few timeout 20 "$conclaved" --config node/conclaved.conf
}

mend()
{
    chmod -R u+rwX node
    rm -rf node seat.key
    cp -a whole/. .
}

# broken WHAT CURE...: the node does not start, and says so; then all is whole again.
broken()
{
    what=$1
    shift
    ok "$what" starts
    ok '  has its cure' says "$@"
    mend
}

# rights WHAT CURE...: the same, of what root may do whatever the rights are.
rights()
{
    if [ "$as" = none ]; then
        count=$((count + 2))
        echo "ok $((count - 1)) - $1 # SKIP setpriv cannot make nobody of root"
        echo "ok $count -   has its cure # SKIP setpriv cannot make nobody of root"
        mend
    else
        broken "$@"
    fi
}

set_to()
{
    sed -i "s|^$1 = .*|$1 = $2|" node/conclaved.conf
}

also()
{
    echo "$*" >>node/conclaved.conf
}

# The address of seat 1 is nobody's (TEST-NET-1), so that no node gets beyond it.
for seat in 1 2 3 4; do
    key=$("$conclave" keygen -o "key-$seat")
    [ $seat -eq 1 ] && echo '[' || echo ','
    printf '{"key": "%s", "address": "192.0.2.%d:7100", "name": "s%d", "vendor": "v",' \
        "$key" $seat $seat
    echo '"jurisdiction": "EE", "speciality": "x", "model_family": "m"}'
done >seats.json
echo ']' >>seats.json
"$conclave" charter new --list seats.json -o charter.json >out 2>err
"$conclave" charter new --list seats.json --name other -o other.json >out 2>err
"$conclave" keygen -o stranger >out
mkdir whole
cp -p key-1 whole/seat.key
(cd whole && "$conclave" init --charter ../charter.json --key seat.key --dir node) >out 2>err
# Where conclaved is not in $PATH the next step names its place.
(cd whole && PATH=/nowhere "$conclave" init --charter ../charter.json --key seat.key --dir far) \
    >out 2>err
ok 'init says what comes next' grep -q -F -x "next: $conclaved --config far/conclaved.conf" out
rm -rf whole/far
[ -z "$as" ] || [ "$as" = none ] || chown -R 65534:65534 .
cp -a whole/. .

broken 'the address of another machine' '192.0.2.1:7100' 'machine of the key' '[::]:PORT'
also 'listen = "oak.invalid:7100"'
broken 'an address that does not resolve' 'oak.invalid:7100' 'correct the name'

# --- the key ---
chmod 644 seat.key
broken 'a key that others may read' "run: chmod 600 'node/../seat.key'"
chmod 0 seat.key
rights 'a key that this user may not read' 'mode 0600'
rm seat.key
broken 'no key' "bring the seat's key back"
echo >seat.key
chmod 600 seat.key
broken 'a key that is none' "bring the seat's key back"
cp -p stranger seat.key
broken 'a key of no seat' 'seat.key' 'charter.json' 'whose public half the charter names'
cp -p key-2 seat.key
broken 'the key of another seat' 'belongs to seat 1 of 4' 'give the key of seat 1'

# --- the charter ---
chmod 0 node/charter.json
rights 'a charter that this user may not read' 'node/charter.json' 'make it readable'
rm node/charter.json
broken 'no charter' 'node/charter.json' 'get it from another seat'
head -c 700 charter.json >node/charter.json
broken 'a charter that was cut short' 'node/charter.json: line ' 'from another seat again'
cp seats.json node/charter.json
broken 'a list of seats for a charter' 'conclave charter new makes one'
cp other.json node/charter.json
broken 'the charter of another council' 'belongs to another council' 'give the charter'

# --- the store ---
rm -r node/data
broken 'no data directory' 'node/data' 'mounted' 'conclave init'
chmod 0 node/data
rights 'a data directory that this user may not enter' 'modes 0700 and 0600'
chmod 500 node/data
rights 'a data directory that this user may not write' 'modes 0700 and 0600'
chmod 400 node/data/*
rights 'files of the store that this user may not write' 'modes 0700 and 0600'
chmod 400 node/data/data.mdb
rights 'a store that this user may not write' 'modes 0700 and 0600'
head -c 5000 whole/node/data/data.mdb >node/data/data.mdb
broken 'a store that was cut short' 'node/data/data.mdb' 'move the files away'
# What a first start on a full disk leaves, before and after LMDB's header.
rm node/data/journal
head -c 4096 whole/node/data/data.mdb >node/data/data.mdb
broken 'a store that was never finished is made again' '192.0.2.1:7100'
rm node/data/data.mdb
broken '  so is one without its file' '192.0.2.1:7100'

# --- socket and log ---
set_to socket "\"$(printf '%0120d' 0)\""
broken 'a path that is too long for a socket' 'allows 107' 'choose a shorter one'
set_to socket '"none/of/control.sock"'
broken 'no directory for the socket' 'none/of' 'make'
mkdir node/sockets
chmod 500 node/sockets
set_to socket '"sockets/control.sock"'
rights 'a directory for the socket that this user may not write' 'with mode 0750'
echo >node/control.sock
broken 'a file in the place of the socket' 'node/control.sock' 'move it away'
set_to log '"none/conclaved.log"'
broken 'no directory for the log' 'node/none/conclaved.log' 'its directory must exist'

# --- the limit of open files ---
if command -v prlimit >/dev/null; then
    for few in 5 6 9 12 20 50; do
        few="prlimit --nofile=$few"
        broken "$few" 'may open' 'raise the limit of open files: LimitNOFILE='
    done
    few=
fi

# --- the log's disk is full: the node runs, and says so elsewhere ---
if [ -c /dev/full ]; then
    set_to log '/dev/full'
    also "listen = \"127.0.0.1:$((20000 + $$ % 20000))\""
    [ "$as" = none ] && as=
    $as timeout 20 "$conclaved" --config node/conclaved.conf >out 2>err &
    node=$!
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        "$conclave" status --socket node/control.sock >status 2>/dev/null && break
        sleep 0.2
    done
    kill "$node"
    wait "$node"
    ok 'a full disk for the log is told on standard error' \
        grep -q 'level=error event=log.full error="No space left on device" cure="free space' err
    ok '  once' test "$(grep -c . err)" = 1
    ok '  and by status' grep -q 'log  *[1-9][0-9]* lines lost' status
    mend
fi

# --- the configuration ---
rm node/conclaved.conf
broken 'no configuration' 'node/conclaved.conf' 'conclave init'
also 'keey = "x"'
broken 'a setting that there is not' ":7: no such option 'keey'" 'conclaved.conf(5) lists them'
also 'heartbeat-ms = 1s'
broken 'a number that is none' ":7: " "'heartbeat-ms'" 'without a unit'
also 'recover = maybe'
broken 'neither yes nor no' ":7: " "'recover'" 'write yes or no'
also 'agents = {"no one"}'
broken 'a user that there is not' ':7: agents' 'useradd'
set_to key '"../seat.key'
broken 'a quote that is not closed' 'a quote above it is not closed'
also 'read-group = "no one"'
broken 'a group that there is not' 'groupadd'

# --- clients ---
ok 'no node' exits_with 1 "$conclave" status --socket none.sock
ok '  has its cure' says 'there is no socket at none.sock' 'conclaved --config FILE'
ok 'an agent without a node' \
    exits_with 124 timeout 2 "$conclave-agent" --socket none.sock --evaluator true
ok '  has its cure' grep -q 'event=node.unreachable .*conclaved --config FILE' err
ok '  as JSON, where that is asked for' \
    exits_with 124 timeout 1 "$conclave-agent" --socket none.sock --evaluator true --log-format json
ok '  has its cure' grep -q '"event":"node.unreachable",.*conclaved --config FILE' err
if [ "$(id -u)" -ne 0 ] || [ "$as" != none ]; then
    mkdir run
    chmod 0 run
    ok 'a socket that is not for this user' \
        exits_with 1 $as "$conclave" status --socket run/control.sock
    ok '  has its cure' says 'run/control.sock' 'usermod -aG' 'log in again'
fi
echo "1..$count"
