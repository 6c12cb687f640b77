/* SPDX-License-Identifier: ISC */
/* The view Ledger: blocks, and what one of them holds. */
#include "ui/view/ledger.h"
#include "ui/view/list.h"
#include "ui/view/table.h"
#include "ui/view/tree.h"

#include <inttypes.h>
#include <stdio.h>

enum { GAP_AHEAD = 20 }; /* rows before a gap at which what is in it is asked for */

enum sort { SORT_HEIGHT, SORT_OPERATIONS, SORT_BYTES, SORT_COMMIT };
static const char *const block_sorts[] = {"height", "operations", "bytes", "commit", NULL};

const struct scene_block *ledger_find(const struct scene *s, uint64_t height)
{
    size_t low = 0, high = s->block_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->blocks[middle]->height > height) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < s->block_count && s->blocks[low]->height == height ? s->blocks[low] : NULL;
}

struct detail ledger_detail(const struct view_context *ctx, enum detail_kind kind)
{
    char height[24];
    (void)snprintf(height, sizeof(height), "%" PRIu64, ctx->state->subject[1]);
    return list_detail(ctx, kind, height);
}

/* The node tells latencies with a block that it votes for, and of the last ones again. */
static uint64_t latency(const struct scene *s, const struct scene_block *b, bool committed)
{
    const struct scene_votes *v = &s->votes;
    uint64_t known = committed ? b->committed_ms : b->prepared_ms;
    for (size_t i = v->latency_count; i > 0 && known == UNKNOWN; i--) {
        if (v->latencies[i - 1].height == b->height) {
            return committed ? v->latencies[i - 1].committed_ms
                             : v->latencies[i - 1].prepared_ms;
        }
    }
    return known;
}

static const char *const *sorts(const struct view_context *ctx)
{
    return ctx->state->depth == 0 ? block_sorts : NULL;
}

static size_t count(const struct view_context *ctx)
{
    return ctx->state->depth == 0   ? ctx->scene->block_count
           : ctx->state->depth == 1 ? block_count(ctx)
                                    : 0;
}

static uint64_t key(const struct view_context *ctx, size_t i)
{
    return ctx->state->depth == 0 ? ctx->scene->blocks[i]->height : block_key(ctx, i);
}

static void text(const struct view_context *ctx, size_t i, struct buffer *out)
{
    if (ctx->state->depth > 0) {
        block_text(ctx, i, out);
        return;
    }
    const struct scene_block *b = ctx->scene->blocks[i];
    char date[32];
    words_date(date, sizeof(date), b->time_ms);
    words_format(out, "%" PRIu64 " view %" PRIu64 " ", b->height, b->view);
    words_put_seat(out, ctx->scene, b->primary);
    words_format(out, " %s %" PRIu64 " %s", date, b->operations, b->hash);
}

static int compare(const struct view_context *ctx, size_t i, size_t j)
{
    int order = 0;
    if (ctx->state->depth > 0) {
        return order_numbers(i, j);
    }
    const struct scene_block *a = ctx->scene->blocks[i], *b = ctx->scene->blocks[j];
    switch ((enum sort)ctx->state->panes[0].sort) {
    case SORT_HEIGHT:
        break;
    case SORT_OPERATIONS:
        order = order_numbers(b->operations, a->operations);
        break;
    case SORT_BYTES:
        order = order_numbers(b->bytes + 1, a->bytes + 1); /* unknown ones last */
        break;
    case SORT_COMMIT:
        order = order_numbers(latency(ctx->scene, b, true) + 1,
                              latency(ctx->scene, a, true) + 1);
        break;
    }
    return order != 0 ? order : order_numbers(i, j);
}

/* --- drawing --- */

enum {
    HEIGHT,
    VIEW,
    PRIMARY,
    TIME,
    OPERATIONS,
    ENVELOPES,
    BYTES,
    PREPARED,
    COMMITTED,
    HASH
};
static const struct column columns[] = {
    [HEIGHT] = {"height", 9, 0, SORT_HEIGHT, true, 0},
    [VIEW] = {"view", 5, 34, NO_SORT, true, 0},
    [PRIMARY] = {"primary", 12, 44, NO_SORT, false, 18},
    [TIME] = {"time", 10, 24, NO_SORT, false, 0},
    [OPERATIONS] = {"ops", 5, 28, SORT_OPERATIONS, true, 0},
    [ENVELOPES] = {"envelopes", 9, 100, NO_SORT, true, 0},
    [BYTES] = {"bytes", 8, 76, SORT_BYTES, true, 0},
    [PREPARED] = {"prepared", 8, 92, NO_SORT, true, 0},
    [COMMITTED] = {"commit", 7, 56, SORT_COMMIT, true, 0},
    [HASH] = {"hash", 0, 0, NO_SORT, false, 0},
};

