/* SPDX-License-Identifier: ISC */
/* The write transaction: put, delete, growing the map. */
#include "ledger/store_log.h"
#include "ledger/store_private.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* The map doubles up to this size and grows by as much from there. Address space only:
 * the file has the size of what is in it. */
static const size_t map_step_max = (size_t)1 << 30;

/*
 * A full disk cuts a write short before it fails one, and LMDB calls a short write EIO.
 * So after an EIO the file is asked for the room the transaction would have taken. Pages
 * added behind its end mean nothing to LMDB.
 */
static bool disk_is_full(struct store *s)
{
    int fd;
    struct stat st;
    if (mdb_env_get_fd(s->env, &fd) != 0 || fstat(fd, &st) != 0) {
        return false;
    }
    int rc = posix_fallocate(fd, st.st_size, 1024 * 1024 + 2 * (off_t)s->log.size);
    return rc == ENOSPC || rc == EDQUOT || rc == EFBIG;
}

void store_fail(struct store *s, int error)
{
    assert(error < 0);
    if (s->error == 0) {
        s->error = error;
    }
    if (s->writer != NULL) {
        mdb_txn_abort(s->writer);
        s->writer = NULL;
    }
    buffer_free(&s->log);
}

void store_fail_rc(struct store *s, int rc)
{
    int error = store_translate(rc);
    if (rc == EIO && disk_is_full(s)) {
        error = CONCLAVE_EFULL;
    }
    store_fail(s, error);
}

/* One entry of the log. An error of LMDB. */
static int apply(struct store *s, const struct log_entry *e)
{
    MDB_val key = {e->key.size, (void *)(uintptr_t)e->key.data};
    MDB_val value = {e->value.size, (void *)(uintptr_t)e->value.data};
    if (e->is_deletion) {
        int rc = mdb_del(s->writer, s->tables[e->table], &key, NULL);
        return rc == MDB_NOTFOUND ? 0 : rc;
    }
    return mdb_put(s->writer, s->tables[e->table], &key, &value, 0);
}

/* Everything in the log from `at` on. */
static int apply_from(struct store *s, size_t at)
{
    int rc = 0;
    while (rc == 0 && at < s->log.size) {
        struct log_entry e;
        int error = log_get(slice_of(s->log.data + at, s->log.size - at), &e);
        assert(error == 0);
        rc = error == 0 ? apply(s, &e) : EINVAL;
        at += e.size;
    }
    return rc;
}

static int begin(struct store *s)
{
    int rc = mdb_txn_begin(s->env, NULL, 0, &s->writer);
    for (int t = 0; rc == 0 && s->making && t < STORE_TABLES; t++) {
        if (s->missing[t]) {
            rc = store_open_table(s, s->writer, (enum store_table)t, true);
        }
    }
    return rc;
}

int store_grow(struct store *s)
{
    if (s->writer != NULL) {
        mdb_txn_abort(s->writer);
        s->writer = NULL;
    }
    MDB_envinfo info;
    int rc = mdb_env_info(s->env, &info);
    if (rc == 0) {
        rc = mdb_reader_check(s->env, NULL);
    }
    if (rc == 0) {
        size_t step = info.me_mapsize < map_step_max ? info.me_mapsize : map_step_max;
        rc = mdb_env_set_mapsize(s->env, info.me_mapsize + step);
    }
    if (rc == 0) {
        rc = begin(s);
    }
    return rc == 0 ? apply_from(s, 0) : rc;
}

void store_carry_out(struct store *s, size_t at)
{
    int rc = s->writer == NULL ? begin(s) : 0;
    rc = rc == 0 ? apply_from(s, at) : rc;
    while (rc == MDB_MAP_FULL) {
        rc = store_grow(s);
    }
    if (rc != 0) {
        store_fail_rc(s, rc);
    }
}

static void write_entry(struct store *s, enum store_table table, struct slice key,
                        const uint8_t *sum, struct slice value)
{
    size_t at = s->log.size;
    log_put(&s->log, table, key, sum, value);
    store_carry_out(s, at);
}

/* Whether the key is there, and with this very value. */
static int look(struct store *s, enum store_table table, struct slice key,
                const uint8_t *sum, struct slice value, bool *same)
{
    MDB_txn *txn;
    *same = false;
    int error = store_read_begin(s, &txn);
    if (error != 0) {
        return error;
    }
    MDB_val k = {key.size, (void *)(uintptr_t)key.data};
    MDB_val v;
    error = store_translate(mdb_get(txn, s->tables[table], &k, &v));
    if (error == 0 && v.mv_size == STORE_SUM_BYTES + value.size) {
        const uint8_t *data = v.mv_data;
        *same = memcmp(data, sum, STORE_SUM_BYTES) == 0 &&
                slice_equal(slice_of(data + STORE_SUM_BYTES, value.size), value);
    }
    store_read_end(s);
    return error;
}

void store_put(struct store *s, enum store_table table, struct slice key,
               struct slice value)
{
    if (s->error != 0) {
        return;
    }
    uint8_t sum[STORE_SUM_BYTES];
    store_sum(sum, value);
    bool same;
    int error = look(s, table, key, sum, value, &same);
    if (error != 0 && error != CONCLAVE_ENOENT) {
        store_fail(s, error);
        return;
    }
    if (!same) {
        write_entry(s, table, key, sum, value);
    }
}

void store_delete(struct store *s, enum store_table table, struct slice key)
{
    if (s->error != 0) {
        return;
    }
    bool same;
    uint8_t none[STORE_SUM_BYTES] = {0};
    int error = look(s, table, key, none, SLICE_NONE, &same);
    if (error == CONCLAVE_ENOENT) {
        return;
    }
    if (error != 0) {
        store_fail(s, error);
        return;
    }
    write_entry(s, table, key, NULL, SLICE_NONE);
}

void store_make_tables(struct store *s)
{
    assert(s->writer == NULL);
    s->making = true;
}

bool store_is_dirty(const struct store *s)
{
    return s->log.size > s->durable;
}

bool store_is_unsettled(const struct store *s)
{
    return s->durable > 0;
}
