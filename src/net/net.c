/* SPDX-License-Identifier: ISC */
#include "net/net.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "net/inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char prologue_text[] = "conclave/1";

void net_config_defaults(struct net_config *c)
{
    c->protocol = PROTOCOL_VERSION;
    c->handshake_timeout_ms = 5000;
    c->dead_peer_timeout_ms = 10000;
    c->send_queue_bytes = (size_t)32 << 20;
    c->bytes_per_second = (uint64_t)32 << 20;
    c->operations_per_second = 100000;
}

struct peer *net_peer(struct net *n, uint16_t seat)
{
    assert(seat >= 1 && seat <= n->config.seats);
    return &n->peers[seat - 1];
}

static const struct peer *peer_of(const struct net *n, uint16_t seat)
{
    assert(seat >= 1 && seat <= n->config.seats);
    return &n->peers[seat - 1];
}

uint16_t net_find(const struct net *n, const uint8_t key[PUBLIC_KEY_BYTES])
{
    for (uint16_t i = 0; i < n->config.seats; i++) {
        if (memcmp(n->peers[i].channel_key, key, PUBLIC_KEY_BYTES) == 0) {
            return n->peers[i].seat;
        }
    }
    return 0;
}

double net_jitter(struct net *n, double low, double high)
{
    n->jitter ^= n->jitter << 13;
    n->jitter ^= n->jitter >> 7;
    n->jitter ^= n->jitter << 17;
    return low + (high - low) * (double)(n->jitter >> 11) / (double)(1ULL << 53);
}

/* --- what is put off to the end of a turn --- */

void net_feed_chores(struct net *n)
{
    ev_feed_event(n->loop, &n->chores, EV_TIMER);
}

static void tell_down(struct peer *peer)
{
    struct net *n = peer->net;
    peer->announced = false;
    n->handler.disconnected(n->handler.context, peer->seat, peer->reason);
}

static void free_closed(struct net *n)
{
    while (n->closed != NULL) {
        struct connection *c = n->closed;
        n->closed = c->previous;
        connection_free(c);
    }
}

static void on_chores(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct net *n = timer->data;
    (void)loop;
    (void)events;
    struct connection *next;
    for (struct connection *c = n->connections; c != NULL; c = next) {
        next = c->next;
        if (c->state == CONNECTION_HELD) {
            handshake_answer(c);
        }
    }
    listener_unpark(n);
    free_closed(n);
    for (uint16_t i = 0; i < n->config.seats; i++) {
        if (n->peers[i].announced && n->peers[i].up == NULL) {
            tell_down(&n->peers[i]);
        }
    }
}

/* --- which connection survives --- */

static bool is_opened_by_lower(const struct net *n, const struct connection *c)
{
    return c->inbound == (c->seat < n->config.seat);
}

enum verdict net_judge(const struct net *n, const struct connection *c)
{
    const struct peer *peer = peer_of(n, c->seat);
    const struct connection *up = peer->up;
    const struct connection *ours = peer->dial.connection;
    if (c->inbound && clock_monotonic_ms() < peer->barred_until_ms) {
        return VERDICT_DROP;
    }
    if (up == NULL) {
        /* The lower seat chooses: it answers the other one only when its own attempt
         * has failed, so the two never disagree about which one survives. */
        bool underway =
            ours != NULL && ours != c &&
            (ours->state == CONNECTION_HELLO || ours->state == CONNECTION_HANDSHAKE);
        return underway && !is_opened_by_lower(n, c) ? VERDICT_HOLD : VERDICT_TAKE;
    }
    if (memcmp(up->instance, c->instance, INSTANCE_BYTES) != 0) {
        return VERDICT_REFUSE;
    }
    if (up->inbound == c->inbound || is_opened_by_lower(n, c)) {
        return VERDICT_TAKE; /* whoever opens another one has given up the first */
    }
    /* Not simultaneous any more: the other side knows something that we do not. */
    uint64_t age_ms = clock_monotonic_ms() - up->up_ms;
    return age_ms < n->config.handshake_timeout_ms ? VERDICT_DROP : VERDICT_TAKE;
}

static void close_others(struct net *n, const struct connection *c)
{
    struct connection *next;
    for (struct connection *o = n->connections; o != NULL; o = next) {
        next = o->next;
        if (o != c && o->seat == c->seat) {
            connection_close(o, NET_DOWN_REPLACED);
        }
    }
}

