/* SPDX-License-Identifier: ISC */
/*
 * Decoded messages of a council of 4 whose keys are all here. First byte: who sent it and
 * signs for a primary, 0 being the seat that should; second and third: which bits are
 * changed in the end; the
 * rest: a message in which blank (all zero) signatures, roots and links are filled in
 * before it is judged, so that any change of the input reaches the deep checks. What is
 * accepted keeps the protocol's rules, is accepted again by who remembers nothing, and has
 * no bit, where all of it is signed for, that can be changed.
 */
#include "base/quorum.h"
#include "fuzz.h"
#include "hash/hash.h"
#include "hash/merkle.h"
#include "script.h"
#include "signers.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <assert.h>
#include <string.h>

enum { SEATS = 4 };

static struct signers s;

static bool is_blank(const void *data, size_t size)
{
    const uint8_t *bytes = data;
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

static bool wants(uint16_t seat, const struct signature *signature)
{
    return seat >= 1 && seat <= SEATS && is_blank(signature, sizeof(*signature));
}

/* --- filling in --- */

static void fill_statement(uint16_t seat, enum evidence_kind kind, struct statement *st)
{
    static const char *const labels[] = {
        [EVIDENCE_PREPARE] = LABEL_PREPARE,
        [EVIDENCE_COMMIT] = LABEL_COMMIT,
        [EVIDENCE_NEW_VIEW] = LABEL_NEW_VIEW,
        [EVIDENCE_BALLOT] = LABEL_ENVELOPE,
    };
    struct buffer body = {0};
    struct hash path[STATEMENT_PATH_MAX], root;
    int error = 0;
    if (!wants(seat, &st->signature)) {
        return;
    }
    if (kind == EVIDENCE_BALLOT) {
        struct hash leaf = merkle_leaf(st->ballot);
        if (st->path.size > 0) {
            memcpy(path, st->path.data, st->path.size);
        }
        error = merkle_climb(&leaf, st->index, st->count, path, st->path.size / HASH_BYTES,
                             &root);
        if (error == 0) {
            codec_body_envelope(&body, st->count, &root);
        }
    } else {
        buffer_append_slice(&body, st->body);
    }
    if (error == 0) {
        signers_sign(&s, seat, labels[kind], &body, &st->signature);
    }
    buffer_free(&body);
}

static struct buffer fill_operation(struct slice encoding)
{
    struct operation op;
    struct buffer out = {0};
    int error = codec_decode_operation(encoding, &op);
    assert(error == 0);
    if (op.kind == OPERATION_EVIDENCE) {
        fill_statement(op.seat, op.evidence.kind, &op.evidence.first);
        fill_statement(op.seat, op.evidence.kind, &op.evidence.second);
    }
    codec_encode_operation(&out, &op);
    return out;
}

/* Takes the place of *e, whose reference is given up. */
static void fill_envelope(struct envelope **e)
{
    static struct buffer parts[ENVELOPE_OPERATIONS_MAX];
    static struct slice slices[ENVELOPE_OPERATIONS_MAX];
    const struct envelope *old = *e;
    struct signature signature = old->signature;
    struct buffer encoding = {0}, body = {0};
    for (uint32_t i = 0; i < old->count; i++) {
        parts[i] = fill_operation(old->operations[i]);
        slices[i] = buffer_slice(&parts[i]);
    }
    if (old->sort == ENVELOPE_SIGNED && wants(old->seat, &signature)) {
        struct hash root = hash_operations(slices, old->count);
        codec_body_envelope(&body, old->count, &root);
        signers_sign(&s, old->seat, LABEL_ENVELOPE, &body, &signature);
    }
    codec_encode_envelope(&encoding, old->seat, slices, old->count,
                          old->sort == ENVELOPE_SIGNED ? &signature : NULL);
    struct bytes *owner = bytes_copy(buffer_slice(&encoding));
    struct envelope *filled = NULL;
    int error = codec_decode_envelope(owner, bytes_slice(owner), &filled);
    assert(error == 0);
    for (uint32_t i = 0; i < old->count; i++) {
        buffer_free(&parts[i]);
    }
    envelope_unref(*e);
    hash_envelope(filled);
    *e = filled;
    bytes_unref(owner);
    buffer_free(&encoding);
    buffer_free(&body);
}

static void fill_link(struct header *h, const struct hash *before)
{
    if (is_blank(&h->prev_hash, sizeof(h->prev_hash))) {
        h->prev_hash = h->height == 1 || before == NULL ? s.council_id : *before;
    }
}

static void fill_block(struct block **b, const struct hash *before)
{
    struct block *old = *b;
    struct header h = old->header;
    struct buffer encoding = {0};
    for (uint32_t i = 0; i < old->count; i++) {
        fill_envelope(&old->envelopes[i]);
    }
    fill_link(&h, before);
    if (is_blank(&h.ops_root, sizeof(h.ops_root))) {
        h.ops_root = hash_block(old);
    }
    codec_encode_block(&encoding, &h, old->envelopes, old->count);
    struct bytes *owner = bytes_copy(buffer_slice(&encoding));
    struct block *filled = NULL;
    int error = codec_decode_block(owner, bytes_slice(owner), &filled);
    assert(error == 0);
    filled->hash = hash_header(&filled->header);
    block_unref(old);
    *b = filled;
    bytes_unref(owner);
    buffer_free(&encoding);
}

static void fill_vote(struct vote *v)
{
    if (wants(v->seat, &v->signature)) {
        *v = signers_vote(&s, v->phase, v->seat, v->view, v->height, &v->block);
    }
}

static void fill_certificate(struct certificate *c)
{
    for (uint16_t i = 0; c != NULL && i < c->count; i++) {
        struct vote v = {.phase = c->what.kind == CERTIFICATE_COMMIT ? PHASE_COMMIT
                                                                     : PHASE_PREPARE,
                         .seat = c->entries[i].seat,
                         .view = c->what.view,
                         .height = c->what.height,
                         .block = c->what.block,
                         .signature = c->entries[i].signature};
        fill_vote(&v);
        c->entries[i].signature = v.signature;
    }
}

static void fill_pre_prepare(struct pre_prepare *p, uint16_t signer)
{
    fill_block(&p->block, NULL);
    fill_certificate(p->certificate);
    const struct header *h = &p->block->header;
    struct vote v = {.phase = PHASE_PREPARE,
                     .seat = signer != 0 ? signer : quorum_primary(SEATS, h->view),
                     .view = h->view,
                     .height = h->height,
                     .block = p->block->hash,
                     .signature = p->signature};
    fill_vote(&v);
    p->signature = v.signature;
}

static void fill_change(struct view_change *c)
{
    if (c->best.kind == CERTIFICATE_NONE && is_blank(&c->best.block, HASH_BYTES)) {
        c->best.block = s.council_id;
    }
    if (wants(c->seat, &c->signature)) {
        *c = signers_view_change(&s, c->seat, c->view, &c->best);
    }
}

static void fill_new_view(struct new_view *v, uint16_t signer)
{
    const struct best *highest = NULL;
    for (uint16_t i = 0; i < v->count; i++) {
        fill_change(&v->changes[i]);
        const struct best *b = &v->changes[i].best;
        highest = highest == NULL || best_compare(b, highest) > 0 ? b : highest;
    }
    if (highest != NULL && is_blank(&v->tip, sizeof(v->tip))) {
        v->tip = highest->block;
    }
    fill_certificate(v->certificate);
    if (is_blank(&v->signature, sizeof(v->signature))) {
        signers_new_view(&s, signer != 0 ? signer : quorum_primary(SEATS, v->view), v);
    }
}

static void fill_range(struct range *r)
{
    struct hash last;
    const struct hash *before = NULL;
    for (uint32_t i = 0; i < r->block_count; i++) {
        fill_block(&r->blocks[i], before);
        last = r->blocks[i]->hash;
        before = &last;
    }
    for (uint32_t i = 0; i < r->header_count; i++) {
        fill_link(&r->headers[i], before);
        last = hash_header(&r->headers[i]);
        before = &last;
    }
    if (r->certificate != NULL && before != NULL &&
        is_blank(&r->certificate->what.block, HASH_BYTES)) {
        r->certificate->what.block = *before;
    }
    fill_certificate(r->certificate);
}

static void fill_report(struct report *r)
{
    for (uint16_t i = 0; i < r->change_count; i++) {
        fill_change(&r->changes[i]);
    }
    fill_certificate(r->certificate);
    for (int phase = PHASE_PREPARE; phase <= PHASE_COMMIT; phase++) {
        if (r->has_vote[phase]) {
            fill_vote(&r->votes[phase]);
        }
    }
    if (r->has_change) {
        fill_change(&r->change);
    }
}

/* Fills m in, signer standing in for the primary where it is not 0; the seat that should
 * have sent it, or 1. */
static uint16_t fill(struct message *m, uint16_t signer)
{
    if (m->tag == MESSAGE_ENVELOPE) {
        fill_envelope(&m->envelope);
    } else if (m->tag == MESSAGE_PRE_PREPARE) {
        fill_pre_prepare(&m->pre_prepare, signer);
        return quorum_primary(SEATS, m->pre_prepare.block->header.view);
    } else if (m->tag == MESSAGE_PREPARE || m->tag == MESSAGE_COMMIT) {
        fill_vote(&m->vote);
        return m->vote.seat;
    } else if (m->tag == MESSAGE_VIEW_CHANGE) {
        fill_certificate(m->view_change.certificate);
        fill_change(&m->view_change.change);
        return m->view_change.change.seat;
    } else if (m->tag == MESSAGE_NEW_VIEW) {
        fill_new_view(m->new_view, signer);
    } else if (m->tag == MESSAGE_BLOCK) {
        fill_block(&m->block, NULL);
    } else if (m->tag == MESSAGE_RANGE) {
        fill_range(&m->range);
    } else if (m->tag == MESSAGE_REPORT) {
        fill_report(&m->report);
    }
    return 1;
}

/* --- what must hold of what is accepted --- */

/* Asks libsodium itself, not what the authenticator asks. */
static void check_signed(uint16_t seat, const char *label, struct buffer *body,
                         const struct signature *signature)
{
    assert(sign_verify(&s.keys[seat - 1], label, &s.council_id, buffer_slice(body),
                       signature) == 0);
    buffer_free(body);
}

static void check_certificate(const struct certificate *c, enum certificate_kind kind)
{
    assert(c->count == s.quorum && c->what.height > 0);
    assert(kind == CERTIFICATE_NONE || c->what.kind == kind);
    for (uint16_t i = 0; i < c->count; i++) {
        assert(c->entries[i].seat >= 1 && c->entries[i].seat <= SEATS);
        assert(i == 0 || c->entries[i].seat > c->entries[i - 1].seat);
        struct buffer body = {0};
        codec_body_vote(&body, c->what.view, c->what.height, &c->what.block);
        check_signed(c->entries[i].seat,
                     c->what.kind == CERTIFICATE_COMMIT ? LABEL_COMMIT : LABEL_PREPARE,
                     &body, &c->entries[i].signature);
    }
}

static void check_block(const struct block *b)
{
    struct hash root = hash_block((struct block *)b);
    assert(hash_equal(&root, &b->header.ops_root));
    assert(b->header.height > 0 && b->header.executed_height < b->header.height);
    assert(b->header.version == PROTOCOL_VERSION);
}

static void check_new_view(const struct new_view *v)
{
    struct buffer body = {0};
    codec_body_new_view(&body, v->view, &v->tip, &v->changes_hash);
    check_signed(quorum_primary(SEATS, v->view), LABEL_NEW_VIEW, &body, &v->signature);
    assert(v->count == s.quorum);
    for (uint16_t i = 0; i < v->count; i++) {
        const struct view_change *c = &v->changes[i];
        assert(c->view == v->view && c->best.view < v->view);
        assert(i == 0 || c->seat > v->changes[i - 1].seat);
        codec_body_view_change(&body, c->view, &c->best);
        check_signed(c->seat, LABEL_VIEW_CHANGE, &body, &c->signature);
        assert(v->certificate == NULL ? c->best.kind == CERTIFICATE_NONE
                                      : best_compare(&c->best, &v->certificate->what) <= 0);
    }
    if (v->certificate != NULL) {
        check_certificate(v->certificate, CERTIFICATE_NONE);
        assert(hash_equal(&v->tip, &v->certificate->what.block));
    }
}

static void check_range(const struct range *r)
{
    if (r->block_count == 0) {
        return;
    }
    check_certificate(r->certificate, CERTIFICATE_COMMIT);
    for (uint32_t i = 0; i < r->block_count; i++) {
        check_block(r->blocks[i]);
        assert(r->blocks[i]->header.height == r->from + i);
    }
    assert(r->certificate->what.height == r->from + r->block_count + r->header_count - 1);
}

static void check_change(const struct view_change *c)
{
    struct buffer body = {0};
    assert(c->seat >= 1 && c->seat <= SEATS && c->view > c->best.view);
    codec_body_view_change(&body, c->view, &c->best);
    check_signed(c->seat, LABEL_VIEW_CHANGE, &body, &c->signature);
}

static void check_report(const struct report *r)
{
    assert(r->seat >= 1 && r->seat <= SEATS && r->change_count <= quorum_weak(SEATS));
    for (uint16_t i = 0; i < r->change_count; i++) {
        check_change(&r->changes[i]);
        assert(i == 0 || r->changes[i].seat > r->changes[i - 1].seat);
    }
    for (int phase = PHASE_PREPARE; phase <= PHASE_COMMIT; phase++) {
        const struct vote *v = &r->votes[phase];
        if (r->has_vote[phase]) {
            struct buffer body = {0};
            assert(v->seat == r->seat && v->height > 0);
            codec_body_vote(&body, v->view, v->height, &v->block);
            check_signed(v->seat, phase == PHASE_COMMIT ? LABEL_COMMIT : LABEL_PREPARE,
                         &body, &v->signature);
        }
    }
    if (r->has_change) {
        assert(r->change.seat == r->seat);
        check_change(&r->change);
    }
    if (r->certificate != NULL) {
        check_certificate(r->certificate, CERTIFICATE_NONE);
    }
}

/* Whether every bit of it is signed for, directly or through a hash. */
static bool is_covered(const struct message *m)
{
    return m->tag == MESSAGE_PRE_PREPARE || m->tag == MESSAGE_PREPARE ||
           m->tag == MESSAGE_COMMIT || m->tag == MESSAGE_VIEW_CHANGE ||
           m->tag == MESSAGE_NEW_VIEW ||
           (m->tag == MESSAGE_RANGE && m->range.block_count > 0) ||
           (m->tag == MESSAGE_ENVELOPE && m->envelope->sort == ENVELOPE_SIGNED);
}

static void check_accepted(const struct message *m, uint16_t from)
{
    if (m->tag == MESSAGE_PRE_PREPARE) {
        check_block(m->pre_prepare.block);
        if (m->pre_prepare.certificate != NULL) {
            check_certificate(m->pre_prepare.certificate, CERTIFICATE_COMMIT);
        }
        assert(from == quorum_primary(SEATS, m->pre_prepare.block->header.view));
    } else if (m->tag == MESSAGE_PREPARE || m->tag == MESSAGE_COMMIT) {
        assert(from == m->vote.seat && m->vote.height > 0);
    } else if (m->tag == MESSAGE_VIEW_CHANGE) {
        const struct view_change *c = &m->view_change.change;
        assert(from == c->seat && c->view > c->best.view);
        assert((c->best.kind == CERTIFICATE_NONE) == (m->view_change.certificate == NULL));
        if (m->view_change.certificate != NULL) {
            check_certificate(m->view_change.certificate, c->best.kind);
        }
    } else if (m->tag == MESSAGE_NEW_VIEW) {
        check_new_view(m->new_view);
    } else if (m->tag == MESSAGE_BLOCK) {
        check_block(m->block);
    } else if (m->tag == MESSAGE_RANGE) {
        check_range(&m->range);
    } else if (m->tag == MESSAGE_REPORT) {
        check_report(&m->report);
    }
}

/* Decodes and judges; what the authenticator says, or what the codec did. */
static int judge(struct authenticator *a, struct slice encoding, uint16_t from,
                 bool *covered)
{
    struct bytes *owner = bytes_copy(encoding);
    struct message m;
    struct authentic authentic;
    int error = codec_decode_message(owner, bytes_slice(owner), &m);
    if (error == 0) {
        error = authenticate(a, &m, from, &authentic);
        if (error == 0) {
            assert(authentic.message == &m && authentic.from == from);
            check_accepted(&m, from);
        } else {
            assert(error == CONCLAVE_ESIG || error == CONCLAVE_ESEAT ||
                   error == CONCLAVE_EFORMAT || error == CONCLAVE_ELIMIT ||
                   error == CONCLAVE_EVERSION);
        }
        *covered = is_covered(&m);
        message_clear(&m);
    }
    bytes_unref(owner);
    return error;
}

/* A few bits all over the message, which one is changed after the other. */
static void check_bits(struct buffer *encoding, uint16_t from, uint32_t first)
{
    enum { BITS = 8 };
    bool covered;
    for (size_t i = 0; i < BITS; i++) {
        size_t bit = (first + i * encoding->size) % (8 * encoding->size);
        encoding->data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        int error = judge(&s.judge, buffer_slice(encoding), from, &covered);
        assert(error != 0);
        encoding->data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

static void judge_filled(struct buffer *encoding, uint16_t from, uint32_t bit)
{
    bool covered = false;
    uint64_t before = s.judge.checks;
    int error = judge(&s.judge, buffer_slice(encoding), from, &covered);
    /* No more work than the signatures that it brings. */
    assert(s.judge.checks - before <= 1 + encoding->size / SIGNATURE_BYTES);
    struct authenticator fresh = s.judge;
    fresh.verified = verified_set_new(64);
    assert(judge(&fresh, buffer_slice(encoding), from, &covered) == error);
    verified_set_free(fresh.verified);
    if (error == 0 && covered) {
        check_bits(encoding, from, bit);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice script = slice_of(data, size);
    struct message m;
    if (s.seats == 0) {
        int failed = key_library_init();
        assert(failed == 0);
        signers_init(&s, SEATS, 9);
    }
    uint16_t from = script_byte(&script) % (SEATS + 2);
    uint32_t bit = script_short(&script);
    struct bytes *owner = bytes_copy(script);
    if (codec_decode_message(owner, bytes_slice(owner), &m) == 0) {
        struct buffer encoding = {0};
        uint16_t sender = fill(&m, from <= SEATS ? from : 0);
        codec_encode_message(&encoding, &m);
        message_clear(&m);
        judge_filled(&encoding, from == 0 ? sender : from, bit);
        buffer_free(&encoding);
    }
    bytes_unref(owner);
    return 0;
}
