#!/bin/sh
# SPDX-License-Identifier: ISC
# flood.sh out|err|err-then-answer
case $1 in
out) exec yes ;;
err) exec yes >&2 ;;
*)
    head -c 3000000 /dev/zero | tr '\0' e >&2
    echo '{"choice":"abstain","confidence":1,"rationale":"said much"}'
    ;;
esac
