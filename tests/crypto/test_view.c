/* SPDX-License-Identifier: ISC */
/* What makes certificates, VIEW-CHANGEs and NEW-VIEWs valid, one broken rule at a time. */
#include "hash/hash.h"
#include "signers.h"
#include "tap.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <string.h>

static struct signers four, seven, others;

static struct best best_of(enum certificate_kind kind, uint64_t view, uint64_t height,
                           uint8_t block)
{
    return (struct best){
        .kind = kind, .view = view, .height = height, .block = signers_hash(block)};
}

/* [0, 0, 0, council_id] */
static struct best nothing(const struct signers *s)
{
    return (struct best){.kind = CERTIFICATE_NONE, .block = s->council_id};
}

/* --- certificates --- */

/* Takes c. */
static void certified(struct signers *s, struct certificate *c, int expected,
                      const char *name)
{
    is(authenticate_certificate(&s->judge, c), expected, name);
    certificate_unref(c);
}

static void test_certificates(struct signers *s)
{
    const uint16_t q = s->quorum;
    const uint16_t n = s->seats;
    struct best prepared = best_of(CERTIFICATE_PREPARED, 3, 9, 1);
    struct best commit = best_of(CERTIFICATE_COMMIT, 3, 9, 1);
    uint64_t before = s->judge.checks;
    certified(s, signers_certificate(s, &prepared, 1, q), 0, "q PREPAREs");
    certified(s, signers_certificate(s, &commit, 1, q), 0, "q COMMITs");
    is((int64_t)(s->judge.checks - before), 2 * q, "every signature is verified");
    certified(s, signers_certificate(s, &commit, (uint16_t)(n - q + 1), q), 0,
              "of any q seats");
    certified(s, signers_certificate(s, &commit, 1, q - 1), CONCLAVE_EFORMAT, "q - 1");
    certified(s, signers_certificate(s, &commit, 1, q + 1), CONCLAVE_EFORMAT, "q + 1");

    struct certificate *c = signers_certificate(s, &commit, 1, q);
    c->entries[1] = c->entries[0];
    certified(s, c, CONCLAVE_EFORMAT, "one seat twice");
    c = signers_certificate(s, &commit, 1, q);
    struct certificate_entry first = c->entries[0];
    c->entries[0] = c->entries[1];
    c->entries[1] = first;
    certified(s, c, CONCLAVE_EFORMAT, "seats that do not ascend");
    c = signers_certificate(s, &commit, (uint16_t)(n - q + 1), q);
    c->entries[q - 1].seat = (uint16_t)(n + 1);
    certified(s, c, CONCLAVE_ESEAT, "a seat above n");
    c = signers_certificate(s, &commit, 1, q);
    c->entries[0].seat = 0;
    certified(s, c, CONCLAVE_ESEAT, "seat 0");

    size_t refused = 0;
    for (uint16_t i = 0; i < q; i++) {
        c = signers_certificate(s, &commit, 1, q);
        c->entries[i].signature.bytes[7] ^= 1;
        refused += authenticate_certificate(&s->judge, c) == CONCLAVE_ESIG;
        certificate_unref(c);
    }
    is((int64_t)refused, q, "each of the signatures counts");
    c = signers_certificate(s, &commit, 2, q);
    for (uint16_t i = 0; i < q; i++) {
        c->entries[i].seat--;
    }
    certified(s, c, CONCLAVE_ESIG, "signatures under other seats' numbers");

    c = signers_certificate(s, &prepared, 1, q);
    c->what.kind = CERTIFICATE_COMMIT;
    certified(s, c, CONCLAVE_ESIG, "PREPAREs do not commit");
    c = signers_certificate(s, &commit, 1, q);
    c->what.kind = CERTIFICATE_PREPARED;
    certified(s, c, CONCLAVE_ESIG, "COMMITs are no PREPAREs");
    c = signers_certificate(s, &commit, 1, q);
    c->what.kind = CERTIFICATE_NONE;
    certified(s, c, CONCLAVE_EFORMAT, "a certificate of kind 0");
    c = signers_certificate(s, &commit, 1, q);
    c->what.view++;
    certified(s, c, CONCLAVE_ESIG, "another view");
    c = signers_certificate(s, &commit, 1, q);
    c->what.height++;
    certified(s, c, CONCLAVE_ESIG, "another height");
    c = signers_certificate(s, &commit, 1, q);
    c->what.block.bytes[0]++;
    certified(s, c, CONCLAVE_ESIG, "another block");
    struct best charter = best_of(CERTIFICATE_COMMIT, 3, 0, 1);
    certified(s, signers_certificate(s, &charter, 1, q), CONCLAVE_EFORMAT,
              "nobody votes on block 0");
}

