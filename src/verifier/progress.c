/* SPDX-License-Identifier: ISC */
#include "verifier/progress.h"

#include "base/clock.h"
#include "conclave/output.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHOW_MS = 200, DURATION_BYTES = 32 };

static const char *shown_stage;
static uint64_t begun_ms, shown_ms;
static bool is_drawn;

static bool is_wanted(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDERR_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

void progress_show(void *context, const char *stage, uint64_t done, uint64_t total)
{
    uint64_t now = clock_monotonic_ms();
    char left[DURATION_BYTES] = "?";
    (void)context;
    if (shown_stage != stage) {
        shown_stage = stage;
        begun_ms = shown_ms = now;
    }
    if (now - shown_ms < SHOW_MS || done == 0 || !is_wanted()) {
        return;
    }
    shown_ms = now;
    is_drawn = true;
    double rate = (double)done * 1000 / (double)(now - begun_ms);
    output_duration(left, (uint64_t)((double)(total - done) * 1000 / rate));
    (void)fprintf(stderr,
                  "\r\033[K%s: %" PRIu64 " of %" PRIu64 " decisions, %.0f%%, %.0f a "
                  "second, %s left",
                  stage, done, total, 100 * (double)done / (double)total, rate, left);
}

void progress_clear(void)
{
    if (is_drawn) {
        (void)fprintf(stderr, "\r\033[K");
        (void)fflush(stderr);
    }
    is_drawn = false;
    shown_stage = NULL;
}
