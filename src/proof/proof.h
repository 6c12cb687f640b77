/* SPDX-License-Identifier: ISC */
/*
 * Makes proof bundles from a ledger, conclave-protocol(7) section 11. Reads only: a node
 * answers with it, and the command line reads a copy.
 */
#ifndef CONCLAVE_PROOF_PROOF_H
#define CONCLAVE_PROOF_PROOF_H

#include "ledger/ledger.h"
#include "wire/proof.h"

/*
 * Appends the bundle of a final decision to out; full: with each seat's own hand. 0, or
 * CONCLAVE_ENOENT (no such proposal), CONCLAVE_ESTATE (it is not final, or no certified
 * header covers it yet), CONCLAVE_ECORRUPT or another error of the ledger, with a complaint
 * that says what is missing and the cure; out is then as it was.
 */
int proof_build(struct ledger *l, const struct hash *council_id, const struct hash *id,
                bool full, struct buffer *out, struct complaint *why);

/* The certified header that vouches for the state after some height at or above this one:
 * the first there is, whose executed_height covers it; with its certificate, which the
 * caller unrefs. 0, CONCLAVE_ESTATE where none does yet, or an error of the ledger. */
int proof_cover(struct ledger *l, uint64_t height, struct header *header,
                struct certificate **certificate);

#endif
