/* SPDX-License-Identifier: ISC */
#include "ui/view/seat_row.h"

#include "ui/view/flags_line.h"
#include "ui/view/phases.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

void seat_stage_draw(const struct view_context *ctx, struct cells *c, struct area line,
                     unsigned col, const struct scene_seat *seat)
{
    static const struct {
        enum stage stage;
        const char *letter;
    } stages[] = {{STAGE_PRE_PREPARE, "P"}, {STAGE_PREPARE, "p"}, {STAGE_COMMIT, "c"}};
    if (seat->expelled) {
        (void)draw_string(c, line, 0, col, ROLE_CRITICAL, "exp");
        return;
    }
    if (ctx->scene->order.changing && seat_asks(ctx->scene, seat)) {
        (void)draw_string(c, line, 0, col, ROLE_GOOD, "VC");
        return;
    }
    for (unsigned i = 0; i < 3; i++) {
        bool came = (seat->stages & stages[i].stage) != 0;
        (void)draw_string(c, line, 0, col + i,
                          !seat->stages_known ? ROLE_UNKNOWN
                          : came              ? ROLE_GOOD
                                              : ROLE_BAD,
                          !seat->stages_known ? "?"
                          : came              ? stages[i].letter
                                              : ".");
    }
}

/* Letters of its flags, the gravest first, each kind once. */
static void draw_flags(const struct view_context *ctx, struct cells *c, struct area field,
                       uint16_t seat)
{
    const struct scene *s = ctx->scene;
    char drawn[8] = "";
    unsigned count = 0;
    for (unsigned rank = 0; rank < FLAG_RANKS - 1; rank++) {
        for (size_t i = 0; i < s->flag_count && count < field.cols && count < 7; i++) {
            const struct scene_flag *f = s->flags[i];
            char letter[2] = {f->letter > ' ' && f->letter < 0x7f ? f->letter : '?', '\0'};
            if (f->seat == seat && flag_rank(f) == rank &&
                strchr(drawn, letter[0]) == NULL) {
                drawn[count] = letter[0];
                (void)draw_string(c, field, 0, count++, role_of_severity(f->severity),
                                  letter);
            }
        }
    }
}

/* The newest at the right edge. */
static void draw_heat(const struct view_context *ctx, struct cells *c, struct area field,
                      uint16_t seat)
{
    const struct scene *s = ctx->scene;
    for (unsigned i = 0; i < field.cols && i < s->final_count; i++) {
        draw_pattern(c, field, 0, field.cols - 1 - i, scene_pattern(s->final[i], seat));
    }
}

static void draw_seat_number(const struct view_context *ctx, struct cells *c,
                             struct area field, uint16_t seat)
{
    char number[8];
    words_seat(number, sizeof(number), ctx->scene, seat);
    bool special = seat == ctx->scene->own || ctx->scene->seat[seat - 1].primary;
    unsigned at = draw_string(c, field, 0, 0, special ? ROLE_STRONG : ROLE_QUIET, number);
    const char *mark = ctx->marked[seat - 1] ? "*" : ctx->followed == seat ? ">" : "";
    (void)draw_string(c, field, 0, at, ROLE_STRONG, mark);
}

static void draw_age(const struct view_context *ctx, struct cells *c, struct area field,
                     uint16_t seat, bool alive)
{
    const struct scene_seat *at = &ctx->scene->seat[seat - 1];
    uint64_t age = seat_age(ctx, at);
    char words[24];
    words_age(words, sizeof(words), age);
    draw_right(c, field, 0, 0, field.cols,
               age == UNKNOWN ? ROLE_UNKNOWN
               : alive        ? ROLE_QUIET
                              : ROLE_BAD,
               seat == ctx->scene->own ? "self" : words);
}

static void draw_count(struct cells *c, struct area field, bool known, uint32_t count)
{
    char words[24];
    words_number(words, sizeof(words), known ? count : UNKNOWN);
    draw_right(c, field, 0, 0, field.cols,
               !known      ? ROLE_UNKNOWN
               : count > 0 ? ROLE_TEXT
                           : ROLE_QUIET,
               words);
}

