/* SPDX-License-Identifier: ISC */
/* The matrix: every seat with every other, groups together. */
#include "ui/view/alike.h"
#include "ui/view/draw.h"
#include "ui/view/pattern.h"
#include "ui/view/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* In columns. A mark and a group's letter stand before the name. */
enum {
    GUTTER = 3,
    NAME = 11,
    NAME_NARROW_BELOW = 46,
    VENDOR = 12,
    MODEL = 14,
    CARDS_FROM = 130,
    PANEL_LEAST = 28,
    PANEL_MOST = 60,
    GAP = 2,
    MATRIX_LEAST = 16,
};
/* In rows. */
enum { LIST_LEAST = 4, LEGEND_FROM = 6 };

struct layout {
    unsigned name, vendor, model; /* widths; 0: not there */
    unsigned matrix, shown, cell; /* where it begins, seats across, columns of each */
    unsigned panel, panel_cols;   /* 0: none */
};

static unsigned digits_of(const struct view_context *ctx)
{
    return ctx->scene->seats > 99 ? 3 : 2;
}

static struct layout lay(const struct view_context *ctx, unsigned cols)
{
    struct layout l = {.cell = 1};
    unsigned seats = ctx->scene->seats;
    l.name = cols < NAME_NARROW_BELOW ? digits_of(ctx) : NAME;
    l.vendor = cols >= CARDS_FROM ? VENDOR : 0;
    l.model = cols >= CARDS_FROM ? MODEL : 0;
    l.matrix = GUTTER + l.name + 1 + (l.vendor > 0 ? VENDOR + 1 + MODEL + 1 : 0);
    unsigned rest = cols > l.matrix ? cols - l.matrix : 0, most = seats;
    most = rest >= 2 * seats + GAP + PANEL_LEAST ? 2 * seats : most;
    most = most < MATRIX_LEAST ? MATRIX_LEAST : most;
    if (rest >= (most < MATRIX_LEAST * 2 ? most : MATRIX_LEAST * 2) + GAP + PANEL_LEAST) {
        unsigned left = rest - GAP - PANEL_LEAST;
        unsigned matrix = most < left ? most : left;
        left = rest - GAP - matrix;
        l.panel_cols = left < PANEL_MOST ? left : PANEL_MOST;
        l.panel = l.matrix + matrix + GAP;
        rest = matrix;
    }
    l.cell = rest >= 2 * seats ? 2 : 1;
    l.shown = rest / l.cell < seats ? rest / l.cell : seats;
    return l;
}

/* What stands above and below the list; NO_ROW: it is not there. */
struct head {
    unsigned rows, brief; /* above, and below */
    int title, legend, letters, digits;
};
enum { NO_ROW = -1 };

static struct head head_of(const struct view_context *ctx, struct area a, bool panel)
{
    const struct scene_likeness *l = ctx->scene->likeness;
    unsigned digits = digits_of(ctx), room = a.rows > LIST_LEAST ? a.rows - LIST_LEAST : 0;
    bool has[3] = {false, false, false}; /* title, letters, legend */
    struct head h = {0, 0, NO_ROW, NO_ROW, NO_ROW, NO_ROW};
    bool has_digits = room >= digits;
    room -= has_digits ? digits : 0;
    if (!panel && room > 0) {
        h.brief++;
        room--;
    }
    has[0] = room > 0;
    room -= has[0];
    has[1] = room > 0 && l != NULL && l->groups > 0;
    room -= has[1];
    if (!panel && room > 0) {
        h.brief++;
        room--;
    }
    has[2] = room >= LEGEND_FROM - LIST_LEAST;
    h.title = has[0] ? (int)h.rows++ : NO_ROW;
    h.legend = has[2] ? (int)h.rows++ : NO_ROW;
    h.letters = has[1] ? (int)h.rows++ : NO_ROW;
    if (has_digits) {
        h.digits = (int)h.rows;
        h.rows += digits;
    }
    return h;
}

/* Across stand the rows' seats in the rows' order; when some are hidden, all of them as
 * they stand in groups. */
static uint16_t seat_across(const struct view_context *ctx, size_t at)
{
    const struct rows *rows = ctx->rows;
    return rows->count == ctx->scene->seats   ? (uint16_t)(rows->at[at] + 1)
           : at < ctx->scene->likeness->seats ? ctx->scene->likeness->order[at]
                                              : 0;
}

/* --- above the matrix --- */

