/* SPDX-License-Identifier: ISC */
/* Blocks about what happens besides: open proposals, flags, the log. */
#include "ui/view/blocks.h"
#include "ui/view/flags_line.h"
#include "ui/view/phases.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *phase_word(enum ui_phase phase)
{
    switch (phase) {
    case UI_WAITING:
        return "waiting";
    case UI_SEALED:
        return "sealed";
    case UI_OPENING:
        return "opening";
    case UI_DECIDED:
        return "decided";
    case UI_FINAL:
        return "final";
    }
    return "?";
}

/* Two tellings of one deadline differ by less. */
enum { ROUNDED_MS = 1500 };

/* Deadlines are of the blocks' time, which is all that is known of them. */
static void words_deadline(char *out, size_t size, const struct view_context *ctx,
                           const struct scene_proposal *p)
{
    uint64_t end = p->phase == UI_SEALED    ? p->commit_deadline_ms
                   : p->phase == UI_OPENING ? p->reveal_deadline_ms
                                            : UNKNOWN;
    const struct scene *s = ctx->scene;
    const struct scene_awaiting *w = &s->awaiting;
    char left[24];
    /* Ballots that can decide it end it sooner; the node tells so of the oldest. */
    bool grace = p->phase == UI_SEALED && p == s->open[0] && !w->old && !s->past &&
                 strcmp(w->what, "ballots") == 0 && w->next_ms < end &&
                 end - w->next_ms > ROUNDED_MS;
    if (grace) {
        end = w->next_ms;
    }
    if (end == UNKNOWN) {
        out[0] = '\0';
    } else if (scene_moment(ctx->scene, ctx->now_ms) != ctx->now_ms) {
        (void)snprintf(out, size, "ends ?"); /* nothing was heard since */
    } else if (end <= ctx->now_ms) {
        (void)snprintf(out, size, "due");
    } else {
        words_age(left, sizeof(left), end - ctx->now_ms);
        (void)snprintf(out, size, "%sends in %s", grace ? "grace " : "", left);
    }
}

static unsigned shown(uint32_t count, uint16_t seats)
{
    return count <= seats ? count : seats;
}

/* How the opened ballots stand; before that there is nothing to be known of a choice. */
static unsigned draw_choices(struct cells *c, struct area line, unsigned col,
                             const struct scene_proposal *p)
{
    unsigned at = col;
    int digits = words_width(p->seats);
    at += draw_format(c, line, 0, at, ROLE_APPROVE, "Y%-*" PRIu32 " ", digits, p->approve);
    at += draw_format(c, line, 0, at, ROLE_REJECT, "N%-*" PRIu32 " ", digits, p->reject);
    at += draw_format(c, line, 0, at, ROLE_ABSTAIN, "A%-*" PRIu32 " ", digits, p->abstain);
    at += draw_format(c, line, 0, at, ROLE_TEXT, "need Y%" PRIu32 " ", p->threshold);
    return at - col;
}

static void draw_small(const struct view_context *ctx, struct cells *c, struct area line,
                       const struct scene_proposal *p)
{
    char deadline[40];
    words_deadline(deadline, sizeof(deadline), ctx, p);
    unsigned sealed = shown(p->committed, p->seats), opened = shown(p->revealed, p->seats);
    unsigned at = draw_format(c, line, 0, 0, ROLE_STRONG, "%-8s", phase_word(p->phase));
    if (p->phase == UI_WAITING || p->phase == UI_SEALED) {
        at += draw_format(c, line, 0, at, ROLE_TEXT, "%*u/%u sealed ",
                          words_width(p->seats), sealed, (unsigned)p->seats);
    } else {
        at += draw_format(c, line, 0, at, ROLE_TEXT, "%*u/%u ", words_width(p->seats),
                          opened, sealed);
        at += draw_choices(c, line, at, p);
    }
    at += draw_format(c, line, 0, at, ROLE_WARNING, "%s%s", deadline,
                      deadline[0] != '\0' ? " " : "");
    struct area title = area_cols(line, at, line.cols);
    draw_fit(c, title, 0, 0, title.cols, ROLE_TEXT, slice_of_string(p->title));
}

/* The columns that a bar's label and numbers take. */
enum { BAR_WORDS = 38, BAR_MOST = 60 };

static unsigned draw_bar_line(struct cells *c, struct area line, const char *label,
                              unsigned have, unsigned total, unsigned goal)
{
    int digits = words_width(total);
    unsigned room = line.cols > BAR_WORDS + 4 ? line.cols - BAR_WORDS : 4;
    unsigned width = room < BAR_MOST ? room : BAR_MOST;
    unsigned at = draw_format(c, line, 0, 2, ROLE_QUIET, "%-7s", label) + 2;
    draw_bar(c, line, 0, at, width, have, total, goal);
    at += width + 1;
    return at + draw_format(c, line, 0, at, ROLE_TEXT, "%*u/%u ", digits, have, total);
}

static unsigned draw_large(const struct view_context *ctx, struct cells *c, struct area a,
                           const struct scene_proposal *p)
{
    char deadline[40];
    unsigned sealed = shown(p->committed, p->seats);
    words_deadline(deadline, sizeof(deadline), ctx, p);
    unsigned at = draw_format(c, a, 0, 0, ROLE_STRONG, "%-8s", phase_word(p->phase));
    struct area title = area_cols(a, at, a.cols);
    draw_fit(c, title, 0, 0, title.cols, ROLE_TEXT, slice_of_string(p->title));
    struct area line = area_rows(a, 1, 1);
    at = draw_bar_line(c, line, "sealed", sealed, p->seats, p->threshold);
    if (p->phase == UI_WAITING || p->phase == UI_SEALED) {
        (void)draw_string(c, line, 0, at, ROLE_WARNING, deadline);
        return 2;
    }
    (void)draw_choices(c, line, at, p);
    line = area_rows(a, 2, 1);
    at = draw_bar_line(c, line, "opened", shown(p->revealed, p->seats), sealed, 0);
    (void)draw_string(c, line, 0, at, ROLE_WARNING, deadline);
    return 3;
}

