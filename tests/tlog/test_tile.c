/* SPDX-License-Identifier: ISC */
/* Tiles: their paths, which there are, what is in them, and the tree read back. */
#include "tlog/tile_read.h"

#include "base/alloc.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_paths(void)
{
    static const struct {
        struct tile tile;
        const char *path;
    } good[] = {
        {{TILE_HASHES, 0, 0, 256}, "tile/0/000"},
        {{TILE_HASHES, 0, 272, 256}, "tile/0/272"},
        {{TILE_HASHES, 0, 273, 112}, "tile/0/273.p/112"},
        {{TILE_HASHES, 1, 1, 17}, "tile/1/001.p/17"},
        {{TILE_HASHES, 2, 0, 1}, "tile/2/000.p/1"},
        {{TILE_HASHES, 7, 999, 255}, "tile/7/999.p/255"},
        {{TILE_HASHES, 0, 1000, 256}, "tile/0/x001/000"},
        {{TILE_HASHES, 0, 1234067, 256}, "tile/0/x001/x234/067"},
        {{TILE_ENTRIES, 0, 1234067, 8}, "tile/entries/x001/x234/067.p/8"},
        {{TILE_HASHES, 0, 36028797018963967, 9}, "tile/0/x036/x028/x797/x018/x963/967.p/9"},
    };
    static const char *const wrong[] = {"",
                                        "tile",
                                        "tile/",
                                        "tile/0",
                                        "tile/0/",
                                        "tile/0/0",
                                        "tile/0/00",
                                        "tile/0/0000",
                                        "tile/00/000",
                                        "tile/8/000",
                                        "tile/-1/000",
                                        "tile/a/000",
                                        "tile//000",
                                        "/tile/0/000",
                                        "tile/0/000/",
                                        "tile/0/000.p/",
                                        "tile/0/000.p/0",
                                        "tile/0/000.p/256",
                                        "tile/0/000.p/01",
                                        "tile/0/000.p/1/",
                                        "tile/0/000.p",
                                        "tile/0/x000/000",
                                        "tile/0/x001",
                                        "tile/0/001/000",
                                        "tile/0/x001/x000",
                                        "tile/0/x1/000",
                                        "tile/0/0a0",
                                        "tile/0/000.P/1",
                                        "tile/entries",
                                        "tile/entries/",
                                        "tile/Entries/000",
                                        "tile/0/x/000",
                                        "tile/0/x036/x028/x797/x018/x963/968",
                                        "tile/0/x999/x999/x999/x999/x999/x999/999",
                                        "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
                                        "tile/0/000 ",
                                        "tile/0/000\n",
                                        "tile/0/../000",
                                        "tile/0/000.p/1.p/1"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char path[TILE_PATH_BYTES];
        struct tile t;
        tile_path(&good[i].tile, path);
        ok(strcmp(path, good[i].path) == 0, "%s", good[i].path);
        ok(tile_parse_path(slice_of_string(path), &t) == 0 && t.kind == good[i].tile.kind &&
               t.level == good[i].tile.level && t.index == good[i].tile.index &&
               t.width == good[i].tile.width,
           "read back");
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct tile t;
        ok(tile_parse_path(slice_of_string(wrong[i]), &t) == CONCLAVE_EFORMAT,
           "no path: %.50s", wrong[i]);
    }
}

/* --- which there are --- */

/* Of the specification: 70,000 leaves. */
static void test_example(void)
{
    struct tile_walk w;
    struct tile t;
    unsigned full[TILE_LEVELS] = {0}, partial[TILE_LEVELS] = {0}, entries = 0, last = 0;
    tile_walk_begin(&w, 0, 70000);
    while (tile_walk_next(&w, &t)) {
        if (t.kind == TILE_ENTRIES) {
            entries++;
            last = t.width;
        } else if (t.width == TILE_WIDTH) {
            full[t.level]++;
        } else {
            partial[t.level] = t.width;
        }
    }
    is(full[0], 273, "70,000 leaves: full tiles at level 0");
    is(partial[0], 112, "and one of width");
    is(full[1], 1, "full tiles at level 1");
    is(partial[1], 17, "and one of width");
    is(full[2], 0, "full tiles at level 2");
    is(partial[2], 1, "and one of width");
    is(partial[3] + full[3], 0, "nothing above");
    is(entries, 274, "bundles of entries");
    is(last, 112, "the last of them of width");
    tile_walk_begin(&w, 0, 256);
    ok(tile_walk_next(&w, &t) && t.kind == TILE_ENTRIES && t.width == 256 &&
           tile_walk_next(&w, &t) && t.level == 0 && t.width == 256 &&
           tile_walk_next(&w, &t) && t.level == 1 && t.width == 1 &&
           !tile_walk_next(&w, &t),
       "256 leaves: a full tile and one above of width 1");
    tile_walk_begin(&w, 0, 0);
    ok(!tile_walk_next(&w, &t), "an empty tree has none");
    tile_walk_begin(&w, (uint64_t)INT64_MAX - 1, (uint64_t)INT64_MAX);
    unsigned count = 0;
    while (tile_walk_next(&w, &t)) {
        count++;
    }
    is(count, 2, "the last leaf of the largest tree: a bundle and a tile");
}

