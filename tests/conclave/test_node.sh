#!/bin/sh
# SPDX-License-Identifier: ISC
# The commands that talk to a node, against one made by hand (tests/conclaved/serve).

conclave=${top_builddir:?}/conclave
folder=$(mktemp -d) || exit 1
trap 'end_node; rm -rf "$folder"' EXIT
unset CONCLAVE_SOCKET NO_COLOR XDG_RUNTIME_DIR
cd "$folder" || exit 1

# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/serve.sh
. "$top_srcdir/tests/lib/serve.sh"

# exits STATUS ARGUMENT...: runs conclave.
exits()
{
    expected=$1
    shift
    exits_with "$expected" "$conclave" "$@"
}

# said TEXT..., complained TEXT...: out, or err, has a line with each.
said()
{
    for text in "$@"; do
        grep -q -F -e "$text" out || return 1
    done
}

complained()
{
    for text in "$@"; do
        grep -q -F -e "$text" err || return 1
    done
}

# --- without a node ---

ok 'no socket anywhere' exits 1 status
ok '  names the places and the cure' complained ./conclave.sock /run/conclave/control.sock \
    'conclaved --config'
ok 'a socket that is not there' exits 1 status --socket "$folder/none"
ok '  is named' complained "$folder/none"
ok 'a mistyped command' exits 2 propsals
ok '  is guessed' complained 'did you mean "proposals"?'
ok 'a mistyped second word' exits 2 charter nwe
ok '  is guessed' complained 'there is no command "charter nwe"; did you mean "charter new"?'
ok 'a mistyped family' exits 2 chartr check x
ok '  is guessed' complained 'did you mean "charter check"?'
ok 'a mistyped part of a command' exits 2 flags aack
ok '  is guessed' complained 'did you mean "flags ack"?'
ok 'what is like nothing' exits 2 flags 7
ok '  is not guessed at' test "$(grep -c 'did you mean' err)" = 0
ok 'help of a family' exits 0 help charter
ok '  lists it' said 'charter id'
ok 'help of a command' exits 0 help flags show
ok '  is its help' said 'usage: conclave flags show'
ok 'a mistyped option' exits 2 propose --titel x
ok '  is guessed' complained 'did you mean --title?'
ok 'propose needs a title' exits 2 propose --class emergency
ok 'a timeout needs --wait' exits 2 propose --class emergency --title x --timeout 3
ok 'a timeout is a number' exits 2 propose --class emergency --title x --wait --timeout 3s
ok 'show needs an id' exits 2 show
ok 'watch has ids or all' exits 2 watch --all 123456
ok 'log has one source' exits 2 log --journal --socket x
ok 'an id is hexadecimal' exits 2 show nonsense
ok 'a state is one of three' exits 2 proposals --state lost
ok 'a height is a number' exits 2 ledger -- -1
ok 'a flag has a number' exits 2 flags show first
ok 'so have those that were seen' exits 2 flags ack 1 two
ok 'flags show needs one' exits 2 flags show
ok 'export needs to know what' exits 2 export
ok '  and of what' exits 2 export nonsense
ok '  which it names' complained 'there is no list "nonsense"' 'records or convictions'
ok '  a list that is mistyped' exits 2 export decision --csv
ok '  is guessed' complained 'did you mean "decisions"?'
ok '  for whom' exits 2 export decisions
ok '  one of them' exits 2 export ballots --csv --json
ok '  all is all' exits 2 export 123456 --all folder
ok '  what is full' exits 2 export records --csv --full
ok '  what has a first one' exits 2 export convictions --csv --first 1
ok '  whose store it is' exits 2 export records --csv --data folder
ok 'evidence is of a seat' exits 2 evidence cedar
ok 'stop waits or does not' exits 2 stop --no-wait --timeout 3
ok 'a state of flags is one of five' exits 2 flags --state lost
ok '  or all' exits 2 flags --state new --all
ok 'an argument too many' exits 2 status now
ok 'a file that is not there' exits 1 propose --class emergency --title x --text none
for command in propose proposals show status seats flags 'flags show' 'flags ack' ledger \
    peers evidence export stop watch log; do
    # shellcheck disable=SC2086 # a command of two words is two arguments
    ok "$command --help" exits 0 $command --help
    ok '  is usage' said "usage: conclave $command" --socket --json
