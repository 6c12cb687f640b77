/* SPDX-License-Identifier: ISC */
/*
 * The writes of a transaction as a list of bytes, to be done again: where the map was too
 * small, and from the write-ahead log. An entry is
 *
 *   table[1], deletion[1], size of the key[1], zero[1], size of the value[4, least
 *   significant first], key, value with its checksum
 */
#ifndef CONCLAVE_LEDGER_STORE_LOG_H
#define CONCLAVE_LEDGER_STORE_LOG_H

#include "ledger/store.h"

struct log_entry {
    enum store_table table;
    bool is_deletion;
    struct slice key;
    struct slice value; /* checksum included; nothing in a deletion */
    size_t size;        /* of the entry */
};

/* sum: the checksum of value, of STORE_SUM_BYTES; NULL: the entry is a deletion. */
void log_put(struct buffer *log, enum store_table table, struct slice key,
             const uint8_t *sum, struct slice value);
/* The entry at the beginning of log. 0, or CONCLAVE_ECORRUPT where there is none. */
int log_get(struct slice log, struct log_entry *out);
/* Whether there is nothing but entries: 0 or CONCLAVE_ECORRUPT. */
int log_check(struct slice log);

#endif
