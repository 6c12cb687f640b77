/* SPDX-License-Identifier: ISC */
#include "conclave/audit_progress.h"

#include "base/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BAR_CELLS = 24 };

void audit_progress_begin(struct audit_progress *p, const char *what)
{
    p->what = what;
    pace_begin(&p->pace);
}

bool audit_progress_show(void *context, uint64_t height, uint64_t target)
{
    struct audit_progress *p = context;
    struct pace_line line;
    char bar[BAR_CELLS + 1];
    if (!pace_due(&p->pace, height, target, &line)) {
        return true;
    }
    memset(bar, '.', BAR_CELLS);
    memset(bar, '#', (size_t)(line.fraction * BAR_CELLS));
    bar[BAR_CELLS] = '\0';
    (void)fprintf(stderr,
                  "\r\033[K%s%s[%s] %.0f%%, block %llu of %llu, %.0f a second, %s left",
                  p->what != NULL ? p->what : "", p->what != NULL ? ": " : "", bar,
                  100 * line.fraction, (unsigned long long)height,
                  (unsigned long long)target, line.rate, line.left);
    return true;
}

void audit_progress_clear(struct audit_progress *p)
{
    pace_clear(&p->pace);
}

uint64_t audit_progress_took(const struct audit_progress *p)
{
    return clock_monotonic_ms() - p->pace.begun_ms;
}

/* --- a store whose pages lead nowhere --- */

static char guarded[512];

/* Only what a signal handler may do. */
static void on_bad_page(int number)
{
    static const char text[] =
        ": the store is damaged: its pages are not what LMDB wrote\n";
    (void)number;
    (void)!write(STDERR_FILENO, guarded, strlen(guarded));
    (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    _exit(EXIT_FAILURE);
}

void audit_progress_guard(const char *path)
{
    struct sigaction action = {.sa_handler = on_bad_page};
    (void)snprintf(guarded, sizeof(guarded), "%s", path);
    (void)sigaction(SIGSEGV, &action, NULL);
    (void)sigaction(SIGBUS, &action, NULL);
    (void)sigaction(SIGABRT, &action, NULL); /* its assertions */
}
