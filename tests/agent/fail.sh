#!/bin/sh
# SPDX-License-Identifier: ISC
# Fails, after it has printed an answer and said why.
echo '{"choice":"approve","confidence":1,"rationale":"not meant"}'
printf 'cannot reach the model\033[31m\n' >&2
exit 3
