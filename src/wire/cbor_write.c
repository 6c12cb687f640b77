/* SPDX-License-Identifier: ISC */
#include "wire/cbor.h"

static void write_head(struct buffer *b, enum cbor_type type, uint64_t value)
{
    uint8_t head[9];
    unsigned info;
    size_t size;
    if (value < 24) {
        info = (unsigned)value;
        size = 0;
    } else if (value <= UINT8_MAX) {
        info = 24;
        size = 1;
    } else if (value <= UINT16_MAX) {
        info = 25;
        size = 2;
    } else if (value <= UINT32_MAX) {
        info = 26;
        size = 4;
    } else {
        info = 27;
        size = 8;
    }
    head[0] = (uint8_t)((unsigned)type << 5 | info);
    for (size_t i = size; i > 0; i--) {
        head[i] = (uint8_t)value;
        value >>= 8;
    }
    buffer_append(b, head, 1 + size);
}

void cbor_write_uint(struct buffer *b, uint64_t value)
{
    write_head(b, CBOR_UINT, value);
}

void cbor_write_bool(struct buffer *b, bool value)
{
    write_head(b, CBOR_BOOL, value ? 21 : 20);
}

void cbor_write_bytes(struct buffer *b, struct slice s)
{
    write_head(b, CBOR_BYTES, s.size);
    buffer_append_slice(b, s);
}

void cbor_write_text(struct buffer *b, struct slice s)
{
    write_head(b, CBOR_TEXT, s.size);
    buffer_append_slice(b, s);
}

void cbor_write_array(struct buffer *b, size_t count)
{
    write_head(b, CBOR_ARRAY, count);
}

void cbor_write_map(struct buffer *b, size_t pairs)
{
    write_head(b, CBOR_MAP, pairs);
}
