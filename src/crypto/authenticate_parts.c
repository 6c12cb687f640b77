/* SPDX-License-Identifier: ISC */
#include "crypto/authenticate_parts.h"

#include "base/quorum.h"
#include "hash/hash.h"
#include "wire/codec.h"

#include <assert.h>

int auth_seat(const struct authenticator *a, uint16_t seat)
{
    return seat >= 1 && seat <= a->seats ? 0 : CONCLAVE_ESEAT;
}

/* Section 6. */
uint16_t auth_primary(const struct authenticator *a, uint64_t view)
{
    return quorum_primary(a->seats, view);
}

int auth_signature(struct authenticator *a, uint16_t seat, const char *label,
                   struct slice body, const struct signature *signature)
{
    assert(auth_seat(a, seat) == 0);
    uint64_t before = a->checks;
    int error = verified_set_check(a->verified, &a->keys[seat - 1], label, &a->council_id,
                                   body, signature, &a->checks);
    a->remembered += a->checks == before;
    a->failed += error != 0;
    return error;
}

static const char *label_of(enum phase phase)
{
    switch (phase) {
    case PHASE_PREPARE:
        return LABEL_PREPARE;
    case PHASE_COMMIT:
        break;
    }
    return LABEL_COMMIT;
}

int auth_vote(struct authenticator *a, enum phase phase, uint16_t seat, uint64_t view,
              uint64_t height, const struct hash *block, const struct signature *signature)
{
    struct buffer body = {0};
    codec_body_vote(&body, view, height, block);
    int error = auth_signature(a, seat, label_of(phase), buffer_slice(&body), signature);
    buffer_free(&body);
    return error;
}

void auth_sign(struct authenticator *a, const struct secret_key *k, uint16_t seat,
               const char *label, struct slice body, struct signature *out)
{
    assert(auth_seat(a, seat) == 0);
    sign_body(k, label, &a->council_id, body, out);
    verified_set_add(a->verified, &a->keys[seat - 1], label, &a->council_id, body, out);
}
