/* SPDX-License-Identifier: ISC */
/* Help, made from the table of keys: what means something in the view shown. The lines
 * around it go on as ever. */
#include "ui/console/inside.h"

#include <stdio.h>
#include <string.h>

enum { COLUMN_COLS = 56, KEYS_COLS = 14 };

struct help_line {
    const char *heading; /* or NULL */
    const struct action_entry *entry;
};

enum { HELP_LINES_MAX = 2 * ACTION_COUNT };

static bool belongs(const struct action_entry *e, enum view_id view)
{
    return e->views == 0 || (e->views & 1U << view) != 0;
}

static size_t list_lines(const struct console *c, struct help_line *out)
{
    size_t count = 0;
    const char *heading = NULL, *shown = NULL;
    for (const struct action_entry *e = action_table; e->action != ACTION_NONE; e++) {
        heading = e->group != NULL ? e->group : heading;
        if (!belongs(e, c->view)) {
            continue;
        }
        if (heading != shown) {
            shown = heading;
            out[count++] = (struct help_line){heading, NULL};
        }
        out[count++] = (struct help_line){NULL, e};
    }
    return count;
}

static void key_words(const struct keymap *m, enum action a, char *out, size_t size)
{
    char key[16];
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < ACTION_KEYS_MAX && m->keys[a][i] != 0 && used < size; i++) {
        key_name(m->keys[a][i], key, sizeof(key));
        used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? " " : "", key);
    }
}

static unsigned column_count(unsigned cols)
{
    return cols >= 2 * COLUMN_COLS ? cols / COLUMN_COLS : 1;
}

size_t help_lines(const struct console *c, unsigned cols)
{
    struct help_line lines[HELP_LINES_MAX];
    unsigned columns = column_count(cols);
    return (list_lines(c, lines) + columns - 1) / columns;
}

void help_draw(const struct console *c, struct cells *cells, struct area a)
{
    struct help_line lines[HELP_LINES_MAX];
    size_t count = list_lines(c, lines);
    unsigned columns = column_count(a.cols);
    size_t each = (count + columns - 1) / columns;
    for (size_t i = 0; i < count; i++) {
        size_t row = i % each;
        unsigned col = (unsigned)(i / each) * (a.cols / columns);
        if (row < c->help_top || row - c->help_top >= a.rows) {
            continue;
        }
        struct area line = area_cols(area_rows(a, (unsigned)(row - c->help_top), 1), col,
                                     a.cols / columns);
        if (lines[i].entry == NULL) {
            (void)draw_string(cells, line, 0, 0, ROLE_TITLE, lines[i].heading);
            continue;
        }
        char keys[48];
        key_words(&c->options.keymap, lines[i].entry->action, keys, sizeof(keys));
        draw_fit(cells, line, 0, 1, KEYS_COLS, ROLE_KEY, slice_of_string(keys));
        (void)draw_string(cells, line, 0, KEYS_COLS + 2, ROLE_TEXT, lines[i].entry->help);
    }
}
