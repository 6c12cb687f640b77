/* SPDX-License-Identifier: ISC */
/* Votes and what they make, on one replica fed by hand: seat 2 of 4, whose primary of view
 * 0 is seat 1. q = 3, w = 2. */
#include "hand.h"
#include "tap.h"
#include "wire/shared.h"

static struct hash genesis(void)
{
    return hand_hash(1);
}

/* The replica with block 1 of view 0, which it prepared. */
static struct hand *begin(struct block **b1)
{
    struct hash parent = genesis();
    struct hand *h = hand_new(2, 4);
    *b1 = hand_block(1, &parent, 0, 0, 0);
    hand_pre_prepare(h, *b1, NULL);
    return h;
}

static void end(struct hand *h, struct block *b1)
{
    block_unref(b1);
    hand_free(h);
}

static void test_phases(void)
{
    struct block *b1;
    struct hand *h = begin(&b1);
    is((int64_t)hand_signed(h, MESSAGE_PREPARE), 1, "an acceptable block is prepared");
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 0, "two PREPAREs of four prepare nothing");
    hand_vote(h, 3, PHASE_PREPARE, 0, b1);
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 1, "three do, and COMMIT is sent");
    is((int64_t)hand_count(h, PBFT_STORE_BEST), 1, "with the certificate stored");
    hand_vote(h, 4, PHASE_PREPARE, 0, b1);
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 1, "once");
    hand_vote(h, 1, PHASE_COMMIT, 0, b1);
    is((int64_t)hand_count(h, PBFT_COMMIT), 0, "two COMMITs of four commit nothing");
    hand_vote(h, 4, PHASE_COMMIT, 0, b1);
    is((int64_t)hand_count(h, PBFT_COMMIT), 1, "three do");
    is((int64_t)hand_count(h, PBFT_CERTIFY), 1, "and their certificate is kept");
    hand_vote(h, 3, PHASE_COMMIT, 0, b1);
    is((int64_t)hand_count(h, PBFT_COMMIT), 1, "once");
    end(h, b1);
}

static void test_what_counts(void)
{
    struct hash parent = genesis();
    struct block *b1, *other = hand_block(1, &parent, 0, 1, 0);
    struct hand *h = begin(&b1);
    hand_vote(h, 3, PHASE_PREPARE, 1, b1);
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 0, "a vote of another view counts nothing");
    hand_vote(h, 4, PHASE_PREPARE, 0, other);
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 0, "nor one for another block");
    hand_vote(h, 4, PHASE_PREPARE, 0, b1);
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 0, "nor a second one of its seat");
    end(h, b1);

    h = begin(&b1);
    hand_vote(h, 3, PHASE_COMMIT, 0, b1);
    hand_vote(h, 4, PHASE_COMMIT, 0, b1);
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 0, "a COMMIT is no PREPARE");
    hand_vote(h, 1, PHASE_COMMIT, 0, b1);
    is((int64_t)hand_count(h, PBFT_COMMIT), 1, "but three commit without one's own");
    end(h, b1);
    block_unref(other);
}

/* Section 4: messages up to one window ahead are kept. */
static void test_ahead(void)
{
    struct hash parent = genesis();
    struct block *b[20] = {NULL};
    struct hand *h = hand_new(2, 4);
    for (uint64_t i = 1; i < 20; i++) {
        b[i] = hand_block(i, &parent, 0, i, 0);
        parent = b[i]->hash;
    }
    for (uint64_t i = 2; i < 20; i++) {
        hand_vote(h, 3, PHASE_PREPARE, 0, b[i]);
    }
    for (uint64_t i = 1; i < 9; i++) {
        hand_pre_prepare(h, b[i], NULL);
    }
    is((int64_t)hand_signed(h, MESSAGE_PREPARE), 8, "eight blocks fill the window");
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 7,
       "votes that came before their blocks count");
    hand_pre_prepare(h, b[9], NULL);
    is((int64_t)hand_signed(h, MESSAGE_PREPARE), 8, "a ninth block waits");
    hand_vote(h, 3, PHASE_PREPARE, 0, b[1]);
    hand_votes(h, 3, 4, PHASE_COMMIT, b[1]);
    is((int64_t)hand_status(h).committed_height, 1, "until the first one commits");
    is((int64_t)hand_signed(h, MESSAGE_PREPARE), 9, "then it is prepared");
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 9, "and its vote was kept, too");
    for (uint64_t i = 1; i < 20; i++) {
        block_unref(b[i]);
    }
    hand_free(h);
}

