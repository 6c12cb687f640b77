/* SPDX-License-Identifier: ISC */
#include "generate.h"

#include "base/alloc.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

enum { PATH_MAX_HASHES = 6 };

static struct moment random_moment(struct rng *r)
{
    return (struct moment){rng_uint(r), rng_uint(r)};
}

static void random_seat_record(struct rng *r, struct seat_record *out)
{
    memset(out, 0, sizeof(*out));
    out->status = (enum seat_status)rng_below(r, STATUS_NOT_AWAITED + 1);
    out->has_ballot = rng_below(r, 3) > 0;
    out->has_reveal = out->has_ballot && rng_below(r, 3) > 0;
    if (out->has_ballot) {
        rng_fill(r, out->commitment.bytes, HASH_BYTES);
        out->ballot_height = rng_uint(r);
    }
    if (out->has_reveal) {
        out->choice = (enum choice)rng_below(r, CHOICE_ABSTAIN + 1);
        out->confidence = (uint8_t)rng_below(r, CONFIDENCE_MAX + 1);
        rng_fill(r, out->rationale_hash.bytes, HASH_BYTES);
        out->reveal_height = rng_uint(r);
    }
}

void generate_record(struct rng *r, struct record *out)
{
    memset(out, 0, sizeof(*out));
    rng_fill(r, out->proposal.bytes, HASH_BYTES);
    out->class_index = (uint32_t)rng_below(r, CLASSES_MAX);
    out->threshold = (uint32_t)rng_below(r, SEATS_MAX + 1);
    out->opened = random_moment(r);
    out->sealed = random_moment(r);
    out->decided = random_moment(r);
    out->final = random_moment(r);
    out->seat_count = (uint16_t)(SEATS_MIN + rng_below(r, SEATS_MAX - SEATS_MIN + 1));
    out->outcome = (enum outcome)rng_below(r, OUTCOME_APPROVED + 1);
    out->reason = (enum reason)rng_below(r, REASON_THRESHOLD_UNREACHABLE + 1);
    out->approve = (uint32_t)rng_below(r, SEATS_MAX + 1);
    out->reject = (uint32_t)rng_below(r, SEATS_MAX + 1);
    out->abstain = (uint32_t)rng_below(r, SEATS_MAX + 1);
    for (uint16_t i = 0; i < out->seat_count; i++) {
        out->active[i] = rng_below(r, 2) == 0;
        random_seat_record(r, &out->seats[i]);
    }
}

/* A path in one piece of memory, which the paths of one bundle share. */
static struct slice random_path(struct rng *r, uint8_t pool[PATH_MAX_HASHES * HASH_BYTES])
{
    return slice_of(pool, rng_below(r, PATH_MAX_HASHES + 1) * HASH_BYTES);
}

static struct proof_hand random_hand(struct rng *r, uint16_t seat, uint8_t *pool)
{
    struct proof_hand h = {.seat = seat, .path = random_path(r, pool)};
    h.count = (uint32_t)(1 + rng_below(r, ENVELOPE_OPERATIONS_MAX));
    h.index = (uint32_t)rng_below(r, h.count);
    rng_fill(r, h.signature.bytes, SIGNATURE_BYTES);
    return h;
}

void generate_proof(struct rng *r, struct buffer *out)
{
    uint8_t pool[PATH_MAX_HASHES * HASH_BYTES];
    struct proof *p = alloc_zero(1, sizeof(*p));
    struct buffer record = {0}, propose = {0}, text[SEATS_MAX] = {{0}};
    rng_fill(r, pool, sizeof(pool));
    rng_fill(r, p->council_id.bytes, HASH_BYTES);
    rng_fill(r, p->effects.bytes, HASH_BYTES);
    generate_header(r, &p->header);
    p->certificate = generate_certificate(r, CERTIFICATE_COMMIT);
    p->count = rng_uint(r);
    p->index = rng_uint(r);
    p->path = random_path(r, pool);
    generate_record(r, &p->record);
    codec_encode_record(&record, &p->record);
    p->record_encoding = buffer_slice(&record);
    uint16_t proposer = (uint16_t)(1 + rng_below(r, p->record.seat_count));
    generate_operation(r, OPERATION_PROPOSE, proposer, &propose);
    p->propose_encoding = buffer_slice(&propose);
    p->is_full = rng_below(r, 2) == 0;
    p->proposer = random_hand(r, proposer, pool);
    for (uint16_t seat = 1; seat <= p->record.seat_count; seat++) {
        const struct seat_record *s = &p->record.seats[seat - 1];
        if (s->has_reveal) {
            struct proof_opening *o = &p->openings[p->opening_count++];
            generate_text(r, 100, true, &text[seat - 1]);
            o->seat = seat;
            o->ballot =
                (struct ballot){s->choice, s->confidence, buffer_slice(&text[seat - 1])};
            rng_fill(r, o->nonce, sizeof(o->nonce));
        }
        if (s->has_ballot && p->is_full) {
            p->hands[p->hand_count++] = random_hand(r, seat, pool);
        }
    }
    codec_encode_proof(out, p);
    for (size_t i = 0; i < SEATS_MAX; i++) {
        buffer_free(&text[i]);
    }
    buffer_free(&record);
    buffer_free(&propose);
    proof_clear(p);
    free(p);
}
