/* SPDX-License-Identifier: ISC */
/*
 * One node's store: an LMDB environment that holds every committed block with its proof,
 * what this node itself signed, its own ballots, and an index of proposals. Laid out as
 * in conclave-internals(7); keys are big-endian so that their order is height order.
 *
 * Writes gather in one transaction, begun by the first of them and ended by
 * ledger_commit; an error is remembered, makes the writes after it do nothing, and is
 * returned by ledger_commit. Reads see the writes of the open transaction. After a failed
 * commit the result is unknown: the caller stops voting and reopens.
 */
#ifndef CONCLAVE_LEDGER_LEDGER_H
#define CONCLAVE_LEDGER_LEDGER_H

#include "base/error.h"
#include "wire/message.h"
#include "wire/record.h"

/* The format that this build writes, and the oldest that it reads and migrates. */
enum { LEDGER_FORMAT = 4, LEDGER_FORMAT_OLDEST = 1 };

enum ledger_mode { LEDGER_CREATE, LEDGER_WRITE, LEDGER_READ, LEDGER_COPY };

struct ledger_identity {
    struct hash council_id;
    uint16_t seat;
    uint16_t seats;
};

struct ledger;

/*
 * dir is the node's data directory. LEDGER_CREATE makes it where it is missing, and a new
 * store in it (CONCLAVE_EEXIST when there is one). Both it and LEDGER_WRITE lock the store
 * against a second process (CONCLAVE_EAGAIN). LEDGER_WRITE checks its format
 * (CONCLAVE_EVERSION; an older one is migrated), identity (CONCLAVE_ESEAT) and marks:
 * machine id, inode and birth time of the file, crash journal, write-ahead log. Where these
 * do not match the store was copied, restored or cloned (conclave-protocol(7), Restore-safe
 * seats): its standing becomes lost, and durable together with new marks; ledger_lost says
 * what did not match.
 *
 * LEDGER_READ opens beside a running daemon (never within it), or opens a copy of a store:
 * no lock, no marks, and no identity when id is NULL. Its ledger_height and
 * ledger_record_count are those of the moment of opening.
 *
 * LEDGER_COPY is the same without LMDB's lock file, which is neither needed nor made: for
 * what lies on a medium that is only read, or belongs to somebody else. dir may be the
 * store's file itself, of whatever name. No node may run on it: ledger_is_in_use.
 */
int ledger_open(const char *dir, enum ledger_mode mode, const struct ledger_identity *id,
                struct ledger **out, struct complaint *why);
/* The format of the store, and which one it had before it was opened for writing; 0: the
 * same. One that is only read may have an older one. */
uint64_t ledger_format(const struct ledger *l);
uint64_t ledger_migrated_from(const struct ledger *l);
/* Whether a node runs on the store in this directory now, as far as its lock can be read.
 */
bool ledger_is_in_use(const char *dir);
/* What did not match at opening, for people; NULL: nothing. */
const char *ledger_lost(const struct ledger *l);
/* The same of a store that is only read, now; a node may run on it meanwhile. */
const char *ledger_marks(struct ledger *l);
/*
 * The write-ahead log of a store opened with LEDGER_READ, now; it is not changed, and a
 * node may run on it meanwhile. 0, and how many commits the log holds that this ledger does
 * not; none where the store names no log: after a clean stop, and in older formats; or
 * where the node went on to the next round at every look. With a complaint that has the
 * cure, and none: CONCLAVE_ENOENT: the log is missing or another one, and a start finds the
 * state lost; CONCLAVE_ECORRUPT: it is damaged, and a start refuses it; CONCLAVE_EPERM,
 * _EIO.
 */
int ledger_check_log(struct ledger *l, uint64_t *unsettled, struct complaint *why);
const struct ledger_identity *ledger_identity(const struct ledger *l);
/* A new file, mode 0600 and synced, with the store as it was settled at one moment; its
 * writer goes on meanwhile. The crash journal is no part of it, so what is made of it knows
 * that it is a copy. */
int ledger_copy(struct ledger *l, const char *path, struct complaint *why);
/* Such a file becomes the store of a directory that is empty or made here (CONCLAVE_EEXIST,
 * or _EAGAIN where a node runs): opened for writing, its standing durably lost. */
