/* SPDX-License-Identifier: ISC */
/* Forgeries of what the record is about: the proposal, openings and hands. */
#include "forge.h"

#include "hash/hash.h"
#include "wire/codec.h"

#include <stdio.h>
#include <string.h>

/* --- proposal --- */

/* As it is; and the record made to fit, when it is the openings that do not. */
static void judge_proposal(struct forge *f, const char *name)
{
    struct operation changed = f->p.propose;
    forge_judge(f, VERIFY_PROPOSAL, "%s", name);
    f->p.propose = changed;
    struct buffer encoding = {0};
    codec_encode_operation(&encoding, &changed);
    f->p.record.proposal = hash_operation(buffer_slice(&encoding));
    buffer_free(&encoding);
    (void)forge_seal(f);
    if (changed.seat > f->world->charter->seat_count ||
        changed.propose.class_index != f->p.record.class_index) {
        forge_judge(f, VERIFY_PROPOSAL, "%s, sealed", name);
    } else if (f->p.opening_count > 0) {
        forge_judge(f, VERIFY_OPENINGS, "%s, sealed", name);
    } else if (f->p.is_full) {
        forge_judge(f, VERIFY_HANDS, "%s, sealed", name);
    } else {
        forge_judge_bytes(f, SLICE_NONE, VERIFY_SHAPE, name);
    }
}

static void forge_propose(struct forge *f)
{
    static const uint8_t digest[HASH_BYTES] = {1};
    struct propose *p = &f->p.propose.propose;
    p->title = slice_of_string("Something else");
    judge_proposal(f, "title");
    p->text = slice_of_string("Be it not so.");
    judge_proposal(f, "text");
    p->evidence = slice_of_string("{\"cost\":1}");
    judge_proposal(f, "evidence");
    p->payload = slice_of(digest, sizeof(digest));
    judge_proposal(f, "payload");
    p->nonce = slice_of_string("other");
    judge_proposal(f, "nonce");
    p->class_index = 1;
    judge_proposal(f, "class");
    f->p.propose.seat = (uint16_t)(f->p.propose.seat % f->world->charter->seat_count + 1);
    judge_proposal(f, "proposer");
    f->p.propose.seat = SEATS_MAX;
    judge_proposal(f, "a proposer who is none");
    f->p.record.class_index = 1;
    f->p.propose.propose.class_index = 0;
    (void)forge_seal(f);
    forge_judge(f, VERIFY_PROPOSAL, "the record's class");
}

/* --- openings --- */

static void remove_opening(struct forge *f, uint16_t at)
{
    f->p.opening_count--;
    memmove(&f->p.openings[at], &f->p.openings[at + 1],
            (f->p.opening_count - at) * sizeof(f->p.openings[0]));
}

static void forge_opening(struct forge *f, uint16_t i)
{
    struct proof_opening *o = &f->p.openings[i];
    unsigned seat = o->seat;
    o->ballot.choice = (enum choice)((o->ballot.choice + 1) % 3);
    forge_judge(f, VERIFY_OPENINGS, "choice in the opening of seat %u", seat);
    o->ballot.choice = (enum choice)((o->ballot.choice + 2) % 3);
    forge_judge(f, VERIFY_OPENINGS, "third choice in the opening of seat %u", seat);
    o->ballot.confidence = (uint8_t)((o->ballot.confidence + 1) % 101);
    forge_judge(f, VERIFY_OPENINGS, "confidence in the opening of seat %u", seat);
    o->ballot.rationale = slice_of_string("for reasons of my own");
    forge_judge(f, VERIFY_OPENINGS, "rationale in the opening of seat %u", seat);
    o->ballot.rationale = SLICE_NONE;
    forge_judge(f, VERIFY_OPENINGS, "no rationale in the opening of seat %u", seat);
    o->nonce[31] ^= 1;
    forge_judge(f, VERIFY_OPENINGS, "nonce in the opening of seat %u", seat);
    remove_opening(f, i);
    forge_judge(f, VERIFY_OPENINGS, "no opening of seat %u", seat);
    if (i + 1 < f->p.opening_count) {
        struct ballot ballot = o->ballot;
        uint8_t nonce[BALLOT_NONCE_BYTES];
        memcpy(nonce, o->nonce, sizeof(nonce));
        o->ballot = o[1].ballot;
        memcpy(o->nonce, o[1].nonce, sizeof(nonce));
        o[1].ballot = ballot;
        memcpy(o[1].nonce, nonce, sizeof(nonce));
        forge_judge(f, VERIFY_OPENINGS, "openings of seat %u and the next swapped", seat);
    }
}

