/* SPDX-License-Identifier: ISC */
#include "conclaved/rounds.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

/* The newest vote of a seat for a height: of a later view it replaces one of an earlier. */
struct place {
    bool set;
    uint64_t view;
    uint64_t block; /* the beginning of its hash: who makes up another block that begins so
                       could as well vote for this one */
};

struct round {
    bool set;
    uint64_t height;
    bool known; /* view and block: it was accepted or committed here */
    uint64_t view;
    struct hash block;
    uint64_t accepted_ms; /* or ROUNDS_UNKNOWN, as is the time of the other two */
    struct round_times times;
    struct place (*places)[2]; /* [seat - 1][phase] */
};

struct rounds {
    uint16_t seats;
    uint64_t committed; /* height */
    struct round rounds[ROUNDS_KEPT];
    struct place (*places)[2]; /* of all rounds */
    uint64_t asked_view[SEATS_MAX];
    bool asks[SEATS_MAX];
    struct round_times latencies[ROUNDS_LATENCIES]; /* a ring */
    uint64_t latency_count;
};

struct rounds *rounds_new(uint16_t seats, uint64_t committed_height)
{
    struct rounds *r = alloc_zero(1, sizeof(*r));
    r->seats = seats;
    r->committed = committed_height;
    r->places = alloc_zero((size_t)ROUNDS_KEPT * seats, sizeof(*r->places));
    for (size_t i = 0; i < ROUNDS_KEPT; i++) {
        r->rounds[i].places = r->places + i * seats;
    }
    return r;
}

void rounds_free(struct rounds *r)
{
    if (r == NULL) {
        return;
    }
    free(r->places);
    free(r);
}

static uint64_t tag_of(const struct hash *h)
{
    uint64_t tag;
    memcpy(&tag, h->bytes, sizeof(tag));
    return tag;
}

static const struct round *find(const struct rounds *r, uint64_t height)
{
    const struct round *round = &r->rounds[height % ROUNDS_KEPT];
    return round->set && round->height == height ? round : NULL;
}

/* The round of a height that is kept, made where it is not there; NULL: too far away. */
static struct round *enter(struct rounds *r, uint64_t height)
{
    /* As many heights as there are places: what is overwritten is outside of them. */
    uint64_t oldest = r->committed > 0 ? r->committed - 1 : 0;
    if (height < oldest || height - oldest >= ROUNDS_KEPT) {
        return NULL;
    }
    struct round *round = &r->rounds[height % ROUNDS_KEPT];
    if (!round->set || round->height != height) {
        struct place(*places)[2] = round->places;
        memset(places, 0, r->seats * sizeof(*places));
        *round = (struct round){
            .set = true,
            .height = height,
            .accepted_ms = ROUNDS_UNKNOWN,
            .times = {height, ROUNDS_UNKNOWN, ROUNDS_UNKNOWN},
            .places = places,
        };
    }
    return round;
}

/* Where the block of the view is known only votes for it count. */
static bool counts(const struct round *round, uint64_t view, const struct place *p)
{
    return p->set && p->view == view &&
           (!round->known || round->view != view || p->block == tag_of(&round->block));
}

static void note_prepared(const struct rounds *r, struct round *round, uint64_t now_ms)
{
    if (round->accepted_ms == ROUNDS_UNKNOWN ||
        round->times.prepared_ms != ROUNDS_UNKNOWN) {
        return;
    }
    unsigned count = 0;
    for (uint16_t i = 0; i < r->seats; i++) {
        count += counts(round, round->view, &round->places[i][PHASE_PREPARE]);
    }
    if (count >= quorum_size(r->seats)) {
        round->times.prepared_ms = now_ms - round->accepted_ms;
    }
}

void rounds_vote(struct rounds *r, const struct vote *v, uint64_t now_ms)
{
    struct round *round = NULL;
    if (v->seat >= 1 && v->seat <= r->seats) {
        round = enter(r, v->height);
    }
    if (round == NULL) {
        return;
    }
    struct place *p = &round->places[v->seat - 1][v->phase];
    if (!p->set || p->view < v->view) {
        *p = (struct place){true, v->view, tag_of(&v->block)};
        note_prepared(r, round, now_ms);
    }
}

static void know(struct round *round, const struct block *b)
{
    round->known = true;
    round->view = b->header.view;
    round->block = b->hash;
}

static bool is_of(const struct round *round, const struct block *b)
{
    return round->known && hash_equal(&round->block, &b->hash);
}

void rounds_accept(struct rounds *r, const struct block *b, uint64_t now_ms)
{
    struct round *round = enter(r, b->header.height);
    if (round == NULL || is_of(round, b)) {
        return;
    }
    know(round, b);
    round->accepted_ms = now_ms;
    round->times.prepared_ms = ROUNDS_UNKNOWN;
    note_prepared(r, round, now_ms);
}

void rounds_commit(struct rounds *r, const struct block *b, uint64_t now_ms)
{
    if (b->header.height <= r->committed) {
        return;
    }
    r->committed = b->header.height;
    struct round *round = enter(r, b->header.height);
    if (!is_of(round, b)) {
        /* Fetched, or another one than was accepted here. */
        know(round, b);
        round->accepted_ms = ROUNDS_UNKNOWN;
        round->times.prepared_ms = ROUNDS_UNKNOWN;
    }
    if (round->accepted_ms != ROUNDS_UNKNOWN) {
        round->times.committed_ms = now_ms - round->accepted_ms;
    }
    r->latencies[r->latency_count++ % ROUNDS_LATENCIES] = round->times;
}

