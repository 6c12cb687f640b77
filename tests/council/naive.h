/* SPDX-License-Identifier: ISC */
/*
 * An independent recount: from nothing but the raw list of operations, block by block, it
 * says what every proposal came to. It remembers heights only and counts everything anew
 * from the list each time; slow and plain on purpose. It shares no code with the council.
 */
#ifndef CONCLAVE_TESTS_COUNCIL_NAIVE_H
#define CONCLAVE_TESTS_COUNCIL_NAIVE_H

#include "wire/record.h"

enum { NAIVE_PROPOSALS = 40, NAIVE_BLOCKS = 600 };

enum raw_kind { RAW_PROPOSE, RAW_BALLOT, RAW_REVEAL, RAW_EVIDENCE };

/* proposal is the tester's own number for it. */
struct raw {
    unsigned block; /* height */
    enum raw_kind kind;
    uint16_t seat;
    unsigned proposal;
    enum choice choice;
    unsigned variant; /* a REVEAL opens a BALLOT of the same choice and variant */
};

struct schedule {
    uint16_t seats;
    uint32_t faulty, threshold;
    uint64_t commit_ms, reveal_ms, grace_ms;
    uint32_t open_proposals, epoch_decisions, epoch_absences;
    unsigned blocks;
    uint64_t time_ms[NAIVE_BLOCKS + 1]; /* by height, from 1 */
    unsigned proposals;
    struct raw *ops;
    size_t count, capacity;
};

struct naive_seat {
    enum seat_status status;
    bool active;
    unsigned ballot_height, reveal_height; /* 0: none */
    enum choice choice;
};

struct naive_proposal {
    unsigned opened, grace, sealed, decided, final; /* heights, 0: not yet */
    enum outcome outcome;
    enum reason reason;
    uint32_t approve, reject, abstain;
    bool suspended_at_open[SEATS_MAX + 1];
    struct naive_seat seats[SEATS_MAX + 1]; /* by seat number, once final */
};

struct naive {
    const struct schedule *s;
    struct naive_proposal p[NAIVE_PROPOSALS];
    unsigned open_order[NAIVE_PROPOSALS], opens;
    unsigned final_order[NAIVE_PROPOSALS], finals;
    unsigned epoch;
    bool suspended[SEATS_MAX + 1];
};

void naive_recount(struct naive *n, const struct schedule *s);
/* Whether the seat is convicted by a block up to this height. */
bool naive_convicted(const struct schedule *s, uint16_t seat, unsigned height);

#endif
