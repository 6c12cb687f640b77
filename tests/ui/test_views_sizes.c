/* SPDX-License-Identifier: ISC */
/* Every view in every state, depth and layer at sizes that nobody has: it draws, within its
 * area, and nothing else. Under the sanitizers this looks at every access. */
#include "details.h"
#include "fixture.h"
#include "tap.h"

#include "ui/view/ballots.h"
#include "ui/view/view.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    uint16_t rows, cols;
} sizes[] = {{1, 1},    {1, 400},  {300, 1}, {2, 2},  {3, 7},   {4, 13},   {5, 31},
             {6, 60},   {8, 60},   {7, 79},  {9, 40}, {13, 23}, {17, 80},  {14, 111},
             {33, 120}, {53, 200}, {2, 97},  {18, 3}, {41, 17}, {300, 400}};
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

/* What is beyond the area, on all sides, must stay as it is. */
enum { MARGIN = 2, UNTOUCHED = 0x2603 };

static bool margin_is_whole(const struct cells *c, struct area a)
{
    for (unsigned row = 0; row < c->rows; row++) {
        for (unsigned col = 0; col < c->cols; col++) {
            bool inside = row >= a.row && row < (unsigned)a.row + a.rows && col >= a.col &&
                          col < (unsigned)a.col + a.cols;
            if (!inside && cells_at(c, row, col)->ch != UNTOUCHED) {
                return false;
            }
        }
    }
    return true;
}

static bool drawn_is_sane(const struct drawn *d, struct area a)
{
    return d->list.row >= a.row && d->list.col >= a.col &&
           d->list.row + d->list.rows <= a.row + a.rows &&
           d->list.col + d->list.cols <= a.col + a.cols && d->lines <= d->list.rows;
}

static bool draw_at(const struct view *v, struct view_context *ctx, uint16_t rows,
                    uint16_t cols, bool ascii)
{
    struct cells c;
    struct drawn drawn;
    cells_init(&c, (uint16_t)(rows + 2 * MARGIN), (uint16_t)(cols + 2 * MARGIN), ascii);
    struct area a = {MARGIN, MARGIN, rows, cols};
    for (size_t i = 0; i < (size_t)c.rows * c.cols; i++) {
        c.at[i].ch = UNTOUCHED;
    }
    for (unsigned row = 0; row < rows; row++) {
        for (unsigned col = 0; col < cols; col++) {
            cells_at(&c, MARGIN + row, MARGIN + col)->ch = ' ';
        }
    }
    memset(&drawn, 0xff, sizeof(drawn));
    v->draw(ctx, &c, a, &drawn);
    bool good = margin_is_whole(&c, a) && drawn_is_sane(&drawn, a);
    cells_free(&c);
    return good;
}

/* Whatever a row is asked. */
static void ask_rows(const struct view *v, struct view_context *ctx)
{
    struct buffer out = {NULL, 0, 0};
    for (size_t i = 0; i < ctx->rows->count; i++) {
        v->text(ctx, ctx->rows->at[i], &out);
        (void)v->key(ctx, ctx->rows->at[i]);
        if (v->seat != NULL) {
            (void)v->seat(ctx, ctx->rows->at[i]);
        }
    }
    if (v->pages != NULL && v->pages(ctx)) {
        v->body(ctx, &out);
    }
    buffer_free(&out);
}

static bool draw_state(const struct view *v, const struct scene *s, struct model *m,
                       const struct view_state *state, size_t first, size_t step)
{
    static const bool marked[UI_SEATS_MAX] = {[1] = true, [3] = true};
    struct view_context ctx = {
        .scene = s, .model = m, .now_ms = FIXTURE_NOW, .state = state, .marked = marked};
    struct rows rows;
    bool good = true;
    rows_make(v, &ctx, &rows);
    ask_rows(v, &ctx);
    if (v->want != NULL) {
        v->want(&ctx, m, FIXTURE_NOW);
    }
    if (v->opens != NULL) {
        (void)v->opens(&ctx);
    }
    for (size_t i = first; i < SIZES; i += step) {
        good = draw_at(v, &ctx, sizes[i].rows, sizes[i].cols, i % 2 == 1) && good;
    }
    rows_free(&rows);
    return good;
}

