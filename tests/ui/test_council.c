/* SPDX-License-Identifier: ISC */
/* The view Council on screens of all sizes, in all states, as an operator has it. */
#include "details.h"
#include "golden.h"
#include "tap.h"

#include "base/alloc.h"
#include "ui/view/seat_row.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_SMALL       .rows = 15, .cols = 60
#define SIZE_USUAL       .rows = 24, .cols = 80
#define SIZE_MEDIUM      .rows = 40, .cols = 120
#define SIZE_LARGE       .rows = 60, .cols = 200
#define DETAIL(of)       .at = {.depth = 1, .subject = {0, of}}
#define SORTED(by, down) .at = {.panes = {{.sort = by, .inverted = down}}}

/* Lines as real nodes write them, with whole hashes. */
static void use_hashes(struct scene *s)
{
    static const char text[] =
        "proposal=579d2f841fdd8617d2afc88ad533c4cca80281f1c0de55aa33ee0123456789ab seat=5";
    for (size_t i = 0; i < 8; i++) {
        struct scene_line *l = alloc(sizeof(*l) + sizeof(text));
        *l = *s->lines[i];
        l->references = 1;
        memcpy(l->text, text, sizeof(text));
        free(s->lines[i]);
        s->lines[i] = l;
    }
}

/* The view that is wanted has no quorum, either. */
static void lose_quorum(struct scene *s)
{
    s->awaiting.reachable = false;
    for (uint16_t i = 14; i < s->seats; i++) {
        s->awaiting.unable[i] = true;
    }
}

