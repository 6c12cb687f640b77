/* SPDX-License-Identifier: ISC */
/* Small things that lists have in common. */
#ifndef CONCLAVE_UI_VIEW_LIST_H
#define CONCLAVE_UI_VIEW_LIST_H

#include "ui/view/view.h"

/* How many rows before the end of a list the next page is asked for. */
enum { LIST_AHEAD = 64 };

static inline int order_numbers(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static inline bool list_is_near_end(const struct view_context *ctx)
{
    return ctx->rows->cursor + LIST_AHEAD >= ctx->rows->count;
}

/* The depths below the list itself, or below what it opens, that are a text. */
static inline bool list_pages_from_1(const struct view_context *ctx)
{
    return ctx->state->depth >= 1;
}

static inline bool list_pages_from_2(const struct view_context *ctx)
{
    return ctx->state->depth >= 2;
}

/* What is known of a detail; nothing without a model. */
static inline struct detail list_detail(const struct view_context *ctx,
                                        enum detail_kind kind, const char *key)
{
    return ctx->model != NULL ? model_detail(ctx->model, kind, key)
                              : (struct detail){.state = DETAIL_NONE};
}

#endif
