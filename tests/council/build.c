/* SPDX-License-Identifier: ISC */
#include "build.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct council_rules build_rules(uint16_t seats)
{
    struct council_rules rules = {
        .seats = seats,
        .class_count = 2,
        .open_proposals = 8,
        .return_interval_ms = 300,
        .epoch_decisions = 1000,
        .epoch_absences = 1,
        .created_ms = 1000000,
    };
    uint32_t threshold = quorum_default_threshold(seats);
    rules.classes[0] = (struct council_class){
        .threshold = threshold, .commit_ms = 1000, .reveal_ms = 500, .grace_ms = 100};
    rules.classes[1] = (struct council_class){.threshold = threshold,
                                              .commit_ms = 100,
                                              .reveal_ms = 50,
                                              .grace_ms = 10,
                                              .emergency = true};
    memset(rules.council_id.bytes, 0xc0, HASH_BYTES);
    return rules;
}

/* --- operations --- */

void build_propose(struct buffer *out, uint16_t seat, uint32_t class_index,
                   const char *name)
{
    struct operation op = {
        .kind = OPERATION_PROPOSE,
        .seat = seat,
        .propose = {.class_index = class_index,
                    .title = slice_of_string(name),
                    .text = slice_of_string("Be it so."),
                    .evidence = slice_of_string("{}"),
                    .nonce = slice_of_string(name)},
    };
    codec_encode_operation(out, &op);
}

struct ballot build_ballot(enum choice choice, unsigned variant)
{
    return (struct ballot){
        .choice = choice,
        .confidence = (uint8_t)(50 + variant % 50),
        .rationale = slice_of_string(choice == CHOICE_APPROVE ? "it helps" : "it does not"),
    };
}

static void fill_nonce(uint8_t nonce[BALLOT_NONCE_BYTES], uint16_t seat, unsigned variant)
{
    memset(nonce, (int)seat, BALLOT_NONCE_BYTES);
    nonce[0] = (uint8_t)variant;
}

void build_commit(struct buffer *out, const struct council_rules *rules, uint16_t seat,
                  const struct hash *proposal, enum choice choice, unsigned variant)
{
    uint8_t nonce[BALLOT_NONCE_BYTES];
    struct ballot ballot = build_ballot(choice, variant);
    fill_nonce(nonce, seat, variant);
    struct operation op = {.kind = OPERATION_BALLOT, .seat = seat};
    op.ballot.proposal = *proposal;
    op.ballot.commitment =
        hash_commitment(&rules->council_id, proposal, seat, &ballot, nonce);
    codec_encode_operation(out, &op);
}

void build_reveal(struct buffer *out, uint16_t seat, const struct hash *proposal,
                  enum choice choice, unsigned variant)
{
    struct operation op = {.kind = OPERATION_REVEAL, .seat = seat};
    op.reveal.proposal = *proposal;
    op.reveal.ballot = build_ballot(choice, variant);
    fill_nonce(op.reveal.nonce, seat, variant);
    codec_encode_operation(out, &op);
}

void build_evidence(struct buffer *out, uint16_t convicted)
{
    struct operation op = {.kind = OPERATION_EVIDENCE, .seat = convicted};
    struct buffer bodies[2] = {{0}, {0}};
    for (unsigned i = 0; i < 2; i++) {
        struct hash block;
        memset(block.bytes, (int)i, HASH_BYTES);
        codec_body_vote(&bodies[i], 1, 1, &block);
    }
    op.evidence.kind = EVIDENCE_PREPARE;
    op.evidence.first.body = buffer_slice(&bodies[0]);
    op.evidence.second.body = buffer_slice(&bodies[1]);
    codec_encode_operation(out, &op);
    buffer_free(&bodies[0]);
    buffer_free(&bodies[1]);
}

void build_return(struct buffer *out, uint16_t seat, uint64_t view)
{
    struct operation op = {.kind = OPERATION_RETURN, .seat = seat};
    op.return_request.view = view;
    codec_encode_operation(out, &op);
}

/* --- blocks --- */

struct buffer *batch_next(struct batch *b)
{
    if (b->count == b->capacity) {
        b->capacity = b->capacity == 0 ? 64 : 2 * b->capacity;
        b->operations = alloc_resize(b->operations, b->capacity, sizeof *b->operations);
    }
    struct buffer *next = &b->operations[b->count++];
    *next = (struct buffer){0};
    return next;
}

static bool is_signed(const struct operation *op)
{
    return op->kind != OPERATION_REVEAL && op->kind != OPERATION_EVIDENCE;
}

static struct envelope *make_envelope(const struct batch *b, const struct slice *operations,
                                      size_t count)
{
    struct operation op;
    struct signature signature;
    struct buffer encoded = {0};
    struct envelope *e = NULL;
    int error = codec_decode_operation(operations[0], &op);
    assert(error == 0);
    memset(signature.bytes, 0x5a, sizeof signature.bytes);
    if (b->sign != NULL && is_signed(&op)) {
        b->sign(b->context, op.seat, operations, count, &signature);
    }
    codec_encode_envelope(&encoded, op.seat, operations, count,
                          is_signed(&op) ? &signature : NULL);
    struct bytes *owner = bytes_copy(buffer_slice(&encoded));
    error = codec_decode_envelope(owner, bytes_slice(owner), &e);
    assert(error == 0);
    bytes_unref(owner);
    buffer_free(&encoded);
    hash_envelope(e);
    return e;
}

struct envelope *build_envelope(struct slice operation)
{
    const struct batch unsealed = {0};
    return make_envelope(&unsealed, &operation, 1);
}

/* How many operations from the first on go into one envelope. */
static size_t run_length(const struct slice *operations, size_t count, enum packing packing)
{
    struct operation first, next;
    size_t length = 1;
    if (packing == PACKING_EACH) {
        return 1;
    }
    codec_decode_operation(operations[0], &first);
    while (length < count && length < ENVELOPE_OPERATIONS_MAX) {
        codec_decode_operation(operations[length], &next);
        if (next.seat != first.seat || is_signed(&next) != is_signed(&first)) {
            break;
        }
        length++;
    }
    return length;
}

struct block *batch_build(struct batch *b, struct header header, enum packing packing)
{
    struct slice *operations = alloc((b->count + 1) * sizeof *operations);
    struct envelope **envelopes = alloc((b->count + 1) * sizeof(struct envelope *));
    size_t made = 0;
    for (size_t i = 0; i < b->count; i++) {
        operations[i] = buffer_slice(&b->operations[i]);
    }
    for (size_t i = 0; i < b->count;) {
        size_t length = run_length(&operations[i], b->count - i, packing);
        envelopes[made++] = make_envelope(b, &operations[i], length);
        i += length;
    }
    header.version = PROTOCOL_VERSION;
    struct block *block = hash_build_block(&header, envelopes, made);
    for (size_t i = 0; i < made; i++) {
        envelope_unref(envelopes[i]);
    }
    free(envelopes);
    free(operations);
    batch_free(b);
    return block;
}

void batch_free(struct batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        buffer_free(&b->operations[i]);
    }
    free(b->operations);
    *b = (struct batch){0};
}
