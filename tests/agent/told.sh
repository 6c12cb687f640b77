#!/bin/sh
# SPDX-License-Identifier: ISC
# told.sh CHOICE: answers with the checks that it was told of.
checks=$(sed -n 's/.*"checks":\(.*\)}$/\1/p' | tr '"' "'")
printf '{"choice":"%s","confidence":70,"rationale":"%s"}\n' "$1" "$checks"
