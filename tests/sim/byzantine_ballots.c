/* SPDX-License-Identifier: ISC */
/* Ballots by script, for every proposal that the seat knows to be open. */
#include "byzantine_inside.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <string.h>

static const char words[] = "for reasons of my own";

bool evil_votes_by_script(const struct evil *e)
{
    for (int a = ATTACK_DOUBLE_BALLOT; a <= ATTACK_LATE_BALLOT; a++) {
        if (e->attacks[a]) {
            return true;
        }
    }
    return false;
}

static struct script *script_of(struct byzantine *b, struct evil *e,
                                const struct hash *proposal)
{
    for (size_t i = 0; i < SCRIPTS; i++) {
        if (e->scripts[i].set && hash_equal(&e->scripts[i].proposal, proposal)) {
            return &e->scripts[i];
        }
    }
    struct script *s = &e->scripts[e->next_script++ % SCRIPTS];
    *s = (struct script){.set = true, .proposal = *proposal};
    rng_fill(&b->rng, s->nonces, sizeof(s->nonces));
    return s;
}

static void say_operation(struct byzantine *b, uint16_t seat, int half,
                          const struct operation *op)
{
    struct buffer encoding = {0};
    codec_encode_operation(&encoding, op);
    struct slice operation = buffer_slice(&encoding);
    struct message m = {.tag = MESSAGE_ENVELOPE};
    m.envelope = cluster_seal(b->c, op->seat, &operation, 1);
    evil_say_to_half(b, seat, half, &m);
    envelope_unref(m.envelope);
    buffer_free(&encoding);
}

static struct ballot ballot_of(int which)
{
    return (struct ballot){which == 0 ? CHOICE_APPROVE : CHOICE_REJECT, 70,
                           slice_of(words, sizeof(words) - 1)};
}

static void commit(struct byzantine *b, uint16_t seat, struct script *s, int which,
                   int half)
{
    struct ballot ballot = ballot_of(which);
    struct operation op = {.kind = OPERATION_BALLOT, .seat = seat};
    op.ballot.proposal = s->proposal;
    op.ballot.commitment = hash_commitment(cluster_genesis(b->c), &s->proposal, seat,
                                           &ballot, s->nonces[which]);
    say_operation(b, seat, half, &op);
    s->committed++;
}

static void reveal(struct byzantine *b, uint16_t seat, struct script *s, int choice,
                   int nonce)
{
    struct operation op = {.kind = OPERATION_REVEAL, .seat = seat};
    op.reveal.proposal = s->proposal;
    op.reveal.ballot = ballot_of(choice);
    memcpy(op.reveal.nonce, s->nonces[nonce], BALLOT_NONCE_BYTES);
    say_operation(b, seat, 2, &op);
}

/* Any other seat's commitment under the own name. */
static void copy_commitment(struct byzantine *b, uint16_t seat, struct script *s,
                            const struct proposal *p)
{
    struct operation op = {.kind = OPERATION_BALLOT, .seat = seat};
    op.ballot.proposal = s->proposal;
    for (uint16_t i = 0; i < b->seats; i++) {
        if (p->seats[i].committed && i + 1 != seat) {
            op.ballot.commitment = p->seats[i].commitment;
            say_operation(b, seat, 2, &op);
            s->committed++;
            return;
        }
    }
}

static void junk(struct byzantine *b, uint16_t seat, const struct proposal *p)
{
    struct operation op = {.kind = OPERATION_REVEAL};
    op.seat = (uint16_t)(1 + rng_below(&b->rng, b->seats));
    op.reveal.proposal = p->id;
    op.reveal.ballot = ballot_of((int)rng_below(&b->rng, 2));
    rng_fill(&b->rng, op.reveal.nonce, sizeof(op.reveal.nonce));
    say_operation(b, seat, 2, &op);
}

static void in_sealed(struct byzantine *b, uint16_t seat, struct script *s,
                      const struct proposal *p)
{
    const struct evil *e = evil_of(b, seat);
    if (e->attacks[ATTACK_DOUBLE_BALLOT] && s->committed < 2) {
        b->counts[ATTACK_DOUBLE_BALLOT]++;
        /* Half see one each; every other time all see both. */
        bool shown = s->proposal.bytes[0] % 2 == 0;
        commit(b, seat, s, 0, shown ? 2 : 0);
        commit(b, seat, s, 1, shown ? 2 : 1);
    } else if (e->attacks[ATTACK_COPIED_COMMITMENT] && s->committed == 0) {
        b->counts[ATTACK_COPIED_COMMITMENT]++;
        copy_commitment(b, seat, s, p);
    } else if (!e->attacks[ATTACK_LATE_BALLOT] && s->committed == 0) {
        commit(b, seat, s, 0, 2);
    }
    if (s->committed > 0 && !s->revealed && evil_does(b, seat, ATTACK_EARLY_REVEAL)) {
        reveal(b, seat, s, 0, 0);
        s->revealed = rng_chance(&b->rng, 4);
    }
}

static void in_opening(struct byzantine *b, uint16_t seat, struct script *s)
{
    const struct evil *e = evil_of(b, seat);
    if (s->revealed) {
        return;
    }
    s->revealed = rng_chance(&b->rng, 4);
    if (e->attacks[ATTACK_LATE_BALLOT]) {
        b->counts[ATTACK_LATE_BALLOT]++;
        commit(b, seat, s, 0, 2);
    }
    if (e->attacks[ATTACK_WRONG_REVEAL]) {
        b->counts[ATTACK_WRONG_REVEAL]++;
        reveal(b, seat, s, 1, 0);
        reveal(b, seat, s, 0, 1);
    }
    if (e->attacks[ATTACK_WITHHELD_REVEAL]) {
        b->counts[ATTACK_WITHHELD_REVEAL]++;
    } else {
        reveal(b, seat, s, 0, 0);
    }
}

void evil_ballots(struct byzantine *b, uint16_t seat)
{
    const struct council *council = cluster_council(b->c, seat);
    struct evil *e = evil_of(b, seat);
    const struct proposal *p;
    for (size_t i = 0; (p = council_at(council, i)) != NULL; i++) {
        if (rng_chance(&b->rng, 8) && evil_does(b, seat, ATTACK_JUNK_REVEALS)) {
            junk(b, seat, p);
        }
        if (!evil_votes_by_script(e)) {
            continue;
        }
        struct script *s = script_of(b, e, &p->id);
        if (p->phase == PROPOSAL_SEALED) {
            in_sealed(b, seat, s, p);
        } else if (p->phase == PROPOSAL_OPENING) {
            in_opening(b, seat, s);
        }
    }
}
