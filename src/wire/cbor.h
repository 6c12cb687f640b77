/* SPDX-License-Identifier: ISC */
/*
 * Deterministic CBOR (RFC 8949 section 4.2.1): a bounded reading cursor with a sticky
 * error and an appending writer. Only what Conclave encodes exists: unsigned integers,
 * byte strings, text, arrays, booleans and maps with text keys (for the charter); negative
 * integers, floats, tags, null and indefinite lengths are refused.
 */
#ifndef CONCLAVE_WIRE_CBOR_H
#define CONCLAVE_WIRE_CBOR_H

#include "base/bytes.h"

enum cbor_type {
    CBOR_UINT = 0,
    CBOR_BYTES = 2,
    CBOR_TEXT = 3,
    CBOR_ARRAY = 4,
    CBOR_MAP = 5,
    CBOR_BOOL = 7,
};

/* --- reading --- */

struct cbor_reader {
    struct slice input;
    size_t at;
    int error; /* 0, or the first error; every later read then returns nothing */
};

void cbor_read_begin(struct cbor_reader *r, struct slice input);
/* 0, or the sticky error; bytes left over are CONCLAVE_ETRAILING. */
int cbor_read_end(struct cbor_reader *r);
/* Marks the input as bad; the first error wins. */
void cbor_read_fail(struct cbor_reader *r, int error);

/* An integer no larger than max; 0 after an error. A larger one is CONCLAVE_ELIMIT. */
uint64_t cbor_read_uint(struct cbor_reader *r, uint64_t max);
bool cbor_read_bool(struct cbor_reader *r);
/* A string of at most max bytes, pointing into the input. */
struct slice cbor_read_bytes(struct cbor_reader *r, size_t max);
/* Exactly size bytes, copied to out; zeroes after an error. */
void cbor_read_bytes_into(struct cbor_reader *r, void *out, size_t size);
/* Text of at most max bytes that obeys base/text.h. */
struct slice cbor_read_text(struct cbor_reader *r, size_t max, bool multiline);
/* The number of elements, at most max, and no more than there are bytes left. */
size_t cbor_read_array(struct cbor_reader *r, size_t max);
/* An array that must have exactly count elements. */
void cbor_read_array_of(struct cbor_reader *r, size_t count);
/* Pairs of a map. The caller reads key and value in turn; cbor_read_key checks that the
 * keys ascend. previous is SLICE_NONE before the first. */
size_t cbor_read_map(struct cbor_reader *r, size_t max);
struct slice cbor_read_key(struct cbor_reader *r, struct slice previous, size_t max);
/* The order of keys in a map, bytewise by their encodings: the shorter one first, then by
 * content. Negative, 0 or positive. */
int cbor_key_compare(struct slice a, struct slice b);
/* The type of the next item without reading it; -1 at the end, after an error, and before
 * a kind of item that is refused. */
int cbor_peek(const struct cbor_reader *r);
/* Reads one whole item of any kind, arrays and maps nested at most 16 deep, checking that
 * it is deterministic and that its text is harmless (multiline); returns its encoding. */
struct slice cbor_read_item(struct cbor_reader *r);
/* How many bytes the item at the beginning has by its heads alone, whatever else may be
 * wrong with it; 0 where no item is. */
size_t cbor_measure(struct slice input);

/* --- writing: appends to a buffer, which only grows --- */

void cbor_write_uint(struct buffer *b, uint64_t value);
void cbor_write_bool(struct buffer *b, bool value);
void cbor_write_bytes(struct buffer *b, struct slice s);
void cbor_write_text(struct buffer *b, struct slice s);
void cbor_write_array(struct buffer *b, size_t count);
void cbor_write_map(struct buffer *b, size_t pairs);

#endif
