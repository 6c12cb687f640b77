/* SPDX-License-Identifier: ISC */
/*
 * Greedy first, or the largest of one kind where those are fewer: there is an answer, if
 * not always the smallest. Then sets of each size from the least that could do up to one
 * fewer than that answer are searched, depth first, the greatest gain first; a branch ends
 * where even the greatest gains that are left, were they disjoint, could not reach the
 * number.
 */
#include "charter/diversity_cover.h"

#include <stdlib.h>

/* A group, and how many seats it would add to those taken. */
struct gain {
    uint16_t group, seats;
};

struct search {
    const struct diversity *d;
    unsigned need;
    unsigned most; /* groups of a set */
    unsigned steps;
    uint16_t groups[SEATS_MAX];
};

static int by_gain(const void *a, const void *b)
{
    const struct gain *x = a, *y = b;
    return x->seats != y->seats ? (x->seats < y->seats ? 1 : -1)
                                : (int)x->group - (int)y->group;
}

/* Those of the groups that add seats, the most first. */
static size_t gains_of(const struct diversity *d, const struct seat_set *taken,
                       const struct gain *from, size_t count, struct gain *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned seats = seat_set_count_beyond(&d->groups[from[i].group].seats, taken);
        if (seats > 0) {
            out[kept++] = (struct gain){from[i].group, (uint16_t)seats};
        }
    }
    qsort(out, kept, sizeof(*out), by_gain);
    return kept;
}

/* At most what so many of the groups from this one on add. */
static unsigned bound_of(const struct gain *gains, size_t count, size_t from, unsigned most)
{
    unsigned sum = 0;
    for (size_t i = from; i < count && i - from < most; i++) {
        sum += gains[i].seats;
    }
    return sum;
}

/* Whether the groups taken, and some of these, are a set that does. */
static bool search(struct search *s, const struct seat_set *taken, unsigned depth,
                   const struct gain *from, size_t count)
{
    unsigned have = seat_set_count(taken), left = s->most - depth;
    struct gain gains[DIVERSITY_KINDS * SEATS_MAX];
    if (have >= s->need) {
        return true;
    }
    count = gains_of(s->d, taken, from, count, gains);
    for (size_t i = 0; i < count && left > 0; i++) {
        if (have + bound_of(gains, count, i, left) < s->need || s->steps == 0) {
            return false;
        }
        struct seat_set more = *taken;
        seat_set_add_all(&more, &s->d->groups[gains[i].group].seats);
        s->groups[depth] = gains[i].group;
        s->steps--;
        if (search(s, &more, depth + 1, gains + i + 1, count - i - 1)) {
            return true;
        }
    }
    return false;
}

static size_t all_groups(const struct diversity *d, struct gain *out)
{
    const struct seat_set none = {{0}};
    size_t count = d->first[DIVERSITY_KINDS];
    for (size_t i = 0; i < count; i++) {
        out[i] = (struct gain){(uint16_t)i, 0};
    }
    return gains_of(d, &none, out, count, out);
}

static void take_greedily(const struct diversity *d, const struct gain *all, size_t count,
                          struct diversity_set *out)
{
    struct gain gains[DIVERSITY_KINDS * SEATS_MAX];
    struct seat_set taken = {{0}};
    while (seat_set_count(&taken) < out->need) {
        (void)gains_of(d, &taken, all, count, gains);
        out->groups[out->count++] = gains[0].group;
        seat_set_add_all(&taken, &d->groups[gains[0].group].seats);
    }
}

/* One kind alone may do with fewer. */
static void take_one_kind(const struct diversity *d, struct diversity_set *out)
{
    for (unsigned kind = 0; kind < DIVERSITY_KINDS; kind++) {
        struct diversity_set set;
        diversity_smallest(d, kind, out->need, &set);
        if (set.count < out->count) {
            *out = set;
        }
    }
}

/* The least that could do, were no seats in two groups. */
static uint16_t least_of(const struct gain *all, size_t count, unsigned need)
{
    uint16_t least = 1;
    while (bound_of(all, count, 0, least) < need) {
        least++;
    }
    return least;
}

static void count_seats(const struct diversity *d, struct diversity_set *out)
{
    struct seat_set taken = {{0}};
    for (uint16_t i = 0; i < out->count; i++) {
        seat_set_add_all(&taken, &d->groups[out->groups[i]].seats);
    }
    out->seats = (uint16_t)seat_set_count(&taken);
}

void diversity_cover(const struct diversity *d, struct diversity_set *out)
{
    struct gain all[DIVERSITY_KINDS * SEATS_MAX];
    const struct seat_set none = {{0}};
    size_t count = all_groups(d, all);
    struct search s = {.d = d, .need = out->need, .steps = DIVERSITY_STEPS};
    take_greedily(d, all, count, out);
    take_one_kind(d, out);
    out->at_least = least_of(all, count, out->need);
    while (out->at_least < out->count) {
        s.most = out->at_least;
        if (search(&s, &none, 0, all, count)) {
            out->count = out->at_least;
            for (uint16_t i = 0; i < out->count; i++) {
                out->groups[i] = s.groups[i];
            }
        } else if (s.steps == 0) {
            break;
        } else {
            out->at_least++;
        }
    }
    out->exact = out->at_least == out->count;
    count_seats(d, out);
}
