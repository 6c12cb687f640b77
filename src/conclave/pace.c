/* SPDX-License-Identifier: ISC */
#include "conclave/pace.h"

#include "conclave/output.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHOW_MS = 200 };

static bool is_terminal(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDERR_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

void pace_begin(struct pace *p)
{
    *p = (struct pace){.wanted = is_terminal(), .begun_ms = clock_monotonic_ms()};
}

bool pace_due(struct pace *p, uint64_t done, uint64_t total, struct pace_line *out)
{
    uint64_t now = clock_monotonic_ms(), took = now - p->begun_ms;
    if (!p->wanted || now - p->shown_ms < SHOW_MS || took == 0 || total == 0) {
        return false;
    }
    p->shown_ms = now;
    p->drawn = true;
    *out = (struct pace_line){.fraction = (double)done / (double)total,
                              .rate = (double)done * 1000 / (double)took,
                              .left = "?"};
    /* What is damaged may claim any total. */
    double left_ms = out->rate > 0 ? (double)(total - done) * 1000 / out->rate : 1e15;
    if (left_ms < 1e15) {
        output_duration(out->left, (uint64_t)left_ms);
    }
    return true;
}

void pace_clear(struct pace *p)
{
    if (p->drawn) {
        (void)fprintf(stderr, "\r\033[K");
        p->drawn = false;
    }
}
