/* SPDX-License-Identifier: ISC */
#include "ui/console/inside.h"

#include "base/alloc.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_CTRL_A = 1,
    KEY_CTRL_E = 5,
    KEY_CTRL_H = 8,
    KEY_CTRL_K = 11,
    KEY_LF = 10,
    KEY_CTRL_U = 21,
    KEY_CTRL_W = 23,
    KEY_CTRL_C = 3,
    KEY_CTRL_G = 7
};

static void set_text(struct prompt *p, const char *text)
{
    struct slice all = slice_of_string(text);
    all.size = all.size < sizeof(p->text) ? all.size : sizeof(p->text) - 1;
    all.size = text_whole(all);
    memmove(p->text, all.data, all.size);
    p->text[all.size] = '\0';
    p->at = all.size;
}

void prompt_open(struct console *c, enum prompt_kind kind, const char *text)
{
    struct prompt *p = &c->prompt;
    const struct pane *pane = console_pane(c);
    p->kind = kind;
    p->history_at = 0;
    (void)snprintf(p->before, sizeof(p->before), "%s",
                   kind == PROMPT_FILTER ? pane->filter : pane->search);
    set_text(p, text);
    c->help = c->menu = false;
    c->message_until_ms = 0;
    console_changed(c);
}

void prompt_confirm(struct console *c, enum confirmed confirmed, const char *format, ...)
{
    va_list args;
    prompt_open(c, PROMPT_CONFIRM, "");
    va_start(args, format);
    (void)vsnprintf(c->prompt.question, sizeof(c->prompt.question), format, args);
    va_end(args);
    c->confirmed = confirmed;
}

/* --- editing --- */

/* The offset of the character before the one at an offset. */
static size_t before(const char *text, size_t at)
{
    while (at > 0 && ((uint8_t)text[--at] & 0xc0) == 0x80) {
    }
    return at;
}

static size_t after(const char *text, size_t at)
{
    if (text[at] != '\0') {
        at++;
    }
    while (((uint8_t)text[at] & 0xc0) == 0x80) {
        at++;
    }
    return at;
}

static void erase(struct prompt *p, size_t from, size_t to)
{
    memmove(p->text + from, p->text + to, strlen(p->text + to) + 1);
    p->at = from;
}

static void insert(struct prompt *p, uint32_t key)
{
    char bytes[TEXT_CHARACTER_MAX];
    if (key < 0x20 || key >= KEYS_SPECIAL || text_is_harmful(key)) {
        return;
    }
    size_t size = text_encode(key, bytes), length = strlen(p->text);
    if (length + size >= sizeof(p->text)) {
        return;
    }
    memmove(p->text + p->at + size, p->text + p->at, length - p->at + 1);
    memcpy(p->text + p->at, bytes, size);
    p->at += size;
}

static size_t word_before(const struct prompt *p)
{
    size_t at = p->at;
    while (at > 0 && p->text[at - 1] == ' ') {
        at--;
    }
    while (at > 0 && p->text[at - 1] != ' ') {
        at--;
    }
    return at;
}

/* Keys that edit; false for a key that is none of them. */
static bool edit(struct prompt *p, uint32_t key)
{
    switch (key) {
    case KEYS_BACKSPACE:
    case KEY_CTRL_H:
        erase(p, before(p->text, p->at), p->at);
        return true;
    case KEYS_DELETE:
        erase(p, p->at, after(p->text, p->at));
        return true;
    case KEYS_LEFT:
        p->at = before(p->text, p->at);
        return true;
    case KEYS_RIGHT:
        p->at = after(p->text, p->at);
        return true;
    case KEYS_HOME:
    case KEY_CTRL_A:
        p->at = 0;
        return true;
    case KEYS_END:
    case KEY_CTRL_E:
        p->at = strlen(p->text);
        return true;
    case KEY_CTRL_U:
        erase(p, 0, p->at);
        return true;
    case KEY_CTRL_K:
        p->text[p->at] = '\0';
        return true;
    case KEY_CTRL_W:
        erase(p, word_before(p), p->at);
        return true;
    default:
        return false;
    }
}

/* --- history of commands --- */

static void remember(struct prompt *p)
{
    if (p->text[0] == '\0' ||
        (p->history_count > 0 && strcmp(p->history[0], p->text) == 0)) {
        return;
    }
    if (p->history_count == HISTORY_MAX) {
        free(p->history[--p->history_count]);
    }
    memmove(p->history + 1, p->history, p->history_count * sizeof(*p->history));
    p->history[0] = alloc_string(p->text);
    p->history_count++;
}

static void recall(struct prompt *p, int step)
{
    if (step > 0 && p->history_at < p->history_count) {
        p->history_at++;
    } else if (step < 0 && p->history_at > 0) {
        p->history_at--;
    }
    set_text(p, p->history_at > 0 ? p->history[p->history_at - 1] : "");
}

/* --- what a line does --- */

