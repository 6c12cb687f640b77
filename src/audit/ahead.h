/* SPDX-License-Identifier: ISC */
/*
 * The blocks of a ledger and their certificates in order of height, read ahead, decoded,
 * and their signatures checked, by several threads where asked. The store is read by the
 * caller's thread alone; each step has one thread at a time.
 */
#ifndef CONCLAVE_AUDIT_AHEAD_H
#define CONCLAVE_AUDIT_AHEAD_H

#include "crypto/authenticate.h"
#include "ledger/ledger.h"

struct step {
    uint64_t height;
    struct bytes *encoding;   /* until it is decoded */
    struct block *block;      /* where read is 0 */
    int read, authentic;      /* errors of the block */
    struct certificate *next; /* where the one before covers no more, and next_read is 0 */
    int next_read, next_authentic;
};

struct ahead;
/* Of heights 1..target. The authenticator is a model, whose keys must stay; quick: no
 * signatures. jobs: threads that check, the caller's among them; at least 1. */
struct ahead *ahead_new(struct ledger *ledger, const struct authenticator *model,
                        uint64_t target, bool quick, unsigned jobs);
/* The next one, until the next call. After one with an error, or the last, there is none.
 */
const struct step *ahead_next(struct ahead *a);
/* Ends what still runs. How many signatures were checked. */
uint64_t ahead_free(struct ahead *a);

#endif
