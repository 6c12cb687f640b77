/* SPDX-License-Identifier: ISC */
/* What stands above the ballots of one proposal: what it is, the two bars, how it stands.
 */
#include "ui/view/ballots.h"
#include "ui/view/draw.h"
#include "ui/view/table.h"
#include "ui/view/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LABEL = 7, NUMBERS = 34, BAR_MAX = 66, BAR_MIN = 4 };

static void draw_title(struct cells *c, struct area line, const struct scene_proposal *p)
{
    const char *state = ballots_state(p);
    unsigned width = (unsigned)strlen(state);
    bool both = line.cols > width + 8;
    unsigned title = both ? line.cols - width - 1 : line.cols;
    draw_fit(c, line, 0, 0, title, ROLE_STRONG, slice_of_string(p->title));
    if (both) {
        draw_string(c, line, 0, title + 1, ballots_role(p), state);
    }
}

/* What matters least comes last, where the line may end too soon. */
static void draw_origin(const struct view_context *ctx, struct cells *c, struct area line,
                        const struct scene_proposal *p)
{
    struct buffer words = {NULL, 0, 0};
    char opened[32], height[24];
    words_when(opened, sizeof(opened), p->opened_ms, ctx->now_ms);
    words_number(height, sizeof(height), p->opened_height);
    words_format(&words, "%.8s  ", p->id);
    words_put(&words, p->class_name);
    if (p->proposer > 0) {
        words_put(&words, "  by ");
        words_put_seat(&words, ctx->scene, p->proposer);
    }
    words_format(&words, "  opened %s, height %s", opened, height);
    if (p->record != UNKNOWN) {
        words_format(&words, "  decision %" PRIu64, p->record);
    }
    draw_fit(c, line, 0, 0, line.cols, ROLE_QUIET, buffer_slice(&words));
    buffer_free(&words);
}

/* The bar's width, with room for what stands beside it. */
static unsigned bar_width(struct area line)
{
    unsigned taken = LABEL + NUMBERS;
    unsigned width = line.cols > taken ? line.cols - taken : 0;
    return width < BAR_MIN ? 0 : width > BAR_MAX ? BAR_MAX : width;
}

static void draw_deadline(const struct view_context *ctx, struct cells *c, struct area line,
                          unsigned col, const struct scene_proposal *p, bool here)
{
    char words[32], grace[16];
    uint64_t early = content_grace(ctx, p);
    ballots_when(p, ctx->now_ms, words, sizeof(words));
    if (!here || words[0] == '\0') {
        return;
    }
    if (early < p->commit_deadline_ms) {
        words_age(grace, sizeof(grace), early > ctx->now_ms ? early - ctx->now_ms : 0);
        draw_format(c, line, 0, col, ROLE_TEXT, "grace ends in %s", grace);
        return;
    }
    bool over = strncmp(words, "over", 4) == 0;
    draw_format(c, line, 0, col, over ? ROLE_WARNING : ROLE_TEXT, "%s %s",
                over ? "is" : "ends", words);
}

static void draw_sealed(const struct view_context *ctx, struct cells *c, struct area line,
                        const struct scene_proposal *p)
{
    unsigned width = bar_width(line);
    draw_string(c, line, 0, 0, ROLE_TITLE, "sealed");
    draw_bar(c, line, 0, LABEL, width, p->committed, p->seats, p->threshold);
    unsigned at = LABEL + width + (width > 0);
    bool enough = p->threshold > 0 && p->committed >= p->threshold;
    at += draw_format(c, line, 0, at, enough ? ROLE_GOOD : ROLE_TEXT, "%" PRIu32 "/%u  ",
                      p->committed, (unsigned)p->seats);
    if (p->threshold > 0 && !enough) {
        at += draw_format(c, line, 0, at, ROLE_QUIET, "%" PRIu32 " needed  ", p->threshold);
    }
    draw_deadline(ctx, c, line, at, p, p->phase == UI_SEALED);
}

/* Ballots by what they say, in letters, on the same scale as the sealed ones; the mark is
 * where the approvals must come to. */
static void draw_choices(struct cells *c, struct area bar, const struct scene_proposal *p)
{
    bool marked = p->threshold > 0 && p->threshold < p->seats && bar.cols > 1;
    unsigned steps = marked ? bar.cols - 1U : bar.cols;
    unsigned seats = p->seats > 0 ? p->seats : 1;
    unsigned mark = marked ? p->threshold * steps / seats : bar.cols;
    uint64_t yes = p->approve, no = yes + p->reject, all = no + p->abstain;
    for (unsigned i = 0; i < bar.cols; i++) {
        uint64_t step = (uint64_t)(i > mark ? i - 1 : i) + 1;
        if (i == mark) {
            draw_glyph(c, bar, 0, i, ROLE_BAR_MARK, GLYPH_GOAL);
        } else if (step <= yes * steps / seats) {
            draw_string(c, bar, 0, i, ROLE_APPROVE, "Y");
        } else if (step <= no * steps / seats) {
            draw_string(c, bar, 0, i, ROLE_REJECT, "N");
        } else if (step <= all * steps / seats) {
            draw_string(c, bar, 0, i, ROLE_ABSTAIN, "A");
        } else {
            draw_glyph(c, bar, 0, i, ROLE_BAR_REST, GLYPH_REST);
        }
    }
}

static void draw_opened(const struct view_context *ctx, struct cells *c, struct area line,
                        const struct scene_proposal *p)
{
    unsigned width = bar_width(line);
    unsigned at = LABEL + width + (width > 0);
    draw_string(c, line, 0, 0, ROLE_TITLE, "opened");
    if (!ballots_told(p)) {
        draw_bar(c, line, 0, LABEL, width, 0, p->seats, p->threshold);
        draw_string(c, line, 0, at, ROLE_QUIET, "not yet");
        return;
    }
    draw_choices(c, area_cols(line, LABEL, width), p);
    at += draw_format(c, line, 0, at, ROLE_TEXT, "%" PRIu32 "/%" PRIu32 "  ", p->revealed,
                      p->committed);
    at += draw_format(c, line, 0, at, ROLE_APPROVE, "Y%" PRIu32 " ", p->approve);
    at += draw_format(c, line, 0, at, ROLE_REJECT, "N%" PRIu32 " ", p->reject);
    at += draw_format(c, line, 0, at, ROLE_ABSTAIN, "A%" PRIu32 "  ", p->abstain);
    draw_deadline(ctx, c, line, at, p, p->phase != UI_FINAL);
}

unsigned detail_head(const struct view_context *ctx, struct cells *c, struct area a,
                     const struct scene_proposal *p)
{
    char sentence[SENTENCE_BYTES];
    unsigned row = 0;
    if (a.rows < 4) {
        return 0;
    }
    draw_title(c, area_rows(a, row++, 1), p);
    if (a.rows >= 14) {
        draw_origin(ctx, c, area_rows(a, row++, 1), p);
    }
    bool both = a.rows >= 9, one = a.rows >= 6 && p->phase != UI_FINAL;
    if (both || (one && !ballots_told(p))) {
        draw_sealed(ctx, c, area_rows(a, row++, 1), p);
    }
    if (both || (one && ballots_told(p))) {
        draw_opened(ctx, c, area_rows(a, row++, 1), p);
    }
    if (both || (a.rows >= 6 && !one)) {
        ballots_sentence(p, sentence);
        draw_fit(c, a, row++, 0, a.cols, ballots_role(p), slice_of_string(sentence));
    }
    if (a.rows >= 18) {
        row++;
    }
    return row;
}
