/* SPDX-License-Identifier: ISC */
/* What a replica prepares, and what it refuses: sections 6 to 8, on seat 2 of 4 fed by
 * hand. The request timer is 2000 ms, the drift 500 ms, the window 8. */
#include "hand.h"
#include "tap.h"
#include "wire/shared.h"

static struct hash genesis(void)
{
    return hand_hash(1);
}

static size_t prepared(const struct hand *h)
{
    return hand_signed(h, MESSAGE_PREPARE);
}

static bool refused(const struct hand *h, enum pbft_cause cause)
{
    return hand_noticed(h, PBFT_NOTICE_REFUSED, cause);
}

/* The replica with block 1, of time 0, committed and executed. */
static struct hand *begin(struct block **b1)
{
    struct hash parent = genesis();
    struct hand *h = hand_new(2, 4);
    *b1 = hand_block(1, &parent, 0, 0, 0);
    hand_commit(h, *b1, NULL);
    hand_forget(h);
    return h;
}

static void end(struct hand *h, struct block *b1)
{
    block_unref(b1);
    hand_free(h);
}

static void give(struct hand *h, struct block *b)
{
    hand_pre_prepare(h, b, NULL);
    block_unref(b);
}

static void test_chain(void)
{
    struct block *b1;
    struct hash other = hand_hash(9);
    struct hand *h = begin(&b1);
    give(h, hand_block(2, &other, 0, 1, 0));
    ok(prepared(h) == 0 && refused(h, PBFT_CAUSE_CHAIN), "another parent: refused");
    is((int64_t)hand_status(h).timer_expires_ms, (int64_t)h->now + 2000,
       "and the request timer runs");
    end(h, b1);

    h = begin(&b1);
    struct certificate *c = hand_certificate(h, CERTIFICATE_COMMIT, b1);
    struct block *b2 = hand_block(2, &b1->hash, 0, 1, 1);
    hand_pre_prepare(h, b2, c);
    is((int64_t)prepared(h), 1, "a header that covers block 1 is prepared");
    is((int64_t)hand_count(h, PBFT_STORE_CANDIDATE), 1, "and its block stored");
    is((int64_t)hand_status(h).timer_expires_ms, (int64_t)h->now + 2000,
       "an accepted block is waited for");
    give(h, hand_block(3, &b2->hash, 0, 2, 0));
    ok(prepared(h) == 1 && refused(h, PBFT_CAUSE_CHAIN), "one that covers less is refused");
    certificate_unref(c);
    block_unref(b2);
    end(h, b1);
}

/* What is refused here may be committed by the others. */
static void test_refused_commits(void)
{
    struct block *b1;
    struct hand *h = begin(&b1);
    struct block *b2 = hand_block(2, &b1->hash, 0, 0, 0); /* of its parent's time */
    hand_pre_prepare(h, b2, NULL);
    ok(prepared(h) == 0 && refused(h, PBFT_CAUSE_TIME), "time must not stand still");
    hand_votes(h, 3, 4, PHASE_PREPARE, b2);
    is((int64_t)hand_count(h, PBFT_SEND), 0, "a refused block is not looked for");
    hand_wait(h, 100);
    hand_pre_prepare(h, b2, NULL);
    is((int64_t)hand_status(h).timer_expires_ms, (int64_t)h->now + 1900,
       "nor judged again");
    hand_votes(h, 1, 4, PHASE_COMMIT, b2);
    is((int64_t)hand_sent(h, MESSAGE_FETCH_BLOCK, 1), 1,
       "a certified one is fetched all the same");
    struct message m = {.tag = MESSAGE_BLOCK, .block = b2};
    hand_message(h, 1, &m);
    is((int64_t)hand_status(h).committed_height, 2, "and committed");
    ok(hand_status(h).timer_expires_ms == UINT64_MAX, "then nothing waits any more");
    block_unref(b2);
    end(h, b1);
}

