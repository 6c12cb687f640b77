/* SPDX-License-Identifier: ISC */
/* What is put comes back: in the same transaction, after the commit, after reopening. What
 * was not committed does not. */
#include "scratch.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static char *dir;

static struct ledger *reopen(struct ledger *l)
{
    ledger_close(l);
    l = scratch_open(dir, LEDGER_WRITE);
    ok(l != NULL, "reopened");
    return l;
}

static bool same_block(struct ledger *l, uint64_t height, const struct block *expected)
{
    struct block *b = NULL;
    if (ledger_block(l, height, &b) != 0) {
        return false;
    }
    bool same = slice_equal(b->encoding, expected->encoding) &&
                hash_equal(&b->hash, &expected->hash) && b->count == expected->count;
    for (uint32_t i = 0; same && i < b->count; i++) {
        same = hash_equal(&b->envelopes[i]->id, &expected->envelopes[i]->id) &&
               !hash_is_zero(&b->envelopes[i]->id);
    }
    block_unref(b);
    return same;
}

static bool commit_of_is(struct ledger *l, uint64_t height, uint64_t view,
                         uint64_t expected)
{
    struct certificate *c = NULL;
    if (ledger_commit_of(l, height, &c) != 0) {
        return false;
    }
    bool same = c->what.kind == CERTIFICATE_COMMIT && c->what.height == expected &&
                c->what.view == view && c->count == 3 && c->entries[2].seat == 3;
    certificate_unref(c);
    return same;
}

static void put_commit(struct ledger *l, uint64_t view, const struct block *b)
{
    struct certificate *c =
        scratch_certificate(CERTIFICATE_COMMIT, view, b->header.height, &b->hash);
    ledger_put_commit(l, c);
    certificate_unref(c);
}

/* A range may prove its blocks by one that is above them. */
static struct ledger *test_certified_above(struct ledger *l)
{
    struct certificate *none = NULL;
    struct block *next = scratch_next(l, 1, 10);
    struct hash above = {{0xab}};
    uint64_t height = ledger_height(l) + 1;
    struct certificate *c = scratch_certificate(CERTIFICATE_COMMIT, 4, height + 2, &above);
    ledger_append(l, next);
    ledger_put_commit(l, c);
    is(ledger_commit(l), 0, "a certificate of a block that is yet to come is kept");
    l = reopen(l);
    is((int64_t)ledger_height(l), (int64_t)height, "the store opens");
    ok(commit_of_is(l, height, 4, height + 2), "the certificate covers what is there");
    put_commit(l, 5, next);
    ok(!ledger_is_dirty(l), "one below covers nothing new");
    is(ledger_commit_of(l, height + 3, &none), CONCLAVE_ENOENT, "none is above it");
    certificate_unref(c);
    block_unref(next);
    return l;
}

static struct ledger *test_blocks(struct ledger *l)
{
    struct block *blocks[8];
    struct block *none = NULL;
    struct certificate *no_certificate = NULL;
    is((int64_t)ledger_height(l), 0, "a new ledger has genesis alone");
    is(ledger_block(l, 0, &none), CONCLAVE_ENOENT, "which is not a block of it");
    is(ledger_block(l, 1, &none), CONCLAVE_ENOENT, "no block 1 yet");
    is(ledger_commit_of(l, 0, &no_certificate), CONCLAVE_ENOENT, "no certificate either");
    ok(!ledger_is_dirty(l), "nothing to commit");
    is(ledger_commit(l), 0, "which may be committed");
    for (int i = 0; i < 8; i++) {
        blocks[i] = scratch_next(l, (size_t)i % 3, 10 + 1000 * (size_t)i);
        ledger_append(l, blocks[i]);
        if (i == 2) {
            put_commit(l, 0, blocks[2]);
            put_commit(l, 1, blocks[1]);
            put_commit(l, 1, blocks[2]);
        }
    }
    put_commit(l, 2, blocks[6]);
    ok(ledger_is_dirty(l), "now there is");
    ok(same_block(l, 5, blocks[4]), "a block is read within the transaction");
    is(ledger_commit(l), 0, "commit");
    ok(!ledger_is_dirty(l), "nothing waits any more");
    for (int turn = 0; turn < 2; turn++) {
        is((int64_t)ledger_height(l), 8, "eight blocks");
        for (uint64_t h = 1; h <= 8; h++) {
            ok(same_block(l, h, blocks[h - 1]), "block %d", (int)h);
        }
        is(ledger_block(l, 9, &none), CONCLAVE_ENOENT, "no ninth");
        ok(commit_of_is(l, 1, 0, 3), "block 1 is covered by the certificate of 3");
        ok(commit_of_is(l, 3, 0, 3), "the first certificate of 3 was kept");
        ok(commit_of_is(l, 4, 2, 7), "4 is covered by that of 7");
        is(ledger_commit_of(l, 8, &no_certificate), CONCLAVE_ENOENT, "8 by none yet");
        l = reopen(l);
    }
    put_commit(l, 0, blocks[4]);
    ok(!ledger_is_dirty(l), "a certificate that covers nothing new is not kept");
    put_commit(l, 3, blocks[7]);
    is(ledger_commit(l), 0, "one that covers a block of earlier on is");
    ok(commit_of_is(l, 8, 3, 8), "and is read");
    struct block *lost = scratch_next(l, 1, 10);
    ledger_append(l, lost);
    is((int64_t)ledger_height(l), 9, "a ninth block, not committed");
    l = reopen(l);
    is((int64_t)ledger_height(l), 8, "it vanished");
    is(ledger_block(l, 9, &none), CONCLAVE_ENOENT, "all of it");
    ledger_append(l, lost);
    is(ledger_commit(l), 0, "it can be appended again");
    l = test_certified_above(l);
    block_unref(lost);
    for (int i = 0; i < 8; i++) {
        block_unref(blocks[i]);
    }
    return l;
}

