#!/bin/sh
# SPDX-License-Identifier: ISC
# conclave-tutorial(7), followed word by word: four folders are the machines, each with a shell
# that stays open. Then a second program audits what they decided.

source=$(cd "${top_srcdir:?}" && pwd) || exit 1
build=$(cd "${top_builddir:?}" && pwd) || exit 1
page=$source/man/conclave-tutorial.7
machines='alder birch cedar elm'
folder=$(mktemp -d) || exit 1
cd "$folder" || exit 1
# shellcheck source=tests/lib/tap.sh
. "$source/tests/lib/tap.sh"
unset CONCLAVE_SOCKET XDG_RUNTIME_DIR
PATH=$folder/bin:$build:$PATH
export PATH
STEP_MAX=600 # tenths of a second

# Whatever a shell started is in its group.
trap 'for pid in $shells; do kill -KILL -"$pid" 2>/dev/null; done; rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM

# --- the machines ---

# scp FILE MACHINE.example.org:FOLDER
mkdir bin
cat >bin/scp <<SCRIPT
#!/bin/sh
machine=\${2%%.*}
cp "\$1" "$folder/\$machine/\${2#*:}"
SCRIPT
chmod +x bin/scp
"$build/tests/contrib/free_ports" 4 >ports || exit 1
shells=
for machine in $machines; do
    mkdir "$machine"
    mkfifo "$machine/commands"
    HOME=$folder/$machine setsid sh "$machine/commands" >"$machine/out" 2>"$machine/err" &
    shells="$shells $!"
    # What the page leaves open: addresses, and the keys once they are there.
    port=$(head -n 1 ports)
    sed -i 1d ports
    echo "s/$machine\.example\.org:7100/127.0.0.1:$port/" >>places
done
exec 3>alder/commands 4>birch/commands 5>cedar/commands 6>elm/commands

# says MACHINE: standard input goes to its shell.
says()
{
    case $1 in
    alder) cat >&3 ;;
    birch) cat >&4 ;;
    cedar) cat >&5 ;;
    elm) cat >&6 ;;
    esac
}

# done_with STEP MACHINE: it came to the end of the step, and each command was good.
done_with()
{
    tenths=0
    until [ -e "$2/done.$1" ] || [ -e "$2/failed.$1" ] || [ $tenths -ge $STEP_MAX ]; do
        sleep 0.1
        tenths=$((tenths + 1))
    done
    tail -n 20 "$2/out" >out
    tail -n 20 "$2/err" >err
    [ -e "$2/done.$1" ]
}

# --- the page: commands of step N in step.N, where it is done in where.N ---

awk '
    /^\.\\" tutorial: / { step++; where = $0; sub(/.*tutorial: /, "", where)
                          print where >"where." step; next }
    /^\.Bd/ && where != "" { on = 1; next }
    /^\.Ed/ { on = 0; where = "" }
    on { sub(/\\e$/, "\\"); print >"step." step }' "$page"
steps=$(find . -maxdepth 1 -name 'step.*' | wc -l)
ok 'all displays are followed' [ "$steps" -eq "$(grep -c '^\.Bd' "$page")" ]
ok 'they have nothing but commands' sh -c '! grep -v "^[$>] " step.*'
ok 'they are what is expected' [ "$steps" -gt 12 ]

# The blocks of a node, for the auditor.
blocks()
{
    CONCLAVE_SOCKET=$1/council/node/control.sock
    export CONCLAVE_SOCKET
    top=$(conclave ledger --limit 1 | sed -n '2s/^ *\([0-9]*\) .*/\1/p')
    height=0
    while [ $height -lt "$top" ]; do
        height=$((height + 1))
        conclave ledger $height --json
    done
}

step=0
while [ $step -lt "$steps" ]; do
    step=$((step + 1))
    [ $step -lt "$steps" ] || blocks elm >chain
    where=$(cat where.$step)
    [ "$where" != every ] || where=$machines
    sed -f places step.$step >edited
    for machine in $where; do
        {
            # A command is a line with those that go on with it; the first that fails ends it.
            echo 'ok=yes'
            awk -v failed="$folder/$machine/failed.$step" '
                /^\$ / { if (n++) print "} || { ok=; : >" failed "; }"; print "[ -z \"$ok\" ] || {" }
                { print substr($0, 3) }
                END { print "} || { ok=; : >" failed "; }" }' edited
            echo "[ -z \"\$ok\" ] || : >$folder/$machine/done.$step"
        } | says "$machine"
    done
    for machine in $where; do
        ok "step $step at $machine: $(sed -n '1s/^\$ //p' step.$step)" done_with $step "$machine"
        if [ $step -eq 1 ]; then
            name=$(echo "$machine" | tr '[:lower:]' '[:upper:]')
            echo "s/KEY-OF-$name/$(grep '^[0-9a-f]\{64\}$' "$machine/out")/" >>places
        fi
    done
done

# --- what the page says of it ---

one_identity()
{
    for machine in $machines; do
        grep '^[0-9a-f]\{64\}$' "$machine/out" | sed -n 2p # after the key
    done | sort | uniq -c >out
    grep -q '^ *4 ' out
}
ok 'all have the same council' one_identity
cp alder/out out
ok '3 approve, 1 rejects' grep -q 'tally  *3 approve, 1 reject' out
ok 'the decision without elm' grep -q '^approved' out
ok 'who is down' grep -q 'Elm.*down' out
: >err
ended()
{
    exec 3>&- 4>&- 5>&- 6>&-
    # shellcheck disable=SC2086 # several
    wait $shells
    for pid in $shells; do
        ! kill -0 -"$pid" 2>/dev/null || return 1
    done
}
if python3 -c 'import hashlib; hashlib.blake2b' 2>/dev/null; then
    python3 "$source/tests/man/auditor.py" blocks alder/council/charter.json chain >out 2>err
    cp out audit
    ok 'the auditor finds nothing wrong' sh -c '! grep "^not ok" audit && grep " 2 decisions" audit'
else
    count=$((count + 1))
    echo "ok $count - the auditor finds nothing wrong # SKIP python3 is not installed"
fi
ok 'nothing is left of the nodes and agents' ended

echo "1..$count"
