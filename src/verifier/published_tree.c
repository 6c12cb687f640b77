/* SPDX-License-Identifier: ISC */
/* The tree of a published log, computed from its entries and compared with its tiles. */
#include "verifier/published_inside.h"

#include "base/alloc.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NOTED_MAX = 8 };

/* The tile of a level that is being filled. */
struct filling {
    struct hash hashes[TILE_WIDTH];
    unsigned width;
    uint64_t index;
};

/* What is wrong if the tiles are, and what is if the entries are: which of the two it is
 * shows when the root is known. */
struct noted {
    char *tile, *entries; /* the latter NULL above level 0 */
};

struct growth {
    struct published *p;
    uint64_t size, next; /* entries of the checkpoint, and gone through */
    struct filling levels[TILE_LEVELS];
    struct merkle_tree all;
    char entries_path[TILE_PATH_BYTES]; /* of the bundle last read */
    struct noted noted[NOTED_MAX];
    size_t noted_count;
};

/* --- files beside the one that the checkpoint needs --- */

/* How long the first `width` of what is in a tile are; all, where it has no more. */
static size_t cut(const struct tile *t, struct slice content, unsigned width)
{
    struct slice rest = content, entry;
    if (t->kind == TILE_HASHES) {
        size_t size = (size_t)width * HASH_BYTES;
        return size < content.size ? size : content.size;
    }
    for (unsigned i = 0; i < width && bundle_next(&rest, &entry); i++) {
    }
    return content.size - rest.size;
}

/* Of an older checkpoint: the beginning of what is there now. Of one to come, which is
 * being published: what is there now is its beginning. */
static void check_other(struct growth *g, const struct tile *t, struct slice content)
{
    char path[TILE_PATH_BYTES];
    struct bytes *other = NULL;
    bool is_entries = t->kind == TILE_ENTRIES;
    enum published_check check = is_entries ? PUBLISHED_ENTRIES : PUBLISHED_TILES;
    tile_path(t, path);
    if (!published_read(g->p, check, path,
                        is_entries ? PUBLISHED_BUNDLE_MAX : TILE_WIDTH * HASH_BYTES,
                        &other)) {
        return;
    }
    struct slice got = bytes_slice(other);
    size_t size = cut(t, content, t->width);
    bool is_ahead = size == content.size && got.size > size;
    if (is_ahead) {
        got.size = size;
    }
    if (!slice_equal(got, slice_of(content.data, size))) {
        published_fault(g->p, check, "%s: it is not what the entries of the checkpoint are",
                        path);
    }
    bytes_unref(other);
}

