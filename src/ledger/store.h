/* SPDX-License-Identifier: ISC */
/*
 * LMDB, wrapped once: tables of byte strings, one write transaction with a sticky error,
 * LMDB's errors translated, a map that grows by itself. Knows nothing of what it keeps.
 *
 * A write goes at once into LMDB's write transaction, so that reads see it, and into a
 * list. When the map is full the transaction is thrown away, the map enlarged and the list
 * played again: any number of doublings costs the caller nothing but time.
 *
 * A commit makes what was written durable, whole or not at all. A small one is appended to
 * the write-ahead log (wal.h) where there is one, and LMDB's transaction stays open; any
 * other settles: the transaction is committed, with all that was only in the log. LMDB
 * turns to the new root only after all pages under it are durable (default flags). Other
 * processes, copies and crashes without the log see what was settled.
 *
 * Every value is kept behind a checksum of 8 bytes: a damaged one is CONCLAVE_ECORRUPT,
 * never a wrong vote or nonce.
 */
#ifndef CONCLAVE_LEDGER_STORE_H
#define CONCLAVE_LEDGER_STORE_H

#include "base/bytes.h"
#include "base/error.h"

enum store_mode { STORE_CREATE, STORE_WRITE, STORE_READ, STORE_COPY };

enum store_table {
    STORE_META,
    STORE_BLOCKS,
    STORE_CERTIFICATES,
    STORE_VOTES,
    STORE_CANDIDATES,
    STORE_OWN,
    STORE_BALLOTS,
    STORE_PROPOSALS,
    STORE_RECORDS,
    STORE_FLAGS,
    STORE_EFFECTS,
    STORE_TREE,
    STORE_DEEDS,
};
enum { STORE_TABLES = STORE_DEEDS + 1, STORE_KEY_MAX = 64 };

/*
 * The layout of the tables and their values. Format 4 always has all tables and a standing;
 * format 3 has no write-ahead log; format 2 has no STORE_DEEDS; in format 1 the tables from
 * STORE_FLAGS on may be missing, and the standing. What a change of layout needs is in
 * conclave-internals(7), Another format of the store.
 */
enum {
    STORE_FORMAT = 4,
    STORE_FORMAT_OLDEST = 1,   /* that is migrated, and read as it is */
    STORE_FORMAT_FLAGS = 2,    /* the first that has STORE_FLAGS and what follows, */
    STORE_FORMAT_DEEDS = 3,    /* STORE_DEEDS, */
    STORE_FORMAT_STANDING = 2, /* and a standing */
};

struct store;

/*
 * dir exists. STORE_CREATE: the environment may be there but holds no finished store
 * (CONCLAVE_EEXIST); the store is finished by store_finish and a commit, so a crash before
 * that leaves none. STORE_WRITE, STORE_READ: CONCLAVE_ENOENT when there is no finished
 * store, CONCLAVE_EVERSION when it has a format that this build does not read; an older one
 * that it does is opened as it is. Nothing keeps a second writer out but the caller.
 * STORE_COPY: dir is the file itself, which is read without a lock while nobody writes.
 */
int store_open(const char *dir, enum store_mode mode, struct store **out,
               struct complaint *why);
/* That this user may not use what is in dir, and what cures it. Returns CONCLAVE_EPERM. */
int store_complain_rights(const char *dir, struct complaint *why);
/* Drops what was not committed. */
void store_close(struct store *s);
/* Puts the format of this build. */
void store_finish(struct store *s);
uint64_t store_format(const struct store *s);
/* Whether there is such a table: in a store of an older format some may be missing. */
bool store_has(const struct store *s, enum store_table table);
/* The missing ones are made, in the transaction that the next write, to another table,
 * begins: none is open. */
void store_make_tables(struct store *s);

/* --- writing; a value that is there already costs nothing --- */

void store_put(struct store *s, enum store_table table, struct slice key,
               struct slice value);