int ledger_restore(const char *from, const char *dir, const struct ledger_identity *id,
                   struct ledger **out, struct complaint *why);
/* Drops what was not committed. NULL is allowed. */
void ledger_close(struct ledger *l);
/* Makes everything since the last commit durable. 0, CONCLAVE_EFULL, _EIO, _ECORRUPT. Free
 * of cost when nothing was written. */
int ledger_commit(struct ledger *l);
/* Whether a write waits for ledger_commit. */
bool ledger_is_dirty(const struct ledger *l);
/*
 * What was committed may be in the write-ahead log alone, where a start of this node finds
 * it, and nobody else. ledger_settle brings it into the environment, for readers beside
 * this process, and for copies. Errors as of ledger_commit.
 */
bool ledger_is_unsettled(const struct ledger *l);
int ledger_settle(struct ledger *l);

/* --- committed blocks --- */

/* The next block; its height is one above ledger_height. */
void ledger_append(struct ledger *l, const struct block *b);
/* A commit certificate of a block that is here, or of a descendant of the last one that is
 * yet to come; kept when it is the first that covers some block. */
void ledger_put_commit(struct ledger *l, const struct certificate *c);
uint64_t ledger_height(const struct ledger *l); /* 0: only genesis */
/* 0 with a reference in *out, CONCLAVE_ENOENT, or CONCLAVE_ECORRUPT. Hashes are filled. */
int ledger_block(struct ledger *l, uint64_t height, struct block **out);
/* As it is stored, whatever that is worth: its bytes, which the caller unrefs; and its
 * header with the hash of it. */
int ledger_encoding(struct ledger *l, uint64_t height, struct bytes **out);
int ledger_header(struct ledger *l, uint64_t height, struct header *out, struct hash *hash);
/* The lowest kept commit certificate at or above height. */
int ledger_commit_of(struct ledger *l, uint64_t height, struct certificate **out);

/* --- what this node signed, for the ordering core --- */

/* Two different votes for one (view, height, phase) are a programmer's error. */
void ledger_put_vote(struct ledger *l, const struct vote *v);
void ledger_put_view_change(struct ledger *l, const struct view_change *v);
void ledger_put_new_view(struct ledger *l, const struct new_view *v);
/* The certificate of the highest (view, height) known. */
void ledger_put_best(struct ledger *l, const struct certificate *c);
/* Whether this seat has lost what it signed; at first it has not. */
void ledger_put_standing(struct ledger *l, const struct standing *s);
/* A block voted for that is not committed. */
void ledger_put_candidate(struct ledger *l, const struct block *b);
/* A block of (view, height) committed: candidates at or below that height with a view not
 * above that view, and votes at or below that height, are forgotten. */
void ledger_prune(struct ledger *l, uint64_t view, uint64_t height);

struct ledger_saved {
    bool has_view_change;
    struct view_change view_change; /* the last one sent */
    struct new_view *new_view;      /* the last one accepted, or NULL */
    struct certificate *best;       /* or NULL */
    struct vote *votes;             /* of this seat, in the order (view, height, phase) */
    size_t vote_count;
    struct block **candidates; /* hashes filled */
    size_t candidate_count;
    struct standing standing;
};
int ledger_load_saved(struct ledger *l, struct ledger_saved *out);
void ledger_saved_clear(struct ledger_saved *s);

/* --- own operations and ballots --- */

/* An operation of this seat that was acknowledged and is not executed yet. They come back
 * in the order in which they were put; fn may put and drop. */
void ledger_put_own(struct ledger *l, const struct hash *op_id, struct slice operation);
void ledger_drop_own(struct ledger *l, const struct hash *op_id);
int ledger_each_own(struct ledger *l,
                    void (*fn)(void *ctx, const struct hash *op_id, struct slice operation),
                    void *ctx);

/* The own ballot and nonce, kept before the commitment leaves the node. */
struct own_ballot {
    struct hash proposal;
    struct ballot ballot; /* rationale is the ledger's until the next ledger_get_ballot, or
                             the caller's when put */
    uint8_t nonce[BALLOT_NONCE_BYTES];
};
/* A ballot once put stays as it is: putting another one is a programmer's error. */
void ledger_put_ballot(struct ledger *l, const struct own_ballot *b);
int ledger_get_ballot(struct ledger *l, const struct hash *proposal,
                      struct own_ballot *out);

