/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "net/listener.h"

#include "base/alloc.h"
#include "net/inside.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LISTEN_SOCKETS_MAX = 8,
    ACCEPT_TURN = 16, /* connections taken per turn of the loop */
};

static const double accept_pause = 0.5; /* seconds, when descriptors have run out */

struct listener {
    struct net *net;
    ev_io sockets[LISTEN_SOCKETS_MAX];
    size_t count;
    ev_timer pause;
};

struct crowd {
    unsigned half_open; /* of one source */
    unsigned parked;    /* of one source */
    unsigned all;       /* inbound ones that are not up, of all sources */
};

static bool is_unfinished(const struct connection *c)
{
    return c->inbound && c->state != CONNECTION_UP && c->state != CONNECTION_CLOSED;
}

static struct crowd count_crowd(const struct net *n, const uint8_t *source)
{
    struct crowd crowd = {0, 0, 0};
    for (const struct connection *c = n->connections; c != NULL; c = c->next) {
        if (!is_unfinished(c)) {
            continue;
        }
        crowd.all++;
        if (memcmp(c->source, source, ENDPOINT_SOURCE_BYTES) == 0) {
            crowd.half_open += connection_is_half_open(c);
            crowd.parked += c->state == CONNECTION_PARKED;
        }
    }
    return crowd;
}

/* --- making room --- */

struct candidate {
    struct connection *connection;
    unsigned age; /* 0: the oldest */
};

static int by_source(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    int order = memcmp(x->connection->source, y->connection->source, ENDPOINT_SOURCE_BYTES);
    return order != 0 ? order : (x->age > y->age) - (x->age < y->age);
}

/* The oldest one of the source that has most of them; of several such sources the oldest.
 * So what one source began gives way to what others begin, and a flood from many gives a
 * seat's handshake the time that it takes to open as many connections again. */
static struct connection *find_superfluous(const struct net *n, unsigned all,
                                           unsigned *of_its_source)
{
    struct candidate *list = alloc_zero(all, sizeof(*list));
    struct candidate best = {NULL, 0};
    size_t count = 0, start = 0;
    *of_its_source = 0;
    for (struct connection *c = n->connections; c != NULL && count < all; c = c->next) {
        if (is_unfinished(c)) {
            list[count] = (struct candidate){c, (unsigned)count};
            count++;
        }
    }
    qsort(list, count, sizeof(*list), by_source);
    for (size_t i = 1; i <= count; i++) {
        if (i < count && memcmp(list[i].connection->source, list[start].connection->source,
                                ENDPOINT_SOURCE_BYTES) == 0) {
            continue;
        }
        unsigned length = (unsigned)(i - start);
        if (length > *of_its_source ||
            (length == *of_its_source && list[start].age < best.age)) {
            *of_its_source = length;
            best = list[start];
        }
        start = i;
    }
    free(list);
    return best.connection;
}

/* Whether one more of this source may come, at the expense of another where all is full. */
static bool make_room(struct net *n, const struct crowd *crowd)
{
    /* One machine or one translated network may honestly house the whole council. */
    unsigned all_max = n->config.unfinished_max != 0 ? n->config.unfinished_max
                                                     : 8U * n->config.seats + 64;
    if (crowd->parked >= n->config.seats) {
        return false;
    }
    if (crowd->all < all_max) {
        return true;
    }
    unsigned most;
    struct connection *c = find_superfluous(n, crowd->all, &most);
    if (most <= crowd->half_open + crowd->parked) {
        return false;
    }
    connection_refuse(c, REPORT_CROWDED, "it made room for one from another address");
    return true;
}

static void arrive(struct net *n, int fd, const struct endpoint *remote)
{
    uint8_t source[ENDPOINT_SOURCE_BYTES];
    endpoint_source(remote, source);
    struct crowd crowd = count_crowd(n, source);
    if (!make_room(n, &crowd)) {
        (void)close(fd);
        n->strangers++;
        report(REPORT_CROWDED, 0, remote,
               "too many connections without a finished handshake");
        return;
    }
    struct connection *c = connection_accept(n, fd, remote);
    if (crowd.half_open < HALF_OPEN_PER_SOURCE && crowd.parked == 0) {
        handshake_open(c);
    }
}

void listener_unpark(struct net *n)
{
    struct connection *next;
    for (struct connection *c = n->connections; c != NULL; c = next) {
        next = c->next;
        if (c->state == CONNECTION_PARKED &&
            count_crowd(n, c->source).half_open < HALF_OPEN_PER_SOURCE) {
            handshake_open(c);
        }
    }
}

static void pause_accepting(struct listener *l, int error)
{
    for (size_t i = 0; i < l->count; i++) {
        ev_io_stop(l->net->loop, &l->sockets[i]);
    }
    ev_timer_set(&l->pause, accept_pause, 0.);
    ev_timer_start(l->net->loop, &l->pause);
    char detail[128];
    (void)snprintf(detail, sizeof(detail),
                   "%s: raise the limit (ulimit -n, or LimitNOFILE= of the unit)",
                   strerror(error));
    report(REPORT_DESCRIPTORS, 0, NULL, detail);
}

