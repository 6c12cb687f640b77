/* SPDX-License-Identifier: ISC */
/* A node: the replica that ships, between a virtual disk, links and clocks. */
#include "cluster/inside.h"

#include "pbft/internal.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>

#define WALL_EPOCH UINT64_C(1735689600000)

uint64_t node_monotonic(const struct node *n)
{
    return n->c->now + n->monotonic_off_ms;
}

uint64_t node_wall(const struct node *n)
{
    return (uint64_t)((int64_t)(WALL_EPOCH + n->c->now) + n->clock_off_ms);
}

/* --- effects --- */

/* Counts an effect; false when the node crashes instead of having it. */
static bool effect(struct node *n)
{
    if (n->effects++ < n->crash_at) {
        return true;
    }
    n->crash_at = UINT64_MAX;
    cluster_crash(n->c, n->number);
    return false;
}

/* Whether the writes are there after a disk failed is unknown until the node starts again.
 */
static enum disk_sync sync_disk(void *context)
{
    struct node *n = context;
    struct cluster *c = n->c;
    n->sync_failed = true;
    if (!effect(n)) {
        return DISK_LOST;
    }
    if (n->disk_fails_until > c->now) {
        cluster_note(c, TRACE_STORY, "%u: its disk fails", n->number);
        c->counts.disk_failures++;
        cluster_crash(c, n->number);
        return n->disk_fails_late ? DISK_LATE : DISK_LOST;
    }
    n->sync_failed = false;
    c->counts.syncs++;
    return DISK_SYNCED;
}

static void send_forged(struct node *n, uint16_t to, const struct message *m)
{
    struct buffer b = {0};
    codec_encode_message(&b, m);
    struct bytes *content = bytes_copy(buffer_slice(&b));
    buffer_free(&b);
    network_send(n->c, n->number, to, m, content);
    bytes_unref(content);
}

/* False when the node crashed instead. */
static bool send_one(struct node *n, uint16_t to, const struct message *m,
                     struct bytes *content)
{
    struct cluster *c = n->c;
    struct message forged;
    if (!network_link(c, n->number, to)->connected) {
        return true;
    }
    if (!effect(n)) {
        return false;
    }
    if (c->filter != NULL && !c->filter(c, c->filter_context, n->number, to, m)) {
        return true;
    }
    if (n->faulty && c->forger != NULL &&
        c->forger(c, c->forger_context, n->number, to, m, &forged)) {
        send_forged(n, to, &forged);
        message_clear(&forged);
    } else {
        network_send(c, n->number, to, m, content);
    }
    return true;
}

/* --- what the replica asks for --- */

static uint64_t port_monotonic(void *context)
{
    return node_monotonic(context);
}

static uint64_t port_wall(void *context)
{
    return node_wall(context);
}

static void port_random(void *context, void *out, size_t size)
{
    struct node *n = context;
    rng_fill(&n->c->rng, out, size);
}

static void port_send(void *context, uint16_t seat, const struct message *m,
                      struct bytes *content)
{
    struct node *n = context;
    struct cluster *c = n->c;
    if (n->sync_failed) {
        check_fail(c, "seat %u sends although its disk failed", n->seat);
    }
    if (!n->up) {
        return; /* it crashed of an earlier effect of this turn */
    }
    check_sent(n, m);
    watch_content(n, bytes_slice(content));
    for (uint16_t to = 1; to <= c->node_count; to++) {
        uint16_t its = c->nodes[to - 1].seat;
        if (its != n->seat && (seat == 0 || seat == its) && !send_one(n, to, m, content)) {
            return;
        }
    }
}

static size_t port_queued(void *context, uint16_t seat)
{
    const struct node *n = context;
    size_t bytes = 0;
    for (uint16_t to = 1; to <= n->c->node_count; to++) {
        bytes += n->c->nodes[to - 1].seat == seat
                     ? network_link(n->c, n->number, to)->queued
                     : 0;
    }
    return bytes;
}

static bool port_charge(void *context, uint16_t seat, uint32_t operations)
{
    (void)context, (void)seat, (void)operations;
    return true;
}

