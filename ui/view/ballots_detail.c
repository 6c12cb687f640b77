/* SPDX-License-Identifier: ISC */
/* The ballots of one proposal, seat by seat, below its text and evidence. */
#include "ui/view/ballots.h"

#include "base/text.h"
#include "ui/view/list.h"
#include "ui/view/table.h"
#include "ui/view/tree.h"

#include <stdio.h>
#include <string.h>

/* Rows 0 and 1 are text and evidence; of a text so many bytes are looked at. */
enum { FIRST_SEAT = 2, WORDS_SHOWN = 1024 };

enum sort { SORT_SEAT, SORT_CHOICE, SORT_CONFIDENCE, SORT_LATENCY };

const char *const *detail_sorts(void)
{
    static const char *const names[] = {"seat", "choice", "confidence", "latency", NULL};
    return names;
}

static const struct scene_proposal *subject(const struct view_context *ctx)
{
    return ballots_find(ctx->scene, ctx->state->subject[1]);
}

size_t detail_count(const struct view_context *ctx)
{
    const struct scene_proposal *p = subject(ctx);
    return p != NULL ? FIRST_SEAT + (size_t)p->seats : 0;
}

uint64_t detail_key(const struct view_context *ctx, size_t i)
{
    (void)ctx;
    return i >= FIRST_SEAT ? i - FIRST_SEAT + 1 : i == 0 ? ROW_CONTENT : ROW_EVIDENCE;
}

uint16_t detail_seat(const struct view_context *ctx, size_t i)
{
    (void)ctx;
    return i >= FIRST_SEAT ? (uint16_t)(i - FIRST_SEAT + 1) : 0;
}

void detail_text(const struct view_context *ctx, size_t i, struct buffer *out)
{
    const struct scene_proposal *p = subject(ctx);
    uint16_t seat = detail_seat(ctx, i);
    bool known;
    if (p == NULL) {
        return;
    }
    if (seat == 0) {
        words_put(out, i == 0 ? "text" : "evidence");
    } else {
        words_put_seat(out, ctx->scene, seat);
        words_format(out, " %s", ballots_words(ballots_code(p, seat)));
    }
    words_put(out, " ");
    words_put(out, content_words(ctx, ctx->state->subject[1], detail_key(ctx, i), &known));
}

static int choice_rank(uint8_t code)
{
    static const char order[] = "xwNAlme.-c?Y"; /* trouble first */
    const char *at = code != '\0' ? strchr(order, code) : NULL;
    return at != NULL ? (int)(at - order) : (int)sizeof(order);
}

/* What is not open has neither confidence nor latency, and comes last. */
static uint64_t confidence(const struct scene_proposal *p, uint16_t seat)
{
    bool open = ballots_is_open(ballots_code(p, seat));
    return open ? p->confidence[seat - 1] : CONFIDENCE_UNKNOWN;
}

static uint64_t latency(const struct scene_proposal *p, uint16_t seat)
{
    uint64_t ballot = p->ballot_blocks[seat - 1], reveal = p->reveal_blocks[seat - 1];
    return ballot == BLOCKS_UNKNOWN ? UNKNOWN
                                    : ballot + (reveal == BLOCKS_UNKNOWN ? 0 : reveal);
}

int detail_compare(const struct view_context *ctx, size_t i, size_t j)
{
    const struct pane *pane = &ctx->state->panes[1];
    if (i < FIRST_SEAT || j < FIRST_SEAT) {
        return pane->inverted ? order_numbers(j, i) : order_numbers(i, j);
    }
    uint16_t a = detail_seat(ctx, i), b = detail_seat(ctx, j);
    const struct scene_proposal *p =
        pane->sort == SORT_SEAT ? NULL : subject(ctx); /* looking costs */
    if (p == NULL) {
        return order_numbers(a, b);
    }
    switch ((enum sort)pane->sort) {
    case SORT_SEAT:
        break;
    case SORT_CHOICE:
        return choice_rank(ballots_code(p, a)) - choice_rank(ballots_code(p, b));
    case SORT_CONFIDENCE:
        return order_numbers(confidence(p, a), confidence(p, b));
    case SORT_LATENCY:
        return order_numbers(latency(p, a), latency(p, b));
    }
    return order_numbers(a, b);
}

/* --- drawing --- */

