/* SPDX-License-Identifier: ISC */
/*
 * How primaries treat what waits to be ordered, as this node sees it: from an envelope's
 * arrival here to the execution of its block. Two things are looked for: a primary under
 * which everything waits longer than under any other, and one that orders a seat's
 * envelopes last. Pure.
 *
 * Load must accuse nobody. Only waits of envelopes count that found none of their seat
 * waiting, since seats take turns; for the first, only where fewer than a quarter of an
 * envelope a seat waited at all. For the second they are held against those of other seats
 * under the same primary at that time, and against how the same seat fares under other
 * primaries: one that is far away, or that always votes first, fares alike under all of
 * them.
 */
#ifndef CONCLAVE_WATCH_PRIMARY_H
#define CONCLAVE_WATCH_PRIMARY_H

#include "watch/judge.h"
#include "watch/samples.h"

struct primary_rules {
    unsigned slow_primary; /* per cent of the slowest other's median; 0: never */
};

enum {
    PRIMARY_LEAST = 20,     /* waits that are needed to judge by, */
    PRIMARY_OTHERS = 3,     /* and other primaries that have as many */
    PRIMARY_FLOOR_MS = 100, /* a difference that is less is none: the machines' */
    PRIMARY_LAST_MS = 200,  /* likewise of a seat: as far as it may be away */
    PRIMARY_OF_SEAT = 32,   /* envelopes of a seat that are remembered of a primary, */
    PRIMARY_LATEST = 12,    /* and those of them that show a sudden change */
    PRIMARY_WAITING = 16,   /* envelopes of a seat that are followed */
    PRIMARY_FORGOTTEN_MS = 60000,
};

struct primaries;
struct primaries *primaries_new(uint16_t seats);
void primaries_free(struct primaries *p);

/* A view began here; its primary owes nothing for what waited before. */
void primaries_view(struct primaries *p, uint64_t view, uint64_t now_ms);
/* An envelope of a seat may be ordered from now on; again counts once. */
void primaries_arrived(struct primaries *p, uint16_t seat, const struct hash *id,
                       uint64_t now_ms);
/* It was executed in a block of that view. live: the block came by votes, and was not
 * fetched later. */
void primaries_ordered(struct primaries *p, uint16_t seat, const struct hash *id,
                       uint64_t view, bool live, uint64_t now_ms);

/* With every beat. */
void primaries_look(const struct primaries *p, const struct primary_rules *rules,
                    const struct judge *j);

/* --- evidence --- */

/* The last waits under a seat's terms. */
const struct samples *primaries_waits(const struct primaries *p, uint16_t primary);
/* How often a seat's envelopes, of so many, waited much longer than others' under it, and
 * under other primaries. */
struct primaries_share {
    unsigned last, of;
    unsigned last_lately, of_lately; /* of the latest of them */
    unsigned last_elsewhere, of_elsewhere;
};
struct primaries_share primaries_share(const struct primaries *p, uint16_t primary,
                                       uint16_t seat);
/* Whether that is beyond chance. */
bool primaries_is_last(const struct primaries *p, uint16_t primary, uint16_t seat);

#endif