/* --- votes --- */

static struct new_view *make_new_view(uint64_t view, struct certificate *c)
{
    struct new_view *v = new_view_new(3);
    v->view = view;
    v->tip = c->what.block;
    memset(&v->signature, 9, sizeof(v->signature));
    for (uint16_t i = 0; i < 3; i++) {
        v->changes[i].seat = (uint16_t)(i + 1);
        v->changes[i].view = view;
        v->changes[i].best = c->what;
        memset(&v->changes[i].signature, i, sizeof(struct signature));
    }
    v->certificate = certificate_ref(c);
    v->changes_hash = hash_view_changes(v->changes, v->count);
    return v;
}

static struct ledger *test_signed(struct ledger *l)
{
    struct ledger_saved saved;
    is(ledger_load_saved(l, &saved), 0, "load from a ledger without votes");
    ok(!saved.has_view_change && saved.new_view == NULL && saved.best == NULL &&
           saved.vote_count == 0 && saved.candidate_count == 0,
       "nothing");
    ledger_saved_clear(&saved);

    static const struct {
        enum phase phase;
        uint64_t view, height;
    } order[] = {
        {PHASE_PREPARE, 0, 20}, {PHASE_COMMIT, 0, 20},  {PHASE_PREPARE, 0, 300},
        {PHASE_PREPARE, 5, 10}, {PHASE_PREPARE, 5, 21}, {PHASE_COMMIT, 256, 21},
    };
    enum { COUNT = sizeof(order) / sizeof(order[0]) };
    for (int i = COUNT - 1; i >= 0; i--) {
        struct vote v = scratch_vote(order[i].phase, order[i].view, order[i].height);
        ledger_put_vote(l, &v);
    }
    struct hash h = scratch_hash(77);
    struct certificate *best = scratch_certificate(CERTIFICATE_PREPARED, 4, 19, &h);
    ledger_put_best(l, best);
    struct new_view *nv = make_new_view(5, best);
    ledger_put_new_view(l, nv);
    struct view_change vc = {.seat = SCRATCH_SEAT, .view = 6, .best = best->what};
    memset(&vc.signature, 3, sizeof(vc.signature));
    ledger_put_view_change(l, &vc);
    struct block *candidates[5];
    static const uint64_t at[5][2] = {{0, 20}, {0, 21}, {5, 20}, {5, 21}, {5, 21}};
    for (int i = 0; i < 5; i++) {
        struct hash prev = scratch_hash((uint64_t)i);
        candidates[i] = scratch_block(at[i][0], at[i][1], &prev, 1, 50);
        ledger_put_candidate(l, candidates[i]);
    }
    is(ledger_commit(l), 0, "votes, NEW-VIEW, VIEW-CHANGE, best and candidates");
    struct vote again = scratch_vote(PHASE_PREPARE, 0, 20);
    ledger_put_vote(l, &again);
    ok(!ledger_is_dirty(l), "the same vote again costs nothing");

