#!/bin/sh
# SPDX-License-Identifier: ISC
# Every mutant of the tables still applies, and one that does not is noticed. Nothing is
# built here: make mutants does that.
run=${top_srcdir:?}/tests/mutants/run
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
# A tree of one file and one table.
mkdir -p "$folder/tests/mutants" "$folder/src"
cp "${top_srcdir:?}/tests/mutants/table.awk" "$folder/tests/mutants" || exit 1
top=$top_srcdir
cd "$folder" || exit 1
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"

applies()
{
    top_srcdir=$top sh "$run" check >out 2>err && grep -q '^[0-9]\{2,\} mutants$' out
}

# says PATTERN LINE...: a table of these lines is refused, and why.
says()
{
    pattern=$1
    shift
    printf '%s\n' 'mutant a' 'file src/a.c' 'rule 1: something' "$@" >tests/mutants/a.table
    printf 'one\n    two\nthree\n    two\n' >src/a.c
    if top_srcdir=$folder sh "$run" check >out 2>err; then
        [ "$pattern" = fits ]
    else
        grep -q "$pattern" err
    fi
}

ok "every mutant applies" applies
ok "a part of a line is found" says fits '-ne' '+ne more'
ok "so are two lines" says fits '-    two' '-three' '+    two'
ok "what is not there is noticed" says 'does not have this' '-four' '+five'
ok "what is there twice is noticed" says 'more than once' '-    two' '+five'
ok "a change of nothing is noticed" says 'changes nothing' '-one' '+one'
ok "two of a name are noticed" says 'two mutants a' '-one' '+six' '' 'mutant a' \
    'file src/a.c' 'rule 1: the same' '-one' '+seven'
ok "a mutant without a change is noticed" says 'lacks its file'
ok "a line that means nothing is noticed" says 'what is this' '-one' '+six' 'seven'
echo "1..$count"
