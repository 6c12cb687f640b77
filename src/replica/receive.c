/* SPDX-License-Identifier: ISC */
/* Frames from other seats: bytes -> decode -> authenticate -> the ordering core. */
#include "replica/inside.h"

#include "base/quorum.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

enum {
    EVIDENCE_RATE = 8,      /* that a peer may bring in a second */
    CHECKPOINT_COST = 1000, /* operations: a signature each, and a seat has one to say in
                               an interval of the charter */
};

void receive_start(struct replica *r)
{
    for (uint16_t i = 0; i < r->seats; i++) {
        bucket_init(&r->allowances[i].evidence, EVIDENCE_RATE, replica_now(r));
    }
}

/* Whether a RANGE begins where this ledger ends, or before, and goes beyond it. */
static bool is_wanted_range(const struct replica *r, const struct range *range)
{
    uint64_t height = ledger_height(r->ledger);
    return range->from <= height + 1 && range->from + range->block_count > height + 1;
}

/* One EVIDENCE convicts a seat, and a seat can make any number against itself, each with
 * two signatures to check: a few from every peer are enough. */
static bool is_wanted_evidence(struct replica *r, uint16_t seat, const struct envelope *e)
{
    return e->seat >= 1 && e->seat <= r->seats &&
           !council_is_expelled(r->council, e->seat) &&
           bucket_take(&r->allowances[seat - 1].evidence, e->count, replica_now(r));
}

/* A PRE-PREPARE of another view, or of a height that is committed, is worth no more than
 * the vote in it: its block is not even looked at. */
static bool is_mere_vote(const struct replica *r, uint16_t seat, const struct message *m,
                         struct message *vote)
{
    const struct header *h = &m->pre_prepare.block->header;
    struct pbft_place place = pbft_place(r->core);
    if (h->view == place.view && h->height > place.committed_height) {
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

/* Every seat's certificate of a block has another q of its votes, and no more in it: with
 * the own one in its place those that were not needed are not checked. */
static void put_own_certificate(struct replica *r, struct message *m)
{
    struct certificate *own = pbft_stand_in(r->core, m);
    if (own != NULL) {
        struct certificate **place = message_certificate(m);
        certificate_unref(*place);
        *place = certificate_ref(own);
    }
}

/* The checks that cost least come first; signatures last. */
static int receive(struct replica *r, uint16_t seat, struct message *m)
{
    struct authentic authentic;
    struct hash hash;
    struct message vote;
    struct pbft_event event = {.kind = PBFT_MESSAGE};
    switch (m->tag) {
    case MESSAGE_FETCH_BLOCK:
        if (serve_may(r, seat)) {
            serve_block(r, seat, m->fetch_block.height, &m->fetch_block.hash);
        }
        return 0;
    case MESSAGE_FETCH_RANGE:
        if (serve_may(r, seat)) {
            serve_range(r, seat, m->fetch_range.from);
        }
        return 0;
    case MESSAGE_FETCH_NEW_VIEW:
        if (!serve_may(r, seat)) {
            return 0;
        }
        break;
    case MESSAGE_BLOCK:
        hash = hash_header(&m->block->header);
        if (!pbft_wants_block(r->core, &hash)) {
            return 0;
        }
        break;
    case MESSAGE_RANGE:
        if (!is_wanted_range(r, &m->range)) {
            return 0;
        }
        break;
    case MESSAGE_ASK:
        if (!serve_may(r, seat)) {
            return 0;
        }
        break;
    case MESSAGE_REPORT:
        if (m->report.seat != r->seat) {
            return CONCLAVE_ESEAT;
        }
        if (!pbft_wants_report(r->core, seat)) {
            return 0;
        }
        break;
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        /* Beyond a quorum a vote matters only where it may convict its seat, or warn it. */
        if (m->vote.seat == seat && !pbft_wants_vote(r->core, &m->vote) &&
            !witness_suspects(r, &m->vote)) {
            pbft_hear(r->core, &m->vote);
            if (r->observer.heard != NULL) {
                r->observer.heard(r->observer.context, &m->vote);
            }
            return 0;
        }
        break;
    case MESSAGE_ENVELOPE:
        if (!r->ports.charge_operations(r->ports.context, seat, m->envelope->count) ||
            (m->envelope->has_evidence && !is_wanted_evidence(r, seat, m->envelope))) {
            return 0;
        }
        break;
    case MESSAGE_PRE_PREPARE:
        if (seat != quorum_primary(r->seats, m->pre_prepare.block->header.view)) {
            return CONCLAVE_ESEAT;
        }
        if (is_mere_vote(r, seat, m, &vote)) {
            return receive(r, seat, &vote);
        }
        break;
    case MESSAGE_CHECKPOINT:
        if (!r->ports.charge_operations(r->ports.context, seat, CHECKPOINT_COST)) {
            return 0;
        }
        break;
    case MESSAGE_HEARTBEAT:
    case MESSAGE_VIEW_CHANGE:
    case MESSAGE_NEW_VIEW:
        break;
    }
    put_own_certificate(r, m);
    int error = authenticate(&r->auth, m, seat, &authentic);
    if (error != 0) {
        return error;
    }
    if (r->observer.received != NULL) {
        r->observer.received(r->observer.context, seat, m);
    }
    witness_message(r, m);
    if (m->tag == MESSAGE_ENVELOPE && recover_is_strange(r, m->envelope)) {
        turn_lose(r, PBFT_CAUSE_OWN_BALLOT);
    }
    if (m->tag == MESSAGE_ENVELOPE) {
        (void)turn_feed_envelope(r, m->envelope, seat);
    } else {
        event.message = authentic;
        turn_feed(r, &event);
    }
    return 0;
}

/* What its seat sent before the primary put it into a block need not be decoded, hashed and
 * checked again. */
static struct envelope *find_known(void *context, struct slice encoding)
{
    return pbft_find_envelope(context, encoding);
}

void replica_receive(struct replica *r, uint16_t seat, struct bytes *owner,
                     struct slice content)
{
    struct message m;
    size_t queued = turn_queued(r, seat);
    const struct known_envelopes known = {find_known, r->core};
    int error = codec_decode_message_with(owner, content, &known, &m);
    if (error == 0) {
        error = receive(r, seat, &m);
        message_clear(&m);
    }
    serve_charge(r, seat, queued);
    if (error != 0 && !codec_is_later_message(content)) {
        r->ports.reject(r->ports.context, seat, content.size, error);
    }
}
