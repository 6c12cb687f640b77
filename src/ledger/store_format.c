/* SPDX-License-Identifier: ISC */
/* The format of the store, and what is said of one that cannot be opened. */
#include "ledger/store_private.h"

#include "ledger/damage.h"

#include <errno.h>
#include <string.h>

static const char format_key[] = "format";

/* Its bytes, most significant first: one until there are 256 of them. */
static bool decode(const MDB_val *v, uint64_t *format)
{
    const uint8_t *data = v->mv_data;
    uint8_t sum[STORE_SUM_BYTES];
    if (v->mv_size <= sizeof(sum) || v->mv_size > sizeof(sum) + sizeof(*format)) {
        return false;
    }
    store_sum(sum, slice_of(data + sizeof(sum), v->mv_size - sizeof(sum)));
    *format = 0;
    for (size_t i = sizeof(sum); i < v->mv_size; i++) {
        *format = *format << 8 | data[i];
    }
    return memcmp(data, sum, sizeof(sum)) == 0;
}

int store_read_format(struct store *s, MDB_txn *txn, enum store_mode mode, int *error)
{
    int rc = store_open_table(s, txn, STORE_META, mode == STORE_CREATE);
    if (rc != 0) {
        *error = store_translate(rc);
        return rc;
    }
    MDB_val key = {sizeof(format_key) - 1, (void *)(uintptr_t)format_key};
    MDB_val value;
    rc = mdb_get(txn, s->tables[STORE_META], &key, &value);
    if (rc == MDB_NOTFOUND) {
        s->format = STORE_FORMAT;
        *error = mode == STORE_CREATE ? 0 : CONCLAVE_ENOENT;
        return 0;
    }
    if (rc != 0) {
        *error = store_translate(rc);
        return rc;
    }
    if (mode == STORE_CREATE) {
        *error = CONCLAVE_EEXIST;
    } else if (!decode(&value, &s->format)) {
        *error = CONCLAVE_ECORRUPT;
    } else {
        bool ours = s->format >= STORE_FORMAT_OLDEST && s->format <= STORE_FORMAT;
        *error = ours ? 0 : CONCLAVE_EVERSION;
    }
    return 0;
}

bool store_may_lack(const struct store *s, enum store_table table)
{
    return (s->format < STORE_FORMAT_FLAGS && table >= STORE_FLAGS) ||
           (s->format < STORE_FORMAT_DEEDS && table >= STORE_DEEDS);
}

bool store_has(const struct store *s, enum store_table table)
{
    return !s->missing[table];
}

uint64_t store_format(const struct store *s)
{
    return s->format;
}

void store_finish(struct store *s)
{
    uint8_t format = STORE_FORMAT;
    store_put(s, STORE_META, slice_of_string(format_key), slice_of(&format, 1));
    s->format = STORE_FORMAT;
}

static int complain_version(const char *dir, const struct store *s, int rc,
                            struct complaint *why)
{
    const char *name = s->copy ? "" : "/data.mdb";
    if (rc != 0) {
        return complain(why, CONCLAVE_EVERSION,
                        "%s%s: written by another LMDB than the %s of this build: "
                        "install the build of conclave that wrote it",
                        dir, name, store_library());
    }
    if (s->format > STORE_FORMAT) {
        return complain(why, CONCLAVE_EVERSION,
                        "%s%s: the store has format %llu, and this build reads "
                        "formats %d to %d: a later build wrote it, and there is no way "
                        "back: install that one again (conclaved(8), UPGRADING)",
                        dir, name, (unsigned long long)s->format, STORE_FORMAT_OLDEST,
                        STORE_FORMAT);
    }
    return complain(why, CONCLAVE_EVERSION,
                    "%s%s: the store has format %llu, and this build reads formats "
                    "%d to %d: start the node once with an earlier build that reads both "
                    "(conclaved(8), UPGRADING)",
                    dir, name, (unsigned long long)s->format, STORE_FORMAT_OLDEST,
                    STORE_FORMAT);
}

/* To an auditor, who is not the node's operator. */
static int complain_copy(const char *path, const struct store *s, int error, int rc,
                         struct complaint *why)
{
    switch (error) {
    case CONCLAVE_ENOENT:
        return complain(why, error, "%s: there is no ledger in this file", path);
    case CONCLAVE_EVERSION:
        return complain_version(path, s, rc, why);
    case CONCLAVE_ECORRUPT:
        return complain(why, error,
                        "%s: the file is damaged: cut short, copied while a node wrote to "
                        "it, or no ledger; ask for another copy, made by conclave backup",
                        path);
    case CONCLAVE_EPERM:
        return complain(why, error,
                        "%s: may not be read; ask its owner for a copy that you may read",
                        path);
    default:
        return complain(why, error, "%s: cannot open the store: %s", path,
                        mdb_strerror(rc));
    }
}

int store_complain_rights(const char *dir, struct complaint *why)
{
    return complain(why, CONCLAVE_EPERM,
                    "%s: Permission denied; the directory and the files in it must belong "
                    "to the user that runs the node, with modes 0700 and 0600",
                    dir);
}

int store_complain_wal(const char *dir, int error, struct complaint *why)
{
    switch (error) {
    case CONCLAVE_ENOENT:
        return complain(why, error,
                        "%s: " LOG_LOST
                        ": what was committed last may be lost; " CURE_OF_LOG_LOST,
                        dir);
    case CONCLAVE_ECORRUPT:
        return complain(why, error, "%s/" WAL_NAME ": the file is damaged; " CURE_OF_DAMAGE,
                        dir);
    case CONCLAVE_EFULL:
        return complain(why, error, "%s: no space on disk; free some and start again", dir);
    case CONCLAVE_EPERM:
        return store_complain_rights(dir, why);
    default:
        return complain(why, error, "%s/" WAL_NAME ": %s; see to the disk", dir,
                        strerror(errno));
    }
}

int store_complain(const char *dir, const struct store *s, int error, int rc,
                   struct complaint *why)
{
    if (s->copy) {
        return complain_copy(dir, s, error, rc, why);
    }
    switch (error) {
    case CONCLAVE_ENOENT:
        return complain(why, error,
                        "%s: there is no store here; make one with conclave init", dir);
    case CONCLAVE_EEXIST:
        return complain(why, error,
                        "%s: there is a store here already; choose another "
                        "directory, or start the node with this one",
                        dir);
    case CONCLAVE_EVERSION:
        return complain_version(dir, s, rc, why);
    case CONCLAVE_ECORRUPT:
        return complain(why, error, "%s/data.mdb: the file is damaged; " CURE_OF_DAMAGE,
                        dir);
    case CONCLAVE_EFULL:
        return complain(why, error, "%s: no space on disk; free some and start again", dir);
    case CONCLAVE_EPERM:
        return store_complain_rights(dir, why);
    default:
        return complain(why, error,
                        "%s: cannot open the store: %s; see to the disk, or to "
                        "the rights of the directory",
                        dir, mdb_strerror(rc));
    }
}
