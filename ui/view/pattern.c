/* SPDX-License-Identifier: ISC */
/* The view Pattern: how seats decided, decision by decision. */
#include "ui/view/pattern.h"
#include "ui/view/alike.h"
#include "ui/view/ballots.h"
#include "ui/view/calibration.h"
#include "ui/view/list.h"
#include "ui/view/table.h"
#include "ui/view/tree.h"

#include <inttypes.h>
#include <stdio.h>

/* What the present list is of. */
enum shown {
    SHOWN_SEATS,
    SHOWN_DECISIONS, /* transposed */
    SHOWN_OF_SEAT,   /* decisions of one seat */
    SHOWN_BALLOTS,   /* ballots of one decision */
    SHOWN_TEXT,
    SHOWN_ALIKE, /* the second page: seats by seats */
    SHOWN_PAIRS, /* one seat and the others */
    SHOWN_PAIR   /* a text */
};

static enum shown shown(const struct view_context *ctx)
{
    const struct view_state *s = ctx->state;
    if (s->alike) {
        return s->depth == 0 ? SHOWN_ALIKE : s->depth == 1 ? SHOWN_PAIRS : SHOWN_PAIR;
    }
    if (s->depth >= 2) {
        return SHOWN_TEXT;
    }
    if (s->depth == 1) {
        return s->transposed ? SHOWN_BALLOTS : SHOWN_OF_SEAT;
    }
    return s->transposed ? SHOWN_DECISIONS : SHOWN_SEATS;
}

enum seat_sort {
    SORT_SEAT,
    SORT_AGREEMENT,
    SORT_MISSED,
    SORT_STREAK,
    SORT_CALIBRATION,
    SORT_BRIER
};

static size_t seat_count(const struct scene *s)
{
    return s->seats < UI_SEATS_MAX ? s->seats : UI_SEATS_MAX;
}

static const char *const *sorts(const struct view_context *ctx)
{
    static const char *const seats[] = {"seat",        "agreement", "missed", "streak",
                                        "calibration", "brier",     NULL};
    static const char *const decisions[] = {"newest", "class", "outcome", "margin", NULL};
    switch (shown(ctx)) {
    case SHOWN_SEATS:
        return seats;
    case SHOWN_DECISIONS:
        return decisions;
    case SHOWN_OF_SEAT:
        return decisions_sorts();
    case SHOWN_BALLOTS:
        return detail_sorts();
    case SHOWN_ALIKE:
        return alike_sorts();
    case SHOWN_PAIRS:
        return pairs_sorts();
    case SHOWN_TEXT:
    case SHOWN_PAIR:
        break;
    }
    return NULL;
}

static size_t count(const struct view_context *ctx)
{
    switch (shown(ctx)) {
    case SHOWN_SEATS:
    case SHOWN_ALIKE:
        return seat_count(ctx->scene);
    case SHOWN_PAIRS:
        return ctx->scene->likeness != NULL ? seat_count(ctx->scene) : 0;
    case SHOWN_DECISIONS:
    case SHOWN_OF_SEAT:
        return ctx->scene->final_count;
    case SHOWN_BALLOTS:
        return detail_count(ctx);
    case SHOWN_TEXT:
    case SHOWN_PAIR:
        break;
    }
    return 0;
}

/* A seat is no pair with itself. */
static bool listed(const struct view_context *ctx, size_t i)
{
    return shown(ctx) != SHOWN_PAIRS || i + 1 != ctx->state->subject[1];
}

static uint64_t key(const struct view_context *ctx, size_t i)
{
    switch (shown(ctx)) {
    case SHOWN_SEATS:
    case SHOWN_ALIKE:
    case SHOWN_PAIRS:
        return i + 1;
    case SHOWN_DECISIONS:
    case SHOWN_OF_SEAT:
        return ballots_key(ctx->scene->final[i]);
    case SHOWN_BALLOTS:
        return detail_key(ctx, i);
    case SHOWN_TEXT:
    case SHOWN_PAIR:
        break;
    }
    return 0;
}

static uint16_t seat(const struct view_context *ctx, size_t i)
{
    switch (shown(ctx)) {
    case SHOWN_SEATS:
    case SHOWN_ALIKE:
    case SHOWN_PAIRS:
        return (uint16_t)(i + 1);
    case SHOWN_BALLOTS:
        return detail_seat(ctx, i);
    case SHOWN_DECISIONS:
    case SHOWN_OF_SEAT:
    case SHOWN_TEXT:
    case SHOWN_PAIR:
        break;
    }
    return 0;
}

static void text(const struct view_context *ctx, size_t i, struct buffer *out)
{
    switch (shown(ctx)) {
    case SHOWN_SEATS:
        words_put_seat(out, ctx->scene, (uint16_t)(i + 1));
        break;
    case SHOWN_DECISIONS:
        ballots_text(ctx->scene, ctx->scene->final[i], out);
        break;
    case SHOWN_OF_SEAT:
        decisions_text(ctx, i, out);
        break;
    case SHOWN_BALLOTS:
        detail_text(ctx, i, out);
        break;
    case SHOWN_ALIKE:
        alike_text(ctx, i, out);
        break;
    case SHOWN_PAIRS:
        pairs_text(ctx, i, out);
        break;
    case SHOWN_TEXT:
    case SHOWN_PAIR:
        break;
    }
}

/* --- order: the worst first --- */

