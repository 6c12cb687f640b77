/* SPDX-License-Identifier: ISC */
#include "net/dial.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "net/inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIAL_POSTPONED_MAX = 3, DIAL_DOUBLINGS_MAX = 6 };

/* Seconds. */
static const double backoff_first = 0.1;
static const double backoff_max = 5.0;
static const double postponement = 0.2;
static const double higher_seat_waits[2] = {0.15, 0.4};
/* A connection that lasted longer was worth having: the next failure starts afresh. */
static const uint64_t lasting_ms = 5000;
/* What keeps a seat from being reached is told when it has lasted for so long. */
static const uint64_t momentary_ms = 2000;

static void arm(struct dial *d, double seconds)
{
    struct ev_loop *loop = d->peer->net->loop;
    ev_timer_stop(loop, &d->timer);
    ev_timer_set(&d->timer, seconds, 0.);
    ev_timer_start(loop, &d->timer);
}

static void back_off(struct dial *d)
{
    double delay = backoff_first;
    for (unsigned i = 0; i < d->failures && i < DIAL_DOUBLINGS_MAX; i++) {
        delay *= 2;
    }
    delay = delay < backoff_max ? delay : backoff_max;
    d->failures++;
    arm(d, net_jitter(d->peer->net, delay / 2, delay));
}

static void note_failure(struct dial *d, const char *trouble, bool refused)
{
    (void)snprintf(d->trouble, sizeof(d->trouble), "%s", trouble);
    d->refusals += refused;
}

/* A host that refuses is there and says that no process listens: an attempt that ends in
 * any other way tells nothing. Nobody is gone who was never here. */
static void tell_gone(struct dial *d, bool refused)
{
    const struct net_handler *h = &d->peer->net->handler;
    bool gone = refused && d->peer->down_ms != 0;
    if (gone != d->gone) {
        d->gone = gone;
        if (h->gone != NULL) {
            h->gone(h->context, d->peer->seat, gone);
        }
    }
}

/* A round has failed: one line for each new trouble, not for each attempt; none for a seat
 * that is there in a moment, as when all are started together. */
static void end_round(struct dial *d, enum report_event event,
                      const struct endpoint *remote)
{
    uint64_t now_ms = clock_monotonic_ms();
    d->since_ms = d->since_ms != 0 ? d->since_ms : now_ms;
    bool lasts = event != REPORT_UNREACHABLE || now_ms - d->since_ms >= momentary_ms;
    if (lasts && strcmp(d->told, d->trouble) != 0) {
        memcpy(d->told, d->trouble, sizeof(d->told));
        report(event, d->peer->seat, remote, d->trouble);
    }
    tell_gone(d, event == REPORT_UNREACHABLE && d->refusals == d->count);
    back_off(d);
}

static void try_next(struct dial *d)
{
    while (d->next < d->count) {
        d->connection =
            connection_dial(d->peer->net, d->peer->seat, &d->endpoints[d->next++]);
        if (d->connection != NULL) {
            return;
        }
        note_failure(d, strerror(errno), errno == ECONNREFUSED);
    }
    end_round(d, REPORT_UNREACHABLE, &d->endpoints[d->count - 1]);
}

static void set_endpoints(struct dial *d, const struct endpoint *endpoints, size_t count)
{
    d->endpoints = alloc_resize(d->endpoints, count, sizeof(*endpoints));
    memcpy(d->endpoints, endpoints, count * sizeof(*endpoints));
    d->count = count;
    d->next = d->refusals = 0;
}

static void on_resolved(void *context, const struct endpoint *endpoints, size_t count,
                        const char *trouble)
{
    struct dial *d = context;
    d->query = NULL;
    if (count == 0) {
        note_failure(d, trouble, false);
        end_round(d, REPORT_UNRESOLVED, NULL);
        return;
    }
    set_endpoints(d, endpoints, count);
    try_next(d);
}

static bool is_arriving(const struct dial *d)
{
    for (const struct connection *c = d->peer->net->connections; c != NULL; c = c->next) {
        if (c->seat == d->peer->seat && c->inbound && c->state == CONNECTION_CONFIRM) {
            return true;
        }
    }
    return false;
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct dial *d = timer->data;
    struct net *n = d->peer->net;
    struct endpoint numeric;
    (void)loop;
    (void)events;
    /* Only a few times: what arrives may be a recording played over and over. */
    if (is_arriving(d) && d->postponed < DIAL_POSTPONED_MAX) {
        d->postponed++;
        arm(d, postponement);
        return;
    }
    d->postponed = 0;
    if (address_is_numeric(&d->address, &numeric)) {
        set_endpoints(d, &numeric, 1);
        try_next(d);
    } else {
        resolve_start(n->resolver, &d->address, on_resolved, d, &d->query);
    }
}

void dial_start(struct dial *d, struct peer *peer, const struct address *address)
{
    struct net *n = peer->net;
    d->peer = peer;
    d->address = *address;
    ev_timer_init(&d->timer, on_timer, 0., 0.);
    d->timer.data = d;
    arm(d, n->config.seat < peer->seat
               ? 0.
               : net_jitter(n, higher_seat_waits[0], higher_seat_waits[1]));
}

void dial_attempt_failed(struct dial *d, const char *trouble, bool refused)
{
    d->connection = NULL;
    note_failure(d, trouble, refused);
    try_next(d);
}

static void give_up(struct dial *d)
{
    ev_timer_stop(d->peer->net->loop, &d->timer);
    if (d->query != NULL) {
        resolve_cancel(d->query);
        d->query = NULL;
    }
    if (d->connection != NULL) {
        struct connection *c = d->connection;
        d->connection = NULL;
        connection_close(c, NET_DOWN_REPLACED);
    }
}

void dial_stop(struct dial *d)
{
    give_up(d);
    d->told[0] = '\0';
    d->gone = false;
    d->since_ms = 0;
    d->postponed = 0;
}

void dial_resume(struct dial *d, uint64_t lasted_ms)
{
    if (lasted_ms > lasting_ms) {
        d->failures = 0;
    }
    back_off(d);
}

void dial_free(struct dial *d)
{
    if (d->peer != NULL) {
        give_up(d);
        free(d->endpoints);
    }
}
