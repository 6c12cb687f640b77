#!/bin/sh
# SPDX-License-Identifier: ISC
# The commands that need no node: keygen, charter new|check|id, init.

conclave=${top_builddir:?}/conclave
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

# exits STATUS ARGUMENT...: runs conclave.
exits()
{
    expected=$1
    shift
    exits_with "$expected" "$conclave" "$@"
}

mode_is()
{
    [ "$(stat -c %a "$2")" = "$1" ]
}

ok 'keygen makes a key' exits 0 keygen -o a.key
ok 'and prints 64 hexadecimal digits' said '^[0-9a-f]\{64\}$'
key=$(cat out)
ok 'that only its owner can read' mode_is 600 a.key
cp a.key before
ok 'it is never overwritten' exits 1 keygen --output a.key
ok 'as the complaint says' complained 'a.key'
ok 'nor touched' cmp -s a.key before
ok 'keygen --json' exits 0 keygen --json --output b.key
ok 'names key and file' said '"public_key":.*"file":'
ok 'keygen where no file can be' exits 1 keygen -o nowhere/a.key

ok 'charter new with neither list nor seats' exits 2 charter new
ok 'charter new with both' exits 2 charter new --seats 4 --keys k --list x
ok 'charter new with too few seats' exits 2 charter new --seats 3 --keys k
ok 'charter new for a trial' exits 0 charter new --seats 4 --keys keys --created 1700000000000 \
    -o trial.json
id=$(cat out)
ok 'prints the id' said '^[0-9a-f]\{64\}$'
ok 'and warns of one vendor for all' complained "does not state the vendor of 4 seats"
ok 'it is not written over another' exits 1 charter new --seats 4 --keys more -o trial.json
ok 'nor do keys stay where there is no charter' test ! -e more
ok 'a host that is none' exits 1 charter new --seats 4 --keys more --host 'a b'
ok 'makes no keys either' test ! -e more
ok 'trial seats need a folder for their keys' exits 2 charter new --seats 4
ok 'charter id' exits 0 charter id trial.json
ok 'prints the same id' said "^$id\$"
ok 'charter check' exits 0 charter check trial.json
ok 'shows the classes' said 'emergency: 3 of 4 approve'
ok 'and the warnings' said '  warning  *seats: the charter does not state the vendor'
ok 'and what a group that exceeds f could do' said '2 seats  *exceed f = 1'
ok '  one that does' said '1 group  *4 seats, exceeding f: (not stated)'
ok '  and the fewest that do' said 'exceed f  *1 group, 4 seats: vendor (not stated)'
ok 'in 80 columns' test "$(grep -v '^class' out | awk '{ if (length > m) m = length } END { print m }')" -le 80
ok 'charter check --strict takes the warnings for errors' exits 1 charter check --strict trial.json
ok '  and shows all the same' said '2 seats  *exceed f = 1'
ok '  as JSON, too' exits 1 charter check --strict --json trial.json
ok 'charter check --json' exits 0 charter check --json trial.json
ok 'is for programs' said '^{"valid":true,"council_id":"'"$id"

seat()
{
    printf '{"key":"%s","address":"node%s.example:7100","name":"%s","jurisdiction":"%s",' \
        "$1" "$2" "$3" "$3"
    printf '"speciality":"law","vendor":"%s","model_family":"%s"}' "$3" "$3"
}
for i in 1 2 3; do
    "$conclave" keygen -o "$i.key" >"$i.pub"