done

# --- with one ---

serve_node conclave.sock
first=$(sed -n 1p ids) second=$(sed -n 2p ids) third=$(sed -n 3p ids)
short=$(echo "$first" | cut -c 1-12)

ok 'status' exits 0 status
ok '  says who, how far, and what is waited for' said 'Council of Åland' 'alder (1) of 4' \
    '2 final, 1 open' 'ballots on "third", 2 of 4; missing: cedar (3), elm (4)'
ok 'seats' exits 0 seats
ok '  lists them' said 'björk  Tessera    tess-7    Sverige' primary
ok 'peers' exits 0 peers
ok '  lists them, without this node' said 'cedar  node-3.example:7100' \
    'timeout, ' '300 B'
ok '  which it is not itself' test "$(wc -l <out)" = 4
ok 'peers --down' exits 0 peers --down
ok '  has none' said 'All seats are connected.'
ok 'evidence' exits 0 evidence
ok '  of nobody' said 'no evidence'
ok 'evidence of a seat that is not there' exits 1 evidence 9

# --- export ---

page=$top_srcdir/man/conclave-export.1
# listed NAME: the columns of a list are those of the page, in its order.
listed()
{
    awk -v list="$1" '/^\.S[sh]/ { in_it = $2 == list } in_it && sub(/^\.It Va /, "")' "$page" |
        sed 's/ , /,/g' | paste -s -d , - >columns
    head -n 1 out | tr -d '\r' | cmp -s - columns
}
for list in decisions ballots records convictions; do
    ok "export $list" exits 0 export "$list" --csv
    ok '  has the columns of the page' listed "$list"
    mv out "$list.csv"
done
ok 'export has a row for each decision' test "$(grep -c '^[01],' decisions.csv)" = 2
ok '  and for each ballot' test "$(wc -l <ballots.csv)" = 9
ok '  as the RFC has it' grep -q "^And soon.\",\"{\"\"cost\"\":17}\",$(printf '\r')\$" decisions.csv
ok 'export from a later one' exits 0 export decisions --csv --first 1
ok '  leaves out those before' test "$(grep -c first out)" = 0
ok 'export to a file' exits 0 export decisions --csv -o list.csv
ok '  gives the same' cmp -s list.csv decisions.csv
ok '  once' exits 1 export decisions --csv -o list.csv
ok '  and leaves it alone' cmp -s list.csv decisions.csv
ok 'export to a place that is not there' exits 1 export decisions --csv -o none/list.csv
ok 'export of a proposal' exits 0 export "$short"
mv out first.proof
ok '  is a bundle' grep -q -a -F 'pconclave/1/proof' first.proof
ok '  in a file' exits 0 export "$short" -o "$first.proof"
ok '  says which' said "$first" 'final by block 4, certified by that of block 5'
ok '  is the same' cmp -s first.proof "$first.proof"
ok '  once' exits 1 export "$short" -o "$first.proof"
ok '  on standard output' exits 0 export "$short" -o -
ok '  is the same' cmp -s out first.proof
if command -v script >/dev/null; then
    # It has a terminal, and gives the status of what it runs.
    ok '  but on no terminal' exits_with 1 script -q -e -c "$conclave export $short" /dev/null
    ok '  and says what to do' said 'name a file, -o FILE'
else
    ok '  but on no terminal # SKIP there is no script' true
