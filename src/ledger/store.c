/* SPDX-License-Identifier: ISC */
/* The environment: opening, closing, errors, facts. */
#define _GNU_SOURCE
#include "ledger/store_private.h"

#include "base/alloc.h"
#include "hash/hash.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The map of a new store; it doubles when it is full. */
enum { MAP_START = 8 * 1024 * 1024 };
/* More than LMDB's table of 126 readers takes. */
enum { READERS_BYTES = 16 * 1024 };

static const char *const table_names[STORE_TABLES] = {
    [STORE_META] = "meta",
    [STORE_BLOCKS] = "blocks",
    [STORE_CERTIFICATES] = "certificates",
    [STORE_VOTES] = "votes",
    [STORE_CANDIDATES] = "candidates",
    [STORE_OWN] = "own",
    [STORE_BALLOTS] = "ballots",
    [STORE_PROPOSALS] = "proposals",
    [STORE_RECORDS] = "records",
    [STORE_FLAGS] = "flags",
    [STORE_EFFECTS] = "effects",
    [STORE_TREE] = "tree",
    [STORE_DEEDS] = "deeds",
};

/* The one place where LMDB's errors and the system's become ours. */
int store_translate(int rc)
{
    switch (rc) {
    case 0:
        return 0;
    case MDB_NOTFOUND:
    case ENOENT:
        return CONCLAVE_ENOENT;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return CONCLAVE_EFULL;
    case MDB_TXN_FULL:
        return CONCLAVE_ELIMIT;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
    case MDB_CURSOR_FULL:
    case MDB_PAGE_FULL:
        return CONCLAVE_ECORRUPT;
    case MDB_VERSION_MISMATCH:
        return CONCLAVE_EVERSION;
    case EACCES:
    case EPERM:
        return CONCLAVE_EPERM;
    default:
        if (rc > 0) {
            errno = rc;
        }
        return CONCLAVE_EIO;
    }
}

void store_sum(uint8_t out[STORE_SUM_BYTES], struct slice value)
{
    struct hash h = hash_labelled("conclave/ledger", value);
    memcpy(out, h.bytes, STORE_SUM_BYTES);
}

int store_open_table(struct store *s, MDB_txn *txn, enum store_table table, bool create)
{
    return mdb_dbi_open(txn, table_names[table], create ? MDB_CREATE : 0,
                        &s->tables[table]);
}

static int open_tables(struct store *s, enum store_mode mode, int *error)
{
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(s->env, NULL, mode == STORE_CREATE ? 0 : MDB_RDONLY, &txn);
    if (rc != 0) {
        *error = store_translate(rc);
        return rc;
    }
    rc = store_read_format(s, txn, mode, error);
    for (int t = STORE_META + 1; rc == 0 && *error == 0 && t < STORE_TABLES; t++) {
        rc = store_open_table(s, txn, (enum store_table)t, mode == STORE_CREATE);
        if (rc == MDB_NOTFOUND && store_may_lack(s, (enum store_table)t)) {
            s->missing[t] = true;
            rc = 0;
        }
        if (rc != 0) {
            *error = rc == MDB_NOTFOUND ? CONCLAVE_ECORRUPT : store_translate(rc);
        }
    }
    if (*error != 0) {
        mdb_txn_abort(txn);
        return rc;
    }
    /* Of a read transaction too: that is what keeps the handles. */
    rc = mdb_txn_commit(txn);
    *error = store_translate(rc);
    return rc;
}

/*
 * LMDB maps its table of readers, and on a full disk the first touch of a page of it would
 * be a SIGBUS: the pages are asked for before. Where that cannot be done LMDB says why.
 */
