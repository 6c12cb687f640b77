/* SPDX-License-Identifier: ISC */
#include "verifier/progress.h"

#include "conclave/pace.h"

#include <inttypes.h>
#include <stdio.h>

static const char *shown_stage;
static struct pace pace;

void progress_show(void *context, const char *stage, uint64_t done, uint64_t total)
{
    struct pace_line line;
    (void)context;
    if (shown_stage != stage) {
        bool drawn = pace.drawn;
        shown_stage = stage;
        pace_begin(&pace);
        pace.drawn = drawn;
        pace.shown_ms = pace.begun_ms; /* a short stage shows nothing */
    }
    if (done == 0 || !pace_due(&pace, done, total, &line)) {
        return;
    }
    (void)fprintf(stderr,
                  "\r\033[K%s: %" PRIu64 " of %" PRIu64 " decisions, %.0f%%, %.0f a "
                  "second, %s left",
                  stage, done, total, 100 * line.fraction, line.rate, line.left);
}

void progress_clear(void)
{
    pace_clear(&pace);
    (void)fflush(stderr);
    shown_stage = NULL;
}