static void port_reject(void *context, uint16_t seat, size_t bytes, int error)
{
    struct node *n = context;
    if (!n->c->nodes[n->hears - 1].faulty && !n->faulty) {
        check_fail(n->c, "seat %u rejects what the correct seat %u sends (%zu bytes): %s",
                   n->seat, seat, bytes, error_text(error));
    }
    network_close(n->c, n->number, n->hears);
}

/* --- turns --- */

/* What can be put away once nothing of it is in use. */
static void put_away(struct node *n)
{
    replica_free(n->replica);
    ledger_close(n->ledger);
    free(n->tasks);
    n->replica = NULL;
    n->ledger = NULL;
    n->tasks = NULL;
    n->task_count = n->task_capacity = 0;
}

static void arm(struct node *n)
{
    uint64_t wake = replica_wake_ms(n->replica);
    if (wake == UINT64_MAX) {
        return;
    }
    uint64_t now = node_monotonic(n);
    uint64_t at = n->c->now + (wake > now ? wake - now : 1);
    if (at < n->tick_at) {
        n->tick_at = at;
        network_push(n->c, at, EVENT_TICK, 0, n->number);
    }
}

static void send_heartbeat(struct node *n, uint16_t to)
{
    struct heartbeat h = {.monotonic_ms = node_monotonic(n),
                          .wall_ms = node_wall(n),
                          .version = slice_of_string("0")};
    replica_send_heartbeat(n->replica, to, &h);
}

/* The others are told at once, as conclaved does. */
static void tell_standing(struct node *n)
{
    struct pbft_status status;
    replica_status(n->replica, &status);
    if (status.asking != n->was_asking || status.standing.lost != n->was_lost) {
        n->was_asking = status.asking;
        n->was_lost = status.standing.lost;
        send_heartbeat(n, 0);
    }
}

void node_end_turn(struct node *n)
{
    n->turn_open = false;
    tell_standing(n);
    n->c->counts.turns++;
    agent_progress(n);
    n->busy = true;
    n->sync_failed = false;
    /* Where it fails sync_disk crashed the node. */
    if ((replica_end_turn(n->replica) != 0) != n->sync_failed) {
        check_fail(n->c, "seat %u does not know how its disk is", n->seat);
    }
    n->busy = false;
    if (n->up) {
        arm(n);
    } else {
        put_away(n);
    }
}

void node_settle(struct node *n)
{
    uint64_t disk_ms = n->c->config.disk_ms;
    if (!n->up || n->puppet) {
        return;
    }
    if (disk_ms == 0) {
        node_end_turn(n);
    } else if (!n->turn_open) {
        n->turn_open = true;
        network_push(n->c, n->c->now + 1 + rng_below(&n->c->rng, disk_ms), EVENT_TURN_END,
                     0, n->number);
    }
}

/* --- what happens --- */

void node_tick(struct node *n)
{
    n->tick_at = UINT64_MAX;
    if (replica_wake_ms(n->replica) > node_monotonic(n)) {
        arm(n); /* it was put off meanwhile */
        return;
    }
    n->c->counts.ticks++;
    replica_tick(n->replica);
    uint64_t wake = replica_wake_ms(n->replica);
    if (wake <= node_monotonic(n) && !n->faulty) {
        check_fail(n->c, "seat %u wants a tick at %llu although it is %llu: it would spin",
                   n->seat, (unsigned long long)wake,
                   (unsigned long long)node_monotonic(n));
    }
    node_settle(n);
}

void node_beat(struct node *n)
{
    network_push(n->c, n->c->now + BEAT_MS, EVENT_BEAT, 0, n->number);
    send_heartbeat(n, 0);
    node_settle(n);
}

static bool hears_twin_of(const struct node *n, const struct node *peer)
{
    for (uint16_t i = 1; i <= n->c->node_count; i++) {
        if (i != peer->number && n->c->nodes[i - 1].seat == peer->seat &&
            network_link(n->c, n->number, i)->connected) {
            return true;
        }
    }
    return false;
}

