#!/bin/sh
# SPDX-License-Identifier: ISC
# conclave-agents(7), followed word by word in one shell, by somebody without a terminal.

source=$(cd "${top_srcdir:?}" && pwd) || exit 1
build=$(cd "${top_builddir:?}" && pwd) || exit 1
page=$source/man/conclave-agents.7
if ! command -v python3 >/dev/null 2>&1; then
    echo '1..0 # SKIP python3 is not installed'
    exit 0
fi
folder=$(mktemp -d) || exit 1
cd "$folder" || exit 1
# shellcheck source=tests/lib/tap.sh
. "$source/tests/lib/tap.sh"
unset CONCLAVE_SOCKET XDG_RUNTIME_DIR
PATH=$build:$PATH
CONCLAVE_DATA=$source/contrib
HOME=$folder
export PATH CONCLAVE_DATA HOME
STEP_MAX=1200 # tenths of a second
shell=
trap '[ -z "$shell" ] || kill -KILL -"$shell" 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM

# --- the page: commands of step N in step.N, whether it is run in how.N ---

awk '
    /^\.\\" guide: / { step++; how = $0; sub(/.*guide: /, "", how); print how >"how." step; next }
    /^\.Bd/ && how != "" { on = 1; next }
    /^\.Ed/ { on = 0; how = "" }
    on { sub(/\\e$/, "\\"); print >"step." step }' "$page"
steps=$(find . -maxdepth 1 -name 'step.*' | wc -l)
ok 'all displays are followed' [ "$steps" -eq "$(grep -c '^\.Bd -literal' "$page")" ]
ok 'they have nothing but commands' sh -c '! grep -v "^[$>]\( \|$\)" step.*'
ok 'they are what is expected' [ "$(grep -l -x run how.* | wc -l)" -ge 6 ]
ok 'one alone needs a machine of its own' \
    [ "$(grep -l systemctl step.*)" = "step.$(sed -n 's/^how\.\(.*\):not run$/\1/p' <<END
$(grep -x 'not run' how.* /dev/null)
END
)" ]

# --- one shell that stays open ---

mkfifo commands
setsid sh commands >>said 2>>complained &
shell=$!
exec 3>commands

# The commands of a step as the shell gets them: the first that fails ends it.
commands_of()
{
    echo 'ok=yes'
    awk -v failed="$folder/failed.$1" '
        /^\$ / { if (n++) print "} || { ok=; : >" failed "; }"; print "[ -z \"$ok\" ] || {" }
        { print substr($0, 3) }
        END { print "} || { ok=; : >" failed "; }" }' "edited.$1"
    echo "[ -z \"\$ok\" ] || : >$folder/done.$1"
}

# follows STEP: its output is in out and err.
follows()
{
    : >said
    : >complained
    commands_of "$1" >&3
    tenths=0
    until [ -e "done.$1" ] || [ -e "failed.$1" ] || [ $tenths -ge $STEP_MAX ]; do
        sleep 0.1
        tenths=$((tenths + 1))
    done
    cp said out
    cp complained err
    [ -e "done.$1" ]
}

# What the page leaves open: where the installation and a model are.
"$build/tests/contrib/free_ports" 1 >ports || exit 1
edit()
{
    sed -e "s|/usr/local/share/conclave|$source/contrib|" -e "s/8080/$(cat ports)/" "step.$1" >"edited.$1"
}

tell()
{
    grep -q -- "$1" said
}
lines()
{
    [ "$(grep -c -- "$1" said)" -eq "$2" ]
}

step=0
while [ $step -lt "$steps" ]; do
    step=$((step + 1))
    how=$(cat how.$step)
    first=$(sed -n 's/^\$ //p' step.$step | tail -n 1)
    edit $step
    if [ "$how" = 'not run' ]; then
        count=$((count + 1))
        echo "ok $count - $first # SKIP it needs root and systemd"
        continue
    fi
    if [ "$how" = model ] && [ ! -x "$build/conclave-eval-llm" ]; then
        count=$((count + 1))
        echo "ok $count - $first # SKIP conclave-eval-llm was not built"
        continue
    fi
    ok "step $step: $first" follows $step
    case $(tr '\n' ' ' <step.$step) in
    *'| ./judge'*)
        ok 'the program answers' tell '^{"choice": "approve", "confidence": 70, '
        ;;
    *'check -- ./judge'*)
        ok 'it is judged' tell 'certify-yes'
        ;;
    *'conclave demo'*)
        ok 'eight proposals are decided' \
            lines ' \(approved\|rejected\) ' 8
        ;;
    *answered*)
        ok 'the program voted on each' lines choice= 8
        ok 'in both ways' sh -c 'grep -q choice=approve said && grep -q choice=reject said'
        ;;
    *'agent profile'*)
        ok 'its past is shown' tell 'agreement .* outcomes'
        ;;
    *'charter check'*)
        ok 'the charter is judged' test -s said
        ;;
    esac
done
exec 3>&-
ended()
{
    wait "$shell"
    ! kill -0 -"$shell" 2>/dev/null
}
ok 'nothing is left running' ended
echo "1..$count"
