/* SPDX-License-Identifier: ISC */
/* What a replica of 4 does with what its store kept, section 6: fed by hand, each time a
 * new core that was told what the one before had stored. */
#include "hand.h"
#include "tap.h"
#include "wire/shared.h"

#include <string.h>

/* A store, filled by each test. */
struct kept {
    struct pbft_config config;
    struct pbft_saved saved;
    struct block *b1, *b2, *v1; /* heights 1 and 2 of view 0; height 1 of view 1 */
    struct certificate *c1, *c2;
    struct vote votes[4];
    struct block *candidates[3];
    struct hash roots[2];
    bool excluded[4];
};

static void begin(struct kept *k, uint16_t seat)
{
    memset(k, 0, sizeof(*k));
    hand_config(&k->config, seat, 4);
    hand_saved(&k->config, &k->saved);
    struct hand like = {.config = k->config};
    k->b1 = hand_block(1, &k->config.genesis, 0, 0, 0);
    k->b2 = hand_block(2, &k->b1->hash, 0, 1, 1);
    k->v1 = hand_block(1, &k->config.genesis, 1, 2, 0);
    k->c1 = hand_certificate(&like, CERTIFICATE_COMMIT, k->b1);
    k->c2 = hand_certificate(&like, CERTIFICATE_PREPARED, k->b2);
    k->saved.votes = k->votes;
    k->saved.candidates = k->candidates;
    k->roots[0] = hand_root(0);
    k->roots[1] = hand_root(1);
}

static void end(struct kept *k)
{
    block_unref(k->b1);
    block_unref(k->b2);
    block_unref(k->v1);
    certificate_unref(k->c1);
    certificate_unref(k->c2);
}

static void keep_vote(struct kept *k, enum phase phase, const struct block *b)
{
    k->votes[k->saved.vote_count++] = (struct vote){.phase = phase,
                                                    .seat = k->config.seat,
                                                    .view = b->header.view,
                                                    .height = b->header.height,
                                                    .block = b->hash};
}

static void keep_block(struct kept *k, struct block *b)
{
    k->candidates[k->saved.candidate_count++] = b;
}

/* Block 1 is committed and executed. */
static void keep_committed(struct kept *k)
{
    k->saved.height = 1;
    k->saved.tip = k->b1;
    k->saved.roots = k->roots;
    k->saved.commit = k->c1;
}

static struct hand *restart(struct kept *k)
{
    struct hand *h = hand_new_with(&k->config, &k->saved);
    for (uint16_t seat = 1; seat <= 4; seat++) {
        if (seat != k->config.seat) {
            hand_connect(h, seat, true);
        }
    }
    return h;
}

static void test_votes(void)
{
    struct kept k;
    begin(&k, 2);
    keep_vote(&k, PHASE_PREPARE, k.b1);
    keep_vote(&k, PHASE_COMMIT, k.b1);
    keep_block(&k, k.b1);
    struct hand *h = restart(&k);
    is((int64_t)hand_status(h).tip_height, 1, "the block voted for is accepted still");
    ok(hand_sent(h, MESSAGE_PREPARE, 4) == 1 && hand_sent(h, MESSAGE_COMMIT, 4) == 1,
       "its votes are told to those who connect");
    hand_votes(h, 1, 3, PHASE_PREPARE, k.b1);
    is((int64_t)hand_count(h, PBFT_SIGN), 0, "none is given again");
    hand_votes(h, 1, 3, PHASE_COMMIT, k.b1);
    is((int64_t)hand_status(h).committed_height, 1, "and they count");
    hand_free(h);

    k.saved.vote_count = 1; /* not yet committed to */
    h = restart(&k);
    hand_votes(h, 1, 3, PHASE_PREPARE, k.b1);
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 1, "a COMMIT not given is given now");
    hand_free(h);

    k.saved.candidate_count = 0;
    h = restart(&k);
    is((int64_t)hand_status(h).tip_height, 0, "without its block a vote is only a vote");
    hand_free(h);

    k.votes[0].block = k.b2->hash;
    keep_block(&k, k.b2);
    h = restart(&k);
    is((int64_t)hand_status(h).tip_height, 0,
       "a block that does not extend the tip is none");
    hand_free(h);
    end(&k);
}