static void forge_added(struct forge *f)
{
    uint16_t last = f->p.opening_count;
    for (uint16_t seat = 1; seat <= f->p.record.seat_count; seat++) {
        uint16_t at = 0;
        if (f->p.record.seats[seat - 1].has_reveal || last == 0) {
            continue;
        }
        struct proof_opening added = f->p.openings[0];
        while (at < last && f->p.openings[at].seat < seat) {
            at++;
        }
        memmove(&f->p.openings[at + 1], &f->p.openings[at],
                (size_t)(last - at) * sizeof(added));
        added.seat = seat;
        f->p.openings[at] = added;
        f->p.opening_count++;
        forge_judge(f, VERIFY_OPENINGS, "an opening of seat %u, too", seat);
    }
    if (last > 0) {
        f->p.openings[last] = f->p.openings[0];
        f->p.openings[last].seat = (uint16_t)(f->p.record.seat_count + 1);
        f->p.opening_count++;
        forge_judge(f, VERIFY_OPENINGS, "an opening of a seat that is none");
    }
}

/* One that is sealed as it is opened, by a quorum that lies and a seat that does not: only
 * the seat's own hand tells. */
static void forge_own_ballot(struct forge *f, uint16_t i)
{
    struct proof_opening *o = &f->p.openings[i];
    struct seat_record *s = &f->p.record.seats[o->seat - 1];
    if (!f->p.is_full) {
        return;
    }
    unsigned seat = o->seat;
    o->ballot.rationale = slice_of_string("put into its mouth");
    s->rationale_hash = hash_rationale(o->ballot.rationale);
    s->commitment = hash_commitment(&f->world->charter->council_id, &f->p.record.proposal,
                                    o->seat, &o->ballot, o->nonce);
    (void)forge_seal(f);
    forge_judge(f, VERIFY_HANDS, "a ballot that seat %u never sealed", seat);
}

void forge_proposal(struct forge *f)
{
    forge_propose(f);
    for (uint16_t i = 0; i < f->p.opening_count; i++) {
        forge_opening(f, i);
        forge_own_ballot(f, i);
    }
    forge_added(f);
}

/* --- hands --- */

static void forge_hand(struct forge *f, struct proof_hand *h, const char *name)
{
    h->signature.bytes[1] ^= 2;
    forge_judge(f, VERIFY_HANDS, "R of the hand of %s", name);
    h->signature.bytes[40] ^= 2;
    forge_judge(f, VERIFY_HANDS, "S of the hand of %s", name);
    h->count++;
    forge_judge(f, VERIFY_HANDS, "count of the hand of %s", name);
    h->index++;
    h->count += h->index == h->count;
    forge_judge(f, VERIFY_HANDS, "index of the hand of %s", name);
    (void)forge_path(f, &h->path);
    h->path.size += HASH_BYTES;
    forge_judge(f, VERIFY_HANDS, "a longer path of the hand of %s", name);
    if (h->path.size > 0) {
        forge_path(f, &h->path)[7] ^= 1;
        forge_judge(f, VERIFY_HANDS, "the path of the hand of %s", name);
        h->path.size -= HASH_BYTES;
        forge_judge(f, VERIFY_HANDS, "a shorter path of the hand of %s", name);
    }
    h->seat = (uint16_t)(f->world->charter->seat_count + 1);
    if (h == &f->p.proposer || h == &f->p.hands[f->p.hand_count - 1]) {
        forge_judge(f, VERIFY_HANDS, "seat of the hand of %s", name);
    } else {
        forge_judge(f, VERIFY_SHAPE, "seat of the hand of %s", name);
    }
}

