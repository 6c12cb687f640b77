#!/bin/sh
# SPDX-License-Identifier: ISC
# The tables of conclave-patterns(7) are those of the counts in the tree.

source=$(cd "${top_srcdir:?}" && pwd) || exit 1
build=$(cd "${top_builddir:?}" && pwd) || exit 1
# shellcheck source=tests/lib/tap.sh
. "$source/tests/lib/tap.sh"
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# tables FILE: what lies between the marks.
tables()
{
    sed -n '/^\.\\" [a-z]*: begin$/,/^\.\\" [a-z]*: end$/p' "$1"
}

same()
{
    diff code page >out
}

page=$source/man/conclave-patterns.7
"$build/tests/detect/detect" --mdoc "$source/tests/detect/measured" >tables
tables tables >code
tables "$page" >page
ok 'the page has the tables of tests/detect/measured' same
cp "$page" code
awk -f "$source/tests/detect/put_page.awk" tables "$page" >page
ok 'to put them there again changes nothing' same
sed '/^\.It contrarian/s/[0-9]/x/g' "$page" >changed
awk -f "$source/tests/detect/put_page.awk" tables changed >page
ok 'and a figure that was changed by hand comes back' same
echo "1..$count"
