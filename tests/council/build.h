/* SPDX-License-Identifier: ISC */
/*
 * Operations and blocks for the council's tests. Signatures are dummies where nobody makes
 * others: they are not the council's business.
 */
#ifndef CONCLAVE_TESTS_COUNCIL_BUILD_H
#define CONCLAVE_TESTS_COUNCIL_BUILD_H

#include "council/council.h"

/* Rules with one ordinary class (0: 1,000 ms for ballots, 500 for reveals, 100 of grace)
 * and one emergency class (1: a tenth of that), thresholds ceil(2n / 3). */
struct council_rules build_rules(uint16_t seats);

/* --- operations, each appended to out as its encoding --- */

/* Proposals are told apart by a name, which is title and nonce. */
void build_propose(struct buffer *out, uint16_t seat, uint32_t class_index,
                   const char *name);
/* A ballot's nonce is made from seat and variant. */
struct ballot build_ballot(enum choice choice, unsigned variant);
void build_commit(struct buffer *out, const struct council_rules *rules, uint16_t seat,
                  const struct hash *proposal, enum choice choice, unsigned variant);
void build_reveal(struct buffer *out, uint16_t seat, const struct hash *proposal,
                  enum choice choice, unsigned variant);
void build_evidence(struct buffer *out, uint16_t convicted);
void build_return(struct buffer *out, uint16_t seat, uint64_t view);

/* --- blocks --- */

/* Signs an envelope of signed kinds. */
typedef void build_signer(void *context, uint16_t seat, const struct slice *operations,
                          size_t count, struct signature *out);

/* A block in the making. All zero is an empty one. */
struct batch {
    struct buffer *operations;
    size_t count, capacity;
    build_signer *sign; /* NULL: signatures are dummies */
    void *context;      /* of sign */
};
/* The next operation's place; valid until the next call. */
struct buffer *batch_next(struct batch *b);
/* How operations go into envelopes. */
enum packing {
    PACKING_EACH,   /* one each */
    PACKING_JOINED, /* neighbours of one seat and sort together */
};
/* Makes the block and empties the batch. The caller owns the reference. */
struct block *batch_build(struct batch *b, struct header header, enum packing packing);
void batch_free(struct batch *b);

/* One envelope of one operation. */
struct envelope *build_envelope(struct slice operation);

#endif
