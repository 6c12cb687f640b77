/* SPDX-License-Identifier: ISC */
/* What is made of a pair's measures: cells, orders, words. */
#include "ui/view/alike.h"
#include "ui/view/list.h"
#include "ui/view/table.h"
#include "ui/view/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In thousandths. */
enum { WHOLE = 1000, TENTH = 100 };
/* Of fewer nothing is made: neither a cell, nor by the node a group. */
enum { VOTES_LEAST = 8 };

enum alike_measure alike_measure(const struct view_state *s)
{
    return (enum alike_measure)(s->measure % ALIKE_COUNT);
}

static const struct pair_votes *votes_of(const struct scene_pair *pair,
                                         enum alike_measure measure)
{
    switch (measure) {
    case ALIKE_ALL:
        return &pair->all;
    case ALIKE_WINDOW:
    case ALIKE_AGREED:
    case ALIKE_COUNT:
        break;
    }
    return &pair->window;
}

static bool is_known(int16_t measure)
{
    return measure != MEASURE_NONE && measure != MEASURE_UNKNOWN;
}

int32_t alike_value(const struct scene_pair *pair, enum alike_measure measure)
{
    if (pair == NULL) {
        return INT32_MIN;
    }
    const struct pair_votes *v = votes_of(pair, measure);
    if (v->votes < VOTES_LEAST) {
        return INT32_MIN;
    }
    if (measure == ALIKE_AGREED) {
        return (int32_t)((uint64_t)v->agreed * WHOLE / v->votes);
    }
    return is_known(v->kappa) ? v->kappa : INT32_MIN;
}

static char tenths(int32_t value)
{
    return value >= WHOLE ? '=' : (char)('0' + (value < 0 ? 0 : value / TENTH));
}

char alike_code(const struct scene_pair *pair, enum alike_measure measure)
{
    if (pair == NULL) {
        return '\\';
    }
    const struct pair_votes *v = votes_of(pair, measure);
    if (v->kappa == MEASURE_UNKNOWN) {
        return '?';
    }
    if (v->votes < VOTES_LEAST || (measure != ALIKE_AGREED && v->kappa == MEASURE_NONE)) {
        return '_';
    }
    if (measure == ALIKE_AGREED) {
        return tenths(alike_value(pair, measure));
    }
    bool above = is_known(v->low) && v->low > 0, below = is_known(v->high) && v->high < 0;
    return above ? tenths(v->kappa) : below ? '-' : '.';
}

enum role alike_role(const struct scene_likeness *l, const struct scene_pair *pair,
                     enum alike_measure measure)
{
    char code = alike_code(pair, measure);
    switch (code) {
    case '?':
        return ROLE_UNKNOWN;
    case '-':
        return ROLE_NOTICE;
    case '.':
    case '_':
    case '\\':
        return ROLE_NOTHING;
    default:
        break;
    }
    bool loud = measure != ALIKE_AGREED && is_known(l->least_kappa) &&
                alike_value(pair, measure) >= l->least_kappa;
    return loud ? ROLE_WARNING : code >= '5' ? ROLE_TEXT : ROLE_QUIET;
}

/* --- orders --- */

size_t alike_ranked(const struct scene_likeness *l, uint16_t seat,
                    enum alike_measure measure, uint16_t out[UI_SEATS_MAX])
{
    int32_t value[UI_SEATS_MAX];
    size_t count = 0;
    for (uint16_t other = 1; other <= l->seats && other <= UI_SEATS_MAX; other++) {
        if (other == seat) {
            continue;
        }
        int32_t here = alike_value(scene_pair(l, seat, other), measure);
        size_t at = count++;
        for (; at > 0 && value[at - 1] < here; at--) {
            value[at] = value[at - 1];
            out[at] = out[at - 1];
        }
        value[at] = here;
        out[at] = other;
    }
    return count;
}

static int32_t most_alike(const struct scene_likeness *l, uint16_t seat,
                          enum alike_measure measure)
{
    int32_t most = INT32_MIN;
    for (uint16_t other = 1; other <= l->seats; other++) {
        int32_t here = alike_value(scene_pair(l, seat, other), measure);
        most = here > most ? here : most;
    }
    return most;
}

enum sort { SORT_CLUSTER, SORT_SEAT, SORT_LIKENESS, SORT_VENDOR, SORT_MODEL };

const char *const *alike_sorts(void)
{
    static const char *const names[] = {"cluster", "seat",  "likeness",
                                        "vendor",  "model", NULL};
    return names;
}

static uint64_t place_of(const struct scene_likeness *l, uint16_t seat)
{
    uint64_t at = 0;
    while (l != NULL && at < l->seats && l->order[at] != seat) {
        at++;
    }
    return l != NULL ? at : seat;
}

