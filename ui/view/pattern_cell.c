/* SPDX-License-Identifier: ISC */
/* One cell of the map in each layer, and what its letters mean. */
#include "ui/view/ballots.h"
#include "ui/view/draw.h"
#include "ui/view/pattern.h"

#include <string.h>

/* From how many blocks on a ballot is slow, and where one digit does not do any more. */
enum { SLOW_BLOCKS = 4, DIGITS = 10 };

enum pattern_layer pattern_layer(const struct view_state *s)
{
    return (enum pattern_layer)(s->layer % LAYER_COUNT);
}

uint64_t pattern_agreement(const struct scene_seat *s)
{
    uint64_t judged = (uint64_t)s->with_outcome + s->against_outcome;
    return s->totals_known && judged > 0 ? s->with_outcome * UINT64_C(100) / judged
                                         : UNKNOWN;
}

size_t pattern_side(const struct view_context *ctx, size_t count, unsigned shown)
{
    size_t side = ctx->state->panes[ctx->state->depth].side;
    size_t most = count > shown ? count - shown : 0;
    return side < most ? side : most;
}

static void draw_digit(struct cells *c, struct area a, unsigned row, unsigned col,
                       enum role role, unsigned value)
{
    const char text[] = {value < DIGITS ? (char)('0' + value) : '+', '\0'};
    draw_string(c, a, row, col, role, text);
}

static void draw_confidence(struct cells *c, struct area a, unsigned row, unsigned col,
                            const struct scene_proposal *p, uint16_t seat, uint8_t code)
{
    uint8_t sure = p->confidence[seat - 1];
    if (sure == CONFIDENCE_UNKNOWN) {
        draw_string(c, a, row, col, ROLE_UNKNOWN, "?");
    } else {
        unsigned tenth = sure / 10;
        draw_digit(c, a, row, col, role_of_ballot(code),
                   tenth < DIGITS ? tenth : DIGITS - 1);
    }
}

static void draw_latency(struct cells *c, struct area a, unsigned row, unsigned col,
                         const struct scene_proposal *p, uint16_t seat, uint8_t code)
{
    unsigned blocks = p->ballot_blocks[seat - 1];
    if (blocks == BLOCKS_UNKNOWN) {
        draw_ballot(c, a, row, col, ballots_is_open(code) ? BALLOT_UNKNOWN : code);
    } else {
        draw_digit(c, a, row, col, blocks < SLOW_BLOCKS ? ROLE_TEXT : ROLE_BEAT_LATE,
                   blocks);
    }
}

void pattern_cell(struct cells *c, struct area a, unsigned row, unsigned col,
                  enum pattern_layer layer, const struct scene_proposal *p, uint16_t seat)
{
    uint8_t code = ballots_code(p, seat);
    if (seat < 1 || seat > p->seats) {
        draw_string(c, a, row, col, ROLE_UNKNOWN, "?");
        return;
    }
    switch (layer) {
    case LAYER_AGREEMENT:
        draw_pattern(c, a, row, col, scene_pattern(p, seat));
        return;
    case LAYER_CHOICE:
        draw_ballot(c, a, row, col, code);
        return;
    case LAYER_CONFIDENCE:
        if (ballots_is_open(code)) {
            draw_confidence(c, a, row, col, p, seat, code);
        } else {
            draw_ballot(c, a, row, col, code);
        }
        return;
    case LAYER_LATENCY:
        draw_latency(c, a, row, col, p, seat, code);
        return;
    case LAYER_COUNT:
        return;
    }
}

/* --- the legend --- */

/* The second words are for where there is no room for the first. */
struct meaning {
    char code;
    const char *words, *brief;
};

static const struct meaning agreement[] = {
    {'#', "with", "with"},      {'-', "against", "against"}, {'a', "abstained", "abstain"},
    {'.', "absent", "absent"},  {'l', "late", "late"},       {'w', "withheld", "withheld"},
    {'!', "expelled", "expel"}, {'?', "unknown", "unkn"},    {'\0', NULL, NULL}};
static const struct meaning choice[] = {
    {'Y', "approve", "yes"},    {'N', "reject", "no"},        {'A', "abstain", "abstain"},
    {'m', "missed", "missed"},  {'l', "late", "late"},        {'w', "withheld", "withheld"},
    {'e', "expelled", "expel"}, {'-', "not awaited", "idle"}, {'?', "unknown", "unkn"},
    {'\0', NULL, NULL}};
static const struct meaning others[] = {
    {'m', "missed", "missed"},  {'l', "late", "late"},    {'w', "withheld", "withh"},
    {'e', "expelled", "expel"}, {'?', "unknown", "unkn"}, {'\0', NULL, NULL}};

static const struct legend {
    const char *title, *note;
    const struct meaning *meanings;
    bool pattern; /* codes of agreement, not of ballots */
} legends[LAYER_COUNT] = {
    [LAYER_AGREEMENT] = {"agreement", "", agreement, true},
    [LAYER_CHOICE] = {"choice", "", choice, false},
    [LAYER_CONFIDENCE] = {"confidence", "0 to 9: tenths", others, false},
    [LAYER_LATENCY] = {"latency", "blocks to the ballot", others, false},
};

static unsigned meanings_at(const struct legend *l)
{
    size_t note = strlen(l->note);
    return (unsigned)(strlen(l->title) + 2 + (note > 0 ? note + 2 : 0));
}

/* Row by row; whether there is room for all. c NULL: nothing is drawn. */
static bool put_meanings(struct cells *c, struct area a, const struct legend *l, bool brief)
{
    unsigned row = 0, at = meanings_at(l);
    for (const struct meaning *m = l->meanings; m->words != NULL; m++) {
        const char *words = brief ? m->brief : m->words;
        unsigned width = 2 + (unsigned)strlen(words);
        if (at + width > a.cols) {
            row++;
            at = 0;
        }
        if (row >= a.rows || width > a.cols) {
            return false;
        }
        if (c != NULL && l->pattern) {
            draw_pattern(c, a, row, at, m->code);
        } else if (c != NULL) {
            draw_ballot(c, a, row, at, (uint8_t)m->code);
        }
        if (c != NULL) {
            draw_string(c, a, row, at + 2, ROLE_QUIET, words);
        }
        at += width + 1;
    }
    return true;
}

unsigned pattern_legend_rows(enum pattern_layer layer, uint16_t cols)
{
    struct area row = {.rows = 1, .cols = cols};
    return put_meanings(NULL, row, &legends[layer], false) ? 1 : 2;
}

void pattern_legend(struct cells *c, struct area a, enum pattern_layer layer)
{
    const struct legend *l = &legends[layer];
    unsigned at = draw_string(c, a, 0, 0, ROLE_TITLE, l->title);
    draw_string(c, a, 0, at + 2, ROLE_TEXT, l->note);
    (void)put_meanings(c, a, l, !put_meanings(NULL, a, l, false));
}
