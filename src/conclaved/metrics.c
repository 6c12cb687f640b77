/* SPDX-License-Identifier: ISC */
#include "conclaved/metrics.h"

enum { US_PER_MS = 1000 };

static void add_ms(struct histogram *h, uint64_t ms)
{
    histogram_add(h, ms < UINT64_MAX / US_PER_MS ? ms * US_PER_MS : UINT64_MAX);
}

void metrics_notice(struct metrics *m, const struct pbft_notice *x)
{
    switch (x->kind) {
    case PBFT_NOTICE_VIEW_CHANGE:
        m->view_changes[x->cause]++;
        break;
    case PBFT_NOTICE_NEW_VIEW:
        m->new_views++;
        break;
    case PBFT_NOTICE_REFUSED:
        m->refused[x->cause]++;
        break;
    case PBFT_NOTICE_CATCHING_UP:
        m->catch_ups++;
        break;
    case PBFT_NOTICE_DIVERGED:
    case PBFT_NOTICE_FORK:
    case PBFT_NOTICE_LOST:
    case PBFT_NOTICE_RETURNED:
        break; /* these are states, which the method reads */
    }
}

void metrics_committed(struct metrics *m, const struct round_times *t)
{
    if (t->prepared_ms != ROUNDS_UNKNOWN) {
        add_ms(&m->prepared, t->prepared_ms);
    }
    if (t->committed_ms != ROUNDS_UNKNOWN) {
        add_ms(&m->committed, t->committed_ms);
    }
}

static void decided(struct metrics *m, const struct record *r)
{
    m->decisions[r->class_index][r->outcome]++;
    add_ms(&m->decided, r->final.time_ms - r->opened.time_ms);
}

void metrics_executed(struct metrics *m, const struct block *b,
                      const struct council_result *r)
{
    m->blocks++;
    m->block_bytes += b->encoding.size;
    m->envelopes += b->count;
    for (uint32_t i = 0; i < b->count; i++) {
        m->operations[VERDICT_EFFECT] += b->envelopes[i]->count;
    }
    for (size_t i = 0; i < r->event_count; i++) {
        const struct council_event *e = &r->events[i];
        if (e->kind == COUNCIL_VOID) {
            m->operations[VERDICT_EFFECT]--;
            m->operations[e->verdict]++;
        } else if (e->kind == COUNCIL_FINAL) {
            decided(m, e->record);
        }
    }
}

void metrics_synced(struct metrics *m, uint64_t commits, uint64_t last_us)
{
    if (commits != m->commits_seen) {
        m->commits_seen = commits;
        histogram_add(&m->synced, last_us);
    }
}