/* The latest eight refused blocks are remembered. */
static void test_many_refused(void)
{
    struct block *b1, *first;
    struct hash other = hand_hash(9);
    struct hand *h = begin(&b1);
    first = hand_block(2, &other, 0, 1, 0);
    hand_pre_prepare(h, first, NULL);
    for (uint64_t i = 0; i < 7; i++) {
        give(h, hand_block(2, &other, 0, 2 + i, 0));
    }
    is((int64_t)hand_count(h, PBFT_NOTICE), 8, "eight blocks are refused, each once");
    hand_pre_prepare(h, first, NULL);
    is((int64_t)hand_count(h, PBFT_NOTICE), 8, "the first of them is remembered");
    give(h, hand_block(2, &other, 0, 9, 0));
    hand_pre_prepare(h, first, NULL);
    is((int64_t)hand_count(h, PBFT_NOTICE), 10, "until eight others were refused");
    block_unref(first);
    end(h, b1);
}

static void test_state_root(void)
{
    struct block *b1;
    struct hand *h = begin(&b1);
    struct certificate *c = hand_certificate(h, CERTIFICATE_COMMIT, b1);
    struct block *right = hand_block(2, &b1->hash, 0, 1, 1);
    struct header header = right->header;
    header.state_root.bytes[5] ^= 1;
    struct block *wrong = hand_block_like(&header);
    hand_pre_prepare(h, wrong, c);
    ok(prepared(h) == 0 && refused(h, PBFT_CAUSE_STATE_ROOT),
       "a false state root: refused");
    ok(!hand_status(h).stopped, "which proves nothing of one's own state");
    hand_votes(h, 1, 4, PHASE_COMMIT, wrong);
    struct message m = {.tag = MESSAGE_BLOCK, .block = wrong};
    hand_message(h, 1, &m);
    ok(hand_status(h).stopped &&
           hand_noticed(h, PBFT_NOTICE_DIVERGED, PBFT_CAUSE_STATE_ROOT),
       "a certified one does: this replica has diverged");
    hand_forget(h);
    struct block *b3 = hand_block(3, &wrong->hash, 0, 2, 1);
    hand_pre_prepare(h, b3, c);
    is((int64_t)hand_count(h, PBFT_SIGN), 0, "and votes no more");
    hand_change(h, 3, 1, NULL);
    hand_change(h, 4, 1, NULL);
    hand_wait(h, 60000);
    is((int64_t)hand_count(h, PBFT_SIGN), 0, "not for another view either");
    certificate_unref(c);
    block_unref(right);
    block_unref(wrong);
    block_unref(b3);
    end(h, b1);
}

/* A chain that contradicts the committed one: nothing said before is followed up. */
static void test_fork(void)
{
    struct block *b1;
    struct hash other = hand_hash(9);
    struct hand *h = begin(&b1);
    struct block *b2 = hand_block(2, &b1->hash, 0, 1, 0);
    struct block *fork = hand_block(2, &other, 0, 1, 0);
    hand_pre_prepare(h, b2, NULL);
    struct message m = {.tag = MESSAGE_RANGE};
    m.range = (struct range){.from = 2, .block_count = 1, .blocks = &fork};
    m.range.certificate = hand_certificate(h, CERTIFICATE_COMMIT, fork);
    hand_message(h, 3, &m);
    ok(hand_status(h).stopped && hand_noticed(h, PBFT_NOTICE_FORK, PBFT_CAUSE_NONE),
       "a certified block beside the committed chain is a fork");
    hand_votes(h, 3, 4, PHASE_PREPARE, b2);
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 0, "who sees one sends no COMMIT");
    is((int64_t)hand_status(h).committed_height, 1, "and commits nothing of it");
    certificate_unref(m.range.certificate);
    block_unref(b2);
    block_unref(fork);
    end(h, b1);
}

static void test_execution(void)
{
    struct hash parent = genesis();
    struct hand *h = hand_new(2, 4);
    struct block *b1 = hand_block(1, &parent, 0, 0, 0);
    struct block *b2 = hand_block(2, &b1->hash, 0, 1, 1);
    struct certificate *c = hand_certificate(h, CERTIFICATE_COMMIT, b1);
    struct hash root = hand_root(1);
    hand_pre_prepare(h, b1, NULL);
    h->holds_back = true;
    hand_pre_prepare(h, b2, c);
    is((int64_t)hand_status(h).committed_height, 1,
       "the certificate that comes along commits block 1");
    is((int64_t)prepared(h), 1, "but block 2 waits until that is executed");
    hand_execute(h, 1, &root);
    is((int64_t)prepared(h), 2, "then it is prepared");
    certificate_unref(c);
    block_unref(b1);
    block_unref(b2);
    hand_free(h);
}

