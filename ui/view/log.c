/* SPDX-License-Identifier: ISC */
/* The view Log: the node's lines, the newest at the bottom. */
#include "base/text.h"
#include "ui/view/list.h"
#include "ui/view/table.h"
#include "ui/view/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct scene_line *line_at(const struct view_context *ctx, size_t i)
{
    return ctx->scene->lines[ctx->scene->line_count - 1 - i];
}

static const char *level_name(enum line_level level)
{
    switch (level) {
    case LINE_DEBUG:
        return "debug";
    case LINE_INFO:
        return "info";
    case LINE_WARN:
        return "warn";
    case LINE_ERROR:
        return "error";
    case LINE_GAP:
        return "gap";
    }
    return "?";
}

static enum role level_role(enum line_level level)
{
    switch (level) {
    case LINE_DEBUG:
        return ROLE_QUIET;
    case LINE_INFO:
        return ROLE_TEXT;
    case LINE_WARN:
        return ROLE_WARNING;
    case LINE_ERROR:
        return ROLE_CRITICAL;
    case LINE_GAP:
        return ROLE_STALE;
    }
    return ROLE_UNKNOWN;
}

static size_t count(const struct view_context *ctx)
{
    return ctx->state->depth == 0 ? ctx->scene->line_count : 0;
}

/* Gaps are there whatever is left out: what is missing may have been of any kind. */
static bool listed(const struct view_context *ctx, size_t i)
{
    const struct scene_line *l = line_at(ctx, i);
    return l->level == LINE_GAP || ((unsigned)l->level >= ctx->state->level &&
                                    (ctx->followed == 0 || l->seat == ctx->followed));
}

static uint64_t key(const struct view_context *ctx, size_t i)
{
    return line_at(ctx, i)->key;
}

static uint16_t seat(const struct view_context *ctx, size_t i)
{
    return line_at(ctx, i)->seat;
}

static void text(const struct view_context *ctx, size_t i, struct buffer *out)
{
    const struct scene_line *l = line_at(ctx, i);
    char clock[16];
    words_clock(clock, sizeof(clock), l->time_ms);
    words_format(out, "%s %s %s ", clock, level_name(l->level), l->event);
    if (l->seat > 0) {
        words_put_seat(out, ctx->scene, l->seat);
        words_put(out, " ");
    }
    words_put(out, l->text);
}

/* --- drawing --- */

enum { FIELDS_SHOWN = 1024 }; /* bytes of a line that are looked at to draw it */
enum { TIME, LEVEL, EVENT, SEAT, TEXT, COLUMNS };
static const struct column columns[COLUMNS] = {
    [TIME] = {"time", 10, 40, NO_SORT, false, 0},
    [LEVEL] = {"level", 5, 50, NO_SORT, false, 0},
    [EVENT] = {"event", 20, 30, NO_SORT, false, 0},
    [SEAT] = {"seat", 12, 110, NO_SORT, false, 18},
    [TEXT] = {"", 0, 0, NO_SORT, false, 0},
};

static void draw_gap(struct cells *c, struct area line, const struct scene_line *l)
{
    unsigned at = draw_string(c, line, 0, 0, ROLE_STALE, "-- ");
    at += draw_string(c, line, 0, at, ROLE_STALE, l->text);
    draw_string(c, line, 0, at, ROLE_STALE, " --");
}

/* A text for a line: of ids and hashes the first digits do. */
static struct slice shorten(const char *text, char *out, size_t size)
{
    enum { LONG = 32, SHOWN = 8 };
    size_t at = 0;
    while (*text != '\0' && at + LONG < size) {
        size_t digits = strspn(text, "0123456789abcdef");
        size_t take = digits >= LONG ? SHOWN : digits > 0 ? digits : 1;
        memcpy(out + at, text, take);
        at += take;
        if (digits >= LONG) {
            memcpy(out + at, "..", 2);
            at += 2;
        }
        text += digits > 0 ? digits : 1;
    }
    return slice_of(out, text_whole(slice_of(out, at)));
}

static void draw_one(const struct view_context *ctx, struct cells *c, struct area line,
                     size_t i)
{
    const struct scene_line *l = line_at(ctx, i);
    enum role role = level_role(l->level);
    struct table t;
    char words[24], fields[FIELDS_SHOWN];
    if (l->level == LINE_GAP) {
        draw_gap(c, line, l);
        return;
    }
    table_lay(&t, columns, sizeof(columns) / sizeof(columns[0]), line.cols);
    words_when(words, sizeof(words), l->time_ms, ctx->now_ms);
    table_put(&t, c, line, TIME, ROLE_QUIET, words);
    table_put(&t, c, line, LEVEL, role, level_name(l->level));
    table_put(&t, c, line, EVENT, role, l->event);
    if (l->seat > 0) {
        (void)draw_seat(ctx, c, line, 0, t.at[SEAT], t.width[SEAT], l->seat);
    }
    struct area rest = table_field(&t, line, TEXT);
    draw_fit(c, rest, 0, 0, rest.cols, ROLE_TEXT, shorten(l->text, fields, sizeof(fields)));
}

