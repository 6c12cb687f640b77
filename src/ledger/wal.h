/* SPDX-License-Identifier: ISC */
/*
 * The write-ahead log: a file of fixed size, `wal` beside the environment, in which a
 * commit is durable by one write where LMDB needs two flushes, one after the other. What is
 * in it goes into the environment later, many commits at once: it is settled. Knows nothing
 * of what it keeps.
 *
 * Commits between two settlings are a round. The environment names the log's random number
 * and the round that a start has to read; it turns to the next round in the very
 * transaction that settles this one. So after a crash
 *
 *   the environment names   the first record is   then
 *   no log                  (does not matter)     all is settled
 *   round r                 of round r            the whole ones of the round are played
 *   round r > 0             of round r - 1        that one was settled; nothing is newer
 *   round 0                 not there             nothing was logged yet
 *
 * and any other file, or none, is not the log of this environment. A first record that was
 * cut short by the crash has its head, or still that of the record it was to replace.
 *
 * A record is written once, with its checksum, and never changed: a crash leaves the last
 * one whole or not at all. It takes whole multiples of WAL_ALIGN, zeros at its end, so that
 * no page of the kernel and no physical sector of a disk holds parts of two: what was
 * flushed is never written again. A record that is not whole and has one of the same round
 * behind it was damaged later, which is no crash.
 *
 * Layout, integers least significant byte first:
 *   file    "conclave wal 1\n" and one zero byte; number[16]; zeros to WAL_ALIGN; records
 *   record  number[16], round[8], index[4], size[4], size bytes, hash[32] of all before;
 *           zeros to a multiple of WAL_ALIGN
 */
#ifndef CONCLAVE_LEDGER_WAL_H
#define CONCLAVE_LEDGER_WAL_H

#include "base/bytes.h"
#include "base/error.h"

/* The file, in the data directory. */
#define WAL_NAME "wal"

enum { WAL_NUMBER_BYTES = 16, WAL_ALIGN = 4096, WAL_BYTES = 1024 * 1024 };

/* What an environment says of its log. */
struct wal_round {
    uint8_t number[WAL_NUMBER_BYTES];
    uint64_t round;
};

struct wal;

/* A new log, empty and durable, in the place of what was there. 0, CONCLAVE_EFULL, _EPERM,
 * or _EIO with errno. */
int wal_make(const char *dir, struct wal **out);
/* NULL is allowed. */
void wal_close(struct wal *w);
/* The round that commits go into now. */
const struct wal_round *wal_now(const struct wal *w);
/* Durable when it returns. 0; CONCLAVE_ELIMIT: no room in this round, nothing was written;
 * CONCLAVE_EFULL or _EIO: the end of the log is unknown, and nothing may be added. */
int wal_append(struct wal *w, struct slice record);
/* After the environment that names the next round is durable. */
void wal_next_round(struct wal *w);

typedef int wal_play(void *context, struct slice record);

/* Gives the records of the round to play, in order, until it returns other than 0. 0;
 * CONCLAVE_ENOENT: not the log of this environment; CONCLAVE_ECORRUPT: a record is
 * damaged; CONCLAVE_EPERM, _EIO; or what play returned. */
int wal_read(const char *dir, const struct wal_round *round, wal_play *play, void *context);
/* The same of a file's bytes. */
int wal_scan(struct slice file, const struct wal_round *round, wal_play *play,
             void *context);

#endif
