/* SPDX-License-Identifier: ISC */
/* What one seat said in each decision. */
#include "ui/view/ballots.h"
#include "ui/view/calibration.h"
#include "ui/view/list.h"
#include "ui/view/pattern.h"
#include "ui/view/table.h"
#include "ui/view/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum sort { SORT_NEWEST, SORT_AGREEMENT, SORT_CHOICE, SORT_CONFIDENCE, SORT_LATENCY };

const char *const *decisions_sorts(void)
{
    static const char *const names[] = {"newest",     "agreement", "choice",
                                        "confidence", "latency",   NULL};
    return names;
}

static uint16_t subject(const struct view_context *ctx)
{
    return ctx->state->subject[1] <= UI_SEATS_MAX ? (uint16_t)ctx->state->subject[1] : 0;
}

/* How it stood, in words: "with", "against", ... */
static const char *stand_words(char code)
{
    switch (code) {
    case '#':
        return "with";
    case '-':
        return "against";
    case 'a':
        return "abstained";
    case '.':
        return "absent";
    case 'l':
        return "late";
    case 'w':
        return "withheld";
    case '!':
        return "expelled";
    default:
        return "unknown";
    }
}

void decisions_text(const struct view_context *ctx, size_t i, struct buffer *out)
{
    const struct scene_proposal *p = ctx->scene->final[i];
    words_format(out, "%" PRIu64 " %s %s ", p->record,
                 stand_words(scene_pattern(p, subject(ctx))),
                 ballots_words(ballots_code(p, subject(ctx))));
    ballots_text(ctx->scene, p, out);
}

static int agreement_rank(char code)
{
    static const char order[] = "-!w.la?#";
    const char *at = strchr(order, code);
    return at != NULL ? (int)(at - order) : (int)sizeof(order);
}

static uint64_t confidence(const struct scene_proposal *p, uint16_t seat)
{
    return seat >= 1 && seat <= p->seats ? p->confidence[seat - 1] : CONFIDENCE_UNKNOWN;
}

/* The slowest first, what is not known last. */
static uint64_t slowness(const struct scene_proposal *p, uint16_t seat)
{
    bool known =
        seat >= 1 && seat <= p->seats && p->ballot_blocks[seat - 1] != BLOCKS_UNKNOWN;
    return known ? 255U - p->ballot_blocks[seat - 1] : UNKNOWN;
}

int decisions_compare(const struct view_context *ctx, size_t i, size_t j)
{
    const struct scene_proposal *a = ctx->scene->final[i], *b = ctx->scene->final[j];
    uint16_t seat = subject(ctx);
    int order = 0;
    switch ((enum sort)ctx->state->panes[1].sort) {
    case SORT_NEWEST:
        break;
    case SORT_AGREEMENT:
        order =
            agreement_rank(scene_pattern(a, seat)) - agreement_rank(scene_pattern(b, seat));
        break;
    case SORT_CHOICE:
        order = (int)ballots_code(b, seat) - (int)ballots_code(a, seat);
        break;
    case SORT_CONFIDENCE:
        order = order_numbers(confidence(a, seat), confidence(b, seat));
        break;
    case SORT_LATENCY:
        order = order_numbers(slowness(a, seat), slowness(b, seat));
        break;
    }
    return order != 0 ? order : order_numbers(i, j);
}

/* --- drawing --- */

enum { NUMBER, WHEN, OUTCOME, MARK, STAND, CHOICE, CONFIDENCE, LATENCY, TITLE };
static const struct column columns[] = {
    [NUMBER] = {"number", 7, 30, SORT_NEWEST, true, 0},
    [WHEN] = {"final", 10, 90, NO_SORT, false, 0},
    [OUTCOME] = {"outcome", 8, 60, NO_SORT, false, 0},
    [MARK] = {"", 1, 0, NO_SORT, false, 0},
    [STAND] = {"stood", 9, 0, SORT_AGREEMENT, false, 0},
    [CHOICE] = {"ballot", 11, 44, SORT_CHOICE, false, 0},
    [CONFIDENCE] = {"conf", 5, 50, SORT_CONFIDENCE, true, 0},
    [LATENCY] = {"blocks", 7, 70, SORT_LATENCY, true, 0},
    [TITLE] = {"title", 0, 0, NO_SORT, false, 0},
};

