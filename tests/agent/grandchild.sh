#!/bin/sh
# SPDX-License-Identifier: ISC
# grandchild.sh FILE ANSWERS: leaves processes of its own sessions behind that never end
# and hold its standard output open.
: >>"$1"
setsid sh -c 'echo $$ >>"$1"; while :; do sleep 1; done' - "$1" &
(setsid sh -c '(trap "" TERM HUP; echo $$ >>"$1"; sleep 1000) & echo $! >>"$1"' - "$1" &)
while [ "$(wc -l <"$1")" -lt 3 ]; do
    sleep 0.05
done
if [ "$2" = yes ]; then
    echo '{"choice":"approve","confidence":1,"rationale":"left some behind"}'
else
    wait
fi
