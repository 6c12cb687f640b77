/* SPDX-License-Identifier: ISC */
/* What an evaluator prints is refused with a reason, or is an answer within its limits. */
#include "agent/answer.h"
#include "base/text.h"
#include "fuzz.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes *copy = bytes_copy(slice_of(data, size));
    struct complaint why = {""};
    struct answer a;
    int error = answer_parse(bytes_slice(copy), &a, &why);
    assert((error == 0) == (why.text[0] == '\0'));
    assert((error == 0) == (a.rationale != NULL));
    if (error == 0) {
        struct slice rationale = slice_of_string(a.rationale);
        assert(a.confidence <= ANSWER_CONFIDENCE_MAX);
        assert(rationale.size <= ANSWER_RATIONALE_MAX);
        assert(text_check(rationale, true, NULL) == 0);
        json_t *params = answer_params(&a, "00");
        assert(json_object_size(params) == 4);
        json_decref(params);
    }
    answer_clear(&a);
    bytes_unref(copy);
    return 0;
}
