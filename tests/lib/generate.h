/* SPDX-License-Identifier: ISC */
/*
 * Random valid objects of the protocol, as encodings: decode one to have the struct. Their
 * shape is what the codec accepts; signatures and hashes are random bytes. Everything
 * appends to out.
 */
#ifndef CONCLAVE_TESTS_GENERATE_H
#define CONCLAVE_TESTS_GENERATE_H

#include "random.h"
#include "wire/codec.h"
#include "wire/proof.h"

/* Text of at most max bytes that obeys the rules, of characters of all widths. */
void generate_text(struct rng *r, size_t max, bool multiline, struct buffer *out);
void generate_operation(struct rng *r, enum operation_kind kind, uint16_t seat,
                        struct buffer *out);
/* 1..operations_max operations of the sort. */
void generate_envelope(struct rng *r, enum envelope_sort sort, size_t operations_max,
                       struct buffer *out);
void generate_header(struct rng *r, struct header *out);
/* 0..envelopes_max envelopes. */
void generate_block(struct rng *r, size_t envelopes_max, struct buffer *out);
/* The caller unrefs it; kind is not CERTIFICATE_NONE. */
struct certificate *generate_certificate(struct rng *r, enum certificate_kind kind);
struct new_view *generate_new_view(struct rng *r);
/* A record of 4 to SEATS_MAX seats, and a bundle around one. */
void generate_record(struct rng *r, struct record *out);
void generate_proof(struct rng *r, struct buffer *out);
void generate_message(struct rng *r, enum message_tag tag, struct buffer *out);

#endif