    l = reopen(l);
    is(ledger_load_saved(l, &saved), 0, "load");
    is((int64_t)saved.vote_count, COUNT, "every vote");
    for (size_t i = 0; i < saved.vote_count && i < COUNT; i++) {
        struct vote v = scratch_vote(order[i].phase, order[i].view, order[i].height);
        const struct vote *got = &saved.votes[i];
        ok(got->phase == v.phase && got->view == v.view && got->height == v.height &&
               got->seat == v.seat && hash_equal(&got->block, &v.block) &&
               memcmp(&got->signature, &v.signature, sizeof(v.signature)) == 0,
           "vote %d in order", (int)i);
    }
    ok(saved.has_view_change && saved.view_change.view == 6 &&
           saved.view_change.seat == SCRATCH_SEAT &&
           best_compare(&saved.view_change.best, &best->what) == 0 &&
           hash_equal(&saved.view_change.best.block, &h) &&
           memcmp(&saved.view_change.signature, &vc.signature, sizeof(vc.signature)) == 0,
       "the VIEW-CHANGE");
    ok(saved.new_view != NULL && saved.new_view->view == 5 && saved.new_view->count == 3 &&
           hash_equal(&saved.new_view->changes_hash, &nv->changes_hash) &&
           saved.new_view->certificate != NULL &&
           saved.new_view->certificate->what.height == 19,
       "the NEW-VIEW, with the hash of its VIEW-CHANGEs");
    ok(saved.best != NULL && saved.best->what.kind == CERTIFICATE_PREPARED &&
           saved.best->what.view == 4 && saved.best->count == 3,
       "the best certificate");
    is((int64_t)saved.candidate_count, 5, "every candidate, two of one (view, height)");
    for (size_t i = 0; i < saved.candidate_count; i++) {
        int matches = 0;
        for (int j = 0; j < 5; j++) {
            matches += hash_equal(&saved.candidates[i]->hash, &candidates[j]->hash);
        }
        is(matches, 1, "a candidate with its hash");
    }
    ledger_saved_clear(&saved);

    ledger_prune(l, 4, 20);
    is(ledger_commit(l), 0, "a block of view 4 commits at height 20");
    is(ledger_load_saved(l, &saved), 0, "load");
    is((int64_t)saved.vote_count, 3, "votes above 20 are left");
    bool above = true;
    for (size_t i = 0; i < saved.vote_count; i++) {
        above = above && saved.votes[i].height > 20;
    }
    ok(above, "and no other");
    is((int64_t)saved.candidate_count, 4, "one candidate is forgotten");
    bool kept = true;
    for (size_t i = 0; i < saved.candidate_count; i++) {
        kept = kept && !hash_equal(&saved.candidates[i]->hash, &candidates[0]->hash);
    }
    ok(kept, "that of a height and a view not above");
    ledger_saved_clear(&saved);
    ledger_prune(l, 9, 1000);
    is(ledger_commit(l), 0, "a later block of a later view");
    is(ledger_load_saved(l, &saved), 0, "load");
    ok(saved.vote_count == 0 && saved.candidate_count == 0, "nothing is left");
    ok(saved.has_view_change && saved.new_view != NULL && saved.best != NULL,
       "but the view's papers");
    ledger_saved_clear(&saved);
    ledger_prune(l, 9, 1000);
    ok(!ledger_is_dirty(l), "to prune nothing costs nothing");

    for (int i = 0; i < 5; i++) {
        block_unref(candidates[i]);
    }
    new_view_unref(nv);
    certificate_unref(best);
    return l;
}

/* --- own operations and ballots --- */

struct seen {
    struct ledger *l;
    size_t count;
    bool in_order;
    uint64_t numbers[64];
};

static void see(void *ctx, const struct hash *op_id, struct slice operation)
{
    struct seen *s = ctx;
    struct hash id = scratch_hash(s->numbers[s->count]);
    struct buffer expected = {0};
    scratch_operation(&expected, s->numbers[s->count], 30);
    s->in_order = s->in_order && hash_equal(&id, op_id) &&
                  slice_equal(operation, buffer_slice(&expected));
    buffer_free(&expected);
    s->count++;
}

static void see_and_drop(void *ctx, const struct hash *op_id, struct slice operation)
{
    struct seen *s = ctx;
    see(ctx, op_id, operation);
    ledger_drop_own(s->l, op_id);
}

static void put_own(struct ledger *l, uint64_t number)
{
    struct hash id = scratch_hash(number);
    struct buffer operation = {0};
    scratch_operation(&operation, number, 30);
    ledger_put_own(l, &id, buffer_slice(&operation));
    buffer_free(&operation);
}