enum { SEAT, CODE, CHOICE, CONFIDENCE, BAR, SEALED, OPENED, RATIONALE };
static const struct column columns[] = {
    [SEAT] = {" seat", 15, 0, SORT_SEAT, false, 18},
    [CODE] = {"", 1, 0, NO_SORT, false, 0},
    [CHOICE] = {"ballot", 11, 40, SORT_CHOICE, false, 0},
    [CONFIDENCE] = {"conf", 5, 50, SORT_CONFIDENCE, true, 0},
    [BAR] = {"", 8, 110, NO_SORT, false, 0},
    [SEALED] = {"sealed", 7, 70, SORT_LATENCY, true, 0},
    [OPENED] = {"opened", 6, 70, NO_SORT, true, 0},
    [RATIONALE] = {"rationale", 0, 0, NO_SORT, false, 0},
};

static void blocks_words(char *out, size_t size, uint8_t blocks)
{
    if (blocks == BLOCKS_UNKNOWN) {
        out[0] = '\0';
    } else {
        (void)snprintf(out, size, "+%u%s", (unsigned)blocks, blocks == 254 ? "+" : "");
    }
}

static void draw_ballot_row(const struct view_context *ctx, struct cells *c,
                            struct area line, const struct table *t,
                            const struct scene_proposal *p, uint16_t seat)
{
    char words[16];
    uint8_t code = ballots_code(p, seat);
    bool open = ballots_is_open(code);
    uint8_t sure = p->confidence[seat - 1];
    struct area name = table_field(t, line, SEAT);
    draw_mark(ctx, c, name, 0, seat);
    (void)draw_seat(ctx, c, name, 0, 1, name.cols, seat);
    draw_ballot(c, table_field(t, line, CODE), 0, 0, code);
    table_put(t, c, line, CHOICE, role_of_ballot(code), ballots_words(code));
    if (open && sure != CONFIDENCE_UNKNOWN) {
        struct area bar = table_field(t, line, BAR);
        (void)snprintf(words, sizeof(words), "%u", (unsigned)sure);
        table_put(t, c, line, CONFIDENCE, ROLE_TEXT, words);
        draw_bar(c, bar, 0, 0, bar.cols, sure, 100, 0);
    } else if (open) {
        table_put(t, c, line, CONFIDENCE, ROLE_UNKNOWN, "?");
    }
    blocks_words(words, sizeof(words), p->ballot_blocks[seat - 1]);
    table_put(t, c, line, SEALED, ROLE_QUIET, words);
    blocks_words(words, sizeof(words), open ? p->reveal_blocks[seat - 1] : BLOCKS_UNKNOWN);
    table_put(t, c, line, OPENED, ROLE_QUIET, words);
}

/* The beginning of a text on one line: what parts its lines becomes a blank. */
static struct slice first_words(const char *text, char *out, size_t size)
{
    size_t at = 0;
    for (; *text != '\0' && at < size; text++) {
        bool blank = *text == ' ' || *text == '\n' || *text == '\t';
        if (!blank) {
            out[at++] = *text;
        } else if (at > 0 && out[at - 1] != ' ') {
            out[at++] = ' ';
        }
    }
    return slice_of(out, text_whole(slice_of(out, at)));
}

static void draw_one(const struct view_context *ctx, struct cells *c, struct area line,
                     size_t i)
{
    const struct scene_proposal *p = subject(ctx);
    struct table t;
    bool known;
    if (p == NULL) {
        return;
    }
    table_lay(&t, columns, sizeof(columns) / sizeof(columns[0]), line.cols);
    char words[WORDS_SHOWN];
    struct slice text =
        first_words(content_words(ctx, ctx->state->subject[1], detail_key(ctx, i), &known),
                    words, sizeof(words));
    if (i < FIRST_SEAT) {
        draw_string(c, line, 0, 1, ROLE_TITLE, i == 0 ? "text" : "evidence");
        draw_fit(c, area_cols(line, 10, line.cols), 0, 0,
                 line.cols > 10 ? line.cols - 10U : 0, known ? ROLE_TEXT : ROLE_QUIET,
                 text);
        return;
    }
    draw_ballot_row(ctx, c, line, &t, p, detail_seat(ctx, i));
    struct area rationale = table_field(&t, line, RATIONALE);
    draw_fit(c, rationale, 0, 0, rationale.cols, known ? ROLE_TEXT : ROLE_QUIET, text);
}

void detail_draw(const struct view_context *ctx, struct cells *c, struct area a,
                 struct drawn *out)
{
    const struct scene_proposal *p = subject(ctx);
    unsigned head = p != NULL ? detail_head(ctx, c, a, p) : 0;
    table_draw(ctx, c, area_rows(a, head, a.rows), columns,
               sizeof(columns) / sizeof(columns[0]), draw_one,
               "this proposal is not among those that are loaded", out);
}
