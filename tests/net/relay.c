/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "relay.h"

#include "base/alloc.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct side {
    struct pair *pair;
    int fd;
    ev_io io;
    struct side *other; /* itself for an echo */
    struct buffer waiting;
    long offset;
    long tamper;
};

struct pair {
    struct relay *relay;
    struct pair *next;
    struct side near, far;
    bool has_far;
};

static void close_pair(struct pair *p)
{
    struct relay *r = p->relay;
    struct pair **at = &r->pairs;
    while (*at != p) {
        at = &(*at)->next;
    }
    *at = p->next;
    ev_io_stop(r->council->loop, &p->near.io);
    (void)close(p->near.fd);
    if (p->has_far) {
        ev_io_stop(r->council->loop, &p->far.io);
        (void)close(p->far.fd);
    }
    buffer_free(&p->near.waiting);
    buffer_free(&p->far.waiting);
    r->open--;
    free(p);
}

/* Handshakes and single frames are small enough for a socket to take them whole. */
static void pass(struct side *s)
{
    if (s->waiting.size > 0 && !s->pair->relay->hold) {
        ssize_t sent = send(s->other->fd, s->waiting.data, s->waiting.size, MSG_NOSIGNAL);
        (void)sent;
        s->waiting.size = 0;
    }
}

static void on_side(struct ev_loop *loop, ev_io *io, int events)
{
    struct side *s = io->data;
    uint8_t data[65536];
    (void)loop;
    (void)events;
    ssize_t got = recv(s->fd, data, sizeof(data), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) {
        return;
    }
    if (got <= 0) {
        close_pair(s->pair);
        return;
    }
    if (s->tamper >= s->offset && s->tamper < s->offset + got) {
        data[s->tamper - s->offset] ^= 0x40;
    }
    s->offset += got;
    buffer_append(&s->waiting, data, (size_t)got);
    pass(s);
}

static void side_start(struct side *s, struct pair *p, int fd, struct side *other,
                       long tamper)
{
    s->pair = p;
    s->fd = fd;
    s->other = other;
    s->tamper = tamper;
    ev_io_init(&s->io, on_side, fd, EV_READ);
    s->io.data = s;
    ev_io_start(p->relay->council->loop, &s->io);
}

static void on_accept(struct ev_loop *loop, ev_io *io, int events)
{
    struct relay *r = io->data;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(r->target)};
    (void)loop;
    (void)events;
    int fd = accept4(r->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) {
        return;
    }
    r->accepted++;
    if (r->deaf) {
        (void)close(fd);
        return;
    }
    struct pair *p = alloc_zero(1, sizeof(*p));
    p->relay = r;
    p->next = r->pairs;
    r->pairs = p;
    r->open++;
    p->has_far = r->target != 0;
    side_start(&p->near, p, fd, p->has_far ? &p->far : &p->near, r->tamper_to);
    if (p->has_far) {
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int far = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert(far >= 0);
        int e = connect(far, (struct sockaddr *)&to, sizeof(to));
        side_start(&p->far, p, far, &p->near, r->tamper_back);
        if (e < 0) {
            close_pair(p);
        }
    }
}

struct relay *relay_new(struct council *c, uint16_t target)
{
    struct relay *r = alloc_zero(1, sizeof(*r));
    int one = 1;
    r->council = c;
    r->target = target;
    r->port = free_port();
    r->tamper_to = r->tamper_back = -1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(r->port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    r->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert(r->fd >= 0);
    (void)setsockopt(r->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    int e = bind(r->fd, (struct sockaddr *)&at, sizeof(at));
    assert(e == 0);
    e = listen(r->fd, 64);
    assert(e == 0);
    ev_io_init(&r->io, on_accept, r->fd, EV_READ);
    r->io.data = r;
    ev_io_start(c->loop, &r->io);
    return r;
}

void relay_release(struct relay *r)
{
    r->hold = false;
    for (struct pair *p = r->pairs; p != NULL; p = p->next) {
        pass(&p->near);
        if (p->has_far) {
            pass(&p->far);
        }
    }
}

void relay_cut(struct relay *r)
{
    while (r->pairs != NULL) {
        close_pair(r->pairs);
    }
}

void relay_free(struct relay *r)
{
    relay_cut(r);
    ev_io_stop(r->council->loop, &r->io);
    (void)close(r->fd);
    free(r);
}
