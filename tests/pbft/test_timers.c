/* SPDX-License-Identifier: ISC */
/* When a view has failed and how long the next one gets, sections 5 to 7 and 9, on one
 * replica of 4 fed by hand. Floor 500 ms, ceiling 10000, four times the floor at first. */
#include "hand.h"
#include "tap.h"
#include "wire/shared.h"

enum { FIRST = 2000 };

static struct hash genesis(void)
{
    return hand_hash(1);
}

/* Ms until the running timer expires, -1: none runs. */
static int64_t left(const struct hand *h)
{
    uint64_t expires = hand_status(h).timer_expires_ms;
    return expires == UINT64_MAX ? -1 : (int64_t)(expires - h->now);
}

static uint64_t asked_for(const struct hand *h)
{
    const struct message *m = hand_last(h, MESSAGE_VIEW_CHANGE);
    return m != NULL ? m->view_change.change.view : 0;
}

struct chain {
    struct hash tip;
    uint64_t height, ms;
};

/* The next block of this chain is accepted, and committed after ms. Its time follows the
 * clock. */
static void grow_of(struct hand *h, struct chain *c, uint64_t view, uint64_t ms,
                    struct envelope *const *envelopes, size_t count)
{
    uint64_t clock = h->now - HAND_START;
    c->ms = clock > c->ms ? clock : c->ms + 1;
    struct block *b = hand_block_of(++c->height, &c->tip, view, c->ms, 0, envelopes, count);
    c->tip = b->hash;
    hand_pre_prepare(h, b, NULL);
    hand_votes(h, 1, 4, PHASE_PREPARE, b);
    if (ms > 0) {
        hand_wait(h, ms);
    }
    hand_votes(h, 1, 4, PHASE_COMMIT, b);
    block_unref(b);
}

static void grow(struct hand *h, struct chain *c, uint64_t view, uint64_t ms)
{
    grow_of(h, c, view, ms, NULL, 0);
}

/* Replica `seat` after block 1 of view 0. */
static struct hand *begin(uint16_t seat, struct chain *c)
{
    struct hand *h = hand_new(seat, 4);
    *c = (struct chain){genesis(), 0, 0};
    hand_wait(h, 1);
    grow(h, c, 0, 0);
    hand_forget(h);
    return h;
}

static void test_reasons(void)
{
    struct chain c;
    struct hand *h = hand_new(2, 4);
    is(left(h), FIRST, "a view must give a block");
    hand_connect(h, 3, false);
    is(left(h), FIRST, "three of four are enough for that");
    hand_connect(h, 4, false);
    is(left(h), -1, "two are not: no timer runs");
    hand_wait(h, 9000);
    hand_connect(h, 4, true);
    is(left(h), FIRST, "it begins anew with the third");
    hand_free(h);

    h = begin(2, &c);
    is(left(h), -1, "nothing waits");
    struct envelope *e = hand_envelope(3, 1, 100), *other = hand_envelope(4, 2, 100);
    hand_give_envelope(h, e, 3, NULL);
    hand_wait(h, 700);
    hand_give_envelope(h, other, 4, NULL);
    is(left(h), FIRST - 700, "an envelope does");
    grow_of(h, &c, 0, 0, &e, 1);
    is(left(h), FIRST, "the timer of its seat ends when it is ordered");
    hand_wait(h, FIRST - 1);
    is((int64_t)asked_for(h), 0, "the other seat's runs on");
    hand_wait(h, 1);
    is((int64_t)asked_for(h), 1, "until the primary loses its view");
    ok(hand_noticed(h, PBFT_NOTICE_VIEW_CHANGE, PBFT_CAUSE_TIMEOUT), "for being late");
    envelope_unref(e);
    envelope_unref(other);
    hand_free(h);
}

static struct pbft_judgement keep(void *context, const struct envelope *e)
{
    (void)context, (void)e;
    return (struct pbft_judgement){.keep = true, .deadline_ms = UINT64_MAX};
}

static struct pbft_judgement refuse(void *context, const struct envelope *e)
{
    (void)context, (void)e;
    return (struct pbft_judgement){.refuse = true, .deadline_ms = UINT64_MAX};
}

