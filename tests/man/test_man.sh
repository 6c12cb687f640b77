#!/bin/sh
# SPDX-License-Identifier: ISC
# The manual agrees with the program: pages are clean, options, settings, fields and events
# stand in them, and nothing else does. test_log_page.sh looks at the log's.

# shellcheck source=tests/man/compare.sh
. "${top_srcdir:?}/tests/man/compare.sh"
man=$top_srcdir/man
src=$top_srcdir/src
conclave=${top_builddir:?}/conclave
conclaved=$top_builddir/conclaved
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# --- clean ---

for page in "$man"/*.[1578]; do
    name=${page##*/}
    if ! command -v mandoc >/dev/null; then
        count=$((count + 1))
        echo "ok $count - $name is clean # SKIP mandoc is not installed"
        continue
    fi
    # A clock that is behind is no fault of the page.
    mandoc -Tlint -W warning "$page" 2>&1 | grep -v 'date in the future' >out
    result "$name is clean"
done

# And installed.
(cd "$man/.." && ls man/*.[1578]) >code
grep -o 'man/[a-z.-]*\.[1578]' "$man/Makefile.inc" >page
same 'every page is installed'

# --- options ---

# The long options that a help text describes at the beginning of its lines.
options_of_help()
{
    sed -n 's/^ *\(-[A-Za-z], \)\{0,1\}--\([a-z][a-z-]*\).*/\2/p'
}

# Those that a page, or a part of one, has as items.
options_of_page()
{
    sed -n 's/^\.It .*Fl -\([a-z][a-z-]*\).*/\1/p'
}

"$conclaved" --help | options_of_help >code
options_of_page <"$man/conclaved.8" >page
same 'the options of conclaved'

# Each command has a page, which conclave(1) lists, and which has the options of its --help
# and no others.
"$conclave" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z ]*[a-z]\)  .*/\1/p' |
    sed 's/ *$//' >commands
tr ' ' '-' <commands >code
sed -n 's/^\.It Xr conclave-\([a-z-]*\) 1$/\1/p' "$man/conclave.1" >page
same 'the commands of conclave'
while read -r command; do
    [ "$command" != console ] || continue # it is a program of its own
    name=conclave-$(echo "$command" | tr ' ' '-').1
    file=$man/$name
    [ -f "$file" ] || file=/dev/null
    # shellcheck disable=SC2086 # a command of two words is two arguments
    "$conclave" $command --help </dev/null >help
    options_of_help <help | grep -v '^help$' >code
    options_of_page <"$file" >page
    same "the options of $name"
    # Nor does it name others anywhere, and its synopsis names all.
    sed '/^\.Sh EXAMPLES/,/^\.Sh/d' "$file" | grep '^\.' | grep -o 'Fl -[a-z-]*' | sed 's/Fl -//' >page
    same "the options that $name speaks of"
    sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/p' "$file" | grep -o 'Fl -\{0,1\}[a-z-]*' |
        sed 's/Fl -\{0,1\}//; s/^f$/follow/; s/^o$/output/' >page
    same "the synopsis of $name"
    grep -q -x "\.Cm $command" "$file" || echo "its synopsis has no line .Cm $command" >out
    grep -q -x "\.Nm ${name%.1}" "$file" || echo "its name is not ${name%.1}" >>out
    result "the name of $name"
done <commands
sed -n '/^\.Ss Options of all/,/^\.S[hs] [^O]/p' "$man/conclave.1" | options_of_page >page
printf '%s\n' json help socket >code
same 'the options that all commands have'

# --- members of JSON ---

# members COMMAND ARGUMENT...: what --json prints has the members that the page names.
members()
{
    name=conclave-$1.1
    shift
    "$conclave" "$@" --json 2>/dev/null >printed
    sed 's/\[[^]]*\]//g' printed | grep -o '"[a-z_]*":' | tr -d '":' >code
    sed -n '/^\.It Fl -json/,/^\.El/s/^\.Va //p' "$man/$name" | tr -d ',;' | tr ' ' '\n' | grep '[a-z]' |
        grep -v '^error$' >page
    same "the members of $name --json"
}

members keygen keygen -o seat.key
members charter-new charter new --seats 4 --keys keys -o four.json
members charter-check charter check four.json
members charter-id charter id four.json
members init init --charter four.json --key keys/seat-01.key --dir node
"$top_builddir/conclave-agent" --help | options_of_help >code
options_of_page <"$man/conclave-agent.1" >page
same 'the options of conclave-agent'
if [ -x "$top_builddir/conclave-alert" ]; then
    "$top_builddir/conclave-alert" --help | options_of_help >code
    options_of_page <"$man/conclave-alert.8" >page
    same 'the options of conclave-alert'
