/* SPDX-License-Identifier: ISC */
/*
 * A tree read from its tiles, wherever they are. Nothing in them is believed: compute
 * tree_root and compare it with a checkpoint, or verify each proof made from them.
 */
#ifndef CONCLAVE_TLOG_TILE_READ_H
#define CONCLAVE_TLOG_TILE_READ_H

#include "tlog/tile.h"

struct tile_reader {
    /* Appends the bytes of a tile of hashes. 0, CONCLAVE_ENOENT where there is no such
     * file, or another error, which ends what needed it and is returned by it. Where a
     * partial tile is not there the full one is asked for, since a log may drop the
     * former once it has the latter. */
    int (*fetch)(void *context, const struct tile *t, struct buffer *out);
    void *context;
    uint64_t leaves; /* of the tree; a node outside is CONCLAVE_ENOENT */
    struct tile_kept {
        struct tile tile; /* width 0: none */
        struct hash hashes[TILE_WIDTH];
    } kept[TILE_LEVELS]; /* the tile last used of each level */
};

void tile_reader_init(struct tile_reader *r, uint64_t leaves,
                      int (*fetch)(void *, const struct tile *, struct buffer *),
                      void *context);
/* Of the tree in r, as long as r is there. A tile of the wrong length is
 * CONCLAVE_EFORMAT. */
struct tree_source tile_reader_source(struct tile_reader *r);

#endif
