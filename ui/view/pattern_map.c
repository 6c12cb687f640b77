/* SPDX-License-Identifier: ISC */
/* The map: seats down and decisions across, the newest at the right; or transposed. */
#include "ui/view/ballots.h"
#include "ui/view/calibration.h"
#include "ui/view/pattern.h"
#include "ui/view/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The rows that the head above the list leaves to it. */
enum { LIST_MIN = 4, SEAT_DIGITS = 3 };

/* How the head's rows are shared out: what is not there is NO_ROW. */
struct head {
    unsigned rows, legend; /* legend: the first rows */
    int titles;
};
enum { NO_ROW = -1 };

static struct head head_of(struct area a, unsigned legend, unsigned wanted)
{
    struct head h = {0, 0, NO_ROW};
    while (h.legend < legend && a.rows >= LIST_MIN + h.legend + 1 + wanted) {
        h.legend++;
    }
    h.rows = h.legend;
    if (a.rows >= LIST_MIN + wanted) {
        h.titles = (int)h.rows;
        h.rows += wanted;
    }
    return h;
}

/* --- seats down --- */

enum { SEAT, AGREE, SURE, GAP, BRIER, MISSED, STREAK, MAP };
/* From so many columns on there is room for all; in fewer the layer of confidence, and who
 * sorts by it, has the calibration in place of others. */
enum { ALL_FROM = 130, NEVER = UINT16_MAX };
/* In thousandths: a seat is so much too sure, or not sure enough. */
enum { WIDE_GAP = 200 };
static const struct column seat_columns[] = {
    [SEAT] = {" seat", 12, 0, 0, false, 18},    [AGREE] = {"with", 5, 44, 1, true, 0},
    [SURE] = {"sure", 5, 44, NO_SORT, true, 0}, [GAP] = {"gap", 4, 44, 4, true, 0},
    [BRIER] = {"Brier", 6, 44, 5, true, 0},     [MISSED] = {"miss", 5, 56, 2, true, 0},
    [STREAK] = {"run", 4, 66, 3, true, 0},      [MAP] = {"", 0, 0, NO_SORT, false, 0},
};
enum { SEAT_COLUMNS = sizeof(seat_columns) / sizeof(seat_columns[0]) };

bool pattern_calibrated(const struct view_context *ctx, unsigned cols)
{
    unsigned sort = ctx->state->panes[0].sort;
    return cols >= ALL_FROM || pattern_layer(ctx->state) == LAYER_CONFIDENCE ||
           seat_columns[GAP].sort == (int)sort || seat_columns[BRIER].sort == (int)sort;
}

static void seat_table(const struct view_context *ctx, struct table *t,
                       struct column columns[SEAT_COLUMNS], unsigned cols)
{
    bool calibrated = pattern_calibrated(ctx, cols);
    memcpy(columns, seat_columns, sizeof(seat_columns));
    for (unsigned i = SURE; i < MAP && cols < ALL_FROM; i++) {
        columns[i].least = (i <= BRIER) == calibrated ? columns[i].least : NEVER;
    }
    table_lay(t, columns, SEAT_COLUMNS, cols);
}

static struct area map_field(const struct view_context *ctx, struct area line)
{
    struct column columns[SEAT_COLUMNS];
    struct table t;
    seat_table(ctx, &t, columns, line.cols);
    return table_field(&t, line, MAP);
}

/* The number of the decision in column col of a map, as index of the newest first;
 * SIZE_MAX: none. Few ones stand at the left. */
static size_t decision_at(const struct view_context *ctx, unsigned cols, unsigned col)
{
    size_t count = ctx->scene->final_count;
    size_t shown = count < cols ? count : cols;
    return col < shown ? pattern_side(ctx, count, cols) + shown - 1 - col : SIZE_MAX;
}

static void put_calibration(const struct view_context *ctx, const struct table *t,
                            struct cells *c, struct area line, uint16_t seat)
{
    const struct vote_tally *tally = calibration_tally(ctx->scene, seat, PERIOD_ALL);
    int32_t gap = calibration_gap(tally);
    char words[8];
    words_share(words, sizeof(words), tally != NULL ? tally->confidence : SHARE_UNKNOWN);
    table_put(t, c, line, SURE, ROLE_TEXT, words);
    words_gap(words, sizeof(words), gap);
    table_put(t, c, line, GAP,
              gap == INT32_MIN       ? ROLE_UNKNOWN
              : abs(gap) >= WIDE_GAP ? ROLE_WARNING
                                     : ROLE_QUIET,
              words);
    words_brier(words, sizeof(words), tally != NULL ? tally->brier : SHARE_UNKNOWN);
    table_put(t, c, line, BRIER, ROLE_TEXT, words);
}

