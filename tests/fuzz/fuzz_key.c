/* SPDX-License-Identifier: ISC */
/* A key file is refused with a reason that shows nothing of it, or is the one line that
 * key_save writes of the key it gives, but for the case of its digits. */
#include "place.h"

#include "crypto/key.h"
#include "fuzz.h"

#include <assert.h>
#include <string.h>

static const char prefix[] = "conclave-key-1 ";
enum { PREFIX_BYTES = sizeof(prefix) - 1, SEED_BYTES = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char *path;
    if (path == NULL) {
        int error = key_library_init();
        assert(error == 0);
        path = alloc_printf("%s/key", place());
    }
    place_write(path, slice_of(data, size));
    struct complaint why = {""};
    struct secret_key *k = NULL;
    int error = key_load(path, &k, &why);
    assert((error == 0) == (k != NULL) && (error == 0) == (why.text[0] == '\0'));
    if (error != 0) {
        assert(error == CONCLAVE_EFORMAT || error == CONCLAVE_EVERSION);
        return 0;
    }
    uint8_t seed[SEED_BYTES];
    assert(size == PREFIX_BYTES + 2 * SEED_BYTES + 1 && data[size - 1] == '\n');
    assert(memcmp(data, prefix, PREFIX_BYTES) == 0);
    error =
        hex_decode(seed, sizeof(seed), (const char *)data + PREFIX_BYTES, 2 * SEED_BYTES);
    assert(error == 0);
    struct secret_key *expected = key_from_seed(seed);
    struct public_key a, b;
    key_public(k, &a);
    key_public(expected, &b);
    assert(memcmp(&a, &b, sizeof(a)) == 0 && key_is_valid(&a));
    key_free(expected);
    key_free(k);
    return 0;
}