/* The first group in which there are more seats than may be faulty; 0: there is none. */
static uint16_t group_beyond(const struct scene *s)
{
    const struct scene_likeness *l = s->likeness;
    for (uint16_t group = 1; group <= l->groups; group++) {
        unsigned members = 0;
        for (uint16_t i = 0; i < l->seats; i++) {
            members += l->group[i] == group;
        }
        if (members > s->faulty) {
            return group;
        }
    }
    return 0;
}

static void draw_title(const struct view_context *ctx, struct cells *c, struct area line)
{
    const struct scene *s = ctx->scene;
    const struct scene_likeness *l = s->likeness;
    static const char *const titles[ALIKE_COUNT] = {
        [ALIKE_WINDOW] = "kappa", [ALIKE_ALL] = "kappa", [ALIKE_AGREED] = "voted the same"};
    enum alike_measure measure = alike_measure(ctx->state);
    uint64_t held = l->held[measure == ALIKE_ALL ? PERIOD_ALL : PERIOD_WINDOW];
    uint64_t newer = s->final_total > l->decisions ? s->final_total - l->decisions : 0;
    char words[24], least[8];
    words_number(words, sizeof(words), held);
    unsigned at = draw_string(c, line, 0, 0, ROLE_TITLE, titles[measure]);
    at += draw_format(c, line, 0, at, ROLE_TEXT,
                      measure == ALIKE_ALL ? ", all %s decisions" : ", last %s decisions",
                      words);
    if (newer > 0) {
        at += draw_format(c, line, 0, at, ROLE_NOTICE, ", %" PRIu64 " newer", newer);
    }
    words_kappa(least, sizeof(least), l->least_kappa);
    at += draw_format(c, line, 0, at, ROLE_QUIET, "; %u %s from %s", (unsigned)l->groups,
                      l->groups == 1 ? "group" : "groups", least);
    if (group_beyond(s) > 0) {
        at += draw_string(c, line, 0, at, ROLE_QUIET, "; ");
        (void)draw_format(c, line, 0, at, ROLE_CRITICAL, "%c exceeds f %u",
                          alike_letter(group_beyond(s)), (unsigned)s->faulty);
    }
}

static void draw_legend(const struct view_context *ctx, struct cells *c, struct area line)
{
    static const struct {
        char code;
        enum role role;
        const char *words, *brief;
        bool kappa; /* not of how often they voted the same */
    } meanings[] = {
        {'=', ROLE_WARNING, "always the same", "same", false},
        {'9', ROLE_WARNING, "to 0: tenths", "-0 tenths", false},
        {'.', ROLE_NOTHING, "as by chance", "chance", true},
        {'-', ROLE_NOTICE, "opposed", "opposed", true},
        {'_', ROLE_NOTHING, "too little to tell", "too few", false},
        {'?', ROLE_UNKNOWN, "not known", "unknown", false},
    };
    bool kappa = alike_measure(ctx->state) != ALIKE_AGREED, brief = line.cols < 96;
    unsigned at = 0;
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        const char *words = brief ? meanings[i].brief : meanings[i].words;
        unsigned width = 2 + (unsigned)strlen(words);
        if ((meanings[i].kappa && !kappa) || at + width > line.cols) {
            continue;
        }
        const char code[] = {meanings[i].code, '\0'};
        bool joined = brief && meanings[i].code == '9';
        draw_string(c, line, 0, at, kappa ? meanings[i].role : ROLE_TEXT, code);
        draw_string(c, line, 0, at + (joined ? 1 : 2), ROLE_QUIET, words);
        at += width + (joined ? 0 : 1) + !brief;
    }
}

static void draw_heads(const struct view_context *ctx, struct cells *c, struct area a,
                       const struct head *h, const struct layout *l)
{
    unsigned digits = digits_of(ctx);
    size_t first = pattern_side(ctx, ctx->scene->seats, l->shown);
    uint16_t here =
        ctx->rows->count > 0 ? (uint16_t)(ctx->rows->at[ctx->rows->cursor] + 1) : 0;
    for (unsigned i = 0; i < l->shown; i++) {
        uint16_t seat = seat_across(ctx, first + i);
        unsigned col = l->matrix + i * l->cell, number = seat;
        bool marked =
            seat == here || (ctx->marked != NULL && seat > 0 && ctx->marked[seat - 1]);
        const char letter[] = {alike_group(ctx->scene->likeness, seat), '\0'};
        if (h->letters != NO_ROW) {
            draw_string(c, a, (unsigned)h->letters, col, ROLE_STRONG, letter);
        }
        for (unsigned row = digits; h->digits != NO_ROW && row > 0; row--) {
            draw_format(c, a, (unsigned)h->digits + row - 1, col,
                        marked ? ROLE_STRONG : ROLE_QUIET, "%u", number % 10);
            number /= 10;
        }
    }
    if (h->digits != NO_ROW) {
        unsigned row = (unsigned)h->digits + digits - 1;
        draw_head(ctx, c, a, row, GUTTER, l->name, 1, false,
                  l->name > digits ? "seat" : "");
        if (l->vendor > 0) {
            draw_head(ctx, c, a, row, GUTTER + l->name + 1, VENDOR, 3, false, "vendor");
            draw_head(ctx, c, a, row, GUTTER + l->name + 1 + VENDOR + 1, MODEL, 4, false,
                      "model");
        }
        if (l->shown < ctx->scene->seats && digits > 1) {
            draw_format(c, area_cols(a, 0, l->matrix - 1), row - 1, 0, ROLE_QUIET,
                        "%zu-%zu of %u >", first + 1, first + l->shown,
                        (unsigned)ctx->scene->seats);
        }
    }
}

