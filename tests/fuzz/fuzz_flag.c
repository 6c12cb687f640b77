/* SPDX-License-Identifier: ISC */
/* A flag as the store keeps it: what is accepted encodes to the same bytes again, can be
 * shown, and lives on in a book. */
#include "base/error.h"
#include "base/text.h"
#include "fuzz.h"
#include "watch/flags.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = slice_of(data, size);
    struct buffer again = {NULL, 0, 0};
    struct flag f;
    int error = flag_decode(input, &f);
    assert(error <= 0);
    if (error == 0) {
        bool is_new;
        flag_encode(&again, &f);
        assert(slice_equal(buffer_slice(&again), input));
        assert(memchr(f.text, '\0', sizeof(f.text)) != NULL);
        assert(text_check(slice_of_string(f.text), false, NULL) == 0);
        assert((int)f.kind > 0 && (int)f.kind < FLAG_KIND_END && f.seat <= SEATS_MAX);
        assert(strlen(flag_state_name(f.state)) > 0 && flag_kind_letter(f.kind) != '\0');
        struct flags *b = flags_new();
        const struct sighting s = {.kind = f.kind, .seat = f.seat, .text = f.text};
        f.id = 1;
        flags_load(b, &f);
        const struct flag *raised = flags_raise(b, &s, 1, &is_new);
        assert(is_new == (f.state == FLAG_CLEARED) && raised->id == (is_new ? 2 : 1));
        flags_free(b);
    }
    buffer_free(&again);
    return 0;
}