/* A replica knows seats, not nodes: of twins a later connection replaces an earlier one. */
void node_connected(struct node *n, const struct node *peer, bool up)
{
    bool other = hears_twin_of(n, peer);
    if (other == up) {
        replica_disconnected(n->replica, peer->seat);
    }
    if (up) {
        replica_connected(n->replica, peer->seat);
        send_heartbeat(n, peer->seat);
    }
    node_settle(n);
}

void node_gone(struct node *n, const struct node *peer, bool gone)
{
    cluster_note(n->c, TRACE_STORY, "%u: %u %s", n->number, peer->number,
                 gone ? "is gone" : "may be there");
    replica_gone(n->replica, peer->seat, gone);
    node_settle(n);
}

static bool is_starved(const struct node *n, struct bytes *content)
{
    struct message m;
    if (n->starves == 0 || codec_decode_message(content, bytes_slice(content), &m) != 0) {
        return false;
    }
    bool starved = m.tag == MESSAGE_ENVELOPE && m.envelope->seat == n->starves;
    message_clear(&m);
    return starved;
}

void node_receive(struct node *n, const struct node *from, struct bytes *content)
{
    cluster_note(n->c, TRACE_MESSAGES, "%u: from %u tag %u", n->number, from->number,
                 bytes_slice(content).data[1]);
    if (!is_starved(n, content)) {
        n->hears = from->number;
        replica_receive(n->replica, from->seat, content, bytes_slice(content));
    }
    node_settle(n);
}

/* --- starting and crashing --- */

/* As if it had signed everything already: nothing that it is shown is above that, nor is
 * what differs of a later time. */
static void make_stubborn(struct node *n)
{
    struct standing_state *t = &((struct pbft *)replica_core(n->replica))->standing;
    t->fresh = false;
    t->kept.has_view = true;
    t->kept.view = UINT64_MAX - 1;
    for (int phase = PHASE_PREPARE; phase <= PHASE_COMMIT; phase++) {
        t->newest[phase] = (struct position){UINT64_MAX, UINT64_MAX};
    }
    t->newest_change = t->newest_new_view = UINT64_MAX;
}

static bool open_replica(struct node *n)
{
    struct cluster *c = n->c;
    struct replica_config config = {.core = c->config.core,
                                    .council = c->config.council,
                                    .keys = c->keys,
                                    .key = c->secrets[n->seat - 1],
                                    .seat_window = c->config.seat_window,
                                    .envelope_operations = ENVELOPE_OPERATIONS_MAX,
                                    .replay_jobs = 1,
                                    .verified = 4096};
    struct replica_ports ports = {.context = n,
                                  .monotonic_ms = port_monotonic,
                                  .wall_ms = port_wall,
                                  .random_bytes = port_random,
                                  .send = port_send,
                                  .queued_bytes = port_queued,
                                  .charge_operations = port_charge,
                                  .reject = port_reject};
    struct replica_observer observer = observe_node(n);
    struct complaint why = {""};
    config.core.seat = n->seat;
    config.recover = n->recover;
    rng_fill(&c->rng, config.instance, sizeof(config.instance));
    n->ledger = disk_open(&n->disk, sync_disk, n);
    if (replica_new(&config, n->ledger, &ports, &observer, &n->replica, &why) != 0) {
        check_fail(c, "seat %u does not start: %s", n->seat, why.text);
        put_away(n);
        return false;
    }
    if (n->stubborn) {
        make_stubborn(n);
    }
    return true;
}

bool node_start(struct node *n)
{
    struct cluster *c = n->c;
    assert(!n->up && !n->busy);
    if (!n->puppet && !open_replica(n)) {
        return false;
    }
    n->up = true;
    n->life++;
    if (n->puppet) {
        return true;
    }
    n->tick_at = UINT64_MAX;
    n->height_seen = n->disk.height;
    n->was_asking = n->was_lost = false;
    n->view_seen = n->view_signed = 0;
    network_push(c, c->now + 1 + rng_below(&c->rng, BEAT_MS), EVENT_BEAT, 0, n->number);
    replica_begin(n->replica);
    node_settle(n);
    return true;
}

void node_crash(struct node *n)
{
    n->up = false;
    n->life++;
    n->turn_open = false;
    n->paused_until = 0;
    if (!n->busy) {
        put_away(n);
    }
}
