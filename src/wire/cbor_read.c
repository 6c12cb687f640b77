/* SPDX-License-Identifier: ISC */
#include "wire/cbor.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

enum { ITEM_DEPTH_MAX = 16, SIMPLE_FALSE = 0xf4, SIMPLE_TRUE = 0xf5 };

void cbor_read_begin(struct cbor_reader *r, struct slice input)
{
    *r = (struct cbor_reader){.input = input};
}

void cbor_read_fail(struct cbor_reader *r, int error)
{
    if (r->error == 0) {
        r->error = error;
    }
}

int cbor_read_end(struct cbor_reader *r)
{
    if (r->at < r->input.size) {
        cbor_read_fail(r, CONCLAVE_ETRAILING);
    }
    return r->error;
}

static size_t bytes_left(const struct cbor_reader *r)
{
    return r->input.size - r->at;
}

/* The argument of a head whose initial byte says that it follows in size bytes. */
static uint64_t read_argument(struct cbor_reader *r, unsigned info)
{
    static const uint64_t smallest[] = {24, 1U << 8, 1U << 16, (uint64_t)1 << 32};
    size_t size = (size_t)1 << (info - 24);
    uint64_t value = 0;
    if (bytes_left(r) - 1 < size) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
        return 0;
    }
    for (size_t i = 1; i <= size; i++) {
        value = value << 8 | r->input.data[r->at + i];
    }
    if (value < smallest[info - 24]) {
        cbor_read_fail(r, CONCLAVE_ECANON);
        return 0;
    }
    r->at += 1 + size;
    return value;
}

static uint64_t read_head(struct cbor_reader *r, enum cbor_type type)
{
    if (r->error != 0) {
        return 0;
    }
    if (bytes_left(r) == 0 || r->input.data[r->at] >> 5 != type) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
        return 0;
    }
    unsigned info = r->input.data[r->at] & 31U;
    if (info < 24) {
        r->at++;
        return info;
    }
    if (info > 27) {
        bool indefinite = info == 31 && type != CBOR_UINT;
        cbor_read_fail(r, indefinite ? CONCLAVE_ECANON : CONCLAVE_EFORMAT);
        return 0;
    }
    return read_argument(r, info);
}

uint64_t cbor_read_uint(struct cbor_reader *r, uint64_t max)
{
    uint64_t value = read_head(r, CBOR_UINT);
    if (value > max) {
        cbor_read_fail(r, CONCLAVE_ELIMIT);
        return 0;
    }
    return value;
}

bool cbor_read_bool(struct cbor_reader *r)
{
    if (r->error != 0) {
        return false;
    }
    if (cbor_peek(r) != CBOR_BOOL) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
        return false;
    }
    return r->input.data[r->at++] == SIMPLE_TRUE;
}

static struct slice read_string(struct cbor_reader *r, enum cbor_type type, size_t max)
{
    uint64_t size = read_head(r, type);
    if (size > max) {
        cbor_read_fail(r, CONCLAVE_ELIMIT);
    } else if (size > bytes_left(r)) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    if (r->error != 0) {
        return SLICE_NONE;
    }
    struct slice s = slice_of(r->input.data + r->at, (size_t)size);
    r->at += (size_t)size;
    return s;
}

struct slice cbor_read_bytes(struct cbor_reader *r, size_t max)
{
    return read_string(r, CBOR_BYTES, max);
}

void cbor_read_bytes_into(struct cbor_reader *r, void *out, size_t size)
{
    struct slice s = read_string(r, CBOR_BYTES, SIZE_MAX);
    if (r->error == 0 && s.size != size) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    if (r->error != 0) {
        memset(out, 0, size);
        return;
    }
    if (size > 0) {
        memcpy(out, s.data, size);
    }
}

struct slice cbor_read_text(struct cbor_reader *r, size_t max, bool multiline)
{
    struct slice s = read_string(r, CBOR_TEXT, max);
    int error = text_check(s, multiline, NULL);
    if (error != 0) {
        cbor_read_fail(r, error);
        return SLICE_NONE;
    }
    return s;
}

/* Every element takes at least one byte, so a count beyond what is left is a lie. */
static size_t read_count(struct cbor_reader *r, enum cbor_type type, size_t max,
                         size_t bytes_each)
{
    uint64_t count = read_head(r, type);
    if (count > max) {
        cbor_read_fail(r, CONCLAVE_ELIMIT);
    } else if (count > bytes_left(r) / bytes_each) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    return r->error == 0 ? (size_t)count : 0;
}

size_t cbor_read_array(struct cbor_reader *r, size_t max)
{
    return read_count(r, CBOR_ARRAY, max, 1);
}

void cbor_read_array_of(struct cbor_reader *r, size_t count)
{
    if (cbor_read_array(r, SIZE_MAX) != count) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
}

