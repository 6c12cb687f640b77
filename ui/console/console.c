/* SPDX-License-Identifier: ISC */
#include "ui/console/inside.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void console_options_defaults(struct console_options *o)
{
    memset(o, 0, sizeof(*o));
    o->clock = true;
    o->mouse = true;
    keymap_defaults(&o->keymap);
}

static const struct theme *choose_theme(const struct console *c)
{
    const char *name = c->options.theme;
    if (name != NULL && c->options.custom.name[0] != '\0' &&
        strcmp(name, c->options.custom.name) == 0) {
        return &c->options.custom;
    }
    const struct theme *found = name != NULL ? theme_find(name) : NULL;
    return found != NULL ? found : theme_at(0);
}

struct console *console_new(const struct console_options *options, size_t councils,
                            const char *const *names)
{
    struct console *c = alloc_zero(1, sizeof(*c));
    c->options = *options;
    c->theme = choose_theme(c);
    for (size_t i = 0; i < councils; i++) {
        (void)console_add_council(c, names[i]);
    }
    return c;
}

void console_free(struct console *c)
{
    if (c == NULL) {
        return;
    }
    for (size_t i = 0; i < c->count; i++) {
        if (c->councils[i].shown != SHOWN_LIVE) {
            scene_free(&c->councils[i].held);
        }
        model_free(c->councils[i].model);
        free(c->councils[i].name);
    }
    for (size_t i = 0; i < c->prompt.history_count; i++) {
        free(c->prompt.history[i]);
    }
    for (size_t i = 0; i < c->effect_count; i++) {
        effect_free(&c->effects[i]);
    }
    free(c->act_method);
    free(c->act_what);
    json_decref(c->act_params);
    free(c);
}

size_t console_add_council(struct console *c, const char *name)
{
    assert(c->count < COUNCILS_MAX);
    struct council *new = &c->councils[c->count];
    new->name = alloc_string(name);
    new->model = model_new();
    for (int v = 0; v < VIEW_COUNT; v++) {
        for (int d = 0; d < DEPTH_MAX; d++) {
            new->states[v].panes[d].key = ROW_NEWEST;
        }
        new->states[v].beside.key = ROW_NEWEST;
    }
    console_changed(c);
    return c->count++;
}

void console_renew(struct console *c, size_t council)
{
    struct council *at = &c->councils[council];
    if (at->shown != SHOWN_LIVE) {
        scene_free(&at->held);
        at->shown = SHOWN_LIVE;
    }
    c->version += model_version(at->model) + 1; /* the new one's begins anew */
    model_free(at->model);
    at->model = model_new();
}

struct model *console_model(struct console *c, size_t council)
{
    assert(council < c->count);
    return c->councils[council].model;
}

size_t console_councils(const struct console *c)
{
    return c->count;
}

size_t console_shown(const struct console *c)
{
    return c->here;
}

struct council *console_here(struct console *c)
{
    return &c->councils[c->here];
}

const struct council *console_here_const(const struct console *c)
{
    return &c->councils[c->here];
}

void console_link(struct console *c, size_t council, struct link_state link,
                  uint64_t now_ms)
{
    struct council *at = &c->councils[council];
    (void)snprintf(at->why, sizeof(at->why), "%s", link.why != NULL ? link.why : "");
    at->link = link;
    at->link.why = at->why;
    at->link_ms = now_ms;
    console_changed(c);
}

void console_news(struct console *c, size_t council, uint64_t now_ms)
{
    struct council *at = &c->councils[council];
    bool good;
    char text[256];
    at->news_ms = now_ms;
    if (model_take_bell(at->model)) {
        console_effect(c, EFFECT_BELL, true, NULL, SLICE_NONE, 0);
    }
    while (model_next_outcome(at->model, &good, text, sizeof(text))) {
        console_say(c, good, now_ms, "%s", text);
    }
}

const struct theme *console_theme(const struct console *c)
{
    return c->theme;
}

