/* SPDX-License-Identifier: ISC */
/* When the primary proposes, and what, sections 5 to 8: seat 1 of 4 fed by hand, primary of
 * view 0. */
#include "hand.h"
#include "tap.h"
#include "wire/shared.h"

static struct hash genesis(void)
{
    return hand_hash(1);
}

static size_t proposed(const struct hand *h)
{
    return hand_signed(h, MESSAGE_PRE_PREPARE);
}

/* The block proposed last. */
static struct block *latest(const struct hand *h)
{
    const struct message *m = hand_last(h, MESSAGE_PRE_PREPARE);
    return m != NULL ? m->pre_prepare.block : NULL;
}

static uint64_t time_of(const struct block *b)
{
    return b != NULL ? b->header.time_ms - HAND_WALL : 0;
}

/* The others' votes commit the block proposed last. */
static void commit(struct hand *h)
{
    struct block *b = block_ref(latest(h));
    hand_votes(h, 1, 4, PHASE_PREPARE, b);
    hand_votes(h, 1, 4, PHASE_COMMIT, b);
    block_unref(b);
}

static struct hand *begin_with(const struct pbft_config *config)
{
    struct pbft_saved saved;
    hand_saved(config, &saved);
    struct hand *h = hand_new_with(config, &saved);
    for (uint16_t seat = 2; seat <= 4; seat++) {
        hand_connect(h, seat, true);
    }
    return h;
}

/* The primary whose first block is committed, nothing waiting. */
static struct hand *begin(void)
{
    struct hand *h = hand_new(1, 4);
    commit(h);
    hand_wait(h, 0);
    hand_forget(h);
    return h;
}

static void test_first(void)
{
    struct pbft_config config;
    struct pbft_saved saved;
    hand_config(&config, 1, 4);
    hand_saved(&config, &saved);
    struct hand *h = hand_new_with(&config, &saved);
    hand_connect(h, 2, true);
    is((int64_t)proposed(h), 0, "two of four begin nothing");
    hand_connect(h, 3, true);
    is((int64_t)proposed(h), 0, "three wait for the fourth");
    hand_wait(h, 999);
    is((int64_t)proposed(h), 0, "half a request timer");
    hand_wait(h, 1);
    is((int64_t)proposed(h), 1, "and then begin with a block");
    ok(latest(h)->count == 0 && latest(h)->header.height == 1, "an empty one");
    is((int64_t)time_of(latest(h)), 1000, "of the primary's clock");
    is((int64_t)hand_count(h, PBFT_STORE_CANDIDATE) > 0, 1, "which is stored");
    is((int64_t)hand_signed(h, MESSAGE_PREPARE), 0,
       "its signature is the primary's PREPARE");
    hand_wait(h, 10);
    is((int64_t)proposed(h), 1, "once");
    commit(h);
    hand_wait(h, 10);
    is((int64_t)proposed(h), 1, "and then nothing calls for another");
    hand_free(h);

    config.genesis_time_ms = HAND_WALL + 300;
    h = begin_with(&config);
    is((int64_t)time_of(latest(h)), 301, "a clock behind the parent's time: that + 1");
    hand_free(h);
}

/* A primary whose store has its vote for a block, though the block is gone: it has spoken
 * for that place, and says nothing else. */
static void test_spoken_for(void)
{
    struct hash parent = genesis();
    struct block *gone = hand_block(1, &parent, 0, 0, 0);
    struct vote own = {.phase = PHASE_PREPARE, .seat = 1, .height = 1, .block = gone->hash};
    struct pbft_config config;
    struct pbft_saved saved;
    hand_config(&config, 1, 4);
    hand_saved(&config, &saved);
    saved.votes = &own;
    saved.vote_count = 1;
    struct hand *h = hand_new_with(&config, &saved);
    for (uint16_t seat = 2; seat <= 4; seat++) {
        hand_connect(h, seat, true);
    }
    hand_wait(h, 1500);
    is((int64_t)proposed(h), 0, "who has spoken for a place proposes nothing else there");
    block_unref(gone);
    hand_free(h);
}

/* Its own block is stored before anyone else can have it, whatever comes of it. */
static void test_stored(void)
{
    struct pbft_config config;
    struct pbft_saved saved;
    hand_config(&config, 1, 4);
    hand_saved(&config, &saved);
    struct hand *h = hand_new_with(&config, &saved);
    h->keeps_unsigned = true;
    hand_connect(h, 2, true);
    hand_connect(h, 3, true);
    hand_wait(h, 1000);
    ok(proposed(h) == 1 && hand_count(h, PBFT_STORE_CANDIDATE) == 1,
       "a block is stored when it is signed");
    ok(pbft_find_block(h->core, &latest(h)->hash) == latest(h), "and can be asked for");
    hand_free(h);

    /* The vote is there after a restart, the block is not: nothing else is proposed. */
    struct vote own = {.seat = 1, .height = 1, .block = hand_hash(5)};
    saved.votes = &own;
    saved.vote_count = 1;
    h = hand_new_with(&config, &saved);
    hand_connect(h, 2, true);
    hand_connect(h, 3, true);
    is((int64_t)proposed(h), 0,
       "(view, height) names one block for ever, restarts included");
    hand_free(h);
}

