/* SPDX-License-Identifier: ISC */
/* What the files of the ledger share, and how a test opens one. */
#ifndef CONCLAVE_LEDGER_LEDGER_PRIVATE_H
#define CONCLAVE_LEDGER_LEDGER_PRIVATE_H

#include "hash/merkle.h"
#include "ledger/journal.h"
#include "ledger/ledger.h"
#include "ledger/store.h"

struct ledger_options {
    const char *machine_id_path;
    unsigned journal_commits; /* between two incarnations */
};

struct ledger {
    enum ledger_mode mode;
    struct ledger_options options;
    struct ledger_identity id;
    char *dir;
    int dir_fd;
    int lock_fd; /* -1 where it is only read */
    struct store *store;
    struct journal journal;
    const char *lost;         /* what did not match; NULL: nothing */
    uint64_t migrated_from;   /* a format; 0: it had this one */
    uint64_t opening_commits; /* made by ledger_open itself */
    uint64_t height;
    struct hash tip;       /* hash of the block at height */
    uint64_t certified;    /* height of the last commit certificate kept */
    uint64_t record_count; /* final decisions */
    uint64_t own_sequence; /* of the next own operation */
    struct bytes *ballot;  /* what the last own_ballot handed out points into */
};

/* ledger_open with other than the usual options. */
int ledger_open_with(const char *dir, enum ledger_mode mode,
                     const struct ledger_identity *id, const struct ledger_options *options,
                     struct ledger **out, struct complaint *why);

/* Asserts that this ledger may write. */
struct store *ledger_writer(struct ledger *l);
/* Puts the buffer's content and frees it. */
void ledger_put(struct ledger *l, enum store_table table, struct slice key,
                struct buffer *value);
/* After a walk through a table that found `found` entries and ended in `error`: 0, or
 * CONCLAVE_ECORRUPT where the table has another number of them. */
int ledger_walked(struct ledger *l, enum store_table table, int error, size_t found);
/* Adds leaf number index, this record, to the tree of decisions; those before are there. */
void ledger_tree_append(struct ledger *l, uint64_t index, struct slice record);
/* Makes the tree where records of an older format are there without it. 0 or an error. */
int ledger_tree_complete(struct ledger *l);
/* Whether the table has entries. */
bool ledger_has_any(struct ledger *l, enum store_table table);
/* Brings a store of an older format to that of this build, in a commit of its own. The
 * error leaves it as it was. */
int ledger_migrate(struct ledger *l);
/* A new incarnation at once, in commits of its own; nothing else waits. */
int ledger_new_incarnation(struct ledger *l);
/* Closes without another word: what a crash does. */
void ledger_free(struct ledger *l);
/* A complaint about the disk or what is on it. Returns the error. */
int ledger_complain_disk(const struct ledger *l, int error, struct complaint *why);
/* An entry of the table meta that a store must have. */
int ledger_get_meta(struct ledger *l, const char *key, struct bytes **out);
/* A hash in a table that older stores lack: CONCLAVE_ENOENT there, too. */
int ledger_get_hash(struct ledger *l, enum store_table table, struct slice key,
                    struct hash *out);
/* Compares the marks with the machine and the files; l->lost says what differs. */
int ledger_check_marks(struct ledger *l, struct complaint *why);
/* New marks, of this machine and file, and a journal of this time. They are written with
 * whatever else waits, and durable with it. */
int ledger_put_marks(struct ledger *l);
/* Reads what a ledger knows about itself, in one call per file, at opening. */
int ledger_load_blocks(struct ledger *l);
int ledger_load_own(struct ledger *l);
int ledger_load_index(struct ledger *l);
int ledger_load_standing(struct ledger *l, struct standing *out);

#endif
