/* SPDX-License-Identifier: ISC */
/* VIEW-CHANGE and NEW-VIEW, section 6, on one replica of 4 fed by hand. q = 3, w = 2;
 * primary(v) = seat 1 + (v mod 4). The request timer is 2000 ms. */
#include "hand.h"
#include "tap.h"
#include "wire/shared.h"

static struct hash genesis(void)
{
    return hand_hash(1);
}

/* This seat's VIEW-CHANGE, by its timer. */
static struct hand *leaving(uint16_t seat)
{
    struct hand *h = hand_new(seat, 4);
    hand_wait(h, 0);
    hand_wait(h, 2000);
    return h;
}

static uint64_t asked_for(const struct hand *h)
{
    const struct message *m = hand_last(h, MESSAGE_VIEW_CHANGE);
    return m != NULL ? m->view_change.change.view : 0;
}

static void test_join(void)
{
    struct hand *h = hand_new(4, 4);
    hand_change(h, 1, 3, NULL);
    is((int64_t)asked_for(h), 0, "one VIEW-CHANGE moves nobody");
    hand_change(h, 2, 5, NULL);
    is((int64_t)asked_for(h), 3, "w do, to the smallest of their views");
    hand_change(h, 3, 6, NULL);
    is((int64_t)asked_for(h), 5, "and again");
    is((int64_t)hand_status(h).failed_views, 2, "views without a block have failed");
    hand_free(h);

    h = hand_new(4, 4);
    hand_change(h, 1, 5, NULL);
    hand_change(h, 1, 1, NULL);
    hand_change(h, 2, 5, NULL);
    is((int64_t)asked_for(h), 5, "a seat's older VIEW-CHANGE does not undo its newer one");
    hand_free(h);
}

/* Only with q VIEW-CHANGEs for its view or above does a replica's next timer start. */
static void test_timer(void)
{
    struct hand *h = leaving(4);
    is((int64_t)asked_for(h), 1, "nothing came of view 0: it is left");
    ok(hand_status(h).timer_expires_ms == UINT64_MAX, "alone, no timer runs");
    hand_forget(h);
    hand_wait(h, 1999);
    hand_wait(h, 1);
    ok(hand_sent(h, MESSAGE_VIEW_CHANGE, 0) >= 1, "but the VIEW-CHANGE is repeated");
    hand_change(h, 1, 1, NULL);
    ok(hand_status(h).timer_expires_ms == UINT64_MAX, "nor with two");
    hand_change(h, 2, 2, NULL);
    is((int64_t)hand_status(h).timer_expires_ms, (int64_t)h->now + 4000,
       "with three it does, one of them for a view above");
    hand_wait(h, 4000);
    is((int64_t)asked_for(h), 2, "and view 1 is left, too");
    hand_free(h);
}

/* A block of view 0 that seats 1..3 prepared. */
static struct certificate *prepared(const struct hand *h, struct block *b)
{
    return hand_certificate(h, CERTIFICATE_PREPARED, b);
}

