/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"

#include "base/alloc.h"
#include "base/error.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct slice slice_of(const void *data, size_t size)
{
    return (struct slice){data, size};
}

struct slice slice_of_string(const char *s)
{
    return (struct slice){(const uint8_t *)s, strlen(s)};
}

bool slice_equal(struct slice a, struct slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

void buffer_reserve(struct buffer *b, size_t more)
{
    if (b->capacity - b->size >= more) {
        return;
    }
    size_t capacity = b->capacity > 0 ? b->capacity : 256;
    while (capacity - b->size < more) {
        capacity *= 2;
    }
    b->data = alloc_resize(b->data, capacity, 1);
    b->capacity = capacity;
}

void buffer_append(struct buffer *b, const void *data, size_t size)
{
    if (size == 0) {
        return;
    }
    buffer_reserve(b, size);
    memcpy(b->data + b->size, data, size);
    b->size += size;
}

void buffer_append_slice(struct buffer *b, struct slice s)
{
    buffer_append(b, s.data, s.size);
}

void buffer_consume(struct buffer *b, size_t size)
{
    assert(size <= b->size);
    b->size -= size;
    if (b->size > 0) {
        memmove(b->data, b->data + size, b->size);
    }
}

struct slice buffer_slice(const struct buffer *b)
{
    return (struct slice){b->data, b->size};
}

void buffer_free(struct buffer *b)
{
    free(b->data);
    *b = (struct buffer){NULL, 0, 0};
}

struct bytes *bytes_new(size_t size)
{
    struct bytes *b = alloc(sizeof(*b) + size);
    b->references = 1;
    b->size = size;
    return b;
}

struct bytes *bytes_copy(struct slice s)
{
    struct bytes *b = bytes_new(s.size);
    if (s.size > 0) {
        memcpy(b->data, s.data, s.size);
    }
    return b;
}

struct bytes *bytes_ref(struct bytes *b)
{
    b->references++;
    return b;
}

void bytes_unref(struct bytes *b)
{
    if (b != NULL && --b->references == 0) {
        free(b);
    }
}

struct slice bytes_slice(const struct bytes *b)
{
    return (struct slice){b->data, b->size};
}

void hex_encode(char *out, struct slice s)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < s.size; i++) {
        out[2 * i] = digits[s.data[i] >> 4];
        out[2 * i + 1] = digits[s.data[i] & 15];
    }
    out[2 * s.size] = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

int hex_decode(uint8_t *out, size_t size, const char *hex, size_t length)
{
    if (length != 2 * size) {
        return CONCLAVE_EFORMAT;
    }
    for (size_t i = 0; i < size; i++) {
        int high = hex_digit(hex[2 * i]);
        int low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0) {
            return CONCLAVE_EFORMAT;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return 0;
}
