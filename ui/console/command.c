/* SPDX-License-Identifier: ISC */
/* The commands of the line that ':' opens. What acts on the council exists only here, asks
 * before it does, and is refused when the console only reads. */
#include "ui/console/palette.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what can be completed --- */

static const char *theme_choice(struct console *c, size_t i)
{
    const struct theme *t = theme_at(i);
    (void)c;
    return t != NULL ? t->name : NULL;
}

static const char *view_choice(struct console *c, size_t i)
{
    (void)c;
    return i < VIEW_COUNT ? views[i]->name : i == VIEW_COUNT ? "Alike" : NULL;
}

static const char *const set_choices[] = {"ascii", "clock", "mouse", NULL};
static const char *set_choice(struct console *c, size_t i)
{
    (void)c;
    return i < sizeof(set_choices) / sizeof(set_choices[0]) ? set_choices[i] : NULL;
}

static const char *sort_choice(struct console *c, size_t i)
{
    const char *const *names = sort_names(c, console_scene(c)->at_ms);
    for (size_t n = 0; names != NULL && names[n] != NULL; n++) {
        if (n == i) {
            return names[n];
        }
    }
    return NULL;
}

/* Classes of proposals that are known, each once. */
static const char *class_choice(struct console *c, size_t i)
{
    const struct scene *s = console_scene(c);
    for (size_t n = 0; n < s->final_count; n++) {
        bool again = false;
        for (size_t m = 0; m < n && !again; m++) {
            again = strcmp(s->final[m]->class_name, s->final[n]->class_name) == 0;
        }
        if (!again && i-- == 0) {
            return s->final[n]->class_name;
        }
    }
    return NULL;
}

static const char *action_choice(struct console *c, size_t i)
{
    (void)c;
    return i < ACTION_COUNT - 1 ? action_table[i].name : NULL;
}

/* --- looking --- */

static void run_at(struct console *c, const char *rest, uint64_t now_ms)
{
    travel_to(c, rest, now_ms);
}

static void run_live(struct console *c, const char *rest, uint64_t now_ms)
{
    (void)rest;
    (void)now_ms;
    travel_live(c);
}

static void run_freeze(struct console *c, const char *rest, uint64_t now_ms)
{
    (void)rest;
    travel_freeze(c, now_ms);
}

static void run_view(struct console *c, const char *rest, uint64_t now_ms)
{
    enum view_id view;
    bool alike;
    if (!console_view_named(rest, &view, &alike)) {
        console_say(c, false, now_ms, "there is no view \"%s\"", rest);
    } else if (view == VIEW_PATTERN) {
        console_alike(c, alike);
    } else {
        console_show(c, view);
    }
}

static void run_sort(struct console *c, const char *rest, uint64_t now_ms)
{
    if (!sort_by(c, rest, now_ms)) {
        console_say(c, false, now_ms, "this list cannot be sorted by \"%s\"", rest);
    }
}

static void run_filter(struct console *c, const char *rest, uint64_t now_ms)
{
    struct pane *pane = console_pane(c);
    (void)now_ms;
    (void)snprintf(pane->filter, sizeof(pane->filter), "%s", rest);
}

static void run_council(struct console *c, const char *rest, uint64_t now_ms)
{
    char *end;
    unsigned long n = strtoul(rest, &end, 10);
    if (*end != '\0' || n < 1 || n > c->count) {
        console_say(c, false, now_ms, "there are %zu councils: give a number from 1",
                    c->count);
        return;
    }
    c->here = n - 1;
}

static void run_help(struct console *c, const char *rest, uint64_t now_ms)
{
    (void)rest;
    console_do(c, ACTION_HELP, now_ms);
}

/* --- this console --- */

static void run_write(struct console *c, const char *rest, uint64_t now_ms)
{
    (void)now_ms;
    console_effect(c, EFFECT_WRITE, true, rest, SLICE_NONE, 0);
}

