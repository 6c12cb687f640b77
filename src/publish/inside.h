/* SPDX-License-Identifier: ISC */
/* What the files of this module share. */
#ifndef CONCLAVE_PUBLISH_INSIDE_H
#define CONCLAVE_PUBLISH_INSIDE_H

#include "publish/publish.h"

#include <jansson.h>

/* One run. */
struct publication {
    const struct charter *charter;
    struct site *site;
    const struct publish_source *source;
    uint64_t from, size; /* decisions published before, and now */
    struct hash from_root, root;
    uint16_t signatures;
    struct complaint *why;
};

/* The tiles of the new leaves; then the tree that the site has must be the checkpoint's,
 * and begin with the one published before. */
int publish_tiles(struct publication *p);
/* Bundle and page of each new decision, and the index of all. */
int publish_pages(struct publication *p);
/* The names of all other files that the checkpoint needs, sorted by their bytes, one a
 * line; rows: decisions.json. */
int publish_files(struct publication *p, const json_t *rows);

#endif
