/* SPDX-License-Identifier: ISC */
/* Whatever the memory calls EVIDENCE must convict by the authenticator's own judgement. */
#include "evidence/evidence.h"

#include "hash/hash.h"
#include "signers.h"
#include "tap.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <string.h>

static struct signers s;

/* The operation, alone in an unsigned envelope, as a node would send it. */
static bool convicts(const struct buffer *operation, uint16_t seat, enum evidence_kind kind)
{
    struct operation op;
    if (codec_decode_operation(buffer_slice(operation), &op) != 0 ||
        op.kind != OPERATION_EVIDENCE || op.seat != seat || op.evidence.kind != kind) {
        return false;
    }
    struct envelope *e = signers_raw_envelope(seat, &op, 1, NULL);
    int error = authenticate_envelope(&s.judge, e);
    envelope_unref(e);
    return error == 0;
}

static void test_votes(void)
{
    struct evidence_memory *m = evidence_new(4);
    struct hash a = signers_hash(1), b = signers_hash(2);
    for (int phase = PHASE_PREPARE; phase <= PHASE_COMMIT; phase++) {
        struct buffer out = {NULL, 0, 0};
        enum evidence_kind kind =
            phase == PHASE_PREPARE ? EVIDENCE_PREPARE : EVIDENCE_COMMIT;
        struct vote first = signers_vote(&s, (enum phase)phase, 2, 5, 9, &a);
        struct vote second = signers_vote(&s, (enum phase)phase, 2, 5, 9, &b);
        struct vote later = signers_vote(&s, (enum phase)phase, 2, 6, 9, &b);
        struct vote other = signers_vote(&s, (enum phase)phase, 3, 5, 9, &b);
        ok(!evidence_vote(m, &first, &out) && !evidence_vote(m, &first, &out),
           "phase %d: the same vote twice is no conflict", phase);
        ok(!evidence_vote(m, &other, &out), "phase %d: nor is another seat's", phase);
        ok(evidence_suspects(m, &second) && !evidence_suspects(m, &later),
           "phase %d: a second block is suspected, a later view is not", phase);
        ok(evidence_vote(m, &second, &out) && convicts(&out, 2, kind),
           "phase %d: a second block for one (view, height) convicts", phase);
        buffer_free(&out);
        ok(!evidence_vote(m, &later, &out) && !evidence_vote(m, &first, &out) &&
               out.size == 0,
           "phase %d: a vote of a later view does not, nor an old one after it", phase);
    }
    struct vote far = signers_vote(&s, PHASE_PREPARE, 1, 5, 9 + EVIDENCE_HEIGHTS, &a);
    struct buffer out = {NULL, 0, 0};
    ok(!evidence_vote(m, &far, &out) && out.size == 0,
       "heights that share a place in the memory are no conflict");
    evidence_free(m);
}

static struct new_view *new_view_of(uint16_t seat, uint64_t view, uint8_t tip)
{
    struct new_view *v = new_view_new(s.quorum);
    v->view = view;
    v->tip = signers_hash(tip);
    for (uint16_t i = 0; i < v->count; i++) {
        struct best best = {CERTIFICATE_NONE, 0, 0, s.council_id};
        v->changes[i] = signers_view_change(&s, (uint16_t)(i + 1), view, &best);
    }
    v->changes_hash = hash_view_changes(v->changes, v->count);
    signers_new_view(&s, seat, v);
    return v;
}

static void test_new_views(void)
{
    struct evidence_memory *m = evidence_new(4);
    struct buffer out = {NULL, 0, 0};
    struct new_view *a = new_view_of(2, 1, 1), *b = new_view_of(2, 1, 2),
                    *c = new_view_of(3, 2, 2);
    ok(!evidence_new_view(m, 2, a, &out) && !evidence_new_view(m, 2, a, &out) &&
           !evidence_new_view(m, 3, c, &out),
       "the same NEW-VIEW twice, and one of another view, are no conflict");
    ok(evidence_new_view(m, 2, b, &out) && convicts(&out, 2, EVIDENCE_NEW_VIEW),
       "another tip for the same view convicts its primary");
    buffer_free(&out);
    new_view_unref(a);
    new_view_unref(b);
    new_view_unref(c);
    evidence_free(m);
}

