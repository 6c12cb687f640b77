/* SPDX-License-Identifier: ISC */
#include "desk.h"

#include "ui/screen/paint.h"

#include <assert.h>
#include <string.h>

void desk_open_with(struct desk *s, unsigned seats, unsigned decisions,
                    const struct console_options *options)
{
    static const char *const names[] = {"/run/conclave/control.sock"};
    memset(s, 0, sizeof(*s));
    s->story = story_new(seats, decisions);
    s->console = console_new(options, 1, names);
    desk_size(s, 24, 80);
    console_link(s->console, 0, (struct link_state){.up = true}, story_now(s->story));
    story_connect(s->story, console_model(s->console, 0));
    desk_feed(s);
}

void desk_open(struct desk *s, unsigned seats, unsigned decisions)
{
    struct console_options options;
    console_options_defaults(&options);
    desk_open_with(s, seats, decisions, &options);
}

void desk_close(struct desk *s)
{
    console_free(s->console);
    story_free(s->story);
    cells_free(&s->cells);
    buffer_free(&s->text);
}

void desk_size(struct desk *s, uint16_t rows, uint16_t cols)
{
    cells_free(&s->cells);
    cells_init(&s->cells, rows, cols, false);
}

static void press(struct desk *s, uint32_t key)
{
    struct input_event e = {.kind = INPUT_KEY, .key = key};
    /* A real one draws between two keys. */
    console_draw(s->console, &s->cells, story_now(s->story));
    console_input(s->console, &e, story_now(s->story));
}

void desk_press(struct desk *s, const char *keys)
{
    char copy[256], *rest = NULL;
    (void)snprintf(copy, sizeof(copy), "%s", keys);
    for (char *w = strtok_r(copy, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest)) {
        uint32_t key = key_parse(w);
        assert(key != 0);
        press(s, key);
    }
}

void desk_type(struct desk *s, const char *text)
{
    for (; *text != '\0'; text++) {
        press(s, (uint8_t)*text);
    }
}

void desk_feed(struct desk *s)
{
    story_feed(s->story, console_model(s->console, 0));
    console_news(s->console, 0, story_now(s->story));
}

const char *desk_screen(struct desk *s)
{
    s->text.size = 0;
    console_draw(s->console, &s->cells, story_now(s->story));
    /* What was asked for while drawing is answered, and drawn. */
    story_feed(s->story, console_model(s->console, 0));
    console_draw(s->console, &s->cells, story_now(s->story));
    paint_text(&s->text, &s->cells);
    buffer_append(&s->text, "", 1);
    return (const char *)s->text.data;
}

static void show(const char *screen)
{
    for (const char *line = screen; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        printf("#   |%.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

bool desk_has(struct desk *s, const char *words, bool there)
{
    const char *screen = desk_screen(s);
    bool has = strstr(screen, words) != NULL;
    if (has != there) {
        printf("#   %s \"%s\" on\n", there ? "no" : "there is", words);
        show(screen);
    }
    return has == there;
}

int desk_row_of(struct desk *s, const char *words)
{
    const char *screen = desk_screen(s);
    const char *at = strstr(screen, words);
    int row = 0;
    for (const char *c = screen; at != NULL && c < at; c++) {
        row += *c == '\n';
    }
    return at != NULL ? row : -1;
}

const char *desk_selected(struct desk *s)
{
    (void)desk_screen(s);
    for (unsigned row = 0; row < s->cells.rows; row++) {
        for (unsigned col = 0; col < s->cells.cols; col++) {
            if (cells_at(&s->cells, row, col)->selected) {
                struct buffer line = {NULL, 0, 0};
                struct cells one = {1, (uint16_t)(s->cells.cols - col), false,
                                    cells_at(&s->cells, row, col)};
                unsigned end = 0;
                while (end < one.cols && cells_at(&one, 0, end)->selected) {
                    end++;
                }
                one.cols = (uint16_t)end;
                paint_text(&line, &one);
                s->text.size = 0;
                buffer_append_slice(&s->text, buffer_slice(&line));
                buffer_append(&s->text, "", 1);
                buffer_free(&line);
                return (const char *)s->text.data;
            }
        }
    }
    return "";
}

bool desk_effect(struct desk *s, enum effect_kind kind, struct effect *out)
{
    while (console_next_effect(s->console, out)) {
        if (out->kind == kind) {
            return true;
        }
        effect_free(out);
    }
    return false;
}
