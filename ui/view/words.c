/* SPDX-License-Identifier: ISC */
#include "ui/view/draw.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

void words_number(char *out, size_t size, uint64_t n)
{
    if (n == UNKNOWN) {
        (void)snprintf(out, size, "?");
    } else {
        (void)snprintf(out, size, "%" PRIu64, n);
    }
}

int words_width(unsigned most)
{
    return most > 99 ? 3 : most > 9 ? 2 : 1;
}

void words_duration(char *out, size_t size, uint64_t ms)
{
    const uint64_t day = 24 * (uint64_t)HOUR;
    if (ms == UNKNOWN) {
        (void)snprintf(out, size, "?");
    } else if (ms < SECOND) {
        (void)snprintf(out, size, "%" PRIu64 "ms", ms);
    } else if (ms < MINUTE) {
        (void)snprintf(out, size, "%" PRIu64 ".%" PRIu64 "s", ms / SECOND,
                       ms % SECOND / 100);
    } else if (ms < HOUR) {
        (void)snprintf(out, size, "%" PRIu64 "m", ms / MINUTE);
    } else if (ms < 2 * day) {
        (void)snprintf(out, size, "%" PRIu64 "h", ms / HOUR);
    } else if (ms / day < 100000) {
        (void)snprintf(out, size, "%" PRIu64 "d", ms / day);
    } else {
        (void)snprintf(out, size, ">99999d");
    }
}

void words_age(char *out, size_t size, uint64_t ms)
{
    if (ms < MINUTE) {
        (void)snprintf(out, size, "%us", (unsigned)(ms / SECOND));
    } else {
        words_duration(out, size, ms);
    }
}

/* Years that a clock can mean; what is beyond is a node's nonsense. */
static bool broken_down(uint64_t ms, struct tm *out)
{
    const uint64_t end = UINT64_C(253402300800000); /* the year 10000 */
    if (ms >= end) {
        return false;
    }
    time_t seconds = (time_t)(ms / SECOND);
    return gmtime_r(&seconds, out) != NULL;
}

static void words_time(char *out, size_t size, uint64_t ms, const char *format)
{
    struct tm t;
    if (!broken_down(ms, &t) || strftime(out, size, format, &t) == 0) {
        (void)snprintf(out, size, "?");
    }
}

void words_clock(char *out, size_t size, uint64_t ms)
{
    words_time(out, size, ms, "%H:%M:%SZ");
}

void words_date(char *out, size_t size, uint64_t ms)
{
    words_time(out, size, ms, "%Y-%m-%d %H:%M:%SZ");
}

void words_bytes(char *out, size_t size, uint64_t bytes)
{
    static const char units[] = "kMGTPE";
    if (bytes == UNKNOWN) {
        (void)snprintf(out, size, "?");
        return;
    }
    if (bytes < 1000) {
        (void)snprintf(out, size, "%" PRIu64 " B", bytes);
        return;
    }
    uint64_t tenths = bytes / 100;
    size_t unit = 0;
    while (tenths >= 10000) {
        tenths /= 1000;
        unit++;
    }
    (void)snprintf(out, size, "%" PRIu64 ".%" PRIu64 " %cB", tenths / 10, tenths % 10,
                   units[unit]);
}
