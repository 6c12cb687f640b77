#!/bin/sh
# SPDX-License-Identifier: ISC
# A command for conclave-alert(8) that sends each alert as mail:
#
#     receiver "mail" {
#         command = "/usr/share/doc/conclave/examples/alert-mail.sh ops@example.org"
#         severity = "warning"
#     }
#
# It is tried again until sendmail takes the mail. What stands in an alert was written by
# others: it is in the subject and in the text, and never in a command.
set -eu

[ $# -ge 1 ] || {
    echo "usage: ${0##*/} ADDRESS..." >&2
    exit 2
}
{
    # A header is one line of at most 998 bytes.
    printf 'Subject: [conclave] %.200s\n' "${CONCLAVE_ALERT_TEXT:-$CONCLAVE_ALERT_TYPE}"
    printf 'To: %s\n' "$(printf '%s' "$*" | tr ' ' ',')"
    printf 'Message-ID: <%s@conclave-alert>\n' "$CONCLAVE_ALERT_ID"
    printf 'Auto-Submitted: auto-generated\nMIME-Version: 1.0\n'
    printf 'Content-Type: text/plain; charset=utf-8\n\n'
    printf '%s\n\n' "${CONCLAVE_ALERT_TEXT:-}"
    if command -v jq >/dev/null; then
        jq .
    else
        fold -w 900
    fi
} | "${SENDMAIL:-/usr/sbin/sendmail}" -oi -- "$@"
