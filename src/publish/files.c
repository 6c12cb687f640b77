/* SPDX-License-Identifier: ISC */
/* The list by which all that the newest checkpoint needs can be copied. */
#include "publish/inside.h"

#include "base/alloc.h"
#include "page/page.h"
#include "tlog/tile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char list_name[] = "files.txt";

struct names {
    char **items;
    size_t count, capacity;
};

/* Takes the name. */
static void add(struct names *n, char *name)
{
    if (n->count == n->capacity) {
        n->capacity = n->capacity > 0 ? 2 * n->capacity : 64;
        n->items = alloc_resize(n->items, n->capacity, sizeof(*n->items));
    }
    n->items[n->count++] = name;
}

static void add_tiles(struct names *n, uint64_t size)
{
    struct tile_walk walk;
    struct tile t;
    char path[TILE_PATH_BYTES];
    tile_walk_begin(&walk, 0, size);
    while (tile_walk_next(&walk, &t)) {
        tile_path(&t, path);
        add(n, alloc_string(path));
    }
}

static void add_decisions(struct names *n, const json_t *rows)
{
    static const char *const members[] = {"page", "proof"};
    for (size_t i = 0; i < json_array_size(rows); i++) {
        for (size_t m = 0; m < 2; m++) {
            const char *name =
                json_string_value(json_object_get(json_array_get(rows, i), members[m]));
            if (name != NULL) {
                add(n, alloc_string(name));
            }
        }
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int publish_files(struct publication *p, const json_t *rows)
{
    static const char *const fixed[] = {"charter.json", "checkpoint", "decisions.json",
                                        "index.html"};
    struct names n = {NULL, 0, 0};
    struct buffer text = {NULL, 0, 0};
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        add(&n, alloc_string(fixed[i]));
    }
    for (uint64_t page = 0; (page + 1) * PAGE_ROWS < json_array_size(rows); page++) {
        add(&n, alloc_printf("page-%" PRIu64 ".html", page));
    }
    add_decisions(&n, rows);
    add_tiles(&n, p->size);
    qsort(n.items, n.count, sizeof(*n.items), by_name);
    for (size_t i = 0; i < n.count; i++) {
        buffer_append(&text, n.items[i], strlen(n.items[i]));
        buffer_append(&text, "\n", 1);
        free(n.items[i]);
    }
    free(n.items);
    int error = site_put(p->site, list_name, buffer_slice(&text), p->why);
    buffer_free(&text);
    return error;
}