static void run_theme(struct console *c, const char *rest, uint64_t now_ms)
{
    const struct theme *t = theme_find(rest);
    if (c->options.custom.name[0] != '\0' && strcmp(rest, c->options.custom.name) == 0) {
        t = &c->options.custom;
    }
    if (t == NULL) {
        console_say(c, false, now_ms, "there is no theme \"%s\"", rest);
        return;
    }
    c->theme = t;
    c->options.theme = t->name;
    console_effect(c, EFFECT_REDRAW, true, NULL, SLICE_NONE, 0);
}

/* "clock on", "ascii off", "mouse": a word alone is on. */
static void run_set(struct console *c, const char *rest, uint64_t now_ms)
{
    char name[32];
    size_t length = strcspn(rest, " ");
    const char *value = rest + length + strspn(rest + length, " ");
    bool on = strcmp(value, "off") != 0 && strcmp(value, "no") != 0;
    (void)snprintf(name, sizeof(name), "%.*s",
                   (int)(length < sizeof(name) ? length : sizeof(name) - 1), rest);
    if (strcmp(name, "clock") == 0) {
        c->options.clock = on;
    } else if (strcmp(name, "ascii") == 0) {
        c->options.ascii = on;
        console_effect(c, EFFECT_REDRAW, true, NULL, SLICE_NONE, 0);
    } else if (strcmp(name, "mouse") == 0) {
        c->options.mouse = on;
        console_effect(c, EFFECT_MOUSE, on, NULL, SLICE_NONE, 0);
    } else {
        console_say(c, false, now_ms, "set what? ascii, clock or mouse, on or off");
        return;
    }
    console_say(c, true, now_ms, "%s %s", name, on ? "on" : "off");
}

static void run_map(struct console *c, const char *rest, uint64_t now_ms)
{
    char name[32];
    struct complaint why = {""};
    size_t length = strcspn(rest, " ");
    (void)snprintf(name, sizeof(name), "%.*s",
                   (int)(length < sizeof(name) ? length : sizeof(name) - 1), rest);
    const char *keys = rest + length + strspn(rest + length, " ");
    if (keymap_set(&c->options.keymap, name, keys, &why) != 0) {
        console_say(c, false, now_ms, "%s", why.text);
    } else {
        console_say(c, true, now_ms, "%s is %s", name, keys[0] != '\0' ? keys : "no key");
    }
}

static void run_save(struct console *c, const char *rest, uint64_t now_ms)
{
    struct buffer text = {NULL, 0, 0};
    (void)rest;
    (void)now_ms;
    save_settings(c, &text);
    console_effect(c, EFFECT_SAVE, true, NULL, buffer_slice(&text), 0);
    buffer_free(&text);
}

static void run_connect(struct console *c, const char *rest, uint64_t now_ms)
{
    if (rest[0] == '\0') {
        console_say(c, false, now_ms, "connect to which socket? :connect PATH");
    } else if (c->count == COUNCILS_MAX) {
        console_say(c, false, now_ms, "at most %d councils", COUNCILS_MAX);
    } else {
        console_effect(c, EFFECT_CONNECT, true, rest, SLICE_NONE, 0);
    }
}

static void run_quit(struct console *c, const char *rest, uint64_t now_ms)
{
    (void)rest;
    (void)now_ms;
    console_quit(c);
}

/* --- acting --- */

static bool may_act(struct console *c, uint64_t now_ms)
{
    if (c->options.replay || c->options.readonly) {
        console_say(c, false, now_ms, "%s: nothing can be done to the council",
                    c->options.replay ? "this is a replay" : "read only");
        return false;
    }
    return true;
}

