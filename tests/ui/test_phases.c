/* SPDX-License-Identifier: ISC */
/* The lines that every view has, in all states: phases on top, flags at the bottom. */
#include "golden.h"
#include "tap.h"

#include "ui/screen/paint.h"
#include "ui/view/blocks.h"
#include "ui/view/flags_line.h"
#include "ui/view/phases.h"

#include <stdio.h>
#include <string.h>

enum { EACH = PHASES_ROWS + 3 };

static void draw_state(struct cells *c, unsigned seats, enum fixture_state state, bool evil)
{
    struct scene scene;
    struct view_state choices;
    bool marked[UI_SEATS_MAX] = {false};
    memset(&choices, 0, sizeof(choices));
    fixture_scene(&scene, seats, state);
    if (evil) {
        fixture_hostile(&scene);
    }
    struct view_context ctx = {.scene = &scene,
                               .now_ms = fixture_clock(state),
                               .state = &choices,
                               .marked = marked};
    struct area a = area_rows(cells_area(c), (unsigned)state * EACH, EACH);
    (void)draw_format(c, a, 0, 0, ROLE_QUIET, "[%s]", fixture_name(state));
    council_phases_draw(&ctx, c, area_rows(a, 1, PHASES_ROWS));
    flags_line_draw(&ctx, c, area_rows(a, 1 + PHASES_ROWS, 1));
    fixture_free(&scene);
}

static void test_states(unsigned seats, uint16_t cols, bool ascii, const char *theme,
                        bool evil)
{
    char name[64];
    struct cells c;
    (void)snprintf(name, sizeof(name), "phases-%u-%u%s%s%s", seats, (unsigned)cols,
                   ascii ? "-ascii" : "", theme != NULL ? "-" : "",
                   theme != NULL ? theme
                   : evil        ? "-hostile"
                                 : "");
    cells_init(&c, FIXTURE_STATES * EACH, cols, ascii);
    for (int state = 0; state < FIXTURE_STATES; state++) {
        draw_state(&c, seats, (enum fixture_state)state, evil);
    }
    ok(golden_cells(name, &c, theme), "%s", name);
    cells_free(&c);
}

/* A flag says for how long the seat has been silent, not how long it has been flagged. */
static void test_silence(void)
{
    struct scene scene;
    struct view_state choices;
    struct cells c;
    struct buffer text = {NULL, 0, 0};
    memset(&choices, 0, sizeof(choices));
    fixture_scene(&scene, 33, FIXTURE_DEAD);
    struct view_context ctx = {
        .scene = &scene, .now_ms = fixture_clock(FIXTURE_DEAD), .state = &choices};
    struct scene_flag f = {.references = 1,
                           .kind = "silent",
                           .letter = 'D',
                           .seat = 2,
                           .first_ms = ctx.now_ms - 3000,
                           .last_ms = ctx.now_ms};
    struct scene_flag *flags[] = {&f};
    struct scene_flag **before = scene.flags;
    size_t count = scene.flag_count;
    scene.flags = flags;
    scene.flag_count = scene.flags_new = 1;
    scene.flags_acknowledged = 0;
    scene.seat[1].heard_ms = ctx.now_ms - 13000;
    cells_init(&c, 1, 80, false);
    flags_line_draw(&ctx, &c, cells_area(&c));
    paint_text(&text, &c);
    buffer_append(&text, "", 1);
    ok(strstr((const char *)text.data, "silent 13") != NULL,
       "silence counts from the last word");
    buffer_free(&text);
    cells_free(&c);
    scene.flags = before;
    scene.flag_count = count;
    fixture_free(&scene);
}

/* A scene's first line of phases, when the node's word of what is waited for is old. */
static bool old_shows(enum fixture_state state, const char *words, const char *never)
{
    struct scene scene;
    struct cells c;
    struct buffer text = {NULL, 0, 0};
    fixture_scene(&scene, 33, state);
    struct view_context ctx = {.scene = &scene, .now_ms = fixture_clock(state)};
    struct scene_awaiting *w = &scene.awaiting;
    *w = (struct scene_awaiting){.have = 4,
                                 .need = 22,
                                 .next_ms = ctx.now_ms + 900,
                                 .reachable = true,
                                 .old = true,
                                 .what = "commits",
                                 .text = "COMMITs of block 7, 4 of 22; missing: 3",
                                 .next_text = "view 1, in 0.9 s"};
    scene.order.timer_ms = ctx.now_ms + 900;
    memset(w->missing, true, sizeof(w->missing));
    cells_init(&c, PHASES_ROWS + 1 + 8, 100, false);
    council_phases_draw(&ctx, &c, cells_area(&c));
    (void)awaiting_block(&ctx, &c, area_rows(cells_area(&c), PHASES_ROWS + 1, 8));
    paint_text(&text, &c);
    buffer_append(&text, "", 1);
    const char *screen = (const char *)text.data;
    bool good = strstr(screen, words) != NULL && strstr(screen, never) == NULL &&
                strstr(screen, "block 7") == NULL && strstr(screen, "0.9") == NULL &&
                strstr(screen, "900ms") == NULL;
    buffer_free(&text);
    cells_free(&c);
    fixture_free(&scene);
    return good;
}

/* What the node said before votes and ballots came is not shown beside them. */
static void test_old_word(void)
{
    ok(old_shows(FIXTURE_IDLE, "IDLE", "missing"), "old: nobody is missing at rest");
    ok(old_shows(FIXTURE_DECIDING, "commits of block", "prepares of"),
       "old: votes tell the phase");
    ok(old_shows(FIXTURE_BALLOTS, "ballots", "commits"),
       "old: ballots tell who is missing");
}

/* What a proposal's ballots wait for is the grace, where that ends before the deadline. */
static void test_grace(void)
{
    struct scene scene;
    struct cells c;
    struct buffer text = {NULL, 0, 0};
    fixture_scene(&scene, 33, FIXTURE_BALLOTS);
    struct view_context ctx = {.scene = &scene, .now_ms = fixture_clock(FIXTURE_BALLOTS)};
    scene.open[0]->phase = UI_SEALED;
    scene.open[0]->commit_deadline_ms = ctx.now_ms + 60000;
    scene.awaiting.next_ms = ctx.now_ms + 4000;
    cells_init(&c, 4, 80, false);
    (void)open_block(&ctx, &c, cells_area(&c), true);
    scene.awaiting.next_ms = ctx.now_ms + 59990;
    (void)open_block(&ctx, &c, area_rows(cells_area(&c), 2, 2), true);
    paint_text(&text, &c);
    buffer_append(&text, "", 1);
    const char *screen = (const char *)text.data;
    const char *grace = strstr(screen, "grace ends in 4s");
    ok(grace != NULL, "the grace ends sooner");
    ok(grace != NULL && strstr(grace + 1, "grace") == NULL &&
           strstr(grace, "ends in 1m") != NULL,
       "the deadline is none");
    buffer_free(&text);
    cells_free(&c);
    fixture_free(&scene);
}

int main(void)
{
    test_grace();
    test_old_word();
    test_silence();
    test_states(33, 80, false, NULL, false);
    test_states(33, 60, true, NULL, false);
    test_states(4, 80, false, NULL, false);
    test_states(7, 60, false, NULL, false);
    test_states(100, 120, false, NULL, false);
    test_states(33, 200, false, NULL, false);
    test_states(33, 80, false, "default", false);
    test_states(33, 80, false, "mono", false);
    test_states(33, 80, false, NULL, true);
    test_states(4, 60, true, NULL, true);
    return tap_done();
}
