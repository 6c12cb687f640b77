/* SPDX-License-Identifier: ISC */
/* What makes an envelope valid, one broken rule at a time. */
#include "base/alloc.h"
#include "hash/hash.h"
#include "hash/merkle.h"
#include "signers.h"
#include "tap.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

static struct signers four, others;

/* Takes e. */
static void judged(struct envelope *e, int expected, const char *name)
{
    struct message m = {.tag = MESSAGE_ENVELOPE, .envelope = e};
    struct authentic out = {0};
    int got = authenticate(&four.judge, &m, 4, &out);
    is(got, expected, name);
    if (got == expected) {
        ok((got == 0) == (out.message == &m) && (got == 0) == e->authentic,
           "and only what is valid becomes authentic, the next time, too");
    }
    message_clear(&m);
}

static void test_signed(void)
{
    struct operation ops[3] = {signers_ballot(2, 1, 1), signers_ballot(2, 2, 2),
                               signers_ballot(2, 3, 3)};
    struct envelope *e = signers_envelope(&four, 2, 2, ops, 3);
    uint64_t before = four.judge.checks, remembered = four.judge.remembered,
             failed = four.judge.failed;
    is(authenticate_envelope(&four.judge, e), 0, "a good envelope, relayed or not");
    is((int64_t)(four.judge.checks - before), 1, "one verification for three operations");
    struct hash root = hash_operations(e->operations, 3);
    ok(hash_equal(&root, &e->env_root) && !hash_is_zero(&e->id), "its hashes are filled");
    is(authenticate_envelope(&four.judge, e), 0, "the same again");
    is((int64_t)(four.judge.checks - before), 1, "is remembered");
    is((int64_t)four.judge.remembered - (int64_t)remembered, 1, "and counted so");

    struct signature good = e->signature;
    envelope_unref(e);
    judged(signers_raw_envelope(2, ops, 3, &good), 0, "the signature fits the operations");
    is((int64_t)(four.judge.failed - failed), 0, "none of them failed");
    judged(signers_raw_envelope(2, ops, 2, &good), CONCLAVE_ESIG, "not fewer of them");
    is((int64_t)(four.judge.failed - failed), 1, "this one did");
    struct operation swapped[3] = {ops[1], ops[0], ops[2]};
    judged(signers_raw_envelope(2, swapped, 3, &good), CONCLAVE_ESIG, "not another order");
    struct operation changed[3] = {ops[0], ops[1], signers_ballot(2, 3, 4)};
    judged(signers_raw_envelope(2, changed, 3, &good), CONCLAVE_ESIG, "not another one");
    judged(signers_envelope(&four, 2, 3, ops, 3), CONCLAVE_ESIG, "signed by another seat");
    judged(signers_envelope(&others, 2, 2, ops, 3), CONCLAVE_ESIG,
           "signed for another council");

    struct signature bad;
    struct buffer body = {0};
    codec_body_envelope(&body, 4, &root);
    signers_sign(&four, 2, LABEL_ENVELOPE, &body, &bad);
    judged(signers_raw_envelope(2, ops, 3, &bad), CONCLAVE_ESIG, "the count is signed");
    body.size = 0;
    codec_body_envelope(&body, 3, &root);
    signers_sign(&four, 2, LABEL_NEW_VIEW, &body, &bad);
    judged(signers_raw_envelope(2, ops, 3, &bad), CONCLAVE_ESIG,
           "signed for another purpose");
    buffer_free(&body);
}

static void test_seats_and_sorts(void)
{
    struct operation op = signers_ballot(5, 1, 1);
    judged(signers_envelope(&four, 5, 4, &op, 1), CONCLAVE_ESEAT, "seat 5 of 4");

    struct operation ops[2] = {signers_ballot(2, 1, 1), signers_ballot(2, 2, 2)};
    struct envelope *e = signers_envelope(&four, 2, 2, ops, 2);
    e->seat = 0;
    judged(e, CONCLAVE_ESEAT, "seat 0");

    /* The codec lets neither through: a second look costs nothing. */
    struct operation reveal = {.kind = OPERATION_REVEAL, .seat = 2};
    e = signers_envelope(&four, 2, 2, ops, 2);
    e->briefs[1].kind = OPERATION_REVEAL;
    judged(e, CONCLAVE_EFORMAT, "a REVEAL among signed kinds");
    e = signers_envelope(&four, 2, 2, &reveal, 1);
    e->sort = ENVELOPE_SIGNED;
    judged(e, CONCLAVE_EFORMAT, "a REVEAL called signed");
    e = signers_envelope(&four, 2, 2, ops, 2);
    e->sort = ENVELOPE_UNSIGNED;
    judged(e, CONCLAVE_EFORMAT, "BALLOTs called unsigned");

    e = signers_envelope(&four, 2, 2, ops, 2);
    e->count = 0;
    judged(e, CONCLAVE_EFORMAT, "no operation");

    struct operation *many = alloc_zero(ENVELOPE_OPERATIONS_MAX, sizeof(*many));
    for (size_t i = 0; i < ENVELOPE_OPERATIONS_MAX; i++) {
        many[i] = ops[0];
    }
    judged(signers_envelope(&four, 2, 2, many, ENVELOPE_OPERATIONS_MAX), 0,
           "as many operations as fit");
    free(many);
    e = signers_envelope(&four, 2, 2, ops, 2);
    e->count = ENVELOPE_OPERATIONS_MAX + 1;
    judged(e, CONCLAVE_EFORMAT, "and one more");

    uint64_t before = four.judge.checks;
    judged(signers_envelope(&four, 2, 2, &reveal, 1), 0, "REVEALs need no signature");
    is((int64_t)(four.judge.checks - before), 0, "and no verification");
}