/* --- the index of proposals: what replaying the blocks gives again. Putting what is there
 * costs nothing; putting something else in its place is CONCLAVE_ECORRUPT. --- */

struct ledger_proposal {
    struct hash id;
    uint64_t propose_height;
    uint64_t final_height; /* 0 while it is not final */
    uint64_t record_index; /* in the decisions tree, when final */
};
void ledger_put_proposal(struct ledger *l, const struct hash *id, uint64_t propose_height);
void ledger_put_record(struct ledger *l, uint64_t index, const struct hash *id,
                       uint64_t final_height, struct slice encoding);
int ledger_proposal(struct ledger *l, const struct hash *id, struct ledger_proposal *out);
/* The only proposal whose id begins with these bytes; CONCLAVE_ENOENT, or CONCLAVE_EEXIST
 * where there are several, or _EINVAL. digits counts hexadecimal digits, at most 64. */
int ledger_proposal_by_prefix(struct ledger *l, const char *hex, size_t digits,
                              struct hash *out);
/* The encoded record of the index-th final decision; a copy the caller unrefs. */
int ledger_record(struct ledger *l, uint64_t index, struct bytes **out);
/* The same, decoded. */
int ledger_read_record(struct ledger *l, uint64_t index, struct record *out);
uint64_t ledger_record_count(const struct ledger *l);
/* A node of the tree of decisions, whose leaves are the records: hash/tree.h, the context a
 * struct ledger. CONCLAVE_ENOENT as for effects. */
int ledger_tree_node(void *context, unsigned level, uint64_t index, struct hash *out);
/* What the block of that height did, conclave-protocol(7) section 6. CONCLAVE_ENOENT where
 * it is not executed, or where the store is of an older build, which no node of this one
 * has run on yet. */
void ledger_put_effects(struct ledger *l, uint64_t height, const struct hash *effects);
int ledger_effects(struct ledger *l, uint64_t height, struct hash *out);
/* What those effects hash: wire/deeds.h. CONCLAVE_ENOENT likewise; the caller unrefs. */
void ledger_put_deeds(struct ledger *l, uint64_t height, struct slice deeds);
int ledger_deeds(struct ledger *l, uint64_t height, struct bytes **out);
/* Whether the store has these at all: then of every executed block and every record. */
bool ledger_keeps_effects(struct ledger *l);
bool ledger_keeps_tree(struct ledger *l);
bool ledger_keeps_deeds(struct ledger *l);
/* Every entry of the index, until fn says that it has seen enough. */
int ledger_each_proposal(struct ledger *l,
                         bool (*fn)(void *ctx, const struct ledger_proposal *p), void *ctx);

/* --- the flags of this node: local observation, watch/flags.h. Ids ascend from
 * 1; fn may not write. A store of an older build that is only read has none. --- */

void ledger_put_flag(struct ledger *l, uint64_t id, struct slice encoding);
void ledger_drop_flag(struct ledger *l, uint64_t id);
int ledger_each_flag(struct ledger *l,
                     void (*fn)(void *ctx, uint64_t id, struct slice encoding), void *ctx);

/* --- facts for operators --- */

/* The library below it and its version. */
const char *ledger_library(void);

struct ledger_facts {
    uint64_t map_bytes, used_bytes;
    uint64_t page_bytes;
    uint64_t commits;        /* transactions made durable since it was opened */
    uint64_t last_commit_us; /* how long the last one took */
    uint64_t settlings;      /* of the write-ahead log into the environment */
    uint64_t free_disk_bytes;
};
void ledger_facts(struct ledger *l, struct ledger_facts *out);
/* The same two of them, at next to no cost. */
uint64_t ledger_commits(const struct ledger *l, uint64_t *last_us);
/* Of one table of the store, from 0; its name is NULL after the last. 0 or an error. */
struct ledger_table {
    const char *name;
    uint64_t entries;
    uint64_t pages;
};
int ledger_table(struct ledger *l, unsigned number, struct ledger_table *out);

#endif
