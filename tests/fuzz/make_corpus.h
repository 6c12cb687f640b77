/* SPDX-License-Identifier: ISC */
/* The parts of make_corpus. */
#ifndef CONCLAVE_TESTS_MAKE_CORPUS_H
#define CONCLAVE_TESTS_MAKE_CORPUS_H

#include "base/bytes.h"

/* Writes the file NAME of a corpus, and empties the buffer. */
void corpus_store(const char *corpus, const char *name, struct buffer *b);

/* Messages with blanks for fuzz_authenticate. */
void corpus_authenticate(void);
/* The values that only the ledger encodes. */
void corpus_values(void);

#endif
