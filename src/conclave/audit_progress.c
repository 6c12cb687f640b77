/* SPDX-License-Identifier: ISC */
#include "conclave/audit_progress.h"

#include "conclave/output.h"

#include "base/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHOW_MS = 200, BAR_CELLS = 24 };

static bool is_terminal(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDERR_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

void audit_progress_begin(struct audit_progress *p, const char *what)
{
    *p = (struct audit_progress){
        .what = what, .wanted = is_terminal(), .begun_ms = clock_monotonic_ms()};
}

bool audit_progress_show(void *context, uint64_t height, uint64_t target)
{
    struct audit_progress *p = context;
    uint64_t now = clock_monotonic_ms(), took = now - p->begun_ms;
    char bar[BAR_CELLS + 1], left[32] = "?";
    if (!p->wanted || now - p->shown_ms < SHOW_MS || took == 0 || target == 0) {
        return true;
    }
    p->shown_ms = now;
    p->drawn = true;
    /* A damaged store may claim any height. */
    double rate = (double)height * 1000 / (double)took;
    double done = (double)height / (double)target;
    double left_ms = rate > 0 ? (double)(target - height) * 1000 / rate : 1e15;
    if (left_ms < 1e15) {
        output_duration(left, (uint64_t)left_ms);
    }
    memset(bar, '.', BAR_CELLS);
    memset(bar, '#', (size_t)(done * BAR_CELLS));
    bar[BAR_CELLS] = '\0';
    (void)fprintf(
        stderr, "\r\033[K%s%s[%s] %.0f%%, block %llu of %llu, %.0f a second, %s left",
        p->what != NULL ? p->what : "", p->what != NULL ? ": " : "", bar, 100 * done,
        (unsigned long long)height, (unsigned long long)target, rate, left);
    return true;
}

void audit_progress_clear(struct audit_progress *p)
{
    if (p->drawn) {
        (void)fprintf(stderr, "\r\033[K");
        p->drawn = false;
    }
}

uint64_t audit_progress_took(const struct audit_progress *p)
{
    return clock_monotonic_ms() - p->begun_ms;
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