void store_delete(struct store *s, enum store_table table, struct slice key);
/* Remembers an error; the first one stays until the store is closed, and every read,
 * write and commit after it returns it or does nothing. */
void store_fail(struct store *s, int error);
int store_commit(struct store *s);
/* The same, past the log: what is durable is in the environment then. */
int store_commit_settled(struct store *s);
/* Brings what is only in the log into the environment, with what was written since. Free of
 * cost when there is neither. */
int store_settle(struct store *s);
/* Whether a write waits for store_commit, and whether a commit waits to be settled. */
bool store_is_dirty(const struct store *s);
bool store_is_unsettled(const struct store *s);

/*
 * A write-ahead log from the next commit on, which settles. dir is that of store_open,
 * which read the log that a crash left, and settled it. 0, CONCLAVE_EFULL, _EPERM, _EIO.
 */
int store_begin_log(struct store *s, const char *dir);
/* None any more from the next store_settle on, which has to follow: a store without a log
 * is all in its environment. */
void store_end_log(struct store *s);
/* Whether the log that the environment named at opening was not there: what was committed
 * last is lost. */
bool store_log_lost(const struct store *s);
/*
 * The same and more of a store that is only read, in dir, now: nothing is changed or
 * locked, and a node may run on it meanwhile; no snapshot is held. 0, and how many commits
 * the log holds that the environment does not; none where no log is named, or where the
 * node went on to the next round at every look. With the complaint, and none:
 * CONCLAVE_ENOENT: the log is missing, or that of another store or time, so that what was
 * committed last may be lost; CONCLAVE_ECORRUPT: the log is damaged, or what the
 * environment says of it; CONCLAVE_EPERM, _EIO.
 */
int store_check_log(struct store *s, const char *dir, uint64_t *unsettled,
                    struct complaint *why);

/* --- reading: 0, CONCLAVE_ENOENT, _ECORRUPT, or the remembered error --- */

/* A copy of the value that the caller unrefs. */
int store_get(struct store *s, enum store_table table, struct slice key,
              struct bytes **out);

/* All zero is an empty one. On an error the functions below leave it empty. */
struct store_entry {
    uint8_t key[STORE_KEY_MAX];
    size_t key_size;
    struct bytes *value;
};

/*
 * The reads until store_release see one moment, though another process writes meanwhile.
 * Calls nest. Nothing is written in between. 0 or an error; store_release then, too.
 */
int store_hold(struct store *s);
void store_release(struct store *s);

/* The first entry whose key is not below least. */
int store_first(struct store *s, enum store_table table, struct slice least,
                struct store_entry *e);
/* Replaces e by the entry after it; e need not be in the table any more. */
int store_next(struct store *s, enum store_table table, struct store_entry *e);
/* The same without the value, which is neither copied nor checked. */
int store_first_key(struct store *s, enum store_table table, struct slice least,
                    struct store_entry *e);
int store_next_key(struct store *s, enum store_table table, struct store_entry *e);
int store_last(struct store *s, enum store_table table, struct store_entry *e);
/* How many entries the table says it has: fewer or more were found where a page is not the
 * one that belongs there. */
int store_count(struct store *s, enum store_table table, size_t *out);
void store_entry_clear(struct store_entry *e);

/* The whole environment, without its free pages, as it was settled at one moment. */
int store_copy(struct store *s, int fd);

/* --- facts --- */

const char *store_library(void); /* "LMDB 0.9.24" */

struct store_facts {
    uint64_t map_bytes;  /* this and the next are 0 after an error */
    uint64_t used_bytes; /* of the file, free pages within it included */
    uint64_t page_bytes;
    uint64_t commits;
    uint64_t last_commit_us;
    uint64_t settlings;
};
void store_facts(struct store *s, struct store_facts *out);
uint64_t store_commits(const struct store *s, uint64_t *last_us);

struct store_table_facts {
    const char *name;
    uint64_t entries;
    uint64_t pages;
};
int store_table_facts(struct store *s, enum store_table table,
                      struct store_table_facts *out);

#endif
