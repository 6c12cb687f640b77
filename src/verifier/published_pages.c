/* SPDX-License-Identifier: ISC */
/*
 * The pages that people open, each made again from the bundle and compared. A decision's
 * page says how large the log was when it was published, and how many signed it then: these
 * two numbers are taken from the page, and must be possible.
 */
#include "verifier/published_inside.h"

#include "base/alloc.h"
#include "page/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_MAX = 8 * 1024 * 1024 };

void pages_begin(struct pages *g, struct published *p)
{
    *g = (struct pages){.p = p, .rows = alloc_zero(PAGE_ROWS, sizeof(*g->rows))};
}

/* --- of a decision --- */

/* The number with which `page` goes on where `made` has 0. */
static uint64_t number_in(struct slice page, struct slice made)
{
    uint64_t number = 0;
    size_t at = 0;
    while (at < page.size && at < made.size && page.data[at] == made.data[at]) {
        at++;
    }
    for (; at < page.size && page.data[at] >= '0' && page.data[at] <= '9' &&
           number < INT64_MAX / 10;
         at++) {
        number = 10 * number + (uint64_t)(page.data[at] - '0');
    }
    return number;
}

static void make(struct buffer *out, const struct page_decision *d)
{
    out->size = 0;
    page_write_decision(out, d);
}

static bool is_page(const struct published *p, struct page_decision *d, struct slice page)
{
    struct buffer made = {NULL, 0, 0};
    make(&made, d);
    d->log_size = number_in(page, buffer_slice(&made));
    make(&made, d);
    uint64_t signatures = number_in(page, buffer_slice(&made));
    bool possible = d->log_size > d->proof->index &&
                    d->log_size <= p->note.report.checkpoint.size &&
                    signatures >= p->council->quorum && signatures <= p->council->seats;
    d->log_signatures = (uint16_t)signatures;
    make(&made, d);
    bool same = possible && slice_equal(page, buffer_slice(&made));
    buffer_free(&made);
    return same;
}

static void add_row(struct pages *g, const struct proof *proof)
{
    const struct record *r = &proof->record;
    struct slice title = proof->propose.propose.title;
    g->rows[g->count++] = (struct page_row){
        .index = proof->index,
        .id = r->proposal,
        .title = slice_of_string(alloc_printf("%.*s", (int)title.size, title.data)),
        .class_index = r->class_index,
        .outcome = r->outcome,
        .reason = r->reason,
        .approve = r->approve,
        .reject = r->reject,
        .abstain = r->abstain,
        .threshold = r->threshold,
        .final_ms = r->final.time_ms};
}

static void end_page(struct pages *g);

void pages_decision(struct pages *g, const struct proof *proof, size_t bundle_bytes,
                    const char *id)
{
    struct published *p = g->p;
    struct bytes *page = NULL;
    char name[PUBLISHED_NAME_BYTES], bundle[PUBLISHED_NAME_BYTES];
    (void)snprintf(bundle, sizeof(bundle), "%s.proof", id);
    (void)snprintf(name, sizeof(name), "decisions/%s.html", id);
    struct page_decision d = {.charter = p->charter,
                              .proof = proof,
                              .bundle_bytes = bundle_bytes,
                              .bundle_name = bundle};
    if (published_read(p, PUBLISHED_PAGES, name, PAGE_MAX, &page)) {
        if (!is_page(p, &d, bytes_slice(page))) {
            published_fault(p, PUBLISHED_PAGES,
                            "%s: it is not the page that this program makes of the proof: "
                            "it was changed, or made by another version",
                            name);
        }
        bytes_unref(page);
    }
    /* A page of the index is judged where each of its decisions holds. */
    while (proof->index / PAGE_ROWS > g->page) {
        end_page(g);
    }
    add_row(g, proof);
    if ((proof->index + 1) % PAGE_ROWS == 0) {
        end_page(g);
    }
}

/* --- of the index --- */

static void index_fault(struct pages *g, const char *name, const char *what)
{
    size_t max = sizeof(g->faults) / sizeof(g->faults[0]);
    if (g->fault_count < max) {
        g->faults[g->fault_count++] = alloc_printf("%s: %s", name, what);
    }
}

static void check_index(struct pages *g)
{
    struct published *p = g->p;
    const struct checkpoint_report *r = &p->note.report;
    uint64_t pages = (r->checkpoint.size + PAGE_ROWS - 1) / PAGE_ROWS;
    struct page_index x = {.charter = p->charter,
                           .log_size = r->checkpoint.size,
                           .log_signatures = r->count,
                           .root = r->checkpoint.root,
                           .page = g->page,
                           .pages = pages > 0 ? pages : 1,
                           .rows = g->rows,
                           .row_count = g->count};
    char name[PUBLISHED_NAME_BYTES] = "index.html";
    struct buffer made = {NULL, 0, 0};
    struct bytes *page = NULL;
    if (x.page + 1 < x.pages) {
        (void)snprintf(name, sizeof(name), "page-%" PRIu64 ".html", x.page);
    }
    if (!published_read(p, PUBLISHED_PAGES, name, PAGE_MAX, &page)) {
        return;
    }
    for (size_t i = 0; i < g->count / 2; i++) {
        struct page_row other = g->rows[i];
        g->rows[i] = g->rows[g->count - 1 - i];
        g->rows[g->count - 1 - i] = other;
    }
    page_write_index(&made, &x);
    if (!slice_equal(bytes_slice(page), buffer_slice(&made))) {
        index_fault(g, name,
                    "it is not the page that this program makes of the decisions: it was "
                    "changed, or made by another version");
    }
    buffer_free(&made);
    bytes_unref(page);
}

static uint64_t rows_of(const struct pages *g)
{
    uint64_t left = g->p->note.report.checkpoint.size - g->page * PAGE_ROWS;
    return left < PAGE_ROWS ? left : PAGE_ROWS;
}

static void end_page(struct pages *g)
{
    if (g->count == rows_of(g)) {
        check_index(g);
    }
    for (size_t i = 0; i < g->count; i++) {
        free((void *)(uintptr_t)g->rows[i].title.data);
    }
    g->count = 0;
    g->page++;
}

void pages_end(struct pages *g, bool is_ahead)
{
    uint64_t size = g->p->note.report.checkpoint.size;
    if (g->page * PAGE_ROWS < size || size == 0) {
        end_page(g);
    }
    for (size_t i = 0; i < g->fault_count; i++) {
        if (!is_ahead) {
            published_fault(g->p, PUBLISHED_PAGES, "%s", g->faults[i]);
        }
        free(g->faults[i]);
    }
    free(g->rows);
}
