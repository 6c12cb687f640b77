/* SPDX-License-Identifier: ISC */
#include "base/text.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

size_t text_decode(struct slice text, size_t at, uint32_t *character)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = text.data[at];
    size_t length;
    uint32_t c;
    if (first < 0x80) {
        *character = first;
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        length = 2;
        c = first & 0x1fU;
    } else if (first >= 0xe0 && first <= 0xef) {
        length = 3;
        c = first & 0x0fU;
    } else if (first >= 0xf0 && first <= 0xf4) {
        length = 4;
        c = first & 0x07U;
    } else {
        return 0;
    }
    if (text.size - at < length) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        uint8_t next = text.data[at + i];
        if ((next & 0xc0) != 0x80) {
            return 0;
        }
        c = c << 6 | (next & 0x3fU);
    }
    if (c < smallest[length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
        return 0;
    }
    *character = c;
    return length;
}

size_t text_encode(uint32_t c, char out[TEXT_CHARACTER_MAX])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[0] = (char)(first[size] | c);
    return size;
}

bool text_is_harmful(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e ||
           c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Whether the eight bytes here are printable ASCII, which most text is. */
static bool is_plain(const uint8_t *at)
{
    const uint64_t ones = 0x0101010101010101U, tops = 0x80 * ones;
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    uint64_t below_space = (word - 0x20 * ones) & ~word;
    uint64_t delete = word ^ 0x7f * ones;
    return ((word | below_space | ((delete - ones) & ~delete)) & tops) == 0;
}

int text_check(struct slice text, bool multiline, size_t *where)
{
    for (size_t at = 0; at < text.size;) {
        uint32_t c = text.data[at];
        if (text.size - at >= sizeof(uint64_t) && is_plain(&text.data[at])) {
            at += sizeof(uint64_t);
            continue;
        }
        if (c >= 0x20 && c < 0x7f) {
            at++;
            continue;
        }
        size_t length = text_decode(text, at, &c);
        bool line_break = multiline && (c == '\n' || c == '\t');
        if (length == 0 || (text_is_harmful(c) && !line_break)) {
            if (where != NULL) {
                *where = at;
            }
            return CONCLAVE_ETEXT;
        }
        at += length;
    }
    return 0;
}

void text_escape(struct buffer *out, struct slice text, const char *also)
{
    for (size_t at = 0; at < text.size;) {
        char escaped[16];
        uint32_t c = 0;
        size_t length = text_decode(text, at, &c);
        if (length == 0) {
            (void)snprintf(escaped, sizeof(escaped), "\\x%02x", text.data[at]);
            length = 1;
        } else if (c == '\n' || c == '\t') {
            (void)snprintf(escaped, sizeof(escaped), "\\%c", c == '\n' ? 'n' : 't');
        } else if (text_is_harmful(c)) {
            (void)snprintf(escaped, sizeof(escaped), c < 0x80 ? "\\x%02x" : "\\u{%x}",
                           (unsigned)c);
        } else if (c < 0x80 && strchr(also, (int)c) != NULL) {
            (void)snprintf(escaped, sizeof(escaped), "\\%c", (char)c);
        } else {
            buffer_append(out, text.data + at, length);
            at += length;
            continue;
        }
        buffer_append(out, escaped, strlen(escaped));
        at += length;
    }
}

size_t text_whole(struct slice text)
{
    size_t start = text.size;
    while (start > 0 && (text.data[start - 1] & 0xc0) == 0x80) {
        start--; /* over continuation bytes */
    }
    if (start == 0 || (text.data[start - 1] & 0xc0) != 0xc0) {
        return text.size;
    }
    uint8_t lead = text.data[--start];
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    return text.size - start < length ? start : text.size;
}
