/* SPDX-License-Identifier: ISC */
/*
 * A synthetic council. A proposal has a merit and evidence that is clear or not; each seat
 * sees the merit with an error that it shares in part with others of its model family and
 * jurisdiction, and votes by it. Faulty ones do what kinds.h says. What it does next
 * depends on its seed alone.
 */
#ifndef CONCLAVE_TESTS_DETECT_WORLD_H
#define CONCLAVE_TESTS_DETECT_WORLD_H

#include "chance.h"
#include "kinds.h"
#include "wire/record.h"

struct world_spec {
    uint64_t seed;
    const struct temperament *temperament;
    uint16_t seats;
    enum fault fault;
    uint16_t faulty;
    bool is_mute; /* rationales are empty */
};

/* How a seat judges. */
struct mind {
    double leniency;
    double class_leniency[DETECT_CLASSES], class_noise[DETECT_CLASSES];
    double doubt;     /* it abstains this near to 0 */
    double assurance; /* confidence by distance from 0 */
    bool rounds;      /* confidence to the next ten */
    double slowness;  /* of ballots */
    uint64_t style;   /* of its rationales */
};

enum { ACT_TEXT_BYTES = 2048 };
/* What a seat does about a proposal. */
struct act {
    enum seat_status status;
    enum choice choice;
    uint8_t confidence;
    uint16_t ballot_blocks, reveal_blocks;
    enum verdict blunder; /* of a void REVEAL before; VERDICT_EFFECT: none */
    char rationale[ACT_TEXT_BYTES];
};

struct decision {
    uint64_t number; /* from 0 */
    uint32_t class_index;
    double merit, noise;
    uint64_t features; /* of the evidence: what rule files ask for */
    char title[128], text[ACT_TEXT_BYTES];
    struct act acts[SEATS_MAX];
};

struct world {
    struct world_spec spec;
    struct rng rng;
    uint16_t family[SEATS_MAX], vendor[SEATS_MAX], place[SEATS_MAX];
    struct mind minds[SEATS_MAX];
    bool is_faulty[SEATS_MAX];
    struct mind other[SEATS_MAX];          /* of those that change */
    double turn;                           /* of those that drift: 1 or -1 */
    double class_merit[2][DETECT_CLASSES]; /* before and after the regime changes */
    double class_share[2][DETECT_CLASSES]; /* at first and in the end */
    unsigned outage[SEATS_MAX];            /* decisions that it goes on */
    uint32_t absences[SEATS_MAX];          /* of the epoch */
    bool is_suspended[SEATS_MAX];
    struct decision decision; /* the last */
};

void world_begin(struct world *w, const struct world_spec *spec);
const struct decision *world_next(struct world *w);
/* Whether a seat is faulty by now. */
bool world_has_begun(const struct world *w);

#endif