static const struct golden screens[] = {
    /* councils of all sizes */
    {.name = "council-4-60x15", .seats = 4, .state = FIXTURE_DECIDING, SIZE_SMALL},
    {.name = "council-33-60x15", .seats = 33, .state = FIXTURE_DECIDING, SIZE_SMALL},
    {.name = "council-100-60x15", .seats = 100, .state = FIXTURE_DECIDING, SIZE_SMALL},
    {.name = "council-4-80x24", .seats = 4, .state = FIXTURE_DECIDING, SIZE_USUAL},
    {.name = "council-7-80x24", .seats = 7, .state = FIXTURE_DECIDING, SIZE_USUAL},
    {.name = "council-33-80x24", .seats = 33, .state = FIXTURE_DECIDING, SIZE_USUAL},
    {.name = "council-100-80x24", .seats = 100, .state = FIXTURE_DECIDING, SIZE_USUAL},
    {.name = "council-7-120x40", .seats = 7, .state = FIXTURE_DECIDING, SIZE_MEDIUM},
    {.name = "council-33-120x40", .seats = 33, .state = FIXTURE_DECIDING, SIZE_MEDIUM},
    {.name = "council-100-120x40", .seats = 100, .state = FIXTURE_DECIDING, SIZE_MEDIUM},
    {.name = "council-7-200x60", .seats = 7, .state = FIXTURE_DECIDING, SIZE_LARGE},
    {.name = "council-33-200x60", .seats = 33, .state = FIXTURE_DECIDING, SIZE_LARGE},
    {.name = "council-100-200x60", .seats = 100, .state = FIXTURE_DECIDING, SIZE_LARGE},

    /* the states that matter */
    {.name = "council-idle", .seats = 33, .state = FIXTURE_IDLE, SIZE_USUAL},
    {.name = "council-ballots", .seats = 33, .state = FIXTURE_BALLOTS, SIZE_USUAL},
    {.name = "council-change", .seats = 33, .state = FIXTURE_VIEW_CHANGE, SIZE_USUAL},
    {.name = "council-change-stalled",
     .seats = 33,
     .state = FIXTURE_VIEW_CHANGE,
     SIZE_USUAL,
     .change = lose_quorum},
    {.name = "council-dead", .seats = 33, .state = FIXTURE_DEAD, SIZE_USUAL},
    {.name = "council-stalled", .seats = 33, .state = FIXTURE_STALLED, SIZE_USUAL},
    {.name = "council-equivocation",
     .seats = 33,
     .state = FIXTURE_EQUIVOCATION,
     SIZE_USUAL},
    {.name = "council-lost", .seats = 33, .state = FIXTURE_LOST, SIZE_USUAL},
    {.name = "council-frozen", .seats = 7, .state = FIXTURE_FROZEN, SIZE_USUAL},
    {.name = "council-past", .seats = 33, .state = FIXTURE_PAST, SIZE_USUAL},
    {.name = "council-empty", .seats = 33, .state = FIXTURE_EMPTY, SIZE_USUAL},
    {.name = "council-stalled-60x15", .seats = 4, .state = FIXTURE_STALLED, SIZE_SMALL},
    {.name = "council-change-120x40",
     .seats = 33,
     .state = FIXTURE_VIEW_CHANGE,
     SIZE_MEDIUM},
    {.name = "council-equivocation-120x40",
     .seats = 7,
     .state = FIXTURE_EQUIVOCATION,
     SIZE_MEDIUM},
    {.name = "council-dead-200x60", .seats = 33, .state = FIXTURE_DEAD, SIZE_LARGE},
    {.name = "council-past-200x60", .seats = 33, .state = FIXTURE_PAST, SIZE_LARGE},

    {.name = "council-hashes",
     .seats = 4,
     .state = FIXTURE_IDLE,
     SIZE_USUAL,
     .change = use_hashes},

    /* terminals that can less */
    {.name = "council-ascii-60x15",
     .seats = 33,
     .state = FIXTURE_DEAD,
     SIZE_SMALL,
     .ascii = true},
    {.name = "council-ascii",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_USUAL,
     .ascii = true},
    {.name = "council-ascii-200x60",
     .seats = 33,
     .state = FIXTURE_EQUIVOCATION,
     SIZE_LARGE,
     .ascii = true},
    {.name = "council-colour",
     .seats = 33,
     .state = FIXTURE_DEAD,
     SIZE_USUAL,
     .theme = "default"},
    {.name = "council-mono",
     .seats = 33,
     .state = FIXTURE_DEAD,
     SIZE_USUAL,
     .theme = "mono"},
    {.name = "council-colour-120x40",
     .seats = 7,
     .state = FIXTURE_EQUIVOCATION,
     SIZE_MEDIUM,
     .theme = "default"},

    /* sorted, filtered, searched */
    {.name = "council-by-name",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_USUAL,
     SORTED(SORT_NAME, true)},
    {.name = "council-by-age",
     .seats = 33,
     .state = FIXTURE_DEAD,
     SIZE_MEDIUM,
     SORTED(SORT_AGE, false)},
    {.name = "council-by-agreement",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_SMALL,
     SORTED(SORT_AGREEMENT, false)},
    {.name = "council-by-trip",
     .seats = 33,
     .state = FIXTURE_DEAD,
     .rows = 24,
     .cols = 60,
     SORTED(SORT_TRIP, false)},
    {.name = "council-by-flags",
     .seats = 33,
     .state = FIXTURE_EQUIVOCATION,
     SIZE_USUAL,
     SORTED(SORT_FLAGS, false)},
    {.name = "council-filter",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_USUAL,
     .at = {.panes = {{.filter = "orchard"}}}},
    {.name = "council-filter-cleared",
     .seats = 33,
     .state = FIXTURE_IDLE,
     SIZE_USUAL,
     .at = {.panes = {{.filter = "lagging"}}}},
    {.name = "council-filter-nothing",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_USUAL,
     .at = {.panes = {{.filter = "baobab"}}}},
    {.name = "council-search",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_USUAL,
     .theme = "default",
     .at = {.panes = {{.search = "AL", .key = 23}}}},
    {.name = "council-flagged",
     .seats = 33,
     .state = FIXTURE_DEAD,
     SIZE_USUAL,
     .flagged_only = true},
    {.name = "council-cursor-100-60x15",
     .seats = 100,
     .state = FIXTURE_DECIDING,
     SIZE_SMALL,
     .theme = "mono",
     .at = {.panes = {{.key = 77, .top = 30}}}},
    {.name = "council-marked",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_USUAL,
     .marked = {3, 5},
     .followed = 8},
    {.name = "council-marked-200x60",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_LARGE,
     .marked = {3, 5, 21}},

    /* one seat */
    {.name = "council-seat-60x15",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_SMALL,
     DETAIL(7)},
    {.name = "council-seat-silent",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_USUAL,
     DETAIL(3)},
    {.name = "council-seat-expelled",
     .seats = 33,
     .state = FIXTURE_EQUIVOCATION,
     SIZE_MEDIUM,
     DETAIL(14)},
    {.name = "council-seat-200x60",
     .seats = 4,
     .state = FIXTURE_IDLE,
     SIZE_LARGE,
     DETAIL(2)},
    {.name = "council-seat-past",
     .seats = 33,
     .state = FIXTURE_PAST,
     SIZE_USUAL,
     DETAIL(9)},
    {.name = "council-seat-none",
     .seats = 33,
     .state = FIXTURE_IDLE,
     SIZE_USUAL,
     DETAIL(34)},

    /* by what seats are made of */
    {.name = "council-by-vendor",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_USUAL,
     SORTED(SORT_VENDOR, false)},
    {.name = "council-by-jurisdiction",
     .seats = 7,
     .state = FIXTURE_DECIDING,
     SIZE_MEDIUM,
     SORTED(SORT_JURISDICTION, true)},
    {.name = "council-groups-none",
     .seats = 7,
     .state = FIXTURE_DECIDING,
     SIZE_USUAL,
     .at = {.groups = true}},

    /* text that wants to harm */
    {.name = "council-hostile",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_USUAL,
     .hostile = true},
    {.name = "council-hostile-ascii",
     .seats = 7,
     .state = FIXTURE_DEAD,
     SIZE_LARGE,
     .ascii = true,
     .hostile = true},
    {.name = "council-hostile-seat",
     .seats = 33,
     .state = FIXTURE_DECIDING,
     SIZE_MEDIUM,
     .hostile = true,
     DETAIL(5)},
};

