/* SPDX-License-Identifier: ISC */
/* The lines that every view has, in all states: phases on top, flags at the bottom. */
#include "golden.h"
#include "tap.h"

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

int main(void)
{
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
