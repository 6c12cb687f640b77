/* SPDX-License-Identifier: ISC */
#include "conclaved/node.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/cores.h"
#include "base/log.h"
#include "base/quorum.h"
#include "conclaved/agents.h"
#include "conclaved/beats.h"
#include "conclaved/events.h"
#include "conclaved/exclusion.h"
#include "conclaved/flagging.h"
#include "conclaved/halt.h"
#include "conclaved/heap.h"
#include "conclaved/heartbeat.h"
#include "conclaved/introduce.h"
#include "conclaved/log_ring.h"
#include "conclaved/log_tell.h"
#include "conclaved/observe.h"
#include "conclaved/publish.h"
#include "conclaved/standing.h"
#include "conclaved/version.h"
#include "patterns/patterns.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long commits are only in the log, and so how old what other processes read of the
 * store may be: conclaved(8) says so. On a disk on which settling takes long, SETTLE_SHARE
 * times as long as it took last, up to SETTLE_MOST_MS. */
enum { SETTLE_MS = 100, SETTLE_SHARE = 4, SETTLE_MOST_MS = 4000 };

/* More would keep more blocks in memory at once, and give little. */
enum { REPLAY_JOBS = 4 };

/* --- callbacks of the channels --- */

static void on_connected(void *context, uint16_t seat,
                         const uint8_t instance[INSTANCE_BYTES])
{
    struct node *n = context;
    if (memcmp(n->peers[seat - 1].last.instance, instance, INSTANCE_BYTES) != 0) {
        phi_restart(&n->peers[seat - 1].phi);
    }
    /* Nothing is heard of it yet: else one that only comes and goes would not be silent. */
    memcpy(n->peers[seat - 1].last.instance, instance, INSTANCE_BYTES);
    /* A new instance cannot tell an echo of what the one before it sent. */
    n->peers[seat - 1].last.monotonic_ms = 0;
    n->peers[seat - 1].since_wall_ms = clock_wall_ms();
    publish(n, "peer.up", event_peer_up(n->charter, seat));
    replica_connected(n->replica, seat);
    heartbeat_send(n, seat);
    checkpoints_connected(n, seat);
}

static void on_disconnected(void *context, uint16_t seat, enum net_down_reason reason)
{
    struct node *n = context;
    if (n->stopping) {
        return;
    }
    struct peer_view *peer = &n->peers[seat - 1];
    peer->since_wall_ms = peer->down_wall_ms = clock_wall_ms();
    peer->went_down = true;
    peer->lost += reason == NET_DOWN_CLOSED || reason == NET_DOWN_TIMEOUT;
    peer->down_reason = reason;
    publish(n, "peer.down", event_peer_down(n->charter, seat, reason));
    replica_disconnected(n->replica, seat);
}

static void on_gone(void *context, uint16_t seat, bool gone)
{
    struct node *n = context;
    if (!n->stopping) {
        replica_gone(n->replica, seat, gone);
    }
}

static void on_frame(void *context, uint16_t seat, struct bytes *owner,
                     struct slice content)
{
    struct node *n = context;
    struct peer_view *peer = &n->peers[seat - 1];
    peer->heard = true;
    peer->heard_ms = clock_monotonic_ms();
    phi_heard(&peer->phi, phi_clock_at(&n->awake, &n->config->phi, peer->heard_ms));
    replica_receive(n->replica, seat, owner, content);
}

static void on_client_closed(void *context, struct control_session *s)
{
    struct node *n = context;
    const char *name = agents_name(n->agents, s);
    if (name != NULL) {
        control_publish(n->control, "agent.detached", event_agent(s, name));
        agents_detach(n->agents, s);
    }
}

/* --- watchers --- */

static void note_sync(struct node *n)
{
    uint64_t last_us;
    uint64_t commits = ledger_commits(n->ledger, &last_us);
    if (commits != n->metrics.commits_seen) {
        samples_add(&n->flagging->own.synced_us, last_us);
    }
    metrics_synced(&n->metrics, commits, last_us);
    disk_synced(n, commits, last_us);
}

static void stop_on_failed_store(const struct node *n, int error)
{
    LOG_EVENT(
        LOG_LEVEL_ERROR, "store.failed",
        LOG_S("error", error == CONCLAVE_EFULL ? "the disk is full" : error_text(error)),
        LOG_S("data", n->config->data),
        LOG_S("cure", "free space or mend the disk, then start the node again"));
    log_close();
    /* What it holds may not be durable, so it must not vote. */
    _exit(EXIT_FAILURE);
}

/* Everything that happened in this turn of the loop is made durable at once, then goes out,
 * then is told. */
