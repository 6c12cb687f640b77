/* SPDX-License-Identifier: ISC */
/* Random valid objects of every kind come back from their encoding, and encode to the
 * same bytes again. */
#include "generate.h"
#include "reencode.h"
#include "tap.h"

enum { ROUNDS = 300 };

static bool accepted(struct buffer *b, int (*reencode)(struct slice))
{
    int error = reencode(buffer_slice(b));
    buffer_free(b);
    return error == 0;
}

static void operations(struct rng *r)
{
    for (int kind = OPERATION_PROPOSE; kind <= OPERATION_RETURN; kind++) {
        int good = 0;
        for (int i = 0; i < ROUNDS; i++) {
            struct buffer b = {0};
            uint16_t seat = (uint16_t)(1 + rng_below(r, SEATS_MAX));
            generate_operation(r, (enum operation_kind)kind, seat, &b);
            good += accepted(&b, reencode_operation);
        }
        ok(good == ROUNDS, "operations of kind %d", kind);
    }
}

static void envelopes(struct rng *r)
{
    for (int sort = 0; sort < ENVELOPE_SORTS; sort++) {
        int good = 0;
        for (int i = 0; i < ROUNDS; i++) {
            struct buffer b = {0};
            generate_envelope(r, (enum envelope_sort)sort, i % 10 == 0 ? 1024 : 8, &b);
            good += accepted(&b, reencode_envelope);
        }
        ok(good == ROUNDS, "envelopes of sort %d", sort);
    }
}

static void blocks(struct rng *r)
{
    int good = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct buffer b = {0};
        generate_block(r, 16, &b);
        good += accepted(&b, reencode_block);
    }
    is(good, ROUNDS, "blocks");
}

static void proofs(struct rng *r)
{
    int good = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct buffer b = {0};
        generate_proof(r, &b);
        good += accepted(&b, reencode_proof);
    }
    is(good, ROUNDS, "proof bundles");
}

static void messages(struct rng *r)
{
    for (int tag = MESSAGE_HEARTBEAT; tag <= MESSAGE_CHECKPOINT; tag++) {
        int good = 0;
        for (int i = 0; i < ROUNDS; i++) {
            struct buffer b = {0};
            generate_message(r, (enum message_tag)tag, &b);
            good += accepted(&b, reencode_message);
        }
        ok(good == ROUNDS, "messages with tag %d", tag);
    }
}

int main(void)
{
    struct rng r = rng_begin(1);
    operations(&r);
    envelopes(&r);
    blocks(&r);
    proofs(&r);
    messages(&r);
    return tap_done();
}
