/* SPDX-License-Identifier: ISC */
/* How long blocks took to be prepared and committed. */
#include "ui/view/blocks.h"
#include "ui/view/consensus.h"

#include <stdio.h>
#include <string.h>

enum { LABEL = 10, CHART_ROWS_MOST = 8 };

struct series {
    const char *label;
    uint64_t ms[LATENCIES_MAX];
    size_t count;
};

static uint64_t median_of(const struct series *s)
{
    uint64_t sorted[LATENCIES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++) {
        size_t at = count;
        if (s->ms[i] == UNKNOWN) {
            continue;
        }
        for (; at > 0 && sorted[at - 1] > s->ms[i]; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = s->ms[i];
        count++;
    }
    return count > 0 ? sorted[count / 2] : UNKNOWN;
}

/* A round number that is at least the greatest: 10, 20, 50, 100, ... */
static uint64_t scale_of(const struct series *s)
{
    static const uint8_t steps[] = {2, 5, 10};
    uint64_t most = 0;
    for (size_t i = 0; i < s->count; i++) {
        most = s->ms[i] != UNKNOWN && s->ms[i] > most ? s->ms[i] : most;
    }
    for (uint64_t power = 10; power < UINT64_C(1000000000); power *= 10) {
        if (most <= power) {
            return power;
        }
        for (unsigned i = 0; i < 2; i++) {
            if (most <= power * steps[i]) {
                return power * steps[i];
            }
        }
    }
    return UINT64_C(1000000000);
}

/* Nothing is as low as the lowest step; what is not known is no bar at all. */
static unsigned steps_of(uint64_t ms, uint64_t scale, unsigned rows)
{
    uint64_t all = (uint64_t)rows * LEVEL_MAX;
    uint64_t steps = ms >= scale ? all : (ms * all + scale - 1) / scale;
    return steps > 0 ? (unsigned)steps : 1;
}

static void draw_block(struct cells *c, struct area a, unsigned col, uint64_t ms,
                       uint64_t scale)
{
    if (ms == UNKNOWN) {
        (void)draw_string(c, area_cols(a, 0, col + 1), a.rows - 1U, col, ROLE_UNKNOWN, "?");
        return;
    }
    unsigned steps = steps_of(ms, scale, a.rows);
    for (unsigned row = 0; row < a.rows && steps > 0; row++) {
        unsigned level = steps < LEVEL_MAX ? steps : LEVEL_MAX;
        draw_level(c, a, a.rows - 1U - row, col,
                   ms * 2 > scale ? ROLE_BEAT_LATE : ROLE_BEAT, level);
        steps -= level;
    }
}

static void draw_chart(struct cells *c, struct area a, const struct series *s,
                       uint64_t scale)
{
    size_t shown = s->count < a.cols ? s->count : a.cols;
    unsigned each = shown > 0 && a.cols >= 2 * shown ? 2 : 1;
    for (size_t i = 0; i < shown * each; i++) {
        uint64_t ms = s->ms[s->count - shown + i / each];
        draw_block(c, a, (unsigned)i, ms, scale);
    }
}

static void draw_series(struct cells *c, struct area a, const struct series *s,
                        uint64_t scale)
{
    char words[24];
    (void)draw_string(c, a, a.rows - 1U, 0, ROLE_TEXT, s->label);
    draw_chart(c, area_cols(a, LABEL, a.cols), s, scale);
    if (a.rows > 1) {
        words_duration(words, sizeof(words), scale);
        draw_right(c, a, 0, 0, LABEL - 1, ROLE_QUIET, words);
    }
}

static void fill(const struct scene_votes *v, struct series *prepared,
                 struct series *committed)
{
    size_t count = v->latency_count < LATENCIES_MAX ? v->latency_count : LATENCIES_MAX;
    prepared->count = committed->count = count;
    for (size_t i = 0; i < count; i++) {
        prepared->ms[i] = v->latencies[i].prepared_ms;
        committed->ms[i] = v->latencies[i].committed_ms;
    }
}

unsigned latency_block(const struct view_context *ctx, struct cells *c, struct area a)
{
    struct series prepared = {.label = "prepared"}, committed = {.label = "committed"};
    char title[96], p[24], m[24];
    fill(&ctx->scene->votes, &prepared, &committed);
    if (a.rows == 0 || committed.count == 0) {
        return 0;
    }
    uint64_t scale = scale_of(&committed);
    words_duration(p, sizeof(p), median_of(&prepared));
    words_duration(m, sizeof(m), median_of(&committed));
    if (a.rows < 3) {
        unsigned at = draw_format(c, a, 0, 0, ROLE_TEXT, "commit %s ", m);
        draw_chart(c, area_cols(area_rows(a, 0, 1), at, a.cols), &committed, scale);
        return 1;
    }
    (void)snprintf(title, sizeof(title), "latency: medians %s, %s of %zu block%s", p, m,
                   committed.count, committed.count == 1 ? "" : "s");
    block_title(c, a, 0, title);
    unsigned rows = (a.rows - 1U) / 2;
    rows = rows < CHART_ROWS_MOST ? rows : CHART_ROWS_MOST;
    draw_series(c, area_rows(a, 1, rows), &prepared, scale);
    draw_series(c, area_rows(a, 1 + rows, rows), &committed, scale);
    return 1 + 2 * rows;
}
