/* SPDX-License-Identifier: ISC */
/* Restore-safe seats, section 6: when a replica of 4, seat 4 fed by hand, may sign. q = 3.
 */
#include "standing.h"

static void test_waits(void)
{
    struct hand *h = begin();
    struct block *b = first_block(0);
    for (uint16_t seat = 1; seat <= 3; seat++) {
        connect_only(h, seat);
        is((int64_t)hand_sent(h, MESSAGE_ASK, seat), 1, "who connects is asked");
    }
    hand_pre_prepare(h, b, NULL);
    report(h, 1, 0);
    is((int64_t)hand_count(h, PBFT_SIGN), 0, "with one report nothing is signed");
    report(h, 1, 0);
    is((int64_t)hand_count(h, PBFT_SIGN), 0, "nor if it comes twice");
    report(h, 2, 0);
    is((int64_t)hand_signed(h, MESSAGE_PREPARE), 1, "with q-1 the vote is given");
    ok(!hand_status(h).standing.lost, "nothing was lost");
    block_unref(b);
    hand_free(h);
}

/* The seat is shown a statement of its own that its store does not have. */
enum shown { SHOWN_PREPARE, SHOWN_COMMIT, SHOWN_CHANGE, SHOWN_CERTIFICATE };

static struct hand *shown(enum shown what, uint64_t view)
{
    struct hand *h = begin();
    struct block *b = first_block(view);
    struct message m = report_of(0);
    for (uint16_t seat = 1; seat <= 3; seat++) {
        connect_only(h, seat);
    }
    enum phase phase = what == SHOWN_COMMIT ? PHASE_COMMIT : PHASE_PREPARE;
    switch (what) {
    case SHOWN_PREPARE:
    case SHOWN_COMMIT:
        m.report.has_vote[phase] = true;
        m.report.votes[phase] = (struct vote){
            .phase = phase, .seat = 4, .view = view, .height = 1, .block = b->hash};
        break;
    case SHOWN_CHANGE:
        m.report.has_change = true;
        m.report.change = (struct view_change){.seat = 4, .view = view};
        break;
    case SHOWN_CERTIFICATE:
        m.report.certificate = hand_certificate(h, CERTIFICATE_PREPARED, b);
        m.report.certificate->entries[2].seat = 4;
        break;
    }
    hand_message(h, 1, &m);
    certificate_unref(m.report.certificate);
    block_unref(b);
    return h;
}

static void test_own_statement(void)
{
    static const char *const names[] = {"a PREPARE", "a COMMIT", "a VIEW-CHANGE",
                                        "a certificate"};
    for (int what = SHOWN_PREPARE; what <= SHOWN_CERTIFICATE; what++) {
        struct hand *h = shown((enum shown)what, 1);
        ok(hand_status(h).standing.lost &&
               hand_noticed(h, PBFT_NOTICE_LOST, PBFT_CAUSE_OWN_STATEMENT),
           "%s of its own that it does not know: its state is lost", names[what]);
        ok(hand_count(h, PBFT_STORE_STANDING) >= 1, "which is stored");
        for (uint16_t seat = 1; seat <= 3; seat++) {
            report(h, seat, 1);
        }
        hand_new_view(h, 1, NULL);
        struct block *b = first_block(1);
        hand_pre_prepare(h, b, NULL);
        hand_change(h, 1, 2, NULL);
        hand_change(h, 2, 2, NULL);
        hand_wait(h, 60000);
        is((int64_t)hand_count(h, PBFT_SIGN), 0, "and nothing is signed, whoever reports");
        block_unref(b);
        hand_free(h);
    }
    struct block *b = first_block(0);
    struct hand *h = begin();
    hand_free(h);
    struct vote own = {.seat = 4, .height = 1, .block = b->hash};
    saved.votes = &own;
    saved.vote_count = 1;
    h = restart();
    connect_only(h, 1);
    struct message m = report_of(0);
    m.report.has_vote[PHASE_PREPARE] = true;
    m.report.votes[PHASE_PREPARE] = own;
    hand_message(h, 1, &m);
    ok(!hand_status(h).standing.lost, "one that the store has is no surprise");
    block_unref(b);
    hand_free(h);
}

static void test_fresh(void)
{
    for (int founded = 0; founded < 2; founded++) {
        struct hand *h = begin();
        hand_free(h);
        saved.standing.founded = founded != 0;
        h = restart();
        struct block *b = first_block(0);
        struct certificate *c = hand_certificate(h, CERTIFICATE_PREPARED, b);
        connect_only(h, 1);
        struct message m = report_of(0);
        m.report.certificate = c;
        hand_message(h, 1, &m);
        ok(hand_status(h).standing.lost == (founded == 0), "%s",
           founded == 0 ? "a fresh store where the council is past block 0 has lost it all"
                        : "one that was there before is only behind");
        certificate_unref(c);
        block_unref(b);
        hand_free(h);
    }
}