unsigned open_block(const struct view_context *ctx, struct cells *c, struct area a,
                    bool small)
{
    const struct scene *s = ctx->scene;
    unsigned each = small ? 1 : 3, row = 1;
    char title[48];
    if (a.rows < 1 + each || (s->open_count == 0 && s->past)) {
        return 0; /* what was open then is not known */
    }
    (void)snprintf(title, sizeof(title), "open proposals: %zu", s->open_count);
    block_title(c, a, 0, title);
    for (size_t i = 0; i < s->open_count && row + each <= a.rows; i++) {
        struct area part = area_rows(a, row, each);
        if (small) {
            draw_small(ctx, c, part, s->open[i]);
            row++;
        } else {
            row += draw_large(ctx, c, part, s->open[i]);
        }
    }
    /* The place of one is kept, so that what is below does not move with each decision. */
    return row > 1 + each ? row : 1 + each;
}

unsigned flags_block(const struct view_context *ctx, struct cells *c, struct area a)
{
    const struct scene *s = ctx->scene;
    char title[64], seat[8];
    unsigned row = 1;
    uint64_t open = (uint64_t)s->flags_new + s->flags_acknowledged;
    if (a.rows < 2 || open == 0) {
        return 0;
    }
    (void)snprintf(title, sizeof(title), "flags: %" PRIu32 " new, %" PRIu32 " acknowledged",
                   s->flags_new, s->flags_acknowledged);
    block_title(c, a, 0, title);
    for (unsigned rank = 0; rank < FLAG_RANKS - 1; rank++) {
        for (size_t i = 0; i < s->flag_count && row < a.rows; i++) {
            const struct scene_flag *f = s->flags[i];
            if (flag_rank(f) != rank) {
                continue;
            }
            if (row + 1 == a.rows && open > 1) {
                return row + (draw_format(c, a, row, 0, ROLE_QUIET, "+%" PRIu64 " more",
                                          open) > 0);
            }
            words_seat(seat, sizeof(seat), s, f->seat);
            char letter[2] = {f->letter > ' ' && f->letter < 0x7f ? f->letter : '?', '\0'};
            unsigned at =
                draw_format(c, a, row, 0, role_of_severity(f->severity), "%s %s %s", letter,
                            f->seat > 0 ? seat : "--", flag_state_word(f->state));
            struct area rest = area_cols(area_rows(a, row, 1), at + 1, a.cols);
            draw_fit(c, rest, 0, 0, rest.cols, ROLE_TEXT, slice_of_string(f->text));
            row++;
            open -= open > 0;
        }
    }
    return row;
}

/* --- the log --- */

static enum role role_of_level(enum line_level level)
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
    return ROLE_TEXT;
}

static const char *level_word(enum line_level level)
{
    switch (level) {
    case LINE_DEBUG:
        return "debug";
    case LINE_INFO:
        return "info ";
    case LINE_WARN:
        return "warn ";
    case LINE_ERROR:
        return "ERROR";
    case LINE_GAP:
        return "-gap-";
    }
    return "?";
}

/* Hashes take the room of everything else: their beginning is enough here. */
enum { HASH_DIGITS = 24, HASH_SHOWN = 8 };

static bool is_digit(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static void draw_fields(struct cells *c, struct area rest, const char *text)
{
    struct buffer shown = {NULL, 0, 0};
    const uint8_t *at = (const uint8_t *)text;
    while (*at != '\0') {
        size_t digits = 0;
        while (is_digit(at[digits])) {
            digits++;
        }
        size_t size = digits > 0 ? digits : 1;
        bool hash = digits >= HASH_DIGITS;
        buffer_append(&shown, at, hash ? HASH_SHOWN : size);
        buffer_append(&shown, "..", hash ? 2 : 0);
        at += size;
    }
    draw_fit(c, rest, 0, 0, rest.cols, ROLE_TEXT, buffer_slice(&shown));
    buffer_free(&shown);
}

unsigned log_block(const struct view_context *ctx, struct cells *c, struct area a)
{
    const struct scene *s = ctx->scene;
    char clock[24];
    if (a.rows < 2 || s->line_count == 0) {
        return 0;
    }
    block_title(c, a, 0, "log");
    unsigned lines = a.rows - 1U;
    lines = s->line_count < lines ? (unsigned)s->line_count : lines;
    for (unsigned i = 0; i < lines; i++) {
        const struct scene_line *l = s->lines[lines - 1 - i];
        struct area line = area_rows(a, 1 + i, 1);
        words_clock(clock, sizeof(clock), l->time_ms);
        unsigned at = draw_format(c, line, 0, 0, ROLE_QUIET, "%s ", clock);
        at += draw_format(c, line, 0, at, role_of_level(l->level), "%s",
                          level_word(l->level));
        at += 1 + draw_string(c, line, 0, at + 1, ROLE_STRONG, l->event);
        struct area rest = area_cols(line, at + 1, line.cols);
        draw_fields(c, rest, l->text);
    }
    return 1 + lines;
}
