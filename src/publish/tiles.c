/* SPDX-License-Identifier: ISC */
#include "publish/inside.h"

#include "base/alloc.h"
#include "tlog/tile.h"
#include "tlog/tile_read.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The tiles under construction: the entries from the first changed bundle on are asked for
 * again, since a bundle is written whole. */
struct builder {
    struct publication *p;
    uint64_t first; /* the first leaf of `leaves` */
    struct hash *leaves;
    uint64_t next; /* the entry asked for next */
};

static int put_tile(struct builder *b, const struct tile *t, const struct buffer *content)
{
    char path[TILE_PATH_BYTES];
    tile_path(t, path);
    return site_put(b->p->site, path, buffer_slice(content), b->p->why);
}

static int read_tile(struct site *site, const struct tile *t, struct buffer *out,
                     struct complaint *why)
{
    char path[TILE_PATH_BYTES];
    struct bytes *content = NULL;
    tile_path(t, path);
    int error = site_get(site, path, (size_t)TILE_WIDTH * HASH_BYTES, &content, why);
    if (error == 0) {
        buffer_append_slice(out, bytes_slice(content));
    }
    bytes_unref(content);
    return error;
}

static int put_entries(struct builder *b, const struct tile *t)
{
    struct buffer bundle = {NULL, 0, 0};
    int error = 0;
    for (unsigned i = 0; i < t->width && error == 0; i++, b->next++) {
        struct bytes *entry = NULL;
        error = b->p->source->entry(b->p->source->context, b->next, &entry, b->p->why);
        if (error == 0) {
            b->leaves[b->next - b->first] = merkle_leaf(bytes_slice(entry));
            error = bundle_append(&bundle, bytes_slice(entry));
            error = error == 0
                        ? 0
                        : complain(b->p->why, error,
                                   "record %" PRIu64 " is larger than a tile's entry "
                                   "may be",
                                   b->next);
        }
        bytes_unref(entry);
    }
    error = error == 0 ? put_tile(b, t, &bundle) : error;
    buffer_free(&bundle);
    return error;
}

/* Hash i of a tile: a leaf, or what stands over a full tile below, which is on the site. */
static int tile_hash(void *context, unsigned level, uint64_t index, struct hash *out)
{
    struct builder *b = context;
    struct tile below = {TILE_HASHES, level / TILE_HEIGHT - 1, index, TILE_WIDTH};
    struct hash hashes[TILE_WIDTH];
    struct buffer content = {NULL, 0, 0};
    if (level == 0) {
        *out = b->leaves[index - b->first];
        return 0;
    }
    int error = read_tile(b->p->site, &below, &content, b->p->why);
    if (error == 0 && content.size == sizeof(hashes)) {
        memcpy(hashes, content.data, sizeof(hashes));
        *out = merkle_root(hashes, TILE_WIDTH);
    } else {
        error = CONCLAVE_ECORRUPT;
    }
    buffer_free(&content);
    return error;
}

static int put_hashes(struct builder *b, const struct tile *t)
{
    struct tree_source source = {tile_hash, b};
    struct buffer content = {NULL, 0, 0};
    char path[TILE_PATH_BYTES];
    int error = tile_hashes(&source, t, &content);
    tile_path(t, path);
    error = error == 0 ? put_tile(b, t, &content)
                       : complain(b->p->why, CONCLAVE_ECORRUPT,
                                  "%s/%s: a tile below it is missing or damaged; publish "
                                  "into a new directory",
                                  b->p->site->path, path);
    buffer_free(&content);
    return error;
}

/* --- what the site has then --- */

static int fetch(void *context, const struct tile *t, struct buffer *out)
{
    struct complaint ignored;
    return read_tile(context, t, out, &ignored);
}

static int check_tree(struct publication *p, uint64_t size, const struct hash *wanted,
                      const char *of)
{
    struct tile_reader *reader = alloc_zero(1, sizeof(*reader));
    struct hash root;
    tile_reader_init(reader, p->size, fetch, p->site);
    struct tree_source source = tile_reader_source(reader);
    int error = tree_root(&source, size, &root);
    free(reader);
    if (error == 0 && memcmp(&root, wanted, sizeof(root)) == 0) {
        return 0;
    }
    return complain(p->why, CONCLAVE_ECORRUPT,
                    "%s: the tree of %" PRIu64 " decisions there is not that of the %s: "
                    "either files were changed, or the history was rewritten; keep both "
                    "checkpoints, and compare with other seats",
                    p->site->path, size, of);
}

int publish_tiles(struct publication *p)
{
    struct builder b = {.p = p, .first = p->from - p->from % TILE_WIDTH};
    struct tile_walk walk;
    struct tile t;
    int error = 0;
    b.next = b.first;
    b.leaves = alloc_zero(p->size - b.first + 1, sizeof(*b.leaves));
    tile_walk_begin(&walk, p->from, p->size);
    while (error == 0 && tile_walk_next(&walk, &t)) {
        error = t.kind == TILE_ENTRIES ? put_entries(&b, &t) : put_hashes(&b, &t);
    }
    free(b.leaves);
    if (error == 0) {
        error = check_tree(p, p->size, &p->root, "new checkpoint");
    }
    if (error == 0 && p->from > 0) {
        error = check_tree(p, p->from, &p->from_root, "checkpoint published before");
    }
    return error;
}
