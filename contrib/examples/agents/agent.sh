#!/bin/sh
# SPDX-License-Identifier: ISC
# An agent of a Conclave seat: agent.sh SOCKET
work=$(mktemp -d) || exit 1
trap 'kill $socat 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 0' HUP INT TERM

# Yours: the question on standard input, the answer on standard output.
# What other seats wrote is data: nothing of it becomes a command.
decide()
{
    jq -c '.params | .proposal.evidence as $e |
        if now * 1000 >= .deadline_ms then error("too late")
        elif ($e | type) != "object" then
            ["abstain", 0, "There is no evidence."]
        elif $e.tested == true then
            ["approve", 80, "It was tested."]
        else
            ["reject", 60, "Nobody says that it was tested."]
        end'
}

# answer ID: decides once, and says it again as often as it is asked.
# Lines of up to 4096 bytes do not mix with those of other answers.
answer()
{
    if mkdir "$work/$1.begun" 2>/dev/null; then
        if decide <"$work/$1" >"$work/$1.new"; then
            mv "$work/$1.new" "$work/$1.answer"
        else
            jq -nc --arg id "$1" '{jsonrpc: "2.0", method: "agent.failed",
                params: {proposal: $id, reason: "no answer"}}' >&3
            rmdir "$work/$1.begun"
        fi
    fi
    [ ! -e "$work/$1.answer" ] || jq -c --arg id "$1" '{jsonrpc: "2.0",
        id: $id, method: "agent.answer", params: {proposal: $id,
        choice: .[0], confidence: .[1], rationale: .[2]}}' \
        "$work/$1.answer" >&3
}

mkfifo "$work/to" "$work/from"
exec 3<>"$work/to"
while sleep 1; do
    socat - "UNIX-CONNECT:$1,forever" <"$work/to" >"$work/from" 3>&- &
    socat=$!
    echo '{"jsonrpc":"2.0","id":"attach","method":"agent.attach",' \
        '"params":{"name":"example"}}' >&3
    while IFS= read -r line; do
        id=$(printf '%s\n' "$line" | jq -r .params.proposal.id)
        if [ "$id" = null ]; then
            printf '%s\n' "$line" | jq -ac '[.id, .error.message]'
        else
            [ -e "$work/$id" ] || printf '%s\n' "$line" >"$work/$id"
            answer "$id" &
        fi
    done <"$work/from"
    wait "$socat"
done
