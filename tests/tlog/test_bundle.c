/* SPDX-License-Identifier: ISC */
/* Bundles of entries. */
#include "tlog/tile.h"

#include "base/alloc.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static void test_bundles(void)
{
    struct buffer b = {0};
    struct slice rest, entry;
    unsigned count = 9;
    uint8_t *large = alloc_zero(TILE_ENTRY_MAX + 1, 1);
    is(bundle_append(&b, slice_of_string("one")), 0, "an entry");
    is(bundle_append(&b, SLICE_NONE), 0, "an empty one");
    is(bundle_append(&b, slice_of(large, TILE_ENTRY_MAX)), 0, "the longest");
    is(bundle_append(&b, slice_of(large, TILE_ENTRY_MAX + 1)), CONCLAVE_ELIMIT, "longer");
    ok(memcmp(b.data, "\0\3one\0\0\377\377", 9) == 0, "lengths are big-endian");
    is(bundle_count(buffer_slice(&b), &count), 0, "a bundle");
    is(count, 3, "of three");
    rest = buffer_slice(&b);
    ok(bundle_next(&rest, &entry) && slice_equal(entry, slice_of_string("one")) &&
           bundle_next(&rest, &entry) && entry.size == 0 && bundle_next(&rest, &entry) &&
           entry.size == TILE_ENTRY_MAX && !bundle_next(&rest, &entry) && rest.size == 0,
       "read back");
    is(bundle_count(slice_of(b.data, b.size - 1), &count), CONCLAVE_EFORMAT, "cut short");
    rest = slice_of(b.data, 4);
    ok(!bundle_next(&rest, &entry) && rest.size == 4, "an entry that is cut is none");
    is(bundle_count(slice_of(b.data, 6), &count), CONCLAVE_EFORMAT, "half a length");
    is(bundle_count(SLICE_NONE, &count), CONCLAVE_EFORMAT, "an empty bundle");
    b.size = 0;
    for (unsigned i = 0; i < TILE_WIDTH; i++) {
        (void)bundle_append(&b, SLICE_NONE);
    }
    is(bundle_count(buffer_slice(&b), &count), 0, "256 entries");
    (void)bundle_append(&b, SLICE_NONE);
    is(bundle_count(buffer_slice(&b), &count), CONCLAVE_EFORMAT, "257");
    buffer_free(&b);
    free(large);
}

int main(void)
{
    test_bundles();
    return tap_done();
}
