/* SPDX-License-Identifier: ISC */
#include "witness.h"

#include "base/alloc.h"
#include "ledger/ledger.h"
#include "wire/shared.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct seen {
    uint16_t seat;
    enum phase phase;
    uint64_t view, height;
    struct hash block;
};

struct witness {
    struct seen **buckets;
    size_t bucket_count, *sizes;
    size_t votes;
    struct hash *chain; /* chain[height - 1] */
    uint64_t chain_height, chain_capacity;
    uint64_t heights[SEATS_MAX];
    unsigned contradictions;
};

enum { BUCKETS = 4096 };

struct witness *witness_new(void)
{
    struct witness *w = alloc_zero(1, sizeof(*w));
    w->bucket_count = BUCKETS;
    w->buckets = alloc_zero(BUCKETS, sizeof(struct seen *));
    w->sizes = alloc_zero(BUCKETS, sizeof(*w->sizes));
    return w;
}

void witness_free(struct witness *w)
{
    for (size_t i = 0; i < w->bucket_count; i++) {
        free(w->buckets[i]);
    }
    free(w->buckets);
    free(w->sizes);
    free(w->chain);
    free(w);
}

static void see_vote(struct witness *w, const struct seen *v)
{
    size_t b = (size_t)(v->height * 128 + v->seat) % w->bucket_count;
    for (size_t i = 0; i < w->sizes[b]; i++) {
        const struct seen *o = &w->buckets[b][i];
        if (o->seat == v->seat && o->phase == v->phase && o->view == v->view &&
            o->height == v->height) {
            if (!hash_equal(&o->block, &v->block)) {
                w->contradictions++;
                printf("# seat %u signed two blocks at view %" PRIu64 ", height %" PRIu64
                       ", phase %d\n",
                       v->seat, v->view, v->height, (int)v->phase);
            }
            return;
        }
    }
    w->buckets[b] = alloc_resize(w->buckets[b], w->sizes[b] + 1, sizeof(struct seen));
    w->buckets[b][w->sizes[b]++] = *v;
    w->votes++;
}

static void see_certificate(struct witness *w, const struct certificate *c)
{
    if (c == NULL || c->what.kind == CERTIFICATE_NONE) {
        return;
    }
    for (uint16_t i = 0; i < c->count; i++) {
        struct seen v = {c->entries[i].seat,
                         c->what.kind == CERTIFICATE_COMMIT ? PHASE_COMMIT : PHASE_PREPARE,
                         c->what.view, c->what.height, c->what.block};
        see_vote(w, &v);
    }
}

static void see_block(struct witness *w, unsigned seat, const struct block *b)
{
    uint64_t height = b->header.height;
    if (height == w->chain_height + 1) {
        if (w->chain_height == w->chain_capacity) {
            w->chain_capacity = w->chain_capacity > 0 ? 2 * w->chain_capacity : 1024;
            w->chain = alloc_resize(w->chain, w->chain_capacity, sizeof(*w->chain));
        }
        w->chain[w->chain_height++] = b->hash;
    } else if (!hash_equal(&w->chain[height - 1], &b->hash)) {
        w->contradictions++;
        printf("# seat %u has another block %" PRIu64 "\n", seat, height);
    }
}

static void look_at_blocks(struct witness *w, struct ledger *l, unsigned seat)
{
    uint64_t *seen = &w->heights[seat - 1];
    if (ledger_height(l) < *seen) {
        w->contradictions++;
        printf("# seat %u went back from height %" PRIu64 " to %" PRIu64 "\n", seat, *seen,
               ledger_height(l));
    }
    while (*seen < ledger_height(l)) {
        struct block *b = NULL;
        struct certificate *c = NULL;
        int error = ledger_block(l, *seen + 1, &b);
        if (error == 0) {
            see_block(w, seat, b);
            error = ledger_commit_of(l, *seen + 1, &c);
            see_certificate(w, c);
        }
        if (error != 0) {
            w->contradictions++;
            printf("# seat %u, block %" PRIu64 ": %s\n", seat, *seen + 1,
                   error_text(error));
        }
        certificate_unref(c);
        block_unref(b);
        ++*seen;
    }
}

static void look_at_votes(struct witness *w, struct ledger *l)
{
    struct ledger_saved saved;
    if (ledger_load_saved(l, &saved) != 0) {
        w->contradictions++;
        printf("# the votes of a store cannot be read\n");
        return;
    }
    for (size_t i = 0; i < saved.vote_count; i++) {
        const struct vote *v = &saved.votes[i];
        struct seen seen = {v->seat, v->phase, v->view, v->height, v->block};
        see_vote(w, &seen);
    }
    see_certificate(w, saved.best);
    see_certificate(w, saved.new_view != NULL ? saved.new_view->certificate : NULL);
    ledger_saved_clear(&saved);
}

static void look_at(struct witness *w, struct live *l, unsigned seat)
{
    struct ledger *ledger = NULL;
    struct complaint why = {""};
    if (ledger_open(live_seat(l, seat)->data, LEDGER_READ, NULL, &ledger, &why) != 0) {
        w->contradictions++;
        printf("# seat %u: %s\n", seat, why.text);
        return;
    }
    look_at_blocks(w, ledger, seat);
    look_at_votes(w, ledger);
    ledger_close(ledger);
}

void witness_look(struct witness *w, struct live *l, unsigned seat)
{
    for (unsigned i = 1; i <= l->options.seats; i++) {
        if (seat == 0 || seat == i) {
            look_at(w, l, i);
        }
    }
}

unsigned witness_contradictions(const struct witness *w)
{
    return w->contradictions;
}

size_t witness_votes(const struct witness *w)
{
    return w->votes;
}

uint64_t witness_lowest(const struct witness *w, unsigned seats)
{
    uint64_t height = w->heights[0];
    for (unsigned i = 0; i < seats; i++) {
        height = w->heights[i] < height ? w->heights[i] : height;
    }
    return height;
}

uint64_t witness_highest(const struct witness *w, unsigned seats)
{
    uint64_t height = 0;
    for (unsigned i = 0; i < seats; i++) {
        height = w->heights[i] > height ? w->heights[i] : height;
    }
    return height;
}
