#!/bin/sh
# SPDX-License-Identifier: ISC
# conclave log: lines of files, of both forms, moved away while they are followed; and of a
# journalctl that is not the real one.

conclave=${top_builddir:?}/conclave
folder=$(mktemp -d) || exit 1
follower=
trap 'test -n "$follower" && kill "$follower"; rm -rf "$folder"' EXIT
unset CONCLAVE_SOCKET NO_COLOR XDG_RUNTIME_DIR
cd "$folder" || exit 1

# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

exits()
{
    expected=$1
    shift
    exits_with "$expected" "$conclave" "$@"
}

# same NAME: out is as the file expected.
same()
{
    ok "$1" cmp -s expected out
}

escape=$(printf '\033')
cat >logfmt <<EOF
ts=2026-01-02T03:04:05.678Z level=info event=peer.up seat=3 address="a seat=9 b"
ts=2026-01-02T03:05:05.678Z level=warn event=view.change view=3 cause=timeout
ts=2026-01-02T03:06:05.678Z level=error event=seat.suspended seat=7 until_epoch=4
level=error event=memory.exhausted
EOF
cat >json <<EOF
{"ts":"2026-01-02T03:04:05.678Z","level":"info","event":"peer.up","seat":3,"address":"a seat=9 b"}
{"ts":"2026-01-02T03:05:05.678Z","level":"warn","event":"view.change","view":3,"cause":"timeout"}
{"ts":"2026-01-02T03:06:05.678Z","level":"error","event":"seat.suspended","seat":7,"until_epoch":4}
EOF

ok 'a file' exits 0 log --file logfmt
sed 's/^level=error event=memory/ts=2026-01-02T03:06:05.678Z &/' logfmt >expected
same '  is shown as it is, and every line has a time'
ok 'JSON lines' exits 0 log --file json
head -n 3 logfmt >expected
same '  look the same'
ok 'standard input' sh -c "'$conclave' log --file - <json >out"
same '  may be either'
ok 'the last two' exits 0 log --file json --lines 2
sed -n 2,3p logfmt >expected
same '  are shown'
ok 'a level' exits 0 log --file json --level warn
same '  and above'
ok 'since a time' exits 0 log --file json --since 2026-01-02T03:05
same '  of UTC'
ok 'an age' exits 0 log --file json --since 1h
: >expected
same '  leaves nothing of long ago'
ok 'a prefix of events' exits 0 log --file logfmt --event peer.
head -n 1 logfmt >expected
same '  is kept to'
ok 'a seat' exits 0 log --file logfmt --seat 3
same '  by the field of this name'
ok 'a seat that stands in a text alone' exits 0 log --file logfmt --seat 9
: >expected
same '  is none'
printf '%s\n' "${escape}[2Jlibfoo: warning" >stray
ok 'a line that is none of ours' exits 0 log --file stray
ok '  drives no terminal' test "$(grep -c "$escape" out)" = 0
ok '  and is there' grep -q -F '\x1b[2Jlibfoo: warning' out
if command -v jq >/dev/null; then
    jsons()
    {
        [ "$("$conclave" log --json "$@" 2>err | jq -r '"\(.level) \(.event) \(.seat) \(.time_ms)"')" = \
            "$(printf 'info peer.up 3 1767323045678\nwarn view.change null 1767323105678\nerror seat.suspended 7 1767323165678')" ]
    }
    ok '--json of a file' jsons --file json
    ok '  is the same for logfmt' sh -c "head -n 3 logfmt >three" && jsons --file three
else
    ok 'JSON # SKIP there is no jq' true
fi
ok 'a level that is none' exits 2 log --file json --level loud
ok 'a time that is none' exits 2 log --file json --since yesterday
ok 'a file that is not there' exits 1 log --file none
ok 'a folder' exits 1 log --file .
ok 'two sources' exits 2 log --file json --journal
ok 'a unit of no journal' exits 2 log --file json --unit x

# --- following, over a rotation ---

# shown N: the follower has written so many lines.
shown()
{
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
        [ "$(wc -l <followed)" -ge "$1" ] && return 0
        sleep 0.2
    done
    return 1
}
head -n 1 logfmt >growing
"$conclave" log -f --file growing >followed 2>&1 &
follower=$!
ok 'a file that is followed' shown 1
printf 'ts=2026-01-02T03:05:05.678Z level=warn ' >>growing
sed -n 2p logfmt | cut -d ' ' -f 3- >>growing
ok '  grows by a line in two parts' shown 2
mv growing growing.1
sed -n 3p logfmt >growing
ok '  is moved away' shown 3
: >growing
sed -n 1p logfmt >>growing
ok '  and cut' shown 4
kill "$follower"
wait "$follower" 2>/dev/null
follower=
{
    head -n 3 logfmt
    head -n 1 logfmt
} >expected
mv followed out
same '  and no line is lost or told twice'

# --- the journal ---

mkdir bin
cat >bin/journalctl <<'EOF'
#!/bin/sh
printf '%s\n' "$*" >>arguments
case $* in
*--follow*) exit 0 ;;
esac
printf '%s\n' \
    '{"__REALTIME_TIMESTAMP":"1767323045678901","PRIORITY":"6","MESSAGE":"level=info event=peer.up seat=3 address=\"a seat=9 b\""}' \
    '{"__REALTIME_TIMESTAMP":"1767323105678001","MESSAGE":"level=warn event=view.change view=3 cause=timeout"}' \
    '{"__REALTIME_TIMESTAMP":"1767323105678002","MESSAGE":[255,254]}' \
    '{"__REALTIME_TIMESTAMP":"1767323165678000","MESSAGE":"level=error event=seat.suspended seat=7 until_epoch=4"}'
EOF
chmod +x bin/journalctl
journal()
{
    PATH=$folder/bin:$PATH "$conclave" log --journal "$@" >out 2>err
}
head -n 3 logfmt >expected
ok 'the journal' journal
same '  looks like a file'
ok 'of one unit, followed' journal --follow --unit conclaved@3.service --since 2026-01-01
ok '  is asked so' grep -q -- '--unit conclaved@3.service --since=@1767225600' arguments
ok '  and then for what comes' grep -q -- '--unit conclaved@3.service --follow --lines=0' arguments
ok 'without journalctl' sh -c "PATH=/nowhere '$conclave' log --journal >out 2>err; test \$? = 1"
ok '  it says so' grep -q 'no journalctl here' err
echo "1..$count"
