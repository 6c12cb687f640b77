/* SPDX-License-Identifier: ISC */
#include "ui/view/blocks.h"
#include "ui/view/consensus.h"
#include "ui/view/phases.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- views --- */

enum { GROUPS_MAX = 6 };

/* Seats that say the same, the most common first. */
struct groups {
    uint64_t value[GROUPS_MAX];
    unsigned count[GROUPS_MAX];
    size_t size;
    unsigned others; /* seats of further groups */
};

static void add_to(struct groups *g, uint64_t value)
{
    size_t at = 0;
    while (at < g->size && g->value[at] != value) {
        at++;
    }
    if (at == GROUPS_MAX) {
        g->others++;
        return;
    }
    if (at == g->size) {
        g->value[g->size] = value;
        g->count[g->size++] = 0;
    }
    g->count[at]++;
    for (; at > 0 && g->count[at] > g->count[at - 1]; at--) {
        uint64_t other = g->value[at - 1];
        unsigned count = g->count[at - 1];
        g->value[at - 1] = g->value[at];
        g->count[at - 1] = g->count[at];
        g->value[at] = other;
        g->count[at] = count;
    }
}

static void group_views(const struct scene *s, struct groups *in, struct groups *asked)
{
    for (unsigned i = 0; i < s->seats && i < UI_SEATS_MAX; i++) {
        add_to(in, s->seat[i].view);
        if (s->seat[i].asked_view != UNKNOWN) {
            add_to(asked, s->seat[i].asked_view);
        }
    }
}

static unsigned draw_groups(struct cells *c, struct area a, unsigned row, const char *word,
                            const struct groups *g, const struct scene *s, bool asked)
{
    char view[24];
    unsigned first = row;
    for (size_t i = 0; i < g->size && row < a.rows; i++, row++) {
        bool usual = !asked && g->value[i] == s->order.view;
        words_number(view, sizeof(view), g->value[i]);
        unsigned at = draw_format(c, a, row, 0, ROLE_QUIET, "%-5s", word);
        draw_right(c, a, row, at, 6, g->value[i] == UNKNOWN ? ROLE_UNKNOWN : ROLE_TEXT,
                   view);
        unsigned width = a.cols > 30 ? (a.cols - 20 < 66 ? a.cols - 20U : 66) : 10;
        draw_bar(c, a, row, at + 7, width, g->count[i], s->seats, asked ? s->quorum : 0);
        (void)draw_format(c, a, row, at + 8 + width, usual ? ROLE_GOOD : ROLE_BAD, "%u/%u",
                          g->count[i], (unsigned)s->seats);
    }
    return row - first;
}

static unsigned put_groups(struct cells *c, struct area a, unsigned col, const char *word,
                           const struct groups *g)
{
    char view[24];
    unsigned at = col;
    for (size_t i = 0; i < g->size; i++) {
        words_number(view, sizeof(view), g->value[i]);
        at += draw_format(c, a, 0, at, ROLE_TEXT, "%s%s:%u ", i == 0 ? word : "", view,
                          g->count[i]);
    }
    return at - col;
}

unsigned views_block(const struct view_context *ctx, struct cells *c, struct area a)
{
    const struct scene *s = ctx->scene;
    struct groups in = {.size = 0}, asked = {.size = 0};
    group_views(s, &in, &asked);
    if (a.rows == 0 || s->seats == 0) {
        return 0;
    }
    if (a.rows < 3) {
        unsigned at = put_groups(c, a, 0, "views ", &in);
        (void)put_groups(c, a, at, "asked ", &asked);
        return 1;
    }
    block_title(c, a, 0, "views: how many seats are in which");
    unsigned row = 1;
    row += draw_groups(c, a, row, "view", &in, s, false);
    row += draw_groups(c, a, row, "asks", &asked, s, true);
    if (in.others > 0 && row < a.rows) {
        (void)draw_format(c, a, row++, 0, ROLE_QUIET, "%u seats in further views",
                          in.others);
    }
    return row;
}

/* --- the view change --- */

unsigned change_block(const struct view_context *ctx, struct cells *c, struct area a)
{
    const struct scene *s = ctx->scene;
    bool missing[UI_SEATS_MAX] = {false}, asked[UI_SEATS_MAX] = {false};
    struct buffer names = {NULL, 0, 0};
    uint64_t wanted = s->order.changing && s->order.view != UNKNOWN ? s->order.view : 0;
    char title[64];
    for (unsigned i = 0; i < s->seats && i < UI_SEATS_MAX; i++) {
        uint64_t view = s->seat[i].asked_view;
        wanted = !s->order.changing && view != UNKNOWN && view > wanted ? view : wanted;
    }
    if (wanted == 0 || a.rows < 3) {
        return 0;
    }
    for (unsigned i = 0; i < s->seats && i < UI_SEATS_MAX; i++) {
        asked[i] = s->seat[i].asked_view != UNKNOWN && s->seat[i].asked_view >= wanted;
        missing[i] = !asked[i] && !s->seat[i].expelled;
    }
    (void)snprintf(title, sizeof(title), "view change to %" PRIu64, wanted);
    block_title(c, a, 0, title);
    (void)phase_draw(ctx, c, area_rows(a, 1, 1), "ASKED",
                     phase_width(s, a.cols, PHASE_NUMBERS), seats_in(s, asked), UNKNOWN);
    words_seats(&names, s, missing);
    struct area rest = area_cols(area_rows(a, 2, a.rows), 9, a.cols);
    (void)draw_string(c, a, 2, 0, ROLE_STRONG, "MISSING");
    unsigned row = 2 + draw_wrapped(c, rest, ROLE_BAD, buffer_slice(&names));
    buffer_free(&names);
    return row;
}

