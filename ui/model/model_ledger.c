/* SPDX-License-Identifier: ISC */
/* Blocks: the newest ones, and those around a height that somebody went to. */
#include "ui/model/inside.h"

#include "base/alloc.h"
#include "base/quorum.h"

#include <stdlib.h>
#include <string.h>

static size_t place_of(const struct model *m, uint64_t height)
{
    size_t low = 0, high = m->scene.block_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (m->scene.blocks[middle]->height > height) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Beside the newest ones, those around what was asked for last are kept: of the others the
 * one that is farthest from there goes. */
static void give_up_one(struct model *m)
{
    size_t last = m->blocks.count - 1, first = last < BLOCKS_PAGE ? last : BLOCKS_PAGE;
    uint64_t low = m->scene.blocks[last]->height, high = m->scene.blocks[first]->height;
    uint64_t here =
        m->browsed_low != UNKNOWN ? m->browsed_low / 2 + m->browsed_high / 2 : high;
    bool above = here < high && (here <= low || high - here > here - low);
    item_unref(deck_remove(&m->blocks, above ? first : last));
    model_sync(m);
}

static struct scene_block *read_block(const struct model *m, const struct value *v)
{
    uint64_t height = value_number(v, "height");
    if (height == UNKNOWN) {
        return NULL;
    }
    struct scene_block *b = alloc_zero(1, sizeof(*b));
    b->references = 1;
    b->height = height;
    b->view = value_number(v, "view");
    b->time_ms = value_number(v, "time_ms");
    b->operations = value_number(v, "operations");
    b->envelopes = value_number(v, "envelopes");
    b->bytes = value_number(v, "bytes");
    b->prepared_ms = value_number(v, "prepared_ms");
    b->committed_ms = value_number(v, "committed_ms");
    if (height > 0 && b->view != UNKNOWN && m->scene.seats > 0) {
        b->primary = quorum_primary(m->scene.seats, b->view);
    }
    value_copy_text(b->hash, sizeof(b->hash), v, "hash");
    return b;
}

static void put_block(struct model *m, struct scene_block *b)
{
    size_t at = place_of(m, b->height);
    if (at < m->blocks.count && m->scene.blocks[at]->height == b->height) {
        const struct scene_block *old = m->scene.blocks[at];
        if (b->prepared_ms == UNKNOWN && b->committed_ms == UNKNOWN) {
            b->prepared_ms = old->prepared_ms;
            b->committed_ms = old->committed_ms;
        }
        if (b->bytes == UNKNOWN) {
            b->bytes = old->bytes;
            b->envelopes = old->envelopes;
        }
        item_unref(m->scene.blocks[at]);
        deck_items(&m->blocks)[at] = b;
    } else {
        deck_insert(&m->blocks, at, b);
    }
    model_sync(m);
    if (m->blocks.count > BLOCKS_MAX) {
        give_up_one(m);
    }
}

void blocks_apply(struct model *m, const struct value *v, uint64_t from)
{
    const struct value *rows = value_get(v, "blocks");
    size_t count = 0;
    if (!value_is(rows, VALUE_ARRAY)) {
        m->nonsense++;
        return;
    }
    VALUE_EACH(row, rows)
    {
        struct scene_block *b = count < BLOCKS_PAGE ? read_block(m, row) : NULL;
        if (b == NULL) {
            m->nonsense++;
            continue;
        }
        if (from != UNKNOWN && count == 0) {
            m->browsed_high = m->browsed_low = b->height;
        } else if (from != UNKNOWN) {
            m->browsed_low = b->height < m->browsed_low ? b->height : m->browsed_low;
            m->browsed_high = b->height > m->browsed_high ? b->height : m->browsed_high;
        }
        count++;
        put_block(m, b);
    }
}

void blocks_committed(struct model *m, const struct value *v)
{
    struct scene_order *o = &m->scene.order;
    struct scene_block *b = read_block(m, v);
    if (b == NULL) {
        m->nonsense++;
        return;
    }
    if (o->height == UNKNOWN || b->height >= o->height) {
        o->height = b->height;
        o->block_time_ms = b->time_ms;
        memcpy(o->tip, b->hash, sizeof(o->tip));
        if (m->scene.own >= 1) {
            m->scene.seat[m->scene.own - 1].height = b->height;
        }
    }
    votes_add_latency(m, b->height, b->prepared_ms, b->committed_ms);
    details_certify(m);
    put_block(m, b);
}
