/* SPDX-License-Identifier: ISC */
#include "conclave/describe.h"

#include "base/alloc.h"
#include "conclave/node.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_BYTES = 96 };

const char *describe_state(const json_t *proposal)
{
    const char *outcome = member_text(proposal, "outcome");
    return outcome[0] != '\0' ? outcome : member_text(proposal, "phase");
}

enum colour describe_state_colour(const char *state)
{
    if (strcmp(state, "approved") == 0) {
        return COLOUR_GOOD;
    }
    return strcmp(state, "rejected") == 0 ? COLOUR_BAD : COLOUR_WARN;
}

enum colour describe_severity_colour(const json_t *flag)
{
    const char *severity = member_text(flag, "severity");
    if (strcmp(severity, "critical") == 0) {
        return COLOUR_BAD;
    }
    return strcmp(severity, "warning") == 0 ? COLOUR_WARN : COLOUR_PLAIN;
}

void describe_seat(char *out, const json_t *object, const char *key)
{
    char name_key[32] = "name";
    if (strcmp(key, "seat") != 0) {
        (void)snprintf(name_key, sizeof(name_key), "%s_name", key);
    }
    (void)snprintf(out, SMALL_BYTES, "%s (%d)", member_text(object, name_key),
                   (int)member_number(object, key));
}

void describe_moment(char *out, const json_t *moment)
{
    char time[32];
    if (!json_is_object(moment)) {
        (void)snprintf(out, SMALL_BYTES, "-");
        return;
    }
    output_time(time, (uint64_t)member_number(moment, "time_ms"));
    (void)snprintf(out, SMALL_BYTES, "height %lld, %s",
                   (long long)member_number(moment, "height"), time);
}
