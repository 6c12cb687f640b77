/* SPDX-License-Identifier: ISC */
/* What the files of the queue share. */
#ifndef CONCLAVE_ALERT_QUEUE_PRIVATE_H
#define CONCLAVE_ALERT_QUEUE_PRIVATE_H

#include "alert/queue.h"

#include <lmdb.h>

enum table { TABLE_META, TABLE_FLAGS, TABLE_QUEUE, TABLES };

struct queue {
    MDB_env *env;
    MDB_dbi tables[TABLES];
    MDB_txn *txn; /* that writes, or NULL */
    int rc;       /* of LMDB, in it */
    struct queue_limits limits;
    size_t count, bytes;
    int lock; /* -1: not held */
};

#endif
