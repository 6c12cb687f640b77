/* SPDX-License-Identifier: ISC */
#include "tlog/tile_read.h"

#include <assert.h>
#include <string.h>

/* Of the full tile, which holds what the partial one does and more, the beginning. */
static int fetch(struct tile_reader *r, const struct tile *t, struct buffer *out)
{
    struct tile full = *t;
    full.width = TILE_WIDTH;
    int error = r->fetch(r->context, t, out);
    if (error == CONCLAVE_ENOENT && t->width < TILE_WIDTH) {
        out->size = 0;
        error = r->fetch(r->context, &full, out);
        if (error == 0 && out->size == TILE_WIDTH * HASH_BYTES) {
            out->size = (size_t)t->width * HASH_BYTES;
        }
    }
    return error == 0 && out->size != (size_t)t->width * HASH_BYTES ? CONCLAVE_EFORMAT
                                                                    : error;
}

static int keep(struct tile_reader *r, const struct tile *t)
{
    struct tile_kept *kept = &r->kept[t->level];
    struct buffer bytes = {0};
    if (kept->tile.width > 0 && kept->tile.index == t->index) {
        return 0;
    }
    int error = fetch(r, t, &bytes);
    if (error == 0) {
        kept->tile = *t;
        memcpy(kept->hashes, bytes.data, bytes.size);
    }
    buffer_free(&bytes);
    return error;
}

/* A node stands over 1, 2, 4 .. 128 hashes of one tile. */
static int node(void *context, unsigned level, uint64_t index, struct hash *out)
{
    struct tile_reader *r = context;
    unsigned above = level % TILE_HEIGHT;
    size_t span = (size_t)1 << above;
    if (level >= 63 || index >= r->leaves >> level) {
        return CONCLAVE_ENOENT;
    }
    uint64_t first = index << above;
    struct tile t = {
        .kind = TILE_HASHES, .level = level / TILE_HEIGHT, .index = first / TILE_WIDTH};
    t.width = tile_width(r->leaves, t.level, t.index);
    assert(first % TILE_WIDTH + span <= t.width);
    int error = keep(r, &t);
    if (error == 0) {
        *out = merkle_root(&r->kept[t.level].hashes[first % TILE_WIDTH], span);
    }
    return error;
}

void tile_reader_init(struct tile_reader *r, uint64_t leaves,
                      int (*fetch_tile)(void *, const struct tile *, struct buffer *),
                      void *context)
{
    memset(r, 0, sizeof(*r));
    r->leaves = leaves;
    r->fetch = fetch_tile;
    r->context = context;
}

struct tree_source tile_reader_source(struct tile_reader *r)
{
    return (struct tree_source){node, r};
}
