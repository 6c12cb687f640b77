/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/events_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t hung_up, ending;
static int ends[2] = {-1, -1}; /* so that a signal before the wait ends it, too */

static void on_signal(int number)
{
    int kept = errno;
    if (number == SIGHUP) {
        hung_up = 1;
    } else {
        ending = number;
    }
    ssize_t put = write(ends[1], "", 1);
    (void)put; /* a full pipe wakes as well */
    errno = kept;
}

bool events_signals_begin(void)
{
    struct sigaction action;
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return false;
    }
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGHUP, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    return true;
}

bool events_signals_reopen(void)
{
    bool came = hung_up != 0;
    hung_up = 0;
    return came;
}

int events_signals_end(void)
{
    return ending;
}

void events_signals_wait(int fd, int timeout_ms)
{
    struct pollfd p[2] = {{.fd = ends[0], .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    char bytes[16];
    (void)poll(p, 2, timeout_ms); /* a descriptor below 0 is left out */
    while (read(ends[0], bytes, sizeof(bytes)) > 0) {
        ; /* what it says is in the variables */
    }
}