static void test_judged(void)
{
    struct chain c;
    struct hand *h = begin(2, &c);
    struct envelope *e = hand_envelope(3, 1, 100);
    struct pbft_judgement j = refuse(NULL, e);
    hand_give_envelope(h, e, 3, &j);
    is(left(h), -1, "what is refused does not wait");
    j = keep(NULL, e);
    hand_give_envelope(h, e, 3, &j);
    is(left(h), -1, "nor what is only kept");
    grow(h, &c, 0, 0);
    is(left(h), FIRST, "until it is judged anew");
    h->executed.judge = keep;
    grow(h, &c, 0, 0);
    is(left(h), -1, "which may also end it");
    h->executed.judge = refuse;
    grow(h, &c, 0, 0);
    h->executed.judge = NULL;
    grow(h, &c, 0, 0);
    is(left(h), -1, "what was refused once is gone");
    envelope_unref(e);
    hand_free(h);
}

static void test_deadline(void)
{
    struct chain c;
    struct hand *h = hand_new(2, 4);
    c = (struct chain){genesis(), 0, 0};
    h->executed.next_deadline_ms = HAND_WALL + 5000;
    grow(h, &c, 0, 0);
    hand_wait(h, 5500);
    is(left(h), -1, "a deadline that passed within the drift");
    is((int64_t)h->update.wake_ms, (int64_t)h->now + 1, "is looked at again");
    hand_wait(h, 1);
    is(left(h), FIRST, "when no clock can doubt it");
    hand_wait(h, FIRST);
    is((int64_t)asked_for(h), 1, "a primary that freezes time is replaced");
    hand_free(h);

    h = hand_new(2, 4);
    c = (struct chain){genesis(), 0, 0};
    h->executed.next_deadline_ms = 0;
    grow(h, &c, 0, 0);
    hand_wait(h, 0);
    is(left(h), FIRST, "so is one that makes no block for a step that is due at once");
    hand_free(h);
}

static void test_cover(void)
{
    struct chain c;
    struct hand *h = hand_new(2, 4);
    c = (struct chain){genesis(), 0, 0};
    h->executed.cover_height = 1;
    grow(h, &c, 0, 0);
    is(left(h), FIRST, "a header that covers a record is waited for");
    hand_free(h);
}

static void test_excluded(void)
{
    struct chain c;
    struct hand *h = hand_new(3, 4);
    c = (struct chain){genesis(), 0, 0};
    h->excluded[0] = h->excluded[1] = true;
    grow(h, &c, 0, 0);
    is(left(h), FIRST, "an excluded primary's view has one timer");
    hand_wait(h, 1000);
    grow(h, &c, 0, 0);
    is(left(h), FIRST - 1000, "which its blocks do not stop");
    hand_wait(h, 1000);
    ok(hand_noticed(h, PBFT_NOTICE_VIEW_CHANGE, PBFT_CAUSE_EXCLUDED),
       "it is left for that");
    is((int64_t)hand_status(h).failed_views, 0, "and has not failed");
    hand_change(h, 1, 1, NULL);
    hand_change(h, 4, 1, NULL);
    hand_wait(h, FIRST);
    is((int64_t)asked_for(h), 2, "nor has the next, whose primary is excluded, too");
    is((int64_t)hand_status(h).failed_views, 0, "though it gave no block");
    hand_free(h);
}

static void test_rotation(void)
{
    struct pbft_config config;
    struct pbft_saved saved;
    struct chain c = {genesis(), 0, 0};
    hand_config(&config, 4, 4);
    hand_saved(&config, &saved);
    config.rotate_every = 3;
    struct hand *h = hand_new_with(&config, &saved);
    hand_connect(h, 1, true);
    hand_connect(h, 2, true);
    hand_connect(h, 3, true);
    grow(h, &c, 0, 0);
    grow(h, &c, 0, 0);
    is((int64_t)asked_for(h), 0, "a view goes on for rotate-every blocks");
    grow(h, &c, 0, 0);
    is((int64_t)asked_for(h), 1, "and no further");
    ok(hand_noticed(h, PBFT_NOTICE_VIEW_CHANGE, PBFT_CAUSE_ROTATION), "in good order");
    is((int64_t)hand_status(h).failed_views, 0, "that is no failure");
    hand_free(h);

    h = begin(4, &c);
    h->executed.rotate = true;
    grow(h, &c, 0, 0);
    is((int64_t)asked_for(h), 1, "a RETURN rotates");
    hand_free(h);

    /* It is executed when its view is over already. */
    h = begin(4, &c);
    struct block *b = hand_block(2, &c.tip, 0, 10, 0);
    struct certificate *p = hand_certificate(h, CERTIFICATE_PREPARED, b);
    hand_pre_prepare(h, b, NULL);
    hand_new_view(h, 1, p);
    h->executed.rotate = true;
    hand_votes(h, 1, 4, PHASE_COMMIT, b);
    is((int64_t)hand_status(h).committed_height, 2,
       "a RETURN of view 0, executed in view 1,");
    is((int64_t)asked_for(h), 0, "has had its rotation");
    certificate_unref(p);
    block_unref(b);
    hand_free(h);
}