static void draw_one(const struct view_context *ctx, struct cells *c, struct area line,
                     size_t i)
{
    const struct scene_proposal *p = ctx->scene->final[i];
    uint16_t seat = subject(ctx);
    uint8_t code = ballots_code(p, seat);
    char mark = scene_pattern(p, seat);
    struct table t;
    char words[24];
    table_lay(&t, columns, sizeof(columns) / sizeof(columns[0]), line.cols);
    words_number(words, sizeof(words), p->record);
    table_put(&t, c, line, NUMBER, ROLE_QUIET, words);
    words_when(words, sizeof(words), p->final_ms, ctx->now_ms);
    table_put(&t, c, line, WHEN, ROLE_QUIET, words);
    table_put(&t, c, line, OUTCOME, ballots_role(p), ballots_state(p));
    draw_pattern(c, table_field(&t, line, MARK), 0, 0, mark);
    table_put(&t, c, line, STAND, ROLE_TEXT, stand_words(mark));
    table_put(&t, c, line, CHOICE, role_of_ballot(code), ballots_words(code));
    if (ballots_is_open(code)) {
        uint64_t sure = confidence(p, seat);
        words_number(words, sizeof(words), sure == CONFIDENCE_UNKNOWN ? UNKNOWN : sure);
        table_put(&t, c, line, CONFIDENCE, ROLE_TEXT, words);
    }
    if (slowness(p, seat) != UNKNOWN) {
        (void)snprintf(words, sizeof(words), "+%u", (unsigned)p->ballot_blocks[seat - 1]);
        table_put(&t, c, line, LATENCY, ROLE_QUIET, words);
    }
    table_put(&t, c, line, TITLE, ROLE_TEXT, p->title);
}

static void put_total(struct cells *c, struct area line, unsigned *at, const char *name,
                      uint64_t value)
{
    char words[24];
    words_number(words, sizeof(words), value);
    *at += draw_string(c, line, 0, *at, ROLE_STRONG, words);
    *at += draw_format(c, line, 0, *at, ROLE_QUIET, " %s  ", name);
}

static void draw_totals(const struct view_context *ctx, struct cells *c, struct area line)
{
    uint16_t seat = subject(ctx);
    if (seat == 0) {
        return;
    }
    const struct scene_seat *s = &ctx->scene->seat[seat - 1];
    bool known = s->totals_known;
    unsigned at = 0;
    put_total(c, line, &at, "with the outcome", known ? s->with_outcome : UNKNOWN);
    put_total(c, line, &at, "against", known ? s->against_outcome : UNKNOWN);
    put_total(c, line, &at, "abstained", known ? s->abstained : UNKNOWN);
    put_total(c, line, &at, "missed", known ? s->missed : UNKNOWN);
    put_total(c, line, &at, "withheld", known ? s->withheld : UNKNOWN);
    put_total(c, line, &at, "late", known ? s->late : UNKNOWN);
}

/* Over all decisions, and the newest ones. */
static void draw_calibration(const struct view_context *ctx, struct cells *c,
                             struct area line)
{
    const struct scene_tallies *t = ctx->scene->tallies;
    struct buffer words = {NULL, 0, 0};
    calibration_put(&words, ctx->scene, subject(ctx), PERIOD_ALL);
    if (t != NULL && t->held[PERIOD_WINDOW] != UNKNOWN) {
        words_format(&words, "; last %" PRIu64 ": ", t->held[PERIOD_WINDOW]);
        calibration_put(&words, ctx->scene, subject(ctx), PERIOD_WINDOW);
    }
    draw_fit(c, line, 0, 0, line.cols, ROLE_QUIET, buffer_slice(&words));
    buffer_free(&words);
}

void decisions_draw(const struct view_context *ctx, struct cells *c, struct area a,
                    struct drawn *out)
{
    unsigned row = 0;
    if (a.rows >= 5) {
        draw_seat(ctx, c, a, row, 0, 20, subject(ctx));
        row++;
    }
    if (a.rows >= 8) {
        draw_totals(ctx, c, area_rows(a, row, 1));
        row++;
    }
    if (a.rows >= 10) {
        draw_calibration(ctx, c, area_rows(a, row, 1));
        row++;
    }
    row += a.rows >= 18;
    table_draw(ctx, c, area_rows(a, row, a.rows), columns,
               sizeof(columns) / sizeof(columns[0]), draw_one, "no decision yet", out);
}
