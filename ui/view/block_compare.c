/* SPDX-License-Identifier: ISC */
/* The marked seats' ballots side by side: who votes like whom. */
#include "ui/view/blocks.h"

#include <stdio.h>

enum { LABEL = 16, SHARE = 14 };

static bool is_opened(uint8_t code)
{
    return code == BALLOT_APPROVE || code == BALLOT_REJECT || code == BALLOT_ABSTAIN;
}

static uint8_t code_of(const struct scene_proposal *p, uint16_t seat)
{
    return seat <= p->seats ? p->codes[seat - 1] : (uint8_t)BALLOT_UNKNOWN;
}

/* How often two seats chose alike, of the decisions in which both opened a ballot. */
static unsigned alike(const struct scene *s, uint16_t a, uint16_t b, unsigned *of)
{
    unsigned same = 0;
    *of = 0;
    for (size_t i = 0; i < s->final_count; i++) {
        uint8_t x = code_of(s->final[i], a), y = code_of(s->final[i], b);
        bool both = is_opened(x) && is_opened(y);
        *of += both;
        same += both && x == y;
    }
    return same;
}

static void draw_marked(const struct view_context *ctx, struct cells *c, struct area line,
                        uint16_t seat, uint16_t first)
{
    const struct scene *s = ctx->scene;
    unsigned heat = line.cols > LABEL + SHARE ? line.cols - LABEL - SHARE : 0, of;
    (void)draw_seat(ctx, c, line, 0, 0, LABEL - 1, seat);
    for (unsigned i = 0; i < heat && i < s->final_count; i++) {
        draw_pattern(c, line, 0, LABEL + heat - 1 - i, scene_pattern(s->final[i], seat));
    }
    if (seat != first) {
        unsigned same = alike(s, first, seat, &of);
        (void)draw_format(c, line, 0, LABEL + heat + 1, ROLE_TEXT, "alike %u/%u", same, of);
    }
}

/* A column where not all that opened a ballot chose the same. */
static bool differ(const struct view_context *ctx, const struct scene_proposal *p)
{
    uint8_t first = BALLOT_UNKNOWN;
    for (uint16_t seat = 1; seat <= ctx->scene->seats; seat++) {
        uint8_t code = code_of(p, seat);
        if (!ctx->marked[seat - 1] || !is_opened(code)) {
            continue;
        }
        if (first != BALLOT_UNKNOWN && code != first) {
            return true;
        }
        first = code;
    }
    return false;
}

unsigned compare_block(const struct view_context *ctx, struct cells *c, struct area a)
{
    const struct scene *s = ctx->scene;
    unsigned row = 1;
    uint16_t first = 0, count = 0;
    for (uint16_t seat = s->seats; seat > 0; seat--) {
        first = ctx->marked[seat - 1] ? seat : first;
        count = (uint16_t)(count + ctx->marked[seat - 1]);
    }
    if (count < 2 || a.rows < 4) {
        return 0;
    }
    block_title(c, a, 0, "marked seats, the newest decision right; ^ where they differ");
    for (uint16_t seat = 1; seat <= s->seats && row + 1 < a.rows; seat++) {
        if (ctx->marked[seat - 1]) {
            draw_marked(ctx, c, area_rows(a, row++, 1), seat, first);
        }
    }
    unsigned heat = a.cols > LABEL + SHARE ? a.cols - LABEL - SHARE : 0;
    for (unsigned i = 0; i < heat && i < s->final_count; i++) {
        if (differ(ctx, s->final[i])) {
            (void)draw_string(c, a, row, LABEL + heat - 1 - i, ROLE_BAD, "^");
        }
    }
    return row + 1;
}
