#!/bin/sh
# SPDX-License-Identifier: ISC
# The simulator itself: it repeats a run byte for byte, notices a disagreement, and refuses
# what makes no sense.

sim=${top_builddir:?}/tests/sim/conclave-sim
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

different()
{
    ! cmp -s "$1" "$2"
}

for seed in 3 8 12; do
    [ -f first ] && mv first other
    "$sim" --replay $seed >first
    "$sim" --replay $seed >second
    ok "seed $seed gives the same trace twice" cmp -s first second
    [ ! -f other ] || ok "another seed gave another one" different first other
    ok "the trace tells of decisions" grep -q ': proposal [0-9]* approved' first
done

colludes()
{
    "$sim" --seats "$1" --collude "$2" --seed "$3" >collusion && grep -q "$4" collusion
}
for seed in 1 2; do
    ok "seed $seed: 1 of 4 divides nobody" colludes 4 1 $seed 'one council'
    ok "seed $seed: 2 of 4 do" colludes 4 2 $seed 'two blocks'
    ok "seed $seed: 2 of 7 divide nobody" colludes 7 2 $seed 'one council'
    ok "seed $seed: 3 of 7 do" colludes 7 3 $seed 'two blocks'
    ok "seed $seed: 10 of 33 divide nobody" colludes 33 10 $seed 'one council'
    ok "seed $seed: 11 of 33 do" colludes 33 11 $seed 'two blocks'
done
ok "an unknown option is refused" sh -c "! '$sim' --sed 3 2>/dev/null"
ok "a list that is none is refused" sh -c "! '$sim' --seed 3 --without x 2>/dev/null"
echo "1..$count"