/* Votes of two views for one height, and one for a height that is committed. */
static void test_newest_vote(void)
{
    struct kept k;
    for (int order = 0; order < 2; order++) {
        begin(&k, 3);
        struct new_view *v = new_view_new(3);
        v->view = 1;
        v->tip = k.config.genesis;
        k.saved.new_view = v;
        keep_vote(&k, PHASE_PREPARE, order == 0 ? k.b1 : k.v1);
        keep_vote(&k, PHASE_PREPARE, order == 0 ? k.v1 : k.b1);
        keep_block(&k, k.v1);
        struct hand *h = restart(&k);
        ok(hand_status(h).view == 1 && hand_status(h).tip_height == 1,
           "of two votes for a height the newer one counts, order %d", order);
        hand_free(h);
        new_view_unref(v);
        end(&k);
    }
    begin(&k, 2);
    keep_committed(&k);
    keep_vote(&k, PHASE_PREPARE, k.b1);
    keep_block(&k, k.b1);
    struct hand *h = restart(&k);
    is((int64_t)hand_sent(h, MESSAGE_PREPARE, 3), 0, "one for what is committed is past");
    hand_free(h);
    end(&k);
}

static void test_view_change(void)
{
    struct kept k;
    begin(&k, 3);
    struct view_change change = {.seat = 3, .view = 1, .best.block = k.config.genesis};
    k.saved.view_change = &change;
    struct hand *h = restart(&k);
    ok(hand_status(h).view == 1 && hand_status(h).changing, "a view left is left for good");
    is((int64_t)hand_sent(h, MESSAGE_VIEW_CHANGE, 4), 1, "who connects is told");
    hand_pre_prepare(h, k.b1, NULL);
    is((int64_t)hand_count(h, PBFT_SIGN), 0, "no vote in it, nor another VIEW-CHANGE");
    hand_change(h, 1, 1, NULL);
    hand_change(h, 4, 1, NULL);
    is((int64_t)hand_status(h).timer_expires_ms, (int64_t)h->now + 2000,
       "one's own counts among those held");
    hand_free(h);

    change.best = k.c2->what;
    k.saved.best = k.c2;
    h = restart(&k);
    is((int64_t)hand_sent(h, MESSAGE_VIEW_CHANGE, 4), 1, "with its certificate, too");
    is((int64_t)hand_count(h, PBFT_SIGN), 0, "as it was");
    hand_free(h);

    change.best = k.c1->what; /* which gave way to a better one */
    h = restart(&k);
    hand_wait(h, 0);
    const struct message *m = hand_last(h, MESSAGE_VIEW_CHANGE);
    ok(hand_signed(h, MESSAGE_VIEW_CHANGE) == 1 && m->view_change.certificate == k.c2,
       "where the best is a better one by now it is asked again, with that");
    hand_free(h);
    end(&k);
}

static void test_best(void)
{
    struct kept k;
    begin(&k, 2);
    k.saved.best = k.c2;
    struct hand *h = restart(&k);
    is((int64_t)hand_status(h).best.height, 2, "the best is what it was");
    hand_wait(h, 0);
    hand_wait(h, 2000);
    const struct message *m = hand_last(h, MESSAGE_VIEW_CHANGE);
    ok(m != NULL && m->view_change.certificate == k.c2, "and goes with the VIEW-CHANGE");
    hand_free(h);

    k.c2->what.view = 3;
    h = restart(&k);
    hand_wait(h, 0);
    ok(hand_status(h).view == 3 && hand_status(h).changing, "its view is not gone below");
    ok(hand_last(h, MESSAGE_FETCH_NEW_VIEW) != NULL, "how that began is asked for");
    hand_free(h);
    end(&k);
}

