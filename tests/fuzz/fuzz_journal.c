/* SPDX-License-Identifier: ISC */
/* A line of an agent's journal is refused with a reason, or can be asked again. */
#include "agent/journal.h"
#include "base/text.h"
#include "fuzz.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes *copy = bytes_copy(slice_of(data, size));
    struct complaint why = {""};
    struct record r;
    int error = journal_decode(bytes_slice(copy), &r, &why);
    assert((error == 0) == (why.text[0] == '\0'));
    assert((error == 0) == (r.proposal != NULL));
    if (error == 0) {
        assert(json_is_object(r.question));
        assert(text_check(slice_of_string(r.proposal), false, NULL) == 0);
        assert(text_check(slice_of_string(r.reason), false, NULL) == 0);
        assert(text_check(slice_of_string(r.answer.rationale), true, NULL) == 0);
        assert(strlen(r.answer.rationale) <= ANSWER_RATIONALE_MAX);
        assert(r.answer.confidence <= ANSWER_CONFIDENCE_MAX);
    }
    record_clear(&r);
    bytes_unref(copy);
    return 0;
}