/* --- VIEW-CHANGE --- */

/* Takes c. */
static void changed(const struct view_change *change, struct certificate *c, int expected,
                    const char *name)
{
    struct message m = {.tag = MESSAGE_VIEW_CHANGE};
    struct authentic out = {0};
    m.view_change.change = *change;
    m.view_change.certificate = c;
    is(authenticate(&four.judge, &m, 2, &out), expected, name);
    message_clear(&m);
}

static void test_view_change(void)
{
    struct best none = nothing(&four);
    struct best prepared = best_of(CERTIFICATE_PREPARED, 3, 9, 1);
    struct best commit = best_of(CERTIFICATE_COMMIT, 3, 9, 1);
    struct view_change c = signers_view_change(&four, 2, 1, &none);
    changed(&c, NULL, 0, "out of view 0 with nothing");
    struct best fresh = best_of(CERTIFICATE_PREPARED, 3, 10, 1);
    c = signers_view_change(&four, 2, 4, &fresh);
    uint64_t before = four.judge.checks;
    changed(&c, signers_certificate(&four, &fresh, 1, 3), 0, "with a prepared block");
    is((int64_t)(four.judge.checks - before), 4, "its signature and the certificate's");
    c = signers_view_change(&four, 2, 4, &commit);
    changed(&c, signers_certificate(&four, &commit, 2, 3), 0, "with a committed block");

    struct message relayed = {.tag = MESSAGE_VIEW_CHANGE};
    struct authentic out;
    relayed.view_change.change = signers_view_change(&four, 2, 1, &none);
    is(authenticate(&four.judge, &relayed, 3, &out), CONCLAVE_ESEAT,
       "from another seat's channel");
    is(authenticate(&four.judge, &relayed, 2, &out), 0, "from its own it is good");

    c = signers_view_change(&four, 2, 0, &none);
    changed(&c, NULL, CONCLAVE_EFORMAT, "nobody changes to view 0");
    c = signers_view_change(&four, 2, 3, &prepared);
    changed(&c, signers_certificate(&four, &prepared, 1, 3), CONCLAVE_EFORMAT,
            "a best of the view that is asked for");
    c = signers_view_change(&four, 2, 2, &prepared);
    changed(&c, signers_certificate(&four, &prepared, 1, 3), CONCLAVE_EFORMAT,
            "a best of a later view");

    struct best odd = none;
    odd.height = 1;
    c = signers_view_change(&four, 2, 4, &odd);
    changed(&c, NULL, CONCLAVE_EFORMAT, "kind 0 at a height");
    odd = none;
    odd.view = 1;
    c = signers_view_change(&four, 2, 4, &odd);
    changed(&c, NULL, CONCLAVE_EFORMAT, "kind 0 in a view");
    odd = none;
    odd.block = signers_hash(9);
    c = signers_view_change(&four, 2, 4, &odd);
    changed(&c, NULL, CONCLAVE_EFORMAT, "kind 0 of another council");
    odd = best_of(CERTIFICATE_PREPARED, 3, 0, 1);
    c = signers_view_change(&four, 2, 4, &odd);
    changed(&c, signers_certificate(&four, &odd, 1, 3), CONCLAVE_EFORMAT,
            "block 0 prepared");

    c = signers_view_change(&four, 2, 4, &none);
    changed(&c, signers_certificate(&four, &prepared, 1, 3), CONCLAVE_EFORMAT,
            "a certificate that is not claimed");
    c = signers_view_change(&four, 2, 4, &prepared);
    changed(&c, NULL, CONCLAVE_EFORMAT, "a claim without a certificate");
    changed(&c, signers_certificate(&four, &commit, 1, 3), CONCLAVE_EFORMAT,
            "a certificate of another kind");
    odd = best_of(CERTIFICATE_PREPARED, 2, 9, 1);
    changed(&c, signers_certificate(&four, &odd, 1, 3), CONCLAVE_EFORMAT,
            "a certificate of another view");
    odd = best_of(CERTIFICATE_PREPARED, 3, 8, 1);
    changed(&c, signers_certificate(&four, &odd, 1, 3), CONCLAVE_EFORMAT,
            "a certificate of another height");
    odd = best_of(CERTIFICATE_PREPARED, 3, 9, 2);
    changed(&c, signers_certificate(&four, &odd, 1, 3), CONCLAVE_EFORMAT,
            "a certificate of another block");
    changed(&c, signers_certificate(&four, &prepared, 1, 2), CONCLAVE_EFORMAT,
            "a certificate that is too small");
    struct certificate *forged = signers_certificate(&four, &prepared, 1, 3);
    forged->entries[2].signature.bytes[0] ^= 1;
    changed(&c, forged, CONCLAVE_ESIG, "a forged certificate");

    c.view = 5;
    changed(&c, signers_certificate(&four, &prepared, 1, 3), CONCLAVE_ESIG,
            "the view is signed");
    c = signers_view_change(&four, 3, 4, &none);
    c.seat = 2;
    changed(&c, NULL, CONCLAVE_ESIG, "signed by another seat");
    c = signers_view_change(&four, 2, 4, &prepared);
    c.best = none;
    changed(&c, NULL, CONCLAVE_ESIG, "the best is signed");
}

