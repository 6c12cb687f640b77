/* SPDX-License-Identifier: ISC */
/* Which certificates of others need no check, since an own one can stand in for them: on
 * one replica fed by hand, seat 2 of 4. */
#include "hand.h"
#include "tap.h"
#include "wire/shared.h"

struct stage {
    struct hand *h;
    struct block *b1, *b2, *b3, *other1;
    struct certificate *prepared1, *commit1, *prepared2; /* as others have them */
};

/* Block 1 is committed, block 2 prepared; what others say of them comes later. */
static struct stage begin(void)
{
    struct hash genesis = hand_hash(1);
    struct stage s = {.h = hand_new(2, 4)};
    s.b1 = hand_block(1, &genesis, 0, 1, 0);
    s.b2 = hand_block(2, &s.b1->hash, 0, 2, 1);
    s.b3 = hand_block(3, &s.b2->hash, 0, 3, 1);
    s.other1 = hand_block(1, &genesis, 0, 9, 0);
    s.prepared1 = hand_certificate(s.h, CERTIFICATE_PREPARED, s.b1);
    s.commit1 = hand_certificate(s.h, CERTIFICATE_COMMIT, s.b1);
    s.prepared2 = hand_certificate(s.h, CERTIFICATE_PREPARED, s.b2);
    hand_commit(s.h, s.b1, NULL);
    hand_pre_prepare(s.h, s.b2, s.commit1);
    hand_votes(s.h, 1, 4, PHASE_PREPARE, s.b2);
    return s;
}

static void end(struct stage *s)
{
    certificate_unref(s->prepared1);
    certificate_unref(s->commit1);
    certificate_unref(s->prepared2);
    block_unref(s->b1);
    block_unref(s->b2);
    block_unref(s->b3);
    block_unref(s->other1);
    hand_free(s->h);
}

static const struct certificate *in_change(const struct stage *s, struct certificate *c)
{
    struct message m = {.tag = MESSAGE_VIEW_CHANGE};
    m.view_change.certificate = c;
    return pbft_stand_in(s->h->core, &m);
}

static const struct certificate *in_new_view(const struct stage *s, struct certificate *c)
{
    struct new_view *v = new_view_new(3);
    struct message m = {.tag = MESSAGE_NEW_VIEW, .new_view = v};
    v->certificate = c;
    const struct certificate *own = pbft_stand_in(s->h->core, &m);
    v->certificate = NULL;
    new_view_unref(v);
    return own;
}

static const struct certificate *in_pre_prepare(const struct stage *s, struct block *b,
                                                struct certificate *c)
{
    struct message m = {.tag = MESSAGE_PRE_PREPARE};
    m.pre_prepare.block = b;
    m.pre_prepare.certificate = c;
    return pbft_stand_in(s->h->core, &m);
}

static bool is_own(const struct certificate *own, const struct certificate *theirs)
{
    return own != NULL && own != theirs && own->what.kind == theirs->what.kind &&
           own->what.height == theirs->what.height &&
           hash_equal(&own->what.block, &theirs->what.block);
}

static void test_change(void)
{
    struct stage s = begin();
    ok(is_own(in_change(&s, s.prepared2), s.prepared2), "of the best there is an own one");
    ok(is_own(in_new_view(&s, s.prepared2), s.prepared2), "in a NEW-VIEW, too");
    ok(is_own(in_change(&s, s.commit1), s.commit1), "and of what was committed last");
    ok(in_change(&s, NULL) == NULL && in_new_view(&s, NULL) == NULL, "nothing is nothing");
    ok(in_change(&s, s.prepared1) == NULL, "one of an older block is checked");
    struct certificate *news[] = {hand_certificate(s.h, CERTIFICATE_COMMIT, s.b2),
                                  hand_certificate(s.h, CERTIFICATE_PREPARED, s.b3),
                                  hand_certificate(s.h, CERTIFICATE_COMMIT, s.other1),
                                  hand_certificate(s.h, CERTIFICATE_PREPARED, s.b2)};
    news[3]->what.view = 1;
    static const char *const names[] = {"so is one that commits", "one of a later block",
                                        "of another block", "and of a later view"};
    for (size_t i = 0; i < sizeof(news) / sizeof(news[0]); i++) {
        ok(in_change(&s, news[i]) == NULL && in_new_view(&s, news[i]) == NULL, "%s",
           names[i]);
        certificate_unref(news[i]);
    }
    struct message report = {.tag = MESSAGE_REPORT};
    report.report.certificate = s.prepared2;
    ok(pbft_stand_in(s.h->core, &report) == NULL, "what reports show is checked");
    end(&s);
}

static void test_pre_prepare(void)
{
    struct stage s = begin();
    ok(is_own(in_pre_prepare(&s, s.b3, s.commit1), s.commit1),
       "what is committed here needs no proof");
    struct certificate *c = hand_certificate(s.h, CERTIFICATE_COMMIT, s.b2);
    ok(in_pre_prepare(&s, s.b3, c) == NULL, "what is not does");
    certificate_unref(c);
    c = hand_certificate(s.h, CERTIFICATE_COMMIT, s.other1);
    ok(in_pre_prepare(&s, s.b3, c) == NULL, "so does what contradicts it");
    certificate_unref(c);
    ok(in_pre_prepare(&s, s.b3, s.prepared1) == NULL, "or is no proof of it");
    ok(in_pre_prepare(&s, s.b1, s.commit1) == NULL,
       "a block that is committed is not helped by its own certificate");
    hand_votes(s.h, 1, 4, PHASE_COMMIT, s.b2);
    ok(in_pre_prepare(&s, s.b3, s.commit1) != NULL, "a later one proves the earlier block");
    struct block *b4 = hand_block(4, &s.b3->hash, 0, 4, 3);
    ok(in_pre_prepare(&s, b4, s.commit1) == NULL, "but nothing of a later one");
    block_unref(b4);
    end(&s);
}

/* A seat that is put back to an older state learns of it from what others hold. */
static void test_own_vote(void)
{
    struct stage s = begin();
    s.prepared2->entries[0].seat = 2;
    ok(in_change(&s, s.prepared2) != NULL, "an own vote in it that is known is no news");
    s.commit1->entries[0].seat = 2;
    ok(in_pre_prepare(&s, s.b3, s.commit1) != NULL, "in a block's proof neither");
    end(&s);

    struct hash genesis = hand_hash(1);
    struct hand *h = hand_new(2, 4);
    struct block *b1 = hand_block(1, &genesis, 0, 1, 0);
    struct certificate *theirs = hand_certificate(h, CERTIFICATE_PREPARED, b1);
    struct message m = {.tag = MESSAGE_VIEW_CHANGE};
    m.view_change.certificate = theirs;
    hand_votes(h, 1, 4, PHASE_PREPARE, b1); /* without the block it has no vote */
    ok(pbft_stand_in(h->core, &m) != NULL, "where this seat has no vote in it,");
    theirs->entries[1].seat = 2;
    ok(pbft_stand_in(h->core, &m) == NULL, "one that it knows nothing of is looked at");
    certificate_unref(theirs);
    block_unref(b1);
    hand_free(h);
}

int main(void)
{
    test_change();
    test_pre_prepare();
    test_own_vote();
    return tap_done();
}
