/* SPDX-License-Identifier: ISC */
#include "net/resolve.h"

#include "base/alloc.h"

#include <ares.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

enum { RESOLVE_TIMEOUT_MS = 2000, RESOLVE_TRIES = 2 };

/* A socket of c-ares that it wants watched. */
struct watched {
    struct resolver *resolver;
    struct watched *next;
    int fd;
    ev_io io;
};

struct resolver {
    struct ev_loop *loop;
    ares_channel channel;
    ev_timer timer;
    struct watched *watched;
};

struct resolve_query {
    resolve_done *done; /* NULL once cancelled */
    void *context;
};

/* c-ares has its own idea of when something is due; it changes with every call. */
static void arm_timer(struct resolver *r)
{
    struct timeval tv;
    ev_timer_stop(r->loop, &r->timer);
    if (ares_timeout(r->channel, NULL, &tv) != NULL) {
        double seconds = (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
        ev_timer_set(&r->timer, seconds < 0.01 ? 0.01 : seconds, 0.);
        ev_timer_start(r->loop, &r->timer);
    }
}

static void on_io(struct ev_loop *loop, ev_io *io, int events)
{
    struct watched *w = io->data;
    struct resolver *r = w->resolver;
    int fd = w->fd;
    (void)loop;
    /* w may be gone after this. */
    ares_process_fd(r->channel, events & EV_READ ? fd : ARES_SOCKET_BAD,
                    events & EV_WRITE ? fd : ARES_SOCKET_BAD);
    arm_timer(r);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct resolver *r = timer->data;
    (void)loop;
    (void)events;
    ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    arm_timer(r);
}

static void on_socket(void *data, ares_socket_t fd, int readable, int writable)
{
    struct resolver *r = data;
    int events = (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0);
    struct watched **at = &r->watched;
    while (*at != NULL && (*at)->fd != fd) {
        at = &(*at)->next;
    }
    struct watched *w = *at;
    if (w == NULL) {
        if (events == 0) {
            return;
        }
        w = alloc_zero(1, sizeof(*w));
        w->resolver = r;
        w->fd = fd;
        w->next = r->watched;
        r->watched = w;
        ev_io_init(&w->io, on_io, fd, events);
        w->io.data = w;
        ev_io_start(r->loop, &w->io);
        return;
    }
    ev_io_stop(r->loop, &w->io);
    if (events == 0) {
        *at = w->next;
        free(w);
        return;
    }
    ev_io_set(&w->io, fd, events);
    ev_io_start(r->loop, &w->io);
}

struct resolver *resolver_new(struct ev_loop *loop, struct complaint *why)
{
    struct resolver *r = alloc_zero(1, sizeof(*r));
    r->loop = loop;
    ev_timer_init(&r->timer, on_timer, 0., 0.);
    r->timer.data = r;
    struct ares_options options = {
        .timeout = RESOLVE_TIMEOUT_MS,
        .tries = RESOLVE_TRIES,
        .sock_state_cb = on_socket,
        .sock_state_cb_data = r,
    };
    int e = ares_library_init(ARES_LIB_INIT_ALL);
    if (e == ARES_SUCCESS) {
        e = ares_init_options(&r->channel, &options,
                              ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
        if (e != ARES_SUCCESS) {
            ares_library_cleanup();
        }
    }
    if (e != ARES_SUCCESS) {
        (void)complain(why, CONCLAVE_EIO,
                       "cannot start the name resolver: %s; see /etc/resolv.conf",
                       ares_strerror(e));
        free(r);
        return NULL;
    }
    return r;
}

void resolver_free(struct resolver *r)
{
    if (r == NULL) {
        return;
    }
    ares_destroy(r->channel); /* ends queries, closes its sockets through on_socket */
    ares_library_cleanup();
    ev_timer_stop(r->loop, &r->timer);
    while (r->watched != NULL) {
        struct watched *w = r->watched;
        r->watched = w->next;
        ev_io_stop(r->loop, &w->io);
        free(w);
    }
    free(r);
}

static void on_answer(void *data, int status, int timeouts, struct ares_addrinfo *answer)
{
    struct resolve_query *q = data;
    struct endpoint endpoints[RESOLVE_ENDPOINTS_MAX];
    size_t count = 0;
    (void)timeouts;
    for (const struct ares_addrinfo_node *node = answer != NULL ? answer->nodes : NULL;
         node != NULL && count < RESOLVE_ENDPOINTS_MAX; node = node->ai_next) {
        count += endpoint_set(&endpoints[count], node->ai_addr);
    }
    if (answer != NULL) {
        ares_freeaddrinfo(answer);
    }
    resolve_done *done = status == ARES_EDESTRUCTION ? NULL : q->done;
    void *context = q->context;
    free(q);
    if (done != NULL) {
        done(context, endpoints, count,
             status != ARES_SUCCESS ? ares_strerror(status) : "the name has no address");
    }
}

void resolve_start(struct resolver *r, const struct address *a, resolve_done *done,
                   void *context, struct resolve_query **out)
{
    struct resolve_query *q = alloc_zero(1, sizeof(*q));
    struct ares_addrinfo_hints hints = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = ARES_AI_NUMERICSERV,
    };
    char port[8];
    (void)snprintf(port, sizeof(port), "%u", a->port);
    q->done = done;
    q->context = context;
    *out = q;
    ares_getaddrinfo(r->channel, a->host, port, &hints, on_answer, q);
    arm_timer(r);
}

void resolve_cancel(struct resolve_query *q)
{
    q->done = NULL;
}
