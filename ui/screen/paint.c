/* SPDX-License-Identifier: ISC */
#include "ui/screen/paint.h"

#include "base/text.h"
#include "control/control.h"

#include <string.h>

static void put_character(struct buffer *out, uint32_t c)
{
    char utf8[TEXT_CHARACTER_MAX];
    buffer_append(out, utf8, text_encode(c, utf8));
}

/* One row without its trailing blanks. */
static void put_row(struct buffer *out, const struct cells *c, unsigned row)
{
    unsigned end = c->cols;
    while (end > 0 && cells_at(c, row, end - 1)->ch == ' ' &&
           cells_at(c, row, end - 1)->marks[0] == 0) {
        end--;
    }
    for (unsigned col = 0; col < end; col++) {
        const struct cell *cell = cells_at(c, row, col);
        if (cell->ch == 0) {
            continue;
        }
        put_character(out, cell->ch);
        for (unsigned i = 0; i < CELL_MARKS && cell->marks[i] != 0; i++) {
            put_character(out, cell->marks[i]);
        }
    }
}

void paint_text(struct buffer *out, const struct cells *c)
{
    for (unsigned row = 0; row < c->rows; row++) {
        put_row(out, c, row);
        buffer_append(out, "\n", 1);
    }
}

struct style paint_style(const struct cell *cell, const struct theme *theme)
{
    struct style s = theme->styles[cell->role];
    if (cell->selected) {
        s.foreground = theme->selected.foreground;
        s.background = theme->selected.background;
        s.attributes |= theme->selected.attributes;
    }
    if (cell->dim) {
        s.attributes = (uint8_t)((s.attributes & ~STYLE_BOLD) | STYLE_DIM);
    }
    return s;
}

static bool looks_alike(const struct cell *a, const struct cell *b)
{
    return a->role == b->role && a->selected == b->selected && a->dim == b->dim;
}

static bool is_plain(const struct cell *cell)
{
    return cell->role == ROLE_TEXT && !cell->selected && !cell->dim;
}

static json_t *span_json(const struct cell *cell, unsigned col, unsigned cols,
                         const struct theme *theme)
{
    static const struct {
        uint8_t attribute;
        const char *name;
    } attributes[] = {{STYLE_BOLD, "bold"},
                      {STYLE_DIM, "dim"},
                      {STYLE_UNDERLINE, "underline"},
                      {STYLE_REVERSE, "reverse"}};
    struct style s = paint_style(cell, theme);
    json_t *out = json_object();
    (void)json_object_set_new(out, "col", json_integer(col));
    (void)json_object_set_new(out, "cols", json_integer(cols));
    (void)json_object_set_new(out, "role", json_string(role_name((enum role)cell->role)));
    if (cell->selected) {
        (void)json_object_set_new(out, "selected", json_true());
    }
    if (s.foreground != COLOUR_NONE) {
        (void)json_object_set_new(out, "fg", json_integer(s.foreground));
    }
    if (s.background != COLOUR_NONE) {
        (void)json_object_set_new(out, "bg", json_integer(s.background));
    }
    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
        if ((s.attributes & attributes[i].attribute) != 0) {
            (void)json_object_set_new(out, attributes[i].name, json_true());
        }
    }
    return out;
}

static json_t *row_json(const struct cells *c, unsigned row, const struct theme *theme)
{
    struct buffer text = {NULL, 0, 0};
    json_t *spans = json_array();
    json_t *out = json_object();
    put_row(&text, c, row);
    for (unsigned col = 0; col < c->cols;) {
        const struct cell *first = cells_at(c, row, col);
        unsigned end = col + 1;
        while (end < c->cols && looks_alike(first, cells_at(c, row, end))) {
            end++;
        }
        if (!is_plain(first)) {
            (void)json_array_append_new(spans, span_json(first, col, end - col, theme));
        }
        col = end;
    }
    (void)json_object_set_new(out, "text", control_text(buffer_slice(&text)));
    (void)json_object_set_new(out, "spans", spans);
    buffer_free(&text);
    return out;
}

void paint_json(struct buffer *out, const struct cells *c, const struct theme *theme)
{
    control_library_init();
    json_t *lines = json_array();
    for (unsigned row = 0; row < c->rows; row++) {
        (void)json_array_append_new(lines, row_json(c, row, theme));
    }
    json_t *screen = json_object();
    (void)json_object_set_new(screen, "rows", json_integer(c->rows));
    (void)json_object_set_new(screen, "cols", json_integer(c->cols));
    (void)json_object_set_new(screen, "theme", json_string(theme->name));
    (void)json_object_set_new(screen, "lines", lines);
    control_format(out, screen);
    json_decref(screen);
}
