/* SPDX-License-Identifier: ISC */
/* Restore-safe seats, section 6: how a seat that has lost its state comes back, and what
 * the others report to it. */
#include "standing.h"

/* --- V --- */

static struct hand *begin_lost(void)
{
    struct hand *h = begin();
    struct pbft_event lost = {.kind = PBFT_LOST, .cause = PBFT_CAUSE_MARKS};
    for (uint16_t seat = 1; seat <= 3; seat++) {
        connect_only(h, seat);
        report(h, seat, 0);
    }
    hand_forget(h);
    hand_event(h, &lost);
    return h;
}

static bool stores_view(const struct hand *h, uint64_t view)
{
    for (size_t i = 0; i < h->count; i++) {
        const struct pbft_action *a = &h->done[i];
        if (a->kind == PBFT_STORE_STANDING && a->standing.lost && a->standing.has_view &&
            a->standing.view == view) {
            return true;
        }
    }
    return false;
}

/* V is the highest view of q others who prove theirs; only above it is anything signed. */
static void test_back(void)
{
    struct hand *h = begin_lost();
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

    h = begin_lost();
    report(h, 1, 1);
    report(h, 2, 1);
    ok(!hand_status(h).standing.has_view, "two of q reports give no V");
    report(h, 3, 1);
    ok(hand_status(h).standing.has_view, "three do");
    ok(stores_view(h, 1), "and V is kept");
    hand_free(h);
}

static void test_reports_after_loss(void)
{
    struct hand *h = begin_lost();
    ok(hand_status(h).standing.lost && !hand_status(h).standing.has_view,
       "what was reported before the loss gives no V");
    ok(hand_sent(h, MESSAGE_ASK, 1) == 1 && hand_sent(h, MESSAGE_ASK, 3) == 1,
       "everyone is asked anew");
    hand_free(h);
}

/* f = 1 of the three reports is a lie, with the best proof that there is. */
static void test_lies(void)
{
    static const struct {
        uint64_t view;
        bool counts;
    } lies[] = {{0, true}, {4, true}, {5, true}, {6, false}, {UINT64_C(1) << 63, false}};
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        struct hand *h = begin_lost();
        struct block *b = first_block(4);
        struct certificate *c = hand_certificate(h, CERTIFICATE_PREPARED, b);
        struct message m = report_of(4);
        m.report.certificate = c;
        hand_message(h, 1, &m);
        hand_message(h, 2, &m);
        m = report_of(lies[i].view);
        m.report.certificate = c;
        hand_message(h, 3, &m);
        struct pbft_status s = hand_status(h);
        uint64_t v = lies[i].view > 4 ? lies[i].view : 4;
        ok(s.standing.has_view == lies[i].counts &&
               (!lies[i].counts || s.standing.view == v),
           "others are in view 4, one says %lld", (long long)lies[i].view);
        ok(hand_status(h).behind, "and at a height that is not executed here");
        certificate_unref(c);
        block_unref(b);
        hand_free(h);
    }
}

/* w = 2 VIEW-CHANGEs for x - 1 or above prove x. */
static void test_changes(void)
{
    static const struct {
        uint16_t count;
        uint64_t views[2];
        bool counts;
    } proofs[] = {
        {2, {3, 3}, true}, {2, {9, 3}, true}, {2, {3, 2}, false}, {1, {9, 0}, false}};
    for (size_t i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++) {
        struct hand *h = begin_lost();
        struct view_change changes[2];
        struct message m = report_of(4);
        for (uint16_t k = 0; k < 2; k++) {
            changes[k] =
                (struct view_change){.seat = (uint16_t)(k + 1), .view = proofs[i].views[k]};
        }
        m.report.changes = changes;
        m.report.change_count = proofs[i].count;
        report(h, 1, 0);
        report(h, 2, 1);
        hand_message(h, 3, &m);
        ok(hand_status(h).standing.has_view == proofs[i].counts,
           "view 4 by %u VIEW-CHANGEs, for %d and %d", proofs[i].count,
           (int)proofs[i].views[0], (int)proofs[i].views[1]);
        hand_free(h);
    }
}

