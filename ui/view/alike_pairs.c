/* SPDX-License-Identifier: ISC */
/* One seat beside every other, and one pair in words. */
#include "ui/view/alike.h"
#include "ui/view/ballots.h"
#include "ui/view/calibration.h"
#include "ui/view/list.h"
#include "ui/view/table.h"
#include "ui/view/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum sort { SORT_LIKENESS, SORT_SEAT, SORT_VOTES, SORT_ALL_TIME, SORT_VENDOR, SORT_MODEL };

const char *const *pairs_sorts(void)
{
    static const char *const names[] = {"likeness", "seat",  "votes", "all-time",
                                        "vendor",   "model", NULL};
    return names;
}

static uint16_t subject(const struct view_context *ctx, unsigned depth)
{
    uint64_t seat = ctx->state->subject[depth];
    return seat >= 1 && seat <= ctx->scene->seats ? (uint16_t)seat : 0;
}

static const struct scene_pair *pair_at(const struct view_context *ctx, size_t i)
{
    const struct scene_likeness *l = ctx->scene->likeness;
    return l != NULL ? scene_pair(l, subject(ctx, 1), (uint16_t)(i + 1)) : NULL;
}

void pairs_text(const struct view_context *ctx, size_t i, struct buffer *out)
{
    const struct scene_pair *pair = pair_at(ctx, i);
    char kappa[8] = "?", low[8] = "?", high[8] = "?";
    words_put_seat(out, ctx->scene, (uint16_t)(i + 1));
    words_put(out, " ");
    alike_put_card(out, ctx->scene, (uint16_t)(i + 1));
    if (pair != NULL) {
        words_kappa(kappa, sizeof(kappa), pair->window.kappa);
        words_kappa(low, sizeof(low), pair->window.low);
        words_kappa(high, sizeof(high), pair->window.high);
        words_format(out, " kappa %s [%s, %s], same %" PRIu32 " of %" PRIu32, kappa, low,
                     high, pair->window.agreed, pair->window.votes);
    }
}

static int by_value(const struct scene_pair *a, const struct scene_pair *b,
                    enum alike_measure measure)
{
    int32_t x = alike_value(a, measure), y = alike_value(b, measure);
    return x < y ? 1 : x > y ? -1 : 0;
}

int pairs_compare(const struct view_context *ctx, size_t i, size_t j)
{
    const struct scene_pair *a = pair_at(ctx, i), *b = pair_at(ctx, j);
    const struct seat_card *cards = ctx->scene->cards;
    int order = 0;
    switch ((enum sort)ctx->state->panes[1].sort) {
    case SORT_LIKENESS:
        order = by_value(a, b, ALIKE_WINDOW);
        break;
    case SORT_SEAT:
        break;
    case SORT_VOTES:
        order =
            order_numbers(b != NULL ? b->window.votes : 0, a != NULL ? a->window.votes : 0);
        break;
    case SORT_ALL_TIME:
        order = by_value(a, b, ALIKE_ALL);
        break;
    case SORT_VENDOR:
        order = cards != NULL ? strcmp(cards[i].vendor, cards[j].vendor) : 0;
        break;
    case SORT_MODEL:
        order = cards != NULL ? strcmp(cards[i].model_family, cards[j].model_family) : 0;
        break;
    }
    return order != 0 ? order : order_numbers(i, j);
}

/* --- drawing --- */

enum {
    GROUP,
    SEAT,
    KAPPA,
    RANGE,
    VOTES,
    ALL,
    ALL_RANGE,
    ALL_VOTES,
    VENDOR,
    MODEL,
    COLUMNS
};
static const struct column columns[COLUMNS] = {
    [GROUP] = {"", 1, 40, NO_SORT, false, 0},
    [SEAT] = {"seat", 11, 0, SORT_SEAT, false, 18},
    [KAPPA] = {"kappa", 6, 0, SORT_LIKENESS, true, 0},
    [RANGE] = {"95 %", 9, 44, NO_SORT, true, 0},
    [VOTES] = {"same", 8, 34, SORT_VOTES, true, 0},
    [ALL] = {"all", 5, 60, SORT_ALL_TIME, true, 0},
    [ALL_RANGE] = {"95 %", 9, 100, NO_SORT, true, 0},
    [ALL_VOTES] = {"same", 11, 100, NO_SORT, true, 0},
    [VENDOR] = {"vendor", 12, 74, SORT_VENDOR, false, 20},
    [MODEL] = {"model", 0, 0, SORT_MODEL, false, 0},
};