static struct ledger *test_own(struct ledger *l)
{
    struct seen seen = {.in_order = true};
    for (uint64_t i = 0; i < 20; i++) {
        put_own(l, i);
    }
    is(ledger_commit(l), 0, "twenty own operations");
    put_own(l, 3);
    ok(!ledger_is_dirty(l), "one of them again costs nothing");
    for (uint64_t i = 0; i < 10; i += 2) {
        struct hash id = scratch_hash(i);
        ledger_drop_own(l, &id);
    }
    is(ledger_commit(l), 0, "five are executed");
    l = reopen(l);
    put_own(l, 100);
    put_own(l, 4);
    size_t n = 0;
    for (uint64_t i = 0; i < 20; i++) {
        if (i >= 10 || i % 2 == 1) {
            seen.numbers[n++] = i;
        }
    }
    seen.numbers[n++] = 100;
    seen.numbers[n++] = 4;
    is(ledger_each_own(l, see, &seen), 0, "the others");
    ok(seen.count == n && seen.in_order, "come back whole, in the order they were put");
    seen.count = 0;
    seen.l = l;
    is(ledger_each_own(l, see_and_drop, &seen), 0, "dropping them on the way");
    ok(seen.count == n && seen.in_order, "sees each");
    seen.count = 0;
    is(ledger_each_own(l, see, &seen), 0, "and then");
    is((int64_t)seen.count, 0, "none");
    is(ledger_commit(l), 0, "commit");
    return l;
}

static struct ledger *test_ballots(struct ledger *l)
{
    char rationale[RATIONALE_MAX];
    memset(rationale, 'r', sizeof(rationale));
    struct own_ballot b = {
        .proposal = scratch_hash(1),
        .ballot = {CHOICE_ABSTAIN, 100, slice_of(rationale, sizeof(rationale))}};
    memset(b.nonce, 0xa5, sizeof(b.nonce));
    struct own_ballot got;
    is(ledger_get_ballot(l, &b.proposal, &got), CONCLAVE_ENOENT, "no ballot yet");
    ledger_put_ballot(l, &b);
    struct own_ballot short_one = {.proposal = scratch_hash(2),
                                   .ballot = {CHOICE_REJECT, 0, SLICE_NONE}};
    ledger_put_ballot(l, &short_one);
    is(ledger_commit(l), 0, "two ballots");
    ledger_put_ballot(l, &b);
    ok(!ledger_is_dirty(l), "the same again costs nothing");
    l = reopen(l);
    is(ledger_get_ballot(l, &b.proposal, &got), 0, "the first comes back");
    ok(got.ballot.choice == CHOICE_ABSTAIN && got.ballot.confidence == 100 &&
           slice_equal(got.ballot.rationale, b.ballot.rationale) &&
           memcmp(got.nonce, b.nonce, sizeof(b.nonce)) == 0 &&
           hash_equal(&got.proposal, &b.proposal),
       "whole");
    put_own(l, 5);
    is(ledger_commit(l), 0, "other writes happen");
    ok(slice_equal(got.ballot.rationale, b.ballot.rationale),
       "and do not disturb its rationale");
    is(ledger_get_ballot(l, &short_one.proposal, &got), 0, "the second");
    ok(got.ballot.choice == CHOICE_REJECT && got.ballot.rationale.size == 0,
       "has no rationale");
    return l;
}

/* --- the index --- */

static struct ledger *test_index(struct ledger *l)
{
    struct hash ids[3];
    for (int i = 0; i < 3; i++) {
        memset(ids[i].bytes, 0xab, HASH_BYTES);
    }
    ids[1].bytes[5] = 0xac;
    ids[2].bytes[0] = 0x07;
    for (int i = 0; i < 3; i++) {
        ledger_put_proposal(l, &ids[i], (uint64_t)i + 10);
    }
    is(ledger_commit(l), 0, "three proposals");
    ledger_put_record(l, 0, &ids[2], 30, slice_of_string("record zero"));
    ledger_put_record(l, 1, &ids[0], 31, slice_of_string("record one"));
    ledger_put_effects(l, 30, &ids[1]);
    ledger_put_deeds(l, 30, slice_of_string("what it did"));
    is(ledger_commit(l), 0, "two of them become final");
    l = reopen(l);
    is((int64_t)ledger_record_count(l), 2, "two records");
    struct ledger_proposal p;
    is(ledger_proposal(l, &ids[0], &p), 0, "a final proposal");
    ok(p.propose_height == 10 && p.final_height == 31 && p.record_index == 1 &&
           hash_equal(&p.id, &ids[0]),
       "with its heights");
    is(ledger_proposal(l, &ids[1], &p), 0, "an open one");
    ok(p.propose_height == 11 && p.final_height == 0, "with the one it has");
    struct bytes *record = NULL;
    is(ledger_record(l, 1, &record), 0, "a record");
    ok(record != NULL && slice_equal(bytes_slice(record), slice_of_string("record one")),
       "whole");
    bytes_unref(record);
    is(ledger_record(l, 2, &record), CONCLAVE_ENOENT, "no third record");