/* It comes back with nothing said about what it may have signed up to V. */
static void test_after_return(void)
{
    struct block *b = first_block(2);
    for (uint64_t view = 1; view <= 3; view++) {
        struct hand *h = begin_lost();
        struct certificate *c = hand_certificate(h, CERTIFICATE_PREPARED, b);
        report(h, 1, 1);
        report(h, 2, 1);
        report(h, 3, 1);
        hand_change(h, 1, 3, c);
        struct pbft_status s = hand_status(h);
        ok(!s.standing.lost && s.standing.view == 1 && s.standing.height == 1,
           "it is back, above view 1");
        hand_connect(h, 2, false);
        connect_only(h, 2);
        struct message m = report_of(2);
        m.report.has_vote[PHASE_COMMIT] = true;
        m.report.votes[PHASE_COMMIT] =
            (struct vote){.phase = PHASE_COMMIT, .seat = 4, .view = view, .height = 7};
        m.report.has_change = true;
        m.report.change = (struct view_change){.seat = 4, .view = 2};
        hand_message(h, 2, &m);
        ok(hand_status(h).standing.lost == (view > 1),
           "then an own COMMIT of view %d is shown", (int)view);
        certificate_unref(c);
        hand_free(h);
    }
    block_unref(b);
}

/* What it was about to say, and what it said before, is not said while it is lost. */
static void test_silent(void)
{
    struct block *b = first_block(0);
    struct vote own = {.phase = PHASE_PREPARE, .seat = 4, .height = 1, .block = b->hash};
    struct pbft_event lost = {.kind = PBFT_LOST, .cause = PBFT_CAUSE_OWN_BALLOT};
    struct hand *h = begin();
    hand_free(h);
    saved.votes = &own;
    saved.vote_count = 1;
    saved.candidates = &b;
    saved.candidate_count = 1;
    h = restart();
    hand_connect(h, 1, true);
    hand_connect(h, 2, true);
    is((int64_t)hand_sent(h, MESSAGE_PREPARE, 0) +
           (int64_t)hand_sent(h, MESSAGE_PREPARE, 2),
       1, "what the store has is said again");
    hand_event(h, &lost);
    hand_forget(h);
    hand_connect(h, 3, true);
    is((int64_t)hand_sent(h, MESSAGE_PREPARE, 3), 0, "but not once it is lost");
    hand_free(h);

    h = begin();
    hand_connect(h, 1, true);
    hand_connect(h, 2, true);
    hand_change(h, 1, 2, NULL);
    hand_change(h, 2, 2, NULL);
    is((int64_t)hand_signed(h, MESSAGE_VIEW_CHANGE), 1, "it asks for view 2");
    hand_forget(h);
    hand_event(h, &lost);
    hand_connect(h, 3, true);
    hand_wait(h, 1000);
    ok(hand_sent(h, MESSAGE_VIEW_CHANGE, 3) == 0 &&
           hand_sent(h, MESSAGE_VIEW_CHANGE, 0) == 0,
       "lost, it does not any more");
    ok(hand_last(h, MESSAGE_FETCH_NEW_VIEW) != NULL, "but follows who does");
    block_unref(b);
    hand_free(h);
}

/* --- across a restart --- */

static void test_kept(void)
{
    struct hand *h = begin();
    hand_free(h);
    saved.standing = (struct standing){.lost = true, .has_view = true, .view = 1};
    h = restart();
    for (uint16_t seat = 1; seat <= 3; seat++) {
        connect_only(h, seat);
        report(h, seat, 1);
    }
    ok(hand_status(h).standing.lost && hand_status(h).standing.view == 1,
       "a loss and V outlive a restart");
    struct block *b = first_block(1);
    hand_new_view(h, 1, NULL);
    hand_pre_prepare(h, b, NULL);
    hand_wait(h, 30000);
    is((int64_t)hand_count(h, PBFT_SIGN), 0, "and it says nothing");
    block_unref(b);
    hand_free(h);

    saved.standing = (struct standing){0};
    h = restart();
    for (uint16_t seat = 1; seat <= 3; seat++) {
        connect_only(h, seat);
    }
    report(h, 1, 0);
    ok(!hand_status(h).standing.founded, "a fresh store is not yet founded");
    report(h, 2, 0);
    ok(hand_status(h).standing.founded && hand_count(h, PBFT_STORE_STANDING) == 1,
       "with q-1 reports of nothing it is, and keeps that");
    hand_free(h);
}

