/* SPDX-License-Identifier: ISC */
/* What is found lies within the text, and the same text gives the same. */
#include "fuzz.h"
#include "patterns/instructions.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct vocabulary *v;
    if (v == NULL) {
        v = vocabulary_new();
    }
    struct bytes *copy = bytes_copy(slice_of(data, size));
    struct instructions_found f, again;
    if (instructions_find(v, bytes_slice(copy), &f)) {
        assert(f.what != NULL && f.size > 0);
        assert(f.offset < size && f.size <= size - f.offset);
        bool same = instructions_find(v, bytes_slice(copy), &again);
        assert(same && again.offset == f.offset && again.what == f.what);
    } else {
        assert(f.what == NULL);
    }
    bytes_unref(copy);
    return 0;
}
