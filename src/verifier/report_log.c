/* SPDX-License-Identifier: ISC */
/* Checkpoints, proofs of the log and published directories, for people. */
#include "verifier/report_parts.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stdlib.h>

enum { SEATS_TEXT = 1024, SIZE_BYTES = 32 };

static void say_checks(const struct log_judgement *l)
{
    (void)printf("\nChecks\n");
    for (unsigned i = 0; i < l->check_count; i++) {
        const struct log_check *c = &l->checks[i];
        char *text = NULL;
        switch (c->result) {
        case CHECK_OK:
            text = alloc_printf("ok: %s", c->text);
            describe_wrapped(c->name, COLOUR_GOOD, text);
            break;
        case CHECK_FAILED:
            text = alloc_printf("FAILED: %s", l->site != NULL ? "see below" : l->why.text);
            describe_wrapped(c->name, COLOUR_BAD, text);
            break;
        case CHECK_UNCHECKED:
            describe_coloured(c->name, COLOUR_DIM, "not looked at");
            break;
        }
        free(text);
    }
}

/* Every file that is not as it should be, as far as they were kept. */
static void say_faults(const struct published *p)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < PUBLISHED_CHECKS; i++) {
        count += p->faults_of[i];
    }
    if (count == 0) {
        return;
    }
    (void)printf("\nWhat is wrong\n");
    for (size_t i = 0; i < p->fault_count; i++) {
        describe_wrapped(published_check_name(p->fault_checks[i]), COLOUR_BAD,
                         p->faults[i]);
    }
    if (count > p->fault_count) {
        describe_line("", "and %" PRIu64 " more", count - p->fault_count);
    }
}

static void say_note(const struct judged *j, const struct checkpoint_report *r)
{
    char seats[SEATS_TEXT] = "";
    size_t used = 0;
    for (uint16_t seat = 1; seat <= j->charter->seat_count; seat++) {
        if (r->is_signed[seat - 1]) {
            used += (size_t)snprintf(seats + used, sizeof(seats) - used, "%s%u",
                                     used > 0 ? ", " : "", (unsigned)seat);
        }
    }
    char *text = alloc_printf("%u of %u seats: %s", (unsigned)r->count,
                              (unsigned)j->charter->seat_count, seats);
    describe_line("council", "%s", j->charter->name);
    say_hash("", &j->charter->council_id);
    describe_line("decisions", "%" PRIu64, r->checkpoint.size);
    say_hash("root", &r->checkpoint.root);
    describe_wrapped("signed by", COLOUR_PLAIN, text);
    if (r->others > 0) {
        describe_line("other lines", "%zu, of witnesses or of nobody known: not judged",
                      r->others);
    }
    free(text);
}

static void say_record(const struct judged *j)
{
    const struct record *r = j->log->record;
    (void)printf("\nDecision %" PRIu64 " of the log, counted from 0\n",
                 j->log->proof.number);
    say_hash("proposal", &r->proposal);
    say_outcome(j->charter, r);
    say_ballots(r);
    say_approvals(j->charter, r);
    say_moments(r);
    say_seats(j->charter, r);
    say_who(j->charter);
}

static void say_growth(const struct log_judgement *l)
{
    describe_line("since", "%" PRIu64 " decisions", l->proof.number);
}

static void say_site(const struct log_judgement *l)
{
    char size[SIZE_BYTES];
    output_bytes(size, l->site->bytes);
    describe_line("files", "%" PRIu64 ", %s", l->site->files, size);
    describe_line("signatures", "%" PRIu64 " verified", l->site->signatures);
}

static const char *verdict_text(const struct log_judgement *l)
{
    switch (l->kind) {
    case THING_BUNDLE:
    case THING_CHECKPOINT:
        return ". The council signed this checkpoint of its log.\n\n";
    case THING_INCLUSION:
        return ". This record is in the council's log.\n\n";
    case THING_CONSISTENCY:
        return ". Whether it is the log that is known is said last, under History.\n\n";
    case THING_DIRECTORY:
        return ". This is the council's log, whole, and every decision is proved.\n\n";
    }
    return "";
}

/* What does not hold of it, in one sentence. */
static const char *refusal_text(const struct log_judgement *l)
{
    bool only_pages = l->site != NULL;
    for (unsigned i = 0; i < l->check_count; i++) {
        only_pages =
            only_pages && (l->checks[i].result == CHECK_OK || i == PUBLISHED_PAGES);
    }
    if (only_pages) {
        return ". Its decisions are proved; what its pages show is not.\n";
    }
    return l->site != NULL ? ". Trust none of it.\n"
                           : ". Nothing that it says is proved.\n";
}

void report_log_text(const struct judged *j)
{
    const struct log_judgement *l = j->log;
    if (!l->holds) {
        output_text(COLOUR_BAD, "does not hold");
        (void)printf("%s", refusal_text(l));
        say_checks(l);
        if (l->site != NULL) {
            say_faults(l->site);
        }
        return;
    }
    output_text(COLOUR_GOOD, "holds");
    (void)printf("%s", verdict_text(l));
    say_note(j, log_note(l));
    if (l->kind == THING_INCLUSION) {
        say_record(j);
    } else if (l->kind == THING_CONSISTENCY) {
        say_growth(l);
    } else if (l->kind == THING_DIRECTORY) {
        say_site(l);
    }
    say_checks(l);
}
