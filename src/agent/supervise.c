/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "agent/supervise.h"

#include "agent/confine.h"
#include "agent/descendants.h"
#include "agent/scratch.h"
#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    STATUS_FD = 3,
    LEASH_FD = 4,
    FIRST_OTHER_FD = 5,
    PARKED_FD = 16, /* above those, while they are put into place */
    EXIT_NOT_STARTED = 127,
    LOOK_MS = 50, /* between counts of the processes */
    CROWD = 16,   /* so many are killed again without a pause */
};

static void report(int kind, int value)
{
    struct supervise_status s = {kind, value};
    (void)!write(STATUS_FD, &s, sizeof(s));
}

/* Puts the five descriptors into place and closes all others. */
static void place_descriptors(const struct supervise_request *r)
{
    int given[] = {r->in, r->out, r->err, r->status, r->leash};
    for (int i = 0; i < FIRST_OTHER_FD; i++) {
        given[i] = fcntl(given[i], F_DUPFD, PARKED_FD);
        if (given[i] < 0) {
            _exit(EXIT_NOT_STARTED);
        }
    }
    for (int i = 0; i < FIRST_OTHER_FD; i++) {
        (void)dup2(given[i], i);
    }
    if (close_range(FIRST_OTHER_FD, ~0U, 0) != 0) {
        long limit = sysconf(_SC_OPEN_MAX);
        for (int fd = FIRST_OTHER_FD; fd < limit; fd++) {
            (void)close(fd);
        }
    }
    (void)fcntl(STATUS_FD, F_SETFD, FD_CLOEXEC);
    (void)fcntl(LEASH_FD, F_SETFD, FD_CLOEXEC);
}

static void default_signals(void)
{
    for (int i = 1; i < NSIG; i++) {
        (void)signal(i, SIG_DFL);
    }
}

static void limit(int resource, rlim_t most)
{
    struct rlimit l;
    if (getrlimit(resource, &l) == 0 &&
        (l.rlim_max == RLIM_INFINITY || l.rlim_max > most)) {
        l.rlim_max = most;
    }
    l.rlim_cur = l.rlim_max;
    if (setrlimit(resource, &l) != 0) {
        report(STATUS_NOT_STARTED, errno);
        _exit(EXIT_NOT_STARTED);
    }
}

static void limit_given(int resource, rlim_t most)
{
    if (most > 0) {
        limit(resource, most);
    }
}

static _Noreturn void not_started(const char *what, int error)
{
    (void)!write(STDERR_FILENO, what, strlen(what));
    report(STATUS_NOT_STARTED, error);
    _exit(EXIT_NOT_STARTED);
}

static unsigned kept_calls(const struct supervise_request *r)
{
    unsigned kept = r->no_network ? CONFINE_NETWORK : 0;
    if (r->confine != NULL && confine_filters()) {
        kept |= CONFINE_IPC | (r->unix_sockets ? 0 : CONFINE_UNIX_SOCKETS);
    }
    return kept;
}

static void confine(const struct supervise_request *r)
{
    int error = 0;
    if (r->confine != NULL) {
        error = confine_files(r->confine, r->words, r->directory);
    }
    if (error != 0) {
        not_started("it cannot be kept from files\n", error);
    }
    /* Not sooner: the paths above may be relative. */
    if (r->directory != NULL && chdir(r->directory) != 0) {
        not_started("its directory has gone\n", errno);
    }
    unsigned kept = kept_calls(r);
    if (kept != 0) {
        error = confine_calls(kept);
    }
    if (error != 0) {
        not_started("its calls cannot be filtered\n", error);
    }
}

static char *const *usual_environment(const char *directory)
{
    static char path[] =
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    static char language[] = "LANG=C.UTF-8";
    static char *environment[] = {path, language, NULL, NULL, NULL};
    if (directory != NULL) {
        environment[2] = alloc_printf("HOME=%s", directory);
        environment[3] = alloc_printf("TMPDIR=%s", directory);
    }
    return environment;
}

static _Noreturn void become_evaluator(const struct supervise_request *r)
{
    char *const *environment =
        r->environment != NULL ? r->environment : usual_environment(r->directory);
    sigset_t none;
    default_signals();
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)setsid();
    (void)umask(077);
    /* Should the supervisor be killed, at least the evaluator itself goes with it. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    confine(r);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, r->cpu_seconds);
    limit_given(RLIMIT_NOFILE, r->files);
    limit_given(RLIMIT_FSIZE, r->file_bytes);
    limit_given(RLIMIT_AS, r->memory_bytes);
    (void)execve(r->words[0], r->words, environment);
    not_started("", errno);
}

/* Kills until there is no child: orphans of those that die become children here. */
static void kill_descendants(pid_t evaluator)
{
    static const struct timespec moment = {0, 2000000};
    (void)kill(evaluator, SIGKILL);
    (void)kill(-evaluator, SIGKILL);
    for (;;) {
        pid_t reaped;
        while ((reaped = waitpid(-1, NULL, WNOHANG)) > 0) {
        }
        if (reaped < 0 && errno == ECHILD) {
            return;
        }
        if (descendants_kill() < CROWD) {
            (void)nanosleep(&moment, NULL);
        }
    }
}

/* Reaps orphans. Whether the evaluator has ended, which is then reported; it stays a zombie
 * so that its number still names its process group. */
static bool has_ended(pid_t evaluator)
{
    for (;;) {
        siginfo_t info = {.si_pid = 0};
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) {
            return false;
        }
        if (info.si_pid == evaluator) {
            report(info.si_code == CLD_EXITED ? STATUS_EXITED : STATUS_SIGNALED,
                   info.si_status);
            return true;
        }
        (void)waitpid(info.si_pid, NULL, 0);
    }
}

/* Waits until the evaluator ends, the leash is let go, or there are too many processes. */
static void watch(pid_t evaluator, int signals, unsigned processes)
{
    struct pollfd fds[] = {{LEASH_FD, POLLIN, 0}, {signals, POLLIN, 0}};
    for (;;) {
        struct signalfd_siginfo info;
        int ready = poll(fds, 2, processes > 0 ? LOOK_MS : -1);
        if (ready < 0 && errno != EINTR) {
            return;
        }
        if (ready <= 0) {
            fds[0].revents = 0;
        }
        if (fds[0].revents != 0) {
            return;
        }
        (void)!read(signals, &info, sizeof(info));
        if (has_ended(evaluator)) {
            return;
        }
        if (processes > 0 && descendants_count(processes) > processes) {
            report(STATUS_TOO_MANY, 0);
            return;
        }
    }
}

_Noreturn void supervise(const struct supervise_request *r)
{
    sigset_t children;
    default_signals();
    place_descriptors(r);
    (void)setsid();
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
    /* All signals stay blocked: only the leash and the evaluator's end count here. */
    (void)sigemptyset(&children);
    (void)sigaddset(&children, SIGCHLD);
    pid_t evaluator = fork();
    if (evaluator == 0) {
        become_evaluator(r);
    }
    if (evaluator < 0) {
        not_started("", errno);
    }
    (void)close(STDIN_FILENO);
    (void)close(STDOUT_FILENO);
    (void)close(STDERR_FILENO);
    int signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals >= 0) {
        watch(evaluator, signals, r->processes);
    }
    kill_descendants(evaluator);
    if (r->directory != NULL) {
        scratch_remove(r->directory);
    }
    _exit(0);
}