static void draw_seat_row(const struct view_context *ctx, struct cells *c, struct area line,
                          size_t i)
{
    const struct scene_seat *s = &ctx->scene->seat[i];
    enum pattern_layer layer = pattern_layer(ctx->state);
    uint16_t seat = (uint16_t)(i + 1);
    struct column columns[SEAT_COLUMNS];
    struct table t;
    char words[24];
    seat_table(ctx, &t, columns, line.cols);
    struct area name = table_field(&t, line, SEAT), map = table_field(&t, line, MAP);
    draw_mark(ctx, c, name, 0, seat);
    (void)draw_seat(ctx, c, name, 0, 1, name.cols, seat);
    uint64_t agreement = pattern_agreement(s);
    if (agreement == UNKNOWN) {
        (void)snprintf(words, sizeof(words), "%s", s->totals_known ? "-" : "?");
    } else {
        (void)snprintf(words, sizeof(words), "%" PRIu64 "%%", agreement);
    }
    table_put(&t, c, line, AGREE, ROLE_TEXT, words);
    put_calibration(ctx, &t, c, line, seat);
    words_number(words, sizeof(words),
                 s->totals_known ? (uint64_t)s->missed + s->withheld : UNKNOWN);
    table_put(&t, c, line, MISSED, ROLE_TEXT, words);
    words_number(words, sizeof(words), s->streak);
    table_put(&t, c, line, STREAK, s->streak > 2 ? ROLE_WARNING : ROLE_QUIET, words);
    for (unsigned col = 0; col < map.cols; col++) {
        size_t d = decision_at(ctx, map.cols, col);
        if (d != SIZE_MAX) {
            pattern_cell(c, map, 0, col, layer, ctx->scene->final[d], seat);
        }
    }
}

/* Above the map: which decisions these are, and how they came out. */
static void draw_decision_heads(const struct view_context *ctx, struct cells *c,
                                struct area map)
{
    char first[32] = "", last[32] = "";
    size_t left = decision_at(ctx, map.cols, 0);
    for (unsigned col = 0; col < map.cols; col++) {
        size_t d = decision_at(ctx, map.cols, col);
        if (d == SIZE_MAX) {
            break;
        }
        const struct scene_proposal *p = ctx->scene->final[d];
        draw_string(c, map, 1, col, p->approved ? ROLE_APPROVE : ROLE_REJECT,
                    p->approved ? "Y" : "N");
        (void)snprintf(last, sizeof(last), "%" PRIu64 "%s", p->record,
                       d > 0 ? "" : " newest");
    }
    if (left != SIZE_MAX) {
        (void)snprintf(first, sizeof(first), "decision %" PRIu64,
                       ctx->scene->final[left]->record);
    }
    unsigned shown =
        ctx->scene->final_count < map.cols ? (unsigned)ctx->scene->final_count : map.cols;
    unsigned at = draw_string(c, map, 0, 0, ROLE_QUIET, first);
    unsigned end = (unsigned)strlen(last);
    if (shown >= at + 2 + end) {
        draw_string(c, map, 0, shown - end, ROLE_QUIET, last);
    }
}

void pattern_draw_seats(const struct view_context *ctx, struct cells *c, struct area a,
                        struct drawn *out)
{
    enum pattern_layer layer = pattern_layer(ctx->state);
    struct area inner = area_cols(a, 0, a.cols > 1 ? a.cols - 1U : a.cols);
    struct head h = head_of(a, pattern_legend_rows(layer, inner.cols), 2);
    struct area body = area_rows(a, h.rows, a.rows);
    if (h.legend > 0) {
        pattern_legend(c, area_rows(inner, 0, h.legend), layer);
    }
    if (h.titles != NO_ROW) {
        struct area titles = area_rows(inner, (unsigned)h.titles, 2);
        struct column columns[SEAT_COLUMNS];
        struct table t;
        seat_table(ctx, &t, columns, inner.cols);
        for (size_t i = 0; i < MAP; i++) {
            draw_head(ctx, c, titles, 1, t.at[i], t.width[i], columns[i].sort,
                      columns[i].right, columns[i].head);
        }
        draw_decision_heads(ctx, c, map_field(ctx, titles));
        if (ctx->scene->final_count == 0) {
            draw_string(c, map_field(ctx, titles), 0, 0, ROLE_QUIET, "no decision yet");
        }
    }
    bool more = ctx->rows->count > body.rows;
    draw_list(ctx, c, more ? body : area_cols(body, 0, inner.cols), 1, draw_seat_row, out);
}

/* --- decisions down --- */

