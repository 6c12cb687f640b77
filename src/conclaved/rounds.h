/* SPDX-License-Identifier: ISC */
/*
 * Who said what about the blocks of recent heights, as far as this node saw it: for people
 * who watch, never for the ordering. Pure: times are arguments. A seat fills its own places
 * alone, and heights outside of those that are kept fill none, so a faulty seat can neither
 * speak for others nor make this grow.
 */
#ifndef CONCLAVE_CONCLAVED_ROUNDS_H
#define CONCLAVE_CONCLAVED_ROUNDS_H

#include "pbft/pbft.h"

enum {
    ROUNDS_KEPT = 32,      /* heights: the committed one, the one before it, those above */
    ROUNDS_PIPELINE = 16,  /* heights above the committed one that are shown */
    ROUNDS_LATENCIES = 64, /* blocks whose latencies are kept */
};
#define ROUNDS_UNKNOWN UINT64_MAX

struct rounds;
struct rounds *rounds_new(uint16_t seats, uint64_t committed_height);
void rounds_free(struct rounds *r);

/* --- what happens --- */

/* A PREPARE or COMMIT of its seat, this one's own included; the primary's PREPARE is its
 * PRE-PREPARE. */
void rounds_vote(struct rounds *r, const struct vote *v, uint64_t now_ms);
/* The block is about to be voted for here. */
void rounds_accept(struct rounds *r, const struct block *b, uint64_t now_ms);
/* It is committed; blocks come in height order. */
void rounds_commit(struct rounds *r, const struct block *b, uint64_t now_ms);
void rounds_view_change(struct rounds *r, uint16_t seat, uint64_t view);

/* --- looking --- */

/* How long after a block's acceptance it was prepared and committed here; ROUNDS_UNKNOWN:
 * it was not accepted here, or that was not seen. */
struct round_times {
    uint64_t height, prepared_ms, committed_ms;
};
struct round_times rounds_times(const struct rounds *r, uint64_t height);
/* Of the last committed blocks, at most ROUNDS_LATENCIES, newest last; how many. */
size_t rounds_latencies(const struct rounds *r, struct round_times *out);

enum round_phase {
    ROUND_IDLE, /* nothing is in flight */
    ROUND_PRE_PREPARE,
    ROUND_PREPARE,
    ROUND_COMMIT,
};
const char *round_phase_name(enum round_phase p); /* "idle", "pre-prepare", ... */

struct round_counts {
    uint64_t height;
    uint64_t pre_prepared, prepared, committed; /* seats */
};

/* The height that is being ordered, or the last committed one when nothing is. Arrays are
 * indexed by seat - 1. Two that are alike are equal byte by byte. */
struct round_state {
    uint64_t view, height;
    enum round_phase phase;
    uint64_t accepted_ms; /* monotonic, or ROUNDS_UNKNOWN */
    struct round_times times;
    bool pre_prepared[SEATS_MAX], prepared[SEATS_MAX], committed[SEATS_MAX];
    bool asks[SEATS_MAX]; /* for a view that has not begun here: asked_view */
    uint64_t asked_view[SEATS_MAX];
    struct round_counts pipeline[ROUNDS_PIPELINE];
    size_t pipeline_count;
};
/* order: what the core says now; pending: something is to be ordered. */
void rounds_look(const struct rounds *r, const struct pbft_status *order, bool pending,
                 struct round_state *out);

#endif