fi
ok 'export --all' exits 0 export --all proofs
ok '  takes both' said '2 bundles' '0 were there already'
ok '  each by its id' cmp -s first.proof "proofs/$first.proof"
ok 'export --all --full, one of them' exits 0 export --all proofs --full --first 1
ok '  beside them' test "$(ls proofs)" = "$(printf '%s\n' "$first.proof" "$second-full.proof" "$second.proof" | LC_ALL=C sort)"
rm "proofs/$second.proof"
ok 'export --all again' exits 0 export --all proofs
ok '  brings it up to date' said '1 bundles' '1 were there already'
ok 'export of an open one' exits 1 export "$third"
ok '  says what to do' complained 'not final yet: wait until it is'
ok 'export of none' exits 1 export 00000000
ok '  says so' complained 'there is no proposal whose id begins with 00000000'
ok 'no part of a file stays' test -z "$(ls -- *.part proofs/*.part 2>/dev/null)"

ok 'proposals' exits 0 proposals
ok '  lists them' said "$short" approved rejected sealed third
ok 'proposals --state final --limit 1' exits 0 proposals --state final --limit 1
ok '  shows one, and that there are more' said second 'There are more; 2 are final'
ok '  and no other' test "$(grep -c -F -e first -e third out)" = 0
ok 'show' exits 0 show "$short"
ok '  has content, tally, heights' said "$first" 'Let it be done.' '{"cost":17}' \
    '3 approve, 1 reject, 0 abstain' 'height 3, 2025-01-01 00:00:03.000 UTC'
ok '  ballots and rationales' said 'reject     54' 'elm (4), reject' 'it does not'
ok 'show of a rejected one' exits 0 show "$second"
ok '  has the reason' said 'rejected (threshold-unreachable)'
ok 'show of an open one' exits 0 show "$third"
ok '  has no choice' said committed awaited 'ballots until'
ok 'show of none' exits 1 show 00000000
ok '  says so' complained 'there is no proposal whose id begins with 00000000'
ok 'watch of an approved one' exits 0 watch "$short"
ok '  says so' said "$short  approved  sealed 4 of 4, opened 4, approve 3 of 3, reject 1" first
ok 'watch of a rejected one' exits 3 watch "$first" "$second"
ok '  comes after both' test "$(wc -l <out)" = 2
ok 'watch of an open one, too long' exits 1 watch --timeout 1
ok '  says how far it is' said 'sealed    sealed 2 of 4, opened 0' third
ok '  and that it is open' complained '1 of the proposals is not decided yet'
ok 'watch of none' exits 1 watch 00000000
ok 'log' exits 0 log
ok '  of a node that logged nothing' test ! -s out
ok 'flags' exits 0 flags
ok '  lists what is open' said 'new    warning   silent  cedar (3)' 'nothing heard for 7.0 s' missed
ok '  and no other' test "$(grep -c stalled out)" = 0
ok 'flags --all --limit 2' exits 0 flags --all --limit 2
ok '  shows cleared ones, and that there are more' said stalled \
    'There are more; 2 are new, 0 acknowledged, 1 cleared'
ok 'flags --seat 3' exits 0 flags --seat 3
ok '  shows those of one seat' test "$(wc -l <out)" = 2
ok 'flags --state cleared --seat 4' exits 0 flags --state cleared --seat 4
ok '  may find none' said 'There are no such flags.'
ok 'flags show' exits 0 flags show 3
ok '  has the flag and its evidence' said 'björk (2)' "$first" 'proposal      first' \
    'seen          in the ledger'
ok 'flags show of a silent seat' exits 0 flags show 1
ok '  has what is known of it' said 'own height    9' 'connected     yes'
ok 'flags show of none' exits 1 flags show 99
ok '  says so' complained 'there is no flag 99'
ok 'flags ack' exits 0 flags ack 1 3
ok '  says how many' said '2 flags acknowledged.'
ok 'flags afterwards' exits 0 flags --state acknowledged
ok '  has them' said silent missed
ok 'flags ack of none' exits 1 flags ack 1 99
ok '  says so' complained 'there is no flag 99'
ok 'status counts them' exits 0 status
ok '  in a line' said '0 new, 2 acknowledged: conclave flags'
ok 'ledger' exits 0 ledger --limit 3
ok '  lists the newest' test "$(wc -l <out)" = 4
ok 'ledger 3' exits 0 ledger 3
ok '  shows operations and certificate' said 'approve, confidence 51' '3 seats: 1 2 4'
ok 'ledger 99' exits 1 ledger 99
ok '  says which is the newest' complained 'the newest is 9'
ok 'nothing is coloured here' test "$("$conclave" proposals | grep -c "$(printf '\033')")" = 0

