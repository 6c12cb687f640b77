/* SPDX-License-Identifier: ISC */
/* What a replica lacks and asks for, section 6 "Catching up", on seat 4 of 4 fed by hand.
 */
#include "hand.h"
#include "tap.h"
#include "wire/shared.h"

static void heartbeat(struct hand *h, uint16_t seat, uint64_t height)
{
    struct message m = {.tag = MESSAGE_HEARTBEAT};
    m.heartbeat.height = height;
    hand_message(h, seat, &m);
}

static size_t asked(const struct hand *h, uint16_t seat)
{
    return hand_sent(h, MESSAGE_FETCH_RANGE, seat);
}

static void test_range(void)
{
    struct hand *h = hand_new(4, 4);
    hand_wait(h, 0);
    heartbeat(h, 2, 8);
    ok(asked(h, 2) == 0, "a window ahead is not far");
    hand_wait(h, 250);
    ok(asked(h, 2) == 1, "who stays ahead is asked for the blocks");
    hand_free(h);

    h = hand_new(4, 4);
    hand_wait(h, 0);
    heartbeat(h, 2, 9);
    const struct message *m = hand_last(h, MESSAGE_FETCH_RANGE);
    ok(asked(h, 2) == 1 && m->fetch_range.from == 1, "who is far ahead at once");
    ok(hand_noticed(h, PBFT_NOTICE_CATCHING_UP, PBFT_CAUSE_NONE), "which is told");
    heartbeat(h, 3, 20);
    hand_wait(h, 999);
    ok(asked(h, 3) == 0, "a second later");
    hand_wait(h, 1);
    ok(asked(h, 3) == 1 && asked(h, 2) == 1, "the next one that is ahead");
    hand_wait(h, 1000);
    ok(asked(h, 2) == 2 && asked(h, 1) == 0, "and again; never who is not");
    hand_connect(h, 2, false);
    hand_connect(h, 3, false);
    heartbeat(h, 1, 0);
    hand_wait(h, 5000);
    ok(asked(h, 2) == 2 && asked(h, 3) == 1, "nor who is not connected");
    hand_free(h);
}

static void test_range_commits(void)
{
    struct hash parent = hand_hash(1);
    struct block *b[4] = {NULL};
    struct hand *h = hand_new(4, 4);
    for (uint64_t i = 0; i < 4; i++) {
        b[i] = hand_block(i + 1, &parent, 0, i, 0);
        parent = b[i]->hash;
    }
    heartbeat(h, 2, 20);
    struct message m = {.tag = MESSAGE_RANGE};
    m.range = (struct range){.from = 1, .block_count = 2, .blocks = b};
    m.range.certificate = hand_certificate(h, CERTIFICATE_COMMIT, b[1]);
    hand_message(h, 2, &m);
    is((int64_t)hand_status(h).committed_height, 2, "a range commits its blocks");
    is((int64_t)hand_last(h, MESSAGE_FETCH_RANGE)->fetch_range.from, 3,
       "and the next one is asked for at once");
    hand_message(h, 2, &m);
    is((int64_t)hand_status(h).committed_height, 2, "coming again it does nothing");
    certificate_unref(m.range.certificate);
    m.range = (struct range){.from = 2, .block_count = 2, .blocks = b + 1};
    m.range.certificate = hand_certificate(h, CERTIFICATE_COMMIT, b[2]);
    hand_message(h, 2, &m);
    is((int64_t)hand_status(h).committed_height, 3, "one that overlaps adds what is new");
    certificate_unref(m.range.certificate);
    m.range = (struct range){.from = 5, .block_count = 1, .blocks = b + 3};
    m.range.certificate = hand_certificate(h, CERTIFICATE_COMMIT, b[3]);
    hand_message(h, 2, &m);
    is((int64_t)hand_status(h).committed_height, 3, "one beyond a gap adds nothing");
    certificate_unref(m.range.certificate);
    m.range = (struct range){.from = 4};
    hand_message(h, 2, &m);
    is((int64_t)hand_status(h).committed_height, 3, "nor does an empty one");
    for (uint64_t i = 0; i < 4; i++) {
        block_unref(b[i]);
    }
    hand_free(h);
}

/* A certified block of which not even the parent is here. */
static void test_block(void)
{
    struct hash parent = hand_hash(1);
    struct hand *h = hand_new(4, 4);
    struct block *b1 = hand_block(1, &parent, 0, 0, 0);
    struct block *b2 = hand_block(2, &b1->hash, 0, 1, 0);
    hand_votes(h, 1, 3, PHASE_COMMIT, b2);
    is((int64_t)hand_sent(h, MESSAGE_FETCH_BLOCK, 1), 1, "a certified block is asked for");
    ok(pbft_wants_block(h->core, &b2->hash), "it is wanted");
    ok(!pbft_wants_block(h->core, &b1->hash), "its parent not yet");
    hand_wait(h, 249);
    is((int64_t)hand_sent(h, MESSAGE_FETCH_BLOCK, 2), 0, "within a quarter of a second");
    hand_wait(h, 1);
    is((int64_t)hand_sent(h, MESSAGE_FETCH_BLOCK, 2), 1, "or the next seat is asked");
    struct message m = {.tag = MESSAGE_BLOCK, .block = b2};
    hand_message(h, 2, &m);
    ok(pbft_wants_block(h->core, &b1->hash), "then for its parent");
    m.block = b1;
    hand_message(h, 2, &m);
    is((int64_t)hand_status(h).committed_height, 2, "and both commit");
    is((int64_t)hand_count(h, PBFT_CERTIFY), 1, "by the one certificate");
    block_unref(b1);
    block_unref(b2);
    hand_free(h);
}

