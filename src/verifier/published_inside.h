/* SPDX-License-Identifier: ISC */
/* What the files that judge a published directory share. */
#ifndef CONCLAVE_VERIFIER_PUBLISHED_INSIDE_H
#define CONCLAVE_VERIFIER_PUBLISHED_INSIDE_H

#include "verifier/published.h"

enum {
    PUBLISHED_NAME_BYTES = 128,
    PUBLISHED_BUNDLE_MAX = TILE_WIDTH * (2 + TILE_ENTRY_MAX), /* of entries, bytes */
};

/* The text begins with the name of the file. */
void published_fault(struct published *p, enum published_check check, const char *format,
                     ...) __attribute__((format(printf, 3, 4)));
/* Reads a file, counts it; where that fails it is a fault. The caller unrefs. */
bool published_read(struct published *p, enum published_check check, const char *name,
                    size_t max, struct bytes **out);
/* The same of a tile or bundle of entries, or of the full one where a partial one is not
 * there. path gets the name of the file. */
bool published_read_tile(struct published *p, const struct tile *t, struct bytes **out,
                         char path[TILE_PATH_BYTES]);

/* The tree from the entries to the root. False where the entries cannot be gone through
 * again. */
bool published_tree(struct published *p);
/* Bundle, page and row of each entry. */
void published_decisions(struct published *p);

/* --- decisions.json, row by row --- */

struct rows {
    struct published *p;
    FILE *file;
    uint64_t count;
    bool is_ended; /* no further row can be read */
};
void rows_open(struct rows *r, struct published *p);
/* The next one, or NULL after a fault. */
json_t *rows_next(struct rows *r);
/* Whether nothing follows, or rows of decisions that the checkpoint does not cover yet; a
 * fault where it is anything else. */
bool rows_end(struct rows *r);

/* --- pages --- */

struct page_row;
struct pages {
    struct published *p;
    struct page_row *rows; /* of the page of the index under construction */
    size_t count;
    uint64_t page;
    char *faults[3]; /* of the index: only the last pages ever change */
    size_t fault_count;
};
void pages_begin(struct pages *g, struct published *p);
void pages_decision(struct pages *g, const struct proof *proof, size_t bundle_bytes,
                    const char *id);
/* is_ahead: the index has more than the checkpoint covers, so that it is not judged. */
void pages_end(struct pages *g, bool is_ahead);

#endif
