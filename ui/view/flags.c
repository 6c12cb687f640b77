/* SPDX-License-Identifier: ISC */
/* The view Flags: what a person should look at. Kinds, letters and texts are shown as the
 * node gives them: there will be more. */
#include "ui/view/flags.h"
#include "ui/view/list.h"
#include "ui/view/table.h"
#include "ui/view/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum sort { SORT_NEWEST, SORT_SEVERITY, SORT_SEAT, SORT_KIND };
static const char *const flag_sorts[] = {"newest", "severity", "seat", "kind", NULL};

const char *flags_state(enum flag_state s)
{
    switch (s) {
    case FLAG_NEW:
        return "NEW";
    case FLAG_ACKNOWLEDGED:
        return "ACK";
    case FLAG_CLEARED:
        return "CLEARED";
    }
    return "?";
}

const char *flags_severity(enum flag_severity s)
{
    switch (s) {
    case FLAG_NOTICE:
        return "notice";
    case FLAG_WARNING:
        return "warning";
    case FLAG_CRITICAL:
        return "critical";
    }
    return "?";
}

static const char *const *sorts(const struct view_context *ctx)
{
    return ctx->state->depth == 0 ? flag_sorts : NULL;
}

static size_t count(const struct view_context *ctx)
{
    return ctx->state->depth == 0 ? ctx->scene->flag_count : 0;
}

static bool listed(const struct view_context *ctx, size_t i)
{
    enum flag_state state = ctx->scene->flags[i]->state;
    return ctx->state->level == LEVEL_ALL || state == FLAG_NEW ||
           (ctx->state->level == LEVEL_OPEN && state == FLAG_ACKNOWLEDGED);
}

static uint64_t key(const struct view_context *ctx, size_t i)
{
    return ctx->scene->flags[i]->id;
}

static uint16_t seat(const struct view_context *ctx, size_t i)
{
    return ctx->scene->flags[i]->seat;
}

static void text(const struct view_context *ctx, size_t i, struct buffer *out)
{
    const struct scene_flag *f = ctx->scene->flags[i];
    words_format(out, "%s %s %c ", flags_severity(f->severity), flags_state(f->state),
                 f->letter);
    words_put_seat(out, ctx->scene, f->seat);
    words_format(out, " %s ", f->kind);
    words_put(out, f->text);
}

static int compare(const struct view_context *ctx, size_t i, size_t j)
{
    const struct scene_flag *a = ctx->scene->flags[i], *b = ctx->scene->flags[j];
    int order = 0;
    switch ((enum sort)ctx->state->panes[0].sort) {
    case SORT_NEWEST:
        break;
    case SORT_SEVERITY:
        order = order_numbers(b->severity, a->severity);
        order = order != 0 ? order : order_numbers(a->state, b->state);
        break;
    case SORT_SEAT:
        order = order_numbers(a->seat, b->seat);
        break;
    case SORT_KIND:
        order = strcmp(a->kind, b->kind);
        break;
    }
    return order != 0 ? order : order_numbers(i, j);
}

/* --- drawing --- */

enum { SEVERITY, STATE, LETTER, SEAT, KIND, FIRST, LAST, COUNT, TEXT, COLUMNS };
static const struct column columns[COLUMNS] = {
    [SEVERITY] = {"severity", 9, 56, SORT_SEVERITY, false, 0},
    [STATE] = {"state", 7, 0, NO_SORT, false, 0},
    [LETTER] = {"", 1, 0, NO_SORT, false, 0},
    [SEAT] = {"seat", 12, 40, SORT_SEAT, false, 18},
    [KIND] = {"kind", 16, 110, SORT_KIND, false, 0},
    [FIRST] = {"first", 10, 100, NO_SORT, false, 0},
    [LAST] = {"last", 10, 74, SORT_NEWEST, false, 0},
    [COUNT] = {"n", 3, 74, NO_SORT, true, 0},
    [TEXT] = {"what", 0, 0, NO_SORT, false, 0},
};

enum role flags_role(const struct scene_flag *f)
{
    switch (f->state) {
    case FLAG_NEW:
        return role_of_severity(f->severity);
    case FLAG_ACKNOWLEDGED:
        return ROLE_TEXT;
    case FLAG_CLEARED:
        return ROLE_QUIET;
    }
    return ROLE_UNKNOWN;
}

/* Where the kind has no column, it stands before the text: there are more kinds than
 * anybody knows letters. */
