/* SPDX-License-Identifier: ISC */
#include "ui/view/phases.h"

#include <inttypes.h>
#include <string.h>

/* From then on it is told how long ago a block came. */
enum { SLOW_MS = 1000 };

static uint64_t counted(const struct scene *s, uint32_t count)
{
    return s->votes.known ? count : UNKNOWN;
}

/* Those of the missing that are there come first: they are who it depends on. */
static void draw_missing(const struct view_context *ctx, struct cells *c, struct area rest,
                         unsigned col, const bool *missing)
{
    const struct scene *s = ctx->scene;
    bool there[UI_SEATS_MAX] = {false}, silent[UI_SEATS_MAX] = {false};
    for (uint16_t seat = 1; seat <= s->seats && seat <= UI_SEATS_MAX; seat++) {
        there[seat - 1] = missing[seat - 1] && !seat_is_silent(ctx, seat);
        silent[seat - 1] = missing[seat - 1] && seat_is_silent(ctx, seat);
    }
    unsigned at = col, kept = seats_in(s, silent) > 0 && rest.cols > 40 ? 16 : 0;
    if (seats_in(s, there) > 0) {
        at += draw_string(c, rest, 0, at, ROLE_QUIET, "missing ");
        at += missing_draw(ctx, c, area_cols(rest, 0, rest.cols - kept), at, there) + 2;
    }
    if (seats_in(s, silent) > 0) {
        at += draw_string(c, rest, 0, at, ROLE_QUIET, "silent ");
        (void)missing_draw(ctx, c, rest, at, silent);
    }
}

static unsigned draw_no_quorum(const struct view_context *ctx, struct cells *c,
                               struct area line, unsigned col)
{
    const struct scene *s = ctx->scene;
    unsigned at = col + draw_string(c, line, 0, col, ROLE_CRITICAL, "NO QUORUM");
    at += draw_format(c, line, 0, at, ROLE_TEXT, " %u of %u able",
                      s->seats - seats_in(s, s->awaiting.unable), (unsigned)s->quorum);
    return at - col;
}

/* At rest nobody is waited for, but who is silent will be missing next time. */
static void draw_rest(const struct view_context *ctx, struct cells *c, struct area rest,
                      struct slice text)
{
    const struct scene *s = ctx->scene;
    bool silent[UI_SEATS_MAX] = {false};
    for (uint16_t seat = 1; seat <= s->seats && seat <= UI_SEATS_MAX; seat++) {
        silent[seat - 1] = !s->seat[seat - 1].expelled && seat_is_silent(ctx, seat);
    }
    if (seats_in(s, silent) == 0) {
        draw_fit(c, rest, 0, 0, rest.cols, ROLE_TEXT, text);
        return;
    }
    unsigned at =
        draw_text(c, area_cols(rest, 0, rest.cols / 2U + 8), 0, 0, ROLE_TEXT, text);
    at += draw_string(c, rest, 0, at, ROLE_QUIET, "  silent ");
    (void)missing_draw(ctx, c, rest, at, silent);
}

/* What is waited for, in the rest of a line: who, or else the node's own words. */
static void draw_awaited(const struct view_context *ctx, struct cells *c, struct area line,
                         unsigned col)
{
    const struct scene *s = ctx->scene;
    struct awaited w;
    struct area rest = area_cols(line, col, line.cols);
    unsigned at = 0;
    awaited_now(s, &w);
    if (!w.reachable && w.text[0] != '\0') {
        at = draw_no_quorum(ctx, c, rest, 0);
        at += draw_string(c, rest, 0, at, ROLE_QUIET, ", unable ");
        (void)missing_draw(ctx, c, rest, at, s->awaiting.unable);
    } else if (w.need > 0 && seats_in(s, w.missing) > 0) {
        if (s->votes.idle) {
            at = draw_format(c, rest, 0, 0, ROLE_TEXT, "%s %" PRIu32 "/%" PRIu32 " ",
                             w.what, w.have, w.need);
        }
        draw_missing(ctx, c, rest, at, w.missing);
    } else {
        draw_rest(ctx, c, rest, slice_of_string(w.text));
    }
}

/* How long ago the block came. */
static unsigned draw_since(const struct view_context *ctx, struct cells *c,
                           struct area line, unsigned col, const char *label)
{
    const struct scene_votes *v = &ctx->scene->votes;
    char words[24];
    if (v->since_ms == UNKNOWN) {
        return 0;
    }
    words_age(words, sizeof(words),
              ctx->now_ms > v->since_ms ? ctx->now_ms - v->since_ms : 0);
    return draw_format(c, line, 0, col, ROLE_QUIET, "%s%s ago ", label, words);
}

static void draw_pre_prepare(const struct view_context *ctx, struct cells *c,
                             struct area line)
{
    const struct scene *s = ctx->scene;
    unsigned at = PHASE_LABEL;
    if (s->votes.idle) {
        /* Between blocks; what the council still decides waits for ballots. */
        (void)draw_string(c, line, 0, 0, ROLE_GOOD,
                          s->open_count > 0 ? "DECIDING" : "IDLE");
        at += s->open_count == 0 ? draw_since(ctx, c, line, at, "last block ") : 0;
    } else {
        (void)draw_string(c, line, 0, 0, ROLE_STRONG, "PRE-PREP");
        if (!s->votes.known) {
            at += draw_string(c, line, 0, at, ROLE_UNKNOWN, "? ");
        } else if (s->votes.pre_prepares > 0) {
            at += draw_string(c, line, 0, at, ROLE_GOOD, "ok ");
            bool slow =
                s->votes.since_ms != UNKNOWN && ctx->now_ms >= s->votes.since_ms + SLOW_MS;
            at += slow ? draw_since(ctx, c, line, at, "") : 0;
        } else {
            at += draw_string(c, line, 0, at, ROLE_BAD, "none ");
        }
    }
    draw_awaited(ctx, c, line, at + 1);
}