static void answer(struct console *c, bool yes, uint64_t now_ms)
{
    enum confirmed confirmed = c->confirmed;
    c->confirmed = CONFIRMED_NOTHING;
    if (!yes) {
        console_say(c, true, now_ms, "nothing was done");
    } else if (confirmed == CONFIRMED_QUIT) {
        console_quit(c);
    } else if (confirmed == CONFIRMED_ACT) {
        model_act(console_here(c)->model, c->act_method, c->act_params, c->act_what);
        c->act_params = NULL;
    }
    json_decref(c->act_params);
    c->act_params = NULL;
}

static void accept(struct console *c, uint64_t now_ms)
{
    struct prompt *p = &c->prompt;
    enum prompt_kind kind = p->kind;
    char line[sizeof(p->text)];
    memcpy(line, p->text, sizeof(line));
    p->kind = PROMPT_NONE;
    switch (kind) {
    case PROMPT_GO_TO:
        travel_to(c, line, now_ms);
        break;
    case PROMPT_COMMAND:
        remember(p);
        command_run(c, line, now_ms);
        break;
    case PROMPT_CONFIRM:
        answer(c, line[0] == 'y' || line[0] == 'Y', now_ms);
        break;
    case PROMPT_NONE:
    case PROMPT_SEARCH:
    case PROMPT_FILTER:
        break;
    }
}

static void refuse(struct console *c, uint64_t now_ms)
{
    struct prompt *p = &c->prompt;
    struct pane *pane = console_pane(c);
    if (p->kind == PROMPT_FILTER) {
        memcpy(pane->filter, p->before, sizeof(pane->filter));
    } else if (p->kind == PROMPT_SEARCH) {
        memcpy(pane->search, p->before, sizeof(pane->search));
    } else if (p->kind == PROMPT_CONFIRM) {
        answer(c, false, now_ms);
    }
    p->kind = PROMPT_NONE;
}

/* Search and filter do their work while they are typed. */
static void typed(struct console *c, uint64_t now_ms)
{
    struct prompt *p = &c->prompt;
    struct pane *pane = console_pane(c);
    if (p->kind == PROMPT_FILTER) {
        (void)snprintf(pane->filter, sizeof(pane->filter), "%.*s",
                       (int)sizeof(pane->filter) - 1, p->text);
    } else if (p->kind == PROMPT_SEARCH) {
        (void)snprintf(pane->search, sizeof(pane->search), "%.*s",
                       (int)sizeof(pane->search) - 1, p->text);
        move_search(c, 1, true, now_ms);
    }
}

void prompt_key(struct console *c, uint32_t key, uint64_t now_ms)
{
    struct prompt *p = &c->prompt;
    console_changed(c);
    if (key == KEYS_ESCAPE || key == KEY_CTRL_C || key == KEY_CTRL_G ||
        (key == KEYS_BACKSPACE && p->text[0] == '\0')) {
        refuse(c, now_ms);
        return;
    }
    if (p->kind == PROMPT_CONFIRM) {
        (void)snprintf(p->text, sizeof(p->text), "%s", key == 'y' || key == 'Y' ? "y" : "");
        accept(c, now_ms);
        return;
    }
    if (key == KEYS_ENTER || key == KEY_LF) {
        accept(c, now_ms);
    } else if (key == KEYS_TAB && p->kind == PROMPT_COMMAND) {
        command_complete(c, p->text, sizeof(p->text), &p->at, now_ms);
    } else if ((key == KEYS_UP || key == KEYS_DOWN) && p->kind == PROMPT_COMMAND) {
        recall(p, key == KEYS_UP ? 1 : -1);
    } else {
        if (!edit(p, key)) {
            insert(p, key);
        }
        typed(c, now_ms);
    }
}

/* --- drawing --- */

void prompt_draw(const struct console *c, struct cells *cells, struct area line)
{
    static const char *const labels[] = {
        [PROMPT_NONE] = "",           [PROMPT_SEARCH] = "/",
        [PROMPT_FILTER] = "filter: ", [PROMPT_GO_TO] = "go to (height, 14:02, -5m): ",
        [PROMPT_COMMAND] = ":",       [PROMPT_CONFIRM] = "",
    };
    const struct prompt *p = &c->prompt;
    if (p->kind == PROMPT_CONFIRM) {
        unsigned at = draw_string(cells, line, 0, 0, ROLE_PROMPT, p->question);
        (void)draw_string(cells, line, 0, at, ROLE_PROMPT, " [y/N] ");
        return;
    }
    unsigned label = draw_string(cells, line, 0, 0, ROLE_PROMPT, labels[p->kind]);
    struct area field = area_cols(line, label, line.cols);
    /* A line too long is shown from where its cursor still has room. */
    size_t from = 0;
    while (from < p->at && field.cols > 1 &&
           text_columns(slice_of(p->text + from, p->at - from), cells->ascii) >=
               field.cols) {
        from = after(p->text, from);
    }
    struct slice head = slice_of(p->text + from, p->at - from);
    unsigned at = draw_text(cells, field, 0, 0, ROLE_TEXT, head);
    (void)draw_string(cells, field, 0, at, ROLE_TEXT, p->text + p->at);
    cells_select(cells, field, 0, at, 1); /* the cursor */
}
