#!/bin/sh
# SPDX-License-Identifier: ISC
# A part of `make twins`: councils of 4, 7 and 33 whose twins divide nobody, clones that
# fall silent; and that both kinds of scenario notice what they are for.

twins=${top_builddir:?}/tests/twins/conclave-twins
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

holds()
{
    "$twins" "$@" >out && sed -n 's/^# /#   /p' out
}
contradict()
{
    [ "$(sed -n 's/.*; in \([0-9]*\) the twins contradicted.*/\1/p' out)" -gt 300 ]
}
ok "4 seats, every way to part them for a view" holds --all --rounds 1 --groups 5
ok "4 seats, four views" holds --sample 400
ok "whose twins do contradict themselves" contradict
ok "4 seats, eight views, three groups" holds --sample 200 --seed 10000 --rounds 8 --groups 3
ok "7 seats" holds --sample 100 --seats 7
ok "33 seats" holds --sample 2 --seats 33 --groups 3
ok "clones of 4 seats, every way to part them for a round" holds --all --rounds 1 --groups 5 --clones
ok "clones of 4 seats, four rounds" holds --sample 60 --clones
ok "clones of 7 seats" holds --sample 10 --seats 7 --clones

notices()
{
    what=$1
    shift
    ! "$twins" "$@" >out && grep -q "$what" out
}
ok "a quorum of 2 of 4 divides them" notices 'two different blocks' --sample 60 --quorum 2
ok "a quorum of 4 of 7 divides them" notices 'two different blocks' --sample 60 --seats 7 --quorum 4
ok "clones that restore-safe seats do not hold contradict themselves" \
    notices 'contradict each other' --clones --stubborn --twins 1 --parted 00000,00000,00111
grep '^# conclave-twins' out | tail -n 1 >"$folder/command"
repeats()
{
    # shellcheck disable=SC2046 # the words of a command
    ! "$twins" $(sed 's/^# conclave-twins//' "$folder/command") >again && cmp -s out again
}
ok "what a failure prints repeats it" repeats
ok "groups of too few nodes are refused" exits_with 2 "$twins" --twins 1 --parted 0000
echo "1..$count"
