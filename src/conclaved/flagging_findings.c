/* SPDX-License-Identifier: ISC */
/*
 * Findings from the ledger (patterns/patterns.h) as flags: the blocks of the store feed
 * their statistics at the start, each new one then. A flag says what its finding says,
 * count and times included, so that all nodes have the same.
 */
#include "conclaved/flagging.h"

#include "patterns/patterns.h"

#include <stdio.h>

void flagging_findings_new(struct node *n)
{
    struct pattern_rules rules;
    pattern_rules_of(n->charter, &rules);
    n->patterns = patterns_new(&rules);
}

static void state(struct node *n, const struct finding *x)
{
    struct flag f = {.kind = x->last.kind,
                     .seat = x->last.seat,
                     .has_proposal = x->has_proposal,
                     .proposal = x->proposal,
                     .height = x->last_height,
                     .first_ms = x->first_ms,
                     .last_ms = x->last_ms,
                     .count = x->count};
    (void)snprintf(f.text, sizeof(f.text), "%s", x->last.text);
    flagging_state(n, &f);
}

static void feed(struct node *n, const struct block *b, const struct council_result *r)
{
    patterns_apply(n->patterns, b->header.height, b->header.time_ms, r->events,
                   r->event_count);
}

void flagging_replayed(struct node *n, const struct block *b,
                       const struct council_result *r)
{
    feed(n, b, r);
}

void flagging_executed(struct node *n, const struct block *b,
                       const struct council_result *r)
{
    size_t count;
    feed(n, b, r);
    const struct finding_change *changes = patterns_changes(n->patterns, &count);
    for (size_t i = 0; i < count; i++) {
        const struct finding *x = &changes[i].finding;
        switch (changes[i].step) {
        case FINDING_RAISED:
        case FINDING_SEEN_AGAIN:
            state(n, x);
            break;
        case FINDING_CLEARED:
            flagging_clear_at(n, x->last.kind, x->last.seat, b->header.time_ms);
            break;
        }
    }
}

/* --- at the start --- */

/* Flags that a store was left with, but not by a replay of its blocks: by another build, or
 * with others' thresholds. */
static void clear_unfound(struct node *n)
{
    const struct flags *book = n->flagging->book;
    uint64_t time_ms = patterns_time_ms(n->patterns);
    const struct flag *f = flags_below(book, UINT64_MAX);
    while (f != NULL) {
        uint64_t id = f->id;
        if (!f->is_local && f->state != FLAG_CLEARED &&
            patterns_find(n->patterns, f->kind, f->seat) == NULL) {
            flagging_clear_at(n, f->kind, f->seat, time_ms);
        }
        f = flags_below(book, id);
    }
}

void flagging_begin(struct node *n)
{
    size_t count;
    const struct finding *const *open = patterns_findings(n->patterns, &count);
    n->flagging->started_height = ledger_height(n->ledger);
    clear_unfound(n);
    for (size_t i = 0; i < count; i++) {
        state(n, open[i]);
    }
}
