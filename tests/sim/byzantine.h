/* SPDX-License-Identifier: ISC */
/*
 * Byzantine seats: each runs an ordinary node with its own real keys, and scripts that
 * change, add, delay and keep back what it says. They know of each other.
 */
#ifndef CONCLAVE_TESTS_SIM_BYZANTINE_H
#define CONCLAVE_TESTS_SIM_BYZANTINE_H

#include "cluster/cluster.h"
#include "random.h"

enum attack {
    /* as primary */
    ATTACK_EQUIVOCATION,  /* two blocks at one height, one for each half */
    ATTACK_PARTIAL,       /* PRE-PREPAREs for some */
    ATTACK_STARVATION,    /* of one seat */
    ATTACK_DELAY,         /* just under the timeout */
    ATTACK_WRONG_ROOT,    /* a false state root */
    ATTACK_WRONG_CHAIN,   /* another parent, a jump of heights */
    ATTACK_WRONG_TIME,    /* its clock stands, is ahead or behind */
    ATTACK_TWO_NEW_VIEWS, /* of different tips where the VIEW-CHANGEs allow it */

    /* votes and views */
    ATTACK_DOUBLE_VOTE,  /* for both blocks where there are two, or an invented one */
    ATTACK_EARLY_COMMIT, /* COMMIT without a prepared certificate */
    ATTACK_OTHERS_VOTES, /* votes under other seats' numbers, replayed certificates */
    ATTACK_VIEW_SPAM,    /* VIEW-CHANGEs for huge views and the next ones */
    ATTACK_HIDDEN_BEST,  /* VIEW-CHANGEs that know of nothing certified */
    ATTACK_FORGED_BEST,  /* of certificates that do not exist */

    /* ballots */
    ATTACK_DOUBLE_BALLOT,
    ATTACK_COPIED_COMMITMENT,
    ATTACK_EARLY_REVEAL,
    ATTACK_WRONG_REVEAL,
    ATTACK_WITHHELD_REVEAL,
    ATTACK_LATE_BALLOT,
    ATTACK_JUNK_REVEALS, /* in others' names */

    /* as a peer */
    ATTACK_POISON,     /* wrong, cut and stale BLOCKs and RANGEs */
    ATTACK_BOAST,      /* heartbeats of heights and views that are not, no answers */
    ATTACK_REPLAY,     /* old envelopes and messages again */
    ATTACK_SILENCE,    /* says nothing to anyone */
    ATTACK_FAVOURITES, /* talks to some seats only */
};
enum { ATTACKS = ATTACK_FAVOURITES + 1 };

const char *attack_name(enum attack a);

struct byzantine;
/* Sets the filter of the cluster. */
struct byzantine *byzantine_new(struct cluster *c, const struct cluster_config *config,
                                uint64_t seed);
void byzantine_free(struct byzantine *b);
/* Mending the network ends every filter; they go on. */
void byzantine_go_on(struct byzantine *b);
/* Before the seat starts. */
void byzantine_add(struct byzantine *b, uint16_t seat, enum attack a);
/* What they do by themselves; every 100 ms or so. */
void byzantine_tick(struct byzantine *b);
/* How often each was carried out. */
const uint64_t *byzantine_counts(const struct byzantine *b);

#endif
