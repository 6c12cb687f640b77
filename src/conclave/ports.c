/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/ports.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PORT_FIRST = 10000, /* below are the well-known services */
    PORT_LAST = 65535,
    TRIES_PER_PORT = 200,
};

struct range {
    unsigned first, last;
};

/* The larger of the two ranges beside that of outgoing connections. */
static struct range free_range(void)
{
    unsigned low = 32768, high = 60999;
    FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
    if (file != NULL) {
        if (fscanf(file, "%u %u", &low, &high) != 2 || low > high || high > PORT_LAST) {
            low = 32768;
            high = 60999;
        }
        (void)fclose(file);
    }
    struct range below = {PORT_FIRST, low > PORT_FIRST ? low - 1 : PORT_FIRST - 1};
    struct range above = {high + 1, PORT_LAST};
    struct range best =
        below.last + 1 - below.first >= above.last + 1 - above.first ? below : above;
    /* Where it takes all ports there is no better choice than to share. */
    return best.last + 1 - best.first < 1000 ? (struct range){PORT_FIRST, PORT_LAST} : best;
}

static bool is_free(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return false;
    }
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr = {htonl(INADDR_LOOPBACK)},
    };
    bool bound = bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
    (void)close(fd);
    return bound;
}

static bool is_chosen(const uint16_t *ports, size_t count, uint16_t port)
{
    for (size_t i = 0; i < count; i++) {
        if (ports[i] == port) {
            return true;
        }
    }
    return false;
}

int ports_find(uint16_t *ports, size_t count, struct complaint *why)
{
    struct range r = free_range();
    size_t found = 0;
    for (size_t tries = 0; found < count && tries < count * TRIES_PER_PORT; tries++) {
        uint16_t random = 0;
        if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
            break;
        }
        uint16_t port = (uint16_t)(r.first + random % (r.last + 1 - r.first));
        if (!is_chosen(ports, found, port) && is_free(port)) {
            ports[found++] = port;
        }
    }
    if (found < count) {
        return complain(why, CONCLAVE_EIO,
                        "found only %zu of %zu free ports from %u to %u on 127.0.0.1",
                        found, count, r.first, r.last);
    }
    return 0;
}
