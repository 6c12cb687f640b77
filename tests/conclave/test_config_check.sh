#!/bin/sh
# SPDX-License-Identifier: ISC
# conclave config check: each thing that can be wrong with a node's files and names is found,
# with place and cure.

conclave=${top_builddir:?}/conclave
leave_log=$top_builddir/tests/conclave/leave_log
folder=$(mktemp -d) || exit 1
chmod 755 "$folder"
trap 'rm -rf "$folder"' EXIT
unset CONCLAVE_SOCKET NO_COLOR
cd "$folder" || exit 1

# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

exits()
{
    expected=$1
    shift
    exits_with "$expected" timeout 60 "$conclave" "$@"
}

# finds WORDS...: out has a line with all of them.
finds()
{
    cp out lines
    for words in "$@"; do
        grep -F -e "$words" lines >fewer
        mv fewer lines
    done
    [ -s lines ]
}

# changed STATUS SETTING: with this line at the end.
changed()
{
    expected=$1
    shift
    printf '%s\n' "$@" | cat node/conclaved.conf - >node/changed.conf
    exits "$expected" config check --offline node/changed.conf
}

umask 077
# Ports that nobody listens on: bind tells.
port=$((20000 + $$ % 20000))
"$conclave" charter new --seats 4 --keys keys --port "$port" -o charter.json >out 2>err
"$conclave" keygen -o stranger.key >out 2>err
"$conclave" init --charter charter.json --key keys/seat-02.key --dir node >out 2>err

ok 'what init made' exits 0 config check node/conclaved.conf
ok '  is named' finds 'ok ' 'key ' 'seat 2'
ok '  with the store' finds 'ok ' 'store ' 'height 0'
ok '  and the other addresses' finds 'ok ' 'address ' '3 other'
ok '  and counted' finds '0 errors'
ok 'in JSON' exits 0 config check --json node/conclaved.conf
ok '  too' finds '"ok":true' '"errors":0' '"what":"store"'
ok 'no file' exits 1 config check none
ok '  is named' finds 'error ' 'file ' none
ok 'no argument' exits 2 config check
ok 'a setting that there is not' changed 1 'lsten = "x"'
ok '  is named with its line' finds 'error ' 'changed.conf:' 'lsten'
ok 'a charter that is not there' changed 1 'charter = "none.json"'
ok '  is named' finds 'error ' 'charter ' none.json
ok "a stranger's key" changed 1 'key = "../stranger.key"'
ok '  is named' finds 'error ' 'key ' 'stranger.key belongs to no seat'
cp keys/seat-02.key open.key
chmod 644 open.key
ok 'a key that others may read' changed 1 'key = "../open.key"'
ok '  has its cure' finds 'error ' 'key ' "chmod 600 '"
ok 'a store that is not there' changed 1 'data = "nowhere"'
ok '  is an error' finds 'error ' 'data ' 'no such directory'
mkdir node/empty
ok 'an empty one' changed 0 'data = "empty"'
ok '  is a warning' finds 'warning ' 'data ' 'holds no store'
"$conclave" init --charter charter.json --key keys/seat-03.key --dir other >out 2>err
ok "another seat's store" changed 1 'data = "../other/data"'
ok '  is named' finds 'error ' 'store ' 'belongs to seat 3 of 4'
cp -r node/data copied
ok 'a copied one' changed 0 'data = "../copied"'
ok '  is a warning' finds 'warning ' 'store ' 'lost its state'
chmod 755 node/data
ok 'a store for all to read' changed 0 'log-level = info'
ok '  is a warning with its cure' finds 'warning ' 'data ' 'chmod 700'
chmod 700 node/data
printf 'x' | dd of=other/data/data.mdb bs=1 count=1 conv=notrunc 2>/dev/null
dd if=/dev/zero of=other/data/data.mdb bs=4096 count=2 conv=notrunc 2>/dev/null
ok 'a damaged one' changed 1 'data = "../other/data"'
ok '  is named' finds 'error ' 'store ' data.mdb

# --- a store whose node was killed: three records in its log ---

# logged STATUS: what is said of it.
logged()
{
    exits "$1" config check --offline logged/conclaved.conf
}

# complaints NUMBER: of the store.
complaints()
{
    [ "$(grep -c '^[ew][a-z]*  *store ' out)" -eq "$1" ]
}

# harm RECORD: from one to three.
harm()
{
    cp whole logged/data/wal
    printf harm | dd of=logged/data/wal bs=1 seek=$((4096 * $1 + 44)) conv=notrunc 2>/dev/null
}

