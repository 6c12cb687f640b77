/* SPDX-License-Identifier: ISC */
/* A final record against what was counted: conclave-protocol(7) section 8. */
#include "audit/recount_private.h"

#include "base/quorum.h"
#include "wire/shared.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* The record at hand, with what it is compared with. */
struct view {
    const struct recount *r;
    const struct ballots *p;
    const struct record *record;
    const struct charter_class *class;
    struct complaint *why;
};

__attribute__((format(printf, 2, 3))) static bool differs(const struct view *v,
                                                          const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(v->why->text, sizeof(v->why->text), format, args);
    va_end(args);
    return false;
}

static uint64_t time_at(const struct view *v, uint64_t height)
{
    return v->r->times[height];
}

/* In the steps of a block the convictions of that block hold already. */
static bool is_expelled(const struct view *v, unsigned i, uint64_t height)
{
    return v->r->convicted[i] != 0 && v->r->convicted[i] <= height;
}

static bool has_committed(const struct view *v, unsigned i)
{
    const struct hand *h = &v->p->hands[i];
    return h->ballot != 0 && h->ballot <= v->p->sealed;
}

/* --- the frame --- */

static bool is_moment(const struct view *v, const struct moment *m, uint64_t height)
{
    return m->height == height && m->time_ms == time_at(v, height);
}

static bool check_frame(const struct view *v)
{
    const struct record *d = v->record;
    uint64_t now = v->r->height, decided = d->decided.height;
    if (d->class_index != v->p->class_index || d->threshold != v->class->threshold ||
        d->seat_count != v->r->charter->seat_count) {
        return differs(v, "its class, threshold or seats are not those of its PROPOSE and "
                          "the charter");
    }
    if (!is_moment(v, &d->opened, v->p->opened) ||
        !is_moment(v, &d->sealed, v->p->sealed) || !is_moment(v, &d->final, now) ||
        decided < v->p->opened || decided > now || !is_moment(v, &d->decided, decided)) {
        return differs(v, "its moments are not those of the blocks");
    }
    return true;
}

/* --- hands --- */

static enum seat_status status_of(const struct view *v, unsigned i)
{
    const struct hand *h = &v->p->hands[i];
    if (h->reveal != 0) {
        return STATUS_REVEALED;
    }
    if (is_expelled(v, i, v->r->height)) {
        return STATUS_EXPELLED;
    }
    if (h->ballot != 0) {
        return has_committed(v, i) ? STATUS_WITHHELD : STATUS_LATE;
    }
    return v->record->active[i] ? STATUS_MISSED : STATUS_NOT_AWAITED;
}

static bool same_hand(const struct view *v, unsigned i)
{
    const struct seat_record *s = &v->record->seats[i];
    const struct hand *h = &v->p->hands[i];
    bool committed = has_committed(v, i), same = s->has_ballot == committed;
    if (committed) {
        same = same && hash_equal(&s->commitment, &h->commitment) &&
               s->ballot_height == h->ballot;
    }
    same = same && s->has_reveal == (h->reveal != 0);
    if (h->reveal != 0) {
        same = same && s->choice == h->choice && s->confidence == h->confidence &&
               hash_equal(&s->rationale_hash, &h->rationale) &&
               s->reveal_height == h->reveal;
    }
    return same;
}

static bool check_hands(const struct view *v)
{
    for (unsigned i = 0; i < v->record->seat_count; i++) {
        enum seat_status status = status_of(v, i);
        if (v->record->seats[i].status != status) {
            return differs(v, "seat %u is %s in it, and %s by the operations", i + 1,
                           seat_status_name(v->record->seats[i].status),
                           seat_status_name(status));
        }
        if (!same_hand(v, i)) {
            return differs(v, "the ballot of seat %u is not the one that it cast", i + 1);
        }
        if (v->record->active[i] && is_expelled(v, i, v->r->height)) {
            return differs(v, "it waited for seat %u, which was expelled", i + 1);
        }
    }
    return true;
}

/* --- phases: none ended before its time --- */