static void remove_hand(struct forge *f, uint16_t at)
{
    f->p.hand_count--;
    memmove(&f->p.hands[at], &f->p.hands[at + 1],
            (size_t)(f->p.hand_count - at) * sizeof(f->p.hands[0]));
}

/* As the only operation of an envelope. */
static void sign_operation(struct forge *f, struct proof_hand *h,
                           const struct operation *op, uint16_t signer)
{
    struct buffer encoding = {0}, body = {0};
    codec_encode_operation(&encoding, op);
    struct slice operation = buffer_slice(&encoding);
    struct hash root = hash_operations(&operation, 1);
    codec_body_envelope(&body, 1, &root);
    h->index = 0;
    h->count = 1;
    h->path = SLICE_NONE;
    world_sign(f->world, signer, LABEL_ENVELOPE, buffer_slice(&body), &h->signature);
    buffer_free(&encoding);
    buffer_free(&body);
}

static void sign_ballot(struct forge *f, struct proof_hand *h, uint16_t signer)
{
    struct operation op = {.kind = OPERATION_BALLOT, .seat = h->seat};
    op.ballot.proposal = f->p.record.proposal;
    op.ballot.commitment = f->p.record.seats[h->seat - 1].commitment;
    sign_operation(f, h, &op, signer);
}

static void forge_ballot_hand(struct forge *f, uint16_t i)
{
    char name[16];
    struct proof_hand *h = &f->p.hands[i];
    (void)snprintf(name, sizeof(name), "seat %u", h->seat);
    forge_hand(f, h, name);
    remove_hand(f, i);
    forge_judge(f, VERIFY_HANDS, "no hand of %s", name);
    sign_ballot(f, h, (uint16_t)(h->seat % f->world->charter->seat_count + 1));
    forge_judge(f, VERIFY_HANDS, "a ballot signed by another than %s", name);
    if (i + 1 < f->p.hand_count) {
        struct signature signature = h->signature;
        h->signature = h[1].signature;
        h[1].signature = signature;
        forge_judge(f, VERIFY_HANDS, "hands of %s and the next swapped", name);
    }
}

static void forge_added_hands(struct forge *f)
{
    uint16_t last = f->p.hand_count;
    for (uint16_t seat = 1; last > 0 && seat <= f->p.record.seat_count; seat++) {
        uint16_t at = 0;
        if (f->p.record.seats[seat - 1].has_ballot) {
            continue;
        }
        struct proof_hand added = f->p.hands[0];
        while (at < last && f->p.hands[at].seat < seat) {
            at++;
        }
        memmove(&f->p.hands[at + 1], &f->p.hands[at], (size_t)(last - at) * sizeof(added));
        added.seat = seat;
        f->p.hands[at] = added;
        f->p.hand_count++;
        forge_judge(f, VERIFY_HANDS, "a hand of seat %u, too", seat);
    }
}

void forge_hands(struct forge *f)
{
    if (!f->p.is_full) {
        return;
    }
    forge_hand(f, &f->p.proposer, "the proposer");
    f->p.proposer.seat = (uint16_t)(f->p.proposer.seat % f->world->charter->seat_count + 1);
    forge_judge(f, VERIFY_HANDS, "another proposer's hand");
    f->p.proposer.seat = (uint16_t)(f->p.proposer.seat % f->world->charter->seat_count + 1);
    sign_operation(f, &f->p.proposer, &f->p.propose, f->p.proposer.seat);
    forge_judge(f, VERIFY_HANDS, "a proposal signed by another");
    for (uint16_t i = 0; i < f->p.hand_count; i++) {
        forge_ballot_hand(f, i);
    }
    forge_added_hands(f);
}