static void test_called_for(void)
{
    struct hand *h = begin();
    struct envelope *e = hand_envelope(3, 1, 100);
    hand_give_envelope(h, e, 3, NULL);
    ok(proposed(h) == 1 && latest(h)->count == 1, "what waits is proposed");
    const struct message *m = hand_last(h, MESSAGE_PRE_PREPARE);
    ok(m->pre_prepare.block->header.executed_height == 1 &&
           m->pre_prepare.certificate != NULL &&
           m->pre_prepare.certificate->what.height == 1,
       "with the certificate of what is executed");
    envelope_unref(e);
    hand_free(h);

    h = begin();
    e = hand_envelope(3, 1, 100);
    hand_connect(h, 3, false);
    hand_connect(h, 4, false);
    hand_give_envelope(h, e, 2, NULL);
    is((int64_t)proposed(h), 0, "not while two of four are gone");
    hand_connect(h, 4, true);
    is((int64_t)proposed(h), 1, "but when one is back");
    envelope_unref(e);
    hand_free(h);

    h = hand_new(1, 4);
    h->executed.cover_height = 1;
    commit(h);
    ok(proposed(h) == 2 && latest(h)->header.executed_height == 1,
       "a record is covered by a block of its own");
    h->executed.cover_height = 0;
    commit(h);
    is((int64_t)proposed(h), 2, "and by no more");
    hand_free(h);

    h = hand_new(1, 4);
    h->executed.next_deadline_ms = HAND_WALL + 1000;
    commit(h);
    is((int64_t)h->update.wake_ms, (int64_t)h->now + 1000, "a deadline wakes the primary");
    hand_wait(h, 999);
    is((int64_t)proposed(h), 1, "not before");
    hand_wait(h, 1);
    is((int64_t)proposed(h), 2, "when it is due a block says so");
    is((int64_t)time_of(latest(h)), 1000, "whose time is that");
    hand_free(h);

    h = hand_new(1, 4);
    h->executed.next_deadline_ms = 0;
    commit(h);
    is((int64_t)proposed(h), 2, "a step that is due at once calls for a block");
    hand_wait(h, 10);
    is((int64_t)proposed(h), 2, "for one");
    hand_free(h);
}

/* Ballots come in crowds, and are waited for: all of them, or as long as a block takes. */
static void test_gathers(void)
{
    struct hand *h = begin();
    struct envelope *ballots[8], *alone = hand_envelope(2, 9, 100);
    for (uint8_t i = 0; i < 8; i++) {
        ballots[i] = hand_envelope(2 + i % 3, i, 100);
    }
    struct pbft_judgement crowd = {.deadline_ms = HAND_WALL + 60000};
    h->executed.next_deadline_ms = HAND_WALL + 60000;
    uint8_t owed[SEATS_MAX] = {[1] = 1, [2] = 1};
    h->executed.owed = owed;
    hand_give_envelope(h, ballots[0], 2, &crowd);
    is((int64_t)proposed(h), 1, "where blocks take no time nothing is gathered");
    hand_wait(h, 40);
    commit(h);
    hand_forget(h);
    hand_give_envelope(h, ballots[1], 3, &crowd);
    is((int64_t)proposed(h), 0, "where they take 40 ms a ballot waits");
    is((int64_t)h->update.wake_ms, (int64_t)h->now + 40, "as long as that");
    hand_give_envelope(h, ballots[4], 3, &crowd);
    hand_wait(h, 39);
    is((int64_t)proposed(h), 0, "for others than its seat's");
    hand_wait(h, 1);
    is((int64_t)proposed(h), 1, "and no longer");
    hand_wait(h, 39);
    commit(h);
    hand_forget(h);
    hand_give_envelope(h, ballots[2], 4, &crowd);
    is((int64_t)proposed(h), 0, "the next waits again");
    hand_give_envelope(h, ballots[3], 2, &crowd);
    is((int64_t)proposed(h), 1, "until those are there that are owed");
    hand_wait(h, 40);
    commit(h);
    hand_forget(h);
    hand_connect(h, 2, false);
    hand_give_envelope(h, ballots[7], 3, &crowd);
    is((int64_t)proposed(h), 1, "nobody waits for who is not connected");
    hand_connect(h, 2, true);
    hand_wait(h, 40);
    commit(h);
    hand_forget(h);
    hand_give_envelope(h, alone, 2, NULL);
    is((int64_t)proposed(h), 1, "what comes alone is proposed at once");
    hand_wait(h, 40);
    h->executed.next_deadline_ms = HAND_WALL + (h->now - HAND_START) + 30;
    commit(h);
    hand_forget(h);
    hand_give_envelope(h, ballots[5], 4, &crowd);
    is((int64_t)proposed(h), 1, "and a ballot whose deadline is nearer than that");
    for (size_t i = 0; i < 8; i++) {
        envelope_unref(ballots[i]);
    }
    envelope_unref(alone);
    hand_free(h);
}

