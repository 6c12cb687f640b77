/* SPDX-License-Identifier: ISC */
/* What the matrix means for the seat under the cursor. */
#include "ui/view/alike.h"
#include "ui/view/calibration.h"
#include "ui/view/draw.h"
#include "ui/view/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Widths of what stands at the right of a name. */
enum { SAME = 1, KAPPA = 5, VOTES = 5, FIGURES = SAME + 3 * KAPPA + VOTES };

static uint16_t here(const struct view_context *ctx)
{
    return ctx->rows->count > 0 ? (uint16_t)(ctx->rows->at[ctx->rows->cursor] + 1) : 0;
}

static unsigned put_text(struct cells *c, struct area a, enum role role,
                         const struct buffer *text)
{
    return draw_wrapped(c, a, role, buffer_slice(text));
}

/* "v" for the same vendor, "m" for the same model family. */
static const char *same_words(const struct scene *s, uint16_t a, uint16_t b)
{
    if (s->cards == NULL) {
        return "";
    }
    const struct seat_card *x = &s->cards[a - 1], *y = &s->cards[b - 1];
    return x->model_family[0] != '\0' && strcmp(x->model_family, y->model_family) == 0 ? "m"
           : x->vendor[0] != '\0' && strcmp(x->vendor, y->vendor) == 0                 ? "v"
                                                                                       : "";
}

static void put_kappa(struct cells *c, struct area line, unsigned *at, enum role role,
                      int16_t kappa)
{
    char words[8];
    words_kappa(words, sizeof(words), kappa);
    draw_right(c, line, 0, *at, KAPPA, role, words);
    *at += KAPPA;
}

static void draw_other(const struct view_context *ctx, struct cells *c, struct area line,
                       uint16_t seat, uint16_t other)
{
    const struct scene_likeness *l = ctx->scene->likeness;
    enum alike_measure measure = alike_measure(ctx->state);
    const struct scene_pair *pair = scene_pair(l, seat, other);
    const struct pair_votes *v = measure == ALIKE_ALL ? &pair->all : &pair->window;
    unsigned at = line.cols > FIGURES ? line.cols - FIGURES : 0;
    char words[24];
    (void)draw_seat(ctx, c, line, 0, 0, at, other);
    (void)draw_string(c, line, 0, at, ROLE_STRONG, same_words(ctx->scene, seat, other));
    at += SAME;
    put_kappa(c, line, &at, alike_role(l, pair, measure), v->kappa);
    put_kappa(c, line, &at, ROLE_QUIET, v->low);
    put_kappa(c, line, &at, ROLE_QUIET, v->high);
    if (measure == ALIKE_AGREED && v->votes > 0) {
        (void)snprintf(words, sizeof(words), "%" PRIu64 "%%",
                       (uint64_t)v->agreed * 100 / v->votes);
    } else {
        (void)snprintf(words, sizeof(words), "%" PRIu32, v->votes);
    }
    draw_right(c, line, 0, at, VOTES, ROLE_QUIET, words);
}

static void draw_heads(const struct view_context *ctx, struct cells *c, struct area line)
{
    bool agreed = alike_measure(ctx->state) == ALIKE_AGREED;
    unsigned at = line.cols > FIGURES ? line.cols - FIGURES : 0;
    draw_fit(c, line, 0, 0, at, ROLE_TITLE,
             slice_of_string(at < 10 ? "alike" : "most alike"));
    draw_right(c, line, 0, at, SAME + KAPPA, ROLE_TITLE, "kappa");
    draw_right(c, line, 0, at + SAME + KAPPA, 2 * KAPPA, ROLE_TITLE, "95 %");
    draw_right(c, line, 0, at + SAME + 3 * KAPPA, VOTES, ROLE_TITLE,
               agreed ? "same" : "both");
}

void alike_draw_panel(const struct view_context *ctx, struct cells *c, struct area a)
{
    uint16_t seat = here(ctx), others[UI_SEATS_MAX];
    struct buffer words = {NULL, 0, 0};
    unsigned row = 0;
    if (seat == 0 || a.rows == 0) {
        return;
    }
    (void)draw_seat(ctx, c, a, row++, 0, a.cols, seat);
    alike_put_card(&words, ctx->scene, seat);
    row += put_text(c, area_rows(a, row, 2), ROLE_TEXT, &words);
    words.size = 0;
    alike_put_group(&words, ctx->scene, seat);
    row += put_text(c, area_rows(a, row, 2), ROLE_QUIET, &words);
    words.size = 0;
    calibration_put(&words, ctx->scene, seat, PERIOD_ALL);
    row += put_text(c, area_rows(a, row, 1), ROLE_QUIET, &words);
    buffer_free(&words);
    size_t count =
        alike_ranked(ctx->scene->likeness, seat, alike_measure(ctx->state), others);
    draw_heads(ctx, c, area_rows(a, row++, 1));
    for (size_t i = 0; i < count && row < a.rows; i++) {
        draw_other(ctx, c, area_rows(a, row++, 1), seat, others[i]);
    }
}

/* "Orchard, commons-70b; most alike 03 .71, 09 .66" */
void alike_draw_brief(const struct view_context *ctx, struct cells *c, struct area a)
{
    enum { SHOWN = 8 };
    uint16_t seat = here(ctx), others[UI_SEATS_MAX];
    enum alike_measure measure = alike_measure(ctx->state);
    struct buffer words = {NULL, 0, 0};
    char number[8], kappa[8];
    if (seat == 0 || a.rows == 0) {
        return;
    }
    alike_put_card(&words, ctx->scene, seat);
    size_t count = alike_ranked(ctx->scene->likeness, seat, measure, others);
    for (size_t i = 0; i < count && i < SHOWN; i++) {
        const struct scene_pair *pair = scene_pair(ctx->scene->likeness, seat, others[i]);
        const struct pair_votes *v = measure == ALIKE_ALL ? &pair->all : &pair->window;
        words_seat(number, sizeof(number), ctx->scene, others[i]);
        words_kappa(kappa, sizeof(kappa), v->kappa);
        words_format(&words, "%s%s %s%s", i == 0 ? "; most alike " : ", ", number, kappa,
                     same_words(ctx->scene, seat, others[i]));
    }
    (void)put_text(c, a, ROLE_TEXT, &words);
    buffer_free(&words);
}
