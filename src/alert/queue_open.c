/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "alert/queue_private.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const table_names[TABLES] = {
    [TABLE_META] = "meta", [TABLE_FLAGS] = "flags", [TABLE_QUEUE] = "queue"};

enum {
    FORMAT = 1,
    MAP_SPARE = 64 * 1024 * 1024,
    MAP_FACTOR = 4, /* pages that are not full, and those of the transaction before */
};

static int complain_open(const char *dir, int rc, struct complaint *why)
{
    if (rc == ENOENT || rc == MDB_NOTFOUND) {
        return complain(why, CONCLAVE_ENOENT,
                        "%s: there is no queue: conclave-alert makes it when it starts",
                        dir);
    }
    if (rc == EACCES || rc == EPERM) {
        return complain(why, CONCLAVE_EPERM,
                        "%s: this user may not use the queue; run this as the user of "
                        "conclave-alert, or as root",
                        dir);
    }
    return complain(why, rc < 0 && rc != MDB_MAP_FULL ? CONCLAVE_ECORRUPT : CONCLAVE_EIO,
                    "%s: the queue cannot be opened: %s", dir, mdb_strerror(rc));
}

/* Two helpers would tell everything twice. */
static int take_lock(struct queue *q, const char *dir, struct complaint *why)
{
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        return complain(why, CONCLAVE_EIO, "%s: cannot make the folder of the queue: %s",
                        dir, strerror(errno));
    }
    char *path = alloc_printf("%s/lock", dir);
    q->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int error = q->lock < 0 ? complain_open(dir, errno, why) : 0;
    if (error == 0 && flock(q->lock, LOCK_EX | LOCK_NB) != 0) {
        error = complain(why, CONCLAVE_ESTATE,
                         "%s: another conclave-alert serves this queue; stop it, or name "
                         "another \"state\" in the configuration",
                         dir);
    }
    free(path);
    return error;
}

static int open_tables(struct queue *q, enum queue_mode mode)
{
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(q->env, NULL, mode == QUEUE_SERVE ? 0 : MDB_RDONLY, &txn);
    for (int t = 0; rc == 0 && t < TABLES; t++) {
        rc = mdb_dbi_open(txn, table_names[t], mode == QUEUE_SERVE ? MDB_CREATE : 0,
                          &q->tables[t]);
    }
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc;
    }
    return mdb_txn_commit(txn);
}

/* LMDB would leave a lock behind where there is nothing to read, of a user who may be
 * another than the helper's. */
static int check_exists(const char *dir, struct complaint *why)
{
    char *path = alloc_printf("%s/data.mdb", dir);
    int error = access(path, F_OK) == 0 ? 0 : complain_open(dir, errno, why);
    free(path);
    return error;
}

static int check_format(struct queue *q, const char *dir, enum queue_mode mode,
                        struct complaint *why)
{
    uint64_t format = queue_number(q, "format");
    if (format == 0 && mode == QUEUE_SERVE) {
        queue_set_number(q, "format", FORMAT);
        return queue_commit(q, why);
    }
    return format == FORMAT ? 0
                            : complain(why, CONCLAVE_EVERSION,
                                       "%s: the queue has format %" PRIu64
                                       ", and this version reads %d: upgrade",
                                       dir, format, FORMAT);
}

int queue_open(const char *dir, enum queue_mode mode, const struct queue_limits *limits,
               struct queue **out, struct complaint *why)
{
    struct queue *q = alloc_zero(1, sizeof(*q));
    q->limits = *limits;
    q->lock = -1;
    int error = mode == QUEUE_SERVE ? take_lock(q, dir, why) : check_exists(dir, why);
    if (error == 0) {
        int rc = mdb_env_create(&q->env);
        if (rc == 0) {
            rc = mdb_env_set_maxdbs(q->env, TABLES);
        }
        if (rc == 0) {
            rc = mdb_env_set_mapsize(q->env, MAP_FACTOR * limits->bytes + MAP_SPARE);
        }
        if (rc == 0) {
            rc = mdb_env_open(q->env, dir, mode == QUEUE_READ ? MDB_RDONLY : 0, 0600);
        }
        if (rc == 0) {
            rc = open_tables(q, mode);
        }
        error = rc != 0 ? complain_open(dir, rc, why) : check_format(q, dir, mode, why);
    }
    if (error != 0) {
        queue_close(q);
        return error;
    }
    queue_recount(q);
    *out = q;
    return 0;
}

void queue_close(struct queue *q)
{
    if (q == NULL) {
        return;
    }
    if (q->txn != NULL) {
        mdb_txn_abort(q->txn);
    }
    if (q->env != NULL) {
        mdb_env_close(q->env);
    }
    if (q->lock >= 0) {
        (void)close(q->lock);
    }
    free(q);
}