static int compare_seats(const struct scene *s, unsigned by, uint16_t first,
                         uint16_t second)
{
    const struct scene_seat *a = &s->seat[first - 1], *b = &s->seat[second - 1];
    /* What is not known comes last: as no missed ballot at all, and as full agreement. */
    uint64_t a_missed = a->totals_known ? a->missed + (uint64_t)a->withheld + 1 : 0;
    uint64_t b_missed = b->totals_known ? b->missed + (uint64_t)b->withheld + 1 : 0;
    switch ((enum seat_sort)by) {
    case SORT_SEAT:
        break;
    case SORT_AGREEMENT:
        return order_numbers(pattern_agreement(a), pattern_agreement(b));
    case SORT_MISSED:
        return order_numbers(b_missed, a_missed);
    case SORT_STREAK:
        return order_numbers(b->streak, a->streak);
    case SORT_CALIBRATION:
        return calibration_compare_gap(s, first, second);
    case SORT_BRIER:
        return calibration_compare_brier(s, first, second);
    }
    return 0;
}

static int compare(const struct view_context *ctx, size_t i, size_t j)
{
    const struct scene *s = ctx->scene;
    unsigned by = ctx->state->panes[0].sort;
    int order = 0;
    switch (shown(ctx)) {
    case SHOWN_SEATS:
        order = compare_seats(s, by, (uint16_t)(i + 1), (uint16_t)(j + 1));
        break;
    case SHOWN_DECISIONS:
        order = ballots_compare(by, s->final[i], s->final[j]);
        break;
    case SHOWN_OF_SEAT:
        return decisions_compare(ctx, i, j);
    case SHOWN_BALLOTS:
        return detail_compare(ctx, i, j);
    case SHOWN_ALIKE:
        return alike_compare(ctx, i, j);
    case SHOWN_PAIRS:
        return pairs_compare(ctx, i, j);
    case SHOWN_TEXT:
    case SHOWN_PAIR:
        break;
    }
    return order != 0 ? order : order_numbers(i, j);
}

/* --- the text at depth 2, drawing --- */

/* Transposed, a row of a decision's ballots was opened; else a decision of a seat. */
static void body(const struct view_context *ctx, struct buffer *out)
{
    const uint64_t *subject = ctx->state->subject;
    if (ctx->state->alike) {
        pair_body(ctx, out);
    } else if (ctx->state->transposed) {
        content_body(ctx, subject[1], subject[2], out);
    } else {
        content_body(ctx, subject[2], subject[1], out);
    }
}

static void draw(const struct view_context *ctx, struct cells *c, struct area a,
                 struct drawn *out)
{
    struct buffer page = {NULL, 0, 0};
    switch (shown(ctx)) {
    case SHOWN_SEATS:
        pattern_draw_seats(ctx, c, a, out);
        break;
    case SHOWN_DECISIONS:
        pattern_draw_decisions(ctx, c, a, out);
        break;
    case SHOWN_OF_SEAT:
        decisions_draw(ctx, c, a, out);
        break;
    case SHOWN_BALLOTS:
        detail_draw(ctx, c, a, out);
        break;
    case SHOWN_ALIKE:
        alike_draw(ctx, c, a, out);
        break;
    case SHOWN_PAIRS:
        pairs_draw(ctx, c, a, out);
        break;
    case SHOWN_TEXT:
    case SHOWN_PAIR:
        body(ctx, &page);
        draw_pager(ctx, c, a, buffer_slice(&page), out);
        buffer_free(&page);
        break;
    }
}

static bool opens(const struct view_context *ctx)
{
    return ctx->state->depth < 2 && ctx->rows->count > 0;
}

static void want(const struct view_context *ctx, struct model *m, uint64_t now_ms)
{
    const uint64_t *subject = ctx->state->subject;
    const struct pane *pane = &ctx->state->panes[0];
    bool transposed = ctx->state->transposed;
    switch (shown(ctx)) {
    case SHOWN_SEATS:
        /* The map shows so many decisions as it has columns, and there are few screens as
         * wide as this. */
        if (ctx->scene->final_count < pane->side + 4 * (size_t)LIST_AHEAD) {
            model_want_page(m, PAGE_DECISIONS);
        }
        if (pattern_calibrated(ctx, ctx->cols)) {
            model_want_patterns(m, PATTERNS_SEATS, now_ms);
        }
        break;
    case SHOWN_OF_SEAT:
        model_want_patterns(m, PATTERNS_SEATS, now_ms);
        if (list_is_near_end(ctx)) {
            model_want_page(m, PAGE_DECISIONS);
        }
        break;
    case SHOWN_DECISIONS:
        if (list_is_near_end(ctx)) {
            model_want_page(m, PAGE_DECISIONS);
        }
        break;
    case SHOWN_BALLOTS:
        content_want(ctx, m, subject[1], now_ms);
        break;
    case SHOWN_TEXT:
        content_want(ctx, m, subject[transposed ? 1 : 2], now_ms);
        break;
    case SHOWN_ALIKE:
    case SHOWN_PAIRS:
    case SHOWN_PAIR:
        model_want_patterns(m, PATTERNS_PAIRS, now_ms);
        model_want_patterns(m, PATTERNS_SEATS, now_ms);
        break;
    }
}

const struct view view_pattern = {
    .name = "Pattern",
    .sorts = sorts,
    .count = count,
    .listed = listed,
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
