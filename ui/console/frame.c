/* SPDX-License-Identifier: ISC */
/*
 * The screen around the view: header, phases, tabs, flags, keys. What there is no room for
 * is left out, the least telling first.
 */
#include "ui/console/inside.h"

#include "ui/view/draw.h"
#include "ui/view/flags_line.h"
#include "ui/view/phases.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* From so many rows on there are the phases, the flags, the keys. */
enum { ROWS_PHASES = 12, ROWS_FLAGS = 10, ROWS_KEYS = 6, ROWS_TABS = 4 };

/* --- tabs --- */

/* "[1 Council] 2 Consensus ... 5 Flags(2)", with less of each name where it is narrow. */
static unsigned draw_tabs(struct console *c, struct cells *cells, struct area line)
{
    const struct scene *s = console_scene(c);
    char words[48], count[16];
    unsigned whole = 0, at = 0;
    for (int v = 0; v < VIEW_COUNT; v++) {
        whole += (unsigned)strlen(views[v]->name) + 3;
    }
    (void)snprintf(count, sizeof(count), "(%" PRIu32 ")", s->flags_new);
    whole += 2 + (unsigned)strlen(count);
    for (int v = 0; v < VIEW_COUNT; v++) {
        bool here = (enum view_id)v == c->view;
        int letters = whole <= line.cols || here ? (int)strlen(views[v]->name)
                      : whole <= line.cols + 20U ? 5
                                                 : 1;
        (void)snprintf(words, sizeof(words), "%s%d %.*s%s%s", here ? "[" : "", v + 1,
                       letters, views[v]->name,
                       v == VIEW_FLAGS && s->flags_new > 0 ? count : "", here ? "]" : "");
        enum role role = here                                  ? ROLE_TAB_HERE
                         : v == VIEW_FLAGS && s->flags_new > 0 ? ROLE_BAD
                                                               : ROLE_TAB;
        unsigned cols = draw_string(cells, line, 0, at, role, words);
        c->tabs[v] = (struct tab_place){(uint16_t)(line.col + at), (uint16_t)cols};
        at += cols + 1;
    }
    c->tabs_row = line.row;
    return at;
}

/* What is hidden, or stands otherwise than it usually does: "2 of 33: ho  following 14". */
static void condition_words(struct console *c, const struct view_context *ctx, char *out,
                            size_t size)
{
    const struct council *at = console_here_const(c);
    const struct pane *pane = console_pane(c);
    size_t used = 0;
    out[0] = '\0';
    if (pane->filter[0] != '\0' || at->flagged_only) {
        used +=
            (size_t)snprintf(out, size, "%zu of %zu%s%s%.40s", ctx->rows->count,
                             views[c->view]->count(ctx), at->flagged_only ? " flagged" : "",
                             pane->filter[0] != '\0' ? ": " : "", pane->filter);
    }
    if (at->followed != 0 && used < size) {
        (void)snprintf(out + used, size - used, "%sfollowing %u", used > 0 ? "  " : "",
                       at->followed);
    }
}

/* Tabs, and at their right what is hidden, which has the first claim to a third of it. */
static void draw_second_header(struct console *c, struct cells *cells, struct area line,
                               const struct view_context *ctx)
{
    char words[256];
    condition_words(c, ctx, words, sizeof(words));
    unsigned columns = text_columns(slice_of_string(words), cells->ascii);
    unsigned claim = columns < line.cols / 3U ? columns : line.cols / 3U;
    unsigned at = draw_tabs(c, cells, area_cols(line, 0, line.cols - claim));
    struct area rest = area_cols(line, at, line.cols);
    unsigned room = columns < rest.cols ? columns : rest.cols;
    if (columns > 0) {
        draw_fit(cells, rest, 0, rest.cols - room, room, ROLE_NOTICE,
                 slice_of_string(words));
    }
}

/* --- the line of keys --- */

/* F1 to F10, as they are mapped now. */
static void draw_keys(const struct console *c, struct cells *cells, struct area line)
{
    static const struct {
        enum action action;
        const char *word;
    } shown[] = {
        {ACTION_HELP, "Help"},          {ACTION_SEARCH, "Find"},
        {ACTION_FILTER, "Filter"},      {ACTION_SORT, "Sort"},
        {ACTION_PREVIOUS_FLAG, "Prev"}, {ACTION_NEXT_FLAG, "Next"},
        {ACTION_ACKNOWLEDGE, "Ack"},    {ACTION_QUIT, "Quit"},
    };
    unsigned at = 0;
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        const uint32_t *keys = c->options.keymap.keys[shown[i].action];
        uint32_t key = keys[0];
        for (size_t k = 0; k < ACTION_KEYS_MAX && keys[k] != 0; k++) {
            key = keys[k] >= KEYS_F1 && keys[k] <= KEYS_F12 ? keys[k] : key;
        }
        if (key != 0) {
            char name[16];
            key_name(key, name, sizeof(name));
            at += draw_string(cells, line, 0, at, ROLE_KEY, name);
            at += draw_string(cells, line, 0, at, ROLE_KEY_TEXT, shown[i].word);
            at++;
        }
    }
}

