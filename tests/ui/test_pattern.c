/* SPDX-License-Identifier: ISC */
/* The view Pattern: seats by decisions in every layer, transposed, and one seat's. */
#include "details.h"
#include "golden.h"
#include "tap.h"

#include "ui/view/alike.h"
#include "ui/view/ballots.h"
#include "ui/view/pattern.h"

#include <stdlib.h>
#include <string.h>

static void check(struct golden g)
{
    g.view = &view_pattern;
    g.seats = g.seats != 0 ? g.seats : 33;
    ok(golden_view(&g), "%s", g.name);
}

static void forget(struct scene *s)
{
    free(s->likeness);
    free(s->tallies);
    s->likeness = NULL;
    s->tallies = NULL;
}

/* A council that has decided little. */
static void few(struct scene *s)
{
    while (s->final_count > 5) {
        scene_proposal_unref(s->final[--s->final_count]);
    }
}

static void none(struct scene *s)
{
    while (s->final_count > 0) {
        scene_proposal_unref(s->final[--s->final_count]);
    }
}

static void test_maps(void)
{
    check((struct golden){.name = "pattern-33-80",
                          .state = FIXTURE_EQUIVOCATION,
                          .rows = 24,
                          .cols = 80,
                          .marked = {3, 9}});
    check((struct golden){
        .name = "pattern-33-200", .state = FIXTURE_DEAD, .rows = 60, .cols = 200});
    check((struct golden){.name = "pattern-33-60-ascii",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .ascii = true});
    check((struct golden){
        .name = "pattern-33-80-low", .state = FIXTURE_DECIDING, .rows = 14, .cols = 80});
    check((struct golden){.name = "pattern-33-80-choice",
                          .state = FIXTURE_DEAD,
                          .rows = 14,
                          .cols = 80,
                          .at = {.layer = LAYER_CHOICE}});
    check((struct golden){.name = "pattern-33-80-confidence",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .at = {.layer = LAYER_CONFIDENCE}});
    check((struct golden){.name = "pattern-33-80-latency",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .at = {.layer = LAYER_LATENCY}});
    check((struct golden){.name = "pattern-33-120-agreement",
                          .state = FIXTURE_DEAD,
                          .rows = 40,
                          .cols = 120,
                          .at = {.panes = {{.sort = 1}}}});
    check((struct golden){.name = "pattern-33-80-side",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .at = {.panes = {{.side = 60}}}});
    check((struct golden){.name = "pattern-33-80-side-end",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 80,
                          .at = {.panes = {{.side = 6000}}}});
    check((struct golden){.name = "pattern-7-80-few",
                          .seats = 7,
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .change = few});
    check((struct golden){.name = "pattern-4-80-none",
                          .seats = 4,
                          .state = FIXTURE_IDLE,
                          .rows = 15,
                          .cols = 80,
                          .change = none});
    check((struct golden){
        .name = "pattern-33-80-past", .state = FIXTURE_PAST, .rows = 15, .cols = 80});
    check((struct golden){.name = "pattern-33-80-mono",
                          .state = FIXTURE_EQUIVOCATION,
                          .rows = 15,
                          .cols = 80,
                          .theme = "mono"});
    check((struct golden){.name = "pattern-7-80-default",
                          .seats = 7,
                          .state = FIXTURE_EQUIVOCATION,
                          .rows = 24,
                          .cols = 80,
                          .theme = "default"});
    check((struct golden){.name = "pattern-100-200",
                          .seats = 100,
                          .state = FIXTURE_DEAD,
                          .rows = 60,
                          .cols = 200,
                          .at = {.panes = {{.sort = 3}}}});
    check((struct golden){.name = "pattern-33-80-hostile",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .hostile = true});
    check((struct golden){.name = "pattern-33-80-flagged",
                          .state = FIXTURE_DEAD,
                          .rows = 15,
                          .cols = 80,
                          .flagged_only = true});
}

