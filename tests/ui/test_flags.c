/* SPDX-License-Identifier: ISC */
/* The view Flags: lists, and what is behind a flag, of kinds known and not. */
#include "details.h"
#include "golden.h"
#include "tap.h"

#include "ui/view/flags.h"

#include <stdio.h>

static void check(struct golden g)
{
    g.view = &view_flags;
    g.seats = g.seats != 0 ? g.seats : 33;
    ok(golden_view(&g), "%s", g.name);
}

static void test_lists(void)
{
    check((struct golden){
        .name = "flags-33-80", .state = FIXTURE_EQUIVOCATION, .rows = 24, .cols = 80});
    check((struct golden){.name = "flags-33-60-ascii",
                          .state = FIXTURE_DEAD,
                          .rows = 15,
                          .cols = 60,
                          .ascii = true});
    check((struct golden){.name = "flags-33-120-stalled",
                          .state = FIXTURE_STALLED,
                          .rows = 40,
                          .cols = 120,
                          .at = {.panes = {{.sort = 1}}}});
    check((struct golden){.name = "flags-100-200-all",
                          .seats = 100,
                          .state = FIXTURE_DEAD,
                          .rows = 60,
                          .cols = 200,
                          .at = {.level = LEVEL_ALL}});
    check((struct golden){.name = "flags-4-80-idle",
                          .seats = 4,
                          .state = FIXTURE_IDLE,
                          .rows = 24,
                          .cols = 80,
                          .at = {.level = LEVEL_ALL}});
    check((struct golden){.name = "flags-7-80-none-new",
                          .seats = 7,
                          .state = FIXTURE_IDLE,
                          .rows = 15,
                          .cols = 80,
                          .at = {.level = LEVEL_NEW}});
    check((struct golden){.name = "flags-33-80-default",
                          .state = FIXTURE_EQUIVOCATION,
                          .rows = 15,
                          .cols = 80,
                          .theme = "default",
                          .at = {.level = LEVEL_ALL}});
    check((struct golden){.name = "flags-33-80-mono",
                          .state = FIXTURE_EQUIVOCATION,
                          .rows = 15,
                          .cols = 80,
                          .theme = "mono",
                          .at = {.level = LEVEL_ALL}});
    check((struct golden){.name = "flags-33-80-hostile",
                          .state = FIXTURE_DEAD,
                          .rows = 24,
                          .cols = 80,
                          .hostile = true});
    check((struct golden){
        .name = "flags-33-80-search",
        .state = FIXTURE_DEAD,
        .rows = 24,
        .cols = 80,
        .at = {.panes = {
                   {.filter = "silent", .search = "14.2", .sort = 2, .inverted = true}}}});
}

/* --- evidence --- */

static const char equivocation[] =
    "{\"id\":33,\"kind\":\"equivocation\",\"evidence\":{\"expelled_height\":48201,"
    "\"statement\":\"prepare\",\"first\":{\"body\":\"83010c19bc49\",\"view\":12,"
    "\"height\":48201,\"block\":"
    "\"3fa9c2d1000000000000000000000000000000000000000000000000000000aa\","
    "\"signature\":\"aa01\"},\"second\":{\"body\":\"83010c19bc50\",\"view\":12,"
    "\"height\":48201,\"block\":"
    "\"77aa01ff000000000000000000000000000000000000000000000000000000bb\","
    "\"signature\":\"bb02\"}}}";
static const char silent[] =
    "{\"evidence\":{\"connected\":false,\"heard_ms_ago\":14200,\"height\":48190,"
    "\"own_height\":48212,\"clock_offset_ms\":-3,\"round_trip_ms\":null,\"flags\":"
    "[\"evaluator-down\",\"disk-low\"],\"gaps\":[1000,1001,null,2400]}}";
static const char missed[] =
    "{\"evidence\":{\"proposal\":null,\"records\":[{\"record\":1429,\"id\":\"c4135774\","
    "\"outcome\":\"approved\",\"final_height\":48208,\"final_ms\":1773496855000},"
    "{\"record\":1421,\"id\":\"009f5b26\",\"outcome\":\"rejected\",\"final_height\":48136,"
    "\"final_ms\":1773496079000}]}}";
static const char later[] =
    "{\"evidence\":{\"test\":\"runs\",\"p\":0.00031,\"window\":{\"from\":1200,\"to\":1429},"
    "\"alike\":[[3,17,0.98],[3,22,0.97]],\"empty\":{},\"note\":\"two\\nlines\\u001b[2J\"}}";

static void evidence(struct golden g, const char *json)
{
    struct model *m = details_new();
    char key[24];
    g.at.depth = 1;
    g.at.subject[1] = g.at.subject[1] != 0 ? g.at.subject[1] : 33;
    (void)snprintf(key, sizeof(key), "%u", (unsigned)g.at.subject[1]);
    if (json != NULL && json[0] != '{') {
        details_refuse(m, DETAIL_FLAG, key, json);
    } else {
        details_put(m, DETAIL_FLAG, key, json);
    }
    g.model = m;
    check(g);
    details_free(m);
}

/* A kind of which this console knows nothing. */
static void later_kind(struct scene *s)
{
    struct scene_flag *f = s->flags[0];
    (void)snprintf(f->kind, sizeof(f->kind), "votes-alike");
    (void)snprintf(f->text, sizeof(f->text), "votes as 17 and 22 do, p = 0.00031");
    f->letter = 'Z';
    f->severity = FLAG_NOTICE;
    f->seat = 3;
    f->id = 33;
}

static void test_evidence(void)
{
    evidence((struct golden){.name = "flags-equivocation-80",
                             .state = FIXTURE_EQUIVOCATION,
                             .rows = 40,
                             .cols = 80,
                             .at = {.subject = {0, 35}}},
             equivocation);
    evidence((struct golden){.name = "flags-equivocation-60-ascii",
                             .state = FIXTURE_EQUIVOCATION,
                             .rows = 15,
                             .cols = 60,
                             .ascii = true,
                             .at = {.subject = {0, 35}, .panes = {{0}, {.top = 9}}}},
             equivocation);
    evidence((struct golden){.name = "flags-silent-80",
                             .state = FIXTURE_DEAD,
                             .rows = 40,
                             .cols = 80,
                             .at = {.subject = {0, 36}}},
             silent);
    evidence((struct golden){.name = "flags-missed-120",
                             .state = FIXTURE_DEAD,
                             .rows = 40,
                             .cols = 120,
                             .at = {.subject = {0, 32}}},
             missed);
    evidence((struct golden){.name = "flags-later-80",
                             .seats = 7,
                             .state = FIXTURE_EQUIVOCATION,
                             .rows = 40,
                             .cols = 80,
                             .change = later_kind},
             later);
    evidence((struct golden){.name = "flags-asked-80",
                             .state = FIXTURE_EQUIVOCATION,
                             .rows = 24,
                             .cols = 80},
             NULL);
    evidence((struct golden){.name = "flags-refused-80",
                             .state = FIXTURE_IDLE,
                             .rows = 24,
                             .cols = 80,
                             .at = {.subject = {0, 4711}}},
             "there is no flag 4711");
    check((struct golden){.name = "flags-later-list-80",
                          .seats = 7,
                          .state = FIXTURE_EQUIVOCATION,
                          .rows = 15,
                          .cols = 80,
                          .change = later_kind});
}

int main(void)
{
    test_lists();
    test_evidence();
    return tap_done();
}
