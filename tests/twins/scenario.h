/* SPDX-License-Identifier: ISC */
/*
 * One scenario of Twins (Bano et al., "Twins: BFT systems made robust"): some seats have
 * two nodes with one key, and in every round the nodes are parted into groups, whose
 * members hear only each other.
 *
 * A round is a view, so that each has a primary of its own and the twins become primary in
 * one of any n in a row. What belongs to a view is parted as that view says; what belongs
 * to none, as the view of its sender says. Heartbeats, ASK and REPORT always pass. A
 * VIEW-CHANGE belongs to the view that it asks for; some time after the first of them they
 * all pass, else a view that no quorum can ask for would be the last. Views end after one
 * committed block (rotate_every), or by their timers.
 *
 * Groups alone show every vote to a whole quorum or to none of it. So a node may also be
 * deaf to the PREPAREs of a view, or to its COMMITs: then some have a certificate and
 * others not.
 *
 * The twins are ordinary nodes, each on its own store, and stubborn (cluster_set_stubborn):
 * what they are shown of their other half does not silence them.
 *
 * Where they are clones instead, the council has begun before the second half of each seat
 * starts, on a copy of the first one's store. A node refuses the one while it is connected
 * to the other, as section 4 has it; rounds are of time, and what is parted is not
 * connected. Then restore-safe seats must hold: the halves never contradict each other.
 */
#ifndef CONCLAVE_TESTS_TWINS_SCENARIO_H
#define CONCLAVE_TESTS_TWINS_SCENARIO_H

#include "cluster/cluster.h"

/* A place is a group + DEAF_TO_PREPARES or not + DEAF_TO_COMMITS or not. */
enum { GROUPS_MAX = 5, DEAF_TO_PREPARES = GROUPS_MAX, DEAF_TO_COMMITS = 2 * GROUPS_MAX };

enum { ROUNDS_MAX = 8, TWINS_MAX = 10, PARTED_MAX = SEATS_MAX + TWINS_MAX };

struct scenario {
    uint16_t seats;
    unsigned quorum; /* 0: the right one */
    uint64_t seed;
    uint16_t twin_count;
    uint16_t twins[TWINS_MAX]; /* their seats; the second node of twins[i] is
                                  seats + 1 + i */
    unsigned rounds;
    uint8_t places[ROUNDS_MAX][PARTED_MAX]; /* [round][node - 1]: a group, and DEAF_TO */
    bool clones;
    bool stubborn; /* clones that are stubborn nevertheless */
    bool trace;    /* on standard output */
};

struct finding {
    char fault[600];   /* empty: nothing was wrong */
    unsigned depended; /* on the groups of so many rounds, the first ones */
    bool equivocated;  /* the halves of a seat said two things */
    bool expelled;     /* a seat was, of that */
    uint64_t view;     /* the highest of a correct seat */
    uint64_t height;
    uint64_t ended_ms; /* virtual */
};

void scenario_run(const struct scenario *s, struct finding *out);

/* The places as text: for each node 0..9 or a..j, rounds separated by commas. */
void scenario_write(const struct scenario *s, char *out, size_t size);
/* False when it is not of rounds of seats + twin_count places. */
bool scenario_read(struct scenario *s, const char *text);

#endif
