/* SPDX-License-Identifier: ISC */
/*
 * Who may fail together: seats of one vendor, one model family or one jurisdiction have a
 * fault, an order or an intruder in common. Here is how many seats each such group has, and
 * how few groups together have as many seats as matter (base/quorum.h). Pure: the same
 * charter gives the same answer everywhere.
 */
#ifndef CONCLAVE_CHARTER_DIVERSITY_H
#define CONCLAVE_CHARTER_DIVERSITY_H

#include "base/seat_set.h"
#include "charter/charter.h"

#include <jansson.h>

enum diversity_kind { DIVERSITY_VENDOR, DIVERSITY_FAMILY, DIVERSITY_JURISDICTION };
enum { DIVERSITY_KINDS = DIVERSITY_JURISDICTION + 1 };
/* Of what a seat says about itself, DIVERSITY_KINDS for groups of any kind. */
const char *diversity_name(unsigned kind);   /* "vendor", "model_family", ..., "any" */
const char *diversity_words(unsigned kind);  /* "vendor", "model family", ... */
const char *diversity_plural(unsigned kind); /* "vendors", "model families", ... */

/* Names that differ in capitals only are one. */
struct diversity_group {
    enum diversity_kind kind;
    const char *name; /* as the first of its seats spells it; of the charter */
    bool stated;      /* false: seats of which the charter does not say it. They may be one,
                         and are taken for one. */
    uint16_t size;
    struct seat_set seats;
};

struct diversity {
    uint16_t seats; /* n */
    /* By kind, then the largest first, then by their first seat. */
    struct diversity_group groups[DIVERSITY_KINDS * SEATS_MAX];
    /* Of a kind: from groups[first[kind]] up to, not including, groups[first[kind + 1]]. */
    uint16_t first[DIVERSITY_KINDS + 1];
};

/* The groups; their names are the charter's. */
void diversity_find(const struct charter *c, struct diversity *out);

/* The fewest groups that together have at least so many seats. */
struct diversity_set {
    uint16_t need;              /* seats, 1..n */
    uint16_t seats;             /* that they have together */
    uint16_t count;             /* groups */
    uint16_t groups[SEATS_MAX]; /* indices, the largest first */
    bool exact;                 /* false: the search for fewer was given up; */
    uint16_t at_least;          /* fewer than these are known not to do; exact: count */
};

/* Of one kind, or with DIVERSITY_KINDS of all kinds mixed. A kind's groups have no seat in
 * common, so the largest are the fewest. Across kinds they overlap: all sets are searched,
 * within a bound of work that is a constant, and beyond it an answer that need not be the
 * smallest is given. */
void diversity_smallest(const struct diversity *d, unsigned kind, unsigned need,
                        struct diversity_set *out);

/* The thresholds of the charter's classes, ascending, each once; how many there are. */
enum { DIVERSITY_THRESHOLDS = SEATS_MAX };
size_t diversity_thresholds(const struct charter *c, uint16_t out[DIVERSITY_THRESHOLDS]);

/* Whether the council depends on one group: it has more than f seats. */
bool diversity_exceeds(const struct diversity *d, const struct diversity_group *g);

/* All of it, as conclave-control(7) describes the answer of the method `diversity`. */
json_t *diversity_json(const struct charter *c);

#endif
