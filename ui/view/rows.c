/* SPDX-License-Identifier: ISC */
#include "ui/view/view.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static bool contains(struct slice text, const char *words)
{
    size_t size = strlen(words);
    for (size_t at = 0; at + size <= text.size; at++) {
        size_t same = 0;
        while (same < size && lower(text.data[at + same]) == lower((uint8_t)words[same])) {
            same++;
        }
        if (same == size) {
            return true;
        }
    }
    return false;
}

/* Which seats have a flag that is not cleared. */
static void flagged_seats(const struct scene *s, bool flagged[UI_SEATS_MAX + 1])
{
    memset(flagged, 0, UI_SEATS_MAX + 1);
    for (size_t i = 0; i < s->flag_count; i++) {
        if (s->flags[i]->state != FLAG_CLEARED && s->flags[i]->seat <= UI_SEATS_MAX) {
            flagged[s->flags[i]->seat] = true;
        }
    }
}

/* Rows of no seat stay whoever has a flag. */
static bool is_calm(uint16_t seat, const bool flagged[UI_SEATS_MAX + 1])
{
    return seat > UI_SEATS_MAX || (seat > 0 && !flagged[seat]);
}

static void choose(const struct view *v, const struct view_context *ctx, struct rows *out)
{
    const char *filter = ctx->state->panes[ctx->state->depth].filter;
    bool flagged[UI_SEATS_MAX + 1];
    bool by_flag = ctx->flagged_only && v->seat != NULL;
    struct buffer text = {NULL, 0, 0};
    size_t count = v->count(ctx);
    out->at = alloc((count > 0 ? count : 1) * sizeof(*out->at));
    if (by_flag) {
        flagged_seats(ctx->scene, flagged);
    }
    for (size_t i = 0; i < count; i++) {
        if (v->listed != NULL && !v->listed(ctx, i)) {
            continue;
        }
        if (by_flag && is_calm(v->seat(ctx, i), flagged)) {
            continue;
        }
        if (filter[0] != '\0') {
            text.size = 0;
            v->text(ctx, i, &text);
            if (!contains(buffer_slice(&text), filter)) {
                continue;
            }
        }
        out->at[out->count++] = i;
    }
    buffer_free(&text);
}

/* Merges two sorted neighbours of from into to; of equal ones the left comes first. */
static void merge(const struct view *v, const struct view_context *ctx, const size_t *from,
                  size_t *to, size_t begin, size_t middle, size_t end)
{
    int sign = ctx->state->panes[ctx->state->depth].inverted ? -1 : 1;
    size_t left = begin, right = middle;
    for (size_t i = begin; i < end; i++) {
        bool take_left =
            left < middle &&
            (right == end || sign * v->compare(ctx, from[left], from[right]) <= 0);
        to[i] = take_left ? from[left++] : from[right++];
    }
}

static void sort(const struct view *v, const struct view_context *ctx, struct rows *r)
{
    size_t *from = r->at;
    size_t *to = alloc((r->count > 0 ? r->count : 1) * sizeof(*to));
    for (size_t run = 1; run < r->count; run *= 2) {
        for (size_t at = 0; at < r->count; at += 2 * run) {
            size_t middle = at + run < r->count ? at + run : r->count;
            size_t end = middle + run < r->count ? middle + run : r->count;
            merge(v, ctx, from, to, at, middle, end);
        }
        size_t *swap = from;
        from = to;
        to = swap;
    }
    r->at = from;
    free(to);
}

static size_t find_cursor(const struct view *v, const struct view_context *ctx,
                          const struct rows *r)
{
    const struct pane *pane = &ctx->state->panes[ctx->state->depth];
    if (r->count == 0) {
        return 0;
    }
    if (pane->key == ROW_NEWEST) {
        return v->tail ? r->count - 1 : 0;
    }
    for (size_t i = 0; i < r->count; i++) {
        if (v->key(ctx, r->at[i]) == pane->key) {
            return i;
        }
    }
    return pane->index < r->count ? pane->index : r->count - 1;
}

void rows_make(const struct view *v, struct view_context *ctx, struct rows *out)
{
    memset(out, 0, sizeof(*out));
    ctx->rows = out;
    ctx->walk = &out->walk;
    choose(v, ctx, out);
    if (v->compare != NULL) {
        sort(v, ctx, out);
    }
    out->cursor = find_cursor(v, ctx, out);
}

void rows_free(struct rows *r)
{
    free(r->at);
    memset(r, 0, sizeof(*r));
}
