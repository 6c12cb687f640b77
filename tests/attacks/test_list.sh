#!/bin/sh
# SPDX-License-Identifier: ISC
# Each attack of the list in README has the test that it names, and that test is run.

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
source=$(cd "${top_srcdir:?}" && pwd) || exit 1
cd "$folder" || exit 1
# shellcheck source=tests/lib/tap.sh
. "$source/tests/lib/tap.sh"

# A program that is built of the file, or includes it.
is_run()
{
    cat "$source"/tests/*/Makefile.inc "$source"/tests/*/*.sh >all
    grep -q -F -e "$1" -e "${1#tests/}" all && ! grep -q "^EXTRA_PROGRAMS.*${1%.c}" all
}

named()
{
    grep -q -F -e "$2" "$source/$1" && is_run "$1"
}

grep ' | ' "$source/tests/attacks/README" | grep -v '^    ' >lines
while IFS='|' read -r item file words; do
    item=${item% }
    file=$(echo "$file" | sed 's/^ //; s/ $//')
    words=${words# }
    if [ "$file" = - ]; then
        count=$((count + 1))
        echo "ok $count - $item # SKIP no test yet"
    else
        ok "$item: $file" named "$file" "$words"
    fi
done <lines
ok "the list is there" [ "$count" -gt 100 ]
echo "1..$count"
