/* SPDX-License-Identifier: ISC */
/* Forgeries of the record, whose header is certified by a quorum that lies. */
#include "forge.h"

/* A change judged twice: as it is, and sealed anew. */
static void both(struct forge *f, const struct record *changed, enum verify_check expected,
                 const char *name, unsigned number)
{
    struct record kept = *changed;
    f->p.record = kept;
    forge_judge(f, VERIFY_STATE, "%s %u, unsealed", name, number);
    f->p.record = kept;
    (void)forge_seal(f);
    forge_judge(f, expected, "%s %u", name, number);
}

/* --- fields of the whole record --- */

static void forge_rule(struct forge *f)
{
    struct record r = f->p.record;
    r.threshold++;
    both(f, &r, VERIFY_RECORD, "T one more", 0);
    r.threshold -= 2;
    both(f, &r, VERIFY_RECORD, "T one less", 0);
    r = f->p.record;
    r.class_index = 31;
    both(f, &r, VERIFY_RECORD, "class that is none", 0);
    r = f->p.record;
    r.seat_count++;
    both(f, &r, VERIFY_RECORD, "a seat more", 0);
    if (f->p.record.seat_count > SEATS_MIN) {
        r.seat_count = (uint16_t)(f->p.record.seat_count - 1);
        r.active[r.seat_count] = false;
        both(f, &r, VERIFY_RECORD, "a seat less", 0);
    }
}

static struct moment *moment_of(struct record *r, unsigned which)
{
    struct moment *const moments[] = {&r->opened, &r->sealed, &r->decided, &r->final};
    return moments[which];
}

static void forge_moments(struct forge *f)
{
    const struct record good = f->p.record;
    struct record r;
    for (unsigned i = 0; i < 4; i++) {
        r = good;
        moment_of(&r, i)->height = UINT64_MAX;
        both(f, &r, VERIFY_RECORD, "height of a moment beyond all", i);
        r = good;
        moment_of(&r, i)->time_ms = UINT64_MAX;
        both(f, &r, VERIFY_RECORD, "time of a moment beyond all", i);
    }
    for (unsigned i = 1; i < 4; i++) {
        r = good;
        moment_of(&r, i)->height = 0;
        both(f, &r, VERIFY_RECORD, "height of a moment before all", i);
        r = good;
        moment_of(&r, i)->time_ms = 0;
        both(f, &r, VERIFY_RECORD, "time of a moment before all", i);
    }
    r = good;
    r.sealed = r.decided;
    both(f, &r, VERIFY_RECORD, "sealed when decided", 0);
    r = good;
    r.final = r.decided;
    both(f, &r, VERIFY_RECORD, "final when decided", 0);
    r = good;
    r.decided.height = r.sealed.height;
    both(f, &r, VERIFY_RECORD, "decided when sealed", 0);
}

static void forge_cover(struct forge *f)
{
    f->p.header.executed_height = f->p.record.final.height - 1;
    forge_certify(f);
    forge_judge(f, VERIFY_RECORD, "a header that does not cover the record");
    f->p.header.executed_height = f->p.header.height;
    forge_certify(f);
    forge_judge(f, VERIFY_SHAPE, "a header that covers itself");
    f->p.header.time_ms = f->p.record.final.time_ms;
    forge_certify(f);
    forge_judge(f, VERIFY_RECORD, "a header at the time of the record");
}

/* Where only the ballots of convicted seats make up T, one cannot see whether they were
 * convicted before SEALED ended, and so which of two reasons is the right one. */
static bool is_seen(const struct record *r, enum reason other)
{
    unsigned sealed = 0, unexpelled = 0;
    for (uint16_t i = 0; i < r->seat_count; i++) {
        sealed += r->seats[i].has_ballot;
        unexpelled += r->seats[i].has_ballot && r->seats[i].status != STATUS_EXPELLED;
    }
    bool either = sealed >= r->threshold && unexpelled < r->threshold;
    return r->reason != other &&
           !(either && r->reason != REASON_DEADLINE && other != REASON_DEADLINE);
}

static void forge_outcome(struct forge *f)
{
    const struct record good = f->p.record;
    struct record r = good;
    r.outcome = good.outcome == OUTCOME_APPROVED ? OUTCOME_REJECTED : OUTCOME_APPROVED;
    both(f, &r, VERIFY_TALLY, "the other outcome", 0);
    for (unsigned reason = 0; reason <= REASON_THRESHOLD_UNREACHABLE; reason++) {
        r = good;
        r.reason = (enum reason)reason;
        if (is_seen(&good, r.reason)) {
            both(f, &r, VERIFY_TALLY, "reason", reason);
        }
        r.outcome = good.outcome == OUTCOME_APPROVED ? OUTCOME_REJECTED : OUTCOME_APPROVED;
        if (r.reason != good.reason) {
            both(f, &r, VERIFY_TALLY, "the other outcome with reason", reason);
        }
    }
    uint32_t *const counts[] = {&r.approve, &r.reject, &r.abstain};
    for (unsigned i = 0; i < 3; i++) {
        r = good;
        ++*counts[i];
        both(f, &r, VERIFY_TALLY, "one ballot more in count", i);
        r = good;
        *counts[i] = *counts[i] > 0 ? *counts[i] - 1 : SEATS_MAX;
        both(f, &r, VERIFY_TALLY, "another count", i);
    }
}

/* Whether one approval more before the block that decided would have been enough. */
static bool is_last(const struct record *r)
{
    unsigned before = 0;
    for (uint16_t i = 0; i < r->seat_count; i++) {
        const struct seat_record *s = &r->seats[i];
        before += s->has_reveal && s->choice == CHOICE_APPROVE &&
                  s->reveal_height < r->decided.height;
    }
    return before + 1 == r->threshold;
}

