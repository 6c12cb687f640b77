/* SPDX-License-Identifier: ISC */
/* The view Consensus on screens of all sizes. */
#include "golden.h"
#include "tap.h"

static const struct golden screens[] = {
    {.name = "consensus-33-80x24",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     .rows = 24,
     .cols = 80},
    {.name = "consensus-33-60x15",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     .rows = 15,
     .cols = 60},
    {.name = "consensus-33-120x40",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     .rows = 40,
     .cols = 120},
    {.name = "consensus-33-200x60",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     .rows = 60,
     .cols = 200},
    {.name = "consensus-33-change-80x24",
     .seats = 33,
     .state = FIXTURE_VIEW_CHANGE,
     .rows = 24,
     .cols = 80},
    {.name = "consensus-4-80x24",
     .seats = 4,
     .state = FIXTURE_IDLE,
     .rows = 24,
     .cols = 80},
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