void rounds_view_change(struct rounds *r, uint16_t seat, uint64_t view)
{
    if (seat >= 1 && seat <= r->seats &&
        (!r->asks[seat - 1] || view > r->asked_view[seat - 1])) {
        r->asks[seat - 1] = true;
        r->asked_view[seat - 1] = view;
    }
}

/* --- looking --- */

struct round_times rounds_times(const struct rounds *r, uint64_t height)
{
    const struct round *round = find(r, height);
    return round != NULL ? round->times
                         : (struct round_times){height, ROUNDS_UNKNOWN, ROUNDS_UNKNOWN};
}

size_t rounds_latencies(const struct rounds *r, struct round_times *out)
{
    size_t count =
        r->latency_count < ROUNDS_LATENCIES ? (size_t)r->latency_count : ROUNDS_LATENCIES;
    for (size_t i = 0; i < count; i++) {
        out[i] = r->latencies[(r->latency_count - count + i) % ROUNDS_LATENCIES];
    }
    return count;
}

const char *round_phase_name(enum round_phase p)
{
    switch (p) {
    case ROUND_IDLE:
        return "idle";
    case ROUND_PRE_PREPARE:
        return "pre-prepare";
    case ROUND_PREPARE:
        return "prepare";
    case ROUND_COMMIT:
        return "commit";
    }
    return "unknown";
}

/* out->height is given, all others are 0; where seats is given, they are put there, too. */
static void count(const struct rounds *r, uint64_t view, struct round_counts *out,
                  struct round_state *seats)
{
    const struct round *round = find(r, out->height);
    for (uint16_t i = 0; round != NULL && i < r->seats; i++) {
        bool prepared = counts(round, view, &round->places[i][PHASE_PREPARE]);
        bool committed = counts(round, view, &round->places[i][PHASE_COMMIT]);
        out->prepared += prepared;
        out->committed += committed;
        out->pre_prepared += prepared || committed; /* who votes for it has it */
        if (seats != NULL) {
            seats->prepared[i] = prepared;
            seats->committed[i] = committed;
            seats->pre_prepared[i] = prepared || committed;
        }
    }
}

static void look_above(const struct rounds *r, const struct pbft_status *order,
                       struct round_state *out)
{
    size_t last = 0;
    for (size_t i = 0; i < ROUNDS_PIPELINE; i++) {
        struct round_counts *c = &out->pipeline[i];
        c->height = order->committed_height + 1 + i;
        /* Below are blocks of an older view, which are committed with the first of this. */
        const struct round *round = find(r, c->height);
        bool older = c->height < order->phase_height && round != NULL && round->known;
        count(r, older ? round->view : order->view, c, NULL);
        /* One vote is no block: a single seat could make up any number of heights. */
        if (c->height <= order->tip_height || c->pre_prepared >= quorum_weak(r->seats)) {
            last = i + 1;
        }
    }
    out->pipeline_count = last;
    memset(&out->pipeline[last], 0, (ROUNDS_PIPELINE - last) * sizeof(out->pipeline[0]));
}

/* What the core has is shown at least: it knows of a time before a restart. */
static void add_votes(const struct rounds *r, const struct pbft_status *order,
                      struct round_state *out)
{
    for (uint16_t i = 0; i < r->seats; i++) {
        out->prepared[i] = out->prepared[i] || order->prepared_by[i];
        out->committed[i] = out->committed[i] || order->committed_by[i];
        out->pre_prepared[i] =
            out->pre_prepared[i] || out->prepared[i] || out->committed[i];
    }
}

static void look_for_changes(const struct rounds *r, const struct pbft_status *order,
                             struct round_state *out)
{
    uint64_t least = order->view + !order->changing;
    for (uint16_t i = 0; i < r->seats; i++) {
        if (r->asks[i] && r->asked_view[i] >= least) {
            out->asks[i] = true;
            out->asked_view[i] = r->asked_view[i];
        } else if (order->changing && order->view_changed_by[i]) {
            out->asks[i] = true;
            out->asked_view[i] = order->view;
        }
    }
}

void rounds_look(const struct rounds *r, const struct pbft_status *order, bool pending,
                 struct round_state *out)
{
    memset(out, 0, sizeof(*out));
    look_above(r, order, out);
    look_for_changes(r, order, out);
    bool busy = order->has_block || pending || out->pipeline_count > 0;
    struct round_counts c = {busy ? order->phase_height : order->committed_height, 0, 0, 0};
    const struct round *round = find(r, c.height);
    bool known = round != NULL && round->known &&
                 (!busy || (order->has_block && round->view == order->view));
    out->height = c.height;
    out->view = known ? round->view : order->view;
    count(r, out->view, &c, out);
    out->accepted_ms = known ? round->accepted_ms : ROUNDS_UNKNOWN;
    out->times = known ? round->times
                       : (struct round_times){c.height, ROUNDS_UNKNOWN, ROUNDS_UNKNOWN};
    if (busy && order->has_block) {
        add_votes(r, order, out);
        out->phase = order->prepares < quorum_size(r->seats) ? ROUND_PREPARE : ROUND_COMMIT;
    } else if (busy) {
        out->phase = ROUND_PRE_PREPARE;
    }
}
