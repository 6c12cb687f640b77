/* SPDX-License-Identifier: ISC */
/* What is derived of a seat, and by what seats are sorted. */
#include "ui/view/flags_line.h"
#include "ui/view/phases.h"
#include "ui/view/seat_row.h"

#include <string.h>
#include <strings.h>

const char *const seat_sorts[SORT_COUNT + 1] = {
    "seat",   "name",  "view",   "height", "heartbeat age", "round trip", "agreement",
    "missed", "flags", "vendor", "model",  "jurisdiction",  NULL,
};

uint64_t seat_agreement(const struct scene_seat *seat)
{
    uint64_t both = (uint64_t)seat->with_outcome + seat->against_outcome;
    return seat->totals_known && both > 0 ? 100 * (uint64_t)seat->with_outcome / both
                                          : UNKNOWN;
}

uint64_t seat_age(const struct view_context *ctx, const struct scene_seat *seat)
{
    if (seat->heard_ms == UNKNOWN) {
        return UNKNOWN;
    }
    return ctx->now_ms > seat->heard_ms ? ctx->now_ms - seat->heard_ms : 0;
}

const char *seat_state(const struct view_context *ctx, uint16_t seat)
{
    const struct scene *s = ctx->scene;
    const struct scene_seat *at = &s->seat[seat - 1];
    return at->expelled                ? "expelled"
           : s->past                   ? ""
           : seat_is_silent(ctx, seat) ? "silent"
           : at->suspended             ? "suspend"
           : at->primary               ? "primary"
           : seat == s->own            ? "this"
           : at->hints[0]              ? at->hints
                                       : "";
}

static int order(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/* The greater first, but what is not known last. */
static int order_down(uint64_t a, uint64_t b)
{
    return a == UNKNOWN || b == UNKNOWN ? order(a, b) : order(b, a);
}

static int order_names(const struct scene *s, uint16_t a, uint16_t b)
{
    struct slice x = seat_name(s, a), y = seat_name(s, b);
    size_t size = x.size < y.size ? x.size : y.size;
    int by = size > 0 ? memcmp(x.data, y.data, size) : 0;
    return by != 0 ? by : order(x.size, y.size);
}

/* Groups stand together; the node takes names that differ in capitals only for one. */
static int order_cards(const struct scene *s, enum seat_sort sort, uint16_t a, uint16_t b)
{
    if (s->cards == NULL) {
        return order(a, b);
    }
    const struct seat_card *x = &s->cards[a - 1], *y = &s->cards[b - 1];
    int by = sort == SORT_VENDOR  ? strcasecmp(x->vendor, y->vendor)
             : sort == SORT_MODEL ? strcasecmp(x->model_family, y->model_family)
                                  : strcasecmp(x->jurisdiction, y->jurisdiction);
    return by != 0 ? by : order(a, b);
}

static uint64_t rank_of(const struct scene *s, uint16_t seat)
{
    unsigned rank = FLAG_RANKS;
    for (size_t i = 0; i < s->flag_count; i++) {
        if (s->flags[i]->seat == seat && s->flags[i]->state != FLAG_CLEARED) {
            unsigned own = flag_rank(s->flags[i]);
            rank = own < rank ? own : rank;
        }
    }
    return rank;
}

int seat_compare(const struct view_context *ctx, uint16_t a, uint16_t b)
{
    const struct scene *s = ctx->scene;
    const struct scene_seat *x = &s->seat[a - 1], *y = &s->seat[b - 1];
    switch ((enum seat_sort)ctx->state->panes[0].sort) {
    case SORT_SEAT:
        return order(a, b);
    case SORT_NAME:
        return order_names(s, a, b);
    case SORT_VIEW:
        return order(x->view, y->view);
    case SORT_HEIGHT:
        return order(x->height, y->height);
    case SORT_AGE:
        return order_down(seat_age(ctx, x), seat_age(ctx, y));
    case SORT_TRIP:
        return order_down(x->round_trip_ms, y->round_trip_ms);
    case SORT_AGREEMENT:
        return order(seat_agreement(x), seat_agreement(y));
    case SORT_MISSED:
        return order_down(x->totals_known ? x->missed : UNKNOWN,
                          y->totals_known ? y->missed : UNKNOWN);
    case SORT_FLAGS:
        return order(rank_of(s, a), rank_of(s, b));
    case SORT_VENDOR:
    case SORT_MODEL:
    case SORT_JURISDICTION:
        return order_cards(s, (enum seat_sort)ctx->state->panes[0].sort, a, b);
    case SORT_COUNT:
        break;
    }
    return order(a, b);
}