fi
if [ -x "$top_builddir/conclave-eval-llm" ]; then
    "$top_builddir/conclave-eval-llm" --help | options_of_help >code
    options_of_page <"$man/conclave-eval-llm.1" >page
    same 'the options of conclave-eval-llm'
fi
cat "$src"/alert/*.c | tr -d '\n' | grep -o 'LOG_EVENT([^"]*"alert\.[a-z-]*"' |
    sed 's/.*"\(.*\)"/\1/' >code
sed -n '/^\.Sh DIAGNOSTICS/,/^\.Sh SEE/s/^\.It \([a-z._ ,-]*\)$/\1/p' "$man/conclave-alert.8" |
    tr -d ' ' | tr ',' '\n' >page
same 'the events of conclave-alert'
sed -n 's/^    \[[A-Z_]*\] = "\([a-z.-]*\)",$/\1/p' "$src/alert/alert.c" | grep '\.' >code
sed -n '/^\.Ss Alerts/,/^\.Ss For/s/^\.It Li //p' "$man/conclave-alert.8" | tr -d ' ' |
    tr ',' '\n' >page
same 'the types of alerts'
sed -n 's/.*CFG_[A-Z_]*("\([a-z-]*\)".*/\1/p' "$src/alert/config.c" >code
sed -n 's/^\.It Cm \([a-z-]*\) .*/\1/p' "$man/conclave-alert.conf.5" >page
same 'the settings of conclave-alert.conf'

"$conclave" console --help | options_of_help >code
options_of_page <"$man/conclave-console.1" >page
same 'the options of conclave-console'

"$top_srcdir/contrib/service/conclave-setup" --help | options_of_help >code
options_of_page <"$man/conclave-setup.8" >page
same 'the options of conclave-setup'

# --- the console ---

"$top_builddir/tests/man/print_keys" >code.keys
sed -n '/^\.\\" keys: begin/,/^\.\\" keys: end/p' "$man/conclave-console.1" |
    grep -v '^\.\\" keys: ' >page.keys
diff code.keys page.keys >out
result 'the keys of conclave-console'
sed -n '/palette\[\] = {/,/^};/s/^    {"\([a-z]*\)",.*/\1/p' \
    "$top_srcdir/ui/console/command.c" >code
sed -n '/^\.Ss Commands/,/^\.S[hs] /s/^\.It Cm :\([a-z]*\).*/\1/p' \
    "$man/conclave-console.1" >page
same 'the commands of conclave-console'
sed -n 's/.*CFG_[A-Z_]*("\([a-z-]*\)".*/\1/p' "$top_srcdir/ui/settings.c" >code
sed -n '/^\.Sh SETTINGS/,/^\.Sh ENV/s/^\.It\( .*\)/\1/p' "$man/conclave-console.1" |
    grep -o ' Cm [a-z]*' | sed 's/ Cm //' >page
same 'the settings of conclave-console'

# --- events ---

cat "$src"/agent/*.c | tr -d '\n' | grep -o 'LOG_EVENT([^"]*"[a-z._]*"' |
    sed 's/.*"\(.*\)"/\1/' >code
sed -n '/^\.Sh DIAGNOSTICS/,/^\.Sh SEE/s/^\.It \([a-z._ ,]*\)$/\1/p' \
    "$man/conclave-agent.1" | tr -d ' ' | tr ',' '\n' >page
same 'the events of conclave-agent'

# --- settings and fields ---

sed -n 's/.*CFG_[A-Z_]*("\([a-z-]*\)".*/\1/p' "$src/conclaved/config.c" >code
sed -n '/^\.Ss Settings/,/^\.Sh/s/^\.It Cm \([a-z-]*\) No = .*/\1/p' \
    "$man/conclaved.conf.5" >page
same 'the settings of conclaved.conf'

tr '\n' ' ' <"$src/charter/parse.c" |
    grep -o 'fields_\(text\|uint\|uint_or\|bool_or\|object\|array\)([^"]*"[a-z_]*"' |
    sed 's/.*"\([a-z_]*\)"/\1/' >code
echo key >>code # read by a function of its own
sed -n '/^\.Ss The council/,/^\.Sh/s/^\.It Cm \([a-z_ ,]*\).*/\1/p' \
    "$man/conclave-charter.5" | tr -d ',' | tr ' ' '\n' | grep . >page
same 'the fields of a charter'

# --- methods and events of the control socket ---

sed -n '/^const struct control_method/,/^};/s/^    {"\([a-z.]*\)", ROLE.*/\1/p' \
    "$src/conclaved/methods.c" >code
