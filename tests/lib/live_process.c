/* SPDX-License-Identifier: ISC */
/* The processes of a council. */
#define _GNU_SOURCE
#include "live.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXEC_FAILED = 127, POLL_MS = 10 };

/* In the child. PR_SET_PDEATHSIG comes after the change of user, which would clear it. */
__attribute__((noreturn)) static void become(const char *program, const char *const *argv,
                                             int out, int err, uid_t uid, gid_t gid,
                                             pid_t parent)
{
    (void)signal(SIGPIPE, SIG_DFL);
    (void)setpgid(0, 0);
    if (uid != 0 && (setgroups(0, NULL) != 0 || setgid(gid) != 0 || setuid(uid) != 0)) {
        _exit(EXEC_FAILED);
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(EXEC_FAILED);
    }
    int null = open("/dev/null", O_RDONLY);
    (void)dup2(null, STDIN_FILENO);
    (void)dup2(out, STDOUT_FILENO);
    (void)dup2(err, STDERR_FILENO);
    execv(program, (char *const *)argv);
    _exit(EXEC_FAILED);
}

static pid_t spawn(const char *program, const char *const *argv, const char *out_path,
                   const char *err_path, uid_t uid, gid_t gid)
{
    int out = open(out_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    int err = strcmp(out_path, err_path) == 0
                  ? out
                  : open(err_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    pid_t parent = getpid();
    (void)fflush(stdout);
    pid_t pid = out < 0 || err < 0 ? -1 : fork();
    if (pid == 0) {
        become(program, argv, out, err, uid, gid, parent);
    }
    (void)close(out);
    if (err != out) {
        (void)close(err);
    }
    if (pid < 0) {
        printf("# cannot start %s: %s\n", program, strerror(errno));
    }
    return pid;
}

static void hang_up(struct live_seat *s)
{
    control_disconnect(s->client);
    control_disconnect(s->agent);
    control_disconnect(s->watcher);
    s->client = s->agent = s->watcher = NULL;
}

void live_set_program(struct live *l, unsigned seat, const char *name)
{
    struct live_seat *s = live_seat(l, seat);
    free(s->program);
    s->program = name != NULL ? live_program(name) : NULL;
}

void live_start(struct live *l, unsigned seat)
{
    struct live_seat *s = live_seat(l, seat);
    const char *argv[] = {"conclaved", "--config", s->config, NULL};
    if (!live_running(l, seat)) {
        pid_t pid = spawn(s->program != NULL ? s->program : l->program, argv, s->errors,
                          s->errors, l->options.uid, l->options.gid);
        s->pid = pid > 0 ? pid : 0;
    }
}

void live_start_all(struct live *l)
{
    for (unsigned seat = 1; seat <= l->options.seats; seat++) {
        live_start(l, seat);
    }
}

bool live_running(struct live *l, unsigned seat)
{
    struct live_seat *s = live_seat(l, seat);
    int status;
    if (s->pid > 0 && waitpid(s->pid, &status, WNOHANG) == s->pid) {
        s->pid = 0;
        s->status = status;
        hang_up(s);
    }
    return s->pid > 0;
}

void live_signal(struct live *l, unsigned seat, int number)
{
    if (live_running(l, seat)) {
        (void)kill(live_seat(l, seat)->pid, number);
    }
}

void live_kill(struct live *l, unsigned seat)
{
    struct live_seat *s = live_seat(l, seat);
    if (live_running(l, seat)) {
        (void)kill(s->pid, SIGKILL);
        (void)waitpid(s->pid, &s->status, 0);
        s->pid = 0;
    }
    hang_up(s);
}

int live_stop(struct live *l, unsigned seat, int timeout_ms)
{
    struct live_seat *s = live_seat(l, seat);
    uint64_t until = clock_monotonic_ms() + (uint64_t)timeout_ms;
    live_signal(l, seat, SIGTERM);
    while (live_running(l, seat) && clock_monotonic_ms() < until) {
        live_pump(l, POLL_MS);
    }
    if (live_running(l, seat)) {
        live_kill(l, seat);
        return -1;
    }
    return s->status;
}

/* --- waiting for them --- */

static bool answers(struct live *l, unsigned seat)
{
    json_t *pong = live_call(l, seat, "ping", NULL);
    json_decref(pong);
    return pong != NULL;
}

bool live_wait_ready(struct live *l, unsigned seat, int timeout_ms)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)timeout_ms;
    unsigned first = seat != 0 ? seat : 1;
    unsigned last = seat != 0 ? seat : l->options.seats;
    for (unsigned i = first; i <= last; i++) {
        if (seat == 0 && live_seat(l, i)->pid == 0) {
            continue;
        }
        while (!answers(l, i)) {
            if (!live_running(l, i) || clock_monotonic_ms() > until) {
                return false;
            }
            live_pump(l, POLL_MS);
        }
    }
    return true;
}

bool live_wait_connected(struct live *l, int timeout_ms)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)timeout_ms;
    for (;;) {
        unsigned running = 0;
        bool all = true;
        for (unsigned seat = 1; seat <= l->options.seats; seat++) {
            running += live_running(l, seat);
        }
        for (unsigned seat = 1; seat <= l->options.seats && all; seat++) {
            all = !live_running(l, seat) ||
                  live_number(l, seat, "connected") == (json_int_t)running - 1;
        }
        if (all || clock_monotonic_ms() > until) {
            return all;
        }
        live_pump(l, POLL_MS);
    }
}

bool live_start_council(struct live *l)
{
    live_start_all(l);
    bool up = live_wait_ready(l, 0, LIVE_START_MS) && live_wait_connected(l, LIVE_START_MS);
    if (!up) {
        live_show_logs(l, 10);
    }
    return up;
}

/* --- other programs --- */

struct live_output live_run(struct live *l, int timeout_ms, const char *const *argv)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)timeout_ms;
    char *program = argv[0][0] == '/' ? alloc_string(argv[0]) : live_program(argv[0]);
    char *out = alloc_printf("%s/run.out", l->dir);
    char *err = alloc_printf("%s/run.err", l->dir);
    struct live_output o = {.status = -1};
    int status = 0;
    pid_t ended = 0;
    pid_t pid = spawn(program, argv, out, err, 0, 0);
    while (pid > 0 && (ended = waitpid(pid, &status, WNOHANG)) == 0 &&
           clock_monotonic_ms() < until) {
        live_pump(l, POLL_MS);
    }
    if (pid > 0 && ended == 0) {
        (void)kill(-pid, SIGKILL);
        (void)waitpid(pid, &status, 0);
    }
    if (ended == pid && WIFEXITED(status)) {
        o.status = WEXITSTATUS(status);
    }
    o.out = live_read(out);
    o.err = live_read(err);
    (void)unlink(out);
    (void)unlink(err);
    free(out);
    free(err);
    free(program);
    return o;
}

void live_output_free(struct live_output *o)
{
    free(o->out);
    free(o->err);
    *o = (struct live_output){.status = -1};
}
