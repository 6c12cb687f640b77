/* SPDX-License-Identifier: ISC */
/* Answers to those who ask for blocks. A question is short and its answer long: what is on
 * its way already counts, and how much was asked for lately. */
#include "replica/inside.h"

#include "base/alloc.h"
#include "wire/shared.h"

enum {
    RANGE_BLOCKS_MAX = 1024,
    RANGE_BYTES = FRAME_MAX - BLOCK_MAX - 64 * 1024, /* leaves room for the last block */
    SERVE_QUEUE_MAX = 8 * 1024 * 1024, /* a peer that does not read gets no more blocks */
    SERVE_RATE = 8 * 1024 * 1024,      /* bytes a second for the questions of one peer */
};

void serve_start(struct replica *r)
{
    for (uint16_t i = 0; i < r->seats; i++) {
        bucket_init(&r->allowances[i].answers, SERVE_RATE, replica_now(r));
    }
}

bool serve_may(struct replica *r, uint16_t seat)
{
    return r->ports.queued_bytes(r->ports.context, seat) + turn_queued(r, seat) <
               SERVE_QUEUE_MAX &&
           !bucket_is_empty(&r->allowances[seat - 1].answers, replica_now(r));
}

void serve_charge(struct replica *r, uint16_t seat, size_t queued_before)
{
    size_t bytes = turn_queued(r, seat) - queued_before;
    if (bytes > 0) {
        (void)bucket_take(&r->allowances[seat - 1].answers, bytes, replica_now(r));
    }
}

void serve_block(struct replica *r, uint16_t seat, uint64_t height, const struct hash *hash)
{
    struct block *b = pbft_find_block(r->core, hash);
    if (b != NULL) {
        block_ref(b);
    } else if (height == 0 || height > ledger_height(r->ledger) ||
               ledger_block(r->ledger, height, &b) != 0) {
        return;
    }
    if (hash_equal(&b->hash, hash)) {
        struct message m = {.tag = MESSAGE_BLOCK, .block = b};
        turn_send(r, seat, &m);
    }
    block_unref(b);
}

/* The certificate that proves the block at this height, as far as this store reaches. */
static struct certificate *proof_of(struct replica *r, uint64_t height)
{
    struct certificate *c = NULL;
    if (ledger_commit_of(r->ledger, height, &c) != 0) {
        return NULL;
    }
    if (c->what.height > ledger_height(r->ledger)) {
        certificate_unref(c);
        return NULL;
    }
    return c;
}

/* Headers that lead from the last block of the range to the certified one. */
static int add_headers(struct replica *r, struct range *range, uint64_t last)
{
    range->header_count = (uint32_t)(range->certificate->what.height - last);
    range->headers = alloc_zero(range->header_count, sizeof(*range->headers));
    for (uint32_t i = 0; i < range->header_count; i++) {
        struct block *b = NULL;
        int error = ledger_block(r->ledger, last + 1 + i, &b);
        if (error != 0) {
            return error;
        }
        range->headers[i] = b->header;
        block_unref(b);
    }
    return 0;
}

void serve_range(struct replica *r, uint16_t seat, uint64_t from)
{
    struct message m = {.tag = MESSAGE_RANGE};
    struct range *range = &m.range;
    size_t bytes = 0;
    uint64_t top = ledger_height(r->ledger);
    if (from == 0 || from > top) {
        return;
    }
    range->from = from;
    range->blocks = alloc_zero(RANGE_BLOCKS_MAX, sizeof(struct block *));
    while (range->block_count < RANGE_BLOCKS_MAX && from + range->block_count <= top &&
           bytes < RANGE_BYTES &&
           ledger_block(r->ledger, from + range->block_count,
                        &range->blocks[range->block_count]) == 0) {
        bytes += range->blocks[range->block_count++]->encoding.size;
    }
    while (range->block_count > 0 && range->certificate == NULL) {
        range->certificate = proof_of(r, from + range->block_count - 1);
        if (range->certificate == NULL) {
            block_unref(range->blocks[--range->block_count]);
        }
    }
    if (range->block_count > 0 &&
        add_headers(r, range, from + range->block_count - 1) == 0) {
        turn_give(r, seat, &m);
    }
    message_clear(&m);
}
