#!/bin/sh
# SPDX-License-Identifier: ISC
# conclave-eval-rules as a program: its streams and exit codes.
eval=$top_builddir/conclave-eval-rules
rules=$top_srcdir/contrib/demo/rules
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
count=0
failed=0

# name, then a command that succeeds
t() {
    name=$1
    shift
    count=$((count + 1))
    if "$@"; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
        failed=1
    fi
}

# expected exit code, standard input, arguments
gives() {
    expected=$1
    printf '%s' "$2" >"$dir/in"
    shift 2
    "$eval" "$@" <"$dir/in" >"$dir/out" 2>"$dir/err"
    got=$?
    [ $got -eq "$expected" ] || echo "# exit code $got, $(head -c 300 "$dir/err")"
    [ $got -eq "$expected" ]
}

good='{"proposal":{"id":"00","class":"emergency","title":"t","text":"x",
  "evidence":{"emergency":{"active_harm":true,"n":99999999999999999999999}},
  "payload":null,"proposer":1},"seat":{"number":1,"jurisdiction":"EU"},"deadline_ms":1}'

printf %s "$good" >"$dir/in.good"
t "answers a proposal" gives 0 "$good" "$rules/emergency.rules"
t "with one line" [ "$(wc -l <"$dir/out")" -eq 1 ]
t "of the three fields" grep -q \
    '^{"choice":"approve","confidence":100,"rationale":"Readiness: .*now (35).*"}$' "$dir/out"
t "and nothing on standard error" [ ! -s "$dir/err" ]
t "evidence null" gives 0 '{"proposal":{"evidence":null}}' "$rules/emergency.rules"
t "no evidence, no seat" gives 0 '{"proposal":{}}' "$rules/rights.rules"
t "deep evidence" gives 0 "{\"proposal\":{\"evidence\":$(printf '%01000d' 0 | tr 0 '[')$(
    printf '%01000d' 0 | tr 0 ']')}}" "$rules/rights.rules"
t "no JSON" gives 1 'nonsense' "$rules/rights.rules"
t "is said" grep -q 'standard input, line 1' "$dir/err"
t "empty input" gives 1 '' "$rules/rights.rules"
t "two JSON texts" gives 1 '{"proposal":{}} {}' "$rules/rights.rules"
t "no proposal" gives 1 '{}' "$rules/rights.rules"
t "a proposal that is a list" gives 1 '{"proposal":[]}' "$rules/rights.rules"
t "a number out of range" gives 1 '{"proposal":{"evidence":{"x":1e999}}}' "$rules/rights.rules"
t "no rule file" gives 2 "$good" "$dir/none"
t "names it" grep -q "$dir/none: cannot open" "$dir/err"
printf 'family f\ntitle "T"\napprove many\n' >"$dir/bad"
t "a bad rule file" gives 2 "$good" "$dir/bad"
t "names file and line" grep -q "$dir/bad:3: .*number from 0 to 100" "$dir/err"
t "answers nothing then" [ ! -s "$dir/out" ]
t "no argument" gives 2 ''
t "an unknown option" gives 2 '' --frobnicate
t "--help" gives 0 '' --help
t "--check" gives 0 '' --check "$rules"/*.rules
t "--check finds the bad one" gives 2 '' --check "$rules/rights.rules" "$dir/bad"
t "a full disk" sh -c '"$1" "$2" <"$3" >/dev/full 2>&1; [ $? -eq 1 ]' - \
    "$eval" "$rules/rights.rules" "$dir/in.good"
echo "1..$count"
exit $failed