sed -n '/^\.Sh METHODS/,/^\.Sh ERROR/s/^\.Ss //p' "$man/conclave-control.7" >page
same 'the methods of the control socket'


# They are named in events.c, and where they are published; log events of the same files
# stand in LOG_EVENT.
{
    sed -n 's/.*return "\([a-z]*\.[a-z-]*\)";/\1/p' "$src/conclaved/events.c"
    cat "$src"/conclaved/*.c | tr '\n' ' ' |
        grep -o 'publish([a-z>-]*, *"[a-z.-]*"' | sed 's/.*"\(.*\)"/\1/'
} >code
sed -n '/^\.Sh EVENTS/,/^\.Sh FILES/s/^\.It Cm \([a-z., -]*\)$/\1/p' \
    "$man/conclave-control.7" | tr -d ',' | tr ' ' '\n' | grep . >page
same 'the events of the control socket'
cp page control.page

# What `events` tells of the ledger, and of the node alone, which are those of the socket.
table='s/^    {"\([a-z.-]*\)", \(true\|false\), .*/\2 \1/p'
sed -n "$table" "$src/conclave/events_filter.c" >known
names()
{
    sed -n "/^\.Ss $1/,/^\.S[sh] [^$2]/s/^\.It Cm \([a-z., -]*\)$/\1/p" \
        "$man/conclave-events.1" | tr -d ',' | tr ' ' '\n' | grep .
}
sed -n 's/^false //p' known >code
names 'From the ledger' F >page
same 'the events of the ledger in conclave-events'
sed -n 's/^true //p' known >code
names 'Of the node alone' O >page
same 'the events of the node in conclave-events'
grep -v -x -F -f control.page page >out
result 'are those of the control socket'

# --- metrics ---

# Names of families are strings of their own.
families()
{
    cat "$@" | tr '\n' ' ' | grep -o '"conclave_[a-z_]*"' | tr -d '"'
}

families_of_page()
{
    sed -n 's/^\.It Li \(conclave_[a-z_]*\) .*/\1/p' "$1"
}

families "$src"/conclaved/*.c >code
families_of_page "$man/conclave-metrics.7" >page
same 'the metrics of the node'
families "$src"/exporter/nodes.c >code
families_of_page "$man/conclave-exporter.8" >page
same 'the metrics of conclave-exporter'
tr -d '\n' <"$src/exporter/exporter.c" | cat - "$src/exporter/nodes.c" |
    grep -o '"exporter\.[a-z-]*"' | tr -d '"' >code
sed -n '/^\.Sh DIAGNOSTICS/,/^\.Sh SEE/s/^\.It \([a-z._ ,-]*\)$/\1/p' \
    "$man/conclave-exporter.8" | tr -d ' ' | tr ',' '\n' >page
same 'the events of conclave-exporter'
if [ -x "$top_builddir/conclave-exporter" ]; then
    "$top_builddir/conclave-exporter" --help | options_of_help >code
    options_of_page <"$man/conclave-exporter.8" >page
    same 'the options of conclave-exporter'
fi

# --- references ---

# A page that another one names is there.
sed -n 's/^\.Xr \(conclave[a-z.-]*\) \([1-8]\).*/\1.\2/p' "$man"/*.[1578] | sort -u |
    while read -r page; do
        [ -f "$man/$page" ] || echo "there is no $page"
    done >out
result 'every page that is named exists'

# --- examples ---

# The text between .Bd and .Ed that follows the mark.
sed -n '/^\.\\" tests\/man\/test_man.sh/,/^\.Ed/p' "$man/conclave-charter.5" |
    sed '/^\./d' >charter.json
"$conclave" charter check charter.json >checked 2>out
result 'the charter of the example is good'
"$conclave" charter id charter.json >code
sed -n 's/^\([0-9a-f]\{64\}\)$/\1/p' "$man/conclave-charter.5" >page
same 'the identity of the example'
sed -n '/^\.Sh EXAMPLES/,/^\.Ed/p' "$man/conclave-rules.5" | sed '/^\./d' >example.rules
"$top_builddir/conclave-eval-rules" --check example.rules 2>out
[ -s example.rules ] || echo 'no example' >out
result 'the rule file of the example is good'

sed -n '/^Settings for a light/,/^\.Ed/p' "$man/conclave-console.1" | sed '/^\./d; 1d' >example.conf
echo 'recording' >empty
"$top_builddir/conclave-console" --once --replay empty --config example.conf >shown 2>said
grep 'example.conf' said >out
grep -q empty said || echo 'the settings were not read' >>out
grep -q '^key ' example.conf || echo 'no example' >>out
result 'the settings of the example are good'

echo "1..$count"
