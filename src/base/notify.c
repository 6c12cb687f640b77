/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "base/notify.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int set_address(struct notify *n, const char *where, struct complaint *why)
{
    size_t length = strlen(where);
    n->to.sun_family = AF_UNIX;
    if (where[0] != '/' && where[0] != '@') {
        return complain(why, CONCLAVE_EINVAL,
                        "NOTIFY_SOCKET is neither a path nor an abstract name: %s", where);
    }
    if (length >= sizeof(n->to.sun_path)) {
        return complain(why, CONCLAVE_ELIMIT,
                        "NOTIFY_SOCKET has %zu bytes, a Unix socket allows %zu", length,
                        sizeof(n->to.sun_path) - 1);
    }
    memcpy(n->to.sun_path, where, length + 1);
    n->to_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (where[0] == '@') {
        n->to.sun_path[0] = '\0'; /* the size alone says where such a name ends */
    } else {
        n->to_size++;
    }
    return 0;
}

int notify_open(struct notify *n, const char *where, struct complaint *why)
{
    memset(n, 0, sizeof(*n));
    n->fd = -1;
    if (where == NULL || where[0] == '\0') {
        return 0;
    }
    int error = set_address(n, where, why);
    if (error != 0) {
        return error;
    }
    n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return n->fd >= 0 ? 0
                      : complain(why, CONCLAVE_EIO,
                                 "cannot make a socket for the service manager: %s",
                                 strerror(errno));
}

void notify_close(struct notify *n)
{
    if (n->fd >= 0) {
        (void)close(n->fd);
    }
    n->fd = -1;
}

int notify_send(const struct notify *n, const char *lines)
{
    size_t size = strlen(lines);
    if (n->fd < 0) {
        return 0;
    }
    ssize_t sent;
    do {
        sent = sendto(n->fd, lines, size, MSG_DONTWAIT | MSG_NOSIGNAL,
                      (const struct sockaddr *)&n->to, n->to_size);
    } while (sent < 0 && errno == EINTR);
    if (sent == (ssize_t)size) {
        return 0;
    }
    return sent < 0 && (errno == EAGAIN || errno == ENOBUFS) ? CONCLAVE_EAGAIN
                                                             : CONCLAVE_EIO;
}

/* Digits alone, at least one. */
static bool parse(const char *text, uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
}

uint64_t notify_watchdog_ms(const char *microseconds, const char *pid)
{
    uint64_t period, watched;
    if (microseconds == NULL || !parse(microseconds, &period)) {
        return 0;
    }
    if (pid != NULL && (!parse(pid, &watched) || watched != (uint64_t)getpid())) {
        return 0;
    }
    return period / 1000;
}
