/* SPDX-License-Identifier: ISC */
/* For people: the page and the bundle of each decision, and the index, which is also there
 * as JSON and from there read again. */
#include "publish/inside.h"

#include "base/alloc.h"
#include "page/page.h"
#include "verify/log.h"
#include "verify/verify.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char index_name[] = "decisions.json";

enum {
    NAME_BYTES = 128,
    INDEX_MAX = 1 << 30, /* bytes */
    ID_DIGITS = 2 * HASH_BYTES,
};

struct pages {
    struct publication *p;
    json_t *rows; /* of decisions.json, oldest first */
};

/* --- one decision --- */

static int put_decision(struct pages *g, const struct proof *proof, struct slice bundle,
                        const char *id)
{
    struct buffer html = {NULL, 0, 0};
    char name[NAME_BYTES], bundle_name[NAME_BYTES];
    (void)snprintf(bundle_name, sizeof(bundle_name), "%s.proof", id);
    page_write_decision(&html, &(struct page_decision){.charter = g->p->charter,
                                                       .proof = proof,
                                                       .bundle_bytes = bundle.size,
                                                       .bundle_name = bundle_name,
                                                       .log_size = g->p->size,
                                                       .log_signatures = g->p->signatures});
    (void)snprintf(name, sizeof(name), "decisions/%s.proof", id);
    int error = site_put(g->p->site, name, bundle, g->p->why);
    if (error == 0) {
        (void)snprintf(name, sizeof(name), "decisions/%s.html", id);
        error = site_put(g->p->site, name, buffer_slice(&html), g->p->why);
    }
    buffer_free(&html);
    return error;
}

/* The entry of the log says which proposal it is of; the bundle must hold, be of it, and
 * prove that the entry has this place: a second answer can be another than the first.
 * is_new: there is no row of it yet. */
static int add_decision(struct pages *g, uint64_t index, bool is_new)
{
    struct publication *p = g->p;
    struct bytes *entry = NULL, *bundle = NULL;
    struct record *record = alloc_zero(1, sizeof(*record));
    struct proof *proof = alloc_zero(1, sizeof(*proof));
    struct verify_report report = {.holds = false};
    char id[ID_DIGITS + 1] = "";
    int error = p->source->entry(p->source->context, index, &entry, p->why);
    if (error == 0 && codec_decode_record(bytes_slice(entry), record) != 0) {
        error =
            complain(p->why, CONCLAVE_EFORMAT, "record %" PRIu64 " cannot be read", index);
    }
    if (error == 0) {
        hex_encode(id, slice_of(record->proposal.bytes, HASH_BYTES));
        error = p->source->bundle(p->source->context, &record->proposal, &bundle, p->why);
    }
    if (error == 0) {
        verify_proof(p->charter, bytes_slice(bundle), proof, &report);
        bool is_its = report.holds && proof->index == index &&
                      slice_equal(proof->record_encoding, bytes_slice(entry));
        error = is_its
                    ? 0
                    : complain(p->why, CONCLAVE_ESIG, "the bundle of decision %s: %s", id,
                               report.holds ? "it is of another record" : report.text.text);
    }
    if (error == 0) {
        error = put_decision(g, proof, bytes_slice(bundle), id);
    }
    if (error == 0 && is_new) {
        (void)json_array_append_new(g->rows, verify_row(p->charter, proof, index));
    }
    proof_clear(proof);
    free(proof);
    free(record);
    bytes_unref(bundle);
    bytes_unref(entry);
    return error;
}

/* --- the index --- */

static uint64_t number_of(const json_t *row, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(row, name));
    return value > 0 ? (uint64_t)value : 0;
}

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text != NULL ? text : "";
}

