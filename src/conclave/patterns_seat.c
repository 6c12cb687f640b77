/* SPDX-License-Identifier: ISC */
/* One seat, of conclave-patterns(1). */
#include "conclave/patterns.h"

#include "conclave/describe.h"
#include "conclave/node.h"

static const char *const periods[] = {"recent", "window", "all"};
enum { PERIODS = sizeof(periods) / sizeof(periods[0]) };

/* --- what it did --- */

static void count_row(struct table *t, const json_t *seat, const char *name,
                      const char *member)
{
    table_cell(t, COLOUR_PLAIN, "%s", name);
    for (size_t i = 0; i < PERIODS; i++) {
        patterns_count(t, json_object_get(seat, periods[i]), member);
    }
}

static void fraction_row(struct table *t, const json_t *seat, const char *name,
                         const char *member, int parts, int digits)
{
    table_cell(t, COLOUR_PLAIN, "%s", name);
    for (size_t i = 0; i < PERIODS; i++) {
        const json_t *tally = json_object_get(seat, periods[i]);
        patterns_fraction(t, json_object_get(tally, member), parts, digits);
    }
}

static void print_periods(const json_t *seat)
{
    static const char *const headings[] = {"", "RECENT", "WINDOW", "ALL"};
    static const enum align align[] = {ALIGN_LEFT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT};
    static const char *const counts[][2] = {{"awaited", "awaited"},
                                            {"opened", "revealed"},
                                            {"withheld", "withheld"},
                                            {"missed", "missed"},
                                            {"late", "late"},
                                            {"approved", "approve"},
                                            {"rejected", "reject"},
                                            {"abstained", "abstain"},
                                            {"with the outcome", "with_outcome"},
                                            {"against it", "against_outcome"}};
    struct table *t = table_new(4, headings, align);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        count_row(t, seat, counts[i][0], counts[i][1]);
    }
    fraction_row(t, seat, "took part, %", "participation_permille", 10, 1);
    fraction_row(t, seat, "agreed, %", "agreement_permille", 10, 1);
    fraction_row(t, seat, "approved, %", "approval_permille", 10, 1);
    fraction_row(t, seat, "confidence, %", "confidence_permille", 10, 1);
    table_cell(t, COLOUR_PLAIN, "above agreement");
    for (size_t i = 0; i < PERIODS; i++) {
        patterns_calibration(t, json_object_get(seat, periods[i]));
    }
    fraction_row(t, seat, "Brier score", "brier", 10000, 4);
    fraction_row(t, seat, "blocks to ballot", "ballot_blocks_milli", 1000, 2);
    fraction_row(t, seat, "blocks to reveal", "reveal_blocks_milli", 1000, 2);
    table_print(t);
}

static void print_classes(const json_t *seat)
{
    enum { COLUMNS = 7 };
    static const char *const headings[COLUMNS] = {
        "CLASS", "APPROVED", "REJECTED", "ABSTAINED", "AGAINST", "AGREE", "APPROVE"};
    static const enum align align[COLUMNS] = {ALIGN_LEFT,  ALIGN_RIGHT, ALIGN_RIGHT,
                                              ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT,
                                              ALIGN_RIGHT};
    const json_t *classes = json_object_get(seat, "classes");
    struct table *t = table_new(COLUMNS, headings, align);
    for (size_t i = 0; i < json_array_size(classes); i++) {
        const json_t *class = json_array_get(classes, i);
        table_cell(t, COLOUR_PLAIN, "%s", member_text(class, "class"));
        patterns_count(t, class, "approve");
        patterns_count(t, class, "reject");
        patterns_count(t, class, "abstain");
        patterns_count(t, class, "against_outcome");
        patterns_percent(t, class, "agreement_permille");
        patterns_percent(t, class, "approval_permille");
    }
    table_print(t);
}

/* --- what is odd about it --- */

static bool is_concerned(const json_t *finding, unsigned seat)
{
    const json_t *seats = json_object_get(finding, "seats");
    bool found = member_number(finding, "seat") == (json_int_t)seat;
    for (size_t i = 0; i < json_array_size(seats); i++) {
        found = found || json_integer_value(json_array_get(seats, i)) == (json_int_t)seat;
    }
    return found;
}

static void print_findings(const json_t *patterns, unsigned seat)
{
    const json_t *findings = json_object_get(patterns, "findings");
    const char *before = "\n";
    for (size_t i = 0; i < json_array_size(findings); i++) {
        const json_t *f = json_array_get(findings, i);
        if (is_concerned(f, seat)) {
            (void)printf("%s", before);
            describe_wrapped(member_text(f, "kind"), describe_severity_colour(f),
                             member_text(f, "text"));
            before = "";
        }
    }
}

void patterns_print_seat(const json_t *patterns, unsigned seat)
{
    const json_t *row = patterns_seat(patterns, seat);
    char name[96];
    patterns_name(name, patterns, seat);
    output_text(COLOUR_BOLD, name);
    (void)printf("\n");
    describe_foreign("vendor", COLOUR_PLAIN, member_text(row, "vendor"));
    describe_foreign("model", COLOUR_PLAIN, member_text(row, "model_family"));
    describe_line("streak", "%lld against the outcome",
                  (long long)member_number(row, "streak"));
    (void)printf("\n");
    print_periods(row);
    (void)printf("\n");
    print_classes(row);
    print_findings(patterns, seat);
}