done
{
    echo '['
    seat "$key" 0 alder && echo ,
    seat "$(cat 1.pub)" 1 birch && echo ,
    seat "$(cat 2.pub)" 2 cedar && echo ,
    seat "$(cat 3.pub)" 3 elm && echo ']'
} >seats.json
ok 'charter new from a list' exits 0 charter new --list seats.json --name 'Council A' -o a.json
ok 'has nothing to warn of' test ! -s err
ok 'charter check --strict of it' exits 0 charter check --strict a.json
ok '  names the groups' said '4 groups  *1 seat: alder, birch, cedar, elm'
ok '  and two that exceed f' said 'exceed f  *2 groups, 2 seats: vendor alder, vendor birch'
ok 'charter check --json of it' exits 0 charter check --json a.json
ok '  has the sets' said '"kind":"any","reaches":"T","need":3,"groups":\[{"kind":"vendor","name":"alder"}'
ok 'charter new does not overwrite' exits 1 charter new --list seats.json -o a.json

sed 's/"threshold": 3/"threshold": 4/' a.json >bad.json
ok 'charter check of a bad threshold' exits 1 charter check bad.json
ok 'names place and cure' complained 'bad.json: classes\[0\].threshold: is 4, must be f+1 to n-f'
ok 'charter check --json of it' exits 1 charter check --json bad.json
ok 'is for programs too' said '"valid":false,"error":"bad.json: classes'
ok 'charter check of no file' exits 1 charter check none.json
ok 'charter check of no name' exits 2 charter check
sed 's/"created_ms": [0-9]*/"created_ms": 253402300799999/' a.json >future.json
ok 'charter check of a charter of the year 9999' exits 0 charter check future.json
ok 'warns' said 'created_ms: is in the future'

ok 'init' exits 0 init --charter a.json --key 2.key --dir node
ok 'finds the seat' said '^seat 3, cedar'
ok 'copies the charter' cmp -s a.json node/charter.json
ok 'makes the store' test -s node/data/data.mdb
ok 'that is private' mode_is 700 node/data
ok 'points at the key' grep -q '^key = "../2.key"$' node/conclaved.conf
cp node/conclaved.conf before
ok 'init again' exits 1 init --charter a.json --key 2.key --dir node
ok 'is refused' complained 'holds a node already'
ok 'and changes nothing' cmp -s node/conclaved.conf before
ok 'init with a key of no seat' exits 1 init --charter a.json --key b.key --dir other
ok 'is refused and explained' complained 'no seat of a.json has this key'
ok 'and makes no folder' test ! -e other
chmod 644 3.key
ok 'init with a key that others may read' exits 1 init --charter a.json --key 3.key --dir other
ok 'init with an address without a port' exits 2 init --charter a.json --key 2.key \
    --dir other --listen foo
ok 'is refused as the daemon would' complained '--listen: address "foo" has no port: write host:port'
ok 'and makes no folder' test ! -e other
ok 'init with an address' exits 0 init --charter a.json --key 2.key --dir bound \
    --listen '[::1]:7100'
ok 'writes it down' grep -q '^listen = "\[::1\]:7100"$' bound/conclaved.conf
ok 'init without a charter' exits 2 init --key 2.key --dir other

# --- a source of export that is none ---

mkdir backup empty
cp node/data/data.mdb backup
ok 'export of a store' exits 0 export records --csv --data node/data --charter a.json
ok 'of a backup' exits 0 export records --csv --data backup --charter a.json
ok 'leaves no trace in it' test ! -e backup/lock.mdb
ok 'of its file' exits 0 export records --csv --data backup/data.mdb --charter a.json
ok 'by another charter' exits 1 export records --csv --data backup --charter trial.json
ok 'names the two' complained 'backup: .*another council than trial.json'
ok 'of an empty folder' exits 1 export records --csv --data empty --charter a.json
ok 'is told what is looked for' complained 'empty: there is no ledger here'
ok 'of no folder' exits 1 export records --csv --data none --charter a.json
ok 'of a file that is no store' exits 1 export records --csv --data a.json --charter a.json
ok 'by no charter' exits 1 export records --csv --data backup --charter none.json
ok 'by a configuration' exits 0 export records --csv --config node/conclaved.conf
sed 's/^data = .*/data = "empty"/' node/conclaved.conf >astray.conf
ok 'by one that leads astray' exits 1 export records --csv --config astray.conf
echo "1..$count"
