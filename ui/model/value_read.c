/* SPDX-License-Identifier: ISC */
#include "ui/model/value.h"

#include "base/alloc.h"
#include "base/text.h"
#include "control/control.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT_VALUES = 4096, KEPT_TEXT = 64 * 1024 };

static size_t add_value(struct value_reader *r, enum value_kind kind, const char *key)
{
    if (r->count == r->capacity) {
        r->capacity = r->capacity > 0 ? 2 * r->capacity : 256;
        r->values = alloc_resize(r->values, r->capacity, sizeof(*r->values));
    }
    r->values[r->count] = (struct value){.kind = kind, .next = 1, .key = key};
    return r->count++;
}

static int peek(struct value_reader *r)
{
    while (r->at < r->in.size) {
        uint8_t c = r->in.data[r->at];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
            return c;
        }
        r->at++;
    }
    return -1;
}

static bool take(struct value_reader *r, char wanted)
{
    if (peek(r) != wanted) {
        return false;
    }
    r->at++;
    return true;
}

static bool take_word(struct value_reader *r, const char *word)
{
    size_t size = strlen(word);
    if (r->in.size - r->at < size || memcmp(r->in.data + r->at, word, size) != 0) {
        return false;
    }
    r->at += size;
    return true;
}

static int hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The four digits after \u; -1 when there are none. */
static int32_t take_unit(struct value_reader *r)
{
    int32_t unit = 0;
    if (r->in.size - r->at < 4) {
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(r->in.data[r->at++]);
        if (digit < 0) {
            return -1;
        }
        unit = unit << 4 | digit;
    }
    return unit;
}

static void put_character(struct value_reader *r, uint32_t c)
{
    r->text_size += text_encode(c, r->texts + r->text_size);
}

/* After the backslash. */
static bool take_escape(struct value_reader *r)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (r->at >= r->in.size) {
        return false;
    }
    uint8_t c = r->in.data[r->at++];
    if (c != 'u') {
        const char *at = c != 0 ? strchr(from, c) : NULL;
        if (at == NULL) {
            return false;
        }
        put_character(r, (uint8_t)to[at - from]);
        return true;
    }
    int32_t unit = take_unit(r);
    if (unit >= 0xd800 && unit < 0xdc00) {
        int32_t low = take_word(r, "\\u") ? take_unit(r) : -1;
        if (low < 0xdc00 || low > 0xdfff) {
            return false;
        }
        put_character(r, 0x10000 + (uint32_t)(unit - 0xd800) * 0x400 +
                             (uint32_t)(low - 0xdc00));
        return true;
    }
    if (unit <= 0 || (unit >= 0xdc00 && unit <= 0xdfff)) {
        return false;
    }
    put_character(r, (uint32_t)unit);
    return true;
}

/* Whether none of eight bytes ends or interrupts a run of ASCII in a string. */
static bool is_plain(const uint8_t *at)
{
    const uint64_t ones = 0x0101010101010101U, tops = 0x80 * ones;
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    uint64_t quote = word ^ '"' * ones, backslash = word ^ '\\' * ones;
    uint64_t hit = ((word - 0x20 * ones) & ~word) | ((quote - ones) & ~quote) |
                   ((backslash - ones) & ~backslash) | word;
    return (hit & tops) == 0;
}

static void take_plain(struct value_reader *r)
{
    while (r->in.size - r->at >= 8 && is_plain(r->in.data + r->at)) {
        memcpy(r->texts + r->text_size, r->in.data + r->at, 8);
        r->text_size += 8;
        r->at += 8;
    }
}

/* A string without its escapes, never longer than it was with its quotes. NULL: it is none.
 */
static const char *take_string(struct value_reader *r)
{
    if (!take(r, '"')) {
        return NULL;
    }
    char *text = r->texts + r->text_size;
    for (take_plain(r); r->at < r->in.size;) {
        uint8_t c = r->in.data[r->at];
        if (c >= 0x80) {
            uint32_t character;
            size_t length = text_decode(r->in, r->at, &character);
            if (length == 0) {
                return NULL;
            }
            memcpy(r->texts + r->text_size, r->in.data + r->at, length);
            r->text_size += length;
            r->at += length;
        } else if (c == '"') {
            r->at++;
            r->texts[r->text_size++] = '\0';
            return text;
        } else if (c == '\\') {
            r->at++;
            if (!take_escape(r)) {
                return NULL;
            }
        } else if (c < 0x20) {
            return NULL;
        } else {
            r->texts[r->text_size++] = (char)c;
            r->at++;
            if ((r->at & 7) == 0) {
                take_plain(r);
            }
        }
    }
    return NULL;
}

static size_t take_digits(struct value_reader *r)
{
    size_t begin = r->at;
    while (r->at < r->in.size && r->in.data[r->at] >= '0' && r->in.data[r->at] <= '9') {
        r->at++;
    }
    return r->at - begin;
}