static void put_range(const struct table *t, struct cells *c, struct area line,
                      size_t column, const struct pair_votes *v)
{
    char low[8], high[8], words[24];
    words_kappa(low, sizeof(low), v->low);
    words_kappa(high, sizeof(high), v->high);
    (void)snprintf(words, sizeof(words), "%s %4s", low, high);
    table_put(t, c, line, column, ROLE_QUIET, words);
}

static void put_votes(const struct table *t, struct cells *c, struct area line,
                      size_t column, const struct pair_votes *v)
{
    char words[32];
    if (v->kappa == MEASURE_UNKNOWN) {
        (void)snprintf(words, sizeof(words), "?");
    } else {
        (void)snprintf(words, sizeof(words), "%" PRIu32 "/%" PRIu32, v->agreed, v->votes);
    }
    table_put(t, c, line, column, ROLE_TEXT, words);
}

static void draw_one(const struct view_context *ctx, struct cells *c, struct area line,
                     size_t i)
{
    const struct scene *s = ctx->scene;
    const struct scene_pair *pair = pair_at(ctx, i);
    uint16_t other = (uint16_t)(i + 1);
    const char letter[] = {alike_group(s->likeness, other), '\0'};
    struct table t;
    char words[8];
    table_lay(&t, columns, COLUMNS, line.cols);
    table_put(&t, c, line, GROUP, ROLE_STRONG, letter);
    (void)draw_seat(ctx, c, line, 0, t.at[SEAT], t.width[SEAT], other);
    if (s->cards != NULL) {
        const struct seat_card *own = &s->cards[subject(ctx, 1) - 1], *card = &s->cards[i];
        bool sold = strcmp(own->vendor, card->vendor) == 0;
        bool made = strcmp(own->model_family, card->model_family) == 0;
        table_put(&t, c, line, VENDOR, sold ? ROLE_STRONG : ROLE_QUIET, card->vendor);
        table_put(&t, c, line, MODEL, made ? ROLE_STRONG : ROLE_QUIET, card->model_family);
    }
    if (pair == NULL) {
        return;
    }
    words_kappa(words, sizeof(words), pair->window.kappa);
    table_put(&t, c, line, KAPPA, alike_role(s->likeness, pair, ALIKE_WINDOW), words);
    put_range(&t, c, line, RANGE, &pair->window);
    put_votes(&t, c, line, VOTES, &pair->window);
    words_kappa(words, sizeof(words), pair->all.kappa);
    table_put(&t, c, line, ALL, alike_role(s->likeness, pair, ALIKE_ALL), words);
    put_range(&t, c, line, ALL_RANGE, &pair->all);
    put_votes(&t, c, line, ALL_VOTES, &pair->all);
}

void pairs_draw(const struct view_context *ctx, struct cells *c, struct area a,
                struct drawn *out)
{
    const struct scene *s = ctx->scene;
    uint16_t seat = subject(ctx, 1);
    struct buffer words = {NULL, 0, 0};
    unsigned row = 0;
    *out = (struct drawn){.list = a};
    if (seat == 0 || s->likeness == NULL) {
        (void)draw_wrapped(c, a, ROLE_QUIET, slice_of_string(alike_nothing(s)));
        return;
    }
    if (a.rows >= 5) {
        unsigned at = draw_seat(ctx, c, a, row, 0, 20, seat);
        struct area rest = area_cols(area_rows(a, row++, 1), at + 1, a.cols);
        alike_put_card(&words, s, seat);
        words_put(&words, "; ");
        alike_put_group(&words, s, seat);
        draw_fit(c, rest, 0, 0, rest.cols, ROLE_TEXT, buffer_slice(&words));
    }
    if (a.rows >= 8) {
        words.size = 0;
        calibration_put(&words, s, seat, PERIOD_ALL);
        draw_fit(c, a, row++, 0, a.cols, ROLE_QUIET, buffer_slice(&words));
    }
    buffer_free(&words);
    row += a.rows >= 18;
    table_draw(ctx, c, area_rows(a, row, a.rows), columns, COLUMNS, draw_one,
               "there is no other seat", out);
}

