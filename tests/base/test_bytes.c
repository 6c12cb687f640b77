/* SPDX-License-Identifier: ISC */
#include "base/alloc.h"
#include "base/bytes.h"
#include "base/error.h"
#include "random.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static void slices(void)
{
    ok(slice_equal(slice_of_string("abc"), slice_of("abcd", 3)), "equal bytes");
    ok(!slice_equal(slice_of_string("abc"), slice_of_string("abd")), "another byte");
    ok(!slice_equal(slice_of_string("abc"), slice_of_string("ab")), "another length");
    ok(slice_equal(SLICE_NONE, slice_of("x", 0)), "nothing is nothing, wherever it points");
}

/* A long run of random appends and consumptions beside a plain model of them. */
static void buffers(struct rng *r)
{
    enum { ROOM = 1 << 16 };
    struct buffer b = {0};
    uint8_t *model = alloc(ROOM);
    size_t size = 0;
    bool same = true;
    ok(buffer_slice(&b).size == 0, "all zero is an empty buffer");
    buffer_append(&b, NULL, 0);
    ok(b.data == NULL, "nothing appended allocates nothing");
    for (int i = 0; i < 20000 && same; i++) {
        uint8_t piece[200];
        size_t length = rng_below(r, sizeof(piece));
        rng_fill(r, piece, length);
        if (size + length <= ROOM && !rng_chance(r, 3)) {
            buffer_append_slice(&b, slice_of(piece, length));
            memcpy(model + size, piece, length);
            size += length;
        } else {
            size_t gone = rng_chance(r, 20) ? size : rng_below(r, size + 1);
            buffer_consume(&b, gone);
            memmove(model, model + gone, size - gone);
            size -= gone;
        }
        same = b.size == size && b.capacity >= b.size &&
               slice_equal(buffer_slice(&b), slice_of(model, size));
    }
    ok(same, "a buffer holds what was appended and not consumed");
    size_t before = b.size;
    buffer_reserve(&b, 100000);
    ok(b.capacity - b.size >= 100000 && b.size == before, "room is made");
    const uint8_t *place = b.data;
    b.size += 100000;
    buffer_reserve(&b, 0);
    ok(b.data == place, "and stays");
    buffer_free(&b);
    ok(b.data == NULL && b.size == 0 && b.capacity == 0, "a freed buffer is empty");
    buffer_free(&b);
    free(model);
}

static void counted(void)
{
    struct bytes *b = bytes_copy(slice_of_string("shared"));
    is((int64_t)b->references, 1, "the maker has one reference");
    ok(bytes_ref(b) == b && b->references == 2, "a second one");
    bytes_unref(b);
    ok(slice_equal(bytes_slice(b), slice_of_string("shared")), "the content lives on");
    bytes_unref(b);
    bytes_unref(NULL);
    b = bytes_copy(SLICE_NONE);
    is((int64_t)bytes_slice(b).size, 0, "an empty one");
    bytes_unref(b);
}

static void hexadecimal(void)
{
    uint8_t all[256];
    uint8_t back[256];
    char hex[2 * 256 + 1];
    char upper[2 * 256 + 1];
    for (int i = 0; i < 256; i++) {
        all[i] = (uint8_t)i;
    }
    hex_encode(hex, slice_of(all, 256));
    ok(strncmp(hex, "000102", 6) == 0 && strcmp(hex + 506, "fdfeff") == 0, "lower case");
    ok(hex_decode(back, 256, hex, 512) == 0 && memcmp(all, back, 256) == 0, "and back");
    for (int i = 0; i <= 512; i++) {
        upper[i] = hex[i] >= 'a' ? (char)(hex[i] - 32) : hex[i];
    }
    memset(back, 0, sizeof(back));
    ok(hex_decode(back, 256, upper, 512) == 0 && memcmp(all, back, 256) == 0, "upper case");
    is(hex_decode(back, 2, "abc", 3), CONCLAVE_EFORMAT, "an odd number of digits");
    is(hex_decode(back, 2, "abcdef", 6), CONCLAVE_EFORMAT, "too many digits");
    is(hex_decode(back, 0, "", 0), 0, "none of none");
    int refused = 0;
    for (int c = 0; c < 256; c++) {
        char first[2] = {(char)c, '0'};
        char second[2] = {'0', (char)c};
        refused += hex_decode(back, 1, first, 2) == CONCLAVE_EFORMAT;
        refused += hex_decode(back, 1, second, 2) == CONCLAVE_EFORMAT;
    }
    is(refused, 2 * (256 - 22), "only the 22 digits are digits");
}

int main(void)
{
    struct rng r = rng_begin(5);
    slices();
    buffers(&r);
    counted();
    hexadecimal();
    return tap_done();
}
