/* SPDX-License-Identifier: ISC */
/* Rows: what filter, flags and sort leave, in which order, and where the cursor is. */
#include "fixture.h"
#include "tap.h"

#include "ui/view/draw.h"

#include <string.h>

/* --- a list of words, by length or by their first letter --- */

static const char *const words[] = {"pear", "Oak", "fir", "willow", "ash", "elm", "maple"};
enum { WORDS = sizeof(words) / sizeof(words[0]) };

static size_t count_words(const struct view_context *ctx)
{
    (void)ctx;
    return WORDS;
}

static uint64_t key_of(const struct view_context *ctx, size_t i)
{
    (void)ctx;
    return 100 + i;
}

static uint16_t seat_of(const struct view_context *ctx, size_t i)
{
    (void)ctx;
    return (uint16_t)i;
}

static void text_of(const struct view_context *ctx, size_t i, struct buffer *out)
{
    (void)ctx;
    buffer_append(out, words[i], strlen(words[i]));
}

static int compare(const struct view_context *ctx, size_t i, size_t j)
{
    unsigned sort = ctx->state->panes[ctx->state->depth].sort;
    int a = sort == 0 ? (int)strlen(words[i]) : words[i][0];
    int b = sort == 0 ? (int)strlen(words[j]) : words[j][0];
    return a - b;
}

static bool is_listed(const struct view_context *ctx, size_t i)
{
    return i != ctx->followed;
}

static const struct view list = {.name = "Words",
                                 .count = count_words,
                                 .key = key_of,
                                 .seat = seat_of,
                                 .text = text_of,
                                 .compare = compare,
                                 .listed = is_listed};

/* --- what they become --- */

struct trial {
    struct scene scene;
    struct view_state state;
    struct view_context ctx;
    struct rows rows;
};

static void begin(struct trial *t)
{
    memset(t, 0, sizeof(*t));
    fixture_scene(&t->scene, 7, FIXTURE_DEAD);
    t->ctx.scene = &t->scene;
    t->ctx.state = &t->state;
    t->ctx.followed = WORDS;
    t->state.panes[0].key = ROW_NEWEST;
}

static void end(struct trial *t)
{
    rows_free(&t->rows);
    fixture_free(&t->scene);
}

static void make(struct trial *t, const struct view *v)
{
    rows_free(&t->rows);
    rows_make(v, &t->ctx, &t->rows);
}

static bool are(const struct trial *t, const char *expected)
{
    char got[256] = "";
    for (size_t i = 0; i < t->rows.count; i++) {
        (void)strcat(strcat(got, i > 0 ? " " : ""), words[t->rows.at[i]]);
    }
    if (strcmp(got, expected) != 0) {
        printf("#   got \"%s\", expected \"%s\"\n", got, expected);
    }
    return strcmp(got, expected) == 0;
}

static void test_sort(void)
{
    struct trial t;
    begin(&t);
    make(&t, &list);
    ok(t.ctx.rows == &t.rows, "the rows are the context's");
    ok(are(&t, "Oak fir ash elm pear maple willow"), "equal ones keep their order");
    t.state.panes[0].inverted = true;
    make(&t, &list);
    ok(are(&t, "willow maple pear Oak fir ash elm"), "and when the order is inverted, too");
    t.state.panes[0].sort = 1;
    t.state.panes[0].inverted = false;
    make(&t, &list);
    ok(are(&t, "Oak ash elm fir maple pear willow"), "by another column");
    struct view plain = list;
    plain.compare = NULL;
    make(&t, &plain);
    ok(are(&t, "pear Oak fir willow ash elm maple"), "a list without sorts is as it is");
    end(&t);
}

static void test_filter(void)
{
    struct trial t;
    begin(&t);
    strcpy(t.state.panes[0].filter, "A");
    make(&t, &list);
    ok(are(&t, "Oak ash pear maple"), "a filter does not mind letters' case");
    strcpy(t.state.panes[0].filter, "pears");
    make(&t, &list);
    ok(t.rows.count == 0 && t.rows.cursor == 0, "a filter may leave nothing");
    strcpy(t.state.panes[0].filter, "");
    t.ctx.followed = 3;
    make(&t, &list);
    ok(are(&t, "Oak fir ash elm pear maple"), "what the view does not list is not there");
    end(&t);
}

static void test_flagged(void)
{
    struct trial t;
    begin(&t);
    t.ctx.flagged_only = true;
    make(&t, &list);
    /* Seats 7 and 5 are dead, 3 withheld a ballot, the evaluator of 4 is down; what 2 did
     * is over. */
    ok(are(&t, "ash elm pear willow"),
       "rows of seats whose flags are not cleared, and those of no seat");
    t.scene.flags[1]->seat = 0;
    make(&t, &list);
    ok(are(&t, "ash pear willow"), "a flag of the council is of no seat");
    t.scene.flags[1]->seat = UINT16_MAX;
    make(&t, &list);
    ok(are(&t, "ash pear willow"), "a flag of a seat that cannot be is no row's");
    struct view seatless = list;
    seatless.seat = NULL;
    make(&t, &seatless);
    is((int64_t)t.rows.count, WORDS, "rows of no seats all stay");
    end(&t);
}

static void test_cursor(void)
{
    struct trial t;
    begin(&t);
    make(&t, &list);
    is((int64_t)t.rows.cursor, 0, "a pane begins at the first row");
    struct view tail = list;
    tail.tail = true;
    make(&t, &tail);
    is((int64_t)t.rows.cursor, WORDS - 1, "in a tail at the last");
    t.state.panes[0].key = 103;
    make(&t, &list);
    ok(t.rows.at[t.rows.cursor] == 3, "the cursor is on its row");
    t.state.panes[0].sort = 1;
    t.state.panes[0].inverted = true;
    make(&t, &list);
    ok(t.rows.at[t.rows.cursor] == 3, "and goes with it when the order changes");
    t.state.panes[0].index = 2;
    t.ctx.followed = 3;
    make(&t, &list);
    is((int64_t)t.rows.cursor, 2, "when its row is gone it stays where it was");
    t.state.panes[0].index = 50;
    make(&t, &list);
    is((int64_t)t.rows.cursor, WORDS - 2, "but inside");
    end(&t);
}

int main(void)
{
    test_sort();
    test_filter();
    test_flagged();
    test_cursor();
    return tap_done();
}
