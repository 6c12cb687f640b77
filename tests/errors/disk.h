/* SPDX-License-Identifier: ISC */
/*
 * A journal of what a store does to its disk, and the contents that a power cut can leave.
 *
 * A write is durable when a sync of its file that began after it has returned, or when it
 * was made through a descriptor with O_DSYNC and has returned. Every other one may be
 * there, not be there, or be there in some of its sectors of 512 bytes. What happened in
 * the directory since its last sync may be there up to any point, in the order in which it
 * happened. After a sync that failed the writes it should have covered never become
 * durable (the kernel has marked them clean), although the process that reads the file
 * sees them.
 */
#ifndef CONCLAVE_TESTS_ERRORS_DISK_H
#define CONCLAVE_TESTS_ERRORS_DISK_H

#include "random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DISK_SECTOR = 512 };

/* What was promised at some moment: this, or what was being tried, must be found. */
struct disk_mark {
    bool made;             /* the store exists */
    uint64_t height, salt; /* acknowledged */
    uint64_t trying;       /* the salt of the turn after it, 0: none */
};

/* Keeps the journal of this process's calls on the store in dir; one at a time. */
void disk_watch(const char *dir);
void disk_unwatch(void);
void disk_promise(const struct disk_mark *m);
size_t disk_operations(void);
size_t disk_syncs(void);

/* As if no sync did anything: a test of the test. */
void disk_lie(void);

/* A cut while operation `at` is under way (disk_operations(): after the last one). */
struct disk_cut {
    size_t at;
    struct disk_mark mark;
    size_t
        *writes; /* the ones that may be there, in order; `at` is among them if it is one */
    size_t count;
    size_t entries; /* how many changes of the directory are not durable */
};
void disk_cut_at(size_t at, struct disk_cut *out);
void disk_cut_clear(struct disk_cut *c);
/* Whether operation `at` makes writes durable: all that can be lost can be lost here. */
bool disk_is_barrier(size_t at);

/* How much of a write survives. */
enum disk_part { PART_NONE, PART_ALL, PART_HEAD, PART_TAIL, PART_ODD, PART_RANDOM };

/* Writes into dir what the disk holds; parts has one for each of c->writes, of the
 * directory's changes the first `entries` survive. False: nothing could be written. */
bool disk_image(const struct disk_cut *c, const enum disk_part *parts, size_t entries,
                struct rng *r, const char *dir);
/* From here on statx of this process tells of the image what it told of the original. */
void disk_show_image(void);

#endif
