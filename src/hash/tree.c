/* SPDX-License-Identifier: ISC */
#include "hash/tree.h"

#include <assert.h>

/* Leaves from..from + count; from is a multiple of every power of two up to count. */
struct range {
    uint64_t from, count;
};

/* RFC 6962 splits at the largest power of two below count, which is at least 2. */
static unsigned split_level(uint64_t count)
{
    return 63U - (unsigned)__builtin_clzll(count - 1);
}

static struct range left_of(struct range r)
{
    return (struct range){r.from, (uint64_t)1 << split_level(r.count)};
}

static struct range right_of(struct range r)
{
    uint64_t left = (uint64_t)1 << split_level(r.count);
    return (struct range){r.from + left, r.count - left};
}

/* Only a right half can be ragged, so this goes down one side. */
static int range_hash(const struct tree_source *s, struct range r, struct hash *out)
{
    struct hash lefts[MERKLE_PATH_MAX];
    size_t depth = 0;
    int error = 0;
    while (error == 0 && (r.count & (r.count - 1)) != 0) {
        struct range left = left_of(r);
        unsigned level = split_level(r.count);
        error = s->node(s->context, level, left.from >> level, &lefts[depth++]);
        r = right_of(r);
    }
    if (error == 0) {
        unsigned level = (unsigned)__builtin_ctzll(r.count);
        error = s->node(s->context, level, r.from >> level, out);
    }
    while (error == 0 && depth > 0) {
        *out = merkle_node(&lefts[--depth], out);
    }
    return error;
}

int tree_root(const struct tree_source *s, uint64_t count, struct hash *out)
{
    if (count == 0) {
        *out = merkle_root(NULL, 0);
        return 0;
    }
    return range_hash(s, (struct range){0, count}, out);
}

/* Walking down meets the hashes from the root to the leaf; a path runs the other way. */
static void turn_round(struct hash *list, size_t length)
{
    for (size_t i = 0; i < length / 2; i++) {
        struct hash other = list[i];
        list[i] = list[length - 1 - i];
        list[length - 1 - i] = other;
    }
}

int tree_path(const struct tree_source *s, uint64_t index, uint64_t count,
              struct hash path[MERKLE_PATH_MAX], size_t *length)
{
    struct range r = {0, count};
    int error = 0;
    assert(index < count);
    *length = 0;
    while (error == 0 && r.count > 1) {
        struct range left = left_of(r), right = right_of(r);
        bool goes_left = index < right.from;
        error = range_hash(s, goes_left ? right : left, &path[(*length)++]);
        r = goes_left ? left : right;
    }
    turn_round(path, *length);
    return error;
}

int tree_consistency(const struct tree_source *s, uint64_t first, uint64_t second,
                     struct hash proof[MERKLE_PATH_MAX], size_t *length)
{
    struct range r = {0, second};
    bool is_whole = true; /* the first tree is all of r, and its root known */
    int error = 0;
    assert(first <= second);
    *length = 0;
    if (first == 0) {
        return 0;
    }
    while (error == 0 && r.from + r.count != first) {
        struct range left = left_of(r), right = right_of(r);
        bool goes_left = first <= right.from;
        error = range_hash(s, goes_left ? right : left, &proof[(*length)++]);
        is_whole = is_whole && goes_left;
        r = goes_left ? left : right;
    }
    if (error == 0 && !is_whole) {
        error = range_hash(s, r, &proof[(*length)++]);
    }
    turn_round(proof, *length);
    return error;
}
