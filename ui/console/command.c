/* SPDX-License-Identifier: ISC */
/* The commands of the line that ':' opens. What acts on the council exists only here, asks
 * before it does, and is refused when the console only reads. */
#include "ui/console/inside.h"

#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs with what follows the name, without blanks around it. */
typedef void command_do(struct console *c, const char *rest, uint64_t now_ms);
/* The i-th word that may stand there; NULL after the last. */
typedef const char *command_choice(struct console *c, size_t i);

struct palette_entry {
    const char *name;
    const char *rest; /* what follows it, for people; NULL: nothing */
    command_do *run;
    command_choice *choices; /* NULL: none to complete with */
};

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
    return i < VIEW_COUNT ? views[i]->name : NULL;
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
    for (int v = 0; v < VIEW_COUNT; v++) {
        if (strcasecmp(views[v]->name, rest) == 0) {
            console_show(c, (enum view_id)v);
            return;
        }
    }
    console_say(c, false, now_ms, "there is no view \"%s\"", rest);
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

static void put_setting(struct buffer *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void put_setting(struct buffer *out, const char *format, ...)
{
    char line[256];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    buffer_append(out, line, (size_t)size < sizeof(line) ? (size_t)size : sizeof(line) - 1);
}

/* A word in quotes as libconfuse reads it. */
static void put_quoted(struct buffer *out, const char *word)
{
    buffer_append(out, "\"", 1);
    for (; *word != '\0'; word++) {
        if (*word == '"' || *word == '\\' || *word == '$') {
            buffer_append(out, "\\", 1);
        }
        buffer_append(out, word, 1);
    }
    buffer_append(out, "\"", 1);
}

/* The keys that are not the defaults. */
static void put_keys(struct buffer *out, const struct keymap *m)
{
    struct keymap defaults;
    keymap_defaults(&defaults);
    for (const struct action_entry *e = action_table; e->action != ACTION_NONE; e++) {
        char words[128] = "", key[16];
        if (memcmp(m->keys[e->action], defaults.keys[e->action],
                   sizeof(m->keys[e->action])) == 0) {
            continue;
        }
        for (size_t i = 0; i < ACTION_KEYS_MAX && m->keys[e->action][i] != 0; i++) {
            size_t used = strlen(words);
            key_name(m->keys[e->action][i], key, sizeof(key));
            (void)snprintf(words + used, sizeof(words) - used, "%s%s", i > 0 ? " " : "",
                           key);
        }
        put_setting(out, "key %s { keys = ", e->name);
        put_quoted(out, words);
        put_setting(out, " }\n");
    }
}

static void run_save(struct console *c, const char *rest, uint64_t now_ms)
{
    struct buffer text = {NULL, 0, 0};
    (void)rest;
    (void)now_ms;
    put_setting(&text, "clock = %s\nmouse = %s\nascii = %s\ntheme = ",
                c->options.clock ? "true" : "false", c->options.mouse ? "true" : "false",
                c->options.ascii ? "true" : "false");
    put_quoted(&text, c->theme->name);
    buffer_append(&text, "\n", 1);
    put_keys(&text, &c->options.keymap);
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

static const struct palette_entry palette[] = {
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
};

enum { PALETTE_COUNT = sizeof(palette) / sizeof(palette[0]) };

/* A name or the beginning of one and no other; NULL. */
static const struct palette_entry *find_command(const char *name, size_t length)
{
    const struct palette_entry *found = NULL;
    for (size_t i = 0; i < PALETTE_COUNT && length > 0; i++) {
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
    const struct palette_entry *e = find_command(line, length);
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

/* --- completion --- */

static const char *command_name(struct console *c, size_t i)
{
    (void)c;
    return i < PALETTE_COUNT ? palette[i].name : NULL;
}

/* The longest beginning that all choices have which begin with word; how many they are. A
 * list of them for the operator. */
static size_t common(struct console *c, command_choice *choices, const char *word,
                     char *out, size_t size, char *list, size_t list_size)
{
    size_t count = 0, used = 0;
    const char *choice;
    for (size_t i = 0; (choice = choices(c, i)) != NULL; i++) {
        if (strncasecmp(choice, word, strlen(word)) != 0) {
            continue;
        }
        size_t same = 0;
        if (count++ == 0) {
            (void)snprintf(out, size, "%s", choice);
        }
        while (out[same] != '\0' && out[same] == choice[same]) {
            same++;
        }
        out[same] = '\0';
        if (used < list_size) {
            used += (size_t)snprintf(list + used, list_size - used, "%s%s",
                                     count > 1 ? " " : "", choice);
        }
    }
    return count;
}

void command_complete(struct console *c, char *text, size_t size, size_t *at,
                      uint64_t now_ms)
{
    char found[WORDS_MAX], list[256] = "", word[WORDS_MAX];
    size_t name = strcspn(text, " ");
    bool first = *at <= name;
    const struct palette_entry *e = first ? NULL : find_command(text, name);
    command_choice *choices = first ? command_name : e != NULL ? e->choices : NULL;
    size_t start = first ? 0 : name + strspn(text + name, " ");
    if (choices == NULL || start > *at || *at - start >= sizeof(word) ||
        text[*at] != '\0' || strchr(text + start, ' ') != NULL) {
        return;
    }
    memcpy(word, text + start, *at - start);
    word[*at - start] = '\0';
    size_t count = common(c, choices, word, found, sizeof(found), list, sizeof(list));
    if (count == 0 || start + strlen(found) + 2 > size) {
        return;
    }
    (void)snprintf(text + start, size - start, "%s%s", found, count == 1 ? " " : "");
    *at = strlen(text);
    if (count > 1) {
        console_say(c, true, now_ms, "%s", list);
    }
}
