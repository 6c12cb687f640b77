/* SPDX-License-Identifier: ISC */
/*
 * Council arithmetic, conclave-protocol(7) section 1. The only place where
 * these numbers are computed. n is the number of seats, 4..128.
 */
#ifndef CONCLAVE_BASE_QUORUM_H
#define CONCLAVE_BASE_QUORUM_H

#include <stdint.h>

/* Byzantine seats tolerated: floor((n - 1) / 3). */
unsigned quorum_faulty(unsigned n);
/* Consensus quorum q: floor((n + f) / 2) + 1. Two of them share more than f seats. */
unsigned quorum_size(unsigned n);
/* Weak quorum w: f + 1, at least one correct seat. */
unsigned quorum_weak(unsigned n);
/* Default threshold of a decision: ceil(2n / 3). */
unsigned quorum_default_threshold(unsigned n);
/* So many silent seats stop the ordering of blocks: the others are no quorum. n - q + 1. */
unsigned quorum_stop(unsigned n);
/* So many seats that lie can have two blocks certified at one height: two quorums may have
 * no others in common. 2q - n. */
unsigned quorum_fork(unsigned n);
/* So many seats that do not approve keep a proposal with this threshold from approval. */
unsigned quorum_veto(unsigned n, unsigned threshold);
/* The primary of a view: seat 1 + (view mod n), section 6. */
uint16_t quorum_primary(unsigned n, uint64_t view);

#endif
