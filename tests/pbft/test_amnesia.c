/* SPDX-License-Identifier: ISC */
/* What a seat that forgot must not do, and what a seat that did not forget must not be made
 * to believe: traces of one replica of 4, fed by hand. */
#include "hand.h"
#include "tap.h"
#include "wire/shared.h"

#include <string.h>

static void report(struct hand *h, uint16_t from, const struct report *r)
{
    struct message m = {.tag = MESSAGE_REPORT, .report = *r};
    m.report.seat = h->config.seat;
    hand_message(h, from, &m);
}

/* Its connection comes up, and it reports. */
static void meet(struct hand *h, uint16_t seat, const struct report *r)
{
    struct pbft_event e = {.kind = PBFT_CONNECTED, .seat = seat};
    hand_event(h, &e);
    report(h, seat, r);
}

static struct report report_of_vote(const struct hand *h, const struct block *b)
{
    struct report r = {.has_vote = {true, false}};
    r.votes[PHASE_PREPARE] = (struct vote){.phase = PHASE_PREPARE,
                                           .seat = h->config.seat,
                                           .view = b->header.view,
                                           .height = b->header.height,
                                           .block = b->hash};
    return r;
}

static bool is_lost(const struct hand *h)
{
    return hand_status(h).standing.lost;
}

/* The machine stood still: in one step its block is due and its timer over. */
static void test_late_block(void)
{
    static const uint8_t owed[SEATS_MAX] = {0, 1, 1, 1};
    struct hand *h = hand_new(1, 4);
    h->executed.owed = owed; /* one ballot is not all that the primary waits for */
    hand_wait(h, 0);
    struct block *b1 = block_ref(hand_last(h, MESSAGE_PRE_PREPARE)->pre_prepare.block);
    hand_wait(h, 100);
    hand_votes(h, 2, 4, PHASE_PREPARE, b1);
    hand_votes(h, 2, 4, PHASE_COMMIT, b1);
    struct envelope *e = hand_envelope(2, 1, 100);
    struct pbft_judgement ballot = {.deadline_ms = HAND_WALL + 60000};
    hand_give_envelope(h, e, 2, &ballot);
    hand_forget(h);
    hand_wait(h, 3000);
    const struct message *m = hand_last(h, MESSAGE_PRE_PREPARE);
    ok(m != NULL && hand_signed(h, MESSAGE_VIEW_CHANGE) == 1,
       "a block and the VIEW-CHANGE away from it are signed in one step");
    if (m == NULL) {
        return;
    }
    struct block *b2 = block_ref(m->pre_prepare.block);
    struct report r = report_of_vote(h, b2);
    struct pbft_event down = {.kind = PBFT_DISCONNECTED, .seat = 3};
    hand_event(h, &down);
    meet(h, 3, &r);
    ok(!is_lost(h), "that block is no sign of a loss");
    envelope_unref(e);
    block_unref(b1);
    block_unref(b2);
    hand_free(h);
}

/* A machine is put back while it runs: before it notices that its connections are dead it
 * signs something else at the same place. */
static struct hand *put_back(uint16_t seat)
{
    struct hand *h = hand_new(seat, 4);
    hand_wait(h, 0);
    return h;
}

static void test_another_block(void)
{
    struct report nothing = {0};
    for (int same = 0; same < 2; same++) {
        struct hand *h = put_back(1);
        struct block *mine = hand_last(h, MESSAGE_PRE_PREPARE)->pre_prepare.block;
        struct block *other = hand_block(1, &h->config.genesis, 0, 77, 0);
        struct report shown = report_of_vote(h, same ? mine : other);
        for (uint16_t seat = 2; seat <= 4; seat++) {
            struct pbft_event down = {.kind = PBFT_DISCONNECTED, .seat = seat};
            hand_event(h, &down);
        }
        hand_forget(h);
        meet(h, 2, &shown);
        meet(h, 3, &nothing);
        is(is_lost(h), !same, same ? "its own vote is none" : "another vote is a loss");
        is((int64_t)hand_sent(h, MESSAGE_PRE_PREPARE, 0), same,
           "it stands by its block only if it is the one");
        block_unref(other);
        hand_free(h);
    }
}