/* All that there are in the folder of partial ones, and the full one. */
static void check_others(struct growth *g, const struct tile *t, const char *used,
                         struct slice content)
{
    char path[TILE_PATH_BYTES], folder[TILE_PATH_BYTES + 2];
    struct tile other = *t;
    other.width = TILE_WIDTH;
    tile_path(&other, path);
    if (strcmp(path, used) != 0 && faccessat(g->p->site.fd, path, F_OK, 0) == 0) {
        check_other(g, &other, content);
    }
    (void)snprintf(folder, sizeof(folder), "%s.p", path);
    int fd = openat(g->p->site.fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    for (struct dirent *e = NULL; dir != NULL && (e = readdir(dir)) != NULL;) {
        char name[sizeof(folder) + sizeof(e->d_name) + 1];
        (void)snprintf(name, sizeof(name), "%s/%s", folder, e->d_name);
        if (strcmp(name, used) != 0 &&
            tile_parse_path(slice_of_string(name), &other) == 0) {
            check_other(g, &other, content);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    } else if (fd >= 0) {
        (void)close(fd);
    }
}

/* --- tiles --- */

static void note_difference(struct growth *g, const struct tile *t, const char *path,
                            size_t at)
{
    struct noted *n = &g->noted[g->noted_count];
    if (g->noted_count == NOTED_MAX) {
        return;
    }
    g->noted_count++;
    n->tile = alloc_printf("%s: hash %zu of it is not what the entries give", path, at);
    if (t->level == 0) {
        n->entries =
            alloc_printf("%s: entry %" PRIu64 " is not the one of which the tree of the "
                         "checkpoint is made",
                         g->entries_path, t->index * TILE_WIDTH + at);
    }
}

static void check_tile(struct growth *g, unsigned level)
{
    struct filling *f = &g->levels[level];
    struct tile t = {TILE_HASHES, level, f->index, f->width};
    struct slice wanted = slice_of(f->hashes, f->width * sizeof(f->hashes[0]));
    struct bytes *content = NULL;
    char path[TILE_PATH_BYTES];
    if (!published_read_tile(g->p, &t, &content, path)) {
        return;
    }
    size_t at = 0;
    while (at < f->width && (at + 1) * HASH_BYTES <= content->size &&
           memcmp(content->data + at * HASH_BYTES, &f->hashes[at], HASH_BYTES) == 0) {
        at++;
    }
    if (at < f->width) {
        note_difference(g, &t, path, at);
    } else if (content->size % HASH_BYTES != 0 ||
               (content->size > wanted.size && strstr(path, ".p/") != NULL)) {
        published_fault(g->p, PUBLISHED_TILES, "%s: it has more in it than %u hashes", path,
                        f->width);
    }
    check_others(g, &t, path, wanted);
    bytes_unref(content);
}

/* Adds a hash to the tile of its level, and the tile's own to that above once it is full.
 */
static void add_hash(struct growth *g, const struct hash *h)
{
    struct hash over = *h;
    for (unsigned level = 0; level < TILE_LEVELS; level++) {
        struct filling *f = &g->levels[level];
        f->hashes[f->width++] = over;
        if (f->width < TILE_WIDTH) {
            return;
        }
        check_tile(g, level);
        over = merkle_root(f->hashes, TILE_WIDTH);
        f->width = 0;
        f->index++;
    }
}

/* --- entries --- */

static bool check_bundle(struct growth *g, const struct tile *t)
{
    struct bytes *content = NULL;
    struct slice rest, entry;
    unsigned count = 0;
    if (!published_read_tile(g->p, t, &content, g->entries_path)) {
        return false;
    }
    bool is_partial = strstr(g->entries_path, ".p/") != NULL;
    bool good = bundle_count(bytes_slice(content), &count) == 0 && count >= t->width &&
                count == (is_partial ? t->width : TILE_WIDTH);
    if (!good) {
        published_fault(g->p, PUBLISHED_ENTRIES,
                        "%s: it is no bundle of %u entries, it was cut off or changed",
                        g->entries_path, is_partial ? t->width : TILE_WIDTH);
    }
    rest = bytes_slice(content);
    for (unsigned i = 0; good && i < t->width && bundle_next(&rest, &entry); i++) {
        struct hash leaf = merkle_leaf(entry);
        g->next++;
        merkle_tree_append(&g->all, &leaf);
        add_hash(g, &leaf);
    }
    if (good) {
        struct slice used = slice_of(content->data, content->size - rest.size);
        check_others(g, t, g->entries_path, used);
    }
    bytes_unref(content);
    return good;
}

static bool check_entries(struct growth *g)
{
    bool good = true;
    for (uint64_t n = 0; good && g->next < g->size; n++) {
        struct tile t = {TILE_ENTRIES, 0, n, tile_width(g->size, 0, n)};
        good = check_bundle(g, &t);
        g->p->progress(g->p->context, "tree", g->next, g->size);
    }
    for (unsigned level = 0; good && level < TILE_LEVELS; level++) {
        if (g->levels[level].width > 0) {
            check_tile(g, level);
        }
    }
    return good;
}

/* --- the verdict --- */

static int fetch(void *context, const struct tile *t, struct buffer *out)
{
    struct published *p = context;
    struct complaint ignored;
    struct bytes *content = NULL;
    char path[TILE_PATH_BYTES];
    tile_path(t, path);
    int error =
        site_get(&p->site, path, (size_t)TILE_WIDTH * HASH_BYTES, &content, &ignored);
    if (error == 0) {
        buffer_append_slice(out, bytes_slice(content));
    }
    bytes_unref(content);
    return error;
}

/* Where the tiles lead to the root, or the entries do, the other ones are wrong. */
static void judge(struct growth *g)
{
    struct published *p = g->p;
    const struct checkpoint *c = &p->note.report.checkpoint;
    struct hash root = merkle_tree_root(&g->all), tiles_root;
    bool entries_hold = memcmp(&root, &c->root, sizeof(root)) == 0;
    bool tiles_hold = tree_root(&p->tree, c->size, &tiles_root) == 0 &&
                      memcmp(&tiles_root, &c->root, sizeof(root)) == 0;
    for (size_t i = 0; i < g->noted_count; i++) {
        const struct noted *n = &g->noted[i];
        if (entries_hold) {
            published_fault(p, PUBLISHED_TILES, "%s", n->tile);
        } else if (tiles_hold && n->entries != NULL) {
            published_fault(p, PUBLISHED_ENTRIES, "%s", n->entries);
        }
    }
    if (!entries_hold && !tiles_hold) {
        published_fault(p, PUBLISHED_ENTRIES,
                        "tile/entries/: the %" PRIu64
                        " entries lead to another root than the checkpoint's, and so do "
                        "the tiles: they are of another history",
                        c->size);
    } else if (!entries_hold && p->faults_of[PUBLISHED_ENTRIES] == 0) {
        published_fault(p, PUBLISHED_ENTRIES,
                        "tile/entries/: they lead to another root than the checkpoint's");
    }
    p->has_tree = entries_hold && tiles_hold;
}

bool published_tree(struct published *p)
{
    struct growth *g = alloc_zero(1, sizeof(*g));
    g->p = p;
    g->size = p->note.report.checkpoint.size;
    merkle_tree_init(&g->all);
    tile_reader_init(&p->reader, g->size, fetch, p);
    p->tree = tile_reader_source(&p->reader);
    p->is_checked[PUBLISHED_ENTRIES] = true;
    bool good = check_entries(g);
    if (good) {
        p->is_checked[PUBLISHED_TILES] = true;
        judge(g);
    }
    for (size_t i = 0; i < g->noted_count; i++) {
        free(g->noted[i].tile);
        free(g->noted[i].entries);
    }
    free(g);
    return good && p->faults_of[PUBLISHED_ENTRIES] == 0;
}
