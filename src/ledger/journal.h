/* SPDX-License-Identifier: ISC */
/*
 * The crash journal: a random number, the incarnation, that stands both in the environment
 * and in the file `journal` beside it, and is drawn anew at every start, at every clean
 * stop and every JOURNAL_COMMITS commits between. An environment or a journal that was put
 * back from a backup, alone or together, into new files or over the old ones, holds an
 * incarnation that is over, or lies in a file that is not the one it was written to. Put
 * over the old files, so that their inodes stay, two go unnoticed here: what is still of
 * the present incarnation, at most JOURNAL_COMMITS commits old or so; and environment and
 * journal together where the file system keeps no birth times, since inodes come back.
 *
 * A crash or a power cut at any moment never makes the two disagree, because the
 * environment names both incarnations while the file changes from one to the other:
 *
 *   step      durable in the environment   the file `journal` after a crash
 *   settled   {A}                          A
 *   drawn     {A} or {A, B}                A: the new file is journal.new, synced, and not
 *                                          renamed before the commit of {A, B} returned
 *   switching {A, B}                       A or B: the rename is atomic, and the directory
 *                                          is synced before {B} may be committed
 *   switched  {A, B} or {B}                B
 *
 * In each row whatever the file holds is named by the environment. If an incarnation that
 * the environment names, B, was found in the file at a start, the directory is synced
 * before anything else is committed, so that the rename cannot be undone any more. When a
 * sync fails nothing is known about the disk: the change stops at {A, B} for good, which
 * names either.
 */
#ifndef CONCLAVE_LEDGER_JOURNAL_H
#define CONCLAVE_LEDGER_JOURNAL_H

#include "ledger/marks.h"

/* The file, in the data directory. */
#define JOURNAL_NAME "journal"

enum { INCARNATION_BYTES = 16, JOURNAL_COMMITS = 128 };

struct incarnation {
    uint8_t number[INCARNATION_BYTES];
    struct file_mark file; /* of the journal that it was written to */
};

bool incarnation_equal(const struct incarnation *a, const struct incarnation *b);

enum journal_step { JOURNAL_SETTLED, JOURNAL_DRAWN, JOURNAL_SWITCHED, JOURNAL_STOPPED };

struct journal {
    enum journal_step step;
    struct incarnation now;  /* what the file holds until JOURNAL_SWITCHED */
    struct incarnation next; /* from JOURNAL_DRAWN on */
    unsigned commits;        /* since it was settled */
};

/* What the file says, after a sync of the directory. 0, CONCLAVE_ENOENT, _EFORMAT, _EIO. */
int journal_read(int dir_fd, struct incarnation *out);
/* settled -> drawn: writes journal.new. On an error the step stays. 0, CONCLAVE_EFULL or
 * _EIO. */
int journal_draw(struct journal *j, int dir_fd);
/* drawn -> switched, after {now, next} was committed. On an error: stopped. */
int journal_switch(struct journal *j, int dir_fd);
/* switched -> settled, after {next} was committed. */
void journal_settle(struct journal *j);

#endif