bool console_ascii(const struct console *c)
{
    return c->options.ascii;
}

const char *console_view_name(const struct console *c)
{
    return views[c->view]->name;
}

void console_show(struct console *c, enum view_id view)
{
    c->view = view;
    c->help = false;
    c->menu = false;
    console_changed(c);
}

/* A seat that is looked at stays so on the other page. */
static void turn_page(struct view_state *state)
{
    bool seats = !state->transposed, opened = seats && state->depth > 0;
    struct pane other = state->beside;
    state->beside = state->panes[0];
    state->panes[0] = other;
    if (seats) {
        state->panes[0].key = state->beside.key;
        state->panes[0].index = state->beside.index;
    }
    state->alike = !state->alike;
    state->depth = opened ? 1 : 0;
    state->panes[1] = (struct pane){.key = ROW_NEWEST};
}

void console_alike(struct console *c, bool alike)
{
    struct view_state *state = &console_here(c)->states[VIEW_PATTERN];
    if (state->alike != alike) {
        turn_page(state);
    }
    console_show(c, VIEW_PATTERN);
}

void console_groups(struct console *c)
{
    struct view_state *state = &console_here(c)->states[VIEW_COUNCIL];
    struct pane other = state->beside;
    state->groups = !state->groups;
    state->depth = 0;
    state->beside = state->panes[0];
    state->panes[0] = other;
    console_show(c, VIEW_COUNCIL);
}

bool console_view_named(const char *name, enum view_id *view, bool *alike)
{
    *alike = strcasecmp(name, "alike") == 0;
    *view = VIEW_PATTERN;
    for (int v = 0; v < VIEW_COUNT && !*alike; v++) {
        if (strcasecmp(views[v]->name, name) == 0) {
            *view = (enum view_id)v;
            return true;
        }
    }
    return *alike;
}

void console_changed(struct console *c)
{
    c->version++;
}

uint64_t console_version(const struct console *c)
{
    const struct council *at = console_here_const(c);
    return c->version + (at->shown == SHOWN_LIVE ? model_version(at->model) : 0);
}

/* The next whole second, at which clock, ages and countdowns look different. */
static uint64_t next_second(uint64_t now_ms)
{
    return now_ms - now_ms % 1000 + 1000;
}

uint64_t console_wake_ms(const struct console *c, uint64_t now_ms)
{
    uint64_t wake = console_badge_wake_ms(c, now_ms);
    if (c->message_until_ms > 0 && c->message_until_ms < wake) {
        wake = c->message_until_ms;
    }
    if (c->options.clock && next_second(now_ms) < wake) {
        wake = next_second(now_ms);
    }
    return wake;
}

/* --- effects and messages --- */

void console_effect(struct console *c, enum effect_kind kind, bool on, const char *path,
                    struct slice text, uint64_t time_ms)
{
    if (c->effect_count == EFFECTS_MAX) {
        return; /* nobody takes them: the driver is ending */
    }
    struct effect *e = &c->effects[c->effect_count++];
    *e = (struct effect){.kind = kind, .on = on, .time_ms = time_ms};
    e->path = path != NULL ? alloc_string(path) : NULL;
    if (text.data != NULL) {
        e->text = alloc(text.size + 1);
        memcpy(e->text, text.data, text.size);
        e->text[text.size] = '\0';
    }
}

bool console_next_effect(struct console *c, struct effect *out)
{
    if (c->effect_count == 0) {
        return false;
    }
    *out = c->effects[0];
    c->effect_count--;
    memmove(c->effects, c->effects + 1, c->effect_count * sizeof(*c->effects));
    return true;
}

void effect_free(struct effect *e)
{
    free(e->path);
    free(e->text);
    memset(e, 0, sizeof(*e));
}

void console_say(struct console *c, bool good, uint64_t now_ms, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(c->message, sizeof(c->message), format, args);
    va_end(args);
    c->message_good = good;
    c->message_until_ms = now_ms + SAY_MS;
    console_changed(c);
}
