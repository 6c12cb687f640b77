/* SPDX-License-Identifier: ISC */
/*
 * The parts that several layouts share, for the codec's own files: readers over one cursor
 * (after an error they return nothing, and what they were about to make is freed), and the
 * writers beside them.
 */
#ifndef CONCLAVE_WIRE_CODEC_PARTS_H
#define CONCLAVE_WIRE_CODEC_PARTS_H

#include "wire/codec.h"

/* The fewest bytes that one can be encoded in: what a claimed count may allocate. */
enum {
    HEADER_BYTES_MIN = 108,
    BLOCK_BYTES_MIN = HEADER_BYTES_MIN + 2,
    ENVELOPE_BYTES_MIN = 80,
    CERTIFICATE_ENTRY_BYTES_MIN = 68,
    VIEW_CHANGE_BYTES_MIN = 107,
};

/* Where decoded envelopes and blocks come from: their bytes, and those known before. */
struct origin {
    struct bytes *owner;
    const struct known_envelopes *known; /* or NULL */
};

/* The number of elements of an array, each at least bytes_each long. */
size_t read_list(struct cbor_reader *r, size_t max, size_t bytes_each);
/* True, and read, where the next item is an empty array: something left out. */
bool read_absent(struct cbor_reader *r);
/* An enumeration's value, low..high. */
unsigned read_kind(struct cbor_reader *r, unsigned low, unsigned high);
uint16_t read_seat(struct cbor_reader *r);
void read_hash(struct cbor_reader *r, struct hash *out);
void read_signature(struct cbor_reader *r, struct signature *out);
void read_best(struct cbor_reader *r, struct best *out);
void read_header(struct cbor_reader *r, struct header *out);
void read_ballot(struct cbor_reader *r, struct ballot *out);
void read_operation(struct cbor_reader *r, struct operation *out);
void read_evidence(struct cbor_reader *r, struct evidence *out);
/* A VIEW-CHANGE without its certificate: [seat, view, best, signature]. */
void read_view_change(struct cbor_reader *r, struct view_change *out);
struct certificate *read_certificate(struct cbor_reader *r);
/* NULL without an error where it is left out. */
struct certificate *read_certificate_or_none(struct cbor_reader *r);
struct envelope *read_envelope(struct cbor_reader *r, const struct origin *from);
struct block *read_block(struct cbor_reader *r, const struct origin *from);
/* The fields of a NEW-VIEW, after the head of the array that holds them. */
struct new_view *read_new_view_fields(struct cbor_reader *r);

void write_blob(struct buffer *out, const void *data, size_t size);
void write_hash(struct buffer *out, const struct hash *h);
void write_signature(struct buffer *out, const struct signature *s);
void write_evidence(struct buffer *out, const struct evidence *e);
void write_certificate_or_none(struct buffer *out, const struct certificate *c);
void write_new_view_fields(struct buffer *out, const struct new_view *v);

#endif