static void draw_number(struct cells *c, struct area field, uint64_t n, uint64_t usual)
{
    char words[24];
    words_number(words, sizeof(words), n);
    draw_right(c, field, 0, 0, field.cols,
               n == UNKNOWN                        ? ROLE_UNKNOWN
               : usual != UNKNOWN && n + 1 < usual ? ROLE_BAD
                                                   : ROLE_TEXT,
               words);
}

/* Its ballot in the decision that is looked at, and how that stood to the outcome. */
static void draw_vote(const struct scene *s, struct cells *c, struct area field,
                      uint16_t seat)
{
    if (seat <= s->final[0]->seats) {
        draw_ballot(c, field, 0, 0, s->final[0]->codes[seat - 1]);
        draw_pattern(c, field, 0, 2, scene_pattern(s->final[0], seat));
    }
}

/* A member of the seat's card. */
static void draw_card(const struct scene *s, struct cells *c, struct area field,
                      uint16_t seat, size_t member)
{
    const char *words = s->cards != NULL ? (const char *)&s->cards[seat - 1] + member : "";
    draw_fit(c, field, 0, 0, field.cols, ROLE_QUIET, slice_of_string(words));
}

static void draw_field(const struct view_context *ctx, struct cells *c, struct area field,
                       enum seat_field f, uint16_t seat, bool alive)
{
    const struct scene *s = ctx->scene;
    const struct scene_seat *at = &s->seat[seat - 1];
    char words[24];
    switch (f) {
    case FIELD_SEAT:
        draw_seat_number(ctx, c, field, seat);
        return;
    case FIELD_NAME:
        draw_fit(c, field, 0, 0, field.cols, ROLE_TEXT, seat_name(s, seat));
        return;
    case FIELD_VIEW:
        draw_number(c, field, at->view, s->order.view);
        return;
    case FIELD_HEIGHT:
        draw_number(c, field, at->height, s->usual_height);
        return;
    case FIELD_STAGE:
        if (seat_rows_past(s)) {
            draw_vote(s, c, field, seat);
        } else {
            seat_stage_draw(ctx, c, field, 0, at);
        }
        return;
    case FIELD_BEATS:
        draw_beats(c, field, 0, 0, field.cols, at);
        return;
    case FIELD_AGE:
        draw_age(ctx, c, field, seat, alive);
        return;
    case FIELD_TRIP:
        words_duration(words, sizeof(words), at->round_trip_ms);
        draw_right(c, field, 0, 0, field.cols,
                   at->round_trip_ms == UNKNOWN ? ROLE_UNKNOWN : ROLE_TEXT,
                   seat == s->own ? "-" : words);
        return;
    case FIELD_AGREEMENT:
        words_number(words, sizeof(words), seat_agreement(at));
        (void)strcat(words, seat_agreement(at) != UNKNOWN ? "%" : "");
        draw_right(c, field, 0, 0, field.cols,
                   seat_agreement(at) == UNKNOWN ? ROLE_UNKNOWN : ROLE_TEXT, words);
        return;
    case FIELD_MISSED:
        draw_count(c, field, at->totals_known, at->missed);
        return;
    case FIELD_STREAK:
        draw_count(c, field, s->final_count > 0, at->streak);
        return;
    case FIELD_STATE:
        draw_fit(c, field, 0, 0, field.cols,
                 at->expelled ? ROLE_CRITICAL
                 : !alive     ? ROLE_BAD
                              : ROLE_QUIET,
                 slice_of_string(seat_state(ctx, seat)));
        return;
    case FIELD_FLAGS:
        draw_flags(ctx, c, field, seat);
        return;
    case FIELD_VENDOR:
        draw_card(s, c, field, seat, offsetof(struct seat_card, vendor));
        return;
    case FIELD_MODEL:
        draw_card(s, c, field, seat, offsetof(struct seat_card, model_family));
        return;
    case FIELD_JURISDICTION:
        draw_card(s, c, field, seat, offsetof(struct seat_card, jurisdiction));
        return;
    case FIELD_HEAT:
        draw_heat(ctx, c, field, seat);
        return;
    case FIELD_COUNT:
        return;
    }
}