static void test_transposed(void)
{
    check((struct golden){.name = "pattern-transposed-33-80",
                          .state = FIXTURE_EQUIVOCATION,
                          .rows = 24,
                          .cols = 80,
                          .marked = {14},
                          .at = {.transposed = true}});
    check((struct golden){.name = "pattern-transposed-33-60-ascii",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .ascii = true,
                          .at = {.transposed = true, .layer = LAYER_CHOICE}});
    check((struct golden){.name = "pattern-transposed-100-120",
                          .seats = 100,
                          .state = FIXTURE_DEAD,
                          .rows = 40,
                          .cols = 120,
                          .at = {.transposed = true, .panes = {{.side = 5}}}});
    check((struct golden){.name = "pattern-transposed-7-80",
                          .seats = 7,
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .at = {.transposed = true}});
    check((struct golden){.name = "pattern-transposed-33-200",
                          .state = FIXTURE_DEAD,
                          .rows = 60,
                          .cols = 200,
                          .at = {.transposed = true, .layer = LAYER_CONFIDENCE}});
}

static void test_of_seat(void)
{
    check((struct golden){.name = "pattern-seat-33-80",
                          .state = FIXTURE_DEAD,
                          .rows = 24,
                          .cols = 80,
                          .at = {.depth = 1, .subject = {0, 5}}});
    check((struct golden){
        .name = "pattern-seat-33-120",
        .state = FIXTURE_DEAD,
        .rows = 40,
        .cols = 120,
        .at = {.depth = 1, .subject = {0, 9}, .panes = {{0}, {.sort = 1}}}});
    check((struct golden){.name = "pattern-seat-7-60-ascii",
                          .seats = 7,
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .ascii = true,
                          .at = {.depth = 1, .subject = {0, 3}}});
}

/* A node that does not tell. */
static void older(struct scene *s)
{
    forget(s);
    (void)strcpy(s->patterns_refusal,
                 "this node does not tell of voting patterns: it is older");
}

static void asked(struct scene *s)
{
    forget(s);
    s->patterns_asked = true;
}

static void unlike(struct scene *s)
{
    memset(s->likeness->group, 0, s->seats * sizeof(uint16_t));
    s->likeness->groups = 0;
}

/* One group of more than f. */
static void bloc(struct scene *s)
{
    uint16_t at = 0;
    s->likeness->groups = 1;
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        s->likeness->group[seat - 1] = seat <= s->faulty + 1;
        s->likeness->order[at++] = seat;
    }
}

static void test_calibration(void)
{
    check((struct golden){.name = "pattern-33-80-calibration",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .at = {.panes = {{.sort = 4}}}});
    check((struct golden){.name = "pattern-33-200-brier",
                          .state = FIXTURE_DECIDING,
                          .rows = 60,
                          .cols = 200,
                          .at = {.panes = {{.sort = 5}}}});
    check((struct golden){.name = "pattern-7-60-calibration-unknown",
                          .seats = 7,
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .change = older,
                          .at = {.layer = LAYER_CONFIDENCE}});
}

