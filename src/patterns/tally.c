/* SPDX-License-Identifier: ISC */
#include "patterns/inside.h"

#include <string.h>

static uint32_t blocks_between(uint64_t from, uint64_t to)
{
    uint64_t blocks = to > from ? to - from : 0;
    return blocks < UINT32_MAX ? (uint32_t)blocks : UINT32_MAX;
}

uint32_t record_ballot_blocks(const struct record *r, uint16_t seat)
{
    return blocks_between(r->opened.height, r->seats[seat - 1].ballot_height);
}

uint32_t record_reveal_blocks(const struct record *r, uint16_t seat)
{
    return blocks_between(r->sealed.height, r->seats[seat - 1].reveal_height);
}

/* A forecast that the outcome will be what the seat chose. */
static uint64_t brier_of(uint8_t confidence, bool with)
{
    uint64_t off = with ? 100U - confidence : confidence;
    return off * off;
}

static void add_vote(struct tally *t, const struct seat_record *s, bool approved)
{
    t->revealed++;
    t->confidence += s->confidence;
    t->approve += s->choice == CHOICE_APPROVE;
    t->reject += s->choice == CHOICE_REJECT;
    t->abstain += s->choice == CHOICE_ABSTAIN;
    if (s->choice != CHOICE_ABSTAIN) {
        bool with = (s->choice == CHOICE_APPROVE) == approved;
        t->with += with;
        t->against += !with;
        t->brier += brier_of(s->confidence, with);
    }
}

void tally_add(struct tally *t, const struct record *r, uint16_t seat)
{
    const struct seat_record *s = &r->seats[seat - 1];
    t->awaited += s->status != STATUS_EXPELLED && s->status != STATUS_NOT_AWAITED;
    t->withheld += s->status == STATUS_WITHHELD;
    t->missed += s->status == STATUS_MISSED;
    t->late += s->status == STATUS_LATE;
    if (s->has_ballot) {
        t->ballots++;
        t->ballot_blocks += record_ballot_blocks(r, seat);
    }
    if (s->has_reveal) {
        t->reveal_blocks += record_reveal_blocks(r, seat);
        add_vote(t, s, r->outcome == OUTCOME_APPROVED);
    }
}

/* The slots as the record was; blocks beyond 65,534 count as so many. */
static void add_slot(struct tally *t, const struct window *w, uint16_t seat, uint32_t slot)
{
    const struct cast *c = &w->cast[(size_t)slot * w->seats + seat - 1];
    bool against = window_bit(w, seat, PLANE_AGAINST, slot);
    bool voted =
        window_bit(w, seat, PLANE_APPROVE, slot) || window_bit(w, seat, PLANE_REJECT, slot);
    if (c->ballot_blocks != CAST_NONE) {
        t->ballots++;
        t->ballot_blocks += c->ballot_blocks;
    }
    if (c->reveal_blocks != CAST_NONE) {
        t->revealed++;
        t->reveal_blocks += c->reveal_blocks;
        t->confidence += c->confidence;
        t->brier += voted ? brier_of(c->confidence, !against) : 0;
    }
}

void tally_window(const struct window *w, uint16_t seat, bool recent, struct tally *out)
{
    const struct slots *among = recent ? &w->recent : NULL;
    memset(out, 0, sizeof(*out));
    out->awaited = window_count(w, seat, PLANE_AWAITED, among);
    out->withheld = window_count(w, seat, PLANE_WITHHELD, among);
    out->missed = window_count(w, seat, PLANE_MISSED, among);
    out->late = window_count(w, seat, PLANE_LATE, among);
    out->approve = window_count(w, seat, PLANE_APPROVE, among);
    out->reject = window_count(w, seat, PLANE_REJECT, among);
    out->abstain = window_count(w, seat, PLANE_ABSTAIN, among);
    out->against = window_count(w, seat, PLANE_AGAINST, among);
    out->with = out->approve + out->reject - out->against;
    uint64_t held = w->count < w->size ? w->count : w->size;
    for (uint32_t slot = 0; slot < held; slot++) {
        if (!recent || (w->recent.words[slot / 64] >> (slot % 64) & 1) != 0) {
            add_slot(out, w, seat, slot);
        }
    }
}
