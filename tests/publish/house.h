/* SPDX-License-Identifier: ISC */
/* A council that decides many things, and publishes as much of it as is wanted. */
#ifndef CONCLAVE_TESTS_PUBLISH_HOUSE_H
#define CONCLAVE_TESTS_PUBLISH_HOUSE_H

#include "../verify/world.h"
#include "publish/publish.h"

enum { HOUSE_SEATS = 4, HOUSE_ROUND = 32 };

/* A council whose seats each propose eight things at once, and decide all of them. */
struct house {
    struct world world;
    struct chain chain;
    struct ledger *ledger;
    uint64_t time_ms;
    unsigned rounds;
    char *dir; /* of the site; the caller's */
    struct site site;
    /* What the source of a publication does wrong. */
    uint64_t false_entry; /* index + 1 */
    bool false_bundle;
    bool swaps;       /* once the tree is there: record 1 in the place of record 2 */
    uint64_t asked;   /* entries, so far */
    uint64_t bundles; /* asked for */
};

/* Councils of another name are others; of the same one they have one charter. */
void house_begin(struct house *h, const char *name, char *dir);
void house_end(struct house *h);
/* HOUSE_ROUND further decisions. */
void house_decide(struct house *h);

/* The note of the first so many decisions by the first so many seats. */
void house_note(struct house *h, uint64_t size, uint16_t seats, struct buffer *out);
int house_bundle(struct house *h, const struct hash *id, struct bytes **out,
                 struct complaint *why);
/* Publishes a note, and the note of a size by so many seats. */
int house_publish(struct house *h, struct slice note, struct slice cosigned,
                  struct publish_report *report, struct complaint *why);
int house_publish_size(struct house *h, uint64_t size, uint16_t seats,
                       struct publish_report *report, struct complaint *why);

#endif
