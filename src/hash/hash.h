/* SPDX-License-Identifier: ISC */
/*
 * H(label, x) of conclave-protocol(7) section 2: BLAKE2b-256 over
 * byte length of label || label || x, x one deterministic CBOR item.
 */
#ifndef CONCLAVE_HASH_HASH_H
#define CONCLAVE_HASH_HASH_H

#include "wire/types.h"

#define LABEL_CHARTER      "conclave/1/charter"
#define LABEL_BLOCK        "conclave/1/block"
#define LABEL_OPERATION    "conclave/1/op"
#define LABEL_STATE        "conclave/1/state"
#define LABEL_EFFECTS      "conclave/1/effects"
#define LABEL_BALLOT       "conclave/1/ballot"
#define LABEL_RATIONALE    "conclave/1/rationale"
#define LABEL_VIEW_CHANGES "conclave/1/view-changes"

/* Labels of signatures, section 2. */
#define LABEL_PREPARE     "conclave/1/prepare"
#define LABEL_COMMIT      "conclave/1/commit"
#define LABEL_VIEW_CHANGE "conclave/1/view-change"
#define LABEL_NEW_VIEW    "conclave/1/new-view"
#define LABEL_ENVELOPE    "conclave/1/envelope"

/* label is shorter than 32 characters. */
struct hash hash_labelled(const char *label, struct slice item);

/* Of the parts that have more than one user. Computing a block's or an envelope's hashes
 * fills the fields of the struct. */
struct hash hash_header(const struct header *header);
struct hash hash_operation(struct slice encoding);
struct hash hash_commitment(const struct hash *council_id, const struct hash *proposal,
                            uint16_t seat, const struct ballot *ballot,
                            const uint8_t nonce[BALLOT_NONCE_BYTES]);
struct hash hash_rationale(struct slice rationale);
struct hash hash_view_changes(const struct view_change *changes, size_t count);
struct hash hash_operations(const struct slice *operations, size_t count); /* env_root */
/* env_root, id, and in the briefs the ids of its PROPOSEs. */
void hash_envelope(struct envelope *e);
/* The envelopes' hashes, where they are not authentic already, then the block's own.
 * Returns the ops_root that the header must have; the caller compares. */
struct hash hash_block(struct block *b);
/* The block of this height out of its encoding, with its hashes, and its ops_root found
 * right: 0 with a reference in *out, or CONCLAVE_ECORRUPT. Any thread may, while no other
 * has the encoding. */
int hash_read_block(struct bytes *encoding, uint64_t height, struct block **out);

/* A new block from a header, whose ops_root is filled here, and authentic envelopes, which
 * it references. Encoded and hashed; the caller owns the one reference. */
struct block *hash_build_block(struct header *header, struct envelope *const *envelopes,
                               size_t count);

#endif
