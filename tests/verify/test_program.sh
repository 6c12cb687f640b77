#!/bin/sh
# SPDX-License-Identifier: ISC
# conclave-verify and conclave verify: what they say to people and programs, and what they
# are made of.

verify=${top_builddir:?}/conclave-verify
conclave=$top_builddir/conclave
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
"$top_builddir/tests/verify/make_bundles" . || exit 1

# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

exits()
{
    expected=$1
    shift
    exits_with "$expected" "$verify" "$@"
}

silent()
{
    [ ! -s out ] && [ ! -s err ]
}

# --- people ---

ok 'a proof' exits 0 --charter 4.json 4-0-0.proof
ok 'holds' said '^4-0-0.proof: holds'
ok 'with the outcome and the rule' said 'approved: 3 of 4 approved, 3 needed'
ok 'the class' said 'class reciprocity: 3 approvals of all 4 seats'
ok 'the times in UTC' said 'decided  *2026-01-01 00:00:00.120 UTC, block 4'
ok 'the seats that vouch' said '3 of 4 seats signed it: [1-4], [1-4], [1-4]$'
ok 'the votes' said '^   4  Delegate 4  reject  *50  *2  *4$'
ok 'what the seats are' said '^   4  v0 *m0 *a$'
ok 'and of how many the approvals are' said '^  approvals of  3 vendors, at most 1 of one: v1$'
ok '  of one jurisdiction' said '^ *1 jurisdiction, at most 3 of one: a$'
ok 'the rationales' said '^Rationale of seat 4, Delegate 4 (reject)$'
ok 'and the checks' said '^  tally  *ok: '
ok 'the hands are not there' said '^  hands  *not in this bundle$'
ok 'nor the text' test "$(grep -c '^Text' out)" = 0
ok 'without an escape' test "$(tr -d -c '\033' <out | wc -c)" = 0
ok 'a full one' exits 0 --charter 4.json --text 4-0-0.full.proof
ok 'has them' said '^  hands  *ok: '
ok 'and --text the text' said '^    Be it so.$'
ok 'all that a seat can be' exits 0 --charter 7.json 7-2-0.proof
for word in approve withheld late missed expelled; do
    ok "$word is told" said "Delegate [1-7]  $word"
done
ok 'with the reason' said 'rejected: too few seats sealed a ballot'
ok 'a deadline' exits 0 --charter 4.json 4-1-0.proof
ok 'is told' said 'rejected: 2 of 4 had approved when the time for openings was'
ok 'a ballot that was opened later, too' said '1 more approved after the outcome'
ok 'a council that shrank' exits 0 --charter 7.json 7-3-0.proof
ok 'is told' said 'rejected: 0 of 7 had approved when 5 could not be reached any'
ok 'many files, and one from standard input' exits 0 --charter 33.json 33-4-0.proof - \
    33-4-1.full.proof <33-4-1.proof
ok 'each has its answer' test "$(grep -c ': holds' out)" = 3
ok 'by conclave, too' exits_with 0 "$conclave" verify --charter 33.json 33-4-0.proof \
    33-4-1.proof
ok 'which says the same' said '^33-4-0.proof: holds'
ok 'a name that begins with a dash' exits_with 1 "$conclave" verify --charter 33.json -- -x

# --- what does not hold ---

ok 'another council' exits 1 --charter 7.json 4-0-0.proof
ok 'is named' said '^4-0-0.proof: does not hold'
ok 'with the check' said '^  council  *FAILED: '
ok 'and nothing else is said' test "$(grep -c -e Delegate -e outcome out)" = 0
head -c 900 4-0-0.proof >cut.proof
printf x | cat 4-0-0.proof - >long.proof
printf 'hello\n' >other.proof
: >empty.proof
# The last byte of the rationale of the last opening, and that of a signature.
size=$(wc -c <4-0-0.proof)
{ head -c $((size - 36)) 4-0-0.proof; printf X; tail -c 35 4-0-0.proof; } >changed.proof
ok 'a file that was cut off' exits 1 --quiet --charter 4.json cut.proof
ok 'is named' complained 'cut.proof: does not hold: shape: .*cut off'
ok 'and nothing goes to standard output' test ! -s out
ok 'one with more in it' exits 1 --quiet --charter 4.json long.proof
ok 'is named' complained 'shape: there are bytes after the end'
ok 'one that is none' exits 1 --quiet --charter 4.json other.proof
ok 'is named' complained 'shape: it does not begin as a proof bundle does'
ok 'one without anything' exits 1 --quiet --charter 4.json empty.proof
ok 'is named' complained 'shape: there is nothing in it'
ok 'a rationale that was changed' exits 1 --quiet --charter 4.json changed.proof
ok 'is named with its seat' complained 'openings: the opening of seat 4 (Delegate 4) is not'
head -c 2000000 /dev/zero >huge.proof
ok 'one that is too long' exits 1 --charter 4.json huge.proof
ok 'is named' complained 'huge.proof has more than 1048576 bytes'
ok 'no file' exits 1 --charter 4.json none.proof
ok 'is named' complained 'none.proof'
ok 'a good one after a bad one' exits 1 --charter 4.json none.proof 4-0-0.proof
ok 'has its answer' said 'holds'
ok 'quietly' exits 0 --charter 4.json --quiet 4-0-0.proof 4-0-1.full.proof
ok 'nothing is said' silent
if [ -w /dev/full ]; then
    "$verify" --charter 4.json 4-0-0.proof >/dev/full 2>err
    ok 'output that is lost is an error' test $? = 1
