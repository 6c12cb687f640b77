/* SPDX-License-Identifier: ISC */
/* The view Ballots on screens of all sizes. */
#include "details.h"
#include "golden.h"
#include "tap.h"

#include "ui/screen/paint.h"

#include "ui/view/ballots.h"

#include <string.h>

enum { OPENING = 2, SEALED = 1, WAITING = 0, NEWEST = 3 }; /* rows while deciding */

static uint64_t key_of(size_t row)
{
    struct scene s;
    fixture_scene(&s, 4, FIXTURE_DECIDING);
    uint64_t key = ballots_key(ballots_at(&s, row));
    fixture_free(&s);
    return key;
}

static void check(struct golden g)
{
    g.view = &view_ballots;
    g.seats = g.seats != 0 ? g.seats : 33;
    ok(golden_view(&g), "%s", g.name);
}

static void detail(struct golden g, size_t row, uint64_t third)
{
    struct scene s;
    struct model *m = details_new();
    fixture_scene(&s, g.seats != 0 ? g.seats : 33, FIXTURE_DECIDING);
    details_put_proposal(m, &s, ballots_at(&s, row), g.hostile);
    fixture_free(&s);
    g.state = FIXTURE_DECIDING;
    g.model = m;
    g.at.depth = third != 0 ? 2 : 1;
    g.at.subject[1] = key_of(row);
    g.at.subject[2] = third;
    check(g);
    details_free(m);
}

static void test_lists(void)
{
    check((struct golden){
        .name = "ballots-33-80", .state = FIXTURE_DECIDING, .rows = 24, .cols = 80});
    check((struct golden){.name = "ballots-33-60-ascii",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 60,
                          .ascii = true});
    check((struct golden){
        .name = "ballots-33-120", .state = FIXTURE_EQUIVOCATION, .rows = 40, .cols = 120});
    check((struct golden){.name = "ballots-100-200",
                          .seats = 100,
                          .state = FIXTURE_DECIDING,
                          .rows = 60,
                          .cols = 200});
    check((struct golden){.name = "ballots-4-80-idle",
                          .seats = 4,
                          .state = FIXTURE_IDLE,
                          .rows = 24,
                          .cols = 80});
    check((struct golden){.name = "ballots-33-80-mono",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .theme = "mono"});
    check((struct golden){.name = "ballots-33-80-default",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 80,
                          .theme = "default"});
    check((struct golden){.name = "ballots-33-80-margin",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 80,
                          .at = {.panes = {{.sort = BY_MARGIN, .key = 1, .index = 4}}}});
    check((struct golden){
        .name = "ballots-33-80-filter",
        .state = FIXTURE_DECIDING,
        .rows = 24,
        .cols = 80,
        .at = {.panes = {{.filter = "RECIPROCITY", .search = "port", .inverted = true}}}});
    check((struct golden){.name = "ballots-33-80-nothing",
                          .state = FIXTURE_DECIDING,
                          .rows = 15,
                          .cols = 80,
                          .at = {.panes = {{.filter = "no such thing"}}}});
    check((struct golden){
        .name = "ballots-33-80-past", .state = FIXTURE_PAST, .rows = 15, .cols = 80});
    check((struct golden){
        .name = "ballots-80-empty", .state = FIXTURE_EMPTY, .rows = 15, .cols = 80});
    check((struct golden){.name = "ballots-33-120-hostile",
                          .state = FIXTURE_DECIDING,
                          .rows = 24,
                          .cols = 120,
                          .hostile = true});
}