static void draw_what(struct cells *c, struct area field, const struct scene_flag *f,
                      bool has_kind)
{
    enum role role = f->state == FLAG_CLEARED ? ROLE_QUIET : ROLE_TEXT;
    struct buffer words = {NULL, 0, 0};
    if (!has_kind) {
        words_put(&words, f->kind);
        words_put(&words, f->text[0] != '\0' ? ": " : "");
    }
    words_put(&words, f->text);
    draw_fit(c, field, 0, 0, field.cols, role, buffer_slice(&words));
    buffer_free(&words);
}

static void draw_one(const struct view_context *ctx, struct cells *c, struct area line,
                     size_t i)
{
    const struct scene_flag *f = ctx->scene->flags[i];
    enum role role = flags_role(f);
    struct table t;
    char words[24];
    table_lay(&t, columns, sizeof(columns) / sizeof(columns[0]), line.cols);
    table_put(&t, c, line, SEVERITY, role, flags_severity(f->severity));
    table_put(&t, c, line, STATE, f->state == FLAG_NEW ? ROLE_STRONG : ROLE_QUIET,
              flags_state(f->state));
    (void)snprintf(words, sizeof(words), "%c", f->letter);
    table_put(&t, c, line, LETTER, role, words);
    if (f->seat > 0) {
        (void)draw_seat(ctx, c, line, 0, t.at[SEAT], t.width[SEAT], f->seat);
    } else {
        table_put(&t, c, line, SEAT, ROLE_QUIET, "council");
    }
    table_put(&t, c, line, KIND, ROLE_TEXT, f->kind);
    words_when(words, sizeof(words), f->first_ms, ctx->now_ms);
    table_put(&t, c, line, FIRST, ROLE_QUIET, words);
    words_when(words, sizeof(words), f->last_ms, ctx->now_ms);
    table_put(&t, c, line, LAST, ROLE_QUIET, words);
    words_number(words, sizeof(words), f->count);
    table_put(&t, c, line, COUNT, f->count > 1 ? ROLE_TEXT : ROLE_QUIET, words);
    draw_what(c, table_field(&t, line, TEXT), f, t.width[KIND] > 0);
}

static const char *nothing(const struct view_context *ctx)
{
    if (!ctx->scene->known) {
        return "the node has not answered yet";
    }
    if (ctx->scene->past) {
        return "no flag of that time is known";
    }
    switch ((enum flags_level)ctx->state->level) {
    case LEVEL_OPEN:
        return "no open flag: nothing that a person should look at";
    case LEVEL_NEW:
        return "no new flag";
    case LEVEL_ALL:
        break;
    }
    return "there has been no flag";
}

/* The head says which ones are listed: those that are not do not look like none. */
static const char *text_head(const struct view_context *ctx)
{
    switch ((enum flags_level)ctx->state->level) {
    case LEVEL_OPEN:
        return "what (open ones)";
    case LEVEL_NEW:
        return "what (new ones)";
    case LEVEL_ALL:
        break;
    }
    return "what (all)";
}

static void draw(const struct view_context *ctx, struct cells *c, struct area a,
                 struct drawn *out)
{
    struct column here[COLUMNS];
    if (ctx->state->depth > 0) {
        flags_draw_evidence(ctx, c, a, out);
        return;
    }
    memcpy(here, columns, sizeof(here));
    here[TEXT].head = text_head(ctx);
    table_draw(ctx, c, a, here, COLUMNS, draw_one, nothing(ctx), out);
}

static bool opens(const struct view_context *ctx)
{
    return ctx->state->depth == 0 && ctx->rows->count > 0;
}

static void want(const struct view_context *ctx, struct model *m, uint64_t now_ms)
{
    char id[24];
    if (ctx->state->depth > 0) {
        (void)snprintf(id, sizeof(id), "%" PRIu64, ctx->state->subject[1]);
        model_want_detail(m, DETAIL_FLAG, id, now_ms);
    } else if (list_is_near_end(ctx)) {
        model_want_page(m, PAGE_FLAGS);
    }
}

const struct view view_flags = {
    .name = "Flags",
    .sorts = sorts,
    .count = count,
    .listed = listed,
    .key = key,
    .seat = seat,
    .text = text,
    .compare = compare,
    .draw = draw,
    .opens = opens,
    .pages = list_pages_from_1,
    .body = flags_body,
    .want = want,
};