echo 'a text' >text
echo '{"a": [1, 2]}' >evidence
ok 'propose' exits 0 propose --class emergency --title 'Other' --text text \
    --evidence evidence --nonce 00ff
ok '  prints the id' said abababababababababababababababababababababababababababababababab
ok 'propose reads standard input' sh -c \
    "echo x | '$conclave' propose --class emergency --title Other --text - >out 2>err"
echo '[1]' >evidence
ok 'evidence that is no object' exits 1 propose --class emergency --title x \
    --evidence evidence
ok '  is refused by name' complained 'evidence must be a JSON object'
printf '\377' >text
ok 'a text that is no UTF-8' exits 1 propose --class emergency --title x --text text
ok '  is refused' complained 'not UTF-8'
ok 'an unknown class' exits 1 propose --class nix --title x
ok '  is refused with those there are' complained charter-amendment, emergency
ok 'propose --wait, approved' exits 0 propose --class emergency --title first --wait
ok '  says so' said 'approved: 3 approve, 1 reject'
ok 'propose --wait, rejected' exits 3 propose --class emergency --title second --wait
ok '  says so' said 'rejected (threshold-unreachable): 1 approve, 3 reject'
ok 'propose --wait, too long' exits 1 propose --class emergency --title third --wait \
    --timeout 1
ok '  says how to see it later' complained 'conclave show'

if command -v jq >/dev/null; then
    json()
    {
        expected=$1 filter=$2
        shift 2
        [ "$("$conclave" "$@" --json 2>err | jq -r "$filter")" = "$expected" ]
    }
    ok 'status --json' json 'Council of Åland 9' '"\(.council) \(.height)"' status
    ok 'seats --json' json 'cedar' '.[2].name' seats
    ok 'peers --json' json 'timeout 1735689600000' '.[1] | "\(.down_reason) \(.down_ms)"' peers
    ok 'evidence --json' json '0 64' '"\(.evidence | length) \(.council_id | length)"' evidence
    ok 'status --json says where the files are' json 'true' \
        '.files | has("config") and has("data")' status
    ok 'watch --json' json 'begun approved 4 3 null' \
        '"\(.change) \(.state) \(.committed) \(.approve) \(.seat)"' watch "$first"
    ok 'proposals --json' json '3' '.proposals | length' proposals
    ok 'export --json' json 'björk 3 reject' \
        'select(.record == 1 and .seat == 3) | "björk \(.seat) \(.choice)"' export ballots
    ok 'export -o --json' json 'x.proof 5' '"\(.file) \(.covered_height)"' export "$first" -o x.proof
    ok 'show --json' json 'it helps' '.seats[0].rationale' show "$first"
    ok 'flags --json' json '2 silent' '"\(.flags | length) \(.flags[1].kind)"' flags
    ok 'flags show --json' json 'true' '.evidence.connected' flags show 1
    ok 'flags ack --json' json '1' '.acknowledged[0]' flags ack 1
    ok 'ledger --json' json '10' '.blocks | length' ledger
    ok 'ledger 3 --json' json 'reveal' '.envelopes[0].operations[0].kind' ledger 3
    ok 'propose --wait --json' json 'rejected' .outcome propose --class emergency \
        --title second --wait
else
    ok 'JSON # SKIP there is no jq' true
fi

ok 'stop' exits 0 stop --json
ok '  waits for the end' said '"ended":true' "\"pid\":$node"
wait "$node"
ok 'the node went cleanly' test $? = 0
node=
ok 'its socket is gone' exits 1 status --socket "$folder/conclave.sock"
echo "1..$count"
