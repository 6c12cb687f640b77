/* SPDX-License-Identifier: ISC */
#include "verify/history.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

enum relation { NOTHING, BEGINNING, CONFLICT, BROKEN };

void history_free(struct history *h)
{
    free(h->points);
    *h = (struct history){.points = NULL};
}

struct history_point *history_add(struct history *h, const char *name, uint64_t size,
                                  const struct hash *root)
{
    h->points = alloc_resize(h->points, h->count + 1, sizeof(*h->points));
    struct history_point *p = &h->points[h->count++];
    *p = (struct history_point){.name = name, .size = size, .root = *root};
    return p;
}

static bool is_same(const struct hash *a, const struct hash *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* The hashes lead to b's root whatever a is: then they are of b's tree, and so is the root
 * that they begin with. Where a's size is a power of two they do not hold that root, and
 * damage cannot be told from another tree. */
static enum relation compare_growth(const struct history_point *a,
                                    const struct history_point *b)
{
    const struct tlog_proof *p = b->growth;
    struct hash first, second;
    if (merkle_grow(a->size, b->size, &a->root, p->hashes, p->length, &first, &second) !=
            0 ||
        !is_same(&second, &b->root)) {
        return BROKEN;
    }
    return is_same(&first, &a->root) ? BEGINNING : CONFLICT;
}

static enum relation compare_tree(const struct history_point *a,
                                  const struct history_point *b)
{
    struct hash root;
    if (tree_root(b->tree, a->size, &root) != 0) {
        return NOTHING;
    }
    return is_same(&root, &a->root) ? BEGINNING : CONFLICT;
}

/* Whether a is the beginning of b. */
static enum relation compare(const struct history_point *a, const struct history_point *b)
{
    if (a->size > b->size) {
        return NOTHING;
    }
    if (a->size == b->size) {
        return is_same(&a->root, &b->root) ? BEGINNING : CONFLICT;
    }
    if (a->size == 0) {
        return BEGINNING;
    }
    if (b->tree != NULL) {
        return compare_tree(a, b);
    }
    return b->growth != NULL && b->growth->number == a->size ? compare_growth(a, b)
                                                             : NOTHING;
}

/* Where a has the leaves it has the tree that b's growth begins with, too. */
static bool shows_beginning(const struct history_point *a, const struct history_point *b)
{
    struct history_point first = {.size = b->growth->number};
    return a->tree != NULL && a->size >= first.size &&
           tree_root(a->tree, first.size, &first.root) == 0 &&
           compare_growth(&first, b) == BEGINNING;
}

static void judge_growth(const struct history_point *a, struct history_point *b,
                         enum relation r)
{
    if (b->growth != NULL && !b->is_grown) {
        b->is_grown =
            (r == BEGINNING && b->growth->number == a->size) || shows_beginning(a, b);
    }
}

/* Of each point the first one with which it conflicts. */
static bool find_conflicts(struct history *h)
{
    bool found = false;
    for (size_t i = 0; i < h->count; i++) {
        for (size_t j = 0; j < h->count; j++) {
            struct history_point *a = &h->points[i], *b = &h->points[j];
            enum relation r = i != j ? compare(a, b) : NOTHING;
            if (r == CONFLICT) {
                found = true;
                a->against = a->verdict == HISTORY_CONFLICTS ? a->against : j;
                b->against = b->verdict == HISTORY_CONFLICTS ? b->against : i;
                a->verdict = b->verdict = HISTORY_CONFLICTS;
            }
            b->is_broken = b->is_broken || r == BROKEN;
            judge_growth(a, b, r);
        }
    }
    return found;
}

/* --- without conflicts --- */

/* Marks all to which `from` leads, or with backwards all that lead to it. */
static void spread(const struct history *h, size_t from, bool backwards, bool *reached)
{
    size_t *queue = alloc_zero(h->count, sizeof(*queue)), head = 0, tail = 0;
    memset(reached, 0, h->count * sizeof(*reached));
    reached[from] = true;
    queue[tail++] = from;
    while (head < tail) {
        const struct history_point *at = &h->points[queue[head++]];
        for (size_t i = 0; i < h->count; i++) {
            const struct history_point *p = &h->points[i];
            if (!reached[i] &&
                compare(backwards ? p : at, backwards ? at : p) == BEGINNING) {
                reached[i] = true;
                queue[tail++] = i;
            }
        }
    }
    free(queue);
}

static size_t largest(const struct history *h, const bool *among)
{
    size_t best = HISTORY_NONE;
    for (size_t i = 0; i < h->count; i++) {
        const struct history_point *p = &h->points[i];
        if (p->is_checkpoint && (among == NULL || among[i]) &&
            (best == HISTORY_NONE || p->size > h->points[best].size)) {
            best = i;
        }
    }
    return best;
}

size_t history_judge(struct history *h)
{
    bool *reached = alloc_zero(h->count + 1, sizeof(*reached));
    size_t newest = HISTORY_NONE;
    bool conflicts = find_conflicts(h);
    if (h->has_remembered) {
        spread(h, 0, false, reached);
        newest = largest(h, reached);
    } else {
        newest = largest(h, NULL);
    }
    if (newest != HISTORY_NONE) {
        spread(h, newest, true, reached);
        for (size_t i = 0; i < h->count; i++) {
            struct history_point *p = &h->points[i];
            p->verdict = p->verdict == HISTORY_UNCOMPARED && reached[i] ? HISTORY_AGREES
                                                                        : p->verdict;
        }
    }
    free(reached);
    return conflicts ? HISTORY_NONE : newest;
}

unsigned history_signed_both(const struct history_point *a, const struct history_point *b,
                             bool both[SEATS_MAX])
{
    unsigned count = 0;
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        both[i] = a->is_signed[i] && b->is_signed[i];
        count += both[i];
    }
    return count;
}
