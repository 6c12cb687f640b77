/* SPDX-License-Identifier: ISC */
#include "conclave/describe.h"

#include "base/alloc.h"
#include "conclave/node.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_BYTES = 96, LINE_BYTES = 4096, PAGE_WIDTH = 80 };

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

void describe_line(const char *label, const char *format, ...)
{
    char text[LINE_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    describe_coloured(label, COLOUR_PLAIN, text);
}

void describe_coloured(const char *label, enum colour colour, const char *text)
{
    (void)printf("  %-*s  ", LABEL_WIDTH, label);
    output_text(colour, text);
    (void)printf("\n");
}

void describe_wrapped(const char *label, enum colour colour, const char *text)
{
    const unsigned room = PAGE_WIDTH - LABEL_WIDTH - 4;
    char *copy = alloc_string(text), *rest = copy, *line = copy, *word;
    unsigned used = 0;
    while ((word = strsep(&rest, " ")) != NULL) {
        unsigned width = output_width(word);
        if (used > 0 && used + 1 + width > room) {
            word[-1] = '\0';
            describe_coloured(label, colour, line);
            label = "";
            line = word;
            used = width;
            continue;
        }
        if (used > 0) {
            word[-1] = ' ';
        }
        used += width + (used > 0);
    }
    describe_coloured(label, colour, line);
    free(copy);
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
