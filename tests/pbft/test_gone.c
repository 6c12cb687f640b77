/* SPDX-License-Identifier: ISC */
/* A primary that nobody listens for any more, section 6 (Timers), on one replica fed by
 * hand. Floor 500 ms, ceiling 10000, four times the floor at first. */
#include "hand.h"
#include "tap.h"
#include "wire/shared.h"

enum { FIRST = 2000, QUARTER = FIRST / 4, DOUBLED = 1000 /* the floor, twice */ };

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

static void gone(struct hand *h, uint16_t seat, bool gone)
{
    struct pbft_event e = {.kind = gone ? PBFT_GONE : PBFT_SILENT, .seat = seat};
    hand_event(h, &e);
}

/* The last of so many seats, after block 1 of view 0. */
static struct hand *begin(uint16_t seats)
{
    struct hand *h = hand_new(seats, seats);
    struct hash genesis = hand_hash(1);
    struct block *b = hand_block(1, &genesis, 0, 1, 0);
    hand_wait(h, 1);
    hand_commit(h, b, NULL);
    block_unref(b);
    hand_forget(h);
    return h;
}

static void give(struct hand *h)
{
    struct envelope *e = hand_envelope(3, 1, 100);
    hand_give_envelope(h, e, 3, NULL);
    envelope_unref(e);
}

static void test_primary(void)
{
    struct hand *h = begin(4);
    give(h);
    gone(h, 1, true);
    is(left(h), FIRST, "a primary with a channel is not gone, whatever is said");
    hand_wait(h, 1000);
    hand_connect(h, 1, false);
    is(left(h), FIRST - 1000, "one that is away may be slow");
    hand_wait(h, 100);
    gone(h, 1, true);
    is(left(h), QUARTER - 100, "one that is gone has a quarter, from its end on");
    gone(h, 1, false);
    is(left(h), FIRST - 1100, "until that is not known any more");
    gone(h, 1, true);
    hand_wait(h, QUARTER - 101);
    is((int64_t)asked_for(h), 0, "who comes back within it");
    hand_connect(h, 1, true);
    is(left(h), FIRST - 1499, "has lost nothing");
    hand_connect(h, 1, false);
    hand_wait(h, 10);
    gone(h, 1, true);
    is(left(h), QUARTER - 10, "nor does it matter how long something has waited");
    hand_wait(h, QUARTER - 10);
    is((int64_t)asked_for(h), 1, "who does not come loses its view");
    ok(hand_noticed(h, PBFT_NOTICE_VIEW_CHANGE, PBFT_CAUSE_GONE), "for being gone");
    is((int64_t)hand_status(h).failed_views, 1, "which has failed as any other");
    hand_free(h);
}

static void test_late(void)
{
    struct hand *h = begin(4);
    give(h);
    hand_wait(h, FIRST - 100);
    hand_connect(h, 1, false);
    gone(h, 1, true);
    is(left(h), 100, "a timer that ends within a quarter ends when it would");
    hand_free(h);

    h = begin(4);
    give(h);
    hand_connect(h, 1, false);
    hand_wait(h, 900);
    gone(h, 1, true);
    is((int64_t)asked_for(h), 1, "one that is a quarter old has expired when that is seen");
    hand_free(h);
}

/* Seats 1 and 2 of 7, primaries of views 0 and 1, end one after the other. */
static void test_two(void)
{
    struct hand *h = begin(7);
    hand_connect(h, 1, false);
    gone(h, 1, true);
    is(left(h), -1, "where nothing waits nothing comes of it");
    hand_wait(h, 3000);
    is((int64_t)asked_for(h), 0, "however long");
    give(h);
    is(left(h), QUARTER, "what comes then waits for a quarter");
    hand_connect(h, 2, false);
    gone(h, 2, true);
    hand_wait(h, QUARTER);
    is((int64_t)asked_for(h), 1, "the next view is asked for, though its primary is gone");
    hand_wait(h, 3000);
    is(left(h), -1, "its timer waits for a quorum");
    for (uint16_t seat = 3; seat <= 6; seat++) {
        hand_change(h, seat, 1, NULL);
    }
    is(left(h), DOUBLED / 4, "and is a quarter of one that has doubled");
    is((int64_t)(h->update.wake_ms - h->now), DOUBLED / 4, "after which a tick is due");
    gone(h, 2, false);
    is(left(h), DOUBLED, "or all of it, where the primary may be slow");
    gone(h, 2, true);
    hand_wait(h, DOUBLED / 4);
    is((int64_t)asked_for(h), 2, "so the next but one is asked for");
    is((int64_t)hand_status(h).failed_views, 2, "and two have failed");
    hand_free(h);
}

static void test_other(void)
{
    struct hand *h = begin(4);
    give(h);
    hand_connect(h, 2, false);
    gone(h, 2, true);
    is(left(h), FIRST, "another seat's end changes nothing");
    hand_connect(h, 1, false);
    gone(h, 1, true);
    is(left(h), -1, "nor does the primary's without a quorum");
    hand_free(h);
}

int main(void)
{
    test_primary();
    test_late();
    test_two();
    test_other();
    return tap_done();
}