/* --- one line in full --- */

/* The fields of logfmt, a line each: blanks within quotes do not part them. */
static void put_fields(struct buffer *out, const char *text)
{
    bool quoted = false;
    for (const char *s = text; *s != '\0'; s++) {
        bool parts = *s == ' ' && !quoted;
        if (*s == '\\' && quoted && s[1] != '\0') {
            buffer_append(out, s++, 1);
        } else if (*s == '"') {
            quoted = !quoted;
        }
        buffer_append(out, parts ? "\n" : s, 1);
    }
    words_put(out, "\n");
}

static void body(const struct view_context *ctx, struct buffer *out)
{
    const struct scene_line *l = NULL;
    for (size_t i = 0; i < ctx->scene->line_count && l == NULL; i++) {
        l = ctx->scene->lines[i]->key == ctx->state->subject[1] ? ctx->scene->lines[i]
                                                                : NULL;
    }
    if (l == NULL) {
        words_put(out, "This line is not among those that are kept any more.\n");
        return;
    }
    char date[32];
    words_date(date, sizeof(date), l->time_ms);
    words_format(out, "%s %s", date, level_name(l->level));
    if (l->level == LINE_GAP) {
        words_format(out, "\n\n%s\n", l->text);
        return;
    }
    words_format(out, ", line %" PRIu64 "\n%s\n", l->n, l->event);
    if (l->seat > 0) {
        words_put(out, "seat ");
        words_put_seat(out, ctx->scene, l->seat);
        words_put(out, "\n");
    }
    words_put(out, "\n");
    put_fields(out, l->text);
}

/* What is left out, so that it does not look as if there were nothing. */
static void left_out(const struct view_context *ctx, char *out, size_t size)
{
    char seat[UI_NAME_BYTES + 24] = "", number[8];
    if (ctx->followed > 0) {
        struct slice name = seat_name(ctx->scene, ctx->followed);
        words_seat(number, sizeof(number), ctx->scene, ctx->followed);
        (void)snprintf(seat, sizeof(seat), "seat %s %.*s", number, (int)name.size,
                       name.data != NULL ? (const char *)name.data : "");
    }
    bool all = ctx->state->level == LINE_DEBUG;
    (void)snprintf(
        out, size, "%s%s%s%s%s", all ? "" : level_name((enum line_level)ctx->state->level),
        all                               ? ""
        : ctx->state->level == LINE_ERROR ? " alone"
                                          : " and worse",
        !all && seat[0] != '\0' ? ", " : "", seat, seat[0] != '\0' ? " alone" : "");
}

static void draw(const struct view_context *ctx, struct cells *c, struct area a,
                 struct drawn *out)
{
    struct column here[COLUMNS];
    char head[UI_NAME_BYTES + 64];
    if (ctx->state->depth > 0) {
        struct buffer page = {NULL, 0, 0};
        body(ctx, &page);
        draw_pager(ctx, c, a, buffer_slice(&page), out);
        buffer_free(&page);
        return;
    }
    left_out(ctx, head, sizeof(head));
    memcpy(here, columns, sizeof(here));
    here[TEXT].head = head;
    table_draw(ctx, c, a, here, COLUMNS, draw_one,
               ctx->scene->line_count > 0 ? "no line of this level and seat"
               : ctx->scene->known        ? "no line yet"
                                          : "the node has not answered yet",
               out);
}

static bool opens(const struct view_context *ctx)
{
    return ctx->state->depth == 0 && ctx->rows->count > 0;
}

static void want(const struct view_context *ctx, struct model *m, uint64_t now_ms)
{
    (void)now_ms;
    if (ctx->state->depth == 0 && ctx->rows->cursor < LIST_AHEAD) {
        model_want_page(m, PAGE_LOG);
    }
}

const struct view view_log = {
    .name = "Log",
    .tail = true,
    .count = count,
    .listed = listed,
    .key = key,
    .seat = seat,
    .text = text,
    .draw = draw,
    .opens = opens,
    .pages = list_pages_from_1,
    .body = body,
    .want = want,
};