static bool is_next(const struct value_reader *r, const char *any)
{
    return r->at < r->in.size && r->in.data[r->at] != 0 &&
           strchr(any, r->in.data[r->at]) != NULL;
}

/* Most numbers: a few digits and nothing else. */
static bool take_short_number(struct value_reader *r, size_t index)
{
    const uint8_t *at = r->in.data + r->at;
    size_t left = r->in.size - r->at, i = 0, most = left < 18 ? left : 18;
    int64_t number = 0;
    while (i < most && at[i] >= '0' && at[i] <= '9') {
        number = 10 * number + (at[i++] - '0');
    }
    bool alone = i > 0 && i < most && at[i] != '.' && (at[i] | 0x20) != 'e';
    if (!alone || (at[0] == '0' && i > 1)) {
        return false;
    }
    r->at += i;
    r->values[index].kind = VALUE_INTEGER;
    r->values[index].number = number;
    return true;
}

static bool take_number(struct value_reader *r, size_t index)
{
    bool negative = is_next(r, "-");
    r->at += negative;
    size_t begin = r->at, digits = take_digits(r);
    if (digits == 0 || (digits > 1 && r->in.data[begin] == '0')) {
        return false;
    }
    bool whole = true;
    uint64_t number = 0;
    for (size_t i = 0; i < digits && whole; i++) {
        whole =
            !__builtin_mul_overflow(number, 10U, &number) &&
            !__builtin_add_overflow(number, r->in.data[begin + i] - (uint64_t)'0', &number);
    }
    if (is_next(r, ".")) {
        r->at++;
        whole = false;
        if (take_digits(r) == 0) {
            return false;
        }
    }
    if (is_next(r, "eE")) {
        r->at++;
        whole = false;
        r->at += is_next(r, "+-");
        if (take_digits(r) == 0) {
            return false;
        }
    }
    whole = whole && number <= (uint64_t)INT64_MAX + negative;
    struct value *v = &r->values[index];
    v->kind = whole ? VALUE_INTEGER : VALUE_OTHER_NUMBER;
    v->number = !whole ? 0 : negative ? (int64_t)(0 - number) : (int64_t)number;
    return true;
}

static bool take_value(struct value_reader *r, const char *key, unsigned depth);

static bool take_members(struct value_reader *r, size_t index, unsigned depth)
{
    bool object = r->values[index].kind == VALUE_OBJECT;
    char end = object ? '}' : ']';
    if (!take(r, end)) {
        do {
            const char *key = NULL;
            if (object && ((key = take_string(r)) == NULL || !take(r, ':'))) {
                return false;
            }
            if (!take_value(r, key, depth)) {
                return false;
            }
        } while (take(r, ','));
        if (!take(r, end)) {
            return false;
        }
    }
    r->values[index].next = (uint32_t)(r->count - index);
    return true;
}

static bool take_value(struct value_reader *r, const char *key, unsigned depth)
{
    int first = peek(r);
    size_t index = add_value(r, VALUE_NULL, key);
    struct value *v = &r->values[index];
    if (first == '{' || first == '[') {
        r->at++;
        v->kind = first == '{' ? VALUE_OBJECT : VALUE_ARRAY;
        return depth < CONTROL_DEPTH_MAX && take_members(r, index, depth + 1);
    }
    if (first == '"') {
        v->kind = VALUE_STRING;
        v->text = take_string(r);
        v->size = v->text != NULL ? (size_t)(r->texts + r->text_size - 1 - v->text) : 0;
        return v->text != NULL;
    }
    if (first == 't') {
        v->kind = VALUE_TRUE;
        return take_word(r, "true");
    }
    if (first == 'f') {
        v->kind = VALUE_FALSE;
        return take_word(r, "false");
    }
    if (first == 'n') {
        return take_word(r, "null");
    }
    return take_short_number(r, index) || take_number(r, index);
}

const struct value *value_read(struct value_reader *r, struct slice text)
{
    /* A long line does not keep its memory for good. */
    if (r->capacity > KEPT_VALUES || r->text_capacity > KEPT_TEXT) {
        value_reader_free(r);
    }
    if (text.size > CONTROL_LINE_MAX) {
        return NULL;
    }
    if (r->text_capacity < text.size + 1) {
        free(r->texts);
        r->text_capacity = text.size + 1 > 2048 ? text.size + 1 : 2048;
        r->texts = alloc(r->text_capacity);
    }
    r->in = text;
    r->at = r->count = r->text_size = 0;
    int first = peek(r);
    if ((first != '{' && first != '[') || !take_value(r, NULL, 0) || peek(r) != -1) {
        return NULL;
    }
    return r->values;
}

void value_reader_free(struct value_reader *r)
{
    free(r->values);
    free(r->texts);
    *r = (struct value_reader){0};
}

size_t value_reader_bytes(const struct value_reader *r)
{
    return r->capacity * sizeof(*r->values) + r->text_capacity;
}