size_t cbor_read_map(struct cbor_reader *r, size_t max)
{
    return read_count(r, CBOR_MAP, max, 2);
}

int cbor_key_compare(struct slice a, struct slice b)
{
    if (a.size != b.size) {
        return a.size < b.size ? -1 : 1;
    }
    return a.size == 0 ? 0 : memcmp(a.data, b.data, a.size);
}

struct slice cbor_read_key(struct cbor_reader *r, struct slice previous, size_t max)
{
    struct slice key = cbor_read_text(r, max, false);
    if (r->error == 0 && previous.data != NULL && cbor_key_compare(previous, key) >= 0) {
        cbor_read_fail(r, CONCLAVE_ECANON);
    }
    return r->error == 0 ? key : SLICE_NONE;
}

int cbor_peek(const struct cbor_reader *r)
{
    if (r->error != 0 || bytes_left(r) == 0) {
        return -1;
    }
    uint8_t initial = r->input.data[r->at];
    unsigned major = initial >> 5;
    bool known = major == CBOR_UINT || (major >= CBOR_BYTES && major <= CBOR_MAP) ||
                 initial == SIMPLE_FALSE || initial == SIMPLE_TRUE;
    return known ? (int)major : -1;
}

struct level {
    size_t left; /* elements, or pairs, still to be read */
    bool is_map;
    struct slice key; /* the last one */
};

static void enter(struct cbor_reader *r, struct level *levels, size_t *depth, bool is_map)
{
    if (*depth == ITEM_DEPTH_MAX) {
        cbor_read_fail(r, CONCLAVE_ELIMIT);
        return;
    }
    size_t count = is_map ? cbor_read_map(r, SIZE_MAX) : cbor_read_array(r, SIZE_MAX);
    levels[(*depth)++] = (struct level){.left = count, .is_map = is_map};
}

static void read_one(struct cbor_reader *r, struct level *levels, size_t *depth)
{
    switch (cbor_peek(r)) {
    case CBOR_UINT:
        (void)cbor_read_uint(r, UINT64_MAX);
        break;
    case CBOR_BYTES:
        (void)cbor_read_bytes(r, SIZE_MAX);
        break;
    case CBOR_TEXT:
        (void)cbor_read_text(r, SIZE_MAX, true);
        break;
    case CBOR_ARRAY:
        enter(r, levels, depth, false);
        break;
    case CBOR_MAP:
        enter(r, levels, depth, true);
        break;
    case CBOR_BOOL:
        (void)cbor_read_bool(r);
        break;
    case -1:
        cbor_read_fail(r, CONCLAVE_EFORMAT);
        break;
    }
}

struct slice cbor_read_item(struct cbor_reader *r)
{
    struct level levels[ITEM_DEPTH_MAX];
    size_t depth = 0;
    size_t start = r->at;
    do {
        read_one(r, levels, &depth);
        while (depth > 0 && levels[depth - 1].left == 0) {
            depth--;
        }
        if (depth > 0) {
            struct level *top = &levels[depth - 1];
            top->left--;
            if (top->is_map) {
                top->key = cbor_read_key(r, top->key, SIZE_MAX);
            }
        }
    } while (depth > 0 && r->error == 0);
    return r->error == 0 ? slice_of(r->input.data + start, r->at - start) : SLICE_NONE;
}

/* The argument of the head at *at, which it moves behind the head; false where there is
 * none. */
static bool skip_head(struct slice input, size_t *at, uint64_t *argument)
{
    unsigned info = input.data[*at] & 31U;
    size_t size = info < 24 ? 0 : (size_t)1 << (info - 24);
    if (info > 27 || input.size - *at - 1 < size) {
        return false;
    }
    *argument = info < 24 ? info : 0;
    for (size_t i = 1; i <= size; i++) {
        *argument = *argument << 8 | input.data[*at + i];
    }
    *at += 1 + size;
    return true;
}

size_t cbor_measure(struct slice input)
{
    size_t at = 0;
    uint64_t argument;
    for (uint64_t items = 1; items > 0; items--) {
        if (at == input.size) {
            return 0;
        }
        unsigned type = input.data[at] >> 5;
        if (!skip_head(input, &at, &argument)) {
            return 0;
        }
        /* What is claimed takes a byte each, or more. */
        bool claims = type != CBOR_UINT && type != CBOR_BOOL;
        if (claims && argument > input.size - at) {
            return 0;
        }
        switch (type) {
        case CBOR_UINT:
        case CBOR_BOOL:
            break;
        case CBOR_BYTES:
        case CBOR_TEXT:
            at += (size_t)argument;
            break;
        case CBOR_ARRAY:
            items += argument;
            break;
        case CBOR_MAP:
            items += 2 * argument;
            break;
        default:
            return 0;
        }
    }
    return at;
}
