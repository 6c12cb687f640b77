/* SPDX-License-Identifier: ISC */
/* An input read as choices, where the bytes themselves are not what is decoded. What is
 * beyond the end is zero. */
#ifndef CONCLAVE_TESTS_SCRIPT_H
#define CONCLAVE_TESTS_SCRIPT_H

#include "base/bytes.h"

static inline uint8_t script_byte(struct slice *s)
{
    if (s->size == 0) {
        return 0;
    }
    uint8_t byte = s->data[0];
    *s = slice_of(s->data + 1, s->size - 1);
    return byte;
}

/* Two bytes, little-endian. */
static inline uint16_t script_short(struct slice *s)
{
    uint8_t low = script_byte(s);
    return (uint16_t)(low | script_byte(s) << 8);
}

/* The next bytes, fewer where there are fewer. */
static inline struct slice script_slice(struct slice *s, size_t size)
{
    size_t taken = size < s->size ? size : s->size;
    struct slice out = slice_of(s->data, taken);
    if (taken > 0) {
        *s = slice_of(s->data + taken, s->size - taken);
    }
    return out;
}

#endif