"$conclave" init --charter charter.json --key keys/seat-04.key --dir logged >out 2>err
ok 'a node is killed' "$leave_log" logged/data
cp logged/data/wal whole
ok '  its log is whole' logged 0
ok '  and no matter' complaints 0
harm 3
ok '  a last record that is cut short is none' logged 0
ok '    either' complaints 0
harm 1
ok 'a damaged log' logged 1
ok '  has its cure' finds 'error ' 'store ' '/wal: the file is damaged' 'move the files away'
ok '  and the store is named' finds 'ok ' 'store ' 'height 0'
rm logged/data/wal
ok 'a log that is missing' logged 0
ok '  has its cure' finds 'warning ' 'store ' 'wal are not of the same time' 'start the node'
ok '  and is not made' test ! -e logged/data/wal
cp node/data/wal logged/data
ok 'that of another seat' logged 0
ok '  is seen' finds 'warning ' 'store ' 'wal are not of the same time' 'lost its state'
cp -r logged/data moved
rm moved/wal
cp logged/conclaved.conf logged/moved.conf
echo 'data = "../moved"' >>logged/moved.conf
ok 'a copy without its log' exits 0 config check --offline logged/moved.conf
ok '  is a copy, and no more' complaints 1
cp whole logged/data/wal
ok 'its own' logged 0
ok '  is as it was' complaints 0

ok "a socket's folder that is not there" changed 0 'socket = "gone/control.sock"'
ok '  will be made' finds 'ok ' 'socket ' 'the node will make it'
ok '  but not two of them' changed 1 'socket = "gone/too/control.sock"'
ok '  which has its cure' finds 'error ' 'socket ' 'make it, mode 0750'
mkdir node/open && chmod 770 node/open
ok 'one that the group may write to' changed 0 'socket = "open/control.sock"'
ok '  is a warning' finds 'warning ' 'socket ' 'its group can put a socket there'
long=$(printf '%0120d' 0)
ok 'a long socket path' changed 1 "socket = \"$long\""
ok '  is measured' finds 'error ' 'socket ' 'a Unix socket allows 107'
: >node/file.sock
ok 'a file in its place' changed 1 'socket = "file.sock"'
ok '  is named' finds 'error ' 'socket ' 'no socket'
ok 'a log in no folder' changed 1 'log = "gone/log"'
ok '  is named' finds 'error ' 'log ' gone/log
ok 'a name that nobody knows' changed 1 'listen = "no-such-host.invalid:7100"'
ok '  is named' finds 'error ' 'listen ' 'cannot be resolved'
ok 'an address of another machine' changed 1 'listen = "192.0.2.7:7100"'
ok '  has its cure' finds 'error ' 'listen ' '[::]:PORT'
ok 'a group that there is not' changed 1 'read-group = "no-such-group"'
ok '  has its cure' finds 'error ' 'read-group ' 'groupadd no-such-group'
ok 'a user that there is not' changed 1 'operators = {"no-such-user"}'
ok '  is named' finds 'error ' 'file ' 'no user "no-such-user"'
ok 'a number without a user' changed 0 'operators = {"3999999999"}'
ok '  is a warning' finds 'warning ' 'operators ' 3999999999
ok 'a group of operators that there is not' changed 1 'operators = {"%no-such-group"}'
ok '  is named' finds 'error ' 'file ' 'no group "no-such-group"' groupadd
ok 'a number without a group' changed 0 'operators = {"%3999999999"}'
ok '  is a warning' finds 'warning ' 'operators ' 3999999999
group=$(getent group 2 | cut -d: -f1)
ok 'a group of operators' changed 0 "operators = {\"%$group\"}"
ok '  is counted' finds 'ok ' 'operators ' '0 users, 1 groups'
other=$(getent passwd 2 | cut -d: -f1)
ok 'an operator who is not in the group of the socket' changed 0 "operators = {\"$other\"}"
ok '  is a warning' finds 'warning ' 'operators ' "usermod -aG" "$other"
ok 'recover' changed 0 'recover = yes'
ok '  is a warning' finds 'warning ' 'recover ' state.returned
ok 'allow-bench' changed 0 'allow-bench = yes'
ok '  is a warning' finds 'warning ' 'allow-bench '
ok 'two errors' changed 1 'log = "gone/log"' 'listen = "192.0.2.7:7100"'
ok '  are both found' finds '2 errors'
sed 's/127.0.0.1:\([0-9]*[02468]\)"/no-such-host.invalid:\1"/' charter.json >named.json
ok "seats' names that nobody knows" sh -c \
    "cp named.json node/named.json; sed 's/charter.json/named.json/' node/conclaved.conf >node/named.conf"
