/* SPDX-License-Identifier: ISC */
/*
 * Doubles put in front of crypto/sign.h and base/quorum.h at link time (--wrap, see
 * tests/lib/cluster/Makefile.inc): everything of crypto/authenticate.c is the real one,
 * only the signature itself is a keyed hash while double_signatures is set.
 */
#ifndef CONCLAVE_TESTS_CLUSTER_DOUBLE_H
#define CONCLAVE_TESTS_CLUSTER_DOUBLE_H

#include <stdbool.h>

/* Whether signatures are hashes instead of Ed25519. */
extern bool double_signatures;
/* What quorum_size gives instead of the truth; 0: the truth. */
extern unsigned double_quorum;

#endif