else
    ok 'output that is lost is an error # SKIP no /dev/full' true
fi

# --- usage ---

ok 'without a charter' exits 2 4-0-0.proof
ok 'says so' complained 'charter is missing'
ok 'without a file' exits 2 --charter 4.json
ok 'says so' complained 'no THING is named'
ok 'with an option that is none' exits 2 --charter 4.json --what 4-0-0.proof
ok 'with two that exclude each other' exits 2 --charter 4.json --json --quiet 4-0-0.proof
ok 'with a charter that is none' exits 1 --charter other.proof 4-0-0.proof
ok 'says so' complained 'other.proof'
ok 'conclave without a charter' exits_with 2 "$conclave" verify 4-0-0.proof
ok 'says so' complained 'charter is missing'
ok 'conclave without a file' exits_with 2 "$conclave" verify --charter 4.json

# --- programs ---

# The members that the page names, of a full bundle and of one that does not hold.
"$verify" --json --charter 7.json 7-2-0.full.proof other.proof none.proof >all.json 2>err
ok 'JSON for each file' test "$(wc -l <all.json)" = 3
ok 'holds' grep -q '"file":"7-2-0.full.proof","kind":"bundle","holds":true,"failed":null,"error":null' all.json
ok 'does not' grep -q '"holds":false,"failed":"shape","error":"it does not begin' all.json
ok 'cannot be read' grep -q '"file":"none.proof","kind":null,"holds":false,"failed":null,"error":"' all.json
ok 'a seat' grep -q '"name":"Delegate 5","status":"late","awaited":true,"commitment":null' all.json
ok 'what it is' grep -q '"vendor":"v1","model_family":"m1","jurisdiction":"a"' all.json
ok 'the certificate' grep -q '"signers":\[[1-7],[1-7],[1-7],[1-7],[1-7]\]' all.json
"$top_builddir/tests/verify/make_logs" . || exit 1
"$verify" --json --charter charter.json --remember c-40.note a-33-40.proof a-20 b-40.note a-40-64.growth \
    >log.json 2>err
cat all.json log.json | grep -o '"[a-z_]*":' | tr -d '":' | sort -u >code
sed -n '/^\.It Fl -json/,/^\.El/s/^\.Va //p' "$top_srcdir/man/conclave-verify.1" | tr -d ',;:' |
    tr ' ' '\n' | grep '[a-z]' | sort -u >page
ok 'the page names its members' cmp code page
diff code page >out
cat log.json >>all.json
for file in 1 2 3 4 5 6 7; do
    sed -n "${file}p" all.json | tr -d '\n' | grep -o '"\(file\|holds\|failed\|error\|checks\|bytes\|signatures\|council_id\|decision\|proof\|log\|kind\)":' |
        sort -u | wc -l >>lines
done
ok 'all files have the same members' test "$(sort -u lines)" = 12

# --- the terminal ---

if command -v script >/dev/null; then
    terminal()
    {
        env "$@" script -q -e -c "'$verify' --charter 4.json 4-0-0.proof" /dev/null </dev/null >out 2>err
    }
    ok 'on a terminal' terminal TERM=xterm NO_COLOR=
    ok 'there are colours' grep -q "$(printf '\033\\[32mholds')" out
    ok 'but not where they are not wanted' terminal TERM=xterm NO_COLOR=1
    ok 'none at all' test "$(tr -d -c '\033' <out | wc -c)" = 0
else
    ok 'on a terminal # SKIP script is not installed' true
fi

# --- what it is made of ---

ldd "$verify" >linked 2>/dev/null || : >linked
if grep -q libc linked; then
    ok 'it has jansson and sodium' test "$(grep -c -e libjansson -e libsodium linked)" = 2
    ok 'and nothing of the node' test "$(grep -c -e libev -e liblmdb -e cares -e curses -e confuse linked)" = 0
else
    ok 'what it is linked with # SKIP it is linked statically' true
fi
if command -v nm >/dev/null && nm "$verify" >names 2>/dev/null && [ -s names ]; then
    ok 'nor code that counts or orders' \
        test "$(grep -c -E ' T (council_|pbft_|ledger_|replica_|authenticate|proof_build|control_)' names)" = 0
    ok 'but that which verifies' grep -q ' T verify_proof' names
fi
"$verify" --help | sed -n 's/^ *--\([a-z]*\).*/\1/p' | grep -v -x -e help -e version | sort >code
"$conclave" verify --help | sed -n 's/^ *--\([a-z]*\).*/\1/p' | grep -v -x help | sort >page
ok 'both have the same options' cmp code page

echo "1..$count"
