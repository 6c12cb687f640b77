/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/children.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STOP_POLL_MS = 10, EXEC_FAILED = 127 };

/* In the child, between fork and exec. */
__attribute__((noreturn)) static void become(const char *const *argv, int log, pid_t parent)
{
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) {
        _exit(EXEC_FAILED); /* it died before the line above */
    }
    int null = open("/dev/null", O_RDONLY);
    (void)dup2(null, STDIN_FILENO);
    (void)dup2(log, STDOUT_FILENO);
    (void)dup2(log, STDERR_FILENO);
    (void)close(null);
    (void)close(log);
    execv(argv[0], (char *const *)argv);
    (void)dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(EXEC_FAILED);
}

int child_start(struct children *c, const char *name, const char *log,
                const char *const *argv, struct complaint *why)
{
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (fd < 0) {
        return complain(why, CONCLAVE_EIO, "%s: cannot open its log %s: %s", name, log,
                        strerror(errno));
    }
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        become(argv, fd, parent);
    }
    int cause = errno;
    (void)close(fd);
    if (pid < 0) {
        return complain(why, CONCLAVE_EIO, "%s: cannot start a process: %s", name,
                        strerror(cause));
    }
    (void)setpgid(pid, pid); /* whichever of the two comes first */
    c->list = alloc_resize(c->list, c->count + 1, sizeof(*c->list));
    c->list[c->count++] = (struct child){alloc_string(name), alloc_string(log), pid, 0};
    return 0;
}

struct child *children_reap(struct children *c)
{
    for (size_t i = 0; i < c->count; i++) {
        struct child *child = &c->list[i];
        int status;
        if (child->pid > 0 && waitpid(child->pid, &status, WNOHANG) == child->pid) {
            /* What it started itself must not stay behind either. */
            (void)kill(-child->pid, SIGKILL);
            child->pid = 0;
            child->status = status;
            return child;
        }
    }
    return NULL;
}

void child_describe_end(const struct child *c, char *out)
{
    if (WIFSIGNALED(c->status)) {
        int number = WTERMSIG(c->status);
        (void)snprintf(out, 64, "signal %d (%s)", number, strsignal(number));
    } else {
        (void)snprintf(out, 64, "exit status %d", WEXITSTATUS(c->status));
    }
}

static size_t signal_all(const struct children *c, int number)
{
    size_t running = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (c->list[i].pid > 0) {
            running++;
            (void)kill(number == SIGKILL ? -c->list[i].pid : c->list[i].pid, number);
            /* A stopped process takes no notice before it goes on. */
            (void)kill(c->list[i].pid, SIGCONT);
        }
    }
    return running;
}

static size_t count_running(struct children *c)
{
    size_t running = 0;
    while (children_reap(c) != NULL) {
    }
    for (size_t i = 0; i < c->count; i++) {
        running += c->list[i].pid > 0;
    }
    return running;
}

void children_stop(struct children *c, int timeout_ms)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)timeout_ms;
    if (signal_all(c, SIGTERM) == 0) {
        return;
    }
    while (count_running(c) > 0 && clock_monotonic_ms() < until) {
        (void)poll(NULL, 0, STOP_POLL_MS);
    }
    if (signal_all(c, SIGKILL) > 0) {
        while (count_running(c) > 0) {
            (void)poll(NULL, 0, STOP_POLL_MS);
        }
    }
}

void children_free(struct children *c)
{
    for (size_t i = 0; i < c->count; i++) {
        free(c->list[i].name);
        free(c->list[i].log);
    }
    free(c->list);
    *c = (struct children){NULL, 0};
}
