/* SPDX-License-Identifier: ISC */
#include "wire/shared.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct envelope *envelope_ref(struct envelope *e)
{
    e->references++;
    return e;
}

void envelope_unref(struct envelope *e)
{
    if (e == NULL) {
        return;
    }
    assert(e->references > 0);
    if (--e->references == 0) {
        bytes_unref(e->owner);
        free(e);
    }
}

struct block *block_ref(struct block *b)
{
    b->references++;
    return b;
}

void block_unref(struct block *b)
{
    if (b == NULL) {
        return;
    }
    assert(b->references > 0);
    if (--b->references == 0) {
        for (uint32_t i = 0; i < b->count; i++) {
            envelope_unref(b->envelopes[i]);
        }
        bytes_unref(b->owner);
        free(b);
    }
}

struct certificate *certificate_new(uint16_t count)
{
    struct certificate *c =
        alloc_zero(1, sizeof(*c) + count * sizeof(struct certificate_entry));
    c->references = 1;
    c->count = count;
    return c;
}

struct certificate *certificate_ref(struct certificate *c)
{
    c->references++;
    return c;
}

void certificate_unref(struct certificate *c)
{
    if (c == NULL) {
        return;
    }
    assert(c->references > 0);
    if (--c->references == 0) {
        free(c);
    }
}

struct new_view *new_view_new(uint16_t count)
{
    struct new_view *v = alloc_zero(1, sizeof(*v) + count * sizeof(struct view_change));
    v->references = 1;
    v->count = count;
    return v;
}

struct new_view *new_view_ref(struct new_view *v)
{
    v->references++;
    return v;
}

void new_view_unref(struct new_view *v)
{
    if (v == NULL) {
        return;
    }
    assert(v->references > 0);
    if (--v->references == 0) {
        certificate_unref(v->certificate);
        free(v);
    }
}

static void report_hold(struct report *r)
{
    if (r->certificate != NULL) {
        certificate_ref(r->certificate);
    }
    const struct view_change *changes = r->changes;
    r->changes = alloc_zero(r->change_count, sizeof(*r->changes));
    for (uint16_t i = 0; i < r->change_count; i++) {
        r->changes[i] = changes[i];
    }
}

void message_hold(struct message *m)
{
    switch (m->tag) {
    case MESSAGE_ENVELOPE:
        envelope_ref(m->envelope);
        break;
    case MESSAGE_PRE_PREPARE:
        block_ref(m->pre_prepare.block);
        if (m->pre_prepare.certificate != NULL) {
            certificate_ref(m->pre_prepare.certificate);
        }
        break;
    case MESSAGE_VIEW_CHANGE:
        if (m->view_change.certificate != NULL) {
            certificate_ref(m->view_change.certificate);
        }
        break;
    case MESSAGE_NEW_VIEW:
        new_view_ref(m->new_view);
        break;
    case MESSAGE_BLOCK:
        block_ref(m->block);
        break;
    case MESSAGE_HEARTBEAT:
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
    case MESSAGE_FETCH_BLOCK:
    case MESSAGE_FETCH_RANGE:
    case MESSAGE_FETCH_NEW_VIEW:
    case MESSAGE_ASK:
    case MESSAGE_CHECKPOINT:
        break;
    case MESSAGE_REPORT:
        report_hold(&m->report);
        break;
    case MESSAGE_RANGE:
        assert(!"a RANGE owns its lists");
    }
}

static void range_clear(struct range *range)
{
    for (uint32_t i = 0; i < range->block_count; i++) {
        block_unref(range->blocks[i]);
    }
    free(range->blocks);
    free(range->headers);
    certificate_unref(range->certificate);
}

struct certificate **message_certificate(struct message *m)
{
    switch (m->tag) {
    case MESSAGE_PRE_PREPARE:
        return &m->pre_prepare.certificate;
    case MESSAGE_VIEW_CHANGE:
        return &m->view_change.certificate;
    case MESSAGE_NEW_VIEW:
        return &m->new_view->certificate;
    case MESSAGE_HEARTBEAT:
    case MESSAGE_ENVELOPE:
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
    case MESSAGE_FETCH_BLOCK:
    case MESSAGE_BLOCK:
    case MESSAGE_FETCH_RANGE:
    case MESSAGE_RANGE:
    case MESSAGE_FETCH_NEW_VIEW:
    case MESSAGE_ASK:
    case MESSAGE_REPORT:
    case MESSAGE_CHECKPOINT:
        break;
    }
    return NULL;
}

void message_clear(struct message *m)
{
    switch (m->tag) {
    case MESSAGE_ENVELOPE:
        envelope_unref(m->envelope);
        break;
    case MESSAGE_PRE_PREPARE:
        block_unref(m->pre_prepare.block);
        certificate_unref(m->pre_prepare.certificate);
        break;
    case MESSAGE_VIEW_CHANGE:
        certificate_unref(m->view_change.certificate);
        break;
    case MESSAGE_NEW_VIEW:
        new_view_unref(m->new_view);
        break;
    case MESSAGE_BLOCK:
        block_unref(m->block);
        break;
    case MESSAGE_RANGE:
        range_clear(&m->range);
        break;
    case MESSAGE_REPORT:
        certificate_unref(m->report.certificate);
        free(m->report.changes);
        break;
    case MESSAGE_HEARTBEAT:
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
    case MESSAGE_FETCH_BLOCK:
    case MESSAGE_FETCH_RANGE:
    case MESSAGE_FETCH_NEW_VIEW:
    case MESSAGE_ASK:
    case MESSAGE_CHECKPOINT:
        break;
    }
    memset(m, 0, sizeof(*m));
}

struct vote pre_prepare_vote(const struct pre_prepare *m, uint16_t primary)
{
    const struct header *h = &m->block->header;
    return (struct vote){.phase = PHASE_PREPARE,
                         .seat = primary,
                         .view = h->view,
                         .height = h->height,
                         .block = m->block->hash,
                         .signature = m->signature};
}

bool hash_equal(const struct hash *a, const struct hash *b)
{
    return memcmp(a->bytes, b->bytes, HASH_BYTES) == 0;
}

bool hash_is_zero(const struct hash *h)
{
    static const struct hash zero;
    return hash_equal(h, &zero);
}

int best_compare(const struct best *a, const struct best *b)
{
    if (a->view != b->view) {
        return a->view < b->view ? -1 : 1;
    }
    if (a->height != b->height) {
        return a->height < b->height ? -1 : 1;
    }
    return 0;
}