static void end_turn(struct node *n)
{
    agents_ask(n);
    int error = replica_end_turn(n->replica);
    if (error != 0) {
        stop_on_failed_store(n, error);
    }
    note_sync(n);
    net_flush(n->net);
    flagging_log(n);
    votes_tell(n);
    log_tell(n);
    publish_all(n);
}

/* Many commits at once, for what they share is then written once. */
static void on_settle(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct node *n = w->data;
    (void)loop, (void)events;
    uint64_t begun = clock_monotonic_ms();
    int error = ledger_settle(n->ledger);
    if (error != 0) {
        stop_on_failed_store(n, error);
    }
    uint64_t took = clock_monotonic_ms() - begun, wait = SETTLE_SHARE * took;
    disk_settled(n, took);
    n->settle_wait_ms = wait < SETTLE_MS        ? SETTLE_MS
                        : wait > SETTLE_MOST_MS ? SETTLE_MOST_MS
                                                : wait;
}

/* Runs before the loop sleeps. */
static void on_turn(struct ev_loop *loop, struct ev_prepare *w, int events)
{
    struct node *n = w->data;
    (void)events;
    standing_beat(n);
    end_turn(n);
    if (ledger_is_unsettled(n->ledger) && !ev_is_active(&n->settle_watcher)) {
        ev_timer_set(&n->settle_watcher, (double)n->settle_wait_ms / 1e3, 0);
        ev_timer_start(loop, &n->settle_watcher);
    }
    uint64_t wake = replica_wake_ms(n->replica);
    if (wake == UINT64_MAX) {
        ev_timer_stop(loop, &n->tick_watcher);
        return;
    }
    uint64_t now = clock_monotonic_ms();
    n->tick_watcher.repeat = wake > now ? (double)(wake - now) / 1e3 : 1e-3;
    ev_timer_again(loop, &n->tick_watcher);
}

static void on_tick(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct node *n = w->data;
    (void)loop, (void)events;
    replica_tick(n->replica);
}

static void on_beat(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct node *n = w->data;
    (void)events;
    heartbeat_send(n, 0);
    heartbeat_turn(n);
    if (standing_is_taken(n)) {
        n->failed = true;
        ev_break(loop, EVBREAK_ALL);
    }
    /* A wall clock that jumped is noticed so: the core's wishes count on both clocks. */
    replica_tick(n->replica);
    checkpoints_turn(n);
    catchup_look(n);
    halt_look(n);
    flagging_look(n);
    heap_look(&n->heap_ms, clock_monotonic_ms());
    log_tick();
}

static void start_watchers(struct node *n)
{
    double beat = (double)n->config->heartbeat_ms / 1e3;
    ev_prepare_init(&n->turn_watcher, on_turn);
    ev_init(&n->tick_watcher, on_tick);
    ev_timer_init(&n->beat_watcher, on_beat, beat, beat);
    ev_init(&n->settle_watcher, on_settle);
    n->settle_wait_ms = SETTLE_MS;
    n->turn_watcher.data = n->tick_watcher.data = n->beat_watcher.data =
        n->settle_watcher.data = n;
    ev_prepare_start(n->loop, &n->turn_watcher);
    ev_timer_start(n->loop, &n->beat_watcher);
}

/* --- starting --- */

int node_find_seat(const struct config *config, const struct charter *charter,
                   const struct secret_key *key, uint16_t *seat, struct complaint *why)
{
    struct public_key own;
    key_public(key, &own);
    *seat = charter_seat_of(charter, &own);
    return *seat != 0 ? 0
                      : complain(why, CONCLAVE_ESEAT,
                                 "the key %s belongs to no seat of the charter %s: use the "
                                 "key whose public half the charter names",
                                 config->key, config->charter);
}

static int start_net(struct node *n, struct complaint *why)
{
    const struct charter *c = n->charter;
    struct net_config config = {0};
    struct net_handler handler = {on_connected, on_disconnected, on_gone, on_frame, n};
    struct net_seat *seats = alloc_zero(c->seat_count, sizeof(*seats));
    for (uint16_t i = 0; i < c->seat_count; i++) {
        seats[i] = (struct net_seat){c->seats[i].key, c->seats[i].address};
    }
    net_config_defaults(&config);
    config.protocol = version_protocol();
    config.council_id = c->council_id;
    config.seat = n->seat;
    config.seats = c->seat_count;
    config.others = seats;
    config.key = n->key;
    config.listen = n->config->listen;
    config.dead_peer_timeout_ms = n->config->dead_peer_ms;
    config.unfinished_max = n->descriptors.strangers;
    memcpy(config.instance, n->instance, INSTANCE_BYTES);
    int error = net_start(n->loop, &config, &handler, &n->net, why);
    free(seats);
    return error;
}

