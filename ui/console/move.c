/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ui/console/inside.h"

#include <stdlib.h>
#include <string.h>

struct view_state *console_state(struct console *c)
{
    return &console_here(c)->states[c->view];
}

struct pane *console_pane(struct console *c)
{
    struct view_state *state = console_state(c);
    return &state->panes[state->depth];
}

static void make_context(const struct console *c, uint64_t now_ms, struct view_context *ctx)
{
    const struct council *at = console_here_const(c);
    *ctx = (struct view_context){.scene = console_scene(c),
                                 .model = at->model,
                                 .now_ms = console_clock(c, now_ms),
                                 .state = &at->states[c->view],
                                 .marked = at->marked,
                                 .flagged_only = at->flagged_only,
                                 .followed = at->followed};
}

bool move_is_pager(const struct console *c, uint64_t now_ms)
{
    struct view_context ctx;
    const struct view *v = views[c->view];
    make_context(c, now_ms, &ctx);
    return v->pages != NULL && v->pages(&ctx);
}

/* The cursor stays with the seat that is followed, where rows are of seats. */
static void follow(struct view_context *ctx, const struct view *v, struct rows *rows)
{
    if (v->seat == NULL || rows->count == 0 ||
        v->seat(ctx, rows->at[rows->cursor]) == ctx->followed) {
        return; /* a seat may have several rows, as in Flags */
    }
    for (size_t i = 0; i < rows->count; i++) {
        if (v->seat(ctx, rows->at[i]) == ctx->followed) {
            rows->cursor = i;
            return;
        }
    }
}

void console_rows(struct console *c, uint64_t now_ms, struct view_context *ctx,
                  struct rows *rows)
{
    struct council *at = console_here(c);
    const struct view *v = views[c->view];
    struct pane *pane = console_pane(c);
    make_context(c, now_ms, ctx);
    rows_make(v, ctx, rows);
    if (at->followed != 0 && !v->tail) {
        follow(ctx, v, rows);
    }
    bool stays = pane->key == ROW_NEWEST && (v->tail || rows->cursor == 0);
    if (rows->count > 0) {
        uint64_t key = v->key(ctx, rows->at[rows->cursor]);
        pane->waits = pane->waits && key != pane->key;
        pane->index = rows->cursor;
        if (!stays && !pane->waits) {
            pane->key = key;
        }
    }
}

/* Puts the cursor on a row that there is. */
static void set_cursor(struct console *c, const struct view_context *ctx, size_t row)
{
    const struct view *v = views[c->view];
    struct pane *pane = console_pane(c);
    struct council *at = console_here(c);
    bool newest = v->tail && row + 1 == ctx->rows->count;
    pane->index = row;
    pane->waits = false;
    pane->key = newest ? ROW_NEWEST : v->key(ctx, ctx->rows->at[row]);
    if (at->followed != 0 && !v->tail && v->seat != NULL) {
        uint16_t seat = v->seat(ctx, ctx->rows->at[row]);
        at->followed = seat != 0 ? seat : at->followed;
    }
    console_changed(c);
}

/* In the pager the text moves, not a cursor; how far it can is known when it is drawn. */
static void move_text(struct console *c, long rows)
{
    struct pane *pane = console_pane(c);
    if (rows < 0) {
        size_t up = (size_t)-rows;
        pane->top = pane->top > up ? pane->top - up : 0;
    } else {
        pane->top =
            pane->top > SIZE_MAX - (size_t)rows ? SIZE_MAX : pane->top + (size_t)rows;
    }
    console_changed(c);
}

void move_by(struct console *c, long rows, uint64_t now_ms)
{
    struct view_context ctx;
    struct rows all;
    if (move_is_pager(c, now_ms)) {
        move_text(c, rows);
        return;
    }
    console_rows(c, now_ms, &ctx, &all);
    if (all.count > 0) {
        long last = (long)all.count - 1;
        long to = (long)all.cursor + rows;
        set_cursor(c, &ctx, (size_t)(to < 0 ? 0 : to > last ? last : to));
    }
    rows_free(&all);
}

void move_to(struct console *c, size_t row, uint64_t now_ms)
{
    struct view_context ctx;
    struct rows all;
    if (move_is_pager(c, now_ms)) {
        console_pane(c)->top = row;
        console_changed(c);
        return;
    }
    console_rows(c, now_ms, &ctx, &all);
    if (all.count > 0) {
        set_cursor(c, &ctx, row < all.count ? row : all.count - 1);
    }
    rows_free(&all);
}

