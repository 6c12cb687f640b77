/* SPDX-License-Identifier: ISC */
#include "ui/screen/role.h"

const char *role_name(enum role r)
{
    static const char *const names[ROLE_COUNT] = {
        [ROLE_TEXT] = "text",         [ROLE_QUIET] = "quiet",
        [ROLE_STRONG] = "strong",     [ROLE_TITLE] = "title",
        [ROLE_HEADER] = "header",     [ROLE_TAB] = "tab",
        [ROLE_TAB_HERE] = "tab-here", [ROLE_KEY] = "key",
        [ROLE_KEY_TEXT] = "key-text", [ROLE_LIVE] = "live",
        [ROLE_STALE] = "stale",       [ROLE_FROZEN] = "frozen",
        [ROLE_REPLAY] = "replay",     [ROLE_GOOD] = "good",
        [ROLE_BAD] = "bad",           [ROLE_BAR] = "bar",
        [ROLE_BAR_REST] = "bar-rest", [ROLE_BAR_MARK] = "bar-mark",
        [ROLE_BEAT] = "beat",         [ROLE_BEAT_LATE] = "beat-late",
        [ROLE_APPROVE] = "approve",   [ROLE_REJECT] = "reject",
        [ROLE_ABSTAIN] = "abstain",   [ROLE_SEALED] = "sealed",
        [ROLE_NOTHING] = "nothing",   [ROLE_UNKNOWN] = "unknown",
        [ROLE_NOTICE] = "notice",     [ROLE_WARNING] = "warning",
        [ROLE_CRITICAL] = "critical", [ROLE_FOUND] = "found",
        [ROLE_PROMPT] = "prompt",
    };
    return names[r];
}
