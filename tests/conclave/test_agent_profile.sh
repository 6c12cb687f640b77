#!/bin/sh
# SPDX-License-Identifier: ISC
# conclave agent profile: what an evaluator would have said of a node's decisions, and of its
# store's.

conclave=${top_builddir:?}/conclave
agent=${top_srcdir:?}/tests/agent
folder=$(mktemp -d) || exit 1
trap 'end_node; rm -rf "$folder"' EXIT
unset CONCLAVE_SOCKET XDG_RUNTIME_DIR
cd "$folder" || exit 1
decisions=22

# shellcheck source=tests/lib/tap.sh
. "$top_srcdir/tests/lib/tap.sh"
# shellcheck source=tests/lib/evaluators.sh
. "$top_srcdir/tests/lib/evaluators.sh"
# shellcheck source=tests/lib/serve.sh
. "$top_srcdir/tests/lib/serve.sh"

if ! command -v jq >/dev/null; then
    echo '1..0 # SKIP jq is not installed'
    exit 0
fi

# profile STATUS OPTION... -- PROGRAM...: asks it; programs of this test leave marks in the
# folder.
profile()
{
    expected=$1
    shift
    exits_with "$expected" timeout 60 "$conclave" agent profile --write "$folder" "$@"
}

serve_node node.sock $((decisions - 2))

cat >keeps <<'SCRIPT'
#!/bin/sh
cat >>"$1"
echo '{"choice":"reject","confidence":70,"rationale":"Noted."}'
SCRIPT
cat >some <<'SCRIPT'
#!/bin/sh
jq -r '.proposal.title' | grep -q '1' && exit 3
echo '{"choice":"abstain","confidence":0,"rationale":"I do not know."}'
SCRIPT
chmod +x keeps some

# --- of a node, and of its store ---

ok 'a node' profile 0 --json --socket node.sock --last 1000 -- "$agent/good.sh"
ok '  all of its decisions' is ".decisions | length == $decisions"
ok '  in their order' is '[.decisions[].record] == [range(.decisions | length)]'
ok '  as its own seat' is '.seat.number == 1 and .seat.name == "alder"'
ok '  beside its vote, the tally and the outcome' is \
    '.decisions[-1] | [.seat_choice, .approve, .reject, .abstain, .outcome] == ["approve", 3, 1, 0, "approved"]'
ok '  and what it answered' is '.decisions | all(.choice == "approve" and .stable and .answers[0].confidence == 90)'
ok '  which changes nothing where the seat did the same' is \
    '[.decisions[] | select(.seat_choice == "approve" and .turns)] == []'
ok '  it agrees with the outcomes that are approvals' is \
    '.totals.with_outcome == ([.decisions[] | select(.outcome == "approved")] | length)'
ok '  with a seat as often as that approves' is \
    '[.seats[] | .seat, .both >= .agree] == [1, true, 2, true, 3, true, 4, true]'
ok '  and no more than by chance' is '.seats | all(.kappa == null or .kappa == 0)'
ok '  the sums' is '.totals | .answered == .decisions and .approve == .answered and .reject + .abstain == 0'
jq '[.decisions, .seats] | del(.. | .answers?)' out >of-node
ok 'its store' profile 0 --json --data "$store" --charter "$charter" --last 1000 -- "$agent/good.sh"
jq '[.decisions, .seats] | del(.. | .answers?)' out >of-store
ok '  is the same' cmp of-node of-store

ok 'the newest three' profile 0 --json --socket node.sock --last 3 -- ./keeps "$folder/questions"
ok '  are three' is "[.decisions[].record] == [$((decisions - 3)), $((decisions - 2)), $((decisions - 1))]"
ok '  would be rejected' is '.decisions | all(.turns)'
ok '  which is told' is '.totals | .turned == 3 and .with_outcome == 0 and .decided == 3'
"$conclave" show --socket node.sock --json "$(jq -r '.decisions[-1].id' out)" >shown
ok '  were asked about as they stand' test \
    "$(jq -c -s 'sort_by(.proposal.title) | .[-1].proposal | [.id, .class, .title, .text, .payload, .proposer]' questions)" = \
    "$(jq -c '[.id, .class, .title, .text, .payload, .proposer]' shown)"
ok '  by a question of the form of conclave-agent(1)' jq -e -s \
    'all((.seat | has("name", "jurisdiction", "speciality", "vendor", "model_family")) and has("deadline_ms") and .checks == [])' questions
