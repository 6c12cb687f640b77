/* SPDX-License-Identifier: ISC */
#include "patterns/inside.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* Groups while they are joined: lists of seats, each in the place of its lowest seat. */
struct joining {
    uint16_t n;
    int64_t *sums;                             /* between two groups, of all their pairs */
    uint16_t size[SEATS_MAX];                  /* 0: it was joined to another */
    uint16_t next[SEATS_MAX], last[SEATS_MAX]; /* of the list; next 0: its end */
};

static int64_t *sum_of(const struct joining *j, uint16_t a, uint16_t b)
{
    return &j->sums[(size_t)a * j->n + b];
}

/* Whether sum over pairs is more, in the mean, than best over best_pairs. */
static bool is_more(int64_t sum, int64_t pairs, int64_t best, int64_t best_pairs)
{
    return best_pairs == 0 || sum * best_pairs > best * pairs;
}

/* The two groups that are most alike, the lowest first of equals. False: no two are left
 * that are alike enough. */
static bool find_best(const struct joining *j, int32_t least, uint16_t *a, uint16_t *b)
{
    int64_t best = 0, best_pairs = 0;
    for (uint16_t i = 0; i < j->n; i++) {
        for (uint16_t k = (uint16_t)(i + 1); j->size[i] > 0 && k < j->n; k++) {
            int64_t pairs = (int64_t)j->size[i] * j->size[k];
            int64_t sum = *sum_of(j, i, k);
            if (pairs > 0 && sum >= pairs * least &&
                is_more(sum, pairs, best, best_pairs)) {
                best = sum;
                best_pairs = pairs;
                *a = i;
                *b = k;
            }
        }
    }
    return best_pairs > 0;
}

static void join(struct joining *j, uint16_t a, uint16_t b)
{
    for (uint16_t k = 0; k < j->n; k++) {
        *sum_of(j, a, k) += *sum_of(j, b, k);
        *sum_of(j, k, a) = *sum_of(j, a, k);
    }
    j->size[a] = (uint16_t)(j->size[a] + j->size[b]);
    j->size[b] = 0;
    j->next[j->last[a]] = (uint16_t)(b + 1);
    j->last[a] = j->last[b];
}

static void list_groups(const struct joining *j, struct clusters *out)
{
    uint16_t at = 0;
    for (uint16_t i = 0; i < j->n; i++) {
        bool is_group = j->size[i] > 1;
        out->count = (uint16_t)(out->count + is_group);
        for (uint16_t s = j->size[i] > 0 ? (uint16_t)(i + 1) : 0; s != 0;
             s = j->next[s - 1]) {
            out->order[at++] = s;
            out->of[s - 1] = is_group ? out->count : 0;
        }
    }
}

void clusters_find(const int32_t *likeness, uint16_t n, int32_t least, struct clusters *out)
{
    struct joining *j = alloc_zero(1, sizeof(*j));
    uint16_t a = 0, b = 0;
    memset(out, 0, sizeof(*out));
    j->n = n;
    j->sums = alloc_zero((size_t)n * n, sizeof(*j->sums));
    for (uint16_t i = 0; i < n; i++) {
        j->size[i] = 1;
        j->last[i] = i;
        for (uint16_t k = 0; k < n; k++) {
            *sum_of(j, i, k) = likeness[(size_t)i * n + k];
        }
    }
    while (find_best(j, least, &a, &b)) {
        join(j, a, b);
    }
    list_groups(j, out);
    free(j->sums);
    free(j);
}