/* --- reporting --- */

static size_t index_of(const struct hand *h, enum message_tag tag, uint16_t to)
{
    for (size_t i = 0; i < h->count; i++) {
        const struct pbft_action *a = &h->done[i];
        if (a->kind == PBFT_SEND && a->message.tag == tag && a->seat == to) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void ask_as(struct hand *h, uint16_t seat)
{
    struct message ask = {.tag = MESSAGE_ASK};
    hand_forget(h);
    hand_message(h, seat, &ask);
}

static void test_report(void)
{
    struct hand *h = hand_new(4, 4);
    struct block *b = first_block(0);
    struct envelope *e = hand_envelope(2, 7, 100);
    hand_give_envelope(h, e, 1, NULL);
    hand_vote(h, 2, PHASE_PREPARE, 0, b);
    struct vote unchecked = {.phase = PHASE_COMMIT, .seat = 2, .view = 3, .height = 8};
    pbft_hear(h->core, &unchecked);
    unchecked.height = 6;
    pbft_hear(h->core, &unchecked);
    hand_change(h, 2, 5, NULL);
    ask_as(h, 2);
    const struct message *m = hand_last(h, MESSAGE_REPORT);
    ok(m != NULL && m->report.seat == 2 && m->report.has_vote[PHASE_PREPARE] &&
           m->report.votes[PHASE_PREPARE].height == 1,
       "its PREPARE is reported");
    ok(m != NULL && m->report.has_vote[PHASE_COMMIT] &&
           m->report.votes[PHASE_COMMIT].height == 8,
       "and its newest COMMIT, though nobody checked it");
    ok(m != NULL && m->report.has_change && m->report.change.view == 5, "its VIEW-CHANGE");
    ok(index_of(h, MESSAGE_ENVELOPE, 2) < index_of(h, MESSAGE_REPORT, 2),
       "its envelope that waits comes before");
    ask_as(h, 3);
    m = hand_last(h, MESSAGE_REPORT);
    ok(m != NULL && m->report.seat == 3 && !m->report.has_vote[PHASE_PREPARE] &&
           !m->report.has_vote[PHASE_COMMIT] && !m->report.has_change &&
           index_of(h, MESSAGE_ENVELOPE, 3) == SIZE_MAX,
       "another seat hears nothing of these");
    hand_change(h, 1, 2, NULL);
    hand_new_view(h, 2, NULL);
    ask_as(h, 3);
    m = hand_last(h, MESSAGE_REPORT);
    ok(m != NULL && m->report.view == 2 && m->report.change_count == 2,
       "view 2 is shown by w VIEW-CHANGEs where there is no certificate");
    ok(index_of(h, MESSAGE_NEW_VIEW, 3) < index_of(h, MESSAGE_REPORT, 3),
       "its primary is shown the NEW-VIEW that it sent");
    ask_as(h, 1);
    ok(index_of(h, MESSAGE_NEW_VIEW, 1) == SIZE_MAX, "others are not");
    struct pbft_event lost = {.kind = PBFT_LOST, .cause = PBFT_CAUSE_RECOVER};
    hand_event(h, &lost);
    ask_as(h, 2);
    is((int64_t)hand_sent(h, MESSAGE_REPORT, 2), 0,
       "who has lost its state reports nothing");
    envelope_unref(e);
    block_unref(b);
    hand_free(h);
}

int main(void)
{
    test_back();
    test_reports_after_loss();
    test_lies();
    test_changes();
    test_after_return();
    test_silent();
    test_kept();
    test_report();
    return tap_done();
}
