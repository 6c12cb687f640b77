/* SPDX-License-Identifier: ISC */
/* Restore-safe seats, section 6: when a replica of 4, seat 4 fed by hand, may sign. q = 3.
 */
#include "hand.h"
#include "tap.h"
#include "wire/shared.h"

#include <string.h>

static struct pbft_config config;
static struct pbft_saved saved;

static struct hand *restart(void)
{
    return hand_new_with(&config, &saved);
}

static struct hand *begin(void)
{
    hand_config(&config, 4, 4);
    hand_saved(&config, &saved);
    saved.standing.founded = true;
    return restart();
}

/* A seat is there, but has reported nothing. */
static void connect_only(struct hand *h, uint16_t seat)
{
    struct pbft_event e = {.kind = PBFT_CONNECTED, .seat = seat};
    hand_event(h, &e);
}

/* What a seat knows of seat 4: nothing, or what the caller fills in. */
static struct message report_of(uint64_t view)
{
    struct message m = {.tag = MESSAGE_REPORT};
    m.report.seat = 4;
    m.report.view = view;
    return m;
}

static void report(struct hand *h, uint16_t seat, uint64_t view)
{
    struct message m = report_of(view);
    hand_message(h, seat, &m);
}

static struct block *first_block(uint64_t view)
{
    struct hash parent = hand_hash(1);
    return hand_block(1, &parent, view, 0, 0);
}

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

/* V is the highest view of q others who prove theirs; only above it is anything signed. */
static void test_back(void)
{
    struct hand *h = shown(SHOWN_PREPARE, 1);
    struct block *b = first_block(4), *c5 = first_block(5);
    struct certificate *at = hand_certificate(h, CERTIFICATE_PREPARED, b);
    struct certificate *above = hand_certificate(h, CERTIFICATE_PREPARED, c5);
    report(h, 1, 1);
    report(h, 2, 1);
    report(h, 3, 9);
    ok(!hand_status(h).standing.has_view, "a view without proof counts for nothing");
    struct message m = report_of(4);
    m.report.certificate = at;
    hand_message(h, 3, &m);
    struct pbft_status s = hand_status(h);
    ok(s.standing.has_view && s.standing.view == 4, "with q proven ones V is the highest");
    ok(s.standing.lost, "a certificate of V itself is none above it");
    hand_change(h, 1, 6, above);
    s = hand_status(h);
    ok(!s.standing.lost && s.standing.height == 1, "one above it ends it");
    hand_new_view(h, 5, NULL);
    ok(hand_noticed(h, PBFT_NOTICE_RETURNED, PBFT_CAUSE_NONE), "the seat is back");
    certificate_unref(at);
    certificate_unref(above);
    block_unref(b);
    block_unref(c5);
    hand_free(h);

    h = shown(SHOWN_PREPARE, 1);
    report(h, 1, 1);
    report(h, 2, 1);
    ok(!hand_status(h).standing.has_view, "two of q reports give no V");
    report(h, 3, 1);
    ok(hand_status(h).standing.has_view, "three do");
    hand_free(h);
}

int main(void)
{
    test_waits();
    test_own_statement();
    test_fresh();
    test_back();
    return tap_done();
}