/* Seat 3, primary of view 2. */
static void test_announce(void)
{
    struct hash parent = genesis();
    struct block *b1 = hand_block(1, &parent, 0, 0, 0);
    struct block *b2 = hand_block(2, &b1->hash, 0, 1, 0);
    struct hand *h = hand_new(3, 4);
    struct certificate *low = prepared(h, b1), *high = prepared(h, b2);
    hand_pre_prepare(h, b1, NULL);
    hand_pre_prepare(h, b2, NULL);
    hand_change(h, 1, 2, low);
    hand_change(h, 2, 3, NULL);
    is((int64_t)asked_for(h), 2, "it leaves for its own view");
    is((int64_t)hand_signed(h, MESSAGE_NEW_VIEW), 0,
       "a VIEW-CHANGE for another view is none for this");
    hand_change(h, 4, 2, high);
    const struct message *m = hand_last(h, MESSAGE_NEW_VIEW);
    ok(m != NULL && m->new_view->view == 2 && m->new_view->count == 3,
       "three for view 2 make a NEW-VIEW");
    bool exact = m != NULL;
    for (uint16_t i = 0; exact && i < m->new_view->count; i++) {
        exact = m->new_view->changes[i].view == 2 &&
                m->new_view->changes[i].seat == (uint16_t)(i < 1 ? 1 : i + 2);
    }
    ok(exact, "of these three, in the order of their seats");
    ok(m != NULL && hash_equal(&m->new_view->tip, &b2->hash), "its tip is the highest");
    ok(m != NULL && m->new_view->certificate == high, "with the certificate that says so");
    is((int64_t)hand_count(h, PBFT_STORE_NEW_VIEW), 1, "once it is stored");
    m = hand_last(h, MESSAGE_PRE_PREPARE);
    ok(m != NULL && m->pre_prepare.block->header.height == 3 &&
           m->pre_prepare.block->header.view == 2,
       "with a block at once");
    certificate_unref(low);
    certificate_unref(high);
    block_unref(b1);
    block_unref(b2);
    hand_free(h);
}

/* A VIEW-CHANGE is used once the chain that it speaks of is here. */
static void test_announce_needs_chain(void)
{
    struct hash parent = genesis();
    struct block *b1 = hand_block(1, &parent, 0, 0, 0);
    struct hand *h = hand_new(2, 4);
    struct certificate *c = prepared(h, b1);
    hand_change(h, 1, 1, c);
    hand_change(h, 3, 1, NULL);
    is((int64_t)hand_signed(h, MESSAGE_NEW_VIEW), 0,
       "a chain that is not here is not used");
    is((int64_t)hand_sent(h, MESSAGE_FETCH_BLOCK, 3), 1, "it is asked for");
    h->keeps_unsigned = true;
    struct message m = {.tag = MESSAGE_BLOCK, .block = b1};
    hand_message(h, 1, &m);
    is((int64_t)hand_signed(h, MESSAGE_NEW_VIEW), 1, "then the NEW-VIEW is made");
    hand_change(h, 4, 1, NULL);
    is((int64_t)hand_signed(h, MESSAGE_NEW_VIEW), 1, "once");
    certificate_unref(c);
    block_unref(b1);
    hand_free(h);
}

/* The best is known from whatever shows it, and never goes down. */
static void test_best(void)
{
    struct hash parent = genesis();
    struct block *b1 = hand_block(1, &parent, 0, 0, 0);
    struct block *b2 = hand_block(2, &b1->hash, 0, 1, 0);
    struct block *v1 = hand_block(1, &parent, 1, 2, 0);
    struct hand *h = hand_new(4, 4);
    struct certificate *c1 = prepared(h, b1), *c2 = prepared(h, b2), *c3 = prepared(h, v1);
    hand_change(h, 1, 1, c1);
    is((int64_t)hand_status(h).best.height, 1, "a VIEW-CHANGE shows a certificate");
    is((int64_t)hand_count(h, PBFT_STORE_BEST), 1, "which is stored");
    hand_change(h, 2, 1, c2);
    is((int64_t)hand_status(h).best.height, 2, "a higher one counts");
    const struct message *m = hand_last(h, MESSAGE_VIEW_CHANGE);
    ok(m != NULL && m->view_change.certificate == c2,
       "and goes with one's own VIEW-CHANGE");
    hand_new_view(h, 2, c3);
    is((int64_t)hand_status(h).best.view, 1, "a NEW-VIEW shows one of a higher view");
    is((int64_t)hand_status(h).best.height, 1, "which counts for more than height");
    hand_change(h, 1, 3, c2);
    is((int64_t)hand_status(h).best.view, 1, "an older one changes nothing");
    is((int64_t)hand_count(h, PBFT_STORE_BEST), 3, "nor is it stored");
    certificate_unref(c1);
    certificate_unref(c2);
    certificate_unref(c3);
    block_unref(b1);
    block_unref(b2);
    block_unref(v1);
    hand_free(h);
}

