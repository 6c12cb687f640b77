/* SPDX-License-Identifier: ISC */
/*
 * Proofs as text. Inclusion is https://c2sp.org/tlog-proof@v1: who holds the leaf learns
 * that the log has it at this index. Consistency is a first line of ours and then the
 * request by which https://c2sp.org/tlog-witness is shown a new checkpoint: who remembers
 * the tree of the old size learns that the new one extends it. Either ends with a whole
 * checkpoint note, which is to be verified first (tlog/checkpoint.h).
 */
#ifndef CONCLAVE_TLOG_TLOG_PROOF_H
#define CONCLAVE_TLOG_TLOG_PROOF_H

#include "hash/merkle.h"
#include "tlog/checkpoint.h"

#define TLOG_PROOF_FIRST       "c2sp.org/tlog-proof@v1"
#define TLOG_CONSISTENCY_FIRST "conclave/1/consistency"

enum { TLOG_HASHES_MAX = 63 };

struct tlog_proof {
    bool is_inclusion;
    bool has_extra;
    struct buffer extra; /* of an inclusion: bytes that nothing vouches for */
    uint64_t number;     /* index of the leaf, or the old size */
    size_t length;       /* <= TLOG_HASHES_MAX */
    struct hash hashes[MERKLE_PATH_MAX]; /* as tree_path and tree_consistency give them */
    struct slice note;                   /* the checkpoint, signatures included */
};

/* Either kind. note points into text, its shape is not checked yet. 0; CONCLAVE_ELIMIT for
 * more hashes than a proof has, _EFORMAT; why names the line. The caller ends with
 * tlog_proof_clear in any case. */
int tlog_proof_parse(struct slice text, struct tlog_proof *out, struct complaint *why);
void tlog_proof_encode(struct buffer *out, const struct tlog_proof *p);
void tlog_proof_clear(struct tlog_proof *p);

/* Whether an inclusion leads from the leaf's hash to the root of the checkpoint. 0,
 * CONCLAVE_EINVAL for the other kind, or _ESIG. */
int tlog_proof_verify(const struct tlog_proof *p, const struct hash *leaf,
                      const struct checkpoint *checkpoint);
/* Whether a consistency leads from what is remembered to the checkpoint. 0; CONCLAVE_EINVAL
 * for the other kind and another old size than the one remembered, _ESIG. */
int tlog_consistency_verify(const struct tlog_proof *p, uint64_t old_size,
                            const struct hash *old_root,
                            const struct checkpoint *checkpoint);

#endif