/* A certificate that was found good is not looked at again in this process, but where it
 * is judged by itself. */
static void test_once(void)
{
    struct best prepared = best_of(CERTIFICATE_PREPARED, 6, 9, 5);
    struct certificate *c = signers_certificate(&four, &prepared, 1, 3);
    c->entries[0].signature.bytes[0] ^= 1;
    struct view_change change = signers_view_change(&four, 2, 7, &prepared);
    changed(&change, certificate_ref(c), CONCLAVE_ESIG, "a bad one");
    changed(&change, certificate_ref(c), CONCLAVE_ESIG, "is bad the second time, too");
    ok(!c->authentic, "and is not authentic");
    c->entries[0].signature.bytes[0] ^= 1;
    changed(&change, certificate_ref(c), 0, "a good one");
    uint64_t before = four.judge.remembered;
    changed(&change, certificate_ref(c), 0, "is good the second time");
    is((int64_t)(four.judge.remembered - before), 1,
       "when the VIEW-CHANGE's own signature alone is asked for");
    c->entries[0].signature.bytes[0] ^= 1;
    certified(&four, c, CONCLAVE_ESIG, "by itself it is always checked");
}

/* --- NEW-VIEW --- */

/* For view v of seven seats, from the changes of seats 1..q with these bests; unsigned. */
static struct new_view *gather(uint64_t view, const struct best *bests, uint16_t count)
{
    struct new_view *v = new_view_new(count);
    v->view = view;
    for (uint16_t i = 0; i < count; i++) {
        v->changes[i] = signers_view_change(&seven, (uint16_t)(i + 1), view, &bests[i]);
    }
    return v;
}

/* Signed by primary(view); takes v. */
static void entered(struct new_view *v, int expected, const char *name)
{
    struct message m = {.tag = MESSAGE_NEW_VIEW, .new_view = v};
    struct authentic out = {0};
    signers_new_view(&seven, (uint16_t)(1 + v->view % 7), v);
    is(authenticate(&seven.judge, &m, 7, &out), expected, name);
    message_clear(&m);
}

enum { VIEW = 10, Q = 5 };

/* The bests of a NEW-VIEW whose tip is the block 3 of (4, 20); the third has it. */
static void usual(struct best bests[Q + 1])
{
    bests[0] = best_of(CERTIFICATE_PREPARED, 3, 21, 1);
    bests[1] = nothing(&seven);
    bests[2] = best_of(CERTIFICATE_PREPARED, 4, 20, 3);
    bests[3] = best_of(CERTIFICATE_COMMIT, 4, 19, 2);
    bests[4] = best_of(CERTIFICATE_COMMIT, 2, 9, 7);
    bests[5] = best_of(CERTIFICATE_COMMIT, 2, 9, 7);
}

static struct new_view *usual_view(void)
{
    struct best bests[Q + 1];
    usual(bests);
    struct new_view *v = gather(VIEW, bests, Q);
    v->certificate = signers_certificate(&seven, &bests[2], 3, Q);
    v->tip = bests[2].block;
    return v;
}