/* Where a field begins after the one before ended at col. */
static unsigned begin_of(enum seat_field f, unsigned col, bool first)
{
    /* The number brings the blank that parts it from what follows. */
    return f == FIELD_SEAT || first ? col : col + 1;
}

/* What was said by a seat that is silent now may have changed since. */
static bool is_of_then(enum seat_field f)
{
    return f == FIELD_VIEW || f == FIELD_HEIGHT || f == FIELD_TRIP || f == FIELD_NAME;
}

void seat_row_draw(const struct view_context *ctx, struct cells *c, struct area line,
                   size_t i)
{
    uint16_t seat = (uint16_t)(i + 1);
    struct seat_layout layout;
    bool alive = !seat_is_silent(ctx, seat);
    unsigned col = 0, fields = 0;
    seat_layout_make(&layout, ctx, line.cols);
    for (int f = 0; f < FIELD_COUNT; f++) {
        if (layout.width[f] == 0) {
            continue;
        }
        col = begin_of((enum seat_field)f, col, fields == 1);
        struct area field = area_cols(line, col, layout.width[f]);
        draw_field(ctx, c, field, (enum seat_field)f, seat, alive);
        if (!alive && is_of_then((enum seat_field)f)) {
            cells_dim(c, field);
        }
        col += layout.width[f];
        fields++;
    }
}

static const char *head_text(enum seat_field f, unsigned width, const char *usual,
                             bool past)
{
    return f == FIELD_STAGE && past                ? "vot"
           : f == FIELD_BEATS && width < 10        ? "beats"
           : f == FIELD_FLAGS && width < 4         ? "F"
           : f == FIELD_JURISDICTION && width < 12 ? "juris"
                                                   : usual;
}

void seat_head_draw(const struct view_context *ctx, struct cells *c, struct area line)
{
    static const struct {
        const char *text;
        int sort;
        bool right;
    } heads[FIELD_COUNT] = {
        [FIELD_SEAT] = {"no", SORT_SEAT, false},
        [FIELD_NAME] = {"name", SORT_NAME, false},
        [FIELD_VIEW] = {"view", SORT_VIEW, true},
        [FIELD_HEIGHT] = {"height", SORT_HEIGHT, true},
        [FIELD_STAGE] = {"Ppc", NO_SORT, false},
        [FIELD_BEATS] = {"heartbeats", NO_SORT, false},
        [FIELD_AGE] = {"heard", SORT_AGE, true},
        [FIELD_TRIP] = {"trip", SORT_TRIP, true},
        [FIELD_AGREEMENT] = {"agree", SORT_AGREEMENT, true},
        [FIELD_MISSED] = {"missed", SORT_MISSED, true},
        [FIELD_STREAK] = {"streak", NO_SORT, true},
        [FIELD_STATE] = {"state", NO_SORT, false},
        [FIELD_FLAGS] = {"flag", SORT_FLAGS, false},
        [FIELD_VENDOR] = {"vendor", SORT_VENDOR, false},
        [FIELD_MODEL] = {"model", SORT_MODEL, false},
        [FIELD_JURISDICTION] = {"jurisdiction", SORT_JURISDICTION, false},
        [FIELD_HEAT] = {"last decisions, newest right: # with the outcome - against a "
                        "abstained . absent",
                        NO_SORT, false},
    };
    struct seat_layout layout;
    unsigned col = 0, fields = 0;
    seat_layout_make(&layout, ctx, line.cols);
    for (int f = 0; f < FIELD_COUNT; f++) {
        if (layout.width[f] == 0) {
            continue;
        }
        col = begin_of((enum seat_field)f, col, fields == 1);
        draw_head(ctx, c, line, 0, col, layout.width[f], heads[f].sort, heads[f].right,
                  head_text((enum seat_field)f, layout.width[f], heads[f].text,
                            seat_rows_past(ctx->scene)));
        col += layout.width[f];
        fields++;
    }
}
