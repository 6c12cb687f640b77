/* SPDX-License-Identifier: ISC */
#include "crypto/checkpoint.h"

#include "crypto/sign.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const char origin_prefix[] = "conclave/";

_Static_assert(sizeof(origin_prefix) + 2 * (size_t)HASH_BYTES == CHECKPOINT_ORIGIN_BYTES,
               "the origin fits");

void checkpoint_origin(const struct hash *council_id, char out[CHECKPOINT_ORIGIN_BYTES])
{
    size_t prefix = sizeof(origin_prefix) - 1;
    memcpy(out, origin_prefix, prefix);
    hex_encode(out + prefix, slice_of(council_id->bytes, HASH_BYTES));
}

void checkpoint_text(struct buffer *out, const struct hash *council_id, uint64_t size,
                     const struct hash *root)
{
    char origin[CHECKPOINT_ORIGIN_BYTES];
    char base64[sodium_base64_ENCODED_LEN(HASH_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    char text[sizeof(origin) + sizeof(base64) + 24];
    checkpoint_origin(council_id, origin);
    sodium_bin2base64(base64, sizeof(base64), root->bytes, HASH_BYTES,
                      sodium_base64_VARIANT_ORIGINAL);
    int length =
        snprintf(text, sizeof(text), "%s\n%" PRIu64 "\n%s\n", origin, size, base64);
    buffer_append(out, text, (size_t)length);
}

void checkpoint_sign(const struct secret_key *k, const struct hash *council_id,
                     struct checkpoint_vote *v)
{
    struct buffer text = {0};
    checkpoint_text(&text, council_id, v->size, &v->root);
    sign_note(k, buffer_slice(&text), &v->signature);
    buffer_free(&text);
}

int checkpoint_check(const struct public_key *k, const struct hash *council_id,
                     const struct checkpoint_vote *v)
{
    struct buffer text = {0};
    checkpoint_text(&text, council_id, v->size, &v->root);
    int error = sign_check_note(k, buffer_slice(&text), &v->signature);
    buffer_free(&text);
    return error;
}