static void test_new_view(void)
{
    struct kept k;
    begin(&k, 3);
    struct new_view *v = new_view_new(3);
    v->view = 1;
    v->tip = k.c1->what.block;
    v->certificate = certificate_ref(k.c1);
    k.saved.new_view = v;
    keep_block(&k, k.b1);
    struct hand *h = restart(&k);
    ok(hand_status(h).view == 1 && !hand_status(h).changing, "a view entered is entered");
    is((int64_t)hand_status(h).tip_height, 1, "from its tip");
    hand_pre_prepare(h, k.b2, NULL);
    is((int64_t)hand_signed(h, MESSAGE_PREPARE), 0, "and none below it");
    hand_free(h);

    k.saved.candidate_count = 0;
    h = restart(&k);
    ok(hand_status(h).changing, "without the chain it waits");
    hand_wait(h, 250);
    ok(hand_last(h, MESSAGE_FETCH_BLOCK) != NULL, "and asks");
    hand_free(h);
    new_view_unref(v);
    end(&k);
}

static void test_executed(void)
{
    struct kept k;
    begin(&k, 1);
    keep_committed(&k);
    k.saved.executed.next_deadline_ms = HAND_WALL + 1000;
    struct hand *h = restart(&k);
    is((int64_t)hand_status(h).committed_height, 1, "what was committed is");
    is((int64_t)hand_signed(h, MESSAGE_PRE_PREPARE), 0, "nothing calls for a block");
    hand_wait(h, 1000);
    is((int64_t)hand_signed(h, MESSAGE_PRE_PREPARE), 1, "until the deadline");
    hand_free(h);

    k.saved.executed.next_deadline_ms = UINT64_MAX;
    k.saved.executed.cover_height = 1;
    h = restart(&k);
    const struct message *m = hand_last(h, MESSAGE_PRE_PREPARE);
    ok(m != NULL && m->pre_prepare.certificate == k.c1,
       "a record that is not covered does");
    hand_free(h);

    k.config.seat = 2;
    k.saved.executed.cover_height = 0;
    k.saved.executed.excluded = k.excluded;
    k.excluded[0] = true;
    h = restart(&k);
    hand_wait(h, 0);
    hand_wait(h, 2000);
    ok(hand_noticed(h, PBFT_NOTICE_VIEW_CHANGE, PBFT_CAUSE_EXCLUDED),
       "an excluded primary is known for one");
    hand_free(h);
    end(&k);
}

/* The primary's block is told again, with a certificate that fits. */
static void test_primary(void)
{
    struct kept k;
    begin(&k, 1);
    keep_committed(&k);
    keep_vote(&k, PHASE_PREPARE, k.b2);
    keep_block(&k, k.b2);
    struct hand *h = restart(&k);
    const struct message *m = hand_last(h, MESSAGE_PRE_PREPARE);
    ok(hand_sent(h, MESSAGE_PRE_PREPARE, 4) == 1 && m->pre_prepare.certificate == k.c1,
       "the commit certificate at hand serves");
    is((int64_t)hand_sent(h, MESSAGE_PREPARE, 4), 0, "the primary's PREPARE is in it");
    hand_free(h);
    for (int i = 0; i < 2; i++) {
        struct certificate *late = certificate_new(3);
        late->what = k.c1->what;
        late->what.height += i == 0;
        late->what.view += i == 1;
        k.saved.commit = late;
        h = restart(&k);
        is((int64_t)hand_sent(h, MESSAGE_PRE_PREPARE, 4), 0,
           i == 0 ? "but not one of the block itself" : "nor one of a later view");
        hand_free(h);
        certificate_unref(late);
    }
    end(&k);
}

int main(void)
{
    test_votes();
    test_newest_vote();
    test_view_change();
    test_best();
    test_new_view();
    test_executed();
    test_primary();
    return tap_done();
}
