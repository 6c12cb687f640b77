/* SPDX-License-Identifier: ISC */
/*
 * What happened in the council, block by block, as the events of conclave-events(1). It
 * comes from the block, from what its operations did (wire/deeds.h), and from what is known
 * of the proposals they are about, of which nothing is used that came after the block: so
 * the same block gives the same bytes, whenever and whoever is asked.
 */
#ifndef CONCLAVE_CONCLAVED_CHRONICLE_H
#define CONCLAVE_CONCLAVED_CHRONICLE_H

#include "charter/charter.h"
#include "council/council.h"
#include "ledger/ledger.h"
#include "wire/deeds.h"

#include <jansson.h>

/* A proposal as far as it has come: moments that are not reached yet are zero. */
struct chronicle_subject {
    struct record record;
    uint64_t number; /* of the record, once it is final */
};

enum { CHRONICLE_KNOWN = 64 };

struct chronicle {
    const struct charter *charter;
    struct ledger *ledger;
    const struct council *council; /* for proposals that the ledger has no record of */
    bool rationales;               /* with their text */
    struct chronicle_subject *known[CHRONICLE_KNOWN]; /* what was looked up */
};

/* chronicle_forget frees what it gathers; the pointers are the caller's. */
void chronicle_begin(struct chronicle *c, const struct charter *charter,
                     struct ledger *ledger, const struct council *council, bool rationales);
/* Forgets what it knows of proposals: the council or the ledger went on, or it is done. */
void chronicle_forget(struct chronicle *c);

/* Some events of a block, so that one with very many costs no more than is asked for. */
struct chronicle_window {
    uint64_t first; /* the place of the first that is wanted, */
    size_t most;    /* how many */
    bool cut;       /* set: there are more after those */
};

/* The events of a block, appended to an array in their order; w NULL: all of them. 0, or
 * the ledger's error. */
int chronicle_block(struct chronicle *c, const struct block *b, const struct deeds *d,
                    struct chronicle_window *w, json_t *out);

/* Of a proposal in which the block found something to tell: NULL in *out where there was
 * none by then. */
int chronicle_find(struct chronicle *c, const struct hash *id, uint64_t height,
                   const struct chronicle_subject **out);

/* --- chronicle_json.c: what one event has --- */

/* The members that all have; subject and seat may be NULL and 0. */
json_t *chronicle_event(const struct chronicle *c, const char *name,
                        const struct header *at, const struct hash *proposal,
                        const struct chronicle_subject *subject, uint16_t seat);
void chronicle_put_opened(json_t *e, const struct chronicle *c, const struct header *at,
                          const struct propose *p);
void chronicle_put_opening(json_t *e, const struct chronicle *c, const struct header *at,
                           const struct record *r);
void chronicle_put_revealed(json_t *e, const struct chronicle *c, const struct ballot *b);
/* The outcome, with the ballots that were open by then. */
void chronicle_put_decided(json_t *e, const struct header *at, const struct record *r);
void chronicle_put_final(json_t *e, const struct chronicle_subject *s);
void chronicle_put_latency(json_t *e, const struct header *at, const struct moment *since);
/* "ballot.withheld"; NULL for an open ballot, which had its event. */
const char *chronicle_status_event(enum seat_status status);

#endif
