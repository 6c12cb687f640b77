/* SPDX-License-Identifier: ISC */
/* Items of any kind, and the encodings that are stored but never sent alone. */
#include "fuzz.h"
#include "reencode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = slice_of(data, size);
    (void)reencode_item(input);
    (void)reencode_certificate(input);
    (void)reencode_new_view(input);
    (void)reencode_header(input);
    return 0;
}
