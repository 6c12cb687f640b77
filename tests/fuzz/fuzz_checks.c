/* SPDX-License-Identifier: ISC */
/* A file of checks is refused with a reason, or is within its limits. */
#include "agent/checks.h"
#include "fuzz.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes *copy = bytes_copy(slice_of(data, size));
    struct complaint why = {""};
    struct checks *checks = NULL;
    int error = checks_parse(bytes_slice(copy), &checks, &why);
    assert((error == 0) == (why.text[0] == '\0'));
    assert((error == 0) == (checks != NULL));
    if (error == 0) {
        static const char *const classes[] = {"*", "routine", "emergency", "x"};
        for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
            const struct check *list[CHECKS_MAX];
            size_t count = checks_for(checks, classes[i], list);
            assert(count <= CHECKS_MAX);
            for (size_t k = 0; k < count; k++) {
                assert(strlen(list[k]->name) >= 1 &&
                       strlen(list[k]->name) <= CHECK_NAME_MAX);
                assert(list[k]->words[0] != NULL && list[k]->timeout_ms > 0);
            }
        }
        checks_free(checks);
    }
    bytes_unref(copy);
    return 0;
}
