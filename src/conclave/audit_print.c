/* SPDX-License-Identifier: ISC */
/* What an audit found, for people. */
#include "conclave/audit_report.h"
#include "conclave/describe.h"
#include "conclave/node.h"
#include "tlog/lines.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

static long long number_of(const json_t *object, const char *name)
{
    return (long long)member_number(object, name);
}

void audit_report_print_difference(const char *label, const json_t *difference)
{
    char text[sizeof(struct complaint) + 64];
    int used = 0;
    if (member_is_number(difference, "height")) {
        used = snprintf(text, sizeof(text),
                        "at height %lld: ", number_of(difference, "height"));
    }
    (void)snprintf(text + used, sizeof(text) - (size_t)used, "%s",
                   member_text(difference, "text"));
    describe_wrapped(label, COLOUR_BAD, text);
}

/* --- one copy --- */

/* One that was never reached is all zeroes. */
static bool is_known(const char *hex)
{
    return hex[strspn(hex, "0")] != '\0';
}

static void print_hash(const char *label, const char *hex)
{
    if (is_known(hex)) {
        describe_line(label, "%s", hex);
    }
}

/* As everywhere, and as a checkpoint of the public log has it. */
static void print_root(const char *hex)
{
    struct hash root;
    struct buffer text = {NULL, 0, 0};
    if (!is_known(hex) ||
        hex_decode(root.bytes, sizeof(root.bytes), hex, strlen(hex)) != 0) {
        return;
    }
    lines_write_base64(&text, slice_of(root.bytes, sizeof(root.bytes)));
    describe_line("log root", "%s", hex);
    describe_line("", "%.*s in a checkpoint", (int)text.size, (const char *)text.data);
    buffer_free(&text);
}

static void print_chain(const json_t *r)
{
    const json_t *o = json_object_get(r, "operations");
    char from[32], to[32], rate[64] = "";
    output_time(from, (uint64_t)member_number(r, "from_ms"));
    output_time(to, (uint64_t)member_number(r, "to_ms"));
    describe_line("blocks", "%lld of %lld, %lld of them empty", number_of(r, "blocks"),
                  number_of(r, "height"), number_of(r, "empty_blocks"));
    describe_line("from", "%s", from);
    describe_line("to", "%s", to);
    describe_line("operations",
                  "%lld: %lld propose, %lld ballot, %lld reveal, "
                  "%lld evidence, %lld return",
                  number_of(o, "total"), number_of(o, "propose"), number_of(o, "ballot"),
                  number_of(o, "reveal"), number_of(o, "evidence"), number_of(o, "return"));
    describe_line("", "%lld of them void", number_of(o, "void"));
    if (number_of(r, "signatures_per_s") > 0) {
        (void)snprintf(rate, sizeof(rate), ", %lld a second on %lld threads",
                       number_of(r, "signatures_per_s"), number_of(r, "jobs"));
    }
    describe_line("signatures", "%lld, of %lld certificates among others%s%s",
                  number_of(r, "signatures"), number_of(r, "certificates"), rate,
                  member_true(r, "quick") ? "; none was checked (--quick)" : "");
    describe_line("views", "%lld changes, the last view is %lld",
                  number_of(r, "view_changes"), number_of(r, "view"));
    print_hash("tip", member_text(r, "tip"));
    print_hash("state root", member_text(r, "state_root"));
    print_root(member_text(r, "decisions_root"));
}

static void print_decisions(const json_t *d, long long proposals)
{
    const json_t *reasons = json_object_get(d, "reasons");
    describe_line("proposals", "%lld, of which %lld are decided", proposals,
                  number_of(d, "total"));
    describe_line("decisions", "%lld approved, %lld rejected", number_of(d, "approved"),
                  number_of(d, "rejected"));
    char text[160];
    (void)snprintf(text, sizeof(text),
                   "rejected: %lld too few ballots, %lld by the deadline, %lld threshold "
                   "unreachable",
                   number_of(reasons, "too-few-ballots"), number_of(reasons, "deadline"),
                   number_of(reasons, "threshold-unreachable"));
    describe_wrapped("", COLOUR_PLAIN, text);
    size_t i;
    json_t *class;
    json_array_foreach(json_object_get(d, "classes"), i, class)
    {
        describe_line(i == 0 ? "by class" : "", "%s: %lld approved, %lld rejected",
                      member_text(class, "class"), number_of(class, "approved"),
                      number_of(class, "rejected"));
    }
}

static void print_seats(const json_t *seats)
{
    static const char *const headings[] = {"seat",     "name",   "ballots", "revealed",
                                           "withheld", "missed", "late",    "signed"};
    static const char *const members[] = {"ballots", "reveals", "withheld",
                                          "missed",  "late",    "certificates"};
    static const enum align align[] = {ALIGN_RIGHT, ALIGN_LEFT,  ALIGN_RIGHT, ALIGN_RIGHT,
                                       ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT};
    struct table *t = table_new(8, headings, align);
    size_t i;
    json_t *seat;
    json_array_foreach(seats, i, seat)
    {
        table_cell(t, COLOUR_PLAIN, "%lld", number_of(seat, "seat"));
        table_cell(t, COLOUR_PLAIN, "%s", member_text(seat, "name"));
        for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++) {
            table_cell(t, COLOUR_PLAIN, "%lld", number_of(seat, members[m]));
        }
    }
    (void)printf("\n");
    table_print(t);
    (void)printf("\n");
}