/* --- who may fail together --- */

static const char diversity[] =
    "{\"seats\":7,\"f\":2,\"w\":3,\"q\":5,\"stop\":3,\"fork\":3,\"classes\":[{\"name\":"
    "\"reciprocity\",\"threshold\":5,\"veto\":3}],\"groups\":["
    "{\"kind\":\"vendor\",\"name\":\"Northwind\",\"exceeds_f\":true,\"seats\":[1,2,3,4]},"
    "{\"kind\":\"vendor\",\"name\":\"Or\\u001b[2Jchard\",\"exceeds_f\":false,\"seats\":[5,"
    "6]"
    "},"
    "{\"kind\":\"vendor\",\"name\":null,\"exceeds_f\":false,\"seats\":[7]},"
    "{\"kind\":\"model_family\",\"name\":\"boreal-3\",\"exceeds_f\":false,\"seats\":[1,2]},"
    "{\"kind\":\"model_family\",\"name\":\"pome-2\",\"exceeds_f\":false,\"seats\":[3,5]},"
    "{\"kind\":\"model_family\",\"name\":\"strata\",\"exceeds_f\":false,\"seats\":[4,6]},"
    "{\"kind\":\"model_family\",\"name\":\"azimuth\",\"exceeds_f\":false,\"seats\":[7]},"
    "{\"kind\":\"jurisdiction\",\"name\":\"NO\",\"exceeds_f\":true,\"seats\":[1,2,3,4,5,6,"
    "7]}"
    "],\"smallest\":["
    "{\"kind\":\"vendor\",\"reaches\":\"w\",\"need\":3,\"groups\":[{\"kind\":\"vendor\","
    "\"name\":\"Northwind\"}],\"seats\":4,\"exact\":true,\"at_least\":1},"
    "{\"kind\":\"vendor\",\"reaches\":\"T\",\"need\":5,\"groups\":[{\"kind\":\"vendor\","
    "\"name\":\"Northwind\"},{\"kind\":\"vendor\",\"name\":\"Or\\u001b[2Jchard\"}],"
    "\"seats\":6,"
    "\"exact\":true,\"at_least\":2},"
    "{\"kind\":\"any\",\"reaches\":\"T\",\"need\":5,\"groups\":[{\"kind\":\"model_family\","
    "\"name\":\"pome-2\"},{\"kind\":\"vendor\",\"name\":null}],\"seats\":5,\"exact\":false,"
    "\"at_least\":1}]}";