/* "CLASS TITLE" */
static void run_propose(struct console *c, const char *rest, uint64_t now_ms)
{
    size_t length = strcspn(rest, " ");
    const char *title = rest + length + strspn(rest + length, " ");
    if (!may_act(c, now_ms)) {
        return;
    }
    if (length == 0 || title[0] == '\0') {
        console_say(c, false, now_ms, "propose what? :propose CLASS TITLE");
        return;
    }
    json_decref(c->act_params);
    c->act_params = json_object();
    (void)json_object_set_new(c->act_params, "class", json_stringn(rest, length));
    (void)json_object_set_new(c->act_params, "title", json_string(title));
    free(c->act_method);
    free(c->act_what);
    c->act_method = alloc_string("propose");
    c->act_what = alloc_printf("proposed \"%s\"", title);
    prompt_confirm(c, CONFIRMED_ACT, "Propose to %s, class %.*s: \"%s\"?",
                   console_scene(c)->council, (int)length, rest, title);
}

static void run_acknowledge(struct console *c, const char *rest, uint64_t now_ms)
{
    char *end;
    if (rest[0] == '\0') {
        flag_acknowledge(c, now_ms);
        return;
    }
    unsigned long long id = strtoull(rest, &end, 10);
    if (*end != '\0' || rest[0] < '0' || rest[0] > '9') {
        console_say(c, false, now_ms, "acknowledge which flag? Give its number");
    } else if (may_act(c, now_ms)) {
        json_t *params = json_object(), *ids = json_array();
        char what[64];
        (void)json_array_append_new(ids, json_integer((json_int_t)id));
        (void)json_object_set_new(params, "ids", ids);
        (void)snprintf(what, sizeof(what), "acknowledged flag %llu", id);
        model_act(console_here(c)->model, "flags.ack", params, what);
    }
}

const struct palette_entry palette[] = {
    {"acknowledge", "[FLAG]", run_acknowledge, NULL},
    {"at", "HEIGHT|TIME", run_at, NULL},
    {"connect", "SOCKET", run_connect, NULL},
    {"council", "N", run_council, NULL},
    {"filter", "[WORDS]", run_filter, NULL},
    {"freeze", NULL, run_freeze, NULL},
    {"help", NULL, run_help, NULL},
    {"live", NULL, run_live, NULL},
    {"map", "ACTION KEY...", run_map, action_choice},
    {"propose", "CLASS TITLE", run_propose, class_choice},
    {"quit", NULL, run_quit, NULL},
    {"save", NULL, run_save, NULL},
    {"set", "ascii|clock|mouse [on|off]", run_set, set_choice},
    {"sort", "COLUMN", run_sort, sort_choice},
    {"theme", "NAME", run_theme, theme_choice},
    {"view", "NAME", run_view, view_choice},
    {"write", "[FILE]", run_write, NULL},
    {NULL, NULL, NULL, NULL},
};

const struct palette_entry *palette_find(const char *name, size_t length)
{
    const struct palette_entry *found = NULL;
    for (size_t i = 0; palette[i].name != NULL && length > 0; i++) {
        if (strncmp(palette[i].name, name, length) == 0) {
            if (palette[i].name[length] == '\0') {
                return &palette[i];
            }
            if (found != NULL) {
                return NULL;
            }
            found = &palette[i];
        }
    }
    return found;
}

void command_run(struct console *c, const char *line, uint64_t now_ms)
{
    char rest[sizeof(c->prompt.text)];
    line += strspn(line, " :");
    size_t length = strcspn(line, " ");
    const struct palette_entry *e = palette_find(line, length);
    if (length == 0) {
        return;
    }
    if (e == NULL) {
        console_say(c, false, now_ms, "there is no command \"%.*s\": Tab shows them",
                    (int)length, line);
        return;
    }
    (void)snprintf(rest, sizeof(rest), "%s", line + length + strspn(line + length, " "));
    for (size_t end = strlen(rest); end > 0 && rest[end - 1] == ' '; end--) {
        rest[end - 1] = '\0';
    }
    e->run(c, rest, now_ms);
    console_changed(c);
}