static void print_convictions(const json_t *seats)
{
    unsigned found = 0;
    size_t i;
    json_t *seat;
    json_array_foreach(seats, i, seat)
    {
        const json_t *convicted = json_object_get(seat, "convicted");
        char text[160], name[96];
        if (json_is_object(convicted)) {
            describe_seat(name, seat, "seat");
            (void)snprintf(text, sizeof(text), "%s at height %lld, of two of kind %s", name,
                           number_of(convicted, "height"), member_text(convicted, "kind"));
            describe_coloured(found++ == 0 ? "convicted" : "", COLOUR_BAD, text);
        }
    }
    if (found == 0) {
        describe_line("convicted", "nobody");
    }
}

void audit_report_print(const json_t *r)
{
    const json_t *difference = json_object_get(r, "difference");
    char seat[96], took[32], text[320];
    describe_seat(seat, r, "seat");
    output_duration(took, (uint64_t)member_number(r, "took_ms"));
    describe_line("copy", "%s", member_text(r, "path"));
    describe_line("kept by", "%s", seat);
    print_chain(r);
    if (number_of(r, "blocks") > 0) {
        print_decisions(json_object_get(r, "decisions"), number_of(r, "proposals"));
        print_seats(json_object_get(r, "seats"));
        print_convictions(json_object_get(r, "seats"));
    }
    describe_line("took", "%s", took);
    size_t i;
    json_t *note;
    json_array_foreach(json_object_get(r, "notes"), i, note)
    {
        describe_wrapped(i == 0 ? "note" : "", COLOUR_WARN, member_text(note, "text"));
    }
    if (!json_is_null(difference)) {
        audit_report_print_difference("FAILS", difference);
        return;
    }
    if (member_true(r, "quick")) {
        describe_wrapped("NOT CHECKED", COLOUR_WARN,
                         "nothing contradicts itself; signatures were not checked");
        return;
    }
    (void)snprintf(text, sizeof(text),
                   "every one of %lld blocks follows from the one before it, a quorum "
                   "signed for all of them, and the %lld decisions are what the ballots in "
                   "them say",
                   number_of(r, "blocks"),
                   number_of(json_object_get(r, "decisions"), "total"));
    describe_wrapped("HOLDS", COLOUR_GOOD, text);
}

void audit_report_print_decision(const json_t *d)
{
    char time[32];
    output_time(time, (uint64_t)member_number(json_object_get(d, "final"), "time_ms"));
    const char *outcome = member_text(d, "outcome");
    (void)printf("%6lld  %s  %.*s  ", number_of(d, "number"), time, SHORT_ID,
                 member_text(d, "id"));
    output_text(describe_state_colour(outcome), outcome);
    (void)printf("  %lld:%lld:%lld of %lld  ", number_of(d, "approve"),
                 number_of(d, "reject"), number_of(d, "abstain"),
                 number_of(d, "threshold"));
    output_text(COLOUR_PLAIN, member_text(d, "class"));
    (void)printf("  ");
    output_text(COLOUR_PLAIN, member_text(d, "title"));
    (void)printf("\n");
}

/* --- two copies --- */

static void print_fork(const json_t *c)
{
    size_t i;
    json_t *side, *seat;
    describe_wrapped("FORK", COLOUR_BAD,
                     "two blocks of one height are certified: more seats than the council "
                     "can bear have lied, or their keys are in other hands");
    json_array_foreach(json_object_get(c, "sides"), i, side)
    {
        const json_t *what = json_object_get(side, "certificate");
        describe_line(i == 0 ? "first" : "second", "%s", member_text(side, "block"));
        describe_line("", "certified in view %lld, height %lld", number_of(what, "view"),
                      number_of(what, "height"));
    }
    describe_wrapped("signed both", COLOUR_BAD,
                     member_true(c, "one_vote")
                         ? "these seats signed two COMMITs of one view and height, which "
                           "convicts each of them:"
                         : "the certificates are of two views; these seats signed both:");
    json_array_foreach(json_object_get(c, "signed_both"), i, seat)
    {
        char name[96];
        describe_seat(name, seat, "seat");
        describe_coloured("", COLOUR_BAD, name);
    }
}

static void print_damage(const json_t *answer, const json_t *c)
{
    size_t i;
    json_t *copy;
    describe_wrapped("DAMAGED", COLOUR_BAD,
                     "what differs is not the council's doing: a copy does not hold by "
                     "itself");
    json_array_foreach(json_object_get(answer, "copies"), i, copy)
    {
        char text[128];
        (void)snprintf(text, sizeof(text), "%s: %s, proved up to height %lld",
                       i == 0 ? "first" : "second",
                       member_true(copy, "ok") ? "holds" : "does not hold",
                       number_of(copy, "proved"));
        describe_coloured("", member_true(copy, "ok") ? COLOUR_GOOD : COLOUR_BAD, text);
    }
    if (member_is_number(c, "height")) {
        describe_line("", "their blocks differ from height %lld on",
                      number_of(c, "height"));
    }
}

void audit_report_print_comparison(const json_t *answer)
{
    const json_t *c = json_object_get(answer, "comparison");
    const json_t *copies = json_object_get(answer, "copies");
    const char *result = member_text(c, "result");
    (void)printf("\n");
    describe_line("both", "the same up to height %lld", number_of(c, "agreed"));
    if (strcmp(result, "fork") == 0) {
        print_fork(c);
    } else if (strcmp(result, "damaged") == 0) {
        print_damage(answer, c);
    } else if (strcmp(result, "shorter") == 0) {
        bool first = number_of(json_array_get(copies, 0), "height") <
                     number_of(json_array_get(copies, 1), "height");
        describe_wrapped("AGREE", COLOUR_GOOD,
                         first ? "the first copy is shorter, and no block differs"
                               : "the second copy is shorter, and no block differs");
    } else {
        describe_wrapped("AGREE", COLOUR_GOOD, "the two say the same from end to end");
    }
}
