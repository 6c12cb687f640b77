/* SPDX-License-Identifier: ISC */
#include "tlog/lines.h"

#include "base/error.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

bool lines_next(struct slice *rest, struct slice *line)
{
    const uint8_t *end = rest->size > 0 ? memchr(rest->data, '\n', rest->size) : NULL;
    if (end == NULL) {
        return false;
    }
    size_t length = (size_t)(end - rest->data);
    *line = slice_of(rest->data, length);
    *rest = slice_of(end + 1, rest->size - length - 1);
    return true;
}

bool lines_skip(struct slice *line, const char *prefix)
{
    size_t length = strlen(prefix);
    if (line->size < length || memcmp(line->data, prefix, length) != 0) {
        return false;
    }
    *line = slice_of(line->data + length, line->size - length);
    return true;
}

int lines_number(struct slice text, uint64_t *out)
{
    uint64_t number = 0;
    if (text.size == 0 || (text.size > 1 && text.data[0] == '0')) {
        return CONCLAVE_EFORMAT;
    }
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned)text.data[i] - '0';
        if (digit > 9 || number > (LINES_NUMBER_MAX - digit) / 10) {
            return CONCLAVE_EFORMAT;
        }
        number = number * 10 + digit;
    }
    *out = number;
    return 0;
}

/* The library that decodes takes bytes of 0x80 and more for letters. */
static bool is_ascii(struct slice text)
{
    uint8_t all = 0;
    for (size_t i = 0; i < text.size; i++) {
        all |= text.data[i];
    }
    return all < 0x80;
}

int lines_base64(struct slice text, struct buffer *out)
{
    size_t room = text.size / 4 * 3, size = 0;
    if (text.size == 0) {
        return 0;
    }
    buffer_reserve(out, room + 1);
    if (!is_ascii(text) ||
        sodium_base642bin(out->data + out->size, room, (const char *)text.data, text.size,
                          NULL, &size, NULL, sodium_base64_VARIANT_ORIGINAL) != 0) {
        return CONCLAVE_EFORMAT;
    }
    out->size += size;
    return 0;
}

int lines_hash(struct slice text, struct hash *out)
{
    struct buffer b = {0};
    int error =
        text.size ==
                sodium_base64_ENCODED_LEN(HASH_BYTES, sodium_base64_VARIANT_ORIGINAL) - 1
            ? lines_base64(text, &b)
            : CONCLAVE_EFORMAT;
    if (error == 0 && b.size == HASH_BYTES) {
        memcpy(out->bytes, b.data, HASH_BYTES);
    } else {
        error = CONCLAVE_EFORMAT;
    }
    buffer_free(&b);
    return error;
}

void lines_write_text(struct buffer *out, const char *text)
{
    buffer_append_slice(out, slice_of_string(text));
}

void lines_write_number(struct buffer *out, uint64_t number)
{
    char text[LINES_NUMBER_BYTES];
    assert(number <= LINES_NUMBER_MAX);
    int length = snprintf(text, sizeof(text), "%" PRIu64, number);
    buffer_append(out, text, (size_t)length);
}

void lines_write_base64(struct buffer *out, struct slice bytes)
{
    size_t room = sodium_base64_encoded_len(bytes.size, sodium_base64_VARIANT_ORIGINAL);
    buffer_reserve(out, room);
    (void)sodium_bin2base64((char *)out->data + out->size, room, bytes.data, bytes.size,
                            sodium_base64_VARIANT_ORIGINAL);
    out->size += room - 1; /* without the terminating zero */
}

void lines_write_hash(struct buffer *out, const struct hash *h)
{
    lines_write_base64(out, slice_of(h->bytes, HASH_BYTES));
}