static struct page_row row_of(const struct publication *p, const json_t *row)
{
    struct page_row out = {.index = number_of(row, "index"),
                           .title = slice_of_string(text_of(row, "title")),
                           .outcome = strcmp(text_of(row, "outcome"), "approved") == 0
                                          ? OUTCOME_APPROVED
                                          : OUTCOME_REJECTED,
                           .approve = (uint32_t)number_of(row, "approve"),
                           .reject = (uint32_t)number_of(row, "reject"),
                           .abstain = (uint32_t)number_of(row, "abstain"),
                           .threshold = (uint32_t)number_of(row, "threshold"),
                           .final_ms = number_of(row, "final_ms")};
    const char *id = text_of(row, "id");
    int class_index = charter_class_index(p->charter, text_of(row, "class"));
    (void)hex_decode(out.id.bytes, HASH_BYTES, id, strlen(id));
    out.class_index = class_index > 0 ? (uint32_t)class_index : 0;
    for (int r = REASON_NONE; r <= REASON_THRESHOLD_UNREACHABLE; r++) {
        if (strcmp(text_of(row, "reason"), reason_name((enum reason)r)) == 0) {
            out.reason = (enum reason)r;
        }
    }
    return out;
}

static int put_page(struct pages *g, uint64_t number, uint64_t pages)
{
    struct publication *p = g->p;
    struct page_row rows[PAGE_ROWS];
    struct buffer html = {NULL, 0, 0};
    char name[NAME_BYTES];
    size_t first = (size_t)number * PAGE_ROWS, count = json_array_size(g->rows) - first;
    count = count < PAGE_ROWS ? count : PAGE_ROWS;
    for (size_t i = 0; i < count; i++) {
        rows[i] = row_of(p, json_array_get(g->rows, first + count - 1 - i));
    }
    page_write_index(&html, &(struct page_index){.charter = p->charter,
                                                 .log_size = p->size,
                                                 .log_signatures = p->signatures,
                                                 .root = p->root,
                                                 .page = number,
                                                 .pages = pages,
                                                 .rows = rows,
                                                 .row_count = count});
    (void)snprintf(name, sizeof(name), "page-%" PRIu64 ".html", number);
    int error = site_put(p->site, number + 1 == pages ? "index.html" : name,
                         buffer_slice(&html), p->why);
    buffer_free(&html);
    return error;
}

/* kept: so many rows stand as they were published. */
static int put_index(struct pages *g, uint64_t kept)
{
    char *text = json_dumps(g->rows, JSON_INDENT(1));
    int error = site_put(g->p->site, index_name, slice_of_string(text), g->p->why);
    free(text);
    uint64_t pages = (json_array_size(g->rows) + PAGE_ROWS - 1) / PAGE_ROWS;
    uint64_t newest = kept / PAGE_ROWS;
    /* Those before the newest link to it. */
    for (uint64_t n = newest > 2 ? newest - 2 : 0; n < pages && error == 0; n++) {
        error = put_page(g, n, pages);
    }
    return error;
}

/* The rows published before. Where they are not all there all pages are made again. */
static void load_rows(struct pages *g)
{
    struct bytes *text = NULL;
    struct complaint ignored;
    g->rows = NULL;
    if (g->p->from > 0 &&
        site_get(g->p->site, index_name, INDEX_MAX, &text, &ignored) == 0) {
        struct slice s = bytes_slice(text);
        g->rows = json_loadb((const char *)s.data, s.size, JSON_REJECT_DUPLICATES, NULL);
    }
    bytes_unref(text);
    if (!json_is_array(g->rows) || json_array_size(g->rows) < g->p->from) {
        json_decref(g->rows);
        g->rows = json_array();
    }
    while (json_array_size(g->rows) > g->p->from) {
        (void)json_array_remove(g->rows, json_array_size(g->rows) - 1);
    }
}

/* What was published may have been lost since. */
static int restore_files(struct pages *g)
{
    int error = 0;
    for (size_t i = 0; i < json_array_size(g->rows) && error == 0; i++) {
        const json_t *row = json_array_get(g->rows, i);
        if (!site_has(g->p->site, text_of(row, "page")) ||
            !site_has(g->p->site, text_of(row, "proof"))) {
            error = add_decision(g, i, false);
        }
    }
    return error;
}

int publish_pages(struct publication *p)
{
    struct pages g = {.p = p};
    load_rows(&g);
    uint64_t kept = json_array_size(g.rows);
    int error = restore_files(&g);
    for (uint64_t i = json_array_size(g.rows); i < p->size && error == 0; i++) {
        error = add_decision(&g, i, true);
    }
    if (error == 0) {
        error = put_index(&g, kept);
    }
    if (error == 0) {
        error = publish_files(p, g.rows);
    }
    json_decref(g.rows);
    return error;
}
