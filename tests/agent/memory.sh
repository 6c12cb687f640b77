#!/bin/sh
# SPDX-License-Identifier: ISC
# Wants more memory than it may have: tail keeps the whole of a line.
head -c 2000000000 /dev/zero | tail -n 1 >/dev/null || exit 9
echo '{"choice":"approve","confidence":1,"rationale":"had all that memory"}'