ok '  with some time to answer' jq -e -s 'all(.deadline_ms / 1000 > now)' questions
: >questions
ok 'as another seat' profile 0 --json --data "$store" --charter "$charter" --seat 4 --last 1 -- ./keeps "$folder/questions"
ok '  which rejected, too' is '.seats[3] | .both == 1 and .agree == 1'
ok '  is asked as that' test "$(jq -r '.seat | "\(.number) \(.name)"' questions)" = '4 elm'
ok '  and changes nothing' is '.totals.turned == 0'
class=$(jq -r '.decisions[-1].class' out)
ok 'of a class' profile 0 --json --socket node.sock --class "$class" --last 2 -- "$agent/good.sh"
ok '  the newest' is ".decisions | length == 2 and .[1].record == $((decisions - 1)) and all(.class == \"$class\")"
ok 'each twice' profile 0 --json --socket node.sock --last 2 --repeat 2 -- "$agent/good.sh"
ok '  has two answers' is '[.decisions[].answers | length] == [2, 2]'

# --- what it keeps from the program ---

# reaches WORDS OPTION...: what reach.sh says it could do in the store.
reaches()
{
    words=$1
    shift
    exits_with 0 timeout 60 "$conclave" agent profile --json --data "$store" --charter "$charter" --last 1 "$@" -- \
        "$agent/reach.sh" "$store" &&
        is ".decisions[0].answers[0].rationale | startswith(\"$words\")"
}
if "$conclave-agent" --evaluator true --confine require --replay /dev/null 2>&1 | grep -q 'confine require'; then
    ok 'the store is kept from the program # SKIP this kernel confines nothing' true
else
    ok 'the store is kept from the program' reaches 'listed no'
    ok '  unless nothing is' reaches 'listed yes' --confine off
    ok '  which is in the report' is '.limits.confined == false'
fi

# --- for people ---

ok 'for people' profile 0 --socket node.sock --last 100 -- ./keeps "$folder/questions"
ok '  no line is wider than a page' test "$(wc -L <out)" -le 80
ok '  what turns an outcome has a mark' said 'approved  *3-1-0  approve  reject!  *70$'
ok '  each seat has a row' said '^   4  elm '
ok '  and the sums' said "decisions     $decisions, of which $decisions answered"

# --- what goes wrong ---

ok 'one that answers some' profile 1 --json --socket node.sock --last 100 -- ./some
ok '  has no choice for the others' is \
    '[.decisions[] | select(.choice == null) | .answers[0].failure] | length > 1 and all(. == "exit code 3")'
ok '  and abstains from the rest' is '.totals | .answered == .abstain and .decided == 0'
ok '  for people' profile 1 --socket node.sock --last 100 -- ./some
ok '  says why' said '^  record [0-9]*: no answer (1 of 1): exit code 3$'
ok 'one that is late' profile 1 --json --socket node.sock --last 2 --timeout 200 -- "$agent/endless.sh" "$folder/marks"
ok '  is told so' is '.decisions | all(.answers[0].failure | startswith("too late"))'
ok 'no class of that name' profile 1 --socket node.sock --class none -- ./some
ok '  is named' complained 'the charter has no class "none"'
ok 'no such seat' profile 2 --socket node.sock --seat 5 -- ./some
ok 'no node' profile 1 --socket none.sock -- ./some
ok 'no program' profile 2 --socket node.sock
ok 'a program that is not there' profile 1 --socket node.sock -- ./nobody
ok 'a store without its charter' profile 2 --data "$store" -- ./some

# --- its end ---

ok 'a signal ends it' interrupted 1 "$conclave" agent profile --write "$folder" --socket node.sock --json -- \
    "$agent/endless.sh" "$folder/marks"
ok '  with what was answered until then' is '.interrupted and .decisions == []'
ok '  and nothing is left of the evaluators' none_left
"$conclave" agent profile --write "$folder" --socket node.sock --last 100 -- ./keeps "$folder/questions" 2>err | head -n 1 >out
ok 'a reader that goes early is no trouble' said '^  program '
ok '  and nothing is said of it' sh -c '! grep -v "not confined" err'

# --- an empty ledger ---

mkdir keys
"$conclave" charter new --seats 4 --keys keys/new -o four.json >/dev/null 2>&1
"$conclave" init --charter four.json --key keys/new/seat-03.key --dir fresh >/dev/null 2>&1
ok 'an empty ledger' profile 0 --data fresh/data --charter four.json -- ./some
ok '  is told' said 'There is no final decision'
ok '  in JSON' profile 0 --json --data fresh/data --charter four.json -- ./some
ok '  has nothing, for the seat of the store' is '.decisions == [] and .totals.decisions == 0 and .seat.number == 3'
echo "1..$count"