/* Votes of others overtake the primary's block: it is given the time that a block takes. */
static void test_overtaken(void)
{
    struct hash parent = hand_hash(1);
    struct hand *h = hand_new(4, 4);
    hand_wait(h, 0);
    struct block *b1 = hand_block(1, &parent, 0, 0, 0);
    struct block *b2 = hand_block(2, &b1->hash, 0, 1, 0);
    struct block *b3 = hand_block(3, &b2->hash, 0, 2, 0);
    hand_pre_prepare(h, b1, NULL);
    hand_wait(h, 40);
    hand_votes(h, 1, 3, PHASE_PREPARE, b1);
    hand_votes(h, 1, 3, PHASE_COMMIT, b1);
    hand_votes(h, 2, 3, PHASE_PREPARE, b2);
    ok(pbft_wants_block(h->core, &b2->hash), "f+1 PREPAREs of it make a block wanted");
    hand_wait(h, 39);
    is((int64_t)hand_sent(h, MESSAGE_FETCH_BLOCK, 2) +
           (int64_t)hand_sent(h, MESSAGE_FETCH_BLOCK, 3),
       0, "but not asked for, where blocks take 40 ms");
    hand_pre_prepare(h, b2, NULL);
    hand_wait(h, 300);
    ok(!pbft_wants_block(h->core, &b2->hash), "before it comes by itself");
    is((int64_t)hand_sent(h, MESSAGE_FETCH_BLOCK, 2) +
           (int64_t)hand_sent(h, MESSAGE_FETCH_BLOCK, 3),
       0, "nor afterwards");
    hand_votes(h, 1, 3, PHASE_COMMIT, b2);
    hand_votes(h, 2, 3, PHASE_PREPARE, b3);
    hand_wait(h, 250);
    is((int64_t)hand_sent(h, MESSAGE_FETCH_BLOCK, 2), 1,
       "one that stays away is asked of who has it");
    block_unref(b1);
    block_unref(b2);
    block_unref(b3);
    hand_free(h);
}

/* One block is asked for at a time; one that nobody gives makes way. */
static void test_makes_way(void)
{
    struct hash parent = hand_hash(1);
    struct hand *h = hand_new(4, 4);
    struct block *first = hand_block(1, &parent, 0, 0, 0);
    struct block *second = hand_block(2, &first->hash, 0, 1, 0);
    hand_votes(h, 1, 3, PHASE_COMMIT, first);
    hand_votes(h, 1, 3, PHASE_COMMIT, second);
    ok(pbft_wants_block(h->core, &first->hash), "the first block is asked for");
    for (int i = 0; i < 6; i++) {
        hand_wait(h, 250);
    }
    ok(pbft_wants_block(h->core, &first->hash), "by seven seats in turn");
    hand_wait(h, 250);
    hand_wait(h, 0);
    ok(pbft_wants_block(h->core, &second->hash), "after eight another has its turn");
    block_unref(first);
    block_unref(second);
    hand_free(h);
}

/* Over a long way ranges serve, as long as somebody who claims to be ahead gives them. */
static void test_far(void)
{
    struct hash parent = hand_hash(7);
    struct hand *h = hand_new(4, 4);
    struct block *b = hand_block(17, &parent, 0, 0, 0);
    struct certificate *c = hand_certificate(h, CERTIFICATE_COMMIT, b);
    hand_forget(h);
    heartbeat(h, 2, 40);
    hand_change(h, 1, 1, c);
    ok(asked(h, 2) == 1 && hand_count(h, PBFT_SEND) == 1, "17 blocks away: by a range");
    hand_wait(h, 1000);
    hand_wait(h, 1000);
    ok(hand_sent(h, MESSAGE_FETCH_BLOCK, 1) >= 1,
       "two questions without an answer: by its hash");
    certificate_unref(c);
    block_unref(b);
    hand_free(h);
}

/* A block of a later view is kept although one of an earlier view commits at its height. */
static void test_kept(void)
{
    struct hash parent = hand_hash(1);
    struct hand *h = hand_new(4, 4);
    struct block *v0 = hand_block(1, &parent, 0, 0, 0),
                 *v1 = hand_block(1, &parent, 1, 1, 0);
    struct block *next = hand_block(2, &v0->hash, 1, 2, 0);
    struct certificate *c = hand_certificate(h, CERTIFICATE_COMMIT, v0);
    hand_new_view(h, 1, NULL);
    hand_pre_prepare(h, v1, NULL);
    is((int64_t)hand_signed(h, MESSAGE_PREPARE), 1, "a block of view 1 is prepared");
    hand_change(h, 1, 2, c);
    struct message m = {.tag = MESSAGE_BLOCK, .block = v0};
    hand_message(h, 1, &m);
    is((int64_t)hand_status(h).committed_height, 1, "one of view 0 commits in its place");
    ok(pbft_find_block(h->core, &v1->hash) != NULL, "what was voted for later is kept");
    hand_pre_prepare(h, next, NULL);
    is((int64_t)hand_signed(h, MESSAGE_PREPARE), 2,
       "the view goes on from what is certified");
    hand_votes(h, 1, 3, PHASE_COMMIT, next);
    ok(pbft_find_block(h->core, &v1->hash) == NULL,
       "until a block of its view commits at its height or above");
    certificate_unref(c);
    block_unref(v0);
    block_unref(v1);
    block_unref(next);
    hand_free(h);
}

int main(void)
{
    test_range();
    test_range_commits();
    test_block();
    test_overtaken();
    test_makes_way();
    test_far();
    test_kept();
    return tap_done();
}