static void draw_menu(struct console *c, struct cells *cells, struct area a,
                      uint64_t now_ms)
{
    const char *const *names = sort_names(c, now_ms);
    unsigned width = 0, count = 0;
    for (; names != NULL && names[count] != NULL; count++) {
        unsigned columns = (unsigned)strlen(names[count]);
        width = columns > width ? columns : width;
    }
    struct area box = area_cols(area_rows(a, 0, count + 1), 2, width + 4);
    draw_fit(cells, box, 0, 0, box.cols, ROLE_TITLE, slice_of_string(" sort by"));
    for (unsigned i = 0; i < count; i++) {
        draw_fit(cells, box, i + 1, 0, 2, ROLE_TEXT, SLICE_NONE);
        draw_fit(cells, box, i + 1, 2, width + 2, ROLE_TEXT, slice_of_string(names[i]));
        if (i == c->menu_at) {
            cells_select(cells, box, i + 1, 0, box.cols);
        }
    }
}

/* --- the whole --- */

static void draw_message(const struct console *c, struct cells *cells, struct area line)
{
    draw_fit(cells, line, 0, 0, line.cols, c->message_good ? ROLE_TEXT : ROLE_BAD,
             slice_of_string(c->message));
}

/* On a screen too low for a line of its own, prompts and messages take the header's. */
static void draw_bottom(const struct console *c, struct cells *cells, struct area line,
                        struct area above, bool keys)
{
    bool message = c->message_until_ms > 0;
    if (c->prompt.kind != PROMPT_NONE) {
        prompt_draw(c, cells, line);
        if (message) {
            draw_message(c, cells, above);
        }
    } else if (message) {
        draw_message(c, cells, line);
    } else if (keys) {
        draw_keys(c, cells, line);
    }
}

/* Takes rows from the top, or the bottom, of what is left. */
static struct area take_top(struct area *left, unsigned rows)
{
    struct area taken = area_rows(*left, 0, rows);
    *left = area_rows(*left, rows, left->rows);
    return taken;
}

static struct area take_bottom(struct area *left, unsigned rows)
{
    unsigned from = left->rows > rows ? left->rows - rows : 0;
    struct area taken = area_rows(*left, from, rows);
    *left = area_rows(*left, 0, from);
    return taken;
}

static void draw_view(struct console *c, struct cells *cells, struct area a,
                      struct view_context *ctx, uint64_t now_ms)
{
    const struct view *v = views[c->view];
    struct council *at = console_here(c);
    memset(&c->drawn, 0, sizeof(c->drawn));
    if (c->help) {
        size_t lines = help_lines(c, a.cols);
        size_t most = lines > a.rows ? lines - a.rows : 0;
        c->help_top = c->help_top > most ? most : c->help_top;
        help_draw(c, cells, a);
        return;
    }
    if (!ctx->scene->known) {
        (void)draw_string(cells, a, 1, 2, ROLE_QUIET, "nothing has been heard from");
        (void)draw_string(cells, a, 2, 2, ROLE_TEXT, at->name);
        (void)draw_wrapped(cells, area_cols(area_rows(a, 4, a.rows), 2, a.cols), ROLE_BAD,
                           slice_of_string(at->why));
        return;
    }
    ctx->cols = a.cols;
    v->draw(ctx, cells, a, &c->drawn);
    console_pane(c)->top = c->drawn.columns > 0 || v->pages != NULL ? c->drawn.top : 0;
    if (v->want != NULL) {
        v->want(ctx, at->model, now_ms);
    }
    if (c->menu) {
        draw_menu(c, cells, a, now_ms);
    }
}

void console_draw(struct console *c, struct cells *out, uint64_t now_ms)
{
    struct view_context ctx;
    struct rows rows;
    char badge[48];
    struct area left = cells_area(out);
    if (c->message_until_ms > 0 && now_ms >= c->message_until_ms) {
        c->message_until_ms = 0;
    }
    cells_clear(out);
    console_rows(c, now_ms, &ctx, &rows);
    struct area header = take_top(&left, 1);
    struct area all = left;
    unsigned height = out->rows;
    struct area bottom = take_bottom(&left, height >= ROWS_KEYS ? 1 : 0);
    struct area flags = take_bottom(&left, height >= ROWS_FLAGS ? 1 : 0);
    struct area phases = take_top(&left, height >= ROWS_PHASES ? PHASES_ROWS : 0);
    struct area tabs = take_top(&left, height >= ROWS_TABS ? 1 : 0);
    header_draw(c, out, header, now_ms);
    council_phases_draw(&ctx, out, phases);
    if (tabs.rows > 0) {
        draw_second_header(c, out, tabs, &ctx);
    }
    draw_view(c, out, left, &ctx, now_ms);
    flags_line_draw(&ctx, out, flags);
    enum badge kind = console_badge(c, now_ms, badge, sizeof(badge));
    if (kind == BADGE_STALE || kind == BADGE_RECONNECTING) {
        cells_dim(out, all);
    }
    draw_bottom(c, out, bottom.rows > 0 ? bottom : header, flags.rows > 0 ? flags : header,
                bottom.rows > 0);
    rows_free(&rows);
}
