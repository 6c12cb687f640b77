# SPDX-License-Identifier: ISC
# For tests of commands that run evaluators and report in JSON. Sourced by tests that work in
# a folder of their own, with the files out and err.

# is FILTER: what --json printed has it.
is()
{
    jq -e "$1" out >/dev/null
}

# interrupted STATUS COMMAND...: it runs tests/agent/endless.sh with the file marks; once the
# first mark is there a signal ends it.
interrupted()
{
    expected=$1
    shift
    rm -f marks
    "$@" >out 2>err &
    pid=$!
    tries=0
    while [ ! -s marks ] && [ $((tries += 1)) -lt 200 ]; do sleep 0.1; done
    kill "$pid"
    wait "$pid"
    [ $? -eq "$expected" ]
}

# none_left: of those that left their process ids in marks.
none_left()
{
    while read -r mark; do
        ! kill -0 "$mark" 2>/dev/null || return 1
    done <marks
}
