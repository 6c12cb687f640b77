/* SPDX-License-Identifier: ISC */
/* The primary's part: when a block is due, and what is in it (conclave-protocol(7)
 * sections 5 to 8). */
#include "base/quorum.h"
#include "hash/hash.h"
#include "pbft/internal.h"
#include "wire/shared.h"

#include <stdlib.h>

uint16_t primary_of(const struct pbft *p, uint64_t view)
{
    return quorum_primary(p->config.seats, view);
}

bool is_primary(const struct pbft *p)
{
    return primary_of(p, p->view) == p->config.seat;
}

static size_t block_limit(const struct pbft *p)
{
    return p->config.block_bytes >> p->back_off;
}

/* Whether the state calls for a block although nothing waits. */
static bool empty_block_is_due(const struct pbft *p)
{
    if (chain_tip_height(p) == p->new_view_height) {
        return true; /* every view begins at once with a block */
    }
    if (p->cover_height > chain_tip_executed(p) && p->executed >= p->cover_height) {
        return true;
    }
    if (p->next_deadline_ms == 0) {
        return p->link_count == 0; /* a step is due in whatever block comes next */
    }
    return p->next_deadline_ms > chain_tip_time(p) && p->wall_ms >= p->next_deadline_ms;
}

void propose_expect(struct pbft *p, const struct pbft_executed *e)
{
    for (uint16_t seat = 1; seat <= p->config.seats; seat++) {
        p->owed[seat - 1] = e->owed != NULL ? e->owed[seat - 1] : 0;
    }
}

/* Whether everybody's is there from whom one may still come. */
static bool crowd_is_there(const struct pbft *p)
{
    uint32_t owed = 0;
    for (uint16_t seat = 1; seat <= p->config.seats; seat++) {
        bool here = seat == p->config.seat || p->connected[seat - 1];
        owed += here ? p->owed[seat - 1] : 0;
    }
    return p->pool.crowd >= owed;
}

/*
 * Ballots and reveals come in crowds: every seat's within moments of each other. Who does
 * not wait for the last of them pays for a second block; who waits as long as a block takes
 * never pays for more than two. The deadline is not waited for.
 */
uint64_t propose_gathers_until(const struct pbft *p)
{
    uint64_t most_ms = earlier_of(timers_latest_ms(p), timers_request_ms(p) / 10);
    if (p->mode != MODE_NORMAL || !is_primary(p) || p->pool.ready == 0 ||
        p->pool.ready_alone > 0 || p->pool.ready_bytes >= block_limit(p) ||
        p->wall_ms + most_ms >= p->next_deadline_ms || crowd_is_there(p)) {
        return NEVER;
    }
    return pool_first_ready(&p->pool) + most_ms;
}

/* A seat that first comes when the council is past block 0 must take its own store for a
 * lost one: the first block waits a little for all. */
uint64_t propose_founds_at(const struct pbft *p)
{
    if (p->view != 0 || chain_tip_height(p) > 0 || !is_primary(p) ||
        p->view_since == NEVER || !standing_others_ask(p)) {
        return NEVER;
    }
    return p->view_since + timers_request_ms(p) / 2;
}

static bool block_is_due(const struct pbft *p)
{
    uint64_t founds = propose_founds_at(p);
    if (founds != NEVER && founds > p->now_ms) {
        return false;
    }
    uint64_t gathers = propose_gathers_until(p);
    bool gathering = gathers != NEVER && gathers > p->now_ms;
    if (p->pool.ready > 0 && !gathering &&
        (p->link_count < p->config.pipeline || p->pool.ready_bytes >= block_limit(p))) {
        return true;
    }
    return empty_block_is_due(p);
}

/* Whether this seat has spoken for (view, tip + 1) already. */
static bool has_proposed(const struct pbft *p)
{
    uint64_t height = chain_tip_height(p) + 1;
    const struct vote_slot *s = votes_slot(p, p->config.seat, PHASE_PREPARE, height);
    return s->set && s->height == height && s->view >= p->view;
}

/* A primary that came late may hold a tip whose header covers more than it has executed:
 * its block would be refused by everyone, so it catches up first. */
static bool may_propose(const struct pbft *p)
{
    return p->mode == MODE_NORMAL && is_primary(p) && !p->stopped && !p->proposing &&
           standing_may_sign(p) && timers_quorum_connected(p) && p->pending_count == 0 &&
           p->executed == p->committed && p->executed >= chain_tip_executed(p) &&
           p->refused_since == NEVER && chain_tip_height(p) < accept_window_end(p) &&
           !has_proposed(p);
}

uint64_t propose_due_wall(const struct pbft *p)
{
    bool waits = p->mode == MODE_NORMAL && is_primary(p) && p->next_deadline_ms != 0 &&
                 p->next_deadline_ms > chain_tip_time(p);
    return waits ? p->next_deadline_ms : NEVER;
}

void propose_progress(struct pbft *p)
{
    if (!may_propose(p) || !block_is_due(p)) {
        return;
    }
    struct envelope **chosen = NULL;
    uint64_t time_ms = later_of(p->wall_ms, chain_tip_time(p) + 1);
    size_t count = pool_choose(&p->pool, time_ms, block_limit(p), BLOCK_MAX, &chosen);
    struct header h = {
        .version = PROTOCOL_VERSION,
        .height = chain_tip_height(p) + 1,
        .prev_hash = *chain_tip_hash(p),
        .view = p->view,
        .time_ms = time_ms,
        .executed_height = p->executed,
        .state_root = *chain_root(p, p->executed),
    };
    struct block *b = hash_build_block(&h, chosen, count);
    free(chosen);
    p->proposing = true;
    /* Its signature is a vote, whether or not the block will be accepted here. */
    chain_remember(p, b);
    update_add(p, PBFT_STORE_CANDIDATE)->block = block_ref(b);
    struct message m = {.tag = MESSAGE_PRE_PREPARE};
    m.pre_prepare.block = b;
    m.pre_prepare.certificate = p->executed > 0 ? p->commit : NULL;
    update_sign(p, &m);
    block_unref(b);
}
