/* SPDX-License-Identifier: ISC */
/* The write transaction: put, delete, growing the map, commit. */
#include "ledger/store_private.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* The map doubles up to this size and grows by as much from there. Address space only:
 * the file has the size of what is in it. */
static const size_t map_step_max = (size_t)1 << 30;

/* Memory of the log that is kept from one transaction to the next. */
static const size_t log_kept_max = 1024 * 1024;

/* An entry of the log: this, the key, the checksum and the value; the last two are absent
 * in a deletion. */
struct log_entry {
    enum store_table table;
    bool is_deletion;
    size_t key_size;
    size_t value_size; /* checksum included */
};

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

static void fail_rc(struct store *s, int rc)
{
    int error = store_translate(rc);
    if (rc == EIO && disk_is_full(s)) {
        error = CONCLAVE_EFULL;
    }
    store_fail(s, error);
}

static int apply(struct store *s, const uint8_t *at, size_t *size)
{
    struct log_entry e;
    memcpy(&e, at, sizeof(e));
    at += sizeof(e);
    *size = sizeof(e) + e.key_size + e.value_size;
    MDB_val key = {e.key_size, (void *)(uintptr_t)at};
    MDB_val value = {e.value_size, (void *)(uintptr_t)(at + e.key_size)};
    if (e.is_deletion) {
        int rc = mdb_del(s->writer, s->tables[e.table], &key, NULL);
        return rc == MDB_NOTFOUND ? 0 : rc;
    }
    return mdb_put(s->writer, s->tables[e.table], &key, &value, 0);
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

/* Throws the transaction away, enlarges the map and does everything in the log again. */
static int grow(struct store *s)
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
    for (size_t at = 0; rc == 0 && at < s->log.size;) {
        size_t size;
        rc = apply(s, s->log.data + at, &size);
        at += size;
    }
    return rc;
}

static void write_entry(struct store *s, const struct log_entry *e, struct slice key,
                        const uint8_t *sum, struct slice value)
{
    assert(key.size > 0 && key.size <= STORE_KEY_MAX);
    size_t at = s->log.size;
    buffer_append(&s->log, e, sizeof(*e));
    buffer_append_slice(&s->log, key);
    if (!e->is_deletion) {
        buffer_append(&s->log, sum, STORE_SUM_BYTES);
        buffer_append_slice(&s->log, value);
    }
    int rc = 0;
    if (s->writer == NULL) {
        rc = begin(s);
    }
    size_t size;
    if (rc == 0) {
        rc = apply(s, s->log.data + at, &size);
    }
    while (rc == MDB_MAP_FULL) {
        rc = grow(s);
    }
    if (rc != 0) {
        fail_rc(s, rc);
    }
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
        struct log_entry e = {.table = table,
                              .key_size = key.size,
                              .value_size = STORE_SUM_BYTES + value.size};
        write_entry(s, &e, key, sum, value);
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
    struct log_entry e = {.table = table, .is_deletion = true, .key_size = key.size};
    write_entry(s, &e, key, NULL, SLICE_NONE);
}

static uint64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

int store_commit(struct store *s)
{
    if (s->error != 0) {
        return s->error;
    }
    if (s->writer == NULL) {
        return 0;
    }
    uint64_t begun = now_us();
    /* The list of free pages is written last, so a commit too can find the map full. */
    int rc = mdb_txn_commit(s->writer);
    s->writer = NULL;
    while (rc == MDB_MAP_FULL) {
        rc = grow(s);
        if (rc == 0) {
            rc = mdb_txn_commit(s->writer);
            s->writer = NULL;
        }
    }
    if (rc != 0) {
        fail_rc(s, rc);
        return s->error;
    }
    (void)store_fill_up(s, true); /* for readers beside; opening does it again */
    if (s->making) {
        memset(s->missing, 0, sizeof(s->missing));
        s->making = false;
    }
    s->log.size = 0;
    if (s->log.capacity > log_kept_max) {
        buffer_free(&s->log);
    }
    s->commits++;
    s->last_commit_us = now_us() - begun;
    return 0;
}

void store_make_tables(struct store *s)
{
    assert(s->writer == NULL);
    s->making = true;
}

bool store_is_dirty(const struct store *s)
{
    return s->writer != NULL;
}