/* A certificate of a view above one's own. */
static void test_follow(void)
{
    struct hash parent = genesis();
    struct block *b = hand_block(1, &parent, 5, 0, 0);
    struct hand *h = hand_new(4, 4);
    struct certificate *c = prepared(h, b);
    hand_change(h, 1, 6, c);
    struct pbft_status s = hand_status(h);
    ok(s.view == 5 && s.changing, "a certificate moves a replica to its view");
    is((int64_t)hand_sent(h, MESSAGE_FETCH_NEW_VIEW, 2), 1,
       "whose primary is asked for it");
    is((int64_t)s.timer_expires_ms, (int64_t)h->now + 2000, "the view has its time");
    hand_wait(h, 249);
    is((int64_t)hand_sent(h, MESSAGE_FETCH_NEW_VIEW, 3), 0, "a quarter of a second");
    hand_wait(h, 1);
    is((int64_t)hand_sent(h, MESSAGE_FETCH_NEW_VIEW, 3), 1, "later the next seat is asked");
    hand_new_view(h, 5, NULL);
    ok(!hand_status(h).changing, "with the NEW-VIEW it takes part");
    hand_new_view(h, 4, NULL);
    hand_new_view(h, 1, NULL);
    s = hand_status(h);
    ok(s.view == 5 && !s.changing, "a NEW-VIEW of a view below does nothing");
    struct message ask = {.tag = MESSAGE_FETCH_NEW_VIEW};
    ask.fetch_new_view.view = 5;
    hand_message(h, 1, &ask);
    const struct message *m = hand_last(h, MESSAGE_NEW_VIEW);
    ok(m != NULL && hand_sent(h, MESSAGE_NEW_VIEW, 1) == 1 && m->new_view->view == 5,
       "who asks is told");
    ask.fetch_new_view.view = 6;
    hand_message(h, 1, &ask);
    is((int64_t)hand_sent(h, MESSAGE_NEW_VIEW, 1), 1, "but not of a view that is unknown");
    certificate_unref(c);
    block_unref(b);
    hand_free(h);
}

/* A NEW-VIEW whose chain is not here is entered later, and no other in its place. */
static void test_enter(void)
{
    struct hash parent = genesis();
    struct block *b1 = hand_block(1, &parent, 0, 0, 0);
    struct block *first = hand_block(2, &b1->hash, 1, 1, 0);
    struct hand *h = hand_new(4, 4);
    struct certificate *c = prepared(h, b1);
    hand_new_view(h, 1, c);
    ok(hand_status(h).changing, "a NEW-VIEW waits for its chain");
    is((int64_t)hand_sent(h, MESSAGE_FETCH_BLOCK, 2), 1, "which its primary is asked for");
    hand_new_view(h, 1, NULL);
    ok(hand_status(h).changing, "another NEW-VIEW of that view is none");
    struct message m = {.tag = MESSAGE_BLOCK, .block = first};
    hand_message(h, 2, &m);
    ok(pbft_find_block(h->core, &first->hash) == NULL,
       "nor is a block that nobody asked for");
    hand_pre_prepare(h, first, NULL);
    m.block = b1;
    hand_message(h, 2, &m);
    ok(!hand_status(h).changing, "with the chain the view is entered");
    is((int64_t)hand_count(h, PBFT_STORE_NEW_VIEW), 1, "and its NEW-VIEW stored");
    is((int64_t)hand_status(h).tip_height, 2, "what came before that is not lost");
    hand_votes(h, 1, 4, PHASE_PREPARE, first);
    hand_votes(h, 1, 4, PHASE_COMMIT, first);
    is((int64_t)hand_status(h).committed_height, 2, "and both blocks commit");
    certificate_unref(c);
    block_unref(b1);
    block_unref(first);
    hand_free(h);
}

