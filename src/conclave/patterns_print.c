/* SPDX-License-Identifier: ISC */
/* Tables of conclave-patterns(1). */
#include "conclave/patterns.h"

#include "base/alloc.h"
#include "base/bytes.h"
#include "conclave/describe.h"
#include "conclave/node.h"

#include <stdlib.h>
#include <string.h>

/* --- seats --- */

static size_t findings_of(const json_t *patterns, unsigned seat)
{
    const json_t *findings = json_object_get(patterns, "findings");
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(findings); i++) {
        count += member_number(json_array_get(findings, i), "seat") == (json_int_t)seat;
    }
    return count;
}

static void seat_row(struct table *t, const json_t *patterns, const json_t *seat,
                     const char *period)
{
    const json_t *tally = json_object_get(seat, period);
    unsigned number = (unsigned)member_number(seat, "seat");
    size_t findings = findings_of(patterns, number);
    char name[96];
    describe_seat(name, seat, "seat");
    table_cell(t, findings > 0 ? COLOUR_WARN : COLOUR_PLAIN, "%s", name);
    patterns_percent(t, tally, "participation_permille");
    patterns_percent(t, tally, "agreement_permille");
    patterns_percent(t, tally, "approval_permille");
    patterns_percent(t, tally, "confidence_permille");
    patterns_calibration(t, tally);
    patterns_fraction(t, json_object_get(tally, "brier"), 10000, 3);
    patterns_count(t, seat, "streak");
    patterns_fraction(t, json_object_get(tally, "ballot_blocks_milli"), 1000, 1);
    patterns_fraction(t, json_object_get(tally, "reveal_blocks_milli"), 1000, 1);
    table_cell(t, findings > 0 ? COLOUR_WARN : COLOUR_DIM, findings > 0 ? "%zu" : "-",
               findings);
}

void patterns_print_seats(const json_t *patterns, const char *period)
{
    enum { COLUMNS = 11 };
    static const char *const headings[COLUMNS] = {"SEAT",   "PART",   "AGREE", "APPROVE",
                                                  "CONF",   "CALIB",  "BRIER", "STREAK",
                                                  "BALLOT", "REVEAL", "FOUND"};
    static const enum align align[COLUMNS] = {
        ALIGN_LEFT,  ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT,
        ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT};
    const json_t *seats = json_object_get(patterns, "seats");
    size_t findings = json_array_size(json_object_get(patterns, "findings"));
    patterns_print_heading(patterns, period);
    struct table *t = table_new(COLUMNS, headings, align);
    for (size_t i = 0; i < json_array_size(seats); i++) {
        seat_row(t, patterns, json_array_get(seats, i), period);
    }
    table_print(t);
    if (findings > 0) {
        (void)printf("%zu finding%s: conclave patterns --findings\n", findings,
                     findings == 1 ? "" : "s");
    }
}

/* --- pairs --- */

struct pair {
    unsigned a, b;
    bool is_defined;
    json_int_t kappa, votes;
    const json_t *row;
};

/* The most alike first. */
static int compare(const void *x, const void *y)
{
    const struct pair *a = x, *b = y;
    if (a->is_defined != b->is_defined) {
        return a->is_defined ? -1 : 1;
    }
    if (a->kappa != b->kappa) {
        return a->kappa > b->kappa ? -1 : 1;
    }
    if (a->votes != b->votes) {
        return a->votes > b->votes ? -1 : 1;
    }
    return a->a != b->a ? (a->a > b->a ? 1 : -1) : (a->b > b->b ? 1 : -1);
}

static struct pair *sorted(const json_t *pairs, const char *prefix, size_t *count)
{
    const json_t *rows = json_object_get(pairs, "rows");
    char kappa[32], votes[32];
    (void)snprintf(kappa, sizeof(kappa), "%skappa", prefix);
    (void)snprintf(votes, sizeof(votes), "%svotes", prefix);
    *count = json_array_size(rows);
    struct pair *out = alloc_zero(*count + 1, sizeof(*out));
    for (size_t i = 0; i < *count; i++) {
        const json_t *row = json_array_get(rows, i);
        const json_t *likeness = patterns_column(pairs, row, kappa);
        out[i] = (struct pair){
            .a = (unsigned)json_integer_value(patterns_column(pairs, row, "a")),
            .b = (unsigned)json_integer_value(patterns_column(pairs, row, "b")),
            .is_defined = likeness != NULL,
            .kappa = json_integer_value(likeness),
            .votes = json_integer_value(patterns_column(pairs, row, votes)),
            .row = row};
    }
    qsort(out, *count, sizeof(*out), compare);
    return out;
}

static void interval_cell(struct table *t, const json_t *pairs, const json_t *row,
                          const char *prefix, const char *measure)
{
    char low[32], high[32];
    (void)snprintf(low, sizeof(low), "%s%s_low", prefix, measure);
    (void)snprintf(high, sizeof(high), "%s%s_high", prefix, measure);
    const json_t *from = patterns_column(pairs, row, low);
    const json_t *to = patterns_column(pairs, row, high);
    if (from == NULL || to == NULL) {
        table_cell(t, COLOUR_DIM, "-");
        return;
    }
    table_cell(t, COLOUR_DIM, "%.2f to %.2f", (double)json_integer_value(from) / 1000,
               (double)json_integer_value(to) / 1000);
}