static void test_details(void)
{
    detail(
        (struct golden){
            .name = "ballots-opening-33-80", .rows = 24, .cols = 80, .marked = {9}},
        OPENING, 0);
    detail((struct golden){.name = "ballots-opening-33-200", .rows = 60, .cols = 200},
           OPENING, 0);
    detail((struct golden){.name = "ballots-opening-7-60-ascii",
                           .seats = 7,
                           .rows = 15,
                           .cols = 60,
                           .ascii = true},
           OPENING, 0);
    detail((struct golden){.name = "ballots-opening-33-120-default",
                           .rows = 24,
                           .cols = 120,
                           .theme = "default"},
           OPENING, 0);
    detail((struct golden){.name = "ballots-sealed-33-80", .rows = 24, .cols = 80}, SEALED,
           0);
    detail(
        (struct golden){.name = "ballots-waiting-4-80", .seats = 4, .rows = 24, .cols = 80},
        WAITING, 0);
    detail((struct golden){.name = "ballots-final-33-80",
                           .rows = 24,
                           .cols = 80,
                           .at = {.panes = {{0}, {.sort = 1}}}},
           NEWEST, 0);
    detail((struct golden){.name = "ballots-final-33-120-confidence",
                           .rows = 40,
                           .cols = 120,
                           .at = {.panes = {{0}, {.sort = 2}}}},
           NEWEST + 1, 0);
    detail(
        (struct golden){
            .name = "ballots-opening-100-120", .seats = 100, .rows = 40, .cols = 120},
        OPENING, 0);
    detail((struct golden){.name = "ballots-opening-33-80-hostile",
                           .rows = 24,
                           .cols = 80,
                           .hostile = true},
           OPENING, 0);
    detail((struct golden){.name = "ballots-text-80", .rows = 24, .cols = 80}, OPENING,
           ROW_CONTENT);
    detail(
        (struct golden){
            .name = "ballots-evidence-60-ascii", .rows = 24, .cols = 60, .ascii = true},
        OPENING, ROW_EVIDENCE);
    detail((struct golden){.name = "ballots-rationale-60", .rows = 15, .cols = 60}, NEWEST,
           7);
    detail((struct golden){.name = "ballots-rationale-80-hostile",
                           .rows = 15,
                           .cols = 80,
                           .hostile = true},
           NEWEST, 1);
    detail((struct golden){.name = "ballots-rationale-80-word",
                           .rows = 15,
                           .cols = 80,
                           .hostile = true,
                           .at = {.panes = {{0}, {0}, {.top = 3}}}},
           NEWEST + 1, 1);
    detail((struct golden){.name = "ballots-rationale-60-escapes",
                           .rows = 15,
                           .cols = 60,
                           .hostile = true,
                           .at = {.panes = {{0}, {0}, {.search = "clear"}}}},
           NEWEST, 5);
    detail((struct golden){.name = "ballots-rationale-60-ascii-wide",
                           .rows = 15,
                           .cols = 60,
                           .ascii = true,
                           .hostile = true},
           NEWEST, 2);
    detail((struct golden){.name = "ballots-final-33-60-ascii-hostile",
                           .rows = 24,
                           .cols = 60,
                           .ascii = true,
                           .hostile = true},
           NEWEST + 1, 0);
    detail((struct golden){.name = "ballots-rationale-sealed-80", .rows = 15, .cols = 80},
           SEALED, 4);
}

/* --- nothing of a choice before its proposal is opening --- */

static void draw(const struct scene *s, const struct model *m, unsigned depth,
                 uint64_t subject, uint64_t third, struct buffer *out)
{
    struct view_state state;
    struct rows rows;
    struct cells c;
    struct drawn drawn;
    memset(&state, 0, sizeof(state));
    state.depth = depth;
    state.subject[1] = subject;
    state.subject[2] = third;
    for (int i = 0; i < DEPTH_MAX; i++) {
        state.panes[i].key = ROW_NEWEST;
    }
    struct view_context ctx = {
        .scene = s, .model = m, .now_ms = FIXTURE_NOW, .state = &state};
    rows_make(&view_ballots, &ctx, &rows);
    for (size_t i = 0; i < rows.count; i++) {
        view_ballots.text(&ctx, i, out);
    }
    if (view_ballots.pages(&ctx)) {
        view_ballots.body(&ctx, out);
    }
    cells_init(&c, 60, 200, false);
    view_ballots.draw(&ctx, &c, cells_area(&c), &drawn);
    paint_text(out, &c);
    cells_free(&c);
    rows_free(&rows);
    buffer_append(out, "", 1);
}

static bool has(const struct buffer *b, const char *words)
{
    return strstr((const char *)b->data, words) != NULL;
}

static void test_secrecy(void)
{
    struct scene s;
    struct model *m = details_new();
    fixture_scene(&s, 7, FIXTURE_DECIDING);
    struct scene_proposal *p = s.open[1];
    for (unsigned i = 0; i < p->seats; i++) { /* a scene and a node that tell too much */
        p->codes[i] = "YNA"[i % 3];
        p->confidence[i] = 93;
        p->reveal_blocks[i] = 77;
    }
    p->approve = 41;
    p->reject = 43;
    p->revealed = 7;
    details_put_proposal(m, &s, p, false);
    for (uint64_t third = 0; third <= 7; third++) {
        struct buffer out = {NULL, 0, 0};
        draw(&s, m, third == 0 ? 1 : 2, ballots_key(p), third, &out);
        ok(!has(&out, "approve ") && !has(&out, "reject") && !has(&out, "abstain") &&
               !has(&out, "93") && !has(&out, "77") && !has(&out, "41") &&
               !has(&out, "43") && !has(&out, "safeguards") && !has(&out, "Precedent"),
           "nothing of a choice is seen while it is sealed: %s",
           third == 0 ? "list" : "text of a seat");
        buffer_free(&out);
    }
    struct buffer out = {NULL, 0, 0};
    draw(&s, m, 0, 0, 0, &out);
    ok(!has(&out, "41/") && !has(&out, " 43 "), "nor in the list of proposals");
    p->phase = UI_OPENING;
    out.size = 0;
    draw(&s, m, 1, ballots_key(p), 0, &out);
    ok(has(&out, "approve") && has(&out, "93") && has(&out, "safeguards"),
       "all of it once the proposal is opening");
    buffer_free(&out);
    fixture_free(&s);
    details_free(m);
}

int main(void)
{
    test_lists();
    test_details();
    test_secrecy();
    return tap_done();
}
