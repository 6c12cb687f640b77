/* SPDX-License-Identifier: ISC */
/* The view Consensus on screens of all sizes, in all states, as an operator has it. */
#include "golden.h"
#include "tap.h"

#include <string.h>

#define SIZE_SMALL  .rows = 15, .cols = 60
#define SIZE_USUAL  .rows = 24, .cols = 80
#define SIZE_MEDIUM .rows = 40, .cols = 120
#define SIZE_LARGE  .rows = 60, .cols = 200

/* Views that fell apart: some ahead, some behind, some that nobody knows. */
static void scatter(struct scene *s)
{
    s->order.failed_views = 5;
    for (uint16_t i = 0; i < s->seats; i++) {
        s->seat[i].view = i % 5 == 0 ? 9U + i : i % 7 == 3 ? UNKNOWN : 12;
        s->seat[i].asked_view = i % 4 == 1 ? 14 : i % 6 == 0 ? 13 : UNKNOWN;
    }
}

/* A node that was just started, and one that stopped voting. */
static void forget(struct scene *s)
{
    s->votes.latency_count = 0;
    s->votes.known = false;
    s->votes.since_ms = UNKNOWN;
    for (uint16_t i = 0; i < s->seats; i++) {
        s->seat[i].stages_known = false;
        s->seat[i].view = s->seat[i].height = UNKNOWN;
    }
}

static void stop(struct scene *s)
{
    s->order.stopped = true;
    s->awaiting.need = 0;
    s->awaiting.next_ms = UNKNOWN;
    s->order.timer_ms = UNKNOWN;
    memset(s->awaiting.missing, 0, sizeof(s->awaiting.missing));
    strcpy(s->awaiting.what, "operator");
    strcpy(s->awaiting.text,
           "an operator: this node stopped voting, because its state or its chain "
           "contradicts what the council certified; see its log");
    strcpy(s->awaiting.next_text, "nothing before somebody looks into it");
}

/* A council's first block. */
static void begin(struct scene *s)
{
    s->votes.latency_count = 1;
}

static void slow_down(struct scene *s)
{
    for (size_t i = 0; i < s->votes.latency_count; i++) {
        s->votes.latencies[i].prepared_ms = 100 * i;
        s->votes.latencies[i].committed_ms = i % 9 == 4 ? UNKNOWN : 20000 * i / 63;
    }
}

static const struct golden screens[] = {
    {.name = "consensus-4-60x15", .seats = 4, .state = FIXTURE_DECIDING, SIZE_SMALL},
    {.name = "consensus-33-60x15", .seats = 33, .state = FIXTURE_DECIDING, SIZE_SMALL},
    {.name = "consensus-7-80x24", .seats = 7, .state = FIXTURE_DECIDING, SIZE_USUAL},
    {.name = "consensus-33-80x24", .seats = 33, .state = FIXTURE_DECIDING, SIZE_USUAL},
    {.name = "consensus-100-80x24", .seats = 100, .state = FIXTURE_DECIDING, SIZE_USUAL},
    {.name = "consensus-33-120x40", .seats = 33, .state = FIXTURE_DECIDING, SIZE_MEDIUM},
    {.name = "consensus-33-200x60", .seats = 33, .state = FIXTURE_DECIDING, SIZE_LARGE},
    {.name = "consensus-100-200x60", .seats = 100, .state = FIXTURE_DECIDING, SIZE_LARGE},

    {.name = "consensus-idle", .seats = 33, .state = FIXTURE_IDLE, SIZE_USUAL},
    {.name = "consensus-change", .seats = 33, .state = FIXTURE_VIEW_CHANGE, SIZE_USUAL},
    {.name = "consensus-change-60x15",
     .seats = 33,
     .state = FIXTURE_VIEW_CHANGE,
     SIZE_SMALL},
    {.name = "consensus-change-120x40",
     .seats = 33,
     .state = FIXTURE_VIEW_CHANGE,
     SIZE_MEDIUM},
    {.name = "consensus-dead", .seats = 33, .state = FIXTURE_DEAD, SIZE_USUAL},
    {.name = "consensus-stalled", .seats = 7, .state = FIXTURE_STALLED, SIZE_USUAL},
    {.name = "consensus-equivocation",
     .seats = 33,
     .state = FIXTURE_EQUIVOCATION,
     SIZE_USUAL},
    {.name = "consensus-lost", .seats = 33, .state = FIXTURE_LOST, SIZE_USUAL},
    {.name = "consensus-past", .seats = 33, .state = FIXTURE_PAST, SIZE_USUAL},
    {.name = "consensus-empty", .seats = 4, .state = FIXTURE_EMPTY, SIZE_USUAL},
    {.name = "consensus-scattered",
     .seats = 33,
     .state = FIXTURE_VIEW_CHANGE,
     SIZE_MEDIUM,
     .change = scatter},
    {.name = "consensus-unknown",
     .seats = 7,
     .state = FIXTURE_DECIDING,
     SIZE_USUAL,
     .change = forget},
    {.name = "consensus-stopped",
     .seats = 4,
     .state = FIXTURE_DECIDING,
     SIZE_USUAL,
     .change = stop},
    {.name = "consensus-slow",
     .seats = 4,
     .state = FIXTURE_DECIDING,
     SIZE_MEDIUM,
     .change = slow_down},
    {.name = "consensus-begin",
     .seats = 4,
     .state = FIXTURE_DECIDING,
     SIZE_USUAL,
     .change = begin},

    {.name = "consensus-ascii",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_USUAL,
     .ascii = true},
    {.name = "consensus-colour",
     .seats = 33,
     .state = FIXTURE_VIEW_CHANGE,
     SIZE_USUAL,
     .theme = "default"},
    {.name = "consensus-mono",
     .seats = 7,
     .state = FIXTURE_DEAD,
     SIZE_USUAL,
     .theme = "mono"},
    {.name = "consensus-by-height",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_MEDIUM,
     .at = {.panes = {{.sort = 4}}}},
    {.name = "consensus-filter",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_USUAL,
     .at = {.panes = {{.filter = "silent"}}}},
    {.name = "consensus-hostile",
     .seats = 33,
     .state = FIXTURE_VIEW_CHANGE,
     SIZE_USUAL,
     .hostile = true},
    {.name = "consensus-hostile-ascii",
     .seats = 4,
     .state = FIXTURE_DECIDING,
     SIZE_MEDIUM,
     .ascii = true,
     .hostile = true},
};

int main(void)
{
    for (size_t i = 0; i < sizeof(screens) / sizeof(screens[0]); i++) {
        struct golden g = screens[i];
        g.view = &view_consensus;
        g.whole = true;
        ok(golden_view(&g), "%s", g.name);
    }
    return tap_done();
}