static int start_control(struct node *n, struct complaint *why)
{
    struct control_server_config config;
    control_server_config_defaults(&config);
    config.path = n->config->socket;
    config.read_group = n->config->read_group;
    config.agents = n->config->agents;
    config.operators = n->config->operators;
    config.clients_max = n->descriptors.clients;
    config.methods = node_methods;
    config.quiet = node_quiet_events;
    config.context = n;
    config.closed = on_client_closed;
    return control_server_start(n->loop, &config, &n->control, why);
}

static int start_replica(struct node *n, struct complaint *why)
{
    const struct charter *c = n->charter;
    struct replica_config config;
    struct replica_ports ports;
    struct replica_observer observer;
    node_replica_config(c, n->seat, &config);
    n->keys = alloc_zero(c->seat_count, sizeof(*n->keys));
    for (uint16_t i = 0; i < c->seat_count; i++) {
        n->keys[i] = c->seats[i].key;
    }
    config.keys = n->keys;
    config.key = n->key;
    config.envelope_operations = n->config->envelope_operations;
    config.replay_jobs = cores_usable(REPLAY_JOBS);
    config.order_load = n->config->allow_bench;
    config.recover = n->config->recover;
    memcpy(config.instance, n->instance, INSTANCE_BYTES);
    ports_of(n, &ports);
    observer_of(n, &observer);
    int error = standing_open(n, why);
    if (error == 0) {
        n->rounds = rounds_new(c->seat_count, ledger_height(n->ledger));
        error = flagging_open(n, why);
    }
    if (error == 0) {
        flagging_findings_new(n);
        heap_tables_end(); /* a replay makes no tables */
        heap_rush_begin();
        error = replica_new(&config, n->ledger, &ports, &observer, &n->replica, why);
        heap_rush_end();
    }
    return error;
}

int node_start(struct node *n, struct ev_loop *loop, struct config *config,
               struct complaint *why)
{
    struct pbft_status status;
    n->loop = loop;
    n->config = config;
    n->log = log_ring_new();
    log_tap_set(log_ring_add, n->log);
    n->started_wall_ms = clock_wall_ms();
    n->metrics.started_ms = clock_monotonic_ms();
    randombytes_buf(n->instance, sizeof(n->instance));
    int error = charter_load(config->charter, &n->charter, why);
    if (error == 0) {
        error = descriptors_reserve(n->charter->seat_count, &n->descriptors, why);
    }
    if (error == 0) {
        error = key_load(config->key, &n->key, why);
    }
    if (error == 0) {
        error = node_find_seat(config, n->charter, n->key, &n->seat, why);
    }
    if (error != 0) {
        return error;
    }
    heap_tables_begin();
    n->agents = agents_new();
    n->published = published_new();
    n->beats = beats_new(n->charter->seat_count, n->seat, config->heartbeat_ms,
                         clock_monotonic_ms());
    heartbeat_begin(n);
    error = start_replica(n, why);
    if (error == 0) {
        error = start_control(n, why);
    }
    if (error == 0) {
        error = start_net(n, why);
    }
    if (error != 0) {
        return error;
    }
    start_watchers(n);
    introduce_node(n);
    standing_tell(n);
    flagging_begin(n);
    list_suspended(n, n->suspended);
    replica_status(n->replica, &status);
    n->views_told.view = status.view;
    replica_begin(n->replica);
    return 0;
}

void node_stop(struct node *n)
{
    bool started = n->net != NULL;
    const char *why = n->failed ? "another instance runs" : "asked to stop";
    n->stopping = true;
    if (started) {
        ev_prepare_stop(n->loop, &n->turn_watcher);
        ev_timer_stop(n->loop, &n->tick_watcher);
        ev_timer_stop(n->loop, &n->beat_watcher);
        ev_timer_stop(n->loop, &n->settle_watcher);
        votes_tell_stop(n);
        publish(n, "node.stopped", event_stopped(why));
        end_turn(n);
        net_free(n->net);
    }
    if (n->control != NULL) {
        control_server_free(n->control);
    }
    if (started) {
        LOG_EVENT(LOG_LEVEL_INFO, "node.stopped", LOG_N("seat", n->seat),
                  LOG_N("height", ledger_height(n->ledger)), LOG_S("reason", why),
                  LOG_N("up_ms", clock_monotonic_ms() - n->metrics.started_ms));
    }
    replica_free(n->replica);
    ledger_close(n->ledger);
    agents_free(n->agents);
    published_free(n->published);
    rounds_free(n->rounds);
    log_tap_set(NULL, NULL);
    log_ring_free(n->log);
    beats_free(n->beats);
    flagging_free(n->flagging);
    patterns_free(n->patterns);
    json_decref(n->diversity);
    free(n->keys);
    key_free(n->key);
    charter_free(n->charter);
}