    struct hash found;
    is(ledger_effects(l, 30, &found), 0, "the effects of a block");
    ok(hash_equal(&found, &ids[1]), "as they were put");
    is(ledger_effects(l, 31, &found), CONCLAVE_ENOENT, "and none of another");
    struct bytes *deeds = NULL;
    ok(ledger_keeps_deeds(l) && ledger_deeds(l, 30, &deeds) == 0 &&
           slice_equal(bytes_slice(deeds), slice_of_string("what it did")),
       "what its operations did");
    bytes_unref(deeds);
    is(ledger_deeds(l, 31, &deeds), CONCLAVE_ENOENT, "and none of another");
    is(ledger_proposal_by_prefix(l, "ab", 2, &found), CONCLAVE_EEXIST,
       "ab is two proposals");
    is(ledger_proposal_by_prefix(l, "abababababa", 11, &found), CONCLAVE_EEXIST,
       "and so is an odd number of digits");
    is(ledger_proposal_by_prefix(l, "ABABABABABAC", 12, &found), 0, "one more is one");
    ok(hash_equal(&found, &ids[1]), "the right one");
    is(ledger_proposal_by_prefix(l, "0", 1, &found), 0, "a single digit may do");
    ok(hash_equal(&found, &ids[2]), "for the third");
    is(ledger_proposal_by_prefix(l, "ac", 2, &found), CONCLAVE_ENOENT, "ac is none");
    is(ledger_proposal_by_prefix(l, "ff", 2, &found), CONCLAVE_ENOENT, "ff is beyond all");
    is(ledger_proposal_by_prefix(l, "", 0, &found), CONCLAVE_EEXIST, "nothing is anything");
    is(ledger_proposal_by_prefix(l, "xy", 2, &found), CONCLAVE_EINVAL, "xy is no number");
    char full[2 * HASH_BYTES + 2];
    hex_encode(full, slice_of(ids[0].bytes, HASH_BYTES));
    is(ledger_proposal_by_prefix(l, full, 64, &found), 0, "a whole id");
    ok(hash_equal(&found, &ids[0]), "is itself");
    is(ledger_proposal_by_prefix(l, full, 65, &found), CONCLAVE_EINVAL,
       "65 digits are not");

    for (int i = 0; i < 3; i++) {
        ledger_put_proposal(l, &ids[i], (uint64_t)i + 10);
    }
    ledger_put_record(l, 0, &ids[2], 30, slice_of_string("record zero"));
    ledger_put_effects(l, 30, &ids[1]);
    ledger_put_deeds(l, 30, slice_of_string("what it did"));
    ok(!ledger_is_dirty(l), "replaying what is there costs nothing");
    ledger_put_deeds(l, 30, slice_of_string("what it did not"));
    is(ledger_commit(l), CONCLAVE_ECORRUPT, "a replay that gives other deeds is seen");
    l = reopen(l);
    ledger_put_effects(l, 30, &ids[0]);
    is(ledger_commit(l), CONCLAVE_ECORRUPT, "a replay that gives other effects is seen");
    l = reopen(l);
    ledger_put_record(l, 1, &ids[0], 31, slice_of_string("record 1"));
    is(ledger_commit(l), CONCLAVE_ECORRUPT, "a replay that gives another record is seen");
    l = reopen(l);
    ledger_put_proposal(l, &ids[1], 12);
    is(ledger_commit(l), CONCLAVE_ECORRUPT, "and so is one that moves a proposal");
    struct own_ballot ballot;
    is(ledger_get_ballot(l, &ids[0], &ballot), CONCLAVE_ECORRUPT, "the error stays");
    ledger_put_proposal(l, &ids[1], 11);
    is(ledger_commit(l), CONCLAVE_ECORRUPT, "until the ledger is opened again");
    return reopen(l);
}

