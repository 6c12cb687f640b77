/* SPDX-License-Identifier: ISC */
/*
 * The pages of the public log that a member of the public opens: whole HTML, one file each,
 * which need no script, no network and no server, and may be opened from a disk. Pure: what
 * they say comes from the arguments, which were judged before (verify/verify.h). Texts from
 * outside, the charter's among them, are escaped here, and no address in them is a link.
 *
 * Both pages use these names, relative to the folder of the index: index.html, page-N.html,
 * charter.json, checkpoint, decisions.json, files.txt, decisions/ID.html and
 * decisions/ID.proof.
 */
#ifndef CONCLAVE_PAGE_PAGE_H
#define CONCLAVE_PAGE_PAGE_H

#include "charter/charter.h"
#include "wire/proof.h"

/* The page of one decision, decisions/ID.html. */
struct page_decision {
    const struct charter *charter;
    const struct proof *proof; /* its record's seat_count is the charter's */
    uint64_t bundle_bytes;
    const char *bundle_name; /* of the file beside the page: "ID.proof" */
    uint64_t log_size;       /* decisions that the published checkpoint covers */
    uint16_t log_signatures; /* seats that signed it */
};
/* Appends to out. */
void page_write_decision(struct buffer *out, const struct page_decision *d);

/* A row of the index. */
struct page_row {
    uint64_t index; /* of the record in the tree of decisions, from 0 */
    struct hash id; /* of the proposal */
    struct slice title;
    uint32_t class_index;
    enum outcome outcome;
    enum reason reason;
    uint32_t approve, reject, abstain, threshold;
    uint64_t final_ms;
};

/*
 * Page N holds the records from N * PAGE_ROWS on, so that a full page stays what it is. The
 * newest, page pages - 1, is index.html and shows the checkpoint; the others are
 * page-N.html and link to both neighbours. Hence only the last three pages of a log ever
 * change.
 */
enum { PAGE_ROWS = 100 };
struct page_index {
    const struct charter *charter;
    uint64_t log_size;
    uint16_t log_signatures;
    struct hash root;
    uint64_t page, pages;        /* page < pages; an empty log has one page without rows */
    const struct page_row *rows; /* newest first, at most PAGE_ROWS */
    size_t row_count;
};
/* Appends to out. */
void page_write_index(struct buffer *out, const struct page_index *x);

#endif