/* --- asking again --- */

static void test_asks_again(void)
{
    struct hand *h = begin();
    for (uint16_t seat = 1; seat <= 3; seat++) {
        connect_only(h, seat);
    }
    report(h, 1, 0);
    struct message other = report_of(0);
    other.report.seat = 3;
    hand_message(h, 2, &other);
    ok(hand_status(h).reports == 1 && hand_status(h).asking,
       "a REPORT about another seat is none");
    hand_forget(h);
    hand_wait(h, 500);
    ok(hand_sent(h, MESSAGE_ASK, 1) == 0 && hand_sent(h, MESSAGE_ASK, 2) == 1 &&
           hand_sent(h, MESSAGE_ASK, 3) == 1,
       "who has not answered is asked again");
    report(h, 2, 0);
    hand_forget(h);
    hand_wait(h, 5000);
    is((int64_t)hand_sent(h, MESSAGE_ASK, 3), 0, "but not once q-1 have");
    hand_free(h);
}

/* A report holds for the connection that brought it. */
static void test_each_connection(void)
{
    struct hand *h = begin();
    struct block *b = first_block(0);
    for (uint16_t seat = 1; seat <= 3; seat++) {
        connect_only(h, seat);
    }
    report(h, 1, 0);
    report(h, 2, 0);
    ok(!hand_status(h).asking, "q-1 have reported");
    struct pbft_event down = {.kind = PBFT_DISCONNECTED, .seat = 2};
    hand_event(h, &down);
    hand_forget(h);
    hand_pre_prepare(h, b, NULL);
    hand_wait(h, 10000);
    is((int64_t)hand_count(h, PBFT_SIGN), 0, "one of them has left: nothing is signed");
    report(h, 2, 0);
    is((int64_t)hand_count(h, PBFT_SIGN), 0, "nor when something of it comes late");
    connect_only(h, 2);
    is((int64_t)hand_sent(h, MESSAGE_ASK, 2), 1, "back again it is asked again");
    is((int64_t)hand_count(h, PBFT_SIGN), 0, "and what it said before is not enough");
    report(h, 2, 0);
    is((int64_t)hand_signed(h, MESSAGE_PREPARE), 1, "its new report is");
    block_unref(b);
    hand_free(h);
}

/* --- own statements --- */

static void test_new_view_entry(void)
{
    for (uint64_t kept = 0; kept < 3; kept++) {
        struct hand *h = begin();
        struct view_change own = {.seat = 4, .view = kept, .best.block = config.genesis};
        hand_free(h);
        saved.view_change = kept > 0 ? &own : NULL;
        h = restart();
        connect_only(h, 1);
        struct new_view *v = new_view_new(3);
        v->view = 2;
        v->tip = config.genesis;
        for (uint16_t i = 0; i < 3; i++) {
            v->changes[i] = (struct view_change){.seat = (uint16_t)(i + 2), .view = 2};
        }
        struct message m = {.tag = MESSAGE_NEW_VIEW, .new_view = v};
        hand_message(h, 3, &m);
        ok(hand_status(h).standing.lost == (kept < 2),
           "its entry in a NEW-VIEW for 2, its store's last VIEW-CHANGE for %d", (int)kept);
        new_view_unref(v);
        hand_free(h);
    }
}

/* What is not above all that the store has is no surprise. */
static void test_older(void)
{
    static const struct {
        uint64_t view, height;
        bool lost;
    } shown_votes[] = {
        {1, 9, false}, {2, 4, false}, {2, 5, false}, {2, 6, true}, {3, 1, true}};
    for (size_t i = 0; i < sizeof(shown_votes) / sizeof(shown_votes[0]); i++) {
        for (int phase = PHASE_PREPARE; phase <= PHASE_COMMIT; phase++) {
            struct vote own = {
                .phase = (enum phase)phase, .seat = 4, .view = 2, .height = 5};
            struct hand *h = begin();
            hand_free(h);
            saved.votes = &own;
            saved.vote_count = 1;
            h = restart();
            connect_only(h, 1);
            struct message m = report_of(0);
            m.report.has_vote[phase] = true;
            m.report.votes[phase] = own;
            m.report.votes[phase].view = shown_votes[i].view;
            m.report.votes[phase].height = shown_votes[i].height;
            hand_message(h, 1, &m);
            ok(hand_status(h).standing.lost == shown_votes[i].lost,
               "phase %d of (%d, %d) where (2, 5) is kept", phase, (int)shown_votes[i].view,
               (int)shown_votes[i].height);
            hand_free(h);
        }
    }
}

int main(void)
{
    test_asks_again();
    test_each_connection();
    test_new_view_entry();
    test_older();
    test_waits();
    test_own_statement();
    test_fresh();
    return tap_done();
}
