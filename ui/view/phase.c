/* SPDX-License-Identifier: ISC */
/* One phase, and those that it lacks. */
#include "ui/view/phases.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { BAR_MOST = 70 };

unsigned phase_width(const struct scene *s, unsigned cols, unsigned words)
{
    unsigned room = cols > PHASE_LABEL + words ? cols - PHASE_LABEL - words : 0;
    unsigned most = room < BAR_MOST ? room : BAR_MOST;
    unsigned seats = s->seats > 0 ? s->seats : 1;
    /* As many cells for each seat, and one for the mark, where that is possible. */
    return seats + 1 <= most ? (most - 1) / seats * seats + 1 : most;
}

static void words_state(char *out, size_t size, const struct scene *s, uint64_t have,
                        uint64_t after_ms)
{
    char after[24];
    words_duration(after, sizeof(after), after_ms);
    if (have < s->quorum) {
        (void)snprintf(out, size, "need %" PRIu64, s->quorum - have);
    } else if (after_ms != UNKNOWN) {
        (void)snprintf(out, size, "QUORUM +%s", after);
    } else {
        (void)snprintf(out, size, "QUORUM");
    }
}

unsigned phase_draw(const struct view_context *ctx, struct cells *c, struct area line,
                    const char *label, unsigned width, uint64_t have, uint64_t after_ms)
{
    const struct scene *s = ctx->scene;
    char state[48];
    unsigned at = PHASE_LABEL;
    draw_fit(c, line, 0, 0, PHASE_LABEL, ROLE_STRONG, slice_of_string(label));
    /* More than there are seats is nothing that a node can know. */
    if (have == UNKNOWN || have > s->seats) {
        return at + draw_format(c, line, 0, at, ROLE_UNKNOWN, "? of %u, quorum %u",
                                (unsigned)s->seats, (unsigned)s->quorum);
    }
    draw_bar(c, area_cols(line, 0, at + width), 0, at, width, (unsigned)have, s->seats,
             s->quorum);
    at += width + (width > 0 ? 1 : 0);
    words_state(state, sizeof(state), s, have, after_ms);
    at += draw_format(c, line, 0, at, ROLE_TEXT, "%*u/%u ", words_width(s->seats),
                      (unsigned)have, (unsigned)s->seats);
    return at + draw_string(c, line, 0, at, have < s->quorum ? ROLE_BAD : ROLE_GOOD, state);
}

unsigned seats_in(const struct scene *s, const bool *set)
{
    unsigned count = 0;
    for (unsigned i = 0; i < s->seats && i < UI_SEATS_MAX; i++) {
        count += set[i];
    }
    return count;
}

/* The columns of one seat and what parts it from the one before. */
static unsigned item_columns(const struct scene *s, bool ascii, uint16_t seat, bool names,
                             bool first)
{
    unsigned columns = s->seats > 99 ? 3 : 2;
    if (names) {
        columns += 1 + text_columns(seat_name(s, seat), ascii);
    }
    return columns + (first ? 0 : names ? 2 : 1);
}

static bool names_fit(const struct scene *s, bool ascii, const bool *missing, unsigned room)
{
    unsigned columns = 0;
    for (uint16_t seat = 1; seat <= s->seats && seat <= UI_SEATS_MAX; seat++) {
        if (missing[seat - 1]) {
            columns += item_columns(s, ascii, seat, true, columns == 0);
        }
    }
    return columns <= room;
}

unsigned missing_draw(const struct view_context *ctx, struct cells *c, struct area line,
                      unsigned col, const bool *missing)
{
    const struct scene *s = ctx->scene;
    unsigned room = col < line.cols ? line.cols - col : 0;
    unsigned left = seats_in(s, missing), at = col;
    bool names = names_fit(s, c->ascii, missing, room);
    char number[8];
    for (uint16_t seat = 1; seat <= s->seats && seat <= UI_SEATS_MAX; seat++) {
        if (!missing[seat - 1]) {
            continue;
        }
        /* Those that are left out are counted, which takes room, too. */
        unsigned rest = left > 1 ? 5 : 0;
        unsigned columns = item_columns(s, c->ascii, seat, names, at == col);
        if (!names && at - col + columns + rest > room) {
            at +=
                draw_format(c, line, 0, at, ROLE_QUIET, "%s+%u", at > col ? " " : "", left);
            break;
        }
        /* A blank of another role, and back, would take 25 bytes more. */
        const char *between = names ? ", " : " ";
        at += draw_string(c, line, 0, at, names ? ROLE_QUIET : ROLE_BAD,
                          at == col ? "" : between);
        words_seat(number, sizeof(number), s, seat);
        at += draw_string(c, line, 0, at, ROLE_BAD, number);
        if (names) {
            at += draw_string(c, line, 0, at, ROLE_TEXT, " ");
            at += draw_text(c, line, 0, at, ROLE_TEXT, seat_name(s, seat));
        }
        left--;
    }
    return at - col;
}

void words_next(char *out, size_t size, const struct scene *s, uint64_t now_ms)
{
    uint64_t then = s->order.timer_ms != UNKNOWN ? s->order.timer_ms : s->awaiting.next_ms;
    const char *what = s->order.changing              ? "again"
                       : s->order.timer_ms != UNKNOWN ? "view change"
                                                      : "next";
    char left[24];
    /* Blocks and votes that came since have set the timer anew. */
    if (then == UNKNOWN || s->awaiting.old) {
        out[0] = '\0';
    } else if (scene_moment(s, now_ms) != now_ms) {
        (void)snprintf(out, size, "%s ?", what); /* the node is not heard any more */
    } else if (then <= now_ms) {
        (void)snprintf(out, size, "%s due", what);
    } else {
        words_duration(left, sizeof(left), then - now_ms);
        (void)snprintf(out, size, "%s in %s", what, left);
    }
}

uint64_t scene_moment(const struct scene *s, uint64_t now_ms)
{
    uint64_t beat = s->heartbeat_ms < 60000 ? s->heartbeat_ms : 0;
    uint64_t grace = 3 * beat > 3000 ? 3 * beat : 3000;
    return now_ms > s->at_ms && now_ms - s->at_ms > grace ? s->at_ms : now_ms;
}

bool seat_is_silent(const struct view_context *ctx, uint16_t seat)
{
    const struct scene *s = ctx->scene;
    const struct scene_seat *at = &s->seat[seat - 1];
    return !scene_is_alive(s, seat, scene_moment(s, ctx->now_ms)) && !s->past &&
           (at->heard_ms != UNKNOWN || !at->connected);
}

bool seat_asks(const struct scene *s, const struct scene_seat *seat)
{
    return seat->asked_view != UNKNOWN && s->order.view != UNKNOWN &&
           seat->asked_view >= s->order.view;
}
