/* SPDX-License-Identifier: ISC */
/* A long line delivers everything, in order, and so much later. */
#include "slow.h"
#include "tap.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { DELAY_MS = 50, LATE_MS = 2000, BYTES = 300000, TIMEOUT_S = 10 };

static double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Bound to a port that is free; listening, or not. */
static int bound(uint16_t *port, bool listens)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t size = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)!bind(fd, (struct sockaddr *)&a, sizeof(a));
    (void)!getsockname(fd, (struct sockaddr *)&a, &size);
    *port = ntohs(a.sin_port);
    if (listens) {
        (void)!listen(fd, 1);
    }
    return fd;
}

static int connected(uint16_t port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    const struct timeval timeout = {.tv_sec = TIMEOUT_S};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    return connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 ? fd : -1;
}

/* Whether all bytes come, in order. */
static bool all_come(int from, int to)
{
    static uint8_t out[BYTES], in[BYTES];
    for (size_t i = 0; i < BYTES; i++) {
        out[i] = (uint8_t)(i * 2654435761U >> 24);
    }
    if (send(from, out, BYTES, 0) != BYTES) {
        return false;
    }
    return recv(to, in, BYTES, MSG_WAITALL) == BYTES && memcmp(in, out, BYTES) == 0;
}

int main(void)
{
    uint16_t port, target;
    (void)alarm(TIMEOUT_S * 3);
    int listener = bound(&target, true);
    (void)close(bound(&port, false));
    pid_t lines = slow_start(&port, &target, 1, DELAY_MS);
    ok(lines > 0, "there is a line");
    int near = connected(port), far = accept(listener, NULL, NULL);
    ok(near >= 0 && far >= 0, "it connects");
    char byte = 'x';
    double from = now_ms();
    ok(send(near, &byte, 1, 0) == 1 && recv(far, &byte, 1, 0) == 1, "a byte comes");
    double took = now_ms() - from;
    ok(took >= DELAY_MS && took < DELAY_MS + LATE_MS, "after its delay: %.1f ms", took);
    from = now_ms();
    ok(send(far, &byte, 1, 0) == 1 && recv(near, &byte, 1, 0) == 1, "one comes back");
    took = now_ms() - from;
    ok(took >= DELAY_MS && took < DELAY_MS + LATE_MS, "after its delay: %.1f ms", took);
    ok(all_come(near, far), "many bytes come as they were");
    (void)close(near);
    ok(recv(far, &byte, 1, 0) == 0, "an end is passed on");
    slow_end(lines);
    ok(connected(port) < 0, "when the lines have ended nobody listens");
    ok(slow_start(&target, &port, 1, DELAY_MS) < 0, "a port that is taken is refused");
    (void)close(far);
    (void)close(listener);
    return tap_done();
}
