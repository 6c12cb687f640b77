/* SPDX-License-Identifier: ISC */
/*
 * The public log as static files, conclave-protocol(7) section 12: tiles, entries and
 * checkpoint as C2SP tlog-tiles has them, the charter, a bundle and a page for each
 * decision, an index. Everything is judged by the charter before it is written, and the
 * checkpoint comes last: what it says is there.
 */
#ifndef CONCLAVE_PUBLISH_PUBLISH_H
#define CONCLAVE_PUBLISH_PUBLISH_H

#include "charter/charter.h"
#include "publish/site.h"
#include "tlog/checkpoint.h"

/* Where it comes from. Both give a new reference, or an error after complaining. */
struct publish_source {
    /* The final record of that index, as it is encoded; mostly one after the other. */
    int (*entry)(void *context, uint64_t index, struct bytes **out, struct complaint *why);
    /* The full bundle of the decision of that proposal. */
    int (*bundle)(void *context, const struct hash *id, struct bytes **out,
                  struct complaint *why);
    void *context;
};

struct publish_report {
    uint64_t size, old_size; /* decisions now, and before */
    uint16_t signatures;     /* seats that signed the checkpoint */
    uint64_t written;        /* files */
};

/*
 * Brings the site up to the checkpoint in note, the newest that a quorum signed, with the
 * lines of witnesses in cosigned (a note of the same checkpoint; may be empty). A site of
 * an unfinished run is finished. 0, or an error after complaining: CONCLAVE_ESIG where
 * note, a bundle or the entries do not hold; CONCLAVE_ESTATE where the site is ahead of it;
 * CONCLAVE_ECORRUPT where what is published is not the beginning of it: the history was
 * rewritten, and both checkpoints say so.
 */
int publish_log(const struct charter *charter, struct site *site, struct slice note,
                struct slice cosigned, const struct publish_source *source,
                struct publish_report *out, struct complaint *why);

#endif
