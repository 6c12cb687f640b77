/* SPDX-License-Identifier: ISC */
#include "conclaved/node.h"

#include <config.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/quorum.h"
#include "conclaved/agents.h"
#include "conclaved/events.h"
#include "conclaved/heartbeat.h"
#include "conclaved/outbox.h"
#include "conclaved/receive.h"
#include "conclaved/replay.h"
#include "conclaved/turn.h"
#include "conclaved/witness.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { VERIFIED_SIGNATURES = 16384 };

/* --- callbacks of the channels --- */

static void on_connected(void *context, uint16_t seat,
                         const uint8_t instance[INSTANCE_BYTES])
{
    struct node *n = context;
    struct pbft_event event = {.kind = PBFT_CONNECTED, .seat = seat};
    struct peer_view *peer = &n->peers[seat - 1];
    memcpy(peer->last.instance, instance, INSTANCE_BYTES);
    peer->heard = true;
    peer->heard_ms = clock_monotonic_ms();
    turn_publish(n, "peer.up", event_peer_up(n->charter, seat));
    turn_feed(n, &event);
    outbox_repeat(n, seat);
    witness_repeat(n, seat);
}

static void on_disconnected(void *context, uint16_t seat, enum net_down_reason reason)
{
    struct node *n = context;
    struct pbft_event event = {.kind = PBFT_DISCONNECTED, .seat = seat};
    if (n->stopping) {
        return;
    }
    turn_publish(n, "peer.down", event_peer_down(n->charter, seat, reason));
    turn_feed(n, &event);
}

