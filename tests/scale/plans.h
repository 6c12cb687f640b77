/* SPDX-License-Identifier: ISC */
/* The runs of a report (scale.h): kinds of work, sizes and delays. */
#ifndef CONCLAVE_TESTS_SCALE_PLANS_H
#define CONCLAVE_TESTS_SCALE_PLANS_H

#include "scale.h"

enum { PLANS_SIZES_MAX = 16, PLANS_DELAYS_MAX = 8 };

struct plans {
    uint16_t sizes[PLANS_SIZES_MAX]; /* seats */
    size_t size_count;
    unsigned delays_ms[PLANS_DELAYS_MAX]; /* one way */
    size_t delay_count;
    unsigned cores; /* that real daemons share here */
    unsigned kinds; /* 1 << enum scale_kind; 0: all */
    bool quick;     /* a quarter of the work */
    bool nominal;   /* what the calls take is not measured but guessed */
    const char *dir;
    /* Operations of one seat that wait under load with so many seats; 0: by the size. */
    unsigned (*outstanding)(void *context, unsigned seats);
    /* What the machine takes with so many replicas; what is told of each run. */
    struct scale_machine (*machine)(void *context, unsigned seats);
    void (*tell)(void *context, const struct scale_plan *p, const struct scale_result *r);
    void *context;
};

/*
 * What a turn takes in a daemon besides (scale_machine.turn_ns): so much that one operation
 * alone takes the processor time given, of one replica, which real daemons were seen to
 * take in a council of this size.
 */
double plans_fit_turn(const struct plans *all, uint16_t seats, double operation_cpu_s);
/* All runs of one size. */
void plans_run(const struct plans *all, uint16_t seats);

#endif
