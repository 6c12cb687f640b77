/* SPDX-License-Identifier: ISC */
/* Section 11 check 5: the record contradicts neither the charter nor itself. */
#include "verify/checks.h"

#include <inttypes.h>

/* --- the charter --- */

static bool check_rule(struct verification *v)
{
    const struct record *r = &v->proof->record;
    if (r->seat_count != v->charter->seat_count) {
        return verify_refuse(v, "the record has %u seats, the charter %u",
                             (unsigned)r->seat_count, (unsigned)v->charter->seat_count);
    }
    if (r->class_index >= v->charter->class_count) {
        return verify_refuse(v,
                             "the record's class is number %u (from 0), but the charter "
                             "has %u classes",
                             (unsigned)r->class_index, (unsigned)v->charter->class_count);
    }
    const struct charter_class *class = &v->charter->classes[r->class_index];
    if (r->threshold != class->threshold) {
        return verify_refuse(v,
                             "the record wants %u approvals, the charter's class %s wants "
                             "%u",
                             (unsigned)r->threshold, class->name,
                             (unsigned)class->threshold);
    }
    return true;
}

/* --- heights and times --- */

struct named_moment {
    const char *name;
    struct moment at;
};

static bool check_heights(struct verification *v)
{
    const struct record *r = &v->proof->record;
    const struct header *h = &v->proof->header;
    if (r->final.height > h->executed_height || h->executed_height >= h->height) {
        return verify_refuse(v,
                             "the header of block %" PRIu64 " covers what was done up to "
                             "block %" PRIu64 ", the record became final in block %" PRIu64,
                             h->height, h->executed_height, r->final.height);
    }
    if (r->opened.height > r->sealed.height || r->opened.height > r->decided.height) {
        return verify_refuse(v,
                             "the record was sealed or decided before it was opened, in "
                             "block %" PRIu64,
                             r->opened.height);
    }
    if (r->sealed.height == r->decided.height) {
        return verify_refuse(v,
                             "the record was sealed and decided in one block, %" PRIu64
                             ": a proposal makes one step in a block",
                             r->sealed.height);
    }
    if (r->sealed.height >= r->final.height || r->decided.height >= r->final.height) {
        return verify_refuse(v,
                             "the record became final, in block %" PRIu64
                             ", before it was sealed and decided",
                             r->final.height);
    }
    return true;
}

static bool check_times(struct verification *v)
{
    const struct record *r = &v->proof->record;
    const struct header *h = &v->proof->header;
    const struct named_moment moments[] = {{"opened", r->opened},
                                           {"sealed", r->sealed},
                                           {"decided", r->decided},
                                           {"final", r->final},
                                           {"header", {h->height, h->time_ms}}};
    size_t count = sizeof(moments) / sizeof(moments[0]);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count; k++) {
            const struct moment *a = &moments[i].at, *b = &moments[k].at;
            bool good = a->height == b->height
                            ? a->time_ms == b->time_ms
                            : (a->height < b->height) == (a->time_ms < b->time_ms) &&
                                  a->time_ms != b->time_ms;
            if (!good) {
                return verify_refuse(v,
                                     "the times of %s (block %" PRIu64 ") and %s (block "
                                     "%" PRIu64 ") cannot be: times rise with the blocks",
                                     moments[i].name, a->height, moments[k].name,
                                     b->height);
            }
        }
    }
    return true;
}

/* --- seats --- */

static bool check_seat_heights(struct verification *v, uint16_t seat)
{
    const struct record *r = &v->proof->record;
    const struct seat_record *s = &r->seats[seat - 1];
    if (s->has_ballot &&
        (s->ballot_height < r->opened.height || s->ballot_height > r->sealed.height)) {
        return verify_refuse(
            v,
            "the ballot of %s is of block %" PRIu64 ", outside the blocks %" PRIu64
            " to %" PRIu64 " in which ballots were sealed",
            verify_seat(v, seat), s->ballot_height, r->opened.height, r->sealed.height);
    }
    if (s->has_reveal &&
        (s->reveal_height <= r->sealed.height || s->reveal_height > r->final.height)) {
        return verify_refuse(v,
                             "the ballot of %s was opened in block %" PRIu64
                             ", outside the blocks after %" PRIu64 " and up to %" PRIu64
                             " in which ballots were opened",
                             verify_seat(v, seat), s->reveal_height, r->sealed.height,
                             r->final.height);
    }
    return true;
}

/* Whether ballots may have ended without this seat's. */
static bool was_waited_for(const struct verification *v)
{
    const struct record *r = &v->proof->record;
    const struct charter_class *class = &v->charter->classes[r->class_index];
    uint64_t window =
        class->grace_ms < class->commit_ms ? class->grace_ms : class->commit_ms;
    return verify_is_due(r->sealed.time_ms, r->opened.time_ms, window);
}

static bool check_absent(struct verification *v, uint16_t seat)
{
    const struct seat_record *s = &v->proof->record.seats[seat - 1];
    if (s->has_ballot) {
        return verify_refuse(v, "%s is %s by the record, which has a ballot of it",
                             verify_seat(v, seat), seat_status_name(s->status));
    }
    if (!was_waited_for(v)) {
        return verify_refuse(v,
                             "%s is %s, but the time for ballots was over too early for "
                             "that",
                             verify_seat(v, seat), seat_status_name(s->status));
    }
    return true;
}

static bool check_withheld(struct verification *v, uint16_t seat)
{
    const struct record *r = &v->proof->record;
    if (!r->seats[seat - 1].has_ballot) {
        return verify_refuse(v, "%s is withheld by the record, which has no ballot of it",
                             verify_seat(v, seat));
    }
    if (!verify_is_due(r->final.time_ms, r->sealed.time_ms,
                       v->charter->classes[r->class_index].reveal_ms)) {
        return verify_refuse(v,
                             "%s is withheld, but the record became final before the time "
                             "for openings was over",
                             verify_seat(v, seat));
    }
    return true;
}

static bool check_active(struct verification *v, uint16_t seat, bool active)
{
    const struct record *r = &v->proof->record;
    if (r->active[seat - 1] != active) {
        return verify_refuse(
            v, "%s is %s, but %s among those that were waited for", verify_seat(v, seat),
            seat_status_name(r->seats[seat - 1].status), active ? "not" : "stands");
    }
    return true;
}

static bool check_status(struct verification *v, uint16_t seat)
{
    const struct seat_record *s = &v->proof->record.seats[seat - 1];
    if (s->has_reveal != (s->status == STATUS_REVEALED)) {
        return verify_refuse(v, "%s is %s by the record, which has %s opened ballot of it",
                             verify_seat(v, seat), seat_status_name(s->status),
                             s->has_reveal ? "an" : "no");
    }
    switch (s->status) {
    case STATUS_REVEALED:
        return true;
    case STATUS_EXPELLED:
        return check_active(v, seat, false);
    case STATUS_WITHHELD:
        return check_withheld(v, seat);
    case STATUS_LATE:
        return check_absent(v, seat);
    case STATUS_MISSED:
        return check_active(v, seat, true) && check_absent(v, seat);
    case STATUS_NOT_AWAITED:
        return check_active(v, seat, false) && check_absent(v, seat);
    }
    return false;
}

bool check_record(struct verification *v)
{
    if (!check_rule(v) || !check_heights(v) || !check_times(v)) {
        return false;
    }
    for (uint16_t seat = 1; seat <= v->charter->seat_count; seat++) {
        if (!check_status(v, seat) || !check_seat_heights(v, seat)) {
            return false;
        }
    }
    return true;
}