static void on_pause_over(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct listener *l = timer->data;
    (void)events;
    for (size_t i = 0; i < l->count; i++) {
        ev_io_start(loop, &l->sockets[i]);
    }
}

static void on_arrival(struct ev_loop *loop, ev_io *io, int events)
{
    struct listener *l = io->data;
    (void)loop;
    (void)events;
    for (int i = 0; i < ACCEPT_TURN; i++) {
        struct sockaddr_storage from;
        socklen_t size = sizeof(from);
        struct endpoint remote;
        int fd =
            accept4(io->fd, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            /* Level-triggered: without a pause this would spin until some are free. */
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                pause_accepting(l, errno);
            }
            return;
        }
        if (endpoint_set(&remote, (struct sockaddr *)&from)) {
            arrive(l->net, fd, &remote);
        } else {
            (void)close(fd);
        }
    }
}

/* Returns 0 or an errno. */
static int bind_one(struct listener *l, const struct addrinfo *at)
{
    int one = 1;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd < 0) {
        return errno;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (at->ai_family == AF_INET6) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
    }
    if (bind(fd, at->ai_addr, at->ai_addrlen) < 0 || listen(fd, SOMAXCONN) < 0) {
        int error = errno;
        (void)close(fd);
        return error;
    }
    ev_io *io = &l->sockets[l->count++];
    ev_io_init(io, on_arrival, fd, EV_READ);
    io->data = l;
    ev_io_start(l->net->loop, io);
    struct endpoint local;
    if (endpoint_set(&local, at->ai_addr)) {
        char name[ENDPOINT_TEXT_BYTES];
        endpoint_text(&local, name);
        LOG_EVENT(LOG_LEVEL_INFO, "net.listening", LOG_S("address", name));
    }
    return 0;
}

/* Some hosts files give a name the same address twice. */
static bool is_repeated(const struct addrinfo *list, const struct addrinfo *at)
{
    for (const struct addrinfo *a = list; a != at; a = a->ai_next) {
        if (a->ai_addrlen == at->ai_addrlen &&
            memcmp(a->ai_addr, at->ai_addr, at->ai_addrlen) == 0) {
            return true;
        }
    }
    return false;
}

static const char *cure_of(int error)
{
    switch (error) {
    case EADDRNOTAVAIL:
        return "; see that this is the machine of the key's seat, and set the listen "
               "address to one that it has, or to [::]:PORT for all";
    case EACCES:
        return "; a port below 1024 takes privilege: set the listen address to a higher "
               "one";
    case EMFILE:
    case ENFILE:
        return "; raise the limit of open files: ulimit -n, or LimitNOFILE of the unit";
    default:
        return "";
    }
}

/* Of a name's addresses the host may lack one family; it must have one of them. */
static int bind_all(struct listener *l, const char *text, const struct addrinfo *list,
                    struct complaint *why)
{
    int last = 0;
    for (const struct addrinfo *at = list; at != NULL && l->count < LISTEN_SOCKETS_MAX;
         at = at->ai_next) {
        int error = is_repeated(list, at) ? 0 : bind_one(l, at);
        if (error == EADDRINUSE) {
            return complain(why, CONCLAVE_EIO,
                            "cannot listen on %.256s: the port is in use; stop the program "
                            "that uses it, or set another listen address",
                            text);
        }
        last = error != 0 ? error : last;
    }
    if (l->count > 0) {
        return 0;
    }
    return complain(why, CONCLAVE_EIO, "cannot listen on %.256s: %s%s", text,
                    strerror(last), cure_of(last));
}

static int open_all(struct listener *l, const char *text, struct complaint *why)
{
    struct address address;
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
    };
    struct addrinfo *list = NULL;
    char port[8];
    int e = address_parse(text, &address, why);
    if (e < 0) {
        return e;
    }
    (void)snprintf(port, sizeof(port), "%u", address.port);
    /* The one place that may wait for a name: before the loop runs, for the own host. */
    e = getaddrinfo(strcmp(address.host, "*") == 0 ? NULL : address.host, port, &hints,
                    &list);
    if (e != 0) {
        return complain(why, CONCLAVE_EIO,
                        "cannot listen on %.256s: %s; correct the name, or the name "
                        "server's entry, or set the listen address to an IP address",
                        text, gai_strerror(e));
    }
    e = bind_all(l, text, list, why);
    freeaddrinfo(list);
    return e;
}

struct listener *listener_new(struct net *n, const char *text, int *error,
                              struct complaint *why)
{
    struct listener *l = alloc_zero(1, sizeof(*l));
    l->net = n;
    ev_timer_init(&l->pause, on_pause_over, 0., 0.);
    l->pause.data = l;
    *error = open_all(l, text, why);
    if (*error < 0) {
        listener_free(l);
        return NULL;
    }
    return l;
}

void listener_free(struct listener *l)
{
    if (l == NULL) {
        return;
    }
    ev_timer_stop(l->net->loop, &l->pause);
    for (size_t i = 0; i < l->count; i++) {
        ev_io_stop(l->net->loop, &l->sockets[i]);
        (void)close(l->sockets[i].fd);
    }
    free(l);
}
