#!/bin/sh
# SPDX-License-Identifier: ISC
# A council of four on four machines, from the installed package to the first decision.
#
#     four-machines.sh alder.example.org birch.example.org cedar.example.org elm.example.org
#
# The machines are reached by ssh as a user who may administer them; each makes its own key,
# which never leaves it. With other words in the environment the same steps run elsewhere:
#
#     ON         runs a command line, the last argument, on a machine, the first ("ssh")
#     PORT       of all seats (7100)
#     ROOT       below which a machine keeps its files (none: the units of systemd run)
#     EVALUATOR  what the agents ask, a command ("conclave-eval-rules" and the rules of the
#                demo council)
set -eu

[ $# -eq 4 ] || {
    echo 'usage: four-machines.sh MACHINE MACHINE MACHINE MACHINE' >&2
    exit 2
}
ON=${ON:-ssh}
PORT=${PORT:-7100}
ROOT=${ROOT:-}
rules=/usr/share/conclave/demo/rules/rights.rules
EVALUATOR=${EVALUATOR:-conclave-eval-rules $rules}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

on()
{
    "$ON" "$@"
}

# 1. A key at each machine. Its public half goes into the list of seats, with the address at
#    which the others find it.
number=0
for machine in "$@"; do
    number=$((number + 1))
    public=$(on "$machine" "umask 077; conclave keygen --output seat.key")
    address=$machine:$PORT
    case $machine in
    *:*) address=$machine ;;
    esac
    [ $number -eq 1 ] && echo '[' || echo ','
    printf '{"key":"%s","address":"%s","name":"seat-%d","vendor":"vendor-%d",' \
        "$public" "$address" $number $number
    printf '"jurisdiction":"unspecified","speciality":"general","model_family":"family-%d"}' $number
done >"$work/seats.json"
echo ']' >>"$work/seats.json"

# 2. One charter, the same everywhere: every seat compares its id before it starts.
id=$(conclave charter new --list "$work/seats.json" --name four --output "$work/charter.json")
echo "charter $id"
for machine in "$@"; do
    on "$machine" 'cat >charter.json' <"$work/charter.json"
    theirs=$(on "$machine" 'conclave charter id charter.json')
    [ "$theirs" = "$id" ] || {
        echo "$machine has another charter" >&2
        exit 1
    }
done

# 3. A node and an agent at each.
for machine in "$@"; do
    on "$machine" "conclave-setup --charter charter.json --key seat.key --move-key ${ROOT:+--root $ROOT}"
    if [ -z "$ROOT" ]; then
        on "$machine" "echo 'EVALUATOR=$EVALUATOR' >/etc/conclave/agent-seat.env &&
            systemctl enable --now conclaved conclave-agent@seat"
    else
        on "$machine" "conclaved --config $ROOT/etc/conclave/conclaved.conf >conclaved.log 2>&1 &
            echo \$! >pids"
        on "$machine" "conclave-agent --socket $ROOT/run/conclave/control.sock \
                --evaluator '$EVALUATOR' >agent.log 2>&1 &
            echo \$! >>pids"
    fi
done

# 4. They find each other, and decide.
socket=$ROOT/run/conclave/control.sock
for machine in "$@"; do
    on "$machine" "for i in 1 2 3 4 5 6 7 8 9 10; do
            conclave status --socket $socket --json 2>/dev/null | grep -q '\"connected\": *3' && exit
            sleep 1
        done
        conclave status --socket $socket; exit 1"
done
on "$1" "conclave status --socket $socket"
on "$1" "conclave propose --socket $socket --class reciprocity --title 'Begin'"