void net_take(struct net *n, struct connection *c)
{
    struct peer *peer = net_peer(n, c->seat);
    if (peer->dial.connection == c) {
        peer->dial.connection = NULL;
    }
    close_others(n, c);
    dial_stop(&peer->dial);
    if (peer->announced) {
        tell_down(peer);
    }
    connection_change_state(c, CONNECTION_UP);
    c->up_ms = c->heard_ms = clock_monotonic_ms();
    peer->up = c;
    peer->announced = true;
    peer->refused_since_ms = 0;
    refusals_over(&peer->refusals);
    peer->counts.connects++;
    n->connected++;
    net_feed_chores(n); /* its source has room for another handshake */
    report_up(c->seat, &c->remote, c->inbound ? "opened there" : "opened here",
              peer->down_ms != 0 ? c->up_ms - peer->down_ms : 0);
    n->handler.connected(n->handler.context, c->seat, c->instance);
}

/* A bad frame is quickly sent and may be long to check: whoever sends one after the other
 * waits ever longer. A link that corrupts does the same to an honest seat, and it comes
 * back all the same. */
static void bar(struct peer *peer, uint64_t lasted_ms)
{
    enum { FIRST_MS = 50, DOUBLINGS_MAX = 6, LASTING_MS = 5000 };
    if (lasted_ms > LASTING_MS) {
        peer->offences = 0;
    }
    unsigned doublings = peer->offences < DOUBLINGS_MAX ? peer->offences : DOUBLINGS_MAX;
    peer->offences++;
    peer->barred_until_ms = clock_monotonic_ms() + ((uint64_t)FIRST_MS << doublings);
}

void net_lost(struct net *n, struct connection *c, enum net_down_reason reason)
{
    struct peer *peer = net_peer(n, c->seat);
    if (peer->dial.connection == c) {
        dial_attempt_failed(&peer->dial, c->trouble != NULL ? c->trouble : "closed",
                            c->refused);
    }
    if (peer->up != c) {
        return;
    }
    peer->up = NULL;
    peer->reason = reason;
    peer->counts.bad_frames += reason == NET_DOWN_BAD_FRAME;
    peer->counts.overflows += reason == NET_DOWN_OVERFLOW;
    if (reason == NET_DOWN_BAD_FRAME) {
        bar(peer, clock_monotonic_ms() - c->up_ms);
    }
    n->connected--;
    peer->down_ms = clock_monotonic_ms();
    if (reason != NET_DOWN_LOCAL) {
        report_down(peer->seat, &c->remote,
                    reason == NET_DOWN_CLOSED && c->trouble != NULL
                        ? c->trouble
                        : net_down_reason_name(reason),
                    peer->down_ms - c->up_ms);
        dial_resume(&peer->dial, peer->down_ms - c->up_ms);
    }
}

/* --- start and end --- */

static int check_config(const struct net_config *c, struct complaint *why)
{
    assert(c->seats >= 1 && c->seats <= SEATS_MAX);
    assert(c->seat >= 1 && c->seat <= c->seats);
    if (c->handshake_timeout_ms == 0 || c->dead_peer_timeout_ms == 0 ||
        c->bytes_per_second == 0 || c->operations_per_second == 0 ||
        c->bytes_per_second > BUCKET_RATE_MAX ||
        c->operations_per_second > BUCKET_RATE_MAX) {
        return complain(why, CONCLAVE_EINVAL,
                        "the network's time limits and quotas must be above 0, and quotas "
                        "at most 2^40 a second");
    }
    if (c->send_queue_bytes < FRAME_HEADER_BYTES + FRAME_MAX) {
        return complain(why, CONCLAVE_EINVAL,
                        "a send queue of %zu bytes cannot hold the largest message: allow "
                        "at least %d",
                        c->send_queue_bytes, FRAME_HEADER_BYTES + FRAME_MAX);
    }
    return 0;
}

static int start_peer(struct net *n, uint16_t seat, struct complaint *why)
{
    struct peer *peer = net_peer(n, seat);
    const struct net_seat *s = &n->config.others[seat - 1];
    uint64_t now_ms = clock_monotonic_ms();
    struct endpoint numeric;
    struct address address;
    peer->net = n;
    peer->seat = seat;
    if (key_channel_public(&s->key, peer->channel_key) < 0) {
        return complain(why, CONCLAVE_ESIG, "the key of seat %u is not a valid one", seat);
    }
    if (seat == n->config.seat) {
        return 0;
    }
    bucket_init(&peer->bytes, n->config.bytes_per_second, now_ms);
    bucket_init(&peer->operations, n->config.operations_per_second, now_ms);
    int e = address_parse(s->address, &address, why);
    if (e < 0) {
        return e;
    }
    if (!address_is_numeric(&address, &numeric) && n->resolver == NULL) {
        n->resolver = resolver_new(n->loop, why);
        if (n->resolver == NULL) {
            return CONCLAVE_EIO;
        }
    }
    dial_start(&peer->dial, peer, &address);
    return 0;
}

static int start_all(struct net *n, struct complaint *why)
{
    const struct net_config *c = &n->config;
    int e = 0;
    n->listener = listener_new(
        n, c->listen != NULL ? c->listen : c->others[c->seat - 1].address, &e, why);
    for (uint16_t seat = 1; seat <= c->seats && e == 0; seat++) {
        e = start_peer(n, seat, why);
    }
    return e;
}