/* A vote from far ahead would take the place of one for a height at hand. */
static void test_far_ahead(void)
{
    struct block *b1;
    struct hand *h = begin(&b1);
    struct message m = {.tag = MESSAGE_PREPARE};
    m.vote = (struct vote){.seat = 3, .height = 1 + 4 * (uint64_t)h->config.window};
    hand_message(h, 3, &m);
    hand_vote(h, 3, PHASE_PREPARE, 0, b1);
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 1,
       "a vote far ahead does not stand in the way of one at hand");
    end(h, b1);
}

static struct vote vote_of(uint16_t seat, uint64_t view, uint64_t height,
                           const struct block *b)
{
    return (struct vote){.phase = PHASE_PREPARE,
                         .seat = seat,
                         .view = view,
                         .height = height,
                         .block = b->hash};
}

static void wants(const struct hand *h, struct vote v, bool expected, const char *name)
{
    ok(pbft_wants_vote(h->core, &v) == expected, "%s", name);
}

static void test_wanted(void)
{
    struct block *b1;
    struct hand *h = begin(&b1);
    wants(h, vote_of(3, 0, 1, b1), true, "a third vote's signature is worth a check");
    wants(h, vote_of(0, 0, 1, b1), false, "not that of seat 0");
    wants(h, vote_of(5, 0, 1, b1), false, "nor of one beyond the council");
    wants(h, vote_of(1, 0, 1, b1), false, "nor of one that has voted");
    wants(h, vote_of(1, 1, 1, b1), true, "unless in a later view");
    wants(h, vote_of(3, 0, 16, b1), true, "nor above two windows: the last height in");
    wants(h, vote_of(3, 0, 17, b1), false, "and the first out");
    hand_vote(h, 3, PHASE_PREPARE, 0, b1);
    wants(h, vote_of(4, 0, 1, b1), false, "a fourth vote is beyond the quorum");
    hand_votes(h, 1, 4, PHASE_COMMIT, b1);
    wants(h, vote_of(4, 0, 1, b1), false, "and of no use once the block is committed");
    end(h, b1);
}

/* Each in its view: a late vote of the view before does not undo one of this view. */
static void test_older_vote(void)
{
    struct hash parent = genesis();
    struct hand *h = hand_new(3, 4);
    struct block *old = hand_block(1, &parent, 0, 0, 0),
                 *b = hand_block(1, &parent, 1, 5, 0);
    hand_new_view(h, 1, NULL);
    hand_pre_prepare(h, b, NULL);
    hand_vote(h, 1, PHASE_PREPARE, 1, b);
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 1, "three PREPAREs in view 1");
    hand_vote(h, 1, PHASE_COMMIT, 1, b);
    hand_vote(h, 1, PHASE_COMMIT, 0, old);
    hand_vote(h, 2, PHASE_COMMIT, 1, b);
    is((int64_t)hand_count(h, PBFT_COMMIT), 1,
       "a vote that comes late undoes no newer one");
    block_unref(old);
    block_unref(b);
    hand_free(h);
}

/* A replica that restarts has its votes from the store: it gives none of them again for
 * another block. */
static void test_vote_once(void)
{
    struct hash parent = genesis();
    struct block *b1 = hand_block(1, &parent, 0, 0, 0);
    struct block *other = hand_block(1, &parent, 0, 1, 0);
    struct pbft_config config;
    struct pbft_saved saved;
    hand_config(&config, 2, 4);
    hand_saved(&config, &saved);
    struct vote own = vote_of(2, 0, 1, b1);
    saved.votes = &own;
    saved.vote_count = 1;
    struct hand *h = hand_new_with(&config, &saved);
    hand_connect(h, 1, true);
    hand_connect(h, 3, true);
    hand_pre_prepare(h, other, NULL);
    is((int64_t)hand_signed(h, MESSAGE_PREPARE), 0,
       "who voted for one block prepares no other");
    is((int64_t)hand_status(h).tip_height, 1, "although it accepts it");
    hand_votes(h, 3, 4, PHASE_PREPARE, other);
    is((int64_t)hand_signed(h, MESSAGE_COMMIT), 1, "and commits what a quorum prepared");
    hand_free(h);
    block_unref(b1);
    block_unref(other);
}

int main(void)
{
    test_phases();
    test_what_counts();
    test_ahead();
    test_far_ahead();
    test_wanted();
    test_older_vote();
    test_vote_once();
    return tap_done();
}
