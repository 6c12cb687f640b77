#!/bin/sh
# SPDX-License-Identifier: ISC
# conclave-verify and what the public log gives out: checkpoints, proofs, directories; and
# what it remembers.

verify=${top_builddir:?}/conclave-verify
conclave=$top_builddir/conclave
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
"$top_builddir/tests/verify/make_logs" . || exit 1

# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

exits()
{
    expected=$1
    shift
    exits_with "$expected" "$verify" --charter charter.json "$@"
}

silent()
{
    [ ! -s out ] && [ ! -s err ]
}

# damage FILE OFFSET: another byte there.
damage()
{
    byte=$(od -An -tu1 -j "$2" -N 1 "$1")
    # shellcheck disable=SC2059
    printf "\\$(printf %o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# --- each of them ---

ok 'a checkpoint' exits 0 a-40.note
ok 'is told' said '^a-40.note: holds. The council signed'
ok 'with its size' said '^  decisions  *40$'
ok 'and its seats' said '^  signed by  *3 of 4 seats: 1, 2, 3$'
ok 'of all seats' exits 0 a-40.more
ok 'names them' said '^  signed by  *4 of 4 seats: 1, 2, 3, 4$'
ok 'from standard input' exits_with 0 "$verify" --charter charter.json - <a-40.note
ok 'an inclusion' exits 0 a-33-40.proof
ok 'shows its record' said '^  outcome  *approved: 4 of 4'
ok 'and where it is' said '^Decision 33 of the log, counted from 0'
ok 'a growth and what it begins with' exits 0 a-20.note a-20-40.growth
ok 'agree' said '^History: holds'
ok 'a growth alone' exits 1 a-20-40.growth
ok 'lacks something' said 'nothing here has a tree of 20'
ok 'a directory shows it, too' exits 0 --quiet a-40 a-20-40.growth
ok 'a directory' exits 0 a-40
ok 'holds' said '^a-40: holds. This is the council'
ok 'by conclave, all together' exits_with 0 "$conclave" verify --charter charter.json \
    --quiet a-20 a-40 a-20.note a-32.note a-33-40.proof a-0.bundle a-32-40.growth
ok 'which says nothing' silent

# --- which do not hold ---

ok 'too few seats' exits 1 --quiet a-40.few
ok 'is named' complained 'a-40.few: does not hold: checkpoint: 2 of 4 seats'
ok 'another council' exits 1 --quiet a-20.other
ok 'is named' complained 'checkpoint is of another log'
for file in a-40.note a-33-40.proof a-20-40.growth; do
    size=$(wc -c <$file)
    for at in 0 30 90 $((size / 2)) $((size - 20)) $((size - 1)); do
        cp $file changed
        damage changed "$at"
        ok "$file changed at $at" exits 1 --quiet a-20.note a-20.note changed
        ok 'is named' complained '^conclave-verify: changed: '
    done
    head -c $((size - 30)) $file >changed
    ok "$file cut off" exits 1 --quiet changed
done
sed '/^extra/d' a-33-40.proof >bare
ok 'an inclusion without its record' exits 1 --quiet bare
ok 'is named' complained 'bare: does not hold: record: it has no record'
sed 's/^index 33/index 32/' a-33-40.proof >moved
ok 'at another place' exits 1 --quiet moved
ok 'is named' complained 'moved: does not hold: path: '
sed 's/^old 20/old 41/' a-20-40.growth >moved
ok 'a growth from more to less' exits 1 --quiet moved
ok 'is named' complained 'moved: does not hold: growth: '
sed 's/^old 20/old 21/' a-20-40.growth >moved
ok 'from another size' exits 1 --quiet moved a-40

# --- a directory, file by file ---

files()
{
    (cd a-20 && find . -type f ! -name '.*' ! -name files.txt | sed 's|^\./||' | sort)
}
missed=0 unnamed=0 count_files=0
for file in $(files); do
    count_files=$((count_files + 1))
    size=$(wc -c <"a-20/$file")
    cp "a-20/$file" kept
    for at in 1 $((size / 2)) $((size - 1)) gone; do
        if [ "$at" = gone ]; then
            rm "a-20/$file"
        else
            damage "a-20/$file" "$at"
        fi
        if ! exits 1 a-20; then
            missed=$((missed + 1))
            echo "# $file $at"
        elif ! tr -d '\n' <out | sed 's/  */ /g' | grep -q -e "$file"; then
            unnamed=$((unnamed + 1))
            echo "# $file $at"
            sed 's/^/# /' out
        fi
        cp kept "a-20/$file"
    done
done
ok "each of $count_files files" test $count_files -gt 40
ok 'damaged or removed is noticed' test $missed = 0
ok 'and named' test $unnamed = 0
ok 'and without that all is well' exits 0 --quiet a-20

for file in tile/0/000.p/20 tile/entries/000.p/20; do
    cp a-40/$file kept
    damage a-40/$file 100
    ok "what an older checkpoint needs, $file" exits 1 --quiet a-40
    ok 'is named' complained "$file: it is not what the entries"
    cp kept a-40/$file
done
cp a-40/checkpoint kept
cp b-40.note a-40/checkpoint
ok 'a checkpoint of another history' exits 1 --quiet a-40
ok 'is not that of the entries' complained 'lead to another root'
cp kept a-40/checkpoint
cp a-40/decisions.json index
sed 's/"approve": 4/"approve": 3/' a-40/decisions.json >kept
cp kept a-40/decisions.json
ok 'an index that says something else' exits 1 --quiet a-40
ok 'is named with what it is' complained 'decisions.json: of decision 0, approve is not'
"$verify" --charter charter.json --json a-40 >out
ok 'all that is wrong is counted' test "$(grep -o 'approve is not' out | wc -l)" -gt 10
cp index a-40/decisions.json
echo '[]' >>a-40/decisions.json
ok 'an index with more after its end' exits 1 --quiet a-40
ok 'is named' complained 'decisions.json: after 40 decisions and the end of the array'
cp index a-40/decisions.json
first=$(cd a-40/decisions && find . -name '*.proof' | sort | head -n 1)
second=$(cd a-40/decisions && find . -name '*.proof' | sort | tail -n 1)
cp "a-40/decisions/$first" kept
cp "a-40/decisions/$second" "a-40/decisions/$first"
ok 'the proof of another decision' exits 1 --quiet a-40
ok 'is named' complained "${first#./}: it is of another record"
cp kept "a-40/decisions/$first"
page=$(cd a-40/decisions && find . -name '*.html' | sort | head -n 1)
cp "a-40/decisions/$page" kept
echo '<p>' >>"a-40/decisions/$page"
ok 'a page that shows something else' exits 1 a-40
ok 'is no doubt in the decisions' said 'Its decisions are proved; what its pages show is not'
cp kept "a-40/decisions/$page"
ok 'all as it was' exits 0 --quiet a-40
cp -R a-20/. ahead
cp a-40/decisions.json a-40/index.html ahead
cp -R a-40/tile ahead
ok 'a run of conclave publish that is not done yet' exits 0 --quiet ahead
mkdir empty
ok 'a directory that is none' exits 1 --quiet empty
ok 'is told' complained 'charter.json: it is missing'
mkfifo ahead/pipe
rm ahead/tile/0/000.p/20
mkfifo ahead/tile/0/000.p/20
ok 'a pipe among the files' exits 1 --quiet ahead
ok 'is named' complained 'tile/0/000.p/20: it is no regular file'
rm -f ahead/checkpoint
head -c 1000000 /dev/zero >ahead/checkpoint
ok 'one that is too long' exits 1 --quiet ahead
ok 'is named' complained 'checkpoint: it is larger'

# --- remembering ---

ok 'the first time' exits 0 --remember seen a-20.note
ok 'the checkpoint is remembered' cmp seen a-20.note
ok 'as is said' said '^  remembered  *20 decisions, from now on$'
ok 'the same again' exits 0 --remember seen a-20.note
ok 'changes nothing' said '^  remembered  *20 decisions, as before$'
ok 'a larger one' exits 1 --remember seen a-40.note
ok 'cannot be compared' said 'cannot be compared'
ok 'with the cure' said 'conclave prove'
ok 'what is remembered stays' cmp seen a-20.note
ok 'with a proof' exits 0 --quiet --remember seen a-40.note a-20-40.growth
ok 'it can' test "$(sed -n 2p seen)" = 40
ok 'a stale one' exits 1 --quiet --remember seen a-20.note
ok 'cannot' complained 'a-20.note: it cannot be compared: ask for conclave prove --since 20'
ok 'nor does it go back' test "$(sed -n 2p seen)" = 40
ok 'with a directory' exits 0 --quiet --remember seen a-20.note a-40
ok 'or a proof of those between' exits 0 --quiet --remember seen a-20.note a-20-40.growth
ok 'too few seats' exits 1 --quiet --remember seen a-40.few
ok 'change nothing' test "$(sed -n 2p seen)" = 40
ok 'over two proofs' exits 0 --quiet --remember seen2 a-20.note
ok 'from one to the next' exits 0 --quiet --remember seen2 a-40-64.growth a-20-40.growth
ok 'it goes to the last' test "$(sed -n 2p seen2)" = 64
ok 'a bundle of more decisions' exits 0 --remember seen a-60.bundle
ok 'is not compared, which is told' said '64  not compared  *a-60.bundle'
ok 'one of fewer is, by a directory' exits 0 --remember seen a-0.bundle a-40
ok 'which is told' said '32  the same history  *a-0.bundle'
ok 'bundles alone' exits 0 --remember seen3 a-0.bundle
ok 'leave nothing to remember' test ! -e seen3
ok 'two that nothing links' exits 1 --remember seen3 a-20.note a-40.note
ok 'neither' test ! -e seen3

# --- two histories ---

ok 'rewritten, of the same length' exits 1 --remember seen b-40.note
ok 'is a conflict' said '^CONFLICT: seen and b-40.note are two different trees of 40'
ok 'with those who signed both' said '1 Delegate 1, 2 Delegate 2, 3 Delegate 3'
ok 'what was remembered stays' test "$(sed -n 3p seen)" = "$(sed -n 3p a-40.note)"
digits=$(sed -n 3p b-40.note | base64 -d | od -An -tx1 -N 4 | tr -d ' ')
ok 'the evidence is kept' cmp b-40.note "seen.conflict-40-$digits"
ok 'of both sides' test "$(find . -name 'seen.conflict-40-*' | wc -l)" = 2
ok 'and is evidence by itself' exits 1 --quiet seen.conflict-40-*
ok 'which is told' complained 'CONFLICT: .* two different trees of 40 decisions'
ok 'again' exits 1 --quiet --remember seen b-40.note
ok 'it is not kept twice' test "$(find . -name 'seen.conflict-40-*' | wc -l)" = 2
echo other >"seen.conflict-40-$digits"
ok 'where something else has the name' exits 1 --quiet --remember seen b-40.note
ok 'that stays' test "$(cat "seen.conflict-40-$digits")" = other
ok 'and this has another one' cmp b-40.note "seen.conflict-40-$digits-2"
ok 'forked after 32, with a proof' exits 1 --quiet --remember seen b-40-64.growth
ok 'is a conflict' complained 'CONFLICT: the first 40 decisions of b-40-64.growth are not those of seen'
ok 'a longer one, by its directory' exits 1 --quiet --remember seen2 c-40 a-20.note
ok 'is a conflict' complained 'CONFLICT: the first 20 decisions of c-40 are not those of a-20.note'
ok 'of 32, a power of two, with a proof' exits 1 --quiet a-32.note c-32-40.growth
ok 'it leads nowhere' complained 'c-32-40.growth: it does not lead from the tree of 32'
ok 'a bundle of another history' exits 1 --quiet c-32.note a-0.bundle
ok 'is a conflict' complained 'CONFLICT: c-32.note and a-0.bundle'
ok 'it is kept, too' exits 1 --quiet --remember seen4 c-40 a-0.bundle
ok 'as it is' cmp a-0.bundle "$(find . -name 'seen4.conflict-32-*')"
ok 'nothing is remembered of it' test ! -e seen4
ok 'before the fork all is one' exits 0 --quiet a-32.note b-32-40.growth

# The same record, by a block that stands for other decisions after it.
bundle=$(cd a-64 && find decisions -name '*.proof' -size -9 | while read -r file; do
    cmp -s "$file" ../a-0.bundle && echo "$file"
done)
ok 'a directory' exits 0 --quiet --remember seen5 a-64
cp b-0.bundle "a-64/$bundle"
ok 'with a bundle of another history' exits 1 --quiet --remember seen5 a-64
ok 'is told' complained "$bundle: a quorum signed its block for another tree of 64 decisions"
ok 'and is a conflict' complained "CONFLICT: .*a-64/$bundle"
ok 'of which the bundle is kept' test "$(cat seen5.conflict-64-* | wc -c)" -gt "$(wc -c <b-0.bundle)"

# --- a file that cannot be used ---

for what in a-20.other a-40.few a-0.bundle; do
    cp $what broken
    ok "$what for what is remembered" exits 1 --remember broken a-40.note
    ok 'is refused' complained 'broken: .*what is remembered must be a checkpoint'
    ok 'and stays' cmp $what broken
done
: >broken
ok 'one without anything' exits 1 --remember broken a-40.note
ok 'stays, too' test ! -s broken
ok 'in no folder' exits 1 --remember nowhere/seen a-40.note
ok 'is named' complained 'nowhere/seen.lock: No such file.*name a file in a directory'
ok 'before anything is said' test ! -s out
mkdir taken
ok 'a folder' exits 1 --remember taken a-40.note
if command -v flock >/dev/null; then
    ok 'while another uses it' exits_with 1 flock seen.lock "$verify" --charter charter.json \
        --remember seen a-40.note
    ok 'it waits for nobody' complained 'another conclave verify uses seen: wait'
else
    ok 'while another uses it # SKIP flock is not installed' true
fi

# --- the commands of the page itself ---

# commands FOLDER: those of its index page, with the folder as the site.
commands()
{
    sed -n '/id="check"/,/<\/section>/p' "$1/index.html" | tr '\n' '\t' |
        sed 's/<\/pre>/\n/g' | sed -n 's/.*<pre>//p' | tr '\t' '\n' |
        sed "s|SITE|file://$folder/$1|; s|^conclave verify|'$verify'|; s|^conclave|'$conclave'|"
}

as_told()
{
    mkdir "$2" && commands "$1" >"$2.sh" && (cd "$2" && sh -e "../$2.sh" >../out 2>../err)
}

if command -v curl >/dev/null; then
    ok 'the commands of the page copy all of it, and it holds' as_told a-40 copied
    ok 'with a memory for later' test -s copied/seen
    cp -r a-20 short && sed -i 1,8d short/files.txt
    ok 'where a file is not listed' exits_with 1 as_told short copied-short
    cp -r a-20 leads && printf '../stray\n/stray\n' >>leads/files.txt && : >stray
    ok 'a list that leads out of the folder' as_told leads copied-leads
    ok 'leads nowhere' test ! -s copied-leads/stray
else
    ok 'the commands of the page # SKIP curl is not installed' true
fi

# --- programs ---

"$verify" --json --charter charter.json --remember seen2 a-40 a-20.note a-40-64.growth >json 2>err
ok 'JSON of each, and of all' test "$(wc -l <json)" = 4
ok 'which are of one history' grep -q '"kind":"history","holds":true,"error":null,"remembered":{' json
"$verify" --json --charter charter.json --remember seen b-40.note >json 2>err
ok 'or not' grep -q '"conflicts":\[{"first":{"file":"seen","size":40,.*"signed_both":\[1,2,3\],"evidence":\["seen.conflict' json
"$verify" --json --charter charter.json a-40.note a-0.bundle >json 2>err
ok 'nothing is said of a history that nobody asked for' test "$(wc -l <json)" = 2

echo "1..$count"