static void test_classes(void)
{
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = 1};
    op.propose.title = slice_of_string("A title");
    op.propose.nonce = slice_of_string("n");
    op.propose.class_index = 3;
    judged(signers_envelope(&four, 1, 1, &op, 1), 0, "the last class of the charter");
    op.propose.class_index = 4;
    judged(signers_envelope(&four, 1, 1, &op, 1), CONCLAVE_ELIMIT, "one class too many");
    struct operation back = {.kind = OPERATION_RETURN, .seat = 3};
    back.return_request.view = UINT64_MAX;
    judged(signers_envelope(&four, 3, 3, &back, 1), 0, "RETURN for any view");
    judged(signers_envelope(&four, 3, 2, &back, 1), CONCLAVE_ESIG, "by that seat alone");
}

/* --- EVIDENCE --- */

/* The conflict of two signed bodies, as an operation against the seat. */
static struct operation evidence(enum evidence_kind kind, uint16_t seat, struct buffer *a,
                                 struct buffer *b)
{
    static const char *const labels[] = {[EVIDENCE_PREPARE] = LABEL_PREPARE,
                                         [EVIDENCE_COMMIT] = LABEL_COMMIT,
                                         [EVIDENCE_NEW_VIEW] = LABEL_NEW_VIEW};
    struct operation op = {.kind = OPERATION_EVIDENCE, .seat = seat};
    op.evidence.kind = kind;
    op.evidence.first.body = buffer_slice(a);
    op.evidence.second.body = buffer_slice(b);
    signers_sign(&four, seat, labels[kind], a, &op.evidence.first.signature);
    signers_sign(&four, seat, labels[kind], b, &op.evidence.second.signature);
    return op;
}

static void convicts(const struct operation *op, int expected, const char *name)
{
    judged(signers_envelope(&four, op->seat, op->seat, op, 1), expected, name);
}

static struct buffer vote_body(uint64_t view, uint64_t height, uint8_t block)
{
    struct buffer b = {0};
    struct hash h = signers_hash(block);
    codec_body_vote(&b, view, height, &h);
    return b;
}

static void test_double_votes(enum evidence_kind kind)
{
    struct buffer a = vote_body(3, 7, 1), b = vote_body(3, 7, 2), a2 = vote_body(3, 7, 1),
                  view = vote_body(4, 7, 2), height = vote_body(3, 8, 2);
    struct operation op = evidence(kind, 3, &a, &b);
    uint64_t before = four.judge.checks;
    convicts(&op, 0, "two votes for one (view, height) convict");
    is((int64_t)(four.judge.checks - before), 2, "both signatures are verified");
    op = evidence(kind, 3, &a, &a2);
    convicts(&op, CONCLAVE_EFORMAT, "the same vote twice is no conflict");
    op = evidence(kind, 3, &a, &view);
    convicts(&op, CONCLAVE_EFORMAT, "nor are votes in two views");
    op = evidence(kind, 3, &a, &height);
    convicts(&op, CONCLAVE_EFORMAT, "nor at two heights");

    op = evidence(kind, 3, &a, &b);
    signers_sign(&four, 2, kind == EVIDENCE_PREPARE ? LABEL_PREPARE : LABEL_COMMIT, &a,
                 &op.evidence.first.signature);
    convicts(&op, CONCLAVE_ESIG, "the first by another seat");
    op = evidence(kind, 3, &a, &b);
    signers_sign(&four, 2, kind == EVIDENCE_PREPARE ? LABEL_PREPARE : LABEL_COMMIT, &b,
                 &op.evidence.second.signature);
    convicts(&op, CONCLAVE_ESIG, "the second by another seat");
    op = evidence(kind, 3, &a, &b);
    op.seat = 2;
    convicts(&op, CONCLAVE_ESIG, "nobody answers for another's votes");
    op = evidence(kind, 3, &a, &b);
    signers_sign(&four, 3, kind == EVIDENCE_PREPARE ? LABEL_COMMIT : LABEL_PREPARE, &b,
                 &op.evidence.second.signature);
    convicts(&op, CONCLAVE_ESIG, "a PREPARE and a COMMIT are no conflict");
    op = evidence(kind, 3, &a, &b);
    signers_sign(&others, 3, kind == EVIDENCE_PREPARE ? LABEL_PREPARE : LABEL_COMMIT, &b,
                 &op.evidence.second.signature);
    convicts(&op, CONCLAVE_ESIG, "votes in two councils are no conflict");

    struct operation pair[] = {evidence(kind, 3, &a, &b), evidence(kind, 3, &a, &b)};
    judged(signers_envelope(&four, 3, 3, pair, 2), CONCLAVE_EFORMAT,
           "two EVIDENCEs in one envelope");
    pair[1] = (struct operation){.kind = OPERATION_REVEAL, .seat = 3};
    judged(signers_envelope(&four, 3, 3, pair, 2), CONCLAVE_EFORMAT,
           "one together with a REVEAL");

    struct operation outside = evidence(kind, 3, &a, &b);
    outside.seat = 5;
    convicts(&outside, CONCLAVE_ESEAT, "a seat that does not exist");
    buffer_free(&a);
    buffer_free(&b);
    buffer_free(&a2);
    buffer_free(&view);
    buffer_free(&height);
}

