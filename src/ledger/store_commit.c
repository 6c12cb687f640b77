/* SPDX-License-Identifier: ISC */
/* Commits: into the write-ahead log, and into the environment. */
#include "ledger/little.h"
#include "ledger/store_log.h"
#include "ledger/store_private.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <time.h>

/* Memory of the log that is kept from one transaction to the next. */
static const size_t log_kept_max = 1024 * 1024;

/* Larger commits are settled at once: to write them twice would cost more than a flush. */
static const size_t logged_max = 32 * 1024;

static const char wal_key[] = "wal";

/* A node beside this process turns to the next round, or appends, between two reads. */
enum { LOOKS = 8 };

static uint64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* The list of free pages is written last, so a commit too can find the map full. */
static int commit_transaction(struct store *s)
{
    int rc = mdb_txn_commit(s->writer);
    s->writer = NULL;
    while (rc == MDB_MAP_FULL) {
        rc = store_grow(s);
        if (rc == 0) {
            rc = mdb_txn_commit(s->writer);
            s->writer = NULL;
        }
    }
    return rc;
}

static void name_round(struct store *s, const struct wal_round *now, uint64_t round)
{
    uint8_t value[WAL_NUMBER_BYTES + sizeof(round)];
    memcpy(value, now->number, WAL_NUMBER_BYTES);
    little_put(value + WAL_NUMBER_BYTES, round, sizeof(round));
    store_put(s, STORE_META, slice_of_string(wal_key), slice_of(value, sizeof(value)));
}

static void forget_log(struct store *s)
{
    s->log.size = 0;
    s->durable = 0;
    if (s->log.capacity > log_kept_max) {
        buffer_free(&s->log);
    }
}

int store_settle(struct store *s)
{
    bool logged = s->wal != NULL && s->durable > 0;
    if (logged) {
        name_round(s, wal_now(s->wal), wal_now(s->wal)->round + 1);
    }
    if (s->error != 0 || s->writer == NULL) {
        return s->error;
    }
    int rc = commit_transaction(s);
    if (rc != 0) {
        store_fail_rc(s, rc);
        return s->error;
    }
    (void)store_fill_up(s, true); /* for readers beside; opening does it again */
    if (s->making) {
        memset(s->missing, 0, sizeof(s->missing));
        s->making = false;
    }
    if (logged) {
        wal_next_round(s->wal);
    }
    s->wal_named = s->wal != NULL;
    forget_log(s);
    s->settlings++;
    return 0;
}

/* CONCLAVE_ELIMIT: it has to be settled. */
static int append(struct store *s)
{
    size_t size = s->log.size - s->durable;
    if (!s->wal_named || size > logged_max) {
        return CONCLAVE_ELIMIT;
    }
    int error = wal_append(s->wal, slice_of(s->log.data + s->durable, size));
    if (error == 0) {
        s->durable = s->log.size;
    } else if (error != CONCLAVE_ELIMIT) {
        store_fail(s, error);
    }
    return error;
}

static int commit(struct store *s, bool settle)
{
    if (s->error != 0 || !store_is_dirty(s)) {
        return s->error;
    }
    uint64_t begun = now_us();
    int error = settle ? CONCLAVE_ELIMIT : append(s);
    error = error == CONCLAVE_ELIMIT ? store_settle(s) : error;
    if (error == 0) {
        s->commits++;
        s->last_commit_us = now_us() - begun;
    }
    return error;
}

int store_commit(struct store *s)
{
    return commit(s, false);
}

int store_commit_settled(struct store *s)
{
    return commit(s, true);
}

/* --- the write-ahead log --- */

int store_begin_log(struct store *s, const char *dir)
{
    assert(s->wal == NULL);
    int error = wal_make(dir, &s->wal);
    if (error == 0) {
        name_round(s, wal_now(s->wal), wal_now(s->wal)->round);
    }
    return error;
}

void store_end_log(struct store *s)
{
    store_delete(s, STORE_META, slice_of_string(wal_key));
    wal_close(s->wal);
    s->wal = NULL;
    s->wal_named = false;
}

bool store_log_lost(const struct store *s)
{
    return s->wal_lost;
}

/* The round that the environment names. CONCLAVE_ENOENT: none. */
static int named_round(struct store *s, struct wal_round *out)
{
    struct bytes *value = NULL;
    int error = store_get(s, STORE_META, slice_of_string(wal_key), &value);
    if (error != 0) {
        return error;
    }
    struct slice v = bytes_slice(value);
    if (v.size == WAL_NUMBER_BYTES + sizeof(out->round)) {
        memcpy(out->number, v.data, WAL_NUMBER_BYTES);
        out->round = 0;
        for (size_t i = 0; i < sizeof(out->round); i++) {
            out->round |= (uint64_t)v.data[WAL_NUMBER_BYTES + i] << 8 * i;
        }
    } else {
        error = CONCLAVE_ECORRUPT;
    }
    bytes_unref(value);
    return error;
}

static int replay_record(void *context, struct slice record)
{
    struct store *s = context;
    size_t at = s->log.size;
    int error = log_check(record);
    if (error != 0) {
        return error;
    }
    buffer_append_slice(&s->log, record);
    store_carry_out(s, at);
    return s->error;
}

int store_replay(struct store *s, const char *dir, struct complaint *why)
{
    struct wal_round round;
    int error = named_round(s, &round);
    if (error == CONCLAVE_ENOENT) {
        return 0;
    }
    if (error != 0) {
        return store_complain(dir, s, error, EIO, why);
    }
    error = wal_read(dir, &round, replay_record, s);
    if (error == CONCLAVE_ENOENT) {
        s->wal_lost = true;
        return 0;
    }
    if (error == 0) {
        store_end_log(s);
        error = store_settle(s);
    }
    return error == 0 ? 0 : store_complain_wal(dir, error, why);
}

/* --- the same, only looked at --- */

static bool same_round(const struct wal_round *a, const struct wal_round *b)
{
    return a->round == b->round && memcmp(a->number, b->number, WAL_NUMBER_BYTES) == 0;
}

static int count_record(void *context, struct slice record)
{
    uint64_t *count = context;
    ++*count;
    return log_check(record);
}

int store_check_log(struct store *s, const char *dir, uint64_t *unsettled,
                    struct complaint *why)
{
    assert(s->writer == NULL && !s->holds);
    struct wal_round now;
    int found = 0, cause = 0;
    *unsettled = 0;
    int error = named_round(s, &now);
    for (int i = 0; error == 0 && i < LOOKS; i++) {
        struct wal_round round = now;
        uint64_t count = 0;
        int read = wal_read(dir, &round, count_record, &count);
        int read_errno = errno;
        error = named_round(s, &now);
        /* Of the next round there is nothing in the log before the environment names it:
         * where that is the same as before, the log was read in this round. */
        bool still = error == 0 && same_round(&round, &now);
        if (still && read == 0) {
            *unsettled = count;
            return 0;
        }
        found = still ? read : 0;
        cause = read_errno;
    }
    if (error == CONCLAVE_ENOENT) {
        return 0;
    }
    if (error != 0) {
        return store_complain(dir, s, error, EIO, why);
    }
    errno = cause;
    return found == 0 ? 0 : store_complain_wal(dir, found, why);
}
