/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "slow.h"

#include "base/alloc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 65536, QUEUE_MAX = 64 * 1024 * 1024 };

struct chunk {
    struct chunk *next;
    int64_t due_ns;
    size_t size, done;
    uint8_t data[];
};

/* One direction of a connection. */
struct line {
    int from, to;
    struct chunk *first, *last;
    size_t queued;
    bool ended; /* nothing more comes */
};

struct slow {
    int *listeners;
    uint16_t *targets;
    size_t count;
    int64_t delay_ns;
    struct line *lines; /* two for each connection, the second the way back */
    size_t line_count, line_capacity;
    struct pollfd *polled;
    size_t poll_capacity;
};

static int64_t now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static struct sockaddr_in address_of(uint16_t port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

static int listen_on(uint16_t port)
{
    const int on = 1;
    struct sockaddr_in a = address_of(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 &&
        (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
         bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 || listen(fd, SOMAXCONN) != 0)) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static void at_once(int fd)
{
    const int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void add_line(struct slow *s, int from, int to)
{
    if (s->line_count == s->line_capacity) {
        s->line_capacity = s->line_capacity > 0 ? 2 * s->line_capacity : 64;
        s->lines = alloc_resize(s->lines, s->line_capacity, sizeof(*s->lines));
    }
    s->lines[s->line_count++] = (struct line){.from = from, .to = to};
}

static void accept_one(struct slow *s, size_t i)
{
    struct sockaddr_in a = address_of(s->targets[i]);
    int in = accept4(s->listeners[i], NULL, NULL, SOCK_CLOEXEC);
    int out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (in < 0 || out < 0 || connect(out, (struct sockaddr *)&a, sizeof(a)) != 0) {
        (void)close(in);
        (void)close(out);
        return;
    }
    at_once(in);
    at_once(out);
    add_line(s, in, out);
    add_line(s, out, in);
}

static void take(struct line *l, int64_t due_ns)
{
    struct chunk *c = alloc_zero(1, sizeof(*c) + READ_BYTES);
    ssize_t got = recv(l->from, c->data, READ_BYTES, MSG_DONTWAIT);
    if (got <= 0) {
        l->ended = got == 0 || (errno != EAGAIN && errno != EINTR);
        free(c);
        return;
    }
    c = alloc_resize(c, 1, sizeof(*c) + (size_t)got);
    c->size = (size_t)got;
    c->due_ns = due_ns;
    *(l->last != NULL ? &l->last->next : &l->first) = c;
    l->last = c;
    l->queued += c->size;
}

static void drop_first(struct line *l)
{
    struct chunk *c = l->first;
    l->first = c->next;
    l->last = l->first != NULL ? l->last : NULL;
    l->queued -= c->size;
    free(c);
}

static void give(struct line *l, int64_t now)
{
    while (l->first != NULL && l->first->due_ns <= now) {
        struct chunk *c = l->first;
        ssize_t put =
            send(l->to, c->data + c->done, c->size - c->done, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        c->done += put > 0 ? (size_t)put : 0;
        if (put < 0 || c->done == c->size) {
            drop_first(l);
        }
    }
}

/* When one way has ended and is empty, both have. */
static void sweep(struct slow *s)
{
    for (size_t i = 0; i < s->line_count;) {
        struct line *pair = &s->lines[i];
        bool over = (pair[0].ended && pair[0].first == NULL) ||
                    (pair[1].ended && pair[1].first == NULL);
        if (!over) {
            i += 2;
            continue;
        }
        (void)close(pair[0].from);
        (void)close(pair[0].to);
        for (int way = 0; way < 2; way++) {
            while (pair[way].first != NULL) {
                drop_first(&pair[way]);
            }
        }
        s->line_count -= 2;
        memmove(pair, pair + 2, (s->line_count - i) * sizeof(*pair));
    }
}

/* Waits for bytes, for connections, or for the next chunk to be due. */
static void wait_for(struct slow *s)
{
    int64_t now = now_ns(), until = now + 1000000000;
    size_t all = s->count + s->line_count;
    if (all > s->poll_capacity) {
        s->poll_capacity = 2 * all;
        s->polled = alloc_resize(s->polled, s->poll_capacity, sizeof(*s->polled));
    }
    for (size_t i = 0; i < s->count; i++) {
        s->polled[i] = (struct pollfd){s->listeners[i], POLLIN, 0};
    }
    for (size_t i = 0; i < s->line_count; i++) {
        const struct line *l = &s->lines[i];
        bool reads = !l->ended && l->queued < QUEUE_MAX;
        s->polled[s->count + i] = (struct pollfd){reads ? l->from : -1, POLLIN, 0};
        /* Late only where the other end reads slowly: then it is tried a little later. */
        int64_t due = l->first == NULL ? until : l->first->due_ns;
        due = due > now ? due : now + 1000000;
        until = due < until ? due : until;
    }
    int64_t left = until > now ? until - now : 0;
    struct timespec t = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
    if (ppoll(s->polled, all, &t, NULL) < 0) {
        memset(s->polled, 0, all * sizeof(*s->polled));
    }
}

__attribute__((noreturn)) static void pass_on(struct slow *s)
{
    for (;;) {
        wait_for(s);
        int64_t now = now_ns();
        size_t lines = s->line_count;
        for (size_t i = 0; i < lines; i++) {
            if (s->polled[s->count + i].revents != 0 && !s->lines[i].ended) {
                take(&s->lines[i], now + s->delay_ns);
            }
            give(&s->lines[i], now);
        }
        for (size_t i = 0; i < s->count; i++) {
            if (s->polled[i].revents != 0) {
                accept_one(s, i);
            }
        }
        sweep(s);
    }
}

pid_t slow_start(const uint16_t *ports, const uint16_t *targets, size_t count,
                 unsigned delay_ms)
{
    struct slow s = {.count = count, .delay_ns = (int64_t)delay_ms * 1000000};
    s.listeners = alloc_zero(count, sizeof(*s.listeners));
    s.targets = alloc_zero(count, sizeof(*s.targets));
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        s.listeners[i] = listen_on(ports[i]);
        s.targets[i] = targets[i];
        good = good && s.listeners[i] >= 0;
    }
    pid_t parent = getpid(), child = good ? fork() : -1;
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) {
            _exit(1);
        }
        pass_on(&s);
    }
    for (size_t i = 0; i < count; i++) {
        if (s.listeners[i] >= 0) {
            (void)close(s.listeners[i]);
        }
    }
    free(s.listeners);
    free(s.targets);
    return child;
}

void slow_end(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}
