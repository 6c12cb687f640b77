/* SPDX-License-Identifier: ISC */
#include "ui/console/inside.h"

#include <string.h>

enum { SIDE_STEP = 8, PAGE_LEAST = 1 };

static long page(const struct console *c)
{
    long rows = (long)c->drawn.lines * (c->drawn.columns > 0 ? c->drawn.columns : 1);
    return rows > PAGE_LEAST ? rows : PAGE_LEAST;
}

void console_quit(struct console *c)
{
    console_effect(c, EFFECT_QUIT, true, NULL, SLICE_NONE, 0);
}

/* Out of what is open, the innermost first. */
static void go_back(struct console *c, uint64_t now_ms)
{
    struct council *at = console_here(c);
    struct view_state *state = console_state(c);
    struct pane *pane = console_pane(c);
    if (c->help || c->menu) {
        c->help = c->menu = false;
    } else if (state->depth > 0) {
        state->depth--;
    } else if (c->view == VIEW_COUNCIL && state->groups) {
        console_groups(c);
    } else if (pane->filter[0] != '\0' || pane->search[0] != '\0' || at->flagged_only) {
        pane->filter[0] = pane->search[0] = '\0';
        at->flagged_only = false;
    } else if (at->followed != 0) {
        at->followed = 0;
    } else if (at->shown != SHOWN_LIVE) {
        travel_live(c);
    } else {
        char key[16];
        key_name(c->options.keymap.keys[ACTION_QUIT][0], key, sizeof(key));
        console_say(c, true, now_ms, "%s quits", key);
    }
    console_changed(c);
}

static void show_council(struct console *c, int step)
{
    c->here = (c->here + c->count + (size_t)(step + (int)c->count)) % c->count;
    console_changed(c);
}

static void go_to_end(struct console *c, bool last, uint64_t now_ms)
{
    if (c->help) {
        c->help_top = last ? SIZE_MAX : 0;
        console_changed(c);
        return;
    }
    move_to(c, last ? SIZE_MAX : 0, now_ms);
}

/* Up and down, in help, in the menu or in the view. */
void console_go(struct console *c, long rows, uint64_t now_ms)
{
    if (c->help) {
        size_t up = rows < 0 ? (size_t)-rows : 0;
        c->help_top = rows >= 0          ? c->help_top + (size_t)rows
                      : c->help_top > up ? c->help_top - up
                                         : 0;
        console_changed(c);
    } else if (c->menu) {
        c->menu_at = rows > 0 ? c->menu_at + 1 : c->menu_at > 0 ? c->menu_at - 1 : 0;
        const char *const *names = sort_names(c, now_ms);
        size_t count = 0;
        while (names != NULL && names[count] != NULL) {
            count++;
        }
        c->menu_at = count > 0 && c->menu_at >= count ? count - 1 : c->menu_at;
        console_changed(c);
    } else {
        move_by(c, rows, now_ms);
    }
}

static void open_menu(struct console *c, uint64_t now_ms)
{
    if (sort_names(c, now_ms) == NULL) {
        console_say(c, false, now_ms, "this list has one order only");
        return;
    }
    c->menu = true;
    c->menu_at = console_pane(c)->sort;
    console_changed(c);
}

static void enter(struct console *c, uint64_t now_ms)
{
    if (c->help) {
        c->help = false;
    } else if (c->menu) {
        const char *const *names = sort_names(c, now_ms);
        c->menu = false;
        if (names != NULL) {
            (void)sort_by(c, names[c->menu_at], now_ms);
        }
    } else {
        move_enter(c, now_ms);
    }
    console_changed(c);
}

static void transpose(struct console *c, uint64_t now_ms)
{
    struct view_state *state = console_state(c);
    if (state->alike) {
        console_say(c, true, now_ms, "seats by seats: it is the same either way");
        return;
    }
    state->transposed = !state->transposed;
    state->panes[0] = (struct pane){.key = ROW_NEWEST};
    state->depth = 0;
    console_changed(c);
}

static void snapshot(struct console *c)
{
    console_effect(c, EFFECT_WRITE, true, "", SLICE_NONE, 0);
}

static bool means_something(const struct console *c, enum action a)
{
    for (const struct action_entry *e = action_table; e->action != ACTION_NONE; e++) {
        if (e->action == a) {
            return e->views == 0 || (e->views & 1U << c->view) != 0;
        }
    }
    return false;
}

