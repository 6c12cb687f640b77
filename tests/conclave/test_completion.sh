#!/bin/sh
# SPDX-License-Identifier: ISC
# What bash, fish and zsh offer is what the commands' --help says. CONCLAVE_FISH and
# CONCLAVE_ZSH name the shells where they are not on PATH.

build=${top_builddir:?}
fish=${CONCLAVE_FISH:-fish}
zsh=${CONCLAVE_ZSH:-zsh}
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

mkdir only && : >only/file && mkdir only/folder

# Stands for a node that has proposals and flags; it says what it was asked.
mkdir stub
cat >stub/conclave <<SCRIPT
#!/bin/sh
case \$1 in
proposals) printf 'ID    STATE\ne0a533d319d2  sealed\n17  x\n' ;;
flags) printf '  ID KIND\n   7 silent\n  12 missed\n' ;;
*) exec '$build/conclave' "\$@" ;;
esac
echo "\$*" >>'$folder/questions'
SCRIPT
chmod +x stub/conclave
PATH=$folder/stub:$PATH

"$build/conclave" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z ]*[a-z]\)  .*/\1/p' |
    sed 's/ *$//' >commands
{ cut -d ' ' -f 1 commands && echo help; } | sort -u >firsts

# Each line of `lines` is a command line whose last word is to be completed, if it ends
# in a space a new one; `wanted` has for each a line with all that is offered, in order.
: >lines && : >wanted
want()
{
    printf '%s\n' "$1" >>lines
    tr '\n' ' ' | sed 's/ *$//' >>wanted
    echo >>wanted
}

while read -r command; do
    # shellcheck disable=SC2086 # a command of two words is two arguments
    "$build/conclave" $command --help </dev/null >help
    grep -o '^ .* --[a-z-]*\|^ *--[a-z-]*' help | grep -o -e '--[a-z-]*' | sort -u |
        want "conclave $command --"
done <commands
printf '%s\n' proposals propose | want 'conclave propo'
printf '%s\n' check id new | want 'conclave charter '
printf '%s\n' check id new | want 'conclave help charter '
printf '%s\n' show | want 'conclave help sho'
printf '%s\n' debug error info warn | want 'conclave log --lines 3 --level '
printf '%s\n' final | want 'conclave proposals --state fi'
printf '%s\n' bash fish zsh | want 'conclave completion '
printf '%s\n' only/file only/folder | want 'conclave keygen -o only/f'
printf '%s\n' only/folder | want 'conclave demo --dir only/f'
printf '%s\n' only/file only/folder | want 'conclave init --dir x --key only/f'
: | want 'conclave propose --title '
printf '%s\n' 12 | want 'conclave flags ack 7 1'
printf '%s\n' e0a533d319d2 | want 'conclave show --socket here e0'

# offers SHELL: the lines of `got` are those of `wanted`.
offers()
{
    sed 's,/\( \|$\),\1,g' got >got.plain # folders may have a slash behind them
    paste -d '|' lines wanted got.plain >all
    while IFS='|' read -r line expected found; do
        echo "expected: $expected" >out
        echo "offered:  $found" >>out
        : >err
        ok "$1: $line" [ "$expected" = "$found" ]
    done <all
    cat questions >out 2>/dev/null
    ok "$1 asks the node that the line names" grep -q 'proposals --limit 100 --socket here$' questions
    rm -f questions
}

skip()
{
    count=$((count + 1))
    echo "ok $count - $1 # SKIP it is not installed"
}

# --- bash: the function is called as readline would ---

if command -v bash >/dev/null; then
    cat >drive.bash <<'SCRIPT'
source completion.sh
complete -p conclave >declared
while IFS= read -r line; do
    read -r -a COMP_WORDS <<<"$line"
    [[ $line == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _conclave "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    printf '%s\n' "${COMPREPLY[@]}" | sort -u | tr '\n' ' ' | sed 's/^ *//; s/ *$//'
    echo
done
SCRIPT
    "$build/conclave" completion bash >completion.sh
    bash --norc drive.bash <lines >got 2>err
    cat err >out
    ok 'bash says nothing' [ ! -s err ]
    ok 'bash calls it for conclave' grep -q -x 'complete -F _conclave conclave' declared
    offers bash
    printf 'conclave proposals --state = fi\nconclave \n' >lines.more
    bash --norc drive.bash <lines.more >got 2>err
    ok 'bash: --state=fi' [ "$(head -n 1 got)" = final ]
    { cat firsts && printf '%s\n' --help --version; } | sort -u | tr '\n' ' ' | sed 's/ $//' >wanted.firsts
    tail -n 1 got | cmp - wanted.firsts >out 2>&1
    ok 'bash: all commands' [ "$(tail -n 1 got)" = "$(cat wanted.firsts)" ]
else
    skip bash
fi

# --- fish can say what it would offer ---

if command -v "$fish" >/dev/null; then
    "$build/conclave" completion fish >completion.fish
    cat >drive.fish <<'SCRIPT'
source completion.fish
while read -l line
    set -l offered (complete -C "$line" | string replace -r '\t.*' '' | sort -u)
    echo "$offered"
end
SCRIPT
    HOME=$folder "$fish" --no-config drive.fish <lines >got 2>err
    cat err >out
    ok 'fish says nothing' [ ! -s err ]
    offers fish
else
    skip fish
fi

# --- zsh: on a terminal of its own, where compadd tells what it is given ---

if command -v "$zsh" >/dev/null; then
    mkdir functions
    "$build/conclave" completion zsh >functions/_conclave
    cat >inside.zsh <<'SCRIPT'
fpath=($PWD/functions $fpath)
autoload -Uz compinit
compinit -u -D
compdef _conclave conclave
compadd()
{
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
        builtin compadd "$@"
        return
    fi
    local -a hits hidden ignored
    local status_of
    builtin compadd -A hits "$@"
    builtin compadd "$@"
    status_of=$?
    zparseopts -D -E -a ignored p:=hidden P: S: s: i: I: W: d: J: V: X: x: r: R: F: M: E: O: A: D:
    (( $#hits )) && print -rl -- ${hidden[2]}${^hits} >>offered
    return $status_of
}
probe()
{
    while IFS= read -r line <&5; do
        BUFFER=$line CURSOR=$#line
        : >offered
        zle complete-word
        sort -u offered | tr '\n' ' ' | sed 's/ *$//' >>got
        echo >>got
    done
    exit
}
zle -N probe
bindkey '^T' probe
exec 5<lines
: >ready
SCRIPT
    cat >drive.zsh <<'SCRIPT'
zmodload zsh/zpty
zpty z "$1" -f -i
zpty -w z '. ./inside.zsh'
while [[ ! -e ready ]]; do zpty -r -t z junk || sleep 0.05; done
zpty -n -w z $'\C-t'
while zpty -r z junk; do :; done
SCRIPT
    rm -f got
    HOME=$folder TERM=vt100 timeout 60 "$zsh" -f drive.zsh "$zsh" </dev/null >out 2>&1
    : >>got
    offers zsh
else
    skip zsh
fi

echo "1..$count"