int alike_compare(const struct view_context *ctx, size_t i, size_t j)
{
    const struct scene *s = ctx->scene;
    const struct scene_likeness *l = s->likeness;
    enum alike_measure measure = alike_measure(ctx->state);
    uint16_t a = (uint16_t)(i + 1), b = (uint16_t)(j + 1);
    const struct seat_card *x = s->cards != NULL ? &s->cards[i] : NULL;
    const struct seat_card *y = s->cards != NULL ? &s->cards[j] : NULL;
    int order = 0;
    switch ((enum sort)ctx->state->panes[0].sort) {
    case SORT_SEAT:
        return order_numbers(i, j);
    case SORT_CLUSTER:
        break;
    case SORT_LIKENESS:
        if (l != NULL) {
            int32_t p = most_alike(l, a, measure), q = most_alike(l, b, measure);
            order = p < q ? 1 : p > q ? -1 : 0;
        }
        break;
    case SORT_VENDOR:
        order = x != NULL ? strcmp(x->vendor, y->vendor) : 0;
        break;
    case SORT_MODEL:
        order = x != NULL ? strcmp(x->model_family, y->model_family) : 0;
        break;
    }
    return order != 0 ? order : order_numbers(place_of(l, a), place_of(l, b));
}

/* --- words --- */

void words_kappa(char *out, size_t size, int16_t kappa)
{
    if (!is_known(kappa)) {
        (void)snprintf(out, size, "%s", kappa == MEASURE_NONE ? "_" : "?");
        return;
    }
    int hundredths = (abs(kappa) + 5) / 10;
    const char *sign = kappa < 0 && hundredths > 0 ? "-" : "";
    if (hundredths >= 100) {
        (void)snprintf(out, size, "%s1.0", sign);
    } else {
        (void)snprintf(out, size, "%s.%02d", sign, hundredths);
    }
}

char alike_letter(uint16_t group)
{
    enum { LETTERS = 26 };
    return group == 0             ? ' '
           : group <= LETTERS     ? (char)('A' + group - 1)
           : group <= 2 * LETTERS ? (char)('a' + group - LETTERS - 1)
                                  : '+';
}

char alike_group(const struct scene_likeness *l, uint16_t seat)
{
    bool there = l != NULL && seat >= 1 && seat <= l->seats;
    return alike_letter(there ? l->group[seat - 1] : 0);
}

void alike_put_card(struct buffer *out, const struct scene *s, uint16_t seat)
{
    if (s->cards != NULL && seat >= 1 && seat <= s->seats) {
        const struct seat_card *card = &s->cards[seat - 1];
        words_put(out, card->vendor);
        words_put(out,
                  card->vendor[0] != '\0' && card->model_family[0] != '\0' ? ", " : "");
        words_put(out, card->model_family);
    }
}

/* The most frequent vendor, or model family, of a group. */
static unsigned most_common(const struct scene *s, uint16_t group, size_t member,
                            const char **name)
{
    unsigned most = 0;
    for (uint16_t i = 0; i < s->likeness->seats && i < s->seats; i++) {
        const char *here = (const char *)&s->cards[i] + member;
        unsigned count = 0;
        for (uint16_t k = 0; k < s->likeness->seats && k < s->seats; k++) {
            count += s->likeness->group[k] == group &&
                     strcmp((const char *)&s->cards[k] + member, here) == 0;
        }
        if (s->likeness->group[i] == group && count > most) {
            most = count;
            *name = here;
        }
    }
    return most;
}

void alike_put_group(struct buffer *out, const struct scene *s, uint16_t seat)
{
    const struct scene_likeness *l = s->likeness;
    uint16_t group = l != NULL && seat >= 1 && seat <= l->seats ? l->group[seat - 1] : 0;
    unsigned members = 0;
    const char *vendor = "", *family = "";
    if (group == 0 || s->cards == NULL) {
        words_put(out, "in no group");
        return;
    }
    for (uint16_t i = 0; i < l->seats; i++) {
        members += l->group[i] == group;
    }
    unsigned sold = most_common(s, group, offsetof(struct seat_card, vendor), &vendor);
    unsigned made =
        most_common(s, group, offsetof(struct seat_card, model_family), &family);
    words_format(out, "group %c: %u seats", alike_group(l, seat), members);
    if (members > s->faulty) {
        words_format(out, ", more than f %u", (unsigned)s->faulty);
    }
    if (sold > 1) {
        words_format(out, ", %u %s", sold, vendor);
    }
    if (made > 1) {
        words_format(out, ", %u %s", made, family);
    }
}

void alike_text(const struct view_context *ctx, size_t i, struct buffer *out)
{
    const struct scene *s = ctx->scene;
    uint16_t seat = (uint16_t)(i + 1), others[UI_SEATS_MAX];
    words_put_seat(out, s, seat);
    words_put(out, " ");
    alike_put_card(out, s, seat);
    if (s->likeness == NULL) {
        return;
    }
    if (alike_group(s->likeness, seat) != ' ') {
        words_format(out, " group %c", alike_group(s->likeness, seat));
    }
    if (alike_ranked(s->likeness, seat, alike_measure(ctx->state), others) > 0) {
        const struct scene_pair *pair = scene_pair(s->likeness, seat, others[0]);
        char kappa[8];
        words_kappa(kappa, sizeof(kappa), votes_of(pair, alike_measure(ctx->state))->kappa);
        words_put(out, " most alike ");
        words_put_seat(out, s, others[0]);
        words_format(out, " %s", kappa);
    }
}

const char *alike_nothing(const struct scene *s)
{
    return s->past ? "how alike seats voted then is not known: nobody asked at that time"
           : s->patterns_refusal[0] != '\0' ? s->patterns_refusal
           : s->patterns_asked              ? "asking the node which seats vote alike ..."
                               : "which seats vote alike is not known: no node has told it";
}