/* At clock 10000 of the wall's beginning a block of this time is given. */
static void arrives(uint64_t ms, bool accepted, const char *name)
{
    struct block *b1;
    struct hand *h = begin(&b1);
    hand_wait(h, 10000);
    give(h, hand_block(2, &b1->hash, 0, ms, 0));
    ok((prepared(h) == 1) == accepted, "%s", name);
    ok(refused(h, PBFT_CAUSE_TIME) == (!accepted && ms < 10000), "%s: or refused", name);
    end(h, b1);
}

static void test_time(void)
{
    arrives(7499, false, "below the clock less drift and timer");
    arrives(7500, true, "just there");
    arrives(1, false, "a parent's time + 1, the parent's being as old");
    arrives(10500, true, "as far ahead as the drift");
    arrives(10501, false, "further ahead it waits");

    struct block *b1;
    struct hand *h = begin(&b1);
    give(h, hand_block(2, &b1->hash, 0, 700, 0));
    is((int64_t)prepared(h), 0, "a block from the future is held");
    is((int64_t)h->update.wake_ms, (int64_t)h->now + 200, "until it is not early");
    hand_wait(h, 199);
    is((int64_t)prepared(h), 0, "not a moment less");
    hand_wait(h, 1);
    is((int64_t)prepared(h), 1, "then it is prepared");
    end(h, b1);
}

/* A block is judged by the clock at which it came, however long it waits its turn. */
static void test_time_of_arrival(void)
{
    struct hash parent = genesis();
    struct block *b[11] = {NULL};
    struct hand *h = hand_new(2, 4);
    for (uint64_t i = 1; i < 11; i++) {
        b[i] = hand_block(i, &parent, 0, i, 0);
        parent = b[i]->hash;
        hand_pre_prepare(h, b[i], NULL);
    }
    for (uint64_t i = 1; i < 3; i++) {
        hand_wait(h, 1500);
        hand_votes(h, 3, 4, PHASE_PREPARE, b[i]);
        hand_votes(h, 3, 4, PHASE_COMMIT, b[i]);
    }
    is((int64_t)prepared(h), 10, "a block that waited 3 s for the window is not late");
    for (uint64_t i = 1; i < 11; i++) {
        block_unref(b[i]);
    }
    hand_free(h);
}

/* A BALLOT that the block's time shuts out has waited this long. */
static void shuts_out(uint64_t waited, uint64_t deadline, bool accepted, const char *name)
{
    struct block *b1;
    struct hand *h = begin(&b1);
    struct envelope *e = hand_envelope(3, 1, 100);
    struct pbft_judgement j = {.deadline_ms = HAND_WALL + deadline};
    hand_give_envelope(h, e, 3, &j);
    hand_wait(h, waited);
    give(h, hand_block(2, &b1->hash, 0, 1300, 0));
    ok((prepared(h) == 1) == accepted && refused(h, PBFT_CAUSE_CENSORED) == !accepted, "%s",
       name);
    envelope_unref(e);
    end(h, b1);
}

static void test_censorship(void)
{
    shuts_out(1000, 1300, true, "a ballot shut out after half a timer");
    shuts_out(1001, 1300, false, "after more than that the block is refused");
    shuts_out(1001, 1301, true, "a later deadline shuts nothing out");
}

