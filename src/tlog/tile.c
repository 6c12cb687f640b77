/* SPDX-License-Identifier: ISC */
#include "tlog/tile.h"

#include "tlog/lines.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { GROUP = 1000, GROUPS_MAX = 7, PREFIX_BYTES = 2 };

/* --- paths --- */

/* 1234067 is x001/x234/067. */
static size_t write_index(uint64_t index, char *out, size_t room)
{
    unsigned groups[GROUPS_MAX];
    size_t count = 0, length = 0;
    do {
        groups[count++] = (unsigned)(index % GROUP);
        index /= GROUP;
    } while (index > 0);
    while (count-- > 0) {
        length += (size_t)snprintf(out + length, room - length,
                                   count > 0 ? "x%03u/" : "%03u", groups[count]);
    }
    return length;
}

void tile_path(const struct tile *t, char out[TILE_PATH_BYTES])
{
    int start = t->kind == TILE_ENTRIES
                    ? snprintf(out, TILE_PATH_BYTES, "tile/entries/")
                    : snprintf(out, TILE_PATH_BYTES, "tile/%u/", t->level);
    size_t length = (size_t)start;
    length += write_index(t->index, out + length, TILE_PATH_BYTES - length);
    if (t->width < TILE_WIDTH) {
        (void)snprintf(out + length, TILE_PATH_BYTES - length, ".p/%u", t->width);
    }
}

/* Up to the next slash, or the end. */
static struct slice take_element(struct slice *rest)
{
    const uint8_t *slash = rest->size > 0 ? memchr(rest->data, '/', rest->size) : NULL;
    size_t length = slash != NULL ? (size_t)(slash - rest->data) : rest->size;
    size_t taken = length + (slash != NULL);
    struct slice element = slice_of(rest->data, length);
    *rest = slice_of(rest->data + taken, rest->size - taken);
    return element;
}

static int read_level(struct slice element, struct tile *out)
{
    uint64_t level;
    if (slice_equal(element, slice_of_string("entries"))) {
        out->kind = TILE_ENTRIES;
        return 0;
    }
    if (lines_number(element, &level) != 0 || level >= TILE_LEVELS) {
        return CONCLAVE_EFORMAT;
    }
    out->level = (unsigned)level;
    return 0;
}

/* Whatever is read otherwise than it would be written is refused by who calls this. */
static void read_index(struct slice *rest, uint64_t *index)
{
    bool more = true;
    *index = 0;
    for (size_t i = 0; i < GROUPS_MAX && more; i++) {
        struct slice element = take_element(rest);
        more = lines_skip(&element, "x");
        for (size_t at = 0; at < element.size && at < 3; at++) {
            *index = *index * 10 + (uint64_t)(element.data[at] - '0');
        }
    }
}

int tile_parse_path(struct slice path, struct tile *out)
{
    char written[TILE_PATH_BYTES];
    struct slice rest = path;
    uint64_t width = TILE_WIDTH;
    memset(out, 0, sizeof(*out));
    if (!lines_skip(&rest, "tile/") || read_level(take_element(&rest), out) != 0) {
        return CONCLAVE_EFORMAT;
    }
    read_index(&rest, &out->index);
    if (rest.size > 0 &&
        (lines_number(rest, &width) != 0 || width == 0 || width >= TILE_WIDTH)) {
        return CONCLAVE_EFORMAT;
    }
    out->width = (unsigned)width;
    if (out->index > LINES_NUMBER_MAX >> TILE_HEIGHT) {
        return CONCLAVE_EFORMAT;
    }
    tile_path(out, written);
    return slice_equal(path, slice_of_string(written)) ? 0 : CONCLAVE_EFORMAT;
}

/* --- which there are --- */

/* How many nodes a level of tiles has in a tree of so many leaves. */
static uint64_t nodes_at(uint64_t leaves, unsigned level)
{
    return level < TILE_LEVELS ? leaves >> (TILE_HEIGHT * level) : 0;
}

unsigned tile_width(uint64_t leaves, unsigned level, uint64_t index)
{
    uint64_t nodes = nodes_at(leaves, level);
    if (index >= nodes / TILE_WIDTH + (nodes % TILE_WIDTH != 0)) {
        return 0;
    }
    uint64_t left = nodes - index * TILE_WIDTH;
    return left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH;
}

/* The first tile of a level that changed, if any did. */
static void begin_level(struct tile_walk *w, enum tile_kind kind, unsigned level)
{
    w->next = (struct tile){
        .kind = kind, .level = level, .index = nodes_at(w->from, level) / TILE_WIDTH};
}

void tile_walk_begin(struct tile_walk *w, uint64_t from, uint64_t to)
{
    assert(from <= to && to <= LINES_NUMBER_MAX);
    *w = (struct tile_walk){.from = from, .to = to};
    begin_level(w, TILE_ENTRIES, 0);
}

bool tile_walk_next(struct tile_walk *w, struct tile *out)
{
    while (w->next.level < TILE_LEVELS) {
        struct tile *t = &w->next;
        unsigned width = tile_width(w->to, t->level, t->index);
        if (width > 0 && width != tile_width(w->from, t->level, t->index)) {
            *out = *t;
            out->width = width;
            t->index++;
            return true;
        }
        begin_level(w, TILE_HASHES, t->kind == TILE_ENTRIES ? 0 : t->level + 1);
    }
    return false;
}

/* --- what is in them --- */

int tile_hashes(const struct tree_source *s, const struct tile *t, struct buffer *out)
{
    size_t before = out->size;
    int error = 0;
    assert(t->kind == TILE_HASHES && t->width >= 1 && t->width <= TILE_WIDTH);
    for (unsigned i = 0; error == 0 && i < t->width; i++) {
        struct hash h;
        error = s->node(s->context, TILE_HEIGHT * t->level, t->index * TILE_WIDTH + i, &h);
        if (error == 0) {
            buffer_append(out, h.bytes, HASH_BYTES);
        }
    }
    out->size = error == 0 ? out->size : before;
    return error;
}

int bundle_append(struct buffer *bundle, struct slice entry)
{
    if (entry.size > TILE_ENTRY_MAX) {
        return CONCLAVE_ELIMIT;
    }
    uint8_t length[PREFIX_BYTES] = {(uint8_t)(entry.size >> 8), (uint8_t)entry.size};
    buffer_append(bundle, length, sizeof(length));
    buffer_append_slice(bundle, entry);
    return 0;
}

bool bundle_next(struct slice *rest, struct slice *entry)
{
    if (rest->size < PREFIX_BYTES) {
        return false;
    }
    size_t length = (size_t)rest->data[0] << 8 | rest->data[1];
    if (rest->size - PREFIX_BYTES < length) {
        return false;
    }
    *entry = slice_of(rest->data + PREFIX_BYTES, length);
    *rest =
        slice_of(rest->data + PREFIX_BYTES + length, rest->size - PREFIX_BYTES - length);
    return true;
}

int bundle_count(struct slice bundle, unsigned *count)
{
    struct slice entry;
    *count = 0;
    while (*count <= TILE_WIDTH && bundle_next(&bundle, &entry)) {
        (*count)++;
    }
    return bundle.size == 0 && *count >= 1 && *count <= TILE_WIDTH ? 0 : CONCLAVE_EFORMAT;
}