static void test_alike(void)
{
    check((struct golden){.name = "alike-33-80",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .marked = {31},
                          .at = {.alike = true, .panes = {{.key = 4}}}});
    check((struct golden){.name = "alike-33-80-mono",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .theme = "mono",
                          .at = {.alike = true, .panes = {{.key = 4}}}});
    check((struct golden){.name = "alike-33-200",
                          .state = FIXTURE_DECIDING,
                          .rows = 60,
                          .cols = 200,
                          .at = {.alike = true, .panes = {{.key = 28}}}});
    check((struct golden){
        .name = "alike-33-120-all",
        .state = FIXTURE_DECIDING,
        .rows = 40,
        .cols = 120,
        .at = {.alike = true, .measure = ALIKE_ALL, .panes = {{.sort = 3}}}});
    check((struct golden){.name = "alike-33-60-ascii",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .ascii = true,
                          .at = {.alike = true, .panes = {{.key = 13}}}});
    check((struct golden){
        .name = "alike-33-80-agreed",
        .state = FIXTURE_DECIDING,
        .rows = 24,
        .cols = 80,
        .at = {.alike = true, .measure = ALIKE_AGREED, .panes = {{.sort = 1, .key = 9}}}});
    check((struct golden){.name = "alike-33-80-likeness",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .at = {.alike = true, .panes = {{.sort = 2}}}});
    check((struct golden){.name = "alike-33-80-filter",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .at = {.alike = true, .panes = {{.filter = "group B"}}}});
    check((struct golden){.name = "alike-128-80",
                          .seats = 128,
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .at = {.alike = true, .panes = {{.side = 20}}}});
    check((struct golden){.name = "alike-128-200",
                          .seats = 128,
                          .state = FIXTURE_DECIDING,
                          .rows = 60,
                          .cols = 200,
                          .at = {.alike = true}});
    check((struct golden){.name = "alike-7-80",
                          .seats = 7,
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .change = unlike,
                          .at = {.alike = true}});
    check((struct golden){.name = "alike-33-80-hostile",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .hostile = true,
                          .at = {.alike = true}});
    check((struct golden){.name = "alike-33-80-past",
                          .state = FIXTURE_PAST,
                          .rows = 15,
                          .cols = 80,
                          .at = {.alike = true}});
    check((struct golden){.name = "alike-33-60-older",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .change = older,
                          .at = {.alike = true}});
    check((struct golden){.name = "alike-33-60-asked",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .change = asked,
                          .at = {.alike = true}});
}

/* The loudest of all: the fault bound itself is in doubt. */
static void test_beyond(void)
{
    check((struct golden){.name = "alike-33-80-beyond",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .change = bloc,
                          .at = {.alike = true}});
    check((struct golden){.name = "alike-7-60-beyond-default",
                          .seats = 7,
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .theme = "default",
                          .change = bloc,
                          .at = {.alike = true}});
}

static void test_pairs(void)
{
    check((struct golden){.name = "alike-pairs-33-80",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .at = {.alike = true, .depth = 1, .subject = {0, 13}}});
    check((struct golden){
        .name = "alike-pairs-33-200",
        .state = FIXTURE_DECIDING,
        .rows = 60,
        .cols = 200,
        .at = {.alike = true, .depth = 1, .subject = {0, 1}, .panes = {{0}, {.sort = 4}}}});
    check((struct golden){.name = "alike-pairs-33-60-ascii",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .ascii = true,
                          .at = {.alike = true, .depth = 1, .subject = {0, 5}}});
    check((struct golden){.name = "alike-pair-80",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .at = {.alike = true, .depth = 2, .subject = {0, 13, 22}}});
    check((struct golden){.name = "alike-pair-60-unknown",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .at = {.alike = true, .depth = 2, .subject = {0, 2, 3}}});
}

/* What is opened at depth 1 and 2 is the same decision and seat, either way. */
static void test_opened(void)
{
    struct scene s;
    struct model *m = details_new();
    fixture_scene(&s, 33, FIXTURE_DECIDING);
    uint64_t key = ballots_key(s.final[1]);
    details_put_proposal(m, &s, s.final[1], false);
    check((struct golden){.name = "pattern-ballots-33-80",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .model = m,
                          .at = {.transposed = true, .depth = 1, .subject = {0, key}}});
    check((struct golden){.name = "pattern-rationale-60",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .model = m,
                          .at = {.transposed = true, .depth = 2, .subject = {0, key, 6}}});
    check((struct golden){.name = "pattern-rationale-60",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .model = m,
                          .at = {.depth = 2, .subject = {0, 6, key}}});
    fixture_free(&s);
    details_free(m);
}

int main(void)
{
    test_maps();
    test_transposed();
    test_of_seat();
    test_calibration();
    test_alike();
    test_beyond();
    test_pairs();
    test_opened();
    return tap_done();
}