/* Blocks in flight: up to the window, and none from a stopped replica. */
static void test_window(void)
{
    struct pbft_config config;
    hand_config(&config, 1, 4);
    config.pipeline = 100;
    struct hand *h = begin_with(&config);
    for (uint8_t i = 1; i < 12; i++) {
        struct envelope *e = hand_envelope(2, i, 100);
        hand_give_envelope(h, e, 2, NULL);
        envelope_unref(e);
    }
    is((int64_t)proposed(h), 8, "eight blocks fill the window");
    is((int64_t)hand_status(h).waiting, 4, "the rest waits");
    struct hash other = hand_hash(9);
    struct block *fork = hand_block(1, &other, 0, 0, 0);
    struct message m = {.tag = MESSAGE_RANGE};
    m.range = (struct range){.from = 1, .block_count = 1, .blocks = &fork};
    m.range.certificate = hand_certificate(h, CERTIFICATE_COMMIT, fork);
    hand_message(h, 3, &m);
    ok(hand_status(h).stopped, "a fork stops the primary");
    hand_forget(h);
    hand_free(h);

    h = begin();
    hand_message(h, 3, &m);
    is((int64_t)hand_status(h).stopped, 0, "what is committed already is no fork");
    m.range.from = 2;
    hand_message(h, 3, &m);
    struct envelope *e = hand_envelope(2, 1, 100);
    hand_give_envelope(h, e, 2, NULL);
    ok(hand_status(h).stopped && proposed(h) == 0, "who is stopped proposes nothing");
    envelope_unref(e);
    certificate_unref(m.range.certificate);
    block_unref(fork);
    hand_free(h);
}

/* The primary of view 1 came late: its tip covers what it has not executed. */
static void test_came_late(void)
{
    struct hash parent = genesis();
    struct hand *h = hand_new(2, 4);
    struct block *b1 = hand_block(1, &parent, 0, 0, 0);
    struct block *b2 = hand_block(2, &b1->hash, 0, 1, 1);
    struct certificate *c = hand_certificate(h, CERTIFICATE_PREPARED, b2);
    hand_change(h, 3, 1, c);
    hand_change(h, 4, 1, c);
    struct message m = {.tag = MESSAGE_BLOCK, .block = b2};
    hand_message(h, 3, &m);
    m.block = b1;
    hand_message(h, 3, &m);
    is((int64_t)hand_signed(h, MESSAGE_NEW_VIEW), 1, "it begins its view");
    is((int64_t)hand_status(h).tip_height, 2, "from what was prepared");
    is((int64_t)proposed(h), 0, "but cannot go on from it");
    hand_votes(h, 1, 4, PHASE_COMMIT, b1);
    ok(proposed(h) == 1 && latest(h)->header.executed_height == 1,
       "until it has executed as much");
    certificate_unref(c);
    block_unref(b1);
    block_unref(b2);
    hand_free(h);
}

/* Envelopes in the block proposed as number `which`, from 0; -1: none was. */
static int64_t envelopes_in(const struct hand *h, size_t which)
{
    for (size_t i = 0; i < h->count; i++) {
        const struct pbft_action *a = &h->done[i];
        if (a->kind == PBFT_SIGN && a->message.tag == MESSAGE_PRE_PREPARE && which-- == 0) {
            return a->message.pre_prepare.block->count;
        }
    }
    return -1;
}

/* Smaller blocks after a failed view; but always an envelope. */
static void test_halved(void)
{
    struct pbft_config config;
    hand_config(&config, 2, 4);
    config.block_bytes = 1000;
    struct pbft_saved saved;
    hand_saved(&config, &saved);
    struct hand *h = hand_new_with(&config, &saved);
    hand_connect(h, 1, true);
    hand_connect(h, 3, true);
    hand_connect(h, 4, true);
    hand_wait(h, 2000);
    struct envelope *e[4];
    for (uint8_t i = 0; i < 4; i++) {
        e[i] = hand_envelope((uint16_t)(i + 1), i, i < 3 ? 200 : 900);
        hand_give_envelope(h, e[i], (uint16_t)(i + 1), NULL);
    }
    hand_change(h, 3, 1, NULL);
    hand_change(h, 4, 1, NULL);
    is(envelopes_in(h, 0), 2, "after a failed view blocks have half the size");
    is(envelopes_in(h, 1), 1, "the next begins where that one ended");
    is(envelopes_in(h, 2), 1, "and an envelope has a block, however large");
    for (size_t i = 0; i < 4; i++) {
        envelope_unref(e[i]);
    }
    hand_free(h);
}

int main(void)
{
    test_first();
    test_spoken_for();
    test_stored();
    test_called_for();
    test_gathers();
    test_window();
    test_came_late();
    test_halved();
    return tap_done();
}
