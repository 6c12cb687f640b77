/* SPDX-License-Identifier: ISC */
#include "print.h"

#include "table.h"
#include "wilson.h"

#include <inttypes.h>
#include <string.h>

static void add_score(struct score *to, const struct score *s)
{
    to->councils += s->councils;
    to->decisions += s->decisions;
    to->written += s->written;
    to->alarms += s->alarms;
    to->bounded += s->bounded;
    for (int k = 1; k < FLAG_KIND_END; k++) {
        to->raised[k] += s->raised[k];
    }
}

/* Of 1,000 decisions, with the interval. */
static void rate_cells(struct table *t, uint64_t count, uint64_t decisions)
{
    struct interval i = wilson_of(count, decisions);
    table_cell(t, "%.2f", decisions > 0 ? 1000.0 * (double)count / (double)decisions : 0.0);
    table_cell(t, "%.2f to %.2f", 1000 * i.low, 1000 * i.high);
}

static uint64_t notices(const struct score *s)
{
    uint64_t count = 0;
    for (int k = 1; k < FLAG_KIND_END; k++) {
        enum flag_kind kind = (enum flag_kind)k;
        count += flag_is_fact(kind) || flag_is_alarm(kind) ? 0 : s->raised[k];
    }
    return count;
}

static void honest_row(struct table *t, const char *label, const struct score *s)
{
    table_cell(t, "%s", label);
    table_cell(t, "%" PRIu64, s->decisions);
    rate_cells(t, s->alarms, s->decisions);
    table_cell(t, "%.2f", 1000.0 * (double)notices(s) / (double)s->decisions);
    table_cell(t, "%" PRIu64, s->raised[FLAG_FAULT_BOUND]);
}

static struct score sum_of(const struct plan *p, enum section section)
{
    struct score sum = {0};
    for (size_t i = 0; i < p->count; i++) {
        if (p->rows[i].section == section) {
            add_score(&sum, &p->rows[i].score);
        }
    }
    return sum;
}

static void print_honest(const struct plan *p, bool mdoc, FILE *out)
{
    struct table t;
    struct score sum = sum_of(p, SECTION_HONEST);
    table_begin(&t, out, mdoc, "honest",
                "council   |decisions|alarms|95 % interval |notices|fault-bound");
    for (size_t i = 0; i < p->count; i++) {
        if (p->rows[i].section == SECTION_HONEST) {
            honest_row(&t, p->rows[i].label, &p->rows[i].score);
        }
    }
    honest_row(&t, "all", &sum);
    table_end(&t);
}

/* The kinds that come from the ledger. */
static bool is_of_ledger(enum flag_kind k)
{
    return k == FLAG_WITHHELD || k == FLAG_MISSED ||
           (k >= FLAG_EARLY_REVEAL && k <= FLAG_INSTRUCTIONS);
}

static void print_kinds(const struct plan *p, bool mdoc, FILE *out)
{
    struct table t;
    struct score sum = sum_of(p, SECTION_HONEST);
    table_begin(&t, out, mdoc, "kinds", "finding     |raised|per 1,000|95 % interval |is");
    for (int k = 1; k < FLAG_KIND_END; k++) {
        enum flag_kind kind = (enum flag_kind)k;
        if (is_of_ledger(kind)) {
            table_cell(&t, "%s", flag_kind_name(kind));
            table_cell(&t, "%" PRIu64, sum.raised[k]);
            rate_cells(&t, sum.raised[k],
                       flag_is_of_texts(kind) ? sum.written : sum.decisions);
            table_cell(&t, "%s",
                       flag_is_fact(kind)    ? "a fact"
                       : flag_is_alarm(kind) ? "an alarm"
                                             : "a notice");
        }
    }
    table_end(&t);
}

static double percent(uint64_t count, uint64_t of)
{
    return of > 0 ? 100.0 * (double)count / (double)of : 0;
}

static void median_cell(struct table *t, const struct score *s)
{
    if (s->median > 0) {
        table_cell(t, "%" PRIu64, s->median);
    } else {
        table_cell(t, "-");
    }
}

static void found_cells(struct table *t, const struct score *s)
{
    for (int m = 0; m < MARKS; m++) {
        table_cell(t, "%.0f", percent(s->found[m], s->seats));
    }
    struct interval i = wilson_of(s->found[MARKS - 1], s->seats);
    table_cell(t, "%.0f to %.0f", 100 * i.low, 100 * i.high);
    median_cell(t, s);
}

