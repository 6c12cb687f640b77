/* SPDX-License-Identifier: ISC */
/*
 * Byte strings in the three forms the program needs: a borrowed view
 * (struct slice), a growing buffer with one owner (struct buffer), and an
 * immutable string shared by counting references (struct bytes).
 */
#ifndef CONCLAVE_BASE_BYTES_H
#define CONCLAVE_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes; valid as long as what they point into. */
struct slice {
    const uint8_t *data;
    size_t size;
};

#define SLICE_NONE ((struct slice){NULL, 0})
struct slice slice_of(const void *data, size_t size);
struct slice slice_of_string(const char *s);
bool slice_equal(struct slice a, struct slice b);

/* A growing buffer. All zero is an empty one; buffer_free leaves it empty. */
struct buffer {
    uint8_t *data;
    size_t size;
    size_t capacity;
};

void buffer_reserve(struct buffer *b, size_t more);
void buffer_append(struct buffer *b, const void *data, size_t size);
void buffer_append_slice(struct buffer *b, struct slice s);
/* Removes size bytes from the front; size <= b->size. */
void buffer_consume(struct buffer *b, size_t size);
struct slice buffer_slice(const struct buffer *b);
void buffer_free(struct buffer *b);

/* Immutable once made; the last bytes_unref frees it. One thread at a time. */
struct bytes {
    size_t references;
    size_t size;
    uint8_t data[];
};

/* A new string of undefined content that the maker fills before sharing it. */
struct bytes *bytes_new(size_t size);
struct bytes *bytes_copy(struct slice s);
struct bytes *bytes_ref(struct bytes *b);
/* NULL is allowed and does nothing. */
void bytes_unref(struct bytes *b);
struct slice bytes_slice(const struct bytes *b);

/* Lower-case hexadecimal; out has room for 2 * size + 1 characters. */
void hex_encode(char *out, struct slice s);
/* Exactly size bytes from 2 * size hexadecimal digits of either case.
 * Returns 0 or CONCLAVE_EFORMAT. */
int hex_decode(uint8_t *out, size_t size, const char *hex, size_t length);

#endif
