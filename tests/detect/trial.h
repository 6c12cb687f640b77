/* SPDX-License-Identifier: ISC */
/*
 * What the detectors find in synthetic councils, counted.
 */
#ifndef CONCLAVE_TESTS_DETECT_TRIAL_H
#define CONCLAVE_TESTS_DETECT_TRIAL_H

#include "feed.h"

enum { MARKS = 4 };
/* Decisions after which recall is counted: 50, 100, 200, 500. */
extern const uint32_t trial_marks[MARKS];

struct score {
    uint64_t councils;
    uint64_t decisions; /* since faulty seats are; all, in honest councils */
    uint64_t written;   /* of these, with rationales */
    uint64_t seats;     /* faulty ones */
    uint64_t found[MARKS];
    uint64_t median;        /* decisions until one is found; 0: most are not */
    uint64_t bounded;       /* councils in which fault-bound was raised */
    uint64_t alarms, right; /* judgements, and those of them that name a faulty seat */
    uint64_t raised[FLAG_KIND_END];
};

struct trial {
    const struct temperament *temperament; /* NULL: one after the other */
    uint16_t seats, faulty;
    enum fault fault;
    bool of_topic;      /* time is counted in decisions of FAULT_TOPIC */
    uint32_t decisions; /* since faulty seats are */
    uint32_t councils;
    uint32_t writing; /* one of so many councils has rationales; 0: none */
    uint64_t seed;
    struct pattern_rules rules;
};

void trial_run(const struct trial *t, struct score *out);

#endif