static int reserve_readers(const char *dir)
{
    char *path = alloc_printf("%s/lock.mdb", dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    free(path);
    if (fd < 0) {
        return 0;
    }
    /* Not posix_fallocate, which where it must writes into what others have mapped. */
    int rc = fallocate(fd, 0, 0, READERS_BYTES) == 0 ? 0 : errno;
    close(fd);
    return rc == ENOSPC || rc == EDQUOT || rc == EFBIG ? rc : 0;
}

/*
 * LMDB maps the file, so a page behind its end is a SIGBUS when it is read. Such a page is
 * one that was never written because it was free at once, or the file was cut short: as
 * zeros it does no harm, or is seen as damage.
 */
int store_fill_up(const struct store *s, bool may_write)
{
    MDB_envinfo info;
    MDB_stat stat;
    struct stat st;
    int fd;
    if (mdb_env_info(s->env, &info) != 0 || mdb_env_stat(s->env, &stat) != 0 ||
        mdb_env_get_fd(s->env, &fd) != 0 || fstat(fd, &st) != 0) {
        return EIO;
    }
    off_t size = ((off_t)info.me_last_pgno + 1) * (off_t)stat.ms_psize;
    if (st.st_size >= size) {
        return 0;
    }
    if (!may_write) {
        return MDB_CORRUPTED;
    }
    return ftruncate(fd, size) == 0 ? 0 : errno;
}

static unsigned environment_flags(enum store_mode mode)
{
    switch (mode) {
    case STORE_CREATE:
    case STORE_WRITE:
        break;
    case STORE_READ:
        return MDB_RDONLY;
    case STORE_COPY:
        return MDB_RDONLY | MDB_NOLOCK | MDB_NOSUBDIR;
    }
    return 0;
}

int store_open(const char *dir, enum store_mode mode, struct store **out,
               struct complaint *why)
{
    const bool may_write = mode == STORE_CREATE || mode == STORE_WRITE;
    struct store *s = alloc_zero(1, sizeof(*s));
    s->copy = mode == STORE_COPY;
    int rc = mdb_env_create(&s->env);
    if (rc == 0) {
        rc = mdb_env_set_maxdbs(s->env, STORE_TABLES);
    }
    /* An older environment brings the size of its map itself. */
    if (rc == 0 && mode == STORE_CREATE) {
        rc = mdb_env_set_mapsize(s->env, MAP_START);
    }
    if (rc == 0 && may_write) {
        rc = reserve_readers(dir);
    }
    if (rc == 0) {
        rc = mdb_env_open(s->env, dir, environment_flags(mode), 0600);
    }
    if (rc == 0 && mode == STORE_CREATE) {
        /* LMDB leaves the header of a new file to a later sync. */
        rc = mdb_env_sync(s->env, 1);
    }
    if (rc == 0) {
        rc = store_fill_up(s, may_write);
    }
    int error = store_translate(rc);
    if (rc == 0 && mode == STORE_WRITE) {
        /* Readers that were killed would keep pages from being used again. */
        rc = mdb_reader_check(s->env, NULL);
        error = store_translate(rc);
    }
    if (rc == 0) {
        rc = open_tables(s, mode, &error);
    }
    if (error != 0) {
        error = store_complain(dir, s, error, rc, why);
    } else if (mode == STORE_WRITE) {
        error = store_replay(s, dir, why);
    }
    if (error == 0) {
        *out = s;
        return 0;
    }
    store_close(s);
    return error;
}

void store_close(struct store *s)
{
    if (s == NULL) {
        return;
    }
    if (s->writer != NULL) {
        mdb_txn_abort(s->writer);
    }
    if (s->reader != NULL) {
        mdb_txn_abort(s->reader);
    }
    if (s->env != NULL) {
        mdb_env_close(s->env);
    }
    wal_close(s->wal);
    buffer_free(&s->log);
    free(s);
}

const char *store_library(void)
{
    static char name[32];
    int major, minor, patch;
    (void)mdb_version(&major, &minor, &patch);
    (void)snprintf(name, sizeof(name), "LMDB %d.%d.%d", major, minor, patch);
    return name;
}

void store_facts(struct store *s, struct store_facts *out)
{
    *out = (struct store_facts){.commits = s->commits,
                                .last_commit_us = s->last_commit_us,
                                .settlings = s->settlings};
    if (s->error != 0) {
        return; /* after a map that could not grow LMDB has none */
    }
    MDB_envinfo info;
    MDB_stat stat;
    int rc = mdb_env_info(s->env, &info);
    assert(rc == 0);
    rc = mdb_env_stat(s->env, &stat);
    assert(rc == 0);
    out->map_bytes = info.me_mapsize;
    out->used_bytes = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
    out->page_bytes = stat.ms_psize;
}

uint64_t store_commits(const struct store *s, uint64_t *last_us)
{
    *last_us = s->last_commit_us;
    return s->commits;
}

int store_table_facts(struct store *s, enum store_table table,
                      struct store_table_facts *out)
{
    MDB_txn *txn;
    MDB_stat stat = {0};
    *out = (struct store_table_facts){table_names[table], 0, 0};
    int error = store_read_begin(s, &txn);
    if (error == 0) {
        error = store_translate(mdb_stat(txn, s->tables[table], &stat));
        store_read_end(s);
    }
    out->entries = stat.ms_entries;
    out->pages = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
    return error;
}
