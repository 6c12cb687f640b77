/* SPDX-License-Identifier: ISC */
#include "conclaved/receive.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/quorum.h"
#include "conclaved/heartbeat.h"
#include "conclaved/turn.h"
#include "conclaved/witness.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>

enum {
    RANGE_BLOCKS_MAX = 1024,
    RANGE_BYTES = FRAME_MAX - BLOCK_MAX - 64 * 1024, /* leaves room for the last block */
    SERVE_QUEUE_MAX = 8 * 1024 * 1024, /* a peer that does not read gets no more blocks */
    SERVE_RATE = 8 * 1024 * 1024,      /* bytes a second for the questions of one peer */
    EVIDENCE_OPERATIONS = 8,           /* at most, in an envelope that is admitted, */
    EVIDENCE_RATE = 8,                 /* and of those a peer may bring in a second */
    LOG_EVERY_MS = 1000,               /* of what a peer can cause at will */
};

void receive_start(struct node *n)
{
    for (uint16_t i = 0; i < n->charter->seat_count; i++) {
        bucket_init(&n->peers[i].answers, SERVE_RATE, clock_monotonic_ms());
        bucket_init(&n->peers[i].evidence, EVIDENCE_RATE, clock_monotonic_ms());
    }
}

/* A question is short and its answer long: what is on its way already counts, and how much
 * was asked for lately. Who asks too much is not answered, and asks others. */
static bool may_serve(struct node *n, uint16_t seat)
{
    struct net_counts counts;
    net_counts(n->net, seat, &counts);
    return counts.queued_bytes + turn_queued(n, seat) < SERVE_QUEUE_MAX &&
           !bucket_is_empty(&n->peers[seat - 1].answers, clock_monotonic_ms());
}

static void charge_answer(struct node *n, uint16_t seat, size_t queued_before)
{
    size_t bytes = turn_queued(n, seat) - queued_before;
    if (bytes > 0) {
        (void)bucket_take(&n->peers[seat - 1].answers, bytes, clock_monotonic_ms());
    }
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
    if (hash_equal(&b->hash, hash)) {
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
    if (from == 0 || from > top) {
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

/* Whether a RANGE begins where this ledger ends, or before, and goes beyond it. */
static bool is_wanted_range(const struct node *n, const struct range *r)
{
    uint64_t height = ledger_height(n->ledger);
    return r->from <= height + 1 && r->from + r->block_count > height + 1;
}

/* One EVIDENCE convicts a seat, and a seat can make any number against itself, each with
 * two signatures to check: a few from every peer are enough. */
static bool is_wanted_evidence(struct node *n, uint16_t seat, const struct envelope *e)
{
    return e->seat >= 1 && e->seat <= n->charter->seat_count &&
           e->count <= EVIDENCE_OPERATIONS && !council_is_expelled(n->council, e->seat) &&
           bucket_take(&n->peers[seat - 1].evidence, e->count, clock_monotonic_ms());
}

/* A PRE-PREPARE of another view, or of a height that is committed, is worth no more than
 * the vote in it: its block is not even looked at. */
static bool is_mere_vote(const struct node *n, uint16_t seat, const struct message *m,
                         struct message *vote)
{
    const struct header *h = &m->pre_prepare.block->header;
    struct pbft_status status;
    pbft_status(n->core, &status);
    if (h->view == status.view && h->height > status.committed_height) {
        return false;
    }
    *vote = (struct message){.tag = MESSAGE_PREPARE};
    vote->vote = (struct vote){.phase = PHASE_PREPARE,
                               .seat = seat,
                               .view = h->view,
                               .height = h->height,
                               .block = hash_header(h),
                               .signature = m->pre_prepare.signature};
    return true;
}

/* The checks that cost least come first; signatures last. */
static int receive(struct node *n, uint16_t seat, struct message *m)
{
    struct authentic authentic;
    struct hash hash;
    struct message vote;
    struct pbft_event event = {.kind = PBFT_MESSAGE};
    switch (m->tag) {
    case MESSAGE_HEARTBEAT:
        heartbeat_note(n, seat, &m->heartbeat);
        break;
    case MESSAGE_FETCH_BLOCK:
        if (may_serve(n, seat)) {
            serve_block(n, seat, m->fetch_block.height, &m->fetch_block.hash);
        }
        return 0;
    case MESSAGE_FETCH_RANGE:
        if (may_serve(n, seat)) {
            serve_range(n, seat, m->fetch_range.from);
        }
        return 0;
    case MESSAGE_FETCH_NEW_VIEW:
        if (!may_serve(n, seat)) {
            return 0;
        }
        break;
    case MESSAGE_BLOCK:
        hash = hash_header(&m->block->header);
        if (!pbft_wants_block(n->core, &hash)) {
            return 0;
        }
        break;
    case MESSAGE_RANGE:
        if (!is_wanted_range(n, &m->range)) {
            return 0;
        }
        break;
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        /* Beyond a quorum a vote matters only where it may convict its seat. */
        if (m->vote.seat == seat && !pbft_wants_vote(n->core, &m->vote) &&
            !witness_suspects(n, &m->vote)) {
            return 0;
        }
        break;
    case MESSAGE_ENVELOPE:
        if (!net_charge_operations(n->net, seat, m->envelope->count) ||
            (m->envelope->has_evidence && !is_wanted_evidence(n, seat, m->envelope))) {
            return 0;
        }
        break;
    case MESSAGE_PRE_PREPARE:
        if (seat !=
            quorum_primary(n->charter->seat_count, m->pre_prepare.block->header.view)) {
            return CONCLAVE_ESEAT;
        }
        if (is_mere_vote(n, seat, m, &vote)) {
            return receive(n, seat, &vote);
        }
        break;
    case MESSAGE_VIEW_CHANGE:
    case MESSAGE_NEW_VIEW:
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

static void note_bad(struct peer_view *peer, uint16_t seat, size_t bytes, int error)
{
    uint64_t now = clock_monotonic_ms();
    peer->bad_messages++;
    if (peer->bad_logged_ms == 0 || now - peer->bad_logged_ms >= LOG_EVERY_MS) {
        peer->bad_logged_ms = now;
        LOG_EVENT(LOG_LEVEL_WARN, "peer.bad-message", LOG_N("seat", seat),
                  LOG_N("bytes", bytes), LOG_S("error", error_text(error)),
                  LOG_N("count", peer->bad_messages));
    }
}

void receive_frame(struct node *n, uint16_t seat, struct bytes *owner, struct slice content)
{
    struct message m;
    struct peer_view *peer = &n->peers[seat - 1];
    peer->heard = true;
    peer->heard_ms = clock_monotonic_ms();
    size_t queued = turn_queued(n, seat);
    int error = codec_decode_message(owner, content, &m);
    if (error == 0) {
        error = receive(n, seat, &m);
        message_clear(&m);
    }
    charge_answer(n, seat, queued);
    if (error != 0) {
        note_bad(peer, seat, content.size, error);
        net_reject(n->net, seat);
    }
}
