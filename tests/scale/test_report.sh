#!/bin/sh
# SPDX-License-Identifier: ISC
# The report of make bench-report: tables out of a recorded bench and a short simulation.

if ! python3 -c 'import json' 2>/dev/null; then
    echo '1..0 # SKIP python3 is not installed'
    exit 0
fi
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
here=$(cd "$top_srcdir/tests/scale" && pwd) || exit 1
scale=$(cd "${top_builddir:?}/tests/scale" && pwd)/scale
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
python=$(python3 -c 'import sys; print(sys.executable)')

report()
{
    "$python" "$here/report.py" "$@"
}

# The row of a table: its first column, its second, then a column by number.
cell()
{
    awk -v title="$1" -v seats="$2" -v how="$3" -v column="$4" '
        index($0, title) == 1 { inside = 1 }
        inside && $1 == seats && $2 == how { print $column; exit }' report/report.txt
}

same()
{
    [ "$1" = "$2" ] || {
        echo "got '$1', expected '$2'" >out
        false
    }
}

between()
{
    awk -v value="$1" -v least="$2" -v most="$3" \
        'BEGIN { exit !(value + 0 >= least && value + 0 <= most) }' || {
        echo "got '$1', expected $2 to $3" >out
        false
    }
}

# --- the simulation's JSON ---

ok 'a short simulation' exits_with 0 timeout 60 "$scale" --nominal --quick --seats 4 \
    --delay 20 --dir "$folder" --json scale.json
ok 'the same again' exits_with 0 timeout 60 "$scale" --nominal --quick --seats 4 \
    --delay 20 --dir "$folder" --json again.json
# The heap has what the process used before.
grep -v heap_bytes scale.json >first
grep -v heap_bytes again.json >second
ok 'has the same figures' cmp first second
ok 'needs to know the machine' exits_with 2 "$scale" --seats 4
ok 'and says how' grep -q -e '--machine, --nominal' err
echo '{"machine": null}' >empty.json
ok 'a bench without the machine is refused' exits_with 1 "$scale" --machine empty.json
ok 'with the cure' grep -q 'run the bench with its part "limits"' err

# --- the tables ---

ok 'a report without plots' exits_with 0 report --bench "$here/sample.json" \
    --scale scale.json --out report --no-plots
ok 'V is told' grep -q '^V *20,000 Ed25519 verifications' report/report.txt
ok 'and S_4' grep -q '^S_4 *0.80 ms' report/report.txt
ok 'operations, measured' same "$(cell OPERATIONS 4 real 3)" 90,000
ok 'in V' same "$(cell OPERATIONS 4 real 4)" 4.50
ok 'CPU of a replica' same "$(cell OPERATIONS 4 real 5)" 2.50
ok 'what was not measured' same "$(cell OPERATIONS 4 real 8)" -
ok 'operations, simulated' between "$(cell OPERATIONS 4 model 3 | tr -d ,)" 1000 1e7
ok 'outcome, measured' same "$(cell DECISIONS 4 real 3)" 25.0
ok 'the model beside what was measured' between \
    "$(awk '/^THE MODEL/ { inside = 1 } inside && $1 == 4 { print $4 }' \
        report/report.txt)" 0.8 1.2
ok 'a decision over 20 ms takes at least twelve delays' between \
    "$(awk '/^OVER/ { inside = 1 } inside && $1 == "20.0" { print $7 }' \
        report/report.txt)" 12 16
ok 'many decisions, measured' same "$(cell 'MANY DECISIONS' 4 real 3)" 640
ok 'of the model' between \
    "$(awk '/^THE MODEL OF DECISIONS/ { inside = 1 } inside && $1 == 4 { print $2 }' \
        report/report.txt)" 0.1 10
ok 'their rate over 20 ms' between \
    "$(awk '/^RATES OVER/ { inside = 1 } inside && $1 == "20.0" { print $4 }' \
        report/report.txt)" 1 3.4
ok 'nothing is wider than 80 columns' awk 'length > 80 { exit 1 }' report/report.txt
ok 'the arithmetic is shown' grep -q '^provable .* = 18$' report/report.txt

ok 'a simulation alone' exits_with 0 report --scale scale.json --out alone --no-plots
ok 'a bench alone' exits_with 0 report --bench "$here/sample.json" --out bench --no-plots
ok 'no file is a clear error' exits_with 1 report --bench nowhere.json --out none
ok 'which names it' grep -q 'nowhere.json' err
echo '{' >broken.json
ok 'so is a broken one' exits_with 1 report --bench broken.json --out none

# --- the page ---

cp "$here/../../man/conclave-performance.7" page.7
page()
{
    exits_with 0 report --bench "$here/sample.json" --scale scale.json --out report \
        --no-plots --page page.7
}
ok 'the tables go into the manual page' page
# A page of 80 columns has 75 for them.
tables_fit()
{
    awk '/^\.Bd -literal/ { inside = 1; found = 1 }
        /^\.Ed/ { inside = 0 }
        inside && length > 75 { wide = 1 }
        END { exit wide || !found }' page.7
}
ok 'where there is room for them' tables_fit
ok 'in their place' grep -q '^\.Ss Operations$' page.7
cp page.7 first
ok 'again' page
ok 'they replace what was there' cmp first page.7
if command -v mandoc >/dev/null; then
    ok 'the page is clean' mandoc -Tlint -W warning page.7
else
    count=$((count + 1))
    echo "ok $count - the page is clean # SKIP mandoc is not installed"
fi
echo 'nothing' >other.7
ok 'a page without a place is refused' exits_with 1 report --scale scale.json --out report \
    --no-plots --page other.7

# --- plots ---

without_gnuplot()
{
    PATH=$folder exits_with 0 report --bench "$here/sample.json" --scale scale.json \
        --out plots
}
ok 'without gnuplot there are the tables' without_gnuplot
ok 'and the package to install is named' grep -q 'gnuplot-nox' err
ok 'the scripts are there' test -s plots/throughput.gp
ok 'and their data' grep -q '^4 90000$' plots/throughput.dat
if command -v gnuplot >/dev/null; then
    ok 'plots are drawn' exits_with 0 report --bench "$here/sample.json" \
        --scale scale.json --out plots
    ok 'as SVG' grep -q '<svg' plots/outcome.svg
else
    count=$((count + 1))
    echo "ok $count - plots are drawn # SKIP gnuplot is not installed"
fi

echo "1..$count"