/* NULL: asked for; no JSON: refused with these words. */
static void groups(struct golden g, const char *json)
{
    struct model *m = details_new();
    g.view = &view_council;
    g.whole = true;
    if (json != NULL && json[0] != '{') {
        details_refuse(m, DETAIL_DIVERSITY, "", json);
    } else {
        details_put(m, DETAIL_DIVERSITY, "", json);
    }
    g.model = m;
    ok(golden_view(&g), "%s", g.name);
    details_free(m);
}

static void test_groups(void)
{
    struct golden page = {.name = "council-groups-80x24",
                          .seats = 7,
                          .state = FIXTURE_DECIDING,
                          SIZE_USUAL,
                          .at = {.groups = true}};
    struct golden seat = {.name = "council-groups-seat",
                          .seats = 7,
                          .state = FIXTURE_DECIDING,
                          SIZE_USUAL,
                          DETAIL(3)};
    groups(page, diversity);
    groups(seat, diversity);
    page.name = "council-groups-scrolled";
    page.at.panes[0].top = 12;
    groups(page, diversity);
    page.at.panes[0].top = 0;
    page.name = "council-groups-asked";
    groups(page, NULL);
    page.name = "council-groups-refused";
    groups(page, "no such method");
    page.name = "council-groups-nonsense";
    groups(page, "{\"groups\":[7,{\"kind\":\"vendor\",\"name\":[],\"seats\":[0,99999,-1]}],"
                 "\"smallest\":[{\"kind\":\"any\",\"groups\":{}},null]}");
    page.name = "council-groups-200x60";
    page.rows = 60;
    page.cols = 200;
    groups(page, diversity);
}

/* --- what it asks for --- */

static void wants(size_t decisions, unsigned depth, size_t cursor, const char *expected,
                  const char *name)
{
    struct scene scene;
    struct view_state state;
    struct rows rows = {.count = 120, .cursor = cursor};
    struct model *m = details_new();
    memset(&state, 0, sizeof(state));
    fixture_scene(&scene, 4, FIXTURE_IDLE);
    size_t all = scene.final_count;
    scene.final_count = decisions;
    state.depth = depth;
    struct view_context ctx = {.scene = &scene, .state = &state, .rows = &rows};
    view_council.want(&ctx, m, FIXTURE_NOW);
    ok(strcmp(details_wanted(m), expected) == 0, "%s", name);
    scene.final_count = all;
    fixture_free(&scene);
    details_free(m);
}

static void test_wants(void)
{
    wants(99, 0, 0, "page decisions\n", "decisions are asked for until a wide row is full");
    wants(100, 0, 0, "", "and no more of them");
    wants(100, 1, 10, "diversity \n",
          "of a seat, with whom it may fail; its ballots are there");
    wants(100, 1, 110, "diversity \npage decisions\n", "more are asked for near their end");
}

int main(void)
{
    test_wants();
    test_groups();
    for (size_t i = 0; i < sizeof(screens) / sizeof(screens[0]); i++) {
        struct golden g = screens[i];
        g.view = &view_council;
        g.whole = true;
        ok(golden_view(&g), "%s", g.name);
    }
    return tap_done();
}
