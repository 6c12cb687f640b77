/* SPDX-License-Identifier: ISC */
/* Reads: in the open write transaction, else in a snapshot that lasts one call, or from
 * store_hold to store_release. */
#include "ledger/store_private.h"

#include <string.h>

int store_read_begin(struct store *s, MDB_txn **txn)
{
    if (s->error != 0) {
        return s->error;
    }
    if (s->writer != NULL) {
        *txn = s->writer;
        return 0;
    }
    if (s->holds) {
        *txn = s->reader;
        return 0;
    }
    int rc;
    for (;;) {
        if (s->reader == NULL) {
            rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &s->reader);
        } else {
            rc = mdb_txn_renew(s->reader);
        }
        if (rc != MDB_MAP_RESIZED) {
            break;
        }
        /* The daemon beside this process enlarged the map: take its size. */
        rc = mdb_env_set_mapsize(s->env, 0);
        if (rc != 0) {
            break;
        }
    }
    *txn = s->reader;
    return store_translate(rc);
}

void store_read_end(struct store *s)
{
    if (s->writer == NULL && !s->holds) {
        mdb_txn_reset(s->reader);
    }
}

int store_hold(struct store *s)
{
    MDB_txn *txn;
    int error = 0;
    if (s->held++ == 0 && s->writer == NULL) {
        error = store_read_begin(s, &txn);
        s->holds = error == 0;
    }
    return error;
}

void store_release(struct store *s)
{
    if (--s->held == 0 && s->holds) {
        s->holds = false;
        mdb_txn_reset(s->reader);
    }
}

/* A copy of a value whose checksum is right. */
static int copy_value(const MDB_val *v, struct bytes **out)
{
    if (v->mv_size < STORE_SUM_BYTES) {
        return CONCLAVE_ECORRUPT;
    }
    const uint8_t *data = v->mv_data;
    struct slice value = slice_of(data + STORE_SUM_BYTES, v->mv_size - STORE_SUM_BYTES);
    uint8_t sum[STORE_SUM_BYTES];
    store_sum(sum, value);
    if (memcmp(sum, data, sizeof(sum)) != 0) {
        return CONCLAVE_ECORRUPT;
    }
    *out = bytes_copy(value);
    return 0;
}

int store_get(struct store *s, enum store_table table, struct slice key, struct bytes **out)
{
    MDB_txn *txn;
    int error = store_read_begin(s, &txn);
    if (error != 0) {
        return error;
    }
    MDB_val k = {key.size, (void *)(uintptr_t)key.data};
    MDB_val v;
    error = store_translate(mdb_get(txn, s->tables[table], &k, &v));
    if (error == 0) {
        error = copy_value(&v, out);
    }
    store_read_end(s);
    return error;
}

/* key serves MDB_SET_RANGE alone, and may lie in e, which is filled. */
static int seek(struct store *s, enum store_table table, MDB_cursor_op op, struct slice key,
                bool with_value, struct store_entry *e)
{
    MDB_txn *txn;
    MDB_cursor *cursor = NULL;
    MDB_val k = {key.size, (void *)(uintptr_t)key.data};
    MDB_val v;
    struct bytes *value = NULL;
    int error = store_read_begin(s, &txn);
    if (error == 0) {
        error = store_translate(mdb_cursor_open(txn, s->tables[table], &cursor));
        if (error == 0) {
            error = store_translate(mdb_cursor_get(cursor, &k, &v, op));
        }
        if (error == 0) {
            error = k.mv_size <= STORE_KEY_MAX ? 0 : CONCLAVE_ECORRUPT;
        }
        if (error == 0 && with_value) {
            error = copy_value(&v, &value);
        }
        if (error == 0) {
            bytes_unref(e->value);
            memcpy(e->key, k.mv_data, k.mv_size);
            e->key_size = k.mv_size;
            e->value = value;
        }
        if (cursor != NULL) {
            mdb_cursor_close(cursor);
        }
        store_read_end(s);
    }
    if (error != 0) {
        store_entry_clear(e);
    }
    return error;
}

static int seek_first(struct store *s, enum store_table table, struct slice least,
                      bool with_value, struct store_entry *e)
{
    /* LMDB knows no empty key; no key is below one zero byte. */
    static const uint8_t lowest = 0;
    return seek(s, table, MDB_SET_RANGE, least.size > 0 ? least : slice_of(&lowest, 1),
                with_value, e);
}

static int seek_next(struct store *s, enum store_table table, bool with_value,
                     struct store_entry *e)
{
    uint8_t after[STORE_KEY_MAX + 1];
    memcpy(after, e->key, e->key_size);
    after[e->key_size] = 0;
    return seek(s, table, MDB_SET_RANGE, slice_of(after, e->key_size + 1), with_value, e);
}

int store_first(struct store *s, enum store_table table, struct slice least,
                struct store_entry *e)
{
    return seek_first(s, table, least, true, e);
}

int store_next(struct store *s, enum store_table table, struct store_entry *e)
{
    return seek_next(s, table, true, e);
}

int store_first_key(struct store *s, enum store_table table, struct slice least,
                    struct store_entry *e)
{
    return seek_first(s, table, least, false, e);
}

int store_next_key(struct store *s, enum store_table table, struct store_entry *e)
{
    return seek_next(s, table, false, e);
}

int store_last(struct store *s, enum store_table table, struct store_entry *e)
{
    return seek(s, table, MDB_LAST, SLICE_NONE, true, e);
}

int store_count(struct store *s, enum store_table table, size_t *out)
{
    MDB_txn *txn;
    MDB_stat stat;
    int error = store_read_begin(s, &txn);
    if (error != 0) {
        return error;
    }
    error = store_translate(mdb_stat(txn, s->tables[table], &stat));
    *out = error == 0 ? stat.ms_entries : 0;
    store_read_end(s);
    return error;
}

int store_copy(struct store *s, int fd)
{
    int rc = s->error == 0 ? mdb_env_copyfd2(s->env, fd, MDB_CP_COMPACT) : 0;
    if (rc == MDB_MAP_RESIZED) {
        /* The daemon beside this process enlarged the map; nothing is written yet. */
        rc = mdb_env_set_mapsize(s->env, 0);
        rc = rc == 0 ? mdb_env_copyfd2(s->env, fd, MDB_CP_COMPACT) : rc;
    }
    return s->error != 0 ? s->error : store_translate(rc);
}

void store_entry_clear(struct store_entry *e)
{
    bytes_unref(e->value);
    memset(e, 0, sizeof(*e));
}