/* Two blocks for one height wait for their parent. */
static void test_two_blocks(void)
{
    struct hash parent = genesis();
    for (uint16_t votes = 0; votes < 3; votes++) {
        struct hand *h = hand_new(2, 4);
        struct block *b1 = hand_block(1, &parent, 0, 0, 0);
        struct block *first = hand_block(2, &b1->hash, 0, 1, 0);
        struct block *second = hand_block(2, &b1->hash, 0, 2, 0);
        hand_pre_prepare(h, first, NULL);
        if (votes > 0) {
            hand_votes(h, 3, (uint16_t)(2 + votes), PHASE_PREPARE, second);
        }
        hand_pre_prepare(h, second, NULL);
        hand_pre_prepare(h, b1, NULL);
        const struct message *m = hand_last(h, MESSAGE_PREPARE);
        const struct block *expected = votes < 2 ? first : second;
        ok(m != NULL && hash_equal(&m->vote.block, &expected->hash),
           "of two blocks the %s is prepared where %u seats prepare the second",
           votes < 2 ? "first" : "second", votes);
        block_unref(b1);
        block_unref(first);
        block_unref(second);
        hand_free(h);
    }
}

/* Votes for a block whose PRE-PREPARE was lost. */
static void test_missing(void)
{
    struct block *b1;
    struct hand *h = begin(&b1);
    struct block *b2 = hand_block(2, &b1->hash, 0, 1, 0);
    hand_vote(h, 3, PHASE_PREPARE, 0, b2);
    is((int64_t)hand_sent(h, MESSAGE_FETCH_BLOCK, 3), 0, "one vote calls for no block");
    hand_vote(h, 4, PHASE_PREPARE, 0, b2);
    is((int64_t)hand_sent(h, MESSAGE_FETCH_BLOCK, 3), 1, "w votes do");
    struct message m = {.tag = MESSAGE_BLOCK, .block = b2};
    hand_message(h, 3, &m);
    is((int64_t)prepared(h), 1, "what comes is prepared");
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 1,
       "and, by the votes at hand, committed to");
    block_unref(b2);
    end(h, b1);
}

/* The NEW-VIEW's tip may be a window above what is committed. */
static void test_window_of_new_view(void)
{
    struct hash parent = genesis();
    struct block *b[10] = {NULL};
    struct hand *h = hand_new(3, 4);
    for (uint64_t i = 1; i < 10; i++) {
        b[i] = hand_block(i, &parent, i < 9 ? 0 : 1, i, 0);
        parent = b[i]->hash;
        if (i < 9) {
            hand_pre_prepare(h, b[i], NULL);
        }
    }
    struct certificate *c = hand_certificate(h, CERTIFICATE_PREPARED, b[8]);
    hand_new_view(h, 1, c);
    is((int64_t)hand_status(h).tip_height, 8, "view 1 goes on from the prepared tip");
    hand_forget(h);
    hand_pre_prepare(h, b[9], NULL);
    is((int64_t)prepared(h), 1, "and its window is counted from there");
    hand_votes(h, 1, 4, PHASE_PREPARE, b[9]);
    hand_votes(h, 1, 4, PHASE_COMMIT, b[9]);
    is((int64_t)hand_status(h).committed_height, 9, "its first block commits all below");
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 1, "of which none is voted for again");
    certificate_unref(c);
    for (uint64_t i = 1; i < 10; i++) {
        block_unref(b[i]);
    }
    hand_free(h);
}

/* A block of a view that was left is none of the view entered since, though it would fit.
 */
static void test_left_view(void)
{
    struct hash parent = genesis();
    struct hand *h = hand_new(3, 4);
    struct block *old = hand_block(1, &parent, 0, 0, 0);
    hand_new_view(h, 1, NULL);
    ok(hand_status(h).view == 1 && !hand_status(h).changing, "view 1 is entered");
    hand_pre_prepare(h, old, NULL);
    is((int64_t)hand_status(h).tip_height, 0, "a block of view 0 is not accepted in it");
    is((int64_t)hand_signed(h, MESSAGE_PREPARE), 0, "nor prepared");
    block_unref(old);
    hand_free(h);
}

int main(void)
{
    test_chain();
    test_refused_commits();
    test_many_refused();
    test_state_root();
    test_fork();
    test_execution();
    test_time();
    test_time_of_arrival();
    test_censorship();
    test_two_blocks();
    test_missing();
    test_window_of_new_view();
    test_left_view();
    return tap_done();
}
