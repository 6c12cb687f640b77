/* SPDX-License-Identifier: ISC */
/* What the files of the LMDB wrapper share. */
#ifndef CONCLAVE_LEDGER_STORE_PRIVATE_H
#define CONCLAVE_LEDGER_STORE_PRIVATE_H

#include "ledger/store.h"
#include "ledger/wal.h"

#include <lmdb.h>

enum { STORE_SUM_BYTES = 8 };

struct store {
    MDB_env *env;
    MDB_dbi tables[STORE_TABLES];
    bool missing[STORE_TABLES];
    bool making; /* the open write transaction, or the next, makes what is missing */
    bool copy;   /* opened as STORE_COPY */
    uint64_t format;
    MDB_txn *writer;   /* the open write transaction, or NULL */
    MDB_txn *reader;   /* reset between reads, so that it pins no pages */
    unsigned held;     /* of store_hold; the snapshot is there while not 0 */
    bool holds;        /* that a snapshot of the reader is open */
    struct buffer log; /* the writes of the open transaction, in order: store_log.h */
    size_t durable;    /* so much of them is in the write-ahead log */
    struct wal *wal;   /* NULL: each commit is the transaction's */
    bool wal_named;    /* by the environment, durably */
    bool wal_lost;     /* the one that the environment named at opening */
    int error;
    uint64_t commits;
    uint64_t settlings;
    uint64_t last_commit_us;
};

int store_translate(int rc);
/* An error of LMDB. */
int store_open_table(struct store *s, MDB_txn *txn, enum store_table table, bool create);
/* Table meta, and from it whether this is a finished store of a format that this build
 * reads. An error of LMDB, and ours in *error. */
int store_read_format(struct store *s, MDB_txn *txn, enum store_mode mode, int *error);
bool store_may_lack(const struct store *s, enum store_table table);
/* Why a store cannot be opened; rc: what LMDB or the system said. Returns error. */
int store_complain(const char *dir, const struct store *s, int error, int rc,
                   struct complaint *why);
/* The same of the write-ahead log, with errno. */
int store_complain_wal(const char *dir, int error, struct complaint *why);
/* Sees to it that all pages that the store has lie within the file. 0 or an error of LMDB
 * or the system; who may not write is told MDB_CORRUPTED. */
int store_fill_up(const struct store *s, bool may_write);
/* Remembers an error of LMDB. */
void store_fail_rc(struct store *s, int rc);
/* Throws the transaction away, enlarges the map and does everything in the log again. An
 * error of LMDB. */
int store_grow(struct store *s);
/* Does what was added to the log at `at`; store_fail where it cannot be done. */
void store_carry_out(struct store *s, size_t at);
/* The transaction to read in: the writer where there is one. End it with
 * store_read_end. Returns 0 or a CONCLAVE_E* code. */
int store_read_begin(struct store *s, MDB_txn **txn);
void store_read_end(struct store *s);
/* What a write-ahead log holds that the environment names goes into it. Ours, with the
 * complaint. */
int store_replay(struct store *s, const char *dir, struct complaint *why);
/* The first STORE_SUM_BYTES of a hash of the value. */
void store_sum(uint8_t out[STORE_SUM_BYTES], struct slice value);

#endif
