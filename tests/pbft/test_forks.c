/* SPDX-License-Identifier: ISC */
/* Certified chains that contradict what is committed, which takes more than f faulty seats:
 * seat 4 of 4, fed by hand, stops rather than guess. */
#include "hand.h"
#include "tap.h"
#include "wire/shared.h"

struct scene {
    struct hand *h;
    struct block *b1;           /* committed */
    struct block *rival, *next; /* another block 1, and a block 2 on it */
};

static void begin(struct scene *s)
{
    struct hash parent = hand_hash(1);
    s->h = hand_new(4, 4);
    s->b1 = hand_block(1, &parent, 0, 0, 0);
    s->rival = hand_block(1, &parent, 0, 1, 0);
    s->next = hand_block(2, &s->rival->hash, 0, 2, 0);
    hand_commit(s->h, s->b1, NULL);
    hand_forget(s->h);
}

/* It has stopped, said so once, and does nothing more. */
static void stopped(struct scene *s, const char *name)
{
    struct hand *h = s->h;
    struct certificate *c = hand_certificate(h, CERTIFICATE_COMMIT, s->next);
    size_t notices = 0;
    hand_change(h, 1, 9, c);
    hand_new_view(h, 9, c);
    hand_wait(h, 60000);
    for (size_t i = 0; i < h->count; i++) {
        notices +=
            h->done[i].kind == PBFT_NOTICE && h->done[i].notice.kind == PBFT_NOTICE_FORK;
    }
    ok(hand_status(h).stopped && notices == 1, "%s: it stops, and says so once", name);
    ok(hand_status(h).committed_height == 1 && hand_count(h, PBFT_COMMIT) == 0 &&
           hand_count(h, PBFT_SIGN) == 0,
       "%s: it commits and signs nothing more", name);
    certificate_unref(c);
    block_unref(s->b1);
    block_unref(s->rival);
    block_unref(s->next);
    hand_free(h);
}

static void give(struct scene *s, struct block *b)
{
    struct message m = {.tag = MESSAGE_BLOCK, .block = b};
    hand_message(s->h, 1, &m);
}

static void test_commit(void)
{
    struct scene s;
    begin(&s);
    hand_votes(s.h, 1, 3, PHASE_COMMIT, s.next);
    ok(!hand_status(s.h).stopped, "a certificate alone tells nothing of its chain");
    give(&s, s.next);
    stopped(&s, "a certified block on a rival");
}

/* Where the hash says one height and the certificate another. */
static void test_height(void)
{
    struct scene s;
    begin(&s);
    struct certificate *c = hand_certificate(s.h, CERTIFICATE_COMMIT, s.next);
    c->what.height = 3;
    hand_change(s.h, 1, 1, c);
    give(&s, s.next);
    certificate_unref(c);
    stopped(&s, "a block of another height than its certificate's");
}

static void test_new_view_tip(void)
{
    struct scene s;
    begin(&s);
    struct certificate *c = hand_certificate(s.h, CERTIFICATE_PREPARED, s.rival);
    hand_new_view(s.h, 1, c);
    certificate_unref(c);
    stopped(&s, "a NEW-VIEW whose tip is a rival");
}

static void test_new_view_chain(void)
{
    struct scene s;
    begin(&s);
    struct certificate *c = hand_certificate(s.h, CERTIFICATE_PREPARED, s.next);
    hand_new_view(s.h, 1, c);
    give(&s, s.next);
    certificate_unref(c);
    stopped(&s, "a NEW-VIEW whose chain is a rival's");
}

/* A tip below what is committed is no contradiction: the primary was behind. */
static void test_new_view_behind(void)
{
    struct scene s;
    begin(&s);
    hand_new_view(s.h, 1, NULL);
    ok(!hand_status(s.h).stopped && !hand_status(s.h).changing,
       "a NEW-VIEW from below is entered");
    is((int64_t)hand_status(s.h).tip_height, 1, "from what is committed");
    block_unref(s.b1);
    block_unref(s.rival);
    block_unref(s.next);
    hand_free(s.h);
}

int main(void)
{
    test_commit();
    test_height();
    test_new_view_tip();
    test_new_view_chain();
    test_new_view_behind();
    return tap_done();
}
