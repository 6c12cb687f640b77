/* SPDX-License-Identifier: ISC */
/* The settings as the file has them, conclave-console(1). */
#include "ui/console/inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

void save_settings(const struct console *c, struct buffer *out)
{
    put_setting(out, "clock = %s\nmouse = %s\nascii = %s\ntheme = ",
                c->options.clock ? "true" : "false", c->options.mouse ? "true" : "false",
                c->options.ascii ? "true" : "false");
    put_quoted(out, c->theme->name);
    buffer_append(out, "\n", 1);
    put_keys(out, &c->options.keymap);
}
