/* SPDX-License-Identifier: ISC */
/* The view Ballots: the list of proposals, and what it opens. */
#include "ui/view/ballots.h"
#include "ui/view/list.h"
#include "ui/view/table.h"
#include "ui/view/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const list_sorts[] = {"newest", "class",    "outcome",
                                         "margin", "deadline", NULL};

static const char *const *sorts(const struct view_context *ctx)
{
    return ctx->state->depth == 0 ? list_sorts
                                  : (ctx->state->depth == 1 ? detail_sorts() : NULL);
}

static size_t count(const struct view_context *ctx)
{
    return ctx->state->depth == 0   ? ballots_count(ctx->scene)
           : ctx->state->depth == 1 ? detail_count(ctx)
                                    : 0;
}

static uint64_t key(const struct view_context *ctx, size_t i)
{
    return ctx->state->depth == 0 ? ballots_key(ballots_at(ctx->scene, i))
                                  : detail_key(ctx, i);
}

static uint16_t seat(const struct view_context *ctx, size_t i)
{
    return ctx->state->depth == 0 ? 0 : detail_seat(ctx, i);
}

static void text(const struct view_context *ctx, size_t i, struct buffer *out)
{
    if (ctx->state->depth == 0) {
        ballots_text(ctx->scene, ballots_at(ctx->scene, i), out);
    } else {
        detail_text(ctx, i, out);
    }
}

static int compare(const struct view_context *ctx, size_t i, size_t j)
{
    if (ctx->state->depth != 0) {
        return detail_compare(ctx, i, j);
    }
    int order = ballots_compare(ctx->state->panes[0].sort, ballots_at(ctx->scene, i),
                                ballots_at(ctx->scene, j));
    return order != 0 ? order : order_numbers(i, j);
}

/* --- drawing --- */

enum {
    STATE,
    ID,
    CLASS,
    TITLE,
    PROPOSER,
    SEALED,
    GIVEN,
    OPENED,
    APPROVED,
    OTHERS,
    WHY,
    WHEN
};
static const struct column columns[] = {
    [STATE] = {"state", 9, 0, BY_OUTCOME, false, 0},
    [ID] = {"id", 8, 78, NO_SORT, false, 0},
    [CLASS] = {"class", 12, 100, BY_CLASS, false, 20},
    [TITLE] = {"title", 0, 0, NO_SORT, false, 0},
    [PROPOSER] = {"proposed by", 16, 140, NO_SORT, false, 0},
    [SEALED] = {"sealed", 6, 70, NO_SORT, false, 0},
    [GIVEN] = {"", 7, 110, NO_SORT, true, 0},
    [OPENED] = {"opened", 6, 70, NO_SORT, false, 0},
    [APPROVED] = {"tally", 7, 30, BY_MARGIN, true, 0},
    [OTHERS] = {"N   A", 7, 110, NO_SORT, true, 0},
    [WHY] = {"why rejected", 21, 150, NO_SORT, false, 0},
    [WHEN] = {"when", 9, 50, BY_NEWEST, true, 0},
};

static void draw_numbers(const struct table *t, struct cells *c, struct area line,
                         const struct scene_proposal *p)
{
    char words[48], need[16] = "?";
    bool told = ballots_told(p);
    struct area sealed = table_field(t, line, SEALED), open = table_field(t, line, OPENED);
    draw_bar(c, sealed, 0, 0, sealed.cols, p->committed, p->seats, 0);
    draw_bar(c, open, 0, 0, open.cols, told ? p->revealed : 0, p->seats, 0);
    (void)snprintf(words, sizeof(words), "%" PRIu32 "/%u", p->committed,
                   (unsigned)p->seats);
    table_put(t, c, line, GIVEN, ROLE_QUIET, words);
    if (p->threshold > 0) {
        (void)snprintf(need, sizeof(need), "%" PRIu32, p->threshold);
    }
    if (told) {
        (void)snprintf(words, sizeof(words), "%" PRIu32 "/%s", p->approve, need);
    } else {
        (void)snprintf(words, sizeof(words), "-/%s", need);
    }
    table_put(t, c, line, APPROVED, told ? ROLE_TEXT : ROLE_QUIET, words);
    (void)snprintf(words, sizeof(words), "%" PRIu32 " %3" PRIu32, p->reject, p->abstain);
    table_put(t, c, line, OTHERS, ROLE_QUIET, told ? words : "");
}

static void draw_one(const struct view_context *ctx, struct cells *c, struct area line,
                     size_t i)
{
    const struct scene_proposal *p = ballots_at(ctx->scene, i);
    struct table t;
    char words[32];
    table_lay(&t, columns, sizeof(columns) / sizeof(columns[0]), line.cols);
    table_put(&t, c, line, STATE, ballots_role(p), ballots_state(p));
    (void)snprintf(words, sizeof(words), "%.8s", p->id);
    table_put(&t, c, line, ID, ROLE_QUIET, words);
    table_put(&t, c, line, CLASS, ROLE_TEXT, p->class_name);
    table_put(&t, c, line, TITLE, p->phase == UI_FINAL ? ROLE_TEXT : ROLE_STRONG, p->title);
    if (t.width[PROPOSER] > 0) {
        (void)draw_seat(ctx, c, line, 0, t.at[PROPOSER], t.width[PROPOSER], p->proposer);
    }
    draw_numbers(&t, c, line, p);
    table_put(&t, c, line, WHY, ROLE_QUIET, p->reason);
    ballots_when(p, ctx->now_ms, words, sizeof(words));
    bool over = strncmp(words, "over", 4) == 0;
    table_put(&t, c, line, WHEN, over ? ROLE_WARNING : ROLE_QUIET, words);
}

static void draw(const struct view_context *ctx, struct cells *c, struct area a,
                 struct drawn *out)
{
    struct buffer body = {NULL, 0, 0};
    switch (ctx->state->depth) {
    case 0:
        table_draw(ctx, c, a, columns, sizeof(columns) / sizeof(columns[0]), draw_one,
                   ctx->scene->known ? "no proposal yet" : "the node has not answered yet",
                   out);
        return;
    case 1:
        detail_draw(ctx, c, a, out);
        return;
    default:
        content_body(ctx, ctx->state->subject[1], ctx->state->subject[2], &body);
        draw_pager(ctx, c, a, buffer_slice(&body), out);
        buffer_free(&body);
    }
}

static bool opens(const struct view_context *ctx)
{
    return ctx->state->depth < 2 && ctx->rows->count > 0;
}

static void body(const struct view_context *ctx, struct buffer *out)
{
    content_body(ctx, ctx->state->subject[1], ctx->state->subject[2], out);
}

static void want(const struct view_context *ctx, struct model *m, uint64_t now_ms)
{
    if (ctx->state->depth > 0) {
        content_want(ctx, m, ctx->state->subject[1], now_ms);
    } else if (list_is_near_end(ctx)) {
        model_want_page(m, PAGE_DECISIONS);
    }
}

const struct view view_ballots = {
    .name = "Ballots",
    .sorts = sorts,
    .count = count,
    .key = key,
    .seat = seat,
    .text = text,
    .compare = compare,
    .draw = draw,
    .opens = opens,
    .pages = list_pages_from_2,
    .body = body,
    .want = want,
};