/* What the list does not have between this block and the next one below. */
static uint64_t gap_below(const struct scene *s, size_t i)
{
    return i + 1 < s->block_count && s->blocks[i]->height > s->blocks[i + 1]->height
               ? s->blocks[i]->height - s->blocks[i + 1]->height - 1
               : 0;
}

static void put_latency(const struct table *t, struct cells *c, struct area line,
                        size_t column, uint64_t ms)
{
    char words[16];
    words_duration(words, sizeof(words), ms);
    table_put(t, c, line, column, ms == UNKNOWN ? ROLE_UNKNOWN : ROLE_TEXT, words);
}

static void draw_one(const struct view_context *ctx, struct cells *c, struct area line,
                     size_t i)
{
    const struct scene_block *b = ctx->scene->blocks[i];
    struct table t;
    char words[UI_ID_BYTES + 64];
    table_lay(&t, columns, sizeof(columns) / sizeof(columns[0]), line.cols);
    words_number(words, sizeof(words), b->height);
    table_put(&t, c, line, HEIGHT, ROLE_STRONG, words);
    words_number(words, sizeof(words), b->view);
    table_put(&t, c, line, VIEW, ROLE_TEXT, words);
    if (b->primary > 0) {
        (void)draw_seat(ctx, c, line, 0, t.at[PRIMARY], t.width[PRIMARY], b->primary);
    }
    words_when(words, sizeof(words), b->time_ms, ctx->now_ms);
    table_put(&t, c, line, TIME, ROLE_QUIET, words);
    words_number(words, sizeof(words), b->operations);
    table_put(&t, c, line, OPERATIONS, b->operations > 0 ? ROLE_TEXT : ROLE_QUIET, words);
    words_number(words, sizeof(words), b->envelopes);
    table_put(&t, c, line, ENVELOPES, ROLE_QUIET, words);
    words_bytes(words, sizeof(words), b->bytes);
    table_put(&t, c, line, BYTES, ROLE_QUIET, words);
    put_latency(&t, c, line, PREPARED, latency(ctx->scene, b, false));
    put_latency(&t, c, line, COMMITTED, latency(ctx->scene, b, true));
    if (ctx->state->panes[0].sort == SORT_HEIGHT && gap_below(ctx->scene, i) > 0) {
        (void)snprintf(words, sizeof(words), "%.8s  below: %" PRIu64 " not loaded", b->hash,
                       gap_below(ctx->scene, i));
    } else {
        (void)snprintf(words, sizeof(words), "%s", b->hash);
    }
    table_put(&t, c, line, HASH, ROLE_QUIET, words);
}

static void draw(const struct view_context *ctx, struct cells *c, struct area a,
                 struct drawn *out)
{
    struct buffer body = {NULL, 0, 0};
    switch (ctx->state->depth) {
    case 0:
        table_draw(ctx, c, a, columns, sizeof(columns) / sizeof(columns[0]), draw_one,
                   ctx->scene->known ? "no block yet" : "the node has not answered yet",
                   out);
        return;
    case 1:
        block_draw(ctx, c, a, out);
        return;
    default:
        block_body(ctx, &body);
        draw_pager(ctx, c, a, buffer_slice(&body), out);
        buffer_free(&body);
    }
}

static bool opens(const struct view_context *ctx)
{
    return ctx->state->depth < 2 && ctx->rows->count > 0;
}

/* Whoever goes down from the newest blocks to where there is a gap finds no gap. */
static void want_gap(const struct view_context *ctx, struct model *m)
{
    const struct pane *pane = &ctx->state->panes[0];
    size_t end = ctx->rows->cursor + GAP_AHEAD;
    if (pane->sort != SORT_HEIGHT || pane->inverted) {
        return;
    }
    for (size_t i = ctx->rows->cursor; i < end && i < ctx->rows->count; i++) {
        if (gap_below(ctx->scene, ctx->rows->at[i]) > 0) {
            model_want_height(m, ctx->scene->blocks[ctx->rows->at[i]]->height - 1);
            return;
        }
    }
}

static void want(const struct view_context *ctx, struct model *m, uint64_t now_ms)
{
    char height[24];
    if (ctx->state->depth > 0) {
        (void)snprintf(height, sizeof(height), "%" PRIu64, ctx->state->subject[1]);
        model_want_detail(m, DETAIL_BLOCK, height, now_ms);
    } else {
        want_gap(ctx, m);
        if (list_is_near_end(ctx)) {
            model_want_page(m, PAGE_BLOCKS);
        }
    }
}

const struct view view_ledger = {
    .name = "Ledger",
    .sorts = sorts,
    .count = count,
    .key = key,
    .text = text,
    .compare = compare,
    .draw = draw,
    .opens = opens,
    .pages = list_pages_from_2,
    .body = block_body,
    .want = want,
};
