/* SPDX-License-Identifier: ISC */
/*
 * Words to the service manager that started this process, sd_notify(3) without its library:
 * datagrams of lines NAME=VALUE to the socket that it names. Nobody waits for anything: a
 * manager that does not read costs the word, not the process.
 */
#ifndef CONCLAVE_BASE_NOTIFY_H
#define CONCLAVE_BASE_NOTIFY_H

#include "base/error.h"

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
    int fd; /* -1: nobody wants to hear */
    struct sockaddr_un to;
    socklen_t to_size;
};

/* where is $NOTIFY_SOCKET: a path, or @ and a name of the abstract namespace; NULL or
 * empty: nobody. 0, or an error with its complaint; then it is as with nobody. */
int notify_open(struct notify *n, const char *where, struct complaint *why);
void notify_close(struct notify *n);
/* Lines as they are, "READY=1\nSTATUS=...". 0, also with nobody; CONCLAVE_EAGAIN when the
 * manager's queue is full, CONCLAVE_EIO when it is gone. */
int notify_send(const struct notify *n, const char *lines);

/* $WATCHDOG_USEC and $WATCHDOG_PID: within how many milliseconds this process must show
 * that it lives. 0: the manager does not watch, or watches another process. */
uint64_t notify_watchdog_ms(const char *microseconds, const char *pid);

#endif
