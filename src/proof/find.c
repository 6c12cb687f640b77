/* SPDX-License-Identifier: ISC */
#include "proof/find.h"

#include "base/alloc.h"
#include "hash/hash.h"
#include "hash/merkle.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

struct finder {
    struct ledger *ledger;
    const struct hash *council_id;
    const struct record *record;
    struct finds *out;
};

/* What is looked for in one block. */
struct wanted {
    enum operation_kind kind;
    uint16_t seat; /* 0: whoever */
};

/* Each block is read once, since many seats are in one. */
static int block_at(struct finder *f, uint64_t height, const struct block **out)
{
    struct finds *k = f->out;
    for (size_t i = 0; i < k->block_count; i++) {
        if (k->blocks[i]->header.height == height) {
            *out = k->blocks[i];
            return 0;
        }
    }
    if (k->block_count == k->block_capacity) {
        k->block_capacity = k->block_capacity > 0 ? 2 * k->block_capacity : 8;
        k->blocks = alloc_resize(k->blocks, k->block_capacity, sizeof(struct block *));
    }
    /* What is taken from it is told by the record, or by the paths of the bundle, so the
     * block's own hashes, which cost most, need not be computed. */
    struct bytes *encoding = NULL;
    struct block *b = NULL;
    int error = ledger_encoding(f->ledger, height, &encoding);
    if (error == 0) {
        error = codec_decode_block(encoding, bytes_slice(encoding), &b);
        bytes_unref(encoding);
    }
    if (error == 0) {
        k->blocks[k->block_count++] = b;
        *out = b;
    }
    return error == 0 || error == CONCLAVE_EIO ? error : CONCLAVE_ECORRUPT;
}

/* Anyone may have sent a REVEAL that opens nothing, with another nonce even, and it may
 * stand in the block before the one that did. */
static bool opens(const struct finder *f, const struct operation *op)
{
    struct hash opened = hash_commitment(f->council_id, &op->reveal.proposal, op->seat,
                                         &op->reveal.ballot, op->reveal.nonce);
    return hash_equal(&op->reveal.proposal, &f->record->proposal) &&
           hash_equal(&opened, &f->record->seats[op->seat - 1].commitment);
}

static bool is_it(const struct finder *f, const struct operation *op, struct slice encoding)
{
    struct hash id;
    switch (op->kind) {
    case OPERATION_PROPOSE:
        id = hash_operation(encoding);
        return hash_equal(&id, &f->record->proposal);
    case OPERATION_BALLOT:
        return hash_equal(&op->ballot.proposal, &f->record->proposal) &&
               hash_equal(&op->ballot.commitment,
                          &f->record->seats[op->seat - 1].commitment);
    case OPERATION_REVEAL:
        return opens(f, op);
    case OPERATION_EVIDENCE:
    case OPERATION_RETURN:
        break;
    }
    return false;
}

static int find_in(const struct finder *f, const struct block *b, struct wanted w,
                   const struct envelope **envelope, uint32_t *index, struct operation *op)
{
    for (uint32_t i = 0; i < b->count; i++) {
        const struct envelope *e = b->envelopes[i];
        bool may_hold = (w.seat == 0 || e->seat == w.seat) &&
                        e->seat <= f->record->seat_count &&
                        e->sort == codec_sort_of(w.kind);
        for (uint32_t k = 0; may_hold && k < e->count; k++) {
            if (codec_decode_operation(e->operations[k], op) == 0 && op->kind == w.kind &&
                is_it(f, op, e->operations[k])) {
                *envelope = e;
                *index = k;
                return 0;
            }
        }
    }
    return CONCLAVE_ECORRUPT;
}

static struct proof_hand hand_of(struct finds *out, const struct envelope *e,
                                 uint32_t index)
{
    struct hash path[MERKLE_PATH_MAX];
    struct hash *leaves = alloc_zero(e->count, sizeof(*leaves));
    for (uint32_t i = 0; i < e->count; i++) {
        leaves[i] = merkle_leaf(e->operations[i]);
    }
    size_t length = merkle_path(leaves, e->count, index, path);
    struct bytes *kept = bytes_copy(slice_of(path, length * sizeof(path[0])));
    out->paths[out->path_count++] = kept;
    free(leaves);
    return (struct proof_hand){.seat = e->seat,
                               .index = index,
                               .count = e->count,
                               .path = bytes_slice(kept),
                               .signature = e->signature};
}

/* The operation of that kind and seat in the block of that height. */
static int find_one(struct finder *f, uint64_t height, struct wanted w,
                    const struct envelope **envelope, uint32_t *index, struct operation *op)
{
    const struct block *b = NULL;
    int error = block_at(f, height, &b);
    return error == 0 ? find_in(f, b, w, envelope, index, op) : error;
}

static int find_propose(struct finder *f, bool full)
{
    const struct envelope *e = NULL;
    struct operation op;
    uint32_t index = 0;
    int error = find_one(f, f->record->opened.height, (struct wanted){OPERATION_PROPOSE, 0},
                         &e, &index, &op);
    if (error == 0) {
        f->out->propose = e->operations[index];
    }
    if (error == 0 && full) {
        f->out->proposer = hand_of(f->out, e, index);
    }
    return error;
}

static int find_ballot(struct finder *f, uint16_t seat)
{
    const struct envelope *e = NULL;
    struct operation op;
    uint32_t index = 0;
    int error = find_one(f, f->record->seats[seat - 1].ballot_height,
                         (struct wanted){OPERATION_BALLOT, seat}, &e, &index, &op);
    if (error == 0) {
        f->out->hands[seat - 1] = hand_of(f->out, e, index);
    }
    return error;
}

static int find_opening(struct finder *f, uint16_t seat)
{
    const struct envelope *e = NULL;
    struct operation op;
    uint32_t index = 0;
    int error = find_one(f, f->record->seats[seat - 1].reveal_height,
                         (struct wanted){OPERATION_REVEAL, seat}, &e, &index, &op);
    if (error == 0) {
        struct proof_opening *o = &f->out->openings[seat - 1];
        o->seat = seat;
        o->ballot = op.reveal.ballot;
        memcpy(o->nonce, op.reveal.nonce, sizeof(o->nonce));
    }
    return error;
}

int find_operations(struct ledger *l, const struct hash *council_id, const struct record *r,
                    bool full, struct finds *out)
{
    struct finder f = {l, council_id, r, out};
    int error = find_propose(&f, full);
    for (uint16_t seat = 1; error == 0 && seat <= r->seat_count; seat++) {
        const struct seat_record *s = &r->seats[seat - 1];
        if (s->has_ballot && full) {
            error = find_ballot(&f, seat);
        }
        if (error == 0 && s->has_reveal) {
            error = find_opening(&f, seat);
        }
    }
    return error;
}

void finds_clear(struct finds *f)
{
    for (size_t i = 0; i < f->path_count; i++) {
        bytes_unref(f->paths[i]);
    }
    for (size_t i = 0; i < f->block_count; i++) {
        block_unref(f->blocks[i]);
    }
    free(f->blocks);
    memset(f, 0, sizeof(*f));
}
