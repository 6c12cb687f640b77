#!/bin/sh
# SPDX-License-Identifier: ISC
# conclave demo: a council of real processes decides, and nothing is left behind.

conclave=${top_builddir:?}/conclave
CONCLAVE_DATA=${top_srcdir:?}/contrib
TMPDIR=$(mktemp -d) || exit 1
export CONCLAVE_DATA TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

count=0
ok()
{
    count=$((count + 1))
    name=$1
    shift
    if "$@"; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
        tail -q -n 8 "$TMPDIR/out" "$TMPDIR/err" 2>/dev/null | sed 's/^/# /'
    fi
}

# exits STATUS ARGUMENT...
exits()
{
    expected=$1
    shift
    timeout 300 "$conclave" "$@" >"$TMPDIR/out" 2>"$TMPDIR/err" </dev/null
    [ $? -eq "$expected" ]
}

results()
{
    [ "$(grep -o "$1" "$TMPDIR/out" | wc -l)" -eq "$2" ]
}

no_folder()
{
    ! ls -d "$TMPDIR"/conclave-demo.* >/dev/null 2>&1
}

# Nodes and agents have the folder on their command lines.
any_process()
{
    for process in /proc/[0-9]*; do
        case $({ tr '\0' ' ' <"$process/cmdline"; } 2>/dev/null) in
        *conclave*"$TMPDIR"/*) return 0 ;;
        esac
    done
    return 1
}

none_running()
{
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        any_process || return 0
        sleep 0.5
    done
    return 1
}

ok 'a demo of 4 seats' exits 0 demo --seats 4 --json
ok 'decides the 8 sample proposals' results '"final":true' 8
ok 'some are approved' grep -q '"outcome":"approved"' "$TMPDIR/out"
ok 'and some rejected' grep -q '"outcome":"rejected","reason":"threshold-unreachable"' \
    "$TMPDIR/out"
ok 'it leaves no folder' no_folder
ok 'and no process' none_running

ok 'a demo of 7 seats in a folder of its own' exits 0 demo --seats 7 --dir "$TMPDIR/c" \
    --no-console
ok 'prints a row for each proposal' results ' \(approved\|rejected\) ' 8
ok 'keeps its folder' test -s "$TMPDIR/c/seat-07/data/data.mdb"
ok 'has the evidence as the files have it' grep -q -a -F '"benefit_ratio":2.4,' \
    "$TMPDIR/c/seat-07/data/data.mdb"
ok 'and no process' none_running
cat >"$TMPDIR/mine" <<'END'
#!/bin/sh
cat >/dev/null
echo '{"choice":"abstain","confidence":7,"rationale":"On leave."}'
END
chmod +x "$TMPDIR/mine"
ok 'seat 1 has an evaluator of the caller' exits 0 demo --seats 4 --dir "$TMPDIR/mine-1" \
    --no-console --evaluator "$TMPDIR/mine"
ok 'which answers all' \
    test "$(grep -c 'choice=abstain confidence=7' "$TMPDIR/mine-1/seat-01/conclave-agent.log")" -eq 8
ok 'and nobody else' sh -c '! grep -q "confidence=7 " "$1"/seat-0[234]/conclave-agent.log' - "$TMPDIR/mine-1"
ok 'one that fails ends it' exits 1 demo --seats 4 --no-console --evaluator 'false'
ok 'with the reason' grep -q 'the agent of seat 1 failed: exit code 1' "$TMPDIR/err"
rm -rf "$TMPDIR"/conclave-demo.* "$TMPDIR/mine-1"
ok 'and no process' none_running
if "$(dirname "$conclave")/conclave-eval-llm" --version >/dev/null 2>&1 &&
    command -v python3 >/dev/null; then
    ok 'a demo of 7 seats with a stand-in for a model' exits 0 demo --seats 7 \
        --agents llm --dir "$TMPDIR/m" --no-console
    ok 'says that it is no model' grep -q \
        '^5 seats ask a stand-in on this machine, which is no language model' "$TMPDIR/err"
    ok 'prints a row for each proposal' results ' \(approved\|rejected\) ' 8
    ok 'five seats are judged by it' \
        [ "$(grep -c '"model_family": "stand-in"' "$TMPDIR/m/charter.json")" -eq 5 ]
    ok 'who answers as well as the others' \
        [ "$(grep -l 'event=evaluator.answered' "$TMPDIR"/m/seat-*/conclave-agent.log |
            wc -l)" -eq 7 ]
    ok 'and no process' none_running
    ok 'an endpoint where nobody listens' exits 0 demo --seats 4 --agents llm --json \
        --model-seats 1 --endpoint http://127.0.0.1:1/v1 --model none
    ok 'is a seat that abstains' results '"final":true' 8
else
    for name in 'a demo with a model' 'that is none' 'decides' 'its seats' 'answers' \
        'no process' 'without an endpoint' 'abstains'; do
        count=$((count + 1))
        echo "ok $count - $name # SKIP conclave-eval-llm or python3 is missing"
    done
fi
ok 'a model without its endpoint is refused' exits 2 demo --agents llm --model m
ok 'an endpoint without a model' exits 2 demo --agents llm \
    --endpoint http://127.0.0.1:1/v1
