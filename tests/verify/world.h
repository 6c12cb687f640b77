/* SPDX-License-Identifier: ISC */
/*
 * Councils whose keys are all at hand, and what they decide: real charters, signatures,
 * blocks and certificates, put into a ledger as a node would, from which bundles are made.
 */
#ifndef CONCLAVE_TESTS_VERIFY_WORLD_H
#define CONCLAVE_TESTS_VERIFY_WORLD_H

#include "../council/build.h"
#include "charter/charter.h"
#include "council/council.h"
#include "crypto/key.h"
#include "ledger/ledger.h"
#include "wire/proof.h"

/* A charter of so many seats, one class like that of build_rules and an emergency class. */
struct world {
    struct buffer json;
    struct charter *charter;
    struct council_rules rules;
    struct secret_key *secrets[SEATS_MAX];
};
/* Worlds of the same number of seats have the same keys; those of another name are other
 * councils. */
void world_begin(struct world *w, uint16_t seats, const char *name);
void world_end(struct world *w);
/* Signs a body as the seat. */
void world_sign(const struct world *w, uint16_t seat, const char *label, struct slice body,
                struct signature *out);
/* A commit certificate of the q seats from first on, round the table. */
struct certificate *world_certificate(const struct world *w, const struct header *h,
                                      const struct hash *hash, uint16_t first);

/* --- a chain of blocks --- */

enum { CHAIN_BLOCKS = 640 };

struct chain {
    const struct world *world;
    struct ledger *ledger; /* the caller's */
    struct council *council;
    uint64_t height, records;
    uint64_t view;                            /* of the next block */
    struct hash tip, roots[CHAIN_BLOCKS + 1]; /* state roots by height */
    unsigned every; /* so many blocks have one certificate; 1 at first */
    unsigned lag;   /* headers cover the block so far below their parent; 0 at first */
    bool is_signed; /* envelopes are; at first */
    enum packing packing;
    struct council_result last; /* of the last block, until the next */
};
/* rules NULL: those of the charter. */
void chain_begin(struct chain *c, const struct world *w, const struct council_rules *rules,
                 struct ledger *ledger);
void chain_end(struct chain *c);
/* The next block, which empties the batch. */
void chain_block(struct chain *c, struct batch *batch, uint64_t time_ms);

/* Plays the lines of a story (script.h), and two more blocks. */
struct line;
void chain_tell(struct chain *c, const struct line *lines);

/* --- a ledger without a disk, in place of libledger.a --- */

struct ledger *shelf_new(void);
void shelf_free(struct ledger *l);

#endif
