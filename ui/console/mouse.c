/* SPDX-License-Identifier: ISC */
/* What the operator did, to the line being typed, to the table of keys, or to what lies
 * under the mouse. */
#include "ui/console/inside.h"

enum { WHEEL_ROWS = 3 };

static bool click_tab(struct console *c, uint16_t row, uint16_t col)
{
    for (int v = 0; v < VIEW_COUNT && row == c->tabs_row; v++) {
        const struct tab_place *tab = &c->tabs[v];
        if (col >= tab->col && col < tab->col + tab->cols) {
            console_show(c, (enum view_id)v);
            return true;
        }
    }
    return false;
}

static void click(struct console *c, const struct input_event *e, uint64_t now_ms)
{
    const struct drawn *d = &c->drawn;
    if (click_tab(c, e->row, e->col) || c->help || d->columns == 0 || d->lines == 0 ||
        e->row < d->list.row || e->row >= d->list.row + d->lines || e->col < d->list.col ||
        e->col >= d->list.col + d->list.cols) {
        return;
    }
    size_t column = (size_t)(e->col - d->list.col) * d->columns / d->list.cols;
    size_t row = d->top + column * d->lines + (e->row - d->list.row);
    struct view_context ctx;
    struct rows rows;
    console_rows(c, now_ms, &ctx, &rows);
    bool there = row < rows.count;
    rows_free(&rows);
    if (there) {
        move_to(c, row, now_ms);
        if (e->twice) {
            move_enter(c, now_ms);
        }
    }
}

void console_input(struct console *c, const struct input_event *e, uint64_t now_ms)
{
    switch (e->kind) {
    case INPUT_KEY:
    case INPUT_PASTE:
        if (c->prompt.kind != PROMPT_NONE) {
            prompt_key(c, e->key, now_ms);
        } else if (e->kind == INPUT_KEY) {
            console_do(c, keymap_find(&c->options.keymap, e->key), now_ms);
        }
        break;
    case INPUT_CLICK:
        if (c->prompt.kind == PROMPT_NONE) {
            click(c, e, now_ms);
        }
        break;
    case INPUT_WHEEL:
        if (c->prompt.kind == PROMPT_NONE) {
            console_go(c, e->wheel * WHEEL_ROWS, now_ms);
        }
        break;
    }
}
