/* SPDX-License-Identifier: ISC */
/* Memory that is gone ends the process with EX_OSERR; and the two clocks. */
#include "base/alloc.h"
#include "base/clock.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* A sanitizer's allocator would abort on a request like those below. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static volatile size_t too_much = PTRDIFF_MAX;

static void ask_alloc(void)
{
    (void)!alloc(too_much);
}

static void ask_zero(void)
{
    (void)!alloc_zero(too_much, too_much);
}

static void ask_resize(void)
{
    (void)!alloc_resize(NULL, too_much, too_much);
}

/* The exit status of a child that asks; its last words go into line. */
static int ends_with(void (*ask)(void), char *line, size_t room)
{
    int pipe_ends[2];
    int status = -1;
    if (pipe(pipe_ends) != 0) {
        return -1;
    }
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(pipe_ends[1], STDERR_FILENO);
        ask();
        _exit(0);
    }
    (void)close(pipe_ends[1]);
    size_t used = 0;
    ssize_t got;
    while (used + 1 < room &&
           (got = read(pipe_ends[0], line + used, room - 1 - used)) > 0) {
        used += (size_t)got;
    }
    line[used] = '\0';
    (void)close(pipe_ends[0]);
    (void)waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void exhausted(void)
{
    static const struct {
        void (*ask)(void);
        const char *name;
    } cases[] = {
        {ask_alloc, "alloc"}, {ask_zero, "alloc_zero"}, {ask_resize, "alloc_resize"}};
    for (size_t i = 0; i < 3; i++) {
        char line[4096];
        is(ends_with(cases[i].ask, line, sizeof(line)), EX_OSERR, cases[i].name);
        ok(strstr(line, "event=memory.exhausted\n") != NULL, "%s says so", cases[i].name);
    }
}

static void given(void)
{
    uint8_t *zero = alloc_zero(3, 5);
    bool all_zero = true;
    for (int i = 0; i < 15; i++) {
        all_zero = all_zero && zero[i] == 0;
    }
    ok(all_zero, "alloc_zero is zero");
    zero[0] = 9;
    zero = alloc_resize(zero, 1000, 10);
    is(zero[0], 9, "alloc_resize keeps the content");
    free(zero);
    void *nothing[] = {alloc(0), alloc_zero(0, 0), alloc_resize(NULL, 0, 0)};
    ok(nothing[0] != nothing[1] && nothing[1] != nothing[2], "nothing at all has a place");
    for (int i = 0; i < 3; i++) {
        free(nothing[i]);
    }
    char *copy = alloc_string("copy");
    char *printed = alloc_printf("%s %d", copy, 7);
    ok(strcmp(printed, "copy 7") == 0, "alloc_printf prints");
    free(copy);
    free(printed);
}

static void clocks(void)
{
    uint64_t monotonic = clock_monotonic_ms();
    uint64_t wall = clock_wall_ms();
    struct timespec pause = {0, 20000000};
    (void)nanosleep(&pause, NULL);
    uint64_t passed = clock_monotonic_ms() - monotonic;
    ok(passed >= 19 && passed < 10000, "20 ms are milliseconds");
    uint64_t seconds = (uint64_t)time(NULL);
    ok(wall / 1000 + 10 > seconds && wall / 1000 <= seconds, "the wall clock is time()");
}

int main(void)
{
    exhausted();
    given();
    clocks();
    return tap_done();
}
