/* SPDX-License-Identifier: ISC */
/* The view Consensus: the seats, those that are missing first, and how ordering goes. */
#include "ui/view/consensus.h"
#include "ui/view/blocks.h"
#include "ui/view/phases.h"
#include "ui/view/seat_row.h"

#include <stdio.h>
#include <string.h>

enum sort { BY_MISSING, BY_SEAT, BY_VIEW, BY_ASKED, BY_HEIGHT };
static const char *const names[] = {"missing",    "seat",   "view",
                                    "asked view", "height", NULL};

static const char *const *sorts(const struct view_context *ctx)
{
    (void)ctx;
    return names;
}

static size_t count(const struct view_context *ctx)
{
    return ctx->scene->seats;
}

static uint64_t key(const struct view_context *ctx, size_t i)
{
    (void)ctx;
    return i + 1;
}

static uint16_t seat(const struct view_context *ctx, size_t i)
{
    (void)ctx;
    return (uint16_t)(i + 1);
}

static void text(const struct view_context *ctx, size_t i, struct buffer *out)
{
    const struct scene_seat *at = &ctx->scene->seat[i];
    char words[160], number[8], view[24], asked[24], height[24];
    words_seat(number, sizeof(number), ctx->scene, (uint16_t)(i + 1));
    words_number(view, sizeof(view), at->view);
    words_number(asked, sizeof(asked), at->asked_view);
    words_number(height, sizeof(height), at->height);
    buffer_append(out, number, strlen(number));
    buffer_append(out, " ", 1);
    buffer_append_slice(out, seat_name(ctx->scene, (uint16_t)(i + 1)));
    int size = snprintf(
        words, sizeof(words), " view %s asked %s height %s stages %s%s%s %s", view, asked,
        height, (at->stages & STAGE_PRE_PREPARE) ? "P" : ".",
        (at->stages & STAGE_PREPARE) ? "p" : ".", (at->stages & STAGE_COMMIT) ? "c" : ".",
        seat_state(ctx, (uint16_t)(i + 1)));
    buffer_append(out, words, size < (int)sizeof(words) ? (size_t)size : sizeof(words) - 1);
}

/* How far a seat has come: what has said least comes first. */
static unsigned steps(const struct view_context *ctx, const struct scene_seat *at)
{
    if (at->expelled) {
        return 9; /* nobody waits for it */
    }
    if (ctx->scene->order.changing) {
        return seat_asks(ctx->scene, at);
    }
    return !at->stages_known                  ? 8
           : (at->stages & STAGE_COMMIT)      ? 3
           : (at->stages & STAGE_PREPARE)     ? 2
           : (at->stages & STAGE_PRE_PREPARE) ? 1
                                              : 0;
}

