#!/bin/sh
# SPDX-License-Identifier: ISC
# The units of systemd: they are valid, they expose little, and what they name is there.

built=${top_builddir:?}/contrib/systemd
parts=${top_srcdir:?}/contrib/systemd
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
# shellcheck source=tests/lib/tap.sh
. "$top_srcdir/tests/lib/tap.sh"

mkdir units
units=$folder/units
cp "$built"/*.service units
cp "$parts"/*.service units 2>/dev/null # the same, or one that needs no building

# The most that a unit may expose, in tenths.
limit=15

skip()
{
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

# A root with what a unit refers to, since its programs need not be installed here.
make_root()
{
    mkdir -p root/etc root/bin root/usr/lib/systemd/system
    sed -n 's/^Exec[A-Za-z]*=\(\/[^ ]*\).*/\1/p' "$units"/*.service | sort -u |
        while read -r program; do
            mkdir -p "root${program%/*}"
            printf '#!/bin/sh\n' >"root$program"
            chmod +x "root$program"
        done
    for program in $(sed -n 's/^ExecStart=\([^ /]*\) .*/\1/p' "$units"/*.service); do
        printf '#!/bin/sh\n' >"root/bin/$program"
        chmod +x "root/bin/$program"
    done
    echo 'root:x:0:0::/:/bin/sh' >root/etc/passwd
    echo 'root:x:0:' >root/etc/group
    for name in sysinit basic network-online time-sync multi-user shutdown network; do
        printf '[Unit]\nDescription=%s\n' $name >root/usr/lib/systemd/system/$name.target
    done
    cp "$units"/*.service root/usr/lib/systemd/system/
}

score()
{
    systemd-analyze security --offline=true "$1" >out 2>err
    exposure=$(sed -n 's/.*Overall exposure level.*: \([0-9]*\)\.\([0-9]*\) .*/\1\2/p' out)
    [ -n "$exposure" ] && [ "$exposure" -le $limit ]
}

verified()
{
    systemd-analyze verify --root="$folder/root" --man=no "$1" >out 2>&1
    # Parts of a system that this root does not have.
    grep -v -E 'Unit .*(mount|slice|socket) not found|dev-|-\.' out >err
    ! grep -F "${1%@*}" err && [ ! -s err ]
}

# Settings come once, but for lists.
no_duplicates()
{
    grep -E '^[A-Z][A-Za-z]*=' "$1" | sed 's/=.*//' |
        grep -v -x -E 'SystemCallFilter|Environment|EnvironmentFile' | sort | uniq -d >out
    [ ! -s out ]
}

for unit in "$units"/*.service; do
    file=${unit##*/}
    ok "$file has nothing left to fill in" sh -c "! grep -n '@[a-z]*@' '$unit'"
    ok '  nor a setting twice' no_duplicates "$unit"
    if systemd-analyze security --help 2>/dev/null | grep -q -e --offline; then
        ok '  exposes at most 1.5' score "$unit"
        echo "# $(sed -n "s/.*Overall exposure level for //p" out)"
    else
        skip '  exposes at most 1.5' 'no systemd-analyze with --offline'
    fi
done

if command -v systemd-analyze >/dev/null; then
    make_root
    for unit in conclaved.service conclaved@two.service conclave-agent@one.service \
        conclave-alert@one.service conclave-exporter.service conclave-events@two.service; do
        ok "$unit is valid" verified "$unit"
    done
else
    skip 'the units are valid' 'systemd-analyze is not installed'
fi

# --- users and folders ---

if [ "$(id -u)" -eq 0 ] && command -v systemd-sysusers >/dev/null; then
    mkdir -p users/etc
    ok 'the users can be made' systemd-sysusers --root="$folder/users" "$parts/sysusers.conf"
    for user in $(sed -n 's/^User=//p' "$units"/*.service | sort -u); do
        ok "  $user is one" grep -q "^$user:" users/etc/passwd
    done
    ok '  the agent is in the group of the node' \
        grep -q '^conclave:.*[:,]conclave-agent' users/etc/group
else
    skip 'the users can be made' 'not root, or no systemd-sysusers'
fi
if [ "$(id -u)" -eq 0 ] && command -v systemd-tmpfiles >/dev/null && [ -d users ]; then
    ok 'the folders can be made' \
        systemd-tmpfiles --root="$folder/users" --create "$parts/tmpfiles.conf"
    ok '  that of the sockets is for the group alone' \
        [ "$(stat -c %a users/run/conclave)" = 750 ]
else
    skip 'the folders can be made' 'not root, or no systemd-tmpfiles'
fi
echo "1..$count"