int net_start(struct ev_loop *loop, const struct net_config *c, const struct net_handler *h,
              struct net **out, struct complaint *why)
{
    int e = check_config(c, why);
    if (e < 0) {
        return e;
    }
    struct net *n = alloc_zero(1, sizeof(*n));
    n->loop = loop;
    n->config = *c;
    n->handler = *h;
    memcpy(n->prologue, prologue_text, sizeof(prologue_text) - 1);
    memcpy(n->prologue + sizeof(prologue_text) - 1, c->council_id.bytes, HASH_BYTES);
    n->prologue_size = sizeof(prologue_text) - 1 + HASH_BYTES;
    memcpy(&n->jitter, c->instance, sizeof(n->jitter));
    n->jitter |= 1; /* zero would stay zero */
    n->peers = alloc_zero(c->seats, sizeof(*n->peers));
    ev_timer_init(&n->chores, on_chores, 0., 0.);
    ev_set_priority(&n->chores, EV_MINPRI);
    n->chores.data = n;
    e = start_all(n, why);
    n->config.others = NULL; /* the caller's again */
    n->config.listen = NULL;
    if (e < 0) {
        net_free(n);
        return e;
    }
    *out = n;
    return 0;
}

void net_free(struct net *n)
{
    if (n == NULL) {
        return;
    }
    listener_free(n->listener);
    for (uint16_t i = 0; i < n->config.seats; i++) {
        dial_free(&n->peers[i].dial);
    }
    while (n->connections != NULL) {
        connection_close(n->connections, NET_DOWN_LOCAL);
    }
    for (uint16_t i = 0; i < n->config.seats; i++) {
        if (n->peers[i].announced) {
            tell_down(&n->peers[i]);
        }
    }
    free_closed(n);
    resolver_free(n->resolver);
    ev_clear_pending(n->loop, &n->chores);
    buffer_free(&n->plain);
    buffer_free(&n->cipher);
    free(n->peers);
    free(n);
}

/* --- sending --- */

void net_send(struct net *n, uint16_t seat, struct bytes *content)
{
    struct peer *peer = net_peer(n, seat);
    struct connection *c = peer->up;
    assert(content->size >= 1 && content->size <= FRAME_MAX);
    if (c == NULL) {
        return;
    }
    size_t left_over = c->out.size - c->out_sent;
    if (left_over + c->queue.bytes + FRAME_HEADER_BYTES + content->size >
        n->config.send_queue_bytes) {
        report(REPORT_OVERFLOW, seat, &c->remote, "it does not read what is sent to it");
        connection_close(c, NET_DOWN_OVERFLOW);
        return;
    }
    queue_push(&c->queue, content);
    if (!peer->dirty) {
        peer->dirty = true;
        n->dirty[n->dirty_count++] = seat;
    }
}

void net_broadcast(struct net *n, struct bytes *content)
{
    for (uint16_t seat = 1; seat <= n->config.seats; seat++) {
        net_send(n, seat, content);
    }
}

void net_flush(struct net *n)
{
    while (n->dirty_count > 0) {
        struct peer *peer = net_peer(n, n->dirty[--n->dirty_count]);
        struct connection *c = peer->up;
        peer->dirty = false;
        if (c == NULL) {
            continue;
        }
        queue_release(&c->queue);
        if (!ev_is_active(&c->writing)) {
            connection_write(c);
        } /* else the socket is full, and says when it is not */
    }
}

/* --- questions and complaints --- */

bool net_is_connected(const struct net *n, uint16_t seat)
{
    return peer_of(n, seat)->up != NULL;
}

unsigned net_connected_count(const struct net *n)
{
    return n->connected;
}

void net_reject(struct net *n, uint16_t seat)
{
    struct peer *peer = net_peer(n, seat);
    if (peer->up != NULL) {
        connection_reject(peer->up, "a message that breaks the protocol");
    }
}

bool net_charge_operations(struct net *n, uint16_t seat, uint32_t operations)
{
    struct peer *peer = net_peer(n, seat);
    bool taken = bucket_take(&peer->operations, operations, clock_monotonic_ms());
    peer->counts.refused_operations += !taken;
    return taken;
}

void net_counts(const struct net *n, uint16_t seat, struct net_counts *out)
{
    const struct peer *peer = peer_of(n, seat);
    const struct connection *c = peer->up;
    *out = peer->counts;
    out->queued_bytes = c != NULL ? c->queue.bytes + c->out.size - c->out_sent : 0;
    out->connected_since_ms = c != NULL ? c->up_ms : 0;
    out->refused_since_ms = peer->refused_since_ms;
}

uint64_t net_strangers(const struct net *n)
{
    return n->strangers;
}