/* What changes is what the one walk has and the other has not. */
static size_t changed_naively(uint64_t from, uint64_t to)
{
    size_t count = 0;
    struct tile_walk a, b;
    struct tile t, u;
    tile_walk_begin(&a, 0, to);
    while (tile_walk_next(&a, &t)) {
        bool is_old = false;
        tile_walk_begin(&b, 0, from);
        while (!is_old && tile_walk_next(&b, &u)) {
            is_old = t.kind == u.kind && t.level == u.level && t.index == u.index &&
                     t.width == u.width;
        }
        count += !is_old;
    }
    return count;
}

static void test_changes(void)
{
    static const uint64_t sizes[] = {0,   1,   2,    255,  256,  257,   511,   512,
                                     513, 768, 4000, 4096, 5000, 65535, 65536, 65537};
    enum { COUNT = sizeof(sizes) / sizeof(sizes[0]) };
    size_t wrong = 0, pairs = 0;
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t j = i; j < COUNT; j++, pairs++) {
            struct tile_walk w;
            struct tile t;
            size_t count = 0;
            tile_walk_begin(&w, sizes[i], sizes[j]);
            while (tile_walk_next(&w, &t)) {
                count++;
                wrong += tile_width(sizes[i], t.level, t.index) == t.width;
                wrong += tile_width(sizes[j], t.level, t.index) != t.width;
            }
            wrong += count != changed_naively(sizes[i], sizes[j]);
        }
    }
    ok(wrong == 0, "what changes between %zu pairs of sizes", pairs);
}

/* --- the tree in files, and out of them --- */

enum { LEAVES = 70001, FILES_MAX = 1024 };

struct files {
    struct hash *leaves;
    struct hash *nodes[TILE_LEVELS * TILE_HEIGHT]; /* computed level by level */
    struct file {
        char path[TILE_PATH_BYTES];
        struct buffer bytes;
    } file[FILES_MAX];
    size_t count;
    unsigned asked, full_asked;
};

static int node(void *context, unsigned level, uint64_t index, struct hash *out)
{
    struct files *f = context;
    *out = f->nodes[level][index];
    return 0;
}

static void files_init(struct files *f)
{
    size_t count = LEAVES;
    memset(f, 0, sizeof(*f));
    f->nodes[0] = alloc_zero(count, sizeof(struct hash));
    for (size_t i = 0; i < count; i++) {
        f->nodes[0][i] = merkle_leaf(slice_of(&i, sizeof(i)));
    }
    f->leaves = f->nodes[0];
    for (unsigned level = 1; count > 1; level++) {
        count /= 2;
        f->nodes[level] = alloc_zero(count, sizeof(struct hash));
        for (size_t i = 0; i < count; i++) {
            f->nodes[level][i] =
                merkle_node(&f->nodes[level - 1][2 * i], &f->nodes[level - 1][2 * i + 1]);
        }
    }
}

static void files_clear(struct files *f)
{
    for (size_t i = 0; i < f->count; i++) {
        buffer_free(&f->file[i].bytes);
    }
    f->count = 0;
}

static void files_free(struct files *f)
{
    files_clear(f);
    for (size_t i = 0; i < sizeof(f->nodes) / sizeof(f->nodes[0]); i++) {
        free(f->nodes[i]);
    }
    free(f);
}

/* Every tile of hashes that changed. */
static void files_publish(struct files *f, uint64_t from, uint64_t to)
{
    struct tree_source source = {node, f};
    struct tile_walk w;
    struct tile t;
    tile_walk_begin(&w, from, to);
    while (tile_walk_next(&w, &t)) {
        struct file *file = &f->file[f->count];
        if (t.kind == TILE_ENTRIES) {
            continue;
        }
        *file = (struct file){.path = ""};
        tile_path(&t, file->path);
        if (tile_hashes(&source, &t, &file->bytes) != 0 || ++f->count == FILES_MAX) {
            printf("Bail out! a tile\n");
            exit(99);
        }
    }
}

static int fetch(void *context, const struct tile *t, struct buffer *out)
{
    struct files *f = context;
    char path[TILE_PATH_BYTES];
    tile_path(t, path);
    f->asked++;
    f->full_asked += t->width == TILE_WIDTH;
    for (size_t i = 0; i < f->count; i++) {
        if (strcmp(path, f->file[i].path) == 0) {
            buffer_append_slice(out, buffer_slice(&f->file[i].bytes));
            return 0;
        }
    }
    return CONCLAVE_ENOENT;
}

