/* SPDX-License-Identifier: ISC */
#include "replica/inside.h"

#include "base/alloc.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

int replica_new(const struct replica_config *config, struct ledger *ledger,
                const struct replica_ports *ports, const struct replica_observer *observer,
                struct replica **out, struct complaint *why)
{
    struct replica *r = alloc_zero(1, sizeof(*r));
    r->config = *config;
    r->ports = *ports;
    r->observer = *observer;
    r->seat = config->core.seat;
    r->seats = config->core.seats;
    r->auth = (struct authenticator){.council_id = config->core.genesis,
                                     .seats = r->seats,
                                     .classes = config->council.class_count,
                                     .keys = config->keys,
                                     .verified = verified_set_new(config->verified)};
    r->ledger = ledger;
    r->council = council_new(&config->council);
    r->turn = turn_new();
    r->outbox = outbox_new();
    r->ballots = ballots_new();
    r->witness = witness_new(r->seats);
    r->repeat_ms = replica_now(r) + config->core.timer_floor_ms;
    serve_start(r);
    receive_start(r);
    int error = replay(r, why);
    if (error == 0) {
        error = outbox_restore(r);
        if (error != 0) {
            (void)complain(why, error, "the own operations of the store: %s",
                           error_text(error));
        }
    }
    if (error != 0) {
        replica_free(r);
        return error;
    }
    *out = r;
    return 0;
}

void replica_free(struct replica *r)
{
    if (r == NULL) {
        return;
    }
    pbft_free(r->core);
    council_free(r->council);
    turn_free(r->turn);
    outbox_free(r->outbox);
    ballots_free(r->ballots);
    witness_free(r->witness);
    verified_set_free(r->auth.verified);
    free(r);
}

uint64_t replica_wall(const struct replica *r)
{
    return r->ports.wall_ms(r->ports.context);
}

uint64_t replica_now(const struct replica *r)
{
    return r->ports.monotonic_ms(r->ports.context);
}

/* --- what happens --- */

void replica_begin(struct replica *r)
{
    struct pbft_event event = {.kind = PBFT_TICK};
    if (r->config.recover) {
        turn_lose(r, PBFT_CAUSE_RECOVER);
    }
    turn_feed(r, &event);
}

void replica_tick(struct replica *r)
{
    struct pbft_event event = {.kind = PBFT_TICK};
    struct pbft_status status;
    turn_feed(r, &event);
    recover_progress(r);
    if (replica_now(r) >= r->repeat_ms) {
        outbox_repeat(r, 0);
        witness_repeat(r, 0);
        pbft_status(r->core, &status);
        r->repeat_ms = replica_now(r) + status.request_timer_ms;
    }
}

void replica_connected(struct replica *r, uint16_t seat)
{
    struct pbft_event event = {.kind = PBFT_CONNECTED, .seat = seat};
    turn_feed(r, &event);
    outbox_repeat(r, seat);
    witness_repeat(r, seat);
}

void replica_disconnected(struct replica *r, uint16_t seat)
{
    struct pbft_event event = {.kind = PBFT_DISCONNECTED, .seat = seat};
    turn_feed(r, &event);
}

void replica_gone(struct replica *r, uint16_t seat, bool gone)
{
    struct pbft_event event = {.kind = gone ? PBFT_GONE : PBFT_SILENT, .seat = seat};
    turn_feed(r, &event);
}

void replica_send_heartbeat(struct replica *r, uint16_t seat, const struct heartbeat *h)
{
    struct message m = {.tag = MESSAGE_HEARTBEAT, .heartbeat = *h};
    struct pbft_status status;
    pbft_status(r->core, &status);
    m.heartbeat.view = status.view;
    m.heartbeat.height = status.committed_height;
    memcpy(m.heartbeat.tip_prefix, r->tip_hash.bytes, sizeof(m.heartbeat.tip_prefix));
    m.heartbeat.flags |= status.asking ? HEARTBEAT_ASKING : 0U;
    m.heartbeat.flags |= status.standing.lost ? HEARTBEAT_LOST_STATE : 0U;
    turn_give(r, seat, &m);
}

void replica_send_checkpoint(struct replica *r, uint16_t seat, struct checkpoint_vote *v)
{
    struct message m = {.tag = MESSAGE_CHECKPOINT, .checkpoint = *v};
    (void)authenticate_own(&r->auth, r->config.key, r->seat, &m);
    *v = m.checkpoint;
    turn_give(r, seat, &m);
}

uint64_t replica_wake_ms(const struct replica *r)
{
    uint64_t wake = turn_wake_ms(r);
    wake = r->return_at_ms != 0 && r->return_at_ms < wake ? r->return_at_ms : wake;
    return wake < r->repeat_ms ? wake : r->repeat_ms;
}

/* --- looking --- */

void replica_status(const struct replica *r, struct pbft_status *out)
{
    pbft_status(r->core, out);
}

bool replica_is_asking(const struct replica *r)
{
    return pbft_place(r->core).asking;
}

bool replica_is_lost(const struct replica *r)
{
    return pbft_standing(r->core)->lost;
}

void replica_signatures(const struct replica *r, struct replica_signatures *out)
{
    const struct authenticator *a = &r->auth;
    *out = (struct replica_signatures){a->checks - a->failed, a->failed, a->remembered};
}

uint64_t replica_return_ms(const struct replica *r)
{
    return r->return_at_ms != 0 ? r->return_at_ms : UINT64_MAX;
}

const struct pbft *replica_core(const struct replica *r)
{
    return r->core;
}

const struct council *replica_council(const struct replica *r)
{
    return r->council;
}

struct ledger *replica_ledger(const struct replica *r)
{
    return r->ledger;
}

const struct hash *replica_tip(const struct replica *r)
{
    return &r->tip_hash;
}

void replica_load(const struct replica *r, struct replica_load *out)
{
    *out =
        (struct replica_load){.ballots = ballots_count(r), .accusations = witness_count(r)};
    outbox_load(r, out);
}
