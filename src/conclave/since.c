/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/since.h"

#include "base/clock.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool since_parse(const char *text, uint64_t *out)
{
    static const struct {
        char unit;
        uint64_t ms;
    } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
    size_t digits = strspn(text, "0123456789");
    for (size_t i = 0; i < 4 && digits > 0 && digits < 10; i++) {
        if (text[digits] == units[i].unit && text[digits + 1] == '\0') {
            uint64_t ago = strtoull(text, NULL, 10) * units[i].ms, now = clock_wall_ms();
            *out = now > ago ? now - ago : 1;
            return true;
        }
    }
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"};
    for (size_t i = 0; i < 3; i++) {
        struct tm tm = {0};
        const char *rest = strptime(text, forms[i], &tm);
        if (rest != NULL && (*rest == '\0' || strcmp(rest, "Z") == 0)) {
            time_t seconds = timegm(&tm);
            *out = seconds > 0 ? (uint64_t)seconds * 1000 : 1;
            return true;
        }
    }
    return false;
}
