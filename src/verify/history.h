/* SPDX-License-Identifier: ISC */
/*
 * One history or several: trees of decisions that a quorum signed, and whether each is the
 * beginning of the others. Pure; who gives it points has judged them.
 *
 * Two trees are compared by their roots where they are of one size; else by the larger
 * one's leaves where they are there, or by a proof that came with it. That a tree is the
 * beginning of another carries over, so that each need only lead to the newest.
 */
#ifndef CONCLAVE_VERIFY_HISTORY_H
#define CONCLAVE_VERIFY_HISTORY_H

#include "hash/tree.h"
#include "tlog/tlog_proof.h"

enum history_verdict {
    HISTORY_UNCOMPARED, /* nothing leads from it to the newest */
    HISTORY_AGREES,
    HISTORY_CONFLICTS,
};

struct history_point {
    const char *name; /* of what it came in, the caller's */
    uint64_t size;
    struct hash root;
    bool is_checkpoint; /* a note, which can be remembered; else the block of a bundle */
    bool is_signed[SEATS_MAX]; /* by seat i + 1 */
    /* NULL, or what compares it with smaller trees; the caller's. */
    const struct tree_source *tree;
    const struct tlog_proof *growth;

    enum history_verdict verdict;
    bool is_grown;  /* its growth leads from a tree that another point has, */
    bool is_broken; /* or proves nothing of the tree it says to begin with */
    size_t against; /* a point with which it conflicts */
};

struct history {
    struct history_point *points;
    size_t count;
    bool has_remembered; /* it is point 0 */
};

void history_free(struct history *h);
/* Appends one; those returned before may move. */
struct history_point *history_add(struct history *h, const char *name, uint64_t size,
                                  const struct hash *root);

#define HISTORY_NONE SIZE_MAX
/*
 * Gives each point its verdict. Returns the point that is to be remembered: the newest
 * checkpoint to which what was remembered leads, or where nothing was the largest;
 * HISTORY_NONE where there is none, or where anything conflicts.
 */
size_t history_judge(struct history *h);

/* Seats that signed both, into both[SEATS_MAX] by seat i + 1; returns how many. */
unsigned history_signed_both(const struct history_point *a, const struct history_point *b,
                             bool both[SEATS_MAX]);

#endif
