/* SPDX-License-Identifier: ISC */
/*
 * For people, first of all for those who have to decide whether a decision stands: what was
 * decided and by which rule, who voted what and why, when, and what was checked. Nothing of
 * a bundle is shown as a fact unless all of it holds.
 */
#include "verifier/report.h"

#include "base/alloc.h"
#include "conclave/lines.h"
#include "conclave/output.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TIME_BYTES = 32, TEXT_INDENT = 4, SEATS_TEXT = 1024 };

static char *text_of(struct slice s)
{
    return alloc_printf("%.*s", (int)s.size, s.size > 0 ? (const char *)s.data : "");
}

static void hash_line(const char *label, const struct hash *h)
{
    char hex[2 * HASH_BYTES + 1];
    hex_encode(hex, slice_of(h->bytes, HASH_BYTES));
    describe_line(label, "%s", hex);
}

static const char *name_of(const struct judged *j, uint16_t seat)
{
    return j->charter->seats[seat - 1].name;
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

static void say_outcome(const struct judged *j)
{
    const struct record *r = &j->proof->record;
    const struct charter_class *class = &j->charter->classes[r->class_index];
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

static void say_ballots(const struct record *r)
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

static void say_decision(const struct judged *j)
{
    const struct record *r = &j->proof->record;
    const struct operation *op = &j->proof->propose;
    char *title = text_of(op->propose.title);
    describe_wrapped("title", COLOUR_BOLD, title);
    free(title);
    hash_line("proposal", &r->proposal);
    describe_line("proposed by", "seat %u, %s", (unsigned)op->seat, name_of(j, op->seat));
    say_outcome(j);
    say_ballots(r);
    say_moment("opened", &r->opened);
    say_moment("sealed", &r->sealed);
    say_moment("decided", &r->decided);
    say_moment("final", &r->final);
}

static void say_text(const char *label, struct slice text)
{
    char *copy = text_of(text);
    if (copy[0] != '\0') {
        (void)printf("\n%s\n", label);
        output_paragraph(TEXT_INDENT, copy);
    }
    free(copy);
}

/* --- who vouches --- */

static void say_proof(const struct judged *j)
{
    const struct proof *p = j->proof;
    char seats[SEATS_TEXT] = "", time[TIME_BYTES];
    size_t used = 0;
    for (uint16_t i = 0; i < p->certificate->count; i++) {
        used += (size_t)snprintf(seats + used, sizeof(seats) - used, "%s%u",
                                 i > 0 ? ", " : "", p->certificate->entries[i].seat);
    }
    output_time(time, p->header.time_ms);
    describe_line("council", "%s", j->charter->name);
    hash_line("", &j->charter->council_id);
    describe_line("vouched by", "block %" PRIu64 ", %s", p->header.height, time);
    hash_line("", &j->report->header_hash);
    char *text = alloc_printf("%u of %u seats signed it: %s", p->certificate->count,
                              j->charter->seat_count, seats);
    describe_wrapped("", COLOUR_PLAIN, text);
    free(text);
    describe_line("signatures", "%s",
                  p->is_full ? "of the proposer, and of each seat for its sealed ballot"
                             : "of single seats are not in this bundle");
}

/* --- seats --- */

static const char *vote_text(const struct seat_record *s)
{
    switch (s->status) {
    case STATUS_REVEALED:
        return choice_name(s->choice);
    case STATUS_EXPELLED:
        return "expelled";
    case STATUS_WITHHELD:
        return "withheld";
    case STATUS_LATE:
        return "late";
    case STATUS_MISSED:
        return "missed";
    case STATUS_NOT_AWAITED:
        return "not awaited";
    }
    return "";
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

static void say_seats(const struct judged *j)
{
    static const char *const headings[] = {"SEAT",       "NAME",      "VOTE",
                                           "CONFIDENCE", "SEALED IN", "OPENED IN"};
    static const enum align align[] = {ALIGN_RIGHT, ALIGN_LEFT,  ALIGN_LEFT,
                                       ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT};
    const struct record *r = &j->proof->record;
    struct table *t = table_new(6, headings, align);
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        const struct seat_record *s = &r->seats[seat - 1];
        table_cell(t, COLOUR_PLAIN, "%u", (unsigned)seat);
        table_cell(t, COLOUR_PLAIN, "%s", name_of(j, seat));
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

static void say_rationales(const struct judged *j)
{
    const struct proof *p = j->proof;
    for (uint16_t i = 0; i < p->opening_count; i++) {
        const struct proof_opening *o = &p->openings[i];
        char *label = alloc_printf("Rationale of seat %u, %s (%s)", (unsigned)o->seat,
                                   name_of(j, o->seat), choice_name(o->ballot.choice));
        say_text(label, o->ballot.rationale);
        free(label);
    }
}

/* --- checks --- */

static const char *check_text(enum verify_check check)
{
    switch (check) {
    case VERIFY_SHAPE:
        return "the file is one whole bundle";
    case VERIFY_COUNCIL:
        return "it is of the council of this charter";
    case VERIFY_CERTIFICATE:
        return "a quorum of the seats signed the block that vouches";
    case VERIFY_STATE:
        return "that block stands for a state with this record";
    case VERIFY_RECORD:
        return "the record contradicts neither the charter nor itself";
    case VERIFY_PROPOSAL:
        return "the proposal is the one that the record is about";
    case VERIFY_OPENINGS:
        return "each opened ballot is what its seat had sealed";
    case VERIFY_TALLY:
        return "counted again, the ballots give this outcome by the rule";
    case VERIFY_HANDS:
        return "the proposer and each seat signed themselves";
    }
    return "";
}

static void say_checks(const struct judged *j)
{
    const struct verify_report *r = j->report;
    (void)printf("\nChecks\n");
    for (unsigned i = 0; i < VERIFY_CHECKS; i++) {
        enum verify_check check = (enum verify_check)i;
        const char *name = verify_check_name(check);
        if (i < r->passed) {
            char *text = alloc_printf("ok: %s", check_text(check));
            describe_coloured(name, COLOUR_GOOD, text);
            free(text);
        } else if (r->holds) {
            describe_coloured(name, COLOUR_DIM, "not in this bundle");
        } else if (check == r->failed) {
            char *text = alloc_printf("FAILED: %s", r->text.text);
            describe_wrapped(name, COLOUR_BAD, text);
            free(text);
        } else {
            describe_coloured(name, COLOUR_DIM, "not looked at");
        }
    }
}

char *report_fault(const struct judged *j)
{
    if (j->unread != NULL) {
        return alloc_string(j->unread);
    }
    return alloc_printf("%s: does not hold: %s: %s", j->file,
                        verify_check_name(j->report->failed), j->report->text.text);
}

void report_text(const struct judged *j, const struct wishes *wishes)
{
    output_text(COLOUR_BOLD, j->file);
    (void)printf(": ");
    if (!j->report->holds) {
        output_text(COLOUR_BAD, "does not hold");
        (void)printf(". Nothing that it says is proved.\n");
        say_checks(j);
        return;
    }
    output_text(COLOUR_GOOD, "holds");
    (void)printf(". All that follows is proved.\n\n");
    say_decision(j);
    say_proof(j);
    if (wishes->text) {
        say_text("Text", j->proof->propose.propose.text);
        say_text("Evidence", j->proof->propose.propose.evidence);
    }
    say_seats(j);
    say_rationales(j);
    say_checks(j);
}
