/* SPDX-License-Identifier: ISC */
#include "older.h"

#include "ledger/store_private.h"

#include <string.h>

static int put_format(MDB_txn *txn, MDB_dbi meta, uint8_t format)
{
    uint8_t bytes[STORE_SUM_BYTES + 1];
    store_sum(bytes, slice_of(&format, 1));
    bytes[STORE_SUM_BYTES] = format;
    MDB_val key = {6, (void *)(uintptr_t) "format"};
    MDB_val value = {sizeof(bytes), bytes};
    return mdb_put(txn, meta, &key, &value, 0);
}

static int drop(MDB_txn *txn, const char *name)
{
    MDB_dbi table;
    int rc = mdb_dbi_open(txn, name, 0, &table);
    return rc == 0 ? mdb_drop(txn, table, 1) : rc == MDB_NOTFOUND ? 0 : rc;
}

static int change(MDB_env *env, uint8_t format, unsigned keeps)
{
    MDB_txn *txn = NULL;
    MDB_dbi meta;
    MDB_val standing = {8, (void *)(uintptr_t) "standing"};
    int rc = mdb_txn_begin(env, NULL, 0, &txn);
    rc = rc == 0 ? mdb_dbi_open(txn, "meta", 0, &meta) : rc;
    rc = rc == 0 ? put_format(txn, meta, format) : rc;
    if (rc == 0 && (keeps & OLDER_STANDING) == 0) {
        rc = mdb_del(txn, meta, &standing, NULL);
        rc = rc == MDB_NOTFOUND ? 0 : rc;
    }
    if (rc == 0 && (keeps & OLDER_FLAGS) == 0) {
        rc = drop(txn, "flags");
    }
    if (rc == 0 && (keeps & OLDER_PROOFS) == 0) {
        rc = drop(txn, "effects");
        rc = rc == 0 ? drop(txn, "tree") : rc;
    }
    if (rc == 0 && (keeps & OLDER_DEEDS) == 0) {
        rc = drop(txn, "deeds");
    }
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc;
    }
    return mdb_txn_commit(txn);
}

int older_make(const char *dir, uint8_t format, unsigned keeps)
{
    MDB_env *env = NULL;
    int rc = mdb_env_create(&env);
    rc = rc == 0 ? mdb_env_set_maxdbs(env, 4) : rc;
    rc = rc == 0 ? mdb_env_open(env, dir, 0, 0600) : rc;
    rc = rc == 0 ? change(env, format, keeps) : rc;
    mdb_env_close(env);
    return rc;
}
