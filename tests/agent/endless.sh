#!/bin/sh
# SPDX-License-Identifier: ISC
# endless.sh FILE: never ends.
echo $$ >>"$1"
while :; do
    sleep 1
done
