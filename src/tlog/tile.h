/* SPDX-License-Identifier: ISC */
/*
 * The files of a tiled log, https://c2sp.org/tlog-tiles: the tree in tiles of up to 256
 * hashes, hash i of tile N at level L being node (8 L, 256 N + i) of hash/tree.h, and
 * bundles of up to 256 entries, each with its length in 2 bytes, big-endian, before it.
 */
#ifndef CONCLAVE_TLOG_TILE_H
#define CONCLAVE_TLOG_TILE_H

#include "base/error.h"
#include "hash/tree.h"

enum {
    TILE_WIDTH = 256,
    TILE_HEIGHT = 8,
    TILE_LEVELS = 8, /* a tree of 2^63 - 1 leaves has no more */
    TILE_PATH_BYTES = 64,
    TILE_ENTRY_MAX = UINT16_MAX,
};

enum tile_kind { TILE_HASHES, TILE_ENTRIES };

struct tile {
    enum tile_kind kind;
    unsigned level; /* 0 for entries */
    uint64_t index;
    unsigned width; /* 1..TILE_WIDTH, of hashes or entries; less than all is partial */
};

/* "tile/0/x001/234.p/5", "tile/entries/000", with a terminating zero. */
void tile_path(const struct tile *t, char out[TILE_PATH_BYTES]);
/* 0 or CONCLAVE_EFORMAT for what is no path of a tile, written in the one way. */
int tile_parse_path(struct slice path, struct tile *out);

/*
 * The tiles of the tree of `to` leaves that are not, as they are, those of the tree of its
 * first `from`: bundles of entries first, then hashes by level. All of them with from = 0.
 *     tile_walk_begin(&w, from, to);
 *     while (tile_walk_next(&w, &t)) ...
 */
struct tile_walk {
    uint64_t from, to; /* leaves */
    struct tile next;  /* without its width */
};
void tile_walk_begin(struct tile_walk *w, uint64_t from, uint64_t to); /* from <= to */
bool tile_walk_next(struct tile_walk *w, struct tile *out);
/* How wide tile index of a level is in the tree of so many leaves; 0 where it has none. */
unsigned tile_width(uint64_t leaves, unsigned level, uint64_t index);

/* Appends the t->width hashes of a tile of hashes. 0, or what s returned, with nothing
 * appended. */
int tile_hashes(const struct tree_source *s, const struct tile *t, struct buffer *out);

/* Adds an entry to a bundle. 0, or CONCLAVE_ELIMIT with nothing added where it is longer
 * than TILE_ENTRY_MAX. */
int bundle_append(struct buffer *bundle, struct slice entry);
/* Takes the next entry off *rest, into which it points. False at the end, and where the
 * rest is no entry: then *rest is not empty. */
bool bundle_next(struct slice *rest, struct slice *entry);
/* How many entries the whole bundle has. 0; CONCLAVE_EFORMAT where it ends inside one, is
 * empty or has more than TILE_WIDTH. */
int bundle_count(struct slice bundle, unsigned *count);

#endif