/* A view begins from its own tip, whatever was accepted before. */
static void test_leave(void)
{
    struct hash parent = genesis();
    struct block *b1 = hand_block(1, &parent, 0, 0, 0);
    struct block *b2 = hand_block(2, &b1->hash, 0, 1, 0);
    struct block *b4 = hand_block(4, &b2->hash, 0, 3, 0);
    struct hand *h = hand_new(2, 4);
    hand_pre_prepare(h, b1, NULL);
    hand_pre_prepare(h, b4, NULL);
    hand_wait(h, 2000);
    hand_pre_prepare(h, b2, NULL);
    is((int64_t)hand_signed(h, MESSAGE_PREPARE), 1, "a view that was left gets no vote");
    is((int64_t)hand_status(h).tip_height, 0, "and its blocks are none of the next");
    hand_change(h, 1, 1, NULL);
    hand_change(h, 3, 1, NULL);
    const struct message *m = hand_last(h, MESSAGE_PRE_PREPARE);
    ok(m != NULL && m->pre_prepare.block->header.height == 1 &&
           m->pre_prepare.block->header.view == 1,
       "which begins at once, although a block of the other waited");
    block_unref(b1);
    block_unref(b2);
    block_unref(b4);
    hand_free(h);
}

/* Links lose messages: what is said is said again, and who is behind is told. */
static void test_again(void)
{
    struct hash parent = genesis();
    struct block *b1 = hand_block(1, &parent, 0, 0, 0);
    struct hand *h = hand_new(3, 4);
    hand_pre_prepare(h, b1, NULL);
    hand_votes(h, 2, 2, PHASE_PREPARE, b1);
    hand_connect(h, 4, false);
    hand_connect(h, 4, true);
    ok(hand_sent(h, MESSAGE_PREPARE, 4) == 1 && hand_sent(h, MESSAGE_COMMIT, 4) == 1,
       "a seat that connects is told the votes");
    hand_wait(h, 999);
    is((int64_t)hand_sent(h, MESSAGE_PREPARE, 0), 0, "what is stuck");
    hand_wait(h, 1);
    ok(hand_sent(h, MESSAGE_PREPARE, 0) == 1 && hand_sent(h, MESSAGE_COMMIT, 0) == 1,
       "for half a timer is said again to all");
    hand_free(h);

    h = hand_new(1, 4);
    hand_forget(h);
    hand_connect(h, 4, false);
    hand_connect(h, 4, true);
    is((int64_t)hand_sent(h, MESSAGE_PRE_PREPARE, 4), 1, "by the primary its block");
    hand_free(h);

    h = hand_new(2, 4);
    hand_change(h, 1, 1, NULL);
    hand_change(h, 3, 1, NULL);
    hand_connect(h, 4, false);
    hand_connect(h, 4, true);
    is((int64_t)hand_sent(h, MESSAGE_NEW_VIEW, 4), 1, "and its NEW-VIEW");
    hand_change(h, 3, 1, NULL);
    is((int64_t)hand_sent(h, MESSAGE_NEW_VIEW, 3), 1,
       "which answers a VIEW-CHANGE for its view");
    hand_free(h);

    h = hand_new(3, 4);
    hand_new_view(h, 1, NULL);
    hand_change(h, 4, 1, NULL);
    is((int64_t)hand_sent(h, MESSAGE_NEW_VIEW, 4), 0, "by the others");
    hand_change(h, 4, 1, NULL);
    is((int64_t)hand_sent(h, MESSAGE_NEW_VIEW, 4), 1, "where it comes again");
    hand_free(h);
    block_unref(b1);
}

int main(void)
{
    test_join();
    test_timer();
    test_announce();
    test_announce_needs_chain();
    test_best();
    test_follow();
    test_enter();
    test_leave();
    test_again();
    return tap_done();
}