static void test_new_view(void)
{
    uint64_t before = seven.judge.checks;
    entered(usual_view(), 0, "a NEW-VIEW, relayed by another seat");
    is((int64_t)(seven.judge.checks - before), 1 + Q + Q,
       "its signature, the changes' and the certificate's");

    struct new_view *v = usual_view();
    signers_new_view(&seven, 4, v);
    is(authenticate(&seven.judge, &(struct message){.tag = MESSAGE_NEW_VIEW, .new_view = v},
                    4, &(struct authentic){0}),
       0, "primary(10) of 7 is seat 4");
    struct hash changes = hash_view_changes(v->changes, v->count);
    ok(hash_equal(&v->changes_hash, &changes), "the hash of the changes is filled");
    signers_new_view(&seven, 5, v);
    is(authenticate(&seven.judge, &(struct message){.tag = MESSAGE_NEW_VIEW, .new_view = v},
                    5, &(struct authentic){0}),
       CONCLAVE_ESIG, "nobody else may sign it");
    signers_new_view(&seven, 4, v);
    v->changes[1] = signers_view_change(&seven, 2, VIEW,
                                        &(struct best){.kind = CERTIFICATE_PREPARED,
                                                       .view = 1,
                                                       .height = 1,
                                                       .block = signers_hash(1)});
    is(authenticate(&seven.judge, &(struct message){.tag = MESSAGE_NEW_VIEW, .new_view = v},
                    4, &(struct authentic){0}),
       CONCLAVE_ESIG, "the changes are signed");
    new_view_unref(v);
}

static void test_new_view_changes(void)
{
    struct best bests[Q + 1];
    usual(bests);
    for (uint16_t count = Q - 1; count <= Q + 1; count += 2) {
        struct new_view *v = gather(VIEW, bests, count);
        v->certificate = signers_certificate(&seven, &bests[2], 3, Q);
        v->tip = bests[2].block;
        entered(v, CONCLAVE_EFORMAT, count < Q ? "q - 1 changes" : "q + 1 changes");
    }
    struct new_view *v = usual_view();
    v->changes[1] = v->changes[0];
    entered(v, CONCLAVE_EFORMAT, "one seat's change twice");
    v = usual_view();
    struct view_change first = v->changes[0];
    v->changes[0] = v->changes[1];
    v->changes[1] = first;
    entered(v, CONCLAVE_EFORMAT, "seats that do not ascend");
    v = usual_view();
    v->changes[4] = signers_view_change(&seven, 5, VIEW + 1, &bests[4]);
    entered(v, CONCLAVE_EFORMAT, "a change for a later view");
    v = usual_view();
    v->changes[4] = signers_view_change(&seven, 5, VIEW - 1, &bests[4]);
    entered(v, CONCLAVE_EFORMAT, "a change for an earlier view");
    v = usual_view();
    v->changes[4].seat = 8;
    entered(v, CONCLAVE_ESEAT, "a seat that does not exist");
    v = usual_view();
    v->changes[4].signature.bytes[3] ^= 1;
    entered(v, CONCLAVE_ESIG, "a forged change");
    v = usual_view();
    v->changes[1].best.block = signers_hash(8);
    entered(v, CONCLAVE_EFORMAT, "a change from nothing in another council");

    struct best charter = best_of(CERTIFICATE_PREPARED, 2, 0, 1);
    v = usual_view();
    v->changes[4] = signers_view_change(&seven, 5, VIEW, &charter);
    entered(v, CONCLAVE_EFORMAT, "a change that claims block 0 prepared");

    /* A best of the view itself would be the highest, so it is given its certificate. */
    struct best late = best_of(CERTIFICATE_PREPARED, VIEW, 22, 5);
    v = usual_view();
    v->changes[4] = signers_view_change(&seven, 5, VIEW, &late);
    certificate_unref(v->certificate);
    v->certificate = signers_certificate(&seven, &late, 1, Q);
    v->tip = late.block;
    entered(v, CONCLAVE_EFORMAT, "a best of the view that is entered");

    struct best none[Q] = {nothing(&seven), nothing(&seven), nothing(&seven),
                           nothing(&seven), nothing(&seven)};
    v = gather(0, none, Q);
    v->tip = seven.council_id;
    entered(v, CONCLAVE_EFORMAT, "view 0 needs no NEW-VIEW");
}

