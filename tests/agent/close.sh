#!/bin/sh
# SPDX-License-Identifier: ISC
# close.sh yes|no: closes its streams early, with or without an answer.
exec <&-
[ "$1" = no ] || echo '{"choice":"approve","confidence":2,"rationale":"early"}'
exec >&-
exec 2>&-
sleep 0.2