exits 1 config check node/named.conf || exits 0 config check node/named.conf
ok '  are warnings' finds 'warning ' 'address ' 'no-such-host.invalid'
exits 1 config check --offline node/named.conf || exits 0 config check --offline node/named.conf
ok '  unless nobody asks' test "$(grep -c 'warning  address' out)" = 0

if command -v python3 >/dev/null; then
    python3 -c "
import socket, sys, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', 0)); s.listen(1)
print(s.getsockname()[1], flush=True); time.sleep(30)" >taken &
    taker=$!
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ -s taken ] && break
        sleep 0.2
    done
    ok 'a port in use' changed 1 "listen = \"127.0.0.1:$(cat taken)\""
    ok '  has its cure' finds 'error ' 'listen ' 'in use by another program'
    kill "$taker"
    wait "$taker" 2>/dev/null
else
    ok 'a port in use # SKIP there is no python3' true
fi

# --- as another user ---

if [ "$(id -u)" -eq 0 ] && id nobody >/dev/null 2>&1; then
    chown -R nobody node/data
    ok "root, of another user's store" changed 1 'log-level = info'
    ok '  looks as that user' finds 'ok ' 'user ' nobody
    ok '  who may not read the key' finds 'error ' 'key '
    ok '  nor make the socket' finds 'error ' 'socket ' 'chown'
    mkdir -m 755 run log
    chown nobody run log
    chmod 755 node keys
    chmod 644 node/charter.json
    cat >node/unit.conf <<END
charter = "charter.json"
key = "\${CREDENTIALS_DIRECTORY:-$folder/keys}/seat-02.key"
data = "data"
socket = "../run/control.sock"
log = "../log/log"
listen = "127.0.0.1:$port"
END
    chmod 644 node/unit.conf
    ok 'a key that the unit hands on is no error' exits 0 config check --offline node/unit.conf
    ok '  and is looked at as root' finds 'ok ' 'key ' 'that of seat 2' "the node's unit hands on"
    ok '  which the store shows' finds 'ok ' 'store ' 'of this seat'
    ok '  with no word against it' finds '0 errors'
    cp keys/seat-02.key safe.key
    chmod 644 keys/seat-02.key
    ok '  but others may not read it' exits 1 config check --offline node/unit.conf
    ok '    and the cure is there' finds 'error ' 'key ' "chmod 600 '"
    cp keys/seat-03.key keys/seat-02.key
    chmod 600 keys/seat-02.key
    ok "  and another seat's is found" sh -c "$conclave config check --offline node/unit.conf | grep -q 'of seat 3'"
    rm keys/seat-02.key
    ok '  and none' exits 1 config check --offline node/unit.conf
    ok '    is an error' finds 'error ' 'key ' 'no such key file'
    : >keys/seat-02.key.cred
    ok '  one that is encrypted is not' exits 0 config check --offline node/unit.conf
    ok '    and is named' finds 'ok ' 'key ' 'seat-02.key.cred'
    rm keys/seat-02.key.cred
    cp -p safe.key keys/seat-02.key
    sed 's/:-[^}]*}/}/' node/unit.conf >node/bare.conf
    ok '  where nothing names its directory' exits 0 config check --offline node/bare.conf
    ok '    that is a warning' finds 'warning ' 'key ' 'CREDENTIALS_DIRECTORY' 'is not set here'
    sed 's/[$]{.*}/..\/keys/' node/unit.conf >node/plain.conf
    ok 'a key that the node reads by itself is an error still' exits 1 config check --offline node/plain.conf
    ok '  with its cure' finds 'error ' 'key ' 'must belong to the user'
    if setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null; then
        ok "the node's user, who may not read the unit's key" exits_with 0 timeout 60 \
            setpriv --reuid=65534 --regid=65534 --clear-groups \
            "$(realpath "$conclave")" config check --offline node/unit.conf
        ok '  is told to ask root' finds 'warning ' 'key ' 'run this as root'
    else
        ok "the node's user # SKIP setpriv cannot make nobody of root" true
    fi
else
    ok 'as another user # SKIP only root can' true
fi
echo "1..$count"