static void on_frame(void *context, uint16_t seat, struct bytes *owner,
                     struct slice content)
{
    receive_frame(context, seat, owner, content);
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

/* Runs before the loop sleeps: everything that happened in this turn is made durable at
 * once and then goes out. */
static void on_turn(struct ev_loop *loop, struct ev_prepare *w, int events)
{
    struct node *n = w->data;
    (void)events;
    turn_end(n);
    uint64_t wake = turn_wake_ms(n);
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
    struct pbft_event event = {.kind = PBFT_TICK};
    (void)loop, (void)events;
    turn_feed(w->data, &event);
}

static void on_beat(struct ev_loop *loop, struct ev_timer *w, int events)
{
    /* The tick notices a wall clock that jumped: the core's wishes count on both clocks. */
    struct pbft_event event = {.kind = PBFT_TICK};
    (void)loop, (void)events;
    heartbeat_send(w->data);
    turn_feed(w->data, &event);
}

static void on_repeat(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct node *n = w->data;
    struct pbft_status status;
    (void)events;
    outbox_repeat(n, 0);
    witness_repeat(n, 0);
    pbft_status(n->core, &status);
    w->repeat = (double)status.request_timer_ms / 1e3;
    ev_timer_again(loop, w);
}

static void start_watchers(struct node *n)
{
    double beat = (double)n->config->heartbeat_ms / 1e3;
    double repeat = (double)n->charter->timer_floor_ms / 1e3;
    ev_prepare_init(&n->turn_watcher, on_turn);
    ev_init(&n->tick_watcher, on_tick);
    ev_timer_init(&n->beat_watcher, on_beat, beat, beat);
    ev_timer_init(&n->repeat_watcher, on_repeat, repeat, repeat);
    n->turn_watcher.data = n->tick_watcher.data = n->beat_watcher.data =
        n->repeat_watcher.data = n;
    ev_prepare_start(n->loop, &n->turn_watcher);
    ev_timer_start(n->loop, &n->beat_watcher);
    ev_timer_start(n->loop, &n->repeat_watcher);
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

static void start_authenticator(struct node *n)
{
    const struct charter *c = n->charter;
    n->keys = alloc_zero(c->seat_count, sizeof(*n->keys));
    for (uint16_t i = 0; i < c->seat_count; i++) {
        n->keys[i] = c->seats[i].key;
    }
    n->auth = (struct authenticator){.council_id = c->council_id,
                                     .seats = c->seat_count,
                                     .classes = c->class_count,
                                     .keys = n->keys,
                                     .verified = verified_set_new(VERIFIED_SIGNATURES)};
}

static int start_net(struct node *n, struct complaint *why)
{
    const struct charter *c = n->charter;
    struct net_config config = {0};
    struct net_handler handler = {on_connected, on_disconnected, on_frame, n};
    struct net_seat *seats = alloc_zero(c->seat_count, sizeof(*seats));
    for (uint16_t i = 0; i < c->seat_count; i++) {
        seats[i] = (struct net_seat){c->seats[i].key, c->seats[i].address};
    }
    net_config_defaults(&config);
    config.council_id = c->council_id;
    config.seat = n->seat;
    config.seats = c->seat_count;
    config.others = seats;
    config.key = n->key;
    config.listen = n->config->listen;
    config.dead_peer_timeout_ms = n->config->dead_peer_ms;
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
    config.agent_count = n->config->agent_count;
    config.operators = n->config->operators;
    config.operator_count = n->config->operator_count;
    config.methods = node_methods;
    config.context = n;
    config.closed = on_client_closed;
    return control_server_start(n->loop, &config, &n->control, why);
}

static int start_state(struct node *n, struct complaint *why)
{
    struct ledger_identity id = {n->charter->council_id, n->seat, n->charter->seat_count};
    struct council_rules rules = replay_rules(n->charter);
    int error = ledger_open(n->config->data, LEDGER_WRITE, &id, &n->ledger, why);
    if (error != 0) {
        return error;
    }
    n->council = council_new(&rules);
    error = replay(n, why);
    return error != 0 ? error : outbox_restore(n);
}

int node_start(struct node *n, struct ev_loop *loop, struct config *config,
               struct complaint *why)
{
    struct pbft_event begin = {.kind = PBFT_TICK};
    memset(n, 0, sizeof(*n));
    n->loop = loop;
    n->config = config;
    n->started_wall_ms = clock_wall_ms();
    randombytes_buf(n->instance, sizeof(n->instance));
    int error = charter_load(config->charter, &n->charter, why);
    if (error == 0) {
        error = key_load(config->key, &n->key, why);
    }
    if (error == 0) {
        error = node_find_seat(config, n->charter, n->key, &n->seat, why);
    }
    if (error != 0) {
        return error;
    }
    start_authenticator(n);
    receive_start(n);
    n->turn = turn_new();
    n->outbox = outbox_new(n->charter->seat_window);
    n->witness = witness_new(n->charter->seat_count);
    n->agents = agents_new();
    error = start_state(n, why);
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
    LOG_EVENT(LOG_LEVEL_INFO, "node.started", LOG_S("version", PACKAGE_VERSION),
              LOG_N("protocol", PROTOCOL_VERSION), LOG_N("seat", n->seat),
              LOG_S("name", n->charter->seats[n->seat - 1].name),
              LOG_N("seats", n->charter->seat_count),
              LOG_N("quorum", quorum_size(n->charter->seat_count)),
              LOG_N("height", ledger_height(n->ledger)),
              LOG_X("council", slice_of(n->charter->council_id.bytes, HASH_BYTES)));
    turn_feed(n, &begin);
    return 0;
}

void node_stop(struct node *n)
{
    bool started = n->net != NULL;
    n->stopping = true;
    if (started) {
        ev_prepare_stop(n->loop, &n->turn_watcher);
        ev_timer_stop(n->loop, &n->tick_watcher);
        ev_timer_stop(n->loop, &n->beat_watcher);
        ev_timer_stop(n->loop, &n->repeat_watcher);
        turn_publish(n, "node.stopped", event_stopped("asked to stop"));
        turn_end(n);
        net_free(n->net);
    }
    if (n->control != NULL) {
        control_server_free(n->control);
    }
    if (started) {
        LOG_EVENT(LOG_LEVEL_INFO, "node.stopped", LOG_N("seat", n->seat),
                  LOG_N("height", ledger_height(n->ledger)));
    }
    pbft_free(n->core);
    council_free(n->council);
    ledger_close(n->ledger);
    turn_free(n->turn);
    outbox_free(n->outbox);
    witness_free(n->witness);
    agents_free(n->agents);
    verified_set_free(n->auth.verified);
    free(n->keys);
    key_free(n->key);
    charter_free(n->charter);
}

/* --- proposing --- */

static uint32_t open_of_seat(const struct node *n)
{
    uint32_t count = outbox_proposals(n);
    const struct proposal *p;
    for (size_t i = 0; (p = council_at(n->council, i)) != NULL; i++) {
        count += p->proposer == n->seat;
    }
    return count;
}

int node_propose(struct node *n, const struct propose *p, struct hash *id,
                 struct complaint *why)
{
    struct buffer encoding = {NULL, 0, 0};
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = n->seat, .propose = *p};
    struct operation check;
    codec_encode_operation(&encoding, &op);
    /* The decoder's rules are the council's: what it refuses would never be ordered. */
    int error = codec_decode_operation(buffer_slice(&encoding), &check);
    *id = hash_operation(buffer_slice(&encoding));
    if (error != 0) {
        (void)complain(why, error,
                       "the proposal is %s: see the limits in "
                       "conclave-protocol(7)",
                       error_text(error));
    } else if (p->class_index >= n->charter->class_count) {
        error = complain(why, CONCLAVE_EINVAL, "there is no such decision class");
    } else if (council_knows(n->council, id) || outbox_holds(n, id)) {
        error = 0;
    } else if (open_of_seat(n) >= n->charter->open_proposals) {
        error =
            complain(why, CONCLAVE_ELIMIT,
                     "this seat has %u undecided proposals, the most the charter allows: "
                     "wait for one to be decided",
                     (unsigned)n->charter->open_proposals);
    } else {
        /* Durable at the end of the turn, before the client has its answer. */
        outbox_add(n, buffer_slice(&encoding), true);
    }
    buffer_free(&encoding);
    return error;
}
