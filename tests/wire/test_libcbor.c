/* SPDX-License-Identifier: ISC */
/* libcbor as a second opinion: it reads what we write as the same value, and accepts
 * whatever we accept. (It also accepts what we refuse.) */
#include "base/error.h"
#include "generate.h"
#include "reencode.h"
#include "tap.h"

#include <string.h>

/* Both name an enumeration cbor_type. */
#define cbor_type libcbor_type
#include <cbor.h>
#undef cbor_type

enum { ROUNDS = 3000 };

/* A random item of our subset. */
static void write_item(struct rng *r, unsigned depth, struct buffer *out)
{
    struct buffer text = {0};
    uint8_t bytes[70];
    size_t count = rng_below(r, rng_chance(r, 10) ? 30 : 5);
    switch (rng_below(r, depth > 0 ? 6 : 4)) {
    case 0:
        cbor_write_uint(out, rng_uint(r));
        break;
    case 1:
        rng_fill(r, bytes, sizeof(bytes));
        cbor_write_bytes(out, slice_of(bytes, rng_below(r, sizeof(bytes))));
        break;
    case 2:
        generate_text(r, 300, true, &text);
        cbor_write_text(out, buffer_slice(&text));
        break;
    case 3:
        cbor_write_bool(out, rng_chance(r, 2));
        break;
    case 4:
        cbor_write_array(out, count);
        for (size_t i = 0; i < count; i++) {
            write_item(r, depth - 1, out);
        }
        break;
    case 5:
        cbor_write_map(out, count);
        for (size_t i = 0; i < count; i++) {
            static const char letters[] = "aaaaaaaaaabbbbbbbbbbcccccccccc";
            cbor_write_text(out, slice_of(letters, i));
            write_item(r, depth - 1, out);
        }
        break;
    }
    buffer_free(&text);
}

/* libcbor's item is exactly what our reader reads next. */
static bool same(struct cbor_reader *r, const cbor_item_t *item);

static bool same_string(struct slice s, const cbor_item_t *item)
{
    if (cbor_isa_string(item)) {
        return slice_equal(s, slice_of(cbor_string_handle(item), cbor_string_length(item)));
    }
    return cbor_isa_bytestring(item) &&
           slice_equal(
               s, slice_of(cbor_bytestring_handle(item), cbor_bytestring_length(item)));
}

static bool same_array(struct cbor_reader *r, const cbor_item_t *item)
{
    size_t count = cbor_read_array(r, SIZE_MAX);
    bool equal = cbor_isa_array(item) && cbor_array_size(item) == count;
    for (size_t i = 0; i < count && equal; i++) {
        equal = same(r, cbor_array_handle(item)[i]);
    }
    return equal;
}

static bool same_map(struct cbor_reader *r, const cbor_item_t *item)
{
    struct slice key = SLICE_NONE;
    size_t count = cbor_read_map(r, SIZE_MAX);
    bool equal = cbor_isa_map(item) && cbor_map_size(item) == count;
    for (size_t i = 0; i < count && equal; i++) {
        const struct cbor_pair *pair = &cbor_map_handle(item)[i];
        key = cbor_read_key(r, key, SIZE_MAX);
        equal = same_string(key, pair->key) && same(r, pair->value);
    }
    return equal;
}

static bool same(struct cbor_reader *r, const cbor_item_t *item)
{
    switch (cbor_peek(r)) {
    case CBOR_UINT:
        return cbor_isa_uint(item) && cbor_get_int(item) == cbor_read_uint(r, UINT64_MAX);
    case CBOR_BYTES:
        return cbor_isa_bytestring(item) && same_string(cbor_read_bytes(r, SIZE_MAX), item);
    case CBOR_TEXT:
        return cbor_isa_string(item) &&
               same_string(cbor_read_text(r, SIZE_MAX, true), item);
    case CBOR_BOOL:
        return cbor_isa_float_ctrl(item) && cbor_is_bool(item) &&
               cbor_get_bool(item) == cbor_read_bool(r);
    case CBOR_ARRAY:
        return same_array(r, item);
    case CBOR_MAP:
        return same_map(r, item);
    }
    return false;
}

/* libcbor reads the whole input as one item equal to ours. */
static bool agrees(struct slice s)
{
    struct cbor_load_result result;
    struct cbor_reader r;
    cbor_item_t *item = cbor_load(s.data, s.size, &result);
    cbor_read_begin(&r, s);
    bool equal =
        item != NULL && result.read == s.size && same(&r, item) && cbor_read_end(&r) == 0;
    if (item != NULL) {
        cbor_decref(&item);
    }
    return equal;
}

static void written(struct rng *r)
{
    int good = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct buffer b = {0};
        write_item(r, 5, &b);
        good += reencode_item(buffer_slice(&b)) == 0 && agrees(buffer_slice(&b));
        buffer_free(&b);
    }
    is(good, ROUNDS, "libcbor reads random items as we wrote them");

    int tags_good = 0;
    for (int tag = MESSAGE_HEARTBEAT; tag <= MESSAGE_CHECKPOINT; tag++) {
        struct buffer b = {0};
        generate_message(r, (enum message_tag)tag, &b);
        tags_good += agrees(buffer_slice(&b));
        buffer_free(&b);
    }
    is(tags_good, MESSAGE_CHECKPOINT, "and every message");
}

/* Valid items with a few bytes changed: often still CBOR, sometimes still ours. */
static void damaged(struct rng *r)
{
    int accepted = 0;
    int agreed = 0;
    for (int i = 0; i < 10 * ROUNDS; i++) {
        struct buffer b = {0};
        write_item(r, 3, &b);
        for (uint64_t n = 1 + rng_below(r, 2); n > 0; n--) {
            b.data[rng_below(r, b.size)] = (uint8_t)rng_next(r);
        }
        if (reencode_item(buffer_slice(&b)) == 0) {
            accepted++;
            agreed += agrees(buffer_slice(&b));
        }
        buffer_free(&b);
    }
    ok(accepted > ROUNDS, "%d damaged items are still accepted", accepted);
    is(agreed, accepted, "libcbor accepts all of them, with the same value");
}

/* Items of a few random bytes. */
static void noise(struct rng *r)
{
    int accepted = 0;
    int agreed = 0;
    for (int i = 0; i < 30 * ROUNDS; i++) {
        uint8_t bytes[6];
        size_t size = 1 + rng_below(r, sizeof(bytes));
        rng_fill(r, bytes, sizeof(bytes));
        if (reencode_item(slice_of(bytes, size)) == 0) {
            accepted++;
            agreed += agrees(slice_of(bytes, size));
        }
    }
    ok(accepted > 100, "%d pieces of noise are accepted", accepted);
    is(agreed, accepted, "libcbor accepts all of them, with the same value");
}

int main(void)
{
    struct rng r = rng_begin(8949);
    written(&r);
    damaged(&r);
    noise(&r);
    return tap_done();
}
