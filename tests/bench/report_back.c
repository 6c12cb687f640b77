/* SPDX-License-Identifier: ISC */
/* The tables about coming back, and the goals. */
#include "measure.h"
#include "report.h"
#include "table.h"

#include <math.h>
#include <stdio.h>

static const double MB = 1e6, ms_per_s = 1e3;

static void
print_viewchange(const struct bench_report *r, const char *what,
                 const struct bench_viewchange *of(const struct bench_council *))
{
    static const struct table_column columns[] = {
        {"seats", 0},         {"until a block, s", 3},
        {"longest", 3},       {"request timer, s", 3},
        {"beyond it, ms", 0}, {"longest", 0},
        {"5 S + 60 ms", 0}};
    table_head(what, columns, TABLE_COLUMNS(columns));
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        const struct bench_viewchange *v = of(c);
        if (c->done[PART_VIEWCHANGE]) {
            struct bench_times elapsed = viewchange_times(v->elapsed_s, v);
            struct bench_times over = viewchange_times(v->over_s, v);
            const double row[] = {c->seats,
                                  elapsed.p50,
                                  elapsed.p99,
                                  viewchange_times(v->timer_s, v).p50,
                                  over.p50 * ms_per_s,
                                  over.p99 * ms_per_s,
                                  viewchange_goal_s(r) * ms_per_s};
            table_row(columns, TABLE_COLUMNS(columns), row);
        }
    }
}

static const struct bench_viewchange *killed_of(const struct bench_council *c)
{
    return &c->killed;
}

static const struct bench_viewchange *frozen_of(const struct bench_council *c)
{
    return &c->frozen;
}

void report_viewchange(const struct bench_report *r)
{
    print_viewchange(r, "the primary is killed; medians", killed_of);
    print_viewchange(r, "the primary is frozen; medians", frozen_of);
}

static void print_rate(const char *what, double seconds, double operations, double bytes)
{
    printf("  %-44s %7.3f s %10.0f operations/s %8.1f MB/s\n", what, seconds,
           ratio(operations, seconds), ratio(bytes / MB, seconds));
}

static void print_catchup(const struct bench_catchup *u)
{
    printf("  lacks %.0f operations, %.1f MB of blocks; medians\n", u->operations,
           u->block_bytes / MB);
    print_rate("level, from its start", u->whole_s.p50, u->operations, u->block_bytes);
    print_rate("level, from its first channel", u->connected_s.p50, u->operations,
               u->block_bytes);
    print_rate("level, from its first block", u->transfer_s.p50, u->operations,
               u->block_bytes);
}

static void print_replay(const struct bench_replay *p)
{
    double operations = p->operations, bytes = p->block_bytes;
    printf("  starts with %.0f operations, %.1f MB of blocks\n", operations, bytes / MB);
    print_rate("until it answers", p->start_s, operations, bytes);
    print_rate("its CPU time until then", p->start_cpu_s, operations, bytes);
    print_rate("the replay", p->replay_s, operations, bytes);
    print_rate("one core reads the store's file", p->read_s, operations, bytes);
    print_rate("and makes the operations' ids, BLAKE2b", p->blake2b_s, operations, bytes);
    print_rate("and the envelopes' trees, SHA-256", p->sha256_s, operations, bytes);
}

void report_catchup(const struct bench_report *r)
{
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        if (c->done[PART_CATCHUP]) {
            printf("\na replica of %u comes back\n", c->seats);
            print_catchup(&c->catchup);
            print_replay(&c->replay);
        }
    }
}

void report_goals(const struct bench_report *r)
{
    struct bench_goal goals[GOALS_MAX];
    size_t count = goals_of(r, goals);
    printf("\ngoals; V verifications on one core, S_n a synced commit of n writers\n");
    for (size_t i = 0; i < count; i++) {
        const struct bench_goal *g = &goals[i];
        char figure[32], in_yards[32] = "";
        (void)snprintf(figure, sizeof(figure), "%.*f %s", g->figure < 1000 ? 3 : 0,
                       g->figure, g->unit);
        if (g->yardstick != NULL) {
            (void)snprintf(in_yards, sizeof(in_yards), "%.2f %s", g->ratio, g->yardstick);
        }
        printf("n = %3u  %-54s %13s %13s   %-8s %6.4g %-4s %s\n", g->seats, g->what, figure,
               in_yards, g->at_least ? "at least" : "at most", g->goal,
               g->yardstick != NULL ? g->yardstick : g->unit,
               goal_met(g) ? "met" : "not met");
    }
}
