/* SPDX-License-Identifier: ISC */
/* Whatever is escaped is harmless, harmless text is left alone, and the place of an
 * offence is within the text. */
#include "base/text.h"
#include "fuzz.h"

#include <assert.h>

static void check_escape(struct slice text, const char *also)
{
    struct buffer escaped = {0};
    text_escape(&escaped, text, also);
    assert(text_check(buffer_slice(&escaped), false, NULL) == 0);
    if (also[0] == '\0' && text_check(text, false, NULL) == 0) {
        assert(slice_equal(buffer_slice(&escaped), text));
    }
    buffer_free(&escaped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes *copy = bytes_copy(slice_of(data, size));
    struct slice text = bytes_slice(copy);
    size_t at = size;
    int single = text_check(text, false, &at);
    assert((single == 0) == (at == size));
    /* What comes before the offence is harmless by itself. */
    assert(text_check(slice_of(text.data, at), false, NULL) == 0);
    assert(single != 0 || text_check(text, true, NULL) == 0);
    check_escape(text, "");
    check_escape(text, "\"\\");
    bytes_unref(copy);
    return 0;
}