/* Subjects that are there, and one that is not. */
static uint64_t subject_of(enum view_id id, const struct scene *s,
                           const struct view_state *v, bool lost)
{
    if (lost) {
        return 4711;
    }
    switch (id) {
    case VIEW_BALLOTS:
        return ballots_count(s) > 2 ? ballots_key(ballots_at(s, 2)) : 1;
    case VIEW_PATTERN:
        return v->transposed && s->final_count > 0 ? ballots_key(s->final[0]) : 3;
    case VIEW_FLAGS:
        return s->flag_count > 0 ? s->flags[0]->id : 1;
    case VIEW_LEDGER:
        return 48210;
    case VIEW_LOG:
        return s->line_count > 0 ? s->lines[0]->key : 1;
    case VIEW_COUNCIL:
    case VIEW_CONSENSUS:
    case VIEW_COUNT:
        break;
    }
    return 3;
}

static bool draw_all(enum view_id id, const struct scene *s, struct model *m, unsigned turn)
{
    bool good = true;
    for (unsigned variant = 0; variant < 8; variant++) {
        struct view_state state;
        memset(&state, 0, sizeof(state));
        state.layer = variant % 4;
        state.transposed = variant % 2 == 1;
        state.alike = id == VIEW_PATTERN && (variant + turn) % 3 != 0;
        state.groups = id == VIEW_COUNCIL && (variant + turn) % 4 == 3;
        state.measure = variant;
        state.level = variant % 5;
        for (unsigned depth = 0; depth < DEPTH_MAX; depth++) {
            struct pane *pane = &state.panes[depth];
            *pane = (struct pane){.key = ROW_NEWEST,
                                  .sort = variant,
                                  .inverted = variant % 3 == 1,
                                  .side = variant == 5 ? SIZE_MAX : variant,
                                  .top = variant == 6 ? SIZE_MAX : variant};
            (void)strcpy(pane->search, variant == 4 ? "a" : "");
            state.depth = depth;
            state.subject[1] = subject_of(id, s, &state, variant == 7);
            state.subject[2] = variant % 2 == 0 ? 3 : ROW_CONTENT;
            good = draw_state(views[id], s, m, &state, (turn + variant + depth) % 4, 4) &&
                   good;
        }
    }
    return good;
}

static struct model *answers(const struct scene *s, bool hostile)
{
    struct model *m = details_new();
    if (ballots_count(s) > 2) {
        details_put_proposal(m, s, ballots_at(s, 2), hostile);
    }
    if (s->seats > 0) {
        details_put_block(m, s, 48210, 9, 7);
    }
    details_put(m, DETAIL_DIVERSITY, "",
                hostile ? "{\"groups\":{},\"smallest\":[1,{\"kind\":\"any\"}],\"w\":[]}"
                        : "{\"groups\":[{\"kind\":\"vendor\",\"name\":\"a\",\"exceeds_f\":"
                          "true,\"seats\":[1,2,3]}],\"smallest\":[]}");
    details_put(m, DETAIL_VERIFY, "48210",
                hostile ? "{\"ok\":[],\"checks\":{\"a\":1}}"
                        : "{\"ok\":false,\"checks\":[{\"what\":\"header\",\"ok\":false}]}");
    return m;
}

static void test_state(unsigned seats, enum fixture_state state, bool hostile)
{
    struct scene s;
    fixture_scene(&s, seats, state);
    if (hostile) {
        fixture_hostile(&s);
    }
    struct model *m = answers(&s, hostile);
    for (int id = 0; id < VIEW_COUNT; id++) {
        ok(draw_all((enum view_id)id, &s, m, (unsigned)state), "%s, %u seats, %s%s",
           views[id]->name, seats, fixture_name(state), hostile ? ", hostile" : "");
    }
    details_free(m);
    fixture_free(&s);
}

int main(void)
{
    for (int state = 0; state < FIXTURE_STATES; state++) {
        test_state(state % 2 == 0 ? 33 : 4, (enum fixture_state)state, false);
        if (state != FIXTURE_EMPTY) {
            test_state(state % 3 == 0 ? 128 : 7, (enum fixture_state)state, true);
        }
    }
    return tap_done();
}
