#!/bin/sh
# SPDX-License-Identifier: ISC
# The packaging for Debian agrees with the sources: version, libraries, what is distributed.
# Whether it builds 'make deb' shows, which takes longer.

debian=${top_srcdir:?}/contrib/debian
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
# shellcheck source=tests/lib/tap.sh
. "$top_srcdir/tests/lib/tap.sh"

same()
{
    diff one two >out 2>err
}

sed -n '1s/.*(\(.*\)).*/\1/p' "$debian/changelog" >one
"${top_builddir:?}/conclaved" --version | sed 's/conclaved \([^,]*\),.*/\1/' >two
ok 'the version is that of the programs' same

# Libraries that contrib/setup installs, those that are wanted only included.
sed -n "s/^\([a-z]*='\)\{0,1\}\(lib[a-z0-9-]*-dev\) header .*/\2/p" "$top_srcdir/contrib/setup" |
    grep -v -x libc6-dev | sort >one
sed -n 's/^ *\(lib[a-z0-9-]*-dev\).*/\1/p' "$debian/control" | sort >two
ok 'the libraries are those of contrib/setup' same

(cd "$debian" && find . -type f ! -name Makefile.inc | sed 's|^\./||' | sort) >one
tr ' \\' '\n\n' <"$debian/Makefile.inc" | sed -n 's|^contrib/debian/||p' | sort >two
ok 'every file is distributed' same

ok 'the rules can be run' [ -x "$debian/rules" ]
for script in conclave.postinst conclave.prerm; do
    ok "$script is a script" sh -n "$debian/$script"
done
if command -v dpkg-parsechangelog >/dev/null; then
    ok 'the changelog is one' exits_with 0 dpkg-parsechangelog -l "$debian/changelog"
else
    count=$((count + 1))
    echo "ok $count - the changelog is one # SKIP dpkg-parsechangelog is not installed"
fi
echo "1..$count"