/* --- heights in flight --- */

static void draw_height(const struct scene *s, struct cells *c, struct area a, unsigned row,
                        const struct pipeline_height *p)
{
    char height[24];
    words_number(height, sizeof(height), p->height);
    unsigned at = draw_format(c, a, row, 0, ROLE_TEXT, "%s ", height);
    at += draw_string(c, a, row, at, p->pre_prepared ? ROLE_GOOD : ROLE_BAD,
                      p->pre_prepared ? "pre-prepared " : "no block     ");
    at += draw_format(c, a, row, at, p->prepares >= s->quorum ? ROLE_GOOD : ROLE_TEXT,
                      "prepares %" PRIu32 "/%u ", p->prepares, (unsigned)s->quorum);
    (void)draw_format(c, a, row, at, p->commits >= s->quorum ? ROLE_GOOD : ROLE_TEXT,
                      "commits %" PRIu32 "/%u", p->commits, (unsigned)s->quorum);
}

unsigned pipeline_block(const struct view_context *ctx, struct cells *c, struct area a)
{
    const struct scene_votes *v = &ctx->scene->votes;
    size_t count = v->pipeline_count < PIPELINE_MAX ? v->pipeline_count : PIPELINE_MAX;
    unsigned row = 1;
    if (a.rows == 0 || count == 0 || !v->known) {
        return 0;
    }
    if (a.rows < 3) {
        unsigned at = draw_string(c, a, 0, 0, ROLE_QUIET, "in flight ");
        for (size_t i = 0; i < count; i++) {
            at += draw_format(c, a, 0, at, ROLE_TEXT,
                              "%" PRIu64 ":%s%" PRIu32 "+%" PRIu32 " ",
                              v->pipeline[i].height, v->pipeline[i].pre_prepared ? "" : "?",
                              v->pipeline[i].prepares, v->pipeline[i].commits);
        }
        return 1;
    }
    char title[48];
    (void)snprintf(title, sizeof(title), "heights in flight: %zu", count);
    block_title(c, a, 0, title);
    for (size_t i = 0; i < count && row < a.rows; i++) {
        draw_height(ctx->scene, c, a, row++, &v->pipeline[i]);
    }
    if (count >= a.rows) {
        draw_glyph(c, a, a.rows - 1U, a.cols - 1U, ROLE_STRONG, GLYPH_ELLIPSIS);
    }
    return row;
}

/* --- timers and standing --- */

unsigned timers_block(const struct view_context *ctx, struct cells *c, struct area a)
{
    const struct scene_order *o = &ctx->scene->order;
    char words[64], epoch[24], left[24], failed[24], waiting[24];
    struct area second = a.rows > 1 ? area_rows(a, 1, 1) : a;
    if (a.rows == 0) {
        return 0;
    }
    bool known = !ctx->scene->past && !ctx->scene->awaiting.old;
    words_next(words, sizeof(words), ctx->scene, ctx->now_ms);
    unsigned at = draw_string(c, a, 0, 0, ROLE_WARNING,
                              words[0] != '\0' ? words
                              : known          ? "no timer"
                                               : "timer ?");
    bool sound = strcmp(o->standing, "sound") == 0, lost = strcmp(o->standing, "lost") == 0;
    at += draw_string(c, a, 0, at, ROLE_QUIET, "  standing ");
    at += draw_string(c, a, 0, at,
                      o->standing[0] == '\0' ? ROLE_UNKNOWN
                      : sound                ? ROLE_GOOD
                      : lost                 ? ROLE_CRITICAL
                                             : ROLE_WARNING,
                      o->standing[0] == '\0' ? "?" : o->standing);
    at += draw_string(c, a, 0, at, ROLE_CRITICAL,
                      o->stopped   ? "  STOPPED"
                      : o->halted  ? "  HALTED"
                      : o->stalled ? "  STALLED"
                                   : "");
    at = a.rows > 1 ? 0 : at + 2;
    words_number(epoch, sizeof(epoch), o->epoch);
    words_number(left, sizeof(left), o->epoch_left);
    words_number(failed, sizeof(failed), o->failed_views);
    words_number(waiting, sizeof(waiting), o->waiting_envelopes);
    bool some = o->failed_views != UNKNOWN && o->failed_views > 0;
    at += draw_format(c, second, 0, at, some ? ROLE_WARNING : ROLE_QUIET, "failed views %s",
                      failed);
    (void)draw_format(c, second, 0, at, ROLE_QUIET, "  waiting %s  epoch %s, %s left",
                      waiting, epoch, left);
    return a.rows > 1 ? 2 : 1;
}