static void pair_row(struct table *t, const json_t *patterns, const struct pair *p,
                     const char *prefix)
{
    const json_t *pairs = json_object_get(patterns, "pairs");
    char name[96], agreed[32], kappa[32];
    (void)snprintf(agreed, sizeof(agreed), "%sagreed", prefix);
    (void)snprintf(kappa, sizeof(kappa), "%skappa", prefix);
    patterns_name(name, patterns, p->a);
    table_cell(t, COLOUR_PLAIN, "%s", name);
    patterns_name(name, patterns, p->b);
    table_cell(t, COLOUR_PLAIN, "%s", name);
    table_cell(t, COLOUR_PLAIN, "%lld", (long long)p->votes);
    table_cell(t, COLOUR_PLAIN, "%lld",
               (long long)json_integer_value(patterns_column(pairs, p->row, agreed)));
    patterns_fraction(t, patterns_column(pairs, p->row, kappa), 1000, 2);
    interval_cell(t, pairs, p->row, prefix, "kappa");
    if (prefix[0] == '\0') {
        patterns_fraction(t, patterns_column(pairs, p->row, "phi"), 1000, 2);
    }
}

void patterns_print_pairs(const json_t *patterns, const char *period, size_t limit)
{
    enum { COLUMNS = 7 };
    static const char *const headings[COLUMNS] = {"SEAT",  "AND",  "VOTES", "AGREED",
                                                  "KAPPA", "95 %", "PHI"};
    static const enum align align[COLUMNS] = {ALIGN_LEFT,  ALIGN_LEFT,  ALIGN_RIGHT,
                                              ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT,
                                              ALIGN_RIGHT};
    bool all = strcmp(period, "all") == 0;
    size_t count;
    struct pair *pairs =
        sorted(json_object_get(patterns, "pairs"), all ? "all_" : "", &count);
    patterns_print_heading(patterns, period);
    struct table *t = table_new(all ? COLUMNS - 1 : COLUMNS, headings, align);
    for (size_t i = 0; i < count && i < limit; i++) {
        pair_row(t, patterns, &pairs[i], all ? "all_" : "");
    }
    table_print(t);
    if (count > limit) {
        (void)printf("There are %zu more. See --limit.\n", count - limit);
    }
    free(pairs);
}

/* --- groups --- */

void patterns_print_clusters(const json_t *patterns)
{
    const json_t *clusters = json_object_get(patterns, "clusters");
    const json_t *groups = json_object_get(clusters, "groups");
    patterns_print_heading(patterns, "window");
    if (json_array_size(groups) == 0) {
        (void)printf("No seats vote alike: none have a mean kappa of %.2f.\n",
                     (double)member_number(clusters, "least_kappa") / 1000);
    }
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        struct buffer names = {NULL, 0, 0};
        char label[32], name[96];
        (void)snprintf(label, sizeof(label), "group %zu", i + 1);
        for (size_t k = 0; k < json_array_size(group); k++) {
            patterns_name(name, patterns,
                          (unsigned)json_integer_value(json_array_get(group, k)));
            buffer_append(&names, ", ", k > 0 ? 2 : 0);
            buffer_append(&names, name, strlen(name));
        }
        buffer_append(&names, "", 1);
        describe_wrapped(label, COLOUR_PLAIN, (const char *)names.data);
        buffer_free(&names);
    }
}

/* --- findings --- */

static void finding_row(struct table *t, const json_t *f)
{
    char seat[96] = "-", time[32];
    if (member_is_number(f, "seat")) {
        describe_seat(seat, f, "seat");
    }
    output_time(time, (uint64_t)member_number(f, "last_ms"));
    table_cell(t, describe_severity_colour(f), "%s", member_text(f, "severity"));
    table_cell(t, COLOUR_PLAIN, "%s", member_text(f, "kind"));
    table_cell(t, COLOUR_PLAIN, "%s", seat);
    patterns_count(t, f, "count");
    table_cell(t, COLOUR_PLAIN, "%s", time);
    table_cell(t, COLOUR_PLAIN, "%s", member_text(f, "text"));
}

void patterns_print_findings(const json_t *patterns)
{
    enum { COLUMNS = 6 };
    static const char *const headings[COLUMNS] = {"SEVERITY", "KIND", "SEAT",
                                                  "COUNT",    "LAST", "TEXT"};
    static const enum align align[COLUMNS] = {ALIGN_LEFT,  ALIGN_LEFT, ALIGN_LEFT,
                                              ALIGN_RIGHT, ALIGN_LEFT, ALIGN_LEFT};
    const json_t *findings = json_object_get(patterns, "findings");
    const json_t *totals = json_object_get(patterns, "totals");
    patterns_print_heading(patterns, "all");
    if (json_array_size(findings) == 0) {
        (void)printf("There are no findings.\n");
    } else {
        struct table *t = table_new(COLUMNS, headings, align);
        for (size_t i = 0; i < json_array_size(findings); i++) {
            finding_row(t, json_array_get(findings, i));
        }
        table_print(t);
    }
    for (size_t i = 0; i < json_array_size(totals); i++) {
        const json_t *kind = json_array_get(totals, i);
        (void)printf("%s%s %lld raised, %lld cleared", i == 0 ? "In all: " : "; ",
                     member_text(kind, "kind"), (long long)member_number(kind, "raised"),
                     (long long)member_number(kind, "cleared"));
    }
    (void)printf("%s", json_array_size(totals) > 0 ? ".\n" : "");
}
