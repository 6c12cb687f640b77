#!/bin/sh
# SPDX-License-Identifier: ISC
# once.sh FILE SECONDS: leaves a mark for each start and end; so the marks show how often
# it ran and how many ran at once.
echo + >>"$1"
sleep "$2"
echo - >>"$1"
echo '{"choice":"reject","confidence":10,"rationale":"slow"}'