enum { NUMBER, OUTCOME, TITLE, TALLY, SEATS };

/* The title gives way to the seats, as far as it is of use. */
static void decision_table(const struct view_context *ctx, struct table *t,
                           struct column columns[SEATS + 1], unsigned cols)
{
    enum { FIXED = 7 + 1 + 1 + 1 + 7 + 1 + 1, LEAST_TITLE = 12 };
    unsigned seats = ctx->scene->seats;
    unsigned title =
        cols > FIXED + LEAST_TITLE + seats ? cols - FIXED - seats : LEAST_TITLE;
    unsigned narrow = FIXED + LEAST_TITLE + 16;
    columns[NUMBER] = (struct column){"number", 7, 24, 0, true, 0};
    columns[OUTCOME] = (struct column){"", 1, 0, NO_SORT, false, 0};
    columns[TITLE] =
        (struct column){"title", (uint16_t)title, (uint16_t)narrow, NO_SORT, false, 0};
    columns[TALLY] = (struct column){"tally", 7, 40, 3, true, 0};
    columns[SEATS] = (struct column){"", 0, 0, NO_SORT, false, 0};
    table_lay(t, columns, SEATS + 1, cols);
}

static void draw_decision_row(const struct view_context *ctx, struct cells *c,
                              struct area line, size_t i)
{
    const struct scene_proposal *p = ctx->scene->final[i];
    struct column columns[SEATS + 1];
    struct table t;
    char words[32];
    decision_table(ctx, &t, columns, line.cols);
    words_number(words, sizeof(words), p->record);
    table_put(&t, c, line, NUMBER, ROLE_QUIET, words);
    table_put(&t, c, line, OUTCOME, ballots_role(p), p->approved ? "Y" : "N");
    table_put(&t, c, line, TITLE, ROLE_TEXT, p->title);
    (void)snprintf(words, sizeof(words), "%" PRIu32 "/%" PRIu32, p->approve, p->threshold);
    table_put(&t, c, line, TALLY, ROLE_QUIET, words);
    struct area map = table_field(&t, line, SEATS);
    size_t first = pattern_side(ctx, ctx->scene->seats, map.cols);
    for (unsigned col = 0; col < map.cols && first + col < ctx->scene->seats; col++) {
        pattern_cell(c, map, 0, col, pattern_layer(ctx->state), p,
                     (uint16_t)(first + col + 1));
    }
}

/* Numbers of seats, read downwards. */
static void draw_seat_heads(const struct view_context *ctx, struct cells *c,
                            struct area map, unsigned digits)
{
    size_t first = pattern_side(ctx, ctx->scene->seats, map.cols);
    for (unsigned col = 0; col < map.cols && first + col < ctx->scene->seats; col++) {
        unsigned seat = (unsigned)(first + col + 1);
        bool marked = ctx->marked != NULL && ctx->marked[seat - 1];
        for (unsigned row = digits; row > 0; row--) {
            draw_format(c, map, row - 1, col, marked ? ROLE_STRONG : ROLE_QUIET, "%u",
                        seat % 10);
            seat /= 10;
        }
    }
}

void pattern_draw_decisions(const struct view_context *ctx, struct cells *c, struct area a,
                            struct drawn *out)
{
    unsigned digits = ctx->scene->seats > 99 ? SEAT_DIGITS : SEAT_DIGITS - 1;
    enum pattern_layer layer = pattern_layer(ctx->state);
    struct area inner = area_cols(a, 0, a.cols > 1 ? a.cols - 1U : a.cols);
    struct head h = head_of(a, pattern_legend_rows(layer, inner.cols), digits);
    struct area body = area_rows(a, h.rows, a.rows);
    struct column columns[SEATS + 1];
    struct table t;
    if (h.legend > 0) {
        pattern_legend(c, area_rows(inner, 0, h.legend), layer);
    }
    if (h.titles != NO_ROW) {
        struct area titles = area_rows(inner, (unsigned)h.titles, digits);
        decision_table(ctx, &t, columns, inner.cols);
        for (size_t i = 0; i < SEATS; i++) {
            draw_head(ctx, c, titles, digits - 1, t.at[i], t.width[i], columns[i].sort,
                      columns[i].right, columns[i].head);
        }
        draw_seat_heads(ctx, c, table_field(&t, titles, SEATS), digits);
    }
    bool more = ctx->rows->count > body.rows;
    draw_list(ctx, c, more ? body : area_cols(body, 0, inner.cols), 1, draw_decision_row,
              out);
    if (ctx->scene->final_count == 0) {
        draw_string(c, body, 0, 0, ROLE_QUIET, "no decision yet");
    }
}
