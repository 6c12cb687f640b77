/* SPDX-License-Identifier: ISC */
/* What is done with the row under the cursor. */
#include "ui/console/inside.h"

#include <inttypes.h>
#include <stdio.h>

void row_follow(struct console *c, uint64_t now_ms)
{
    struct council *at = console_here(c);
    uint16_t seat = move_seat(c, now_ms);
    if (at->followed != 0) {
        at->followed = 0;
        console_say(c, true, now_ms, "no seat is followed");
    } else if (seat != 0) {
        at->followed = seat;
        console_say(c, true, now_ms, "following seat %u", seat);
    } else if (views[c->view]->tail) {
        console_pane(c)->key = ROW_NEWEST;
        console_say(c, true, now_ms, "following the newest");
    } else {
        console_say(c, false, now_ms, "this row is of no seat");
    }
}

void row_mark(struct console *c, uint64_t now_ms)
{
    uint16_t seat = move_seat(c, now_ms);
    if (seat == 0) {
        console_say(c, false, now_ms, "this row is of no seat");
        return;
    }
    bool *mark = &console_here(c)->marked[seat - 1];
    *mark = !*mark;
    move_by(c, 1, now_ms);
}

void row_yank(struct console *c, bool all, uint64_t now_ms)
{
    struct view_context ctx;
    struct rows rows;
    struct buffer text = {NULL, 0, 0};
    const struct view *v = views[c->view];
    console_rows(c, now_ms, &ctx, &rows);
    if (move_is_pager(c, now_ms)) {
        v->body(&ctx, &text);
    } else {
        for (size_t i = 0; i < rows.count; i++) {
            if (all || i == rows.cursor) {
                v->text(&ctx, rows.at[i], &text);
                buffer_append(&text, "\n", all ? 1 : 0);
            }
        }
    }
    rows_free(&rows);
    if (text.size == 0) {
        console_say(c, false, now_ms, "there is nothing to copy");
    } else {
        console_effect(c, EFFECT_CLIPBOARD, true, NULL, buffer_slice(&text), 0);
        console_say(c, true, now_ms, "copied %zu bytes", text.size);
    }
    buffer_free(&text);
}

void row_verify(struct console *c, uint64_t now_ms)
{
    struct view_context ctx;
    struct rows rows;
    char key[24];
    const struct view_state *state = console_state(c);
    uint64_t height = state->depth > 0 ? state->subject[1] : UNKNOWN;
    if (state->depth == 0) {
        console_rows(c, now_ms, &ctx, &rows);
        height =
            rows.count > 0 ? views[VIEW_LEDGER]->key(&ctx, rows.at[rows.cursor]) : UNKNOWN;
        rows_free(&rows);
    }
    if (height == UNKNOWN) {
        console_say(c, false, now_ms, "there is no block here");
        return;
    }
    (void)snprintf(key, sizeof(key), "%llu", (unsigned long long)height);
    model_want_detail(console_here(c)->model, DETAIL_VERIFY, key, now_ms);
    if (state->depth == 0) {
        move_enter(c, now_ms);
    }
    console_changed(c);
}