static int order(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare(const struct view_context *ctx, size_t i, size_t j)
{
    const struct scene_seat *a = &ctx->scene->seat[i], *b = &ctx->scene->seat[j];
    switch ((enum sort)ctx->state->panes[0].sort) {
    case BY_MISSING:
        return order(steps(ctx, a), steps(ctx, b));
    case BY_SEAT:
        return order(i, j);
    case BY_VIEW:
        return order(a->view, b->view);
    case BY_ASKED:
        return order(a->asked_view, b->asked_view);
    case BY_HEIGHT:
        return order(a->height, b->height);
    }
    return order(i, j);
}

/* --- a seat's line --- */

enum { VIEW_COLS = 6, HEIGHT_COLS = 9, AGE_COLS = 7, STAGE_COLS = 4, NAME_LEAST = 6 };

/* What there is room for, from the right edge on. */
struct fields {
    unsigned name, stage, view, asked, height, age; /* columns, 0: not there */
};

static struct fields fields_of(const struct scene *s, unsigned cols)
{
    struct fields f = {0};
    unsigned number = s->seats > 99 ? 4 : 3;
    unsigned left = cols > number ? cols - number : 0;
    unsigned *wanted[] = {&f.stage, &f.name, &f.view, &f.asked, &f.height, &f.age};
    static const unsigned least[] = {STAGE_COLS, NAME_LEAST,  VIEW_COLS,
                                     VIEW_COLS,  HEIGHT_COLS, AGE_COLS};
    for (size_t i = 0; i < sizeof(least) / sizeof(least[0]) && left >= least[i]; i++) {
        *wanted[i] = least[i];
        left -= least[i];
    }
    if (f.name > 0) {
        f.name += left < 8 ? left : 8;
    }
    return f;
}

static void draw_known(struct cells *c, struct area line, unsigned col, unsigned width,
                       uint64_t n, uint64_t usual)
{
    char words[24];
    words_number(words, sizeof(words), n);
    draw_right(c, line, 0, col + 1, width - 1,
               n == UNKNOWN                    ? ROLE_UNKNOWN
               : usual != UNKNOWN && n < usual ? ROLE_BAD
                                               : ROLE_TEXT,
               words);
}

static void draw_row_of(const struct view_context *ctx, struct cells *c, struct area line,
                        size_t i)
{
    const struct scene *s = ctx->scene;
    const struct scene_seat *at = &s->seat[i];
    struct fields f = fields_of(s, line.cols);
    uint16_t number = (uint16_t)(i + 1);
    char words[24];
    words_seat(words, sizeof(words), s, number);
    unsigned col = draw_string(c, line, 0, 0, ROLE_QUIET, words);
    (void)draw_string(c, line, 0, col++, ROLE_STRONG,
                      ctx->marked[i]            ? "*"
                      : ctx->followed == number ? ">"
                                                : " ");
    if (f.name > 0) {
        draw_fit(c, line, 0, col, f.name, ROLE_TEXT, seat_name(s, number));
        col += f.name;
    }
    if (f.stage > 0) {
        seat_stage_draw(ctx, c, line, col + (f.name > 0), at);
        col += f.stage;
    }
    if (f.view > 0) {
        draw_known(c, line, col, f.view, at->view, s->order.view);
        col += f.view;
    }
    if (f.asked > 0 && at->asked_view != UNKNOWN) {
        draw_known(c, line, col, f.asked, at->asked_view, UNKNOWN);
    }
    col += f.asked;
    if (f.height > 0) {
        draw_known(c, line, col, f.height, at->height, s->usual_height);
        col += f.height;
    }
    if (f.age > 0) {
        bool silent = seat_is_silent(ctx, number);
        words_age(words, sizeof(words), seat_age(ctx, at));
        draw_right(c, line, 0, col + 1, f.age - 1, silent ? ROLE_BAD : ROLE_QUIET,
                   number == s->own ? "self" : words);
    }
}

static unsigned less(unsigned columns)
{
    return columns > 0 ? columns - 1 : 0;
}

static void draw_heads(const struct view_context *ctx, struct cells *c, struct area line)
{
    struct fields f = fields_of(ctx->scene, line.cols);
    unsigned col = ctx->scene->seats > 99 ? 4 : 3;
    draw_head(ctx, c, line, 0, 0, col, BY_SEAT, false, "no");
    draw_head(ctx, c, line, 0, col, f.name, NO_SORT, false, "name");
    col += f.name;
    /* An arrow stands in the blank after the letters. */
    draw_head(ctx, c, line, 0, col + (f.name > 0), f.stage, BY_MISSING, false, "Ppc");
    col += f.stage + 1;
    draw_head(ctx, c, line, 0, col, less(f.view), BY_VIEW, true, "view");
    col += f.view;
    draw_head(ctx, c, line, 0, col, less(f.asked), BY_ASKED, true, "asks");
    col += f.asked;
    draw_head(ctx, c, line, 0, col, less(f.height), BY_HEIGHT, true, "height");
    col += f.height;
    draw_head(ctx, c, line, 0, col, less(f.age), NO_SORT, true, "heard");
}

/* --- the whole --- */

enum { LIST_LEAST = 20, LIST_MOST = 52, SMALL = 12, LARGE = 26 };

static struct area next(struct area a, unsigned taken, bool gap)
{
    return taken > 0 ? area_rows(a, taken + gap, a.rows) : a;
}

static void draw_blocks(const struct view_context *ctx, struct cells *c, struct area a)
{
    bool small = a.rows < SMALL, large = a.rows >= LARGE;
    if (!ctx->scene->known) {
        return;
    }
    if (ctx->scene->past && !ctx->scene->votes.known) {
        (void)draw_wrapped(c, a, ROLE_UNKNOWN,
                           slice_of_string("What the seats said to each other then was not "
                                           "watched: ? is all that is known of it."));
        return;
    }
    unsigned timers = small ? 1 : 2;
    struct area last = area_rows(a, a.rows - timers, timers);
    (void)timers_block(ctx, c, last);
    a = area_rows(a, 0, a.rows - timers);
    a = next(a, awaiting_block(ctx, c, area_rows(a, 0, large ? a.rows / 4U : 4)), large);
    unsigned change = change_block(ctx, c, area_rows(a, 0, a.rows / (large ? 2U : 3U)));
    a = next(a, change, large);
    if (change == 0 && large) {
        a = next(a, missing_block(ctx, c, area_rows(a, 0, a.rows / 2U)), true);
    }
    a = next(a, views_block(ctx, c, area_rows(a, 0, small ? 1 : large ? 6 : 3)), large);
    a = next(a, pipeline_block(ctx, c, area_rows(a, 0, small ? 1 : large ? 6 : 4)), large);
    (void)latency_block(ctx, c, a);
}

static void draw(const struct view_context *ctx, struct cells *c, struct area a,
                 struct drawn *out)
{
    unsigned width = a.cols * 2U / 5;
    width = width < LIST_LEAST ? LIST_LEAST : width > LIST_MOST ? LIST_MOST : width;
    struct area list = area_cols(a, 0, width);
    /* The arrows' column is there or not; the heads do not move with it. */
    bool more = ctx->rows->count + 1 > a.rows;
    draw_heads(ctx, c, area_cols(area_rows(list, 0, 1), 0, width - more));
    draw_list(ctx, c, area_rows(list, 1, a.rows), 1, draw_row_of, out);
    draw_blocks(ctx, c, area_cols(a, width + 1, a.cols));
}

const struct view view_consensus = {
    .name = "Consensus",
    .sorts = sorts,
    .count = count,
    .key = key,
    .seat = seat,
    .text = text,
    .compare = compare,
    .draw = draw,
};
