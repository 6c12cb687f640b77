/* SPDX-License-Identifier: ISC */
/* The log's lines about a disk that is slow or nearly full. */
#ifndef CONCLAVE_CONCLAVED_DISK_H
#define CONCLAVE_CONCLAVED_DISK_H

#include <stdbool.h>
#include <stdint.h>

struct node;

/* Less free room is low; a disk that is low is good again above twice that. */
enum { DISK_LOW_BYTES = 64 * 1024 * 1024 };

/* All zero at first. */
struct disk_watch {
    uint64_t commits; /* the last one looked at */
    bool is_low;      /* as the log was told */
};

/* The store was made durable for the commits-th time, which took so long. */
void disk_synced(struct node *n, uint64_t commits, uint64_t last_us);
/* The log was settled, beside a turn. */
void disk_settled(struct node *n, uint64_t took_ms);
/* With every beat: so much is free. */
void disk_look(struct node *n, uint64_t free_bytes);

#endif
