/* SPDX-License-Identifier: ISC */
/* How an evaluator would have voted on decisions of the past, beside how the council did.
 */
#ifndef CONCLAVE_CONCLAVE_AGENT_PROFILE_H
#define CONCLAVE_CONCLAVE_AGENT_PROFILE_H

#include "conclave/agent_program.h"
#include "conclave/agent_trial.h"

#include "charter/charter.h"
#include "wire/record.h"

/* A decision. */
struct past {
    uint64_t number;       /* of its record */
    struct record *record; /* NULL: it was not asked about */
    json_t *title;
    struct trial trial;
};

struct profile {
    const struct agent_program *program;
    const struct charter *charter;
    uint16_t seat;
    const json_t *seat_json;
    struct past *list; /* in the order of their records */
    size_t count;
    bool interrupted;
};

/* The sums. */
struct profile_totals {
    unsigned asked, answered;       /* decisions */
    unsigned choices[CHOICES];      /* by enum answer_choice */
    unsigned decided, with_outcome; /* of those for or against; with the council */
    unsigned turned;                /* its vote instead of the seat's: another outcome */
    unsigned unstable;
    uint64_t slowest_ms;
};
void profile_sum(const struct profile *p, struct profile_totals *out);

/* Votes for or against of the evaluator and of a seat, on the same decisions; kappa in
 * thousandths, conclave-patterns(7), where it is defined. */
struct likeness {
    unsigned both, agree;
    bool has_kappa;
    int kappa;
};
void profile_likeness(const struct profile *p, uint16_t seat, struct likeness *out);
/* Whether the outcome would be another one with its vote instead of the seat's. */
bool profile_turns(const struct profile *p, const struct past *d);

void profile_print(const struct profile *p);
json_t *profile_json(const struct profile *p);

#endif
