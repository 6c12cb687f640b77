# SPDX-License-Identifier: ISC
# For tests that are shell scripts: results in TAP, and what a program printed. Sourced by
# them; they work in a folder of their own, with the files out and err.

count=0
# ok NAME COMMAND...: one result, the command's status.
ok()
{
    count=$((count + 1))
    name=$1
    shift
    if "$@"; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
        sed 's/^/# /' out err 2>/dev/null
    fi
}

# exits_with STATUS COMMAND...: its output in the files out and err.
exits_with()
{
    expected=$1
    shift
    "$@" >out 2>err
    [ $? -eq "$expected" ]
}

# said PATTERN: it is in what the last one printed; complained PATTERN: on standard error.
said()
{
    grep -q -e "$1" out
}

complained()
{
    grep -q -e "$1" err
}
