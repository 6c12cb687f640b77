/* SPDX-License-Identifier: ISC */
/* Council, Consensus and the lines of every view on screens of every size, down to nothing:
 * they draw what there is room for, nothing beyond their area, and the row of the cursor.
 */
#include "fixture.h"
#include "tap.h"

#include "ui/view/flags_line.h"
#include "ui/view/phases.h"

#include <string.h>

enum { EDGE = 2 };

static const uint16_t heights[] = {0, 1, 2, 3, 4, 5, 6, 8, 11, 17, 33, 53};
static const uint16_t widths[] = {0,  1,  2,  3,  5,   8,   13,  20,
                                  29, 40, 60, 80, 109, 110, 159, 200};

struct trial {
    struct scene scene;
    struct view_state state;
    bool marked[UI_SEATS_MAX];
    struct view_context ctx;
};

static void begin(struct trial *t, unsigned seats, enum fixture_state state, bool hostile)
{
    memset(t, 0, sizeof(*t));
    fixture_scene(&t->scene, seats, state);
    if (hostile) {
        fixture_hostile(&t->scene);
    }
    t->marked[0] = t->marked[2] = true;
    t->ctx = (struct view_context){.scene = &t->scene,
                                   .now_ms = fixture_clock(state),
                                   .state = &t->state,
                                   .marked = t->marked,
                                   .followed = 2};
}

/* Opens the first row of each depth above. */
static void go_to(struct trial *t, const struct view *v, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++) {
        struct rows rows;
        t->state.depth = i;
        rows_make(v, &t->ctx, &rows);
        if (rows.count > 0) {
            t->state.subject[i + 1] = v->key(&t->ctx, rows.at[0]);
        }
        rows_free(&rows);
    }
    t->state.depth = depth;
}

static bool is_blank(const struct cell *c)
{
    return c->ch == ' ' && c->role == ROLE_TEXT && !c->selected && !c->dim;
}

/* Nothing is drawn in the edge around the area. */
static bool edge_is_clean(const struct cells *c)
{
    for (unsigned row = 0; row < c->rows; row++) {
        for (unsigned col = 0; col < c->cols; col++) {
            bool inside =
                row >= EDGE && row + EDGE < c->rows && col >= EDGE && col + EDGE < c->cols;
            if (!inside && !is_blank(cells_at(c, row, col))) {
                return false;
            }
        }
    }
    return true;
}

static bool has_selection(const struct cells *c)
{
    for (size_t i = 0; i < (size_t)c->rows * c->cols; i++) {
        if (c->at[i].selected) {
            return true;
        }
    }
    return false;
}

static bool draws(struct trial *t, const struct view *v, uint16_t height, uint16_t width)
{
    struct cells c;
    struct rows rows;
    struct drawn drawn;
    memset(&drawn, 0, sizeof(drawn));
    cells_init(&c, (uint16_t)(height + 2 * EDGE), (uint16_t)(width + 2 * EDGE), false);
    struct area a = {EDGE, EDGE, height, width};
    t->state.panes[t->state.depth].key = 1;
    rows_make(v, &t->ctx, &rows);
    v->draw(&t->ctx, &c, a, &drawn);
    bool good = edge_is_clean(&c);
    bool room = drawn.columns > 0 && drawn.lines > 0 && drawn.list.cols > 1;
    good = good && (!room || rows.count == 0 || has_selection(&c));
    council_phases_draw(&t->ctx, &c, a);
    flags_line_draw(&t->ctx, &c, a);
    good = good && edge_is_clean(&c);
    rows_free(&rows);
    cells_free(&c);
    if (!good) {
        printf("# %s, depth %u, %u rows and %u columns\n", v->name, t->state.depth,
               (unsigned)height, (unsigned)width);
    }
    return good;
}

static bool draws_all(struct trial *t, const struct view *v)
{
    bool good = true;
    for (size_t i = 0; i < sizeof(heights) / sizeof(heights[0]); i++) {
        for (size_t k = 0; k < sizeof(widths) / sizeof(widths[0]); k++) {
            good = draws(t, v, heights[i], widths[k]) && good;
        }
    }
    return good;
}

static void test_view(const struct view *v, unsigned depths)
{
    static const unsigned seats[] = {4, 33, UI_SEATS_MAX};
    for (size_t i = 0; i < sizeof(seats) / sizeof(seats[0]); i++) {
        for (int state = 0; state < FIXTURE_STATES; state++) {
            struct trial t;
            bool good = true;
            for (unsigned depth = 0; depth < depths; depth++) {
                begin(&t, seats[i], (enum fixture_state)state, i % 2 == 1);
                go_to(&t, v, depth);
                good = draws_all(&t, v) && good;
                fixture_free(&t.scene);
            }
            ok(good, "%s, %u seats, %s", v->name, seats[i],
               fixture_name((enum fixture_state)state));
        }
    }
}

int main(void)
{
    test_view(&view_council, 2);
    test_view(&view_consensus, 1);
    return tap_done();
}
