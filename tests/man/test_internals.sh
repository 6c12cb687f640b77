#!/bin/sh
# SPDX-License-Identifier: ISC
# conclave-internals(7) is the map of this source: who uses whom, and what is named is there.

source=$(cd "${top_srcdir:?}" && pwd) || exit 1
# shellcheck source=tests/man/compare.sh
. "$source/tests/man/compare.sh"
map=$source/man/conclave-internals.7
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# --- who uses whom ---

(cd "$source" && grep -H '^#include [<"]' src/*/*.c src/*/*.h ui/*.c ui/*.h ui/*/*.c ui/*/*.h) |
    sed 's,/[^/:]*:#include , ,' >includes
# Of "net/net.h" the folder net; config.h is nobody's.
sed -n 's,^\([^ ]*\) "\(.*\)/[^/]*".*,\1 \2,p' includes |
    awk '$1 != $2 && $1 != "src/" $2 { print $1 " uses " $2 }' >code
# A row is: folder, those that it uses, libraries.
row()
{
    sed -n 's/^\.It Pa \([a-z/]*\) Ta \(.*\) Ta \(.*\)/\1;\2;\3/p' "$map"
}
row | awk -F ';' '$2 != "-" { n = split($2, used, ", "); for (i = 1; i <= n; i++) print $1 " uses " used[i] }' >page
same 'each folder uses those that the table says'
cut -d ' ' -f 1 includes >code
row | cut -d ';' -f 1 >page
same 'each folder is in the table'
sed -n 's,^\([^ ]*\) <\(ares\|confuse\|curl\|curses\|ev\|jansson\|lmdb\|microhttpd\|nettle\|seccomp\|sodium\)[/.].*,\1 uses \2,p' includes >code
row | awk -F ';' '$3 != "-" { n = split($3, used, ", "); for (i = 1; i <= n; i++) print $1 " uses " used[i] }' >page
same 'each folder uses the libraries that the table says'

# --- the store ---

sed -n 's/^    \[STORE_[A-Z]*\] = "\([a-z]*\)",/\1/p' "$source/src/ledger/store.c" >code
sed -n '/^\.Sh THE STORE/,/^\.Sh THE CONSOLE/s/^\.It Cm \([a-z]*\) Ta .*/\1/p' "$map" >page
same 'the tables of the store'

# --- what is named is there ---

(cd "$source" && find src ui tests man) >paths
sed -n 's/^\.\(Pa\|It Pa\|Pq Pa\) //p; s/.* Ns Pa //p' "$map" | sed 's/ Ta .*//' |
    tr -d ',' | tr ' ' '\n' | grep '[a-z]' | grep -v -e '[*A-Z]' -e '\.a$' -e '\.mdb$' -e '^journal$' |
    sort -u >named
while read -r name; do
    grep -q -e "^$name\$" -e "/$name\$" paths || [ -e "$source/$name" ] || echo "there is no $name"
done <named >out
[ "$(wc -l <named)" -gt 40 ] || echo 'hardly any file is named' >>out
result 'files and folders'
sed -n 's/^\.\(It \|Pq \)\{0,1\}Fn //p' "$map" | sed 's/ , Fn /\n/g; s/ [a-z .,;:].*//' | sort -u >named
while read -r name; do
    grep -r -q "\<$name(" "$source/src" "$source/ui" || echo "there is no $name"
done <named >out
[ "$(wc -l <named)" -gt 5 ] || echo 'hardly any function is named' >>out
result 'functions'
grep -o '\<Vt \(struct\|enum\) [a-z_]*' "$map" | sed 's/^Vt //; s/^\.Vt //' | sort -u >named
while read -r name; do
    grep -r -q "$name {" "$source/src" "$source/ui" || echo "there is no $name"
done <named >out
[ "$(wc -l <named)" -gt 4 ] || echo 'hardly any type is named' >>out
result 'types'

echo "1..$count"
