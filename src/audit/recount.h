/* SPDX-License-Identifier: ISC */
/*
 * An independent recount: each final record against the operations of the chain, by the
 * rules of conclave-protocol(7) section 8 written down a second time, so that a fault of
 * src/council, which all nodes share, would be seen. It follows BALLOTs, REVEALs and
 * EVIDENCE itself, opens each commitment, and works out statuses, tally, outcome and
 * reason. Taken from the council are which PROPOSEs opened a proposal, in which block its
 * ballots were unsealed, and who was waited for; that no phase ended before its time is
 * recounted.
 */
#ifndef CONCLAVE_AUDIT_RECOUNT_H
#define CONCLAVE_AUDIT_RECOUNT_H

#include "charter/charter.h"
#include "wire/record.h"

struct recount;
struct recount *recount_new(const struct charter *charter);
void recount_free(struct recount *r);

/* The next block begins; then its operations, in their order; then what the council made of
 * them: false with a complaint where the chain says something else. */
void recount_begin(struct recount *r, const struct header *h);
void recount_operation(struct recount *r, struct slice encoding,
                       const struct operation *op);
bool recount_opened(struct recount *r, const struct hash *proposal, struct complaint *why);
bool recount_sealed(struct recount *r, const struct hash *proposal, struct complaint *why);
bool recount_final(struct recount *r, const struct record *record, struct complaint *why);
/* The block ends: a PROPOSE that opened nothing is forgotten. */
void recount_end(struct recount *r);

#endif
