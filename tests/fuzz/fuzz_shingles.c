/* SPDX-License-Identifier: ISC */
/*
 * A text is like itself or too short; likeness is the same both ways and at most 1000; and
 * nothing is left of a text without what is in it.
 */
#include "fuzz.h"
#include "patterns/shingles.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct shingle_filter filter = {NULL};
    struct bytes *copy = bytes_copy(slice_of(data, size));
    struct slice text = bytes_slice(copy);
    struct shingles whole, half, none;
    shingles_of(text, NULL, &whole);
    shingles_of(slice_of(text.data, size / 2), NULL, &half);
    assert(shingles_likeness(&whole, &whole) == (whole.count > 0 ? 1000U : 0U));
    assert(shingles_likeness(&whole, &half) == shingles_likeness(&half, &whole));
    assert(shingles_likeness(&whole, &half) <= 1000);
    assert(shingles_likeness_beyond(&whole, &half, half.least) <= 1000);
    shingle_filter_add(&filter, text);
    shingles_of(text, &filter, &none);
    assert(none.count == 0);
    shingle_filter_free(&filter);
    bytes_unref(copy);
    return 0;
}
