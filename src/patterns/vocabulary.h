/* SPDX-License-Identifier: ISC */
/* The words of phrases.h, to be looked up by their bytes. */
#ifndef CONCLAVE_PATTERNS_VOCABULARY_H
#define CONCLAVE_PATTERNS_VOCABULARY_H

#include "patterns/instructions.h"
#include "patterns/phrases.h"

enum { KNOWN_MAX = 32 }; /* bytes of a word */

/* The hash of a word is on the way to that of a longer one: from VOCABULARY_HASH on, with
 * each of its bytes. */
#define VOCABULARY_HASH UINT32_C(2166136261)
uint32_t vocabulary_hash(uint32_t hash, const char *bytes, size_t size);
/* What a word means; 0: it is not known. */
meanings vocabulary_find(const struct vocabulary *v, uint32_t hash, const char *bytes,
                         size_t size);

#endif