static struct buffer new_view_body(uint64_t view, uint8_t tip, uint8_t changes)
{
    struct buffer b = {0};
    struct hash t = signers_hash(tip), c = signers_hash(changes);
    codec_body_new_view(&b, view, &t, &c);
    return b;
}

static void test_double_new_views(void)
{
    struct buffer a = new_view_body(6, 1, 1), b = new_view_body(6, 2, 2),
                  tip = new_view_body(6, 1, 2), view = new_view_body(10, 2, 2);
    struct operation op = evidence(EVIDENCE_NEW_VIEW, 3, &a, &b);
    convicts(&op, 0, "two NEW-VIEWs with different tips convict");
    op = evidence(EVIDENCE_NEW_VIEW, 3, &a, &tip);
    convicts(&op, CONCLAVE_EFORMAT, "with one tip they do not");
    op = evidence(EVIDENCE_NEW_VIEW, 3, &a, &view);
    convicts(&op, CONCLAVE_EFORMAT, "for two views they do not");
    op = evidence(EVIDENCE_NEW_VIEW, 3, &a, &b);
    signers_sign(&four, 4, LABEL_NEW_VIEW, &a, &op.evidence.first.signature);
    convicts(&op, CONCLAVE_ESIG, "the first by another seat");
    op = evidence(EVIDENCE_NEW_VIEW, 3, &a, &b);
    signers_sign(&four, 3, LABEL_PREPARE, &b, &op.evidence.second.signature);
    convicts(&op, CONCLAVE_ESIG, "the second signed as something else");
    buffer_free(&a);
    buffer_free(&b);
    buffer_free(&tip);
    buffer_free(&view);
}

/* A BALLOT in an envelope of three, with its path and the envelope's signature. */
struct sealed {
    struct buffer ballot;
    struct hash path[MERKLE_PATH_MAX];
    struct statement statement;
};

static void seal(struct sealed *out, uint16_t seat, uint16_t signer, uint8_t proposal,
                 uint8_t commitment)
{
    struct operation ops[3] = {signers_ballot(seat, 100, 1), signers_ballot(seat, 101, 1),
                               signers_ballot(seat, proposal, commitment)};
    struct envelope *e = signers_envelope(&four, seat, signer, ops, 3);
    struct hash leaves[3];
    for (size_t i = 0; i < 3; i++) {
        leaves[i] = merkle_leaf(e->operations[i]);
    }
    size_t length = merkle_path(leaves, 3, 2, out->path);
    out->ballot = signers_operation(&ops[2]);
    out->statement = (struct statement){.ballot = buffer_slice(&out->ballot),
                                        .index = 2,
                                        .count = 3,
                                        .path = slice_of(out->path, length * HASH_BYTES),
                                        .signature = e->signature};
    envelope_unref(e);
}

static struct operation double_ballot(const struct sealed *a, const struct sealed *b)
{
    struct operation op = {.kind = OPERATION_EVIDENCE, .seat = 2};
    op.evidence.kind = EVIDENCE_BALLOT;
    op.evidence.first = a->statement;
    op.evidence.second = b->statement;
    return op;
}