/* Fixed a block too early or too late for the openings. */
static void forge_decision(struct forge *f)
{
    const struct record good = f->p.record;
    for (uint16_t i = 0; i < good.seat_count && good.outcome == OUTCOME_APPROVED; i++) {
        struct record r = good;
        struct seat_record *s = &r.seats[i];
        bool counts = s->has_reveal && s->choice == CHOICE_APPROVE &&
                      s->reveal_height == r.decided.height;
        if (counts && r.approve == r.threshold) {
            s->reveal_height = r.final.height;
            both(f, &r, VERIFY_TALLY, "approval after the outcome, of seat", i + 1U);
        }
        /* The last one that was needed. */
        if (counts && is_last(&good) && r.decided.height > r.sealed.height + 1) {
            s->reveal_height = r.decided.height - 1;
            both(f, &r, VERIFY_TALLY, "approvals enough before the outcome, by seat",
                 i + 1U);
        }
    }
}

void forge_record(struct forge *f)
{
    forge_rule(f);
    forge_moments(f);
    forge_cover(f);
    forge_outcome(f);
    forge_decision(f);
    f->p.record.proposal.bytes[0] ^= 1;
    struct record r = f->p.record;
    both(f, &r, VERIFY_PROPOSAL, "another proposal", 0);
}

/* --- seats --- */

/* Some lies of a whole quorum nobody can see: whether a seat that did nothing was late,
 * and whether one was convicted. */
static bool is_visible(const struct seat_record *s, bool active, enum seat_status to)
{
    if (s->status == to || s->status == STATUS_EXPELLED) {
        return false;
    }
    bool nothing = !s->has_ballot;
    bool may_be[] = {
        [STATUS_REVEALED] = false,           [STATUS_EXPELLED] = !active && !s->has_reveal,
        [STATUS_WITHHELD] = false,           [STATUS_LATE] = nothing,
        [STATUS_MISSED] = nothing && active, [STATUS_NOT_AWAITED] = nothing && !active};
    return !may_be[to];
}

static void forge_status(struct forge *f, uint16_t i)
{
    const struct record good = f->p.record;
    for (unsigned to = STATUS_REVEALED; to <= STATUS_NOT_AWAITED; to++) {
        struct record r = good;
        if (is_visible(&r.seats[i], r.active[i], (enum seat_status)to)) {
            r.seats[i].status = (enum seat_status)to;
            both(f, &r, VERIFY_RECORD, "status", i * 10U + to);
        }
    }
    struct record r = good;
    enum seat_status status = good.seats[i].status;
    if (status == STATUS_EXPELLED || status == STATUS_MISSED ||
        status == STATUS_NOT_AWAITED) {
        r.active[i] = !r.active[i];
        both(f, &r, VERIFY_RECORD, "waited for seat", i + 1U);
    }
}

static void forge_ballot(struct forge *f, uint16_t i)
{
    const struct record good = f->p.record;
    const struct seat_record *s = &good.seats[i];
    struct record r = good;
    r.seats[i].commitment.bytes[i % HASH_BYTES] ^= 0x10;
    if (s->has_reveal || f->p.is_full) {
        both(f, &r, s->has_reveal ? VERIFY_OPENINGS : VERIFY_HANDS, "commitment of seat",
             i + 1U);
    }
    r = good;
    r.seats[i].ballot_height = good.sealed.height + 1;
    both(f, &r, VERIFY_RECORD, "ballot after the seal, of seat", i + 1U);
    r.seats[i].ballot_height = good.opened.height - 1;
    both(f, &r, VERIFY_RECORD, "ballot before the proposal, of seat", i + 1U);
    if (s->status == STATUS_WITHHELD) {
        r = good;
        r.seats[i].has_ballot = false;
        both(f, &r, VERIFY_RECORD, "no ballot of seat", i + 1U);
    }
}

static void forge_reveal(struct forge *f, uint16_t i)
{
    const struct record good = f->p.record;
    struct record r = good;
    r.seats[i].choice = (enum choice)((r.seats[i].choice + 1) % 3);
    both(f, &r, VERIFY_OPENINGS, "choice of seat", i + 1U);
    r = good;
    r.seats[i].confidence = (uint8_t)((r.seats[i].confidence + 1) % 101);
    both(f, &r, VERIFY_OPENINGS, "confidence of seat", i + 1U);
    r = good;
    r.seats[i].rationale_hash.bytes[31] ^= 1;
    both(f, &r, VERIFY_OPENINGS, "rationale of seat", i + 1U);
    r = good;
    r.seats[i].reveal_height = good.sealed.height;
    both(f, &r, VERIFY_RECORD, "opened when sealed, seat", i + 1U);
    r.seats[i].reveal_height = good.final.height + 1;
    both(f, &r, VERIFY_RECORD, "opened after the end, seat", i + 1U);
    r = good;
    r.seats[i].has_reveal = false;
    both(f, &r, VERIFY_RECORD, "no opening of seat", i + 1U);
    r.seats[i].status = STATUS_NOT_AWAITED;
    r.seats[i].has_ballot = false;
    r.active[i] = false;
    both(f, &r,
         good.sealed.time_ms - good.opened.time_ms < 100 ? VERIFY_RECORD : VERIFY_OPENINGS,
         "nothing at all of seat", i + 1U);
}

void forge_seats(struct forge *f)
{
    for (uint16_t i = 0; i < f->p.record.seat_count; i++) {
        forge_status(f, i);
        if (f->p.record.seats[i].has_ballot) {
            forge_ballot(f, i);
        }
        if (f->p.record.seats[i].has_reveal) {
            forge_reveal(f, i);
        }
    }
}
