/* SPDX-License-Identifier: ISC */
/* What a ledger keeps of committed blocks and their index, in memory. */
#include "world.h"

#include "base/alloc.h"
#include "hash/merkle.h"
#include "hash/tree.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

struct ledger {
    struct block *blocks[CHAIN_BLOCKS + 1]; /* by height, as the others */
    struct certificate *commits[CHAIN_BLOCKS + 1];
    struct hash effects[CHAIN_BLOCKS + 1];
    uint64_t height;
    struct ledger_proposal proposals[CHAIN_BLOCKS];
    size_t proposal_count;
    struct bytes *records[CHAIN_BLOCKS];
    struct hash leaves[CHAIN_BLOCKS];
    uint64_t record_count;
};

struct ledger *shelf_new(void)
{
    return alloc_zero(1, sizeof(struct ledger));
}

void shelf_free(struct ledger *l)
{
    for (size_t i = 0; i <= CHAIN_BLOCKS; i++) {
        block_unref(l->blocks[i]);
        certificate_unref(l->commits[i]);
    }
    for (size_t i = 0; i < l->record_count; i++) {
        bytes_unref(l->records[i]);
    }
    free(l);
}

/* --- writing --- */

void ledger_append(struct ledger *l, const struct block *b)
{
    l->blocks[++l->height] = block_ref((struct block *)(uintptr_t)b);
}

void ledger_put_commit(struct ledger *l, const struct certificate *c)
{
    l->commits[c->what.height] = certificate_ref((struct certificate *)(uintptr_t)c);
}

void ledger_put_effects(struct ledger *l, uint64_t height, const struct hash *effects)
{
    l->effects[height] = *effects;
}

/* Nothing here asks for them. */
void ledger_put_deeds(struct ledger *l, uint64_t height, struct slice deeds)
{
    (void)l;
    (void)height;
    (void)deeds;
}

void ledger_put_proposal(struct ledger *l, const struct hash *id, uint64_t propose_height)
{
    l->proposals[l->proposal_count++] =
        (struct ledger_proposal){.id = *id, .propose_height = propose_height};
}

static struct ledger_proposal *find(struct ledger *l, const struct hash *id)
{
    for (size_t i = 0; i < l->proposal_count; i++) {
        if (hash_equal(&l->proposals[i].id, id)) {
            return &l->proposals[i];
        }
    }
    return NULL;
}

void ledger_put_record(struct ledger *l, uint64_t index, const struct hash *id,
                       uint64_t final_height, struct slice encoding)
{
    struct ledger_proposal *p = find(l, id);
    p->final_height = final_height;
    p->record_index = index;
    l->records[index] = bytes_copy(encoding);
    l->leaves[index] = merkle_leaf(encoding);
    l->record_count = index + 1;
}

/* --- reading --- */

int ledger_encoding(struct ledger *l, uint64_t height, struct bytes **out)
{
    if (height == 0 || height > l->height) {
        return CONCLAVE_ENOENT;
    }
    *out = bytes_copy(l->blocks[height]->encoding);
    return 0;
}

int ledger_header(struct ledger *l, uint64_t height, struct header *out, struct hash *hash)
{
    if (height == 0 || height > l->height) {
        return CONCLAVE_ENOENT;
    }
    *out = l->blocks[height]->header;
    *hash = l->blocks[height]->hash;
    return 0;
}

int ledger_commit_of(struct ledger *l, uint64_t height, struct certificate **out)
{
    for (; height <= l->height; height++) {
        if (l->commits[height] != NULL) {
            *out = certificate_ref(l->commits[height]);
            return 0;
        }
    }
    return CONCLAVE_ENOENT;
}

int ledger_proposal(struct ledger *l, const struct hash *id, struct ledger_proposal *out)
{
    const struct ledger_proposal *p = find(l, id);
    if (p == NULL) {
        return CONCLAVE_ENOENT;
    }
    *out = *p;
    return 0;
}

int ledger_record(struct ledger *l, uint64_t index, struct bytes **out)
{
    if (index >= l->record_count) {
        return CONCLAVE_ENOENT;
    }
    *out = bytes_ref(l->records[index]);
    return 0;
}

uint64_t ledger_record_count(const struct ledger *l)
{
    return l->record_count;
}

int ledger_effects(struct ledger *l, uint64_t height, struct hash *out)
{
    *out = l->effects[height];
    return height <= l->height ? 0 : CONCLAVE_ENOENT;
}

int ledger_tree_node(void *context, unsigned level, uint64_t index, struct hash *out)
{
    struct ledger *l = context;
    uint64_t first = index << level, count = (uint64_t)1 << level;
    if (first + count > l->record_count) {
        return CONCLAVE_ENOENT;
    }
    *out = merkle_root(l->leaves + first, count);
    return 0;
}
