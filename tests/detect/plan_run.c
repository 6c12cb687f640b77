/* SPDX-License-Identifier: ISC */
/* Rows are run by processes that take every n-th of them; results come back by pipes. */
#include "plan.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct worker {
    pid_t pid;
    int pipe;
};

static void fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void work(const struct plan *p, size_t first, size_t step, int out)
{
    for (size_t i = first; i < p->count; i += step) {
        struct score s;
        trial_run(&p->rows[i].trial, &s);
        if (write(out, &s, sizeof(s)) != (ssize_t)sizeof(s)) {
            fail("detect: write");
        }
    }
}

static struct worker start(const struct plan *p, size_t first, size_t step)
{
    int ends[2];
    if (pipe(ends) != 0) {
        fail("detect: pipe");
    }
    pid_t pid = fork();
    if (pid < 0) {
        fail("detect: fork");
    }
    if (pid == 0) {
        (void)close(ends[0]);
        work(p, first, step, ends[1]);
        _exit(EXIT_SUCCESS);
    }
    (void)close(ends[1]);
    return (struct worker){pid, ends[0]};
}

void plan_run(struct plan *p, unsigned processes)
{
    struct worker *workers = alloc_zero(processes, sizeof(*workers));
    (void)fflush(NULL);
    for (unsigned i = 0; i < processes; i++) {
        workers[i] = start(p, i, processes);
    }
    for (size_t i = 0; i < p->count; i++) {
        struct score *s = &p->rows[i].score;
        if (read(workers[i % processes].pipe, s, sizeof(*s)) != (ssize_t)sizeof(*s)) {
            (void)fputs("detect: a worker ended before its results\n", stderr);
            exit(EXIT_FAILURE);
        }
        if (isatty(STDERR_FILENO)) {
            (void)fprintf(stderr, "\r%zu of %zu", i + 1, p->count);
        }
    }
    for (unsigned i = 0; i < processes; i++) {
        (void)close(workers[i].pipe);
        (void)waitpid(workers[i].pid, NULL, 0);
    }
    if (isatty(STDERR_FILENO)) {
        (void)fputs("\n", stderr);
    }
    free(workers);
}