/* --- rows --- */

static void draw_name(const struct view_context *ctx, struct cells *c, struct area line,
                      size_t i)
{
    const struct scene *s = ctx->scene;
    uint16_t seat = (uint16_t)(i + 1);
    struct layout l = lay(ctx, ctx->cols > 1 ? ctx->cols - 1U : line.cols);
    const char letter[] = {alike_group(s->likeness, seat), '\0'};
    draw_mark(ctx, c, line, 0, seat);
    draw_string(c, line, 0, 1, ROLE_STRONG, letter);
    (void)draw_seat(ctx, c, line, 0, GUTTER, l.name, seat);
    if (l.vendor > 0 && s->cards != NULL) {
        draw_fit(c, line, 0, GUTTER + l.name + 1, VENDOR, ROLE_TEXT,
                 slice_of_string(s->cards[i].vendor));
        draw_fit(c, line, 0, GUTTER + l.name + 1 + VENDOR + 1, MODEL, ROLE_TEXT,
                 slice_of_string(s->cards[i].model_family));
    }
}

static void draw_cells(const struct view_context *ctx, struct cells *c,
                       const struct layout *l, const struct drawn *d)
{
    const struct scene_likeness *all = ctx->scene->likeness;
    enum alike_measure measure = alike_measure(ctx->state);
    size_t first = pattern_side(ctx, ctx->scene->seats, l->shown);
    for (unsigned line = 0; line < d->lines && d->top + line < ctx->rows->count; line++) {
        struct area row = area_rows(d->list, line, 1);
        uint16_t seat = (uint16_t)(ctx->rows->at[d->top + line] + 1);
        for (unsigned i = 0; i < l->shown; i++) {
            uint16_t other = seat_across(ctx, first + i);
            const struct scene_pair *pair = scene_pair(all, seat, other);
            const char code[] = {alike_code(pair, measure), '\0'};
            draw_string(c, row, 0, l->matrix + i * l->cell, alike_role(all, pair, measure),
                        code);
        }
        if (d->top + line == ctx->rows->cursor) {
            cells_select(c, row, 0, 0, row.cols);
        }
    }
}

void alike_draw(const struct view_context *ctx, struct cells *c, struct area a,
                struct drawn *out)
{
    struct area inner = area_cols(a, 0, a.cols > 1 ? a.cols - 1U : a.cols);
    struct view_context here = *ctx;
    here.cols = a.cols;
    *out = (struct drawn){.list = a};
    if (ctx->scene->likeness == NULL) {
        (void)draw_wrapped(c, inner, ROLE_QUIET,
                           slice_of_string(alike_nothing(ctx->scene)));
        return;
    }
    struct layout l = lay(&here, inner.cols);
    struct head h = head_of(&here, a, l.panel > 0);
    struct area left = l.panel > 0 ? area_cols(a, 0, l.panel - 1) : a;
    struct area body = area_rows(left, h.rows, a.rows - h.rows - h.brief);
    if (h.title != NO_ROW) {
        draw_title(&here, c, area_rows(inner, (unsigned)h.title, 1));
    }
    if (h.legend != NO_ROW) {
        draw_legend(&here, c, area_rows(inner, (unsigned)h.legend, 1));
    }
    draw_heads(&here, c, inner, &h, &l);
    draw_list(&here, c, body, 1, draw_name, out);
    draw_cells(&here, c, &l, out);
    if (l.panel > 0) {
        unsigned above = (h.title != NO_ROW) + (h.legend != NO_ROW);
        alike_draw_panel(&here, c,
                         area_cols(area_rows(inner, above, a.rows), l.panel, l.panel_cols));
    }
    alike_draw_brief(&here, c, area_rows(inner, a.rows - h.brief, h.brief));
}
