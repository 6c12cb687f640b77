#!/bin/sh
# SPDX-License-Identifier: ISC
# The scripts that lay out nodes: conclave-setup(8), the example with four machines, which
# are folders here, and the steps of the containers. Both councils decide.

folder=$(mktemp -d) || exit 1
contrib=${top_srcdir:?}/contrib
PATH=${top_builddir:?}:$contrib/service:$PATH
export PATH
unset CONCLAVE_SOCKET CREDENTIALS_DIRECTORY NOTIFY_SOCKET XDG_RUNTIME_DIR
cd "$folder" || exit 1
# shellcheck source=tests/lib/tap.sh
. "$top_srcdir/tests/lib/tap.sh"

pids()
{
    cat machines/*/pids pids 2>/dev/null
}

stop()
{
    # shellcheck disable=SC2046
    kill $(pids) 2>/dev/null
}
trap 'stop; rm -rf "$folder"' EXIT

# Repeats the command until it succeeds, for at most 20 s.
within_time()
{
    tries=0
    until "$@" >out 2>err; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || return 1
        sleep 0.1
    done
}

has_peers()
{
    conclave status --socket "$1" --json | grep -q "\"connected\": *$2[,}]"
}

complained()
{
    grep -q -F -e "$1" err
}

# --- conclave-setup ---

setup()
{
    expected=$1
    shift
    exits_with "$expected" conclave-setup "$@"
}

conclave charter new --seats 4 --keys keys -o charter.json >out 2>err
conclave keygen -o stranger.key >out 2>err
cp keys/seat-01.key one.key
chmod 600 one.key
ok 'a node is laid out' setup 0 --charter charter.json --key one.key --root one --move-key \
    --listen 127.0.0.1:7999
ok '  and good' grep -q 'key of seat 1 are good' out
ok '  the key was moved' [ ! -e one.key ]
ok '  nobody else reads it' [ "$(stat -c %a one/etc/conclave/seat.key)" = 600 ]
ok '  the folder of the socket is for the group' [ "$(stat -c %a one/run/conclave)" = 750 ]
ok '  it listens where it was told' grep -q '^listen = "127.0.0.1:7999"' \
    one/etc/conclave/conclaved.conf
ok '  nothing else is left' [ "$(find one -type f | wc -l)" -eq 8 ]
cp keys/seat-01.key one.key
ok 'not twice' setup 1 --charter charter.json --key one.key --root one
ok '  with the reason' complained 'laid out'
ok '  and its key stays' [ -e one.key ]
ok 'a second node beside it' setup 0 --charter charter.json --key keys/seat-02.key --root one \
    --instance two
ok '  in folders of its own' [ -d one/var/lib/conclave/two/data ]
ok "a key that is no seat's" setup 1 --charter charter.json --key stranger.key --root three
ok '  is named' complained 'stranger.key'
ok '  and leaves no configuration' [ ! -e three/etc/conclave/conclaved.conf ]
ok '  nor a store, so that the right key can follow' setup 0 --charter charter.json \
    --key keys/seat-03.key --root three
ok 'a user that there is not' setup 1 --charter charter.json --key one.key --root four \
    --user 'no one'
ok '  is named' complained 'no user no one'
ok 'a name that is a path' setup 2 --charter charter.json --key one.key --instance ../x
ok 'no key' setup 2 --charter charter.json
ok 'an option that there is not' setup 2 --chartre charter.json

# --- four machines ---

# on MACHINE COMMAND LINE
cat >on <<'END'
#!/bin/sh
folder=$HERE/${1##*:}
mkdir -p "$folder" && cd "$folder" && exec sh -c "$2"
END
chmod +x on
ports=$("$top_builddir/tests/contrib/free_ports" 8) || exit 1
first=$(echo "$ports" | head -n 1)
four_machines()
{
    # shellcheck disable=SC2046
    HERE=$folder/machines ON=$folder/on ROOT=. \
        EVALUATOR="conclave-eval-rules $contrib/demo/rules/rights.rules" \
        timeout 60 "$contrib/examples/four-machines.sh" \
        $(echo "$ports" | head -n 4 | sed 's/^/127.0.0.1:/') >out 2>err
}
ok 'a council on four machines starts' four_machines
id=$(sed -n 's/^charter //p' out)
ok '  and names its charter once' [ "$(grep -c -E "^(charter )?$id" out)" -eq 1 ]
ok '  and has a proposal' within_time sh -c \
    "conclave proposals --socket machines/$first/run/conclave/control.sock | grep Begin"
ok '  each key stayed on its machine' [ "$(find machines -name '*.key' | wc -l)" -eq 4 ]
stop
rm -rf machines

# --- containers ---

COUNCIL=$folder/council
ADDRESSES=$(echo "$ports" | tail -n 4 | sed 's/^/127.0.0.1:/' | paste -s -d ' ' -)
RULES=$contrib/demo/rules
export COUNCIL ADDRESSES RULES
mkdir -p "$COUNCIL/seat-1"
ok 'a seat that is started too early ends' exits_with 1 "$contrib/containers/seat" 1
ok '  to be started again' grep -q 'charter.json: cannot read the charter' err
ok 'a council for containers is made' exits_with 0 "$contrib/containers/council"
ok '  and not made again' exits_with 0 "$contrib/containers/council"
ok '  since it is there' grep -q 'is there' out
for seat in 1 2 3 4; do
    "$contrib/containers/seat" $seat >seat-$seat.log 2>&1 &
    echo $! >>pids
done
for seat in 1 2 3 4; do
    socket=council/seat-$seat/run/conclave/control.sock
    ok "seat $seat has its peers" within_time has_peers $socket 3
    "$contrib/containers/agent" $seat >agent-$seat.log 2>&1 &
    echo $! >>pids
    ok '  and its agent' within_time sh -c \
        "conclave status --socket $socket | grep -q '^ *agents  *1 attached'"
done
stop
# shellcheck disable=SC2046
wait $(pids) 2>/dev/null
rm -f pids
"$contrib/containers/seat" 1 >again.log 2>&1 &
echo $! >>pids
ok 'a seat starts again from what it has' within_time grep -q event=node.started again.log
stop

# Whatever the compose file starts is a script that is here.
sed -n 's|.*command: \[/usr/lib/conclave/\([a-z]*\).*|\1|p' "$contrib/containers/compose.yaml" |
    sort -u >commands
ok 'old programs read the compose file, too' \
    [ "$(grep -c -E '^name:|^ *network_mode:' "$contrib/containers/compose.yaml")" = 0 ]
ok 'the compose file starts what was tried here' [ "$(paste -s -d ' ' commands)" = 'agent council seat' ]
ok '  which the image has' sh -c \
    "while read -r c; do grep -q \"containers/\$c\" '$contrib/containers/Containerfile' || exit 1; done <commands"
echo "1..$count"
