/* SPDX-License-Identifier: ISC */
/* How a node dials a name, with a resolver of the test's own in place of net/resolve.c. */
#include "fixture.h"

#include "base/alloc.h"
#include "base/log.h"
#include "net/resolve.h"
#include "tap.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct resolver {
    int unused;
};

struct resolve_query {
    resolve_done *done;
    void *context;
};

static struct {
    uint16_t ports[3]; /* on 127.0.0.1, in this order */
    size_t count;
    bool silent; /* queries stay without an answer */
    unsigned asked;
    unsigned cancelled;
    struct resolve_query *pending;
} script;

struct resolver *resolver_new(struct ev_loop *loop, struct complaint *why)
{
    (void)loop;
    (void)why;
    return alloc_zero(1, sizeof(struct resolver));
}

void resolver_free(struct resolver *r)
{
    free(script.pending);
    script.pending = NULL;
    free(r);
}

void resolve_start(struct resolver *r, const struct address *a, resolve_done *done,
                   void *context, struct resolve_query **out)
{
    struct endpoint endpoints[3];
    struct resolve_query *q = alloc_zero(1, sizeof(*q));
    (void)r;
    (void)a;
    q->done = done;
    q->context = context;
    *out = q;
    script.asked++;
    if (script.silent) {
        script.pending = q;
        return;
    }
    for (size_t i = 0; i < script.count; i++) {
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(script.ports[i])};
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        (void)endpoint_set(&endpoints[i], (struct sockaddr *)&to);
    }
    done(context, endpoints, script.count, "no such name");
    free(q);
}

void resolve_cancel(struct resolve_query *q)
{
    q->done = NULL;
    script.cancelled++;
}

/* Seat 1 knows seat 2 by name; seat 2 cannot reach seat 1 while it has a wrong address. */
static struct council *stage(struct net_seat others[2], char listen[32])
{
    struct council *c = council_new(2, "127.0.0.1");
    memset(&script, 0, sizeof(script));
    memcpy(others, c->seats, 2 * sizeof(*others));
    others[0].address = "127.0.0.1:1";
    memcpy(listen, c->nodes[2].address, 32);
    c->nodes[2].config.others = others;
    c->nodes[2].config.listen = listen;
    c->seats[1].address = "somewhere.test:7000";
    return c;
}

/* A socket that takes connections and says nothing. */
static int mute(uint16_t port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 16) < 0) {
        printf("Bail out! port %u\n", port);
        exit(1);
    }
    return fd;
}

static void test_gone(void)
{
    struct council *c = council_new(2, "127.0.0.1");
    const struct node *first = &c->nodes[1], *second = &c->nodes[2];
    c->nodes[1].config.handshake_timeout_ms = 200;
    council_start(c, 1);
    council_run(c, 0.5);
    is(first->told_gone[2], 0, "who was never there is not gone");
    council_start(c, 2);
    WAIT(c, 5, council_is_meshed(c));
    council_stop(c, 2);
    ok(WAIT(c, 2, first->gone[2]), "who was there, and nobody listens for it, is");
    is(first->disconnected[2], 1, "after its connection went down");
    council_run(c, 0.5);
    is(first->told_gone[2], 1, "which is told once");
    int fd = mute(second->port);
    ok(WAIT(c, 5, !first->gone[2]), "who does not answer is only silent");
    (void)close(fd);
    ok(WAIT(c, 10, first->gone[2]), "but is gone again where it is refused");
    council_start(c, 2);
    ok(WAIT(c, 10, council_is_meshed(c)), "it comes back");
    council_stop(c, 1);
    ok(WAIT(c, 2, second->gone[1]), "the higher seat is told, too");
    is(first->told_gone[2], 3, "and all this was all that was told");
    council_free(c);
}

/* One address of two refuses. */
static void test_half_gone(struct net_seat others[2], char listen[32])
{
    struct council *c = stage(others, listen);
    uint16_t other = free_port();
    script.ports[0] = other;
    script.ports[1] = c->nodes[2].port;
    script.count = 2;
    c->nodes[1].config.handshake_timeout_ms = 200;
    council_start_all(c);
    WAIT(c, 5, council_is_meshed(c));
    int fd = mute(other);
    council_stop(c, 2);
    WAIT(c, 5, script.asked >= 3);
    is(c->nodes[1].told_gone[2], 0, "who may be at another address is not gone");
    (void)close(fd);
    ok(WAIT(c, 10, c->nodes[1].gone[2]), "who is at none of them is");
    script.count = 0;
    ok(WAIT(c, 10, !c->nodes[1].gone[2]), "nobody knows where a name has no address");
    council_free(c);
}

int main(void)
{
    struct net_seat others[2];
    char listen[32];
    log_open("/dev/null", LOG_LEVEL_INFO, NULL);
    test_gone();
    test_half_gone(others, listen);

    struct council *c = stage(others, listen);
    script.ports[0] = script.ports[1] = 1;
    script.ports[2] = c->nodes[2].port;
    script.count = 3;
    council_start_all(c);
    ok(WAIT(c, 3, council_is_meshed(c)), "every address of a name is tried");
    is(script.asked, 1, "within one round");
    council_free(c);

    c = stage(others, listen);
    council_start_all(c);
    council_run(c, 1.5);
    ok(script.asked >= 3 && script.asked <= 8,
       "a name without an address is asked for again, more and more rarely: %u times",
       script.asked);
    script.ports[0] = c->nodes[2].port;
    script.count = 1;
    ok(WAIT(c, 5, council_is_meshed(c)), "and used once it has one");
    council_free(c);

    c = stage(others, listen);
    script.silent = true;
    others[0].address = c->nodes[1].address;
    council_start_all(c);
    ok(WAIT(c, 3, council_is_meshed(c)),
       "a query without an answer does not stop the other");
    is(script.cancelled, 1, "and is cancelled when the seat has come by itself");
    council_free(c);

    log_close();
    return tap_done();
}
