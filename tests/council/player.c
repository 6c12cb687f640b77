/* SPDX-License-Identifier: ISC */
#include "player.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "hash/hash.h"

#include <stdlib.h>
#include <string.h>

static void encode(struct player *p, const struct raw *op, struct buffer *out)
{
    char name[16];
    switch (op->kind) {
    case RAW_PROPOSE:
        snprintf(name, sizeof name, "p%u", op->proposal);
        build_propose(out, op->seat, 0, name);
        break;
    case RAW_BALLOT:
        build_commit(out, &p->rules, op->seat, &p->ids[op->proposal], op->choice,
                     op->variant);
        break;
    case RAW_REVEAL:
        build_reveal(out, op->seat, &p->ids[op->proposal], op->choice, op->variant);
        break;
    case RAW_EVIDENCE:
        build_evidence(out, op->seat);
        break;
    }
}

static void add(struct player *p, struct batch *batch, struct raw op)
{
    struct schedule *s = &p->schedule;
    op.block = s->blocks + 1;
    if (s->count == s->capacity) {
        s->capacity = s->capacity == 0 ? 256 : 2 * s->capacity;
        s->ops = alloc_resize(s->ops, s->capacity, sizeof *s->ops);
    }
    s->ops[s->count++] = op;
    encode(p, &op, batch_next(batch));
}

static uint16_t any_seat(struct player *p)
{
    return (uint16_t)(1 + rng_below(&p->rng, p->rules.seats));
}

/* What the seat mostly says about the proposal. */
static enum choice usual_choice(const struct player *p, unsigned proposal, uint16_t seat)
{
    unsigned taste = (seat * 7 + proposal * 13 + p->quiet) % 20;
    if (taste == 0) {
        return CHOICE_ABSTAIN;
    }
    return taste < 4 + proposal % 3 * 3 ? CHOICE_REJECT : CHOICE_APPROVE;
}

static void add_propose(struct player *p, struct batch *batch)
{
    struct schedule *s = &p->schedule;
    struct buffer encoded = {0};
    struct raw op = {.kind = RAW_PROPOSE, .proposal = s->proposals, .seat = any_seat(p)};
    bool again = s->proposals > 0 && rng_chance(&p->rng, 5);
    if (again) {
        op.proposal = (unsigned)rng_below(&p->rng, s->proposals);
        op.seat = p->proposers[op.proposal];
    } else if (s->proposals == NAIVE_PROPOSALS) {
        return;
    } else {
        p->proposers[s->proposals] = op.seat;
        encode(p, &op, &encoded);
        p->ids[s->proposals++] = hash_operation(buffer_slice(&encoded));
        buffer_free(&encoded);
    }
    add(p, batch, op);
}

/* Somebody does something out of place. */
static void add_noise(struct player *p, struct batch *batch)
{
    struct raw op = {
        .kind = rng_chance(&p->rng, 2) ? RAW_BALLOT : RAW_REVEAL,
        .seat = any_seat(p),
        .proposal = (unsigned)rng_below(&p->rng, p->schedule.proposals),
        .choice = (enum choice)rng_below(&p->rng, 3),
        .variant = (unsigned)rng_below(&p->rng, 2),
    };
    add(p, batch, op);
}

static void add_turns(struct player *p, struct batch *batch, unsigned proposal)
{
    const struct proposal *seen = council_find(p->seen, &p->ids[proposal]);
    for (uint16_t seat = 1; seen != NULL && seat <= p->rules.seats; seat++) {
        const struct seat_ballot *ballot = &seen->seats[seat - 1];
        struct raw op = {
            .seat = seat, .proposal = proposal, .choice = usual_choice(p, proposal, seat)};
        bool opening = seen->phase == PROPOSAL_OPENING;
        bool done = opening ? ballot->revealed || !ballot->committed : ballot->committed;
        bool asleep = (seat * 31 + proposal) % 16 < p->quiet;
        op.kind = opening ? RAW_REVEAL : RAW_BALLOT;
        if (done || (asleep && !rng_chance(&p->rng, 30)) ||
            !rng_chance(&p->rng, p->patience)) {
            continue;
        }
        add(p, batch, op);
    }
}

static void make_block(struct player *p, struct batch *batch)
{
    struct schedule *s = &p->schedule;
    if (s->proposals == 0 || rng_chance(&p->rng, 6)) {
        add_propose(p, batch);
    }
    if (rng_chance(&p->rng, p->lies)) {
        add(p, batch, (struct raw){.kind = RAW_EVIDENCE, .seat = any_seat(p)});
    }
    for (unsigned i = 0; i < s->proposals; i++) {
        if (rng_chance(&p->rng, 2)) {
            add_turns(p, batch, i);
        }
        if (rng_chance(&p->rng, 4)) {
            add_noise(p, batch);
        }
    }
    if (rng_chance(&p->rng, 8)) {
        add_propose(p, batch);
    }
}

/* --- playing --- */

void player_begin(struct player *p, uint64_t seed, const struct council_rules *rules)
{
    memset(p, 0, sizeof *p);
    p->rng.state = seed;
    p->rules = *rules;
    p->rules.open_proposals = 3;
    p->rules.epoch_decisions = 1 + (uint32_t)rng_below(&p->rng, 3);
    p->rules.epoch_absences = (uint32_t)rng_below(&p->rng, 3);
    p->patience = 1 + (unsigned)rng_below(&p->rng, 4);
    p->quiet = (unsigned)rng_below(&p->rng, 8);
    p->lies = rng_chance(&p->rng, 3) ? 10 : 100;
    const struct council_class *class = &p->rules.classes[0];
    p->schedule = (struct schedule){
        .seats = p->rules.seats,
        .faulty = quorum_faulty(p->rules.seats),
        .threshold = class->threshold,
        .commit_ms = class->commit_ms,
        .reveal_ms = class->reveal_ms,
        .grace_ms = class->grace_ms,
        .open_proposals = p->rules.open_proposals,
        .epoch_decisions = p->rules.epoch_decisions,
        .epoch_absences = p->rules.epoch_absences,
    };
}

void player_end(struct player *p)
{
    free(p->schedule.ops);
    p->schedule.ops = NULL;
}

unsigned player_length(struct player *p)
{
    return 20 + (unsigned)rng_below(&p->rng, 40);
}

uint64_t player_block(struct player *p, const struct council *c, struct batch *batch)
{
    struct schedule *s = &p->schedule;
    p->seen = c;
    make_block(p, batch);
    uint64_t step =
        rng_chance(&p->rng, 10) ? 1 + rng_below(&p->rng, 2000) : 1 + rng_below(&p->rng, 80);
    uint64_t last = s->blocks > 0 ? s->time_ms[s->blocks] : p->rules.created_ms;
    s->time_ms[++s->blocks] = last + step;
    return last + step;
}