static void test_another_change(void)
{
    struct report nothing = {0};
    for (int same = 0; same < 2; same++) {
        struct hand *h = put_back(3);
        struct block *b1 = hand_block(1, &h->config.genesis, 0, 1, 0);
        struct certificate *c = hand_certificate(h, CERTIFICATE_PREPARED, b1);
        hand_change(h, 1, 1, NULL);
        hand_change(h, 2, 1, NULL);
        ok(hand_signed(h, MESSAGE_VIEW_CHANGE) == 1, "it joins");
        struct report shown = {.has_change = true, .change = {.seat = 3, .view = 1}};
        shown.change.best =
            same ? (struct best){CERTIFICATE_NONE, 0, 0, h->config.genesis} : c->what;
        for (uint16_t seat = 1; seat <= 4; seat++) {
            struct pbft_event down = {.kind = PBFT_DISCONNECTED, .seat = seat};
            if (seat != 3) {
                hand_event(h, &down);
            }
        }
        meet(h, 2, &shown);
        meet(h, 4, &nothing);
        is(is_lost(h), !same,
           same ? "its own VIEW-CHANGE is none"
                : "one with a better certificate is a loss");
        certificate_unref(c);
        block_unref(b1);
        hand_free(h);
    }
}

/* The store is of a time when the seat had lost its state before, and knew V. */
static void test_lost_before(void)
{
    struct pbft_config config;
    struct pbft_saved saved;
    hand_config(&config, 4, 4);
    hand_saved(&config, &saved);
    saved.standing = (struct standing){.founded = true, .lost = true, .has_view = true};
    saved.standing.view = 3;
    for (int change = 0; change < 2; change++) {
        struct hand *h = hand_new_with(&config, &saved);
        struct block *b5 = hand_block(1, &config.genesis, 5, 1, 0);
        struct block *b6 = hand_block(2, &b5->hash, 6, 2, 0);
        struct block *b7 = hand_block(3, &b6->hash, 7, 3, 0);
        struct certificate *c6 = hand_certificate(h, CERTIFICATE_PREPARED, b6);
        struct certificate *c7 = hand_certificate(h, CERTIFICATE_PREPARED, b7);
        struct report shown = report_of_vote(h, b5), plain = {0};
        if (change) {
            shown = (struct report){.has_change = true, .change = {.seat = 4, .view = 5}};
        }
        shown.view = plain.view = 6;
        shown.certificate = plain.certificate = c6;
        meet(h, 1, &shown);
        ok(is_lost(h), "what it said above V shows that V is of another time");
        meet(h, 2, &plain);
        meet(h, 3, &plain);
        report(h, 1, &plain);
        ok(is_lost(h) && hand_status(h).standing.has_view &&
               hand_status(h).standing.view == 6,
           "so V is found anew");
        plain.certificate = c7;
        plain.view = 7;
        struct message m = {.tag = MESSAGE_VIEW_CHANGE};
        m.view_change.change = (struct view_change){.seat = 1, .view = 8, .best = c7->what};
        m.view_change.certificate = c7;
        hand_message(h, 1, &m);
        ok(!is_lost(h), "and a certificate above that ends the loss");
        certificate_unref(c6);
        certificate_unref(c7);
        block_unref(b5);
        block_unref(b6);
        block_unref(b7);
        hand_free(h);
    }
}