void move_side(struct console *c, int columns, uint64_t now_ms)
{
    struct pane *pane = console_pane(c);
    if (c->drawn.columns > 1) {
        move_by(c, columns < 0 ? -(long)c->drawn.lines : (long)c->drawn.lines, now_ms);
    } else if (columns < 0) {
        size_t left = (size_t)-columns;
        pane->side = pane->side > left ? pane->side - left : 0;
    } else {
        pane->side += (size_t)columns;
    }
    console_changed(c);
}

/* Whether the row has the words, letters' case aside. */
static bool matches(const struct view_context *ctx, const struct view *v, size_t i,
                    const char *words)
{
    struct buffer text = {NULL, 0, 0};
    v->text(ctx, i, &text);
    buffer_append(&text, "", 1);
    /* A NUL in the text would hide what follows it. */
    for (size_t at = 0; at + 1 < text.size; at++) {
        if (text.data[at] == '\0') {
            text.data[at] = ' ';
        }
    }
    bool found = strcasestr((const char *)text.data, words) != NULL;
    buffer_free(&text);
    return found;
}

void move_search(struct console *c, int step, bool from_here, uint64_t now_ms)
{
    struct view_context ctx;
    struct rows all;
    const char *words = console_pane(c)->search;
    if (words[0] == '\0') {
        return;
    }
    console_rows(c, now_ms, &ctx, &all);
    for (size_t n = from_here ? 0 : 1; n <= all.count && all.count > 0; n++) {
        size_t ahead = step > 0 ? n % all.count : all.count - n % all.count;
        size_t row = (all.cursor + ahead) % all.count;
        if (matches(&ctx, views[c->view], all.at[row], words)) {
            set_cursor(c, &ctx, row);
            rows_free(&all);
            return;
        }
    }
    rows_free(&all);
    console_say(c, false, now_ms, "nothing here has \"%s\"", words);
}

uint16_t move_seat(struct console *c, uint64_t now_ms)
{
    struct view_context ctx;
    struct rows all;
    const struct view *v = views[c->view];
    uint16_t seat = 0;
    if (v->seat == NULL) {
        return 0;
    }
    console_rows(c, now_ms, &ctx, &all);
    if (all.count > 0) {
        seat = v->seat(&ctx, all.at[all.cursor]);
    }
    rows_free(&all);
    return seat <= UI_SEATS_MAX ? seat : 0;
}

void move_enter(struct console *c, uint64_t now_ms)
{
    struct view_context ctx;
    struct rows all;
    const struct view *v = views[c->view];
    struct view_state *state = console_state(c);
    if (state->depth + 1 == DEPTH_MAX) {
        return;
    }
    console_rows(c, now_ms, &ctx, &all);
    if (all.count > 0 && v->opens != NULL && v->opens(&ctx)) {
        uint64_t key = v->key(&ctx, all.at[all.cursor]);
        state->depth++;
        state->subject[state->depth] = key;
        state->panes[state->depth] = (struct pane){.key = ROW_NEWEST};
        console_changed(c);
    }
    rows_free(&all);
}

/* --- sorting --- */

const char *const *sort_names(struct console *c, uint64_t now_ms)
{
    struct view_context ctx;
    struct rows all;
    const struct view *v = views[c->view];
    if (v->sorts == NULL) {
        return NULL;
    }
    console_rows(c, now_ms, &ctx, &all);
    const char *const *names = v->sorts(&ctx);
    rows_free(&all);
    return names;
}

static unsigned count_names(const char *const *names)
{
    unsigned count = 0;
    while (names != NULL && names[count] != NULL) {
        count++;
    }
    return count;
}

static void set_sort(struct console *c, const char *const *names, unsigned sort,
                     uint64_t now_ms)
{
    struct pane *pane = console_pane(c);
    pane->sort = sort;
    console_say(c, true, now_ms, "sorted by %s%s", names[sort],
                pane->inverted ? ", inverted" : "");
}

void sort_step(struct console *c, int step, uint64_t now_ms)
{
    const char *const *names = sort_names(c, now_ms);
    unsigned count = count_names(names);
    if (count == 0) {
        console_say(c, false, now_ms, "this list has one order only");
        return;
    }
    unsigned at = console_pane(c)->sort % count;
    set_sort(c, names, (at + (step > 0 ? 1 : count - 1)) % count, now_ms);
}

bool sort_by(struct console *c, const char *name, uint64_t now_ms)
{
    const char *const *names = sort_names(c, now_ms);
    for (unsigned i = 0; i < count_names(names); i++) {
        if (strcmp(names[i], name) == 0) {
            set_sort(c, names, i, now_ms);
            return true;
        }
    }
    return false;
}
