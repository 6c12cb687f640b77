/* SPDX-License-Identifier: ISC */
/* Each entry of a published log with its bundle, its page and its row of the index. */
#include "verifier/published_inside.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct decisions {
    struct published *p;
    struct rows rows;
    struct pages pages;
    uint64_t next; /* index of the entry */
    struct record record;
    struct proof proof;
    struct verify_report report;
};

/* The block of the bundle stands for a tree, too: it must be the same. */
static void check_tree(struct decisions *d, const char *name)
{
    struct published *p = d->p;
    struct hash root;
    if (!p->has_tree || d->proof.count > p->note.report.checkpoint.size ||
        tree_root(&p->tree, d->proof.count, &root) != 0 ||
        memcmp(&root, &d->report.decisions_root, sizeof(root)) == 0) {
        return;
    }
    published_fault(p, PUBLISHED_PROOFS,
                    "%s: a quorum signed its block for another tree of %" PRIu64
                    " decisions than the entries are: the history was rewritten",
                    name, d->proof.count);
    p->odd(p->context, name, &d->proof, &d->report);
}

/* Whether the bundle proves this entry. */
static bool check_proof(struct decisions *d, const char *name, struct slice bundle,
                        struct slice entry)
{
    struct published *p = d->p;
    verify_proof(p->charter, bundle, &d->proof, &d->report);
    p->signatures += d->report.signatures;
    p->decisions++;
    if (!d->report.holds) {
        published_fault(p, PUBLISHED_PROOFS, "%s: %s: %s", name,
                        verify_check_name(d->report.failed), d->report.text.text);
        return false;
    }
    bool is_its = d->proof.index == d->next && slice_equal(d->proof.record_encoding, entry);
    if (!is_its) {
        published_fault(p, PUBLISHED_PROOFS,
                        "%s: it is of another record than entry %" PRIu64 " of the log",
                        name, d->next);
    }
    check_tree(d, name);
    return is_its;
}

static void check_row(struct decisions *d, const json_t *row)
{
    json_t *wanted = verify_row(d->p->charter, &d->proof, d->next);
    const char *member = NULL;
    json_t *value = NULL;
    if (!json_equal(row, wanted)) {
        json_object_foreach(wanted, member, value)
        {
            if (!json_equal(json_object_get(row, member), value)) {
                break;
            }
        }
        published_fault(d->p, PUBLISHED_INDEX,
                        "decisions.json: of decision %" PRIu64
                        ", %s is not what its proof says",
                        d->next, value != NULL ? member : "a member");
    }
    json_decref(wanted);
}

static void check_decision(struct decisions *d, struct slice entry)
{
    struct published *p = d->p;
    struct bytes *bundle = NULL;
    char id[2 * HASH_BYTES + 1], name[PUBLISHED_NAME_BYTES];
    json_t *row = rows_next(&d->rows);
    if (codec_decode_record(entry, &d->record) != 0) {
        published_fault(p, PUBLISHED_ENTRIES,
                        "tile/entries/: entry %" PRIu64 " is no record", d->next);
        json_decref(row);
        return;
    }
    hex_encode(id, slice_of(d->record.proposal.bytes, HASH_BYTES));
    (void)snprintf(name, sizeof(name), "decisions/%s.proof", id);
    if (published_read(p, PUBLISHED_PROOFS, name, PROOF_MAX, &bundle)) {
        if (check_proof(d, name, bytes_slice(bundle), entry)) {
            if (row != NULL) {
                check_row(d, row);
            }
            pages_decision(&d->pages, &d->proof, bundle->size, id);
        }
        proof_clear(&d->proof);
        bytes_unref(bundle);
    }
    json_decref(row);
}

/* The bundles of entries were read before; what has changed since is a fault now. */
static bool go_through(struct decisions *d, const struct tile *t)
{
    struct bytes *content = NULL;
    struct slice rest, entry;
    char path[TILE_PATH_BYTES];
    uint64_t size = d->p->note.report.checkpoint.size;
    if (!published_read_tile(d->p, t, &content, path)) {
        return false;
    }
    rest = bytes_slice(content);
    d->p->files--;
    d->p->bytes -= content->size;
    for (unsigned i = 0; i < t->width && bundle_next(&rest, &entry); i++) {
        check_decision(d, entry);
        d->next++;
        d->p->progress(d->p->context, "proofs", d->next, size);
    }
    bytes_unref(content);
    return true;
}

void published_decisions(struct published *p)
{
    struct decisions *d = alloc_zero(1, sizeof(*d));
    uint64_t size = p->note.report.checkpoint.size;
    d->p = p;
    p->is_checked[PUBLISHED_PROOFS] = p->is_checked[PUBLISHED_INDEX] = true;
    p->is_checked[PUBLISHED_PAGES] = true;
    rows_open(&d->rows, p);
    pages_begin(&d->pages, p);
    for (uint64_t n = 0; d->next < size; n++) {
        struct tile t = {TILE_ENTRIES, 0, n, tile_width(size, 0, n)};
        uint64_t before = d->next;
        if (!go_through(d, &t) || d->next == before) {
            break;
        }
    }
    pages_end(&d->pages, rows_end(&d->rows));
    free(d);
}
