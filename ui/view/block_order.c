/* SPDX-License-Identifier: ISC */
/* Blocks about the block being ordered: what is waited for, and who has not voted. */
#include "ui/view/blocks.h"
#include "ui/view/phases.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void block_title(struct cells *c, struct area a, unsigned row, const char *title)
{
    struct area line = area_rows(a, row, 1);
    draw_line(c, line, 0, ROLE_QUIET);
    (void)draw_format(c, line, 0, 2, ROLE_QUIET, " %s ", title);
}

void words_seats(struct buffer *out, const struct scene *s, const bool *set)
{
    char number[8];
    bool first = true;
    for (uint16_t seat = 1; seat <= s->seats && seat <= UI_SEATS_MAX; seat++) {
        if (!set[seat - 1]) {
            continue;
        }
        words_seat(number, sizeof(number), s, seat);
        buffer_append(out, ", ", first ? 0 : 2);
        buffer_append(out, number, strlen(number));
        buffer_append(out, " ", 1);
        buffer_append_slice(out, seat_name(s, seat));
        first = false;
    }
}

/* The node's words end with a number of seconds that was right when it said them. */
static struct slice without_time(const struct scene_awaiting *w)
{
    struct slice text = slice_of_string(w->next_text);
    if (w->next_ms == UNKNOWN) {
        return text;
    }
    for (size_t at = text.size; at >= 4; at--) {
        if (memcmp(text.data + at - 4, " in ", 4) == 0) {
            size_t end = at - 4;
            return slice_of(text.data,
                            end > 0 && text.data[end - 1] == ',' ? end - 1 : end);
        }
    }
    return text;
}

static unsigned draw_next_time(const struct view_context *ctx, struct cells *c,
                               struct area line, unsigned col)
{
    uint64_t then = ctx->scene->awaiting.next_ms;
    char left[24];
    if (then == UNKNOWN) {
        return 0;
    }
    if (scene_moment(ctx->scene, ctx->now_ms) != ctx->now_ms) {
        return draw_string(c, line, 0, col, ROLE_UNKNOWN, "? ");
    }
    if (then <= ctx->now_ms) {
        return draw_string(c, line, 0, col, ROLE_WARNING, "due ");
    }
    words_age(left, sizeof(left), then - ctx->now_ms);
    return draw_format(c, line, 0, col, ROLE_WARNING, "in %s ", left);
}

unsigned awaiting_block(const struct view_context *ctx, struct cells *c, struct area a)
{
    const struct scene_awaiting *said = &ctx->scene->awaiting;
    struct awaited w;
    awaited_now(ctx->scene, &w);
    if (a.rows < 2 || w.text[0] == '\0') {
        return 0;
    }
    block_title(c, a, 0, "waiting for");
    unsigned row = 1;
    if (!w.reachable) {
        (void)draw_string(c, a, row++, 0, ROLE_CRITICAL,
                          "NO QUORUM: too few can take part");
    }
    /* What happens next keeps a line. */
    bool next = !said->old && said->next_text[0] != '\0' && a.rows > row + 1;
    struct area text = area_rows(a, row, a.rows - row - next);
    row += draw_wrapped(c, text, ROLE_TEXT, slice_of_string(w.text));
    if (next) {
        unsigned at = draw_string(c, a, row, 0, ROLE_QUIET, "next ");
        at += draw_next_time(ctx, c, area_rows(a, row, 1), at);
        struct area rest = area_cols(area_rows(a, row, a.rows), at, a.cols);
        row += draw_wrapped(c, rest, ROLE_TEXT, without_time(said));
    }
    return row;
}

static unsigned missing_of(const struct view_context *ctx, struct cells *c, struct area a,
                           const char *label, uint32_t have, enum stage stage)
{
    const struct scene *s = ctx->scene;
    bool missing[UI_SEATS_MAX] = {false};
    struct buffer names = {NULL, 0, 0};
    for (unsigned i = 0; i < s->seats && i < UI_SEATS_MAX; i++) {
        missing[i] = s->seat[i].stages_known && !s->seat[i].expelled &&
                     (s->seat[i].stages & (unsigned)stage) == 0;
    }
    (void)phase_draw(ctx, c, a, label, phase_width(s, a.cols, PHASE_NUMBERS),
                     s->votes.known ? have : UNKNOWN, UNKNOWN);
    words_seats(&names, s, missing);
    unsigned row = 1;
    if (names.size > 0 && a.rows > 1) {
        struct area rest = area_cols(area_rows(a, 1, a.rows), 2, a.cols);
        row += draw_wrapped(c, rest, have < s->quorum ? ROLE_BAD : ROLE_QUIET,
                            buffer_slice(&names));
    }
    buffer_free(&names);
    return row;
}

unsigned missing_block(const struct view_context *ctx, struct cells *c, struct area a)
{
    const struct scene_votes *v = &ctx->scene->votes;
    if (a.rows < 2 || !v->known || ctx->scene->order.changing || v->idle) {
        return 0;
    }
    char title[64], height[24];
    words_number(height, sizeof(height), v->height);
    (void)snprintf(title, sizeof(title), "block %s: who has not voted", height);
    block_title(c, a, 0, title);
    unsigned row = 1;
    row += missing_of(ctx, c, area_rows(a, row, a.rows), "PRE-PREP", v->pre_prepares,
                      STAGE_PRE_PREPARE);
    if (row < a.rows) {
        row += missing_of(ctx, c, area_rows(a, row, a.rows), "PREPARE", v->prepares,
                          STAGE_PREPARE);
    }
    if (row < a.rows) {
        row += missing_of(ctx, c, area_rows(a, row, a.rows), "COMMIT", v->commits,
                          STAGE_COMMIT);
    }
    return row;
}
