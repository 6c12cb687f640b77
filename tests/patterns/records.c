/* SPDX-License-Identifier: ISC */
#include "records.h"

#include "base/quorum.h"

#include <string.h>

enum { BLOCKS_EACH = 8, MS_EACH = 1000 };

struct pattern_rules records_rules(uint16_t seats, uint32_t classes, uint32_t window,
                                   uint32_t recent)
{
    struct pattern_rules rules = {.seats = seats,
                                  .faulty = quorum_faulty(seats),
                                  .classes = classes,
                                  .watch = {.window = window,
                                            .recent = recent,
                                            .false_alarm_ppm = 1000,
                                            .dissent_percent = 10,
                                            .bloc_percent = 45,
                                            .drift_limit = 12,
                                            .likeness_percent = 80,
                                            .copied_decisions = 3}};
    for (uint16_t seat = 1; seat <= seats; seat++) {
        rules.vendor[seat - 1] = rules.family[seat - 1] = seat;
    }
    return rules;
}

struct habits records_habits(struct rng *r, uint16_t seats, uint32_t classes)
{
    struct habits h = {.seats = seats, .classes = classes};
    for (uint16_t seat = 1; seat <= seats; seat++) {
        h.approval[seat - 1] = (uint8_t)rng_below(r, 101);
    }
    h.absence = (uint8_t)rng_below(r, 40);
    return h;
}

static void commit(struct rng *r, const struct record *record, struct seat_record *s)
{
    s->has_ballot = true;
    s->ballot_height = record->opened.height + rng_below(r, 3);
}

static void reveal(struct rng *r, const struct habits *h, struct record *record,
                   uint16_t seat)
{
    struct seat_record *s = &record->seats[seat - 1];
    bool approves = rng_below(r, 100) < h->approval[seat - 1];
    commit(r, record, s);
    s->has_reveal = true;
    s->reveal_height = record->sealed.height + rng_below(r, 2);
    s->confidence = (uint8_t)rng_below(r, 101);
    s->choice = rng_chance(r, 12) ? CHOICE_ABSTAIN
                : approves        ? CHOICE_APPROVE
                                  : CHOICE_REJECT;
    record->approve += s->choice == CHOICE_APPROVE;
    record->reject += s->choice == CHOICE_REJECT;
    record->abstain += s->choice == CHOICE_ABSTAIN;
}

static void behave(struct rng *r, const struct habits *h, struct record *record,
                   uint16_t seat)
{
    struct seat_record *s = &record->seats[seat - 1];
    bool fails = rng_below(r, 100) < h->absence;
    s->status =
        fails ? (enum seat_status)(1 + rng_below(r, STATUS_NOT_AWAITED)) : STATUS_REVEALED;
    record->active[seat - 1] = s->status != STATUS_NOT_AWAITED;
    switch (s->status) {
    case STATUS_REVEALED:
        /* A suspended seat may vote. */
        record->active[seat - 1] = !rng_chance(r, 10);
        reveal(r, h, record, seat);
        break;
    case STATUS_EXPELLED:
        record->active[seat - 1] = false;
        if (rng_chance(r, 2)) {
            reveal(r, h, record, seat);
        } else if (rng_chance(r, 2)) {
            commit(r, record, s);
        }
        break;
    case STATUS_WITHHELD:
        commit(r, record, s);
        break;
    case STATUS_LATE:
    case STATUS_MISSED:
    case STATUS_NOT_AWAITED:
        break;
    }
}

void records_next(struct rng *r, const struct habits *h, uint64_t number,
                  struct record *out)
{
    uint64_t height = 1 + BLOCKS_EACH * number;
    memset(out, 0, sizeof(*out));
    rng_fill(r, out->proposal.bytes, HASH_BYTES);
    out->class_index = (uint32_t)rng_below(r, h->classes);
    out->threshold = (2U * h->seats + 2) / 3;
    out->opened = (struct moment){height, MS_EACH * height};
    out->sealed = (struct moment){height + 3, MS_EACH * (height + 3)};
    out->decided = out->final = (struct moment){height + 5, MS_EACH * (height + 5)};
    out->seat_count = h->seats;
    for (uint16_t seat = 1; seat <= h->seats; seat++) {
        behave(r, h, out, seat);
    }
    out->outcome = out->approve >= out->threshold ? OUTCOME_APPROVED : OUTCOME_REJECTED;
    out->reason =
        out->outcome == OUTCOME_APPROVED ? REASON_NONE : REASON_THRESHOLD_UNREACHABLE;
}

void records_apply(struct patterns *p, const struct record *r)
{
    const struct council_event e = {
        .kind = COUNCIL_FINAL, .seat = 1, .proposal = r->proposal, .record = r};
    patterns_apply(p, r->final.height, r->final.time_ms, &e, 1);
}
