/* SPDX-License-Identifier: ISC */
/* Flags that are raised and cleared by looking, with every beat. */
#include "conclaved/flagging.h"

#include "base/clock.h"
#include "conclaved/agents.h"
#include "conclaved/heartbeat.h"

#include <string.h>

static struct seat_signs signs_of(struct node *n, uint16_t seat, uint64_t awake_ms)
{
    struct peer_view *peer = &n->peers[seat - 1];
    return (struct seat_signs){
        .connected = net_is_connected(n->net, seat),
        .heard = peer->heard,
        .heard_ms = peer->heard_ms,
        .state = phi_judge(&peer->phi, &n->config->phi, awake_ms),
        .has_beat = peer->last_beat_ms != 0,
        .beat_ms = peer->last_beat_ms,
        .height = peer->last.height,
        .evaluator_down = (peer->last.flags & HEARTBEAT_EVALUATOR_DOWN) != 0,
        .has_offset = peer->has_offset,
        .offset_ms = peer->clock_offset_ms,
        .offset_error_ms = peer->offset_error_ms,
    };
}

/* Whether an open proposal waits for a ballot that this seat's agent has to give. */
static bool is_asked(const struct node *n)
{
    const struct council *council = replica_council(n->replica);
    const struct proposal *p;
    bool asked = false;
    for (size_t i = 0; !asked && (p = council_at(council, i)) != NULL; i++) {
        asked = p->phase == PROPOSAL_SEALED && p->active[n->seat - 1] &&
                !p->seats[n->seat - 1].committed && replica_may_answer(n->replica, p) &&
                !replica_holds_ballot(n->replica, &p->id);
    }
    return asked;
}

static void gather(struct node *n, const struct pbft_status *st, struct signs_facts *f)
{
    *f = (struct signs_facts){.now_ms = clock_monotonic_ms(),
                              .heartbeat_ms = n->config->heartbeat_ms,
                              .dead_peer_ms = n->config->dead_peer_ms,
                              .window = n->charter->window,
                              .max_drift_ms = n->charter->max_drift_ms,
                              .seat = n->seat,
                              .seats = n->charter->seat_count,
                              .is_asked = is_asked(n)};
    uint64_t awake_ms = phi_clock_at(&n->awake, &n->config->phi, f->now_ms);
    for (uint16_t seat = 1; seat <= f->seats; seat++) {
        if (seat != n->seat) {
            f->of[seat - 1] = signs_of(n, seat, awake_ms);
        }
    }
    struct seat_signs *own = &f->of[n->seat - 1];
    own->height = st->committed_height;
    own->evaluator_down = agents_count(n->agents) == 0 || n->flagging->agent_failing;
    own->has_offset = heartbeat_clock_offset(n, &own->offset_ms);
}

static void judge(void *context, enum flag_kind kind, uint16_t seat, const char *text)
{
    struct node *n = context;
    if (text == NULL) {
        flagging_clear(n, kind, seat);
    } else {
        flagging_raise(n, &(struct sighting){
                              .kind = kind, .seat = seat, .is_local = true, .text = text});
    }
}

static struct traffic_counts traffic_of(const struct node *n, uint16_t seat)
{
    const struct peer_view *peer = &n->peers[seat - 1];
    struct net_counts c = {0};
    net_counts(n->net, seat, &c);
    bool more = c.bad_frames > peer->bad_signatures;
    return (struct traffic_counts){.held_back = c.throttled + c.refused_operations,
                                   .overflows = c.overflows,
                                   .bad_frames =
                                       more ? c.bad_frames - peer->bad_signatures : 0,
                                   .bad_signatures = peer->bad_signatures,
                                   .lost = peer->lost};
}

static void look_traffic(struct node *n, uint64_t now_ms, const struct judge *j)
{
    struct traffic_facts f = {
        .now_ms = now_ms, .seat = n->seat, .seats = n->charter->seat_count};
    for (uint16_t seat = 1; seat <= f.seats; seat++) {
        if (seat != n->seat) {
            f.of[seat - 1] = traffic_of(n, seat);
        }
    }
    traffic_look(&n->flagging->traffic, &n->config->traffic, &f, j);
}

/* A flag of before this node's start, of what may be over: no event will tell. */
static void look_back(struct node *n, const struct pbft_status *st)
{
    const struct flag *stalled = flags_open(n->flagging->book, FLAG_STALLED, 0);
    bool moved = st->committed_height > n->flagging->started_height;
    uint64_t awake = clock_monotonic_ms() - n->flagging->signs.awake_ms;
    bool rests = !n->stall.waiting && awake >= n->config->dead_peer_ms;
    if (stalled != NULL && !n->stall.stalled && (moved || rests)) {
        flagging_clear(n, FLAG_STALLED, 0);
    }
    const struct flag *apart = flags_open(n->flagging->book, FLAG_APART, n->seat);
    if (apart != NULL && !n->stall.is_apart && !st->changing) {
        flagging_clear(n, FLAG_APART, n->seat);
    }
    const struct flag *diverged = flags_open(n->flagging->book, FLAG_DIVERGED, 0);
    if (diverged != NULL && !st->stopped && st->committed_height > diverged->height) {
        flagging_clear(n, FLAG_DIVERGED, 0);
    }
}

void flagging_look(struct node *n)
{
    struct pbft_status st;
    struct signs_facts facts;
    replica_status(n->replica, &st);
    gather(n, &st, &facts);
    const struct judge j = {n->flagging->book, judge, n};
    signs_look(&n->flagging->signs, &facts, &j);
    look_traffic(n, facts.now_ms, &j);
    own_look(&n->flagging->own, &n->config->own, n->seat, &j);
    primaries_look(n->flagging->primaries, &n->config->primary, &j);
    look_back(n, &st);
    flagging_tell_changed(n);
}