static int compare_heights(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The first block in which the grace can have begun: n-f seats had committed, or all that
 * were waited for. 0: none. */
static uint64_t grace_from(const struct view *v)
{
    uint64_t heights[SEATS_MAX], all = v->p->opened;
    unsigned count = 0, n = v->record->seat_count, enough = n - quorum_faulty(n);
    for (unsigned i = 0; i < n; i++) {
        uint64_t ballot = v->p->hands[i].ballot;
        if (has_committed(v, i)) {
            heights[count++] = ballot;
            all = v->record->active[i] && all != 0 && ballot > all ? ballot : all;
        } else if (v->record->active[i] && !is_expelled(v, i, v->p->sealed)) {
            all = 0;
        }
    }
    if (count < enough) {
        return all;
    }
    qsort(heights, count, sizeof(heights[0]), compare_heights);
    return all != 0 && all < heights[enough - 1] ? all : heights[enough - 1];
}

static bool sealed_in_time(const struct view *v)
{
    uint64_t sealed = v->p->sealed, from = grace_from(v);
    bool all = true;
    for (unsigned i = 0; i < v->record->seat_count; i++) {
        all = all && (has_committed(v, i) || is_expelled(v, i, sealed));
    }
    return all || time_at(v, sealed) - time_at(v, v->p->opened) >= v->class->commit_ms ||
           (from != 0 && time_at(v, sealed) - time_at(v, from) >= v->class->grace_ms);
}

/* Seats whose ballot was to be opened after the block of that height. */
static unsigned outstanding(const struct view *v, uint64_t height)
{
    unsigned count = 0;
    for (unsigned i = 0; i < v->record->seat_count; i++) {
        const struct hand *h = &v->p->hands[i];
        bool open = h->reveal != 0 && h->reveal <= height;
        bool counts = height < v->p->sealed || has_committed(v, i);
        count += counts && !open && !is_expelled(v, i, height);
    }
    return count;
}

static bool has_lapsed(const struct view *v, uint64_t height)
{
    return height > v->p->sealed &&
           time_at(v, height) - time_at(v, v->p->sealed) >= v->class->reveal_ms;
}

static bool check_phases(const struct view *v)
{
    if (!sealed_in_time(v)) {
        return differs(v, "its ballots were unsealed before their time");
    }
    if (outstanding(v, v->r->height) > 0 && !has_lapsed(v, v->r->height)) {
        return differs(v, "it became final before its time");
    }
    return true;
}

/* --- tally and outcome --- */

static unsigned chosen(const struct view *v, enum choice choice, uint64_t height)
{
    unsigned count = 0;
    for (unsigned i = 0; i < v->record->seat_count; i++) {
        const struct hand *h = &v->p->hands[i];
        count += h->reveal != 0 && h->reveal <= height && h->choice == choice;
    }
    return count;
}

static unsigned committed_at_seal(const struct view *v)
{
    unsigned count = 0;
    for (unsigned i = 0; i < v->record->seat_count; i++) {
        count += has_committed(v, i) && !is_expelled(v, i, v->p->sealed);
    }
    return count;
}

static enum reason reason_of(const struct view *v, uint64_t decided)
{
    if (decided < v->p->sealed) {
        return REASON_THRESHOLD_UNREACHABLE;
    }
    if (committed_at_seal(v) < v->class->threshold) {
        return REASON_TOO_FEW_BALLOTS;
    }
    return has_lapsed(v, decided) ? REASON_DEADLINE : REASON_THRESHOLD_UNREACHABLE;
}

static bool check_outcome(const struct view *v)
{
    const struct record *d = v->record;
    uint64_t decided = d->decided.height, now = v->r->height;
    unsigned approvals = chosen(v, CHOICE_APPROVE, decided);
    bool approved = approvals >= v->class->threshold;
    if (d->approve != chosen(v, CHOICE_APPROVE, now) ||
        d->reject != chosen(v, CHOICE_REJECT, now) ||
        d->abstain != chosen(v, CHOICE_ABSTAIN, now)) {
        return differs(v, "its tally is not the sum of the ballots that were opened");
    }
    if ((d->outcome == OUTCOME_APPROVED) != approved) {
        return differs(v, "it is %s with %u of %u approvals", outcome_name(d->outcome),
                       approvals, v->class->threshold);
    }
    if (!approved && !has_lapsed(v, decided) &&
        approvals + outstanding(v, decided) >= v->class->threshold) {
        return differs(v, "it was rejected while it could still be approved");
    }
    if (d->reason != (approved ? REASON_NONE : reason_of(v, decided))) {
        return differs(v, "its reason is not the one of the rules");
    }
    return true;
}

bool recount_final(struct recount *r, const struct record *record, struct complaint *why)
{
    struct ballots *p = recount_find(r, &record->proposal);
    struct view v = {.r = r, .p = p, .record = record, .why = why};
    if (p == NULL || p->sealed == 0) {
        return differs(&v, "it is of no proposal whose ballots were unsealed");
    }
    v.class = &r->charter->classes[p->class_index];
    bool good = check_frame(&v) && check_hands(&v) && check_phases(&v) && check_outcome(&v);
    recount_remove(r, p);
    return good;
}
