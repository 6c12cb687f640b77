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

int main(void)
{
    struct net_seat others[2];
    char listen[32];
    log_open("/dev/null", LOG_LEVEL_INFO, NULL);

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
