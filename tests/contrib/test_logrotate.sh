#!/bin/sh
# SPDX-License-Identifier: ISC
# contrib/logrotate/conclave with logrotate and a real node: the node goes on in a new file,
# and no line is lost.

if ! logrotate=$(command -v logrotate || ls /usr/sbin/logrotate 2>/dev/null); then
    echo '1..0 # SKIP logrotate is not installed'
    exit 0
fi
folder=$(mktemp -d) || exit 1
conclave=${top_builddir:?}/conclave
conclaved=$top_builddir/conclaved
port=$("$top_builddir/tests/contrib/free_ports") || exit 1
unset CREDENTIALS_DIRECTORY NOTIFY_SOCKET JOURNAL_STREAM
umask 022
cd "$folder" || exit 1
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
trap '[ -z "$pid" ] || kill -KILL $pid $follower 2>/dev/null; rm -rf "$folder"' EXIT

# Repeats the command until it succeeds, for at most 20 s.
within_time()
{
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 400 ] || return 1
        sleep 0.05
    done
}

rotate()
{
    PATH=$folder/bin:$PATH "$logrotate" --force --state state rotate.conf >out 2>&1
}

# Each event that the node wrote, in the order of the files.
events()
{
    {
        gunzip -c logs/node.log.2.gz 2>/dev/null
        cat logs/node.log.1 logs/node.log 2>/dev/null
    } | sed 's/.* event=\([^ ]*\).*/\1/'
}

# Whatever the file uses to reach the nodes reaches the one of this test alone.
mkdir bin logs
for program in systemctl pkill; do
    cat >bin/$program <<'END'
#!/bin/sh
echo "$0 $*" >>"${0%/bin/*}/called"
kill -HUP "$(cat "${0%/bin/*}/pid")"
END
    chmod +x bin/$program
done
sed -e "s|/var/log/conclave/|$folder/logs/|" -e "s|su .*|su $(id -un) $(id -gn)|" \
    "$top_srcdir/contrib/logrotate/conclave" >rotate.conf
chmod 600 rotate.conf

"$conclave" charter new --seats 4 --keys keys --port "$port" -o charter.json >out 2>err
"$conclave" init --charter charter.json --key keys/seat-01.key --dir node >out 2>err
echo "log = \"$folder/logs/node.log\"" >>node/conclaved.conf
"$conclaved" --config node/conclaved.conf 2>err &
pid=$!
echo $pid >pid

# --- a file of events ---

mkdir told && echo '{"event":"before"}' >told/one.ndjson
sed -e "s|/var/log/conclave-events/|$folder/told/|" -e 's|\[ ! -d /run/systemd/system \]|false|' \
    "$top_srcdir/contrib/logrotate/conclave-events" >events.conf
within_time [ -S node/control.sock ]
"$conclave" events --follow --socket node/control.sock --cursor cursor -o told/one.ndjson 2>err &
follower=$!
ok 'events go into a file' within_time [ -s cursor ]
echo $follower >pid
PATH=$folder/bin:$PATH "$logrotate" --force --state state.events events.conf >out 2>&1
ok 'logrotate takes it' [ -s told/one.ndjson.1 ]
ok '  and has told who writes it' grep -q -e '--signal=HUP conclave-events@' called
ok '  which goes on in a new one' within_time [ -e told/one.ndjson ]
kill -TERM $follower
wait $follower
follower=
rm called
echo $pid >pid

# --- the log ---

ok 'a node writes its log' within_time grep -q event=node.limits logs/node.log
inode=$(stat -c %i logs/node.log)
ok 'logrotate takes the file' rotate
ok '  and has told the node alone' grep -q -e '-HUP -x conclaved' -e '--signal=HUP' called
ok 'the node goes on in a new file' within_time grep -q -s event=log.reopened logs/node.log
ok '  which says first whose it is' sh -c 'head -1 logs/node.log | grep -q "event=log.reopened .* seat=1 "'
ok '  and leaves the old one' [ "$(stat -c %i logs/node.log.1)" = "$inode" ]
ok '  to its readers' [ "$(stat -c %a logs/node.log)" = 640 ]
ok 'a second time' rotate
ok '  the old file is packed' [ -s logs/node.log.2.gz ]
ok '  and there is a third' within_time grep -q -s event=log.reopened logs/node.log
kill -TERM $pid
wait $pid
status=$?
pid=
ok 'the node ends well' [ $status -eq 0 ]
events >out
ok 'no line is lost' sh -c '[ "$(head -2 out | tail -1)" = node.started ] &&
    [ "$(grep -c -x log.reopened out)" -eq 2 ] && [ "$(tail -1 out)" = node.stopped ]'
echo "1..$count"
