/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/demo_console.h"

#include "conclave/seat_dir.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXEC_FAILED = 127, STOP_MS = 3000, STOP_POLL_MS = 10 };

/* In the child, between fork and exec. It stays in this process's group: the terminal is
 * theirs together, and ^Z stops both. */
__attribute__((noreturn)) static void become(const char *program, const char *socket,
                                             pid_t parent)
{
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() == parent) {
        execl(program, "conclave-console", "--socket", socket, (char *)NULL);
        (void)dprintf(STDERR_FILENO, "cannot run %s: %s\n", program, strerror(errno));
    }
    _exit(EXEC_FAILED);
}

int demo_console_start(const struct demo_council *c, const char *program, pid_t *out,
                       struct complaint *why)
{
    char *socket = demo_seat_path(c, 1, SEAT_DIR_SOCKET);
    pid_t parent = getpid();
    (void)fflush(stdout);
    *out = fork();
    if (*out == 0) {
        become(program, socket, parent);
    }
    free(socket);
    if (*out < 0) {
        *out = 0;
        return complain(why, CONCLAVE_EIO, "cannot start the console: %s", strerror(errno));
    }
    return 0;
}

bool demo_console_ended(pid_t *pid, bool *good)
{
    int status;
    if (*pid <= 0 || waitpid(*pid, &status, WNOHANG) != *pid) {
        return false;
    }
    *pid = 0;
    *good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return true;
}

void demo_console_stop(pid_t *pid)
{
    uint64_t until = clock_monotonic_ms() + STOP_MS;
    bool good;
    if (*pid <= 0) {
        return;
    }
    (void)kill(*pid, SIGTERM);
    (void)kill(*pid, SIGCONT);
    while (!demo_console_ended(pid, &good)) {
        if (clock_monotonic_ms() >= until) {
            (void)kill(*pid, SIGKILL);
        }
        (void)poll(NULL, 0, STOP_POLL_MS);
    }
}