static bool root_is_right(struct files *f, uint64_t leaves)
{
    static struct tile_reader reader;
    struct hash got, expected = merkle_root(f->leaves, leaves);
    tile_reader_init(&reader, leaves, fetch, f);
    struct tree_source source = tile_reader_source(&reader);
    return tree_root(&source, leaves, &got) == 0 &&
           memcmp(&got, &expected, sizeof(got)) == 0;
}

static void test_read(struct files *f)
{
    static const uint64_t sizes[] = {1, 2, 3, 255, 256, 257, 1000, 65535, 65536, 70000};
    size_t right = 0, count = sizeof(sizes) / sizeof(sizes[0]);
    for (size_t i = 0; i < count; i++) {
        files_clear(f);
        files_publish(f, 0, sizes[i]);
        right += root_is_right(f, sizes[i]);
    }
    is((int64_t)right, (int64_t)count, "roots from tiles");
    /* Published step by step, old partial tiles staying where they are. */
    files_clear(f);
    right = 0;
    for (uint64_t size = 0; size < 1300; size += 100) {
        files_publish(f, size, size + 100);
        right += root_is_right(f, size + 100);
    }
    is((int64_t)right, 13, "roots while the log grows");
    is((int64_t)root_is_right(f, 700), 1, "and of a size that was published before");
}

static void test_proofs(struct files *f)
{
    static struct tile_reader reader;
    struct hash path[MERKLE_PATH_MAX], first, second;
    size_t length = 0, good = 0, tried = 0;
    enum { SIZE = 70000, OLD = 300 };
    files_clear(f);
    files_publish(f, 0, SIZE);
    tile_reader_init(&reader, SIZE, fetch, f);
    struct tree_source source = tile_reader_source(&reader);
    second = merkle_root(f->leaves, SIZE);
    for (uint64_t i = 0; i < SIZE; i += 777, tried++) {
        good += tree_path(&source, i, SIZE, path, &length) == 0 &&
                merkle_verify_path(&f->leaves[i], i, SIZE, path, length, &second) == 0;
    }
    is((int64_t)good, (int64_t)tried, "paths made from tiles");
    first = merkle_root(f->leaves, OLD);
    ok(tree_consistency(&source, OLD, SIZE, path, &length) == 0 &&
           merkle_verify_consistency(OLD, SIZE, &first, &second, path, length) == 0,
       "a proof of consistency made from tiles");
    f->asked = 0;
    (void)tree_path(&source, 5, SIZE, path, &length);
    is(f->asked, 4, "a path takes a tile a level, and the ragged edge another");
    is(source.node(source.context, 0, SIZE, &first), CONCLAVE_ENOENT, "no leaf outside");
    is(source.node(source.context, 16, 1, &first), CONCLAVE_ENOENT, "no ragged node");
    is(source.node(source.context, 63, 0, &first), CONCLAVE_ENOENT, "no level so high");
}

static void test_missing(struct files *f)
{
    static struct tile_reader reader;
    struct hash h;
    /* The tile is full by now, and the partial one gone. */
    files_clear(f);
    files_publish(f, 0, 256);
    f->full_asked = 0;
    ok(root_is_right(f, 200) && f->full_asked == 1, "the full tile stands in for a part");
    f->file[0].bytes.size -= HASH_BYTES;
    tile_reader_init(&reader, 200, fetch, f);
    struct tree_source source = tile_reader_source(&reader);
    is(tree_root(&source, 200, &h), CONCLAVE_EFORMAT, "not if it is too short");
    tile_reader_init(&reader, 256, fetch, f);
    is(tree_root(&source, 256, &h), 0, "the tile above is enough for a whole tree");
    is(tree_root(&source, 255, &h), CONCLAVE_EFORMAT, "a tile of the wrong length");
    files_clear(f);
    tile_reader_init(&reader, 200, fetch, f);
    is(tree_root(&source, 200, &h), CONCLAVE_ENOENT, "no tile at all");
}

static int no_node(void *context, unsigned level, uint64_t index, struct hash *out)
{
    (void)context;
    (void)out;
    return level == 8 && index == 2 ? CONCLAVE_ECORRUPT : 0;
}

static void test_hashes_fail(void)
{
    struct tree_source source = {no_node, NULL};
    struct tile t = {TILE_HASHES, 1, 0, 3};
    struct buffer b = {0};
    buffer_append(&b, "x", 1);
    is(tile_hashes(&source, &t, &b), CONCLAVE_ECORRUPT,
       "a tile whose node is not to be had");
    is((int64_t)b.size, 1, "adds nothing");
    buffer_free(&b);
}

int main(void)
{
    struct files *f = alloc_zero(1, sizeof(*f));
    files_init(f);
    test_paths();
    test_example();
    test_changes();
    test_read(f);
    test_proofs(f);
    test_missing(f);
    test_hashes_fail();
    files_free(f);
    return tap_done();
}
