#!/bin/sh
# SPDX-License-Identifier: ISC
# The alert rules, by Prometheus' own tool: they are good, each fires when it should, and a
# council at work raises none. Whether a node has the metrics that they name is for
# tests/e2e/test_metrics.

rules=${top_srcdir:?}/contrib/prometheus
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# shellcheck source=tests/lib/tap.sh
. "$top_srcdir/tests/lib/tap.sh"

# Every alert of the rules is expected to fire somewhere in their test.
all_are_tested()
{
    sed -n 's/.*- alert: //p' "$rules/conclave.rules.yml" | sort >out
    sed -n 's/.*alertname="\([A-Za-z]*\)".*/\1/p' "$rules/conclave.rules.test.yml" |
        sort -u | diff out - >err && [ -s out ]
}

ok 'every alert has a test' all_are_tested
if command -v promtool >/dev/null; then
    ok 'the rules are good' exits_with 0 promtool check rules "$rules/conclave.rules.yml"
    ok 'and fire when they should' exits_with 0 \
        promtool test rules "$rules/conclave.rules.test.yml"
else
    echo 'ok 2 - the rules are good # SKIP promtool is not installed'
    echo 'ok 3 - and fire when they should # SKIP promtool is not installed'
    count=3
fi
echo "1..$count"
