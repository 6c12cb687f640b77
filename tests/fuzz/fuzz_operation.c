/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "reencode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)reencode_operation(slice_of(data, size));
    return 0;
}
