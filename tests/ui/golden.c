/* SPDX-License-Identifier: ISC */
#include "golden.h"

#include "ui/screen/paint.h"
#include "ui/view/flags_line.h"
#include "ui/view/phases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *open_file(const char *name, const char *mode)
{
    const char *top = getenv("top_srcdir");
    char path[1024];
    (void)snprintf(path, sizeof(path), "%s/tests/ui/golden/%s.txt", top != NULL ? top : ".",
                   name);
    FILE *f = fopen(path, mode);
    if (f == NULL) {
        printf("# %s: cannot be opened; CONCLAVE_GOLDEN_WRITE=1 writes it\n", path);
    }
    return f;
}

static bool write_file(const char *name, struct slice text)
{
    FILE *f = open_file(name, "w");
    bool whole = f != NULL && fwrite(text.data, 1, text.size, f) == text.size;
    return f != NULL && fclose(f) == 0 && whole;
}

static bool read_file(const char *name, struct buffer *out)
{
    char part[4096];
    size_t size;
    FILE *f = open_file(name, "r");
    while (f != NULL && (size = fread(part, 1, sizeof(part), f)) > 0) {
        buffer_append(out, part, size);
    }
    return f != NULL && fclose(f) == 0;
}

/* --- what differs --- */

static struct slice next_line(struct slice text, size_t *at)
{
    size_t from = *at, end = from;
    while (end < text.size && text.data[end] != '\n') {
        end++;
    }
    *at = end < text.size ? end + 1 : end;
    return slice_of(text.data + from, end - from);
}

static void show(const char *title, struct slice text)
{
    printf("# %s:\n", title);
    for (size_t at = 0; at < text.size;) {
        struct slice line = next_line(text, &at);
        printf("# |%.*s\n", (int)line.size, (const char *)line.data);
    }
}

static void show_difference(const char *name, struct slice got, struct slice expected)
{
    size_t a = 0, b = 0;
    unsigned number = 0;
    struct slice x = SLICE_NONE, y = SLICE_NONE;
    while (slice_equal(x, y) && (a < got.size || b < expected.size)) {
        x = next_line(got, &a);
        y = next_line(expected, &b);
        number++;
    }
    show("got", got);
    show("expected", expected);
    printf("# %s: line %u is the first that differs\n", name, number);
    printf("#   got      |%.*s\n", (int)x.size, (const char *)x.data);
    printf("#   expected |%.*s\n", (int)y.size, (const char *)y.data);
}

/* A line of the screen on a line of the file, so that differences can be read. */
static void break_lines(struct buffer *out, struct slice json)
{
    static const char mark[] = "{\"text\":";
    for (size_t at = 0; at < json.size; at++) {
        if (json.size - at >= sizeof(mark) - 1 &&
            memcmp(json.data + at, mark, sizeof(mark) - 1) == 0) {
            buffer_append(out, "\n", 1);
        }
        buffer_append(out, json.data + at, 1);
    }
}

bool golden_cells(const char *name, const struct cells *c, const char *theme)
{
    struct buffer got = {NULL, 0, 0}, expected = {NULL, 0, 0}, json = {NULL, 0, 0};
    const char *write = getenv("CONCLAVE_GOLDEN_WRITE");
    bool same;
    if (theme != NULL) {
        paint_json(&json, c, theme_find(theme));
        break_lines(&got, buffer_slice(&json));
    } else {
        paint_text(&got, c);
    }
    if (write != NULL && write[0] == '1') {
        same = write_file(name, buffer_slice(&got));
    } else {
        same = read_file(name, &expected) &&
               slice_equal(buffer_slice(&got), buffer_slice(&expected));
        if (!same) {
            show_difference(name, buffer_slice(&got), buffer_slice(&expected));
        }
    }
    buffer_free(&got);
    buffer_free(&expected);
    buffer_free(&json);
    return same;
}

/* --- a view --- */

/* Header, phases, views, flags, keys. */
enum { TAKEN = 4 + PHASES_ROWS };

static void draw_golden(const struct golden *g, const struct view_context *ctx,
                        struct cells *c)
{
    struct area all = cells_area(c);
    struct drawn drawn;
    if (!g->whole) {
        g->view->draw(ctx, c, all, &drawn);
        return;
    }
    unsigned left = c->rows - TAKEN;
    (void)draw_string(c, all, 0, 0, ROLE_QUIET, "(header)");
    council_phases_draw(ctx, c, area_rows(all, 1, PHASES_ROWS));
    (void)draw_string(c, all, 1 + PHASES_ROWS, 0, ROLE_QUIET, "(views)");
    g->view->draw(ctx, c, area_rows(all, 2 + PHASES_ROWS, left), &drawn);
    flags_line_draw(ctx, c, area_rows(all, c->rows - 2U, 1));
    (void)draw_string(c, all, c->rows - 1U, 0, ROLE_QUIET, "(keys)");
}

static void make_state(const struct golden *g, struct view_state *out, bool *marked)
{
    *out = g->at;
    for (unsigned i = 0; i < DEPTH_MAX; i++) {
        out->panes[i].key = out->panes[i].key == 0 ? ROW_NEWEST : out->panes[i].key;
    }
    memset(marked, 0, UI_SEATS_MAX);
    for (unsigned i = 0; i < GOLDEN_MARKS; i++) {
        if (g->marked[i] > 0) {
            marked[g->marked[i] - 1] = true;
        }
    }
}

bool golden_view(const struct golden *g)
{
    struct scene scene;
    struct view_state state;
    struct rows rows;
    struct cells cells;
    bool marked[UI_SEATS_MAX];
    fixture_scene(&scene, g->seats, g->state);
    if (g->hostile) {
        fixture_hostile(&scene);
    }
    if (g->change != NULL) {
        g->change(&scene);
    }
    make_state(g, &state, marked);
    struct view_context ctx = {.scene = &scene,
                               .model = g->model,
                               .now_ms = fixture_clock(g->state),
                               .state = &state,
                               .marked = marked,
                               .flagged_only = g->flagged_only,
                               .followed = g->followed};
    rows_make(g->view, &ctx, &rows);
    cells_init(&cells, g->whole ? g->rows : (uint16_t)(g->rows - TAKEN), g->cols, g->ascii);
    draw_golden(g, &ctx, &cells);
    bool same = golden_cells(g->name, &cells, g->theme);
    cells_free(&cells);
    rows_free(&rows);
    fixture_free(&scene);
    return same;
}