void console_do(struct console *c, enum action a, uint64_t now_ms)
{
    struct council *at = console_here(c);
    struct view_state *state = console_state(c);
    if (!means_something(c, a)) {
        return;
    }
    switch (a) {
    case ACTION_NONE:
    case ACTION_COUNT:
        break;
    case ACTION_DOWN:
        console_go(c, 1, now_ms);
        break;
    case ACTION_UP:
        console_go(c, -1, now_ms);
        break;
    case ACTION_LEFT:
        move_side(c, -SIDE_STEP, now_ms);
        break;
    case ACTION_RIGHT:
        move_side(c, SIDE_STEP, now_ms);
        break;
    case ACTION_TOP:
        go_to_end(c, false, now_ms);
        break;
    case ACTION_BOTTOM:
        go_to_end(c, true, now_ms);
        break;
    case ACTION_HALF_DOWN:
        console_go(c, (page(c) + 1) / 2, now_ms);
        break;
    case ACTION_HALF_UP:
        console_go(c, -(page(c) + 1) / 2, now_ms);
        break;
    case ACTION_PAGE_DOWN:
        console_go(c, page(c), now_ms);
        break;
    case ACTION_PAGE_UP:
        console_go(c, -page(c), now_ms);
        break;
    case ACTION_ENTER:
        enter(c, now_ms);
        break;
    case ACTION_BACK:
        go_back(c, now_ms);
        break;
    case ACTION_VIEW_1:
    case ACTION_VIEW_2:
    case ACTION_VIEW_3:
    case ACTION_VIEW_4:
    case ACTION_VIEW_5:
    case ACTION_VIEW_6:
    case ACTION_VIEW_7:
        console_show(c, (enum view_id)(a - ACTION_VIEW_1));
        break;
    case ACTION_NEXT_VIEW:
        console_show(c, (enum view_id)((c->view + 1) % VIEW_COUNT));
        break;
    case ACTION_PREVIOUS_VIEW:
        console_show(c, (enum view_id)((c->view + VIEW_COUNT - 1) % VIEW_COUNT));
        break;
    case ACTION_NEXT_COUNCIL:
        show_council(c, 1);
        break;
    case ACTION_PREVIOUS_COUNCIL:
        show_council(c, -1);
        break;
    case ACTION_SEARCH:
        prompt_open(c, PROMPT_SEARCH, "");
        break;
    case ACTION_SEARCH_NEXT:
        move_search(c, 1, false, now_ms);
        break;
    case ACTION_SEARCH_PREVIOUS:
        move_search(c, -1, false, now_ms);
        break;
    case ACTION_FILTER:
        prompt_open(c, PROMPT_FILTER, console_pane(c)->filter);
        break;
    case ACTION_SORT:
        open_menu(c, now_ms);
        break;
    case ACTION_SORT_LEFT:
        sort_step(c, -1, now_ms);
        break;
    case ACTION_SORT_RIGHT:
        sort_step(c, 1, now_ms);
        break;
    case ACTION_INVERT:
        console_pane(c)->inverted = !console_pane(c)->inverted;
        console_changed(c);
        break;
    case ACTION_FOLLOW:
        row_follow(c, now_ms);
        break;
    case ACTION_FLAGGED:
        at->flagged_only = !at->flagged_only;
        console_say(c, true, now_ms,
                    at->flagged_only ? "seats with flags alone" : "all seats");
        break;
    case ACTION_MARK:
        row_mark(c, now_ms);
        break;
    case ACTION_LEVEL:
        state->level = (state->level + 1) % (c->view == VIEW_LOG ? LINE_GAP : 3);
        console_changed(c);
        break;
    case ACTION_FREEZE:
        travel_freeze(c, now_ms);
        break;
    case ACTION_BACK_ONE:
        travel_by(c, -1, now_ms);
        break;
    case ACTION_FORTH_ONE:
        travel_by(c, 1, now_ms);
        break;
    case ACTION_BACK_TEN:
        travel_by(c, -10, now_ms);
        break;
    case ACTION_FORTH_TEN:
        travel_by(c, 10, now_ms);
        break;
    case ACTION_GO_TO:
        prompt_open(c, PROMPT_GO_TO, "");
        break;
    case ACTION_LIVE:
        travel_live(c);
        break;
    case ACTION_NEXT_FLAG:
        flag_step(c, 1, now_ms);
        break;
    case ACTION_PREVIOUS_FLAG:
        flag_step(c, -1, now_ms);
        break;
    case ACTION_ACKNOWLEDGE:
        flag_acknowledge(c, now_ms);
        break;
    case ACTION_TRANSPOSE:
        transpose(c, now_ms);
        break;
    case ACTION_CYCLE:
        *(state->alike ? &state->measure : &state->layer) += 1;
        console_changed(c);
        break;
    case ACTION_ALIKE:
        if (c->view == VIEW_COUNCIL) {
            console_groups(c);
        } else {
            console_alike(c, !state->alike);
        }
        break;
    case ACTION_VERIFY:
        row_verify(c, now_ms);
        break;
    case ACTION_YANK:
        row_yank(c, false, now_ms);
        break;
    case ACTION_YANK_ALL:
        row_yank(c, true, now_ms);
        break;
    case ACTION_SNAPSHOT:
        snapshot(c);
        break;
    case ACTION_MOUSE:
        c->options.mouse = !c->options.mouse;
        console_effect(c, EFFECT_MOUSE, c->options.mouse, NULL, SLICE_NONE, 0);
        console_say(c, true, now_ms, "mouse %s", c->options.mouse ? "on" : "off");
        break;
    case ACTION_COMMAND:
        prompt_open(c, PROMPT_COMMAND, "");
        break;
    case ACTION_HELP:
        c->help = !c->help;
        c->help_top = 0;
        console_changed(c);
        break;
    case ACTION_REDRAW:
        console_effect(c, EFFECT_REDRAW, true, NULL, SLICE_NONE, 0);
        break;
    case ACTION_QUIT:
        console_quit(c);
        break;
    }
}
