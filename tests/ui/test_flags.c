/* SPDX-License-Identifier: ISC */
/* The view Flags: lists, and what is behind a flag, of kinds known and not. */
#include "details.h"
#include "flag_kinds.h"
#include "golden.h"
#include "tap.h"

#include "base/alloc.h"
#include "ui/screen/paint.h"
#include "ui/view/flags.h"
#include "ui/view/flags_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* --- every kind that a node may raise, and none of them known to the console --- */

enum { KINDS_MAX = 64, TEXT_MOST = sizeof(((struct scene_flag *)0)->text) - 1 };

/* Words of the longest text, each with its number: "w00 w01 ..." */
static void long_text(char *out, unsigned size)
{
    for (unsigned at = 0, i = 0; at + 4 <= size; at += 4, i++) {
        (void)snprintf(out + at, 5, "w%02u ", i % 100);
    }
    out[size - size % 4 - 1] = '\0';
}

static void all_kinds(struct scene *s)
{
    struct flag_kind_told kind;
    while (s->flag_count > 0) {
        free(s->flags[--s->flag_count]);
    }
    free(s->flags);
    s->flags = alloc_zero(KINDS_MAX, sizeof(struct scene_flag *));
    for (unsigned i = 0; i < KINDS_MAX && flag_kind_at(i, &kind); i++) {
        struct scene_flag *f = alloc_zero(1, sizeof(*f));
        f->references = 1;
        f->id = 100 - i;
        (void)snprintf(f->kind, sizeof(f->kind), "%s", kind.name);
        long_text(f->text, flag_text_most() < TEXT_MOST ? flag_text_most() : TEXT_MOST);
        f->letter = kind.letter;
        f->severity = (enum flag_severity)kind.severity;
        f->seat = kind.has_seat ? (uint16_t)(1 + i % s->seats) : 0;
        f->height = f->acknowledged_ms = f->cleared_ms = UNKNOWN;
        f->acknowledged_by = -1;
        f->first_ms = f->last_ms = s->at_ms - 1000 * i;
        f->count = 1;
        s->flags[s->flag_count++] = f;
    }
    s->flags_new = (uint32_t)s->flag_count;
    s->flags_acknowledged = 0;
}

static struct buffer screen;

/* The view, or the line of flags, as text. */
static const char *shown(const struct scene *s, const struct view_state *state,
                         uint16_t rows, uint16_t cols, bool line)
{
    struct model *m = details_new();
    struct view_context ctx = {
        .scene = s, .model = m, .now_ms = FIXTURE_NOW, .state = state};
    struct rows list;
    struct cells cells;
    struct drawn drawn;
    rows_make(&view_flags, &ctx, &list);
    cells_init(&cells, rows, cols, false);
    if (line) {
        flags_line_draw(&ctx, &cells, cells_area(&cells));
    } else {
        view_flags.draw(&ctx, &cells, cells_area(&cells), &drawn);
    }
    screen.size = 0;
    paint_text(&screen, &cells);
    buffer_append(&screen, "", 1);
    cells_free(&cells);
    rows_free(&list);
    details_free(m);
    return (const char *)screen.data;
}

/* How many of a text's words are there. */
static unsigned words_in(const char *text, const char *where)
{
    unsigned found = 0;
    char word[8];
    for (unsigned i = 0; i < strlen(text) / 4; i++) {
        (void)snprintf(word, sizeof(word), "w%02u", i);
        found += strstr(where, word) != NULL;
    }
    return found;
}

static void test_kinds(void)
{
    static const uint16_t sizes[][2] = {{8, 60}, {17, 80}, {53, 200}};
    struct scene s;
    fixture_scene(&s, 33, FIXTURE_IDLE);
    all_kinds(&s);
    unsigned hidden = 0, cut = 0, unfound = 0;
    for (size_t i = 0; i < s.flag_count; i++) {
        const struct scene_flag *f = s.flags[i];
        for (size_t size = 0; size < 3; size++) {
            struct view_state list = {.panes = {{.key = f->id}}};
            struct view_state detail = {.depth = 1, .subject = {0, f->id}};
            char mark[4] = {' ', f->letter, ' ', '\0'};
            (void)snprintf(list.panes[0].filter, WORDS_MAX, " %s w00", f->kind);
            const char *text = shown(&s, &list, sizes[size][0], sizes[size][1], false);
            unfound += strstr(text, mark) == NULL || strstr(text, "w00") == NULL;
            list.panes[0].filter[0] = '\0';
            hidden += strstr(shown(&s, &list, sizes[size][0], sizes[size][1], false),
                             mark) == NULL;
            text = shown(&s, &detail, sizes[size][0], sizes[size][1], false);
            cut += words_in(f->text, text) < strlen(f->text) / 4 ||
                   strstr(text, f->kind) == NULL;
        }
    }
    ok(s.flag_count >= 30, "%zu kinds", s.flag_count);
    is(hidden, 0, "each has its letter in the list, at every size");
    is(unfound, 0, "each is found by its name");
    is(cut, 0, "and what it says is wrapped, not cut");
    struct view_state none = {.depth = 0};
    const char *line = shown(&s, &none, 1, 80, true);
    ok(strncmp(line, "-- flags -- E 01 equivocation", 29) == 0, "critical ones first: %s",
       line);
    for (size_t i = 0; i < s.flag_count; i++) {
        bool bound = strcmp(s.flags[i]->kind, "fault-bound") == 0;
        s.flags[i]->state =
            bound || s.flags[i]->severity < FLAG_CRITICAL ? FLAG_NEW : FLAG_ACKNOWLEDGED;
    }
    line = shown(&s, &none, 1, 60, true);
    ok(strncmp(line, "-- flags -- F -- fault-bound", 28) == 0,
       "and the fault bound before all that is less: %s", line);
    fixture_free(&s);
    check((struct golden){.name = "flags-kinds-33-80",
                          .state = FIXTURE_IDLE,
                          .rows = 24,
                          .cols = 80,
                          .whole = true,
                          .change = all_kinds,
                          .at = {.panes = {{.sort = 1}}}});
    check((struct golden){.name = "flags-kinds-33-200",
                          .state = FIXTURE_IDLE,
                          .rows = 60,
                          .cols = 200,
                          .change = all_kinds});
    buffer_free(&screen);
}

int main(void)
{
    test_lists();
    test_evidence();
    test_kinds();
    return tap_done();
}