static void test_double_ballots(void)
{
    struct sealed a, b, other, same, foreign, forged;
    seal(&a, 2, 2, 9, 1);
    seal(&b, 2, 2, 9, 2);
    seal(&same, 2, 2, 9, 1);
    seal(&other, 2, 2, 8, 2);
    seal(&foreign, 3, 3, 9, 2);
    seal(&forged, 2, 3, 9, 2);
    struct operation op = double_ballot(&a, &b);
    convicts(&op, 0, "two commitments for one proposal convict");
    op = double_ballot(&a, &same);
    convicts(&op, CONCLAVE_EFORMAT, "the same commitment twice does not");
    op = double_ballot(&a, &other);
    convicts(&op, CONCLAVE_EFORMAT, "nor do ballots on two proposals");
    op = double_ballot(&a, &foreign);
    convicts(&op, CONCLAVE_ESEAT, "nor a ballot of another seat");
    op = double_ballot(&foreign, &a);
    convicts(&op, CONCLAVE_ESEAT, "in either place");
    op = double_ballot(&a, &forged);
    convicts(&op, CONCLAVE_ESIG, "nor an envelope that another seat signed");

    op = double_ballot(&a, &b);
    op.evidence.second.index = 1;
    convicts(&op, CONCLAVE_ESIG, "another place in the envelope");
    op = double_ballot(&a, &b);
    op.evidence.first.count = 4;
    convicts(&op, CONCLAVE_ESIG, "another number of operations");
    op = double_ballot(&a, &b);
    op.evidence.second.path = a.statement.path;
    op.evidence.second.path.size = 0;
    convicts(&op, CONCLAVE_ESIG, "no path");
    b.path[0].bytes[5] ^= 1;
    op = double_ballot(&a, &b);
    convicts(&op, CONCLAVE_ESIG, "another path");
    b.path[0].bytes[5] ^= 1;
    op = double_ballot(&a, &b);
    convicts(&op, 0, "and put right again it convicts");

    /* The shape that the codec vouches for is judged here, too. */
    struct operation propose = {.kind = OPERATION_RETURN, .seat = 2};
    struct buffer encoding = signers_operation(&propose);
    op = double_ballot(&a, &b);
    op.evidence.second.ballot = buffer_slice(&encoding);
    struct buffer whole = signers_operation(&op);
    struct operation good = double_ballot(&a, &b);
    struct envelope *e = signers_envelope(&four, 2, 2, &good, 1);
    e->operations[0] = buffer_slice(&whole);
    judged(e, CONCLAVE_EFORMAT, "an operation that is no BALLOT");
    buffer_free(&encoding);
    buffer_free(&whole);
    buffer_free(&a.ballot);
    buffer_free(&b.ballot);
    buffer_free(&same.ballot);
    buffer_free(&other.ballot);
    buffer_free(&foreign.ballot);
    buffer_free(&forged.ballot);
}

static void test_seal(void)
{
    struct operation ops[2] = {signers_ballot(3, 1, 1), signers_ballot(3, 2, 2)};
    struct buffer parts[2] = {signers_operation(&ops[0]), signers_operation(&ops[1])};
    struct slice slices[2] = {buffer_slice(&parts[0]), buffer_slice(&parts[1])};
    uint64_t before = four.maker.checks;
    struct envelope *e =
        authenticate_seal_envelope(&four.maker, four.secrets[2], 3, slices, 2);
    ok(e->seat == 3 && e->count == 2 && e->sort == ENVELOPE_SIGNED && !hash_is_zero(&e->id),
       "a sealed envelope is complete");
    is(authenticate_envelope(&four.maker, e), 0, "it is authentic");
    is((int64_t)(four.maker.checks - before), 0, "without verifying one's own signature");
    judged(e, 0, "others find it good");

    struct operation reveal = {.kind = OPERATION_REVEAL, .seat = 3};
    struct buffer part = signers_operation(&reveal);
    struct slice slice = buffer_slice(&part);
    e = authenticate_seal_envelope(&four.maker, four.secrets[2], 3, &slice, 1);
    static const struct signature none;
    ok(e->sort == ENVELOPE_UNSIGNED && memcmp(&e->signature, &none, sizeof(none)) == 0,
       "REVEALs are sealed unsigned");
    judged(e, 0, "others find that good");
    buffer_free(&part);
    buffer_free(&parts[0]);
    buffer_free(&parts[1]);
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    signers_init(&four, 4, 1);
    signers_init(&others, 4, 2);
    test_signed();
    test_seats_and_sorts();
    test_classes();
    test_double_votes(EVIDENCE_PREPARE);
    test_double_votes(EVIDENCE_COMMIT);
    test_double_new_views();
    test_double_ballots();
    test_seal();
    signers_free(&four);
    signers_free(&others);
    return tap_done();
}