ok 'an endpoint for rules' exits 2 demo --endpoint http://127.0.0.1:1/v1
ok 'other kinds of agents' exits 2 demo --agents parrots
ok 'more seats than there are' exits 2 demo --seats 4 --agents llm --model-seats 5

ok 'the folder is not taken twice' exits 1 demo --seats 4 --dir "$TMPDIR/c"

ok 'three seats are too few' exits 2 demo --seats 3
ok 'a long path' exits 1 demo --seats 4 --dir \
    "$TMPDIR/$(printf '%0100d' 0)"
ok 'is explained' grep -q 'too long a path' "$TMPDIR/err"

CONCLAVE_DATA=$TMPDIR/none
ok 'data that is not there' exits 1 demo --seats 4
ok 'is named' grep -q 'there is no .*/none/demo' "$TMPDIR/err"
mkdir -p "$TMPDIR/bad/demo"
cp -R "$top_srcdir/contrib/demo/proposals" "$TMPDIR/bad/demo/"
sed 's/[a-z]*\.rules/none.rules/' "$top_srcdir/contrib/demo/seats.json" \
    >"$TMPDIR/bad/demo/seats.json"
CONCLAVE_DATA=$TMPDIR/bad
ok 'rule files that are not there' exits 1 demo --seats 4
ok 'are named' grep -q 'there is no rule file .*/none.rules' "$TMPDIR/err"
cp "$top_srcdir/contrib/demo/seats.json" "$TMPDIR/bad/demo/"
mkdir "$TMPDIR/bad/demo/rules"
for rules in "$top_srcdir"/contrib/demo/rules/*.rules; do
    echo 'no rule at all' >"$TMPDIR/bad/demo/rules/${rules##*/}"
done
ok 'rule files that make no sense' exits 1 demo --seats 4
ok 'are a failure of an agent' grep -q 'the agent of seat [0-9]* failed' "$TMPDIR/err"
ok 'whose log is kept' test -s "$(sed -n 's/.*its log: //p' "$TMPDIR/err")"
ok 'no process is left' none_running
rm -rf "$TMPDIR"/conclave-demo.*
CONCLAVE_DATA=$top_srcdir/contrib
ok 'no other folder is left' no_folder

# Starts a demo large enough to be met at work; $demo is its process, $node one of its
# nodes.
start_demo()
{
    "$conclave" demo --no-console >"$TMPDIR/out" 2>"$TMPDIR/err" </dev/null &
    demo=$!
    for _ in $(seq 100); do
        node=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v p="$demo" '$4 == p { print $1; exit }')
        [ -z "$node" ] || return 0
        sleep 0.05
    done
    return 1
}

ok 'a demo in the background starts its nodes' start_demo
kill -TERM "$demo"
wait "$demo"
ok 'stopped by a signal, it fails' test $? -eq 1
ok 'leaves no process' none_running
ok 'and no folder' no_folder

ok 'another one' start_demo
kill -KILL "$node"
wait "$demo"
ok 'fails when a node is killed' test $? -eq 1
ok 'names its log' grep -q 'conclaved of seat [0-9]* ended: signal 9.*its log: /' "$TMPDIR/err"
ok 'which is kept' test -f "$(sed -n 's/.*its log: //p' "$TMPDIR/err")"
ok 'and leaves no process' none_running
rm -rf "$TMPDIR"/conclave-demo.*

ok 'and another' start_demo
kill -KILL "$demo"
wait "$demo" 2>/dev/null
ok 'killed itself, it leaves no process' none_running
rm -rf "$TMPDIR"/conclave-demo.*

# Waits until the screen shows a text.
shows()
{
    for _ in $(seq 600); do
        grep -q -e "$1" "$TMPDIR/screen" 2>/dev/null && return 0
        sleep 0.1
    done
    return 1
}

# Waits until all sample proposals are final at the node of $socket.
decides()
{
    for _ in $(seq 600); do
        final=$("$conclave" proposals --socket "$socket" --json 2>/dev/null |
            grep -o '"phase":"final"' | wc -l)
        [ "$final" -lt 8 ] || return 0
        sleep 0.1
    done
    return 1
}

# A terminal takes script(1) and a system that gives pseudo-terminals.
if script -q -e -c true /dev/null </dev/null >/dev/null 2>&1; then
    mkfifo "$TMPDIR/keys"
    script -q -e -f -c "stty cols 100 rows 30; TERM=xterm '$conclave' demo --seats 4" \
        "$TMPDIR/screen" <"$TMPDIR/keys" >"$TMPDIR/out" 2>"$TMPDIR/err" &
    terminal=$!
    exec 3>"$TMPDIR/keys"
    ok 'on a terminal it names a socket' shows 'CONCLAVE_SOCKET=.*control.sock'
    socket=$(sed -n 's/.*CONCLAVE_SOCKET=\([[:print:]]*\).*/\1/p' "$TMPDIR/screen")
    ok 'and opens the console' shows '\[1 Council\]'
    ok 'meanwhile it decides' decides
    printf '\033[21~' >&3
    wait $terminal
    ok 'until F10' test $? -eq 0
    ok 'then it prints the table' shows 'Certify the triage .*approved'
    exec 3>&-
    ok 'then it leaves no process' none_running
    ok 'and no folder' no_folder
else
    ok 'on a terminal # SKIP no script(1), or no pseudo-terminals' true
fi
echo "1..$count"