/* --- one pair in words --- */

static void put_seat(struct buffer *out, const struct scene *s, uint16_t seat)
{
    words_put_seat(out, s, seat);
    words_put(out, ": ");
    alike_put_card(out, s, seat);
    words_put(out, "; ");
    alike_put_group(out, s, seat);
    words_put(out, "; ");
    calibration_put(out, s, seat, PERIOD_ALL);
    words_put(out, "\n");
}

static void put_measure(struct buffer *out, const char *over, uint64_t held,
                        const struct pair_votes *v)
{
    char kappa[8], low[8], high[8], count[24];
    words_number(count, sizeof(count), held);
    words_format(out, "%s %s decisions: ", over, count);
    if (v->kappa == MEASURE_UNKNOWN) {
        words_put(out, "not known.\n");
        return;
    }
    words_format(out, "both voted for or against in %" PRIu32 ", the same in %" PRIu32,
                 v->votes, v->agreed);
    if (v->kappa == MEASURE_NONE) {
        words_put(out, "; too little to tell it from chance.\n");
        return;
    }
    words_kappa(kappa, sizeof(kappa), v->kappa);
    words_kappa(low, sizeof(low), v->low);
    words_kappa(high, sizeof(high), v->high);
    words_format(out, "; kappa %s, with 95 %% from %s to %s.\n", kappa, low, high);
}

/* Decisions of those loaded in which one was for it and the other against. */
static void put_differences(struct buffer *out, const struct scene *s, uint16_t a,
                            uint16_t b)
{
    size_t both = 0, differed = 0;
    struct buffer list = {NULL, 0, 0};
    for (size_t i = 0; i < s->final_count; i++) {
        uint8_t x = ballots_code(s->final[i], a), y = ballots_code(s->final[i], b);
        bool votes = (x == BALLOT_APPROVE || x == BALLOT_REJECT) &&
                     (y == BALLOT_APPROVE || y == BALLOT_REJECT);
        both += votes;
        if (votes && x != y) {
            differed++;
            words_format(&list, "%" PRIu64 "  %c %c  ", s->final[i]->record, x, y);
            words_put(&list, s->final[i]->title);
            words_put(&list, "\n");
        }
    }
    words_format(out,
                 "\nOf the newest %zu decisions, which this console has, both voted in %zu "
                 "and differed in %zu%s\n",
                 s->final_count, both, differed, differed > 0 ? ":" : ".");
    buffer_append_slice(out, buffer_slice(&list));
    buffer_free(&list);
}

void pair_body(const struct view_context *ctx, struct buffer *out)
{
    const struct scene *s = ctx->scene;
    uint16_t a = subject(ctx, 1), b = subject(ctx, 2);
    const struct scene_pair *pair =
        s->likeness != NULL ? scene_pair(s->likeness, a, b) : NULL;
    if (pair == NULL) {
        words_put(out, s->likeness == NULL ? alike_nothing(s) : "there is no such pair");
        words_put(out, "\n");
        return;
    }
    put_seat(out, s, a);
    put_seat(out, s, b);
    words_put(out, "\n");
    put_measure(out, "Last", s->likeness->held[PERIOD_WINDOW], &pair->window);
    put_measure(out, "All", s->likeness->held[PERIOD_ALL], &pair->all);
    words_put(out,
              "\nKappa is agreement beyond what the two would have by chance, each "
              "approving as often as it does: 1 always, 0 no more than chance, below 0 "
              "less.\n");
    put_differences(out, s, a, b);
}
