/* SPDX-License-Identifier: ISC */
/*
 * For people, first of all for those who have to decide whether a decision stands: what was
 * decided and by which rule, who voted what and why, when, and what was checked. Nothing of
 * a bundle is shown as a fact unless all of it holds.
 */
#include "verifier/report_parts.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TIME_BYTES = 32, TEXT_INDENT = 4, SEATS_TEXT = 1024 };

static char *text_of(struct slice s)
{
    return alloc_printf("%.*s", (int)s.size, s.size > 0 ? (const char *)s.data : "");
}

static void say_decision(const struct judged *j)
{
    const struct record *r = &j->proof->record;
    const struct operation *op = &j->proof->propose;
    char *title = text_of(op->propose.title);
    describe_foreign("title", COLOUR_BOLD, title);
    free(title);
    say_hash("proposal", &r->proposal);
    describe_line("proposed by", "seat %u, %s", (unsigned)op->seat,
                  seat_name(j->charter, op->seat));
    say_outcome(j->charter, r);
    say_ballots(r);
    say_approvals(j->charter, r);
    say_moments(r);
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
    say_hash("", &j->charter->council_id);
    describe_line("vouched by", "block %" PRIu64 ", %s", p->header.height, time);
    say_hash("", &j->report->header_hash);
    char *text = alloc_printf("%u of %u seats signed it: %s", p->certificate->count,
                              j->charter->seat_count, seats);
    describe_wrapped("", COLOUR_PLAIN, text);
    free(text);
    describe_line("signatures", "%s",
                  p->is_full ? "of the proposer, and of each seat for its sealed ballot"
                             : "of single seats are not in this bundle");
}

static void say_rationales(const struct judged *j)
{
    const struct proof *p = j->proof;
    for (uint16_t i = 0; i < p->opening_count; i++) {
        const struct proof_opening *o = &p->openings[i];
        char *label =
            alloc_printf("Rationale of seat %u, %s (%s)", (unsigned)o->seat,
                         seat_name(j->charter, o->seat), choice_name(o->ballot.choice));
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
    if (j->log != NULL) {
        return alloc_printf("%s: does not hold: %s: %s", j->file, log_failed(j->log),
                            j->log->why.text);
    }
    return alloc_printf("%s: does not hold: %s: %s", j->file,
                        verify_check_name(j->report->failed), j->report->text.text);
}

void report_text(const struct judged *j, const struct wishes *wishes)
{
    output_text(COLOUR_BOLD, j->file);
    (void)printf(": ");
    if (j->log != NULL) {
        report_log_text(j);
        return;
    }
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
    say_seats(j->charter, &j->proof->record);
    say_who(j->charter);
    say_rationales(j);
    say_checks(j);
}