/* The timer of the view after one with these latencies. */
static void measures(const uint64_t *latencies, size_t count, int64_t expected,
                     const char *name)
{
    struct chain c = {genesis(), 0, 0};
    struct hand *h = hand_new(4, 4);
    for (size_t i = 0; i < count; i++) {
        grow(h, &c, 0, latencies[i]);
    }
    is((int64_t)hand_status(h).request_timer_ms, FIRST, "a view does not measure itself");
    h->executed.rotate = true;
    grow(h, &c, 0, latencies[0]);
    is((int64_t)hand_status(h).request_timer_ms, expected, name);
    hand_free(h);
}

static void test_measured(void)
{
    static const uint64_t middle[] = {100, 150, 150, 1900}, slow[] = {1900, 1900},
                          fast[] = {10, 10};
    measures(middle, 4, 1500, "ten times the median");
    measures(slow, 2, 10000, "not above the ceiling");
    measures(fast, 2, 500, "nor below the floor");
}

/* Seat 2 in view 3, three views having failed. */
static struct hand *after_failures(struct chain *c, size_t block_bytes)
{
    struct pbft_config config;
    struct pbft_saved saved;
    hand_config(&config, 2, 4);
    hand_saved(&config, &saved);
    config.block_bytes = block_bytes;
    struct hand *h = hand_new_with(&config, &saved);
    *c = (struct chain){genesis(), 0, 0};
    hand_connect(h, 1, true);
    hand_connect(h, 3, true);
    hand_connect(h, 4, true);
    for (uint64_t view = 1; view < 4; view++) {
        uint64_t timer = hand_status(h).request_timer_ms;
        is((int64_t)timer, view < 3 ? FIRST << (view - 1) : 8000,
           "each failure doubles it");
        hand_wait(h, timer);
        hand_change(h, 3, view, NULL);
        hand_change(h, 4, view, NULL);
    }
    is((int64_t)hand_status(h).failed_views, 3, "three views have failed");
    is((int64_t)hand_status(h).request_timer_ms, 10000, "the ceiling holds");
    hand_new_view(h, 3, NULL);
    return h;
}

static void test_back_off(void)
{
    struct chain c;
    struct hand *h = after_failures(&c, 8000);
    struct envelope *small = hand_envelope(3, 1, 100), *large = hand_envelope(4, 2, 1000),
                    *other = hand_envelope(4, 3, 100), *last = hand_envelope(1, 4, 100);
    grow(h, &c, 3, 0);
    is((int64_t)hand_status(h).failed_views, 3, "an empty block undoes nothing");
    hand_give_envelope(h, last, 1, NULL);
    grow_of(h, &c, 3, 0, &small, 1);
    is((int64_t)hand_status(h).failed_views, 3, "nor a small one while something waits");
    grow_of(h, &c, 3, 0, &large, 1);
    is((int64_t)hand_status(h).failed_views, 2, "one as large as the limit undoes one");
    grow_of(h, &c, 3, 0, &other, 1);
    is((int64_t)hand_status(h).failed_views, 2, "the limit then being larger");
    grow_of(h, &c, 3, 0, &last, 1);
    is((int64_t)hand_status(h).failed_views, 1, "so does one that leaves nothing waiting");
    envelope_unref(small);
    envelope_unref(large);
    envelope_unref(other);
    envelope_unref(last);
    hand_free(h);
}

