/* SPDX-License-Identifier: ISC */
/* LMDB's functions as the store calls them, wrapped by the linker (-Wl,--wrap): those that
 * may fail by its documentation do, with the error that is usual for them. */
#include "faults.h"

#include <errno.h>
#include <lmdb.h>

#define WRAPPED(name, error, parameters, arguments)                                        \
    int __real_##name parameters;                                                          \
    int __wrap_##name parameters;                                                          \
    int __wrap_##name parameters                                                           \
    {                                                                                      \
        bool works;                                                                        \
        if (!fault_strikes(FAULT_LMDB, &works)) {                                          \
            return __real_##name arguments;                                                \
        }                                                                                  \
        return error;                                                                      \
    }

WRAPPED(mdb_env_create, ENOMEM, (MDB_env * *env), (env))
WRAPPED(mdb_env_set_maxdbs, EINVAL, (MDB_env * env, MDB_dbi dbs), (env, dbs))
WRAPPED(mdb_env_set_mapsize, ENOMEM, (MDB_env * env, size_t size), (env, size))
WRAPPED(mdb_env_open, EIO, (MDB_env * env, const char *path, unsigned flags, mode_t mode),
        (env, path, flags, mode))
WRAPPED(mdb_env_get_fd, EINVAL, (MDB_env * env, mdb_filehandle_t *fd), (env, fd))
WRAPPED(mdb_reader_check, EIO, (MDB_env * env, int *dead), (env, dead))
WRAPPED(mdb_txn_begin, MDB_READERS_FULL,
        (MDB_env * env, MDB_txn *parent, unsigned flags, MDB_txn **txn),
        (env, parent, flags, txn))
WRAPPED(mdb_txn_renew, MDB_PANIC, (MDB_txn * txn), (txn))
WRAPPED(mdb_dbi_open, MDB_DBS_FULL,
        (MDB_txn * txn, const char *name, unsigned flags, MDB_dbi *dbi),
        (txn, name, flags, dbi))
WRAPPED(mdb_get, EIO, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data),
        (txn, dbi, key, data))
WRAPPED(mdb_put, MDB_TXN_FULL,
        (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags),
        (txn, dbi, key, data, flags))
WRAPPED(mdb_del, ENOMEM, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data),
        (txn, dbi, key, data))
WRAPPED(mdb_cursor_open, ENOMEM, (MDB_txn * txn, MDB_dbi dbi, MDB_cursor **cursor),
        (txn, dbi, cursor))
WRAPPED(mdb_cursor_get, MDB_CORRUPTED,
        (MDB_cursor * cursor, MDB_val *key, MDB_val *data, MDB_cursor_op op),
        (cursor, key, data, op))

/* A commit that fails has ended the transaction, and may have made it durable. */
int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn)
{
    bool works;
    if (!fault_strikes(FAULT_LMDB, &works)) {
        return __real_mdb_txn_commit(txn);
    }
    if (works) {
        (void)__real_mdb_txn_commit(txn);
    } else {
        mdb_txn_abort(txn);
    }
    return EIO;
}