static void draw_countdown(const struct view_context *ctx, struct cells *c,
                           struct area line, unsigned col)
{
    char words[64];
    words_next(words, sizeof(words), ctx->scene, ctx->now_ms);
    (void)draw_string(c, line, 0, col, ROLE_WARNING, words);
}

static void draw_ordering(const struct view_context *ctx, struct cells *c, struct area a)
{
    const struct scene *s = ctx->scene;
    unsigned width = phase_width(s, a.cols, PHASE_COUNTDOWN);
    draw_pre_prepare(ctx, c, area_rows(a, 0, 1));
    (void)phase_draw(ctx, c, area_rows(a, 1, 1), "PREPARE", width,
                     counted(s, s->votes.prepares), s->votes.prepared_ms);
    struct area last = area_rows(a, 2, 1);
    unsigned at = phase_draw(ctx, c, last, "COMMIT", width, counted(s, s->votes.commits),
                             s->votes.committed_ms);
    if (!s->votes.idle) {
        draw_countdown(ctx, c, last, at + 2);
    }
}

static void draw_view_change(const struct view_context *ctx, struct cells *c, struct area a)
{
    const struct scene *s = ctx->scene;
    bool asked[UI_SEATS_MAX] = {false}, missing[UI_SEATS_MAX] = {false};
    char view[24];
    for (unsigned i = 0; i < s->seats && i < UI_SEATS_MAX; i++) {
        asked[i] = seat_asks(s, &s->seat[i]);
        missing[i] = !asked[i] && !s->seat[i].expelled;
    }
    unsigned have = seats_in(s, asked);
    words_number(view, sizeof(view), s->order.view);
    unsigned at = draw_string(c, a, 0, 0, ROLE_CRITICAL, "VIEW CHANGE");
    at += draw_format(c, a, 0, at, ROLE_TEXT, " to %s, primary ", view);
    at += draw_seat(ctx, c, a, 0, at, 16, s->order.primary);
    if (!s->awaiting.reachable && !s->awaiting.old) {
        (void)draw_no_quorum(ctx, c, a, at + 1);
    }
    struct area line = area_rows(a, 1, 1);
    at = phase_draw(ctx, c, line, "ASKED", phase_width(s, a.cols, PHASE_COUNTDOWN), have,
                    UNKNOWN);
    draw_countdown(ctx, c, line, at + 2);
    line = area_rows(a, 2, 1);
    if (have < s->quorum) {
        draw_missing(ctx, c, line, 0, missing);
    } else if (!s->awaiting.old) {
        draw_fit(c, line, 0, 0, line.cols, ROLE_TEXT, slice_of_string(s->awaiting.text));
    }
}

/* Of the past there is the decision, and how its ballots came. */
static void draw_decision(const struct view_context *ctx, struct cells *c, struct area a)
{
    const struct scene_proposal *p = ctx->scene->final[0];
    unsigned width = phase_width(ctx->scene, a.cols, PHASE_COUNTDOWN);
    unsigned cast = p->committed <= p->seats ? p->committed : 0;
    unsigned open = p->revealed <= p->seats ? p->revealed : 0;
    char number[24];
    words_number(number, sizeof(number), p->record);
    unsigned at = draw_format(c, a, 0, 0, ROLE_STRONG, "DECISION %s ", number);
    at += draw_string(c, a, 0, at, p->approved ? ROLE_APPROVE : ROLE_REJECT,
                      p->approved ? "APPROVED " : "REJECTED ");
    struct area title = area_cols(a, at, a.cols);
    draw_fit(c, title, 0, 0, title.cols, ROLE_TEXT, slice_of_string(p->title));
    (void)draw_string(c, a, 1, 0, ROLE_STRONG, "SEALED");
    draw_bar(c, a, 1, PHASE_LABEL, width, cast, p->seats, p->threshold);
    (void)draw_format(c, a, 1, PHASE_LABEL + width + 1, ROLE_TEXT, "%u/%u", cast,
                      (unsigned)p->seats);
    (void)draw_string(c, a, 2, 0, ROLE_STRONG, "OPENED");
    draw_bar(c, a, 2, PHASE_LABEL, width, open, p->seats, p->threshold);
    (void)draw_format(c, a, 2, PHASE_LABEL + width + 1, ROLE_TEXT,
                      "%u/%u Y%" PRIu32 " N%" PRIu32 " A%" PRIu32 " need %" PRIu32, open,
                      (unsigned)p->seats, p->approve, p->reject, p->abstain, p->threshold);
}

void council_phases_draw(const struct view_context *ctx, struct cells *c, struct area a)
{
    const struct scene *s = ctx->scene;
    if (!s->known) {
        return;
    }
    if (s->past && s->final_count > 0) {
        draw_decision(ctx, c, a);
    } else if (s->order.changing) {
        draw_view_change(ctx, c, a);
    } else {
        draw_ordering(ctx, c, a);
    }
}