/* A primary that makes blocks has overlooked only what it left out of one. */
static void test_relay_at_work(void)
{
    struct chain c;
    struct hand *h = begin(4, &c);
    struct envelope *before = hand_envelope(3, 1, 100), *after = hand_envelope(2, 2, 100);
    hand_give_envelope(h, before, 3, NULL);
    hand_wait(h, 100);
    struct block *slow = hand_block_of(++c.height, &c.tip, 0, c.ms += 100, 0, NULL, 0);
    c.tip = slow->hash;
    hand_pre_prepare(h, slow, NULL);
    hand_wait(h, 10);
    hand_give_envelope(h, after, 2, NULL);
    hand_wait(h, 400);
    is((int64_t)hand_sent(h, MESSAGE_ENVELOPE, 1), 1, "what a block left out is relayed");
    hand_wait(h, 700);
    is((int64_t)hand_sent(h, MESSAGE_ENVELOPE, 1), 1,
       "what came after it is the next one's, however long it takes");
    hand_votes(h, 1, 4, PHASE_PREPARE, slow);
    hand_votes(h, 1, 4, PHASE_COMMIT, slow);
    grow(h, &c, 0, 0);
    hand_wait(h, 250);
    is((int64_t)hand_sent(h, MESSAGE_ENVELOPE, 1), 2, "until that leaves it out, too");
    envelope_unref(before);
    envelope_unref(after);
    block_unref(slow);
    hand_free(h);
}

/* What waits is told to the primary, once in a view. */
static void test_relay(void)
{
    struct chain c;
    struct hand *h = begin(4, &c);
    struct envelope *e = hand_envelope(3, 1, 100), *urgent = hand_envelope(2, 2, 100),
                    *young = hand_envelope(2, 3, 100);
    struct pbft_judgement j = {.deadline_ms = HAND_WALL + 60000};
    hand_give_envelope(h, e, 3, NULL);
    hand_wait(h, 499);
    is((int64_t)hand_sent(h, MESSAGE_ENVELOPE, 1), 0, "a quarter of the timer");
    hand_give_envelope(h, young, 2, NULL);
    hand_wait(h, 1);
    is((int64_t)hand_sent(h, MESSAGE_ENVELOPE, 1), 1, "later an envelope is relayed");
    hand_wait(h, 800);
    is((int64_t)hand_sent(h, MESSAGE_ENVELOPE, 1), 2,
       "once, and another when it has waited as long");
    hand_give_envelope(h, urgent, 2, &j);
    hand_wait(h, 600);
    hand_forget(h);
    is((int64_t)asked_for(h), 0, "in view 0");
    hand_change(h, 2, 1, NULL);
    hand_change(h, 3, 1, NULL);
    is((int64_t)hand_sent(h, MESSAGE_ENVELOPE, 2), 1,
       "the next primary is told at once what has a deadline");
    hand_new_view(h, 1, NULL);
    grow(h, &c, 1, 0);
    hand_wait(h, 125);
    hand_wait(h, 125);
    is((int64_t)hand_sent(h, MESSAGE_ENVELOPE, 2), 4, "and in its view all that waits");
    envelope_unref(young);
    envelope_unref(e);
    envelope_unref(urgent);
    hand_free(h);
}

/* Entering a view starts the request timers again. */
static void test_restart(void)
{
    struct chain c;
    struct hand *h = begin(4, &c);
    struct envelope *e = hand_envelope(3, 1, 100);
    hand_give_envelope(h, e, 3, NULL);
    hand_wait(h, 1500);
    h->executed.rotate = true;
    grow(h, &c, 0, 0);
    is(left(h), -1, "who waits for a view waits for nothing else");
    hand_wait(h, 300);
    struct certificate *p = certificate_new(3);
    p->what = (struct best){CERTIFICATE_COMMIT, 0, c.height, c.tip};
    hand_new_view(h, 1, p);
    certificate_unref(p);
    grow(h, &c, 1, 0);
    is(left(h), 500, "the timer of what waits begins with the view");
    envelope_unref(e);
    hand_free(h);
}

int main(void)
{
    test_reasons();
    test_judged();
    test_deadline();
    test_cover();
    test_excluded();
    test_rotation();
    test_measured();
    test_back_off();
    test_relay_at_work();
    test_relay();
    test_restart();
    return tap_done();
}
