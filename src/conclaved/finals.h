/* SPDX-License-Identifier: ISC */
/* The final decisions of a ledger, the newest first, each with the PROPOSE that opened it;
 * until so many bytes of blocks were read that the council has waited long enough. */
#ifndef CONCLAVE_CONCLAVED_FINALS_H
#define CONCLAVE_CONCLAVED_FINALS_H

#include "conclaved/node.h"

struct finals {
    struct ledger *ledger;
    uint64_t before; /* the number of the record last read; at first, of none of them */
    struct record record;
    struct operation propose; /* valid until the next step; its seat is 0 when it is not
                                 there */
    size_t read;              /* bytes of blocks */
    struct block *block;      /* that opened it: neighbours were often opened by one */
    struct hash *ids;         /* of the PROPOSEs in it, */
    struct slice *encodings;  /* and these */
    size_t count, capacity;
};

/* Only records older than this number. */
void finals_begin(struct finals *f, struct ledger *ledger, uint64_t before);
/* Whether there is another one that may be read now. */
bool finals_more(const struct finals *f);
/* 0, or the store's error. */
int finals_next(struct finals *f);
void finals_end(struct finals *f);

#endif