static void precision_cell(struct table *t, const struct score *s)
{
    if (s->alarms > 0) {
        table_cell(t, "%.0f", percent(s->right, s->alarms));
    } else {
        table_cell(t, "-");
    }
}

static void print_faulty(const struct plan *p, bool mdoc, FILE *out)
{
    struct table t;
    table_begin(&t, out, mdoc, "faulty",
                "seats          |so many|50 |100|200|500|95 %     |median|right|bound");
    for (size_t i = 0; i < p->count; i++) {
        const struct row *r = &p->rows[i];
        if (r->section == SECTION_FAULTY) {
            table_cell(&t, "%s", r->label);
            table_cell(&t, "%u", r->faulty);
            found_cells(&t, &r->score);
            precision_cell(&t, &r->score);
            table_cell(&t, "%.0f", percent(r->score.bounded, r->score.councils));
        }
    }
    table_end(&t);
}

static void print_sizes(const struct plan *p, bool mdoc, FILE *out)
{
    struct table t;
    table_begin(&t, out, mdoc, "sizes",
                "seats          |so many|of |100|500|median|right|alarms|bound");
    for (size_t i = 0; i < p->count; i++) {
        const struct row *r = &p->rows[i];
        const struct score *s = &r->score;
        if (r->section == SECTION_SIZES) {
            table_cell(&t, "%s", r->label);
            table_cell(&t, "%u", r->faulty);
            table_cell(&t, "%u", r->seats);
            table_cell(&t, "%.0f", percent(s->found[1], s->seats));
            table_cell(&t, "%.0f", percent(s->found[MARKS - 1], s->seats));
            median_cell(&t, s);
            precision_cell(&t, s);
            table_cell(&t, "%.2f", 10 * percent(s->alarms - s->right, s->decisions));
            table_cell(&t, "%.0f", percent(s->bounded, s->councils));
        }
    }
    table_end(&t);
}

/* Each kind of faulty seats beside the honest councils with the same threshold, whose row
 * comes before. */
static void print_thresholds(const struct plan *p, bool mdoc, FILE *out)
{
    struct table t;
    struct score honest = {0};
    table_begin(&t, out, mdoc, "thresholds",
                "threshold       |value |false|95 % interval |seats       |100|500|median");
    for (size_t i = 0; i < p->count; i++) {
        const struct row *r = &p->rows[i];
        if (r->section != SECTION_THRESHOLDS) {
            continue;
        }
        if (r->faulty == 0) {
            honest = r->score;
            continue;
        }
        table_cell(&t, "%s", r->threshold);
        table_cell(&t, "%" PRIu32, r->value);
        rate_cells(&t, honest.alarms + notices(&honest), honest.decisions);
        table_cell(&t, "%s", r->label);
        table_cell(&t, "%.0f", percent(r->score.found[1], r->score.seats));
        table_cell(&t, "%.0f", percent(r->score.found[MARKS - 1], r->score.seats));
        median_cell(&t, &r->score);
    }
    table_end(&t);
}

static bool has(const struct plan *p, enum section section)
{
    bool found = false;
    for (size_t i = 0; i < p->count; i++) {
        found = found || p->rows[i].section == section;
    }
    return found;
}

void print_tables(const struct plan *p, bool mdoc, FILE *out)
{
    static const struct {
        const char *title;
        enum section section;
        void (*print)(const struct plan *p, bool mdoc, FILE *out);
    } tables[] = {
        {"Honest councils of 33: alarms and notices per 1,000 decisions", SECTION_HONEST,
         print_honest},
        {"The same by kind of finding", SECTION_HONEST, print_kinds},
        {"Faulty seats of 33: % found after 50, 100, 200, 500 decisions; % of alarms that "
         "name\none; % of councils whose fault bound is in doubt",
         SECTION_FAULTY, print_faulty},
        {"Councils of other sizes; false alarms per 1,000 decisions", SECTION_SIZES,
         print_sizes},
        {"Other thresholds, 4 faulty seats of 33", SECTION_THRESHOLDS, print_thresholds}};
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (!has(p, tables[i].section)) {
            continue;
        }
        if (!mdoc) {
            (void)fprintf(out, "%s%s\n\n", i > 0 ? "\n" : "", tables[i].title);
        }
        tables[i].print(p, mdoc, out);
    }
}
