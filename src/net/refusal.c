/* SPDX-License-Identifier: ISC */
#include "net/refusal.h"

#include <stdio.h>
#include <string.h>

bool refusal_met(struct refusals *r, enum refusal_kind kind, const char *reason,
                 uint64_t now_ms, uint64_t *count)
{
    char(*told)[REFUSAL_REASON_BYTES] = &r->of[kind].reason;
    bool is_new = strncmp(*told, reason, sizeof(*told) - 1) != 0;
    *count = is_new ? 1 : ++r->of[kind].count;
    if (!is_new && now_ms - r->of[kind].told_ms < REFUSAL_AGAIN_MS) {
        return false;
    }
    (void)snprintf(*told, sizeof(*told), "%s", reason);
    r->of[kind].told_ms = now_ms;
    r->of[kind].count = 0;
    return true;
}

void refusals_over(struct refusals *r)
{
    memset(r, 0, sizeof(*r));
}
