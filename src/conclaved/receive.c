/* SPDX-License-Identifier: ISC */
#include "conclaved/receive.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "conclaved/heartbeat.h"
#include "conclaved/turn.h"
#include "conclaved/witness.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>

enum {
    RANGE_BLOCKS_MAX = 1024,
    RANGE_BYTES = FRAME_MAX - BLOCK_MAX - 64 * 1024, /* leaves room for the last block */
    SERVE_QUEUE_MAX = 8 * 1024 * 1024, /* a peer that does not read gets no more blocks */
};

static bool may_serve(const struct node *n, uint16_t seat)
{
    struct net_counts counts;
    net_counts(n->net, seat, &counts);
    return counts.queued_bytes < SERVE_QUEUE_MAX;
}

static void serve_block(struct node *n, uint16_t seat, uint64_t height,
                        const struct hash *hash)
{
    struct block *b = pbft_find_block(n->core, hash);
    if (b != NULL) {
        block_ref(b);
    } else if (height == 0 || height > ledger_height(n->ledger) ||
               ledger_block(n->ledger, height, &b) != 0) {
        return;
    }
    if (hash_equal(&b->hash, hash) && may_serve(n, seat)) {
        struct message m = {.tag = MESSAGE_BLOCK, .block = b};
        turn_send(n, seat, &m);
    }
    block_unref(b);
}

/* The certificate that proves the block at this height, as far as this store reaches. */
static struct certificate *proof_of(struct node *n, uint64_t height)
{
    struct certificate *c = NULL;
    if (ledger_commit_of(n->ledger, height, &c) != 0) {
        return NULL;
    }
    if (c->what.height > ledger_height(n->ledger)) {
        certificate_unref(c);
        return NULL;
    }
    return c;
}

/* Headers that lead from the last block of the range to the certified one. */
static int add_headers(struct node *n, struct range *r, uint64_t last)
{
    r->header_count = (uint32_t)(r->certificate->what.height - last);
    r->headers = alloc_zero(r->header_count, sizeof(*r->headers));
    for (uint32_t i = 0; i < r->header_count; i++) {
        struct block *b = NULL;
        int error = ledger_block(n->ledger, last + 1 + i, &b);
        if (error != 0) {
            return error;
        }
        r->headers[i] = b->header;
        block_unref(b);
    }
    return 0;
}

static void serve_range(struct node *n, uint16_t seat, uint64_t from)
{
    struct message m = {.tag = MESSAGE_RANGE};
    struct range *r = &m.range;
    size_t bytes = 0;
    uint64_t top = ledger_height(n->ledger);
    if (from == 0 || from > top || !may_serve(n, seat)) {
        return;
    }
    r->from = from;
    r->blocks = alloc_zero(RANGE_BLOCKS_MAX, sizeof(struct block *));
    while (r->block_count < RANGE_BLOCKS_MAX && from + r->block_count <= top &&
           bytes < RANGE_BYTES &&
           ledger_block(n->ledger, from + r->block_count, &r->blocks[r->block_count]) ==
               0) {
        bytes += r->blocks[r->block_count++]->encoding.size;
    }
    while (r->block_count > 0 && r->certificate == NULL) {
        r->certificate = proof_of(n, from + r->block_count - 1);
        if (r->certificate == NULL) {
            block_unref(r->blocks[--r->block_count]);
        }
    }
    if (r->block_count > 0 && add_headers(n, r, from + r->block_count - 1) == 0) {
        turn_send(n, seat, &m);
    }
    message_clear(&m);
}

/* The checks that cost least come first; signatures last. */
static int receive(struct node *n, uint16_t seat, struct message *m)
{
    struct authentic authentic;
    struct pbft_event event = {.kind = PBFT_MESSAGE};
    switch (m->tag) {
    case MESSAGE_HEARTBEAT:
        heartbeat_note(n, seat, &m->heartbeat);
        break;
    case MESSAGE_FETCH_BLOCK:
        serve_block(n, seat, m->fetch_block.height, &m->fetch_block.hash);
        return 0;
    case MESSAGE_FETCH_RANGE:
        serve_range(n, seat, m->fetch_range.from);
        return 0;
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        /* Beyond a quorum a vote matters only where it may convict its seat. */
        if (m->vote.seat == seat && !pbft_wants_vote(n->core, &m->vote) &&
            !witness_suspects(n, &m->vote)) {
            return 0;
        }
        break;
    case MESSAGE_ENVELOPE:
        if (!net_charge_operations(n->net, seat, m->envelope->count)) {
            return 0;
        }
        break;
    case MESSAGE_PRE_PREPARE:
    case MESSAGE_VIEW_CHANGE:
    case MESSAGE_NEW_VIEW:
    case MESSAGE_BLOCK:
    case MESSAGE_RANGE:
    case MESSAGE_FETCH_NEW_VIEW:
        break;
    }
    int error = authenticate(&n->auth, m, seat, &authentic);
    if (error != 0) {
        return error;
    }
    witness_message(n, m);
    if (m->tag == MESSAGE_ENVELOPE) {
        (void)turn_feed_envelope(n, m->envelope, seat);
    } else {
        event.message = authentic;
        turn_feed(n, &event);
    }
    return 0;
}

void receive_frame(struct node *n, uint16_t seat, struct bytes *owner, struct slice content)
{
    struct message m;
    struct peer_view *peer = &n->peers[seat - 1];
    peer->heard = true;
    peer->heard_ms = clock_monotonic_ms();
    int error = codec_decode_message(owner, content, &m);
    if (error == 0) {
        error = receive(n, seat, &m);
        message_clear(&m);
    }
    if (error != 0) {
        peer->bad_messages++;
        LOG_EVENT(LOG_LEVEL_WARN, "peer.bad-message", LOG_N("seat", seat),
                  LOG_N("bytes", content.size), LOG_S("error", error_text(error)));
        net_reject(n->net, seat);
    }
}