/* What an empty store takes down before it has heard q-1 others founds nothing. */
static void test_fresh_again(void)
{
    for (int what = 0; what < 2; what++) {
        struct pbft_config config;
        struct pbft_saved saved;
        hand_config(&config, 4, 4);
        hand_saved(&config, &saved);
        struct hand *h = hand_new_with(&config, &saved);
        struct block *b1 = hand_block(1, &config.genesis, 0, 0, 0);
        struct pbft_event up = {.kind = PBFT_CONNECTED, .seat = 1};
        hand_event(h, &up);
        if (what == 0) {
            hand_pre_prepare(h, b1, NULL);
            is((int64_t)hand_count(h, PBFT_STORE_CANDIDATE), 1, "a block is kept");
            saved.candidates = &b1;
            saved.candidate_count = 1;
        } else {
            hand_new_view(h, 1, NULL);
            is((int64_t)hand_count(h, PBFT_STORE_NEW_VIEW), 1, "a NEW-VIEW is kept");
            for (size_t i = 0; i < h->count; i++) {
                if (h->done[i].kind == PBFT_STORE_NEW_VIEW) {
                    saved.new_view = new_view_ref(h->done[i].new_view);
                }
            }
        }
        hand_free(h);
        h = hand_new_with(&config, &saved);
        struct certificate *c = hand_certificate(h, CERTIFICATE_COMMIT, b1);
        struct report past = {.certificate = c};
        meet(h, 1, &past);
        ok(is_lost(h) && hand_noticed(h, PBFT_NOTICE_LOST, PBFT_CAUSE_FRESH),
           "after a restart the store is as fresh as it was");
        certificate_unref(c);
        block_unref(b1);
        new_view_unref(saved.new_view);
        hand_free(h);
    }
}

/* A primary that forgot its NEW-VIEW is shown it by whoever entered the view. */
static void test_own_new_view(void)
{
    struct hand *h = hand_new(3, 4);
    struct message ask = {.tag = MESSAGE_ASK};
    hand_new_view(h, 1, NULL);
    hand_forget(h);
    hand_message(h, 2, &ask);
    is((int64_t)hand_sent(h, MESSAGE_NEW_VIEW, 2), 1, "its primary is shown the NEW-VIEW");
    hand_message(h, 4, &ask);
    is((int64_t)hand_sent(h, MESSAGE_NEW_VIEW, 4), 0, "others are not");
    hand_free(h);

    struct pbft_config config;
    struct pbft_saved saved;
    hand_config(&config, 2, 4);
    hand_saved(&config, &saved);
    struct view_change change = {.seat = 2, .view = 1, .best.block = config.genesis};
    saved.view_change = &change;
    h = hand_new_with(&config, &saved);
    struct pbft_event up = {.kind = PBFT_CONNECTED, .seat = 3};
    hand_event(h, &up);
    struct new_view *v = new_view_new(3);
    struct message m = {.tag = MESSAGE_NEW_VIEW, .new_view = v};
    static const uint16_t seats[] = {1, 2, 3};
    v->view = 1;
    v->tip = config.genesis;
    for (uint16_t i = 0; i < 3; i++) {
        v->changes[i] = change;
        v->changes[i].seat = seats[i];
    }
    hand_message(h, 3, &m);
    ok(is_lost(h), "a NEW-VIEW of its own that its store does not hold is a loss");
    hand_free(h);

    saved.new_view = v;
    h = hand_new_with(&config, &saved);
    hand_event(h, &up);
    hand_message(h, 3, &m);
    ok(!is_lost(h), "one that it holds is none");
    hand_free(h);
    new_view_unref(v);
}

/* While it was lost w others left for the next view; they do not say it twice. */
static void test_return(void)
{
    struct pbft_config config;
    struct pbft_saved saved;
    struct report r = {.view = 0};
    hand_config(&config, 4, 4);
    hand_saved(&config, &saved);
    saved.standing = (struct standing){.founded = true, .lost = true, .has_view = true};
    struct hand *h = hand_new_with(&config, &saved);
    for (uint16_t seat = 1; seat <= 3; seat++) {
        meet(h, seat, &r);
    }
    hand_new_view(h, 1, NULL);
    hand_change(h, 1, 2, NULL);
    hand_change(h, 2, 2, NULL);
    is((int64_t)hand_count(h, PBFT_SIGN), 0, "a lost seat joins nobody");
    struct block *b = hand_block(1, &config.genesis, 1, 1, 0);
    hand_pre_prepare(h, b, NULL);
    hand_votes(h, 1, 3, PHASE_PREPARE, b);
    ok(!is_lost(h), "it returns");
    is((int64_t)hand_signed(h, MESSAGE_VIEW_CHANGE), 1, "and joins w others at once");
    block_unref(b);
    hand_free(h);
}

int main(void)
{
    test_late_block();
    test_another_block();
    test_another_change();
    test_lost_before();
    test_fresh_again();
    test_own_new_view();
    test_return();
    return tap_done();
}
