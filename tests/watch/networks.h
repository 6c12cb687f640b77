/* SPDX-License-Identifier: ISC */
/*
 * Simulated networks between one peer that sends heartbeats and one node that watches it:
 * what thresholds of phi, and plain timeouts, do there. Seeded: the same everywhere.
 */
#ifndef CONCLAVE_TESTS_WATCH_NETWORKS_H
#define CONCLAVE_TESTS_WATCH_NETWORKS_H

#include "random.h"
#include "watch/phi.h"

struct network {
    const char *name;
    bool is_gentle; /* nobody is to be taken for dead there */
    double delay_ms,
        jitter_ms; /* one way; the jitter is normal, its absolute value added */
    double pareto; /* exponent of a tail above the delay; 0: none */
    double loss;   /* probability that a heartbeat is lost */
    double burst_in, burst_out; /* a bad time begins, or ends, before a heartbeat */
    double retransmit_ms;       /* what is lost comes after that, doubled each time, and
                                   holds up what follows, as TCP does; 0: it never comes */
    double pause_s, pause_ms;   /* the sender pauses so often, for up to so long */
    double busy_s, busy_ms;     /* the same of the watching node */
    double sleep_s, sleep_ms;   /* it sleeps, so often and so long */
};

enum { NETWORKS = 13, BURST_LOSS_PERCENT = 90 };
extern const struct network networks[NETWORKS];

/* Ways to judge: thresholds of phi, then timeouts in ms. */
enum { JUDGES = 8, JUDGES_PHI = 6 };
extern const double judges[JUDGES];

struct outcome {
    double days;               /* peer-days without a crash */
    uint64_t false_of[JUDGES]; /* suspicions of a living peer */
    uint64_t trials;           /* crashes */
    double median_s[JUDGES],
        most_s[JUDGES]; /* until it is found: median, 99th percentile */
};

/* So many peers for so many hours each, each interval a second. */
void network_run(const struct network *net, const struct phi_rules *rules, unsigned peers,
                 double hours, struct rng *rng, struct outcome *out);
/* How often that peer is taken for dead, and suspected, with these rules as they are. */
void network_judge(const struct network *net, const struct phi_rules *rules, unsigned peers,
                   double hours, struct rng *rng, uint64_t *downs, uint64_t *suspicions);

#endif
