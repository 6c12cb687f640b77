/* SPDX-License-Identifier: ISC */
/*
 * Keys, and the values that wire/codec.h has no encoding for. Decoders return 0 or
 * CONCLAVE_ECORRUPT: what they read was written here.
 */
#ifndef CONCLAVE_LEDGER_VALUES_H
#define CONCLAVE_LEDGER_VALUES_H

#include "ledger/journal.h"
#include "ledger/ledger.h"

/* Big-endian, so that the order of keys is the order of numbers. */
void value_key_number(uint8_t out[8], uint64_t number);
uint64_t value_key_read(const uint8_t key[8]);

/* view, height, phase */
enum { VOTE_KEY_BYTES = 17 };
void value_key_vote(uint8_t out[VOTE_KEY_BYTES], const struct vote *v);
/* height, view, hash: a primary that lies makes several blocks of one (view, height). */
enum { CANDIDATE_KEY_BYTES = 16 + HASH_BYTES };
void value_key_candidate(uint8_t out[CANDIDATE_KEY_BYTES], const struct block *b);

/* [council_id, seat, seats] */
void value_put_identity(struct buffer *out, const struct ledger_identity *id);
int value_get_identity(struct slice value, struct ledger_identity *id);

/* [machine id, inode, birth_ns] of the environment's file */
void value_put_marks(struct buffer *out, const struct machine_id *machine,
                     const struct file_mark *file);
int value_get_marks(struct slice value, struct machine_id *machine, struct file_mark *file);

/* [[number, inode, birth_ns], ...]: one, or two while the journal changes */
void value_put_incarnations(struct buffer *out, const struct incarnation *list,
                            size_t count);
int value_get_incarnations(struct slice value, struct incarnation list[2], size_t *count);

/* [phase, seat, view, height, hash, signature] */
void value_put_vote(struct buffer *out, const struct vote *v);
int value_get_vote(struct slice value, struct vote *v);

/* [seat, view, best, signature] */
void value_put_view_change(struct buffer *out, const struct view_change *v);
int value_get_view_change(struct slice value, struct view_change *v);

/* [founded, lost, has_view, view, height] */
void value_put_standing(struct buffer *out, const struct standing *s);
int value_get_standing(struct slice value, struct standing *s);

/* [sequence, operation]: the order in which they were acknowledged */
void value_put_own(struct buffer *out, uint64_t sequence, struct slice operation);
int value_get_own(struct slice value, uint64_t *sequence, struct slice *operation);

/* [ballot, nonce]; the rationale points into value */
void value_put_ballot(struct buffer *out, const struct own_ballot *b);
int value_get_ballot(struct slice value, struct own_ballot *b);

/* [propose_height, final_height, record_index]; leaves id alone */
void value_put_proposal(struct buffer *out, const struct ledger_proposal *p);
int value_get_proposal(struct slice value, struct ledger_proposal *p);

#endif