static void test_files(struct ledger *l)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "lock", "journal"};
    struct stat st;
    char *inner = alloc_printf("%s/data.mdb", dir);
    ok(stat(dir, &st) == 0 && (st.st_mode & 0777) == 0700, "the directory is 0700");
    free(inner);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *path = alloc_printf("%s/%s", dir, names[i]);
        ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "%s is 0600", names[i]);
        free(path);
    }
    struct ledger_facts before, after;
    ledger_facts(l, &before);
    struct block *b = scratch_next(l, 1, 100);
    ledger_append(l, b);
    block_unref(b);
    is(ledger_commit(l), 0, "one more block");
    ledger_facts(l, &after);
    is((int64_t)(after.commits - before.commits), 1, "is one commit");
    ok(after.last_commit_us > 0 && after.map_bytes >= after.used_bytes &&
           after.used_bytes > 0 && after.free_disk_bytes > 0,
       "the facts make sense");
}

/* --- programmer's errors --- */

static void vote_twice(struct ledger *l)
{
    struct vote v = scratch_vote(PHASE_COMMIT, 9, 900);
    ledger_put_vote(l, &v);
    ledger_commit(l);
    v.block.bytes[31] ^= 1;
    ledger_put_vote(l, &v);
}

static void vote_for_another_seat(struct ledger *l)
{
    struct vote v = scratch_vote(PHASE_COMMIT, 9, 901);
    v.seat++;
    ledger_put_vote(l, &v);
}

static void change_ballot(struct ledger *l)
{
    struct own_ballot b = {.proposal = scratch_hash(9)};
    ledger_put_ballot(l, &b);
    b.nonce[0] = 1;
    ledger_put_ballot(l, &b);
}

static void leave_a_gap(struct ledger *l)
{
    ledger_append(l, scratch_block(0, l->height + 2, &l->tip, 0, 0));
}

static void break_the_chain(struct ledger *l)
{
    struct hash other = scratch_hash(5);
    ledger_append(l, scratch_block(0, l->height + 1, &other, 0, 0));
}

static void certify_another_block(struct ledger *l)
{
    struct block *b = NULL;
    struct hash other = scratch_hash(5);
    for (int i = 0; i < 3; i++) { /* above what is certified */
        b = scratch_next(l, 0, 0);
        ledger_append(l, b);
    }
    ledger_put_commit(l,
                      scratch_certificate(CERTIFICATE_COMMIT, 0, b->header.height, &other));
}

static void nothing_wrong(struct ledger *l)
{
    struct vote v = scratch_vote(PHASE_COMMIT, 9, 902);
    ledger_put_vote(l, &v);
    ledger_put_vote(l, &v);
}

/* Each in a process of its own, which aborts. */
static void test_asserts(void)
{
    static const struct {
        const char *name;
        void (*fn)(struct ledger *l);
        bool aborts;
    } cases[] = {
        {"two votes for one (view, height, phase)", vote_twice, true},
        {"another seat's vote", vote_for_another_seat, true},
        {"a ballot replaced", change_ballot, true},
        {"a height left out", leave_a_gap, true},
        {"a block on another one", break_the_chain, true},
        {"a certificate of another block", certify_another_block, true},
        {"nothing of the kind", nothing_wrong, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pid_t child = fork();
        if (child == 0) {
            struct rlimit no_core = {0, 0};
            setrlimit(RLIMIT_CORE, &no_core);
            struct ledger *l = scratch_open(dir, LEDGER_WRITE);
            if (l != NULL && freopen("/dev/null", "w", stderr) != NULL) {
                cases[i].fn(l);
            }
            bool opened = l != NULL;
            ledger_close(l);
            _exit(opened ? 0 : 1);
        }
        int status = 1;
        waitpid(child, &status, 0);
        bool aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
        ok(cases[i].aborts ? aborted : status == 0, "%s %s", cases[i].name,
           cases[i].aborts ? "aborts" : "does not abort");
    }
}

int main(void)
{
    umask(0);
    char *base = scratch_make();
    dir = alloc_printf("%s/node", base);
    struct ledger *l = scratch_open(dir, LEDGER_CREATE);
    if (!ok(l != NULL, "created")) {
        return tap_done();
    }
    l = test_blocks(l);
    l = test_signed(l);
    l = test_own(l);
    l = test_ballots(l);
    l = test_index(l);
    test_files(l);
    ledger_close(l);
    test_asserts();
    free(dir);
    scratch_remove(base);
    return tap_done();
}
