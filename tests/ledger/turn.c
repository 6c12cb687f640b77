/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "turn.h"

#include "scratch.h"

enum {
    TRAIL = 5, /* turns whose votes and own operations stay */
    SALT_BITS = 16,
    PROPOSALS = 1 << 20,
};

static struct hash proposal_of(uint64_t h)
{
    return scratch_hash(PROPOSALS + h);
}

static struct own_ballot ballot_of(uint64_t h)
{
    static const char rationale[] = "because";
    struct own_ballot b = {.proposal = proposal_of(h)};
    b.ballot.choice = CHOICE_APPROVE;
    b.ballot.confidence = (uint16_t)(h % 100);
    b.ballot.rationale = slice_of_string(rationale);
    memset(b.nonce, (int)(h & 0xff), sizeof(b.nonce));
    return b;
}

static struct slice record_of(struct hash *room, uint64_t h)
{
    *room = scratch_hash(2 * PROPOSALS + h);
    return slice_of(room->bytes, sizeof(room->bytes));
}

static void write_block(struct ledger *l, uint64_t h)
{
    struct block *b = scratch_next(l, 1, 100 + h % 7 * 900);
    ledger_append(l, b);
    struct certificate *c = scratch_certificate(CERTIFICATE_COMMIT, 0, h, &b->hash);
    ledger_put_commit(l, c);
    ledger_put_best(l, c);
    certificate_unref(c);
    block_unref(b);
    ledger_prune(l, 0, h > TRAIL ? h - TRAIL : 0);
}

static void write_own(struct ledger *l, uint64_t h)
{
    struct hash id = scratch_hash(h);
    struct buffer operation = {0};
    scratch_operation(&operation, h, 20);
    ledger_put_own(l, &id, buffer_slice(&operation));
    buffer_free(&operation);
    if (h > TRAIL) {
        id = scratch_hash(h - TRAIL);
        ledger_drop_own(l, &id);
    }
}

void turn_write(struct ledger *l, uint64_t salt)
{
    uint64_t h = l->height + 1;
    write_block(l, h);
    struct vote v = scratch_vote(PHASE_PREPARE, 0, h + 1);
    v.block = scratch_hash(h << SALT_BITS | salt);
    ledger_put_vote(l, &v);
    write_own(l, h);
    struct own_ballot b = ballot_of(h);
    ledger_put_ballot(l, &b);
    struct hash id = proposal_of(h), room;
    ledger_put_proposal(l, &id, h);
    ledger_put_record(l, h - 1, &id, h, record_of(&room, h));
}

/* --- looking --- */

static void count_own(void *ctx, const struct hash *op_id, struct slice operation)
{
    uint64_t *wanted = ctx;
    struct hash id = scratch_hash(*wanted);
    (void)operation;
    *wanted += hash_equal(&id, op_id);
}

static bool has_block(struct ledger *l, uint64_t h, struct hash *prev)
{
    struct block *b = NULL;
    struct certificate *c = NULL;
    bool good = ledger_block(l, h, &b) == 0 && ledger_commit_of(l, h, &c) == 0 &&
                hash_equal(&b->header.prev_hash, prev) && c->what.height == h &&
                hash_equal(&c->what.block, &b->hash);
    if (good) {
        *prev = b->hash;
    }
    block_unref(b);
    certificate_unref(c);
    return good;
}

static bool has_index(struct ledger *l, uint64_t h)
{
    struct hash id = proposal_of(h), room;
    struct own_ballot wanted = ballot_of(h), found;
    struct ledger_proposal p;
    struct bytes *record = NULL;
    bool good = ledger_get_ballot(l, &id, &found) == 0 &&
                memcmp(found.nonce, wanted.nonce, sizeof(found.nonce)) == 0 &&
                found.ballot.choice == wanted.ballot.choice &&
                found.ballot.confidence == wanted.ballot.confidence &&
                slice_equal(found.ballot.rationale, wanted.ballot.rationale) &&
                ledger_proposal(l, &id, &p) == 0 && p.propose_height == h &&
                p.final_height == h && p.record_index == h - 1 &&
                ledger_record(l, h - 1, &record) == 0 &&
                slice_equal(bytes_slice(record), record_of(&room, h));
    bytes_unref(record);
    return good;
}

static bool find_salt(const struct vote *v, uint64_t *salt)
{
    for (*salt = 0; *salt < 1 << SALT_BITS; ++*salt) {
        struct hash h = scratch_hash((v->height - 1) << SALT_BITS | *salt);
        if (hash_equal(&h, &v->block)) {
            return true;
        }
    }
    return false;
}

static bool has_saved(struct ledger *l, uint64_t height, uint64_t *salt)
{
    struct ledger_saved saved;
    *salt = 0;
    if (ledger_load_saved(l, &saved) != 0) {
        return false;
    }
    uint64_t votes = height < TRAIL + 1 ? height : TRAIL + 1;
    bool good = saved.vote_count == votes && (saved.best != NULL) == (height > 0);
    for (uint64_t i = 0; good && i < votes; i++) {
        good = saved.votes[i].height == height - votes + i + 2;
    }
    if (good && height > 0) {
        good = saved.best->what.height == height &&
               hash_equal(&saved.best->what.block, &l->tip) &&
               find_salt(&saved.votes[votes - 1], salt);
    }
    ledger_saved_clear(&saved);
    return good;
}

bool turn_is_whole(struct ledger *l, uint64_t height, uint64_t depth, uint64_t *salt)
{
    struct hash prev = l->id.council_id;
    struct block *before = NULL;
    uint64_t from = height > depth ? height - depth + 1 : 1;
    bool good = ledger_height(l) == height && ledger_record_count(l) == height;
    if (good && from > 1) {
        good = ledger_block(l, from - 1, &before) == 0;
        prev = good ? before->hash : prev;
        block_unref(before);
    }
    for (uint64_t h = from; good && h <= height; h++) {
        good = has_block(l, h, &prev) && has_index(l, h);
    }
    good = good && has_saved(l, height, salt);
    uint64_t wanted = height > TRAIL ? height - TRAIL + 1 : 1;
    return good && ledger_each_own(l, count_own, &wanted) == 0 && wanted == height + 1;
}
