/* SPDX-License-Identifier: ISC */
/* A bundle of entries, or the path of a tile, has one way to be written, and any other is
 * refused. */
#include "fuzz.h"
#include "tlog/tile.h"

#include <assert.h>
#include <string.h>

static void check_bundle(struct slice bundle)
{
    unsigned count = 0, seen = 0;
    struct slice rest = bundle, entry;
    struct buffer again = {0};
    int error = bundle_count(bundle, &count);
    while (bundle_next(&rest, &entry)) {
        seen++;
        (void)bundle_append(&again, entry);
    }
    assert(again.size + rest.size == bundle.size);
    assert(slice_equal(buffer_slice(&again), slice_of(bundle.data, again.size)));
    assert((error == 0) == (rest.size == 0 && seen >= 1 && seen <= TILE_WIDTH));
    assert(error != 0 || count == seen);
    buffer_free(&again);
}

static void check_path(struct slice path)
{
    struct tile t;
    char again[TILE_PATH_BYTES];
    if (tile_parse_path(path, &t) == 0) {
        assert(t.width >= 1 && t.width <= TILE_WIDTH && t.level < TILE_LEVELS);
        tile_path(&t, again);
        assert(slice_equal(path, slice_of_string(again)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes *copy = bytes_copy(slice_of(data, size));
    check_bundle(bytes_slice(copy));
    check_path(bytes_slice(copy));
    bytes_unref(copy);
    return 0;
}
