/* SPDX-License-Identifier: ISC */
/* Opening: lock, format, identity, marks, in this order. */
#define _GNU_SOURCE
#include "ledger/damage.h"
#include "ledger/ledger_lock.h"
#include "ledger/ledger_private.h"
#include "ledger/values.h"

#include "base/alloc.h"
#include "wire/shared.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char data_name[] = "data.mdb";

static int open_directory(struct ledger *l, struct complaint *why)
{
    bool made = false;
    if (l->mode == LEDGER_CREATE) {
        made = mkdir(l->dir, 0700) == 0;
        if (!made && errno != EEXIST) {
            return complain(why, errno == EACCES ? CONCLAVE_EPERM : CONCLAVE_EIO,
                            "%s: cannot make the directory: %s; make its parent, or choose "
                            "another place",
                            l->dir, strerror(errno));
        }
    }
    l->dir_fd = open(l->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (l->dir_fd < 0) {
        if (errno == EACCES) {
            return store_complain_rights(l->dir, why);
        }
        return complain(why, errno == ENOENT ? CONCLAVE_ENOENT : CONCLAVE_EIO,
                        "%s: cannot open the data directory: %s; see whether its disk is "
                        "mounted, or make it for a new seat with conclave init",
                        l->dir, strerror(errno));
    }
    if (made) {
        int parent = openat(l->dir_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        bool synced = parent >= 0 && fsync(parent) == 0;
        if (parent >= 0) {
            close(parent);
        }
        if (!synced) {
            return complain(why, CONCLAVE_EIO, "%s: cannot sync its parent: %s", l->dir,
                            strerror(errno));
        }
    }
    return 0;
}

int ledger_complain_disk(const struct ledger *l, int error, struct complaint *why)
{
    if (l->mode == LEDGER_COPY) {
        return complain(why, error,
                        "%s: what the store holds is damaged (%s); ask for another copy, "
                        "made by conclave backup",
                        l->dir, error_text(error));
    }
    if (error == CONCLAVE_EFULL) {
        return complain(why, error, "%s: no space on disk; free some and start again",
                        l->dir);
    }
    if (error == CONCLAVE_ECORRUPT) {
        return complain(why, error, "%s/%s: what it holds is damaged; " CURE_OF_DAMAGE,
                        l->dir, data_name);
    }
    if (errno == EACCES) {
        return store_complain_rights(l->dir, why);
    }
    return complain(why, error, "%s: %s: %s; see to the disk", l->dir, error_text(error),
                    strerror(errno));
}

int ledger_get_meta(struct ledger *l, const char *key, struct bytes **out)
{
    int error = store_get(l->store, STORE_META, slice_of_string(key), out);
    return error == CONCLAVE_ENOENT ? CONCLAVE_ECORRUPT : error;
}

int ledger_get_hash(struct ledger *l, enum store_table table, struct slice key,
                    struct hash *out)
{
    struct bytes *value = NULL;
    if (!store_has(l->store, table)) {
        return CONCLAVE_ENOENT;
    }
    int error = store_get(l->store, table, key, &value);
    if (error == 0 && bytes_slice(value).size != sizeof(out->bytes)) {
        error = CONCLAVE_ECORRUPT;
    }
    if (error == 0) {
        memcpy(out->bytes, bytes_slice(value).data, sizeof(out->bytes));
    }
    bytes_unref(value);
    return error;
}

static int check_identity(struct ledger *l, const struct ledger_identity *id,
                          struct complaint *why)
{
    struct bytes *value = NULL;
    int error = ledger_get_meta(l, "identity", &value);
    if (error == 0) {
        error = value_get_identity(bytes_slice(value), &l->id);
    }
    bytes_unref(value);
    if (error != 0) {
        return ledger_complain_disk(l, error, why);
    }
    if (id == NULL) {
        return 0;
    }
    if (!hash_equal(&l->id.council_id, &id->council_id)) {
        return complain(why, CONCLAVE_ESEAT,
                        "%s: the store belongs to another council; give the charter it was "
                        "made with, or another data directory",
                        l->dir);
    }
    if (l->id.seat != id->seat || l->id.seats != id->seats) {
        return complain(
            why, CONCLAVE_ESEAT,
            "%s: the store belongs to seat %u of %u, but the key to seat %u of %u; give "
            "the key of seat %u, or the data directory of seat %u",
            l->dir, l->id.seat, l->id.seats, id->seat, id->seats, l->id.seat, id->seat);
    }
    return 0;
}

/* --- the two ways to begin --- */

static int create(struct ledger *l, struct complaint *why)
{
    struct buffer value = {0};
    value_put_identity(&value, &l->id);
    ledger_put(l, STORE_META, slice_of_string("identity"), &value);
    ledger_put_standing(l, &(struct standing){0});
    int error = ledger_put_marks(l);
    if (error == 0) {
        store_finish(l->store);
        error = store_commit(l->store);
    }
    error = error == 0 ? store_begin_log(l->store, l->dir) : error;
    error = error == 0 ? store_settle(l->store) : error;
    return error == 0 ? 0 : ledger_complain_disk(l, error, why);
}

/* The store is taken over, and that it is not what this seat last ran on is kept with it.
 */
static int take_over(struct ledger *l)
{
    struct standing standing;
    int error = ledger_load_standing(l, &standing);
    if (error == 0) {
        standing.lost = true;
        standing.has_view = false;
        ledger_put_standing(l, &standing);
        error = ledger_put_marks(l);
    }
    return error == 0 ? store_settle(l->store) : error;
}

static int resume(struct ledger *l, const struct ledger_identity *id, struct complaint *why)
{
    int error = check_identity(l, id, why);
    if (error == 0 && l->mode == LEDGER_WRITE) {
        error = ledger_check_marks(l, why);
    }
    if (error != 0) {
        return error;
    }
    if (l->mode == LEDGER_WRITE) {
        error = ledger_migrate(l);
    }
    if (error == 0) {
        error = ledger_load_blocks(l);
    }
    if (error == 0) {
        error = ledger_load_own(l);
    }
    if (error == 0) {
        error = ledger_load_index(l);
    }
    if (error == 0 && l->mode == LEDGER_WRITE) {
        error = ledger_tree_complete(l);
    }
    if (error == 0 && l->mode == LEDGER_WRITE) {
        error = store_begin_log(l->store, l->dir);
    }
    if (error == 0 && l->mode == LEDGER_WRITE) {
        error = l->lost != NULL ? take_over(l) : ledger_new_incarnation(l);
    }
    return error == 0 ? 0 : ledger_complain_disk(l, error, why);
}

/*
 * A store whose making was cut short can have half of a header, which LMDB takes for
 * damage. There is no store where it cannot be more: no longer than the two header pages,
 * which are durable before anything else is written, and without a journal.
 */
static bool has_stump(const struct ledger *l)
{
    struct stat data, journal;
    off_t header = 2 * (off_t)sysconf(_SC_PAGESIZE);
    return fstatat(l->dir_fd, data_name, &data, AT_SYMLINK_NOFOLLOW) == 0 &&
           data.st_size <= header &&
           fstatat(l->dir_fd, JOURNAL_NAME, &journal, AT_SYMLINK_NOFOLLOW) != 0 &&
           errno == ENOENT;
}

static int remove_stump(const struct ledger *l, struct complaint *why)
{
    if (has_stump(l) && unlinkat(l->dir_fd, data_name, 0) != 0) {
        return complain(why, CONCLAVE_EIO,
                        "%s/%s: cannot remove what is left of a store that was never "
                        "finished: %s; see to the disk",
                        l->dir, data_name, strerror(errno));
    }
    return 0;
}

/* The store's file, of whatever name, or the directory of a node or of a backup. */
static int open_copy(struct ledger *l, struct complaint *why)
{
    struct stat st;
    char *path = alloc_string(l->dir);
    int failed = stat(path, &st);
    if (failed == 0 && S_ISDIR(st.st_mode)) {
        free(path);
        path = alloc_printf("%s/%s", l->dir, data_name);
        failed = stat(path, &st);
    }
    int error = 0;
    if (failed != 0 && errno != ENOENT) {
        error = complain(why, errno == EACCES ? CONCLAVE_EPERM : CONCLAVE_EIO,
                         "%s: cannot be read: %s", path, strerror(errno));
    } else if (failed != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
        error = complain(why, CONCLAVE_ENOENT,
                         "%s: there is no ledger here; name a node's data directory, a "
                         "backup, or the file %s of one",
                         l->dir, data_name);
    } else {
        error = store_open(path, STORE_COPY, &l->store, why);
    }
    free(path);
    return error;
}

static int open_store(struct ledger *l, const struct ledger_identity *id,
                      struct complaint *why)
{
    if (l->mode == LEDGER_COPY) {
        int failed = open_copy(l, why);
        return failed != 0 ? failed : resume(l, id, why);
    }
    int error = open_directory(l, why);
    if (error == 0 && l->mode != LEDGER_READ) {
        error = ledger_lock(l->dir, l->dir_fd, &l->lock_fd, why);
    }
    if (error != 0) {
        return error;
    }
    /* LMDB would make one, and a lock file beside it. */
    if (l->mode != LEDGER_CREATE &&
        ((faccessat(l->dir_fd, data_name, F_OK, 0) != 0 && errno == ENOENT) ||
         has_stump(l))) {
        return complain(why, CONCLAVE_ENOENT,
                        "%s: there is no store here; make one with conclave init", l->dir);
    }
    switch (l->mode) {
    case LEDGER_CREATE:
        error = remove_stump(l, why);
        if (error == 0) {
            error = store_open(l->dir, STORE_CREATE, &l->store, why);
        }
        break;
    case LEDGER_WRITE:
        error = store_open(l->dir, STORE_WRITE, &l->store, why);
        break;
    case LEDGER_READ:
        error = store_open(l->dir, STORE_READ, &l->store, why);
        break;
    case LEDGER_COPY:
        break;
    }
    if (error != 0) {
        return error;
    }
    return l->mode == LEDGER_CREATE ? create(l, why) : resume(l, id, why);
}

int ledger_open_with(const char *dir, enum ledger_mode mode,
                     const struct ledger_identity *id, const struct ledger_options *options,
                     struct ledger **out, struct complaint *why)
{
    assert(id != NULL || mode == LEDGER_READ || mode == LEDGER_COPY);
    struct ledger *l = alloc_zero(1, sizeof(*l));
    l->mode = mode;
    l->options = *options;
    l->dir = alloc_string(dir);
    l->dir_fd = -1;
    l->lock_fd = -1;
    if (id != NULL) {
        l->id = *id;
        l->tip = id->council_id;
    }
    int error = open_store(l, id, why);
    if (error != 0) {
        ledger_free(l);
        return error;
    }
    struct store_facts facts;
    store_facts(l->store, &facts);
    l->opening_commits = facts.commits;
    *out = l;
    return 0;
}

int ledger_open(const char *dir, enum ledger_mode mode, const struct ledger_identity *id,
                struct ledger **out, struct complaint *why)
{
    static const struct ledger_options usual = {MACHINE_ID_PATH, JOURNAL_COMMITS};
    return ledger_open_with(dir, mode, id, &usual, out, why);
}
