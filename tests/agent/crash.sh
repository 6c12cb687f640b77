#!/bin/sh
# SPDX-License-Identifier: ISC
# Dies of a signal, after it has printed an answer.
echo '{"choice":"approve","confidence":1,"rationale":"last words"}'
kill -SEGV $$