static bool any(void *context, const struct hash *proposal)
{
    (void)context, (void)proposal;
    return true;
}

static bool none(void *context, const struct hash *proposal)
{
    return !any(context, proposal);
}

static void test_ballots(void)
{
    struct evidence_memory *m = evidence_new(4);
    struct buffer out = {NULL, 0, 0};
    struct operation mixed[] = {signers_ballot(2, 7, 1), signers_ballot(2, 8, 2),
                                signers_ballot(2, 9, 3)};
    struct operation again[] = {signers_ballot(2, 8, 2), signers_ballot(2, 6, 2)};
    struct operation changed[] = {signers_ballot(2, 5, 2), signers_ballot(2, 9, 4)};
    struct operation others[] = {signers_ballot(3, 9, 9)};
    struct envelope *first = signers_envelope(&s, 2, 2, mixed, 3);
    struct envelope *second = signers_envelope(&s, 2, 2, again, 2);
    struct envelope *third = signers_envelope(&s, 2, 2, changed, 2);
    struct envelope *other = signers_envelope(&s, 3, 3, others, 1);
    struct envelope *all[] = {first, second, third, other};
    for (size_t i = 0; i < 4; i++) {
        ok(authenticate_envelope(&s.judge, all[i]) == 0, "envelope %zu is authentic", i);
    }
    ok(!evidence_envelope(m, first, any, NULL, &out) &&
           !evidence_envelope(m, second, any, NULL, &out) &&
           !evidence_envelope(m, other, any, NULL, &out),
       "ballots repeated, of other proposals, of other seats are no conflict");
    ok(!evidence_envelope(m, third, none, NULL, &out) &&
           evidence_envelope(m, third, any, NULL, &out) &&
           convicts(&out, 2, EVIDENCE_BALLOT),
       "two commitments for one open proposal convict, by their paths in two envelopes");
    buffer_free(&out);
    evidence_forget(m, &others[0].ballot.proposal);
    ok(!evidence_envelope(m, third, any, NULL, &out) && out.size == 0,
       "a proposal that is final is forgotten, and a first ballot on it is the first");
    ok(evidence_envelope(m, first, any, NULL, &out) && convicts(&out, 2, EVIDENCE_BALLOT),
       "whatever was kept since then");
    buffer_free(&out);
    for (size_t i = 0; i < 4; i++) {
        envelope_unref(all[i]);
    }
    evidence_free(m);
}

/* Every place in envelopes of every shape of tree. */
static void test_paths(void)
{
    struct operation ops[13], again[1];
    unsigned good = 0, tried = 0;
    for (uint8_t count = 1; count <= 13; count++) {
        for (uint8_t index = 0; index < count; index++) {
            struct evidence_memory *m = evidence_new(4);
            struct buffer out = {NULL, 0, 0};
            for (uint8_t i = 0; i < count; i++) {
                ops[i] = signers_ballot(2, (uint8_t)(i + 1), 1);
            }
            again[0] = signers_ballot(2, (uint8_t)(index + 1), 2);
            struct envelope *many = signers_envelope(&s, 2, 2, ops, count);
            struct envelope *one = signers_envelope(&s, 2, 2, again, 1);
            bool first = evidence_envelope(m, many, any, NULL, &out);
            tried++;
            good += !first && evidence_envelope(m, one, any, NULL, &out) &&
                    convicts(&out, 2, EVIDENCE_BALLOT);
            buffer_free(&out);
            envelope_unref(many);
            envelope_unref(one);
            evidence_free(m);
        }
    }
    is(good, tried, "a ballot convicts from every place of envelopes of 1 to 13");
}

int main(void)
{
    if (key_library_init() != 0) {
        return 1;
    }
    signers_init(&s, 4, 1);
    test_votes();
    test_new_views();
    test_ballots();
    test_paths();
    signers_free(&s);
    return tap_done();
}