static void test_new_view_tip(void)
{
    struct best bests[Q + 1];
    usual(bests);
    struct new_view *v = usual_view();
    v->tip = bests[3].block;
    entered(v, CONCLAVE_EFORMAT, "a tip other than the certified block");
    v = usual_view();
    certificate_unref(v->certificate);
    v->certificate = signers_certificate(&seven, &bests[3], 1, Q);
    v->tip = bests[3].block;
    entered(v, CONCLAVE_EFORMAT, "a lower height of the view");
    v = usual_view();
    certificate_unref(v->certificate);
    v->certificate = signers_certificate(&seven, &bests[0], 1, Q);
    v->tip = bests[0].block;
    entered(v, CONCLAVE_EFORMAT, "a greater height of an earlier view");
    v = usual_view();
    certificate_unref(v->certificate);
    v->certificate = NULL;
    entered(v, CONCLAVE_EFORMAT, "no certificate");
    v = usual_view();
    v->certificate->entries[4].signature.bytes[63] ^= 1;
    entered(v, CONCLAVE_ESIG, "a forged certificate");
    v = usual_view();
    certificate_unref(v->certificate);
    v->certificate = signers_certificate(&seven, &bests[2], 1, Q - 1);
    entered(v, CONCLAVE_EFORMAT, "a certificate that is too small");
    v = usual_view();
    certificate_unref(v->certificate);
    struct best commit = best_of(CERTIFICATE_COMMIT, 4, 20, 3);
    v->certificate = signers_certificate(&seven, &commit, 1, Q);
    entered(v, CONCLAVE_EFORMAT, "a certificate of a kind that nobody claims");

    /* The same block seen prepared by one and committed by another: either proves it. */
    for (unsigned kind = CERTIFICATE_PREPARED; kind <= CERTIFICATE_COMMIT; kind++) {
        v = usual_view();
        v->changes[3] = signers_view_change(&seven, 4, VIEW, &commit);
        certificate_unref(v->certificate);
        struct best shown = best_of((enum certificate_kind)kind, 4, 20, 3);
        v->certificate = signers_certificate(&seven, &shown, 1, Q);
        entered(v, 0, "one block prepared and committed");
    }
    v = usual_view();
    struct best rival = best_of(CERTIFICATE_PREPARED, 4, 20, 4);
    v->changes[3] = signers_view_change(&seven, 4, VIEW, &rival);
    entered(v, CONCLAVE_EFORMAT, "two blocks claimed for the highest (view, height)");

    struct best none[Q] = {nothing(&seven), nothing(&seven), nothing(&seven),
                           nothing(&seven), nothing(&seven)};
    v = gather(1, none, Q);
    v->tip = seven.council_id;
    entered(v, 0, "from nothing");
    v = gather(1, none, Q);
    v->tip = signers_hash(3);
    entered(v, CONCLAVE_EFORMAT, "from nothing to another tip");
    v = gather(1, none, Q);
    v->tip = seven.council_id;
    struct best unclaimed = best_of(CERTIFICATE_PREPARED, 0, 1, 1);
    v->certificate = signers_certificate(&seven, &unclaimed, 1, Q);
    entered(v, CONCLAVE_EFORMAT, "a certificate that nobody claims");
}

/* --- a node's own --- */

static void test_own(void)
{
    struct best none = nothing(&four);
    struct message m = {.tag = MESSAGE_VIEW_CHANGE};
    m.view_change.change = (struct view_change){.seat = 2, .view = 1, .best = none};
    uint64_t before = four.maker.checks;
    struct authentic own = authenticate_own(&four.maker, four.secrets[1], 2, &m);
    ok(own.message == &m && own.from == 2, "an own VIEW-CHANGE");
    struct authentic out;
    is(authenticate(&four.maker, &m, 2, &out), 0, "is authentic");
    is((int64_t)(four.maker.checks - before), 0, "without verification");
    is(authenticate(&four.judge, &m, 2, &out), 0, "and for others");

    m = (struct message){.tag = MESSAGE_NEW_VIEW, .new_view = new_view_new(3)};
    m.new_view->view = 1;
    m.new_view->tip = four.council_id;
    for (uint16_t seat = 1; seat <= 3; seat++) {
        m.new_view->changes[seat - 1] = signers_view_change(&four, seat, 1, &none);
    }
    (void)authenticate_own(&four.maker, four.secrets[1], 2, &m);
    struct hash changes = hash_view_changes(m.new_view->changes, 3);
    ok(hash_equal(&m.new_view->changes_hash, &changes), "an own NEW-VIEW has its hash");
    is(authenticate(&four.judge, &m, 2, &out), 0, "and is good for others");
    message_clear(&m);
}

static void test_councils(void)
{
    struct best none = nothing(&four);
    struct view_change c = signers_view_change(&others, 2, 1, &none);
    changed(&c, NULL, CONCLAVE_ESIG, "a VIEW-CHANGE in another council");
    struct best commit = best_of(CERTIFICATE_COMMIT, 3, 9, 1);
    certified(&four, signers_certificate(&others, &commit, 1, 3), CONCLAVE_ESIG,
              "a certificate of another council");
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    signers_init(&four, 4, 1);
    signers_init(&others, 4, 2);
    signers_init(&seven, 7, 1);
    test_certificates(&four);
    test_certificates(&seven);
    test_view_change();
    test_once();
    test_new_view();
    test_new_view_changes();
    test_new_view_tip();
    test_own();
    test_councils();
    signers_free(&four);
    signers_free(&others);
    signers_free(&seven);
    return tap_done();
}
