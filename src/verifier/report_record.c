/* SPDX-License-Identifier: ISC */
/* A record, for people. */
#include "verifier/report_parts.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TIME_BYTES = 32 };

void say_hash(const char *label, const struct hash *h)
{
    char hex[2 * HASH_BYTES + 1];
    hex_encode(hex, slice_of(h->bytes, HASH_BYTES));
    describe_line(label, "%s", hex);
}

const char *seat_name(const struct charter *c, uint16_t seat)
{
    return c->seats[seat - 1].name;
}

/* --- what was decided --- */

unsigned report_approvals(const struct record *r)
{
    unsigned count = 0;
    for (uint16_t i = 0; i < r->seat_count; i++) {
        const struct seat_record *s = &r->seats[i];
        count += s->has_reveal && s->choice == CHOICE_APPROVE &&
                 s->reveal_height <= r->decided.height;
    }
    return count;
}

static char *outcome_text(const struct record *r)
{
    unsigned n = r->seat_count, open = report_approvals(r), needed = r->threshold;
    switch (r->reason) {
    case REASON_NONE:
        return alloc_printf("approved: %u of %u approved, %u needed", (unsigned)r->approve,
                            n, needed);
    case REASON_TOO_FEW_BALLOTS:
        return alloc_printf(
            "rejected: too few seats sealed a ballot for the %u approvals of "
            "%u that are needed",
            needed, n);
    case REASON_DEADLINE:
        return alloc_printf(
            "rejected: %u of %u had approved when the time for openings was "
            "over, %u needed",
            open, n, needed);
    case REASON_THRESHOLD_UNREACHABLE:
        return alloc_printf("rejected: %u of %u had approved when %u could not be reached "
                            "any more",
                            open, n, needed);
    }
    return alloc_string("");
}

void say_outcome(const struct charter *c, const struct record *r)
{
    const struct charter_class *class = &c->classes[r->class_index];
    char commit[TIME_BYTES], reveal[TIME_BYTES];
    char *outcome = outcome_text(r);
    unsigned later = r->approve - report_approvals(r);
    describe_wrapped("outcome", r->outcome == OUTCOME_APPROVED ? COLOUR_GOOD : COLOUR_BAD,
                     outcome);
    if (r->outcome == OUTCOME_REJECTED && later > 0) {
        describe_line("",
                      "%u more approved after the outcome was fixed, which changes "
                      "nothing",
                      later);
    }
    output_duration(commit, class->commit_ms);
    output_duration(reveal, class->reveal_ms);
    describe_line("rule", "class %s: %u approvals of all %u seats;", class->name,
                  (unsigned)r->threshold, (unsigned)r->seat_count);
    describe_line("", "%s for ballots, then %s for opening them", commit, reveal);
    free(outcome);
}

void say_ballots(const struct record *r)
{
    unsigned counts[STATUS_NOT_AWAITED + 1] = {0};
    for (uint16_t i = 0; i < r->seat_count; i++) {
        counts[r->seats[i].status]++;
    }
    describe_line("ballots", "%u opened: %u approve, %u reject, %u abstain",
                  counts[STATUS_REVEALED], (unsigned)r->approve, (unsigned)r->reject,
                  (unsigned)r->abstain);
    describe_line("", "%u withheld, %u late, %u missed, %u not awaited, %u expelled",
                  counts[STATUS_WITHHELD], counts[STATUS_LATE], counts[STATUS_MISSED],
                  counts[STATUS_NOT_AWAITED], counts[STATUS_EXPELLED]);
}

static void say_moment(const char *label, const struct moment *m)
{
    char time[TIME_BYTES];
    output_time(time, m->time_ms);
    describe_line(label, "%s, block %" PRIu64, time, m->height);
}

void say_moments(const struct record *r)
{
    say_moment("opened", &r->opened);
    say_moment("sealed", &r->sealed);
    say_moment("decided", &r->decided);
    say_moment("final", &r->final);
}

/* --- seats --- */

static const char *vote_text(const struct seat_record *s)
{
    if (s->status == STATUS_REVEALED) {
        return choice_name(s->choice);
    }
    return s->status == STATUS_NOT_AWAITED ? "not awaited" : seat_status_name(s->status);
}

static enum colour vote_colour(const struct seat_record *s)
{
    if (!s->has_reveal) {
        return COLOUR_DIM;
    }
    switch (s->choice) {
    case CHOICE_APPROVE:
        return COLOUR_GOOD;
    case CHOICE_REJECT:
        return COLOUR_BAD;
    case CHOICE_ABSTAIN:
        break;
    }
    return COLOUR_WARN;
}

static void height_cell(struct table *t, bool is_there, uint64_t height)
{
    if (is_there) {
        table_cell(t, COLOUR_PLAIN, "%" PRIu64, height);
    } else {
        table_cell(t, COLOUR_DIM, "-");
    }
}

void say_seats(const struct charter *c, const struct record *r)
{
    static const char *const headings[] = {"SEAT",       "NAME",      "VOTE",
                                           "CONFIDENCE", "SEALED IN", "OPENED IN"};
    static const enum align align[] = {ALIGN_RIGHT, ALIGN_LEFT,  ALIGN_LEFT,
                                       ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT};
    struct table *t = table_new(6, headings, align);
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        const struct seat_record *s = &r->seats[seat - 1];
        table_cell(t, COLOUR_PLAIN, "%u", (unsigned)seat);
        table_cell(t, COLOUR_PLAIN, "%s", seat_name(c, seat));
        table_cell(t, vote_colour(s), "%s", vote_text(s));
        if (s->has_reveal) {
            table_cell(t, COLOUR_PLAIN, "%u", (unsigned)s->confidence);
        } else {
            table_cell(t, COLOUR_DIM, "-");
        }
        height_cell(t, s->has_ballot, s->ballot_height);
        height_cell(t, s->has_reveal, s->reveal_height);
    }
    (void)printf("\n");
    table_print(t);
}
