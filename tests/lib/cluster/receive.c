/* SPDX-License-Identifier: ISC */
/* What src/conclaved/receive.c does. */
#include "cluster/inside.h"

#include "base/alloc.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>

enum {
    RANGE_BLOCKS_MAX = 1024,
    RANGE_BYTES = FRAME_MAX - BLOCK_MAX - 64 * 1024,
};

static void serve_block(struct node *n, uint16_t seat, uint64_t height,
                        const struct hash *hash)
{
    struct message m = {.tag = MESSAGE_BLOCK};
    m.block = pbft_find_block(n->core, hash);
    if (m.block == NULL && height >= 1 && height <= n->disk.height) {
        m.block = n->disk.blocks[height - 1];
    }
    if (m.block != NULL && hash_equal(&m.block->hash, hash)) {
        node_post(n, seat, &m);
    }
}

static void serve_range(struct node *n, uint16_t seat, uint64_t from)
{
    const struct disk *d = &n->disk;
    struct message m = {.tag = MESSAGE_RANGE};
    struct range *r = &m.range;
    size_t bytes = 0;
    if (from == 0 || from > d->height) {
        return;
    }
    r->from = from;
    r->blocks = d->blocks + (from - 1);
    while (r->block_count < RANGE_BLOCKS_MAX && from + r->block_count <= d->height &&
           bytes < RANGE_BYTES) {
        bytes += r->blocks[r->block_count++]->encoding.size;
    }
    while (r->block_count > 0 && r->certificate == NULL) {
        r->certificate = disk_commit_of(d, from + r->block_count - 1);
        if (r->certificate == NULL || r->certificate->what.height > d->height) {
            r->certificate = NULL;
            r->block_count--;
        }
    }
    if (r->block_count == 0) {
        return;
    }
    uint64_t last = from + r->block_count - 1;
    r->header_count = (uint32_t)(r->certificate->what.height - last);
    r->headers = alloc_zero(r->header_count + 1, sizeof(*r->headers));
    for (uint32_t i = 0; i < r->header_count; i++) {
        r->headers[i] = d->blocks[last + i]->header;
    }
    node_post(n, seat, &m);
    free(r->headers);
}

static int receive(struct node *n, uint16_t seat, struct message *m)
{
    struct authentic authentic;
    struct pbft_event event = {.kind = PBFT_MESSAGE};
    switch (m->tag) {
    case MESSAGE_FETCH_BLOCK:
        serve_block(n, seat, m->fetch_block.height, &m->fetch_block.hash);
        return 0;
    case MESSAGE_FETCH_RANGE:
        serve_range(n, seat, m->fetch_range.from);
        return 0;
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        if (m->vote.seat == seat && !pbft_wants_vote(n->core, &m->vote) &&
            !witness_suspects(n, &m->vote)) {
            return 0;
        }
        break;
    case MESSAGE_HEARTBEAT:
    case MESSAGE_ENVELOPE:
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
    watch_received(n, m);
    witness_message(n, m);
    if (m->tag == MESSAGE_ENVELOPE) {
        (void)node_feed_envelope(n, m->envelope, seat);
    } else {
        event.message = authentic;
        node_feed(n, &event);
    }
    return 0;
}

void receive_frame(struct node *n, uint16_t from, struct bytes *content)
{
    struct message m;
    int error = codec_decode_message(content, bytes_slice(content), &m);
    if (error == 0) {
        cluster_note(n->c, TRACE_MESSAGES, "%u: from %u tag %d", n->seat, from, m.tag);
        error = receive(n, from, &m);
        if (error != 0 && !n->c->nodes[from - 1].faulty && !n->faulty) {
            check_fail(n->c, "seat %u rejects what the correct seat %u sends (tag %d): %s",
                       n->seat, from, m.tag, error_text(error));
        }
        message_clear(&m);
    }
    if (error != 0) {
        network_close(n->c, n->seat, from);
    }
    node_settle(n);
}
