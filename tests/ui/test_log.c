/* SPDX-License-Identifier: ISC */
/* The view Log: following its end, filters, gaps, and a line in full. */
#include "golden.h"
#include "tap.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(struct golden g)
{
    g.view = &view_log;
    g.seats = g.seats != 0 ? g.seats : 33;
    ok(golden_view(&g), "%s", g.name);
}

/* A line with an id, as the node writes most of them. */
static void name_proposal(struct scene *s)
{
    static const char text[] =
        "proposal=a358f140ac76148107006357f9fa1ea76d04a7721035cfd10be94c5267000011 "
        "outcome=approved approve=5 reject=1";
    struct scene_line *l = alloc(sizeof(*l) + sizeof(text));
    *l = *s->lines[1];
    memcpy(l->text, text, sizeof(text));
    (void)snprintf(l->event, sizeof(l->event), "proposal.final");
    free(s->lines[1]);
    s->lines[1] = l;
}

static void test_lists(void)
{
    check((struct golden){.name = "log-33-80-id",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 80,
                          .change = name_proposal});

    check((struct golden){
        .name = "log-33-80", .state = FIXTURE_DECIDING, .rows = 24, .cols = 80});
    check((struct golden){.name = "log-33-60-ascii",
                          .state = FIXTURE_STALLED,
                          .rows = 15,
                          .cols = 60,
                          .ascii = true});
    check((struct golden){
        .name = "log-33-120", .state = FIXTURE_EQUIVOCATION, .rows = 40, .cols = 120});
    check((struct golden){.name = "log-100-200",
                          .seats = 100,
                          .state = FIXTURE_DECIDING,
                          .rows = 60,
                          .cols = 200});
    check((struct golden){.name = "log-33-80-warn",
                          .state = FIXTURE_STALLED,
                          .rows = 24,
                          .cols = 80,
                          .at = {.level = LINE_WARN}});
    check((struct golden){.name = "log-7-80-seat",
                          .seats = 7,
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .followed = 5});
    check((struct golden){.name = "log-33-80-cursor",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .at = {.panes = {{.key = 867, .top = 20, .search = "timeout"}}}});
    check((struct golden){.name = "log-33-80-filter",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 80,
                          .at = {.panes = {{.filter = "block.committed"}}}});
    check((struct golden){.name = "log-33-80-default",
                          .state = FIXTURE_EQUIVOCATION,
                          .rows = 24,
                          .cols = 80,
                          .theme = "default",
                          .at = {.level = LINE_INFO}});
    check((struct golden){.name = "log-33-80-hostile",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .hostile = true});
    check((struct golden){
        .name = "log-80-empty", .state = FIXTURE_EMPTY, .rows = 15, .cols = 80});
}

static void test_lines(void)
{
    check((struct golden){.name = "log-line-80",
                          .state = FIXTURE_EQUIVOCATION,
                          .rows = 24,
                          .cols = 80,
                          .at = {.depth = 1, .subject = {0, 900}}});
    check((struct golden){.name = "log-gap-60",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .at = {.depth = 1, .subject = {0, 867}}});
    check((struct golden){.name = "log-gone-60",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .at = {.depth = 1, .subject = {0, 1}}});
}

int main(void)
{
    test_lists();
    test_lines();
    return tap_done();
}
