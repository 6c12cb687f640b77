/* SPDX-License-Identifier: ISC */
/*
 * A directory that conclave publish keeps, judged by the charter: the checkpoint's
 * signatures; the tree computed again from the entries; each tile, bundle, page and row
 * against them. It takes as much memory for any number of decisions.
 */
#ifndef CONCLAVE_VERIFIER_PUBLISHED_H
#define CONCLAVE_VERIFIER_PUBLISHED_H

#include "publish/site.h"
#include "tlog/tile_read.h"
#include "verify/log.h"
#include "verify/verify.h"

enum published_check {
    PUBLISHED_CHARTER,
    PUBLISHED_CHECKPOINT,
    PUBLISHED_ENTRIES,
    PUBLISHED_TILES,
    PUBLISHED_PROOFS,
    PUBLISHED_INDEX,
    PUBLISHED_PAGES,
};
enum { PUBLISHED_CHECKS = PUBLISHED_PAGES + 1, PUBLISHED_FAULTS = 16 };
const char *published_check_name(enum published_check check); /* "charter", ... */

struct published {
    /* Set by the caller. */
    const struct charter *charter;
    const struct checkpoint_council *council;
    const char *path;
    /* A bundle of a quorum that stands for another tree than the entries: a rewritten
     * history. name is that of its file in the directory. */
    void (*odd)(void *context, const char *name, const struct proof *proof,
                const struct verify_report *report);
    void (*progress)(void *context, const char *stage, uint64_t done, uint64_t total);
    void *context;

    /* Found. */
    bool holds;
    bool is_checked[PUBLISHED_CHECKS];
    uint64_t faults_of[PUBLISHED_CHECKS]; /* how many; 0 where it holds */
    char *faults[PUBLISHED_FAULTS];       /* the first of all, each with its file */
    enum published_check fault_checks[PUBLISHED_FAULTS];
    size_t fault_count; /* of those kept */
    uint64_t files, bytes, signatures;
    uint64_t decisions; /* whose bundles were judged */
    bool has_checkpoint;
    struct bytes *note_bytes;
    struct verify_note note; /* where has_checkpoint: a quorum's */
    bool has_tree;           /* the files lead to the checkpoint, so that, */
    struct tree_source tree; /* until published_clear, nodes can be asked for */

    struct site site;
    struct tile_reader reader;
};

/* Judges all of it. */
void published_judge(struct published *p);
void published_clear(struct published *p);

#endif
